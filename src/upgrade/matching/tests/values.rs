//! Values of charts that are called or nested otherwise.

use super::*;

#[test]
fn values_of_charts_are_renamed_in_their_place() {
    let file = release("ingress: {main: {ingressClassName: x, other: y}}\nimage: {tag: 1}");
    let files = [("web.yaml", file.as_str())];
    check_files(
        &files,
        Kind::Chart,
        vec![value_renamed("ingress.*.ingressClassName", "ingress.*.className")],
        &[
            "-ingress: {main: {ingressClassName: x, other: y}}",
            "+ingress: {main: {className: x, other: y}}",
        ],
        &[],
    );
    // An application's notes do not mean the values of a chart.
    check_files(&files, Kind::App, vec![value_renamed("image", "picture")], &[], &[]);
}

#[test]
fn values_of_charts_move_with_all_that_belongs_to_them() {
    let values = "server:\n  # how long\n  sessionTimeout: '30' # minutes\n  port: 80\nhosts:\n  - name: x\nimage: {tag: 1}";
    let file = release(values);
    for (old, new, changed) in [
        (
            "server.sessionTimeout",
            "server.session.timeout",
            vec![
                "-# how long",
                "-sessionTimeout: '30' # minutes",
                "+session:",
                "+# how long",
                "+timeout: '30' # minutes",
            ],
        ),
        ("server.port", "port", vec!["-port: 80", "+port: 80"]),
        (
            "hosts",
            "server.ingress.hosts",
            vec!["-hosts:", "-- name: x", "+ingress:", "+hosts:", "+- name: x"],
        ),
        (
            "image",
            "app.main.image",
            vec!["-image: {tag: 1}", "+app:", "+main:", "+image: {tag: 1}"],
        ),
    ] {
        let facts = vec![value_renamed(old, new)];
        let came = Case { files: &[("web.yaml", &file)], kind: Kind::Chart, facts }.meet();
        let (mut found, mut expected) = (came.changed, changed);
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{old}");
        assert_eq!(came.said, [""; 0], "{old}");
    }
    // Into itself nothing moves, and out of a list only a person does.
    for (old, new, said) in [
        (
            "image",
            "image.main",
            "step: rename `image` to `image.main` at web.yaml:13; it is not edited: web.yaml: line 13: 0:/spec/values/image: an entry does not move into itself",
        ),
        (
            "hosts[0].name",
            "server.name",
            "step: move `hosts[0].name` at web.yaml:12 to `server.name` (now `x`)",
        ),
    ] {
        let facts = vec![value_renamed(old, new)];
        check_files(&[("web.yaml", &file)], Kind::Chart, facts, &[], &[said]);
    }
}

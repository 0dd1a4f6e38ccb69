//! What is laid over a release's own values, and which place wins.

use super::*;

const VALUES: &str = "image:\n  repository: acme/web\n  tag: 1.0";

fn map(data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: vars, namespace: default}}\ndata:\n{data}"
    )
}

#[test]
fn files_of_values_hold_pins() {
    let app = release("web", "valuesFrom: [{kind: ConfigMap, name: vars}]");
    let held = map("  values.yaml: |\n    image:\n      repository: acme/web\n      tag: 1.0\n");
    check_images(
        &[("web.yaml", &app), ("map.yaml", &held)],
        &["map.yaml:8 docker.io/acme/web 1.0"],
    );
    let generator = "namespace: default\nresources: [web.yaml]\nconfigMapGenerator:\n  - name: vars\n    files: [values.yaml=my.values.yaml]\n";
    let files = [
        ("a/web.yaml", app.as_str()),
        ("a/kustomization.yaml", generator),
        ("a/my.values.yaml", "image: acme/web:1.1\n"),
    ];
    check_images(&files, &["a/my.values.yaml:1 docker.io/acme/web 1.1"]);
    // Another folder's map of the same name is another map.
    let other = app.replace("name: web", "name: api");
    let files = [
        files[0],
        files[1],
        files[2],
        ("b/web.yaml", &other),
        ("b/kustomization.yaml", generator),
        ("b/my.values.yaml", "image: acme/api:1.1\n"),
    ];
    let inventory = inventory(&files);
    let pins: Vec<_> = inventory.releases.iter().map(|release| release.pins.clone()).collect();
    assert_eq!(pins, [["a/my.values.yaml#0:/image"], ["b/my.values.yaml#0:/image"]]);
}

#[test]
fn an_inline_tag_wins_over_a_file_and_takes_its_name() {
    let app = release(
        "web",
        "valuesFrom: [{kind: ConfigMap, name: vars}]\nvalues:\n  image:\n    tag: 1.1",
    );
    let held = map("  values.yaml: |\n    image:\n      repository: acme/web\n      tag: 1.0\n");
    check_images(
        &[("web.yaml", &app), ("map.yaml", &held)],
        &["map.yaml:8 docker.io/acme/web 1.0 (overridden)", "web.yaml:11 docker.io/acme/web 1.1"],
    );
}

#[test]
fn a_target_path_wins_over_inline_values() {
    let spec = format!(
        "valuesFrom: [{{kind: ConfigMap, name: vars, valuesKey: tag, targetPath: image.tag}}]\nvalues:\n{}",
        indent(VALUES)
    );
    let app = release("web", &spec);
    check_images(
        &[("web.yaml", &app), ("map.yaml", &map("  tag: '1.2'\n"))],
        &["map.yaml:5 docker.io/acme/web 1.2", "web.yaml:12 docker.io/acme/web 1.0 (overridden)"],
    );
    let secret = app.replace("ConfigMap", "Secret");
    check_images(&[("web.yaml", &secret)], &["web.yaml:12 docker.io/acme/web 1.0 (overridden)"]);
}

/// Compares the images of a release that post-renderers change.
#[track_caller]
fn check_renderer(image: &str, expected: &[&str]) {
    let values = indent(VALUES);
    let renderers = format!(
        "postRenderers:\n  - kustomize:\n      images:\n        - {image}\nvalues:\n{values}"
    );
    check_images(&[("web.yaml", &release("web", &renderers))], expected);
}

#[test]
fn post_renderers_replace_images() {
    let own = "web.yaml:15 docker.io/acme/web 1.0";
    check_renderer(
        "{name: acme/web, newTag: 1.1}",
        &["web.yaml:11 docker.io/acme/web 1.1", &format!("{own} (overridden)")],
    );
    check_renderer(
        "{name: acme/web, newName: ghcr.io/acme/web, newTag: 1.1}",
        &["web.yaml:11 ghcr.io/acme/web 1.1", &format!("{own} (overridden)")],
    );
    // The tag of the values belongs to the image that stands in.
    check_renderer(
        "{name: docker.io/acme/web, newName: ghcr.io/acme/web}",
        &["web.yaml:15 ghcr.io/acme/web 1.0"],
    );
    check_renderer(
        "{name: acme/other, newTag: 1.1}",
        &["web.yaml:11 docker.io/acme/other 1.1", own],
    );
}

/// Compares the images of a release and a kustomization that patches it.
#[track_caller]
fn check_patch(patches: &str, expected: &[&str]) {
    let kustomization = format!("resources: [web.yaml]\n{patches}");
    let app = with_values(VALUES);
    check_images(&[("a/web.yaml", &app), ("a/kustomization.yaml", &kustomization)], expected);
}

const OWN: &str = "a/web.yaml:11 docker.io/acme/web 1.0 (overridden)";

#[test]
fn an_inline_patch_wins_and_takes_the_name_of_its_base() {
    let patch = "patches:\n  - patch: |\n      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      metadata: {name: web}\n      spec:\n        values:\n          image:\n            tag: 1.1\n";
    check_patch(patch, &["a/kustomization.yaml:10 docker.io/acme/web 1.1", OWN]);
    // Where a target stands, it selects, and the name inside does not matter.
    let anywhere = format!(
        "{}    target: {{kind: HelmRelease, name: we.}}\n",
        patch.replace("name: web", "name: any")
    );
    check_patch(&anywhere, &["a/kustomization.yaml:10 docker.io/acme/web 1.1", OWN]);
    let elsewhere = format!("{patch}    target: {{kind: HelmRelease, name: other}}\n");
    check_patch(&elsewhere, &["a/web.yaml:11 docker.io/acme/web 1.0"]);
}

#[test]
fn a_json_patch_holds_a_pin() {
    let patch = "patches:\n  - patch: |\n      - op: replace\n        path: /spec/values/image/tag\n        value: 1.1\n    target: {kind: HelmRelease, name: web}\n";
    check_patch(patch, &["a/kustomization.yaml:6 docker.io/acme/web 1.1", OWN]);
    let removes = patch.replace("op: replace", "op: remove");
    check_patch(&removes, &["a/web.yaml:11 docker.io/acme/web 1.0"]);
    let whole = patch
        .replace("/image/tag", "/image")
        .replace("value: 1.1", "value: {repository: acme/new, tag: 2}");
    check_patch(&whole, &["a/kustomization.yaml:6 docker.io/acme/new 2", OWN]);
}

#[test]
fn a_patch_in_a_file_is_for_what_its_target_selects() {
    let json = "- op: replace\n  path: /spec/values/image/tag\n  value: 1.1\n";
    let fragment = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: any}\nspec: {values: {image: {tag: 1.1}}}\n";
    let patched = |line: u32| format!("a/p.yaml:{line} docker.io/acme/web 1.1");
    let own = "a/web.yaml:11 docker.io/acme/web 1.0";
    let app = with_values(VALUES).replace("  name: web\n", "  name: web\n  labels: {tier: web}\n");
    let own = own.replace(":11", ":12");
    let locked = format!("{own} (overridden)");
    for (patch, target, applies) in [
        (json, "{kind: HelmRelease, name: web}", true),
        (json, "{kind: HelmRelease, name: w.*}", true),
        (json, "{kind: HelmRelease, name: other}", false),
        (json, "{kind: OCIRepository}", false),
        (json, "{kind: HelmRelease, labelSelector: 'tier in (web, api)'}", true),
        (json, "{kind: HelmRelease, labelSelector: tier=db}", false),
        (json, "{labelSelector: tier!=db}", true),
        (fragment, "{kind: HelmRelease, name: web}", true),
        (fragment, "{kind: HelmRelease, annotationSelector: x}", false),
    ] {
        let kustomization =
            format!("resources: [web.yaml]\npatches: [{{path: p.yaml, target: {target}}}]\n");
        let files = [
            ("a/web.yaml", app.as_str()),
            ("a/kustomization.yaml", &kustomization),
            ("a/p.yaml", patch),
        ];
        let line = if patch == json { 3 } else { 4 };
        let images = inventory(&files).pins;
        let found: Vec<String> =
            images.iter().map(image).filter(|i| !i.contains("helm/")).collect();
        if applies {
            assert_eq!(found, [patched(line), locked.clone()], "{target}");
        } else {
            assert!(found.contains(&own), "{target}: {found:?}");
        }
    }
    // A kustomization has no say in what it does not name.
    let far = "patches: [{path: p.yaml, target: {kind: HelmRelease}}]\n";
    let flux = flux_kustomization("apps", "./a", "");
    let files = [
        ("flux.yaml", flux.as_str()),
        ("a/kustomization.yaml", "resources: [web.yaml, far]\n"),
        ("a/web.yaml", &app),
        ("a/far/kustomization.yaml", far),
        ("a/far/p.yaml", json),
    ];
    check_images(&files, &[&own]);
}

#[test]
fn a_post_renderer_s_patch_names_the_image_that_runs() {
    let values = indent(VALUES);
    for (patch, expected) in [
        (
            "- target: {kind: Deployment}\n  patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec:\n      template:\n        spec:\n          containers:\n            - name: web\n              image: acme/web:1.1",
            "web.yaml:21 docker.io/acme/web 1.1",
        ),
        (
            "- target: {kind: Deployment}\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/image\n      value: acme/web:1.1",
            "web.yaml:15 docker.io/acme/web 1.1",
        ),
    ] {
        let patch = patch.lines().flat_map(|line| ["      ", line, "\n"]).collect::<String>();
        let renderers =
            format!("postRenderers:\n- kustomize:\n    patches:\n{patch}values:\n{values}");
        let app = release("web", &renderers);
        let line = app.lines().position(|line| line.contains("tag: 1.0")).unwrap() + 1;
        let own = format!("web.yaml:{line} docker.io/acme/web 1.0 (overridden)");
        check_images(&[("web.yaml", &app)], &[expected, &own]);
        let other = app.replace("image: acme/web:1.1", "image: acme/side:1.1");
        let other = other.replace("value: acme/web:1.1", "value: acme/side:1.1");
        let (expected, own) =
            (expected.replace("acme/web", "acme/side"), own.replace(" (overridden)", ""));
        check_images(&[("web.yaml", &other)], &[&expected, &own]);
    }
}

#[test]
fn a_replacement_wins_over_what_it_fills() {
    let source = "source: {kind: ConfigMap, name: versions, fieldPath: data.WEB}";
    let own = "a/web.yaml:11 docker.io/acme/web 1.0";
    let locked = format!("{own} (overridden)");
    for (select, field, wins) in [
        ("{kind: HelmRelease}", "spec.values.image.tag", true),
        ("{kind: HelmRelease, name: web}", "spec.values.image", true),
        ("{kind: HelmRelease, name: other}", "spec.values.image.tag", false),
        ("{kind: Deployment}", "spec.values.image.tag", false),
        ("{kind: HelmRelease}", "spec.values.other", false),
    ] {
        let one = format!("{{{source}, targets: [{{select: {select}, fieldPaths: [{field}]}}]}}");
        let expected = if wins { locked.as_str() } else { own };
        check_patch(&format!("replacements: [{one}]\n"), &[expected]);
        let app = with_values(VALUES);
        let files = [
            ("a/web.yaml", app.as_str()),
            ("a/kustomization.yaml", "resources: [web.yaml]\nreplacements: [{path: r.yaml}]\n"),
            ("a/r.yaml", &one),
        ];
        check_images(&files, &[expected]);
        let list = format!("- {one}\n");
        check_images(&[files[0], files[1], ("a/r.yaml", &list)], &[expected]);
    }
}

#[test]
fn a_later_document_of_a_patch_is_listed_and_not_edited() {
    let patch = "patches:\n  - patch: |\n      apiVersion: v1\n      kind: Service\n      metadata: {name: HelmRelease}\n      ---\n      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      metadata: {name: web}\n      spec: {values: {image: {tag: 1.1}}}\n";
    check_patch(patch, &["a/kustomization.yaml:11 docker.io/acme/web 1.1 (later-document)", OWN]);
}

#[test]
fn a_patch_of_one_cluster_leaves_the_base_to_the_others() {
    let patch = "resources: [../base]\npatches:\n  - path: patch.yaml\n";
    let fragment = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: default}\nspec:\n  values:\n    image:\n      tag: 1.1\n";
    let app = with_values(VALUES);
    let files = [
        ("base/web.yaml", app.as_str()),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        (
            "clusters/flux.yaml",
            &format!(
                "{}---\n{}",
                flux_kustomization("one", "./one", ""),
                flux_kustomization("two", "./two", "")
            ),
        ),
        ("one/kustomization.yaml", patch),
        ("one/patch.yaml", fragment),
        ("two/kustomization.yaml", "resources: [../base]\n"),
    ];
    check_images(
        &files,
        &["base/web.yaml:11 docker.io/acme/web 1.0", "one/patch.yaml:7 docker.io/acme/web 1.1"],
    );
}

#[test]
fn kustomize_images_do_not_reach_into_releases() {
    let expected =
        ["a/kustomization.yaml:3 docker.io/acme/web 1.1", "a/web.yaml:11 docker.io/acme/web 1.0"];
    check_patch("images:\n  - {name: acme/web, newTag: 1.1}\n", &expected);
}

#[test]
fn an_overlay_s_patch_takes_the_base_s_pin_from_its_release_alone() {
    let app = with_values(VALUES).replace("  namespace: default\n", "");
    let fragment = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  values:\n    image:\n      tag: 1.1\n";
    let inventory = inventory(&[
        ("base/web.yaml", app.as_str()),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        (
            "one/kustomization.yaml",
            "namespace: one\nresources: [../base]\npatches:\n  - path: patch.yaml\n",
        ),
        ("one/patch.yaml", fragment),
        ("two/kustomization.yaml", "namespace: two\nresources: [../base]\n"),
    ]);
    let runs = |id: &str| {
        let pin = inventory.pins.iter().find(|pin| pin.id == id).unwrap();
        assert_eq!(pin.locked, None);
        let releases: Vec<_> = pin.releases.iter().map(ToString::to_string).collect();
        releases.join(" ")
    };
    assert_eq!(runs("base/web.yaml#0:/spec/values/image/tag"), "two/web");
    assert_eq!(runs("one/patch.yaml#0:/spec/values/image/tag"), "one/web");
}

#[test]
fn a_file_of_values_stays_with_the_release_that_takes_it_as_it_is() {
    let spec = "valuesFrom: [{kind: ConfigMap, name: vars}]\n";
    let own = release("web", &format!("{spec}values: {{image: {{tag: 1.1}}}}"));
    let plain = release("api", spec);
    let held = map("  values.yaml: |\n    image:\n      repository: acme/web\n      tag: 1.0\n");
    let inventory = inventory(&[("web.yaml", &own), ("api.yaml", &plain), ("map.yaml", &held)]);
    let runs: Vec<String> = inventory
        .pins
        .iter()
        .map(|pin| format!("{} {} {}", pin.current.text, pin.releases[0], pin.releases.len()))
        .collect();
    assert_eq!(runs, ["1.0 default/api 1", "1.1 default/web 1"]);
}

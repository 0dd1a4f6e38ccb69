//! Variables with another name: every shape in which they are set, and the texts that speak of them.

use super::*;

#[test]
fn a_rename_is_an_edit_in_every_shape_that_is_yaml() {
    let facts = || vec![renamed("APP_MODE", "APP_KIND")];
    let list = "env:\n  - name: APP_MODE # why\n    value: fast";
    check(list, facts(), &["-- name: APP_MODE # why", "+- name: APP_KIND # why"], &[]);
    check(
        "controllers: {web: {containers: {app: {env: {APP_MODE: fast}}}}}",
        facts(),
        &[
            "-controllers: {web: {containers: {app: {env: {APP_MODE: fast}}}}}",
            "+controllers: {web: {containers: {app: {env: {APP_KIND: fast}}}}}",
        ],
        &[],
    );
    let from = release("envFrom: [{configMapRef: {name: vars}}]");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: default}\ndata:\n  'APP_MODE': fast\r\n";
    check_files(
        &[("web.yaml", &from), ("vars.yaml", map)],
        Kind::App,
        facts(),
        &["-'APP_MODE': fast", "+'APP_KIND': fast"],
        &[],
    );
    let generator = "namespace: default\nresources: [web.yaml]\nconfigMapGenerator: [{name: vars, literals: [\"APP_MODE=fast\", B=1]}]\n";
    check_files(
        &[("web.yaml", &from), ("kustomization.yaml", generator)],
        Kind::App,
        facts(),
        &[
            "-configMapGenerator: [{name: vars, literals: [\"APP_MODE=fast\", B=1]}]",
            "+configMapGenerator: [{name: vars, literals: [\"APP_KIND=fast\", B=1]}]",
        ],
        &[],
    );
    let embedded = release(
        "configMaps:\n  app:\n    data:\n      app.yaml: |\n        log:\n          level: info",
    );
    check_files(
        &[("web.yaml", &embedded)],
        Kind::App,
        vec![value_renamed("log.level", "log.verbosity")],
        &["-level: info", "+verbosity: info"],
        &[],
    );
    check_files(
        &[("web.yaml", &embedded)],
        Kind::App,
        vec![value_renamed("log.level", "log.detail.verbosity")],
        &["-level: info", "+detail:", "+verbosity: info"],
        &[],
    );
}

#[test]
fn renames_that_are_more_than_a_rename_are_steps() {
    let values = "env: {APP_MODE: fast}";
    check(
        values,
        vec![renamed("APP_MODE", "APP_KIND + APP_SPEED")],
        &[],
        &[
            "step: `APP_MODE` at web.yaml:7 is replaced by APP_KIND + APP_SPEED, more than one (now `fast`)",
        ],
    );
    let inverted = "`APP_MODE` becomes `APP_KIND`, and its values change from `fast` to `f`";
    check(
        values,
        vec![fact(FactKind::EnvRenamed, "APP_MODE", Some("APP_KIND"), inverted)],
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` in the release's values at web.yaml:7 and look at its value, which means something else now (now `fast`)",
        ],
    );
    check(
        values,
        vec![
            renamed("APP_MODE", "APP_KIND"),
            fact(FactKind::EnvChanged, "APP_KIND", None, "`APP_KIND` is a number"),
        ],
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` in the release's values at web.yaml:7 and look at its value, which means something else now (now `fast`)",
        ],
    );
    check(
        "env: {APP_MODE: fast, APP_KIND: slow}",
        vec![renamed("APP_MODE", "APP_KIND")],
        &[],
        &[
            "step: `APP_MODE` at web.yaml:7 is called `APP_KIND` now, which is set as well at web.yaml:7: keep one and delete `APP_MODE`",
        ],
    );
    check(
        values,
        vec![renamed("APP_MODE", "APP_KIND"), renamed("APP_MODE", "APP_SORT")],
        &[],
        &[
            "step: `APP_MODE` at web.yaml:7 is replaced by APP_KIND, or by APP_SORT: the notes say both (now `fast`)",
            "step: `APP_MODE` at web.yaml:7 is replaced by APP_SORT, or by APP_KIND: the notes say both (now `fast`)",
        ],
    );
}

#[test]
fn renames_in_a_row_are_one() {
    let chain = vec![renamed("APP_MODE", "APP_KIND"), renamed("APP_KIND", "APP_SORT")];
    let changed = ["-env: {APP_MODE: fast}", "+env: {APP_SORT: fast}"];
    check("env: {APP_MODE: fast}", chain.clone(), &changed, &[]);
    let mut gone = chain;
    gone.push(fact(FactKind::EnvRemoved, "APP_SORT", None, "`APP_SORT` is removed"));
    check(
        "env: {APP_MODE: fast}",
        gone,
        &[],
        &[
            "step: rename `APP_MODE` to `APP_SORT` in the release's values at web.yaml:7, which is gone again in 2.0.0 (now `fast`)",
        ],
    );
}

#[test]
fn texts_that_speak_of_a_variable_follow_it_where_they_certainly_mean_it() {
    let facts = || vec![renamed("APP_DIR", "APP_ROOT")];
    check(
        "env: {APP_DIR: /x, APP_LOG: $(APP_DIR)/log}\nargs: [run, --log=$(APP_DIR)]",
        facts(),
        &[
            "-env: {APP_DIR: /x, APP_LOG: $(APP_DIR)/log}",
            "-args: [run, --log=$(APP_DIR)]",
            "+env: {APP_ROOT: /x, APP_LOG: $(APP_ROOT)/log}",
            "+args: [run, --log=$(APP_ROOT)]",
        ],
        &[],
    );
    check(
        "env: {APP_DIR: /x}\ncommand: [sh, -c, 'ls $APP_DIR']",
        facts(),
        &[],
        &[
            "step: rename `APP_DIR` to `APP_ROOT` in the release's values at web.yaml:7, and where it is spoken of: web.yaml:8",
        ],
    );
}

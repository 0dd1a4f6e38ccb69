//! What is gone, asked for, changed or given up, and what nobody sets.

use super::*;

#[test]
fn what_is_gone_is_taken_out_only_where_it_must_be() {
    let values = "env:\n  APP_MODE: fast # old\n  B: x";
    let removed = |quote| vec![fact(FactKind::EnvRemoved, "APP_MODE", None, quote)];
    check(
        values,
        removed("`APP_MODE` is removed"),
        &[],
        &["step: `APP_MODE` at web.yaml:8 is no longer read and can be deleted (now `fast`)"],
    );
    let must = "`APP_MODE` must be removed, else the server will not start";
    check(values, removed(must), &["-APP_MODE: fast # old"], &[]);
    check(
        "env: {APP_MODE: fast, C_D: $(APP_MODE)}",
        removed(must),
        &[],
        &["step: delete `APP_MODE` in the release's values at web.yaml:7"],
    );
}

#[test]
fn demands_are_met_or_said() {
    let demand = |quote| vec![fact(FactKind::EnvRequired, "APP_KEY_ID", None, quote)];
    let plain = "`APP_KEY_ID` is required";
    check("env: {APP_KEY_ID: x}", demand(plain), &[], &["fine: `APP_KEY_ID` is set at web.yaml:7"]);
    check(
        "env: {APP_KEY_ID_FILE: /x}",
        demand(plain),
        &[],
        &["fine: `APP_KEY_ID_FILE` is set at web.yaml:7"],
    );
    check(
        "env: {APP_MODE: x}",
        demand(plain),
        &[],
        &["step: set `APP_KEY_ID` before upgrading; other variables stand at web.yaml:7"],
    );
    check(
        "envFrom: [{secretRef: {name: gone}}]",
        demand(plain),
        &[],
        &[
            "step: set `APP_KEY_ID` before upgrading; this cannot be seen and may set it: the Secret default/gone, which the repository does not define (web.yaml:7)",
        ],
    );
    check(
        "env: {APP_MODE: x}",
        demand("`APP_KEY_ID` is required if you use keys"),
        &[],
        &[
            "question: set `APP_KEY_ID` before upgrading; other variables stand at web.yaml:7, if what the notes say concerns this release: `APP_KEY_ID` is required if you use keys",
        ],
    );
}

#[test]
fn changes_and_deprecations_are_questions_with_the_present_value() {
    check(
        "env: {APP_MODE: fast, APP_TOKEN: x}",
        vec![
            fact(FactKind::EnvChanged, "APP_MODE", None, "the default of `APP_MODE` is slow"),
            fact(FactKind::EnvDeprecated, "APP_TOKEN", None, "`APP_TOKEN` is deprecated"),
        ],
        &[],
        &[
            "question: look at `APP_MODE` at web.yaml:7, which changes in 2.0.0 (now `fast`)",
            "question: `APP_TOKEN` at web.yaml:7 still works, and will not for ever",
        ],
    );
}

#[test]
fn facts_about_nothing_that_is_set_are_counted() {
    let file = release("env: {APP_MODE: x}");
    let facts = vec![
        renamed("APP_GONE", "APP_NEW"),
        fact(FactKind::EnvAdded, "APP_MORE", None, "new"),
        renamed("APP_OLD", "APP_MODE"),
    ];
    let came = Case { files: &[("web.yaml", &file)], kind: Kind::App, facts }.meet();
    assert_eq!(came.unset, [0]);
    assert_eq!(came.said, ["fine: `APP_MODE` is set already, at web.yaml:7"]);
}

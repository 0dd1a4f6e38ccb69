//! Names as notes write them, and how much of a name is enough.

use super::*;

#[test]
fn names_are_found_as_notes_write_them() {
    let env = "env: {APP_LOG_LEVEL: info, APP_MODE: x, APP_URL: y}";
    let changed =
        |new: &str| [format!("-{env}"), format!("+{}", env.replace("APP_LOG_LEVEL", new))];
    for fact in [
        renamed("LOG_LEVEL", "LOG_VERBOSITY"),
        renamed("LOG_LEVEL", "APP_LOG_VERBOSITY"),
        renamed("*_LOG_LEVEL", "*_LOG_VERBOSITY"),
    ] {
        let lines = changed("APP_LOG_VERBOSITY");
        check(env, vec![fact], &lines.each_ref().map(String::as_str), &[]);
    }
    // One other variable with the prefix is too few, and one without it too many.
    for values in [
        "env: {APP_LOG_LEVEL: info, APP_MODE: x}",
        "env: {APP_LOG_LEVEL: info, APP_MODE: x, APP_URL: y, DB_URL: z}",
    ] {
        check(values, vec![renamed("LOG_LEVEL", "LOG_VERBOSITY")], &[], &[]);
    }
    // The notes show it.
    let shown = fact(FactKind::EnvRenamed, "LOG_LEVEL", Some("LOG_V"), "`APP_LOG_LEVEL` is LOG_V");
    let lines = ["-env: {APP_LOG_LEVEL: info}", "+env: {APP_LOG_V: info}"];
    check("env: {APP_LOG_LEVEL: info}", vec![shown], &lines, &[]);
    // Of a key of the configuration the variable's new name would be a guess.
    check(
        "env: {AUTH_ADMIN_PASSWORD: x, auth__level: y}",
        vec![value_renamed("auth.adminPassword", "auth.adminSecret")],
        &[],
        &[
            "question: `AUTH_ADMIN_PASSWORD` at web.yaml:7 is probably what the notes call `auth.adminPassword`, which becomes `auth.adminSecret`: rename it by hand",
        ],
    );
    check(
        "env: {APP_DATA_FILE: /x}",
        vec![renamed("APP_DATA", "APP_STORE")],
        &[],
        &[
            "question: rename `APP_DATA_FILE` to `APP_STORE_FILE` in the release's values at web.yaml:7, if it is what the notes call `APP_DATA`",
        ],
    );
}

#[test]
fn a_short_or_common_name_is_never_enough() {
    for (values, name) in [
        ("env: {APP_HOST: x, APP_A: y, APP_B: z}", "HOST"),
        ("env: {APP_PORT: x, APP_A: y, APP_B: z}", "port"),
        ("port: 80\nservice: {port: 80}", "port"),
        ("env: {HOST: x}", "host"),
    ] {
        let facts = vec![renamed(name, "ELSE_WHERE"), value_renamed(name, "else.where")];
        let file = release(values);
        let came = Case { files: &[("web.yaml", &file)], kind: Kind::App, facts }.meet();
        assert_eq!(came.said, [""; 0], "{values}");
        assert_eq!(came.unset, [0, 1], "{values}");
    }
}

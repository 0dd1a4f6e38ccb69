//! What is left to a person: secrets, shared texts, and what is not sure.

use super::*;

#[test]
fn what_is_secret_or_no_yaml_is_a_step_that_names_file_line_and_key() {
    let facts = || vec![renamed("APP_MODE", "APP_KIND")];
    let from = release("envFrom: [{secretRef: {name: vars}}]");
    let sops = "apiVersion: v1\nkind: Secret\nmetadata: {name: vars, namespace: default}\nstringData:\n  APP_MODE: ENC[x]\nsops: {mac: x}\n";
    check_files(
        &[("web.yaml", &from), ("vars.sops.yaml", sops)],
        Kind::App,
        facts(),
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` in the Secret default/vars (encrypted with SOPS) at vars.sops.yaml:5; it is not edited: the file is encrypted with SOPS",
        ],
    );
    let lines = "namespace: default\nresources: [web.yaml]\nsecretGenerator: [{name: vars, envs: [app.env]}]\n";
    check_files(
        &[("web.yaml", &from), ("kustomization.yaml", lines), ("app.env", "A=1\nAPP_MODE=x\n")],
        Kind::App,
        facts(),
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` in the generated Secret default/vars at app.env:2; it is not edited: it is a Secret",
        ],
    );
}

#[test]
fn a_text_that_others_read_is_left_alone() {
    let from = release("envFrom: [{configMapRef: {name: vars}}]");
    let other = from.replace("name: web,", "name: other,");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: default}\ndata: {APP_MODE: fast}\n";
    check_files(
        &[("web.yaml", &from), ("other.yaml", &other), ("vars.yaml", map)],
        Kind::App,
        vec![renamed("APP_MODE", "APP_KIND")],
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` in the ConfigMap default/vars at vars.yaml:4; it is not edited: default/other reads it as well",
        ],
    );
}

#[test]
fn what_is_not_sure_is_asked_and_what_cannot_be_proved_is_a_step() {
    let mut low = renamed("APP_MODE", "APP_KIND");
    low.confidence = Confidence::Low;
    check(
        "env: {APP_MODE: fast}",
        vec![low],
        &[],
        &[
            "question: rename `APP_MODE` to `APP_KIND`? The notes may say so: CHANGES.md:7: `APP_MODE` is renamed to `APP_KIND`",
        ],
    );
    check(
        "env:\n  APP_MODE: a\n  APP_MODE: b",
        vec![renamed("APP_MODE", "APP_KIND")],
        &[],
        &[
            "step: rename `APP_MODE` to `APP_KIND` at web.yaml:8; it is not edited: web.yaml: line 9: 0:/spec/values/env/APP_MODE is ambiguous, the key stands twice (`APP_MODE`)",
            "step: rename `APP_MODE` to `APP_KIND` at web.yaml:9; it is not edited: web.yaml: line 9: 0:/spec/values/env/APP_MODE is ambiguous, the key stands twice (`APP_MODE`)",
        ],
    );
}

#[test]
fn what_other_containers_set_is_asked_about() {
    let facts = || vec![renamed("LOG_LEVEL", "LOG_VERBOSITY")];
    let sidecar = "b: {image: {repository: acme/db, tag: 1}, env: {LOG_LEVEL: x}}";
    check(
        &format!("a: {{image: 'ghcr.io/acme/web:1', env: {{LOG_LEVEL: y}}}}\n{sidecar}"),
        facts(),
        &[
            "-a: {image: 'ghcr.io/acme/web:1', env: {LOG_LEVEL: y}}",
            "+a: {image: 'ghcr.io/acme/web:1', env: {LOG_VERBOSITY: y}}",
        ],
        &[],
    );
    check(
        sidecar,
        facts(),
        &[],
        &[
            "question: rename `LOG_LEVEL` to `LOG_VERBOSITY`? It stands in a container that runs acme/db",
        ],
    );
    let own = "a: {image: {repository: acme/web, tag: 1}, env: [{name: LOG_LEVEL, value: x}]}";
    let renamed = own.replace("LOG_LEVEL", "LOG_VERBOSITY");
    check(own, facts(), &[&format!("-{own}"), &format!("+{renamed}")], &[]);
}

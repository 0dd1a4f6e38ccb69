//! What releases are found to set, in all the shapes that repositories use.

use std::collections::BTreeSet;

use super::{SOURCE, flux_kustomization, indent, release, with_values};
use crate::flux::{ObjectName, Setting, SettingKind, Settings, Spelled, settings};
use crate::tree::MemoryTree;

fn settings_of(files: &[(&str, &str)]) -> Settings {
    let tree = MemoryTree::of(files.iter().copied()).unwrap();
    let web = ObjectName::new(Some("default"), "web");
    let mut all = settings(&tree, &|_| true, &BTreeSet::from([web.clone()])).unwrap();
    all.remove(&web).unwrap_or_else(|| panic!("the release is not found"))
}

/// Compares the settings of some kinds: `FILE:LINE:COLUMN name = value`, with what speaks against
/// an edit in brackets.
#[track_caller]
fn check(kinds: &[SettingKind], files: &[(&str, &str)], expected: &[&str]) {
    let settings = settings_of(files);
    let chosen = settings.list.iter().filter(|setting| kinds.contains(&setting.kind));
    let found: Vec<String> = chosen.map(line).collect();
    assert_eq!(found, expected);
}

fn line(setting: &Setting) -> String {
    let value = setting.value.as_ref().map(|v| format!(" = {}", v.text)).unwrap_or_default();
    let locked = setting.locked.as_ref().map(|why| format!(" [{}]", why.code)).unwrap_or_default();
    let shared: String =
        setting.shared_with.iter().flat_map(|other| [" +".to_owned(), other.to_string()]).collect();
    format!("{} {}{value}{locked}{shared}", setting.key.position, setting.name)
}

/// Compares the variables of a release with these values, in `web.yaml`.
#[track_caller]
fn check_variables(values: &str, expected: &[&str]) {
    let file = with_values(values);
    check(&[SettingKind::Variable], &[("web.yaml", &file), ("source.yaml", SOURCE)], expected);
}

#[test]
fn variables_stand_in_mappings_and_lists() {
    check_variables(
        "controllers:\n  web:\n    containers:\n      app:\n        env:\n          APP_MODE: fast\n          app__url: x\n          APP_TOKEN: hunter2\n          APP_DB: {valueFrom: {secretKeyRef: {name: s, key: k}}}\n          APP_LIST: {value: '1', dependsOn: APP_MODE}",
        &[
            "web.yaml:14:15 APP_MODE = fast",
            "web.yaml:15:15 app__url = x",
            "web.yaml:16:15 APP_TOKEN",
            "web.yaml:17:15 APP_DB",
            "web.yaml:18:15 APP_LIST = 1",
        ],
    );
    check_variables(
        "env:\n  - name: APP_MODE\n    value: fast\n  - name: APP_IP\n    valueFrom: {fieldRef: {fieldPath: x}}\n  - TZ: UTC",
        &["web.yaml:10:15 APP_MODE = fast", "web.yaml:12:15 APP_IP", "web.yaml:14:9 TZ = UTC"],
    );
    check_variables(
        "extraEnvVars: [{name: a, value: b}]\nconfig: {APP_MODE: fast, plain: x}\nsidecars: [{name: SHOUT, image: x}]",
        &["web.yaml:9:27 a = b", "web.yaml:10:14 APP_MODE = fast"],
    );
    check_variables(
        "env: {normal: {APP_MODE: fast}, TZ: UTC}",
        &["web.yaml:9:20 APP_MODE = fast", "web.yaml:9:37 TZ = UTC"],
    );
}

#[test]
fn an_alias_is_read_where_its_text_stands() {
    check_variables(
        "one: {env: &env {APP_MODE: &mode fast}}\ntwo: {env: *env}\nthree: {env: {<<: *env, APP_MORE: *mode}}",
        &["web.yaml:9:22 APP_MODE = fast", "web.yaml:11:29 APP_MORE = fast"],
    );
    let shared = "a: &name APP_MODE\nenv:\n  *name : fast\n  \"${X}_Y\": z";
    check_variables(shared, &["web.yaml:11:7 APP_MODE = fast [alias]"]);
}

#[test]
fn values_have_dotted_paths_and_flags_their_dashes() {
    let values = "ingress: {main: {enabled: true}}\nlist: [{name: x}]\nargs: [--log-level=info, --quiet, run]";
    let file = with_values(values);
    let files = [("web.yaml", file.as_str()), ("source.yaml", SOURCE)];
    check(
        &[SettingKind::Value, SettingKind::Flag],
        &files,
        &[
            "web.yaml:9:5 ingress",
            "web.yaml:9:15 ingress.main",
            "web.yaml:9:22 ingress.main.enabled = true",
            "web.yaml:10:5 list",
            "web.yaml:10:13 list[0].name = x",
            "web.yaml:11:5 args",
            "web.yaml:11:12 --log-level",
            "web.yaml:11:30 --quiet",
        ],
    );
}

/// A release that takes all variables of the object `vars`.
fn env_from(item: &str) -> String {
    with_values(&format!("controllers: {{web: {{containers: {{app: {{envFrom: [{item}]}}}}}}}}"))
}

fn object(kind: &str, rest: &str) -> String {
    format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: vars, namespace: default}}\n{rest}")
}

const VARIABLES: &[SettingKind] = &[SettingKind::Variable];

#[test]
fn variables_come_from_config_maps() {
    let map = object("ConfigMap", "data:\n  APP_MODE: fast\n  app.url: x\n");
    for item in ["{configMapRef: {name: vars}}", "{configMap: vars}"] {
        let file = env_from(item);
        check(
            VARIABLES,
            &[("web.yaml", &file), ("vars.yaml", &map)],
            &["vars.yaml:5:3 APP_MODE = fast", "vars.yaml:6:3 app.url = x"],
        );
    }
    // Another release reads it as well.
    let file = env_from("{configMapRef: {name: vars}}");
    let other = file.replace("name: web", "name: other");
    check(
        VARIABLES,
        &[("web.yaml", &file), ("other.yaml", &other), ("vars.yaml", &map)],
        &[
            "vars.yaml:5:3 APP_MODE = fast +default/other",
            "vars.yaml:6:3 app.url = x +default/other",
        ],
    );
    // One of another namespace is another one.
    let far = map.replace("namespace: default", "namespace: far");
    check(VARIABLES, &[("web.yaml", &file), ("vars.yaml", &far)], &[]);
}

#[test]
fn variables_come_from_generators() {
    let file = env_from("{configMapRef: {name: vars}}");
    let generator = "namespace: default\nresources: [web.yaml]\nconfigMapGenerator:\n  - name: vars\n    literals:\n      - APP_MODE=fast\n      - \"APP_TOKEN=x\"\n    envs: [app.env]\n";
    check(
        VARIABLES,
        &[
            ("kustomization.yaml", generator),
            ("web.yaml", &file),
            ("app.env", "# more\nAPP_URL=http://x\n"),
        ],
        &[
            "app.env:2:1 APP_URL = http://x [plain-text]",
            "kustomization.yaml:6:9 APP_MODE = fast",
            "kustomization.yaml:7:9 APP_TOKEN",
        ],
    );
    let secret = generator.replace("configMap", "secret");
    check(
        VARIABLES,
        &[
            ("kustomization.yaml", &secret),
            ("web.yaml", &env_from("{secretRef: {name: vars}}")),
            ("app.env", "APP_URL=http://x\n"),
        ],
        &[
            "app.env:1:1 APP_URL [secret]",
            "kustomization.yaml:6:9 APP_MODE [secret]",
            "kustomization.yaml:7:9 APP_TOKEN [secret]",
        ],
    );
}

#[test]
fn secrets_show_their_key_names_and_nothing_else() {
    let file = env_from("{secretRef: {name: vars}}");
    let plain = object("Secret", "stringData:\n  APP_MODE: fast\ndata: {APP_KEY: eA==}\n");
    check(
        VARIABLES,
        &[("web.yaml", &file), ("s.yaml", &plain)],
        &["s.yaml:5:3 APP_MODE [secret]", "s.yaml:6:8 APP_KEY [secret]"],
    );
    let sops = object("Secret", "stringData:\n  APP_MODE: ENC[x]\nsops: {mac: x}\n");
    let files = [("web.yaml", file.as_str()), ("s.sops.yaml", &sops)];
    check(VARIABLES, &files, &["s.sops.yaml:5:3 APP_MODE [encrypted]"]);
    let found = format!("{:?}", settings_of(&files));
    assert!(!found.contains("ENC["), "{found}");
}

#[test]
fn external_secrets_name_the_keys_that_they_make() {
    fn external(spec: &str) -> String {
        let spec = indent(spec);
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: web, namespace: default}}\nspec:\n{spec}"
        )
    }
    let file = env_from("{secretRef: {name: vars}}");
    for (spec, expected, hidden) in [
        (
            "target: {name: vars}\ndata: [{secretKey: APP_MODE, remoteRef: {key: x}}]",
            vec!["s.yaml:6:22 APP_MODE [external-secret]"],
            vec![],
        ),
        (
            "target: {name: vars, template: {data: {APP_MODE: '{{ .x }}'}}}\ndata: [{secretKey: x}]\ndataFrom: [{extract: {key: y}}]",
            vec!["s.yaml:5:42 APP_MODE [external-secret]"],
            vec![],
        ),
        (
            "target: {name: vars}\ndataFrom: [{extract: {key: y}}]",
            vec![],
            vec!["keys that the ExternalSecret for default/vars fetches by themselves"],
        ),
    ] {
        let external = external(spec);
        let files = [("web.yaml", file.as_str()), ("s.yaml", &external)];
        check(VARIABLES, &files, &expected);
        let found = settings_of(&files).hidden;
        assert_eq!(found.iter().map(|h| h.what.as_str()).collect::<Vec<_>>(), hidden, "{spec}");
    }
}

#[test]
fn what_the_repository_does_not_show_is_said() {
    let file = env_from("{secretRef: {name: gone}}");
    let file = file.replace("  values:", "  valuesFrom: [{kind: Secret, name: more}]\n  values:");
    let hidden = settings_of(&[("web.yaml", &file)]).hidden;
    let found: Vec<String> =
        hidden.iter().map(|hidden| format!("{} {}", hidden.position, hidden.what)).collect();
    assert_eq!(
        found,
        [
            "web.yaml:8:16 values from the Secret default/more",
            "web.yaml:10:73 the Secret default/gone, which the repository does not define",
        ]
    );
}

#[test]
fn configuration_is_read_in_yaml_and_in_lines() {
    let config = &[SettingKind::ConfigKey];
    let file = with_values("persistence: {config: {type: configMap, name: vars}}");
    let map = object(
        "ConfigMap",
        "data:\n  config.yaml: |\n    log:\n      level: info\n  app.toml: |\n\n    [server]\n    port = 80\n",
    );
    let files = [("web.yaml", file.as_str()), ("vars.yaml", &map)];
    check(
        config,
        &files,
        &[
            "vars.yaml:6:5 log",
            "vars.yaml:7:7 log.level = info",
            "vars.yaml:11:5 server.port = 80 [plain-text]",
        ],
    );
    let inline = with_values(
        "configMaps:\n  config:\n    data:\n      config.json: |\n        {\"log\": {\"level\": \"info\"}}",
    );
    check(
        config,
        &[("web.yaml", &inline)],
        &["web.yaml:13:14 log", "web.yaml:13:22 log.level = info"],
    );
    let generated = "namespace: default\nresources: [web.yaml]\nconfigMapGenerator: [{name: vars, files: [config.yaml, app.ini]}]\n";
    check(
        config,
        &[
            ("kustomization.yaml", generated),
            ("web.yaml", &file),
            ("config.yaml", "log: {level: info}\n"),
            ("app.ini", "[log]\nlevel=info\n"),
        ],
        &[
            "config.yaml:1:1 log",
            "config.yaml:1:7 log.level = info",
            "app.ini:2:1 log.level = info [plain-text]",
        ],
    );
}

#[test]
fn patches_and_files_of_values_set_things_as_well() {
    let flux = flux_kustomization(
        "apps",
        "./apps",
        "patches:\n  - target: {kind: HelmRelease, name: web}\n    patch: |\n      - {op: add, path: /spec/values/env/APP_MODE, value: slow}\n      - {op: add, path: /spec/values/more, value: {APP_MORE: x}}\n  - patch: |\n      apiVersion: helm.toolkit.fluxcd.io/v2\n      kind: HelmRelease\n      metadata: {name: web}\n      spec: {values: {env: {APP_LAST: y}}}",
    );
    let from = release(
        "web",
        "valuesFrom: [{kind: ConfigMap, name: vars}]\nvalues: {env: {APP_MODE: fast}}",
    );
    let map = object("ConfigMap", "data:\n  values.yaml: |\n    env: {APP_FILE: z}\n");
    check(
        VARIABLES,
        &[("flux.yaml", &flux), ("apps/web.yaml", &from), ("apps/vars.yaml", &map)],
        &[
            "apps/web.yaml:9:18 APP_MODE = fast",
            "apps/vars.yaml:6:11 APP_FILE = z",
            "flux.yaml:12:27 APP_MODE = slow [part-of-a-path]",
            "flux.yaml:13:54 APP_MORE = x",
            "flux.yaml:18:31 APP_LAST = y",
        ],
    );
}

#[test]
fn a_value_behind_a_variable_is_placed_where_it_is_defined() {
    let flux = flux_kustomization("apps", "./apps", "postBuild: {substitute: {MODE: fast}}");
    let file = with_values("env: {APP_MODE: '${MODE}', APP_URL: 'http://${MODE}'}");
    let settings = settings_of(&[("flux.yaml", &flux), ("apps/web.yaml", &file)]);
    let values: Vec<String> = settings
        .list
        .iter()
        .filter_map(|s| s.value.as_ref())
        .map(|value| format!("{} {}", value.place.position, value.text))
        .collect();
    assert_eq!(values, ["flux.yaml:9:34 fast", "apps/web.yaml:9:41 http://fast"]);
}

#[test]
fn texts_that_speak_of_a_variable_are_found() {
    let values = "env: {APP_DIR: /x, APP_LOG: $(APP_DIR)/log}\ncommand: [sh, -c, 'cd $APP_DIR && ls ${OTHER}']";
    let file = with_values(values);
    let mentions = settings_of(&[("web.yaml", &file)]).mentions;
    let found: Vec<String> = mentions
        .iter()
        .map(|m| format!("{} {} {}", m.place.position, m.name, m.filled_in))
        .collect();
    assert_eq!(found, ["web.yaml:9:33 APP_DIR true", "web.yaml:10:23 APP_DIR false"]);
}

#[test]
fn a_name_is_spelled_as_a_key_or_inside_a_text() {
    let file =
        with_values("env: [{name: APP_MODE, value: x}]\nargs: [--log=x]\nextraEnv: {APP_URL: x}");
    let settings = settings_of(&[("web.yaml", &file)]);
    let named = |name: &str| settings.list.iter().find(|s| s.name == name).unwrap();
    let text = |text: &str, end| Spelled::Text { text: text.into(), name: 0..end };
    assert_eq!(named("APP_MODE").spelled, text("APP_MODE", 8));
    assert_eq!(named("--log").spelled, text("--log=x", 5));
    assert_eq!(named("APP_URL").spelled, Spelled::Key);
}

//! Facts met with small repositories: what is edited, and what is left to a person.

use std::collections::{BTreeMap, BTreeSet};

use super::super::plan_types::{Change, FileEdit};
use super::super::render::render;
use super::{Outcome, meet, proved};
use crate::flux::{ObjectName, settings};
use crate::notes::{Confidence, Evidence, Fact, FactKind, Kind};
use crate::tree::{MemoryTree, Overlay, RepoPath, Tree};

/// A repository of one release, `default/web`, and what notes say.
struct Case<'c> {
    files: &'c [(&'c str, &'c str)],
    kind: Kind,
    facts: Vec<Fact>,
}

fn fact(kind: FactKind, name: &str, new: Option<&str>, quote: &str) -> Fact {
    let evidence = Evidence { source: "CHANGES.md".into(), line: 7, quote: quote.into() };
    Fact {
        kind,
        version: "2.0.0".into(),
        name: Some(name.into()),
        old: new.map(|_| name.into()),
        new: new.map(Into::into),
        component: None,
        range: None,
        summary: quote.into(),
        confidence: Confidence::High,
        rule: "test".into(),
        evidence: vec![evidence],
    }
}

fn renamed(old: &str, new: &str) -> Fact {
    fact(FactKind::EnvRenamed, old, Some(new), &format!("`{old}` is renamed to `{new}`"))
}

fn value_renamed(old: &str, new: &str) -> Fact {
    fact(FactKind::ValueRenamed, old, Some(new), &format!("`{old}` is renamed to `{new}`"))
}

/// What came of a case: the lines that changed, and the texts of all else.
struct Came {
    changed: Vec<String>,
    said: Vec<String>,
    unset: Vec<usize>,
}

impl Case<'_> {
    /// Meets the facts, makes the edits, and makes sure that the way back is exact.
    #[track_caller]
    fn meet(&self) -> Came {
        let tree = MemoryTree::of(self.files.iter().copied()).unwrap();
        let web = ObjectName::new(Some("default"), "web");
        let upgraded = BTreeSet::from([web.clone()]);
        let settings = settings(&tree, &|_| true, &upgraded).unwrap();
        let images = ["ghcr.io/acme/web".to_owned()];
        let met = meet(&self.facts, self.kind, &images, &settings[&web], &upgraded);
        let met = proved(&tree, met);
        let mut edits: Vec<FileEdit> = Vec::new();
        let mut said = Vec::new();
        for found in &met.matches {
            match &found.outcome {
                Outcome::Edit { edits: more, .. } => edits.extend(more.clone()),
                Outcome::Step { text, .. } => said.push(format!("step: {text}")),
                Outcome::Question { text, .. } => said.push(format!("question: {text}")),
                Outcome::Fine { text, .. } => said.push(format!("fine: {text}")),
            }
        }
        Came { changed: changed(&tree, edits), said, unset: met.unset }
    }
}

/// Makes edits and returns the lines that are new; the inverse must give the base's bytes.
#[track_caller]
fn changed(tree: &MemoryTree, edits: Vec<FileEdit>) -> Vec<String> {
    let change = |edits| Change::of("x", "", edits);
    let made = render(tree, &[], &[&change(edits)]).unwrap();
    let overlay = Overlay::new(tree, &made.patches);
    let back = render(&overlay, &[], &[&change(made.inverse)]).unwrap();
    let mut lines = Vec::new();
    let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap()).unwrap();
    let files: BTreeMap<&RepoPath, _> = made.patches.iter().collect();
    for (path, after) in files {
        assert_eq!(back.patches[path], tree.read(path).unwrap(), "{path} does not come back");
        let (before, after) = (text(&tree.read(path).unwrap()), text(after));
        let diff = similar::TextDiff::from_lines(&before, &after);
        let different = diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal);
        lines.extend(different.map(|c| format!("{}{}", c.tag(), c.value().trim())));
    }
    lines
}

/// Writes the release with these values.
fn release(values: &str) -> String {
    let indented: String = values.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: default}}\nspec:\n  chart: {{spec: {{chart: web}}}}\n  values:\n{indented}"
    )
}

/// Compares what comes of an application's facts for a release with these values.
#[track_caller]
fn check(values: &str, facts: Vec<Fact>, changed: &[&str], said: &[&str]) {
    let file = release(values);
    check_files(&[("web.yaml", &file)], Kind::App, facts, changed, said);
}

#[track_caller]
fn check_files(
    files: &[(&str, &str)],
    kind: Kind,
    facts: Vec<Fact>,
    changed: &[&str],
    said: &[&str],
) {
    let came = Case { files, kind, facts }.meet();
    assert_eq!(came.changed, changed, "changed lines");
    assert_eq!(came.said, said, "what is said");
}

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

//! What refit adds to a cluster, held against the schemas of those who read it.
//!
//! A repository with everything in it is asked for every kind of backup. Jobs, and the pods of a
//! runbook, are validated by `kubernetes-validate`. No package carries the schemas of Velero and
//! `VolSync` as such; a crate has types that were generated from them and from `CloudNativePG`'s, and
//! their fields, kinds and what may not be missing are read from its text. The Pod Security Standard
//! `restricted` has no schema: its rules stand here, from its documentation.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use refit::flux::{ObjectName, discover};
use refit::policy::{self, Backup, Dumps};
use refit::runbook::Block;
use refit::state::states;
use refit::tree::{Overlay, RepoPath, Tree, WorkTree};
use refit::upgrade::{Change, Subject, Unit, backups, lay, render};
use serde_json::Value;

use crate::parts_git::skipped;
use crate::runbooks::{read, write};

/// The files of the repository.
const FILES: &[(&str, &str)] = &[
    (
        "flux/apps.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    ),
    (
        "flux/velero.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: velero, namespace: flux-system}\nspec: {path: ./velero, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    ),
    (
        "velero/schedule.yaml",
        "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 1 * * *\n  template: {storageLocation: off-site, snapshotMoveData: true, ttl: 24h0m0s}\n",
    ),
    (
        "apps/kustomization.yaml",
        "namespace: shop\nresources: [web.yaml, blog.yaml, source.yaml, cluster.yaml]\n",
    ),
    (
        "apps/source.yaml",
        "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {name: web-data}\nspec:\n  sourcePVC: web-data\n  trigger:\n    schedule: 0 3 * * *\n  restic:\n    repository: web-restic\n    copyMethod: Snapshot\n    cacheCapacity: 2Gi\n    pruneIntervalDays: 7\n    moverSecurityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000}\n    retain: {daily: 7}\n",
    ),
    (
        "apps/cluster.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\nspec:\n  instances: 1\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n  plugins:\n    - {name: barman-cloud.cloudnative-pg.io, isWALArchiver: true}\n",
    ),
    (
        "apps/blog.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: blog}\nspec:\n  chart: {spec: {chart: app-template, version: 4.0.0, sourceRef: {kind: HelmRepository, name: bjw-s}}}\n  values:\n    controllers:\n      blog:\n        containers:\n          app:\n            image: {repository: registry.example/blog, tag: 1.0.0}\n            env: {DB_TYPE: postgres, DB_HOST: main-rw, DB_NAME: blog, DB_USER: blog}\n    persistence:\n      data: {existingClaim: blog-data, globalMounts: [{path: /data}]}\n",
    ),
];

const WEB: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: app-template, version: 4.0.0, sourceRef: {kind: HelmRepository, name: bjw-s}}}\n  values:\n    controllers:\n      web:\n        containers:\n          app:\n            image: {repository: registry.example/web, tag: 1.0.0}\n            env:\n              DB_TYPE: ENGINE\n              DB_HOST: web-db\n              DB_NAME: shop\n              DB_USER: shop\n              DB_PASSWORD: {valueFrom: {secretKeyRef: {name: web-secret, key: password}}}\n      db:\n        containers:\n          app:\n            image: {repository: IMAGE, tag: 8.0.1}\n    service:\n      db: {controller: db, ports: {db: {port: PORT}}}\n    persistence:\n      data: {existingClaim: web-data, advancedMounts: {web: {app: [{path: /data}]}}}\n      db: {existingClaim: web-db, advancedMounts: {db: {app: [{path: /db}]}}}\n";

/// Makes the repository, with a database of an engine beside one of its applications.
pub(crate) fn repository(engine: &str, image: &str, port: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let web = WEB.replace("ENGINE", engine).replace("IMAGE", image).replace("PORT", port);
    let files = FILES.iter().copied().chain([("apps/web.yaml", web.as_str())]);
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Returns the manifests of a kind that a release's backup by some way leads to.
fn made(repository: &Path, release: &str, way: Backup, kind: &str) -> Vec<String> {
    let tree = WorkTree::open(repository).unwrap();
    let (policies, _) = policy::builtin();
    let keep = |_: &RepoPath| true;
    let inventory = discover(&tree, &policies, &keep).unwrap();
    let states = states(&tree, &inventory, &policies, &keep, None).unwrap();
    let id = ObjectName::new(Some("shop"), release);
    let release = inventory.releases.iter().find(|release| release.id == id).unwrap();
    let unit = Unit::Image(id);
    let subject = Subject {
        unit: &unit,
        from: "1.0.0",
        to: "2.0.0",
        releases: &[release],
        states: &states,
        inventory: &inventory,
    };
    let dumps = [Dumps { releases: Vec::new(), claim: "dumps".into(), user: None }];
    let found = backups(&subject, &[way], &dumps);
    let mut texts = Vec::new();
    for part in &found.parts {
        let change = Change::of("x", "", part.edits.clone());
        let mut patches = render(&tree, &[], &[&change]).unwrap().patches;
        patches.extend(lay(&tree, &part.files).unwrap());
        let overlay = Overlay::new(&tree, &patches);
        for path in patches.keys() {
            let text = String::from_utf8(overlay.read(path).unwrap().unwrap()).unwrap();
            texts.extend(text.contains(&format!("kind: {kind}\n")).then_some(text));
        }
    }
    assert!(!texts.is_empty(), "{:?}", found.by_hand);
    texts
}

fn jobs() -> Vec<String> {
    let engines = [
        ("postgres", "docker.io/library/postgres", "5432"),
        ("mysql", "docker.io/library/mysql", "3306"),
        ("mongodb", "docker.io/library/mongo", "27017"),
        ("redis", "docker.io/library/redis", "6379"),
    ];
    let mut jobs = Vec::new();
    for (engine, image, port) in engines {
        let repository = repository(engine, image, port);
        jobs.extend(made(repository.path(), "web", Backup::Job, "Job"));
    }
    assert_eq!(jobs.len(), engines.len());
    jobs
}

fn parsed(text: &str) -> Value {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    serde::Deserialize::deserialize(documents.next().unwrap()).unwrap()
}

/// Says what of a pod the standard `restricted` does not allow.
fn not_restricted(pod: &Value) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what| wrong.extend((!holds).then_some(what));
    for name in ["hostNetwork", "hostPID", "hostIPC"] {
        must(pod[name] != true, "it shares the node's namespaces");
    }
    let security = &pod["securityContext"];
    must(security["runAsNonRoot"] == true, "it may run as root");
    must(security["runAsUser"] != 0, "it runs as root");
    must(security["seccompProfile"]["type"] == "RuntimeDefault", "it has no seccomp profile");
    for volume in pod["volumes"].as_array().unwrap() {
        let kinds = [
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "persistentVolumeClaim",
            "projected",
            "secret",
        ];
        must(
            kinds.iter().any(|kind| volume.get(kind).is_some()),
            "it mounts another kind of volume",
        );
    }
    for container in pod["containers"].as_array().unwrap() {
        let security = &container["securityContext"];
        must(security["allowPrivilegeEscalation"] == false, "it may gain privileges");
        must(
            security["capabilities"]["drop"] == serde_json::json!(["ALL"]),
            "it keeps capabilities",
        );
        must(security["capabilities"].get("add").is_none(), "it adds capabilities");
        must(security["privileged"] != true, "it is privileged");
        // Not of the standard, and asked for all the same.
        must(security["readOnlyRootFilesystem"] == true, "it writes to its root file system");
        must(container["resources"]["limits"]["memory"].is_string(), "its memory has no limit");
    }
    wrong
}

#[test]
fn jobs_may_run_where_pods_are_restricted() {
    for text in jobs() {
        let job = parsed(&text);
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!(not_restricted(pod), Vec::<&str>::new(), "{text}");
        let mut loose = pod.clone();
        loose["containers"][0]["securityContext"]["capabilities"]["drop"] = Value::Null;
        loose["securityContext"]["runAsNonRoot"] = Value::Null;
        assert_eq!(not_restricted(&loose).len(), 2);
        let script = pod["containers"][0]["command"][2].as_str().unwrap();
        let said = Command::new("sh").args(["-n", "-c", script]).output().unwrap();
        assert!(said.status.success(), "{script}");
    }
}

/// Returns something of the folder that `tests/run` keeps parts in.
fn part(path: &str, package: &str) -> Option<PathBuf> {
    let parts = std::env::var_os("REFIT_PARTS").map(PathBuf::from);
    let found = parts.map(|parts| parts.join(path)).filter(|path| path.exists());
    if found.is_none() {
        skipped(path, package);
    }
    found
}

#[test]
fn jobs_and_pods_are_what_kubernetes_asks_for() {
    let program = part("validate/bin/kubernetes-validate", "Python: kubernetes-validate==1.37.0");
    let Some(program) = program else { return };
    let validates = |text: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let output = Command::new(&program).arg("--strict").arg(file.path()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let repository = repository("postgres", "docker.io/library/postgres", "5432");
    // The volume of the application is copied by a pod where nothing else copies it.
    std::fs::remove_file(repository.path().join("velero/schedule.yaml")).unwrap();
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "blog"));
    let blocks = runbook.sections.iter().flat_map(|section| &section.blocks);
    let pods: Vec<String> = blocks
        .filter_map(|block| match block {
            Block::Shell(text) => {
                Some(text.split("<<'EOF'\n").nth(1)?.split("EOF\n").next()?.to_owned())
            }
            _ => None,
        })
        .filter(|text| text.contains("kind: Pod\n"))
        .collect();
    assert!(!pods.is_empty());
    for text in jobs().into_iter().chain(pods) {
        let (holds, said) = validates(&text);
        assert!(holds, "{said}\n{text}");
        let (holds, _) = validates(&text.replace("volumeMounts:", "volumeMount:"));
        assert!(!holds, "a misspelt key was taken: {text}");
    }
}

/// The types of a generated file: fields by struct, each with its type; variants by enum.
#[derive(Default)]
struct Types {
    structs: BTreeMap<String, BTreeMap<String, String>>,
    enums: BTreeMap<String, Vec<String>>,
}

impl Types {
    /// Reads the text of a generated module.
    fn of(text: &str) -> Self {
        let mut types = Self::default();
        let (mut inside, mut named) = (None, None);
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum "))
            {
                let name = name.trim_end_matches(" {").to_owned();
                let is_enum = line.starts_with("pub enum");
                if is_enum {
                    types.enums.entry(name.clone()).or_default();
                } else {
                    types.structs.entry(name.clone()).or_default();
                }
                inside = Some((name, is_enum));
            } else if line == "}" {
                inside = None;
            } else if let Some((_, rest)) = line.split_once("rename = \"") {
                named = rest.split('"').next().map(str::to_owned);
            } else if let Some((name, is_enum)) = &inside {
                if *is_enum && !line.starts_with(['#', '/']) {
                    let variant = line.trim_end_matches(',').to_owned();
                    types.enums.get_mut(name).unwrap().push(named.take().unwrap_or(variant));
                } else if let Some((field, kind)) =
                    line.strip_prefix("pub ").and_then(|line| line.split_once(": "))
                {
                    let field = named.take().unwrap_or(field.trim_start_matches("r#").to_owned());
                    let kind = kind.trim_end_matches(',').to_owned();
                    types.structs.get_mut(name).unwrap().insert(field, kind);
                }
            }
        }
        types
    }

    /// Lists what of a value a type does not take.
    fn wrong(&self, value: &Value, kind: &str, at: &str) -> Vec<String> {
        let inner = |outer: &str| kind.strip_prefix(outer)?.strip_suffix('>');
        if let Some(kind) = inner("Option<") {
            return if value.is_null() { Vec::new() } else { self.wrong(value, kind, at) };
        }
        if let Some(kind) = inner("Vec<") {
            let Some(items) = value.as_array() else { return vec![format!("{at} is no list")] };
            return items.iter().flat_map(|item| self.wrong(item, kind, at)).collect();
        }
        if let Some(fields) = self.structs.get(kind) {
            let Some(map) = value.as_object() else { return vec![format!("{at} is no mapping")] };
            let unknown = map.keys().filter(|key| !fields.contains_key(*key));
            let mut wrong: Vec<String> =
                unknown.map(|key| format!("{at} has no `{key}`")).collect();
            for (field, kind) in fields {
                let value = map.get(field).unwrap_or(&Value::Null);
                wrong.extend(self.wrong(value, kind, &format!("{at}.{field}")));
            }
            return wrong;
        }
        let fits = match kind {
            "String" => value.is_string(),
            "bool" => value.is_boolean(),
            "i32" | "i64" => value.is_i64(),
            "IntOrString" => value.is_string() || value.is_i64(),
            _ => match self.enums.get(kind) {
                Some(variants) => {
                    value.as_str().is_some_and(|text| variants.iter().any(|v| v == text))
                }
                None => value.is_object(),
            },
        };
        if fits { Vec::new() } else { vec![format!("{at}: {value} is no {kind}")] }
    }
}

/// Returns the types of a module of the crate.
fn types(crates: &Path, module: &str) -> Types {
    let text = std::fs::read_to_string(crates.join(module)).unwrap();
    let types = Types::of(&text);
    assert!(types.structs.len() > 3, "{module}");
    types
}

#[test]
fn what_velero_and_volsync_are_told_is_what_they_ask_for() {
    let Some(crates) = part("crds", "crate: kube-custom-resources-rs 2024.11.1") else { return };
    let repository = repository("postgres", "docker.io/library/postgres", "5432");
    let velero = types(&crates, "velero_io/v1/backups.rs");
    for text in made(repository.path(), "blog", Backup::Velero, "Backup") {
        let backup = parsed(&text);
        let spec = &backup["spec"];
        assert_eq!(velero.wrong(spec, "BackupSpec", "spec"), Vec::<String>::new(), "{text}");
        let mut wrong = spec.clone();
        wrong["includedNamespace"] = "x".into();
        wrong["snapshotMoveData"] = "yes".into();
        assert_eq!(velero.wrong(&wrong, "BackupSpec", "spec").len(), 2);
    }
    let cnpg = types(&crates, "postgresql_cnpg_io/v1/backups.rs");
    for text in made(repository.path(), "blog", Backup::Cnpg, "Backup") {
        let wrong = cnpg.wrong(&parsed(&text)["spec"], "BackupSpec", "spec");
        assert_eq!(wrong, Vec::<String>::new(), "{text}");
    }
    let sources = types(&crates, "volsync_backube/v1alpha1/replicationsources.rs");
    let text = &made(repository.path(), "web", Backup::Volsync, "ReplicationSource")[0];
    let source = parsed(text);
    assert!(source["spec"]["trigger"]["manual"].is_string(), "{text}");
    assert_eq!(
        sources.wrong(&source["spec"], "ReplicationSourceSpec", "spec"),
        Vec::<String>::new()
    );
    // The runbook makes the destinations of restore and rehearsal from the source, by `jq`.
    let destinations = types(&crates, "volsync_backube/v1alpha1/replicationdestinations.rs");
    let runbook = write(&read(repository.path()), &ObjectName::new(Some("shop"), "web"));
    let blocks = runbook.sections.iter().flat_map(|section| &section.blocks);
    let mut tried = 0;
    for block in blocks {
        let Block::Shell(text) = block else { continue };
        for line in text.lines().filter(|line| line.contains("ReplicationDestination")) {
            let filter = line.split_once("| jq").unwrap().1.rsplit_once("| kubectl").unwrap().0;
            let command = format!("SIZE=1Gi; jq {filter}");
            let mut jq = Command::new("bash");
            jq.args(["-c", &command]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut jq = jq.spawn().unwrap();
            jq.stdin.take().unwrap().write_all(source.to_string().as_bytes()).unwrap();
            let output = jq.wait_with_output().unwrap();
            let made: Value = serde_json::from_slice(&output.stdout).unwrap();
            let spec = &made["spec"];
            let wrong = destinations.wrong(spec, "ReplicationDestinationSpec", "spec");
            assert_eq!(wrong, Vec::<String>::new(), "{made}");
            assert_eq!(spec["restic"]["repository"], "web-restic");
            tried += 1;
        }
    }
    assert_eq!(tried, 2);
}

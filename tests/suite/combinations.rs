//! Stop, backup, upgrade, start and settle in every combination, through the built program.
//!
//! One repository holds a release for each: what the stop has to edit, what keeps the data, whether
//! Helm takes a failed upgrade back, and whether the new version is started apart. Every tree of
//! every stage must be readable, and one that Flux's and Kubernetes' published schemas accept where
//! they are at hand; the last one differs from the first base by the version alone, and the way
//! back ends in the base.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use refit::tree::{CommitTree, RepoPath, Tree};
use refit::yaml::Stream;
use serde::Deserialize as _;
use tempfile::TempDir;

use crate::parts_git::{Scratch, skipped};
use crate::program::refit;

/// One release.
#[derive(Debug, Clone, Copy)]
struct Combination {
    stop: &'static str,
    backup: &'static str,
    rolls_back: bool,
    apart: bool,
}

impl Combination {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for stop in ["inserted", "replaced", "patched", "appended"] {
            for backup in ["manual", "cnpg", "volsync", "velero", "job"] {
                for (rolls_back, apart) in
                    [(false, false), (false, true), (true, false), (true, true)]
                {
                    all.push(Self { stop, backup, rolls_back, apart });
                }
            }
        }
        all
    }

    fn name(self) -> String {
        let Self { stop, backup, .. } = self;
        let back = if self.rolls_back { "back" } else { "stay" };
        let start = if self.apart { "apart" } else { "with" };
        format!("{stop}-{backup}-{back}-{start}")
    }

    /// The stages that it must have.
    fn stages(self) -> Vec<&'static str> {
        let copies = self.backup != "manual";
        let mut stages = vec!["stop"];
        stages.extend(copies.then_some("backup"));
        stages.push("upgrade");
        stages.extend(self.apart.then_some("start"));
        stages.extend((copies || self.rolls_back).then_some("settle"));
        stages
    }

    fn release(self) -> String {
        let name = self.name();
        let host = match self.backup {
            "cnpg" => "main-rw.pg.svc.cluster.local",
            "job" => "db.apps.svc.cluster.local",
            _ => "db.example.org",
        };
        let head = format!(
            "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\nspec:\n  interval: 1h\n"
        );
        let remediation = if self.rolls_back {
            "  upgrade:\n    # Once is enough.\n    remediation:\n      retries: 2\n"
        } else {
            ""
        };
        let renderers = "  postRenderers:\n    - kustomize:\n        patches:\n          - target: {kind: Service}\n            patch: |\n              - {op: add, path: /metadata/labels/a, value: b}\n";
        let env = format!(
            "DB_HOST: {host}\nDB_NAME: app\nDB_USER: {{valueFrom: {{secretKeyRef: {{name: app-db, key: user}}}}}}\nDB_PASSWORD: {{valueFrom: {{secretKeyRef: {{name: app-db, key: password}}}}}}\n"
        );
        let indent = |text: &str, by: usize| -> String {
            text.lines().fold(String::new(), |mut out, line| {
                let _ = writeln!(out, "{:by$}{line}", "");
                out
            })
        };
        let tail = match self.stop {
            "inserted" | "replaced" => {
                let replicas = if self.stop == "replaced" {
                    "        replicas: 2 # two, by day and by night\n"
                } else {
                    ""
                };
                format!(
                    "  chartRef: {{kind: OCIRepository, name: app-template}}\n{remediation}  values:\n    controllers:\n      app:\n{replicas}        containers:\n          app:\n            image:\n              repository: registry.example/acme/app\n              tag: 1.0.0\n            env:\n{}    persistence:\n      data:\n        existingClaim: {name}\n",
                    indent(&env, 14)
                )
            }
            other => format!(
                "  chart: {{spec: {{chart: grafana, version: 8.0.0, sourceRef: {{kind: HelmRepository, name: grafana}}}}}}\n{remediation}{}  values:\n    image: {{registry: registry.example, repository: acme/app, tag: 1.0.0}}\n    env:\n{}    persistence: {{enabled: true, existingClaim: {name}}}\n",
                if other == "appended" { renderers } else { "" },
                indent(&env, 6)
            ),
        };
        head + &tail
    }
}

const SHARED: &[(&str, &str)] = &[
    (
        "flux/apps.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {interval: 1h, path: ./apps, prune: true, wait: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    ),
    (
        "flux/data.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: data, namespace: flux-system}\nspec: {interval: 1h, path: ./data, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    ),
    ("data/kustomization.yaml", "namespace: pg\nresources: [cluster.yaml]\n"),
    (
        "data/cluster.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\nspec:\n  instances: 1\n  storage: {size: 1Gi}\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.4\n  plugins:\n    - name: barman-cloud.cloudnative-pg.io\n      isWALArchiver: true\n",
    ),
    (
        "data/velero.yaml",
        "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 1 * * *\n  template: {storageLocation: off-site, snapshotMoveData: true, ttl: 24h0m0s}\n",
    ),
    (
        "flux/velero.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: velero, namespace: flux-system}\nspec: {interval: 1h, path: ./velero, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n",
    ),
    (
        "velero/schedule.yaml",
        "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 1 * * *\n  template: {storageLocation: off-site, snapshotMoveData: true, ttl: 24h0m0s}\n",
    ),
    (
        "apps/sources.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: app-template}\nspec: {interval: 1h, url: \"oci://registry.example/charts/app-template\", ref: {tag: 4.6.2}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: grafana}\nspec: {interval: 1h, url: \"https://charts.example/grafana\"}\n",
    ),
    (
        "apps/db.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: db}\nspec:\n  interval: 1h\n  chartRef: {kind: OCIRepository, name: app-template}\n  values:\n    controllers:\n      db: {containers: {app: {image: {repository: docker.io/library/postgres, tag: \"17.4\"}}}}\n    service: {db: {controller: db, ports: {pg: {port: 5432}}}}\n    persistence: {data: {existingClaim: db}}\n",
    ),
    (".refit/config.yaml", "dumps:\n  - {claim: dumps}\n"),
];

/// The repository, and the folder of what upstream answers.
fn made() -> (Scratch, TempDir) {
    let (repo, upstream) = (Scratch::new(), TempDir::new().unwrap());
    for (file, text) in SHARED {
        repo.write(file, text);
    }
    let mut resources = "namespace: apps\nresources:\n  - sources.yaml\n  - db.yaml\n".to_owned();
    let mut rules = "kind: strategy\nname: combinations\nrules:\n".to_owned();
    for combination in Combination::all() {
        let name = combination.name();
        let _ = writeln!(resources, "  - {name}");
        let mut list = "resources:\n  - release.yaml\n".to_owned();
        repo.write(&format!("apps/{name}/release.yaml"), &combination.release());
        if combination.backup == "volsync" {
            list.push_str("  - source.yaml\n");
            let source = format!(
                "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {{name: {name}}}\nspec:\n  sourcePVC: {name}\n  trigger:\n    schedule: 0 3 * * * # at night\n  restic: {{repository: {name}-restic, copyMethod: Snapshot}}\n"
            );
            repo.write(&format!("apps/{name}/source.yaml"), &source);
        }
        repo.write(&format!("apps/{name}/kustomization.yaml"), &list);
        let start = if combination.apart { "apart" } else { "with" };
        let _ = writeln!(
            rules,
            "  - {{name: {name}, when: {{releases: [apps/{name}]}}, strategy: maintenance, reason: it is tried, backup: [{}], start: {start}}}",
            combination.backup
        );
    }
    repo.write("apps/kustomization.yaml", &resources);
    repo.write(".refit/policies/combinations.yaml", &rules);
    for (file, text) in [
        ("registry.example/v2/acme/app/tags/list.json", r#"{"tags": ["1.0.0", "2.0.0"]}"#),
        ("registry.example/v2/charts/app-template/tags/list.json", r#"{"tags": ["4.6.2"]}"#),
        ("registry-1.docker.io/v2/library/postgres/tags/list.json", r#"{"tags": ["17.4"]}"#),
        ("ghcr.io/v2/cloudnative-pg/postgresql/tags/list.json", r#"{"tags": ["17.4"]}"#),
        (
            "charts.example/grafana/index.yaml",
            "apiVersion: v1\nentries:\n  grafana:\n    - {name: grafana, version: 8.0.0, urls: [a.tgz]}\n",
        ),
    ] {
        let file = upstream.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    repo.commit_all("Begin");
    (repo, upstream)
}

/// Reads all files of a commit.
fn files(repo: &Scratch, commit: &str) -> BTreeMap<RepoPath, String> {
    let tree = CommitTree::new(&repo.path().join(".git"), commit, "").unwrap();
    let read = |path: RepoPath| {
        let bytes = tree.read(&path).unwrap().unwrap();
        (path, String::from_utf8(bytes).unwrap())
    };
    tree.files().unwrap().into_iter().map(read).collect()
}

/// Lists the lines that are in one text and not in the other, both ways.
fn differences(
    one: &BTreeMap<RepoPath, String>,
    other: &BTreeMap<RepoPath, String>,
) -> Vec<String> {
    let paths: BTreeSet<&RepoPath> = one.keys().chain(other.keys()).collect();
    let mut found = Vec::new();
    for path in paths {
        let text =
            |files: &BTreeMap<RepoPath, String>| files.get(path).cloned().unwrap_or_default();
        let (before, after) = (text(one), text(other));
        let diff = similar::TextDiff::from_lines(&before, &after);
        let changed = diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal);
        found.extend(changed.map(|change| format!("{}{}", change.tag(), change.value().trim())));
    }
    found
}

#[test]
fn every_combination_of_stages_holds() {
    let (repo, upstream) = made();
    let replay = upstream.path().to_str().unwrap();
    let offline = ["--replay", replay, "--no-cache"];
    let preview = refit(repo.path(), &[&["preview", "--format", "json"], &offline[..]].concat());
    assert_eq!(preview.code, 0, "{}", preview.err);
    let preview: serde_json::Value = serde_json::from_str(&preview.out).unwrap();
    let upgrades: BTreeMap<&str, &serde_json::Value> = preview["upgrades"]
        .as_array()
        .unwrap()
        .iter()
        .map(|upgrade| (upgrade["unit"].as_str().unwrap(), upgrade))
        .collect();
    let ran = refit(repo.path(), &[&["run", "--forge", "local"], &offline[..]].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    let base = files(&repo, &repo.git(&["rev-parse", "main"]));
    let mut manifests: BTreeMap<String, String> = BTreeMap::new();
    let mut commits = 0;
    for combination in Combination::all() {
        let name = combination.name();
        let upgrade = upgrades[format!("image apps/{name}").as_str()];
        let stages = upgrade["stages"].as_array().unwrap().iter();
        let stages: Vec<&str> = stages.map(|stage| stage["kind"].as_str().unwrap()).collect();
        assert_eq!(stages, combination.stages(), "{name}: {upgrade:#}");
        let list = |branch: &str| -> Vec<String> {
            let range = format!("main..refit/{branch}/apps/{name}-2");
            let listed = repo.git(&["rev-list", "--reverse", &range]);
            listed.lines().map(str::to_owned).collect()
        };
        let (ahead, whole) = (list("upgrade"), list("revert"));
        assert_eq!(ahead.len(), stages.len(), "{name}");
        let mut before = base.clone();
        for (index, commit) in whole.iter().enumerate() {
            commits += 1;
            let tree = files(&repo, commit);
            assert_ne!(tree, before, "{name}: commit {index} changes nothing");
            for (path, text) in tree.iter().filter(|(path, text)| base.get(path) != Some(text)) {
                if let Err(error) = Stream::parse(text.clone()) {
                    panic!("{name}: {path} of commit {index}: {error:?}\n{text}");
                }
                manifests.insert(format!("{name}/{index}/{path}"), text.clone());
            }
            before = tree;
        }
        let last = files(&repo, ahead.last().unwrap());
        let different: BTreeSet<String> = differences(&base, &last).into_iter().collect();
        let tag = |version: &str| match combination.stop {
            "inserted" | "replaced" => format!("tag: {version}"),
            _ => format!(
                "image: {{registry: registry.example, repository: acme/app, tag: {version}}}"
            ),
        };
        let expected = [format!("-{}", tag("1.0.0")), format!("+{}", tag("2.0.0"))];
        assert_eq!(different, BTreeSet::from(expected), "{name}");
        assert_eq!(files(&repo, whole.last().unwrap()), base, "{name}: the way back");
    }
    says_when_the_new_version_runs(&repo, &offline);
    println!("{} combinations, {commits} commits", Combination::all().len());
    validate(&manifests);
}

/// The log is followed in the stage in which the new version runs for the first time.
fn says_when_the_new_version_runs(repo: &Scratch, offline: &[&str]) {
    for (start, first) in [("with", "**upgrade**:"), ("apart", "**start**:")] {
        let release = format!("apps/inserted-volsync-stay-{start}");
        let explain = ["explain", &release, "--format", "markdown"];
        let body = refit(repo.path(), &[&explain[..], offline].concat()).out;
        let stages: Vec<&str> = body.split("\n**").collect();
        let stage = |of: &str| {
            let text = stages.iter().find(|text| format!("**{text}").starts_with(of));
            (*text.unwrap_or_else(|| panic!("no {of} in {body}"))).to_owned()
        };
        let runs = stage(first);
        assert!(runs.contains("follow its log until it serves"), "{runs}");
        assert!(runs.contains("kubectl logs") && runs.contains("rollout status"), "{runs}");
        let waits = stage("**upgrade**:").contains("nothing of it runs yet");
        assert_eq!(waits, start == "apart", "{body}");
        assert_eq!(body.matches("follow its log").count(), 1, "{body}");
    }
}

/// Has the published schemas of Flux, Kubernetes and `CloudNativePG` look at manifests.
fn validate(manifests: &BTreeMap<String, String>) {
    let parts = std::env::var_os("REFIT_PARTS").map(PathBuf::from);
    let Some(parts) = parts.filter(|p| p.join("node_modules/@kubernetes-models/flux-cd").is_dir())
    else {
        skipped("schemas", "@kubernetes-models/flux-cd");
        return;
    };
    let mut documents: Vec<serde_json::Value> = Vec::new();
    for (place, text) in manifests {
        for document in serde_yaml::Deserializer::from_str(text) {
            let object = serde_json::Value::deserialize(document).unwrap();
            documents.push(serde_json::json!({"place": place, "object": object}));
        }
    }
    let (accepted, said) = ask(&parts, &documents);
    print!("{said}");
    assert!(accepted, "{said}");
    for kind in ["HelmRelease helm", "Job batch", "Backup postgresql"] {
        assert!(said.contains(&format!(" {kind}")), "no {kind} was looked at: {said}");
    }
    // Schemas that accept everything would show nothing.
    let mut wrong =
        documents.iter().find(|d| d["object"]["kind"] == "HelmRelease").unwrap().clone();
    wrong["object"]["spec"]["interval"] = 5.into();
    assert!(!ask(&parts, &[wrong]).0);
}

/// Asks the schemas; returns whether all were accepted, and what was said.
fn ask(parts: &Path, documents: &[serde_json::Value]) -> (bool, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("documents.json");
    std::fs::write(&file, serde_json::to_vec(documents).unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/schemas.mjs");
    let output = Command::new(parts.join("node_modules/.bin/node"))
        .arg(script)
        .args([parts, &file])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

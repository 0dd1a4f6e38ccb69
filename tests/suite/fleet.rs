//! A small Flux repository with the answers of its upstream, for tests of the built program.
//!
//! `apps/ledger` writes data and is a major behind, so that its upgrade has a stop; `apps/web` is a
//! minor behind and rolls. What upstream has can be changed between two runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::parts_git::Scratch;
use crate::program::{Ran, refit};

/// Where the image of each application is looked up.
pub(crate) const REGISTRY: &str = "registry.example";

/// The upgrade of the application that writes data.
pub(crate) const LEDGER: &str = "refit/upgrade/apps/ledger-2";
/// The upgrade of the other one.
pub(crate) const WEB: &str = "refit/upgrade/apps/web-1";

/// A repository, and what upstream answers.
pub(crate) struct Fleet {
    pub(crate) repo: Scratch,
    upstream: TempDir,
}

impl Fleet {
    /// Makes the repository with one commit on `main`.
    pub(crate) fn new() -> Self {
        let fleet = Self { repo: Scratch::new(), upstream: TempDir::new().unwrap() };
        write_files(fleet.repo.path(), REGISTRY);
        fleet.offer("ledger", &["1.8.2", "2.4.1"]);
        fleet.offer("web", &["1.0.0", "1.1.0"]);
        let charts = r#"{"name": "charts/app-template", "tags": ["4.6.2"]}"#;
        fleet.answer(&format!("{REGISTRY}/v2/charts/app-template/tags/list.json"), charts);
        fleet.repo.commit_all("Begin");
        fleet
    }

    /// Lets upstream have these tags of an application.
    pub(crate) fn offer(&self, name: &str, tags: &[&str]) {
        let list = serde_json::json!({"name": format!("apps/{name}"), "tags": tags});
        let file = format!("{REGISTRY}/v2/apps/{name}/tags/list.json");
        self.answer(&file, &list.to_string());
    }

    fn answer(&self, file: &str, text: &str) {
        let file = self.upstream.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Returns the folder of answers.
    pub(crate) fn upstream(&self) -> &Path {
        self.upstream.path()
    }

    /// Runs the program in the repository, with its upstream.
    pub(crate) fn refit(&self, arguments: &[&str]) -> Ran {
        let replay = self.upstream().to_str().unwrap();
        let arguments = [arguments, &["--replay", replay, "--no-cache"]].concat();
        refit(self.repo.path(), &arguments)
    }

    /// Runs the bot on the local forge; it must have nothing to complain of.
    pub(crate) fn run(&self) -> Ran {
        let ran = self.refit(&["run", "--forge", "local"]);
        assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
        ran
    }

    /// Returns everything that a run of the bot on the local forge may change.
    pub(crate) fn state(&self) -> String {
        let mut state = self.repo.git(&["for-each-ref"]);
        state.push('\n');
        for (path, text) in self.pull_files() {
            let _ = writeln!(state, "== {}\n{text}", path.display());
        }
        state
    }

    /// Returns the files of the local forge, by their path below its folder.
    pub(crate) fn pull_files(&self) -> BTreeMap<PathBuf, String> {
        let folder = self.repo.path().join(".git/refit/pulls");
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&folder) {
            let Ok(entry) = entry else { continue };
            if entry.path().extension().is_some_and(|extension| extension == "md") {
                let name = entry.path().strip_prefix(&folder).unwrap().to_owned();
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
        files
    }

    /// Returns the state of each pull request, by its branch, as `refit pulls` tells it.
    pub(crate) fn pulls(&self) -> Vec<(String, String)> {
        let ran = refit(self.repo.path(), &["pulls", "--all", "--format", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let pulls: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let pulls = pulls.as_array().unwrap().iter();
        pulls.map(|pull| (text(&pull["head"]), text(&pull["state"]))).collect()
    }

    /// Returns the branches of refit that are there.
    pub(crate) fn branches(&self) -> Vec<String> {
        let listed =
            self.repo.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/refit"]);
        listed.lines().map(str::to_owned).collect()
    }
}

/// Writes the manifests, with images and chart of a registry.
pub(crate) fn write_files(root: &Path, registry: &str) {
    let write = |name: &str, text: &str| {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("source.yaml", &source(&format!("{registry}/charts/app-template")));
    let ledger = release("ledger", &format!("{registry}/apps/ledger"), "1.8.2");
    let claim = "    persistence:\n      data:\n        existingClaim: ledger\n";
    write("apps/ledger.yaml", &(ledger + claim));
    write("apps/web.yaml", &release("web", &format!("{registry}/apps/web"), "1.0.0"));
}

/// Returns the chart's source.
fn source(address: &str) -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: app-template
  namespace: apps
spec:
  interval: 1h
  ref:
    tag: 4.6.2
  url: oci://{address}
"
    )
}

/// Returns a release of one image.
fn release(name: &str, repository: &str, tag: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
  namespace: apps
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: app-template
  values:
    controllers:
      {name}:
        replicas: 3
        containers:
          app:
            image:
              repository: {repository}
              tag: {tag}   # kept
"
    )
}

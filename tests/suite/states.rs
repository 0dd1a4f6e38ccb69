//! The data of releases: the demonstration's by name, and real repositories' counted.
//!
//! Real repositories are those of the folder that `REFIT_CORPUS` names, or of
//! `../shared/corpus/repos` beside the package; without either the count says so and passes. With
//! `REFIT_STATES` set it prints every claim with its evidence, to be held against the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use refit::flux::{ObjectName, discover};
use refit::state::{Lives, State, states};
use refit::tree::{RepoPath, Tree, WorkTree};

fn read(folder: &Path) -> BTreeMap<ObjectName, State> {
    let tree = WorkTree::open(folder).unwrap();
    let (policies, _) = refit::policy::load(&tree, &tree.files().unwrap());
    let keep = |_: &RepoPath| true;
    let inventory = discover(&tree, &policies, &keep).unwrap();
    states(&tree, &inventory, &policies, &keep, None).unwrap()
}

/// Returns a word for where a datastore lives.
fn home(lives: &Lives) -> String {
    match lives {
        Lives::Itself => "itself".into(),
        Lives::OwnVolume { volume, claim, path } => {
            let claim = claim.as_ref().map_or("-".to_owned(), ToString::to_string);
            format!("own volume {volume} ({claim}) {}", path.as_deref().unwrap_or("-"))
        }
        Lives::OwnController { controller } => format!("own controller {controller}"),
        Lives::Subchart { key } => format!("subchart {key}"),
        Lives::Neighbour { release } => format!("neighbour {release}"),
        Lives::Cnpg { cluster } => format!("cnpg {cluster}"),
        Lives::Object { kind, name } => format!("{kind} {name}"),
        Lives::External { host } => format!("external {host}"),
        Lives::Unknown => "unknown".into(),
    }
}

fn describe(id: &ObjectName, state: &State) -> String {
    let mut text = format!("{id}\n");
    for store in &state.stores {
        let shown = &store.evidence[0];
        let _ = writeln!(
            text,
            "  {} {} by {}: {} ({})",
            store.engine,
            home(&store.lives),
            store.how.as_str(),
            shown.shows,
            shown.position
        );
        for credential in &store.credentials {
            let secret = credential.secret.as_ref().map_or_else(String::new, ToString::to_string);
            let _ = writeln!(
                text,
                "    {:?} {} {secret} {} {}",
                credential.role,
                credential.name,
                credential.key.as_deref().unwrap_or("-"),
                credential.literal.as_deref().unwrap_or("-")
            );
        }
        if let Some(workload) = &store.workload {
            let labels: Vec<String> =
                workload.selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let _ = writeln!(
                text,
                "    runs as {}/{} {} -c {} version {}",
                workload.kind.as_deref().unwrap_or("-"),
                workload.name.as_deref().unwrap_or("-"),
                labels.join(","),
                workload.container.as_deref().unwrap_or("-"),
                store.version.as_deref().unwrap_or("-")
            );
        }
        for (what, list) in [("shared with", &store.shared_with), ("beside", &store.beside)] {
            if !list.is_empty() {
                let names: Vec<String> = list.iter().map(ToString::to_string).collect();
                let _ = writeln!(text, "    {what} {}", names.join(", "));
            }
        }
        for volume in &store.volumes {
            let _ = writeln!(
                text,
                "    on {} {}",
                volume.name,
                volume.claim.as_ref().map_or("-".to_owned(), ToString::to_string)
            );
        }
        if store.only_reads {
            text.push_str("    only reads\n");
        }
    }
    for volume in &state.volumes {
        let backups: Vec<String> =
            volume.backed_up_by.iter().map(|b| format!("{} {}", b.kind, b.name)).collect();
        let _ = writeln!(
            text,
            "  volume {} {:?} {} {:?} {} {} [{}] ({})",
            volume.name,
            volume.kind,
            volume.claim.as_ref().map_or("-".to_owned(), ToString::to_string),
            volume.mounts,
            volume.size.as_deref().unwrap_or("-"),
            volume.storage_class.as_deref().unwrap_or("-"),
            backups.join(", "),
            volume.position
        );
    }
    for kept in &state.keeps {
        let secret = kept.secret.as_ref().map_or_else(String::new, ToString::to_string);
        let _ = writeln!(
            text,
            "  keep {} {secret} {} ({})",
            kept.name,
            kept.key.as_deref().unwrap_or("-"),
            kept.position
        );
    }
    for why in &state.unknown {
        let _ = writeln!(text, "  unknown: {}", why.message);
    }
    text
}

#[test]
fn the_states_of_the_demonstration() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/repo");
    let states = read(&folder);
    for (id, state) in &states {
        print!("{}", describe(id, state));
    }
}

#[test]
fn the_states_of_real_repositories_are_counted() {
    let folders = folders();
    if folders.is_empty() {
        println!("skipped: no REFIT_CORPUS and no ../shared/corpus/repos");
        return;
    }
    let mut counts: BTreeMap<(String, String, &str), usize> = BTreeMap::new();
    let mut releases = 0;
    let mut with = 0;
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut volumes = 0;
    let loud = std::env::var_os("REFIT_STATES").is_some();
    for folder in &folders {
        for (id, state) in read(folder) {
            releases += 1;
            with += usize::from(!state.stores.is_empty());
            volumes += usize::from(!state.volumes.is_empty());
            let mut seen = BTreeSet::new();
            for store in &state.stores {
                let word = home(&store.lives);
                let word = word.split(' ').next().unwrap_or_default().to_owned();
                if seen.insert((store.engine.clone(), word.clone())) {
                    *counts.entry((store.engine.clone(), word, store.how.as_str())).or_default() +=
                        1;
                }
                assert!(!store.evidence.is_empty());
            }
            for why in &state.unknown {
                *unknown.entry(why.code.clone()).or_default() += 1;
            }
            let interesting =
                !state.stores.is_empty() || !state.unknown.is_empty() || !state.volumes.is_empty();
            if loud && interesting {
                let name = folder.file_name().unwrap().to_string_lossy();
                print!("{name} {}", describe(&id, &state));
            }
        }
    }
    println!("{releases} releases, {with} with datastores, {volumes} with volumes");
    for ((engine, home, how), count) in &counts {
        println!("{count:4}  {engine:18} {home:12} {how}");
    }
    println!("not told: {unknown:?}");
}

pub(crate) fn folders() -> Vec<PathBuf> {
    let roots = super::corpus::folders().into_iter();
    let entries = roots.filter_map(|root| std::fs::read_dir(root).ok()).flatten().flatten();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

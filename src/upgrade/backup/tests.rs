use std::num::NonZeroU32;

use super::*;
use crate::diagnostic::{Position, RuleRef};
use crate::flux::{Sign, discover};
use crate::policy::{self, Glob};
use crate::state::{Credential, CredentialRole, How, Lives, Store, Volume, VolumeKind};
use crate::tree::{MemoryTree, Overlay, RepoPath, Tree};
use crate::upgrade::{Change, render};
use crate::yaml::Stream;

mod cluster;
mod dumps;
mod volumes;

const WEB: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: a}\nspec: {chart: {spec: {chart: x}}}\n";
const DB: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: db, namespace: a}\nspec:\n  \
                  chart: {spec: {chart: x}}\n  values: {image: {repository: docker.io/library/postgres, tag: \"17.2\"}}\n";
const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\nspec:\n  instances: 1\nMORE";
const SOURCE: &str = "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: web\n  namespace: a\nspec:\n  \
                      sourcePVC: web-data\n  trigger:\n    schedule: 0 3 * * * # at night\n";
const SCHEDULE: &str = "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 1 * * *\n  \
                        template: {storageLocation: off-site, snapshotMoveData: true, ttl: 24h0m0s}\n";

fn flux(name: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  \
         path: ./{name}\n  prune: true\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

/// The files of a repository; `more` replaces some of them or adds others.
fn files(more: &[(&str, &str)]) -> MemoryTree {
    let cluster = CLUSTER.replace(
        "MORE",
        "  plugins:\n    - name: barman-cloud.cloudnative-pg.io\n      isWALArchiver: true\n",
    );
    let (apps, data) = (flux("apps", ""), flux("data", ""));
    let mut files = vec![
        ("flux/apps.yaml", apps.as_str()),
        ("flux/data.yaml", data.as_str()),
        ("apps/kustomization.yaml", "resources:\n  - ./web.yaml # the shop\n  - ./db.yaml\n"),
        ("apps/web.yaml", WEB),
        ("apps/db.yaml", DB),
        ("data/kustomization.yaml", "namespace: pg\nresources: [cluster.yaml]"),
        ("data/cluster.yaml", &cluster),
    ];
    files.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
    files.extend(more.iter().copied());
    MemoryTree::of(files).unwrap()
}

fn position() -> Position {
    Position { file: RepoPath::new("apps/web.yaml").unwrap(), line: 1, column: 1 }
}

fn store(engine: &str, lives: Lives) -> Store {
    Store {
        engine: engine.into(),
        policy: RuleRef { name: engine.into(), file: "builtin:x".into(), line: 1 },
        lives,
        how: How::Host,
        version: None,
        pin: None,
        evidence: vec![Sign { position: position(), shows: "a host".into() }],
        credentials: Vec::new(),
        setup: Vec::new(),
        only_reads: false,
        shared_with: Vec::new(),
        beside: Vec::new(),
        workload: None,
        volumes: Vec::new(),
    }
}

fn cnpg() -> State {
    let cluster = ObjectName::new(Some("pg"), "main");
    State { stores: vec![store("postgresql", Lives::Cnpg { cluster })], ..State::default() }
}

fn claim(name: &str) -> Volume {
    Volume {
        name: "data".into(),
        kind: VolumeKind::Claim,
        claim: Some(ObjectName::new(Some("a"), name)),
        existing: true,
        mounts: Vec::new(),
        controllers: Vec::new(),
        size: None,
        storage_class: None,
        modes: Vec::new(),
        backed_up_by: Vec::new(),
        position: position(),
        shared_with: Vec::new(),
    }
}

fn volume() -> State {
    State { volumes: vec![claim("web-data")], ..State::default() }
}

/// Chooses the backups of `a/web` from 1.0 to 2.0.
fn chosen(tree: &MemoryTree, state: State, preference: &[Backup]) -> Backups {
    let dumps = [Dumps { releases: vec![Glob::new("a/*")], claim: "dumps".into(), user: None }];
    chosen_with(tree, state, preference, &dumps)
}

fn chosen_with(
    tree: &MemoryTree,
    mut state: State,
    preference: &[Backup],
    dumps: &[Dumps],
) -> Backups {
    let inventory = discover(tree, &policy::builtin().0, &|_| true).unwrap();
    let web = inventory.releases.iter().find(|release| release.id.name == "web").unwrap();
    let server = inventory.pins.iter().find(|pin| pin.package.to_string().ends_with("postgres"));
    for store in &mut state.stores {
        store.pin = server.map(|pin| pin.id.clone());
    }
    let states = [(web.id.clone(), state)].into();
    let unit = Unit::Image(web.id.clone());
    let subject = Subject {
        unit: &unit,
        from: "1.0",
        to: "2.0@sha256:abc",
        releases: &[web],
        states: &states,
        inventory: &inventory,
    };
    let once = backups(&subject, preference, dumps);
    assert_eq!(once, backups(&subject, preference, dumps), "it depends on the moment");
    once
}

/// Makes the one part that there is, compares the lines that are new, file by file, and takes it
/// back; a digest in a name is written as `#`.
#[track_caller]
fn check(tree: &MemoryTree, state: State, preference: &[Backup], expected: &str) -> BackupPart {
    let backups = chosen(tree, state, preference);
    let [part] = backups.parts.as_slice() else { panic!("{backups:?}") };
    assert_eq!(backups.by_hand, []);
    let change = |edits| Change::of("x", "", edits);
    let edited = render(tree, &[], &[&change(part.edits.clone())]).unwrap();
    let mut patches = edited.patches.clone();
    patches.extend(lay(tree, &part.files).unwrap());
    let overlay = Overlay::new(tree, &patches);
    assert!(lay(&overlay, &part.files).is_err() || part.files.is_empty(), "it would be laid twice");
    let name = part.gate.asks.as_ref().map(|asks| asks.name.name.clone()).unwrap();
    let mut said = String::new();
    for (path, text) in &patches {
        let before = String::from_utf8(tree.read(path).unwrap().unwrap_or_default()).unwrap();
        let after = String::from_utf8(text.clone().unwrap()).unwrap();
        Stream::parse(after.clone()).unwrap();
        said.extend([path.as_str(), "\n"]);
        let diff = similar::TextDiff::from_lines(&before, &after);
        for change in diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal) {
            let tag = change.tag().to_string();
            said.extend([&tag, change.value().trim_end(), "\n"]);
        }
    }
    let digest = |text: &str| {
        let at = text.find("refit-web-2-0-").map(|at| at + "refit-web-2-0-".len());
        at.and_then(|at| text.get(at..at + 8)).map(str::to_owned)
    };
    let digest = digest(&said).unwrap_or_default();
    assert!(name == "web" || name == format!("refit-web-2-0-{digest}"), "{name}");
    let said = said.replace(&digest, "#");
    assert_eq!(said, expected);
    let back = render(&overlay, &[], &[&change(edited.inverse)]).unwrap();
    for (path, text) in &back.patches {
        assert_eq!(*text, tree.read(path).unwrap(), "{path}");
    }
    part.clone()
}

/// Compares what is said of the one thing that is left to a person, by its codes.
#[track_caller]
fn check_by_hand(tree: &MemoryTree, state: State, preference: &[Backup], expected: &str) {
    let backups = chosen(tree, state, preference);
    assert_eq!(backups.parts, []);
    let said: Vec<String> = backups
        .by_hand
        .iter()
        .map(|hand| {
            let whys = hand.why.iter().map(|why| format!("{}: {}", why.code, why.message));
            whys.collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(expected), "{said:?}");
    assert!(said[0].is_empty() == expected.is_empty(), "{said:?}");
}

fn credentials() -> Vec<Credential> {
    use CredentialRole::{Database, Host, Password, User};
    let secret =
        |key: &str| (Some(ObjectName::new(Some("a"), "web-db")), Some(key.to_owned()), None);
    let all = [
        (Host, (None, None, Some("db.a.svc.cluster.local".to_owned()))),
        (User, secret("DB_USER")),
        (Password, secret("DB_PASS")),
        (Database, (None, None, Some("on".to_owned()))),
    ];
    let made = all.into_iter().map(|(role, (secret, key, literal))| Credential {
        role,
        name: format!("{role:?}"),
        secret,
        key,
        literal,
        position: position(),
    });
    made.collect()
}

fn neighbour() -> State {
    let release = ObjectName::new(Some("a"), "db");
    let mut store = store("postgresql", Lives::Neighbour { release });
    store.credentials = credentials();
    State { stores: vec![store], ..State::default() }
}

#[test]
fn everything_is_kept_by_the_first_way_that_is_possible() {
    let mut state = neighbour();
    state.volumes = vec![claim("web-data"), claim("other")];
    let list = "resources:\n  - web.yaml\n  - db.yaml\n  - source.yaml\n";
    let velero = flux("velero", "");
    let tree = files(&[
        ("apps/source.yaml", SOURCE),
        ("apps/kustomization.yaml", list),
        ("flux/velero.yaml", &velero),
        ("velero/schedule.yaml", SCHEDULE),
    ]);
    let all = [Backup::Cnpg, Backup::Volsync, Backup::Velero, Backup::Job, Backup::Manual];
    let backups = chosen(&tree, state.clone(), &all);
    let ways: Vec<_> = backups.parts.iter().map(|part| (part.way, part.keeps.len())).collect();
    assert_eq!(ways, [(Backup::Job, 1), (Backup::Volsync, 1), (Backup::Velero, 1)]);
    assert_eq!(backups.by_hand, []);
    // One backup of the namespace keeps both claims, and a file on a volume is kept with it.
    let file = Lives::OwnVolume { volume: "data".into(), claim: None, path: None };
    state.stores.push(store("sqlite", file));
    let backups = chosen(&tree, state, &[Backup::Velero]);
    let ways: Vec<_> = backups.parts.iter().map(|part| (part.way, part.keeps.len())).collect();
    assert_eq!(ways, [(Backup::Velero, 2)]);
    assert_eq!(backups.by_hand[0].why[0].code, "keeps-running");
}

#[test]
fn another_plan_gets_another_name() {
    let inventory = discover(&files(&[]), &policy::builtin().0, &|_| true).unwrap();
    let states = BTreeMap::new();
    let name = |unit: &str, from: &str, to: &str, object: &str| {
        let unit = Unit::Image(ObjectName::new(Some("a"), unit));
        let (states, inventory) = (&states, &inventory);
        let subject = Subject { unit: &unit, from, to, releases: &[], states, inventory };
        super::name::unique(&subject, object)
    };
    let base = name("web", "1", "2", "x");
    for other in [
        name("shop", "1", "2", "x"),
        name("web", "0", "2", "x"),
        name("web", "1", "3", "x"),
        name("web", "1", "2", "y"),
    ] {
        assert_ne!(base, other);
    }
    let long = name(&"Long_Name.".repeat(20), "1", "v2.0.0-RC.1+build", "x");
    assert!(long.len() <= 50, "{long}");
    for name in [base, long] {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(name.bytes().all(fits) && !name.contains("--refit"), "{name}");
    }
}

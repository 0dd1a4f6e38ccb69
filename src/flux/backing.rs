//! What could back data up: the objects of the operators that a repository runs for that.
//!
//! A cluster of `CloudNativePG`, a `VolSync` source, a schedule of Velero: each says that its operator
//! is there, where a backup may be asked for, and with which settings. Fields are those of the
//! operators' own API references.

use serde::{Deserialize, Serialize};

use super::beside::{self, Beside, Listings};
use super::kustomize::Contexts;
use super::load::{Files, KUSTOMIZATION_FILES, Kind, Object};
use super::model::ObjectName;
use crate::diagnostic::Position;
use crate::tree::RepoPath;
use crate::yaml::{Kind as NodeKind, Node, Spot};

/// An object that could back data up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backing {
    /// Its name.
    pub id: ObjectName,
    /// Where its document begins.
    pub position: Position,
    /// Its document.
    pub spot: Spot,
    /// The namespace as it is written in it; `None` where something around it sets one.
    pub namespace: Option<String>,
    /// Where a new object goes that belongs to it; [`Beside::Nowhere`] as well where an edit of it
    /// would touch more than this one.
    pub beside: Beside,
    /// Where a patch goes that is for this one alone, where its file is shared with others.
    pub patch: Option<PatchPlace>,
    /// What it is.
    pub what: BackingKind,
}

/// The kustomization of one application, by which something shared is patched for it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchPlace {
    /// Its file.
    pub kustomization: RepoPath,
    /// Its `patches`, or its root where it has none.
    pub into: Spot,
    /// Whether it has `patches`.
    pub listed: bool,
}

/// What can back data up, with what a backup by it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackingKind {
    /// A `Cluster` of `CloudNativePG`.
    Cnpg {
        /// How it takes backups; `None` where it is not set up for any.
        method: Option<CnpgMethod>,
    },
    /// A `ReplicationSource` of `VolSync`.
    Volsync {
        /// The claim that it copies.
        claim: Option<String>,
        /// The trigger that stands there already, as written.
        manual: Option<String>,
        /// When it runs by itself.
        schedule: Option<String>,
        /// Whether it is paused.
        paused: bool,
    },
    /// A `Schedule` of Velero.
    Velero {
        /// The settings of its backups that one more should share, by name, as written.
        settings: Vec<(String, String)>,
    },
}

/// How a cluster of `CloudNativePG` takes backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CnpgMethod {
    /// By a plugin of this name.
    Plugin(String),
    /// Into an object store, by itself.
    ObjectStore,
    /// As volume snapshots.
    Snapshot {
        /// Whether a snapshot is deleted with the `Backup` that made it.
        dies_with_backup: bool,
    },
}

/// The settings of a schedule's backups that one more should share.
const VELERO: &[&str] = &[
    "storageLocation",
    "defaultVolumesToFsBackup",
    "snapshotMoveData",
    "snapshotVolumes",
    "csiSnapshotTimeout",
    "itemOperationTimeout",
    "datamover",
];

/// Lists what could back data up, in the order of files.
pub(super) fn all(files: &Files, contexts: &Contexts<'_>, listings: &Listings<'_>) -> Vec<Backing> {
    let mut found = Vec::new();
    let mut sources: Vec<usize> = Vec::new();
    for object in files.objects() {
        let read = match object.kind {
            Kind::CnpgCluster => cnpg,
            Kind::ReplicationSource => volsync,
            Kind::VeleroSchedule => velero,
            _ => continue,
        };
        if contexts.is_patch(object.file) {
            continue;
        }
        let names = contexts.names(object);
        let beside = match names.len() {
            1 => beside::of(listings, contexts, object),
            many => Beside::Nowhere(format!("its file makes {many} of them")),
        };
        for (id, applied) in names {
            let text = |node: Node<'_>| {
                let text = node.value().filter(|text| !text.is_empty())?;
                Some(match applied.first() {
                    Some(context) => contexts.expand(*context, &text),
                    None => text.into_owned(),
                })
            };
            let what = read(object, &text);
            let namespace = object.root.at(&["metadata", "namespace"]).and_then(text);
            let (position, spot) = (object.position(), object.spot(object.root));
            let (beside, patch) = (beside.clone(), None);
            let shared =
                matches!((&beside, &what), (Beside::Nowhere(_), BackingKind::Volsync { .. }));
            let context = applied.first().filter(|one| applied.iter().all(|other| other == *one));
            sources.extend(applied.iter().filter(|_| matches!(what, BackingKind::Volsync { .. })));
            let backing = Backing { id, position, spot, namespace, beside, patch, what };
            found.push((backing, context.copied().filter(|_| shared)));
        }
    }
    // Two sources in one build could not be told apart by a patch whose names are variables.
    let alone = |context: &usize| sources.iter().filter(|other| *other == context).count() == 1;
    let place = |(backing, context): (Backing, Option<usize>)| {
        let patch = context.filter(alone).and_then(|context| place(files, contexts, context));
        Backing { patch, ..backing }
    };
    found.into_iter().map(place).collect()
}

/// Finds the kustomization that one Flux Kustomization builds and no other does.
fn place(files: &Files, contexts: &Contexts<'_>, context: usize) -> Option<PatchPlace> {
    let flux = contexts.kustomization(context)?;
    let path = flux.text(&["spec", "path"])?;
    let path = match contexts.of_file(flux.file).first() {
        Some(outer) => contexts.expand(*outer, &path),
        None => path.into_owned(),
    };
    let root = KUSTOMIZATION_FILES.iter().find_map(|name| {
        let file = RepoPath::new(&format!("./{path}/{name}")).ok()?;
        files.get(&file)?.objects().find(|object| object.kind == Kind::Kustomization)
    })?;
    let component = root.text(&["kind"]).as_deref() == Some("Component");
    if component || contexts.of_file(root.file).iter().any(|other| *other != context) {
        return None;
    }
    let own = root.root.entries().find(|(key, _)| key.value().as_deref() == Some("patches"));
    let (into, listed) = match own {
        Some((_, list)) if matches!(list.kind(), NodeKind::Sequence(_)) => (list, true),
        Some(_) => return None,
        None => (root.root, false),
    };
    Some(PatchPlace { kustomization: root.file.clone(), into: root.spot(into), listed })
}

type Text<'t> = &'t dyn Fn(Node<'_>) -> Option<String>;

fn cnpg(object: Object<'_>, text: Text<'_>) -> BackingKind {
    let is = |node: Option<Node<'_>>, value: &str| node.and_then(text).as_deref() == Some(value);
    let plugins = object.root.at(&["spec", "plugins"]);
    let plugin = plugins.into_iter().flat_map(|list| list.items()).find(|plugin| {
        !is(plugin.get("enabled"), "false") && is(plugin.get("isWALArchiver"), "true")
    });
    let plugin = plugin.and_then(|plugin| text(plugin.get("name")?));
    let backup = |key: &str| object.root.at(&["spec", "backup", key]);
    let method = match (plugin, backup("barmanObjectStore"), backup("volumeSnapshot")) {
        (Some(name), ..) => Some(CnpgMethod::Plugin(name)),
        (None, Some(_), _) => Some(CnpgMethod::ObjectStore),
        (None, None, Some(snapshot)) => {
            let dies_with_backup = is(snapshot.get("snapshotOwnerReference"), "backup");
            Some(CnpgMethod::Snapshot { dies_with_backup })
        }
        (None, None, None) => None,
    };
    BackingKind::Cnpg { method }
}

fn volsync(object: Object<'_>, text: Text<'_>) -> BackingKind {
    let get = |path: &[&str]| object.root.at(path).and_then(text);
    BackingKind::Volsync {
        claim: get(&["spec", "sourcePVC"]),
        manual: object.text(&["spec", "trigger", "manual"]).map(Into::into),
        schedule: get(&["spec", "trigger", "schedule"]),
        paused: get(&["spec", "paused"]).as_deref() == Some("true"),
    }
}

fn velero(object: Object<'_>, text: Text<'_>) -> BackingKind {
    let template = object.root.at(&["spec", "template"]);
    let setting = |key: &&str| {
        let value = text(template?.get(key)?)?;
        Some(((*key).to_owned(), value))
    };
    BackingKind::Velero { settings: VELERO.iter().filter_map(setting).collect() }
}

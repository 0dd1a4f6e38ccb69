//! What stands around the releases: Secrets' key names, ConfigMaps, services, claims, what backs up.
//!
//! Values of Secrets are never looked at. Two things of an `ExternalSecret` are: the names of the
//! keys that it makes, and the texts of its templates, which are written in the open and often name
//! a host.

use std::collections::BTreeMap;

use super::model::VolumeBackup;
use super::written::{Is, Reader, Written};
use crate::diagnostic::Position;
use crate::flux::{Applied, Manifest, ObjectName};
use crate::tree::{RepoPath, Tree};

/// The largest file of a generated ConfigMap that is searched for hosts, in bytes.
const TEXT_BYTES: usize = 512 * 1024;

/// The objects around the releases.
#[derive(Default)]
pub(super) struct Around {
    pub(super) secrets: BTreeMap<ObjectName, Secret>,
    pub(super) maps: BTreeMap<ObjectName, Vec<Held>>,
    pub(super) services: Vec<Service>,
    pub(super) claims: BTreeMap<ObjectName, Claim>,
    /// What backs a claim up, by the claim.
    pub(super) sources: BTreeMap<ObjectName, Vec<VolumeBackup>>,
    /// Velero's schedules with the namespaces that they name; none for all of them.
    pub(super) schedules: Vec<(VolumeBackup, Vec<String>)>,
    /// What backs a cluster up, by the cluster.
    pub(super) cluster_backups: BTreeMap<ObjectName, Vec<VolumeBackup>>,
}

/// A Secret by its keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Secret {
    pub(super) keys: Vec<Key>,
    /// Whether it has keys that the repository does not name.
    pub(super) is_open: bool,
}

/// A key of a Secret.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) at: Position,
    /// The text of its template, where an `ExternalSecret` has one.
    pub(super) template: Option<String>,
}

/// A key of a ConfigMap with its text.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) key: String,
    pub(super) text: String,
    /// Where the text begins.
    pub(super) at: Position,
    /// Whether its content begins on the line below.
    pub(super) is_block: bool,
}

/// A service and the labels of the pods behind it.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) id: ObjectName,
    pub(super) selector: Vec<(String, String)>,
}

/// A claim.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) size: Option<String>,
    pub(super) class: Option<String>,
    pub(super) modes: Vec<String>,
}

/// An object read as a tree.
pub(super) struct Object<'a> {
    pub(super) manifest: Manifest<'a>,
    pub(super) written: Written,
}

/// Reads an object with its variables filled in.
pub(super) fn read(applied: &Applied<'_>, manifest: &Manifest<'_>) -> Written {
    let expand = |text: &str| applied.expand(manifest, text);
    let position = |node: crate::yaml::Node<'_>| manifest.position_of(node);
    Reader { expand: &expand, position: &position }.read(manifest.root())
}

impl Around {
    /// Sorts what is around the releases out of all objects.
    pub(super) fn of(tree: &dyn Tree, applied: &Applied<'_>, objects: &[Object<'_>]) -> Self {
        let mut around = Self::default();
        for object in objects {
            around.add(object);
        }
        for map in applied.generated() {
            if map.is_secret {
                let of =
                    |name: &str, at: Position| Key { name: name.to_owned(), at, template: None };
                let lines = map.literals.iter().map(|(key, _, at)| of(key, at.clone()));
                let files = map.files.iter().map(|(key, file)| {
                    of(key, Position { file: file.clone(), line: 1, column: 1 })
                });
                let keys: Vec<Key> = lines.chain(files).collect();
                around.secrets.entry(map.id).or_default().keys.extend(keys);
                continue;
            }
            let mut held: Vec<Held> = Vec::new();
            for (key, text, at) in &map.literals {
                let text = applied.expand_generated(&map, text);
                held.push(Held { key: key.clone(), text, at: at.clone(), is_block: false });
            }
            for (key, file) in &map.files {
                let Some(text) = text_of(tree, file) else { continue };
                let text = applied.expand_generated(&map, &text);
                let at = Position { file: file.clone(), line: 1, column: 1 };
                held.push(Held { key: key.clone(), text, at, is_block: false });
            }
            around.maps.entry(map.id).or_default().extend(held);
        }
        around
    }

    fn add(&mut self, object: &Object<'_>) {
        let (manifest, written) = (&object.manifest, &object.written);
        let id = manifest.id.clone();
        let inside =
            |name: &str| ObjectName { namespace: id.namespace.clone(), name: name.to_owned() };
        match (manifest.group.as_str(), manifest.kind.as_str()) {
            ("", "Secret") => {
                let maps = [written.get("data"), written.get("stringData")];
                let keys = maps.into_iter().flatten().flat_map(keys_of);
                self.secrets.entry(id).or_default().keys.extend(keys);
            }
            ("bitnami.com", "SealedSecret") => {
                let keys = written.at(&["spec", "encryptedData"]).into_iter().flat_map(keys_of);
                self.secrets.entry(id).or_default().keys.extend(keys);
            }
            ("external-secrets.io", "ExternalSecret") => {
                let name = written.text_at(&["spec", "target", "name"]).map_or(id.clone(), inside);
                let (keys, is_open) = external(written);
                let secret = self.secrets.entry(name).or_default();
                secret.keys.extend(keys);
                secret.is_open |= is_open;
            }
            ("onepassword.com", "OnePasswordItem") => {
                self.secrets.entry(id).or_default().is_open = true;
            }
            ("", "ConfigMap") => {
                let entries = written.get("data").map(Written::entries).unwrap_or_default();
                let held = entries.iter().filter_map(|entry| {
                    let text = entry.value.text()?.to_owned();
                    let (key, at) = (entry.key.clone(), entry.value.at.clone());
                    Some(Held { key, is_block: text.contains('\n'), text, at })
                });
                self.maps.entry(id).or_default().extend(held);
            }
            ("", "Service") => {
                let entries = written.at(&["spec", "selector"]).map(Written::entries);
                let selector = labels(entries.unwrap_or_default());
                self.services.push(Service { id, selector });
            }
            ("", "PersistentVolumeClaim") => {
                let text = |path: &[&str]| written.text_at(path).map(str::to_owned);
                let modes = written.at(&["spec", "accessModes"]).map(Written::items);
                let modes = modes.unwrap_or_default().iter().filter_map(Written::text);
                let claim = Claim {
                    size: text(&["spec", "resources", "requests", "storage"]),
                    class: text(&["spec", "storageClassName"]),
                    modes: modes.map(str::to_owned).collect(),
                };
                self.claims.entry(id).or_insert(claim);
            }
            ("volsync.backube", "ReplicationSource") => {
                let Some(claim) = written.text_at(&["spec", "sourcePVC"]) else { return };
                let backup = backup(manifest, written.text_at(&["spec", "trigger", "schedule"]));
                self.sources.entry(inside(claim)).or_default().push(backup);
            }
            ("kopiur.home-operations.com", "SnapshotPolicy") => {
                let sources = written.at(&["spec", "sources"]).map(Written::items);
                let claims = sources.unwrap_or_default().iter();
                for claim in claims.filter_map(|source| source.text_at(&["pvc", "name"])) {
                    let backup = backup(manifest, None);
                    self.sources.entry(inside(claim)).or_default().push(backup);
                }
            }
            ("velero.io", "Schedule") => {
                let named = written.at(&["spec", "template", "includedNamespaces"]);
                let named = named.map(Written::items).unwrap_or_default().iter();
                let named: Vec<String> =
                    named.filter_map(Written::text).map(str::to_owned).collect();
                let all = named.iter().any(|name| name == "*");
                let backup = backup(manifest, written.text_at(&["spec", "schedule"]));
                self.schedules.push((backup, if all { Vec::new() } else { named }));
            }
            ("postgresql.cnpg.io", "ScheduledBackup") => {
                let Some(cluster) = written.text_at(&["spec", "cluster", "name"]) else { return };
                let backup = backup(manifest, written.text_at(&["spec", "schedule"]));
                self.cluster_backups.entry(inside(cluster)).or_default().push(backup);
            }
            _ => {}
        }
    }

    /// Returns a Secret that a release in `namespace` can read.
    pub(super) fn secret(&self, namespace: Option<&str>, name: &str) -> Option<&Secret> {
        let own = self.secrets.get(&ObjectName::new(namespace, name));
        own.or_else(|| self.secrets.get(&ObjectName::new(None, name)))
    }

    /// Returns a ConfigMap that a release in `namespace` can read.
    pub(super) fn map(&self, namespace: Option<&str>, name: &str) -> Option<&[Held]> {
        let own = self.maps.get(&ObjectName::new(namespace, name));
        own.or_else(|| self.maps.get(&ObjectName::new(None, name))).map(Vec::as_slice)
    }

    /// Returns a claim by its name.
    pub(super) fn claim(&self, id: &ObjectName) -> Option<&Claim> {
        self.claims.get(id).or_else(|| self.claims.get(&ObjectName::new(None, &id.name)))
    }

    /// Lists what backs a claim up.
    pub(super) fn backups(&self, claim: &ObjectName) -> Vec<VolumeBackup> {
        let mut found = self.sources.get(claim).cloned().unwrap_or_default();
        let namespace = claim.namespace.as_deref();
        let schedules = self.schedules.iter().filter(|(_, named)| {
            named.is_empty() || namespace.is_some_and(|own| named.iter().any(|name| name == own))
        });
        found.extend(schedules.map(|(backup, _)| backup.clone()));
        found
    }
}

/// Lists the entries of a mapping of labels.
pub(super) fn labels(entries: &[super::written::Entry]) -> Vec<(String, String)> {
    let texts = entries.iter().filter_map(|e| Some((e.key.clone(), e.value.text()?.to_owned())));
    texts.collect()
}

/// Lists the keys of a mapping; what stands behind them is not looked at.
fn keys_of(map: &Written) -> impl Iterator<Item = Key> + '_ {
    let key = |entry: &super::written::Entry| Key {
        name: entry.key.clone(),
        at: entry.at.clone(),
        template: None,
    };
    map.entries().iter().map(key)
}

/// Lists the keys that an `ExternalSecret` makes, and says whether it takes more of them over.
fn external(written: &Written) -> (Vec<Key>, bool) {
    let mut keys = Vec::new();
    let template = written.at(&["spec", "target", "template", "data"]);
    for entry in template.map(Written::entries).unwrap_or_default() {
        let template = entry.value.text().map(str::to_owned);
        keys.push(Key { name: entry.key.clone(), at: entry.at.clone(), template });
    }
    // A template replaces what was fetched, unless it is told to be merged.
    let merged = written.text_at(&["spec", "target", "template", "mergePolicy"]) == Some("Merge");
    let replaced = template.is_some() && !merged;
    let data = written.at(&["spec", "data"]).map(Written::items).unwrap_or_default();
    let listed = data.iter().filter_map(|item| item.get("secretKey"));
    if !replaced {
        keys.extend(listed.filter_map(|key| {
            Some(Key { name: key.text()?.to_owned(), at: key.at.clone(), template: None })
        }));
    }
    let taken = written.at(&["spec", "dataFrom"]).is_some_and(|list| !list.items().is_empty());
    let from = written.at(&["spec", "target", "template", "templateFrom"]).is_some();
    (keys, (taken && !replaced) || from)
}

fn backup(manifest: &Manifest<'_>, schedule: Option<&str>) -> VolumeBackup {
    VolumeBackup {
        kind: manifest.kind.clone(),
        name: manifest.id.clone(),
        schedule: schedule.map(str::to_owned),
        position: manifest.position(),
    }
}

fn text_of(tree: &dyn Tree, file: &RepoPath) -> Option<String> {
    let bytes = tree.read(file).ok().flatten()?;
    (bytes.len() <= TEXT_BYTES).then(|| String::from_utf8(bytes).ok()).flatten()
}

/// Says whether a tree is a mapping of names to settings rather than a scalar.
pub(super) fn is_set(written: &Written) -> bool {
    match &written.is {
        Is::Null => false,
        Is::Text(text) => !text.is_empty(),
        Is::List(items) => !items.is_empty(),
        Is::Map(entries) => !entries.is_empty(),
    }
}

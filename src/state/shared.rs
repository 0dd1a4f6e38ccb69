//! Who else uses the same database, the same server, the same volume.
//!
//! Two releases share a database if they sign in at one place with the same name of it: written in
//! the open, or under the same key of the same Secret. Where one name is hidden, a server that was
//! set up with one database still has only that one. Everything else on the server stands `beside`.

use std::collections::BTreeMap;

use super::model::{CredentialRole, Lives, State, Store, VolumeKind};
use super::servers::Server;
use crate::flux::ObjectName;

/// A database's name, in the open or by where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Open(String),
    Kept(ObjectName, String),
}

/// One use of a server.
struct Use {
    release: ObjectName,
    store: usize,
    server: Lives,
    name: Option<Name>,
}

/// Fills in who shares what.
pub(super) fn fill(states: &mut BTreeMap<ObjectName, State>, servers: &[Server]) {
    let mut uses = Vec::new();
    for (release, state) in &*states {
        for (index, store) in state.stores.iter().enumerate() {
            let server = match &store.lives {
                Lives::Itself => Lives::Neighbour { release: release.clone() },
                Lives::Neighbour { .. }
                | Lives::Cnpg { .. }
                | Lives::Object { .. }
                | Lives::External { .. } => store.lives.clone(),
                Lives::OwnController { .. } | Lives::Subchart { .. } => {
                    Lives::Neighbour { release: release.clone() }
                }
                Lives::OwnVolume { .. } | Lives::Unknown => continue,
            };
            uses.push(Use { release: release.clone(), store: index, server, name: name(store) });
        }
    }
    for one in &uses {
        let mut shared = Vec::new();
        let mut beside = Vec::new();
        for other in
            uses.iter().filter(|other| other.release != one.release && other.server == one.server)
        {
            // The server itself is no user of its database.
            let is_server =
                matches!(&one.server, Lives::Neighbour { release } if *release == other.release);
            if is_server {
                continue;
            }
            let single = single(servers, &one.server);
            let same = match (&one.name, &other.name) {
                (Some(one), Some(other)) if one == other => true,
                (Some(Name::Open(_)), Some(Name::Open(_))) => false,
                _ => single,
            };
            if same {
                shared.push(other.release.clone());
            } else {
                beside.push(other.release.clone());
            }
        }
        shared.sort();
        shared.dedup();
        beside.sort();
        beside.dedup();
        beside.retain(|release| !shared.contains(release));
        let store = states.get_mut(&one.release).and_then(|state| state.stores.get_mut(one.store));
        if let Some(store) = store {
            store.shared_with = shared;
            store.beside = beside;
        }
    }
    volumes(states);
}

/// Says whether a server was set up with one database.
fn single(servers: &[Server], lives: &Lives) -> bool {
    let server = servers.iter().find(|server| server.lives == *lives);
    server.is_some_and(|server| {
        !matches!(server.lives, Lives::Cnpg { .. })
            && server.credentials.iter().any(|c| c.role == CredentialRole::Database)
    })
}

/// Returns the name of the database that a store's sign-in gives.
fn name(store: &Store) -> Option<Name> {
    let of = |role| store.credentials.iter().filter(move |c| c.role == role);
    let open = of(CredentialRole::Database).find_map(|c| c.literal.clone().map(Name::Open));
    let kept = of(CredentialRole::Database)
        .find_map(|c| Some(Name::Kept(c.secret.clone()?, c.key.clone()?)));
    let url =
        of(CredentialRole::Url).find_map(|c| Some(Name::Kept(c.secret.clone()?, c.key.clone()?)));
    open.or(kept).or(url)
}

/// Fills in which volumes several releases use.
fn volumes(states: &mut BTreeMap<ObjectName, State>) {
    let mut users: BTreeMap<String, Vec<ObjectName>> = BTreeMap::new();
    for (release, state) in &*states {
        for key in state.volumes.iter().filter_map(key) {
            let list = users.entry(key).or_default();
            if !list.contains(release) {
                list.push(release.clone());
            }
        }
    }
    for (release, state) in states.iter_mut() {
        for volume in &mut state.volumes {
            let others = key(volume).and_then(|key| users.get(&key));
            let others = others.into_iter().flatten().filter(|other| *other != release);
            volume.shared_with = others.cloned().collect();
        }
    }
}

/// Returns what a volume is known by beyond its release.
fn key(volume: &super::model::Volume) -> Option<String> {
    match (volume.kind, &volume.claim) {
        (VolumeKind::Claim, Some(claim)) => Some(format!("claim {claim}")),
        (VolumeKind::Nfs, _) => volume.storage_class.as_ref().map(|share| format!("nfs {share}")),
        _ => None,
    }
}

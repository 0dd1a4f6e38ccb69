//! What has to be kept: the databases that a release writes to and the volumes that it has.

use crate::flux::Release;
use crate::state::{Lives, State, Store, Volume};

/// One thing that has to be kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding<'h> {
    pub(super) release: &'h Release,
    pub(super) what: What<'h>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'h> {
    /// A database, which keeps running while the release stands still.
    Store(&'h Store),
    /// A volume, which nobody writes to then.
    Volume(&'h Volume),
}

impl Holding<'_> {
    /// Returns what it is, in words.
    pub(super) fn words(&self) -> String {
        let release = &self.release.id;
        match self.what {
            What::Store(store) => {
                let engine = engine(store);
                match &store.lives {
                    Lives::Cnpg { cluster } => format!("{engine} in the Cluster {cluster}"),
                    Lives::Neighbour { release } => format!("{engine} of {release}"),
                    Lives::Object { kind, name } => format!("{engine} in the {kind} {name}"),
                    Lives::External { host } => format!("{engine} at {host}"),
                    Lives::OwnController { controller } => {
                        format!("{engine} in the controller `{controller}` of {release}")
                    }
                    Lives::Subchart { key } => format!("{engine} that `{key}` of {release} brings"),
                    Lives::Itself => format!("{engine} of {release} itself"),
                    Lives::OwnVolume { .. } | Lives::Unknown => format!("{engine} of {release}"),
                }
            }
            What::Volume(volume) => match &volume.claim {
                Some(claim) => format!("the claim {claim}"),
                None => format!("the volume `{}` of {release}", volume.name),
            },
        }
    }
}

/// Names the engine of a database, where it is known.
pub(super) fn engine(store: &Store) -> &str {
    if store.engine == "any" { "a database" } else { &store.engine }
}

/// Lists what has to be kept of a release: each database that it writes to, then its volumes. A
/// file on a volume is kept with the volume.
pub(super) fn holdings<'h>(release: &'h Release, state: &'h State) -> Vec<Holding<'h>> {
    let on_volume = |store: &Store| match &store.lives {
        Lives::OwnVolume { volume, .. } => state.volumes.iter().any(|v| v.name == *volume),
        _ => false,
    };
    let stores = state.stores.iter().filter(|store| !store.only_reads && !on_volume(store));
    // What a datastore inside the release keeps on a volume is dumped and not copied while it runs.
    let of_store = |volume: &&Volume| {
        let mut inside = state.stores.iter().filter(|store| !on_volume(store));
        inside.any(|store| store.volumes.iter().any(|v| v.position == volume.position))
    };
    let volumes = state.volumes.iter().filter(|volume| !of_store(volume));
    let stores = stores.map(|store| Holding { release, what: What::Store(store) });
    stores.chain(volumes.map(|volume| Holding { release, what: What::Volume(volume) })).collect()
}

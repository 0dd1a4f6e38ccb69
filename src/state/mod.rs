//! What data a release has: which datastores it uses, where those live, and what shows it.
//!
//! Most upgrades that ruin a weekend ruin data. [`states`] reads the manifests of a repository once
//! more, this time for what stands around the releases. `written` makes one tree of a release's
//! values; `around` sorts Secrets' keys, ConfigMaps, services and claims; `settings`, `roles` and
//! `hosts` read what a release is told; `servers` lists the datastores that the repository runs, and
//! `uses` finds the way from the one to the other, by settings that belong together (`groups`), the
//! place that they lead to (`places`, `files`, `mentions`) and the sign-in (`sign_in`). It decides
//! nothing; the plan and the runbook do.
//! What it claims carries file and line, and what it cannot tell it says.

mod apps;
mod around;
mod files;
mod groups;
mod hosts;
mod keeps;
mod mentions;
mod model;
mod places;
mod roles;
mod servers;
mod settings;
mod shared;
mod sign_in;
#[cfg(test)]
mod tests;
mod texts;
mod uses;
mod volumes;
mod written;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use model::{
    Credential, CredentialRole, How, Kept, Lives, State, Store, Volume, VolumeBackup, VolumeKind,
    Workload,
};

use self::apps::App;
use self::around::{Around, Object};
use self::servers::Server;
use self::uses::Scene;
use crate::flux::{Inventory, ObjectName, Objects, Release};
use crate::policy::Policies;
use crate::tree::{RepoPath, Tree, TreeError};

/// Finds the data of the wanted releases, of all where `wanted` is `None`.
///
/// `inventory` is what was discovered in the same tree with the same `keep`.
///
/// # Errors
/// When the tree cannot be listed at all.
pub fn states(
    tree: &dyn Tree,
    inventory: &Inventory,
    policies: &Policies,
    keep: &(dyn Fn(&RepoPath) -> bool + Sync),
    wanted: Option<&BTreeSet<ObjectName>>,
) -> Result<BTreeMap<ObjectName, State>, TreeError> {
    let everything = Objects::read(tree, keep)?;
    let applied = everything.applied();
    let objects: Vec<Object<'_>> = applied
        .objects()
        .into_iter()
        .map(|manifest| Object { written: around::read(&applied, &manifest), manifest })
        .collect();
    let around = Around::of(tree, &applied, &objects);
    let mut apps: BTreeMap<ObjectName, App<'_>> = BTreeMap::new();
    let written: HashMap<_, &Release> =
        inventory.releases.iter().rev().map(|r| ((&r.id, &r.position), r)).collect();
    for object in objects.iter().filter(|object| object.manifest.kind == "HelmRelease") {
        let place = (&object.manifest.id, &object.manifest.position());
        let Some(release) = written.get(&place) else { continue };
        let app = App::of(object, release, &applied, &around, policies);
        apps.entry(release.id.clone()).or_insert(app);
    }
    let servers = servers(&objects, &apps, inventory, policies, &around);
    let scene = Scene { policies, around: &around, servers: &servers, apps: &apps };
    let mut states = BTreeMap::new();
    for (id, app) in &apps {
        let (stores, unknown) = uses::uses(app, &scene);
        let volumes = volumes::of_app(app, &around);
        let mut state = State {
            stores,
            volumes,
            workloads: servers::own_workloads(app),
            addresses: texts::addresses(&app.values),
            keeps: Vec::new(),
            unknown,
        };
        for store in &mut state.stores {
            let Lives::Cnpg { cluster } = &store.lives else { continue };
            let backups = around.cluster_backups.get(cluster).cloned().unwrap_or_default();
            store.volumes.iter_mut().for_each(|volume| volume.backed_up_by.clone_from(&backups));
        }
        if !state.stores.is_empty() || !state.volumes.is_empty() {
            state.keeps = keeps::keeps(app, policies, &around);
        }
        states.insert(id.clone(), state);
    }
    shared::fill(&mut states, &servers);
    if let Some(wanted) = wanted {
        states.retain(|id, _| wanted.contains(id));
    }
    Ok(states)
}

/// Lists the datastores that the repository runs.
fn servers(
    objects: &[Object<'_>],
    apps: &BTreeMap<ObjectName, App<'_>>,
    inventory: &Inventory,
    policies: &Policies,
    around: &Around,
) -> Vec<Server> {
    let mut servers: Vec<Server> = Vec::new();
    for app in apps.values() {
        servers.extend(servers::of_app(app, inventory, policies, around));
    }
    for object in objects {
        servers.extend(servers::of_object(object, policies));
        servers.extend(servers::of_workload(object, policies, around));
    }
    // A pooler and a plain service lead to the server behind them.
    for object in objects.iter().filter(|object| object.manifest.kind == "Pooler") {
        let Some(cluster) = object.written.text_at(&["spec", "cluster", "name"]) else { continue };
        let id = &object.manifest.id;
        let behind = servers.iter_mut().find(|server| {
            matches!(&server.lives, Lives::Cnpg { cluster: known } if known.name == cluster && known.namespace == id.namespace)
        });
        if let Some(server) = behind {
            server.hosts.push(id.name.clone());
        }
    }
    for service in around.services.iter().filter(|service| !service.selector.is_empty()) {
        let behind = servers.iter_mut().find(|server| {
            let labels = server.workload.as_ref().map(|workload| workload.selector.as_slice());
            let first = labels.and_then(<[_]>::first);
            server.namespace == service.id.namespace
                && first.is_some_and(|label| service.selector.contains(label))
        });
        if let Some(server) = behind {
            server.hosts.push(service.id.name.clone());
        }
    }
    servers
}

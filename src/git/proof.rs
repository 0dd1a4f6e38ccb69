//! The proof that merging a revert restores what was pinned.
//!
//! A revert branch that was built before its upgrade landed is a no-op once the upgrade was
//! squashed or rebased: the merge base is then the old base, whose tree the branch's tip equals,
//! so the pull request shows nothing or merges cleanly and changes nothing. A green merge button
//! proves nothing, then. Here the revert is merged in memory in each way a forge knows, and the
//! files are compared byte for byte with what they are to become.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tree::{Patches, RepoPath};

use super::build::blob_at;
use super::{Error, Landing, Method, Oid, Repo, land};

/// What merging a revert gives, for each way of merging it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Whether a pull request from the revert to the base would show any change: whether the
    /// revert's tree differs from that of the commit where the two part.
    pub shows_change: bool,
    /// What merging gives.
    pub verdicts: BTreeMap<Method, Verdict>,
}

/// What one way of merging a revert gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every file has the bytes it is to have.
    Restores,
    /// The base stays as it is, and these files are not as they are to be.
    ChangesNothing(Vec<RepoPath>),
    /// The base changes, and these files are still not as they are to be.
    Leaves(Vec<RepoPath>),
    /// These files conflict, named from the repository's root.
    Conflicts(Vec<String>),
}

impl Proof {
    /// Tells whether the revert may be offered: its pull request shows the change, and merging it
    /// restores every file, whichever way it is merged.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.shows_change && self.verdicts.values().all(|verdict| *verdict == Verdict::Restores)
    }
}

/// Merges `revert` into `base` in memory, in every way, and compares the files in `restored`.
///
/// `restored` holds the whole files as they are to be afterwards, `None` for one that is to be
/// gone.
///
/// # Errors
/// When commits or trees cannot be read, or the two have no common history.
pub fn prove_revert(
    repo: &Repo,
    base: Oid,
    revert: Oid,
    restored: &Patches,
) -> Result<Proof, Error> {
    const PROVING: &str = "proving a revert";
    let before = repo.commit(base)?.tree_id();
    let fork = repo.git.merge_base(base.raw(), revert.raw()).map_err(Error::git(PROVING))?;
    let shows_change = repo.commit(fork.into())?.tree_id() != repo.commit(revert)?.tree_id();
    let mut verdicts = BTreeMap::new();
    for method in Method::ALL {
        let verdict = match land(repo, base, revert, method)? {
            Landing::Conflict(files) => Verdict::Conflicts(files),
            Landing::Tree(id) => {
                let tree = repo.git.find_tree(id.raw()).map_err(Error::git(PROVING))?;
                let wrong = differing(repo, &tree, restored)?;
                match (wrong.is_empty(), id.raw() == before) {
                    (true, _) => Verdict::Restores,
                    (false, true) => Verdict::ChangesNothing(wrong),
                    (false, false) => Verdict::Leaves(wrong),
                }
            }
        };
        verdicts.insert(method, verdict);
    }
    Ok(Proof { shows_change, verdicts })
}

fn differing(
    repo: &Repo,
    tree: &git2::Tree<'_>,
    expected: &Patches,
) -> Result<Vec<RepoPath>, Error> {
    let mut wrong = Vec::new();
    for (path, content) in expected {
        let wanted = match content {
            Some(bytes) => Some(
                git2::Oid::hash_object(git2::ObjectType::Blob, bytes)
                    .map_err(Error::git("naming a file's content"))?,
            ),
            None => None,
        };
        if blob_at(&repo.git, tree, repo.prefix(), path) != wanted {
            wrong.push(path.clone());
        }
    }
    Ok(wrong)
}

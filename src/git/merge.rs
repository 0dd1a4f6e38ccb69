//! What a base branch would hold after a branch is merged into it, found out in memory.
//!
//! A forge merges in three ways, and they do not give the same: a merge commit and a squash take
//! the three-way merge of the tips, a rebase replays the branch's commits one by one and leaves
//! out those whose change the base already has. Nothing is written but tree objects, which no
//! reference reaches.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Error, Oid, Repo};

/// The ways in which a forge merges a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// With a merge commit, or by fast-forward.
    Merge,
    /// As one new commit.
    Squash,
    /// As new commits, one for each of the branch's.
    Rebase,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Squash, Self::Rebase];
}

/// What merging gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Landing {
    /// The base's new tree.
    Tree(Oid),
    /// The files in which a person would have to decide, from the repository's root.
    Conflict(Vec<String>),
}

/// Merges `tip` into `base` in memory.
///
/// # Errors
/// When commits or trees cannot be read, or the two have no common history.
pub fn land(repo: &Repo, base: Oid, tip: Oid, method: Method) -> Result<Landing, Error> {
    match method {
        Method::Merge | Method::Squash => {
            let (base, tip) = (repo.commit(base)?, repo.commit(tip)?);
            let index = repo
                .git
                .merge_commits(&base, &tip, None)
                .map_err(Error::git("merging in memory"))?;
            Ok(landing(tree_of(&repo.git, index)?))
        }
        Method::Rebase => replay(repo, base, tip),
    }
}

/// Merges three trees; the inner error holds the files in conflict.
pub(super) fn merged_trees(
    git: &git2::Repository,
    ancestor: &git2::Tree<'_>,
    ours: &git2::Tree<'_>,
    theirs: &git2::Tree<'_>,
) -> Result<Result<git2::Oid, Vec<String>>, Error> {
    let index =
        git.merge_trees(ancestor, ours, theirs, None).map_err(Error::git("merging in memory"))?;
    tree_of(git, index)
}

fn replay(repo: &Repo, base: Oid, tip: Oid) -> Result<Landing, Error> {
    const REPLAYING: &str = "rebasing in memory";
    let range = |from: git2::Oid, to: git2::Oid| -> Result<Vec<git2::Commit<'_>>, git2::Error> {
        let mut walk = repo.git.revwalk()?;
        walk.push(from)?;
        walk.hide(to)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
        walk.map(|id| repo.git.find_commit(id?)).collect()
    };
    let landed = range(base.raw(), tip.raw()).map_err(Error::git(REPLAYING))?;
    let ours = range(tip.raw(), base.raw()).map_err(Error::git(REPLAYING))?;
    let present: BTreeSet<git2::Oid> =
        landed.iter().filter_map(|commit| patch_id(&repo.git, commit).ok()).collect();
    let mut tree = repo.commit(base)?.tree().map_err(Error::git(REPLAYING))?;
    for commit in ours.iter().filter(|commit| commit.parent_count() == 1) {
        if patch_id(&repo.git, commit).is_ok_and(|id| present.contains(&id)) {
            continue;
        }
        let before = commit.parent(0).and_then(|parent| parent.tree());
        let before = before.map_err(Error::git(REPLAYING))?;
        let after = commit.tree().map_err(Error::git(REPLAYING))?;
        match merged_trees(&repo.git, &before, &tree, &after)? {
            Ok(id) => tree = repo.git.find_tree(id).map_err(Error::git(REPLAYING))?,
            Err(files) => return Ok(Landing::Conflict(files)),
        }
    }
    Ok(Landing::Tree(tree.id().into()))
}

/// Returns the name of a commit's change apart from where it stands, as `git patch-id` does.
fn patch_id(git: &git2::Repository, commit: &git2::Commit<'_>) -> Result<git2::Oid, git2::Error> {
    let before = commit.parent(0)?.tree()?;
    git.diff_tree_to_tree(Some(&before), Some(&commit.tree()?), None)?.patchid(None)
}

fn tree_of(
    git: &git2::Repository,
    mut index: git2::Index,
) -> Result<Result<git2::Oid, Vec<String>>, Error> {
    const MERGING: &str = "reading a merge's result";
    if !index.has_conflicts() {
        return Ok(Ok(index.write_tree_to(git).map_err(Error::git(MERGING))?));
    }
    let mut files = BTreeSet::new();
    for conflict in index.conflicts().map_err(Error::git(MERGING))? {
        let conflict = conflict.map_err(Error::git(MERGING))?;
        let sides = [conflict.our, conflict.their, conflict.ancestor];
        let path = sides.into_iter().flatten().next().map(|entry| entry.path);
        files.extend(path.map(|path| String::from_utf8_lossy(&path).into_owned()));
    }
    Ok(Err(files.into_iter().collect()))
}

fn landing(result: Result<git2::Oid, Vec<String>>) -> Landing {
    result.map_or_else(Landing::Conflict, |tree| Landing::Tree(tree.into()))
}

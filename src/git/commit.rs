//! Plans made into commits.
//!
//! A commit's bytes depend on the base, the patches, the message and the author alone: its time is
//! its parent's plus one second, in UTC, so the n-th stage stands n seconds after the base. The
//! same plan therefore gives the same ids on every machine, signatures aside. A branch that is
//! there already is kept when it still says the same, as [`keep`](super::keep) decides, so that a
//! moved base or a fresh signature does not rewrite what people are reviewing.

use std::collections::BTreeSet;

use crate::tree::RepoPath;

use super::build::{blob_at, tree_with};
use super::keep::kept;
use super::{Author, Branch, BranchPlan, Commit, Error, Oid, Repo, Signing};

/// Who makes the commits, and how they are signed.
#[derive(Debug, Clone)]
pub struct Maker {
    /// The author, who is also the committer.
    pub author: Author,
    /// How commits are signed.
    pub signing: Signing,
}

/// An upgrade and its way back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pair<T> {
    /// The upgrade.
    pub upgrade: T,
    /// What takes it back.
    pub revert: T,
}

/// Makes the commits of a branch, or finds that those at `existing` still carry the plan out.
///
/// No reference is written; the commits stay unreachable until [`write_refs`](super::write_refs)
/// or [`push`](super::push).
///
/// # Errors
/// When a patch is in conflict with what stands in the base, the commits would change nothing,
/// the signing program fails, or objects cannot be read or written.
pub fn prepare(
    repo: &Repo,
    plan: &BranchPlan,
    existing: Option<Oid>,
    maker: &Maker,
) -> Result<Branch, Error> {
    if let Some(tip) = existing
        && let Some(branch) = kept(repo, plan, tip)?
    {
        return Ok(branch);
    }
    make(repo, plan, maker)
}

/// Makes an upgrade and the revert that stands on its tip, keeping what can be kept of both.
///
/// The revert plan's `onto` is set here. Where the upgrade is kept on an older base, the revert is
/// built over that base too, provided its files are the same there; otherwise both are made anew.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_pair(
    repo: &Repo,
    plans: &Pair<BranchPlan>,
    existing: &Pair<Option<Oid>>,
    maker: &Maker,
) -> Result<Pair<Branch>, Error> {
    let upgrade = prepare(repo, &plans.upgrade, existing.upgrade, maker)?;
    let mut plan = BranchPlan { onto: Some(upgrade.tip), ..plans.revert.clone() };
    if let Some(tip) = existing.revert
        && let Some(revert) = kept(repo, &plan, tip)?
    {
        return Ok(Pair { upgrade, revert });
    }
    if upgrade.base == plan.base || same_files(repo, plans, upgrade.base)? {
        plan.base = upgrade.base;
        let revert = make(repo, &plan, maker)?;
        return Ok(Pair { upgrade, revert });
    }
    let upgrade = make(repo, &plans.upgrade, maker)?;
    plan.onto = Some(upgrade.tip);
    let revert = make(repo, &plan, maker)?;
    Ok(Pair { upgrade, revert })
}

fn make(repo: &Repo, plan: &BranchPlan, maker: &Maker) -> Result<Branch, Error> {
    if !git2::Reference::is_valid_name(&format!("refs/heads/{}", plan.name)) {
        return Err(Error::BadBranch {
            branch: plan.name.clone(),
            reason: "git does not accept this name".to_owned(),
        });
    }
    let base = repo.commit(plan.base)?.tree().map_err(Error::git("reading the base's tree"))?;
    let mut parent = repo.commit(plan.onto.unwrap_or(plan.base))?;
    let mut commits = Vec::with_capacity(plan.stages.len());
    for (index, stage) in plan.stages.iter().enumerate() {
        let tree = tree_with(&repo.git, &base, repo.prefix(), &stage.patches)?;
        let message = plan.message(index, stage);
        let id = write(repo, &parent, tree, &message, maker)?;
        commits.push(Commit { id, tree: tree.into(), message });
        parent = repo.commit(id)?;
    }
    let unchanged = commits.iter().all(|commit| commit.tree.raw() == base.id());
    match commits.last().map(|commit| commit.id) {
        Some(tip) if plan.onto.is_some() || !unchanged => {
            Ok(Branch { name: plan.name.clone(), base: plan.base, tip, commits, kept: false })
        }
        _ => Err(Error::NothingToCommit { branch: plan.name.clone(), base: plan.base }),
    }
}

fn write(
    repo: &Repo,
    parent: &git2::Commit<'_>,
    tree: git2::Oid,
    message: &str,
    maker: &Maker,
) -> Result<Oid, Error> {
    const WRITING: &str = "writing a commit";
    let time = git2::Time::new(parent.time().seconds().saturating_add(1), 0);
    let author = git2::Signature::new(maker.author.name(), maker.author.email(), &time)
        .map_err(Error::git(WRITING))?;
    let tree = repo.git.find_tree(tree).map_err(Error::git(WRITING))?;
    let buffer = repo
        .git
        .commit_create_buffer(&author, &author, message, &tree, &[parent])
        .map_err(Error::git(WRITING))?;
    let id = match maker.signing.sign(&buffer, &maker.author)? {
        Some(signature) => {
            let content = str::from_utf8(&buffer).unwrap_or_default();
            repo.git.commit_signed(content, &signature, None)
        }
        None => repo.git.odb().and_then(|objects| objects.write(git2::ObjectType::Commit, &buffer)),
    };
    Ok(id.map_err(Error::git(WRITING))?.into())
}

/// Tells whether every file that either plan touches reads the same at `other` as at the base.
fn same_files(repo: &Repo, plans: &Pair<BranchPlan>, other: Oid) -> Result<bool, Error> {
    let tree = |id| repo.commit(id)?.tree().map_err(Error::git("reading a tree"));
    let (base, other) = (tree(plans.revert.base)?, tree(other)?);
    let stages = plans.upgrade.stages.iter().chain(&plans.revert.stages);
    let paths: BTreeSet<&RepoPath> = stages.flat_map(|stage| stage.patches.keys()).collect();
    let blob = |tree, path| blob_at(&repo.git, tree, repo.prefix(), path);
    Ok(paths.into_iter().all(|path| blob(&base, path) == blob(&other, path)))
}

//! Whether a branch that is there still says what the plan says.
//!
//! A branch is rewritten only when a stage's tree, message or parent must differ. Author and
//! signature are not compared: another engineer's run, or another key, is no reason to rewrite a
//! branch under review. Where the base has moved on since, the branch is kept as long as each of
//! its stages, merged into today's base, gives exactly the tree that the plan asks for.

use super::build::tree_with;
use super::merge::merged_trees;
use super::{Branch, BranchPlan, Commit, Error, Oid, Repo};

/// Returns the branch that ends at `tip` if it carries the plan out, else `None`.
pub(super) fn kept(repo: &Repo, plan: &BranchPlan, tip: Oid) -> Result<Option<Branch>, Error> {
    let Ok(anchor) = repo.git.merge_base(plan.base.raw(), plan.onto.unwrap_or(tip).raw()) else {
        return Ok(None);
    };
    let start = plan.onto.map_or(anchor, Oid::raw);
    let Some(commits) = chain(repo, tip, start, plan.stages.len()) else { return Ok(None) };
    let tree = |id| repo.git.find_tree(id).map_err(Error::git("reading a tree"));
    let base = tree(repo.commit(plan.base)?.tree_id())?;
    let fork = tree(repo.commit(anchor.into())?.tree_id())?;
    for (index, (stage, commit)) in plan.stages.iter().zip(&commits).enumerate() {
        if commit.message != plan.message(index, stage) {
            return Ok(None);
        }
        let planned = tree_with(&repo.git, &base, repo.prefix(), &stage.patches)?;
        let same = if fork.id() == base.id() {
            commit.tree.raw() == planned
        } else {
            let theirs = tree(commit.tree.raw())?;
            merged_trees(&repo.git, &fork, &base, &theirs)?.ok() == Some(planned)
        };
        if !same {
            return Ok(None);
        }
    }
    Ok(Some(Branch { name: plan.name.clone(), base: anchor.into(), tip, commits, kept: true }))
}

/// Returns the `count` commits between `start` and `tip`, oldest first, if exactly so many stand
/// there in one line.
fn chain(repo: &Repo, tip: Oid, start: git2::Oid, count: usize) -> Option<Vec<Commit>> {
    let mut commits = Vec::with_capacity(count);
    let mut next = tip.raw();
    while next != start {
        let commit = repo.git.find_commit(next).ok()?;
        if commits.len() == count || commit.parent_count() != 1 {
            return None;
        }
        commits.push(Commit {
            id: next.into(),
            tree: commit.tree_id().into(),
            message: commit.message_raw().ok()?.to_owned(),
        });
        next = commit.parent_id(0).ok()?;
    }
    commits.reverse();
    (commits.len() == count).then_some(commits)
}

//! What a branch is to hold, and what it holds once made.
//!
//! A plan is plain data: a base commit, and for each stage a message and the files that differ
//! from that base. A stage's tree is the base's tree with that stage's patches laid over it, not
//! over the stage before; the commits nevertheless form a chain. This is how the same mechanism
//! serves an upgrade, whose last stage is the whole upgrade, and a revert, whose last stage is the
//! base itself.

use serde::Serialize;

use crate::tree::Patches;

use super::{Oid, Trailers};

/// A branch that is to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchPlan {
    /// The branch's name without `refs/heads/`.
    pub name: String,
    /// The commit whose tree the patches of every stage are laid over.
    pub base: Oid,
    /// The commit that the first stage's commit gets as its parent; `None` means the base. A revert
    /// stands on the tip of the upgrade that it takes back.
    pub onto: Option<Oid>,
    /// What the commits belong to; the stage is added for each.
    pub unit: String,
    /// The digest of the plan that the commits carry out, as `sha256:…`.
    pub plan_digest: String,
    /// The stages in the order in which they land.
    pub stages: Vec<StagePlan>,
}

/// One commit of a branch that is to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePlan {
    /// The stage's name, as in `stop` or `upgrade`.
    pub stage: String,
    /// The commit message without refit's trailers.
    pub message: String,
    /// Whole files that differ from the base, by their path under the folder that is read; bytes
    /// as git stores them. `None` removes the file.
    pub patches: Patches,
}

/// A branch whose commits exist in the object database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The branch's name without `refs/heads/`.
    pub name: String,
    /// The commit that the stages' trees are laid over: the plan's base, or an older one where the
    /// branch was kept.
    pub base: Oid,
    /// The last commit.
    pub tip: Oid,
    /// The stages' commits, first to last.
    pub commits: Vec<Commit>,
    /// Whether these are the commits that the branch held before.
    pub kept: bool,
}

/// One commit that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// The commit's name.
    pub id: Oid,
    /// The name of its tree.
    pub tree: Oid,
    /// The whole message, with trailers.
    pub message: String,
}

impl BranchPlan {
    /// Returns the message of the stage at `index`, with refit's trailers.
    pub(super) fn message(&self, index: usize, stage: &StagePlan) -> String {
        let trailers = Trailers {
            unit: self.unit.clone(),
            plan: self.plan_digest.clone(),
            stage: format!("{} {}/{}", stage.stage, index + 1, self.stages.len()),
        };
        super::with_trailers(&stage.message, &trailers)
    }
}

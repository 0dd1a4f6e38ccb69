//! The plan whose stage is to be applied, made from the files as they were before its first stage.
//!
//! After `apply stop` the files say zero, and a plan made from them would take zero for what has to
//! come back. So the plan is made from HEAD, and the work tree may hold HEAD's contents or those of
//! one of the plan's own stages. When the stop has been committed, HEAD itself says zero; then the
//! commit before the last change of the release's file is tried: if a plan made there stops into
//! exactly the bytes of HEAD, it is the one. Where neither helps, what is at zero is told.

use anyhow::{Result, bail};

use super::apply::Arguments;
use super::proposal::Proposal;
use super::workspace::Workspace;
use crate::flux::Release;
use crate::git::{Oid, Repo};
use crate::tree::{Overlay, Patches, RepoPath, Tree, WorkTree};
use crate::upgrade::{Plan, StageKind, Staged};

/// How many commits are looked through for the last change of a file.
const FAR: usize = 500;

/// What there is to apply.
pub(super) enum Found {
    /// A plan and its files.
    Plan(Box<Chosen>),
    /// Nothing; whether a look-up failed.
    Nothing { release: String, failed: bool },
}

/// A plan with what may stand in the work tree.
pub(super) struct Chosen {
    pub(super) plan: Plan,
    pub(super) staged: Staged,
    /// The files that its stages touch, as they were before the first.
    pub(super) before: Patches,
    /// The commit that it was made on, where that is not HEAD because the stop has been committed.
    pub(super) stopped_since: Option<Oid>,
    /// The releases of it that stand at zero already, each as half a sentence with its place.
    pub(super) at_rest: Vec<String>,
}

/// Finds the plan for the arguments.
pub(super) async fn find(arguments: &Arguments, work: &WorkTree) -> Result<Found> {
    let repo = Repo::discover(&arguments.dir).ok();
    let head = repo.as_ref().and_then(|repo| repo.head().ok().flatten());
    let (Some(repo), Some(head)) = (repo, head) else {
        return choose(Workspace::open(&arguments.dir)?, arguments).await;
    };
    let rules = rules_on_disk(work)?;
    // A folder or a release that has not been committed is known to the work tree alone.
    let Ok(committed) = repo.files_at(head) else {
        return choose(Workspace::open(&arguments.dir)?, arguments).await;
    };
    let mut workspace = Workspace::of(Overlay::new(&committed, &rules))?.beside(&arguments.dir);
    if workspace.only(&arguments.release).is_err() {
        return choose(Workspace::open(&arguments.dir)?, arguments).await;
    }
    let found = choose(workspace, arguments).await?;
    let Found::Plan(now) = found else { return Ok(found) };
    if now.at_rest.is_empty() {
        return Ok(Found::Plan(now));
    }
    let Some(earlier) = before_last_change(&repo, head, &now)? else {
        return Ok(Found::Plan(now));
    };
    let tree = repo.files_at(earlier)?;
    let workspace = Workspace::of(Overlay::new(&tree, &rules))?.beside(&arguments.dir);
    if let Ok(Found::Plan(mut then)) = choose(workspace, arguments).await
        && continues(&then, &now, &committed)?
    {
        then.stopped_since = Some(earlier);
        return Ok(Found::Plan(then));
    }
    Ok(Found::Plan(now))
}

/// Plans the upgrades of the release in a tree and takes the one that is meant.
async fn choose<T: Tree>(mut workspace: Workspace<T>, arguments: &Arguments) -> Result<Found> {
    let release = workspace.only(&arguments.release)?;
    let mut proposal = Proposal::of(&workspace, &arguments.upstream).await?;
    let wanted = |unit: &str| arguments.unit.as_deref().is_none_or(|wanted| wanted == unit);
    proposal.upgrades.retain(|(plan, _)| wanted(&plan.unit.to_string()));
    if proposal.upgrades.len() > 1 {
        let units: Vec<String> =
            proposal.upgrades.iter().map(|(plan, _)| format!("--unit '{}'", plan.unit)).collect();
        bail!("{release} has {} upgrades; name one: {}", units.len(), units.join(", "));
    }
    let Some((plan, staged)) = proposal.upgrades.pop() else {
        let failed = proposal.has_failed();
        return Ok(Found::Nothing { release: release.to_string(), failed });
    };
    let mut before = Patches::new();
    for file in staged.stages.iter().flat_map(|stage| stage.patches.keys()) {
        if !before.contains_key(file) {
            before.insert(file.clone(), workspace.tree.read(file)?);
        }
    }
    let touched = |release: &&Release| plan.releases.contains(&release.id);
    let at_rest = workspace.inventory.releases.iter().filter(touched);
    let at_rest = at_rest.filter(|release| release.lever.at_rest);
    let at_rest = at_rest
        .map(|release| format!("{} ({}): {}", release.id, release.position, release.lever.reason))
        .collect();
    Ok(Found::Plan(Box::new(Chosen { plan, staged, before, stopped_since: None, at_rest })))
}

/// Returns `.refit/` as it stands on disk: an upgrade follows the rules that a preview shows.
fn rules_on_disk(work: &WorkTree) -> Result<Patches> {
    let mut rules = Patches::new();
    for file in work.files()? {
        if file.as_str().starts_with(".refit/") {
            let content = work.read(&file)?;
            rules.insert(file, content);
        }
    }
    Ok(rules)
}

/// Returns the commit before the last one that changed a file of the plan, on the way of first
/// parents.
fn before_last_change(repo: &Repo, head: Oid, plan: &Chosen) -> Result<Option<Oid>> {
    let mut at = head;
    for _ in 0..FAR {
        let Some(parent) = repo.first_parent(at)? else { return Ok(None) };
        let Ok(tree) = repo.files_at(parent) else { return Ok(None) };
        for (file, content) in &plan.before {
            if tree.read(file)? != *content {
                return Ok(Some(parent));
            }
        }
        at = parent;
    }
    Ok(None)
}

/// Tells whether the commit that `now` was planned on is the stop of the earlier plan `then`.
fn continues(then: &Chosen, now: &Chosen, committed: &dyn Tree) -> Result<bool> {
    let Some(stop) = then.staged.stages.first() else { return Ok(false) };
    if stop.stage.kind != StageKind::Stop || then.plan.unit != now.plan.unit {
        return Ok(false);
    }
    for (file, content) in &then.before {
        let stopped: &Option<Vec<u8>> = stop.patches.get(file).unwrap_or(content);
        if committed.read(file)? != *stopped {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Chosen {
    /// Returns what the files of the plan hold in one of its stages.
    pub(super) fn at(&self, stage: &Patches) -> Patches {
        let content = |file: &RepoPath, before: &Option<Vec<u8>>| {
            stage.get(file).cloned().unwrap_or_else(|| before.clone())
        };
        self.before.iter().map(|(file, before)| (file.clone(), content(file, before))).collect()
    }

    /// Returns the files that hold something else than before the first stage or in one of them.
    pub(super) fn changed_by_others(&self, work: &WorkTree) -> Result<Vec<RepoPath>> {
        let mut others = Vec::new();
        for (file, before) in &self.before {
            let now = work.read(file)?;
            let staged = |now: &Option<Vec<u8>>| {
                self.staged.stages.iter().any(|stage| stage.patches.get(file) == Some(now))
            };
            if now != *before && !staged(&now) {
                others.push(file.clone());
            }
        }
        Ok(others)
    }
}

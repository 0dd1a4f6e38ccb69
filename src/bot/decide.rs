//! From what is wanted and what is there to what is to be done.
//!
//! For each unit, branches are pushed before a pull request refers to them, and a pull request is
//! closed before its branch goes, so that a run that ends anywhere in between leaves nothing that
//! the next one misreads. What people decided stands: a branch with somebody's commit is left
//! alone, a proposal that a person closed is not opened again, and neither is one that was merged
//! and taken back. Whatever is left alone is told with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::forge::{Hidden, Pull, PullRequest, PullState, hidden, needs_update};
use crate::git::{Foreign, Oid, Seen, Update};

/// What one unit is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Desired {
    /// The unit, as in `image media/immich`.
    pub unit: String,
    /// Its branches, written together.
    pub branches: Vec<Tip>,
    /// Its pull request; `None` where branches alone are wanted, as a revert after landing.
    pub proposal: Option<Proposal>,
}

/// A branch and the commit that it is to end at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tip {
    /// The branch's name.
    pub branch: String,
    /// Its last commit.
    pub tip: Oid,
}

/// A pull request that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What is proposed, as [`Hidden::proposal`] holds it.
    pub proposal: String,
    /// The pull request.
    pub request: PullRequest,
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Observed {
    /// The branches under refit's prefix.
    pub branches: BTreeMap<String, Seen>,
    /// refit's pull requests: all open ones, and those of any state for the branches that are
    /// wanted or there.
    pub pulls: Vec<Pull>,
    /// The units of which it is not known this time whether anything is due, as when a registry
    /// did not answer; what they have is kept.
    pub undecided: BTreeSet<String>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "action")]
pub enum Action {
    /// Write or remove branches, all or none.
    Push {
        /// The unit they belong to.
        unit: String,
        /// The branches.
        updates: Vec<Update>,
    },
    /// Open a pull request.
    Open {
        /// The unit it belongs to.
        unit: String,
        /// The pull request.
        request: PullRequest,
    },
    /// Write what differs in a pull request.
    Update {
        /// The unit it belongs to.
        unit: String,
        /// Its number.
        number: u64,
        /// What it is to say.
        request: PullRequest,
    },
    /// Close a pull request.
    Close {
        /// The unit it belongs to.
        unit: String,
        /// Its number.
        number: u64,
        /// Why, as a reader of it is told.
        reason: String,
    },
}

/// What is to be done, and what is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Decision {
    /// The actions, in the order in which they must be done.
    pub actions: Vec<Action>,
    /// What stays as it is although something else is wanted, or nothing is.
    pub left: Vec<Left>,
}

/// Something that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The unit, where it is known.
    pub unit: Option<String>,
    /// The branch.
    pub branch: String,
    /// Why.
    pub reason: Reason,
}

/// Why something is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A person's commit is on the branch.
    #[error("it holds commit {} by {} (\"{}\"): {}; merge or remove the branch to let refit go on", .0.commit.short(), .0.author, .0.subject, .0.why)]
    Foreign(Foreign),
    /// A person closed the same proposal.
    #[error("#{0} proposed the same and was closed; open it again if you want it after all")]
    Closed(u64),
    /// The same proposal was merged, and the repository is as before.
    #[error("#{0} proposed the same and was merged; it seems to have been taken back since")]
    Merged(u64),
    /// A closed pull request for the branch no longer says what it proposed.
    #[error(
        "#{0} was closed and no longer says what it proposed; remove the branch's pull request or take the next version"
    )]
    Unreadable(u64),
    /// As many pull requests are open as may be.
    #[error("it waits: maxOpenPullRequests is {0}, and so many are open")]
    Limit(usize),
    /// An open pull request under refit's prefix is not recognised as refit's.
    #[error("#{0} is open and not recognised as refit's own")]
    Unrecognised(u64),
}

/// Decides what to do so that what is there becomes what is wanted, with no more than `limit` pull
/// requests open; those that are open already stay, however many.
///
/// Carrying the actions out and deciding again gives none.
#[must_use]
pub fn decide(desired: &[Desired], observed: &Observed, limit: Option<usize>) -> Decision {
    let view = View::new(desired, observed);
    let mut decision = Decision::default();
    let mut open = view.open_heads().len();
    for wanted in desired {
        if let Some((limit, head)) = limit.filter(|limit| open >= *limit).zip(view.new_head(wanted))
        {
            let (unit, branch, reason) = (Some(wanted.unit.clone()), head, Reason::Limit(limit));
            decision.left.push(Left { unit, branch, reason });
            continue;
        }
        view.unit(wanted, &mut decision);
        let opens =
            |action: &Action| matches!(action, Action::Open { unit, .. } if *unit == wanted.unit);
        open += usize::from(decision.actions.iter().any(opens));
    }
    view.stale_pulls(&mut decision);
    view.stale_branches(&mut decision);
    decision
}

/// Both sides, with what is asked of them more than once.
struct View<'a> {
    desired: &'a [Desired],
    observed: &'a Observed,
    pulls: Vec<(&'a Pull, Option<Hidden>)>,
    /// The branches that are wanted.
    wanted: BTreeSet<&'a str>,
    /// The heads of the pull requests that are wanted.
    heads: BTreeSet<&'a str>,
}

impl<'a> View<'a> {
    fn new(desired: &'a [Desired], observed: &'a Observed) -> Self {
        let branches = desired.iter().flat_map(|wanted| &wanted.branches);
        let proposals = desired.iter().filter_map(|wanted| wanted.proposal.as_ref());
        Self {
            desired,
            observed,
            pulls: observed.pulls.iter().map(|pull| (pull, hidden::find(&pull.body))).collect(),
            wanted: branches.map(|tip| tip.branch.as_str()).collect(),
            heads: proposals.map(|proposal| proposal.request.head.as_str()).collect(),
        }
    }

    /// Returns the branches that have an open pull request which stays open.
    fn open_heads(&self) -> BTreeSet<&'a str> {
        let open = self.pulls.iter().filter(|(pull, _)| pull.state == PullState::Open);
        let stays = open.filter(|(pull, hidden)| {
            let unit = hidden.as_ref().map(|hidden| &hidden.unit);
            let undecided = unit.is_some_and(|unit| self.observed.undecided.contains(unit));
            undecided || self.heads.contains(pull.head.as_str())
        });
        stays.map(|(pull, _)| pull.head.as_str()).collect()
    }

    /// Returns the branch of a pull request that would be opened.
    fn new_head(&self, wanted: &Desired) -> Option<String> {
        let head = &wanted.proposal.as_ref()?.request.head;
        let is_new = self.open_on(head).next().is_none() && self.reason_to_leave(wanted).is_none();
        is_new.then(|| head.clone())
    }

    /// Brings one unit's branches and pull request about.
    fn unit(&self, wanted: &Desired, decision: &mut Decision) {
        let unit = &wanted.unit;
        if let Some((branch, reason)) = self.reason_to_leave(wanted) {
            decision.left.push(Left { unit: Some(unit.clone()), branch, reason });
            return;
        }
        let updates: Vec<Update> = wanted
            .branches
            .iter()
            .map(|tip| Update {
                branch: tip.branch.clone(),
                expected: self.observed.branches.get(&tip.branch).map(|seen| seen.tip),
                target: Some(tip.tip),
            })
            .filter(|update| update.expected != update.target)
            .collect();
        if !updates.is_empty() {
            decision.actions.push(Action::Push { unit: unit.clone(), updates });
        }
        let Some(proposal) = &wanted.proposal else { return };
        let request = &proposal.request;
        let open: Vec<&Pull> = self.open_on(&request.head).collect();
        // Of several, which no run leaves behind, the one into the right base and then the oldest.
        let Some(chosen) = open.iter().min_by_key(|pull| (pull.base != request.base, pull.number))
        else {
            let (unit, request) = (unit.clone(), request.clone());
            decision.actions.push(Action::Open { unit, request });
            return;
        };
        if needs_update(chosen, request) {
            let (unit, number, request) = (unit.clone(), chosen.number, request.clone());
            decision.actions.push(Action::Update { unit, number, request });
        }
        for pull in open.iter().filter(|pull| pull.number != chosen.number) {
            let (unit, number) = (unit.clone(), pull.number);
            let reason = format!("#{} is open for the same branch", chosen.number);
            decision.actions.push(Action::Close { unit, number, reason });
        }
    }

    fn reason_to_leave(&self, wanted: &Desired) -> Option<(String, Reason)> {
        for tip in &wanted.branches {
            if let Some(foreign) = self.foreign(&tip.branch) {
                return Some((tip.branch.clone(), Reason::Foreign(foreign.clone())));
            }
        }
        let proposal = wanted.proposal.as_ref()?;
        let head = &proposal.request.head;
        if self.open_on(head).next().is_some() {
            return None;
        }
        let past = self.pulls.iter().filter(|(pull, _)| pull.state != PullState::Open);
        let reason = past.rev().find_map(|(pull, hidden)| match (hidden, pull.state) {
            (Some(hidden), _) if hidden.proposal != proposal.proposal => None,
            (Some(_), PullState::Merged) => Some(Reason::Merged(pull.number)),
            (Some(hidden), _) if hidden.closed_by_refit => None,
            (Some(_), _) => Some(Reason::Closed(pull.number)),
            (None, PullState::Closed) if pull.head == *head => {
                Some(Reason::Unreadable(pull.number))
            }
            (None, _) => None,
        });
        reason.map(|reason| (head.clone(), reason))
    }

    /// Closes open pull requests that nothing wants any more.
    fn stale_pulls(&self, decision: &mut Decision) {
        for (pull, hidden) in &self.pulls {
            if pull.state != PullState::Open || self.heads.contains(pull.head.as_str()) {
                continue;
            }
            let seen = self.observed.branches.get(&pull.head);
            let unit = hidden
                .as_ref()
                .map(|hidden| hidden.unit.clone())
                .or_else(|| seen.and_then(|seen| seen.unit.clone()));
            let mut leave = |unit, reason| {
                decision.left.push(Left { unit, branch: pull.head.clone(), reason });
            };
            if let Some(foreign) = self.foreign(&pull.head) {
                leave(unit, Reason::Foreign(foreign.clone()));
                continue;
            }
            let Some(unit) = unit else {
                leave(None, Reason::Unrecognised(pull.number));
                continue;
            };
            if !self.observed.undecided.contains(&unit) {
                let reason = self.why_stale(&unit);
                decision.actions.push(Action::Close { unit, number: pull.number, reason });
            }
        }
    }

    fn why_stale(&self, unit: &str) -> String {
        let successor = self.desired.iter().find(|wanted| wanted.unit == unit);
        match successor.and_then(|wanted| wanted.proposal.as_ref()) {
            Some(proposal) => format!("superseded by \"{}\"", proposal.request.title),
            None => "nothing is due here any more".to_owned(),
        }
    }

    /// Removes refit's own branches that nothing wants any more.
    fn stale_branches(&self, decision: &mut Decision) {
        let mut stale: BTreeMap<String, Vec<Update>> = BTreeMap::new();
        for (branch, seen) in &self.observed.branches {
            if self.wanted.contains(branch.as_str()) {
                continue;
            }
            let head = upgrade_of(branch);
            let of_head: Vec<&(&Pull, Option<Hidden>)> =
                self.pulls.iter().filter(|(pull, _)| pull.head == head).collect();
            let in_state = |state| of_head.iter().any(|(pull, _)| pull.state == state);
            if let Some(foreign) = &seen.foreign {
                // An open pull request for it has been told of already.
                if !in_state(PullState::Open) {
                    let (branch, reason) = (branch.clone(), Reason::Foreign(foreign.clone()));
                    decision.left.push(Left { unit: seen.unit.clone(), branch, reason });
                }
                continue;
            }
            let of_pull =
                of_head.iter().find_map(|(_, hidden)| Some(hidden.as_ref()?.unit.clone()));
            // A branch without a commit of its own and without a pull request may be anybody's.
            let Some(unit) = seen.unit.clone().or(of_pull) else { continue };
            // The way back from what was merged is rebuilt, never just dropped.
            let way_back = *branch != head && in_state(PullState::Merged);
            let closing = |number: u64| {
                let closes = |action: &Action| matches!(action, Action::Close { number: closed, .. } if *closed == number);
                decision.actions.iter().any(closes)
            };
            let stays_open = of_head
                .iter()
                .any(|(pull, _)| pull.state == PullState::Open && !closing(pull.number));
            if way_back || stays_open || self.observed.undecided.contains(&unit) {
                continue;
            }
            stale.entry(unit).or_default().push(Update {
                branch: branch.clone(),
                expected: Some(seen.tip),
                target: None,
            });
        }
        let pushes = stale.into_iter().map(|(unit, updates)| Action::Push { unit, updates });
        decision.actions.extend(pushes);
    }

    fn open_on<'b>(&'b self, head: &'b str) -> impl Iterator<Item = &'a Pull> + 'b {
        let pulls = self.pulls.iter().map(|(pull, _)| *pull);
        pulls.filter(move |pull| pull.state == PullState::Open && pull.head == head)
    }

    fn foreign(&self, branch: &str) -> Option<&'a Foreign> {
        self.observed.branches.get(branch)?.foreign.as_ref()
    }
}

/// Returns the branches whose pull requests matter, of any state: those that are planned, those
/// that are there, and for each way back that is there the upgrade that it takes back, whose own
/// branch may be gone since it was merged.
#[must_use]
pub fn heads<'a>(branches: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let branches = branches.into_iter();
    let heads: BTreeSet<String> =
        branches.flat_map(|branch| [branch.clone(), upgrade_of(branch)]).collect();
    heads.into_iter().collect()
}

/// Returns the upgrade's branch that a revert's branch belongs to, or the branch itself.
fn upgrade_of(branch: &str) -> String {
    branch.replacen("/revert/", "/upgrade/", 1)
}

#[cfg(test)]
mod tests;

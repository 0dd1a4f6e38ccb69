//! What is done around the move of the versions, so that the data survives it: the stop, the backup,
//! what a tier demands, and keeping Helm from taking a migration back half way.

use std::collections::BTreeSet;

use super::carry::Carried;
use super::{BACKUP, HOLD, Planner, STOP};
use crate::diagnostic::Why;
use crate::flux::{LeverKind, Release};
use crate::policy::{Demand, Strategy};
use crate::upgrade::backup::{Backups, Subject, backups};
use crate::upgrade::gate::{Gate, GateWord};
use crate::upgrade::plan_types::{Change, FileEdit};
use crate::upgrade::units::Moving;

/// A change that has data copied.
pub(super) struct Copied {
    pub(super) change: Change,
    /// When it is done.
    pub(super) gates: Vec<Gate>,
    /// What it does not copy, in words: a person does.
    pub(super) left: Vec<String>,
}

impl Planner<'_> {
    /// Returns the change that stops the releases; where there is none, how they are carried out
    /// instead, with the reason.
    pub(super) fn stopped(&self, releases: &[&Release], carried: &mut Carried) -> Option<Change> {
        let (strategy, why) = match self.stop(releases) {
            Ok(Some(stop)) => return Some(stop),
            // What is suspended runs on, and no commit reaches it.
            Ok(None) if releases.iter().any(|release| release.suspended) => {
                let message = "no commit stops a suspended release: stop it by hand, and keep a \
                               copy of its data, before it is resumed on the new version";
                (Strategy::Manual, Why::new("cannot-stop", message))
            }
            Ok(None) => (Strategy::Rolling, Why::new("at-rest", "it is stopped already")),
            Err(why) => (Strategy::Manual, why),
        };
        carried.strategy = strategy;
        carried.why.push(why);
        None
    }

    /// Returns the change that stops the releases; `None` where nothing runs.
    fn stop(&self, releases: &[&Release]) -> Result<Option<Change>, Why> {
        let mut stops: Vec<FileEdit> = Vec::new();
        for release in releases.iter().filter(|release| !release.suspended) {
            let lever = &release.lever;
            if lever.at_rest {
                continue;
            }
            if lever.kind == LeverKind::None {
                let message = format!("nothing stops {}: {}", release.id, lever.reason);
                return Err(Why { rule: lever.rule.clone(), ..Why::new("no-lever", message) });
            }
            let file = &release.position.file;
            let pulled = lever.stop.iter().cloned();
            stops.extend(pulled.map(|edit| FileEdit { file: file.clone(), edit }));
        }
        if stops.is_empty() {
            return Ok(None);
        }
        let purpose = "stop what writes to the data".to_owned();
        let stop = self.change(STOP, purpose, stops);
        stop.map(Some).map_err(|whys| {
            whys.into_iter().next().unwrap_or_else(|| Why::new("no-lever", "it cannot be edited"))
        })
    }

    /// Returns the gates by which a person says that what the tiers of the releases demand is there;
    /// `copied` says what is left to a person where a stage backs the data up.
    pub(super) fn demanded(&self, releases: &[&Release], copied: Option<&[String]>) -> Vec<Gate> {
        let tiers =
            releases.iter().filter_map(|release| self.policies.tier(&release.id.to_string()));
        let demands: BTreeSet<Demand> =
            tiers.flat_map(|tier| tier.policy.before.unwrap_or_default()).collect();
        let gate = |demand| match demand {
            Demand::Backup => {
                let what = match copied {
                    None => "the data".to_owned(),
                    Some([]) => return None,
                    // A stage that copies a volume says nothing of the database beside it.
                    Some(left) => format!("what the stage does not copy ({})", left.join(", ")),
                };
                let sentence =
                    format!("{what} is backed up for this upgrade, and the backup is proved");
                Some(Gate::by_hand(GateWord::BackedUp, sentence))
            }
            Demand::Drill => {
                let sentence = "the backup was restored in a rehearsal";
                Some(Gate::by_hand(GateWord::Approved, sentence))
            }
            Demand::Approval => {
                let sentence = "a second person has read this, and agrees";
                Some(Gate::by_hand(GateWord::Approved, sentence))
            }
            // It is there before there is an upgrade, or it is not: the runbook says which.
            Demand::Schedule => None,
        };
        demands.into_iter().filter_map(gate).collect()
    }

    /// Returns the change that has the data copied, with the gates that say when it is done; `None`
    /// where policy leaves that to a person, or nothing in the repository can do it.
    pub(super) fn back_up(
        &self,
        moving: &Moving<'_>,
        (from, to): (&str, &str),
        releases: &[&Release],
        carried: &mut Carried,
    ) -> Result<Option<Copied>, Vec<Why>> {
        let (states, inventory) = (&self.background.states, self.whole);
        let subject = Subject { unit: &moving.unit, from, to, releases, states, inventory };
        let preference = carried.backup.as_deref().unwrap_or(&self.configuration.backup);
        let Backups { parts, by_hand } = backups(&subject, preference, &self.configuration.dumps);
        let reasons = parts.iter().flat_map(|part| &part.why);
        carried.why.extend(reasons.chain(by_hand.iter().flat_map(|by_hand| &by_hand.why)).cloned());
        if parts.is_empty() {
            return Ok(None);
        }
        let kept: Vec<&str> =
            parts.iter().flat_map(|part| &part.keeps).map(String::as_str).collect();
        let change = Change {
            id: BACKUP.to_owned(),
            purpose: format!("back up {}", kept.join(", ")),
            edits: parts.iter().flat_map(|part| part.edits.iter().cloned()).collect(),
            inverse: Vec::new(),
            files: parts.iter().flat_map(|part| part.files.iter().cloned()).collect(),
        };
        let gates = parts.into_iter().map(|part| part.gate).collect();
        let left = by_hand.into_iter().map(|by_hand| by_hand.what).collect();
        Ok(Some(Copied { change: self.proved(change)?, gates, left }))
    }

    /// Returns the change that keeps Helm from taking a migration back half way; `None` where it
    /// would not, or where no edit of the release keeps it from that: then it is said.
    pub(super) fn hold(
        &self,
        releases: &[&Release],
        why: &mut Vec<Why>,
    ) -> Result<Option<Change>, Vec<Why>> {
        let mut edits: Vec<FileEdit> = Vec::new();
        for release in releases {
            let remediation = &release.remediation;
            // Where nothing takes it back, a timeout is a message and no more. Where a parent's patch
            // does, an edit here changes nothing: the preflight says what does.
            if remediation.rolls_back.is_none() || remediation.overridden.is_some() {
                continue;
            }
            if let Some(short) = &remediation.short {
                let message = format!("{} ({})", short.shows, short.position);
                why.push(Why::new("timeout-overridden", message));
            }
            let file = &release.position.file;
            let off = remediation.off.iter().cloned();
            edits.extend(off.map(|edit| FileEdit { file: file.clone(), edit }));
        }
        if edits.is_empty() {
            return Ok(None);
        }
        let purpose = "give the migration time, and keep Helm from taking it back half way";
        self.change(HOLD, purpose.to_owned(), edits).map(Some)
    }
}

//! Backups as stages: what Flux itself can have done to keep a copy of the data before an upgrade.
//!
//! Only where the repository runs an operator for it and policy asks, a change is made that Flux
//! applies like any other: a `Backup` object, the trigger of a source, a Job. The gate behind it
//! asks that very object whether it is done, for this upgrade and no other: every name comes from
//! the unit and its versions and never from a clock, so the same plan gives the same object. A later
//! stage takes the change away again. What cannot be done so is left to a person, with the reason.
//! The rooms: `holding` lists what has to be kept, `cnpg`, `volsync`, `velero` and `job` (with its `tools`) are
//! the ways, `file` writes new manifests and proves them, `name` makes names.

mod cnpg;
mod file;
mod holding;
mod job;
mod name;
#[cfg(test)]
mod tests;
mod tools;
mod velero;
mod volsync;

use std::collections::BTreeMap;

use super::gate::Gate;
use super::plan_types::{FileEdit, Unit};
use crate::diagnostic::Why;
use crate::flux::{Inventory, ObjectName, Release};
use crate::policy::{Backup, Dumps};
use crate::state::State;
pub use file::{NewFile, lay};
use holding::{Holding, holdings};

/// What a backup is made for.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// What the plan moves.
    pub unit: &'s Unit,
    /// The version now.
    pub from: &'s str,
    /// The version afterwards.
    pub to: &'s str,
    /// The releases that it touches.
    pub releases: &'s [&'s Release],
    /// What is known of their data.
    pub states: &'s BTreeMap<ObjectName, State>,
    /// What the repository runs.
    pub inventory: &'s Inventory,
}

/// How the data of an upgrade is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backups {
    /// What Flux can do.
    pub parts: Vec<BackupPart>,
    /// What is left to a person.
    pub by_hand: Vec<ByHand>,
}

/// One backup that Flux can make: a part of the backup stage.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupPart {
    /// The way.
    pub way: Backup,
    /// What it keeps, in words.
    pub keeps: Vec<String>,
    /// The edits of files that stand there.
    pub edits: Vec<FileEdit>,
    /// The files that are new.
    pub files: Vec<NewFile>,
    /// When it is done.
    pub gate: Gate,
    /// What happens when a later stage takes the edits back and the files away.
    pub removal: String,
    /// Why this way, and what was possible before it in the order of preference but for a reason.
    pub why: Vec<Why>,
}

/// Something that a person has to back up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// The release whose data it is.
    pub release: ObjectName,
    /// What it is, in words.
    pub what: String,
    /// Why nothing else does it; empty where nothing else was asked for.
    pub why: Vec<Why>,
}

/// Chooses how the data of an upgrade is kept: for each thing the first way that is possible, in
/// the order of preference.
#[must_use]
pub fn backups(subject: &Subject<'_>, preference: &[Backup], dumps: &[Dumps]) -> Backups {
    let mut backups = Backups::default();
    for release in subject.releases {
        let Some(state) = subject.states.get(&release.id) else {
            let why = vec![Why::new("state-unknown", "nothing is known of its data")];
            let what = format!("whatever {} writes", release.id);
            backups.by_hand.push(ByHand { release: release.id.clone(), what, why });
            continue;
        };
        for holding in holdings(release, state) {
            keep(subject, &holding, preference, dumps, &mut backups);
        }
    }
    backups
}

fn keep(
    subject: &Subject<'_>,
    holding: &Holding<'_>,
    preference: &[Backup],
    dumps: &[Dumps],
    backups: &mut Backups,
) {
    let mut refused = Vec::new();
    for way in preference {
        let made = match way {
            Backup::Cnpg => cnpg::part(subject, holding),
            Backup::Volsync => volsync::part(subject, holding),
            Backup::Velero => velero::part(subject, holding),
            Backup::Job => job::part(subject, holding, dumps),
            Backup::Manual => break,
        };
        match made {
            Ok(mut part) => {
                let same = |known: &&mut BackupPart| known.gate.asks == part.gate.asks;
                let keeps = holding.words();
                if let Some(known) = backups.parts.iter_mut().find(same) {
                    if !known.keeps.contains(&keeps) {
                        known.keeps.push(keeps);
                    }
                } else {
                    part.keeps.push(keeps);
                    part.why.append(&mut refused);
                    backups.parts.push(part);
                }
                return;
            }
            // A way that has nothing to do with such data is not worth a word.
            Err(None) => {}
            Err(Some(why)) if refused.contains(&why) => {}
            Err(Some(why)) => refused.push(why),
        }
    }
    if job::is_passing(holding) {
        return;
    }
    let (release, what) = (holding.release.id.clone(), holding.words());
    backups.by_hand.push(ByHand { release, what, why: refused });
}

/// A part, or the reason why there is none; no reason where the way is not for such data at all.
type Made = Result<BackupPart, Option<Why>>;

fn no(code: &str, message: impl Into<String>) -> Made {
    Err(Some(Why::new(code, message)))
}

//! The steps of a policy, chosen for where the data lives and filled in.

use super::model::Block;
use super::slots::Slots;
use crate::policy::{Datastore, Home, Policies, Step};
use crate::state::{Lives, Volume};

/// The procedures that a policy has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Procedure {
    Check,
    Backup,
    Verify,
    Restore,
}

/// Something whose data is kept safe: a datastore, or a volume.
pub(super) struct Subject<'s> {
    /// The name of its policy.
    pub(super) engine: &'s str,
    /// Where it lives; `None` for a volume.
    pub(super) home: Option<Home>,
    /// The kinds of objects that back it up already.
    pub(super) beside: Vec<&'s str>,
    pub(super) slots: Slots,
}

/// A procedure with its slots filled.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) blocks: Vec<Block>,
    /// Whether every step has its command.
    pub(super) is_whole: bool,
}

/// Returns where a datastore lives, as policies call it.
pub(super) fn home(lives: &Lives) -> Option<Home> {
    Some(match lives {
        Lives::Itself => Home::Itself,
        Lives::OwnVolume { .. } => Home::OwnVolume,
        Lives::OwnController { .. } => Home::OwnController,
        Lives::Subchart { .. } => Home::Subchart,
        Lives::Neighbour { .. } => Home::Neighbour,
        Lives::Cnpg { .. } => Home::Cnpg,
        Lives::Object { .. } => Home::Object,
        Lives::External { .. } => Home::External,
        Lives::Unknown => return None,
    })
}

/// Returns the kinds of objects that back volumes up.
pub(super) fn beside(volumes: &[Volume]) -> Vec<&str> {
    let backups = volumes.iter().flat_map(|volume| &volume.backed_up_by);
    let mut kinds: Vec<&str> = backups.map(|backup| backup.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Fills the steps of a procedure in, those of the first engine of the family that has some.
pub(super) fn procedure(policies: &Policies, subject: &Subject<'_>, which: Procedure) -> Filled {
    let of = |engine: &Datastore| {
        let steps = match which {
            Procedure::Check => &engine.check,
            Procedure::Backup => &engine.backup,
            Procedure::Verify => &engine.verify,
            Procedure::Restore => &engine.restore,
        };
        steps.iter().filter(|step| subject.holds(step)).cloned().collect::<Vec<Step>>()
    };
    let family = policies.datastore_family(subject.engine);
    let steps = family.iter().map(|engine| of(&engine.policy)).find(|steps| !steps.is_empty());
    let steps = steps.unwrap_or_default();
    let mut filled = Filled { blocks: Vec::new(), is_whole: !steps.is_empty() };
    for step in &steps {
        let says = subject.slots.sentence(&step.says);
        let fill = |run: &str| subject.slots.fill(run);
        let filled_in = step.run.as_deref().map(|run| {
            let other = || step.otherwise.as_deref().and_then(|other| fill(other).ok());
            fill(run).or_else(|missing| other().ok_or(missing))
        });
        match filled_in {
            Some(Ok(command)) => {
                filled.blocks.push(Block::Text(says));
                filled.blocks.push(Block::Shell(command));
            }
            Some(Err(missing)) => {
                let missing = missing.join("; ");
                filled.blocks.push(Block::Text(format!("{says} No command is given: {missing}.")));
                filled.is_whole = false;
            }
            None => filled.blocks.push(Block::Text(says)),
        }
    }
    filled
}

impl Subject<'_> {
    /// Says whether a step holds for it.
    fn holds(&self, step: &Step) -> bool {
        let lives =
            step.lives.is_empty() || self.home.is_some_and(|home| step.lives.contains(&home));
        let with = step.with.as_deref().is_none_or(|kind| self.beside.contains(&kind));
        let without = step.without.as_deref().is_none_or(|kind| !self.beside.contains(&kind));
        lives && with && without
    }
}

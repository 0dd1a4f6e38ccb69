//! The steps of a policy, chosen for where the data lives and filled in.

use super::model::Block;
use super::slots::Slots;
use crate::policy::{Datastore, Home, Policies, Size, Step};
use crate::state::{Lives, Volume, VolumeKind};

/// The procedures that a policy has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Procedure {
    Check,
    Count,
    Backup,
    Verify,
    Restore,
    Drill,
    Clear,
}

/// Something whose data is kept safe: a datastore, or a volume.
pub(super) struct Subject<'s> {
    /// The name of its policy.
    pub(super) engine: &'s str,
    /// Where it lives; `None` for a volume.
    pub(super) home: Option<Home>,
    /// The kinds of objects that back it up already.
    pub(super) beside: Vec<&'s str>,
    /// How large it is, where that is told.
    pub(super) size: Option<Size>,
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

/// Returns what stands beside volumes: the kinds of objects that back them up, and `Claim` where
/// the name of one is known.
pub(super) fn beside(volumes: &[Volume]) -> Vec<&str> {
    let backups = volumes.iter().flat_map(|volume| &volume.backed_up_by);
    let mut kinds: Vec<&str> = backups.map(|backup| backup.kind.as_str()).collect();
    let known = |volume: &Volume| volume.kind == VolumeKind::Claim && volume.claim.is_some();
    kinds.extend(volumes.iter().any(known).then_some("Claim"));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Fills the steps of a procedure in, those of the first engine of the family that has some.
pub(super) fn procedure(policies: &Policies, subject: &Subject<'_>, which: Procedure) -> Filled {
    let of = |engine: &Datastore| {
        let steps = match which {
            Procedure::Check => &engine.check,
            Procedure::Count => &engine.count,
            Procedure::Backup => &engine.backup,
            Procedure::Verify => &engine.verify,
            Procedure::Restore => &engine.restore,
            Procedure::Drill => &engine.drill,
            Procedure::Clear => &engine.clear,
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

impl Filled {
    /// Returns its sentences, one after the other.
    pub(super) fn sentences(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    /// Returns its commands.
    pub(super) fn commands(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Shell(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

impl Subject<'_> {
    /// Returns the same thing with other slots.
    pub(super) fn with(&self, slots: Slots) -> Self {
        Self { slots, beside: self.beside.clone(), ..*self }
    }

    /// Says whether a step holds for it.
    fn holds(&self, step: &Step) -> bool {
        let lives =
            step.lives.is_empty() || self.home.is_some_and(|home| step.lives.contains(&home));
        let with = step.with.as_deref().is_none_or(|kind| self.beside.contains(&kind));
        let without = !step.without.iter().any(|kind| self.beside.contains(&kind.as_str()));
        let small = step.up_to.zip(self.size).is_none_or(|(up_to, size)| size <= up_to);
        lives && with && without && small
    }
}

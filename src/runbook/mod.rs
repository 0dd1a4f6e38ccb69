//! The operator's steps around the stages of an upgrade, with the real names filled in.
//!
//! A plan says what lands in the repository; a runbook says what a person does beside it: look,
//! back up, prove the backup, watch, verify, decide, go back. It is made of the plan, the data of
//! its releases and the policies of their datastores, and it is pure: the same case gives the same
//! runbook. `case` is the case at hand, `slots` and `procedure` fill a policy's commands in, and each
//! of the other rooms writes sections, in their order: `now` and `requires`, `before`, `keeping` and
//! `tiers`, `during`, `after`, `back` and `drill`; `major`
//! writes of a datastore's own major, which no stage carries out. What does not apply is not there.

mod after;
mod back;
mod before;
mod case;
mod drill;
mod during;
mod halt;
mod keeping;
mod major;
mod model;
mod now;
mod procedure;
mod requires;
mod schedule;
mod shell;
mod slots;
mod tiers;

use std::collections::BTreeMap;

use crate::flux::{ObjectName, Pin};
use crate::state::{State, Store};

pub use case::Case;
pub use model::{Alone, Block, Runbook, Section, SectionKind, WayBack};

/// Writes what a person does to move a datastore to its next major; `case` has a plan of that move.
#[must_use]
pub fn major_runbook(case: &Case<'_>, pin: &Pin) -> Runbook {
    let states = of_pin(case, pin);
    let case = &Case { states: &states, ..*case };
    let mut sections = vec![
        before::preflight(case),
        keeping::backup(case),
        keeping::verify(case),
        major::major(case, pin),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    Runbook { sections, way_back: back::way_back(case) }
}

/// Returns the data of one datastore: what else its release keeps does not move with it.
fn of_pin(case: &Case<'_>, pin: &Pin) -> BTreeMap<ObjectName, State> {
    let mut states = case.states.clone();
    let is_its = |store: &Store| store.pin.as_deref() == Some(pin.id.as_str());
    for id in &case.plan.releases {
        let Some(state) = states.get_mut(id) else { continue };
        if state.stores.iter().any(is_its) {
            state.stores.retain(is_its);
            let stores = &state.stores;
            state.volumes.retain(|volume| stores.iter().any(|s| s.volumes.contains(volume)));
        }
    }
    states
}

/// Writes the runbook of a plan.
#[must_use]
pub fn runbook(case: &Case<'_>) -> Runbook {
    let mut sections = vec![
        now::now(case),
        requires::compatibility(case),
        before::preflight(case),
        before::by_hand(case),
        keeping::backup(case),
        keeping::verify(case),
        tiers::tiers(case),
        during::stages(case),
        after::look(case),
        back::decide(case),
        back::back(case),
        back::loss(case),
        drill::drill(case),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    Runbook { sections, way_back: back::way_back(case) }
}

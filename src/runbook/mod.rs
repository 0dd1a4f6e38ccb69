//! The operator's steps around the stages of an upgrade, with the real names filled in.
//!
//! A plan says what lands in the repository; a runbook says what a person does beside it: look,
//! back up, prove the backup, watch, verify, decide, go back. It is made of the plan, the data of
//! its releases and the policies of their datastores, and it is pure: the same case gives the same
//! runbook. `case` is the case at hand, `slots` and `procedure` fill a policy's commands in,
//! `before`, `during` and `after` write the sections. What does not apply is not there.

mod after;
mod before;
mod case;
mod during;
mod model;
mod procedure;
mod shell;
mod slots;

pub use case::Case;
pub use model::{Alone, Block, Runbook, Section, SectionKind, WayBack};

/// Writes the runbook of a plan.
#[must_use]
pub fn runbook(case: &Case<'_>) -> Runbook {
    let mut sections = vec![
        before::now(case),
        before::compatibility(case),
        before::preflight(case),
        before::by_hand(case),
        before::backup(case),
        before::verify(case),
        before::tiers(case),
        during::stages(case),
        after::look(case),
        after::decide(case),
        after::back(case),
        after::loss(case),
        after::drill(case),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    Runbook { sections, way_back: after::way_back(case) }
}

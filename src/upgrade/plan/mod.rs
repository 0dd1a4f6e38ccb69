//! From candidates to plans: units, strategies, stages and the edits of each.
//!
//! Pure: the same inventory, candidates, background, policies and files give the same plans. Every
//! pin ends in exactly one place, a plan or the list of what is held, and every plan has been
//! rendered once, so that what cannot be edited is held here and not found out later. The rooms:
//! `index` finds what a unit is about, `carry` chooses how it is carried out, `safety` makes what is
//! done around the move of the versions, `stages` puts its changes in order, `sequence` the plans.

mod carry;
mod index;
mod safety;
mod sequence;
mod stages;

use std::collections::HashMap;

use serde::Serialize;

use self::index::Index;
use self::safety::Copied;
use super::briefing::{Background, Briefed, Briefing, HereOutcome, brief};
use super::candidates::{Candidates, Outcome, Target};
use super::edits;
use super::gate::Gate;
use super::learned::Step;
use super::names::{self, Words};
use super::order::order;
use super::plan_types::{Change, FileEdit, PLAN_SCHEMA, PinMove, Plan, Turn};
use super::preflight::preflight;
use super::render::render;
use super::requirements::Runs;
use super::units::{Moving, units};
use crate::diagnostic::Why;
use crate::flux::{Inventory, Pin};
use crate::policy::{Configuration, Policies, Strategy, Windows};
use crate::tree::Tree;
use crate::version::Bump;

/// What is proposed, and what is not.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plans {
    /// The upgrades, each after those that it stands on, else in the order of the inventory.
    pub plans: Vec<Plan>,
    /// The pins that stay, each with the reason.
    pub held: Vec<Held>,
}

/// A pin that stays.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held {
    /// The pin's id.
    pub pin: String,
    /// Why.
    pub why: Why,
}

/// The change that stops the workloads.
pub const STOP: &str = "stop";
/// The change that moves the versions.
pub const UPGRADE: &str = "upgrade";
/// The change that follows renamed variables and values.
pub const SETTINGS: &str = "settings";
/// The change that has the data copied.
pub const BACKUP: &str = "backup";
/// The change that keeps Helm from taking a migration back half way; a later stage lets it again.
pub const HOLD: &str = "hold";

/// Plans the upgrades of a repository.
///
/// `inventory` is what is upgraded, `whole` all that the repository runs.
#[must_use]
pub fn plan(
    base: &dyn Tree,
    inventory: &Inventory,
    whole: &Inventory,
    candidates: &Candidates,
    background: &Background,
    policies: &Policies,
    configuration: &Configuration,
) -> Plans {
    let mut plans = Plans::default();
    for candidate in &candidates.pins {
        if let Outcome::Held(why) = &candidate.outcome {
            plans.held.push(Held { pin: candidate.pin.clone(), why: why.clone() });
        }
    }
    let index = Index::of(inventory, &background.learned.readings);
    let planner = Planner { base, index, whole, background, policies, configuration };
    for moving in units(inventory, candidates) {
        match planner.plan(&moving) {
            Ok(plan) => plans.plans.push(plan),
            Err(whys) => {
                let why = whys
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Why::new("edit-refused", "the edit could not be proved"));
                let pins = moving.pins.iter().map(|(pin, _)| pin.id.clone());
                plans.held.extend(pins.map(|pin| Held { pin, why: why.clone() }));
            }
        }
    }
    names::separate(&mut plans.plans);
    sequence::arrange(&mut plans.plans, &order(whole, policies));
    let places: HashMap<&str, usize> =
        inventory.pins.iter().enumerate().map(|(place, pin)| (pin.id.as_str(), place)).collect();
    plans.held.sort_by_key(|held| places.get(held.pin.as_str()).copied());
    plans
}

/// What plans are made from.
struct Planner<'a> {
    base: &'a dyn Tree,
    index: Index<'a>,
    whole: &'a Inventory,
    background: &'a Background,
    policies: &'a Policies,
    configuration: &'a Configuration,
}

impl Planner<'_> {
    fn plan(&self, moving: &Moving<'_>) -> Result<Plan, Vec<Why>> {
        let bump = moving.pins.iter().map(|(_, target)| target.bump).max().unwrap_or(Bump::Other);
        let main = moving.pins.iter().find(|(_, target)| target.bump == bump);
        let Some(&(main, target)) = main else { return Err(Vec::new()) };
        // A pull request that changes nothing would look like an upgrade.
        let idle = moving.pins.iter().find(|(pin, to)| edits::moving(pin, to).is_empty());
        if let Some((pin, _)) = idle {
            let message = format!("`{}` cannot be found in `{}`", pin.current.text, pin.site.text);
            return Err(vec![Why::new("nothing-to-edit", message)]);
        }
        let releases = self.index.releases(moving);
        let runs = Runs { inventory: self.whole, states: &self.background.states };
        let pins: Vec<&Pin> = moving.pins.iter().map(|(pin, _)| *pin).collect();
        let readings = self.index.readings(&pins);
        let settings = &self.background.settings;
        let Briefed { mut briefing, edits: following, unmet } =
            brief(self.base, settings, &runs, &pins, &readings, &releases);
        if let Some(unmet) = unmet {
            return Err(vec![unmet]);
        }
        let upgrade = self.change(
            UPGRADE,
            format!("move {} pin{}", moving.pins.len(), plural(moving.pins.len())),
            moving.pins.iter().flat_map(|(pin, target)| edits::moving(pin, target)).collect(),
        )?;
        let settings = self.follow(&upgrade, following, &mut briefing);
        let mut carried = self.carry_out(moving, bump, &releases, &briefing);
        let mut changes: Vec<Change> = [upgrade].into_iter().chain(settings).collect();
        if carried.strategy == Strategy::Maintenance
            && let Some(stop) = self.stopped(&releases, &mut carried)
        {
            changes.insert(0, stop);
        }
        if carried.strategy != Strategy::Rolling
            && let Some(hold) = self.hold(&releases, &mut carried.why)?
        {
            changes.push(hold);
        }
        let from = main.current.text.clone();
        let to = edits::version_text(main, target);
        let line = names::line(target);
        let words = Words::new(&moving.unit, &from, &to);
        let mut gates = Vec::new();
        if carried.strategy == Strategy::Maintenance {
            let backup = self.back_up(moving, (&words.from, &words.to), &releases, &mut carried)?;
            let mut left = None;
            if let Some(Copied { change, gates: opened, left: by_hand }) = backup {
                changes.push(change);
                gates = opened;
                left = Some(by_hand);
            }
            gates.extend(self.demanded(&releases, left.as_deref()));
        }
        let stages::Stages { stages, revert } = stages::stages(
            (carried.strategy, carried.start),
            &changes,
            &releases,
            gates,
            &words,
            self.configuration,
        );
        let downtime = carried.downtime.filter(|_| carried.strategy == Strategy::Maintenance);
        let names: Vec<String> = releases.iter().map(|release| release.id.to_string()).collect();
        let windows = Windows::of(&self.configuration.windows, carried.strategy, &names);
        let prefix = &self.configuration.branch_prefix;
        let branch = names::branch(prefix, "upgrade", &moving.unit, &line);
        let revert_branch = names::branch(prefix, "revert", &moving.unit, &line);
        let mut pins: Vec<PinMove> =
            moving.pins.iter().map(|(pin, target)| pin_move(pin, target)).collect();
        if let Some(at) = pins.iter().position(|pin| pin.id == main.id) {
            let main = pins.remove(at);
            pins.insert(0, main);
        }
        Ok(Plan {
            schema: PLAN_SCHEMA,
            unit: moving.unit.clone(),
            from,
            to,
            bump,
            line,
            strategy: carried.strategy,
            why: carried.why,
            rule: carried.rule,
            briefing,
            preflight: preflight(&releases, carried.strategy),
            turn: Turn::default(),
            pins,
            releases: releases.iter().map(|release| release.id.clone()).collect(),
            changes,
            window: Gate::window(&windows),
            downtime,
            stages,
            revert,
            branch,
            revert_branch,
        })
    }

    /// Returns the change that follows renamed variables and values. Where it cannot be made beside
    /// the moved versions, what it would have done becomes steps.
    fn follow(
        &self,
        upgrade: &Change,
        following: Vec<FileEdit>,
        briefing: &mut Briefing,
    ) -> Option<Change> {
        if following.is_empty() {
            return None;
        }
        let purpose = "follow what was renamed".to_owned();
        let change = self.change(SETTINGS, purpose, following).ok();
        let both = change.filter(|change| render(self.base, &[], &[upgrade, change]).is_ok());
        if both.is_none() {
            for here in briefing.told.iter_mut().flat_map(|told| &mut told.here) {
                if here.outcome == HereOutcome::Edit {
                    here.outcome = HereOutcome::Step;
                    let (text, position) = (here.text.clone(), here.position.clone());
                    briefing.steps.push(Step { text, position, before: true });
                }
            }
        }
        both
    }

    /// Makes a change and proves it on the base.
    fn change(&self, id: &str, purpose: String, edits: Vec<FileEdit>) -> Result<Change, Vec<Why>> {
        self.proved(Change::of(id, purpose, edits))
    }

    fn proved(&self, mut change: Change) -> Result<Change, Vec<Why>> {
        change.inverse = render(self.base, &[], &[&change])?.inverse;
        Ok(change)
    }
}

fn pin_move(pin: &Pin, target: &Target) -> PinMove {
    let place = pin.place();
    PinMove {
        id: pin.id.clone(),
        file: place.position.file.clone(),
        line: place.position.line,
        path: place.spot.path.clone(),
        package: pin.package.to_string(),
        moved_to: target.moved.as_ref().map(|moved| moved.package.to_string()),
        from: pin.current.text.clone(),
        to: edits::version_text(pin, target),
        bump: target.bump,
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

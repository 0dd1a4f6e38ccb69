//! From candidates to plans: units, strategies, stages and the edits of each.
//!
//! Pure: the same inventory, candidates, policies and files give the same plans. Every pin ends in
//! exactly one place, a plan or the list of what is held, and every plan has been rendered once, so
//! that what cannot be edited is held here and not found out later.

use serde::Serialize;

use super::candidates::{Candidates, Outcome, Target};
use super::edits;
use super::names::{self, Words};
use super::plan_types::{Change, FileEdit, PLAN_SCHEMA, PinMove, Plan, Stage, StageKind, Unit};
use super::render::render;
use super::units::{Moving, units};
use crate::diagnostic::{RuleRef, Why};
use crate::flux::{Inventory, LeverKind, Package, Pin, Release};
use crate::policy::{Configuration, Facts, PinScope, Policies, Strategy};
use crate::tree::Tree;
use crate::version::{Bump, has_majors};

/// What is proposed, and what is not.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plans {
    /// The upgrades, in the order of the inventory.
    pub plans: Vec<Plan>,
    /// The pins that stay, each with the reason.
    pub held: Vec<Held>,
}

/// A pin that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Plans the upgrades of a repository.
#[must_use]
pub fn plan(
    base: &dyn Tree,
    inventory: &Inventory,
    candidates: &Candidates,
    policies: &Policies,
    configuration: &Configuration,
) -> Plans {
    let mut plans = Plans::default();
    for candidate in &candidates.pins {
        if let Outcome::Held(why) = &candidate.outcome {
            plans.held.push(Held { pin: candidate.pin.clone(), why: why.clone() });
        }
    }
    let planner = Planner { base, inventory, policies, configuration };
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
    let order = |id: &str| inventory.pins.iter().position(|pin| pin.id == id);
    plans.held.sort_by_key(|held| order(&held.pin));
    plans
}

struct Planner<'a> {
    base: &'a dyn Tree,
    inventory: &'a Inventory,
    policies: &'a Policies,
    configuration: &'a Configuration,
}

/// How a unit is carried out, with the reasons.
struct Carried {
    strategy: Strategy,
    why: Vec<Why>,
    rule: Option<RuleRef>,
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
        let releases = self.releases(moving);
        let carried = self.carry_out(moving, bump, &releases);

        let upgrade = self.change(
            UPGRADE,
            format!("move {} pin{}", moving.pins.len(), plural(moving.pins.len())),
            moving.pins.iter().flat_map(|(pin, target)| edits::moving(pin, target)).collect(),
        )?;
        let mut changes = vec![upgrade];
        let mut carried = carried;
        if carried.strategy == Strategy::Maintenance {
            match self.stop(&releases) {
                Ok(Some(stop)) => changes.insert(0, stop),
                Ok(None) => {
                    carried.strategy = Strategy::Rolling;
                    carried.why.push(Why::new("at-rest", "it is stopped already"));
                }
                Err(why) => {
                    carried.strategy = Strategy::Manual;
                    carried.why.push(why);
                }
            }
        }

        let from = main.current.text.clone();
        let to = edits::version_text(main, target);
        let line = names::line(target);
        let words = Words::new(&moving.unit, &from, &to);
        let messages = &self.configuration.messages;
        let staged = carried.strategy == Strategy::Maintenance;
        let stages = if staged {
            vec![
                Stage {
                    kind: StageKind::Stop,
                    message: words.fill(&messages.stop),
                    with: vec![STOP.to_owned()],
                    gates: vec!["no pod of it runs any more".to_owned()],
                },
                upgrade_stage(&words, messages),
            ]
        } else {
            vec![upgrade_stage(&words, messages)]
        };
        let revert = if staged {
            vec![
                Stage {
                    kind: StageKind::Revert,
                    message: words.fill(&messages.revert),
                    with: vec![STOP.to_owned()],
                    gates: vec!["its data is as it was before the upgrade".to_owned()],
                },
                Stage {
                    kind: StageKind::Start,
                    message: words.fill(&messages.restart),
                    with: Vec::new(),
                    gates: Vec::new(),
                },
            ]
        } else {
            vec![Stage {
                kind: StageKind::Revert,
                message: words.fill(&messages.revert),
                with: Vec::new(),
                gates: Vec::new(),
            }]
        };
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
            pins,
            releases: releases.iter().map(|release| release.id.clone()).collect(),
            changes,
            stages,
            revert,
            branch,
            revert_branch,
        })
    }

    /// Returns the releases that a unit touches, in the order of the inventory.
    fn releases(&self, moving: &Moving<'_>) -> Vec<&Release> {
        let touched = |release: &&Release| {
            moving.pins.iter().any(|(pin, _)| pin.releases.contains(&release.id))
        };
        self.inventory.releases.iter().filter(touched).collect()
    }

    /// Chooses how a unit is carried out.
    fn carry_out(&self, moving: &Moving<'_>, bump: Bump, releases: &[&Release]) -> Carried {
        let names: Vec<String> = releases.iter().map(|release| release.id.to_string()).collect();
        let packages: Vec<String> =
            moving.pins.iter().map(|(pin, _)| pin.package.to_string()).collect();
        let paths = || {
            moving.pins.iter().filter_map(|(pin, _)| match &pin.package {
                Package::Image(repository) => Some(repository.path.as_str()),
                _ => None,
            })
        };
        let pin = match moving.unit {
            Unit::Image(_) => PinScope::Image,
            Unit::Chart(_) | Unit::Source(..) => PinScope::Chart,
        };
        let delivers = releases
            .iter()
            .find_map(|release| self.policies.delivers(release.chart.name.as_deref(), paths()));
        let writes = releases.iter().find_map(|release| release.writes.as_ref());
        // A new year and the next build are numerically a major, and announce no break.
        let announced = |(pin, target): &(&Pin, &Target)| match (target.bump, &pin.current.tag) {
            (Bump::Major, Some(tag)) if !has_majors(tag) && !pin.range => Bump::Minor,
            (bump, _) => bump,
        };
        let bump = moving.pins.iter().map(announced).max().unwrap_or(bump);
        let facts = Facts {
            releases: &names,
            packages: &packages,
            pin,
            bump,
            writes: writes.is_some(),
            datastore: moving
                .pins
                .iter()
                .any(|(pin, target)| target.bump == Bump::Major && self.is_datastore(pin)),
            delivers: delivers.is_some(),
        };
        let Some(rule) = self.policies.strategy(&facts) else {
            let why = Why::new("no-rule", "no rule speaks of it");
            return Carried { strategy: Strategy::Rolling, why: vec![why], rule: None };
        };
        let mut why = vec![Why {
            rule: Some(rule.rule.clone()),
            ..Why::new(&rule.policy.name, rule.policy.reason.clone())
        }];
        if let (Some(sign), true) = (writes, rule.policy.strategy != Strategy::Rolling) {
            let message = format!("{} ({})", sign.shows, sign.position);
            why.push(Why::new("writes-data", message));
        }
        if let Some(delivery) = delivers {
            let message = format!("it is {}", delivery.policy.what);
            why.push(Why { rule: Some(delivery.rule.clone()), ..Why::new("delivers", message) });
        }
        for beyond in &moving.beyond {
            if !why.contains(beyond) {
                why.push((*beyond).clone());
            }
        }
        for release in releases.iter().filter(|release| release.suspended) {
            let message =
                format!("{} is suspended: nothing happens until it is resumed", release.id);
            why.push(Why::new("suspended", message));
        }
        Carried { strategy: rule.policy.strategy, why, rule: Some(rule.rule.clone()) }
    }

    fn is_datastore(&self, pin: &Pin) -> bool {
        match &pin.package {
            Package::Image(repository) => {
                self.policies.datastore_of_image(&repository.path).is_some()
            }
            _ => false,
        }
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

    /// Makes a change and proves it on the base.
    fn change(&self, id: &str, purpose: String, edits: Vec<FileEdit>) -> Result<Change, Vec<Why>> {
        let mut change = Change { id: id.to_owned(), purpose, edits, inverse: Vec::new() };
        change.inverse = render(self.base, &[], &[&change])?.inverse;
        Ok(change)
    }
}

fn upgrade_stage(words: &Words, messages: &crate::policy::Messages) -> Stage {
    Stage {
        kind: StageKind::Upgrade,
        message: words.fill(&messages.upgrade),
        with: vec![UPGRADE.to_owned()],
        gates: Vec::new(),
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
        from: pin.current.text.clone(),
        to: edits::version_text(pin, target),
        bump: target.bump,
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

//! How a unit is carried out: which rule chooses its strategy, and what speaks for it.

use super::Planner;
use crate::diagnostic::{RuleRef, Why};
use crate::flux::{Package, Pin, Release, Sign};
use crate::policy::{Backup, Facts, Length, PinScope, Start, Strategy};
use crate::state::{Lives, Store};
use crate::upgrade::briefing::Briefing;
use crate::upgrade::candidates::Target;
use crate::upgrade::learned::Verdict;
use crate::upgrade::plan_types::{Downtime, Unit};
use crate::upgrade::units::Moving;
use crate::version::{Bump, has_majors};

/// How a unit is carried out, with the reasons.
pub(super) struct Carried {
    pub(super) strategy: Strategy,
    pub(super) why: Vec<Why>,
    pub(super) rule: Option<RuleRef>,
    /// How the rule wants the data kept, the best way first.
    pub(super) backup: Option<Vec<Backup>>,
    /// How long it may be stopped, by the rule or the configuration.
    pub(super) downtime: Option<Downtime>,
    /// Whether the new version is started by a stage of its own.
    pub(super) start: Start,
}

impl Planner<'_> {
    /// Chooses how a unit is carried out.
    pub(super) fn carry_out(
        &self,
        moving: &Moving<'_>,
        bump: Bump,
        releases: &[&Release],
        briefing: &Briefing,
    ) -> Carried {
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
        let writes = releases.iter().find_map(|release| self.writes(release));
        let kinds = briefing.kinds();
        let facts = Facts {
            releases: &names,
            packages: &packages,
            pin,
            bump: moving.pins.iter().map(announced).max().unwrap_or(bump),
            writes: writes.is_some(),
            datastore: moving
                .pins
                .iter()
                .any(|(pin, target)| target.bump == Bump::Major && self.is_datastore(pin)),
            delivers: delivers.is_some(),
            facts: &kinds,
        };
        let Some(rule) = self.policies.strategy(&facts) else {
            let why = Why::new("no-rule", "no rule speaks of it");
            return Carried {
                strategy: Strategy::Rolling,
                why: vec![why],
                rule: None,
                backup: None,
                downtime: None,
                start: Start::default(),
            };
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
        for moved in briefing.moves().filter(|moved| moved.verdict == Verdict::Change) {
            let (from, to) = (&moved.from, &moved.to);
            let message = format!("{from} is published as {to} now: {}", moved.because());
            why.push(Why::new(moved.code(), message));
        }
        Carried {
            strategy: rule.policy.strategy,
            why,
            rule: Some(rule.rule.clone()),
            backup: rule.policy.backup.clone(),
            downtime: Some(Downtime {
                at_most: rule.policy.max_downtime.unwrap_or(self.longest(&names)).to_string(),
                then: rule.policy.on_stall.unwrap_or(self.configuration.on_stall),
            }),
            start: rule.policy.start,
        }
    }

    /// Returns what shows that a release writes data: its values, else a datastore whose place is known
    /// and which is more than a cache.
    fn writes<'p>(&'p self, release: &'p Release) -> Option<&'p Sign> {
        let worth = |store: &&Store| {
            let family = self.policies.datastore_family(&store.engine);
            let keeps = family.iter().any(|engine| !engine.policy.variables.is_empty());
            keeps && !store.only_reads && store.lives != Lives::Unknown
        };
        let state = self.background.states.get(&release.id);
        let store = || state?.stores.iter().find(worth)?.evidence.first();
        release.writes.as_ref().or_else(store)
    }

    /// Returns how long releases may be stopped where no rule says it: what the configuration says,
    /// or their tier where that is less patient.
    fn longest(&self, releases: &[String]) -> Length {
        let tiers = releases.iter().filter_map(|release| self.policies.tier(release));
        let patient = tiers.filter_map(|tier| tier.policy.may_take);
        patient.fold(self.configuration.max_downtime, Length::min)
    }

    fn is_datastore(&self, pin: &Pin) -> bool {
        match &pin.package {
            Package::Image(repository) => {
                self.policies.datastore_of_image(&repository.path).is_some()
            }
            _ => false,
        }
    }
}

/// Returns how far a pin goes, as its application announces it: a new year and the next build are
/// numerically a major, and announce no break.
fn announced((pin, target): &(&Pin, &Target)) -> Bump {
    match (target.bump, &pin.current.tag) {
        (Bump::Major, Some(tag)) if !has_majors(tag) && !pin.range => Bump::Minor,
        (bump, _) => bump,
    }
}

//! What stands in the way of a version: what must be passed through first, what must not be run.
//!
//! Policies know some of it before anything is asked, notes tell the rest; a pin is then looked up
//! again within these limits.

use serde::Serialize;

use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::policy::{Passage, Policies, Ruled};
use crate::version::{Pattern, Reason, Refusals, Rules, same};

/// The versions that stand in the way of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Versions that must be passed through first.
    pub stops: Vec<Limit>,
    /// Versions that must not be run.
    pub avoid: Vec<Limit>,
}

/// A version that stands in the way, with who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The version, which may be partial.
    pub version: String,
    /// Who says so.
    pub why: Why,
}

impl Limits {
    /// Returns what policies say of a pin.
    #[must_use]
    pub fn of_policies(pin: &Pin, policies: &Policies) -> Self {
        let app = match &pin.package {
            Package::Image(repository) => policies.app_of_image(&repository.path),
            _ => None,
        };
        let Some(Ruled { policy, rule }) = app else { return Self::default() };
        let limit = |code: &str, passage: &Passage| Limit {
            version: passage.version.clone(),
            why: Why { rule: Some(rule.clone()), ..Why::new(code, passage.reason.clone()) },
        };
        Self {
            stops: policy.stops.iter().map(|stop| limit("stop-first", stop)).collect(),
            avoid: policy.avoid.iter().map(|avoid| limit("avoid", avoid)).collect(),
        }
    }

    /// Adds other limits; says whether anything was new.
    pub fn add(&mut self, other: Self) -> bool {
        let add = |to: &mut Vec<Limit>, from: Vec<Limit>| {
            let before = to.len();
            for limit in from {
                if !to.iter().any(|known| known.version == limit.version) {
                    to.push(limit);
                }
            }
            to.len() > before
        };
        let stops = add(&mut self.stops, other.stops);
        add(&mut self.avoid, other.avoid) || stops
    }

    /// Takes the limits into the rules of a look-up.
    pub(super) fn narrow(&self, rules: &mut Rules) {
        rules.stops.extend(self.stops.iter().map(|stop| stop.version.clone()));
        rules.ignored.extend(self.avoid.iter().map(|avoid| Pattern::new(&avoid.version)));
    }

    /// Returns what kept versions back, the best of the refused first; a limit speaks once.
    pub(super) fn first_of(&self, refused: &Refusals) -> Option<Why> {
        /// How many limits are told of.
        const MOST: usize = 3;
        let mut told: Vec<(&Limit, String)> = Vec::new();
        for refused in &refused.named {
            let limit = match refused.reason {
                Reason::StopFirst => self.stops.first(),
                Reason::Ignored => {
                    self.avoid.iter().find(|limit| same(&limit.version, &refused.version))
                }
                _ => None,
            };
            let Some(limit) = limit.filter(|limit| !told.iter().any(|(known, _)| known == limit))
            else {
                continue;
            };
            let what = match refused.reason {
                Reason::StopFirst => format!("`{}` comes after {}", refused.version, limit.version),
                _ => format!("`{}` is not taken", refused.version),
            };
            told.push((limit, format!("{what}: {}", limit.why.message)));
        }
        let (first, _) = told.first()?;
        let message: Vec<&str> = told.iter().take(MOST).map(|(_, said)| said.as_str()).collect();
        Some(Why { message: message.join("; "), ..first.why.clone() })
    }
}

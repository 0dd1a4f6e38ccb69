//! From pins to the versions that they could move to.
//!
//! It asks for all pins at once; `upstream` asks each question once a run and `http` paces the
//! hosts, so that the number of requests follows from the repositories and not from the pins. The
//! rooms: `lockstep` (which images move together), `limits` (what stands in the way of a version),
//! `look_up` (the question of one pin).

mod limits;
mod lockstep;
mod look_up;

pub use limits::{Limit, Limits};
pub(super) use look_up::NO_CANDIDATE;

use std::collections::HashMap;

use futures::StreamExt as _;

use super::candidates::{Candidates, NewPlace, PinCandidate};
use crate::flux::{Inventory, Pin};
use crate::image::Repository;
use crate::policy::{Configuration, Policies};
use crate::upstream::Upstream;
use look_up::LookUp;

/// How many pins are looked up at the same time; `http` holds back what a host does not like.
const AT_ONCE: usize = 128;

/// Looks up what upstream has for every pin.
///
/// A look-up that fails holds its pins and is named among the failures; the rest goes on.
pub async fn resolve<U: Upstream>(
    inventory: &Inventory,
    upstream: &U,
    policies: &Policies,
    configuration: &Configuration,
) -> Candidates {
    let resolver = Resolver::new(inventory, upstream, policies, configuration);
    let all: Vec<(&Pin, Limits)> =
        inventory.pins.iter().map(|pin| (pin, Limits::of_policies(pin, policies))).collect();
    let pins = resolver.candidates(&all, None).await;
    let mut candidates = Candidates { pins, failures: Vec::new() };
    candidates.note_failures();
    candidates
}

/// Everything that the question of a pin is asked with.
pub(super) struct Resolver<'a, U> {
    upstream: &'a U,
    policies: &'a Policies,
    configuration: &'a Configuration,
    lockstep: HashMap<&'a str, Vec<Repository>>,
}

impl<'a, U: Upstream> Resolver<'a, U> {
    pub(super) fn new(
        inventory: &'a Inventory,
        upstream: &'a U,
        policies: &'a Policies,
        configuration: &'a Configuration,
    ) -> Self {
        let lockstep = lockstep::lockstep(inventory, policies);
        Self { upstream, policies, configuration, lockstep }
    }

    /// Looks pins up, each within its limits, at another place where `at` names one; the answers are
    /// in the order of the questions.
    pub(super) async fn candidates(
        &self,
        pins: &[(&Pin, Limits)],
        at: Option<&NewPlace>,
    ) -> Vec<PinCandidate> {
        let look_ups = pins.iter().enumerate().map(|(index, (pin, limits))| {
            let beside = self.lockstep.get(pin.id.as_str()).map_or(&[][..], Vec::as_slice);
            let Self { upstream, policies, configuration, .. } = *self;
            let look_up = LookUp { pin, beside, at, limits, upstream, policies, configuration };
            async move { (index, look_up.candidate().await) }
        });
        let mut found: Vec<_> =
            futures::stream::iter(look_ups).buffer_unordered(AT_ONCE).collect().await;
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, candidate)| candidate).collect()
    }
}

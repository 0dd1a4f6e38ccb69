//! From versions that pins could move to, to what the way there holds.
//!
//! For each pin that moves, the notes of every version in between are found (`homes`) and read
//! (`reading`, with `previews`). What they say can change the way itself: a version that was taken back is left out,
//! one that must be passed through comes first, an image or a chart that has moved is taken where
//! it went (`moves`, `charts` with `address`, and the edits of `sources`), a version that is too young waits
//! (`age`). Then the pin is looked up again and its notes are read for the way that is left, until
//! nothing changes any more (`route`). Before that, pins to which nothing comes any more are looked
//! for elsewhere (`stalled`, `stream`).

mod address;
mod age;
mod charts;
mod homes;
mod moves;
mod previews;
mod reading;
mod route;
mod sources;
mod stalled;
mod stream;

use std::collections::{BTreeMap, HashMap};

use futures::StreamExt as _;
use jiff::Timestamp;

use super::candidates::{Candidates, Outcome, PinCandidate};
use super::learned::Learned;
use super::resolve::Resolver;
use crate::flux::Inventory;
use crate::policy::{Configuration, Policies};
use crate::upstream::Upstream;
use crate::version::Bump;
use homes::Homes;
use route::{Route, Walked};

/// How many ways are read at the same time; `http` holds back what a host does not like.
const AT_ONCE: usize = 32;

/// What the way of a pin is asked with.
struct Asking<'a, U> {
    inventory: &'a Inventory,
    whole: &'a Inventory,
    alone: bool,
    upstream: &'a U,
    policies: &'a Policies,
    configuration: &'a Configuration,
    resolver: Resolver<'a, U>,
    now: Option<Timestamp>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// What is upgraded.
    pub inventory: &'a Inventory,
    /// All that the repository runs.
    pub whole: &'a Inventory,
    /// Whether one release is looked at, so that a question more costs little.
    pub alone: bool,
}

/// Reads the notes of every proposed upgrade, and obeys what they say about the way.
///
/// `now` serves the age of versions alone. A look-up that fails leaves its pins as they were, and
/// is named among the failures.
pub async fn analyse<U: Upstream>(
    scope: Scope<'_>,
    mut candidates: Candidates,
    upstream: &U,
    policies: &Policies,
    configuration: &Configuration,
    now: Option<Timestamp>,
) -> (Candidates, Learned) {
    let Scope { inventory, whole, alone } = scope;
    let resolver = Resolver::new(inventory, upstream, policies, configuration);
    let asking =
        Asking { inventory, whole, alone, upstream, policies, configuration, resolver, now };
    let revived = Box::pin(asking.revive(&mut candidates)).await;
    let mut routes = asking.routes(&candidates).await;
    for route in &mut routes {
        route.moved = route.pins.iter().find_map(|(pin, _)| revived.get(&pin.id).cloned());
    }
    let walks = routes.into_iter().enumerate().map(|(index, route)| {
        let asking = &asking;
        async move { (index, asking.walk(route).await) }
    });
    let mut walked: Vec<(usize, Walked)> =
        futures::stream::iter(walks).buffer_unordered(AT_ONCE).collect().await;
    walked.sort_by_key(|(index, _)| *index);
    let mut learned = Learned::default();
    let mut changed: HashMap<String, PinCandidate> = HashMap::new();
    for (_, walked) in walked {
        changed
            .extend(walked.changed.into_iter().map(|candidate| (candidate.pin.clone(), candidate)));
        learned.readings.extend(walked.readings);
        learned.failures.extend(walked.failures);
    }
    for candidate in &mut candidates.pins {
        if let Some(changed) = changed.remove(&candidate.pin) {
            *candidate = changed;
        }
    }
    (candidates, learned)
}

impl<U: Upstream> Asking<'_, U> {
    /// Groups the pins that go the same way, in the order of the inventory.
    async fn routes(&self, candidates: &Candidates) -> Vec<Route<'_>> {
        let pins = self.inventory.pins_by_id();
        let moving = candidates.pins.iter().filter_map(|candidate| match &candidate.outcome {
            // A rebuilt tag has no notes.
            Outcome::Move(target) if target.bump > Bump::Digest => {
                Some((*pins.get(candidate.pin.as_str())?, candidate))
            }
            _ => None,
        });
        let asked = moving.enumerate().map(|(index, (pin, candidate))| async move {
            (index, pin, candidate, Homes::of(self, pin, candidate).await)
        });
        let mut asked: Vec<_> =
            futures::stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        asked.sort_by_key(|(index, ..)| *index);
        let mut routes: Vec<Route<'_>> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (_, pin, candidate, homes) in asked {
            let route = Route::new(pin, candidate, homes);
            if let Some(same) = known.get(&route.key).and_then(|index| routes.get_mut(*index)) {
                same.pins.push((pin, candidate.clone()));
            } else {
                known.insert(route.key.clone(), routes.len());
                routes.push(route);
            }
        }
        routes
    }
}

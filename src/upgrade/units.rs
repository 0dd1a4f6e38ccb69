//! Which pins move together.
//!
//! The images of a release are one unit, its chart another; a source that several releases share is
//! a unit of its own and never takes their images along, so that forty releases on one source are
//! one pull request and not forty.

use std::collections::HashMap;

use super::candidates::{Candidates, Outcome, Target};
use super::plan_types::Unit;
use crate::diagnostic::Why;
use crate::flux::{Inventory, Pin, PinKind, Source};

/// A unit with the pins that move in it, in document order.
pub(super) struct Moving<'a> {
    pub(super) unit: Unit,
    pub(super) pins: Vec<(&'a Pin, &'a Target)>,
    /// Why they go no further.
    pub(super) beyond: Vec<&'a Why>,
}

/// Groups the pins that move into units, in the order of the inventory.
pub(super) fn units<'a>(inventory: &'a Inventory, candidates: &'a Candidates) -> Vec<Moving<'a>> {
    let mut sources: HashMap<&str, &Source> = HashMap::new();
    for source in &inventory.sources {
        for pin in &source.pins {
            sources.entry(pin).or_insert(source);
        }
    }
    let targets: HashMap<&str, (&Target, Option<&Why>)> = candidates
        .pins
        .iter()
        .filter_map(|candidate| match &candidate.outcome {
            Outcome::Move(target) => {
                Some((candidate.pin.as_str(), (target, candidate.beyond.as_ref())))
            }
            Outcome::Held(_) => None,
        })
        .collect();
    let mut units: Vec<Moving<'a>> = Vec::new();
    let mut by_unit: HashMap<Unit, usize> = HashMap::new();
    for pin in &inventory.pins {
        let Some((target, beyond)) = targets.get(pin.id.as_str()).copied() else { continue };
        let Some(unit) = unit_of(pin, sources.get(pin.id.as_str()).copied()) else { continue };
        let index = *by_unit.entry(unit.clone()).or_insert_with(|| {
            units.push(Moving { unit, pins: Vec::new(), beyond: Vec::new() });
            units.len() - 1
        });
        if let Some(moving) = units.get_mut(index) {
            moving.pins.push((pin, target));
            moving.beyond.extend(beyond);
        }
    }
    units
}

/// Returns the unit that a pin moves with, as text; empty for an image that no release runs.
#[must_use]
pub fn unit_name(inventory: &Inventory, pin: &str) -> Option<String> {
    let source = inventory.sources.iter().find(|source| source.pins.iter().any(|id| id == pin));
    let pin = inventory.pins.iter().find(|known| known.id == pin)?;
    unit_of(pin, source).map(|unit| unit.to_string())
}

/// Returns the unit of a pin; `None` for an image that no release runs.
fn unit_of(pin: &Pin, source: Option<&Source>) -> Option<Unit> {
    match (pin.kind, source, pin.releases.as_slice()) {
        (PinKind::Image, _, []) | (_, None, []) => None,
        (PinKind::Image, _, [release, ..]) => Some(Unit::Image(release.clone())),
        (PinKind::Chart, _, [release]) | (_, None, [release, ..]) => {
            Some(Unit::Chart(release.clone()))
        }
        (_, Some(source), _) => Some(Unit::Source(source.kind, source.id.clone())),
    }
}

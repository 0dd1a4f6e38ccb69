//! What a unit is about, found without reading the whole inventory again for each of them.

use std::collections::{BTreeSet, HashMap};

use crate::flux::{Inventory, ObjectName, Pin, Release};
use crate::upgrade::learned::Reading;
use crate::upgrade::units::Moving;

/// The releases by name and the readings by pin, as places in their lists.
pub(super) struct Index<'a> {
    releases: &'a [Release],
    readings: &'a [Reading],
    of_name: HashMap<&'a ObjectName, Vec<usize>>,
    of_pin: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(inventory: &'a Inventory, readings: &'a [Reading]) -> Self {
        let releases = inventory.releases.as_slice();
        let mut of_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, release) in releases.iter().enumerate() {
            of_name.entry(&release.id).or_default().push(place);
        }
        let mut of_pin: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, reading) in readings.iter().enumerate() {
            for pin in &reading.pins {
                of_pin.entry(pin.as_str()).or_default().push(place);
            }
        }
        Self { releases, readings, of_name, of_pin }
    }

    /// Returns the releases that a unit touches, in the order of the inventory.
    pub(super) fn releases(&self, moving: &Moving<'_>) -> Vec<&'a Release> {
        let names = moving.pins.iter().flat_map(|(pin, _)| &pin.releases);
        let places: BTreeSet<usize> =
            names.filter_map(|name| self.of_name.get(name)).flatten().copied().collect();
        places.into_iter().filter_map(|place| self.releases.get(place)).collect()
    }

    /// Returns what was read for some pins, in the order in which it was read.
    pub(super) fn readings(&self, pins: &[&Pin]) -> Vec<&'a Reading> {
        let places: BTreeSet<usize> = pins
            .iter()
            .filter_map(|pin| self.of_pin.get(pin.id.as_str()))
            .flatten()
            .copied()
            .collect();
        places.into_iter().filter_map(|place| self.readings.get(place)).collect()
    }
}

//! Which images are parts of one application and move together or not at all.

use std::collections::{BTreeMap, HashMap};

use crate::flux::{Inventory, Package};
use crate::image::Repository;
use crate::policy::Policies;

/// Finds the other images that each pin moves with, by the pin's id.
///
/// Two images of a release are parts of one application when they are pinned to the same version
/// under the same folder of the same registry, or when a policy says so.
pub(super) fn lockstep<'a>(
    inventory: &'a Inventory,
    policies: &Policies,
) -> HashMap<&'a str, Vec<Repository>> {
    let mut groups: BTreeMap<_, Vec<(&str, &Repository)>> = BTreeMap::new();
    for pin in inventory.pins.iter().filter(|pin| pin.locked.is_none()) {
        let (Package::Image(repository), Some(tag)) = (&pin.package, &pin.current.tag) else {
            continue;
        };
        let whole = match policies.lockstep_of_image(&repository.path) {
            Some(app) => ("", app.policy.name.as_str()),
            None => match repository.path.rsplit_once('/') {
                // Docker Hub's official images share a folder and nothing else.
                None | Some(("library", _)) => continue,
                Some((folder, _)) => (repository.registry.as_str(), folder),
            },
        };
        for release in &pin.releases {
            let key = (whole, tag.as_str(), release.to_string());
            groups.entry(key).or_default().push((&pin.id, repository));
        }
    }
    let mut beside: HashMap<&str, Vec<Repository>> = HashMap::new();
    for members in groups.into_values().filter(|members| members.len() > 1) {
        for (id, own) in &members {
            let others = members.iter().map(|(_, repository)| *repository);
            let others = others.filter(|repository| repository != own).cloned();
            beside.entry(id).or_default().extend(others);
        }
    }
    for others in beside.values_mut() {
        others.sort();
        others.dedup();
    }
    beside
}

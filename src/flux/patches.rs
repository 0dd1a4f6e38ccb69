//! What the patches on releases mean for pins and levers.
//!
//! A patch's versions are pins of the releases that it is for; the ones they replace are locked
//! where the patch is applied wherever the release is. A patch that sets what a stop would set
//! takes the lever away.

use super::discover::{Discovery, Winner, dedup};
use super::fragments::{ByName, Fragment};
use super::lever;
use super::load::{Kind, Object};
use super::manifests::Found;
use super::model::{LeverKind, ObjectName, PinKind};
use super::pins::Draft;
use super::values;
use super::values_from::{descend, over_path};
use crate::version::chart::is_range;
use crate::yaml::{Node, Path, Step};

/// What a patch sets: a path inside the release, and the value.
struct Set<'a> {
    path: Path,
    value: Node<'a>,
}

impl<'a> Discovery<'a> {
    /// Reads the pins of patches on releases, and ties them to the releases that they patch.
    pub(super) fn fragments(&mut self, releases: &[Found<'a>]) {
        let by_name = ByName::of(releases);
        for fragment in self.manifests.fragments() {
            let patched = self.manifests.patched(&fragment, &by_name);
            self.fragment(&fragment, &patched);
        }
    }

    fn fragment(&mut self, fragment: &Fragment<'a>, patched: &[&Found<'a>]) {
        let Fragment { object, applied, .. } = fragment;
        let ids: Vec<ObjectName> = patched.iter().map(|found| found.id.clone()).collect();
        let base = patched.first().map(|found| found.object);
        let base_values = base.and_then(|base| base.root.at(&["spec", "values"]));
        let mut pins = Vec::new();
        let sets = sets(*object);
        for set in &sets {
            let Set { path, value } = set;
            let Some(below) = path.0.strip_prefix(keys(&["spec", "values"]).as_slice()) else {
                continue;
            };
            let mut shapes = values::images(*value).shapes;
            let beside = base_values.and_then(|values| descend(values, below));
            let over = match (value.is_mapping(), beside) {
                (true, Some(beside)) => values::versions_over(*value, beside),
                (true, None) => Vec::new(),
                (false, _) => {
                    over_path(base_values, &Path(below.to_vec()), *value).into_iter().collect()
                }
            };
            if !value.is_mapping() && over.is_empty() {
                // A whole reference under a key that speaks of images.
                let speaks =
                    matches!(below.last(), Some(Step::Key(key)) if values::speaks_of_images(key));
                shapes.retain(|_| speaks);
                if speaks && shapes.is_empty() {
                    shapes.extend(values::whole(*value));
                }
            }
            let own = shapes.into_iter().map(|shape| ((*object, None), shape));
            let over = over.into_iter().map(|shape| ((*object, base), shape));
            for (owners, shape) in own.chain(over) {
                let contexts = &self.manifests.contexts;
                pins.extend(self.pins.add_image(owners, shape, contexts, applied, &ids));
            }
            let aliases = values::images(*value).aliases;
            self.pins.note_aliases(*object, &aliases, &pins);
        }
        pins.extend(self.chart_version(fragment, &sets, patched, &ids));
        dedup(&mut pins);
        for found in patched {
            self.overrule(fragment, &sets, found, &pins);
            if let Some(release) = self.releases.get_mut(found.index) {
                release.pins.extend(pins.iter().cloned());
                dedup(&mut release.pins);
            }
        }
    }

    /// Reads the chart version that a patch sets.
    fn chart_version(
        &mut self,
        fragment: &Fragment<'a>,
        sets: &[Set<'a>],
        patched: &[&Found<'a>],
        ids: &[ObjectName],
    ) -> Vec<String> {
        let wanted = keys(&["spec", "chart", "spec", "version"]);
        let version = sets.iter().find_map(|set| {
            let below = wanted.strip_prefix(set.path.0.as_slice())?;
            descend(set.value, below)
        });
        let version = version.filter(|node| !super::pins::text(*node).is_empty());
        let Some(version) = version else { return Vec::new() };
        let package = patched.iter().find_map(|found| {
            let chart = found.object.text(&["spec", "chart", "spec", "chart"])?;
            let path = &["spec", "chart", "spec", "sourceRef"];
            let source = self.source_ref(found.object, path, &found.id);
            self.chart_package(&self.manifests.expand(&found.applied, &chart), source.as_ref())
        });
        let Some(package) = package else { return Vec::new() };
        let range = is_range(&super::pins::text(version));
        let (kind, parts, base) = (PinKind::Chart, Vec::new(), None);
        let object = fragment.object;
        let draft = Draft { object, base, kind, version, whole: false, parts, range };
        self.pins.add_package(&draft, &package, &self.manifests.contexts, &fragment.applied, ids)
    }

    /// Notes what a patch replaces in a release, and takes a lever away that it would undo.
    fn overrule(
        &mut self,
        fragment: &Fragment<'a>,
        sets: &[Set<'a>],
        found: &Found<'a>,
        pins: &[String],
    ) {
        let everywhere = found.applied.iter().all(|context| fragment.applied.contains(context));
        let everywhere = everywhere && !found.applied.is_empty();
        let set_at = |path: &Path| {
            sets.iter().find_map(|set| {
                let below = path.0.strip_prefix(set.path.0.as_slice());
                below.and_then(|below| descend(set.value, below))
            })
        };
        let Some(release) = self.releases.get_mut(found.index) else { return };
        let pulled = release.lever.stop.iter().find_map(|edit| {
            let path = lever::path(edit);
            let found = set_at(&path)?;
            Some((path, fragment.object.position_of(found)))
        });
        if let (Some((path, place)), LeverKind::Values | LeverKind::Patch) =
            (pulled, release.lever.kind)
        {
            release.lever = lever::none(&format!("the patch at {place} sets `{path}` as well"));
        }
        if !everywhere {
            return;
        }
        for id in release.pins.clone() {
            if pins.contains(&id) {
                continue;
            }
            let Some(pin) = self.pins.get(&id) else { continue };
            let spot = &pin.place().spot;
            let own = *found.object.file == pin.place().position.file
                && found.object.document == spot.document;
            if let Some(value) = set_at(&spot.path).filter(|node| own && node.value().is_some()) {
                let place = fragment.object.position_of(value);
                let by = Winner { release: found.id.clone(), place };
                self.overruled.entry(id).or_default().push(by);
            }
        }
    }
}

/// Lists what a patch sets.
fn sets(object: Object<'_>) -> Vec<Set<'_>> {
    if object.kind != Kind::JsonPatch {
        let spec = object.root.get("spec");
        let entries = spec.into_iter().flat_map(|spec| spec.merged());
        let set = |(key, value): (Node<'_>, _)| {
            Some(Set { path: Path(keys(&["spec", &key.value()?])), value })
        };
        return entries.filter_map(set).collect();
    }
    let operations = object.root.items().filter_map(|operation| {
        let text = |key: &str| operation.get(key)?.value();
        if !matches!(&*text("op")?, "add" | "replace") {
            return None;
        }
        let path: Path = text("path")?.parse().ok()?;
        Some(Set { path, value: operation.get("value")? })
    });
    operations.collect()
}

fn keys(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::Key((*name).to_owned())).collect()
}

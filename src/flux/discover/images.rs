//! The images below values and in kustomizations, and which of them something else replaces.

use super::super::hints;
use super::super::load::{Kind, Object};
use super::super::model::{ChartUse, ObjectName, Package, Part, Pin, PinKind};
use super::super::pins::{self, Draft, Pins};
use super::super::values;
use super::{Discovery, Winner, dedup};
use crate::diagnostic::Why;
use crate::image::Repository;
use crate::yaml::{Node, Spot};

impl<'a> Discovery<'a> {
    /// Adds the images below a node, with the aliases that use them.
    pub(in crate::flux) fn images(
        &mut self,
        object: Object<'a>,
        values: Node<'a>,
        applied: &[usize],
        release: &ObjectName,
    ) -> Vec<String> {
        let releases = std::slice::from_ref(release);
        let images = values::images(values);
        let mut ids = Vec::new();
        for shape in images.shapes {
            ids.extend(self.pins.add_image(
                (object, None),
                shape,
                &self.manifests.contexts,
                applied,
                releases,
            ));
        }
        for (version, repository) in hints::hinted(values) {
            let id = format!("{}#{}", object.file, object.spot(version));
            if self.pins.get(&id).is_none() {
                let (kind, parts) = (PinKind::Image, Vec::new());
                let base = None;
                let draft =
                    Draft { object, base, kind, version, whole: false, parts, range: false };
                let package = Package::Image(repository);
                let contexts = &self.manifests.contexts;
                ids.extend(self.pins.add_package(&draft, &package, contexts, applied, releases));
            }
        }
        self.pins.note_aliases(object, &images.aliases, &ids);
        dedup(&mut ids);
        ids
    }

    /// Adds the images that a release's chart names itself and of which the values fix the tags.
    pub(super) fn images_of_chart(
        &mut self,
        chart: &ChartUse,
        layers: &[(Object<'a>, Node<'a>)],
        applied: &[usize],
        release: &ObjectName,
    ) -> Vec<String> {
        let Some(name) = &chart.name else { return Vec::new() };
        let source = chart.source.as_ref().and_then(|source| self.source_index(source));
        let source = source.and_then(|index| self.sources.get(index)?.url.as_deref());
        let images = self.policies.chart_images(name, source);
        let releases = std::slice::from_ref(release);
        let mut ids = Vec::new();
        for (path, image) in images {
            let Ok(repository) = Repository::parse(image) else { continue };
            let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
            let named = |values: Node<'a>| values.at(&keys)?.get("repository")?.value();
            if layers.iter().any(|(_, values)| named(*values).is_some_and(|text| !text.is_empty()))
            {
                continue;
            }
            let tag = |values: Node<'a>| Some(values.at(&keys)?.get("tag")?.target());
            // The first layer wins; a later one's tag would be no upgrade.
            let found = layers.iter().find_map(|(object, values)| {
                let tag = tag(*values).filter(|tag| tag.value().is_some_and(|t| !t.is_empty()))?;
                Some((*object, tag))
            });
            let Some((object, version)) = found.filter(|(_, tag)| !tag.is_null()) else { continue };
            let (kind, parts, base) = (PinKind::Image, Vec::new(), None);
            let draft = Draft { object, base, kind, version, whole: false, parts, range: false };
            let package = Package::Image(repository);
            let contexts = &self.manifests.contexts;
            ids.extend(self.pins.add_package(&draft, &package, contexts, applied, releases));
        }
        ids
    }

    /// Reads the images of kustomizations, Flux's and kustomize's.
    pub(super) fn kustomize_images(&mut self) {
        for object in self.manifests.files.objects().collect::<Vec<_>>() {
            let images = match object.kind {
                Kind::Kustomization => object.root.get("images"),
                Kind::FluxKustomization => object.root.at(&["spec", "images"]),
                _ => continue,
            };
            let Some(images) = images else { continue };
            let applied = self.manifests.contexts.of_file(object.file);
            self.kustomize_list(object, images, &applied, &[]);
        }
    }

    /// Locks the pins that every release replaces; one that only some replace is not theirs.
    pub(super) fn lock_overruled(&mut self) {
        for (id, winners) in std::mem::take(&mut self.overruled) {
            let Some(pin) = self.pins.get_mut(&id) else { continue };
            let replaces = |release: &ObjectName| winners.iter().any(|w| w.release == *release);
            if pin.releases.iter().all(replaces) {
                if let Some(Winner { place, .. }) = winners.first() {
                    let message =
                        format!("{place} overrides it; an edit here would change nothing");
                    pin.locked = Some(Why::new("overridden", message));
                }
                continue;
            }
            pin.releases.retain(|release| !replaces(release));
            let theirs = self.releases.iter_mut().filter(|release| replaces(&release.id));
            theirs.for_each(|release| release.pins.retain(|pin| *pin != id));
        }
    }
}

impl Pins {
    /// Notes that the pins of an anchored subtree are used wherever an alias stands for it.
    pub(in crate::flux) fn note_aliases(
        &mut self,
        object: Object<'_>,
        aliases: &[(Node<'_>, Node<'_>)],
        ids: &[String],
    ) {
        for (alias, target) in aliases {
            let target = object.spot(*target);
            let place = pins::place(object, *alias, Part::Whole);
            for id in ids {
                let Some(pin) = self.get_mut(id) else { continue };
                if uses(pin, &target) && !pin.used_by.contains(&place) {
                    pin.used_by.push(place.clone());
                }
            }
        }
    }
}

/// Says whether a pin's version stands at or below a node of its own file.
fn uses(pin: &Pin, target: &Spot) -> bool {
    let spot = &pin.place().spot;
    spot.document == target.document && spot.path.0.starts_with(&target.path.0)
}

//! The images below values and in kustomizations, and which of them something else replaces.

use super::super::hints;
use super::super::load::{Kind, Object};
use super::super::model::{ObjectName, Package, Part, Pin, PinKind};
use super::super::pins::{self, Draft, Pins};
use super::super::values;
use super::{Discovery, Winner, dedup};
use crate::diagnostic::Why;
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

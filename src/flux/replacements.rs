//! kustomize's `replacements`: fields that are filled from elsewhere when a folder is built.
//!
//! A version that a replacement fills is locked with the place of the replacement, since an edit of
//! it would change nothing. Where the source stands is for a person to look up.

use super::discover::Discovery;
use super::folder;
use super::load::{Kind, Object};
use super::manifests::Found;
use super::parents::Reach;
use super::selector::{Target, subject};
use super::values_from::target_path;
use crate::diagnostic::Why;
use crate::yaml::{Node, Path, Step};

impl<'a> Discovery<'a> {
    /// Locks the pins of releases that replacements fill.
    pub(super) fn replacements(&mut self, releases: &[Found<'a>]) {
        let files = self.manifests.files;
        for kustomization in self.manifests.objects(Kind::Kustomization) {
            let Some(list) = kustomization.root.get("replacements") else { continue };
            let reach = Reach::of(files, kustomization.file);
            for item in list.items() {
                let path = item.get("path").and_then(|path| path.value());
                let folder = kustomization.file.parent();
                let Some(file) = path.and_then(|path| folder::file(folder, &path)) else {
                    self.replacement(kustomization, item, &reach, releases);
                    continue;
                };
                for object in files.plain(&file) {
                    let items: Vec<_> = object.root.items().collect();
                    let items = if items.is_empty() { vec![object.root] } else { items };
                    for item in items {
                        self.replacement(object, item, &reach, releases);
                    }
                }
            }
        }
    }

    /// Locks the pins that one replacement fills.
    fn replacement(
        &mut self,
        object: Object<'a>,
        item: Node<'a>,
        reach: &Reach,
        releases: &[Found<'a>],
    ) {
        let targets = item.get("targets").into_iter().flat_map(|list| list.items());
        for target in targets {
            let Some(select) = target.get("select").map(Target::read) else { continue };
            if !select.is_of("HelmRelease") {
                continue;
            }
            let fields = target.get("fieldPaths").into_iter().flat_map(|list| list.items());
            let fields: Vec<Path> =
                fields.filter_map(|field| Some(target_path(&field.value()?))).collect();
            let chosen = releases.iter().filter(|found| {
                reach.holds(found.object.file) && select.matches(&subject(found.object, &found.id))
            });
            for found in chosen {
                self.lock_filled(found, &fields, object, item);
            }
        }
    }

    /// Locks the pins of a release at or below the fields that are filled.
    fn lock_filled(
        &mut self,
        found: &Found<'a>,
        fields: &[Path],
        object: Object<'a>,
        item: Node<'a>,
    ) {
        let Some(release) = self.releases.get(found.index) else { return };
        for id in release.pins.clone() {
            let Some(pin) = self.pins.get_mut(&id) else { continue };
            let spot = &pin.place().spot;
            let own = pin.place().position.file == *found.object.file
                && spot.document == found.object.document;
            let below = |field: &Path| !field.0.is_empty() && is_below(&spot.path.0, &field.0);
            if own && fields.iter().any(below) {
                let place = object.position_of(item);
                let message = format!(
                    "the replacement at {place} fills it; an edit here would change nothing"
                );
                pin.locked = Some(Why::new("overridden", message));
            }
        }
    }
}

/// Says whether a path stands at or below a field; `*` is any item of a list.
fn is_below(path: &[Step], field: &[Step]) -> bool {
    let same = |(step, wanted): (&Step, &Step)| match wanted {
        Step::Key(key) if key == "*" => true,
        Step::Key(key) => match step {
            Step::Item(index) => *key == index.to_string(),
            other => other == wanted,
        },
        other => step == other,
    };
    path.len() >= field.len() && path.iter().zip(field).all(same)
}

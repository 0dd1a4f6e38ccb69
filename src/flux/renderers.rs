//! Images that are replaced after Helm has rendered: by kustomize's `images`, and by the patches of
//! post-renderers.
//!
//! These win over all values. A pin that one of them replaces is locked, since an edit there would
//! change nothing; which container a patch is for is told by the image that it names.

use super::discover::Discovery;
use super::load::Object;
use super::model::{ObjectName, Package};
use super::values::{self, Shape};
use crate::diagnostic::Why;
use crate::image::Repository;
use crate::yaml::Node;

impl<'a> Discovery<'a> {
    /// Reads the images that a release's post-renderers set, adds them to its pins, and locks those
    /// that they replace.
    pub(super) fn post_renderer_images(
        &mut self,
        object: Object<'a>,
        id: &ObjectName,
        applied: &[usize],
        pins: &mut Vec<String>,
    ) {
        let renderers = object.root.at(&["spec", "postRenderers"]);
        for renderer in renderers.into_iter().flat_map(|node| node.items()) {
            self.renderer_patches(object, renderer, id, applied, pins);
            let Some(images) = renderer.at(&["kustomize", "images"]) else { continue };
            for item in images.items() {
                let text = |key: &str| Some(item.get(key)?.value()?.into_owned());
                let Some(name) = text("name").and_then(|name| Repository::parse(&name).ok()) else {
                    continue;
                };
                let name = Package::Image(name);
                let own = self.kustomize_image(object, item, applied, std::slice::from_ref(id));
                let moved = text("newName").filter(|name| !name.is_empty());
                for pin in pins.iter() {
                    let Some(pin) = self.pins.get_mut(pin) else { continue };
                    if pin.package != name {
                        continue;
                    }
                    if let Some(winner) = own.first().filter(|winner| **winner != pin.id) {
                        let message =
                            format!("`{winner}` overrides it; an edit here would change nothing");
                        pin.locked = Some(Why::new("overridden", message));
                    } else if let Some(Ok(moved)) = moved.as_deref().map(Repository::parse) {
                        // The tag stays, and belongs to the image that takes the other's place.
                        pin.package = Package::Image(moved);
                    }
                }
                pins.extend(own);
            }
        }
    }

    /// Reads the images in the patches of a post-renderer, and locks the pins of the same image.
    fn renderer_patches(
        &mut self,
        object: Object<'a>,
        renderer: Node<'a>,
        id: &ObjectName,
        applied: &[usize],
        pins: &mut Vec<String>,
    ) {
        let mut own = Vec::new();
        let lists = ["patches", "patchesJson6902", "patchesStrategicMerge"].into_iter();
        let lists = lists.filter_map(|list| renderer.at(&["kustomize", list]));
        for item in lists.flat_map(|list| list.items()) {
            let patch = item.get("patch").unwrap_or(item);
            if patch.is_mapping() || patch.is_sequence() {
                own.extend(self.patched_images(object, patch, id, applied));
            } else if let Some(inside) = object.inside(patch)
                && let Some(inner) = inside.object(object)
            {
                own.extend(self.patched_images(inner, inner.root, id, applied));
            }
        }
        let own_packages: Vec<(String, Package)> = own
            .iter()
            .filter_map(|winner| Some((winner.clone(), self.pins.get(winner)?.package.clone())))
            .collect();
        for (winner, package) in own_packages {
            for pin in pins.iter().filter(|pin| !own.contains(pin)) {
                if let Some(pin) = self.pins.get_mut(pin).filter(|pin| pin.package == package) {
                    let message =
                        format!("`{winner}` overrides it; an edit here would change nothing");
                    pin.locked = Some(Why::new("overridden", message));
                }
            }
        }
        pins.extend(own);
    }

    /// Adds the images that a patch on workloads names.
    fn patched_images<'s>(
        &mut self,
        object: Object<'s>,
        root: Node<'s>,
        id: &ObjectName,
        applied: &[usize],
    ) -> Vec<String>
    where
        'a: 's,
    {
        let mut shapes = values::images(root).shapes;
        for operation in root.items() {
            let path = operation.get("path").and_then(|path| path.value()).unwrap_or_default();
            if path.ends_with("/image") {
                shapes.extend(operation.get("value").and_then(values::whole));
            }
        }
        let releases = std::slice::from_ref(id);
        let contexts = &self.manifests.contexts;
        let pins = &mut self.pins;
        let add = |shape| pins.add_image((object, None), shape, contexts, applied, releases);
        shapes.into_iter().flat_map(add).collect()
    }

    /// Reads kustomize's `images`: `name`, `newName`, `newTag`, `digest`.
    pub(super) fn kustomize_list(
        &mut self,
        object: Object<'a>,
        images: Node<'a>,
        applied: &[usize],
        releases: &[ObjectName],
    ) -> Vec<String> {
        let items: Vec<_> = images.items().collect();
        let read = |item| self.kustomize_image(object, item, applied, releases);
        items.into_iter().flat_map(read).collect()
    }

    fn kustomize_image(
        &mut self,
        object: Object<'a>,
        item: Node<'a>,
        applied: &[usize],
        releases: &[ObjectName],
    ) -> Vec<String> {
        let set = |key: &str| item.get(key).filter(|node| !super::pins::text(*node).is_empty());
        let Some(repository) = set("newName").or_else(|| set("name")) else { return Vec::new() };
        let (version, digest) = (set("newTag"), set("digest"));
        let (registry, repository) = (None, repository.target());
        let version = version.map(|node| node.target());
        if version.is_none() && digest.is_none() {
            return Vec::new();
        }
        let shape = Shape::Parts { registry, repository, version, digest };
        self.pins.add_image((object, None), shape, &self.manifests.contexts, applied, releases)
    }
}

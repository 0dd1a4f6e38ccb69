//! From scalars to pins.
//!
//! A version may stand behind an alias, behind a variable that another file defines, or behind a
//! variable with a default. A pin is placed at the scalar that an upgrade must edit; the places
//! that merely read it are listed beside it. Where no such scalar can be edited, the pin says why.

mod build;
mod locate;

use std::borrow::Cow;
use std::collections::HashMap;

use super::discover::dedup;
use super::kustomize::Contexts;
use super::load::Object;
use super::model::{ObjectName, Package, Part, Pin, PinKind, Place, Role};
use super::values::Shape;
use crate::yaml::Node;
use locate::Located;

/// The pins of a repository while they are collected; one scalar is one pin.
#[derive(Default)]
pub(super) struct Pins {
    list: Vec<Pin>,
    by_id: HashMap<String, usize>,
}

/// A version as a manifest writes it.
pub(super) struct Draft<'a> {
    /// The object that it stands in.
    pub(super) object: Object<'a>,
    /// The object that the image's name stands in, where that is another one.
    pub(super) base: Option<Object<'a>>,
    /// What kind of thing it fixes.
    pub(super) kind: PinKind,
    /// The scalar with the version.
    pub(super) version: Node<'a>,
    /// Whether that scalar is a whole image reference.
    pub(super) whole: bool,
    /// Further scalars of the pin.
    pub(super) parts: Vec<(Role, Node<'a>)>,
    /// Whether the version is a range.
    pub(super) range: bool,
}

impl<'a> Draft<'a> {
    /// Returns the object in which the scalar of a part stands.
    fn owner(&self, role: Role) -> Object<'a> {
        match role {
            Role::Repository | Role::Registry => self.base.unwrap_or(self.object),
            Role::Version | Role::Digest => self.object,
        }
    }
}

impl Pins {
    /// Returns the pins, sorted by place.
    pub(super) fn into_sorted(self) -> Vec<Pin> {
        let mut list = self.list;
        for pin in &mut list {
            dedup(&mut pin.releases);
        }
        list.sort_by(|a, b| (&a.place().position, &a.id).cmp(&(&b.place().position, &b.id)));
        list
    }

    /// Returns a pin by its id.
    pub(super) fn get(&self, id: &str) -> Option<&Pin> {
        self.by_id.get(id).and_then(|&index| self.list.get(index))
    }

    /// Lists the ids.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|pin| pin.id.as_str())
    }

    /// Returns a pin by its id, to be changed.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Pin> {
        self.by_id.get(id).and_then(|&index| self.list.get_mut(index))
    }

    /// Adds an image, once for each scalar that the contexts lead to, and returns the ids.
    pub(super) fn add_image<'a>(
        &mut self,
        (object, base): (Object<'a>, Option<Object<'a>>),
        shape: Shape<'a>,
        contexts: &Contexts<'a>,
        applied: &[usize],
        releases: &[ObjectName],
    ) -> Vec<String> {
        let kind = PinKind::Image;
        let draft = match shape {
            Shape::Whole(version) => {
                Draft { object, base, kind, version, whole: true, parts: Vec::new(), range: false }
            }
            Shape::Parts { registry, repository, version, digest } => {
                let mut parts = vec![(Role::Repository, repository)];
                parts.extend(registry.map(|node| (Role::Registry, node)));
                let Some(first) = version.or(digest) else { return Vec::new() };
                if version.is_some() {
                    parts.extend(digest.map(|node| (Role::Digest, node)));
                }
                Draft { object, base, kind, version: first, whole: false, parts, range: false }
            }
        };
        self.add(&draft, contexts, applied, releases, &|text| build::image_package(&draft, text))
    }

    /// Adds a pin whose package is known.
    pub(super) fn add_package<'a>(
        &mut self,
        draft: &Draft<'a>,
        package: &Package,
        contexts: &Contexts<'a>,
        applied: &[usize],
        releases: &[ObjectName],
    ) -> Vec<String> {
        self.add(draft, contexts, applied, releases, &|_| Some(package.clone()))
    }

    fn add<'a>(
        &mut self,
        draft: &Draft<'a>,
        contexts: &Contexts<'a>,
        applied: &[usize],
        releases: &[ObjectName],
        package: &PackageOf<'_>,
    ) -> Vec<String> {
        let mut ids = Vec::new();
        let mut each: Vec<Option<usize>> = applied.iter().copied().map(Some).collect();
        if each.is_empty() {
            each.push(None);
        }
        for context in each {
            let expand = |text: &str| match context {
                Some(context) => contexts.expand(context, text),
                None => text.to_owned(),
            };
            let located = locate::locate(draft, contexts, context);
            let Some(package) = package(&|role| match role {
                "" => expand(&located.text),
                other => expand(other),
            }) else {
                continue;
            };
            let Some(pin) = build::build(draft, &located, package, &expand) else { continue };
            let id = self.insert(pin, releases, &located);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Adds a pin, or what it says beyond the pin that its scalar already has.
    fn insert(&mut self, mut pin: Pin, releases: &[ObjectName], located: &Located<'_>) -> String {
        let id = pin.id.clone();
        let uses: Vec<Place> =
            located.through.iter().map(|(o, n)| place(*o, *n, Part::Whole)).collect();
        let index = *self.by_id.entry(id.clone()).or_insert_with(|| {
            pin.used_by.clear();
            self.list.push(pin.clone());
            self.list.len() - 1
        });
        let Some(known) = self.list.get_mut(index) else { return id };
        if known.package != pin.package && !known.beside.contains(&pin.package) {
            known.beside.push(pin.package);
        }
        for place in uses {
            if !known.used_by.contains(&place) {
                known.used_by.push(place);
            }
        }
        // A shared source has thousands of them; doubles go when all are known.
        known.releases.extend_from_slice(releases);
        id
    }
}

/// Tells the package of a pin, given how texts expand where it stands; `""` stands for the located
/// text itself.
type PackageOf<'p> = dyn Fn(&dyn Fn(&str) -> String) -> Option<Package> + 'p;

/// Says whether an object is encrypted with SOPS.
pub(super) fn is_encrypted(object: Object<'_>) -> bool {
    object.root.get("sops").is_some_and(|sops| sops.get("mac").is_some())
}

/// Makes a place of a node.
pub(super) fn place(object: Object<'_>, node: Node<'_>, part: Part) -> Place {
    Place { position: object.position_of(node), spot: object.spot(node), part }
}

/// Returns a scalar's text, empty where there is none.
pub(super) fn text(node: Node<'_>) -> Cow<'_, str> {
    node.value().unwrap_or_default()
}

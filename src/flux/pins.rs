//! From scalars to pins.
//!
//! A version may stand behind an alias, behind a variable that another file defines, or behind a
//! variable with a default. A pin is placed at the scalar that an upgrade must edit; the places
//! that merely read it are listed beside it. Where no such scalar can be edited, the pin says why.

use std::borrow::Cow;
use std::collections::HashMap;

use super::discover::dedup;
use super::kustomize::Contexts;
use super::load::Object;
use super::model::{Current, ObjectName, Package, Part, Pin, PinKind, Place, Role, Site};
use super::substitute::{Variable, variables, version_span};
use super::values::Shape;
use crate::diagnostic::Why;
use crate::image::{Digest, Reference, Repository, TagAndDigest, is_tag};
use crate::yaml::Node;

/// How many variables may stand for one another.
const DEPTH: usize = 6;

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
        self.add(&draft, contexts, applied, releases, &|text| image_package(&draft, text))
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
            let located = locate(draft, contexts, context);
            let Some(package) = package(&|role| match role {
                "" => expand(&located.text),
                other => expand(other),
            }) else {
                continue;
            };
            let Some(pin) = build(draft, &located, package, &expand) else { continue };
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

/// The scalar that an upgrade edits.
struct Located<'a> {
    object: Object<'a>,
    node: Node<'a>,
    part: Part,
    /// The scalar's whole text.
    scalar: String,
    /// What stands for the pin: the reference, or the version.
    text: String,
    /// The scalars that lead here.
    through: Vec<(Object<'a>, Node<'a>)>,
    locked: Option<Why>,
}

/// Follows variables from the scalar that a manifest writes to the one that holds the text.
fn locate<'a>(draft: &Draft<'a>, contexts: &Contexts<'a>, context: Option<usize>) -> Located<'a> {
    let node = draft.version;
    let text = node.value().unwrap_or_default().into_owned();
    let mut located = Located {
        object: draft.object,
        node,
        part: Part::Whole,
        scalar: text.clone(),
        text,
        through: Vec::new(),
        locked: None,
    };
    let mut context = context;
    for _ in 0..DEPTH {
        let text = located.text.clone();
        let found = variables(&text);
        let version = if draft.whole { version_span(&text) } else { 0..text.len() };
        let Some(variable) =
            found.iter().find(|v| v.range == version || v.range == (0..text.len()))
        else {
            if let Some(inside) = found.iter().find(|v| ranges_meet(&v.range, &version)) {
                located.locked = Some(Why::new(
                    "variable-inside-text",
                    format!(
                        "`${{{}}}` is only a part of the version; edit it by hand",
                        inside.name
                    ),
                ));
            }
            break;
        };
        let definition = context.and_then(|context| contexts.definition(context, variable.name));
        let Some(definition) = definition else {
            default(&mut located, variable, draft.whole && variable.range != (0..text.len()));
            break;
        };
        let value = definition.value;
        if let Some(line) = definition.line {
            let message = format!("{line} says so, a file that is no YAML; edit it by hand");
            located.locked = Some(Why::new("plain-file", message));
            located.text.replace_range(variable.range.clone(), &value);
            break;
        }
        located.through.push((located.object, located.node));
        // What stands around the variable stays: `name:${TAG}` reads on as `name:1.2`.
        let mut whole = text.clone();
        whole.replace_range(variable.range.clone(), &value);
        let partial = variable.range != (0..text.len());
        located.object = definition.object;
        located.node = definition.node;
        located.scalar = definition.node.value().unwrap_or_default().into_owned();
        located.text = whole;
        located.part = definition.part;
        if partial {
            break;
        }
        context = contexts.of_file(definition.object.file).first().copied();
    }
    located
}

/// Takes a variable's default, or says that nothing defines it.
fn default(located: &mut Located<'_>, variable: &Variable<'_>, partial: bool) {
    let Some((value, _)) = &variable.default else {
        located.locked = Some(Why::new(
            "unresolved-variable",
            format!("nothing in the repository defines `${{{}}}`", variable.name),
        ));
        return;
    };
    located.part = Part::Default;
    let value = (*value).to_owned();
    let range = variable.range.clone();
    if partial { located.text.replace_range(range, &value) } else { located.text = value }
}

fn ranges_meet(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Returns the repository of an image; `None` where the parts make no valid reference.
fn image_package(draft: &Draft<'_>, expanded: &dyn Fn(&str) -> String) -> Option<Package> {
    if draft.whole {
        let text = expanded("");
        return match Reference::parse(&text) {
            Ok(reference) => {
                reference.version()?;
                Some(Package::Image(reference.repository()))
            }
            Err(_) if text.contains("${") => {
                let range = version_span(&text);
                let name = text.get(..range.start)?.trim_end_matches([':', '@']);
                Some(unresolved_name(name))
            }
            Err(_) => None,
        };
    }
    let part = |wanted: Role| {
        let node = draft.parts.iter().find(|(role, _)| *role == wanted).map(|(_, node)| *node)?;
        Some(expanded(&node.value()?)).filter(|text| !text.is_empty())
    };
    let repository = part(Role::Repository)?;
    let registry = part(Role::Registry);
    match Repository::join(registry.as_deref().unwrap_or_default(), &repository) {
        Ok(repository) => Some(Package::Image(repository)),
        Err(_) if repository.contains("${") || registry.as_ref()?.contains("${") => {
            Some(unresolved_name(&match registry {
                Some(registry) => format!("{registry}/{repository}"),
                None => repository,
            }))
        }
        Err(_) => None,
    }
}

/// Names what still holds a variable.
fn unresolved_name(name: &str) -> Package {
    Repository::parse(name).map_or_else(|_| Package::Unknown(name.to_owned()), Package::Image)
}

/// Makes a pin of what was located.
fn build(
    draft: &Draft<'_>,
    located: &Located<'_>,
    package: Package,
    expand: &dyn Fn(&str) -> String,
) -> Option<Pin> {
    let unresolved = located.text.contains("${");
    let mut current = Current::default();
    let mut part = located.part;
    if draft.kind == PinKind::Image && draft.whole {
        let range = version_span(&located.text);
        let name = located.text.get(..range.start)?.trim_end_matches([':', '@']);
        located.text.get(range)?.clone_into(&mut current.text);
        if let Ok(reference) = Reference::parse(&expand(&located.text)) {
            current.registry = reference.registry().map(str::to_owned);
            current.repository = Some(reference.path().to_owned());
            current.tag = reference.tag().map(str::to_owned);
            current.digest = reference.digest();
        } else {
            current.repository = Some(name.to_owned());
        }
        if part == Part::Whole && located.scalar == located.text {
            part = Part::Version;
        }
    } else {
        current.text.clone_from(&located.text);
        if let Ok(version) = TagAndDigest::parse(&located.text) {
            current.tag = version.tag;
            current.digest = version.digest;
        } else if let Ok(digest) = Digest::parse(&located.text) {
            current.digest = Some(digest);
        } else {
            current.tag = Some(located.text.clone());
        }
        for (role, node) in &draft.parts {
            let text = expand(&node.value().unwrap_or_default());
            match role {
                Role::Registry => current.registry = Some(text),
                Role::Repository => current.repository = Some(text),
                Role::Digest => {
                    current.digest = current.digest.take().or_else(|| Digest::parse(&text).ok());
                }
                Role::Version => {}
            }
        }
        if draft.kind == PinKind::Image {
            split_name(&mut current);
        }
    }
    if current.text.is_empty() {
        return None;
    }
    if draft.kind == PinKind::Image
        && !unresolved
        && current.tag.is_none()
        && current.digest.is_none()
    {
        return None;
    }
    if let Some(tag) = &current.tag
        && draft.kind == PinKind::Image
        && !unresolved
        && !is_tag(tag)
    {
        return None;
    }
    let site = Site {
        role: Role::Version,
        place: place(located.object, located.node, part),
        text: located.scalar.clone(),
    };
    let others = draft.parts.iter().map(|(role, node)| Site {
        role: *role,
        place: place(draft.owner(*role), *node, Part::Whole),
        text: node.value().unwrap_or_default().into_owned(),
    });
    let spot = &site.place.spot;
    let id = format!("{}#{}:{}", located.object.file, spot.document, spot.path);
    let range = draft.range;
    let locked = located.locked.clone().or_else(|| locked(draft, located, &package));
    Some(Pin {
        id,
        kind: draft.kind,
        package,
        beside: Vec::new(),
        current,
        site,
        others: others.collect(),
        used_by: Vec::new(),
        locked,
        releases: Vec::new(),
        range,
    })
}

/// Puts a registry that stands in the repository's value, or a path that stands in the registry's,
/// where it belongs; a name with a variable in it stays as it is written.
fn split_name(current: &mut Current) {
    let registry = current.registry.as_deref().unwrap_or_default();
    let Some(repository) = current.repository.as_deref() else { return };
    if let Ok((registry, repository)) = Repository::split(registry, repository) {
        (current.registry, current.repository) = (registry, Some(repository));
    }
}

/// Says why the scalar of a pin cannot be edited.
fn locked(draft: &Draft<'_>, located: &Located<'_>, package: &Package) -> Option<Why> {
    if is_encrypted(located.object) {
        return Some(Why::new(
            "encrypted",
            "the file is encrypted with SOPS; an edit would break its signature",
        ));
    }
    if located.object.is_beyond() {
        return Some(Why::new(
            "later-document",
            "it stands in a later document of an inline patch; give each patch its own entry",
        ));
    }
    let marked = [Some(located.node), Some(draft.version)].into_iter().flatten();
    let marked = marked.chain(draft.parts.iter().map(|(_, node)| *node));
    for node in marked {
        if let Some(policy) = node.comment().and_then(image_policy) {
            let message = format!("the Flux image policy `{policy}` writes it; it is left to it");
            return Some(Why::new("image-automation", message));
        }
    }
    match package {
        Package::Unknown(name) => Some(Why::new(
            "unknown-package",
            format!("`{name}` cannot be told from the repository"),
        )),
        _ => None,
    }
}

/// Reads the policy of Flux's marker, `# {"$imagepolicy": "namespace:name:tag"}`.
fn image_policy(comment: &str) -> Option<&str> {
    let (_, rest) = comment.split_once("\"$imagepolicy\"")?;
    rest.split('"').nth(1)
}

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

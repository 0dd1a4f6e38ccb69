//! Where images stand in a tree of Helm values.
//!
//! Charts agree on little: `{registry, repository, tag, digest}` under any key, one
//! `image: repository:tag@digest`, pairs such as `imageRepository` and `imageTag`, lists of any of
//! these. This file knows the shapes; whether the parts make a valid reference, and what they are
//! worth after variables, is `pins`' business. An anchored subtree is looked at once, where it
//! stands; the aliases that lead there are kept beside it.

use std::collections::HashSet;

use crate::image::Reference;
use crate::yaml::{Kind, Node};

/// An image as it is spread over scalars.
#[derive(Clone, Copy)]
pub(super) enum Shape<'a> {
    /// `repository:tag@digest` in one scalar.
    Whole(Node<'a>),
    /// One scalar a part.
    Parts {
        registry: Option<Node<'a>>,
        repository: Node<'a>,
        version: Option<Node<'a>>,
        digest: Option<Node<'a>>,
    },
}

/// The images below a node, and the aliases met on the way.
#[derive(Default)]
pub(super) struct Images<'a> {
    pub(super) shapes: Vec<Shape<'a>>,
    /// Aliases, each with the node that it stands for.
    pub(super) aliases: Vec<(Node<'a>, Node<'a>)>,
}

/// Finds the images below `values`.
pub(super) fn images(values: Node<'_>) -> Images<'_> {
    let mut found = Images::default();
    // An anchored subtree says more under another key, so it is entered once for each hint.
    let mut entered = HashSet::new();
    // What is still to be looked at, with what the key above says about it.
    let mut waiting = vec![(values, Hint::None)];
    while let Some((node, hint)) = waiting.pop() {
        let target = node.target();
        if node.kind() == Kind::Alias {
            found.aliases.push((node, target));
        }
        let is_scalar = matches!(target.kind(), Kind::Scalar(_));
        if !is_scalar && !entered.insert((target.span().start, hint)) {
            continue;
        }
        match target.kind() {
            Kind::Mapping(_) => {
                found.shapes.extend(in_mapping(target, hint));
                let start = waiting.len();
                for (key, value) in target.merged() {
                    let key = key.value().unwrap_or_default();
                    waiting.push((value, Hint::of(&key)));
                }
                if let Some(children) = waiting.get_mut(start..) {
                    children.reverse();
                }
            }
            Kind::Sequence(_) => {
                let start = waiting.len();
                waiting.extend(target.items().map(|item| (item, hint)));
                if let Some(children) = waiting.get_mut(start..) {
                    children.reverse();
                }
            }
            Kind::Scalar(_) => {
                if is_whole(target, hint) {
                    found.shapes.push(Shape::Whole(target));
                }
            }
            Kind::Alias => {}
        }
    }
    found
}

/// What a key says about the value under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Hint {
    /// Nothing.
    None,
    /// That it is an image, or holds some.
    Image,
}

impl Hint {
    fn of(key: &str) -> Self {
        let image = |window: &[u8]| window.eq_ignore_ascii_case(b"image");
        if !key.as_bytes().windows(5).any(image) {
            return Self::None;
        }
        // `imageRegistry: host:5000` names a place, not an image.
        let key = key.to_ascii_lowercase();
        let place = ["registry", "host", "server", "url", "endpoint"];
        if place.iter().any(|end| key.ends_with(end)) { Self::None } else { Self::Image }
    }
}

/// Says whether a scalar is a whole reference: under a key that says so, any with a tag or a
/// digest; elsewhere only what can be nothing else, a reference with a registry and a digest.
fn is_whole(node: Node<'_>, hint: Hint) -> bool {
    let Some(text) = node.value() else { return false };
    if hint == Hint::Image && text.contains("${") {
        return text.contains(':') || text.starts_with("${");
    }
    // Most scalars are no images; what separates a version from a name is looked for first.
    let separators: &[char] = if hint == Hint::Image { &[':', '@'] } else { &['@'] };
    if !text.contains(separators) {
        return false;
    }
    let Ok(reference) = Reference::parse(&text) else { return false };
    match hint {
        Hint::Image => reference.version().is_some() && !is_host_and_port(&text),
        Hint::None => reference.registry().is_some() && reference.digest().is_some(),
    }
}

/// Says whether a text that reads as `name:tag` is rather a host with its port.
fn is_host_and_port(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, port)| {
        let is_host = host == "localhost" || host.contains('.');
        is_host && !host.contains('/') && port.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Finds the images of which `patch` sets only the version, while their names stand at the same
/// places of `base`.
pub(super) fn versions_over<'a>(patch: Node<'a>, base: Node<'a>) -> Vec<Shape<'a>> {
    let mut shapes = Vec::new();
    let mut waiting = vec![(patch.target(), base.target(), Hint::None)];
    while let Some((patch, base, hint)) = waiting.pop() {
        for (key, value) in patch.entries() {
            let Some(key) = key.value() else { continue };
            let own_name = patch.get("repository").is_some();
            if value.is_mapping() {
                let below = base.get(&key).map(|base| base.target());
                waiting.extend(below.map(|base| (value.target(), base, Hint::of(&key))));
            } else if !own_name
                && let Some(shape) = part_over(&key, value, base, hint == Hint::Image)
            {
                let digest = patch.get("digest").filter(|_| key != "digest");
                shapes.push(shape.with_digest(digest));
            }
        }
    }
    shapes
}

/// Reads one entry that is laid over a mapping which names an image; `images` says that the key
/// above speaks of images.
pub(super) fn part_over<'a>(
    key: &str,
    value: Node<'a>,
    base: Node<'a>,
    images: bool,
) -> Option<Shape<'a>> {
    let value = value.target();
    if value.value().is_none_or(|text| text.is_empty()) || value.is_null() {
        return None;
    }
    let scalar = |key: &str| {
        let node = base.get(key)?.target();
        node.value().is_some_and(|text| !text.is_empty()).then_some(node)
    };
    let bare = |key: &str| scalar(key).filter(|n| n.value().is_some_and(|text| names_only(&text)));
    let named = || if images { scalar("name") } else { None };
    let repository = || scalar("repository").or_else(named).or_else(|| bare("image"));
    let (registry, repository, is_digest) = match key {
        "tag" => (scalar("registry"), repository()?, false),
        "version" if images => (scalar("registry"), repository()?, false),
        "digest" | "sha" => (scalar("registry"), repository()?, true),
        _ => {
            let prefix = key.strip_suffix("Tag").filter(|p| Hint::of(p) == Hint::Image)?;
            let name = scalar(&format!("{prefix}Repository")).or_else(|| bare(prefix))?;
            (scalar(&format!("{prefix}Registry")), name, false)
        }
    };
    let (version, digest) = if is_digest { (None, Some(value)) } else { (Some(value), None) };
    Some(Shape::Parts { registry, repository, version, digest })
}

impl<'a> Shape<'a> {
    fn with_digest(self, beside: Option<Node<'a>>) -> Self {
        match self {
            Self::Parts { registry, repository, version: Some(version), digest: None } => {
                Self::Parts { registry, repository, version: Some(version), digest: beside }
            }
            other => other,
        }
    }
}

/// Reads a scalar as a whole reference.
pub(super) fn whole(node: Node<'_>) -> Option<Shape<'_>> {
    let node = node.target();
    is_whole(node, Hint::Image).then_some(Shape::Whole(node))
}

/// Says whether a key speaks of images.
pub(super) fn speaks_of_images(key: &str) -> bool {
    Hint::of(key) == Hint::Image
}

/// Finds the images whose parts are the entries of one mapping.
fn in_mapping(mapping: Node<'_>, hint: Hint) -> Vec<Shape<'_>> {
    let mut shapes = Vec::new();
    let scalar = |key: &str| {
        let node = mapping.get(key)?.target();
        let set = node.value().is_some_and(|text| !text.is_empty()) && !node.is_null();
        set.then_some(node)
    };
    let first = |keys: &[&str]| keys.iter().find_map(|key| scalar(key));

    let named = if hint == Hint::Image { scalar("name") } else { None };
    let version = match (scalar("tag"), hint) {
        (Some(tag), _) => Some(tag),
        (None, Hint::Image) => scalar("version"),
        (None, Hint::None) => None,
    };
    let digest = first(&["digest", "sha"]);
    if let Some(repository) = scalar("repository").or(named)
        && (version.is_some() || digest.is_some())
    {
        shapes.push(Shape::Parts { registry: scalar("registry"), repository, version, digest });
    }

    for (key, _) in mapping.entries() {
        let Some(key) = key.value() else { continue };
        // `imageRepository` with `imageTag`, `sidecarImageRepository` with `sidecarImageTag` …
        if let Some(prefix) = key.strip_suffix("Repository").filter(|p| Hint::of(p) == Hint::Image)
        {
            let beside = |suffix: &str| scalar(&format!("{prefix}{suffix}"));
            let version = beside("Tag").or_else(|| beside("Version")).or_else(|| scalar("tag"));
            let digest = beside("Digest");
            if let Some(repository) = scalar(&key)
                && (version.is_some() || digest.is_some())
            {
                let registry = beside("Registry");
                shapes.push(Shape::Parts { registry, repository, version, digest });
            }
        }
        // `image: repository` with `imageTag` or `tag` beside it.
        if key == "image"
            && let Some(repository) = scalar("image")
            && repository.value().is_some_and(|text| names_only(&text))
            && let Some(version) = first(&["imageTag", "tag"])
        {
            let digest = first(&["imageDigest", "digest"]);
            let registry = first(&["imageRegistry", "registry"]);
            shapes.push(Shape::Parts { registry, repository, version: Some(version), digest });
        }
    }
    shapes
}

/// Says whether a text is an image's name without tag and digest.
fn names_only(text: &str) -> bool {
    Reference::parse(text).is_ok_and(|reference| reference.version().is_none())
}

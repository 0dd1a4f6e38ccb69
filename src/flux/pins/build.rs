//! From a located scalar to a pin: whose version it is, what it says, and why it may not be edited.

use super::super::model::{Current, Package, Part, Pin, PinKind, Role, Site};
use super::super::substitute::version_span;
use super::locate::Located;
use super::{Draft, is_encrypted, place};
use crate::diagnostic::Why;
use crate::image::{Digest, Reference, Repository, TagAndDigest, is_tag};

/// Returns the repository of an image; `None` where the parts make no valid reference.
pub(super) fn image_package(
    draft: &Draft<'_>,
    expanded: &dyn Fn(&str) -> String,
) -> Option<Package> {
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
pub(super) fn build(
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

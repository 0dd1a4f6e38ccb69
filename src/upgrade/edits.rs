//! From a target to the edits of its pin's scalars, and from a lever to the edits that pull it.

use crate::flux::{self, Package, Part, Pin, Role, Site};
use crate::image::{Reference, Repository};
use crate::yaml::Edit;

use super::candidates::Target;
use super::plan_types::FileEdit;

/// Returns the edits that move a pin to a target; none where it stands there already.
#[must_use]
pub fn moving(pin: &Pin, target: &Target) -> Vec<FileEdit> {
    let digest_beside = pin.other(Role::Digest);
    let version = match (&target.digest, digest_beside) {
        (Some(digest), None) => written_together(pin, &target.version, digest.as_str()),
        _ => target.version.clone(),
    };
    let mut edits = Vec::new();
    let mut after = with_version(&pin.site, &version);
    let moved = target.moved.as_ref();
    if let Some(Package::Image(repository)) = moved.map(|moved| &moved.package) {
        match name_span(&pin.site, &after) {
            Some(name) => after.replace_range(name, &repository.to_string()),
            None => edits.extend(renaming(pin, repository)),
        }
    }
    if after != pin.site.text {
        edits.push(replace(&pin.site, after));
    }
    if let (Some(site), Some(digest)) = (digest_beside, &target.digest)
        && site.text != digest.as_str()
    {
        edits.push(replace(site, digest.as_str().to_owned()));
    }
    edits.extend(moved.into_iter().flat_map(|moved| moved.edits.iter().cloned()));
    edits
}

/// Says whether an image can be taken to another repository: its name stands in scalars of its own,
/// or before the version, and belongs to nothing else.
#[must_use]
pub(super) fn can_rename(pin: &Pin) -> bool {
    let whole = name_span(&pin.site, &pin.site.text).is_some();
    pin.beside.is_empty() && (whole || pin.other(Role::Repository).is_some_and(is_plain))
}

fn is_plain(site: &Site) -> bool {
    site.place.part == Part::Whole && !site.text.contains("${")
}

/// Returns where the name stands in a scalar that holds a whole reference.
fn name_span(site: &Site, text: &str) -> Option<std::ops::Range<usize>> {
    if site.place.part != Part::Version {
        return None;
    }
    Reference::parse(text).ok().map(|reference| reference.name_span())
}

/// Returns the edits that write another repository into the scalars of its name.
fn renaming(pin: &Pin, repository: &Repository) -> Vec<FileEdit> {
    let registry = pin.other(Role::Registry).filter(|site| !site.text.is_empty());
    let name = match registry {
        Some(_) => repository.path.clone(),
        None => repository.to_string(),
    };
    let registry = registry.map(|site| (site, repository.registry.clone()));
    let name = pin.other(Role::Repository).map(|site| (site, name));
    let sites = registry.into_iter().chain(name);
    sites
        .filter(|(site, after)| site.text != *after)
        .map(|(site, after)| replace(site, after))
        .collect()
}

/// Returns the version part as it reads afterwards.
pub(super) fn version_text(pin: &Pin, target: &Target) -> String {
    match &target.digest {
        Some(digest) if pin.other(Role::Digest).is_none() => {
            written_together(pin, &target.version, digest.as_str())
        }
        _ => target.version.clone(),
    }
}

/// Writes tag and digest as the pin does: `tag@digest`, or the digest alone.
fn written_together(pin: &Pin, version: &str, digest: &str) -> String {
    if pin.current.digest.is_none() {
        return version.to_owned();
    }
    match (&pin.current.tag, pin.current.text.starts_with('@')) {
        (Some(_), _) => format!("{version}@{digest}"),
        (None, true) => format!("@{digest}"),
        (None, false) => digest.to_owned(),
    }
}

/// Returns a scalar's text with another version in it.
fn with_version(site: &Site, version: &str) -> String {
    let text = &site.text;
    match site.place.part {
        Part::Whole | Part::Tag | Part::Digest | Part::Repository => version.to_owned(),
        Part::Version => {
            let parsed = Reference::parse(text).ok().and_then(|r| r.version_span());
            replaced(text, parsed.unwrap_or_else(|| flux::version_span(text)), version)
        }
        Part::Default => match flux::default_span(text) {
            Some(range) => replaced(text, range, version),
            None => text.clone(),
        },
        Part::Literal => {
            let start = text.find('=').map_or(0, |at| at + 1);
            // `IMAGE=acme/app:1.2` holds a whole reference; a version alone has no slash.
            let rest = text.get(start..).unwrap_or_default();
            let inside = if rest.contains('/') { flux::version_span(rest).start } else { 0 };
            replaced(text, start + inside..text.len(), version)
        }
    }
}

fn replaced(text: &str, range: std::ops::Range<usize>, by: &str) -> String {
    let mut after = text.to_owned();
    after.replace_range(range, by);
    after
}

fn replace(site: &Site, after: String) -> FileEdit {
    let at = site.place.spot.clone();
    let edit = Edit::replace(at, &site.text, after);
    FileEdit { file: site.place.position.file.clone(), edit }
}

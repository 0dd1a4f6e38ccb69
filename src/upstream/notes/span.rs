//! The versions that an upgrade crosses, and the names under which releases carry them.
//!
//! A release is named by a Git tag, which says more than an image's tag: `web-1.2.3`, `v1.2.3`,
//! `release-1.2`, `@scope/web@1.2.3`, `server/v1.2.3`. What stands before the version is the name
//! of what is released, unless it is a word that says "release". Two versions are compared as
//! tags where they are of one kind, so that builds (`-ls12`) count, and by their numbers otherwise.

use crate::version::{self, Tag};
use std::cmp::Ordering;

/// A release's tag, cut into what is released and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// What is released, in lower case and without separators at its end; empty where the tag
    /// does not say.
    pub(super) name: String,
    /// The version's text, with `_` for the `+` of a build.
    version: String,
}

impl Named {
    /// Reads a Git tag; `None` where it holds no version.
    pub(super) fn read(tag: &str) -> Option<Self> {
        let (front, rest) = match tag.rfind(['/', '@']) {
            Some(at) => (tag.get(..at)?, tag.get(at + 1..)?),
            None => ("", tag),
        };
        let rest = rest.replace('+', "_");
        let read = Tag::parse(&rest);
        if !read.is_version() {
            return None;
        }
        let own = read.prefix().trim_end_matches(['-', '_', '.']);
        let name = match (front.trim_start_matches('@'), own) {
            (front, "") => front.to_owned(),
            ("", own) => own.to_owned(),
            (front, own) => format!("{front}/{own}"),
        };
        let name = name.to_ascii_lowercase();
        let name = if SAYS_RELEASE.contains(&name.as_str()) { String::new() } else { name };
        let version = rest.get(read.prefix().len()..)?.to_owned();
        Some(Self { name, version })
    }

    /// Returns the version as a tag.
    pub(super) fn version(&self) -> Tag<'_> {
        Tag::parse(&self.version)
    }

    /// Tells whether it is released under a name, folders and words for charts aside.
    pub(super) fn is_called(&self, name: &str) -> bool {
        fn plain(text: &str) -> &str {
            let text = text.rsplit('/').next().unwrap_or_default();
            CHART_WORDS.iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text)
        }
        !self.name.is_empty() && plain(&self.name) == plain(&name.to_ascii_lowercase())
    }
}

/// Words before a version that name nothing.
const SAYS_RELEASE: [&str; 9] =
    ["release", "releases", "rel", "version", "ver", "tag", "tags", "stable", "r"];

/// Words at the end of a name that tell a chart from its application.
const CHART_WORDS: [&str; 3] = ["-helm-chart", "-chart", "-helm"];

/// The versions after `from`, up to and including `to`.
#[derive(Debug, Clone)]
pub(super) struct Span {
    from: String,
    to: String,
}

impl Span {
    /// Takes both ends as pins write them; `None` where one is no version.
    pub(super) fn new(from: &str, to: &str) -> Option<Self> {
        let read = |text: &str| Named::read(text).map(|named| named.version);
        Some(Self { from: read(from)?, to: read(to)? })
    }

    fn from(&self) -> Tag<'_> {
        Tag::parse(&self.from)
    }

    fn to(&self) -> Tag<'_> {
        Tag::parse(&self.to)
    }

    /// Tells whether the upgrade passes through or ends at a version. Where an end has fewer
    /// numbers than the version it stands for its whole line: `1.14` is left behind with all of
    /// 1.14.x, and reached with it.
    pub(super) fn contains(&self, version: &Tag<'_>) -> bool {
        self.is_after(version) && self.is_up_to(version)
    }

    /// Tells whether the upgrade starts below a version.
    pub(super) fn is_after(&self, version: &Tag<'_>) -> bool {
        let from = self.from();
        order(version, &from).is_gt() && !is_inside(version, &from)
    }

    /// Tells whether a version is the target or below it.
    fn is_up_to(&self, version: &Tag<'_>) -> bool {
        let to = self.to();
        order(version, &to).is_le() || is_inside(version, &to)
    }

    /// Tells whether a version is the one that the upgrade starts from.
    pub(super) fn is_start(&self, version: &Tag<'_>) -> bool {
        order(version, &self.from()).is_eq()
    }

    /// Tells whether a version is the target, or of its line where the target names a line.
    pub(super) fn is_end(&self, version: &Tag<'_>) -> bool {
        let to = self.to();
        order(version, &to).is_eq() || is_inside(version, &to)
    }

    /// Tells whether the target itself is not yet released.
    pub(super) fn ends_in_pre_release(&self) -> bool {
        self.to().is_pre_release()
    }

    /// Tells whether notes that are kept for a version, or for a whole line, may hold some of the
    /// upgrade: also those of the line that the target belongs to, though it began before.
    pub(super) fn touches(&self, version: &Tag<'_>) -> bool {
        self.contains(version) || is_inside(&self.to(), version)
    }

    /// Tells whether the first number changes, or the second where the first is zero.
    pub(super) fn crosses_major(&self) -> bool {
        let (from, to) = (self.from(), self.to());
        let major = |tag: &Tag<'_>| match tag.numbers().as_slice() {
            [0, minor, ..] => (0, *minor),
            [major, ..] => (*major, 0),
            [] => (0, 0),
        };
        major(&from) != major(&to)
    }

    /// Returns the target's numbers as they are written.
    pub(super) fn end_written(&self) -> String {
        self.to().written().to_owned()
    }
}

/// Compares as tags where both are of one kind, else by the numbers alone.
fn order(left: &Tag<'_>, right: &Tag<'_>) -> Ordering {
    let by_numbers = left.numbers().cmp_padded(right.numbers());
    if by_numbers.is_ne() {
        return by_numbers;
    }
    let same_kind = left.same_variant(right) || left.is_pre_release() || right.is_pre_release();
    same_kind
        .then(|| version::compare(left.as_str(), right.as_str()))
        .flatten()
        .unwrap_or(Ordering::Equal)
}

/// Tells whether a version belongs to a line with fewer numbers.
fn is_inside(version: &Tag<'_>, line: &Tag<'_>) -> bool {
    let (inside, line) = (version.numbers(), line.numbers());
    !version.is_pre_release() && line.len() < inside.len() && line.begins(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_what_is_released() {
        for (tag, expected) in [
            ("1.2.3", Some(("", "1.2.3"))),
            ("v1.2.3", Some(("", "v1.2.3"))),
            ("app-1.2.3", Some(("app", "1.2.3"))),
            ("App-v1.2.3", Some(("app", "v1.2.3"))),
            ("release-1.2", Some(("", "1.2"))),
            ("release/1.2.0", Some(("", "1.2.0"))),
            ("kube-prometheus-stack-65.1.0", Some(("kube-prometheus-stack", "65.1.0"))),
            ("n8n@1.2.3", Some(("n8n", "1.2.3"))),
            ("@scope/web@1.2.3", Some(("scope/web", "1.2.3"))),
            ("server/v1.2.3", Some(("server", "v1.2.3"))),
            ("v1.30.0+k3s1", Some(("", "v1.30.0_k3s1"))),
            ("1.2.3-ls4", Some(("", "1.2.3-ls4"))),
            ("2024.8.1", Some(("", "2024.8.1"))),
            ("v3", Some(("", "v3"))),
            ("nightly", None),
            ("", None),
        ] {
            let named = Named::read(tag);
            let got = named.as_ref().map(|named| (named.name.as_str(), named.version.as_str()));
            assert_eq!(got, expected, "{tag}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        for (tag, name, is) in [
            ("web-1.2.3", "web", true),
            ("web-1.2.3", "Web", true),
            ("web-api-1.2.3", "web", false),
            ("web-1.2.3", "web-api", false),
            ("charts/web-1.2.3", "web", true),
            ("helm-chart-1.2.3", "web", false),
            ("web-chart-1.2.3", "web", true),
            ("1.2.3", "web", false),
        ] {
            assert_eq!(Named::read(tag).unwrap().is_called(name), is, "{tag} {name}");
        }
    }

    #[test]
    fn a_span_leaves_its_start_behind_and_keeps_its_end() {
        for (from, to, version, inside) in [
            ("1.2.2", "1.2.3", "1.2.3", true),
            ("1.2.3", "1.2.40", "v1.2.3", false),
            ("1.2.2", "1.2.3", "1.2.30", false),
            ("1.2.3", "1.2.40", "1.2.30", true),
            ("v1.14", "v1.15", "v1.14.9", false),
            ("v1.14", "v1.15", "v1.15.4", true),
            ("1.14", "1.15", "1.16.0", false),
            ("17-alpine", "18-alpine", "18.1", true),
            ("4.0.0-ls120", "4.0.0-ls123", "4.0.0-ls123", true),
            ("4.0.0-ls120", "4.0.0-ls123", "4.0.0-ls124", false),
            ("4.0.0-ls120", "4.0.1-ls1", "4.0.1", true),
            ("1.2.3-alpine", "1.3.0-alpine", "1.3.0", true),
            ("1.2.3-alpine", "1.3.0-alpine", "1.2.3", false),
            ("2.0.0-rc.1", "2.0.0", "2.0.0", true),
            ("1.9.9", "2.0.0-rc.1", "2.0.0", false),
            ("1.9.9", "2.0.0", "2.0.0-rc.1", true),
            ("2.0.0", "2.1.0", "2.0.0-rc.1", false),
            ("v1.30.0-k3s1", "v1.30.1-k3s1", "v1.30.1_k3s1", true),
        ] {
            let span = Span::new(from, to).unwrap();
            assert_eq!(span.contains(&Tag::parse(version)), inside, "{from} {to} {version}");
        }
        assert!(Span::new("latest", "1.0").is_none());
        assert!(Span::new("1.9", "2.0").unwrap().crosses_major());
        assert!(Span::new("0.9", "0.10").unwrap().crosses_major());
        assert!(!Span::new("1.9", "1.10").unwrap().crosses_major());
    }
}

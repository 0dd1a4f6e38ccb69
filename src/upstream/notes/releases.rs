//! Releases of a forge, and which of them tell about an upgrade.
//!
//! A repository may release several things, told apart by the names before their versions; a chart
//! called `web` has its notes at `web-1.2.3` and nowhere else. Which name counts follows from what
//! is asked for, and where that does not say, from which name has the target. Drafts are nobody's
//! release. Pre-releases up to the target are kept, since a release may point to the notes of its
//! own; whether one counts is for who reads them.

use super::span::{Named, Span};
use super::{NotesPage, Part};
use std::collections::{BTreeMap, BTreeSet};

/// One release, as any forge tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    pub(super) tag: String,
    pub(super) text: String,
    /// Whether the forge says that it is not ready.
    pub(super) early: bool,
    pub(super) published: Option<String>,
}

/// The releases that were read so far.
#[derive(Debug, Default)]
pub(super) struct Releases {
    list: Vec<(Named, Release)>,
    seen: BTreeSet<String>,
    /// How many bytes of text are held.
    bytes: usize,
}

/// The most text of releases that is held for one question, in bytes.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// What the releases tell about an upgrade.
#[derive(Debug, Default)]
pub(super) struct Told<'a> {
    /// The releases after the start, newest first as the forge has them.
    pub(super) releases: Vec<&'a Release>,
    /// The target's Git tag.
    pub(super) target: Option<String>,
    /// Whether the target's own text says something.
    pub(super) covers: bool,
    /// Names that are released here, where none of them is the one asked for.
    pub(super) others: Vec<String>,
}

impl Releases {
    /// Takes a page in; tells whether there was anything new in it and room for more.
    pub(super) fn add(&mut self, page: Vec<Release>) -> bool {
        let before = self.seen.len();
        for release in page {
            if !self.seen.insert(release.tag.clone()) {
                continue;
            }
            let Some(named) = Named::read(&release.tag) else { continue };
            self.bytes += release.text.len();
            if self.bytes > MOST_TEXT {
                return false;
            }
            self.list.push((named, release));
        }
        self.seen.len() > before
    }

    /// Tells whether older pages can hold nothing that counts: the start was seen, or the last
    /// release of what is asked for lies below it. One that lies below may come earlier, as a
    /// late patch of an old line.
    pub(super) fn reach(&self, part: &Part, fallback: &str, span: &Span) -> bool {
        let Some(name) = self.name(part, fallback, span) else { return false };
        let mut own = self.list.iter().filter(|(named, _)| named.name == name);
        let ends = own.next_back().is_some_and(|(named, _)| !span.is_after(&named.version()));
        ends || own.any(|(named, _)| span.is_start(&named.version()))
    }

    /// Chooses what tells about an upgrade.
    pub(super) fn told(&self, part: &Part, fallback: &str, span: &Span) -> Told<'_> {
        let Some(name) = self.name(part, fallback, span) else {
            let names = self.list.iter().map(|(named, _)| named.name.clone());
            let others: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
            return Told { others: others.into_iter().collect(), ..Told::default() };
        };
        let mut told = Told::default();
        for (named, release) in &self.list {
            let version = named.version();
            // What comes after the target is kept as well: there a move is announced whose versions
            // the old place never gets.
            if named.name != name || !span.is_after(&version) {
                continue;
            }
            // The target counts, whatever the forge marks it as.
            let early = release.early || version.is_pre_release();
            // A mark alone says that a release is not ready, and may never be.
            let own = version.is_pre_release() || span.ends_in_pre_release();
            let on_the_way = own && span.contains(&version);
            if early && !on_the_way && !span.is_end(&version) {
                continue;
            }
            if span.is_end(&version) && told.target.is_none() {
                told.target = Some(release.tag.clone());
                told.covers = says_something(&release.text);
            }
            told.releases.push(release);
        }
        told
    }

    /// Finds the name under which what is asked for is released; empty for releases without one.
    fn name(&self, part: &Part, fallback: &str, span: &Span) -> Option<&str> {
        // By name: whether it has the target.
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        for (named, _) in &self.list {
            *names.entry(&named.name).or_default() |= span.is_end(&named.version());
        }
        let called = |wanted: &str| {
            let mut own = self.list.iter().filter(|(named, _)| named.is_called(wanted));
            let exact = own.clone().find(|(named, _)| named.name == wanted.to_ascii_lowercase());
            exact.or_else(|| own.next()).map(|(named, _)| named.name.as_str())
        };
        let has_target = |name: &&str| names.get(name).copied().unwrap_or_default();
        let folder = part.folder.as_deref().and_then(|folder| folder.rsplit('/').next());
        let asked = part.name.as_deref();
        let own = asked.into_iter().chain(folder).find_map(called);
        if let Some(name) = own.filter(has_target) {
            return Some(name);
        }
        // What is released without a name is the repository's own; a chart in a folder of it is not.
        if folder.is_none() && has_target(&"") {
            return Some("");
        }
        let mut with_target = names.keys().copied().filter(has_target);
        match (own, with_target.next(), with_target.next()) {
            (Some(own), ..) => Some(own),
            // Another thing of the same repository may have the same version by chance.
            (None, Some(one), None) if asked.is_none() || names.len() == 1 => Some(one),
            _ => {
                let only = names.keys().next().filter(|_| names.len() == 1 && asked.is_none());
                let unnamed = names.contains_key("").then_some("");
                called(fallback).or(unnamed).or(only.copied())
            }
        }
    }
}

/// Tells whether a release's text holds more than links to other places.
fn says_something(text: &str) -> bool {
    /// Fewer letters than this, links aside, are a greeting.
    const LEAST: usize = 40;
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    let pointers = ["changelog", "full", "see", "for", "details", "release", "notes", "the"];
    let letters = words
        .filter(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
            !pointers.contains(&word.as_str())
        })
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).count())
        .sum::<usize>();
    letters >= LEAST
}

/// Makes a page of a release. Its name carries the version in a form that is read back.
pub(super) fn page(release: &Release, url: String) -> NotesPage {
    let name = match Named::read(&release.tag) {
        Some(named) => readable(&release.tag, &named),
        None => release.tag.clone(),
    };
    NotesPage {
        name: format!("releases/{name}.md"),
        text: release.text.clone(),
        url,
        line_links: false,
        published: release.published.clone(),
    }
}

/// Returns a tag, or where its version has one number or odd separators, the version alone.
fn readable(tag: &str, named: &Named) -> String {
    let version = named.version();
    if version.numbers().len() > 1 && version.written().contains('.') {
        return tag.to_owned();
    }
    let numbers: Vec<String> =
        version.numbers().as_slice().iter().map(ToString::to_string).collect();
    format!("v{}", numbers.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(tag: &str) -> Release {
        let text = format!("What is new in {tag}, told in a sentence of some length.");
        Release { tag: tag.to_owned(), text, early: false, published: None }
    }

    fn releases(tags: &[&str]) -> Releases {
        let mut releases = Releases::default();
        let early = |tag: &&str| Release {
            early: tag.starts_with('!'),
            ..release(tag.trim_start_matches('!'))
        };
        releases.add(tags.iter().map(early).collect());
        releases
    }

    fn part(name: &str, folder: &str) -> Part {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Part { name: some(name), folder: some(folder), file: None }
    }

    #[test]
    fn what_counts_is_in_the_span_and_of_the_name() {
        let monorepo = ["web-1.2.0", "api-1.2.0", "web-1.1.0", "api-1.1.0", "web-1.0.0"];
        let mixed = ["v3.0.0", "helm-3.0.0", "v2.9.0", "helm-2.9.0", "v2.0.0"];
        let early = ["v3.1.0-rc.1", "!v3.0.0", "!v2.9.1", "v2.9.0", "v3.0.0-beta.1", "v2.0.0"];
        for (tags, part, from, to, expected) in [
            (&monorepo[..], part("web", ""), "1.0.0", "1.2.0", "web-1.2.0 web-1.1.0"),
            (&monorepo, part("", "charts/api"), "1.0.0", "1.2.0", "api-1.2.0 api-1.1.0"),
            (&monorepo, part("other", ""), "1.0.0", "1.2.0", ""),
            (&monorepo, part("", ""), "1.0.0", "1.2.0", ""),
            (&mixed, part("", ""), "2.0.0", "3.0.0", "v3.0.0 v2.9.0"),
            (&mixed, part("app", ""), "2.0.0", "3.0.0", "v3.0.0 v2.9.0"),
            (&mixed, part("helm", ""), "2.0.0", "3.0.0", "helm-3.0.0 helm-2.9.0"),
            (&["n8n@1.2.0", "n8n@1.1.0"], part("", ""), "1.1.0", "1.2.0", "n8n@1.2.0"),
            (&["n8n@1.2.0", "n8n@1.1.0"], part("x", ""), "1.1.0", "1.2.0", "n8n@1.2.0"),
            // The repository's own name stands in where nothing else tells.
            (&["repo-1.2.0", "other-1.2.0"], part("", ""), "1.1.0", "1.2.0", "repo-1.2.0"),
            // What the forge marks as not ready counts only on the way to a pre-release, what is
            // one by its name up to the target; the target counts in any case.
            (&early, part("", ""), "2.0.0", "3.0.0", "v3.0.0 v2.9.0 v3.0.0-beta.1"),
            (&early, part("", ""), "3.0.0", "3.1.0-rc.1", "v3.1.0-rc.1"),
            // What comes later may say where the image went.
            (&["v3.0.0", "v2.0.0", "v1.0.0"], part("", ""), "1.0.0", "2.0.0", "v3.0.0 v2.0.0"),
            (&["nightly", "latest"], part("", ""), "1.0.0", "2.0.0", ""),
            (&[], part("web", "charts/web"), "1.0.0", "2.0.0", ""),
        ] {
            let all = releases(tags);
            let span = Span::new(from, to).unwrap();
            let told = all.told(&part, "repo", &span);
            let got: Vec<&str> = told.releases.iter().map(|r| r.tag.as_str()).collect();
            assert_eq!(got.join(" "), expected, "{tags:?} {part:?} {from} {to}");
        }
    }

    #[test]
    fn older_pages_are_left_alone_once_the_start_is_passed() {
        let span = Span::new("2.0.0", "3.0.0").unwrap();
        for (tags, reached) in [
            (&["v3.0.0", "v2.5.0"][..], false),
            // A late patch of an old line comes early.
            (&["v3.0.0", "v1.9.9", "v2.5.0"], false),
            (&["v3.0.0", "v2.0.0", "v2.5.0"], true),
            (&["v3.0.0", "v2.5.0", "v1.9.9"], true),
            (&["nightly"], false),
        ] {
            assert_eq!(releases(tags).reach(&part("", ""), "repo", &span), reached, "{tags:?}");
        }
    }

    #[test]
    fn a_release_may_say_nothing() {
        for (text, says) in [
            ("", false),
            ("**Full Changelog**: https://github.com/o/r/compare/v1...v2", false),
            ("See the [CHANGELOG](https://e.org/x) for details.", false),
            ("- The database is migrated at the first start, which takes a while.", true),
        ] {
            assert_eq!(says_something(text), says, "{text}");
        }
    }

    #[test]
    fn pages_carry_their_version() {
        for (tag, name) in [
            ("v1.2.3", "releases/v1.2.3.md"),
            ("web-1.2.3", "releases/web-1.2.3.md"),
            ("release-18", "releases/v18.md"),
        ] {
            assert_eq!(page(&release(tag), String::new()).name, name);
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut all = Releases::default();
        let long =
            |n: usize| Release { text: "x".repeat(1 << 20), ..release(&format!("v1.{n}.0")) };
        assert!(all.add((0..10).map(long).collect()));
        assert!(!all.add((10..40).map(long).collect()));
        assert!(all.list.len() <= 16);
        assert!(!all.add((0..10).map(long).collect()), "nothing new");
    }
}

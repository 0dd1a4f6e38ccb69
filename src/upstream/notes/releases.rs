//! Releases of a forge, and which of them tell about an upgrade.
//!
//! A repository may release several things, told apart by the names before their versions; a chart
//! called `web` has its notes at `web-1.2.3` and nowhere else. Which name counts follows from what
//! is asked for, and where that does not say, from which name has the target. Drafts are nobody's
//! release, and pre-releases count only on the way to one.

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
    /// The releases in the span, newest first as the forge has them.
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
            if named.name != name || !span.contains(&version) {
                continue;
            }
            // The target counts, whatever the forge marks it as.
            let early = release.early || version.is_pre_release();
            if early && !span.ends_in_pre_release() && !span.is_end(&version) {
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
        let folder = part.folder.as_deref().and_then(|folder| folder.rsplit('/').next());
        let asked = part.name.as_deref();
        if let Some(name) = asked.into_iter().chain(folder).find_map(called) {
            return Some(name);
        }
        if let ([(name, _)], None) = (names.iter().collect::<Vec<_>>().as_slice(), asked) {
            return Some(name);
        }
        let with_target: Vec<&str> =
            names.iter().filter(|(_, has)| **has).map(|(name, _)| *name).collect();
        match with_target.as_slice() {
            names if names.contains(&"") => Some(""),
            // Another thing of the same repository may have the same version by chance.
            [one] if asked.is_none() => Some(one),
            _ => called(fallback).or_else(|| names.get_key_value("").map(|(name, _)| *name)),
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

//! Keeps what the upgrade crosses.
//!
//! Every source is cut at its versions, and the sections between the two ends of the upgrade are
//! kept. Pre-releases and what is not released yet are left out and told, unless the notes of a
//! release point to those of its own pre-releases, as in `No changes since 2.0.0-rc.1`. The notes
//! of the version that runs now are kept apart: what they presume already is nothing new.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Source;
use super::fact::Remark;
use super::markup::{Dialect, Document, Kind};
use super::sections::{self, Section, State};
use super::span::Span;
use super::topics::Topics;
use super::version::Version;

/// A document that has sections of interest.
pub(super) struct Candidate<'a> {
    /// The source's name.
    pub(super) source: &'a str,
    /// The whole document.
    pub(super) document: Document<'a>,
    /// The sections that the upgrade crosses.
    pub(super) sections: Vec<Section>,
    /// The section of the version that runs now, or of the one before it.
    pub(super) before: Option<Section>,
    /// What the whole document is about.
    pub(super) around: Topics,
}

/// What was found in the sources.
pub(super) struct Gathered<'a> {
    /// The documents with sections that the upgrade crosses.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Another document that has the section of the version that runs now.
    elsewhere: Option<Candidate<'a>>,
    /// Every version that has a section in any source.
    pub(super) own_versions: HashSet<String>,
    /// The lowest and the highest version that any source tells of.
    pub(super) told: Option<(Version, Version)>,
    /// What was left out.
    pub(super) remarks: Vec<Remark>,
}

/// The most versions that one remark names.
const MOST_NAMED: usize = 5;

/// How many blocks of a release's notes are looked at for its pre-releases.
const FIRST_BLOCKS: usize = 8;

/// Cuts all sources and keeps what the upgrade crosses.
pub(super) fn gather<'a>(inputs: &'a [Source], span: &Span) -> Gathered<'a> {
    let mut gathered = Gathered {
        candidates: Vec::new(),
        elsewhere: None,
        own_versions: HashSet::new(),
        told: None,
        remarks: Vec::new(),
    };
    let mut unversioned = Vec::new();
    for input in inputs {
        let source = input.name.as_str();
        let document = Document::parse(Dialect::of(source), &input.text);
        let all = sections::split(source, &document);
        let versions = all.iter().filter_map(|section| section.version.as_ref());
        gathered.own_versions.extend(versions.clone().map(ToString::to_string));
        gathered.told = widened(gathered.told.take(), versions);
        if all.is_empty() {
            unversioned.push(source);
        }
        let pointed = pointed_to(&document, &all, span);
        let mut left_out = Vec::new();
        let crossed: Vec<Section> = all
            .iter()
            .filter_map(|section| crossed(section, span, &pointed, &mut left_out))
            .collect();
        gathered.remarks.extend(not_released(source, &left_out));
        let before = last_before(&all, span);
        let is_latest = is_after(before.as_ref(), gathered.elsewhere.as_ref());
        if crossed.is_empty() && !is_latest {
            continue;
        }
        let around = sections::about(source, &document);
        let keep = !crossed.is_empty();
        let candidate = Candidate { source, document, sections: crossed, before, around };
        if keep {
            gathered.candidates.push(candidate);
        } else {
            gathered.elsewhere = Some(candidate);
        }
    }
    gathered.remarks.splice(0..0, no_version(&unversioned));
    gathered
}

/// Widens a range of versions by more of them.
fn widened<'v>(
    told: Option<(Version, Version)>,
    versions: impl Iterator<Item = &'v Version>,
) -> Option<(Version, Version)> {
    versions.fold(told, |told, version| match told {
        Some((first, last)) if version.order(&first).is_lt() => Some((version.clone(), last)),
        Some((first, last)) if version.order(&last).is_gt() => Some((first, version.clone())),
        None => Some((version.clone(), version.clone())),
        told => told,
    })
}

/// Says which sources name no version.
fn no_version(sources: &[&str]) -> Option<Remark> {
    let message = match sources {
        [] => return None,
        [one] => format!("{one} names no version and was not read"),
        many => {
            let more = many.len().saturating_sub(MOST_NAMED);
            let named = many.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("{named}{more} name no version and were not read")
        }
    };
    Some(Remark::new("no-version", message))
}

impl<'a> Gathered<'a> {
    /// Returns the notes of the version that runs now, or of the highest below it.
    pub(super) fn before(&self) -> Option<(&Candidate<'a>, &Section)> {
        let told = self.candidates.iter().chain(&self.elsewhere);
        let told = told.filter_map(|candidate| Some((candidate, candidate.before.as_ref()?)));
        told.max_by(|(_, a), (_, b)| order_of(a, b))
    }
}

/// Compares the versions of two sections.
pub(super) fn order_of(a: &Section, b: &Section) -> Ordering {
    match (&a.version, &b.version) {
        (Some(a), Some(b)) => a.order(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Tells whether a section is later than the one that is kept.
fn is_after(section: Option<&Section>, kept: Option<&Candidate<'_>>) -> bool {
    let kept = kept.and_then(|kept| kept.before.as_ref());
    section.is_some_and(|section| kept.is_none_or(|kept| order_of(section, kept).is_gt()))
}

/// Returns the releases in the span whose notes point to those of their own pre-releases.
fn pointed_to(document: &Document<'_>, all: &[Section], span: &Span) -> Vec<Version> {
    let releases = all.iter().filter(|section| section.state == State::Released);
    let versions = releases.filter_map(|section| {
        let version = section.version.as_ref().filter(|version| span.contains(version))?;
        let blocks = document.blocks.get(section.blocks.clone()).unwrap_or_default();
        let texts = blocks.iter().take(FIRST_BLOCKS).skip(usize::from(section.headed));
        let mut texts = texts.filter(|block| matches!(block.kind, Kind::Paragraph | Kind::Item));
        let points = texts.any(|block| {
            let text = document.plain(block).text;
            Version::find_all(&text, 2).iter().any(|(_, _, named)| named.is_preview_of(version))
        });
        points.then(|| version.clone())
    });
    versions.collect()
}

/// Returns a section as it counts, if it does; `left_out` takes the versions that would but are no
/// releases.
fn crossed(
    section: &Section,
    span: &Span,
    pointed: &[Version],
    left_out: &mut Vec<Version>,
) -> Option<Section> {
    let version = section.version.as_ref()?;
    match section.state {
        State::Left if span.leaves(version) => {
            Some(Section { version: Some(span.end().clone()), ..section.clone() })
        }
        State::Released | State::Yanked => span.contains(version).then(|| section.clone()),
        State::PreRelease | State::Unreleased if span.contains(version) => {
            let release = pointed.iter().find(|release| version.is_preview_of(release));
            if release.is_none() {
                left_out.push(version.clone());
            }
            release.map(|release| Section { version: Some(release.clone()), ..section.clone() })
        }
        _ => None,
    }
}

/// Returns the section of the version that runs now, or of the highest below it.
fn last_before(all: &[Section], span: &Span) -> Option<Section> {
    let before = all.iter().filter(|section| {
        let version = section.version.as_ref();
        section.state == State::Released && version.is_some_and(|v| !span.is_after_from(v))
    });
    before.max_by(|a, b| order_of(a, b)).cloned()
}

/// Says which versions of a source were left out because they are no releases.
fn not_released(source: &str, versions: &[Version]) -> Option<Remark> {
    let named: Vec<String> = versions.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = versions.len().saturating_sub(MOST_NAMED);
    let (are, were) =
        if versions.len() == 1 { ("is not a release", "was") } else { ("are no releases", "were") };
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message = format!("{source}: {}{more} {are} and {were} left out", named.join(", "));
    (!versions.is_empty()).then(|| Remark::new("not-released", message))
}

//! Release notes, read into facts with evidence.
//!
//! Text goes in, facts come out; nothing here reads a file, a clock or a socket. [`read`] takes
//! the notes of an application or a chart and the two versions of an upgrade, and tells what
//! breaks, what must be done, which variables changed their names, what must be passed through and
//! what must not be run, each with the line that says so.
//!
//! The rooms, in the order in which data passes through them: [`markup`] reads a document into
//! blocks over its text, [`sections`] cuts it at its versions, [`passage`] gives each block the
//! topics around it, [`rules`] holds what to look for as data, [`collect`] makes facts of what was
//! found, [`settle`] weighs them against each other; [`fact`] is what leaves. Notes are hostile text: every step is linear in its length, and nothing recurses.

mod collect;
mod fact;
mod gaps;
mod markup;
mod names;
mod passage;
mod rules;
mod sections;
mod sentence;
mod settle;
#[cfg(test)]
mod tests;
mod topics;
mod version;

pub use rules::{RuleCard, rules};

pub use fact::{
    Confidence, Declared, Evidence, Fact, FactKind, Notes, Remark, SCHEMA_VERSION, Summary,
};

use std::collections::HashSet;

use collect::{Collection, Page, Reading};
use markup::{Dialect, Document};
use names::Vocabulary;
use sections::{Section, State};
use topics::Topics;
use version::{Span, Version};

/// A file of notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name or path, from which dialect and version may be told.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Whose notes they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An application's, which is set up by environment variables.
    App,
    /// A chart's, which is set up by values.
    Chart,
}

/// Why notes could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// One end of the upgrade is no version.
    #[error("`{0}` is not a version; expected something like 1.2.3, v1.14 or 2.x")]
    Version(String),
}

/// A document that has sections in the span.
struct Candidate<'a> {
    source: &'a str,
    document: Document<'a>,
    sections: Vec<Section>,
    /// What the whole document is about.
    around: Topics,
}

/// Reads what notes say about the upgrade from one version to another.
///
/// Every version after `from`, up to and including `to`, counts, pre-releases and unreleased
/// sections left out. Either may be partial, as `1.14` or `2.x`.
///
/// # Errors
/// When `from` or `to` is no version.
pub fn read(inputs: &[Source], from: &str, to: &str, kind: Kind) -> Result<Notes, ReadError> {
    let span = Span::new(from, to).map_err(ReadError::Version)?;
    let mut remarks = Vec::new();
    let mut own_versions = HashSet::new();
    let mut first: Option<Version> = None;
    let mut candidates = Vec::new();
    for input in inputs {
        let document = Document::parse(Dialect::of(&input.name), &input.text);
        let mut sections = sections::split(&input.name, &document);
        own_versions
            .extend(sections.iter().filter_map(|s| s.version.as_ref().map(ToString::to_string)));
        first = lowest(first, &sections);
        if sections.is_empty() {
            remarks.push(remark(
                "no-version",
                format!("{} names no version and was not read", input.name),
            ));
        }
        sections.retain(|section| in_span(section, &span, &input.name, &mut remarks));
        for section in sections.iter_mut().filter(|section| section.state == State::Left) {
            section.version = Some(span.end().clone());
        }
        if !sections.is_empty() {
            let around = sections::about(&input.name, &document);
            candidates.push(Candidate { source: &input.name, document, sections, around });
        }
    }
    let own_names: HashSet<String> =
        candidates.iter().flat_map(|c| sections::names(c.source)).collect();
    let vocabulary =
        Vocabulary::of(candidates.iter().flat_map(|c| names::everywhere(c.document.text)));
    let reading = Reading {
        span: &span,
        kind,
        vocabulary: &vocabulary,
        own_versions: &own_versions,
        own_names: &own_names,
    };
    let mut order: Vec<(&Candidate<'_>, &Section)> =
        candidates.iter().flat_map(|c| c.sections.iter().map(move |s| (c, s))).collect();
    order.sort_by(|(_, a), (_, b)| order_of(a, b));
    let mut found = Collection::default();
    for (candidate, section) in &order {
        let passages = passage::passages(&candidate.document, section, candidate.around);
        let page = Page {
            source: candidate.source,
            document: &candidate.document,
            section,
            passages: &passages,
        };
        found.read(&reading, page);
    }
    let versions = versions(&order);
    remarks.extend(gaps::remarks(&span, &versions, first.as_ref()));
    let versions = versions.iter().map(ToString::to_string).collect();
    Ok(settle::settle(found, versions, remarks))
}

/// Returns the lowest version that is told of.
fn lowest(known: Option<Version>, sections: &[Section]) -> Option<Version> {
    let told = sections.iter().filter_map(|section| section.version.clone());
    told.chain(known).min_by(Version::order)
}

/// Tells whether a section counts, with a remark where it would but for its state.
fn in_span(section: &Section, span: &Span, source: &str, remarks: &mut Vec<Remark>) -> bool {
    let is_left = section.state == State::Left;
    let counts = |version: &&Version| {
        if is_left { span.leaves(version) } else { span.contains(version) }
    };
    let Some(version) = section.version.as_ref().filter(counts) else { return false };
    match section.state {
        State::Left | State::Released | State::Yanked => true,
        State::PreRelease | State::Unreleased => {
            remarks.push(remark(
                "not-released",
                format!("{source}: {version} is not a release and was left out"),
            ));
            false
        }
        State::Foreign => false,
    }
}

fn remark(code: &str, message: String) -> Remark {
    Remark { code: code.to_owned(), message }
}

fn order_of(a: &Section, b: &Section) -> std::cmp::Ordering {
    match (&a.version, &b.version) {
        (Some(a), Some(b)) => a.order(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Returns the versions that sections were found for, in order, each once.
fn versions(order: &[(&Candidate<'_>, &Section)]) -> Vec<Version> {
    let mut versions: Vec<Version> =
        order.iter().filter_map(|(_, section)| section.version.clone()).collect();
    versions.dedup_by(|a, b| a.to_string() == b.to_string());
    versions
}

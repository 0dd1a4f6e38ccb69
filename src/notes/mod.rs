//! Release notes, read into facts with evidence.
//!
//! Text goes in, facts come out; nothing here reads a file, a clock or a socket. [`read`] takes
//! the notes of an application or a chart and the two versions of an upgrade, and tells what
//! breaks, what must be done, which variables changed their names, what must be passed through and
//! what must not be run, each with the line that says so.
//!
//! The rooms, in the order in which data passes through them: [`markup`] reads a document into
//! blocks over its text, [`sections`] cuts it at its versions, [`gather`] keeps those that the
//! upgrade crosses, [`passage`] gives each block the
//! topics around it, [`rules`] holds what to look for as data, [`collect`] makes facts of what was
//! found, [`settle`] weighs them against each other; [`fact`] is what leaves. Notes are hostile text: every step is linear in its length, and nothing recurses.

mod collect;
mod fact;
mod gaps;
mod gather;
mod markup;
mod names;
mod passage;
mod rules;
mod sections;
mod sentence;
mod settle;
mod span;
#[cfg(test)]
mod tests;
mod topics;
mod version;
#[cfg(test)]
mod wordings;

pub use rules::{RuleCard, rules};

pub use fact::{
    Confidence, Declared, Evidence, Fact, FactKind, Notes, Remark, SCHEMA_VERSION, Summary,
};

use std::collections::{HashMap, HashSet};

use collect::{Collection, Page, Reading};
use gather::{Candidate, gather, order_of};
use names::Vocabulary;
use sections::Section;
use span::Span;
use version::Version;

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
    /// The version to upgrade to lies before the one that runs now.
    #[error(
        "{from} comes after {to}; notes are read from the version that runs now to a later one"
    )]
    Order {
        /// The version that runs now, as it was given.
        from: String,
        /// The version to upgrade to, as it was given.
        to: String,
    },
}

/// Reads what notes say about the upgrade from one version to another.
///
/// Every version after `from`, up to and including `to`, counts, pre-releases and unreleased
/// sections left out. Either may be partial, as `1.14` or `2.x`.
///
/// # Errors
/// When `from` or `to` is no version, or `to` comes first.
pub fn read(inputs: &[Source], from: &str, to: &str, kind: Kind) -> Result<Notes, ReadError> {
    let span = Span::new(from, to).map_err(ReadError::Version)?;
    if span.is_reversed() {
        return Err(ReadError::Order { from: from.to_owned(), to: to.to_owned() });
    }
    let gathered = gather(inputs, &span);
    let candidates = &gathered.candidates;
    let own_names: HashSet<String> =
        candidates.iter().flat_map(|c| sections::names(c.source)).collect();
    let vocabulary =
        Vocabulary::of(candidates.iter().flat_map(|c| names::everywhere(c.document.text)));
    let mut reading = Reading {
        span: &span,
        kind,
        vocabulary: &vocabulary,
        own_versions: &gathered.own_versions,
        own_names: &own_names,
        presumed: HashMap::new(),
    };
    if let Some((candidate, section)) = gathered.before() {
        let mut found = Collection::default();
        read_section(&reading, candidate, section, &mut found);
        reading.presumed = found.minimums();
    }
    let mut order: Vec<(&Candidate<'_>, &Section)> =
        candidates.iter().flat_map(|c| c.sections.iter().map(move |s| (c, s))).collect();
    order.sort_by(|(_, a), (_, b)| order_of(a, b));
    let mut found = Collection::default();
    for (candidate, section) in &order {
        read_section(&reading, candidate, section, &mut found);
    }
    let versions = versions(&order);
    let mut remarks = gathered.remarks;
    remarks.extend(gaps::remarks(&span, &versions, gathered.told.as_ref()));
    let versions = versions.iter().map(ToString::to_string).collect();
    Ok(settle::settle(found, versions, remarks))
}

fn read_section(
    reading: &Reading<'_>,
    candidate: &Candidate<'_>,
    section: &Section,
    found: &mut Collection,
) {
    let Candidate { source, document, around, .. } = candidate;
    let passages = passage::passages(document, section, *around);
    found.read(reading, Page { source, document, section, passages: &passages });
}

/// Returns the versions that sections were found for, in order, each once.
fn versions(order: &[(&Candidate<'_>, &Section)]) -> Vec<Version> {
    let mut versions: Vec<Version> =
        order.iter().filter_map(|(_, section)| section.version.clone()).collect();
    versions.dedup_by(|a, b| a.to_string() == b.to_string());
    versions
}

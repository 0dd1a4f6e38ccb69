//! Facts meet what a release sets.
//!
//! Notes speak of variables and values by names; a release sets them under names of its own
//! spelling. [`meet`] finds for each fact the settings that it is about, and says what follows: an
//! edit of the upgrade, a step for a person, or a question. It is pure; [`proved`] then tries the
//! edits on the files, and makes a step of each that cannot be made exactly.

use std::collections::BTreeSet;

use crate::diagnostic::{Position, Why};
use crate::flux::{ObjectName, Settings};
use crate::notes::{Fact, Kind};
use crate::tree::Tree;

use super::plan_types::FileEdit;

/// What facts are about, among what a release sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Met {
    /// What follows from the facts, in their order.
    pub matches: Vec<Match>,
    /// The facts whose names the release does not set, by number.
    pub unset: Vec<usize>,
}

/// What follows from one fact for one setting, or for a setting that is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The fact's number.
    pub fact: usize,
    /// The setting's number; `None` where the fact demands one that is not there.
    pub setting: Option<usize>,
    /// How the names were found to be the same.
    pub how: How,
    /// What follows.
    pub outcome: Outcome,
}

/// How a name in notes was found to be that of a setting, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The names are the same.
    Exact,
    /// The notes name many by a pattern, as in `SMTP_*`.
    Pattern,
    /// The notes drop what all names of the application begin with.
    PrefixDropped,
    /// The names differ in case or in what separates their words.
    CaseOrSeparator,
    /// The notes name a key of the configuration, the release sets the variable for it, or the
    /// other way round.
    YamlKeyForVariable,
    /// The release sets the variant that names a file with the value.
    FileVariant,
}

/// What follows from a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Edits that belong into the upgrade.
    Edit {
        /// What they are for.
        purpose: String,
        /// The edits.
        edits: Vec<FileEdit>,
        /// Why they are made.
        why: Why,
    },
    /// Something that a person has to do.
    Step {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// Something that a person has to look at.
    Question {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// Something that is as the notes want it.
    Fine {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
}

/// Finds what facts mean for what a release sets.
///
/// `kind` says whose notes the facts were read from: an application's speak of variables and of
/// its own configuration, a chart's of values.
/// `upgraded` are the releases that the upgrade moves; a text that others read as well is not
/// edited for their sake.
#[must_use]
pub fn meet(
    facts: &[Fact],
    _kind: Kind,
    _settings: &Settings,
    _upgraded: &BTreeSet<ObjectName>,
) -> Met {
    Met { matches: Vec::new(), unset: (0..facts.len()).collect() }
}

/// Tries the edits on the files, all together, and makes a step of each that is refused.
#[must_use]
pub fn proved(_base: &dyn Tree, met: Met) -> Met {
    met
}

//! What was learned of the way between two versions, as plain data.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::diagnostic::{Position, Why};
use crate::flux::Package;
use crate::notes::{Evidence, Kind, Notes};

/// What was learned about the upgrades of a repository.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Learned {
    /// The notes that were read, in the order of the pins.
    pub readings: Vec<Reading>,
    /// Look-ups that failed although they may succeed another time; the pins that they concern.
    pub failures: Vec<(String, Why)>,
}

/// What was read for pins that go the same way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The pins, by id.
    pub pins: Vec<String>,
    /// Whose notes they are.
    pub of: Kind,
    /// The package, or the application inside a chart, in words.
    pub subject: String,
    /// The version now.
    pub from: String,
    /// The version afterwards.
    pub to: String,
    /// Where notes were looked for, and why there.
    pub homes: Vec<Home>,
    /// What they say.
    pub notes: Notes,
    /// Where a person reads each source of the evidence.
    pub links: BTreeMap<String, Link>,
    /// Where the image or chart has gone, where it was asked.
    pub moved: Option<Moved>,
    /// When the version afterwards was published.
    pub published: Option<Timestamp>,
    /// What a reader should know about the reading itself.
    pub remarks: Vec<Why>,
}

/// A place where notes were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Home {
    /// Its address.
    pub url: String,
    /// What pointed there.
    pub why: Why,
}

/// Where a person reads a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its address.
    pub url: String,
    /// Whether `#L12` behind it leads to a line.
    pub lines: bool,
}

/// What evidence says about where an image or a chart is published now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// What is pinned.
    pub from: Package,
    /// Where it may have moved to.
    pub to: Package,
    /// What follows.
    pub verdict: Verdict,
    /// Who says so, and what the registries answered.
    pub why: Vec<Why>,
    /// What a person has to do, where it has moved and cannot be followed.
    pub by_hand: Option<Step>,
}

impl Moved {
    /// Returns the code of the reason for following it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if matches!(self.from, Package::Image(_)) { "image-moved" } else { "chart-moved" }
    }

    /// Joins what speaks for it.
    #[must_use]
    pub fn because(&self) -> String {
        let why: Vec<&str> = self.why.iter().map(|why| why.message.as_str()).collect();
        why.join("; ")
    }
}

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What, in a sentence.
    pub text: String,
    /// Where.
    pub position: Option<Position>,
    /// Whether it has to be done before the upgrade is landed.
    pub before: bool,
}

/// What follows from the evidence of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It has moved: two kinds of evidence say so.
    Change,
    /// It may have moved: a reviewer decides.
    Question,
    /// It has not moved.
    Stays,
}

impl Reading {
    /// Says whether another reading is of the same notes, over the same versions or others.
    #[must_use]
    pub fn shares_notes(&self, other: &Self) -> bool {
        let same =
            self.homes.iter().map(|home| &home.url).eq(other.homes.iter().map(|home| &home.url));
        self.of == other.of && same && !self.homes.is_empty()
    }

    /// Returns the address at which a person reads a piece of evidence.
    #[must_use]
    pub fn link(&self, evidence: &Evidence) -> Option<String> {
        let link = self.links.get(&evidence.source)?;
        Some(if link.lines { format!("{}#L{}", link.url, evidence.line) } else { link.url.clone() })
    }
}

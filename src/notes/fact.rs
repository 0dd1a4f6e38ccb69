//! What notes are read into: facts with evidence, questions, a summary.
//!
//! These are the plain types that leave this module, and their JSON is a contract. A fact without
//! evidence does not exist: the only way to make one is from a place in a source. A question has
//! the shape of a fact and stands apart, because nothing may be changed on its account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the JSON contract.
pub const SCHEMA_VERSION: u32 = 1;

/// The kinds of facts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// With the old manifest and only the version changed, something fails or is lost.
    Breaking,
    /// Somebody has to do something.
    ManualAction,
    /// A version that must be passed through first.
    StopAt,
    /// There is no way back by changing the version.
    Irreversible,
    /// A version that was taken back or must not be run.
    Avoid,
    /// A minimum version of something else.
    Requires,
    /// An image is published under another name.
    ImageMoved,
    /// A chart is published under another name.
    ChartMoved,
    /// An environment variable that must be set from now on.
    EnvRequired,
    /// An environment variable that is not read any more.
    EnvRemoved,
    /// An environment variable under another name.
    EnvRenamed,
    /// An environment variable whose meaning or default differs.
    EnvChanged,
    /// An environment variable that still works but will not for ever.
    EnvDeprecated,
    /// An environment variable that is new and optional.
    EnvAdded,
    /// A chart value or configuration key that is not read any more.
    ValueRemoved,
    /// A chart value or configuration key under another name.
    ValueRenamed,
    /// A chart value or configuration key whose meaning or default differs.
    ValueChanged,
    /// A chart value or configuration key that is new.
    ValueAdded,
    /// Something that still works but will not for ever.
    Deprecated,
    /// A security fix.
    Security,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It may be so; such a fact is a question.
    Low,
    /// The words say so, their context does not contradict.
    Medium,
    /// The notes say so in as many words, or by their structure.
    High,
}

/// Where a fact was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The source's name, as it was given.
    pub source: String,
    /// Line number, counted from 1.
    pub line: usize,
    /// The words, byte for byte as they stand in that line.
    pub quote: String,
}

/// Something that notes say about an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What kind of fact it is.
    pub kind: FactKind,
    /// The version whose notes say so.
    pub version: String,
    /// The variable, value or advisory; for `stop-at` and `avoid` the version.
    pub name: Option<String>,
    /// The old name of something that is renamed or moved.
    pub old: Option<String>,
    /// The new name; several, joined by ` + `, where one thing is split.
    pub new: Option<String>,
    /// What a requirement is about, as in `PostgreSQL`.
    pub component: Option<String>,
    /// The versions of it that will do, as in `>=16.7`.
    pub range: Option<String>,
    /// The fact in the notes' own words, on one line, without markup.
    pub summary: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// The rule that found it.
    pub rule: String,
    /// Where it was read, at least one place.
    pub evidence: Vec<Evidence>,
}

/// How notes declare their breaking changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Declared {
    /// Nothing breaks.
    None,
    /// Something breaks, and the notes do not call it so.
    Implicit,
    /// The notes call it breaking.
    Explicit,
}

/// The facts in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whether anything breaks.
    pub breaking: bool,
    /// How the notes declare it.
    pub declared: Declared,
    /// Whether anybody has to do anything.
    pub manual_action: bool,
    /// Whether there is no way back by changing the version.
    pub irreversible: bool,
    /// The versions to pass through, in order.
    pub stops: Vec<String>,
    /// The versions not to run, in order.
    pub avoid: Vec<String>,
}

/// Something that a reader should know and that is no fact about the upgrade: a gap in the notes,
/// another licence, an issue that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// A stable code, as in `no-section`, `licence` and `known-issue`.
    pub code: String,
    /// The version whose notes say so; none where it is about the notes themselves.
    pub version: Option<String>,
    /// The remark.
    pub message: String,
    /// Where it was read; empty where it is about the notes themselves.
    pub evidence: Vec<Evidence>,
}

impl Remark {
    /// Returns a remark about the notes themselves.
    #[must_use]
    pub fn new(code: &str, message: String) -> Self {
        Self { code: code.to_owned(), version: None, message, evidence: Vec::new() }
    }
}

/// All that was read between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// The version of this contract.
    pub schema_version: u32,
    /// What the notes say, by version and then by weight.
    pub facts: Vec<Fact>,
    /// What they may say.
    pub questions: Vec<Fact>,
    /// The facts in short.
    pub summary: Summary,
    /// The versions that notes were found for, in order.
    pub versions: Vec<String>,
    /// Gaps in the notes, and what they tell besides facts: licences, known issues.
    pub remarks: Vec<Remark>,
}

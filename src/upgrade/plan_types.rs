//! A plan as plain data: what moves, by which edits, in which stages.
//!
//! A plan outlives the run that made it: it is written into the pull request and read back when a
//! stage has landed. So what is remembered of it is all that is needed to render a stage on a base
//! that has moved on, and nothing that depends on the moment: a line that someone adds at the top
//! of a file must not make it another plan. What explains it to a reader is made anew each time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::backup::NewFile;
use super::briefing::Briefing;
use super::gate::Gate;
use super::order::Layer;
use super::preflight::Preflight;
use crate::diagnostic::{RuleRef, Why};
use crate::flux::{ObjectName, SourceKind};
use crate::policy::{OnStall, Strategy};
use crate::tree::RepoPath;
use crate::version::Bump;
use crate::yaml;

/// The version of the plan's format.
pub const PLAN_SCHEMA: u32 = 1;

/// What one pull request moves, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format.
    pub schema: u32,
    /// What moves together.
    pub unit: Unit,
    /// The main pin's version now.
    pub from: String,
    /// The main pin's version afterwards.
    pub to: String,
    /// The greatest bump over the pins.
    pub bump: Bump,
    /// The target's major version, or `digest`.
    pub line: String,
    /// How it is carried out.
    pub strategy: Strategy,
    /// The reasons for it, the strategy's first; not remembered.
    #[serde(skip)]
    pub why: Vec<Why>,
    /// The rule that chose the strategy; not remembered.
    #[serde(skip)]
    pub rule: Option<RuleRef>,
    /// What a reader is told of it; not remembered.
    #[serde(skip)]
    pub briefing: Briefing,
    /// What stands against it before the first stage, and what should be known; not remembered.
    #[serde(skip)]
    pub preflight: Preflight,
    /// When its turn is among the others; not remembered.
    #[serde(skip)]
    pub turn: Turn,
    /// The pins that move, the main one first.
    pub pins: Vec<PinMove>,
    /// The releases that it touches.
    pub releases: Vec<ObjectName>,
    /// What is edited, by purpose.
    pub changes: Vec<Change>,
    /// When the first stage may land; `None` at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Gate>,
    /// How long it may be stopped; `None` where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downtime: Option<Downtime>,
    /// The stages in the order in which they land.
    pub stages: Vec<Stage>,
    /// The stages that take it back, in order; the last one is the base again.
    pub revert: Vec<Stage>,
    /// The upgrade's branch.
    pub branch: String,
    /// The branch that takes it back.
    pub revert_branch: String,
}

impl Plan {
    /// Returns what is known of an upgrade that no stage carries out: a runbook can be written of it,
    /// and nothing else.
    #[must_use]
    pub fn by_hand(unit: Unit, from: &str, to: &str, releases: Vec<ObjectName>) -> Self {
        Self {
            schema: PLAN_SCHEMA,
            unit,
            from: from.to_owned(),
            to: to.to_owned(),
            bump: Bump::Major,
            line: String::new(),
            strategy: Strategy::Manual,
            why: Vec::new(),
            rule: None,
            briefing: Briefing::default(),
            preflight: Preflight::default(),
            turn: Turn::default(),
            pins: Vec::new(),
            releases,
            changes: Vec::new(),
            window: None,
            downtime: None,
            stages: Vec::new(),
            revert: Vec::new(),
            branch: String::new(),
            revert_branch: String::new(),
        }
    }
}

/// When the turn of an upgrade is among the others that are proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The lowest layer of its releases.
    pub layer: Option<Layer>,
    /// The upgrades that land before it and are taken back after it, the nearest only.
    pub after: Vec<Unit>,
}

/// How long an application may be stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downtime {
    /// The longest time from the stop to the start, as in `45m`.
    pub at_most: String,
    /// What is done when it lasts longer.
    pub then: OnStall,
}

/// What one pull request moves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// The images of a release.
    Image(ObjectName),
    /// The chart of a release.
    Chart(ObjectName),
    /// A source, for all releases that use it.
    Source(SourceKind, ObjectName),
}

impl Unit {
    /// Returns the name of the release or of the source.
    #[must_use]
    pub fn name(&self) -> &ObjectName {
        match self {
            Self::Image(name) | Self::Chart(name) | Self::Source(_, name) => name,
        }
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Image(name) => write!(f, "image {name}"),
            Self::Chart(name) => write!(f, "chart {name}"),
            Self::Source(kind, name) => write!(f, "source {}/{name}", kind.as_str()),
        }
    }
}

/// A pin that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinMove {
    /// The pin's id on the base that the plan was made on.
    pub id: String,
    /// The file.
    pub file: RepoPath,
    /// The line, from 1; not remembered.
    #[serde(skip)]
    pub line: u32,
    /// Where in the document.
    pub path: yaml::Path,
    /// Whose version it is.
    pub package: String,
    /// Where the image or chart is published now, where it has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// The version part now.
    pub from: String,
    /// The version part afterwards.
    pub to: String,
    /// How far it goes.
    pub bump: Bump,
}

/// A set of edits with one purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its name inside the plan.
    pub id: String,
    /// What it is for, in words.
    pub purpose: String,
    /// The edits, by file.
    pub edits: Vec<FileEdit>,
    /// Their inverse, on the text that they leave.
    pub inverse: Vec<FileEdit>,
    /// The files that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<NewFile>,
}

impl Change {
    /// Makes a change of files that are there, whose inverse is not known yet.
    #[must_use]
    pub fn of(id: &str, purpose: impl Into<String>, edits: Vec<FileEdit>) -> Self {
        let (id, purpose) = (id.to_owned(), purpose.into());
        Self { id, purpose, edits, inverse: Vec::new(), files: Vec::new() }
    }
}

/// An edit of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEdit {
    /// The file.
    pub file: RepoPath,
    /// The edit.
    pub edit: yaml::Edit,
}

/// One revision of the repository that Flux must reconcile before the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// What kind of stage it is.
    pub kind: StageKind,
    /// The subject of its commit.
    pub message: String,
    /// The changes that its tree holds, by id; what is not named here is as in the base.
    pub with: Vec<String>,
    /// What must hold before the next stage may land.
    pub gates: Vec<Gate>,
}

/// The kinds of stages.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// What writes to the data has no pods.
    Stop,
    /// The data is copied.
    Backup,
    /// The new versions run.
    Upgrade,
    /// The workloads run again.
    Start,
    /// What was switched off for the upgrade is on again.
    Settle,
    /// The old versions stand again, with no pods.
    Revert,
}

impl StageKind {
    /// Returns the word, `stop`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Backup => "backup",
            Self::Upgrade => "upgrade",
            Self::Start => "start",
            Self::Settle => "settle",
            Self::Revert => "revert",
        }
    }
}

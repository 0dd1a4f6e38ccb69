//! A runbook as plain data: sections of sentences, tables and commands.
//!
//! Texts keep to one convention: what stands between backticks is a name or a command, everything
//! else is prose. Whatever prints them makes both harmless, so that names from manifests may stand
//! in either.

use schemars::JsonSchema;
use serde::Serialize;

/// What an operator does around the stages of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Runbook {
    /// Its sections, in the order in which they are needed; what does not apply is not there.
    pub sections: Vec<Section>,
    /// What taking the upgrade back means for the data.
    pub way_back: WayBack,
}

/// A part of a runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What it is for.
    pub kind: SectionKind,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// The parts of a runbook, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// What runs now.
    Now,
    /// What is required, and what there is.
    Compatibility,
    /// What is looked at before anything is done.
    Preflight,
    /// What a person does by hand.
    ByHand,
    /// How the data is backed up.
    Backup,
    /// How the backup is proved.
    Verify,
    /// How much may be lost, and how long it may take.
    Tiers,
    /// The stages, and what to watch.
    Stages,
    /// How a datastore moves to its next major.
    Major,
    /// What is looked at afterwards.
    After,
    /// When to go on and when to go back.
    Decide,
    /// How to go back.
    Back,
    /// What is lost on the way back.
    Loss,
    /// How a restore is rehearsed.
    Drill,
}

impl SectionKind {
    /// Returns its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Now => "What runs now",
            Self::Compatibility => "What is required, and what is there",
            Self::Preflight => "Before anything else",
            Self::ByHand => "By hand",
            Self::Backup => "Back the data up",
            Self::Verify => "Prove the backup",
            Self::Tiers => "How much may be lost, and how long it may take",
            Self::Stages => "The stages, and what to watch",
            Self::Major => "The move to the new major",
            Self::After => "Look at it afterwards",
            Self::Decide => "Go on or go back",
            Self::Back => "The way back",
            Self::Loss => "What is lost on the way back",
            Self::Drill => "Rehearse the restore",
        }
    }
}

/// One block of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A paragraph that must not be missed.
    Warning(String),
    /// Things to know.
    Points(Vec<String>),
    /// Things to tick.
    Checks(Vec<String>),
    /// Things to do, in their order.
    Steps(Vec<String>),
    /// A table.
    Table {
        /// The headings of its columns.
        head: Vec<String>,
        /// Its rows.
        rows: Vec<Vec<String>>,
    },
    /// Commands for a shell.
    Shell(String),
}

/// What taking an upgrade back means for the data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WayBack {
    /// Whether the old version can simply start again on the data that is there.
    pub alone: Alone,
    /// It in a sentence or two.
    pub text: String,
}

/// Whether a revert alone is enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Alone {
    /// It is: nothing shows that data is written.
    #[default]
    Enough,
    /// It is until the new version has started; after that the restore comes first.
    UntilStarted,
    /// It is not: the notes say that there is no way back on the same data.
    Never,
}

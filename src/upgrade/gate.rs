//! What must hold before the next stage may land, and what can be known of it.
//!
//! A gate is a word, a sentence for a person, and, where the cluster itself can answer, an object
//! with what must stand in it. Gates say what they know and no more: a Kustomization that does not
//! wait knows that a release was *applied*, one that waits that it was *released*, and neither that
//! a workload has *stopped*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::flux::{AppliedBy, ObjectName, Release};
use crate::policy::Windows;

/// What must hold before the next stage may land.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// What it is about.
    pub word: GateWord,
    /// What must hold, in a sentence.
    pub sentence: String,
    /// Where the cluster can answer: which object is asked, and what it must say.
    pub asks: Option<Asks>,
}

/// The words of gates.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GateWord {
    /// The Kustomization that holds the file has applied the stage's commit.
    Applied,
    /// The release has been released: the same with `wait` or a health check.
    Released,
    /// No pod runs any more.
    Stopped,
    /// The data has been backed up, for this upgrade.
    BackedUp,
    /// A person has agreed.
    Approved,
    /// A time window is open.
    Window,
}

impl GateWord {
    /// Returns the word as it is written, `backed up`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Released => "released",
            Self::Stopped => "stopped",
            Self::BackedUp => "backed up",
            Self::Approved => "approved",
            Self::Window => "window",
        }
    }
}

/// A question to the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// The API version of the object.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: ObjectName,
    /// What it must say.
    pub holds: Holds,
}

/// What an object must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// `status.lastAppliedRevision` is the stage's commit, or a later one that still has its edits.
    Revision,
    /// The same, and the condition `Ready` is true for the generation that is observed.
    RevisionReady,
    /// A field has a value.
    Field {
        /// The path, dots between its keys.
        path: String,
        /// The value.
        is: String,
        /// The values with which it never will.
        fails: Vec<String>,
    },
    /// A condition is true.
    Condition {
        /// Its type.
        r#type: String,
        /// The type of the condition that is true where it never will be.
        fails: String,
    },
}

impl Gate {
    /// Makes a gate that only a person can open.
    #[must_use]
    pub fn by_hand(word: GateWord, sentence: impl Into<String>) -> Self {
        Self { word, sentence: sentence.into(), asks: None }
    }

    /// Returns the gates by which Flux says that a stage's commit has reached a release: one for
    /// each Kustomization that applies it.
    #[must_use]
    pub fn reached(release: &Release) -> Vec<Self> {
        if release.applied_by.is_empty() {
            let sentence = format!(
                "{} runs as it stands in the commit; nothing in the repository applies it, so look in the cluster",
                release.id
            );
            return vec![Self::by_hand(GateWord::Released, sentence)];
        }
        release.applied_by.iter().map(|by| Self::of_kustomization(release, by)).collect()
    }

    fn of_kustomization(release: &Release, by: &AppliedBy) -> Self {
        let (word, holds, tail) = if by.tells_released() {
            let tail = format!("and reports {} ready", release.id);
            (GateWord::Released, Holds::RevisionReady, tail)
        } else {
            let tail = format!(
                "(it neither waits nor checks {}, so it says nothing of its pods)",
                release.id
            );
            (GateWord::Applied, Holds::Revision, tail)
        };
        let name = by.kustomization.clone();
        Self {
            word,
            sentence: format!("the Kustomization {name} has applied the commit {tail}"),
            asks: Some(Asks {
                api_version: "kustomize.toolkit.fluxcd.io/v1".to_owned(),
                kind: "Kustomization".to_owned(),
                name,
                holds,
            }),
        }
    }

    /// Returns the gate behind a stop.
    #[must_use]
    pub fn stopped(release: &Release) -> Self {
        let sentence = format!("no pod of {} runs any more", release.id);
        Self::by_hand(GateWord::Stopped, sentence)
    }

    /// Returns the gate of the time windows; `None` where there are none.
    #[must_use]
    pub fn window(windows: &Windows<'_>) -> Option<Self> {
        if windows.is_unbounded() {
            return None;
        }
        Some(Self::by_hand(GateWord::Window, format!("it is within {windows}")))
    }
}

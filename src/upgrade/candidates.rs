//! What upstream has for each pin, as plain data.

use serde::Serialize;

use super::plan_types::FileEdit;
use crate::diagnostic::Why;
use crate::flux::Package;
use crate::image::Digest;
use crate::version::{Bump, Refusals};

/// The code of a pin whose look-up failed.
pub const UPSTREAM_ERROR: &str = "upstream-error";

/// What became of every pin, in the inventory's order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Candidates {
    /// One entry a pin.
    pub pins: Vec<PinCandidate>,
    /// The look-ups that failed, as sentences; the pins that they concern are held.
    pub failures: Vec<Why>,
}

impl Candidates {
    /// Names the look-ups that failed, each once.
    pub(super) fn note_failures(&mut self) {
        self.failures.clear();
        for candidate in &self.pins {
            if let Outcome::Held(why) = &candidate.outcome
                && why.code == UPSTREAM_ERROR
                && !self.failures.contains(why)
            {
                self.failures.push(why.clone());
            }
        }
    }
}

/// What became of one pin.
#[derive(Debug, Clone, Serialize)]
pub struct PinCandidate {
    /// The pin's id.
    pub pin: String,
    /// The version that it could move to, or why to none.
    pub outcome: Outcome,
    /// The versions that were not taken.
    pub refused: Refusals,
    /// Why it goes no further than it does, where a reader would ask.
    pub beyond: Option<Why>,
    /// The best version of a datastore's next major, which only a person moves to.
    pub by_hand: Option<String>,
}

/// Where a pin could move.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// To another version.
    Move(Target),
    /// Nowhere.
    Held(Why),
}

/// A version that a pin could move to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// The tag, the chart's version or the range; empty where only a digest is pinned.
    pub version: String,
    /// The digest, where one is pinned.
    pub digest: Option<Digest>,
    /// How far it goes.
    pub bump: Bump,
    /// Where the package is published now, where it has moved.
    pub moved: Option<NewPlace>,
}

/// The place that a package has moved to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewPlace {
    /// The package as it is called there.
    pub package: Package,
    /// The edits beside the pin's own that lead there: the address of a chart's source.
    pub edits: Vec<FileEdit>,
}

//! What upstream has for each pin, as plain data.

use serde::Serialize;

use crate::diagnostic::Why;
use crate::image::{Digest, Repository};
use crate::version::{Bump, Refusals};

/// What became of every pin, in the inventory's order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Candidates {
    /// One entry a pin.
    pub pins: Vec<PinCandidate>,
    /// The look-ups that failed, as sentences; the pins that they concern are held.
    pub failures: Vec<Why>,
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
}

/// Where a pin could move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// To another version.
    Move(Target),
    /// Nowhere.
    Held(Why),
}

/// A version that a pin could move to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The tag, the chart's version or the range; empty where only a digest is pinned.
    pub version: String,
    /// The digest, where one is pinned.
    pub digest: Option<Digest>,
    /// How far it goes.
    pub bump: Bump,
    /// The repository that the image is published in now, where it has moved.
    pub repository: Option<Repository>,
}

//! Policies of kind `strategy`: how an upgrade is carried out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Backup, Glob, Length, OnStall};
use crate::notes::FactKind;
use crate::version::Bump;

/// How an upgrade is carried out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// One commit; the workloads replace their pods as they are set up to.
    Rolling,
    /// Stop, upgrade, start: one commit a stage, landed one at a time.
    Maintenance,
    /// A person carries it out.
    Manual,
}

impl Strategy {
    /// Returns the word, `rolling`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rolling => "rolling",
            Self::Maintenance => "maintenance",
            Self::Manual => "manual",
        }
    }
}

/// A file of strategy rules.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyPolicy {
    /// Always `strategy`.
    pub kind: String,
    /// The file's name in words.
    pub name: String,
    /// What delivers the next stage itself.
    #[serde(default)]
    pub delivery: Vec<Delivery>,
    /// The rules in the order in which they are tried.
    #[serde(default)]
    pub rules: Vec<StrategyRule>,
}

/// One rule: when it matches, its strategy is taken.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyRule {
    /// The rule's name.
    pub name: String,
    /// What must hold.
    #[serde(default)]
    pub when: When,
    /// What follows.
    pub strategy: Strategy,
    /// Why, in a sentence that a reviewer reads.
    pub reason: String,
    /// How the data is backed up before the upgrade, the first way that is possible; what the
    /// configuration says where nothing stands here.
    #[serde(default)]
    pub backup: Option<Vec<Backup>>,
    /// Whether the new version is started by the upgrade itself or by a stage of its own.
    #[serde(default)]
    pub start: Start,
    /// How long a stop may last, `45m`; likewise.
    #[serde(default)]
    pub max_downtime: Option<Length>,
    /// What happens when it lasts longer; likewise.
    #[serde(default)]
    pub on_stall: Option<OnStall>,
}

/// When the new version is started after a stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// With the upgrade.
    #[default]
    With,
    /// By a stage of its own: the upgrade leaves the workloads stopped, so that something can be
    /// done by hand before the new version runs.
    Apart,
}

/// What must hold for a rule to match; what is not named does not matter.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Releases as `NAMESPACE/NAME`.
    #[serde(default)]
    pub releases: Option<Vec<Glob>>,
    /// Packages as `scan` prints them.
    #[serde(default)]
    pub packages: Option<Vec<Glob>>,
    /// Whether an image or a chart moves.
    #[serde(default)]
    pub pin: Option<PinScope>,
    /// The greatest bump.
    #[serde(default)]
    pub bump: Option<Bumps>,
    /// Whether the release visibly writes data.
    #[serde(default)]
    pub writes: Option<bool>,
    /// Whether a datastore's own image moves.
    #[serde(default)]
    pub datastore: Option<bool>,
    /// Whether the release delivers the next stage itself.
    #[serde(default)]
    pub delivers: Option<bool>,
    /// Facts of the notes, one of which must be there.
    #[serde(default)]
    pub facts: Option<Vec<FactKind>>,
}

/// A list of bumps.
pub type Bumps = Vec<Bump>;

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PinScope {
    /// Images.
    Image,
    /// A chart, or the source of one.
    Chart,
}

/// What is known of an upgrade when its strategy is chosen.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The releases that it touches, as `NAMESPACE/NAME`.
    pub releases: &'a [String],
    /// The packages that move.
    pub packages: &'a [String],
    /// Whether images or a chart move.
    pub pin: PinScope,
    /// The greatest bump.
    pub bump: Bump,
    /// Whether a release visibly writes data.
    pub writes: bool,
    /// Whether a datastore's own image moves.
    pub datastore: bool,
    /// Whether a release delivers the next stage itself.
    pub delivers: bool,
    /// What the notes say, by kind.
    pub facts: &'a [FactKind],
}

impl When {
    /// Says whether every named condition holds.
    #[must_use]
    pub fn matches(&self, facts: &Facts<'_>) -> bool {
        fn any(globs: Option<&Vec<Glob>>, texts: &[String]) -> bool {
            globs.is_none_or(|globs| {
                texts.iter().any(|text| globs.iter().any(|glob| glob.matches(text)))
            })
        }
        fn same<T: PartialEq>(wanted: Option<&T>, is: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == is)
        }
        any(self.releases.as_ref(), facts.releases)
            && any(self.packages.as_ref(), facts.packages)
            && same(self.pin.as_ref(), &facts.pin)
            && self.bump.as_ref().is_none_or(|bumps| bumps.contains(&facts.bump))
            && same(self.writes.as_ref(), &facts.writes)
            && same(self.datastore.as_ref(), &facts.datastore)
            && same(self.delivers.as_ref(), &facts.delivers)
            && self
                .facts
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|kind| facts.facts.contains(kind)))
    }
}

/// Something that delivers the next stage: when it stops, nothing can start it again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// What it is, in words.
    pub what: String,
    /// Images, by the last segments of their repository.
    #[serde(default)]
    pub images: Vec<Glob>,
    /// Charts, by name.
    #[serde(default)]
    pub charts: Vec<Glob>,
}

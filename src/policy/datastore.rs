//! Policies of kind `datastore`: how an engine is recognised, and how its data is kept safe.
//!
//! A policy speaks of an engine and never of an application. Its commands are templates: a slot such
//! as `{namespace}` or `{user}` is filled from what the repository says, and a step whose slots
//! cannot all be filled is told in words instead, with what is missing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Glob;

/// Every slot that a step may have.
pub const SLOTS: &[&str] = &[
    "namespace",
    "pod",
    "container",
    "user",
    "password",
    "database",
    "host",
    "cluster",
    "claim",
    "mount",
    "path",
    "source",
    "schedule",
    "app.pod",
    "helper",
    "file",
    "upgrade",
    "moment",
    "scratch",
    "dumped",
    "open",
    "close",
];

/// An engine that holds data.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Datastore {
    /// Always `datastore`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its name as its makers write it.
    #[serde(default)]
    pub title: Option<String>,
    /// The engine whose protocol it speaks, and whose steps it takes where it has none of its own.
    #[serde(default)]
    pub like: Option<String>,
    /// Its images, by the last segments of their repository.
    #[serde(default)]
    pub images: Vec<Glob>,
    /// The environment variables by which an application that writes data points at one.
    #[serde(default)]
    pub variables: Vec<Glob>,
    /// Variables that point at one as well, and do not show that data of worth is written.
    #[serde(default)]
    pub hints: Vec<Glob>,
    /// The charts that are the engine; also the keys under which charts bring it along.
    #[serde(default)]
    pub charts: Vec<Glob>,
    /// The words by which addresses and settings name it, as in `postgres://` and `DB_TYPE`.
    #[serde(default)]
    pub words: Vec<String>,
    /// The port on which it listens.
    #[serde(default)]
    pub port: Option<u16>,
    /// The objects of operators that make one.
    #[serde(default)]
    pub objects: Vec<EngineObject>,
    /// The names of its files on an application's own volume.
    #[serde(default)]
    pub files: Vec<Glob>,
    /// What must be kept beside the data.
    #[serde(default)]
    pub keep: Vec<Keep>,
    /// What is lost with it, and what may be.
    #[serde(default)]
    pub loss: Option<String>,
    /// What a major version of the engine itself takes.
    #[serde(default)]
    pub major: Option<String>,
    /// Whether a new major starts on an empty volume and is given the data by a restore.
    #[serde(default)]
    pub major_starts_empty: bool,
    /// How it is looked at before anything is done.
    #[serde(default)]
    pub check: Vec<Step>,
    /// How what it holds is counted: before, afterwards, and in a rehearsal.
    #[serde(default)]
    pub count: Vec<Step>,
    /// How it is backed up.
    #[serde(default)]
    pub backup: Vec<Step>,
    /// How the backup is verified.
    #[serde(default)]
    pub verify: Vec<Step>,
    /// How it is restored.
    #[serde(default)]
    pub restore: Vec<Step>,
    /// How a restore is rehearsed beside the data, where nothing uses it.
    #[serde(default)]
    pub drill: Vec<Step>,
    /// How what the rehearsal made is taken away again.
    #[serde(default)]
    pub clear: Vec<Step>,
}

/// An object of an operator that makes an engine; `{name}` stands for the object's name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineObject {
    /// The group of its API.
    pub group: Glob,
    /// Its kind.
    pub object: String,
    /// The services that it makes.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The Secrets that it makes.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// The labels that select its pod that writes.
    #[serde(default)]
    pub selector: BTreeMap<String, String>,
    /// The container of the engine.
    #[serde(default)]
    pub container: Option<String>,
    /// Paths of its image, or of its version, in the object; dots between keys.
    #[serde(default)]
    pub version: Vec<String>,
}

/// What must be kept beside the data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// The names of its variables or keys.
    pub names: Vec<Glob>,
    /// Names that look like it and are not.
    #[serde(default)]
    pub except: Vec<Glob>,
    /// Why it must be kept.
    pub why: String,
}

/// Where a datastore may live, for steps that hold only there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Home {
    /// The release is the datastore.
    Itself,
    /// A file on a volume of the release.
    OwnVolume,
    /// Another controller of the release.
    OwnController,
    /// A chart that the release's chart brings along.
    Subchart,
    /// Another release.
    Neighbour,
    /// A cluster of `CloudNativePG`.
    Cnpg,
    /// Another object of the repository.
    Object,
    /// A host outside the repository.
    External,
}

/// One step of a procedure.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done, in a sentence; slots may stand in it.
    pub says: String,
    /// The command, with slots.
    #[serde(default)]
    pub run: Option<String>,
    /// The command where a slot of the first one cannot be filled.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// Where it holds; everywhere if nothing is named.
    #[serde(default)]
    pub lives: Vec<Home>,
    /// What must stand beside the data for it to hold: `ScheduledBackup`, `ReplicationSource`,
    /// `Schedule`, or `Claim` for a claim whose name is known.
    #[serde(default)]
    pub with: Option<String>,
    /// What must not stand beside it.
    #[serde(default)]
    pub without: Vec<String>,
    /// The largest volume for which it holds, `100Gi`; one whose size is not told is no larger.
    #[serde(default)]
    pub up_to: Option<Size>,
}

/// An amount of storage, as Kubernetes writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Size(u64);

impl Size {
    /// Reads a whole number of bytes or of a unit of them; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const UNITS: &[(&str, u64)] = &[
            ("Ki", 1 << 10),
            ("Mi", 1 << 20),
            ("Gi", 1 << 30),
            ("Ti", 1 << 40),
            ("Pi", 1 << 50),
            ("k", 1_000),
            ("M", 1_000_000),
            ("G", 1_000_000_000),
            ("T", 1_000_000_000_000),
            ("P", 1_000_000_000_000_000),
            ("", 1),
        ];
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*factor).map(Self)
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no size; write it like `100Gi`"))
    }
}

impl Datastore {
    /// Returns the name as its makers write it, else the policy's.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// Says whether an address or a setting of this word means the engine.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        self.words.iter().any(|known| known.eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_compared_as_bytes() {
        for (text, expected) in [
            ("1Ki", Some(1024)),
            ("2Ti", Some(2 << 40)),
            ("5G", Some(5_000_000_000)),
            ("512", Some(512)),
            ("1.5Gi", None),
            ("Gi", None),
            ("${SIZE}", None),
            ("99999999999Pi", None),
        ] {
            assert_eq!(Size::parse(text).map(|size| size.0), expected, "{text}");
        }
    }
}

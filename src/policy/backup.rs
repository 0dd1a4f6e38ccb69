//! How data is backed up before an upgrade that stops it.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Glob;

/// A way to back data up before an upgrade.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Backup {
    /// A `Backup` of the `CloudNativePG` operator.
    Cnpg,
    /// A run of the `VolSync` `ReplicationSource` that copies a claim of this release alone.
    Volsync,
    /// A Velero `Backup` of the namespace.
    Velero,
    /// A Job that dumps the database.
    Job,
    /// A person does it, with the commands of the runbook.
    Manual,
}

impl Backup {
    /// Returns the word, `cnpg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cnpg => "cnpg",
            Self::Volsync => "volsync",
            Self::Velero => "velero",
            Self::Job => "job",
            Self::Manual => "manual",
        }
    }
}

/// Where the dumps of Jobs go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Dumps {
    /// The releases that it is for, as `NAMESPACE/NAME`; all where none is named.
    #[serde(default)]
    pub releases: Vec<Glob>,
    /// The claim, in the release's namespace.
    pub claim: String,
    /// The user and the group that may write there, by number; 65534 where none is named. It is
    /// never root.
    #[serde(default)]
    pub user: Option<NonZeroU32>,
}

impl Dumps {
    /// Says whether it is for a release.
    #[must_use]
    pub fn is_for(&self, release: &str) -> bool {
        self.releases.is_empty() || self.releases.iter().any(|glob| glob.matches(release))
    }
}

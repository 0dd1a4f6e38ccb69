//! Container image references, read and printed losslessly.
//!
//! An image reference is `[registry/]repository[:tag][@digest]`. Which first segment is a registry
//! follows the rule of the distribution project's reference grammar: only one that holds a `.` or
//! a `:`, or is `localhost`. What was written is kept as it was written; the implied
//! `docker.io/library/` is added only when the full name is asked for.

use serde::{Deserialize, Serialize};

/// A repository of images or charts in an OCI registry, by its full name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// The registry's host with its port, as in `ghcr.io` or `registry.example:5000`; `docker.io`
    /// where none was written.
    pub registry: String,
    /// The name inside the registry, as in `library/postgres`.
    pub path: String,
}

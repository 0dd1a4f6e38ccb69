//! Policies of kind `datastore`: how an engine is recognised.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Glob;

/// An engine that holds data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Datastore {
    /// Always `datastore`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its images, by the last segments of their repository.
    #[serde(default)]
    pub images: Vec<Glob>,
    /// The environment variables by which an application points at one.
    #[serde(default)]
    pub variables: Vec<Glob>,
}

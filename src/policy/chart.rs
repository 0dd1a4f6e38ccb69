//! Policies of kind `chart`: what makes the workloads of a chart family stop, and which images it
//! names itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Glob;
use crate::yaml::Value;

/// The levers of a chart family.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartPolicy {
    /// Always `chart`.
    pub kind: String,
    /// The family's name.
    pub name: String,
    /// The charts that belong to it, by name.
    pub charts: Vec<Glob>,
    /// The URLs of the sources that it speaks of, for charts whose name others use as well; any
    /// source where none is given.
    #[serde(default)]
    pub sources: Vec<Glob>,
    /// The levers; together they stop every workload that the chart makes.
    #[serde(default)]
    pub levers: Vec<LeverRule>,
    /// The workloads that a post-renderer patches where no lever works.
    #[serde(default)]
    pub patch: Vec<PatchTarget>,
    /// What is known of datastores that the chart brings along.
    #[serde(default)]
    pub datastores: Option<Datastores>,
    /// The images that the chart names itself, by the values path under which a release sets only
    /// their `tag`, dots between its keys.
    #[serde(default)]
    pub images: BTreeMap<String, String>,
}

impl ChartPolicy {
    /// Says whether it speaks of a chart by its name and the URL of its source; one that names
    /// sources does not speak of a chart whose source is not known.
    #[must_use]
    pub(super) fn is_of(&self, name: &str, source: Option<&str>) -> bool {
        let any = |globs: &[Glob], text: &str| globs.iter().any(|glob| glob.matches(text));
        let from = source.is_some_and(|source| any(&self.sources, source));
        any(&self.charts, name) && (self.sources.is_empty() || from)
    }

    /// Says whether it speaks of what stops the workloads.
    #[must_use]
    pub(super) fn stops(&self) -> bool {
        !(self.levers.is_empty() && self.patch.is_empty() && self.datastores.is_none())
    }
}

/// A workload that a post-renderer patches to zero.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTarget {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its name: `{release}` stands for the release's name, `{fullname}` for the name that Helm's
    /// starter chart makes of release and chart; every workload of the kind where none is given.
    pub name: Option<String>,
}

/// The kinds of workloads that a patch can stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum WorkloadKind {
    /// Its `replicas` become 0.
    Deployment,
    /// Its `replicas` become 0.
    StatefulSet,
    /// It is suspended.
    CronJob,
}

impl WorkloadKind {
    /// Returns the `kind` of its manifests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::CronJob => "CronJob",
        }
    }
}

/// What is known of datastores that a chart brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Datastores {
    /// It brings none, so that its Deployments and StatefulSets may be stopped by kind.
    None,
}

/// What makes the workloads at one place of the values stop.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeverRule {
    /// The values path of the workload, dots between its keys; `""` for the values themselves, a
    /// last `*` for every key that the release sets there.
    pub workloads: String,
    /// When the rule holds.
    #[serde(default)]
    pub when: LeverWhen,
    /// Where the workload's type stands; without it every workload is a `deployment`.
    #[serde(default)]
    pub r#type: Option<WorkloadType>,
    /// Values paths, relative to the workload, and what each is set to, by type.
    pub stop: BTreeMap<String, BTreeMap<String, Scalar>>,
    /// Types that nothing stops, with the reason.
    #[serde(default)]
    pub cannot: BTreeMap<String, String>,
    /// Values paths, relative to the workload, under which the lever does not work.
    #[serde(default)]
    pub unless: BTreeMap<String, Scalar>,
}

/// When a lever rule holds.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeverWhen {
    /// A range that the chart's version must match, as Helm reads ranges; a version that is not
    /// known matches.
    #[serde(default)]
    pub versions: Option<String>,
    /// A key that the values must not have.
    #[serde(default)]
    pub unset: Option<String>,
    /// What must stand at paths of the values.
    #[serde(default)]
    pub values: BTreeMap<String, Scalar>,
}

/// Where a workload's type stands in the values.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadType {
    /// The key, relative to the workload.
    pub key: String,
    /// The type where the key is not set.
    pub default: String,
}

/// A value that a lever sets or looks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Anything else.
    Text(String),
}

impl Scalar {
    /// Returns the value as an edit writes it.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Number(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text.clone()),
        }
    }

    /// Returns the value as it is written plain in a manifest.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

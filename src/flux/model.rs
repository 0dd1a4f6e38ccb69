//! What a repository runs, as plain data.
//!
//! [`Inventory`] is all that the later stages of the flow know of a repository. It owns its text:
//! no manifest is kept once its pins are known, and a place is found again by file, document and
//! path when an edit is written.

use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::applied::AppliedBy;
use super::autoscaler::Scaled;
use super::backing::Backing;
use super::beside::Beside;
use super::remediation::Remediation;
use crate::diagnostic::{Diagnostic, Position, RuleRef, Why};
use crate::http::without_user;
use crate::image::{Digest, Repository};
use crate::tree::RepoPath;
use crate::yaml::{Edit, Spot};

/// Everything that was found in a repository, sorted by file, document and position.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// The HelmReleases.
    pub releases: Vec<Release>,
    /// Where charts and artifacts come from.
    pub sources: Vec<Source>,
    /// The versions that are fixed somewhere.
    pub pins: Vec<Pin>,
    /// What could back data up.
    pub backing: Vec<Backing>,
    /// What a person should know about the files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// How much was read.
    pub read: Read,
}

impl Inventory {
    /// Returns the pin of an id; who asks for many takes [`Self::pins_by_id`].
    #[must_use]
    pub fn pin(&self, id: &str) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.id == id)
    }

    /// Returns the pins by their ids.
    #[must_use]
    pub fn pins_by_id(&self) -> HashMap<&str, &Pin> {
        self.pins.iter().map(|pin| (pin.id.as_str(), pin)).collect()
    }
}

/// How much was read to make an inventory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// YAML files.
    pub files: usize,
    /// Their documents.
    pub documents: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// The name of a namespaced object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    /// The namespace; `None` where neither the manifest nor what applies it names one.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectName {
    /// Names an object.
    #[must_use]
    pub fn new(namespace: Option<&str>, name: &str) -> Self {
        Self { namespace: namespace.map(str::to_owned), name: name.to_owned() }
    }

    /// Returns the namespace, `-` where none is known.
    #[must_use]
    pub fn namespace_or_dash(&self) -> &str {
        self.namespace.as_deref().unwrap_or("-")
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace_or_dash(), self.name)
    }
}

/// A node of a manifest, found again by its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where it stands now.
    #[serde(flatten)]
    pub position: Position,
    /// The document and the path inside it.
    #[serde(flatten)]
    pub spot: Spot,
    /// Which part of the scalar is meant.
    pub part: Part,
}

/// A part of a scalar's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of it.
    Whole,
    /// What stands after `:` and before `@` of an image reference.
    Tag,
    /// What stands after `@`.
    Digest,
    /// The tag, and the digest behind it where one is pinned.
    Version,
    /// The registry and repository of an image reference.
    Repository,
    /// The `x` of `${VAR:=x}`.
    Default,
    /// What stands behind `=` in the `KEY=value` of a generated ConfigMap.
    Literal,
}

/// What a scalar says about its pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The version: a tag (with its digest, where both stand in one scalar) or a chart version.
    Version,
    /// The digest, where it stands in a scalar of its own.
    Digest,
    /// The repository.
    Repository,
    /// The registry, where it stands in a scalar of its own.
    Registry,
}

/// A version fixed in a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// `FILE#DOCUMENT:POINTER` of the scalar that an upgrade edits.
    pub id: String,
    /// What kind of thing has the version.
    pub kind: PinKind,
    /// Whose version it is.
    pub package: Package,
    /// Other packages whose version is the same scalar; a candidate must exist in each.
    pub beside: Vec<Package>,
    /// What stands there now.
    pub current: Current,
    /// The scalar that holds the version, and that an upgrade edits.
    pub site: Site,
    /// The scalars that hold the pin's other parts.
    pub others: Vec<Site>,
    /// The other places that read these scalars, through aliases or variables.
    pub used_by: Vec<Place>,
    /// Why the pin cannot be edited; `None` if it can.
    pub locked: Option<Why>,
    /// The releases that run what is pinned.
    pub releases: Vec<ObjectName>,
    /// Whether the version is a range rather than one version.
    pub range: bool,
}

impl Pin {
    /// Returns where the version stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.site.place
    }

    /// Returns the scalar that holds another part.
    #[must_use]
    pub fn other(&self, role: Role) -> Option<&Site> {
        self.others.iter().find(|site| site.role == role)
    }
}

/// One scalar that holds a part of a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// What it says.
    pub role: Role,
    /// Where it stands.
    pub place: Place,
    /// Its whole decoded text.
    pub text: String,
}

/// What kind of thing a pin fixes the version of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PinKind {
    /// A container image.
    Image,
    /// A Helm chart, or another artifact of an `OCIRepository`.
    Chart,
    /// A Git repository.
    Git,
}

/// Whose version a pin fixes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Package {
    /// A container image.
    Image(Repository),
    /// A chart in an HTTP Helm repository.
    HelmChart {
        /// The repository's URL, as written.
        url: String,
        /// The chart's name.
        chart: String,
    },
    /// A chart or another artifact in an OCI registry.
    OciChart {
        /// The URL as written, `oci://…`, with the chart's name where the source is a Helm
        /// repository.
        url: String,
        /// The repository that it names.
        repository: Repository,
    },
    /// A Git repository.
    Git {
        /// Its URL, as written.
        url: String,
    },
    /// What could not be told, as it was written.
    Unknown(String),
}

/// Prints a URL as it is written, but for a login in it.
impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(repository) => write!(f, "{repository}"),
            Self::HelmChart { url, chart } => write!(f, "{}#{chart}", without_user(url)),
            Self::OciChart { url, .. } | Self::Git { url } | Self::Unknown(url) => {
                f.write_str(&without_user(url))
            }
        }
    }
}

/// What a pin says now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    /// The version part as decoded: `v1.2@sha256:…` where tag and digest stand in one scalar.
    pub text: String,
    /// The registry, where one is written, be it in a value of its own or before the repository.
    pub registry: Option<String>,
    /// The repository inside the registry, as written.
    pub repository: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Option<Digest>,
}

/// One HelmRelease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Its name, with the namespace that it will have in the cluster.
    pub id: ObjectName,
    /// Where its document begins.
    pub position: Position,
    /// Its document in the file, from 0.
    pub document: usize,
    /// The chart that it installs.
    pub chart: ChartUse,
    /// The pins that it runs, by id.
    pub pins: Vec<String>,
    /// What makes its workloads stop.
    pub lever: Lever,
    /// Whether Flux leaves it alone until it is resumed.
    pub suspended: bool,
    /// The releases that must be ready before it.
    pub depends_on: Vec<ObjectName>,
    /// What shows that it writes data; `None` where nothing does.
    pub writes: Option<Sign>,
    /// What Helm does by itself when an upgrade fails.
    pub remediation: Remediation,
    /// The Flux Kustomizations that apply it.
    pub applied_by: Vec<AppliedBy>,
    /// Where a new object goes that belongs to it.
    pub beside: Beside,
    /// What scales its workloads by itself, an autoscaler of its own or an object beside it.
    pub scaled: Option<Scaled>,
}

/// The chart of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartUse {
    /// The chart's name.
    pub name: Option<String>,
    /// The version or range that is pinned.
    pub version: Option<String>,
    /// The source it comes from.
    pub source: Option<SourceRef>,
}

/// A reference to a source, with the file that defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// What kind of source it is.
    pub kind: SourceKind,
    /// Its name.
    pub id: ObjectName,
    /// The file that defines it; `None` where the repository does not.
    pub file: Option<RepoPath>,
}

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceKind {
    /// A Helm repository, over HTTP or in an OCI registry.
    HelmRepository,
    /// An artifact in an OCI registry.
    #[serde(rename = "OCIRepository")]
    OciRepository,
    /// A Git repository.
    GitRepository,
    /// A bucket of files.
    Bucket,
    /// A chart of a Helm repository, shared by several releases.
    HelmChart,
}

impl SourceKind {
    /// Reads the `kind` of a manifest or a reference.
    #[must_use]
    pub fn from_kind(kind: &str) -> Option<Self> {
        Some(match kind {
            "HelmRepository" => Self::HelmRepository,
            "OCIRepository" => Self::OciRepository,
            "GitRepository" => Self::GitRepository,
            "Bucket" => Self::Bucket,
            "HelmChart" => Self::HelmChart,
            _ => return None,
        })
    }

    /// Returns the `kind` of its manifests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HelmRepository => "HelmRepository",
            Self::OciRepository => "OCIRepository",
            Self::GitRepository => "GitRepository",
            Self::Bucket => "Bucket",
            Self::HelmChart => "HelmChart",
        }
    }
}

/// Where charts and artifacts come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What kind of source it is.
    pub kind: SourceKind,
    /// Its name.
    pub id: ObjectName,
    /// Where its document begins.
    pub position: Position,
    /// Its document in the file, from 0.
    pub document: usize,
    /// Its URL, as written.
    pub url: Option<String>,
    /// The scalars that say where it is; `None` where no URL is written.
    pub address: Option<Address>,
    /// The pins that it holds, by id.
    pub pins: Vec<String>,
    /// The releases that use it.
    pub releases: Vec<ObjectName>,
}

/// How a source writes where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The scalar with the URL.
    pub url: Written,
    /// The scalar with the `type`, where one is written.
    pub r#type: Option<Written>,
    /// The keys beside it that are meant for the host that it names, a login for one.
    pub bound: Vec<String>,
    /// Why it cannot be edited; `None` if it can.
    pub locked: Option<Why>,
}

/// A scalar with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Where it stands.
    pub place: Place,
    /// Its whole decoded text.
    pub text: String,
}

/// What makes the workloads of a release stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lever {
    /// What kind of lever it is.
    pub kind: LeverKind,
    /// The values paths or the patch targets, in words.
    pub r#where: Option<String>,
    /// Why this one, or why none.
    pub reason: String,
    /// The edits that stop the workloads, in the release's own file.
    pub stop: Vec<Edit>,
    /// Whether there is nothing to stop, because all of it is stopped already.
    pub at_rest: bool,
    /// The policy rule that chose it.
    pub rule: Option<RuleRef>,
}

/// The kinds of levers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LeverKind {
    /// Values that the chart honours with 0.
    Values,
    /// A post-renderer patch.
    Patch,
    /// None is known.
    None,
}

/// A sign in a manifest, with what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// Where it stands.
    pub position: Position,
    /// What it shows, in words.
    pub shows: String,
}

//! The JSON of `refit scan`, version 1.
//!
//! A view over [`Inventory`]: names and order are the contract's, what is unknown is `null`, lines
//! and columns count from 1, documents from 0. `refit schema scan` publishes its schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic;
use crate::flux;
use crate::tree::RepoPath;

/// What a repository runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scan<'a> {
    /// The version of this contract: 1.
    pub schema_version: u32,
    /// The HelmReleases.
    pub releases: Vec<Release<'a>>,
    /// The versions that are fixed somewhere.
    pub pins: Vec<Pin<'a>>,
    /// What a person should know about the files themselves.
    pub diagnostics: Vec<Diagnostic>,
}

/// One HelmRelease.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Release<'a> {
    /// The namespace that it has in the cluster.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// The file, relative to the folder that was scanned.
    pub file: &'a str,
    /// The document in the file, from 0.
    pub document: usize,
    /// The chart that it installs.
    pub chart: Chart<'a>,
    /// The ids of its pins.
    pub pins: &'a [String],
    /// What makes its workloads stop.
    pub lever: Lever<'a>,
}

/// The chart of a release.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chart<'a> {
    /// The chart's name.
    pub name: Option<&'a str>,
    /// The version or range that is pinned.
    pub version: Option<&'a str>,
    /// Where it comes from.
    pub source: Option<Source<'a>>,
}

/// Where a chart comes from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Source<'a> {
    /// `HelmRepository`, `OCIRepository`, `GitRepository`, `Bucket` or `HelmChart`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// The file that defines it.
    pub file: Option<&'a str>,
}

/// What makes the workloads of a release stop.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lever<'a> {
    /// `values`, `patch` or `none`.
    pub kind: flux::LeverKind,
    /// What is set or patched.
    pub r#where: Option<&'a str>,
    /// Why this one, or why none.
    pub reason: &'a str,
}

/// A version fixed in a manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pin<'a> {
    /// `FILE#DOCUMENT:POINTER` of the scalar that an upgrade edits.
    pub id: &'a str,
    /// `image`, `chart` or `git`.
    pub kind: flux::PinKind,
    /// The file.
    pub file: &'a str,
    /// The document, from 0.
    pub document: usize,
    /// The path as a JSON pointer.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// Whose version it is.
    pub package: String,
    /// What stands there now.
    pub current: Current<'a>,
    /// Whether an upgrade may edit it.
    pub editable: bool,
    /// Why not.
    pub reason: Option<String>,
    /// The releases that run it, as `NAMESPACE/NAME`.
    pub releases: Vec<String>,
    /// The other places that read the same scalar.
    pub used_by: Vec<Use<'a>>,
}

/// What a pin says now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Current<'a> {
    /// The version part, decoded.
    pub text: &'a str,
    /// The registry, where one is written, be it in a value of its own or before the repository.
    pub registry: Option<&'a str>,
    /// The repository inside the registry, as written.
    pub repository: Option<&'a str>,
    /// The tag.
    pub tag: Option<&'a str>,
    /// The digest.
    pub digest: Option<String>,
}

/// A place that reads a pin's scalar.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Use<'a> {
    /// The file.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The path as a JSON pointer.
    pub path: String,
}

/// Something that a person should know about a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// A stable code.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: diagnostic::Severity,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// What happened and what to do.
    pub message: String,
}

impl<'a> From<&'a flux::Inventory> for Scan<'a> {
    fn from(inventory: &'a flux::Inventory) -> Self {
        Self {
            schema_version: 1,
            releases: inventory.releases.iter().map(Release::from).collect(),
            pins: inventory.pins.iter().map(Pin::from).collect(),
            diagnostics: inventory.diagnostics.iter().map(Diagnostic::from).collect(),
        }
    }
}

impl<'a> From<&'a flux::Release> for Release<'a> {
    fn from(release: &'a flux::Release) -> Self {
        let chart = &release.chart;
        Self {
            namespace: release.id.namespace.as_deref(),
            name: &release.id.name,
            file: release.position.file.as_str(),
            document: release.document,
            chart: Chart {
                name: chart.name.as_deref(),
                version: chart.version.as_deref(),
                source: chart.source.as_ref().map(Source::from),
            },
            pins: &release.pins,
            lever: Lever {
                kind: release.lever.kind,
                r#where: release.lever.r#where.as_deref(),
                reason: &release.lever.reason,
            },
        }
    }
}

impl<'a> From<&'a flux::SourceRef> for Source<'a> {
    fn from(source: &'a flux::SourceRef) -> Self {
        Self {
            kind: source.kind.as_str(),
            namespace: source.id.namespace.as_deref(),
            name: &source.id.name,
            file: source.file.as_ref().map(RepoPath::as_str),
        }
    }
}

impl<'a> From<&'a flux::Pin> for Pin<'a> {
    fn from(pin: &'a flux::Pin) -> Self {
        let place = pin.place();
        Self {
            id: &pin.id,
            kind: pin.kind,
            file: place.position.file.as_str(),
            document: place.spot.document,
            path: place.spot.path.to_string(),
            line: place.position.line,
            column: place.position.column,
            package: pin.package.to_string(),
            current: Current {
                text: &pin.current.text,
                registry: pin.current.registry.as_deref(),
                repository: pin.current.repository.as_deref(),
                tag: pin.current.tag.as_deref(),
                digest: pin.current.digest.as_ref().map(ToString::to_string),
            },
            editable: pin.locked.is_none(),
            reason: pin.locked.as_ref().map(|why| format!("{}: {}", why.code, why.message)),
            releases: pin.releases.iter().map(ToString::to_string).collect(),
            used_by: pin.used_by.iter().map(Use::from).collect(),
        }
    }
}

impl<'a> From<&'a flux::Place> for Use<'a> {
    fn from(place: &'a flux::Place) -> Self {
        Self {
            file: place.position.file.as_str(),
            line: place.position.line,
            column: place.position.column,
            path: place.spot.path.to_string(),
        }
    }
}

impl From<&diagnostic::Diagnostic> for Diagnostic {
    fn from(diagnostic: &diagnostic::Diagnostic) -> Self {
        Self {
            code: diagnostic.code.clone(),
            severity: diagnostic.severity,
            file: diagnostic.file.as_ref().map(ToString::to_string),
            line: diagnostic.line,
            column: diagnostic.column,
            message: diagnostic.message.clone(),
        }
    }
}

//! The JSON of `refit scan`, version 1.
//!
//! A view over [`Inventory`]: names and order are the contract's, what is unknown is `null`, lines
//! and columns count from 1, documents from 0. `refit schema scan` publishes its schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic;
use crate::flux;

/// What a repository runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scan {
    /// The version of this contract: 1.
    pub schema_version: u32,
    /// The HelmReleases.
    pub releases: Vec<Release>,
    /// The versions that are fixed somewhere.
    pub pins: Vec<Pin>,
    /// What a person should know about the files themselves.
    pub diagnostics: Vec<Diagnostic>,
}

/// One HelmRelease.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Release {
    /// The namespace that it has in the cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The file, relative to the folder that was scanned.
    pub file: String,
    /// The document in the file, from 0.
    pub document: usize,
    /// The chart that it installs.
    pub chart: Chart,
    /// The ids of its pins.
    pub pins: Vec<String>,
    /// What makes its workloads stop.
    pub lever: Lever,
}

/// The chart of a release.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chart {
    /// The chart's name.
    pub name: Option<String>,
    /// The version or range that is pinned.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: Option<Source>,
}

/// Where a chart comes from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Source {
    /// `HelmRepository`, `OCIRepository`, `GitRepository`, `Bucket` or `HelmChart`.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The file that defines it.
    pub file: Option<String>,
}

/// What makes the workloads of a release stop.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lever {
    /// `values`, `patch` or `none`.
    pub kind: flux::LeverKind,
    /// What is set or patched.
    pub r#where: Option<String>,
    /// Why this one, or why none.
    pub reason: String,
}

/// A version fixed in a manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pin {
    /// `FILE#DOCUMENT:POINTER` of the scalar that an upgrade edits.
    pub id: String,
    /// `image`, `chart` or `git`.
    pub kind: flux::PinKind,
    /// The file.
    pub file: String,
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
    pub current: Current,
    /// Whether an upgrade may edit it.
    pub editable: bool,
    /// Why not.
    pub reason: Option<String>,
    /// The releases that run it, as `NAMESPACE/NAME`.
    pub releases: Vec<String>,
    /// The other places that read the same scalar.
    pub used_by: Vec<Use>,
}

/// What a pin says now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Current {
    /// The version part, decoded.
    pub text: String,
    /// The registry, where one is written.
    pub registry: Option<String>,
    /// The repository, as written.
    pub repository: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Option<String>,
}

/// A place that reads a pin's scalar.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Use {
    /// The file.
    pub file: String,
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

impl From<&flux::Inventory> for Scan {
    fn from(inventory: &flux::Inventory) -> Self {
        Self {
            schema_version: 1,
            releases: inventory.releases.iter().map(Release::from).collect(),
            pins: inventory.pins.iter().map(Pin::from).collect(),
            diagnostics: inventory.diagnostics.iter().map(Diagnostic::from).collect(),
        }
    }
}

impl From<&flux::Release> for Release {
    fn from(release: &flux::Release) -> Self {
        let chart = &release.chart;
        Self {
            namespace: release.id.namespace.clone(),
            name: release.id.name.clone(),
            file: release.position.file.to_string(),
            document: release.document,
            chart: Chart {
                name: chart.name.clone(),
                version: chart.version.clone(),
                source: chart.source.as_ref().map(Source::from),
            },
            pins: release.pins.clone(),
            lever: Lever {
                kind: release.lever.kind,
                r#where: release.lever.r#where.clone(),
                reason: release.lever.reason.clone(),
            },
        }
    }
}

impl From<&flux::SourceRef> for Source {
    fn from(source: &flux::SourceRef) -> Self {
        Self {
            kind: source.kind.as_str(),
            namespace: source.id.namespace.clone(),
            name: source.id.name.clone(),
            file: source.file.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&flux::Pin> for Pin {
    fn from(pin: &flux::Pin) -> Self {
        let place = pin.place();
        Self {
            id: pin.id.clone(),
            kind: pin.kind,
            file: place.position.file.to_string(),
            document: place.spot.document,
            path: place.spot.path.to_string(),
            line: place.position.line,
            column: place.position.column,
            package: pin.package.to_string(),
            current: Current {
                text: pin.current.text.clone(),
                registry: pin.current.registry.clone(),
                repository: pin.current.repository.clone(),
                tag: pin.current.tag.clone(),
                digest: pin.current.digest.as_ref().map(ToString::to_string),
            },
            editable: pin.locked.is_none(),
            reason: pin.locked.as_ref().map(|why| format!("{}: {}", why.code, why.message)),
            releases: pin.releases.iter().map(ToString::to_string).collect(),
            used_by: pin
                .used_by
                .iter()
                .map(|place| Use {
                    file: place.position.file.to_string(),
                    line: place.position.line,
                    column: place.position.column,
                    path: place.spot.path.to_string(),
                })
                .collect(),
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

//! What upstream answers, as plain data.
//!
//! These types carry what a registry or a Helm repository said and nothing that refit made of it:
//! which version is newer, and whether it may be taken, is decided elsewhere. Everything is cheap
//! to share, since forty releases may ask about the same chart.

use crate::image::{Digest, Repository};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The tags of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tags {
    /// The names, each once, in the registry's order; names that no tag can have are left out.
    pub names: Vec<String>,
    /// Whether these are all. `false` where the list was cut at a limit, ran in circles, or led
    /// elsewhere: then a version that is not listed may exist nevertheless.
    pub complete: bool,
}

/// What stands behind a tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The digest of the manifest itself.
    pub digest: Digest,
    /// The media type that the manifest or the registry claims.
    pub media_type: String,
    /// Whether it is one image or a list of them.
    pub kind: ManifestKind,
}

/// The two kinds of manifest; the digest of one never stands in for the digest of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ManifestKind {
    /// A list of manifests, one a platform (OCI image index, Docker manifest list).
    Index,
    /// One image, or another single artifact such as a chart.
    Image,
}

/// What an image says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImageConfig {
    /// The labels of the image's configuration; what is not labelled there is filled in from the
    /// annotations of the manifest, then of the index.
    pub labels: BTreeMap<String, String>,
    /// When the image was built. Reproducible builds claim 1970 or 1980: `None` for these.
    pub created: Option<Timestamp>,
}

/// Where a chart comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartLocation {
    /// A Helm repository over HTTP, by the URL of the folder that holds `index.yaml`.
    Http(String),
    /// A folder of an OCI registry to which the chart's name is appended (`HelmRepository` of type
    /// `oci`). Its path is empty where charts lie at the registry's root.
    OciFolder(Repository),
    /// A repository of an OCI registry that is the chart (`OCIRepository`).
    OciRepository(Repository),
}

impl ChartLocation {
    /// Reads the URL of a `HelmRepository`: `oci://…` is a folder, all else an HTTP repository.
    #[must_use]
    pub fn of_helm_repository(url: &str) -> Self {
        match url.strip_prefix("oci://") {
            Some(rest) => Self::OciFolder(split_oci(rest)),
            None => Self::Http(url.to_owned()),
        }
    }

    /// Reads the URL of an `OCIRepository`, with or without `oci://`.
    #[must_use]
    pub fn of_oci_repository(url: &str) -> Self {
        Self::OciRepository(split_oci(url.strip_prefix("oci://").unwrap_or(url)))
    }
}

/// Splits `host/path`. Behind `oci://` the first segment is always the registry, whatever it
/// looks like.
fn split_oci(text: &str) -> Repository {
    let text = text.trim_end_matches('/');
    let (registry, path) = text.split_once('/').unwrap_or((text, ""));
    Repository { registry: registry.to_owned(), path: path.trim_matches('/').to_owned() }
}

/// One version of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartVersion {
    /// The version as the source writes it, with `+` where an OCI tag has `_`.
    pub version: String,
    /// The chart's own name, where the answer tells it: an index is asked by that name.
    pub name: Option<String>,
    /// The version of the application inside.
    pub app_version: Option<String>,
    /// When the source took it in. Not an order: some indexes give one time for all.
    pub created: Option<Timestamp>,
    /// Whether its authors have given it up.
    pub deprecated: bool,
    /// The digest of the archive (HTTP, without algorithm as written) or of the manifest (OCI).
    pub digest: Option<String>,
    /// The project's page.
    pub home: Option<String>,
    /// What it is, in its authors' words.
    pub description: Option<String>,
    /// Where its source code is.
    pub sources: Vec<String>,
    /// Where the archive is, absolute.
    pub urls: Vec<String>,
    /// Its annotations, `artifacthub.io/changes` among them.
    pub annotations: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chart_locations() {
        let repository = |registry: &str, path: &str| Repository {
            registry: registry.into(),
            path: path.into(),
        };
        for (url, helm) in [
            ("https://charts.example/x/", ChartLocation::Http("https://charts.example/x/".into())),
            (
                "oci://ghcr.io/org/charts/",
                ChartLocation::OciFolder(repository("ghcr.io", "org/charts")),
            ),
            ("oci://localhost:5000", ChartLocation::OciFolder(repository("localhost:5000", ""))),
            ("oci://registry/charts", ChartLocation::OciFolder(repository("registry", "charts"))),
        ] {
            assert_eq!(ChartLocation::of_helm_repository(url), helm, "{url}");
        }
        assert_eq!(
            ChartLocation::of_oci_repository("oci://ghcr.io/org/app"),
            ChartLocation::OciRepository(repository("ghcr.io", "org/app"))
        );
    }
}

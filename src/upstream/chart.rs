//! Charts in OCI registries.
//!
//! A chart is an artifact whose versions are the repository's tags, with `_` for `+`, which no tag
//! can hold; its configuration is the `Chart.yaml` as JSON, and helm repeats some of it in the
//! manifest's annotations (Helm, "Use OCI-based registries").

use super::manifest::{Parsed, read_time};
use super::types::{ChartLocation, ChartVersion, Tags};
use crate::image::{Digest, Repository};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Returns the repository that holds a chart; `None` where the source is no OCI registry.
pub(super) fn repository(source: &ChartLocation, chart: &str) -> Option<Repository> {
    match source {
        ChartLocation::Http(_) => None,
        ChartLocation::OciRepository(repository) => Some(repository.clone()),
        ChartLocation::OciFolder(Repository { registry, path }) => {
            let path = if path.is_empty() { chart.to_owned() } else { format!("{path}/{chart}") };
            Some(Repository { registry: registry.clone(), path })
        }
    }
}

/// Reads tags as versions. Signatures and attestations, which are named after a digest, are no
/// versions; whether the rest are is for the reader of versions to say.
pub(super) fn versions_of_tags(tags: &Tags) -> Arc<[ChartVersion]> {
    tags.names
        .iter()
        .filter(|tag| !is_attachment(tag))
        .map(|tag| ChartVersion { version: tag.replace('_', "+"), ..ChartVersion::default() })
        .collect()
}

/// `sha256-<digest>`, with or without `.sig`, `.att`, `.sbom` (cosign; distribution specification,
/// "Referrers tag schema").
fn is_attachment(tag: &str) -> bool {
    let digest = tag.split_once('.').map_or(tag, |(digest, _)| digest);
    digest
        .split_once('-')
        .is_some_and(|(algorithm, hex)| Digest::parse(&format!("{algorithm}:{hex}")).is_ok())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawChart {
    name: Option<String>,
    app_version: Option<String>,
    deprecated: Option<bool>,
    home: Option<String>,
    description: Option<String>,
    sources: Option<Vec<String>>,
    annotations: Option<BTreeMap<String, String>>,
}

/// Puts together what a chart's manifest and its configuration say. A configuration that cannot be
/// read leaves the manifest's word.
pub(super) fn of_manifest(version: &str, parsed: &Parsed, config: Option<&[u8]>) -> ChartVersion {
    let raw: RawChart =
        config.and_then(|config| serde_json::from_slice(config).ok()).unwrap_or_default();
    let said = |name: &str| {
        let name = format!("org.opencontainers.image.{name}");
        parsed.annotations.get(&name).filter(|text| !text.is_empty()).cloned()
    };
    let mut annotations = raw.annotations.unwrap_or_default();
    for (name, value) in &parsed.annotations {
        annotations.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let sources = raw.sources.filter(|sources| !sources.is_empty());
    ChartVersion {
        version: version.to_owned(),
        name: raw.name.filter(|text| !text.is_empty()).or_else(|| said("title")),
        app_version: raw.app_version,
        created: said("created").and_then(|text| read_time(&text)),
        deprecated: raw.deprecated.unwrap_or_default(),
        digest: Some(parsed.digest.to_string()),
        home: raw.home.filter(|text| !text.is_empty()).or_else(|| said("url")),
        description: raw.description.or_else(|| said("description")),
        sources: sources.unwrap_or_else(|| said("source").into_iter().collect()),
        urls: Vec::new(),
        annotations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::manifest;

    #[test]
    fn repositories() {
        let folder = |path: &str| {
            ChartLocation::OciFolder(Repository { registry: "e.org".into(), path: path.into() })
        };
        let path = |source| repository(&source, "app").map(|repository| repository.path);
        assert_eq!(path(folder("charts")).as_deref(), Some("charts/app"));
        assert_eq!(path(folder("")).as_deref(), Some("app"));
        let exact = Repository { registry: "e.org".into(), path: "x/y".into() };
        assert_eq!(path(ChartLocation::OciRepository(exact)).as_deref(), Some("x/y"));
        assert_eq!(path(ChartLocation::Http("https://e.org".into())), None);
    }

    #[test]
    fn tags_are_versions() {
        let signature = format!("sha256-{}.sig", "a".repeat(64));
        let referrers = format!("sha256-{}", "a".repeat(64));
        let names = ["1.0.0", "1.0.0_build.1", "latest", &signature, &referrers, "sha256-short"];
        let tags = Tags { names: names.map(str::to_owned).into(), complete: true };
        let versions: Vec<String> =
            versions_of_tags(&tags).iter().map(|version| version.version.clone()).collect();
        assert_eq!(versions, ["1.0.0", "1.0.0+build.1", "latest", "sha256-short"]);
    }

    #[test]
    fn charts_say_what_they_are() {
        let body = br#"{"config":{"digest":""},"annotations":{
            "org.opencontainers.image.source":"https://e.org/s",
            "org.opencontainers.image.url":"https://e.org/u",
            "org.opencontainers.image.created":"2024-05-01T10:00:00+02:00"}}"#;
        let parsed = manifest::read(body, None).unwrap();
        let bare = of_manifest("1.0.0", &parsed, Some(b"broken"));
        assert_eq!(bare.home.as_deref(), Some("https://e.org/u"));
        assert_eq!(bare.sources, ["https://e.org/s"]);
        assert_eq!(bare.created, Some("2024-05-01T08:00:00Z".parse().unwrap()));
        let config = br#"{"appVersion":"2.0","home":"https://e.org/h","deprecated":true,
            "sources":["https://e.org/a","https://e.org/b"],"annotations":{"x":"y"}}"#;
        let full = of_manifest("1.0.0", &parsed, Some(config));
        assert_eq!(full.app_version.as_deref(), Some("2.0"));
        assert_eq!(full.home.as_deref(), Some("https://e.org/h"));
        assert_eq!(full.sources, ["https://e.org/a", "https://e.org/b"]);
        assert_eq!((full.deprecated, full.annotations.len()), (true, 4));
    }
}

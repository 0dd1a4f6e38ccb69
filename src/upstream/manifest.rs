//! What a manifest and an image configuration say.
//!
//! Bytes in, plain data out. A registry's word for what it sends (`Content-Type`) is not always
//! there and not always right, so the manifest's own `mediaType` is believed first, and its shape
//! where neither says. Platforms that are no platforms are passed over: build attestations are
//! listed beside the images as `unknown/unknown`, and their configuration says nothing of the image.

use super::content::sha256;
use super::types::{ImageConfig, ManifestKind};
use crate::image::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The media types that are understood, as an `Accept` header. Indexes come first: a registry
/// that honours the order must not pick a platform for us.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// A manifest that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) digest: Digest,
    pub(super) media_type: String,
    pub(super) kind: ManifestKind,
    /// The manifest of an index whose image is looked at in the name of all.
    pub(super) child: Option<Digest>,
    /// The configuration of a single image.
    pub(super) config: Option<Digest>,
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    media_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    manifests: Option<Vec<Descriptor>>,
    #[serde(default, deserialize_with = "or_default")]
    config: Option<Descriptor>,
    #[serde(default, deserialize_with = "or_default")]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    digest: String,
    #[serde(default, deserialize_with = "or_default")]
    platform: Platform,
    #[serde(default, deserialize_with = "or_default")]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

/// Takes what has another shape than expected, or is `null`, for absent: one odd annotation must
/// not hide a manifest.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(T::deserialize(value).unwrap_or_default())
}

/// Reads a manifest.
///
/// # Errors
/// With what was wrong, when it is no JSON object.
pub(super) fn read(body: &[u8], content_type: Option<&str>) -> Result<Parsed, String> {
    let raw: Raw = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let claimed = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    // `application/json` and the like say nothing of the kind.
    let claimed = claimed.filter(|text| text.contains("manifest") || text.contains("index"));
    let media_type = raw.media_type.clone().or_else(|| claimed.map(str::to_owned));
    let kind = if raw.manifests.is_some() { ManifestKind::Index } else { ManifestKind::Image };
    let media_type = media_type.unwrap_or_else(|| {
        match kind {
            ManifestKind::Index => "application/vnd.oci.image.index.v1+json",
            ManifestKind::Image => "application/vnd.oci.image.manifest.v1+json",
        }
        .to_owned()
    });
    Ok(Parsed {
        digest: Digest::parse(&sha256(body)).map_err(|error| error.to_string())?,
        media_type,
        kind,
        child: raw.manifests.as_deref().and_then(representative),
        config: raw.config.and_then(|config| Digest::parse(&config.digest).ok()),
        annotations: raw.annotations,
    })
}

/// Chooses the image that speaks for an index: the one for linux/amd64, else the first that is an
/// image at all.
fn representative(manifests: &[Descriptor]) -> Option<Digest> {
    let is_image = |descriptor: &&Descriptor| {
        let Platform { os, architecture } = &descriptor.platform;
        let unknown = os == "unknown" || architecture == "unknown";
        !unknown && !descriptor.annotations.contains_key("vnd.docker.reference.type")
    };
    let is_usual = |descriptor: &&Descriptor| {
        descriptor.platform.os == "linux" && descriptor.platform.architecture == "amd64"
    };
    let usual = manifests.iter().filter(is_image).find(is_usual);
    let chosen = usual.or_else(|| manifests.iter().find(is_image))?;
    Digest::parse(&chosen.digest).ok()
}

#[derive(Deserialize, Default)]
struct RawConfig {
    #[serde(default, deserialize_with = "or_default")]
    created: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    config: RawContainer,
}

#[derive(Deserialize, Default)]
struct RawContainer {
    #[serde(rename = "Labels", default, deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// Reads an image's configuration and fills in from the annotations of its manifests, nearest
/// first.
///
/// # Errors
/// With what was wrong, when it is no JSON object.
pub(super) fn read_config(
    body: &[u8],
    annotations: &[&BTreeMap<String, String>],
) -> Result<ImageConfig, String> {
    let raw: RawConfig = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut labels = raw.config.labels;
    for (name, value) in annotations.iter().copied().flatten() {
        labels.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let created = raw
        .created
        .or_else(|| labels.get("org.opencontainers.image.created").cloned())
        .and_then(|text| read_time(&text));
    Ok(ImageConfig { labels, created })
}

/// Reads a time of building. Reproducible builds set the epoch, or the first year that a zip
/// archive can hold; neither is an age.
pub(super) fn read_time(text: &str) -> Option<Timestamp> {
    /// 1981-01-01T00:00:00Z.
    const FIRST_BELIEVED: i64 = 347_155_200;
    text.trim().parse::<Timestamp>().ok().filter(|time| time.as_second() >= FIRST_BELIEVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const C: &str = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    fn index(descriptors: &[(&str, &str, &str)]) -> String {
        let list: Vec<_> = descriptors
            .iter()
            .map(|(digest, os, architecture)| {
                serde_json::json!({
                    "digest": digest,
                    "platform": {"os": os, "architecture": architecture},
                })
            })
            .collect();
        serde_json::json!({"schemaVersion": 2, "manifests": list}).to_string()
    }

    #[test]
    fn an_index_is_spoken_for_by_an_image() {
        for (descriptors, chosen) in [
            (vec![(A, "linux", "arm64"), (B, "linux", "amd64")], Some(B)),
            (vec![(A, "linux", "arm64"), (B, "windows", "amd64")], Some(A)),
            (vec![(A, "unknown", "unknown"), (B, "linux", "arm")], Some(B)),
            (vec![(A, "unknown", "unknown")], None),
            (vec![("sha256:short", "linux", "amd64")], None),
            (vec![], None),
        ] {
            let parsed = read(index(&descriptors).as_bytes(), None).unwrap();
            assert_eq!(parsed.kind, ManifestKind::Index);
            assert_eq!(
                parsed.child,
                chosen.map(|chosen| Digest::parse(chosen).unwrap()),
                "{descriptors:?}"
            );
        }
        // An attestation that claims a real platform; entries without any.
        let text = serde_json::json!({"manifests": [
            {"digest": A, "platform": {"os": "linux", "architecture": "amd64"},
             "annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
            {"digest": C, "platform": null, "annotations": 1},
        ]});
        let parsed = read(text.to_string().as_bytes(), None).unwrap();
        assert_eq!(parsed.child, Digest::parse(C).ok());
    }

    #[test]
    fn kinds_and_media_types() {
        let oci = "application/vnd.oci.image.manifest.v1+json";
        let list = "application/vnd.docker.distribution.manifest.list.v2+json";
        for (text, content_type, kind, media_type) in [
            ("{\"config\":{}}", None, ManifestKind::Image, oci),
            ("{\"config\":{}}", Some("application/json"), ManifestKind::Image, oci),
            ("{\"manifests\":[]}", Some(list), ManifestKind::Index, list),
            ("{\"mediaType\":\"x/y\"}", Some(oci), ManifestKind::Image, "x/y"),
            ("{\"schemaVersion\":1,\"fsLayers\":[]}", None, ManifestKind::Image, oci),
        ] {
            let parsed = read(text.as_bytes(), content_type).unwrap();
            assert_eq!((parsed.kind, parsed.media_type.as_str()), (kind, media_type), "{text}");
            assert_eq!(parsed.digest.as_str(), sha256(text.as_bytes()));
        }
        for text in ["", "null", "[]", "<html>", "{\"mediaType\":1}"] {
            assert!(read(text.as_bytes(), None).is_err(), "{text}");
        }
        let deep = "[".repeat(200_000);
        assert!(read(format!("{{\"manifests\":{deep}").as_bytes(), None).is_err());
    }

    #[test]
    fn labels_are_filled_in_from_annotations() {
        let near = BTreeMap::from([("a".to_owned(), "near".to_owned())]);
        let far = BTreeMap::from([
            ("a".to_owned(), "far".to_owned()),
            ("b".to_owned(), "far".to_owned()),
            ("c".to_owned(), "far".to_owned()),
        ]);
        let body =
            br#"{"created":"2024-05-01T10:00:00.123456789Z","config":{"Labels":{"c":"own"}}}"#;
        let config = read_config(body, &[&near, &far]).unwrap();
        let labels: Vec<(&str, &str)> =
            config.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(labels, [("a", "near"), ("b", "far"), ("c", "own")]);
        assert_eq!(config.created, Some("2024-05-01T10:00:00.123456789Z".parse().unwrap()));
        for body in ["{}", "{\"config\":null,\"created\":null}", "{\"config\":{\"Labels\":[1]}}"] {
            assert_eq!(
                read_config(body.as_bytes(), &[]).unwrap(),
                ImageConfig::default(),
                "{body}"
            );
        }
        assert!(read_config(b"gzip", &[]).is_err());
    }

    #[test]
    fn times() {
        for (text, known) in [
            ("2024-05-01T10:00:00Z", true),
            ("2024-05-01T10:00:00.5+02:00", true),
            ("1970-01-01T00:00:00Z", false),
            ("1980-01-01T00:00:01Z", false),
            ("0001-01-01T00:00:00Z", false),
            ("yesterday", false),
        ] {
            assert_eq!(read_time(text).is_some(), known, "{text}");
        }
    }
}

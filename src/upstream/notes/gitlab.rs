//! GitLab: its releases, its files, its trees (REST API, version 4).
//!
//! A project is named by its whole path as one encoded segment. Releases have no mark for what is
//! not ready, but one for what is still to come.

use super::forge::{Forge, Listing, address, segment, segments};
use super::releases::Release;
use crate::upstream::error::Error;
use serde::Deserialize;

/// Works out the addresses of a project.
pub(super) fn forge(host: &str, root: &str, path: &str) -> Result<Forge, Error> {
    let (own, id) = (segments(path)?, segment(path)?);
    let api = format!("{root}/api/v4/projects/{id}");
    Ok(Forge {
        label: format!("{host}/{path}"),
        name: path.rsplit('/').next().unwrap_or_default().to_owned(),
        releases: address(&format!("{api}/releases?per_page=100"))?,
        read_releases,
        tree: format!("{api}/repository/tree?ref={{ref}}&recursive=true&per_page=100"),
        read_tree,
        raw: format!("{root}/{own}/-/raw/{{ref}}/{{path}}"),
        raw_head: format!("{root}/{own}/-/raw/HEAD/{{path}}"),
        blob: format!("{root}/{own}/-/blob/{{ref}}/{{path}}"),
        release: format!("{root}/{own}/-/releases/{{ref}}"),
        token: None,
    })
}

#[derive(Deserialize)]
struct Raw {
    tag_name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    upcoming_release: bool,
    #[serde(default)]
    released_at: Option<String>,
}

/// Reads a page of releases.
pub(super) fn read_releases(body: &[u8]) -> serde_json::Result<Vec<Release>> {
    let raw: Vec<Raw> = serde_json::from_slice(body)?;
    let releases = raw.into_iter().filter(|raw| !raw.upcoming_release).map(|raw| Release {
        tag: raw.tag_name,
        text: raw.description.unwrap_or_default(),
        early: false,
        published: raw.released_at,
    });
    Ok(releases.collect())
}

#[derive(Deserialize)]
struct RawEntry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Reads a page of a recursive tree.
fn read_tree(body: &[u8]) -> serde_json::Result<Listing> {
    let raw: Vec<RawEntry> = serde_json::from_slice(body)?;
    let files = raw.into_iter().filter(|entry| entry.kind == "blob");
    Ok(Listing { files: files.map(|entry| entry.path).collect(), complete: true })
}

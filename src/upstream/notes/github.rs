//! GitHub: its releases, its files, its trees (REST API, version 2022-11-28).
//!
//! Without a token the API answers sixty requests an hour; the host of raw files does not count
//! these. A repository that was renamed answers with a redirect within the same origin.

use super::Settings;
use super::forge::{Forge, Listing, address, segment};
use super::releases::Release;
use crate::http::Url;
use crate::upstream::error::Error;
use serde::Deserialize;

/// Works out the addresses of a repository.
pub(super) fn forge(settings: &Settings, owner: &str, repository: &str) -> Result<Forge, Error> {
    let root = |own: Option<&Url>, usual: &str| {
        own.map_or_else(|| usual.to_owned(), |url| url.expose().trim_end_matches('/').to_owned())
    };
    let api = root(settings.github_api.as_ref(), "https://api.github.com");
    let raw = root(settings.github_raw.as_ref(), "https://raw.githubusercontent.com");
    let own = format!("{}/{}", segment(owner)?, segment(repository)?);
    Ok(Forge {
        label: format!("github.com/{owner}/{repository}"),
        name: repository.to_owned(),
        releases: address(&format!("{api}/repos/{own}/releases?per_page=100"))?,
        read_releases,
        tree: format!("{api}/repos/{own}/git/trees/{{ref}}?recursive=1"),
        read_tree,
        raw: format!("{raw}/{own}/{{ref}}/{{path}}"),
        raw_head: format!("{raw}/{own}/HEAD/{{path}}"),
        blob: format!("https://github.com/{own}/blob/{{ref}}/{{path}}"),
        release: format!("https://github.com/{own}/releases/tag/{{ref}}"),
        token: settings.github_token.clone(),
    })
}

/// A release, as GitHub and Gitea tell it; what is not read here is skipped unread.
#[derive(Deserialize)]
struct Raw {
    tag_name: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerelease: bool,
    #[serde(default)]
    published_at: Option<String>,
}

/// Reads a page of releases.
pub(super) fn read_releases(body: &[u8]) -> serde_json::Result<Vec<Release>> {
    let raw: Vec<Raw> = serde_json::from_slice(body)?;
    let releases = raw.into_iter().filter(|raw| !raw.draft).map(|raw| Release {
        tag: raw.tag_name,
        text: raw.body.unwrap_or_default(),
        early: raw.prerelease,
        published: raw.published_at,
    });
    Ok(releases.collect())
}

#[derive(Deserialize)]
struct RawTree {
    #[serde(default)]
    tree: Vec<RawEntry>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct RawEntry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Reads a recursive tree, as GitHub and Gitea tell it.
pub(super) fn read_tree(body: &[u8]) -> serde_json::Result<Listing> {
    let raw: RawTree = serde_json::from_slice(body)?;
    let files = raw.tree.into_iter().filter(|entry| entry.kind == "blob");
    Ok(Listing { files: files.map(|entry| entry.path).collect(), complete: !raw.truncated })
}

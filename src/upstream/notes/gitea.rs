//! Gitea and Forgejo: their releases, files and trees (API, version 1).
//!
//! Releases and trees look as GitHub's do. A page holds fifty releases at most, whatever is asked
//! for.

use super::forge::{Forge, address, segment};
use super::github::{read_releases, read_tree};
use crate::upstream::error::Error;

/// Works out the addresses of a repository.
pub(super) fn forge(host: &str, root: &str, owner: &str, repository: &str) -> Result<Forge, Error> {
    let own = format!("{}/{}", segment(owner)?, segment(repository)?);
    let api = format!("{root}/api/v1/repos/{own}");
    Ok(Forge {
        label: format!("{host}/{owner}/{repository}"),
        name: repository.to_owned(),
        releases: address(&format!("{api}/releases?limit=50"))?,
        read_releases,
        tree: format!("{api}/git/trees/{{ref}}?recursive=true"),
        read_tree,
        raw: format!("{root}/{own}/raw/tag/{{ref}}/{{path}}"),
        // No address of the pages names the default branch; the API's does by naming none.
        raw_head: format!("{api}/raw/{{path}}"),
        blob: format!("{root}/{own}/src/{{ref}}/{{path}}"),
        release: format!("{root}/{own}/releases/tag/{{ref}}"),
        token: None,
    })
}

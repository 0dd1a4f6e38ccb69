//! Trees made of a base tree and patches.
//!
//! Only the folders on the way to a patched file are written anew; everything else is shared with
//! the base by name, so a file outside the patches cannot change. A file keeps its mode. A
//! symbolic link, a submodule or a folder in a patch's way is an error: writing through a link
//! could change a file that the plan never looked at.

use git2::FileMode;

use crate::tree::{Patches, RepoPath};

use super::Error;

/// Writes the tree that `base` becomes with `patches` laid over the folder `prefix` of it.
pub(super) fn tree_with(
    git: &git2::Repository,
    base: &git2::Tree<'_>,
    prefix: &str,
    patches: &Patches,
) -> Result<git2::Oid, Error> {
    let mut update = git2::build::TreeUpdateBuilder::new();
    let mut touched = false;
    for (path, content) in patches {
        let full = joined(prefix, path);
        let present = mode_at(git, base, path, &full)?;
        match (content, present) {
            (Some(bytes), mode) => {
                let blob = git.blob(bytes).map_err(Error::git("writing a file's content"))?;
                update.upsert(full.as_str(), blob, mode.unwrap_or(FileMode::Blob));
            }
            (None, Some(_)) => {
                update.remove(full.as_str());
            }
            (None, None) => continue,
        }
        touched = true;
    }
    if !touched {
        return Ok(base.id());
    }
    update.create_updated(git, base).map_err(Error::git("writing a tree"))
}

/// Reads the blob's name at a path, if an ordinary file stands there.
pub(super) fn blob_at(
    git: &git2::Repository,
    tree: &git2::Tree<'_>,
    prefix: &str,
    path: &RepoPath,
) -> Option<git2::Oid> {
    let entry = tree.get_path(std::path::Path::new(&joined(prefix, path))).ok()?;
    git.find_blob(entry.id()).ok().map(|blob| blob.id())
}

/// Returns a path as seen from the repository's root.
pub(super) fn joined(prefix: &str, path: &RepoPath) -> String {
    if prefix.is_empty() { path.to_string() } else { format!("{prefix}/{path}") }
}

/// Returns the mode of the file at `full`, `None` where nothing stands.
fn mode_at(
    git: &git2::Repository,
    base: &git2::Tree<'_>,
    path: &RepoPath,
    full: &str,
) -> Result<Option<FileMode>, Error> {
    // The names that git itself refuses in a tree, also as NTFS and HFS+ would spell them.
    let forbidden = |segment: &str| {
        let plain: String = segment.chars().filter(char::is_ascii).collect();
        plain.trim_end_matches(['.', ' ']).eq_ignore_ascii_case(".git")
            || plain.eq_ignore_ascii_case("git~1")
    };
    if full.split('/').any(forbidden) {
        return Err(Error::BadPath { path: path.clone() });
    }
    let refuse = |what| Error::NotAFile { path: path.clone(), what };
    let (folders, name) = full.rsplit_once('/').unwrap_or(("", full));
    let mut tree = base.clone();
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        let Some((id, mode)) = tree.get_name(folder).map(|entry| (entry.id(), entry.filemode()))
        else {
            return Ok(None);
        };
        match mode {
            mode if mode == i32::from(FileMode::Tree) => {
                tree = git.find_tree(id).map_err(Error::git("reading a tree"))?;
            }
            mode if mode == i32::from(FileMode::Link) => return Err(refuse("a symbolic link")),
            mode if mode == i32::from(FileMode::Commit) => return Err(refuse("a submodule")),
            _ => return Err(refuse("a file where a folder is expected")),
        }
    }
    let Some(entry) = tree.get_name(name) else { return Ok(None) };
    match entry.filemode() {
        mode if mode == i32::from(FileMode::BlobExecutable) => Ok(Some(FileMode::BlobExecutable)),
        mode if mode == i32::from(FileMode::Link) => Err(refuse("a symbolic link")),
        mode if mode == i32::from(FileMode::Tree) => Err(refuse("a folder")),
        mode if mode == i32::from(FileMode::Commit) => Err(refuse("a submodule")),
        _ => Ok(Some(FileMode::Blob)),
    }
}

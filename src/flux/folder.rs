//! Paths as kustomizations write them, as paths of the tree.

use crate::tree::RepoPath;

/// Reads the `path` of a Flux Kustomization as a folder of the tree, `""` for its root.
pub(super) fn folder(path: &str) -> Option<String> {
    join("", path.trim_start_matches('/'))
}

/// Joins a folder and a relative path; `None` where it leads out of the tree.
pub(super) fn join(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            other => segments.push(other),
        }
    }
    Some(segments.join("/"))
}

/// Joins a folder and the relative path of a file.
pub(super) fn file(folder: &str, relative: &str) -> Option<RepoPath> {
    RepoPath::new(&join(folder, relative)?).ok()
}

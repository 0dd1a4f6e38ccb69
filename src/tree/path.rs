//! A file's name inside a repository.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A file's path relative to the root that Flux paths resolve against.
///
/// `/` stands between its segments; it is never absolute and holds neither `.` nor `..` segments,
/// so that joining it to a folder cannot leave that folder.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoPath(Arc<str>);

/// A text that is no path inside a repository.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a path inside the repository")]
pub struct InvalidPath(pub String);

impl RepoPath {
    /// Reads a path; empty and `.` segments are dropped, `..` steps back.
    ///
    /// # Errors
    /// When the path is absolute, empty, or leads out of the root.
    pub fn new(text: &str) -> Result<Self, InvalidPath> {
        let invalid = || InvalidPath(text.to_owned());
        if text.starts_with('/') || text.contains('\0') {
            return Err(invalid());
        }
        let mut segments: Vec<&str> = Vec::new();
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or_else(invalid)?;
                }
                other => segments.push(other),
            }
        }
        if segments.is_empty() {
            return Err(invalid());
        }
        Ok(Self(segments.join("/").into()))
    }

    /// Returns the path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folder that holds the file, `""` for the root.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the last segment.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Resolves `relative` as it would be read from inside this file's folder.
    ///
    /// # Errors
    /// As [`RepoPath::new`].
    pub fn sibling(&self, relative: &str) -> Result<Self, InvalidPath> {
        let joined = match (relative.starts_with('/'), self.parent()) {
            (true, _) => return Err(InvalidPath(relative.to_owned())),
            (false, "") => relative.to_owned(),
            (false, folder) => format!("{folder}/{relative}"),
        };
        Self::new(&joined).map_err(|_| InvalidPath(relative.to_owned()))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        Self::new(&text)
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_inside_the_root() {
        for bad in ["", ".", "/etc/passwd", "..", "a/../..", "a/../../b", "a\0b"] {
            assert!(RepoPath::new(bad).is_err(), "{bad:?}");
        }
        for (text, path) in [("a/b.yaml", "a/b.yaml"), ("./a//b", "a/b"), ("a/../b", "b")] {
            assert_eq!(RepoPath::new(text).map(String::from), Ok(path.to_owned()));
        }
    }

    #[test]
    fn siblings_resolve_from_the_folder_of_the_file() {
        let file = RepoPath::new("apps/web/kustomization.yaml").unwrap();
        assert_eq!(file.sibling("../db/x.yaml").unwrap().as_str(), "apps/db/x.yaml");
        assert!(file.sibling("../../../x").is_err());
        assert!(file.sibling("/x").is_err());
        assert_eq!(RepoPath::new("top.yaml").unwrap().sibling("./x").unwrap().as_str(), "x");
    }
}

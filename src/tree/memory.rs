//! A tree that exists only in memory, for tests and for what is not written yet.

use std::collections::BTreeMap;

use super::{InvalidPath, RepoPath, Tree, TreeError};

/// Files by path, held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl MemoryTree {
    /// Makes a tree of paths and texts; a path that stands twice has its last text.
    ///
    /// # Errors
    /// When a path leads out of the tree.
    pub fn of<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, InvalidPath> {
        let file = |(path, text): (&str, &str)| Ok((RepoPath::new(path)?, text.into()));
        Ok(Self { files: files.into_iter().map(file).collect::<Result<_, _>>()? })
    }
}

impl Tree for MemoryTree {
    fn files(&self) -> Result<Vec<RepoPath>, TreeError> {
        Ok(self.files.keys().cloned().collect())
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self.files.get(path).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_in_order_and_read_back() {
        let tree = MemoryTree::of([("b/x.yaml", "1"), ("a.yaml", "2")]).unwrap();
        let files: Vec<_> = tree.files().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(files, ["a.yaml", "b/x.yaml"]);
        let read = |path| tree.read(&RepoPath::new(path).unwrap()).unwrap();
        assert_eq!(read("b/x.yaml"), Some(b"1".to_vec()));
        assert_eq!(read("b"), None);
        assert!(MemoryTree::of([("../x", "")]).is_err());
    }
}

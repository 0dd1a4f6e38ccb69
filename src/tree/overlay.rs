//! A tree with patches laid over it, as a stage that exists only in memory.

use std::collections::BTreeMap;

use super::{RepoPath, Tree, TreeError};

/// New contents of files by path; `None` removes the file.
///
/// What is not named here stays as it is in the tree below.
pub type Patches = BTreeMap<RepoPath, Option<Vec<u8>>>;

/// A tree in which some files read as `patches` say and all others as `base` says.
pub struct Overlay<'a> {
    base: &'a dyn Tree,
    patches: &'a Patches,
}

impl<'a> Overlay<'a> {
    /// Lays `patches` over `base`.
    #[must_use]
    pub fn new(base: &'a dyn Tree, patches: &'a Patches) -> Self {
        Self { base, patches }
    }
}

impl Tree for Overlay<'_> {
    fn files(&self) -> Result<Vec<RepoPath>, TreeError> {
        let mut files = self.base.files()?;
        files.retain(|path| !matches!(self.patches.get(path), Some(None)));
        let added = self.patches.iter().filter(|(_, content)| content.is_some());
        files.extend(added.map(|(path, _)| path.clone()));
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.patches.get(path) {
            Some(content) => Ok(content.clone()),
            None => self.base.read(path),
        }
    }
}

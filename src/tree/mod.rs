//! Where files come from: a work tree, a commit, memory, or an overlay of patches on any of them.
//!
//! Everything above this module reads files through [`Tree`] and names them by [`RepoPath`], so
//! that a scan of a checkout, of a fetched commit and of a stage that exists only in memory are
//! the same code. Nothing here looks into a file: bytes in, bytes out.

mod commit;
mod memory;
mod overlay;
mod path;
mod worktree;

pub use commit::CommitTree;
pub use memory::MemoryTree;
pub use overlay::{Overlay, Patches};
pub use path::{InvalidPath, RepoPath};
pub use worktree::WorkTree;

/// A tree of files that can be listed and read.
///
/// Implementations are cheap to share between threads; a scan reads its files in parallel.
pub trait Tree: Sync {
    /// Lists the files, sorted, without folders; a symbolic link is listed when it leads to a file
    /// inside the tree.
    ///
    /// # Errors
    /// When the root cannot be listed at all.
    fn files(&self) -> Result<Vec<RepoPath>, TreeError>;

    /// Reads one file whole; `None` where there is none.
    ///
    /// # Errors
    /// When the file exists and cannot be read, is larger than [`MAX_FILE_BYTES`], or leads out of
    /// the tree.
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, TreeError>;
}

/// The largest file that is read, in bytes. The largest manifest among 61,812 public ones has
/// under 3 MB; what is larger is data.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a tree could not be listed, or a file of it not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The root does not exist or is no folder.
    #[error("{root}: {reason}")]
    Root {
        /// The folder as it was given.
        root: String,
        /// What is wrong with it.
        reason: String,
    },
    /// One file could not be read.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: RepoPath,
        /// What is wrong with it.
        reason: String,
    },
}

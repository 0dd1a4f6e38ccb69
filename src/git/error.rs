//! What can go wrong between a plan and its branches on a remote.
//!
//! Each variant says what happened, where, and what to do about it; those that a caller must tell
//! apart (no rights, a lost lease, a declined push, nobody there) are variants of their own.

use std::path::Path;

use crate::tree::RepoPath;

use super::Oid;

/// Why a git operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository at a folder or above it.
    #[error(
        "{dir}: not inside a git repository; give the folder of a clone, or run `git init` and commit first"
    )]
    NoRepository {
        /// The folder as it was given.
        dir: String,
    },
    /// There is nothing at a folder's path, or no folder.
    #[error("{dir}: {reason}")]
    NoFolder {
        /// The folder as it was given.
        dir: String,
        /// What is there instead.
        reason: &'static str,
    },
    /// The repository exists, and libgit2 does not open it.
    #[error("{dir}: this repository cannot be opened: {reason}")]
    Unusable {
        /// The folder as it was given.
        dir: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A branch or commit that everything else builds on is missing.
    #[error("{what} does not exist in this repository; {hint}")]
    Missing {
        /// The branch, remote or commit.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A patch names something that is no ordinary file.
    #[error("{path}: {what} stands in the way; refit edits ordinary files only")]
    NotAFile {
        /// The file as the patch names it.
        path: RepoPath,
        /// What was found, as in `a symbolic link`.
        what: &'static str,
    },
    /// A path that git itself would refuse.
    #[error("{path}: git does not accept this path")]
    BadPath {
        /// The file as the patch names it.
        path: RepoPath,
    },
    /// A branch name that git does not accept, or that clashes with another branch.
    #[error("branch `{branch}`: {reason}")]
    BadBranch {
        /// The branch.
        branch: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The commits would change nothing.
    #[error(
        "branch `{branch}` would hold no change: its stages leave every file as it is on {base}"
    )]
    NothingToCommit {
        /// The branch.
        branch: String,
        /// The commit that it would stand on.
        base: Oid,
    },
    /// A commit could not be signed.
    #[error(
        "{program} did not sign the commit: {reason}; set `commit.gpgsign` to false to go without"
    )]
    Signing {
        /// The program that was asked.
        program: String,
        /// What it said.
        reason: String,
    },
    /// A program could not be started or did not end in time.
    #[error(transparent)]
    Program(#[from] crate::process::Error),
    /// The remote wants other credentials.
    #[error(
        "{remote} refused the credentials: {reason}; check that the token or key is valid and may {wanted} this repository"
    )]
    Auth {
        /// The remote's name.
        remote: String,
        /// What the remote said.
        reason: String,
        /// What was tried, `read` or `write`.
        wanted: &'static str,
    },
    /// The remote answers that there is no such repository, or none this token may see.
    #[error("{remote} has no such repository, or none that these credentials may see: {reason}")]
    NoRemoteRepository {
        /// The remote's name.
        remote: String,
        /// What the remote said.
        reason: String,
    },
    /// Somebody moved a branch between reading and writing it; nothing was written.
    #[error("{} moved in the meantime; nothing was written, run refit again", .branches.join(", "))]
    LeaseLost {
        /// The branches that moved.
        branches: Vec<String>,
    },
    /// A rule of the remote forbids the push; nothing was written.
    #[error("{remote} declined {}: {reason}; allow refit to write its branches, or choose another branch prefix", .branches.join(", "))]
    Declined {
        /// The remote's name.
        remote: String,
        /// The branches that were declined.
        branches: Vec<String>,
        /// What the remote said.
        reason: String,
    },
    /// Nobody answers at the remote's address.
    #[error("{remote} cannot be reached: {reason}")]
    Unreachable {
        /// The remote's name.
        remote: String,
        /// What git said.
        reason: String,
    },
    /// The remote failed in a way that none of the others covers.
    #[error("git {action} failed at {remote}: {reason}")]
    Remote {
        /// The remote's name.
        remote: String,
        /// `fetch`, `push` or `ls-remote`.
        action: &'static str,
        /// What git said.
        reason: String,
    },
    /// A branch is checked out in a work tree, which would no longer match it.
    #[error(
        "branch `{branch}` is checked out in {place}; switch to another branch there, then run refit again"
    )]
    CheckedOut {
        /// The branch.
        branch: String,
        /// The work tree.
        place: String,
    },
    /// libgit2 failed.
    #[error("{action}: {}", .source.message())]
    Git {
        /// What was being done.
        action: &'static str,
        /// libgit2's own error.
        source: git2::Error,
    },
}

impl Error {
    /// Returns a closure that wraps libgit2's error with what was being done.
    pub(super) fn git(action: &'static str) -> impl FnOnce(git2::Error) -> Self {
        move |source| Self::Git { action, source }
    }

    /// Explains why a repository could not be opened.
    pub(super) fn open(folder: &Path, source: &git2::Error) -> Self {
        let dir = folder.display().to_string();
        if !folder.is_dir() {
            let reason = if folder.exists() {
                "not a folder; give the folder that Flux paths start from"
            } else {
                "there is no such folder"
            };
            return Self::NoFolder { dir, reason };
        }
        let reason = match (source.code(), source.message()) {
            (git2::ErrorCode::NotFound, _) => return Self::NoRepository { dir },
            (git2::ErrorCode::Owner, _) => {
                "it belongs to another user; run `git config --global --add safe.directory` \
                                            with its path if you trust it"
                    .to_owned()
            }
            (_, message) if message.contains("extension") || message.contains("object format") => {
                format!("it uses a feature that refit cannot read yet ({message})")
            }
            (_, message) => message.to_owned(),
        };
        Self::Unusable { dir, reason }
    }
}

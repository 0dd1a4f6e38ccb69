//! A repository, and the folder of it that is read.
//!
//! The folder given on the command line may be a subfolder of the work tree, as in a repository
//! that keeps its clusters under `kubernetes/`. All paths of plans and trees are relative to that
//! folder; this is the one place that knows the way from the repository's root to it.

use std::path::{Path, PathBuf};

use crate::tree::{CommitTree, TreeError};

use super::{Author, Error, Oid, Signing};

/// An open repository with the folder that is read.
pub struct Repo {
    pub(super) git: git2::Repository,
    prefix: String,
}

impl Repo {
    /// Opens the repository that holds `dir`.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened: another owner, an unknown extension, a path
    /// that is not UTF-8.
    pub fn discover(dir: &Path) -> Result<Self, Error> {
        let git = git2::Repository::discover(dir)
            .and_then(|git| {
                // libgit2 takes a file for the folder that holds it.
                if dir.is_dir() { Ok(git) } else { Err(git2::Error::from_str("no folder")) }
            })
            .map_err(|source| Error::open(dir, &source))?;
        let prefix = match git.workdir() {
            Some(top) => folder_under(top, dir)?,
            None => String::new(),
        };
        Ok(Self { git, prefix })
    }

    /// Returns the way from the repository's root to the folder that is read: empty, or segments
    /// joined by `/` without one at the ends.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the git directory that all work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }

    /// Tells whether the history was cut off when the repository was cloned.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// Returns the commit that a full reference name leads to, as in `refs/heads/main`; `None` where
    /// there is no such reference or no commit yet.
    ///
    /// # Errors
    /// When the reference cannot be read, or leads to something else than a commit.
    pub fn tip(&self, reference: &str) -> Result<Option<Oid>, Error> {
        let found = match self.git.find_reference(reference) {
            Ok(found) => found,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(Error::Git { action: "reading a reference", source }),
        };
        match found.peel_to_commit() {
            Ok(commit) => Ok(Some(commit.id().into())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(source) => Err(Error::Git { action: "reading a reference", source }),
        }
    }

    /// Returns the commit that is checked out; `None` in a repository without one.
    ///
    /// # Errors
    /// When HEAD cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, Error> {
        self.tip("HEAD")
    }

    /// Returns the name of the branch that is checked out; `None` where HEAD is detached.
    #[must_use]
    pub fn head_branch(&self) -> Option<String> {
        let head = self.git.find_reference("HEAD").ok()?;
        let target = head.symbolic_target().ok()??;
        target.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// Returns the name of the branch that a remote has checked out, as a clone recorded it.
    #[must_use]
    pub fn recorded_default_branch(&self, remote: &str) -> Option<String> {
        let head = self.git.find_reference(&format!("refs/remotes/{remote}/HEAD")).ok()?;
        let target = head.symbolic_target().ok()??;
        target.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned)
    }

    /// Returns a remote's address as it is configured; it may hold a password.
    #[must_use]
    pub fn remote_url(&self, remote: &str) -> Option<String> {
        self.git.find_remote(remote).ok()?.url().ok().map(str::to_owned)
    }

    /// Returns the files of a commit, below the folder that is read.
    ///
    /// # Errors
    /// When the commit cannot be read, or has no such folder.
    pub fn files_at(&self, commit: Oid) -> Result<CommitTree, TreeError> {
        CommitTree::new(self.git.path(), &commit.to_string(), &self.prefix)
    }

    /// Returns the author that the user's git is configured with, or [`Author::default`].
    #[must_use]
    pub fn author(&self) -> Author {
        let text = |key: &str| {
            self.git.config().and_then(|config| config.get_string(key)).unwrap_or_default()
        };
        Author::new(&text("user.name"), &text("user.email"))
    }

    /// Returns how the user's git signs commits.
    ///
    /// # Errors
    /// When signing is asked for in a way that git would not understand either.
    pub fn signing(&self) -> Result<Signing, Error> {
        let mut config = self.git.config().map_err(Error::git("reading git's configuration"))?;
        let config = config.snapshot().map_err(Error::git("reading git's configuration"))?;
        Signing::configured(&config)
    }

    /// Returns a commit's first parent; `None` for the first commit, or where history was cut off.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn first_parent(&self, commit: Oid) -> Result<Option<Oid>, Error> {
        let parent = self.commit(commit)?.parent_id(0).ok().map(Oid::from);
        Ok(parent.filter(|parent| self.holds(*parent)))
    }

    /// Tells whether the repository has a commit.
    #[must_use]
    pub fn holds(&self, commit: Oid) -> bool {
        self.git.find_commit(commit.raw()).is_ok()
    }

    /// Tells whether `commit` is `tip` or in its history.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn contains(&self, tip: Oid, commit: Oid) -> Result<bool, Error> {
        let descends = self.git.graph_descendant_of(tip.raw(), commit.raw());
        Ok(tip == commit || descends.map_err(Error::git("reading history"))?)
    }

    pub(super) fn commit(&self, id: Oid) -> Result<git2::Commit<'_>, Error> {
        self.git.find_commit(id.raw()).map_err(|source| match source.code() {
            git2::ErrorCode::NotFound => Error::Missing {
                what: format!("commit {id}"),
                hint: "fetch it first; a shallow clone needs its history (`git fetch --unshallow`)",
            },
            _ => Error::Git { action: "reading a commit", source },
        })
    }
}

/// Tells whether an error of libgit2 says that a thing is not there.
pub(super) fn is_absent(error: &git2::Error) -> bool {
    matches!(error.code(), git2::ErrorCode::NotFound | git2::ErrorCode::UnbornBranch)
}

/// Returns the way from `top` to `dir`, both seen without symbolic links.
fn folder_under(top: &Path, dir: &Path) -> Result<String, Error> {
    let unusable = |reason: &str| Error::Unusable {
        dir: dir.display().to_string(),
        reason: reason.to_owned(),
    };
    let real = |path: &Path| -> Result<PathBuf, Error> {
        path.canonicalize().map_err(|error| unusable(&error.to_string()))
    };
    let (top, dir_real) = (real(top)?, real(dir)?);
    let inside = dir_real
        .strip_prefix(&top)
        .map_err(|_| unusable("it lies outside the repository's work tree"))?;
    let segments: Option<Vec<&str>> =
        inside.components().map(|part| part.as_os_str().to_str()).collect();
    Ok(segments.ok_or_else(|| unusable("its path is not UTF-8"))?.join("/"))
}

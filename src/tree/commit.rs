//! The files of a commit, without a checkout.
//!
//! The folder that is read may be any folder of the commit's tree. A symbolic link is listed under
//! its own name when it leads to a file inside that folder, and read as that file; one that leads
//! out, as a path made to escape would, is not listed and refused when asked for. libgit2's handles
//! serve one thread at a time, so a small stock of them is kept: a thread takes one, or opens one
//! more when all are out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use git2::{ObjectType, Oid, Repository};

use super::{MAX_FILE_BYTES, RepoPath, Tree, TreeError};

/// As many links are followed one after another as Linux follows (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// A folder of a commit as a tree of files.
pub struct CommitTree {
    git_dir: PathBuf,
    stock: Mutex<Vec<Repository>>,
    files: BTreeMap<RepoPath, Oid>,
    links: BTreeMap<RepoPath, Oid>,
}

impl CommitTree {
    /// Lists the folder `prefix` (empty for all) of a commit in the repository at `git_dir`.
    ///
    /// Submodules are left out, and so are names that are not UTF-8.
    ///
    /// # Errors
    /// When the repository, the commit or a tree cannot be read, or the commit has no such folder.
    pub fn new(git_dir: &Path, commit: &str, prefix: &str) -> Result<Self, TreeError> {
        let root = |reason: String| TreeError::Root { root: format!("{commit}:{prefix}"), reason };
        let failed = |error: git2::Error| root(error.message().to_owned());
        let git = Repository::open(git_dir).map_err(failed)?;
        let (files, links) = {
            let id = Oid::from_str(commit).map_err(failed)?;
            let top = git.find_commit(id).and_then(|commit| commit.tree()).map_err(failed)?;
            let top = if prefix.is_empty() {
                top
            } else {
                let entry = top
                    .get_path(Path::new(prefix))
                    .map_err(|_| root("the commit has no such folder".to_owned()))?;
                git.find_tree(entry.id()).map_err(|_| root("it is no folder".to_owned()))?
            };
            list(&git, &top).map_err(failed)?
        };
        let git_dir = git.path().to_owned();
        Ok(Self { git_dir, stock: Mutex::new(vec![git]), files, links })
    }

    fn with_repository<T>(
        &self,
        read: impl FnOnce(&Repository) -> Result<T, git2::Error>,
    ) -> Result<T, git2::Error> {
        let lock = || self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let git = match taken {
            Some(git) => git,
            None => Repository::open(&self.git_dir)?,
        };
        let answer = read(&git);
        lock().push(git);
        answer
    }

    /// Returns the blob that a path leads to; `None` where nothing stands.
    fn resolve(&self, path: &RepoPath) -> Result<Option<Oid>, TreeError> {
        let refuse =
            |reason: &str| TreeError::File { path: path.clone(), reason: reason.to_owned() };
        let mut at = path.clone();
        for _ in 0..MAX_LINKS {
            if let Some(id) = self.files.get(&at) {
                return Ok(Some(*id));
            }
            let Some((link, rest)) = self.link_on(&at) else { return Ok(None) };
            let id = self.links.get(&link).copied();
            let target = match id {
                Some(id) => self.blob(path, id, MAX_FILE_BYTES)?,
                None => return Ok(None),
            };
            let target = String::from_utf8(target).map_err(|_| refuse("its link is not UTF-8"))?;
            let joined = if rest.is_empty() { target } else { format!("{target}/{rest}") };
            at = match link.sibling(&joined) {
                Ok(next) => next,
                Err(_) => return Err(refuse("its link leads out of the tree")),
            };
        }
        Err(refuse("its links lead in a circle"))
    }

    /// Returns the first link on the way to a path, and what of the path follows it.
    fn link_on(&self, path: &RepoPath) -> Option<(RepoPath, String)> {
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(at, _)| at).chain([text.len()]);
        for end in ends {
            let (head, rest) = text.split_at_checked(end)?;
            let head = RepoPath::new(head).ok()?;
            if self.links.contains_key(&head) {
                return Some((head, rest.trim_start_matches('/').to_owned()));
            }
        }
        None
    }

    fn blob(&self, path: &RepoPath, id: Oid, limit: u64) -> Result<Vec<u8>, TreeError> {
        let file = |reason: String| TreeError::File { path: path.clone(), reason };
        let size = self
            .with_repository(|git| git.odb()?.read_header(id).map(|(size, _)| size))
            .map_err(|error| file(error.message().to_owned()))?;
        if size as u64 > limit {
            return Err(file(format!("it has {size} bytes; at most {limit} are read")));
        }
        self.with_repository(|git| Ok(git.find_blob(id)?.content().to_vec()))
            .map_err(|error| file(error.message().to_owned()))
    }
}

impl Tree for CommitTree {
    fn files(&self) -> Result<Vec<RepoPath>, TreeError> {
        let inside = self.links.keys().filter(|link| matches!(self.resolve(link), Ok(Some(_))));
        let mut files: Vec<RepoPath> = self.files.keys().chain(inside).cloned().collect();
        files.sort();
        Ok(files)
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.resolve(path)? {
            Some(id) => self.blob(path, id, MAX_FILE_BYTES).map(Some),
            None => Ok(None),
        }
    }
}

type Listing = (BTreeMap<RepoPath, Oid>, BTreeMap<RepoPath, Oid>);

/// Lists all files and links below a tree, folder by folder, without recursion.
fn list(git: &Repository, top: &git2::Tree<'_>) -> Result<Listing, git2::Error> {
    let (mut files, mut links) = Listing::default();
    let mut folders = vec![(String::new(), top.id())];
    while let Some((folder, id)) = folders.pop() {
        for entry in &git.find_tree(id)? {
            let Ok(name) = entry.name() else { continue };
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            match entry.kind() {
                Some(ObjectType::Tree) => folders.push((path, entry.id())),
                Some(ObjectType::Blob) => {
                    let Ok(path) = RepoPath::new(&path) else { continue };
                    let link = entry.filemode() == i32::from(git2::FileMode::Link);
                    if link { &mut links } else { &mut files }.insert(path, entry.id());
                }
                _ => {}
            }
        }
    }
    Ok((files, links))
}

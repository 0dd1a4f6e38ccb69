//! The files of a folder on disk.
//!
//! Where the folder is the root of a Git work tree, Git's index says which files belong to it, so
//! that build output and ignored files are never read; elsewhere the folder is walked. Contents
//! always come from disk: a developer's preview sees what stands in the editor, not what was
//! committed. A symbolic link is followed only while it stays inside the folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{MAX_FILE_BYTES, RepoPath, Tree, TreeError};

/// A folder on disk, listed once when it is opened.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    files: Vec<RepoPath>,
}

impl WorkTree {
    /// Opens the folder `root` and lists its files.
    ///
    /// # Errors
    /// When it does not exist, is no folder, or cannot be listed.
    pub fn open(root: &Path) -> Result<Self, TreeError> {
        let fail = |reason: String| TreeError::Root { root: root.display().to_string(), reason };
        let absolute = fs::canonicalize(root).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => fail("there is no such folder".to_owned()),
            _ => fail(error.to_string()),
        })?;
        if !absolute.is_dir() {
            return Err(fail(
                "not a folder; give the folder that Flux paths start from".to_owned(),
            ));
        }
        let mut files = if absolute.join(".git").exists() {
            indexed(&absolute).map_err(|error| fail(error.message().to_owned()))?
        } else {
            walked(&absolute).map_err(|error| fail(error.to_string()))?
        };
        files.sort();
        files.dedup();
        Ok(Self { root: absolute, files })
    }

    /// Returns the folder, absolute and without symbolic links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Tree for WorkTree {
    fn files(&self) -> Result<Vec<RepoPath>, TreeError> {
        Ok(self.files.clone())
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, TreeError> {
        let fail = |reason: &str| TreeError::File { path: path.clone(), reason: reason.to_owned() };
        let place = self.root.join(path.as_str());
        let listed = self.files.binary_search(path).is_ok();
        match fs::symlink_metadata(&place) {
            // A file that was listed has no symbolic link above it: neither Git's index nor the
            // walk goes through one. Any other path may lead anywhere.
            Ok(metadata) if listed && !metadata.is_symlink() => {}
            Ok(_) => match fs::canonicalize(&place) {
                Ok(target) if target.starts_with(&self.root) => {}
                Ok(_) => {
                    return Err(fail("a symbolic link that leads out of the repository; not read"));
                }
                Err(_) => return Err(fail("a symbolic link that leads nowhere")),
            },
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(fail(&error.to_string())),
        }
        let mut file = match File::open(&place) {
            Ok(file) => file,
            Err(error) => return Err(fail(&error.to_string())),
        };
        let metadata = file.metadata().map_err(|error| fail(&error.to_string()))?;
        if metadata.is_dir() {
            return Ok(None);
        }
        if !metadata.is_file() {
            return Err(fail("neither a file nor a folder; not read"));
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(fail("larger than 16 MiB; not read"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        file.by_ref()
            .take(MAX_FILE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| fail(&error.to_string()))?;
        Ok(Some(bytes))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Lists what Git's index holds; submodules are folders of another repository and left out.
fn indexed(root: &Path) -> Result<Vec<RepoPath>, git2::Error> {
    const SUBMODULE: u32 = 0o160_000;
    let index = git2::Repository::open(root)?.index()?;
    let names = index.iter().filter(|entry| entry.mode != SUBMODULE).map(|entry| entry.path);
    Ok(names
        .filter_map(|name| String::from_utf8(name).ok())
        .filter_map(|name| RepoPath::new(&name).ok())
        .collect())
}

/// Lists a folder that is no Git work tree of its own.
fn walked(root: &Path) -> Result<Vec<RepoPath>, walkdir::Error> {
    let mut files = Vec::new();
    let entries = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => return Err(error),
            // A folder that may not be read is not ours to read.
            Err(_) => continue,
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let relative = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
        files.extend(relative.and_then(|name| RepoPath::new(name).ok()));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let place = folder.path().join(name);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, name.as_bytes()).unwrap();
        }
        folder
    }

    fn listed(root: &Path) -> Vec<String> {
        let tree = WorkTree::open(root).unwrap();
        tree.files().unwrap().into_iter().map(String::from).collect()
    }

    #[test]
    fn a_plain_folder_is_walked() {
        let folder = folder(&["b.yaml", "a/c.yaml", "sub/.git/config", ".github/x.yaml"]);
        assert_eq!(listed(folder.path()), [".github/x.yaml", "a/c.yaml", "b.yaml"]);
    }

    #[test]
    fn a_work_tree_is_what_the_index_says() {
        let folder = folder(&["kept.yaml", "ignored.yaml", "gone.yaml"]);
        let repository = git2::Repository::init(folder.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new("kept.yaml")).unwrap();
        index.add_path(Path::new("gone.yaml")).unwrap();
        index.write().unwrap();
        fs::remove_file(folder.path().join("gone.yaml")).unwrap();
        assert_eq!(listed(folder.path()), ["gone.yaml", "kept.yaml"]);
        let tree = WorkTree::open(folder.path()).unwrap();
        assert!(tree.read(&RepoPath::new("gone.yaml").unwrap()).unwrap().is_none());
        let kept = tree.read(&RepoPath::new("kept.yaml").unwrap()).unwrap();
        assert_eq!(kept.as_deref(), Some(&b"kept.yaml"[..]));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_folder_only() {
        use std::os::unix::fs::symlink;
        let outside = folder(&["secret.yaml"]);
        let folder = folder(&["real.yaml"]);
        symlink("real.yaml", folder.path().join("inside.yaml")).unwrap();
        symlink(outside.path().join("secret.yaml"), folder.path().join("outside.yaml")).unwrap();
        symlink(outside.path(), folder.path().join("folder")).unwrap();
        symlink("nowhere", folder.path().join("dangling.yaml")).unwrap();
        let tree = WorkTree::open(folder.path()).unwrap();
        let read = |name: &str| tree.read(&RepoPath::new(name).unwrap());
        assert_eq!(read("inside.yaml").unwrap().as_deref(), Some(&b"real.yaml"[..]));
        for bad in ["outside.yaml", "folder/secret.yaml", "dangling.yaml"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read("absent.yaml").unwrap().is_none());
        assert!(read("real.yaml/below").unwrap().is_none());
    }

    #[test]
    fn a_missing_folder_and_a_file_say_so() {
        let folder = folder(&["file"]);
        for (name, says) in [("absent", "no such folder"), ("file", "not a folder")] {
            let error = WorkTree::open(&folder.path().join(name)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

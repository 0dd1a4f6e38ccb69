//! Locks that a killed run has left behind.
//!
//! Branches are written under `NAME.lock` files, which the system does not take away with the
//! process that made them: after a kill at the wrong moment every later run would stand before a
//! locked branch. So each write is noted first, in a file that stays locked as long as the process
//! lives (`flock(2)`). Whoever gets that lock and finds a note knows that its writer is dead, and
//! removes the locks that the note names. A lock that somebody else has made meanwhile is spared:
//! it changes or goes within the second that is waited for.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Error, Repo};

/// How long a lock has to stay the same before it counts as left behind; git gives up after as
/// long (`core.packedRefsTimeout`).
const PATIENCE: Duration = Duration::from_secs(1);

/// Removes the locks that a run which was killed has left in the repository, if any did.
///
/// # Errors
/// When what it noted cannot be read.
pub fn clear_up(repo: &Repo) -> Result<(), Error> {
    if place(repo.common_dir()).exists() {
        Writing::begin(repo, &[])?.end();
    }
    Ok(())
}

/// A write that is under way, noted.
pub(super) struct Writing {
    note: File,
}

impl Writing {
    /// Notes that references are about to be written, after clearing up what a dead run noted.
    ///
    /// Waits for another run of refit that is writing in the same repository.
    pub(super) fn begin(repo: &Repo, references: &[String]) -> Result<Self, Error> {
        let folder = repo.common_dir();
        begin(folder, references).map_err(|error| Error::Git {
            action: "noting which branches are written",
            source: git2::Error::from_str(&error.to_string()),
        })
    }

    /// Strikes the note out: the write is over, done or not.
    pub(super) fn end(self) {
        // A note that stays costs the next run a look at locks that are not there.
        let _ = self.note.set_len(0);
    }
}

fn place(folder: &Path) -> PathBuf {
    folder.join("refit").join("writing")
}

fn begin(folder: &Path, references: &[String]) -> std::io::Result<Writing> {
    fs::create_dir_all(folder.join("refit"))?;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let mut note = options.open(place(folder))?;
    // Where files cannot be locked, as on some network file systems, nobody's locks are touched.
    if note.lock().is_ok() {
        let mut noted = String::new();
        note.read_to_string(&mut noted)?;
        remove_locks(folder, &noted);
    }
    note.set_len(0)?;
    note.rewind()?;
    note.write_all(references.join("\n").as_bytes())?;
    Ok(Writing { note })
}

/// Removes the locks of references that a dead run was writing.
fn remove_locks(folder: &Path, noted: &str) {
    let references = noted.lines().filter(|name| git2::Reference::is_valid_name(name));
    let locks = references.chain(["packed-refs"]).map(|name| folder.join(format!("{name}.lock")));
    let left: Vec<(PathBuf, Mark)> = match noted {
        "" => Vec::new(),
        _ => locks.filter_map(|lock| mark(&lock).map(|mark| (lock, mark))).collect(),
    };
    if left.is_empty() {
        return;
    }
    std::thread::sleep(PATIENCE);
    for (lock, before) in left {
        if mark(&lock) == Some(before) {
            // Where it cannot be removed, locking the branch fails next and says so.
            let _ = fs::remove_file(lock);
        }
    }
}

/// What tells one lock from a later one in its place.
type Mark = (u64, Option<SystemTime>);

fn mark(lock: &Path) -> Option<Mark> {
    let metadata = fs::symlink_metadata(lock).ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_run_noted_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let lock = |name: &str| {
            let place = folder.path().join(format!("{name}.lock"));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, "").unwrap();
            place
        };
        let own = "refs/heads/refit/upgrade/a/b-1";
        let dead = begin(folder.path(), &[own.to_owned(), "../outside".to_owned()]).unwrap();
        let (left, others) = (lock(own), lock("refs/heads/main"));
        let outside = lock("../outside");
        drop(dead);
        begin(folder.path(), &[]).unwrap().end();
        assert!(!left.exists() && others.exists() && outside.exists());
        fs::remove_file(outside).unwrap();

        // One that ended by itself has left nothing; what is locked now is somebody else's.
        begin(folder.path(), &[own.to_owned()]).unwrap().end();
        let others = lock(own);
        begin(folder.path(), &[]).unwrap().end();
        assert!(others.exists());
    }
}

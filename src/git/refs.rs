//! refit's branches in the repository itself: what is there, and writing them.
//!
//! All updates of a call are made under locks on every branch concerned, and each only if the
//! branch still stands where it was seen. A branch that somebody has checked out is refused: moving
//! it would leave their work tree behind.

use std::collections::BTreeMap;
use std::fs;

use serde::Serialize;

use super::repo::is_absent;
use super::writing::Writing;
use super::{Error, Foreign, Oid, Ownership, Repo, ownership};

/// A branch that is to be moved, made or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Update {
    /// The branch's name without `refs/heads/`.
    pub branch: String,
    /// Where it was seen; `None` where it was not there.
    pub expected: Option<Oid>,
    /// Where it is to be; `None` removes it.
    pub target: Option<Oid>,
}

/// A branch that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Its last commit.
    pub tip: Oid,
    /// The unit that its last commit belongs to; `None` where that is not refit's, or landed.
    pub unit: Option<String>,
    /// The digest of the plan that its last commit carries out.
    pub plan_digest: Option<String>,
    /// The latest commit on it that refit did not make.
    pub foreign: Option<Foreign>,
}

/// Lists the branches whose names begin with a prefix, as in `refit`, and whose commits they hold.
///
/// `namespace` is `refs/heads/` for the repository's own branches and `refs/remotes/origin/` for
/// those of a remote as last fetched.
///
/// # Errors
/// When a branch or its commits cannot be read.
pub fn observe(
    repo: &Repo,
    namespace: &str,
    prefix: &str,
    base: Oid,
) -> Result<BTreeMap<String, Seen>, Error> {
    const LISTING: &str = "listing branches";
    let prefix = prefix.trim_end_matches('/');
    let glob = format!("{namespace}{prefix}/*");
    let mut seen = BTreeMap::new();
    for reference in repo.git.references_glob(&glob).map_err(Error::git(LISTING))? {
        let reference = reference.map_err(Error::git(LISTING))?;
        let Ok(name) = reference.name() else { continue };
        let Some(branch) = name.strip_prefix(namespace) else { continue };
        let tip = reference.peel_to_commit().map_err(Error::git(LISTING))?.id().into();
        let (trailers, foreign) = match ownership(repo, base, tip)? {
            Ownership::Own(trailers) => (trailers, None),
            Ownership::Foreign(foreign) => (None, Some(foreign)),
        };
        let (unit, plan_digest) = trailers.map(|trailers| (trailers.unit, trailers.plan)).unzip();
        seen.insert(branch.to_owned(), Seen { tip, unit, plan_digest, foreign });
    }
    Ok(seen)
}

/// Moves, makes and removes branches of the repository itself.
///
/// # Errors
/// When a branch no longer stands where it was expected, is checked out, or cannot be locked; then
/// none is written.
pub fn write_refs(repo: &Repo, updates: &[Update], reason: &str) -> Result<(), Error> {
    let due: Vec<&Update> =
        updates.iter().filter(|update| update.expected != update.target).collect();
    let references: Result<Vec<String>, Error> =
        due.iter().map(|update| heads(&update.branch)).collect();
    let writing = Writing::begin(repo, &references?)?;
    let written = write_all(repo, &due, reason);
    writing.end();
    written
}

fn write_all(repo: &Repo, due: &[&Update], reason: &str) -> Result<(), Error> {
    const WRITING: &str = "writing branches";
    let checked_out = checked_out(repo);
    let mut transaction = repo.git.transaction().map_err(Error::git(WRITING))?;
    let mut moved = Vec::new();
    for update in due {
        let reference = heads(&update.branch)?;
        if let Some(place) = checked_out.get(&update.branch) {
            let (branch, place) = (update.branch.clone(), place.clone());
            return Err(Error::CheckedOut { branch, place });
        }
        transaction.lock_ref(&reference).map_err(|error| Error::BadBranch {
            branch: update.branch.clone(),
            reason: format!("it cannot be locked: {}", error.message()),
        })?;
        let now = match repo.git.find_reference(&reference) {
            Ok(found) => found.target().map(Oid::from),
            Err(error) if is_absent(&error) => None,
            Err(source) => return Err(Error::Git { action: WRITING, source }),
        };
        if now != update.expected {
            moved.push(update.branch.clone());
        }
    }
    if !moved.is_empty() {
        return Err(Error::LeaseLost { branches: moved });
    }
    for update in due {
        let reference = heads(&update.branch)?;
        match update.target {
            Some(target) => transaction.set_target(&reference, target.raw(), None, reason),
            None => transaction.remove(&reference),
        }
        .map_err(Error::git(WRITING))?;
    }
    transaction.commit().map_err(Error::git(WRITING))
}

/// Turns any text into a part of a branch name that git accepts: letters, digits, `.`, `_` and
/// `-`, other characters becoming `-` (`git-check-ref-format(1)`).
#[must_use]
pub fn branch_segment(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut segment: String = text.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    while segment.contains("..") {
        segment = segment.replace("..", ".");
    }
    let mut segment = segment.trim_matches(['.', '-']);
    while let Some(stem) = segment.strip_suffix(".lock") {
        segment = stem.trim_end_matches(['.', '-']);
    }
    if segment.is_empty() { "_".to_owned() } else { segment.to_owned() }
}

/// Returns the full name of a branch's reference.
pub(super) fn heads(branch: &str) -> Result<String, Error> {
    let reference = format!("refs/heads/{branch}");
    if git2::Reference::is_valid_name(&reference) {
        Ok(reference)
    } else {
        Err(Error::BadBranch {
            branch: branch.to_owned(),
            reason: "git does not accept this name".to_owned(),
        })
    }
}

/// Returns the branches that a work tree has checked out, with the place of that work tree.
fn checked_out(repo: &Repo) -> BTreeMap<String, String> {
    let common = repo.common_dir();
    let mut places = BTreeMap::new();
    let mut note = |head: &std::path::Path, place: String| {
        let text = fs::read_to_string(head).unwrap_or_default();
        if let Some(branch) = text.trim().strip_prefix("ref: refs/heads/") {
            places.insert(branch.to_owned(), place);
        }
    };
    let bare = repo.git.config().and_then(|config| config.get_bool("core.bare")).unwrap_or(false);
    if !bare {
        let top = common.parent().unwrap_or(common);
        note(&common.join("HEAD"), top.display().to_string());
    }
    for entry in fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten() {
        let pointer = fs::read_to_string(entry.path().join("gitdir")).unwrap_or_default();
        let place = pointer.trim().trim_end_matches("/.git").to_owned();
        note(&entry.path().join("HEAD"), place);
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn segments_are_what_git_accepts() {
        for (text, segment) in [
            ("immich", "immich"),
            ("a b~c^d:e?f*g[h\\i", "a-b-c-d-e-f-g-h-i"),
            ("..a..b.lock", "a.b"),
            (".lock.lock", "lock"),
            ("@{x}", "x"),
            ("", "_"),
        ] {
            assert_eq!(branch_segment(text), segment);
        }
    }

    proptest! {
        #[test]
        fn any_text_makes_a_valid_branch(namespace in "\\PC{0,20}", name in "\\PC{0,20}") {
            let branch =
                format!("refit/upgrade/{}/{}-3", branch_segment(&namespace), branch_segment(&name));
            prop_assert!(heads(&branch).is_ok(), "{branch}");
            prop_assert!(heads(&branch_segment(&name)).is_ok());
        }
    }
}

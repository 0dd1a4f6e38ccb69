//! Whose commits a branch holds.
//!
//! refit rewrites only what it made. A commit is its own when it carries refit's three trailers,
//! has one parent, and author and committer agree in name and time, one second after the parent,
//! in UTC: refit always writes commits so, and amending, rebasing or cherry-picking one never
//! does. The rule asks for no particular name, so a run under another configuration still knows
//! the branches of the one before. One foreign commit makes the whole branch foreign.

use serde::Serialize;

use super::{Error, Oid, Repo, Trailers, read_trailers};

/// More commits than any plan has stages; a longer branch is not refit's.
const MAX_COMMITS: usize = 64;

/// Whose commits stand between a base and a branch's tip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Ownership {
    /// All of them are refit's; the trailers are those of the last one, `None` where there is no
    /// commit that the base has not.
    Own(Option<Trailers>),
    /// At least one is not.
    Foreign(Foreign),
}

/// The latest commit on a branch that refit did not make as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Foreign {
    /// The commit.
    pub commit: Oid,
    /// Its subject.
    pub subject: String,
    /// Its author's name.
    pub author: String,
    /// What shows that it is not refit's, as half a sentence.
    pub why: &'static str,
}

/// Looks at every commit between the base's history and `tip`.
///
/// # Errors
/// When a commit cannot be read, as in a shallow clone.
pub fn ownership(repo: &Repo, base: Oid, tip: Oid) -> Result<Ownership, Error> {
    // Without a common commit the walk ends at the first root, which has no trailer.
    let fork = repo.git.merge_base(base.raw(), tip.raw()).ok();
    let (mut next, mut last) = (tip.raw(), None);
    for _ in 0..MAX_COMMITS {
        if Some(next) == fork {
            return Ok(Ownership::Own(last));
        }
        let commit = repo.commit(next.into())?;
        match examine(&commit) {
            Ok((trailers, parent)) => {
                last = last.or(Some(trailers));
                next = parent;
            }
            Err(why) => return Ok(Ownership::Foreign(foreign(&commit, why))),
        }
    }
    let commit = repo.commit(next.into())?;
    Ok(Ownership::Foreign(foreign(&commit, "it stands on more commits than refit makes")))
}

fn examine(commit: &git2::Commit<'_>) -> Result<(Trailers, git2::Oid), &'static str> {
    let message = commit.message_raw().map_err(|_| "its message is not UTF-8")?;
    let trailers = read_trailers(message).ok_or("it does not carry refit's trailers")?;
    let (1, Ok(parent)) = (commit.parent_count(), commit.parent(0)) else {
        return Err("it has not exactly one parent");
    };
    let (author, committer) = (commit.author(), commit.committer());
    let same = author.name_bytes() == committer.name_bytes()
        && author.email_bytes() == committer.email_bytes()
        && author.when() == committer.when();
    let due = git2::Time::new(parent.time().seconds().saturating_add(1), 0);
    if !same || committer.when() != due {
        return Err("it was amended, rebased or copied after refit made it");
    }
    Ok((trailers, parent.id()))
}

fn foreign(commit: &git2::Commit<'_>, why: &'static str) -> Foreign {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Foreign {
        commit: commit.id().into(),
        subject: text(commit.summary_bytes().unwrap_or_default()),
        author: text(commit.author().name_bytes()),
        why,
    }
}

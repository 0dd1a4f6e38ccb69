//! Pull requests: what is wanted, what is there, and the forges that hold them.
//!
//! A [`PullRequest`] is what the program wants to exist, a [`Pull`] what a forge says exists; both
//! are plain data, and [`needs_update`] is the one place that says when they differ. A [`Forge`]
//! does four things and decides nothing: it finds refit's own pull requests by the prefix of their
//! branches, opens, updates and closes them. What refit has to remember stands in the pull request
//! itself, in the [`hidden`] block of its body. Everything that came from outside passes through
//! [`neutral`] before it becomes part of a body, and [`body`] cuts the whole to the forge's limit.

pub mod body;
mod error;
pub mod github;
pub mod hidden;
pub mod local;
pub mod neutral;

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use body::{Section, Weight, fit, title};
pub use error::Error;
pub use github::GitHub;
pub use hidden::Hidden;
pub use local::Local;

/// The label of a pull request that holds several stages where the forge knows no drafts.
pub const STAGED_LABEL: &str = "refit: land stage by stage";

/// A pull request that is to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullRequest {
    /// The title, on one line.
    pub title: String,
    /// The whole body, with the hidden block.
    pub body: String,
    /// The branch that is to be merged.
    pub head: String,
    /// The branch that it is to be merged into.
    pub base: String,
    /// The labels that it is to have; it may have others.
    pub labels: Vec<String>,
    /// Whether it is to be opened as a draft, so that nobody merges it in one go by accident.
    pub draft: bool,
}

/// A pull request that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// What has become of it.
    pub state: PullState,
    /// Its title.
    pub title: String,
    /// Its body as the forge holds it; a person may have edited it.
    pub body: String,
    /// The branch that it merges.
    pub head: String,
    /// The branch that it merges into.
    pub base: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Where it can be seen.
    pub url: String,
    /// Who opened it.
    pub author: String,
}

/// What has become of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    /// It waits to be merged.
    Open,
    /// It was closed without being merged.
    Closed,
    /// It was merged.
    Merged,
}

/// A place where pull requests live.
pub trait Forge: Send + Sync {
    /// Returns the greatest length of a body, in Unicode scalar values.
    fn body_limit(&self) -> usize;

    /// Finds refit's own pull requests: the open ones whose branch begins with `prefix`, and those
    /// in any state whose branch is one of `heads`. Pull requests from forks are never refit's.
    ///
    /// The answer is ordered by number.
    fn find_own<'a>(
        &'a self,
        prefix: &'a str,
        heads: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Pull>, Error>>;

    /// Opens a pull request, or adopts and updates the open one that is there for the same branch.
    fn open<'a>(&'a self, wanted: &'a PullRequest) -> BoxFuture<'a, Result<Pull, Error>>;

    /// Writes what differs of title, body, base and labels; nothing where nothing does.
    ///
    /// It becomes a draft, or ceases to be one, where refit wants it otherwise than when it last
    /// wrote the body; else that is left as it is, since a person may have decided it.
    fn update<'a>(
        &'a self,
        pull: &'a Pull,
        wanted: &'a PullRequest,
    ) -> BoxFuture<'a, Result<Pull, Error>>;

    /// Closes a pull request and writes the reason and refit's mark into its body, in one step.
    fn close<'a>(&'a self, pull: &'a Pull, reason: &'a str) -> BoxFuture<'a, Result<Pull, Error>>;
}

/// Tells whether a pull request differs from what is wanted in something that refit writes.
#[must_use]
pub fn needs_update(pull: &Pull, wanted: &PullRequest) -> bool {
    let difference = Difference::between(pull, wanted);
    difference.fields()
        || difference.draft.is_some()
        || difference.unstaged
        || !difference.labels.is_empty()
}

/// What refit would have to write so that a pull request is as it is wanted.
struct Difference {
    title: Option<String>,
    body: Option<String>,
    base: Option<String>,
    /// Whether it is to become a draft, or to cease to be one.
    draft: Option<bool>,
    /// The labels that it lacks; others are a person's.
    labels: Vec<String>,
    /// Whether it says by a label that it has stages, and has none.
    unstaged: bool,
}

impl Difference {
    fn between(pull: &Pull, wanted: &PullRequest) -> Self {
        let changed = |old: &str, new: &str| (old != new).then(|| new.to_owned());
        let noted = hidden::find(&pull.body).and_then(|hidden| hidden.draft);
        let other_mind = noted.is_some_and(|noted| noted != wanted.draft);
        let draft = (other_mind && pull.draft != wanted.draft).then_some(wanted.draft);
        Self {
            title: changed(&pull.title, &wanted.title),
            body: (!body::same(&pull.body, &wanted.body))
                .then(|| body::with_ticks_of(&pull.body, &wanted.body)),
            base: changed(&pull.base, &wanted.base),
            draft,
            labels: missing_labels(pull, wanted, draft.unwrap_or(pull.draft)),
            unstaged: !wanted.draft && has_label(pull, STAGED_LABEL),
        }
    }

    fn fields(&self) -> bool {
        self.title.is_some() || self.body.is_some() || self.base.is_some()
    }
}

/// Returns the labels that a pull request is to have and lacks, given whether it is a draft.
fn missing_labels(pull: &Pull, wanted: &PullRequest, is_draft: bool) -> Vec<String> {
    labels(wanted, is_draft).into_iter().filter(|label| !has_label(pull, label)).collect()
}

/// Returns the labels that a pull request is to have, given whether it became a draft.
fn labels(wanted: &PullRequest, is_draft: bool) -> Vec<String> {
    let staged = (wanted.draft && !is_draft).then(|| STAGED_LABEL.to_owned());
    let all: BTreeSet<String> = wanted.labels.iter().cloned().chain(staged).collect();
    all.into_iter().collect()
}

/// Takes the label away that says that a pull request has stages.
fn unstage(pull: &mut Pull) {
    pull.labels.retain(|label| !is_label(label, STAGED_LABEL));
}

fn has_label(pull: &Pull, label: &str) -> bool {
    pull.labels.iter().any(|present| is_label(present, label))
}

/// Forges tell labels apart without regard to case.
fn is_label(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

//! What GitHub answers, as far as it is needed.

use serde::Deserialize;

use crate::forge::{Pull, PullState};

/// A pull request (schemas `pull-request` and `pull-request-simple` of GitHub's description).
#[derive(Debug, Deserialize)]
pub(super) struct PullAnswer {
    number: u64,
    state: String,
    title: String,
    body: Option<String>,
    draft: Option<bool>,
    merged_at: Option<String>,
    html_url: String,
    user: Option<User>,
    #[serde(default)]
    labels: Vec<Label>,
    head: End,
    base: End,
}

/// A label.
#[derive(Debug, Deserialize)]
pub(super) struct Label {
    name: String,
}

/// What GraphQL knows an object by.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) node_id: String,
}

#[derive(Debug, Deserialize)]
struct User {
    login: String,
}

#[derive(Debug, Deserialize)]
struct End {
    #[serde(rename = "ref")]
    branch: String,
    /// `None` where a fork was removed.
    repo: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    full_name: String,
}

impl PullAnswer {
    /// Tells whether the branch that is to be merged stands in the repository itself. Its name is
    /// the one that the base has, since the one asked for may be an old one.
    pub(super) fn is_from(&self, asked: &str) -> bool {
        let own = self.base.repo.as_ref().map_or(asked, |repo| &repo.full_name);
        self.head.repo.as_ref().is_some_and(|repo| repo.full_name.eq_ignore_ascii_case(own))
    }

    pub(super) fn into_pull(self) -> Pull {
        let state = match (self.merged_at, self.state.as_str()) {
            (Some(_), _) => PullState::Merged,
            (None, "open") => PullState::Open,
            (None, _) => PullState::Closed,
        };
        Pull {
            number: self.number,
            state,
            title: self.title,
            body: self.body.unwrap_or_default(),
            head: self.head.branch,
            base: self.base.branch,
            labels: self.labels.into_iter().map(|label| label.name).collect(),
            draft: self.draft.unwrap_or(false),
            url: self.html_url,
            author: self.user.map(|user| user.login).unwrap_or_default(),
        }
    }
}

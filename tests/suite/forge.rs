//! Pull requests, locally and on GitHub.

mod contract;
mod kills;
mod local;
mod refusals;

use refit::forge::{Hidden, PullRequest};

/// A pull request that is wanted for a branch.
fn wanted(head: &str, version: &str) -> PullRequest {
    let hidden = Hidden::new("image apps/app", &format!("image apps/app {version}"), "{}");
    PullRequest {
        title: format!("app: upgrade to {version}"),
        body: format!("What changes\n\n- [ ] backup done\n\n{}", hidden.write()),
        head: head.to_owned(),
        base: "main".to_owned(),
        labels: vec!["refit".to_owned(), "upgrade / major".to_owned()],
        draft: true,
    }
}

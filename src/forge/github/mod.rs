//! Pull requests on GitHub and GitHub Enterprise Server.
//!
//! octocrab builds the requests over whatever tower service it is given; what comes back is read
//! here, into structures that hold only what refit needs, so that a field that GitHub adds or
//! leaves out breaks nothing. Nothing is written that is so already: a second run over unchanged
//! pull requests only reads. Turning a pull request into a draft later, or back, is the one thing
//! that REST cannot do and GraphQL can; where drafts do not exist (private repositories of free
//! plans), a label says it instead.

mod answer;
mod api;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use super::{
    Difference, Error, Forge, Pull, PullRequest, STAGED_LABEL, body, labels, missing_labels,
    unstage,
};
use answer::PullAnswer;
use api::Api;
pub use api::client;

/// The greatest length of a body, in Unicode scalar values ("maximum is 65536 characters").
const BODY_LIMIT: usize = 65_536;

/// How many requests run at once; GitHub asks for few.
const AT_ONCE: usize = 4;

/// The colour of labels that refit makes, six hexadecimal digits.
const LABEL_COLOUR: &str = "1d76db";

/// The pull requests of one repository.
pub struct GitHub {
    api: Api,
    owner: String,
    full_name: String,
    known_labels: Mutex<BTreeSet<String>>,
}

impl GitHub {
    /// Names the repository `owner/name`, asked through `octocrab` (see [`client`]).
    #[must_use]
    pub fn new(octocrab: octocrab::Octocrab, owner: &str, name: &str) -> Self {
        Self {
            api: Api::new(octocrab, owner, name),
            owner: owner.to_owned(),
            full_name: format!("{owner}/{name}"),
            known_labels: Mutex::default(),
        }
    }

    async fn own(&self, prefix: &str, heads: &[String]) -> Result<Vec<Pull>, Error> {
        // By age, oldest first: one that is opened meanwhile comes last and shifts no page.
        let open = self.list("state=open&sort=created&direction=asc").await?;
        let mut pulls: Vec<Pull> =
            open.into_iter().filter(|pull| pull.head.starts_with(prefix)).collect();
        let lookups: Vec<_> = heads
            .iter()
            .filter(|head| !pulls.iter().any(|pull| pull.head == **head))
            .map(|head| self.of_head(head, "all"))
            .collect();
        let found: Vec<Vec<Pull>> =
            futures::stream::iter(lookups).buffered(AT_ONCE).try_collect().await?;
        pulls.extend(found.into_iter().flatten());
        pulls.sort_by_key(|pull| pull.number);
        pulls.dedup_by_key(|pull| pull.number);
        Ok(pulls)
    }

    async fn of_head(&self, head: &str, state: &str) -> Result<Vec<Pull>, Error> {
        let label = api::encode(&format!("{}:{head}", self.owner));
        let mut pulls = self.list(&format!("state={state}&head={label}")).await?;
        // GitHub leaves out a filter that it does not understand.
        pulls.retain(|pull| pull.head == head);
        Ok(pulls)
    }

    /// Lists pull requests from this repository itself, never from a fork.
    async fn list(&self, query: &str) -> Result<Vec<Pull>, Error> {
        let answers: Vec<PullAnswer> =
            self.api.pages(&format!("/pulls?{query}"), "list pull requests").await?;
        Ok(answers
            .into_iter()
            .filter(|answer| answer.is_from(&self.full_name))
            .map(PullAnswer::into_pull)
            .collect())
    }

    async fn create(&self, wanted: &PullRequest) -> Result<Pull, Error> {
        let created = match self.post_pull(wanted, wanted.draft).await {
            Err(Error::Refused { message, .. })
                if wanted.draft && message.to_lowercase().contains("draft") =>
            {
                self.post_pull(wanted, false).await
            }
            other => other,
        };
        let pull = match created {
            Err(Error::Refused { message, .. }) if message.contains("already exists") => {
                let open = self.of_head(&wanted.head, "open").await?;
                let adopted = open.into_iter().next().ok_or_else(|| Error::Refused {
                    forge: self.api.forge().to_owned(),
                    action: format!("open a pull request for {}", wanted.head),
                    message,
                })?;
                return self.change(&adopted, wanted).await;
            }
            other => other?,
        };
        self.label(pull.clone(), labels(wanted, pull.draft)).await
    }

    async fn post_pull(&self, wanted: &PullRequest, draft: bool) -> Result<Pull, Error> {
        let body = json!({
            "title": wanted.title,
            "head": wanted.head,
            "base": wanted.base,
            "body": wanted.body,
            "draft": draft,
        });
        let action = format!("open a pull request for {}", wanted.head);
        let answer: PullAnswer = self.api.post("/pulls", &body, &action).await?;
        Ok(answer.into_pull())
    }

    async fn change(&self, pull: &Pull, wanted: &PullRequest) -> Result<Pull, Error> {
        let mut difference = Difference::between(pull, wanted);
        let mut changed = pull.clone();
        // Before the body, which notes it: a run that ends in between does the rest next time.
        if let Some(draft) = difference.draft {
            match self.convert(pull.number, draft).await {
                Ok(()) => changed.draft = draft,
                Err(Error::Refused { .. }) => {
                    difference.labels = missing_labels(pull, wanted, pull.draft);
                }
                Err(error) => return Err(error),
            }
        }
        if difference.fields() {
            let fields =
                [("title", difference.title), ("body", difference.body), ("base", difference.base)];
            let fields = fields.into_iter();
            let fields: Map<String, Value> = fields
                .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
                .collect();
            changed = self.patch(pull, &Value::Object(fields), "update").await?;
        }
        if difference.unstaged {
            let name = api::encode(STAGED_LABEL);
            let route = format!("/issues/{}/labels/{name}", pull.number);
            self.api.delete(&route, &format!("unlabel pull request #{}", pull.number)).await?;
            unstage(&mut changed);
        }
        self.label(changed, difference.labels).await
    }

    /// Turns a pull request into a draft, or into one that is ready to be merged.
    async fn convert(&self, number: u64, draft: bool) -> Result<(), Error> {
        let (mutation, action) = if draft {
            ("convertPullRequestToDraft", "make a draft of")
        } else {
            ("markPullRequestReadyForReview", "mark as ready")
        };
        let action = format!("{action} pull request #{number}");
        let node: answer::Node = self.api.get(&format!("/pulls/{number}"), &action).await?;
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{pullRequestId: $id}}) {{ pullRequest {{ isDraft }} }} }}"
        );
        self.api.graphql(&query, &json!({ "id": node.node_id }), &action).await
    }

    async fn patch(&self, pull: &Pull, fields: &Value, action: &str) -> Result<Pull, Error> {
        let route = format!("/pulls/{}", pull.number);
        let action = format!("{action} pull request #{}", pull.number);
        let answer: PullAnswer = self.api.patch(&route, fields, &action).await?;
        Ok(answer.into_pull())
    }

    /// Gives a pull request labels, making those that the repository lacks.
    async fn label(&self, mut pull: Pull, labels: Vec<String>) -> Result<Pull, Error> {
        if labels.is_empty() {
            return Ok(pull);
        }
        for label in &labels {
            self.ensure_label(label).await?;
        }
        let route = format!("/issues/{}/labels", pull.number);
        let action = format!("label pull request #{}", pull.number);
        let _: Vec<answer::Label> =
            self.api.post(&route, &json!({ "labels": labels }), &action).await?;
        pull.labels.extend(labels);
        Ok(pull)
    }

    async fn ensure_label(&self, label: &str) -> Result<(), Error> {
        let known = || self.known_labels.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(label) {
            return Ok(());
        }
        let route = format!("/labels/{}", api::encode(label));
        let found: Option<answer::Label> = self.api.find(&route, "read a label").await?;
        if found.is_none() {
            let body = json!({
                "name": label,
                "color": LABEL_COLOUR,
                "description": "Set by refit",
            });
            let action = format!("make the label `{label}`");
            let made: Result<answer::Label, Error> = self.api.post("/labels", &body, &action).await;
            match made {
                // Another run made it in between.
                Err(Error::Refused { message, .. }) if message.contains("already_exists") => {}
                other => {
                    other?;
                }
            }
        }
        known().insert(label.to_owned());
        Ok(())
    }
}

impl Forge for GitHub {
    fn body_limit(&self) -> usize {
        BODY_LIMIT
    }

    fn find_own<'a>(
        &'a self,
        prefix: &'a str,
        heads: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Pull>, Error>> {
        self.own(prefix, heads).boxed()
    }

    fn open<'a>(&'a self, wanted: &'a PullRequest) -> BoxFuture<'a, Result<Pull, Error>> {
        self.create(wanted).boxed()
    }

    fn update<'a>(
        &'a self,
        pull: &'a Pull,
        wanted: &'a PullRequest,
    ) -> BoxFuture<'a, Result<Pull, Error>> {
        self.change(pull, wanted).boxed()
    }

    fn close<'a>(&'a self, pull: &'a Pull, reason: &'a str) -> BoxFuture<'a, Result<Pull, Error>> {
        async move {
            let body = body::closed(&pull.body, reason, BODY_LIMIT);
            self.patch(pull, &json!({ "state": "closed", "body": body }), "close").await
        }
        .boxed()
    }
}

/// Reads host, owner and name of a repository from a remote's address, as git accepts it: HTTP,
/// `ssh://`, or `user@host:owner/name`.
#[must_use]
pub fn repository_of(address: &str) -> Option<(String, String, String)> {
    let (host, path) = match url::Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "ssh" | "git+ssh") => {
            let port = url.port().filter(|_| url.scheme().starts_with("http"));
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            (format!("{}{port}", url.host_str()?), url.path().to_owned())
        }
        _ if address.contains("://") => return None,
        _ => {
            let (host, path) = address.split_once(':')?;
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            (host.to_owned(), path.to_owned())
        }
    };
    let path = path.trim_matches('/');
    let (owner, name) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    let plain = |text: &str| !text.is_empty() && !text.contains(['/', '?', '#', '\\']);
    (!host.is_empty() && plain(owner) && plain(name) && !host.contains('/'))
        .then(|| (host, owner.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_read_from_every_form_of_address() {
        let expected = Some(("h.example".to_owned(), "o".to_owned(), "r".to_owned()));
        for address in [
            "https://h.example/o/r",
            "https://h.example/o/r.git",
            "https://token@h.example/o/r.git/",
            "git@h.example:o/r.git",
            "h.example:o/r",
            "ssh://git@h.example/o/r.git",
            "ssh://git@h.example:2222/o/r.git",
        ] {
            assert_eq!(repository_of(address), expected, "{address}");
        }
        let port = repository_of("http://127.0.0.1:8080/o/r").unwrap();
        assert_eq!(port.0, "127.0.0.1:8080");
        for address in [
            "",
            "/srv/git/r.git",
            "../r",
            "file:///o/r",
            "https://h.example/r",
            "https://h.example/a/b/c",
        ] {
            assert_eq!(repository_of(address), None, "{address}");
        }
    }
}

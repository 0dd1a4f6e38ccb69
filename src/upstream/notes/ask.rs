//! One request to a forge, and what its answer means.
//!
//! Every address is asked once a run, whoever wants it: forty releases of one repository of charts
//! read the same page of releases. There is something, there is nothing, or there is a reason why
//! nobody knows; a page for people in place of data is such a reason. A token goes to the origin
//! it is for, and an answer from another origin than the one that was asked is not believed.

use super::forge::{Forge, Listing};
use super::html::is_page;
use super::releases::Release;
use crate::http::{Answer, Client, Identity, Request, Url};
use crate::upstream::error::{Error, excerpt};
use crate::upstream::once::{Answers, Once};
use crate::upstream::paging::next_target;
use ::http::header::LINK;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest page of releases or list of files, in bytes. A page of a hundred releases with
/// seventy files each has about 12 MB.
const JSON_BYTES: u64 = 24 * 1024 * 1024;
/// The longest file of notes, in bytes; the longest changelogs that exist have 5 MB.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// One page of releases.
pub(super) struct ReleasePage {
    pub(super) releases: Vec<Release>,
    pub(super) next: Option<Url>,
}

/// Asks forges, each thing once.
pub(super) struct Desk {
    client: Client,
    releases: Answers<Url, Option<Arc<ReleasePage>>>,
    listings: Answers<Url, Option<Arc<Listing>>>,
    files: Answers<Url, Option<Arc<str>>>,
    /// The hosts that refused their token once; it is not tried again.
    refused: Mutex<BTreeSet<String>>,
}

impl Desk {
    pub(super) fn new(client: Client) -> Self {
        let (releases, listings, files) = (Once::default(), Once::default(), Once::default());
        Self { client, releases, listings, files, refused: Mutex::default() }
    }

    /// Reads a page of releases; `None` where the forge knows no such repository.
    pub(super) async fn releases(
        &self,
        forge: &Forge,
        url: &Url,
    ) -> Result<Option<Arc<ReleasePage>>, Error> {
        let ask = async {
            let Some(answer) = self.json(forge, url).await? else { return Ok(None) };
            let releases = (forge.read_releases)(&answer.body)
                .map_err(|error| unreadable(url, "a list of releases", &error, &answer.body))?;
            Ok(Some(Arc::new(ReleasePage { releases, next: next(url, &answer) })))
        };
        self.releases.get(url.clone(), ask).await
    }

    /// Reads the list of all files; `None` where there is none.
    pub(super) async fn listing(
        &self,
        forge: &Forge,
        url: &Url,
    ) -> Result<Option<Arc<Listing>>, Error> {
        let ask = async {
            let Some(answer) = self.json(forge, url).await? else { return Ok(None) };
            let mut listing = (forge.read_tree)(&answer.body)
                .map_err(|error| unreadable(url, "a list of files", &error, &answer.body))?;
            // What comes in pages is not followed: one request is what a list may cost.
            listing.complete &= next(url, &answer).is_none();
            Ok(Some(Arc::new(listing)))
        };
        self.listings.get(url.clone(), ask).await
    }

    /// Reads a file's text; `None` where there is none.
    pub(super) async fn file(&self, url: &Url) -> Result<Option<Arc<str>>, Error> {
        let ask = async {
            let request = Request::get(url.clone()).limit(FILE_BYTES).identity(Identity::Anonymous);
            let Some(answer) = self.send(request).await? else { return Ok(None) };
            Ok(Some(text(&answer.body)))
        };
        self.files.get(url.clone(), ask).await
    }

    async fn json(&self, forge: &Forge, url: &Url) -> Result<Option<Answer>, Error> {
        let request = Request::get(url.clone()).accept("application/json").limit(JSON_BYTES);
        let anonymous = request.clone().identity(Identity::Anonymous);
        let own = url.same_origin(&forge.releases);
        let host = url.host();
        let refused = || self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let known = !refused().contains(&host);
        let may = own && known && self.client.settings().may_carry_credentials(url);
        let Some(token) = forge.token.as_ref().filter(|_| may) else {
            return self.send(anonymous).await;
        };
        let known = request.bearer(token).identity(Identity::of("", token));
        match self.send(known).await {
            // It is another forge's token, or may read less than anyone may.
            Err(Error::Denied { .. }) => {
                refused().insert(host);
                self.send(anonymous).await
            }
            answer => answer,
        }
    }

    async fn send(&self, request: Request) -> Result<Option<Answer>, Error> {
        let url = request.url.clone();
        let answer = self.client.send(request).await?;
        if !answer.url.same_origin(&url) {
            return Err(Error::Answer {
                got: format!("a redirect to {}", answer.url.host()),
                expected: "an answer of the forge itself",
                url,
            });
        }
        match answer.status.as_u16() {
            200 => Ok(Some(answer)),
            404 | 410 | 451 => Ok(None),
            403 | 429 if has_had_enough(&answer) => {
                let seconds = answer.header("retry-after").and_then(|text| text.parse().ok());
                Err(Error::RateLimited { url, retry_after: seconds.map(Duration::from_secs) })
            }
            _ => Err(Error::of_status(&url.host(), &url, &answer, false)),
        }
    }
}

/// Tells whether a refusal is about the number of requests.
fn has_had_enough(answer: &Answer) -> bool {
    ["x-ratelimit-remaining", "ratelimit-remaining"]
        .iter()
        .any(|name| answer.header(name) == Some("0"))
        || answer.header("retry-after").is_some()
        || answer.status == 429
}

/// Finds the next page. A forge may name it by another path than the one that was asked for; it
/// stays within the origin.
fn next(url: &Url, answer: &Answer) -> Option<Url> {
    let links = answer.headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok());
    let target = links.into_iter().find_map(next_target)?;
    let next = url.join(target).ok()?;
    (next.same_origin(url) && next != *url).then_some(next)
}

fn unreadable(url: &Url, expected: &'static str, error: &serde_json::Error, body: &[u8]) -> Error {
    let got = if is_page(body) {
        "a page for people".to_owned()
    } else {
        format!("`{}` ({error})", excerpt(body))
    };
    Error::Answer { url: url.clone(), expected, got }
}

/// Decodes a text; a byte order mark is no part of it.
fn text(body: &[u8]) -> Arc<str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    Arc::from(String::from_utf8_lossy(body))
}

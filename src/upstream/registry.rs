//! The distribution API: tag lists, manifests, blobs.
//!
//! A thin client of our own, four kinds of request in all. What a registry may do wrong is met
//! here: it refuses a page size, leaves the digest out of a HEAD, sends something else than what
//! was asked for by digest, or never comes to an end.

use super::auth::Gate;
use super::content::fits;
use super::credentials::{Credential, Keys};
use super::error::{Error, excerpt};
use super::live::Settings;
use super::manifest::{self, Parsed};
use super::paging::List;
use super::place::Place;
use super::types::{ImageConfig, Tags};
use crate::http::{Answer, Client, Keep, Request, Url};
use crate::image::{Digest, Repository};
use ::http::header::LINK;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The longest page of a tag list, in bytes: a registry that ignores the page size sends a million
/// tags in one.
const PAGE_BYTES: u64 = 64 * 1024 * 1024;
/// The longest manifest, in bytes; registries refuse to take more than 4 MiB.
const MANIFEST_BYTES: u64 = 4 * 1024 * 1024;
/// The longest image configuration, in bytes.
const CONFIG_BYTES: u64 = 8 * 1024 * 1024;

/// All registries, with what has been learned of them.
pub(super) struct Registries {
    client: Client,
    settings: Arc<Settings>,
    keys: Arc<Keys>,
    gate: Gate,
    /// Hosts that refuse a page size.
    unpaged: Mutex<HashSet<String>>,
}

/// What a HEAD says.
pub(super) enum Head {
    Digest(Digest),
    /// There is nothing.
    Missing,
    /// It does not say; a GET will.
    Silent,
}

#[derive(Deserialize)]
struct RawTags {
    /// `null` for a repository without tags.
    #[serde(default)]
    tags: Option<Vec<Option<String>>>,
}

impl Registries {
    pub(super) fn new(client: Client, settings: Arc<Settings>, keys: Arc<Keys>) -> Self {
        let (gate, unpaged) = (Gate::default(), Mutex::default());
        Self { client, settings, keys, gate, unpaged }
    }

    /// Reads the list of tags.
    pub(super) async fn tags(&self, repository: &Repository) -> Result<Tags, Error> {
        let place = Place::of(repository, &self.settings)?;
        let credential = self.credential(repository).await;
        let limits = self.settings.limits;
        let until = self.client.elapsed() + limits.time;
        let first = place.tags()?;
        let size = limits.page_size.to_string();
        let mut paged = !self.unpaged().contains(&place.host);
        let mut url =
            if paged { first.with_parameters([("n", size.as_str())]) } else { first.clone() };
        let mut list = List::new(limits);
        loop {
            let request = Request::get(url.clone()).accept("application/json").limit(PAGE_BYTES);
            let answer = self.ask(&place, &credential, request).await;
            let answer = match answer {
                Ok(answer) if answer.status.is_success() => answer,
                // A page size that is too large, or any at all, is refused in several ways.
                Ok(answer) if paged && matches!(answer.status.as_u16(), 400 | 405 | 416 | 422) => {
                    self.unpaged().insert(place.host.clone());
                    (paged, url) = (false, first.clone());
                    list = List::new(limits);
                    continue;
                }
                Ok(answer) => return Err(refused(&place, &url, &answer, &credential)),
                // What has been read so far is better than nothing, if it says so.
                Err(Error::Http(_)) if !list.is_empty() => {
                    list.cut();
                    return Ok(list.finish());
                }
                Err(error) => return Err(error),
            };
            let raw: RawTags = serde_json::from_slice(&answer.body)
                .map_err(|error| bad(&url, "a list of tags", &error, &answer.body))?;
            let names = raw.tags.unwrap_or_default().into_iter().flatten().collect();
            let links: Vec<&str> =
                answer.headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok()).collect();
            match list.add(&url, names, links) {
                None => return Ok(list.finish()),
                Some(_) if self.client.elapsed() > until => {
                    list.cut();
                    return Ok(list.finish());
                }
                Some(next) => url = next,
            }
        }
    }

    /// Reads a manifest by tag or digest; `None` where there is none.
    pub(super) async fn manifest(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Option<Parsed>, Error> {
        let place = Place::of(repository, &self.settings)?;
        let credential = self.credential(repository).await;
        let url = place.manifest(reference)?;
        let digest = Digest::parse(reference).ok();
        let keep = if digest.is_some() { Keep::Immutable } else { Keep::Revalidate };
        let request = Request::get(url.clone()).accept(manifest::ACCEPT);
        let request = request.limit(MANIFEST_BYTES).keep(keep);
        let answer = self.ask(&place, &credential, request).await?;
        match answer.status.as_u16() {
            404 => return Ok(None),
            200 => {}
            _ => return Err(refused(&place, &url, &answer, &credential)),
        }
        if let Some(digest) = digest.filter(|digest| !fits(digest, &answer.body)) {
            return Err(not_what_was_asked(&url, &digest));
        }
        manifest::read(&answer.body, answer.header("content-type"))
            .map(Some)
            .map_err(|error| bad(&url, "a manifest", &error, &answer.body))
    }

    /// Asks for a tag's digest alone.
    pub(super) async fn head(&self, repository: &Repository, tag: &str) -> Result<Head, Error> {
        let place = Place::of(repository, &self.settings)?;
        let credential = self.credential(repository).await;
        let url = place.manifest(tag)?;
        let request = Request::head(url.clone()).accept(manifest::ACCEPT);
        let answer = self.ask(&place, &credential, request).await?;
        match answer.status.as_u16() {
            404 => Ok(Head::Missing),
            200 => Ok(answer
                .header("docker-content-digest")
                .and_then(|text| Digest::parse(text).ok())
                .map_or(Head::Silent, Head::Digest)),
            // No body tells why, and some registries do not know the method.
            400 | 405 | 406 | 415 | 501 => Ok(Head::Silent),
            _ => Err(refused(&place, &url, &answer, &credential)),
        }
    }

    /// Reads an image configuration.
    pub(super) async fn config(
        &self,
        repository: &Repository,
        digest: &Digest,
        annotations: &[&BTreeMap<String, String>],
    ) -> Result<ImageConfig, Error> {
        let body = self.blob(repository, digest).await?;
        manifest::read_config(&body, annotations).or_else(|_| {
            // Other artifacts than images may have any configuration, or an empty one.
            Ok(manifest::read_config(b"{}", annotations).unwrap_or_default())
        })
    }

    /// Reads a small blob whole and checks its digest.
    pub(super) async fn blob(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<bytes::Bytes, Error> {
        let place = Place::of(repository, &self.settings)?;
        let credential = self.credential(repository).await;
        let url = place.blob(digest)?;
        let request = Request::get(url.clone()).limit(CONFIG_BYTES).keep(Keep::Immutable);
        let answer = self.ask(&place, &credential, request).await?;
        if !answer.status.is_success() {
            return Err(refused(&place, &url, &answer, &credential));
        }
        if !fits(digest, &answer.body) {
            return Err(not_what_was_asked(&url, digest));
        }
        Ok(answer.body)
    }

    async fn credential(&self, repository: &Repository) -> Result<Option<Credential>, String> {
        self.keys.find(&repository.registry, &repository.path).await
    }

    async fn ask(
        &self,
        place: &Place,
        credential: &Result<Option<Credential>, String>,
        request: Request,
    ) -> Result<Answer, Error> {
        let login = credential.as_ref().ok().and_then(Option::as_ref);
        let answer = Box::pin(self.gate.send(&self.client, place, login, &request)).await;
        match (answer, credential) {
            // Without the login that a helper should have given, a refusal is no surprise.
            (Err(Error::Denied { .. }), Err(reason)) => Err(no_login(place, reason)),
            (answer, _) => answer,
        }
    }

    fn unpaged(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.unpaged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes an error of a status that is not success.
fn refused(
    place: &Place,
    url: &Url,
    answer: &Answer,
    credential: &Result<Option<Credential>, String>,
) -> Error {
    match (credential, answer.status.as_u16()) {
        (Err(reason), 401 | 403) => no_login(place, reason),
        _ => Error::of_status(&place.label, url, answer, matches!(credential, Ok(Some(_)))),
    }
}

fn no_login(place: &Place, reason: &str) -> Error {
    Error::Credentials { registry: place.label.clone(), reason: reason.to_owned() }
}

fn not_what_was_asked(url: &Url, digest: &Digest) -> Error {
    Error::Answer {
        url: url.clone(),
        expected: "content with the digest that was asked for",
        got: format!("something else than {digest}"),
    }
}

fn bad(url: &Url, expected: &'static str, error: &impl ToString, body: &[u8]) -> Error {
    let got = format!("`{}` ({})", excerpt(body), error.to_string());
    Error::Answer { url: url.clone(), expected, got }
}

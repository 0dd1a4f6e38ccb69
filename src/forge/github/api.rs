//! Requests to GitHub's REST interface, and what its refusals mean.
//!
//! octocrab's own error type drops the headers that tell a rate limit from a missing permission;
//! so its raw calls are used, and status, headers and message are read here. Only relative
//! addresses are sent: the token never leaves for another host.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, Uri};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::forge::Error;

/// The most that is read of one answer, in bytes: a hundred pull requests with full bodies and
/// their repositories take about ten million.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Where GraphQL is asked, beside `/repos`.
const GRAPHQL: &str = "/graphql";

/// The most pages that are asked for; each holds a hundred.
const MAX_PAGES: usize = 200;

/// Makes an octocrab over any HTTP service.
///
/// `base` is the interface's address, as in `https://api.github.com` or
/// `https://github.example/api/v3`. Must be called inside a Tokio runtime, on which octocrab puts
/// its queue.
///
/// # Errors
/// When the address is none.
pub fn client<S, B>(service: S, base: &str, token: Option<&str>) -> Result<Octocrab, Error>
where
    S: tower::Service<http::Request<OctoBody>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let uri: Uri = base.parse().map_err(|error| Error::BadAnswer {
        forge: base.to_owned(),
        action: "connect".to_owned(),
        message: format!("{error}"),
    })?;
    let headers = [
        (http::header::ACCEPT, "application/vnd.github+json"),
        (http::header::USER_AGENT, concat!("refit/", env!("CARGO_PKG_VERSION"))),
    ];
    let headers: Vec<(HeaderName, HeaderValue)> =
        headers.map(|(name, value)| (name, HeaderValue::from_static(value))).to_vec();
    let auth = token.map_or(AuthState::None, |token| AuthState::AccessToken {
        token: octocrab::secrecy::SecretString::from(token.to_owned()),
    });
    let Ok(octocrab) = OctocrabBuilder::new_empty()
        .with_service(service.map_request(beside_v3))
        .with_layer(&BaseUriLayer::new(uri))
        .with_layer(&ExtraHeadersLayer::new(Arc::new(headers)))
        .with_auth(auth)
        .build();
    Ok(octocrab)
}

/// Sends questions to GraphQL where GitHub Enterprise Server has it: beside `/api/v3`, not below.
fn beside_v3(mut request: http::Request<OctoBody>) -> http::Request<OctoBody> {
    let path = request.uri().path();
    if let Some(root) = path.strip_suffix(GRAPHQL).and_then(|root| root.strip_suffix("/v3")) {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = format!("{root}{GRAPHQL}").parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Encodes a text for a part of a path or a query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The interface of one repository.
pub(super) struct Api {
    octocrab: Octocrab,
    root: String,
    forge: String,
}

enum Method<'a> {
    Get,
    Post(&'a Value),
    Patch(&'a Value),
    Delete,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Api {
    pub(super) fn new(octocrab: Octocrab, owner: &str, name: &str) -> Self {
        Self {
            octocrab,
            root: format!("/repos/{}/{}", encode(owner), encode(name)),
            forge: format!("{owner}/{name}"),
        }
    }

    /// Returns the repository's name for messages.
    pub(super) fn forge(&self) -> &str {
        &self.forge
    }

    /// Reads something that may not be there.
    pub(super) async fn find<T: DeserializeOwned>(
        &self,
        route: &str,
        action: &str,
    ) -> Result<Option<T>, Error> {
        let answer = self.send(route, &Method::Get, action).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        self.read(&answer, action).map(Some)
    }

    /// Reads a list page by page. The addresses of further pages are our own: the `Link` that
    /// GitHub sends says only whether there are more.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        route: &str,
        action: &str,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for page in 1..=MAX_PAGES {
            let route = format!("{route}&per_page=100&page={page}");
            let answer = self.send(&route, &Method::Get, action).await?;
            let more = has_next(&answer.headers);
            let items: Vec<T> = self.read(&answer, action)?;
            let empty = items.is_empty();
            all.extend(items);
            if !more || empty {
                return Ok(all);
            }
        }
        Err(self.bad_answer(action, format!("more than {MAX_PAGES} pages")))
    }

    /// Reads something that must be there.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        route: &str,
        action: &str,
    ) -> Result<T, Error> {
        let answer = self.send(route, &Method::Get, action).await?;
        self.read(&answer, action)
    }

    /// Asks GraphQL to change something. It answers 200 to what it refuses, and says so inside.
    pub(super) async fn graphql(
        &self,
        query: &str,
        variables: &Value,
        action: &str,
    ) -> Result<(), Error> {
        let body = json!({ "query": query, "variables": variables });
        let sent = self.octocrab._post(GRAPHQL, Some(&body)).await;
        let answer = self.received(sent, action).await?;
        let complaint: Complaint = self.read(&answer, action)?;
        if complaint.errors.is_empty() {
            return Ok(());
        }
        let said: Vec<String> = complaint.errors.iter().map(told).collect();
        let (forge, action) = (self.forge.clone(), action.to_owned());
        Err(Error::Refused { forge, action, message: said.join("; ") })
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        route: &str,
        body: &Value,
        action: &str,
    ) -> Result<T, Error> {
        let answer = self.send(route, &Method::Post(body), action).await?;
        self.read(&answer, action)
    }

    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        route: &str,
        body: &Value,
        action: &str,
    ) -> Result<T, Error> {
        let answer = self.send(route, &Method::Patch(body), action).await?;
        self.read(&answer, action)
    }

    /// Deletes something; what is gone already is no error.
    pub(super) async fn delete(&self, route: &str, action: &str) -> Result<(), Error> {
        let answer = self.send(route, &Method::Delete, action).await?;
        if answer.status == 404 {
            return Ok(());
        }
        self.read::<serde::de::IgnoredAny>(&answer, action).map(|_| ())
    }

    async fn send(&self, route: &str, method: &Method<'_>, action: &str) -> Result<Answer, Error> {
        let uri = format!("{}{route}", self.root);
        let sent = match method {
            Method::Get => self.octocrab._get(uri).await,
            Method::Post(body) => self.octocrab._post(uri, Some(body)).await,
            Method::Patch(body) => self.octocrab._patch(uri, Some(body)).await,
            Method::Delete => self.octocrab._delete(uri, None::<&()>).await,
        };
        self.received(sent, action).await
    }

    async fn received(
        &self,
        sent: octocrab::Result<Response<BoxBody<Bytes, octocrab::Error>>>,
        action: &str,
    ) -> Result<Answer, Error> {
        let unavailable = |error: &dyn std::error::Error| Error::Unavailable {
            forge: self.forge.clone(),
            message: innermost(error),
        };
        let response = sent.map_err(|error| unavailable(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| self.bad_answer(action, error.to_string()))?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        })
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer, action: &str) -> Result<T, Error> {
        if (200..300).contains(&answer.status) {
            return serde_json::from_slice(&answer.body)
                .map_err(|error| self.bad_answer(action, error.to_string()));
        }
        Err(refusal(&self.forge, action, answer.status, &answer.headers, &answer.body))
    }

    fn bad_answer(&self, action: &str, message: String) -> Error {
        Error::BadAnswer { forge: self.forge.clone(), action: action.to_owned(), message }
    }
}

/// An error's body (schemas `basic-error` and `validation-error`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Complaint {
    message: String,
    errors: Vec<Value>,
}

/// Explains an answer that is no success.
fn refusal(forge: &str, action: &str, status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let complaint: Complaint = serde_json::from_slice(body).unwrap_or_default();
    let mut said = vec![complaint.message];
    said.extend(complaint.errors.iter().map(told));
    said.retain(|text| !text.is_empty());
    let message = if said.is_empty() { format!("status {status}") } else { said.join("; ") };
    let (forge, action) = (forge.to_owned(), action.to_owned());
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match status {
        401 => Error::Unauthorized { forge, message },
        403 | 429 if status == 429 || is_rate_limit(headers, &message) => {
            Error::RateLimited { forge, retry_after: wait(headers) }
        }
        403 => Error::Forbidden { forge, action, message },
        404 | 410 => Error::NotFound { forge },
        301 | 302 | 307 | 308 => {
            let location = header("location").unwrap_or("another place").to_owned();
            Error::Moved { forge, location }
        }
        500.. => Error::Unavailable { forge, message },
        _ => Error::Refused { forge, action, message },
    }
}

/// Tells one error of a validation: its own words, or what is wrong with which field.
fn told(error: &Value) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    match (error.as_str(), text("message")) {
        (Some(text), _) => text.to_owned(),
        (None, "") => format!("{} {}", text("field"), text("code")).trim().to_owned(),
        (None, message) => message.to_owned(),
    }
}

/// GitHub answers 403 to both, a missing permission and too many requests.
fn is_rate_limit(headers: &HeaderMap, message: &str) -> bool {
    let message = message.to_lowercase();
    headers.contains_key("retry-after")
        || headers.get("x-ratelimit-remaining").is_some_and(|left| left.as_bytes() == b"0")
        || message.contains("rate limit")
        || message.contains("abuse detection")
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Duration::from_secs(number("x-ratelimit-reset")?).saturating_sub(now))
}

/// Tells whether a `Link` header (RFC 8288) names a next page.
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(http::header::LINK);
    let texts = links.iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|link| link.contains("rel=\"next\""))
}

/// Returns the words of the error at the bottom, where the reason stands.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let table = [
            (
                401,
                "",
                r#"{"message":"Bad credentials"}"#,
                "does not accept the token (Bad credentials)",
            ),
            (
                403,
                "",
                r#"{"message":"Resource not accessible by integration"}"#,
                "may not test (Resource not",
            ),
            (403, "x-ratelimit-remaining: 0", "{}", "limits requests for now"),
            (
                403,
                "",
                r#"{"message":"You have exceeded a secondary rate limit"}"#,
                "limits requests",
            ),
            (429, "retry-after: 30", "", "limits requests for now (try again in 30 s)"),
            (404, "", r#"{"message":"Not Found"}"#, "has no such repository"),
            (301, "location: https://h.example/x", "", "has moved to https://h.example/x"),
            (502, "", "<html>", "did not answer (status 502)"),
            (
                422,
                "",
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for o:b."}]}"#,
                "refuses to test: Validation Failed; A pull request already exists for o:b.",
            ),
            (
                422,
                "",
                r#"{"message":"Validation Failed","errors":[{"field":"head","code":"invalid"}, "odd"]}"#,
                "refuses to test: Validation Failed; head invalid; odd",
            ),
        ];
        for (status, header, body, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some((name, value)) = header.split_once(": ") {
                let name: HeaderName = name.parse().unwrap();
                headers.insert(name, value.parse().unwrap());
            }
            let error = refusal("o/r", "test", status, &headers, body.as_bytes()).to_string();
            assert!(error.contains(expected), "{status}: {error}");
        }
    }

    #[test]
    fn the_next_page_is_seen() {
        for (link, expected) in [
            (r#"<https://h/x?page=2>; rel="next", <https://h/x?page=9>; rel="last""#, true),
            (r#"<https://h/x?page=1>; rel="first""#, false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::LINK, link.parse().unwrap());
            assert_eq!(has_next(&headers), expected);
        }
    }
}

//! Tokens, as the places give them out that registries name.
//!
//! A token is for one repository and for reading it. It is asked for without a login, with one, or
//! in exchange for a refresh token (distribution project, "Token authentication").

use super::auth::guard;
use super::credentials::Credential;
use super::error::Error;
use super::place::Place;
use crate::http::{Client, Identity, Keep, Request, Secret, Url};
use ::http::Method;
use bytes::Bytes;
use serde::Deserialize;
use std::time::Duration;

/// A token and how long it holds.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) text: Secret,
    /// On the client's clock.
    pub(super) expires: Duration,
}

/// What to ask for at the place where tokens are given out.
pub(super) struct TokenRequest {
    pub(super) realm: Url,
    pub(super) service: Option<String>,
    pub(super) scope: String,
}

impl TokenRequest {
    /// Returns the address that is asked.
    pub(super) fn url(&self) -> Url {
        let service = self.service.iter().map(|service| ("service", service.as_str()));
        let scope = [("scope", self.scope.as_str())];
        self.realm.with_parameters(service.chain(scope))
    }
}

/// Returns the scope for a repository: reading this one. A registry that has scopes of another
/// make gets the one it suggested.
pub(super) fn own_scope(suggested: Option<String>, place: &Place) -> String {
    match suggested {
        Some(scope) if !scope.is_empty() && !scope.starts_with("repository:") => scope,
        _ => format!("repository:{}:pull", place.name),
    }
}

/// The answer of a token endpoint (distribution project, "Token authentication").
#[derive(Deserialize)]
struct RawToken {
    token: Option<String>,
    access_token: Option<String>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// Fetches a token.
pub(super) async fn fetch(
    client: &Client,
    place: &Place,
    ask: &TokenRequest,
    credential: Option<&Credential>,
) -> Result<Token, Error> {
    /// The least that a client may count on, by the specification, in seconds.
    const SHORTEST: u64 = 60;
    let url = ask.url();
    if url.is_local_literal() && !place.is_local() {
        return Err(Error::Answer {
            url,
            expected: "a place on the network that gives out tokens",
            got: "this machine or its link".to_owned(),
        });
    }
    let request = match credential {
        None => Request::get(url.clone()),
        Some(credential) => {
            guard(client, &url, &place.label)?;
            match credential {
                Credential::Basic { user, password } => {
                    Request::get(url.clone()).basic(user, password)
                }
                Credential::Identity { token } | Credential::Bearer { token } => {
                    exchange(ask, token)
                }
            }
        }
    };
    let request = request.keep(Keep::Never).limit(1024 * 1024);
    let identity = credential.map_or(Identity::Anonymous, Credential::identity);
    let answer = client.send(request.identity(identity)).await?;
    if !answer.status.is_success() {
        return Err(Error::of_status(&place.label, &url, &answer, credential.is_some()));
    }
    // What came is not shown: it may hold half a token.
    let unusable =
        |got: &str| Error::Answer { url: url.clone(), expected: "a token", got: got.to_owned() };
    let raw: RawToken = serde_json::from_slice(&answer.body)
        .map_err(|_| unusable("something that is no JSON object"))?;
    let text = raw.token.filter(|text| !text.is_empty()).or(raw.access_token);
    let text =
        text.filter(|text| !text.is_empty()).ok_or_else(|| unusable("an answer without one"))?;
    let seconds = raw.expires_in.as_u64().unwrap_or(SHORTEST).clamp(SHORTEST, 24 * 60 * 60);
    // Given up a little early, so that it does not expire on its way.
    let expires = client.elapsed() + Duration::from_secs(seconds.saturating_sub(10));
    Ok(Token { text: Secret::new(text), expires })
}

/// Asks with a refresh token (distribution project, "OAuth 2 token authentication").
fn exchange(ask: &TokenRequest, token: &Secret) -> Request {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("refresh_token", token.expose());
    form.append_pair("client_id", "refit");
    form.append_pair("service", ask.service.as_deref().unwrap_or_default());
    form.append_pair("scope", &ask.scope);
    let mut request = Request::new(Method::POST, ask.realm.clone())
        .header(::http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body = Bytes::from(form.finish());
    request
}

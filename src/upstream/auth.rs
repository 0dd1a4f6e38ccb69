//! How a registry wants to be asked, learned once and remembered.
//!
//! The first request to a host goes out bare; its challenge, or the lack of one, holds for the
//! whole host from then on. So a run costs one challenged request a host and one token a
//! repository. While the first request is under way, others to the same host wait for what it
//! learns. Tokens are kept until shortly before they expire and are fetched by one caller for all.
//!
//! Both outlive the run where there is a store. A challenge is no secret; it is believed until a
//! request fails that relied on it, and then learned anew. Of the tokens only those are kept that
//! were given out without any login: whoever reads the store could ask for one like it, they are
//! good for minutes and for reading what is public, and the store's files are their owner's alone.
//! A token that stands for a login, and the login itself, never reach the disk.
//!
//! A login is sent only to where the registry sends us for tokens, and only over https, to this
//! machine, or to a host configured as insecure. That place may be another host, as with docker:
//! `registry-1.docker.io` sends everyone to `auth.docker.io`. A registry on the network may not
//! send us to this machine or its link.

use super::challenge::{Challenge, choose};
use super::credentials::Credential;
use super::error::{Error, excerpt};
use super::place::Place;
use super::token::{Token, TokenRequest, fetch, own_scope};
use crate::http::{Answer, Client, Identity, Request, Secret, Source, Url};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is known of the hosts, and the tokens.
#[derive(Default)]
pub(super) struct Gate {
    hosts: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Known>>>>,
    tokens: Mutex<HashMap<TokenKey, Arc<tokio::sync::Mutex<Option<Token>>>>>,
}

/// What is known of a host.
#[derive(Debug, Clone, Default)]
enum Known {
    #[default]
    Nothing,
    Open,
    Asks(Challenge),
    /// What it asked for in an earlier run; it may ask for something else by now.
    Asked(Challenge),
}

#[derive(PartialEq, Eq, Hash, Clone)]
struct TokenKey {
    realm: Url,
    scope: String,
    holder: Option<[u8; 32]>,
}

impl Gate {
    /// Sends a request to a repository's registry, with what the registry wants to see.
    ///
    /// # Errors
    /// When nothing answered, or no token could be had. A refusal of the registry itself is an
    /// answer.
    pub(super) async fn send(
        &self,
        client: &Client,
        place: &Place,
        credential: Option<&Credential>,
        request: &Request,
    ) -> Result<Answer, Error> {
        let identity = credential.map_or(Identity::Anonymous, Credential::identity);
        let request = request.clone().identity(identity);
        let host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(place.host.clone()).or_default())
        };
        let known = {
            let mut known = host.lock().await;
            if matches!(*known, Known::Nothing)
                && let Some(challenge) = remembered(client, place)
            {
                *known = Known::Asked(challenge);
            }
            if matches!(*known, Known::Nothing) {
                let answer = client.send(request.clone()).await?;
                let Some(challenge) = demanded(&answer, place) else {
                    *known = Known::Open;
                    return Ok(answer);
                };
                remember(client, place, &challenge);
                *known = Known::Asks(challenge);
            }
            known.clone()
        };
        let asks = match known {
            Known::Asks(challenge) => challenge,
            Known::Asked(challenge) => {
                let answer =
                    self.satisfy(client, place, credential, &request, challenge.clone()).await;
                if answer.as_ref().is_ok_and(|answer| answer.status != 401) {
                    let mut known = host.lock().await;
                    if matches!(*known, Known::Asked(_)) {
                        *known = Known::Asks(challenge);
                    }
                    return answer;
                }
                // Whether it still asks for that, it says itself.
                let bare = client.send(request.clone()).await?;
                let Some(challenge) = demanded(&bare, place) else {
                    forget(client, place);
                    *host.lock().await = Known::Open;
                    return Ok(bare);
                };
                let known =
                    std::mem::replace(&mut *host.lock().await, Known::Asks(challenge.clone()));
                if matches!(&known, Known::Asked(old) if *old == challenge) {
                    return answer;
                }
                remember(client, place, &challenge);
                challenge
            }
            Known::Nothing | Known::Open => {
                let answer = client.send(request.clone()).await?;
                // A host may be open in parts.
                let Some(challenge) = demanded(&answer, place) else { return Ok(answer) };
                *host.lock().await = Known::Asks(challenge.clone());
                challenge
            }
        };
        self.satisfy(client, place, credential, &request, asks).await
    }

    /// Sends a request with what the registry asks for.
    async fn satisfy(
        &self,
        client: &Client,
        place: &Place,
        credential: Option<&Credential>,
        request: &Request,
        asks: Challenge,
    ) -> Result<Answer, Error> {
        let request = request.clone();
        match (asks, credential) {
            (Challenge::Basic, Some(Credential::Basic { user, password })) => {
                guard(client, &request.url, &place.label)?;
                Ok(client.send(request.basic(user, password)).await?)
            }
            (_, Some(Credential::Bearer { token })) => {
                guard(client, &request.url, &place.label)?;
                Ok(client.send(request.bearer(token)).await?)
            }
            // A bare request tells what the registry says to that.
            (Challenge::Basic, _) => Ok(client.send(request).await?),
            (Challenge::Bearer { realm, service, scope }, credential) => {
                let ask = TokenRequest { realm, service, scope: own_scope(scope, place) };
                let (token, fresh) = self.token(client, place, &ask, credential, None).await?;
                let answer = client.send(request.clone().bearer(&token)).await?;
                if answer.status != 401 || fresh {
                    return Ok(answer);
                }
                // The token may have been taken back before its time.
                let (token, _) = self.token(client, place, &ask, credential, Some(&token)).await?;
                Ok(client.send(request.bearer(&token)).await?)
            }
        }
    }

    /// Returns a token, and whether it was given out just now.
    async fn token(
        &self,
        client: &Client,
        place: &Place,
        ask: &TokenRequest,
        credential: Option<&Credential>,
        not: Option<&Secret>,
    ) -> Result<(Secret, bool), Error> {
        let holder = match credential.map(Credential::identity) {
            Some(Identity::Credential(holder)) => Some(holder),
            _ => None,
        };
        let key = TokenKey { realm: ask.url(), scope: ask.scope.clone(), holder };
        let slot = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.entry(key).or_default())
        };
        let mut slot = slot.lock().await;
        let valid = slot.as_ref().filter(|token| {
            token.expires > client.elapsed() && not.is_none_or(|not| *not != token.text)
        });
        if let Some(token) = valid {
            return Ok((token.text.clone(), false));
        }
        // Only what anyone is given is kept; see above.
        let kept =
            credential.is_none().then(|| client.passing_note(&ask.url(), Identity::Anonymous));
        let kept = kept.flatten().and_then(|(text, left)| {
            let text = Secret::new(String::from_utf8(text).ok()?);
            Some(Token { text, expires: client.elapsed() + left })
        });
        if let Some(token) = kept.filter(|token| not.is_none_or(|not| *not != token.text)) {
            let text = token.text.clone();
            *slot = Some(token);
            return Ok((text, false));
        }
        let token = fetch(client, place, ask, credential).await?;
        let text = token.text.clone();
        if credential.is_none() {
            let holds = token.expires.saturating_sub(client.elapsed());
            let note = text.expose().as_bytes();
            client.put_passing_note(&ask.url(), Identity::Anonymous, note, holds);
        }
        *slot = Some(token);
        Ok((text, true))
    }
}

/// Reads what a registry asked for in an earlier run.
fn remembered(client: &Client, place: &Place) -> Option<Challenge> {
    // What is in the store needs no token to be read.
    if client.settings().source == Source::Offline {
        return None;
    }
    Challenge::of_kept(&client.note(&place.memory()?, Identity::Anonymous)?)
}

/// Keeps what a registry asks for.
fn remember(client: &Client, place: &Place, challenge: &Challenge) {
    if let (Some(url), Some(text)) = (place.memory(), challenge.kept()) {
        client.put_note(&url, Identity::Anonymous, &text);
    }
}

/// Forgets what a registry asked for.
fn forget(client: &Client, place: &Place) {
    if let Some(url) = place.memory() {
        client.put_note(&url, Identity::Anonymous, b"");
    }
}

/// Reads the challenge of an answer. Only the registry's own counts: a place that it redirected to
/// must not learn a login by asking for one.
fn demanded(answer: &Answer, place: &Place) -> Option<Challenge> {
    let headers = answer.headers.get_all(::http::header::WWW_AUTHENTICATE);
    let texts = headers.iter().filter_map(|value| value.to_str().ok());
    let own = answer.status == 401 && answer.url.host() == place.host;
    own.then(|| choose(texts)).flatten()
}

/// Refuses to send a login in the clear.
pub(super) fn guard(client: &Client, url: &Url, what: &str) -> Result<(), Error> {
    if client.settings().may_carry_credentials(url) {
        return Ok(());
    }
    Err(Error::Credentials {
        registry: what.to_owned(),
        reason: format!(
            "the login would be sent unencrypted to {}; list the host as insecure to allow it",
            url.host()
        ),
    })
}

impl Error {
    /// Makes an error of a status that is not success.
    pub(super) fn of_status(
        what: &str,
        url: &Url,
        answer: &Answer,
        with_credentials: bool,
    ) -> Self {
        let (what, url) = (what.to_owned(), url.clone());
        match answer.status.as_u16() {
            404 | 410 => Self::NotFound { what, url },
            status @ (401 | 403) => {
                Self::Denied { what, url, status, with_credentials, said: said(&answer.body) }
            }
            429 => {
                let seconds = answer.header("retry-after").and_then(|text| text.parse().ok());
                Self::RateLimited { url, retry_after: seconds.map(Duration::from_secs) }
            }
            status => Self::Answer {
                url,
                expected: "success",
                got: match said(&answer.body).as_str() {
                    "" => format!("status {status}"),
                    said => format!("status {status}: {said}"),
                },
            },
        }
    }
}

/// Reads what a registry says to a refusal (distribution specification, "Error codes"), or the
/// beginning of what it said otherwise.
fn said(body: &[u8]) -> String {
    let errors = serde_json::from_slice::<serde_json::Value>(body).ok();
    let text = errors.as_ref().and_then(|value| {
        let first = value.get("errors").and_then(|errors| errors.get(0)).unwrap_or(value);
        ["message", "details", "error", "code"].iter().find_map(|key| first.get(key)?.as_str())
    });
    match text {
        Some(text) => excerpt(text.as_bytes()),
        // A page for people says nothing in a line.
        None if body.trim_ascii_start().starts_with(b"<") => String::new(),
        None => excerpt(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_registry_says() {
        for (body, expected) in [
            (
                r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#,
                "requested access is denied",
            ),
            (r#"{"errors":[{"code":"DENIED"}]}"#, "DENIED"),
            (r#"{"details":"incorrect username or password"}"#, "incorrect username or password"),
            (r#"{"errors":[]}"#, r#"{"errors":[]}"#),
            ("<html><title>no</title></html>", ""),
            ("go\naway", "go away"),
            ("", ""),
        ] {
            assert_eq!(said(body.as_bytes()), expected);
        }
    }
}

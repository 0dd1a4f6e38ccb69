//! Requests and answers, with no socket in between.
//!
//! A [`Request`] says what to ask and how the answer may be kept; an [`Answer`] is what came back,
//! with its whole body, and a [`Reply`] the same with a body still to be read in chunks. Status
//! codes are never errors here: whether a 404 is a fault is for the caller to know. What the
//! request is answered *by* (the wire, a folder of files, the store) is a
//! [`Transport`](super::Transport).

use super::{Error, Secret, Url};
use ::http::header::{ACCEPT, AUTHORIZATION};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use base64::Engine;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sha2::{Digest, Sha256};
use std::fmt;

/// What is asked of one address. `Debug` shows neither the body nor any credential.
#[derive(Clone)]
pub struct Request {
    /// The method; only GET and HEAD answers are stored.
    pub method: Method,
    /// The address, without a user part.
    pub url: Url,
    /// The headers; the client adds `User-Agent` and what revalidation needs.
    pub headers: HeaderMap,
    /// The body, empty for most.
    pub body: Bytes,
    /// The longest body that is taken as an answer, in bytes after decompression; the client's
    /// own limit where `None`.
    pub limit: Option<u64>,
    /// How the answer may be kept.
    pub keep: Keep,
    /// Whose view of the address the answer is.
    pub identity: Identity,
}

/// How an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Stored, and asked for again with its validators on the next run.
    Revalidate,
    /// Stored, and taken from the store ever after: the address ends in the SHA-256 digest of the
    /// content. Content that has another digest is not stored.
    Immutable,
    /// Neither stored nor recorded, as is right for tokens.
    Never,
}

/// Whose view of an address an answer is, so that stored answers do not leak between users.
///
/// The `Authorization` header will not do for this: a bearer token is another one every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Not said: a hash of the `Authorization` header stands in, if there is one.
    Unstated,
    /// Nobody in particular, be it with an anonymous token.
    Anonymous,
    /// Whoever holds the credential of which this is the SHA-256.
    Credential([u8; 32]),
}

impl Identity {
    /// Names the holder of a user name and a password, or of a token with an empty name.
    #[must_use]
    pub fn of(user: &str, secret: &Secret) -> Self {
        let mut hash = Sha256::new();
        hash.update(user.as_bytes());
        hash.update([0]);
        hash.update(secret.expose().as_bytes());
        Self::Credential(hash.finalize().into())
    }
}

impl Request {
    /// Asks for an address with a method. A user part of the address becomes basic authentication.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let (url, user) = url.without_user();
        let request = Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            limit: None,
            keep: Keep::Revalidate,
            identity: Identity::Unstated,
        };
        match user {
            Some((name, password)) => request.basic(&name, &password),
            None => request,
        }
    }

    /// Asks to read an address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Asks for the headers of an address.
    #[must_use]
    pub fn head(url: Url) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// Adds a header; a value that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Says which media types are understood.
    #[must_use]
    pub fn accept(self, types: &str) -> Self {
        self.header(ACCEPT, types)
    }

    /// Sends a user name and a password (RFC 7617).
    #[must_use]
    pub fn basic(self, user: &str, password: &Secret) -> Self {
        let pair = format!("{user}:{}", password.expose());
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
        self.authorization(&format!("Basic {encoded}"))
    }

    /// Sends a token (RFC 6750).
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        self.authorization(&format!("Bearer {}", token.expose()))
    }

    fn authorization(mut self, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// Limits the answer's body, in bytes.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Says how the answer may be kept.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Says whose view of the address the answer will be.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Returns whether sending it twice does no more than sending it once (RFC 9110, 9.2.2).
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.method.is_idempotent()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The address that answered, after redirects.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl Answer {
    /// Returns a header's text, if there is one and it is plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What came back, with its body still to be read.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// A body that arrives in chunks.
pub type Body = BoxStream<'static, Result<Bytes, Error>>;

/// What answers requests: the wire, or something that stands in for it.
///
/// One call is one request on the wire: no redirects, no retries, no store. Those are the
/// client's.
pub trait Transport: Send + Sync {
    /// Sends one request and returns once the headers are there.
    ///
    /// # Errors
    /// When nothing answered; a status is never an error.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Error>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_parts_become_headers() {
        let request = Request::get(Url::parse("https://u:p@e.org/x").unwrap());
        assert_eq!(request.url.expose(), "https://e.org/x");
        assert_eq!(request.headers.get(AUTHORIZATION).unwrap(), "Basic dTpw");
        let mut request = request;
        request.body = Bytes::from_static(b"refresh_token=hush");
        let shown = format!("{request:?}");
        assert!(!shown.contains("dTpw") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn header_values_cannot_smuggle_lines() {
        let url = Url::parse("https://e.org/").unwrap();
        let request = Request::get(url).bearer(&Secret::new("a\r\nX-Evil: 1"));
        assert!(request.headers.is_empty());
    }
}

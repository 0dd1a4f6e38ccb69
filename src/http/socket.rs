//! Requests over the network.
//!
//! One call is one request on the wire, made with reqwest on rustls. Redirects, retries, limits
//! and the store stay outside, so that they work alike for everything that answers requests. The
//! connection pool is made at the first request: reading the system's certificate authorities
//! takes time that a replay need not spend, and a container may have none.

use super::message::{Reply, Request, Transport};
use super::{Error, Settings, Url};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// Makes ring the process's TLS implementation. `main` calls it once before the first client;
/// later calls change nothing.
pub fn install_crypto() {
    // An error means that a provider is there already, which is what was wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The network.
pub(super) struct Socket {
    ca_files: Vec<PathBuf>,
    connect: Duration,
    per_host: usize,
    pool: OnceLock<Result<reqwest::Client, Error>>,
}

impl Socket {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            ca_files: settings.ca_files.clone(),
            connect: settings.connect,
            per_host: settings.per_host,
            pool: OnceLock::new(),
        }
    }

    fn pool(&self) -> Result<&reqwest::Client, Error> {
        self.pool.get_or_init(|| self.open_pool()).as_ref().map_err(Clone::clone)
    }

    fn open_pool(&self) -> Result<reqwest::Client, Error> {
        install_crypto();
        let mut authorities = Vec::new();
        for file in &self.ca_files {
            authorities.extend(read_authorities(file)?);
        }
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("refit/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(self.connect)
                .pool_max_idle_per_host(self.per_host)
        };
        // Without a single authority on the system the first form cannot be built at all, though
        // plain http and hosts signed by the given authorities would work: the second form can.
        builder()
            .tls_certs_merge(authorities.clone())
            .build()
            .or_else(|_| builder().tls_certs_only(authorities).build())
            .map_err(|error| Error::Settings {
                what: "the TLS set-up".to_owned(),
                reason: innermost(&error),
            })
    }
}

fn read_authorities(file: &PathBuf) -> Result<Vec<reqwest::Certificate>, Error> {
    let wrong = |reason: String| Error::Settings { what: file.display().to_string(), reason };
    let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| {
        wrong(format!("not a bundle of PEM certificates: {}", innermost(&error)))
    })?;
    if authorities.is_empty() {
        return Err(wrong("holds no PEM certificate (`-----BEGIN CERTIFICATE-----`)".to_owned()));
    }
    Ok(authorities)
}

impl Transport for Socket {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Error>> {
        async move {
            let pool = self.pool()?;
            let answer = pool
                .request(request.method.clone(), request.url.expose())
                .headers(request.headers.clone())
                .body(request.body.clone())
                .send()
                .await
                .map_err(|error| unreachable(&request.url, error))?;
            let (url, status, headers) =
                (request.url.clone(), answer.status(), answer.headers().clone());
            let body = answer.bytes_stream().map(move |chunk| {
                chunk.map_err(|error| Error::Truncated {
                    url: url.clone(),
                    reason: innermost(&error.without_url()),
                })
            });
            Ok(Reply { status, headers, body: body.boxed() })
        }
        .boxed()
    }
}

fn unreachable(url: &Url, error: reqwest::Error) -> Error {
    let error = error.without_url();
    let url = url.clone();
    if let Some(reason) = certificate_fault(&error) {
        return Error::Certificate { url, reason };
    }
    Error::Unreachable { url, reason: innermost(&error) }
}

/// Finds what rustls had against the certificate. An `io::Error` hides what it wraps from
/// `source`, so it is asked directly.
fn certificate_fault(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = match inner {
            Some(inner) => inner.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        if let Some(rustls::Error::InvalidCertificate(fault)) = tls {
            return Some(format!("its certificate is not trusted: {fault}"));
        }
        next = inner.map_or_else(|| error.source(), |inner| Some(inner));
    }
    None
}

/// Returns the last text of a chain of errors: reqwest's own says only that it failed.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

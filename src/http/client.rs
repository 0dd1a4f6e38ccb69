//! The client: one request as a caller means it, from the store through redirects and retries.
//!
//! A call passes four rooms. The *store* answers, or lends its validators (`If-None-Match`).
//! *Redirects* are followed by hand, so that a credential never reaches another origin. *Attempts*
//! are repeated with growing pauses where that can help and does no harm. The *transport* answers
//! one request: the network, or a replay folder. Every answer may be written down on its way back.

use super::message::{Answer, Body, Keep, Reply, Request, Transport};
use super::pace::{Host, Hosts, Requests, asked_pause, backoff};
use super::record::Record;
use super::replay::Replay;
use super::settings::{Settings, Source};
use super::socket::Socket;
use super::store::{self, Store};
use super::{Error, Identity, Url, limits, redirect};
use ::http::header::RETRY_AFTER;
use ::http::{HeaderMap, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// The program's HTTP client. Clones share connections, limits, store and counts.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    transport: Box<dyn Transport>,
    store: Option<Store>,
    record: Option<Arc<Record>>,
    hosts: Hosts,
    born: Instant,
}

/// An answer whose body is still to be read.
pub struct Stream {
    /// The address that answered, after redirects.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed, within the request's limit and the client's time limits.
    pub body: Body,
}

impl Client {
    /// Sets a client up; no connection is made yet.
    ///
    /// # Errors
    /// When a folder that the settings name cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let transport: Box<dyn Transport> = match &settings.source {
            Source::Replay(folder) => Box::new(Replay::open(folder)?),
            Source::Network | Source::Offline => Box::new(Socket::new(&settings)),
        };
        Self::over(settings, transport)
    }

    /// Sets a client up over a transport of the caller's.
    ///
    /// # Errors
    /// As for [`Client::new`].
    pub fn over(settings: Settings, transport: Box<dyn Transport>) -> Result<Self, Error> {
        // A replay is the same for everyone: it neither reads nor fills a store.
        let stores = !matches!(settings.source, Source::Replay(_));
        let store = settings.cache.as_deref().filter(|_| stores).map(Store::at);
        let record = settings.record.as_deref().map(Record::open).transpose()?.map(Arc::new);
        let (hosts, born) = (Hosts::default(), Instant::now());
        Ok(Self { inner: Arc::new(Inner { settings, transport, store, record, hosts, born }) })
    }

    /// Asks, and reads the whole answer. Truncated answers are asked for again.
    ///
    /// # Errors
    /// When no usable answer could be had; a status is never an error.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        // Boxed, since the whole way to the wire is a large future and every caller holds one.
        Box::pin(self.answer(request)).await
    }

    /// Asks, and returns as soon as the headers are there. The answer is not stored.
    ///
    /// # Errors
    /// When no usable answer could be had; a status is never an error. The body may still fail.
    pub async fn open(&self, request: Request) -> Result<Stream, Error> {
        let inner = &*self.inner;
        if inner.settings.source == Source::Offline {
            return Err(Error::Offline { url: request.url });
        }
        let (asked, keeps) = (request.clone(), request.keep != Keep::Never);
        let mut stream = Box::pin(inner.follow(request, false)).await?;
        if let Some(record) = inner.record.as_ref().filter(|_| keeps && stream.status != 304) {
            stream.body = record.tee(&asked, stream.status, &stream.headers, stream.body)?;
        }
        Ok(stream)
    }

    /// Returns how many requests have gone over the wire so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.inner.hosts.requests()
    }

    /// Returns the settings that the client was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Returns the time since the client was made, for those who have no clock of their own.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.inner.born.elapsed()
    }

    /// Reads what [`Client::put_note`] has kept about an address, for the same identity.
    #[must_use]
    pub fn note(&self, url: &Url, identity: Identity) -> Option<Vec<u8>> {
        self.inner.store.as_ref()?.note(url, identity)
    }

    /// Keeps a text about an address between runs: what a caller needs of an answer that is too
    /// large to be stored. Does nothing without a store.
    pub fn put_note(&self, url: &Url, identity: Identity, note: &[u8]) {
        if let Some(store) = &self.inner.store {
            store.put_note(url, identity, note);
        }
    }

    /// Reads what [`Client::put_passing_note`] has kept about an address, and how long it still
    /// holds.
    #[must_use]
    pub fn passing_note(&self, url: &Url, identity: Identity) -> Option<(Vec<u8>, Duration)> {
        self.inner.store.as_ref()?.passing_note(url, identity)
    }

    /// Keeps a text about an address between runs for so long, a day at most. Does nothing without
    /// a store.
    pub fn put_passing_note(&self, url: &Url, identity: Identity, note: &[u8], holds: Duration) {
        if let Some(store) = &self.inner.store {
            store.put_passing_note(url, identity, note, holds);
        }
    }

    async fn answer(&self, mut request: Request) -> Result<Answer, Error> {
        let inner = &*self.inner;
        let keeps = matches!(request.method, Method::GET | Method::HEAD);
        let store = inner.store.as_ref().filter(|_| keeps && request.keep != Keep::Never);
        let stored = store.and_then(|store| store.get(&request));
        let url = request.url.clone();
        match stored {
            Some(stored)
                if inner.settings.source == Source::Offline
                    || request.keep == Keep::Immutable && stored.status.is_success() =>
            {
                return Ok(stored.into_answer(url));
            }
            None if inner.settings.source == Source::Offline => return Err(Error::Offline { url }),
            _ => {}
        }
        let asked = request.clone();
        if let Some(stored) = &stored {
            stored.lend_validators(&mut request);
        }
        let stream = inner.follow(request, true).await?;
        if let (StatusCode::NOT_MODIFIED, Some(stored)) = (stream.status, stored) {
            let answer = stored.into_answer(url);
            inner.write_down(&asked, &answer).await?;
            return Ok(answer);
        }
        let chunks: Vec<Bytes> = stream.body.try_collect().await?;
        let body = match <[Bytes; 1]>::try_from(chunks) {
            Ok([whole]) => whole,
            Err(chunks) => chunks.concat().into(),
        };
        let mut answer =
            Answer { url: stream.url, status: stream.status, headers: stream.headers, body };
        if let Some(store) = store {
            store.put(&asked, &answer);
        }
        inner.write_down(&asked, &answer).await?;
        if asked.method == Method::HEAD {
            answer.body = Bytes::new();
        }
        Ok(answer)
    }
}

impl Inner {
    /// Follows redirects, and drops whatever must not reach another origin.
    async fn follow(&self, mut request: Request, whole: bool) -> Result<Stream, Error> {
        // A recording needs the body of what was only asked for its headers.
        if request.method == Method::HEAD && self.record.is_some() {
            request.method = Method::GET;
        }
        for _ in 0..=self.settings.max_redirects {
            let reply = self.attempts(&request, whole).await?;
            let Some(target) = redirect::target(&request, &reply)? else {
                let Reply { status, headers, body } = reply;
                return Ok(Stream { url: request.url, status, headers, body });
            };
            redirect::follow(&mut request, target);
        }
        Err(Error::Redirect {
            url: request.url,
            reason: format!("more than {} in a row", self.settings.max_redirects),
        })
    }

    /// Asks until there is an answer, or no hope of one.
    async fn attempts(&self, request: &Request, whole: bool) -> Result<Reply, Error> {
        let host = self.hosts.host(&request.url.host(), self.settings.per_host);
        let mut place = host.place().await;
        let identity = store::identity(request);
        host.recall(identity, || self.told_before(request, identity));
        // Only now: waiting for one's turn among a thousand look-ups is nobody's fault.
        let deadline = Instant::now() + self.settings.total;
        let mut attempt = 1;
        loop {
            if let Some(error) = host.unreachable() {
                return Err(error);
            }
            while let Some(pause) = host.pause() {
                if !self.affords(pause, deadline) {
                    return Ok(too_early(pause));
                }
                tokio::time::sleep(pause).await;
            }
            host.count();
            let mut outcome = self.attempt(request, whole, deadline, &mut place).await;
            if self.replays() {
                // A file says the same however often and however late it is asked.
                return outcome;
            }
            let asked_pause = outcome.as_mut().ok().and_then(|reply| heed(&host, reply));
            let last = attempt >= self.attempts_for(&outcome);
            if last || !is_worth_repeating(request, &outcome, asked_pause) {
                if let (true, Err(error @ Error::Unreachable { .. })) = (last, &outcome) {
                    host.set_unreachable(error.clone());
                }
                return outcome;
            }
            let pause = asked_pause.unwrap_or_else(|| backoff(self.settings.backoff, attempt));
            if !self.affords(pause, deadline) {
                self.tell_later(request, identity, asked_pause);
                return outcome;
            }
            // A pause that the host asked for is waited for at the top, with everybody else.
            if asked_pause.is_none() {
                tokio::time::sleep(pause).await;
            }
            attempt += 1;
        }
    }

    /// Sends one request over the wire. The place among the host's requests goes with a streamed
    /// body, and is kept for another attempt otherwise.
    async fn attempt(
        &self,
        request: &Request,
        whole: bool,
        deadline: Instant,
        place: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Reply, Error> {
        let once = async {
            let mut reply = self.transport.send(request).await?;
            let limit = request.limit.unwrap_or(self.settings.max_body);
            let idle = self.settings.idle;
            if whole {
                let body = limits::within(reply.body, &request.url, limit, deadline, idle, None);
                let chunks: Vec<Bytes> = body.try_collect().await?;
                reply.body = futures::stream::iter(chunks.into_iter().map(Ok)).boxed();
            } else {
                let until = Instant::now() + self.settings.download;
                // An answer that is refused is tried again and needs its place.
                let place = if reply.status.is_success() { place.take() } else { None };
                reply.body = limits::within(reply.body, &request.url, limit, until, idle, place);
            }
            Ok(reply)
        };
        tokio::time::timeout_at(deadline.into(), once).await.unwrap_or_else(|_| {
            Err(Error::Timeout { url: request.url.clone(), after: self.settings.total })
        })
    }

    /// Returns how long an earlier run was asked to leave the host of a request alone.
    fn told_before(&self, request: &Request, identity: Identity) -> Option<Duration> {
        let origin = request.url.join("/").ok()?;
        self.store.as_ref()?.passing_note(&origin, identity).map(|(_, left)| left)
    }

    /// Keeps a pause that is longer than a run, so that the next run does not ask too early and be
    /// refused again; a login that is another's is not held back by it.
    fn tell_later(&self, request: &Request, identity: Identity, pause: Option<Duration>) {
        const LONGEST: Duration = Duration::from_hours(1);
        let pause = pause.filter(|pause| *pause > self.settings.longest_pause);
        if let (Some(store), Some(pause), Ok(origin)) = (&self.store, pause, request.url.join("/"))
        {
            store.put_passing_note(&origin, identity, b"", pause.min(LONGEST));
        }
    }

    /// Returns how often a request is tried. A host that cannot be reached at all has one attempt
    /// less: each may take as long as making a connection does.
    fn attempts_for(&self, outcome: &Result<Reply, Error>) -> u32 {
        match outcome {
            Err(Error::Unreachable { .. }) => self.settings.attempts.saturating_sub(1).max(1),
            _ => self.settings.attempts.max(1),
        }
    }

    fn replays(&self) -> bool {
        matches!(self.settings.source, Source::Replay(_))
    }

    fn affords(&self, pause: Duration, deadline: Instant) -> bool {
        pause <= self.settings.longest_pause
            && Instant::now().checked_add(pause).is_some_and(|then| then < deadline)
    }

    /// Writes an answer down if the run is recorded.
    async fn write_down(&self, asked: &Request, answer: &Answer) -> Result<(), Error> {
        let Some(record) = self.record.as_ref().filter(|_| asked.keep != Keep::Never) else {
            return Ok(());
        };
        let body = futures::stream::iter([Ok(answer.body.clone())]).boxed();
        let tee = record.tee(asked, answer.status, &answer.headers, body)?;
        tee.try_for_each(|_| std::future::ready(Ok(()))).await
    }
}

/// Notes the pause that an answer asks for, on behalf of all requests to the host, and leaves it in
/// the answer as seconds, for readers without a clock.
fn heed(host: &Host, reply: &mut Reply) -> Option<Duration> {
    let may_ask = matches!(
        reply.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::FORBIDDEN
    );
    let pause = may_ask.then(|| asked_pause(&reply.headers, Timestamp::now())).flatten()?;
    host.set_pause(pause);
    reply.headers.insert(RETRY_AFTER, HeaderValue::from(pause.as_secs()));
    Some(pause)
}

/// Decides whether another attempt may help and can do no harm.
fn is_worth_repeating(
    request: &Request,
    outcome: &Result<Reply, Error>,
    asked_pause: Option<Duration>,
) -> bool {
    match outcome {
        // The server says that it did nothing, so every method may come again.
        Ok(reply) => match reply.status.as_u16() {
            429 => true,
            403 => asked_pause.is_some(),
            502..=504 => request.is_idempotent(),
            _ => false,
        },
        Err(Error::Unreachable { .. } | Error::Truncated { .. }) => request.is_idempotent(),
        Err(_) => false,
    }
}

/// The answer in place of one that would come too early: what the host said, said again.
fn too_early(pause: Duration) -> Reply {
    let mut headers = HeaderMap::new();
    // Rounded up: a whole second too late is never too early.
    headers.insert(RETRY_AFTER, HeaderValue::from(pause.as_secs() + 1));
    Reply { status: StatusCode::TOO_MANY_REQUESTS, headers, body: futures::stream::empty().boxed() }
}

#[cfg(test)]
mod tests;

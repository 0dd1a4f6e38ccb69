//! How fast one host is asked.
//!
//! Every host has its own gate: so many requests at a time, none while the host has asked for a
//! pause, and none for a while after it could not be reached at all, so that fifty look-ups at a
//! dead registry fail in the time of one. The gate also counts what goes over the wire. Pauses
//! between attempts grow exponentially and are jittered, so that two runs do not fall into step.

use super::{Error, Identity};
use ::http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests went over the wire; what a replay answered counts as if it had been sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// All of them, repeated attempts and revalidations included.
    pub total: u64,
    /// The same by host, with its port where that is not the scheme's own.
    pub by_host: BTreeMap<String, u64>,
}

/// The gates of all hosts.
#[derive(Default)]
pub(super) struct Hosts(Mutex<BTreeMap<String, Arc<Host>>>);

impl Hosts {
    /// Returns the gate of a host.
    pub(super) fn host(&self, name: &str, per_host: usize) -> Arc<Host> {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Host {
                places: Arc::new(Semaphore::new(per_host.max(1))),
                sent: AtomicU64::new(0),
                state: Mutex::default(),
            })
        });
        Arc::clone(host)
    }

    /// Sums up what was sent.
    pub(super) fn requests(&self) -> Requests {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by_host: BTreeMap<String, u64> = hosts
            .iter()
            .map(|(name, host)| (name.clone(), host.sent.load(Ordering::Relaxed)))
            .filter(|(_, sent)| *sent > 0)
            .collect();
        Requests { total: by_host.values().sum(), by_host }
    }
}

/// The gate of one host.
pub(super) struct Host {
    places: Arc<Semaphore>,
    sent: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the host wants to be asked again.
    paused_until: Option<Instant>,
    /// Why the host could not be reached, and until when that is believed.
    unreachable: Option<(Instant, Error)>,
    /// For whom it is known what an earlier run was told.
    recalled: Vec<Identity>,
}

impl Host {
    /// Waits for a place among the requests to this host.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there is always a place in the end.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Counts one request over the wire.
    pub(super) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how long the host still wants to be left alone.
    pub(super) fn pause(&self) -> Option<Duration> {
        let until = self.state().paused_until?;
        until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())
    }

    /// Notes that the host wants to be left alone.
    pub(super) fn set_pause(&self, pause: Duration) {
        // A server may say anything; a century is as good as for ever.
        let until = Instant::now().checked_add(pause.min(Duration::from_hours(24)));
        let mut state = self.state();
        state.paused_until = state.paused_until.max(until);
    }

    /// Takes over the pause that an earlier run was asked for, once for each identity.
    pub(super) fn recall(&self, identity: Identity, earlier: impl FnOnce() -> Option<Duration>) {
        {
            let mut state = self.state();
            if state.recalled.contains(&identity) {
                return;
            }
            state.recalled.push(identity);
        }
        if let Some(pause) = earlier() {
            self.set_pause(pause);
        }
    }

    /// Returns why the host cannot be reached, if that was found out a moment ago.
    pub(super) fn unreachable(&self) -> Option<Error> {
        let state = self.state();
        let (until, error) = state.unreachable.as_ref()?;
        (Instant::now() < *until).then(|| error.clone())
    }

    /// Notes that all attempts to reach the host have failed.
    pub(super) fn set_unreachable(&self, error: Error) {
        const BELIEVED: Duration = Duration::from_secs(30);
        self.state().unreachable = Some((Instant::now() + BELIEVED, error));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the pause before the attempt after the given one (counted from 1): exponential, between
/// half and one and a half times its nominal length, at most 20 s.
pub(super) fn backoff(base: Duration, attempt: u32) -> Duration {
    const LONGEST: Duration = Duration::from_secs(20);
    let nominal = base.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST);
    // The standard library's hasher is seeded at random, which is all the chance needed here.
    let chance = RandomState::new().build_hasher().finish() % 1024;
    let jitter = u32::try_from(chance).unwrap_or_default();
    nominal / 2 + nominal / 1024 * jitter
}

/// Reads how long a server that refuses wants to be left alone: by `Retry-After`, or by the end of
/// the window in which no request remains (GitHub, "Rate limits for the REST API"; GitLab,
/// "Rate limits"). A window without an end is taken as an hour.
pub(super) fn asked_pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    /// Numbers above this are times, those below it are durations, in seconds.
    const TIMES: i64 = 1_000_000_000;
    if let Some(pause) = retry_after(headers, now) {
        return Some(pause);
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let prefix = ["x-ratelimit-", "ratelimit-"]
        .into_iter()
        .find(|p| text(&format!("{p}remaining")) == Some("0"))?;
    let reset = text(&format!("{prefix}reset")).and_then(|text| text.trim().parse::<i64>().ok());
    let seconds = match reset {
        Some(time) if time > TIMES => time.saturating_sub(now.as_second()),
        Some(seconds) => seconds,
        None => 60 * 60,
    };
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

/// Reads how long a server asks to wait: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(::http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    // A date in the past means that it may be tried at once.
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::HeaderValue;

    #[test]
    fn reads_retry_after() {
        let now: Timestamp = "2024-11-06T08:49:37Z".parse().unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("Wed, 06 Nov 2024 08:50:37 GMT", Some(60)),
            ("Wed, 06 Nov 2024 08:40:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("1.5", None),
            ("99999999999999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", HeaderValue::from_static(text));
            assert_eq!(retry_after(&headers, now).map(|d| d.as_secs()), seconds, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn reads_the_end_of_a_window() {
        let now: Timestamp = "2024-11-06T08:49:37Z".parse().unwrap();
        let reset = (now.as_second() + 1800).to_string();
        let past = (now.as_second() - 5).to_string();
        for (headers, seconds) in [
            (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], Some(1800)),
            (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &past)], Some(0)),
            (vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "30")], Some(30)),
            (vec![("x-ratelimit-remaining", "0")], Some(3600)),
            (vec![("x-ratelimit-remaining", "0"), ("retry-after", "7")], Some(7)),
            (vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-9")], Some(0)),
            (vec![("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", &reset)], None),
            // Docker Hub counts pulls; what is left of them says nothing of this request.
            (vec![("ratelimit-remaining", "0;w=21600")], None),
            (vec![], None),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.insert(*name, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(asked_pause(&map, now).map(|d| d.as_secs()), seconds, "{headers:?}");
        }
    }

    #[test]
    fn what_an_earlier_run_was_told_is_recalled_once() {
        let hosts = Hosts::default();
        let host = hosts.host("e.org", 1);
        host.recall(Identity::Anonymous, || None);
        host.recall(Identity::Anonymous, || panic!("it was recalled before"));
        assert_eq!(host.pause(), None);
        host.recall(Identity::Credential([1; 32]), || Some(Duration::from_mins(10)));
        assert!(host.pause().unwrap() > Duration::from_mins(9));
    }

    #[test]
    fn pauses_grow_and_stay_within_bounds() {
        let base = Duration::from_millis(100);
        for (attempt, nominal) in [(1, 100), (2, 200), (3, 400), (4, 800), (60, 20_000)] {
            for _ in 0..50 {
                let pause = backoff(base, attempt).as_millis();
                assert!((nominal / 2..=nominal * 3 / 2).contains(&pause), "{attempt}: {pause}");
            }
        }
    }

    #[test]
    fn the_longest_pause_asked_for_holds() {
        let hosts = Hosts::default();
        let host = hosts.host("e.org", 1);
        assert_eq!(host.pause(), None);
        host.set_pause(Duration::from_secs(50));
        host.set_pause(Duration::from_secs(5));
        assert!(host.pause().unwrap() > Duration::from_secs(40));
        host.set_pause(Duration::MAX);
        assert!(host.pause().unwrap() <= Duration::from_hours(24));
    }
}

//! How the client is to work: what answers, how patient it is, whom it trusts.

use super::Url;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of a [`Client`](super::Client). `Default` suits public registries.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What answers the requests.
    pub source: Source,
    /// The folder in which answers are kept between runs; nothing is kept where `None`, and under
    /// replay.
    pub cache: Option<PathBuf>,
    /// The folder to which every answer is written in the form that a replay reads.
    pub record: Option<PathBuf>,
    /// PEM files with certificate authorities that are trusted besides the system's.
    pub ca_files: Vec<PathBuf>,
    /// Hosts, with their port where it is written, that are trusted without encryption:
    /// credentials are sent to them over plain http as well. This machine always is.
    pub insecure: BTreeSet<String>,
    /// How many requests run at a time against one host.
    pub per_host: usize,
    /// How often a request is tried in all, at least once.
    pub attempts: u32,
    /// The pause before the second attempt, before jitter; it doubles each time.
    pub backoff: Duration,
    /// The longest pause taken on a server's word (`Retry-After`). If it asks for more, the
    /// request is given up, and so is every other one to that host until the time has come.
    pub longest_pause: Duration,
    /// The time to make a connection.
    pub connect: Duration,
    /// The time for a whole answer that is not streamed, with all attempts and pauses.
    pub total: Duration,
    /// The time for a streamed body.
    pub download: Duration,
    /// The time without a single byte after which an answer counts as lost.
    pub idle: Duration,
    /// The longest body, in bytes after decompression, where a request says nothing else.
    pub max_body: u64,
    /// How many redirects are followed.
    pub max_redirects: usize,
}

/// What answers the requests of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The network.
    Network,
    /// The files of a folder, and never the network (`--replay DIR`).
    Replay(PathBuf),
    /// What earlier runs have stored in [`Settings::cache`] (`--offline`).
    Offline,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source: Source::Network,
            cache: None,
            record: None,
            ca_files: Vec::new(),
            insecure: BTreeSet::new(),
            per_host: 8,
            attempts: 4,
            backoff: Duration::from_millis(400),
            longest_pause: Duration::from_mins(1),
            connect: Duration::from_secs(10),
            total: Duration::from_mins(2),
            download: Duration::from_mins(10),
            idle: Duration::from_secs(30),
            max_body: 16 * 1024 * 1024,
            max_redirects: 5,
        }
    }
}

impl Settings {
    /// Returns whether a password or token may be sent to an address: over https, to this machine,
    /// or to a host that is configured as insecure.
    #[must_use]
    pub fn may_carry_credentials(&self, url: &Url) -> bool {
        url.is_https() || url.is_loopback() || self.insecure.contains(&url.host())
    }
}

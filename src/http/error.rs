//! Why no answer could be had.

use super::Url;
use std::path::PathBuf;
use std::time::Duration;

/// Why a request has no answer, or none that may be taken. Statuses are not among them.
///
/// Cloneable and without sources, so that the callers who share one request share its failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No connection, or one that broke off before the headers were there.
    #[error("{url}: cannot be reached ({reason}); check the address, the network and the proxy")]
    Unreachable {
        /// The address.
        url: Url,
        /// What the network said.
        reason: String,
    },
    /// The certificate was not accepted.
    #[error("{url}: {reason}; add the authority that signed the certificate to `ca_files`")]
    Certificate {
        /// The address.
        url: Url,
        /// What was wrong with it.
        reason: String,
    },
    /// No answer in time.
    #[error("{url}: no answer within {} s", after.as_secs())]
    Timeout {
        /// The address.
        url: Url,
        /// How long was waited.
        after: Duration,
    },
    /// The body ended early or could not be decompressed.
    #[error("{url}: the answer broke off ({reason})")]
    Truncated {
        /// The address.
        url: Url,
        /// What was wrong with it.
        reason: String,
    },
    /// The body is longer than the program is willing to read.
    #[error("{url}: the answer is larger than {limit} bytes, which is the limit for it")]
    TooLarge {
        /// The address.
        url: Url,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A redirect that is not followed.
    #[error("{url}: a redirect is not followed: {reason}")]
    Redirect {
        /// The address that redirected.
        url: Url,
        /// Why not.
        reason: String,
    },
    /// Only stored answers were allowed, and there is none.
    #[error("{url}: not in the store, and --offline allows nothing else; run once without it")]
    Offline {
        /// The address.
        url: Url,
    },
    /// The replay folder does not know the host.
    #[error(
        "{url}: the replay folder has no folder `{host}`; add one, or record it with --record",
        host = url.host()
    )]
    NotReplayed {
        /// The address.
        url: Url,
    },
    /// A file of the replay folder cannot be used.
    #[error("{}: {reason}", file.display())]
    ReplayFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An answer could not be written to the folder given by `--record`.
    #[error("{}: cannot record the answer: {reason}", file.display())]
    Record {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The client cannot be set up as configured.
    #[error("{what}: {reason}")]
    Settings {
        /// The setting, such as the path of a certificate bundle.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

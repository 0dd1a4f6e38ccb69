//! What can go wrong with a forge.

use std::path::PathBuf;
use std::time::Duration;

/// Why a forge did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The token is wrong, revoked or expired.
    #[error("{forge} does not accept the token ({message}); set REFIT_TOKEN to a valid one")]
    Unauthorized {
        /// The forge and repository.
        forge: String,
        /// What the forge said.
        message: String,
    },
    /// The token may not do this.
    #[error(
        "{forge}: the token may not {action} ({message}); give it write access to contents and pull requests"
    )]
    Forbidden {
        /// The forge and repository.
        forge: String,
        /// What was tried.
        action: String,
        /// What the forge said.
        message: String,
    },
    /// There is no such repository, or the token may not see it.
    #[error(
        "{forge} has no such repository, or the token may not see it; check its name and the token's repositories"
    )]
    NotFound {
        /// The forge and repository.
        forge: String,
    },
    /// The repository has another name now.
    #[error("{forge} has moved to {location}; update the remote's address (`git remote set-url`)")]
    Moved {
        /// The forge and repository.
        forge: String,
        /// Where it is now, as the forge says.
        location: String,
    },
    /// The forge wants to be asked less often.
    #[error("{forge} limits requests for now{}; run refit again later", after(*.retry_after))]
    RateLimited {
        /// The forge and repository.
        forge: String,
        /// How long to wait, if the forge says.
        retry_after: Option<Duration>,
    },
    /// The forge understood, and refuses.
    #[error("{forge} refuses to {action}: {message}")]
    Refused {
        /// The forge and repository.
        forge: String,
        /// What was tried.
        action: String,
        /// What the forge said.
        message: String,
    },
    /// The forge does not answer, or fails.
    #[error("{forge} did not answer ({message}); run refit again later")]
    Unavailable {
        /// The forge and repository.
        forge: String,
        /// What happened.
        message: String,
    },
    /// The forge's answer is not what its description promises.
    #[error("{forge}: the answer to `{action}` was not understood: {message}")]
    BadAnswer {
        /// The forge and repository.
        forge: String,
        /// What was tried.
        action: String,
        /// What is wrong with it.
        message: String,
    },
    /// A file of the local forge could not be read or written.
    #[error("{}: {message}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        message: String,
    },
    /// The repository of the local forge could not be read.
    #[error(transparent)]
    Git(#[from] crate::git::Error),
}

fn after(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(" (try again in {} s)", wait.as_secs())).unwrap_or_default()
}

//! Why a question about the world outside has no answer.

use crate::http;
use std::time::Duration;

/// Why a registry or a Helm repository gave no usable answer.
///
/// Cloneable, since one failed request may be the answer to many callers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is nothing of that name, or nothing that may be seen without a login: registries
    /// answer 404 for both.
    #[error("{what}: not found ({url}); it does not exist, or it is private and needs a login")]
    NotFound {
        /// The repository or chart.
        what: String,
        /// The address that was asked.
        url: http::Url,
    },
    /// The registry refused, with 401 or 403.
    #[error("{what}: {}", refusal(*.status, *.with_credentials, .said))]
    Denied {
        /// The repository or chart.
        what: String,
        /// The address that was asked.
        url: http::Url,
        /// 401 or 403.
        status: u16,
        /// Whether a login was sent.
        with_credentials: bool,
        /// What the registry said, cut and cleaned.
        said: String,
    },
    /// The registry asks for fewer requests, and for a longer pause than the program waits.
    #[error(
        "{url}: too many requests{}; log in, ask through a mirror, or try later",
        .retry_after.map(|d| format!(" (the registry asks to wait {} s)", d.as_secs())).unwrap_or_default()
    )]
    RateLimited {
        /// The address that was asked.
        url: http::Url,
        /// How long the registry asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the protocol promises.
    #[error("{url}: expected {expected}, got {got}")]
    Answer {
        /// The address that was asked.
        url: http::Url,
        /// What should have come.
        expected: &'static str,
        /// What came, cut and cleaned.
        got: String,
    },
    /// A login could not be had from a configuration file or a credential helper.
    #[error("credentials for {registry}: {reason}")]
    Credentials {
        /// The registry, or the file.
        registry: String,
        /// What is wrong.
        reason: String,
    },
    /// A repository, tag or source that cannot be asked for.
    #[error("`{text}`: {reason}")]
    Name {
        /// The name as it was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing answered.
    #[error(transparent)]
    Http(#[from] http::Error),
}

impl Error {
    /// Says whether the same question may have an answer another time: too much was asked, or an
    /// answer began and broke off. A host that cannot be reached at all may never be, as behind a
    /// firewall.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use http::Error as E;
        match self {
            Self::RateLimited { .. } => true,
            Self::Http(error) => matches!(error, E::Timeout { .. } | E::Truncated { .. }),
            _ => false,
        }
    }

    /// Returns a stable name of the kind of failure, for reports and JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::Denied { .. } => "denied",
            Self::RateLimited { .. } => "rate-limited",
            Self::Answer { .. } => "bad-answer",
            Self::Credentials { .. } => "credentials",
            Self::Name { .. } => "bad-name",
            Self::Http(http::Error::Offline { .. }) => "offline",
            Self::Http(http::Error::TooLarge { .. }) => "too-large",
            Self::Http(http::Error::Redirect { .. }) => "redirect",
            Self::Http(http::Error::Truncated { .. }) => "truncated",
            Self::Http(_) => "unreachable",
        }
    }
}

fn refusal(status: u16, with_credentials: bool, said: &str) -> String {
    let advice = match (status, with_credentials) {
        (401, false) => "it needs a login, or does not exist; add one to the docker configuration",
        (401, true) => "the login was refused; check user name and token",
        (_, false) => "the registry forbids it without a login",
        (_, true) => "the login has no right to read it",
    };
    match said {
        "" => format!("{advice} ({status})"),
        said => format!("{advice} ({status}: {said})"),
    }
}

/// Cuts and cleans what a server said, so that it can stand in a message: one line, no control or
/// direction characters, at most 200 characters.
#[must_use]
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const LONGEST: usize = 200;
    let head = bytes.get(..bytes.len().min(LONGEST * 4)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let mut clean = String::new();
    for word in text.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.chars().filter(|c| !c.is_control() && !is_invisible(*c)));
        if clean.chars().count() > LONGEST {
            break;
        }
    }
    if clean.chars().count() <= LONGEST {
        return clean;
    }
    let mut cut: String = clean.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

/// Characters that show nothing or turn the reading direction (Unicode, `Default_Ignorable` and
/// `Bidi_Control`, the common ones).
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_one_harmless_line() {
        assert_eq!(excerpt(b"a\r\n\x1b[31mb\tc\0"), "a [31mb c");
        assert_eq!(excerpt("x\u{202e}y\u{200b}z".as_bytes()), "xyz");
        assert_eq!(excerpt(&[0xff, b'a']), "\u{fffd}a");
        let long = excerpt("ä".repeat(100_000).as_bytes());
        assert_eq!(long.chars().count(), 201);
        assert_eq!(excerpt(b"a ".repeat(1000).as_slice()).chars().count(), 201);
    }
}

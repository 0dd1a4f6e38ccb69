//! What a program gets to see of this program's environment.
//!
//! The list holds what programs need to find their files, their home, the network and the user's
//! keys. Tokens for the forge and whatever else a CI job keeps in its environment stay here. What
//! only some programs need (a cloud's variables for its credential helper) is asked for by name.

use std::ffi::{OsStr, OsString};

/// Variables that every program gets, if they are set. A trailing `*` stands for any ending.
const PASSED: [&str; 32] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "XDG_*",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "DBUS_SESSION_BUS_ADDRESS",
    "KRB5CCNAME",
    "GNUPGHOME",
    "GPG_TTY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_CONFIG_*",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_SSL_*",
    "GIT_EXEC_PATH",
    "GIT_ASKPASS",
];

/// Variables that every program gets with this value: no questions on the terminal, and messages
/// in the one language that they are read in.
const FIXED: [(&str, &str); 2] = [("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")];

/// Chooses from an environment what a program gets: what is on the list, what it asked for by
/// name (a trailing `*` stands for any ending), and what is fixed.
pub(super) fn chosen(
    all: impl IntoIterator<Item = (OsString, OsString)>,
    asked: &[String],
) -> Vec<(OsString, OsString)> {
    let passes = |name: &OsStr| {
        let name = name.to_string_lossy();
        PASSED.into_iter().chain(asked.iter().map(String::as_str)).any(|entry| {
            match entry.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == entry,
            }
        })
    };
    let fixed = FIXED.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    all.into_iter().filter(|(name, _)| passes(name)).chain(fixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_what_is_listed_and_nothing_else() {
        let all = [
            ("PATH", "/bin"),
            ("XDG_CONFIG_HOME", "/c"),
            ("GITHUB_TOKEN", "secret"),
            ("REFIT_TOKEN", "secret"),
            ("AWS_PROFILE", "p"),
            ("LC_ALL", "de_DE"),
            ("GIT_DIR", "/elsewhere"),
        ];
        let all = || all.map(|(name, value)| (name.into(), value.into()));
        let names = |asked: &[String]| -> Vec<String> {
            chosen(all(), asked).into_iter().map(|(n, _)| n.into_string().unwrap()).collect()
        };
        let fixed = ["GIT_TERMINAL_PROMPT", "LC_ALL"];
        assert_eq!(names(&[]), [&["PATH", "XDG_CONFIG_HOME"], &fixed[..]].concat());
        assert_eq!(
            names(&["AWS_*".to_owned()]),
            [&["PATH", "XDG_CONFIG_HOME", "AWS_PROFILE"], &fixed[..]].concat()
        );
    }
}

//! A token for a remote, and how git is told of it without showing it.
//!
//! The token never stands in an argument or an address, where a process list, a log or an error
//! message would show it. git gets it from a credential helper that is configured through the
//! environment for the remote's own scheme, host and port and prints two variables of the child's environment;
//! so a redirect to another host never sees it. A header that a CI checkout left in the
//! repository's configuration is switched off for that host: it would win over the token.

use std::fmt;

/// The variables in which the helper finds what it prints.
const USER: &str = "REFIT_GIT_USERNAME";
const SECRET: &str = "REFIT_GIT_PASSWORD";

/// A user name and a secret for HTTP; neither is ever printed.
#[derive(Clone)]
pub struct Token {
    user: String,
    secret: String,
}

impl Token {
    /// Makes a token; GitHub accepts any user name beside one, `x-access-token` by convention.
    #[must_use]
    pub fn new(user: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { user: user.into(), secret: secret.into() }
    }

    /// Returns the variables under which git uses this token for `url`; none where it is not HTTP.
    ///
    /// `already` is the number of settings that the environment passes on to git by itself
    /// (`GIT_CONFIG_COUNT`); the new ones come after them.
    pub(super) fn environment(&self, url: &str, already: usize) -> Vec<(String, String)> {
        let Some(origin) = http_origin(url) else { return Vec::new() };
        let helper = format!(
            "!f() {{ if test \"$1\" = get; then printf 'username=%s\\npassword=%s\\n' \
             \"${USER}\" \"${SECRET}\"; fi; }}; f"
        );
        let settings = [
            // An empty value drops the helpers and headers configured before.
            (format!("credential.{origin}.helper"), String::new()),
            (format!("credential.{origin}.helper"), helper),
            (format!("http.{origin}/.extraHeader"), String::new()),
        ];
        let mut variables = vec![
            (USER.to_owned(), self.user.clone()),
            (SECRET.to_owned(), self.secret.clone()),
            ("GIT_CONFIG_COUNT".to_owned(), (already + settings.len()).to_string()),
        ];
        for (index, (key, value)) in settings.into_iter().enumerate() {
            variables.push((format!("GIT_CONFIG_KEY_{}", already + index), key));
            variables.push((format!("GIT_CONFIG_VALUE_{}", already + index), value));
        }
        variables
    }

    /// Replaces the secret wherever a text holds it.
    pub(super) fn redact(&self, text: &str) -> String {
        if self.secret.is_empty() { text.to_owned() } else { text.replace(&self.secret, "***") }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Replaces user names and passwords in the addresses that a text holds.
pub(super) fn redact_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let authority_end =
            after.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(after.len());
        let (authority, tail) = after.split_at(authority_end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str("***@");
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Returns scheme, host and port of an HTTP address, as git's settings name them.
fn http_origin(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_addresses_are_not_printed() {
        for (text, printed) in [
            ("https://a:b@h.example/x", "https://***@h.example/x"),
            ("to 'https://t@h' and http://h/x@y", "to 'https://***@h' and http://h/x@y"),
            ("https://a:p@ss@h/x", "https://***@h/x"),
            ("no address", "no address"),
        ] {
            assert_eq!(redact_urls(text), printed);
        }
    }

    #[test]
    fn the_token_is_for_one_origin_and_comes_after_other_settings() {
        let token = Token::new("x", "s3cret");
        assert!(token.environment("git@h.example:o/r.git", 0).is_empty());
        assert!(token.environment("ssh://git@h.example/o/r.git", 0).is_empty());
        let variables = token.environment("https://u@h.example:8443/o/r.git", 2);
        let value = |key: &str| {
            variables.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("GIT_CONFIG_COUNT"), Some("5"));
        assert_eq!(value("GIT_CONFIG_KEY_2"), Some("credential.https://h.example:8443.helper"));
        assert_eq!(value("GIT_CONFIG_KEY_4"), Some("http.https://h.example:8443/.extraHeader"));
        let shown = variables.iter().filter(|(_, value)| value.contains("s3cret")).count();
        assert_eq!(shown, 1, "only the helper's variable holds the secret");
        assert!(!format!("{token:?}").contains("s3cret"));
    }
}

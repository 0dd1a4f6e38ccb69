//! Addresses that cannot print their secrets.
//!
//! A URL of this program may carry a password (`https://user:password@host/`) or a signed query
//! (`?X-Amz-Signature=…`), and it ends up in errors, logs and reports. [`Url`] therefore prints
//! itself with both blotted out; the real text has to be asked for by [`Url::expose`]. [`Secret`]
//! is the same idea for a password or a token on its own.

use std::borrow::Cow;
use std::fmt;

/// An absolute `http` or `https` address.
///
/// `Display` and `Debug` hide the user part and the values of query parameters that look like
/// credentials. Equality and hashing are those of the real address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Url(Box<url::Url>);

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no http or https address: {reason}")]
pub struct InvalidUrl {
    /// The text, with any user part blotted out.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Url {
    /// Reads an absolute address.
    ///
    /// # Errors
    /// When the text is no URL, or has another scheme than `http` and `https`, or no host.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let invalid = |reason: String| InvalidUrl { text: blot_user(text), reason };
        let url = url::Url::parse(text).map_err(|error| invalid(error.to_string()))?;
        Self::checked(url).map_err(invalid)
    }

    /// Resolves a reference, absolute or relative, against this address (RFC 3986, section 5).
    ///
    /// # Errors
    /// As for [`Url::parse`].
    pub fn join(&self, reference: &str) -> Result<Self, InvalidUrl> {
        let invalid = |reason: String| InvalidUrl { text: blot_user(reference), reason };
        let url = self.0.join(reference).map_err(|error| invalid(error.to_string()))?;
        Self::checked(url).map_err(invalid)
    }

    fn checked(url: url::Url) -> Result<Self, String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("the scheme is `{}`", url.scheme()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("it has no host".to_owned());
        }
        Ok(Self(Box::new(url)))
    }

    /// Returns the real text, secrets included. For the wire, never for people.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the host with its port where that is not the scheme's own: `registry.example:5000`.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns the path, percent-encoded as it is sent, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// Returns the query, percent-encoded as it is sent, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// Returns the same address with another query, given percent-encoded.
    #[must_use]
    pub fn with_query(&self, query: Option<&str>) -> Self {
        let mut url = self.0.clone();
        url.set_query(query);
        Self(url)
    }

    /// Returns the same address with more query parameters, which are encoded here.
    #[must_use]
    pub fn with_parameters<'a>(
        &self,
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        Self(url)
    }

    /// Returns whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Returns whether the host is written as an address of this machine or of its link, where
    /// cloud providers keep their metadata services.
    #[must_use]
    pub(crate) fn is_local_literal(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Ipv4(address)) => {
                address.is_loopback() || address.is_link_local() || address.is_unspecified()
            }
            Some(url::Host::Ipv6(address)) => {
                address.is_loopback()
                    || address.is_unspecified()
                    || address.is_unicast_link_local()
                    || address.to_ipv4_mapped().is_some_and(|v4| {
                        v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()
                    })
            }
            Some(url::Host::Domain(_)) | None => self.is_loopback(),
        }
    }

    /// Returns whether both addresses have scheme, host and port in common (RFC 6454).
    #[must_use]
    pub fn same_origin(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// Takes the user part out of the address and returns it, decoded.
    #[must_use]
    pub(crate) fn without_user(mut self) -> (Self, Option<(String, Secret)>) {
        if self.0.username().is_empty() && self.0.password().is_none() {
            return (self, None);
        }
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        };
        let user = decode(self.0.username());
        let password = Secret::new(decode(self.0.password().unwrap_or_default()));
        // Both setters fail only for addresses that cannot have a host, which `checked` excludes.
        let _ = self.0.set_username("");
        let _ = self.0.set_password(None);
        (self, Some((user, password)))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        if !url.username().is_empty() || url.password().is_some() {
            let _ = url.set_username("***");
            let _ = url.set_password(None);
        }
        let text = match url.query() {
            Some(query) => {
                let hidden = query.split('&').map(blot_parameter).collect::<Vec<_>>().join("&");
                let bare = url.as_str().split(['?', '#']).next().unwrap_or_default();
                format!("{bare}?{hidden}")
            }
            None => url.as_str().split('#').next().unwrap_or_default().to_owned(),
        };
        f.write_str(&text)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

/// A password or a token: held, compared and sent, never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Hides the value of a query parameter whose name sounds like a credential.
fn blot_parameter(parameter: &str) -> String {
    const TELLING: [&str; 11] = [
        "token",
        "secret",
        "password",
        "passwd",
        "auth",
        "sig",
        "key",
        "credential",
        "session",
        "jwt",
        "code",
    ];
    let Some((name, value)) = parameter.split_once('=') else { return parameter.to_owned() };
    let lower = name.to_ascii_lowercase();
    if value.is_empty() || !TELLING.iter().any(|word| lower.contains(word)) {
        return parameter.to_owned();
    }
    format!("{name}=***")
}

/// Hides what stands between `://` and `@` in a text that could not be read as an address.
/// Returns an address without its user part, which may be a password or a token; that of `ssh`,
/// which is neither, stays.
#[must_use]
pub fn without_user(text: &str) -> Cow<'_, str> {
    let Some((scheme @ ("http" | "https" | "oci"), rest)) = text.split_once("://") else {
        return Cow::Borrowed(text);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@').and_then(|at| rest.get(at + 1..)) {
        Some(rest) => Cow::Owned(format!("{scheme}://{rest}")),
        None => Cow::Borrowed(text),
    }
}

fn blot_user(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://***{}", rest.get(at..).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_parts_are_left_out() {
        for (given, printed) in [
            ("https://example.org/a", "https://example.org/a"),
            ("https://user:p@w@example.org/a@b", "https://example.org/a@b"),
            ("http://token@example.org", "http://example.org"),
            ("oci://user:pw@example.org/a", "oci://example.org/a"),
            ("ssh://git@example.org/a", "ssh://git@example.org/a"),
            ("git@example.org:a/b", "git@example.org:a/b"),
            ("https://example.org/a?b=c@d", "https://example.org/a?b=c@d"),
        ] {
            assert_eq!(without_user(given), printed);
        }
    }

    #[test]
    fn prints_without_secrets() {
        for (given, printed) in [
            ("https://example.org/a?b=c", "https://example.org/a?b=c"),
            ("https://user:pw@example.org/a", "https://***@example.org/a"),
            ("https://user@example.org/a", "https://***@example.org/a"),
            (
                "https://example.org/a?access_token=x&n=1",
                "https://example.org/a?access_token=***&n=1",
            ),
            (
                "https://e.org/a?X-Amz-Signature=ab&X-Amz-Date=1",
                "https://e.org/a?X-Amz-Signature=***&X-Amz-Date=1",
            ),
            ("https://e.org/a?sig=ab#frag", "https://e.org/a?sig=***"),
            ("https://e.org/a#token=x", "https://e.org/a"),
        ] {
            let url = Url::parse(given).unwrap();
            assert_eq!(url.to_string(), printed);
            assert_eq!(format!("{url:?}"), format!("Url({printed})"));
        }
        assert_eq!(format!("{:?}", Secret::new("hush")), "***");
    }

    #[test]
    fn refuses_what_is_no_web_address() {
        for text in ["", "example.org", "ftp://e.org/", "file:///etc/passwd", "data:,x", "https://"]
        {
            assert!(Url::parse(text).is_err(), "{text}");
        }
        let error = Url::parse("https://user:pw@exa mple/").unwrap_err();
        assert!(!error.to_string().contains("pw"), "{error}");
    }

    #[test]
    fn takes_the_user_part_out() {
        let (url, user) = Url::parse("https://u%40x:p%3Aw@e.org/a").unwrap().without_user();
        assert_eq!(url.expose(), "https://e.org/a");
        assert_eq!(user, Some(("u@x".to_owned(), Secret::new("p:w"))));
    }

    #[test]
    fn knows_its_own_machine() {
        for (text, loopback, local) in [
            ("http://127.0.0.1:5000/", true, true),
            ("http://localhost/", true, true),
            ("http://[::1]/", true, true),
            ("http://[::ffff:169.254.169.254]/", false, true),
            ("http://169.254.169.254/", false, true),
            ("http://10.0.0.1/", false, false),
            ("https://e.org/", false, false),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.is_loopback(), url.is_local_literal()), (loopback, local), "{text}");
        }
    }
}

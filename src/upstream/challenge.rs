//! What a registry asks for when it answers 401: the `WWW-Authenticate` header.
//!
//! A header may hold several challenges, and there may be several headers; both are separated by
//! the same commas that separate the parameters of one challenge (RFC 9110, section 11.6.1). The
//! reader therefore looks ahead: a word followed by `=` is a parameter, any other begins a new
//! challenge. Values may be quoted, with commas and escapes inside, and some registries leave the
//! quotes out. A bearer challenge whose realm is no URL cannot be followed and counts as Basic.

use crate::http::Url;
use serde::{Deserialize, Serialize};

/// What a registry asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A user name and a password with every request.
    Basic,
    /// A token from somewhere (distribution specification, "Token authentication").
    Bearer {
        /// Where tokens are given out.
        realm: Url,
        /// For whom the token is meant.
        service: Option<String>,
        /// What the token is to allow, as the registry suggests it.
        scope: Option<String>,
    },
}

/// A challenge as it is kept between runs.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Where tokens are given out; `None` for Basic.
    realm: Option<String>,
    service: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    /// Writes the challenge down. A place for tokens whose address holds a secret is not kept.
    pub(super) fn kept(&self) -> Option<Vec<u8>> {
        let kept = match self {
            Self::Basic => Kept { realm: None, service: None, scope: None },
            Self::Bearer { realm, service, scope } => {
                let shown = realm.to_string();
                if shown != realm.expose() {
                    return None;
                }
                Kept { realm: Some(shown), service: service.clone(), scope: scope.clone() }
            }
        };
        serde_json::to_vec(&kept).ok()
    }

    /// Reads a challenge that was written down.
    pub(super) fn of_kept(text: &[u8]) -> Option<Self> {
        let Kept { realm, service, scope } = serde_json::from_slice(text).ok()?;
        match realm {
            None => Some(Self::Basic),
            Some(realm) => Some(Self::Bearer { realm: Url::parse(&realm).ok()?, service, scope }),
        }
    }
}

/// Chooses among the challenges of an answer: a token if there is one to be had, since that works
/// without a login as well; else Basic.
pub(super) fn choose<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<Challenge> {
    let mut basic = None;
    for challenge in headers.into_iter().flat_map(read) {
        let parameter = |name: &str| {
            challenge.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        };
        match challenge.scheme.as_str() {
            "bearer" => match parameter("realm").and_then(|realm| Url::parse(&realm).ok()) {
                Some(realm) => {
                    let (service, scope) = (parameter("service"), parameter("scope"));
                    return Some(Challenge::Bearer { realm, service, scope });
                }
                None => basic = Some(Challenge::Basic),
            },
            "basic" => basic = Some(Challenge::Basic),
            _ => {}
        }
    }
    basic
}

#[derive(Debug, PartialEq, Eq)]
struct Raw {
    /// In lower case.
    scheme: String,
    /// Names in lower case.
    parameters: Vec<(String, String)>,
}

/// Reads the challenges of one header. What cannot be read is skipped to the next comma.
fn read(header: &str) -> Vec<Raw> {
    let mut challenges: Vec<Raw> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let length = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if word.is_empty() {
            // Nothing that could begin here; go on behind the next comma.
            match rest.split_once(',') {
                Some((_, next)) => rest = next,
                None => return challenges,
            }
            continue;
        }
        let behind = after.trim_start_matches([' ', '\t']);
        let word = word.to_ascii_lowercase();
        if let (Some(value), Some(challenge)) = (behind.strip_prefix('='), challenges.last_mut()) {
            let (value, next) = read_value(value.trim_start_matches([' ', '\t']));
            challenge.parameters.push((word, value));
            rest = next;
        } else {
            challenges.push(Raw { scheme: word, parameters: Vec::new() });
            rest = after;
        }
    }
}

/// Reads a parameter's value, quoted or not, and returns what follows it.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    // The closing quote is missing; what is there is the value.
    (value, "")
}

/// RFC 9110, section 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: Url::parse(realm).unwrap(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[test]
    fn chooses() {
        let hub = "https://auth.example/token";
        for (headers, expected) in [
            (vec![], None),
            (vec![""], None),
            (vec!["Basic realm=\"Registry\""], Some(Challenge::Basic)),
            (vec!["basic"], Some(Challenge::Basic)),
            (
                vec![
                    "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:a/b:pull\"",
                ],
                Some(bearer(hub, Some("registry.example"), Some("repository:a/b:pull"))),
            ),
            // Commas and escapes inside quotes.
            (
                vec![
                    r#"Bearer realm="https://auth.example/token",scope="repository:a:pull,push",service="a \"b\"""#,
                ],
                Some(bearer(hub, Some("a \"b\""), Some("repository:a:pull,push"))),
            ),
            // Several in one header, either way round, and in several headers.
            (
                vec!["Basic realm=\"x, y\", Bearer realm=\"https://auth.example/token\""],
                Some(bearer(hub, None, None)),
            ),
            (
                vec![
                    "Bearer realm=\"https://auth.example/token\",service=\"s\", Basic realm=\"x\"",
                ],
                Some(bearer(hub, Some("s"), None)),
            ),
            (
                vec![
                    "Negotiate",
                    "Basic realm=\"x\"",
                    "Bearer realm=\"https://auth.example/token\"",
                ],
                Some(bearer(hub, None, None)),
            ),
            // A scheme with a token68 before it.
            (
                vec!["Negotiate abcd==, Bearer realm=\"https://auth.example/token\""],
                Some(bearer(hub, None, None)),
            ),
            // No quotes, odd spacing and case.
            (
                vec!["BEARER  Realm = https://auth.example/token , Service=s"],
                Some(bearer(hub, Some("s"), None)),
            ),
            // A realm that is no URL means Basic.
            (vec!["Bearer realm=\"Sonatype Nexus\""], Some(Challenge::Basic)),
            (vec!["Bearer realm=\"file:///etc/passwd\""], Some(Challenge::Basic)),
            (vec!["Bearer"], Some(Challenge::Basic)),
            (vec!["Digest realm=\"x\""], None),
            // Broken ones.
            (vec!["Bearer realm=\"https://auth.example/token"], Some(bearer(hub, None, None))),
            (vec!["=\"x\", Basic realm=\"y\""], Some(Challenge::Basic)),
            (vec!["\"\u{fc}\", \u{0}, Basic"], Some(Challenge::Basic)),
        ] {
            assert_eq!(choose(headers.iter().copied()), expected, "{headers:?}");
        }
    }

    #[test]
    fn challenges_are_kept_but_for_secrets() {
        for (realm, keeps) in [
            ("https://auth.example/token", true),
            ("https://auth.example/token?account=a", true),
            ("https://u:p@auth.example/token", false),
            ("https://auth.example/token?secret=x", false),
        ] {
            let challenge = bearer(realm, Some("s"), None);
            let back = challenge.kept().and_then(|text| Challenge::of_kept(&text));
            assert_eq!(back, keeps.then_some(challenge), "{realm}");
        }
        let basic = Challenge::Basic.kept().unwrap();
        assert_eq!(Challenge::of_kept(&basic), Some(Challenge::Basic));
        assert_eq!(Challenge::of_kept(b"{}x"), None);
        assert_eq!(Challenge::of_kept(br#"{"realm":"file:///x"}"#), None);
    }

    proptest! {
        #[test]
        fn reads_anything(header in ".{0,200}") {
            let challenges = read(&header);
            prop_assert!(challenges.len() <= header.len());
        }

        #[test]
        fn reads_back_what_was_quoted(value in "[ -~]{0,40}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let header = format!("Basic realm=\"{quoted}\", Digest qop=\"x\"");
            let challenges = read(&header);
            prop_assert_eq!(challenges.len(), 2);
            prop_assert_eq!(&challenges[0].parameters, &vec![("realm".to_owned(), value)]);
        }
    }
}

//! Logins as docker and podman keep them.
//!
//! `config.json` (docker) and `auth.json` (podman) hold logins by registry: in the file itself
//! (`auths`), in a program to be asked for one registry (`credHelpers`) or for all of them
//! (`credsStore`). Keys were written by many versions of many tools: with and without a scheme,
//! with `/v1/` behind, and with a namespace, of which the longest that fits wins
//! (containers-auth.json(5)). Docker Hub has several names and one key of its own. This file only
//! reads text and looks up; asking a program is left to the caller.

use super::credentials::Credential;
use crate::http::Secret;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The key under which docker keeps the login for Docker Hub.
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// The logins of one configuration file.
#[derive(Debug, Clone, Default)]
pub struct DockerConfig {
    auths: BTreeMap<String, Credential>,
    helpers: BTreeMap<String, String>,
    store: Option<String>,
}

/// Where a login is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Here it is.
    Credential(Credential),
    /// The program `docker-credential-NAME` may have it.
    Helper {
        /// The name without `docker-credential-`.
        name: String,
        /// What to ask it for.
        server: String,
    },
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Raw {
    auths: BTreeMap<String, RawAuth>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawAuth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl DockerConfig {
    /// Reads the text of a `config.json` or an `auth.json`. Entries without a login are passed
    /// over: docker writes them as a sign that a helper holds the login.
    ///
    /// # Errors
    /// With what is wrong, without what stands in the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: Raw = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("not a docker configuration (line {line}, column {column})")
        })?;
        let mut auths = BTreeMap::new();
        for (key, entry) in raw.auths {
            if let Some(credential) = login(&entry)? {
                auths.insert(normal(&key), credential);
            }
        }
        let helpers = raw.cred_helpers.into_iter().map(|(key, name)| (normal(&key), name));
        let store = raw.creds_store.filter(|name| !name.is_empty());
        Ok(Self { auths, helpers: helpers.collect(), store })
    }

    /// Finds the login for a repository: the longest namespace with one, then the registry's
    /// helper, then the registry's login, then the helper for all.
    pub(super) fn find(&self, registry: &str, path: &str) -> Option<Found> {
        let hub = is_hub(registry);
        let registry = if hub { "docker.io" } else { registry };
        let full = format!("{registry}/{path}");
        let mut namespace = full.as_str();
        while let Some((shorter, _)) = namespace.rsplit_once('/') {
            if let Some(credential) = self.auths.get(namespace) {
                return Some(Found::Credential(credential.clone()));
            }
            namespace = shorter;
        }
        let server = if hub { HUB_KEY } else { registry };
        let helper =
            |name: &String| Found::Helper { name: name.clone(), server: server.to_owned() };
        self.helpers
            .get(registry)
            .map(helper)
            .or_else(|| self.auths.get(registry).cloned().map(Found::Credential))
            .or_else(|| self.store.as_ref().map(helper))
    }
}

/// Returns whether a name is one of Docker Hub's.
pub(super) fn is_hub(registry: &str) -> bool {
    matches!(registry, "docker.io" | "index.docker.io" | "registry-1.docker.io")
}

/// Brings a key to the form `host/namespace`.
fn normal(key: &str) -> String {
    let bare = key.split_once("://").map_or(key, |(_, rest)| rest).trim_end_matches('/');
    let bare = ["/v1", "/v2"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    let host = host.to_ascii_lowercase();
    let host = if is_hub(&host) { "docker.io" } else { &host };
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

fn login(entry: &RawAuth) -> Result<Option<Credential>, String> {
    let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    if let Some(token) = text(&entry.registrytoken) {
        return Ok(Some(Credential::Bearer { token: Secret::new(token) }));
    }
    if let Some(token) = text(&entry.identitytoken) {
        return Ok(Some(Credential::Identity { token: Secret::new(token) }));
    }
    let pair = match (text(&entry.auth), text(&entry.username), text(&entry.password)) {
        (Some(auth), _, _) => {
            // Padding is often left out by those who write the file by hand.
            let lenient = GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent);
            let bytes = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient)
                .decode(auth.trim())
                .map_err(|_| "an `auth` is no Base64".to_owned())?;
            // Some versions of docker filled the end with zeros.
            let text = String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned();
            let (user, password) = text
                .split_once(':')
                .ok_or_else(|| "an `auth` does not hold `user:password`".to_owned())?;
            (user.to_owned(), password.to_owned())
        }
        (None, Some(user), Some(password)) => (user, password),
        _ => return Ok(None),
    };
    Ok(Some(Credential::of_pair(pair.0, pair.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(user: &str, password: &str) -> Found {
        Found::Credential(Credential::Basic {
            user: user.to_owned(),
            password: Secret::new(password),
        })
    }

    fn helper(name: &str, server: &str) -> Found {
        Found::Helper { name: name.to_owned(), server: server.to_owned() }
    }

    #[test]
    fn finds_logins() {
        let config = DockerConfig::parse(
            r#"{
                "auths": {
                    "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
                    "ghcr.io": {"auth": "Z2g6cDp3"},
                    "quay.io/acme": {"auth": "YWNtZTpwdw"},
                    "quay.io/acme/app": {"auth": "YXBwOnB3AAA="},
                    "quay.io": {"username": "u", "password": "p"},
                    "https://Old.example/v2/": {"username": "<token>", "password": "refresh"},
                    "id.example:5000": {"auth": "", "identitytoken": "refresh"},
                    "reg.example": {"registrytoken": "bearer"},
                    "empty.example": {},
                    "both.example": {"auth": "Z2g6cDp3"}
                },
                "credHelpers": {"gcr.io": "gcloud", "both.example": "pass", "https://x.example/": "y"},
                "HttpHeaders": {"User-Agent": "x"}
            }"#,
        )
        .unwrap();
        let identity = Found::Credential(Credential::Identity { token: Secret::new("refresh") });
        let bearer = Found::Credential(Credential::Bearer { token: Secret::new("bearer") });
        for (registry, path, found) in [
            ("docker.io", "library/redis", Some(basic("hub", "pw"))),
            ("index.docker.io", "a/b", Some(basic("hub", "pw"))),
            ("registry-1.docker.io", "a/b", Some(basic("hub", "pw"))),
            ("ghcr.io", "a/b", Some(basic("gh", "p:w"))),
            ("quay.io", "acme/app", Some(basic("app", "pw"))),
            ("quay.io", "acme/other", Some(basic("acme", "pw"))),
            ("quay.io", "acmeco/app", Some(basic("u", "p"))),
            ("old.example", "a", Some(identity.clone())),
            ("id.example:5000", "a", Some(identity)),
            ("id.example", "a", None),
            ("reg.example", "a", Some(bearer)),
            ("empty.example", "a", None),
            ("gcr.io", "p/a", Some(helper("gcloud", "gcr.io"))),
            ("both.example", "a", Some(helper("pass", "both.example"))),
            ("x.example", "a", Some(helper("y", "x.example"))),
            ("unknown.example", "a", None),
        ] {
            assert_eq!(config.find(registry, path), found, "{registry}/{path}");
        }
    }

    #[test]
    fn a_store_is_asked_last() {
        let config = DockerConfig::parse(
            r#"{"credsStore": "desktop", "auths": {"a.example": {}, "b.example": {"auth": "dTpw"}}}"#,
        )
        .unwrap();
        assert_eq!(config.find("a.example", "x"), Some(helper("desktop", "a.example")));
        assert_eq!(config.find("b.example", "x"), Some(basic("u", "p")));
        assert_eq!(config.find("docker.io", "x"), Some(helper("desktop", HUB_KEY)));
    }

    #[test]
    fn what_cannot_be_read_shows_nothing() {
        for text in [
            "",
            "null",
            "{\"auths\": {\"a\": {\"auth\": \"hunter2!\"}}}",
            "{\"auths\": {\"a\": {\"auth\": \"aHVudGVyMg==\"}}}",
            "{\"auths\": {\"a\": \"hunter2\"}}",
        ] {
            let reason = DockerConfig::parse(text).unwrap_err();
            assert!(!reason.contains("hunter2"), "{reason}");
        }
        assert!(DockerConfig::parse("{}").unwrap().find("a", "b").is_none());
    }
}

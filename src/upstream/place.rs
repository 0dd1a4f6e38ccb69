//! Where a repository is asked for.
//!
//! A repository's name says little of the address: Docker Hub answers at another host and keeps
//! its own images under `library/`; a mirror may stand in for a registry; a registry on this
//! machine, or one that is configured so, speaks plain http. Names come from manifests that
//! anybody may have written, so each part is checked before it becomes part of an address.

use super::docker_config::is_hub;
use super::error::Error;
use super::live::Settings;
use crate::http::Url;
use crate::image::{Digest, Repository, is_tag};

/// A repository and the address to ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The repository as people know it.
    pub(super) label: String,
    /// The registry that is really asked, with its port: the mirror's where there is one.
    pub(super) host: String,
    /// The name there.
    pub(super) name: String,
    /// The address of the registry's root.
    root: Url,
}

impl Place {
    /// Finds where to ask for a repository.
    ///
    /// # Errors
    /// When the name cannot be a repository's.
    pub(super) fn of(repository: &Repository, settings: &Settings) -> Result<Self, Error> {
        let Repository { registry, path } = repository;
        let label = format!("{registry}/{path}");
        let wrong = |reason: &str| Error::Name { text: label.clone(), reason: reason.to_owned() };
        if !is_name(path) {
            return Err(wrong(
                "no repository can have this name (lower-case letters, digits and `._-` between `/`)",
            ));
        }
        let short = matches!(registry.as_str(), "docker.io" | "index.docker.io");
        let name =
            if short && !path.contains('/') { format!("library/{path}") } else { path.clone() };
        let mirror = settings.mirrors.get(registry).or_else(|| {
            let hub = is_hub(registry).then_some("docker.io")?;
            settings.mirrors.get(hub)
        });
        if let Some(root) = mirror {
            let prefix = root.path().trim_matches('/');
            let prefix = prefix.strip_prefix("v2/").unwrap_or(prefix);
            let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            return Ok(Self { label, host: root.host(), name, root: root.clone() });
        }
        let host = if is_hub(registry) { "registry-1.docker.io" } else { registry };
        let root = Url::parse(&format!("https://{host}/")).map_err(|_| wrong("no such host"))?;
        // The host must be all that was read out of the name.
        if !root.host().eq_ignore_ascii_case(host.strip_suffix(":443").unwrap_or(host)) {
            return Err(wrong("the registry is no host name"));
        }
        let plain = settings.insecure.contains(registry) || root.is_loopback();
        let root = if plain { Url::parse(&format!("http://{host}/")) } else { Ok(root) };
        let root = root.map_err(|_| wrong("no such host"))?;
        Ok(Self { label, host: root.host(), name, root })
    }

    /// Returns the address of the tag list.
    pub(super) fn tags(&self) -> Result<Url, Error> {
        self.address("tags/list")
    }

    /// Returns the address of a manifest, by tag or digest.
    pub(super) fn manifest(&self, reference: &str) -> Result<Url, Error> {
        if !is_tag(reference) && Digest::parse(reference).is_err() {
            let text = format!("{}:{reference}", self.label);
            return Err(Error::Name { text, reason: "neither a tag nor a digest".to_owned() });
        }
        self.address(&format!("manifests/{reference}"))
    }

    /// Returns the address of a blob.
    pub(super) fn blob(&self, digest: &Digest) -> Result<Url, Error> {
        self.address(&format!("blobs/{digest}"))
    }

    /// Returns the address under which it is kept how the registry wants to be asked; `None` where
    /// others on the way could have said it.
    pub(super) fn memory(&self) -> Option<Url> {
        let safe = self.root.is_https() || self.root.is_loopback();
        safe.then(|| self.root.join("/v2/").ok()).flatten()
    }

    /// Returns whether the registry is on this machine or its link.
    pub(super) fn is_local(&self) -> bool {
        self.root.is_local_literal()
    }

    fn address(&self, rest: &str) -> Result<Url, Error> {
        // Every part was checked, so this does not fail; an error is better than a panic.
        self.root
            .join(&format!("/v2/{}/{rest}", self.name))
            .map_err(|error| Error::Name { text: self.label.clone(), reason: error.to_string() })
    }
}

/// Returns whether a text can be a repository's name (distribution specification, "Pulling
/// manifests"; underscores and double ones included).
fn is_name(path: &str) -> bool {
    let component = |part: &str| {
        let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = part.as_bytes();
        bytes.first().copied().is_some_and(edge)
            && bytes.last().copied().is_some_and(edge)
            && bytes.iter().all(|b| edge(*b) || b"._-".contains(b))
    };
    path.len() <= 255 && path.split('/').all(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(registry: &str, path: &str, settings: &Settings) -> Result<String, Error> {
        let repository = Repository { registry: registry.into(), path: path.into() };
        Place::of(&repository, settings)?.tags().map(|url| url.expose().to_owned())
    }

    #[test]
    fn addresses() {
        let mut settings = Settings::default();
        settings.insecure.insert("plain.example:5000".into());
        let mirror = |text: &str| Url::parse(text).unwrap();
        settings.mirrors.insert("quay.io".into(), mirror("https://cache.example/quay"));
        settings.mirrors.insert("k.io".into(), mirror("https://cache.example/v2/k/"));
        settings.mirrors.insert("localhost:1".into(), mirror("https://localhost:1"));
        for (registry, path, url) in [
            ("docker.io", "redis", "https://registry-1.docker.io/v2/library/redis/tags/list"),
            ("index.docker.io", "redis", "https://registry-1.docker.io/v2/library/redis/tags/list"),
            ("docker.io", "a/b", "https://registry-1.docker.io/v2/a/b/tags/list"),
            ("registry-1.docker.io", "c", "https://registry-1.docker.io/v2/c/tags/list"),
            ("ghcr.io", "a/b__c/d.e-f", "https://ghcr.io/v2/a/b__c/d.e-f/tags/list"),
            ("ghcr.io", "redis", "https://ghcr.io/v2/redis/tags/list"),
            ("r.example:443", "a", "https://r.example/v2/a/tags/list"),
            ("plain.example:5000", "a", "http://plain.example:5000/v2/a/tags/list"),
            ("plain.example", "a", "https://plain.example/v2/a/tags/list"),
            ("localhost:5000", "a", "http://localhost:5000/v2/a/tags/list"),
            ("127.0.0.1:5000", "a", "http://127.0.0.1:5000/v2/a/tags/list"),
            ("localhost:1", "a", "https://localhost:1/v2/a/tags/list"),
            ("quay.io", "a/b", "https://cache.example/v2/quay/a/b/tags/list"),
            ("k.io", "a", "https://cache.example/v2/k/a/tags/list"),
        ] {
            assert_eq!(tags(registry, path, &settings).as_deref(), Ok(url), "{registry}/{path}");
        }
    }

    #[test]
    fn names_that_are_none_are_refused() {
        let settings = Settings::default();
        for (registry, path) in [
            ("ghcr.io", ""),
            ("ghcr.io", "a//b"),
            ("ghcr.io", "../a"),
            ("ghcr.io", "A/b"),
            ("ghcr.io", "a/b?c"),
            ("ghcr.io", "a/${X}"),
            ("ghcr.io", "a b"),
            ("", "a"),
            ("e.org/x", "a"),
            ("u:p@e.org", "a"),
            ("e.org?", "a"),
            ("e.org#", "a"),
            ("{{ registry }}", "a"),
        ] {
            let error = tags(registry, path, &settings).unwrap_err();
            assert_eq!(error.code(), "bad-name", "{registry}/{path}: {error}");
        }
        let repository = Repository { registry: "e.org".into(), path: "a".into() };
        let place = Place::of(&repository, &settings).unwrap();
        for reference in ["", "a/b", "..", "sha256:x", "a?b", "latest\n"] {
            assert!(place.manifest(reference).is_err(), "{reference}");
        }
    }
}

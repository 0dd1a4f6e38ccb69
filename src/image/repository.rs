//! A repository's full name, and the ways in which manifests write it.
//!
//! Images imply `docker.io/` and `library/`, chart URLs imply nothing, and charts split a name
//! over two values; all three end in the same type here, so that one repository has one name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::InvalidReference;
use super::grammar::{MAX_NAME, check_path, check_registry, split_registry};

/// The registry that is meant where none is written.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// A repository of images or charts in an OCI registry, by its full name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// The registry's host with its port, as in `ghcr.io` or `registry.example:5000`; `docker.io`
    /// where none was written.
    pub registry: String,
    /// The name inside the registry, as in `library/postgres`.
    pub path: String,
}

impl Repository {
    /// Reads a repository from one value, as in `ghcr.io/a/b` or `postgres`.
    ///
    /// # Errors
    /// When it is no name, or carries a tag or a digest.
    pub fn parse(name: &str) -> Result<Self, InvalidReference> {
        if name.is_empty() {
            return Err(InvalidReference::Empty);
        }
        let (registry, path) = split_registry(name);
        if let Some(registry) = registry {
            check_registry(registry, name)?;
        }
        check_path(path, name)?;
        if name.len() > MAX_NAME {
            return Err(InvalidReference::Long { text: name.to_owned() });
        }
        Ok(Self::complete(registry, path))
    }

    /// Joins a `registry` and a `repository` value as charts do: with a `/` between them.
    ///
    /// A registry may hold a path of its own (`registry.k8s.io/ingress-nginx`) and end in `/`; an
    /// empty one counts as none. A repository that repeats the registry is not given it twice.
    ///
    /// # Errors
    /// When the two make no name.
    pub fn join(registry: &str, repository: &str) -> Result<Self, InvalidReference> {
        Self::parse(&joined(registry, repository))
    }

    /// Parts a `registry` and a `repository` value where the container runtime would: the registry,
    /// if one is written in either, and the rest as written.
    ///
    /// # Errors
    /// When the two make no name.
    pub fn split(
        registry: &str,
        repository: &str,
    ) -> Result<(Option<String>, String), InvalidReference> {
        let name = joined(registry, repository);
        Self::parse(&name)?;
        let (registry, path) = split_registry(&name);
        Ok((registry.map(str::to_owned), path.to_owned()))
    }

    /// Reads the repository that an `oci://` URL of a chart names.
    ///
    /// Its first segment is the registry whatever it looks like, and Docker Hub's `library/` is
    /// never implied: charts have no official images. A trailing `/` is forgiven, as Helm does.
    ///
    /// # Errors
    /// When the URL has another scheme or names no repository.
    pub fn from_oci_url(url: &str) -> Result<Self, InvalidReference> {
        let text = || url.to_owned();
        let name = url
            .strip_prefix("oci://")
            .ok_or_else(|| InvalidReference::Registry { text: text(), part: text() })?
            .trim_end_matches('/');
        let (registry, path) = name
            .split_once('/')
            .ok_or_else(|| InvalidReference::Path { text: text(), part: String::new() })?;
        check_registry(registry, url)?;
        check_path(path, url)?;
        Ok(Self { registry: registry.to_owned(), path: path.to_owned() })
    }

    pub(super) fn complete(registry: Option<&str>, path: &str) -> Self {
        let registry = registry.unwrap_or(DEFAULT_REGISTRY);
        let official = registry == DEFAULT_REGISTRY && !path.contains('/');
        let path = if official { format!("library/{path}") } else { path.to_owned() };
        Self { registry: registry.to_owned(), path }
    }
}

/// Joins a `registry` and a `repository` value into one text.
fn joined(registry: &str, repository: &str) -> String {
    let registry = registry.trim_end_matches('/');
    let repeated = repository
        .strip_prefix(registry)
        .is_some_and(|rest| rest.starts_with('/') && !registry.is_empty());
    if registry.is_empty() || repeated {
        return repository.to_owned();
    }
    // A chart writes the first part as a registry whatever it looks like, but without `.`, `:`
    // or `localhost` the container runtime reads it as the first part of a Docker Hub name.
    format!("{registry}/{repository}")
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_registry_and_repository_as_charts_do() {
        let cases = [
            ("ghcr.io", "a/b", Some("ghcr.io/a/b")),
            ("ghcr.io/", "a/b", Some("ghcr.io/a/b")),
            ("", "a/b", Some("docker.io/a/b")),
            ("", "ghcr.io/a/b", Some("ghcr.io/a/b")),
            ("", "postgres", Some("docker.io/library/postgres")),
            ("docker.io", "postgres", Some("docker.io/library/postgres")),
            (
                "registry.k8s.io/ingress-nginx",
                "controller",
                Some("registry.k8s.io/ingress-nginx/controller"),
            ),
            ("registry.example:5000", "x", Some("registry.example:5000/x")),
            ("ghcr.io", "ghcr.io/a/b", Some("ghcr.io/a/b")),
            ("mirror.example/hub", "ghcr.io/a/b", Some("mirror.example/hub/ghcr.io/a/b")),
            ("bitnami", "redis", Some("docker.io/bitnami/redis")),
            ("ghcr.io", "", None),
            ("", "", None),
            ("ghcr.io", "/a", None),
            ("${REGISTRY}", "a/b", None),
            ("ghcr.io", "a/b:1", None),
            ("https://ghcr.io", "a/b", None),
        ];
        for (registry, repository, full) in cases {
            let joined = Repository::join(registry, repository).ok().map(|name| name.to_string());
            assert_eq!(joined.as_deref(), full, "{registry:?} {repository:?}");
        }
    }

    #[test]
    fn parts_registry_and_repository_as_the_runtime_does() {
        let cases = [
            ("", "ghcr.io/a/b", Some((Some("ghcr.io"), "a/b"))),
            ("ghcr.io", "a/b", Some((Some("ghcr.io"), "a/b"))),
            ("ghcr.io/", "ghcr.io/a/b", Some((Some("ghcr.io"), "a/b"))),
            (
                "registry.k8s.io/coredns",
                "coredns",
                Some((Some("registry.k8s.io"), "coredns/coredns")),
            ),
            ("registry.example:5000", "x", Some((Some("registry.example:5000"), "x"))),
            ("", "postgres", Some((None, "postgres"))),
            ("bitnami", "redis", Some((None, "bitnami/redis"))),
            ("${REGISTRY}", "a/b", None),
        ];
        for (registry, repository, parts) in cases {
            let split = Repository::split(registry, repository).ok();
            let parts = parts.map(|(host, path)| (host.map(str::to_owned), path.to_owned()));
            assert_eq!(split, parts, "{registry:?} {repository:?}");
        }
    }

    #[test]
    fn charts_name_their_registry_always() {
        let cases = [
            ("oci://ghcr.io/a/charts/b", Some("ghcr.io/a/charts/b")),
            ("oci://docker.io/chart", Some("docker.io/chart")),
            ("oci://registry/chart/", Some("registry/chart")),
            ("oci://registry.example:5000/a", Some("registry.example:5000/a")),
            ("oci://ghcr.io", None),
            ("oci:///a/b", None),
            ("https://ghcr.io/a/b", None),
            ("oci://ghcr.io/${X}", None),
        ];
        for (url, full) in cases {
            let read = Repository::from_oci_url(url).ok().map(|name| name.to_string());
            assert_eq!(read.as_deref(), full, "{url}");
        }
    }
}

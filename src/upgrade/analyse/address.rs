//! Addresses of charts: how notes, policies and sources write them, and which package each means.
//!
//! An address is a registry's, `oci://…`, or that of a Helm repository over HTTPS. It may name the
//! chart itself or the folder that it lies in, so a chart is looked for at both. What a stranger
//! names is asked only where everybody can reach it, and what comes from a copy has not moved with
//! what it is a copy of.

use super::moves::is_mirror;
use crate::flux::Package;
use crate::http::Url;
use crate::image::Repository;
use crate::upstream::{ChartLocation, NotesHome};

/// Returns where a package's chart is found, and its name; `None` for what is no chart.
pub(super) fn place_of(package: &Package) -> Option<(ChartLocation, &str)> {
    match package {
        Package::HelmChart { url, chart } => Some((ChartLocation::of_helm_repository(url), chart)),
        Package::OciChart { repository, .. } => {
            let name = repository.path.rsplit('/').next().unwrap_or_default();
            Some((ChartLocation::OciRepository(repository.clone()), name))
        }
        Package::Image(_) | Package::Git { .. } | Package::Unknown(_) => None,
    }
}

/// Returns the packages that a chart may be at an address, the likeliest first.
pub(super) fn packages(address: &str, name: &str) -> Vec<Package> {
    if !address.starts_with("oci://") {
        return vec![Package::HelmChart { url: address.to_owned(), chart: name.to_owned() }];
    }
    let package = |url: String| {
        let repository = Repository::from_oci_url(&url).ok()?;
        Some(Package::OciChart { url, repository })
    };
    let exact = package(address.to_owned());
    if address.rsplit('/').next() == Some(name) {
        return exact.into_iter().collect();
    }
    package(format!("{address}/{name}")).into_iter().chain(exact).collect()
}

/// Says whether a package is at an address already, or in the folder that it names.
pub(super) fn is_at(package: &Package, address: &str) -> bool {
    let own = package.to_string();
    let own = own.split('#').next().unwrap_or_default();
    let (own, address) = (bare(own), bare(address));
    own == address
        || matches!(package, Package::OciChart { .. })
            && own.rsplit_once('/').is_some_and(|(folder, _)| folder == address)
}

/// Returns where a package is found whose place, or a folder above it, was replaced.
pub(super) fn replaced(own: &str, old: &str, new: &str) -> Option<String> {
    let own = own.split('#').next().unwrap_or_default();
    let rest = bare(own).strip_prefix(bare(old))?;
    match rest {
        "" => Some(new.to_owned()),
        rest if rest.starts_with('/') => Some(format!("{}{rest}", new.trim_end_matches('/'))),
        _ => None,
    }
}

/// Reads an address of charts; one without a scheme is a registry's.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim_matches(['`', '<', '>', '(', ')', '"', ',', ';', '.', ' ', '*']);
    let address = if text.contains("://") { text.to_owned() } else { format!("oci://{text}") };
    let host = bare(&address).split('/').next().unwrap_or_default();
    let known = address.starts_with("oci://") || address.starts_with("https://");
    (known && host.contains('.') && !host.contains('@'))
        .then(|| address.trim_end_matches('/').to_owned())
}

/// Finds the addresses in a text at which charts may be, pages of forges left out.
pub(super) fn addresses(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| word.contains("://"));
    let places = words.filter_map(address).filter(|address| is_public(address));
    places.filter(|address| NotesHome::of_url(address).is_none()).collect()
}

/// Finds the addresses of source code in a text.
pub(super) fn addresses_of_code(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| word.contains("://"));
    words.filter_map(address).filter(|address| NotesHome::of_url(address).is_some()).collect()
}

/// Returns the Helm repository that the pages of a project on GitHub would hold.
pub(super) fn pages_of(source: &str) -> Option<String> {
    match NotesHome::of_url(source)? {
        NotesHome::GitHub { owner, repository, .. } => {
            Some(format!("https://{}.github.io/{repository}", owner.to_lowercase()))
        }
        _ => None,
    }
}

/// Says whether a chart comes from a copy: a mirror, or a host that only its owner reaches.
pub(super) fn is_copy(package: &Package) -> bool {
    /// What hosts of copies are called.
    const WORDS: [&str; 5] = ["harbor", "nexus", "artifactory", "jfrog", "museum"];
    let text = package.to_string();
    let place = bare(text.split('#').next().unwrap_or_default());
    let (registry, path) = place.split_once('/').unwrap_or((place, ""));
    let repository = Repository { registry: registry.to_owned(), path: path.to_owned() };
    is_mirror(&repository)
        || is_inside(registry)
        || WORDS.iter().any(|word| registry.contains(word))
}

/// Says whether an address that a stranger names is one that everybody can reach.
pub(super) fn is_public(address: &str) -> bool {
    let host = bare(address).split('/').next().unwrap_or_default();
    !is_inside(host)
}

/// Says whether a host is one that only its owner reaches.
fn is_inside(host: &str) -> bool {
    /// The ends of names that no public host has.
    const ENDS: [&str; 6] = ["local", "lan", "internal", "svc", "arpa", "localhost"];
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.chars().all(|c| c.is_ascii_digit());
    is_number || !host.contains('.') || host.contains(':') || ENDS.contains(&last)
}

/// Returns an address without its scheme, as addresses are compared.
pub(super) fn bare(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// Reads an address's host; empty where it has none.
pub(super) fn host_of(url: &str) -> String {
    let https = url.replacen("oci://", "https://", 1);
    Url::parse(&https).map(|url| url.host()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oci(url: &str) -> Package {
        let repository = Repository::from_oci_url(url).unwrap();
        Package::OciChart { url: url.to_owned(), repository }
    }

    fn http(url: &str) -> Package {
        Package::HelmChart { url: url.to_owned(), chart: "web".to_owned() }
    }

    #[test]
    fn an_address_names_a_chart_or_its_folder() {
        for (address, expected) in [
            ("https://e.org/charts", "https://e.org/charts#web"),
            ("oci://e.org/charts/web", "oci://e.org/charts/web"),
            ("oci://e.org/charts", "oci://e.org/charts/web oci://e.org/charts"),
            (
                "oci://e.org/charts/web-ng",
                "oci://e.org/charts/web-ng/web oci://e.org/charts/web-ng",
            ),
        ] {
            let all: Vec<String> =
                packages(address, "web").iter().map(ToString::to_string).collect();
            assert_eq!(all.join(" "), expected, "{address}");
        }
    }

    #[test]
    fn what_is_written_in_notes_is_read() {
        for (text, expected) in [
            ("`oci://ghcr.io/acme/charts/`.", Some("oci://ghcr.io/acme/charts")),
            ("ghcr.io/acme/charts/web", Some("oci://ghcr.io/acme/charts/web")),
            ("<https://charts.acme.org/stable>", Some("https://charts.acme.org/stable")),
            ("http://charts.acme.org", None),
            ("acme/charts", None),
            ("https://user:secret@charts.acme.org", None),
        ] {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        }
        let text = "DEPRECATED: use oci://ghcr.io/acme/charts, from https://github.com/acme/web, \
                    not https://10.0.0.1/x or https://charts.acme.internal";
        assert_eq!(addresses(text), ["oci://ghcr.io/acme/charts"]);
        assert_eq!(addresses_of_code(text), ["https://github.com/acme/web"]);
    }

    #[test]
    fn a_place_is_replaced_with_the_folders_above_it() {
        for (own, old, expected) in [
            ("https://e.org/stable#web", "https://e.org/stable/", Some("oci://n.org/c")),
            ("https://e.org/stable#web", "https://e.org", Some("oci://n.org/c/stable")),
            ("oci://e.org/c/web", "e.org/c", Some("oci://n.org/c/web")),
            ("https://e.org/stable-2#web", "https://e.org/stable", None),
        ] {
            assert_eq!(replaced(own, old, "oci://n.org/c").as_deref(), expected, "{own} {old}");
        }
    }

    #[test]
    fn what_stays_where_it_is_has_not_moved() {
        for (package, address, expected) in [
            (oci("oci://e.org/charts/web"), "oci://e.org/charts/web", true),
            (oci("oci://e.org/charts/web"), "oci://e.org/charts", true),
            (oci("oci://e.org/charts/web"), "oci://e.org/other", false),
            (http("https://e.org/charts/"), "https://e.org/charts", true),
            (http("https://e.org/charts"), "https://e.org", false),
        ] {
            assert_eq!(is_at(&package, address), expected, "{package} {address}");
        }
    }

    #[test]
    fn copies_are_told_from_what_they_are_copies_of() {
        for (package, expected) in [
            (oci("oci://ghcr.io/acme/charts/web"), false),
            (http("https://charts.acme.org"), false),
            (oci("oci://harbor.acme.org/charts/web"), true),
            (oci("oci://registry.acme.org/dockerhub-proxy/web"), true),
            (http("https://charts.acme.internal"), true),
            (http("https://10.1.2.3/charts"), true),
            (oci("oci://registry:5000/web"), true),
        ] {
            assert_eq!(is_copy(&package), expected, "{package}");
        }
    }

    #[test]
    fn only_pages_of_a_project_are_guessed() {
        let pages = pages_of("https://github.com/Acme/charts/tree/main/web");
        assert_eq!(pages.as_deref(), Some("https://acme.github.io/charts"));
        assert_eq!(pages_of("https://www.acme.org"), None);
    }
}

//! Which token is for which forge.
//!
//! A token is good at one forge and a secret everywhere else, so each is bound to a host before
//! anything is asked, and is never tried anywhere else. `REFIT_TOKEN` is for the forge of the
//! repository: that of `forge.url`, else that of its remote, else GitHub. `GITHUB_TOKEN` is for the
//! server that runs the action, which says its name, else for GitHub. `REFIT_TOKEN_<HOST>` is for
//! HOST, with `_` for each dot and `__` for each hyphen, as Terraform writes hosts in variables; a
//! number behind a name is its port, as no name ends in one.

use std::collections::BTreeMap;
use std::env;
use std::net::Ipv4Addr;

use crate::http::Secret;

/// GitHub's host.
pub(super) const GITHUB: &str = "github.com";

/// Binds the tokens of the environment to their hosts.
pub(super) fn of_environment(
    forge: Option<&str>,
    remote: Option<&str>,
) -> BTreeMap<String, Secret> {
    let texts = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    bind(&texts.collect(), forge, remote)
}

/// Returns the host of a repository's forge, by `forge.url` and the address of its remote.
pub(super) fn host_of_forge(forge: Option<&str>, remote: Option<&str>) -> String {
    let named = forge.and_then(host_of).or_else(|| remote.and_then(host_of));
    named.unwrap_or_else(|| GITHUB.to_owned())
}

/// Reads the host of an address, as people name the forge: without port and without the name that
/// its API or its SSH server has. `None` for a path.
pub(super) fn host_of(address: &str) -> Option<String> {
    let (authority, is_url) = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => (rest.split(['/', '?', '#']).next()?, true),
        // As in `git@host:owner/name`; a path may hold a colon behind its first slash.
        None => (address.split_once(':')?.0, false),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if is_url { host.split(':').next()? } else { host };
    let host = host.to_ascii_lowercase();
    if host.is_empty() || host.contains('/') {
        return None;
    }
    let bare = match host.as_str() {
        "api.github.com" | "ssh.github.com" => GITHUB,
        host => host.strip_prefix("api.").filter(|rest| rest.ends_with(".ghe.com")).unwrap_or(host),
    };
    Some(bare.to_owned())
}

/// Reads a host as the name of a variable spells it.
fn host_of_variable(name: &str) -> String {
    let host = name.to_ascii_lowercase().replace("__", "-").replace('_', ".");
    match host.rsplit_once('.') {
        Some((name, port)) if port.parse::<u16>().is_ok() && host.parse::<Ipv4Addr>().is_err() => {
            format!("{name}:{port}")
        }
        _ => host,
    }
}

fn bind(
    variables: &BTreeMap<String, String>,
    forge: Option<&str>,
    remote: Option<&str>,
) -> BTreeMap<String, Secret> {
    let variable = |name: &str| {
        variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    };
    let mut tokens = BTreeMap::new();
    for (name, value) in variables {
        if let Some(host) = name.strip_prefix("REFIT_TOKEN_").filter(|_| !value.trim().is_empty()) {
            tokens.insert(host_of_variable(host), Secret::new(value.trim()));
        }
    }
    if let Some(own) = variable("REFIT_TOKEN") {
        tokens.entry(host_of_forge(forge, remote)).or_insert_with(|| Secret::new(own));
    }
    if let Some(token) = variable("GITHUB_TOKEN") {
        let told = |name: &str| variable(name).map(host_of);
        // Two that differ, or one that cannot be read, do not say whose it is.
        let host = match (told("GITHUB_SERVER_URL"), told("GITHUB_API_URL")) {
            (None, None) => Some(GITHUB.to_owned()),
            (Some(host), None) | (None, Some(host)) => host,
            (Some(server), Some(api)) => server.filter(|server| api.as_ref() == Some(server)),
        };
        if let Some(host) = host {
            tokens.entry(host).or_insert_with(|| Secret::new(token));
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_one_host() {
        let enterprise = "https://git.acme.example/api/v3";
        let remote = "git@git.acme.example:infra/cluster.git";
        for (variables, forge, remote, expected) in [
            ("REFIT_TOKEN=a", None, None, "github.com=a"),
            ("REFIT_TOKEN=a", Some("https://api.github.com"), None, "github.com=a"),
            ("REFIT_TOKEN=a", Some(enterprise), None, "git.acme.example=a"),
            ("REFIT_TOKEN=a", None, Some(remote), "git.acme.example=a"),
            ("REFIT_TOKEN=a", None, Some("https://gitlab.com/a/b/c.git"), "gitlab.com=a"),
            ("REFIT_TOKEN=a", None, Some("/srv/git/cluster.git"), "github.com=a"),
            ("GITHUB_TOKEN=b", None, Some(remote), "github.com=b"),
            (
                "GITHUB_TOKEN=b GITHUB_SERVER_URL=https://git.acme.example",
                None,
                None,
                "git.acme.example=b",
            ),
            (
                "GITHUB_TOKEN=b GITHUB_API_URL=https://git.acme.example/api/v3",
                None,
                None,
                "git.acme.example=b",
            ),
            (
                "GITHUB_TOKEN=b GITHUB_SERVER_URL=https://one.example GITHUB_API_URL=https://two.example",
                None,
                None,
                "",
            ),
            (
                "GITHUB_TOKEN=b GITHUB_SERVER_URL=https://github.com GITHUB_API_URL=https://api.github.com",
                None,
                None,
                "github.com=b",
            ),
            ("REFIT_TOKEN=a GITHUB_TOKEN=b", None, None, "github.com=a"),
            ("REFIT_TOKEN=a GITHUB_TOKEN=b", None, Some(remote), "git.acme.example=a github.com=b"),
            ("REFIT_TOKEN_GIT_MY__CORP_EXAMPLE=c", None, None, "git.my-corp.example=c"),
            ("REFIT_TOKEN_GIT_CORP_EXAMPLE_8443=c", None, None, "git.corp.example:8443=c"),
            ("REFIT_TOKEN_127_0_0_1=c", None, None, "127.0.0.1=c"),
            ("REFIT_TOKEN_127_0_0_1_3000=c", None, None, "127.0.0.1:3000=c"),
            ("REFIT_TOKEN=a REFIT_TOKEN_GITHUB_COM=c", None, None, "github.com=c"),
            ("REFIT_TOKEN= GITHUB_TOKEN=", None, None, ""),
        ] {
            let variables = variables.split(' ').filter_map(|pair| pair.split_once('='));
            let variables: BTreeMap<String, String> =
                variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let bound = bind(&variables, forge, remote);
            let bound: Vec<String> =
                bound.iter().map(|(host, token)| format!("{host}={}", token.expose())).collect();
            assert_eq!(bound.join(" "), expected, "{variables:?} {forge:?} {remote:?}");
        }
    }

    #[test]
    fn hosts_are_read_from_all_kinds_of_addresses() {
        for (address, expected) in [
            ("https://github.com/a/b", Some("github.com")),
            ("https://user:p@GitHub.com:443/a/b", Some("github.com")),
            ("ssh://git@ssh.github.com:443/a/b.git", Some("github.com")),
            ("git@github.com:a/b.git", Some("github.com")),
            ("https://api.acme.ghe.com", Some("acme.ghe.com")),
            ("http://127.0.0.1:3000/api", Some("127.0.0.1")),
            ("https://github.com.evil.example/a", Some("github.com.evil.example")),
            ("https://evil.example/@github.com/a", Some("evil.example")),
            ("file:///srv/git", None),
            ("/srv/git:x/a", None),
            ("../other", None),
        ] {
            assert_eq!(host_of(address).as_deref(), expected, "{address}");
        }
    }
}

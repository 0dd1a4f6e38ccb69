//! Registries and Helm repositories: real ones for what works, a hostile one for what does not.

mod helm;
mod hostile;
mod notes;
mod pages;
mod registries;
pub(crate) mod tokens;

use refit::http::{Client, Settings as HttpSettings};
use refit::image::Repository;
use refit::upstream::{Credential, Credentials, DockerConfig, Live, Settings};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Names a repository.
fn repository(host: &str, path: &str) -> Repository {
    Repository { registry: host.to_owned(), path: path.to_owned() }
}

/// Sets the HTTP client up for tests: quick pauses.
fn http() -> HttpSettings {
    HttpSettings { backoff: Duration::from_millis(5), ..HttpSettings::default() }
}

fn cached(folder: &Path) -> HttpSettings {
    HttpSettings { cache: Some(folder.to_owned()), ..http() }
}

/// Asks without any login.
fn live(settings: HttpSettings) -> (Live, Client) {
    live_with(settings, Settings::default())
}

fn live_with(http: HttpSettings, settings: Settings) -> (Live, Client) {
    let client = Client::new(http).unwrap();
    (Live::new(client.clone(), settings), client)
}

/// Asks with a login for one host, as refit's configuration gives it.
fn with_login(host: &str, user: &str, password: &str) -> Settings {
    let by_host = BTreeMap::from([(host.to_owned(), Credential::of_pair(user, password))]);
    Settings {
        credentials: Credentials { by_host, ..Credentials::default() },
        ..Settings::default()
    }
}

/// Asks with the logins of a docker configuration.
fn with_docker(config: &str) -> Settings {
    let docker = vec![DockerConfig::parse(config).unwrap()];
    Settings {
        credentials: Credentials { docker, ..Credentials::default() },
        ..Settings::default()
    }
}

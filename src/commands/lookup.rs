//! The world outside, opened as the flags, the configuration and the environment say.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use super::options::UpstreamOptions;
use super::tokens;
use crate::http::{self, Client, Url};
use crate::policy::Configuration;
use crate::upstream::{self, Credential, Credentials, DockerConfig, Live};

/// The client and what asks through it.
pub(super) struct Lookup {
    pub(super) client: Client,
    pub(super) upstream: Live,
}

/// Opens the world outside, for a repository whose remote has this address.
pub(super) fn open(
    options: &UpstreamOptions,
    configuration: &Configuration,
    remote: Option<&str>,
) -> Result<Lookup> {
    let client = client(options, configuration)?;
    let mut docker = Vec::new();
    for path in docker_files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let parsed = DockerConfig::parse(&text).map_err(anyhow::Error::msg);
        docker.push(parsed.with_context(|| path.display().to_string())?);
    }
    let mut tokens = tokens::of_environment(configuration.forge.url.as_deref(), remote);
    let settings = upstream::Settings {
        mirrors: mirrors(configuration)?,
        insecure: insecure(configuration),
        credentials: Credentials { by_host: logins(configuration)?, docker },
        notes: upstream::notes::Settings {
            github_token: tokens.remove(tokens::GITHUB),
            tokens,
            ..upstream::notes::Settings::default()
        },
        ..upstream::Settings::default()
    };
    Ok(Lookup { upstream: Live::new(client.clone(), settings), client })
}

/// Opens the HTTP client.
pub(super) fn client(options: &UpstreamOptions, configuration: &Configuration) -> Result<Client> {
    let source = match (&options.replay, options.offline) {
        (Some(folder), _) => {
            anyhow::ensure!(folder.is_dir(), "--replay {}: no such folder", folder.display());
            http::Source::Replay(folder.clone())
        }
        (None, true) => http::Source::Offline,
        (None, false) => http::Source::Network,
    };
    let cache = options.cache_dir.clone().or_else(cache_folder);
    let registries = configuration.registries.iter();
    Client::new(http::Settings {
        source,
        cache: if options.no_cache { None } else { cache },
        record: options.record.clone(),
        ca_files: registries.filter_map(|r| r.ca_file.as_ref().map(PathBuf::from)).collect(),
        insecure: insecure(configuration),
        ..http::Settings::default()
    })
    .context("cannot set up the network")
}

/// Opens the HTTP client for a forge. What a forge answers changes as pull requests do, so it is
/// neither replayed nor recorded, and a run that opens no socket cannot have one.
pub(super) fn forge_client(
    options: &UpstreamOptions,
    configuration: &Configuration,
) -> Result<Client> {
    client(&UpstreamOptions { record: None, ..options.clone() }, configuration)
}

/// Refuses a forge on the network to a run that opens no socket.
pub(super) fn ensure_network(options: &UpstreamOptions) -> Result<()> {
    let flag = match options {
        UpstreamOptions { replay: Some(_), .. } => "--replay",
        UpstreamOptions { offline: true, .. } => "--offline",
        _ => return Ok(()),
    };
    bail!(
        "{flag} opens no socket, so branches cannot be pushed nor pull requests opened on GitHub; add --forge local to keep them here, or leave {flag} out"
    );
}

/// Takes answers that nothing has used for three months out of the store.
pub(super) fn tidy(options: &UpstreamOptions) {
    const UNUSED: Duration = Duration::from_hours(24 * 90);
    let cache = options.cache_dir.clone().or_else(cache_folder);
    if let (false, None, Some(cache)) = (options.no_cache, &options.replay, cache) {
        // How many they were interests nobody.
        let _removed = http::prune(&cache, UNUSED);
    }
}

/// Returns the hosts that are trusted without encryption.
fn insecure(configuration: &Configuration) -> BTreeSet<String> {
    let registries = configuration.registries.iter().filter(|registry| registry.insecure);
    registries.map(|registry| registry.host.clone()).collect()
}

/// Returns where answers are kept between runs, as the XDG base directory specification has it.
fn cache_folder() -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
    Some(base.join("refit"))
}

/// Returns the files in which docker and podman keep logins, the first that counts first.
fn docker_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let home = env::var_os("HOME").map(PathBuf::from);
    if let Some(file) = env::var_os("REGISTRY_AUTH_FILE") {
        files.push(PathBuf::from(file));
    }
    let docker = env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let docker = docker.or_else(|| home.as_ref().map(|home| home.join(".docker")));
    files.extend(docker.map(|folder| folder.join("config.json")));
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    files.extend(runtime.map(|folder| folder.join("containers/auth.json")));
    files
}

fn mirrors(configuration: &Configuration) -> Result<BTreeMap<String, Url>> {
    let mut mirrors = BTreeMap::new();
    for registry in &configuration.registries {
        let Some(mirror) = &registry.mirror else { continue };
        let scheme = if registry.insecure { "http" } else { "https" };
        let address =
            if mirror.contains("://") { mirror.clone() } else { format!("{scheme}://{mirror}") };
        let url = Url::parse(&address).with_context(|| {
            format!("registries: the mirror `{mirror}` of {} is no address", registry.host)
        })?;
        mirrors.insert(registry.host.clone(), url);
    }
    Ok(mirrors)
}

/// Reads the logins that the configuration names by their variables.
fn logins(configuration: &Configuration) -> Result<BTreeMap<String, Credential>> {
    let mut logins = BTreeMap::new();
    for registry in &configuration.registries {
        let read = |name: &String| {
            env::var(name).map_err(|_| {
                anyhow!("registries: {} wants the variable {name}, which is not set", registry.host)
            })
        };
        let Some(password) = &registry.password_env else { continue };
        let user = registry.username_env.as_ref().map(read).transpose()?.unwrap_or_default();
        logins.insert(registry.host.clone(), Credential::of_pair(user, read(password)?));
    }
    Ok(logins)
}

//! The distribution registry: open, with passwords, with TLS; and what a run costs it.

use super::{cached, http, live, live_with, repository, with_docker, with_login};
use crate::parts::{Access, Authority, Push, Registry, have, run};
use refit::http::{Error as HttpError, Settings as HttpSettings, Source, Url};
use refit::upstream::{Error, ManifestKind, Settings, Upstream};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn config(source: &str) -> serde_json::Value {
    serde_json::json!({
        "created": "2024-05-01T10:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {"Labels": {"org.opencontainers.image.source": source}},
    })
}

/// Fills a folder with three repositories, each with an index and a plain image.
async fn fill(folder: &Path) -> String {
    let registry = Registry::start(folder, &Access::Open);
    let push = Push::to(&registry.host);
    let mut index = String::new();
    for name in ["acme/app", "acme/db", "top"] {
        index = push.index(name, "2.0.0", &config("https://e.org/two")).await;
        push.image(name, "1.0.0", &config("https://e.org/one")).await;
    }
    index
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_registry_answers_everything() {
    if !have("docker-registry", "docker-registry") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let index = fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Open);
    let (upstream, client) = live(http());
    let app = repository(&registry.host, "acme/app");

    let tags = upstream.tags(&app).await.unwrap();
    let names: BTreeSet<&str> = tags.names.iter().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["1.0.0", "2.0.0", "2.0.0-amd64", "2.0.0-att"]));
    assert!(tags.complete);

    let digest = upstream.digest(&app, "2.0.0").await.unwrap().unwrap();
    assert_eq!(digest.as_str(), index);
    assert_eq!(upstream.digest(&app, "3.0.0").await.unwrap(), None);

    let manifest = upstream.manifest(&app, "2.0.0").await.unwrap().unwrap();
    assert_eq!((manifest.kind, manifest.digest), (ManifestKind::Index, digest.clone()));
    let by_digest = upstream.manifest(&app, digest.as_str()).await.unwrap().unwrap();
    assert_eq!(by_digest.kind, ManifestKind::Index);
    let single = upstream.manifest(&app, "1.0.0").await.unwrap().unwrap();
    assert_eq!(single.kind, ManifestKind::Image);
    let absent = format!("sha256:{}", "0".repeat(64));
    assert_eq!(upstream.manifest(&app, &absent).await.unwrap(), None);

    let before = registry.requests().len();
    let labels = upstream.labels(&app, "2.0.0").await.unwrap().unwrap();
    let source = labels.labels.get("org.opencontainers.image.source").unwrap();
    assert_eq!(source, "https://e.org/two");
    assert_eq!(labels.labels.get("index").unwrap(), "annotation");
    assert_eq!(labels.created, Some("2024-05-01T10:00:00Z".parse().unwrap()));
    // The index is known already.
    assert_eq!(registry.requests().len() - before, 2, "{:?}", registry.requests());
    let one = upstream.labels(&app, "1.0.0").await.unwrap().unwrap();
    let source = one.labels.get("org.opencontainers.image.source").unwrap();
    assert_eq!(source, "https://e.org/one");
    assert_eq!(upstream.labels(&app, "3.0.0").await.unwrap(), None);

    let error = upstream.tags(&repository(&registry.host, "acme/none")).await.unwrap_err();
    assert_eq!(error.code(), "not-found", "{error}");
    assert_eq!(client.requests().total, registry.requests().len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_costs_what_it_may_cold_and_warm() {
    if !have("docker-registry", "docker-registry") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Open);
    let cache = tempfile::tempdir().unwrap();
    let run = async |settings: HttpSettings| {
        let (upstream, client) = live(settings);
        // Forty releases may ask about the same images, all at once.
        let asked = (0..40).map(|release| {
            let upstream = &upstream;
            let app = repository(&registry.host, ["acme/app", "acme/db"][release % 2]);
            async move {
                upstream.tags(&app).await?;
                upstream.digest(&app, "2.0.0").await?;
                upstream.labels(&app, "2.0.0").await
            }
        });
        for labels in futures::future::join_all(asked).await {
            assert!(labels.unwrap().is_some());
        }
        client.requests().total
    };
    // For each repository: the tags, a HEAD for the digest, index, manifest and configuration.
    assert_eq!(run(cached(cache.path())).await, 10);
    let cold = registry.requests();
    assert_eq!(cold.len(), 10, "{cold:#?}");
    assert_eq!(cold.iter().filter(|line| line.starts_with("HEAD ")).count(), 2);

    // Warm: what can be revalidated is; what is named by digest is not even asked for.
    assert_eq!(run(cached(cache.path())).await, 6);
    let warm = registry.requests().split_off(10);
    // This registry gives tag lists no validator; all else is "not modified".
    assert_eq!(warm.iter().filter(|line| line.ends_with(" 304")).count(), 4, "{warm:#?}");

    // Offline: the same answers, and no request at all.
    let offline = HttpSettings { source: Source::Offline, ..cached(cache.path()) };
    assert_eq!(run(offline.clone()).await, 0);
    assert_eq!(registry.requests().len(), 16);
    let (upstream, _) = live(offline);
    let error = upstream.tags(&repository(&registry.host, "top")).await.unwrap_err();
    assert_eq!(error.code(), "offline", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_replays_a_registry() {
    if !have("docker-registry", "docker-registry") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Open);
    let recording = tempfile::tempdir().unwrap();
    let app = repository(&registry.host, "acme/app");
    let ask = async |settings: HttpSettings| {
        let (upstream, client) = live(settings);
        let answers = (
            upstream.tags(&app).await.unwrap(),
            upstream.digest(&app, "1.0.0").await.unwrap(),
            upstream.digest(&app, "9.9.9").await.unwrap(),
            upstream.labels(&app, "2.0.0").await.unwrap(),
            upstream.manifest(&app, "2.0.0").await.unwrap(),
        );
        (answers, client.requests())
    };
    let record = HttpSettings { record: Some(recording.path().to_owned()), ..http() };
    let heard = ask(record).await;
    let replay = HttpSettings { source: Source::Replay(recording.path().to_owned()), ..http() };
    let before = registry.requests().len();
    assert_eq!(ask(replay.clone()).await, heard);
    assert_eq!(registry.requests().len(), before, "a replay opens no socket");

    let (upstream, _) = live(replay);
    let error = upstream.tags(&repository(&registry.host, "never/asked")).await.unwrap_err();
    assert_eq!(error.code(), "not-found");
    let error = upstream.tags(&repository("elsewhere.example", "a")).await.unwrap_err();
    assert!(matches!(error, Error::Http(HttpError::NotReplayed { .. })), "{error}");
}

/// Makes a password file with one user, `user` and `pass word:1`.
fn htpasswd(folder: &Path) -> PathBuf {
    let file = folder.join("htpasswd");
    let line = run("htpasswd", folder, &["-nbB", "user", "pass word:1"]);
    std::fs::write(&file, line).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_asked_for_once_a_host() {
    if !have("docker-registry", "docker-registry") || !have("htpasswd", "apache2-utils") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Basic(htpasswd(folder.path())));
    let host = &registry.host;
    let auth = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, "user:pass word:1");
    let docker = format!("{{\"auths\": {{\"https://{host}/v2/\": {{\"auth\": \"{auth}\"}}}}}}");
    let names = ["acme/app", "acme/db", "top"];
    for settings in [with_docker(&docker), with_login(host, "user", "pass word:1")] {
        let before = registry.requests().len();
        let (upstream, _) = live_with(http(), settings);
        let repositories = names.map(|name| repository(host, name));
        let asked = repositories.iter().map(|name| upstream.tags(name));
        for tags in futures::future::join_all(asked).await {
            assert_eq!(tags.unwrap().names.len(), 4);
        }
        let requests = registry.requests().split_off(before);
        assert_eq!(requests.len(), 4, "{requests:#?}");
        assert_eq!(requests.iter().filter(|line| line.ends_with(" 401")).count(), 1);
    }

    for (settings, with) in [
        (Settings::default(), false),
        (with_login(host, "user", "wrong"), true),
        (with_login(host, "nobody", "pass word:1"), true),
    ] {
        let (upstream, _) = live_with(http(), settings);
        let error = upstream.tags(&repository(host, "top")).await.unwrap_err();
        assert!(
            matches!(error, Error::Denied { status: 401, with_credentials, .. } if with_credentials == with),
            "{error}"
        );
        assert!(!error.to_string().contains("pass word"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_answers_stay_with_their_user() {
    if !have("docker-registry", "docker-registry") || !have("htpasswd", "apache2-utils") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Basic(htpasswd(folder.path())));
    let cache = tempfile::tempdir().unwrap();
    let top = repository(&registry.host, "top");
    let right = || with_login(&registry.host, "user", "pass word:1");
    live_with(cached(cache.path()), right()).0.tags(&top).await.unwrap();
    let offline = || HttpSettings { source: Source::Offline, ..cached(cache.path()) };
    live_with(offline(), right()).0.tags(&top).await.unwrap();
    for other in [Settings::default(), with_login(&registry.host, "user", "guess")] {
        let error = live_with(offline(), other).0.tags(&top).await.unwrap_err();
        assert_eq!(error.code(), "offline");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked_against_our_authorities() {
    if !have("docker-registry", "docker-registry") || !have("openssl", "openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let authority = Authority::make(folder.path());
    let access = Access::Tls(authority.certificate, authority.key);
    let registry = Registry::start(folder.path(), &access);
    // This machine's registries speak plain http unless an address says otherwise.
    let https = Url::parse(&format!("https://{}", registry.host)).unwrap();
    let settings = || Settings {
        mirrors: BTreeMap::from([(registry.host.clone(), https.clone())]),
        insecure: BTreeSet::new(),
        ..Settings::default()
    };
    let top = repository(&registry.host, "top");
    let trusting = HttpSettings { ca_files: vec![authority.ca], ..http() };
    let (upstream, _) = live_with(trusting, settings());
    assert_eq!(upstream.tags(&top).await.unwrap().names.len(), 4);

    let (upstream, client) = live_with(http(), settings());
    let error = upstream.tags(&top).await.unwrap_err();
    assert!(matches!(error, Error::Http(HttpError::Certificate { .. })), "{error}");
    assert_eq!(client.requests().total, 1, "a certificate gets no better by asking again");

    let wrong = folder.path().join("tls.ext");
    let (upstream, _) = live_with(HttpSettings { ca_files: vec![wrong], ..http() }, settings());
    let error = upstream.tags(&top).await.unwrap_err();
    assert!(error.to_string().contains("tls.ext: holds no PEM certificate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_not_there_is_said_so() {
    let host = format!("127.0.0.1:{}", crate::parts::free_port());
    let (upstream, client) = live(http());
    for name in ["a", "b", "c"] {
        let error = upstream.tags(&repository(&host, name)).await.unwrap_err();
        assert_eq!(error.code(), "unreachable", "{error}");
        assert!(error.to_string().contains("refused"), "{error}");
    }
    assert_eq!(client.requests().total, 3, "tried three times for all of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_stand_in_for_registries() {
    if !have("docker-registry", "docker-registry") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path()).await;
    let registry = Registry::start(folder.path(), &Access::Open);
    let mirror = Url::parse(&format!("http://{}/acme", registry.host)).unwrap();
    let settings = Settings {
        mirrors: BTreeMap::from([("r.example".to_owned(), mirror)]),
        ..Settings::default()
    };
    let (upstream, _) = live_with(http(), settings);
    let tags = upstream.tags(&repository("r.example", "app")).await.unwrap();
    assert_eq!(tags.names.len(), 4);
}

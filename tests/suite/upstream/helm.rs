//! Helm repositories made by helm itself, over HTTP and in a registry.

use super::{cached, http, live, live_with, with_login};
use crate::parts::{Access, Registry, have, package_chart, run};
use crate::server::{Heard, Say, Server};
use refit::http::{Settings as HttpSettings, Source};
use refit::upstream::{ChartLocation, Error, Upstream};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Serves a folder, with an `ETag` of the content's length.
fn serve(folder: PathBuf) -> Server {
    Server::start(move |heard| file(&folder, heard))
}

fn file(folder: &Path, heard: &Heard) -> Say {
    let Ok(body) = std::fs::read(folder.join(heard.path().trim_start_matches('/'))) else {
        return Say::status(404);
    };
    let tag = format!("\"{}\"", body.len());
    if heard.header("if-none-match") == Some(&tag) {
        return Say::status(304);
    }
    Say::Answer(200, vec![("etag", tag)], body)
}

fn make_charts(folder: &Path) {
    std::fs::create_dir_all(folder.join("charts")).unwrap();
    let more = "appVersion: \"2.10\"\nhome: https://e.org/app\nsources: [https://e.org/source]\n\
                annotations:\n  artifacthub.io/changes: |\n    - one\n";
    for (name, version, more) in [
        ("app", "1.0.0", ""),
        ("app", "1.1.0-rc.1", ""),
        ("app", "1.1.0+build.7", more),
        ("other", "0.1.0", "deprecated: true\n"),
    ] {
        let archive = package_chart(folder, name, version, more);
        let file = archive.file_name().unwrap().to_owned();
        std::fs::rename(&archive, folder.join("charts").join(file)).unwrap();
    }
    run("helm", folder, &["repo", "index", "charts"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_made_by_helm() {
    if !have("helm", "helm-binary") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_charts(folder.path());
    let server = serve(folder.path().to_owned());
    let cache = tempfile::tempdir().unwrap();
    for url in [format!("http://{}/charts", server.host), format!("http://{}/charts/", server.host)]
    {
        let (upstream, _) = live(http());
        let source = ChartLocation::of_helm_repository(&url);
        let versions = upstream.chart_versions(&source, "app").await.unwrap();
        let names: Vec<&str> = versions.iter().map(|version| version.version.as_str()).collect();
        assert_eq!(names, ["1.1.0+build.7", "1.1.0-rc.1", "1.0.0"]);
        let newest = &versions[0];
        assert_eq!(newest.app_version.as_deref(), Some("2.10"));
        assert_eq!(newest.home.as_deref(), Some("https://e.org/app"));
        assert_eq!(newest.sources, ["https://e.org/source"]);
        assert_eq!(newest.annotations.get("artifacthub.io/changes").unwrap(), "- one\n");
        assert!(newest.created.is_some() && newest.digest.is_some());
        let archive = format!("http://{}/charts/app-1.1.0+build.7.tgz", server.host);
        assert_eq!(newest.urls, [archive]);
        let other = upstream.chart(&source, "other", "0.1.0").await.unwrap().unwrap();
        assert!(other.deprecated);
        let error = upstream.chart_versions(&source, "none").await.unwrap_err();
        assert!(matches!(&error, Error::NotFound { what, .. } if what == "chart none"), "{error}");
    }
    assert_eq!(server.lines(), ["GET /charts/index.yaml", "GET /charts/index.yaml"]);

    // One download for all charts; on the next run one revalidation; offline nothing.
    let source = ChartLocation::Http(format!("http://{}/charts", server.host));
    let ask = async |settings: HttpSettings, charts: &[&str]| {
        let (upstream, client) = live(settings);
        let asked = charts.iter().cycle().take(20).map(|chart| {
            let (upstream, source) = (&upstream, &source);
            async move { upstream.chart_versions(source, chart).await.map(|list| list.len()) }
        });
        let found = futures::future::join_all(asked).await;
        let found: Result<Vec<usize>, Error> = found.into_iter().collect();
        (found.map(|found| found.iter().sum::<usize>()), client.requests().total)
    };
    let offline = HttpSettings { source: Source::Offline, ..cached(cache.path()) };
    assert_eq!(ask(cached(cache.path()), &["app", "other"]).await, (Ok(40), 1));
    assert_eq!(ask(cached(cache.path()), &["app", "other"]).await, (Ok(40), 1));
    assert!(server.heard().last().unwrap().header("if-none-match").is_some());
    assert_eq!(ask(offline.clone(), &["app", "other"]).await, (Ok(40), 0));
    // A chart that no earlier run has asked for needs the index again.
    let before = server.heard().len();
    let (found, _) = ask(cached(cache.path()), &["app", "none"]).await;
    assert_eq!(found.unwrap_err().code(), "not-found");
    assert!(server.heard().len() - before <= 2);
    let (found, _) = ask(offline, &["unheard"]).await;
    assert_eq!(found.unwrap_err().code(), "offline");
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_in_a_registry() {
    if !have("helm", "helm-binary") || !have("docker-registry", "docker-registry") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_charts(folder.path());
    let registry = Registry::start(folder.path(), &Access::Open);
    let target = format!("oci://{}/acme/charts", registry.host);
    for archive in ["app-1.0.0.tgz", "app-1.1.0+build.7.tgz"] {
        let archive = format!("charts/{archive}");
        run("helm", folder.path(), &["push", "--plain-http", &archive, &target]);
    }
    let (upstream, client) = live(http());
    for source in [
        ChartLocation::of_helm_repository(&target),
        ChartLocation::of_oci_repository(&format!("{target}/app")),
    ] {
        let versions = upstream.chart_versions(&source, "app").await.unwrap();
        let names: Vec<&str> = versions.iter().map(|version| version.version.as_str()).collect();
        assert_eq!(names, ["1.0.0", "1.1.0+build.7"]);
        let chart = upstream.chart(&source, "app", "1.1.0+build.7").await.unwrap().unwrap();
        assert_eq!(chart.app_version.as_deref(), Some("2.10"));
        assert_eq!(chart.home.as_deref(), Some("https://e.org/app"));
        assert_eq!(chart.sources, ["https://e.org/source"]);
        assert_eq!(chart.annotations.get("artifacthub.io/changes").unwrap(), "- one\n");
        assert_eq!(upstream.chart(&source, "app", "9.0.0").await.unwrap(), None);
    }
    // The same repository under two names: tags, manifest and configuration, and a missing one.
    assert_eq!(client.requests().total, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_index_is_read_for_what_is_wanted() {
    let mut index = String::from("apiVersion: v1\nentries:\n");
    for chart in 0..200 {
        writeln!(index, "  chart-{chart}:").unwrap();
        for version in 0..100 {
            let text = "lorem ipsum dolor sit amet ".repeat(20);
            write!(
                index,
                "  - created: \"2024-01-01T00:00:00Z\"\n    description: |\n      {text}\n      x: y\n    name: chart-{chart}\n    urls:\n    - chart-{version}.tgz\n    version: 1.0.{version}\n"
            )
            .unwrap();
        }
    }
    index.push_str("generated: \"2024-01-01T00:00:00Z\"\n");
    assert!(index.len() > 12_000_000, "{}", index.len());
    let server = Server::start(move |_| Say::Answer(200, Vec::new(), index.clone().into_bytes()));
    let (upstream, client) = live(http());
    let source = ChartLocation::Http(format!("http://{}", server.host));
    for chart in ["chart-0", "chart-77", "chart-199"] {
        let versions = upstream.chart_versions(&source, chart).await.unwrap();
        assert_eq!(versions.len(), 100);
        assert_eq!(versions[99].version, "1.0.99");
    }
    assert_eq!(client.requests().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_replays_an_index() {
    let index = "entries:\n  app:\n  - version: 1.0.0\n    urls: [app.tgz]\n";
    let server = Server::start(|_| Say::Answer(200, Vec::new(), index.into()));
    let source = ChartLocation::Http(format!("http://{}/charts", server.host));
    let folder = tempfile::tempdir().unwrap();
    let record = HttpSettings { record: Some(folder.path().to_owned()), ..http() };
    let replay = HttpSettings { source: Source::Replay(folder.path().to_owned()), ..http() };
    let recorded = live(record).0.chart_versions(&source, "app").await.unwrap();
    let (upstream, client) = live(replay);
    assert_eq!(upstream.chart_versions(&source, "app").await.unwrap(), recorded);
    assert_eq!((client.requests().total, server.heard().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_that_are_none() {
    for (label, say, code) in [
        ("missing", Say::status(404), "not-found"),
        ("refused", Say::status(403), "denied"),
        ("a page", Say::Answer(200, vec![], b"<html>Welcome</html>".to_vec()), "bad-answer"),
        ("empty", Say::Answer(200, vec![], Vec::new()), "bad-answer"),
        ("broken", Say::Answer(200, vec![], b"entries:\n  app:\n  - {{\n".to_vec()), "bad-answer"),
        ("cut", Say::Cut(b"entries:\n".to_vec()), "truncated"),
    ] {
        let say = std::sync::Mutex::new(say);
        let server = Server::start(move |_| match &*say.lock().unwrap() {
            Say::Answer(status, headers, body) => {
                Say::Answer(*status, headers.clone(), body.clone())
            }
            Say::Cut(body) => Say::Cut(body.clone()),
            _ => Say::Close,
        });
        let (upstream, _) = live(http());
        let source = ChartLocation::Http(format!("http://{}/x", server.host));
        let error = upstream.chart_versions(&source, "app").await.unwrap_err();
        assert_eq!(error.code(), code, "{label}: {error}");
        let asked = server.heard().len();
        assert_eq!(asked, if label == "cut" { 2 } else { 1 }, "{label}");
        // The second caller hears of the same failure without another request.
        upstream.chart_versions(&source, "other").await.unwrap_err();
        assert_eq!(server.heard().len(), asked, "{label}");
    }
    for url in ["ftp://e.org/", "no url", "https://user:pw@", ""] {
        let (upstream, _) = live(http());
        let error =
            upstream.chart_versions(&ChartLocation::Http(url.into()), "app").await.unwrap_err();
        assert_eq!(error.code(), "bad-name", "{url}");
        assert!(!error.to_string().contains("pw"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_is_begun_again() {
    let begun = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match begun.fetch_add(1, Ordering::SeqCst) {
        0 => Say::Cut(b"entries:\n  app:\n  - version: 1.0.0\n".to_vec()),
        _ => Say::Answer(
            200,
            Vec::new(),
            b"{\"entries\":{\"app\":[{\"version\":\"1.0.0\"},{\"version\":\"2.0.0\"}]}}".to_vec(),
        ),
    });
    let (upstream, _) = live(http());
    let source = ChartLocation::Http(format!("http://{}", server.host));
    assert_eq!(upstream.chart_versions(&source, "app").await.unwrap().len(), 2);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_for_helm_repositories() {
    let server = Server::start(|heard| match heard.header("authorization") {
        Some("Basic dTpwdw==") => {
            Say::Answer(200, Vec::new(), b"entries:\n  app:\n  - version: 1.0.0\n".to_vec())
        }
        _ => Say::status(401),
    });
    let source = |url: String| ChartLocation::Http(url);
    let plain = source(format!("http://{}", server.host));
    let (upstream, _) = live_with(http(), with_login(&server.host, "u", "pw"));
    assert_eq!(upstream.chart_versions(&plain, "app").await.unwrap().len(), 1);
    let (upstream, _) = live(http());
    let inside = source(format!("http://u:pw@{}", server.host));
    assert_eq!(upstream.chart_versions(&inside, "app").await.unwrap().len(), 1);
    let error = upstream.chart_versions(&plain, "app").await.unwrap_err();
    assert!(matches!(error, Error::Denied { with_credentials: false, .. }), "{error}");
    let wrong = source(format!("http://u:no@{}", server.host));
    let error = upstream.chart_versions(&wrong, "app").await.unwrap_err();
    assert!(matches!(error, Error::Denied { with_credentials: true, .. }), "{error}");
    assert!(!error.to_string().contains("no@"), "{error}");
}

//! A registry that gives its tags out in pages, with `Link`.

use super::{http, live, live_with, repository};
use crate::parts::Push;
use ferro_blob_store::InMemoryBlobStore;
use ferro_oci_server::{AppState, InMemoryRegistryMeta, router};
use refit::upstream::{Limits, Settings, Upstream};
use std::sync::Arc;

/// Starts the registry on the test's own runtime, with which it ends.
async fn start() -> String {
    let blobs = Arc::new(InMemoryBlobStore::new());
    let state = AppState::new(blobs, Arc::new(InMemoryRegistryMeta::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router(state)).await });
    host
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_put_together() {
    let host = start().await;
    let push = Push::to(&host);
    let config = serde_json::json!({"config": {"Labels": {"a": "b"}}});
    let app = repository(&host, "acme/app");
    for number in 0..25 {
        push.image("acme/app", &format!("1.0.{number}"), &config).await;
    }
    for (size, requests) in [(10, 3), (7, 4), (1000, 1)] {
        let limits = Limits { page_size: size, ..Limits::default() };
        let (upstream, client) = live_with(http(), Settings { limits, ..Settings::default() });
        let tags = upstream.tags(&app).await.unwrap();
        assert_eq!((tags.names.len(), tags.complete), (25, true), "{size}");
        assert_eq!(client.requests().total, requests, "{size}");
    }

    let (pages, tags) = (2, 1_000_000);
    let limits = Limits { page_size: 10, pages, tags, ..Limits::default() };
    let (upstream, _) = live_with(http(), Settings { limits, ..Settings::default() });
    let tags = upstream.tags(&app).await.unwrap();
    assert_eq!((tags.names.len(), tags.complete), (20, false));

    let (upstream, _) = live(http());
    let labels = upstream.labels(&app, "1.0.3").await.unwrap().unwrap();
    assert_eq!(labels.labels.get("a").unwrap(), "b");
    assert_eq!(upstream.digest(&app, "9.9.9").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_joins_the_pages() {
    use refit::http::{Settings as HttpSettings, Source};
    let host = start().await;
    let push = Push::to(&host);
    for number in 0..5 {
        push.image("app", &format!("1.0.{number}"), &serde_json::json!({})).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { page_size: 2, ..Limits::default() };
    let settings = || Settings { limits, ..Settings::default() };
    let app = repository(&host, "app");
    let record = HttpSettings { record: Some(folder.path().to_owned()), ..http() };
    let (upstream, _) = live_with(record, settings());
    assert_eq!(upstream.tags(&app).await.unwrap().names.len(), 5);
    let replay = HttpSettings { source: Source::Replay(folder.path().to_owned()), ..http() };
    let (upstream, client) = live_with(replay, settings());
    assert_eq!(upstream.tags(&app).await.unwrap().names.len(), 5);
    assert_eq!(client.requests().total, 1);
}

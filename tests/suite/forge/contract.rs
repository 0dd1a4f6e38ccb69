//! GitHub as it is emulated, and every request and answer checked against its description.

use refit::forge::{Forge, Hidden, PullState, hidden, needs_update};
use serde_json::json;

use super::wanted;
use crate::parts_github::{NAME, Record, TOKEN, emulator, github, prism};

const HEAD: &str = "refit/upgrade/apps/app-3";

/// Fails on everything that the proxy found wrong, in requests and in the emulator's answers;
/// returns how many requests were checked.
fn check(record: &Record) -> usize {
    let sent = record.take();
    for request in &sent {
        assert!(request.violations.is_empty(), "{}: {:?}", request.what, request.violations);
    }
    sent.len()
}

#[tokio::test]
async fn the_life_of_a_pull_request() {
    let Some(server) = emulator() else { return };
    let Some(proxy) = prism(&server.url()) else { return };
    let (forge, record) = github(&proxy.url(), Some(TOKEN), NAME);
    let prefix = "refit/";
    let heads = [HEAD.to_owned()];

    assert_eq!(forge.find_own(prefix, &heads).await.unwrap(), []);
    let request = wanted(HEAD, "3.0.0");
    let opened = forge.open(&request).await.unwrap();
    assert!(opened.draft && opened.state == PullState::Open, "{opened:?}");
    assert_eq!(check(&record), 2 + 1 + 4 + 1, "two lists, one opened, two labels made and given");

    // A second run only reads.
    let found = forge.find_own(prefix, &heads).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].labels, ["refit", "upgrade / major"]);
    assert!(!needs_update(&found[0], &request));
    forge.update(&found[0], &request).await.unwrap();
    assert_eq!(check(&record), 1);

    let newer = wanted(HEAD, "3.1.0");
    let updated = forge.update(&found[0], &newer).await.unwrap();
    assert_eq!((updated.number, updated.title.as_str()), (opened.number, "app: upgrade to 3.1.0"));
    assert_eq!(check(&record), 1);
    assert!(!needs_update(&forge.find_own(prefix, &heads).await.unwrap()[0], &newer));

    forge.close(&updated, "superseded by #9").await.unwrap();
    check(&record);
    assert_eq!(forge.find_own(prefix, &[]).await.unwrap(), [], "open ones only");
    let found = forge.find_own(prefix, &heads).await.unwrap();
    assert_eq!(found[0].state, PullState::Closed);
    let block: Hidden = hidden::find(&found[0].body).unwrap();
    assert!(block.closed_by_refit && block.proposal == "image apps/app 3.1.0");
    check(&record);
}

#[tokio::test]
async fn all_pages_are_read() {
    let Some(server) = emulator() else { return };
    let (forge, record) = github(&server.url(), Some(TOKEN), NAME);
    let mut request = wanted("", "3.0.0");
    request.labels.clear();
    for number in 0..120 {
        request.head = format!("refit/upgrade/apps/app-{number}");
        forge.open(&request).await.unwrap();
    }
    request.head = "somebody/else".to_owned();
    forge.open(&request).await.unwrap();
    record.take();
    assert_eq!(forge.find_own("refit/", &[]).await.unwrap().len(), 120);
    assert_eq!(record.take().len(), 2, "two pages of a hundred");
}

#[tokio::test]
async fn the_proxy_sees_what_is_wrong() {
    let Some(server) = emulator() else { return };
    let Some(proxy) = prism(&server.url()) else { return };
    // Were the proxy blind, the checks above would hold of anything.
    let url = format!("{}/repos/bot/fleet/pulls", proxy.url());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({ "title": "x", "head": "y", "base": "main", "body": 7 }).to_string();
    let answer = http
        .post(url)
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    let violations = answer.headers()["sl-violations"].to_str().unwrap();
    assert!(violations.contains("property body must be string"), "{violations}");
}

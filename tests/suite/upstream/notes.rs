//! Notes from forges: the demonstration's answers, small servers, and hostile ones.

use super::{http, live};
use refit::http::{Settings as HttpSettings, Source};
use refit::upstream::{NotesHome, NotesPages, Upstream};
use std::path::PathBuf;

fn home(url: &str) -> NotesHome {
    NotesHome::of_url(url).unwrap()
}

fn names(pages: &NotesPages) -> Vec<&str> {
    pages.pages.iter().map(|page| page.name.as_str()).collect()
}

fn demonstration() -> HttpSettings {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/upstream");
    HttpSettings { source: Source::Replay(folder), ..http() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_has_notes() {
    let (upstream, client) = live(demonstration());
    let own = home("https://github.com/teslamate-org/teslamate");
    let pages = upstream.notes(&own, "2.2.0", "3.0.0").await.unwrap();
    assert_eq!(names(&pages), ["releases/v3.0.0.md", "CHANGELOG.md"]);
    assert_eq!(pages.cut, None);
    let [release, changelog] = &pages.pages[..] else { panic!("{pages:?}") };
    assert!(release.text.contains("PostgreSQL is needed in version 16.7"));
    assert_eq!(release.url, "https://github.com/teslamate-org/teslamate/releases/tag/v3.0.0");
    assert_eq!(release.published.as_deref(), Some("2026-02-28T19:30:00Z"));
    assert!(!release.line_links && changelog.line_links);
    assert_eq!(
        changelog.url,
        "https://github.com/teslamate-org/teslamate/blob/v3.0.0/CHANGELOG.md"
    );

    let before = client.requests().total;
    upstream.notes(&own, "2.2.0", "3.0.0").await.unwrap();
    assert_eq!(client.requests().total, before, "the same is asked once");

    let charts = home("https://github.com/bjw-s-labs/helm-charts").named("app-template");
    let pages = upstream.notes(&charts, "4.3.0", "4.6.2").await.unwrap();
    assert_eq!(names(&pages), ["releases/app-template-4.6.2.md"]);
}

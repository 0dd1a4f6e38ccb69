//! Notes from forges: the demonstration's answers, small servers, and hostile ones.

use super::{cached, http, live, live_with};
use crate::front::Front;
use crate::parts_github::{NAME, OWNER, TOKEN, emulator, prism};
use crate::server::{Say, Server};
use refit::http::{Secret, Settings as HttpSettings, Source, Url};
use refit::upstream::notes::{Part, Settings as NotesSettings};
use refit::upstream::{NotesHome, NotesPages, Settings, Upstream};
use serde_json::{Value, json};
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

/// What one server says in place of a forge, its host of raw files included.
fn forge(server: &Server) -> Settings {
    let at = |path: &str| Some(Url::parse(&format!("http://{}{path}", server.host)).unwrap());
    let notes = NotesSettings {
        github_api: at("/api"),
        github_raw: at("/raw"),
        ..NotesSettings::default()
    };
    Settings { notes, ..Settings::default() }
}

fn release(tag: &str) -> Value {
    json!({
        "tag_name": tag, "draft": false, "prerelease": false,
        "published_at": "2026-01-01T00:00:00Z",
        "body": format!("What is new in {tag}, told in a sentence of some length."),
        "assets": [{"name": "a file", "size": 1}],
    })
}

fn text(body: &str) -> Say {
    Say::Answer(200, vec![("content-type", "text/plain".into())], body.into())
}

fn nothing() -> Say {
    Say::Answer(404, Vec::new(), b"{\"message\":\"Not Found\"}".to_vec())
}

/// Asks for the notes of a repository from 1.0.0 to another version.
async fn notes(server: &Server, http: HttpSettings, to: &str) -> NotesPages {
    let (upstream, _) = live_with(http, forge(server));
    let pages = upstream.notes(&home("https://github.com/o/r"), "1.0.0", to).await.unwrap();
    (*pages).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_releases_are_followed_as_far_as_they_count() {
    let server = Server::start(move |heard| {
        let page = |number: u32, tags: &[String]| {
            let body: Vec<Value> = tags.iter().map(|tag| release(tag)).collect();
            // GitHub names the next page by the repository's number.
            let next = format!(
                "<http://{}/api/repositories/7/releases?per_page=100&page={number}>; rel=\"next\", <http://x/>; rel=\"last\"",
                heard.header("host").unwrap()
            );
            Say::Answer(200, vec![("link", next)], json!(body).to_string().into_bytes())
        };
        let tags = |range: std::ops::Range<u32>| -> Vec<String> {
            range.rev().map(|minor| format!("v1.{minor}.0")).collect()
        };
        match heard.target.as_str() {
            "/api/repos/o/r/releases?per_page=100" => page(2, &tags(200..300)),
            "/api/repositories/7/releases?per_page=100&page=2" => page(3, &tags(100..200)),
            "/api/repositories/7/releases?per_page=100&page=3" => page(4, &tags(90..100)),
            "/api/repositories/7/releases?per_page=100&page=4" => page(5, &tags(80..90)),
            _ => nothing(),
        }
    });
    let api =
        |server: &Server| server.lines().iter().filter(|line| line.contains("releases?")).count();
    let (upstream, _) = live_with(http(), forge(&server));
    let own = home("https://github.com/o/r");
    let pages = upstream.notes(&own, "1.297.0", "1.299.0").await.unwrap();
    assert_eq!((names(&pages).len(), api(&server)), (2, 1), "{:?}", server.lines());
    // What was read for one question serves the next.
    let pages = upstream.notes(&own, "1.150.0", "1.299.0").await.unwrap();
    assert_eq!((pages.pages.len(), api(&server)), (149, 2));
    assert_eq!(pages.cut, None);
    // Never more than a few pages, and that is said.
    let pages = upstream.notes(&own, "1.0.0", "1.299.0").await.unwrap();
    assert_eq!((pages.pages.len(), api(&server)), (220, 4));
    let cut = pages.cut.as_deref().unwrap();
    assert!(cut.contains("only 4 pages of releases of github.com/o/r"), "{cut}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_releases_do_not_tell_is_looked_for_in_files() {
    let server = Server::start(|heard| match heard.target.as_str() {
        "/api/repos/o/r/releases?per_page=100" => {
            let mut bare = release("v2.0.0");
            bare["body"] = json!("**Full Changelog**: https://github.com/o/r/compare/v1...v2");
            Say::json(&json!([bare, release("v1.0.0")]))
        }
        "/api/repos/o/r/git/trees/v2.0.0?recursive=1" => Say::json(&json!({
            "truncated": false,
            "tree": [
                {"path": "docs", "type": "tree"},
                {"path": "docs/news/v1.5.0.md", "type": "blob"},
                {"path": "docs/news/v2.0.0.md", "type": "blob"},
                {"path": "docs/news/v2.1.0.md", "type": "blob"},
                {"path": "docs/Upgrading to 2.md", "type": "blob"},
                {"path": "../../etc/passwd/CHANGELOG.md", "type": "blob"},
            ],
        })),
        // Written after the tag was made, without the target.
        "/raw/o/r/HEAD/CHANGELOG.md" => text("# Changes\n\n## 1.5.0\n\n- One\n"),
        "/raw/o/r/v2.0.0/docs/news/v1.5.0.md" => text("- Two\n"),
        "/raw/o/r/v2.0.0/docs/news/v2.0.0.md" => text("\u{feff}- Three\n"),
        "/raw/o/r/v2.0.0/docs/Upgrading%20to%202.md" => text("- Four\n"),
        _ => nothing(),
    });
    let pages = notes(&server, http(), "2.0.0").await;
    assert_eq!(
        names(&pages),
        [
            "releases/v2.0.0.md",
            "CHANGELOG.md",
            "docs/news/v1.5.0.md",
            "docs/news/v2.0.0.md",
            "docs/Upgrading to 2.md"
        ],
        "{:#?}",
        server.lines()
    );
    let links: Vec<&str> = pages.pages[1..].iter().map(|page| page.url.as_str()).collect();
    assert_eq!(
        links,
        [
            "https://github.com/o/r/blob/HEAD/CHANGELOG.md",
            "https://github.com/o/r/blob/v2.0.0/docs/news/v1.5.0.md",
            "https://github.com/o/r/blob/v2.0.0/docs/news/v2.0.0.md",
            "https://github.com/o/r/blob/v2.0.0/docs/Upgrading%20to%202.md"
        ]
    );
    assert_eq!(pages.pages[3].text, "- Three\n", "without its byte order mark");
    let asked = server.lines();
    assert!(asked.iter().all(|line| !line.contains("passwd")), "{asked:#?}");
    assert_eq!(asked.iter().filter(|line| line.contains("/api/")).count(), 2, "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_step_costs_two_requests_and_the_next_run_revalidates() {
    let server = Server::start(|heard| {
        let tagged = |body: String| {
            if heard.header("if-none-match") == Some("\"one\"") {
                return Say::Answer(304, vec![("etag", "\"one\"".into())], Vec::new());
            }
            Say::Answer(200, vec![("etag", "\"one\"".into())], body.into_bytes())
        };
        match heard.path() {
            "/api/repos/o/r/releases" => {
                tagged(json!([release("v1.0.1"), release("v1.0.0")]).to_string())
            }
            "/raw/o/r/v1.0.1/CHANGELOG.md" => tagged("## 1.0.1\n\n- One\n".into()),
            _ => nothing(),
        }
    });
    let store = tempfile::tempdir().unwrap();
    let cold = notes(&server, cached(store.path()), "1.0.1").await;
    assert_eq!(names(&cold), ["releases/v1.0.1.md", "CHANGELOG.md"]);
    let asked = server.heard().len();
    assert_eq!(asked, 2, "{:?}", server.lines());
    let warm = notes(&server, cached(store.path()), "1.0.1").await;
    assert_eq!(warm, cold);
    let again = server.heard().split_off(asked);
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|heard| heard.header("if-none-match").is_some()), "{again:?}");
    let offline = HttpSettings { source: Source::Offline, ..cached(store.path()) };
    assert_eq!(notes(&server, offline, "1.0.1").await, cold);
    assert_eq!(server.heard().len(), asked + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_has_had_enough_is_left_alone() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    for status in [403, 429] {
        let reset = (now.as_secs() + 1800).to_string();
        let server = Server::start(move |heard| match heard.path() {
            "/raw/o/r/HEAD/CHANGELOG.md" => text("## 2.0.0\n\n- One\n"),
            path if path.starts_with("/api/") => {
                let headers = vec![
                    ("x-ratelimit-remaining", "0".into()),
                    ("x-ratelimit-reset", reset.clone()),
                ];
                Say::Answer(status, headers, b"{\"message\":\"API rate limit exceeded\"}".to_vec())
            }
            _ => nothing(),
        });
        // Everything lies on one host here, so the pause holds for the files as well.
        let files = Server::start(|heard| match heard.path() {
            "/raw/o/r/HEAD/CHANGELOG.md" => text("## 2.0.0\n\n- One\n"),
            _ => nothing(),
        });
        let store = tempfile::tempdir().unwrap();
        let mut settings = forge(&server);
        settings.notes.github_raw = forge(&files).notes.github_raw;
        for run in 0..2 {
            let (upstream, _) = live_with(cached(store.path()), settings.clone());
            for url in ["https://github.com/o/r", "https://github.com/o/other"] {
                let pages = upstream.notes(&home(url), "1.0.0", "2.0.0").await.unwrap();
                let cut = pages.cut.as_deref().unwrap();
                assert!(cut.contains("answers no more requests for now") && pages.limited, "{cut}");
                let found = if url.ends_with("/r") { &["CHANGELOG.md"][..] } else { &[] };
                assert_eq!(names(&pages), found, "{status} {run}");
            }
        }
        assert_eq!(server.heard().len(), 1, "{:?}", server.lines());
        // Who has a token is not held back by what was said to nobody.
        settings.notes.github_token = Some(Secret::new("t"));
        let (upstream, _) = live_with(cached(store.path()), settings);
        upstream.notes(&home("https://github.com/o/r"), "1.0.0", "2.0.0").await.unwrap();
        assert_eq!(server.heard()[1].header("authorization"), Some("Bearer t"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_goes_to_the_api_alone() {
    let server = Server::start(|heard| match (heard.path(), heard.header("authorization")) {
        ("/api/repos/o/r/releases", Some("Bearer good")) => Say::json(&json!([])),
        ("/api/repos/o/r/releases", None) => Say::json(&json!([release("v2.0.0")])),
        ("/api/repos/o/r/releases", Some(_)) => Say::status(401),
        _ => nothing(),
    });
    let files = Server::start(|_| nothing());
    let with = |token: &str| {
        let mut settings = forge(&server);
        settings.notes.github_raw = forge(&files).notes.github_raw;
        settings.notes.github_token = Some(Secret::new(token));
        settings
    };
    let own = home("https://github.com/o/r");
    let (upstream, _) = live_with(http(), with("good"));
    assert_eq!(names(&upstream.notes(&own, "1.0.0", "2.0.0").await.unwrap()), [""; 0]);
    assert!(server.heard().iter().all(|heard| heard.header("authorization").is_some()));
    assert!(files.heard().iter().all(|heard| heard.header("authorization").is_none()));
    assert!(!files.heard().is_empty());

    // A token of another forge is tried once, and the rest goes without.
    let before = server.heard().len();
    let (upstream, _) = live_with(http(), with("other"));
    assert_eq!(
        names(&upstream.notes(&own, "1.0.0", "2.0.0").await.unwrap()),
        ["releases/v2.0.0.md"]
    );
    let heard = server.heard().split_off(before);
    let tried = heard.iter().filter(|heard| heard.header("authorization").is_some()).count();
    assert_eq!(tried, 1, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_forge_gets_its_own_token_and_no_other() {
    let private = |token: &'static str| {
        Server::start(move |heard| match (heard.path(), heard.header("authorization")) {
            ("/api/v4/projects/g%2Fp/releases", Some(sent))
                if sent == format!("Bearer {token}") =>
            {
                Say::json(
                    &json!([{"tag_name": "v2.0.0", "description": "- the harbour is closed"}]),
                )
            }
            _ => nothing(),
        })
    };
    let (one, other, stranger) = (private("one"), private("other"), private("none"));
    let tokens = [(one.host.clone(), "one"), (other.host.clone(), "other")];
    let tokens = tokens.map(|(host, token)| (host, Secret::new(token))).into_iter().collect();
    let notes = NotesSettings {
        tokens,
        github_token: Some(Secret::new("hub")),
        ..NotesSettings::default()
    };
    let (upstream, _) = live_with(http(), Settings { notes, ..Settings::default() });
    for (server, token, found) in [
        (&one, Some("Bearer one"), &["releases/v2.0.0.md"][..]),
        (&other, Some("Bearer other"), &["releases/v2.0.0.md"]),
        (&stranger, None, &[]),
    ] {
        let (host, path, part) = (server.host.clone(), "g/p".to_owned(), Part::default());
        let own = NotesHome::GitLab { host, path, part };
        let pages = upstream.notes(&own, "1.0.0", "2.0.0").await.unwrap();
        assert_eq!(names(&pages), found);
        for heard in server.heard() {
            let expected = token.filter(|_| heard.path().starts_with("/api/"));
            assert_eq!(heard.header("authorization"), expected, "{}", heard.path());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_forges_are_reported_and_the_rest_is_read() {
    let elsewhere = Server::start(|_| Say::json(&json!([release("v2.0.0")])));
    let other = elsewhere.host.clone();
    let page = "<!DOCTYPE html><title>Sign in</title>";
    for (case, said) in [
        ("html", "expected a list of releases, got a page for people"),
        ("object", "expected a list of releases"),
        ("deep", "expected a list of releases"),
        ("numbers", "expected a list of releases"),
        ("large", "larger than"),
        ("moved", "expected an answer of the forge itself, got a redirect to"),
        ("circle", "a redirect is not followed"),
        ("broken", "status 500"),
    ] {
        let other = other.clone();
        let server = Server::start(move |heard| match heard.path() {
            "/api/repos/o/r/releases" => match case {
                "html" => text(page),
                "object" => Say::json(&json!({"message": "hello"})),
                "deep" => text(&"[".repeat(100_000)),
                "numbers" => Say::json(&json!([{"tag_name": 7, "body": 8}])),
                "large" => Say::Endless("[{\"tag_name\": \"", "xxxxxxxx"),
                "moved" => {
                    let to = format!("http://{other}/api/repos/o/r/releases");
                    Say::Answer(301, vec![("location", to)], Vec::new())
                }
                "circle" => Say::Answer(
                    301,
                    vec![("location", "/api/repos/o/r/releases".into())],
                    Vec::new(),
                ),
                _ => Say::Answer(500, Vec::new(), page.into()),
            },
            "/raw/o/r/HEAD/CHANGELOG.md" => text("## 2.0.0\n\n- One\n"),
            _ => nothing(),
        });
        let pages = notes(&server, http(), "2.0.0").await;
        assert_eq!(names(&pages), ["CHANGELOG.md"], "{case}");
        let cut = pages.cut.unwrap();
        assert!(cut.contains(said), "{case}: {cut}");
        assert!(cut.len() < 1000, "{case}: {cut}");
    }
    // A repository that was renamed redirects within its origin; what its files say without end
    // is cut off.
    let server = Server::start(|heard| match heard.path() {
        "/api/repos/o/r/releases" => {
            Say::Answer(301, vec![("location", "/api/repositories/7/releases".into())], Vec::new())
        }
        "/api/repositories/7/releases" => Say::json(&json!([release("v2.0.0")])),
        "/raw/o/r/v2.0.0/CHANGELOG.md" => Say::Endless("# Changes\n", "- and so on\n"),
        _ => nothing(),
    });
    let pages = notes(&server, http(), "2.0.0").await;
    assert_eq!(names(&pages), ["releases/v2.0.0.md"]);
    assert!(pages.cut.unwrap().contains("larger than"));
    // Nobody answers at all.
    let server = Server::start(|_| Say::Close);
    let (upstream, _) = live_with(http(), forge(&server));
    let error = upstream.notes(&home("https://github.com/o/r"), "1.0.0", "2.0.0").await;
    assert_eq!(error.unwrap_err().code(), "unreachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn gitlab_and_gitea_tell_as_much() {
    let server = Server::start(|heard| match heard.target.as_str() {
        "/api/v4/projects/g%2Fs%2Fp/releases?per_page=100" => Say::json(&json!([
            {"tag_name": "v3.0.0", "description": "later", "upcoming_release": true},
            {"tag_name": "v2.0.0", "description": "- One thing that is told at length here.",
             "released_at": "2026-01-02T03:04:05Z"},
            {"tag_name": "v1.0.0", "description": null},
        ])),
        "/api/v4/projects/g%2Fs%2Fp/repository/tree?ref=v2.0.0&recursive=true&per_page=100" => {
            Say::json(&json!([{"path": "UPGRADING.md", "type": "blob"}]))
        }
        "/g/s/p/-/raw/v2.0.0/UPGRADING.md" | "/o/r/raw/tag/v2.0.0/UPGRADING.md" => text("- Two\n"),
        "/g/s/p/-/raw/v2.0.0/CHANGELOG.md" | "/api/v1/repos/o/r/raw/CHANGELOG.md" => {
            text("## 2.0.0\n\n- Three\n")
        }
        "/api/v1/repos/o/r/releases?limit=50" => Say::json(&json!([
            {"tag_name": "v2.0.0", "body": "- One thing that is told at length here.",
             "draft": false, "prerelease": false, "published_at": "2026-01-02T03:04:05Z"},
            {"tag_name": "v1.9.0", "body": "not yet", "draft": true, "prerelease": false},
        ])),
        "/api/v1/repos/o/r/git/trees/v2.0.0?recursive=true" => {
            Say::json(&json!({"tree": [{"path": "UPGRADING.md", "type": "blob"}]}))
        }
        _ => nothing(),
    });
    let host = server.host.clone();
    let (path, owner, repository) = ("g/s/p".to_owned(), "o".to_owned(), "r".to_owned());
    let part = Part::default();
    for (own, file, there) in [
        (
            NotesHome::GitLab { host: host.clone(), path, part: part.clone() },
            "g/s/p/-/blob/v2.0.0/CHANGELOG.md",
            "g/s/p/-/releases/v2.0.0",
        ),
        (
            NotesHome::Gitea { host: host.clone(), owner, repository, part },
            "o/r/src/HEAD/CHANGELOG.md",
            "o/r/releases/tag/v2.0.0",
        ),
    ] {
        let (upstream, _) = live(http());
        let pages = upstream.notes(&own, "1.0.0", "2.0.0").await.unwrap();
        assert_eq!(
            names(&pages),
            ["releases/v2.0.0.md", "CHANGELOG.md", "UPGRADING.md"],
            "{:#?}",
            server.lines()
        );
        assert_eq!(pages.pages[0].published.as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(pages.pages[0].url, format!("http://{host}/{there}"));
        assert_eq!(pages.pages[1].url, format!("http://{host}/{file}"));
        assert_eq!(pages.cut, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_is_read_as_it_is() {
    let server = Server::start(|heard| match heard.path() {
        "/docs/upgrade-to-2.md" => text("# To 2.0.0\n\n- Stop it\n"),
        "/docs/upgrade/2.1.html" => text("<!doctype html><h1>To 2.1</h1><ul><li>Wait</ul>"),
        _ => nothing(),
    });
    let (upstream, _) = live(http());
    let at = |path: &str| {
        NotesHome::Page(Url::parse(&format!("http://{}/{path}", server.host)).unwrap())
    };
    let pages = upstream.notes(&at("docs/upgrade-to-2.md"), "1.0.0", "2.0.0").await.unwrap();
    assert_eq!(names(&pages), ["docs/upgrade-to-2.md"]);
    let pages = upstream.notes(&at("docs/upgrade/2.1.html"), "1.0.0", "2.1.0").await.unwrap();
    assert_eq!(names(&pages), ["docs/upgrade/2.1.md"]);
    assert_eq!(pages.pages[0].text, "# To 2.1\n\n- Wait\n");
    let pages = upstream.notes(&at("gone.md"), "1.0.0", "2.0.0").await.unwrap();
    assert_eq!((names(&pages).len(), pages.cut.clone(), pages.looked_at.len()), (0, None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_github_is_what_it_describes() {
    let Some(server) = emulator() else { return };
    let Some(proxy) = prism(&server.url()) else { return };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let writer = reqwest::Client::builder().no_proxy().build().unwrap();
    let own = format!("/repos/{OWNER}/{NAME}");
    for (tag, early) in
        [("v1.0.0", false), ("v1.5.0", false), ("v2.0.0-rc.1", true), ("v2.0.0", false)]
    {
        let body = json!({"tag_name": tag, "name": tag, "prerelease": early,
            "body": format!("What is new in {tag}, told in a sentence of some length.")});
        let address = format!("{}{own}/releases", server.url());
        let answer = writer
            .post(address)
            .bearer_auth(TOKEN)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{tag}");
    }
    // Behind the door the proxy says what it finds wrong.
    let front = Front::open(&proxy.url(), &server.url());
    let files = Server::start(|_| nothing());
    let mut settings = forge(&files);
    settings.notes.github_api = Some(Url::parse(&front.url()).unwrap());
    settings.notes.github_token = Some(Secret::new(TOKEN));
    let (upstream, _) = live_with(http(), settings);
    let own = home(&format!("https://github.com/{OWNER}/{NAME}"));
    let mut pages = (*upstream.notes(&own, "1.0.0", "2.0.0").await.unwrap()).clone();
    pages.pages.sort_by(|a, b| a.name.cmp(&b.name));
    // Candidates' pages come along; what points to them decides whether they count.
    let expected = ["releases/v1.5.0.md", "releases/v2.0.0-rc.1.md", "releases/v2.0.0.md"];
    assert_eq!(names(&pages), expected, "{pages:?}");
    assert!(pages.looked_at.contains(&format!("the files of github.com/{OWNER}/{NAME}")));
    let violations = front.violations();
    let ours: Vec<&String> = violations.iter().filter(|v| v.contains("request")).collect();
    assert_eq!(ours, [""; 0], "{violations:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_gone_costs_three_requests() {
    let server = Server::start(|_| nothing());
    let pages = notes(&server, http(), "2.0.0").await;
    assert_eq!((names(&pages).len(), pages.cut), (0, None));
    assert_eq!(
        server.lines(),
        [
            "GET /api/repos/o/r/releases?per_page=100",
            "GET /raw/o/r/HEAD/CHANGELOG.md",
            "GET /api/repos/o/r/git/trees/HEAD?recursive=1"
        ]
    );
    // One that is there, without a list of its files, has the usual names tried in one place.
    let server = Server::start(|heard| match heard.path() {
        "/api/repos/o/r/releases" => Say::json(&json!([])),
        "/raw/o/r/HEAD/NEWS.md" => text("## 2.0.0\n\n- One\n"),
        "/raw/o/r/HEAD/UPGRADING.md" => text("## From 1 to 2\n\n- Two\n"),
        _ => nothing(),
    });
    let pages = notes(&server, http(), "2.0.0").await;
    assert_eq!(names(&pages), ["NEWS.md", "UPGRADING.md"], "{:#?}", server.lines());
    let asked = server.lines();
    let once: std::collections::BTreeSet<&String> = asked.iter().collect();
    assert_eq!((asked.len(), once.len()), (3 + 3 + 6, 12), "{asked:#?}");
}

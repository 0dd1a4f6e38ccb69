//! What a registry can do wrong, on purpose or not.

use super::{http, live, live_with, repository, with_docker, with_login};
use crate::parts::sha256;
use crate::server::{Say, Server};
use refit::http::{Settings as HttpSettings, Url};
use refit::upstream::{Error, Limits, Settings, Upstream};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// An address that is known only once its server runs.
#[derive(Clone, Default)]
struct Later(Arc<OnceLock<String>>);

impl Later {
    fn get(&self) -> &str {
        self.0.get().unwrap()
    }
}

fn tags(names: &[&str]) -> Say {
    Say::json(&serde_json::json!({"name": "a", "tags": names}))
}

fn linked(names: &[&str], link: String) -> Say {
    let body = serde_json::json!({"tags": names}).to_string();
    Say::Answer(200, vec![("link", link)], body.into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn several_challenges_in_one_header_and_in_several() {
    let host = Later::default();
    let own = host.clone();
    let server = Server::start(move |heard| {
        let realm = format!("http://{}/token", own.get());
        match (heard.path(), heard.header("authorization")) {
            ("/token", _) => Say::json(&serde_json::json!({"access_token": "t"})),
            (_, Some("Bearer t")) => tags(&["1"]),
            ("/v2/one/tags/list", _) => Say::Answer(
                401,
                vec![(
                    "www-authenticate",
                    format!("Basic realm=\"a, b\", Bearer realm=\"{realm}\",service=\"s\""),
                )],
                Vec::new(),
            ),
            _ => Say::Answer(
                401,
                vec![
                    ("www-authenticate", "Basic realm=\"x\"".into()),
                    ("www-authenticate", format!("Bearer service=s, realm={realm}")),
                ],
                Vec::new(),
            ),
        }
    });
    host.0.set(server.host.clone()).unwrap();
    for name in ["one", "two"] {
        let (upstream, _) = live(http());
        assert_eq!(upstream.tags(&repository(&server.host, name)).await.unwrap().names, ["1"]);
    }
    let asked: Vec<String> =
        server.lines().into_iter().filter(|line| line.contains("/token")).collect();
    assert_eq!(asked[0], "GET /token?service=s&scope=repository%3Aone%3Apull");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_that_is_no_url_means_basic() {
    let server = Server::start(|heard| match heard.header("authorization") {
        Some("Basic dTpw") => tags(&["1"]),
        _ => Say::Answer(
            401,
            vec![("www-authenticate", "Bearer realm=\"Sonatype Nexus\"".into())],
            Vec::new(),
        ),
    });
    let app = repository(&server.host, "a");
    let (upstream, _) = live_with(http(), with_login(&server.host, "u", "p"));
    assert_eq!(upstream.tags(&app).await.unwrap().names, ["1"]);
    let (upstream, _) = live(http());
    assert_eq!(upstream.tags(&app).await.unwrap_err().code(), "denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_waited_out_or_reported() {
    let times = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&times);
    let server = Server::start(move |_| match counter.fetch_add(1, Ordering::SeqCst) {
        0 => Say::Answer(429, vec![("retry-after", "1".into())], Vec::new()),
        1 => Say::status(503),
        _ => tags(&["1"]),
    });
    let started = Instant::now();
    let (upstream, _) = live(http());
    upstream.tags(&repository(&server.host, "a")).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(server.heard().len(), 3);

    let date = "Fri, 01 Jan 2100 00:00:00 GMT";
    let server =
        Server::start(|_| Say::Answer(429, vec![("retry-after", date.into())], Vec::new()));
    let (upstream, _) = live(http());
    for name in ["a", "b"] {
        let error = upstream.tags(&repository(&server.host, name)).await.unwrap_err();
        assert!(
            matches!(error, Error::RateLimited { retry_after: Some(wait), .. } if wait.as_secs() > 3600),
            "{error}"
        );
    }
    assert_eq!(server.heard().len(), 1, "a host that asks for a long pause is left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_end_are_cut() {
    // Always one page more.
    let page = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let page = page.fetch_add(1, Ordering::SeqCst);
        linked(&[&format!("t{page}")], format!("</v2/a/tags/list?last=t{page}>; rel=\"next\""))
    });
    let limits = Limits { pages: 20, ..Limits::default() };
    let (upstream, _) = live_with(http(), Settings { limits, ..Settings::default() });
    let list = upstream.tags(&repository(&server.host, "a")).await.unwrap();
    assert_eq!((list.names.len(), list.complete), (20, false));
    assert_eq!(server.heard().len(), 20);

    // In circles.
    let server = Server::start(|heard| {
        let next = if heard.target.contains("p=2") { "p=1" } else { "p=2" };
        linked(&["1", next.trim_start_matches("p=")], format!("<?{next}>; rel=\"next\""))
    });
    let (upstream, _) = live(http());
    let list = upstream.tags(&repository(&server.host, "a")).await.unwrap();
    assert!(!list.complete && server.heard().len() <= 3);

    // One page that never ends.
    let server = Server::start(|_| Say::Endless("{\"tags\":[\"1\"", ",\"12345678901234567890\""));
    let (upstream, _) = live(http());
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert_eq!(error.code(), "too-large", "{error}");

    // An answer that never begins.
    let server = Server::start(|_| Say::Silence);
    let impatient = HttpSettings { total: Duration::from_millis(300), ..http() };
    let (upstream, _) = live(impatient);
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert!(error.to_string().contains("no answer within"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn page_sizes_may_be_refused() {
    for status in [400, 405] {
        let server = Server::start(move |heard| {
            if heard.target.contains("n=") { Say::status(status) } else { tags(&["1", "2"]) }
        });
        let (upstream, _) = live(http());
        for name in ["a", "b"] {
            let list = upstream.tags(&repository(&server.host, name)).await.unwrap();
            assert_eq!((list.names.len(), list.complete), (2, true));
        }
        let lines = server.lines();
        assert_eq!(lines.len(), 3, "learned once: {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_links_nor_redirects_carry_a_token_away() {
    let thief = Server::start(|_| tags(&["stolen"]));
    let (home, elsewhere) = (Later::default(), thief.host.clone());
    let own = home.clone();
    let digest = sha256(b"{}");
    let config = digest.clone();
    let server = Server::start(move |heard| {
        if heard.path() == "/token" {
            return Say::json(&serde_json::json!({"token": "secret-token"}));
        }
        if heard.header("authorization") != Some("Bearer secret-token") {
            let realm = format!("Bearer realm=\"http://{}/token\"", own.get());
            return Say::Answer(401, vec![("www-authenticate", realm)], Vec::new());
        }
        let away = |rest: &str| format!("http://{elsewhere}{rest}");
        match heard.path() {
            "/v2/a/tags/list" if heard.target.contains("last=1") => tags(&["2"]),
            "/v2/a/tags/list" => linked(&["1"], format!("<{}>; rel=\"next\"", away("/x?last=1"))),
            "/v2/a/manifests/1" => Say::json(&serde_json::json!({"config": {"digest": config}})),
            path if path.starts_with("/v2/a/blobs/") => {
                Say::Answer(307, vec![("location", away("/blob"))], Vec::new())
            }
            _ => Say::status(404),
        }
    });
    home.0.set(server.host.clone()).unwrap();
    let (upstream, _) = live(http());
    let app = repository(&server.host, "a");
    // The place to go on is taken from the link, the origin is not.
    let list = upstream.tags(&app).await.unwrap();
    assert_eq!((list.names.join(","), list.complete), ("1,2".into(), true));
    assert!(thief.heard().is_empty());
    // A blob may lie elsewhere: it is fetched there without the token, and checked.
    let error = upstream.labels(&app, "1").await.unwrap_err();
    assert!(error.to_string().contains(&digest), "{error}");
    let heard = thief.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].header("authorization"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_was_redirected_to_cannot_ask_for_the_login() {
    let host = Later::default();
    let own = host.clone();
    let thief = Server::start(move |_| {
        let realm = format!("Bearer realm=\"http://{}/token\"", own.get());
        Say::Answer(401, vec![("www-authenticate", realm)], Vec::new())
    });
    host.0.set(thief.host.clone()).unwrap();
    let target = format!("http://{}/v2/a/tags/list", thief.host);
    let server =
        Server::start(move |_| Say::Answer(307, vec![("location", target.clone())], Vec::new()));
    let (upstream, _) = live_with(http(), with_login(&server.host, "u", "p"));
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert_eq!(error.code(), "denied", "{error}");
    let heard = thief.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].header("authorization"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_go_only_where_they_may() {
    // A realm in the clear on another machine.
    let server = Server::start(|_| {
        let realm = "Bearer realm=\"http://tokens.example/token\"".to_owned();
        Say::Answer(401, vec![("www-authenticate", realm)], Vec::new())
    });
    let (upstream, client) = live_with(http(), with_login(&server.host, "u", "p"));
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert_eq!(error.code(), "credentials", "{error}");
    assert!(error.to_string().contains("unencrypted to tokens.example"), "{error}");
    assert_eq!(client.requests().total, 1);

    // A registry in the clear that is not known as such: nothing is sent there at all.
    let insecure = BTreeSet::from(["plain.example:80".to_owned()]);
    let url = Url::parse("http://plain.example/").unwrap();
    let allowed = HttpSettings { insecure: insecure.clone(), ..http() };
    assert!(!allowed.may_carry_credentials(&url));
    let allowed = HttpSettings { insecure: BTreeSet::from(["plain.example".into()]), ..http() };
    assert!(allowed.may_carry_credentials(&url));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_make_no_sense_are_shown_in_one_line() {
    let deep = "[".repeat(100_000);
    for (label, body) in [
        ("a page", "<html>\n<h1>\u{1b}[31mgo away\u{202e}</h1>".to_owned()),
        ("nothing", String::new()),
        ("another shape", "{\"tags\": {\"1\": 2}}".to_owned()),
        ("numbers", "{\"tags\": [1, 2]}".to_owned()),
        ("depth", format!("{{\"tags\": {deep}")),
        ("half", "{\"tags\": [\"1\", \"2".to_owned()),
        ("binary", "\u{0}\u{1}\u{2}".to_owned()),
    ] {
        let server = Server::start(move |_| Say::Answer(200, Vec::new(), body.clone().into()));
        let (upstream, _) = live(http());
        let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
        assert_eq!(error.code(), "bad-answer", "{label}: {error}");
        let text = error.to_string();
        assert!(
            text.len() < 600 && !text.contains(['\n', '\u{1b}', '\u{202e}']),
            "{label}: {text}"
        );
    }
    for body in ["{\"tags\": null}", "{}", "{\"tags\": [null, \"../x\", \"a b\", \"\"]}"] {
        let server = Server::start(move |_| Say::Answer(200, Vec::new(), body.into()));
        let (upstream, _) = live(http());
        assert!(upstream.tags(&repository(&server.host, "a")).await.unwrap().names.is_empty());
    }
    let server = Server::start(|_| Say::Cut(b"{\"tags\": [\"1\"".to_vec()));
    let (upstream, _) = live(http());
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert_eq!((error.code(), server.heard().len()), ("truncated", 4), "{error}");
    let server = Server::start(|_| Say::Close);
    let (upstream, _) = live(http());
    let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
    assert_eq!((error.code(), server.heard().len()), ("unreachable", 3), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn digests_are_not_taken_on_trust() {
    let other = format!("sha256:{}", "a".repeat(64));
    let claimed = other.clone();
    let server = Server::start(move |heard| match (heard.method.as_str(), heard.path()) {
        // One that does not know HEAD, one without the header, one that says nonsense.
        ("HEAD", "/v2/a/manifests/unknown") => Say::status(405),
        ("HEAD", "/v2/a/manifests/nonsense") => {
            Say::Answer(200, vec![("docker-content-digest", "sha256:x".into())], Vec::new())
        }
        ("HEAD", "/v2/a/manifests/plain") => {
            Say::Answer(200, vec![("docker-content-digest", claimed.clone())], Vec::new())
        }
        ("GET", path) if path.contains("sha256") => Say::json(&serde_json::json!({"evil": 1})),
        ("HEAD", _) => Say::Answer(200, Vec::new(), Vec::new()),
        _ => Say::Answer(200, Vec::new(), b"{\"config\":{}}".to_vec()),
    });
    let (upstream, _) = live(http());
    let app = repository(&server.host, "a");
    for tag in ["unknown", "nonsense", "silent"] {
        let digest = upstream.digest(&app, tag).await.unwrap().unwrap();
        assert_eq!(digest.as_str(), sha256(b"{\"config\":{}}"), "{tag}");
    }
    let digest = upstream.digest(&app, "plain").await.unwrap().unwrap();
    assert_eq!(digest.as_str(), other);
    let error = upstream.manifest(&app, &other).await.unwrap_err();
    assert_eq!(error.code(), "bad-answer", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn token_endpoints_that_misbehave_give_nothing_away() {
    for (label, say) in [
        ("no json", b"secret-token".to_vec()),
        ("no token", b"{\"secret\": \"secret-token\"}".to_vec()),
        ("empty", b"{\"token\": \"\"}".to_vec()),
        ("another shape", b"{\"token\": [\"secret-token\"]}".to_vec()),
    ] {
        let host = Later::default();
        let own = host.clone();
        let server = Server::start(move |heard| {
            if heard.path() == "/token" {
                return Say::Answer(200, Vec::new(), say.clone());
            }
            let realm = format!("Bearer realm=\"http://{}/token\"", own.get());
            Say::Answer(401, vec![("www-authenticate", realm)], Vec::new())
        });
        host.0.set(server.host.clone()).unwrap();
        let (upstream, _) = live(http());
        let error = upstream.tags(&repository(&server.host, "a")).await.unwrap_err();
        assert_eq!(error.code(), "bad-answer", "{label}: {error}");
        assert!(!error.to_string().contains("secret-token"), "{label}: {error}");
    }
}

/// Credential helpers are found on the PATH, which this process cannot change for itself: the test
/// runs itself again in an environment where there is one.
#[test]
fn credential_helpers_are_asked_once() {
    const INSIDE: &str = "REFIT_TEST_HELPERS";
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(with_helpers());
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in [
        (
            "good",
            "cat > /dev/null; echo x >> \"$XDG_TEST_COUNT\"; printf '{\"Username\":\"u\",\"Secret\":\"p\"}'",
        ),
        ("none", "echo 'credentials not found in native keychain'; exit 1"),
        ("bad", "echo 'the keychain is locked' >&2; exit 1"),
        ("odd", "echo 'p p p'"),
    ] {
        let file = folder.path().join(format!("docker-credential-{name}"));
        std::fs::write(&file, format!("#!/bin/sh\n[ \"$1\" = get ] || exit 9\n{script}\n"))
            .unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&file, executable).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let count = folder.path().join("count");
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "upstream::hostile::credential_helpers_are_asked_once", "--nocapture"])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("XDG_TEST_COUNT", &count)
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(std::fs::read_to_string(count).unwrap(), "x\n", "asked once for two repositories");
}

async fn with_helpers() {
    let server = Server::start(|heard| match heard.header("authorization") {
        Some("Basic dTpw") => tags(&["1"]),
        _ if heard.path().contains("/public/") => tags(&["2"]),
        _ => Say::Answer(401, vec![("www-authenticate", "Basic".into())], Vec::new()),
    });
    let host = &server.host;
    let with = |name: &str| {
        let docker = format!("{{\"credHelpers\": {{\"{host}\": \"{name}\"}}}}");
        live_with(http(), with_docker(&docker)).0
    };
    let upstream = with("good");
    for name in ["a", "b"] {
        assert_eq!(upstream.tags(&repository(host, name)).await.unwrap().names, ["1"]);
    }
    let error = with("none").tags(&repository(host, "a")).await.unwrap_err();
    assert!(matches!(error, Error::Denied { with_credentials: false, .. }), "{error}");
    // A helper that fails matters only where a login is needed.
    for (name, part) in [("bad", "the keychain is locked"), ("odd", "did not answer with a login")]
    {
        let upstream = with(name);
        let public = repository(host, "public/a");
        assert_eq!(upstream.tags(&public).await.unwrap().names, ["2"]);
        let error = upstream.tags(&repository(host, "a")).await.unwrap_err();
        assert_eq!(error.code(), "credentials");
        assert!(
            error.to_string().contains(part) && !error.to_string().contains("p p p"),
            "{error}"
        );
    }
}

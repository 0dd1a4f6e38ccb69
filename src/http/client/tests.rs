//! The client over a scripted transport: no socket, and pauses of milliseconds.

use super::*;
use crate::http::Secret;
use ::http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::Mutex;

/// One answer of a script.
enum Say {
    /// Status, headers, body.
    Answer(u16, &'static [(&'static str, &'static str)], &'static str),
    /// A body that breaks off.
    Cut(&'static str),
    /// A body that never ends.
    Endless,
    /// No answer and no end.
    Silence,
    /// No connection.
    Down,
}

/// Answers in the order of the script, and remembers what was asked.
#[derive(Clone, Default)]
struct Script {
    say: Arc<Mutex<VecDeque<Say>>>,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Script {
    fn new(say: impl IntoIterator<Item = Say>) -> Self {
        Self { say: Arc::new(Mutex::new(say.into_iter().collect())), asked: Arc::default() }
    }

    fn client(&self, change: impl FnOnce(&mut Settings)) -> Client {
        let mut settings = Settings {
            backoff: Duration::from_millis(1),
            total: Duration::from_secs(20),
            ..Settings::default()
        };
        change(&mut settings);
        Client::over(settings, Box::new(self.clone())).unwrap()
    }

    fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Error>> {
        self.asked.lock().unwrap().push(request.clone());
        let say = self.say.lock().unwrap().pop_front().expect("an unscripted request");
        let url = request.url.clone();
        let plain = |status: u16, body: Body| {
            let status = StatusCode::from_u16(status).unwrap();
            Ok(Reply { status, headers: HeaderMap::new(), body })
        };
        async move {
            match say {
                Say::Answer(status, headers, body) => {
                    let mut reply =
                        plain(status, futures::stream::iter([Ok(body.into())]).boxed())?;
                    for (name, value) in headers {
                        reply.headers.append(*name, HeaderValue::from_static(value));
                    }
                    Ok(reply)
                }
                Say::Cut(start) => {
                    let cut = Error::Truncated { url, reason: "cut".into() };
                    plain(200, futures::stream::iter([Ok(start.into()), Err(cut)]).boxed())
                }
                Say::Endless => plain(
                    200,
                    futures::stream::repeat(Ok(Bytes::from_static(&[b'x'; 1000]))).boxed(),
                ),
                Say::Silence => std::future::pending().await,
                Say::Down => Err(Error::Unreachable { url, reason: "down".into() }),
            }
        }
        .boxed()
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn get() -> Request {
    Request::get(url("https://e.org/a"))
}

#[tokio::test]
async fn repeats_what_can_be_repeated() {
    use Say::{Answer, Cut, Down};
    let ok = || Answer(200, &[], "ok");
    for (label, method, say, status, requests) in [
        ("once", Method::GET, vec![ok()], Some(200), 1),
        ("not found", Method::GET, vec![Answer(404, &[], "")], Some(404), 1),
        ("server fault", Method::GET, vec![Answer(500, &[], "")], Some(500), 1),
        ("bad gateway", Method::GET, vec![Answer(502, &[], ""), ok()], Some(200), 2),
        ("unavailable", Method::HEAD, vec![Answer(503, &[], ""), ok()], Some(200), 2),
        ("gateway timeout", Method::GET, vec![Answer(504, &[], ""), ok()], Some(200), 2),
        ("truncated", Method::GET, vec![Cut("ab"), Cut("ab"), ok()], Some(200), 3),
        ("down for a moment", Method::GET, vec![Down, ok()], Some(200), 2),
        ("down", Method::GET, vec![Down, Down, Down], None, 3),
        ("busy", Method::GET, vec![Answer(429, &[("retry-after", "0")], ""), ok()], Some(200), 2),
        (
            "busy for good",
            Method::GET,
            (0..4).map(|_| Answer(429, &[], "")).collect(),
            Some(429),
            4,
        ),
        ("forbidden", Method::GET, vec![Answer(403, &[], "")], Some(403), 1),
        (
            "forbidden for a moment",
            Method::GET,
            vec![Answer(403, &[("retry-after", "0")], ""), ok()],
            Some(200),
            2,
        ),
        ("a write that failed", Method::POST, vec![Answer(502, &[], "")], Some(502), 1),
        ("a write that was cut", Method::POST, vec![Cut("")], None, 1),
        ("a write that was put off", Method::POST, vec![Answer(429, &[], ""), ok()], Some(200), 2),
    ] {
        let script = Script::new(say);
        let client = script.client(|_| {});
        let answer = client.send(Request::new(method, url("https://e.org/a"))).await;
        assert_eq!(answer.ok().map(|a| a.status.as_u16()), status, "{label}");
        assert_eq!(script.asked().len(), requests, "{label}");
        assert_eq!(client.requests().total, requests as u64, "{label}");
    }
}

#[tokio::test]
async fn a_pause_holds_for_the_whole_host() {
    let script = Script::new([Say::Answer(429, &[("retry-after", "3600")], "")]);
    let client = script.client(|_| {});
    for _ in 0..3 {
        let answer = client.send(get()).await.unwrap();
        assert_eq!(answer.status, 429);
        let rest: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((3590..=3600).contains(&rest), "{rest}");
    }
    assert_eq!(script.asked().len(), 1, "the host was left alone");
    assert_eq!(client.requests().total, 1);
}

#[tokio::test]
async fn a_short_pause_is_waited_for() {
    let script =
        Script::new([Say::Answer(503, &[("retry-after", "1")], ""), Say::Answer(200, &[], "ok")]);
    let started = Instant::now();
    assert_eq!(script.client(|_| {}).send(get()).await.unwrap().status, 200);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_dead_host_is_asked_no_further() {
    let script = Script::new([Say::Down, Say::Down, Say::Down]);
    let client = script.client(|_| {});
    for _ in 0..10 {
        assert!(matches!(client.send(get()).await, Err(Error::Unreachable { .. })));
    }
    assert_eq!(client.requests().total, 3);
}

#[tokio::test]
async fn answers_end_in_size_and_in_time() {
    let script = Script::new([Say::Endless, Say::Endless, Say::Silence]);
    let client = script.client(|settings| {
        settings.max_body = 100_000;
        settings.total = Duration::from_millis(200);
    });
    let error = client.send(get()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 100_000, .. }), "{error}");
    let error = client.send(get().limit(5000)).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 5000, .. }), "{error}");
    let error = client.send(get()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert_eq!(client.requests().total, 3, "none of these is worth repeating");
}

#[tokio::test]
async fn redirects_are_followed_without_credentials() {
    let script = Script::new([
        Say::Answer(307, &[("location", "https://cdn.org/blob?X-Amz-Signature=s")], ""),
        Say::Answer(200, &[], "blob"),
    ]);
    let client = script.client(|_| {});
    let answer = client.send(get().bearer(&Secret::new("t"))).await.unwrap();
    assert_eq!(&answer.body[..], b"blob");
    assert_eq!(answer.url.to_string(), "https://cdn.org/blob?X-Amz-Signature=***");
    let asked = script.asked();
    assert!(asked[0].headers.contains_key("authorization"));
    assert!(!asked[1].headers.contains_key("authorization"));
    let counted: Vec<_> = client.requests().by_host.into_iter().collect();
    assert_eq!(counted, [("cdn.org".to_owned(), 1), ("e.org".to_owned(), 1)]);

    let circle = (0..6).map(|_| Say::Answer(302, &[("location", "/a")], ""));
    let script = Script::new(circle);
    let error = script.client(|_| {}).send(get()).await.unwrap_err();
    assert!(matches!(error, Error::Redirect { .. }), "{error}");
    assert_eq!(script.asked().len(), 6);
}

#[tokio::test]
async fn stored_answers_are_revalidated() {
    let folder = tempfile::tempdir().unwrap();
    let cached = |settings: &mut Settings| settings.cache = Some(folder.path().to_owned());
    let script = Script::new([
        Say::Answer(200, &[("etag", "\"1\""), ("last-modified", "yesterday")], "one"),
        Say::Answer(304, &[], ""),
        Say::Answer(200, &[("etag", "\"2\"")], "two"),
        Say::Answer(503, &[], ""),
        Say::Answer(304, &[], ""),
    ]);
    for (body, requests) in [("one", 1), ("one", 1), ("two", 1), ("two", 2)] {
        let client = script.client(cached);
        let answer = client.send(get()).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, body.as_bytes()));
        assert_eq!(client.requests().total, requests);
    }
    let asked = script.asked();
    assert!(!asked[0].headers.contains_key(IF_NONE_MATCH));
    assert_eq!(asked[1].headers.get(IF_NONE_MATCH).unwrap(), "\"1\"");
    assert_eq!(asked[1].headers.get(IF_MODIFIED_SINCE).unwrap(), "yesterday");
    assert_eq!(asked[4].headers.get(IF_NONE_MATCH).unwrap(), "\"2\"");
}

#[tokio::test]
async fn offline_takes_what_is_stored_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let cached = |settings: &mut Settings| settings.cache = Some(folder.path().to_owned());
    let offline = |settings: &mut Settings| {
        settings.cache = Some(folder.path().to_owned());
        settings.source = Source::Offline;
    };
    let missing = || Request::get(url("https://e.org/missing"));
    let token = || Request::get(url("https://e.org/token")).keep(Keep::Never);
    let script = Script::new([
        Say::Answer(200, &[], "stored"),
        Say::Answer(404, &[], ""),
        Say::Answer(200, &[], "token"),
    ]);
    let client = script.client(cached);
    for request in [get(), missing(), token()] {
        client.send(request).await.unwrap();
    }
    let client = script.client(offline);
    assert_eq!(&client.send(get()).await.unwrap().body[..], b"stored");
    assert_eq!(client.send(missing()).await.unwrap().status, 404);
    for request in [token(), Request::head(url("https://e.org/a")), get().accept("x/y")] {
        let error = client.send(request).await.unwrap_err();
        assert!(matches!(error, Error::Offline { .. }), "{error}");
    }
    assert!(matches!(client.open(get()).await.err(), Some(Error::Offline { .. })));
    assert_eq!(client.requests().total, 0);
}

#[tokio::test]
async fn what_is_named_by_digest_is_asked_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let digest = "fa2c8cc4f28176bbeed4b736df569a34c79cd3723e9ec42f9674b4d46ac6b8b8";
    let blob = || Request::get(url(&format!("https://e.org/blobs/sha256:{digest}")));
    let script = Script::new([Say::Answer(200, &[], "false"), Say::Answer(200, &[], "blob")]);
    for (body, requests) in [("false", 1), ("blob", 1), ("blob", 0)] {
        let client = script.client(|settings| settings.cache = Some(folder.path().to_owned()));
        let answer = client.send(blob().keep(Keep::Immutable)).await.unwrap();
        assert_eq!(&answer.body[..], body.as_bytes());
        assert_eq!(client.requests().total, requests);
    }
}

#[tokio::test]
async fn a_recording_replays() {
    let folder = tempfile::tempdir().unwrap();
    let script = Script::new([
        Say::Answer(401, &[("www-authenticate", "Bearer realm=\"https://e.org/token\"")], "no"),
        Say::Answer(200, &[], "{\"token\":\"hush\"}"),
        Say::Answer(
            200,
            &[("content-type", "application/json"), ("link", "</v2/a/tags/list?last=2>; rel=next")],
            "{\"name\":\"a\",\"tags\":[\"1\",\"2\"]}",
        ),
        Say::Answer(
            200,
            &[("content-type", "application/json")],
            "{\"name\":\"a\",\"tags\":[\"3\"]}",
        ),
        Say::Answer(200, &[("content-type", "application/vnd.oci.image.index.v1+json")], "{}"),
        Say::Answer(307, &[("location", "https://cdn.org/x?sig=1")], ""),
        Say::Answer(200, &[("content-type", "application/octet-stream")], "blob"),
        Say::Answer(404, &[], "nothing"),
        Say::Answer(200, &[("content-type", "text/plain")], "entries: {}"),
        Say::Answer(200, &[("content-type", "application/json")], "[1]"),
        Say::Answer(200, &[("content-type", "application/json")], "[2]"),
    ]);
    let recording = script.client(|settings| settings.record = Some(folder.path().to_owned()));
    let list = "https://e.org/v2/a/tags/list";
    let manifest = "https://e.org/v2/a/manifests/3";
    let requests = [
        Request::get(url(&format!("{list}?n=1000"))),
        Request::get(url("https://e.org/token?service=e.org")).keep(Keep::Never),
        Request::get(url(&format!("{list}?n=1000"))).bearer(&Secret::new("hush")),
        Request::get(url(&format!("{list}?last=2&n=1000"))).bearer(&Secret::new("hush")),
        Request::head(url(manifest)),
        Request::get(url("https://e.org/v2/a/blobs/sha256:1")),
        Request::get(url("https://e.org/v2/b/tags/list")),
        Request::get(url("https://charts.org/index.yaml")),
        Request::get(url("https://api.org/releases?page=1")),
        Request::get(url("https://api.org/releases?page=2")),
    ];
    for request in requests.clone() {
        recording.send(request).await.unwrap();
    }

    let replay = || {
        Client::new(Settings {
            source: Source::Replay(folder.path().to_owned()),
            ..Settings::default()
        })
        .unwrap()
    };
    let replay = replay();
    let tags = replay.send(Request::get(url(list))).await.unwrap();
    let tags: serde_json::Value = serde_json::from_slice(&tags.body).unwrap();
    assert_eq!(tags, serde_json::json!({"name": "a", "tags": ["1", "2", "3"]}));
    let head = replay.send(Request::head(url(manifest))).await.unwrap();
    assert_eq!(head.header("content-type"), Some("application/vnd.oci.image.index.v1+json"));
    assert_eq!(
        head.header("docker-content-digest"),
        Some("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    );
    assert!(head.body.is_empty());
    for (request, status, body) in [
        (&requests[5], 200, "blob"),
        (&requests[6], 404, "nothing"),
        (&requests[7], 200, "entries: {}"),
        (&requests[8], 200, "[1]"),
        (&requests[9], 200, "[2]"),
    ] {
        let answer = replay.send(request.clone()).await.unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (status, body.as_bytes()));
    }
    assert_eq!(replay.requests().by_host.get("e.org"), Some(&4));

    for entry in walkdir::WalkDir::new(folder.path()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            assert!(!text.contains("hush") && !text.contains("realm"), "{:?}", entry.path());
        }
    }
    assert!(!folder.path().join("cdn.org").exists(), "signed addresses are not recorded");
}

#[tokio::test]
async fn a_replay_neither_waits_nor_asks_again() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("e.org");
    std::fs::create_dir(&host).unwrap();
    std::fs::write(host.join("busy.headers"), "429\nRetry-After: 50\n").unwrap();
    std::fs::write(host.join("down.headers"), "503\n").unwrap();
    std::fs::write(host.join("fine"), "fine").unwrap();
    let source = Source::Replay(folder.path().to_owned());
    let client = Client::new(Settings { source, ..Settings::default() }).unwrap();
    let started = Instant::now();
    for (path, status) in [("busy", 429), ("down", 503), ("fine", 200), ("none", 404)] {
        let request = Request::get(url(&format!("https://e.org/{path}")));
        assert_eq!(client.send(request).await.unwrap().status, status, "{path}");
    }
    assert_eq!(client.requests().total, 4);
    assert!(started.elapsed() < Duration::from_secs(20));
}

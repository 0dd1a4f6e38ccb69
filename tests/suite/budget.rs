//! How many requests a preview makes, counted where they arrive, and the same answers again from a
//! recording and from the store.

use std::path::Path;

use serde_json::{Value, json};

use crate::fleet::write_files;
use crate::parts::{Access, Push, Registry, have};
use crate::parts_git::Scratch;
use crate::program::refit;
use crate::server::Server;
use crate::upstream::tokens::{Issuer, give};

/// Previews and returns the document, which must come without an error.
fn preview(repo: &Scratch, arguments: &[&str]) -> Value {
    let arguments = [&["preview", "--format", "json"], arguments].concat();
    let ran = refit(repo.path(), &arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}\n{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// Returns a document without its count of requests.
fn answer(mut document: Value) -> Value {
    document["requests"] = Value::Null;
    document
}

/// Fills a registry that asks nobody who they are; returns the digest of an image.
async fn fill(folder: &Path) -> String {
    let open = Registry::start(folder, &Access::Open);
    let push = Push::to(&open.host);
    let config = json!({"config": {}});
    for (name, tags) in [
        ("apps/ledger", &["1.8.2", "2.4.1"]),
        ("apps/web", &["1.0.0", "1.1.0"]),
        ("apps/api", &["1.0.0", "1.1.0"]),
        ("charts/app-template", &["4.6.1", "4.6.2"]),
    ] {
        for tag in tags {
            push.image(name, tag, &config).await;
        }
    }
    push.image("apps/api", "1.0.0", &config).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn cold_warm_recorded_and_offline() {
    if !have("docker-registry", "docker-registry") || !have("openssl", "openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let digest = fill(folder.path()).await;
    let issuer = Issuer::make(folder.path());
    let tokens = Server::start(move |heard| give(&issuer, heard, "token"));
    let access = Access::Token {
        realm: format!("http://{}/token", tokens.host),
        certificate: folder.path().join("token.pem"),
    };
    let registry = Registry::start(folder.path(), &access);

    let repo = Scratch::new();
    write_files(repo.path(), &registry.host);
    let web = std::fs::read_to_string(repo.path().join("apps/web.yaml")).unwrap();
    let api = web.replace("web", "api").replace("tag: 1.0.0", &format!("tag: 1.0.0@{digest}"));
    repo.write("apps/api.yaml", &api);
    // Two more releases of the same images ask nothing more.
    repo.write("apps/web-2.yaml", &web.replace("name: web\n", "name: web-2\n"));
    repo.write("apps/api-2.yaml", &api.replace("name: api\n", "name: api-2\n"));
    repo.commit_all("Begin");

    let counted = || (registry.requests().len(), tokens.heard().len());
    let cached = ["--cache-dir", ".git/store"];
    let cold = preview(&repo, &cached);
    let (asked, given) = counted();
    let requests = registry.requests();
    let challenged = requests.iter().filter(|line| line.ends_with(" 401")).count();
    // One challenge, a page of tags for each of four repositories, the digest of the one version
    // that is proposed by digest, and the manifest and configuration of the three that are proposed,
    // whose labels say where their notes are; a token a repository.
    assert_eq!((challenged, asked, given), (1, 1 + 4 + 1 + 3 * 2, 4), "{requests:#?}");
    assert_eq!(cold["requests"]["total"], asked + given);
    assert_eq!(cold["requests"]["by_host"][&registry.host], asked);
    let units: Vec<&str> =
        cold["upgrades"].as_array().unwrap().iter().map(|u| u["unit"].as_str().unwrap()).collect();
    assert_eq!(
        units,
        [
            "image apps/api-2",
            "image apps/api",
            "image apps/ledger",
            "image apps/web-2",
            "image apps/web"
        ]
    );

    let warm = preview(&repo, &cached);
    assert_eq!(answer(warm.clone()), answer(cold.clone()));
    let (asked_again, given_again) = counted();
    // Warm, nobody is asked how to ask, no token is fetched while the last ones hold, and what can
    // be revalidated is: this registry's lists of tags cannot, and its blobs need not.
    let requests = registry.requests().split_off(asked);
    let with = |status: &str| requests.iter().filter(|line| line.ends_with(status)).count();
    assert_eq!((with(" 401"), with(" 200"), with(" 304")), (0, 4, 1 + 3), "{requests:#?}");
    assert_eq!((requests.len(), given_again - given), (4 + 1 + 3, 0), "{requests:#?}");
    assert_eq!(warm["requests"]["total"], asked_again - asked);

    let before = counted();
    let offline = preview(&repo, &["--offline", "--cache-dir", ".git/store"]);
    assert_eq!(answer(offline.clone()), answer(cold.clone()));
    assert_eq!(offline["requests"]["total"], 0);
    assert_eq!(counted(), before, "nothing was asked");

    let recorded = preview(&repo, &["--no-cache", "--record", ".git/recording"]);
    assert_eq!(answer(recorded), answer(cold.clone()));
    let before = counted();
    let replayed = preview(&repo, &["--replay", ".git/recording"]);
    assert_eq!(answer(replayed), answer(cold));
    assert_eq!(counted(), before, "nothing was asked");
}

//! Secrets that the built program reads and must never show: in what it prints, writes or records.

use std::fs;

use crate::bad_input::pinned_to;
use crate::fleet::Fleet;
use crate::program::{Ran, command, refit};
use crate::server::{Say, Server};

#[test]
fn broken_files_keep_their_secrets() {
    // Each is broken in the line of the value, so that the snippet would show it.
    let table = [
        ("apps/plain.yaml", "kind: Secret\nstringData:\n  port: hunter2: [\n"),
        ("apps/late.yaml", "stringData:\n  port: hunter2: [\nkind: Secret\n"),
        ("apps/db-secret.yaml", "data:\n  port: hunter2: [\n"),
        ("apps/Credentials/db.yaml", "data:\n  port: hunter2: [\n"),
        ("apps/json.yaml", "{\"kind\": \"Secret\", \"data\": {\"port\": hunter2: ]]\n"),
        ("apps/values.yaml", "kind: HelmRelease\nspec:\n  adminPassword: hunter2: [\n"),
        ("apps/below.yaml", "kind: ConfigMap\ndata:\n  token:\n    a: hunter2: [\n"),
    ];
    for (name, text) in table {
        let fleet = Fleet::new();
        fleet.repo.write(name, text);
        fleet.repo.commit_all("Add a file");
        let runs: [&[&str]; 6] = [
            &["scan"],
            &["scan", "--format", "json"],
            &["preview"],
            &["preview", "--format", "json"],
            &["preview", "--format", "markdown"],
            &["run", "--forge", "local"],
        ];
        for arguments in runs {
            let ran = match arguments {
                ["scan", ..] => refit(fleet.repo.path(), arguments),
                _ => fleet.refit(arguments),
            };
            let said = format!("{}\n{}", ran.out, ran.err);
            assert_eq!(ran.code, 0, "{name}: {said}");
            assert!(!said.contains("hunter2"), "{name} {arguments:?}: {said}");
            // It is named all the same; the table for a comment names upgrades only.
            assert!(said.contains(name) || arguments.contains(&"markdown"), "{said}");
        }
        assert!(!fleet.state().contains("hunter2"), "{name}");
    }
}

#[test]
fn logins_are_neither_printed_nor_recorded() {
    let server = Server::start(|heard| match (heard.path(), heard.header("authorization")) {
        (_, None) => {
            let challenge = ("www-authenticate", "Basic realm=\"apps\"".to_owned());
            Say::Answer(401, vec![challenge], Vec::new())
        }
        ("/charts/index.yaml", _) => {
            let index = "entries:\n  tide: [{version: 1.0.0}, {version: 1.1.0}]\n";
            Say::Answer(200, Vec::new(), index.as_bytes().to_vec())
        }
        ("/v2/apps/ledger/tags/list", _) => Say::json(&serde_json::json!({"tags": ["2.4.1"]})),
        _ => Say::status(404),
    });
    let configuration = format!("registries:\n  - {{host: '{}', insecure: true}}\n", server.host);
    let repo = pinned_to(&server.host, &configuration);
    repo.write(
        "tide.yaml",
        &format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
             metadata: {{name: tide, namespace: apps}}\nspec:\n  chart:\n    spec:\n      \
             chart: tide\n      version: 1.0.0\n      sourceRef: {{kind: HelmRepository, name: tide}}\n\
             ---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n\
             metadata: {{name: tide, namespace: apps}}\n\
             spec: {{url: 'http://me:hunter2@{}/charts'}}\n",
            server.host
        ),
    );
    repo.commit_all("Add a chart");
    // The login for images is in docker's configuration: base64 of `me:hunter2`.
    let docker = tempfile::tempdir().unwrap();
    let auths = format!(r#"{{"auths": {{"{}": {{"auth": "bWU6aHVudGVyMg=="}}}}}}"#, server.host);
    fs::write(docker.path().join("config.json"), auths).unwrap();
    let recorded = tempfile::tempdir().unwrap();
    let record = recorded.path().to_str().unwrap();
    let runs: [(&[&str], bool); 7] = [
        (&["scan"], false),
        (&["scan", "--format", "json"], false),
        (&["preview", "--record", record], true),
        (&["preview", "--format", "json"], true),
        (&["preview", "--format", "markdown"], true),
        (&["preview", "--release", "apps/tide"], true),
        (&["run", "--forge", "local"], true),
    ];
    for (arguments, asks) in runs {
        let mut command = command(repo.path());
        command.env("DOCKER_CONFIG", docker.path()).args(arguments);
        if asks {
            command.arg("--no-cache");
        }
        let ran = Ran::of(&mut command);
        let said = format!("{}\n{}", ran.out, ran.err);
        assert!(said.contains("tide"), "{arguments:?}: {said}");
        assert!(!asks || said.contains("1.1.0"), "the login works: {arguments:?}: {said}");
        assert!(!said.contains("hunter2") && !said.contains("bWU6"), "{arguments:?}: {said}");
    }
    let pulls = walkdir::WalkDir::new(repo.path().join(".git/refit/pulls")).into_iter();
    let files = pulls.chain(walkdir::WalkDir::new(recorded.path()));
    let files: Vec<_> = files.flatten().filter(|entry| entry.file_type().is_file()).collect();
    assert!(files.len() > 2, "{files:?}");
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
        let text = format!("{}\n{text}", file.path().display());
        assert!(!text.contains("hunter2") && !text.contains("bWU6"), "{text}");
    }
    let bodies = repo.git(&["log", "--all", "--format=%B"]);
    assert!(bodies.contains("tide") && !bodies.contains("hunter2"), "{bodies}");
}

//! Bad input to the built program: a clear message, the right exit code, and the rest of the work
//! done all the same.
//!
//! 0 is done, 1 is proposed with `--check`, 2 is an error: of the command itself, of a look-up after
//! all the rest was done, or with `--strict` of a file that cannot be read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::fleet::{Fleet, LEDGER, WEB, write_files};
use crate::parts::free_port;
use crate::parts_git::Scratch;
use crate::program::{Ran, command, refit};
use crate::server::{Heard, Say, Server};

/// Checks how a run ended and that it said all of `says`, and never panicked.
fn check(what: &str, ran: &Ran, code: i32, says: &[&str]) {
    let said = format!("{}\n{}", ran.out, ran.err);
    assert_eq!(ran.code, code, "{what}: {said}");
    for wanted in says {
        assert!(said.contains(wanted), "{what}: `{wanted}` is missing in\n{said}");
    }
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{what}: {said}");
}

#[test]
fn folders_that_are_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::create_dir(dir.join("plain")).unwrap();
    write_files(&dir.join("plain"), "registry.example");
    fs::write(dir.join("file"), "").unwrap();
    let empty = dir.join("empty");
    fs::create_dir(&empty).unwrap();
    crate::program::git(&empty, &["init", "-q", "-b", "main"]);
    fs::create_dir(dir.join("answers")).unwrap();
    let replay = ["--replay", "answers"];
    let table: &[(&[&str], i32, &[&str])] = &[
        (&["scan", "absent"], 2, &["error: absent: there is no such folder"]),
        (&["preview", "absent"], 2, &["error: absent: there is no such folder"]),
        (&["run", "absent"], 2, &["error: absent: there is no such folder"]),
        (&["pulls", "-C", "absent"], 2, &["error: absent: there is no such folder"]),
        (&["apply", "a/b", "-C", "absent"], 2, &["error: absent: there is no such folder"]),
        (&["scan", "file"], 2, &["error: file: not a folder"]),
        (&["run", "file"], 2, &["error: file: not a folder"]),
        (&["scan", "plain"], 0, &["apps/ledger", "2 releases"]),
        (&["run", "plain"], 2, &["plain: not inside a git repository", "git init"]),
        (&["pulls", "-C", "plain"], 2, &["plain: not inside a git repository"]),
        (&["scan", "empty"], 0, &["0 releases"]),
        (&["preview", "empty", replay[0], replay[1]], 0, &[]),
        (&["run", "empty"], 2, &["the branch `main` has no commit yet"]),
        (&["pulls", "-C", "empty"], 0, &["No pull request is open."]),
        (&["preview", "plain", "--replay", "absent"], 2, &["--replay absent: no such folder"]),
        (&["preview", "plain", "--offline", "--no-cache"], 2, &["cannot be used with"]),
        (&["preview", "plain", "--release", "apps/legder"], 2, &["did you mean apps/ledger?"]),
    ];
    for (arguments, code, says) in table {
        check(&arguments.join(" "), &refit(dir, arguments), *code, says);
    }
    assert_eq!(fs::read_dir(dir.join("answers")).unwrap().count(), 0);
}

#[test]
fn a_repository_without_releases() {
    let repo = Scratch::new();
    repo.write("README.md", "# Nothing here\n");
    repo.write("deployment.yaml", "kind: Deployment\n");
    repo.commit_all("Begin");
    fs::create_dir(repo.path().join(".git/answers")).unwrap();
    let replay = |command: &[&str]| {
        let arguments = [command, &["--replay", ".git/answers"]].concat();
        refit(repo.path(), &arguments)
    };
    check("scan", &refit(repo.path(), &["scan"]), 0, &["0 releases"]);
    check("preview", &replay(&["preview", "--check"]), 0, &["Nothing is pinned here"]);
    check("run", &replay(&["run"]), 0, &["Everything is up to date."]);
    // A forge on the network cannot be replayed, whoever says that it is one.
    let said = "opens no socket, so branches cannot be pushed nor pull requests opened on GitHub";
    check("forge", &replay(&["run", "--forge", "github"]), 2, &["--replay", said]);
    repo.write(".refit/config.yaml", "forge: {kind: github}\n");
    check("offline", &refit(repo.path(), &["run", "--offline"]), 2, &["--offline", said]);
    check("local", &replay(&["run", "--forge", "local"]), 0, &["Everything is up to date."]);
}

/// One bad file in a good repository.
struct BadFile {
    name: &'static str,
    content: Vec<u8>,
    /// What is said of it; none where it is merely odd.
    says: Option<&'static str>,
}

fn bad_files() -> Vec<BadFile> {
    let file = |name, content: Vec<u8>, says| BadFile { name, content, says };
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..=40 {
        let below = format!("*a{}", level - 1);
        let list = [below.as_str(); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{list}]").unwrap();
    }
    let long = "x".repeat(2 * 1024 * 1024);
    let mut one_line = String::new();
    for number in 0..60_000 {
        write!(one_line, "{{name: n{number}, value: {number}}}, ").unwrap();
    }
    vec![
        file("broken.yaml", b"kind: HelmRelease\n  spec: [\n".to_vec(), Some("broken.yaml:2:")),
        file("scalar.yaml", format!("key: {long}\n").into_bytes(), None),
        file("flow.yaml", format!("kind: HelmRelease\nlist: [{one_line}]\n").into_bytes(), None),
        file("open.yaml", "[".repeat(100_000).into_bytes(), Some("open.yaml:1:")),
        file(
            "deep.yaml",
            ("[".repeat(100_000) + &"]".repeat(100_000)).into_bytes(),
            Some("deep.yaml:1:"),
        ),
        file("bomb.yaml", bomb.into_bytes(), None),
        file("binary.yaml", (0..=255).cycle().take(100_000).collect(), Some("binary.yaml")),
        file("huge.yaml", vec![b'#'; 17 * 1024 * 1024], Some("huge.yaml")),
    ]
}

#[test]
fn bad_files_beside_good_ones() {
    for bad in bad_files() {
        let fleet = Fleet::new();
        fs::write(fleet.repo.path().join(bad.name), &bad.content).unwrap();
        fleet.repo.commit_all("Add a file");
        the_rest_is_done(&fleet, bad.name, bad.says);
    }
}

#[test]
fn a_broken_file_names_its_place_once() {
    let fleet = Fleet::new();
    fleet.repo.write("broken.yaml", "kind: HelmRelease\nspec:\n  a: b: [\n");
    fleet.repo.commit_all("Add a file");
    let ran = refit(fleet.repo.path(), &["scan"]);
    check("text", &ran, 0, &["warning[unreadable] broken.yaml:3:"]);
    assert_eq!(ran.out.matches("broken.yaml").count(), 1, "{}", ran.out);
    assert!(!ran.out.contains("line 3"), "{}", ran.out);
    let scan = refit(fleet.repo.path(), &["scan", "--format", "json"]);
    let scan: serde_json::Value = serde_json::from_str(&scan.out).unwrap();
    let diagnostic = &scan["diagnostics"][0];
    let message = diagnostic["message"].as_str().unwrap();
    assert_eq!((&diagnostic["file"], &diagnostic["line"]), (&"broken.yaml".into(), &3.into()));
    assert!(!message.contains("broken.yaml") && !message.contains("line 3"), "{message}");
    assert!(message.contains("3 |   a: b: ["), "{message}");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.yaml");
    fs::write(&secret, "hunter2: {{{\n").unwrap();
    for (target, committed) in
        [(secret.as_path(), "is not"), (Path::new("../../../x.yaml"), "is not")]
    {
        let fleet = Fleet::new();
        symlink(target, fleet.repo.path().join("link.yaml")).unwrap();
        fleet.repo.commit_all("Link");
        let ran = refit(fleet.repo.path(), &["scan", "--strict"]);
        check(committed, &ran, 2, &["link.yaml: a symbolic link that leads"]);
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}", ran.err);
        // In a commit it leads nowhere, and is no file of the tree.
        fleet.run();
        assert_eq!(fleet.branches().len(), 4);
    }
}

/// Scans, previews and runs: both upgrades come out, and the bad file is named or is no trouble.
fn the_rest_is_done(fleet: &Fleet, name: &str, says: Option<&str>) {
    let dir = fleet.repo.path();
    let named: Vec<&str> = says.into_iter().collect();
    let bad = says.is_some();
    check(name, &refit(dir, &["scan"]), 0, &[&["2 releases"], &named[..]].concat());
    check(name, &refit(dir, &["scan", "--strict"]), if bad { 2 } else { 0 }, &named);
    let scan = refit(dir, &["scan", "--format", "json"]);
    let scan: serde_json::Value = serde_json::from_str(&scan.out).unwrap();
    let unreadable = scan["diagnostics"].as_array().unwrap().iter();
    let unreadable = unreadable.filter(|diagnostic| diagnostic["file"] == name).count();
    assert_eq!(unreadable, usize::from(bad), "{name}: {}", scan["diagnostics"]);

    let both = ["1.8.2", "2.4.1", "1.1.0"];
    check(name, &fleet.refit(&["preview"]), 0, &[&both, &named[..]].concat());
    check(name, &fleet.refit(&["preview", "--check"]), 1, &both);
    let strict = fleet.refit(&["preview", "--check", "--strict"]);
    check(name, &strict, if bad { 2 } else { 1 }, &both);
    check(name, &fleet.refit(&["run", "--forge", "local"]), 0, &named);
    let branches = fleet.branches();
    assert!([LEDGER, WEB].iter().all(|wanted| branches.iter().any(|branch| branch == wanted)));
}

/// A registry of the fleet; `ledger` is answered by `other`.
fn registry(other: impl Fn(&Heard) -> Say + Send + Sync + 'static) -> Server {
    Server::start(move |heard| match heard.path() {
        "/v2/apps/web/tags/list" => Say::json(&serde_json::json!({"tags": ["1.0.0", "1.1.0"]})),
        "/v2/charts/app-template/tags/list" => Say::json(&serde_json::json!({"tags": ["4.6.2"]})),
        _ => other(heard),
    })
}

/// Returns a repository whose images are in a registry, with a configuration.
pub(crate) fn pinned_to(host: &str, configuration: &str) -> Scratch {
    let repo = Scratch::new();
    write_files(repo.path(), host);
    if !configuration.is_empty() {
        repo.write(".refit/config.yaml", configuration);
    }
    repo.commit_all("Begin");
    repo
}

#[test]
fn registries_that_fail() {
    let closed = format!("127.0.0.1:{}", free_port());
    let login = |heard: &Heard| {
        assert!(heard.header("authorization").is_none_or(|sent| sent.starts_with("Basic ")));
        let challenge = ("www-authenticate", "Basic realm=\"apps\"".to_owned());
        Say::Answer(401, vec![challenge], Vec::new())
    };
    let next = |heard: &Heard| {
        let number: u32 = heard.target.rsplit('=').next().unwrap().parse().unwrap_or(0) + 1;
        let link = format!("</v2/apps/ledger/tags/list?last={number}>; rel=\"next\"");
        let page = serde_json::json!({"tags": [format!("1.9.{number}")]});
        Say::Answer(200, vec![("link", link)], page.to_string().into_bytes())
    };
    let table: Vec<(&str, Server, &[&str])> = vec![
        ("a wrong login", registry(login), &["the login was refused", "apps/ledger"]),
        ("no such repository", registry(|_| Say::status(404)), &["apps/ledger: not found"]),
        ("an error", registry(|_| Say::status(500)), &["apps/ledger", "500"]),
        (
            "a body without end",
            registry(|_| Say::Endless("{\"tags\": [\"1.9.0\"", ", \"1.9.0\"")),
            &["apps/ledger", "larger than"],
        ),
        ("pages without end", registry(next), &["apps/ledger"]),
        (
            "no JSON",
            registry(|_| Say::Answer(200, Vec::new(), b"<html>\x1b[31m".to_vec())),
            &["apps/ledger"],
        ),
    ];
    for (what, server, says) in &table {
        let configuration = format!(
            "registries:\n  - host: {}\n    usernameEnv: WHO\n    passwordEnv: PASS\n",
            server.host
        );
        let repo = pinned_to(&server.host, &configuration);
        let run = |arguments: &[&str]| {
            let mut command = command(repo.path());
            command.env("WHO", "me").env("PASS", "hunter2").args(arguments).arg("--no-cache");
            Ran::of(&mut command)
        };
        if *what == "pages without end" {
            // What is cut off is told; the tags that were read count.
            let ran = run(&["preview"]);
            check(what, &ran, 0, says);
            continue;
        }
        let ran = run(&["preview", "--check"]);
        check(what, &ran, 2, &[*says, &["1.1.0"]].concat());
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}", ran.err);
        assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'), "{what}: {}", ran.err);
        let ran = run(&["run", "--forge", "local"]);
        check(what, &ran, 2, &[*says, &["create refit/upgrade/apps/web-1"]].concat());
        let ran = run(&["run", "--forge", "local"]);
        check(what, &ran, 2, &[*says, &["All else is up to date."]].concat());
        let refs = repo.git(&["for-each-ref", "--format=%(refname)", "refs/heads/refit"]);
        assert_eq!(refs.lines().count(), 2, "{refs}");
    }
    let repo = pinned_to(&closed, "");
    let ran = refit(repo.path(), &["preview", "--no-cache"]);
    check("nobody there", &ran, 2, &["cannot be reached", "apps/ledger", "apps/web"]);
}

#[test]
fn an_empty_store_offline() {
    let repo = pinned_to("registry.example", "");
    let ran = refit(repo.path(), &["preview", "--offline", "--cache-dir", ".git/store"]);
    check("offline", &ran, 2, &["not in the store", "apps/ledger", "apps/web"]);

    let host = format!("127.0.0.1:{}", free_port());
    let authority = format!("registries:\n  - host: {host}\n    caFile: /absent.pem\n");
    let repo = pinned_to(&host, &authority);
    let ran = refit(repo.path(), &["preview", "--no-cache"]);
    check("no such authority", &ran, 2, &["/absent.pem"]);
}

#[test]
fn configurations_and_policies() {
    let table: &[(&str, &str, i32, &[&str], bool)] = &[
        (
            ".refit/config.yaml",
            "labels: [a]\nignroe: []\n",
            2,
            &[".refit/config.yaml:2:1", "ignroe", "expected"],
            false,
        ),
        (".refit/config.yaml", "labels: [\n", 2, &[".refit/config.yaml:"], false),
        (
            ".refit/config.yaml",
            "labels: [a]\nmaxOpenPullRequests: many\n",
            2,
            &[".refit/config.yaml:2:22", "expected a whole number, 0 or more"],
            false,
        ),
        (
            ".refit/config.yaml",
            "labels: [a]\nmaxDowntime: 3x\n",
            2,
            &[".refit/config.yaml:2:14", "`3x` is no length of time"],
            false,
        ),
        (
            ".refit/policies/a.yaml",
            "kind: strategy\nname: a\nrules:\n  - name: b\n    strategy: maintenance\n    reason: c\n    start: later\n",
            2,
            &[".refit/policies/a.yaml:7:12", "expected `with` or `apart`"],
            true,
        ),
        (
            ".refit/policies/a.yaml",
            "kind: strategy\nname: a\nrules:\n  - name: b\n    strategy: maintenance\n    reason: c\n    max_downtime: 0m\n",
            2,
            &[".refit/policies/a.yaml:7:19", "`0m` is no length of time"],
            true,
        ),
        (".refit/config.yaml", "labels: {a: b}\n", 2, &[".refit/config.yaml:1:"], false),
        (
            ".refit/config.yaml",
            "branchPrefix: 'a..b/'\n",
            2,
            &[".refit/config.yaml", "branchPrefix"],
            false,
        ),
        (".refit/config.yaml", "exclude: ['a[']\n", 2, &[".refit/config.yaml", "a["], false),
        (
            ".refit/config.yaml",
            "registries:\n  - host: registry.example\n    passwordEnv: NOT_SET\n",
            2,
            &["registry.example", "NOT_SET", "not set"],
            false,
        ),
        (".refit/config.yaml", "\u{0}\u{1}", 2, &[".refit/config.yaml"], false),
        (
            ".refit/policies/mine.yaml",
            "kind: strategy\nname: mine\nrulez: []\n",
            2,
            &[".refit/policies/mine.yaml:3:1", "rulez"],
            true,
        ),
        (
            ".refit/policies/mine.yaml",
            "kind: magic\n",
            2,
            &[".refit/policies/mine.yaml:1:7", "magic"],
            true,
        ),
    ];
    for (file, text, code, says, goes_on) in table {
        let fleet = Fleet::new();
        fleet.repo.write(file, text);
        fleet.repo.commit_all("Configure");
        for arguments in [&["preview"][..], &["run", "--forge", "local"]] {
            let ran = fleet.refit(arguments);
            check(&format!("{text:?}: {arguments:?}"), &ran, *code, says);
        }
        assert_eq!(fleet.branches().len(), if *goes_on { 4 } else { 0 }, "{text:?}");
    }
}

#[test]
fn github_that_refuses() {
    let table: &[(u16, &str, &str)] = &[
        (401, r#"{"message": "Bad credentials"}"#, "does not accept the token (Bad credentials)"),
        (403, r#"{"message": "Resource not accessible"}"#, "the token may not"),
        (404, r#"{"message": "Not Found"}"#, "no such repository"),
        (200, "<html>", "was not understood"),
    ];
    for (status, body, says) in table {
        let server = registry(|_| Say::json(&serde_json::json!({"tags": ["1.8.2", "2.4.1"]})));
        let github =
            Server::start(move |_| Say::Answer(*status, Vec::new(), body.as_bytes().to_vec()));
        let configuration = format!(
            "forge:\n  kind: github\n  url: http://{}\n  repository: bot/fleet\n",
            github.host
        );
        let repo = pinned_to(&server.host, &configuration);
        let bare = repo.path().join(".git/bare");
        repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
        repo.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
        let run = |token: Option<&str>, base: &str| {
            let mut command = command(repo.path());
            command.args(["run", "--no-cache", "--base", base]);
            if let Some(token) = token {
                command.env("REFIT_TOKEN", token);
            }
            Ran::of(&mut command)
        };
        let ran = run(Some("s3cret"), "main");
        check(says, &ran, 2, &[says]);
        assert!(!ran.out.contains("s3cret") && !ran.err.contains("s3cret"), "{}", ran.err);
        check("no token", &run(None, "main"), 2, &["REFIT_TOKEN or GITHUB_TOKEN"]);
        check("no base", &run(Some("s3cret"), "nope"), 2, &["nope"]);
        assert_eq!(crate::program::git(&bare, &["for-each-ref", "refs/heads/refit"]), "");
    }
}

#[test]
fn what_is_written_for_refit_and_does_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    write_files(dir, "registry.example");
    let policies = dir.join(".refit/policies");
    fs::create_dir_all(&policies).unwrap();
    let tier =
        |release: &str| format!("kind: tier\nname: ours\nlike: serious\nreleases: [{release}]\n");
    let table: &[(&str, i32, &[&str])] = &[
        (&tier("apps/ledger"), 0, &["1 rule of the repository and "]),
        (&tier("apps/legder"), 2, &["warning", "ours.yaml:1:1: `ours` is for `apps/legder`"]),
        (&tier("apps/ledger\nnmae: x"), 2, &["ours.yaml"]),
        ("kind: app\nname: a\nverify: [It works.]\n", 2, &["ours.yaml:1:1", "about nothing"]),
    ];
    for (text, code, says) in table {
        fs::write(policies.join("ours.yaml"), text).unwrap();
        check(text, &refit(dir, &["policy", "check"]), *code, says);
    }
    // What is merely without effect stops no other command.
    fs::write(policies.join("ours.yaml"), tier("apps/legder")).unwrap();
    check("scan", &refit(dir, &["scan"]), 0, &["2 releases"]);
    fs::write(dir.join(".refit/config.yml"), "ignore: [{releases: [apps/ledger]}]\n").unwrap();
    for command in [&["scan"][..], &["policy", "check"]] {
        check(
            "config.yml",
            &refit(dir, command),
            2,
            &[".refit/config.yml", "call it `.refit/config.yaml`"],
        );
    }
}

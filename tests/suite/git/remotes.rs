//! Fetching and pushing: leases, hooks, tokens, shallow clones.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use refit::git::{
    Branch, Error, Oid, Pair, Remote, Repo, Token, Update, default_branch, fetch, observe,
    prepare_pair, push,
};

use super::{fleet, maker, open, revert, upgrade};
use crate::parts_git::{HttpServer, PASSWORD, Scratch, USER, git_command};

fn pair(repo: &Repo, base: Oid) -> Pair<Branch> {
    let plans = Pair { upgrade: upgrade(base), revert: revert(base) };
    prepare_pair(repo, &plans, &Pair { upgrade: None, revert: None }, &maker()).unwrap()
}

fn updates(pair: &Pair<Branch>) -> [Update; 2] {
    [&pair.upgrade, &pair.revert].map(|branch| Update {
        branch: branch.name.clone(),
        expected: None,
        target: Some(branch.tip),
    })
}

fn refs(bare: &Path) -> String {
    let output = git_command(bare).args(["for-each-ref", "--format=%(refname:short)"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// Makes a bare repository that holds the fleet, and a clone of it.
fn clone_of_fleet(args: &[&str]) -> (Scratch, Scratch, Oid) {
    let (scratch, base) = fleet();
    scratch.git(&["clone", "--quiet", "--bare", ".", ".git/bare"]);
    let url = format!("file://{}", scratch.path().join(".git/bare").display());
    let clone = Scratch::clone_of(&url, args);
    (scratch, clone, base)
}

#[test]
fn both_branches_are_pushed_or_none() {
    let (origin, clone, base) = clone_of_fleet(&[]);
    let server = origin.path().join(".git/bare");
    let repo = open(&clone);
    let remote = Remote::new(&repo, "origin", None);
    let pair = pair(&repo, base);
    fetch(&repo, &remote, "main", "refit").unwrap();
    push(&remote, &updates(&pair)).unwrap();
    assert_eq!(refs(&server), "main\nrefit/revert/apps/app-3\nrefit/upgrade/apps/app-3\n");
    let seen = observe(&open(&clone), "refs/remotes/origin/", "refit", base).unwrap();
    assert_eq!(seen["refit/upgrade/apps/app-3"].tip, pair.upgrade.tip);

    // A run that was killed after its push may push the same again.
    push(&remote, &updates(&pair)).unwrap();

    // One lost lease keeps the other branch from being written, too.
    let removals = [
        Update { branch: pair.upgrade.name.clone(), expected: Some(base), target: None },
        Update { branch: pair.revert.name.clone(), expected: Some(pair.revert.tip), target: None },
    ];
    let error = push(&remote, &removals).unwrap_err();
    let Error::LeaseLost { branches } = error else { panic!("{error}") };
    assert_eq!(branches, ["refit/upgrade/apps/app-3"]);
    assert_eq!(refs(&server).lines().count(), 3);

    let removals = [&pair.upgrade, &pair.revert].map(|branch| Update {
        branch: branch.name.clone(),
        expected: Some(branch.tip),
        target: None,
    });
    push(&remote, &removals).unwrap();
    assert_eq!(refs(&server), "main\n");
    push(&remote, &[]).unwrap();
}

#[test]
fn a_commit_pushed_in_between_is_never_overwritten() {
    let (origin, clone, base) = clone_of_fleet(&[]);
    let repo = open(&clone);
    let remote = Remote::new(&repo, "origin", None);
    let pair = pair(&repo, base);
    push(&remote, &updates(&pair)).unwrap();

    let person = Scratch::clone_of(origin.path().join(".git/bare").to_str().unwrap(), &[]);
    person.git(&["checkout", "--quiet", &pair.upgrade.name]);
    let by_hand = person.commit_all("By hand");
    person.git(&["push", "--quiet"]);

    let expected = Some(pair.upgrade.tip);
    let update = Update { branch: pair.upgrade.name.clone(), expected, target: Some(base) };
    let error = push(&remote, &[update]).unwrap_err();
    assert!(matches!(error, Error::LeaseLost { .. }), "{error}");

    fetch(&repo, &remote, "main", "refit").unwrap();
    let seen = observe(&repo, "refs/remotes/origin/", "refit", base).unwrap();
    let foreign = seen[&pair.upgrade.name].foreign.clone().unwrap();
    assert_eq!((foreign.commit.to_string(), foreign.author.as_str()), (by_hand, "A. Person"));
}

#[test]
fn branches_that_are_gone_are_forgotten() {
    let (origin, clone, base) = clone_of_fleet(&[]);
    let repo = open(&clone);
    let remote = Remote::new(&repo, "origin", None);
    let pair = pair(&repo, base);
    push(&remote, &updates(&pair)).unwrap();
    let server = origin.path().join(".git/bare");
    for args in [
        ["branch", "--quiet", "-D", &pair.upgrade.name],
        // Where a folder of branches was, a branch may come.
        ["branch", "--quiet", "refit/upgrade", "main"],
    ] {
        assert!(git_command(&server).args(args).status().unwrap().success());
    }
    fetch(&repo, &remote, "main", "refit").unwrap();
    let seen = observe(&open(&clone), "refs/remotes/origin/", "refit", base).unwrap();
    assert_eq!(seen.keys().collect::<Vec<_>>(), [&pair.revert.name, "refit/upgrade"]);
}

#[test]
fn a_rule_of_the_remote_is_told_in_its_words() {
    let (origin, clone, base) = clone_of_fleet(&[]);
    let hook = origin.path().join(".git/bare/hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'only the release team may push' >&2\nexit 1\n")
        .unwrap();
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    let repo = open(&clone);
    let error = push(&Remote::new(&repo, "origin", None), &updates(&pair(&repo, base)));
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Declined { .. }), "{error}");
    assert!(error.to_string().contains("only the release team may push"), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let (_origin, clone, base) = clone_of_fleet(&[]);
    let repo = open(&clone);
    let remote = Remote::new(&repo, "origin", None);
    assert_eq!(default_branch(&remote).unwrap().as_deref(), Some("main"));
    let error = fetch(&repo, &remote, "no-such-branch", "refit").unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    for (url, reached) in [("/nowhere/at/all", true), ("http://127.0.0.1:1/x", false)] {
        clone.git(&["remote", "set-url", "origin", url]);
        let error = push(&remote, &updates(&pair(&repo, base))).unwrap_err();
        let expected = match error {
            Error::NoRemoteRepository { .. } => reached,
            Error::Unreachable { .. } => !reached,
            _ => false,
        };
        assert!(expected, "{url}: {error}");
    }
}

#[test]
fn a_shallow_clone_gets_the_history_it_needs() {
    let (scratch, old) = fleet();
    let repo = open(&scratch);
    let pair = pair(&repo, old);
    for branch in [&pair.upgrade, &pair.revert] {
        scratch.git(&["branch", &branch.name, &branch.tip.to_string()]);
    }
    scratch.write("apps/other.yaml", "image: other:2\n");
    let base = scratch.commit_all("Elsewhere").parse().unwrap();
    let url = format!("file://{}", scratch.path().display());
    let clone = Scratch::clone_of(&url, &["--depth=1"]);
    let repo = open(&clone);
    assert!(repo.is_shallow());
    let remote = Remote::new(&repo, "origin", None);
    fetch(&repo, &remote, "main", "refit").unwrap();
    let repo = open(&clone);
    assert!(!repo.is_shallow());
    let seen = observe(&repo, "refs/remotes/origin/", "refit", base).unwrap();
    assert!(seen.values().all(|seen| seen.foreign.is_none()), "{seen:?}");
}

#[test]
fn a_token_reaches_the_server_and_nobody_else() {
    let Some(server) = HttpServer::start() else { return };
    let (scratch, base) = fleet();
    scratch.git(&["push", "--quiet", server.repository().to_str().unwrap(), "main"]);
    scratch.git(&["remote", "add", "origin", &server.url()]);
    let repo = open(&scratch);
    let pair = pair(&repo, base);

    let wrong = Remote::new(&repo, "origin", Some(Token::new(USER, "wr0ng-secret")));
    let none = Remote::new(&repo, "origin", None);
    scratch.git(&["config", "credential.helper", ""]);
    for remote in [&wrong, &none] {
        for error in [
            fetch(&repo, remote, "main", "refit").unwrap_err(),
            push(remote, &updates(&pair)).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Auth { .. }), "{error}");
            assert!(!format!("{error} {error:?}").contains("wr0ng-secret"), "{error}");
        }
    }

    // A header left behind by a CI checkout must not win over the token.
    let key = format!("http.{}.extraheader", server.url().trim_end_matches("repo.git"));
    scratch.git(&["config", &key, "AUTHORIZATION: basic bm9ib2R5Om5vdGhpbmc="]);
    let right = Remote::new(&repo, "origin", Some(Token::new(USER, PASSWORD)));
    fetch(&repo, &right, "main", "refit").unwrap();
    push(&right, &updates(&pair)).unwrap();
    assert_eq!(
        refs(&server.repository()),
        "main\nrefit/revert/apps/app-3\nrefit/upgrade/apps/app-3\n"
    );
    let late = Update { target: Some(base), ..updates(&pair)[0].clone() };
    let error = push(&right, &[late]).unwrap_err();
    assert!(matches!(error, Error::LeaseLost { .. }), "{error}");

    // A password in the address is the user's business, and never printed.
    let embedded = server.url().replace("http://", "http://bot:embedded-secret@");
    scratch.git(&["config", "--unset", &key]);
    scratch.git(&["remote", "set-url", "origin", &embedded]);
    let error = fetch(&repo, &none, "main", "refit").unwrap_err();
    assert!(matches!(error, Error::Auth { .. }), "{error}");
    assert!(!error.to_string().contains("embedded-secret"), "{error}");
}

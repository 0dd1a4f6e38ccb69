//! The bot on the local forge, through the built program: what it leaves alone, what it takes up
//! again, and what it cleans up.

use std::fs;

use crate::fleet::{Fleet, LEDGER, WEB};
use crate::parts_git::{Scratch, git_command};
use crate::program::{Ran, command, refit};

const LEDGER_BACK: &str = "refit/revert/apps/ledger-2";
const WEB_BACK: &str = "refit/revert/apps/web-1";

/// Returns where a branch stands.
fn tip(fleet: &Fleet, branch: &str) -> String {
    fleet.repo.git(&["rev-parse", &format!("refs/heads/{branch}")])
}

/// Returns the state of the pull requests of a branch.
fn states(fleet: &Fleet, head: &str) -> Vec<String> {
    let pulls = fleet.pulls().into_iter().filter(|(branch, _)| branch == head);
    pulls.map(|(_, state)| state).collect()
}

#[test]
fn a_second_run_changes_nothing() {
    let fleet = Fleet::new();
    let before = (
        fs::read(fleet.repo.path().join(".git/index")).unwrap(),
        fleet.repo.git(&["status", "--porcelain"]),
    );
    let first = fleet.run();
    assert!(first.out.contains("open draft pull request: chore(ledger): upgrade 1.8.2 → 2.4.1"));
    assert_eq!(fleet.branches(), [LEDGER_BACK, WEB_BACK, LEDGER, WEB]);
    let state = fleet.state();
    let again = fleet.run();
    assert!(again.out.contains("Everything is up to date."), "{}", again.out);
    assert_eq!(fleet.state(), state);
    // What a person has checked out is not touched.
    let after = (
        fs::read(fleet.repo.path().join(".git/index")).unwrap(),
        fleet.repo.git(&["status", "--porcelain"]),
    );
    assert_eq!(after, before);
    assert_eq!(fleet.repo.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
    let dry = fleet.refit(&["run", "--dry-run"]);
    assert!(dry.code == 0 && dry.out.contains("Nothing to do."), "{}", dry.out);
}

#[test]
fn no_more_pull_requests_are_open_than_may_be() {
    let fleet = Fleet::new();
    fleet.repo.write(".refit/config.yaml", "maxOpenPullRequests: 1\n");
    fleet.repo.commit_all("One at a time");
    let first = fleet.run();
    let waits = format!("{WEB} is left alone: it waits: maxOpenPullRequests is 1");
    assert!(first.out.contains(&waits), "{}", first.out);
    assert_eq!(fleet.branches(), [LEDGER_BACK, LEDGER]);
    let state = fleet.state();
    let again = fleet.run();
    assert!(again.out.contains("All else is up to date."), "{}", again.out);
    assert_eq!(fleet.state(), state);
    // What has landed makes room.
    fleet.repo.git(&["merge", "-q", "--ff-only", LEDGER]);
    fleet.run();
    assert!(fleet.branches().contains(&WEB.to_owned()), "{:?}", fleet.branches());
}

#[test]
fn a_dirty_work_tree_is_neither_read_nor_written() {
    let fleet = Fleet::new();
    fleet.repo.write("apps/web.yaml", "half: [written\n");
    fleet.repo.write("apps/new.yaml", "kind: HelmRelease\n");
    fleet.repo.git(&["add", "apps/new.yaml"]);
    let before = fleet.repo.git(&["status", "--porcelain"]);
    fleet.run();
    assert_eq!(fleet.branches().len(), 4);
    assert_eq!(fleet.repo.git(&["status", "--porcelain"]), before);
    let text = fs::read_to_string(fleet.repo.path().join("apps/web.yaml")).unwrap();
    assert_eq!(text, "half: [written\n");
}

#[test]
fn branches_follow_the_base_only_where_bytes_change() {
    let fleet = Fleet::new();
    fleet.run();
    let (ledger, web) = (tip(&fleet, LEDGER), tip(&fleet, WEB));
    let state = fleet.state();
    fleet.repo.write("README.md", "# Elsewhere\n");
    fleet.repo.commit_all("Change something else");
    fleet.run();
    assert_eq!((tip(&fleet, LEDGER), tip(&fleet, WEB)), (ledger.clone(), web.clone()));
    let without_base = |state: &str| {
        let lines = state.lines().filter(|line| !line.ends_with("refs/heads/main"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_base(&fleet.state()), without_base(&state));

    // A file of one of them changes, in a line that no stage touches: it still merges to the same.
    let file = fleet.repo.path().join("apps/ledger.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("interval: 1h", "interval: 2h")).unwrap();
    fleet.repo.commit_all("Look twice as rarely");
    fleet.run();
    assert_eq!((tip(&fleet, LEDGER), tip(&fleet, WEB)), (ledger.clone(), web.clone()));

    // Its replicas change: the stop has to bring another number back.
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("replicas: 3", "replicas: 5")).unwrap();
    let base = fleet.repo.commit_all("Scale");
    fleet.run();
    assert_eq!(tip(&fleet, WEB), web);
    assert_ne!(tip(&fleet, LEDGER), ledger);
    assert_eq!(fleet.repo.git(&["rev-parse", &format!("{LEDGER}~2")]), base);
    let restored = fleet.repo.git(&["show", &format!("{LEDGER}:apps/ledger.yaml")]);
    assert!(restored.contains("replicas: 5") && restored.contains("tag: 2.4.1   # kept"));
    let base_tree = fleet.repo.git(&["rev-parse", "main^{tree}"]);
    assert_eq!(fleet.repo.git(&["rev-parse", &format!("{LEDGER_BACK}^{{tree}}")]), base_tree);
    assert_eq!(states(&fleet, LEDGER), ["open"]);
    let state = fleet.state();
    fleet.run();
    assert_eq!(fleet.state(), state);
}

#[test]
fn a_persons_commit_is_left_alone_and_told() {
    let fleet = Fleet::new();
    fleet.run();
    fleet.repo.git(&["checkout", "-q", LEDGER]);
    fleet.repo.write("apps/ledger.yaml", "by: hand\n");
    let by_hand = fleet.repo.commit_all("By hand");
    fleet.repo.git(&["checkout", "-q", "main"]);
    fleet.offer("ledger", &["1.8.2", "2.5.0"]);
    fleet.offer("web", &["1.0.0", "1.2.0"]);
    let ran = fleet.run();
    assert_eq!(tip(&fleet, LEDGER), by_hand);
    for wanted in
        [LEDGER, "left alone", "\"By hand\"", "A. Person", "move refit/upgrade/apps/web-1"]
    {
        assert!(ran.out.contains(wanted), "{wanted}: {}", ran.out);
    }
    let state = fleet.state();
    let again = fleet.run();
    assert!(again.out.contains("All else is up to date."), "{}", again.out);
    assert_eq!(fleet.state(), state);

    // Nor is it removed when nothing is due any more.
    fleet.offer("ledger", &["1.8.2"]);
    fleet.run();
    assert_eq!(tip(&fleet, LEDGER), by_hand);
    assert_eq!(states(&fleet, LEDGER), ["open"]);
}

#[test]
fn a_branch_that_is_checked_out_is_told() {
    let fleet = Fleet::new();
    fleet.run();
    let web = tip(&fleet, WEB);
    fleet.repo.git(&["worktree", "add", "-q", ".git/elsewhere", WEB]);
    fleet.offer("ledger", &["1.8.2", "2.5.0"]);
    fleet.offer("web", &["1.0.0", "1.2.0"]);
    let ran = fleet.refit(&["run"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("is checked out in") && ran.err.contains(".git/elsewhere"),
        "{}",
        ran.err
    );
    assert_eq!(tip(&fleet, WEB), web);
    assert!(fleet.repo.git(&["show", &format!("{LEDGER}:apps/ledger.yaml")]).contains("2.5.0"));
}

#[test]
fn what_a_person_closed_stays_closed() {
    // By writing it into the file, and by removing the branches.
    for by_hand in [true, false] {
        let fleet = Fleet::new();
        fleet.run();
        if by_hand {
            let file = fleet.repo.path().join(format!(".git/refit/pulls/{WEB}.md"));
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replace("state: \"open\"", "state: closed")).unwrap();
        } else {
            fleet.repo.git(&["branch", "-qD", WEB, WEB_BACK]);
        }
        let ran = fleet.run();
        assert!(ran.out.contains("was closed; open it again if you want it"), "{}", ran.out);
        let state = fleet.state();
        fleet.run();
        assert_eq!(fleet.state(), state, "by hand: {by_hand}");
        assert_eq!(states(&fleet, WEB), ["closed"]);

        fleet.offer("web", &["1.0.0", "1.1.0", "1.2.0"]);
        fleet.run();
        // The next version is another matter. A file that a branch alone had closed is taken up.
        let states = states(&fleet, WEB);
        assert_eq!(states.last().unwrap(), "open");
        assert_eq!(states.len(), if by_hand { 2 } else { 1 }, "{states:?}");
        let state = fleet.state();
        fleet.run();
        assert_eq!(fleet.state(), state);
    }
}

#[test]
fn what_upstream_takes_back_is_closed_and_can_come_again() {
    let fleet = Fleet::new();
    fleet.run();
    let first = tip(&fleet, WEB);
    fleet.offer("web", &["1.0.0"]);
    let ran = fleet.run();
    assert!(ran.out.contains("nothing is due here any more"), "{}", ran.out);
    assert_eq!(fleet.branches(), [LEDGER_BACK, LEDGER]);
    let state = fleet.state();
    fleet.run();
    assert_eq!(fleet.state(), state);
    fleet.offer("web", &["1.0.0", "1.1.0"]);
    fleet.run();
    assert_eq!(states(&fleet, WEB), ["closed", "open"]);
    assert_eq!(tip(&fleet, WEB), first, "the same commits as before");
}

#[test]
fn a_failed_look_up_keeps_what_is_there() {
    let fleet = Fleet::new();
    fleet.run();
    let state = fleet.state();
    fs::remove_file(fleet.upstream().join("registry.example/v2/apps/web/tags/list.json")).unwrap();
    let ran = fleet.refit(&["run"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("apps/web: not found"), "{}", ran.err);
    assert_eq!(fleet.state(), state);
}

#[test]
fn after_it_was_merged_nothing_is_proposed_again() {
    let table: [(&str, &[&[&str]]); 4] = [
        ("fast-forward", &[&["merge", "-q", "--ff-only", LEDGER]]),
        ("merge", &[&["merge", "-q", "--no-ff", "-m", "Merge", LEDGER]]),
        ("squash", &[&["merge", "-q", "--squash", LEDGER], &["commit", "-qm", "Squashed"]]),
        ("rebase", &[&["cherry-pick", &format!("main..{LEDGER}")]]),
    ];
    for (method, steps) in table {
        let fleet = Fleet::new();
        fleet.run();
        // So that a rebase is one, the base has moved on.
        if method != "fast-forward" {
            fleet.repo.write("README.md", "# Elsewhere\n");
            fleet.repo.commit_all("Change something else");
        }
        for step in steps {
            fleet.repo.git(step);
        }
        let web = tip(&fleet, WEB);
        fleet.run();
        assert_eq!(tip(&fleet, WEB), web, "{method}");
        let branches = fleet.branches();
        assert!(!branches.iter().any(|branch| branch == LEDGER), "{method}: {branches:?}");
        // Once it was merged as it stands, the way back works and is kept; after a squash or a
        // rebase it would merge and change nothing, so it goes.
        let works = matches!(method, "fast-forward" | "merge");
        assert_eq!(branches.iter().any(|branch| branch == LEDGER_BACK), works, "{method}");
        let expected = if works { "merged" } else { "closed" };
        assert_eq!(states(&fleet, LEDGER), [expected], "{method}");
        for _ in 0..2 {
            let state = fleet.state();
            let again = fleet.run();
            assert_eq!(fleet.state(), state, "{method}: {}", again.out);
        }

        // The next version is proposed as ever.
        fleet.offer("ledger", &["1.8.2", "2.4.1", "2.5.0"]);
        fleet.run();
        assert_eq!(states(&fleet, LEDGER).last().unwrap(), "open", "{method}");
        let state = fleet.state();
        fleet.run();
        assert_eq!(fleet.state(), state, "{method}");
    }
}

#[test]
fn what_was_merged_and_taken_back_is_not_proposed_again() {
    let fleet = Fleet::new();
    fleet.run();
    fleet.repo.git(&["merge", "-q", "--no-ff", "-m", "Merge", WEB]);
    fleet.run();
    fleet.repo.git(&["merge", "-q", "--no-ff", "-m", "Back", WEB_BACK]);
    let ran = fleet.run();
    assert!(ran.out.contains("it seems to have been taken back since"), "{}", ran.out);
    assert_eq!(states(&fleet, WEB), ["merged"]);
    let state = fleet.state();
    fleet.run();
    assert_eq!(fleet.state(), state);
}

#[test]
fn a_folder_of_the_repository_a_detached_head_and_a_bare_one() {
    let fleet = Fleet::new();
    for name in ["source.yaml", "apps"] {
        fs::create_dir_all(fleet.repo.path().join("clusters/home")).unwrap();
        fleet.repo.git(&["mv", name, "clusters/home/"]);
    }
    let base = fleet.repo.commit_all("Move");
    fleet.repo.git(&["checkout", "-q", "--detach"]);
    let ran = fleet.refit(&["run", "clusters/home"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--base"), "{}", ran.err);
    let ran = fleet.refit(&["run", "clusters/home", "--base", "nope"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no branch `nope`"), "{}", ran.err);
    let ran = fleet.refit(&["run", "clusters/home", "--base", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(fleet.branches().len(), 4);
    let changed = fleet.repo.git(&["diff", "--name-only", "main", WEB]);
    assert_eq!(changed, "clusters/home/apps/web.yaml");
    assert_eq!(fleet.repo.git(&["rev-parse", "HEAD"]), base);
    assert_eq!(fleet.repo.git(&["status", "--porcelain"]), "");
    let state = fleet.state();
    let ran = fleet.refit(&["run", "clusters/home", "--base", "main"]);
    assert_eq!((ran.code, fleet.state()), (0, state));

    let bare = fleet.repo.path().join(".git/bare.git");
    fleet.repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let replay = fleet.upstream().to_str().unwrap();
    let ran = refit(&bare, &["run", ".", "--replay", replay, "--base", "main"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let refs = crate::program::git(&bare, &["for-each-ref", "refs/heads/refit"]);
    assert_eq!(refs.lines().count(), 4, "{refs}");
}

#[test]
fn commit_ids_depend_on_base_plan_and_author_alone() {
    let fleet = Fleet::new();
    fleet.run();
    let run_in = |author: Option<&str>, zone: &str| {
        let clone = Scratch::clone_of(fleet.repo.path().to_str().unwrap(), &["--single-branch"]);
        if let Some(author) = author {
            clone.git(&["config", "user.name", author]);
        }
        let mut command = command(clone.path());
        command.args(["run", "--forge", "local", "--replay"]).arg(fleet.upstream());
        let ran = Ran::of(command.env("TZ", zone).env("LC_ALL", "C.UTF-8"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        clone.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/refit"])
    };
    let own =
        fleet.repo.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/refit"]);
    assert_eq!(run_in(None, "Asia/Tokyo"), own);
    let other = run_in(Some("B. Person"), "UTC");
    assert_eq!(other.lines().count(), 4);
    for (a, b) in own.lines().zip(other.lines()) {
        assert_ne!(a, b);
    }
}

#[test]
fn without_a_name_of_ones_own_the_author_is_refit() {
    let fleet = Fleet::new();
    fleet.repo.git(&["config", "--unset", "user.name"]);
    fleet.repo.git(&["config", "--unset", "user.email"]);
    fleet.run();
    let author = fleet.repo.git(&["log", "-1", "--format=%an <%ae>%n%cn <%ce>", LEDGER]);
    assert_eq!(author, "refit <refit@localhost>\nrefit <refit@localhost>");
    let base: i64 = fleet.repo.git(&["log", "-1", "--format=%ct", "main"]).parse().unwrap();
    let times =
        fleet.repo.git(&["log", "--reverse", "--format=%at %ct", &format!("main..{LEDGER}")]);
    assert_eq!(times, format!("{0} {0}\n{1} {1}", base + 1, base + 2));
}

#[test]
fn commits_are_signed_as_git_signs_and_not_again() {
    if !crate::parts::have("ssh-keygen", "openssh-client") {
        return;
    }
    let fleet = Fleet::new();
    let key = fleet.repo.path().join(".git/key");
    let made = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key.to_str().unwrap()];
    crate::parts::run("ssh-keygen", fleet.repo.path(), &made);
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let signers = fleet.repo.path().join(".git/signers");
    fs::write(&signers, format!("person@localhost {public}")).unwrap();
    for (name, value) in [
        ("commit.gpgsign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingkey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", signers.to_str().unwrap()),
    ] {
        fleet.repo.git(&["config", name, value]);
    }
    fleet.run();
    for commit in [LEDGER, &format!("{LEDGER}~1"), LEDGER_BACK, WEB, WEB_BACK] {
        let verified = git_command(fleet.repo.path()).args(["verify-commit", commit]).output();
        assert!(verified.unwrap().status.success(), "{commit}");
    }
    let state = fleet.state();
    fleet.run();
    assert_eq!(fleet.state(), state, "a signature alone rewrites nothing");

    // One that fails: nothing is half done, and the reason is told.
    fleet.repo.git(&["config", "user.signingkey", "/nowhere/key"]);
    fleet.offer("web", &["1.0.0", "1.2.0"]);
    let ran = fleet.refit(&["run"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did not sign") && ran.err.contains("commit.gpgsign"), "{}", ran.err);
    assert_eq!(fleet.state(), state);
}

//! `refit apply`: stage after stage in a work tree, committed in between or not, and nothing of a
//! person's lost.

use std::fs;

use crate::fleet::Fleet;
use crate::program::{Ran, command};

const LEDGER: &str = "apps/ledger.yaml";

fn apply(fleet: &Fleet, arguments: &[&str]) -> Ran {
    fleet.refit(&[&["apply", "apps/ledger"], arguments].concat())
}

fn read(fleet: &Fleet) -> String {
    fs::read_to_string(fleet.repo.path().join(LEDGER)).unwrap()
}

/// Applies a stage, which must succeed, and returns what was said.
fn applied(fleet: &Fleet, arguments: &[&str]) -> String {
    let ran = apply(fleet, arguments);
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    ran.out
}

#[test]
fn stage_after_stage_in_the_work_tree() {
    let fleet = Fleet::new();
    let original = read(&fleet);
    let said = applied(&fleet, &[]);
    assert!(said.starts_with("stop: chore(ledger): scale to zero before 2.4.1\n"), "{said}");
    let stopped = original.replace("replicas: 3", "replicas: 0");
    assert_eq!(read(&fleet), stopped);
    let upgraded = original.replace("tag: 1.8.2", "tag: 2.4.1");
    // In any order, and as often as one likes.
    for (stage, text) in [("upgrade", &upgraded), ("stop", &stopped), ("stop", &stopped)] {
        applied(&fleet, &["--stage", stage]);
        assert_eq!(read(&fleet), *text, "{stage}");
    }
    applied(&fleet, &["--stage", "upgrade"]);
    assert_eq!(fleet.repo.git(&["status", "--porcelain"]).trim(), format!("M {LEDGER}"));
    assert_eq!(fleet.branches().len(), 0);
}

#[test]
fn a_stop_that_was_committed_is_taken_back() {
    let fleet = Fleet::new();
    let original = read(&fleet);
    applied(&fleet, &[]);
    fleet.repo.commit_all("Stop the ledger");
    // Others go on meanwhile, also in the same folder.
    fleet.repo.write("apps/other.yaml", "kind: ConfigMap\n");
    fleet.repo.commit_all("Something else");
    let upgraded = original.replace("tag: 1.8.2", "tag: 2.4.1");
    for arguments in [&["--stage", "upgrade"][..], &[]] {
        let said = applied(&fleet, arguments);
        assert!(said.starts_with("upgrade: "), "{said}");
        assert!(said.contains("The stop has been committed since"), "{said}");
        assert_eq!(read(&fleet), upgraded);
    }
    fleet.repo.commit_all("Upgrade the ledger");
    let ran = apply(&fleet, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Nothing to upgrade for apps/ledger.\n"));
}

#[test]
fn a_zero_that_nobody_can_explain_is_told() {
    let fleet = Fleet::new();
    let stopped = read(&fleet).replace("replicas: 3", "replicas: 0").replace("1h", "2h");
    fleet.repo.write(LEDGER, &stopped);
    fleet.repo.commit_all("Stop, and something else in the same commit");
    let said = applied(&fleet, &["--stage", "upgrade"]);
    for wanted in ["apps/ledger (apps/ledger.yaml:", "is already 0", "does not bring it back"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert_eq!(read(&fleet), stopped.replace("tag: 1.8.2", "tag: 2.4.1"));
}

#[test]
fn a_persons_edits_are_never_lost() {
    let fleet = Fleet::new();
    let edited = read(&fleet).replace("interval: 1h", "interval: 3h");
    fleet.repo.write(LEDGER, &edited);
    for arguments in [&[][..], &["--stage", "upgrade"]] {
        let ran = apply(&fleet, arguments);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains("apps/ledger.yaml: changed since the last commit"), "{}", ran.err);
        assert_eq!(read(&fleet), edited);
    }
    // An edit on top of a stage is a person's as well.
    fleet.repo.git(&["checkout", "-q", LEDGER]);
    applied(&fleet, &[]);
    let edited = read(&fleet).replace("interval: 1h", "interval: 3h");
    fleet.repo.write(LEDGER, &edited);
    assert_eq!(apply(&fleet, &["--stage", "upgrade"]).code, 2);
    assert_eq!(read(&fleet), edited);
    // One in another file is nobody's business.
    fleet.repo.git(&["checkout", "-q", LEDGER]);
    fleet.repo.write("apps/web.yaml", "half: [written\n");
    applied(&fleet, &[]);
    assert_eq!(
        fs::read_to_string(fleet.repo.path().join("apps/web.yaml")).unwrap(),
        "half: [written\n"
    );
}

#[test]
fn what_is_not_committed_yet_and_what_git_does_not_know() {
    let fleet = Fleet::new();
    let new = read(&fleet).replace("name: ledger\n  namespace", "name: books\n  namespace");
    fleet.repo.write("apps/books.yaml", &new);
    fleet.repo.git(&["add", "apps/books.yaml"]);
    let ran = fleet.refit(&["apply", "apps/books", "--stage", "upgrade"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = fs::read_to_string(fleet.repo.path().join("apps/books.yaml")).unwrap();
    assert_eq!(text, new.replace("tag: 1.8.2", "tag: 2.4.1"));

    // Without Git the files are all there is.
    fs::remove_dir_all(fleet.repo.path().join(".git")).unwrap();
    let original = read(&fleet);
    applied(&fleet, &["--stage", "upgrade"]);
    assert_eq!(read(&fleet), original.replace("tag: 1.8.2", "tag: 2.4.1"));
    fleet.repo.write(LEDGER, &original);
    applied(&fleet, &[]);
    let said = applied(&fleet, &["--stage", "upgrade"]);
    assert!(said.contains("does not bring it back"), "{said}");
}

#[test]
fn what_cannot_be_applied_says_why() {
    let fleet = Fleet::new();
    let table: [(&[&str], i32, &str); 4] = [
        (&["apply", "apps/legder"], 2, "did you mean apps/ledger?"),
        (&["apply", "apps/ledger", "--stage", "backup"], 2, "it has: stop, upgrade"),
        (&["apply", "apps/ledger", "--unit", "chart apps/ledger"], 0, "Nothing to upgrade"),
        (&["apply", "apps/web", "--stage", "stop"], 2, "it has: upgrade"),
    ];
    for (arguments, code, says) in &table {
        let ran = fleet.refit(arguments);
        assert_eq!(ran.code, *code, "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains(says), "{}{}", ran.out, ran.err);
    }
    // A preview and the rules that it follows are those of the work tree; so are those of a stage.
    fleet.repo.write(".refit/config.yaml", "ignore: [{releases: [apps/ledger]}]\n");
    fleet.repo.git(&["add", ".refit"]);
    let ran = apply(&fleet, &[]);
    assert!(ran.code == 0 && ran.out.contains("Nothing to upgrade"), "{}{}", ran.out, ran.err);
    let mut failing = command(fleet.repo.path());
    failing.args(["apply", "apps/web", "--offline", "--cache-dir", ".git/none"]);
    assert_eq!(Ran::of(&mut failing).code, 2);
}

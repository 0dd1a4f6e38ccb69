//! Directory in, text out: `testdata/cases/NAME/{repo,upstream}` to `expected.txt`.
//!
//! Each folder shows one trap; its `CASE.md` says which. `REFIT_BLESS=1` writes what came out as
//! what is expected, to be read in the diff before it is committed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::parts_git::Scratch;
use crate::program::{Ran, refit};

fn shown(name: &str, ran: &Ran) -> String {
    let mut text = format!("$ refit {name}\n{}", ran.out);
    if !ran.err.is_empty() {
        let _ = write!(text, "--- standard error\n{}", ran.err);
    }
    let _ = writeln!(text, "--- exit code {}\n", ran.code);
    text
}

#[test]
fn every_case_gives_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut cases: Vec<_> =
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.is_dir());
    cases.sort();
    assert!(cases.len() >= 16, "cases are missing");
    let mut wrong = Vec::new();
    for case in &cases {
        let scan = refit(case, &["scan", "repo"]);
        let preview = refit(case, &["preview", "repo", "--replay", "upstream", "--no-cache"]);
        let text = shown("scan repo", &scan) + &shown("preview repo --replay upstream", &preview);
        let expected = case.join("expected.txt");
        if std::env::var_os("REFIT_BLESS").is_some() {
            fs::write(&expected, &text).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if text != wanted {
            let diff = similar::TextDiff::from_lines(&wanted, &text);
            let name = case.file_name().unwrap().display();
            wrong.push(format!("{name}:\n{}", diff.unified_diff().header("expected", "came out")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Copies what is read of a case into a repository of its own.
fn committed(case: &Path) -> Scratch {
    let repo = Scratch::new();
    let from = case.join("repo");
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let place = repo.path().join(entry.path().strip_prefix(&from).unwrap());
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::copy(entry.path(), place).unwrap();
        }
    }
    repo.commit_all("Begin");
    repo
}

#[test]
fn every_upgrade_of_a_case_has_its_way_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let (mut branches, mut asked) = (0, 0);
    for case in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        if !case.is_dir() {
            continue;
        }
        let (repo, upstream) = (committed(&case), case.join("upstream"));
        let arguments =
            ["run", "--forge", "local", "--no-cache", "--replay", upstream.to_str().unwrap()];
        let ran = refit(repo.path(), &arguments);
        // Some cases are about look-ups that fail.
        assert!([0, 2].contains(&ran.code), "{}: {}", case.display(), ran.err);
        let listed = ["for-each-ref", "--format=%(refname) %(tree)"];
        let base = repo.git(&["rev-parse", "main^{tree}"]);
        let refs = repo.git(&[&listed[..], &["refs/heads/refit"]].concat());
        for line in refs.lines() {
            branches += 1;
            let (name, tree) = line.split_once(' ').unwrap();
            let same = tree == base.trim();
            assert_eq!(same, name.contains("/revert/"), "{}: {name}", case.display());
        }
        let again = refit(repo.path(), &arguments);
        assert!(again.out.contains("up to date"), "{}: {}", case.display(), again.out);
        // What a preview asks of a person, the bot asks as well.
        let preview = fs::read_to_string(case.join("expected.txt")).unwrap();
        for code in ["datastore-major", "may-have-moved", "requires", "tag-stream-stopped"] {
            let asks = again.out.contains(&format!(" stays: {code}: "));
            assert_eq!(asks, preview.contains(&format!("stays: {code}\n")), "{}", again.out);
            asked += usize::from(asks);
        }
    }
    assert!(asked > 1, "only {asked} questions were asked");
    assert!(branches > 40, "only {branches} branches were made");
}

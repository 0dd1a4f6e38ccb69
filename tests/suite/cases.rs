//! Directory in, text out: `testdata/cases/NAME/{repo,upstream}` to `expected.txt`.
//!
//! Each folder shows one trap; its `CASE.md` says which. `REFIT_BLESS=1` writes what came out as
//! what is expected, to be read in the diff before it is committed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

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

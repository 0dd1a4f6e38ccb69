//! Real repositories: every file read, every span compared.
//!
//! Runs over the folder that `REFIT_CORPUS` names, and over `../shared/corpus/repos` beside the
//! package; without either it says so and passes. It prints what it did, so that a run can be
//! compared with the one before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use refit::yaml::{Error, Stream};

#[derive(Default)]
struct Report {
    files: usize,
    bytes: usize,
    nodes: usize,
    unreadable: Vec<String>,
    failures: Vec<String>,
}

fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("REFIT_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/repos");
    named.into_iter().chain([beside]).filter(|folder| folder.is_dir()).collect()
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "yml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_of_the_corpus_is_read_and_edited_exactly() {
    let folders = folders();
    if folders.is_empty() {
        println!("skipped: no REFIT_CORPUS and no ../shared/corpus/repos");
        return;
    }
    let mut report = Report::default();
    for folder in folders {
        for file in manifests(&folder) {
            check(&file, &mut report);
        }
    }
    let mut reasons = BTreeMap::<&str, usize>::new();
    for line in &report.unreadable {
        println!("unreadable: {line}");
        *reasons.entry(line.rsplit(": ").next().unwrap_or_default()).or_default() += 1;
    }
    println!(
        "{} files, {} bytes, {} nodes; {} unreadable {reasons:?}; {} failures",
        report.files,
        report.bytes,
        report.nodes,
        report.unreadable.len(),
        report.failures.len(),
    );
    for failure in report.failures.iter().take(50) {
        println!("FAILURE {failure}");
    }
    assert!(report.failures.is_empty(), "{} failures", report.failures.len());
    assert!(report.unreadable.len() * 100 <= report.files, "more than 1 % unreadable");
}

fn check(file: &Path, report: &mut Report) {
    let Ok(bytes) = std::fs::read(file) else { return };
    report.files += 1;
    report.bytes += bytes.len();
    match Stream::from_bytes(bytes) {
        Ok(stream) => report.nodes += stream.node_count(),
        Err(error @ Error::Span { .. }) => {
            report.failures.push(format!("{}: {error}", file.display()));
        }
        Err(error) => {
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default();
            report.unreadable.push(format!("{}: {message}", file.display()));
        }
    }
}

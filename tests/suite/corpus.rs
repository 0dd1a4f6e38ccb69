//! Real repositories: every file read, every span compared, texts replaced and put back.
//!
//! Runs over the folder that `REFIT_CORPUS` names, and over `../shared/corpus/repos` beside the
//! package; without either it says so and passes. It prints what it did, so that a run can be
//! compared with the one before: files, what is unreadable and why, edits, refusals by reason,
//! failures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use refit::yaml::{Edit, EditError, Error, Kind, Layout, Node, Stream, Value, edit};
use yaml_rust2::parser::{Event, Parser};

/// How many block mappings of one file are tried; large files repeat themselves.
const MAPPINGS_PER_FILE: usize = 4;

/// In how many files edits are tried, one of so many: an unoptimised build is some twenty times
/// slower, and every file is read and compared in either.
const EDITED_ONE_OF: usize = if cfg!(debug_assertions) { 10 } else { 1 };

#[derive(Default)]
struct Report {
    files: usize,
    bytes: usize,
    nodes: usize,
    scalars: usize,
    edits: BTreeMap<&'static str, usize>,
    refusals: BTreeMap<String, usize>,
    unreadable: Vec<String>,
    failures: Vec<String>,
}

#[test]
fn every_file_of_the_corpus_is_read_and_edited_exactly() {
    let folders = folders();
    if folders.is_empty() {
        println!("skipped: no REFIT_CORPUS and no ../shared/corpus/repos");
        return;
    }
    let mut report = Report::default();
    for file in folders.iter().flat_map(|folder| manifests(folder)) {
        check_file(&file, &mut report);
    }
    for line in &report.unreadable {
        println!("unreadable: {line}");
    }
    for failure in report.failures.iter().take(50) {
        println!("FAILURE {failure}");
    }
    println!(
        "{} files ({} unreadable), {} bytes, {} nodes, {} scalars",
        report.files,
        report.unreadable.len(),
        report.bytes,
        report.nodes,
        report.scalars
    );
    println!("edits made and undone: {:?}", report.edits);
    println!("refusals: {:?}", report.refusals);
    assert!(report.failures.is_empty(), "{} failures", report.failures.len());
    assert!(report.unreadable.len() * 100 <= report.files, "more than 1 % unreadable");
}

pub(crate) fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("REFIT_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/repos");
    // The two are often the same folder.
    let real = named.into_iter().chain([beside]).filter_map(|folder| folder.canonicalize().ok());
    let mut folders: Vec<_> = real.filter(|folder| folder.is_dir()).collect();
    folders.sort();
    folders.dedup();
    folders
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

fn check_file(file: &Path, report: &mut Report) {
    let Ok(bytes) = std::fs::read(file) else { return };
    report.files += 1;
    report.bytes += bytes.len();
    let stream = match Stream::from_bytes(bytes) {
        Ok(stream) => stream,
        Err(error @ Error::Span { .. }) => {
            report.failures.push(format!("{}: {error}", file.display()));
            return;
        }
        Err(error) => {
            let message = error.to_string();
            let message = message.lines().next().unwrap_or_default();
            report.unreadable.push(format!("{}: {message}", file.display()));
            return;
        }
    };
    report.nodes += stream.node_count();
    let nodes = nodes(&stream);
    check_values(file, &stream, &nodes, report);
    if !report.files.is_multiple_of(EDITED_ONE_OF) {
        return;
    }
    let mut mappings = 0;
    for node in &nodes {
        let value = node.value().unwrap_or_default();
        match node.kind() {
            Kind::Scalar(_) if looks_like_a_version(&value) => {
                for after in ["9.87.6-refit.1", "9.87"] {
                    let edits = [Edit::replace(node.spot(), value.clone(), after)];
                    there_and_back(file, &stream, "replace", &edits, report);
                }
            }
            Kind::Mapping(Layout::Block) if mappings < MAPPINGS_PER_FILE => {
                mappings += 1;
                let value = Value::from(0).under(["main", "replicas"]);
                let edits = [Edit::insert(node.spot(), "refit-test", value)];
                there_and_back(file, &stream, "insert", &edits, report);
                if let Some((_, last)) = node.entries().last() {
                    let edits = [Edit::remove(last.spot())];
                    there_and_back(file, &stream, "remove", &edits, report);
                }
                if let Some((_, first)) = node.entries().next() {
                    let edits = [Edit::remove(first.spot())];
                    there_and_back(file, &stream, "remove", &edits, report);
                }
            }
            _ => {}
        }
    }
}

/// Lists all nodes but keys' own subtrees, in document order.
fn nodes(stream: &Stream) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut pending: Vec<_> = stream.documents().collect();
    pending.reverse();
    while let Some(node) = pending.pop() {
        nodes.push(node);
        if node.kind() == Kind::Alias {
            continue;
        }
        let mut inner: Vec<_> = node.items().collect();
        // Entries leave merge keys out; what those hold stands elsewhere in nearly all files.
        inner.extend(node.entries().map(|(_, value)| value));
        inner.reverse();
        pending.extend(inner);
    }
    nodes
}

/// Compares every value with what the scanner says, in order.
fn check_values(file: &Path, stream: &Stream, nodes: &[Node<'_>], report: &mut Report) {
    let mut parser = Parser::new_from_str(stream.text().trim_start_matches('\u{feff}'));
    let mut scanned = Vec::new();
    while let Ok((event, _)) = parser.next_token() {
        match event {
            Event::Scalar(value, ..) => scanned.push(value),
            Event::StreamEnd => break,
            _ => {}
        }
    }
    report.scalars += scanned.len();
    let mut wanted = scanned.iter();
    for node in nodes {
        let Kind::Scalar(_) = node.kind() else { continue };
        let value = node.value().unwrap_or_default();
        // Keys are scanned too; each value must come up behind the one before it. The scanner
        // lets a block scalar gain a line break at the end of a file.
        let same = |scan: &&String| scan.trim_end_matches('\n') == value.trim_end_matches('\n');
        if !wanted.any(|scan| same(&scan)) {
            report.failures.push(format!("{}:{}: `{value}`", file.display(), node.line()));
            return;
        }
    }
}

fn looks_like_a_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    text.len() < 200
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains('.')
        && !text.contains([' ', '/', ':', '\n'])
}

/// Makes edits, undoes them, and compares the bytes.
fn there_and_back(
    file: &Path,
    stream: &Stream,
    kind: &'static str,
    edits: &[Edit],
    report: &mut Report,
) {
    let fail = |report: &mut Report, what: &str| {
        report.failures.push(format!("{}: {edits:?}: {what}", file.display()));
    };
    let edited = match edit(stream, edits) {
        Ok(edited) => edited,
        Err(
            error @ (EditError::Unproved { .. }
            | EditError::NoInverse(_)
            | EditError::Unreadable(_)
            | EditError::Overlap { .. }),
        ) => return fail(report, &error.to_string()),
        Err(error) => {
            let reason = match error {
                EditError::InUse { .. } => "an alias uses it".to_owned(),
                EditError::Ambiguous { .. } => "it is ambiguous".to_owned(),
                other => other.to_string().rsplit(": ").next().unwrap_or_default().to_owned(),
            };
            *report.refusals.entry(format!("{kind}: {reason}")).or_default() += 1;
            return;
        }
    };
    if edited.text == stream.text() {
        return fail(report, "nothing changed");
    }
    let undone = Stream::parse(edited.text).map(|after| edit(&after, &edited.inverse));
    match undone {
        Ok(Ok(undone)) if undone.text == stream.text() => {
            *report.edits.entry(kind).or_default() += 1;
        }
        Ok(Ok(_)) => fail(report, "undone to other bytes"),
        Ok(Err(error)) => fail(report, &format!("not undone: {error}")),
        Err(error) => fail(report, &format!("cannot be read: {error}")),
    }
}

//! `refit notes PATH…`: the facts that notes hold between two versions.
//!
//! Reads files, or folders of them, and tells what an upgrade means: as a briefing for a person,
//! with what breaks first and each statement with the line that says so, or as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::notes::{self, Declared, Fact, FactKind, Notes, Remark, Source};
use crate::report::{self, subject};

/// Tell what release notes say about an upgrade
///
/// Reads files of notes, or folders of them, and tells what breaks, what is required and what has
/// to be done between two versions, each statement with the line that says so. Changelogs, folders
/// with a file a version and upgrade guides (“from 1.x to 2.x”) are read alike, as Markdown,
/// reStructuredText, `AsciiDoc` or plain text. What is not released is left out, and what the notes
/// do not tell of is said.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
As in:
  refit notes CHANGELOG.md --from 1.2.3 --to 2.0.0
  refit notes docs/releases docs/upgrading --from 1.14 --to 1.16
  refit notes UPGRADE.md --kind chart --from 72.x --to 73.x
  refit notes CHANGELOG.md --from 1.9 --to 2.x --format json | jq .summary")]
pub(super) struct NotesArgs {
    /// Files of release notes, or folders that hold them
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The version that runs now; may be partial, as in 1.14 or 2.x
    #[arg(long, value_name = "VERSION")]
    pub(super) from: String,
    /// The version to upgrade to; may be partial
    #[arg(long, value_name = "VERSION")]
    pub(super) to: String,
    /// Whose notes they are
    #[arg(long, value_enum, default_value_t = KindArg::App)]
    pub(super) kind: KindArg,
    /// How to print the facts
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Whose notes they are, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum KindArg {
    /// An application's: names in capitals are environment variables
    App,
    /// A chart's: names in code are values
    Chart,
}

impl From<KindArg> for notes::Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::App => Self::App,
            KindArg::Chart => Self::Chart,
        }
    }
}

/// How facts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A briefing: what breaks first, each statement with its line
    Text,
    /// Facts, questions and a summary, as JSON
    Json,
}

/// What a file of notes can end with; a name without an ending (`CHANGELOG`, `NEWS`) is one too.
const EXTENSIONS: [&str; 8] = ["md", "mdx", "markdown", "rst", "txt", "adoc", "asciidoc", "text"];

/// The largest file of notes that is read, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Prints what the notes say.
pub(super) fn run(arguments: &NotesArgs) -> anyhow::Result<ExitCode> {
    let NotesArgs { paths, from, to, kind, format } = arguments;
    anstream::print!("{}", notes(paths, from, to, (*kind).into(), *format)?);
    Ok(ExitCode::SUCCESS)
}

/// Reads the notes under `paths` and renders what they say about the upgrade.
///
/// # Errors
/// When a path cannot be read, a folder holds no notes, or a version is none.
pub(super) fn notes(
    paths: &[PathBuf],
    from: &str,
    to: &str,
    kind: notes::Kind,
    format: Format,
) -> anyhow::Result<String> {
    let mut sources = Vec::new();
    for path in paths {
        sources.extend(sources_at(path)?);
    }
    let read = notes::read(&sources, from, to, kind)?;
    match format {
        Format::Json => {
            let mut json =
                serde_json::to_string_pretty(&read).context("facts could not be written")?;
            json.push('\n');
            Ok(json)
        }
        Format::Text => Ok(briefing(&read, from, to)),
    }
}

/// Reads one file, or all files of notes in a folder, sorted by name.
fn sources_at(path: &Path) -> anyhow::Result<Vec<Source>> {
    let metadata =
        std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if metadata.is_file() {
        return Ok(vec![source(path)?]);
    }
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(path)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|file| is_notes(file))
        .collect();
    files.sort();
    anyhow::ensure!(
        !files.is_empty(),
        "{} holds no notes; looked for files that end in .{}, and for CHANGELOG, NEWS and their like",
        path.display(),
        EXTENSIONS.join(", .")
    );
    files.iter().map(|file| source(file)).collect()
}

fn is_notes(path: &Path) -> bool {
    let name =
        path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()) {
        Some(extension) => EXTENSIONS.contains(&extension.as_str()),
        None => ["change", "news", "release", "history", "upgrad"]
            .iter()
            .any(|word| name.starts_with(word)),
    }
}

fn source(path: &Path) -> anyhow::Result<Source> {
    let name = path.to_string_lossy().replace('\\', "/");
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    anyhow::ensure!(
        length <= MAX_FILE_BYTES,
        "{name} has {length} bytes; notes of more than {MAX_FILE_BYTES} are not read"
    );
    let bytes = std::fs::read(path).with_context(|| format!("{name} cannot be read"))?;
    Ok(Source { name, text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// The parts of a briefing, in the order in which they are read.
const PARTS: [(&str, &[FactKind]); 7] = [
    ("Breaking", &[FactKind::Breaking]),
    (
        "Before you upgrade",
        &[FactKind::StopAt, FactKind::Avoid, FactKind::Requires, FactKind::Irreversible],
    ),
    ("To do", &[FactKind::ManualAction]),
    (
        "Environment variables",
        &[
            FactKind::EnvRequired,
            FactKind::EnvRemoved,
            FactKind::EnvRenamed,
            FactKind::EnvChanged,
            FactKind::EnvDeprecated,
            FactKind::EnvAdded,
        ],
    ),
    (
        "Values and configuration",
        &[
            FactKind::ValueRemoved,
            FactKind::ValueRenamed,
            FactKind::ValueChanged,
            FactKind::ValueAdded,
        ],
    ),
    ("Moved", &[FactKind::ImageMoved, FactKind::ChartMoved]),
    ("Also", &[FactKind::Deprecated, FactKind::Security]),
];

/// Writes the facts as a person would brief another.
fn briefing(read: &Notes, from: &str, to: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{from} → {to}: {}", headline(read));
    for (title, kinds) in PARTS {
        let facts = read.facts.iter().filter(|fact| kinds.contains(&fact.kind));
        let facts: Vec<&Fact> = facts.filter(|fact| !is_said(fact, &read.facts)).collect();
        if facts.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        let mut version = "";
        for fact in facts {
            if fact.version != version {
                version = &fact.version;
                let _ = writeln!(text, "  {version}");
            }
            write_fact(&mut text, fact);
        }
    }
    if !read.questions.is_empty() {
        let _ = writeln!(text, "\nQuestions");
        for question in &read.questions {
            write_fact(&mut text, question);
        }
    }
    let titles = [("licence", "Licence"), ("known-issue", "Known issues"), ("", "About the notes")];
    for (code, title) in titles {
        let of = |remark: &&Remark| match code {
            "" => remark.evidence.is_empty(),
            code => remark.code == code,
        };
        let mut remarks = read.remarks.iter().filter(of).peekable();
        if remarks.peek().is_some() {
            let _ = writeln!(text, "\n{title}");
        }
        for remark in remarks {
            let version = remark.version.iter().map(|version| format!("{version}: "));
            let _ = writeln!(text, "  {}{}", version.collect::<String>(), remark.message);
            for evidence in &remark.evidence {
                let _ = writeln!(text, "    {}:{}", evidence.source, evidence.line);
            }
        }
    }
    text
}

/// Tells whether something to do stands among what breaks already, in the same words.
fn is_said(fact: &Fact, facts: &[Fact]) -> bool {
    fact.kind == FactKind::ManualAction
        && facts.iter().any(|other| {
            other.kind == FactKind::Breaking
                && other.summary == fact.summary
                && other.version == fact.version
        })
}

fn headline(read: &Notes) -> String {
    let summary = &read.summary;
    if read.versions.is_empty() {
        return "the notes say nothing of it".to_owned();
    }
    let mut parts = vec![match summary.declared {
        Declared::Explicit => "breaking, and the notes say so".to_owned(),
        Declared::Implicit => "breaking, though the notes do not call it so".to_owned(),
        Declared::None => "nothing in the notes breaks".to_owned(),
    }];
    if summary.manual_action {
        parts.push("needs somebody to act".to_owned());
    }
    if summary.irreversible {
        parts.push("no way back but a backup".to_owned());
    }
    if !summary.stops.is_empty() {
        parts.push(format!("stop at {} first", summary.stops.join(", ")));
    }
    if !summary.avoid.is_empty() {
        parts.push(format!("do not run {}", summary.avoid.join(", ")));
    }
    parts.join("; ")
}

fn write_fact(text: &mut String, fact: &Fact) {
    let what = match subject(fact) {
        Some(about) => format!("{}: {about}", label(fact.kind)),
        None => fact.summary.clone(),
    };
    let _ = writeln!(text, "    {what}");
    for evidence in &fact.evidence {
        let (source, line, quote) = (&evidence.source, evidence.line, &evidence.quote);
        if repeats(&what, quote) {
            let _ = writeln!(text, "      {source}:{line}");
        } else {
            let _ = writeln!(text, "      {source}:{line}: “{quote}”");
        }
    }
}

/// Tells whether a quote says no more than the statement above it, but for markup and references.
fn repeats(statement: &str, quote: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (statement, quote) = (letters(statement), letters(quote));
    !quote.is_empty() && (quote.starts_with(&statement) || statement.contains(&quote))
}

/// Returns the words for a kind of fact, below a heading that says whether it is a variable or a
/// value.
fn label(kind: FactKind) -> &'static str {
    match kind {
        FactKind::EnvRemoved | FactKind::ValueRemoved => "removed",
        FactKind::EnvRenamed | FactKind::ValueRenamed => "renamed",
        FactKind::EnvChanged | FactKind::ValueChanged => "changed",
        FactKind::EnvDeprecated | FactKind::Deprecated => "deprecated",
        FactKind::EnvAdded | FactKind::ValueAdded => "new",
        FactKind::EnvRequired => "must be set",
        other => report::label(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_left_out_where_it_repeats_the_statement() {
        for (statement, quote, expected) in [
            ("Drop the old mode", "**Drop** the old mode ([#12](https://example.org/12))", true),
            ("A new mast, and more of it", "and more of it", true),
            ("renamed: A_B → C_D", "Rename `A_B` to `C_D`", false),
            ("security: CVE-2024-1", "", false),
        ] {
            assert_eq!(repeats(statement, quote), expected, "{statement}");
        }
    }
}

//! Labelled upgrades of real applications, read and compared.
//!
//! The labels and the notes are not part of this repository. The folder is named by
//! `REFIT_NOTES_CORPUS`, else looked for beside the repository; without it the test says so and
//! passes. `REFIT_NOTES_APPS` limits it to some applications, which is how rules are developed on
//! some and measured on the others. A label `?`, and a variable under `env_maybe`, are not
//! compared. It prints a table by kind, with every miss and every false
//! claim by its line; what it asserts is what must hold of any notes: each fact has evidence, and
//! each quote stands verbatim in its line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use refit::notes::{Fact, FactKind, Kind, Notes, Source, read};
use serde_json::Value;

/// What was claimed: names, and where they were read.
type Claims = BTreeMap<String, String>;

/// Variables of which a labeller could not tell what became of them.
struct Unsure(BTreeSet<String>);

impl Unsure {
    fn covers(&self, claim: &str) -> bool {
        claim.split(" → ").any(|name| self.0.contains(name))
    }
}

/// True, false and missed claims of one kind.
#[derive(Default)]
struct Tally {
    found: usize,
    invented: usize,
    missed: usize,
    lines: Vec<String>,
}

impl Tally {
    /// Compares one upgrade's claims with its labels, leaving out what a label calls unsure.
    fn compare(
        &mut self,
        jump: &str,
        expected: &BTreeSet<String>,
        actual: &Claims,
        unsure: &Unsure,
    ) {
        if expected.contains("?") {
            return;
        }
        for name in expected {
            if actual.keys().any(|other| same(name, other)) {
                self.found += 1;
            } else {
                self.missed += 1;
                self.lines.push(format!("    missed  {jump}  {name}"));
            }
        }
        for (name, place) in actual.iter().filter(|(name, _)| !unsure.covers(name)) {
            if !expected.iter().any(|other| same(other, name)) {
                self.invented += 1;
                self.lines.push(format!("    false   {jump}  {name}  {place}"));
            }
        }
    }

    fn row(&self, kind: &str) -> String {
        let ratio = |part: usize, whole: usize| {
            let (part, whole) = (u32::try_from(part).unwrap(), u32::try_from(whole).unwrap());
            if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
        };
        let precision = ratio(self.found, self.found + self.invented);
        let recall = ratio(self.found, self.found + self.missed);
        let both = precision + recall;
        let f1 = if both > 0.0 { 2.0 * precision * recall / both } else { 0.0 };
        format!(
            "{kind:<22}{:>6}{:>7}{:>8}{precision:>11.2}{recall:>8.2}{f1:>6.2}",
            self.found, self.invented, self.missed
        )
    }
}

/// Two spellings of one name: a component or an image may be labelled with more or fewer words.
fn same(label: &str, name: &str) -> bool {
    let (label, name) = (label.to_lowercase(), name.to_lowercase());
    label == name
        || (name.len() >= 5 && label.contains(&name) && !label.contains('_'))
        || (name.contains('/') && name.ends_with(&label))
}

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("REFIT_NOTES_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/notes");
    named.into_iter().chain([beside]).find(|path| path.join("gold.jsonl").is_file())
}

/// Everything that an application's folder holds, named as the labels name it.
fn sources(root: &Path, app: &str) -> Vec<Source> {
    let entries = std::fs::read_dir(root.join(app)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|file| file.extension().is_none_or(|e| e != "yaml"));
    texts
        .map(|file| Source {
            name: format!("{app}/{}", file.file_name().unwrap().to_string_lossy()),
            text: String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned(),
        })
        .collect()
}

fn text(jump: &Value, key: &str) -> String {
    jump.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'v>(jump: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    jump.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// A labelled name without the remark behind it.
fn bare(label: &str) -> String {
    label.split(" (").next().unwrap().split(" >=").next().unwrap().trim().to_owned()
}

/// What the labels say, by kind. Names in parentheses are not given by the notes.
fn labels(jump: &Value) -> Vec<(&'static str, BTreeSet<String>)> {
    let named = |key: &str| -> BTreeSet<String> {
        list(jump, key)
            .filter_map(Value::as_str)
            .map(bare)
            .filter(|n| !n.starts_with('('))
            .collect()
    };
    let one = |name: String| -> BTreeSet<String> {
        Some(name).filter(|n| !n.is_empty()).into_iter().collect()
    };
    let pair = |pair: &Value, at: usize| bare(pair.get(at).and_then(Value::as_str).unwrap());
    let renamed = list(jump, "env_renamed").map(|p| format!("{} → {}", pair(p, 0), pair(p, 1)));
    let images = list(jump, "image_moved").filter_map(|image| image.get("new")?.as_str()).map(bare);
    let flag = |label: &str, name: &str| match label {
        "n" | "" => BTreeSet::new(),
        "?" => one("?".to_owned()),
        _ => one(name.to_owned()),
    };
    let bad = text(jump, "bad_version");
    vec![
        ("breaking", flag(&text(jump, "breaking"), "breaking")),
        ("declared", one(text(jump, "breaking_declared"))),
        ("env_required", named("env_required")),
        ("env_added", named("env_added")),
        ("env_removed", named("env_removed")),
        ("env_deprecated", named("env_deprecated")),
        ("env_changed", named("env_semantics_changed")),
        ("env_renamed", renamed.filter(|pair| !pair.contains('(')).collect()),
        ("min_deps", named("min_deps")),
        ("stops", one(text(jump, "intermediate_required"))),
        ("avoid", one(bare(bad.trim_start_matches('v')))),
        ("image_moved", images.collect()),
        ("manual_action", flag(&text(jump, "manual_action"), "manual")),
    ]
}

/// What was read, by kind, in the order of the labels.
fn claims(notes: &Notes) -> Vec<Claims> {
    let place = |fact: &Fact| {
        let first = fact.evidence.first().unwrap();
        format!("[{}] {}:{} {}", fact.rule, first.source, first.line, first.quote)
    };
    let of = |kind: FactKind, name: fn(&Fact) -> Option<String>| -> Claims {
        let facts = notes.facts.iter().filter(|fact| fact.kind == kind);
        facts.filter_map(|fact| Some((name(fact)?, place(fact)))).collect()
    };
    let flag = |yes: bool, name: &str, kind: FactKind| {
        let facts = notes.facts.iter().filter(|fact| fact.kind == kind);
        let places: Vec<String> = facts.map(place).collect();
        let claim = (name.to_owned(), places.join("\n              "));
        if yes { Claims::from([claim]) } else { Claims::new() }
    };
    let declared = serde_json::to_value(notes.summary.declared).unwrap();
    let name = |fact: &Fact| fact.name.clone();
    vec![
        flag(notes.summary.breaking, "breaking", FactKind::Breaking),
        Claims::from([(declared.as_str().unwrap().to_owned(), String::new())]),
        of(FactKind::EnvRequired, name),
        of(FactKind::EnvAdded, name),
        of(FactKind::EnvRemoved, name),
        of(FactKind::EnvDeprecated, name),
        of(FactKind::EnvChanged, name),
        of(FactKind::EnvRenamed, |fact| {
            Some(format!("{} → {}", fact.old.as_ref()?, fact.new.as_ref()?))
        }),
        of(FactKind::Requires, |fact| fact.component.clone()),
        of(FactKind::StopAt, name),
        of(FactKind::Avoid, name),
        of(FactKind::ImageMoved, |fact| fact.new.clone()),
        flag(notes.summary.manual_action, "manual", FactKind::ManualAction),
    ]
}

/// Checks that each fact has evidence and that each quote stands in its line; returns how many.
fn verbatim(notes: &Notes, sources: &[Source]) -> usize {
    let mut quotes = 0;
    for fact in notes.facts.iter().chain(&notes.questions) {
        assert!(!fact.evidence.is_empty(), "no evidence for {fact:?}");
        for evidence in &fact.evidence {
            let source = sources.iter().find(|source| source.name == evidence.source).unwrap();
            let line = source.text.split('\n').nth(evidence.line - 1).unwrap_or_default();
            assert!(line.contains(&evidence.quote), "not verbatim: {evidence:?}");
            quotes += 1;
        }
    }
    quotes
}

#[test]
fn labelled_upgrades_are_read_as_people_read_them() {
    let Some(root) = corpus() else {
        println!("skipped: no labelled notes; REFIT_NOTES_CORPUS names a folder with gold.jsonl");
        return;
    };
    let only = std::env::var("REFIT_NOTES_APPS").unwrap_or_default();
    let gold = std::fs::read_to_string(root.join("gold.jsonl")).unwrap();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut quotes, mut questions) = (0, 0);
    for line in gold.lines() {
        let jump: Value = serde_json::from_str(line).unwrap();
        let (app, from, to) = (text(&jump, "app"), text(&jump, "from"), text(&jump, "to"));
        if !only.is_empty() && !only.split(',').any(|name| name == app) {
            continue;
        }
        let sources = sources(&root, &app);
        let kind = if text(&jump, "kind") == "chart" { Kind::Chart } else { Kind::App };
        let notes = read(&sources, &from, &to, kind).unwrap();
        quotes += verbatim(&notes, &sources);
        questions += notes.questions.len();
        let shown = format!("{} {app} {from} → {to}", text(&jump, "id"));
        let unsure = list(&jump, "env_maybe").filter_map(Value::as_str).map(str::to_owned);
        let unsure = Unsure(unsure.collect());
        for ((kind, expected), actual) in labels(&jump).into_iter().zip(claims(&notes)) {
            tallies.entry(kind).or_default().compare(&shown, &expected, &actual, &unsure);
            if kind.starts_with("env_") {
                tallies
                    .entry("variables")
                    .or_default()
                    .compare(&shown, &expected, &actual, &unsure);
            }
        }
    }
    let mut table = format!(
        "{:<22}{:>6}{:>7}{:>8}{:>11}{:>8}{:>6}\n",
        "", "true", "false", "missed", "precision", "recall", "F1"
    );
    for (kind, tally) in &tallies {
        let _ = writeln!(table, "{}", tally.row(kind));
    }
    for (kind, tally) in
        tallies.iter().filter(|(kind, tally)| **kind != "variables" && !tally.lines.is_empty())
    {
        let _ = writeln!(table, "{kind}\n{}", tally.lines.join("\n"));
    }
    println!("{table}\n{quotes} quotes verbatim, {questions} questions");
}

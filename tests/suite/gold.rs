//! Labelled upgrades of real applications, read and compared.
//!
//! The labels and the notes are not part of this repository. The folder is named by
//! `REFIT_NOTES_CORPUS`, else looked for beside the repository; without it the test says so and
//! passes. What it prints is a table by kind with every miss and every false claim by its line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use refit::notes::{Fact, FactKind, Kind, Notes, Source, read};
use serde_json::Value;

/// True, false and missed claims of one kind.
#[derive(Default)]
struct Tally {
    found: usize,
    invented: usize,
    missed: usize,
    lines: Vec<String>,
}

impl Tally {
    fn compare(
        &mut self,
        jump: &str,
        expected: &BTreeSet<String>,
        actual: &BTreeMap<String, String>,
    ) {
        for name in expected {
            if actual.keys().any(|other| same(name, other)) {
                self.found += 1;
            } else {
                self.missed += 1;
                self.lines.push(format!("    missed  {jump}  {name}"));
            }
        }
        for (name, place) in actual {
            if !expected.iter().any(|other| same(other, name)) {
                self.invented += 1;
                self.lines.push(format!("    false   {jump}  {name}  {place}"));
            }
        }
    }

    fn row(&self, kind: &str) -> String {
        let ratio = |part: usize, whole: usize| {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
            let value = if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
            value
        };
        let precision = ratio(self.found, self.found + self.invented);
        let recall = ratio(self.found, self.found + self.missed);
        let f1 = if precision + recall > 0.0 {
            2.0 * precision * recall / (precision + recall)
        } else {
            0.0
        };
        format!(
            "{kind:<22}{:>6}{:>7}{:>8}{precision:>11.2}{recall:>8.2}{f1:>6.2}",
            self.found, self.invented, self.missed
        )
    }
}

/// Two spellings of one name: a component may be labelled with more words.
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
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root.join(app)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|file| file.extension().is_some_and(|e| e != "yaml"));
    texts
        .map(|file| Source {
            name: format!("{app}/{}", file.file_name().unwrap().to_string_lossy()),
            text: std::fs::read_to_string(file).unwrap(),
        })
        .collect()
}

/// A label's names, without remarks in parentheses; names that the notes do not give are left out.
fn names(jump: &Value, key: &str) -> BTreeSet<String> {
    let texts =
        jump.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts
        .map(|text| text.split(" (").next().unwrap().split(" >=").next().unwrap().trim().to_owned())
        .filter(|n| !n.starts_with('('))
        .collect()
}

fn place(fact: &Fact) -> String {
    let first = fact.evidence.first().unwrap();
    format!("[{}] {}:{} {}", fact.rule, first.source, first.line, first.quote)
}

fn of_kind(
    notes: &Notes,
    kind: FactKind,
    part: impl Fn(&Fact) -> Option<String>,
) -> BTreeMap<String, String> {
    notes
        .facts
        .iter()
        .filter(|f| f.kind == kind)
        .filter_map(|f| Some((part(f)?, place(f))))
        .collect()
}

#[test]
fn labelled_upgrades_are_read_as_people_read_them() {
    let Some(root) = corpus() else {
        println!(
            "skipped: no labelled notes; set REFIT_NOTES_CORPUS to a folder that holds gold.jsonl"
        );
        return;
    };
    let only = std::env::var("REFIT_NOTES_APPS").unwrap_or_default();
    let gold = std::fs::read_to_string(root.join("gold.jsonl")).unwrap();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut quotes = 0;
    let mut questions = 0;
    for line in gold.lines() {
        let jump: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| jump.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (app, from, to) = (text("app"), text("from"), text("to"));
        if !only.is_empty() && !only.split(',').any(|name| name == app) {
            continue;
        }
        let sources = sources(&root, &app);
        let kind = if text("kind") == "chart" { Kind::Chart } else { Kind::App };
        let notes = read(&sources, &from, &to, kind).unwrap();
        let shown = format!("{} {app} {from} → {to}", text("id"));
        for fact in notes.facts.iter().chain(&notes.questions) {
            assert!(!fact.evidence.is_empty(), "{shown}: no evidence for {fact:?}");
            for evidence in &fact.evidence {
                let source = sources.iter().find(|s| s.name == evidence.source).unwrap();
                let line = source.text.split('\n').nth(evidence.line - 1).unwrap_or_default();
                assert!(line.contains(&evidence.quote), "{shown}: not verbatim: {evidence:?}");
                quotes += 1;
            }
        }
        questions += notes.questions.len();
        let one = |yes: bool, word: &str| {
            if yes { BTreeSet::from([word.to_owned()]) } else { BTreeSet::new() }
        };
        let breaking: Vec<String> =
            notes.facts.iter().filter(|f| f.kind == FactKind::Breaking).map(place).collect();
        let actual = if notes.summary.breaking {
            BTreeMap::from([("breaking".to_owned(), breaking.join("\n              "))])
        } else {
            BTreeMap::new()
        };
        tallies.entry("breaking").or_default().compare(
            &shown,
            &one(text("breaking") == "y", "breaking"),
            &actual,
        );
        let declared =
            serde_json::to_value(notes.summary.declared).unwrap().as_str().unwrap().to_owned();
        let actual = BTreeMap::from([(declared, String::new())]);
        tallies.entry("declared").or_default().compare(
            &shown,
            &one(true, &text("breaking_declared")),
            &actual,
        );
        for (key, fact_kind) in [
            ("env_required", FactKind::EnvRequired),
            ("env_added", FactKind::EnvAdded),
            ("env_removed", FactKind::EnvRemoved),
            ("env_deprecated", FactKind::EnvDeprecated),
            ("env_semantics_changed", FactKind::EnvChanged),
        ] {
            let actual = of_kind(&notes, fact_kind, |f| f.name.clone());
            tallies.entry(key).or_default().compare(&shown, &names(&jump, key), &actual);
            tallies.entry("env (all)").or_default().compare(
                &format!("{shown} {key}"),
                &names(&jump, key),
                &actual,
            );
        }
        let pairs = jump.get("env_renamed").and_then(Value::as_array).into_iter().flatten();
        let pair = |p: &Value, at: usize| {
            p.get(at).and_then(Value::as_str).unwrap().split(" (").next().unwrap().trim().to_owned()
        };
        let renamed: BTreeSet<String> = pairs
            .map(|p| format!("{} → {}", pair(p, 0), pair(p, 1)))
            .filter(|p| !p.contains('('))
            .collect();
        let actual = of_kind(&notes, FactKind::EnvRenamed, |f| {
            Some(format!("{} → {}", f.old.as_ref()?, f.new.as_ref()?))
        });
        tallies.entry("env_renamed").or_default().compare(&shown, &renamed, &actual);
        tallies.entry("env (all)").or_default().compare(&shown, &renamed, &actual);
        let deps = names(&jump, "min_deps");
        let actual = of_kind(&notes, FactKind::Requires, |f| f.component.clone());
        tallies.entry("min_deps").or_default().compare(&shown, &deps, &actual);
        let stop = text("intermediate_required");
        let actual = of_kind(&notes, FactKind::StopAt, |f| f.name.clone());
        tallies.entry("stops").or_default().compare(&shown, &one(!stop.is_empty(), &stop), &actual);
        let bad = text("bad_version");
        let bad = bad.trim_start_matches('v').split(' ').next().unwrap().to_owned();
        let actual = of_kind(&notes, FactKind::Avoid, |f| f.name.clone());
        tallies.entry("avoid").or_default().compare(&shown, &one(!bad.is_empty(), &bad), &actual);
        let images = jump.get("image_moved").and_then(Value::as_array).into_iter().flatten();
        let images: BTreeSet<String> = images
            .filter_map(|i| i.get("new")?.as_str())
            .map(|n| n.split(" (").next().unwrap().to_owned())
            .collect();
        let actual = of_kind(&notes, FactKind::ImageMoved, |f| f.new.clone());
        tallies.entry("image_moved").or_default().compare(&shown, &images, &actual);
        let acts = text("manual_action") != "n";
        let actual = if notes.summary.manual_action {
            let all: Vec<String> = notes
                .facts
                .iter()
                .filter(|f| f.kind == FactKind::ManualAction)
                .map(place)
                .collect();
            BTreeMap::from([("manual".to_owned(), all.join("\n              "))])
        } else {
            BTreeMap::new()
        };
        tallies.entry("manual_action").or_default().compare(&shown, &one(acts, "manual"), &actual);
        let values = notes.facts.iter().filter(|f| {
            matches!(
                f.kind,
                FactKind::ValueRemoved
                    | FactKind::ValueRenamed
                    | FactKind::ValueChanged
                    | FactKind::ValueAdded
            )
        });
        let values: Vec<String> = values
            .map(|f| {
                format!(
                    "{:?} {} → {}",
                    f.kind,
                    f.name.clone().unwrap_or_default(),
                    f.new.clone().unwrap_or_default()
                )
            })
            .collect();
        if std::env::var_os("REFIT_NOTES_VALUES").is_some() {
            println!("{shown}: values {values:?}; labelled {:?}", names(&jump, "config_changed"));
            println!(
                "   irreversible {:?} labelled {:?} remarks {:?}",
                notes.summary.irreversible,
                text("rollback"),
                notes.remarks.len()
            );
        }
    }
    let mut table = format!(
        "{:<22}{:>6}{:>7}{:>8}{:>11}{:>8}{:>6}\n",
        "", "true", "false", "missed", "precision", "recall", "F1"
    );
    for (kind, tally) in &tallies {
        let _ = writeln!(table, "{}", tally.row(kind));
    }
    for (kind, tally) in &tallies {
        if *kind != "env (all)" && !tally.lines.is_empty() {
            let _ = writeln!(table, "{kind}\n{}", tally.lines.join("\n"));
        }
    }
    println!("{table}\n{quotes} quotes verbatim, {questions} questions");
}

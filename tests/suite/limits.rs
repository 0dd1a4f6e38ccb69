//! What keeps a version back, and what is known without notes: the built program on copies of the
//! cases, with another configuration or other flags.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::refit;

/// Copies a case to a folder of its own.
fn case(name: &str) -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases").join(name);
    let to = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(&from) {
        let entry = entry.unwrap();
        let place = to.path().join(entry.path().strip_prefix(&from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place).unwrap();
        } else {
            fs::copy(entry.path(), &place).unwrap();
        }
    }
    to
}

/// Previews a copy of a case.
fn preview(case: &TempDir, arguments: &[&str]) -> Value {
    let fixed = ["preview", "repo", "--replay", "upstream", "--no-cache", "--format", "json"];
    let ran = refit(case.path(), &[&fixed, arguments].concat());
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// Returns the version that a unit moves to; `-` where it stays.
fn target(document: &Value, unit: &str) -> String {
    let upgrades = document["upgrades"].as_array().unwrap();
    let upgrade = upgrades.iter().find(|upgrade| upgrade["unit"] == unit);
    upgrade.map_or_else(|| "-".to_owned(), |upgrade| upgrade["to"].as_str().unwrap().to_owned())
}

/// Returns why the pins of a file stay, as codes and sentences.
fn held(document: &Value, file: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let held = document["held"].as_array().unwrap().iter();
    let held = held.filter(|held| held["pin"].as_str().unwrap().starts_with(file));
    held.map(|held| (text(&held["code"]), text(&held["message"]))).collect()
}

#[test]
fn a_version_waits_until_it_is_old_enough() {
    let case = case("stop-and-yanked");
    // The lamp's 2.1.0 is of the second of January, nine o'clock.
    for (age, now, expected) in [
        ("", "2026-01-02T10:00:00Z", "2.1.0"),
        ("3 days", "2026-01-02T10:00:00Z", "-"),
        ("3 days", "2026-01-05T08:59:00Z", "-"),
        ("3 days", "2026-01-05T09:00:00Z", "2.1.0"),
        ("12h", "2026-01-02T22:00:00Z", "2.1.0"),
    ] {
        let configuration = match age {
            "" => String::new(),
            age => format!("minimumReleaseAge: {age}\n"),
        };
        fs::create_dir_all(case.path().join("repo/.refit")).unwrap();
        fs::write(case.path().join("repo/.refit/config.yaml"), configuration).unwrap();
        let document = preview(&case, &["--now", now]);
        assert_eq!(target(&document, "image apps/lamp"), expected, "{age} {now}");
    }
}

#[test]
fn what_waits_says_for_what() {
    let case = case("stop-and-yanked");
    fs::create_dir_all(case.path().join("repo/.refit")).unwrap();
    let file = case.path().join("repo/.refit/config.yaml");
    fs::write(file, "minimumReleaseAge: 3 days\n").unwrap();
    let document = preview(&case, &["--now", "2026-01-02T10:00:00Z"]);
    let lamp = held(&document, "lamp.yaml");
    let said = lamp.iter().any(|(_, message)| message.contains("must be 72 hours old"));
    assert!(said, "{lamp:?}");
}

/// Returns the headings and the lines of code of a document.
fn outline(markdown: &str) -> (BTreeSet<String>, Vec<String>) {
    let headings = markdown.lines().filter(|line| line.starts_with('#')).map(str::to_owned);
    let mut code = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            code.push(line.to_owned());
        }
    }
    (headings.collect(), code)
}

#[test]
fn without_notes_the_data_and_the_runbook_stay() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refit(folder.path(), &["demo"]).code, 0);
    let explain = |arguments: &[&str]| {
        let fixed =
            ["explain", "teslamate", "-C", "refit-demo", "--replay", "refit-demo/.upstream"];
        let ran =
            refit(folder.path(), &[&fixed[..], &["--format", "markdown"], arguments].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        outline(&ran.out)
    };
    let (all, commands) = explain(&[]);
    let (fewer, same) = explain(&["--no-notes"]);
    let lost: Vec<&str> = all.difference(&fewer).map(String::as_str).collect();
    assert_eq!(lost, ["### What is required, and what is there", "### What the notes say"]);
    assert!(fewer.is_subset(&all), "{fewer:?}");
    assert!(fewer.contains("### Back the data up"), "{fewer:?}");
    assert!(same.iter().any(|line| line.contains("pg_dump")), "{same:?}");
    assert_eq!(same, commands);
}

#[test]
fn a_repository_that_went_away_with_nothing_new_is_a_step_by_hand() {
    let case = case("repository-gone-and-found");
    let index = case.path().join("upstream/charts.example/salvage/index.yaml");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace("2.0.1", "1.9.9")).unwrap();
    let arguments = ["preview", "repo", "--replay", "upstream", "--no-cache", "--format", "json"];
    let ran = refit(case.path(), &arguments);
    assert_eq!(ran.code, 2, "the look-up of one chart failed: {}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(target(&document, "chart apps/hull"), "1.1.0");
    let (code, message) = held(&document, "keel.yaml").remove(0);
    assert_eq!(code, "upstream-error");
    assert!(message.contains("by hand: take https://charts.example/wreck#keel from"), "{message}");
    assert!(message.contains("(keel.yaml:"), "{message}");
}

#[test]
fn a_stream_of_tags_that_stopped_is_asked_about_where_it_costs_little() {
    let case = case("tag-stream-stopped");
    let followed = preview(&case, &[]);
    assert_eq!(target(&followed, "image apps/gull"), "1.5.0");
    assert_eq!(followed["upgrades"][0]["pins"][0]["moved_to"], "ghcr.io/harbour-demo/gull");

    // Without a policy that says where the notes are, a preview of all asks for tags alone.
    fs::remove_dir_all(case.path().join("repo/.refit")).unwrap();
    let whole = preview(&case, &[]);
    assert_eq!(held(&whole, "gull.yaml")[0].0, "up-to-date");
    assert_eq!(whole["requests"]["total"], 2, "the tags of an image and of a chart");
    assert_eq!(preview(&case, &["--no-notes", "--release", "gull"])["requests"]["total"], 2);

    // A release that is looked at alone is worth a label, its releases and another registry.
    let alone = preview(&case, &["--release", "gull"]);
    let (code, message) = held(&alone, "gull.yaml").remove(0);
    assert_eq!(code, "may-have-moved", "{message}");
    assert!(message.contains("ghcr.io/harbour-demo/gull has `1.5.0`"), "{message}");
    assert!(message.contains("`1.4.0` is the same image at both"), "{message}");
    assert_eq!(alone["requests"]["total"], 7);

    // A fortnight after the release a slow build is no reason any more.
    let early = preview(&case, &["--release", "gull", "--now", "2025-07-15T08:59:00Z"]);
    assert_eq!(held(&early, "gull.yaml")[0].0, "up-to-date");
    let late = preview(&case, &["--release", "gull", "--now", "2025-07-15T09:00:00Z"]);
    assert_eq!(held(&late, "gull.yaml")[0].0, "may-have-moved");
}

//! Notes from outside: hostile text, huge text, and the command over files.

use std::fmt::Write as _;

use refit::notes::{Declared, FactKind, Kind, Notes, Source, read};

use crate::program::refit;

fn read_one(name: &str, text: String) -> Notes {
    read(&[Source { name: name.to_owned(), text }], "1.0.0", "2.0.0", Kind::App).unwrap()
}

/// Input that would take minutes if anything were quadratic, and end the
/// stack if anything recursed.
#[test]
fn hostile_notes_are_read_like_any_others() {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len() + 1);
    let mut nested = String::from("## 2.0.0\n\n");
    for depth in 0..1500 {
        let _ = writeln!(nested, "{}- item {depth}", " ".repeat(depth.min(600) * 2));
    }
    let mut table = String::from("## 2.0.0\n\n| Old name | New name |\n|---|---|\n");
    for row in 0..10_000 {
        let _ = writeln!(table, "| `OLD_NAME_{row}` | `NEW_NAME_{row}` |");
    }
    let inputs = [
        ("headings", many("## 2.0.0\n", 600_000)),
        ("levels", many("# a\n## b\n### c\n", 600_000)),
        ("quotes", format!("## 2.0.0\n{}", many(">", 300_000))),
        ("markers", format!("## 2.0.0\n{}", many("- ", 300_000))),
        ("nested", nested),
        ("table", table),
        ("brackets", format!("## 2.0.0\n{}", many("[", 300_000))),
        ("links", format!("## 2.0.0\n{}", many("[a](", 300_000))),
        ("ticks", format!("## 2.0.0\n{}", many("`` ` ", 300_000))),
        ("tags", format!("## 2.0.0\n{}", many("<a ", 300_000))),
        ("comments", format!("## 2.0.0\n{}", many("<!-- x ", 300_000))),
        ("fences", format!("## 2.0.0\n{}", many("```\nx\n", 300_000))),
        ("boxes", format!("## 2.0.0\n{}", many(":::warning\n", 300_000))),
        (
            "one line",
            format!("## 2.0.0\n{}", many("`A_B` must be set to no longer break. ", 600_000)),
        ),
        ("one sentence", format!("## 2.0.0\n{}", many("must be removed ", 600_000))),
        ("pipes", format!("## 2.0.0\n\n|a|\n|-|\n{}", many("|", 300_000))),
        ("versions", format!("## 2.0.0\n{}", many("v1.2.3 ", 300_000))),
        ("digits", format!("## 2.0.0\n{}", many("1.", 300_000))),
        ("nothing", String::new()),
        ("binary", "## 2.0.0\n\u{0}\u{1}\u{2}\u{3}\u{fffd}".to_owned()),
    ];
    for (name, text) in inputs {
        for file in ["CHANGELOG.md", "changes.rst", "changes.adoc"] {
            let notes = read_one(file, text.clone());
            assert_eq!(notes.schema_version, 1, "{name}");
        }
    }
}

/// Text that addresses a reader or hides from one is only ever quoted, and changes nothing else.
#[test]
fn hidden_and_commanding_text_says_nothing() {
    let text = "## 2.0.0\n\n\
        <!-- This is a breaking change: you must set `EVIL_KEY`. -->\n\n\
        - Fi\u{200b}x a typo, thanks @everyone (#1)\n\n\
        {/* BREAKING CHANGE: `EVIL_KEY` must be set */}\n\n\
        ```\nBREAKING CHANGE: you must set EVIL_KEY\n```\n";
    let notes = read_one("CHANGELOG.md", text.to_owned());
    assert_eq!(notes.facts, []);
}

#[test]
fn what_is_between_the_versions_counts_and_nothing_else() {
    let text = "# Changelog\n\n## [Unreleased]\n\n- **Breaking:** one\n\n## 2.1.0\n\n- **Breaking:** two\n\n\
        ## 2.0.0\n\n- **Breaking:** three\n\n## 2.0.0-rc.1\n\n- **Breaking:** four\n\n\
        ## 1.0.30\n\n- **Breaking:** five\n\n## 1.0.3\n\n- **Breaking:** six\n\n## 1.0.0\n\n- **Breaking:** seven\n";
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source], "1.0.3", "2.0.0", Kind::App).unwrap();
    let found: Vec<&str> = notes.facts.iter().map(|fact| fact.summary.as_str()).collect();
    assert_eq!(found, ["Breaking: five", "Breaking: three"]);
    assert_eq!(notes.versions, ["1.0.30", "2.0.0"]);
    assert!(notes.remarks.iter().any(|remark| remark.code == "not-released"));
}

#[test]
fn files_and_folders_become_a_briefing() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    file("v2.0.0.md", "# v2.0.0\n\n> [!WARNING]\n> The `SAIL_SIZE` variable has been removed.\n");
    file("v1.0.0.md", "# v1.0.0\n\nThe `SAIL_AREA` variable has been removed.\n");
    file("ship.yaml", "not: notes\n");
    let notes = |from: &str, more: &[&str]| {
        let all = [&["notes", ".", "--from", from, "--to", "2.0.0"], more].concat();
        refit(folder.path(), &all)
    };
    let text = notes("1.0.0", &[]).out;
    assert!(
        text.starts_with("1.0.0 → 2.0.0: breaking, though the notes do not call it so"),
        "{text}"
    );
    assert!(text.contains("v2.0.0.md:4: “The `SAIL_SIZE` variable has been removed.”"), "{text}");
    assert!(!text.contains("SAIL_AREA"), "{text}");
    let json = notes("1.0.0", &["--format", "json"]).out;
    let read: Notes = serde_json::from_str(&json).unwrap();
    assert!(read.facts.iter().any(|fact| fact.kind == FactKind::EnvRemoved));
    for (from, path, words) in [
        ("one", ".", "`one` is not a version"),
        ("3.0.0", ".", "3.0.0 comes after 2.0.0"),
        ("1.0.0", "none", "none cannot be read"),
        ("1.0.0", "empty", "empty holds no notes"),
    ] {
        std::fs::create_dir_all(folder.path().join("empty")).unwrap();
        let refused = refit(folder.path(), &["notes", path, "--from", from, "--to", "2.0.0"]);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{path}");
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    let silent = refit(folder.path(), &["notes", ".", "--from", "7.0.0", "--to", "8.0.0"]);
    assert_eq!(silent.code, 0);
    assert!(silent.out.starts_with("7.0.0 → 8.0.0: the notes say nothing of it"), "{}", silent.out);
    assert!(silent.out.contains("they tell of 1.0.0 to 2.0.0"), "{}", silent.out);
}

/// Reads a folder of files for an upgrade from one version to another, and shows the versions that
/// were found and what breaks.
fn breaks(files: &[(&str, &str)], from: &str, to: &str) -> (Vec<String>, Vec<String>) {
    let source =
        |(name, text): &(&str, &str)| Source { name: (*name).to_owned(), text: (*text).to_owned() };
    let sources: Vec<Source> = files.iter().map(source).collect();
    let notes = read(&sources, from, to, Kind::App).unwrap();
    let breaking = notes.facts.into_iter().filter(|fact| fact.kind == FactKind::Breaking);
    (notes.versions, breaking.map(|fact| format!("{} {}", fact.version, fact.summary)).collect())
}

#[test]
fn version_headings_are_read_in_every_shape() {
    for (name, text) in [
        (
            "CHANGELOG.md",
            "# Changelog\n\n## [2.0.0] - 2024-05-06\n\n- **Breaking:** it moved\n\n## [1.0.0]\n\n- a\n",
        ),
        ("CHANGELOG.md", "# v2.0.0\n\n- **Breaking:** it moved\n\n# v1.0.0\n\n- a\n"),
        (
            "CHANGELOG.md",
            "# [2.0.0](https://e.org/v1.0.0...v2.0.0) (2024-05-06)\n\n* **Breaking:** it moved\n\n## [1.0.0](https://e.org)\n\n* a\n",
        ),
        (
            "CHANGELOG.md",
            "## Ship 2.0.0 (6 May 2024)\n\n- **Breaking:** it moved\n\n## Ship 1.0.0\n\n- a\n",
        ),
        ("CHANGELOG.md", "**2.0.0**\n\n- **Breaking:** it moved\n\n**1.0.0**\n\n- a\n"),
        (
            "CHANGELOG",
            "2.0.0 (2024-05-06)\n==================\n\n- **Breaking:** it moved\n\n1.0.0 (2023-05-06)\n==================\n\n- a\n",
        ),
        (
            "NEWS.rst",
            "Ship 2.0.0\n----------\n\n* **Breaking:** it moved\n\nShip 1.0.0\n----------\n\n* a\n",
        ),
        ("changes.adoc", "= Changes\n\n== 2.0.0\n\n* *Breaking:* it moved\n\n== 1.0.0\n\n* a\n"),
        (
            "CHANGELOG.md",
            "## 2.0.0\u{a0}-\u{a0}2024-05-06\n\n-\u{a0}**Breaking:** it moved\n\n## 1.0.0\n\n- a\n",
        ),
        (
            "CHANGELOG.md",
            "\u{feff}## 2.0.0\r\n\r\n- **Breaking:** it moved\r\n\r\n## 1.0.0\r\n\r\n- a\r\n",
        ),
        (
            "CHANGELOG.md",
            "## [Unreleased]\n\n- **Breaking:** later\n\n## 2.0.0\n\n- **Breaking:** it moved\n\n## 2.0.0-rc.1\n\n- **Breaking:** a trial\n",
        ),
        ("releases/v2.0.0.md", "A fine release.\n\n- **Breaking:** it moved\n"),
        ("docs/upgrading/1.0-2.0.0.md", "# Upgrading\n\n- **Breaking:** it moved\n"),
        (
            "docs/upgrade.md",
            "# Upgrade guide\n\n## From 1.x to 2.0.0\n\n- **Breaking:** it moved\n\n## From 0.x to 1.x\n\n- **Breaking:** old\n",
        ),
        (
            "docs/upgrade.md",
            "---\ntitle: \"Migrating to 2.0.0\"\n---\n\n- **Breaking:** it moved\n",
        ),
    ] {
        let (versions, breaking) = breaks(&[(name, text)], "1.0.0", "2.0.0");
        assert_eq!(versions, ["2.0.0"], "{name}: {text}");
        assert_eq!(breaking.len(), 1, "{name}: {breaking:?}");
        assert!(breaking[0].ends_with("Breaking: it moved"), "{name}: {breaking:?}");
    }
}

#[test]
fn either_end_may_be_partial() {
    let text = "## 2.1.0\n\n- **Breaking:** d\n\n## 2.0.1\n\n- **Breaking:** c\n\n## 2.0.0\n\n- **Breaking:** b\n\n\
        ## 1.14.2\n\n- **Breaking:** a\n\n## 1.14.0\n\n- **Breaking:** z\n";
    for (from, to, expected) in [
        ("1.14", "2.0", vec!["2.0.0", "2.0.1"]),
        ("1.14.0", "2.0.0", vec!["1.14.2", "2.0.0"]),
        ("1.x", "2.x", vec!["2.0.0", "2.0.1", "2.1.0"]),
        ("v1.14.2", "v2.0.0", vec!["2.0.0"]),
        ("ship-1.14.2", "ship-2.0.0", vec!["2.0.0"]),
        ("2.1.0", "2.1.0", vec![]),
        ("2.1.0", "3.0.0", vec![]),
    ] {
        let (versions, breaking) = breaks(&[("CHANGELOG.md", text)], from, to);
        assert_eq!(versions, expected, "{from} {to}");
        assert_eq!(breaking.len(), expected.len(), "{from} {to}");
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_versions() {
    let files = [
        ("releases/v1.10.0.md", "- **Breaking:** ten\n"),
        ("releases/v1.9.0.md", "- **Breaking:** nine\n"),
        ("releases/v1.8.0.md", "- **Breaking:** eight\n"),
        ("releases/v1.10.0-beta.1.md", "- **Breaking:** a trial\n"),
        ("releases/CHANGELOG-desktop.md", "## 1.9.5\n\n- **Breaking:** another program\n"),
        ("releases/README.md", "# Releases\n\nEach has a file.\n"),
        ("upgrading-from-1.8.md", "- **Breaking:** leaving\n"),
    ];
    let (versions, breaking) = breaks(&files, "1.8.0", "1.10.0");
    assert_eq!(versions, ["1.9.0", "1.10.0"]);
    assert_eq!(
        breaking,
        ["1.9.0 Breaking: nine", "1.10.0 Breaking: ten", "1.10.0 Breaking: leaving"]
    );
}

#[test]
fn notes_without_an_answer_say_so() {
    let codes = |name: &str, text: &str| -> Vec<String> {
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
        assert_eq!(notes.facts, [], "{text}");
        assert_eq!(notes.summary.declared, Declared::None);
        notes.remarks.into_iter().map(|remark| remark.code).collect()
    };
    assert_eq!(codes("CHANGELOG.md", ""), ["no-version", "nothing-found"]);
    assert_eq!(
        codes("CHANGELOG.md", "# Changelog\n\nIt breaks.\n"),
        ["no-version", "nothing-found"]
    );
    assert_eq!(codes("CHANGELOG.md", "## 0.9.0\n\n- **Breaking:** old\n"), ["nothing-found"]);
    assert_eq!(codes("CHANGELOG.md", "## 1.5.0\n\n- a\n"), ["no-section", "starts-late"]);
}

/// Prints how fast notes are read; `cargo test --release -- --ignored --nocapture speed`.
#[test]
#[ignore = "measures; says nothing in a debug build"]
fn speed_of_reading() {
    let mut text = String::from("# Changelog\n");
    let mut minor = 0;
    while text.len() < 20_000_000 {
        minor += 1;
        let _ = write!(text, "\n## [1.{minor}.0] - 2024-01-30\n\n### Features\n\n");
        for entry in 0..40 {
            let _ = writeln!(
                text,
                "- **core:** add a better way to draw the chart of area {entry} ([#{minor}](https://example.org/pull/{minor})) ([abc{entry}](https://example.org/commit/abc{entry}))"
            );
        }
        text.push_str("\n### Bug Fixes\n\n");
        for entry in 0..40 {
            let _ = writeln!(
                text,
                "* Fix the removal of entry {entry} when the default value must be read again (#{minor}{entry})"
            );
        }
        text.push_str("\n### Upgrade notes\n\nThe `SHIP_NAME` variable has been renamed to `SHIP_TITLE`. You must set it before upgrading.\n");
    }
    let source = [Source { name: "CHANGELOG.md".to_owned(), text }];
    for (from, to) in [("1.0.0", "1.1.0"), ("0.0.0", "99.0.0")] {
        let start = std::time::Instant::now();
        let notes = read(&source, from, to, Kind::App).unwrap();
        println!(
            "{from} → {to}: {:.2} s, {} versions, {} facts",
            start.elapsed().as_secs_f64(),
            notes.versions.len(),
            notes.facts.len()
        );
    }
}

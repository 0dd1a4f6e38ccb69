//! Whole readings: notes as projects write them, and what is read from them.
//!
//! The notes here are our own, about ships. Each is in the manner of a kind of project: a
//! changelog kept by hand, one made from commits, an upgrade guide, the `UPGRADE` page of a chart.

use proptest::prelude::*;

use super::*;

/// Reads notes for an upgrade from 1.0.0 to 2.0.0, and shows each fact but the breaking ones in a
/// few words.
fn facts(kind: Kind, text: &str) -> (Declared, Vec<String>) {
    let source = Source { name: "CHANGELOG.md".to_owned(), text: format!("## 2.0.0\n\n{text}\n") };
    let notes = read(&[source], "1.0.0", "2.0.0", kind).unwrap();
    let shown = |fact: &Fact| {
        let kind = serde_json::to_value(fact.kind).unwrap();
        let parts = [&fact.name, &fact.new, &fact.component, &fact.range];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        format!("{} {}", kind.as_str().unwrap(), parts.join(" ")).trim_end().to_owned()
    };
    let quiet = [FactKind::Breaking, FactKind::ManualAction, FactKind::Deprecated];
    let facts = notes.facts.iter().filter(|fact| !quiet.contains(&fact.kind)).map(shown).collect();
    (notes.summary.declared, facts)
}

fn check(kind: Kind, text: &str, declared: Declared, expected: &[&str]) {
    let (found, facts) = facts(kind, text);
    assert_eq!(
        (found, facts),
        (declared, expected.iter().map(ToString::to_string).collect()),
        "{text}"
    );
}

#[test]
fn what_breaks_is_found_without_the_word() {
    for text in [
        "### Changed\n\n- A lost compass now prevents the start.",
        "### Bug Fixes\n\n* rename `SHIP_SAIL` env variable to `SHIP_CANVAS` ([abc1234](https://e.org/commit/abc1234))",
        "### Features\n\n* drop support for wooden hulls ([abc1234](https://e.org/commit/abc1234))",
        "### Other\n\n* remove unloved env variables of the anchor ([abc1234](https://e.org/commit/abc1234))",
        "The yard drops support for wooden hulls.",
        "A berth must be given with the `BERTH_NAME` variable.",
        "The default port is now 2000 instead of 1000.",
        "The bell no longer accepts plain numbers.",
        "This release requires PostgreSQL 16 or newer.",
        "The path to the mooring has moved.",
    ] {
        assert_eq!(facts(Kind::App, text).0, Declared::Implicit, "{text}");
    }
}

#[test]
fn what_is_called_breaking_is_found_in_all_its_places() {
    for text in [
        "### Breaking changes\n\n- The rudder is on the other side",
        "### ⚠ BREAKING CHANGES\n\n* **deck:** the rudder is on the other side",
        "### :boom: Breaking changes & Deprecations\n\n- Use a new rudder",
        "* BREAKING\n  * The rudder is on the other side (#12)",
        "- feat(deck)!: move the rudder (#12)",
        "- [BREAKING] Move the rudder (#12)",
        "- 💥 Move the rudder",
        "**Beware, a breaking release:** the rudder moved.",
        "These are the breaking changes of the season:\n\n1. The rudder may be on the other side.",
        "### Rudder\n\n> ⚠️ Breaking change\n\nIt is on the other side.",
        "### Potentially breaking: the rudder\n\nIt is on the other side.",
    ] {
        assert_eq!(facts(Kind::App, text).0, Declared::Explicit, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_break_is_none() {
    for text in [
        "### Breaking changes\n\n### Features\n\n- A flag",
        "### Breaking changes\n\nNone.",
        "### Breaking changes & Deprecations\n\n- Deprecate `SHIP_SAIL` in favour of `SHIP_CANVAS`.",
        "No ship will see any breaking changes this time.",
        "- Fix: keep non-breaking spaces in the log (#12)",
        "- Fix: handle breaking change of the map library (#12)",
        "### Bug Fixes\n\n* Fixed a crash: the ship no longer returns an error",
        "### Mobile\n\n- **Breaking:** the old mobile app can no longer land",
        "- Breaking: old mobile apps must be updated first",
        "Wooden hulls will be dropped soon. Please change yours before updating to the next version.",
        "### Upcoming\n\n- Breaking: sails will be removed",
        "The `SHIP_SAIL` variable will be removed in 3.0.0.",
        "### Documentation\n\n- docs: rename the harbour",
        "- build(deps): bump rope from 1.0.0 to 2.0.0 (#12)",
        "- Drop support for Python 2.6 (#12)",
        "The log book is copied to new paper by itself, which takes a while.",
        "Due to breaking changes in the Weather API, forecasts come from elsewhere now.",
    ] {
        assert_eq!(facts(Kind::App, text).0, Declared::None, "{text}");
    }
}

#[test]
fn variables_are_read_from_sentences_lists_and_tables() {
    let declared = Declared::Implicit;
    check(
        Kind::App,
        "The `SHIP_SECRET` variable is now mandatory.\n\n\
         The following variables have been removed:\n\n- `SHIP_OAR`: no one rows\n- `SHIP_SCULL`\n\n\
         | Old setting | New setting |\n|---|---|\n| `SHIP_SAIL` | `SHIP_CANVAS` |\n",
        declared,
        &[
            "env-required SHIP_SECRET",
            "env-removed SHIP_OAR",
            "env-removed SHIP_SCULL",
            "env-renamed SHIP_SAIL SHIP_CANVAS",
        ],
    );
    check(
        Kind::App,
        "`SHIP_SAIL` becomes `SHIP_CANVAS`, and its value `cloth` is written `linen`.\n\n\
         Add `SHIP_CANVAS` and `SHIP_ROPE` variables.\n",
        declared,
        &["env-renamed SHIP_SAIL SHIP_CANVAS", "env-added SHIP_ROPE"],
    );
    check(
        Kind::App,
        "All rig variables were dropped in favour of the `SHIP_RIG` setting.\n\n\
         | Removed variable | Replacement in `SHIP_RIG` |\n|---|---|\n| `SHIP_MAST` | `mast=<value>` |\n\n\
         The old variables will still work until spring.\n",
        Declared::None,
        &["env-deprecated SHIP_MAST", "env-added SHIP_RIG"],
    );
    check(
        Kind::App,
        "The pilot reads the `SHIP_SECRET` as well. From now on this environment variable is required there.",
        declared,
        &["env-required SHIP_SECRET"],
    );
    check(
        Kind::App,
        "Behind a lock you might need to set `SHIP_LOCK`. To use the crane, `SHIP_CRANE` must be set.",
        Declared::None,
        &[],
    );
}

#[test]
fn a_prefix_that_a_table_drops_is_put_back() {
    let text = "| Old | New |\n|---|---|\n\
        | `MAST_HEIGHT` | [`MAST_LENGTH`](settings.md#SHIP_MAST_LENGTH) |\n| `MAST_DELAY` | _Removed_ |\n\n\
        `SHIP_NAME`, `SHIP_FLAG`, `SHIP_PORT` and `SHIP_CREW` are as before.\n";
    check(
        Kind::App,
        text,
        Declared::Implicit,
        &["env-removed SHIP_MAST_DELAY", "env-renamed SHIP_MAST_HEIGHT SHIP_MAST_LENGTH"],
    );
}

#[test]
fn values_of_charts_are_read() {
    let text = "- `podContext` has been moved to `defaults.podContext`.\n- `nightLights` is now disabled by default.\n\
        - The chart no longer supports `rope.enabled` and `rope.length`.\n- It asks for a minimum K8s version of `1.19`.\n";
    check(
        Kind::Chart,
        text,
        Declared::Implicit,
        &[
            "requires Kubernetes >=1.19",
            "value-removed rope.enabled",
            "value-removed rope.length",
            "value-renamed podContext defaults.podContext",
            "value-changed nightLights",
        ],
    );
}

#[test]
fn a_first_heading_among_others_is_no_title() {
    let text = "### Breaking changes\n\n_No breaking changes._\n\n### Features\n\n- Feature: sails can be sorted by colour\n";
    let source = Source { name: "releases/v2.0.0.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
    assert_eq!(notes.summary.declared, Declared::None, "{:?}", notes.facts);
}

#[test]
fn what_was_asked_for_before_does_not_break() {
    let text = "PostgreSQL is needed in version 16.7 or newer. This has not changed since 1.0.0.";
    check(Kind::App, text, Declared::None, &["requires PostgreSQL >=16.7"]);
    let text = "- Requires harbour-platform 2.0.0 or newer.";
    assert_eq!(facts(Kind::Chart, text).1, ["requires harbour-platform >=2.0.0"]);
}

#[test]
fn what_concerns_only_what_came_before_the_start_is_nothing() {
    let old = "- A ship older than v0.9.0 must be upgraded to v0.9.0 first, otherwise it sinks.";
    check(Kind::App, old, Declared::None, &[]);
    let new = "- A ship older than v1.5.0 must be upgraded to v1.5.0 first, otherwise it sinks.";
    assert_eq!(facts(Kind::App, new).0, Declared::Implicit);
}

#[test]
fn requirements_stops_and_the_way_back_are_read() {
    check(
        Kind::App,
        "We require PostgreSQL 12.4 or 13.2 or later. You must be on Lighthouse 1.9.7 before updating to 2.0.0. \
         A second ship is the only way to go back. Do not deploy `v1.9.9`, it leaks.",
        Declared::Implicit,
        &["stop-at 1.9.7", "irreversible", "avoid 1.9.9", "requires PostgreSQL >=12.4 || >=13.2"],
    );
    check(Kind::App, "Going back is easy, and supported.", Declared::None, &[]);
    check(Kind::App, "You must upgrade to PostgreSQL 16.1 first.", Declared::Implicit, &[]);
}

#[test]
fn in_a_list_of_changes_only_what_stands_beside_is_required() {
    let declared = Declared::Implicit;
    check(
        Kind::App,
        "- Raise the minimum Kubernetes version to 1.25 (#12)\n- Raise the minimum Knotlib version to 3.13 (#13)\n",
        declared,
        &["requires Kubernetes >=1.25"],
    );
    check(Kind::App, "This release requires Knotlib 3.13.", declared, &["requires Knotlib >=3.13"]);
}

#[test]
fn moved_images_are_read_from_words_diffs_and_pairs() {
    for text in [
        "The docker image has moved from `old-yard/ship` to `ghcr.io/harbour/ship`.",
        "```diff\n-  image: old-yard/ship:1.0\n+  image: ghcr.io/harbour/ship:2.0\n```",
        "Before:\n\n```yaml\nimage: old-yard/ship:1.0\n```\n\nAfter:\n\n```yaml\nimage: ghcr.io/harbour/ship:2.0\n```",
    ] {
        check(Kind::App, text, Declared::None, &["image-moved old-yard/ship ghcr.io/harbour/ship"]);
    }
    for text in [
        "The source code has moved from github.com/old-yard/ship to github.com/harbour/ship.",
        "```diff\n-  image: old-yard/ship:1.0\n+  image: old-yard/ship:2.0\n```",
        "The image is now based on debian/bookworm.",
    ] {
        check(Kind::App, text, Declared::None, &[]);
    }
}

#[test]
fn a_version_that_takes_another_back_leaves_nothing() {
    let text = "# Upgrade\n\n## From 2.x to 3.x\n\nThis version removes `rope.enabled`.\n\n\
        ## From 1.x to 2.x\n\nThis version removes the `sail.enabled` value.\n";
    let source = |text: &str| Source { name: "UPGRADE.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source(text)], "1.x", "3.x", Kind::Chart).unwrap();
    assert_eq!(notes.versions, ["2", "3"]);
    assert!(notes.summary.breaking);
    let text = text.replace("This version removes `rope.enabled`.", "v3 reverts the v2 version.");
    let notes = read(&[source(&text)], "1.x", "3.x", Kind::Chart).unwrap();
    assert!(!notes.summary.breaking, "{:?}", notes.facts);
    assert!(notes.remarks.iter().any(|remark| remark.code == "undone"));
    assert!(read(&[source(&text)], "1.x", "2.x", Kind::Chart).unwrap().summary.breaking);
}

#[test]
fn a_yanked_version_is_avoided_even_when_passed_over() {
    let text = "## 2.0.1\n\nHotfix.\n\n## 2.0.0 - 2024-01-30 **YANKED**\n\n- A sail\n";
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    for to in ["2.0.0", "2.0.1"] {
        let notes = read(std::slice::from_ref(&source), "1.0.0", to, Kind::App).unwrap();
        assert_eq!(notes.summary.avoid, ["2.0.0"]);
    }
}

#[test]
fn the_same_thing_said_twice_is_one_fact_with_two_quotes() {
    let text = "## 2.0.0\n\n### Breaking changes\n\n- Move the rudder (#12)\n\n### All changes\n\n- Move the sail (#13)\n\n\
        ### Breaking changes again\n\n- Move the rudder (#12)\n";
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
    let lines: Vec<Vec<usize>> =
        notes.facts.iter().map(|fact| fact.evidence.iter().map(|e| e.line).collect()).collect();
    assert_eq!(lines, [[5, 13]]);
}

#[test]
fn of_several_minimums_the_highest_counts() {
    let text = "## 2.0.0\n\nThis release requires PostgreSQL 16 or newer.\n\n## 1.5.0\n\nThis release requires PostgreSQL 14 or newer.\n";
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
    let requires: Vec<&Fact> =
        notes.facts.iter().filter(|fact| fact.kind == FactKind::Requires).collect();
    assert_eq!(requires.len(), 1);
    assert_eq!(
        (requires[0].range.as_deref(), requires[0].version.as_str()),
        (Some(">=16"), "2.0.0")
    );
    assert_eq!(requires[0].evidence.len(), 2);
}

#[test]
fn a_minimum_that_was_asked_for_before_is_nothing_new() {
    let ask = |minimum: &str| {
        format!(
            "Ensure that your yard is running Kubernetes {minimum} or later before upgrading.\n\n"
        )
    };
    for (before, after, breaking) in [("1.25", "1.25", false), ("1.21", "1.25", true)] {
        let text = format!("## 2.0.0\n\n{}## 1.0.0\n\n{}", ask(after), ask(before));
        let source = Source { name: "CHANGELOG.md".to_owned(), text };
        let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
        assert!(notes.facts.iter().any(|fact| fact.kind == FactKind::Requires));
        assert_eq!(notes.summary.breaking, breaking, "{before} {after}");
    }
}

#[test]
fn a_release_may_point_to_its_pre_releases() {
    let notes = |words: &str| {
        let text = format!(
            "## 2.0.0\n\n{words}\n\n## 2.0.0rc1\n\n- **Breaking:** a new rudder\n\n## 1.0.0\n\n- a\n"
        );
        let source = Source { name: "CHANGELOG.md".to_owned(), text };
        read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap()
    };
    let pointing = notes("Nothing has changed since 2.0.0rc1.");
    assert_eq!(pointing.facts.first().map(|fact| fact.version.as_str()), Some("2.0.0"));
    assert!(pointing.remarks.is_empty(), "{:?}", pointing.remarks);
    let silent = notes("Nothing has changed.");
    assert_eq!(silent.facts, []);
    assert_eq!(silent.remarks.first().map(|remark| remark.code.as_str()), Some("not-released"));
}

#[test]
fn a_heading_in_a_box_ends_with_it() {
    let text = "```{Attention}\n**Breaking Changes**\n - The rudder is on the other side.\n```\n\n - A new sail\n";
    let source = Source { name: "NEWS.md".to_owned(), text: format!("## 2.0.0\n\n{text}") };
    let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
    let found: Vec<&str> = notes.facts.iter().map(|fact| fact.summary.as_str()).collect();
    assert_eq!(found, ["The rudder is on the other side."]);
}

#[test]
fn facts_are_a_json_contract() {
    let text = "## 2.0.0\n\n- **Breaking:** rename `SHIP_SAIL` to `SHIP_CANVAS`\n";
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    let notes = read(&[source], "1.0.0", "2.0.0", Kind::App).unwrap();
    let json = serde_json::to_value(&notes).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["summary"]["declared"], "explicit");
    let fact = &json["facts"][1];
    assert_eq!(fact["kind"], "env-renamed");
    assert_eq!((&fact["old"], &fact["new"]), (&"SHIP_SAIL".into(), &"SHIP_CANVAS".into()));
    assert_eq!(fact["component"], serde_json::Value::Null);
    assert_eq!(fact["confidence"], "high");
    assert_eq!(fact["evidence"][0]["line"], 3);
    assert_eq!(serde_json::from_value::<Notes>(json).unwrap(), notes);
}

#[test]
fn a_version_that_is_none_is_an_error() {
    assert_eq!(read(&[], "main", "2.0.0", Kind::App), Err(ReadError::Version("main".to_owned())));
    let nothing = read(&[], "1", "2", Kind::App).unwrap();
    assert_eq!(nothing.remarks.first().map(|remark| remark.code.as_str()), Some("nothing-found"));
}

/// Pieces that notes are made of, for properties: markup, version headings, rule words, names.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~\u{a0}é→“\u{200b}]{0,20}",
        Just("\n".to_owned()),
        Just("\n## 2.0.0\n".to_owned()),
        Just("\n### Breaking changes\n\n- ".to_owned()),
        Just("> [!WARNING]\n> ".to_owned()),
        Just("`SHIP_SAIL` has been renamed to `SHIP_CANVAS`".to_owned()),
        Just("| `A_B` | `C_D` |\n|---|---|\n| `A_B` | `C_D` |\n".to_owned()),
        Just("you must set **`A_B`**, no longer supported. ".to_owned()),
        Just("```diff\n- image: a/b\n+ image: c/d\n```\n".to_owned()),
        Just("requires PostgreSQL 16\r\n".to_owned()),
        Just("[link](x#Y_Z) ![badge](b) <!-- c -->".to_owned()),
    ]
}

proptest! {
    #[test]
    fn every_quote_stands_in_its_line(pieces in prop::collection::vec(piece(), 0..40), extension in "md|rst|adoc") {
        let name = format!("CHANGELOG.{extension}");
        let source = Source { name, text: format!("## 2.0.0\n\n{}", pieces.concat()) };
        for kind in [Kind::App, Kind::Chart] {
            let notes = read(std::slice::from_ref(&source), "1.0.0", "2.0.0", kind).unwrap();
            prop_assert_eq!(notes.summary.breaking, notes.facts.iter().any(|fact| fact.kind == FactKind::Breaking));
            for fact in notes.facts.iter().chain(&notes.questions) {
                prop_assert!(!fact.evidence.is_empty());
                for evidence in &fact.evidence {
                    let line = source.text.split('\n').nth(evidence.line - 1).unwrap_or_default();
                    prop_assert!(line.contains(&evidence.quote), "{:?} in {:?}", evidence, line);
                }
            }
        }
    }
}

//! Briefings on notes of our own, as a terminal and a pull request show them.

use super::*;
use crate::notes::{self, Source};
use crate::upgrade::{Here, Noted};

const NOTES: &str = "\
# 3.1.0

## Breaking changes

- The variable `LANTERN_PORT` has been renamed to `LANTERN_LISTEN_PORT`.
- The variable `LANTERN_CACHE` has been removed.

# 3.0.0

## Breaking changes

- Drop support for the old export format
- Remove `LANTERN_CACHE` from your environment before upgrading.

## Features

- New variable `LANTERN_THEME` to choose colours
";

/// Returns what a pipe shows.
fn plain(briefing: &Briefing, all: bool) -> String {
    anstream::adapter::strip_str(&briefing_text(briefing, all)).to_string()
}

/// Briefs on [`NOTES`] for a release that sets `LANTERN_PORT` alone.
fn briefing(notes: &str) -> Briefing {
    let source = Source { name: "notes.md".into(), text: notes.into() };
    let read = notes::read(&[source], "2.0.0", "3.1.0", Kind::App).unwrap();
    let remarks = read.remarks.into_iter().filter(|remark| !remark.evidence.is_empty());
    let noted = |remark| Noted { of: Kind::App, remark, links: vec![None] };
    let remarks = remarks.map(noted).collect();
    let told = read.facts.into_iter().map(|fact| {
        let here = match (fact.kind, fact.old.as_ref().or(fact.name.as_ref())) {
            (_, Some(name)) if name == "LANTERN_PORT" => Some(HereOutcome::Edit),
            (FactKind::EnvRemoved, _) => Some(HereOutcome::Unset),
            _ => None,
        };
        let here = here.map(|outcome| Here { outcome, text: "so".into(), position: None });
        Told {
            of: Kind::App,
            reading: 0,
            links: vec![None],
            here: here.into_iter().collect(),
            fact,
        }
    });
    Briefing { told: told.collect(), remarks, ..Briefing::default() }
}

#[test]
fn what_breaks_stands_by_version_and_each_passage_once() {
    let text = plain(&briefing(NOTES), false);
    let expected = "  in 3.0.0:
    breaking: Drop support for the old export format
  in 3.1.0:
    breaking, variable renamed: LANTERN_PORT → LANTERN_LISTEN_PORT
      → edited: so
  2 more about what is not set here; `refit explain` tells them
";
    assert_eq!(text, expected);
}

#[test]
fn all_of_it_is_told_with_quotes_when_asked_for() {
    let text = plain(&briefing(NOTES), true);
    for part in [
        "of no matter here, in 3.0.0:\n    breaking, to do, variable removed: LANTERN_CACHE\n",
        "\n      notes.md:5: “The variable `LANTERN_PORT` has been renamed",
        "variable added: LANTERN_THEME",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn many_breaking_changes_are_folded_and_none_is_lost() {
    let items = (0..40).map(|item| format!("- Drop support for the export format number {item}\n"));
    let items = items.collect::<String>();
    let mut notes = format!("# 3.1.0\n\n## Breaking changes\n\n{items}");
    notes.push_str("- The variable `LANTERN_PORT` has been renamed to `LANTERN_LISTEN_PORT`.\n");
    let briefing = briefing(&notes);
    let text = plain(&briefing, false);
    assert!(text.contains("32 more that break something or ask for something"), "{text}");
    assert!(text.contains("renamed: LANTERN_PORT"), "{text}");
    let laid = lay(&briefing);
    let mut first = laid.first;
    let overflow = markdown::cut_to(&mut first, 25);
    let count = |groups: &[Group<'_>]| groups.iter().map(|g| g.points.len()).sum::<usize>();
    assert_eq!((count(&first), count(&overflow)), (26, 15));
}

#[test]
fn a_guide_to_3_and_the_notes_of_3_0_0_are_one_group_and_odd_versions_come_last() {
    let briefing = briefing(NOTES);
    let mut told = briefing.told;
    let any = told[0].clone();
    for version in ["3", "someday", "2.9"] {
        let mut other = any.clone();
        other.fact.version = version.into();
        other.fact.evidence[0].line = told.len() + 100;
        told.push(other);
    }
    let points = told.iter().map(|told| Point { kinds: vec![told.fact.kind], told, folded: false });
    let groups = groups(points.collect());
    let versions: Vec<&str> = groups.iter().map(|group| group.version).collect();
    assert_eq!(versions, ["2.9", "3.0.0", "3.1.0", "someday"]);
}

#[test]
fn what_breaks_beside_an_unset_name_is_not_folded_with_it() {
    let table = [
        // The bullet, and what a preview shows of it.
        ("The variable `LANTERN_CACHE` has been removed.", ""),
        (
            "The variable `LANTERN_CACHE` has been removed, and SQLite is no longer supported.",
            "breaking: The variable `LANTERN_CACHE` has been removed, and SQLite",
        ),
        (
            "Drop support for the v1 API. The variable `LANTERN_CACHE` has been removed.",
            "breaking: Drop support for the v1 API. The variable",
        ),
        (
            "Remove `LANTERN_CACHE` before upgrading; you must rebuild the index by hand.",
            "breaking, to do: Remove `LANTERN_CACHE` before upgrading; you must",
        ),
        (
            "The variable `LANTERN_PORT` has been renamed to `LANTERN_LISTEN_PORT`, and the v1 API was removed.",
            "breaking: The variable `LANTERN_PORT` has been renamed to `LANTERN_LISTEN_PORT`, and the v1",
        ),
    ];
    for (bullet, shown) in table {
        let notes = format!("# 3.1.0\n\n## Breaking changes\n\n- {bullet}\n");
        let text = plain(&briefing(&notes), false);
        assert!(text.contains(shown), "{bullet}\n{text}");
        let folded = text.contains("1 more about what is not set here");
        assert_eq!(folded, bullet.contains("CACHE"), "{bullet}\n{text}");
        assert_eq!(
            text.matches(": The variable `LANTERN_CACHE`").count(),
            usize::from(shown.contains("SQLite")),
            "{text}"
        );
    }
}

#[test]
fn a_default_that_changes_and_a_break_with_a_way_out_concern_whoever_sets_nothing() {
    let mut briefing = briefing(
        "# 3.1.0\n\n## Breaking changes\n\n- The variable `LANTERN_CACHE` has been removed.\n",
    );
    let text = plain(&briefing, false);
    assert!(!text.contains("LANTERN_CACHE"), "{text}");
    let named = |told: &&mut Told| told.fact.kind == FactKind::EnvRemoved;
    let told = briefing.told.iter_mut().find(named).unwrap();
    told.fact.kind = FactKind::EnvChanged;
    let text = plain(&briefing, false);
    assert!(text.contains("breaking, variable changed: LANTERN_CACHE"), "{text}");
    let told =
        briefing.told.iter_mut().find(|told| told.fact.kind == FactKind::EnvChanged).unwrap();
    told.fact.kind = FactKind::EnvAdded;
    told.here.clear();
    let text = plain(&briefing, false);
    assert!(text.contains("breaking, variable added: LANTERN_CACHE"), "{text}");
}

#[test]
fn the_notes_of_two_images_do_not_mix() {
    let mut briefing = briefing(NOTES);
    let alone = plain(&briefing, true);
    let reading = |subject: &str| Reading {
        pins: Vec::new(),
        of: Kind::App,
        subject: subject.into(),
        from: "2.0.0".into(),
        to: "3.1.0".into(),
        homes: Vec::new(),
        notes: notes::read(&[], "2.0.0", "3.1.0", Kind::App).unwrap(),
        links: std::collections::BTreeMap::new(),
        moved: None,
        published: None,
        remarks: Vec::new(),
    };
    briefing.readings = vec![reading("lamp"), reading("wick")];
    let second = briefing.told.clone().into_iter().map(|told| Told { reading: 1, ..told });
    briefing.told.extend(second.collect::<Vec<_>>());
    let both = plain(&briefing, true);
    assert_eq!(both.matches("breaking").count(), 2 * alone.matches("breaking").count(), "{both}");
    assert!(both.contains("in 3.0.0 of lamp:") && both.contains("in 3.0.0 of wick:"), "{both}");
    assert!(!alone.contains("in 3.0.0 of "), "one whose notes are alone needs no name: {alone}");
}

#[test]
fn a_bare_heading_is_no_point_beside_what_it_heads() {
    let bare = "# 3.0.0\n\n## Action required\n\n- You must set `LANTERN_KEY` before upgrading.\n";
    let text = plain(&briefing(bare), true);
    assert!(!text.contains(": Action required\n"), "{text}");
    assert!(text.contains("LANTERN_KEY"), "{text}");
}

#[test]
fn known_issues_are_folded_and_a_licence_is_told() {
    let notes = "# 3.1.0\n\nThe lamp changed its license from MIT to AGPL-3.0.\n\n\
        ## Known issues\n\n- The light of @keeper flickers.\n";
    let mut briefing = briefing(notes);
    let text = plain(&briefing, false);
    assert!(text.contains("licence 3.1.0: The lamp changed its license"), "{text}");
    assert!(text.contains("1 more that are known not to work"), "{text}");
    assert!(plain(&briefing, true).contains("known issue 3.1.0: The light"), "{text}");
    briefing.readings.push(Reading {
        pins: Vec::new(),
        of: Kind::App,
        subject: "lamp".into(),
        from: "2.0.0".into(),
        to: "3.1.0".into(),
        homes: Vec::new(),
        notes: notes::read(&[], "2.0.0", "3.1.0", Kind::App).unwrap(),
        links: std::collections::BTreeMap::new(),
        moved: None,
        published: None,
        remarks: Vec::new(),
    });
    let (shown, folded) = briefing_markdown(&briefing);
    assert!(shown.contains("- **licence** 3\\.1.0: “The lamp changed its license"), "{shown}");
    assert!(folded.contains("<details><summary>Known issues: 1</summary>"), "{folded}");
    assert!(folded.contains("flickers.” (`notes.md:7`)"), "{folded}");
    assert!(!folded.contains("of @keeper"), "a mention is neutral: {folded}");
}

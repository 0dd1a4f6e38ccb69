//! Facts met with repositories: names of releases written anew, and taken back byte for byte.
//!
//! Three applications renamed variables in real upgrades; `testdata/names` holds releases in all the
//! shapes that set them, notes in our own words, and what must come of both. Where the labelled
//! notes are at hand (as for `gold`) the same must come of the applications' own. Where real
//! repositories are at hand (as for `corpus`) every setting of every release is taken to be renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use refit::flux::{ObjectName, Setting, SettingKind, Settings, discover, settings};
use refit::notes::{Confidence, Evidence, Fact, FactKind, Kind, Source, read};
use refit::policy;
use refit::tree::{Overlay, Patches, Tree, WorkTree};
use refit::upgrade::{Change, FileEdit, MatchOutcome, meet, proved, render};

/// An application whose variables were renamed between two versions.
struct Jump {
    app: &'static str,
    from: &'static str,
    to: &'static str,
}

const JUMPS: &[Jump] = &[
    Jump { app: "paperless-ngx", from: "2.20", to: "3.0" },
    Jump { app: "pocket-id", from: "1", to: "2" },
    Jump { app: "penpot", from: "2.10", to: "2.11" },
];

#[test]
fn renamed_variables_are_edited_in_every_shape_and_taken_back() {
    for jump in JUMPS {
        let folder = testdata(jump.app);
        let notes = std::fs::read_to_string(folder.join("notes.md")).unwrap();
        let notes = Source { name: "notes.md".into(), text: notes };
        let came = briefing(&folder.join("repo"), &facts(&[notes], jump));
        let expected = std::fs::read_to_string(folder.join("expected.md")).unwrap_or_default();
        if std::env::var_os("REFIT_UPDATE").is_some() {
            std::fs::write(folder.join("expected.md"), &came).unwrap();
        } else {
            assert_eq!(came, expected, "{}", jump.app);
        }
    }
}

#[test]
fn the_applications_own_notes_lead_to_the_same_edits() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/notes");
    let corpus = std::env::var_os("REFIT_NOTES_CORPUS").map_or(corpus, PathBuf::from);
    if !corpus.is_dir() {
        println!("skipped: no REFIT_NOTES_CORPUS and no ../shared/corpus/notes");
        return;
    }
    for jump in JUMPS {
        let facts = facts(&sources(&corpus.join(jump.app)), jump);
        let folder = testdata(jump.app);
        let came = briefing(&folder.join("repo"), &facts);
        println!("{came}");
        let expected = std::fs::read_to_string(folder.join("expected.md")).unwrap();
        assert_eq!(edits(&came), edits(&expected), "{}", jump.app);
    }
}

fn testdata(app: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/names").join(app)
}

fn sources(folder: &Path) -> Vec<Source> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let source = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        Source { name, text: std::fs::read_to_string(path).unwrap() }
    };
    files.into_iter().map(source).collect()
}

fn facts(sources: &[Source], jump: &Jump) -> Vec<Fact> {
    read(sources, jump.from, jump.to, Kind::App).unwrap().facts
}

/// The lines of a briefing that are part of a diff.
fn edits(briefing: &str) -> Vec<&str> {
    let part = |line: &&str| line.starts_with(['+', '-', '#']) && !line.starts_with("- ");
    briefing.lines().filter(part).collect()
}

/// Meets facts with every release of a repository and writes down what comes of it, the diff first.
fn briefing(repo: &Path, facts: &[Fact]) -> String {
    let tree = WorkTree::open(repo).unwrap();
    let mut text = String::new();
    for (release, settings) in all_settings(&tree) {
        let upgraded = BTreeSet::from([release.clone()]);
        let met = proved(&tree, meet(facts, Kind::App, &[], &settings, &upgraded));
        let mut edits: Vec<FileEdit> = Vec::new();
        let mut said = String::new();
        for found in met.matches {
            match found.outcome {
                MatchOutcome::Edit { edits: more, .. } => edits.extend(more),
                MatchOutcome::Step { text, .. } => writeln!(said, "- step: {text}").unwrap(),
                MatchOutcome::Question { text, .. } => writeln!(said, "- asked: {text}").unwrap(),
                MatchOutcome::Fine { text, .. } => writeln!(said, "- fine: {text}").unwrap(),
            }
        }
        let made = there_and_back(&tree, edits).unwrap();
        writeln!(text, "# {release}\n\n```diff").unwrap();
        for (path, after) in &made {
            let before = String::from_utf8(tree.read(path).unwrap().unwrap()).unwrap();
            let after = String::from_utf8(after.clone().unwrap()).unwrap();
            let diff = similar::TextDiff::from_lines(&before, &after);
            for change in diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal) {
                write!(text, "{}{}", change.tag(), change.value()).unwrap();
            }
        }
        writeln!(text, "```\n\n{said}").unwrap();
    }
    text
}

/// Makes edits, makes their inverse on what they leave, and compares with the base.
fn there_and_back(tree: &dyn Tree, edits: Vec<FileEdit>) -> Result<Patches, String> {
    let change = |edits| Change::of("x", "", edits);
    let said = |whys: Vec<refit::diagnostic::Why>| format!("{whys:?}");
    let made = render(tree, &[], &[&change(edits)]).map_err(said)?;
    let overlay = Overlay::new(tree, &made.patches);
    let back = render(&overlay, &[], &[&change(made.inverse)]).map_err(said)?;
    for (path, bytes) in back.patches {
        if bytes != tree.read(&path).unwrap() {
            return Err(format!("{path} does not come back"));
        }
    }
    Ok(made.patches)
}

fn all_settings(tree: &dyn Tree) -> BTreeMap<ObjectName, Settings> {
    let (policies, _) = policy::builtin();
    let inventory = discover(tree, &policies, &|_| true).unwrap();
    let all: BTreeSet<_> = inventory.releases.into_iter().map(|release| release.id).collect();
    settings(tree, &|_| true, &all).unwrap()
}

#[derive(Default)]
struct Tally {
    releases: usize,
    settings: BTreeMap<String, usize>,
    edited: usize,
    steps: BTreeMap<String, usize>,
    failures: Vec<String>,
}

#[test]
fn every_setting_of_real_repositories_is_renamed_and_restored() {
    let repositories = crate::real::repositories();
    if repositories.is_empty() {
        return;
    }
    // What is not optimised is some twenty times slower, and every release is read in either.
    let one_of = if cfg!(debug_assertions) { 12 } else { 1 };
    let mut tally = Tally::default();
    for repo in repositories {
        let tree = WorkTree::open(&repo).unwrap();
        let all = all_settings(&tree);
        let upgraded: BTreeSet<_> = all.keys().cloned().collect();
        for (release, settings) in &all {
            tally.releases += 1;
            if !tally.releases.is_multiple_of(one_of) {
                continue;
            }
            rename_all(&tree, release, settings, &upgraded, &mut tally);
        }
    }
    println!("{} releases, settings {:?}", tally.releases, tally.settings);
    println!("{} renamed and restored, left to a person: {:#?}", tally.edited, tally.steps);
    for failure in tally.failures.iter().take(30) {
        println!("FAILURE {failure}");
    }
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
}

/// Takes every setting of a release to be renamed, and every value to be moved one mapping further
/// down: one fact for each name.
fn rename_all(
    tree: &dyn Tree,
    release: &ObjectName,
    settings: &Settings,
    upgraded: &BTreeSet<ObjectName>,
    tally: &mut Tally,
) {
    for setting in &settings.list {
        let locked = if setting.locked.is_some() { "locked " } else { "" };
        *tally.settings.entry(format!("{locked}{:?}", setting.kind)).or_default() += 1;
    }
    for (kind, of, moves) in [
        (Kind::App, SettingKind::Variable, false),
        (Kind::Chart, SettingKind::Value, false),
        (Kind::Chart, SettingKind::Value, true),
    ] {
        // What moves are scalars, since a mapping does not move beside what it holds.
        let chosen = settings.list.iter().filter(|s| s.kind == of && (!moves || s.value.is_some()));
        let names: BTreeSet<&str> = chosen.map(|setting| setting.name.as_str()).collect();
        let new = |(number, name): (usize, &str)| match name.rsplit_once('.') {
            Some((above, last)) if moves => format!("{above}.new_{number}.{last}"),
            _ => format!("{name}_2"),
        };
        let pairs = names.iter().enumerate().map(|(number, name)| (*name, new((number, name))));
        let facts: Vec<Fact> = pairs.map(|(name, new)| renamed(name, new, of)).collect();
        let met = proved(tree, meet(&facts, kind, &[], settings, upgraded));
        let mut edits = Vec::new();
        for found in met.matches {
            match found.outcome {
                MatchOutcome::Edit { edits: more, .. } => {
                    tally.edited += 1;
                    edits.extend(more);
                }
                MatchOutcome::Step { text, .. } | MatchOutcome::Question { text, .. } => {
                    let (_, reason) =
                        text.split_once("; it is not edited: ").unwrap_or(("", &text));
                    let reason = reason.split('`').step_by(2).collect::<Vec<_>>().join("…");
                    let reason: String = reason.chars().filter(|c| !c.is_ascii_digit()).collect();
                    *tally.steps.entry(reason).or_default() += 1;
                }
                MatchOutcome::Fine { .. } => {}
            }
        }
        match there_and_back(tree, edits) {
            Ok(patches) => compare(tree, release, settings, (&patches, of), tally),
            Err(failure) => tally.failures.push(format!("{release}: {failure}")),
        }
    }
}

/// Compares what a release sets after a rename: the same number of names, and only the new ones.
fn compare(
    tree: &dyn Tree,
    release: &ObjectName,
    before: &Settings,
    (patches, of): (&Patches, SettingKind),
    tally: &mut Tally,
) {
    // A repository is read again for each; some will do.
    // What a value's key says of those below it may go with its name, so that these are not counted.
    if patches.is_empty() || of != SettingKind::Variable || !tally.releases.is_multiple_of(12) {
        return;
    }
    let overlay = Overlay::new(tree, patches);
    let after = settings(&overlay, &|_| true, &BTreeSet::from([release.clone()])).unwrap();
    let count = |list: &[Setting]| list.iter().filter(|setting| setting.kind == of).count();
    let (before, after) = (count(&before.list), after.get(release).map_or(0, |s| count(&s.list)));
    if before != after {
        tally.failures.push(format!("{release}: {before} names before and {after} after"));
    }
}

fn renamed(name: &str, new: String, of: SettingKind) -> Fact {
    let kind = match of {
        SettingKind::Variable => FactKind::EnvRenamed,
        _ => FactKind::ValueRenamed,
    };
    Fact {
        kind,
        version: "2.0.0".into(),
        name: Some(name.into()),
        old: Some(name.into()),
        new: Some(new),
        component: None,
        range: None,
        summary: String::new(),
        confidence: Confidence::High,
        rule: "test".into(),
        evidence: vec![Evidence { source: "x".into(), line: 1, quote: String::new() }],
    }
}

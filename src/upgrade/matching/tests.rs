//! Facts met with small repositories: what is edited, and what is left to a person.

use std::collections::{BTreeMap, BTreeSet};

use super::super::plan_types::{Change, FileEdit};
use super::super::render::render;
use super::{Outcome, meet, proved};
use crate::flux::{ObjectName, settings};
use crate::notes::{Confidence, Evidence, Fact, FactKind, Kind};
use crate::tree::{MemoryTree, Overlay, RepoPath, Tree};

mod demands;
mod left;
mod names;
mod renames;
mod values;

/// A repository of one release, `default/web`, and what notes say.
struct Case<'c> {
    files: &'c [(&'c str, &'c str)],
    kind: Kind,
    facts: Vec<Fact>,
}

fn fact(kind: FactKind, name: &str, new: Option<&str>, quote: &str) -> Fact {
    let evidence = Evidence { source: "CHANGES.md".into(), line: 7, quote: quote.into() };
    Fact {
        kind,
        version: "2.0.0".into(),
        name: Some(name.into()),
        old: new.map(|_| name.into()),
        new: new.map(Into::into),
        component: None,
        range: None,
        summary: quote.into(),
        confidence: Confidence::High,
        rule: "test".into(),
        evidence: vec![evidence],
    }
}

fn renamed(old: &str, new: &str) -> Fact {
    fact(FactKind::EnvRenamed, old, Some(new), &format!("`{old}` is renamed to `{new}`"))
}

fn value_renamed(old: &str, new: &str) -> Fact {
    fact(FactKind::ValueRenamed, old, Some(new), &format!("`{old}` is renamed to `{new}`"))
}

/// What came of a case: the lines that changed, and the texts of all else.
struct Came {
    changed: Vec<String>,
    said: Vec<String>,
    unset: Vec<usize>,
}

impl Case<'_> {
    /// Meets the facts, makes the edits, and makes sure that the way back is exact.
    #[track_caller]
    fn meet(&self) -> Came {
        let tree = MemoryTree::of(self.files.iter().copied()).unwrap();
        let web = ObjectName::new(Some("default"), "web");
        let upgraded = BTreeSet::from([web.clone()]);
        let settings = settings(&tree, &|_| true, &upgraded).unwrap();
        let images = ["ghcr.io/acme/web".to_owned()];
        let met = meet(&self.facts, self.kind, &images, &settings[&web], &upgraded);
        let met = proved(&tree, met);
        let mut edits: Vec<FileEdit> = Vec::new();
        let mut said = Vec::new();
        for found in &met.matches {
            match &found.outcome {
                Outcome::Edit { edits: more, .. } => edits.extend(more.clone()),
                Outcome::Step { text, .. } => said.push(format!("step: {text}")),
                Outcome::Question { text, .. } => said.push(format!("question: {text}")),
                Outcome::Fine { text, .. } => said.push(format!("fine: {text}")),
            }
        }
        Came { changed: changed(&tree, edits), said, unset: met.unset }
    }
}

/// Makes edits and returns the lines that are new; the inverse must give the base's bytes.
#[track_caller]
fn changed(tree: &MemoryTree, edits: Vec<FileEdit>) -> Vec<String> {
    let change = |edits| Change::of("x", "", edits);
    let made = render(tree, &[], &[&change(edits)]).unwrap();
    let overlay = Overlay::new(tree, &made.patches);
    let back = render(&overlay, &[], &[&change(made.inverse)]).unwrap();
    let mut lines = Vec::new();
    let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap()).unwrap();
    let files: BTreeMap<&RepoPath, _> = made.patches.iter().collect();
    for (path, after) in files {
        assert_eq!(back.patches[path], tree.read(path).unwrap(), "{path} does not come back");
        let (before, after) = (text(&tree.read(path).unwrap()), text(after));
        let diff = similar::TextDiff::from_lines(&before, &after);
        let different = diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal);
        lines.extend(different.map(|c| format!("{}{}", c.tag(), c.value().trim())));
    }
    lines
}

/// Writes the release with these values.
fn release(values: &str) -> String {
    let indented: String = values.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: default}}\nspec:\n  chart: {{spec: {{chart: web}}}}\n  values:\n{indented}"
    )
}

/// Compares what comes of an application's facts for a release with these values.
#[track_caller]
fn check(values: &str, facts: Vec<Fact>, changed: &[&str], said: &[&str]) {
    let file = release(values);
    check_files(&[("web.yaml", &file)], Kind::App, facts, changed, said);
}

#[track_caller]
fn check_files(
    files: &[(&str, &str)],
    kind: Kind,
    facts: Vec<Fact>,
    changed: &[&str],
    said: &[&str],
) {
    let came = Case { files, kind, facts }.meet();
    assert_eq!(came.changed, changed, "changed lines");
    assert_eq!(came.said, said, "what is said");
}

//! Levers and edits over real repositories: what stops each release, and that it comes back.
//!
//! Runs over the folders that `corpus` names. Every stop is pulled and taken back, every pin that
//! can be edited is moved and moved back; both must give the original bytes. What is refused is
//! printed with its reason, so that a run can be compared with the one before.

use std::collections::BTreeMap;

use refit::flux::{Inventory, LeverKind, Pin, Release, discover};
use refit::image::Digest;
use refit::policy;
use refit::tree::{Overlay, Patches, Tree};
use refit::upgrade::{Change, FileEdit, Target, moving, render};
use refit::version::Bump;

use crate::real;

#[derive(Default)]
struct Report {
    releases: usize,
    levers: BTreeMap<String, usize>,
    stops: usize,
    pins: usize,
    moved: usize,
    locked: BTreeMap<String, usize>,
    refused: Vec<String>,
    failures: Vec<String>,
}

#[test]
fn every_stop_and_every_move_comes_back() {
    let mut report = Report::default();
    if !real::each(|tree, inventory, _| check(tree, inventory, &mut report)) {
        return;
    }
    print(&report);
    assert!(report.releases > 0, "no release was found");
    real::none_failed(&report.failures);
    assert!(report.refused.is_empty(), "{} edits are refused", report.refused.len());
}

fn print(report: &Report) {
    let Report { releases, stops, pins, moved, .. } = report;
    real::tell(&report.levers);
    println!("{releases} releases, {stops} stops taken back; {pins} pins, {moved} moved and back");
    for (code, count) in &report.locked {
        println!("{count:5} not editable: {code}");
    }
    for line in &report.refused {
        println!("refused: {line}");
    }
}

fn check(tree: &dyn Tree, inventory: &Inventory, report: &mut Report) {
    for release in &inventory.releases {
        report.releases += 1;
        *report.levers.entry(lever(release)).or_default() += 1;
        if release.lever.kind == LeverKind::None {
            continue;
        }
        report.stops += 1;
        let file = &release.position.file;
        let edits = release.lever.stop.iter().cloned();
        let edits = edits.map(|edit| FileEdit { file: file.clone(), edit }).collect();
        if let Some(stopped) = there_and_back(tree, &format!("stop {}", release.id), edits, report)
            && discover_again(tree, &stopped, release)
        {
            report.failures.push(format!("{}: its stop would be pulled again", release.id));
        }
    }
    for pin in &inventory.pins {
        report.pins += 1;
        if let Some(why) = &pin.locked {
            *report.locked.entry(why.code.clone()).or_default() += 1;
            continue;
        }
        let edits = moving(pin, &other_version(pin));
        if edits.is_empty() {
            report.failures.push(format!("{}: nothing would be edited", pin.id));
            continue;
        }
        if there_and_back(tree, &pin.id, edits, report).is_some() {
            report.moved += 1;
        }
    }
}

/// Names a lever as it is counted; names of charts and workloads are left out of reasons.
fn lever(release: &Release) -> String {
    let reason = release.lever.reason.split('`').step_by(2).collect::<Vec<_>>().join("…");
    match release.lever.kind {
        LeverKind::Values => "values".to_owned(),
        LeverKind::Patch => "patch".to_owned(),
        LeverKind::None => format!("none: {reason}"),
    }
}

/// Makes a version that is not the pin's own, in its form.
fn other_version(pin: &Pin) -> Target {
    let other = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let digest = pin.current.digest.as_ref().map(|_| Digest::parse(other).expect("a digest"));
    Target { version: "98.76.54".to_owned(), digest, bump: Bump::Major, moved: None }
}

/// Applies edits and their inverse, and returns what stands in between; `None` where they are
/// refused or the way back is not exact.
fn there_and_back(
    tree: &dyn Tree,
    what: &str,
    edits: Vec<FileEdit>,
    report: &mut Report,
) -> Option<Patches> {
    let change = |edits| Change::of("x", "", edits);
    let there = match render(tree, &[], &[&change(edits)]) {
        Ok(there) => there,
        Err(whys) => {
            report.refused.push(format!("{what}: {}", whys[0].message));
            return None;
        }
    };
    let overlay = Overlay::new(tree, &there.patches);
    let back = match render(&overlay, &[], &[&change(there.inverse)]) {
        Ok(back) => back,
        Err(whys) => {
            report.failures.push(format!("{what}: no way back: {}", whys[0].message));
            return None;
        }
    };
    for (file, content) in &there.patches {
        let original = tree.read(file).expect("it was read before");
        if back.patches.get(file) != Some(&original) {
            report.failures.push(format!("{what}: {file} comes back differently"));
            return None;
        }
        if *content == original {
            report.failures.push(format!("{what}: {file} does not change"));
            return None;
        }
    }
    Some(there.patches)
}

/// Says whether a stopped release, read alone, would be stopped by values once more.
fn discover_again(tree: &dyn Tree, stopped: &Patches, release: &Release) -> bool {
    let overlay = Overlay::new(tree, stopped);
    let (policies, _) = policy::builtin();
    let file = &release.position.file;
    let alone = discover(&overlay, &policies, &|path| path == file).expect("it was listed before");
    let same = alone
        .releases
        .iter()
        .find(|other| other.position == release.position && other.id.name == release.id.name);
    // Without its source a release may have no lever at all; a patch can be put twice.
    same.is_some_and(|other| other.lever.kind == LeverKind::Values)
}

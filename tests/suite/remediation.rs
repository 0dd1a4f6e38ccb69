//! What Helm does with failed upgrades in real repositories, and that each switch comes back.
//!
//! Runs over the folders that `corpus` names. Every set of edits that switches a rollback off is
//! made and taken back, which must give the original bytes, and what it leaves must be seen to be
//! off. The counts are printed, so that a run can be compared with the one before.

use std::collections::BTreeMap;

use refit::flux::{AppliedBy, Release, discover};
use refit::policy;
use refit::tree::{Overlay, Tree};
use refit::upgrade::{Change, FileEdit, render};

use crate::real;

#[derive(Default)]
struct Report {
    counts: BTreeMap<&'static str, usize>,
    examples: BTreeMap<String, usize>,
    failures: Vec<String>,
}

#[test]
fn every_switch_comes_back() {
    let mut report = Report::default();
    let any = real::each(|tree, inventory, _| {
        for release in &inventory.releases {
            count(release, &mut report);
            check(tree, release, &mut report);
        }
    });
    if !any {
        return;
    }
    real::tell(&report.counts);
    real::tell(&report.examples);
    real::none_failed(&report.failures);
    assert!(report.counts["releases"] > 0, "the corpus holds no release");
}

fn count(release: &Release, report: &mut Report) {
    let remediation = &release.remediation;
    let by = &release.applied_by;
    let seconds = remediation.timeout.seconds;
    for (what, is) in [
        ("releases", true),
        ("roll back by themselves", remediation.rolls_back.is_some()),
        ("  because a patch says so", remediation.overridden.is_some()),
        ("have a timeout below 30 minutes", seconds.is_none_or(|s| s < refit::flux::ENOUGH)),
        ("  because a patch says so (short)", remediation.short.is_some()),
        ("have edits", !remediation.off.is_empty()),
        ("cannot be edited", remediation.refused.is_some()),
        ("are applied by no Kustomization", by.is_empty()),
        ("are waited for", !by.is_empty() && by.iter().all(AppliedBy::tells_released)),
        ("are only applied", by.iter().any(|by| !by.tells_released())),
        ("are under a suspended Kustomization", by.iter().any(|by| by.suspended)),
    ] {
        *report.counts.entry(what).or_default() += usize::from(is);
    }
    for sign in remediation.overridden.iter().chain(&remediation.short) {
        *report.examples.entry(format!("{}: {}", sign.position, sign.shows)).or_default() += 1;
    }
    if let Some(why) = &remediation.refused {
        *report.examples.entry(format!("{}: {}", release.position, why.message)).or_default() += 1;
    }
}

fn check(tree: &dyn Tree, release: &Release, report: &mut Report) {
    if release.remediation.off.is_empty() {
        return;
    }
    let file = &release.position.file;
    let change = |edits| Change::of("x", "", edits);
    let edits = release.remediation.off.iter().cloned();
    let edits = edits.map(|edit| FileEdit { file: file.clone(), edit }).collect();
    let mut fail = |what: String| report.failures.push(format!("{}: {what}", release.id));
    let off = match render(tree, &[], &[&change(edits)]) {
        Ok(off) => off,
        Err(whys) => return fail(whys[0].message.clone()),
    };
    let overlay = Overlay::new(tree, &off.patches);
    match render(&overlay, &[], &[&change(off.inverse)]) {
        Ok(back) if back.patches[file] == tree.read(file).expect("it was read before") => {}
        Ok(_) => return fail("it comes back differently".to_owned()),
        Err(whys) => return fail(format!("no way back: {}", whys[0].message)),
    }
    // Alone, without the patches of others, the file must say that nothing is left to switch off.
    let (policies, _) = policy::builtin();
    let alone = discover(&overlay, &policies, &|path| path == file).expect("it was listed before");
    let same =
        |other: &&Release| other.position == release.position && other.id.name == release.id.name;
    if let Some(again) = alone.releases.iter().find(same)
        && (again.remediation.rolls_back.is_some() || !again.remediation.off.is_empty())
    {
        fail("it still rolls back".to_owned());
    }
}

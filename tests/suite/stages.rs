//! Order, preflight and backups over real repositories: what is made proves and is taken back.
//!
//! Runs over the folders that `corpus` names. Each release is taken for one that is upgraded by
//! `maintenance` and asks for every kind of backup. Every file that would be made and every edit is
//! made and taken back, every object that a gate asks is one of the repository or one that is made.
//! The counts are printed, so that a run can be compared with the one before.

use std::collections::{BTreeMap, BTreeSet};

use refit::diagnostic::Why;
use refit::flux::{Inventory, ObjectName};
use refit::policy::{self, Backup, Dumps, Strategy};
use refit::state::{State, states};
use refit::tree::{Overlay, Tree};
use refit::upgrade::{BackupPart, Change, Subject, Unit, backups, lay, order, preflight, render};

use crate::real;

#[derive(Default)]
struct Report {
    counts: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Report {
    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn codes(&mut self, what: &str, whys: &[Why]) {
        for why in whys {
            self.count(format!("{what} {}", why.code));
            if std::env::var_os("REFIT_STAGES").is_some() {
                println!("{what} {}: {}", why.code, why.message);
            }
        }
    }
}

#[test]
fn what_is_made_around_an_upgrade_comes_back() {
    let mut report = Report::default();
    let any = real::each(|tree, inventory, policies| {
        let states = states(tree, inventory, policies, &|_| true, None).expect("they were listed");
        ordered(inventory, policies, &mut report);
        for index in 0..inventory.releases.len() {
            release(tree, inventory, &states, index, &mut report);
        }
    });
    if !any {
        return;
    }
    real::tell(&report.counts);
    real::none_failed(&report.failures);
    assert!(!report.counts.is_empty(), "the corpus holds no release");
}

fn ordered(inventory: &Inventory, policies: &policy::Policies, report: &mut Report) {
    let order = order(inventory, policies);
    let all: Vec<ObjectName> = inventory.releases.iter().map(|r| r.id.clone()).collect();
    let forward = order.forward(&all);
    let mut before = BTreeSet::new();
    for name in &forward {
        let rank = order.rank(name).expect("every release has a place");
        report.count(format!("layer {}", rank.layer.as_str()));
        report.count(format!("depth {}", rank.depth));
        for needed in order.before(name, &all) {
            let circle = order.cycles.iter().any(|c| c.contains(name) && c.contains(&needed));
            if !circle && !before.contains(&needed) {
                report.failures.push(format!("{name} comes before {needed}, which it needs"));
            }
        }
        before.insert(name.clone());
    }
    for cycle in &order.cycles {
        println!("circle: {cycle:?}");
        report.count("circles".to_owned());
    }
}

fn release(
    tree: &dyn Tree,
    inventory: &Inventory,
    states: &BTreeMap<ObjectName, State>,
    index: usize,
    report: &mut Report,
) {
    let release = &inventory.releases[index];
    let found = preflight(&[release], Strategy::Maintenance);
    report.codes("refused", &found.refusals);
    report.codes("noted", &found.notes);
    let unit = Unit::Image(release.id.clone());
    let releases = &[release];
    let subject = Subject { unit: &unit, from: "1.0.0", to: "2.0.0", releases, states, inventory };
    let dumps = [Dumps { releases: Vec::new(), claim: "dumps".into(), user: None }];
    let all = [Backup::Cnpg, Backup::Volsync, Backup::Velero, Backup::Job];
    let found = backups(&subject, &all, &dumps);
    for part in &found.parts {
        report.count(format!("backup by {}", part.way.as_str()));
        check(tree, inventory, &release.id, part, report);
    }
    for hand in &found.by_hand {
        report.count("backup by hand".to_owned());
        report.codes("by hand:", &hand.why);
    }
}

fn check(
    tree: &dyn Tree,
    inventory: &Inventory,
    release: &ObjectName,
    part: &BackupPart,
    report: &mut Report,
) {
    let mut fail = |what: String| report.failures.push(format!("{release}: {what}"));
    let change = |edits| Change::of("x", "", edits);
    let edited = match render(tree, &[], &[&change(part.edits.clone())]) {
        Ok(edited) => edited,
        Err(whys) => return fail(whys[0].message.clone()),
    };
    let mut patches = edited.patches.clone();
    match lay(tree, &part.files) {
        Ok(laid) => patches.extend(laid),
        Err(why) => return fail(why.message),
    }
    let overlay = Overlay::new(tree, &patches);
    match render(&overlay, &[], &[&change(edited.inverse)]) {
        Ok(back) => {
            for (path, text) in &back.patches {
                if *text != tree.read(path).expect("it was read before") {
                    fail(format!("{path} comes back differently"));
                }
            }
        }
        Err(whys) => return fail(whys[0].message.clone()),
    }
    let asks = part.gate.asks.as_ref().expect("Flux can tell when it is done");
    let made = part.files.iter().any(|file| {
        file.text.contains(&format!("\nkind: {}\n", asks.kind))
            && file.text.contains(&format!("\n  name: {}\n", asks.name.name))
    });
    if !made && !inventory.backing.iter().any(|backing| backing.id == asks.name) {
        fail(format!("its gate asks {}, which is nowhere", asks.name));
    }
}

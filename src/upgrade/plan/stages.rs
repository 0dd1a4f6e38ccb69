//! The stages of an upgrade and of its way back, by strategy.

use super::{BACKUP, HOLD, STOP};
use crate::flux::Release;
use crate::policy::{Configuration, Start, Strategy};
use crate::upgrade::gate::{Gate, GateWord};
use crate::upgrade::names::Words;
use crate::upgrade::plan_types::{Change, Stage, StageKind};

/// What a person says before the new version is started by a stage of its own.
const BEFORE_START: &str = "what has to be done before the new version runs is done";

/// The stages of a plan, and those that take it back.
pub(super) struct Stages {
    pub(super) stages: Vec<Stage>,
    pub(super) revert: Vec<Stage>,
}

/// Puts the changes of a plan in order; `kept` says when its data is safe enough for the upgrade.
pub(super) fn stages(
    (strategy, start): (Strategy, Start),
    changes: &[Change],
    releases: &[&Release],
    kept: Vec<Gate>,
    words: &Words,
    configuration: &Configuration,
) -> Stages {
    let messages = &configuration.messages;
    let without = |left_out: &[&str]| -> Vec<String> {
        let ids = changes.iter().map(|change| change.id.as_str());
        ids.filter(|id| !left_out.contains(id)).map(str::to_owned).collect()
    };
    let only = |wanted: &[&str]| -> Vec<String> {
        let ids = changes.iter().map(|change| change.id.as_str());
        ids.filter(|id| wanted.contains(id)).map(str::to_owned).collect()
    };
    let stage = |kind, message: &str, with: Vec<String>, gates: Vec<Gate>| Stage {
        kind,
        message: words.fill(message),
        with,
        gates,
    };
    let running = || releases.iter().filter(|release| !release.suspended);
    let stopped = running().map(|release| Gate::stopped(release));
    let reached = || running().flat_map(|release| Gate::reached(release));
    let staged = strategy == Strategy::Maintenance;
    let copies = !only(&[BACKUP]).is_empty();
    // A backup's object stays until the upgrade is settled: removing it may remove the copy.
    let settles = copies || !only(&[HOLD]).is_empty();
    let mut stages = Vec::new();
    if staged {
        let (of_stop, of_backup) = if copies { (Vec::new(), kept) } else { (kept, Vec::new()) };
        let gates = stopped.chain(of_stop).collect();
        stages.push(stage(StageKind::Stop, &messages.stop, only(&[STOP]), gates));
        if copies {
            let with = only(&[STOP, BACKUP]);
            stages.push(stage(StageKind::Backup, &messages.backup, with, of_backup));
        }
    }
    let apart = staged && start == Start::Apart;
    if apart {
        // The new version has its place, and nothing runs yet.
        let gates = reached().chain([Gate::by_hand(GateWord::Approved, BEFORE_START)]);
        stages.push(stage(StageKind::Upgrade, &messages.upgrade, without(&[]), gates.collect()));
    }
    let mut gates: Vec<Gate> = Vec::new();
    if settles {
        gates.extend(reached());
        let sentence = "the new version was looked at, and its data is right";
        gates.push(Gate::by_hand(GateWord::Approved, sentence));
    }
    let (kind, message) = if apart {
        (StageKind::Start, &messages.start)
    } else {
        (StageKind::Upgrade, &messages.upgrade)
    };
    stages.push(stage(kind, message, without(&[STOP]), gates));
    if settles {
        let with = without(&[STOP, BACKUP, HOLD]);
        stages.push(stage(StageKind::Settle, &messages.settle, with, Vec::new()));
    }
    let revert = if staged {
        // Old code must not start on new data.
        let sentence = "its data is as it was before the upgrade";
        let gates = vec![Gate::by_hand(GateWord::Approved, sentence)];
        let with = only(&[STOP, BACKUP]);
        vec![
            stage(StageKind::Revert, &messages.revert, with, gates),
            stage(StageKind::Start, &messages.restart, Vec::new(), Vec::new()),
        ]
    } else {
        vec![stage(StageKind::Revert, &messages.revert, Vec::new(), Vec::new())]
    };
    Stages { stages, revert }
}

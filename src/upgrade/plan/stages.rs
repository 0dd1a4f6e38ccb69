//! The stages of an upgrade and of its way back, by strategy.

use crate::policy::{Messages, Strategy};
use crate::upgrade::names::Words;
use crate::upgrade::plan_types::{Change, Stage, StageKind};

use super::{HOLD, STOP};

/// The stages of a plan, and those that take it back.
pub(super) struct Stages {
    pub(super) stages: Vec<Stage>,
    pub(super) revert: Vec<Stage>,
}

/// Puts the changes of a plan in order.
pub(super) fn stages(
    strategy: Strategy,
    changes: &[Change],
    words: &Words,
    messages: &Messages,
) -> Stages {
    let ids = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        changes.iter().map(|change| change.id.clone()).filter(|id| wanted(id)).collect()
    };
    let stage = |kind, message: &str, with: Vec<String>, gate: &str| Stage {
        kind,
        message: words.fill(message),
        with,
        gates: if gate.is_empty() { Vec::new() } else { vec![gate.to_owned()] },
    };
    let stopped = ids(&|id| id == STOP);
    let staged = strategy == Strategy::Maintenance;
    let mut stages = Vec::new();
    if staged {
        let gate = "no pod of it runs any more";
        stages.push(stage(StageKind::Stop, &messages.stop, stopped.clone(), gate));
    }
    if ids(&|id| id == HOLD).is_empty() {
        let with = ids(&|id| id != STOP);
        stages.push(stage(StageKind::Upgrade, &messages.upgrade, with, ""));
    } else {
        let gate = "the new version runs, and its data was looked at";
        let with = ids(&|id| id != STOP);
        stages.push(stage(StageKind::Upgrade, &messages.upgrade, with, gate));
        let with = ids(&|id| id != STOP && id != HOLD);
        stages.push(stage(StageKind::Settle, &messages.settle, with, ""));
    }
    let revert = if staged {
        // Old code must not start on new data.
        let gate = "its data is as it was before the upgrade";
        vec![
            stage(StageKind::Revert, &messages.revert, stopped, gate),
            stage(StageKind::Start, &messages.restart, Vec::new(), ""),
        ]
    } else {
        vec![stage(StageKind::Revert, &messages.revert, Vec::new(), "")]
    };
    Stages { stages, revert }
}

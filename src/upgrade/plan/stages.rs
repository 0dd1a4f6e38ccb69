//! The stages of an upgrade and of its way back, by strategy.

use crate::policy::{Messages, Strategy};
use crate::upgrade::names::Words;
use crate::upgrade::plan_types::{Change, Stage, StageKind};

use super::STOP;

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
    let stopped = ids(&|id| id == STOP);
    let upgraded = ids(&|id| id != STOP);
    let stage = |kind, message: &str, with: Vec<String>, gate: &str| Stage {
        kind,
        message: words.fill(message),
        with,
        gates: if gate.is_empty() { Vec::new() } else { vec![gate.to_owned()] },
    };
    let upgrade = stage(StageKind::Upgrade, &messages.upgrade, upgraded, "");
    if strategy != Strategy::Maintenance {
        let back = stage(StageKind::Revert, &messages.revert, Vec::new(), "");
        return Stages { stages: vec![upgrade], revert: vec![back] };
    }
    let stop =
        stage(StageKind::Stop, &messages.stop, stopped.clone(), "no pod of it runs any more");
    // Old code must not start on new data.
    let gate = "its data is as it was before the upgrade";
    let back = stage(StageKind::Revert, &messages.revert, stopped, gate);
    let start = stage(StageKind::Start, &messages.restart, Vec::new(), "");
    Stages { stages: vec![stop, upgrade], revert: vec![back, start] }
}

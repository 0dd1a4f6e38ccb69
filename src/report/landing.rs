//! When an upgrade may land, and how long it may take, in sentences.

use crate::policy::OnStall;
use crate::upgrade::{Plan, Unit};

/// Most upgrades that are named one by one.
const NAMED: usize = 5;

/// Says when an upgrade may land: its window, its turn among the others, its longest stop. Names
/// stand between backticks.
pub(super) fn landing(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(window) = &plan.window {
        lines.push(format!("The first stage lands only while {}.", window.sentence));
    }
    let after = &plan.turn.after;
    if !after.is_empty() {
        let them = if after.len() == 1 { "it" } else { "them" };
        let units = units(after);
        let layer = plan.turn.layer.map(|layer| format!("Layer {}: ", layer.as_str()));
        let lands = if layer.is_some() { "lands" } else { "Lands" };
        lines.push(format!(
            "{}{lands} after {units}, which it stands on, and is taken back before {them}.",
            layer.unwrap_or_default()
        ));
    }
    if let Some(downtime) = &plan.downtime {
        let then = match downtime.then {
            OnStall::Restore => "what was stopped is started again on the old version",
            OnStall::Hold => "a person decides whether the old version is started again",
        };
        lines.push(format!("Stopped for {} at most; after that, {then}.", downtime.at_most));
    }
    lines
}

fn units(units: &[Unit]) -> String {
    let mut named: Vec<String> = units.iter().take(NAMED).map(|unit| format!("`{unit}`")).collect();
    if units.len() > NAMED {
        named.push(format!("{} more", units.len() - NAMED));
    }
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

//! Words for facts, requirements and moves, the same wherever they are told.

use crate::notes::{Fact, FactKind};
use crate::upgrade::{Moved, Requirement, Satisfied, Verdict};

/// Returns the words for a kind of fact.
#[must_use]
pub fn label(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Breaking => "breaking",
        FactKind::ManualAction => "to do",
        FactKind::StopAt => "pass through",
        FactKind::Irreversible => "no way back",
        FactKind::Avoid => "do not run",
        FactKind::Requires => "requires",
        FactKind::ImageMoved => "image moved",
        FactKind::ChartMoved => "chart moved",
        FactKind::EnvRequired => "variable required",
        FactKind::EnvRemoved => "variable removed",
        FactKind::EnvRenamed => "variable renamed",
        FactKind::EnvChanged => "variable changed",
        FactKind::EnvDeprecated => "variable deprecated",
        FactKind::EnvAdded => "variable added",
        FactKind::ValueRemoved => "value removed",
        FactKind::ValueRenamed => "value renamed",
        FactKind::ValueChanged => "value changed",
        FactKind::ValueAdded => "value added",
        FactKind::Deprecated => "deprecated",
        FactKind::Security => "security",
    }
}

/// Returns what a fact is about, where it names something.
#[must_use]
pub fn subject(fact: &Fact) -> Option<String> {
    match (&fact.old, &fact.new, &fact.component, &fact.range, &fact.name) {
        (Some(old), Some(new), ..) => Some(format!("{old} → {new}")),
        (None, Some(new), ..) => Some(new.clone()),
        (_, _, Some(component), Some(range), _) => Some(format!("{component} {range}")),
        (.., Some(name)) => Some(name.clone()),
        _ => None,
    }
}

/// Says whether a requirement is met, in a line.
#[must_use]
pub fn requirement_text(requirement: &Requirement) -> String {
    let Requirement { component, range, yours, verdict, .. } = requirement;
    match (verdict, yours) {
        (Satisfied::Yes, Some(yours)) => {
            format!("{component} {range} is required: {} is {}, fine", yours.who, yours.version)
        }
        (Satisfied::No, Some(yours)) => {
            format!("{component} {range} is required: {} is {}", yours.who, yours.version)
        }
        (_, Some(yours)) => format!(
            "{component} {range} is required: {} is {}, which may or may not do; look",
            yours.who, yours.version
        ),
        (_, None) => format!("{component} {range} is required: the repository does not tell yours"),
    }
}

/// Says what is known of a move, in a line.
#[must_use]
pub(super) fn moved_text(moved: &Moved) -> String {
    let Moved { from, to, verdict, .. } = moved;
    let why = moved.because();
    match verdict {
        Verdict::Change => format!("{from} is published as {to} now: {why}"),
        Verdict::Question => format!("is {from} published as {to} now? {why}"),
        Verdict::Stays => format!("{from} stays where it is: {why}"),
    }
}

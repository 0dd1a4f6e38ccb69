//! What the words of a fact say beyond its kind.
//!
//! A rename that comes with other values is not done by a rename, and a variable that is no longer
//! read need not go unless the notes say that it must. These are phrases, looked for in the quotes.

use crate::notes::{Fact, FactKind};

/// Phrases that say that values change with the name.
const VALUES_CHANGE: &[&str] = &[
    "its value",
    "values pass",
    "value pass",
    "values are",
    "value is now",
    "values change",
    "value change",
    "now accepts",
    "now expects",
    "now takes",
    "invert",
    "inverse",
    "opposite",
    "negat",
    "reversed",
    "milliseconds",
    "in seconds",
    "in minutes",
    "in bytes",
    "new format",
    "different format",
    "syntax",
    "semantic",
    "meaning",
    "convert",
    "comma-separated",
    "instead of a ",
    "regex",
];

/// Phrases that say that a name must not be set any more.
const MUST_GO: &[&str] = &[
    "must be removed",
    "must be unset",
    "must be deleted",
    "must not be set",
    "must not be present",
    "must no longer be set",
    "has to be removed",
    "have to be removed",
    "needs to be removed",
    "need to be removed",
    "should be removed",
    "remove any",
    "from your environment",
    "from your config",
    "from your compose",
    "from your values",
    "fails to start",
    "fail to start",
    "refuses to start",
    "refuse to start",
    "will not start",
    "won't start",
    "is now an error",
    "are now an error",
    "will be rejected",
    "is rejected",
    "are rejected",
];

/// Phrases that make a demand depend on something.
const ON_CONDITION: &[&str] = &[
    " if ",
    "if you ",
    "when ",
    "only ",
    "to use ",
    "unless ",
    "in case ",
    "users must",
    "users need",
    "for users",
    "deployments",
];

/// Says whether notes tell that the values of a renamed setting change as well.
pub(super) fn values_change(fact: &Fact, facts: &[Fact]) -> bool {
    let names = [&fact.name, &fact.old, &fact.new];
    let changed = facts.iter().any(|other| {
        let of_change = matches!(other.kind, FactKind::EnvChanged | FactKind::ValueChanged);
        of_change && other.name.is_some() && names.contains(&&other.name)
    });
    changed || says(fact, VALUES_CHANGE)
}

/// Says whether notes tell that a setting must go, and not only that it may.
pub(super) fn must_go(fact: &Fact) -> bool {
    says(fact, MUST_GO)
}

/// Says whether notes demand something of some only.
pub(super) fn is_conditional(fact: &Fact) -> bool {
    says(fact, ON_CONDITION)
}

fn says(fact: &Fact, phrases: &[&str]) -> bool {
    let quotes = fact.evidence.iter().map(|evidence| evidence.quote.as_str());
    quotes.chain([fact.summary.as_str()]).any(|text| {
        let text = text.to_lowercase();
        phrases.iter().any(|phrase| text.contains(phrase))
    })
}

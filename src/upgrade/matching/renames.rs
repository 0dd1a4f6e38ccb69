//! What a rename means for a setting: an edit where it is a rename and nothing else.

use super::edits::{refusal, renamed, spoken};
use super::words::{dropped, filled, stars};
use super::{Asked, How, Outcome, at, meaning, question, shown, step};
use crate::diagnostic::Why;
use crate::flux::{Setting, SettingKind};
use crate::notes::{Fact, FactKind, Kind};

/// How many renames in a row are followed.
const LONGEST_CHAIN: usize = 8;

/// What a name is called in the end.
struct Target {
    /// The last name, as the notes write it; `None` where there is not one.
    name: Option<String>,
    /// Why a rename alone will not do.
    but: Option<String>,
    /// The names in between.
    by_way_of: Vec<String>,
}

/// Says what a rename means for a setting.
pub(super) fn outcome(asked: &Asked<'_>, fact: &Fact, setting: &Setting, how: How) -> Outcome {
    let old = &setting.name;
    let place = at(&setting.key.position);
    let target = target(asked.lookup.facts, fact);
    let Some(written) = target.name else {
        let new = fact.new.as_deref().unwrap_or("something else");
        let but = target.but.unwrap_or_default();
        let text = format!("`{old}` at {place} is replaced by {new}{but}{}", shown(setting));
        return step(text, setting);
    };
    let Some(new) = spelled(fact, setting, how, &written) else {
        let text = format!(
            "`{old}` at {place} is probably what the notes call `{}`, which becomes `{written}`: rename it by hand",
            fact.old.as_deref().or(fact.name.as_deref()).unwrap_or_default(),
        );
        return question(text, setting);
    };
    if let Some(both) = asked.set(&new).filter(|other| other.key != setting.key) {
        let text = format!(
            "`{old}` at {place} is called `{new}` now, which is set as well at {}: keep one and delete `{old}`",
            at(&both.key.position)
        );
        return step(text, setting);
    }
    let rename = format!("rename `{old}` to `{new}` in {} at {place}", setting.origin);
    if let Some(but) = target.but {
        return step(format!("{rename}{but}{}", shown(setting)), setting);
    }
    if meaning::values_change(fact, asked.lookup.facts) {
        let text = format!("{rename} and look at its value, which means something else now");
        return step(format!("{text}{}", shown(setting)), setting);
    }
    if let Some(reason) = refusal(setting, asked.upgraded) {
        return step(format!("{rename}; it is not edited: {reason}"), setting);
    }
    if how > How::PrefixDropped
        || asked.lookup.kind == Kind::App && setting.kind == SettingKind::Value
    {
        let text = format!("{rename}, if it is what the notes call `{}`", name_of(fact));
        return question(text, setting);
    }
    let spoken = spoken(asked.lookup.settings, setting, &new);
    if !spoken.unsure.is_empty() {
        let places: Vec<String> =
            spoken.unsure.iter().map(|mention| at(&mention.place.position)).collect();
        let text = format!("{rename}, and where it is spoken of: {}", places.join(", "));
        return step(text, setting);
    }
    let Some(edit) = renamed(setting, &new) else {
        let text = format!("move `{old}` at {place} to `{new}`");
        return step(format!("{text}{}", shown(setting)), setting);
    };
    let way = match target.by_way_of.as_slice() {
        [] => String::new(),
        names => format!(", by way of `{}`", names.join("`, `")),
    };
    let mut edits = vec![edit];
    edits.extend(spoken.edits);
    Outcome::Edit {
        purpose: format!("rename `{old}` to `{new}`{way}"),
        edits,
        position: setting.key.position.clone(),
        why: Why::new("renamed-in-notes", format!("{}{}", evidence(fact), how.explained(setting))),
    }
}

/// Follows a rename to the name that the last version of the upgrade knows.
fn target(facts: &[Fact], fact: &Fact) -> Target {
    let mut target = Target { name: None, but: None, by_way_of: Vec::new() };
    let mut fact = fact;
    for _ in 0..LONGEST_CHAIN {
        let Some(new) = fact.new.as_deref() else {
            target.but = Some(String::new());
            return target;
        };
        if new.contains(" + ") {
            target.but = Some(", more than one".to_owned());
            target.name = None;
            return target;
        }
        let old = name_of(fact);
        let other = facts.iter().find(|other| {
            is_rename(other) && name_of(other) == old && other.new.as_deref() != Some(new)
        });
        if let Some(other) = other {
            let other = other.new.as_deref().unwrap_or("another name");
            target.but = Some(format!(", or by {other}: the notes say both"));
            target.name = None;
            return target;
        }
        target.by_way_of.extend(target.name.replace(new.to_owned()));
        let next = facts.iter().find(|next| is_rename(next) && name_of(next) == new);
        match next {
            Some(next) => fact = next,
            None => break,
        }
    }
    let gone = facts.iter().find(|other| {
        let removed = matches!(other.kind, FactKind::EnvRemoved | FactKind::ValueRemoved);
        removed && other.name == target.name && other.name.is_some()
    });
    if let Some(gone) = gone {
        target.but = Some(format!(", which is gone again in {}", gone.version));
    }
    target
}

/// Writes the new name as the setting writes the old one; `None` where that would be a guess.
fn spelled(fact: &Fact, setting: &Setting, how: How, new: &str) -> Option<String> {
    let old = name_of(fact);
    match how {
        How::Exact => Some(new.to_owned()),
        How::Pattern => filled(new, &stars(old, &setting.name)?),
        How::PrefixDropped => {
            let prefix = dropped(&setting.name, old)?;
            Some(if new.starts_with(prefix) { new.to_owned() } else { format!("{prefix}{new}") })
        }
        How::FileVariant => {
            let suffix = setting.name.strip_prefix(old)?;
            Some(format!("{new}{suffix}"))
        }
        How::CaseOrSeparator | How::YamlKeyForVariable => None,
    }
}

fn is_rename(fact: &Fact) -> bool {
    matches!(fact.kind, FactKind::EnvRenamed | FactKind::ValueRenamed)
}

/// Returns the name that a fact is about.
pub(super) fn name_of(fact: &Fact) -> &str {
    fact.old.as_deref().or(fact.name.as_deref()).unwrap_or_default()
}

/// Quotes a fact's first evidence, with its place.
pub(super) fn evidence(fact: &Fact) -> String {
    match fact.evidence.first() {
        Some(evidence) => format!("{}:{}: {}", evidence.source, evidence.line, evidence.quote),
        None => fact.summary.clone(),
    }
}

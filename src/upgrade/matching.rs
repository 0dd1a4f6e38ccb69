//! Facts meet what a release sets.
//!
//! Notes speak of variables and values by names; a release sets them under names of its own
//! spelling. [`meet`] finds for each fact the settings that it is about, and says what follows: an
//! edit of the upgrade, a step for a person, or a question. It is pure; [`proved`] then tries the
//! edits on the files, and makes a step of each that cannot be made exactly.
//!
//! The rooms: `words` and `names` find the settings that a name means; `meaning` reads what a fact's
//! words say beyond its kind; `renames` and this file decide; `edits` writes what was decided;
//! `prove` tries it.

mod edits;
mod meaning;
mod names;
mod prove;
mod renames;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

use crate::diagnostic::{Position, Why};
use crate::flux::{ObjectName, Setting, SettingKind, Settings};
use crate::notes::{Confidence, Fact, FactKind, Kind};

use super::plan_types::FileEdit;
use names::Lookup;
pub use prove::proved;
use renames::{evidence, name_of};

/// What facts are about, among what a release sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Met {
    /// What follows from the facts, in their order.
    pub matches: Vec<Match>,
    /// The facts whose names the release does not set, by number.
    pub unset: Vec<usize>,
}

/// What follows from one fact for one setting, or for a setting that is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The fact's number.
    pub fact: usize,
    /// The setting's number; `None` where the fact demands one that is not there.
    pub setting: Option<usize>,
    /// How the names were found to be the same.
    pub how: How,
    /// What follows.
    pub outcome: Outcome,
}

/// How a name in notes was found to be that of a setting, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The names are the same.
    Exact,
    /// The notes name many by a pattern, as in `SMTP_*`.
    Pattern,
    /// The notes drop what all names of the application begin with.
    PrefixDropped,
    /// The names differ in case or in what separates their words.
    CaseOrSeparator,
    /// The notes name a key of the configuration, the release sets the variable for it, or the
    /// other way round.
    YamlKeyForVariable,
    /// The release sets the variant that names a file with the value.
    FileVariant,
}

/// What follows from a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Edits that belong into the upgrade.
    Edit {
        /// What they are for.
        purpose: String,
        /// The edits.
        edits: Vec<FileEdit>,
        /// Where the setting stands.
        position: Position,
        /// Why they are made.
        why: Why,
    },
    /// Something that a person has to do.
    Step {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// Something that a person has to look at.
    Question {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// Something that is as the notes want it.
    Fine {
        /// What, in a sentence.
        text: String,
        /// Where.
        position: Option<Position>,
    },
}

impl How {
    /// Explains a match that is not one of equal names, to be put behind a quote.
    fn explained(self, setting: &Setting) -> String {
        let name = &setting.name;
        match self {
            Self::Exact => String::new(),
            Self::Pattern => format!(" (`{name}` is one of those)"),
            Self::PrefixDropped => format!(" (the notes write `{name}` without its prefix)"),
            Self::CaseOrSeparator => format!(" (the release writes `{name}`)"),
            Self::YamlKeyForVariable => format!(" (the release sets it as `{name}`)"),
            Self::FileVariant => format!(" (the release sets the file, `{name}`)"),
        }
    }
}

/// Finds what facts mean for what a release sets.
///
/// `kind` says whose notes the facts were read from: an application's speak of variables and of
/// its own configuration, a chart's of values. `images` are those that move, by package: what another
/// container sets is asked about; without any, all containers are the application's. `upgraded` are
/// the releases that the upgrade moves; a text that others read as well is not edited for their
/// sake.
#[must_use]
pub fn meet(
    facts: &[Fact],
    kind: Kind,
    images: &[String],
    settings: &Settings,
    upgraded: &BTreeSet<ObjectName>,
) -> Met {
    let asked = Asked { lookup: Lookup { facts, kind, settings }, images, upgraded };
    let mut met = Met::default();
    for (number, fact) in facts.iter().enumerate() {
        if !is_about_settings(fact.kind) || name_of(fact).is_empty() {
            continue;
        }
        let mut found = asked.lookup.find(fact, name_of(fact));
        // What another container sets counts only where nothing else does.
        let own = |number: &usize| settings.list.get(*number).is_some_and(|s| asked.is_own(s));
        if found.iter().any(|(number, _)| own(number)) {
            found.retain(|(number, _)| own(number));
        }
        if found.is_empty() {
            match asked.missing(fact) {
                Some(outcome) => {
                    let (fact, how) = (number, How::Exact);
                    met.matches.push(Match { fact, setting: None, how, outcome });
                }
                None => met.unset.push(number),
            }
        }
        // That a demand is met is said once.
        let most = if fact.kind == FactKind::EnvRequired { 1 } else { found.len() };
        for (setting, how) in found.into_iter().take(most) {
            let Some(known) = settings.list.get(setting) else { continue };
            let outcome = asked.outcome(fact, known, how);
            let outcome = if asked.is_own(known) { outcome } else { outcome.of_another(known) };
            met.matches.push(Match { fact: number, setting: Some(setting), how, outcome });
        }
    }
    met
}

/// Says whether facts of a kind are about what releases set.
fn is_about_settings(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::EnvRequired
            | FactKind::EnvRemoved
            | FactKind::EnvRenamed
            | FactKind::EnvChanged
            | FactKind::EnvDeprecated
            | FactKind::ValueRemoved
            | FactKind::ValueRenamed
            | FactKind::ValueChanged
    )
}

/// What is asked of facts.
struct Asked<'m> {
    lookup: Lookup<'m>,
    images: &'m [String],
    upgraded: &'m BTreeSet<ObjectName>,
}

impl Asked<'_> {
    /// Says whether a setting is the application's: no container around it runs another image.
    fn is_own(&self, setting: &Setting) -> bool {
        let Some(runs) = setting.runs.as_deref().filter(|_| !self.images.is_empty()) else {
            return true;
        };
        let same = |image: &String| {
            let before = image.strip_suffix(runs);
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        self.images.iter().any(same)
    }

    /// Says what a fact means for a setting.
    fn outcome(&self, fact: &Fact, setting: &Setting, how: How) -> Outcome {
        let outcome = match fact.kind {
            FactKind::EnvRenamed | FactKind::ValueRenamed => {
                renames::outcome(self, fact, setting, how)
            }
            FactKind::EnvRemoved | FactKind::ValueRemoved => self.removed(fact, setting, how),
            FactKind::EnvRequired => {
                let place = at(&setting.key.position);
                let text = format!("`{}` is set at {place}", setting.name);
                Outcome::Fine { text, position: Some(setting.key.position.clone()) }
            }
            FactKind::EnvDeprecated => {
                let text = format!(
                    "`{}` at {} still works, and will not for ever{}",
                    setting.name,
                    at(&setting.key.position),
                    shown(setting)
                );
                question(text, setting)
            }
            _ => {
                let text = format!(
                    "look at `{}` at {}, which changes in {}{}",
                    setting.name,
                    at(&setting.key.position),
                    fact.version,
                    shown(setting)
                );
                question(text, setting)
            }
        };
        if fact.confidence == Confidence::Low { outcome.doubted() } else { outcome }
    }

    /// Says what it means that a setting is no longer read.
    fn removed(&self, fact: &Fact, setting: &Setting, how: How) -> Outcome {
        let (name, place) = (&setting.name, at(&setting.key.position));
        let must = meaning::must_go(fact);
        let refused = edits::refusal(setting, self.upgraded);
        let spoken = edits::spoken(self.lookup.settings, setting, "");
        let spoken = !spoken.unsure.is_empty() || !spoken.edits.is_empty();
        let foreign = self.lookup.kind == Kind::App && setting.kind == SettingKind::Value;
        if how > How::PrefixDropped || foreign {
            let text = format!("`{name}` at {place} may be what is gone{}", shown(setting));
            return question(text, setting);
        }
        match edits::removed(setting) {
            Some(edit) if must && refused.is_none() && !spoken => Outcome::Edit {
                purpose: format!("take out `{name}`{}", shown(setting)),
                edits: vec![edit],
                position: setting.key.position.clone(),
                why: Why::new(
                    "removed-in-notes",
                    format!("{}{}", evidence(fact), how.explained(setting)),
                ),
            },
            _ if must => {
                let reason = refused.map(|reason| format!("; it is not edited: {reason}"));
                let reason = reason.unwrap_or_default();
                let text = format!("delete `{name}` in {} at {place}{reason}", setting.origin);
                step(text, setting)
            }
            _ => {
                let text = format!(
                    "`{name}` at {place} is no longer read and can be deleted{}",
                    shown(setting)
                );
                step(text, setting)
            }
        }
    }

    /// Says what follows where nothing is set by the name of a fact.
    fn missing(&self, fact: &Fact) -> Option<Outcome> {
        let renamed = matches!(fact.kind, FactKind::EnvRenamed | FactKind::ValueRenamed);
        if renamed && let Some(setting) = fact.new.as_deref().and_then(|new| self.set(new)) {
            let text =
                format!("`{}` is set already, at {}", setting.name, at(&setting.key.position));
            return Some(Outcome::Fine { text, position: Some(setting.key.position.clone()) });
        }
        if fact.kind != FactKind::EnvRequired {
            return None;
        }
        let name = name_of(fact);
        let beside = self.beside();
        let place = beside
            .map(|setting| format!("; other variables stand at {}", at(&setting.key.position)));
        let mut text = format!("set `{name}` before upgrading{}", place.unwrap_or_default());
        let hidden = &self.lookup.settings.hidden;
        let hidden: Vec<String> =
            hidden.iter().map(|h| format!("{} ({})", h.what, at(&h.position))).collect();
        if !hidden.is_empty() {
            text = format!("{text}; this cannot be seen and may set it: {}", hidden.join(", "));
        }
        let position = beside.map(|setting| setting.key.position.clone());
        let doubted = meaning::is_conditional(fact) || fact.confidence == Confidence::Low;
        Some(if doubted {
            let text =
                format!("{text}, if what the notes say concerns this release: {}", fact.summary);
            Outcome::Question { text, position }
        } else {
            Outcome::Step { text, position }
        })
    }

    /// Finds a setting by its very name.
    fn set(&self, name: &str) -> Option<&Setting> {
        self.lookup.settings.list.iter().find(|setting| setting.name == name)
    }

    /// Finds the first variable where the release has most of them, to put another one beside it.
    fn beside(&self) -> Option<&Setting> {
        let list = &self.lookup.settings.list;
        let variables = || list.iter().filter(|setting| setting.kind == SettingKind::Variable);
        let many = |of: &Setting| variables().filter(|s| s.origin == of.origin).count();
        // The first of equals: the last one counts for `max_by_key`.
        variables().rev().max_by_key(|setting| (!setting.origin.is_secret(), many(setting)))
    }
}

fn step(text: String, setting: &Setting) -> Outcome {
    Outcome::Step { text, position: Some(setting.key.position.clone()) }
}

fn question(text: String, setting: &Setting) -> Outcome {
    Outcome::Question { text, position: Some(setting.key.position.clone()) }
}

impl Outcome {
    /// Makes a question of what would be done, where the fact is not sure.
    fn doubted(self) -> Self {
        match self {
            Self::Edit { purpose, position, why, .. } => {
                let text = format!("{purpose}? The notes may say so: {}", why.message);
                Self::Question { text, position: Some(position) }
            }
            Self::Step { text, position } => Self::Question { text, position },
            other => other,
        }
    }

    /// Makes a question of what would be done in a container that runs another image.
    fn of_another(self, setting: &Setting) -> Self {
        let runs = setting.runs.as_deref().unwrap_or_default();
        let (text, position) = match self {
            Self::Edit { purpose, position, .. } => (purpose, Some(position)),
            Self::Step { text, position }
            | Self::Question { text, position }
            | Self::Fine { text, position } => (text, position),
        };
        let text = format!("{text}? It stands in a container that runs {runs}");
        Self::Question { text, position }
    }
}

/// Writes a position as a person looks it up: file and line.
fn at(position: &Position) -> String {
    format!("{}:{}", position.file, position.line)
}

/// Shows a setting's value, to be put behind a sentence; nothing where it is secret or long.
fn shown(setting: &Setting) -> String {
    const LONGEST: usize = 80;
    match &setting.value {
        Some(value) if value.text.chars().count() <= LONGEST && !value.text.contains('\n') => {
            format!(" (now `{}`)", value.text)
        }
        _ => String::new(),
    }
}

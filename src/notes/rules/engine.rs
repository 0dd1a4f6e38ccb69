//! Runs the rules over sentences.
//!
//! Patterns are regular expressions of the linear kind, without regard to case. Shorthands keep
//! them readable:
//!
//! | written | means |
//! |---|---|
//! | `{E}` | the mark of an environment variable (see `sentence`) |
//! | `{K}` | the mark of another name |
//! | `{N}` | either |
//! | `{L}` | one or more of them: `A`, `B` and `C` |
//! | `{noun}` | the word for what was named: `environment variable`, `option` |
//! | `{V}` | a version |
//! | `{I}` | an image reference |
//! | `{R}` | the host of a registry |
//! | `{lead}` | the labels in front of an entry of a list of changes |
//! | `{C}` | a program that installations bring along: a database, the cluster |
//! | `\b` | the edge of a word, told by ASCII alone, which is what keeps matching fast |
//!
//! Most sentences hold none of the words that a rule is about. So all triggers of all rules are
//! looked for in one pass, and only rules with a trigger in the sentence are tried.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Captures, Regex};

use super::super::passage::{Passage, Shape};
use super::super::sentence::{KEY, VARIABLE};
use super::super::topics::Topics;
use super::requires::BESIDE;
use super::{Makes, Rule, Scope, all};

/// The most matches of one rule that are taken from one sentence.
const MOST_MATCHES: usize = 40;

/// A rule with its patterns compiled.
struct Compiled {
    rule: &'static Rule,
    pattern: Regex,
    unless: Option<Regex>,
    despite: Option<Regex>,
}

impl Compiled {
    fn new(rule: &'static Rule) -> Result<Self, String> {
        let compile = |pattern: &str| {
            Regex::new(&expand(pattern)).map_err(|error| format!("{}: {error}", rule.name))
        };
        let optional =
            |pattern: &str| if pattern.is_empty() { Ok(None) } else { compile(pattern).map(Some) };
        Ok(Self {
            rule,
            pattern: compile(rule.pattern)?,
            unless: optional(rule.unless)?,
            despite: optional(rule.despite)?,
        })
    }

    /// Tells whether the pattern finds anything in a text that the guard does not take back.
    fn finds(&self, text: &str) -> bool {
        self.pattern.is_match(text) && !self.is_guarded(text)
    }

    /// Tells whether the guard takes back what the pattern finds in a text.
    fn is_guarded(&self, text: &str) -> bool {
        self.unless.as_ref().is_some_and(|unless| unless.is_match(text))
            && !self.despite.as_ref().is_some_and(|despite| despite.is_match(text))
    }
}

/// All rules, and what triggers them.
pub(in crate::notes) struct Engine {
    rules: Vec<Compiled>,
    triggers: AhoCorasick,
    /// For each trigger, the rules that it calls, as bits.
    calls: Vec<u128>,
    /// The rules that need no trigger, as bits.
    always: u128,
    /// The rules about settings, which find nothing in a sentence without a name, as bits.
    of_names: u128,
}

/// What rules make that capture a name.
const OF_NAMES: [Makes; 6] = [
    Makes::Removed,
    Makes::Renamed,
    Makes::Added,
    Makes::Required,
    Makes::Deprecated,
    Makes::Changed,
];

/// The shorthands, in the order in which they are replaced: later ones are used by earlier ones.
const SHORTHANDS: [(&str, &str); 17] = [
    (
        "{lead}",
        r"^\W*(?:(?:chang(?:e|es|ed)|removed?|removals?|deleted?|breaking|notes?|important|(?:update|upgrade) notes?(?: [0-9]+)?)\b\W*)?(?:[\x01-\x03\w #*./,()&`'+-]{1,40}:\s){0,2}\W*",
    ),
    ("{L}", r"{N}(?:(?:,? and |,? or |, | ?/ ?| & | ?\+ ?){N})*"),
    ("{N}", r"[\x01\x03][0-9]+\x02"),
    ("{E}", r"\x01[0-9]+\x02"),
    ("{K}", r"\x03[0-9]+\x02"),
    (
        "{noun}",
        r"(?: (?:chart |helm |new |old )?(?:environment|\.?env\.?|config(?:uration)?|settings?|feature|command[- ]line|cli)? ?(?:variables?|vars?|settings?|options?|flags?|parameters?|values?|keys?|fields?|propert(?:y|ies)|arguments?|gates?|env|secrets?))?",
    ),
    ("{V}", r"`?v?[0-9]+(?:\.[0-9]+)*(?:\.[x*])?(?:\+|-[a-z0-9.]+)?`?"),
    (
        "{I}",
        r"`?[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9][a-z0-9._-]*)+(?::[A-Za-z0-9_][\w.-]*)?`?",
    ),
    ("{R}", r"`?(?:[a-z0-9-]+\.)+(?:io|com|org|net|dev|cloud|example)`?(?:[^/\w]|$)"),
    ("{C}", BESIDE),
    ("[^.`]", r"(?:[^.`\x01\x03]|\.[0-9A-Za-z])"),
    ("[^.;`]", r"[^.;`\x01\x03]"),
    ("[^`]", r"[^`\x01\x03]"),
    (r"\b", r"(?-u:\b)"),
    (r"\w", r"[0-9A-Za-z_]"),
    (r"\d", r"[0-9]"),
    (r"\s", r"[ \t]"),
];

/// A match of a rule.
pub(in crate::notes) struct Hit<'t> {
    /// The rule.
    pub(in crate::notes) rule: &'static Rule,
    /// What its pattern captured.
    pub(in crate::notes) captures: Captures<'t>,
}

impl Engine {
    /// Returns the engine with all rules; `None` only where a pattern of the tables is wrong, which
    /// a test rules out.
    pub(in crate::notes) fn get() -> Option<&'static Self> {
        static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| Engine::new().ok());
        ENGINE.as_ref()
    }

    fn new() -> Result<Self, String> {
        let mut rules = Vec::new();
        let mut words = Vec::new();
        let mut calls: Vec<u128> = Vec::new();
        let mut always = 0;
        let mut of_names = 0;
        for rule in all() {
            let bit = 1_u128.checked_shl(u32::try_from(rules.len()).unwrap_or(u32::MAX));
            let bit = bit.ok_or("more rules than bits")?;
            rules.push(Compiled::new(rule)?);
            if OF_NAMES.contains(&rule.makes) {
                of_names |= bit;
            }
            if rule.triggers.is_empty() {
                always |= bit;
            }
            for trigger in rule.triggers {
                let known = words.iter().position(|word| word == trigger);
                if let Some(rules) = known.and_then(|place| calls.get_mut(place)) {
                    *rules |= bit;
                } else {
                    words.push(*trigger);
                    calls.push(bit);
                }
            }
        }
        let triggers = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&words)
            .map_err(|error| error.to_string())?;
        Ok(Self { rules, triggers, calls, always, of_names })
    }

    /// Tries the rules that apply to a passage on one sentence of it, or on its whole text.
    pub(in crate::notes) fn run<'t>(
        &self,
        passage: &Passage,
        scope: Scope,
        text: &'t str,
    ) -> Vec<Hit<'t>> {
        let mut called = self.always;
        for found in self.triggers.find_overlapping_iter(text) {
            called |= self.calls.get(found.pattern().as_usize()).copied().unwrap_or_default();
        }
        if !text.contains([VARIABLE, KEY]) {
            called &= !self.of_names;
        }
        let mut hits = Vec::new();
        while called != 0 {
            let index = called.trailing_zeros();
            called &= called - 1;
            let Some(compiled) = self.rules.get(index as usize) else { break };
            let rule = compiled.rule;
            if rule.scope == scope && applies(rule, passage) && compiled.finds(text) {
                let found = compiled.pattern.captures_iter(text).take(MOST_MATCHES);
                hits.extend(found.map(|captures| Hit { rule, captures }));
            }
        }
        hits
    }

    /// Tells whether a rule that makes this finds anything in a sentence.
    pub(in crate::notes) fn says(&self, makes: Makes, passage: &Passage, text: &str) -> bool {
        let rules = self.rules.iter().filter(|compiled| compiled.rule.makes == makes);
        let mut rules = rules.filter(|compiled| applies(compiled.rule, passage));
        rules.any(|compiled| {
            compiled.rule.triggers.iter().any(|t| text.contains(t)) && compiled.finds(text)
        })
    }
}

/// Tells whether a rule applies to a passage at all.
fn applies(rule: &Rule, passage: &Passage) -> bool {
    let place = &rule.place;
    let shape = match passage.shape {
        Shape::Heading => place.headings,
        Shape::Prose => true,
        Shape::Entry => place.entries,
        Shape::Row | Shape::Code => false,
    };
    let declared = passage.topics.has(Topics::BREAKING) || passage.bang;
    let elsewhere = passage.topics.has(Topics::FOREIGN.and(Topics::FUTURE));
    shape
        && (place.within.is_empty() || passage.topics.has(place.within))
        && !(elsewhere && place.outside.has(Topics::FOREIGN))
        && (declared || !passage.near.has(place.outside))
}

fn expand(pattern: &str) -> String {
    let mut expanded = format!("(?i){pattern}");
    for (short, long) in SHORTHANDS {
        expanded = expanded.replace(short, long);
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::super::super::sentence::Sentence;
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(Engine::new().err(), None);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = all().map(|rule| rule.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    /// Whether a rule, tried alone, matches a sentence, triggers and guard included.
    fn matches(rule: &'static Rule, sentence: &str) -> bool {
        let marked = Sentence::of(sentence, None);
        let sentence = marked.text.as_str();
        let lower = sentence.to_ascii_lowercase();
        let triggered = rule.triggers.is_empty()
            || rule.triggers.iter().any(|t| lower.contains(&t.to_ascii_lowercase()));
        let compiled = Compiled::new(rule).unwrap();
        triggered && compiled.finds(sentence)
    }

    #[test]
    fn every_rule_finds_and_passes_over_its_examples() {
        let mut wrong = Vec::new();
        for rule in all() {
            assert!(
                !rule.finds.is_empty() && !rule.passes.is_empty(),
                "{} has no examples",
                rule.name
            );
            wrong.extend(
                rule.finds
                    .iter()
                    .filter(|s| !matches(rule, s))
                    .map(|s| format!("{} misses: {s}", rule.name)),
            );
            wrong.extend(
                rule.passes
                    .iter()
                    .filter(|s| matches(rule, s))
                    .map(|s| format!("{} takes: {s}", rule.name)),
            );
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

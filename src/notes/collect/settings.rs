//! Facts about variables and values.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Kind;
use super::super::fact::{Confidence, Fact, FactKind};
use super::super::markup::Callout;
use super::super::names::Name;
use super::super::passage::{Passage, Shape};
use super::super::rules::Makes;
use super::super::rules::engine::Hit;
use super::super::sentence::{Sentence, VARIABLE};
use super::super::topics::Topics;
use super::prose::{groups, matches_of};
use super::{Mark, Reader, listed};

/// What a sentence says where the old way works on, and so nothing breaks.
const STILL: [&str; 11] = [
    "still available",
    "still work",
    "still supported",
    "still accepted",
    "still be used",
    "still honou",
    "as fallback",
    "as a fallback",
    "backward compat",
    "backwards compat",
    "alias",
];

/// The shortest name in capitals without an underscore that is a setting's where the words beside
/// it call it one, in bytes: shorter ones are abbreviations.
const SHORTEST_BARE: usize = 7;

/// Topics around a name that make it a setting's without the word.
const AROUND: Topics =
    Topics::BREAKING.and(Topics::UPGRADE).and(Topics::REMOVED).and(Topics::SETTINGS);

impl Reader<'_> {
    /// Returns the captured names that are settings, by their shape and the words around.
    pub(super) fn settings_among(
        &self,
        hit: &Hit<'_>,
        group: &str,
        marked: &Sentence,
        passage: &Passage,
    ) -> Vec<Name> {
        if is_taken_back(&marked.text) {
            return Vec::new();
        }
        let captures = &hit.captures;
        let has_noun = groups(captures, "noun").iter().any(|noun| !noun.trim().is_empty())
            || groups(captures, "before").iter().any(|words| listed::has_noun(words));
        let around =
            passage.topics.has(AROUND) || passage.callout > Some(Callout::Note) || passage.bang;
        let spoken = has_noun || listed::has_noun(&marked.text);
        let chart = self.reading.kind == Kind::Chart;
        let vocabulary = self.reading.vocabulary;
        let accepts = |name: &Name, before: &str, rest: &str| {
            if name.is_variable && !name.text.contains('_') {
                listed::has_environment(&marked.text)
                    || (has_noun && !chart && name.text.len() >= SHORTEST_BARE)
            } else if name.is_variable {
                let known =
                    vocabulary.is_own(&name.text) || (!chart && vocabulary.is_called(&name.text));
                let alone = !chart
                    && vocabulary.is_set_up_by_variables()
                    && !before.ends_with('(')
                    && (is_alone(rest) || (group == "old" && meets_another(rest)));
                !is_of_another_kind(before, rest) && (known || spoken || around || alone)
            } else {
                has_noun || (name.is_telling() && (chart || around)) || (chart && around)
            }
        };
        let mut names = Vec::new();
        for part in matches_of(captures, group) {
            let before = marked.text.get(..part.start()).unwrap_or_default();
            let rest = marked.text.get(part.end()..).unwrap_or_default();
            let found = marked.names_in(part.as_str());
            names.extend(found.into_iter().filter(|name| accepts(name, before, rest)));
        }
        names
    }

    /// Says what became of settings.
    pub(super) fn settings(&mut self, mark: &Mark<'_>, makes: Makes, names: &[Name]) {
        let still = self.still.contains(&mark.passage.heading);
        let makes = if still && makes == Makes::Removed { Makes::Deprecated } else { makes };
        let beside: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
        for name in names {
            // `MODE=all is no longer supported` tells of one value, and not of the variable.
            let of_value = makes == Makes::Removed && name.value.as_deref().is_some_and(is_choice);
            let makes = if of_value { Makes::Changed } else { makes };
            let Some(kind) = kind_of(makes, name.is_variable) else { continue };
            self.named(kind, &self.full(name, &beside), mark);
            let sure = mark.confidence == Confidence::High;
            let breaks = match makes {
                Makes::Removed | Makes::Required => !still_said(mark.words()),
                Makes::Changed => sure,
                _ => false,
            };
            if breaks && (name.is_variable || sure || mark.passage.shape != Shape::Entry) {
                self.breaking(&mark.with(Confidence::Medium), false);
            }
        }
    }

    /// Says that settings have other names.
    ///
    /// As many new names as old ones are pairs; one old name with several new ones was split.
    pub(super) fn renamed(&mut self, mark: &Mark<'_>, old: &[Name], new: &[Name]) {
        if old.len() > 1 && old.len() == new.len() {
            for (old, new) in old.iter().zip(new) {
                self.renamed_one(mark, old, std::slice::from_ref(new));
            }
        } else {
            for old in old {
                self.renamed_one(mark, old, new);
            }
        }
    }

    /// Says that one setting has another name, or several.
    fn renamed_one(&mut self, mark: &Mark<'_>, first: &Name, new: &[Name]) {
        let is_new =
            |name: &&Name| name.is_variable == first.is_variable && name.text != first.text;
        let news: Vec<&Name> = new.iter().filter(is_new).collect();
        if news.is_empty() {
            if new.iter().any(|name| name.text == first.text && name.value != first.value) {
                self.settings(mark, Makes::Changed, std::slice::from_ref(first));
            } else if first.is_variable && new.iter().any(|name| !name.is_variable) {
                // A key of a file took its place.
                self.settings(mark, Makes::Removed, std::slice::from_ref(first));
            }
            return;
        }
        let beside: Vec<String> = new.iter().chain([first]).map(|name| name.text.clone()).collect();
        let old = self.full(first, &beside);
        let new = news.iter().map(|name| self.full(name, &beside)).collect::<Vec<_>>().join(" + ");
        // The prefix may be just what was new.
        let old = if old == new { first.text.clone() } else { old };
        let kind = if first.is_variable { FactKind::EnvRenamed } else { FactKind::ValueRenamed };
        let Some(fact) = self.begin(kind, mark) else { return };
        let names = (Some(old.clone()), Some(old.clone()), Some(new));
        self.found.add(Fact { name: names.0, old: names.1, new: names.2, ..fact }, old);
        if !self.still.contains(&mark.passage.heading) && !still_said(mark.words()) {
            self.breaking(&mark.with(Confidence::Medium), false);
        }
    }

    /// Returns a name in full.
    pub(super) fn full(&self, name: &Name, beside: &[String]) -> String {
        if name.is_variable {
            self.reading.vocabulary.full_name(&name.text, beside)
        } else {
            name.text.clone()
        }
    }
}

/// Tells whether an entry only takes another one back: `Revert "feat: add X"`.
fn is_taken_back(text: &str) -> bool {
    static BACK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let label = r"(?:[0-9a-f]{6,40}\W+)?(?:[\w-]+(?:\([^)]*\))?: ?)?";
        Regex::new(&format!(r#"(?i)^\W*{label}revert(?:s|ed)?:? (?:["“'‘]|feat|fix|add|support)"#))
            .ok()
    });
    BACK.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Words before a name that make it something else than a setting.
const OTHERS_BEFORE: [&str; 12] = [
    "constant",
    "constants",
    "permission",
    "permissions",
    "event",
    "events",
    "role",
    "roles",
    "error",
    "errors",
    "macro",
    "placeholder",
];

/// Tells whether the words before or behind a name make it something else than a setting: `X
/// permission`, `the constant X`.
fn is_of_another_kind(before: &str, rest: &str) -> bool {
    static OTHERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let others = r"permissions?|events?|errors?|exceptions?|status(?:es)?|roles?|constants?|columns?|tables?|metrics?|scopes?|class(?:es)?|functions?|methods?|capabilit(?:y|ies)|enums?|webhooks?|signals?|ciphers?|macros?|messages?|requests?|responses?|frames?|notifications?|statements?|quer(?:y|ies)|(?:status|error|return|exit) codes?|data (?:source|provider)s?";
        Regex::new(&format!(r"(?i)^ (?:{others})(?-u:\b)")).ok()
    });
    let before = before.trim_end().to_ascii_lowercase();
    let word = before.rsplit([' ', '(']).next().unwrap_or_default();
    OTHERS_BEFORE.contains(&word) || OTHERS.as_ref().is_some_and(|pattern| pattern.is_match(rest))
}

/// Tells whether a name is followed by the one that it becomes: `X with Y`.
fn meets_another(rest: &str) -> bool {
    let next = rest.split_once(VARIABLE).map_or("", |(words, _)| words);
    let words = ["to", "with", "by", "into", "->", "in favor of", "in favour of"];
    words.contains(&next.trim().trim_end_matches(" the"))
}

/// Tells whether a name stands for itself, with nothing behind it but what it is for.
fn is_alone(rest: &str) -> bool {
    static ALONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let does = r"(?:be able to |better |further )?(?:\(?(?:re|un|pre)-?\)?)?(?:configur|control|set|enabl|disabl|allow|overrid|specif|customi[sz]|limit|choos|defin|chang|select|skip|turn|support|prevent|avoid|forc|restrict|exclud|includ|ignor|hid|show|adjust|tun|opt|toggl|determin|provid|point|switch|keep|bypass|increas|reduc|let)";
        Regex::new(&format!(r"(?i)^(?:$|[.,;:)(]| ?[(\[\-–—]| to {does}| (?:so|which|that|for|if|when|instead|in favou?r|configurable|is|are|was|were|has|have|and (?:make|allow))(?-u:\b))")).ok()
    });
    ALONE.as_ref().is_some_and(|pattern| pattern.is_match(rest))
}

/// Tells whether a value is one of several, and does not just switch something.
fn is_choice(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '<', '>']).to_ascii_lowercase();
    !matches!(value.as_str(), "" | "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1")
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
        && !value.contains(['|', '/'])
}

/// Returns the kind of fact for what became of a variable or a value.
pub(super) fn kind_of(makes: Makes, is_variable: bool) -> Option<FactKind> {
    Some(match (makes, is_variable) {
        (Makes::Removed, true) => FactKind::EnvRemoved,
        (Makes::Added, true) => FactKind::EnvAdded,
        (Makes::Required, true) => FactKind::EnvRequired,
        (Makes::Deprecated, true) => FactKind::EnvDeprecated,
        (Makes::Changed, true) => FactKind::EnvChanged,
        (Makes::Removed, false) => FactKind::ValueRemoved,
        (Makes::Added, false) => FactKind::ValueAdded,
        (Makes::Changed | Makes::Required, false) => FactKind::ValueChanged,
        (Makes::Deprecated, false) => FactKind::Deprecated,
        _ => return None,
    })
}

/// Tells whether the sentence itself says that the old way still works.
fn still_said(words: &str) -> bool {
    let lower = words.to_lowercase();
    STILL.iter().any(|said| lower.contains(said))
}

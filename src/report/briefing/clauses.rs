//! What a sentence of notes states, one statement after the other.
//!
//! “The variable X has been removed, and the old export is gone” breaks for all, whoever sets X. So
//! a sentence counts as told, or as of no matter, only when each of its clauses speaks of a name
//! that is. A clause that only refers to another, or has no words of its own, states nothing. Where
//! this is in doubt, a clause states something: what is told twice costs a line, what is folded away
//! by mistake a night.

use crate::notes::Fact;

/// Between two statements.
const BETWEEN: &[&str] =
    &[". ", "! ", "? ", "; ", ", and ", ", ", " and ", " but ", " while ", " – ", " — ", "\n"];

/// With these a clause refers to the one before it, or to another text.
const REFERRING: &[&str] = &["it", "its", "they", "their", "which", "see", "thanks"];

/// Words that state nothing by themselves.
const EMPTY: &[&str] = &[
    "a",
    "after",
    "all",
    "and",
    "any",
    "are",
    "as",
    "be",
    "been",
    "before",
    "breaking",
    "by",
    "change",
    "changed",
    "deprecated",
    "for",
    "from",
    "has",
    "have",
    "if",
    "in",
    "instead",
    "is",
    "longer",
    "no",
    "not",
    "now",
    "of",
    "or",
    "please",
    "removed",
    "renamed",
    "set",
    "should",
    "so",
    "supported",
    "that",
    "the",
    "then",
    "this",
    "to",
    "upgrade",
    "upgrading",
    "use",
    "used",
    "was",
    "were",
    "will",
    "with",
    "you",
    "your",
];

/// Lists what a text states.
pub(super) fn clauses(text: &str) -> Vec<&str> {
    let mut parts = vec![text];
    for between in BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(between)).collect();
    }
    let parts = parts.into_iter().map(|part| part.trim_matches(is_edge));
    parts.filter(|part| states_something(part)).collect()
}

fn is_edge(c: char) -> bool {
    c.is_whitespace() || "*_()[],.;:!?".contains(c)
}

fn states_something(clause: &str) -> bool {
    let words = || clause.split_whitespace().map(|word| word.trim_matches(is_edge));
    let first = words().next().unwrap_or_default().to_lowercase();
    if REFERRING.contains(&first.as_str()) {
        return false;
    }
    let is_reference = |word: &str| word.starts_with(['#', '@']) || word.contains("://");
    let own = words().filter(|word| {
        let empty = EMPTY.contains(&word.to_lowercase().as_str());
        !empty && !is_reference(word) && word.contains(char::is_alphanumeric)
    });
    let own: Vec<&str> = own.collect();
    own.len() > 1 || own.iter().any(|word| !word.chars().all(char::is_lowercase))
}

/// Lists the names that a fact is about.
pub(super) fn named_by(fact: &Fact) -> impl Iterator<Item = &str> {
    let names = [&fact.name, &fact.old, &fact.new, &fact.component];
    names.into_iter().flatten().flat_map(|name| name.split(" + ")).filter(|name| !name.is_empty())
}

/// Says whether a text holds a name that is no part of a longer one.
pub(super) fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        let mut after = text.get(at + name.len()..).unwrap_or_default().chars();
        let goes_on = match after.next() {
            Some('.' | '-' | '/') => after.next().is_some_and(is_part),
            next => next.is_some_and(is_part),
        };
        !goes_on && !before.is_some_and(|c| is_part(c) || "./-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_parted_into_what_it_states() {
        let table: &[(&str, &[&str])] = &[
            ("The variable `X` has been removed.", &["The variable `X` has been removed"]),
            (
                "The variable `X` has been removed, and SQLite is no longer supported.",
                &["The variable `X` has been removed", "SQLite is no longer supported"],
            ),
            ("Removed `X` and SQLite, by @keeper in #12", &["Removed `X`", "SQLite"]),
            ("`OLD_X` is gone. It had no effect, see https://lamp.example.", &["`OLD_X` is gone"]),
            ("Remove `OLD_X`, before upgrading", &["Remove `OLD_X`"]),
            (
                "Remove `X`; you must rebuild the index by hand",
                &["Remove `X`", "you must rebuild the index by hand"],
            ),
            ("Breaking change", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(clauses(text), *expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_no_part_of_a_longer_one() {
        let table = [
            ("`LAMP_OIL` is gone.", "LAMP_OIL", true),
            ("LAMP_OIL.", "LAMP_OIL", true),
            ("LAMP_OIL_KIND is gone", "LAMP_OIL", false),
            ("`lamp.oil.kind` is gone", "lamp.oil", false),
            ("`old.lamp.oil` is gone", "lamp.oil", false),
            ("from lamp/oil to oil", "oil", true),
        ];
        for (text, name, expected) in table {
            assert_eq!(names(text, name), expected, "{name} in {text}");
        }
    }
}

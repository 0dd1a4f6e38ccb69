//! Lists of names below words that say what became of them.
//!
//! `The following environment variables have been removed:` says of every item below it what the
//! items themselves do not repeat. The same is done by headings: `New settings`, `Removed values`.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::super::names::{self, Name};
use super::super::rules::Makes;

/// What the words above a list can say, the first that matches winning.
const SAYS: [(Makes, &str); 6] = [
    (Makes::Deprecated, r"\bdeprecat"),
    (Makes::Renamed, r"\brenam|\bnew names?\b|\breplaced\b"),
    (
        Makes::Removed,
        r"\b(?:removed|dropped|deleted|removal|removing)\b|\bno longer (?:supported|used|available|read|exist|recogni)|\bmoved (?:from|out of|to) (?:the )?(?:config|admin|database|web|ui\b)",
    ),
    (
        Makes::Required,
        r"\b(?:now |newly )(?:required|mandatory)\b|\bmust (?:now )?be (?:set|provided|defined)\b|\brequired (?:new )?(?:environment|env|variables?|settings?)",
    ),
    (
        Makes::Changed,
        r"\b(?:changed|different) defaults?\b|\bdefaults? (?:values? )?(?:have |has |were |are )?changed?\b",
    ),
    (Makes::Added, r"\bnew\b|\b(?:added|introduced)\b|\bnow available\b"),
];

/// The words for settings.
const NOUN: &str = r"(?-u:\b)(?:env(?:ironment)?|variables?|vars?|settings?|options?|parameters?|config(?:uration)?s?|values?|keys?|flags?)(?-u:\b)";

static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new(
        SAYS.iter().map(|(_, pattern)| format!("(?i){}", pattern.replace(r"\b", r"(?-u:\b)"))),
    )
    .ok()
});

static HAS_NOUN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("(?i){NOUN}")).ok());

/// Tells whether a text speaks of settings.
pub(super) fn has_noun(text: &str) -> bool {
    HAS_NOUN.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Tells whether a text speaks of environment variables in so many words.
pub(super) fn has_environment(text: &str) -> bool {
    static ENVIRONMENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)(?:env|environment)(?-u:\b)").ok());
    ENVIRONMENT.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Reads what a lead-in or heading says of the names below it.
pub(super) fn makes(above: &str, is_heading: bool) -> Option<Makes> {
    if !(is_heading || above.ends_with(':')) || above.len() > 300 || !has_noun(above) {
        return None;
    }
    let matched = SET.as_ref()?.matches(above);
    SAYS.iter().enumerate().find(|(at, _)| matched.matched(*at)).map(|(_, (makes, _))| *makes)
}

/// Reads the names that an item starts with, and those after an arrow or a `to`.
pub(super) fn names(item: &str) -> Option<(Vec<Name>, Vec<Name>)> {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r"(?:`[^`]{1,120}`|[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)(?:=\S+)?";
        Regex::new(&format!(r"^(?:The )?({name}(?:(?:,? and |,? or |, | ?/ ?){name})*)(?:\s*(?:→|->|=>|to|:|-|is now|becomes|,? use)\s*(?:renamed to |replaced by |use )?({name}))?")).ok()
    });
    let capture = SHAPE.as_ref()?.captures(item)?;
    let read =
        |group: usize| capture.get(group).map(|m| names::find(m.as_str())).unwrap_or_default();
    let first = read(1);
    (!first.is_empty()).then(|| (first, read(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_in_says_what_became_of_the_names() {
        for (above, heading, expected) in [
            ("The following environment variables have been removed:", false, Some(Makes::Removed)),
            ("These settings were renamed:", false, Some(Makes::Renamed)),
            ("New configuration options", true, Some(Makes::Added)),
            ("Deprecated environment variables", true, Some(Makes::Deprecated)),
            ("The following variables must be set:", false, Some(Makes::Required)),
            ("The following pages have been removed:", false, None),
            ("We removed some settings", false, None),
        ] {
            assert_eq!(makes(above, heading), expected, "{above}");
        }
    }

    #[test]
    fn an_item_starts_with_its_names() {
        let shown = |item: &str| {
            names(item).map(|(old, new)| {
                let text = |names: Vec<Name>| {
                    names.into_iter().map(|n| n.text).collect::<Vec<_>>().join(" ")
                };
                (text(old), text(new))
            })
        };
        assert_eq!(shown("`OLD_NAME` → `NEW_NAME`"), Some(("OLD_NAME".into(), "NEW_NAME".into())));
        assert_eq!(
            shown("`ONE_NAME`, `TWO_NAME`: both unused"),
            Some(("ONE_NAME TWO_NAME".into(), String::new()))
        );
        assert_eq!(shown("Nothing of the kind"), None);
    }
}

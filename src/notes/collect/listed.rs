//! Lists of names below words that say what became of them.
//!
//! `The following environment variables have been removed:` says of every item below it what the
//! items themselves do not repeat. The same is done by headings: `New settings`, `Removed values`.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::super::names::{self, Name};
use super::super::rules::Makes;

/// What the words above a list can say, the first that matches winning.
const SAYS: [(Makes, &str); 7] = [
    (
        Makes::Removed,
        r"\b(?:remov|drop)\w*(?: [\w-]+){0,3} deprecat|\bdeprecat\w*\b.*\b(?:has|have|were|was|are)(?: now)?(?: been)? (?:removed|dropped)\b",
    ),
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
        r"\bbehaviou?rs?\b.{0,30}\b(?:has|have|is|are|was|were)(?: been)? changed\b|\bchanged (?:their )?(?:behaviou?rs?|meanings?|semantics)\b|\b(?:changed|different) defaults?\b|\bdefaults? (?:values? )?(?:have |has |were |are )?changed?\b",
    ),
    (
        Makes::Added,
        r"\bnew\b|\b(?:added|introduced)\b|\bnow available\b|\bcan now (?:also )?(?:set|use|define|configure|provide)\b",
    ),
];

/// The words for settings.
const NOUN: &str = r"(?-u:\b)(?:env(?:ironment)?|variables?|vars?|settings?|options?|parameters?|config(?:uration)?s?|values?|keys?|flags?)(?-u:\b)";

static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new(
        SAYS.iter().map(|(_, pattern)| format!("(?i){}", pattern.replace(r"\b", r"(?-u:\b)"))),
    )
    .ok()
});

/// What an item says that is gone already.
static GONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let gone = r"(?:is|are|was|were|has been|have been|got)(?: now)? (?:removed|dropped|deleted)|no longer (?:supported|available|works?)";
    Regex::new(&format!(r"(?i)(?-u:\b)(?:{gone})(?-u:\b)")).ok()
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

/// Tells whether a label names settings and says nothing of them: `Environment variables:`.
pub(super) fn is_label_of_settings(text: &str) -> bool {
    static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let kind = r"(?:environment|env|config(?:uration)?|chart|helm)";
        let noun = r"(?:variables?|vars?|settings?|options?|values?|parameters?)";
        Regex::new(&format!(r"(?i)^\W*(?:{kind} {noun}|env vars?|envs?|{noun})\W*$")).ok()
    });
    LABEL.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// The longest lead-in that says something of the names below it, in bytes.
const LONGEST: usize = 300;

/// Tells whether a lead-in or heading can say anything of the names below it.
pub(super) fn may_say(above: &str) -> bool {
    above.len() <= LONGEST && has_noun(above)
}

/// Reads what a lead-in or heading says of the names in an item below it, `again` telling whether
/// the item gives them another name.
pub(super) fn makes(above: &str, is_heading: bool, item: &str, again: bool) -> Option<Makes> {
    let leads = is_heading || above.ends_with(':') || points_down(above);
    if !leads || !may_say(above) {
        return None;
    }
    let set = SET.as_ref()?;
    let matched = set.matches(above);
    let mut said = SAYS.iter().enumerate().filter(|(at, _)| matched.matched(*at));
    let makes = said.find(|(_, (makes, _))| *makes != Makes::Renamed || again)?.1.0;
    // Below `Former deprecations` the items say themselves what is gone.
    let gone =
        makes == Makes::Deprecated && GONE.as_ref().is_some_and(|words| words.is_match(item));
    Some(if gone { Makes::Removed } else { makes })
}

/// Tells whether words point to a list below them although no colon does.
pub(super) fn points_down(above: &str) -> bool {
    let lower = above.to_ascii_lowercase();
    ["following", "listed below", " below.", " below:", " below ", "these "]
        .iter()
        .any(|words| lower.contains(words))
}

/// An item of a list of names.
#[derive(Debug)]
pub(super) struct Item {
    /// The names that it starts with.
    pub(super) names: Vec<Name>,
    /// The names after an arrow, a `to` or an `in favour of`.
    pub(super) new: Vec<Name>,
    /// Whether the item says so itself, whatever the words above the list say.
    pub(super) own: bool,
    /// Whether the item is about settings, by its own words or the shape of their names.
    pub(super) of_setting: bool,
    /// Whether its own words call the names settings.
    pub(super) called: bool,
}

impl Item {
    /// Tells whether the first names have other ones now.
    pub(super) fn again(&self) -> bool {
        !self.new.is_empty()
    }
}

/// How a text goes on behind the name that it is about.
const ENDS: [&str; 9] =
    [" (", " - ", " – ", " — ", " to ", " for ", " in favo", " which ", " that "];

/// Reads what a heading of one or two words says of what is listed below it: `Removed`, `Added`.
pub(super) fn sorted(heading: &str) -> Option<Makes> {
    let heading = heading.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    match heading.as_str() {
        "removed" | "removals" | "removal" => Some(Makes::Removed),
        "deprecated" | "deprecations" => Some(Makes::Deprecated),
        "added" | "new" | "additions" | "features" | "new features" | "what's new"
        | "what’s new" => Some(Makes::Added),
        _ => None,
    }
}

/// Reads an item that starts with names.
pub(super) fn item(text: &str) -> Option<Item> {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r"(?:`[^`]{1,120}`|[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)(?:=\S+)?";
        let list = format!("{name}(?:(?:,? and |,? or |, | ?/ ?){name})*");
        let noun = r"(?:(?:environment|env|config(?:uration)?|chart|helm|cli|command[- ]line)[ -])*(?:variables?|vars?|settings?|options?|flags?|parameters?|values?|keys?|env)";
        let lead =
            format!("(?i:(?:support for )?(?:the |an? )?(?:new |old |optional )?(?:{noun} )?)");
        let between = r"(?i:→|->|=>|to|:|-|is now|becomes|,? (?:please )?use|\(use|in favou?r of|,? (?:replaced|renamed))";
        let words = r"(?i:(?:renamed to |replaced by |please |use |by |with |to |the )*)";
        Regex::new(&format!(
            r"^({lead})({list})( (?i:{noun})\b)?(?:\s*({between})\s*({words})({list}))?"
        ))
        .ok()
    });
    let capture = SHAPE.as_ref()?.captures(text)?;
    let read =
        |group: usize| capture.get(group).map(|m| names::find(m.as_str())).unwrap_or_default();
    let (names, new) = (read(2), read(6));
    let again = !new.is_empty();
    let said = |group: usize| capture.get(group).map_or("", |m| m.as_str()).to_ascii_lowercase();
    let words = ["renamed", "replaced", "favo", "becomes", "is now", "use", "→", "->", "=>"];
    let own = again && words.iter().any(|word| said(4).contains(word) || said(5).contains(word));
    let rest = text.get(capture.get(0).map_or(0, |m| m.end())..).unwrap_or_default();
    let called = has_noun(&said(1)) || !said(3).is_empty();
    let ends = rest.is_empty()
        || again
        || rest.starts_with([':', ',', '.', ';'])
        || ENDS.iter().any(|end| rest.starts_with(end));
    let of_setting = called || (ends && names.iter().all(|name| name.is_variable));
    (!names.is_empty()).then_some(Item { names, new, own, of_setting, called })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_in_says_what_became_of_the_names() {
        for (above, heading, item, expected) in [
            (
                "The following environment variables have been removed:",
                false,
                "`A_B`",
                Some(Makes::Removed),
            ),
            (
                "The following variables are removed. They are settings now.",
                false,
                "`A_B`",
                Some(Makes::Removed),
            ),
            ("These settings were renamed:", false, "`A_B` → `C_D`", Some(Makes::Renamed)),
            ("These settings were renamed:", false, "`A_B` for clarity", None),
            (
                "These options have been removed/replaced:",
                false,
                "`A_B` in favour of `C_D`",
                Some(Makes::Renamed),
            ),
            (
                "These options have been removed/replaced:",
                false,
                "`A_B` as it was empty",
                Some(Makes::Removed),
            ),
            ("New configuration options", true, "`A_B`", Some(Makes::Added)),
            ("You can now set these variables at sea:", false, "`A_B`", Some(Makes::Added)),
            ("Deprecated environment variables", true, "`A_B`", Some(Makes::Deprecated)),
            (
                "Deprecated options",
                true,
                "`A_B` and its option have been removed",
                Some(Makes::Removed),
            ),
            ("Deprecated options", true, "`A_B` will be removed", Some(Makes::Deprecated)),
            ("Removed deprecated options", true, "`A_B`", Some(Makes::Removed)),
            ("The following variables must be set:", false, "`A_B`", Some(Makes::Required)),
            ("The following pages have been removed:", false, "`A_B`", None),
            ("We removed some settings", false, "`A_B`", None),
            (
                "The behaviour of the next env vars has changed:",
                false,
                "`A_B`: Now it is read",
                Some(Makes::Changed),
            ),
        ] {
            let again = super::item(item).is_some_and(|item| item.again());
            assert_eq!(makes(above, heading, item, again), expected, "{above} {item}");
        }
    }

    #[test]
    fn an_item_starts_with_its_names() {
        let shown = |text: &str| {
            item(text).map(|item| {
                let text = |names: Vec<Name>| {
                    names.into_iter().map(|n| n.text).collect::<Vec<_>>().join(" ")
                };
                (text(item.names), text(item.new))
            })
        };
        for (text, names, new) in [
            ("`OLD_NAME` → `NEW_NAME`", "OLD_NAME", "NEW_NAME"),
            ("`OLD_NAME` in favor of `NEW_NAME`", "OLD_NAME", "NEW_NAME"),
            ("`OLD_NAME` replaced by the `NEW_NAME`", "OLD_NAME", "NEW_NAME"),
            ("`OLD_NAME`: Replaced by `NEW_NAME`.", "OLD_NAME", "NEW_NAME"),
            ("`ONE_NAME`, `TWO_NAME`: both unused", "ONE_NAME TWO_NAME", ""),
        ] {
            assert_eq!(shown(text), Some((names.to_owned(), new.to_owned())), "{text}");
        }
        assert_eq!(shown("Nothing of the kind"), None);
    }

    #[test]
    fn an_item_tells_whether_it_is_about_settings() {
        for (text, expected) in [
            ("`OLD_NAME`", Some(true)),
            ("`OLD_NAME`: chooses the cloth", Some(true)),
            ("`OLD_NAME` environment variable", Some(true)),
            ("Support for the `OLD_NAME` environment variable", Some(true)),
            ("Environment variable `OLD_NAME`, which did nothing", Some(true)),
            ("ENV `OLD_NAME`", Some(true)),
            ("The `sail.area` option", Some(true)),
            ("`sail.area`", Some(false)),
            ("`/sails` endpoint", None),
            ("`OLD_NAME` metrics", Some(false)),
        ] {
            assert_eq!(item(text).map(|item| item.of_setting), expected, "{text}");
        }
        for (text, expected) in [
            ("Environment Variables:", true),
            ("**Settings**", true),
            ("Environment:", false),
            ("Variables that are read:", false),
        ] {
            assert_eq!(is_label_of_settings(text), expected, "{text}");
        }
        assert_eq!(sorted("### Removed"), Some(Makes::Removed));
        assert_eq!(sorted("What's new"), Some(Makes::Added));
        assert_eq!(sorted("Removed pages"), None);
    }
}

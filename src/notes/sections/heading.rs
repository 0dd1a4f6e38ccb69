//! Headings that name a version, in all their shapes.
//!
//! `## [1.2.3] - date`, `# v1.2.3`, `App 1.2.3 (date)`, `From 42.x to 43.x`, `Upgrading to 2.0`,
//! `v3 migration guide`, `## [Unreleased]`: a version heading is a version with nothing around it
//! but dates, codenames and the words that go with releases. A heading that merely mentions a
//! version (`PostgreSQL 18 support`) has other words in front, and is none; that is what the word
//! lists here decide.

use std::sync::LazyLock;

use regex::Regex;

use super::super::version::Version;
use super::words::{AFTER, BEFORE, UNRELEASED, YANKED, is_foreign};

/// What a version heading says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// The version that the notes below belong to; none below `[Unreleased]`.
    pub(super) version: Option<Version>,
    /// What it says about the release itself.
    pub(super) state: State,
}

/// Whether a section's version can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::notes) enum State {
    /// It is a release.
    Released,
    /// It was released and taken back.
    Yanked,
    /// It is a pre-release.
    PreRelease,
    /// It is not released yet, or a plan.
    Unreleased,
    /// It is a release of something else, such as the mobile application.
    Foreign,
    /// It is where an upgrade comes from: `Upgrading from 1.x`.
    Left,
}

/// How strictly the words before a version are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// A heading among others: only words of releases and the application's own names.
    Known,
    /// The title of a document, or a heading whose words return with other versions: any words.
    Any,
}

/// Reads a heading's plain text; `names` are the application's, as its files spell them.
pub(super) fn read(heading: &str, names: &[String], strictness: Strictness) -> Option<Title> {
    let text = bare(heading);
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).trim();
    let lower = text.to_lowercase();
    let unreleased = UNRELEASED.iter().any(|word| lower.contains(word));
    let numbered = lower.bytes().any(|b| b.is_ascii_digit());
    if unreleased && text.len() < 60 && !numbered {
        return Some(Title { version: None, state: State::Unreleased });
    }
    if matches!(lower.as_str(), "next" | "head" | "main" | "master" | "vnext" | "main / unreleased")
    {
        return Some(Title { version: None, state: State::Unreleased });
    }
    let Target { start, end, version, is_step } = numbered.then(|| target(text)).flatten()?;
    let before = words(text.get(..start)?);
    if before.last().is_some_and(|word| word == "since") {
        return None;
    }
    let after = text.get(end..)?.trim_start_matches([']', ')', ',']);
    let of_chart = before.iter().any(|word| word == "chart" || word == "charts");
    let known = |word: &String| {
        // `Helm v3` is a program, `Helm chart v3` is not.
        (word != "helm" || of_chart || names.contains(word)) && BEFORE.contains(&word.as_str())
            || names.contains(word)
            || is_version_word(word)
    };
    if strictness == Strictness::Known && !before.iter().all(known) || before.len() > 9 {
        return None;
    }
    if !may_follow(after, &version, before.is_empty()) {
        return None;
    }
    let state = if YANKED.iter().any(|word| lower.contains(word)) {
        State::Yanked
    } else if unreleased {
        State::Unreleased
    } else if before.iter().any(|word| is_foreign(word)) {
        State::Foreign
    } else if !is_step && leaves(&before) {
        State::Left
    } else if version.is_pre_release() || is_pre_release_note(after) {
        State::PreRelease
    } else {
        State::Released
    };
    Some(Title { version: Some(version), state })
}

/// Returns the words before the version of a heading, the key by which headings of one series are
/// told from a single mention.
pub(super) fn series(heading: &str) -> Option<String> {
    if !heading.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let text = bare(heading);
    let Target { start, .. } = target(&text)?;
    Some(words(text.get(..start)?).join(" "))
}

/// Returns a heading without what only dresses its version: backticks, and a date tied to it as in
/// `2024-01-30_1.2.3`.
fn bare(heading: &str) -> String {
    static DATED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}_(v?[0-9])").ok());
    let text = heading.replace('`', "");
    match DATED.as_ref().filter(|_| text.contains('_')) {
        Some(dated) => dated.replace(&text, "$1").into_owned(),
        None => text,
    }
}

/// Tells whether the words before a version say that it is left: `Upgrading from`, but not `from
/// versions before`.
fn leaves(before: &[String]) -> bool {
    let from = before.iter().rposition(|word| word == "from");
    let after = from.and_then(|at| before.get(at + 1..)).unwrap_or_default();
    let earlier = ["before", "older", "than", "earlier", "prior", "pre", "below", "to"];
    from.is_some() && !after.iter().any(|word| earlier.contains(&word.as_str()))
}

/// The version that a heading is about.
struct Target {
    start: usize,
    end: usize,
    version: Version,
    /// Whether the heading names the version before as well.
    is_step: bool,
}

/// Finds the version that a heading is about: the second of `from A to B`, else the first.
fn target(text: &str) -> Option<Target> {
    let mut found = Version::find_all(text, 1).into_iter().filter(|(start, end, version)| {
        version.precision() >= 2
            || text.get(*start..*end).is_some_and(|t| t.starts_with(['v', 'V']) || t.contains(".x"))
            || text.get(..*start).is_some_and(introduces_number)
    });
    let (start, end, first) = found.next()?;
    let only = |version| Target { start, end, version, is_step: false };
    let Some((next_start, next_end, second)) = found.next() else { return Some(only(first)) };
    let between = text.get(end..next_start).unwrap_or_default().to_ascii_lowercase();
    let step = ["to", "->", "→", "=>", "-"].contains(&between.trim().trim_end_matches(" v"))
        || (between.trim().starts_with("to ") && between.len() < 40);
    Some(if step {
        Target { start, end: next_end, version: second, is_step: true }
    } else {
        only(first)
    })
}

/// Tells whether a bare number after this text can only be a version.
fn introduces_number(before: &str) -> bool {
    let word = before.trim_end().trim_end_matches('-');
    let word = word.rsplit([' ', '(', '[']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        word.as_str(),
        "stable" | "version" | "release" | "from" | "to" | "chart" | "<" | "series"
    )
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn is_version_word(word: &str) -> bool {
    word.trim_start_matches('v').chars().all(|c| c.is_ascii_digit() || c == 'x')
}

/// Tells whether what follows the version leaves the heading a version's.
fn may_follow(after: &str, version: &Version, bare: bool) -> bool {
    let after = after.trim_start();
    let first = after.split([' ', ':', ',']).next().unwrap_or_default().to_lowercase();
    after.is_empty()
        || !after.starts_with(char::is_alphabetic)
        || AFTER.contains(&first.as_str())
        || (!bare && version.precision() >= 2)
        || version.precision() >= 3
}

fn is_pre_release_note(after: &str) -> bool {
    let lower = after.to_lowercase();
    ["(beta", "(alpha", "(rc", "release candidate", "pre-release", "(preview", "- beta"]
        .iter()
        .any(|w| lower.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(heading: &str, names: &[&str], strictness: Strictness) -> Option<(String, State)> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        read(heading, &names, strictness)
            .map(|title| (title.version.map(|v| v.to_string()).unwrap_or_default(), title.state))
    }

    #[test]
    fn version_headings_come_in_many_shapes() {
        use State::{PreRelease, Released, Unreleased, Yanked};
        for (heading, version, state) in [
            ("[1.2.3] - 2024-01-30", "1.2.3", Released),
            ("v1.2.3", "1.2.3", Released),
            ("`v1.2.3`", "1.2.3", Released),
            ("Released (2024-01-30_1.2.3)", "1.2.3", Released),
            ("1.2.3 (2024-01-30)", "1.2.3", Released),
            ("1.2.3 / 2024-01-30", "1.2.3", Released),
            ("Version 1.2.3", "1.2.3", Released),
            ("Release 1.19", "1.19", Released),
            ("stable-9955", "9955", Released),
            ("harbour 3.0.5", "3.0.5", Released),
            ("2.1.0 - A fine name!", "2.1.0", Released),
            ("🚀 v4.1.0: faster", "4.1.0", Released),
            ("4.2.0 - 2021-03-02 YANKED", "4.2.0", Yanked),
            ("[unreleased]", "", Unreleased),
            ("2.8.0 (Unreleased)", "2.8.0", Unreleased),
            ("Helm chart 3.1.0", "3.1.0", Released),
            ("2.0.0-rc.1", "2.0.0-rc.1", PreRelease),
            ("From 42.x to 43.x", "43", Released),
            ("From 6.x.x to 7.0.x", "7.0", Released),
            ("Upgrading from v2.3 to v2.4", "2.4", Released),
            ("v2.9 to 2.10", "2.10", Released),
            ("v2.0 → v2.1", "2.1", Released),
            ("Upgrading to 2.0", "2.0", Released),
            ("To 12.0.0", "12.0.0", Released),
            ("To 12", "12", Released),
            ("v3 Migration Guide", "3", Released),
            ("What's new in 2024.8", "2024.8", Released),
        ] {
            let read = shown(heading, &["harbour"], Strictness::Known);
            assert_eq!(read, Some((version.to_owned(), state)), "{heading}");
        }
    }

    #[test]
    fn a_heading_that_mentions_a_version_is_none() {
        for heading in [
            "PostgreSQL 18 support",
            "Upgrade the database from PostgreSQL 14 to 17",
            "Use Node 22.3",
            "Breaking changes",
            "Fixes #1.2.3",
            "2024",
            "Support for TLS 1.3",
            "1.28 becomes the minimum",
            "Changes since v1.2.3",
            "Helm v3 is now the default",
        ] {
            assert_eq!(shown(heading, &["harbour"], Strictness::Known), None, "{heading}");
        }
    }

    #[test]
    fn a_version_that_is_left_is_told_apart() {
        for (heading, version, state) in [
            ("Upgrading from 1.x", "1", State::Left),
            ("Migrating from Harbour v1.2", "1.2", State::Left),
            ("Upgrading from versions before 2.0", "2.0", State::Released),
            ("From 1.x to 2.x", "2", State::Released),
        ] {
            let read = shown(heading, &["harbour"], Strictness::Known);
            assert_eq!(read, Some((version.to_owned(), state)), "{heading}");
        }
    }

    #[test]
    fn other_programs_of_the_same_house_are_told_apart() {
        let read = shown("Harbour for Android 2.1.0", &["harbour"], Strictness::Any);
        assert_eq!(read, Some(("2.1.0".to_owned(), State::Foreign)));
    }
}

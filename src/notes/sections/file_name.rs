//! Versions in the names of files.
//!
//! Projects that write one file a version say the version in the name: `v1.2.3.md`,
//! `release-notes-1.19.md`, `upgrading-1.18-1.19.md`, `changes-26_0_0.adoc`, `upgrade_to_28.rst`,
//! `2.4/index.md`. A date in a name is no version. Only the last telling part of a path counts, so
//! that the documentation of a version is not taken for its notes.

use std::sync::LazyLock;

use regex::Regex;

use super::super::version::Version;

/// Reads the version that a file's notes belong to from its name.
pub(super) fn version(source: &str) -> Option<Version> {
    let stem = match source.rsplit_once('.') {
        Some((stem, extension))
            if extension.len() <= 8
                && !extension.contains(['/', ' '])
                && extension.starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            stem
        }
        _ => source,
    };
    let part = telling_part(stem, '/')?;
    if let Some(found) = underscored(part) {
        return Some(found);
    }
    dotted(telling_part(part, '_')?).or_else(|| dotted(part))
}

/// Tells whether a file's name says that its version is left: `upgrading-from-1.x.md`.
pub(super) fn leaves(source: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(?:^|[-_ ])from[-_ ]?v?\d").ok());
    let part = source.rsplit('/').next().unwrap_or_default();
    let to = ["-to-", "_to_", " to "].iter().any(|to| part.to_ascii_lowercase().contains(to));
    !to && PATTERN.as_ref().is_some_and(|pattern| pattern.is_match(part))
}

/// Tells whether a file is about another program of the same house: `CHANGELOG-desktop.md`.
pub(super) fn is_foreign(source: &str) -> bool {
    let part = source.rsplit('/').next().unwrap_or_default().to_lowercase();
    part.split(|c: char| !c.is_alphanumeric()).any(super::words::is_foreign)
}

/// Returns the words of a path that may name the application.
pub(in crate::notes) fn names(source: &str) -> Vec<String> {
    source
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_lowercase)
        .filter(|word| !GENERIC.contains(&word.as_str()))
        .collect()
}

/// Words of paths that name no application.
const GENERIC: [&str; 18] = [
    "docs",
    "doc",
    "content",
    "blog",
    "md",
    "mdx",
    "rst",
    "txt",
    "index",
    "website",
    "src",
    "tmp",
    "home",
    "work",
    "upgrade",
    "readme",
    "postgresql",
    "kubernetes",
];

/// Returns the last part of a path that is not just `index` or `readme`.
fn telling_part(path: &str, separator: char) -> Option<&str> {
    path.rsplit(separator).find(|part| {
        let lower = part.trim_matches('_').to_ascii_lowercase();
        !matches!(
            lower.as_str(),
            "" | "index"
                | "readme"
                | "changelog"
                | "release-notes"
                | "notes"
                | "upgrade"
                | "upgrading"
        )
    })
}

/// Reads `1.18-1.19`, `v3`, `10.11.0`; of two versions the second.
fn dotted(part: &str) -> Option<Version> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[^0-9a-z.])((?:v\d+(?:\.\d+)*|\d+(?:\.\d+){1,3})(?:\.x)?(?:-?(?:rc|beta|alpha|pre|preview|dev)(?:[.-]?\d+)?)?)").ok()
    });
    let pattern = PATTERN.as_ref()?;
    let mut found = None;
    for capture in pattern.captures_iter(part) {
        let Some(written) = capture.get(1) else { continue };
        let next = part.get(written.end()..).and_then(|rest| rest.chars().next());
        if next.is_none_or(|c| !c.is_ascii_alphanumeric()) {
            found = Version::parse(written.as_str()).or(found);
        }
    }
    found.or_else(|| dashed(part))
}

/// Reads `app-10-8-0`; a date has four digits in front.
fn dashed(part: &str) -> Option<Version> {
    static PATTERN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)[a-z]-v?(\d{1,3})-(\d{1,3})(?:-(\d{1,3}))?$").ok());
    let capture = PATTERN.as_ref()?.captures(part)?;
    let numbers: Vec<&str> = capture.iter().skip(1).flatten().map(|m| m.as_str()).collect();
    Version::parse(&numbers.join("."))
}

/// Reads `changes-26_0_0` and `upgrade_to_28`.
fn underscored(part: &str) -> Option<Version> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[a-z][_-])(?:v|to[_-]v?)?(?:(\d{1,3}(?:_\d{1,3}){1,2})|(?:to[_-]v?)(\d{1,4}))$").ok()
    });
    let capture = PATTERN.as_ref()?.captures(part)?;
    let written = capture.get(1).or(capture.get(2))?;
    Version::parse(&written.as_str().replace('_', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_what_is_left_and_what_is_foreign() {
        assert!(leaves("docs/upgrading-from-1.x.md"));
        assert!(!leaves("docs/upgrading-from-1.x-to-2.x.md"));
        assert!(!leaves("docs/from-1.x/notes.md"));
        assert!(is_foreign("docs/CHANGELOG-desktop.md"));
        assert!(!is_foreign("desktop/CHANGELOG.md"));
    }

    #[test]
    fn names_of_files_say_their_version() {
        for (name, expected) in [
            ("releases/v1.2.3.md", Some("1.2.3")),
            ("1.2.3.md", Some("1.2.3")),
            ("releases/v1.2.0-beta.1.md", Some("1.2.0-beta.1")),
            ("1.2.0-rc1.md", Some("1.2.0-rc1")),
            ("notes/release-notes-1.19.md", Some("1.19")),
            ("docs_upgrading_upgrading-1.18-1.19.md", Some("1.19")),
            ("docs_migration-v3.md", Some("3")),
            ("changes-26_0_0.adoc", Some("26.0.0")),
            ("upgrade_to_28.rst", Some("28")),
            ("releases/2.4/index.md", Some("2.4")),
            ("blog_2025_10-19-harbour-release-10.11.0_index.mdx", Some("10.11.0")),
            ("blog_2022_06-10-harbour-10-8-0.mdx", Some("10.8.0")),
            ("CHANGELOG-1.5.md", Some("1.5")),
            ("v2024.8.md", Some("2024.8")),
            ("blog/2024-01-30-news.md", None),
            ("CHANGELOG.md", None),
            ("v2/installation.md", None),
            ("docs_upgrading_postgres.md", None),
        ] {
            assert_eq!(version(name).map(|v| v.to_string()).as_deref(), expected, "{name}");
        }
    }
}

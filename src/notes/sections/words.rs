//! The words of version headings.
//!
//! Whether a heading names the version of what stands below it, or only mentions one, is told by
//! the words around the version. These are the ones that go with releases, in the titles of
//! changelogs, upgrade guides and announcements.

/// Words that may stand before a version.
pub(super) const BEFORE: [&str; 56] = [
    "a",
    "and",
    "announcement",
    "announcing",
    "app",
    "application",
    "available",
    "before",
    "breaking",
    "bugfix",
    "change",
    "changed",
    "changelog",
    "changes",
    "chart",
    "for",
    "from",
    "guide",
    "helm",
    "highlights",
    "hotfix",
    "important",
    "in",
    "introducing",
    "is",
    "lts",
    "major",
    "migrate",
    "migrating",
    "migration",
    "minor",
    "new",
    "news",
    "note",
    "notes",
    "of",
    "older",
    "patch",
    "release",
    "released",
    "releases",
    "s",
    "since",
    "stable",
    "tag",
    "than",
    "the",
    "to",
    "update",
    "updating",
    "upgrade",
    "upgrading",
    "v",
    "version",
    "versions",
    "what",
];

/// Words that may stand after a version without any mark between.
pub(super) const AFTER: [&str; 30] = [
    "a",
    "and",
    "beta",
    "breaking",
    "changelog",
    "changes",
    "final",
    "guide",
    "highlights",
    "hotfix",
    "is",
    "lts",
    "migration",
    "notes",
    "or",
    "patch",
    "rc",
    "release",
    "released",
    "released!",
    "stable",
    "to",
    "unreleased",
    "update",
    "upgrade",
    "upgrading",
    "version",
    "with",
    "yanked",
    "has",
];

/// Words of a heading over what is not released.
pub(super) const UNRELEASED: [&str; 9] = [
    "unreleased",
    "upcoming",
    "not yet released",
    "not released",
    "in development",
    "next release",
    "work in progress",
    "pending release",
    "roadmap",
];

/// Words of a heading over a release that was taken back.
pub(super) const YANKED: [&str; 7] = [
    "yanked",
    "withdrawn",
    "retracted",
    "recalled",
    "do not use",
    "do not install",
    "broken release",
];

/// Words of a heading over a release of another program.
pub(super) const FOREIGN: [&str; 14] = [
    "android",
    "ios",
    "ipados",
    "mobile",
    "iphone",
    "desktop",
    "roku",
    "tvos",
    "webos",
    "tizen",
    "kodi",
    "swiftfin",
    "androidtv",
    "browser extension",
];

/// Tells whether a word names another program of the same house.
pub(super) fn is_foreign(word: &str) -> bool {
    FOREIGN.contains(&word)
}

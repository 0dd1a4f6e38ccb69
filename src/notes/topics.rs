//! What a heading is about.
//!
//! Release notes are sorted by their writers: breaking changes, fixes, features, what only
//! developers care about, what only the mobile application does. The same sentence means different
//! things below different headings, so every rule can ask for the topics around a sentence. A
//! topic is read from headings, from list items and short lead-ins that act as headings (`*
//! BREAKING`), and never from running text.

use std::sync::LazyLock;

use regex::RegexSet;

/// A set of topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Topics(u16);

impl Topics {
    /// Changes that break existing installations.
    pub(super) const BREAKING: Self = Self(1);
    /// What must be known or done to upgrade.
    pub(super) const UPGRADE: Self = Self(1 << 1);
    /// What still works but will not for ever.
    pub(super) const DEPRECATED: Self = Self(1 << 2);
    /// What is gone.
    pub(super) const REMOVED: Self = Self(1 << 3);
    /// What works differently.
    pub(super) const CHANGED: Self = Self(1 << 4);
    /// What was broken and is not any more.
    pub(super) const FIXED: Self = Self(1 << 5);
    /// What is new.
    pub(super) const ADDED: Self = Self(1 << 6);
    /// Security fixes.
    pub(super) const SECURITY: Self = Self(1 << 7);
    /// Builds, dependencies, translations, documentation, thanks.
    pub(super) const INTERNAL: Self = Self(1 << 8);
    /// Other programs: mobile applications, plugins, libraries.
    pub(super) const FOREIGN: Self = Self(1 << 9);
    /// What a later release will bring.
    pub(super) const FUTURE: Self = Self(1 << 10);
    /// What does not work yet.
    pub(super) const KNOWN_ISSUES: Self = Self(1 << 11);
    /// Environment variables, settings, chart values.
    pub(super) const SETTINGS: Self = Self(1 << 12);
    /// The list of everything, which repeats what is sorted above it.
    pub(super) const EVERYTHING: Self = Self(1 << 13);
    /// No topic.
    pub(super) const NONE: Self = Self(0);

    /// Returns the topics that a heading's plain text names.
    pub(super) fn of(heading: &str) -> Self {
        if heading.len() > LONGEST {
            return Self::NONE;
        }
        let heading = heading.to_lowercase();
        let Some(set) = SET.as_ref() else { return Self::NONE };
        let mut topics = set
            .matches(&heading)
            .into_iter()
            .filter_map(|index| TABLE.get(index))
            .fold(Self::NONE, |all, (topics, _)| all.and(*topics));
        if topics.has(Self::NOT_BREAKING) {
            topics = Self(topics.0 & !(Self::BREAKING.0 | Self::NOT_BREAKING.0));
        }
        // A guide to an upgrade is documentation that somebody upgrading has to read.
        if topics.has(Self::UPGRADE) && heading.contains("guide") {
            topics = Self(topics.0 & !Self::INTERNAL.0);
        }
        topics
    }

    /// A heading that says that nothing breaks.
    const NOT_BREAKING: Self = Self(1 << 15);

    /// Returns both sets together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the topics that are in both sets.
    pub(super) const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Tells whether any of the topics is in this set.
    pub(super) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Tells whether the set is empty.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The longest text that is read as a heading, in bytes.
const LONGEST: usize = 200;

/// What names a topic, over lower-case text.
const TABLE: [(Topics, &str); 16] = [
    (Topics::BREAKING, r"\bbreak(?:ing|s|ages?)?\b|incompatib|💥"),
    (
        Topics::NOT_BREAKING,
        r"\bnon-?\s?breaking|\b(?:no|not|without|zero)\b[^.]{0,24}\b(?:break|incompatib)|record[- ]breaking",
    ),
    (
        Topics::UPGRADE,
        r"upgrad|migrat|\bupdating|update (?:notes?|instructions?)|action (?:is )?(?:required|needed)|required actions?|manual (?:action|intervention|step|change)|\bimportant|attention|must read|before you|⚠|🚨|warning|caution|heads[- ]up|please (?:note|read)|prerequisite|pre-requisite|requirements?\b|what you (?:need|have)|notable|notice",
    ),
    (Topics::DEPRECATED, r"deprecat|sunset"),
    (
        Topics::REMOVED,
        r"\bremov(?:ed|als?|ing)\b|end[- ]of[- ](?:life|support)|\bdropp?ed|discontinu",
    ),
    (Topics::CHANGED, r"\bchanged?\b|changes\b|behaviou?r|\bdefaults?\b|different"),
    (Topics::FIXED, r"\bbugs?\b|\bfix(?:es|ed)?\b|bug-?fix|regression|🐛|🐞"),
    (Topics::ADDED, r"feature|enhance|\badded\b|\bnew\b|improve|highlights|✨|🚀|\badditions?\b"),
    (Topics::SECURITY, r"security|vulnerab|\bcves?\b|🔒"),
    (
        Topics::INTERNAL,
        r"\binternals?\b|under the hood|\bbuilds?\b|\bci\b|\bdev(?:elopment|elopers?)?\b|contribut|refactor|\btests?\b|testing|\bchores?\b|maintenance|housekeeping|translat|i18n|locali[sz]|documentation|\bdocs?\b|dependenc|\bdeps\b|bump|credits|\bthanks?\b|thank you|community|acknowledg|sponsor|dashboards?\b|\btechnical (?:stuff|details|debt)|\bcode quality|\bcleanups?\b",
    ),
    (
        Topics::FOREIGN,
        r"\bandroid\b|\bios\b|\bmobile\b|\biphone|\bdesktop (?:app|client)|browser extension|plugin (?:developers?|authors?)|\bsdks?\b|for developers|developers? notes|library (?:users|authors)|embedders",
    ),
    (
        Topics::FUTURE,
        r"upcoming|\bfuture\b|next (?:major |minor )?(?:release|version)|planned|roadmap|coming soon|looking ahead|what's next|will be (?:removed|dropped)",
    ),
    (Topics::KNOWN_ISSUES, r"known (?:issues?|bugs?|problems?|limitations?)|\bknown regressions?"),
    (
        Topics::SETTINGS,
        r"environment|\benv\b|\bvariables?\b|\bsettings?\b|configuration|\bconfig\b|\bvalues\b|\boptions?\b|\bparameters?\b|\bflags?\b",
    ),
    (Topics::EVERYTHING, r"^\W*(?:all|full|complete) (?:\w+ )?(?:change(?:s|log)|commits)"),
    (Topics::ADDED, r"^what's new"),
];

static SET: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(TABLE.iter().map(|(_, pattern)| *pattern)).ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_name_topics() {
        for (heading, has, lacks) in [
            ("Breaking Changes", Topics::BREAKING, Topics::FIXED),
            (
                ":boom: Breaking changes & Deprecations",
                Topics::BREAKING.and(Topics::DEPRECATED),
                Topics::FIXED,
            ),
            ("⚠ BREAKING CHANGES", Topics::BREAKING, Topics::FIXED),
            ("Non-breaking changes", Topics::CHANGED, Topics::BREAKING),
            ("No breaking changes", Topics::CHANGED, Topics::BREAKING),
            ("Bug Fixes", Topics::FIXED, Topics::BREAKING),
            ("🐛 Bugfixes", Topics::FIXED, Topics::BREAKING),
            ("Action required", Topics::UPGRADE, Topics::BREAKING),
            ("Removed", Topics::REMOVED, Topics::BREAKING),
            ("Upcoming changes", Topics::FUTURE, Topics::BREAKING),
            ("Mobile", Topics::FOREIGN, Topics::BREAKING),
            ("New environment variables", Topics::SETTINGS.and(Topics::ADDED), Topics::BREAKING),
            ("Chore", Topics::INTERNAL, Topics::BREAKING),
            ("All Changes", Topics::EVERYTHING, Topics::INTERNAL),
            ("New Contributors", Topics::INTERNAL, Topics::BREAKING),
            ("Documentation guides on upgrades", Topics::UPGRADE, Topics::INTERNAL),
            ("Upgrade dependencies", Topics::INTERNAL, Topics::BREAKING),
        ] {
            let topics = Topics::of(heading);
            assert!(topics.has(has) && !topics.has(lacks), "{heading}: {topics:?}");
        }
        assert!(Topics::of("A paragraph of prose about the sea").is_empty());
    }

    #[test]
    fn the_table_compiles() {
        assert!(SET.is_some());
    }
}

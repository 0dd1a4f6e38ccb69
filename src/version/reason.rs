//! Why a version was not taken.
//!
//! Every version that upstream has and an upgrade does not take is refused for one of these
//! reasons. The code of a reason is stable: reports, policies and tests rely on it. A repository
//! can hold a million tags, so all are counted, some are named, and those that a reader would have
//! expected to be taken are all named.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a version was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is no tag or version by its specification.
    Invalid,
    /// It is a signature, an attestation or a bill of materials.
    Signature,
    /// It names a commit, and commits have no order.
    CommitHash,
    /// It was built for a review.
    ReviewBuild,
    /// It names a moving line of releases, not one release.
    Floating,
    /// The current one has no order, so that nothing is newer.
    NoOrder,
    /// It has another prefix or is made in another way.
    OtherScheme,
    /// It has more or fewer numbers.
    OtherPrecision,
    /// It is another flavour, or its base system is older.
    OtherVariant,
    /// It is the same version in another spelling, and the current spelling exists too.
    OtherSpelling,
    /// It is not newer than the current one.
    NotNewer,
    /// It is not yet released, and the current one is.
    PreRelease,
    /// Numbers went over to dates.
    CalendarLeap,
    /// It lies far beyond an unbroken series, alone: a mistake or a left-over scheme.
    Stray,
    /// Several builds of one version differ in their commit only, and nothing says which is later.
    Ambiguous,
    /// It is ignored by configuration or policy.
    Ignored,
    /// It lies outside the range that configuration or policy allows.
    OutsideAllowed,
    /// Major upgrades are not allowed here.
    MajorNotAllowed,
    /// Upgrades of this size are not allowed here.
    BumpNotAllowed,
    /// A version in between must be passed through first.
    StopFirst,
    /// A major version in between comes first.
    MajorFirst,
    /// The range could not be rewritten in its style to take it in.
    RangeStyle,
}

impl Reason {
    /// Returns the stable code, `pre-release`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Signature => "signature",
            Self::CommitHash => "commit-hash",
            Self::ReviewBuild => "review-build",
            Self::Floating => "floating",
            Self::NoOrder => "no-order",
            Self::OtherScheme => "other-scheme",
            Self::OtherPrecision => "other-precision",
            Self::OtherVariant => "other-variant",
            Self::OtherSpelling => "other-spelling",
            Self::NotNewer => "not-newer",
            Self::PreRelease => "pre-release",
            Self::CalendarLeap => "calendar-leap",
            Self::Stray => "stray",
            Self::Ambiguous => "ambiguous",
            Self::Ignored => "ignored",
            Self::OutsideAllowed => "outside-allowed",
            Self::MajorNotAllowed => "major-not-allowed",
            Self::BumpNotAllowed => "bump-not-allowed",
            Self::StopFirst => "stop-first",
            Self::MajorFirst => "major-first",
            Self::RangeStyle => "range-style",
        }
    }

    /// Returns the reason as the end of a sentence that begins with the version.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Invalid => "is no valid tag or version",
            Self::Signature => "is a signature or an attestation",
            Self::CommitHash => "names a commit, and commits have no order",
            Self::ReviewBuild => "was built for a review",
            Self::Floating => "names a moving line of releases, not one release",
            Self::NoOrder => "cannot be compared, because the current version has no order",
            Self::OtherScheme => "follows another naming scheme",
            Self::OtherPrecision => "has more or fewer numbers than the current version",
            Self::OtherVariant => "is another variant of the image",
            Self::OtherSpelling => "is the same version in another spelling",
            Self::NotNewer => "is not newer",
            Self::PreRelease => "is a pre-release",
            Self::CalendarLeap => "is dated, and the current version is numbered",
            Self::Stray => "lies alone, far beyond all other versions",
            Self::Ambiguous => "is one of several builds without an order",
            Self::Ignored => "is ignored by a rule",
            Self::OutsideAllowed => "lies outside the allowed versions",
            Self::MajorNotAllowed => "is a major upgrade, which is not allowed here",
            Self::BumpNotAllowed => "is a larger upgrade than is allowed here",
            Self::StopFirst => "comes after a version that must be passed through first",
            Self::MajorFirst => "comes after a major version that has to be taken first",
            Self::RangeStyle => "could not be taken into the range as it is written",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A refused version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The tag or version as upstream writes it.
    pub version: String,
    /// Why it was refused.
    pub reason: Reason,
}

/// The refused versions: all are counted, those that matter are named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Refusals {
    /// The versions that are newer than the current one and like it, the newest first, then a few
    /// examples for each other reason in the order in which upstream lists them.
    pub named: Vec<Refused>,
    /// How many were refused, by reason.
    pub counts: BTreeMap<Reason, usize>,
    #[serde(skip)]
    examples: Vec<Refused>,
}

/// How many examples are kept of a reason.
const EXAMPLES: usize = 3;

/// How many newer versions are named by one reason, so that a list without an end has one.
const NAMED: usize = 1000;

impl Refusals {
    /// Returns the reason for which a version was refused, if it is among the named.
    #[must_use]
    pub fn reason(&self, version: &str) -> Option<Reason> {
        self.named.iter().find(|refused| refused.version == version).map(|refused| refused.reason)
    }

    /// Counts a refused version, and keeps the first few of each reason as examples.
    pub(super) fn count(&mut self, version: &str, reason: Reason) {
        let count = self.counts.entry(reason).or_default();
        *count += 1;
        if *count <= EXAMPLES {
            self.examples.push(Refused { version: version.to_owned(), reason });
        }
    }

    /// Counts a refused version and keeps its name.
    pub(super) fn name(&mut self, version: &str, reason: Reason) {
        let count = self.counts.entry(reason).or_default();
        *count += 1;
        if *count <= NAMED {
            self.named.push(Refused { version: version.to_owned(), reason });
        }
    }

    /// Puts the examples behind the named versions.
    pub(super) fn finish(mut self) -> Self {
        self.named.append(&mut self.examples);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_is_serialised() {
        for reason in [
            Reason::PreRelease,
            Reason::CalendarLeap,
            Reason::MajorNotAllowed,
            Reason::CommitHash,
            Reason::NoOrder,
        ] {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
    }

    #[test]
    fn counts_all_and_keeps_some() {
        let mut refusals = Refusals::default();
        for index in 0..10 {
            refusals.count(&format!("old-{index}"), Reason::NotNewer);
        }
        refusals.name("2.0.0", Reason::Ignored);
        let refusals = refusals.finish();
        assert_eq!(refusals.counts[&Reason::NotNewer], 10);
        assert_eq!(refusals.named.len(), 4);
        assert_eq!(refusals.named[0].version, "2.0.0");
        assert_eq!(refusals.reason("old-2"), Some(Reason::NotNewer));
        assert_eq!(refusals.reason("old-3"), None);
    }
}

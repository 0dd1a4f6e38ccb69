//! The order of versions, and how far apart two are.
//!
//! Numbers come first, then how near to release, then the builds that are counted. What does not
//! say which is later (prefix, flavour, commit) takes no part: two tags can be equal here and be
//! different images. [`choose`](super::choose) compares within one family only; release notes,
//! which write a version in their own way, are compared across spellings.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numbers::Numbers;
use super::tag::{Kind, Tag};
use super::word::Stage;

/// How far an upgrade goes; the order is by weight, so that the greatest of several can be taken.
///
/// It counts positions, whatever the scheme: the first number is the major version, also where it
/// is a year. What the first number means for the risk is for the strategy to say, which knows the
/// [`Kind`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// The version is the same or cannot be compared: only the base system, the spelling or the
    /// time of a branch build differs.
    Other,
    /// The tag is the same and its content differs.
    Digest,
    /// The third or a later number, the maturity or the build differs.
    Patch,
    /// The second number differs.
    Minor,
    /// The first number differs.
    Major,
}

/// Tells how far it is from one version to another, in either direction.
///
/// `1.2` and `1.2.0` are no distance apart.
#[must_use]
pub fn bump(from: &str, to: &str) -> Bump {
    bump_of(&read(from), &read(to))
}

/// Compares two versions however they are spelt; `None` where one of them is none.
///
/// `v1.2`, `1.2.0` and `release-1.2` are equal here, `1.2.0-rc.1` comes before them and
/// `1.2.0-ls3` after.
#[must_use]
pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (read(left), read(right));
    (left.is_version() && right.is_version()).then(|| order(&left, &right))
}

/// Tells whether two texts are one version, however they are spelt.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    compare(left, right).is_some_and(Ordering::is_eq)
}

/// Reads a version without the build metadata of a semantic version, which has no order.
fn read(version: &str) -> Tag<'_> {
    Tag::parse(version.split('+').next().unwrap_or_default())
}

/// Compares two tags by numbers, maturity and builds.
pub(super) fn order(left: &Tag<'_>, right: &Tag<'_>) -> Ordering {
    left.numbers()
        .cmp_padded(right.numbers())
        .then_with(|| maturity(left, right))
        .then_with(|| left.builds().cmp(right.builds()))
}

/// Compares how near two versions of the same numbers are to their release.
pub(super) fn maturity(left: &Tag<'_>, right: &Tag<'_>) -> Ordering {
    let steps = |tag: &Tag<'_>| -> Vec<(Stage, Numbers)> {
        tag.pre_release().map(|(stage, numbers)| (stage, *numbers)).collect()
    };
    match (left.is_pre_release(), right.is_pre_release()) {
        (false, false) => Ordering::Equal,
        (true, true) => steps(left).cmp(&steps(right)),
        // A release is later than all that led to it.
        (released, _) => {
            if released {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
    }
}

pub(super) fn bump_of(from: &Tag<'_>, to: &Tag<'_>) -> Bump {
    let comparable = from.is_version() && to.is_version();
    if !comparable || [from, to].iter().any(|tag| tag.kind() == Kind::BranchBuild) {
        return Bump::Other;
    }
    if let Some(place) = first_difference(from.numbers(), to.numbers()) {
        return [Bump::Major, Bump::Minor].get(place).copied().unwrap_or(Bump::Patch);
    }
    match order(from, to) {
        Ordering::Equal => Bump::Other,
        Ordering::Less | Ordering::Greater => Bump::Patch,
    }
}

/// Tells at which place two series of numbers first differ, missing ones counting as zero.
pub(super) fn first_difference(left: &Numbers, right: &Numbers) -> Option<usize> {
    let padded =
        |numbers: &Numbers, place: usize| numbers.as_slice().get(place).copied().unwrap_or(0);
    (0..left.len().max(right.len())).find(|place| padded(left, *place) != padded(right, *place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_versions_come_later() {
        let ascending: &[&[&str]] = &[
            &[
                "1.2.0.dev0",
                "1.2.0-alpha.1",
                "1.2.0a2",
                "1.2.0-beta",
                "1.2.0b9",
                "1.2.0b10",
                "1.2.0.M1",
                "1.2.0-pre",
                "1.2.0-rc.1",
                "1.2.0rc2",
                "1.2.0",
                "1.2.0-ls3",
                "v1.2.0-ls12",
                "1.2.1",
                "1.10.0",
                "2.0.0-rc.1",
                "2.0.0",
            ],
            &["24.04", "24.10", "25.04"],
            &["2.53.2-0.2.3", "2.53.2-0.2.10", "2.53.3-0.1.0"],
            &["5.1.2-r0-ls300", "5.1.2-r0-ls301", "5.1.2-r1-ls2"],
            &[
                "RELEASE.2024-01-16T16-07-38Z",
                "RELEASE.2024-01-18T22-51-28Z",
                "RELEASE.2025-01-01T00-00-00Z",
            ],
            &["6.4.1.10545", "6.4.1.10546", "7.0.0.1"],
            &["server-b999", "server-b4321"],
        ];
        for versions in ascending {
            for (index, left) in versions.iter().enumerate() {
                for (other, right) in versions.iter().enumerate() {
                    assert_eq!(compare(left, right), Some(index.cmp(&other)), "{left} {right}");
                }
            }
        }
    }

    #[test]
    fn spellings_are_equal_and_names_have_no_order() {
        for (left, right) in [
            ("v1.2", "1.2.0"),
            ("1.2.0+b.1", "1.2.0"),
            ("release-1.2", "1.2"),
            ("1.2-alpine", "1.2-slim"),
            ("24.04", "24.4"),
        ] {
            assert_eq!(compare(left, right), Some(Ordering::Equal), "{left} {right}");
        }
        for (left, right) in
            [("latest", "1.2"), ("1.2", "abc1234"), ("main", "main"), ("pr-1", "pr-2")]
        {
            assert_eq!(compare(left, right), None, "{left} {right}");
        }
    }

    #[test]
    fn bumps_count_positions() {
        let cases = [
            ("1.2.3", "2.0.0", Bump::Major),
            ("1.2.3", "1.3.0", Bump::Minor),
            ("1.2.3", "1.2.4", Bump::Patch),
            ("1.2.3.4", "1.2.3.5", Bump::Patch),
            ("0.9.0", "0.10.0", Bump::Minor),
            ("v1.2", "1.3", Bump::Minor),
            ("1.2", "1.2.1", Bump::Patch),
            ("1.2.3-rc.1", "1.2.3-rc.2", Bump::Patch),
            ("1.2.3-rc.1", "1.2.3", Bump::Patch),
            ("1.2.3-rc.1", "1.3.0", Bump::Minor),
            ("1.2.3-ls12", "1.2.3-ls13", Bump::Patch),
            ("1.2.3-ls12", "1.3.0-ls1", Bump::Minor),
            ("1.2.3-debian-12-r3", "1.2.3-debian-12-r4", Bump::Patch),
            ("3.12-alpine3.20", "3.12-alpine3.21", Bump::Other),
            ("2024.12.3", "2025.1.0", Bump::Major),
            ("2024.12.3", "2024.12.4", Bump::Patch),
            ("24.04", "24.10", Bump::Minor),
            ("20240501", "20240601", Bump::Major),
            ("RELEASE.2024-01-16T16-07-38Z", "RELEASE.2024-02-01T00-00-00Z", Bump::Minor),
            ("16-3.4", "16-3.5", Bump::Patch),
            ("main-abc1234-1700000000", "main-abc1235-1700000001", Bump::Other),
            ("main-57-abc1234", "main-58-def5678", Bump::Other),
            ("v1.2", "1.2", Bump::Other),
            ("latest", "1.2", Bump::Other),
            ("2.0.0", "1.0.0", Bump::Major),
        ];
        for (from, to, expected) in cases {
            assert_eq!(bump(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn the_greatest_bump_weighs_most() {
        let ascending = [Bump::Other, Bump::Digest, Bump::Patch, Bump::Minor, Bump::Major];
        assert!(ascending.is_sorted());
        assert_eq!(
            serde_json::to_string(&ascending).unwrap(),
            r#"["other","digest","patch","minor","major"]"#
        );
    }

    const VERSION: &str = "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(-?(rc|beta|alpha|dev)\\.?[0-9]{0,2})?(-(ls|r)[0-9]{1,2}){0,2}(-alpine)?";

    proptest::proptest! {
        #[test]
        fn the_order_is_total(a in VERSION, b in VERSION, c in VERSION) {
            let (ab, ba) = (compare(&a, &b).unwrap(), compare(&b, &a).unwrap());
            assert_eq!(ab, ba.reverse());
            assert_eq!(compare(&a, &a), Some(Ordering::Equal));
            let (bc, ac) = (compare(&b, &c).unwrap(), compare(&a, &c).unwrap());
            if ab == bc {
                assert_eq!(ac, ab, "{a} {b} {c}");
            }
            if ab.is_eq() {
                assert_eq!(ac, bc, "{a} {b} {c}");
            }
        }
    }
}

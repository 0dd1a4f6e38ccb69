//! Numbers that are greater and yet not newer.
//!
//! A project that changes its scheme leaves tags behind that beat every later one: dates among
//! numbers, a mistyped release, a test. No registry tells when a tag was made without a request
//! for each, so this judges by the numbers alone, and only where they are plain: numbers that go
//! over to dates, and a handful of tags far beyond an unbroken series. Whoever meant the leap can
//! still make it by hand; a wrong one would not be noticed before it breaks.

use std::collections::BTreeMap;

use super::date;
use super::order::first_difference;
use super::tag::{Kind, Tag};

/// From here on a first number is a year, a date or a count, and no major version.
const NO_MAJOR: u64 = 1000;

/// How many majors must be missing before those behind them are looked at as strays.
const GAP: u64 = 5;

/// How many majors must be missing before no series is asked for in front of them.
const ABYSS: u64 = 50;

/// The most releases that strays can be.
const STRAYS: usize = 3;

/// The fewest releases that make a series.
const SERIES: usize = 10;

/// Tells whether `tag` is dated where `current` is numbered, as 2021.12 is after 10.11.
///
/// A first number of a thousand or more after one a tenth of it, a day or month in any place, and
/// a two-digit year with its month (`20.04`) after a small major are dates.
pub(super) fn is_leap(current: &Tag<'_>, tag: &Tag<'_>) -> bool {
    let Some(place) = first_difference(current.numbers(), tag.numbers()) else { return false };
    let number = |tag: &Tag<'_>| tag.numbers().as_slice().get(place).copied().unwrap_or(0);
    let (from, to) = (number(current), number(tag));
    if tag.kind() == Kind::BranchBuild || from >= to {
        return false;
    }
    let tenfold = from < to / 10;
    let several = tag.numbers().len() > 1;
    let dated = date::is_dated(to) || (place == 0 && several && to >= NO_MAJOR);
    let month = place == 0 && tag.kind() == Kind::Calendar && current.kind() == Kind::Version;
    (tenfold && dated) || (month && from < 15 && to >= from.saturating_add(GAP))
}

/// Tells whether the first number of a version is a major version, and neither a year nor a count
/// of builds: only then does a step of it announce a break.
#[must_use]
pub fn has_majors(version: &str) -> bool {
    let tag = Tag::parse(version);
    tag.kind() == Kind::Version && !is_count(&tag)
}

/// Tells whether the first number is a count or a date, and not a major version. A number that
/// stands alone counts.
pub(super) fn is_count(tag: &Tag<'_>) -> bool {
    tag.numbers().len() < 2 || tag.numbers().first().is_none_or(|first| first >= NO_MAJOR)
}

/// Returns the first number from which on releases are strays, given how many releases of the
/// family have each first number.
pub(super) fn stray_from(current: &Tag<'_>, majors: &BTreeMap<u64, usize>) -> Option<u64> {
    if current.kind() != Kind::Version || is_count(current) {
        return None;
    }
    let current = current.numbers().first()?;
    let mut before = current;
    for (major, _) in majors.range(current..) {
        let missing = major.saturating_sub(before);
        before = *major;
        if missing < GAP {
            continue;
        }
        let beyond: usize = majors.range(major..).map(|(_, count)| count).sum();
        let series: usize = majors.range(..major).map(|(_, count)| count).sum();
        if beyond <= STRAYS && (series >= SERIES || missing >= ABYSS) {
            return Some(*major);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_after_numbers_are_leaps() {
        let cases = [
            ("10.11", "2021.12", true),
            ("v5.8.1", "2022.02.1", true),
            ("1.2.3", "20210101.1.2", true),
            ("1.2.3", "1.20210101.0", true),
            ("1.2.3-ls1", "1.2.202101-ls1", true),
            ("5.0.1", "20.04.1", true),
            ("1.0", "1000.0", true),
            ("10.11", "11.0", false),
            ("10.7.0", "24.12.0", false),
            ("2021.12", "2024.1", false),
            ("24.04", "25.04", false),
            ("22.10.3", "23.04.1", false),
            ("14.12.0", "15.04.0", false),
            ("20240501", "20240601", false),
            ("server-b900", "server-b9100", false),
            ("1.2.10545", "1.2.10602", false),
            ("2024.1", "10.11", false),
            ("990.1", "1001.2", false),
            ("main-1600000000", "main-1700000000", false),
        ];
        for (current, tag, expected) in cases {
            assert_eq!(
                is_leap(&Tag::parse(current), &Tag::parse(tag)),
                expected,
                "{current} {tag}"
            );
        }
    }

    /// The pinned tag; the releases by first number; where strays begin.
    type Case<'a> = (&'a str, &'a [(u64, usize)], Option<u64>);

    #[test]
    fn a_few_far_beyond_a_series_are_strays() {
        let cases: &[Case<'_>] = &[
            ("5.0.1", &[(3, 4), (4, 20), (5, 2), (14, 1)], Some(14)),
            ("5.0.1", &[(4, 20), (5, 2), (14, 1), (20, 1)], Some(14)),
            ("5.0.1", &[(4, 20), (5, 2), (6, 1)], None),
            ("5.0.1", &[(4, 20), (5, 2), (9, 1)], None),
            ("5.0.1", &[(4, 20), (5, 2), (14, 30)], None),
            ("5.0.1", &[(5, 1), (14, 1)], None),
            ("5.0.1", &[(5, 1), (99, 1)], Some(99)),
            ("14.0.1", &[(5, 20), (14, 1)], None),
            ("24.04", &[(24, 20), (99, 1)], None),
        ];
        for (current, majors, expected) in cases {
            let majors: BTreeMap<_, _> = majors.iter().copied().collect();
            assert_eq!(
                stray_from(&Tag::parse(current), &majors),
                *expected,
                "{current} {majors:?}"
            );
        }
    }
}

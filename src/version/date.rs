//! Dates inside tags: `2024-05-01`, `20240501`, `2024-01-16T16-07-38Z`.
//!
//! A date is one thing although it holds the separators of a tag, and a number that reads as a
//! day is no counter: both matter when a tag is cut into parts, and again when a project that
//! numbered its releases begins to date them.

use super::numbers::Numbers;

/// The years that are taken for years.
const YEARS: std::ops::RangeInclusive<u64> = 1990..=2100;

/// Reads a date written with `-` or `_`, or a day with its time, from the start of `text`; also
/// tells how many bytes it takes.
///
/// The numbers are year, month and day, then hour, minute and second where a time is written;
/// `20240501T120000Z` gives the day and the time as one number each, as written.
pub(super) fn read(text: &str) -> Option<(Numbers, usize)> {
    let (numbers, taken) = separated(text).or_else(|| compact(text))?;
    // Nothing of a longer number may be cut off.
    let next = text.as_bytes().get(taken);
    (!next.is_some_and(u8::is_ascii_digit)).then_some((numbers, taken))
}

/// Tells whether a number reads as a day (`20240501`), a month (`202405`) or a day with its time
/// (`202405011200`, `20240501120000`).
pub(super) fn is_dated(number: u64) -> bool {
    let day = match number {
        100_000..=999_999 => return is_month(number / 100, number % 100),
        10_000_000..=99_999_999 => number,
        1_000_000_000..=9_999_999_999 => number / 100,
        100_000_000_000..=999_999_999_999 => number / 10_000,
        10_000_000_000_000..=99_999_999_999_999 => number / 1_000_000,
        _ => return false,
    };
    is_month(day / 10_000, day / 100 % 100) && (1..=31).contains(&(day % 100))
}

/// Tells whether a number is a year.
pub(super) fn is_year(number: u64) -> bool {
    YEARS.contains(&number)
}

/// Tells whether a number reads as seconds or milliseconds since 1970, between 2001 and 2100.
pub(super) fn is_timestamp(number: u64) -> bool {
    let seconds = 1_000_000_000..4_102_444_800;
    seconds.contains(&number) || seconds.contains(&(number / 1000))
}

fn is_month(year: u64, month: u64) -> bool {
    is_year(year) && (1..=12).contains(&month)
}

fn separated(text: &str) -> Option<(Numbers, usize)> {
    let (year, month, day) = (field(text, 0, 4)?, field(text, 5, 2)?, field(text, 8, 2)?);
    let separators = (text.as_bytes().get(4)?, text.as_bytes().get(7)?);
    if !matches!(separators, (b'-', b'-') | (b'_', b'_')) {
        return None;
    }
    if !is_month(year, month) || !(1..=31).contains(&day) {
        return None;
    }
    let clock = || {
        let bytes = text.as_bytes();
        let marks = (bytes.get(10)?, bytes.get(13)?, bytes.get(16)?);
        let times = (field(text, 11, 2)?, field(text, 14, 2)?, field(text, 17, 2)?);
        matches!(marks, (b'T', b'-', b'-')).then_some(times)
    };
    match clock() {
        Some((hour, minute, second)) => {
            let zone = usize::from(text.as_bytes().get(19) == Some(&b'Z'));
            Some((Numbers::of(&[year, month, day, hour, minute, second])?, 19 + zone))
        }
        None => Some((Numbers::of(&[year, month, day])?, 10)),
    }
}

fn compact(text: &str) -> Option<(Numbers, usize)> {
    let day = field(text, 0, 8).filter(|day| is_dated(*day))?;
    let bytes = text.as_bytes();
    if !matches!(bytes.get(8)?, b'T' | b't') {
        return None;
    }
    let digits = bytes.get(9..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !matches!(digits, 4 | 6) {
        return None;
    }
    let zone = usize::from(matches!(bytes.get(9 + digits), Some(b'Z' | b'z')));
    Some((Numbers::of(&[day, field(text, 9, digits)?])?, 9 + digits + zone))
}

fn field(text: &str, from: usize, digits: usize) -> Option<u64> {
    let field = text.get(from..from + digits)?;
    field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text; the numbers and how many bytes they take.
    type Case<'a> = (&'a str, Option<(&'a [u64], usize)>);

    #[test]
    fn reads_written_dates() {
        let cases: &[Case<'_>] = &[
            ("2024-05-01", Some((&[2024, 5, 1], 10))),
            ("2024_05_01-slim", Some((&[2024, 5, 1], 10))),
            ("2024-01-16T16-07-38Z", Some((&[2024, 1, 16, 16, 7, 38], 20))),
            ("2024-01-16T16-07-38Z.fips", Some((&[2024, 1, 16, 16, 7, 38], 20))),
            ("20240501T120000Z", Some((&[20_240_501, 120_000], 16))),
            ("20240501t1200", Some((&[20_240_501, 1200], 13))),
            ("2024-05-012", None),
            ("2024-13-01", None),
            ("2024-05_01", None),
            ("2024-5-1", None),
            ("1024-05-01", None),
            ("20240501", None),
            ("2024.05.01", None),
            ("é024-05-01", None),
        ];
        for (text, expected) in cases {
            let read = read(text);
            let read = read.as_ref().map(|(numbers, taken)| (numbers.as_slice(), *taken));
            assert_eq!(read, *expected, "{text}");
        }
    }

    #[test]
    fn tells_days_from_counters() {
        for dated in [20_240_501, 202_405, 2_024_050_112, 202_405_011_200, 20_240_501_120_000] {
            assert!(is_dated(dated), "{dated}");
        }
        for counter in [2024, 20_241_301, 10_896, 99_999_999, 1_700_000_000, 202_413] {
            assert!(!is_dated(counter), "{counter}");
        }
        assert!(is_timestamp(1_700_000_000) && is_timestamp(1_700_000_000_123));
        assert!(!is_timestamp(20_240_501) && !is_timestamp(4_294_967_295_000));
    }
}

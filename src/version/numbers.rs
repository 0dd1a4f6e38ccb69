//! The numbers of a version: `1.10.3` as a value that compares number by number.
//!
//! They are kept in place, without an allocation, because a busy repository has a million tags
//! and each is read once. How a number was written (`04`, `4`) is not kept here: the tag's text
//! has it.

use std::cmp::Ordering;
use std::fmt;

/// The most numbers that are read; a longer series is no version.
const MOST: usize = 8;

/// The most digits that a number may have, so that it fits 64 bits.
const DIGITS: usize = 18;

/// Between none and eight numbers, as in `1.10.3`.
///
/// The order is number by number; where one ends, it is the lesser: `2.1` before `2.1.0`.
#[derive(Clone, Copy, Default)]
pub struct Numbers {
    values: [u64; MOST],
    count: u8,
}

impl Numbers {
    /// Reads digits with single dots between them from the start of `text`, and tells how many
    /// bytes they take. A dot without a digit behind it is left alone.
    ///
    /// `None` where the text begins with no digit, or has more numbers or digits than a version.
    #[must_use]
    pub fn read(text: &str) -> Option<(Self, usize)> {
        let mut numbers = Self::default();
        let mut taken = 0;
        loop {
            let rest = text.get(taken..)?;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > DIGITS {
                return None;
            }
            numbers = numbers.with(rest.get(..digits)?.parse().ok()?)?;
            taken += digits;
            let mut after = text.get(taken..)?.bytes();
            let goes_on = after.next() == Some(b'.') && after.next().is_some_and(is_digit);
            if !goes_on {
                return Some((numbers, taken));
            }
            taken += 1;
        }
    }

    /// Makes numbers of a slice; `None` where there are too many.
    #[must_use]
    pub fn of(values: &[u64]) -> Option<Self> {
        values.iter().try_fold(Self::default(), |numbers, value| numbers.with(*value))
    }

    /// Returns the numbers, the most significant first.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        self.values.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Returns the first number.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.as_slice().first().copied()
    }

    /// Returns how many numbers there are: the precision.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Tells whether these are the leading numbers of `other`, or all of them.
    #[must_use]
    pub fn begins(&self, other: &Self) -> bool {
        other.as_slice().starts_with(self.as_slice())
    }

    /// Compares as if the shorter went on with zeros: `2.1` like `2.1.0`.
    #[must_use]
    pub fn cmp_padded(&self, other: &Self) -> Ordering {
        // What lies behind the count is zero, so the whole arrays are the padded numbers.
        self.values.cmp(&other.values)
    }

    fn with(mut self, value: u64) -> Option<Self> {
        *self.values.get_mut(usize::from(self.count))? = value;
        self.count += 1;
        Some(self)
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

impl Ord for Numbers {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl PartialOrd for Numbers {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Numbers {}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text; the numbers and how many bytes they take.
    type Case<'a> = (&'a str, Option<(&'a [u64], usize)>);

    #[test]
    fn reads_digits_and_single_dots() {
        let cases: &[Case<'_>] = &[
            ("1.10.3", Some((&[1, 10, 3], 6))),
            ("24.04-lts", Some((&[24, 4], 5))),
            ("1.2.x", Some((&[1, 2], 3))),
            ("1..2", Some((&[1], 1))),
            ("1.", Some((&[1], 1))),
            ("7rc1", Some((&[7], 1))),
            ("1.2.3.4.5.6.7.8", Some((&[1, 2, 3, 4, 5, 6, 7, 8], 15))),
            ("1.2.3.4.5.6.7.8.9", None),
            ("1234567890123456789", None),
            ("", None),
            (".1", None),
            ("x", None),
        ];
        for (text, expected) in cases {
            let read = Numbers::read(text);
            let read = read.as_ref().map(|(numbers, taken)| (numbers.as_slice(), *taken));
            assert_eq!(read, *expected, "{text}");
        }
    }

    #[test]
    fn compares_number_by_number() {
        let numbers = |text| Numbers::read(text).unwrap().0;
        for (lesser, greater) in [("2.1", "2.1.0"), ("1.9", "1.10"), ("9", "10"), ("1.2.3", "1.3")]
        {
            assert!(numbers(lesser) < numbers(greater), "{lesser} {greater}");
        }
        assert_eq!(numbers("2.1").cmp_padded(&numbers("2.1.0")), Ordering::Equal);
        assert_ne!(numbers("2.1"), numbers("2.1.0"));
        assert!(numbers("2.1").begins(&numbers("2.1.7")));
        assert!(!numbers("2.1").begins(&numbers("2.10.7")));
    }
}

//! Versions as release notes write them.
//!
//! Notes name versions loosely: `v1.2.3`, `1.14`, `73.x`, `2.0.0-rc.1`. What matters here is only
//! which of them lie between two others, so a version is its numbers and whether it is a
//! pre-release. This is the one seam to a real version model: nothing else in `notes` compares
//! versions, and everything here works on text, so that it can be replaced as a whole.

use std::cmp::Ordering;
use std::fmt;

/// A version named in notes, possibly only its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Version {
    numbers: Vec<u64>,
    /// Whether the writing says that more numbers follow, as in `1.x`.
    open: bool,
    pre_release: bool,
    written: String,
}

/// The most numbers that a version may have; `1.41.0.8994` has four.
const MAX_NUMBERS: usize = 5;

/// Words that make a suffix a pre-release; any other suffix (`-ls12`, `-alpine`) names a build.
const PRE_RELEASE: [&str; 12] = [
    "alpha", "beta", "rc", "pre", "preview", "dev", "nightly", "snapshot", "canary", "test",
    "next", "unstable",
];

impl Version {
    /// Reads a text that is a version and nothing else, with or without a leading `v`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (version, length) = Self::at_start(text)?;
        (length == text.len()).then_some(version)
    }

    /// Reads a tag: a version, or one behind words as in `stable-9955` and `app-chart-1.2.3`.
    pub(super) fn parse_tag(text: &str) -> Option<Self> {
        let behind = || {
            let start = text.find(|c: char| c.is_ascii_digit())?;
            let words = text.get(..start)?.trim_end_matches(['v', 'V']).strip_suffix(['-', '/'])?;
            let is_word = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | '/');
            (!words.is_empty() && words.chars().all(is_word)).then(|| text.get(start..))?
        };
        Self::parse(text).or_else(|| Self::parse(behind()?))
    }

    /// Reads the version that a text starts with, and says how many bytes it takes.
    ///
    /// A version ends where neither a letter, a digit nor a further `.digit` follows, so that
    /// `1.2.3` is never found in `1.2.30` or `1.2.3.4`.
    pub(super) fn at_start(text: &str) -> Option<(Self, usize)> {
        let bytes = text.as_bytes();
        let mut at = usize::from(bytes.first().is_some_and(|b| matches!(b, b'v' | b'V')));
        let start = at;
        let mut numbers = Vec::new();
        let mut open = false;
        loop {
            let digits = bytes.get(at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = text.get(at..at + digits)?;
            numbers.push(number.parse::<u64>().ok()?);
            at += digits;
            if numbers.len() > MAX_NUMBERS {
                return None;
            }
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'.'), Some(b)) if b.is_ascii_digit() => at += 1,
                (Some(b'.'), Some(b'x' | b'X' | b'*')) => {
                    open = true;
                    while let (Some(b'.'), Some(b'x' | b'X' | b'*')) =
                        (bytes.get(at), bytes.get(at + 1))
                    {
                        at += 2;
                    }
                    break;
                }
                _ => break,
            }
        }
        if is_date(&numbers) {
            return None;
        }
        let core = at;
        let mut pre_release = false;
        if let Some(suffix) = suffix(text.get(at..)?) {
            pre_release = is_pre_release(suffix);
            at += suffix.len();
        }
        if bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            return None;
        }
        let written = text.get(start..if pre_release { at } else { core })?;
        let written = written.trim_end_matches(['x', 'X', '*']).trim_end_matches('.');
        let written = written.trim_end_matches(".x").to_owned();
        Some((Self { numbers, open, pre_release, written }, at))
    }

    /// Finds the versions of at least `least` numbers in a text, each with its byte offset.
    pub(super) fn find_all(text: &str, least: usize) -> Vec<(usize, usize, Self)> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let here = bytes.get(at).copied().unwrap_or_default();
            let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
            let free = !(before.is_ascii_alphanumeric() || matches!(before, b'.' | b'_' | b'#'));
            let starts = here.is_ascii_digit()
                || (matches!(here, b'v' | b'V')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
            if free && starts {
                if let Some((version, length)) = text.get(at..).and_then(Self::at_start) {
                    let marked = matches!(here, b'v' | b'V') || version.open;
                    if version.numbers.len() >= least || (marked && least <= 2) {
                        found.push((at, at + length, version));
                    }
                    at += length.max(1);
                } else {
                    at += bytes
                        .get(at..)
                        .map_or(1, |rest| {
                            rest.iter()
                                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.'))
                                .count()
                        })
                        .max(1);
                }
            } else {
                at += 1;
            }
        }
        found
    }

    /// Tells whether this is a pre-release such as `2.0.0-rc.1`.
    pub(super) fn is_pre_release(&self) -> bool {
        self.pre_release
    }

    /// Tells whether this is a pre-release of `release`.
    pub(super) fn is_preview_of(&self, release: &Self) -> bool {
        self.pre_release && !release.pre_release && self.numbers == release.numbers
    }

    /// Returns how many numbers were written.
    pub(super) fn precision(&self) -> usize {
        self.numbers.len()
    }

    /// Compares the numbers, missing ones taken as zero.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let number = |v: &Self, i: usize| v.numbers.get(i).copied().unwrap_or_default();
        (0..length)
            .map(|i| number(self, i).cmp(&number(other, i)))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
            .then(other.pre_release.cmp(&self.pre_release))
    }

    /// Tells whether this version starts with the numbers of `line`, as `1.14.3` does with `1.14`.
    pub(super) fn is_within(&self, line: &Self) -> bool {
        self.numbers.len() >= line.numbers.len()
            && self.numbers.iter().zip(&line.numbers).all(|(a, b)| a == b)
    }

    /// Tells whether this can be one of the next versions of the same program: the same major with a
    /// greater minor, or the next major.
    pub(super) fn is_next_of(&self, version: &Self) -> bool {
        let number = |v: &Self, at: usize| v.numbers.get(at).copied().unwrap_or_default();
        let (major, minor) = (number(version, 0), number(version, 1));
        (number(self, 0) == major && number(self, 1) > minor && number(self, 1) <= minor + 6)
            || number(self, 0) == major + 1
    }

    /// Returns the versions that counting up the last number would put between this and the next;
    /// none where another number differs.
    pub(super) fn skipped_before(&self, next: &Self) -> Vec<String> {
        let (Some((last, head)), Some((other, other_head))) =
            (self.numbers.split_last(), next.numbers.split_last())
        else {
            return Vec::new();
        };
        let comparable = head == other_head && head.len() >= 2 && *other < last.saturating_add(100);
        if !comparable || self.pre_release || next.pre_release {
            return Vec::new();
        }
        let head: Vec<String> = head.iter().map(ToString::to_string).collect();
        (last + 1..*other).map(|number| format!("{}.{number}", head.join("."))).collect()
    }

    /// Tells whether the writing leaves the last numbers out, so that it names a line of versions.
    pub(super) fn is_line(&self) -> bool {
        self.open || self.numbers.len() < 3
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Tells whether three numbers are a day, a month and a year; the year in front is a version.
fn is_date(numbers: &[u64]) -> bool {
    matches!(numbers, [1..=31, 1..=12, 1990..=2100])
}

/// Returns the suffix that belongs to a version: `-rc.1`, `b2`, `.dev0`, `+build`, `-ls3`.
fn suffix(rest: &str) -> Option<&str> {
    let first = rest.chars().next()?;
    let body = match first {
        '-' | '+' | '~' => rest.get(1..)?,
        '.' if rest.get(1..).is_some_and(is_pre_release) => rest.get(1..)?,
        c if c.is_ascii_alphabetic() && is_pre_release(rest) => rest,
        _ => return None,
    };
    if !body.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let length = rest
        .char_indices()
        .skip(1)
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
        .map_or(rest.len(), |(at, _)| at);
    let suffix = rest.get(..length)?.trim_end_matches(['.', '-', '+']);
    (!suffix.is_empty()).then_some(suffix)
}

/// Tells whether a suffix marks a pre-release; `b3` and `a1` (Python) count, `beta-tested` cannot
/// occur after a number.
fn is_pre_release(suffix: &str) -> bool {
    let lower = suffix.trim_start_matches(['-', '.', '~', '+']).to_ascii_lowercase();
    let word: String = lower.chars().take_while(char::is_ascii_alphabetic).collect();
    let numbered =
        lower.get(word.len()..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    PRE_RELEASE.contains(&word.as_str()) || (numbered && matches!(word.as_str(), "a" | "b"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_notes_write_them() {
        for (text, shown, pre) in [
            ("1.2.3", "1.2.3", false),
            ("v1.2.3", "1.2.3", false),
            ("73.x", "73", false),
            ("1.x.x", "1", false),
            ("2.0.0-rc.1", "2.0.0-rc.1", true),
            ("2.0.0rc1", "2.0.0rc1", true),
            ("1.100.0b2", "1.100.0b2", true),
            ("4.0.0-ls123", "4.0.0", false),
            ("2024.8.1", "2024.8.1", false),
            ("1.41.0.8994", "1.41.0.8994", false),
            ("1.2.0.dev3", "1.2.0.dev3", true),
        ] {
            let version = Version::parse(text).unwrap();
            assert_eq!(
                (version.to_string().as_str(), version.is_pre_release()),
                (shown, pre),
                "{text}"
            );
        }
        for text in [
            "",
            "v",
            "x1",
            "1.2.3abc",
            "1.2.",
            "1..2",
            "99999999999999999999",
            "1.2.3.4.5.6.7",
            "13.05.2021",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn tags_may_have_words_in_front() {
        for (text, version) in [
            ("1.2.3", Some("1.2.3")),
            ("stable-9955", Some("9955")),
            ("ship-chart-1.2.3", Some("1.2.3")),
            ("ship/v1.2.3", Some("1.2.3")),
            ("main", None),
            ("-1.2.3", None),
            ("ship1.2.3", None),
            ("5 ships-1.2", None),
        ] {
            assert_eq!(
                Version::parse_tag(text).map(|v| v.to_string()).as_deref(),
                version,
                "{text}"
            );
        }
    }

    #[test]
    fn a_version_is_not_found_inside_a_longer_one() {
        let found = |text| {
            Version::find_all(text, 3)
                .into_iter()
                .map(|(_, _, v)| v.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("1.2.30 and v1.2.3, not x1.2.3 nor 1.2.3x"), ["1.2.30", "1.2.3"]);
        assert_eq!(found("#1.2.3 a.1.2.3"), Vec::<String>::new());
        assert_eq!(found("see 1.2.3."), ["1.2.3"]);
    }
}

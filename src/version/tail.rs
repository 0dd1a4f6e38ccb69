//! What stands behind the numbers of a tag, cut into parts.
//!
//! `-rc.1-alpine3.20-r3` is a pre-release, a base system and a build; `-slim` is a flavour. Each
//! part is a separator, a word and perhaps numbers, and the word says what the part stands for
//! ([`super::word`]). The parts cover the text without a gap, so that printing them gives it back.

use super::date;
use super::numbers::Numbers;
use super::word::{self, Role};

/// One part behind the numbers, as in `-alpine3.20`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The part as it is written, its separator included.
    pub text: &'a str,
    /// The letters, without separator and numbers: `alpine`. Empty where only numbers stand.
    pub word: &'a str,
    /// The numbers behind the word: `3.20`.
    pub numbers: Numbers,
    /// What the part stands for.
    pub role: Role,
    /// The separator in front, often `-`; empty where the part is joined to what precedes it.
    pub separator: &'a str,
}

impl Part<'_> {
    /// Tells whether two parts are alike but for what may change from one version to the next:
    /// the count of a build, the version of a base, the commit.
    #[must_use]
    pub fn same_shape(&self, other: &Self) -> bool {
        match (self.role, other.role) {
            (Role::Build, Role::Build) | (Role::Base, Role::Base) => {
                self.separator == other.separator
                    && self.word == other.word
                    && self.numbers.len() == other.numbers.len()
                    && counts_like(&self.numbers) == counts_like(&other.numbers)
            }
            (Role::Commit, Role::Commit) => self.separator == other.separator,
            (Role::Variant, Role::Variant) => self.text == other.text,
            _ => false,
        }
    }
}

/// Tells counters, dates and timestamps apart: `-4` is not an earlier `-20240501`.
fn counts_like(numbers: &Numbers) -> (bool, bool) {
    let first = numbers.first().unwrap_or_default();
    (is_dated(numbers), date::is_timestamp(first) && !date::is_dated(first))
}

/// Tells whether numbers are a date, in one number or in three.
fn is_dated(numbers: &Numbers) -> bool {
    let first = numbers.first().unwrap_or_default();
    date::is_dated(first) || (date::is_year(first) && numbers.len() >= 3)
}

/// Cuts the text behind the numbers into parts.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let gap = rest.len() - rest.trim_start_matches(is_separator).len();
        let (separator, body) = rest.split_at(gap);
        let cut = cut(separator, body, parts.last());
        let end = start + gap + cut.taken;
        // A number that belongs to the word before it: `rc.1`, `debian-12`.
        let owner = if cut.word.is_empty() { parts.pop() } else { None };
        match owner {
            Some(owner) if takes(&owner, &cut) => {
                let from = start - owner.text.len();
                let joined = !owner.separator.contains(['-', '_']);
                parts.push(Part {
                    text: text.get(from..end).unwrap_or_default(),
                    numbers: cut.numbers,
                    role: word::role(owner.word, joined, true),
                    ..owner
                });
            }
            owner => {
                parts.extend(owner);
                parts.push(Part {
                    text: text.get(start..end).unwrap_or_default(),
                    word: cut.word,
                    numbers: cut.numbers,
                    role: cut.role,
                    separator,
                });
            }
        }
        start = end;
    }
    parts
}

struct Cut<'a> {
    word: &'a str,
    numbers: Numbers,
    role: Role,
    taken: usize,
}

/// Takes one part off the front of `body`, which begins with no separator.
fn cut<'a>(separator: &str, body: &'a str, before: Option<&Part<'_>>) -> Cut<'a> {
    let none = Numbers::default();
    if let Some((numbers, taken)) = date::read(body) {
        return Cut { word: "", numbers, role: Role::Build, taken };
    }
    let length = body.find(is_separator).unwrap_or(body.len());
    let (run, _) = body.split_at(length);
    let announced = before.is_some_and(|part| word::is_branch(&part.word.to_ascii_lowercase()));
    if word::is_commit(run) || (announced && word::is_commit_of_branch(run)) {
        return Cut { word: run, numbers: none, role: Role::Commit, taken: length };
    }
    if let Some((numbers, taken)) = Numbers::read(body) {
        let role = if is_ubuntu(body, taken) { Role::Base } else { Role::Build };
        return Cut { word: "", numbers, role, taken };
    }
    let name = run.trim_end_matches(|c: char| c.is_ascii_digit());
    let joined = !separator.contains(['-', '_']);
    let behind = body.get(name.len()..).and_then(Numbers::read);
    match behind {
        Some((numbers, taken)) if !name.is_empty() => {
            let role = word::role(name, joined, true);
            Cut { word: name, numbers, role, taken: name.len() + taken }
        }
        _ => Cut { word: run, numbers: none, role: word::role(run, joined, false), taken: length },
    }
}

/// Tells whether numbers are a release of Ubuntu, which images name by its number alone:
/// `9.6-24.04`.
fn is_ubuntu(text: &str, taken: usize) -> bool {
    let bytes = text.as_bytes().get(..taken);
    matches!(
        bytes,
        Some(
            [b'1'..=b'4', b'0'..=b'9', b'.', b'0', b'4']
                | [b'1'..=b'4', b'0'..=b'9', b'.', b'1', b'0']
        )
    )
}

/// Tells whether a number that stands alone belongs to the word in front of it. A day does not
/// belong to a flavour (`-slim-20240501` is the flavour `slim`, built on that day).
fn takes(owner: &Part<'_>, number: &Cut<'_>) -> bool {
    if owner.word.is_empty() || !owner.numbers.is_empty() {
        return false;
    }
    match owner.role {
        Role::PreRelease(_) => true,
        Role::Variant => {
            !is_dated(&number.numbers) || word::role(owner.word, false, true) == Role::Build
        }
        Role::Build | Role::Base | Role::Commit => false,
    }
}

fn is_separator(c: char) -> bool {
    !c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::super::word::Stage;
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<u64>, Role)> {
        let parts = parts(text);
        let whole: String = parts.iter().map(|part| part.text).collect();
        assert_eq!(whole, text);
        let plain =
            |part: Part<'_>| (part.word.to_owned(), part.numbers.as_slice().to_vec(), part.role);
        parts.into_iter().map(plain).collect()
    }

    #[test]
    fn cuts_real_tails_into_parts() {
        use Role::{Base, Build, Commit, PreRelease, Variant};
        use Stage::{Alpha, Beta, Candidate, Development, Milestone, Preview};
        type Case<'a> = (&'a str, &'a [(&'a str, &'a [u64], Role)]);
        let cases: &[Case<'_>] = &[
            ("", &[]),
            ("-alpine", &[("alpine", &[], Variant)]),
            ("-alpine3.20", &[("alpine", &[3, 20], Base)]),
            ("-alpine-3.20", &[("alpine", &[3, 20], Base)]),
            ("-debian-12-r3", &[("debian", &[12], Base), ("r", &[3], Build)]),
            ("-ls12", &[("ls", &[12], Build)]),
            ("-r0-ls300", &[("r", &[0], Build), ("ls", &[300], Build)]),
            ("_v2.0.10-ls345", &[("v", &[2, 0, 10], Build), ("ls", &[345], Build)]),
            ("-4", &[("", &[4], Build)]),
            ("-18-minimal", &[("", &[18], Build), ("minimal", &[], Variant)]),
            ("-0.2.3", &[("", &[0, 2, 3], Build)]),
            ("-caddy-2.7.5", &[("caddy", &[2, 7, 5], Variant)]),
            ("-pg16", &[("pg", &[16], Variant)]),
            (
                "-cuda12.1-cudnn8-devel",
                &[("cuda", &[12, 1], Variant), ("cudnn", &[8], Variant), ("devel", &[], Variant)],
            ),
            ("ubu2404-ls42", &[("ubu", &[2404], Base), ("ls", &[42], Build)]),
            ("-slim-20240501", &[("slim", &[], Variant), ("", &[20_240_501], Build)]),
            ("-24.04_beta", &[("", &[24, 4], Base), ("beta", &[], PreRelease(Beta))]),
            ("-ubuntu-24.04", &[("ubuntu", &[24, 4], Base)]),
            ("-slim-2024.05.01", &[("slim", &[], Variant), ("", &[2024, 5, 1], Build)]),
            ("-ltsc-2022", &[("ltsc", &[2022], Variant)]),
            ("-build20240501", &[("build", &[20_240_501], Build)]),
            ("-build-7", &[("build", &[7], Build)]),
            ("-2024-05-01", &[("", &[2024, 5, 1], Build)]),
            ("-20240501T120000Z", &[("", &[20_240_501, 120_000], Build)]),
            ("-8f4248874-ls183", &[("8f4248874", &[], Commit), ("ls", &[183], Build)]),
            ("-45-g1a2b3c4", &[("", &[45], Build), ("g1a2b3c4", &[], Commit)]),
            ("-sha-1234567", &[("sha", &[], Variant), ("1234567", &[], Commit)]),
            ("-arm64v8", &[("arm64v", &[8], Variant)]),
            (
                "-windowsservercore-ltsc2022",
                &[("windowsservercore", &[], Variant), ("ltsc", &[2022], Variant)],
            ),
            ("-rc.1", &[("rc", &[1], PreRelease(Candidate))]),
            ("-rc1-alpine3.20", &[("rc", &[1], PreRelease(Candidate)), ("alpine", &[3, 20], Base)]),
            ("rc1", &[("rc", &[1], PreRelease(Candidate))]),
            ("b10", &[("b", &[10], PreRelease(Beta))]),
            ("-b10", &[("b", &[10], Build)]),
            ("a2", &[("a", &[2], PreRelease(Alpha))]),
            (".dev0", &[("dev", &[0], PreRelease(Development))]),
            (".M1", &[("M", &[1], PreRelease(Milestone))]),
            (".Final", &[("Final", &[], Variant)]),
            ("-SNAPSHOT", &[("SNAPSHOT", &[], PreRelease(Development))]),
            ("-beta.2.7", &[("beta", &[2, 7], PreRelease(Beta))]),
            ("-alpha-3", &[("alpha", &[3], PreRelease(Alpha))]),
            ("-nightly.20240501", &[("nightly", &[20_240_501], PreRelease(Development))]),
            ("-pre", &[("pre", &[], PreRelease(Preview))]),
            ("-betamax", &[("betamax", &[], Variant)]),
            ("w", &[("w", &[], Variant)]),
            ("u392", &[("u", &[392], Build)]),
            ("-", &[("", &[], Variant)]),
            ("-1234567890123456789", &[("1234567890123456789", &[], Variant)]),
            ("-decade", &[("decade", &[], Variant)]),
            ("-facade-é", &[("facade", &[], Variant), ("é", &[], Variant)]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(word, numbers, role)| ((*word).to_owned(), numbers.to_vec(), *role))
                .collect();
            assert_eq!(read(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parts_cover_the_text(text in "\\PC{0,30}") {
            read(&text);
        }

        #[test]
        fn parts_cover_tags(text in "([-._+]?(rc|ls|alpine|debian|[a-f]{7}|20240501|[a-z]{0,3}[0-9]{0,3})){0,6}") {
            read(&text);
        }
    }
}

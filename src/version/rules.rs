//! What configuration and policy allow, and the one version that follows from it.
//!
//! Reading and comparing versions says what is newer; these rules say what may be taken. They see
//! a list of newer versions, the best first, and neither tags nor ranges: images and charts are
//! decided alike. Without any rule the highest version is taken, through one major version at a
//! time.

use semver::Version;

use super::choose::Candidate;
use super::numbers::Numbers;
use super::order::Bump;
use super::range::Range;
use super::reason::{Reason, Refusals};

/// What may be taken.
#[derive(Debug, Clone)]
pub struct Rules {
    /// How major versions are taken.
    pub majors: Majors,
    /// The largest upgrade that is allowed.
    pub allow: Bump,
    /// The versions that are allowed; all where there is no range.
    pub allowed: Option<Range>,
    /// The versions that are never taken.
    pub ignored: Vec<Pattern>,
    /// The versions that must not be jumped over, as in `1.107` or `1.107.2`: as soon as one lies
    /// ahead, nothing beyond it is taken.
    pub stops: Vec<String>,
    /// Whether pre-releases may be taken from a release.
    pub pre_releases: bool,
    /// Whether a version with more or fewer numbers may be taken.
    pub any_precision: bool,
    /// Whether the base system may move up although the version stays (`-alpine3.20` to
    /// `-alpine3.21`).
    pub base_alone: bool,
}

/// How major versions are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Majors {
    /// The next major version that exists, at its highest version. Dated versions have no majors
    /// in this sense: a year may be jumped over.
    #[default]
    OneAtATime,
    /// The highest version, however many majors away.
    AllAtOnce,
}

/// A version, a tag or a range of versions.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    range: Option<Range>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            majors: Majors::default(),
            allow: Bump::Major,
            allowed: None,
            ignored: Vec::new(),
            stops: Vec::new(),
            pre_releases: false,
            any_precision: false,
            base_alone: false,
        }
    }
}

impl Pattern {
    /// Reads a pattern. A text that is no range is a tag, taken literally.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), range: Range::parse(text).ok() }
    }

    fn matches(&self, found: &Newer<'_>) -> bool {
        self.text == found.text
            || self.range.as_ref().is_some_and(|range| range.matches(&found.semver))
    }
}

/// A version that is newer than the current one.
#[derive(Debug, Clone)]
pub(super) struct Newer<'a> {
    pub(super) text: &'a str,
    pub(super) numbers: Numbers,
    /// The version as ranges see it.
    pub(super) semver: Version,
    pub(super) bump: Bump,
}

impl Newer<'_> {
    pub(super) fn to_candidate(&self) -> Candidate {
        Candidate { version: self.text.to_owned(), bump: self.bump }
    }
}

/// Where the upgrade starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) numbers: Numbers,
    /// Whether the first number is a major version, and not a year or a count.
    pub(super) has_majors: bool,
}

/// Keeps what the rules allow of `newer`, in its order; all else is named among the refusals.
pub(super) fn apply<'a>(
    newer: Vec<Newer<'a>>,
    origin: Origin,
    rules: &Rules,
    refusals: &mut Refusals,
) -> Vec<Newer<'a>> {
    let mut keep = |newer: Vec<Newer<'a>>, reason: &dyn Fn(&Newer<'a>) -> Option<Reason>| {
        let mut kept = Vec::with_capacity(newer.len());
        for found in newer {
            match reason(&found) {
                Some(reason) => refusals.name(found.text, reason),
                None => kept.push(found),
            }
        }
        kept
    };
    let kept = keep(newer, &|found| forbidden(found, rules));
    let stop = next_stop(origin, rules);
    let kept = keep(kept, &|found| {
        let beyond = stop.is_some_and(|stop| found.numbers > stop && !stop.begins(&found.numbers));
        beyond.then_some(Reason::StopFirst)
    });
    let single = rules.majors == Majors::OneAtATime && origin.has_majors;
    let ahead = kept.iter().filter_map(|found| found.numbers.first());
    let next = ahead.filter(|major| single && Some(*major) > origin.numbers.first()).min();
    keep(kept, &|found| {
        let beyond = next.is_some_and(|next| found.numbers.first() > Some(next));
        beyond.then_some(Reason::MajorFirst)
    })
}

fn forbidden(found: &Newer<'_>, rules: &Rules) -> Option<Reason> {
    if rules.ignored.iter().any(|pattern| pattern.matches(found)) {
        return Some(Reason::Ignored);
    }
    if rules.allowed.as_ref().is_some_and(|range| !range.matches(&found.semver)) {
        return Some(Reason::OutsideAllowed);
    }
    match found.bump {
        bump if bump <= rules.allow => None,
        Bump::Major => Some(Reason::MajorNotAllowed),
        _ => Some(Reason::BumpNotAllowed),
    }
}

/// Returns the nearest stop ahead. A stop `1.107` is passed once `1.107.0` is reached.
fn next_stop(origin: Origin, rules: &Rules) -> Option<Numbers> {
    let stops = rules.stops.iter().filter_map(|stop| {
        let digits = stop.trim_start_matches(|c: char| !c.is_ascii_digit());
        Numbers::read(digits).map(|(numbers, _)| numbers)
    });
    stops.filter(|stop| stop.cmp_padded(&origin.numbers).is_gt()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(from: &str, upstream: &[&str], rules: &Rules) -> (Vec<String>, Vec<(String, Reason)>) {
        let newer = upstream.iter().map(|text| Newer {
            text,
            numbers: Numbers::read(text).unwrap().0,
            semver: Version::parse(text).unwrap(),
            bump: super::super::order::bump(from, text),
        });
        let origin = Origin { numbers: Numbers::read(from).unwrap().0, has_majors: true };
        let mut refusals = Refusals::default();
        let kept = apply(newer.collect(), origin, rules, &mut refusals);
        let named = refusals.finish().named.into_iter();
        (
            kept.into_iter().map(|found| found.text.to_owned()).collect(),
            named.map(|refused| (refused.version, refused.reason)).collect(),
        )
    }

    #[test]
    fn takes_what_is_allowed() {
        let upstream = ["3.1.0", "3.0.0", "2.5.0", "2.0.0", "1.3.0", "1.2.4"];
        let rules = Rules::default;
        let range = |text| Some(Range::parse(text).unwrap());
        let cases: Vec<(Rules, &[&str])> = vec![
            (rules(), &["2.5.0", "2.0.0", "1.3.0", "1.2.4"]),
            (Rules { majors: Majors::AllAtOnce, ..rules() }, &upstream),
            (Rules { allow: Bump::Minor, ..rules() }, &["1.3.0", "1.2.4"]),
            (Rules { allow: Bump::Patch, ..rules() }, &["1.2.4"]),
            (Rules { allow: Bump::Digest, ..rules() }, &[]),
            (Rules { allowed: range("<2.5 || >=3.1"), ..rules() }, &["2.0.0", "1.3.0", "1.2.4"]),
            (Rules { allowed: range(">=3"), ..rules() }, &["3.1.0", "3.0.0"]),
            (
                Rules { ignored: vec![Pattern::new("2.5.0")], ..rules() },
                &["2.0.0", "1.3.0", "1.2.4"],
            ),
            (
                Rules { ignored: vec![Pattern::new("2.x")], ..rules() },
                &["3.1.0", "3.0.0", "1.3.0", "1.2.4"],
            ),
            (Rules { stops: vec!["1.3".into()], ..rules() }, &["1.3.0", "1.2.4"]),
            (
                Rules { stops: vec!["v1.3.0".into(), "2.0.0".into()], ..rules() },
                &["1.3.0", "1.2.4"],
            ),
            (Rules { stops: vec!["1.2".into()], ..rules() }, &["2.5.0", "2.0.0", "1.3.0", "1.2.4"]),
            (Rules { stops: vec!["2.1".into()], ..rules() }, &["2.0.0", "1.3.0", "1.2.4"]),
        ];
        for (rules, expected) in cases {
            let (kept, refused) = take("1.2.3", &upstream, &rules);
            assert_eq!(kept, expected, "{rules:?}");
            assert_eq!(kept.len() + refused.len(), upstream.len());
        }
    }

    #[test]
    fn refusals_say_why() {
        let rules = Rules {
            allow: Bump::Minor,
            allowed: Some(Range::parse("!=1.9.0").unwrap()),
            ignored: vec![Pattern::new("1.8.0")],
            stops: vec!["1.5".into()],
            ..Rules::default()
        };
        let upstream = ["2.0.0", "1.9.0", "1.8.0", "1.7.0", "1.5.3"];
        let (kept, refused) = take("1.2.3", &upstream, &rules);
        assert_eq!(kept, ["1.5.3"]);
        let expected = [
            ("2.0.0", Reason::MajorNotAllowed),
            ("1.9.0", Reason::OutsideAllowed),
            ("1.8.0", Reason::Ignored),
            ("1.7.0", Reason::StopFirst),
        ];
        assert_eq!(refused, expected.map(|(text, reason)| (text.to_owned(), reason)));
        let majors = take("1.2.3", &["3.0.0", "2.0.0"], &Rules::default()).1;
        assert_eq!(majors, [("3.0.0".to_owned(), Reason::MajorFirst)]);
    }
}

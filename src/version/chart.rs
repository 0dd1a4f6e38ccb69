//! Chart versions: what a pin means, and what to write instead.
//!
//! A chart pin is read as Helm and Flux read it. Its exact text comes first; three numbers are an
//! exact version; anything else is a range ([`Range`]), which stands for the highest release it
//! holds, unless a version is listed under that very text. Chart versions are semantic versions, so everything behind a `-` is a pre-release here
//! and never a variant, and build metadata takes no part in the order. What lies inside a range
//! needs no commit: a range is rewritten only for a version outside it. A `v` in front may differ
//! between pin and chart, and `_` in a registry's tag stands for `+`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use semver::{BuildMetadata, Prerelease, Version};
use serde::Serialize;

use super::choose::{self, Candidate, Choice};
use super::leap;
use super::numbers::Numbers;
use super::order::{Bump, first_difference};
use super::range::Range;
use super::reason::{Reason, Refusals};
use super::rewrite::rewrite;
use super::rules::{self, Newer, Origin, Rules};
use super::tag::{Kind, Tag};

/// What a chart pin means, and where it can move.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartChoice {
    /// Whether the pin is a range.
    pub range: bool,
    /// The version that the pin stands for now, as upstream writes it; `None` where nothing that
    /// is listed fits.
    pub resolved: Option<String>,
    /// The text to write in place of the pin, if there is a version to move to: that version, or
    /// the range rewritten to hold it.
    pub write: Option<String>,
    /// The versions that it can move to.
    pub choice: Choice,
}

/// Chooses among the versions that a repository lists for a chart.
///
/// Of a version that is listed twice the first counts. A pin that is neither a version nor a range
/// (`latest` in an `OCIRepository`), or has fewer numbers and is listed as it stands, is compared
/// as a tag.
#[must_use]
pub fn choose<'a>(
    pin: &str,
    available: impl IntoIterator<Item = &'a str>,
    rules: &Rules,
) -> ChartChoice {
    let available: Vec<&str> = available.into_iter().collect();
    let listed = available.contains(&pin);
    let exact = ChartVersion::parse(pin).filter(|version| version.precision == 3);
    if let Some(current) = exact {
        let resolved = available.iter().find(|text| **text == pin).copied().or_else(|| {
            let equal = |text: &&&str| {
                ChartVersion::parse(text).is_some_and(|found| found.order(&current).is_eq())
            };
            available.iter().find(equal).copied()
        });
        let choice = newer(&current, &available, rules, resolved.is_some());
        let write = choice.best.as_ref().map(|best| best.version.clone());
        return ChartChoice { range: false, resolved: resolved.map(str::to_owned), write, choice };
    }
    if let Some(range) = Range::parse(pin).ok().filter(|_| !listed) {
        return choose_outside(&range, &available, rules);
    }
    let choice = choose::choose(pin, available, rules);
    let resolved = choice.listed.then(|| pin.to_owned());
    let write = choice.best.as_ref().map(|best| best.version.clone());
    ChartChoice { range: false, resolved, write, choice }
}

/// Returns the version of a range, as Flux resolves it: the highest strict semantic version inside.
#[must_use]
pub fn resolve<'a>(range: &Range, available: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<ChartVersion<'a>> = None;
    for text in available {
        let Some(found) = ChartVersion::parse(text).filter(|found| found.strict) else { continue };
        let higher = best.as_ref().is_none_or(|best| found.order(best).is_gt());
        if higher && range.matches(&found.version) {
            best = Some(found);
        }
    }
    best.map(|found| found.text)
}

/// Says whether a pin is one exact version, of three numbers.
#[must_use]
pub fn is_exact(pin: &str) -> bool {
    ChartVersion::parse(pin).is_some_and(|version| version.precision == 3)
}

/// Says whether a pin stands for a range of versions.
#[must_use]
pub fn is_range(pin: &str) -> bool {
    !is_exact(pin) && Range::parse(pin).is_ok()
}

/// Says whether a version lies in a range; `None` where one of the two cannot be read.
#[must_use]
pub fn in_range(range: &str, version: &str) -> Option<bool> {
    let range = Range::parse(range).ok()?;
    Some(range.matches(&ChartVersion::parse(version)?.version))
}

/// Returns the tag under which a registry holds a chart version: `+` becomes `_`, as Helm does it.
#[must_use]
pub fn tag_of_version(version: &str) -> String {
    version.replace('+', "_")
}

/// Returns the chart version that a registry's tag stands for: `_` becomes `+`.
#[must_use]
pub fn version_of_tag(tag: &str) -> String {
    tag.replace('_', "+")
}

/// A chart version as it is listed.
struct ChartVersion<'a> {
    text: &'a str,
    version: Version,
    numbers: Numbers,
    /// How many numbers are written; Helm fills up to three.
    precision: usize,
    /// Whether it is a semantic version but for its `v`; only those are looked at for a range.
    strict: bool,
    marked: bool,
}

impl<'a> ChartVersion<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let (numbers, taken) = Numbers::read(bare)?;
        let (core, rest) = bare.split_at_checked(taken)?;
        let (pre, build) = match rest.split_once(['+', '_']) {
            Some((pre, build)) => {
                (pre, BuildMetadata::new(build).ok().filter(|build| !build.is_empty())?)
            }
            None => (rest, BuildMetadata::EMPTY),
        };
        let pre = match pre.strip_prefix('-') {
            Some(pre) => Prerelease::new(pre).ok().filter(|pre| !pre.is_empty())?,
            None if pre.is_empty() => Prerelease::EMPTY,
            None => return None,
        };
        let padded = core.split('.').any(|number| number.len() > 1 && number.starts_with('0'));
        let precision = numbers.len();
        let (major, minor, patch) = match *numbers.as_slice() {
            [major] => (major, 0, 0),
            [major, minor] => (major, minor, 0),
            [major, minor, patch] => (major, minor, patch),
            _ => return None,
        };
        let version = Version { major, minor, patch, pre, build };
        let marked = bare.len() < text.len();
        Some(Self { text, version, numbers, precision, strict: precision == 3 && !padded, marked })
    }

    fn order(&self, other: &Self) -> Ordering {
        self.version.cmp_precedence(&other.version)
    }

    /// Reads the version without its build metadata as a tag, for what depends on numbers alone.
    fn as_tag(&self) -> Tag<'a> {
        Tag::parse(self.text.split(['+', '_']).next().unwrap_or_default())
    }
}

fn choose_outside(range: &Range, available: &[&str], rules: &Rules) -> ChartChoice {
    let resolved = resolve(range, available.iter().copied());
    let Some(current) = resolved.and_then(ChartVersion::parse) else {
        // Without a version that it stands for, nothing says what would be an upgrade.
        let mut refused = Refusals::default();
        for text in available {
            refused.count(text, Reason::NoOrder);
        }
        let choice = Choice {
            kind: Kind::Version,
            listed: false,
            floating: false,
            best: None,
            candidates: Vec::new(),
            refused: refused.finish(),
        };
        return ChartChoice { range: true, resolved: None, write: None, choice };
    };
    let mut choice = newer(&current, available, rules, true);
    let mut write = None;
    if let Some(best) = choice.best.take() {
        let text = ChartVersion::parse(&best.version)
            .and_then(|target| rewrite(range, &current.version, &target.version))
            .filter(|text| holds_no_more(text, available, &best.version));
        if text.is_some() {
            choice.best = Some(best);
        } else {
            choice.refused.name(&best.version, Reason::RangeStyle);
            choice.candidates.retain(|candidate| *candidate != best);
        }
        write = text;
    }
    ChartChoice { range: true, resolved: resolved.map(str::to_owned), write, choice }
}

/// Tells whether a rewritten range stands for the chosen version, and for no later one that was
/// refused.
fn holds_no_more(range: &str, available: &[&str], chosen: &str) -> bool {
    let resolved =
        Range::parse(range).ok().and_then(|range| resolve(&range, available.iter().copied()));
    let version = |text| ChartVersion::parse(text).map(|found| found.version);
    resolved.is_some_and(|resolved| version(resolved) == version(chosen))
}

fn newer(current: &ChartVersion<'_>, available: &[&str], rules: &Rules, listed: bool) -> Choice {
    let mut refusals = Refusals::default();
    let mut held: Vec<(ChartVersion<'_>, Reason)> = Vec::new();
    let mut later: Vec<ChartVersion<'_>> = Vec::new();
    let mut majors: BTreeMap<u64, usize> = BTreeMap::new();
    let origin = current.as_tag();
    for text in available {
        let Some(found) = ChartVersion::parse(text) else {
            refusals.count(text, Reason::Invalid);
            continue;
        };
        if leap::is_leap(&origin, &found.as_tag()) {
            held.push((found, Reason::CalendarLeap));
            continue;
        }
        if found.version.pre.is_empty() {
            *majors.entry(found.version.major).or_default() += 1;
        }
        match screen(current, &found, rules) {
            Some(Reason::PreRelease) => held.push((found, Reason::PreRelease)),
            Some(_) if found.text == current.text => {}
            Some(reason) => refusals.count(text, reason),
            None => later.push(found),
        }
    }
    let stray = leap::stray_from(&origin, &majors);
    let (later, strays): (Vec<_>, Vec<_>) =
        later.into_iter().partition(|found| stray.is_none_or(|first| found.version.major < first));
    held.extend(strays.into_iter().map(|found| (found, Reason::Stray)));
    held.sort_by(|(left, _), (right, _)| right.order(left));
    for (found, reason) in &held {
        refusals.name(found.text, *reason);
    }
    let later = one_of_each(later, current, &mut refusals);
    let found = later.iter().map(|found| Newer {
        text: found.text,
        numbers: found.numbers,
        semver: found.version.clone(),
        bump: bump_of(current, found),
    });
    let has_majors = origin.kind() == Kind::Version && !leap::is_count(&origin);
    let from = Origin { numbers: current.numbers, has_majors };
    let kept = rules::apply(found.collect(), from, rules, &mut refusals);
    let candidates: Vec<Candidate> = kept.iter().map(Newer::to_candidate).collect();
    Choice {
        kind: origin.kind(),
        listed,
        floating: false,
        best: candidates.first().cloned(),
        candidates,
        refused: refusals.finish(),
    }
}

/// Says why a version cannot follow the current one; `None` where it can.
fn screen(current: &ChartVersion<'_>, found: &ChartVersion<'_>, rules: &Rules) -> Option<Reason> {
    if found.precision != current.precision && !rules.any_precision {
        return Some(Reason::OtherPrecision);
    }
    if found.order(current).is_le() {
        return Some(Reason::NotNewer);
    }
    let ripening = !current.version.pre.is_empty() && found.numbers == current.numbers;
    let unripe = !found.version.pre.is_empty() && !rules.pre_releases && !ripening;
    unripe.then_some(Reason::PreRelease)
}

/// Sorts newest first and keeps the first listed of each version, the pinned spelling before it.
fn one_of_each<'a>(
    mut later: Vec<ChartVersion<'a>>,
    current: &ChartVersion<'_>,
    refusals: &mut Refusals,
) -> Vec<ChartVersion<'a>> {
    let other_spelling = |found: &ChartVersion<'_>| found.marked != current.marked;
    later.sort_by(|left, right| {
        right.order(left).then_with(|| other_spelling(left).cmp(&other_spelling(right)))
    });
    later.dedup_by(|next, first| {
        let same = next.order(first).is_eq();
        if same && next.text != first.text {
            refusals.name(next.text, Reason::OtherSpelling);
        }
        same
    });
    later
}

fn bump_of(from: &ChartVersion<'_>, to: &ChartVersion<'_>) -> Bump {
    match first_difference(&from.numbers, &to.numbers) {
        Some(0) => Bump::Major,
        Some(1) => Bump::Minor,
        _ => Bump::Patch,
    }
}

#[cfg(test)]
mod tests;

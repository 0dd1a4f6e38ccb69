//! Which of upstream's tags a pinned tag should move to.
//!
//! A tag is compared with its own family only: the same prefix, the same variant, as many numbers.
//! `v1.2` and `1.2` are one family, and the pinned spelling wins where both exist; where only the
//! other exists it is taken, for it is the same release. Within the family newer is decided by
//! numbers, maturity and builds. A release never moves to a pre-release; a pre-release moves to a
//! later one of the same numbers or to a release. The base system of a variant (`-alpine3.20`)
//! never goes down; it stays if the new version exists on it, goes up to the nearest that exists
//! if not, and does not move by itself unless a rule says so. One small number (`18`) names a line
//! of releases: its numbers never move, its digest and the builds behind it may.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::leap;
use super::numbers::Numbers;
use super::order::{Bump, bump_of, maturity};
use super::reason::{Reason, Refusals};
use super::rules::{self, Newer, Origin, Rules};
use super::tag::{Kind, Tag};

/// What upstream has for a pinned version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// What the pinned version is.
    pub kind: Kind,
    /// Whether upstream lists the pinned version itself.
    pub listed: bool,
    /// Whether the pinned tag follows other tags, so that its digest moves without it: `latest`,
    /// `18`, or `1.2` where `1.2.3` exists.
    pub floating: bool,
    /// The version to move to, if there is one.
    pub best: Option<Candidate>,
    /// Every version that may be taken, the best first.
    pub candidates: Vec<Candidate>,
    /// The others, with their reasons.
    pub refused: Refusals,
}

/// A version that a pin can move to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The tag or version as upstream writes it.
    pub version: String,
    /// How far away it is.
    pub bump: Bump,
}

/// Chooses among `tags` for the pinned tag `current`, which holds no digest.
///
/// The order and repetition of `tags` do not matter. The time grows with their number, and with
/// the logarithm of how many are newer.
#[must_use]
pub fn choose<'a>(current: &str, tags: impl IntoIterator<Item = &'a str>, rules: &Rules) -> Choice {
    let current = Tag::parse(current);
    let mut refusals = Refusals::default();
    let mut survey = Survey::default();
    let mut newer: Vec<Tag<'a>> = Vec::new();
    let mut held: Vec<(Tag<'a>, Reason)> = Vec::new();
    for text in tags {
        let tag = Tag::parse(text);
        if text == current.as_str() {
            survey.listed = true;
            survey.count_major(&current);
            continue;
        }
        match screen(&current, &tag, rules, &mut survey) {
            None => newer.push(tag),
            Some(reason @ (Reason::PreRelease | Reason::CalendarLeap)) => held.push((tag, reason)),
            Some(reason) => refusals.count(text, reason),
        }
    }
    let newer = hold_back(&current, newer, &survey, &mut held);
    held.sort_by(|(left, _), (right, _)| better(&current, left, right, rules));
    held.dedup_by(|(later, _), (first, _)| later.as_str() == first.as_str());
    for (tag, reason) in &held {
        refusals.name(tag.as_str(), *reason);
    }
    let newer = one_of_each(&current, newer, rules, &mut refusals);
    let found = newer.iter().map(|tag| Newer {
        text: tag.as_str(),
        numbers: *tag.numbers(),
        semver: semver_of(tag.numbers()),
        bump: bump_of(&current, tag),
    });
    let has_majors = current.kind() == Kind::Version && !leap::is_count(&current);
    let origin = Origin { numbers: *current.numbers(), has_majors };
    let kept = rules::apply(found.collect(), origin, rules, &mut refusals);
    let follows = matches!(current.kind(), Kind::Name | Kind::Request | Kind::Line);
    let candidates: Vec<Candidate> = kept.iter().map(Newer::to_candidate).collect();
    Choice {
        kind: current.kind(),
        listed: survey.listed,
        floating: follows || survey.longer,
        best: candidates.first().cloned(),
        candidates,
        refused: refusals.finish(),
    }
}

/// What the whole list says about the pinned tag.
#[derive(Default)]
struct Survey {
    listed: bool,
    /// Whether a version exists that begins with all the pinned numbers and goes on.
    longer: bool,
    /// How many releases of the family have each first number.
    majors: BTreeMap<u64, usize>,
}

impl Survey {
    fn count_major(&mut self, tag: &Tag<'_>) {
        if let Some(major) = tag.numbers().first().filter(|_| !tag.is_pre_release()) {
            *self.majors.entry(major).or_default() += 1;
        }
    }
}

/// Says why a tag cannot follow the current one; `None` where it can.
fn screen(current: &Tag<'_>, tag: &Tag<'_>, rules: &Rules, survey: &mut Survey) -> Option<Reason> {
    match tag.kind() {
        Kind::Invalid => return Some(Reason::Invalid),
        Kind::Signature => return Some(Reason::Signature),
        Kind::Commit => return Some(Reason::CommitHash),
        Kind::Request => return Some(Reason::ReviewBuild),
        Kind::Name => return Some(Reason::Floating),
        Kind::Version | Kind::Calendar | Kind::BranchBuild | Kind::Line => {}
    }
    if !current.is_version() {
        return Some(Reason::NoOrder);
    }
    let of_branch = |tag: &Tag<'_>| tag.kind() == Kind::BranchBuild;
    if !current.same_prefix(tag) || of_branch(current) != of_branch(tag) {
        return Some(Reason::OtherScheme);
    }
    if !current.same_variant(tag) {
        return Some(Reason::OtherVariant);
    }
    let (mine, theirs) = (current.numbers(), tag.numbers());
    if theirs.len() != mine.len() {
        survey.longer |= mine.begins(theirs) && !tag.is_pre_release();
        let floats = tag.kind() == Kind::Line || current.kind() == Kind::Line;
        if floats || !rules.any_precision {
            return Some(Reason::OtherPrecision);
        }
    }
    if leap::is_leap(current, tag) {
        return Some(Reason::CalendarLeap);
    }
    survey.count_major(tag);
    if current.bases().zip(tag.bases()).any(|(mine, theirs)| theirs < mine) {
        return Some(Reason::OtherVariant);
    }
    match theirs.cmp_padded(mine).then_with(|| maturity(tag, current)) {
        Ordering::Less => return Some(Reason::NotNewer),
        Ordering::Equal if current.bases().ne(tag.bases()) => {
            if !rules.base_alone {
                return Some(Reason::OtherVariant);
            }
        }
        Ordering::Equal if current.builds().cmp(tag.builds()).is_ge() => {
            return Some(Reason::NotNewer);
        }
        Ordering::Equal | Ordering::Greater => {}
    }
    let ripening = current.is_pre_release() && theirs.cmp_padded(mine).is_eq();
    let unripe = tag.is_pre_release() && !rules.pre_releases && !ripening;
    unripe.then_some(Reason::PreRelease)
}

/// Holds back what only the whole list shows to be no upgrade: another line of releases, a stray.
fn hold_back<'a>(
    current: &Tag<'_>,
    newer: Vec<Tag<'a>>,
    survey: &Survey,
    held: &mut Vec<(Tag<'a>, Reason)>,
) -> Vec<Tag<'a>> {
    let stray = leap::stray_from(current, &survey.majors);
    let line = is_line(current, survey.longer);
    let mut kept = Vec::with_capacity(newer.len());
    for tag in newer {
        if line && tag.numbers() != current.numbers() {
            held.push((tag, Reason::Floating));
        } else if stray.is_some_and(|first| tag.numbers().first() >= Some(first)) {
            held.push((tag, Reason::Stray));
        } else {
            kept.push(tag);
        }
    }
    kept
}

/// Tells whether the pinned tag is one number that stands for a line of releases. A small number
/// always does; a greater one counts builds, unless versions exist that begin with it.
fn is_line(current: &Tag<'_>, longer: bool) -> bool {
    current.kind() == Kind::Line || (longer && current.numbers().len() == 1)
}

/// Orders two newer tags, the better first.
fn better(current: &Tag<'_>, left: &Tag<'_>, right: &Tag<'_>, rules: &Rules) -> Ordering {
    let bases = left.bases().cmp(right.bases());
    later(right, left)
        .then_with(|| right.numbers().len().cmp(&left.numbers().len()))
        .then(if rules.base_alone { bases.reverse() } else { bases })
        .then_with(|| right.builds().cmp(left.builds()))
        .then_with(|| spelt_like(current, right).cmp(&spelt_like(current, left)))
        .then_with(|| left.as_str().cmp(right.as_str()))
}

/// Tells how far a tag is spelt like the current one: its `v`, and zeros in front of its numbers.
fn spelt_like(current: &Tag<'_>, tag: &Tag<'_>) -> (bool, bool) {
    let padded = |tag: &Tag<'_>| {
        tag.written().split('.').any(|number| number.len() > 1 && number.starts_with('0'))
    };
    (tag.marker() == current.marker(), padded(tag) == padded(current))
}

fn later(left: &Tag<'_>, right: &Tag<'_>) -> Ordering {
    left.numbers().cmp_padded(right.numbers()).then_with(|| maturity(left, right))
}

/// Sorts the best first and keeps one tag of each version, base and build. The best spelling comes
/// first; where the commit tells tags apart, none is known to be the later and none is kept.
fn one_of_each<'a>(
    current: &Tag<'_>,
    mut sorted: Vec<Tag<'a>>,
    rules: &Rules,
    refusals: &mut Refusals,
) -> Vec<Tag<'a>> {
    sorted.sort_by(|left, right| better(current, left, right, rules));
    sorted.dedup_by(|later, first| later.as_str() == first.as_str());
    let same = |left: &Tag<'_>, right: &Tag<'_>| {
        later(left, right).is_eq()
            && left.bases().eq(right.bases())
            && left.builds().eq(right.builds())
            && (rules.any_precision || left.numbers() == right.numbers())
    };
    let mut kept: Vec<Tag<'a>> = Vec::with_capacity(sorted.len());
    for group in sorted.chunk_by(same) {
        let [first, others @ ..] = group else { continue };
        let unordered = others.iter().any(|other| other.commits().ne(first.commits()));
        let (refused, reason) =
            if unordered { (group, Reason::Ambiguous) } else { (others, Reason::OtherSpelling) };
        for tag in refused {
            refusals.name(tag.as_str(), reason);
        }
        if !unordered {
            kept.push(first.clone());
        }
    }
    kept
}

/// Makes a version that ranges can judge: the first three numbers. Maturity is decided elsewhere.
fn semver_of(numbers: &Numbers) -> Version {
    let number = |place: usize| numbers.as_slice().get(place).copied().unwrap_or(0);
    Version::new(number(0), number(1), number(2))
}

#[cfg(test)]
mod tests;

//! What notes say of an upgrade, laid out for a reader.
//!
//! Facts are many and overlap: a variable that is gone breaks something, and the same sentence asks
//! for a step. A [`Point`] is one thing that a reader is told once, with every kind of fact that its
//! passage is. Points come in groups, one a version; what breaks, what has to be done and what
//! concerns a setting of these releases stands before the rest, and what concerns nothing that is
//! set here is folded away. `clauses` keeps a sentence that says more from being folded with a name in
//! it; `text` and `markdown` write the points down.

mod clauses;
mod markdown;
#[cfg(test)]
mod tests;
mod text;

pub(super) use markdown::{briefing_markdown, warning};
pub(super) use text::briefing_text;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use self::clauses::{clauses, named_by, names};
use crate::notes::{Evidence, Fact, FactKind, Kind};
use crate::report::facts::subject;
use crate::upgrade::{Briefing, Here, HereOutcome, Reading, Told};
use crate::version;

/// One thing that notes say.
#[derive(Debug, Clone)]
struct Point<'a> {
    /// What it is, the gravest first.
    kinds: Vec<FactKind>,
    /// The fact that says most of it.
    told: &'a Told,
    /// Whether it concerns nothing that is set here.
    folded: bool,
}

/// What notes say of one version, or all that they say of it in one of the three parts.
#[derive(Debug, Clone)]
struct Group<'a> {
    of: Kind,
    /// Which of the readings.
    reading: usize,
    version: &'a str,
    points: Vec<Point<'a>>,
}

/// What notes say, in the order in which it is read.
#[derive(Debug, Default)]
struct Laid<'a> {
    /// What breaks, has to be done, or meets a setting.
    first: Vec<Group<'a>>,
    /// What is good to know.
    rest: Vec<Group<'a>>,
    /// What concerns nothing that is set here.
    folded: Vec<Group<'a>>,
}

/// Lays out what notes say.
fn lay(briefing: &Briefing) -> Laid<'_> {
    let required = |fact: &Fact| {
        let same = |component: &str, range: &str| {
            fact.component.as_deref() == Some(component) && fact.range.as_deref() == Some(range)
        };
        briefing.requirements.iter().any(|known| same(&known.component, &known.range))
    };
    let mut points = points(&briefing.told);
    // What is required stands among the requirements, with what is there.
    points.retain(|point| point.kinds != [FactKind::Requires] || !required(&point.told.fact));
    let (folded, shown): (Vec<_>, Vec<_>) = points.into_iter().partition(|point| point.folded);
    let (first, rest): (Vec<_>, Vec<_>) = shown.into_iter().partition(Point::is_grave);
    Laid { first: groups(first), rest: groups(rest), folded: groups(folded) }
}

impl Point<'_> {
    /// Says whether it must be read before anything else.
    fn is_grave(&self) -> bool {
        let grave = |kind: &FactKind| weight(*kind) <= weight(FactKind::EnvRequired);
        self.meets_a_setting() || self.kinds.iter().any(grave)
    }

    /// Says whether something that is set here is concerned.
    fn meets_a_setting(&self) -> bool {
        self.told.here.iter().any(|here| here.outcome != HereOutcome::Unset)
    }
}

/// Makes points of facts: what one passage says is told once, and all that it says is told.
fn points<'a>(told: &'a [Told]) -> Vec<Point<'a>> {
    let (general, mut named): (Vec<&Told>, Vec<&Told>) =
        told.iter().partition(|told| is_general(told.fact.kind));
    named.sort_by_key(|told| weight(told.fact.kind));
    let point =
        |told: &'a Told| Point { kinds: vec![told.fact.kind], told, folded: is_folded(told) };
    let mut points: Vec<Point<'a>> = named.into_iter().map(point).collect();
    let names = Names::of(told);
    let versions: HashSet<(Kind, usize, &str)> =
        general.iter().filter(|told| !is_bare(&told.fact)).map(|told| key(told)).collect();
    for told in general {
        // A heading that says no more than that something breaks is no point beside what breaks.
        if is_bare(&told.fact) && versions.contains(&key(told)) {
            continue;
        }
        let kind = told.fact.kind;
        let clauses = clauses(&told.fact.summary);
        let of_passage = |point: &&mut Point<'_>| of_one_passage(point.told, told);
        let mut beside: Vec<&mut Point<'_>> = points.iter_mut().filter(of_passage).collect();
        let is_told = |clause: &&str| beside.iter().any(|point| tells(point.told, clause));
        if clauses.is_empty() || !clauses.iter().all(is_told) {
            points.push(Point { kinds: vec![kind], told, folded: names.are_all_unset(&told.fact) });
            continue;
        }
        beside.retain(|point| clauses.iter().any(|clause| tells(point.told, clause)));
        // What breaks over something optional and new breaks for all.
        let concerns_all = beside.iter().all(|point| point.folded && !is_unset(point.told));
        for point in beside {
            point.folded &= !concerns_all;
            if !point.kinds.contains(&kind) {
                point.kinds.push(kind);
                point.kinds.sort_by_key(|kind| weight(*kind));
            }
        }
    }
    points
}

fn key(told: &Told) -> (Kind, usize, &str) {
    (told.of, told.reading, told.fact.version.as_str())
}

/// Says whether a kind judges a passage, where the others name what it is about.
fn is_general(kind: FactKind) -> bool {
    matches!(kind, FactKind::Breaking | FactKind::ManualAction)
}

/// Says whether a fact was read from the passage that a general one judges.
fn of_one_passage(other: &Told, general: &Told) -> bool {
    let place = |evidence: &Evidence| (evidence.source.clone(), evidence.line);
    let Some(passage) = general.fact.evidence.first().map(place) else { return false };
    (other.of, other.reading) == (general.of, general.reading)
        && other.fact.evidence.iter().any(|said| place(said) == passage)
}

/// Says whether a reader who is told a fact knows what a clause says.
fn tells(told: &Told, clause: &str) -> bool {
    match subject(&told.fact) {
        Some(_) => named_by(&told.fact).any(|name| names(clause, name)),
        None => told.fact.summary.contains(clause),
    }
}

/// Says whether a fact is the heading of others and nothing more.
fn is_bare(fact: &Fact) -> bool {
    const WORDS: [&str; 18] = [
        "action",
        "actions",
        "and",
        "break",
        "breaking",
        "change",
        "changes",
        "deprecations",
        "important",
        "migration",
        "note",
        "notes",
        "notice",
        "removals",
        "required",
        "upgrade",
        "upgrading",
        "warning",
    ];
    let mut words = fact.summary.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.all(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// Says whether a fact about something of a name concerns nobody here.
fn is_folded(told: &Told) -> bool {
    let optional = matches!(told.fact.kind, FactKind::EnvAdded | FactKind::ValueAdded);
    is_unset(told) || (optional && told.here.is_empty())
}

/// Says whether a fact is about a setting that is not set here and means nothing therefore. What
/// changes in a setting, its default say, means most where nobody sets it.
fn is_unset(told: &Told) -> bool {
    let changes = matches!(
        told.fact.kind,
        FactKind::EnvChanged | FactKind::ValueChanged | FactKind::EnvRequired
    );
    let unset = |here: &Here| here.outcome == HereOutcome::Unset;
    !changes && !told.here.is_empty() && told.here.iter().all(unset)
}

/// The settings that notes name, parted by whether they mean something here.
struct Names<'a> {
    unset: BTreeSet<&'a str>,
    other: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(told: &'a [Told]) -> Self {
        let mut names = Self { unset: BTreeSet::new(), other: BTreeSet::new() };
        for told in told {
            let into = if is_unset(told) { &mut names.unset } else { &mut names.other };
            into.extend(named_by(&told.fact));
        }
        names
    }

    /// Says whether each clause of a passage speaks of settings, and of none but those that nobody
    /// sets here.
    fn are_all_unset(&self, fact: &Fact) -> bool {
        let any = |of: &BTreeSet<&str>, text: &str| of.iter().any(|name| names(text, name));
        let clauses = clauses(&fact.summary);
        // Every second piece stands between backticks.
        let mut code = fact.summary.split('`').skip(1).step_by(2);
        !clauses.is_empty()
            && clauses.iter().all(|clause| any(&self.unset, clause))
            && code.all(|code| any(&self.unset, code))
            && !any(&self.other, &fact.summary)
    }
}

/// Groups points by reading and version, the lowest first, applications before charts.
fn groups(points: Vec<Point<'_>>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for point in points {
        let (of, reading, version) = key(point.told);
        let same = |group: &&mut Group<'_>| {
            (group.of, group.reading) == (of, reading)
                && (group.version == version || version::same(group.version, version))
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                // A guide to `3` and the notes of 3.0.0 speak of one version: the longer name says more.
                if version.len() > group.version.len() {
                    group.version = version;
                }
                group.points.push(point);
            }
            None => groups.push(Group { of, reading, version, points: vec![point] }),
        }
    }
    // What is no version comes last, so that those that are one have an order among them.
    let first = |group: &Group<'_>| {
        let is_version = version::compare(group.version, group.version).is_some();
        (group.of == Kind::Chart, group.reading, !is_version)
    };
    groups.sort_by(|one, other| {
        let versions = version::compare(one.version, other.version).unwrap_or(Ordering::Equal);
        first(one).cmp(&first(other)).then(versions)
    });
    for group in &mut groups {
        let lightest = |point: &Point<'_>| point.kinds.iter().map(|kind| weight(*kind)).min();
        group.points.sort_by_key(|point| (!point.meets_a_setting(), lightest(point)));
    }
    groups
}

/// Names whose notes a group is from, where those of several applications or charts were read.
fn whose<'a>(group: &Group<'_>, readings: &'a [Reading]) -> Option<&'a str> {
    let own = readings.get(group.reading)?;
    let others = readings.iter().filter(|other| other.of == own.of);
    let several = others.into_iter().any(|other| other.subject != own.subject);
    several.then_some(own.subject.as_str())
}

/// Orders kinds for a reader: what stops or loses something first, what is only good to know last.
fn weight(kind: FactKind) -> u8 {
    use FactKind as F;
    match kind {
        F::Avoid => 0,
        F::Breaking => 1,
        F::Irreversible => 2,
        F::StopAt => 3,
        F::ManualAction => 4,
        F::ImageMoved | F::ChartMoved => 5,
        F::Requires => 6,
        F::EnvRequired => 7,
        F::EnvRemoved | F::EnvRenamed | F::ValueRemoved | F::ValueRenamed => 8,
        F::EnvChanged | F::ValueChanged => 9,
        F::Deprecated | F::EnvDeprecated => 10,
        F::Security => 11,
        F::EnvAdded | F::ValueAdded => 12,
    }
}

/// Says what was read, and what a reader should know about the reading.
fn read(reading: &Reading) -> Vec<String> {
    let Reading { of, subject, from, to, notes, homes, remarks, .. } = reading;
    let mut lines = Vec::new();
    if !notes.versions.is_empty() {
        let count = notes.versions.len();
        let plural = if count == 1 { "" } else { "s" };
        let places: Vec<&str> = homes.iter().map(|home| home.url.as_str()).collect();
        let at =
            if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
        let whose = match of {
            Kind::App => "notes",
            Kind::Chart => "chart notes",
        };
        let calm = if notes.summary.breaking { "" } else { ", no break declared" };
        lines.push(format!(
            "{whose} of {subject}, {from} → {to}: {count} version{plural} read{at}{calm}"
        ));
    }
    lines.extend(remarks.iter().map(|remark| remark.message.clone()));
    lines
}

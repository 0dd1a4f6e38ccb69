//! What notes say of an upgrade, laid out for a reader.
//!
//! Facts are many and overlap: a variable that is gone breaks something, and the same sentence asks
//! for a step. A [`Point`] is one thing that a reader is told once, with every kind of fact that its
//! passage is. Points come in groups, one a version; what breaks, what has to be done and what
//! concerns a setting of these releases stands before the rest, and what concerns nothing that is
//! set here is folded away. `text` and `markdown` write them down.

mod markdown;
#[cfg(test)]
mod tests;
mod text;

pub(super) use markdown::{briefing_markdown, warning};
pub(super) use text::briefing_text;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use crate::notes::{Evidence, Fact, FactKind, Kind};
use crate::upgrade::{Briefing, HereOutcome, Reading, Told};
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

/// Makes points of facts: what one passage says is told once.
fn points<'a>(told: &'a [Told]) -> Vec<Point<'a>> {
    let (general, mut named): (Vec<&Told>, Vec<&Told>) =
        told.iter().partition(|told| is_general(told.fact.kind));
    named.sort_by_key(|told| weight(told.fact.kind));
    let point =
        |told: &'a Told| Point { kinds: vec![told.fact.kind], told, folded: is_folded(told) };
    let mut points: Vec<Point<'a>> = named.into_iter().map(point).collect();
    let names = Names::of(told);
    let versions: HashSet<(Kind, &str)> =
        general.iter().filter(|told| !is_bare(&told.fact)).map(|told| key(told)).collect();
    for told in general {
        // A heading that says no more than that something breaks is no point beside what breaks.
        if is_bare(&told.fact) && versions.contains(&key(told)) {
            continue;
        }
        let kind = told.fact.kind;
        let mut known = false;
        for point in points.iter_mut().filter(|point| of_one_passage(point.told, told)) {
            known = true;
            if !point.kinds.contains(&kind) {
                point.kinds.push(kind);
                point.kinds.sort_by_key(|kind| weight(*kind));
            }
        }
        if !known {
            points.push(Point { kinds: vec![kind], told, folded: names.are_all_unset(&told.fact) });
        }
    }
    points
}

fn key(told: &Told) -> (Kind, &str) {
    (told.of, told.fact.version.as_str())
}

/// Says whether a kind judges a passage, where the others name what it is about.
fn is_general(kind: FactKind) -> bool {
    matches!(kind, FactKind::Breaking | FactKind::ManualAction)
}

/// Says whether a fact about a name was read from the passage that a general one judges.
fn of_one_passage(named: &Told, general: &Told) -> bool {
    let place = |evidence: &Evidence| (evidence.source.clone(), evidence.line);
    let Some(passage) = general.fact.evidence.first().map(place) else { return false };
    named.of == general.of && named.fact.evidence.iter().any(|said| place(said) == passage)
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
    let unset =
        !told.here.is_empty() && told.here.iter().all(|here| here.outcome == HereOutcome::Unset);
    let optional = matches!(told.fact.kind, FactKind::EnvAdded | FactKind::ValueAdded);
    unset || (optional && told.here.is_empty())
}

/// The settings that notes name, parted by whether they are set here.
struct Names<'a> {
    unset: BTreeSet<&'a str>,
    other: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(told: &'a [Told]) -> Self {
        let mut names = Self { unset: BTreeSet::new(), other: BTreeSet::new() };
        for told in told {
            let into = if is_folded(told) { &mut names.unset } else { &mut names.other };
            let fact = &told.fact;
            into.extend(
                [&fact.name, &fact.old, &fact.new].into_iter().flatten().map(String::as_str),
            );
        }
        names
    }

    /// Says whether a passage speaks of settings, and of none but those that nobody sets here.
    fn are_all_unset(&self, fact: &Fact) -> bool {
        let text: String = fact.evidence.iter().map(|evidence| evidence.quote.as_str()).collect();
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let words: BTreeSet<&str> = text.split(|c| !is_name(c)).collect();
        let among = |names: &BTreeSet<&str>| names.iter().any(|name| words.contains(name));
        among(&self.unset) && !among(&self.other)
    }
}

/// Groups points by version, the lowest first, the application's before the chart's.
fn groups(points: Vec<Point<'_>>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for point in points {
        let (of, version) = key(point.told);
        let same = |group: &&mut Group<'_>| {
            group.of == of && (group.version == version || version::same(group.version, version))
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                // A guide to `3` and the notes of 3.0.0 speak of one version: the longer name says more.
                if version.len() > group.version.len() {
                    group.version = version;
                }
                group.points.push(point);
            }
            None => groups.push(Group { of, version, points: vec![point] }),
        }
    }
    // What is no version comes last, so that those that are one have an order among them.
    let first = |group: &Group<'_>| {
        (group.of == Kind::Chart, version::compare(group.version, group.version).is_none())
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

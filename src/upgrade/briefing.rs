//! What a reader is told of an upgrade: the facts of its notes, what each means here, what to do.
//!
//! Facts meet what the releases set. What can be edited exactly becomes part of the upgrade, what
//! cannot a numbered step; a fact about something that nobody sets is told and folded away. A
//! requirement meets what the repository runs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::candidates::{Candidates, Outcome};
use super::learned::{Learned, Moved, Reading, Step, Verdict};
use super::matching::{self, Met};
use super::plan_types::FileEdit;
use super::requirements::{Requirement, Runs};
use crate::diagnostic::{Position, Why};
use crate::flux::{Inventory, ObjectName, Pin, PinKind, Release, Settings};
use crate::notes::{Declared, Fact, FactKind, Kind, Remark};
use crate::state::State;
use crate::tree::Tree;

/// What is known around the pins when plans are made.
#[derive(Debug, Clone, Default)]
pub struct Background {
    /// What the notes say.
    pub learned: Learned,
    /// What the releases set whose notes speak of names.
    pub settings: BTreeMap<ObjectName, Settings>,
    /// The data of the releases that move.
    pub states: BTreeMap<ObjectName, State>,
}

impl Background {
    /// Returns the releases whose notes speak of what they set.
    #[must_use]
    pub fn wanted(learned: &Learned, releases: &[Release]) -> BTreeSet<ObjectName> {
        let speaks = |reading: &&Reading| reading.notes.facts.iter().any(speaks_of_a_setting);
        touched(learned.readings.iter().filter(speaks), releases)
    }

    /// Returns the releases that move to another version, whether or not notes were read.
    #[must_use]
    pub fn moving(candidates: &Candidates, inventory: &Inventory) -> BTreeSet<ObjectName> {
        let moving = candidates.pins.iter();
        let moving = moving.filter(|pin| matches!(pin.outcome, Outcome::Move(_)));
        let ids: HashSet<&str> = moving.map(|pin| pin.pin.as_str()).collect();
        let pins = inventory.pins.iter().filter(|pin| ids.contains(pin.id.as_str()));
        pins.flat_map(|pin| pin.releases.iter().cloned()).collect()
    }
}

/// What a reader is told of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Briefing {
    /// The notes that were read, without what they say.
    pub readings: Vec<Reading>,
    /// What they say.
    pub told: Vec<Told>,
    /// What they may say.
    pub questions: Vec<Told>,
    /// What is required of others.
    pub requirements: Vec<Requirement>,
    /// What a person has to do, in order.
    pub steps: Vec<Step>,
    /// What the notes tell besides: another licence, what is known not to work.
    pub remarks: Vec<Noted>,
}

/// Something that notes tell besides facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Noted {
    /// Whose notes say so.
    pub of: Kind,
    /// What they tell.
    pub remark: Remark,
    /// Where a person reads each piece of its evidence.
    pub links: Vec<Option<String>>,
}

/// A fact, with what it means here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Whose notes say so.
    pub of: Kind,
    /// Which of the briefing's readings says so; the first of those that have the same notes.
    pub reading: usize,
    /// The fact.
    pub fact: Fact,
    /// Where a person reads each piece of its evidence.
    pub links: Vec<Option<String>>,
    /// What it means here; nothing where it speaks of no setting.
    pub here: Vec<Here>,
}

/// What a fact means for a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Here {
    /// What follows.
    pub outcome: HereOutcome,
    /// It in a sentence.
    pub text: String,
    /// Where.
    pub position: Option<Position>,
}

/// What follows from a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HereOutcome {
    /// The upgrade edits it.
    Edit,
    /// A person has to do it.
    Step,
    /// A person has to look at it.
    Question,
    /// It is as it should be.
    Fine,
    /// The releases do not set it.
    Unset,
}

impl Briefing {
    /// Returns what the notes say by kind, each once.
    #[must_use]
    pub fn kinds(&self) -> Vec<FactKind> {
        let mut kinds: Vec<FactKind> = self.told.iter().map(|told| told.fact.kind).collect();
        let declared = self.readings.iter().any(|reading| {
            reading.notes.summary.breaking && reading.notes.summary.declared != Declared::None
        });
        kinds.extend(declared.then_some(FactKind::Breaking));
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Returns the moves that were asked about.
    pub fn moves(&self) -> impl Iterator<Item = &Moved> {
        self.readings.iter().filter_map(|reading| reading.moved.as_ref())
    }

    /// Returns the questions that a reviewer is asked, moves among them.
    pub fn open_moves(&self) -> impl Iterator<Item = &Moved> {
        self.moves().filter(|moved| moved.verdict == Verdict::Question)
    }
}

/// A briefing, with the edits that follow from it.
pub(super) struct Briefed {
    pub(super) briefing: Briefing,
    pub(super) edits: Vec<FileEdit>,
    /// The requirement that is not met, if there is one.
    pub(super) unmet: Option<Why>,
}

/// Briefs on the upgrade of some pins of some releases, from the readings that are about them.
pub(super) fn brief(
    base: &dyn Tree,
    settings: &BTreeMap<ObjectName, Settings>,
    runs: &Runs<'_>,
    pins: &[&Pin],
    readings: &[&Reading],
    releases: &[&Release],
) -> Briefed {
    let upgraded: BTreeSet<ObjectName> =
        releases.iter().map(|release| release.id.clone()).collect();
    let images = pins.iter().filter(|pin| pin.kind == PinKind::Image);
    let images: Vec<String> = images.map(|pin| pin.package.to_string()).collect();
    let mut briefing = Briefing::default();
    let mut edits: Vec<FileEdit> = Vec::new();
    for reading in readings {
        let facts = &reading.notes.facts;
        let number = briefing.readings.iter().position(|known| known.shares_notes(reading));
        let number = number.unwrap_or(briefing.readings.len());
        let mut here: Vec<Vec<Here>> = vec![Vec::new(); facts.len()];
        let mut unset = vec![true; facts.len()];
        for release in releases {
            let Some(settings) = settings.get(&release.id) else { continue };
            let met = matching::meet(facts, reading.of, &images, settings, &upgraded);
            let met = matching::proved(base, met);
            take(&met, &mut here, &mut unset, &mut edits, &mut briefing.steps);
        }
        for ((fact, mut here), unset) in facts.iter().zip(here).zip(unset) {
            if unset && speaks_of_a_setting(fact) && !releases.is_empty() {
                let name = fact.old.as_ref().or(fact.name.as_ref());
                let name = name.map_or("it", String::as_str);
                let text = format!("you do not set `{name}`");
                here.push(Here { outcome: HereOutcome::Unset, text, position: None });
            }
            let requirement = Requirement::of(fact, reading, runs, releases);
            briefing.requirements.extend(requirement);
            briefing.told.push(told(reading, number, fact, here));
        }
        let questions = reading.notes.questions.iter();
        briefing.questions.extend(questions.map(|fact| told(reading, number, fact, Vec::new())));
        briefing.remarks.extend(noted(reading));
        briefing.steps.extend(reading.moved.iter().filter_map(|moved| moved.by_hand.clone()));
        briefing.readings.push((*reading).clone());
    }
    briefing.steps.dedup();
    let unmet = briefing.requirements.iter().find_map(Requirement::held);
    Briefed { briefing, edits, unmet }
}

/// Takes what a release's settings make of the facts.
fn take(
    met: &Met,
    here: &mut [Vec<Here>],
    unset: &mut [bool],
    edits: &mut Vec<FileEdit>,
    steps: &mut Vec<Step>,
) {
    use matching::Outcome;
    for found in &met.matches {
        let (outcome, text, position) = match &found.outcome {
            Outcome::Edit { purpose, edits: made, .. } => {
                for edit in made {
                    if !edits.contains(edit) {
                        edits.push(edit.clone());
                    }
                }
                (HereOutcome::Edit, purpose.clone(), None)
            }
            Outcome::Step { text, position } => {
                let step = Step { text: text.clone(), position: position.clone(), before: true };
                if !steps.contains(&step) {
                    steps.push(step);
                }
                (HereOutcome::Step, text.clone(), position.clone())
            }
            Outcome::Question { text, position } => {
                (HereOutcome::Question, text.clone(), position.clone())
            }
            Outcome::Fine { text, position } => (HereOutcome::Fine, text.clone(), position.clone()),
        };
        if let Some(unset) = unset.get_mut(found.fact) {
            *unset = false;
        }
        let entry = Here { outcome, text, position };
        if let Some(here) = here.get_mut(found.fact).filter(|here| !here.contains(&entry)) {
            here.push(entry);
        }
    }
}

/// Returns what the notes of a reading tell besides facts.
fn noted(reading: &Reading) -> impl Iterator<Item = Noted> {
    let told = reading.notes.remarks.iter().filter(|remark| !remark.evidence.is_empty());
    told.map(|remark| Noted {
        of: reading.of,
        remark: remark.clone(),
        links: remark.evidence.iter().map(|evidence| reading.link(evidence)).collect(),
    })
}

fn told(of: &Reading, reading: usize, fact: &Fact, here: Vec<Here>) -> Told {
    let links = fact.evidence.iter().map(|evidence| of.link(evidence)).collect();
    Told { of: of.of, reading, fact: fact.clone(), links, here }
}

/// Returns the releases that run what readings are about.
fn touched<'a>(
    readings: impl Iterator<Item = &'a Reading>,
    releases: &[Release],
) -> BTreeSet<ObjectName> {
    let pins: BTreeSet<&str> =
        readings.flat_map(|reading| &reading.pins).map(String::as_str).collect();
    let touched = |release: &&Release| release.pins.iter().any(|id| pins.contains(id.as_str()));
    releases.iter().filter(touched).map(|release| release.id.clone()).collect()
}

/// Says whether a fact names something that a release could set.
fn speaks_of_a_setting(fact: &Fact) -> bool {
    use FactKind as F;
    matches!(
        fact.kind,
        F::EnvRequired
            | F::EnvRemoved
            | F::EnvRenamed
            | F::EnvChanged
            | F::EnvDeprecated
            | F::ValueRemoved
            | F::ValueRenamed
            | F::ValueChanged
    )
}

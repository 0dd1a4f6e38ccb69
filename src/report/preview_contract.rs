//! The JSON of `refit preview`, version 1.
//!
//! `refit schema preview` publishes its schema. What is unknown is `null`; lists keep the order of
//! the inventory.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::scan_contract::Diagnostic;
use crate::diagnostic::Why;
use crate::notes::{Confidence, FactKind, Kind};
use crate::policy::{OnStall, Strategy};
use crate::tree::{Patches, Tree};
use crate::upgrade::{
    Briefing, HereOutcome, Layer, Noted, Plan, Preflight, Requirement, Satisfied, Stage, StageKind,
    Staged, Step, Told, between,
};
use crate::version::Bump;

/// What would change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Preview {
    /// The version of this contract: 1.
    pub schema_version: u32,
    /// The commit that the upgrades build on; `null` outside Git.
    pub base: Option<String>,
    /// The upgrades.
    pub upgrades: Vec<Upgrade>,
    /// The pins without an upgrade, each with the reason.
    pub held: Vec<Held>,
    /// The requests that were made.
    pub requests: Requests,
    /// What a person should know about the files themselves.
    pub diagnostics: Vec<Diagnostic>,
}

/// What one pull request would move.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Upgrade {
    /// `image NS/NAME`, `chart NS/NAME` or `source KIND/NS/NAME`.
    pub unit: String,
    /// The main pin's version now.
    pub from: String,
    /// The main pin's version afterwards.
    pub to: String,
    /// The greatest bump over the pins.
    pub bump: Bump,
    /// How it is carried out.
    pub strategy: Strategy,
    /// The pins that move, the main one first.
    pub pins: Vec<PinMove>,
    /// What release notes say, with evidence.
    pub facts: Vec<Fact>,
    /// What the notes require of something else.
    pub requirements: Vec<RequirementView>,
    /// What a person has to do, in order.
    pub steps: Vec<StepView>,
    /// What the notes tell besides: another licence, what is known not to work.
    pub remarks: Vec<RemarkView>,
    /// The stages in the order in which they land.
    pub stages: Vec<StageView>,
    /// What stands against it before its first stage, and what should be known.
    pub preflight: Vec<Check>,
    /// What its releases are to the others: `platform`, `data` or `services`.
    pub layer: Option<Layer>,
    /// The upgrades that land before it and are taken back after it, the nearest only.
    pub after: Vec<String>,
    /// How long it may be stopped, `45m`, where it is.
    pub max_downtime: Option<String>,
    /// What is done when that lasts longer.
    pub on_stall: Option<OnStall>,
    /// The upgrade's branch.
    pub branch: String,
    /// The branch that takes it back.
    pub revert_branch: String,
    /// What the revert changes on the upgrade.
    pub revert_diff: String,
}

/// Something that was looked for before the first stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// What it is.
    pub code: String,
    /// It in a sentence.
    pub message: String,
    /// Whether the upgrade must not begin while it is so.
    pub refuses: bool,
}

/// A pin that moves.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PinMove {
    /// Its id.
    pub id: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The path as a JSON pointer.
    pub path: String,
    /// The version part now.
    pub from: String,
    /// The version part afterwards.
    pub to: String,
    /// Where the image or chart is published now, where the upgrade follows it there.
    pub moved_to: Option<String>,
}

/// Something that release notes say.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fact {
    /// Whose notes say so: `app` or `chart`.
    pub of: String,
    /// Its kind.
    pub kind: FactKind,
    /// The version whose notes say so.
    pub version: String,
    /// The variable, value or advisory.
    pub name: Option<String>,
    /// The old name of something that is renamed or moved.
    pub old: Option<String>,
    /// The new name.
    pub new: Option<String>,
    /// What a requirement is about.
    pub component: Option<String>,
    /// The versions of it that will do.
    pub range: Option<String>,
    /// It in the notes' own words.
    pub summary: String,
    /// How sure it is: `medium` or `high`; `low` for a question.
    pub confidence: String,
    /// Whether it is a question to the reviewer, on whose account nothing is changed.
    pub question: bool,
    /// Where it was read.
    pub evidence: Vec<Evidence>,
    /// What it means for what the releases set.
    pub here: Vec<Here>,
}

/// Where a fact was read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Evidence {
    /// The source's name.
    pub source: String,
    /// The line, from 1.
    pub line: usize,
    /// The words, as they stand there.
    pub quote: String,
    /// Where a person reads them.
    pub url: Option<String>,
}

/// What a fact means for what the releases set.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Here {
    /// What follows.
    pub outcome: HereOutcome,
    /// It in a sentence.
    pub text: String,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// Something that notes tell besides facts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RemarkView {
    /// Whose notes say so: `app` or `chart`.
    pub of: String,
    /// What it is: `licence` or `known-issue`.
    pub code: String,
    /// The version whose notes say so.
    pub version: Option<String>,
    /// It in the notes' own words.
    pub summary: String,
    /// Where it was read.
    pub evidence: Vec<Evidence>,
}

/// What notes require of something else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RequirementView {
    /// What it is required of.
    pub component: String,
    /// The versions that will do.
    pub range: String,
    /// The version that the repository has.
    pub yours: Option<String>,
    /// Whether it will do.
    pub satisfied: Satisfied,
}

/// Something that a person has to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepView {
    /// What, in a sentence.
    pub text: String,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// One stage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StageView {
    /// `stop`, `upgrade` …
    pub kind: StageKind,
    /// The subject of its commit.
    pub message: String,
    /// The files that differ from the stage before.
    pub files: Vec<String>,
    /// The difference from the stage before, as a unified diff.
    pub diff: String,
}

/// A pin without an upgrade.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Held {
    /// Its id.
    pub pin: String,
    /// A stable code.
    pub code: String,
    /// Why, in a sentence.
    pub message: String,
}

/// How many requests were made.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Requests {
    /// All of them.
    pub total: u64,
    /// By host.
    pub by_host: BTreeMap<String, u64>,
}

impl Upgrade {
    /// Makes the view of a plan and its files.
    #[must_use]
    pub fn new(plan: &Plan, staged: &Staged, base: &dyn Tree) -> Self {
        let pins = plan.pins.iter().map(|pin| PinMove {
            id: pin.id.clone(),
            file: pin.file.to_string(),
            line: pin.line,
            path: pin.path.to_string(),
            from: pin.from.clone(),
            to: pin.to.clone(),
            moved_to: pin.moved_to.clone(),
        });
        let mut before = &Patches::new();
        let mut stages = Vec::new();
        for stage in &staged.stages {
            let diff = between(base, before, &stage.patches);
            let mut files: Vec<String> = before.keys().map(ToString::to_string).collect();
            files.extend(stage.patches.keys().map(ToString::to_string));
            files.sort();
            files.dedup();
            let Stage { kind, message, .. } = stage.stage.clone();
            stages.push(StageView { kind, message, files, diff });
            before = &stage.patches;
        }
        let revert = staged.revert.last().map(|stage| stage.patches.clone()).unwrap_or_default();
        Self {
            unit: plan.unit.to_string(),
            from: plan.from.clone(),
            to: plan.to.clone(),
            bump: plan.bump,
            strategy: plan.strategy,
            pins: pins.collect(),
            facts: facts(&plan.briefing),
            requirements: plan.briefing.requirements.iter().map(requirement).collect(),
            steps: plan.briefing.steps.iter().map(step).collect(),
            remarks: plan.briefing.remarks.iter().map(noted).collect(),
            stages,
            preflight: preflight(&plan.preflight),
            layer: plan.turn.layer,
            after: plan.turn.after.iter().map(ToString::to_string).collect(),
            max_downtime: plan.downtime.as_ref().map(|downtime| downtime.at_most.clone()),
            on_stall: plan.downtime.as_ref().map(|downtime| downtime.then),
            branch: plan.branch.clone(),
            revert_branch: plan.revert_branch.clone(),
            revert_diff: between(base, before, &revert),
        }
    }
}

fn preflight(preflight: &Preflight) -> Vec<Check> {
    let check = |why: &Why, refuses| Check {
        code: why.code.clone(),
        message: why.message.clone(),
        refuses,
    };
    let refusals = preflight.refusals.iter().map(|why| check(why, true));
    refusals.chain(preflight.notes.iter().map(|why| check(why, false))).collect()
}

fn facts(briefing: &Briefing) -> Vec<Fact> {
    let told = briefing.told.iter().map(|told| fact(told, false));
    told.chain(briefing.questions.iter().map(|told| fact(told, true))).collect()
}

fn of(kind: Kind) -> String {
    match kind {
        Kind::App => "app".to_owned(),
        Kind::Chart => "chart".to_owned(),
    }
}

fn evidence(read: &[crate::notes::Evidence], links: &[Option<String>]) -> Vec<Evidence> {
    let links = links.iter().cloned().chain(std::iter::repeat(None));
    let evidence = read.iter().cloned().zip(links);
    evidence
        .map(|(at, url)| Evidence { source: at.source, line: at.line, quote: at.quote, url })
        .collect()
}

fn noted(noted: &Noted) -> RemarkView {
    let remark = &noted.remark;
    RemarkView {
        of: of(noted.of),
        code: remark.code.clone(),
        version: remark.version.clone(),
        summary: remark.message.clone(),
        evidence: evidence(&remark.evidence, &noted.links),
    }
}

fn fact(told: &Told, question: bool) -> Fact {
    let fact = told.fact.clone();
    Fact {
        of: of(told.of),
        kind: fact.kind,
        version: fact.version,
        name: fact.name,
        old: fact.old,
        new: fact.new,
        component: fact.component,
        range: fact.range,
        summary: fact.summary,
        confidence: match fact.confidence {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
        .to_owned(),
        question,
        evidence: evidence(&fact.evidence, &told.links),
        here: told
            .here
            .iter()
            .map(|here| Here {
                outcome: here.outcome,
                text: here.text.clone(),
                file: here.position.as_ref().map(|at| at.file.to_string()),
                line: here.position.as_ref().map(|at| at.line),
            })
            .collect(),
    }
}

fn requirement(requirement: &Requirement) -> RequirementView {
    RequirementView {
        component: requirement.component.clone(),
        range: requirement.range.clone(),
        yours: requirement.yours.as_ref().map(|yours| yours.version.clone()),
        satisfied: requirement.verdict,
    }
}

fn step(step: &Step) -> StepView {
    StepView {
        text: step.text.clone(),
        file: step.position.as_ref().map(|at| at.file.to_string()),
        line: step.position.as_ref().map(|at| at.line),
    }
}

//! The JSON of `refit explain`, version 1: every decision about one release, each with its rule.
//!
//! `refit schema explain` publishes its schema. What is unknown is `null`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::explain::ExplainView;
use super::preview_contract::Upgrade;
use crate::diagnostic::{Position, RuleRef, Why};
use crate::flux::LeverKind;
use crate::state::Store;
use crate::upgrade::{Outcome, PinCandidate};
use crate::version::Bump;

/// Every decision about one release.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// The version of this contract: 1.
    pub schema_version: u32,
    /// The release, `NAMESPACE/NAME`.
    pub release: String,
    /// Where it stands.
    pub place: Place,
    /// Whether Flux leaves it alone until it is resumed.
    pub suspended: bool,
    /// The releases that must be ready before it.
    pub depends_on: Vec<String>,
    /// What makes its workloads stop.
    pub lever: Lever,
    /// What shows that it writes data.
    pub writes: Option<Sign>,
    /// The datastores that it uses.
    pub stores: Vec<StoreView>,
    /// What was decided about each version that it runs.
    pub pins: Vec<PinDecision>,
    /// The upgrades that concern it.
    pub upgrades: Vec<UpgradeDecision>,
}

/// A place in the repository.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// A rule of a policy file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The policy file, `builtin:…` for one that is compiled in.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}

/// A reason for a decision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// It in a sentence.
    pub message: String,
    /// The rule behind it.
    pub rule: Option<Rule>,
}

/// What makes workloads stop.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lever {
    /// What kind of lever it is.
    pub kind: LeverKind,
    /// The values paths or the patch targets.
    pub r#where: Option<String>,
    /// Why this one, or why none.
    pub reason: String,
    /// The rule that chose it.
    pub rule: Option<Rule>,
}

/// A sign in a manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sign {
    /// What it shows.
    pub shows: String,
    /// Where it stands.
    pub place: Place,
}

/// A datastore that the release uses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoreView {
    /// The engine.
    pub engine: String,
    /// Its version, where it is known.
    pub version: Option<String>,
    /// What showed it.
    pub evidence: Vec<Sign>,
}

/// What was decided about one pin.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PinDecision {
    /// Its id.
    pub id: String,
    /// Whose version it is.
    pub package: String,
    /// The version now.
    pub current: String,
    /// Where it stands.
    pub place: Place,
    /// The version that it moves to.
    pub to: Option<String>,
    /// How far that is.
    pub bump: Option<Bump>,
    /// Where the image or chart is published now, where it has moved.
    pub moved_to: Option<String>,
    /// Why it stays, or goes no further.
    pub why: Option<Reason>,
    /// Versions that were refused: the newer ones, and examples of the others.
    pub refused: Vec<Refused>,
    /// How many versions were refused, by code.
    pub refused_by_code: BTreeMap<String, usize>,
}

/// A version that was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Refused {
    /// The version as upstream writes it.
    pub version: String,
    /// A stable code.
    pub code: String,
    /// Why, as the end of a sentence that begins with the version.
    pub message: String,
}

/// What was decided about one upgrade.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpgradeDecision {
    /// Why it is carried out as it is, the rule's reason first.
    pub reasons: Vec<Reason>,
    /// Where its notes were looked for, with what pointed there.
    pub notes: Vec<NotesAt>,
    /// The upgrade itself.
    #[serde(flatten)]
    pub upgrade: Upgrade,
}

/// Where notes were looked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NotesAt {
    /// Whose notes they are.
    pub subject: String,
    /// The addresses, each with what pointed there.
    pub homes: BTreeMap<String, String>,
    /// The versions that were read.
    pub versions: Vec<String>,
    /// What a reader should know about the reading.
    pub remarks: Vec<String>,
    /// What was found out about a move of the image or chart.
    pub moved: Option<String>,
}

impl Explanation {
    /// Makes the document of a view.
    #[must_use]
    pub fn new(view: &ExplainView<'_>) -> Self {
        let release = view.release;
        let lever = &release.lever;
        let sign = |sign: &crate::flux::Sign| Sign {
            shows: sign.shows.clone(),
            place: place(&sign.position),
        };
        let store = |store: &Store| StoreView {
            engine: store.engine.clone(),
            version: store.version.clone(),
            evidence: store.evidence.iter().map(sign).collect(),
        };
        let upgrades = view.upgrades.iter().map(|(plan, staged)| UpgradeDecision {
            reasons: plan.why.iter().map(reason).collect(),
            notes: plan
                .briefing
                .readings
                .iter()
                .map(|reading| NotesAt {
                    subject: reading.subject.clone(),
                    homes: reading
                        .homes
                        .iter()
                        .map(|home| (home.url.clone(), home.why.message.clone()))
                        .collect(),
                    versions: reading.notes.versions.clone(),
                    remarks: reading.remarks.iter().map(|why| why.message.clone()).collect(),
                    moved: reading.moved.as_ref().map(super::facts::moved_text),
                })
                .collect(),
            upgrade: Upgrade::new(plan, staged, view.base),
        });
        Self {
            schema_version: 1,
            release: release.id.to_string(),
            place: place(&release.position),
            suspended: release.suspended,
            depends_on: release.depends_on.iter().map(ToString::to_string).collect(),
            lever: Lever {
                kind: lever.kind,
                r#where: lever.r#where.clone(),
                reason: lever.reason.clone(),
                rule: lever.rule.as_ref().map(rule),
            },
            writes: release.writes.as_ref().map(sign),
            stores: view.state().iter().flat_map(|state| &state.stores).map(store).collect(),
            pins: view.decisions().filter_map(|candidate| decision(view, candidate)).collect(),
            upgrades: upgrades.collect(),
        }
    }
}

fn decision(view: &ExplainView<'_>, candidate: &PinCandidate) -> Option<PinDecision> {
    let pin = view.inventory.pin(&candidate.pin)?;
    let target = match &candidate.outcome {
        Outcome::Move(target) => Some(target),
        Outcome::Held(_) => None,
    };
    let refused = candidate.refused.named.iter().map(|refused| Refused {
        version: refused.version.clone(),
        code: refused.reason.code().to_owned(),
        message: refused.reason.sentence().to_owned(),
    });
    let counts = candidate.refused.counts.iter();
    Some(PinDecision {
        id: pin.id.clone(),
        package: pin.package.to_string(),
        current: pin.current.text.clone(),
        place: place(&pin.place().position),
        to: target.map(|target| target.version.clone()),
        bump: target.map(|target| target.bump),
        moved_to: target
            .and_then(|target| target.moved.as_ref())
            .map(|moved| moved.package.to_string()),
        why: view.why(candidate).map(reason),
        refused: refused.collect(),
        refused_by_code: counts.map(|(why, count)| (why.code().to_owned(), *count)).collect(),
    })
}

fn place(position: &Position) -> Place {
    Place { file: position.file.to_string(), line: position.line }
}

fn rule(rule: &RuleRef) -> Rule {
    Rule { name: rule.name.clone(), file: rule.file.clone(), line: rule.line }
}

fn reason(why: &Why) -> Reason {
    Reason {
        code: why.code.clone(),
        message: why.message.clone(),
        rule: why.rule.as_ref().map(rule),
    }
}

//! The JSON of `refit preview`, version 1.
//!
//! `refit schema preview` publishes its schema. What is unknown is `null`; lists keep the order of
//! the inventory.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::scan_contract::Diagnostic;
use crate::policy::Strategy;
use crate::tree::{Patches, Tree};
use crate::upgrade::{Plan, Stage, StageKind, Staged, between};
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
    /// The stages in the order in which they land.
    pub stages: Vec<StageView>,
    /// The upgrade's branch.
    pub branch: String,
    /// The branch that takes it back.
    pub revert_branch: String,
    /// What the revert changes on the upgrade.
    pub revert_diff: String,
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
}

/// Something learned from release notes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fact {
    /// Its kind.
    pub kind: String,
    /// What it says.
    pub summary: String,
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
            facts: Vec::new(),
            stages,
            branch: plan.branch.clone(),
            revert_branch: plan.revert_branch.clone(),
            revert_diff: between(base, before, &revert),
        }
    }
}

//! The flow from an inventory to rendered upgrades, as `preview`, `apply` and `run` share it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::Timestamp;

use super::lookup;
use super::options::UpstreamOptions;
use super::workspace::Workspace;
use crate::diagnostic::Why;
use crate::flux::{Inventory, ObjectName};
use crate::report::preview_contract::{self, Preview as Contract, Requests};
use crate::report::{PreviewView, scan_contract};
use crate::runbook::{Case, Runbook, runbook};
use crate::state::State;
use crate::tree::Tree;
use crate::upgrade::{self, Candidates, Held, Learned, Plan, Staged, analyse, plan, resolve};

/// What is proposed for a repository.
pub(super) struct Proposal {
    pub(super) candidates: Candidates,
    /// The upgrades with their files.
    pub(super) upgrades: Vec<(Plan, Staged)>,
    pub(super) held: Vec<Held>,
    /// The data of the releases that move.
    pub(super) states: BTreeMap<ObjectName, State>,
    /// What failed when notes were looked for, by pin.
    pub(super) unread: Vec<(String, Why)>,
    pub(super) requests: Requests,
}

impl Proposal {
    /// Looks everything up and plans it.
    pub(super) async fn of<T: Tree>(
        workspace: &Workspace<T>,
        options: &UpstreamOptions,
    ) -> Result<Self> {
        let outside = lookup::open(options, &workspace.configuration, workspace.remote.as_deref())?;
        let Workspace { tree, configuration, policies, inventory, .. } = workspace;
        let progress = super::progress::look_ups(inventory.pins.len());
        let candidates = resolve(inventory, &outside.upstream, policies, configuration).await;
        let (candidates, learned) = if options.no_notes {
            (candidates, Learned::default())
        } else {
            let now = options.now.unwrap_or_else(Timestamp::now);
            let (upstream, scope) = (&outside.upstream, workspace.scope());
            analyse(scope, candidates, upstream, policies, configuration, Some(now)).await
        };
        progress.finish();
        let unread = learned.failures.clone();
        let background = workspace.background(&candidates, learned)?;
        let whole = workspace.whole();
        let plans = plan(tree, inventory, whole, &candidates, &background, policies, configuration);
        let mut upgrades = Vec::new();
        let mut held = plans.held;
        for plan in plans.plans {
            match upgrade::stage(tree, &plan) {
                Ok(staged) => upgrades.push((plan, staged)),
                Err(whys) => held.extend(
                    plan.pins
                        .iter()
                        .zip(whys.iter().cycle())
                        .map(|(pin, why)| Held { pin: pin.id.clone(), why: why.clone() }),
                ),
            }
        }
        let counted = outside.client.requests();
        let requests = Requests { total: counted.total, by_host: counted.by_host };
        let states = background.states;
        Ok(Self { candidates, upgrades, held, states, unread, requests })
    }

    /// Says whether a look-up failed.
    pub(super) fn has_failed(&self) -> bool {
        !self.candidates.failures.is_empty() || !self.unread.is_empty()
    }

    /// Returns the failures, each once.
    pub(super) fn failures(&self) -> Vec<Why> {
        let mut failures = self.candidates.failures.clone();
        for (_, why) in &self.unread {
            if !failures.contains(why) {
                failures.push(why.clone());
            }
        }
        failures
    }

    /// Writes the operator's steps around the stages of an upgrade.
    pub(super) fn runbook<T: Tree>(&self, workspace: &Workspace<T>, plan: &Plan) -> Runbook {
        let (states, policies) = (&self.states, &workspace.policies);
        runbook(&Case { plan, states, inventory: workspace.whole(), policies })
    }

    /// Returns the units of which a look-up failed, so that nothing is known of them this time.
    pub(super) fn undecided(&self, inventory: &Inventory) -> BTreeSet<String> {
        let failed = self.held.iter().filter(|held| held.why.code == upgrade::UPSTREAM_ERROR);
        let unread = self.unread.iter().map(|(pin, _)| pin);
        let pins = failed.map(|held| &held.pin).chain(unread);
        pins.filter_map(|pin| upgrade::unit_name(inventory, pin)).collect()
    }

    /// Returns the proposal as it is printed for people.
    pub(super) fn preview<'a, T: Tree>(&'a self, workspace: &'a Workspace<T>) -> PreviewView<'a> {
        PreviewView {
            base: &workspace.tree,
            inventory: &workspace.inventory,
            upgrades: &self.upgrades,
            held: &self.held,
            failures: self.failures(),
            requests: &self.requests,
        }
    }

    /// Returns the proposal as programs read it.
    pub(super) fn contract<T: Tree>(
        &self,
        workspace: &Workspace<T>,
        base: Option<String>,
    ) -> Contract {
        let tree = &workspace.tree;
        let upgrades = self
            .upgrades
            .iter()
            .map(|(plan, staged)| preview_contract::Upgrade::new(plan, staged, tree));
        let held = self.held.iter().map(|held| preview_contract::Held {
            pin: held.pin.clone(),
            code: held.why.code.clone(),
            message: held.why.message.clone(),
        });
        Contract {
            schema_version: 1,
            base,
            upgrades: upgrades.collect(),
            held: held.collect(),
            requests: self.requests.clone(),
            diagnostics: workspace
                .inventory
                .diagnostics
                .iter()
                .map(scan_contract::Diagnostic::from)
                .collect(),
        }
    }
}

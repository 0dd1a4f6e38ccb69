//! What the program knows about charts, strategies and datastores, and what a repository adds.
//!
//! Policies are YAML. The built-in ones under `policies/` are compiled into the program; a
//! repository overrides or adds under `.refit/policies/`. The first rule that matches wins, the
//! repository's before the built-in ones. Every rule keeps the file and line it was read from, so
//! that a decision can name it. Unknown keys are refused with file and line.

mod app;
mod backup;
mod chart;
mod configuration;
mod datastore;
mod glob;
mod load;
mod rules;
mod sound;
mod strategy;
mod tier;
mod window;

pub use app::{App, Move, NotesAt, NotesOf, Passage};
pub use backup::{Backup, Dumps};
pub use chart::{
    ChartPolicy, Datastores, LeverRule, LeverWhen, PatchTarget, Scalar, WorkloadKind, WorkloadType,
};
pub use configuration::{
    CONFIGURATION_FILE, Configuration, Delivery as DeliveryMode, Forge, ForgeKind, Ignore,
    Messages, Registry, Subject,
};
pub use datastore::{Datastore, EngineObject, Home, Keep, SLOTS, Size, Step};
pub use glob::Glob;
pub use load::{POLICY_FOLDER, builtin, load};
pub use rules::{Rule, RuleKind, kinds_schema};
pub use sound::unknown_releases;
pub use strategy::{
    Bumps, Delivery, Facts, PinScope, Start, Strategy, StrategyPolicy, StrategyRule, When,
};
pub use tier::{Demand, Tier};
pub use window::{Clock, Day, Length, OnStall, Window, Windows, Zone};

use std::collections::BTreeMap;

use crate::diagnostic::RuleRef;

/// All policies in force, the repository's first.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Levers by chart family.
    pub charts: Vec<Ruled<ChartPolicy>>,
    /// Strategy rules in the order in which they are tried.
    pub strategies: Vec<Ruled<StrategyRule>>,
    /// What delivers the next stage itself.
    pub delivery: Vec<Ruled<Delivery>>,
    /// How datastores are recognised.
    pub datastores: Vec<Ruled<Datastore>>,
    /// What is known of applications beside their notes.
    pub apps: Vec<Ruled<App>>,
    /// What releases may lose, in the order in which they are tried.
    pub tiers: Vec<Ruled<Tier>>,
}

/// A policy or a rule, with the file and line it was read from.
#[derive(Debug, Clone)]
pub struct Ruled<T> {
    /// What it says.
    pub policy: T,
    /// Where it says so.
    pub rule: RuleRef,
}

impl Policies {
    /// Puts other policies behind these.
    fn append(&mut self, other: Self) {
        let Self { charts, strategies, delivery, datastores, apps, tiers } = other;
        self.charts.extend(charts);
        self.strategies.extend(strategies);
        self.delivery.extend(delivery);
        self.datastores.extend(datastores);
        self.apps.extend(apps);
        self.tiers.extend(tiers);
    }

    /// Returns the datastore whose own image `path` is, by the repository's path in its registry.
    #[must_use]
    pub fn datastore_of_image(&self, path: &str) -> Option<&Ruled<Datastore>> {
        self.datastores.iter().find(|engine| glob::names(&engine.policy.images, path))
    }

    /// Returns the datastore of a name.
    #[must_use]
    pub fn datastore(&self, name: &str) -> Option<&Ruled<Datastore>> {
        self.datastores.iter().find(|engine| engine.policy.name == name)
    }

    /// Returns a datastore and those that it is like, the nearest first.
    #[must_use]
    pub fn datastore_family(&self, name: &str) -> Vec<&Ruled<Datastore>> {
        let mut family: Vec<&Ruled<Datastore>> = Vec::new();
        let mut next = self.datastore(name);
        while let Some(engine) =
            next.filter(|engine| family.iter().all(|known| known.policy.name != engine.policy.name))
        {
            family.push(engine);
            next = engine.policy.like.as_deref().and_then(|like| self.datastore(like));
        }
        family
    }

    /// Returns the datastore whose chart, or whose key among the values of another, has this name.
    #[must_use]
    pub fn datastore_of_chart(&self, name: &str) -> Option<&Ruled<Datastore>> {
        self.datastores.iter().find(|engine| engine.policy.charts.iter().any(|c| c.matches(name)))
    }

    /// Returns the datastore that a word of an address or a setting means.
    #[must_use]
    pub fn datastore_of_word(&self, word: &str) -> Option<&Ruled<Datastore>> {
        self.datastores.iter().find(|engine| engine.policy.is_called(word))
    }

    /// Returns the datastore that a variable of this name points at, whether it shows that data is
    /// written or not. An engine's own name beats the names that say only `database`.
    #[must_use]
    pub fn datastore_hinted(&self, name: &str) -> Option<&Ruled<Datastore>> {
        self.datastores.iter().find(|engine| {
            let Datastore { variables, hints, .. } = &engine.policy;
            variables.iter().chain(hints).any(|glob| glob.matches(name))
        })
    }

    /// Returns the datastore that a variable of a release that writes data points at.
    #[must_use]
    pub fn datastore_of_variable(&self, name: &str) -> Option<&Ruled<Datastore>> {
        self.datastores
            .iter()
            .find(|engine| engine.policy.variables.iter().any(|glob| glob.matches(name)))
    }

    /// Returns what a release delivers to the next stage, by its chart and its images' paths.
    pub fn delivers<'a>(
        &self,
        chart: Option<&str>,
        mut images: impl Iterator<Item = &'a str>,
    ) -> Option<&Ruled<Delivery>> {
        let by_chart = |delivery: &&Ruled<Delivery>| {
            chart.is_some_and(|chart| delivery.policy.charts.iter().any(|c| c.matches(chart)))
        };
        self.delivery.iter().find(by_chart).or_else(|| {
            images.find_map(|path| {
                self.delivery.iter().find(|delivery| glob::names(&delivery.policy.images, path))
            })
        })
    }

    /// Returns the levers of a chart family, by the chart's name and the URL of its source; a
    /// family that is told by its source is not that of a chart whose source is not known.
    #[must_use]
    pub fn chart(&self, name: &str, source: Option<&str>) -> Option<&Ruled<ChartPolicy>> {
        self.charts.iter().find(|rule| rule.policy.is_of(name, source) && rule.policy.stops())
    }

    /// Lists the images that a chart names itself, each with the values path of its tag's mapping;
    /// of several policies for one path the first counts.
    #[must_use]
    pub fn chart_images(&self, name: &str, source: Option<&str>) -> BTreeMap<&str, &str> {
        let mut found = BTreeMap::new();
        for rule in self.charts.iter().filter(|rule| rule.policy.is_of(name, source)) {
            for (path, image) in &rule.policy.images {
                found.entry(path.as_str()).or_insert(image.as_str());
            }
        }
        found
    }

    /// Returns the first rule that matches the facts of an upgrade.
    #[must_use]
    pub fn strategy(&self, facts: &Facts<'_>) -> Option<&Ruled<StrategyRule>> {
        self.strategies.iter().find(|rule| rule.policy.when.matches(facts))
    }
}

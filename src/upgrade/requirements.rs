//! Whether what notes require of others is there.
//!
//! A requirement names a component and a range. The component is a datastore that the release uses,
//! or another release of the repository by the name of its chart or its own; of anything else, such
//! as Kubernetes, the repository does not tell the version and a person has to look.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use semver::Version;
use serde::Serialize;

use super::learned::Reading;
use crate::diagnostic::{Position, Why};
use crate::flux::{Inventory, ObjectName, Release};
use crate::notes::{Evidence, Fact, FactKind};
use crate::state::{State, Store};
use crate::version::{Range, Tag};

/// What an upgrade requires of something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Requirement {
    /// What it is required of.
    pub component: String,
    /// The versions that will do.
    pub range: String,
    /// The version that the repository has, and where.
    pub yours: Option<Yours>,
    /// Whether it will do.
    pub verdict: Satisfied,
    /// The words of the notes.
    pub evidence: Evidence,
    /// Where a person reads them.
    pub link: Option<String>,
}

/// A version that a repository runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Yours {
    /// What runs it, in words.
    pub who: String,
    /// The version as it is written.
    pub version: String,
    /// Where it stands.
    pub position: Option<Position>,
}

/// Whether a requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Satisfied {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nothing in the repository tells.
    Unknown,
}

/// What runs in a repository, as requirements ask for it.
pub(super) struct Runs<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) states: &'a BTreeMap<ObjectName, State>,
}

impl Requirement {
    /// Reads a requirement and looks for what it is about; `None` for a fact of another kind.
    pub(super) fn of(
        fact: &Fact,
        reading: &Reading,
        runs: &Runs<'_>,
        releases: &[&Release],
    ) -> Option<Self> {
        if fact.kind != FactKind::Requires {
            return None;
        }
        let (component, range) = (fact.component.clone()?, fact.range.clone()?);
        let evidence = fact.evidence.first()?.clone();
        let yours =
            runs.datastore(&component, releases).or_else(|| runs.release(&component, releases));
        let verdict = match &yours {
            Some(yours) => satisfied(&range, &yours.version),
            None => Satisfied::Unknown,
        };
        let link = reading.link(&evidence);
        Some(Self { component, range, yours, verdict, evidence, link })
    }

    /// Returns why the upgrade has to wait, where the requirement is not met.
    pub(super) fn held(&self) -> Option<Why> {
        let yours = self.yours.as_ref().filter(|_| self.verdict == Satisfied::No)?;
        let Self { component, range, evidence, .. } = self;
        let place = yours.position.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        let message = format!(
            "{component} {range} is required, and {} is {}{place}: “{}” ({}:{})",
            yours.who,
            yours.version,
            evidence.quote.trim(),
            evidence.source,
            evidence.line,
        );
        Some(Why::new("requires", message))
    }
}

impl Runs<'_> {
    /// Finds the datastore that a component is, among those of the releases.
    fn datastore(&self, component: &str, releases: &[&Release]) -> Option<Yours> {
        let wanted = engine(component)?;
        let stores = releases.iter().filter_map(|release| self.states.get(&release.id));
        let mut stores = stores.flat_map(|state| &state.stores);
        let is_it = |store: &&Store| {
            !store.only_reads && store.version.is_some() && engine(&store.engine) == Some(wanted)
        };
        let store = stores.find(is_it)?;
        let pin = store.pin.as_ref().and_then(|id| self.inventory.pin(id));
        Some(Yours {
            who: format!("your {component}"),
            version: store.version.clone()?,
            position: pin.map(|pin| pin.place().position.clone()),
        })
    }

    /// Finds the release that a component is, by its own name or its chart's.
    fn release(&self, component: &str, releases: &[&Release]) -> Option<Yours> {
        let wanted = plain(component);
        let named = |release: &&Release| {
            plain(&release.id.name) == wanted
                || release.chart.name.as_deref().is_some_and(|chart| plain(chart) == wanted)
        };
        let others = self.inventory.releases.iter();
        let own = |release: &Release| releases.iter().any(|upgraded| upgraded.id == release.id);
        let release = others.filter(|release| !own(release)).find(named)?;
        let version = release.chart.version.clone()?;
        let position = Some(release.position.clone());
        Some(Yours { who: format!("the chart of {}", release.id), version, position })
    }
}

/// Reduces a name to what stays the same in all its spellings.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the engine that a name stands for.
fn engine(name: &str) -> Option<&'static str> {
    Some(match plain(name).as_str() {
        "postgres" | "postgresql" | "postgressql" | "cloudnativepg" => "postgresql",
        "timescaledb" | "timescale" => "timescaledb",
        "mysql" => "mysql",
        "mariadb" => "mariadb",
        "mongo" | "mongodb" => "mongodb",
        "redis" => "redis",
        "valkey" => "valkey",
        "influxdb" => "influxdb",
        "elasticsearch" => "elasticsearch",
        "opensearch" => "opensearch",
        "clickhouse" => "clickhouse",
        _ => return None,
    })
}

/// Says whether a version will do; of a partial one as `18`, every version it may stand for must.
fn satisfied(range: &str, version: &str) -> Satisfied {
    let tag = Tag::parse(version.split('@').next().unwrap_or_default());
    let numbers = tag.numbers().as_slice();
    let (Ok(range), Some(major)) = (Range::parse(range), numbers.first()) else {
        return Satisfied::Unknown;
    };
    let at = |place: usize, missing: u64| numbers.get(place).copied().unwrap_or(missing);
    let lowest = Version::new(*major, at(1, 0), at(2, 0));
    let highest = Version::new(*major, at(1, u64::from(u32::MAX)), at(2, u64::from(u32::MAX)));
    match (range.matches(&lowest), range.matches(&highest)) {
        (true, true) => Satisfied::Yes,
        (false, false) => Satisfied::No,
        _ => Satisfied::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_version_does_when_all_that_it_stands_for_does() {
        for (range, version, expected) in [
            (">=16.7", "18", Satisfied::Yes),
            (">=16.7", "16", Satisfied::Unknown),
            (">=16.7", "16.4", Satisfied::No),
            (">=16.7", "16.13", Satisfied::Yes),
            (">=16.7", "15-alpine", Satisfied::No),
            (">=1.9.0", "1.8.0", Satisfied::No),
            (">=1.9.0", "1.9.0", Satisfied::Yes),
            (">=14", "16-vectorchord0.4.3", Satisfied::Yes),
            (">=14 <18", "18.1", Satisfied::No),
            (">=14", "latest", Satisfied::Unknown),
            ("any", "1.2", Satisfied::Unknown),
        ] {
            assert_eq!(satisfied(range, version), expected, "{version} in {range}");
        }
    }
}

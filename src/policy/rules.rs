//! The policies in force as a list of rules, in the order in which they are tried.

use schemars::{JsonSchema, Schema, schema_for};

use super::{
    App, ChartPolicy, Datastore, Glob, Policies, Start, StrategyPolicy, StrategyRule, Tier,
};
use crate::diagnostic::RuleRef;

/// A rule, with what it says in a few words.
#[derive(Debug, Clone)]
pub struct Rule<'p> {
    /// What it decides.
    pub kind: RuleKind,
    /// Where it stands.
    pub rule: &'p RuleRef,
    /// What it says.
    pub says: String,
}

/// What a rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// How an upgrade is carried out.
    Strategy,
    /// What delivers the next stage.
    Delivery,
    /// What stops a chart's workloads.
    Chart,
    /// How an engine is recognised.
    Datastore,
    /// What notes cannot say of an application.
    App,
    /// What a release may lose.
    Tier,
}

impl RuleKind {
    /// All of them, in the order in which a decision needs them.
    pub const ALL: [Self; 6] =
        [Self::Strategy, Self::Delivery, Self::Chart, Self::Datastore, Self::App, Self::Tier];

    /// Returns what its rules decide, as a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Strategy => "How an upgrade is carried out",
            Self::Delivery => "What delivers the next stage, and is never stopped",
            Self::Chart => "What stops the workloads of a chart",
            Self::Datastore => "How a datastore is recognised",
            Self::App => "What notes cannot say of an application",
            Self::Tier => "What a release may lose, and what that demands",
        }
    }
}

/// One document of a policy file; `kind` tells which.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "refit policy")]
#[expect(dead_code, clippy::large_enum_variant, reason = "only its schema is used")]
enum Document {
    Chart(ChartPolicy),
    Strategy(StrategyPolicy),
    Datastore(Datastore),
    App(App),
    Tier(Tier),
}

/// Returns the JSON Schema of a policy document of any kind.
#[must_use]
pub fn kinds_schema() -> Schema {
    schema_for!(Document)
}

impl Policies {
    /// Lists the rules in the order in which they are tried, the kinds one after the other.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule<'_>> {
        let strategies = self.strategies.iter().map(|ruled| Rule {
            kind: RuleKind::Strategy,
            rule: &ruled.rule,
            says: ruled.policy.describe(),
        });
        let delivery = self.delivery.iter().map(|ruled| Rule {
            kind: RuleKind::Delivery,
            rule: &ruled.rule,
            says: names(ruled.policy.charts.iter().chain(&ruled.policy.images)),
        });
        let charts = self.charts.iter().map(|ruled| Rule {
            kind: RuleKind::Chart,
            rule: &ruled.rule,
            says: format!("{}: {}", names(&ruled.policy.charts), ruled.policy.describe()),
        });
        let datastores = self.datastores.iter().map(|ruled| Rule {
            kind: RuleKind::Datastore,
            rule: &ruled.rule,
            says: {
                let Datastore { images, variables, hints, files, objects, like, .. } =
                    &ruled.policy;
                let mut said: Vec<String> =
                    like.iter().map(|like| format!("like {like}")).collect();
                said.extend(
                    objects.iter().map(|made| format!("{} of {}", made.object, made.group)),
                );
                said.push(names(images.iter().chain(variables).chain(files).chain(hints)));
                said.retain(|text| !text.is_empty());
                said.join("; ")
            },
        });
        let apps = self.apps.iter().map(|ruled| Rule {
            kind: RuleKind::App,
            rule: &ruled.rule,
            says: ruled.policy.describe(),
        });
        let tiers = self.tiers.iter().map(|ruled| Rule {
            kind: RuleKind::Tier,
            rule: &ruled.rule,
            says: ruled.policy.describe(),
        });
        strategies
            .chain(delivery)
            .chain(charts)
            .chain(datastores)
            .chain(apps)
            .chain(tiers)
            .collect()
    }
}

impl StrategyRule {
    /// Says what it chooses, why, and how a stop goes.
    fn describe(&self) -> String {
        let mut said = vec![format!("{}: {}", self.strategy.as_str(), self.reason)];
        said.extend(self.backup.as_ref().map(|ways| {
            let ways: Vec<&str> = ways.iter().map(|way| way.as_str()).collect();
            format!("backup by {}", ways.join(", "))
        }));
        said.extend((self.start == Start::Apart).then(|| "start apart".to_owned()));
        said.extend(self.max_downtime.map(|length| format!("stopped for {length} at most")));
        said.extend(self.on_stall.map(|then| format!("on stall {}", then.as_str())));
        said.join("; ")
    }
}

impl ChartPolicy {
    /// Says what it sets or patches.
    fn describe(&self) -> String {
        let mut said = Vec::new();
        for rule in &self.levers {
            let mut paths: Vec<String> = rule
                .stop
                .values()
                .flatten()
                .map(|(key, value)| {
                    let dot = if rule.workloads.is_empty() { "" } else { "." };
                    format!("{}{dot}{key}: {}", rule.workloads, value.text())
                })
                .collect();
            paths.dedup();
            said.extend(paths);
        }
        said.extend(self.patch.iter().map(|target| {
            let name = target.name.as_deref().unwrap_or("*");
            format!("patch {}/{name}", target.kind.as_str())
        }));
        if self.datastores.is_some() {
            said.push("patch by kind".to_owned());
        }
        said.extend(self.images.iter().map(|(path, image)| format!("{path} is {image}")));
        said.dedup();
        said.join(", ")
    }
}

impl App {
    /// Says what it adds.
    fn describe(&self) -> String {
        let mut said: Vec<String> =
            self.notes.iter().map(|notes| format!("notes at {}", notes.url)).collect();
        if !self.lockstep.is_empty() {
            said.push(format!("one version for {}", names(&self.lockstep)));
        }
        said.extend(self.stops.iter().map(|stop| format!("stop at {}", stop.version)));
        said.extend(self.avoid.iter().map(|avoid| format!("avoid {}", avoid.version)));
        said.extend(self.moves.iter().map(|moved| format!("{} is {} now", moved.from, moved.to)));
        for (what, sentences) in [("before a stop", &self.quiet), ("afterwards", &self.verify)] {
            said.extend((!sentences.is_empty()).then(|| {
                let s = if sentences.len() == 1 { "" } else { "s" };
                format!("{} check{s} {what}", sentences.len())
            }));
        }
        said.join(", ")
    }
}

impl Tier {
    /// Says whose it is and what it allows.
    fn describe(&self) -> String {
        let mut said = Vec::new();
        if !self.releases.is_empty() {
            said.push(names(&self.releases));
        }
        said.extend(self.like.iter().map(|like| format!("like {like}")));
        said.extend(self.may_lose.map(|length| format!("may lose {length}")));
        said.extend(self.may_take.map(|length| format!("may take {length}")));
        said.extend(self.before.as_ref().map(|demands| {
            let demands: Vec<&str> = demands.iter().map(|demand| demand.as_str()).collect();
            format!(
                "demands {}",
                if demands.is_empty() { "nothing".to_owned() } else { demands.join(" and ") }
            )
        }));
        said.join(", ")
    }
}

/// Lists names, the first few of many.
fn names<'g>(globs: impl IntoIterator<Item = &'g Glob>) -> String {
    const SHOWN: usize = 5;
    let all: Vec<String> = globs.into_iter().map(Glob::to_string).collect();
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN { format!("{shown} and {} more", all.len() - SHOWN) } else { shown }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Collects the names of properties and the words of enumerations of a schema.
    fn words(schema: &serde_json::Value, found: &mut BTreeSet<String>) {
        match schema {
            serde_json::Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(|p| p.as_object()) {
                    found.extend(properties.keys().cloned());
                }
                let texts = map.get("enum").and_then(|list| list.as_array());
                found.extend(texts.into_iter().flatten().filter_map(|v| Some(v.as_str()?.into())));
                found.extend(map.get("const").and_then(|v| Some(v.as_str()?.into())));
                map.values().for_each(|value| words(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| words(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_key_and_word_of_the_schema_is_documented() {
        let mut found = BTreeSet::new();
        words(&serde_json::to_value(kinds_schema()).unwrap(), &mut found);
        assert!(found.len() > 30, "{found:?}");
        let readme = include_str!("../../policies/README.md");
        let missing: Vec<_> =
            found.iter().filter(|word| !readme.contains(&format!("`{word}`"))).collect();
        assert_eq!(missing, Vec::<&String>::new());
    }

    #[test]
    fn the_examples_of_the_documentation_are_sound() {
        let readme = include_str!("../../policies/README.md");
        let examples: Vec<&str> =
            readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(examples.len(), 5);
        let files = examples.iter().map(|text| (".refit/policies/example.yaml", *text));
        for file in files {
            let tree = crate::tree::MemoryTree::of([file]).unwrap();
            let paths = crate::tree::Tree::files(&tree).unwrap();
            let (policies, broken) = crate::policy::load(&tree, &paths);
            assert_eq!(broken, [], "{}", file.1);
            let (builtin, _) = crate::policy::builtin();
            assert!(policies.rules().len() > builtin.rules().len());
        }
    }

    #[test]
    fn a_repository_s_rules_come_first() {
        let own =
            "kind: chart\nname: mine\ncharts: [grafana]\npatch: [{kind: Deployment, name: x}]\n";
        let tree = crate::tree::MemoryTree::of([(".refit/policies/a.yaml", own)]).unwrap();
        let paths = crate::tree::Tree::files(&tree).unwrap();
        let (policies, _) = crate::policy::load(&tree, &paths);
        assert_eq!(policies.chart("grafana", None).unwrap().rule.name, "mine");
        let first = policies.rules().into_iter().find(|rule| rule.kind == RuleKind::Chart).unwrap();
        assert_eq!((first.rule.line, first.says.as_str()), (1, "grafana: patch Deployment/x"));
    }

    /// Compares what is said of a policy file that is not sound: `line:column message`.
    #[track_caller]
    fn check_broken(text: &str, expected: &str) {
        let tree = crate::tree::MemoryTree::of([(".refit/policies/a.yaml", text)]).unwrap();
        let paths = crate::tree::Tree::files(&tree).unwrap();
        let (policies, broken) = crate::policy::load(&tree, &paths);
        let (builtin, _) = crate::policy::builtin();
        assert_eq!(policies.rules().len(), builtin.rules().len(), "half of it was taken");
        let [broken] = broken.as_slice() else { panic!("{broken:?}") };
        assert_eq!(broken.file.as_ref().unwrap().as_str(), ".refit/policies/a.yaml");
        let place = broken.line.map(|line| line.to_string()).unwrap_or_default();
        let said = format!("{place} {}", broken.message);
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        check_broken("kind: chart\nname: x\ncharts: [x]\nlevel: []\n", "4 the policy is left out");
        check_broken(
            "name: x\nkind: cart\n",
            "2 the policy is left out: `cart` is no kind of policy",
        );
        check_broken("name: x\n", "1 the policy is left out: a policy needs a `kind`");
        check_broken(
            "kind: chart\nname: x\ncharts: [x]\n",
            "1 the policy is left out: it has neither",
        );
        check_broken(
            "kind: chart\nname: x\ncharts: [x]\nlevers:\n  - {workloads: \"\", when: {versions: one}, stop: {}}\n",
            "5 the policy is left out: `one` is no range",
        );
        check_broken("kind: datastore\nname: x\n---\nkind: chart\nname: [\n", "");
    }
}

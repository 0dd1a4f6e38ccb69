//! Weighs the facts of all versions against each other.
//!
//! A variable that was added in one version and renamed in the next is, over both, neither new nor
//! gone; what a version takes back never happened to somebody who passes over it; what a rule is
//! unsure of is a question. What remains is sorted, breaking first, and summed up.

use std::collections::{BTreeSet, HashSet};

use super::collect::Collection;
use super::fact::{Confidence, Declared, Fact, FactKind, Notes, Remark, SCHEMA_VERSION, Summary};
use super::version::Version;

/// The kinds that ask somebody to act, if only to look.
const ACTS: [FactKind; 6] = [
    FactKind::ManualAction,
    FactKind::StopAt,
    FactKind::Requires,
    FactKind::EnvRequired,
    FactKind::EnvRenamed,
    FactKind::ValueRenamed,
];

/// Parts facts from questions and sums them up.
pub(super) fn settle(found: Collection, versions: Vec<String>, mut remarks: Vec<Remark>) -> Notes {
    let Collection { facts, undone, declared, remarks: told, .. } = found;
    remarks.extend(newest(told));
    let names = Names::of(&facts);
    let mut kept = Vec::new();
    let mut questions = Vec::new();
    let mut explicit = false;
    let mut taken_back = BTreeSet::new();
    for (index, fact) in facts.into_iter().enumerate() {
        if is_undone(&fact, &undone) {
            taken_back.insert(fact.version);
        } else if fact.confidence == Confidence::Low {
            questions.push(fact);
        } else if names.leave(&fact) {
            explicit |= declared.contains(&index);
            kept.push(fact);
        }
    }
    for version in taken_back {
        let message = format!("what {version} changed was taken back by a later version");
        remarks.push(Remark::new("undone", message));
    }
    kept.sort_by_key(|fact| fact.kind);
    let summary = summary(&kept, explicit);
    Notes { schema_version: SCHEMA_VERSION, facts: kept, questions, summary, versions, remarks }
}

/// The most remarks of one code that are kept.
const MOST_REMARKS: usize = 10;

/// Keeps the remarks of the newest versions: what an older one does not do yet, a newer may.
fn newest(mut told: Vec<Remark>) -> Vec<Remark> {
    let version = |remark: &Remark| remark.version.as_deref().and_then(Version::parse);
    let mut kept: Vec<Remark> = Vec::new();
    told.sort_by(|one, other| match (version(one), version(other)) {
        (Some(one), Some(other)) => other.order(&one),
        _ => std::cmp::Ordering::Equal,
    });
    for remark in told {
        if kept.iter().filter(|known| known.code == remark.code).count() < MOST_REMARKS {
            kept.push(remark);
        }
    }
    kept.sort_by_key(|remark| remark.code == "known-issue");
    kept
}

/// Tells whether a later version takes back what a fact says.
fn is_undone(fact: &Fact, undone: &[Version]) -> bool {
    let lasting = [FactKind::Security, FactKind::Avoid, FactKind::StopAt];
    let Some(version) = Version::parse(&fact.version).filter(|_| !lasting.contains(&fact.kind))
    else {
        return false;
    };
    undone.iter().any(|undone| version.is_within(undone) || undone.order(&version).is_eq())
}

/// What became of each name, over all versions.
struct Names {
    old: HashSet<String>,
    new: HashSet<String>,
    required: HashSet<String>,
    removed: HashSet<String>,
    changed: HashSet<String>,
}

impl Names {
    fn of(facts: &[Fact]) -> Self {
        let names = |kinds: &[FactKind], part: fn(&Fact) -> Option<&String>| -> HashSet<String> {
            facts
                .iter()
                .filter(|fact| kinds.contains(&fact.kind) && fact.confidence > Confidence::Low)
                .filter_map(part)
                .flat_map(|name| name.split(" + ").map(str::to_owned))
                .collect()
        };
        let renamed = [FactKind::EnvRenamed, FactKind::ValueRenamed];
        Self {
            old: names(&renamed, |fact| fact.old.as_ref()),
            new: names(&renamed, |fact| fact.new.as_ref()),
            required: names(&[FactKind::EnvRequired], |fact| fact.name.as_ref()),
            removed: names(&[FactKind::EnvRemoved, FactKind::ValueRemoved], |fact| {
                fact.name.as_ref()
            }),
            changed: names(&[FactKind::EnvChanged, FactKind::ValueChanged], |fact| {
                fact.name.as_ref()
            }),
        }
    }

    /// Tells whether nothing weightier is known of the name of a fact.
    fn leave(&self, fact: &Fact) -> bool {
        let Some(name) = &fact.name else { return true };
        let sets: &[&HashSet<String>] = match fact.kind {
            FactKind::EnvAdded | FactKind::ValueAdded => {
                &[&self.old, &self.new, &self.required, &self.removed, &self.changed]
            }
            FactKind::EnvRemoved | FactKind::ValueRemoved => &[&self.old],
            FactKind::EnvDeprecated | FactKind::Deprecated => &[&self.old, &self.removed],
            FactKind::EnvChanged | FactKind::ValueChanged => {
                &[&self.old, &self.removed, &self.required]
            }
            _ => &[],
        };
        !sets.iter().any(|set| set.contains(name))
    }
}

/// Tells whether what breaks concerns those who call the program, with nothing to change in how it
/// is run.
fn is_only_told(text: &str) -> bool {
    const CALLED: [&str; 8] =
        ["endpoint", "response", "metric", "graphql", "json", "api", "library", "function"];
    const RUN: [&str; 35] = [
        "must",
        "need",
        "have to",
        "config",
        "setting",
        "option",
        "flag",
        "env",
        "variable",
        "value",
        "parameter",
        "manifest",
        "volume",
        "path",
        "port",
        "database",
        "migrat",
        "version",
        "image",
        "upgrad",
        "updat",
        "chart",
        "crd",
        "label",
        "key",
        "user",
        "permission",
        "please",
        "if you",
        "support",
        "requir",
        "default",
        "secret",
        "token",
        "your",
    ];
    let text = text.to_lowercase();
    CALLED.iter().any(|word| text.contains(word)) && !RUN.iter().any(|word| text.contains(word))
}

fn summary(facts: &[Fact], explicit: bool) -> Summary {
    let any = |kinds: &[FactKind]| facts.iter().any(|fact| kinds.contains(&fact.kind));
    let versions = |kind: FactKind| -> Vec<String> {
        let named =
            facts.iter().filter(|fact| fact.kind == kind).filter_map(|fact| fact.name.clone());
        let mut versions: Vec<(Option<Version>, String)> =
            named.map(|name| (Version::parse(&name), name)).collect();
        versions.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) => a.order(b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
        versions.into_iter().map(|(_, name)| name).collect()
    };
    let breaking = any(&[FactKind::Breaking]);
    Summary {
        breaking,
        declared: match (breaking, explicit) {
            (false, _) => Declared::None,
            (true, false) => Declared::Implicit,
            (true, true) => Declared::Explicit,
        },
        manual_action: any(&ACTS)
            || facts.iter().any(|f| f.kind == FactKind::Breaking && !is_only_told(&f.summary)),
        irreversible: any(&[FactKind::Irreversible]),
        stops: versions(FactKind::StopAt),
        avoid: versions(FactKind::Avoid),
    }
}

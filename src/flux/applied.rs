//! Which Flux Kustomizations apply a release, and what their status can tell of it.
//!
//! Only events of a Kustomization carry the revision that it has applied. Without `wait` and
//! without a health check on the release, success means no more than that the `HelmRelease` object
//! was applied. What a parent's patch sets on a Kustomization counts like what it says itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::kustomize::Contexts;
use super::load::Object;
use super::model::ObjectName;
use super::parents::Patches;
use super::remediation::seconds;
use crate::diagnostic::Position;

/// A Flux Kustomization that applies a release.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Flux's own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedBy {
    /// The Kustomization.
    pub kustomization: ObjectName,
    /// Whether it waits until all that it applies is ready.
    pub wait: bool,
    /// Whether it checks the health of anything.
    pub health_checks: bool,
    /// Whether it checks the health of this release.
    pub checks_release: bool,
    /// Whether it deletes what is no longer in its files.
    pub prune: bool,
    /// Whether Flux leaves it alone until it is resumed.
    pub suspended: bool,
    /// How long it waits at most, in seconds, where that is written.
    pub timeout: Option<u64>,
    /// How often it looks, in seconds, where that can be read.
    pub interval: Option<u64>,
    /// Where its document begins.
    pub position: Position,
    /// Where the Kustomizations stand that must be ready before it, and those that they need.
    pub needs: Vec<Position>,
}

impl AppliedBy {
    /// Says whether its success means that the release has been released, and not only applied.
    #[must_use]
    pub fn tells_released(&self) -> bool {
        self.wait || self.checks_release
    }
}

/// The Flux Kustomizations, by what must be ready before each.
pub(super) struct Needs {
    list: Vec<Needing>,
    by_id: HashMap<ObjectName, Vec<usize>>,
    by_position: HashMap<Position, Vec<usize>>,
}

struct Needing {
    position: Position,
    /// The contexts that apply it: a cluster each, where a repository holds several.
    around: Vec<usize>,
    needs: Vec<ObjectName>,
}

impl Needs {
    /// Reads `dependsOn` of all of them.
    pub(super) fn of(contexts: &Contexts<'_>) -> Self {
        let mut list: Vec<Needing> = Vec::new();
        let mut by_id: HashMap<ObjectName, Vec<usize>> = HashMap::new();
        let mut by_position: HashMap<Position, Vec<usize>> = HashMap::new();
        for object in contexts.kustomizations() {
            for (id, around) in contexts.names(object) {
                let expand = |text: Cow<'_, str>| match around.first() {
                    Some(context) => contexts.expand(*context, &text),
                    None => text.into_owned(),
                };
                let items = object.root.at(&["spec", "dependsOn"]);
                let needs = items.into_iter().flat_map(|list| list.items()).filter_map(|item| {
                    let namespace = item.get("namespace").and_then(|node| node.value());
                    let namespace = namespace.map(expand).or_else(|| id.namespace.clone());
                    Some(ObjectName { namespace, name: expand(item.get("name")?.value()?) })
                });
                let (needs, position) = (needs.collect(), object.position());
                by_id.entry(id).or_default().push(list.len());
                by_position.entry(position.clone()).or_default().push(list.len());
                list.push(Needing { position, around, needs });
            }
        }
        Self { list, by_id, by_position }
    }

    /// Lists what must be ready before a Kustomization, near and far, itself left out.
    fn before(&self, position: &Position) -> Vec<Position> {
        let mut found: Vec<&Needing> = self.at(position).collect();
        let mut known: HashSet<&Position> = found.iter().map(|one| &one.position).collect();
        let own = found.len();
        let mut next = 0;
        while let Some(one) = found.get(next).copied() {
            next += 1;
            for name in &one.needs {
                let named = self.by_id.get(name).into_iter().flatten();
                let named: Vec<&Needing> = named.filter_map(|at| self.list.get(*at)).collect();
                // Each cluster has its own of that name.
                let near = |other: &&&Needing| one.around.iter().any(|c| other.around.contains(c));
                let same: Vec<_> = named.iter().filter(near).copied().collect();
                for other in if same.is_empty() { named } else { same } {
                    if known.insert(&other.position) {
                        found.push(other);
                    }
                }
            }
        }
        let mut before: Vec<Position> =
            found.into_iter().skip(own).map(|one| one.position.clone()).collect();
        before.sort();
        before
    }

    fn at(&self, position: &Position) -> impl Iterator<Item = &Needing> {
        let indices = self.by_position.get(position).into_iter().flatten();
        indices.filter_map(|at| self.list.get(*at))
    }
}

/// Lists the Flux Kustomizations that apply a release, in the order of their contexts.
pub(super) fn of(
    id: &ObjectName,
    applied: &[usize],
    contexts: &Contexts<'_>,
    patches: &Patches,
    needs: &Needs,
) -> Vec<AppliedBy> {
    let mut found: Vec<AppliedBy> = Vec::new();
    for object in applied.iter().filter_map(|context| contexts.kustomization(*context)) {
        for (kustomization, around) in contexts.names(object) {
            let one = read(id, object, kustomization, &around, contexts, patches);
            let one = AppliedBy { needs: needs.before(&one.position), ..one };
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

fn read(
    release: &ObjectName,
    object: Object<'_>,
    kustomization: ObjectName,
    around: &[usize],
    contexts: &Contexts<'_>,
    patches: &Patches,
) -> AppliedBy {
    let over = patches.over(object, &kustomization, around);
    let text = |key: &str| {
        let text = match over.set(&["spec", key]) {
            Some(laid) => laid.value?,
            None => object.text(&["spec", key])?.into_owned(),
        };
        Some(match around.first() {
            Some(context) => contexts.expand(*context, &text),
            None => text,
        })
    };
    let is = |key: &str| text(key).as_deref() == Some("true");
    let duration = |key: &str| text(key).and_then(|text| seconds(&text));
    let checks = object.root.at(&["spec", "healthChecks"]);
    let checks: Vec<_> = checks.into_iter().flat_map(|list| list.items()).collect();
    let is_release = |check: &crate::yaml::Node<'_>| {
        let text = |key: &str| check.get(key).and_then(|node| node.value());
        let namespace = text("namespace");
        text("kind").as_deref() == Some("HelmRelease")
            && text("name").is_some_and(|name| name == release.name)
            && (namespace.is_none() || namespace.as_deref() == release.namespace.as_deref())
    };
    AppliedBy {
        kustomization,
        wait: is("wait"),
        health_checks: !checks.is_empty(),
        checks_release: checks.iter().any(is_release),
        prune: is("prune"),
        suspended: is("suspend"),
        timeout: duration("timeout"),
        interval: duration("interval"),
        position: object.position(),
        needs: Vec::new(),
    }
}

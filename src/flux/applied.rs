//! Which Flux Kustomizations apply a release, and what their status can tell of it.
//!
//! Only events of a Kustomization carry the revision that it has applied. Without `wait` and
//! without a health check on the release, success means no more than that the `HelmRelease` object
//! was applied. What a parent's patch sets on a Kustomization counts like what it says itself.

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
}

impl AppliedBy {
    /// Says whether its success means that the release has been released, and not only applied.
    #[must_use]
    pub fn tells_released(&self) -> bool {
        self.wait || self.checks_release
    }
}

/// Lists the Flux Kustomizations that apply a release, in the order of their contexts.
pub(super) fn of(
    id: &ObjectName,
    applied: &[usize],
    contexts: &Contexts<'_>,
    patches: &Patches,
) -> Vec<AppliedBy> {
    let mut found: Vec<AppliedBy> = Vec::new();
    for object in applied.iter().filter_map(|context| contexts.kustomization(*context)) {
        for (kustomization, around) in contexts.names(object) {
            let one = read(id, object, kustomization, &around, contexts, patches);
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
    }
}

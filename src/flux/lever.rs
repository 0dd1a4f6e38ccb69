//! What makes the workloads of a release stop.
//!
//! A chart policy knows where a chart family keeps its replicas and honours 0 there. The lever of a
//! release is that knowledge met with its values: which workloads it defines, which of them are a
//! datastore that must keep running, what stands there now. A release without a known lever says
//! why, and is never stopped by guess.

use super::load::Object;
use super::model::{Lever, LeverKind};
use crate::image::Reference;
use crate::policy::{LeverRule, Policies, Ruled, Scalar};
use crate::version::chart::in_range;
use crate::yaml::{Edit, Kind, Node, Step};

/// Returns the lever of a release.
pub(super) fn of(
    object: Object<'_>,
    chart: Option<&str>,
    version: Option<&str>,
    policies: &Policies,
) -> Lever {
    let Some(chart) = chart else { return none("the chart is not known") };
    let Some(policy) = policies.chart(chart) else {
        return none(&format!("no policy says how the chart `{chart}` stops"));
    };
    let mut stopped = Stopped::default();
    for rule in &policy.policy.levers {
        if holds(rule, version, object) {
            stopped.by_rule(object, rule, policies);
        }
    }
    let Stopped { edits, places, spared, refused, at_rest } = stopped;
    if let Some(reason) = refused.into_iter().next() {
        return Lever { rule: Some(policy.rule.clone()), ..none(&reason) };
    }
    if edits.is_empty() {
        let reason = match spared.first() {
            Some(spared) => spared.clone(),
            None => format!("its values define no workload that the chart `{chart}` could stop"),
        };
        return Lever { at_rest, rule: Some(policy.rule.clone()), ..none(&reason) };
    }
    let mut reason = honours(policy);
    if !spared.is_empty() {
        reason = format!("{reason}; {}", spared.join("; "));
    }
    Lever {
        kind: LeverKind::Values,
        r#where: Some(places.join(", ")),
        reason,
        stop: edits,
        at_rest: false,
        rule: Some(policy.rule.clone()),
    }
}

/// Returns the lever of a release that has none.
pub(super) fn none(reason: &str) -> Lever {
    Lever {
        kind: LeverKind::None,
        r#where: None,
        reason: reason.to_owned(),
        stop: Vec::new(),
        at_rest: false,
        rule: None,
    }
}

fn honours<T>(policy: &Ruled<T>) -> String {
    format!("the chart family `{}` honours it", policy.rule.name)
}

fn holds(rule: &LeverRule, version: Option<&str>, object: Object<'_>) -> bool {
    let in_range = match (&rule.when.versions, version) {
        (Some(range), Some(version)) => in_range(range, version).unwrap_or(true),
        _ => true,
    };
    let set = |key: &String| object.root.at(&["spec", "values", key]).is_some();
    in_range && !rule.when.unset.as_ref().is_some_and(set)
}

/// What the rules of a policy come to.
#[derive(Default)]
struct Stopped {
    edits: Vec<Edit>,
    /// The same in words.
    places: Vec<String>,
    /// Workloads that keep running, with the reason.
    spared: Vec<String>,
    /// Whether a workload stands at zero already.
    at_rest: bool,
    /// Why there can be no lever at all.
    refused: Vec<String>,
}

impl Stopped {
    fn by_rule(&mut self, object: Object<'_>, rule: &LeverRule, policies: &Policies) {
        let keys: Vec<&str> = rule.workloads.split('.').filter(|key| !key.is_empty()).collect();
        let values = object.root.at(&["spec", "values"]);
        let (each, keys) = match keys.split_last() {
            Some((&"*", above)) => (true, above),
            _ => (false, keys.as_slice()),
        };
        if !each {
            self.workload(object, rule, keys, values.and_then(|values| values.at(keys)), policies);
            return;
        }
        let Some(workloads) = values.and_then(|values| values.at(keys)) else { return };
        for (key, workload) in workloads.merged() {
            let Some(key) = key.value() else { continue };
            let mut path = keys.to_vec();
            path.push(&key);
            self.workload(object, rule, &path, Some(workload), policies);
        }
    }

    /// Stops one workload; `node` is what the values say of it.
    fn workload(
        &mut self,
        object: Object<'_>,
        rule: &LeverRule,
        path: &[&str],
        node: Option<Node<'_>>,
        policies: &Policies,
    ) {
        let name = path.join(".");
        let get = |keys: &str| {
            let keys: Vec<&str> = keys.split('.').collect();
            node.and_then(|node| node.at(&keys)).and_then(|node| node.value())
        };
        if get("enabled").as_deref() == Some("false") {
            return;
        }
        if let Some(engine) = node.and_then(|node| datastore(node, policies)) {
            self.spared.push(format!("`{name}` is {engine} and keeps running"));
            return;
        }
        let written = rule.r#type.as_ref().and_then(|kind| get(&kind.key));
        let default = rule.r#type.as_ref().map_or("deployment", |kind| kind.default.as_str());
        let kind = written.as_deref().unwrap_or(default).to_ascii_lowercase();
        if let Some(reason) = rule.cannot.get(&kind) {
            self.spared.push(format!("`{name}`: {reason}"));
            return;
        }
        let standing = rule
            .unless
            .iter()
            .find(|(keys, value)| get(keys).is_some_and(|text| text == value.text()));
        if let Some((keys, value)) = standing {
            self.refused.push(format!("`{keys}` is {}, so replicas are not its own", value.text()));
            return;
        }
        let Some(stop) = rule.stop.get(&kind) else {
            self.refused.push(format!("nothing is known to stop `{name}`, a {kind}"));
            return;
        };
        for (keys, value) in stop {
            let full: Vec<&str> = path.iter().copied().chain(keys.split('.')).collect();
            self.set(object, &full, value);
        }
    }

    /// Sets a values path, unless it is not the release's own to set.
    fn set(&mut self, object: Object<'_>, path: &[&str], value: &Scalar) {
        let name = path.join(".");
        let Some(spec) = object.root.get("spec") else { return };
        let keys: Vec<&str> = std::iter::once("values").chain(path.iter().copied()).collect();
        match standing(spec, &keys) {
            Err(reason) => self.refused.push(format!("`{name}` {reason}")),
            Ok(Some(node)) => {
                let before = node.value().unwrap_or_default();
                if before == value.text() {
                    self.at_rest = true;
                    self.spared.push(format!("`{name}` is already {before}"));
                } else if before.contains("${") {
                    self.refused.push(format!("`{name}` comes from a variable"));
                } else {
                    self.edits.push(Edit::set(object.spot(node), before, value.value()));
                    self.places.push(format!("{name}: {}", value.text()));
                }
            }
            Ok(None) => {
                let Some((key, parents)) = keys.split_last() else { return };
                let mut into = object.spot(spec);
                into.path.0.extend(parents.iter().map(|key| Step::Key((*key).to_owned())));
                self.edits.push(Edit::insert(into, *key, value.value()));
                self.places.push(format!("{name}: {}", value.text()));
            }
        }
    }
}

/// Returns the scalar at a path of keys that stand in the text themselves; `None` where a key is
/// missing.
///
/// Fails where the path leads through an alias or a merge key, which others share, or through
/// something that is no mapping.
fn standing<'a>(from: Node<'a>, keys: &[&str]) -> Result<Option<Node<'a>>, String> {
    let mut node = from;
    for (index, key) in keys.iter().enumerate() {
        let own = node.entries().filter(|(known, _)| known.value().as_deref() == Some(*key));
        let Some((_, next)) = own.last() else {
            let merged = node.get(key).is_some();
            return if merged { Err("comes through a merge key".to_owned()) } else { Ok(None) };
        };
        if next.kind() == Kind::Alias {
            return Err("stands behind an alias that others share".to_owned());
        }
        let is_last = index + 1 == keys.len();
        if next.is_null() {
            return Ok(None);
        }
        if is_last == next.is_mapping() {
            return Err(format!("is not what a chart expects at `{key}`"));
        }
        node = next;
    }
    Ok(Some(node))
}

/// Returns the engine of a workload whose first container is a datastore; one that merely waits for
/// a database in an init container, or keeps a cache beside it, is none.
fn datastore(workload: Node<'_>, policies: &Policies) -> Option<String> {
    let (_, container) = workload.get("containers")?.merged().into_iter().next()?;
    let image = container.get("image")?;
    let repository = match image.value() {
        Some(text) => Reference::parse(&text).ok()?.path().to_owned(),
        None => image.get("repository")?.value()?.into_owned(),
    };
    Some(policies.datastore_of_image(&repository)?.policy.name.clone())
}

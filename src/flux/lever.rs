//! What makes the workloads of a release stop.
//!
//! A chart policy knows where a chart family keeps its replicas and honours 0 there. The lever of a
//! release is that knowledge met with its values: which workloads it defines, which of them are a
//! datastore that must keep running, what stands there now. A release without a known lever says
//! why, and is never stopped by guess.

use super::load::Object;
use super::model::{Lever, LeverKind, Sign};
use super::patch_lever;
use crate::image::Reference;
use crate::policy::{ChartPolicy, LeverRule, Policies, Ruled, Scalar};
use crate::version::chart::in_range;
use crate::yaml::{Edit, Kind, Node, Path, Step};

/// What is known of a release when its lever is looked for.
pub(super) struct Subject<'s, 'a> {
    /// The release.
    pub(super) object: Object<'a>,
    /// Its chart's name.
    pub(super) chart: Option<&'s str>,
    /// The URL of the chart's source.
    pub(super) source: Option<&'s str>,
    /// The chart's version or range.
    pub(super) version: Option<&'s str>,
    /// Its values, those that win first: the inline ones, then those of files.
    pub(super) values: &'s [Node<'a>],
    /// The paths below its values that something else sets, with what does.
    pub(super) forced: &'s [(Path, String)],
    /// The name that Helm knows it by.
    pub(super) release: &'s str,
    /// The datastore that it runs itself.
    pub(super) datastore: Option<&'s Sign>,
}

/// Returns the lever of a release: values that its chart honours with 0, else a patch of its
/// workloads, else none with the reason.
pub(super) fn of(subject: &Subject<'_, '_>, policies: &Policies) -> Lever {
    let Some(chart) = subject.chart else { return none("the chart is not known") };
    let Some(policy) = policies.chart(chart, subject.source) else {
        return none(&format!("no policy says how the chart `{chart}` stops"));
    };
    let rule = Some(policy.rule.clone());
    let lever = by_values(subject, chart, policy, policies);
    if lever.kind == LeverKind::Values || lever.at_rest || !patch_lever::is_known(&policy.policy) {
        return Lever { rule, ..lever };
    }
    let lever = match patch_lever::of(subject, chart, &policy.policy) {
        Ok(patched) => patched,
        // The values' own reason says more than the patch's.
        Err(_) if !policy.policy.levers.is_empty() => lever,
        Err(reason) => none(&reason),
    };
    Lever { rule, ..lever }
}

fn by_values(
    subject: &Subject<'_, '_>,
    chart: &str,
    policy: &Ruled<ChartPolicy>,
    policies: &Policies,
) -> Lever {
    let mut stopped = Stopped::default();
    for rule in policy.policy.levers.iter().filter(|rule| holds(rule, subject)) {
        stopped.by_rule(subject, rule, policies);
    }
    let Stopped { edits, places, spared, refused, at_rest } = stopped;
    if let Some(reason) = refused.first() {
        return none(reason);
    }
    if edits.is_empty() {
        let reason = match spared.first() {
            Some(spared) => spared.clone(),
            None => format!("its values define no workload that the chart `{chart}` could stop"),
        };
        return Lever { at_rest, ..none(&reason) };
    }
    let mut reason = format!("the chart family `{}` honours it", policy.rule.name);
    if !spared.is_empty() {
        reason = format!("{reason}; {}", spared.join("; "));
    }
    Lever {
        kind: LeverKind::Values,
        r#where: Some(places.join(", ")),
        stop: edits,
        ..none(&reason)
    }
}

/// Returns the path that an edit of a stop sets.
pub(super) fn path(edit: &Edit) -> Path {
    match edit {
        Edit::Insert { into, key: Some(key), .. } => into.path.join(Step::Key(key.clone())),
        other => other.spot().path.clone(),
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

fn holds(rule: &LeverRule, subject: &Subject<'_, '_>) -> bool {
    let in_range = match (&rule.when.versions, subject.version) {
        (Some(range), Some(version)) => in_range(range, version).unwrap_or(true),
        _ => true,
    };
    let keys = |keys: &str| at(subject.values, &keys.split('.').collect::<Vec<_>>());
    let set = |key: &String| !keys(key).is_empty();
    let same = |(key, value): (&String, &Scalar)| {
        keys(key).first().and_then(Node::value).is_some_and(|text| text == value.text())
    };
    in_range && !rule.when.unset.as_ref().is_some_and(set) && rule.when.values.iter().all(same)
}

/// Lists what stands at a path of several layers of values, the one that wins first.
fn at<'a>(layers: &[Node<'a>], keys: &[&str]) -> Vec<Node<'a>> {
    layers.iter().filter_map(|layer| layer.at(keys)).collect()
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
    fn by_rule(&mut self, subject: &Subject<'_, '_>, rule: &LeverRule, policies: &Policies) {
        let keys: Vec<&str> = rule.workloads.split('.').filter(|key| !key.is_empty()).collect();
        let (each, keys) = match keys.split_last() {
            Some((&"*", above)) => (true, above),
            _ => (false, keys.as_slice()),
        };
        let layers = at(subject.values, keys);
        if !each {
            self.workload(subject, rule, keys, &layers, policies);
            return;
        }
        let mut names: Vec<String> = Vec::new();
        for (key, _) in layers.iter().flat_map(Node::merged) {
            let name = key.value().unwrap_or_default().into_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let mut path = keys.to_vec();
            path.push(&name);
            let layers = at(&layers, &[&name]);
            self.workload(subject, rule, &path, &layers, policies);
        }
    }

    /// Stops one workload; `layers` are what the values say of it.
    fn workload(
        &mut self,
        subject: &Subject<'_, '_>,
        rule: &LeverRule,
        path: &[&str],
        layers: &[Node<'_>],
        policies: &Policies,
    ) {
        let name = if path.is_empty() { "it".to_owned() } else { format!("`{}`", path.join(".")) };
        let get = |keys: &str| {
            let keys: Vec<&str> = keys.split('.').collect();
            at(layers, &keys).iter().find_map(Node::value).map(std::borrow::Cow::into_owned)
        };
        if !path.is_empty() && get("enabled").as_deref() == Some("false") {
            return;
        }
        if let Some(engine) = layers.iter().find_map(|node| datastore(*node, policies)) {
            self.spared.push(format!("{name} is {engine} and keeps running"));
            return;
        }
        let written = rule.r#type.as_ref().and_then(|kind| get(&kind.key));
        let default = rule.r#type.as_ref().map_or("deployment", |kind| kind.default.as_str());
        let kind = written.as_deref().unwrap_or(default).to_ascii_lowercase();
        if let Some(reason) = rule.cannot.get(&kind) {
            self.spared.push(format!("{name}: {reason}"));
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
            self.refused.push(format!("nothing is known to stop {name}, a {kind}"));
            return;
        };
        for (keys, value) in stop {
            let full: Vec<&str> = path.iter().copied().chain(keys.split('.')).collect();
            let wanted: Vec<Step> = full.iter().map(|key| Step::Key((*key).to_owned())).collect();
            let forced = subject.forced.iter().find(|(path, _)| wanted.starts_with(&path.0));
            match forced {
                Some((_, what)) => {
                    self.refused.push(format!("{what} sets `{}` as well", full.join(".")));
                }
                None => self.set(
                    subject.object,
                    &full,
                    value,
                    at(subject.values, &full).first().copied(),
                ),
            }
        }
    }

    /// Sets a values path, unless it is not the release's own to set.
    ///
    /// `effective` is what counts there now, wherever it stands.
    fn set(
        &mut self,
        object: Object<'_>,
        path: &[&str],
        value: &Scalar,
        effective: Option<Node<'_>>,
    ) {
        let name = path.join(".");
        let Some(spec) = object.root.get("spec") else { return };
        let keys: Vec<&str> = std::iter::once("values").chain(path.iter().copied()).collect();
        // A file of values may say it already; what merges a key in is overridden by an own one.
        if let Some(before) = effective.and_then(|node| node.value())
            && before == value.text()
        {
            self.at_rest = true;
            self.spared.push(format!("`{name}` is already {before}"));
            return;
        }
        match standing(spec, &keys) {
            Err(reason) => self.refused.push(format!("`{name}` {reason}")),
            Ok(Some(node)) => {
                let before = node.value().unwrap_or_default();
                if before.contains("${") {
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
            // A merged scalar is overridden by a key of the mapping's own; a mapping would lose the
            // rest of what is merged.
            let hidden = node.get(key).is_some() && index + 1 < keys.len();
            return if hidden { Err("comes through a merge key".to_owned()) } else { Ok(None) };
        };
        if next.kind() == Kind::Alias {
            return Err("stands behind an alias that others share".to_owned());
        }
        let is_last = index + 1 == keys.len();
        if next.is_null() {
            // Below a null the missing mappings are made; a null scalar is set where it stands.
            return Ok(is_last.then_some(next));
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

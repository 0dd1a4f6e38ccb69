//! What shows that a release writes data.
//!
//! The stop before an upgrade is for what could spoil data: a claim, a volume, a datastore of its
//! own, a database elsewhere. The signs are structural: keys that charts use for volumes, and names
//! of environment variables that a datastore policy knows. Values of secrets are never looked at.

use std::borrow::Cow;

use super::load::Object;
use super::model::Sign;
use crate::policy::Policies;
use crate::yaml::{Kind, Node};

/// Types of an app-template `persistence` entry that keep nothing.
const FLEETING: &[&str] = &["emptydir", "configmap", "secret", "projected", "downwardapi"];

/// Returns the first sign below `values`, in the order of the text.
///
/// Aliases are not followed: an anchored subtree is read where it stands.
pub(super) fn sign(object: Object<'_>, values: Node<'_>, policies: &Policies) -> Option<Sign> {
    let sign =
        |node: Node<'_>, shows: String| Some(Sign { position: object.position_of(node), shows });
    let mut waiting = vec![(values, None::<Cow<'_, str>>)];
    while let Some((node, above)) = waiting.pop() {
        match node.kind() {
            Kind::Mapping(_) => {
                if above.as_deref() == Some("persistence")
                    && let Some((node, shows)) = persistence(node)
                {
                    return sign(node, shows);
                }
                let start = waiting.len();
                for (key_node, value) in node.entries() {
                    let key = key_node.value().unwrap_or_default();
                    if let Some(shows) = volume(&key, value) {
                        return sign(key_node, shows);
                    }
                    if let Some(engine) = policies.datastore_of_variable(&key)
                        && is_setting(value)
                    {
                        let engine = &engine.policy.name;
                        let what = if engine == "any" { "a database" } else { engine };
                        return sign(key_node, format!("`{key}` points at {what}"));
                    }
                    waiting.push((value, Some(key)));
                }
                if let Some(children) = waiting.get_mut(start..) {
                    children.reverse();
                }
            }
            Kind::Sequence(_) => {
                let start = waiting.len();
                for item in node.items() {
                    // A container's `env` as a list: the name stands in `name`.
                    let name = item.get("name").and_then(|node| node.value());
                    if let Some(name) = name
                        && let Some(engine) = policies.datastore_of_variable(&name)
                        && (item.get("value").is_some() || item.get("valueFrom").is_some())
                    {
                        return sign(item, format!("`{name}` points at {}", engine.policy.name));
                    }
                    waiting.push((item, above.clone()));
                }
                if let Some(children) = waiting.get_mut(start..) {
                    children.reverse();
                }
            }
            Kind::Scalar(_) | Kind::Alias => {}
        }
    }
    None
}

/// Reads an entry of `persistence`, as app-template and many charts have it.
fn persistence(node: Node<'_>) -> Option<(Node<'_>, String)> {
    if is(node.get("enabled"), "true") && node.get("type").is_none() {
        return Some((node, "`persistence` is enabled".to_owned()));
    }
    for (key, entry) in node.entries() {
        let entry = entry.target();
        if !matches!(entry.kind(), Kind::Mapping(_)) || is(entry.get("enabled"), "false") {
            continue;
        }
        let name = key.value().unwrap_or_default();
        let kind = entry.get("type").and_then(|node| node.value()).unwrap_or_default();
        if FLEETING.contains(&kind.to_ascii_lowercase().as_str()) {
            continue;
        }
        let keeps = !kind.is_empty()
            || entry.get("existingClaim").is_some()
            || entry.get("size").is_some()
            || entry.get("storageClass").is_some();
        if keeps {
            let what = if kind.is_empty() { "a claim" } else { &kind };
            return Some((key, format!("the volume `{name}` is {what}")));
        }
    }
    None
}

/// Reads a key that stands for a volume wherever it occurs.
fn volume(key: &str, value: Node<'_>) -> Option<String> {
    let set = !value.is_null() && value.value().as_deref() != Some("");
    match key {
        "existingClaim" | "claimName" if set => {
            let name = value.value().unwrap_or_default();
            Some(format!("it uses the claim `{name}`"))
        }
        "volumeClaimTemplates" | "volumeClaimTemplate" | "persistentVolumeClaim" if set => {
            Some(format!("it has a `{key}`"))
        }
        _ => None,
    }
}

/// Says whether a value is one that an environment variable can have.
fn is_setting(value: Node<'_>) -> bool {
    let value = value.target();
    match value.kind() {
        Kind::Scalar(_) => !value.is_null(),
        Kind::Mapping(_) => value.get("valueFrom").is_some() || value.get("secretKeyRef").is_some(),
        _ => false,
    }
}

fn is(node: Option<Node<'_>>, text: &str) -> bool {
    node.and_then(|node| node.value()).as_deref() == Some(text)
}

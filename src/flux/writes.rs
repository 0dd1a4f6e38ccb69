//! What shows that a release writes data.
//!
//! The stop before an upgrade is for what could spoil data: a claim, a volume, a datastore of its
//! own, a database elsewhere. The signs are structural: keys that charts use for volumes, and names
//! of environment variables that a datastore policy knows. Values of secrets are never looked at.

use std::borrow::Cow;

use super::load::Object;
use super::model::Sign;
use super::outside::Key;
use crate::policy::Policies;
use crate::yaml::{Kind, Node};

/// Types of an app-template `persistence` entry that keep nothing.
const FLEETING: &[&str] =
    &["emptydir", "configmap", "secret", "projected", "downwardapi", "image", "ephemeral"];

/// Paths of a node that hold devices and sockets, not data.
const DEVICES: &[&str] = &["/dev", "/run", "/var/run", "/sys", "/proc", "/lib/modules", "/etc"];

/// What the signs are read with.
pub(super) struct Reading<'r> {
    /// What names of variables mean.
    pub(super) policies: &'r Policies,
    /// The name of a Secret beside the release, filled in, and the names of its keys.
    pub(super) secret: &'r dyn Fn(&str) -> (String, &'r [Key]),
}

impl Reading<'_> {
    /// Returns what a variable of this name points at.
    fn engine(&self, variable: &str) -> Option<&str> {
        let engine = self.policies.datastore_of_variable(variable)?.policy.name.as_str();
        Some(if engine == "any" { "a database" } else { engine })
    }
}

/// Returns the first sign below `values`, in the order of the text.
///
/// Aliases are not followed: an anchored subtree is read where it stands.
pub(super) fn sign(object: Object<'_>, values: Node<'_>, read: &Reading<'_>) -> Option<Sign> {
    let sign =
        |node: Node<'_>, shows: String| Some(Sign { position: object.position_of(node), shows });
    let mut waiting = vec![(values, None::<Cow<'_, str>>)];
    while let Some((node, above)) = waiting.pop() {
        let start = waiting.len();
        match node.kind() {
            Kind::Mapping(_) => {
                if above.as_deref() == Some("persistence")
                    && let Some((node, shows)) = persistence(node)
                {
                    return sign(node, shows);
                }
                for (key_node, value) in node.entries() {
                    let key = key_node.value().unwrap_or_default();
                    if let Some(shows) = volume(&key, value) {
                        return sign(key_node, shows);
                    }
                    if let Some(engine) = read.engine(&key)
                        && is_setting(value)
                    {
                        return sign(key_node, format!("`{key}` points at {engine}"));
                    }
                    if key == "envFrom"
                        && let Some(sign) = env_from(value, read)
                    {
                        return Some(sign);
                    }
                    waiting.push((value, Some(key)));
                }
            }
            Kind::Sequence(_) => {
                for item in node.items() {
                    // A container's `env` as a list: the name stands in `name`.
                    let name = item.get("name").and_then(|node| node.value());
                    if let Some(name) = name
                        && let Some(engine) = read.engine(&name)
                        && (item.get("value").is_some() || item.get("valueFrom").is_some())
                    {
                        return sign(item, format!("`{name}` points at {engine}"));
                    }
                    waiting.push((item, above.clone()));
                }
            }
            Kind::Scalar(_) | Kind::Alias => {}
        }
        if let Some(children) = waiting.get_mut(start..) {
            children.reverse();
        }
    }
    None
}

/// Reads the key names of the Secrets that a container takes its environment from.
fn env_from(list: Node<'_>, read: &Reading<'_>) -> Option<Sign> {
    let secrets = list.items().filter_map(|item| match item.get("secretRef") {
        Some(secret) => secret.get("name")?.value(),
        None => item.get("secret")?.value(),
    });
    secrets.into_iter().find_map(|secret| {
        let (secret, keys) = (read.secret)(&secret);
        keys.iter().find_map(|key| {
            let engine = read.engine(&key.name)?;
            let shows = format!("`{}` of the Secret `{secret}` points at {engine}", key.name);
            Some(Sign { position: key.position.clone(), shows })
        })
    })
}

/// Reads `persistence`, as app-template and many charts have it: a mapping of volumes by name, or
/// the settings of the one volume.
fn persistence(node: Node<'_>) -> Option<(Node<'_>, String)> {
    if is(node.get("enabled"), "false") {
        return None;
    }
    let one = |key: &str| node.get(key).is_some_and(|value| !value.is_mapping() && is_set(value));
    if one("enabled") && !one("type") {
        return Some((node, "`persistence` is enabled".to_owned()));
    }
    if one("size") || one("storageClass") || one("storageClassName") {
        return Some((node, "`persistence` has a size".to_owned()));
    }
    for (key, entry) in node.entries() {
        let entry = entry.target();
        if !entry.is_mapping()
            || is(entry.get("enabled"), "false")
            || is(entry.get("readOnly"), "true")
        {
            continue;
        }
        let text = |key: &str| entry.get(key).and_then(|node| node.value());
        let kind = text("type").unwrap_or_default().to_ascii_lowercase();
        let is_device = text("hostPath").is_some_and(|path| is_device(&path));
        if FLEETING.contains(&kind.as_str()) || (kind == "hostpath" && is_device) {
            continue;
        }
        // Version 1 has `custom` for a volume of any kind.
        if kind == "custom" {
            let spec = entry.get("volumeSpec");
            let fleeting = |(key, _): (Node<'_>, Node<'_>)| {
                let key = key.value().unwrap_or_default().to_ascii_lowercase();
                FLEETING.contains(&key.as_str())
            };
            if spec.is_some_and(|spec| spec.entries().any(fleeting)) {
                continue;
            }
        }
        // Without a type an entry is a claim; what says nothing about a volume is no entry.
        let keeps = !kind.is_empty()
            || ["existingClaim", "size", "storageClass", "accessMode", "mountPath"]
                .iter()
                .chain(&["globalMounts", "advancedMounts"])
                .any(|key| entry.get(key).is_some());
        if keeps {
            let name = key.value().unwrap_or_default();
            let what =
                if kind.is_empty() { "a claim".into() } else { text("type").unwrap_or_default() };
            return Some((key, format!("the volume `{name}` is {what}")));
        }
    }
    None
}

/// Reads a key that stands for a volume wherever it occurs.
fn volume(key: &str, value: Node<'_>) -> Option<String> {
    let text = |key: &str| value.get(key).and_then(|node| node.value());
    match key {
        "existingClaim" | "claimName" if is_set(value) && !value.is_mapping() => {
            let name = value.value().unwrap_or_default();
            Some(format!("it uses the claim `{name}`"))
        }
        "volumeClaimTemplates" | "volumeClaimTemplate" | "persistentVolumeClaim"
            if is_set(value) =>
        {
            Some(format!("it has a `{key}`"))
        }
        // Kubernetes' own volumes, as in `extraVolumes`.
        "nfs" if text("server").is_some() && text("path").is_some() => {
            Some(format!("it mounts `{}` by NFS", text("path").unwrap_or_default()))
        }
        "hostPath" if text("path").is_some_and(|path| !is_device(&path)) => {
            Some(format!("it mounts `{}` of the node", text("path").unwrap_or_default()))
        }
        _ => None,
    }
}

/// Says whether a path of a node is one of devices and sockets.
fn is_device(path: &str) -> bool {
    DEVICES.iter().any(|device| {
        path.strip_prefix(device).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Says whether a value is anything but absent or empty.
fn is_set(value: Node<'_>) -> bool {
    let empty = match value.target().kind() {
        Kind::Sequence(_) => value.items().next().is_none(),
        Kind::Mapping(_) => value.merged().is_empty(),
        _ => value.value().is_none_or(|text| text.is_empty()),
    };
    !empty && !value.is_null()
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

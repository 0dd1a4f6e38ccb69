//! What stands beside releases and says something about them: the key names of Secrets, and KEDA.
//!
//! Values of Secrets are never looked at. Their key names stay readable even where SOPS encrypts the
//! rest, and an `ExternalSecret` names the keys that it will make.

use std::collections::HashMap;

use super::kustomize::Contexts;
use super::load::{Files, Kind, Object};
use super::model::ObjectName;
use crate::diagnostic::Position;

/// The objects beside the releases.
#[derive(Default)]
pub(super) struct Outside {
    /// The keys of Secrets, by the Secret's name.
    secrets: HashMap<ObjectName, Vec<Key>>,
    scaled: Vec<Scaled>,
}

/// A key of a Secret.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) position: Position,
}

/// A workload that KEDA scales.
struct Scaled {
    workload: String,
    namespace: Option<String>,
    contexts: Vec<usize>,
    reason: String,
}

impl Outside {
    pub(super) fn of(files: &Files, contexts: &Contexts<'_>) -> Self {
        let mut outside = Self::default();
        for object in files.objects() {
            match object.kind {
                Kind::Secret | Kind::ExternalSecret => {
                    let keys = keys(object);
                    for (id, applied) in contexts.names(object) {
                        let target = object.text(&["spec", "target", "name"]);
                        let target = target.map(|name| match applied.first() {
                            Some(context) => contexts.expand(*context, &name),
                            None => name.into_owned(),
                        });
                        let name = target.unwrap_or(id.name);
                        let id = ObjectName { namespace: id.namespace, name };
                        outside.secrets.entry(id).or_default().extend(keys.iter().cloned());
                    }
                }
                Kind::ScaledObject => {
                    let target = object.text(&["spec", "scaleTargetRef", "name"]);
                    let Some(target) = target else { continue };
                    for (id, applied) in contexts.names(object) {
                        let workload = match applied.first() {
                            Some(context) => contexts.expand(*context, &target),
                            None => target.clone().into_owned(),
                        };
                        let reason = format!(
                            "KEDA scales `{workload}` up again ({}); pause it with the annotation autoscaling.keda.sh/paused-replicas",
                            object.position()
                        );
                        let (namespace, contexts) = (id.namespace, applied);
                        outside.scaled.push(Scaled { workload, namespace, contexts, reason });
                    }
                }
                _ => {}
            }
        }
        for (id, generated) in contexts.generated_secrets() {
            let keys = outside.secrets.entry(id).or_default();
            let literals = generated.literals.iter().map(|(name, node)| Key {
                name: name.clone(),
                position: generated.object.position_of(*node),
            });
            keys.extend(literals);
            for (file, _) in &generated.lines {
                keys.extend(
                    files
                        .env_lines(file)
                        .iter()
                        .map(|line| Key { name: line.name.clone(), position: line.position(file) }),
                );
            }
        }
        outside
    }

    /// Returns the key names of a Secret beside a release.
    pub(super) fn keys(&self, secret: &str, release: &ObjectName) -> &[Key] {
        let named = |namespace: Option<String>| ObjectName { namespace, name: secret.to_owned() };
        let own = self.secrets.get(&named(release.namespace.clone()));
        own.or_else(|| self.secrets.get(&named(None))).map_or(&[], Vec::as_slice)
    }

    /// Says why a release does not stay at zero, where KEDA scales a workload of its name.
    pub(super) fn scaled(&self, release: &str, id: &ObjectName, applied: &[usize]) -> Option<&str> {
        let found = self.scaled.iter().find(|scaled| {
            let rest = scaled.workload.strip_prefix(release);
            let same_name = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
            let near = scaled.contexts.is_empty()
                || applied.is_empty()
                || scaled.contexts.iter().any(|context| applied.contains(context));
            same_name && near && scaled.namespace == id.namespace
        });
        found.map(|scaled| scaled.reason.as_str())
    }
}

/// Lists the keys of a Secret, or those that an `ExternalSecret` makes.
fn keys(object: Object<'_>) -> Vec<Key> {
    let key = |name: String, node| Key { name, position: object.position_of(node) };
    let paths: &[&[&str]] = match object.kind {
        Kind::Secret => &[&["data"], &["stringData"]],
        _ => &[&["spec", "target", "template", "data"]],
    };
    let maps = paths.iter().filter_map(|path| object.root.at(path));
    let mut found: Vec<Key> = maps
        .flat_map(|map| map.merged())
        .filter_map(|(node, _)| Some(key(node.value()?.into_owned(), node)))
        .collect();
    let data = object.root.at(&["spec", "data"]);
    let listed = data.into_iter().flat_map(|list| list.items());
    found.extend(listed.filter_map(|item| {
        let node = item.get("secretKey")?;
        Some(key(node.value()?.into_owned(), node))
    }));
    found
}

//! The keys that must be kept beside the data to be able to read it again.
//!
//! A backup of a database whose columns are encrypted is worth nothing without the key, and the key
//! stands elsewhere: in a Secret, under a name that policies know. A Secret that nothing in the
//! repository makes comes back from no commit, so it is kept as a whole. Only names are here.

use super::apps::App;
use super::around::Around;
use super::model::Kept;
use super::roles::normal;
use super::settings::Value;
use crate::policy::{Glob, Keep, Policies};

/// Lists what must be kept beside the data of a release.
pub(super) fn keeps(app: &App<'_>, policies: &Policies, around: &Around) -> Vec<Kept> {
    let rules: Vec<&Keep> = policies.datastores.iter().flat_map(|e| &e.policy.keep).collect();
    let mut found: Vec<Kept> = Vec::new();
    for setting in &app.settings.list {
        let matches = |keep: &&&Keep| {
            // A key of a storage service may hide behind a name of the application's own.
            let key = match &setting.value {
                Value::Secret { key, .. } => normal(key),
                Value::Plain(_) => String::new(),
            };
            let except = |name: &Glob| name.matches(&setting.normal) || name.matches(&key);
            keep.names.iter().any(|name| name.matches(&setting.normal))
                && !keep.except.iter().any(except)
        };
        let Some(keep) = rules.iter().find(matches) else { continue };
        // A switch or a path is no key.
        let (secret, key) = match &setting.value {
            Value::Secret { secret, key, .. } => (Some(app.named(secret)), Some(key.clone())),
            Value::Plain(text) if text.len() > 7 && setting.is_variable => (None, None),
            Value::Plain(_) => continue,
        };
        let known = |kept: &Kept| kept.name == setting.name && kept.secret == secret;
        if found.iter().any(known) {
            continue;
        }
        let (name, position) = (setting.name.clone(), setting.at.clone());
        found.push(Kept { name, secret, key, position, why: keep.why.clone() });
    }
    for opaque in &app.settings.opaque {
        let name = &opaque.secret;
        let made = around.secret(app.namespace.as_deref(), name).is_some();
        let known = found.iter().any(|kept| kept.name == *name);
        if made || known || name.contains("${") || name.contains("{{") {
            continue;
        }
        found.push(Kept {
            name: name.clone(),
            secret: Some(app.named(name)),
            key: None,
            why: "nothing in the repository makes it".to_owned(),
            position: opaque.at.clone(),
        });
    }
    found
}

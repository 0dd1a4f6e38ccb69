//! Settings that belong together: those whose names share a stem, with what each says.
//!
//! `DB_HOST`, `DB_USER` and `DB_NAME` are one group and speak of one datastore. Which engine it is
//! follows from the address, from what a setting calls it, from its name or from a port.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::apps::App;
use super::files::is_file;
use super::hosts::{self, Address};
use super::model::CredentialRole;
use super::roles::{Role, normal, role};
use super::settings::{Setting, Value};
use super::uses::Scene;
use crate::policy::{Datastore, Policies, Ruled};

/// Settings that belong together.
#[derive(Default)]
pub(super) struct Group<'g> {
    pub(super) settings: Vec<&'g Setting>,
    pub(super) parts: BTreeMap<CredentialRole, &'g Setting>,
    pub(super) kind: Option<&'g Setting>,
    pub(super) file: Option<&'g Setting>,
    /// The engine that the names speak of; `any` where they say only `database`.
    pub(super) named: Option<String>,
}

/// Gathers the settings that speak of a datastore by their stems.
pub(super) fn groups<'g>(app: &'g App<'_>, policies: &Policies) -> BTreeMap<String, Group<'g>> {
    let mut groups: BTreeMap<String, Group<'g>> = BTreeMap::new();
    for setting in &app.settings.list {
        // What an engine's own container is told is how it is set up, not what the release uses.
        let inside = app.containers.iter().any(|container| {
            container.engine.is_some()
                && !container.is_client
                && !container.path.is_empty()
                && setting.path.starts_with(&container.path)
        });
        if inside || is_off(setting) {
            continue;
        }
        let normal = speaking(setting, policies);
        let named = policies.datastore_hinted(&normal);
        let address = address_of(setting, policies);
        let role = role(&normal);
        let named = named.or_else(|| told_a_file(setting, role.as_ref()?.1, policies));
        let (stem, role) = match (role, &address) {
            (Some((stem, role)), _) if named.is_some() => (stem.to_owned(), role),
            (_, Some(_)) => (normal.clone().into_owned(), Role::Part(CredentialRole::Url)),
            _ => continue,
        };
        // `datasource: Main` is what something is called.
        let is_name = |text: &str| !text.contains(['.', ':', '/', '@', '=', '$', '{']);
        let is_named = matches!(role, Role::Part(CredentialRole::Url))
            && matches!(&setting.value, Value::Plain(text) if is_name(text));
        if is_named && !setting.is_variable {
            continue;
        }
        // A setting that is no variable must say where the database is.
        let is_place = matches!(role, Role::Part(CredentialRole::Host | CredentialRole::Url))
            || address.is_some();
        if !setting.is_variable
            && !is_place
            && !groups.contains_key(&stem)
            && !has_place(app, &stem)
            && !outer(&stem).is_some_and(|outer| has_place(app, outer))
        {
            continue;
        }
        let group = groups.entry(stem).or_default();
        group.settings.push(setting);
        let named = named.map(|engine| engine.policy.name.clone());
        if group.named.as_deref().is_none_or(|known| known == "any") {
            group.named = named.or(group.named.take());
        }
        match role {
            Role::Part(part) => {
                group.parts.entry(part).or_insert(setting);
            }
            Role::Type => group.kind = group.kind.or(Some(setting)),
            Role::File => group.file = group.file.or(Some(setting)),
        }
    }
    joined(groups)
}

/// Returns the name that speaks of a datastore: a variable's own, or that of the Secret's key that it
/// is taken from.
fn speaking<'s>(setting: &'s Setting, policies: &Policies) -> Cow<'s, str> {
    let own = Cow::Borrowed(setting.normal.as_str());
    let Value::Secret { key, .. } = &setting.value else { return own };
    if !setting.is_variable || policies.datastore_hinted(&own).is_some() {
        return own;
    }
    let key = normal(key);
    let speaks = policies.datastore_hinted(&key).is_some() && role(&key).is_some();
    if speaks { Cow::Owned(key) } else { own }
}

/// Returns the embedded database that a variable names whose own name says nothing, as in
/// `SHOP_BACKEND: sqlite`.
fn told_a_file<'p>(
    setting: &Setting,
    role: Role,
    policies: &'p Policies,
) -> Option<&'p Ruled<Datastore>> {
    let word = setting.value.readable().filter(|_| role == Role::Type && setting.is_variable)?;
    policies.datastore_of_word(word).filter(|engine| engine.policy.name == "sqlite")
}

/// Puts `DB_DATABASE`, which holds only a name, into `DB`.
fn joined(mut groups: BTreeMap<String, Group<'_>>) -> BTreeMap<String, Group<'_>> {
    let stems: Vec<String> = groups.keys().cloned().collect();
    for stem in stems {
        // `SHOP_DBNAME` ends with a word of its own; beside `SHOP_DBHOST` it is `DB`'s name.
        let glued = if stem.is_empty() { "DB".to_owned() } else { format!("{stem}_DB") };
        let outer = outer(&stem).filter(|outer| groups.contains_key(*outer)).map(str::to_owned);
        let outer = outer.or_else(|| Some(glued).filter(|glued| groups.contains_key(glued)));
        let Some(outer) = outer else { continue };
        let only = |group: &Group<'_>| group.parts.keys().eq([&CredentialRole::Database]);
        if !groups.get(&stem).is_some_and(only) {
            continue;
        }
        let Some(inner) = groups.remove(&stem) else { continue };
        if let Some(group) = groups.get_mut(&outer) {
            for (role, setting) in inner.parts {
                group.parts.entry(role).or_insert(setting);
            }
            group.settings.extend(inner.settings);
        }
    }
    groups
}

/// Returns the stem of which one that names only a database is a part: `SQL` of `SQL_DATABASE`.
fn outer(stem: &str) -> Option<&str> {
    ["_DATABASE", "_DB", "_DBNAME"].iter().find_map(|end| stem.strip_suffix(end))
}

/// Says whether another setting of the stem says where the database is.
fn has_place(app: &App<'_>, stem: &str) -> bool {
    app.settings.list.iter().any(|setting| {
        matches!(
            role(&setting.normal),
            Some((other, Role::Part(CredentialRole::Host | CredentialRole::Url))) if other == stem
        )
    })
}

/// Says whether a setting says no, or nothing.
fn is_off(setting: &Setting) -> bool {
    match &setting.value {
        Value::Plain(text) => {
            let text = text.trim().to_ascii_lowercase();
            text.is_empty() || matches!(text.as_str(), "false" | "none" | "null" | "disabled")
        }
        Value::Secret { .. } => false,
    }
}

/// Reads a setting's value as the address of a datastore.
pub(super) fn address_of(setting: &Setting, policies: &Policies) -> Option<Address> {
    let text = setting.value.readable()?;
    if text.len() > 4096 {
        return None;
    }
    let address = hosts::address(text)?;
    policies.datastore_of_word(&address.scheme).map(|_| address)
}

impl Scene<'_, '_> {
    /// Tells the engine of a group: by the address, by what a setting calls it, by its name, by the
    /// port.
    pub(super) fn engine(&self, group: &Group<'_>, address: Option<&Address>) -> String {
        let by_address =
            address.and_then(|address| self.policies.datastore_of_word(&address.scheme));
        let word = group.kind.and_then(|setting| setting.value.readable());
        let word = word.map(|word| word.rsplit('.').next().unwrap_or(word));
        let by_word = word.and_then(|word| self.policies.datastore_of_word(word));
        let named = || group.named.clone().filter(|name| name != "any");
        let by_port = || {
            let setting = group.parts.get(&CredentialRole::Port)?;
            let port: u16 = setting.value.readable()?.parse().ok()?;
            self.by_port(port)
        };
        let by_host = || {
            let setting = group.parts.get(&CredentialRole::Host)?;
            self.by_port(hosts::host(setting.value.readable()?)?.port?)
        };
        let by_file = || {
            let file = group.file?;
            let text = file.value.readable()?;
            is_file(text).then(|| "sqlite".to_owned()).filter(|_| group.parts.is_empty())
        };
        by_address
            .or(by_word)
            .map(|engine| engine.policy.name.clone())
            .or_else(named)
            .or_else(by_port)
            .or_else(by_host)
            .or_else(by_file)
            .unwrap_or_else(|| "any".to_owned())
    }

    /// Tells the engine of a port; of several builds the one that the others are like.
    fn by_port(&self, port: u16) -> Option<String> {
        let engines = self.policies.datastores.iter().map(|engine| &engine.policy);
        let mut found = engines.filter(|engine| engine.port == Some(port) && engine.like.is_none());
        let first = found.next()?;
        // MariaDB and MySQL share one; nothing tells them apart here.
        Some(first.name.clone())
    }
}

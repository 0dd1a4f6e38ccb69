//! The texts of a release: every scalar of its values, and the files that it mounts.
//!
//! Some applications are told their database in a file of settings rather than by variables. The
//! texts are searched for hosts of services; nothing else of them is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::App;
use super::around::Around;
use super::written::{Is, Written};
use crate::diagnostic::Position;

/// A text with where it stands.
pub(super) struct Text {
    /// What it is called: the path of the values, or the key of a ConfigMap or Secret.
    pub(super) name: String,
    pub(super) path: Vec<String>,
    pub(super) content: String,
    pub(super) at: Position,
    /// Whether its content begins on the line below.
    pub(super) is_block: bool,
    /// The name of a database that stands beside it, with the key that says so.
    pub(super) database: Option<(String, String)>,
}

/// Lists the scalars of a tree.
pub(super) fn all(written: &Written, found: &mut Vec<Text>) {
    walk(written, &mut Vec::new(), None, found);
}

fn walk(
    written: &Written,
    path: &mut Vec<String>,
    database: Option<&(String, String)>,
    found: &mut Vec<Text>,
) {
    match &written.is {
        Is::Map(entries) => {
            // `{url, database}`, and Grafana's `{url, jsonData: {database}}`.
            let beside = ["database", "dbname", "dbName"].iter().find_map(|key| {
                let inner = written.at(&["jsonData", key]).or_else(|| written.get(key))?;
                Some(((*key).to_owned(), inner.text()?.to_owned()))
            });
            for entry in entries {
                path.push(entry.key.clone());
                walk(&entry.value, path, beside.as_ref().or(database), found);
                path.pop();
            }
        }
        Is::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                walk(item, path, None, found);
                path.pop();
            }
        }
        Is::Text(text) => found.push(Text {
            name: path.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join("."),
            path: path.clone(),
            is_block: text.contains('\n'),
            content: text.clone(),
            at: written.at.clone(),
            database: database.cloned(),
        }),
        Is::Null => {}
    }
}

/// Lists the texts of the ConfigMaps and the templates of the Secrets that a release names.
pub(super) fn beside(app: &App<'_>, around: &Around, found: &mut Vec<Text>) {
    // The common library names its own by the key of the values.
    let is_name =
        |text: &&Text| text.content.len() < 254 && !text.content.contains(char::is_whitespace);
    let mut names: BTreeMap<String, Mounted> = BTreeMap::new();
    for text in found.iter().filter(is_name) {
        let mounted = mounted(&app.values, &text.path);
        match names.get_mut(&text.content) {
            Some(known) => known.join(mounted),
            None => _ = names.insert(text.content.clone(), mounted),
        }
    }
    for (name, mounted) in names {
        let name = name.replace("{{ .Release.Name }}", &app.helm_name);
        let all = around.map(app.namespace.as_deref(), &name).unwrap_or_default();
        for held in all.iter().filter(|held| mounted.holds(&held.key)) {
            found.push(Text {
                name: format!("{} of the ConfigMap {name}", held.key),
                path: vec![held.key.clone()],
                content: held.text.clone(),
                at: held.at.clone(),
                is_block: held.is_block,
                database: None,
            });
        }
        let Some(secret) = around.secret(app.namespace.as_deref(), &name) else { continue };
        // A Secret is written for who names it: what it says beside the mounted key is of the same.
        for key in &secret.keys {
            let Some(template) = &key.template else { continue };
            found.push(Text {
                name: format!("{} of the Secret {name}", key.name),
                path: vec![key.name.clone()],
                content: template.clone(),
                at: key.at.clone(),
                is_block: template.contains('\n'),
                database: None,
            });
        }
    }
}

/// Which keys of a ConfigMap a release sees.
enum Mounted {
    All,
    /// Those that it mounts one by one.
    Only(BTreeSet<String>),
}

impl Mounted {
    fn holds(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }

    fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Only(keys), Self::Only(more)) => keys.extend(more),
            _ => *self = Self::All,
        }
    }
}

/// Reads which keys are mounted of what an entry of the values names, `{name, subPath}` or a list
/// of such mounts beside the name.
fn mounted(values: &Written, path: &[String]) -> Mounted {
    let [above @ .., key] = path else { return Mounted::All };
    let keys: Vec<&str> = above.iter().map(String::as_str).collect();
    let entry = values.at(&keys).filter(|entry| key == "name" && entry.get("items").is_none());
    let Some(entry) = entry else { return Mounted::All };
    let listed = |key: &str| entry.get(key).map(Written::items).unwrap_or_default();
    let nested = entry.get("advancedMounts").map(Written::entries).unwrap_or_default();
    let nested = nested.iter().flat_map(|controller| controller.value.entries());
    let mut mounts: Vec<&Written> = nested.flat_map(|container| container.value.items()).collect();
    mounts.extend(listed("globalMounts"));
    if mounts.is_empty() {
        mounts.push(entry);
    }
    let keys = mounts.iter().map(|mount| mount.text_at(&["subPath"]).map(str::to_owned));
    keys.collect::<Option<_>>().map_or(Mounted::All, Mounted::Only)
}

/// Lists the names under which a release is reached, as its ingresses and routes say.
pub(super) fn addresses(values: &Written) -> Vec<String> {
    let mut texts = Vec::new();
    all(values, &mut texts);
    let is_entry = |text: &&Text| {
        let from = |key: &String| {
            let key = key.to_ascii_lowercase();
            key.contains("ingress") || key == "route" || key == "httproute" || key == "routes"
        };
        let named = text.path.iter().rev().find(|key| key.parse::<usize>().is_err());
        let host = named
            .is_some_and(|key| matches!(key.as_str(), "host" | "hosts" | "hostname" | "hostnames"));
        host && text.path.iter().any(from)
    };
    let plain = |name: &String| {
        name.contains('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
    };
    let mut found: Vec<String> =
        texts.iter().filter(is_entry).map(|text| text.content.clone()).filter(plain).collect();
    found.sort();
    found.dedup();
    found
}

//! The ConfigMaps and Secrets that values name.
//!
//! `envFrom`, `existingSecret`, `persistence.config.name`, volumes of all kinds: charts have many
//! keys for the same thing, and all of them say in the key, or in the one above, of which kind the
//! object is.

use super::super::load::Object;
use super::super::pins;
use super::hints::{self, Map};
use crate::diagnostic::Position;
use crate::yaml::{Kind, Node};

/// How deep values are looked through.
const DEPTH: usize = 64;

/// The name of an object in values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) map: Map,
    pub(super) name: String,
    /// Whether all its keys become variables.
    pub(super) all: bool,
    /// Where it is named.
    pub(super) position: Position,
}

/// What the keys above a node say.
#[derive(Clone, Copy)]
struct Above {
    /// The kind that the key above names.
    map: Option<Map>,
    /// Whether a key above takes all keys as variables.
    all: bool,
}

/// Lists the objects that the values below a node name, as written.
pub(super) fn read(object: Object<'_>, root: Node<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut waiting = vec![(root, Above { map: None, all: false }, 0)];
    while let Some((node, above, depth)) = waiting.pop() {
        if depth > DEPTH || node.kind() == Kind::Alias {
            continue;
        }
        let start = waiting.len();
        // `type: configMap` beside a name, as app-template's `persistence` has it.
        let kind = node.get("type").and_then(|kind| hints::names_map(&pins::text(kind)));
        for (key, value) in node.entries() {
            let text = key.value().unwrap_or_default();
            if hints::takes_one(&text) {
                continue;
            }
            let map = hints::names_map(&text);
            let name = matches!(&*text, "name" | "secretName" | "configMapName");
            let named = map.or(if name { above.map.or(kind) } else { None });
            let all = (above.all && (map.is_some() || name)) || hints::takes_all(&text);
            if let Some(map) = named
                && let Some(reference) = reference(object, value, map, all)
            {
                found.push(reference);
            } else {
                waiting.push((value, Above { map, all }, depth + 1));
            }
        }
        for item in node.items() {
            match above.map.and_then(|map| reference(object, item, map, above.all)) {
                Some(reference) => found.push(reference),
                None => waiting.push((item, above, depth + 1)),
            }
        }
        if let Some(children) = waiting.get_mut(start..) {
            children.reverse();
        }
    }
    found
}

/// Reads a scalar that can be the name of an object.
fn reference(object: Object<'_>, node: Node<'_>, map: Map, all: bool) -> Option<Reference> {
    let name = node.value()?.into_owned();
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.${}_:= ".contains(c);
    let plain = name.chars().all(|c| valid(c) || c.is_ascii_alphabetic());
    if name.is_empty() || !plain || matches!(&*name, "true" | "false") {
        return None;
    }
    Some(Reference { map, name, all, position: object.position_of(node) })
}

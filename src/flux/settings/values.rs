//! The names in a tree of values: variables in all shapes, flags, and the paths of the values.
//!
//! An anchored subtree is read where it stands and not again where an alias repeats it. Text in
//! block scalars that is a configuration by its key's name is read as one.

use std::rc::Rc;

use super::super::load::Object;
use super::config;
use super::hints;
use super::model::{SettingKind, Spelled};
use super::page::{Named, Page};
use crate::yaml::Node;

/// How deep values are read; what is deeper is no setting that anybody writes.
const DEPTH: usize = 64;

/// What the keys above a node say about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Nothing.
    Values,
    /// That its entries are variables.
    Variables,
    /// That its items are words of a command line.
    Flags,
}

/// A node that is still to be read.
struct Waiting<'a> {
    node: Node<'a>,
    path: String,
    around: Around,
    depth: usize,
    /// The image of the container that it stands in.
    runs: Option<Rc<str>>,
}

/// Reads the settings of a tree of values, whose root stands below `under` among the values.
pub(super) fn read(page: &mut Page<'_, '_>, object: Object<'_>, root: Node<'_>, under: &str) {
    let last = under.rsplit('.').next().unwrap_or_default();
    let (path, around) = (under.to_owned(), around(last));
    let mut waiting = vec![Waiting { node: root, path, around, depth: 0, runs: None }];
    while let Some(Waiting { node, path, around, depth, runs }) = waiting.pop() {
        // An alias is a second way to what is read where it stands.
        if depth > DEPTH || node.target() != node {
            continue;
        }
        let (start, depth) = (waiting.len(), depth + 1);
        let runs = page.image(node).map(Rc::from).or(runs);
        page.runs = runs.as_deref().map(str::to_owned);
        if node.is_sequence() {
            for (number, node) in node.items().enumerate() {
                if !item(page, object, node, around) {
                    let (path, runs) = (format!("{path}[{number}]"), runs.clone());
                    waiting.push(Waiting { node, path, around, depth, runs });
                }
            }
        } else if node.is_mapping() {
            for (key, node) in node.entries() {
                let Some(name) = key.value() else { continue };
                let path =
                    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                if let Some(around) = entry(page, object, (key, node), &path, around) {
                    let runs = runs.clone();
                    waiting.push(Waiting { node, path, around, depth, runs });
                }
            }
        } else {
            page.mention(object, node);
        }
        if let Some(children) = waiting.get_mut(start..) {
            children.reverse();
        }
    }
    page.runs = None;
}

fn around(key: &str) -> Around {
    if hints::holds_variables(key) {
        Around::Variables
    } else if hints::holds_flags(key) {
        Around::Flags
    } else {
        Around::Values
    }
}

/// Reads an entry; returns what its value is looked at as, `None` where it is done with.
fn entry(
    page: &mut Page<'_, '_>,
    object: Object<'_>,
    (key, value): (Node<'_>, Node<'_>),
    path: &str,
    above: Around,
) -> Option<Around> {
    let text = key.value().unwrap_or_default();
    let in_env = above == Around::Variables && hints::is_variable(&text);
    let is_value = !value.is_sequence() && (!value.is_mapping() || is_source(value));
    let (spelled, whole) = (Spelled::Key, Some(value));
    if is_value && (in_env || hints::is_capital(&text)) {
        let kind = SettingKind::Variable;
        let name = text.into_owned();
        let inner = value.get("value").filter(|_| value.is_mapping());
        let shown = inner.or_else(|| (!value.is_mapping()).then_some(value));
        page.add(Named { object, kind, name, key, spelled, whole, value: shown });
        page.mention(object, inner.unwrap_or(value));
        return None;
    }
    let scalar = (!value.is_mapping() && !value.is_sequence()).then_some(value);
    // What a chart is to put into a Secret is not shown.
    let shown = scalar.filter(|_| !path.split('.').any(|key| key == "stringData"));
    let (kind, name) = (SettingKind::Value, path.to_owned());
    page.add(Named { object, kind, name, key, spelled, whole, value: shown });
    if scalar.is_some() && config::read(page, object, value, &text) {
        return None;
    }
    // `env: {normal: {…}, secret: {…}}` holds variables one step further down.
    Some(if above == Around::Variables { above } else { around(&text) })
}

/// Reads an item of a list; says whether it is done with.
fn item(page: &mut Page<'_, '_>, object: Object<'_>, item: Node<'_>, above: Around) -> bool {
    if above == Around::Flags
        && let Some(text) = item.value()
        && text.starts_with("--")
    {
        let end = text.find(['=', ' ']).unwrap_or(text.len());
        let name = text.get(..end).unwrap_or_default().to_owned();
        let spelled = Spelled::Text { text: text.clone().into_owned(), name: 0..end };
        let (kind, key) = (SettingKind::Flag, item);
        page.add(Named { object, kind, name, key, spelled, whole: Some(item), value: None });
        page.mention(object, item);
        return true;
    }
    let Some(key) = item.get("name").filter(|key| key.parent() == Some(item)) else { return false };
    let Some(name) = key.value() else { return false };
    let (value, from) = (item.get("value"), item.get("valueFrom"));
    let is_one = value.is_some() || from.is_some();
    let in_env = above == Around::Variables && hints::is_variable(&name);
    if !is_one || !(in_env || hints::is_capital(&name)) {
        return false;
    }
    let spelled = Spelled::Text { text: name.to_string(), name: 0..name.len() };
    let (kind, name, whole) = (SettingKind::Variable, name.into_owned(), Some(item));
    page.add(Named { object, kind, name, key, spelled, whole, value });
    if let Some(node) = value {
        page.mention(object, node);
    }
    true
}

/// Says whether a mapping is the value of a variable: it names where the value comes from.
fn is_source(value: Node<'_>) -> bool {
    ["value", "valueFrom", "secretKeyRef", "configMapKeyRef", "fieldRef"]
        .iter()
        .any(|key| value.get(key).is_some())
}

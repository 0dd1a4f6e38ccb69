//! A small tree of values that an edit inserts, and how it is written.

use serde::{Deserialize, Serialize};

use super::super::index::{Kind, Layout, ScalarStyle};
use super::super::spelling;

/// A value to be inserted, by what it means; how it is written is decided by where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, written plain.
    Int(i64),
    /// A text, quoted wherever it would be taken for anything else; a literal block where it has
    /// several lines.
    Text(String),
    /// Keys with values, in this order.
    Mapping(Vec<(String, Value)>),
    /// A list.
    Sequence(Vec<Value>),
}

impl Value {
    /// Makes a mapping.
    pub fn mapping<K: Into<String>, V: Into<Self>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self::Mapping(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }

    /// Makes a list.
    pub fn sequence<V: Into<Self>>(items: impl IntoIterator<Item = V>) -> Self {
        Self::Sequence(items.into_iter().map(Into::into).collect())
    }

    /// Wraps the value into one mapping a key, the first key outermost.
    #[must_use]
    pub fn under<'a>(
        self,
        keys: impl IntoIterator<Item = &'a str, IntoIter: DoubleEndedIterator>,
    ) -> Self {
        keys.into_iter().rev().fold(self, |value, key| Self::mapping([(key, value)]))
    }

    /// Tells how many levels of mappings and lists there are, 1 for a scalar.
    pub(super) fn depth(&self) -> usize {
        let mut deepest = 1;
        let mut pending = vec![(self, 1)];
        while let Some((value, depth)) = pending.pop() {
            deepest = deepest.max(depth);
            match value {
                Self::Mapping(entries) => {
                    pending.extend(entries.iter().map(|(_, value)| (value, depth + 1)));
                }
                Self::Sequence(items) => pending.extend(items.iter().map(|v| (v, depth + 1))),
                _ => {}
            }
        }
        deepest
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// How a file writes what has no model beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hand {
    /// Spaces a mapping's key is indented by under its parent's.
    pub(super) step: usize,
    /// Spaces a list's dash is indented by under its key.
    pub(super) dash: usize,
    /// Whether keys and texts are in double quotes, as in JSON.
    pub(super) json: bool,
}

/// The deepest tree that is written; what a person would nest by hand is far below it.
pub(super) const MAX_DEPTH: usize = 64;

/// Writes an entry of a block mapping at a column, one line after the other, without breaks.
pub(super) fn entry_lines(key: &str, value: &Value, column: usize, hand: Hand) -> Vec<String> {
    let head = format!("{}{}:", spaces(column), key_source(key, hand, false));
    match value {
        Value::Mapping(entries) if !entries.is_empty() => {
            let inner = entries
                .iter()
                .flat_map(|(key, value)| entry_lines(key, value, column + hand.step, hand));
            [head].into_iter().chain(inner).collect()
        }
        Value::Sequence(items) if !items.is_empty() => {
            let inner = items.iter().flat_map(|item| item_lines(item, column + hand.dash, hand));
            [head].into_iter().chain(inner).collect()
        }
        scalar => scalar_lines(&head, scalar, column + hand.step, hand),
    }
}

/// Writes an item of a block list at a column.
pub(super) fn item_lines(value: &Value, column: usize, hand: Hand) -> Vec<String> {
    let inner: Vec<String> = match value {
        Value::Mapping(entries) if !entries.is_empty() => {
            entries.iter().flat_map(|(k, v)| entry_lines(k, v, column + 2, hand)).collect()
        }
        Value::Sequence(items) if !items.is_empty() => {
            items.iter().flat_map(|item| item_lines(item, column + 2, hand)).collect()
        }
        scalar => {
            return scalar_lines(&format!("{}-", spaces(column)), scalar, column + 2, hand);
        }
    };
    let dash = format!("{}- ", spaces(column));
    let mut lines = inner.into_iter();
    let first = lines.next().map(|line| format!("{dash}{}", line.trim_start_matches(' ')));
    first.into_iter().chain(lines).collect()
}

/// Writes a scalar, or an empty collection, behind its key or dash.
fn scalar_lines(head: &str, value: &Value, column: usize, hand: Hand) -> Vec<String> {
    if let Value::Text(text) = value
        && text_style(text, hand, false, true) == ScalarStyle::Literal
    {
        let chomping = match text.len() - text.trim_end_matches('\n').len() {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let body = text.strip_suffix('\n').unwrap_or(text).split('\n').map(|line| {
            if line.is_empty() { String::new() } else { format!("{}{line}", spaces(column)) }
        });
        return [format!("{head} |{chomping}")].into_iter().chain(body).collect();
    }
    vec![format!("{head} {}", flow_source(value, hand, false))]
}

/// Writes a value in one line.
pub(super) fn flow_source(value: &Value, hand: Hand, in_flow: bool) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => match text_style(text, hand, in_flow, false) {
            ScalarStyle::Plain => text.clone(),
            _ => spelling::double_quoted(text),
        },
        Value::Mapping(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| flow_entry(key, value, hand)).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| flow_source(item, hand, true)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// Writes an entry of a flow mapping.
pub(super) fn flow_entry(key: &str, value: &Value, hand: Hand) -> String {
    format!("{}: {}", key_source(key, hand, true), flow_source(value, hand, true))
}

/// Writes a key.
pub(super) fn key_source(key: &str, hand: Hand, in_flow: bool) -> String {
    match text_style(key, hand, in_flow, false) {
        ScalarStyle::Plain => key.to_owned(),
        _ => spelling::double_quoted(key),
    }
}

fn text_style(text: &str, hand: Hand, in_flow: bool, lines: bool) -> ScalarStyle {
    let literal = text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control());
    match text {
        _ if hand.json => ScalarStyle::DoubleQuoted,
        text if spelling::reads_as_text(text, in_flow) => ScalarStyle::Plain,
        _ if lines && literal => ScalarStyle::Literal,
        _ => ScalarStyle::DoubleQuoted,
    }
}

/// One node that a value is written as, for the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// How deep it stands below the value's own place.
    pub(super) depth: u32,
    pub(super) kind: Kind,
    /// A scalar's text.
    pub(super) value: Option<String>,
}

/// Lists the nodes that an entry (or an item, without a key) is written as, in document order.
pub(super) fn written(key: Option<&str>, value: &Value, hand: Hand, flow: bool) -> Vec<Written> {
    let key_node = |key: &str, depth| Written {
        depth,
        kind: Kind::Scalar(text_style(key, hand, flow, false)),
        value: Some(key.to_owned()),
    };
    let scalar = |style, text: String| (Kind::Scalar(style), Some(text));
    let layout = |empty: bool| if flow || empty { Layout::Flow } else { Layout::Block };
    let mut nodes: Vec<_> = key.map(|key| key_node(key, 0)).into_iter().collect();
    // What is still to be listed, last first.
    let mut pending = vec![(None, value, 0)];
    while let Some((key, value, depth)) = pending.pop() {
        nodes.extend(key.map(|key: &String| key_node(key, depth)));
        let (kind, text) = match value {
            Value::Null => scalar(ScalarStyle::Plain, "null".to_owned()),
            Value::Bool(truth) => scalar(ScalarStyle::Plain, truth.to_string()),
            Value::Int(number) => scalar(ScalarStyle::Plain, number.to_string()),
            Value::Text(text) => scalar(text_style(text, hand, flow, !flow), text.clone()),
            Value::Mapping(entries) => {
                let inner = entries.iter().rev().map(|(k, v)| (Some(k), v, depth + 1));
                pending.extend(inner);
                (Kind::Mapping(layout(entries.is_empty())), None)
            }
            Value::Sequence(items) => {
                pending.extend(items.iter().rev().map(|item| (None, item, depth + 1)));
                (Kind::Sequence(layout(items.is_empty())), None)
            }
        };
        nodes.push(Written { depth, kind, value: text });
    }
    nodes
}

/// Makes an indentation.
pub(super) fn spaces(count: usize) -> String {
    " ".repeat(count)
}

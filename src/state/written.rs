//! A tree of what is written, with variables filled in and every part's position kept.
//!
//! The values of a release come from several layers, and aliases and variables stand in the way of
//! reading them. Here they are one plain tree: later layers win key by key as Helm merges them, a
//! `null` takes a key away. Texts are as Flux would fill them in; a variable that nothing defines
//! keeps its `${…}`. A budget of nodes keeps alias bombs harmless.

use crate::diagnostic::Position;
use crate::yaml::{Kind, Node};

/// The most nodes of one tree; the largest real values have some thousands.
const NODES: usize = 60_000;

/// A part of what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) at: Position,
    pub(super) is: Is,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Is {
    Null,
    Text(String),
    List(Vec<Written>),
    Map(Vec<Entry>),
}

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: Position,
    pub(super) value: Written,
}

/// How a node's text is filled in, and where it stands.
pub(super) struct Reader<'r> {
    pub(super) expand: &'r dyn Fn(&str) -> String,
    pub(super) position: &'r dyn Fn(Node<'_>) -> Position,
}

impl Reader<'_> {
    /// Reads a node and all below it.
    pub(super) fn read(&self, node: Node<'_>) -> Written {
        let mut left = NODES;
        self.node(node, 0, &mut left)
    }

    fn node(&self, node: Node<'_>, depth: usize, left: &mut usize) -> Written {
        // An alias is read at its own place, which is where a reader looks.
        let at = (self.position)(node);
        let target = node.target();
        *left = left.saturating_sub(1);
        // Deeper than this no chart's values go, and the stack is not endless.
        if *left == 0 || depth > 100 {
            return Written { at, is: Is::Null };
        }
        let is = match target.kind() {
            Kind::Mapping(_) => {
                let entry = |(key, value): (Node<'_>, Node<'_>)| {
                    let name = (self.expand)(&key.value()?);
                    let value = self.node(value, depth + 1, left);
                    Some(Entry { key: name, at: (self.position)(key), value })
                };
                Is::Map(target.merged().into_iter().filter_map(entry).collect())
            }
            Kind::Sequence(_) => {
                Is::List(target.items().map(|item| self.node(item, depth + 1, left)).collect())
            }
            Kind::Scalar(_) if target.is_null() => Is::Null,
            Kind::Scalar(_) | Kind::Alias => match target.value() {
                Some(text) => Is::Text((self.expand)(&text)),
                None => Is::Null,
            },
        };
        Written { at, is }
    }
}

impl Written {
    /// An empty mapping.
    pub(super) fn empty(at: Position) -> Self {
        Self { at, is: Is::Map(Vec::new()) }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Written> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Returns what stands at a path of keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<&Written> {
        keys.iter().try_fold(self, |written, key| written.get(key))
    }

    /// Returns the text of a scalar that is not empty.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.is {
            Is::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Returns the text at a path of keys.
    pub(super) fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys).and_then(Self::text)
    }

    /// Lists the keys of a mapping.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.is {
            Is::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Lists the items of a list.
    pub(super) fn items(&self) -> &[Written] {
        match &self.is {
            Is::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.is, Is::Map(_))
    }

    /// Lays another tree over this one, as Helm merges values.
    pub(super) fn lay(&mut self, over: Written) {
        let (Is::Map(own), true) = (&mut self.is, over.is_map()) else {
            *self = over;
            return;
        };
        let Is::Map(entries) = over.is else { return };
        for entry in entries {
            match own.iter().position(|known| known.key == entry.key) {
                Some(at) if entry.value.is == Is::Null => {
                    own.remove(at);
                }
                Some(at) => {
                    if let Some(known) = own.get_mut(at) {
                        known.value.lay(entry.value);
                    }
                }
                None => own.push(entry),
            }
        }
    }

    /// Puts this tree under a path of keys.
    pub(super) fn under(self, path: &[String]) -> Self {
        path.iter().rev().fold(self, |value, key| {
            let at = value.at.clone();
            let entry = Entry { key: key.clone(), at: at.clone(), value };
            Written { at, is: Is::Map(vec![entry]) }
        })
    }
}

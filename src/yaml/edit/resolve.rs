//! Resolves edits one by one against the stream, and keeps what they change.

use super::super::index::Kind;
use super::super::node::Node;
use super::super::path::{Path, Spot, Step};
use super::entries::{Entries, before_break};
use super::locate::{locate, locate_deepest, refuse_alias};
use super::plan::{Addition, Changes, Content, Plan, Removal, Respelling};
use super::value::{MAX_DEPTH, Value};
use super::{Edit, EditError, Place, scalars};

impl<'a> Plan<'a> {
    pub(super) fn resolve(&mut self, number: usize, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::Replace { at, before, after } => {
                let node = self.scalar(at, before)?;
                let respelling = scalars::replace(node, number, after)?;
                self.respell_all(node, respelling)
            }
            Edit::Set { at, before, value } => {
                let node = self.scalar(at, before)?;
                let respelling = scalars::set(node, number, value)?;
                self.respell_all(node, respelling)
            }
            Edit::Respell { at, key, before, after } => {
                let value = locate(self.stream, at)?;
                let node = if *key { key_of(value)? } else { value };
                refuse_alias(node, at)?;
                let respelling = scalars::respell(node, number, *key, before, after)?;
                self.respell_all(node, respelling)
            }
            Edit::RenameKey { at, to } => {
                let key = key_of(locate(self.stream, at)?)?;
                let (style, source) = scalars::rename(key, to)?;
                let respelling = Respelling {
                    edit: number,
                    key: true,
                    open_end: false,
                    note: None,
                    inner: None,
                    value: to.clone(),
                    style,
                    source,
                };
                self.respell_all(key, Some(respelling))
            }
            Edit::Insert { into, key, value, place } => {
                self.insert(number, into, key.as_deref(), value, place)
            }
            Edit::Remove { at, before, leave } => {
                let node = locate(self.stream, at)?;
                let (changes, index) = self.entry(node)?;
                let exact = before.as_deref().map(|text| occurrence(&changes.entries, index, text));
                let (first, last, exact) = match exact {
                    None => (index, index, None),
                    Some(found) => found.map(|(f, l, range)| (f, l, Some(range)))?,
                };
                let leave = leave.clone();
                changes.removals.push(Removal { edit: number, first, last, exact, leave });
                Ok(())
            }
            Edit::Move { from, into, key, place } => {
                self.transfer(number, from, into, key.as_deref(), place)
            }
            Edit::Restore { into, slot, text, instead_of } => {
                let node = locate(self.stream, into)?;
                refuse_alias(node, into)?;
                let changes = self.changes(node);
                let gap = match &slot.after {
                    None => 0,
                    Some(step) => 1 + slot_position(&changes.entries, step)?,
                };
                let (text, instead_of) = (text.clone(), instead_of.clone());
                let slot = slot.clone();
                let content = Content::Verbatim { slot, text, instead_of };
                let leave = None;
                changes.additions.push(Addition {
                    edit: number,
                    gap,
                    behind: true,
                    content,
                    leave,
                });
                Ok(())
            }
        }
    }

    /// Finds a scalar and checks its text.
    fn scalar(&self, at: &Spot, before: &str) -> Result<Node<'a>, EditError> {
        let node = locate(self.stream, at)?;
        refuse_alias(node, at)?;
        let found = node
            .value()
            .ok_or_else(|| EditError::unsupported(node, "it is a collection and not a scalar"))?;
        if found != before {
            return Err(EditError::Changed {
                spot: at.clone(),
                line: node.line(),
                expected: before.to_owned(),
                found: found.into_owned(),
            });
        }
        Ok(node)
    }

    fn respell_all(
        &mut self,
        node: Node<'a>,
        respelling: Option<Respelling>,
    ) -> Result<(), EditError> {
        let Some(respelling) = respelling else { return Ok(()) };
        let splice = scalars::splice(node, &respelling);
        self.respell(node, respelling, vec![splice])
    }

    fn insert(
        &mut self,
        number: usize,
        into: &Spot,
        key: Option<&str>,
        value: &Value,
        place: &Place,
    ) -> Result<(), EditError> {
        let (node, missing) = locate_deepest(self.stream, into)?;
        refuse_alias(node, into)?;
        let unsupported = |what: &str| Err(EditError::unsupported(node, what));
        if value.depth() + missing.len() > MAX_DEPTH {
            return unsupported("the value is nested too deeply");
        }
        // The mappings that are missing are made with the value, behind all other entries.
        let (mut key, mut value, mut place) = (key.map(str::to_owned), value.clone(), place);
        for step in missing.iter().rev() {
            let Step::Key(name) = step else {
                return unsupported("only missing mappings are made, no missing list items");
            };
            value = match key {
                Some(key) => Value::mapping([(key, value)]),
                None => Value::sequence([value]),
            };
            (key, place) = (Some(name.clone()), &Place::Last);
        }
        let fits = match (node.kind(), &key) {
            (Kind::Mapping(_), Some(_)) | (Kind::Sequence(_), None) => true,
            _ => node.is_null(),
        };
        if !fits {
            return unsupported(match key {
                Some(_) => "a key goes into a mapping",
                None => "an item goes into a list",
            });
        }
        if let Some(key) = &key {
            refuse_existing(node, key)?;
        }
        let changes = self.changes(node);
        if let (Some(key), Some(rest)) = (&key, changes.added(key.as_deref())) {
            let spot = node.spot().join(Step::Key(key.clone()));
            return merge(rest, value, spot, node.line());
        }
        let (mut gap, mut behind) = changes.gap(place)?;
        if gap > 0 && behind && *place == Place::Last && changes.entries.ends_in_open_text() {
            (gap, behind) = (gap - 1, false);
        }
        let content = Content::New { key, value };
        changes.additions.push(Addition { edit: number, gap, behind, content, leave: None });
        Ok(())
    }

    fn transfer(
        &mut self,
        number: usize,
        from: &Spot,
        into: &Spot,
        key: Option<&str>,
        place: &Place,
    ) -> Result<(), EditError> {
        let node = locate(self.stream, from)?;
        let (target, missing) = locate_deepest(self.stream, into)?;
        refuse_alias(target, into)?;
        let key_of = |step: &Step| match step {
            Step::Key(name) => Some(name.clone()),
            _ => None,
        };
        // The mappings that are missing are made around the entry, behind all others.
        let under: Option<Vec<String>> = missing.iter().map(key_of).collect();
        let Some(under) = under.filter(|under| under.len() < MAX_DEPTH) else {
            let what = "only missing mappings are made, no missing list items";
            return Err(EditError::unsupported(target, what));
        };
        let place = if under.is_empty() { place } else { &Place::Last };
        if (node.id()..node.row().after).contains(&target.id()) {
            return Err(EditError::unsupported(node, "an entry does not move into itself"));
        }
        let (changes, index) = self.entry(node)?;
        let source = changes.entries.clone();
        let of_mapping = source.mapping;
        changes.removals.push(Removal {
            edit: number,
            first: index,
            last: index,
            exact: None,
            leave: None,
        });
        let fits = if of_mapping { target.is_mapping() } else { target.is_sequence() };
        if !fits && !target.is_null() {
            return Err(EditError::unsupported(target, "an entry only moves to its own kind"));
        }
        if (key.is_some() || !under.is_empty()) && !of_mapping {
            return Err(EditError::unsupported(node, "an item has no key"));
        }
        let old = source.list.get(index).and_then(|entry| entry.key);
        let new_key = key.map(str::to_owned).or_else(|| Some(old?.value()?.into_owned()));
        let stays = !under.is_empty() || (source.node == target && key.is_none());
        if let Some(key) = new_key.filter(|_| !stays) {
            refuse_existing(target, &key)?;
        }
        let changes = self.changes(target);
        let (gap, behind) = changes.gap(place)?;
        let key = key.map(str::to_owned);
        let content = Content::Moved { from: source, index, key, under };
        changes.additions.push(Addition { edit: number, gap, behind, content, leave: None });
        Ok(())
    }

    /// Returns the changes of the collection that holds a node, and the node's place in it.
    fn entry(&mut self, node: Node<'a>) -> Result<(&mut Changes<'a>, usize), EditError> {
        let Some(parent) = node.parent() else {
            return Err(EditError::unsupported(node, "a document's root has no place to leave"));
        };
        let changes = self.changes(parent);
        let index = changes.entries.list.iter().position(|entry| entry.value == node);
        match index {
            Some(index) => Ok((changes, index)),
            None => Err(EditError::unsupported(node, "it is no entry")),
        }
    }
}

impl Changes<'_> {
    /// Finds the gap between the entries that a place names, and the side of it.
    fn gap(&self, place: &Place) -> Result<(usize, bool), EditError> {
        let count = self.entries.list.len();
        Ok(match place {
            Place::First => (0, false),
            Place::Last => (count, true),
            Place::Before(step) => (position(&self.entries, step)?, false),
            Place::After(step) => (position(&self.entries, step)? + 1, true),
        })
    }

    /// Returns the new value that another edit of the set gives this key.
    fn added(&mut self, key: Option<&str>) -> Option<&mut Value> {
        self.additions.iter_mut().find_map(|addition| match &mut addition.content {
            Content::New { key: other, value } if other.as_deref() == key => Some(value),
            _ => None,
        })
    }
}

fn key_of(value: Node<'_>) -> Result<Node<'_>, EditError> {
    let pair = value.parent().and_then(|parent| parent.pairs().find(|(_, v)| *v == value));
    match pair {
        Some((key, _)) => Ok(key),
        None => Err(EditError::unsupported(value, "it has no key")),
    }
}

fn refuse_existing(node: Node<'_>, key: &str) -> Result<(), EditError> {
    let same = |k: Node<'_>| k.value().is_some_and(|text| text == key);
    match node.pairs().find(|(k, _)| same(*k)) {
        Some((found, _)) => Err(EditError::Exists { spot: found.spot(), line: found.line() }),
        None => Ok(()),
    }
}

/// Finds an entry among others, strictly.
fn position(entries: &Entries<'_>, step: &Step) -> Result<usize, EditError> {
    let spot = Spot::new(entries.node.document(), Path::default());
    let spot = Spot { path: entries.node.path(), ..spot };
    let node = locate(entries.node.stream(), &spot.join(step.clone()))?;
    let found = entries.list.iter().position(|entry| entry.value == node);
    found.ok_or_else(|| EditError::unsupported(entries.node, format!("`{step}` is no entry")))
}

/// Finds an entry as a slot names it: by its key, or by its number where the key is not its own.
fn slot_position(entries: &Entries<'_>, step: &Step) -> Result<usize, EditError> {
    match step {
        Step::Item(index) if *index < entries.list.len() => Ok(*index),
        other => position(entries, other),
    }
}

/// Finds the exact text that holds an entry: the entries in it, and where it stands.
fn occurrence(
    entries: &Entries<'_>,
    index: usize,
    wanted: &str,
) -> Result<(usize, usize, (usize, usize)), EditError> {
    let text = entries.text();
    let entry = entries.list.get(index);
    let found = entry.and_then(|entry| {
        // Text is taken out without the break behind a block scalar where the file goes on so.
        let own = text.get(entry.start..before_break(text, entry.end))?;
        wanted.match_indices(own).find_map(|(lead, _)| {
            let start = entry.start.checked_sub(lead)?;
            let end = start + wanted.len();
            (text.get(start..end)? == wanted).then_some((start, end))
        })
    });
    let Some((start, end)) = found else {
        let source = entry.and_then(|entry| text.get(entry.start..entry.end));
        return Err(EditError::Changed {
            spot: entry.map_or_else(|| entries.node.spot(), |entry| entry.value.spot()),
            line: entry.map_or_else(|| entries.node.line(), |entry| entry.value.line()),
            expected: wanted.trim().to_owned(),
            found: source.unwrap_or_default().to_owned(),
        });
    };
    let inside = |i: &usize| {
        let entry = entries.list.get(*i);
        entry.is_some_and(|e| e.start >= start && before_break(text, e.end) <= end)
    };
    let first = (0..=index).rev().take_while(inside).last().unwrap_or(index);
    let last = (index..entries.list.len()).take_while(inside).last().unwrap_or(index);
    Ok((first, last, (start, end)))
}

/// Puts a value into one that another edit of the same set inserts; both are at most
/// [`MAX_DEPTH`] deep.
fn merge(into: &mut Value, value: Value, spot: Spot, line: u32) -> Result<(), EditError> {
    let (Value::Mapping(old), Value::Mapping(new)) = (into, value) else {
        return Err(EditError::Exists { spot, line });
    };
    for (key, value) in new {
        match old.iter_mut().find(|(other, _)| *other == key) {
            Some((_, known)) => merge(known, value, spot.join(Step::Key(key)), line)?,
            None => old.push((key, value)),
        }
    }
    Ok(())
}

//! What a set of edits changes, gathered by node.
//!
//! Edits are resolved against the stream one by one, and what they change is kept with the scalar
//! or the collection that is changed. A collection's removals and additions are turned into
//! splices together, since what one leaves depends on the others.

use std::collections::BTreeMap;

use super::super::index::{Id, Kind, Layout, NONE, ScalarStyle};
use super::super::node::Node;
use super::super::stream::Stream;
use super::entries::{Entries, Entry, introducer};
use super::locate::{locate, refuse_alias};
use super::proof::Proved;
use super::splice::Splice;
use super::value::Value;
use super::{Edit, EditError, Edited, Note, Slot, block, embedded, flow};

/// Everything that a set of edits changes.
pub(super) struct Plan<'a> {
    pub(super) stream: &'a Stream,
    pub(super) scalars: BTreeMap<Id, Respelling>,
    pub(super) collections: BTreeMap<Id, Changes<'a>>,
    pub(super) splices: Vec<Splice>,
}

/// A scalar, or a key, that is written anew.
#[derive(Debug, Clone)]
pub(super) struct Respelling {
    pub(super) edit: usize,
    /// Whether it is a key; then it is undone as one.
    pub(super) key: bool,
    pub(super) style: ScalarStyle,
    /// The new text, decoded.
    pub(super) value: String,
    /// The new source.
    pub(super) source: String,
    /// Whether the line breaks at the end of the value depend on what comes behind it: a block
    /// scalar that is spelled out may be the last thing in the text, or no longer be.
    pub(super) open_end: bool,
    /// Why the style is another one.
    pub(super) note: Option<String>,
    /// What came of the edits inside it, if it is written anew by those.
    pub(super) inner: Option<Edited>,
}

/// A collection that loses or gains entries; or a null that becomes one.
pub(super) struct Changes<'a> {
    pub(super) entries: Entries<'a>,
    pub(super) removals: Vec<Removal>,
    pub(super) additions: Vec<Addition<'a>>,
    /// What the collection is afterwards, where that is not what it was.
    pub(super) becomes: Option<Becomes>,
}

/// What kind of node a collection becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Becomes {
    Kind(Kind),
    /// A scalar that was left in its place.
    Scalar(ScalarStyle, String),
    /// Some collection: the one that a restored text makes.
    Collection(Layout),
}

/// A run of entries that go.
#[derive(Debug, Clone)]
pub(super) struct Removal {
    pub(super) edit: usize,
    pub(super) first: usize,
    pub(super) last: usize,
    /// The bytes that go, where the edit says so.
    pub(super) exact: Option<(usize, usize)>,
    pub(super) leave: Option<String>,
}

/// Something that comes into a collection.
pub(super) struct Addition<'a> {
    pub(super) edit: usize,
    /// How many of the old entries stand before it.
    pub(super) gap: usize,
    /// Whether it stands close to the entry before it rather than to the one behind.
    pub(super) behind: bool,
    pub(super) content: Content<'a>,
    /// What it takes the place of, for its inverse to leave.
    pub(super) leave: Option<String>,
}

/// What comes into a collection.
pub(super) enum Content<'a> {
    New {
        key: Option<String>,
        value: Value,
    },
    /// An entry of another collection; `under` are the keys of mappings that are made around it.
    Moved {
        from: Entries<'a>,
        index: usize,
        key: Option<String>,
        under: Vec<String>,
    },
    Verbatim {
        slot: Slot,
        text: String,
        instead_of: Option<String>,
    },
}

/// Resolves a set of edits; `depth` counts the block scalars around the stream.
pub(super) fn plan<'a>(
    stream: &'a Stream,
    edits: &[Edit],
    depth: usize,
) -> Result<Plan<'a>, EditError> {
    let mut plan = Plan {
        stream,
        scalars: BTreeMap::new(),
        collections: BTreeMap::new(),
        splices: Vec::new(),
    };
    let mut inside: BTreeMap<Id, Vec<(usize, Edit)>> = BTreeMap::new();
    for (number, edit) in edits.iter().enumerate() {
        match embedded::split(edit) {
            Some((outer, inner)) => {
                let node = locate(stream, &outer)?;
                refuse_alias(node, &outer)?;
                inside.entry(node.id()).or_default().push((number, inner));
            }
            None => plan.resolve(number, edit)?,
        }
    }
    for (id, edits) in inside {
        let (respelling, splices) = embedded::respell(Node::new(stream, id), &edits, depth)?;
        plan.respell(Node::new(stream, id), respelling, splices)?;
    }
    plan.refuse_used_anchors()?;
    let mut splices = Vec::new();
    for changes in plan.collections.values_mut() {
        splices.extend(if changes.entries.flow || in_flow(changes.entries.node) {
            flow::splices(changes)?
        } else {
            block::splices(changes)?
        });
    }
    plan.splices.extend(splices);
    Ok(plan)
}

/// Tells whether a node stands inside a flow collection.
pub(super) fn in_flow(node: Node<'_>) -> bool {
    let layout = node.parent().map(|parent| parent.kind());
    matches!(layout, Some(Kind::Mapping(Layout::Flow) | Kind::Sequence(Layout::Flow)))
}

impl<'a> Plan<'a> {
    /// Returns the changes of a collection, which may be none so far.
    pub(super) fn changes(&mut self, node: Node<'a>) -> &mut Changes<'a> {
        self.collections.entry(node.id()).or_insert_with(|| Changes {
            entries: Entries::of(node),
            removals: Vec::new(),
            additions: Vec::new(),
            becomes: None,
        })
    }

    pub(super) fn respell(
        &mut self,
        node: Node<'a>,
        respelling: Respelling,
        splices: Vec<Splice>,
    ) -> Result<(), EditError> {
        let spot = node.spot().to_string();
        if self.scalars.insert(node.id(), respelling).is_some() {
            let (line, first, second) = (node.line(), spot.clone(), spot);
            return Err(EditError::Overlap { line, first, second });
        }
        self.splices.extend(splices);
        Ok(())
    }

    /// Refuses to take out a node that an alias elsewhere stands for.
    ///
    /// A node that moves may still stand before its aliases; the proof will tell.
    fn refuse_used_anchors(&self) -> Result<(), EditError> {
        let mut gone = Vec::new();
        let additions = || self.collections.values().flat_map(|changes| &changes.additions);
        for changes in self.collections.values() {
            let removed = changes.removals.iter().flat_map(|removal| removal.first..=removal.last);
            for index in removed {
                let moves = additions().any(|addition| {
                    matches!(&addition.content, Content::Moved { from, index: moved, .. }
                        if from.node == changes.entries.node && *moved == index)
                });
                gone.extend(changes.entries.list.get(index).filter(|_| !moves).map(Entry::rows));
            }
        }
        let is_gone = |id: Id| gone.iter().any(|&(first, after)| (first..after).contains(&id));
        let anchored = self.stream.index().properties.iter().filter(|p| p.anchor.is_some());
        if gone.is_empty() || !anchored.clone().any(|properties| is_gone(properties.node)) {
            return Ok(());
        }
        for (id, row) in self.stream.index().rows.iter().enumerate() {
            let id = Id::try_from(id).unwrap_or(NONE);
            if row.kind == Kind::Alias && is_gone(row.detail) && !is_gone(id) {
                let alias = Node::new(self.stream, id);
                let target = alias.target();
                return Err(EditError::InUse {
                    spot: target.spot(),
                    line: target.line(),
                    alias: alias.source().to_owned(),
                    alias_line: alias.line(),
                });
            }
        }
        Ok(())
    }

    /// Returns the notes of all edits, with their spots in the new text.
    pub(super) fn notes(&self, after: &Stream, proved: &Proved) -> Vec<Note> {
        let mut notes = Vec::new();
        for (id, respelling) in &self.scalars {
            let Some(new) = proved.counterpart(*id) else { continue };
            let spot = Node::new(after, new).spot();
            notes.extend(respelling.inner.iter().flat_map(|inner| &inner.notes).map(|note| Note {
                spot: embedded::inside(&spot, &note.spot),
                message: note.message.clone(),
            }));
            notes.extend(respelling.note.clone().map(|message| Note { spot, message }));
        }
        notes
    }
}

impl Changes<'_> {
    /// Tells whether an entry goes.
    pub(super) fn removes(&self, index: usize) -> bool {
        self.removals.iter().any(|removal| (removal.first..=removal.last).contains(&index))
    }

    /// Tells whether no entry is left, and none comes.
    pub(super) fn empties(&self) -> bool {
        let count = self.entries.list.len();
        count > 0 && self.additions.is_empty() && (0..count).all(|index| self.removes(index))
    }

    /// Returns what is to be left where no entry is left.
    pub(super) fn leave(&self) -> Option<&str> {
        self.removals.iter().find_map(|removal| removal.leave.as_deref())
    }
}

/// Returns the text that a value takes up behind what introduces it: blanks, and the value.
pub(super) fn stands_for(node: Node<'_>) -> (usize, usize) {
    (introducer(node), node.row().end as usize)
}

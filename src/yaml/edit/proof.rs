//! The proof of an edit: the new tree against the old one.
//!
//! From the old tree and the plan follows a list of what must stand in the new text, node by node
//! and comment by comment; the new text, read on its own, gives another. The two must be the same:
//! kind, style, value, anchor, tag, depth and order of every node, the node that each alias means,
//! and every comment between the same neighbours. What a restored text holds is known from the
//! text alone, so there the proof is that it makes whole entries of the collection that it was
//! meant for, and nothing else.

use std::collections::{BTreeMap, HashSet};

use super::super::index::{Id, NONE};
use super::super::node::Node;
use super::super::stream::Stream;
use super::EditError;
use super::entries::line_of;
use super::events::{Event, Found, actual, collections_first, named};
use super::expect::{Expected, expected};
use super::plan::Plan;
use super::splice::Spliced;

/// What the proof found out about the new tree.
pub(super) struct Proved {
    /// For each old row the new one, [`NONE`] where it is gone.
    counterparts: Vec<Id>,
    /// The new values and items, by collection and edit, that each addition made.
    added: BTreeMap<(Id, usize), Vec<Id>>,
}

impl Proved {
    /// Returns the new row of an old one.
    pub(super) fn counterpart(&self, old: Id) -> Option<Id> {
        self.counterparts.get(old as usize).copied().filter(|&new| new != NONE)
    }

    /// Returns the first node that an edit added to a collection.
    pub(super) fn added(&self, collection: Id, edit: usize) -> Option<Id> {
        self.added.get(&(collection, edit))?.first().copied()
    }
}

/// Compares what should be with what is.
pub(super) fn prove(
    plan: &Plan<'_>,
    spliced: &Spliced,
    after: &Stream,
) -> Result<Proved, EditError> {
    if !spliced.keeps_the_rest_of(plan.stream.text()) {
        return Err(unproved(after, 0, "the text around the edit is not the same"));
    }
    let mut proved =
        Proved { counterparts: vec![NONE; plan.stream.index().rows.len()], added: BTreeMap::new() };
    let expected = expected(plan, spliced)?;
    let restored: Vec<(usize, u32)> = expected.iter().flat_map(Expected::edges).collect();
    let expected = collections_first(expected, Expected::order, |_, _| None);
    let actual = collections_first(
        actual(after),
        |event| event.order(after),
        |a, b| restored.iter().find(|(at, _)| a.at < *at && *at <= b.at).map(|(_, depth)| *depth),
    );
    let mut actual = actual.into_iter().peekable();
    for event in expected {
        match event {
            Expected::Verbatim { start, end, depth, collection, edit } => {
                let mut ids = Vec::new();
                while let Some(found) =
                    actual.next_if(|a| a.at < end || a.at == end && closes(after, a, depth, &ids))
                {
                    let shallow = matches!(found.what, Found::Node { depth: d, .. } if d < depth);
                    if found.at < start || shallow {
                        let what = "the restored text reaches out of its collection";
                        return Err(unproved(after, found.at, what));
                    }
                    if let Found::Node { id, depth: d } = found.what
                        && d == depth
                    {
                        ids.push(id);
                    }
                }
                let mapping = ids.first().and_then(|&id| Node::new(after, id).parent());
                if ids.is_empty() || mapping.is_some_and(|m| m.is_mapping()) && ids.len() % 2 == 1 {
                    return Err(unproved(after, start, "the restored text is no whole entry"));
                }
                proved.added.insert((collection, edit), ids);
            }
            Expected::Comment { text, trailing } => match actual.next() {
                Some(Event { what: Found::Comment { text: t, trailing: r }, .. })
                    if t == text && r == trailing => {}
                other => {
                    return Err(differs(after, other.as_ref(), &format!("the comment `{text}`")));
                }
            },
            Expected::Node(node) => {
                let found = actual.next();
                let Some(Event { what: Found::Node { id, depth }, .. }) = found else {
                    return Err(differs(after, found.as_ref(), &node.named()));
                };
                let new = Node::new(after, id);
                if depth != node.depth || !node.is(new, &proved) {
                    return Err(differs(after, found.as_ref(), &node.named()));
                }
                if let Some(old) =
                    node.old.and_then(|old| proved.counterparts.get_mut(old as usize))
                {
                    *old = id;
                }
                if let Some((collection, edit)) = node.added {
                    proved.added.entry((collection, edit)).or_default().push(id);
                }
            }
        }
    }
    match actual.next() {
        None => refuse_doubles(plan, after, &proved).map(|()| proved),
        extra => Err(differs(after, extra.as_ref(), "nothing more")),
    }
}

/// Refuses a mapping that has a key twice now and had none twice before.
///
/// Each edit looks for its key in the old text; two of one set, or a restored text, may still
/// bring the same one.
fn refuse_doubles(plan: &Plan<'_>, after: &Stream, proved: &Proved) -> Result<(), EditError> {
    let renamed = plan.scalars.keys().filter_map(|id| Node::new(plan.stream, *id).parent());
    let changed = plan.collections.keys().map(|id| Node::new(plan.stream, *id));
    for old in renamed.chain(changed) {
        let Some(new) = proved.counterpart(old.id()).map(|id| Node::new(after, id)) else {
            continue;
        };
        if let Some(double) = first_double(new).filter(|_| first_double(old).is_none()) {
            return Err(EditError::Exists { spot: double.spot(), line: double.line() });
        }
    }
    Ok(())
}

fn first_double(mapping: Node<'_>) -> Option<Node<'_>> {
    let mut seen = HashSet::new();
    let mut keys = mapping.pairs().map(|(key, _)| key);
    keys.find(|key| key.value().is_some_and(|name| !seen.insert(name)))
}

/// Tells whether something at the very end of a restored text is an absent value that still
/// belongs to it; `ids` are the entries so far, at `depth`.
fn closes(after: &Stream, event: &Event<'_>, depth: u32, ids: &[Id]) -> bool {
    let Found::Node { id, depth: own } = event.what else { return false };
    let node = Node::new(after, id);
    let awaited = match node.parent().map(|parent| parent.is_mapping()) {
        Some(true) => own > depth || own == depth && ids.len() % 2 == 1,
        Some(false) => own >= depth,
        None => false,
    };
    awaited && node.source().is_empty()
}

fn unproved(after: &Stream, at: usize, what: impl Into<String>) -> EditError {
    EditError::Unproved { line: line_of(after.text(), at), what: what.into() }
}

fn differs(after: &Stream, found: Option<&Event<'_>>, expected: &str) -> EditError {
    let at = found.map_or(after.text().len(), |event| event.at);
    let found = match found.map(|event| &event.what) {
        None => "the end".to_owned(),
        Some(Found::Comment { text, .. }) => format!("the comment `{text}`"),
        Some(Found::Node { id, .. }) => named(Node::new(after, *id)),
    };
    unproved(after, at, format!("expected {expected}, found {found}"))
}

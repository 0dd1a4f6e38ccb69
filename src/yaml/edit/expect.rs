//! What must stand in the new text, from the old tree and the plan alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::index::{CommentRow, Id, Kind, NONE, slice};
use super::super::node::Node;
use super::block::moved_range;
use super::entries::{Entries, Entry, before_break, introducer, line_of};
use super::events::{Depths, Like, Order, named};
use super::plan::{Addition, Becomes, Changes, Content, Plan, in_flow};
use super::proof::Proved;
use super::splice::{Role, Spliced};
use super::value::{Hand, Value, Written, written};
use super::{EditError, habits, scalars};

/// Lists what must stand in the new text, in document order.
///
/// # Errors
/// When an addition is not where the plan wants it.
pub(super) fn expected<'p>(
    plan: &'p Plan<'_>,
    spliced: &'p Spliced,
) -> Result<Vec<Expected<'p>>, EditError> {
    Expectation::list(plan, spliced)
}

/// What must stand in the new text.
pub(super) enum Expected<'a> {
    Node(Box<ExpectedNode<'a>>),
    Comment {
        text: &'a str,
        trailing: bool,
    },
    /// Whatever a restored text holds.
    Verbatim {
        start: usize,
        end: usize,
        depth: u32,
        collection: Id,
        edit: usize,
    },
}

impl Expected<'_> {
    /// Tells what it is to the comments around it.
    pub(super) fn order(&self) -> Order {
        match self {
            Self::Comment { .. } => Order::Comment,
            Self::Node(node) => Order::of(node.kind, node.depth),
            Self::Verbatim { .. } => Order::Fixed,
        }
    }

    /// Returns where a restored text starts and ends, with the depth of its entries.
    pub(super) fn edges(&self) -> impl Iterator<Item = (usize, u32)> + use<> {
        let edges = match self {
            Self::Verbatim { start, end, depth, .. } => Some([(*start, *depth), (*end, 0)]),
            Self::Comment { .. } | Self::Node(_) => None,
        };
        edges.into_iter().flatten()
    }
}

/// A node that must stand there.
pub(super) struct ExpectedNode<'a> {
    pub(super) depth: u32,
    kind: Like,
    /// A scalar's text.
    value: Option<Cow<'a, str>>,
    anchor: Option<&'a str>,
    tag: Option<&'a str>,
    /// The old node that it is, where it is one, unchanged in text.
    same: Option<Node<'a>>,
    pub(super) old: Option<Id>,
    /// Whether the line breaks at the end of the value depend on what comes behind it.
    open_end: bool,
    /// The collection and edit that it was added by, for the top of what was added.
    pub(super) added: Option<(Id, usize)>,
}

impl ExpectedNode<'_> {
    /// Tells whether a node of the new text is this one.
    pub(super) fn is(&self, new: Node<'_>, proved: &Proved) -> bool {
        let decorated = new.anchor() == self.anchor && new.tag() == self.tag;
        if !self.kind.is(new.kind()) || !decorated {
            return false;
        }
        match (new.kind(), self.same) {
            (Kind::Alias, Some(old)) => {
                let target = proved.counterpart(old.target().id());
                new.source() == old.source() && target == Some(new.target().id())
            }
            (Kind::Scalar(_), Some(old)) => {
                let as_it_was =
                    new.source() == old.source() && new.row().detail == old.row().detail;
                as_it_was || new.value() == old.value()
            }
            (Kind::Scalar(_), None) if self.open_end => {
                let trimmed = |value: &Cow<'_, str>| value.trim_end_matches('\n').to_owned();
                new.value().as_ref().map(trimmed) == self.value.as_ref().map(trimmed)
            }
            (Kind::Scalar(_), None) => new.value() == self.value,
            _ => true,
        }
    }

    /// Names the node in a message.
    pub(super) fn named(&self) -> String {
        match (&self.value, self.same) {
            (_, Some(old)) => named(old),
            (Some(value), None) => format!("`{value}`"),
            (None, None) => "a collection".to_owned(),
        }
    }
}

/// Builds the list of what must stand in the new text.
struct Expectation<'a, 'p> {
    plan: &'p Plan<'a>,
    events: Vec<Expected<'p>>,
    /// What is added, by its place in the old text, with its splice's place in the new.
    additions: Vec<Arrival<'a, 'p>>,
    next_addition: usize,
    next_comment: usize,
    /// The ranges of the old text that go.
    gone: Vec<(usize, usize)>,
}

struct Arrival<'a, 'p> {
    at: usize,
    /// The first old row that may come behind it.
    before_row: Id,
    start: usize,
    end: usize,
    collection: Id,
    changes: &'p Changes<'a>,
    addition: &'p Addition<'a>,
}

impl<'a, 'p> Expectation<'a, 'p> {
    fn list(plan: &'p Plan<'a>, spliced: &'p Spliced) -> Result<Vec<Expected<'p>>, EditError> {
        let mut expectation = Self {
            plan,
            events: Vec::with_capacity(plan.stream.index().rows.len()),
            additions: Vec::new(),
            next_addition: 0,
            next_comment: 0,
            gone: Vec::new(),
        };
        for (splice, &start) in spliced.splices.iter().zip(&spliced.starts) {
            if let Role::Remove(_) = splice.role {
                expectation.gone.push((splice.start, splice.end));
            }
            let Role::Add(collection) = splice.role else { continue };
            let Some(changes) = plan.collections.get(&collection) else { continue };
            let addition = changes.additions.iter().find(|a| a.edit == splice.edit);
            let Some(addition) = addition else { continue };
            check_gap(changes, addition, splice.start)?;
            let end = start + splice.text.len();
            let at = splice.start;
            let neighbour = addition.gap.checked_sub(1).and_then(|i| changes.entries.list.get(i));
            let before_row = neighbour.map_or(collection + 1, |entry| entry.rows().1);
            expectation.additions.push(Arrival {
                at,
                before_row,
                start,
                end,
                collection,
                changes,
                addition,
            });
        }
        expectation.walk();
        Ok(expectation.events)
    }

    fn walk(&mut self) {
        let stream = self.plan.stream;
        let count = Id::try_from(stream.index().rows.len()).unwrap_or(NONE);
        let gone_rows = self.gone_rows();
        let mut depths = Depths::default();
        // How deep each open collection's entries stand, for what is added to it.
        let mut inside: BTreeMap<Id, u32> = BTreeMap::new();
        let mut id = 0;
        while id < count {
            let node = Node::new(stream, id);
            // A block collection that gains or loses entries begins where it is introduced,
            // whatever its first entry was and will be.
            let changed = self.plan.collections.contains_key(&id);
            let block = changed && Like::Kind(node.kind()).is_block();
            let at = if block { introducer(node) } else { node.outer_start() as usize };
            self.before(Some(id), at, &inside);
            if let Some(after) = gone_rows.get(&id) {
                id = *after;
                continue;
            }
            let depth = depths.enter(node);
            if changed {
                inside.insert(id, depth + 1);
            }
            let event = self.kept(node, depth);
            self.events.push(Expected::Node(Box::new(event)));
            id += 1;
        }
        self.before(None, stream.text().len() + 1, &inside);
    }

    /// Finds the first row of each entry that goes, and the first row behind it.
    fn gone_rows(&self) -> BTreeMap<Id, Id> {
        let mut rows = BTreeMap::new();
        for changes in self.plan.collections.values() {
            for removal in &changes.removals {
                let gone = changes.entries.list.get(removal.first..=removal.last);
                rows.extend(gone.unwrap_or_default().iter().map(Entry::rows));
            }
        }
        rows
    }

    /// Lists the comments and additions that come before a place in the old text.
    fn before(&mut self, id: Option<Id>, at: usize, inside: &BTreeMap<Id, u32>) {
        let comments = &self.plan.stream.index().comments;
        loop {
            let comment = comments.get(self.next_comment).filter(|c| (c.start as usize) < at);
            let added = self.additions.get(self.next_addition).filter(|arrival| {
                // It comes behind its collection and its neighbour, even at the same place.
                arrival.at <= at && id.is_none_or(|id| arrival.before_row <= id)
            });
            match (comment, added) {
                (Some(comment), added)
                    if added.is_none_or(|arrival| (comment.start as usize) < arrival.at) =>
                {
                    self.next_comment += 1;
                    let start = comment.start as usize;
                    if !self.gone.iter().any(|(from, to)| (*from..*to).contains(&start)) {
                        self.comment(comment);
                    }
                }
                (_, Some(_)) => {
                    self.next_addition += 1;
                    self.added(self.next_addition - 1, inside);
                }
                _ => return,
            }
        }
    }

    fn comment(&mut self, comment: &CommentRow) {
        let text = slice(self.plan.stream.text(), comment.start..comment.end);
        self.events.push(Expected::Comment { text, trailing: comment.trailing });
    }

    /// Says what an old node must be in the new text.
    fn kept(&self, node: Node<'a>, depth: u32) -> ExpectedNode<'p> {
        let mut event = ExpectedNode {
            depth,
            kind: Like::Kind(node.kind()),
            value: None,
            anchor: node.anchor(),
            tag: node.tag(),
            same: Some(node),
            old: Some(node.id()),
            open_end: false,
            added: None,
        };
        if let Some(respelling) = self.plan.scalars.get(&node.id()) {
            event.same = None;
            event.kind = Like::Kind(Kind::Scalar(respelling.style));
            event.value = Some(Cow::Borrowed(&respelling.value));
            event.open_end = respelling.open_end;
        }
        let changes = self.plan.collections.get(&node.id());
        match changes.and_then(|changes| changes.becomes.as_ref()) {
            None => {}
            Some(Becomes::Collection(layout)) => {
                (event.kind, event.same) = (Like::Collection(*layout), None);
            }
            Some(Becomes::Kind(kind)) => (event.kind, event.same) = (Like::Kind(*kind), None),
            Some(Becomes::Scalar(style, value)) => {
                (event.kind, event.same) = (Like::Kind(Kind::Scalar(*style)), None);
                event.value = Some(Cow::Borrowed(value));
            }
        }
        event
    }

    fn added(&mut self, number: usize, inside: &BTreeMap<Id, u32>) {
        let Some(arrival) = self.additions.get(number) else { return };
        let (collection, edit) = (arrival.collection, arrival.addition.edit);
        let depth = inside.get(&collection).copied().unwrap_or_default();
        match &arrival.addition.content {
            Content::Verbatim { .. } => {
                let (start, end) = (arrival.start, arrival.end);
                self.events.push(Expected::Verbatim { start, end, depth, collection, edit });
            }
            Content::New { key, value } => {
                let nodes = written_by(arrival, key.as_deref(), value);
                self.new_nodes(nodes, depth, (collection, edit));
            }
            Content::Moved { from, index, key, under } => {
                let added = (collection, edit);
                let [first, rest @ ..] = under.as_slice() else {
                    self.moved(from, *index, key.as_deref(), depth, Some(added));
                    return;
                };
                // The entry takes the place of the innermost key and its value.
                let made = Value::Null.under(rest.iter().map(String::as_str).chain(["_"]));
                let mut nodes = written_by(arrival, Some(first), &made);
                nodes.truncate(nodes.len().saturating_sub(2));
                self.new_nodes(nodes, depth, added);
                let below = u32::try_from(under.len()).unwrap_or(u32::MAX);
                self.moved(from, *index, key.as_deref(), depth.saturating_add(below), None);
            }
        }
    }

    /// Lists the nodes of what is new.
    fn new_nodes(&mut self, nodes: Vec<Written>, depth: u32, added: (Id, usize)) {
        for node in nodes {
            self.events.push(Expected::Node(Box::new(ExpectedNode {
                depth: depth + node.depth,
                kind: Like::Kind(node.kind),
                value: node.value.map(Cow::Owned),
                anchor: None,
                tag: None,
                same: None,
                old: None,
                open_end: false,
                added: (node.depth == 0).then_some(added),
            })));
        }
    }

    /// Lists the nodes and comments of an entry that comes from elsewhere.
    fn moved(
        &mut self,
        from: &'p Entries<'a>,
        index: usize,
        key: Option<&'p str>,
        depth: u32,
        added: Option<(Id, usize)>,
    ) {
        let Some(entry) = from.list.get(index) else { return };
        let (start, end) = moved_range(from, entry);
        let mut comments = from.comments_in(start, end).peekable();
        let (first, after) = entry.rows();
        let mut depths = Depths::default();
        for id in first..after {
            let node = Node::new(self.plan.stream, id);
            while let Some(row) = comments.next_if(|row| row.start < node.outer_start()) {
                self.comment(row);
            }
            let below = depths.enter(node);
            let mut event = self.kept(node, depth + below);
            event.added = added.filter(|_| below == 0);
            if let (Some(name), true) = (key, entry.key == Some(node)) {
                event.same = None;
                event.value = Some(Cow::Borrowed(name));
                if let Ok((style, _)) = scalars::spell_key(node, name) {
                    event.kind = Like::Kind(Kind::Scalar(style));
                }
            }
            self.events.push(Expected::Node(Box::new(event)));
        }
        for row in comments {
            self.comment(row);
        }
    }
}

/// Lists the nodes of a new entry as they are written where it comes in.
fn written_by(arrival: &Arrival<'_, '_>, key: Option<&str>, value: &Value) -> Vec<Written> {
    let entries = &arrival.changes.entries;
    let flow = in_flow(entries.node) || entries.flow && !entries.list.is_empty();
    let json = flow && habits::is_json(entries.node);
    written(key, value, Hand { step: 2, dash: 2, json }, flow)
}

/// Checks that an addition goes between the entries that it was meant to go between.
fn check_gap(changes: &Changes<'_>, addition: &Addition<'_>, at: usize) -> Result<(), EditError> {
    let entries = &changes.entries;
    let before = addition.gap.checked_sub(1).and_then(|index| entries.list.get(index));
    let behind = entries.list.get(addition.gap);
    // A block scalar ends behind a line break, and text may be added before that break.
    let begins = before.map_or(0, |entry| before_break(entries.text(), entry.end));
    let fits = begins <= at && behind.is_none_or(|entry| at <= entry.start);
    if fits {
        return Ok(());
    }
    let line = line_of(entries.text(), at);
    Err(EditError::Unproved { line, what: "the addition is not between its neighbours".into() })
}

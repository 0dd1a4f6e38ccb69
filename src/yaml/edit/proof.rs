//! The proof of an edit: the new tree against the old one.
//!
//! From the old tree and the plan follows a list of what must stand in the new text, node by node
//! and comment by comment; the new text, read on its own, gives another. The two must be the same:
//! kind, style, value, anchor, tag, depth and order of every node, the node that each alias means,
//! and every comment between the same neighbours. What a restored text holds is known from the
//! text alone, so there the proof is that it makes whole entries of the collection that it was
//! meant for, and nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::index::{CommentRow, Id, Kind, Layout, NONE, slice};
use super::super::node::Node;
use super::super::stream::Stream;
use super::block::moved_range;
use super::entries::{before_break, introducer, line_of};
use super::plan::{Addition, Becomes, Changes, Content, Plan, in_flow};
use super::splice::{Role, Spliced};
use super::value::{Hand, written};
use super::{EditError, habits, scalars};

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
    let expected = Expectation::of(plan, spliced)?;
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
        None => Ok(proved),
        extra => Err(differs(after, extra.as_ref(), "nothing more")),
    }
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

fn named(node: Node<'_>) -> String {
    match (node.kind(), node.value()) {
        (Kind::Scalar(_), Some(value)) => format!("`{value}` at {}", node.spot()),
        (Kind::Mapping(_), _) => format!("the mapping at {}", node.spot()),
        (Kind::Sequence(_), _) => format!("the list at {}", node.spot()),
        _ => format!("`{}` at {}", node.source(), node.spot()),
    }
}

/// Something that stands in a text.
struct Event<'a> {
    at: usize,
    what: Found<'a>,
}

enum Found<'a> {
    Node { id: Id, depth: u32 },
    Comment { text: &'a str, trailing: bool },
}

/// What a list entry is when comments are told from the collections that they stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// A block collection, at a depth.
    Collection(u32),
    Comment,
    Fixed,
}

impl Order {
    fn of(kind: Like, depth: u32) -> Self {
        if kind.is_block() { Self::Collection(depth) } else { Self::Fixed }
    }
}

impl Event<'_> {
    fn order(&self, stream: &Stream) -> Order {
        match self.what {
            Found::Comment { .. } => Order::Comment,
            Found::Node { id, depth } => Order::of(Like::Kind(Node::new(stream, id).kind()), depth),
        }
    }
}

impl Expected<'_> {
    fn order(&self) -> Order {
        match self {
            Self::Comment { .. } => Order::Comment,
            Self::Node(node) => Order::of(node.kind, node.depth),
            Self::Verbatim { .. } => Order::Fixed,
        }
    }

    /// Returns where a restored text starts and ends, with the depth of its entries.
    fn edges(&self) -> impl Iterator<Item = (usize, u32)> + use<> {
        let edges = match self {
            Self::Verbatim { start, end, depth, .. } => Some([(*start, *depth), (*end, 0)]),
            Self::Comment { .. } | Self::Node(_) => None,
        };
        edges.into_iter().flatten()
    }
}

/// Puts block collections in front of the comments directly before them.
///
/// A block collection has no beginning of its own: the comments above its first entry stand in it
/// as much as before it, and a new first entry must not seem to move them. A restored text is one
/// piece in the list of what is expected, so nothing passes its edges but the collection that it
/// is restored to, which may begin with it; `edge` gives the depth of its entries.
fn collections_first<T>(
    events: Vec<T>,
    order: impl Fn(&T) -> Order,
    edge: impl Fn(&T, &T) -> Option<u32>,
) -> Vec<T> {
    // An event's run, its segment (how many edges of the run are before it), and its rank there.
    let mut keys = Vec::with_capacity(events.len());
    // The depths of the edges in the current run.
    let mut edges = Vec::new();
    let (mut run, mut before) = (0_usize, None);
    for event in &events {
        let order_here = order(event);
        match before {
            Some((last, Order::Collection(_) | Order::Comment)) if order_here != Order::Fixed => {
                edges.extend(edge(last, event));
            }
            _ => {
                run += 1;
                edges.clear();
            }
        }
        let mut segment = edges.len();
        if let Order::Collection(depth) = order_here {
            while segment > 0 && edges.get(segment - 1).is_some_and(|&edge| depth < edge) {
                segment -= 1;
            }
        }
        keys.push((run, segment, order_here == Order::Comment));
        before = Some((event, order_here));
    }
    let mut keyed: Vec<_> = keys.into_iter().zip(events).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, event)| event).collect()
}

/// Lists the nodes and comments of a text in their order.
fn actual(stream: &Stream) -> Vec<Event<'_>> {
    let mut events = Vec::with_capacity(stream.index().rows.len());
    let mut comments = stream.index().comments.iter().peekable();
    let mut comment = |row: &CommentRow| Event {
        at: row.start as usize,
        what: Found::Comment {
            text: slice(stream.text(), row.start..row.end),
            trailing: row.trailing,
        },
    };
    let mut depths = Depths::default();
    for id in 0..stream.index().rows.len() {
        let id = Id::try_from(id).unwrap_or(NONE);
        let node = Node::new(stream, id);
        let at = node.outer_start();
        while let Some(row) = comments.next_if(|row| row.start < at) {
            events.push(comment(row));
        }
        let depth = depths.enter(node);
        events.push(Event { at: at as usize, what: Found::Node { id, depth } });
    }
    events.extend(comments.map(&mut comment));
    events
}

/// Counts how deep nodes stand, as they come in document order.
#[derive(Default)]
struct Depths {
    /// The rows behind the subtrees that are open.
    open: Vec<Id>,
}

impl Depths {
    fn enter(&mut self, node: Node<'_>) -> u32 {
        while self.open.last().is_some_and(|&after| after <= node.id()) {
            self.open.pop();
        }
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        self.open.push(node.row().after);
        depth
    }
}

/// What must stand in the new text.
enum Expected<'a> {
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

struct ExpectedNode<'a> {
    depth: u32,
    kind: Like,
    /// A scalar's text.
    value: Option<Cow<'a, str>>,
    anchor: Option<&'a str>,
    tag: Option<&'a str>,
    /// The old node that it is, where it is one, unchanged in text.
    same: Option<Node<'a>>,
    old: Option<Id>,
    /// Whether the line breaks at the end of the value depend on what comes behind it.
    open_end: bool,
    /// The collection and edit that it was added by, for the top of what was added.
    added: Option<(Id, usize)>,
}

/// What kind of node is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Like {
    Kind(Kind),
    /// A mapping or a list.
    Collection(Layout),
}

impl Like {
    fn is(self, kind: Kind) -> bool {
        match self {
            Self::Kind(expected) => expected == kind,
            Self::Collection(layout) => {
                kind == Kind::Mapping(layout) || kind == Kind::Sequence(layout)
            }
        }
    }

    fn is_block(self) -> bool {
        self.is(Kind::Mapping(Layout::Block)) || self.is(Kind::Sequence(Layout::Block))
    }
}

impl ExpectedNode<'_> {
    fn is(&self, new: Node<'_>, proved: &Proved) -> bool {
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

    fn named(&self) -> String {
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
    fn of(plan: &'p Plan<'a>, spliced: &'p Spliced) -> Result<Vec<Expected<'p>>, EditError> {
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
        let gone_rows: Vec<(Id, Id)> = self.gone_rows();
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
            if let Some((_, after)) = gone_rows.iter().find(|(first, _)| *first == id) {
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

    /// Lists the first row of each entry that goes, and the first row behind it.
    fn gone_rows(&self) -> Vec<(Id, Id)> {
        let mut rows = Vec::new();
        for changes in self.plan.collections.values() {
            for (index, entry) in changes.entries.list.iter().enumerate() {
                if changes.removes(index) {
                    rows.push(entry.rows());
                }
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
                let node = arrival.changes.entries.node;
                let flow = in_flow(node)
                    || arrival.changes.entries.flow && !arrival.changes.entries.list.is_empty();
                let json = flow && habits::is_json(node);
                let hand = Hand { step: 2, dash: 2, json };
                for node in written(key.as_deref(), value, hand, flow) {
                    self.events.push(Expected::Node(Box::new(ExpectedNode {
                        depth: depth + node.depth,
                        kind: Like::Kind(node.kind),
                        value: node.value.map(Cow::Owned),
                        anchor: None,
                        tag: None,
                        same: None,
                        old: None,
                        open_end: false,
                        added: (node.depth == 0).then_some((collection, edit)),
                    })));
                }
            }
            Content::Moved { from, index, key } => {
                self.moved(from, *index, key.as_deref(), depth, (collection, edit));
            }
        }
    }

    /// Lists the nodes and comments of an entry that comes from elsewhere.
    fn moved(
        &mut self,
        from: &'p super::entries::Entries<'a>,
        index: usize,
        key: Option<&'p str>,
        depth: u32,
        added: (Id, usize),
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
            event.added = (below == 0).then_some(added);
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

//! A text as a list: its nodes and comments in their order.

use super::super::index::{CommentRow, Id, Kind, Layout, NONE, slice};
use super::super::node::Node;
use super::super::stream::Stream;

/// Lists the nodes and comments of a text in their order.
pub(super) fn actual(stream: &Stream) -> Vec<Event<'_>> {
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

/// Something that stands in a text.
pub(super) struct Event<'a> {
    pub(super) at: usize,
    pub(super) what: Found<'a>,
}

pub(super) enum Found<'a> {
    Node { id: Id, depth: u32 },
    Comment { text: &'a str, trailing: bool },
}

/// What a list entry is when comments are told from the collections that they stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// A block collection, at a depth.
    Collection(u32),
    Comment,
    Fixed,
}

impl Order {
    pub(super) fn of(kind: Like, depth: u32) -> Self {
        if kind.is_block() { Self::Collection(depth) } else { Self::Fixed }
    }
}

impl Event<'_> {
    /// Tells what it is to the comments around it.
    pub(super) fn order(&self, stream: &Stream) -> Order {
        match self.what {
            Found::Comment { .. } => Order::Comment,
            Found::Node { id, depth } => Order::of(Like::Kind(Node::new(stream, id).kind()), depth),
        }
    }
}

/// Puts block collections in front of the comments directly before them.
///
/// A block collection has no beginning of its own: the comments above its first entry stand in it
/// as much as before it, and a new first entry must not seem to move them. A restored text is one
/// piece in the list of what is expected, so nothing passes its edges but the collection that it
/// is restored to, which may begin with it; `edge` gives the depth of its entries.
pub(super) fn collections_first<T>(
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

/// Counts how deep nodes stand, as they come in document order.
#[derive(Default)]
pub(super) struct Depths {
    /// The rows behind the subtrees that are open.
    open: Vec<Id>,
}

impl Depths {
    /// Returns how deep the next node stands.
    pub(super) fn enter(&mut self, node: Node<'_>) -> u32 {
        while self.open.last().is_some_and(|&after| after <= node.id()) {
            self.open.pop();
        }
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        self.open.push(node.row().after);
        depth
    }
}

/// What kind of node is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Like {
    Kind(Kind),
    /// A mapping or a list.
    Collection(Layout),
}

impl Like {
    pub(super) fn is(self, kind: Kind) -> bool {
        match self {
            Self::Kind(expected) => expected == kind,
            Self::Collection(layout) => {
                kind == Kind::Mapping(layout) || kind == Kind::Sequence(layout)
            }
        }
    }

    pub(super) fn is_block(self) -> bool {
        self.is(Kind::Mapping(Layout::Block)) || self.is(Kind::Sequence(Layout::Block))
    }
}

/// Names a node in a message.
pub(super) fn named(node: Node<'_>) -> String {
    match (node.kind(), node.value()) {
        (Kind::Scalar(_), Some(value)) => format!("`{value}` at {}", node.spot()),
        (Kind::Mapping(_), _) => format!("the mapping at {}", node.spot()),
        (Kind::Sequence(_), _) => format!("the list at {}", node.spot()),
        _ => format!("`{}` at {}", node.source(), node.spot()),
    }
}

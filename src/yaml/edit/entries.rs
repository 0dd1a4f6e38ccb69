//! The entries of a collection as text: where each starts and ends, with its comments.
//!
//! An entry is a key with its value, or an item of a list. Its comments are the lines directly
//! above it that are not indented deeper, the one behind it on its last line, and the lines below
//! it that are indented deeper than it is: those stand inside it, or were part of it once.

use super::super::cursor::{Cursor, break_len, line_len};
use super::super::index::{CommentRow, Id, Kind, Layout, ScalarStyle};
use super::super::node::Node;
use super::super::scalar;

/// One entry of a collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// Where it starts: at a dash, a `?`, or the key with its anchor and tag.
    pub(super) start: usize,
    /// Where its value ends.
    pub(super) end: usize,
    /// The key; `None` for an item.
    pub(super) key: Option<Node<'a>>,
    pub(super) value: Node<'a>,
}

impl Entry<'_> {
    /// Returns the first row of the entry's subtree, and the first behind it.
    pub(super) fn rows(&self) -> (Id, Id) {
        let first = self.key.unwrap_or(self.value);
        (first.id(), self.value.row().after)
    }
}

/// A collection with its entries measured.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a> {
    pub(super) node: Node<'a>,
    pub(super) list: Vec<Entry<'a>>,
    pub(super) flow: bool,
    pub(super) mapping: bool,
}

impl<'a> Entries<'a> {
    /// Measures a mapping or a list; what else there is has no entries.
    pub(super) fn of(node: Node<'a>) -> Self {
        let text = node.stream().text();
        let (flow, mapping) = match node.kind() {
            Kind::Mapping(layout) => (layout == Layout::Flow, true),
            Kind::Sequence(layout) => (layout == Layout::Flow, false),
            Kind::Scalar(_) | Kind::Alias => return Self::empty(node),
        };
        let mut list = Vec::new();
        let mut at = node.row().start as usize + usize::from(flow);
        let mut children = node.children();
        while let Some(first) = children.next() {
            let (key, value) =
                if mapping { (Some(first), children.next()) } else { (None, Some(first)) };
            let Some(value) = value else { break };
            let start = skip(text, at, flow && !list.is_empty());
            at = value.row().end as usize;
            list.push(Entry { start, end: at, key, value });
        }
        Self { node, list, flow, mapping }
    }

    fn empty(node: Node<'a>) -> Self {
        Self { node, list: Vec::new(), flow: false, mapping: false }
    }

    pub(super) fn text(&self) -> &'a str {
        self.node.stream().text()
    }

    /// Returns how many characters the entries are indented by.
    pub(super) fn column(&self) -> usize {
        self.node.column() as usize - 1
    }

    /// Tells whether nothing but indentation stands before an entry on its line.
    pub(super) fn on_own_line(&self, entry: &Entry<'_>) -> bool {
        let text = self.text();
        let line = text.get(line_start(text, entry.start)..entry.start).unwrap_or_default();
        line.chars().all(|c| c == ' ')
    }

    /// Returns where the entry's comments above it start, or the entry's own line.
    pub(super) fn head(&self, entry: &Entry<'a>) -> usize {
        let text = self.text();
        let above = self.node.comments_above(u32::try_from(entry.start).unwrap_or(u32::MAX));
        let column = self.column();
        let own = above.iter().rev().take_while(|comment| {
            let start = comment.start as usize;
            column_of(text, start) <= column
        });
        let first = own.last().map_or(entry.start, |comment| comment.start as usize);
        line_start(text, first)
    }

    /// Returns where the line behind the entry and its comments starts.
    pub(super) fn tail(&self, entry: &Entry<'_>) -> usize {
        let text = self.text();
        let mut end = line_after(text, entry.end);
        let column = self.column();
        for comment in comments_from(self.node, entry.end) {
            let start = comment.start as usize;
            let gap = text.get(end.min(start)..start).unwrap_or_default();
            if comment.trailing && start < end {
                continue;
            }
            if !gap.trim().is_empty() || column_of(text, start) <= column {
                break;
            }
            end = line_after(text, comment.end as usize);
        }
        end
    }

    /// Tells whether a mapping ends with the stream, in a block scalar without a line break.
    ///
    /// A line behind it would give that scalar the break, and so another value.
    pub(super) fn ends_in_open_text(&self) -> bool {
        let text = self.text();
        let last = self.node.row().after.checked_sub(1).map(|id| Node::new(self.node.stream(), id));
        let open = last.is_some_and(|node| {
            let block =
                matches!(node.kind(), Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded));
            let header = scalar::header(node.source());
            block && header.is_some_and(|header| header.chomping != scalar::Chomping::Strip)
        });
        self.mapping
            && open
            && !text.ends_with(['\n', '\r'])
            && self.node.row().end as usize == text.len()
    }

    /// Returns where what the collection is the value of ends: behind the colon, the dash, the
    /// document marker, or the collection's own anchor and tag.
    pub(super) fn introducer(&self) -> usize {
        introducer(self.node)
    }

    /// Returns the comments that start in a range of the text.
    pub(super) fn comments_in(
        &self,
        start: usize,
        end: usize,
    ) -> impl Iterator<Item = &'a CommentRow> {
        comments_from(self.node, start).take_while(move |comment| (comment.start as usize) < end)
    }
}

/// Returns where what introduces a value ends: a colon, a dash, a document marker, a bracket's
/// comma, or the value's own anchor and tag.
pub(super) fn introducer(node: Node<'_>) -> usize {
    let text = node.stream().text();
    if let Some(properties) = node.properties() {
        let ends = [&properties.anchor, &properties.tag];
        let end = ends.into_iter().flatten().map(|range| range.end).max();
        return end.unwrap_or(properties.start) as usize;
    }
    let start = node.row().start as usize;
    let Some(parent) = node.parent() else {
        let documents = &node.stream().index().documents;
        return documents.get(node.document()).map_or(0, |document| document.start as usize);
    };
    let siblings = Entries::of(parent);
    let Some(entry) = siblings.list.iter().find(|entry| entry.value == node) else { return start };
    match entry.key {
        Some(key) => {
            let colon = skip(text, key.row().end as usize, false);
            let found = text.as_bytes().get(colon) == Some(&b':') && colon < start.max(colon + 1);
            if found { colon + 1 } else { start }
        }
        None if siblings.flow => start,
        None => entry.start + 1,
    }
}

fn comments_from(node: Node<'_>, from: usize) -> impl Iterator<Item = &'_ CommentRow> {
    let comments = &node.stream().index().comments;
    let first = comments.partition_point(|comment| (comment.start as usize) < from);
    comments.get(first..).unwrap_or_default().iter()
}

/// Moves over blanks, breaks, comments, and one comma if there is one to cross.
fn skip(text: &str, at: usize, comma: bool) -> usize {
    let mut cursor = Cursor::new(text, at);
    cursor.skip_trivia(|_| {});
    if comma && cursor.peek() == b',' {
        cursor.step(1);
        cursor.skip_trivia(|_| {});
    }
    cursor.pos
}

/// Returns where the line that holds a place starts; a byte order mark belongs to no line.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mark = if before.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    before.rfind(['\n', '\r']).map_or(mark, |found| found + 1)
}

/// Returns where the line that holds a place ends, before its break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    at + line_len(text.get(at..).unwrap_or_default())
}

/// Returns where the line behind a place starts: the place itself if it is behind a break.
pub(super) fn line_after(text: &str, at: usize) -> usize {
    if line_start(text, at) == at { at } else { next_line(text, at) }
}

/// Returns where the line below the one that holds a place starts; the end of the text if there
/// is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    end + break_len(text.get(end..).unwrap_or_default())
}

/// Returns how many characters stand before a place on its line.
pub(super) fn column_of(text: &str, at: usize) -> usize {
    text.get(line_start(text, at)..at).unwrap_or_default().chars().count()
}

/// Returns the line of a place, from 1.
pub(super) fn line_of(text: &str, at: usize) -> u32 {
    let mut cursor = Cursor::new(text, 0);
    cursor.advance(at.min(text.len()));
    cursor.line
}

/// Steps back over the line break before a place, if there is one.
pub(super) fn before_break(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let kept = before.strip_suffix('\n').map(|rest| rest.strip_suffix('\r').unwrap_or(rest));
    kept.or_else(|| before.strip_suffix('\r')).unwrap_or(before).len()
}

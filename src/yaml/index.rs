//! The compact index: a flat table of nodes in document order.
//!
//! A node is a fixed-size row of numbers that point into the text; no row owns text. Rows stand in
//! the order in which their nodes begin, so that a subtree is a run of rows, a child list is a
//! walk over [`Row::after`], and dropping an index of any depth is dropping one vector.

use std::ops::Range;

/// A byte position in a stream's text.
///
/// A type of its own, so that a count of characters (which is what a scanner's marker gives) can
/// never be taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BytePos(pub(super) u32);

impl BytePos {
    /// Returns the position as an offset in bytes from the start of the text.
    #[must_use]
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes, or not written at all.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// `|` and the lines below it.
    Literal,
    /// `>` and the lines below it.
    Folded,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// By indentation, one entry below the other.
    Block,
    /// Between brackets, as in JSON; also a single pair written as an item of such a list.
    Flow,
}

/// What a node is, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A text, number, boolean or null.
    Scalar(ScalarStyle),
    /// Keys with values.
    Mapping(Layout),
    /// A list.
    Sequence(Layout),
    /// `*name`: another node, used once more.
    Alias,
}

/// A row's number in the index.
pub(super) type Id = u32;

/// Stands where a row has no parent, target or other row to point to.
pub(super) const NONE: Id = Id::MAX;

/// One node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Where the node's own text starts, behind anchor and tag.
    pub(super) start: u32,
    /// Where the node's own text ends.
    pub(super) end: u32,
    /// The line of `start`, from 1.
    pub(super) line: u32,
    /// The column of `start` in characters, from 1.
    pub(super) column: u32,
    /// The collection that holds the node, [`NONE`] for a root.
    pub(super) parent: Id,
    /// The first row behind the node's subtree.
    pub(super) after: Id,
    /// An alias: its target. A block scalar: the indentation of its content in spaces.
    pub(super) detail: u32,
    /// What the node is.
    pub(super) kind: Kind,
    /// Whether the value is the source as it stands (without its quotes).
    pub(super) verbatim: bool,
    /// Whether the node has an anchor or a tag.
    pub(super) decorated: bool,
}

/// An anchor and a tag, in whichever order they were written.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    /// The node that has them.
    pub(super) node: Id,
    /// Where the first of them starts.
    pub(super) start: u32,
    /// The anchor's name, without `&`.
    pub(super) anchor: Option<Range<u32>>,
    /// The tag as written, with `!`.
    pub(super) tag: Option<Range<u32>>,
}

/// One document of the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct DocumentRow {
    /// Its root node.
    pub(super) root: Id,
    /// Where its content may start: behind `---`, or where the document before it ended.
    pub(super) start: u32,
}

/// One comment, from its `#` to the end of the line without the break.
#[derive(Debug, Clone, Copy)]
pub(super) struct CommentRow {
    /// Where the `#` stands.
    pub(super) start: u32,
    /// Where the line ends.
    pub(super) end: u32,
    /// Whether anything but blanks stands before it on its line.
    pub(super) trailing: bool,
}

/// The whole index of one stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    pub(super) rows: Vec<Row>,
    /// Sorted by node.
    pub(super) properties: Vec<Properties>,
    /// Sorted by root.
    pub(super) documents: Vec<DocumentRow>,
    /// Sorted by start.
    pub(super) comments: Vec<CommentRow>,
}

impl Index {
    pub(super) fn row(&self, id: Id) -> Option<&Row> {
        self.rows.get(id as usize)
    }

    pub(super) fn properties(&self, id: Id) -> Option<&Properties> {
        let at = self.properties.binary_search_by_key(&id, |p| p.node).ok()?;
        self.properties.get(at)
    }
}

/// Takes a piece of text; what lies outside of it, or not on a character's edge, is empty.
pub(super) fn slice(text: &str, range: Range<u32>) -> &str {
    text.get(range.start as usize..range.end as usize).unwrap_or_default()
}

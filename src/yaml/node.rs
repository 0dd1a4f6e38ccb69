//! One node of a stream: what it is, what it holds, and where it stands.
//!
//! A node is a reference into a [`Stream`], two words wide. Everything that reads through it
//! follows aliases (`value`, `get`, `entries` …), everything that tells where it stands does not
//! (`kind`, `span`, `path` …). Nothing is ever expanded: a merge key or an alias is a second way
//! to the same node, so a file that multiplies itself by aliases costs nothing here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::error::Error;
use super::index::{BytePos, Id, Kind, NONE, Properties, Row, ScalarStyle, slice};
use super::merges::Merges;
use super::path::{Path, Spot, Step};
use super::scalar;
use super::stream::Stream;

/// A node of a stream: a scalar, a mapping, a list or an alias.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    stream: &'a Stream,
    id: Id,
}

impl<'a> Node<'a> {
    pub(super) fn new(stream: &'a Stream, id: Id) -> Self {
        Self { stream, id }
    }

    pub(super) fn id(&self) -> Id {
        self.id
    }

    /// Tells what the node is and how it is written; an alias is an alias.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.row().kind
    }

    /// Returns the decoded text of a scalar; `None` for a collection.
    ///
    /// What is written is the value: a plain `1.10` is the text `1.10`. An absent value is the
    /// empty text.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'a, str>> {
        let node = self.target();
        let Kind::Scalar(style) = node.kind() else { return None };
        Some(decode(node.source(), node.row(), style))
    }

    /// Tells whether this is a null: absent, or a plain `~`, `null`, `Null` or `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        let node = self.target();
        node.kind() == Kind::Scalar(ScalarStyle::Plain)
            && node.tag().is_none_or(|tag| tag == "!!null")
            && matches!(node.source(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Tells whether this is a mapping, behind an alias or not.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.target().kind(), Kind::Mapping(_))
    }

    /// Tells whether this is a list, behind an alias or not.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        matches!(self.target().kind(), Kind::Sequence(_))
    }

    /// Returns the node that an alias stands for (the latest anchor of that name before it);
    /// any other node is its own target.
    #[must_use]
    pub fn target(&self) -> Self {
        match self.kind() {
            Kind::Alias => Self { stream: self.stream, id: self.row().detail },
            _ => *self,
        }
    }

    /// Returns the value of a key: of the mapping's own, else of one that a merge key brings in.
    ///
    /// Where a key stands twice the last one counts, as for Helm. Of several merged mappings the
    /// first one counts.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        self.own(key).or_else(|| {
            let mut merges = Merges::of(*self);
            std::iter::from_fn(|| merges.next()).find_map(|mapping| mapping.own(key))
        })
    }

    /// Returns the node that a chain of keys leads to, as [`Node::get`] follows each.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(*self, |node, key| node.get(key))
    }

    /// Returns the keys and values that stand in the mapping itself, in order, merge keys aside.
    ///
    /// Empty for anything but a mapping.
    pub fn entries(&self) -> impl Iterator<Item = (Self, Self)> + use<'a> {
        self.pairs().filter(|(key, _)| !key.is_merge_key())
    }

    /// Returns the mapping's own entries, then those that merge keys bring in; each key once.
    #[must_use]
    pub fn merged(&self) -> Vec<(Self, Self)> {
        let mut known = HashMap::new();
        let mut merges = Merges::of(*self);
        let mut found: Vec<(Self, Self)> = Vec::new();
        let mut mapping = Some(self.target());
        while let Some(current) = mapping {
            let own = found.len();
            for (key, value) in current.entries() {
                let Some(name) = key.value() else { continue };
                let at = *known.entry(name).or_insert(found.len());
                match found.get_mut(at) {
                    None => found.push((key, value)),
                    // Of two equal keys of one mapping the last counts.
                    Some(twice) if at >= own => twice.1 = value,
                    Some(_) => {}
                }
            }
            mapping = merges.next();
        }
        found
    }

    /// Returns the items of a list in order; empty for anything else.
    pub fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let node = self.target();
        let of_sequence = node.is_sequence();
        node.children().filter(move |_| of_sequence)
    }

    /// Returns the anchor's name, without the `&`.
    #[must_use]
    pub fn anchor(&self) -> Option<&'a str> {
        let range = self.properties()?.anchor.clone()?;
        Some(slice(self.stream.text(), range))
    }

    /// Returns the tag as written, as in `!!str`.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        let range = self.properties()?.tag.clone()?;
        Some(slice(self.stream.text(), range))
    }

    /// Returns where the node's own text stands, its anchor and tag aside.
    ///
    /// Quotes and brackets belong to it. A block scalar reaches from its `|` behind the line break
    /// of its content; a block collection from its first key or dash to the end of its last value.
    /// An absent value is an empty span behind its colon or dash.
    #[must_use]
    pub fn span(&self) -> Range<BytePos> {
        let row = self.row();
        BytePos(row.start)..BytePos(row.end)
    }

    /// Returns the node's own text as written.
    #[must_use]
    pub fn source(&self) -> &'a str {
        let row = self.row();
        slice(self.stream.text(), row.start..row.end)
    }

    /// Returns the line where the node's own text starts, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.row().line
    }

    /// Returns the column where the node's own text starts, in characters, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.row().column
    }

    /// Returns the index of the document that the node stands in, from 0.
    #[must_use]
    pub fn document(&self) -> usize {
        let documents = &self.stream.index().documents;
        documents.partition_point(|document| document.root <= self.id).saturating_sub(1)
    }

    /// Returns the collection that the node stands in; `None` for a root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let parent = self.row().parent;
        (parent != NONE).then_some(Self { stream: self.stream, id: parent })
    }

    /// Returns where the node stands in the text: keys and positions from its document's root.
    ///
    /// A key has the path of its value. A key that is itself a collection stands in the path as it
    /// is written; such a path leads nowhere.
    #[must_use]
    pub fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut node = *self;
        while let Some(parent) = node.parent() {
            steps.extend(parent.step_to(node));
            node = parent;
        }
        steps.reverse();
        Path(steps)
    }

    /// Returns the node's document and path.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot::new(self.document(), self.path())
    }

    /// Returns the YAML that a block scalar holds, read; `None` for anything else.
    ///
    /// # Errors
    /// As [`Stream::parse`]; the line and column count from the start of the content.
    #[must_use]
    pub fn embedded(&self) -> Option<Result<Stream, Error>> {
        let node = self.target();
        match node.kind() {
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => {
                node.value().map(|text| Stream::parse(text.into_owned()))
            }
            _ => None,
        }
    }

    /// Returns all keys and values of a mapping, merge keys included.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Self, Self)> + use<'a> {
        let node = self.target();
        let mut children = node.children();
        std::iter::from_fn(move || {
            let pair = (children.next()?, children.next()?);
            node.is_mapping().then_some(pair)
        })
    }

    /// Returns the nodes directly inside this one; a mapping's keys and values by turns.
    pub(super) fn children(&self) -> impl Iterator<Item = Self> + use<'a> {
        let Self { stream, id } = *self;
        let after = self.row().after;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            let child = Self { stream, id: next };
            let row = (next < after).then(|| child.row())?;
            next = row.after;
            Some(child)
        })
    }

    /// Returns the node one step down, in the text: merge keys and embedded YAML are not followed.
    pub(super) fn child(&self, step: &Step) -> Option<Self> {
        if self.is_mapping() {
            return self.own(&step.as_key()?);
        }
        match step {
            Step::Named(key, value) => self.items().find(|item| item.is_named(key, value)),
            other => self.items().nth(other.as_index()?),
        }
    }

    /// Tells whether this is a mapping whose key has a value of this text.
    pub(super) fn is_named(&self, key: &str, value: &str) -> bool {
        self.get(key).and_then(|node| node.value()).is_some_and(|text| text == value)
    }

    /// Returns the value of the mapping's own key; of the last, if there are several.
    pub(super) fn own(&self, key: &str) -> Option<Self> {
        self.entries().filter(|(k, _)| k.is_text(key)).last().map(|(_, value)| value)
    }

    fn is_text(&self, text: &str) -> bool {
        let row = self.row();
        match row.kind {
            Kind::Scalar(ScalarStyle::Plain) if row.verbatim => self.source() == text,
            _ => self.value().is_some_and(|value| value == text),
        }
    }

    pub(super) fn is_merge_key(&self) -> bool {
        self.kind() == Kind::Scalar(ScalarStyle::Plain) && self.source() == "<<"
    }

    fn step_to(&self, child: Self) -> Option<Step> {
        if self.is_mapping() {
            let (key, _) = self.pairs().find(|(k, v)| k.id == child.id || v.id == child.id)?;
            let name = key.value().unwrap_or_else(|| key.source().into());
            return Some(Step::Key(name.into_owned()));
        }
        self.children().position(|item| item.id == child.id).map(Step::Item)
    }

    /// Returns where the node starts, its anchor and tag included.
    pub(super) fn outer_start(&self) -> u32 {
        self.properties().map_or(self.row().start, |properties| properties.start)
    }

    pub(super) fn stream(&self) -> &'a Stream {
        self.stream
    }

    pub(super) fn properties(&self) -> Option<&'a Properties> {
        self.row().decorated.then(|| self.stream.index().properties(self.id)).flatten()
    }

    pub(super) fn row(&self) -> &'a Row {
        // Ids come from the index itself; the fallback only keeps this total.
        static ABSENT: Row = Row {
            start: 0,
            end: 0,
            line: 1,
            column: 1,
            parent: NONE,
            after: 0,
            detail: NONE,
            kind: Kind::Scalar(ScalarStyle::Plain),
            verbatim: true,
            decorated: false,
        };
        self.stream.index().row(self.id).unwrap_or(&ABSENT)
    }
}

/// Two nodes are equal when they are the same node of the same stream.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.stream, other.stream) && self.id == other.id
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {:?}", self.line(), self.column(), self.kind())
    }
}

fn decode<'a>(source: &'a str, row: &Row, style: ScalarStyle) -> Cow<'a, str> {
    let inner = || source.get(1..source.len().saturating_sub(1)).unwrap_or_default();
    match style {
        ScalarStyle::Plain if row.verbatim => Cow::Borrowed(source),
        ScalarStyle::Plain => scalar::decode_plain(source),
        _ if row.verbatim => Cow::Borrowed(inner()),
        ScalarStyle::SingleQuoted => scalar::decode_single(inner()),
        // Reading has decoded the same text before, so these do not fail here.
        ScalarStyle::DoubleQuoted => scalar::decode_double(inner()).unwrap_or_default(),
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let block = scalar::block(source, None, Some(row.detail as usize));
            Cow::Owned(block.map(|block| block.value).unwrap_or_default())
        }
    }
}

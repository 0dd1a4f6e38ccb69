//! One file: its text and the index of exact spans over it.

use super::error::Error;
use super::index::{Id, Index, Kind};
use super::node::Node;
use super::path::{Spot, Step};
use super::read;

/// A YAML stream, as the YAML specification calls the content of one file: any number of
/// documents.
///
/// It owns the text, which is the truth, and an index that only points into it. Reading costs
/// one pass; what is read out of it later borrows from the text wherever it can.
#[derive(Debug, Clone)]
pub struct Stream {
    text: String,
    index: Index,
}

impl Stream {
    /// Reads a text.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when it is no YAML or holds a NUL character, [`Error::TooLarge`] from
    /// 4 GiB on, and [`Error::Span`] where refit itself is at fault.
    pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let mut index = read::read(&text)?;
        // A scan holds the indexes of thousands of files at once.
        index.rows.shrink_to_fit();
        index.comments.shrink_to_fit();
        Ok(Self { text, index })
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// [`Error::Encoding`] when they are not UTF-8, else as [`Stream::parse`].
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, Error> {
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..valid).unwrap_or_default();
                let breaks = before.split(|&byte| byte == b'\n').count() - 1;
                let what = match error.as_bytes() {
                    [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it starts like UTF-16",
                    bytes if bytes.contains(&0) => "it is a binary file",
                    _ => "it may be in an older encoding",
                };
                let line = u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1);
                Err(Error::Encoding { line, what: what.to_owned() })
            }
        }
    }

    /// Returns the text, byte for byte as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the text back.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// Returns the roots of the documents in order.
    ///
    /// A document without content (`---` and nothing behind it) has a null root; a file without
    /// any content has no document.
    pub fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.index.documents.iter().map(|document| Node::new(self, document.root))
    }

    /// Returns the root of the document at `index`, counted from 0.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<Node<'_>> {
        self.index.documents.get(index).map(|document| Node::new(self, document.root))
    }

    /// Returns the node at a spot.
    ///
    /// An alias on the way is followed, one at the end is not. Keys that a merge key (`<<`) brings
    /// in do not stand where they are used and are not found; [`Node::at`] reads through them. A
    /// path through [`Step::Embedded`] leads out of this stream: see [`Node::embedded`].
    #[must_use]
    pub fn find(&self, spot: &Spot) -> Option<Node<'_>> {
        let mut node = self.document(spot.document)?;
        for step in &spot.path.0 {
            node = node.target().child(step)?;
        }
        Some(node)
    }

    /// Returns the decoded text of the scalar at a spot, also of one inside a block scalar that
    /// holds YAML.
    #[must_use]
    pub fn value_at(&self, spot: &Spot) -> Option<String> {
        let embedded = spot.path.0.iter().position(|step| *step == Step::Embedded);
        let Some(at) = embedded else {
            return self.find(spot)?.value().map(std::borrow::Cow::into_owned);
        };
        let mut inner: Option<Self> = None;
        let mut steps = spot.path.0.as_slice();
        let mut document = spot.document;
        let mut next = Some(at);
        while let Some(at) = next {
            let (outside, inside) = (steps.get(..at)?, steps.get(at + 1..)?);
            let here = Spot::new(document, super::path::Path(outside.to_vec()));
            let stream = inner.as_ref().unwrap_or(self).find(&here)?.embedded()?.ok()?;
            (inner, steps, document) = (Some(stream), inside, 0);
            next = steps.iter().position(|step| *step == Step::Embedded);
        }
        let here = Spot::new(document, super::path::Path(steps.to_vec()));
        inner?.find(&here)?.value().map(std::borrow::Cow::into_owned)
    }

    /// Returns the keys that stand a second time in their own mapping, in document order.
    ///
    /// Helm takes the last of them, and so does [`Node::get`]; kustomize refuses the file. An edit
    /// that would go through one is refused.
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<Node<'_>> {
        let mut found = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mappings = self.nodes().filter(|node| matches!(node.kind(), Kind::Mapping(_)));
        for node in mappings {
            seen.clear();
            for (key, _) in node.pairs() {
                if key.value().is_some_and(|name| !seen.insert(name)) {
                    found.push(key);
                }
            }
        }
        found.sort_by_key(Node::id);
        found
    }

    /// Returns all nodes in document order, keys and merge keys included; a collection comes before
    /// what it holds.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let ids = 0..Id::try_from(self.index.rows.len()).unwrap_or(Id::MAX);
        ids.map(|id| Node::new(self, id))
    }

    /// Returns how many nodes the stream has: keys, values, items, collections.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.index.rows.len()
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }
}

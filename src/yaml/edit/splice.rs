//! Splices: pieces of text put in the place of others, all at once.

use super::super::index::Id;
use super::super::node::Node;
use super::super::stream::Stream;
use super::EditError;
use super::entries::line_of;

/// One piece of text in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// The first byte that is replaced.
    pub(super) start: usize,
    /// Behind the last byte that is replaced.
    pub(super) end: usize,
    pub(super) text: String,
    /// The edit that it belongs to, by its number in the set.
    pub(super) edit: usize,
    pub(super) role: Role,
}

/// What a splice does; the row is that of the collection it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Writes a scalar anew.
    Respell,
    /// Takes out entries.
    Remove(Id),
    /// Leaves something where no entry is left.
    Leave(Id),
    /// Puts in entries.
    Add(Id),
    /// Takes away what stood for an empty collection.
    Clear,
}

impl Splice {
    /// Counts the collections around what the splice is done to; a scalar is inside of all.
    fn depth(&self, stream: &Stream) -> usize {
        let (Role::Remove(id) | Role::Leave(id) | Role::Add(id)) = self.role else {
            return usize::MAX;
        };
        std::iter::successors(Some(Node::new(stream, id)), Node::parent).count()
    }

    pub(super) fn respell(edit: usize, start: usize, end: usize, text: impl Into<String>) -> Self {
        Self { start, end, text: text.into(), edit, role: Role::Respell }
    }

    pub(super) fn remove(edit: usize, of: Node<'_>, start: usize, end: usize) -> Self {
        Self { start, end, text: String::new(), edit, role: Role::Remove(of.id()) }
    }

    pub(super) fn leave(edit: usize, of: Node<'_>, at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, text: text.into(), edit, role: Role::Leave(of.id()) }
    }

    pub(super) fn add(edit: usize, to: Node<'_>, at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, text: text.into(), edit, role: Role::Add(to.id()) }
    }

    pub(super) fn clear(edit: usize, start: usize, end: usize) -> Self {
        Self { start, end, text: String::new(), edit, role: Role::Clear }
    }
}

/// A text after its splices.
pub(super) struct Spliced {
    pub(super) text: String,
    /// The splices in the order of their places.
    pub(super) splices: Vec<Splice>,
    /// Where each one's text starts in the new text.
    pub(super) starts: Vec<usize>,
}

/// Applies splices to a stream's text.
///
/// Insertions at one place stand in the order in which they are given. Splices may touch and may
/// not overlap; `name` tells what an edit is about, for the error.
pub(super) fn apply(
    stream: &Stream,
    mut splices: Vec<Splice>,
    name: impl Fn(usize) -> String,
) -> Result<Spliced, EditError> {
    // An insertion goes in front of what is removed at the same place, and what goes into a
    // collection before what goes behind that collection.
    splices.sort_by_cached_key(|splice| {
        let outermost = std::cmp::Reverse(splice.depth(stream));
        (splice.start, splice.end > splice.start, outermost)
    });
    let old = stream.text();
    let mut text = String::with_capacity(old.len() + 256);
    let mut starts = Vec::with_capacity(splices.len());
    let (mut done, mut last) = (0, None);
    for splice in &splices {
        let Some(kept) = old.get(done..splice.start) else {
            let first = last.map(&name).unwrap_or_default();
            let second = name(splice.edit);
            let line = line_of(old, splice.start.min(old.len()));
            return Err(EditError::Overlap { line, first, second });
        };
        text.push_str(kept);
        starts.push(text.len());
        text.push_str(&splice.text);
        (done, last) = (splice.end, Some(splice.edit));
    }
    text.push_str(old.get(done..).unwrap_or_default());
    Ok(Spliced { text, splices, starts })
}

impl Spliced {
    /// Tells whether old and new text are the same before, between and behind the splices.
    pub(super) fn keeps_the_rest_of(&self, old: &str) -> bool {
        let (mut old_at, mut new_at) = (0, 0);
        for (splice, &start) in self.splices.iter().zip(&self.starts) {
            if old.get(old_at..splice.start) != self.text.get(new_at..start) {
                return false;
            }
            old_at = splice.end;
            new_at = start + splice.text.len();
        }
        old.get(old_at..).is_some() && old.get(old_at..) == self.text.get(new_at..)
    }
}

//! Collections: what opens and closes them, and the indicators between their entries.

use yaml_rust2::parser::Tag;
use yaml_rust2::scanner::Marker;

use super::super::error::Error;
use super::super::index::{Id, Kind, Layout, NONE};
use super::Reader;

/// A collection that is still open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) id: Id,
    pub(super) brackets: Brackets,
    /// Characters before the collection on its line.
    pub(super) column: u32,
    /// What the next node in it will be.
    pub(super) next: Slot,
    /// Whether it has a child already.
    pub(super) started: bool,
}

/// How a collection is told from its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// By indentation.
    Block,
    /// By brackets.
    Flow,
    /// Not at all: a single pair inside a flow sequence, as in `[a: b]`.
    Pair,
}

/// What a node is to its collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Item,
    Key,
    Value,
}

impl Reader<'_> {
    pub(super) fn collection_start(
        &mut self,
        mapping: bool,
        anchor: usize,
        tag: Option<&Tag>,
        mark: Marker,
    ) -> Result<(), Error> {
        let in_flow = self.in_flow();
        self.slot(false)?;
        let decorated = self.properties(anchor, tag.is_some())?;
        self.skip_trivia();
        let begin = self.cursor;
        let bracket = if mapping { b'{' } else { b'[' };
        // The marker tells a bracket of this collection's own from that of its first key.
        let shared = mapping && self.shared_mark;
        let own = self.cursor.peek() == bracket && self.is_at(mark) && !shared;
        let brackets = match (own, in_flow) {
            (true, _) => Brackets::Flow,
            (false, false) => Brackets::Block,
            (false, true) if mapping => Brackets::Pair,
            (false, true) => return Err(self.lost("a flow sequence")),
        };
        if own {
            self.consume(1);
        }
        let layout = if brackets == Brackets::Block { Layout::Block } else { Layout::Flow };
        let kind = if mapping { Kind::Mapping(layout) } else { Kind::Sequence(layout) };
        let id = self.push(kind, begin, NONE, decorated, anchor > 0);
        // Only block collections count for the indentation of a block scalar, and none of those
        // stands inside a flow collection.
        let column = begin.col;
        let next = if mapping { Slot::Key } else { Slot::Item };
        self.frames.push(Frame { id, brackets, column, next, started: false });
        Ok(())
    }

    pub(super) fn collection_end(&mut self, bracket: u8) -> Result<(), Error> {
        let frame = self.frames.pop().ok_or_else(|| self.lost("no end of a collection"))?;
        if frame.brackets == Brackets::Flow {
            self.skip_trivia();
            if self.cursor.peek() == b',' && frame.started {
                self.consume(1);
                self.skip_trivia();
            }
            if self.cursor.peek() != bracket {
                return Err(self.lost("the end of a flow collection"));
            }
            self.consume(1);
        }
        self.close(frame.id, self.last_end);
        Ok(())
    }

    /// Consumes the indicators before the next node; `absent` if there will be nothing of it.
    pub(super) fn slot(&mut self, absent: bool) -> Result<(), Error> {
        let Some(frame) = self.frames.last().copied() else { return Ok(()) };
        let flow = frame.brackets == Brackets::Flow;
        if flow && frame.started && frame.next != Slot::Value {
            self.skip_trivia();
            if self.cursor.peek() != b',' {
                return Err(self.lost("a comma"));
            }
            self.consume(1);
        }
        match frame.next {
            Slot::Item if !flow => {
                self.skip_trivia();
                if self.cursor.peek() != b'-' || !self.cursor.blank_or_end(1) {
                    return Err(self.lost("a list item's dash"));
                }
                self.consume(1);
            }
            Slot::Item => {}
            Slot::Key => {
                self.skip_trivia();
                if self.cursor.peek() == b'?' && self.cursor.blank_or_end(1) {
                    self.consume(1);
                }
            }
            Slot::Value => self.value_indicator(frame, absent)?,
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.started = true;
            frame.next = match frame.next {
                Slot::Item => Slot::Item,
                Slot::Key => Slot::Value,
                Slot::Value => Slot::Key,
            };
        }
        Ok(())
    }

    /// Consumes the colon before a value; one may be missing where the value is, too.
    fn value_indicator(&mut self, frame: Frame, absent: bool) -> Result<(), Error> {
        let (cursor, comments) = (self.cursor, self.index.comments.len());
        self.skip_trivia();
        // In a block, the colon behind `? key` stands below the `?`; any other on a line of its own
        // belongs to a mapping further out.
        let here = self.cursor.line == cursor.line || self.cursor.col == frame.column;
        let block = frame.brackets == Brackets::Block;
        let colon = self.cursor.peek() == b':' && (!block || here && self.cursor.blank_or_end(1));
        if colon {
            self.consume(1);
            return Ok(());
        }
        if !absent {
            return Err(self.lost("a colon"));
        }
        self.cursor = cursor;
        self.index.comments.truncate(comments);
        // The absent value stands behind its key, whatever trivia was skipped already.
        if self.cursor.pos > self.last_end {
            return Err(self.lost("a value behind its key"));
        }
        Ok(())
    }

    fn in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.brackets != Brackets::Block)
    }
}

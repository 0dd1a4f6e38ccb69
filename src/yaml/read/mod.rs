//! Reads a text into an index: the scanner's events and the text itself, walked in step.
//!
//! The scanner (yaml-rust2) knows YAML's grammar, but its markers say only where some things
//! start: a block scalar's is on its content, a block mapping's on its first `:`, an absent
//! value's on the next token, and its count of characters is wrong after block scalars. So the
//! reader pulls events and walks the text with a cursor of its own: between two nodes there can
//! only be blanks, comments, indicators, anchors and tags, and each is consumed where the event
//! says it must stand. Whatever does not fit is an [`Error`], and at the end every byte of the
//! text has been accounted for. Nothing here recurses; depth costs one frame on a vector.

mod collections;
mod properties;
mod scalars;

use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::{Marker, ScanError};

use super::cursor::{Comment, Cursor, line_len};
use super::error::Error;
use super::index::{CommentRow, DocumentRow, Id, Index, Kind, NONE, Row};
use collections::Frame;

/// Reads a whole text.
pub(super) fn read(text: &str) -> Result<Index, Error> {
    let large = Error::TooLarge { bytes: text.len() };
    u32::try_from(text.len()).ok().filter(|&len| len < NONE).ok_or(large)?;
    let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut cursor = Cursor::new(text, begin);
    if let Some(nul) = text.find('\0') {
        cursor.advance(nul);
        let what = "a NUL character: this is no text file";
        return Err(Error::unreadable(text, cursor.line, cursor.col + 1, what));
    }
    let mut reader = Reader {
        text,
        cursor,
        last_end: begin,
        frames: Vec::new(),
        anchors: Vec::new(),
        document_anchors: 0,
        shared_mark: false,
        index: Index::default(),
    };
    let mut parser = Parser::new_from_str(text.get(begin..).unwrap_or_default());
    loop {
        let (event, mark) = parser.next_token().map_err(|error| rejected(text, &error))?;
        if matches!(event, Event::MappingStart(..)) {
            // A pair in a flow sequence whose key is a collection, as in `[{a: b}: c]`, has the
            // marker of that key: then the two starts share one.
            let (_, next) = parser.peek().map_err(|error| rejected(text, &error))?;
            reader.shared_mark = *next == mark;
        }
        match reader.event(event, mark) {
            Ok(true) => {}
            Ok(false) => return Ok(reader.index),
            Err(error) => return Err(rejection(text, &mut parser).unwrap_or(error)),
        }
    }
}

/// Returns the scanner's own objection to the rest of the text, if it has one: in a text that it
/// rejects further on, a place lost before that is no defect.
fn rejection(text: &str, parser: &mut Parser<std::str::Chars<'_>>) -> Option<Error> {
    loop {
        match parser.next_token() {
            Ok((Event::StreamEnd, _)) => return None,
            Ok(_) => {}
            Err(error) => return Some(rejected(text, &error)),
        }
    }
}

fn rejected(text: &str, error: &ScanError) -> Error {
    let mark = error.marker();
    Error::unreadable(text, number(mark.line()), number(mark.col() + 1), error.info())
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

struct Reader<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    /// The end of what was consumed last, trivia aside.
    last_end: usize,
    frames: Vec<Frame>,
    /// The nodes with anchors; the scanner numbers them from 1.
    anchors: Vec<Id>,
    /// How many anchors earlier documents have.
    document_anchors: usize,
    /// Whether the start of a mapping and the event behind it have the same marker.
    shared_mark: bool,
    index: Index,
}

impl Reader<'_> {
    /// Takes one event; `false` when it was the last.
    fn event(&mut self, event: Event, mark: Marker) -> Result<bool, Error> {
        match event {
            Event::Nothing | Event::StreamStart => {}
            Event::StreamEnd => {
                self.between_documents();
                // The scanner lets `[? ]]` pass.
                if self.cursor.rest().starts_with([']', '}']) {
                    let (line, column) = (self.cursor.line, self.cursor.col + 1);
                    let what = "a closing bracket without an opening one";
                    return Err(Error::unreadable(self.text, line, column, what));
                }
                if !self.cursor.rest().is_empty() {
                    return Err(self.lost("the end of the stream"));
                }
                return Ok(false);
            }
            Event::DocumentStart => self.document_start(),
            Event::DocumentEnd => {
                self.skip_trivia();
                if self.marker("...") {
                    self.consume(3);
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style, anchor, tag.as_ref(), mark)?;
            }
            Event::Alias(anchor) => self.alias(anchor, mark)?,
            Event::SequenceStart(anchor, tag) => {
                self.collection_start(false, anchor, tag.as_ref(), mark)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_start(true, anchor, tag.as_ref(), mark)?;
            }
            Event::SequenceEnd => self.collection_end(b']')?,
            Event::MappingEnd => self.collection_end(b'}')?,
        }
        Ok(true)
    }

    /// Moves over `...` markers and directives.
    fn between_documents(&mut self) {
        loop {
            self.skip_trivia();
            if self.marker("...") {
                self.consume(3);
            } else if self.cursor.col == 0 && self.cursor.peek() == b'%' {
                self.cursor.advance(self.cursor.pos + line_len(self.cursor.rest()));
            } else {
                return;
            }
        }
    }

    fn document_start(&mut self) {
        let start = self.last_end;
        self.between_documents();
        let explicit = self.marker("---");
        if explicit {
            self.consume(3);
        }
        let start = if explicit { self.cursor.pos } else { start };
        let root = number(self.index.rows.len());
        self.index.documents.push(DocumentRow { root, start: number(start) });
        self.document_anchors = self.anchors.len();
    }

    /// Tells whether a document marker stands here.
    fn marker(&self, marker: &str) -> bool {
        self.cursor.col == 0
            && self.cursor.rest().starts_with(marker)
            && self.cursor.blank_or_end(3)
    }

    /// Consumes `bytes` ASCII bytes.
    fn consume(&mut self, bytes: usize) {
        self.cursor.step(bytes);
        self.last_end = self.cursor.pos;
    }

    /// Consumes `bytes` bytes of any characters.
    fn finish(&mut self, bytes: usize) {
        self.cursor.advance(self.cursor.pos + bytes);
        self.last_end = self.cursor.pos;
    }

    fn skip_trivia(&mut self) {
        let mut cursor = self.cursor;
        cursor.skip_trivia(|comment| self.comment(comment));
        self.cursor = cursor;
    }

    fn comment(&mut self, comment: Comment) {
        self.index.comments.push(CommentRow {
            start: number(comment.start),
            end: number(comment.end),
            trailing: comment.trailing,
        });
    }

    fn push(
        &mut self,
        kind: Kind,
        begin: Cursor<'_>,
        detail: u32,
        decorated: bool,
        anchored: bool,
    ) -> Id {
        let id = number(self.index.rows.len());
        // An anchor counts from its own node on: a collection may hold aliases of itself.
        if anchored {
            self.anchors.push(id);
        }
        self.index.rows.push(Row {
            start: number(begin.pos),
            end: number(begin.pos),
            line: begin.line,
            column: begin.col + 1,
            parent: self.frames.last().map_or(NONE, |frame| frame.id),
            after: id + 1,
            detail,
            kind,
            verbatim: false,
            decorated,
        });
        id
    }

    fn close(&mut self, id: Id, end: usize) {
        let after = number(self.index.rows.len());
        if let Some(row) = self.index.rows.get_mut(id as usize) {
            row.end = number(end);
            row.after = after;
        }
    }

    fn is_at(&self, mark: Marker) -> bool {
        mark.line() == self.cursor.line as usize && mark.col() == self.cursor.col as usize
    }

    fn check(&self, mark: Marker) -> Result<(), Error> {
        if self.is_at(mark) { Ok(()) } else { Err(self.lost("a node where the scanner has one")) }
    }

    fn lost(&self, expected: &str) -> Error {
        let what = format!("expected {expected}");
        Error::span(self.text, self.cursor.line, self.cursor.col + 1, what)
    }
}

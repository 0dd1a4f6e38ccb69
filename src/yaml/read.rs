//! Reads a text into an index: the scanner's events and the text itself, walked in step.
//!
//! The scanner (yaml-rust2) knows YAML's grammar, but its markers say only where some things
//! start: a block scalar's is on its content, a block mapping's on its first `:`, an absent
//! value's on the next token, and its count of characters is wrong after block scalars. So the
//! reader pulls events and walks the text with a cursor of its own: between two nodes there can
//! only be blanks, comments, indicators, anchors and tags, and each is consumed where the event
//! says it must stand. Whatever does not fit is an [`Error`], and at the end every byte of the
//! text has been accounted for. Nothing here recurses; depth costs one frame on a vector.

use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

use super::cursor::{Comment, Cursor, line_len};
use super::error::Error;
use super::index::{
    CommentRow, DocumentRow, Id, Index, Kind, Layout, NONE, Properties, Row, ScalarStyle, slice,
};
use super::scalar;

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

/// A collection that is still open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    id: Id,
    brackets: Brackets,
    /// Characters before the collection on its line.
    column: u32,
    /// What the next node in it will be.
    next: Slot,
    /// Whether it has a child already.
    started: bool,
}

/// How a collection is told from its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brackets {
    /// By indentation.
    Block,
    /// By brackets.
    Flow,
    /// Not at all: a single pair inside a flow sequence, as in `[a: b]`.
    Pair,
}

/// What a node is to its collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Item,
    Key,
    Value,
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

    fn scalar(
        &mut self,
        value: &str,
        style: TScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mark: Marker,
    ) -> Result<(), Error> {
        let absent = style == TScalarStyle::Plain && value.is_empty();
        self.slot(absent && anchor == 0 && tag.is_none())?;
        let decorated = self.properties(anchor, tag.is_some())?;
        if !absent {
            self.skip_trivia();
        }
        let begin = self.cursor;
        let style = match style {
            TScalarStyle::Plain => ScalarStyle::Plain,
            TScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            TScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            TScalarStyle::Literal => ScalarStyle::Literal,
            TScalarStyle::Folded => ScalarStyle::Folded,
        };
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if !absent && !block {
            self.check(mark)?;
        }
        let (end, verbatim, detail) = match style {
            _ if absent => (begin.pos, true, NONE),
            ScalarStyle::Plain => self.plain(value)?,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.quoted(value, style)?,
            ScalarStyle::Literal | ScalarStyle::Folded => self.block(value, style)?,
        };
        if !absent {
            self.cursor.advance(end);
            self.last_end = end;
        }
        let id = self.push(Kind::Scalar(style), begin, detail, decorated, anchor > 0);
        self.close(id, end);
        if let Some(row) = self.index.rows.get_mut(id as usize) {
            row.verbatim = verbatim;
        }
        Ok(())
    }

    /// Measures a plain scalar: its end, whether its text is its value, no detail.
    fn plain(&self, value: &str) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let len = scalar::plain_end(rest, value).ok_or_else(|| self.no_plain_end(rest))?;
        let source = rest.get(..len).unwrap_or_default();
        if scalar::decode_plain(source) != value {
            return Err(self.lost("a plain scalar's value"));
        }
        Ok((self.cursor.pos + len, source == value, NONE))
    }

    /// Says why a plain scalar's value does not lie in the text.
    ///
    /// The scanner skips a comment behind a tab and then goes on with the scalar, where the
    /// specification (section 6.6) has it end.
    fn no_plain_end(&self, rest: &str) -> Error {
        let inside = super::cursor::lines(rest).skip(1).any(|line| {
            let content = line.trim_start_matches([' ', '\t']);
            content.starts_with('#') && line.starts_with([' ', '\t'])
        });
        if !inside {
            return self.lost("a plain scalar");
        }
        let what = "a plain scalar that goes on behind a comment";
        Error::unreadable(self.text, self.cursor.line, self.cursor.col + 1, what)
    }

    fn quoted(&self, value: &str, style: ScalarStyle) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let single = style == ScalarStyle::SingleQuoted;
        let quote = if single { '\'' } else { '"' };
        let len = scalar::quoted_end(rest).filter(|_| rest.starts_with(quote));
        let len = len.ok_or_else(|| self.lost("a quoted scalar"))?;
        let inner = rest.get(1..len - 1).unwrap_or_default();
        let decoded =
            if single { Some(scalar::decode_single(inner)) } else { scalar::decode_double(inner) };
        if decoded.as_deref() != Some(value) {
            return Err(self.lost("a quoted scalar's value"));
        }
        Ok((self.cursor.pos + len, inner == value, NONE))
    }

    fn block(&mut self, value: &str, style: ScalarStyle) -> Result<(usize, bool, u32), Error> {
        let rest = self.cursor.rest();
        let indicator = if style == ScalarStyle::Folded { '>' } else { '|' };
        let header = scalar::header(rest).filter(|_| rest.starts_with(indicator));
        let header = header.ok_or_else(|| self.lost("a block scalar"))?;
        let parent = self.frames.last().map(|frame| frame.column as usize);
        let block = scalar::block(rest, parent, None);
        let block = block.ok_or_else(|| self.lost("a block scalar's content"))?;
        // The scanner adds a newline of its own where the stream ends inside or right behind the
        // content; go-yaml, which Flux and Helm read with, does not.
        let behind = rest.get(block.end..).unwrap_or_default();
        let at_the_end = behind.trim_start_matches([' ', '\n', '\r']).is_empty();
        let same = block.value == value
            || at_the_end && block.value.trim_end_matches('\n') == value.trim_end_matches('\n');
        if !same && block.indent == 0 {
            // The scanner takes `---` for content here, the specification for a document's start.
            let what = "a block scalar without indentation that holds a document marker";
            let (line, column) = (self.cursor.line, self.cursor.col + 1);
            return Err(Error::unreadable(self.text, line, column, what));
        }
        if !same {
            return Err(self.lost("a block scalar's value"));
        }
        // A comment behind the indicators is inside the scalar's span.
        let first_line = rest.get(header.len..header.line_end).unwrap_or_default();
        if let Some(at) = first_line.find('#') {
            let start = self.cursor.pos + header.len + at;
            let end = self.cursor.pos + header.line_end;
            self.comment(Comment { start, end, trailing: true });
        }
        Ok((self.cursor.pos + block.end, false, number(block.indent)))
    }

    fn alias(&mut self, anchor: usize, mark: Marker) -> Result<(), Error> {
        self.slot(false)?;
        self.skip_trivia();
        self.check(mark)?;
        let begin = self.cursor;
        if anchor <= self.document_anchors {
            let what = "this alias names an anchor of another document";
            return Err(Error::unreadable(self.text, begin.line, begin.col + 1, what));
        }
        if self.cursor.peek() != b'*' {
            return Err(self.lost("an alias"));
        }
        let target = self.anchors.get(anchor - 1).copied();
        let target = target.ok_or_else(|| self.lost("an alias's anchor"))?;
        self.cursor.step(1);
        self.name();
        let id = self.push(Kind::Alias, begin, target, false, false);
        self.close(id, self.cursor.pos);
        Ok(())
    }

    fn collection_start(
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

    fn collection_end(&mut self, bracket: u8) -> Result<(), Error> {
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
    fn slot(&mut self, absent: bool) -> Result<(), Error> {
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

    /// Consumes the anchor and the tag that the event says there are.
    fn properties(&mut self, anchor: usize, tagged: bool) -> Result<bool, Error> {
        let node = number(self.index.rows.len());
        let mut found = Properties { node, ..Properties::default() };
        for first in [true, false] {
            if (anchor == 0 || found.anchor.is_some()) && (!tagged || found.tag.is_some()) {
                break;
            }
            self.skip_trivia();
            let start = number(self.cursor.pos);
            if first {
                found.start = start;
            }
            match self.cursor.peek() {
                b'&' if anchor > 0 => {
                    self.cursor.step(1);
                    self.name();
                    found.anchor = Some(start + 1..number(self.cursor.pos));
                }
                b'!' if tagged => {
                    self.tag();
                    found.tag = Some(start..number(self.cursor.pos));
                }
                _ => return Err(self.lost("an anchor or a tag")),
            }
        }
        let any = found.anchor.is_some() || found.tag.is_some();
        if any {
            self.index.properties.push(found);
        }
        Ok(any)
    }

    /// Consumes an anchor's name.
    fn name(&mut self) {
        let rest = self.cursor.rest();
        let ends = [' ', '\t', '\n', '\r', ',', '[', ']', '{', '}', '\u{feff}'];
        self.finish(rest.find(ends).unwrap_or(rest.len()));
    }

    fn tag(&mut self) {
        let rest = self.cursor.rest();
        let len = if rest.starts_with("!<") {
            rest.find('>').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find([' ', '\t', '\n', '\r', ',', '[', ']', '{', '}']).unwrap_or(rest.len())
        };
        self.finish(len);
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

    fn in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.brackets != Brackets::Block)
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

/// Returns the text of a row.
pub(super) fn source<'a>(text: &'a str, row: &Row) -> &'a str {
    slice(text, row.start..row.end)
}

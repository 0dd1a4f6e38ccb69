//! Reads a document line by line into blocks.
//!
//! `CommonMark` is for rendering; notes are written by hand, with lists indented by habit,
//! admonitions that no two systems spell alike, and components that are no Markdown at all. This
//! reader keeps what is open (a fence, a list, a box, a paragraph) and decides each line from
//! that and from its first characters, never looking back further than one line. So it is linear
//! for any input, the lists that it keeps are bounded, and nothing recurses. Where it differs from
//! `CommonMark` it is on the side of keeping text readable as text.

use std::ops::Range;

use super::callout::{self, Callout, Sign};
use super::{BOLD_LINE, Block, Dialect, Document, Kind, Piece};

/// The deepest list or box that is told apart; what nests deeper counts as this deep.
const DEEPEST: usize = 48;

/// The longest paragraph that can be a heading in bold, in bytes.
const LONGEST_BOLD_LINE: usize = 160;

/// Reads a whole document.
pub(super) fn read(dialect: Dialect, text: &str) -> Document<'_> {
    let mut reader = Reader::new(dialect, text);
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        // A lone carriage return ends no line: lines are counted as editors and `grep` do.
        reader.line(Piece { start, end, line: index + 1 });
        start += line.len();
    }
    reader.finish()
}

/// A list item whose nested blocks may still come.
#[derive(Clone, Copy)]
struct OpenItem {
    /// Column of the marker.
    column: usize,
    /// Column of the text.
    content: usize,
    block: usize,
}

/// A box whose end has not come yet.
#[derive(Clone, Copy)]
struct OpenBox {
    callout: Callout,
    until: Until,
}

#[derive(Clone, Copy)]
enum Until {
    Closed,
    /// Lines at this column or left of it end the box.
    Column(usize),
    Unquoted,
}

/// What hides the lines of a document from being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing.
    Text,
    /// A comment of HTML or MDX.
    Comment,
    /// The front matter, of which only the title is read.
    FrontMatter,
}

/// A fence whose end has not come yet.
struct Fence {
    mark: u8,
    length: usize,
    quoted: bool,
}

struct Reader<'a> {
    dialect: Dialect,
    document: Document<'a>,
    items: Vec<OpenItem>,
    boxes: Vec<OpenBox>,
    fence: Option<Fence>,
    /// The block that the next plain line continues.
    open: Option<usize>,
    in_table: bool,
    inside: Inside,
    /// Lines indented more than this are shown as they are (`::` of reStructuredText).
    literal: Option<usize>,
    /// The underline characters of reStructuredText headings, by first use.
    underlines: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(dialect: Dialect, text: &'a str) -> Self {
        Self {
            dialect,
            document: Document { text, pieces: Vec::new(), blocks: Vec::new() },
            items: Vec::new(),
            boxes: Vec::new(),
            fence: None,
            open: None,
            in_table: false,
            inside: Inside::Text,
            literal: None,
            underlines: Vec::new(),
        }
    }

    fn finish(self) -> Document<'a> {
        let mut document = self.document;
        for index in 0..document.blocks.len() {
            if let Some(level) = bold_line(&document, index)
                && let Some(block) = document.blocks.get_mut(index)
            {
                block.kind = Kind::Heading(level);
            }
        }
        document
    }

    fn line(&mut self, whole: Piece) {
        let line = self.document.text_of(whole);
        if whole.line == 1 && line.trim_end() == "---" {
            self.inside = Inside::FrontMatter;
            return;
        }
        if self.inside == Inside::FrontMatter {
            self.front_matter(whole, line);
            return;
        }
        let (quoted, quote) = unquoted(line);
        let inner = line.get(quote..).unwrap_or_default();
        let trimmed = inner.trim_start_matches([' ', '\t', '\u{a0}', '\u{feff}']);
        let column = column_of(inner.get(..inner.len() - trimmed.len()).unwrap_or_default());
        let text = trimmed.trim_end();
        let start = whole.end - trimmed.len();
        let piece = Piece { start, end: start + text.len(), line: whole.line };
        if !quoted {
            self.boxes.retain(|b| !matches!(b.until, Until::Unquoted));
        }
        if self.fence.is_some() {
            self.fenced(whole, quote, text, quoted);
            return;
        }
        if self.inside == Inside::Comment {
            if text.contains("-->") || text.contains("*/}") {
                self.inside = Inside::Text;
            }
            return;
        }
        if text.is_empty() {
            self.close();
            return;
        }
        self.leave_boxes(column);
        self.content(piece, text, column, quoted);
    }

    /// Decides a line that has text and is not inside a fence.
    fn content(&mut self, piece: Piece, text: &str, column: usize, quoted: bool) {
        if let Some(least) = self.literal {
            if column > least {
                self.code_line(piece, quoted);
                return;
            }
            self.literal = None;
        }
        if self.opens_fence(piece, text, quoted) || self.opens_comment(text) {
            return;
        }
        if let Some((sign, rest)) = callout::sign(text, quoted) {
            self.edge(sign, column);
            if rest < text.len() {
                let rest = Piece { start: piece.start + rest, ..piece };
                self.add(Kind::Paragraph, rest, quoted);
                self.open = None;
            }
            return;
        }
        if self.directive(text, column) {
            return;
        }
        if let Some((level, skip)) = self.heading(text, column) {
            self.items.clear();
            let end = piece.start + text.trim_end_matches(['#', ' ', '\t', '=']).len().max(skip);
            self.add(
                Kind::Heading(level),
                Piece { start: piece.start + skip, end, ..piece },
                quoted,
            );
            self.open = None;
            return;
        }
        if self.underlines(text, column) || self.delimits_table(text) {
            return;
        }
        if self.in_table && text.contains('|') {
            self.add(Kind::Row { header: false }, piece, quoted);
            self.open = None;
            return;
        }
        if is_rule(text) || is_silent(text) {
            self.close();
            return;
        }
        if let Some(skip) = item_marker(text) {
            self.item(piece, skip, column, quoted);
            return;
        }
        self.running(piece, text, column, quoted);
    }

    fn running(&mut self, piece: Piece, text: &str, column: usize, quoted: bool) {
        if let Some(open) = self.open
            && self
                .document
                .blocks
                .get(open)
                .is_some_and(|b| b.quoted == quoted && b.kind != Kind::Code)
        {
            self.document.pieces.push(piece);
            if let Some(block) = self.document.blocks.get_mut(open) {
                block.pieces.end = self.document.pieces.len();
            }
        } else {
            self.close_items(column);
            let content = self.items.last().map_or(0, |item| item.content);
            let boxed = self.boxes.iter().any(|b| matches!(b.until, Until::Column(_)));
            if column >= content + 4 && self.dialect == Dialect::Markdown && !boxed {
                self.code_line(piece, quoted);
                return;
            }
            let block = self.add(Kind::Paragraph, piece, quoted);
            self.open = Some(block);
        }
        if self.dialect == Dialect::ReStructured && text.ends_with("::") {
            self.literal = Some(column);
            self.open = None;
        }
    }

    fn item(&mut self, piece: Piece, skip: usize, column: usize, quoted: bool) {
        while self.items.last().is_some_and(|item| item.column >= column) {
            self.items.pop();
        }
        let piece = Piece { start: piece.start + skip, ..piece };
        let block = self.add(Kind::Item, piece, quoted);
        if self.items.len() < DEEPEST {
            self.items.push(OpenItem { column, content: column + skip, block });
        }
        self.open = Some(block);
    }

    /// Ends the list items that a paragraph at this column is not part of.
    fn close_items(&mut self, column: usize) {
        while self.items.last().is_some_and(|item| item.column >= column) {
            self.items.pop();
        }
    }

    fn add(&mut self, kind: Kind, piece: Piece, quoted: bool) -> usize {
        let parent = match kind {
            Kind::Item => self.items.last().map(|item| item.block),
            Kind::Heading(_) => None,
            _ => self.items.last().map(|item| item.block),
        };
        self.in_table = matches!(kind, Kind::Row { .. });
        let first = self.document.pieces.len();
        self.document.pieces.push(piece);
        self.document.blocks.push(Block {
            kind,
            pieces: first..first + 1,
            callout: self.boxes.iter().map(|b| b.callout).max(),
            parent,
            quoted,
            language: None,
        });
        self.document.blocks.len() - 1
    }

    fn close(&mut self) {
        self.open = None;
        self.in_table = false;
    }

    fn front_matter(&mut self, whole: Piece, line: &str) {
        if matches!(line.trim_end(), "---" | "...") || whole.line > 200 {
            self.inside = Inside::Text;
            return;
        }
        if let Some(value) = line.strip_prefix("title:") {
            let value = value.trim_start_matches([' ', '"', '\'', '>', '-']);
            let start = whole.end - value.len();
            let end = start + value.trim_end_matches([' ', '"', '\'']).len();
            self.add(Kind::Heading(0), Piece { start, end, ..whole }, false);
        }
    }

    /// Takes a line inside a fence.
    fn fenced(&mut self, whole: Piece, quote: usize, text: &str, quoted: bool) {
        let Some(fence) = &self.fence else { return };
        let closes = text.len() >= fence.length && text.bytes().all(|b| b == fence.mark);
        if closes || (fence.quoted && !quoted) {
            self.fence = None;
            self.close();
            return;
        }
        let piece = Piece { start: whole.start + if quoted { quote } else { 0 }, ..whole };
        self.code_line(piece, quoted);
    }

    /// Adds a line to the code block that is open, or opens one.
    fn code_line(&mut self, piece: Piece, quoted: bool) {
        let is_last = self.open.is_some_and(|open| open + 1 == self.document.blocks.len());
        if let Some(block) = self.document.blocks.last_mut()
            && block.kind == Kind::Code
            && is_last
        {
            self.document.pieces.push(piece);
            block.pieces.end = self.document.pieces.len();
            return;
        }
        self.open = Some(self.add(Kind::Code, piece, quoted));
    }

    fn opens_fence(&mut self, piece: Piece, text: &str, quoted: bool) -> bool {
        let mark = text.bytes().next().unwrap_or_default();
        let length = text.bytes().take_while(|b| *b == mark).count();
        let is_fence = match self.dialect {
            Dialect::AsciiDoc => matches!(mark, b'-' | b'.') && length >= 4 && length == text.len(),
            _ => matches!(mark, b'`' | b'~') && length >= 3,
        };
        let rest = text.get(length..).unwrap_or_default();
        if !is_fence || (mark == b'`' && rest.contains('`')) {
            return false;
        }
        let skip = rest.len() - rest.trim_start_matches([' ', '{', '.']).len();
        let word = rest.get(skip..).unwrap_or_default();
        let word = word.split([' ', '}', ',']).next().unwrap_or_default();
        let start = piece.start + length + skip;
        let empty = Piece { start: piece.end, end: piece.end, line: piece.line };
        let block = self.add(Kind::Code, empty, quoted);
        if let Some(block) = self.document.blocks.get_mut(block) {
            block.language = Some(start..start + word.len());
        }
        self.open = Some(block);
        self.fence = Some(Fence { mark, length, quoted });
        true
    }

    fn opens_comment(&mut self, text: &str) -> bool {
        let (open, close) = if text.starts_with("{/*") { ("{/*", "*/}") } else { ("<!--", "-->") };
        let Some(rest) = text.strip_prefix(open) else { return false };
        match rest.split_once(close) {
            None => self.inside = Inside::Comment,
            Some((_, after)) if after.trim().is_empty() => {}
            Some(_) => return false,
        }
        self.close();
        true
    }

    fn edge(&mut self, sign: Sign, column: usize) {
        self.close();
        if self.boxes.len() >= DEEPEST {
            self.boxes.clear();
        }
        match sign {
            Sign::Open(callout) => self.boxes.push(OpenBox { callout, until: Until::Closed }),
            Sign::Indented(callout) => {
                self.boxes.push(OpenBox { callout, until: Until::Column(column) });
            }
            Sign::Quoted(callout) => self.boxes.push(OpenBox { callout, until: Until::Unquoted }),
            Sign::Close => {
                self.boxes.pop();
            }
        }
    }

    fn leave_boxes(&mut self, column: usize) {
        while let Some(OpenBox { until: Until::Column(edge), .. }) = self.boxes.last() {
            if column > *edge {
                break;
            }
            self.boxes.pop();
        }
    }

    /// Skips the directives and labels of reStructuredText and the attributes of `AsciiDoc`.
    fn directive(&mut self, text: &str, column: usize) -> bool {
        match self.dialect {
            Dialect::ReStructured if text.starts_with(".. ") => {
                self.close();
                let code = [".. code", ".. parsed-literal", ".. literalinclude", ".. raw"];
                if code.iter().any(|name| text.starts_with(name)) {
                    self.literal = Some(column);
                }
                true
            }
            Dialect::AsciiDoc if text.starts_with('[') && text.ends_with(']') => {
                self.close();
                true
            }
            Dialect::AsciiDoc => {
                text.starts_with(':') && text.trim_start_matches(':').contains(':')
            }
            _ => false,
        }
    }

    /// Reads `## Title` (or `== Title`), and returns the level and where the title starts.
    fn heading(&mut self, text: &str, column: usize) -> Option<(u8, usize)> {
        let mark = if self.dialect == Dialect::AsciiDoc { b'=' } else { b'#' };
        let level = text.bytes().take_while(|b| *b == mark).count();
        let rest = text.get(level..)?;
        let spaced = rest.starts_with([' ', '\t', '\u{a0}']);
        let glued = level >= 2
            && mark == b'#'
            && rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
        if level == 0 || level > 6 || !(spaced || glued) {
            return None;
        }
        if column >= 4 && self.items.is_empty() && self.boxes.is_empty() {
            return None;
        }
        self.close();
        let skip = text.len() - rest.trim_start_matches([' ', '\t', '\u{a0}']).len();
        Some((u8::try_from(level).unwrap_or(6), skip))
    }

    /// Turns the open paragraph into a heading where this line underlines it.
    fn underlines(&mut self, text: &str, column: usize) -> bool {
        let mark = text.bytes().next().unwrap_or_default();
        if text.len() < 2 || !mark.is_ascii_punctuation() || !text.bytes().all(|b| b == mark) {
            return false;
        }
        let structured = self.dialect == Dialect::ReStructured;
        let usable = match mark {
            b'=' => true,
            b'-' => text.len() >= 3,
            b'~' | b'^' | b'*' | b'#' | b'"' | b'+' => structured && text.len() >= 3,
            _ => false,
        };
        let Some(open) = self.open else { return structured && usable };
        let level = match mark {
            b'=' if !structured => 1,
            b'-' if !structured => 2,
            _ => {
                let known = self.underlines.iter().position(|known| *known == mark);
                let place = known.unwrap_or_else(|| {
                    self.underlines.push(mark);
                    self.underlines.len() - 1
                });
                u8::try_from(place + 1).unwrap_or(6).min(6)
            }
        };
        let Some(block) = self.document.blocks.get_mut(open) else { return false };
        let last = block.pieces.end.saturating_sub(1);
        if !usable || column >= 4 || block.kind != Kind::Paragraph || block.parent.is_some() {
            return false;
        }
        // A wrapped paragraph keeps its first lines; the underlined one is the heading.
        if block.pieces.len() > 1 {
            block.pieces.end = last;
            let mut heading = block.clone();
            heading.pieces = last..last + 1;
            heading.kind = Kind::Heading(level);
            self.document.blocks.push(heading);
        } else {
            block.kind = Kind::Heading(level);
        }
        self.items.clear();
        self.close();
        true
    }

    /// Turns the line before into a table's header where this line is `|---|---|`.
    fn delimits_table(&mut self, text: &str) -> bool {
        let dashes =
            text.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t' | b'+' | b'='));
        if !dashes || !text.contains('-') || !text.contains('|') {
            return false;
        }
        let Some(open) = self.open else { return false };
        let Some(block) = self.document.blocks.get_mut(open) else { return false };
        if block.kind != Kind::Paragraph {
            return false;
        }
        let last = block.pieces.end.saturating_sub(1);
        let header = self.document.pieces.get(last).copied();
        if !header.is_some_and(|p| {
            self.document.text.get(p.start..p.end).is_some_and(|t| t.contains('|'))
        }) {
            return false;
        }
        if block.pieces.len() > 1 {
            block.pieces.end = last;
            let mut row = block.clone();
            row.pieces = last..last + 1;
            row.kind = Kind::Row { header: true };
            self.document.blocks.push(row);
        } else {
            block.kind = Kind::Row { header: true };
        }
        self.open = None;
        self.in_table = true;
        true
    }
}

/// Counts the quote signs of a line, and returns where the text after them starts.
fn unquoted(line: &str) -> (bool, usize) {
    let mut at = 0;
    let mut quoted = false;
    loop {
        let rest = line.get(at..).unwrap_or_default();
        let inner = rest.trim_start_matches(' ');
        if rest.len() - inner.len() > 6 || !inner.starts_with('>') {
            return (quoted, at);
        }
        quoted = true;
        at = line.len() - inner.len() + 1;
        if line.get(at..).is_some_and(|rest| rest.starts_with(' ')) {
            at += 1;
        }
    }
}

/// Returns the column after this white space; a tab goes to the next multiple of four.
fn column_of(space: &str) -> usize {
    space.chars().fold(0, |column, c| if c == '\t' { (column / 4 + 1) * 4 } else { column + 1 })
}

/// Returns where the text of a list item starts.
fn item_marker(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    let marker = if matches!(first, b'-' | b'*' | b'+') {
        bytes.iter().take_while(|b| **b == first && first == b'*').count().max(1)
    } else if text.starts_with('•') || text.starts_with('–') {
        '•'.len_utf8()
    } else {
        let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        let ends = matches!(bytes.get(digits), Some(b'.' | b')'));
        if digits == 0 || digits > 4 || !ends {
            return None;
        }
        digits + 1
    };
    let rest = text.get(marker..)?;
    let body = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    let body = ["[ ] ", "[x] ", "[X] "].iter().find_map(|b| body.strip_prefix(b)).unwrap_or(body);
    (rest.len() > body.len() && marker <= 3 + usize::from(first.is_ascii_digit()) * 2)
        .then(|| text.len() - body.len())
}

/// Tells whether a line is a thematic break.
fn is_rule(text: &str) -> bool {
    let mark = text.bytes().next().unwrap_or_default();
    matches!(mark, b'-' | b'*' | b'_' | b'=')
        && text.bytes().filter(|b| *b == mark).count() >= 3
        && text.bytes().all(|b| b == mark || b == b' ')
}

/// Tells whether a line holds nothing to read: a lone tag, an import of MDX, a link definition.
fn is_silent(text: &str) -> bool {
    let tag = text.starts_with('<') && text.ends_with('>') && text.matches('<').count() == 1;
    let import =
        text.starts_with("import ") && text.contains(" from ") && text.contains(['"', '\'']);
    let export = text.starts_with("export ") && text.ends_with([';', '}', '{']);
    let definition = text.starts_with('[')
        && text.find("]: ").is_some_and(|at| {
            text.get(at + 3..).is_some_and(|r| r.starts_with("http") || r.starts_with('<'))
        });
    tag && !text.contains("http") || import || export || definition
}

/// Tells whether a paragraph is one bold line, which writers use as a heading.
fn bold_line(document: &Document<'_>, index: usize) -> Option<u8> {
    let block = document.blocks.get(index)?;
    if block.kind != Kind::Paragraph || block.parent.is_some() || block.pieces.len() != 1 {
        return None;
    }
    let text = document.pieces_of(block).first().map(|piece| document.text_of(*piece))?;
    let inside = |range: Range<usize>| text.get(range).unwrap_or_default();
    if text.len() > LONGEST_BOLD_LINE {
        return None;
    }
    let body = text.trim_end_matches([':', ' ']);
    for mark in ["**", "__"] {
        if body.len() > 4 && body.starts_with(mark) && body.ends_with(mark) {
            let inner = inside(2..body.len() - 2);
            return (!inner.contains(mark) && !inner.ends_with(['.', '!'])).then_some(BOLD_LINE);
        }
    }
    None
}

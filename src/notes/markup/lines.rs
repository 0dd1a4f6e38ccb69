//! Reads a document line by line into blocks.
//!
//! `CommonMark` is for rendering; notes are written by hand, with lists indented by habit,
//! admonitions that no two systems spell alike, and components that are no Markdown at all. This
//! reader keeps what is open (a fence, a list, a box, a paragraph) and decides each line from
//! that and from its first characters, never looking back further than one line. So it is linear
//! for any input, the lists that it keeps are bounded, and nothing recurses. Where it differs from
//! `CommonMark` it is on the side of keeping text readable as text.

use super::boxes::{OpenBox, Until};
use super::callout;
use super::fences::Fence;
use super::shape::{bold_line, column_of, is_rule, is_silent, item_marker, unquoted};
use super::{Block, Dialect, Document, Kind, Piece};

/// The deepest list or box that is told apart; what nests deeper counts as this deep.
pub(super) const DEEPEST: usize = 48;

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
pub(super) struct OpenItem {
    /// Column of the marker.
    column: usize,
    /// Column of the text.
    content: usize,
    block: usize,
}

/// What hides the lines of a document from being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing.
    Text,
    /// A comment of HTML or MDX.
    Comment,
    /// The front matter, of which only the title is read.
    FrontMatter,
}

pub(super) struct Reader<'a> {
    pub(super) dialect: Dialect,
    pub(super) document: Document<'a>,
    pub(super) items: Vec<OpenItem>,
    pub(super) boxes: Vec<OpenBox>,
    pub(super) fence: Option<Fence>,
    /// The block that the next plain line continues.
    pub(super) open: Option<usize>,
    pub(super) in_table: bool,
    pub(super) inside: Inside,
    /// Lines indented more than this are shown as they are (`::` of reStructuredText).
    pub(super) literal: Option<usize>,
    /// The underline characters of reStructuredText headings, by first use.
    pub(super) underlines: Vec<u8>,
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
            self.boxes.retain(|b| b.until != Until::Unquoted);
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
        if self.closes_fenced_box(text) {
            return;
        }
        if let Some(skip) = callout::folded(text) {
            self.items.clear();
            let title = Piece { start: piece.start + skip, ..piece };
            self.add(Kind::Heading(super::BOLD_LINE), title, quoted);
            self.open = None;
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
        if self.opens_fence(piece, text, quoted)
            || self.opens_comment(text)
            || self.directive(text, column)
        {
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

    pub(super) fn add(&mut self, kind: Kind, piece: Piece, quoted: bool) -> usize {
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

    pub(super) fn close(&mut self) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block in a line: its kind, its parent and box where it has them, its pieces.
    fn shown(dialect: Dialect, text: &str) -> Vec<String> {
        let document = read(dialect, text);
        let line = |block: &Block| {
            let pieces: Vec<&str> =
                document.pieces_of(block).iter().map(|p| document.text_of(*p)).collect();
            let parent = block.parent.map(|parent| format!(" in {parent}")).unwrap_or_default();
            let callout = block.callout.map(|callout| format!(" {callout:?}")).unwrap_or_default();
            let kind = match block.kind {
                Kind::Heading(level) => format!("h{level}"),
                Kind::Item => "item".to_owned(),
                Kind::Paragraph => "text".to_owned(),
                Kind::Code => format!("code {}", document.language(block)).trim_end().to_owned(),
                Kind::Row { header } => {
                    if header {
                        "header".to_owned()
                    } else {
                        "row".to_owned()
                    }
                }
            };
            format!("{kind}{parent}{callout}: {}", pieces.join("|"))
        };
        document.blocks.iter().map(line).collect()
    }

    #[test]
    fn markdown_becomes_blocks() {
        let text = "---\ntitle: \"A title\"\nother: x\n---\n# One #\n\nTwo\nlines.\n\n- a\n  wrapped\n  - b\n\n    under b\n- c\n\nSetext\n------\n\n**Bold line:**\n\n1. d\n```yaml\ne: f\n```\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n---\n";
        let expected = [
            "h0: A title",
            "h1: One",
            "text: Two|lines.",
            "item: a|wrapped",
            "item in 3: b",
            "text in 4: under b",
            "item: c",
            "h2: Setext",
            "h7: **Bold line:**",
            "item: d",
            "code yaml in 9: |e: f",
            "header: | x | y |",
            "row: | 1 | 2 |",
        ];
        assert_eq!(shown(Dialect::Markdown, text), expected);
    }

    #[test]
    fn boxes_of_all_kinds_hold_their_text() {
        let text = "> [!WARNING]\n> a\n\nb\n\n!!! danger \"Title\"\n    c\n\n    d\n\ne\n\n:::caution\nf\n:::\n\ng\n\n<Note>\n\nh\n\n</Note>\ni\n";
        let expected = [
            "text Warning: a",
            "text: b",
            "text Warning: Title\"",
            "text Warning: c",
            "text Warning: d",
            "text: e",
            "text Warning: f",
            "text: g",
            "text Note: h",
            "text: i",
        ];
        assert_eq!(shown(Dialect::Markdown, text), expected);
    }

    #[test]
    fn comments_imports_and_tags_are_not_text() {
        let text = "import X from 'y'\n\n<!-- a\nb -->\n<details>\n<summary>c</summary>\n\nd\n\n</details>\n{/* e */}\nf\n";
        assert_eq!(
            shown(Dialect::Markdown, text),
            ["text: <summary>c</summary>", "text: d", "text: f"]
        );
    }

    #[test]
    fn restructured_text_and_asciidoc_have_headings_and_boxes() {
        let text = "=====\nTitle\n=====\n\n.. _label:\n\nPart\n----\n\n.. warning::\n\n   a\n\n* b\n\nLike this::\n\n   code\n\nc\n";
        let expected = [
            "h1: Title",
            "h2: Part",
            "text Warning: a",
            "item: b",
            "text: Like this::",
            "code: code",
            "text: c",
        ];
        assert_eq!(shown(Dialect::ReStructured, text), expected);
        let text =
            "= Title\n:attribute: x\n\n== Part\n\n[WARNING]\n====\na\n====\n\n----\ncode\n----\n";
        let expected = ["h1: Title", "h2: Part", "text: a", "code: |code"];
        assert_eq!(shown(Dialect::AsciiDoc, text), expected);
    }

    #[test]
    fn lines_are_counted_as_editors_count_them() {
        let document = read(Dialect::Markdown, "a\r\n\r\nb\rc\n\nd");
        let lines: Vec<usize> = document.pieces.iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [1, 3, 5]);
    }
}

//! Documents of notes, as blocks over their original text.
//!
//! Notes come as Markdown in all its dialects (admonitions, MDX, inline HTML), as
//! reStructuredText, `AsciiDoc` and plain text. What later rooms need of them is the same for all:
//! headings with their level, list items with their parents, paragraphs, code, table rows, and
//! whether a warning stands around them. [`lines`] reads them in one pass, line by line ([`shape`],
//! [`openings`], [`fences`], [`callout`], [`boxes`]), which keeps hostile input linear and every
//! block's lines known; [`inline`] turns one block into plain text that remembers where each byte
//! came from, and [`sentences`] cuts that. Nothing here knows what notes mean.

mod boxes;
mod callout;
mod fences;
mod inline;
mod lines;
mod marks;
mod openings;
mod sentences;
mod shape;

pub(super) use callout::Callout;
pub(super) use inline::Plain;

use std::ops::Range;

/// How a file of notes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Markdown, MDX, and plain text, which reads well as Markdown.
    Markdown,
    /// reStructuredText, as far as headings, lists and directives go.
    ReStructured,
    /// `AsciiDoc`, as far as headings, lists and admonitions go.
    AsciiDoc,
}

impl Dialect {
    /// Tells the dialect from a file's name.
    pub(super) fn of(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref()
        {
            Some("rst") => Self::ReStructured,
            Some("adoc" | "asciidoc") => Self::AsciiDoc,
            _ => Self::Markdown,
        }
    }
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading. Level 0 is the title of the front matter, 1 to 6 are as written, 7 is a
    /// paragraph that is one bold line.
    Heading(u8),
    /// A list item's own text, without its nested blocks.
    Item,
    /// Running text.
    Paragraph,
    /// Lines of code or of anything else that is shown as it is.
    Code,
    /// A row of a table; the first of a table is its header.
    Row {
        /// Whether this row names the columns.
        header: bool,
    },
}

/// The level of a heading that is only a bold line.
pub(super) const BOLD_LINE: u8 = 7;

/// The part of one line that belongs to a block, without list markers and quote signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// First byte in the document.
    pub(super) start: usize,
    /// End in the document, line ending not included.
    pub(super) end: usize,
    /// Line number, counted from 1.
    pub(super) line: usize,
}

/// One block: a run of pieces and what stands around it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// What it is.
    pub(super) kind: Kind,
    /// Its pieces, as indexes into the document's.
    pub(super) pieces: Range<usize>,
    /// The admonition that it stands in.
    pub(super) callout: Option<Callout>,
    /// The list item that it is nested in, as an index into the document's blocks.
    pub(super) parent: Option<usize>,
    /// Whether it is quoted with `>`.
    pub(super) quoted: bool,
    /// The word after the opening fence of a code block, where there is one.
    pub(super) language: Option<Range<usize>>,
}

/// A document's blocks over its text.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// The text, as it was given.
    pub(super) text: &'a str,
    /// The pieces of lines that blocks are made of, in order.
    pub(super) pieces: Vec<Piece>,
    /// The blocks, in order.
    pub(super) blocks: Vec<Block>,
}

impl<'a> Document<'a> {
    /// Reads a document; every text is one.
    pub(super) fn parse(dialect: Dialect, text: &'a str) -> Self {
        lines::read(dialect, text)
    }

    /// Returns the pieces of a block.
    pub(super) fn pieces_of(&self, block: &Block) -> &[Piece] {
        self.pieces.get(block.pieces.clone()).unwrap_or_default()
    }

    /// Returns the text of one piece.
    pub(super) fn text_of(&self, piece: Piece) -> &'a str {
        self.text.get(piece.start..piece.end).unwrap_or_default()
    }

    /// Returns a block as plain text.
    pub(super) fn plain(&self, block: &Block) -> Plain {
        Plain::of(self, block)
    }

    /// Returns the language of a code block, lower case, empty where none is named.
    pub(super) fn language(&self, block: &Block) -> String {
        block
            .language
            .clone()
            .and_then(|range| self.text.get(range))
            .unwrap_or_default()
            .to_ascii_lowercase()
    }
}

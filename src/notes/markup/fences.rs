//! Code: between fences, and indented.
//!
//! A fence is closed by a line of the same marks that is at least as long, or by the end of the
//! quotation that it stands in. Whatever is between is code and says nothing, but for diffs and
//! examples before and after, which a later room reads.

use super::lines::Reader;
use super::{Dialect, Kind, Piece};

/// A fence whose end has not come yet.
pub(super) struct Fence {
    pub(super) mark: u8,
    pub(super) length: usize,
    pub(super) quoted: bool,
}

impl Reader<'_> {
    /// Opens a code block where a line is a fence.
    pub(super) fn opens_fence(&mut self, piece: Piece, text: &str, quoted: bool) -> bool {
        let mark = text.bytes().next().unwrap_or_default();
        let length = text.bytes().take_while(|b| *b == mark).count();
        let is_fence = match self.dialect {
            Dialect::AsciiDoc => matches!(mark, b'-' | b'.') && length >= 4 && length == text.len(),
            // Tildes underline titles there.
            Dialect::ReStructured => false,
            Dialect::Markdown => matches!(mark, b'`' | b'~') && length >= 3,
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

    /// Takes a line inside a fence.
    pub(super) fn fenced(&mut self, whole: Piece, quote: usize, text: &str, quoted: bool) {
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
    pub(super) fn code_line(&mut self, piece: Piece, quoted: bool) {
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
}

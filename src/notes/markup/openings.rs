//! Lines that begin something: a heading, a comment, a table, a directive.

use super::lines::{Inside, Reader};
use super::{Dialect, Kind};

impl Reader<'_> {
    pub(super) fn opens_comment(&mut self, text: &str) -> bool {
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

    /// Skips the directives and labels of reStructuredText and the attributes of `AsciiDoc`.
    pub(super) fn directive(&mut self, text: &str, column: usize) -> bool {
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
    pub(super) fn heading(&mut self, text: &str, column: usize) -> Option<(u8, usize)> {
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
    pub(super) fn underlines(&mut self, text: &str, column: usize) -> bool {
        let mark = text.bytes().next().unwrap_or_default();
        if text.len() < 2 || !mark.is_ascii_punctuation() || !text.bytes().all(|b| b == mark) {
            return false;
        }
        if self.dialect == Dialect::AsciiDoc {
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
    pub(super) fn delimits_table(&mut self, text: &str) -> bool {
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

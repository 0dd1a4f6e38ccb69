//! What a single line looks like, whatever stands around it.

use std::ops::Range;

use super::{BOLD_LINE, Document, Kind};

/// The longest paragraph that can be a heading in bold, in bytes.
const LONGEST_BOLD_LINE: usize = 160;

/// Counts the quote signs of a line, and returns where the text after them starts.
pub(super) fn unquoted(line: &str) -> (bool, usize) {
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
pub(super) fn column_of(space: &str) -> usize {
    space.chars().fold(0, |column, c| if c == '\t' { (column / 4 + 1) * 4 } else { column + 1 })
}

/// Returns where the text of a list item starts.
pub(super) fn item_marker(text: &str) -> Option<usize> {
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
pub(super) fn is_rule(text: &str) -> bool {
    let mark = text.bytes().next().unwrap_or_default();
    matches!(mark, b'-' | b'*' | b'_' | b'=')
        && text.bytes().filter(|b| *b == mark).count() >= 3
        && text.bytes().all(|b| b == mark || b == b' ')
}

/// Tells whether a line holds nothing to read: a lone tag, an import of MDX, a link definition.
pub(super) fn is_silent(text: &str) -> bool {
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
pub(super) fn bold_line(document: &Document<'_>, index: usize) -> Option<u8> {
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

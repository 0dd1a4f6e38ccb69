//! Where a passage's words stand in the source, and how they read in short.
//!
//! A quote is the part of a sentence that stands on one line, byte for byte, so that anybody can
//! find it there with `grep`. A summary is the whole sentence on one line, without markup and
//! without the references that lists of changes put behind it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::fact::Evidence;
use super::super::markup::{Block, Document, Piece, Plain};

/// The longest quote, in bytes.
const LONGEST_QUOTE: usize = 600;

/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 300;

/// Quotes the line of a sentence that holds the byte `at` of the plain text.
pub(super) fn quote(
    source: &str,
    document: &Document<'_>,
    block: &Block,
    plain: &Plain,
    sentence: &Range<usize>,
    at: usize,
) -> Option<Evidence> {
    let origin = plain.origin(at);
    let pieces = document.pieces_of(block);
    let piece = *pieces.iter().find(|p| (p.start..=p.end).contains(&origin)).or(pieces.first())?;
    let start = plain.origin(sentence.start).max(piece.start);
    let end = if sentence.end >= plain.text.len() {
        piece.end
    } else {
        plain.origin(sentence.end).min(piece.end)
    };
    let start = if start > end { piece.start } else { start };
    // The marks that open a link or bold words belong to the words.
    let before = document.text.get(piece.start..start).unwrap_or_default();
    let start = piece.start + before.trim_end_matches(['[', '*', '_', '`']).len();
    whole(source, document, Piece { start, end, ..piece }, origin)
}

/// Quotes one line, or the part of it around `origin` where it is very long.
pub(super) fn whole(
    source: &str,
    document: &Document<'_>,
    piece: Piece,
    origin: usize,
) -> Option<Evidence> {
    let mut range = piece.start..piece.end;
    if range.len() > LONGEST_QUOTE {
        let start = origin.saturating_sub(LONGEST_QUOTE / 3).max(piece.start);
        range = start..(start + LONGEST_QUOTE).min(piece.end);
    }
    while !document.text.is_char_boundary(range.start) {
        range.start += 1;
    }
    while !document.text.is_char_boundary(range.end) {
        range.end -= 1;
    }
    let quote = document.text.get(range)?.trim();
    (!quote.is_empty()).then(|| Evidence {
        source: source.to_owned(),
        line: piece.line,
        quote: quote.to_owned(),
    })
}

/// Shortens a sentence to what it says.
pub(super) fn summary(sentence: &str) -> String {
    static REFERENCES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:[\s,;(\[-]*(?:\b(?:by|in|and|see|PR|GH|via|thanks to)\b:?\s*)?(?:@[\w\[\]-]+|(?:(?:PR|MR|GH|issue|pull|bug|ticket) )?#\d+|<url>|(?-u:\b)[0-9a-f]{7,40}(?-u:\b)|\w+/\w+#\d+)[)\],.;]*)+\s*$").ok()
    });
    let sentence = sentence.trim().trim_start_matches(['-', '*', ' ']);
    let cut = REFERENCES
        .as_ref()
        .and_then(|pattern| pattern.find(sentence))
        .filter(|found| found.start() > 0);
    let sentence =
        cut.map_or(sentence, |found| sentence.get(..found.start()).unwrap_or(sentence)).trim_end();
    match sentence.char_indices().nth(LONGEST_SUMMARY) {
        None => sentence.to_owned(),
        Some((end, _)) => {
            let kept = sentence.get(..end).unwrap_or_default();
            let word = kept.rfind(' ').unwrap_or(end);
            format!("{} …", kept.get(..word).unwrap_or(kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_no_part_of_a_summary() {
        for (sentence, expected) in [
            ("Drop the old mode (#123)", "Drop the old mode"),
            ("Drop the old mode @one (<url>)", "Drop the old mode"),
            ("Drop the old mode (#123 - @one and @two)", "Drop the old mode"),
            ("Drop the old mode by @one in <url>", "Drop the old mode"),
            ("Use port 8080", "Use port 8080"),
            ("Require a yard of 12.4 #123", "Require a yard of 12.4"),
        ] {
            assert_eq!(summary(sentence), expected);
        }
    }
}

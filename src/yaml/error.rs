//! What can go wrong while a stream is read, told with line, column and snippet.

use std::fmt::Write as _;

/// Why a text could not be read as a YAML stream.
///
/// Lines and columns count from 1; columns count characters. The display form holds the place,
/// what is wrong, and the line with a mark under the character.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The YAML scanner rejects the text, or the text holds what no manifest may hold.
    #[error("line {line}, column {column}: {what}\n{snippet}")]
    Unreadable {
        /// The line where it stands.
        line: u32,
        /// The column where it stands.
        column: u32,
        /// What was found, or what was expected.
        what: String,
        /// The line with a mark under the place.
        snippet: String,
    },
    /// The text at a place does not decode to what the scanner read there.
    ///
    /// This is a defect of refit, never of the file; the file is left alone until it is mended.
    #[error(
        "line {line}, column {column}: refit lost its place ({what}), please report it\n{snippet}"
    )]
    Span {
        /// The line where it stands.
        line: u32,
        /// The column where it stands.
        column: u32,
        /// What was expected there.
        what: String,
        /// The line with a mark under the place.
        snippet: String,
    },
    /// The bytes are not UTF-8 text.
    #[error("line {line}: not UTF-8 text ({what})")]
    Encoding {
        /// The line of the first byte that is not UTF-8.
        line: u32,
        /// What the bytes look like instead.
        what: String,
    },
    /// The text is larger than positions of 32 bits can name.
    #[error("{bytes} bytes are more than a YAML stream may have here")]
    TooLarge {
        /// The size of the text in bytes.
        bytes: usize,
    },
}

impl Error {
    /// Returns the line, from 1, where there is one.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Unreadable { line, .. }
            | Self::Span { line, .. }
            | Self::Encoding { line, .. } => Some(*line),
            Self::TooLarge { .. } => None,
        }
    }

    /// Returns the column in characters, from 1, where there is one.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        match self {
            Self::Unreadable { column, .. } | Self::Span { column, .. } => Some(*column),
            Self::Encoding { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// Tells whether refit, rather than the file, is at fault.
    #[must_use]
    pub fn is_defect(&self) -> bool {
        matches!(self, Self::Span { .. })
    }

    pub(super) fn unreadable(text: &str, line: u32, column: u32, what: impl Into<String>) -> Self {
        Self::Unreadable { line, column, what: what.into(), snippet: snippet(text, line, column) }
    }

    pub(super) fn span(text: &str, line: u32, column: u32, what: impl Into<String>) -> Self {
        Self::Span { line, column, what: what.into(), snippet: snippet(text, line, column) }
    }
}

/// The most characters of a line that a snippet shows on either side of the place.
const SNIPPET_REACH: usize = 60;

/// Draws a line of the text with a mark under the character at `column`.
///
/// Long lines are cut to the neighbourhood of the place; control characters are replaced, since
/// what is printed here comes from outside.
pub(super) fn snippet(text: &str, line: u32, column: u32) -> String {
    let Some(source) = super::cursor::lines(text).nth(line.saturating_sub(1) as usize) else {
        return String::new();
    };
    let at = column.saturating_sub(1) as usize;
    let from = at.saturating_sub(SNIPPET_REACH);
    let shown: Vec<char> = source.chars().skip(from).take(2 * SNIPPET_REACH).collect();
    let cut_before = if from > 0 { "…" } else { "" };
    let cut_after = if shown.len() == 2 * SNIPPET_REACH { "…" } else { "" };
    let clean: String =
        shown.iter().map(|&c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let gutter = line.to_string();
    let margin = " ".repeat(gutter.len());
    let indent = " ".repeat(at - from + cut_before.chars().count());
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{margin} |\n{gutter} | {cut_before}{}{cut_after}\n{margin} | {indent}^",
        clean.trim_end()
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_marks_the_character() {
        assert_eq!(snippet("a: 1\nb: [x\n", 2, 5), "  |\n2 | b: [x\n  |     ^");
        assert_eq!(snippet("é: \u{1b}[x", 1, 4), "  |\n1 | é: \u{fffd}[x\n  |    ^");
        assert_eq!(snippet("a", 7, 1), "");
    }

    #[test]
    fn a_snippet_of_a_long_line_is_short() {
        let text = "x".repeat(2_000_000);
        let drawn = snippet(&text, 1, 1_000_000);
        assert!(drawn.chars().count() < 400, "{}", drawn.len());
        assert!(drawn.contains('…'));
    }
}

//! What can go wrong while a stream is read, told with line, column and snippet.

use super::snippet::snippet;

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

    /// Returns what is wrong without its place, for a message that names the place itself: the
    /// sentence alone, or with the line below it.
    #[must_use]
    pub fn message(&self, with_line: bool) -> String {
        match self {
            Self::Unreadable { what, snippet, .. } if !with_line || snippet.is_empty() => {
                what.clone()
            }
            Self::Unreadable { what, snippet, .. } => format!("{what}\n{snippet}"),
            Self::Span { what, snippet, .. } => {
                let what = format!("refit lost its place ({what}), please report it");
                if with_line { format!("{what}\n{snippet}") } else { what }
            }
            Self::Encoding { what, .. } => format!("not UTF-8 text ({what})"),
            Self::TooLarge { .. } => self.to_string(),
        }
    }

    pub(super) fn unreadable(text: &str, line: u32, column: u32, what: impl Into<String>) -> Self {
        Self::Unreadable { line, column, what: what.into(), snippet: snippet(text, line, column) }
    }

    pub(super) fn span(text: &str, line: u32, column: u32, what: impl Into<String>) -> Self {
        Self::Span { line, column, what: what.into(), snippet: snippet(text, line, column) }
    }
}

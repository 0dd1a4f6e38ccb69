//! Why an edit was not made.

use super::super::error::Error;
use super::super::node::Node;
use super::super::path::Spot;

/// Why a set of edits was not made. Nothing of it was.
///
/// Lines count from 1 and are those of the text before the edit, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing stands at the spot.
    #[error("nothing stands at {spot}: {missing}")]
    NotFound {
        /// The spot that was asked for.
        spot: Spot,
        /// Which step leads nowhere, and from which line.
        missing: String,
    },
    /// The spot lies behind an alias; the text to edit is that of its anchor.
    #[error(
        "line {line}: {spot} is reached through the alias *{anchor}, edit the anchor at {target} (line {target_line}) instead"
    )]
    Alias {
        /// The spot that was asked for.
        spot: Spot,
        /// The alias's line.
        line: u32,
        /// The anchor's name.
        anchor: String,
        /// Where the anchored node stands.
        target: Spot,
        /// The anchored node's line.
        target_line: u32,
    },
    /// The key comes from another mapping through `<<`.
    #[error("line {line}: {spot} comes from a merge key, insert the key itself to override it")]
    Merged {
        /// The spot that was asked for.
        spot: Spot,
        /// The line of the mapping that the key is merged into.
        line: u32,
    },
    /// More than one node answers to the spot.
    #[error("line {line}: {spot} is ambiguous, {what}")]
    Ambiguous {
        /// The spot that was asked for.
        spot: Spot,
        /// The line of the second node.
        line: u32,
        /// What there is more than one of.
        what: String,
    },
    /// The text at the spot is not the one that the edit was made for.
    #[error("line {line}: {spot} should read `{expected}` and reads `{found}`")]
    Changed {
        /// The spot.
        spot: Spot,
        /// The line.
        line: u32,
        /// What the edit expects to find.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A key that was to be inserted is there already; or two edits of one set bring the same key,
    /// then the line is that in the edited text.
    #[error("line {line}: {spot} is there already")]
    Exists {
        /// The spot of the key.
        spot: Spot,
        /// Its line.
        line: u32,
    },
    /// What would be taken out has an anchor that is used elsewhere.
    #[error("line {line}: {spot} is used by the alias `{alias}` on line {alias_line}")]
    InUse {
        /// The anchored node.
        spot: Spot,
        /// Its line.
        line: u32,
        /// The alias as written.
        alias: String,
        /// The alias's line.
        alias_line: u32,
    },
    /// Two edits of one set touch the same text.
    #[error("line {line}: two edits overlap, {first} and {second}")]
    Overlap {
        /// The line where they meet.
        line: u32,
        /// What the first edit is about.
        first: String,
        /// What the second edit is about.
        second: String,
    },
    /// The document is encrypted by SOPS; any edit would break its checksum.
    #[error("line {line}: the document is encrypted by SOPS and never edited")]
    Encrypted {
        /// The line of the `sops` key.
        line: u32,
    },
    /// The edit has no meaning at this spot, or would need a form that refit does not write.
    #[error("line {line}: {spot}: {what}")]
    Unsupported {
        /// The spot.
        spot: Spot,
        /// Its line.
        line: u32,
        /// What cannot be done.
        what: String,
    },
    /// The edited text is no YAML.
    #[error("the edited text cannot be read: {0}")]
    Unreadable(Error),
    /// The edited text differs in more, or in other things, than was meant.
    #[error("the edit is not proved, line {line} of the edited text: {what}")]
    Unproved {
        /// The line in the edited text.
        line: u32,
        /// Where the two trees part.
        what: String,
    },
    /// Undoing the edit would not give the same bytes.
    #[error("the edit cannot be undone exactly: {0}")]
    NoInverse(String),
    /// YAML inside a block scalar could not be edited.
    #[error("inside the block scalar at {spot} (line {line}): {error}")]
    Embedded {
        /// The block scalar.
        spot: Spot,
        /// Its line; the error's own lines count from its first line of content.
        line: u32,
        /// What went wrong inside.
        error: Box<EditError>,
    },
}

impl EditError {
    pub(super) fn unsupported(node: Node<'_>, what: impl Into<String>) -> Self {
        Self::Unsupported { spot: node.spot(), line: node.line(), what: what.into() }
    }
}

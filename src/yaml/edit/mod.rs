//! Exact edits: splices of text that are proved before they count.
//!
//! [`edit()`] takes a stream and a set of edits, all meant for the text as it is now, and gives
//! the new text with the edits that undo it. The rooms, in the order in which data passes:
//!
//! - `locate` finds what each edit is about, and refuses aliases, merge keys and doubles;
//! - `plan` gathers the changes of each scalar and each collection (with `resolve`);
//! - `block` and `flow` turn a collection's changes into splices (`entries` measures it, `habits`
//!   knows how the file writes, `value` and `shift` write what is new or moved);
//! - `splice` applies them all at once;
//! - `proof` reads the new text and compares what stands there (`events`) with what must
//!   (`expect`);
//! - `inverse` builds the edits that undo these, and they are tried.
//!
//! An inverse is made for the text that its edit has left: it holds what it expects to find, and
//! is refused where somebody has changed that since.

mod block;
mod embedded;
mod entries;
mod error;
mod events;
mod expect;
mod flow;
mod habits;
mod inverse;
mod locate;
mod plan;
mod proof;
mod resolve;
mod scalars;
mod shift;
mod splice;
#[cfg(test)]
mod tests;
mod value;

use serde::{Deserialize, Serialize};

use super::path::{Spot, Step};
use super::stream::Stream;
use splice::Splice;

pub use error::EditError;
pub use value::Value;

/// A change of a stream at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Gives a scalar another text.
    ///
    /// Quotes, anchor, tag and comment stay. What was plain is written in double quotes where the
    /// new text written plain would be a number, a boolean, a null or a date to some reader; the
    /// result has a note then. Replacing a text by itself changes nothing.
    Replace {
        /// The scalar.
        at: Spot,
        /// The decoded text that must stand there.
        before: String,
        /// The decoded text to put there.
        after: String,
    },
    /// Gives a scalar another value of a type that is meant: a number stays a number.
    Set {
        /// The scalar.
        at: Spot,
        /// The decoded text that must stand there.
        before: String,
        /// A scalar value.
        value: Value,
    },
    /// Writes a scalar exactly so. Undoes edits that had to change quotes.
    Respell {
        /// The scalar, or the entry whose key is meant.
        at: Spot,
        /// Whether the entry's key is meant, and not its value.
        key: bool,
        /// The source that must stand there, quotes included.
        before: String,
        /// The source to put there; an empty one makes the value absent.
        after: String,
    },
    /// Gives an entry another key, in its place.
    RenameKey {
        /// The entry.
        at: Spot,
        /// The new key.
        to: String,
    },
    /// Adds an entry to a mapping, or an item to a list.
    ///
    /// Where `into` does not exist, the missing mappings are made. A null and an empty collection
    /// can be filled. The file's indentation, line breaks and layout are copied.
    Insert {
        /// The mapping or list.
        into: Spot,
        /// The key; `None` for an item of a list.
        key: Option<String>,
        /// The value.
        value: Value,
        /// Where among the entries.
        place: Place,
    },
    /// Takes out an entry with its value and its comments.
    ///
    /// The last entry of a collection leaves `{}` or `[]` behind, since nothing at all would be a
    /// null.
    Remove {
        /// The entry's value, or the item.
        at: Spot,
        /// The exact text to take out, which holds the entry; `None` for the entry with the
        /// comments that belong to it.
        before: Option<String>,
        /// What to leave where nothing is left of the collection, from its colon or dash on;
        /// `None` for an empty collection.
        leave: Option<String>,
    },
    /// Moves an entry with its comments to another collection of the same kind.
    ///
    /// Where `into` does not exist, the missing mappings are made around the entry.
    Move {
        /// The entry's value, or the item.
        from: Spot,
        /// The mapping or list that it goes to, as it is before the move.
        into: Spot,
        /// Another key for it; `None` keeps the key.
        key: Option<String>,
        /// Where among the entries there.
        place: Place,
    },
    /// Puts back the exact text that a removal took out.
    Restore {
        /// The mapping or list that it was taken from.
        into: Spot,
        /// Where in it.
        slot: Slot,
        /// The text.
        text: String,
        /// What the removal left there instead, which must stand there.
        instead_of: Option<String>,
    },
}

impl Edit {
    /// Makes a [`Edit::Replace`].
    #[must_use]
    pub fn replace(at: Spot, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self::Replace { at, before: before.into(), after: after.into() }
    }

    /// Makes a [`Edit::Set`].
    #[must_use]
    pub fn set(at: Spot, before: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Set { at, before: before.into(), value: value.into() }
    }

    /// Makes a [`Edit::Insert`] of an entry, behind the mapping's last.
    #[must_use]
    pub fn insert(into: Spot, key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Insert { into, key: Some(key.into()), value: value.into(), place: Place::Last }
    }

    /// Makes a [`Edit::Insert`] of an item, behind the list's last.
    #[must_use]
    pub fn insert_item(into: Spot, value: impl Into<Value>) -> Self {
        Self::Insert { into, key: None, value: value.into(), place: Place::Last }
    }

    /// Makes a [`Edit::Remove`].
    #[must_use]
    pub fn remove(at: Spot) -> Self {
        Self::Remove { at, before: None, leave: None }
    }

    /// Returns the spot that the edit is about: the scalar or entry, or the collection that
    /// something is added to.
    #[must_use]
    pub fn spot(&self) -> &Spot {
        match self {
            Self::Replace { at, .. }
            | Self::Set { at, .. }
            | Self::Respell { at, .. }
            | Self::RenameKey { at, .. }
            | Self::Remove { at, .. } => at,
            Self::Insert { into, .. } | Self::Restore { into, .. } => into,
            Self::Move { from, .. } => from,
        }
    }

    /// Names the edit in a message.
    fn name(&self) -> String {
        let verb = match self {
            Self::Replace { .. } => "replace",
            Self::Set { .. } => "set",
            Self::Respell { .. } => "respell",
            Self::RenameKey { .. } => "rename",
            Self::Insert { .. } => "insert into",
            Self::Remove { .. } => "remove",
            Self::Move { .. } => "move",
            Self::Restore { .. } => "restore into",
        };
        format!("{verb} {}", self.spot())
    }
}

/// A place among the entries of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before the first entry.
    First,
    /// Behind the last entry; in a mapping before it, where the file ends in a block scalar
    /// without a line break and a line behind it would change its text.
    #[default]
    Last,
    /// Before this entry, and before its comments.
    Before(Step),
    /// Behind this entry and its comments.
    After(Step),
}

/// The exact place of a text among the entries of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The entry before it, by its key, or by its number from 0 in a list and where a mapping has
    /// the key twice; `None` where there is none.
    pub after: Option<Step>,
    /// Where, seen from that entry's end; without an entry, from where the collection begins.
    pub side: Side,
}

/// Where a text stands, seen from the end of what is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// At the start of a line, so many lines below the next one.
    Lines(usize),
    /// At the end of a line, so many lines below.
    LineEnd(usize),
    /// Directly behind.
    Behind,
    /// Directly in front of the entry that comes next.
    Ahead,
}

/// What came of a set of edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// The edits that give the old text back, byte for byte, when applied to the new one.
    pub inverse: Vec<Edit>,
    /// What a reviewer should know.
    pub notes: Vec<Note>,
}

/// Something about an edit that a reviewer should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where, in the new text.
    pub spot: Spot,
    /// What, as in: written in quotes, since a plain `1.10` is a number.
    pub message: String,
}

/// Applies a set of edits to a stream, proves the result, and builds the edits that undo it.
///
/// All edits mean the stream as it is given; they may stand in any order, and insertions at one
/// place keep theirs. Either all of them are made or none.
///
/// # Errors
/// An [`EditError`] when a spot is not found or not its own text, when something else stands there
/// than the edit expects, when edits overlap, when the result differs from the old tree in
/// anything but what was meant, and when it could not be undone exactly.
pub fn edit(stream: &Stream, edits: &[Edit]) -> Result<Edited, EditError> {
    transact(stream, edits, 0).map(|(edited, _)| edited)
}

/// Does what [`edit()`] does, `depth` block scalars deep, and returns the splices as well.
fn transact(
    stream: &Stream,
    edits: &[Edit],
    depth: usize,
) -> Result<(Edited, Vec<Splice>), EditError> {
    let name = |edit: usize| edits.get(edit).map(Edit::name).unwrap_or_default();
    let plan = plan::plan(stream, edits, depth)?;
    let spliced = splice::apply(stream, plan.splices.clone(), name)?;
    let after = Stream::parse(spliced.text.as_str()).map_err(EditError::Unreadable)?;
    let proved = proof::prove(&plan, &spliced, &after)?;
    let inverse = inverse::inverse(&plan, &spliced, &after, &proved)?;
    let notes = plan.notes(&after, &proved);
    // The inverse is tried rather than trusted; equal bytes need no second proof.
    let undone = plan::plan(&after, &inverse, depth)
        .and_then(|undo| splice::apply(&after, undo.splices, |edit| format!("inverse {edit}")))
        .map_err(|error| EditError::NoInverse(error.to_string()))?;
    if undone.text != stream.text() {
        let same = undone.text.bytes().zip(stream.text().bytes()).take_while(|(a, b)| a == b);
        let line = entries::line_of(stream.text(), same.count());
        return Err(EditError::NoInverse(format!("line {line} would come back differently")));
    }
    Ok((Edited { text: spliced.text, inverse, notes }, spliced.splices))
}

//! Manifests as text: exact spans, exact edits, and the proof of each edit.
//!
//! A manifest is never serialised. Its text is the truth; what is read from it is an index of
//! spans, and an edit is a splice of bytes that is proved before anything is written. The rooms,
//! in the order in which data passes through them:
//!
//! - [`Stream`] reads a text (`read`, with `cursor` and `scalar`) into an index (`index`);
//! - [`Node`] looks things up in it (with `merges` and `comments`), [`Path`] and [`Spot`] say where they stand;
//! - [`Error`] names line, column and snippet of what cannot be read;
//! - [`edit()`] applies a set of [`Edit`]s, proves the result, and builds the way back (`edit`,
//!   with `spelling`).

mod comments;
mod cursor;
mod edit;
mod error;
mod index;
mod merges;
mod node;
mod path;
#[cfg(test)]
mod properties;
mod read;
mod scalar;
mod snippet;
mod spelling;
mod stream;
#[cfg(test)]
mod tests;

pub use edit::{Edit, EditError, Edited, Note, Place, Side, Slot, Value, edit};
pub use error::Error;
pub use index::{BytePos, Kind, Layout, ScalarStyle};
pub use node::Node;
pub use path::{InvalidPath, Path, Spot, Step};
pub use stream::Stream;

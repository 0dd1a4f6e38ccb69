//! Release notes, read into facts with evidence.

#![expect(dead_code, reason = "rooms under construction")]

mod markup;
mod sections;
mod topics;
mod version;

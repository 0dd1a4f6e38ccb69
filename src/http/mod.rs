//! The only HTTP client of the program.
//!
//! A [`Request`] goes in and an [`Answer`] comes out; what lies between is [`Client`]. The rooms,
//! from the caller to the wire: `message` and `url` (what is said, printable without secrets),
//! `client` (store, redirects, attempts), `redirect` (where they
//! may lead), `store` (answers kept between runs), `pace` (how fast a
//! host is asked), `limits` (how much of an answer is read), then a [`Transport`]: `socket` for
//! the network, `replay` for a folder of files; and `record`, which writes such a folder.
//! `tower_service` lends the client to octocrab, so that all of this covers it too.

mod client;
mod error;
mod limits;
mod message;
mod pace;
mod record;
mod redirect;
mod replay;
mod settings;
mod socket;
mod spool;
mod store;
mod tower_service;
mod url;

pub use client::{Client, Stream};
pub use error::Error;
pub use message::{Answer, Body, Identity, Keep, Reply, Request, Transport};
pub use pace::{Requests, retry_after};
pub use settings::{Settings, Source};
pub use socket::install_crypto;
pub use spool::Spool;
pub use store::prune;
pub use tower_service::{TowerService, tower_service};
pub use url::{InvalidUrl, Secret, Url, without_user};

//! The only HTTP client of the program.

mod error;
mod message;
mod url;

pub use error::Error;
pub use message::{Answer, Body, Identity, Keep, Reply, Request, Transport};
pub use url::{InvalidUrl, Secret, Url};

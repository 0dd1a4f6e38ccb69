//! The only place that runs programs: `git`, `helm`, credential helpers.
//!
//! A program is run with an explicit list of arguments, never through a shell, in an environment
//! that holds what is on a list and nothing else. It has a time limit, after which its whole
//! process group is ended, and a limit to what it may say. What it said is captured; what its
//! command line and its complaints show of secrets is blotted out before anyone reads them.
//! Everything here is synchronous; async callers use `spawn_blocking`. Process groups make it a
//! room for Unix alone.

mod environment;
mod pipes;
mod run;

pub use run::{Error, Exit, Output, Program};

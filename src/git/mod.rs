//! Commits and branches built in memory, and their way to and from a remote.
//!
//! Trees and commits are made with libgit2 straight into the object database: HEAD, the index and
//! the work tree are never touched, so refit runs in a checkout somebody is working in. What talks
//! to a remote is the `git` program, because it knows the user's credential helpers, ssh and
//! proxies. Data passes through the rooms in this order: [`Repo`] opens a repository and names the
//! folder in it that is read; [`prepare`] turns a [`BranchPlan`] into commits, or finds that the
//! branch that is there already still says the same; [`ownership`] tells refit's own commits from a
//! person's; [`prove_revert`] merges a revert in memory before anybody relies on it;
//! [`write_refs`] and [`push`] let the world see the result, the latter under a lease.

mod answer;
mod author;
mod build;
mod commit;
mod environment;
mod error;
mod keep;
mod merge;
mod oid;
mod own;
mod plan;
mod proof;
mod refs;
mod remote;
mod repo;
mod sign;
mod token;
mod trailer;
mod writing;

pub use author::Author;
pub use commit::{Maker, Pair, prepare, prepare_pair};
pub use error::Error;
pub use merge::{Landing, Method, land};
pub use oid::{InvalidOid, Oid};
pub use own::{Foreign, Ownership, ownership};
pub use plan::{Branch, BranchPlan, Commit, StagePlan};
pub use proof::{Proof, Verdict, prove_revert};
pub use refs::{Seen, Update, branch_segment, observe, write_refs};
pub use remote::{Remote, default_branch, fetch, push};
pub use repo::Repo;
pub use sign::{Signing, SigningFormat};
pub use token::Token;
pub use trailer::{Trailers, read_trailers, with_trailers};
pub use writing::clear_up;

//! What the scheduled run does: decided first, as plain data, and then carried out.
//!
//! [`decide()`] compares what is wanted with what is there and returns actions; it reads nothing and
//! writes nothing, so that every case can be a line of a test. [`carry_out`] performs them one by
//! one. Between any two the program may be killed: deciding again from what is there then gives the
//! rest.

mod carry;
mod decide;

pub use carry::{Failure, Outcome, carry_out};
pub use decide::{Action, Decision, Desired, Left, Observed, Proposal, Reason, Tip, decide, heads};

//! Versions: what a tag or chart version says, which of two is newer, and which to move to.
//!
//! The rooms, in the order in which data passes through them. [`Numbers`] and dates are the
//! smallest pieces; [`Part`] is what stands behind the numbers of a tag, read through the words
//! that tags are made of; [`Tag`] is the whole. [`compare`] and [`bump`] put versions in order and
//! measure the distance; [`choose`] picks from what a registry lists for an image, and
//! [`chart::choose`] from what a Helm repository lists for a chart, whose pin may be a [`Range`].
//! [`Rules`] are what configuration and policy allow, for both. Every version that is not taken
//! keeps its [`Reason`]. Nothing here touches the world: lists of text in, plain data out.

pub mod chart;
mod choose;
mod date;
mod leap;
mod numbers;
mod order;
mod range;
mod reason;
mod rewrite;
mod rules;
mod tag;
mod tail;
mod word;

pub use chart::ChartChoice;
pub use choose::{Candidate, Choice, choose};
pub use leap::has_majors;
pub use numbers::Numbers;
pub use order::{Bump, bump, compare, same};
pub use range::{InvalidRange, Range};
pub use reason::{Reason, Refusals, Refused};
pub use rules::{Majors, Pattern, Rules};
pub use tag::{Kind, Tag};
pub use tail::Part;
pub use word::{Role, Stage};

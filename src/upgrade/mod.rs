//! From what a repository runs to what it could run: the middle of the flow.
//!
//! [`resolve`] asks upstream what each pin could move to; [`plan`] groups the pins into units and
//! chooses stages; [`render`] turns stages into files. `edits` knows how a target is written into
//! a scalar, `names` what a plan is called outside, `diff` how its stages are shown. `order` says
//! which releases come first, `preflight` what stands against an upgrade before it begins, `gate`
//! what must hold between its stages, `backup` how its data is kept.

mod analyse;
mod backup;
mod briefing;
mod candidates;
mod diff;
mod edits;
mod gate;
mod learned;
mod matching;
mod names;
mod order;
mod plan;
mod plan_types;
mod preflight;
mod render;
mod requirements;
mod resolve;
mod staged;
mod units;

pub use analyse::{Scope, analyse};
pub use backup::{BackupPart, Backups, ByHand, NewFile, Subject, backups, lay};
pub use briefing::{Background, Briefing, Here, HereOutcome, Noted, Told};
pub use candidates::{Candidates, NewPlace, Outcome, PinCandidate, Target, UPSTREAM_ERROR};
pub use diff::{between, diff};
pub use edits::moving;
pub use gate::{Asks, Gate, GateWord, Holds};
pub use learned::{Home, Learned, Link, Moved, Reading, Step, Verdict};
pub use matching::{How, Match, Met, Outcome as MatchOutcome, meet, proved};
pub use names::short;
pub use order::{Layer, Order, Rank, order};
pub use plan::{BACKUP, HOLD, Held, Plans, SETTINGS, STOP, UPGRADE, plan};
pub use plan_types::{
    Change, Downtime, FileEdit, PLAN_SCHEMA, PinMove, Plan, Stage, StageKind, Turn, Unit,
};
pub use preflight::{Preflight, preflight};
pub use render::{Rendered, render};
pub use requirements::{Requirement, Satisfied, Yours};
pub use resolve::{Limit, Limits, resolve};
pub use staged::{StageFiles, Staged, stage};
pub use units::unit_name;

//! Upgrades what Flux runs.
//!
//! The flow, told in the order in which data passes through it; each arrow is one public function
//! from plain data to plain data:
//!
//! ```text
//! files ─ discover → Inventory ─ resolve → Candidates ─ analyse → Facts ─ plan → Plan
//!       ─ render → Patches ─ commit → Branches ─ publish → Pulls ─ report
//! ```
//!
//! Imports go one way: `yaml image version tree http process` ← `notes` ← `policy` ← `flux` ←
//! `state` ← `upstream` ← `upgrade` ← `runbook` ← `git forge report` ← `bot` ← `commands`. Only `tree`, `http`,
//! `process`, `git`, `forge` and `commands` touch the world; nothing else reads a clock, the
//! environment or a socket.

pub mod bot;
pub mod commands;
pub mod diagnostic;
pub mod flux;
pub mod forge;
pub mod git;
pub mod http;
pub mod image;
pub mod notes;
pub mod policy;
pub mod process;
pub mod report;
pub mod runbook;
pub mod state;
pub mod tree;
pub mod upgrade;
pub mod upstream;
pub mod version;
pub mod yaml;

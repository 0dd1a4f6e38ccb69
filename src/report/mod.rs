//! What people and programs read: terminal text, JSON, Markdown.
//!
//! Every function here takes plain data and returns text or a serialisable view; printing it is
//! `commands`' business.

mod briefing;
mod explain;
pub mod explain_contract;
mod facts;
mod landing;
mod policy_text;
mod preview;
pub mod preview_contract;
pub mod pull_request;
mod runbook;
pub mod scan_contract;
mod scan_text;
mod style;
mod table;

pub use explain::{ExplainView, explain_markdown, explain_text};
pub use facts::{label, requirement_text, subject};
pub use policy_text::policy_text;
pub use preview::{
    Detail, PreviewView, bump, preview_markdown, preview_patch, preview_text, questions,
};
pub use runbook::runbook_markdown;
pub use scan_text::{counted, diagnostic_text, diagnostics_text, placed_text, scan_text};
pub use style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, paint, paint_diff_line};
pub use table::{cut, table};

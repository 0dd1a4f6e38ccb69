//! `refit scan`: what the repository runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::options::{Format, width, write_json};
use super::workspace::Workspace;
use crate::report::scan_contract::Scan;
use crate::report::scan_text;

/// Show what the repository runs: releases, charts, images, and what stops each
///
/// Reads files only: no network, no Git, no cluster. Pins that cannot be edited are listed with the
/// reason.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder that Flux paths start from
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fail when a file cannot be read
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::open(&arguments.dir)?;
    let inventory = &workspace.inventory;
    match arguments.format {
        Format::Json => write_json(&Scan::from(inventory))?,
        Format::Text => anstream::print!("{}", scan_text(inventory, width())),
        Format::Markdown | Format::Patch => {
            anyhow::bail!("`scan` prints `--format text` or `--format json`")
        }
    }
    Ok(if workspace.is_bad(arguments.strict) { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

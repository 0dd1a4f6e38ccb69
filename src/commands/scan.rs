//! `refit scan`: what the repository runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;

use super::options::{width, write_json};
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
    #[arg(long, value_enum, default_value_t = ScanFormat::Text)]
    format: ScanFormat,
    /// Fail when a file cannot be read
    #[arg(long)]
    strict: bool,
}

/// How the inventory is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScanFormat {
    /// For people
    Text,
    /// For programs: one document, versioned, with a schema (`refit schema`)
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::open(&arguments.dir)?;
    let inventory = &workspace.inventory;
    match arguments.format {
        ScanFormat::Json => write_json(&Scan::from(inventory))?,
        ScanFormat::Text => anstream::print!("{}", scan_text(inventory, width())),
    }
    Ok(if workspace.is_bad(arguments.strict) { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

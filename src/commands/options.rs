//! Flags that several commands share.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

/// Where answers from outside come from.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Upstream")]
pub(super) struct UpstreamOptions {
    /// Use only what earlier runs have stored
    #[arg(long, conflicts_with = "replay")]
    pub(super) offline: bool,
    /// Answer every request from the files of DIR, and open no socket
    #[arg(long, value_name = "DIR")]
    pub(super) replay: Option<PathBuf>,
    /// Write every answer to DIR, as --replay reads it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["replay", "offline"])]
    pub(super) record: Option<PathBuf>,
    /// Keep answers between runs in DIR
    #[arg(long, value_name = "DIR", env = "REFIT_CACHE_DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Keep no answers between runs
    #[arg(long, conflicts_with_all = ["cache_dir", "offline"])]
    pub(super) no_cache: bool,
    /// Read no release notes: faster, and blind to what they say
    #[arg(long)]
    pub(super) no_notes: bool,
    /// Take TIME for now, where the age of a version counts, as in 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(super) now: Option<jiff::Timestamp>,
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs: one document, versioned, with a schema (`refit schema`)
    Json,
    /// For a comment or a wiki
    Markdown,
    /// For `git apply`
    Patch,
}

/// Returns the width of the terminal, none where standard output is something else.
pub(super) fn width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// Writes a document to standard output as it is serialised: that of a large repository has tens of
/// megabytes.
pub(super) fn write_json(document: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)?;
    out.flush()
}

//! `refit explain`: every decision about one release.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use super::options::{UpstreamOptions, write_json};
use super::proposal::Proposal;
use super::workspace::Workspace;
use crate::report::{ExplainView, explain_contract, explain_markdown, explain_text};

/// Say why: every decision about one release, with its rule, file and line
///
/// Shows the versions that were refused and the reason for each, what the release notes say with
/// their words, what that means for what the release sets, which rule chose the strategy, what
/// stops the workloads, and what a person is asked; also whether an image that stays has moved,
/// where its application has been releasing for a fortnight without a tag. As Markdown it is the
/// runbook of the upgrade.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
As in:
  refit explain home/teslamate
  refit explain teslamate --format markdown > runbook.md
  refit explain teslamate -C ~/cluster --format json")]
pub(super) struct Arguments {
    /// The release, as NAMESPACE/NAME, or a name that only one release has
    release: String,
    /// The folder that Flux paths start from
    #[arg(short = 'C', long = "dir", value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    upstream: UpstreamOptions,
}

/// How an explanation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a pull request, a wiki or a printer
    Markdown,
    /// For programs: one document, versioned, with a schema (`refit schema`)
    Json,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut workspace = Workspace::open(&arguments.dir)?;
    let id = workspace.only(&arguments.release)?;
    let proposal = Proposal::of(&workspace, &arguments.upstream).await?;
    let release = workspace.inventory.releases.iter().find(|release| release.id == id);
    let view = ExplainView {
        base: &workspace.tree,
        release: release.context("the release is gone")?,
        inventory: &workspace.inventory,
        candidates: &proposal.candidates,
        upgrades: proposal.upgrades.iter().collect(),
        held: &proposal.held,
        states: &proposal.states,
        whole: workspace.whole(),
        policies: &workspace.policies,
    };
    match arguments.format {
        Format::Text => anstream::print!("{}", explain_text(&view)),
        Format::Markdown => anstream::print!("{}", explain_markdown(&view)),
        Format::Json => write_json(&explain_contract::Explanation::new(&view))?,
    }
    Ok(if proposal.has_failed() { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

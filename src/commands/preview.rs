//! `refit preview`: what would change, and why.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::options::{Format, UpstreamOptions, width};
use super::proposal::Proposal;
use super::workspace::Workspace;
use crate::report::{Detail, preview_markdown, preview_patch, preview_text};

/// Show what would change, and why: the everyday command
///
/// Looks up what has been released, and prints a table of upgrades, the diffs of their stages, and
/// why the other pins stay. Changes nothing, and needs no token for public registries.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
As in:
  refit preview                                  everything
  refit preview --release home/teslamate         one release, with its diffs
  refit preview --format patch | git apply       all upgrades at once, stages left out
  refit preview --check --format json > plan.json")]
pub(super) struct Arguments {
    /// The folder that Flux paths start from
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Only this release, as NAMESPACE/NAME, or a name that only one release has
    ///
    /// Of a release that is looked at alone, images that stay are asked about as well: where their
    /// application has been releasing for a fortnight without a tag, refit asks whether they moved.
    #[arg(long, value_name = "NS/NAME")]
    release: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print the table without the diffs
    #[arg(long)]
    summary: bool,
    /// Exit with 1 when changes are proposed
    #[arg(long)]
    check: bool,
    /// Fail when a file cannot be read
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    upstream: UpstreamOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut workspace = Workspace::open(&arguments.dir)?;
    if let Some(release) = &arguments.release {
        workspace.only(release)?;
    }
    let base = super::workspace::head(&arguments.dir);
    let proposal = Proposal::of(&workspace, &arguments.upstream).await?;
    match arguments.format {
        Format::Json => {
            let contract = proposal.contract(&workspace, base);
            anstream::println!("{}", serde_json::to_string_pretty(&contract)?);
        }
        Format::Text => {
            let detail = match (&arguments.release, arguments.summary) {
                (_, true) => Detail::Table,
                (Some(_), false) => Detail::Everything,
                (None, false) => Detail::Diffs,
            };
            let text = preview_text(&proposal.preview(&workspace), detail, width());
            anstream::print!("{text}");
        }
        Format::Markdown => anstream::print!("{}", preview_markdown(&proposal.preview(&workspace))),
        Format::Patch => match preview_patch(&proposal.preview(&workspace)) {
            Ok(patch) => anstream::print!("{patch}"),
            Err(clash) => bail!("{clash}; name one release with --release"),
        },
    }
    let failed = proposal.has_failed();
    let proposed = arguments.check && !proposal.upgrades.is_empty();
    Ok(match (failed || workspace.is_bad(arguments.strict), proposed) {
        (true, _) => ExitCode::from(2),
        (false, true) => ExitCode::from(1),
        (false, false) => ExitCode::SUCCESS,
    })
}

//! `refit apply`: a stage's edits, written to the work tree.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::options::UpstreamOptions;
use super::proposal::Proposal;
use super::workspace::Workspace;
use crate::report::{BOLD, DIM, paint};
use crate::tree::{Patches, WorkTree};
use crate::upgrade::StageFiles;

/// Write a stage's edits to the work tree
///
/// Writes the files of one stage of a release's upgrades, each in one step, and nothing else: no
/// commit, no branch. With several stages the first is written; name another with --stage.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
As in:
  refit apply home/teslamate                 the first stage: stop, where there is one
  refit apply home/teslamate --stage upgrade
  git diff; git commit -am …")]
pub(super) struct Arguments {
    /// The release, as NAMESPACE/NAME, or a name that only one release has
    release: String,
    /// The folder that Flux paths start from
    #[arg(short = 'C', long = "dir", value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The stage: stop, upgrade
    #[arg(long)]
    stage: Option<String>,
    /// Only this unit, as `refit preview` names it: image NS/NAME, chart NS/NAME, source KIND/NS/NAME
    #[arg(long)]
    unit: Option<String>,
    #[command(flatten)]
    upstream: UpstreamOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut workspace = Workspace::open(&arguments.dir)?;
    let release = workspace.only(&arguments.release)?;
    let proposal = Proposal::of(&workspace, &arguments.upstream).await?;
    let wanted = |unit: &str| arguments.unit.as_deref().is_none_or(|wanted| wanted == unit);
    let upgrades: Vec<_> =
        proposal.upgrades.iter().filter(|(plan, _)| wanted(&plan.unit.to_string())).collect();
    let (plan, staged) = match upgrades.as_slice() {
        [] => {
            anstream::println!("Nothing to upgrade for {release}.");
            let failed = !proposal.candidates.failures.is_empty();
            return Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS });
        }
        [one] => one,
        several => {
            let units: Vec<String> =
                several.iter().map(|(plan, _)| format!("--unit '{}'", plan.unit)).collect();
            bail!("{release} has {} upgrades; name one: {}", units.len(), units.join(", "));
        }
    };
    let stage = match &arguments.stage {
        None => staged.stages.first(),
        Some(name) => staged.stages.iter().find(|stage| stage.stage.kind.as_str() == name),
    };
    let Some(stage) = stage else {
        let stages: Vec<&str> = plan.stages.iter().map(|stage| stage.kind.as_str()).collect();
        bail!("{} has no such stage; it has: {}", plan.unit, stages.join(", "));
    };
    write(&workspace.tree, &stage.patches)?;
    tell(stage, staged.stages.len());
    Ok(ExitCode::SUCCESS)
}

/// Writes files, each to a file beside it first, so that none is ever half written.
fn write(tree: &WorkTree, patches: &Patches) -> Result<()> {
    for (file, content) in patches {
        let place: PathBuf = tree.root().join(file.as_str());
        match content {
            Some(content) => replace(&place, content),
            None => std::fs::remove_file(&place).map_err(Into::into),
        }
        .with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

fn replace(place: &Path, content: &[u8]) -> Result<()> {
    // A link is written through, not replaced by a file.
    let place = std::fs::canonicalize(place)?;
    let folder = place.parent().context("it has no folder")?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(content)?;
    beside.as_file().set_permissions(std::fs::metadata(&place)?.permissions())?;
    beside.persist(&place)?;
    Ok(())
}

fn tell(stage: &StageFiles, stages: usize) {
    let kind = stage.stage.kind.as_str();
    anstream::println!("{}: {}", paint(BOLD, kind), stage.stage.message);
    for file in stage.patches.keys() {
        anstream::println!("  {file}");
    }
    for gate in &stage.stage.gates {
        anstream::println!("{}", paint(DIM, &format!("Before the next stage: {gate}.")));
    }
    if stages > 1 {
        anstream::println!(
            "{}",
            paint(DIM, "Each stage is written over the files as they were before the first.")
        );
    }
}

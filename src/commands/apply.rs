//! `refit apply`: a stage's edits, written to the work tree.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::options::UpstreamOptions;
use super::original::{self, Chosen, Found};
use crate::report::{BOLD, DIM, YELLOW, paint};
use crate::tree::{Patches, RepoPath, Tree as _, WorkTree};
use crate::upgrade::StageFiles;

/// Write a stage's edits to the work tree
///
/// Writes the files of one stage of a release's upgrades, each in one step, and nothing else: no
/// commit, no branch. With several stages the first is written; name another with --stage. Every
/// stage is written over the files as they were before the first, so a stop that stands in the work
/// tree, or has been committed, is taken back by the upgrade.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
As in:
  refit apply home/teslamate                 the first stage: stop, where there is one
  refit apply home/teslamate --stage upgrade
  git diff; git commit -am …")]
pub(super) struct Arguments {
    /// The release, as NAMESPACE/NAME, or a name that only one release has
    pub(super) release: String,
    /// The folder that Flux paths start from
    #[arg(short = 'C', long = "dir", value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    /// The stage: stop, upgrade
    #[arg(long)]
    stage: Option<String>,
    /// Only this unit, as `refit preview` names it: image NS/NAME, chart NS/NAME, source KIND/NS/NAME
    #[arg(long)]
    pub(super) unit: Option<String>,
    #[command(flatten)]
    pub(super) upstream: UpstreamOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let work = WorkTree::open(&arguments.dir)?;
    let chosen = match original::find(arguments, &work).await? {
        Found::Plan(chosen) => chosen,
        Found::Nothing { release, failed } => {
            anstream::println!("Nothing to upgrade for {release}.");
            return Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS });
        }
    };
    let (plan, stages) = (&chosen.plan, &chosen.staged.stages);
    let stage = match &arguments.stage {
        // A stop that has been committed is behind us.
        None => stages.get(usize::from(chosen.stopped_since.is_some())),
        Some(name) => stages.iter().find(|stage| stage.stage.kind.as_str() == name),
    };
    let Some(stage) = stage else {
        let stages: Vec<&str> = plan.stages.iter().map(|stage| stage.kind.as_str()).collect();
        bail!("{} has no such stage; it has: {}", plan.unit, stages.join(", "));
    };
    let others = chosen.changed_by_others(&work)?;
    if !others.is_empty() {
        let files: Vec<&str> = others.iter().map(RepoPath::as_str).collect();
        let them = if files.len() == 1 { "it" } else { "them" };
        bail!(
            "{}: changed since the last commit, and not by a stage of this upgrade; commit or stash {them} first, then apply again",
            files.join(", ")
        );
    }
    write(&work, &chosen.at(&stage.patches))?;
    tell(&chosen, stage);
    Ok(ExitCode::SUCCESS)
}

/// Writes the files that differ, each to a file beside it first, so that none is ever half written.
fn write(work: &WorkTree, contents: &Patches) -> Result<()> {
    for (file, content) in contents {
        if work.read(file)? == *content {
            continue;
        }
        let place: PathBuf = work.root().join(file.as_str());
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

fn tell(chosen: &Chosen, stage: &StageFiles) {
    let kind = stage.stage.kind.as_str();
    anstream::println!("{}: {}", paint(BOLD, kind), stage.stage.message);
    for file in stage.patches.keys() {
        anstream::println!("  {file}");
    }
    for gate in &stage.stage.gates {
        anstream::println!("{}", paint(DIM, &format!("Before the next stage: {}.", gate.sentence)));
    }
    if let Some(base) = chosen.stopped_since {
        let text = format!(
            "The stop has been committed since {}: what stood there comes back with the upgrade.",
            base.short()
        );
        anstream::println!("{}", paint(DIM, &text));
    } else if chosen.staged.stages.len() > 1 {
        let text = "Each stage is written over the files as they were before the first.";
        anstream::println!("{}", paint(DIM, text));
    }
    if chosen.stopped_since.is_none() {
        for release in &chosen.at_rest {
            let warning = paint(YELLOW, "!");
            anstream::println!(
                "{warning} {release}; this upgrade does not bring it back, since no commit tells what stood before"
            );
        }
    }
}

//! `refit demo`: a small repository and its upstream, unpacked and worked through offline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use include_dir::{Dir, DirEntry, include_dir};

use super::options::{UpstreamOptions, width};
use super::proposal::Proposal;
use super::workspace::Workspace;
use crate::forge::{Local, PullState, hidden};
use crate::report::{BOLD, CYAN, DIM, Detail, paint, preview_text, scan_text};

/// Unpack a small Flux repository with its upstream, and work it through offline
///
/// Everything that is shown is computed: change a version in the folder, or an answer under its
/// .upstream, commit, and run refit on it again.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to unpack it
    #[arg(default_value = "refit-demo")]
    dir: PathBuf,
}

static REPOSITORY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/testdata/demo/repo");
static UPSTREAM: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/testdata/demo/upstream");

/// Where the recorded answers lie in the folder; Git is told to leave it alone.
const ANSWERS: &str = ".upstream";
/// Says, inside the git directory, that the folder is a demonstration.
const MARK: &str = "refit/demonstration";
/// The time of the first commit, 2026-03-01T00:00:00Z, so that every demonstration is the same.
const TIME: i64 = 1_772_323_200;

pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let dir = &arguments.dir;
    unpack(dir)
        .with_context(|| format!("cannot unpack the demonstration into {}", dir.display()))?;
    let upstream = UpstreamOptions {
        offline: false,
        replay: Some(dir.join(ANSWERS)),
        record: None,
        cache_dir: None,
        no_cache: true,
        no_notes: false,
        now: None,
    };

    let workspace = Workspace::open(dir)?;
    heading("What the repository runs", "refit scan", dir);
    anstream::print!("{}", scan_text(&workspace.inventory, width()));

    let proposal = Proposal::of(&workspace, &upstream).await?;
    heading("What has been released since, and what would change", "refit preview", dir);
    anstream::print!("{}", preview_text(&proposal.preview(&workspace), Detail::Diffs, width()));

    heading("Branches and pull requests", "refit run --forge local", dir);
    let done = super::run::run_locally(dir, &upstream).await?;

    show_branches(dir)?;
    show_pull_request(dir, &proposal)?;
    closing(dir);
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn heading(text: &str, command: &str, dir: &Path) {
    let replay = dir.join(ANSWERS);
    let command = format!("{command} {} --replay {}", dir.display(), replay.display());
    let command = if command.starts_with("refit scan") {
        format!("refit scan {}", dir.display())
    } else {
        command
    };
    anstream::println!(
        "\n{}\n{}\n",
        paint(BOLD, &format!("━━ {text}")),
        paint(DIM, &format!("   {command}"))
    );
}

/// Makes the folder a demonstration, or sees that it is one.
fn unpack(dir: &Path) -> Result<()> {
    let mark = dir.join(".git").join(MARK);
    if !mark.exists() {
        let empty = match fs::read_dir(dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(error.into()),
        };
        if !empty {
            bail!("the folder is not empty and no demonstration; name another one");
        }
        fs::create_dir_all(dir)?;
    }
    let repository = git2::Repository::open(dir).or_else(|_| {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main").external_template(false).no_reinit(true);
        git2::Repository::init_opts(dir, &options)
    })?;
    if repository.head().is_ok() {
        return Ok(());
    }
    // The mark comes first: a demonstration that was interrupted is completed the next time.
    let folder = mark.parent().context("the mark has no folder")?;
    fs::create_dir_all(folder)?;
    fs::write(&mark, "This repository was made by `refit demo`.\n")?;
    let exclude = dir.join(".git/info");
    fs::create_dir_all(&exclude)?;
    fs::write(exclude.join("exclude"), format!("/{ANSWERS}/\n"))?;
    extract(&UPSTREAM, &dir.join(ANSWERS))?;
    extract(&REPOSITORY, dir)?;
    commit(&repository)
}

fn extract(from: &Dir<'_>, to: &Path) -> Result<()> {
    let mut folders = vec![from];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            let relative = entry.path().strip_prefix(from.path()).unwrap_or(entry.path());
            let place = to.join(relative);
            match entry {
                DirEntry::Dir(inner) => {
                    fs::create_dir_all(&place)?;
                    folders.push(inner);
                }
                DirEntry::File(file) => {
                    if let Some(parent) = place.parent() {
                        fs::create_dir_all(parent)?;
                    }
                    fs::write(&place, file.contents())?;
                }
            }
        }
    }
    Ok(())
}

fn commit(repository: &git2::Repository) -> Result<()> {
    let mut index = repository.index()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let time = git2::Time::new(TIME, 0);
    let author = git2::Signature::new("refit", "refit@localhost", &time)?;
    repository.commit(Some("HEAD"), &author, &author, "Run a small home on Flux\n", &tree, &[])?;
    Ok(())
}

/// Shows the commits of the staged upgrades, upgrade and revert.
fn show_branches(dir: &Path) -> Result<()> {
    let repository = git2::Repository::open(dir)?;
    let head = repository.head()?.peel_to_commit()?;
    let mut shown = 0;
    for branch in repository.references_glob("refs/heads/refit/upgrade/*")?.flatten() {
        let Ok(name) = branch.shorthand() else { continue };
        let revert = name.replacen("refit/upgrade/", "refit/revert/", 1);
        let Ok(tip) = repository.find_reference(&format!("refs/heads/{revert}")) else { continue };
        let mut commit = tip.peel_to_commit()?;
        let same = commit.tree_id() == head.tree_id();
        ensure!(same, "{revert} does not end in the files of the base");
        let mut lines = Vec::new();
        while commit.id() != head.id() {
            let summary = commit.summary().ok().flatten().unwrap_or_default().to_owned();
            let id = commit.id().to_string();
            lines.push(format!("  {} {summary}", paint(DIM, id.get(..8).unwrap_or(&id))));
            commit = commit.parent(0)?;
        }
        if lines.len() > 2 {
            shown += 1;
            anstream::println!("\n{} and {}", paint(CYAN, name), paint(CYAN, &revert));
            for line in lines.iter().rev() {
                anstream::println!("{line}");
            }
        }
    }
    if shown > 0 {
        anstream::println!(
            "\nThe tip of every revert branch has the files of main, byte for byte."
        );
    }
    Ok(())
}

/// Shows the text of one staged pull request.
fn show_pull_request(dir: &Path, proposal: &Proposal) -> Result<()> {
    let staged = proposal.upgrades.iter().find(|(plan, _)| plan.stages.len() > 1);
    let Some((plan, _)) = staged else { return Ok(()) };
    let pulls = Local::new(dir)?.list(&plan.branch)?;
    let Some(pull) = pulls.iter().find(|pull| pull.state == PullState::Open) else { return Ok(()) };
    anstream::println!(
        "\n{}\n",
        paint(BOLD, &format!("━━ Pull request #{}: {}", pull.number, pull.title))
    );
    anstream::println!("{}", hidden::strip(&pull.body));
    Ok(())
}

fn closing(dir: &Path) {
    let dir = dir.display();
    anstream::println!(
        "\n{}
  refit pulls -C {dir}                                    the pull requests
  git -C {dir} log --oneline --graph --all                the branches
  refit preview {dir} --replay {dir}/{ANSWERS} --release teslamate",
        paint(BOLD, "Look around:")
    );
}

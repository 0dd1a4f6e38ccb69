//! `refit pulls`: what is open.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::options::{Format, width};
use crate::forge::{Local, PullState, hidden};
use crate::report::{BOLD, paint, table};

/// List the pull requests of the local forge, or show one
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The number of one to show whole
    number: Option<u64>,
    /// The repository
    #[arg(short = 'C', long = "dir", value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Also those that are closed or merged
    #[arg(long)]
    all: bool,
    /// How to print it: text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let configuration = super::workspace::configuration(&arguments.dir)?;
    let pulls = Local::new(&arguments.dir)?.list(&configuration.branch_prefix)?;
    if let Some(number) = arguments.number {
        let Some(pull) = pulls.iter().find(|pull| pull.number == number) else {
            bail!("there is no pull request #{number}; `refit pulls --all` lists them");
        };
        anstream::println!("{}\n\n{}", paint(BOLD, &pull.title), hidden::strip(&pull.body));
        return Ok(ExitCode::SUCCESS);
    }
    let shown: Vec<_> =
        pulls.iter().filter(|pull| arguments.all || pull.state == PullState::Open).collect();
    if arguments.format == Format::Json {
        anstream::println!("{}", serde_json::to_string_pretty(&shown)?);
        return Ok(ExitCode::SUCCESS);
    }
    if shown.is_empty() {
        anstream::println!("No pull request is open.");
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![["#", "STATE", "TITLE", "BRANCH"].map(str::to_owned).to_vec()];
    for pull in shown {
        let state = match (pull.state, pull.draft) {
            (PullState::Open, true) => "draft",
            (PullState::Open, false) => "open",
            (PullState::Closed, _) => "closed",
            (PullState::Merged, _) => "merged",
        };
        let number = pull.number.to_string();
        rows.push(vec![number, state.to_owned(), pull.title.clone(), pull.head.clone()]);
    }
    for line in table(&rows, width()) {
        anstream::println!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

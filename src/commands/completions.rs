//! `refit completions`: what a shell needs to complete refit's command line.

use std::process::ExitCode;

use anyhow::Result;
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "As in: refit completions bash > ~/.local/share/bash-completion/completions/refit"
)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, mut command: clap::Command) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "refit", &mut script);
    anstream::print!("{}", String::from_utf8(script)?);
    Ok(ExitCode::SUCCESS)
}

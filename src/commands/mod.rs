//! One file a subcommand: its arguments, what it calls, what it prints.
//!
//! `options` are the flags that several share, `workspace` opens a repository and `lookup` the
//! world outside, with `tokens` where it must say who it is; everything else is in the library. This is the one place that turns errors into
//! messages and exit codes.

mod apply;
mod completions;
mod demo;
mod explain;
mod lookup;
mod notes;
mod options;
mod original;
mod policy;
mod preview;
mod progress;
mod proposal;
mod pulls;
mod run;
mod scan;
mod schema;
mod tokens;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// Upgrades what Flux runs: finds new versions, stages them as commits, leaves a way back
///
/// refit reads the HelmReleases of a Git repository, looks up what has been released since, and
/// prepares each upgrade as commits that Flux can execute one after the other (stop, upgrade), in
/// a pull request with a branch that takes it back.
#[derive(Debug, Parser)]
#[command(name = "refit", version, propagate_version = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Begin with `refit demo`, which works offline, or with `refit preview` in a Flux repository, which
changes nothing and needs no token.

Exit codes: 0 done, or nothing to do; 1 changes are proposed (with --check); 2 an error, or a
look-up that failed after all the rest was done.";

#[derive(Debug, Subcommand)]
enum Command {
    Scan(scan::Arguments),
    Preview(preview::Arguments),
    Explain(explain::Arguments),
    Apply(apply::Arguments),
    Notes(notes::NotesArgs),
    Run(run::Arguments),
    Pulls(pulls::Arguments),
    Policy(policy::Arguments),
    Demo(demo::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
}

/// Reads the command line, does what it says, and returns how it went.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Preview(arguments) => preview::run(&arguments).await,
        Command::Explain(arguments) => explain::run(&arguments).await,
        Command::Apply(arguments) => apply::run(&arguments).await,
        Command::Notes(arguments) => notes::run(&arguments),
        Command::Run(arguments) => run::run(&arguments).await,
        Command::Pulls(arguments) => pulls::run(&arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, Arguments::command()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("{}: {error:#}", crate::report::paint(crate::report::RED, "error"));
            ExitCode::from(2)
        }
    }
}

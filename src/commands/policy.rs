//! `refit policy`: the policies in force, checked, listed, described.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::policy::{self, kinds_schema};
use crate::report::{diagnostic_text, policy_text};
use crate::tree::{Tree as _, WorkTree};

/// Check, list or describe the policies in force
///
/// Policies say which values stop a chart's workloads, how an upgrade is carried out, and how a
/// datastore is recognised. A repository's own, under `.refit/policies/`, come before the built-in
/// ones; the first rule that matches wins.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read every policy and name what is wrong, with file and line; exit code 2 if anything is
    Check(Folder),
    /// List the rules in the order in which they are tried, with file and line
    Show(Folder),
    /// Print the JSON Schema of a policy document
    Schema,
}

#[derive(Debug, clap::Args)]
struct Folder {
    /// The repository
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = match &arguments.action {
        Action::Schema => {
            anstream::println!("{}", serde_json::to_string_pretty(&kinds_schema())?);
            return Ok(ExitCode::SUCCESS);
        }
        Action::Check(folder) | Action::Show(folder) => folder,
    };
    let tree = WorkTree::open(&folder.dir)?;
    let (policies, mut broken) = policy::load(&tree, &tree.files()?);
    let (builtin, broken_builtin) = policy::builtin();
    broken.extend(broken_builtin);
    for diagnostic in &broken {
        anstream::eprint!("{}", diagnostic_text(diagnostic));
    }
    if matches!(arguments.action, Action::Show(_)) {
        anstream::print!("{}", policy_text(&policies));
    } else if broken.is_empty() {
        let own = policies.rules().len() - builtin.rules().len();
        let builtin = builtin.rules().len();
        anstream::println!("{own} rules of the repository and {builtin} built-in ones are sound");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

//! `refit policy`: the policies in force, checked, listed, described.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Subcommand;

use crate::diagnostic::Diagnostic;
use crate::flux::discover;
use crate::policy::{self, Configuration, Policies, kinds_schema, unknown_releases};
use crate::report::{diagnostic_text, policy_text};
use crate::tree::{Tree as _, WorkTree};

/// Check, list or describe the policies in force
///
/// Policies say how an upgrade is carried out, which values stop a chart's workloads, how a datastore
/// is recognised and kept safe, what the notes of an application cannot say, and what a release may
/// lose. A repository's own, under `.refit/policies/`, come before the built-in ones; the first rule
/// that matches wins.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read every policy and the configuration, and name what is wrong or without effect, with file
    /// and line; exit code 2 if anything is
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
    if matches!(arguments.action, Action::Check(_)) {
        broken.extend(without_releases(&tree, &policies)?);
    }
    for diagnostic in &broken {
        anstream::eprint!("{}", diagnostic_text(diagnostic));
    }
    if matches!(arguments.action, Action::Show(_)) {
        anstream::print!("{}", policy_text(&policies));
    } else if broken.is_empty() {
        let own = policies.rules().len() - builtin.rules().len();
        let builtin = builtin.rules().len();
        let rules = if own == 1 { "1 rule".to_owned() } else { format!("{own} rules") };
        anstream::println!("{rules} of the repository and {builtin} built-in ones are sound");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Finds what policies say of releases that the repository does not have.
fn without_releases(tree: &WorkTree, policies: &Policies) -> Result<Vec<Diagnostic>> {
    let configuration = match Configuration::load(tree) {
        Ok(configuration) => configuration,
        Err(diagnostic) => return Ok(vec![*diagnostic]),
    };
    let keep = configuration.files().map_err(|message| anyhow!(message))?;
    let inventory = discover(tree, policies, &keep)?;
    let releases: Vec<String> =
        inventory.releases.iter().map(|release| release.id.to_string()).collect();
    Ok(unknown_releases(policies, &releases))
}

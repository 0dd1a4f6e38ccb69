//! `refit schema`: the JSON contracts and the configuration, as JSON Schemas.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use schemars::{Schema, schema_for};

use crate::policy::Configuration;
use crate::report::explain_contract::Explanation;
use crate::report::preview_contract::Preview;
use crate::report::scan_contract::Scan;

/// Print the JSON Schema of what refit prints or reads
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which contract
    #[arg(value_enum)]
    contract: Contract,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Contract {
    /// `refit scan --format json`
    Scan,
    /// `refit preview --format json`
    Preview,
    /// `refit explain --format json`
    Explain,
    /// `.refit/config.yaml`
    Config,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let schema: Schema = match arguments.contract {
        Contract::Scan => schema_for!(Scan),
        Contract::Preview => schema_for!(Preview),
        Contract::Explain => schema_for!(Explanation),
        Contract::Config => schema_for!(Configuration),
    };
    anstream::println!("{}", serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}

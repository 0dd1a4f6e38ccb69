//! Parses, dispatches, exits.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    refit::http::install_crypto();
    refit::commands::run().await
}

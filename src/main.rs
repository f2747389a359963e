//! The program.

use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing. A parameter of a store's address that sqlx does not know is named by it together
/// with its value, which may be a password.
const QUIET: &str = "info,sqlx=warn,sqlx_postgres::options=error,sqlx_sqlite::options=error";

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(QUIET)))
        .with_writer(std::io::stderr)
        .init();
    match howdah::cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("howdah: {error:#}");
            ExitCode::FAILURE
        }
    }
}

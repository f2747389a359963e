//! The log: on standard error, a line each.

use crate::config::Log;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing. A parameter of a store's address that sqlx does not know is named by it together
/// with its value, which may be a password.
const QUIET: &str = "info,sqlx=warn,sqlx_postgres::options=error,sqlx_sqlite::options=error";

/// Begins the log of this process. Colours are for terminals: in a file they are noise.
pub fn begin(log: Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(QUIET));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log {
        Log::Text => lines.init(),
        Log::Json => lines.json().init(),
    }
}

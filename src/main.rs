//! The program.

use std::{process::ExitCode, time::Duration};
use tokio::runtime::Runtime;

/// What blocks a thread of its own does not keep the process from ending for longer.
const LAST_THREADS: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("howdah: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(howdah::cli::run());
    runtime.shutdown_timeout(LAST_THREADS);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("howdah: {error:#}");
            ExitCode::FAILURE
        }
    }
}

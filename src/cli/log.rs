//! The log: on standard error, a line each.

use crate::config::Log;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing.
const QUIET: &str = "info,sqlx=warn";
/// A parameter of a database's address that sqlx does not know is named by it together with its value, which may be a password:
/// never, whatever `RUST_LOG` says.
const NEVER: [&str; 2] = ["sqlx_postgres::options=off", "sqlx_sqlite::options=off"];

fn filter(asked: Option<&str>) -> EnvFilter {
    let filter = asked.and_then(|asked| EnvFilter::try_new(asked).ok()).unwrap_or_else(|| EnvFilter::new(QUIET));
    NEVER.iter().filter_map(|never| never.parse().ok()).fold(filter, EnvFilter::add_directive)
}

/// Begins the log of this process. Colours are for terminals: in a file they are noise.
pub fn begin(log: Log) {
    let filter = filter(std::env::var(EnvFilter::DEFAULT_ENV).ok().as_deref());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log {
        Log::Text => lines.init(),
        Log::Json => lines.json().init(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex, PoisonError};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_parameter_that_is_not_known_is_never_logged_with_its_value() {
        for asked in [None, Some("info"), Some("trace"), Some("sqlx_postgres=debug"), Some("not a filter=&")] {
            let lines = Lines::default();
            let (log, writer) = (lines.clone(), lines.clone());
            let subscriber =
                tracing_subscriber::fmt().with_env_filter(filter(asked)).with_writer(move || writer.clone()).finish();
            tracing::subscriber::with_default(subscriber, || {
                tracing::warn!(target: "sqlx_postgres::options::parse", key = "pasword", value = "SECRET", "ignored");
                tracing::warn!(target: "howdah::store", "told");
            });
            let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert!(
                !said.contains("SECRET") && said.contains("told") != (asked == Some("sqlx_postgres=debug")),
                "{asked:?}: {said}"
            );
        }
    }
}

//! What takes long is done away from the threads that answer requests: meanwhile those would answer nobody.

use crate::problem::Problem;
use tokio::sync::Semaphore;

/// How many pieces of such work go on at once; the others wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Proof that work is away from the threads that answer: a function that takes long asks for it.
pub struct OffThread(());

impl OffThread {
    /// A test has a thread of its own.
    #[cfg(test)]
    pub const TEST: Self = Self(());
}

/// Does work that takes long, and waits for it.
pub async fn off_thread<T, W>(work: W) -> Result<T, Problem>
where
    T: Send + 'static,
    W: FnOnce(&OffThread) -> T + Send + 'static,
{
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "off_thread");
        Problem::unavailable("This was not carried to its end.", "Try again in a moment.")
    };
    let _turn = AT_ONCE.acquire().await.map_err(|error| broken(&error))?;
    tokio::task::spawn_blocking(move || work(&OffThread(()))).await.map_err(|error| broken(&error))
}

//! Checking the record: in the background, one at a time, from where the last check ended.

use crate::{
    access::Permission,
    clock::Timestamp,
    context::{App, Context},
    ledger::{LedgerError, check::Checked, checkpoint, verify::Verified},
    path,
    problem::Problem,
};
use std::sync::Arc;

/// Begins a check, unless one runs; the page shows how far it is.
///
/// # Errors
/// Forbidden, or that the record cannot be read.
pub async fn begin(context: Context, everything: bool) -> Result<String, Problem> {
    context.permit(Permission::CheckLedger, None).await?;
    let app = context.app;
    let entries = app.ledger.tree_state().await.map_err(super::unreadable)?.size;
    if let Some(earlier) = app.ledger_check.take(entries, everything) {
        tokio::spawn(async move { carry_through(&app, earlier).await });
    }
    Ok(path::AUDIT.to_owned())
}

/// Checks all of it, unless a check runs: what was changed far back is found also where nobody asks.
///
/// # Errors
/// That the record cannot be read.
pub async fn everything(app: &Arc<App>) -> Result<(), LedgerError> {
    let entries = app.ledger.tree_state().await?.size;
    if let Some(earlier) = app.ledger_check.take(entries, true) {
        carry_through(app, earlier).await;
    }
    Ok(())
}

async fn carry_through(app: &Arc<App>, earlier: Option<Verified>) {
    let checking = tokio::spawn(check(app.clone(), earlier));
    let (found, reached) = checking.await.unwrap_or_else(|error| {
        tracing::error!(%error, "audit.check");
        (not_carried_through(app.clock.now(), "The check failed; the server’s log says why"), None)
    });
    app.ledger_check.end(found, reached);
}

fn not_carried_through(at: Timestamp, why: &str) -> Checked {
    Checked { at, entries: None, whole: false, said: vec![why.to_owned()] }
}

/// Checks the live store against its own checkpoints and those of the file outside.
async fn check(app: Arc<App>, earlier: Option<Verified>) -> (Checked, Option<Verified>) {
    let mut said = Vec::new();
    let outside = match &app.config.checkpoint_file {
        Some(file) => tokio::fs::read_to_string(file).await.map_or_else(
            |error| {
                tracing::error!(%error, "audit.check.outside");
                said.push("the checkpoints stored outside can’t be read".to_owned());
                Vec::new()
            },
            |text| checkpoint::split(&text),
        ),
        None => Vec::new(),
    };
    let progress = |entries| app.ledger_check.read(entries);
    match app.ledger.verify_from(&outside, earlier, progress).await {
        Ok((report, reached)) => {
            said.extend(report.lines());
            let found = Checked { at: app.clock.now(), entries: Some(report.size), whole: report.holds(), said };
            (found, reached)
        }
        Err(error) => {
            tracing::error!(%error, "audit.check");
            (not_carried_through(app.clock.now(), "The audit log can’t be read; try again in a moment"), None)
        }
    }
}

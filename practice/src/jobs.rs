//! Work that follows a request: kept in the practice instance's own schema until it is done, so that nothing is lost when it
//! stops in between.

use crate::{
    deletion, domain_blocks, entities,
    server::{Failure, Instance},
    version::Version,
    webhooks::{self, Event},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use std::sync::Arc;

/// A piece of work.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// `app/workers/admin/account_deletion_worker.rb`
    DeleteAccount { account: i64 },
    /// `app/workers/domain_block_worker.rb`
    BlockDomain { block: i64, severity_changed: bool },
}

/// Puts work down, in the transaction it follows from.
///
/// # Errors
/// If the database does not answer.
pub async fn queue(db: &mut PgConnection, job: &Job) -> sqlx::Result<()> {
    sqlx::query("insert into practice.jobs (job) values ($1)").bind(Json(job)).execute(db).await.map(|_| ())
}

/// Does what waits, after the answer.
pub fn start(instance: &Arc<Instance>) {
    let instance = Arc::clone(instance);
    tokio::spawn(async move {
        match run(&instance).await {
            Ok(events) => webhooks::tell(&instance, events),
            Err(failure) => tracing::error!(?failure, "jobs"),
        }
    });
}

/// Does what waits; what the webhooks are to be told.
///
/// # Errors
/// If the database does not answer: the work stays.
pub async fn run(instance: &Instance) -> Result<Vec<Event>, Failure> {
    const NEXT: &str = "delete from practice.jobs where id = (select id from practice.jobs order by id limit 1 \
        for update skip locked) returning job";
    let mut events = Vec::new();
    loop {
        let mut tx = instance.pool.begin().await?;
        let Some(Json(job)): Option<Json<Job>> = sqlx::query_scalar(NEXT).fetch_optional(&mut *tx).await? else {
            return Ok(events);
        };
        match job {
            Job::DeleteAccount { account } => {
                // Since 4.6 the work looks again: whoever was let back meanwhile is left alone.
                let row = entities::account_row(&mut tx, account).await?;
                let due = |row: &Value| instance.version < Version::V46 || entities::unavailable(row);
                if let Some(row) = row.filter(due) {
                    events.extend(deletion::delete(&mut tx, instance.version, &row, None, None).await?);
                }
            }
            Job::BlockDomain { block, severity_changed } => {
                domain_blocks::carry_out(&mut tx, instance.version, block, severity_changed).await?;
            }
        }
        tx.commit().await?;
    }
}

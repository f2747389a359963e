//! Who may sign up: the one setting that the console writes into the database.

use super::{Database, DatabaseError, There};
use crate::mastodon::settings::{MESSAGE, MODE};

impl Database {
    /// Writes both registration settings over exactly these rows; false if they are not these any more.
    ///
    /// # Errors
    /// [`DatabaseError::Lost`] if only the end of the write is not known.
    pub async fn write_registrations(
        &self,
        mode_before: &[Option<String>],
        message_before: &[Option<String>],
        mode_after: &str,
        message_after: Option<&str>,
    ) -> Result<bool, DatabaseError> {
        let mut tx = self.begin_write().await?;
        // Two consoles with no row to lock would both insert; a row of Mastodon's own form is caught by the comparison.
        sqlx::query("select pg_advisory_xact_lock(hashtext('howdah registrations'))")
            .persistent(false)
            .execute(&mut *tx)
            .await?;
        // 4.3 has no index on the name alone.
        let single_index = self.extras(&mut tx).await?.owned_settings == There::Not;
        let mut wanted = vec![(MODE, mode_before, Some(mode_after))];
        wanted.push((MESSAGE, message_before, message_after));
        for (var, before, after) in wanted {
            let rows: Vec<(i64, Option<String>)> =
                sqlx::query_as("select id, value from settings where var = $1 order by id for update")
                    .persistent(false)
                    .bind(var)
                    .fetch_all(&mut *tx)
                    .await?;
            if !rows.iter().map(|(_, value)| value).eq(before) {
                return Ok(false);
            }
            let Some(after) = after else { continue };
            match rows.first() {
                Some((id, _)) => {
                    sqlx::query("update settings set value = $2, updated_at = now() at time zone 'utc' where id = $1")
                        .persistent(false)
                        .bind(id)
                        .bind(after)
                        .execute(&mut *tx)
                        .await?;
                    // Only 4.3 can have more; Mastodon obeys the oldest and never sees the rest.
                    if !single_index {
                        sqlx::query("delete from settings where var = $1 and id <> $2")
                            .persistent(false)
                            .bind(var)
                            .bind(id)
                            .execute(&mut *tx)
                            .await?;
                    }
                }
                None if single_index => {
                    // A row that appeared this very moment is somebody else's: nothing is written over it.
                    let inserted = sqlx::query(
                        "insert into settings (var, value, created_at, updated_at) \
                         values ($1, $2, now() at time zone 'utc', now() at time zone 'utc') on conflict (var) do nothing",
                    )
                    .persistent(false)
                    .bind(var)
                    .bind(after)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                    if inserted != 1 {
                        return Ok(false);
                    }
                }
                None => {
                    sqlx::query(
                        "insert into settings (var, value, created_at, updated_at) \
                         values ($1, $2, now() at time zone 'utc', now() at time zone 'utc')",
                    )
                    .persistent(false)
                    .bind(var)
                    .bind(after)
                    .execute(&mut *tx)
                    .await?;
                }
            }
        }
        tx.commit()
            .await
            .map_err(|_| DatabaseError::Lost("the connection broke while the setting was stored".to_owned()))?;
        Ok(true)
    }
}

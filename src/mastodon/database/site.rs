//! Rules, presets, settings, and what the overview counts.

use super::{DatabaseError, Read, query_as};
use crate::{
    clock::{DAY, Timestamp},
    id::{PresetId, RuleId},
    mastodon::settings::{MESSAGE, MODE, Stored},
};

/// A rule of the instance.
#[derive(Clone, Debug)]
pub struct RuleRow {
    pub id: RuleId,
    pub text: String,
    pub live: bool,
}

/// A prepared text.
#[derive(Clone, Debug)]
pub struct PresetRow {
    pub id: PresetId,
    pub title: String,
    pub text: String,
}

impl Read {
    /// All rules, deleted ones too, because reports name them (a table of a few rows).
    pub async fn rules(&mut self) -> Result<Vec<RuleRow>, DatabaseError> {
        let rows: Vec<(i64, String, bool)> =
            query_as("select id, text, deleted_at is null from rules order by priority, id limit 500")
                .fetch_all(&mut *self.tx)
                .await?;
        Ok(rows.into_iter().map(|(id, text, live)| RuleRow { id: RuleId(id), text, live }).collect())
    }

    /// The prepared texts (a table of a few rows).
    pub async fn presets(&mut self) -> Result<Vec<PresetRow>, DatabaseError> {
        let rows: Vec<(i64, String, String)> =
            query_as("select id, title, text from account_warning_presets order by title, id limit 200")
                .fetch_all(&mut *self.tx)
                .await?;
        Ok(rows.into_iter().map(|(id, title, text)| PresetRow { id: PresetId(id), title, text }).collect())
    }

    /// The raw rows of both registration settings (a table of a few dozen rows).
    pub async fn registrations(&mut self) -> Result<Stored, DatabaseError> {
        let rows: Vec<(String, Option<String>)> =
            query_as("select var, value from settings where var = any($1) order by id")
                .bind([MODE, MESSAGE])
                .fetch_all(&mut *self.tx)
                .await?;
        let of = |wanted: &str| rows.iter().filter(|(var, _)| var == wanted).map(|(_, value)| value.clone()).collect();
        Ok(Stored { mode: of(MODE), message: of(MESSAGE) })
    }

    /// Local sign-ups a day for 30 days, oldest first: by the creation time in `accounts.id` (primary key range).
    pub async fn sign_ups(&mut self, now: Timestamp) -> Result<Vec<(Timestamp, usize)>, DatabaseError> {
        const SQL: &str = "select (id >> 16) / 86400000, count(*) from accounts \
            where id >= $1 and id < $2 and domain is null group by 1 order by 1";
        let today = now.0.div_euclid(DAY);
        let first = today - 29;
        let rows: Vec<(i64, i64)> =
            query_as(SQL).bind((first * DAY) << 16).bind(((today + 1) * DAY) << 16).fetch_all(&mut *self.tx).await?;
        Ok((first..=today)
            .map(|day| {
                let number = rows.iter().find(|(of, _)| *of == day).map_or(0, |(_, number)| *number);
                (Timestamp(day * DAY), usize::try_from(number).unwrap_or(0))
            })
            .collect())
    }
}

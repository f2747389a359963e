//! Rules, presets, settings, and what the overview counts.

use super::{DatabaseError, Read, There, ms, query_as};
use crate::{
    clock::{DAY, Timestamp},
    id::{PresetId, RuleId},
    mastodon::settings::{MESSAGE, MODE, Stored},
};

/// A rule of the instance.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RuleRow {
    pub id: RuleId,
    pub text: String,
    pub live: bool,
}

/// A prepared text.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PresetRow {
    pub id: PresetId,
    pub title: String,
    pub text: String,
}

/// A release that Mastodon's update server told the instance of (`app/models/software_update.rb`).
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownRelease {
    /// `4.6.6`, as the update server wrote it.
    pub version: String,
    /// Whether it mends something that must not wait.
    pub urgent: bool,
    /// Whether it is a patch of the release that runs; otherwise a minor or major one.
    pub patch: bool,
    /// The day from which on it is not supported any more, where that is known (4.7).
    pub until: Option<Timestamp>,
}

/// What the instance knows of newer releases, and of the end of support. Empty also where it was told never to ask
/// (`UPDATE_CHECK_URL`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    pub known: Vec<KnownRelease>,
    /// Until when a branch (`4.6`) is supported (`app/models/software_deprecation.rb`, 4.7).
    pub support: Vec<(String, Timestamp)>,
}

impl Read {
    /// What the instance was told of releases (two tables of a few rows); what is not there or not granted is not told.
    pub async fn releases(&mut self) -> Result<Releases, DatabaseError> {
        const SINCE_47: &str = concat!(
            "select version::text as version, urgent, type = 0 as patch, ",
            ms!("end_of_support"),
            " as until from software_updates order by version limit 50"
        );
        const BEFORE: &str = "select version::text as version, urgent, type = 0 as patch, null::bigint as until \
            from software_updates order by version limit 50";
        const SUPPORT: &str = concat!(
            "select branch::text, ",
            ms!("end_of_support"),
            " from software_deprecations order by branch limit 50"
        );
        let mut releases = Releases::default();
        let ends = self.extras.support == There::Granted;
        if self.extras.updates == There::Granted {
            let sql = if ends { SINCE_47 } else { BEFORE };
            releases.known = query_as(sql).fetch_all(&mut *self.tx).await?;
        }
        if ends {
            releases.support = query_as(SUPPORT).fetch_all(&mut *self.tx).await?;
        }
        Ok(releases)
    }

    /// All rules, deleted ones too, because reports name them (a table of a few rows).
    pub async fn rules(&mut self) -> Result<Vec<RuleRow>, DatabaseError> {
        const SQL: &str = "select id, text, deleted_at is null as live from rules order by priority, id limit 500";
        Ok(query_as(SQL).fetch_all(&mut *self.tx).await?)
    }

    /// The prepared texts (a table of a few rows).
    pub async fn presets(&mut self) -> Result<Vec<PresetRow>, DatabaseError> {
        const SQL: &str = "select id, title, text from account_warning_presets order by title, id limit 200";
        Ok(query_as(SQL).fetch_all(&mut *self.tx).await?)
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

//! Rules, presets, settings, and what the overview counts.

use super::{DatabaseError, Read, There, ms, query_as};
use crate::{
    clock::{DAY, HOUR, Timestamp},
    id::{PresetId, RuleId},
    mastodon::settings::{MESSAGE, MODE, Stored},
};
use std::collections::BTreeMap;

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

/// So many of the newest rows of a table are looked through for what happened when.
const WINDOW: i64 = 100_000;

/// What came and was decided, by hours since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Accounts made here that are still there.
    pub sign_ups: BTreeMap<i64, i64>,
    /// By Mastodon's log (`app/controllers/api/v1/admin/accounts_controller.rb`).
    pub approved: BTreeMap<i64, i64>,
    pub rejected: BTreeMap<i64, i64>,
    pub reported: BTreeMap<i64, i64>,
    pub closed: BTreeMap<i64, i64>,
    /// There was more than is looked through.
    pub cut: bool,
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
            releases.known = self.prepared_as(sql).fetch_all(&mut *self.tx).await?;
        }
        if ends {
            releases.support = self.prepared_as(SUPPORT).fetch_all(&mut *self.tx).await?;
        }
        Ok(releases)
    }

    /// All rules, deleted ones too, because reports name them (a table of a few rows).
    pub async fn rules(&mut self) -> Result<Vec<RuleRow>, DatabaseError> {
        const SQL: &str = "select id, text, deleted_at is null as live from rules order by priority, id limit 500";
        Ok(self.prepared_as(SQL).fetch_all(&mut *self.tx).await?)
    }

    /// The prepared texts (a table of a few rows).
    pub async fn presets(&mut self) -> Result<Vec<PresetRow>, DatabaseError> {
        const SQL: &str = "select id, title, text from account_warning_presets order by title, id limit 200";
        if self.extras.presets != There::Granted {
            return Ok(Vec::new());
        }
        Ok(self.prepared_as(SQL).fetch_all(&mut *self.tx).await?)
    }

    /// Whether there is still such a prepared text (primary key); `None` where that may not be read.
    pub async fn has_preset(&mut self, id: PresetId) -> Result<Option<bool>, DatabaseError> {
        const SQL: &str = "select exists (select from account_warning_presets where id = $1)";
        if self.extras.presets != There::Granted {
            return Ok(None);
        }
        Ok(Some(self.prepared_scalar(SQL).bind(id.0).fetch_one(&mut *self.tx).await?))
    }

    /// The raw rows of both registration settings (a table of a few dozen rows).
    pub async fn registrations(&mut self) -> Result<Stored, DatabaseError> {
        let rows: Vec<(String, Option<String>)> = self
            .prepared_as("select var, value from settings where var = any($1) order by id")
            .bind([MODE, MESSAGE])
            .fetch_all(&mut *self.tx)
            .await?;
        let of = |wanted: &str| rows.iter().filter(|(var, _)| var == wanted).map(|(_, value)| value.clone()).collect();
        Ok(Stored { mode: of(MODE), message: of(MESSAGE) })
    }

    /// How many accounts were made here within the last hour, and within the last 24 (a range of the primary key of `accounts`,
    /// which says when). Who was rejected since is gone, and not among them.
    pub async fn sign_ups_lately(&mut self, now: Timestamp) -> Result<(i64, i64), DatabaseError> {
        const SQL: &str = "select count(*) filter (where id >= $1), count(*) from accounts \
            where id >= $2 and id < $3 and domain is null";
        let from = |milliseconds: i64| now.plus(-milliseconds).0 << 16;
        let end = now.plus(HOUR).0 << 16;
        Ok(query_as(SQL).bind(from(HOUR)).bind(from(DAY)).bind(end).fetch_one(&mut *self.tx).await?)
    }

    /// What came and was decided in each hour since a moment, from bounded windows of each table.
    pub async fn hours(&mut self, since: Timestamp, now: Timestamp) -> Result<Hours, DatabaseError> {
        const SIGN_UPS: &str = "select (id >> 16) / 3600000, count(*) from accounts \
            where id >= $1 and id < $2 and domain is null group by 1 order by 1";
        const DECIDED: &str = concat!(
            "select ",
            ms!("created_at"),
            " / 3600000, action = 'approve', count(*) from (select created_at, action, target_type \
             from admin_action_logs order by id desc limit $2) newest where target_type = 'User' \
             and action in ('approve', 'reject') and created_at >= to_timestamp($1 / 1000.0) at time zone 'utc' \
             group by 1, 2 order by 1"
        );
        const REPORTS: &str = concat!(
            "select hour, kind, count(*) from (select ",
            ms!("created_at"),
            " / 3600000 as made, ",
            ms!("action_taken_at"),
            " / 3600000 as closed from (select created_at, action_taken_at from reports order by id desc limit $2) newest \
             where greatest(created_at, action_taken_at) >= to_timestamp($1 / 1000.0) at time zone 'utc') lately \
             cross join lateral (values (made, true), (closed, false)) as moments (hour, kind) \
             where hour >= $1 / 3600000 group by 1, 2 order by 1"
        );
        // The numbers alone lie in the index; a hundred thousand rows would be fetched for their times.
        const OLDEST: &str = concat!(
            "select (select ",
            ms!("created_at"),
            " from admin_action_logs where id = (select id from admin_action_logs order by id desc offset $1 limit 1)), \
             (select ",
            ms!("created_at"),
            " from reports where id = (select id from reports order by id desc offset $1 limit 1))"
        );
        let sign_ups: Vec<(i64, i64)> =
            query_as(SIGN_UPS).bind(since.0 << 16).bind(now.plus(HOUR).0 << 16).fetch_all(&mut *self.tx).await?;
        let decided: Vec<(i64, bool, i64)> =
            query_as(DECIDED).bind(since.0).bind(WINDOW).fetch_all(&mut *self.tx).await?;
        let reports: Vec<(i64, bool, i64)> =
            query_as(REPORTS).bind(since.0).bind(WINDOW).fetch_all(&mut *self.tx).await?;
        let oldest: (Option<i64>, Option<i64>) = query_as(OLDEST).bind(WINDOW).fetch_one(&mut *self.tx).await?;
        let of = |rows: &[(i64, bool, i64)], wanted: bool| {
            rows.iter().filter(|(_, kind, _)| *kind == wanted).map(|(hour, _, number)| (*hour, *number)).collect()
        };
        let inside = |at: Option<i64>| at.is_some_and(|at| at > since.0);
        Ok(Hours {
            sign_ups: sign_ups.into_iter().collect(),
            approved: of(&decided, true),
            rejected: of(&decided, false),
            reported: of(&reports, true),
            closed: of(&reports, false),
            cut: inside(oldest.0) || inside(oldest.1),
        })
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

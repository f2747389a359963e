//! Mastodon's own log (`app/models/admin/action_log.rb`): who of the staff did what, as Mastodon wrote it down.

use super::{ClosedRow, DatabaseError, Read, There, ms, query_as};
use crate::{clock::Timestamp, id::AccountId, nouns::reports::Category};
use std::time::Duration;
use tokio::time::Instant as Tick;

/// A row of the log as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LoggedAction {
    pub id: i64,
    pub at: Timestamp,
    pub by: Option<AccountId>,
    pub by_username: Option<String>,
    pub action: String,
    /// A class of Mastodon's, for example `Report`
    pub target_type: String,
    pub target_id: i64,
    /// What Mastodon's page calls the target: a handle, a domain, a number, an address rule.
    pub target: String,
    /// The account it was about, where the target belongs to one.
    pub about: Option<AccountId>,
    /// What it changed, as JSON and at most [`LONGEST_CHANGES`] characters of it; only since 4.7, and only for some actions.
    pub changes: Option<String>,
}

/// So much is read of what a row changed.
pub const LONGEST_CHANGES: usize = 4_000;

/// What the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    pub by: Option<AccountId>,
    /// Empty for every action
    pub action: String,
    /// From an instant to before another
    pub between: Option<(Timestamp, Timestamp)>,
    /// Only rows before this one
    pub before: Option<i64>,
}

/// Part of the log, newest first.
#[derive(Clone, Debug, Default)]
pub struct LogWindow {
    pub rows: Vec<LoggedAction>,
    /// Where reading stopped before it was through: the row, and when it was written.
    pub looked_to: Option<(i64, Timestamp)>,
}

/// Which closed reports are asked for.
#[derive(Clone, Debug, Default)]
pub struct Closings {
    pub category: Option<Category>,
    /// About people of other servers, or of this one
    pub remote: Option<bool>,
    /// About people of one server
    pub domain: Option<String>,
    /// Only closings before this row of the log
    pub before: Option<i64>,
}

/// Closed reports, the last closing first.
#[derive(Clone, Debug, Default)]
pub struct ClosedWindow {
    /// Each with the row of the log that its closing left.
    pub rows: Vec<(i64, ClosedRow)>,
    /// Where reading stopped before it was through: the row, and when it was written.
    pub looked_to: Option<(i64, Timestamp)>,
}

#[derive(sqlx::FromRow)]
struct Closing {
    log: i64,
    #[sqlx(flatten)]
    report: ClosedRow,
}

/// Ids of the first slice that a rare action is looked for in; each further one is twice as large, up to the largest,
/// which takes some 35 ms.
const SLICE: i64 = 10_000;
const LARGEST_SLICE: i64 = 160_000;
/// After so long a page is shown with what was found.
const LONG_ENOUGH: Duration = Duration::from_millis(150);
/// Rows become visible a little out of order: so many ids beside a day are looked at too.
const BESIDE: i64 = 100;

/// The columns of a row; what follows says which. Names and targets hang on primary keys. What was changed is read so far as
/// is shown, and one character more.
macro_rules! logged {
    ($read:expr, $rest:literal) => {
        if $read.extras.changes == There::Granted {
            logged!(column "left(l.recorded_changes::text, 4001)", $rest)
        } else {
            logged!(column "null::text", $rest)
        }
    };
    (column $changes:literal, $rest:literal) => {
        concat!(
            "select l.id, ",
            ms!("l.created_at"),
            " as at, l.account_id as by, m.username::text as by_username, l.action, \
             coalesce(l.target_type, '') as target_type, coalesce(l.target_id, 0) as target_id, \
             coalesce(l.human_identifier, '') as target, ",
            $changes,
            " as changes, case l.target_type when 'Account' then l.target_id \
             when 'User' then coalesce(case when l.route_param ~ '^[0-9]{1,18}$' then l.route_param::bigint end, \
             (select u.account_id from users u where u.id = l.target_id)) \
             when 'Report' then (select r.target_account_id from reports r where r.id = l.target_id) \
             when 'AccountWarning' then (select w.target_account_id from account_warnings w where w.id = l.target_id) \
             end as about from admin_action_logs l left join accounts m on m.id = l.account_id ",
            $rest
        )
    };
}

impl Read {
    /// The log, newest first: by `admin_action_logs (account_id)` where only a person is asked for, else by the primary key
    /// backwards, a rare action in slices until the page is full or it has taken long enough.
    pub async fn log(&mut self, filter: &LogFilter, limit: i64) -> Result<LogWindow, DatabaseError> {
        let by_person = logged!(
            self,
            "where l.account_id = $1 and l.id >= $2 and l.id < $3 \
             and l.created_at >= timestamp 'epoch' + $4 * interval '1 millisecond' \
             and l.created_at < timestamp 'epoch' + $5 * interval '1 millisecond' order by l.id desc limit $6"
        );
        let started = Tick::now();
        let ends: (Option<i64>, Option<i64>) =
            query_as("select min(id), max(id) from admin_action_logs").fetch_one(&mut *self.tx).await?;
        let (Some(oldest), Some(newest)) = ends else { return Ok(LogWindow::default()) };
        let (mut low, mut high) = (oldest, newest + 1);
        let (from, to) = filter.between.unwrap_or((Timestamp(0), Timestamp(253_402_300_799_000)));
        if filter.between.is_some() {
            low = low.max(self.first_logged(from, oldest, newest).await? - BESIDE);
            high = high.min(self.first_logged(to, oldest, newest).await? + BESIDE);
        }
        high = high.min(filter.before.unwrap_or(i64::MAX));
        if let (Some(by), true) = (filter.by, filter.action.is_empty()) {
            let rows = query_as(by_person)
                .bind(by.0)
                .bind(low)
                .bind(high)
                .bind(from.0)
                .bind(to.0)
                .bind(limit)
                .fetch_all(&mut *self.tx)
                .await?;
            return Ok(LogWindow { rows, looked_to: None });
        }
        let mut window = LogWindow::default();
        let mut slice = SLICE;
        while high > low {
            let lowest = low.max(high.saturating_sub(slice));
            let left = limit - i64::try_from(window.rows.len()).unwrap_or(limit);
            window.rows.extend(self.log_slice(filter, (lowest, high), (from, to), left).await?);
            if i64::try_from(window.rows.len()).unwrap_or(limit) >= limit {
                break;
            }
            high = lowest;
            slice = (slice * 2).min(LARGEST_SLICE);
            if high > low && started.elapsed() >= LONG_ENOUGH {
                window.looked_to = self.logged_from(high).await?;
                break;
            }
        }
        Ok(window)
    }

    /// Closed reports in the order of their closing, which `reports` has no index for: each closing leaves a row of the log
    /// (`app/models/admin/account_action.rb`, `app/controllers/api/v1/admin/reports_controller.rb`, the same in all releases).
    /// By the primary key of the log backwards, in slices; its last closing by `(target_type, target_id)`. Rows of somebody
    /// whose account is deleted are gone, and with them what they closed.
    pub async fn closed(&mut self, asked: &Closings, limit: i64) -> Result<ClosedWindow, DatabaseError> {
        // The report is read row by row: joined, all of them would be read for the few that are shown.
        const SQL: &str = concat!(
            "select l.id as log, r.id, r.target_account_id as target, \
             coalesce(t.username || coalesce('@' || t.domain, ''), r.target_account_id || ' (gone)') as target_acct, \
             r.category, left(r.comment, 300) as comment, ",
            ms!("r.created_at"),
            " as created_at, ",
            ms!("r.action_taken_at"),
            " as closed_at, r.action_taken_by_account_id as closed_by, m.username as closed_by_username \
             from admin_action_logs l cross join lateral (select c.id, c.target_account_id, c.category, c.comment, c.created_at, \
             c.action_taken_at, c.action_taken_by_account_id from reports c where c.id = l.target_id offset 0) r \
             left join accounts t on t.id = r.target_account_id left join accounts m on m.id = r.action_taken_by_account_id \
             where l.id >= $1 and l.id < $2 and l.action = 'resolve' and l.target_type = 'Report' \
             and r.action_taken_at is not null \
             and ($3 < 0 or case when r.category in (1000, 1500, 2000) then r.category else 0 end = $3) \
             and ($4 = '' or t.domain = $4) and ($5::boolean is null or (t.domain is not null) = $5) \
             and not exists (select from admin_action_logs n where n.target_type = 'Report' and n.target_id = r.id \
             and n.action = 'resolve' and n.id > l.id) order by l.id desc limit $6"
        );
        let started = Tick::now();
        let ends: (Option<i64>, Option<i64>) =
            query_as("select min(id), max(id) from admin_action_logs").fetch_one(&mut *self.tx).await?;
        let (Some(low), Some(newest)) = ends else { return Ok(ClosedWindow::default()) };
        let mut high = newest.saturating_add(1).min(asked.before.unwrap_or(i64::MAX));
        let mut window = ClosedWindow::default();
        let mut slice = SLICE;
        while high > low {
            let lowest = low.max(high.saturating_sub(slice));
            let left = limit - i64::try_from(window.rows.len()).unwrap_or(limit);
            let rows: Vec<Closing> = query_as(SQL)
                .bind(lowest)
                .bind(high)
                .bind(asked.category.map_or(-1, Category::number))
                .bind(asked.domain.as_deref().unwrap_or_default())
                .bind(asked.remote)
                .bind(left)
                .fetch_all(&mut *self.tx)
                .await?;
            window.rows.extend(rows.into_iter().map(|row| (row.log, row.report)));
            if i64::try_from(window.rows.len()).unwrap_or(limit) >= limit {
                break;
            }
            high = lowest;
            slice = (slice * 2).min(LARGEST_SLICE);
            if high > low && started.elapsed() >= LONG_ENOUGH {
                window.looked_to = self.logged_from(high).await?;
                break;
            }
        }
        Ok(window)
    }

    /// The log about an account, newest first: what was done to it, its login, the strikes it got and reports about it, as far
    /// as they are there (`admin_action_logs (target_type, target_id)`, the newest thousand reports and strikes).
    pub async fn log_about(
        &mut self,
        account: AccountId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LoggedAction>, DatabaseError> {
        let sql = logged!(
            self,
            "where l.id in (select f.id from (\
             (select id from admin_action_logs where target_type = 'Account' and target_id = $1 and id < $2 order by id desc limit $3) \
             union all (select id from admin_action_logs where target_type = 'User' and target_id in \
             (select u.id from users u where u.account_id = $1) and id < $2 order by id desc limit $3) \
             union all (select id from admin_action_logs where target_type = 'Report' and target_id in \
             (select r.id from reports r where r.target_account_id = $1 order by r.id desc limit 1000) and id < $2 \
             order by id desc limit $3) \
             union all (select id from admin_action_logs where target_type = 'AccountWarning' and target_id in \
             (select w.id from account_warnings w where w.target_account_id = $1 order by w.id desc limit 1000) and id < $2 \
             order by id desc limit $3)) f order by f.id desc limit $3) order by l.id desc"
        );
        let query = self.prepared_as(sql).bind(account.0).bind(before.unwrap_or(i64::MAX)).bind(limit);
        Ok(query.fetch_all(&mut *self.tx).await?)
    }

    /// The log about another server, newest first, by the name that rows of rules about servers carry
    /// (`app/models/domain_block.rb`, `app/models/domain_allow.rb`): in slices until there are enough or it has taken long
    /// enough.
    pub async fn log_about_server(
        &mut self,
        domain: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<LogWindow, DatabaseError> {
        let sql = logged!(
            self,
            "where l.id >= $1 and l.id < $2 and l.target_type in ('DomainBlock', 'DomainAllow', 'UnavailableDomain') \
             and l.human_identifier = $3 order by l.id desc limit $4"
        );
        let started = Tick::now();
        let ends: (Option<i64>, Option<i64>) =
            query_as("select min(id), max(id) from admin_action_logs").fetch_one(&mut *self.tx).await?;
        let (Some(low), Some(newest)) = ends else { return Ok(LogWindow::default()) };
        let mut high = newest.saturating_add(1).min(before.unwrap_or(i64::MAX));
        let mut window = LogWindow::default();
        let mut slice = SLICE;
        while high > low {
            let lowest = low.max(high.saturating_sub(slice));
            let left = limit - i64::try_from(window.rows.len()).unwrap_or(limit);
            let query = query_as(sql).bind(lowest).bind(high).bind(domain).bind(left);
            let rows: Vec<LoggedAction> = query.fetch_all(&mut *self.tx).await?;
            window.rows.extend(rows);
            if i64::try_from(window.rows.len()).unwrap_or(limit) >= limit {
                break;
            }
            high = lowest;
            slice = (slice * 2).min(LARGEST_SLICE);
            if high > low && started.elapsed() >= LONG_ENOUGH {
                window.looked_to = self.logged_from(high).await?;
                break;
            }
        }
        Ok(window)
    }

    async fn log_slice(
        &mut self,
        filter: &LogFilter,
        (low, high): (i64, i64),
        (from, to): (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<Vec<LoggedAction>, DatabaseError> {
        let sql = logged!(
            self,
            "where l.id >= $1 and l.id < $2 and ($3 = '' or l.action = $3) and ($4 = 0 or l.account_id = $4) \
             and l.created_at >= timestamp 'epoch' + $5 * interval '1 millisecond' \
             and l.created_at < timestamp 'epoch' + $6 * interval '1 millisecond' order by l.id desc limit $7"
        );
        let query = query_as(sql)
            .bind(low)
            .bind(high)
            .bind(&filter.action)
            .bind(filter.by.map_or(0, |by| by.0))
            .bind(from.0)
            .bind(to.0)
            .bind(limit);
        Ok(query.fetch_all(&mut *self.tx).await?)
    }

    /// The first row at or above an id, and when it was written (primary key).
    async fn logged_from(&mut self, id: i64) -> Result<Option<(i64, Timestamp)>, DatabaseError> {
        const SQL: &str =
            concat!("select id, ", ms!("created_at"), " from admin_action_logs where id >= $1 order by id limit 1");
        Ok(self.prepared_as(SQL).bind(id).fetch_optional(&mut *self.tx).await?)
    }

    /// The id from which on rows were written at an instant or later, found by bisection: ids grow with time.
    async fn first_logged(&mut self, at: Timestamp, oldest: i64, newest: i64) -> Result<i64, DatabaseError> {
        let (mut low, mut high) = (oldest, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.logged_from(middle).await? {
                Some((id, written)) if written < at => low = id + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }
}

//! What came and went each day, for what is drawn. None of it has an index of its own: reports and rows of Mastodon's log are
//! found from an id on, and that id by bisection, because ids grow with time.

use super::{DatabaseError, Read, ms, query_as, query_scalar};
use crate::clock::{DAY, Timestamp};

/// So many days are counted, today among them.
pub const DAYS: i64 = 30;
/// At most so many ids of a table are read, its newest; the days before are not known then.
const MOST: i64 = 400_000;
/// Rows become visible a little out of order: so many ids before a day are looked at too.
const BESIDE: i64 = 100;

/// What is counted at one moment of the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// Oldest first; the last one is not over.
    pub days: Vec<Day>,
    /// Reports that are open.
    pub open: i64,
}

/// One day, by UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Its beginning.
    pub at: Timestamp,
    /// Reports that were made; `None` where that was too far back to be read.
    pub opened: Option<i64>,
    /// What Mastodon's log says; `None` where that was too far back to be read.
    pub logged: Option<Logged>,
}

/// What Mastodon's log says of a day. Rows of somebody whose account is deleted are gone, and with them what they did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    pub closed: i64,
    pub reopened: i64,
    /// Milliseconds from a report to its closing, the median of those that were closed that day.
    pub took: Option<i64>,
    pub approved: i64,
    pub rejected: i64,
}

/// Where reading begins, for each of the two tables.
struct From {
    id: i64,
    /// The first day that is read whole.
    day: i64,
}

impl Read {
    /// The last thirty days, and how many reports are open: scans, for what is counted in the background alone.
    ///
    /// A closing leaves a row of the log for each report (`app/models/admin/account_action.rb`,
    /// `app/controllers/api/v1/admin/reports_controller.rb`), and so does a decision about a sign-up
    /// (`app/controllers/api/v1/admin/accounts_controller.rb`), whose target is the login.
    pub async fn days(&mut self, now: Timestamp) -> Result<Days, DatabaseError> {
        const OPEN: &str = "select count(*) from reports where action_taken_at is null";
        const OPENED: &str = "select floor(extract(epoch from created_at) / 86400)::bigint, count(*) from reports \
            where id >= $1 group by 1";
        // The reports of the closings alone, by their primary key.
        const LOGGED: &str = "with rows as materialized (select action, target_type, target_id, created_at from admin_action_logs \
             where id >= $1 and (target_type = 'Report' and action in ('resolve', 'reopen') \
             or target_type = 'User' and action in ('approve', 'reject'))) \
            select floor(extract(epoch from l.created_at) / 86400)::bigint, \
             count(*) filter (where l.action = 'resolve'), count(*) filter (where l.action = 'reopen'), \
             (percentile_cont(0.5) within group (order by extract(epoch from l.created_at - r.created_at)) \
             filter (where r.id is not null) * 1000)::bigint, \
             count(*) filter (where l.action = 'approve'), count(*) filter (where l.action = 'reject') \
            from rows l left join reports r on l.action = 'resolve' and r.id = l.target_id group by 1";
        let today = now.0.div_euclid(DAY);
        let first = today - DAYS + 1;
        let since = Timestamp(first * DAY);
        let reports = self.first_report(since, first).await?;
        let opened: Vec<(i64, i64)> = match &reports {
            Some(from) => query_as(OPENED).bind(from.id).fetch_all(&mut *self.tx).await?,
            None => Vec::new(),
        };
        let log = self.first_row(since, first).await?;
        type Row = (i64, i64, i64, Option<i64>, i64, i64);
        let logged: Vec<Row> = match &log {
            Some(from) => query_as(LOGGED).bind(from.id).fetch_all(&mut *self.tx).await?,
            None => Vec::new(),
        };
        let known = |from: &Option<From>, day: i64| from.as_ref().is_none_or(|from| day >= from.day);
        let open = query_scalar(OPEN).fetch_one(&mut *self.tx).await?;
        let days = (first..=today)
            .map(|day| Day {
                at: Timestamp(day * DAY),
                opened: known(&reports, day)
                    .then(|| opened.iter().find(|(of, _)| *of == day).map_or(0, |(_, number)| *number)),
                logged: known(&log, day).then(|| {
                    let found = logged.iter().find(|(of, ..)| *of == day);
                    found.map_or_else(Logged::default, |(_, closed, reopened, took, approved, rejected)| Logged {
                        closed: *closed,
                        reopened: *reopened,
                        took: *took,
                        approved: *approved,
                        rejected: *rejected,
                    })
                }),
            })
            .collect();
        Ok(Days { days, open })
    }

    /// The first report of a time (primary key); `None` where there is none at all.
    async fn first_report(&mut self, since: Timestamp, first: i64) -> Result<Option<From>, DatabaseError> {
        const ENDS: &str = "select min(id), max(id) from reports";
        const AT: &str = concat!("select id, ", ms!("created_at"), " from reports where id >= $1 order by id limit 1");
        self.from(ENDS, AT, since, first).await
    }

    /// The first row of the log of a time (primary key).
    async fn first_row(&mut self, since: Timestamp, first: i64) -> Result<Option<From>, DatabaseError> {
        const ENDS: &str = "select min(id), max(id) from admin_action_logs";
        const AT: &str =
            concat!("select id, ", ms!("created_at"), " from admin_action_logs where id >= $1 order by id limit 1");
        self.from(ENDS, AT, since, first).await
    }

    async fn from(
        &mut self,
        ends: &'static str,
        at: &'static str,
        since: Timestamp,
        first: i64,
    ) -> Result<Option<From>, DatabaseError> {
        let ends: (Option<i64>, Option<i64>) = query_as(ends).fetch_one(&mut *self.tx).await?;
        let (Some(oldest), Some(newest)) = ends else { return Ok(None) };
        let (mut low, mut high) = (oldest.max(newest - MOST), newest + 1);
        let cut: Option<(i64, Timestamp)> = query_as(at).bind(low).fetch_optional(&mut *self.tx).await?;
        // What is read begins in the middle of a day.
        let day = match cut {
            Some((id, written)) if id > oldest && written >= since => written.0.div_euclid(DAY) + 1,
            Some(_) | None => first,
        };
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<(i64, Timestamp)> = query_as(at).bind(middle).fetch_optional(&mut *self.tx).await?;
            match found {
                Some((id, written)) if written < since => low = id + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(Some(From { id: low - BESIDE, day }))
    }
}

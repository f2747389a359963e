//! What was decided in a period, in numbers alone. Most tables have no index on their times: ids grow with them, so the ids of
//! a period are found by bisection of the primary key, and read in slices.

use super::{DatabaseError, Read, There, ms, query_as};
use crate::clock::Timestamp;
use std::time::Duration;
use tokio::time::Instant as Tick;

/// So many ids are read by one statement.
const SLICE: i64 = 20_000;
/// Rows become visible a little out of order: so many ids beside a period are looked at too.
const BESIDE: i64 = 100;
/// A period that takes longer is not counted at all.
const LONG_ENOUGH: Duration = Duration::from_secs(5);

/// What became of a report (`reports.action_taken_at`, `account_warnings`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutcome {
    Pending,
    /// Closed, and the reported account got no strike between the report and its closing.
    Resolved,
    Struck,
}

/// What became of an appeal (`app/models/appeal.rb`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppealOutcome {
    Pending,
    Approved,
    Rejected,
}

/// A period in numbers, with the seconds that each decision took.
#[derive(Clone, Debug, Default)]
pub struct Period {
    /// Logins made in it that are there still and may be used, and those that wait for a decision.
    pub approved: i64,
    pub pending: i64,
    /// Sign-ups rejected in it, which Mastodon deletes.
    pub rejected: i64,
    pub approvals_took: Vec<i64>,
    /// `reports.category`, the outcome, how many, and what closing them took.
    pub reports: Vec<(i32, ReportOutcome, i64, Vec<i64>)>,
    /// `account_warnings.action`, whether it was overruled, and how many.
    pub strikes: Vec<(i32, bool, i64)>,
    /// `None` where appeals cannot be read.
    pub appeals: Option<Vec<(AppealOutcome, i64, Vec<i64>)>>,
    pub blocks_added: i64,
    pub blocks_lifted: i64,
}

/// The first and last id of a table, and its first row at or above one with its time.
struct Edges {
    ends: &'static str,
    row: &'static str,
}

macro_rules! edges {
    ($table:literal) => {
        Edges {
            ends: concat!("select min(id), max(id) from ", $table),
            row: concat!("select id, ", ms!("created_at"), " from ", $table, " where id >= $1 order by id limit 1"),
        }
    };
}

const USERS: Edges = edges!("users");
const REPORTS: Edges = edges!("reports");
const STRIKES: Edges = edges!("account_warnings");
const APPEALS: Edges = edges!("appeals");
const LOG: Edges = edges!("admin_action_logs");

/// A slice of ids within a period.
macro_rules! within {
    ($row:literal) => {
        concat!(
            $row,
            ".id >= $1 and ",
            $row,
            ".id < $2 and ",
            $row,
            ".created_at >= timestamp 'epoch' + $3 * interval '1 millisecond' and ",
            $row,
            ".created_at < timestamp 'epoch' + $4 * interval '1 millisecond'"
        )
    };
}

const USERS_OF: &str = concat!(
    "select u.approved, count(*) from users u where u.confirmed_at is not null and ",
    within!("u"),
    " group by 1"
);
const REPORTS_OF: &str = concat!(
    "select r.category, case when r.action_taken_at is null then 0 when exists (select from account_warnings w \
     where w.target_account_id = r.target_account_id and w.created_at >= r.created_at \
     and w.created_at <= r.action_taken_at + interval '1 minute') then 2 else 1 end as outcome, count(*), \
     coalesce(array_agg(extract(epoch from r.action_taken_at - r.created_at)::bigint) \
     filter (where r.action_taken_at is not null), '{}') from reports r where ",
    within!("r"),
    " group by 1, 2"
);
const STRIKES_OF: &str = concat!(
    "select w.action, w.overruled_at is not null, count(*) from account_warnings w where ",
    within!("w"),
    " group by 1, 2"
);
const APPEALS_OF: &str = concat!(
    "select case when p.approved_at is not null then 1 when p.rejected_at is not null then 2 else 0 end as outcome, \
     count(*), coalesce(array_agg(extract(epoch from coalesce(p.approved_at, p.rejected_at) - p.created_at)::bigint) \
     filter (where p.approved_at is not null or p.rejected_at is not null), '{}') from appeals p where ",
    within!("p"),
    " group by 1"
);
const LOG_OF: &str = concat!(
    "select l.action, l.target_type, count(*) from admin_action_logs l where ",
    within!("l"),
    " and ((l.target_type = 'User' and l.action = 'reject') \
     or (l.target_type = 'DomainBlock' and l.action in ('create', 'destroy'))) group by 1, 2"
);
// Who was rejected is gone, and with them when they signed up.
const APPROVALS_OF: &str = concat!(
    "select extract(epoch from l.created_at - u.created_at)::bigint from admin_action_logs l join users u \
     on u.id = l.target_id where ",
    within!("l"),
    " and l.target_type = 'User' and l.action = 'approve' and l.created_at >= u.created_at"
);

/// The ids of a period, slice by slice.
struct Slices {
    next: i64,
    end: i64,
}

impl Iterator for Slices {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        let from = self.next;
        self.next = from.saturating_add(SLICE).min(self.end);
        (from < self.end).then_some((from, self.next))
    }
}

/// Adds to the one of a list that is the same.
fn add<K: PartialEq>(list: &mut Vec<(K, i64, Vec<i64>)>, key: K, number: i64, took: Vec<i64>) {
    match list.iter_mut().find(|(known, ..)| *known == key) {
        Some((_, sum, all)) => {
            *sum += number;
            all.extend(took);
        }
        None => list.push((key, number, took)),
    }
}

impl Read {
    /// What happened from an instant to before another; `None` where there is too much of it.
    pub async fn period(&mut self, from: Timestamp, to: Timestamp) -> Result<Option<Period>, DatabaseError> {
        let started = Tick::now();
        let mut period = Period::default();
        for (low, high) in self.slices(&USERS, from, to).await? {
            let rows: Vec<(bool, i64)> = self.slice(USERS_OF, (low, high), from, to).await?;
            for (approved, number) in rows {
                *if approved { &mut period.approved } else { &mut period.pending } += number;
            }
            if started.elapsed() > LONG_ENOUGH {
                return Ok(None);
            }
        }
        let mut reports = Vec::new();
        for (low, high) in self.slices(&REPORTS, from, to).await? {
            let rows: Vec<(i32, i32, i64, Vec<i64>)> = self.slice(REPORTS_OF, (low, high), from, to).await?;
            for (category, outcome, number, took) in rows {
                let outcome = match outcome {
                    0 => ReportOutcome::Pending,
                    1 => ReportOutcome::Resolved,
                    _ => ReportOutcome::Struck,
                };
                add(&mut reports, (category, outcome), number, took);
            }
            if started.elapsed() > LONG_ENOUGH {
                return Ok(None);
            }
        }
        period.reports =
            reports.into_iter().map(|((category, is), number, took)| (category, is, number, took)).collect();
        let mut strikes = Vec::new();
        for (low, high) in self.slices(&STRIKES, from, to).await? {
            let rows: Vec<(i32, bool, i64)> = self.slice(STRIKES_OF, (low, high), from, to).await?;
            for (action, overruled, number) in rows {
                add(&mut strikes, (action, overruled), number, Vec::new());
            }
            if started.elapsed() > LONG_ENOUGH {
                return Ok(None);
            }
        }
        period.strikes =
            strikes.into_iter().map(|((action, overruled), number, _)| (action, overruled, number)).collect();
        if self.extras.appeals == There::Granted {
            let mut appeals = Vec::new();
            for (low, high) in self.slices(&APPEALS, from, to).await? {
                let rows: Vec<(i32, i64, Vec<i64>)> = self.slice(APPEALS_OF, (low, high), from, to).await?;
                for (outcome, number, took) in rows {
                    let outcome = match outcome {
                        1 => AppealOutcome::Approved,
                        2 => AppealOutcome::Rejected,
                        _ => AppealOutcome::Pending,
                    };
                    add(&mut appeals, outcome, number, took);
                }
            }
            period.appeals = Some(appeals);
        }
        for (low, high) in self.slices(&LOG, from, to).await? {
            let rows: Vec<(String, String, i64)> = self.slice(LOG_OF, (low, high), from, to).await?;
            for (action, target, number) in rows {
                *match (action.as_str(), target.as_str()) {
                    ("reject", "User") => &mut period.rejected,
                    ("create", _) => &mut period.blocks_added,
                    _ => &mut period.blocks_lifted,
                } += number;
            }
            let took: Vec<(i64,)> = self.slice(APPROVALS_OF, (low, high), from, to).await?;
            period.approvals_took.extend(took.into_iter().map(|(seconds,)| seconds));
            if started.elapsed() > LONG_ENOUGH {
                return Ok(None);
            }
        }
        Ok(Some(period))
    }

    async fn slice<T>(
        &mut self,
        sql: &'static str,
        (low, high): (i64, i64),
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<T>, DatabaseError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        Ok(query_as(sql).bind(low).bind(high).bind(from.0).bind(to.0).fetch_all(&mut *self.tx).await?)
    }

    /// The ids of a table's rows from an instant to before another, and a few beside them.
    async fn slices(&mut self, edges: &Edges, from: Timestamp, to: Timestamp) -> Result<Slices, DatabaseError> {
        let ends: (Option<i64>, Option<i64>) = self.prepared_as(edges.ends).fetch_one(&mut *self.tx).await?;
        let (Some(oldest), Some(newest)) = ends else { return Ok(Slices { next: 0, end: 0 }) };
        let low = self.first_since(edges, from, oldest, newest).await? - BESIDE;
        let high = self.first_since(edges, to, oldest, newest).await? + BESIDE;
        Ok(Slices { next: low.max(oldest), end: high.min(newest + 1) })
    }

    /// The id from which on rows were written at an instant or later.
    async fn first_since(
        &mut self,
        edges: &Edges,
        at: Timestamp,
        oldest: i64,
        newest: i64,
    ) -> Result<i64, DatabaseError> {
        let (mut low, mut high) = (oldest, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let row: Option<(i64, Timestamp)> =
                self.prepared_as(edges.row).bind(middle).fetch_optional(&mut *self.tx).await?;
            match row {
                Some((id, written)) if written < at => low = id + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }
}

//! Decisions that are looked at again. Who reads these rows learns what the record says as well; they give nobody a
//! right.

use super::{Store, fence::begin, on};
use crate::{
    clock::Timestamp,
    id::OperatorId,
    nouns::reviews::{Sort, Verdict, Week},
};

/// A week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    pub week: Week,
    /// The entry that binds its seed, and when that was meant.
    pub committed: i64,
    pub committed_at: Timestamp,
    /// The entry that disclosed the seed, with what was drawn.
    pub drawn: Option<i64>,
    /// Of how many decisions.
    pub decisions: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct WeekRow {
    week: String,
    committed: i64,
    committed_at: i64,
    drawn: Option<i64>,
    decisions: Option<i64>,
}

/// A decision that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub entry: i64,
    pub week: Week,
    /// Whose it is.
    pub operator: OperatorId,
    pub sort: Sort,
    /// The keyed hash that its entry carries.
    pub subject: String,
    /// Who looks at it again.
    pub reviewer: Option<OperatorId>,
    /// What they would have decided, before they saw what was.
    pub opinion: Option<String>,
    /// What they said of it, in which entry.
    pub verdict: Option<(Verdict, i64, Timestamp)>,
}

#[derive(sqlx::FromRow)]
struct SampleRow {
    entry: i64,
    week: String,
    operator: String,
    sort: String,
    subject: String,
    reviewer: Option<String>,
    opinion: Option<String>,
    verdict: Option<String>,
    verdict_entry: Option<i64>,
    verdict_at: Option<i64>,
}

/// A row that somebody else wrote, and that says nothing.
fn unread(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} is nothing that the console writes").into())
}

impl WeekRow {
    fn read(self) -> sqlx::Result<Reviewed> {
        Ok(Reviewed {
            week: Week::named(&self.week).ok_or_else(|| unread("the week of a review"))?,
            committed: self.committed,
            committed_at: Timestamp(self.committed_at),
            drawn: self.drawn,
            decisions: self.decisions,
        })
    }
}

impl SampleRow {
    fn read(self) -> sqlx::Result<Sample> {
        let verdict = match (self.verdict, self.verdict_entry, self.verdict_at) {
            (Some(verdict), Some(entry), Some(at)) => {
                Some((verdict.parse().map_err(|()| unread("what was said of a decision"))?, entry, Timestamp(at)))
            }
            _ => None,
        };
        Ok(Sample {
            entry: self.entry,
            week: Week::named(&self.week).ok_or_else(|| unread("the week of a review"))?,
            operator: OperatorId(self.operator),
            sort: self.sort.parse().map_err(|()| unread("the sort of a decision"))?,
            subject: self.subject,
            reviewer: self.reviewer.map(OperatorId),
            opinion: self.opinion,
            verdict,
        })
    }
}

/// The newest weeks, newest first.
pub async fn weeks(store: &Store, limit: i64) -> sqlx::Result<Vec<Reviewed>> {
    const SQL: &str =
        "select week, committed, committed_at, drawn, decisions from review_weeks order by week desc limit $1";
    let rows: Vec<WeekRow> = on!(store, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await?);
    rows.into_iter().map(WeekRow::read).collect()
}

/// One week, if its seed was bound.
pub async fn week(store: &Store, week: Week) -> sqlx::Result<Option<Reviewed>> {
    const SQL: &str = "select week, committed, committed_at, drawn, decisions from review_weeks where week = $1";
    let row: Option<WeekRow> = on!(store, pool => sqlx::query_as(SQL).bind(week.name()).fetch_optional(pool).await?);
    row.map(WeekRow::read).transpose()
}

/// Weeks that are to be drawn and were not, of those that begin before an instant.
pub async fn undrawn(store: &Store, before: Week) -> sqlx::Result<Vec<Reviewed>> {
    const SQL: &str = "select week, committed, committed_at, drawn, decisions from review_weeks \
        where drawn is null and week < $1 order by week limit 100";
    let rows: Vec<WeekRow> = on!(store, pool => sqlx::query_as(SQL).bind(before.name()).fetch_all(pool).await?);
    rows.into_iter().map(WeekRow::read).collect()
}

/// The entry of the deed that something is written for.
fn entry_of(store: &Store) -> sqlx::Result<i64> {
    store.fence.as_ref().map(|fence| fence.intent).ok_or_else(|| unread("a review without an entry"))
}

/// Notes that the seed of a week is bound; false where it was before.
pub async fn commit(store: &Store, week: Week, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str =
        "insert into review_weeks (week, committed, committed_at) values ($1, $2, $3) on conflict do nothing";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let done = sqlx::query(SQL).bind(week.name()).bind(entry).bind(now.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    })
}

/// Keeps what was drawn of a week; false where that was done before. Each is an entry, whose it is, its sort, and the
/// keyed hash of what it is about.
pub async fn draw(
    store: &Store,
    week: Week,
    drawn: &[(i64, String, Sort, String)],
    decisions: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str =
        "update review_weeks set drawn = $2, drawn_at = $3, decisions = $4 where week = $1 and drawn is null";
    const ONE: &str = "insert into review_samples (entry, week, operator, sort, subject) values ($1, $2, $3, $4, $5)";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let done = sqlx::query(SQL)
            .bind(week.name()).bind(entry).bind(now.0).bind(decisions).execute(&mut *tx).await?.rows_affected();
        if done == 0 {
            return Ok(false);
        }
        for (index, by, sort, subject) in drawn {
            sqlx::query(ONE)
                .bind(index).bind(week.name()).bind(by).bind(sort.name()).bind(subject).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    })
}

/// The columns of a decision that was drawn.
macro_rules! samples {
    ($rest:literal) => {
        concat!(
            "select entry, week, operator, sort, subject, reviewer, opinion, verdict, verdict_entry, verdict_at \
             from review_samples ",
            $rest
        )
    };
}

/// One that was drawn, by its entry.
pub async fn sample(store: &Store, entry: i64) -> sqlx::Result<Option<Sample>> {
    const SQL: &str = samples!("where entry = $1");
    let row: Option<SampleRow> = on!(store, pool => sqlx::query_as(SQL).bind(entry).fetch_optional(pool).await?);
    row.map(SampleRow::read).transpose()
}

/// What was drawn since a week began, newest week first.
pub async fn since(store: &Store, week: Week, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where week >= $1 order by week desc, entry limit $2");
    let rows: Vec<SampleRow> =
        on!(store, pool => sqlx::query_as(SQL).bind(week.name()).bind(limit).fetch_all(pool).await?);
    rows.into_iter().map(SampleRow::read).collect()
}

/// What somebody decided and another has looked at again, newest first.
pub async fn judged_of(store: &Store, operator: &OperatorId, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where operator = $1 and verdict is not null order by entry desc limit $2");
    let rows: Vec<SampleRow> =
        on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).bind(limit).fetch_all(pool).await?);
    rows.into_iter().map(SampleRow::read).collect()
}

/// Keeps what somebody would have decided: whoever says so first is its reviewer, and says it once.
pub async fn opine(store: &Store, sample: i64, reviewer: &OperatorId, opinion: &str) -> sqlx::Result<bool> {
    const SQL: &str = "update review_samples set reviewer = $2, opinion = $3, opinion_entry = $4 \
        where entry = $1 and reviewer is null and operator <> $2";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let written = sqlx::query(SQL)
            .bind(sample).bind(&reviewer.0).bind(opinion).bind(entry).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(written == 1)
    })
}

/// Keeps what its reviewer says of a decision; once, and not before their own opinion.
pub async fn judge(
    store: &Store,
    sample: i64,
    reviewer: &OperatorId,
    verdict: Verdict,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update review_samples set verdict = $3, verdict_entry = $4, verdict_at = $5 \
        where entry = $1 and reviewer = $2 and opinion is not null and verdict is null and operator <> $2";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let written = sqlx::query(SQL)
            .bind(sample).bind(&reviewer.0).bind(verdict.name()).bind(entry).bind(now.0)
            .execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(written == 1)
    })
}

/// What somebody has begun to review and not judged, oldest first.
pub async fn begun(store: &Store) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where reviewer is not null and verdict is null order by entry limit 1000");
    let rows: Vec<SampleRow> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    rows.into_iter().map(SampleRow::read).collect()
}

/// Takes a review that is not judged from its reviewer; false where it is not theirs any more. What they would have decided stays in
/// the record, and is nothing that the next one sees.
pub async fn release(store: &Store, sample: i64, reviewer: &OperatorId) -> sqlx::Result<bool> {
    const SQL: &str = "update review_samples set reviewer = null, opinion = null, opinion_entry = null, released = $3 \
        where entry = $1 and reviewer = $2 and verdict is null";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let written =
            sqlx::query(SQL).bind(sample).bind(&reviewer.0).bind(entry).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(written == 1)
    })
}

/// Whether the deed of an entry wrote any of this.
pub async fn written_by(store: &Store, entry: i64) -> sqlx::Result<bool> {
    const SQL: &str = "select exists (select 1 from review_weeks where committed = $1 or drawn = $1) \
        or exists (select 1 from review_samples where opinion_entry = $1 or verdict_entry = $1 or released = $1)";
    on!(store, pool => sqlx::query_scalar(SQL).bind(entry).fetch_one(pool).await)
}

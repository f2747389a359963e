//! Decisions that are looked at again. Who reads these rows learns what the record says as well; they give nobody a
//! right. Each row is proved: what was said of a decision, and by whom, is what the console wrote.

use super::{
    Refusal, Store,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
    transaction::unchanged,
};
use crate::{
    clock::Timestamp,
    id::OperatorId,
    nouns::reviews::{Sort, Verdict, Week},
    seal::{Field, Keys},
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

#[derive(Clone, sqlx::FromRow)]
struct WeekRow {
    week: String,
    committed: i64,
    committed_at: i64,
    drawn: Option<i64>,
    drawn_at: Option<i64>,
    decisions: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for WeekRow {
    const TABLE: &'static str = "review_weeks";
    const WHAT: &'static str = "the week of reviews";

    fn called(&self) -> String {
        self.week.clone()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.week).into(),
            self.committed.into(),
            self.committed_at.into(),
            (&self.drawn).into(),
            (&self.drawn_at).into(),
            (&self.decisions).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for WeekRow {}

/// The columns of a week with its proof.
macro_rules! of_a_week {
    () => {
        concat!("week, committed, committed_at, drawn, drawn_at, decisions, mac, ", without_entry!())
    };
}

/// Weeks by their columns; what follows says which.
macro_rules! weeks {
    ($rest:literal) => {
        concat!("select ", of_a_week!(), " from review_weeks ", $rest)
    };
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
    /// The entry of their opinion.
    pub opinion_entry: Option<i64>,
    /// The entry that closed the proposal to undo it.
    pub settled: Option<i64>,
}

#[derive(Clone, sqlx::FromRow)]
struct SampleRow {
    #[sqlx(rename = "decision")]
    entry: i64,
    week: String,
    operator: String,
    sort: String,
    #[sqlx(rename = "about")]
    subject: String,
    reviewer: Option<String>,
    opinion: Option<String>,
    opinion_entry: Option<i64>,
    verdict: Option<String>,
    verdict_entry: Option<i64>,
    verdict_at: Option<i64>,
    /// The entry of the deed that took it from a reviewer at last.
    released: Option<i64>,
    settled: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for SampleRow {
    const TABLE: &'static str = "review_samples";
    const WHAT: &'static str = "the review of entry";

    fn called(&self) -> String {
        self.entry.to_string()
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        let mut fields = vec![
            self.entry.into(),
            (&self.week).into(),
            (&self.operator).into(),
            (&self.sort).into(),
            (&self.subject).into(),
            (&self.reviewer).into(),
            (&self.opinion).into(),
            (&self.opinion_entry).into(),
            (&self.verdict).into(),
            (&self.verdict_entry).into(),
            (&self.verdict_at).into(),
            (&self.released).into(),
        ];
        // Rows of before there were proposals to close are proved without it.
        if self.settled.is_some() {
            fields.push((&self.settled).into());
        }
        fields
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for SampleRow {}

/// The columns of a decision that was drawn, with its proof.
macro_rules! of_a_sample {
    () => {
        concat!(
            "entry as decision, week, operator, sort, subject as about, reviewer, opinion, opinion_entry, verdict, verdict_entry, verdict_at, \
             released, settled, mac, ",
            without_entry!()
        )
    };
}

/// Decisions that were drawn; what follows says which.
macro_rules! samples {
    ($rest:literal) => {
        concat!("select ", of_a_sample!(), " from review_samples ", $rest)
    };
}

/// The weeks by themselves.
mod week_rows {
    use super::{WeekRow, without_entry};
    use crate::store::mac::proved_table;

    proved_table!(WeekRow, "review_weeks", of_a_week!(), "week desc", "week = $2", |row| &row.week);
}

/// … and what was drawn.
mod sample_rows {
    use super::{SampleRow, without_entry};
    use crate::store::mac::proved_table;

    proved_table!(SampleRow, "review_samples", of_a_sample!(), "decision desc", "entry = $2", |row| row.entry);
}

/// Those that are refused, of the newest.
pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    let mut refused = week_rows::refused(store).await?;
    refused.extend(sample_rows::refused(store).await?);
    Ok(refused)
}

/// Proves those from before each was proved; how many.
pub(super) async fn prove_former(store: &Store) -> sqlx::Result<u64> {
    Ok(week_rows::prove_former(store).await? + sample_rows::prove_former(store).await?)
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
            opinion_entry: self.opinion_entry,
            settled: self.settled,
        })
    }
}

/// The newest weeks, newest first.
pub async fn weeks(store: &Store, limit: i64) -> sqlx::Result<Vec<Reviewed>> {
    const SQL: &str = weeks!("order by week desc limit $1");
    let rows: Vec<WeekRow> = store.read(on!(store, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await?));
    rows.into_iter().filter(|row| store.holds(row, true)).map(WeekRow::read).collect()
}

/// One week, if its seed was bound.
pub async fn week(store: &Store, week: Week) -> sqlx::Result<Option<Reviewed>> {
    const SQL: &str = weeks!("where week = $1");
    let row: Option<WeekRow> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(week.name()).fetch_optional(pool).await?));
    row.filter(|row| store.holds(row, row.week == week.name())).map(WeekRow::read).transpose()
}

/// Weeks that are to be drawn and were not, of those that begin before an instant.
pub async fn undrawn(store: &Store, before: Week) -> sqlx::Result<Vec<Reviewed>> {
    const SQL: &str = weeks!("where drawn is null and week < $1 order by week limit 100");
    let rows: Vec<WeekRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(before.name()).fetch_all(pool).await?));
    let asked = |row: &WeekRow| row.drawn.is_none() && row.week < before.name();
    rows.into_iter().filter(|row| store.holds(row, asked(row))).map(WeekRow::read).collect()
}

/// The entry of the deed that something is written for.
fn entry_of(store: &Store) -> sqlx::Result<i64> {
    store.fence.as_ref().map(|fence| fence.intent).ok_or_else(|| unread("a review without an entry"))
}

/// A week, locked for the transaction that changes it.
const LOCK_WEEK: &str = concat!("update review_weeks set mac = mac where week = $1 returning ", of_a_week!());

/// Notes that the seed of a week is bound; false where it was before. What stands there and does not hold is written over.
pub async fn commit(store: &Store, week: Week, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "insert into review_weeks (week, committed, committed_at, mac) values ($1, $2, $3, $4) \
        on conflict (week) do update set committed = excluded.committed, committed_at = excluded.committed_at, \
        drawn = null, drawn_at = null, decisions = null, mac = excluded.mac";
    let row = WeekRow {
        week: week.name(),
        committed: entry_of(store)?,
        committed_at: now.0,
        drawn: None,
        drawn_at: None,
        decisions: None,
        proof: Proof::default(),
    };
    let mac = mac::mac(&store.keys, &row, 0);
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let known: Option<WeekRow> =
            store.read_one(sqlx::query_as(LOCK_WEEK).bind(&row.week).fetch_optional(&mut *tx).await?);
        if known.is_some_and(|known| store.holds(&known, known.week == row.week)) {
            unchanged!(tx, false);
        }
        sqlx::query(SQL)
            .bind(&row.week).bind(row.committed).bind(row.committed_at).bind(&mac).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
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
    const SQL: &str = "update review_weeks set drawn = $2, drawn_at = $3, decisions = $4, mac = $5 where week = $1";
    let entry = entry_of(store)?;
    let rows = drawn.iter().map(|one| new_sample(week, one));
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let known: Option<WeekRow> =
            store.read_one(sqlx::query_as(LOCK_WEEK).bind(week.name()).fetch_optional(&mut *tx).await?);
        let known = known.filter(|row| store.holds(row, row.week == week.name()) && row.drawn.is_none());
        let Some(known) = known else { unchanged!(tx, false) };
        let done = WeekRow { drawn: Some(entry), drawn_at: Some(now.0), decisions: Some(decisions), ..known };
        sqlx::query(SQL)
            .bind(&done.week).bind(done.drawn).bind(done.drawn_at).bind(done.decisions)
            .bind(mac::mac(&store.keys, &done, 0)).execute(&mut *tx).await?;
        for row in rows {
            let known: Option<SampleRow> =
                store.read_one(sqlx::query_as(LOCK_SAMPLE).bind(row.entry).fetch_optional(&mut *tx).await?);
            // What was said of one stays, where an older row of its week was put back.
            if known.is_some_and(|known| store.holds(&known, known.entry == row.entry)) {
                continue;
            }
            sqlx::query(ONE)
                .bind(row.entry).bind(&row.week).bind(&row.operator).bind(&row.sort).bind(&row.subject)
                .bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    })
}

/// Makes one anew that was drawn, and whose row was taken away or does not hold: its entry, whose it is, its sort, and the keyed
/// hash of what it is about. What was said of it is in the record alone from there on.
pub async fn remake(store: &Store, week: Week, drawn: &(i64, String, Sort, String)) -> sqlx::Result<()> {
    let row = new_sample(week, drawn);
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let known: Option<SampleRow> =
            store.read_one(sqlx::query_as(LOCK_SAMPLE).bind(row.entry).fetch_optional(&mut *tx).await?);
        if known.is_none_or(|known| !store.holds(&known, known.entry == row.entry)) {
            sqlx::query(ONE)
                .bind(row.entry).bind(&row.week).bind(&row.operator).bind(&row.sort).bind(&row.subject)
                .bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        }
        tx.commit().await
    })
}

fn new_sample(week: Week, (entry, by, sort, subject): &(i64, String, Sort, String)) -> SampleRow {
    SampleRow {
        entry: *entry,
        week: week.name(),
        operator: by.clone(),
        sort: sort.name().to_owned(),
        subject: subject.clone(),
        reviewer: None,
        opinion: None,
        opinion_entry: None,
        verdict: None,
        verdict_entry: None,
        verdict_at: None,
        released: None,
        settled: None,
        proof: Proof::default(),
    }
}

/// A decision that was drawn, in the place of whatever stands there and does not hold.
const ONE: &str = "insert into review_samples (entry, week, operator, sort, subject, mac) values ($1, $2, $3, $4, $5, $6) \
    on conflict (entry) do update set week = excluded.week, operator = excluded.operator, sort = excluded.sort, \
    subject = excluded.subject, reviewer = null, opinion = null, opinion_entry = null, verdict = null, \
    verdict_entry = null, verdict_at = null, released = null, settled = null, mac = excluded.mac";

/// A decision that was drawn, locked for the transaction that changes it.
const LOCK_SAMPLE: &str = concat!("update review_samples set mac = mac where entry = $1 returning ", of_a_sample!());

/// Those that hold.
fn read(store: &Store, rows: Vec<SampleRow>, asked: impl Fn(&SampleRow) -> bool) -> sqlx::Result<Vec<Sample>> {
    rows.into_iter().filter(|row| store.holds(row, asked(row))).map(SampleRow::read).collect()
}

/// One that was drawn, by its entry.
pub async fn sample(store: &Store, entry: i64) -> sqlx::Result<Option<Sample>> {
    const SQL: &str = samples!("where entry = $1");
    let row: Option<SampleRow> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(entry).fetch_optional(pool).await?));
    Ok(read(store, row.into_iter().collect(), |row| row.entry == entry)?.pop())
}

/// What was drawn since a week began, newest week first.
pub async fn since(store: &Store, week: Week, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where week >= $1 order by week desc, decision limit $2");
    let rows: Vec<SampleRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(week.name()).bind(limit).fetch_all(pool).await?));
    read(store, rows, |row| row.week >= week.name())
}

/// What waits for somebody's review and is not their own: nobody's yet, or begun by them; oldest first.
pub async fn waiting_for(store: &Store, operator: &OperatorId, week: Week, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!(
        "where verdict is null and operator <> $1 and (reviewer is null or reviewer = $1) and week >= $2 \
         order by entry limit $3"
    );
    let rows: Vec<SampleRow> =
        on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).bind(week.name()).bind(limit).fetch_all(pool).await?);
    let theirs = |row: &SampleRow| row.reviewer.as_ref().is_none_or(|reviewer| *reviewer == operator.0);
    read(store, rows, |row| row.verdict.is_none() && row.operator != operator.0 && theirs(row))
}

/// What a reviewer proposed to undo and nobody has closed, newest first.
pub async fn proposed(store: &Store, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where verdict = 'reverse' and settled is null order by entry desc limit $1");
    let rows: Vec<SampleRow> = on!(store, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await?);
    read(store, rows, |row| row.verdict.as_deref() == Some(Verdict::Reverse.name()) && row.settled.is_none())
}

/// Closes a proposal to undo a decision; false where there is none that is open.
pub async fn settle(store: &Store, sample: i64) -> sqlx::Result<bool> {
    const SQL: &str = "update review_samples set settled = $2, mac = $3 where entry = $1";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<SampleRow> = sqlx::query_as(LOCK_SAMPLE).bind(sample).fetch_optional(&mut *tx).await?;
        let row = row.filter(|row| store.holds(row, row.entry == sample));
        let open = |row: &SampleRow| row.verdict.as_deref() == Some(Verdict::Reverse.name()) && row.settled.is_none();
        let Some(row) = row.filter(open) else { unchanged!(tx, false) };
        let row = SampleRow { settled: Some(entry), ..row };
        sqlx::query(SQL)
            .bind(row.entry).bind(row.settled).bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Up to which review of their own decisions somebody has read.
pub async fn read_up_to(store: &Store, operator: &OperatorId) -> sqlx::Result<i64> {
    const SQL: &str = "select entry from reviews_read where operator = $1";
    let read: Option<i64> = on!(store, pool => sqlx::query_scalar(SQL).bind(&operator.0).fetch_optional(pool).await?);
    Ok(read.unwrap_or(-1))
}

/// Somebody has read what was said of their decisions, up to this entry.
pub async fn know_read(store: &Store, operator: &OperatorId, entry: i64) -> sqlx::Result<()> {
    const SQL: &str = "insert into reviews_read (operator, entry) values ($1, $2) \
        on conflict (operator) do update set entry = excluded.entry where reviews_read.entry < excluded.entry";
    on!(store, pool => sqlx::query(SQL).bind(&operator.0).bind(entry).execute(pool).await.map(drop))
}

/// What somebody decided and another has looked at again, newest first.
pub async fn judged_of(store: &Store, operator: &OperatorId, limit: i64) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where operator = $1 and verdict is not null order by decision desc limit $2");
    let rows: Vec<SampleRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(limit).fetch_all(pool).await?));
    read(store, rows, |row| row.operator == operator.0 && row.verdict.is_some())
}

/// Keeps what somebody would have decided: whoever says so first is its reviewer, and says it once.
pub async fn opine(store: &Store, sample: i64, reviewer: &OperatorId, opinion: &str) -> sqlx::Result<bool> {
    const SQL: &str =
        "update review_samples set reviewer = $2, opinion = $3, opinion_entry = $4, mac = $5 where entry = $1";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<SampleRow> =
            store.read_one(sqlx::query_as(LOCK_SAMPLE).bind(sample).fetch_optional(&mut *tx).await?);
        let row = row.filter(|row| store.holds(row, row.entry == sample));
        let row = row.filter(|row| row.reviewer.is_none() && row.operator != reviewer.0);
        let Some(row) = row else { unchanged!(tx, false) };
        let row = SampleRow {
            reviewer: Some(reviewer.0.clone()),
            opinion: Some(opinion.to_owned()),
            opinion_entry: Some(entry),
            ..row
        };
        sqlx::query(SQL)
            .bind(row.entry).bind(&row.reviewer).bind(&row.opinion).bind(row.opinion_entry)
            .bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
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
    const SQL: &str =
        "update review_samples set verdict = $2, verdict_entry = $3, verdict_at = $4, mac = $5 where entry = $1";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<SampleRow> =
            store.read_one(sqlx::query_as(LOCK_SAMPLE).bind(sample).fetch_optional(&mut *tx).await?);
        let theirs = |row: &SampleRow| row.reviewer.as_ref() == Some(&reviewer.0) && row.operator != reviewer.0;
        let row = row.filter(|row| store.holds(row, row.entry == sample) && theirs(row));
        let Some(row) = row.filter(|row| row.opinion.is_some() && row.verdict.is_none()) else { unchanged!(tx, false) };
        let row = SampleRow {
            verdict: Some(verdict.name().to_owned()),
            verdict_entry: Some(entry),
            verdict_at: Some(now.0),
            ..row
        };
        sqlx::query(SQL)
            .bind(row.entry).bind(&row.verdict).bind(row.verdict_entry).bind(row.verdict_at)
            .bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// What somebody has begun to review and not judged, oldest first.
pub async fn begun(store: &Store) -> sqlx::Result<Vec<Sample>> {
    const SQL: &str = samples!("where reviewer is not null and verdict is null order by entry limit 1000");
    let rows: Vec<SampleRow> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let asked = |row: &SampleRow| row.reviewer.is_some() && row.verdict.is_none();
    rows.into_iter().filter(|row| store.holds(row, asked(row))).map(SampleRow::read).collect()
}

/// Takes a review that is not judged from its reviewer; false where it is not theirs any more. What they would have decided stays in
/// the record, and is nothing that the next one sees.
pub async fn release(store: &Store, sample: i64, reviewer: &OperatorId) -> sqlx::Result<bool> {
    const SQL: &str = "update review_samples set reviewer = null, opinion = null, opinion_entry = null, released = $2, \
        mac = $3 where entry = $1";
    let entry = entry_of(store)?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<SampleRow> =
            store.read_one(sqlx::query_as(LOCK_SAMPLE).bind(sample).fetch_optional(&mut *tx).await?);
        let row = row.filter(|row| store.holds(row, row.entry == sample));
        let row = row.filter(|row| row.reviewer.as_ref() == Some(&reviewer.0) && row.verdict.is_none());
        let Some(row) = row else { unchanged!(tx, false) };
        let row = SampleRow { reviewer: None, opinion: None, opinion_entry: None, released: Some(entry), ..row };
        sqlx::query(SQL)
            .bind(row.entry).bind(row.released).bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Whether the deed of an entry wrote any of this; `None` where a row that says so does not hold.
pub async fn written_by(store: &Store, entry: i64) -> sqlx::Result<Option<bool>> {
    const WEEKS: &str = weeks!("where committed = $1 or drawn = $1");
    const SAMPLES: &str = samples!("where opinion_entry = $1 or verdict_entry = $1 or released = $1 or settled = $1");
    let weeks: Vec<WeekRow> = store.read(on!(store, pool => sqlx::query_as(WEEKS).bind(entry).fetch_all(pool).await?));
    let samples: Vec<SampleRow> = store.read(on!(store, pool => sqlx::query_as(SAMPLES)
        .bind(entry).fetch_all(pool).await?));
    let all = weeks.len() + samples.len();
    let held = weeks.iter().filter(|row| store.holds(*row, true)).count()
        + samples.iter().filter(|row| store.holds(*row, true)).count();
    Ok(if held > 0 || all == 0 { Some(held > 0) } else { None })
}

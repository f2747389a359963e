//! Appeals: what people of the instance answer to a strike, and what became of it (`app/models/appeal.rb`). They are decided
//! in Mastodon alone, which has no API for it.

use super::{DatabaseError, Read, StrikeRow, There, ms};
use crate::{clock::Timestamp, id::AccountId};

/// What became of an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealDecided {
    pub approved: bool,
    pub at: Timestamp,
    pub by: Option<String>,
}

/// An appeal with the strike that it is against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealRow {
    /// `appeals.id`
    pub id: i64,
    /// Who appeals: who was struck.
    pub account: AccountId,
    pub username: String,
    pub text: String,
    pub created_at: Timestamp,
    pub decided: Option<AppealDecided>,
    pub strike: StrikeRow,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    username: Option<String>,
    text: String,
    created_at: i64,
    approved_at: Option<i64>,
    rejected_at: Option<i64>,
    decided_by: Option<String>,
    strike: i64,
    action: i32,
    struck_by: Option<i64>,
    struck_by_username: Option<String>,
    strike_text: String,
    struck_at: i64,
    overruled: bool,
}

/// The columns of an appeal with its strike (primary keys); what follows says which.
macro_rules! appeals {
    ($rest:literal) => {
        concat!(
            "select p.id, p.account_id, a.username, left(p.text, 2000) as text, ",
            ms!("p.created_at"),
            " as created_at, ",
            ms!("p.approved_at"),
            " as approved_at, ",
            ms!("p.rejected_at"),
            " as rejected_at, d.username as decided_by, w.id as strike, w.action, w.account_id as struck_by, \
             m.username as struck_by_username, left(w.text, 2000) as strike_text, ",
            ms!("w.created_at"),
            " as struck_at, w.overruled_at is not null as overruled from appeals p \
             join account_warnings w on w.id = p.account_warning_id left join accounts a on a.id = p.account_id \
             left join accounts m on m.id = w.account_id \
             left join accounts d on d.id = coalesce(p.approved_by_account_id, p.rejected_by_account_id) ",
            $rest
        )
    };
}

impl From<Row> for AppealRow {
    fn from(row: Row) -> Self {
        let decided = match (row.approved_at, row.rejected_at) {
            (Some(at), _) => Some((true, at)),
            (None, Some(at)) => Some((false, at)),
            (None, None) => None,
        };
        Self {
            id: row.id,
            account: AccountId(row.account_id),
            username: row.username.unwrap_or_else(|| format!("{} (gone)", row.account_id)),
            text: row.text,
            created_at: Timestamp(row.created_at),
            strike: StrikeRow {
                id: row.strike,
                action: row.action,
                by: row.struck_by.map(AccountId),
                by_username: row.struck_by_username,
                text: row.strike_text,
                created_at: Timestamp(row.struck_at),
                overruled: row.overruled,
                appeal: Some(decided.map(|(approved, _)| approved)),
            },
            decided: decided.map(|(approved, at)| AppealDecided { approved, at: Timestamp(at), by: row.decided_by }),
        }
    }
}

impl Read {
    /// Whether what appeals say may be read: whoever granted the columns of former releases of the console has not granted it.
    pub fn may_read_appeals(&self) -> bool {
        self.extras.appeals == There::Granted
    }

    /// # Errors
    /// That it is not granted: what cannot be read is not nothing.
    fn appeals_granted(&self) -> Result<(), DatabaseError> {
        if self.may_read_appeals() {
            return Ok(());
        }
        Err(DatabaseError::NotGranted(
            "appeals are not granted to the console’s role (howdah instance grants)".to_owned(),
        ))
    }

    /// The newest appeal there is (primary key backwards); 0 for none.
    pub async fn newest_appeal(&mut self) -> Result<i64, DatabaseError> {
        self.appeals_granted()?;
        let id: Option<i64> = self.prepared_scalar("select max(id) from appeals").fetch_one(&mut *self.tx).await?;
        Ok(id.unwrap_or(0))
    }

    /// Appeals above an id that wait for a decision, oldest first (primary key).
    pub async fn appeals_above(&mut self, id: i64, limit: i64) -> Result<Vec<AppealRow>, DatabaseError> {
        const SQL: &str =
            appeals!("where p.id > $1 and p.approved_at is null and p.rejected_at is null order by p.id limit $2");
        self.appeals_granted()?;
        let rows: Vec<Row> = self.prepared_as(SQL).bind(id).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(AppealRow::from).collect())
    }

    /// Those of these appeals that wait for a decision (primary key).
    pub async fn appeals_among(&mut self, ids: &[i64]) -> Result<Vec<AppealRow>, DatabaseError> {
        const SQL: &str =
            appeals!("where p.id = any($1) and p.approved_at is null and p.rejected_at is null order by p.id");
        self.appeals_granted()?;
        let rows: Vec<Row> = self.prepared_as(SQL).bind(ids).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(AppealRow::from).collect())
    }

    /// The newest appeals that wait for a decision: the full scan, which no index serves.
    pub async fn newest_appeals(&mut self, limit: i64) -> Result<Vec<AppealRow>, DatabaseError> {
        const SQL: &str = appeals!("where p.approved_at is null and p.rejected_at is null order by p.id desc limit $1");
        self.appeals_granted()?;
        let rows: Vec<Row> = self.prepared_as(SQL).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(AppealRow::from).collect())
    }

    /// Appeals that are decided, the newest first and before an id (primary key backwards: most are decided).
    pub async fn decided_appeals(&mut self, before: i64, limit: i64) -> Result<Vec<AppealRow>, DatabaseError> {
        const SQL: &str = appeals!(
            "where p.id < $1 and (p.approved_at is not null or p.rejected_at is not null) order by p.id desc limit $2"
        );
        self.appeals_granted()?;
        let rows: Vec<Row> = self.prepared_as(SQL).bind(before).bind(limit).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(AppealRow::from).collect())
    }

    /// What these strikes were answered with: the strike, the words, and when (`appeals (account_warning_id)`). Nothing where
    /// that is not granted: that there is an appeal is known all the same.
    pub async fn appeal_texts(&mut self, strikes: &[i64]) -> Result<Vec<(i64, String, Timestamp)>, DatabaseError> {
        const SQL: &str = concat!(
            "select account_warning_id, left(text, 2000), ",
            ms!("created_at"),
            " from appeals where account_warning_id = any($1)"
        );
        if strikes.is_empty() || !self.may_read_appeals() {
            return Ok(Vec::new());
        }
        let rows: Vec<(i64, String, i64)> = self.prepared_as(SQL).bind(strikes).fetch_all(&mut *self.tx).await?;
        Ok(rows.into_iter().map(|(strike, text, at)| (strike, text, Timestamp(at))).collect())
    }
}

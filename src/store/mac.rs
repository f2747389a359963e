//! Rows that give authority carry a MAC over what they say and over what makes them current: whoever holds the store alone
//! can neither make one, nor change one, nor put an older copy back. A row that does not hold counts as not there.

use super::{Found, Store, rights::Changes};
use crate::{
    id::{GrantId, OperatorId},
    seal::{Field, Keys},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// So many rows are named in the log of one process.
const MOST_NAMED: usize = 1000;

/// The rows that are named in the log already.
pub(super) type Named = Mutex<BTreeSet<String>>;

/// What was refused at the last look at every row, unless that failed.
pub(super) type LastRefused = Mutex<Option<Vec<Refusal>>>;

/// What proves a row, as its columns have it.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub(super) struct Proof {
    pub mac: Option<String>,
    /// The newest entry there was when it was written.
    pub entry: Option<i64>,
    /// The keyed hash that entries about it carry.
    pub subject: Option<String>,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Unsealed,
    Changed,
    Older,
    /// It names an entry that is not there: the record is an older one, or gone.
    Beyond,
    /// No entry made what it is about: it is of another store, or of a record that was given up.
    NeverMade,
    Gone,
    Unreadable,
    /// It goes on, and the record says that it was paused or has stopped.
    LetGo,
}

impl Wrong {
    /// In words, after what the row is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unsealed => "was not written by the console",
            Self::Changed => "was changed, not by the console",
            Self::Older => "is an older copy that was put back",
            Self::Beyond => "is newer than the record, which is not the one it was written with",
            Self::NeverMade => "is of another store: no entry of the audit log made it",
            Self::Gone => "was taken away, not by the console",
            Self::LetGo => "was let go on, not by the console: the audit log says that it was paused or stopped",
            Self::Unreadable => "can’t be read: it was changed, not by the console",
        }
    }
}

/// A row that is refused: `the person ann`, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub row: String,
    pub wrong: Wrong,
}

/// A row under a MAC.
pub(super) trait Sealed {
    const TABLE: &'static str;

    /// `the person`, before what it is called.
    const WHAT: &'static str;

    /// What it is called in the log and in a report, without what it is.
    fn called(&self) -> String;

    /// The keyed hash that entries about it carry; `None` where what makes it current is among the fields.
    fn subject(&self, keys: &Keys) -> Option<String>;

    /// Every column that matters, in an order that never changes. A column of a later version is added at the end, and only
    /// where it is set: rows from before it keep their code.
    fn fields(&self) -> Vec<Field<'_>>;

    fn proof(&self) -> &Proof;
}

/// A row that entries change: it is as new as the newest of them, or an older copy.
pub(super) trait Dated: Sealed {
    /// The newest entry that changed it.
    fn newest(&self, changes: &Changes) -> Option<i64>;

    /// Whether there is an entry without which there is no such row. The same key may have sealed it for another store.
    fn is_made(&self, changes: &Changes) -> bool;
}

/// A row that no entry makes current: what does is among its fields.
pub(super) trait Undated: Sealed {}

/// The MAC of a row that says what an entry made it say.
pub(super) fn mac(keys: &Keys, row: &impl Sealed, entry: i64) -> String {
    keys.row_mac(table(row), &under(row, &entry))
}

fn table<R: Sealed>(_: &R) -> &'static str {
    R::TABLE
}

fn under<'a>(row: &'a impl Sealed, entry: &'a i64) -> Vec<Field<'a>> {
    let mut fields = row.fields();
    fields.push(entry.into());
    fields
}

/// The subject of entries about a person, and about what is theirs.
pub fn person(keys: &Keys, id: &OperatorId) -> String {
    subject(keys, &json!({ "operator": id }))
}

/// The subject of entries about a grant.
pub fn grant(keys: &Keys, id: &GrantId) -> String {
    subject(keys, &json!({ "grant": id }))
}

/// The subject of entries about who may sign up on an instance.
pub fn registrations(keys: &Keys, instance: &str) -> String {
    subject(keys, &json!({ "registrations": instance }))
}

fn subject(keys: &Keys, subject: &serde_json::Value) -> String {
    keys.hash("subject", subject.to_string().as_bytes())
}

/// The columns of a proof for rows that no entry makes current, after `mac`.
macro_rules! without_entry {
    () => {
        "cast(0 as bigint) as entry, cast(null as text) as subject"
    };
}
pub(super) use without_entry;

/// What is refused of a table whose rows are each proved, and how those from before that are proved, once. The key says which row
/// is meant, from `$2` on.
macro_rules! proved_table {
    ($row:ty, $table:literal, $columns:expr, $order:literal, $key:literal, |$one:ident| $($value:expr),+) => {
        /// Those that are refused, up to a bound.
        pub(super) async fn refused(store: &$crate::store::Store) -> sqlx::Result<Vec<$crate::store::Refusal>> {
            const SQL: &str = concat!("select ", $columns, " from ", $table, " order by ", $order, " limit 1000");
            let rows = $crate::store::on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
            let (rows, mut refused) = store.read_or_refuse::<$row>(rows);
            refused.extend(store.refusals(&rows));
            Ok(refused)
        }

        /// Proves those from before each was proved; how many.
        pub(super) async fn prove_former(store: &$crate::store::Store) -> sqlx::Result<u64> {
            const FORMER: &str = concat!("select ", $columns, " from ", $table, " where mac is null");
            const SEAL: &str = concat!("update ", $table, " set mac = $1 where mac is null and ", $key);
            let former: Vec<$row> =
                store.read($crate::store::on!(store, pool => sqlx::query_as(FORMER).fetch_all(pool).await?));
            let mut proved = 0;
            for $one in &former {
                let mac = $crate::store::mac::mac(&store.keys, $one, 0);
                proved += $crate::store::on!(store, pool =>
                    sqlx::query(SEAL).bind(&mac)$(.bind($value))+.execute(pool).await?.rows_affected());
            }
            Ok(proved)
        }
    };
}
pub(super) use proved_table;

impl Store {
    /// Whether a row is one that was asked for, as what it says is compared here: the database may have been made to take one
    /// for another. What it answers with instead is named in the log, and counts as not there.
    pub(super) fn is_asked<R: Sealed>(&self, row: &R, asked: bool) -> bool {
        if !asked {
            self.name(&called(row), "was answered with where another was asked for");
        }
        asked
    }

    /// Whether a row is the one that was asked for, and what the console wrote. One that is not is named in the log.
    pub(super) fn holds<R: Undated>(&self, row: &R, asked: bool) -> bool {
        if !self.is_asked(row, asked) {
            return false;
        }
        let wrong = self.wrong(row);
        if let Some(wrong) = wrong {
            self.name(&called(row), wrong.words());
        }
        wrong.is_none()
    }

    /// What is wrong with a row by itself, if anything.
    pub(super) fn wrong<R: Sealed>(&self, row: &R) -> Option<Wrong> {
        let proof = row.proof();
        let (Some(mac), Some(entry)) = (&proof.mac, proof.entry) else { return Some(Wrong::Unsealed) };
        let holds = proof.subject == row.subject(&self.keys) && self.keys.row_holds(R::TABLE, &under(row, &entry), mac);
        (!holds).then_some(Wrong::Changed)
    }

    /// Whether the deed of this entry wrote a row, by the entry that it is sealed under; a row that is not there was written by
    /// none. `None` where a later one wrote it since, or it does not hold: then it says nothing.
    pub(super) fn written_by<R: Dated>(&self, row: Option<&R>, entry: i64) -> Option<bool> {
        let Some(row) = row else { return Some(false) };
        let sealed = row.proof().entry.filter(|_| self.wrong(row).is_none())?;
        (sealed <= entry).then_some(sealed == entry)
    }

    /// Those of some rows that are refused.
    pub(super) fn refusals<R: Undated>(&self, rows: &[R]) -> impl Iterator<Item = Refusal> {
        rows.iter().filter_map(|row| self.wrong(row).map(|wrong| Refusal { row: called(row), wrong }))
    }

    /// Those of some rows that can be read. Of one that cannot only that is told: it is named in the log, and counts as not there.
    pub(crate) fn read<T>(&self, rows: Vec<Found<T>>) -> Vec<T> {
        // The file of a table has its name.
        let table = std::any::type_name::<T>().strip_prefix("howdah::store::").and_then(|rest| rest.split("::").next());
        let called = format!("a row of {}", table.unwrap_or("the store"));
        rows.into_iter().filter_map(|Found(row)| self.readable(&called, row)).collect()
    }

    /// A row, if there is one and it can be read.
    pub(crate) fn read_one<T>(&self, row: Option<Found<T>>) -> Option<T> {
        self.read(row.into_iter().collect()).pop()
    }

    /// Those of some rows that can be read, and the others.
    pub(super) fn read_or_refuse<R: Sealed>(&self, rows: Vec<Found<R>>) -> (Vec<R>, Vec<Refusal>) {
        let (mut read, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
        for Found(row) in rows {
            match row {
                Ok(row) => read.push(row),
                Err(_) => refused.push(Refusal { row: format!("a row of {}", R::TABLE), wrong: Wrong::Unreadable }),
            }
        }
        (read, refused)
    }

    /// A row that can be read. Of one that cannot only that is told: it is named in the log, and left out.
    pub(super) fn readable<T>(&self, called: &str, read: sqlx::Result<T>) -> Option<T> {
        read.inspect_err(|error| self.name(called, &format!("{}: {error}", Wrong::Unreadable.words()))).ok()
    }

    /// Names something that is refused in the log, once.
    pub(super) fn name(&self, row: &str, wrong: &str) {
        let Ok(mut named) = self.named.lock() else { return };
        if named.len() < MOST_NAMED && named.insert(row.to_owned()) {
            tracing::error!(row, wrong, "store.refused");
        }
    }

    /// Looks at every row, for the pages that name what is refused.
    pub async fn look_for_refused(&self) -> sqlx::Result<Vec<Refusal>> {
        let looked = self.refused().await;
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = looked.as_ref().ok().cloned();
        looked
    }

    /// What was refused at the last look.
    pub async fn refused_lately(&self) -> sqlx::Result<Vec<Refusal>> {
        let looked = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match looked {
            Some(looked) => Ok(looked),
            None => self.look_for_refused().await,
        }
    }

    /// Every row that is refused, and whatever cannot be read, up to a bound.
    pub async fn refused(&self) -> sqlx::Result<Vec<Refusal>> {
        let mut all = super::operators::refused(self).await?;
        all.extend(super::grants::refused(self).await?);
        all.extend(super::linked_accounts::refused(self).await?);
        all.extend(super::setup_links::refused(self).await?);
        all.extend(super::reset_links::refused(self).await?);
        all.extend(super::recovery_codes::refused(self).await?);
        all.extend(super::web_sessions::refused(self).await?);
        all.extend(super::batches::refused(self).await?);
        all.extend(super::domain_imports::refused(self).await?);
        all.extend(super::snapshots::refused(self).await?);
        all.extend(super::policies::refused(self).await?);
        all.extend(super::case_claims::refused(self).await?);
        all.extend(super::access_requests::refused(self).await?);
        all.extend(super::account_notes::refused(self).await?);
        all.extend(super::settling::refused(self).await?);
        all.extend(super::alarms::refused(self).await?);
        all.extend(super::reviews::refused(self).await?);
        all.extend(super::refusals::refused(self).await?);
        all.extend(super::applications::refused(self).await?);
        Ok(all)
    }
}

pub(super) fn called<R: Sealed>(row: &R) -> String {
    format!("{} {}", R::WHAT, row.called())
}

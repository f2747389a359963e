//! Forms that were not carried out, and things shown once: sealed, for one person, for an hour. What a text was kept as, for whom
//! and until when, is part of its seal: the columns that say so are anybody's who can write the store.

use super::{Store, encode_error, on};
use crate::{
    clock::{HOUR, Timestamp},
    id::OperatorId,
    seal::{Keys, hex},
};
use std::time::Duration;
use tokio::{sync::Mutex, time::timeout};

/// How many forms of one person wait for them at once.
const MOST_OF_ONE: i64 = 100;
/// How many forms of people who are not signed in wait, from one address …
const MOST_OF_A_RANGE: i64 = 20;
/// … and in all.
const MOST_OF_STRANGERS: i64 = 500;

/// Whose a form is that was not carried out.
#[derive(Clone, Copy, Debug)]
pub enum Writer<'a> {
    Person(&'a OperatorId),
    /// Somebody not signed in: counted by a hash of where they come from, and perhaps known by a session that is over.
    Outside {
        range: &'a str,
        former: Option<&'a OperatorId>,
    },
}

/// A text that was kept, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptText {
    /// The address of the form it was for.
    pub path: String,
    pub text: String,
}

/// What a text is sealed for: it opens as what it was kept as, for whom and until when, and as nothing else.
fn meant(id: &str, operator: Option<&str>, path: &str, until: i64) -> String {
    serde_json::json!([id, operator, path, until]).to_string()
}

/// Keeps a text under a new id that nobody can guess. `None` for somebody whose session was not known.
pub async fn keep(
    store: &Store,
    keys: &Keys,
    operator: Option<&OperatorId>,
    path: &str,
    text: &str,
    now: Timestamp,
) -> sqlx::Result<String> {
    keep_for(store, keys, operator, path, text, now, HOUR).await
}

/// The same for as long as is said.
pub async fn keep_for(
    store: &Store,
    keys: &Keys,
    operator: Option<&OperatorId>,
    path: &str,
    text: &str,
    now: Timestamp,
    lasting: i64,
) -> sqlx::Result<String> {
    const SQL: &str = "insert into drafts (id, operator, path, sealed, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6)";
    let id = hex(&crate::seal::random::<[u8; 16]>());
    let until = now.plus(lasting).0;
    let whose = operator.map(|id| id.0.as_str());
    let sealed = keys.seal_text("draft", &meant(&id, whose, path, until), text).map_err(encode_error)?;
    // The id itself is not in the store: who reads the store cannot open what waits for somebody else.
    let stored = keys.hash("draft id", id.as_bytes());
    on!(store, pool => sqlx::query(SQL)
        .bind(&stored).bind(whose).bind(path).bind(&sealed).bind(now.0).bind(until)
        .execute(pool).await?.rows_affected());
    Ok(id)
}

/// Those of strangers are counted and kept one after the other, so that no burst gets more places than there are.
static STRANGERS: Mutex<()> = Mutex::const_new(());
const FOR_A_TURN: Duration = Duration::from_millis(1_500);

/// Keeps a form that was not carried out, if there is a place for it.
pub async fn keep_form(
    store: &Store,
    keys: &Keys,
    writer: Writer<'_>,
    path: &str,
    text: &str,
    now: Timestamp,
) -> sqlx::Result<Option<String>> {
    const OF_PERSON: &str = "insert into drafts (id, operator, path, sealed, created_at, expires_at) \
        select $1, $2, $3, $4, $5, $6 where $7 > \
        (select count(*) from drafts where operator = $2 and stranger is null and expires_at > $5)";
    const OF_STRANGER: &str = "insert into drafts (id, operator, path, sealed, created_at, expires_at, stranger) \
        select $1, $2, $3, $4, $5, $6, $9 where $7 > \
        (select count(*) from drafts where stranger = $9 and expires_at > $5) and $8 > \
        (select count(*) from drafts where stranger is not null and expires_at > $5)";
    let id = hex(&crate::seal::random::<[u8; 16]>());
    let until = now.plus(HOUR).0;
    let whose = match writer {
        Writer::Person(operator) => Some(operator.0.as_str()),
        Writer::Outside { former, .. } => former.map(|id| id.0.as_str()),
    };
    let sealed = keys.seal_text("draft", &meant(&id, whose, path, until), text).map_err(encode_error)?;
    let stored = keys.hash("draft id", id.as_bytes());
    let kept = match writer {
        Writer::Person(_) => on!(store, pool => sqlx::query(OF_PERSON)
            .bind(&stored).bind(whose).bind(path).bind(&sealed).bind(now.0).bind(until).bind(MOST_OF_ONE)
            .execute(pool).await?.rows_affected()),
        Writer::Outside { range, .. } => {
            // Whoever keeps the table locked keeps nobody waiting for those before them: the answer itself carries the form.
            let Ok(_turn) = timeout(FOR_A_TURN, STRANGERS.lock()).await else { return Ok(None) };
            on!(store, pool => sqlx::query(OF_STRANGER)
                .bind(&stored).bind(whose).bind(path).bind(&sealed).bind(now.0).bind(until)
                .bind(MOST_OF_A_RANGE).bind(MOST_OF_STRANGERS).bind(range)
                .execute(pool).await?.rows_affected())
        }
    };
    Ok((kept == 1).then_some(id))
}

type Row = (Option<String>, String, String, i64);

fn opened(keys: &Keys, id: &str, operator: Option<&OperatorId>, row: Option<Row>) -> Option<KeptText> {
    let (owner, path, sealed, until) = row?;
    // A draft of nobody known opens for whoever has its address.
    if owner.is_some() && owner.as_deref() != operator.map(|id| id.0.as_str()) {
        return None;
    }
    keys.open_text("draft", &meant(id, owner.as_deref(), &path, until), &sealed).map(|text| KeptText { path, text })
}

/// Reads a draft of this person's, and leaves it.
pub async fn read(
    store: &Store,
    keys: &Keys,
    id: &str,
    operator: Option<&OperatorId>,
    now: Timestamp,
) -> sqlx::Result<Option<KeptText>> {
    const SQL: &str = "select operator, path, sealed, expires_at from drafts where id = $1 and expires_at > $2";
    let stored = keys.hash("draft id", id.as_bytes());
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&stored).bind(now.0).fetch_optional(pool).await?));
    Ok(opened(keys, id, operator, row))
}

/// Takes a draft out: some exactly once, and only for its person.
pub async fn take(
    store: &Store,
    keys: &Keys,
    id: &str,
    operator: Option<&OperatorId>,
    now: Timestamp,
) -> sqlx::Result<Option<KeptText>> {
    const SQL: &str = "delete from drafts where id = $1 and expires_at > $2 and (operator is null or operator = $3) \
        returning operator, path, sealed, expires_at";
    let stored = keys.hash("draft id", id.as_bytes());
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&stored).bind(now.0).bind(operator.map(|id| &id.0)).fetch_optional(pool).await?));
    Ok(opened(keys, id, operator, row))
}

pub async fn delete_expired(store: &Store, now: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from drafts where expires_at <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}

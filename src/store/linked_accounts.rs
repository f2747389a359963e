//! People linked with their own accounts on instances, and the application each instance knows the console by. Tokens and
//! secrets are sealed.

use super::{
    Found, Refusal, Store, Wrong,
    claims::{Tries, never},
    encode_error,
    fence::begin,
    mac::{self, Dated, Proof},
    on,
    operators::held,
    rights::{Changes, TAKEN},
    transaction::unchanged,
    web_sessions::raise_generation,
};
use crate::{
    clock::{DAY, Timestamp},
    config::Secret,
    id::{AccountId, InstanceName, OperatorId},
    seal::{Field, Keys},
};
use serde::{Deserialize, Serialize};

/// Somebody's own account on an instance, and the token that acts as it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    pub operator: OperatorId,
    pub instance: InstanceName,
    pub account: AccountId,
    /// Without the leading `@`; a local account keeps its name for good.
    pub username: String,
    pub token: Secret,
    pub linked_at: Timestamp,
}

/// What of a link is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    username: String,
    token: String,
}

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a linked account: {what}").into())
}

/// A sealed token opens for its person, instance and account alone.
fn owner(operator: &str, instance: &str, account: &str) -> String {
    format!("{operator}/{instance}/{account}")
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub operator: String,
    pub instance: String,
    pub account: String,
    pub sealed: String,
    linked_at: i64,
    #[sqlx(flatten)]
    proof: Proof,
}

impl mac::Sealed for Row {
    const TABLE: &'static str = "linked_accounts";
    const WHAT: &'static str = "the linked account";

    fn called(&self) -> String {
        format!("of {} on {}", self.operator, self.instance)
    }

    fn subject(&self, keys: &Keys) -> Option<String> {
        Some(mac::person(keys, &OperatorId(self.operator.clone())))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.operator).into(),
            (&self.instance).into(),
            (&self.account).into(),
            (&self.sealed).into(),
            self.linked_at.into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for Row {
    /// About the link, or about the end of its person's access, which takes every link of theirs away.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        let subject = self.proof.subject.as_deref()?;
        let own = changes.newest_on(subject, &["link_account", "unlink_account"], &self.instance);
        own.max(changes.newest(subject, &["disable_operator"]))
    }

    fn is_made(&self, changes: &Changes) -> bool {
        self.proof
            .subject
            .as_deref()
            .and_then(|subject| changes.newest_on(subject, &["link_account", TAKEN], &self.instance))
            .is_some()
    }
}

/// The columns of a link with its proof.
macro_rules! columns {
    () => {
        "operator, instance, account, sealed, linked_at, mac, entry, subject"
    };
}

/// A link by these columns; what follows says which.
macro_rules! links {
    ($rest:literal) => {
        concat!("select ", columns!(), " from linked_accounts ", $rest)
    };
}

/// Locks every link of somebody until the end of the transaction, to look whether it holds.
pub(super) const LOCK_ALL_OF: &str =
    concat!("update linked_accounts set mac = mac where operator = $1 returning ", columns!());
/// Takes a link away …
pub(super) const DELETE: &str = "delete from linked_accounts where operator = $1 and instance = $2";
/// … and keeps its token until the instance has taken it back.
pub(super) const LEAVE: &str = "insert into left_tokens (id, operator, instance, account, sealed, since, tries, next_at) \
    values ($1, $2, $3, $4, $5, $6, 0, $7)";

/// Seals what a link is meant to be, within the transaction that writes it.
macro_rules! seal_link {
    ($known:ident, $tx:ident, $operator:expr, $instance:expr, $row:expr, $entry:expr) => {{
        let (row, entry): (Row, i64) = ($row, $entry);
        const SEAL: &str =
            "update linked_accounts set subject = $3, entry = $4, mac = $5 where operator = $1 and instance = $2";
        let keys = &$known.store.keys;
        let subject = mac::person(keys, $operator);
        sqlx::query(SEAL)
            .bind(&$operator.0)
            .bind($instance)
            .bind(&subject)
            .bind(entry)
            .bind(mac::mac(keys, &row, entry))
            .execute(&mut *$tx)
            .await?;
    }};
}

fn from_row(keys: &Keys, row: Row) -> sqlx::Result<Linked> {
    read(keys, row.operator, row.instance, row.account, &row.sealed, row.linked_at)
}

fn read(
    keys: &Keys,
    operator: String,
    instance: String,
    account: String,
    sealed: &str,
    linked_at: i64,
) -> sqlx::Result<Linked> {
    let text = keys
        .open_text("linked account", &owner(&operator, &instance, &account), sealed)
        .ok_or_else(|| damaged("its token does not open"))?;
    let Sealed { username, token } = serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))?;
    Ok(Linked {
        operator: OperatorId(operator),
        instance: InstanceName::try_from(instance).map_err(|error| damaged(&error))?,
        account: account.parse().map_err(|_| damaged("its account is no number"))?,
        username,
        token: Secret::new(token),
        linked_at: Timestamp(linked_at),
    })
}

/// Somebody's account on an instance.
pub async fn of(
    store: &Store,
    keys: &Keys,
    operator: &OperatorId,
    instance: &InstanceName,
) -> sqlx::Result<Option<Linked>> {
    const SQL: &str = links!("where operator = $1 and instance = $2");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(instance.as_str()).fetch_optional(pool).await?));
    let asked = |row: &Row| row.operator == operator.0 && row.instance == instance.as_str();
    known.held(row, asked).await?.map(|row| from_row(keys, row)).transpose()
}

/// Whether the record says that somebody has linked an account, where no row of it holds: then they act as nobody, and not as
/// everybody does who has linked none.
pub async fn is_missing(store: &Store, operator: &OperatorId, instance: &InstanceName) -> sqlx::Result<bool> {
    let subject = mac::person(&store.keys, operator);
    let known = store.known().await?;
    Ok(known.newest_on(&subject, "link_account", instance) > known.newest_on(&subject, "unlink_account", instance))
}

/// Everybody's, in the order they were linked.
pub async fn list(store: &Store, keys: &Keys) -> sqlx::Result<Vec<Linked>> {
    const SQL: &str = links!("order by linked_at, operator, instance limit 5000");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    // One row that does not open must not take the others with it.
    let opened = known
        .all_held(rows, |_| true)
        .await?
        .into_iter()
        .map(|row| from_row(keys, row))
        .filter_map(|row| row.inspect_err(|error| tracing::error!(%error, "linked_accounts.damaged")).ok());
    Ok(opened.collect())
}

/// Who is linked on an instance, with which account.
pub async fn on_instance(store: &Store, instance: &InstanceName) -> sqlx::Result<Vec<(OperatorId, AccountId)>> {
    const SQL: &str = links!("where instance = $1 order by operator limit 5000");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).fetch_all(pool).await?));
    let rows = known.all_held(rows, |row| row.instance == instance.as_str()).await?;
    rows.into_iter()
        .map(|row| {
            let account = row.account.parse().map_err(|_| damaged("its account is no number"))?;
            Ok((OperatorId(row.operator), account))
        })
        .collect()
}

fn sealed(keys: &Keys, linked: &Linked) -> sqlx::Result<String> {
    let text = Sealed { username: linked.username.clone(), token: linked.token.expose().to_owned() };
    let text = serde_json::to_string(&text).map_err(encode_error)?;
    let owner = owner(&linked.operator.0, linked.instance.as_str(), &linked.account.to_string());
    keys.seal_text("linked account", &owner, &text).map_err(encode_error)
}

/// Links somebody, or renews the token of the same account; false if the account is somebody else's, or the person is
/// linked with another. Their other sessions end; `session` is the beginning of the hash of the one that goes on.
pub async fn keep(store: &Store, keys: &Keys, linked: &Linked, session: Option<&str>) -> sqlx::Result<bool> {
    const SQL: &str = "insert into linked_accounts (operator, instance, account, sealed, linked_at) \
        select $1, $2, $3, $4, $5 where not exists \
        (select 1 from linked_accounts where instance = $2 and account = $3 and operator <> $1) \
        on conflict (operator, instance) do update set sealed = excluded.sealed, linked_at = excluded.linked_at \
        where linked_accounts.account = excluded.account";
    let known = store.known().await?;
    let account = linked.account.to_string();
    let sealed = sealed(keys, linked)?;
    // The instance hands out the same token again: what was left of an earlier link must not be taken back any more.
    const IN_USE: &str = "delete from left_tokens where operator = $1 and instance = $2 and account = $3";
    let kept = on!(store, pool => async {
        let mut tx = begin!(store, pool);
        let mut held = held!(known, tx, &linked.operator);
        let kept = sqlx::query(SQL)
            .bind(&linked.operator.0)
            .bind(linked.instance.as_str())
            .bind(&account)
            .bind(&sealed)
            .bind(linked.linked_at.0)
            .execute(&mut *tx).await?.rows_affected();
        if kept == 1 {
            sqlx::query(IN_USE)
                .bind(&linked.operator.0).bind(linked.instance.as_str()).bind(&account).execute(&mut *tx).await?;
            let row = Row {
                operator: linked.operator.0.clone(),
                instance: linked.instance.as_str().to_owned(),
                account: account.clone(),
                sealed: sealed.clone(),
                linked_at: linked.linked_at.0,
                proof: Proof::default(),
            };
            seal_link!(known, tx, &linked.operator, linked.instance.as_str(), row, known.entry_for(None));
            if let Some(held) = &mut held {
                raise_generation!(known, tx, *held, session);
            }
        }
        tx.commit().await?;
        Ok(kept)
    }.await);
    match kept {
        Ok(kept) => Ok(kept == 1),
        // Two people with one account at the same moment: the second is told so.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the deed of this entry linked somebody's account; `None` where that cannot be said.
pub async fn written_by(
    store: &Store,
    operator: &OperatorId,
    instance: &InstanceName,
    entry: i64,
) -> sqlx::Result<Option<bool>> {
    const SQL: &str = links!("where operator = $1 and instance = $2");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(instance.as_str()).fetch_optional(pool).await?));
    Ok(store.written_by(row.as_ref(), entry))
}

/// A link's row as it stands, whether it holds or not: for those who compare the store with the record.
#[derive(Clone, Debug)]
pub struct Stored {
    pub operator: OperatorId,
    pub instance: String,
    pub account: String,
    pub wrong: Option<Wrong>,
}

/// Every link's row, up to a bound.
pub async fn stored(store: &Store) -> sqlx::Result<Vec<Stored>> {
    let known = store.known().await?;
    let mut stored = Vec::new();
    for row in store.read(rows(store).await?) {
        stored.push(Stored {
            wrong: known.wrong(&row).await?,
            operator: OperatorId(row.operator),
            instance: row.instance,
            account: row.account,
        });
    }
    Ok(stored)
}

async fn rows(store: &Store) -> sqlx::Result<Vec<Found<Row>>> {
    const SQL: &str = links!("order by operator, instance limit 10000");
    on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await)
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    let known = store.known().await?;
    let (rows, mut refused) = store.read_or_refuse(rows(store).await?);
    refused.extend(known.refusals(&rows).await?);
    Ok(refused)
}

/// Seals a link as it stands; false if it is gone.
pub async fn seal(store: &Store, operator: &OperatorId, instance: &str) -> sqlx::Result<bool> {
    const LOCK: &str =
        concat!("update linked_accounts set mac = mac where operator = $1 and instance = $2 returning ", columns!());
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let found: Option<Row> =
            store.read_one(sqlx::query_as(LOCK).bind(&operator.0).bind(instance).fetch_optional(&mut *tx).await?);
        let Some(row) = found else { unchanged!(tx, false) };
        seal_link!(known, tx, operator, instance, row, known.newest_entry());
        tx.commit().await?;
        Ok(true)
    })
}

/// A token that nobody acts with any more, and that its instance is still to take back.
#[derive(Clone, Debug)]
pub struct LeftToken {
    /// ULID
    pub id: String,
    pub linked: Linked,
    /// When its link ended.
    pub since: Timestamp,
    /// How often the instance was asked.
    pub tries: i64,
}

/// Takes a link away; true exactly once. Its token is kept, under this id, until the instance has taken it back; the job asks
/// for that from `next` on. Their sessions end with it, but for `session`.
pub async fn delete(
    store: &Store,
    operator: &OperatorId,
    instance: &InstanceName,
    id: &str,
    now: Timestamp,
    next: Timestamp,
    session: Option<&str>,
) -> sqlx::Result<bool> {
    const SQL: &str = "delete from linked_accounts where operator = $1 and instance = $2 returning account, sealed";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let held = held!(known, tx, operator);
        let gone: Option<(String, String)> =
            store.read_one(sqlx::query_as(SQL).bind(&operator.0).bind(instance.as_str()).fetch_optional(&mut *tx).await?);
        let Some((account, sealed)) = gone else { unchanged!(tx, false) };
        sqlx::query(LEAVE)
            .bind(id).bind(&operator.0).bind(instance.as_str()).bind(&account).bind(&sealed).bind(now.0).bind(next.0)
            .execute(&mut *tx).await?;
        if let Some(mut held) = held {
            raise_generation!(known, tx, held, session);
        }
        tx.commit().await?;
        Ok(true)
    })
}

/// Keeps a token that was never linked until its instance has taken it back.
pub async fn leave(
    store: &Store,
    keys: &Keys,
    id: &str,
    linked: &Linked,
    now: Timestamp,
    next: Timestamp,
) -> sqlx::Result<()> {
    on!(store, pool => sqlx::query(LEAVE)
        .bind(id)
        .bind(&linked.operator.0)
        .bind(linked.instance.as_str())
        .bind(linked.account.to_string())
        .bind(sealed(keys, linked)?)
        .bind(now.0)
        .bind(next.0)
        .execute(pool).await.map(|_| ()))
}

#[derive(sqlx::FromRow)]
struct LeftRow {
    id: String,
    tries: i64,
    operator: String,
    instance: String,
    account: String,
    sealed: String,
    since: i64,
}

fn left_row(keys: &Keys, row: LeftRow) -> sqlx::Result<LeftToken> {
    let linked = read(keys, row.operator, row.instance, row.account, &row.sealed, row.since)?;
    Ok(LeftToken { id: row.id, linked, since: Timestamp(row.since), tries: row.tries })
}

/// One token that is left.
pub async fn left(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<LeftToken>> {
    const SQL: &str = "select id, tries, operator, instance, account, sealed, since from left_tokens where id = $1";
    let row: Option<LeftRow> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(id).fetch_optional(pool).await?));
    row.map(|row| left_row(keys, row)).transpose()
}

/// No token is put off for longer.
pub const LONGEST_PAUSE: i64 = DAY;

/// Tokens whose instances are to be asked now; also those put off by a clock that has been set back since.
pub async fn left_due(store: &Store, keys: &Keys, now: Timestamp) -> sqlx::Result<Vec<LeftToken>> {
    const SQL: &str = "select id, tries, operator, instance, account, sealed, since from left_tokens \
        where next_at <= $1 or next_at > $2 order by next_at, id limit 100";
    let rows: Vec<LeftRow> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(never(now, LONGEST_PAUSE)).fetch_all(pool).await?));
    let opened = rows.into_iter().map(|row| left_row(keys, row));
    Ok(opened.filter_map(|row| row.inspect_err(|error| tracing::error!(%error, "left_tokens.damaged")).ok()).collect())
}

const ASKED: Tries = Tries { table: "left_tokens", key: "id", at: "next_at", untaken: "tries = $3" };

/// Claims a token to be taken back: true for one process at a time. Nobody tries it again before `next`.
pub async fn claim_left(store: &Store, left: &LeftToken, next: Timestamp) -> sqlx::Result<bool> {
    ASKED.take(store, &left.id, left.tries, next).await
}

/// A token is taken back, is in use again, or will never be taken back.
pub async fn forget_left(store: &Store, id: &str) -> sqlx::Result<()> {
    const SQL: &str = "delete from left_tokens where id = $1";
    on!(store, pool => sqlx::query(SQL).bind(id).execute(pool).await.map(|_| ()))
}

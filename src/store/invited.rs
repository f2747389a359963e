//! Who invited whom on an instance, as it was seen. Mastodon forgets it: with the login of whoever invited go their
//! invitations (`invites.user_id` cascades), and with these go who came with them (`users.invite_id` becomes null).
//!
//! Kept are ids alone, and the name of whoever invited, sealed. What Mastodon itself does not say any more goes from here half
//! a year after that was seen, and what was seen of an instance that is not configured any more goes at once.

use super::{
    Store, encode_error,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
};
use crate::{
    clock::{DAY, Timestamp},
    id::{AccountId, InstanceName},
    seal::{Field, Keys},
};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};

/// How long is kept what the instance does not say any more.
pub const KEPT: i64 = 180 * DAY;

/// The columns of a row; what follows says which.
macro_rules! invited {
    ($rest:literal) => {
        concat!(
            "select instance, account, login, inviter, sealed, seen_at, gone_at, mac, ",
            without_entry!(),
            " from invited ",
            $rest
        )
    };
}

/// Somebody who came with an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    pub account: AccountId,
    /// `users.id`
    pub login: i64,
    pub inviter: AccountId,
    /// The name of whoever invited, without the `@`.
    pub name: String,
    /// Since when the instance has not said so any more.
    pub gone_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    account: i64,
    login: i64,
    inviter: i64,
    sealed: String,
    seen_at: i64,
    gone_at: Option<i64>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "invited";
    const WHAT: &'static str = "who invited the account";

    fn called(&self) -> String {
        format!("{} {}", self.instance, self.account)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    /// The sealed name opens for these two accounts alone.
    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.instance).into(),
            self.account.into(),
            self.login.into(),
            self.inviter.into(),
            self.seen_at.into(),
            (&self.gone_at).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// Whose a name is: of whoever invited this account.
fn whose(instance: &str, account: i64, inviter: i64) -> String {
    format!("{instance} {account} {inviter}")
}

/// A row that the console wrote; one that it did not is not there.
fn opened(store: &Store, row: &Row) -> Option<Invited> {
    if !store.holds(row, true) {
        return None;
    }
    let whose = whose(&row.instance, row.account, row.inviter);
    Some(Invited {
        account: AccountId(row.account),
        login: row.login,
        inviter: AccountId(row.inviter),
        name: store.keys.open_text("inviter", &whose, &row.sealed)?,
        gone_at: row.gone_at.map(Timestamp),
    })
}

/// Up to which login an instance was looked through.
pub async fn position(store: &Store, instance: &InstanceName) -> sqlx::Result<i64> {
    const SQL: &str = "select position from invited_looks where instance = $1";
    let found: Option<i64> =
        on!(store, pool => sqlx::query_scalar(SQL).bind(instance.as_str()).fetch_optional(pool).await?);
    Ok(found.unwrap_or(0))
}

/// Remembers it.
pub async fn looked_to(store: &Store, instance: &InstanceName, position: i64) -> sqlx::Result<()> {
    const SQL: &str = "insert into invited_looks (instance, position) values ($1, $2) \
        on conflict (instance) do update set position = excluded.position";
    on!(store, pool => sqlx::query(SQL).bind(instance.as_str()).bind(position).execute(pool).await.map(|_| ()))
}

/// Those whose login lies above one and up to another.
pub async fn between(store: &Store, instance: &InstanceName, above: i64, to: i64) -> sqlx::Result<Vec<Invited>> {
    const SQL: &str = invited!("where instance = $1 and login > $2 and login <= $3 order by login");
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(above).bind(to).fetch_all(pool).await?));
    Ok(rows.iter().filter_map(|row| opened(store, row)).collect())
}

/// Keeps what was just seen, each in the place of what was kept of that account.
pub async fn keep(store: &Store, instance: &InstanceName, seen: &[Invited], now: Timestamp) -> sqlx::Result<()> {
    const SQL: &str = "insert into invited (instance, account, login, inviter, sealed, seen_at, gone_at, mac) \
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (instance, account) do update set login = excluded.login, \
        inviter = excluded.inviter, sealed = excluded.sealed, seen_at = excluded.seen_at, gone_at = excluded.gone_at, \
        mac = excluded.mac";
    if seen.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    for one in seen {
        let (account, inviter) = (one.account.0, one.inviter.0);
        let whose = whose(instance.as_str(), account, inviter);
        let row = Row {
            instance: instance.as_str().to_owned(),
            account,
            login: one.login,
            inviter,
            sealed: store.keys.seal_text("inviter", &whose, &one.name).map_err(encode_error)?,
            seen_at: now.0,
            gone_at: one.gone_at.map(|at| at.0),
            proof: Proof::default(),
        };
        rows.push((mac::mac(&store.keys, &row, 0), row));
    }
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        for (mac, row) in &rows {
            sqlx::query(SQL)
                .bind(&row.instance).bind(row.account).bind(row.login).bind(row.inviter).bind(&row.sealed)
                .bind(row.seen_at).bind(row.gone_at).bind(mac).execute(&mut *tx).await?;
        }
        tx.commit().await
    })
}

/// Who invited an account, as it was seen.
pub async fn of(store: &Store, instance: &InstanceName, account: AccountId) -> sqlx::Result<Option<Invited>> {
    const SQL: &str = invited!("where instance = $1 and account = $2");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(account.0).fetch_optional(pool).await?));
    Ok(row.and_then(|row| opened(store, &row)))
}

/// Those whom an account invited, as it was seen: the newest, at most so many.
pub async fn by(
    store: &Store,
    instance: &InstanceName,
    inviter: AccountId,
    most: usize,
) -> sqlx::Result<Vec<AccountId>> {
    Ok(by_each(store, instance, &BTreeSet::from([inviter]), most).await?.remove(&inviter).unwrap_or_default())
}

/// Those whom each of some accounts invited, as it was seen: of each the newest, at most so many.
pub async fn by_each(
    store: &Store,
    instance: &InstanceName,
    inviters: &BTreeSet<AccountId>,
    most: usize,
) -> sqlx::Result<BTreeMap<AccountId, Vec<AccountId>>> {
    const OF_ONE: &str = invited!("where instance = $1 and inviter = $NUMBER order by account desc limit $2");
    let mut found: BTreeMap<AccountId, Vec<AccountId>> =
        inviters.iter().map(|inviter| (*inviter, Vec::new())).collect();
    if inviters.is_empty() {
        return Ok(found);
    }
    // In one statement, and of each no more than are wanted: an index has them in this order.
    let of_one = |place: usize| format!("select * from ({}) of_{place}", OF_ONE.replace("NUMBER", &place.to_string()));
    let sql = (3..3 + inviters.len()).map(of_one).collect::<Vec<_>>().join(" union all ");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<Row> = store.read(on!(store, pool => {
        let asked = sqlx::query_as(AssertSqlSafe(sql)).bind(instance.as_str()).bind(most);
        inviters.iter().fold(asked, |asked, inviter| asked.bind(inviter.0)).fetch_all(pool).await?
    }));
    for row in &rows {
        if let Some(of_one) = found.get_mut(&AccountId(row.inviter))
            && store.holds(row, row.instance == instance.as_str())
        {
            of_one.push(AccountId(row.account));
        }
    }
    Ok(found)
}

/// Those from a login on of whom the instance does not say any more who invited them: the newest, at most so many.
pub async fn forgotten(store: &Store, instance: &InstanceName, from: i64, most: usize) -> sqlx::Result<Vec<Invited>> {
    const SQL: &str =
        invited!("where gone_at > 0 and instance = $1 and login >= $2 order by gone_at desc, login desc limit $3");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(from).bind(most).fetch_all(pool).await?));
    Ok(rows.iter().filter_map(|row| opened(store, row)).collect())
}

/// Takes away what the instance has not said since before an instant.
pub async fn forget_old(store: &Store, before: Timestamp) -> sqlx::Result<u64> {
    const SQL: &str = "delete from invited where gone_at < $1";
    on!(store, pool => sqlx::query(SQL).bind(before.0).execute(pool).await.map(|done| done.rows_affected()))
}

/// Takes away what was seen of instances other than these: nobody looks there any more. How many rows.
pub async fn forget_others(store: &Store, instances: &[&InstanceName]) -> sqlx::Result<u64> {
    // From one to the next by the primary key, however many rows each has.
    const NEXT: &str = "select min(instance) from invited where instance > $1";
    const ROWS: &str = "delete from invited where instance = $1";
    const LOOKS: &str = "delete from invited_looks where instance = $1";
    let (mut forgotten, mut after) = (0, String::new());
    loop {
        let next: Option<String> = on!(store, pool => sqlx::query_scalar(NEXT).bind(&after).fetch_one(pool).await?);
        let Some(next) = next else { return Ok(forgotten) };
        if !instances.iter().any(|instance| instance.as_str() == next) {
            on!(store, pool => {
                forgotten += sqlx::query(ROWS).bind(&next).execute(pool).await?.rows_affected();
                sqlx::query(LOOKS).bind(&next).execute(pool).await?;
            });
        }
        after = next;
    }
}

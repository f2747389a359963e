//! People of the console.

use super::{
    Refusal, Store, Wrong,
    fence::begin,
    mac::{self, Dated, Proof, Sealed},
    on,
    recovery_codes::replace_codes,
    rights::{Changes, OF_A_PERSON, TAKEN},
    setup_links,
    transaction::unchanged,
    web_sessions::raise_generation,
};
use crate::{
    access::Role,
    clock::{SECOND, Timestamp},
    id::OperatorId,
    seal::{Field, Keys},
};

/// Somebody who may sign in, or once could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub name: String,
    pub role: Role,
    /// PHC string; `None` until a password is set.
    pub password_hash: Option<String>,
    /// Sealed; `None` without a second factor.
    pub totp_secret: Option<String>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Rises with every change of password, factor, role, link or access; only sessions of the present one hold.
    pub generation: i64,
}

impl Operator {
    /// Whether this person's access has not been ended. A contractor without a running grant may sign in, and do nothing.
    pub fn may_sign_in(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// A second factor as it is set up.
#[derive(Clone, Copy, Debug)]
pub struct Factor<'a> {
    /// The secret, sealed.
    pub sealed: &'a str,
    /// The time step of the code that proved it.
    pub step: i64,
    /// The keyed hashes of its recovery codes.
    pub recovery: &'a [String],
}

/// What is wrong with a name, if anything.
pub fn name_problem(name: &str) -> Option<&'static str> {
    let length = name.chars().count();
    if length == 0 || length > 64 {
        Some("A name has 1 to 64 characters.")
    } else if name.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' ')) || crate::text::tame(name) != name
    {
        Some("A name has no control or invisible characters.")
    } else {
        None
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    name_key: String,
    role: String,
    pub password_hash: Option<String>,
    pub totp_secret: Option<String>,
    pub disabled_at: Option<i64>,
    created_at: i64,
    pub generation: i64,
    pub codes: Option<String>,
    #[sqlx(flatten)]
    pub proof: Proof,
}

/// The last used time step of the second factor is no part of it: put back, it lets a code be used again that is a minute and a
/// half old at most, by somebody who has the password, too.
impl Sealed for Row {
    const TABLE: &'static str = "operators";
    const WHAT: &'static str = "the person";

    fn called(&self) -> String {
        self.name.clone()
    }

    fn subject(&self, keys: &Keys) -> Option<String> {
        Some(mac::person(keys, &OperatorId(self.id.clone())))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.name).into(),
            (&self.name_key).into(),
            (&self.role).into(),
            (&self.password_hash).into(),
            (&self.totp_secret).into(),
            (&self.disabled_at).into(),
            self.created_at.into(),
            self.generation.into(),
            (&self.codes).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for Row {
    /// Each of these deeds seals it anew when it is done.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        changes.newest(self.proof.subject.as_deref()?, &OF_A_PERSON)
    }

    fn is_made(&self, changes: &Changes) -> bool {
        self.proof.subject.as_deref().and_then(|subject| changes.newest(subject, &["add_operator", TAKEN])).is_some()
    }
}

/// The columns of a person with their proof.
macro_rules! columns {
    () => {
        "id, name, name_key, role, password_hash, totp_secret, disabled_at, created_at, generation, codes, mac, entry, subject"
    };
}

/// A person by these columns; what follows says which.
macro_rules! people {
    ($rest:literal) => {
        concat!("select ", columns!(), " from operators ", $rest)
    };
}

pub(super) const LOCK: &str = concat!("update operators set mac = mac where id = $1 returning ", columns!());
/// Somebody by id, with what proves their row.
pub const READ: &str = people!("where id = $1");
pub(super) const SEAL: &str = "update operators set subject = $2, entry = $3, mac = $4 where id = $1";
/// Locks everybody who owns the console, by what the rows say. Two who take it from each other come one after the other.
pub(super) const LOCK_OWNERS: &str =
    concat!("update operators set mac = mac where role = 'owner' and disabled_at is null returning ", columns!());

/// Whether somebody else owns the console, by a row that holds, after its owners were locked until the end of the transaction:
/// without one nobody could be let in any more. What a row says that somebody else wrote makes no owner.
macro_rules! another_owns {
    ($known:ident, $tx:ident, $id:expr) => {{
        let id: &$crate::id::OperatorId = $id;
        let owners: Vec<$crate::store::operators::Row> =
            $known.store.read(sqlx::query_as($crate::store::operators::LOCK_OWNERS).fetch_all(&mut *$tx).await?);
        $known
            .all_held(owners, |owner| owner.owns() && owner.disabled_at.is_none())
            .await?
            .iter()
            .any(|owner| owner.is_not(id))
    }};
}
pub(super) use another_owns;

impl Row {
    pub(super) fn is_not(&self, id: &OperatorId) -> bool {
        self.id != id.0
    }

    pub(super) fn owns(&self) -> bool {
        self.role == Role::Owner.name()
    }
}

/// A person whose row held, and is locked until the end of the transaction that looked. Whoever changes the row changes this one
/// alike: what is sealed is what the console means to write, never what is read back, which a trigger may have made.
pub(super) struct Held {
    pub id: OperatorId,
    pub row: Row,
}

/// Locks somebody's row and looks whether it holds, before a transaction changes it: what somebody else wrote there must not be
/// sealed by the way. `None` where it does not, or where there is nobody.
macro_rules! held {
    ($known:ident, $tx:ident, $id:expr) => {{
        let id: &$crate::id::OperatorId = $id;
        let row: Option<$crate::store::operators::Row> = $known
            .store
            .read_one(sqlx::query_as($crate::store::operators::LOCK).bind(&id.0).fetch_optional(&mut *$tx).await?);
        $known.held(row, |row| !row.is_not(id)).await?.map(|row| $crate::store::operators::Held { id: id.clone(), row })
    }};
}
pub(super) use held;

/// Seals what somebody's row has become, within the transaction that changed it: under the entry of the deed that did, or under
/// the one it had.
macro_rules! seal_person {
    ($known:ident, $tx:ident, $held:expr) => {{
        let held: &$crate::store::operators::Held = &$held;
        $crate::store::operators::seal_person!($known, $tx, held, $known.entry_for(held.row.proof.entry));
    }};
    ($known:ident, $tx:ident, $held:expr, $entry:expr) => {{
        let (held, keys, entry): (&$crate::store::operators::Held, _, i64) = (&$held, &$known.store.keys, $entry);
        let subject = $crate::store::mac::person(keys, &held.id);
        sqlx::query($crate::store::operators::SEAL)
            .bind(&held.id.0)
            .bind(&subject)
            .bind(entry)
            .bind($crate::store::mac::mac(keys, &held.row, entry))
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use seal_person;

fn from_row(row: Row) -> sqlx::Result<Operator> {
    let decode = |error: String| sqlx::Error::Decode(error.into());
    Ok(Operator {
        id: OperatorId(row.id),
        name: row.name,
        role: row.role.parse().map_err(decode)?,
        password_hash: row.password_hash,
        totp_secret: row.totp_secret,
        disabled_at: row.disabled_at.map(Timestamp),
        created_at: Timestamp(row.created_at),
        generation: row.generation,
    })
}

/// What two names must differ by.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Adds a person, and uses up the set-up link (its hash) that they come by; false if the name is taken, or the link gone.
pub async fn insert(store: &Store, operator: &Operator, link: Option<&str>) -> sqlx::Result<bool> {
    const SQL: &str = "insert into operators \
        (id, name, name_key, role, password_hash, totp_secret, disabled_at, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name_key) do nothing";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        if let Some(link) = link {
            let used: Option<setup_links::Row> = store.read_one(sqlx::query_as(setup_links::TAKE)
                .bind(link).bind(operator.created_at.0).fetch_optional(&mut *tx).await?);
            if known.held(used, |row| row.hash == link).await?.is_none() {
                unchanged!(tx, false);
            }
        }
        let added = sqlx::query(SQL)
            .bind(&operator.id.0)
            .bind(&operator.name)
            .bind(key(&operator.name))
            .bind(operator.role.name())
            .bind(&operator.password_hash)
            .bind(&operator.totp_secret)
            .bind(operator.disabled_at.map(|at| at.0))
            .bind(operator.created_at.0)
            .execute(&mut *tx).await?.rows_affected();
        if added == 0 {
            unchanged!(tx, false);
        }
        let row = Row {
            id: operator.id.0.clone(),
            name: operator.name.clone(),
            name_key: key(&operator.name),
            role: operator.role.name().to_owned(),
            password_hash: operator.password_hash.clone(),
            totp_secret: operator.totp_secret.clone(),
            disabled_at: operator.disabled_at.map(|at| at.0),
            created_at: operator.created_at.0,
            generation: 0,
            codes: None,
            proof: Proof::default(),
        };
        seal_person!(known, tx, Held { id: operator.id.clone(), row });
        sqlx::query(setup_links::DELETE_FIRST).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// By name, whatever its case.
pub async fn by_name(store: &Store, name: &str) -> sqlx::Result<Option<Operator>> {
    const SQL: &str = people!("where name_key = $1");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(key(name)).fetch_optional(pool).await?));
    known.held(row, |row| row.name_key == key(name)).await?.map(from_row).transpose()
}

pub async fn by_id(store: &Store, id: &OperatorId) -> sqlx::Result<Option<Operator>> {
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(READ)
        .bind(&id.0).fetch_optional(pool).await?));
    known.held(row, |row| row.id == id.0).await?.map(from_row).transpose()
}

/// Everybody, in the order they came.
pub async fn list(store: &Store) -> sqlx::Result<Vec<Operator>> {
    const SQL: &str = people!("order by created_at, id limit 1000");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    known.all_held(rows, |_| true).await?.into_iter().map(from_row).collect()
}

/// Somebody's row as it stands, whether it holds or not: for those who compare the store with the record.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: OperatorId,
    pub name: String,
    /// A role's name, or whatever somebody else wrote there.
    pub role: String,
    pub disabled: bool,
    /// Whether a second factor is set.
    pub factor: bool,
    pub wrong: Option<Wrong>,
}

/// Everybody's row.
pub async fn stored(store: &Store) -> sqlx::Result<Vec<Stored>> {
    const SQL: &str = people!("order by created_at, id limit 10000");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stored.push(Stored {
            wrong: known.wrong(&row).await?,
            id: OperatorId(row.id),
            name: row.name,
            role: row.role,
            disabled: row.disabled_at.is_some(),
            factor: row.totp_secret.is_some(),
        });
    }
    Ok(stored)
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = people!("order by created_at, id limit 1000");
    let known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    Ok(refused)
}

/// Seals somebody's row as it stands; false if it is gone.
pub async fn seal(store: &Store, id: &OperatorId) -> sqlx::Result<bool> {
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(&id.0).fetch_optional(&mut *tx).await?);
        // Somebody at the server says so: what stands there is what is meant.
        let Some(row) = row else { unchanged!(tx, false) };
        seal_person!(known, tx, Held { id: id.clone(), row }, known.newest_entry());
        tx.commit().await?;
        Ok(true)
    })
}

/// The time that a code of an authenticator is for (RFC 6238).
const STEP: i64 = 30 * SECOND;

/// Seals somebody's row as it stands, because somebody at the server says so; false if it is gone. What it may be an older copy
/// with does not come back: every session is over, under a generation that none ever had, no recovery code is left, and a code of
/// the authenticator is not used twice.
pub async fn take(store: &Store, id: &OperatorId, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set generation = $2, codes = null, \
        totp_last_step = case when totp_last_step < $3 then $3 else totp_last_step end where id = $1";
    const CODES: &str = "delete from recovery_codes where operator = $1";
    const SESSIONS: &str = "delete from web_sessions where operator = $1";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(&id.0).fetch_optional(&mut *tx).await?);
        let Some(mut row) = row else { unchanged!(tx, false) };
        // It rises with an entry each time, so there never were as many as there are entries.
        row.generation = row.generation.max(known.newest_entry()) + 1;
        row.codes = None;
        sqlx::query(SQL).bind(&id.0).bind(row.generation).bind(now.0 / STEP).execute(&mut *tx).await?;
        for sql in [CODES, SESSIONS] {
            sqlx::query(sql).bind(&id.0).execute(&mut *tx).await?;
        }
        seal_person!(known, tx, Held { id: id.clone(), row }, known.newest_entry());
        tx.commit().await?;
        Ok(true)
    })
}

/// Whether the deed of this entry wrote somebody's row; `None` where that cannot be said.
pub async fn written_by(store: &Store, id: &OperatorId, entry: i64) -> sqlx::Result<Option<bool>> {
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(READ)
        .bind(&id.0).fetch_optional(pool).await?));
    Ok(store.written_by(row.as_ref(), entry))
}

/// How many rows there are, whether they hold or not.
pub async fn count(store: &Store) -> sqlx::Result<i64> {
    on!(store, pool => sqlx::query_scalar("select count(*) from operators").fetch_one(pool).await)
}

/// Sets somebody's second factor with its recovery codes, where none is set and they are still of this generation; false if
/// not. The step of the code that proved it is used up. Their other sessions end; `keep` is the beginning of the hash of the
/// one that goes on.
pub async fn set_factor(
    store: &Store,
    id: &OperatorId,
    generation: i64,
    factor: &Factor<'_>,
    keep: Option<&str>,
) -> sqlx::Result<Option<i64>> {
    const SQL: &str = "update operators set totp_secret = $2, totp_last_step = $3 \
        where id = $1 and totp_secret is null and generation = $4 and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, id) else { unchanged!(tx, None) };
        let set = sqlx::query(SQL)
            .bind(&id.0).bind(factor.sealed).bind(factor.step).bind(generation)
            .execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            unchanged!(tx, None);
        }
        held.row.totp_secret = Some(factor.sealed.to_owned());
        replace_codes!(known, tx, held, factor.recovery);
        let generation = raise_generation!(known, tx, held, keep);
        tx.commit().await?;
        Ok(Some(generation))
    })
}

/// Uses up a time step: true exactly once, and never for one before the last used.
pub async fn use_totp_step(store: &Store, id: &OperatorId, step: i64) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set totp_last_step = $2 where id = $1 and totp_last_step < $2";
    let used = on!(store, pool => sqlx::query(SQL).bind(&id.0).bind(step).execute(pool).await?.rows_affected());
    Ok(used == 1)
}

/// Gives somebody another role, if theirs is still what it was and an owner is left; true if so. Their sessions end.
pub async fn set_role(store: &Store, id: &OperatorId, before: Role, after: Role) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set role = $3 where id = $1 and role = $2";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let another = another_owns!(known, tx, id);
        let Some(mut held) = held!(known, tx, id) else { unchanged!(tx, false) };
        if held.row.owns() && after != Role::Owner && !another {
            unchanged!(tx, false);
        }
        let changed = sqlx::query(SQL)
            .bind(&id.0).bind(before.name()).bind(after.name()).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            unchanged!(tx, false);
        }
        held.row.role = after.name().to_owned();
        raise_generation!(known, tx, held, None);
        tx.commit().await?;
        Ok(true)
    })
}

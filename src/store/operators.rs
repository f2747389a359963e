//! People of the console.

use super::{Store, on, recovery_codes::replace_codes, web_sessions::raise_generation};
use crate::{access::Role, clock::Instant, id::OperatorId};

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
    pub disabled_at: Option<Instant>,
    pub created_at: Instant,
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
    } else if name.chars().any(|c| c.is_control()) || crate::ui::tame(name) != name {
        Some("A name has no control or invisible characters.")
    } else {
        None
    }
}

type Row = (String, String, String, Option<String>, Option<String>, Option<i64>, i64, i64);

fn from_row(row: Row) -> sqlx::Result<Operator> {
    let (id, name, role, password_hash, totp_secret, disabled_at, created_at, generation) = row;
    let decode = |error: String| sqlx::Error::Decode(error.into());
    Ok(Operator {
        id: OperatorId(id),
        name,
        role: role.parse().map_err(decode)?,
        password_hash,
        totp_secret,
        disabled_at: disabled_at.map(Instant),
        created_at: Instant(created_at),
        generation,
    })
}

/// What two names must differ by.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Adds a person; false if the name is taken.
pub async fn insert(store: &Store, operator: &Operator) -> sqlx::Result<bool> {
    const SQL: &str = "insert into operators \
        (id, name, name_key, role, password_hash, totp_secret, disabled_at, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name_key) do nothing";
    let added = on!(store, pool => sqlx::query(SQL)
        .bind(&operator.id.0)
        .bind(&operator.name)
        .bind(key(&operator.name))
        .bind(operator.role.name())
        .bind(&operator.password_hash)
        .bind(&operator.totp_secret)
        .bind(operator.disabled_at.map(|at| at.0))
        .bind(operator.created_at.0)
        .execute(pool).await?.rows_affected());
    Ok(added == 1)
}

/// By name, whatever its case.
pub async fn by_name(store: &Store, name: &str) -> sqlx::Result<Option<Operator>> {
    const SQL: &str = "select id, name, role, password_hash, totp_secret, disabled_at, created_at, generation \
        from operators where name_key = $1";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(key(name)).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

pub async fn by_id(store: &Store, id: &OperatorId) -> sqlx::Result<Option<Operator>> {
    const SQL: &str = "select id, name, role, password_hash, totp_secret, disabled_at, created_at, generation \
        from operators where id = $1";
    let row: Option<Row> = on!(store, pool => sqlx::query_as(SQL).bind(&id.0).fetch_optional(pool).await?);
    row.map(from_row).transpose()
}

/// Everybody, in the order they came.
pub async fn list(store: &Store) -> sqlx::Result<Vec<Operator>> {
    const SQL: &str = "select id, name, role, password_hash, totp_secret, disabled_at, created_at, generation \
        from operators order by created_at, id limit 1000";
    let rows: Vec<Row> = on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?);
    rows.into_iter().map(from_row).collect()
}

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
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let set = sqlx::query(SQL)
            .bind(&id.0).bind(factor.sealed).bind(factor.step).bind(generation)
            .execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            return Ok(None);
        }
        replace_codes!(tx, id, factor.recovery);
        let generation = raise_generation!(tx, id, keep);
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
    const SQL: &str = "update operators set role = $3 where id = $1 and role = $2 and ($3 = 'owner' or role <> 'owner' \
        or exists (select 1 from operators o where o.id <> $1 and o.role = 'owner' and o.disabled_at is null))";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let changed = sqlx::query(SQL)
            .bind(&id.0).bind(before.name()).bind(after.name()).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        raise_generation!(tx, id, None);
        tx.commit().await?;
        Ok(true)
    })
}

/// Ends somebody's access at an instant with all their sessions, or gives it back; false for the last owner's.
pub async fn set_disabled(store: &Store, id: &OperatorId, at: Option<Instant>) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set disabled_at = $2 where id = $1 and ($3 or role <> 'owner' \
        or exists (select 1 from operators o where o.id <> $1 and o.role = 'owner' and o.disabled_at is null))";
    on!(store, pool => {
        let mut tx = pool.begin().await?;
        let changed = sqlx::query(SQL)
            .bind(&id.0).bind(at.map(|at| at.0)).bind(at.is_none()).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        raise_generation!(tx, id, None);
        tx.commit().await?;
        Ok(true)
    })
}

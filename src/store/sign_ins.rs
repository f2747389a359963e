//! What people prove themselves with, changed by themselves or set anew by an owner.
//!
//! Each change holds only for the generation that was read before it, raises it, and so ends the person's other sessions.

use super::{
    Store,
    fence::begin,
    on,
    operators::{Factor, held},
    recovery_codes::replace_codes,
    reset_links::{self, NewLink, replace_link},
    transaction::unchanged,
    web_sessions::raise_generation,
};
use crate::{clock::Timestamp, id::OperatorId};

/// Somebody as they were read when they proved themselves, and the session that goes on.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    pub operator: &'a OperatorId,
    pub generation: i64,
    /// The beginning of its hash.
    pub keep: Option<&'a str>,
}

/// Changes somebody's password; false if they are not as they were read.
pub async fn set_password(store: &Store, of: Proved<'_>, password_hash: &str) -> sqlx::Result<bool> {
    const SQL: &str =
        "update operators set password_hash = $2 where id = $1 and generation = $3 and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, of.operator) else { unchanged!(tx, false) };
        let set = sqlx::query(SQL)
            .bind(&of.operator.0).bind(password_hash).bind(of.generation).execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            unchanged!(tx, false);
        }
        held.row.password_hash = Some(password_hash.to_owned());
        raise_generation!(known, tx, held, of.keep);
        tx.commit().await?;
        Ok(true)
    })
}

/// Gives somebody a password by a one-time link, which is used up; false if the link or the person is gone.
pub async fn set_password_by_link(
    store: &Store,
    operator: &OperatorId,
    link: &str,
    password_hash: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set password_hash = $2 where id = $1 and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, false) };
        let used: Option<reset_links::Row> = store.read_one(sqlx::query_as(reset_links::USE)
            .bind(&operator.0).bind(link).bind(now.0).fetch_optional(&mut *tx).await?);
        if known.held(used, |row| row.operator == operator.0 && row.hash == link).await?.is_none() {
            unchanged!(tx, false);
        }
        let set = sqlx::query(SQL).bind(&operator.0).bind(password_hash).execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            unchanged!(tx, false);
        }
        held.row.password_hash = Some(password_hash.to_owned());
        raise_generation!(known, tx, held, None);
        tx.commit().await?;
        Ok(true)
    })
}

/// Gives somebody another second factor with its recovery codes, or a first one; false if they are not as they were read.
pub async fn replace_factor(store: &Store, of: Proved<'_>, factor: &Factor<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set totp_secret = $2, totp_last_step = $3 \
        where id = $1 and generation = $4 and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, of.operator) else { unchanged!(tx, false) };
        let set = sqlx::query(SQL)
            .bind(&of.operator.0).bind(factor.sealed).bind(factor.step).bind(of.generation)
            .execute(&mut *tx).await?.rows_affected();
        if set == 0 {
            unchanged!(tx, false);
        }
        held.row.totp_secret = Some(factor.sealed.to_owned());
        replace_codes!(known, tx, held, factor.recovery);
        raise_generation!(known, tx, held, of.keep);
        tx.commit().await?;
        Ok(true)
    })
}

/// Puts new recovery codes in the place of the former ones; false if the person is not as they were read.
pub async fn set_recovery_codes(store: &Store, of: Proved<'_>, hashes: &[String]) -> sqlx::Result<bool> {
    const SQL: &str = "select count(*) from operators \
        where id = $1 and generation = $2 and totp_secret is not null and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, of.operator) else { unchanged!(tx, false) };
        let there: i64 =
            sqlx::query_scalar(SQL).bind(&of.operator.0).bind(of.generation).fetch_one(&mut *tx).await?;
        if there == 0 {
            unchanged!(tx, false);
        }
        replace_codes!(known, tx, held, hashes);
        raise_generation!(known, tx, held, of.keep);
        tx.commit().await?;
        Ok(true)
    })
}

/// Takes somebody's password away for a one-time link, their second factor, or both, and ends their sessions. False for
/// somebody without access.
pub async fn reset(
    store: &Store,
    operator: &OperatorId,
    link: Option<&NewLink<'_>>,
    factor: bool,
) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set password_hash = case when $2 then null else password_hash end, \
        totp_secret = case when $3 then null else totp_secret end, \
        codes = case when $3 then null else codes end, \
        totp_last_step = case when $3 then 0 else totp_last_step end where id = $1 and disabled_at is null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, false) };
        let reset = sqlx::query(SQL)
            .bind(&operator.0).bind(link.is_some()).bind(factor).execute(&mut *tx).await?.rows_affected();
        if reset == 0 {
            unchanged!(tx, false);
        }
        if link.is_some() {
            held.row.password_hash = None;
        }
        if factor {
            held.row.totp_secret = None;
            held.row.codes = None;
        }
        if let Some(link) = link {
            replace_link!(known, tx, link);
        }
        if factor {
            sqlx::query("delete from recovery_codes where operator = $1").bind(&operator.0).execute(&mut *tx).await?;
        }
        raise_generation!(known, tx, held, None);
        tx.commit().await?;
        Ok(true)
    })
}

//! Recovery codes of the second factor: kept as keyed hashes, each works once.

use super::{
    Refusal, Store,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, without_entry},
    on,
    operators::{held, seal_person},
    transaction::unchanged,
};
use crate::{
    clock::Timestamp,
    id::OperatorId,
    seal::{Field, Keys},
};

/// A code under a MAC: it is somebody's, and of one set.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub operator: String,
    pub hash: String,
    /// The set that is the person's present one.
    pub codes: Option<String>,
    #[sqlx(flatten)]
    pub proof: Proof,
}

impl Undated for Row {}

impl Sealed for Row {
    const TABLE: &'static str = "recovery_codes";
    const WHAT: &'static str = "a recovery code";

    fn called(&self) -> String {
        format!("of {}", self.operator)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![(&self.operator).into(), (&self.hash).into(), (&self.codes).into()]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// The columns of a code with its proof; what follows says which.
macro_rules! codes {
    () => {
        concat!(
            "select r.operator, r.hash, o.codes, r.mac, ",
            without_entry!(),
            " from recovery_codes r join operators o on o.id = r.operator "
        )
    };
}

/// Puts new codes in the place of all former ones, within the transaction that sets the factor they belong to.
macro_rules! replace_codes {
    ($known:ident, $tx:ident, $held:expr, $hashes:expr) => {{
        let held: &mut $crate::store::operators::Held = &mut $held;
        let set = crate::id::fresh();
        held.row.codes = Some(set.clone());
        sqlx::query("update operators set codes = $2 where id = $1")
            .bind(&held.id.0)
            .bind(&set)
            .execute(&mut *$tx)
            .await?;
        sqlx::query("delete from recovery_codes where operator = $1").bind(&held.id.0).execute(&mut *$tx).await?;
        for hash in $hashes {
            let row = $crate::store::recovery_codes::Row {
                operator: held.id.0.clone(),
                hash: hash.clone(),
                codes: Some(set.clone()),
                proof: $crate::store::mac::Proof::default(),
            };
            sqlx::query("insert into recovery_codes (operator, hash, mac) values ($1, $2, $3)")
                .bind(&row.operator)
                .bind(&row.hash)
                .bind($crate::store::mac::mac(&$known.store.keys, &row, 0))
                .execute(&mut *$tx)
                .await?;
        }
        $crate::store::operators::seal_person!($known, $tx, *held);
    }};
}
pub(crate) use replace_codes;

/// Puts new codes in the place of all former ones.
pub async fn replace_all(store: &Store, operator: &OperatorId, hashes: &[String]) -> sqlx::Result<()> {
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, ()) };
        replace_codes!(known, tx, held, hashes);
        tx.commit().await
    })
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!(codes!(), "where r.used_at is null order by r.operator, r.hash limit 10000");
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(store.refusals(&rows));
    Ok(refused)
}

/// Puts codes into another set, within a transaction that has looked whether the person holds, and seals both.
macro_rules! another_set {
    ($known:ident, $tx:ident, $held:ident, $codes:ident) => {{
        const SET: &str = "update operators set codes = $2 where id = $1";
        const SEAL: &str = "update recovery_codes set mac = $3 where operator = $1 and hash = $2";
        let set = crate::id::fresh();
        $held.row.codes = Some(set.clone());
        sqlx::query(SET).bind(&$held.id.0).bind(&set).execute(&mut *$tx).await?;
        for mut row in $codes {
            row.codes = Some(set.clone());
            sqlx::query(SEAL)
                .bind(&row.operator)
                .bind(&row.hash)
                .bind(mac::mac(&$known.store.keys, &row, 0))
                .execute(&mut *$tx)
                .await?;
        }
        seal_person!($known, $tx, $held);
    }};
}

/// Seals the codes of somebody that are from before they were proved, and the person with them; how many.
pub async fn seal_former(store: &Store, operator: &OperatorId) -> sqlx::Result<u64> {
    const FORMER: &str = concat!(codes!(), "where r.operator = $1 and r.used_at is null and r.mac is null");
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, 0) };
        let codes: Vec<Row> = store.read(sqlx::query_as(FORMER).bind(&operator.0).fetch_all(&mut *tx).await?);
        let number = u64::try_from(codes.len()).unwrap_or(u64::MAX);
        another_set!(known, tx, held, codes);
        tx.commit().await?;
        Ok(number)
    })
}

/// Uses a code up: true exactly once. Those that are left become another set, so that a row put back is no code any more.
pub async fn use_code(store: &Store, operator: &OperatorId, hash: &str, now: Timestamp) -> sqlx::Result<bool> {
    const CODE: &str = concat!(codes!(), "where r.operator = $1 and r.hash = $2 and r.used_at is null");
    const LEFT: &str = concat!(codes!(), "where r.operator = $1 and r.used_at is null");
    const SQL: &str = "update recovery_codes set used_at = $3 where operator = $1 and hash = $2";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, operator) else { unchanged!(tx, false) };
        let code: Option<Row> =
            store.read_one(sqlx::query_as(CODE).bind(&operator.0).bind(hash).fetch_optional(&mut *tx).await?);
        if !code.is_some_and(|code| store.holds(&code, code.operator == operator.0 && code.hash == hash && code.codes == held.row.codes)) {
            unchanged!(tx, false);
        }
        sqlx::query(SQL).bind(&operator.0).bind(hash).bind(now.0).execute(&mut *tx).await?;
        let left: Vec<Row> = store.read(sqlx::query_as(LEFT).bind(&operator.0).fetch_all(&mut *tx).await?);
        let codes: Vec<Row> = left.into_iter().filter(|row| store.holds(row, row.operator == operator.0 && row.codes == held.row.codes)).collect();
        another_set!(known, tx, held, codes);
        tx.commit().await?;
        Ok(true)
    })
}

/// What is left of somebody's codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub unused: i64,
    /// When the last one was used, if any was.
    pub last_used: Option<Timestamp>,
}

/// What is left of one person's codes.
pub async fn left(store: &Store, operator: &OperatorId) -> sqlx::Result<Left> {
    const SQL: &str = "select count(*) filter (where used_at is null), max(cast(used_at as bigint)) from recovery_codes \
        where operator = $1";
    let (unused, last_used): (i64, Option<i64>) =
        on!(store, pool => sqlx::query_as(SQL).bind(&operator.0).fetch_one(pool).await?);
    Ok(Left { unused, last_used: last_used.map(Timestamp) })
}

/// What is left of everybody's codes who has any.
pub async fn list(store: &Store) -> sqlx::Result<Vec<(OperatorId, Left)>> {
    const SQL: &str = "select operator, count(*) filter (where used_at is null), max(cast(used_at as bigint)) from recovery_codes \
        group by operator order by operator";
    let rows: Vec<(String, i64, Option<i64>)> =
        store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let left = |(operator, unused, last_used): (String, i64, Option<i64>)| {
        (OperatorId(operator), Left { unused, last_used: last_used.map(Timestamp) })
    };
    Ok(rows.into_iter().map(left).collect())
}

//! What ends with somebody's access, or with a grant, over all the tables it stands in: in one transaction, so that nobody is
//! left with half of it.

use super::{
    Store, case_claims,
    fence::begin,
    grants::{self, seal_grant},
    linked_accounts, on,
    operators::{another_owns, held},
    reset_links, setup_links,
    transaction::unchanged,
    web_sessions::raise_generation,
};
use crate::{
    clock::Timestamp,
    id::{GrantId, OperatorId},
};

/// Ends somebody's access, with their sessions, what they hold, the links they made, their grants, and the accounts they act
/// as: access that is given back later begins without rights. Their tokens are left to be taken back by the instances. The
/// instance and the account of each link that ended; `None` for the last owner, and where it had ended already.
pub async fn end_access(
    store: &Store,
    id: &OperatorId,
    by: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<Option<Vec<(String, String)>>> {
    const SQL: &str = "update operators set disabled_at = $2 where id = $1 and disabled_at is null";
    const WITH_IT: [&str; 3] = [case_claims::END_ALL_OF, setup_links::DELETE_ALL_OF, reset_links::DELETE_ALL_OF];
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let another = another_owns!(known, tx, id);
        let Some(mut held) = held!(known, tx, id) else { unchanged!(tx, None) };
        if held.row.owns() && !another {
            unchanged!(tx, None);
        }
        let changed = sqlx::query(SQL).bind(&id.0).bind(now.0).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            unchanged!(tx, None);
        }
        held.row.disabled_at = Some(now.0);
        raise_generation!(known, tx, held, None);
        // The grants come before what is held, as where one ends: otherwise each of two could wait for the other.
        // All of theirs are sealed anew: what is older than the end of their access gives nothing.
        let theirs: Vec<grants::Row> =
            store.read(sqlx::query_as(grants::LOCK_ALL_OF).bind(&id.0).fetch_all(&mut *tx).await?);
        for mut row in known.all_held(theirs, |row| row.operator == id.0).await? {
            let revoked = sqlx::query(grants::REVOKE)
                .bind(&row.id).bind(&by.0).bind(now.0).execute(&mut *tx).await?.rows_affected();
            if revoked > 0 {
                (row.revoked_by, row.revoked_at) = (Some(by.0.clone()), Some(now.0));
            }
            seal_grant!(known, tx, row);
        }
        for sql in WITH_IT {
            sqlx::query(sql).bind(&id.0).execute(&mut *tx).await?;
        }
        let links: Vec<linked_accounts::Row> =
            store.read(sqlx::query_as(linked_accounts::LOCK_ALL_OF).bind(&id.0).fetch_all(&mut *tx).await?);
        let mut ended = Vec::new();
        for link in known.all_held(links, |row| row.operator == id.0).await? {
            sqlx::query(linked_accounts::DELETE).bind(&id.0).bind(&link.instance).execute(&mut *tx).await?;
            sqlx::query(linked_accounts::LEAVE)
                .bind(crate::id::fresh())
                .bind(&id.0)
                .bind(&link.instance)
                .bind(&link.account)
                .bind(&link.sealed)
                .bind(now.0)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
            ended.push((link.instance, link.account));
        }
        tx.commit().await?;
        Ok(Some(ended))
    })
}

/// Gives somebody access back, without sessions; false where it has not ended. Their grants are sealed as they are: as new as
/// the entry about it.
pub async fn give_access_back(store: &Store, id: &OperatorId) -> sqlx::Result<bool> {
    const SQL: &str = "update operators set disabled_at = null where id = $1 and disabled_at is not null";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let Some(mut held) = held!(known, tx, id) else { unchanged!(tx, false) };
        let changed = sqlx::query(SQL).bind(&id.0).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            unchanged!(tx, false);
        }
        held.row.disabled_at = None;
        raise_generation!(known, tx, held, None);
        let theirs: Vec<grants::Row> =
            store.read(sqlx::query_as(grants::LOCK_ALL_OF).bind(&id.0).fetch_all(&mut *tx).await?);
        for row in known.all_held(theirs, |row| row.operator == id.0).await? {
            seal_grant!(known, tx, row);
        }
        tx.commit().await?;
        Ok(true)
    })
}

/// Notes that a grant ended; true once, and for whoever claimed it. What its person held goes back to the queue, but where
/// another grant goes on; and what was given is taken back as soon as a try that is under way can be over, however often giving
/// it failed.
pub async fn end_grant(store: &Store, id: &GrantId, process: &str, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "update grants set ended_at = $3 where id = $1 and lease = $2 and ended_at is null \
        and (ends_at <= $3 or revoked_at is not null)";
    const ROLES_ARE_DUE: &str = "update grant_roles set tries = 0 where grant_id = $1";
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<grants::Row> =
            store.read_one(sqlx::query_as(grants::LOCK).bind(&id.0).fetch_optional(&mut *tx).await?);
        let Some(mut row) = known.held(row, |row| row.id == id.0).await? else { unchanged!(tx, false) };
        let changed =
            sqlx::query(SQL).bind(&id.0).bind(process).bind(now.0).execute(&mut *tx).await?.rows_affected();
        if changed == 0 {
            unchanged!(tx, false);
        }
        sqlx::query(ROLES_ARE_DUE).bind(&id.0).execute(&mut *tx).await?;
        let others: Vec<grants::Row> =
            store.read(sqlx::query_as(grants::RUNNING_OF).bind(&row.operator).bind(now.0).fetch_all(&mut *tx).await?);
        let mut go_on = Vec::new();
        for other in known.all_held(others, |other| other.operator == row.operator && other.runs_at(now)).await? {
            go_on.extend(other.scope()?.instances);
        }
        for instance in row.scope()?.instances.iter().filter(|instance| !go_on.contains(instance)) {
            sqlx::query(case_claims::END_ALL_ON)
                .bind(instance.as_str())
                .bind(&row.operator)
                .execute(&mut *tx)
                .await?;
        }
        row.ended_at = Some(now.0);
        seal_grant!(known, tx, row);
        tx.commit().await?;
        Ok(true)
    })
}

//! Contractors' grants.
//!
//! Whether one runs is a matter of what was decided and of the time, and asked for anew with every request. That it began and
//! that it ended is recorded once, by whichever process claims it.

use super::{
    Refusal, Store, Wrong,
    claims::Leases,
    encode_error,
    fence::begin,
    grant_roles::{RoleRow, insert_role, roles, seal_role},
    mac::{self, Dated, Proof, Sealed},
    on,
    rights::{Changes, OF_A_GRANT, TAKEN},
    transaction::unchanged,
};
use crate::{
    access::Running,
    clock::{SECOND, Timestamp},
    id::{GrantId, OperatorId},
    nouns::grants::{RoleAsked, Scope, State},
    seal::{Field, Keys},
};

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub operator: OperatorId,
    pub scope: Scope,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub sponsor: OperatorId,
    pub agreement: String,
    pub asked_by: OperatorId,
    pub asked_at: Timestamp,
    pub decided: Option<Decided>,
    pub revoked: Option<(OperatorId, Timestamp)>,
    /// When the beginning was recorded.
    pub started_at: Option<Timestamp>,
    /// When the end was recorded.
    pub ended_at: Option<Timestamp>,
}

/// What a second person said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub by: OperatorId,
    pub at: Timestamp,
    pub approved: bool,
}

impl Grant {
    /// How far it has come.
    pub fn state(&self, now: Timestamp) -> State {
        match (&self.decided, &self.revoked) {
            (Some(Decided { approved: false, .. }), _) => State::Refused,
            (_, Some(_)) => State::Revoked,
            (None, None) if now >= self.ends_at => State::Missed,
            (None, None) => State::Asked,
            // What is recorded as ended stays ended, whatever the clock says.
            (Some(_), None) if now >= self.ends_at || self.ended_at.is_some() => State::Over,
            (Some(_), None) if now < self.starts_at => State::ToCome,
            (Some(_), None) => State::Running,
        }
    }
}

pub(super) fn damaged(error: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(format!("a grant: {error}").into())
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: String,
    pub operator: String,
    instances: String,
    categories: String,
    sign_ups: bool,
    reveal: bool,
    starts_at: i64,
    ends_at: i64,
    sponsor: String,
    sealed_agreement: Option<String>,
    asked_by: String,
    asked_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    approved: Option<bool>,
    pub revoked_by: Option<String>,
    pub revoked_at: Option<i64>,
    started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub whose: Option<String>,
    #[sqlx(flatten)]
    pub proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "grants";
    const WHAT: &'static str = "the grant";

    fn called(&self) -> String {
        self.id.clone()
    }

    fn subject(&self, keys: &Keys) -> Option<String> {
        Some(mac::grant(keys, &GrantId(self.id.clone())))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.operator).into(),
            (&self.instances).into(),
            (&self.categories).into(),
            self.sign_ups.into(),
            self.reveal.into(),
            self.starts_at.into(),
            self.ends_at.into(),
            (&self.sponsor).into(),
            (&self.sealed_agreement).into(),
            (&self.asked_by).into(),
            self.asked_at.into(),
            (&self.decided_by).into(),
            (&self.decided_at).into(),
            (&self.approved).into(),
            (&self.revoked_by).into(),
            (&self.revoked_at).into(),
            (&self.started_at).into(),
            (&self.ended_at).into(),
            (&self.whose).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Row {
    pub(super) fn scope(&self) -> sqlx::Result<Scope> {
        Ok(Scope {
            instances: serde_json::from_str(&self.instances).map_err(damaged)?,
            categories: serde_json::from_str(&self.categories).map_err(damaged)?,
            sign_ups: self.sign_ups,
            reveal: self.reveal,
        })
    }

    /// Whether it is in force at an instant.
    pub(super) fn runs_at(&self, now: Timestamp) -> bool {
        let in_time = self.starts_at <= now.0 && self.ends_at > now.0;
        self.approved == Some(true) && self.revoked_at.is_none() && self.ended_at.is_none() && in_time
    }

    fn running(self) -> sqlx::Result<(OperatorId, Running)> {
        let scope = self.scope()?;
        Ok((OperatorId(self.operator), Running { id: GrantId(self.id), scope, ends_at: Timestamp(self.ends_at) }))
    }

    fn read(self, keys: &Keys) -> sqlx::Result<Grant> {
        let scope = self.scope()?;
        let agreement = match &self.sealed_agreement {
            Some(sealed) => keys
                .open_text("grant", &self.id, sealed)
                .ok_or_else(|| damaged("its agreement does not open: the secret key has changed"))?,
            None => String::new(),
        };
        let decided = match (self.decided_by, self.decided_at, self.approved) {
            (Some(by), Some(at), Some(approved)) => Some(Decided { by: OperatorId(by), at: Timestamp(at), approved }),
            _ => None,
        };
        Ok(Grant {
            id: GrantId(self.id),
            operator: OperatorId(self.operator),
            scope,
            starts_at: Timestamp(self.starts_at),
            ends_at: Timestamp(self.ends_at),
            sponsor: OperatorId(self.sponsor),
            agreement,
            asked_by: OperatorId(self.asked_by),
            asked_at: Timestamp(self.asked_at),
            decided,
            revoked: self.revoked_by.map(OperatorId).zip(self.revoked_at.map(Timestamp)),
            started_at: self.started_at.map(Timestamp),
            ended_at: self.ended_at.map(Timestamp),
        })
    }
}

impl Dated for Row {
    /// About the grant, or about the end of its person's access, which takes every grant of theirs back.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        let own = changes.newest(self.proof.subject.as_deref()?, &OF_A_GRANT);
        own.max(self.whose.as_deref().and_then(|whose| changes.newest(whose, &["disable_operator"])))
    }

    fn is_made(&self, changes: &Changes) -> bool {
        self.proof.subject.as_deref().and_then(|subject| changes.newest(subject, &["ask_grant", TAKEN])).is_some()
    }
}

/// The columns of a grant with its proof.
macro_rules! columns {
    () => {
        "id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, sealed_agreement, \
         asked_by, asked_at, decided_by, decided_at, approved, revoked_by, revoked_at, started_at, ended_at, whose, mac, entry, \
         subject"
    };
}

/// A grant by its columns; what follows says which.
macro_rules! grants {
    ($rest:literal) => {
        concat!("select ", columns!(), " from grants ", $rest)
    };
}

/// Seals what a grant is meant to be, within the transaction that writes it: never what is read back, which a trigger may have
/// made.
macro_rules! seal_grant {
    ($known:ident, $tx:ident, $row:expr) => {{
        let row: $crate::store::grants::Row = $row;
        let entry = $known.entry_for(row.proof.entry);
        $crate::store::grants::seal_grant!($known, $tx, row, entry);
    }};
    ($known:ident, $tx:ident, $row:expr, $entry:expr) => {{
        let (mut row, entry): ($crate::store::grants::Row, i64) = ($row, $entry);
        const SEAL: &str = "update grants set subject = $2, whose = $3, entry = $4, mac = $5 where id = $1";
        let keys = &$known.store.keys;
        let subject = $crate::store::mac::grant(keys, &$crate::id::GrantId(row.id.clone()));
        let whose = $crate::store::mac::person(keys, &$crate::id::OperatorId(row.operator.clone()));
        row.whose = Some(whose);
        sqlx::query(SEAL)
            .bind(&row.id)
            .bind(&subject)
            .bind(&row.whose)
            .bind(entry)
            .bind($crate::store::mac::mac(keys, &row, entry))
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use seal_grant;

/// Locks a grant until the end of the transaction, to look whether it holds.
pub(super) const LOCK: &str = concat!("update grants set mac = mac where id = $1 returning ", columns!());
/// The same for every grant of somebody.
pub(super) const LOCK_ALL_OF: &str = concat!("update grants set mac = mac where operator = $1 returning ", columns!());
/// What is in force for somebody at an instant, as its columns say.
pub(super) const RUNNING_OF: &str = grants!(
    "where operator = $1 and approved = true and revoked_at is null and ended_at is null and starts_at <= $2 \
     and ends_at > $2 order by id"
);

/// Changes a grant that holds, and seals what it becomes: true if it changed. The statement has the id as `$1`.
macro_rules! change {
    ($store:ident, $id:expr, $becomes:expr, $sql:expr $(, $bind:expr)*) => {
        on!($store, pool => {
            let known = $store.known().await?;
            let mut tx = begin!($store, pool);
            let row: Option<Row> = $store.read_one(sqlx::query_as(LOCK).bind($id).fetch_optional(&mut *tx).await?);
            let Some(mut row) = known.held(row, |row| row.id == *$id).await? else { unchanged!(tx, false) };
            let changed = sqlx::query($sql).bind($id)$(.bind($bind))*.execute(&mut *tx).await?.rows_affected();
            if changed == 0 {
                unchanged!(tx, false);
            }
            ($becomes)(&mut row);
            seal_grant!(known, tx, row);
            tx.commit().await?;
            Ok(true)
        })
    };
}

/// Stores what somebody asks for, all or nothing.
pub async fn insert(store: &Store, keys: &Keys, grant: &Grant, roles: &[RoleAsked]) -> sqlx::Result<()> {
    const SQL: &str = "insert into grants (id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, \
        sealed_agreement, asked_by, asked_at, lease, lease_until) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0)";
    let known = store.known().await?;
    let instances = serde_json::to_string(&grant.scope.instances).map_err(encode_error)?;
    let categories = serde_json::to_string(&grant.scope.categories).map_err(encode_error)?;
    let agreement = match grant.agreement.as_str() {
        "" => None,
        text => Some(keys.seal_text("grant", &grant.id.0, text).map_err(encode_error)?),
    };
    let mut accts = Vec::with_capacity(roles.len());
    for role in roles {
        accts.push(keys.seal_text("grant", &grant.id.0, &role.acct).map_err(encode_error)?);
    }
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&grant.id.0)
            .bind(&grant.operator.0)
            .bind(&instances)
            .bind(&categories)
            .bind(grant.scope.sign_ups)
            .bind(grant.scope.reveal)
            .bind(grant.starts_at.0)
            .bind(grant.ends_at.0)
            .bind(&grant.sponsor.0)
            .bind(&agreement)
            .bind(&grant.asked_by.0)
            .bind(grant.asked_at.0)
            .execute(&mut *tx).await?;
        for (role, acct) in roles.iter().zip(&accts) {
            insert_role!(store, tx, grant.id, role, acct);
        }
        let row = Row {
            id: grant.id.0.clone(),
            operator: grant.operator.0.clone(),
            instances: instances.clone(),
            categories: categories.clone(),
            sign_ups: grant.scope.sign_ups,
            reveal: grant.scope.reveal,
            starts_at: grant.starts_at.0,
            ends_at: grant.ends_at.0,
            sponsor: grant.sponsor.0.clone(),
            sealed_agreement: agreement.clone(),
            asked_by: grant.asked_by.0.clone(),
            asked_at: grant.asked_at.0,
            decided_by: None,
            decided_at: None,
            approved: None,
            revoked_by: None,
            revoked_at: None,
            started_at: None,
            ended_at: None,
            whose: None,
            proof: Proof::default(),
        };
        seal_grant!(known, tx, row);
        tx.commit().await
    })
}

/// A grant's row as it stands, whether it holds or not: for those who compare the store with the record.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: GrantId,
    pub operator: OperatorId,
    /// `None` where it cannot be read.
    pub scope: Option<Scope>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub approved: Option<bool>,
    pub revoked: bool,
    /// Made from what contractors' rows held before there were grants: no entry tells of it.
    pub migrated: bool,
    /// Instance and role of what goes with it.
    pub roles: Vec<(String, String)>,
    pub wrong: Option<Wrong>,
}

/// Every grant's row, up to a bound.
pub async fn stored(store: &Store) -> sqlx::Result<Vec<Stored>> {
    const SQL: &str = grants!("order by id limit 100000");
    const ROLES: &str = roles!("order by r.grant_id, r.instance");
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let roles: Vec<RoleRow> = store.read(on!(store, pool => sqlx::query_as(ROLES).fetch_all(pool).await?));
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        let own = || roles.iter().filter(|role| role.grant_id == row.id);
        stored.push(Stored {
            scope: row.scope().ok(),
            roles: own().map(|role| (role.instance.clone(), role.role.clone())).collect(),
            wrong: known.wrong(&row).await?.or_else(|| own().find_map(|role| store.wrong(role))),
            migrated: row.id == row.operator
                && row.asked_by == "migration"
                && row.decided_by.as_deref() == Some("migration"),
            starts_at: Timestamp(row.starts_at),
            ends_at: Timestamp(row.ends_at),
            approved: row.approved,
            revoked: row.revoked_at.is_some(),
            operator: OperatorId(row.operator),
            id: GrantId(row.id),
        });
    }
    Ok(stored)
}

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = grants!("order by id desc limit 1000");
    const ROLES: &str = roles!("order by r.grant_id desc, r.instance limit 1000");
    let known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    let (roles, unreadable) =
        store.read_or_refuse::<RoleRow>(on!(store, pool => sqlx::query_as(ROLES).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    refused.extend(unreadable.into_iter().chain(store.refusals(&roles)));
    Ok(refused)
}

/// Seals a grant as it stands, with its roles; false if it is gone.
pub async fn seal(store: &Store, id: &GrantId) -> sqlx::Result<bool> {
    const ROLES: &str = roles!("where r.grant_id = $1");
    let known = store.known().await?;
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(&id.0).fetch_optional(&mut *tx).await?);
        // Somebody at the server says so: what stands there is what is meant.
        let Some(row) = row else { unchanged!(tx, false) };
        seal_grant!(known, tx, row, known.newest_entry());
        let roles: Vec<RoleRow> = store.read(sqlx::query_as(ROLES).bind(&id.0).fetch_all(&mut *tx).await?);
        for role in roles {
            seal_role!(store, tx, &id.0, &role.instance);
        }
        tx.commit().await?;
        Ok(true)
    })
}

pub async fn by_id(store: &Store, keys: &Keys, id: &GrantId) -> sqlx::Result<Option<Grant>> {
    const SQL: &str = grants!("where id = $1");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&id.0).fetch_optional(pool).await?));
    known.held(row, |row| row.id == id.0).await?.map(|row| row.read(keys)).transpose()
}

/// What is in force for somebody now.
pub async fn running_of(store: &Store, operator: &OperatorId, now: Timestamp) -> sqlx::Result<Vec<Running>> {
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(RUNNING_OF)
        .bind(&operator.0).bind(now.0).fetch_all(pool).await?));
    let asked = |row: &Row| row.operator == operator.0 && row.runs_at(now);
    known.all_held(rows, asked).await?.into_iter().map(|row| row.running().map(|(_, running)| running)).collect()
}

/// What is in force now, for everybody.
pub async fn running(store: &Store, now: Timestamp) -> sqlx::Result<Vec<(OperatorId, Running)>> {
    const SQL: &str = grants!(
        "where approved = true and revoked_at is null and ended_at is null and starts_at <= $1 and ends_at > $1 \
         order by id limit 5000"
    );
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL).bind(now.0).fetch_all(pool).await?));
    known.all_held(rows, |row| row.runs_at(now)).await?.into_iter().map(Row::running).collect()
}

/// What is not over: to be decided, to come, running. Of one person, or (empty) of everybody.
pub async fn open(store: &Store, keys: &Keys, operator: &str, now: Timestamp) -> sqlx::Result<Vec<Grant>> {
    const SQL: &str = grants!(
        "where ends_at > $1 and revoked_at is null and ended_at is null and (approved is null or approved = true) \
         and ($2 = '' or operator = $2) order by starts_at, id limit 1000"
    );
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(operator).fetch_all(pool).await?));
    known
        .all_held(rows, |row| operator.is_empty() || row.operator == operator)
        .await?
        .into_iter()
        .map(|row| row.read(keys))
        .collect()
}

/// What is over, refused or revoked, newest first and below an id.
pub async fn closed(
    store: &Store,
    keys: &Keys,
    operator: &str,
    now: Timestamp,
    before: &str,
    limit: i64,
) -> sqlx::Result<Vec<Grant>> {
    const SQL: &str = grants!(
        "where (ends_at <= $1 or revoked_at is not null or approved = false) \
         and ($2 = '' or operator = $2) and ($3 = '' or id < $3) order by id desc limit $4"
    );
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(now.0).bind(operator).bind(before).bind(limit).fetch_all(pool).await?));
    known
        .all_held(rows, |row| operator.is_empty() || row.operator == operator)
        .await?
        .into_iter()
        .map(|row| row.read(keys))
        .collect()
}

/// What was in force for somebody at some moment of a span.
pub async fn in_force(
    store: &Store,
    keys: &Keys,
    operator: &OperatorId,
    from: Timestamp,
    to: Timestamp,
) -> sqlx::Result<Vec<Grant>> {
    const SQL: &str = grants!(
        "where operator = $1 and approved = true and starts_at < $3 and ends_at > $2 \
         and (revoked_at is null or (revoked_at > $2 and revoked_at > starts_at)) order by starts_at, id limit 200"
    );
    let known = store.known().await?;
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(from.0).bind(to.0).fetch_all(pool).await?));
    let asked = |row: &Row| row.operator == operator.0 && row.approved == Some(true);
    known.all_held(rows, asked).await?.into_iter().map(|row| row.read(keys)).collect()
}

/// Approves or refuses what is still to be decided; false where it is not, or where this person asked for it.
/// At the server itself (`at_server`) it is one person's word.
pub async fn decide(
    store: &Store,
    id: &GrantId,
    by: &OperatorId,
    at_server: bool,
    approved: bool,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const SQL: &str = "update grants set decided_by = $2, decided_at = $3, approved = $4 where id = $1 \
        and approved is null and revoked_at is null and ends_at > $3 and ($5 or (asked_by <> $2 and operator <> $2))";
    let becomes = |row: &mut Row| {
        (row.decided_by, row.decided_at, row.approved) = (Some(by.0.clone()), Some(now.0), Some(approved));
    };
    change!(store, &id.0, becomes, SQL, &by.0, now.0, approved, at_server)
}

pub(super) const REVOKE: &str = "update grants set revoked_by = $2, revoked_at = $3 where id = $1 \
    and revoked_at is null and ends_at > $3 and (approved is null or approved = true)";

/// Takes a grant back before its end; false where it is over, refused or revoked already.
pub async fn revoke(store: &Store, id: &GrantId, by: &OperatorId, now: Timestamp) -> sqlx::Result<bool> {
    let becomes = |row: &mut Row| (row.revoked_by, row.revoked_at) = (Some(by.0.clone()), Some(now.0));
    change!(store, &id.0, becomes, REVOKE, &by.0, now.0)
}

/// Grants whose beginning or end is to be recorded.
pub const DUE: Leases = Leases {
    table: "grants",
    key: "id",
    due: "approved = true and ended_at is null and ((started_at is null and revoked_at is null and starts_at <= $1) \
          or (started_at is not null and (ends_at <= $1 or revoked_at is not null)))",
    order: "id",
    time: 30 * SECOND,
    again: false,
};

/// Notes that a grant began; true once, and for whoever claimed it.
pub async fn set_started(store: &Store, id: &GrantId, process: &str, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = "update grants set started_at = $3 where id = $1 and lease = $2 and started_at is null \
        and ended_at is null and revoked_at is null and approved = true and starts_at <= $3";
    change!(store, &id.0, |row: &mut Row| row.started_at = Some(now.0), SQL, process, now.0)
}

/// Whether the deed of this entry wrote a grant; `None` where that cannot be said.
pub async fn written_by(store: &Store, id: &GrantId, entry: i64) -> sqlx::Result<Option<bool>> {
    const SQL: &str = grants!("where id = $1");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&id.0).fetch_optional(pool).await?));
    Ok(store.written_by(row.as_ref(), entry))
}

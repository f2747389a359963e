//! One-time links with which somebody chooses a new password: kept as keyed hashes, one a person.

use super::{
    Refusal, Store,
    mac::{self, Dated, Proof, Sealed},
    on,
    rights::Changes,
};
use crate::{
    clock::Timestamp,
    id::OperatorId,
    seal::{Field, Keys},
};

/// Whose password a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetLink {
    pub operator: OperatorId,
    /// Who made it; `None` where it was printed at the server.
    pub offered_by: Option<OperatorId>,
}

/// A link that is about to be stored.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    pub of: ResetLink,
    pub hash: &'a str,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub operator: String,
    pub hash: String,
    created_at: i64,
    expires_at: i64,
    offered_by: Option<String>,
    pub whose: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "reset_links";
    const WHAT: &'static str = "the link for a new password";

    fn called(&self) -> String {
        self.hash.chars().take(16).collect()
    }

    fn subject(&self, keys: &Keys) -> Option<String> {
        Some(mac::person(keys, &OperatorId(self.operator.clone())))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.operator).into(),
            (&self.hash).into(),
            self.created_at.into(),
            self.expires_at.into(),
            (&self.offered_by).into(),
            (&self.whose).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Dated for Row {
    /// That it was used or replaced, that its person's access changed, or that whoever made it got other rights.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        const OTHER_RIGHTS: [&str; 2] = ["disable_operator", "change_operator_role"];
        let used = changes.newest(self.proof.subject.as_deref()?, &["change_password", "reset_sign_in"]);
        let of = [self.proof.subject.as_deref(), self.whose.as_deref()].into_iter().flatten();
        of.filter_map(|subject| changes.newest(subject, &OTHER_RIGHTS)).chain(used).max()
    }

    fn is_made(&self, changes: &Changes) -> bool {
        self.proof.subject.as_deref().and_then(|subject| changes.newest(subject, &["reset_sign_in"])).is_some()
    }
}

/// The columns of a link with its proof.
macro_rules! columns {
    () => {
        "operator, hash, created_at, expires_at, offered_by, whose, mac, entry, subject"
    };
}

impl Row {
    pub(super) fn new(keys: &Keys, link: &NewLink<'_>) -> Self {
        Self {
            operator: link.of.operator.0.clone(),
            hash: link.hash.to_owned(),
            created_at: link.now.0,
            expires_at: link.expires_at.0,
            offered_by: link.of.offered_by.as_ref().map(|id| id.0.clone()),
            whose: link.of.offered_by.as_ref().map(|id| mac::person(keys, id)),
            proof: Proof::default(),
        }
    }
}

/// Puts a link in the place of the one before, within the transaction that takes the password away.
macro_rules! replace_link {
    ($known:ident, $tx:ident, $link:expr) => {{
        let link: &$crate::store::reset_links::NewLink<'_> = $link;
        let (keys, entry) = (&$known.store.keys, $known.entry_for(None));
        let row = $crate::store::reset_links::Row::new(keys, link);
        let subject = $crate::store::mac::person(keys, &link.of.operator);
        sqlx::query($crate::store::reset_links::REPLACE)
            .bind(&link.of.operator.0)
            .bind(link.hash)
            .bind(link.now.0)
            .bind(link.expires_at.0)
            .bind(link.of.offered_by.as_ref().map(|id| &id.0))
            .bind(&row.whose)
            .bind(&subject)
            .bind(entry)
            .bind($crate::store::mac::mac(keys, &row, entry))
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use replace_link;

pub(super) const REPLACE: &str = "insert into reset_links \
    (operator, hash, created_at, expires_at, offered_by, whose, subject, entry, mac) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (operator) do update set hash = excluded.hash, \
    created_at = excluded.created_at, expires_at = excluded.expires_at, offered_by = excluded.offered_by, \
    whose = excluded.whose, subject = excluded.subject, entry = excluded.entry, mac = excluded.mac";
pub(super) const USE: &str =
    concat!("delete from reset_links where operator = $1 and hash = $2 and expires_at > $3 returning ", columns!());

/// Whose a link is, without using it.
pub async fn read(store: &Store, hash: &str, now: Timestamp) -> sqlx::Result<Option<ResetLink>> {
    const SQL: &str = concat!("select ", columns!(), " from reset_links where hash = $1 and expires_at > $2");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(hash).bind(now.0).fetch_optional(pool).await?));
    Ok(known
        .held(row, |row| row.hash == hash && row.expires_at > now.0)
        .await?
        .map(|row| ResetLink { operator: OperatorId(row.operator), offered_by: row.offered_by.map(OperatorId) }))
}

/// Whether a link for somebody can still be opened.
pub async fn waits_for(store: &Store, operator: &OperatorId, now: Timestamp) -> sqlx::Result<bool> {
    const SQL: &str = concat!("select ", columns!(), " from reset_links where operator = $1 and expires_at > $2");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(&operator.0).bind(now.0).fetch_optional(pool).await?));
    Ok(known.held(row, |row| row.operator == operator.0 && row.expires_at > now.0).await?.is_some())
}

/// Takes back the links that somebody made, and the one that is for them.
pub(super) const DELETE_ALL_OF: &str = "delete from reset_links where operator = $1 or offered_by = $1";

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!("select ", columns!(), " from reset_links order by created_at desc, hash limit 1000");
    let known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    Ok(refused)
}

pub async fn delete_expired(store: &Store, now: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from reset_links where expires_at <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}

//! One-time links with which somebody chooses name and password.

use super::{
    Refusal, Store,
    fence::begin,
    mac::{self, Dated, Proof, Sealed},
    on,
    rights::Changes,
};
use crate::{
    access::Role,
    clock::Timestamp,
    id::OperatorId,
    seal::{Field, Keys},
};

/// What a link offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    pub role: Role,
    pub name: Option<String>,
    /// Who made it; `None` where it was printed at the server.
    pub offered_by: Option<OperatorId>,
    /// Who will come by it.
    pub person: OperatorId,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub hash: String,
    role: String,
    name: Option<String>,
    created_at: i64,
    expires_at: i64,
    offered_by: Option<String>,
    person: Option<String>,
    whose: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "setup_links";
    const WHAT: &'static str = "the set-up link";

    fn called(&self) -> String {
        self.hash.chars().take(16).collect()
    }

    /// That of who comes by it: the entry that they did says that it was used.
    fn subject(&self, keys: &Keys) -> Option<String> {
        self.person.clone().map(|person| mac::person(keys, &OperatorId(person)))
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.hash).into(),
            (&self.role).into(),
            (&self.name).into(),
            self.created_at.into(),
            self.expires_at.into(),
            (&self.offered_by).into(),
            (&self.person).into(),
            (&self.whose).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

fn from_row(row: Row) -> sqlx::Result<SetupLink> {
    let decode = |error: String| sqlx::Error::Decode(error.into());
    Ok(SetupLink {
        role: row.role.parse().map_err(decode)?,
        name: row.name,
        offered_by: row.offered_by.map(OperatorId),
        person: row.person.map(OperatorId).ok_or_else(|| decode("a link for nobody".to_owned()))?,
    })
}

impl Dated for Row {
    /// That it was used, or that whoever made it got other rights. A first owner is the first: what was printed for one is over
    /// with whoever was added.
    fn newest(&self, changes: &Changes) -> Option<i64> {
        if self.offered_by.is_none() {
            return changes.newest_of("add_operator");
        }
        const OTHER_RIGHTS: [&str; 2] = ["disable_operator", "change_operator_role"];
        let used = changes.newest(self.proof.subject.as_deref()?, &["add_operator"]);
        let of = [self.proof.subject.as_deref(), self.whose.as_deref()].into_iter().flatten();
        of.filter_map(|subject| changes.newest(subject, &OTHER_RIGHTS)).chain(used).max()
    }

    /// What it does is done with somebody's rights, which are asked for each time.
    fn is_made(&self, _changes: &Changes) -> bool {
        true
    }
}

/// The columns of a link with its proof.
macro_rules! columns {
    () => {
        "hash, role, name, created_at, expires_at, offered_by, person, whose, mac, entry, subject"
    };
}

pub async fn insert(
    store: &Store,
    hash: &str,
    link: &SetupLink,
    now: Timestamp,
    expires: Timestamp,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into setup_links \
        (hash, role, name, created_at, expires_at, offered_by, person, whose, subject, entry, mac) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let known = store.known().await?;
    let row = Row {
        hash: hash.to_owned(),
        role: link.role.name().to_owned(),
        name: link.name.clone(),
        created_at: now.0,
        expires_at: expires.0,
        offered_by: link.offered_by.as_ref().map(|id| id.0.clone()),
        person: Some(link.person.0.clone()),
        whose: link.offered_by.as_ref().map(|id| mac::person(&store.keys, id)),
        proof: Proof::default(),
    };
    let subject = mac::person(&store.keys, &link.person);
    let entry = known.entry_for(None);
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
        .bind(&row.hash)
        .bind(&row.role)
        .bind(&row.name)
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(&row.offered_by)
        .bind(&row.person)
        .bind(&row.whose)
        .bind(&subject)
        .bind(entry)
        .bind(mac::mac(&store.keys, &row, entry))
        .execute(&mut *tx).await?;
        tx.commit().await
    })
}

/// Takes back the links for a first owner: another one takes their place, or somebody is there.
pub async fn delete_first(store: &Store) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query(DELETE_FIRST)
        .execute(pool).await.map(|done| done.rows_affected()))
}

/// What a link offers, without using it.
pub async fn read(store: &Store, hash: &str, now: Timestamp) -> sqlx::Result<Option<SetupLink>> {
    const SQL: &str = concat!("select ", columns!(), " from setup_links where hash = $1 and expires_at > $2");
    let known = store.known().await?;
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL)
        .bind(hash).bind(now.0).fetch_optional(pool).await?));
    known.held(row, |row| row.hash == hash && row.expires_at > now.0).await?.map(from_row).transpose()
}

/// Uses a link up, within the transaction that adds whoever comes by it.
pub(super) const TAKE: &str =
    concat!("delete from setup_links where hash = $1 and expires_at > $2 returning ", columns!());
/// Takes back the links for a first owner, within the transaction that adds somebody.
pub(super) const DELETE_FIRST: &str = "delete from setup_links where offered_by is null";
/// Takes back every link that somebody made.
pub(super) const DELETE_ALL_OF: &str = "delete from setup_links where offered_by = $1";

pub(super) async fn refused(store: &Store) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!("select ", columns!(), " from setup_links order by created_at desc, hash limit 1000");
    let known = store.known().await?;
    let (rows, mut refused) =
        store.read_or_refuse::<Row>(on!(store, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
    refused.extend(known.refusals(&rows).await?);
    Ok(refused)
}

/// Ends links from before they were proved; how many.
pub async fn delete_unsealed(store: &Store) -> sqlx::Result<u64> {
    const SQL: &str = "delete from setup_links where mac is null";
    on!(store, pool => sqlx::query(SQL).execute(pool).await.map(|done| done.rows_affected()))
}

//! What the team writes down about accounts: sealed, and gone from here once withdrawn. The record keeps both. Each row is
//! proved as a whole: who wrote it about whom, when, and whether it was withdrawn.

use super::{
    Store, encode_error,
    fence::begin,
    mac::{self, Proof, Sealed, Undated, proved_table, without_entry},
    on,
    transaction::unchanged,
};
use crate::{
    clock::Timestamp,
    id::{AccountId, InstanceName, OperatorId},
    seal::{Field, Keys},
};

/// The newest so many are shown.
const MOST: i64 = 50;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: String,
    pub operator: OperatorId,
    /// `None` once it is withdrawn.
    pub text: Option<String>,
    pub created_at: Timestamp,
    pub withdrawn: Option<(Timestamp, OperatorId)>,
}

/// Whose a text is: it opens for nobody else's note, and about nobody else.
fn whose(id: &str, instance: &str, account: &str, operator: &str) -> String {
    format!("{id} {operator} {instance} {account}")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    instance: String,
    account: String,
    operator: String,
    sealed: Option<String>,
    created_at: i64,
    withdrawn_at: Option<i64>,
    withdrawn_by: Option<String>,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "account_notes";
    const WHAT: &'static str = "the note";

    fn called(&self) -> String {
        format!("{} about an account on {}", self.id, self.instance)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.id).into(),
            (&self.instance).into(),
            (&self.account).into(),
            (&self.operator).into(),
            (&self.sealed).into(),
            self.created_at.into(),
            (&self.withdrawn_at).into(),
            (&self.withdrawn_by).into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of a note with its proof.
macro_rules! columns {
    () => {
        concat!(
            "id, instance, account, operator, sealed, created_at, withdrawn_at, withdrawn_by, mac, ",
            without_entry!()
        )
    };
}

/// Keeps a note.
pub async fn insert(
    store: &Store,
    keys: &Keys,
    instance: &InstanceName,
    account: AccountId,
    note: &Note,
) -> sqlx::Result<()> {
    const SQL: &str = "insert into account_notes \
        (id, instance, account, operator, sealed, created_at, withdrawn_at, withdrawn_by, mac) \
        values ($1, $2, $3, $4, $5, $6, null, null, $7)";
    let whose = whose(&note.id, instance.as_str(), &account.to_string(), &note.operator.0);
    let sealed = note
        .text
        .as_deref()
        .map(|text| keys.seal_text("account note", &whose, text))
        .transpose()
        .map_err(encode_error)?;
    let row = Row {
        id: note.id.clone(),
        instance: instance.as_str().to_owned(),
        account: account.to_string(),
        operator: note.operator.0.clone(),
        sealed,
        created_at: note.created_at.0,
        withdrawn_at: None,
        withdrawn_by: None,
        proof: Proof::default(),
    };
    let mac = mac::mac(keys, &row, 0);
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        sqlx::query(SQL)
            .bind(&row.id).bind(&row.instance).bind(&row.account).bind(&row.operator).bind(&row.sealed)
            .bind(row.created_at).bind(&mac).execute(&mut *tx).await?;
        tx.commit().await
    })
}

/// Takes a note's text away; false if it was withdrawn already, is about somebody else, or does not hold.
pub async fn withdraw(
    store: &Store,
    instance: &InstanceName,
    account: AccountId,
    id: &str,
    by: &OperatorId,
    now: Timestamp,
) -> sqlx::Result<bool> {
    const LOCK: &str = concat!("update account_notes set mac = mac where id = $1 returning ", columns!());
    const SQL: &str =
        "update account_notes set sealed = null, withdrawn_at = $2, withdrawn_by = $3, mac = $4 where id = $1";
    let asked = |row: &Row| row.id == id && row.instance == instance.as_str() && row.account == account.to_string();
    on!(store, pool => {
        let mut tx = begin!(store, pool);
        let row: Option<Row> = store.read_one(sqlx::query_as(LOCK).bind(id).fetch_optional(&mut *tx).await?);
        let row = row.filter(|row| asked(row) && store.holds(row, true) && row.withdrawn_at.is_none());
        let Some(row) = row else { unchanged!(tx, false) };
        let row = Row { sealed: None, withdrawn_at: Some(now.0), withdrawn_by: Some(by.0.clone()), ..row };
        sqlx::query(SQL)
            .bind(id).bind(now.0).bind(&by.0).bind(mac::mac(&store.keys, &row, 0)).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    })
}

fn from_row(keys: &Keys, row: Row) -> Note {
    let whose = whose(&row.id, &row.instance, &row.account, &row.operator);
    Note {
        text: row.sealed.and_then(|sealed| keys.open_text("account note", &whose, &sealed)),
        operator: OperatorId(row.operator),
        created_at: Timestamp(row.created_at),
        withdrawn: row.withdrawn_at.map(Timestamp).zip(row.withdrawn_by.map(OperatorId)),
        id: row.id,
    }
}

/// The notes about an account, newest first.
pub async fn about(store: &Store, keys: &Keys, instance: &InstanceName, account: AccountId) -> sqlx::Result<Vec<Note>> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from account_notes where instance = $1 and account = $2 order by created_at desc, id desc limit $3"
    );
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(account.to_string()).bind(MOST).fetch_all(pool).await?));
    let asked = |row: &Row| row.instance == instance.as_str() && row.account == account.to_string();
    Ok(rows.into_iter().filter(|row| store.holds(row, asked(row))).map(|row| from_row(keys, row)).collect())
}

/// One note.
pub async fn by_id(store: &Store, keys: &Keys, id: &str) -> sqlx::Result<Option<Note>> {
    const SQL: &str = concat!("select ", columns!(), " from account_notes where id = $1");
    let row: Option<Row> = store.read_one(on!(store, pool => sqlx::query_as(SQL).bind(id).fetch_optional(pool).await?));
    Ok(row.filter(|row| store.holds(row, row.id == id)).map(|row| from_row(keys, row)))
}

proved_table!(Row, "account_notes", columns!(), "id desc", "id = $2", |row| &row.id);

/// Binds the texts of before to whose they are.
pub async fn seal_former(store: &Store, keys: &Keys) -> sqlx::Result<()> {
    const ALL: &str = "select id, operator, sealed, instance, account from account_notes where sealed is not null";
    const SEAL: &str = "update account_notes set sealed = $2 where id = $1";
    let all: Vec<(String, String, String, String, String)> =
        store.read(on!(store, pool => sqlx::query_as(ALL).fetch_all(pool).await?));
    for (id, operator, sealed, instance, account) in all {
        let Some(text) = keys.open_text("account note", &id, &sealed) else { continue };
        let whose = whose(&id, &instance, &account, &operator);
        let sealed = keys.seal_text("account note", &whose, &text).map_err(encode_error)?;
        on!(store, pool => sqlx::query(SEAL).bind(&id).bind(&sealed).execute(pool).await.map(|_| ())?);
    }
    Ok(())
}

//! What is remembered of people who were refused, because Mastodon deletes them at once: keyed hashes, and the entry of the
//! record that says who refused them, when and why. Nothing of it can be read back. Each row is proved.

use super::{
    Store,
    mac::{self, Proof, Sealed, Undated, proved_table, without_entry},
    on,
};
use crate::{
    clock::{DAY, Timestamp},
    id::InstanceName,
    seal::{Field, Keys},
};

/// How long a refusal is remembered.
pub const REMEMBERED: i64 = 180 * DAY;

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The entry of the deed in the ledger.
    pub intent: i64,
    pub mail: String,
    pub address: Option<String>,
    /// The words they gave, as far as they say anything.
    pub words: Option<String>,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    instance: String,
    intent: i64,
    mail: String,
    address: Option<String>,
    words: Option<String>,
    at: i64,
    until: i64,
    #[sqlx(flatten)]
    proof: Proof,
}

impl Sealed for Row {
    const TABLE: &'static str = "refusals";
    const WHAT: &'static str = "the rejected sign-up";

    fn called(&self) -> String {
        format!("of entry {} on {}", self.intent, self.instance)
    }

    fn subject(&self, _: &Keys) -> Option<String> {
        None
    }

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            (&self.instance).into(),
            self.intent.into(),
            (&self.mail).into(),
            (&self.address).into(),
            (&self.words).into(),
            self.at.into(),
            self.until.into(),
        ]
    }

    fn proof(&self) -> &Proof {
        &self.proof
    }
}

impl Undated for Row {}

/// The columns of a refusal with its proof.
macro_rules! columns {
    () => {
        concat!("instance, intent, mail, address, words, at, until, mac, ", without_entry!())
    };
}

/// Remembers a refusal; a second time is the same.
pub async fn remember(store: &Store, instance: &InstanceName, refusal: &Refusal) -> sqlx::Result<()> {
    const SQL: &str = "insert into refusals (instance, intent, mail, address, words, at, until, mac) \
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (instance, intent) do nothing";
    let row = Row {
        instance: instance.as_str().to_owned(),
        intent: refusal.intent,
        mail: refusal.mail.clone(),
        address: refusal.address.clone(),
        words: refusal.words.clone(),
        at: refusal.at.0,
        until: refusal.at.plus(REMEMBERED).0,
        proof: Proof::default(),
    };
    on!(store, pool => sqlx::query(SQL)
        .bind(&row.instance).bind(row.intent).bind(&row.mail).bind(&row.address).bind(&row.words)
        .bind(row.at).bind(row.until).bind(mac::mac(&store.keys, &row, 0))
        .execute(pool).await.map(|_| ()))
}

/// The newest refusals that are still remembered.
pub async fn list(store: &Store, instance: &InstanceName, now: Timestamp) -> sqlx::Result<Vec<Refusal>> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from refusals where instance = $1 and until > $2 order by at desc, intent desc limit 20000"
    );
    let rows: Vec<Row> = store.read(on!(store, pool => sqlx::query_as(SQL)
        .bind(instance.as_str()).bind(now.0).fetch_all(pool).await?));
    let asked = |row: &Row| row.instance == instance.as_str() && row.until > now.0;
    let held = rows.into_iter().filter(|row| store.holds(row, asked(row)));
    Ok(held
        .map(|row| Refusal {
            intent: row.intent,
            mail: row.mail,
            address: row.address,
            words: row.words,
            at: Timestamp(row.at),
        })
        .collect())
}

proved_table!(
    Row,
    "refusals",
    columns!(),
    "at desc, intent desc",
    "instance = $2 and intent = $3",
    |row| &row.instance,
    row.intent
);

pub async fn delete_expired(store: &Store, now: Timestamp) -> sqlx::Result<u64> {
    on!(store, pool => sqlx::query("delete from refusals where until <= $1")
        .bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
}

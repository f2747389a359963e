//! Whether a store is of a version before rows and head were sealed, and still to be sealed, or of one before what was kept
//! of instances, or each deed of a batch, or what is kept beside them, was proved: known from the migration that brought it up to date, and kept under a
//! MAC until it is done. A seal that is missing otherwise was taken away.

use super::{
    Store, migrations, on,
    rights::{DEEDS_PROVED, KEPT_PROVED, SNAPSHOTS_PROVED},
};
use std::collections::BTreeSet;

/// The migration since which the head has a seal, `migrations/0025_head.sql`.
const SINCE: i64 = 25;

/// What a note of something that is still to be done is made for.
const SEALING: &str = "sealing due";
const PROVING: &str = "proving due";
const DEEDS: &str = "deeds due";
const KEPT: &str = "kept due";

/// How many entries there were, and the hash of the last one.
const LAST: &str = "select idx, hash from ledger_entries order by idx desc limit 1";

impl Store {
    /// Whether it has tables, and none of a version that seals.
    pub(super) async fn is_of_before_seals(&self) -> sqlx::Result<bool> {
        self.is_of_before(SINCE).await
    }

    async fn has_migrations(&self) -> sqlx::Result<bool> {
        const SQLITE: &str = "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'";
        // Asked before it is known what would run with it: nothing that somebody else made fits any of this better.
        const POSTGRES: &str = "select c.relkind operator(pg_catalog.=) 'r' and not c.relrowsecurity and not c.relhasrules \
            from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('_sqlx_migrations')::pg_catalog.oid";
        match &self.driver {
            super::Driver::Sqlite(pool) => {
                let there: i64 = sqlx::query_scalar(SQLITE).fetch_one(pool).await?;
                Ok(there > 0)
            }
            // What a view, a rule or a policy calls runs for whoever reads it.
            super::Driver::Postgres(pool) => match sqlx::query_scalar(POSTGRES).fetch_optional(pool).await? {
                Some(false) => Err(sqlx::Error::Protocol(
                    "_sqlx_migrations is no table that the console made: find out who made it, and drop it".to_owned(),
                )),
                there => Ok(there.is_some()),
            },
        }
    }

    /// Whether it has tables, and a migration was not made there yet.
    pub(super) async fn is_of_before(&self, migration: i64) -> sqlx::Result<bool> {
        const DONE: &str = "select count(*), count(*) filter (where version = $1) from _sqlx_migrations";
        if !self.has_migrations().await? {
            return Ok(false);
        }
        let (all, since): (i64, i64) = on!(self, pool => sqlx::query_as(DONE).bind(migration).fetch_one(pool).await?);
        Ok(all > 0 && since == 0)
    }

    /// The newest migration that was made there and that this version knows nothing of.
    pub(super) async fn newer(&self) -> sqlx::Result<Option<i64>> {
        const DONE: &str = "select version from _sqlx_migrations order by version desc";
        if !self.has_migrations().await? {
            return Ok(None);
        }
        let done: Vec<i64> = on!(self, pool => sqlx::query_scalar(DONE).fetch_all(pool).await?);
        let known: BTreeSet<i64> = migrations().iter().flat_map(|all| all.iter().map(|one| one.version)).collect();
        Ok(done.into_iter().find(|version| !known.contains(version)))
    }

    /// Whether a migration of this version was not made there yet.
    pub(super) async fn is_behind(&self) -> sqlx::Result<bool> {
        const DONE: &str = "select version from _sqlx_migrations";
        if !self.has_migrations().await? {
            return Ok(true);
        }
        let done: Vec<i64> = on!(self, pool => sqlx::query_scalar(DONE).fetch_all(pool).await?);
        let [shared, sqlite, postgres] = migrations();
        let own = match &self.driver {
            super::Driver::Sqlite(_) => sqlite,
            super::Driver::Postgres(_) => postgres,
        };
        Ok(shared.iter().chain(own.iter()).any(|migration| !done.contains(&migration.version)))
    }

    /// The migration of the head was once written without “if not exists”, which makes the same tables: a store that it brought
    /// up to date then is taken for what it is. Any other difference is refused, as always.
    pub(super) async fn take_former_words(&self) -> sqlx::Result<()> {
        const SQL: &str = "update _sqlx_migrations set checksum = $3 where version = $1 and checksum = $2";
        const FORMER: [u8; 48] = [
            0x04, 0x7a, 0x7a, 0x53, 0x82, 0x04, 0x32, 0x27, 0x30, 0xa5, 0x8f, 0x0c, 0x1b, 0x4a, 0x39, 0x9e, 0x44, 0x6e,
            0x90, 0x04, 0x16, 0x41, 0x3b, 0x11, 0xc4, 0x77, 0x3f, 0x88, 0xff, 0x0c, 0xbb, 0xa5, 0xa6, 0x2e, 0xbc, 0x07,
            0x6a, 0xae, 0xe7, 0xd3, 0x04, 0x22, 0x39, 0xd9, 0x63, 0x59, 0xad, 0xcb,
        ];
        let [shared, ..] = migrations();
        let now = shared.iter().find(|migration| migration.version == SINCE);
        let Some(now) = now else { return Ok(()) };
        if self.has_migrations().await? {
            on!(self, pool => sqlx::query(SQL)
                .bind(SINCE).bind(&FORMER[..]).bind(&*now.checksum).execute(pool).await.map(|_| ())?);
        }
        Ok(())
    }

    fn owed(&self, what: &str, idx: i64, hash: &str) -> String {
        self.keys.hash(what, format!("{idx}\n{hash}").as_bytes())
    }

    /// Notes that this store, as it stands, is still to be sealed.
    pub async fn sealing_becomes_due(&self) -> sqlx::Result<()> {
        self.becomes_due(SEALING).await
    }

    /// Notes that what this store has kept of instances, as it stands, is still to be proved.
    ///
    /// # Errors
    /// The driver's.
    pub async fn proving_becomes_due(&self) -> sqlx::Result<()> {
        self.becomes_due(PROVING).await
    }

    /// Notes that the deeds of this store's batches, as it stands, are still to be proved.
    pub(super) async fn deeds_become_due(&self) -> sqlx::Result<()> {
        self.becomes_due(DEEDS).await
    }

    /// Whether the deeds of this store's batches are of before each was proved, and still to be: once the record says that it was
    /// done, whoever kept the note of it and puts it back is not believed.
    pub(super) async fn deeds_are_due(&self) -> sqlx::Result<bool> {
        self.still_due(DEEDS, DEEDS_PROVED).await
    }

    /// They are proved.
    ///
    /// # Errors
    /// The driver's.
    pub async fn deeds_are_done(&self) -> sqlx::Result<()> {
        self.done(DEEDS).await
    }

    /// Notes that what is kept beside rights and work, as it stands, is still to be proved.
    pub(super) async fn kept_becomes_due(&self) -> sqlx::Result<()> {
        self.becomes_due(KEPT).await
    }

    /// Whether it is of before it was proved, and still to be: once the record says that it was done, whoever kept the note of it
    /// and puts it back is not believed.
    pub(super) async fn kept_is_due(&self) -> sqlx::Result<bool> {
        self.still_due(KEPT, KEPT_PROVED).await
    }

    /// It is proved.
    ///
    /// # Errors
    /// The driver's.
    pub async fn kept_is_done(&self) -> sqlx::Result<()> {
        self.done(KEPT).await
    }

    async fn becomes_due(&self, what: &str) -> sqlx::Result<()> {
        // Before the migration that makes it for everybody: a start that ends in between must not lose it.
        const TABLE: &str = "create table if not exists sealing_due (idx bigint not null, mac text not null)";
        const SQL: &str = "insert into sealing_due (idx, mac) values ($1, $2)";
        on!(self, pool => sqlx::query(TABLE).execute(pool).await.map(|_| ())?);
        let last: Option<(i64, String)> = on!(self, pool => sqlx::query_as(LAST).fetch_optional(pool).await?);
        let (idx, hash) = last.unwrap_or((-1, String::new()));
        let mac = self.owed(what, idx, &hash);
        on!(self, pool => sqlx::query(SQL).bind(idx).bind(mac).execute(pool).await.map(|_| ()))
    }

    /// Whether this store is one that is still to be sealed: its last entry of then is still what it was.
    pub async fn sealing_is_due(&self) -> sqlx::Result<bool> {
        Ok(!self.due(SEALING).await?.is_empty())
    }

    /// Whether what this store has kept of instances is of before it was proved, and still to be: once the record says that it
    /// was done, whoever kept the note of it and puts it back is not believed.
    ///
    /// # Errors
    /// The driver's.
    pub(super) async fn proving_is_due(&self) -> sqlx::Result<bool> {
        self.still_due(PROVING, SNAPSHOTS_PROVED).await
    }

    /// Whether a note says that something is still to be done, and no entry that it was.
    async fn still_due(&self, what: &str, done: &str) -> sqlx::Result<bool> {
        if self.due(what).await?.is_empty() {
            return Ok(false);
        }
        match self.ever(done).await? {
            Some(done) => Ok(!done),
            // Its head has no seal yet.
            None => self.sealing_is_due().await,
        }
    }

    /// The MACs of the notes that hold.
    async fn due(&self, what: &str) -> sqlx::Result<Vec<String>> {
        const SQL: &str = "select d.idx, coalesce(e.hash, ''), d.mac from sealing_due d \
            left join ledger_entries e on e.idx = d.idx";
        let due: Vec<(i64, String, String)> = self.read(on!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await?));
        let held = due.into_iter().filter(|(idx, hash, mac)| *mac == self.owed(what, *idx, hash));
        Ok(held.map(|(.., mac)| mac).collect())
    }

    /// It is sealed.
    pub async fn sealing_is_done(&self) -> sqlx::Result<()> {
        self.done(SEALING).await
    }

    /// What it has kept of instances is proved.
    ///
    /// # Errors
    /// The driver's.
    pub async fn proving_is_done(&self) -> sqlx::Result<()> {
        self.done(PROVING).await
    }

    async fn done(&self, what: &str) -> sqlx::Result<()> {
        for mac in self.due(what).await? {
            on!(self, pool =>
                sqlx::query("delete from sealing_due where mac = $1").bind(&mac).execute(pool).await.map(|_| ())?);
        }
        Ok(())
    }

    /// Whether a row has a MAC at all: where one has, the store was sealed.
    pub async fn any_sealed(&self) -> sqlx::Result<bool> {
        const SQL: &str = "select (select count(*) from operators where mac is not null) \
            + (select count(*) from grants where mac is not null) \
            + (select count(*) from linked_accounts where mac is not null) \
            + (select count(*) from web_sessions where mac is not null) \
            + (select count(*) from batches where mac is not null)";
        let sealed: i64 = on!(self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await?);
        Ok(sealed > 0)
    }
}

//! What runs in the store and is not the console's: triggers, rules, policies, views and generated columns on its tables. Whoever
//! holds the store can so change what is written between two statements of ours; under it nothing is begun.

use super::{Driver, Store, migrations};
use sqlx::migrate::Migrator;
use std::{collections::BTreeSet, sync::LazyLock};

/// What runs: what it is called, the table, and its text.
pub type Running = (String, String, String);

/// On SQLite (its own table of what there is).
pub const ON_SQLITE: &str =
    "select 'the trigger ' || name, tbl_name, coalesce(sql, '') from sqlite_master where type in ('trigger', 'view')";
/// On PostgreSQL (system catalogues, of the schema that is first on the path).
pub const ON_POSTGRES: &str = "\
    select 'the trigger ' || t.tgname, c.relname::text, t.tgname || ' ' || p.proname || ' ' || p.prosrc \
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid \
    where not t.tgisinternal and c.relnamespace = current_schema()::text::regnamespace \
    union all select 'the rule ' || r.rulename, c.relname::text, '' from pg_rewrite r join pg_class c on c.oid = r.ev_class \
    where c.relnamespace = current_schema()::text::regnamespace \
    union all select 'the policy ' || o.polname, c.relname::text, '' from pg_policy o join pg_class c on c.oid = o.polrelid \
    where c.relnamespace = current_schema()::text::regnamespace \
    union all select 'the generated column ' || a.attname, c.relname::text, '' \
    from pg_attribute a join pg_class c on c.oid = a.attrelid \
    where a.attgenerated <> '' and c.relnamespace = current_schema()::text::regnamespace";

fn texts(shared: &Migrator, own: &Migrator) -> Vec<String> {
    shared.iter().chain(own.iter()).map(|migration| migration.sql.as_str().to_owned()).collect()
}

static OF_SQLITE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let [shared, sqlite, _] = migrations();
    texts(&shared, &sqlite)
});
static OF_POSTGRES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let [shared, _, postgres] = migrations();
    texts(&shared, &postgres)
});
/// The tables of the console: others may share a schema with them.
static TABLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let made = |text: &String| -> Vec<String> {
        let names = text.split("create table ").skip(1).filter_map(|rest| {
            let rest = rest.strip_prefix("if not exists ").unwrap_or(rest);
            rest.split([' ', '(']).next().map(str::to_owned)
        });
        names.collect()
    };
    OF_SQLITE.iter().flat_map(made).collect()
});

/// Whether a migration of ours made a trigger of this text on SQLite, which keeps it as it was written.
fn is_ours_on_sqlite(text: &str) -> bool {
    // It puts the names of tables in quotes where one was renamed.
    let text = text.replace('"', "");
    text.strip_prefix("CREATE TRIGGER ").is_some_and(|text| OF_SQLITE.iter().any(|own| own.contains(text)))
}

/// The same on PostgreSQL: by the trigger's name, table and function, and by what the function does.
fn is_ours_on_postgres(table: &str, text: &str) -> bool {
    let mut parts = text.splitn(3, ' ');
    let (Some(name), Some(function), Some(does)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let made = |own: &String| {
        own.lines().any(|line| {
            line.strip_prefix("create trigger ").and_then(|line| line.strip_prefix(name)).is_some_and(|line| {
                line.starts_with(' ')
                    && line.contains(&format!(" on {table} "))
                    && line.ends_with(&format!(" execute function {function}();"))
            })
        })
    };
    OF_POSTGRES.iter().any(made) && OF_POSTGRES.iter().any(|own| own.contains(does))
}

impl Driver {
    /// The first of what runs on the console's tables and is not its own, in words.
    pub(crate) fn foreign(&self, running: &[Running]) -> Option<String> {
        let foreign = running.iter().find(|(_, table, text)| {
            TABLES.contains(table)
                && match self {
                    Self::Sqlite(_) => !is_ours_on_sqlite(text),
                    Self::Postgres(_) => !is_ours_on_postgres(table, text),
                }
        });
        foreign.map(|(what, table, _)| {
            format!("{what} on {table} is not the console’s: whoever made it can change what is written; drop it first")
        })
    }
}

impl Store {
    /// What runs on the console's tables and is not its own, in words.
    pub async fn foreign(&self) -> sqlx::Result<Option<String>> {
        let running: Vec<Running> = match &self.driver {
            Driver::Sqlite(pool) => sqlx::query_as(ON_SQLITE).fetch_all(pool).await?,
            Driver::Postgres(pool) => sqlx::query_as(ON_POSTGRES).fetch_all(pool).await?,
        };
        Ok(self.driver.foreign(&running))
    }
}

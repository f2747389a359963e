//! What runs in the store and is not the console's: triggers, rules, policies, views and generated columns on its tables, and
//! what runs by the way with every row that is written (checks, defaults, indexes and types that call something). Whoever holds
//! the store can so change what is written between two statements of ours; under it nothing is begun.

use super::{Driver, Store, migrations};
use sqlx::migrate::Migrator;
use std::{collections::BTreeSet, sync::LazyLock};

/// What runs: what it is called, the table, and its text.
pub type Running = (String, String, String);

/// On SQLite (its own table of what there is). A trigger's table stands there as it was written.
pub const ON_SQLITE: &str = "select 'the trigger ' || name, lower(tbl_name), coalesce(sql, '') from sqlite_master \
    where type in ('trigger', 'view')";
/// On PostgreSQL (system catalogues), on the tables that a name alone leads to: another schema may come first on the path.
/// Beside what is made to run there is what runs by the way: a check, a default, an expression or a condition of an index
/// that calls a function, and whatever there hangs on a function, an operator or a type that somebody made; these have
/// numbers from 16384 on (`FirstNormalObjectId` in `access/transam.h`).
pub const ON_POSTGRES: &str = "\
    with ours as materialized (select oid, relname::text as name from pg_class where relkind in ('r', 'p', 'v', 'f') \
    and relnamespace <> 'pg_catalog'::regnamespace and pg_table_is_visible(oid)), \
    parts as materialized ( \
    select 'pg_constraint'::regclass::oid as class, k.oid, 'the constraint ' || k.conname as what, o.name, \
    pg_get_constraintdef(k.oid) as text from ours o join pg_constraint k on k.conrelid = o.oid where k.contype = 'c' \
    union all select 'pg_attrdef'::regclass::oid, d.oid, 'the default of ' || a.attname, o.name, \
    pg_get_expr(d.adbin, d.adrelid) from ours o join pg_attrdef d on d.adrelid = o.oid \
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum \
    union all select 'pg_class'::regclass::oid, i.indexrelid, 'the index ' || i.indexrelid::regclass, o.name, \
    coalesce(pg_get_expr(i.indexprs, i.indrelid), '') || coalesce(pg_get_expr(i.indpred, i.indrelid), '') \
    from ours o join pg_index i on i.indrelid = o.oid \
    union all select 'pg_class'::regclass::oid, o.oid, 'the type of a column', o.name, '' from ours o) \
    select 'the trigger ' || t.tgname, o.name, t.tgname || ' ' || p.proname || ' ' || p.prosrc \
    from ours o join pg_trigger t on t.tgrelid = o.oid join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal \
    union all select 'the rule ' || r.rulename, o.name, '' from ours o join pg_rewrite r on r.ev_class = o.oid \
    union all select 'the policy ' || y.polname, o.name, '' from ours o join pg_policy y on y.polrelid = o.oid \
    union all select 'the generated column ' || a.attname, o.name, '' \
    from ours o join pg_attribute a on a.attrelid = o.oid where a.attgenerated <> '' \
    union all select c.what, c.name, '' from parts c where c.text ~ '[[:alnum:]_\"][(]' \
    or exists (select from pg_depend d where d.classid = c.class and d.objid = c.oid and d.refobjid >= 16384 and d.refclassid in \
    ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass))";

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

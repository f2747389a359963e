//! What runs in the store and is not the console's: triggers, rules, policies, views and generated columns on its tables, what
//! runs by the way with every row that is written (checks, defaults, indexes and types that call something), tables that
//! inherit from ours, and operators, functions and casts that PostgreSQL takes for its own ones; and what should be there and
//! is not: keys, constraints and indexes. Whoever holds the store can so change what is written between two statements of ours,
//! or what they mean; under it nothing is begun.

use super::{Driver, Store, StoreError, migrations};
use sqlx::{migrate::Migrator, sqlite::SqlitePoolOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};
use tokio::sync::OnceCell;

/// What there is: what it is called, the table, and its text. With an empty name, a part of a table that is to be there.
pub type Running = (String, String, String);

/// On SQLite (its own table of what there is). A trigger's table stands there as it was written. What it makes itself for a
/// key is in the text of the table.
pub const ON_SQLITE: &str = "select 'the ' || type || ' ' || name, lower(tbl_name), coalesce(sql, '') from sqlite_master \
    where substr(name, 1, 17) <> 'sqlite_autoindex_'";
/// On PostgreSQL (system catalogues), on the tables that a name alone leads to: another schema may come first on the path.
/// Beside what is made to run there is what runs by the way: a check, a default, an expression or a condition of an index
/// that calls a function, and whatever there hangs on a function, an operator or a type that somebody made; these have
/// numbers from 16384 on (`FirstNormalObjectId` in `access/transam.h`).
///
/// Of what somebody made, in whatever schema, our own statements run what PostgreSQL finds more fitting than its own (chapter
/// “Type Conversion” of its manual): operators that we use between types of its own (those between arrays we use none of),
/// functions called as its own are, and casts. An extension brings `gen_random_uuid`, which we do not call (`pgcrypto`).
pub const ON_POSTGRES: &str = "\
    with ours as materialized (select c.oid, c.relname::text as name, c.relkind, n.nspname::text as schema \
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'f', 'm') \
    and c.relnamespace <> 'pg_catalog'::regnamespace and pg_table_is_visible(c.oid)), \
    parts as materialized ( \
    select 'pg_constraint'::regclass::oid as class, k.oid, 'the constraint ' || k.conname as what, o.name, \
    pg_get_constraintdef(k.oid) as text from ours o join pg_constraint k on k.conrelid = o.oid where k.contype = 'c' \
    union all select 'pg_attrdef'::regclass::oid, d.oid, 'the default of ' || a.attname, o.name, \
    pg_get_expr(d.adbin, d.adrelid) from ours o join pg_attrdef d on d.adrelid = o.oid \
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum \
    union all select 'pg_class'::regclass::oid, i.indexrelid, 'the index ' || i.indexrelid::regclass, o.name, \
    coalesce(pg_get_expr(i.indexprs, i.indrelid), '') || coalesce(pg_get_expr(i.indpred, i.indrelid), '') \
    from ours o join pg_index i on i.indrelid = o.oid \
    union all select 'pg_class'::regclass::oid, o.oid, 'the type of a column', o.name, '' from ours o), \
    its_own as materialized (select oid from pg_type where oid < 16384 and typcategory <> 'A') \
    select 'the trigger ' || t.tgname, o.name, t.tgname || ' ' || p.proname || ' ' || p.prosrc \
    from ours o join pg_trigger t on t.tgrelid = o.oid join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal \
    union all select 'the rule ' || r.rulename, o.name, '' from ours o join pg_rewrite r on r.ev_class = o.oid \
    union all select 'the policy ' || y.polname, o.name, '' from ours o join pg_policy y on y.polrelid = o.oid \
    union all select 'the generated column ' || a.attname, o.name, '' \
    from ours o join pg_attribute a on a.attrelid = o.oid where a.attgenerated <> '' \
    union all select c.what, c.name, '' from parts c where c.text ~ '[[:alnum:]_\"][(]' \
    or exists (select from pg_depend d where d.classid = c.class and d.objid = c.oid and d.refobjid >= 16384 and d.refclassid in \
    ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass)) \
    union all select 'something else than a table', o.name, '' from ours o where o.relkind <> 'r' \
    union all select 'the table ' || h.inhrelid::regclass || ', which inherits,', o.name, '' \
    from ours o join pg_inherits h on h.inhparent = o.oid \
    union all select 'the table ' || h.inhparent::regclass || ', inherited from,', o.name, '' \
    from ours o join pg_inherits h on h.inhrelid = o.oid \
    union all select 'the operator ' || p.oid::regoperator, '', '' from pg_operator p where p.oid >= 16384 \
    and p.oprname in ('=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', '~', '!~', '~~', '!~~', '->', '->>', '&') \
    and (p.oprleft = 0 or p.oprleft in (select oid from its_own)) \
    and (p.oprright = 0 or p.oprright in (select oid from its_own)) \
    union all select 'the function ' || p.oid::regprocedure, '', '' from pg_proc p where p.oid >= 16384 \
    and p.proname <> 'gen_random_uuid' \
    and exists (select from pg_proc q where q.proname = p.proname and q.oid < 16384) \
    and not exists (select from unnest(p.proargtypes) t (oid) where t.oid >= 16384) \
    union all select 'the cast from ' || format_type(t.castsource, null) || ' to ' || format_type(t.casttarget, null), '', '' \
    from pg_cast t where t.oid >= 16384 and t.castsource < 16384 and t.casttarget < 16384 \
    union all select 'the setting session_replication_role', '', '' where current_setting('session_replication_role') <> 'origin' \
    union all select '', o.name, 'columns ' || string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || \
    case when a.attnotnull then ' not null' else '' end, ', ' order by a.attname collate \"C\") \
    from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped group by o.name \
    union all select '', o.name, 'the constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) \
    from ours o join pg_constraint k on k.conrelid = o.oid and k.contype in ('p', 'u', 'f', 'c') \
    union all select '', o.name, 'the index ' || i.relname || ' ' || \
    replace(pg_get_indexdef(i.oid), quote_ident(o.schema) || '.', '') from ours o \
    join pg_index x on x.indrelid = o.oid and x.indisvalid and x.indisready join pg_class i on i.oid = x.indexrelid";

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

/// What the migrations make on SQLite, as the engine itself has it then: the text of each by what it is called.
static MADE_ON_SQLITE: OnceCell<BTreeMap<(String, String), String>> = OnceCell::const_new();
/// The columns, keys, constraints and indexes they make on PostgreSQL, as its catalogues say them, each after its table. A test
/// compares it with a new store.
const MADE_ON_POSTGRES: &str = include_str!("made_on_postgres.txt");

/// Makes the tables of SQLite in memory, once, to know what they are like.
pub(super) async fn prepare() -> Result<(), StoreError> {
    let made = async || {
        let memory = |error| StoreError::Open("a store in memory".to_owned(), error);
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.map_err(memory)?;
        let [mut shared, mut sqlite, _] = migrations();
        for of_one in [&mut shared, &mut sqlite] {
            of_one.set_ignore_missing(true);
            of_one.run(&pool).await?;
        }
        let rows: Vec<Running> = sqlx::query_as(ON_SQLITE).fetch_all(&pool).await.map_err(memory)?;
        pool.close().await;
        let known = rows.into_iter().map(|(what, table, text)| ((table, what), tidied(&text)));
        Ok::<_, StoreError>(known.collect::<BTreeMap<_, _>>())
    };
    MADE_ON_SQLITE.get_or_try_init(made).await.map(|_| ())
}

/// A statement without what means nothing: spaces and line ends, as far as they part no words, and the quotes that SQLite puts
/// around names where one was changed. What stands in a text stays as it is.
fn tidied(text: &str) -> String {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '\'';
    let mut tidied = String::with_capacity(text.len());
    let (mut quoted, mut apart) = (false, false);
    // A comment goes to the end of its line.
    for line in text.lines() {
        let mut rest = line.chars().peekable();
        while let Some(letter) = rest.next() {
            match letter {
                _ if quoted => {
                    quoted = letter != '\'';
                    tidied.push(letter);
                    continue;
                }
                '-' if rest.peek() == Some(&'-') => break,
                '"' => continue,
                letter if letter.is_whitespace() => {
                    apart = true;
                    continue;
                }
                _ => {}
            }
            if apart && word(letter) && tidied.chars().next_back().is_some_and(word) {
                tidied.push(' ');
            }
            apart = false;
            quoted = letter == '\'';
            tidied.push(letter);
        }
        if quoted { tidied.push('\n') } else { apart = true }
    }
    tidied
}

/// The first of what is there on SQLite and is not what the migrations make, or is missing on a table that is there.
fn odd_on_sqlite(there: &[Running]) -> Option<String> {
    let made = MADE_ON_SQLITE.get()?;
    let mut found = BTreeSet::new();
    for (what, table, text) in there.iter().filter(|(_, table, _)| TABLES.contains(table)) {
        let key = (table.clone(), what.clone());
        if made.get(&key).is_none_or(|own| *own != tidied(text)) {
            return Some(not_ours(what, table));
        }
        found.insert(key);
    }
    let missing = made.keys().find(|key| {
        let (table, what) = key;
        // A table that is not there does nothing, and whoever asks for it is told; triggers are named elsewhere.
        what.starts_with("the index ")
            && found.contains(&(table.clone(), format!("the table {table}")))
            && !found.contains(*key)
    });
    missing.map(|(table, what)| gone(what, table))
}

/// The same on PostgreSQL.
fn odd_on_postgres(there: &[Running]) -> Option<String> {
    let ours = |table: &str| table.is_empty() || TABLES.contains(table);
    let foreign = there.iter().find(|(what, table, text)| {
        !what.is_empty() && ours(table) && (text.is_empty() || !is_ours_on_postgres(table, text))
    });
    if let Some((what, table, _)) = foreign {
        return Some(not_ours(what, table));
    }
    let parts: BTreeSet<(&str, &str)> =
        there.iter().filter(|(what, ..)| what.is_empty()).map(|(_, table, text)| (&**table, &**text)).collect();
    let tables: BTreeSet<&str> = parts.iter().map(|(table, _)| *table).collect();
    let made = MADE_ON_POSTGRES.lines().filter_map(|line| line.split_once(": "));
    let mut missing = made.filter(|(table, part)| tables.contains(table) && !parts.contains(&(*table, *part)));
    missing.next().map(|(table, part)| {
        let what = part.strip_prefix("the ").and_then(|part| part.split(' ').nth(1).map(|name| (part, name)));
        match what {
            Some((part, name)) if part.starts_with("constraint") => gone(&format!("the constraint {name}"), table),
            Some((_, name)) => gone(&format!("the index {name}"), table),
            None => gone("a column", table),
        }
    })
}

fn not_ours(what: &str, table: &str) -> String {
    let on = if table.is_empty() { String::new() } else { format!(" on {table}") };
    format!("{what}{on} is not the console’s: whoever made it can change what is written; drop it first")
}

fn gone(what: &str, table: &str) -> String {
    format!(
        "{what} on {table} is not the console’s any more: it was dropped or changed; make it anew first, as the console made it"
    )
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
    /// The first of what runs in the console's statements and is not its own, in words.
    fn foreign(&self, there: &[Running]) -> Option<String> {
        match self {
            Self::Sqlite(_) => odd_on_sqlite(there),
            Self::Postgres(_) => odd_on_postgres(there),
        }
    }

    async fn there(&self) -> sqlx::Result<Vec<Running>> {
        match self {
            Self::Sqlite(pool) => sqlx::query_as(ON_SQLITE).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_as(ON_POSTGRES).fetch_all(pool).await,
        }
    }
}

impl Store {
    /// What runs in the console's statements and is not its own, in words.
    pub async fn foreign(&self) -> sqlx::Result<Option<String>> {
        Ok(self.odd(&self.driver.there().await?))
    }

    /// The same of what was found, and whether the store is still in the file that was opened.
    pub(crate) fn odd(&self, there: &[Running]) -> Option<String> {
        self.file.as_ref().and_then(|file| file.wrong()).or_else(|| self.driver.foreign(there))
    }

    /// The columns, keys, constraints and indexes of a PostgreSQL store, each after its table.
    ///
    /// # Errors
    /// The driver's.
    pub async fn parts(&self) -> sqlx::Result<BTreeSet<String>> {
        let there = self.driver.there().await?.into_iter();
        let parts = there.filter(|(what, table, _)| what.is_empty() && TABLES.contains(table));
        Ok(parts.map(|(_, table, text)| format!("{table}: {text}")).collect())
    }

    /// What keeps the record from being changed by mistake and is not there any more. The tree does without it; whoever took it
    /// away meant something by it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn missing(&self) -> sqlx::Result<Option<String>> {
        const ON_PG: &str = "select t.tgname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid \
            where not t.tgisinternal and t.tgenabled in ('O', 'A') and pg_table_is_visible(c.oid)";
        let (there, made): (BTreeSet<String>, BTreeSet<String>) = match &self.driver {
            Driver::Sqlite(_) => {
                let there = self.driver.there().await?.into_iter();
                let made = MADE_ON_SQLITE.get().into_iter().flat_map(BTreeMap::keys);
                let name = |what: &str| what.strip_prefix("the trigger ").map(str::to_owned);
                (
                    there.filter_map(|(what, ..)| name(&what)).collect(),
                    made.filter_map(|(_, what)| name(what)).collect(),
                )
            }
            Driver::Postgres(pool) => {
                let there: Vec<String> = sqlx::query_scalar(ON_PG).fetch_all(pool).await?;
                let made = OF_POSTGRES.iter().flat_map(|text| text.lines());
                let made = made.filter_map(|line| line.strip_prefix("create trigger ")?.split(' ').next());
                (there.into_iter().collect(), made.map(str::to_owned).collect())
            }
        };
        Ok(made.difference(&there).next().map(|name| format!("the trigger {name} is missing or switched off")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_left_out() {
        let same = tidied("create table a (\n    b text not null default '',\n    c bigint\n)");
        assert_eq!(tidied("create table \"a\" (b text not null default '', -- why\n c bigint)"), same);
        assert_ne!(tidied("create table a (b text not null default ' ', c bigint)"), same);
        assert_ne!(
            tidied("create table a (b text not null default'', c bigint, d generated always as (lower(b)))"),
            same
        );
        assert_ne!(tidied("create table a (bt ext not null default '', c bigint)"), same);
    }
}

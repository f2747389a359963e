//! What runs in the store and is not the console's: triggers, rules, policies, views and generated columns on its tables, what
//! runs by the way with every row that is written (checks, defaults, indexes and types that call something), tables that
//! inherit from ours, and operators, functions and casts that PostgreSQL takes for its own ones; and what should be there and
//! is not: keys, constraints, indexes, and the triggers that keep the record from being changed. Whoever holds the store can so
//! change what is written between two statements of ours, or what they mean; under it nothing is begun.

use super::{Driver, Store, StoreError, migrations};
use sqlx::{migrate::Migrator, sqlite::SqlitePoolOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{LazyLock, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// What there is: what it is called, the table, and its text. With an empty name, a part of a table that is to be there.
pub type Running = (String, String, String);

/// On SQLite (its own table of what there is). A trigger's table stands there as it was written. What it makes itself for a
/// key has no text, and is in that of the table; what has one is looked at, whatever it is called.
pub const ON_SQLITE: &str = "select 'the ' || type || ' ' || name, lower(tbl_name), coalesce(sql, '') from sqlite_master \
    where not (type = 'index' and sql is null)";
/// Sets the path for what is read below until the end of the transaction, or until [`BACK`]: to PostgreSQL's own schema, where nobody
/// makes an operator or a function that fits better than the one that is meant.
pub const APART: &str = "select pg_catalog.set_config('howdah.path', pg_catalog.current_setting('search_path'), true), \
    pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)";
/// … and back.
pub const BACK: &str = "select pg_catalog.set_config('search_path', pg_catalog.current_setting('howdah.path'), true)";
/// On PostgreSQL (system catalogues, after [`APART`]), on the tables that a name alone leads to: another schema may come first on the
/// path.
/// What somebody's table refers to is kept from being deleted, and so is what a key, a constraint or a right that is not there
/// any more keeps; so all of these are compared, and a function with what it was set to run with.
/// Beside what is made to run there is what runs by the way: a check, a default, an expression or a condition of an index
/// that calls a function, and whatever there hangs on a function, an operator or a type that somebody made; these have
/// numbers from 16384 on (`FirstNormalObjectId` in `access/transam.h`).
///
/// Of what somebody made in a schema that names lead to, our own statements run what PostgreSQL finds more fitting than its own
/// (chapter “Type Conversion” of its manual): operators that we use between types of its own (those between arrays we use none
/// of), and functions called as its own are; and casts, which lie in none. An extension brings `gen_random_uuid`, which we do not call (`pgcrypto`).
pub const ON_POSTGRES: &str = "\
    with ours as materialized (select c.oid, c.relname::text as name, c.relkind, n.nspname::text as schema \
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'f', 'm') \
    and quote_ident(n.nspname) || ', pg_temp' = current_setting('howdah.path')), \
    parts as materialized ( \
    select 'pg_constraint'::regclass::oid as class, k.oid, 'the constraint ' || k.conname as what, o.name, \
    pg_get_constraintdef(k.oid) as text from ours o join pg_constraint k on k.conrelid = o.oid where k.contype = 'c' \
    union all select 'pg_attrdef'::regclass::oid, d.oid, 'the default of ' || a.attname, o.name, \
    pg_get_expr(d.adbin, d.adrelid) from ours o join pg_attrdef d on d.adrelid = o.oid \
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum \
    union all select 'pg_class'::regclass::oid, i.indexrelid, 'the index ' || quote_ident(x.relname), o.name, \
    coalesce(pg_get_expr(i.indexprs, i.indrelid), '') || coalesce(pg_get_expr(i.indpred, i.indrelid), '') \
    from ours o join pg_index i on i.indrelid = o.oid join pg_class x on x.oid = i.indexrelid \
    union all select 'pg_class'::regclass::oid, o.oid, 'the type of a column', o.name, '' from ours o), \
    its_own as materialized (select oid from pg_type where oid < 16384 and typcategory <> 'A'), \
    on_path as materialized (select oid from pg_namespace \
    where quote_ident(nspname) || ', pg_temp' = current_setting('howdah.path') or nspname = 'pg_catalog') \
    select 'the trigger ' || t.tgname, o.name, 'the trigger ' || t.tgname || \
    case when t.tgenabled in ('O', 'A') then ' ' else ' (switched off) ' end || \
    replace(pg_get_triggerdef(t.oid), quote_ident(o.schema) || '.', '') || ' as ' || regexp_replace(p.prosrc, '\\s+', ' ', 'g') || \
    coalesce(' with ' || array_to_string(p.proconfig, ', '), '') || case when p.prosecdef then ' as its owner' else '' end || \
    case when l.lanname <> 'plpgsql' then ' in ' || l.lanname else '' end \
    from ours o join pg_trigger t on t.tgrelid = o.oid join pg_proc p on p.oid = t.tgfoid \
    join pg_language l on l.oid = p.prolang where not t.tgisinternal \
    union all select 'the rule ' || r.rulename, o.name, '' from ours o join pg_rewrite r on r.ev_class = o.oid \
    union all select 'the policy ' || y.polname, o.name, '' from ours o join pg_policy y on y.polrelid = o.oid \
    union all select 'the generated column ' || a.attname, o.name, '' \
    from ours o join pg_attribute a on a.attrelid = o.oid where a.attgenerated <> '' \
    union all select 'the table pg_catalog.' || c.relname || ', which comes before it,', c.relname::text, '' from pg_class c \
    where c.relnamespace = 'pg_catalog'::regnamespace and c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'f', 'm') \
    union all select c.what, c.name, '' from parts c \
    where (c.text ~ '[[:alnum:]_\"][(]' and (c.name, c.text) <> ('_sqlx_migrations', 'now()')) \
    or exists (select from pg_depend d where d.classid = c.class and d.objid = c.oid and d.refobjid >= 16384 and d.refclassid in \
    ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass)) \
    union all select 'something else than a table', o.name, '' from ours o where o.relkind <> 'r' \
    union all select 'the table ' || h.inhrelid::regclass || ', which inherits,', o.name, '' \
    from ours o join pg_inherits h on h.inhparent = o.oid \
    union all select 'the table ' || h.inhparent::regclass || ', inherited from,', o.name, '' \
    from ours o join pg_inherits h on h.inhrelid = o.oid \
    union all select 'the operator ' || p.oid::regoperator, '', '' from pg_operator p where p.oid >= 16384 \
    and p.oprnamespace in (select oid from on_path) \
    and p.oprname in ('=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '||', '~', '!~', '~~', '!~~', '->', '->>', '&') \
    and (p.oprleft = 0 or p.oprleft in (select oid from its_own)) \
    and (p.oprright = 0 or p.oprright in (select oid from its_own)) \
    union all select 'the function ' || p.oid::regprocedure, '', '' from pg_proc p where p.oid >= 16384 \
    and p.pronamespace in (select oid from on_path) \
    and p.proname <> 'gen_random_uuid' \
    and exists (select from pg_proc q where q.proname = p.proname and q.oid < 16384) \
    and not exists (select from unnest(p.proargtypes) t (oid) where t.oid >= 16384) \
    union all select 'the cast from ' || format_type(t.castsource, null) || ' to ' || format_type(t.casttarget, null), '', '' \
    from pg_cast t where t.oid >= 16384 and t.castsource < 16384 and t.casttarget < 16384 \
    union all select 'the setting session_replication_role', '', '' where current_setting('session_replication_role') <> 'origin' \
    union all select 'the setting search_path of a connection', '', '' where not exists (select from pg_namespace n \
    where quote_ident(n.nspname) || ', pg_temp' = current_setting('howdah.path')) \
    union all select 'the replica identity', o.name, '' from ours o join pg_class c on c.oid = o.oid where c.relreplident in ('n', 'i') \
    union all select 'the publication ' || b.pubname, o.name, '' from ours o join pg_publication_rel r on r.prrelid = o.oid \
    join pg_publication b on b.oid = r.prpubid where to_jsonb(r) ->> 'prqual' is not null or to_jsonb(r) ->> 'prattrs' is not null \
    union all select '', o.name, 'columns ' || string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || \
    case when a.attcollation <> y.typcollation then ' collate ' || a.attcollation::regcollation else '' end || \
    case when a.attnotnull then ' not null' else '' end || case when a.attidentity <> '' then ' identity' else '' end || \
    case when a.attgenerated <> '' then ' generated' else '' end || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), \
    ', ' order by a.attname collate \"C\") \
    from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped \
    join pg_type y on y.oid = a.atttypid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum \
    group by o.name \
    union all select 'the constraint ' || k.conname, o.name, 'the constraint ' || k.conname || ' ' || \
    replace(pg_get_constraintdef(k.oid), quote_ident(o.schema) || '.', '') \
    from ours o join pg_constraint k on k.conrelid = o.oid and k.contype in ('p', 'u', 'f', 'c', 'x') \
    union all select k.what, k.name, k.what from (select o.name, 'the key ' || k.conname || ' of ' || \
    replace(k.conrelid::regclass::text, quote_ident(o.schema) || '.', '') || ' to it' as what \
    from ours o join pg_constraint k on k.confrelid = o.oid and k.contype = 'f') k \
    union all select case when not x.indisunique and x.indexprs is null and x.indpred is null and i.relam < 16384 \
    and not exists (select from unnest(x.indclass) c (oid) where c.oid >= 16384) \
    and not exists (select from pg_attribute a where a.attrelid = o.oid and a.attnum = any (x.indkey) and a.atttypid <> 'int8'::regtype) \
    then '' else 'the index ' || i.relname end, o.name, 'the index ' || i.relname || ' ' || \
    replace(pg_get_indexdef(i.oid), quote_ident(o.schema) || '.', '') || \
    case when x.indisvalid and x.indisready then '' else ' (not whole)' end from ours o \
    join pg_index x on x.indrelid = o.oid join pg_class i on i.oid = x.indexrelid \
    union all select 'row level security', o.name, '' from ours o join pg_class c on c.oid = o.oid \
    where c.relrowsecurity or c.relforcerowsecurity \
    union all select 'the privilege to read and write what is there', o.name, '' from ours o where o.relkind = 'r' \
    and o.name <> '_sqlx_migrations' and not (has_table_privilege(o.oid, 'select') and has_table_privilege(o.oid, 'insert') \
    and (o.name in ('ledger_entries', 'ledger_checkpoints', 'ledger_origins') \
    or (has_table_privilege(o.oid, 'update') and has_table_privilege(o.oid, 'delete'))))";

/// Who else may make something in the schema of the store (after [`APART`]): a role, or `public` for everybody, and the schema. Its owner
/// and superusers can do all of it anyway.
const MAY_MAKE: &str = "select distinct case a.grantee when 0 then 'public' else quote_ident(r.rolname) end, quote_ident(n.nspname) \
    from pg_namespace n cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a \
    left join pg_roles r on r.oid = a.grantee \
    where quote_ident(n.nspname) || ', pg_temp' = current_setting('howdah.path') and a.privilege_type = 'CREATE' \
    and a.grantee <> n.nspowner and coalesce(r.rolname <> current_user and not r.rolsuper, true) order by 1";

/// Who else was given a right on one of its tables, and which rights: whoever copies the store may read, and nobody needs more.
const MAY_USE: &str = "select quote_ident(coalesce(r.rolname, 'public')), lower(string_agg(distinct a.privilege_type, ', ')) \
    from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join lateral aclexplode(c.relacl) a \
    left join pg_roles r on r.oid = a.grantee where c.relkind = 'r' and c.relname = any($1) \
    and quote_ident(n.nspname) || ', pg_temp' = current_setting('howdah.path') and a.grantee <> c.relowner \
    and coalesce(r.rolname <> current_user and not r.rolsuper, true) group by r.rolname order by 1";

/// A digest of the rows of a catalogue that somebody made: which they are, and the transaction that wrote each. One that is written anew
/// has a later transaction. A sum of those would not do: who holds a transaction open can make it come out the same.
fn rows_by(catalogue: &str, key: &str, order: &str, of: &str) -> String {
    format!(
        " || (select ' ' || coalesce(encode(sha256(string_agg({key} || ' ' || xmin, ',' order by {order})::bytea), 'hex'), '') \
         from {catalogue} where {of})"
    )
}

fn rows(catalogue: &str, of: &str) -> String {
    rows_by(catalogue, "oid", "oid", of)
}

/// How the parts stand that somebody may still change between the look and the end of a transaction: whatever lies on a table that
/// it writes waits for it, but the schema and tables can be renamed and back, and functions of triggers replaced. Only what our names
/// lead to: what others do to their own beside it is nothing to us.
fn stands() -> String {
    const SCHEMA: &str = "quote_ident(nspname) || ', pg_temp' = current_setting('howdah.path')";
    let names: Vec<String> = TABLES.iter().map(|name| format!("'{name}'")).collect();
    let tables = format!(
        "relname in ({}) and relnamespace in (select oid from pg_namespace where {SCHEMA} or nspname = 'pg_catalog')",
        names.join(", ")
    );
    let runs = format!(
        "oid >= 16384 and oid in (select tgfoid from pg_trigger where tgrelid in (select oid from pg_class where {tables}))"
    );
    [
        "current_setting('session_replication_role') || ' ' || current_setting('howdah.path') || ' ' || current_user"
            .to_owned(),
        rows("pg_namespace", SCHEMA),
        rows("pg_class", &tables),
        rows("pg_proc", &runs),
        " || ';'".to_owned(),
    ]
    .concat()
}

/// It is read once more before what was written counts, in a quarter of the time of [`MARKS_ON_POSTGRES`], which begin with it.
pub static STANDS_ON_POSTGRES: LazyLock<String> = LazyLock::new(|| format!("select {}", stands()));

/// Marks that are others as soon as anything that [`ON_POSTGRES`] reads was made, changed or dropped. They are read in a tenth of the
/// time, with each entry and each action.
pub static MARKS_ON_POSTGRES: LazyLock<String> = LazyLock::new(|| {
    let of = |catalogue| rows(catalogue, "oid >= 16384");
    let parts = [
        rows("pg_class", "oid >= 16384 and relpersistence <> 't'"),
        of("pg_proc"),
        of("pg_publication_rel"),
        rows_by("pg_attribute", "attrelid || ' ' || attnum", "attrelid, attnum", "attrelid >= 16384"),
        of("pg_attrdef"),
        of("pg_constraint"),
        rows_by("pg_index", "indexrelid", "indexrelid", "indexrelid >= 16384"),
        of("pg_trigger"),
        of("pg_rewrite"),
        of("pg_policy"),
        rows_by("pg_inherits", "inhrelid || ' ' || inhseqno", "inhrelid, inhseqno", "inhrelid >= 16384"),
        of("pg_operator"),
        of("pg_cast"),
        of("pg_type"),
    ];
    format!("select {}{}", stands(), parts.concat())
});
/// On SQLite all of it is read each time: whoever writes the schema can write the number of its version as well.
pub const MARKS_ON_SQLITE: &str = "select ''";

fn texts(shared: &Migrator, own: &Migrator) -> Vec<String> {
    shared.iter().chain(own.iter()).map(|migration| migration.sql.as_str().to_owned()).collect()
}

static OF_SQLITE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let [shared, sqlite, _] = migrations();
    texts(&shared, &sqlite)
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
    // What keeps which migrations were made is made by whoever makes them.
    OF_SQLITE.iter().flat_map(made).chain(["_sqlx_migrations".to_owned()]).collect()
});

/// What the migrations make on SQLite, as the engine itself has it then: the text of each by what it is called.
static MADE_ON_SQLITE: OnceCell<BTreeMap<(String, String), String>> = OnceCell::const_new();
/// The columns, keys, constraints, indexes and triggers they make on PostgreSQL, as its catalogues say them, each after its
/// table. A test compares it with a new store.
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

/// A statement without what means nothing: spaces and line ends, as far as they part no words, comments, and the quotes that
/// SQLite puts around the name of a table that was changed. What stands in a text or in any other name stays as it is, whatever it
/// looks like: a name may have a comment's beginning in it, and line ends.
fn tidied(text: &str) -> String {
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '\'' | '"');
    let mut tidied = String::with_capacity(text.len());
    let mut apart = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let piece = match letter {
            '\'' | '"' => {
                let end = rest[1..].find(letter).map_or(rest.len(), |end| end + 2);
                let (whole, after) = rest.split_at(end);
                rest = after;
                let name = whole.trim_matches('"');
                if letter == '"' && TABLES.contains(name) { name } else { whole }
            }
            '-' if rest.starts_with("--") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                apart = true;
                continue;
            }
            letter => {
                let (one, after) = rest.split_at(letter.len_utf8());
                rest = after;
                // What SQLite takes for a blank, and nothing else: any other is a letter of a name there.
                if matches!(letter, ' ' | '\t' | '\n' | '\x0c' | '\r') {
                    apart = true;
                    continue;
                }
                one
            }
        };
        if apart && piece.starts_with(word) && tidied.ends_with(word) {
            tidied.push(' ');
        }
        apart = false;
        tidied.push_str(piece);
    }
    tidied
}

/// The first of what is there on SQLite and is not what the migrations make, or is missing on a table that is there.
fn odd_on_sqlite(there: &[Running]) -> Option<String> {
    let made = MADE_ON_SQLITE.get()?;
    let mut found = BTreeSet::new();
    // Another's table is another's; but what refers to a row of ours keeps it from being deleted, and its own triggers go with it.
    let refers = |text: &str| text.contains("references") && TABLES.iter().any(|own| text.contains(own.as_str()));
    let mut others = there.iter().filter(|(_, table, _)| !TABLES.contains(table));
    if let Some((what, table, _)) = others.find(|(_, _, text)| refers(&text.to_lowercase())) {
        return Some(not_ours(what, table));
    }
    for (what, table, text) in there.iter().filter(|(_, table, _)| TABLES.contains(table)) {
        let key = (table.clone(), what.clone());
        if made.get(&key).is_none_or(|own| *own != tidied(text)) {
            return Some(not_ours(what, table));
        }
        found.insert(key);
    }
    // Before the first migration there is none of them.
    let missing = made.keys().find(|key| !found.is_empty() && !found.contains(*key));
    let is_there = |table: &String| found.contains(&(table.clone(), format!("the table {table}")));
    missing.map(|(table, what)| if is_there(table) { gone(what, table) } else { no_table(table) })
}

/// The same on PostgreSQL.
fn odd_on_postgres(there: &[Running]) -> Option<String> {
    let made: BTreeSet<(&str, &str)> = MADE_ON_POSTGRES.lines().filter_map(|line| line.split_once(": ")).collect();
    let ours = |table: &str| table.is_empty() || TABLES.contains(table);
    let twin = |table: &str, text: &str| made.iter().any(|(of, part)| *of == table && is_twin(text, part));
    let mut foreign = there.iter().filter(|(what, table, text)| {
        !what.is_empty() && ours(table) && (text.is_empty() || !(made.contains(&(table, text)) || twin(table, text)))
    });
    if let Some((what, table, _)) = foreign.next() {
        if what.starts_with("the privilege ") {
            return Some(gone(what, table));
        }
        // One of ours by name that runs at another time, or does something else, is one of ours that was changed.
        let named = format!("{what} ");
        let changed = made.iter().any(|(of, part)| of == table && part.starts_with(&named));
        return Some(if changed { gone(what, table) } else { not_ours(what, table) });
    }
    let parts: BTreeSet<(&str, &str)> = there.iter().map(|(_, table, text)| (&**table, &**text)).collect();
    // Before the first migration there is none of them.
    let migrated = parts.iter().any(|(table, _)| TABLES.contains(*table));
    let mut missing = made.iter().filter(|part| migrated && !parts.contains(*part));
    missing.next().map(|(table, part)| {
        if !parts.iter().any(|(of, _)| of == table) {
            return no_table(table);
        }
        let mut words = part.strip_prefix("the ").unwrap_or_default().split(' ');
        match (words.next(), words.next()) {
            (Some(sort), Some(name)) => gone(&format!("the {sort} {name}"), table),
            _ => gone("a column", table),
        }
    })
}

/// Whether an index says the same of its table as one of ours, by another name (`reindex concurrently` makes one, and leaves it where
/// it was broken off): what ours lets through it does as well. What stands behind the name is compared whole, so that no name
/// hides anything.
fn is_twin(text: &str, of: &str) -> bool {
    let parted = |text: &str| {
        let (_, made) = text.strip_prefix("the index ")?.split_once(" CREATE ")?;
        let (named, on) = made.split_once(" ON ")?;
        Some((named.starts_with("UNIQUE "), on.to_owned()))
    };
    let text = text.strip_suffix(" (not whole)").unwrap_or(text);
    let (Some((unique, on)), Some((may_be, own))) = (parted(text), parted(of)) else { return false };
    on == own && (may_be || !unique)
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

fn no_table(table: &str) -> String {
    format!(
        "the table {table} is not the console’s any more: it was dropped, or another name leads to it; put it back first"
    )
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
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(APART).execute(&mut *tx).await?;
                let there = sqlx::query_as(ON_POSTGRES).fetch_all(&mut *tx).await?;
                tx.rollback().await?;
                Ok(there)
            }
        }
    }
}

/// A statement about other roles: each with what is said of it.
type Asked = sqlx::query::QueryAs<'static, sqlx::Postgres, (String, String), sqlx::postgres::PgArguments>;

/// The marks of PostgreSQL's catalogues when nothing was found that is not the console's; what has the same ones since is not
/// looked at again.
#[derive(Debug, Default)]
pub(super) struct Clean(Mutex<Option<String>>);

impl Store {
    /// Whether nothing was found when the marks were these.
    pub(crate) fn is_clean(&self, marks: &str) -> bool {
        let clean = self.clean.0.lock().unwrap_or_else(PoisonError::into_inner);
        !marks.is_empty() && clean.as_deref() == Some(marks)
    }

    /// What runs in the console's statements and is not its own, in words, of what was found after these marks were read; or that the
    /// store is not in the file any more that was opened.
    pub(crate) fn odd(&self, marks: String, there: &[Running]) -> Option<String> {
        let what = self.moved().or_else(|| self.driver.foreign(there));
        if what.is_none() {
            *self.clean.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(marks);
        }
        what
    }

    /// The same of what is there now.
    pub async fn foreign(&self) -> sqlx::Result<Option<String>> {
        match self.moved() {
            Some(what) => Ok(Some(what)),
            None => Ok(self.driver.foreign(&self.driver.there().await?)),
        }
    }

    /// Who else may make something in the schema of a PostgreSQL store, each with that schema: what they make there can run with the
    /// console's rights before it is seen.
    ///
    /// # Errors
    /// The driver's.
    pub async fn who_may_make(&self) -> sqlx::Result<Vec<(String, String)>> {
        self.of_others(sqlx::query_as(MAY_MAKE)).await
    }

    /// Who else may use the tables of a PostgreSQL store, each with the rights that were given.
    ///
    /// # Errors
    /// The driver's.
    pub async fn who_may_use(&self) -> sqlx::Result<Vec<(String, String)>> {
        let tables: Vec<&str> = TABLES.iter().map(String::as_str).collect();
        self.of_others(sqlx::query_as(MAY_USE).bind(tables)).await
    }

    /// What a statement says of other roles; nothing on SQLite, which has none.
    async fn of_others(&self, asked: Asked) -> sqlx::Result<Vec<(String, String)>> {
        match &self.driver {
            Driver::Sqlite(_) => Ok(Vec::new()),
            Driver::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(APART).execute(&mut *tx).await?;
                let found = asked.fetch_all(&mut *tx).await?;
                tx.rollback().await?;
                Ok(found)
            }
        }
    }

    /// What is wrong with the place of the file that was opened, on SQLite: nothing needs to be read for it.
    pub(crate) fn moved(&self) -> Option<String> {
        self.file.as_ref().and_then(|file| file.wrong())
    }

    /// The columns, keys, constraints, indexes and triggers of a PostgreSQL store, each after its table.
    ///
    /// # Errors
    /// The driver's.
    pub async fn parts(&self) -> sqlx::Result<BTreeSet<String>> {
        let there = self.driver.there().await?.into_iter();
        let parts = there.filter(|(_, table, text)| !text.is_empty() && TABLES.contains(table));
        Ok(parts.map(|(_, table, text)| format!("{table}: {text}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_left_out() {
        let same = tidied("create table a (\n    b text not null default '',\n    c bigint\n)");
        assert_eq!(tidied("create table a (b text not null default '', -- why\n c bigint)"), same);
        let same = tidied("create table ledger_checkpoints (a text)");
        assert_eq!(tidied("create table \"ledger_checkpoints\"(a text)"), same);
        assert_ne!(tidied("create table \"ledger_checkpoints\"(\"a\" text)"), same);
        let same = tidied("create table a (\n    b text not null default '',\n    c bigint\n)");
        assert_ne!(tidied("create table a (b text not null default ' ', c bigint)"), same);
        assert_ne!(
            tidied("create table a (b text not null default'', c bigint, d generated always as (lower(b)))"),
            same
        );
        assert_ne!(tidied("create table a (bt ext not null default '', c bigint)"), same);
    }

    /// A name in quotation marks hides nothing: not behind what would be a comment elsewhere, and not over several lines.
    #[test]
    fn nothing_hides_in_a_name() {
        for own in [
            "create table a (b bigint not null, c text)",
            "create trigger t before insert on a begin select raise(abort, 'no'); end",
            "create trigger t before insert on a when new.b <> (select 1) begin select 1; end",
        ] {
            let same = tidied(own);
            let places = own.match_indices(' ').map(|(at, _)| at);
            for (at, hidden) in places.flat_map(|at| {
                [
                    " \"-- \" check (1)\n ",
                    " \"--\" ",
                    " \"-- ' \" , d text\n",
                    " \"\n-- \" , ",
                    " '-- ' \n",
                    " \"a\"\"-- \" x\n ",
                    "\u{a0}",
                    " x\u{2003}",
                ]
                .map(|hidden| (at, hidden))
            }) {
                let (before, after) = own.split_at(at);
                assert_ne!(tidied(&format!("{before}{hidden}{after}")), same, "{before}{hidden}{after}");
            }
        }
    }
}

//! Whoever holds the store, and not the key, has nothing done by what runs in it, by what is missing, or by whose it says it is.

use crate::support::{House, database, house, postgres, sql, sqlite};
use axum::http::StatusCode;
use howdah::{
    id::{AccountId, InstanceName, OperatorId},
    ledger::Outcome,
    store::{
        Driver, account_notes,
        foreign::{APART, MARKS_ON_POSTGRES, STANDS_ON_POSTGRES},
        linked_accounts,
        linked_accounts::Linked,
    },
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Duration;

/// Something that runs in the store: how it is made, and how it goes.
fn running(house: &House) -> Vec<(&'static str, &'static str)> {
    match &house.app.store.driver {
        Driver::Sqlite(_) => vec![
            ("create trigger idle after update on operators begin select 1; end", "drop trigger idle"),
            // The engine keeps the table's name as it was written.
            ("create trigger idler after update on OPERATORS begin select 1; end", "drop trigger idler"),
            ("create trigger idlest after update on \"Web_Sessions\" begin select 1; end", "drop trigger idlest"),
            // One of ours by name alone.
            (
                "drop trigger ledger_head_stays; create trigger ledger_head_stays before delete on ledger_head begin select 1; end",
                "drop trigger ledger_head_stays; create trigger ledger_head_stays before delete on ledger_head\n\
                 begin select raise(abort, 'the ledger has one head'); end",
            ),
            // One of ours is gone.
            (
                "drop trigger ledger_head_stays",
                "create trigger ledger_head_stays before delete on ledger_head\n\
                 begin select raise(abort, 'the ledger has one head'); end",
            ),
            ("create index lowered on operators (lower(name))", "drop index lowered"),
            (
                "alter table operators add column low text generated always as (lower(name)) virtual",
                "alter table operators drop column low",
            ),
            (
                "alter table operators rename to ops; create view operators as select * from ops",
                "drop view operators; alter table ops rename to operators",
            ),
            (
                "alter table attempts rename to tries; create table attempts (key_hash text primary key check (lower(key_hash) = key_hash), \
                 failures bigint, first_at bigint, last_at bigint, expires_at bigint)",
                "drop table attempts; alter table tries rename to attempts",
            ),
            (
                "drop index domain_imports_instance",
                "create index domain_imports_instance on domain_imports (instance, id)",
            ),
            // What keeps a row of ours from being deleted.
            ("create table holds (id_hash text primary key REFERENCES \"web_sessions\" (id_hash))", "drop table holds"),
            // What is called as SQLite's own are, and is not.
            (
                "pragma writable_schema = on; insert into sqlite_master values ('trigger', 'sqlite_autoindex_calm_2', 'ledger_entries', 0, \
                 'CREATE TRIGGER sqlite_autoindex_calm_2 after insert on ledger_entries begin delete from attempts; end'); \
                 pragma writable_schema = off",
                "pragma writable_schema = on; delete from sqlite_master where name = 'sqlite_autoindex_calm_2'; \
                 pragma writable_schema = off",
            ),
            // A table of ours is not there, or what keeps which migrations were made has a trigger.
            ("alter table snapshot_turns rename to gone", "alter table gone rename to snapshot_turns"),
            ("create trigger stays after update on _sqlx_migrations begin select 1; end", "drop trigger stays"),
            // What runs behind the beginning of a comment that stands in a name.
            (
                "drop trigger ledger_head_stays; create trigger ledger_head_stays before delete on ledger_head\n\
                 begin select raise(abort, 'the ledger has one head') \"-- \" where 0; delete from attempts; select 1\n; end",
                "drop trigger ledger_head_stays; create trigger ledger_head_stays before delete on ledger_head\n\
                 begin select raise(abort, 'the ledger has one head'); end",
            ),
        ],
        Driver::Postgres(_) => vec![
            // What fails by itself, without a function: an expression, a condition, a column that numbers itself.
            ("create index calm on operators ((1 / case when role = 'x' then 0 else 1 end))", "drop index calm"),
            (
                "create index calm on operators (role) where 1 / case when role = 'x' then 0 else 1 end > 0",
                "drop index calm",
            ),
            (
                "alter table rights_changes alter column entry add generated always as identity",
                "alter table rights_changes alter column entry drop identity",
            ),
            ("create publication calm for table operators where (name <> 'x')", "drop publication calm"),
            ("create publication calm for table operators (name)", "drop publication calm"),
            // A row that grows over what an index takes can't be written.
            ("create index calm on operators (disabled_at, password_hash, mac)", "drop index calm"),
            ("create index calm on operators (generation) include (name)", "drop index calm"),
            ("create unique index calm on operators (generation, disabled_at)", "drop index calm"),
            ("create index calm on operators (generation) where disabled_at > 0", "drop index calm"),
            // As one of ours is, by its name alone.
            (
                "create index \"x CREATE INDEX y ON operators USING btree (id)\" on operators (name)",
                "drop index \"x CREATE INDEX y ON operators USING btree (id)\"",
            ),
            ("create unique index operators_pkey_ccnew on operators (id, role)", "drop index operators_pkey_ccnew"),
            (
                "create unique index account_notes_account_ccnew on account_notes (instance, account, created_at)",
                "drop index account_notes_account_ccnew",
            ),
            (
                "create function public.compared(bigint, bigint) returns int language sql immutable as 'select btint8cmp($1, $2)'; \
                 create operator class odd for type bigint using btree as operator 1 <, operator 2 <=, operator 3 =, \
                 operator 4 >=, operator 5 >, function 1 compared(bigint, bigint); \
                 create index calm on operators (generation odd)",
                "drop index calm; drop operator family odd using btree; drop function compared",
            ),
            ("alter table web_sessions replica identity nothing", "alter table web_sessions replica identity default"),
            // What keeps a row of ours from being deleted, or from being written.
            (
                "create schema evil; create table evil.holds (id_hash text primary key references public.web_sessions (id_hash))",
                "drop schema evil cascade",
            ),
            (
                "create unique index only_one on ledger_entries (kind) where deed = 'disable_operator' and kind = 'intent'",
                "drop index only_one",
            ),
            (
                "alter table ledger_entries add constraint nobody check (deed <> 'disable_operator')",
                "alter table ledger_entries drop constraint nobody",
            ),
            (
                "alter table web_sessions enable row level security",
                "alter table web_sessions disable row level security",
            ),
            // A function of ours that looks elsewhere.
            ("alter function ledger_in_order() set search_path = public", "alter function ledger_in_order() reset all"),
            ("alter function ledger_refuse() security definer", "alter function ledger_refuse() security invoker"),
            (
                "alter table drafts alter column path type text collate \"C\"",
                "alter table drafts alter column path type text collate \"default\"",
            ),
            (
                "create function idle() returns trigger language plpgsql as 'begin return new; end'; \
                 create trigger idle before update on operators for each row execute function idle()",
                "drop trigger idle on operators",
            ),
            ("create rule idle as on delete to web_sessions do instead nothing", "drop rule idle on web_sessions"),
            // In the shadow of an empty schema that comes first on the path.
            (
                "create schema postgres; create trigger shadowed before update on public.operators for each row \
                 execute function public.idle()",
                "drop trigger shadowed on public.operators; drop schema postgres",
            ),
            // What a row has that is written without it.
            (
                "alter table operators alter column generation set default 7",
                "alter table operators alter column generation set default 0",
            ),
            (
                "alter table drafts alter column path set default 'x'",
                "alter table drafts alter column path drop default",
            ),
            // What runs with every row that is written, and is no trigger.
            (
                "create function public.idly(text) returns boolean language plpgsql immutable as 'begin return true; end'; \
                 alter table operators add constraint idle check (idly(name))",
                "alter table operators drop constraint idle",
            ),
            (
                "alter table operators add constraint idle check (set_config('a.b', name, false) is not null)",
                "alter table operators drop constraint idle",
            ),
            ("create index idle on grants (idly(operator))", "drop index idle"),
            ("create index idle on grants (operator) where idly(operator)", "drop index idle"),
            (
                "alter table drafts alter column path set default idly('x')::text",
                "alter table drafts alter column path drop default",
            ),
            (
                "create domain idle_text as text check (idly(value)); alter table drafts alter column path type idle_text",
                "alter table drafts alter column path type text",
            ),
            // Operators, functions and casts that PostgreSQL takes for its own.
            (
                "create function public.eq(text, text) returns boolean language sql as 'select $1 operator(pg_catalog.=) $2'; \
                 create operator public.= (leftarg = text, rightarg = text, function = public.eq)",
                "drop operator public.= (text, text); drop function public.eq(text, text)",
            ),
            (
                "create schema theirs; create function theirs.times(numeric, integer) returns numeric language sql \
                 as 'select $1 operator(pg_catalog.*) $2::numeric'; \
                 create operator public.* (leftarg = numeric, rightarg = integer, function = theirs.times)",
                "drop schema theirs cascade",
            ),
            (
                "create function public.length(bigint) returns bigint language sql as 'select $1'",
                "drop function public.length(bigint)",
            ),
            ("create cast (bigint as boolean) with inout as implicit", "drop cast (bigint as boolean)"),
            // What reads and writes along with a table of ours.
            ("create table evil_kid () inherits (operators)", "drop table evil_kid"),
            // What comes before ours by its schema, which names lead to first.
            (
                "set allow_system_table_mods = on; create table pg_catalog.refusals (like public.refusals including all)",
                "set allow_system_table_mods = on; drop table pg_catalog.refusals",
            ),
            // A table of ours is not there, or what keeps which migrations were made has a trigger.
            ("alter table snapshot_turns rename to gone", "alter table gone rename to snapshot_turns"),
            (
                "create trigger stays after update on public._sqlx_migrations for each statement execute function public.idle()",
                "drop trigger stays on public._sqlx_migrations",
            ),
            // What is not there any more.
            (
                "alter table open_deeds drop constraint open_deeds_pkey",
                "alter table open_deeds add constraint open_deeds_pkey primary key (subject)",
            ),
            (
                "drop index domain_imports_instance",
                "create index domain_imports_instance on domain_imports (instance, id)",
            ),
            (
                "alter table operators alter column name drop not null",
                "alter table operators alter column name set not null",
            ),
            // A function of ours with another body.
            (
                "create or replace function ledger_head_alone() returns trigger language plpgsql as 'begin return new; end'",
                "create or replace function ledger_head_alone() returns trigger language plpgsql as $$ begin \
                 if exists (select 1 from ledger_head) then raise exception 'the ledger has one head'; end if; \
                 return new; end $$",
            ),
            // A trigger of ours that is gone, switched off, or runs when nothing happens.
            (
                "drop trigger ledger_head_alone on ledger_head",
                "create trigger ledger_head_alone before insert on ledger_head for each row execute function ledger_head_alone()",
            ),
            (
                "alter table ledger_entries disable trigger ledger_entries_no_change",
                "alter table ledger_entries enable trigger ledger_entries_no_change",
            ),
            (
                "create or replace trigger ledger_head_alone before insert on ledger_head for each row when (new.id = 0) \
                 execute function ledger_head_alone()",
                "create or replace trigger ledger_head_alone before insert on ledger_head for each row \
                 execute function ledger_head_alone()",
            ),
            (
                "create or replace trigger ledger_head_stays before truncate on ledger_head for each statement \
                 execute function ledger_refuse()",
                "create or replace trigger ledger_head_stays before delete or truncate on ledger_head for each statement \
                 execute function ledger_refuse()",
            ),
        ],
    }
}

async fn set(house: &House, cookie: &str, mode: &str, seen: &str) -> String {
    let form =
        [("instance", "harbour"), ("mode", mode), ("message", ""), ("why", "a test"), ("seen", seen), ("back", "/")];
    house.post(Some(cookie), "/api/registrations/set", &form).await.location.unwrap()
}

#[tokio::test]
async fn nothing_is_begun_while_something_else_runs_in_the_store() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let owner = house.sign_in("owner").await;
        let store = &house.app.store;
        let end = |why: &'static str| {
            let (house, owner) = (&house, &owner);
            async move {
                let form = [("operator", "01moderator"), ("disabled", why), ("why", "a test"), ("back", "/people")];
                house.post(Some(owner), "/api/people/disable", &form).await.location.unwrap()
            }
        };
        let elsewhere = match &store.driver {
            Driver::Sqlite(_) => {
                "create table theirs (id bigint); create trigger mine after update on theirs begin select 1; end"
            }
            Driver::Postgres(_) => {
                "create table theirs (id bigint); create function mine() returns trigger language plpgsql as 'begin return new; end'; \
                 create trigger mine before update on theirs for each row execute function mine()"
            }
        };
        sql(store, elsewhere).await.unwrap();
        assert_eq!(store.foreign().await.unwrap(), None, "others may have tables there");
        for (made, gone) in running(&house) {
            sql(store, made).await.unwrap();
            let what = store.foreign().await.unwrap().unwrap_or_default();
            assert!(what.contains("is not the console’s"), "{made}: {what}");
            // Where a view stands in the place of a table nobody is let in at all.
            if !made.contains("create view") {
                let refused = house.get(Some(&owner), &end("yes").await).await;
                assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{made}");
            }
            let somebody = howdah::store::operators::by_id(store, &OperatorId("01moderator".into())).await.unwrap();
            assert_eq!(somebody.unwrap().disabled_at, None, "{made}");
            let page = house.get(Some(&owner), "/i/harbour").await.body;
            assert!(page.contains("is not the console’s"), "every page says so: {made}");
            let form = [("name", "moderator"), ("password", "correct horse battery staple")];
            let signing_in = house.post(None, "/api/sign-in/password", &form).await;
            assert!(!signing_in.location.unwrap_or_default().starts_with("/i/"), "nobody signs in: {made}");
            let report = house.app.ledger.verify(&[]).await.unwrap();
            assert!(report.wrong.iter().any(|wrong| wrong.what.contains("is not the console’s")), "{made}");
            let (size, root) = house.app.ledger.stands().await.unwrap();
            assert!(house.app.ledger.accept(size, &root, "a test".into()).await.is_err(), "{made}");
            sql(store, gone).await.unwrap();
            assert_eq!(store.foreign().await.unwrap(), None, "{gone}");
        }
        // Without an owner's decision: it is gone, and nothing else was wrong.
        assert!(end("yes").await.starts_with("/people?done="));
        assert_eq!(house.outcome("disable_operator").await, Some(Outcome::Succeeded));
        assert_eq!(house.app.ledger.contradiction(), None);
    }
}

/// What a database or a role has as its path counts for nothing: names lead to PostgreSQL's own operators, and to our tables.
#[tokio::test]
async fn the_path_of_a_database_leads_to_nothing_of_somebody_elses() {
    let kept = postgres().await;
    let Driver::Postgres(pool) = &kept.store.driver else { panic!("a PostgreSQL store") };
    sql(
        &kept.store,
        "create schema theirs; create table theirs.operators (id text); \
         do $$ begin execute format('alter database %I set search_path = theirs, public, pg_catalog', current_database()); end $$",
    )
    .await
    .unwrap();
    let anew = howdah::store::Store::connect(&kept.url, &howdah::seal::Keys::from_secret([7; 32])).await.unwrap();
    let Driver::Postgres(after) = &anew.driver else { panic!("a PostgreSQL store") };
    for pool in [pool, after] {
        let path: String =
            sqlx::query_scalar("select array_to_string(current_schemas(true), ',')").fetch_one(pool).await.unwrap();
        assert_eq!(path, "pg_catalog,public");
    }
    assert_eq!(anew.foreign().await.unwrap(), None);
}

/// A neighbour of a new store has a table of our name: that one leads to nothing, whether its schema may be used or not. Where the
/// store is, it is found whatever a neighbour makes on the way to it.
#[tokio::test]
async fn a_table_of_our_name_that_is_a_neighbours_leads_to_nothing() {
    use std::str::FromStr;
    let url = database().await;
    let admin = sqlx::PgPool::connect(&url).await.unwrap();
    let ours = format!("console_{}", howdah::seal::hex(&howdah::seal::random::<[u8; 4]>()));
    let theirs = format!("accounting_{}", howdah::seal::hex(&howdah::seal::random::<[u8; 4]>()));
    for made in [
        format!("create role {ours} login; create role {theirs} login; create schema theirs authorization {theirs}"),
        format!("create table theirs.ledger_entries (n int); alter table theirs.ledger_entries owner to {theirs}"),
        format!("grant usage, create on schema theirs to {ours}; grant all on theirs.ledger_entries to {ours}"),
        format!("grant create, usage on schema public to {ours}; grant create on database {} to {ours}", name_of(&url)),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(made)).execute(&admin).await.unwrap();
    }
    let mut as_console = url::Url::from_str(&url).unwrap();
    as_console.set_username(&ours).unwrap();
    let keys = howdah::seal::Keys::from_secret([7; 32]);
    // Nor where the path leads to it: the console's own schema comes first, and is empty so far.
    for made in
        [format!("create schema {ours} authorization {ours}"), "create table public.ledger_entries (a int)".to_owned()]
    {
        sqlx::raw_sql(sqlx::AssertSqlSafe(made)).execute(&admin).await.unwrap();
    }
    let own = howdah::store::Store::connect(as_console.as_str(), &keys).await.unwrap();
    own.migrate().await.unwrap();
    assert_eq!(own.foreign().await.unwrap(), None);
    let Driver::Postgres(pool) = &own.driver else { panic!("a PostgreSQL store") };
    let path: String = sqlx::query_scalar("select current_setting('search_path')").fetch_one(pool).await.unwrap();
    assert_eq!(path, format!("{ours}, pg_temp"));
    pool.close().await;
    for gone in [format!("drop schema {ours} cascade"), "drop table public.ledger_entries".to_owned()] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(gone)).execute(&admin).await.unwrap();
    }
    let first = howdah::store::Store::connect(as_console.as_str(), &keys).await.unwrap();
    first.migrate().await.unwrap();
    assert_eq!(first.foreign().await.unwrap(), None);
    let before = format!("alter role {ours} set search_path = theirs, public");
    sqlx::raw_sql(sqlx::AssertSqlSafe(before)).execute(&admin).await.unwrap();
    let anew = howdah::store::Store::connect(as_console.as_str(), &keys).await.unwrap();
    anew.migrate().await.unwrap();
    for store in [&first, &anew] {
        let Driver::Postgres(pool) = &store.driver else { panic!("a PostgreSQL store") };
        let schemas: Vec<String> = sqlx::query_scalar(
            "select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
             where c.relname in ('ledger_entries', 'operators') and pg_table_is_visible(c.oid)",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        assert_eq!(schemas, ["public", "public"]);
        pool.close().await;
    }
    // Who may make something beside it is named; whoever owns the schema could all the same.
    let may = async |made: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(made)).execute(&admin).await.unwrap();
        let store = howdah::store::Store::connect(as_console.as_str(), &keys).await.unwrap();
        store.who_may_make().await.unwrap()
    };
    assert_eq!(may("revoke create on schema public from public".to_owned()).await, []);
    let named = [(theirs.clone(), "public".to_owned())];
    assert_eq!(may(format!("grant create on schema public to {theirs}")).await, named);
    let used = async |made: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(made)).execute(&admin).await.unwrap();
        let store = howdah::store::Store::connect(as_console.as_str(), &keys).await.unwrap();
        store.who_may_use().await.unwrap()
    };
    assert_eq!(used("select 1".to_owned()).await, []);
    let shared = [(theirs.clone(), "select, update".to_owned())];
    assert_eq!(used(format!("grant select, update on public.operators to {theirs}")).await, shared);
    let named = [named[0].clone(), ("public".to_owned(), "public".to_owned())];
    assert_eq!(may("grant create on schema public to public".to_owned()).await, named);
    let gone = format!("drop owned by {ours}, {theirs} cascade; drop role {ours}, {theirs}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(gone)).execute(&admin).await.unwrap();
}

fn name_of(url: &str) -> String {
    url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default().to_owned()
}

/// The list of what is to be on PostgreSQL is what the migrations make. `HOWDAH_WRITE=1` writes it anew: read the difference.
#[tokio::test]
async fn the_parts_of_a_new_store_are_those_that_are_looked_for() {
    let kept = postgres().await;
    let parts: String = kept.store.parts().await.unwrap().into_iter().map(|part| part + "\n").collect();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/made_on_postgres.txt");
    if std::env::var_os("HOWDAH_WRITE").is_some() {
        std::fs::write(file, &parts).unwrap();
    }
    assert_eq!(parts, std::fs::read_to_string(file).unwrap());
}

/// What the console may not do any more to one of its tables keeps what it means to do from being done: it is named, of each.
#[tokio::test]
async fn a_privilege_that_was_taken_away_is_named() {
    let kept = postgres().await;
    let role = format!("r{:016x}", rand::random::<u64>());
    sql(
        &kept.store,
        &format!("create role {role} login; grant usage on schema public to {role}; grant all on all tables in schema public to {role}"),
    )
    .await
    .unwrap();
    let mut url: url::Url = kept.url.parse().unwrap();
    url.set_username(&role).unwrap();
    let theirs = howdah::store::Store::connect(url.as_str(), &howdah::seal::Keys::from_secret([7; 32])).await.unwrap();
    assert_eq!(theirs.foreign().await.unwrap(), None);
    let Driver::Postgres(pool) = &kept.store.driver else { panic!("a PostgreSQL store") };
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() > 40, "{tables:?}");
    for table in tables {
        for privilege in ["select", "insert", "update", "delete"] {
            // Nothing of these is ever changed or taken away.
            let kept_for_good = ["ledger_entries", "ledger_checkpoints", "ledger_origins"].contains(&table.as_str());
            if kept_for_good && ["update", "delete"].contains(&privilege) {
                continue;
            }
            sql(&kept.store, &format!("revoke {privilege} on {table} from {role}")).await.unwrap();
            let what = theirs.foreign().await.unwrap().unwrap_or_default();
            assert!(what.contains("privilege") && what.contains(&table), "{privilege} on {table}: {what}");
            sql(&kept.store, &format!("grant {privilege} on {table} to {role}")).await.unwrap();
        }
    }
    assert_eq!(theirs.foreign().await.unwrap(), None);
    let Driver::Postgres(pool) = &theirs.driver else { panic!("a PostgreSQL store") };
    pool.close().await;
    sql(&kept.store, &format!("drop owned by {role}; drop role {role}")).await.unwrap();
}

/// What an operator may well have beside us is nobody's attack.
#[tokio::test]
async fn extensions_of_the_operators_raise_no_alarm() {
    let kept = postgres().await;
    for extension in ["pg_stat_statements", "pgcrypto", "pg_trgm", "citext", "btree_gist", "unaccent", "hstore"] {
        // What is not installed on the machine is not tried.
        if sql(&kept.store, &format!("create extension {extension}")).await.is_ok() {
            assert_eq!(kept.store.foreign().await.unwrap(), None, "{extension}");
        }
    }
}

#[tokio::test]
async fn the_door_can_be_closed_all_the_same() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    sql(&house.app.store, running(&house)[0].0).await.unwrap();
    const SEEN: &str = "[[\"--- approved\\n\"],[\"--- We are full for the moment.\\n\"]]";
    let closed = set(&house, &admin, "none", SEEN).await;
    assert!(closed.contains("done="), "{closed}");
}

#[tokio::test]
async fn whose_link_is_missing_acts_as_nobody() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let moderator = OperatorId("01moderator".into());
        let harbour: InstanceName = "harbour".parse().unwrap();
        let cookie = house.sign_in("moderator").await;
        crate::linked::linked(&house, &cookie, "jonastran").await;
        let of = async || {
            let (store, keys) = (&house.app.store, &house.app.keys);
            let found: Option<Linked> = linked_accounts::of(store, keys, &moderator, &harbour).await.unwrap();
            (found.is_some(), linked_accounts::is_missing(store, &moderator, &harbour).await.unwrap())
        };
        let session = house.sign_in("moderator").await;
        assert_eq!(house.get(Some(&session), "/i/harbour/reports").await.status, StatusCode::OK);
        assert!(of().await.0);
        for change in ["update linked_accounts set mac = '00'", "delete from linked_accounts"] {
            sql(&house.app.store, change).await.unwrap();
            assert_eq!(of().await, (false, true), "{change}");
            let page = house.get(Some(&session), "/i/harbour/reports").await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{change}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn a_note_is_nobody_elses() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let (account, _) = house.case("windvane").await;
        let form = [("instance", "harbour"), ("account", account.as_str()), ("text", "Knows them."), ("back", "/")];
        house.post(Some(&cookie), "/api/accounts/note", &form).await;
        let harbour: InstanceName = "harbour".parse().unwrap();
        let shown = async |account: AccountId| {
            let notes = account_notes::about(&house.app.store, &house.app.keys, &harbour, account).await.unwrap();
            notes.into_iter().filter_map(|note| note.text).collect::<Vec<_>>()
        };
        let account: AccountId = account.parse().unwrap();
        assert_eq!(shown(account).await, ["Knows them."]);
        sql(&house.app.store, "update account_notes set operator = '01owner'").await.unwrap();
        assert!(shown(account).await.is_empty(), "not the owner's");
        sql(&house.app.store, "update account_notes set operator = '01moderator', account = '7'").await.unwrap();
        assert!(shown(AccountId(7)).await.is_empty(), "not about somebody else");
    }
}

/// What stands beside a leaf does not count for it.
#[tokio::test]
async fn an_outcome_is_of_its_own_time() {
    let house = house(sqlite().await).await;
    let store = &house.app.store;
    let owner = house.sign_in("owner").await;
    let form = [("operator", "01moderator"), ("role", "admin"), ("seen", "moderator"), ("why", "a test")];
    // A sign-in that fails is recorded once in ten minutes, by when it says itself that it was.
    let wrong = [("name", "moderator"), ("password", "not this one at all")];
    house.post(None, "/api/sign-in/password", &wrong).await;
    let later = "update ledger_entries set at = 4102444800000 where deed = 'sign_in_failed'";
    crate::engine::past_triggers(&store.driver, later).await.unwrap();
    house.post(Some(&owner), "/api/people/role", &form).await;
    let Driver::Sqlite(pool) = &store.driver else { panic!("a SQLite store") };
    let late: i64 = sqlx::query_scalar(
        "select count(*) from ledger_entries where json_extract(leaf, '$.at') > '4000000000000' and deed <> 'sign_in_failed'",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(late, 0);
    let other = "update ledger_entries set leaf = replace(leaf, 'admin', 'owner') \
        where deed = 'change_operator_role' and kind = 'intent'";
    crate::engine::past_triggers(&store.driver, other).await.unwrap();
    let index: i64 =
        sqlx::query_scalar("select idx from ledger_entries where deed = 'change_operator_role' and kind = 'intent'")
            .fetch_one(pool)
            .await
            .unwrap();
    let page = house.get(Some(&owner), &format!("/audit/{index}")).await.body;
    assert!(page.contains("has been altered") && !page.contains("hashes that connect"), "{page}");
}

/// A file that is moved away, or put in the place of the one that was opened, is not the store: nothing is done in either.
#[tokio::test]
async fn another_file_in_the_place_of_the_store_is_found() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let path = house.store.url.strip_prefix("sqlite:").unwrap().to_owned();
    let end = async |who: &str| {
        let form = [("operator", who), ("disabled", "yes"), ("why", "gone"), ("back", "/people")];
        // Where no draft can be kept the answer itself carries the form.
        let answer = house.post(Some(&owner), "/api/people/disable", &form).await;
        answer.location.unwrap_or(answer.body)
    };
    let moved = |from: &str, to: &str| {
        for end in ["", "-wal", "-shm"] {
            std::fs::rename(format!("{from}{end}"), format!("{to}{end}")).unwrap();
        }
    };
    let gone = format!("{path}.gone");
    moved(&path, &gone);
    assert!(!end("01admin").await.contains("done="), "the file is gone");
    // As the job that signs checkpoints looks, whatever comes of it.
    house.app.ledger.checkpoint().await.ok();
    assert!(house.app.ledger.contradiction().unwrap().contains("can’t be found"));
    std::fs::copy(&gone, &path).unwrap();
    assert!(!end("01admin").await.contains("done="), "it is another file");
    house.app.ledger.checkpoint().await.ok();
    let said = house.app.ledger.contradiction().unwrap();
    assert!(said.contains("replaced"), "{said}");
    // A page that needs one more connection than there are is not there at all.
    let says = async || house.get(Some(&owner), "/i/harbour").await.body.contains("was replaced by another");
    crate::support::until("pages say so", says).await;
    std::fs::remove_file(&path).unwrap();
    moved(&gone, &path);
    let done = end("01admin").await;
    assert!(done.starts_with("/people?done="), "as it was: {done}");
}

/// How every connection of the pool stands: the path it goes by, as whom, and one setting more.
async fn stand(pool: &sqlx::PgPool) -> Vec<(i32, String, String, String)> {
    const HOW: &str = "select pg_backend_pid(), current_setting('search_path'), current_user::text, \
        current_setting('enable_seqscan')";
    let (mut all, mut found) = (Vec::new(), Vec::new());
    while all.len() < 16 {
        let mut connection = pool.acquire().await.unwrap();
        found.push(sqlx::query_as(HOW).fetch_one(&mut *connection).await.unwrap());
        all.push(connection);
    }
    found
}

/// What a connection still holds that something left in it.
async fn left(pool: &sqlx::PgPool, pid: i32) -> Vec<String> {
    const HERE: &str = "select 'a cursor' from pg_cursors where is_holdable union all select 'ears' from pg_listening_channels() \
        union all select 'its isolation' where current_setting('default_transaction_isolation') <> 'read committed'";
    const LOCKS: &str = "select 'a lock' from pg_locks where locktype = 'advisory' and pid = $1";
    let mut found: Vec<String> = sqlx::query_scalar(LOCKS).bind(pid).fetch_all(pool).await.unwrap();
    let mut all = Vec::new();
    while all.len() < 16 {
        let mut connection = pool.acquire().await.unwrap();
        found.extend(sqlx::query_scalar::<_, String>(HERE).fetch_all(&mut *connection).await.unwrap());
        all.push(connection);
    }
    found
}

/// A trigger that lived for a moment can leave a connection with another path, and much else: it is not used again.
#[tokio::test]
async fn a_connection_that_was_turned_is_closed() {
    let kept = postgres().await;
    let Driver::Postgres(pool) = &kept.store.driver else { panic!("a PostgreSQL store") };
    let user: String = sqlx::query_scalar("select session_user::text").fetch_one(pool).await.unwrap();
    let other = format!("r{:016x}", rand::random::<u64>());
    sql(&kept.store, &format!("create role {other}")).await.unwrap();
    for (turned, closed) in [
        ("set search_path = evil, public, pg_temp".to_owned(), true),
        (format!("set role {other}"), true),
        (format!("set session authorization {other}"), true),
        ("create temporary table operators (id text)".to_owned(), true),
        ("prepare sqlx_s_99 as select 1".to_owned(), true),
        ("deallocate all".to_owned(), true),
        ("set enable_seqscan = off".to_owned(), false),
        ("set default_transaction_isolation = serializable".to_owned(), false),
        ("select pg_advisory_lock(42)".to_owned(), false),
        ("declare stays cursor with hold for select 1".to_owned(), false),
        ("listen somebody".to_owned(), false),
    ] {
        let mut connection = pool.acquire().await.unwrap();
        let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *connection).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(turned.clone())).execute(&mut *connection).await.unwrap();
        drop(connection);
        let idle = async || pool.num_idle() == usize::try_from(pool.size()).unwrap();
        crate::support::until("it is back, or gone", idle).await;
        let all = stand(pool).await;
        assert_eq!(all.iter().all(|(own, ..)| *own != pid), closed, "{turned}");
        assert_eq!(left(pool, pid).await, Vec::<String>::new(), "{turned}");
        for (_, path, role, scans) in all {
            assert_eq!((path.as_str(), &role, scans.as_str()), ("public, pg_temp", &user, "on"), "{turned}");
        }
    }
    // As somebody did it who owns the tables.
    sql(
        &kept.store,
        "create schema evil; create view evil.open_deeds as select * from public.open_deeds; \
         create function evil.turn() returns trigger language plpgsql as \
         'begin perform set_config(''search_path'', ''evil, public, pg_temp'', false); return new; end'; \
         create trigger blink before insert or update on attempts for each row execute function evil.turn()",
    )
    .await
    .unwrap();
    kept.store.try_write(howdah::clock::Timestamp(1_800_000_000_000)).await.unwrap();
    sql(&kept.store, "drop trigger blink on attempts").await.unwrap();
    assert!(stand(pool).await.iter().all(|(_, path, ..)| path == "public, pg_temp"));
    assert_eq!(kept.store.foreign().await.unwrap(), None);
    sql(&kept.store, &format!("drop role {other}")).await.unwrap();
}

/// Whoever goes away before a transaction that they begin is answered leaves it open: what others write in that connection later would be
/// taken back. Such a connection is used by nobody.
#[tokio::test]
async fn nothing_is_written_in_a_transaction_that_somebody_left() {
    let house = house(postgres().await).await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("a PostgreSQL store") };
    const OPEN: &str =
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
    let watching = sqlx::PgPool::connect(&house.store.url).await.unwrap();
    let mut left = 0;
    for n in 0..40_u64 {
        // As the guard of a transaction that was begun and never held: it does not end it.
        let mut connection = pool.acquire().await.unwrap();
        sqlx::raw_sql("begin").execute(&mut *connection).await.unwrap();
        drop(connection);
        tokio::time::timeout(Duration::from_micros(50 * n), house.app.store.foreign()).await.ok();
        tokio::time::timeout(
            Duration::from_micros(50 * n),
            house.app.instances.values().next().unwrap().database.read(),
        )
        .await
        .ok();
        sqlx::query("insert into attempts (key_hash, failures, first_at, last_at) values ($1, $2, 0, 0)")
            .bind(format!("try {n}"))
            .bind(1_i64)
            .execute(pool)
            .await
            .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    for pool in [&watching, &house.instance] {
        left += sqlx::query_scalar::<_, i64>(OPEN).fetch_one(pool).await.unwrap();
    }
    assert_eq!(left, 0, "transactions are open that nobody has");
    let written: i64 = sqlx::query_scalar("select count(*) from attempts where key_hash like 'try %'")
        .fetch_one(&watching)
        .await
        .unwrap();
    assert_eq!(written, 40);
}

/// A start writes nothing before it is known what would run with it.
#[tokio::test]
async fn a_start_looks_before_it_writes() {
    let kept = postgres().await;
    let store = &kept.store;
    let Driver::Postgres(pool) = &store.driver else { panic!("a PostgreSQL store") };
    sql(
        store,
        "create table ran (n bigint); \
         create function run() returns trigger language plpgsql as 'begin insert into ran values (1); return null; end'; \
         create trigger stays after insert or update or delete on _sqlx_migrations for each statement execute function run()",
    )
    .await
    .unwrap();
    store.migrate().await.unwrap();
    let ran: i64 = sqlx::query_scalar("select count(*) from ran").fetch_one(pool).await.unwrap();
    assert_eq!(ran, 0);
    assert!(store.foreign().await.unwrap().unwrap().contains("stays"));
    // Nor does it take a view for the list of what was made: what one calls runs for whoever reads it.
    let anew = database().await;
    let admin = sqlx::PgPool::connect(&anew).await.unwrap();
    sqlx::raw_sql(
        "create table ran (n bigint); create function run() returns bigint language plpgsql as \
         'begin insert into ran values (3); return 1; end'; create view _sqlx_migrations as select run() as version",
    )
    .execute(&admin)
    .await
    .unwrap();
    let new = howdah::store::Store::connect(&anew, &howdah::seal::Keys::from_secret([7; 32])).await.unwrap();
    new.migrate().await.unwrap_err();
    let ran: i64 = sqlx::query_scalar("select count(*) from ran").fetch_one(&admin).await.unwrap();
    assert_eq!(ran, 0);
    // Nor does it ask anything before that for which somebody else's operator fits better: among them those of the types of the
    // standard's own catalogue, and of names.
    sql(store, "drop trigger stays on _sqlx_migrations").await.unwrap();
    for (left, right) in [
        ("information_schema.sql_identifier", "name"),
        ("information_schema.sql_identifier", "information_schema.sql_identifier"),
        ("name", "information_schema.sql_identifier"),
        ("name", "text"),
        ("oid", "regclass"),
    ] {
        let made = format!(
            "create or replace function seen(a {left}, b {right}) returns boolean language plpgsql as \
             'begin insert into public.ran values (2); return true; end'; \
             create operator public.= (leftarg = {left}, rightarg = {right}, function = seen)"
        );
        sql(store, &made).await.unwrap();
        store.migrate().await.unwrap();
        let ran: i64 = sqlx::query_scalar("select count(*) from ran").fetch_one(pool).await.unwrap();
        assert_eq!(ran, 0, "{left} = {right}");
        sql(store, &format!("drop operator public.= ({left}, {right}); drop function seen({left}, {right})"))
            .await
            .unwrap();
    }
}

/// Whoever holds a row that must be written keeps it from being written for as long: that is said, and in the log whose connection
/// it may be.
#[tokio::test]
async fn what_somebody_elses_connection_holds_is_said() {
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("a PostgreSQL store") };
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select 1 from operators where id = '01moderator' for update").execute(&mut *held).await.unwrap();
    let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", "gone"), ("back", "/people")];
    let back = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
    let said = house.get(Some(&owner), &back).await;
    assert_eq!(said.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(said.body.contains("another connection to the console’s own database has held"), "{}", said.body);
    held.rollback().await.unwrap();
    // A row of the audit log is waited for no longer.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select 1 from ledger_head for update").execute(&mut *held).await.unwrap();
    let waits = tokio::time::timeout(Duration::from_secs(15), house.post(Some(&owner), "/api/people/disable", &form));
    let back = waits.await.expect("it answers").location.unwrap();
    assert_eq!(house.get(Some(&owner), &back).await.status, StatusCode::SERVICE_UNAVAILABLE);
    held.rollback().await.unwrap();
    let done = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
    assert!(done.starts_with("/people?done="), "{done}");
}

/// What an operator may well put on a table of ours, or PostgreSQL itself for a while, and that changes nothing of what is written.
#[tokio::test]
async fn an_index_that_changes_nothing_is_let_be() {
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("a PostgreSQL store") };
    let set = async |ended: &'static str| {
        let form = [("operator", "01moderator"), ("disabled", ended), ("why", "gone"), ("back", "/people")];
        house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap()
    };
    for make in [
        "create index calm on operators (disabled_at)",
        "create index calm on ledger_entries (at desc, idx) with (fillfactor = 80)",
        "create index calm on operators using hash (generation)",
        // As `reindex concurrently` makes one, and leaves it where it was broken off.
        "create unique index calm on operators (id)",
        "create unique index calm on operators (id); update pg_index set indisvalid = false where indexrelid = 'calm'::regclass",
        "create index calm on account_notes (instance, account, created_at)",
    ] {
        sql(&house.app.store, make).await.unwrap();
        assert_eq!(house.app.store.foreign().await.unwrap(), None, "{make}");
        let (done, back) = (set("yes").await, set("no").await);
        assert!(done.contains("done=") && back.contains("done="), "{make}: {done} {back}");
        sql(&house.app.store, "drop index calm").await.unwrap();
    }
    // It waits for whoever reads, with the new one beside the former.
    let mut reads = pool.begin_with("begin isolation level repeatable read").await.unwrap();
    sqlx::query("select 1 from operators").execute(&mut *reads).await.unwrap();
    let anew = tokio::spawn({
        let pool = pool.clone();
        async move {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::raw_sql("set lock_timeout = 0").execute(&mut *connection).await.unwrap();
            sqlx::raw_sql("reindex table concurrently operators").execute(&mut *connection).await
        }
    });
    const THERE: &str = "select count(*) from pg_class where relname like 'operators%ccnew'";
    let is_there = async || sqlx::query_scalar::<_, i64>(THERE).fetch_one(pool).await.unwrap() > 0;
    crate::support::until("there are two", is_there).await;
    assert_eq!(house.app.store.foreign().await.unwrap(), None);
    let done = set("yes").await;
    assert!(done.contains("done="), "{done}");
    reads.rollback().await.unwrap();
    anew.await.unwrap().unwrap();
    assert_eq!(house.app.store.foreign().await.unwrap(), None);
}

/// What a role has set for each of its connections, and how one of the console's stands then.
const BROUGHT: [(&str, &str, &str); 16] = [
    ("search_path", "evil, public", "public, pg_temp"),
    ("quote_all_identifiers", "on", "off"),
    ("standard_conforming_strings", "off", "on"),
    ("default_transaction_isolation", "serializable", "read committed"),
    ("row_security", "off", "on"),
    ("lock_timeout", "1ms", "5s"),
    ("statement_timeout", "1s", "0"),
    ("idle_in_transaction_session_timeout", "1ms", "0"),
    ("synchronous_commit", "off", "on"),
    ("synchronous_commit", "local", "local"),
    // They come with each connection.
    ("DateStyle", "German", "ISO, MDY"),
    ("TimeZone", "Asia/Tokyo", "UTC"),
    ("client_encoding", "LATIN1", "UTF8"),
    // Nothing of ours is read as text.
    ("IntervalStyle", "iso_8601", "iso_8601"),
    ("bytea_output", "escape", "escape"),
    // It works as another one, whom it is a member of.
    ("role", "{other}", "{other}"),
];

#[tokio::test]
async fn what_a_role_brings_along_changes_nothing() {
    let kept = postgres().await;
    let (role, other) = (format!("r{:016x}", rand::random::<u64>()), format!("o{:016x}", rand::random::<u64>()));
    let made = format!(
        "create role {role} login; create role {other}; grant postgres to {other}; grant postgres, {other} to {role}; create schema evil"
    );
    sql(&kept.store, &made).await.unwrap();
    let mut url: url::Url = kept.url.parse().unwrap();
    url.set_username(&role).unwrap();
    let keys = howdah::seal::Keys::from_secret([7; 32]);
    let connected = async || howdah::store::Store::connect(url.as_str(), &keys).await.unwrap();
    let now = howdah::clock::Timestamp(1_800_000_000_000);
    for (name, value, stands) in BROUGHT {
        let (value, stands) = (value.replace("{other}", &other), stands.replace("{other}", &other));
        let quoted = if name == "search_path" { value.clone() } else { format!("'{value}'") };
        sql(&kept.store, &format!("alter role {role} set {name} = {quoted}")).await.unwrap();
        let theirs = connected().await;
        let Driver::Postgres(pool) = &theirs.driver else { panic!("a PostgreSQL store") };
        let mut pids = std::collections::BTreeSet::new();
        let idle = async || pool.num_idle() == usize::try_from(pool.size()).unwrap();
        for _ in 0..5 {
            crate::support::until("it is back", idle).await;
            let said: (i32, String) = sqlx::query_as("select pg_backend_pid(), current_setting($1)")
                .bind(name)
                .fetch_one(pool)
                .await
                .unwrap();
            assert_eq!(said.1, stands, "{name}");
            pids.insert(said.0);
        }
        assert_eq!(pids.len(), 1, "{name}: closed each time");
        assert_eq!(theirs.foreign().await.unwrap(), None, "{name}");
        theirs.migrate().await.unwrap();
        theirs.try_write(now).await.unwrap();
        pool.close().await;
        sql(&kept.store, &format!("alter role {role} reset {name}")).await.unwrap();
    }
    // What keeps triggers from running is named; what lets nothing be written is said.
    sql(&kept.store, &format!("alter role {role} set session_replication_role = replica")).await.unwrap();
    let said = connected().await.foreign().await.unwrap().unwrap_or_default();
    assert!(said.contains("session_replication_role"), "{said}");
    let reads = format!(
        "alter role {role} reset session_replication_role; alter role {role} set default_transaction_read_only = on"
    );
    sql(&kept.store, &reads).await.unwrap();
    let said = connected().await.try_write(now).await.map_err(howdah::store::store_problem).unwrap_err();
    assert!(said.what.contains("read only") && said.remedy.contains("default_transaction_read_only"), "{said:?}");
    sql(&kept.store, &format!("drop role {role}; drop role {other}")).await.unwrap();
}

/// Whoever starts is told who else does, and waits no longer than that.
#[tokio::test]
async fn a_start_does_not_wait_for_another_without_end() {
    for kept in [sqlite().await, postgres().await] {
        let first = kept.store.starting(&kept.url, Duration::from_secs(5)).await.unwrap();
        let waits =
            tokio::time::timeout(Duration::from_secs(5), kept.store.starting(&kept.url, Duration::from_millis(300)));
        let Err(error) = waits.await.expect("it comes to an end") else { panic!("both start") };
        let said = error.to_string();
        assert!(said.contains("another process starts on this store"), "{said}");
        if let Driver::Postgres(_) = kept.store.driver {
            assert!(said.contains("pg_terminate_backend("), "{said}");
        }
        drop(first);
        assert!(kept.store.starting(&kept.url, Duration::from_secs(5)).await.is_ok());
    }
}

/// A second schema whose views stand for all tables of ours, and run something; and how the two change their names.
const EVIL: &str = "create schema evil; create schema third; create sequence third.ran; \
    create function evil.tick() returns boolean language plpgsql as 'begin perform nextval(''third.ran''); return true; end'; \
    do $$ declare t text; begin for t in select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace \
    loop execute format('create view evil.%I as select * from public.%I where (select evil.tick())', t, t); end loop; end $$";
const SWAP: &str = "begin; alter schema public rename to held; alter schema evil rename to public; commit";
const SWAP_BACK: &str = "begin; alter schema public rename to evil; alter schema held rename to public; commit";

/// Schemas that change their names are found with the next action, and by an entry and an action that are being written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_that_change_their_names_have_nothing_written() {
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let store = &house.app.store;
    let Driver::Postgres(pool) = &store.driver else { panic!("a PostgreSQL store") };
    let end = async |disabled: &'static str| {
        let form = [("operator", "01moderator"), ("disabled", disabled), ("why", "gone"), ("back", "/people")];
        house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap_or_default()
    };
    let written = async || {
        let sql = "select count(*) from ledger_entries where deed in ('disable_operator', 'change_operator_role')";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap()
    };
    sql(store, EVIL).await.unwrap();
    assert!(end("yes").await.contains("done="), "somebody else's schema is somebody else's");
    assert!(end("no").await.contains("done="));
    // Left so.
    let before = written().await;
    sql(store, SWAP).await.unwrap();
    let said = end("yes").await;
    sql(store, SWAP_BACK).await.unwrap();
    assert!(!said.contains("done=") && written().await == before, "{said}");
    assert!(end("yes").await.contains("done=") && end("no").await.contains("done="));
    // While an entry is written.
    let before = written().await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select 1 from ledger_head for update").execute(&mut *held).await.unwrap();
    let waits = async || sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() > 0;
    let (said, ()) = tokio::join!(end("yes"), async {
        crate::support::until("it waits", waits).await;
        sql(store, SWAP).await.unwrap();
        held.commit().await.unwrap();
    });
    sql(store, SWAP_BACK).await.unwrap();
    assert!(!said.contains("done=") && written().await == before, "{said}");
    // While an action is, and back before it is through; what others have for themselves meanwhile is nothing to it.
    for (meanwhile, done) in [
        (format!("{SWAP}; {SWAP_BACK}"), false),
        ("create or replace function public.ledger_refuse() returns trigger language plpgsql as 'begin return new; end'".to_owned(), false),
        ("create temporary table theirs (n bigint)".to_owned(), true),
    ] {
        let mut held = pool.begin().await.unwrap();
        sqlx::query("select 1 from operators where id = '01moderator' for update").execute(&mut *held).await.unwrap();
        let mut other = sqlx::PgConnection::connect(&house.store.url).await.unwrap();
        let mut refuse: String = sqlx::query_scalar("select pg_get_functiondef('public.ledger_refuse'::regproc)")
            .fetch_one(&mut other)
            .await
            .unwrap();
        if !meanwhile.contains("ledger_refuse") {
            refuse.clear();
        }
        let (changed, ()) = tokio::join!(
            howdah::carry_out::recorded(&house.app, crate::fence::may(), crate::fence::becomes_admin(), "a test", |store| {
                async move { crate::fence::admin(&store).await }
            }),
            async {
                crate::support::until("it waits", waits).await;
                sqlx::raw_sql(sqlx::AssertSqlSafe(meanwhile.clone())).execute(&mut other).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(refuse)).execute(&mut other).await.unwrap();
                held.commit().await.unwrap();
            }
        );
        match changed {
            Ok(_) => assert!(done, "{meanwhile}"),
            Err(problem) => assert!(!done && problem.what.contains("renamed or replaced"), "{meanwhile}: {problem:?}"),
        }
        assert_eq!(store.foreign().await.unwrap(), None);
        assert_eq!(crate::fence::admin(store).await.unwrap(), !done, "{meanwhile}");
        sql(store, "drop table if exists theirs").await.unwrap();
        crate::support::aged(store, "update operators set role = 'moderator' where id = '01moderator'").await;
    }
}

/// Makes some triggers, each in a transaction of its own: their names, and the numbers of the transactions.
async fn triggers(connection: &mut PgConnection, names: std::ops::Range<i64>) -> Vec<(String, i64)> {
    let mut made = Vec::new();
    for name in names.map(|number| format!("d{number}")) {
        let make = format!("create trigger {name} before update on staging for each row execute function calm()");
        sqlx::query(AssertSqlSafe(make)).execute(&mut *connection).await.unwrap();
        let number = sqlx::query_scalar("select xmin::text::bigint from pg_trigger where tgname = $1").bind(&name);
        let number = number.fetch_one(&mut *connection).await.unwrap();
        made.push((name, number));
    }
    made
}

/// Two rows go and two come, in one transaction whose number lies in the middle of theirs: there are as many as before, and the numbers
/// make the same sum.
#[tokio::test]
async fn marks_are_others_whatever_numbers_transactions_have() {
    let url = database().await;
    let (mut one, mut other) = (PgConnection::connect(&url).await.unwrap(), PgConnection::connect(&url).await.unwrap());
    let make = "create table staging (id int); create table operators (id int); \
        create function calm() returns trigger language plpgsql as 'begin return new; end'";
    sqlx::raw_sql(make).execute(&mut one).await.unwrap();
    // Others draw numbers from the same server: the pair is looked for among several.
    let before = triggers(&mut one, 0..30).await;
    sqlx::query("begin").execute(&mut other).await.unwrap();
    let middle: i64 = sqlx::query_scalar("select txid_current()").fetch_one(&mut other).await.unwrap();
    let after = triggers(&mut one, 30..90).await;
    let pairs = before.iter().flat_map(|left| after.iter().map(move |right| (left, right)));
    let (left, right) = pairs.into_iter().find(|(left, right)| left.1 + right.1 == 2 * middle).expect("a pair");
    for (name, _) in before.iter().chain(&after).filter(|(name, _)| *name != left.0 && *name != right.0) {
        let drop = format!("drop trigger {name} on staging");
        sqlx::query(AssertSqlSafe(drop)).execute(&mut one).await.unwrap();
    }
    // The table knows that it had triggers.
    sqlx::raw_sql(
        "create trigger e0 before update on operators for each row execute function calm(); \
        drop trigger e0 on operators",
    )
    .execute(&mut one)
    .await
    .unwrap();
    const SUM: &str = "select count(*) || ' ' || sum(xmin::text::bigint) from pg_trigger";
    let former = read_apart(&mut one, &MARKS_ON_POSTGRES).await;
    let sum: String = sqlx::query_scalar(SUM).fetch_one(&mut one).await.unwrap();
    let change = format!(
        "drop trigger {} on staging; drop trigger {} on staging; \
         create trigger e1 before update on operators for each row execute function calm(); \
         create trigger e2 before update on operators for each row execute function calm(); commit",
        left.0, right.0
    );
    sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut other).await.unwrap();
    let same: String = sqlx::query_scalar(SUM).fetch_one(&mut one).await.unwrap();
    assert_eq!(sum, same, "the sum alone says nothing");
    let now = read_apart(&mut one, &MARKS_ON_POSTGRES).await;
    assert_ne!(former, now);
}

/// What is read with PostgreSQL's own path, as the console reads it.
async fn read_apart(connection: &mut PgConnection, what: &'static str) -> String {
    let mut tx = connection.begin().await.unwrap();
    sqlx::query(APART).execute(&mut *tx).await.unwrap();
    let read = sqlx::query_scalar(what).fetch_one(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    read
}

/// The second look, before what was written counts, is at what our names lead to: whoever works in a schema of their own, or empties
/// tables of their own beside the console's all day, stops nothing.
#[tokio::test]
async fn the_second_look_is_at_nothing_of_a_neighbours() {
    let mut one = PgConnection::connect(&database().await).await.unwrap();
    sqlx::raw_sql(
        "create table staging (id int); create table operators (id int); create schema beside; \
         create table beside.alarms (id int); set search_path = public, pg_temp; \
         create function runs() returns trigger language plpgsql as 'begin return new; end'; \
         create function beside.runs() returns trigger language plpgsql as 'begin return new; end'; \
         create trigger t before insert on operators for each row execute function runs(); \
         create trigger t before insert on beside.alarms for each row execute function beside.runs()",
    )
    .execute(&mut one)
    .await
    .unwrap();
    let mut stands = read_apart(&mut one, &STANDS_ON_POSTGRES).await;
    for (change, is_ours) in [
        ("truncate staging", false),
        ("create function theirs() returns int language sql as 'select 1'", false),
        ("create index on staging (id)", false),
        (
            "create or replace function beside.runs() returns trigger language plpgsql as 'begin return null; end'",
            false,
        ),
        ("truncate beside.alarms", false),
        ("create table beside.operators (id int)", false),
        ("create schema other; drop schema other", false),
        ("grant usage on schema beside to public", false),
        ("alter schema beside rename to aside; alter schema aside rename to beside", false),
        ("alter table operators rename to other; alter table other rename to operators", true),
        ("create or replace function runs() returns trigger language plpgsql as 'begin return null; end'", true),
        ("alter schema public rename to aside; alter schema aside rename to public", true),
        (
            "alter schema public rename to aside; alter schema beside rename to public; \
             alter schema public rename to beside; alter schema aside rename to public",
            true,
        ),
    ] {
        sqlx::raw_sql(change).execute(&mut one).await.unwrap();
        let now = read_apart(&mut one, &STANDS_ON_POSTGRES).await;
        assert_eq!(now != stands, is_ours, "{change}");
        stands = now;
    }
}

/// Operators and functions of somebody's own that fit what the look compares better than PostgreSQL's do not blind it: neither to
/// themselves nor to what they are to hide.
#[tokio::test]
async fn the_look_is_not_blinded_by_what_fits_better_than_postgresqls_own() {
    let house = house(postgres().await).await;
    house.app.ledger.seal_rows_once().await.unwrap();
    let store = &house.app.store;
    assert_eq!(store.foreign().await.unwrap(), None);
    sql(
        store,
        "create table mine (o oid); \
         create function least_of(oid, int4) returns boolean language sql as \
         'select $1 operator(pg_catalog.>=) $2::oid and $1 not in (select o from public.mine)'; \
         create operator >= (leftarg = oid, rightarg = int4, function = least_of); \
         create function joined(name, name) returns text language sql as 'select pg_catalog.left($1::text, 0)'; \
         create operator || (leftarg = name, rightarg = name, function = joined); \
         insert into mine select oid from pg_proc where proname in ('least_of', 'joined'); \
         insert into mine select oid from pg_operator where oprcode in (select o from mine); \
         create function calm() returns trigger language plpgsql as 'begin return new; end'; \
         create trigger e1 before update on operators for each row execute function calm(); \
         create trigger e2 before insert on ledger_entries for each row execute function calm()",
    )
    .await
    .unwrap();
    let found = store.foreign().await.unwrap().expect("it is named");
    assert!(found.contains("is not the console’s"), "{found}");
    sql(store, "drop operator >= (oid, int4); drop operator || (name, name); drop function least_of, joined")
        .await
        .unwrap();
    let found = store.foreign().await.unwrap().expect("the triggers are named");
    assert!(found.starts_with("the trigger e"), "{found}");
    sql(store, "drop trigger e1 on operators; drop trigger e2 on ledger_entries; drop function calm; drop table mine")
        .await
        .unwrap();
    assert_eq!(store.foreign().await.unwrap(), None);
    // What lies in a schema of a neighbour's own no name of ours leads to.
    sql(
        store,
        "create schema theirs; create function theirs.lower(bigint) returns bigint language sql as 'select $1'; \
         create function theirs.plus(text, text) returns text language sql as 'select $1'; \
         create operator theirs.+ (leftarg = text, rightarg = text, function = theirs.plus)",
    )
    .await
    .unwrap();
    assert_eq!(store.foreign().await.unwrap(), None);
}

/// What the console asks of its own store counts rows, and no values: an aggregate of somebody's own over just these would fit better
/// than PostgreSQL's over any.
#[test]
fn rows_are_counted_and_no_values() {
    for folder in ["src/store", "src/ledger"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            // The look itself reads with PostgreSQL's own path.
            let own = path.ends_with("foreign.rs") || path.ends_with("held.rs");
            let odd = text.match_indices("count(").find(|(at, _)| {
                let before = text[..*at]
                    .chars()
                    .next_back()
                    .is_some_and(|letter| letter.is_alphanumeric() || "_.:".contains(letter))
                    || text[..*at].ends_with("fn ");
                let after = text[at + "count(".len()..].chars().next();
                !before && after.is_some_and(|letter| letter.is_ascii_lowercase() || letter == '$')
            });
            let shown = odd.filter(|_| !own).map(|(at, _)| text[at..].chars().take(60).collect::<String>());
            assert_eq!(shown, None, "{}: count(*) filter (where …)", path.display());
        }
    }
}

//! What is decided about many at once and carried out one by one: claims, what is there without an entry, what was changed in
//! the store, and what is counted without being opened.

use crate::{
    domains::{read_in, ticks},
    engine::{Database, on_both},
    support::{House, house, postgres, sql, sqlite, until},
};
use axum::http::StatusCode;
use howdah::{
    access::Actor,
    batches::service::{OfBatch, engine},
    clock::{DAY, SECOND, Timestamp},
    deeds::InBatch,
    domain_blocks::{ImportState, RowState, service::OfImport},
    id::{InstanceName, OperatorId},
    ledger::{Filter, Outcome, Progress},
    operators::service::command_actor,
    store::{
        Store,
        batches::{self, Batch, State},
        claims::Leases,
        domain_imports, grants,
    },
};
use sqlx::Connection;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

/// Claims of every table: one process at a time, for as long as it says so again, by the store's clock.
async fn a_row_is_one_processs_for_a_time(db: &Database) {
    let store = &db.store;
    for statement in [
        "insert into batches (id, instance, operator, kind, sealed_why, paused, created_at, lease, lease_until) \
         values ('X', 'harbour', 'ANN', 'decide_case', '', false, 0, '', 0)",
        "insert into domain_imports (id, instance, operator, file, rows, suspends, suspends_accounts, created_at, state, why, \
         note, lease_until) values ('X', 'harbour', 'ANN', '', 0, 0, 0, 0, 'running', '', '', 0)",
        "insert into operators (id, name, name_key, role, created_at) values ('ANN', 'ann', 'ann', 'owner', 0)",
        "insert into grants (id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, asked_by, \
         asked_at, decided_by, decided_at, approved, lease, lease_until) \
         values ('X', 'ANN', '[]', '[]', false, false, 0, 9, 'ANN', 'ANN', 0, 'BEN', 1, true, '', 0)",
    ] {
        db.run(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    for claims in [batches::CLAIMS, domain_imports::CLAIMS, grants::DUE] {
        let table = claims.table;
        let free = async |process: &str, at: Timestamp| {
            claims.free(store, None, process, at).await.unwrap() == ["X".to_owned()]
        };
        let take = async |process: &str, at: Timestamp| claims.take(store, "X", process, at).await.unwrap();
        let renew = async |process: &str, at: Timestamp| claims.renew(store, "X", process, at).await.unwrap();
        // A grant that has not begun is due.
        let at = if table == "grants" { Timestamp(5) } else { NOW };
        assert!(free("one", at).await && take("one", at).await, "{table}");
        assert!(!free("two", at).await && !take("two", at).await, "{table}: it is one's");
        assert_eq!(take("one", at).await, claims.again, "{table}: once more");
        assert!(!renew("two", at).await && renew("one", at.plus(SECOND)).await, "{table}");
        assert!(!take("two", at.plus(claims.time)).await, "{table}: renewed a second later");
        assert!(take("two", at.plus(claims.time + SECOND)).await, "{table}: it has run out");
        assert!(!renew("one", at.plus(claims.time + SECOND)).await, "{table}: it is two's");
        claims.give_back(store, "X", "one", at).await.unwrap();
        assert!(!free("one", at.plus(claims.time + SECOND)).await, "{table}: not one's to give");
        claims.give_back(store, "X", "two", at).await.unwrap();
        assert!(take("one", at.plus(1)).await, "{table}");
    }
    let none = Leases { due: "paused", ..batches::CLAIMS };
    assert!(!none.renew(store, "X", "one", NOW).await.unwrap(), "nothing is to be done any more");
}

on_both!(a_row_is_one_processs_for_a_time);

/// People who wait with a confirmed address, oldest first.
async fn waiting(house: &House, number: usize) -> Vec<String> {
    let people: Vec<String> = sqlx::query_scalar(
        "select a.id::text from users u join accounts a on a.id = u.account_id \
         where not u.approved and u.confirmed_at is not null order by u.id",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    people.into_iter().take(number).collect()
}

async fn is_approved(house: &House, account: &str) -> bool {
    sqlx::query_scalar("select approved from users where account_id = $1::bigint")
        .bind(account.parse::<i64>().unwrap())
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn approve(house: &House, cookie: &str, who: &[String]) -> String {
    let who = who.join(",");
    let form = [("instance", "harbour"), ("who", who.as_str()), ("verdict", "approve"), ("back", "/i/harbour/signups")];
    house.post(Some(cookie), "/api/signups/decide", &form).await.location.unwrap()
}

async fn work(house: &House) -> usize {
    let instance = house.app.instances[&harbour()].clone();
    let done = engine::work::<OfBatch>(&house.app, &instance, "one", 50).await.unwrap();
    done + engine::work::<OfImport>(&house.app, &instance, "one", 50).await.unwrap()
}

async fn entries(house: &House, kind: &str) -> usize {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 50, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap().len()
}

async fn items(house: &House, batch: &str) -> Vec<batches::Item<InBatch>> {
    batches::items(&house.app.store, &house.app.keys, batch).await.unwrap()
}

#[tokio::test]
async fn what_cannot_be_stored_leaves_no_entry_that_it_began() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let who = waiting(&house, 3).await;
        sql(&house.app.store, "alter table batch_items rename to gone").await.unwrap();
        let to = approve(&house, &cookie, &who).await;
        assert!(to.contains("draft="), "{to}");
        assert_eq!(house.get(Some(&cookie), &to).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(entries(&house, "batch_begun").await, 0, "an entry about nothing");
        sql(&house.app.store, "alter table gone rename to batch_items").await.unwrap();
        let mut told = house.app.begun.subscribe();
        told.mark_unchanged();
        let to = approve(&house, &cookie, &who).await;
        assert!(to.starts_with("/i/harbour/batches/"), "{to}");
        assert!(told.has_changed().unwrap(), "the work is told at once");
        assert_eq!((entries(&house, "batch_begun").await, work(&house).await), (1, 3));
    }
}

/// What an item came to is told by its entry, whatever its row says: it is not done twice, also where the words of the entry do not
/// open for a while, or what came of it was altered.
#[tokio::test]
async fn an_item_put_back_is_not_done_twice() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (store, cookie) = (&house.app.store, house.sign_in("moderator").await);
        let instance = house.app.instances[&harbour()].clone();
        let one = async || engine::work::<OfBatch>(&house.app, &instance, "one", 1).await.unwrap();
        let batch = approve(&house, &cookie, &waiting(&house, 2).await).await;
        let batch = batch.rsplit('/').next().unwrap().to_owned();
        sql(store, "create table waited as select * from batch_items").await.unwrap();
        one().await;
        assert_eq!(entries(&house, "decide_sign_up").await, 1);
        let put_back = "delete from batch_items; insert into batch_items select * from waited";
        let outcome = |from: &str, to: &str| {
            format!(
                "update ledger_entries set leaf = replace(leaf, '\"outcome\":\"{from}\"', '\"outcome\":\"{to}\"') \
                 where deed = 'decide_sign_up' and kind = 'outcome'"
            )
        };
        sql(store, put_back).await.unwrap();
        sql(store, "create table away as select * from ledger_keys; delete from ledger_keys").await.unwrap();
        one().await;
        assert_eq!(entries(&house, "decide_sign_up").await, 1, "it is not known which one was done");
        sql(store, "delete from ledger_keys; insert into ledger_keys select * from away").await.unwrap();
        sql(store, put_back).await.unwrap();
        crate::engine::past_triggers(&store.driver, &outcome("succeeded", "failed")).await.unwrap();
        one().await;
        assert_eq!(entries(&house, "decide_sign_up").await, 1, "it is not known what came of it");
        crate::engine::past_triggers(&store.driver, &outcome("failed", "succeeded")).await.unwrap();
        let (size, root) = house.app.ledger.stands().await.unwrap();
        house.app.ledger.accept(size, &root, "put right".into()).await.unwrap();
        sql(store, put_back).await.unwrap();
        while one().await > 0 {}
        assert_eq!(entries(&house, "decide_sign_up").await, 2, "the other one alone");
        assert!(items(&house, &batch).await.iter().all(|item| item.state == State::Closed(Outcome::Succeeded)));
    }
}

/// Begins an import with what is ticked; nothing says so yet.
async fn begin(store: &Store, import: &str) -> sqlx::Result<Option<usize>> {
    let seen = domain_imports::ticked(store, import).await?;
    domain_imports::begin(store, import, &seen, "a list").await
}

/// The process ended after the rows were stored, and before the entry.
#[tokio::test]
async fn what_was_stored_and_not_begun_does_nothing_and_is_forgotten() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (cookie, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let who = waiting(&house, 2).await;
        let to = approve(&house, &cookie, &who).await;
        let (store, keys) = (&house.app.store, &house.app.keys);
        let begun = batches::by_id(store, keys, to.rsplit('/').next().unwrap()).await.unwrap().unwrap();
        let deeds: Vec<InBatch> = items(&house, &begun.id).await.into_iter().map(|item| item.deed).collect();
        let dead = Batch { id: "01DEAD".to_owned(), ..begun.clone() };
        batches::insert(store, keys, &dead, &deeds).await.unwrap();
        batches::set_paused(store, &begun.id, true).await.unwrap();
        assert_eq!(work(&house).await, 0);
        assert_eq!(house.weather.writes(), 0, "no entry, no action");
        assert_eq!(batches::running(store, keys, &harbour()).await.unwrap().len(), 1, "it is on no page");
        assert_eq!(house.get(Some(&cookie), "/i/harbour/batches/01DEAD").await.status, StatusCode::NOT_FOUND);
        assert_eq!(batches::delete_old(store, dead.created_at, dead.created_at).await.unwrap(), 0);
        assert_eq!(batches::delete_old(store, dead.created_at, dead.created_at.plus(DAY)).await.unwrap(), 1);
        assert_eq!(items(&house, &begun.id).await.len(), 2, "what was begun stays");

        // An import stays the preview it was, and can be begun.
        let import = read_in(&house, &admin, "domain,severity\na.test,silence\nb.test,silence\n").await;
        assert_eq!(begin(store, &import).await.unwrap(), Some(2));
        assert_eq!(work(&house).await, 0);
        assert_eq!(house.weather.writes(), 0, "no entry, no action");
        let read = async || domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap().state;
        assert_eq!(read().await, ImportState::Preview);
        // Somebody unticks a row after all.
        let seen = [("shown", "2,3"), ("row[]", "2"), ("why", "a list")];
        ticks(&house, &admin, &import, "import-start", &seen).await;
        assert_eq!((read().await, entries(&house, "batch_begun").await), (ImportState::Running, 2));
        assert_eq!(work(&house).await, 1);
        let rows = domain_imports::rows(store, &import).await.unwrap();
        let states: Vec<RowState> = rows.iter().map(|row| row.state).collect();
        assert_eq!((states, read().await), (vec![RowState::Done, RowState::LeftOut], ImportState::Done));
        // One that nobody begins goes as any preview does.
        let import = read_in(&house, &admin, "domain,severity\nc.test,silence\n").await;
        begin(store, &import).await.unwrap();
        let now = house.app.clock.now();
        assert_eq!(domain_imports::delete_old(store, now.plus(-DAY), now.plus(DAY)).await.unwrap(), 1);
    }
}

/// Whoever can write the store, without the key, has nothing else done in somebody's name, and nothing else called done.
#[tokio::test]
async fn a_deed_that_was_changed_in_the_store_is_not_done_and_not_called_done() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let who = waiting(&house, 4).await;
        let to = approve(&house, &cookie, &who).await;
        let id = to.rsplit('/').next().unwrap().to_owned();
        let (store, keys) = (&house.app.store, &house.app.keys);
        // One that waits becomes another of the same batch; one that is under way does.
        for position in [1, 2] {
            let change = format!(
                "update batch_items set sealed_deed = (select sealed_deed from batch_items where batch = '{id}' and position = 0) \
                 where batch = '{id}' and position = {position}"
            );
            sql(store, &change).await.unwrap();
        }
        sql(store, "update batch_items set state = 'under_way' where position = 2").await.unwrap();
        // One is changed while its deed is being done.
        batches::set_item(store, keys, &id, 3, State::UnderWay, None, None).await.unwrap();
        sql(
            store,
            "update batch_items set sealed_deed = (select sealed_deed from batch_items where position = 0) \
             where position = 3",
        )
        .await
        .unwrap();
        batches::set_item(store, keys, &id, 3, State::Closed(Outcome::Succeeded), Some(7), None).await.unwrap();
        work(&house).await;
        let found = items(&house, &id).await;
        let states: Vec<State> = found.iter().map(|item| item.state).collect();
        assert_eq!(states, [State::Closed(Outcome::Succeeded)], "of the others nothing is believed");
        let counts = batches::counts(store, &id).await.unwrap();
        let closed = counts.iter().filter(|(state, _)| *state != State::Closed(Outcome::Succeeded));
        assert_eq!(closed.map(|(_, number)| number).sum::<i64>(), 3, "{counts:?}");
        assert_eq!(house.weather.writes(), 1);
        assert!(is_approved(&house, &who[0]).await && !is_approved(&house, &who[1]).await);
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("4 of 4 done") && page.contains("not by the console"), "{page}");
    }
}

/// Whoever is said to have been let in by a batch was.
#[tokio::test]
async fn a_batch_that_is_over_says_of_nobody_else_what_became_of_them() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (cookie, owner) = (house.sign_in("moderator").await, house.sign_in("owner").await);
        let who = waiting(&house, 4).await;
        let to = approve(&house, &cookie, &who).await;
        let id = to.rsplit('/').next().unwrap().to_owned();
        work(&house).await;
        let (store, there) = (&house.app.store, "select sealed_deed from batch_items where position =");
        assert_eq!(items(&house, &id).await.len(), 4);
        sql(
            store,
            &format!(
                "create table theirs as select position, sealed_deed from batch_items; \
                 update batch_items set sealed_deed = ({}) where position = 0; \
                 update batch_items set sealed_deed = ({}) where position = 1; drop table theirs",
                format!("{there} 1").replace("batch_items", "theirs"),
                format!("{there} 0").replace("batch_items", "theirs"),
            ),
        )
        .await
        .unwrap();
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("2 rows were changed, not by the console"), "{page}");
        assert_eq!(items(&house, &id).await.iter().map(|item| item.position).collect::<Vec<_>>(), [2, 3]);
        let named = async |name: &str| {
            let overview = house.get(Some(&owner), "/i/harbour").await.body;
            assert!(overview.contains(name), "{name}: {overview}");
        };
        named(&format!("the deed 0 of the batch {id}")).await;
        // One of which nobody knows how far it has come takes no desk with it.
        sql(store, "update batch_items set state = 'nonsense' where position = 2").await.unwrap();
        for page in [to.as_str(), "/i/harbour/signups", "/i/harbour/reports", "/i/harbour"] {
            assert_eq!(house.get(Some(&owner), page).await.status, StatusCode::OK, "{page}");
        }
        sql(store, "update batches set operator = '01owner'").await.unwrap();
        let page = house.get(Some(&cookie), &to).await;
        assert!(
            page.status == StatusCode::NOT_FOUND && page.body.contains("was changed, not by the console"),
            "{}",
            page.body
        );
        named(&format!("the batch {id}")).await;
    }
}

#[tokio::test]
async fn a_row_of_an_import_that_was_changed_under_way_is_not_called_done() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let import = read_in(&house, &admin, "domain,severity\na.test,silence\nb.test,silence\n").await;
        ticks(
            &house,
            &admin,
            &import,
            "import-start",
            &[("shown", "2,3"), ("row[]", "2"), ("row[]", "3"), ("why", "a list")],
        )
        .await;
        let store = &house.app.store;
        let set = async |state, entry| domain_imports::set_row(store, &import, 2, state, "", entry).await.unwrap();
        set(RowState::UnderWay, None).await;
        sql(store, "update domain_import_rows set domain = 'evil.test' where line = 2").await.unwrap();
        // Its process is gone: it is not looked up as another.
        work(&house).await;
        let rows = domain_imports::rows(store, &import).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| row.state).collect::<Vec<_>>(),
            [RowState::Failed, RowState::Done],
            "{rows:?}"
        );
        assert_eq!(house.weather.writes(), 1);
        set(RowState::Done, Some(7)).await;
        let rows = domain_imports::rows(store, &import).await.unwrap();
        assert!(rows[0].state == RowState::Failed && rows[0].said.contains("not by the console"), "{rows:?}");
        assert_eq!((rows[0].entry, rows[0].domain.as_str()), (None, ""), "nothing of it is believed");
    }
}

/// What a desk says of the batches that run, and what pauses one, opens no deed but the first.
#[tokio::test]
async fn what_runs_is_counted_without_being_opened() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let to = approve(&house, &cookie, &waiting(&house, 12).await).await;
        let id = to.rsplit('/').next().unwrap();
        let store = &house.app.store;
        sql(store, "update batch_items set sealed_deed = 'not to be opened' where position > 0").await.unwrap();
        let desk = house.get(Some(&cookie), "/i/harbour/signups").await;
        assert!(desk.status == StatusCode::OK && desk.body.contains("Approve 12 sign-ups"), "{}", desk.body);
        let form = [("instance", "harbour"), ("batch", id), ("pause", "yes")];
        house.post(Some(&cookie), "/api/batches/pause", &form).await;
        let filter = Filter { kind: Some("batch_paused".into()), limit: 1, ..Default::default() };
        let paused = house.app.ledger.list(&filter).await.unwrap().remove(0);
        assert_eq!(paused.leaf["facts"]["number"], 12);
        sql(store, "update batch_items set state = 'failed' where position > 9").await.unwrap();
        let counts = batches::counts(store, id).await.unwrap();
        let of = |wanted| counts.iter().find(|(state, _)| *state == wanted).map(|(_, number)| *number);
        assert_eq!((of(State::Waiting), of(State::Closed(Outcome::Failed))), (Some(10), Some(2)));
    }
}

/// Two that run have their turns: a long one keeps no other waiting, nor does one whose person may ask for no more now.
#[tokio::test]
async fn every_batch_has_its_turn() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let who = waiting(&house, 8).await;
    let (first, second) = (approve(&house, &moderator, &who[..5]).await, approve(&house, &admin, &who[5..]).await);
    let instance = house.app.instances[&harbour()].clone();
    assert_eq!(engine::work::<OfBatch>(&house.app, &instance, "one", 2).await.unwrap(), 4);
    for (to, closed) in [(first, 2), (second, 2)] {
        let found = items(&house, to.rsplit('/').next().unwrap()).await;
        let done = found.iter().filter(|item| item.state == State::Closed(Outcome::Succeeded)).count();
        assert_eq!(done, closed, "{to}");
    }
    assert_eq!(
        engine::work::<OfBatch>(&house.app, &instance, "two", 2).await.unwrap(),
        0,
        "another process leaves them"
    );
    while engine::work::<OfBatch>(&house.app, &instance, "one", 2).await.unwrap() > 0 {}
    assert_eq!(entries(&house, "batch_ended").await, 2);
}

/// Something that fails when a row is written as a condition says: `update on batches when old.paused`.
async fn stopped(store: &Store, when: &str) {
    let (on_sqlite, on_postgres) = (
        format!("create trigger stopped before {when} begin select raise(abort, 'stopped'); end"),
        format!(
            "create function stopped() returns trigger language plpgsql as 'begin raise exception ''stopped''; end'; \
             create trigger stopped before {}",
            when.replacen(" when ", " for each row when (", 1) + ") execute function stopped()"
        ),
    );
    match &store.driver {
        howdah::store::Driver::Sqlite(_) => sql(store, &on_sqlite).await.unwrap(),
        howdah::store::Driver::Postgres(_) => sql(store, &on_postgres).await.unwrap(),
    }
}

async fn stopped_no_more(store: &Store, table: &str) {
    match &store.driver {
        howdah::store::Driver::Sqlite(_) => sql(store, "drop trigger stopped").await.unwrap(),
        howdah::store::Driver::Postgres(_) => {
            sql(store, &format!("drop trigger stopped on {table}; drop function stopped()")).await.unwrap();
        }
    }
}

/// The deeds of a batch that an older version left are proved once, when the store is brought up to date: also where the first
/// start ended in the middle.
#[tokio::test]
async fn deeds_of_an_older_version_are_proved_once() {
    const DUE: &str = "select count(*) from sealing_due";
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let who = waiting(&house, 2).await;
        approve(&house, &cookie, &who).await;
        let store = &house.app.store;
        for change in [
            "alter table batch_items drop column mac",
            "alter table batches drop column about",
            "delete from _sqlx_migrations where version = 41",
        ] {
            sql(store, change).await.unwrap();
        }
        let due = count(store, DUE).await;
        stopped(store, "update on batch_items when old.position = 1").await;
        assert!(store.migrate().await.is_err());
        stopped_no_more(store, "batch_items").await;
        // As it was proved then, without what is new.
        store.migrate().await.unwrap();
        let former: i64 = count(store, "select count(*) from batch_items where mac is not null").await;
        assert_eq!(former, 2);
        // With the rest of a start, which says so in the record.
        assert_eq!(house.app.ledger.prove_deeds_once().await.unwrap(), Some(2));
        sql(store, "update batch_items set mac = null").await.unwrap();
        store.migrate().await.unwrap();
        let anew: i64 = count(store, "select count(*) from batch_items where mac is not null").await;
        assert_eq!(anew, 0, "once: a proof that is missing later was taken away");
        assert_eq!(count(store, DUE).await, due, "no note of it is left");

        // Whoever kept a note of it puts it back in vain: that it was done is an entry.
        assert_eq!(entries(&house, "deeds_proved").await, 1);
        assert_eq!(house.app.ledger.prove_deeds_once().await.unwrap(), None, "once");
        sql(store, "delete from _sqlx_migrations where version = 41").await.unwrap();
        for change in ["alter table batch_items drop column mac", "alter table batches drop column about"] {
            sql(store, change).await.unwrap();
        }
        store.migrate().await.unwrap();
        let taken: i64 = count(store, "select count(*) from batch_items where mac is not null").await;
        assert_eq!(taken, 0, "the record says that it was done");
    }
}

async fn count(store: &Store, text: &'static str) -> i64 {
    match &store.driver {
        howdah::store::Driver::Sqlite(pool) => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
        howdah::store::Driver::Postgres(pool) => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
    }
}

/// One that cannot be read is paused, and no other waits for it.
#[tokio::test]
async fn a_damaged_piece_keeps_no_other_waiting() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (cookie, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let (store, instance) = (&house.app.store, house.app.instances[&harbour()].clone());
        let who = waiting(&house, 4).await;
        let id = |to: String| to.rsplit('/').next().unwrap().to_owned();
        let damaged = id(approve(&house, &cookie, &who[..2]).await);
        let good = id(approve(&house, &cookie, &who[2..]).await);
        let change = format!("update batch_items set state = 'nonsense' where batch = '{damaged}' and position = 0");
        sql(store, &change).await.unwrap();
        assert!(engine::work::<OfBatch>(&house.app, &instance, "one", 50).await.is_err(), "it is said");
        let states: Vec<State> = items(&house, &good).await.into_iter().map(|item| item.state).collect();
        assert_eq!(states, [State::Closed(Outcome::Succeeded); 2]);
        assert_eq!(count(store, "select count(*) from batches where paused").await, 1);
        assert_eq!(engine::work::<OfBatch>(&house.app, &instance, "one", 50).await.unwrap(), 0, "once");
        assert_eq!(house.weather.writes(), 2, "nothing of the damaged one");

        let mut lists = Vec::new();
        for names in ["a.test,silence\nb.test,silence\n", "c.test,silence\n", "d.test,silence\n", "e.test,silence\n"] {
            let import = read_in(&house, &admin, &format!("domain,severity\n{names}")).await;
            ticks(&house, &admin, &import, "import-start", &[("why", "a list")]).await;
            lists.push(import);
        }
        let line =
            format!("update domain_import_rows set difference = 'nonsense' where import = '{}' and line = 2", lists[0]);
        sql(store, &line).await.unwrap();
        // Only one of the engines lets a text stand where a number should.
        let unreadable = matches!(store.driver, howdah::store::Driver::Sqlite(_));
        if unreadable {
            sql(store, &format!("update domain_imports set rows = 'x' where id = '{}'", lists[2])).await.unwrap();
        }
        engine::work::<OfImport>(&house.app, &instance, "one", 50).await.unwrap();
        let refused = store.refused().await.unwrap();
        let is_named =
            refused.iter().any(|row| row.wrong == howdah::store::Wrong::Unreadable && row.row.contains("import"));
        assert_eq!(is_named, unreadable, "{refused:?}");
        let (done, failed) = (
            count(store, "select count(*) from domain_import_rows where state = 'done'").await,
            count(store, "select count(*) from domain_import_rows where state = 'failed'").await,
        );
        assert_eq!((done, failed), (if unreadable { 3 } else { 4 }, 1));
    }
}

/// The state of a line, and what is said of it.
async fn line(house: &House, import: &str, number: i64) -> (RowState, String) {
    let rows = domain_imports::rows(&house.app.store, import).await.unwrap();
    let row = rows.iter().find(|row| row.line == number).unwrap();
    (row.state, row.said.clone())
}

async fn on_instance(house: &House, text: &'static str) {
    sqlx::query(text).execute(&house.instance).await.unwrap();
}

#[tokio::test]
async fn a_rule_that_was_made_anew_since_the_preview_ends_its_row() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        const RULE: &str =
            "insert into domain_blocks (domain, severity, created_at, updated_at) values ('a.test', 0, now(), now())";
        on_instance(&house, RULE).await;
        let import = read_in(&house, &admin, "domain,severity\na.test,suspend\n").await;
        let form = [("shown", "2"), ("row[]", "2"), ("why", "a list")];
        ticks(&house, &admin, &import, "import-start", &form).await;
        on_instance(&house, "delete from domain_blocks where domain = 'a.test'").await;
        on_instance(&house, RULE).await;
        for _ in 0..3 {
            work(&house).await;
        }
        assert_eq!(entries(&house, "change_domain_block").await, 1, "it is tried once");
        let (state, said) = line(&house, &import, 2).await;
        assert!(
            state == RowState::Failed && said.contains("replaced the domain block in the meantime"),
            "{state:?} {said}"
        );
        let kept = domain_imports::by_id(&house.app.store, &harbour(), &import).await.unwrap().unwrap();
        assert_eq!((kept.state, house.weather.writes()), (ImportState::Done, 0));
    }
}

/// What somebody did by hand is not taken for what their list asks for: neither before it began, nor another rule.
#[tokio::test]
async fn only_what_the_list_did_is_done_before() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let import = read_in(&house, &admin, "domain,severity\na.test,silence\nb.test,silence\n").await;
        let rows = domain_imports::rows(&house.app.store, &import).await.unwrap();
        let wanted: serde_json::Value = serde_json::from_str(&rows[0].wanted).unwrap();
        let comment = wanted["private_comment"].as_str().unwrap();
        let by_hand = async |domain: &str, severity: &str| {
            let form = [
                ("instance", "harbour"),
                ("domain", domain),
                ("severity", severity),
                ("private_comment", comment),
                ("why", "a test"),
            ];
            house.post(Some(&admin), "/api/domains/set", &form).await;
            assert_eq!(house.outcome("block_domain").await, Some(Outcome::Succeeded));
            on_instance(&house, "delete from domain_blocks where domain in ('a.test', 'b.test')").await;
        };
        by_hand("a.test", "silence").await;
        ticks(&house, &admin, &import, "import-start", &[("why", "a list")]).await;
        by_hand("b.test", "noop").await;
        let writes = house.weather.writes();
        work(&house).await;
        let said = [line(&house, &import, 2).await, line(&house, &import, 3).await];
        assert!(said.iter().all(|(state, said)| *state == RowState::Done && said.is_empty()), "{said:?}");
        assert_eq!(house.weather.writes(), writes + 2);
    }
}

/// An import that ran when the console was brought up to date goes on: it was begun when no entry said so.
#[tokio::test]
async fn an_import_that_a_former_version_began_goes_on() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let store = &house.app.store;
        let import = read_in(&house, &admin, "domain,severity\na.test,silence\n").await;
        begin(store, &import).await.unwrap();
        sql(store, "update domain_imports set mac = null; update domain_import_rows set mac = null").await.unwrap();
        domain_imports::seal_former(store).await.unwrap();
        let state = async || domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap().state;
        assert_eq!(state().await, ImportState::Running);
        let now = house.app.clock.now();
        assert_eq!(domain_imports::delete_old(store, now.plus(-DAY), now.plus(DAY)).await.unwrap(), 0);
        assert_eq!(begin(store, &import).await.unwrap(), None, "it is no preview");
        assert_eq!((work(&house).await, state().await), (1, ImportState::Done));
    }
}

/// An import that is looked at and left as it was can be claimed at once: a lock that outlives the answer for a moment would
/// make its own process take it for one that somebody else writes, and leave it running after its last row.
#[tokio::test]
async fn an_import_that_is_left_as_it_was_is_free_before_the_answer_is_there() {
    let house = house(postgres().await).await;
    let admin = house.sign_in("admin").await;
    let store = &house.app.store;
    let import = read_in(&house, &admin, "domain,severity\na.test,silence\n").await;
    // This thread stands still meanwhile, and with it everything that it would do after an answer.
    let url = house.store.url.clone();
    let free = || {
        let url = url.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut other = sqlx::PgConnection::connect(&url).await.unwrap();
                let sql = "select count(*) from (select id from domain_imports for update skip locked) as free";
                sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut other).await.unwrap() == 1
            })
        })
        .join()
        .unwrap()
    };
    use ImportState::{Done, Paused, Preview, Running};
    let change = async |from| domain_imports::change_state(store, &import, from, Running, "a list", "").await.unwrap();
    assert!(domain_imports::tick(store, &import, "another", &[], "").await.unwrap().is_none() && free(), "ticked");
    assert!(domain_imports::begin(store, &import, "another", "").await.unwrap().is_none() && free(), "begun");
    assert!(domain_imports::again(store, &import).await.unwrap().is_none() && free(), "once more");
    assert!(!change(Paused).await && free(), "moved from where it is not");
    domain_imports::note(store, &import, "").await.unwrap();
    assert!(free(), "it says what it said");
    let begun = begin(store, &import).await.unwrap();
    assert!(begun == Some(1) && free(), "{begun:?}");
    let kept = domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap();
    assert!(kept.state == Preview && !change(Done).await && free(), "{:?}", kept.state);
}

/// Whoever waits for an import that is being begun ticks nothing in it any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_begun_while_a_tick_waits_is_no_preview() {
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    let admin = house.sign_in("admin").await;
    let store = &house.app.store;
    let howdah::store::Driver::Postgres(pool) = &store.driver else { panic!("PostgreSQL was asked for") };
    let import = read_in(&house, &admin, "domain,severity\na.test,silence\n").await;
    let seen = domain_imports::ticked(store, &import).await.unwrap();
    begin(store, &import).await.unwrap();
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select 1 from domain_imports for update").execute(&mut *held).await.unwrap();
    let ticking = tokio::spawn({
        let (store, import, seen) = (store.clone(), import.clone(), seen.clone());
        async move { domain_imports::tick(&store, &import, &seen, &[], "a list").await.unwrap() }
    });
    let beginning = tokio::spawn({
        let (store, import) = (store.clone(), import.clone());
        async move { domain_imports::begin(&store, &import, &seen, "a list").await.unwrap() }
    });
    until("both wait", async || sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() == 2).await;
    let task = engine::Task {
        id: import.clone(),
        instance: harbour(),
        operator: OperatorId("01admin".into()),
        kind: "domain_import".into(),
        number: 1,
    };
    let by = Actor { operator: task.operator.clone(), ..command_actor() };
    engine::staged(&house.app, Progress::Begun, Some(&by), &task).await.unwrap();
    held.commit().await.unwrap();
    assert_eq!((ticking.await.unwrap(), beginning.await.unwrap()), (None, None));
    let kept = domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap();
    assert_eq!(kept.state, ImportState::Running);
}

/// A list that is read in anew takes the place of its preview: also of one that was stored as begun, and is not.
#[tokio::test]
async fn a_preview_is_replaced_however_it_came_to_be_one() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let store = &house.app.store;
        let import = read_in(&house, &admin, "domain,severity\na.test,silence\n").await;
        begin(store, &import).await.unwrap();
        let former = domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap();
        let file = domain_imports::file(store, &import).await.unwrap().unwrap();
        let rows = domain_imports::rows(store, &import).await.unwrap();
        let (lines, which) = (Vec::new(), Vec::new());
        let anew = domain_imports::Import { id: "01ANEW".into(), lines, which, ..former };
        assert!(domain_imports::insert(store, &anew, &rows, &file, Some(&import)).await.unwrap());
        assert_eq!(domain_imports::by_id(store, &harbour(), &import).await.unwrap(), None);
        assert_eq!(domain_imports::rows(store, &import).await.unwrap(), []);
        ticks(&house, &admin, "01ANEW", "import-start", &[("why", "a list")]).await;
        let other = domain_imports::Import { id: "01OTHER".into(), ..anew };
        assert!(!domain_imports::insert(store, &other, &rows, &file, Some("01ANEW")).await.unwrap(), "it was begun");
        assert_eq!(domain_imports::rows(store, "01ANEW").await.unwrap().len(), 1);
    }
}

/// An entry may stand although nobody was told so: then what it is about must be there.
#[tokio::test]
async fn a_batch_of_which_it_is_not_known_whether_it_was_begun_stays() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let who = waiting(&house, 2).await;
        let store = &house.app.store;
        sql(store, "alter table rights_changes rename to gone").await.unwrap();
        let to = approve(&house, &cookie, &who).await;
        sql(store, "alter table gone rename to rights_changes").await.unwrap();
        assert!(to.contains("draft="), "{to}");
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("it’s not known whether this was started"), "{page}");
        assert_eq!((count(store, "select count(*) from batch_items").await, work(&house).await), (2, 0));
        let now = house.app.clock.now();
        assert_eq!(batches::delete_old(store, now, now.plus(DAY)).await.unwrap(), 1, "forgotten with the day");
    }
}

/// What people have against a batch that is wrong is that they pause it: whoever can write the store does not let it go on.
#[tokio::test]
async fn what_was_paused_goes_on_by_nobody_elses_hand() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (cookie, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let owner = house.sign_in("owner").await;
        let store = &house.app.store;
        let who = waiting(&house, 3).await;
        let to = approve(&house, &cookie, &who).await;
        let id = to.rsplit('/').next().unwrap().to_owned();
        let pause = async |pause: &str| {
            let form = [("instance", "harbour"), ("batch", id.as_str()), ("pause", pause), ("back", to.as_str())];
            house.post(Some(&cookie), "/api/batches/pause", &form).await
        };
        pause("yes").await;
        sql(store, "update batches set paused = false").await.unwrap();
        assert_eq!((work(&house).await, house.weather.writes()), (0, 0), "it was paused");
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("paused") && page.contains("Resume"), "{page}");
        let named = async |what: &str| store.refused().await.unwrap().iter().any(|row| row.row.contains(what));
        assert!(named(&id).await, "{:?}", store.refused().await.unwrap());
        assert!(house.get(Some(&owner), "/i/harbour").await.body.contains(&id), "the overview says so");
        pause("no").await;
        assert!(!named(&id).await);
        assert_eq!(work(&house).await, 3, "whoever may resumes it");

        let import = read_in(&house, &admin, "domain,severity\na.test,silence\nb.test,silence\n").await;
        let seen = [("shown", "2,3"), ("row[]", "2"), ("row[]", "3"), ("why", "a list")];
        ticks(&house, &admin, &import, "import-start", &seen).await;
        sql(store, "create table as_it_ran as select * from domain_imports").await.unwrap();
        let pause = async |pause: &str| {
            let form = [("instance", "harbour"), ("import", import.as_str()), ("pause", pause)];
            house.post(Some(&admin), "/api/domains/import-pause", &form).await
        };
        pause("yes").await;
        let back = "update domain_imports set state = (select state from as_it_ran), note = (select note from as_it_ran), \
            mac = (select mac from as_it_ran)";
        sql(store, back).await.unwrap();
        let writes = house.weather.writes();
        assert_eq!((work(&house).await, house.weather.writes()), (0, writes), "it was paused");
        let read = async || domain_imports::by_id(store, &harbour(), &import).await.unwrap().unwrap().state;
        assert_eq!(read().await, ImportState::Paused);
        assert!(named(&import).await, "{:?}", store.refused().await.unwrap());
        pause("").await;
        assert_eq!((read().await, work(&house).await), (ImportState::Running, 2));
        assert!(!named(&import).await);
    }
}

/// A former version did not keep about how many a batch is: it is not taken for none.
#[tokio::test]
async fn a_batch_of_a_former_version_is_bounded_by_what_it_holds() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let who = waiting(&house, 2).await;
        let to = approve(&house, &cookie, &who).await;
        let (store, keys) = (&house.app.store, &house.app.keys);
        let begun = batches::by_id(store, keys, to.rsplit('/').next().unwrap()).await.unwrap().unwrap();
        batches::set_paused(store, &begun.id, true).await.unwrap();
        let deed = items(&house, &begun.id).await.remove(0).deed;
        let former = Batch { id: "01FORMER".to_owned(), about: 0, ..begun };
        batches::insert(store, keys, &former, &vec![deed; 51]).await.unwrap();
        assert_eq!((work(&house).await, house.weather.writes()), (0, 0), "a moderator decides fifty at once");
        assert!(batches::by_id(store, keys, "01FORMER").await.unwrap().unwrap().paused);
    }
}

/// What somebody paused goes on when an entry says so, and not when a row does.
#[tokio::test]
async fn a_batch_that_was_paused_is_let_go_on_by_no_row() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let to = approve(&house, &cookie, &waiting(&house, 2).await).await;
        let id = to.rsplit('/').next().unwrap();
        let pause = async |pause: &str| {
            let form = [("instance", "harbour"), ("batch", id), ("pause", pause)];
            house.post(Some(&cookie), "/api/batches/pause", &form).await;
        };
        pause("yes").await;
        let goes_on = match &house.app.store.driver {
            howdah::store::Driver::Sqlite(_) => "update batches set paused = 0",
            howdah::store::Driver::Postgres(_) => "update batches set paused = false",
        };
        sql(&house.app.store, goes_on).await.unwrap();
        assert_eq!(work(&house).await, 0);
        assert_eq!(house.weather.writes(), 0, "no entry says that it goes on");
        let batch = batches::by_id(&house.app.store, &house.app.keys, id).await.unwrap().unwrap();
        assert!(batch.paused, "and its page says so");
        pause("").await;
        assert_eq!(work(&house).await, 2);
    }
}

//! The store's behaviour, the same on both engines.

use crate::support::{Kept, postgres, sqlite};
use howdah::{
    access::Role,
    clock::{HOUR, Instant, MINUTE},
    id::{AccountId, OperatorId},
    seal::Keys,
    store::{
        Store, attempts, case_holds, drafts, operators, operators::Operator, recovery_codes, setup_links,
        setup_links::SetupLink, web_sessions,
    },
};

/// One behaviour, tested on each engine.
macro_rules! on_both {
    ($($name:ident => $body:path;)*) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $name() { $body(super::sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $name() { $body(super::postgres().await).await; })*
        }
    };
}

on_both! {
    a_name_is_taken_once => super::a_name_is_taken_once;
    a_time_step_is_used_once => super::a_time_step_is_used_once;
    a_code_works_once => super::a_code_works_once;
    a_link_works_once => super::a_link_works_once;
    sessions_end_everywhere_at_once => super::sessions_end_everywhere_at_once;
    a_draft_is_for_its_writer => super::a_draft_is_for_its_writer;
    attempts_are_forgotten => super::attempts_are_forgotten;
    a_case_has_one_holder => super::a_case_has_one_holder;
}

const NOW: Instant = Instant(1_795_000_000_000);

fn person(id: &str, name: &str) -> Operator {
    Operator {
        id: OperatorId(id.into()),
        name: name.into(),
        role: Role::Moderator,
        password_hash: Some("x".into()),
        totp_secret: None,
        instance: None,
        until: None,
        disabled_at: None,
        created_at: NOW,
    }
}

async fn a_name_is_taken_once(kept: Kept) {
    let store = &kept.store;
    assert!(operators::insert(store, &person("1", "Mira Kost")).await.unwrap());
    assert!(!operators::insert(store, &person("2", "mira KOST")).await.unwrap());
    let found = operators::by_name(store, " MIRA kost ").await.unwrap().expect("she is there");
    assert_eq!(found, person("1", "Mira Kost"));
    assert_eq!(operators::count(store).await.unwrap(), 1);
    operators::set_disabled(store, &found.id, Some(NOW)).await.unwrap();
    let found = operators::by_id(store, &found.id).await.unwrap().expect("she is there");
    assert!(!found.may_sign_in(NOW));
}

async fn a_time_step_is_used_once(kept: Kept) {
    let store = &kept.store;
    let one = person("1", "one");
    operators::insert(store, &one).await.unwrap();
    assert!(operators::use_totp_step(store, &one.id, 50).await.unwrap());
    assert!(!operators::use_totp_step(store, &one.id, 50).await.unwrap());
    assert!(!operators::use_totp_step(store, &one.id, 49).await.unwrap(), "an older code after a newer one");
    assert!(operators::use_totp_step(store, &one.id, 51).await.unwrap());
}

async fn a_code_works_once(kept: Kept) {
    let store = &kept.store;
    let one = person("1", "one");
    operators::insert(store, &one).await.unwrap();
    recovery_codes::replace_all(store, &one.id, &["a".into(), "b".into()]).await.unwrap();
    assert!(recovery_codes::use_code(store, &one.id, "a", NOW).await.unwrap());
    assert!(!recovery_codes::use_code(store, &one.id, "a", NOW).await.unwrap());
    recovery_codes::replace_all(store, &one.id, &["c".into()]).await.unwrap();
    assert!(!recovery_codes::use_code(store, &one.id, "b", NOW).await.unwrap());
}

async fn a_link_works_once(kept: Kept) {
    let store = &kept.store;
    let link = SetupLink { role: Role::Owner, name: None, instance: None, until: None };
    setup_links::insert(store, "hash", &link, NOW, NOW.plus(HOUR)).await.unwrap();
    assert_eq!(setup_links::read(store, "hash", NOW).await.unwrap(), Some(link.clone()));
    assert_eq!(setup_links::take(store, "hash", NOW.plus(HOUR)).await.unwrap(), None, "it has run out");
    assert_eq!(setup_links::take(store, "hash", NOW).await.unwrap(), Some(link));
    assert_eq!(setup_links::take(store, "hash", NOW).await.unwrap(), None);
}

async fn sessions_end_everywhere_at_once(kept: Kept) {
    let store = &kept.store;
    let (one, two) = (OperatorId("1".into()), OperatorId("2".into()));
    for (hash, who) in [("a", &one), ("b", &one), ("c", &two)] {
        web_sessions::save(store, hash, Some(who), "{}", NOW, NOW.plus(HOUR)).await.unwrap();
    }
    web_sessions::touch(store, "a", NOW.plus(MINUTE - 1)).await.unwrap();
    assert_eq!(web_sessions::load(store, "a").await.unwrap().unwrap().seen_at, NOW, "touched within a minute");
    web_sessions::touch(store, "a", NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(web_sessions::load(store, "a").await.unwrap().unwrap().seen_at, NOW.plus(MINUTE));
    assert_eq!(web_sessions::delete_all_of(store, &one).await.unwrap(), 2);
    assert!(web_sessions::load(store, "a").await.unwrap().is_none());
    assert!(web_sessions::load(store, "c").await.unwrap().is_some());
}

async fn a_draft_is_for_its_writer(kept: Kept) {
    let store = &kept.store;
    let keys = Keys::from_secret([3; 32]);
    let (me, you) = (OperatorId("me".into()), OperatorId("you".into()));
    let text = "said in confidence";
    let id = drafts::keep(store, &keys, Some(&me), "/api/x", text, NOW).await.unwrap();
    assert!(drafts::read(store, &keys, &id, Some(&you), NOW).await.unwrap().is_none());
    assert!(drafts::read(store, &keys, &id, None, NOW).await.unwrap().is_none());
    assert!(drafts::read(store, &keys, &id, Some(&me), NOW.plus(HOUR)).await.unwrap().is_none(), "after an hour");
    assert!(drafts::take(store, &keys, &id, Some(&you), NOW).await.unwrap().is_none());
    assert_eq!(drafts::take(store, &keys, &id, Some(&me), NOW).await.unwrap().unwrap().text, text);
    assert!(drafts::take(store, &keys, &id, Some(&me), NOW).await.unwrap().is_none(), "taken once");
}

async fn attempts_are_forgotten(kept: Kept) {
    let store = &kept.store;
    for expected in 1..=4 {
        assert_eq!(attempts::record_failure(store, "k", NOW).await.unwrap(), expected);
    }
    assert_eq!(attempts::failures(store, "k", NOW).await.unwrap(), (4, NOW));
    let later = NOW.plus(16 * MINUTE);
    assert_eq!(attempts::failures(store, "k", later).await.unwrap().0, 0);
    assert_eq!(attempts::record_failure(store, "k", later).await.unwrap(), 1, "a new count");
}

async fn a_case_has_one_holder(kept: Kept) {
    let store = &kept.store;
    let harbour = "harbour".parse().unwrap();
    let account = AccountId(i64::MAX);
    let (one, two) = (OperatorId("1".into()), OperatorId("2".into()));
    assert!(case_holds::claim(store, &harbour, account, &one, NOW).await.unwrap());
    assert!(!case_holds::claim(store, &harbour, account, &two, NOW).await.unwrap());
    assert!(case_holds::claim(store, &harbour, account, &one, NOW).await.unwrap(), "again by the same person");
    assert!(!case_holds::give_back(store, &harbour, account, &two).await.unwrap());
    assert!(case_holds::give_back(store, &harbour, account, &one).await.unwrap());
    assert!(case_holds::claim(store, &harbour, account, &two, NOW).await.unwrap());
    assert_eq!(case_holds::list(store, &harbour).await.unwrap()[0].account, account);
}

/// Tables and columns, in order.
async fn columns(store: &Store) -> Vec<(String, String)> {
    match store {
        Store::Sqlite(pool) => sqlx::query_as(
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations' order by 1, 2",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
        Store::Postgres(pool) => sqlx::query_as(
            "select table_name::text, column_name::text from information_schema.columns \
             where table_schema = 'public' and table_name <> '_sqlx_migrations' order by 1, 2",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let (one, two) = (sqlite().await, postgres().await);
    let tables = columns(&one.store).await;
    assert!(tables.len() > 50, "{tables:?}");
    assert_eq!(tables, columns(&two.store).await);
    // Migrating again changes nothing.
    one.store.migrate().await.unwrap();
    two.store.migrate().await.unwrap();
}

#[tokio::test]
async fn a_second_server_on_one_file_is_refused() {
    let kept = sqlite().await;
    let first = Store::lock_for_serving(&kept.url).unwrap();
    assert!(first.is_some());
    assert!(Store::lock_for_serving(&kept.url).is_err());
    drop(first);
    assert!(Store::lock_for_serving(&kept.url).is_ok());
}

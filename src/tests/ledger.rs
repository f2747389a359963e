//! The ledger on both engines: one deed a subject, nothing lost among many writers, every forgery found.

use crate::support::{Kept, postgres, sqlite};
use howdah::{
    access::{self, Actor, Permission, Role},
    clock::{Clock, Instant, MINUTE, SECOND},
    id::{AccountId, OperatorId},
    ledger::{
        Acting, Answer, Fact, Filter, Ledger, Mark, NotOpened, Outcome, Step, Verdict, Warrant, checkpoint,
        deed::{DecideCase, Masked, Reveal},
        verify::{self, Report},
    },
    reports::{AccountState, Decision},
    seal::Keys,
    store::Store,
};
use serde_json::json;

macro_rules! on_both {
    ($($name:ident;)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(super::sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(super::postgres().await).await; })*
        }
    };
}

on_both! {
    a_deed_is_opened_and_closed;
    one_deed_a_subject;
    many_writers_lose_nothing;
    two_processes_share_one_tree;
    plain_sql_is_refused;
    forgeries_are_found;
    yesterdays_copy_is_found;
    a_destroyed_key_leaves_the_tree_whole;
    expired_deeds_are_claimed_once;
    failed_sign_ins_do_not_grow_the_tree;
    nothing_personal_stands_in_clear;
}

const SECRET: [u8; 32] = [9; 32];
const NOW: Instant = Instant(1_795_000_000_000);

fn ledger_of(kept: &Kept, process: &str, clock: &Clock) -> Ledger {
    Ledger::new(kept.store.clone(), Keys::from_secret(SECRET), clock.clone(), "howdah.example", process, None)
}

fn actor() -> Actor {
    Actor {
        operator: OperatorId("01MIRA".into()),
        name: "Mira".into(),
        role: Role::Moderator,
        instance: None,
        session: "0123456789abcdef".into(),
    }
}

fn deed(account: i64) -> DecideCase {
    DecideCase {
        instance: "harbour".parse().unwrap(),
        account: AccountId(account),
        acct: "canary_handle@night.example".into(),
        decision: Decision::Silence,
        reports: vec![],
        state_before: AccountState::default(),
        text: "canary text to the person".into(),
        preset: None,
        send_email: false,
    }
}

async fn open(ledger: &Ledger, account: i64) -> Result<Warrant<DecideCase>, NotOpened> {
    let deed = deed(account);
    let permit = access::permit(&actor(), Permission::DecideReports, Some(&deed.instance)).unwrap();
    let mark = Mark { log: 5, strike: 6 };
    ledger.open(permit, deed, "canary reason", Acting::Service("1".into()), mark).await
}

fn done() -> Verdict {
    Verdict {
        outcome: Outcome::Succeeded,
        facts: json!({ "closed": 0 }),
        seen: json!({ "mail": "canary@post.example" }),
    }
}

async fn close(ledger: &Ledger, warrant: Warrant<DecideCase>) {
    let step = Step { what: "POST action".into(), answer: Answer::Accepted { body: json!({}) } };
    ledger.close(&warrant.answered(vec![step]), &done()).await.unwrap();
}

async fn fill(ledger: &Ledger, deeds: i64) {
    for account in 1..=deeds {
        let warrant = open(ledger, account).await.unwrap();
        close(ledger, warrant).await;
    }
}

async fn check(kept: &Kept, outside: &[String]) -> Report {
    let key = checkpoint::verifier_key(&Keys::from_secret(SECRET), "howdah.example");
    verify::verify(&kept.store, &key, outside).await.unwrap()
}

async fn sql(kept: &Kept, statement: &str) -> sqlx::Result<u64> {
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    match &kept.store {
        Store::Sqlite(pool) => sqlx::raw_sql(statement).execute(pool).await.map(|done| done.rows_affected()),
        Store::Postgres(pool) => sqlx::raw_sql(statement).execute(pool).await.map(|done| done.rows_affected()),
    }
}

async fn scalar(kept: &Kept, statement: &'static str) -> i64 {
    match &kept.store {
        Store::Sqlite(pool) => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(statement).fetch_one(pool).await.unwrap(),
    }
}

/// Goes past the triggers, as somebody with the database's password can.
async fn without_triggers(kept: &Kept) {
    let statements = match &kept.store {
        Store::Sqlite(_) => {
            "drop trigger ledger_entries_no_update; drop trigger ledger_entries_no_delete; drop trigger ledger_entries_in_order; \
             drop trigger ledger_head_grows; drop trigger ledger_checkpoints_no_update; drop trigger ledger_checkpoints_no_delete;"
        }
        Store::Postgres(_) => {
            "alter table ledger_entries disable trigger all; alter table ledger_head disable trigger all; \
             alter table ledger_checkpoints disable trigger all;"
        }
    };
    sql(kept, statements).await.unwrap();
}

async fn a_deed_is_opened_and_closed(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    let warrant = open(&ledger, 1).await.unwrap();
    assert_eq!((warrant.index(), warrant.mark()), (0, Mark { log: 5, strike: 6 }));
    assert_eq!(scalar(&kept, "select count(*) from open_deeds").await, 1);
    let entry = ledger.entry(0).await.unwrap().unwrap();
    assert_eq!(entry.entry.outcome, None);
    assert_eq!(entry.entry.document.unwrap()["why"], "canary reason");
    close(&ledger, warrant).await;
    assert_eq!(scalar(&kept, "select count(*) from open_deeds").await, 0);
    let entries = ledger.list(&Filter { limit: 10, ..Filter::default() }).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].outcome, Some(Outcome::Succeeded));
    assert_eq!(entries[0].outcome_facts, json!({ "closed": 0 }));
    let open_ones = Filter { outcome: Some("open".into()), limit: 10, ..Filter::default() };
    assert!(ledger.list(&open_ones).await.unwrap().is_empty());
    assert!(check(&kept, &[]).await.holds());
}

async fn one_deed_a_subject(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    let tries = (0..64).map(|_| {
        let ledger = ledger.clone();
        tokio::spawn(async move { open(&ledger, 77).await })
    });
    let mut warrants = Vec::new();
    let mut busy = 0;
    for attempt in futures::future::join_all(tries).await {
        match attempt.unwrap() {
            Ok(warrant) => warrants.push(warrant),
            Err(NotOpened::Busy { by, .. }) => {
                assert_eq!(by, Some(OperatorId("01MIRA".into())));
                busy += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((warrants.len(), busy), (1, 63));
    close(&ledger, warrants.remove(0)).await;
    assert!(open(&ledger, 77).await.is_ok(), "free again");
    // A read locks nothing.
    let reveal = || Reveal {
        instance: "harbour".parse().unwrap(),
        account: AccountId(77),
        acct: "x".into(),
        what: Masked::Email,
    };
    for _ in 0..2 {
        let permit = access::permit(&actor(), Permission::Reveal, None).unwrap();
        assert!(ledger.open(permit, reveal(), "why", Acting::Console, Mark::default()).await.is_ok());
    }
}

async fn many_writers_lose_nothing(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    let writers = (0..64i64).map(|writer| {
        let ledger = ledger.clone();
        tokio::spawn(async move {
            for number in 0..5 {
                let warrant = open(&ledger, writer * 100 + number).await.unwrap();
                close(&ledger, warrant).await;
            }
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    let report = check(&kept, &[]).await;
    assert!(report.holds(), "{:?}", report.wrong);
    assert_eq!(report.size, 640);
}

async fn two_processes_share_one_tree(kept: Kept) {
    let clock = Clock::set(NOW);
    let other = Kept { store: Store::connect(&kept.url).await.unwrap(), url: kept.url.clone(), _folder: None };
    let (one, two) = (ledger_of(&kept, "a", &clock), ledger_of(&other, "b", &clock));
    let (first, second) = tokio::join!(
        tokio::spawn(async move { fill(&one, 30).await }),
        tokio::spawn(async move {
            for account in 1000..1030 {
                let warrant = open(&two, account).await.unwrap();
                close(&two, warrant).await;
            }
        })
    );
    first.unwrap();
    second.unwrap();
    let report = check(&kept, &[]).await;
    assert!(report.holds(), "{:?}", report.wrong);
    assert_eq!(report.size, 120);
}

async fn plain_sql_is_refused(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    fill(&ledger, 3).await;
    ledger.checkpoint().await.unwrap();
    let columns = "idx, leaf, hash, at, kind, deed";
    let mut statements = vec![
        "update ledger_entries set leaf = 'x' where idx = 1".to_owned(),
        "delete from ledger_entries where idx = 5".to_owned(),
        format!("insert into ledger_entries ({columns}) values (99, 'x', 'y', 0, 'fact', 'x')"),
        "update ledger_head set size = 1".to_owned(),
        "delete from ledger_head".to_owned(),
        "update ledger_checkpoints set note = 'x'".to_owned(),
        "delete from ledger_checkpoints".to_owned(),
    ];
    match &kept.store {
        Store::Sqlite(_) => {
            statements.push(format!("replace into ledger_entries ({columns}) values (2, 'x', 'y', 0, 'fact', 'x')"))
        }
        Store::Postgres(_) => statements.push("truncate ledger_entries".to_owned()),
    }
    for statement in statements {
        assert!(sql(&kept, &statement).await.is_err(), "{statement}");
    }
    assert!(check(&kept, &[]).await.holds());
}

/// Makes a fresh ledger of six entries with an outside checkpoint, forges, and says what the check names.
async fn forge(kept: &Kept, statements: &[&str]) -> Report {
    let ledger = ledger_of(kept, "a", &Clock::set(NOW));
    fill(&ledger, 3).await;
    ledger.checkpoint().await.unwrap();
    let note = ledger.tree_state().await.unwrap().checkpoint.unwrap().2;
    let before = check(kept, std::slice::from_ref(&note)).await;
    assert!(before.holds(), "{:?}", before.wrong);
    assert_eq!(before.outside, Some(6));
    without_triggers(kept).await;
    for statement in statements {
        sql(kept, statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    check(kept, &[note]).await
}

async fn forgeries_are_found(kept: Kept) {
    let engine_is_sqlite = matches!(kept.store, Store::Sqlite(_));
    let cases: [(&str, &[&str], Option<i64>); 8] = [
        ("edit", &["update ledger_entries set leaf = replace(leaf, 'silence', 'suspend') where idx = 2"], Some(2)),
        ("edit a column", &["update ledger_entries set operator = 'somebody else' where idx = 2"], Some(2)),
        ("delete", &["delete from ledger_entries where idx = 3"], Some(3)),
        (
            "swap",
            &[
                "update ledger_entries set idx = -1 where idx = 2",
                "update ledger_entries set idx = 2 where idx = 4",
                "update ledger_entries set idx = 4 where idx = -1",
            ],
            Some(2),
        ),
        (
            "insert",
            &["insert into ledger_entries (idx, leaf, hash, at, kind, deed) values (6, '{}', 'x', 0, 'fact', 'x')"],
            Some(6),
        ),
        ("truncate", &["delete from ledger_entries"], Some(0)),
        ("cut the end", &["delete from ledger_entries where idx >= 4"], Some(4)),
        ("take away the head", &["delete from ledger_head"], None),
    ];
    for (name, statements, first_wrong) in cases {
        let kept = if engine_is_sqlite { sqlite().await } else { postgres().await };
        let statements: Vec<&str> = if name == "take away the head" && engine_is_sqlite {
            vec!["drop trigger ledger_head_stays", "delete from ledger_head"]
        } else {
            statements.to_vec()
        };
        let report = forge(&kept, &statements).await;
        assert!(!report.holds(), "{name}: not found");
        assert_eq!(report.wrong[0].index, first_wrong, "{name}: {:?}", report.wrong);
    }
}

/// Somebody with the store and its triggers, but without the key, writes the whole history anew from some point on.
async fn yesterdays_copy_is_found(kept: Kept) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&kept, "a", &clock);
    fill(&ledger, 2).await;
    ledger.checkpoint().await.unwrap();
    let early = ledger.tree_state().await.unwrap().checkpoint.unwrap().2;
    for account in 10..13 {
        let warrant = open(&ledger, account).await.unwrap();
        close(&ledger, warrant).await;
    }
    ledger.checkpoint().await.unwrap();
    let late = ledger.tree_state().await.unwrap().checkpoint.unwrap().2;
    // Yesterday's copy: everything after the first checkpoint is gone, and the copy agrees with itself.
    let yesterday = match kept.store {
        Store::Sqlite(_) => sqlite().await,
        Store::Postgres(_) => postgres().await,
    };
    let copy = ledger_of(&yesterday, "a", &clock);
    fill(&copy, 2).await;
    let report = check(&yesterday, std::slice::from_ref(&late)).await;
    assert!(!report.holds());
    // Another tail of the same length, correctly hashed, under the same key: only the outside checkpoint knows.
    for account in 20..23 {
        let warrant = open(&copy, account).await.unwrap();
        close(&copy, warrant).await;
    }
    assert!(check(&yesterday, &[]).await.holds(), "the form alone is whole");
    let report = check(&yesterday, &[late]).await;
    assert!(!report.holds(), "a replaced tail");
    assert!(!check(&yesterday, &[early]).await.holds(), "sealed leaves never come out the same twice");
}

async fn a_destroyed_key_leaves_the_tree_whole(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    fill(&ledger, 1).await;
    let entry = ledger.entry(0).await.unwrap().unwrap();
    let key = entry.entry.leaf["key"].as_str().unwrap().to_owned();
    ledger.destroy_key(&key).await.unwrap();
    let entry = ledger.entry(0).await.unwrap().unwrap();
    assert_eq!(entry.entry.document, None);
    assert!(check(&kept, &[]).await.holds());
    assert!(open(&ledger, 1).await.is_err(), "nothing is sealed under a destroyed key");
}

async fn expired_deeds_are_claimed_once(kept: Kept) {
    let clock = Clock::set(NOW);
    let (dead, one, two) =
        (ledger_of(&kept, "dead", &clock), ledger_of(&kept, "one", &clock), ledger_of(&kept, "two", &clock));
    let warrant = open(&dead, 5).await.unwrap();
    let index = warrant.index();
    drop(warrant);
    assert!(one.claim_expired().await.unwrap().is_empty(), "its lease runs");
    dead.renew_leases().await.unwrap();
    clock.advance(31 * SECOND);
    let (a, b) = tokio::join!(one.claim_expired(), two.claim_expired());
    let mut claimed: Vec<_> = a.unwrap().into_iter().chain(b.unwrap()).collect();
    assert_eq!(claimed.len(), 1);
    let open_deed = claimed.remove(0);
    assert_eq!((open_deed.index, open_deed.mark), (index, Mark { log: 5, strike: 6 }));
    assert!(open_deed.deed.is_some());
    one.close_swept(&open_deed, &done()).await.unwrap();
    assert!(two.close_swept(&open_deed, &done()).await.is_err(), "closed once");
    assert!(open(&one, 5).await.is_ok());
    assert!(check(&kept, &[]).await.holds());
}

async fn failed_sign_ins_do_not_grow_the_tree(kept: Kept) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&kept, "a", &clock);
    let failed = || Fact::SignInFailed { operator: None, address: "hash".into() };
    for _ in 0..50 {
        ledger.fact(failed()).await.unwrap();
    }
    assert_eq!(ledger.tree_state().await.unwrap().size, 1);
    clock.advance(10 * MINUTE);
    ledger.fact(failed()).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 2);
}

async fn nothing_personal_stands_in_clear(kept: Kept) {
    let ledger = ledger_of(&kept, "a", &Clock::set(NOW));
    fill(&ledger, 2).await;
    let rows: Vec<String> = match &kept.store {
        Store::Sqlite(pool) => sqlx::query_scalar(
            "select leaf from ledger_entries union all select coalesce(wrapped, '') from ledger_keys",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(
            "select leaf from ledger_entries union all select coalesce(wrapped, '') from ledger_keys",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    assert!(rows.len() > 4);
    for row in rows {
        for canary in ["canary_handle", "canary text", "canary reason", "canary@post.example"] {
            assert!(!row.contains(canary), "{canary} in {row}");
        }
    }
}

//! What the console believes of its own past (notes, requests for access, alarms, reviews and the like) is what the console
//! wrote: a row that somebody else changed, made or copied tells nothing, and is named.

use crate::support::{House, house, postgres, sql, sqlite};
use howdah::{
    config::Secret,
    id::{AccountId, InstanceName, OperatorId},
    nouns::{alarms::AlarmKind, invitations::RequestState, registrations::RegistrationsMode},
    store::{
        Driver,
        access_requests::{self, AccessRequest, Told},
        account_notes::{self, Note},
        alarms::{self, Raised},
        applications::{self, Application},
        operators,
        refusals::{self, Refusal},
        settling, web_sessions,
    },
};
use std::collections::BTreeSet;

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

/// One table: its row, what somebody writes into it, and how many the console reads of what it kept.
struct Kept<'a> {
    table: &'a str,
    /// What its refusal is named by.
    named: &'a str,
    changes: &'a [&'a str],
}

impl Kept<'_> {
    /// Each change by itself is believed by nobody and named, and so is a row without a code; put back, it counts again.
    async fn is_believed_as_it_was_alone(&self, house: &House, read: impl AsyncFn() -> usize) {
        let (store, table) = (&house.store.store, self.table);
        assert_eq!(read().await, 1, "{table}");
        sql(store, &format!("create table was_{table} as select * from {table}")).await.unwrap();
        let mac = if self.named.starts_with("where") { "began_mac" } else { "mac" };
        for change in self.changes.iter().copied().chain([format!("{mac} = null").as_str()]) {
            sql(store, &format!("update {table} set {change}")).await.unwrap();
            assert_eq!(read().await, 0, "{table} set {change}");
            let refused = store.refused().await.unwrap();
            assert!(refused.iter().any(|row| row.row.contains(self.named)), "{table} set {change}: {refused:?}");
            let report = house.app.ledger.verify(&[]).await.unwrap();
            let named = |line: &String| line.starts_with("WRONG") && line.contains(self.named);
            assert!(report.lines().iter().any(named), "{table} set {change}: {:?}", report.lines());
            sql(store, &format!("delete from {table}; insert into {table} select * from was_{table}")).await.unwrap();
            assert_eq!(read().await, 1, "{table} as it was");
        }
        assert!(store.refused().await.unwrap().iter().all(|row| !row.row.contains(self.named)), "{table}");
        sql(store, &format!("drop table was_{table}")).await.unwrap();
    }
}

fn raised(cause: &str, entries: Vec<i64>) -> Raised {
    Raised {
        kind: AlarmKind::AtServer,
        cause: cause.to_owned(),
        operator: None,
        instance: None,
        about: None,
        first_at: howdah::clock::Timestamp(1),
        last_at: howdah::clock::Timestamp(2),
        number: 1,
        adds: true,
        usual: None,
        entries,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_wrote_of_the_past_is_not_believed() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        house.app.ledger.seal_rows_once().await.unwrap();
        let (store, keys, now) = (&house.app.store, &house.app.keys, house.app.clock.now());
        let me = OperatorId("01moderator".into());

        let note = Note {
            id: "01NOTE".into(),
            operator: me.clone(),
            text: Some("Knows them.".into()),
            created_at: now,
            withdrawn: None,
        };
        account_notes::insert(store, keys, &harbour(), AccountId(7), &note).await.unwrap();
        let notes = Kept {
            table: "account_notes",
            named: "the note 01NOTE",
            changes: &[
                "created_at = created_at - 86400000",
                "operator = '01owner'",
                "withdrawn_at = 5, withdrawn_by = '01owner'",
                "withdrawn_at = 5, withdrawn_by = '01owner', sealed = null",
                "sealed = null",
            ],
        };
        let read = async || account_notes::about(store, keys, &harbour(), AccountId(7)).await.unwrap().len();
        notes.is_believed_as_it_was_alone(&house, read).await;
        sql(store, "update account_notes set account = '8'").await.unwrap();
        assert!(account_notes::about(store, keys, &harbour(), AccountId(8)).await.unwrap().is_empty());
        assert!(!account_notes::withdraw(store, &harbour(), AccountId(8), "01NOTE", &me, now).await.unwrap());
        sql(store, "update account_notes set account = '7'").await.unwrap();
        assert!(account_notes::withdraw(store, &harbour(), AccountId(7), "01NOTE", &me, now).await.unwrap());
        let withdrawn = account_notes::by_id(store, keys, "01NOTE").await.unwrap().unwrap();
        assert_eq!((withdrawn.text, withdrawn.withdrawn), (None, Some((now, me.clone()))));
        let by_another = Kept {
            table: "account_notes",
            named: "the note 01NOTE",
            changes: &["withdrawn_by = '01owner'", "withdrawn_at = null, withdrawn_by = null"],
        };
        by_another
            .is_believed_as_it_was_alone(&house, async || {
                account_notes::by_id(store, keys, "01NOTE").await.unwrap().iter().count()
            })
            .await;

        let request = AccessRequest {
            id: "01ASKED".into(),
            instance: harbour(),
            operator: me.clone(),
            accounts: 2,
            told: Some(Told { who: "Nora".into(), ..Told::default() }),
            state: RequestState::Waiting,
            created_at: now,
            decided_at: None,
            decided_by: None,
            answer: None,
            invite: None,
        };
        access_requests::insert(store, keys, &request).await.unwrap();
        let requests = Kept {
            table: "access_requests",
            named: "the access request 01ASKED",
            changes: &[
                "state = 'refused', decided_at = 5, decided_by = '01owner'",
                "state = 'invited', invite = 7",
                "state = 'lapsed'",
                "accounts = 50",
                "created_at = 1",
                "operator = ''",
                "sealed_told = null",
            ],
        };
        requests
            .is_believed_as_it_was_alone(&house, async || {
                access_requests::by_id(store, keys, "01ASKED").await.unwrap().iter().count()
            })
            .await;
        requests
            .is_believed_as_it_was_alone(&house, async || {
                let waiting = access_requests::waiting(store, &harbour(), 10).await.unwrap();
                let since = access_requests::oldest_waiting(store, &harbour()).await.unwrap();
                assert_eq!(since.is_some(), waiting == 1);
                usize::try_from(waiting).unwrap()
            })
            .await;
        // What does not hold is decided by nobody; its words go with their time all the same.
        sql(store, "update access_requests set accounts = 50").await.unwrap();
        assert!(!access_requests::refuse(store, keys, &harbour(), "01ASKED", "no", &me, now).await.unwrap());
        let long = now.plus(access_requests::KEPT);
        assert_eq!(access_requests::forget_old(store, long).await.unwrap(), 1);
        assert_eq!(access_requests::forget_old(store, long).await.unwrap(), 0);
        assert!(access_requests::by_id(store, keys, "01ASKED").await.unwrap().is_none());

        settling::begin(store, &harbour(), 3, RegistrationsMode::Open, now, now).await.unwrap();
        let changes = Kept {
            table: "settling",
            named: "the change of registrations that waits to be seen on harbour",
            changes: &["entry = 4", "mode = 'none'", "since = 1", "forgotten_at = 9", "recorded = 1"],
        };
        changes
            .is_believed_as_it_was_alone(&house, async || settling::of(store, &harbour()).await.unwrap().iter().count())
            .await;
        changes.is_believed_as_it_was_alone(&house, async || settling::due(store, now).await.unwrap().len()).await;
        settling::recorded(store, &harbour(), 3).await.unwrap();
        let waits = settling::of(store, &harbour()).await.unwrap().unwrap();
        settling::forgotten(store, &waits, now).await.unwrap();
        let waits = settling::of(store, &harbour()).await.unwrap().unwrap();
        assert_eq!((waits.recorded, waits.forgotten_at), (true, Some(now)));

        let rejected =
            Refusal { intent: 5, mail: "a hash".into(), address: None, words: Some("another".into()), at: now };
        refusals::remember(store, &harbour(), &rejected).await.unwrap();
        let remembered = Kept {
            table: "refusals",
            named: "the rejected sign-up of entry 5 on harbour",
            changes: &["mail = 'of somebody else'", "address = 'x'", "words = null", "at = 1", "until = until + 1"],
        };
        let read = async || refusals::list(store, &harbour(), now).await.unwrap().len();
        remembered.is_believed_as_it_was_alone(&house, read).await;
        sql(
            store,
            "insert into refusals (instance, intent, mail, address, words, at, until, mac) \
             select instance, 6, mail, address, words, at, until, mac from refusals",
        )
        .await
        .unwrap();
        assert_eq!(read().await, 1, "a copy under another entry");
        sql(store, "delete from refusals where intent = 6").await.unwrap();

        let application = Application {
            id: "ours".into(),
            secret: Secret::new("secret"),
            redirect: "https://console.example/back".into(),
            scopes: "read".into(),
        };
        applications::keep(store, keys, &harbour(), &application).await.unwrap();
        let known = Kept {
            table: "oauth_clients",
            named: "the console’s application on harbour",
            changes: &["client_id = 'theirs'", "redirect_uri = 'https://evil.example'", "scopes = 'admin:write'"],
        };
        known
            .is_believed_as_it_was_alone(&house, async || {
                applications::of(store, keys, &harbour()).await.unwrap().iter().count()
            })
            .await;

        let generation = operators::by_id(store, &me).await.unwrap().unwrap().generation;
        web_sessions::save(store, "a session", Some((&me, generation)), "{}", now, now.plus(86_400_000)).await.unwrap();
        web_sessions::remember_where(store, "a session", "sealed", "Firefox on Linux", now).await.unwrap();
        let began = Kept {
            table: "web_sessions",
            named: "where the session began: a session",
            changes: &["browser = 'Safari on iPhone'", "address = 'another'"],
        };
        began
            .is_believed_as_it_was_alone(&house, async || {
                let sessions = web_sessions::list_of(store, &me, now.plus(-1), now).await.unwrap();
                assert_eq!(sessions.len(), 1, "the session itself goes on");
                sessions.iter().filter(|session| session.browser.is_some()).count()
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_an_alarm_away_by_changing_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        house.app.ledger.seal_rows_once().await.unwrap();
        let (store, now) = (&house.app.store, house.app.clock.now());
        let from = alarms::looked(store).await.unwrap().entry;
        assert!(alarms::keep(store, from, 40, &[raised("a cause", vec![38, 39])], now).await.unwrap());
        let found = alarms::list(store, true, None, 10).await.unwrap().remove(0);
        let named = format!("the alarm {}", found.id);
        let kept = Kept {
            table: "alarms",
            named: &named,
            changes: &[
                "acknowledged_by = '01owner', acknowledged_at = 5, acknowledged_entry = 1",
                "kind = 'hours'",
                "number = 0",
                "entries = '[]'",
                "cause = 'another'",
                "operator = '01owner'",
            ],
        };
        kept.is_believed_as_it_was_alone(&house, async || {
            let open: i64 = alarms::open(store).await.unwrap().iter().map(|(_, number)| number).sum();
            assert_eq!(usize::try_from(open).unwrap(), alarms::list(store, true, None, 10).await.unwrap().len());
            assert!(alarms::list(store, false, None, 10).await.unwrap().is_empty(), "nor as acknowledged");
            usize::try_from(open).unwrap()
        })
        .await;
        // What is raised again stands in the place of what somebody made of it.
        sql(store, "update alarms set acknowledged_by = '01owner', acknowledged_at = 5").await.unwrap();
        alarms::raise(store, &raised("a cause", vec![38]), now).await.unwrap();
        assert_eq!(alarms::list(store, true, None, 10).await.unwrap().len(), 1, "open again");
        sql(store, "update alarms set acknowledged_by = '01owner', acknowledged_at = 5").await.unwrap();
        assert!(alarms::keep(store, 40, 41, &[raised("a cause", vec![41])], now).await.unwrap());
        assert_eq!(alarms::list(store, true, None, 10).await.unwrap().len(), 1, "open again");

        // Nobody says for the console that there is nothing left to look at.
        assert_eq!(alarms::looked(store).await.unwrap().entry, 41);
        for change in [
            "update alarms_looked set entry = 999999",
            "update alarms_looked set mac = null",
            "delete from alarms_looked",
        ] {
            sql(store, change).await.unwrap();
            assert_eq!(alarms::looked(store).await.unwrap().entry, 41, "as far as an alarm was raised: {change}");
            let refused = store.refused().await.unwrap();
            let is_named = refused.iter().any(|row| row.row.contains("the entries were looked at for alarms"));
            assert_eq!(is_named, !change.starts_with("delete"), "{change}: {refused:?}");
            assert!(alarms::keep(store, 41, 42, &[], now).await.unwrap(), "{change}");
            assert!(!alarms::keep(store, 41, 43, &[], now).await.unwrap(), "another was first: {change}");
            assert_eq!(alarms::looked(store).await.unwrap().entry, 42);
            assert!(alarms::keep(store, 42, 41, &[], now).await.unwrap(), "{change}");
        }
    }
}

/// What is from before is proved once, and never silently afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_without_a_code_is_none_once_the_record_says_that_all_have_one() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (store, keys, now) = (&house.app.store, &house.app.keys, house.app.clock.now());
        let note = Note {
            id: "01NOTE".into(),
            operator: OperatorId("01moderator".into()),
            text: Some("Knows them.".into()),
            created_at: now,
            withdrawn: None,
        };
        account_notes::insert(store, keys, &harbour(), AccountId(7), &note).await.unwrap();
        // As a store of the version before is: without the code, and without the migrations.
        let former = "update account_notes set mac = null; delete from _sqlx_migrations where version in (52, 54, 61); \
            drop table reviews_read; alter table review_samples drop column settled; \
            alter table alarms drop column people; alter table review_samples drop column released; \
            alter table account_notes drop column mac; alter table access_requests drop column mac; \
            alter table settling drop column mac; alter table alarms drop column mac; \
            alter table alarms_looked drop column mac; alter table review_weeks drop column mac; \
            alter table review_samples drop column mac; alter table refusals drop column mac; \
            alter table oauth_clients drop column mac; alter table web_sessions drop column began_mac";
        sql(store, former).await.unwrap();
        store.migrate().await.unwrap();
        let there = async || account_notes::by_id(store, keys, "01NOTE").await.unwrap().is_some();
        assert!(there().await, "proved as it stood");
        assert_eq!(store.foreign().await.unwrap(), None, "it is as a new one");
        // A start that ends before the entry stands does it again.
        sql(store, "update account_notes set mac = null").await.unwrap();
        store.migrate().await.unwrap();
        assert!(there().await);
        sql(store, "create table former as select * from sealing_due").await.unwrap();
        assert!(house.app.ledger.prove_kept_once().await.unwrap());
        assert!(!house.app.ledger.prove_kept_once().await.unwrap(), "once");
        sql(store, "update account_notes set mac = null; insert into sealing_due select * from former").await.unwrap();
        store.migrate().await.unwrap();
        assert!(!there().await, "whoever puts the note of it back is not believed");
    }
}

/// docs/record.md says of each table what protects it: a new one is not forgotten.
#[tokio::test]
async fn each_table_of_the_store_stands_in_the_docs_with_what_protects_it() {
    let kept = sqlite().await;
    let Driver::Sqlite(pool) = &kept.store.driver else { panic!("a SQLite store") };
    let there: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> '_sqlx_migrations'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    let docs = include_str!("../../docs/record.md");
    let said: BTreeSet<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | ").map(|(tables, _)| tables))
        .flat_map(|tables| tables.split("`, `"))
        .collect();
    assert_eq!(said, there, "docs/record.md, “What each table gives”");
}

//! The record on both engines: what it keeps, what it refuses, and what of a forgery is found.

use crate::engine::{Database, Engine, on_both};
use futures::future::join_all;
use howdah::{
    access::{Actor, Case, Object, Permission, Permit, Role, permit},
    clock::{Clock, HOUR, MINUTE, SECOND, Timestamp},
    deeds::{AddOperator, AnyDeed, DecideCase, DestroyWords, Destruction, Masked, Reveal, SetRegistrations},
    id::{AccountId, InstanceName, OperatorId, ReportId},
    ledger::{
        Acting, Answer, DEED_LEASE, Fact, Filter, Ledger, LedgerError, Mark, NotOpened, Outcome, Sealed, Step, Subject,
        Verdict, Warrant, checkpoint,
        tree::{Frontier, from_hex, includes, leaf_hash},
        verify::{Report, verify},
    },
    registrations::RegistrationsMode,
    reports::{AccountState, Decision},
    seal::{Keys, hex},
    store::{Driver, Store, drafts},
};
use serde_json::{Value, json};
use std::path::PathBuf;

pub const NOW: Timestamp = Timestamp(1_790_000_000_000);
pub const ORIGIN: &str = "howdah.example";

pub fn keys() -> Keys {
    Keys::from_secret([7; 32])
}

/// The key that others check this store's checkpoints with.
pub async fn verifier_key(db: &Database) -> String {
    ledger(db).verifier_key().await.unwrap()
}

pub fn instance() -> InstanceName {
    "main".parse().unwrap()
}

/// A ledger as one process has it.
pub fn ledger_of(store: &Store, process: &str, clock: &Clock) -> Ledger {
    Ledger::new(store.clone(), keys(), clock.clone(), ORIGIN, process, None)
}

pub fn ledger(db: &Database) -> Ledger {
    ledger_of(&db.store, "p1", &Clock::set(NOW))
}

pub fn actor(role: Role) -> Actor {
    Actor {
        operator: OperatorId("01ANN".into()),
        name: "ann".into(),
        role,
        grants: Vec::new(),
        session: "0123456789abcdef".into(),
        request: None,
    }
}

pub fn may(permission: Permission) -> Permit {
    permit(&actor(Role::Owner), permission, Some(&instance())).unwrap()
}

/// A permit about an ordinary account.
pub fn may_about(permission: Permission, account: i64) -> Permit {
    permit(&actor(Role::Owner), permission, Object::Case(instance(), AccountId(account), Case::default())).unwrap()
}

pub fn case(account: i64) -> DecideCase {
    DecideCase {
        instance: instance(),
        account: AccountId(account),
        acct: "canaryhandle@canary-domain.example".into(),
        decision: Decision::Silence,
        reports: vec![ReportId(4)],
        unread: 0,
        others: Vec::new(),
        further: false,
        state_before: AccountState::default(),
        text: "canary-text".into(),
        preset: None,
        send_email: true,
    }
}

pub async fn open_as(ledger: &Ledger, account: i64, at: Mark) -> Result<Warrant<DecideCase>, NotOpened> {
    let acting = Acting::Service("109999".into());
    ledger.open(may_about(Permission::DecideReports, account), case(account), "canary-why", acting, at).await
}

async fn open(ledger: &Ledger, account: i64) -> Warrant<DecideCase> {
    open_as(ledger, account, Mark::default()).await.unwrap()
}

pub fn succeeded() -> Verdict {
    Verdict { outcome: Outcome::Succeeded, facts: json!({ "closed": 1 }), seen: json!({ "seen": "canary-seen" }) }
}

pub async fn decide(ledger: &Ledger, account: i64) -> i64 {
    let warrant = open(ledger, account).await;
    let answered = warrant.answered(vec![Step {
        what: "POST action".into(),
        answer: Answer::Accepted { body: json!({ "text": "canary-body" }) },
    }]);
    ledger.close(&answered, &succeeded()).await.unwrap();
    answered.index()
}

pub fn signed_out(n: usize) -> Fact {
    Fact::SignedOut { operator: OperatorId("01ANN".into()), session: format!("{n:016x}") }
}

pub async fn check(db: &Database, outside: &[String]) -> Report {
    verify(&db.store, &keys(), ORIGIN, outside).await.unwrap()
}

pub async fn whole(db: &Database) {
    let report = check(db, &[]).await;
    assert!(report.holds(), "{:#?}", report.lines());
}

async fn a_deed_is_opened_and_closed(db: &Database) {
    let ledger = ledger(db);
    ledger.fact(signed_out(1)).await.unwrap();
    let mark = Mark { log: 9_007_199_254_740_993, strike: 12 };
    let warrant = open_as(&ledger, 1, mark).await.unwrap();
    assert_eq!((warrant.index(), warrant.mark(), warrant.deed()), (1, mark, &case(1)));
    let open_deeds =
        ledger.list(&Filter { outcome: Some("open".into()), limit: 10, ..Filter::default() }).await.unwrap();
    assert_eq!(open_deeds.iter().map(|entry| entry.index).collect::<Vec<_>>(), [1]);

    match open_as(&ledger, 1, mark).await {
        Err(NotOpened::Busy { since, by }) => assert_eq!((since, by), (NOW, Some(OperatorId("01ANN".into())))),
        other => panic!("{other:?}"),
    }
    let elsewhere = open(&ledger, 2).await;
    assert_eq!(elsewhere.index(), 2, "a refused opening leaves no gap");

    let answered =
        warrant.answered(vec![Step { what: "POST".into(), answer: Answer::Accepted { body: json!({ "id": "7" }) } }]);
    ledger.close(&answered, &succeeded()).await.unwrap();
    assert!(matches!(ledger.close(&answered, &succeeded()).await, Err(LedgerError::AlreadyClosed(1))));

    let detail = ledger.entry(1).await.unwrap().unwrap();
    assert_eq!(detail.entry.outcome, Some(Outcome::Succeeded));
    assert_eq!(detail.entry.outcome_facts, json!({ "closed": 1 }));
    let document = detail.entry.document.unwrap();
    assert_eq!(serde_json::from_value::<AnyDeed>(document["deed"].clone()).unwrap(), AnyDeed::DecideCase(case(1)));
    assert_eq!(document["why"], "canary-why");
    assert_eq!(detail.entry.leaf["mark"], json!({ "log": "9007199254740993", "strike": "12" }));
    assert_eq!(detail.entry.leaf["acting"], json!({ "service": "109999" }));
    assert_eq!(detail.entry.leaf["role"], "owner");
    assert_eq!(detail.entry.leaf["permission"], "decide_reports");
    assert_eq!(detail.outcome_leaf.as_ref().unwrap().0, 3);
    let seen = detail.seen.unwrap();
    assert_eq!((&seen["steps"][0]["what"], &seen["seen"]["seen"]), (&json!("POST"), &json!("canary-seen")));

    let proof = ledger.proof(1).await.unwrap().unwrap();
    assert_eq!((proof.size, &proof.root), (4, &ledger.tree_state().await.unwrap().root));
    let path: Vec<_> = proof.path.iter().map(|hash| from_hex(hash).unwrap()).collect();
    let root = from_hex(&proof.root).unwrap();
    let leaf = leaf_hash(detail.leaf_text.as_bytes());
    assert!(includes(&root, 4, 1, &leaf, &path));
    assert!(!includes(&root, 4, 2, &leaf, &path));
    assert_eq!(ledger.proof(4).await.unwrap(), None);

    open(&ledger, 1).await;
    whole(db).await;
}

/// Proofs for pages go over kept nodes, each over many leaves: they hold at every edge, while the tree grows.
async fn a_proof_holds_wherever_its_leaf_stands(db: &Database) {
    let ledger = ledger(db);
    for size in [1_usize, 2, 255, 256, 257, 511, 512, 700] {
        let now = usize::try_from(ledger.tree_state().await.unwrap().size).unwrap();
        for fact in join_all((now..size).map(|n| ledger.fact(signed_out(n)))).await {
            fact.unwrap();
        }
        let root = from_hex(&ledger.tree_state().await.unwrap().root).unwrap();
        for index in [0, 1, 254, 255, 256, 300, 511, 512, 699].into_iter().filter(|index| *index < size) {
            let at = i64::try_from(index).unwrap();
            let proof = ledger.proof(at).await.unwrap().unwrap();
            assert_eq!((proof.root.as_str(), usize::try_from(proof.size).unwrap()), (hex(&root).as_str(), size));
            let leaf = from_hex(&ledger.entry(at).await.unwrap().unwrap().leaf_hash).unwrap();
            let path: Vec<_> = proof.path.iter().map(|hash| from_hex(hash).unwrap()).collect();
            assert!(includes(&root, size, index, &leaf, &path), "{index} of {size}");
        }
        assert_eq!(ledger.proof(i64::try_from(size).unwrap()).await.unwrap(), None);
    }
}

async fn a_stale_deed_is_closed_unsent(db: &Database) {
    let ledger = ledger(db);
    let answered = open(&ledger, 1).await.unsent("the account is suspended by now");
    ledger.close(&answered, &Verdict::stale(json!({ "now": "suspended" }))).await.unwrap();
    let detail = ledger.entry(0).await.unwrap().unwrap();
    assert_eq!(detail.entry.outcome, Some(Outcome::Stale));
    assert_eq!(
        detail.seen.unwrap()["steps"][0]["answer"],
        json!({ "answer": "not_sent", "why": "the account is suspended by now" })
    );
    open(&ledger, 1).await;
}

async fn the_list_is_narrowed_and_paged(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    for account in 0..4 {
        decide(&ledger, account).await;
        clock.advance(MINUTE);
    }
    ledger.fact(signed_out(1)).await.unwrap();
    let indexes = async |filter: Filter| -> Vec<i64> {
        ledger.list(&Filter { limit: 3, ..filter }).await.unwrap().iter().map(|entry| entry.index).collect()
    };
    assert_eq!(indexes(Filter::default()).await, [8, 6, 4]);
    assert_eq!(indexes(Filter { before: Some(4), ..Filter::default() }).await, [2, 0]);
    assert_eq!(indexes(Filter { kind: Some("signed_out".into()), ..Filter::default() }).await, [8]);
    let subject = Some(ledger.subject(&Subject::Account(instance(), AccountId(2))));
    assert_eq!(indexes(Filter { subject, ..Filter::default() }).await, [4]);
    assert_eq!(indexes(Filter { operator: Some("nobody".into()), ..Filter::default() }).await, [0; 0]);
    assert_eq!(indexes(Filter { instance: Some("other".into()), ..Filter::default() }).await, [0; 0]);
    assert_eq!(indexes(Filter { outcome: Some("succeeded".into()), ..Filter::default() }).await, [6, 4, 2]);
    let (from, to) = (Some(NOW.plus(MINUTE)), Some(NOW.plus(3 * MINUTE)));
    assert_eq!(indexes(Filter { from, to, ..Filter::default() }).await, [4, 2]);
}

async fn a_permit_is_for_its_kind_of_deed_and_its_instance(db: &Database) {
    let ledger = ledger(db);
    let refused = async |permit: Permit, deed: DecideCase| {
        let result = ledger.open(permit, deed, "", Acting::Console, Mark::default()).await;
        assert!(matches!(result, Err(NotOpened::Unwritable(LedgerError::Permit(_)))), "{result:?}");
    };
    refused(may_about(Permission::ViewWork, 1), case(1)).await;
    refused(may_about(Permission::Reveal, 1), case(1)).await;
    // Not for the instance as a whole, nor for somebody else, nor for an account of which nothing was read.
    refused(may(Permission::DecideReports), case(1)).await;
    refused(may_about(Permission::DecideReports, 2), case(1)).await;
    let owner = actor(Role::Owner);
    let about = |object: Object| permit(&owner, Permission::DecideReports, object).unwrap();
    refused(about(Object::Account(instance(), AccountId(1))), case(1)).await;
    refused(about(Object::SignUp(instance(), AccountId(1))), case(1)).await;
    refused(about(Object::Case("other".parse().unwrap(), AccountId(1), Case::default())), case(1)).await;
    // Staff is decided about with the right to do so alone.
    let staff = Case { staff: true, ..Case::default() };
    refused(about(Object::Case(instance(), AccountId(1), staff)), case(1)).await;
    let reveal = Reveal { instance: instance(), account: AccountId(1), acct: "canary".into(), what: Masked::Email };
    for permit in [may(Permission::Reveal), may_about(Permission::Reveal, 2)] {
        let result = ledger.open(permit, reveal.clone(), "why", Acting::Console, Mark::default()).await;
        assert!(matches!(result, Err(NotOpened::Unwritable(LedgerError::Permit(_)))), "{result:?}");
    }
    refused(permit(&actor(Role::Owner), Permission::DecideReports, None).unwrap(), case(1)).await;
    let other: InstanceName = "other".parse().unwrap();
    refused(permit(&actor(Role::Owner), Permission::DecideReports, Some(&other)).unwrap(), case(1)).await;

    let open_doors = SetRegistrations {
        instance: instance(),
        mode_before: vec![None],
        message_before: vec![],
        mode_after: RegistrationsMode::Open,
        message_after: String::new(),
        by: None,
        pressed: false,
    };
    let result =
        ledger.open(may(Permission::CloseRegistrations), open_doors, "", Acting::Console, Mark::default()).await;
    assert!(matches!(result, Err(NotOpened::Unwritable(LedgerError::Permit(_)))), "{result:?}");
    assert_eq!(ledger.tree_state().await.unwrap().size, 0, "nothing was recorded");

    let contractor = AddOperator { operator: OperatorId("01NEW".into()), name: "new".into(), role: Role::Contractor };
    let manage = permit(&actor(Role::Owner), Permission::ManageOperators, None).unwrap();
    ledger.open(manage, contractor, "", Acting::Console, Mark::default()).await.unwrap();
    ledger
        .open(may_about(Permission::DecideAboutStaff, 1), case(1), "", Acting::Console, Mark::default())
        .await
        .unwrap();
}

async fn readings_lock_nothing(db: &Database) {
    let ledger = ledger(db);
    let _deciding = open(&ledger, 1).await;
    let reveal =
        Reveal { instance: instance(), account: AccountId(1), acct: "canaryhandle".into(), what: Masked::Email };
    for _ in 0..2 {
        ledger
            .open(may_about(Permission::Reveal, 1), reveal.clone(), "why", Acting::Console, Mark::default())
            .await
            .unwrap();
    }
    assert_eq!(db.number("select count(*) from open_deeds").await, 3);
    whole(db).await;
}

async fn of_sixty_four_one_gets_the_warrant(db: &Database) {
    // Two processes: a store, a queue and a writer each.
    let other = Store::connect(&db.url, &Keys::from_secret([7; 32])).await.unwrap();
    let clock = Clock::set(NOW);
    let ledgers = [ledger_of(&db.store, "p1", &clock), ledger_of(&other, "p2", &clock)];
    for round in 0..5 {
        let tries = (0..64).map(|n| {
            let ledger = ledgers[n % 2].clone();
            tokio::spawn(async move { open_as(&ledger, round, Mark::default()).await })
        });
        let mut warrants = Vec::new();
        for one in join_all(tries).await {
            match one.unwrap() {
                Ok(warrant) => warrants.push(warrant),
                Err(NotOpened::Busy { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(warrants.len(), 1);
    }
    assert_eq!(db.number("select count(*) from ledger_entries").await, 5);
    whole(db).await;
}

async fn sixty_four_writers_leave_no_gap(db: &Database) {
    let other = Store::connect(&db.url, &Keys::from_secret([7; 32])).await.unwrap();
    let clock = Clock::set(NOW);
    let ledgers = [ledger_of(&db.store, "p1", &clock), ledger_of(&other, "p2", &clock)];
    let writers = (0..64i64).map(|n| {
        let ledger = ledgers[usize::try_from(n).unwrap() % 2].clone();
        tokio::spawn(async move {
            for round in 0..3 {
                decide(&ledger, n * 10 + round).await;
            }
        })
    });
    // A check of the living store is never alarmed by what is being appended.
    let mut checks = 0;
    let mut writing = std::pin::pin!(join_all(writers));
    let done = loop {
        tokio::select! {
            biased;
            done = &mut writing => break done,
            report = check(db, &[]) => {
                assert!(report.holds(), "{:#?}", report.lines());
                checks += 1;
            }
        }
    };
    done.into_iter().for_each(|one| one.unwrap());
    assert!(checks > 0, "nothing was checked while it was written");
    let report = check(db, &[]).await;
    assert!(report.holds(), "{:#?}", report.lines());
    assert_eq!(report.size, 64 * 3 * 2);
    assert_eq!(db.number("select count(*) from open_deeds").await, 0);
    if let Driver::Postgres(_) = &db.store.driver {
        let transactions = db.number("select count(distinct xmin::text) from ledger_entries").await;
        assert!(transactions < report.size, "appends are committed in groups, not in {transactions} transactions");
    }
}

async fn a_leaf_that_cannot_be_written_takes_no_other_with_it(db: &Database) {
    let ledger = ledger(db);
    let answered = open(&ledger, 1).await.unsent("x");
    // A number that JSON would silently round.
    let bad = Verdict { outcome: Outcome::Failed, facts: json!({ "id": i64::MAX }), seen: json!({}) };
    let (closed, facts) =
        tokio::join!(ledger.close(&answered, &bad), join_all((0..8).map(|n| ledger.fact(signed_out(n)))));
    assert!(matches!(closed, Err(LedgerError::Entry(_) | LedgerError::Unwritten(_))), "{closed:?}");
    facts.into_iter().for_each(|fact| fact.unwrap());
    assert_eq!(ledger.tree_state().await.unwrap().size, 9);
    ledger.close(&answered, &succeeded()).await.unwrap();
    whole(db).await;
}

async fn without_a_ledger_nothing_is_opened(db: &Database) {
    let ledger = ledger(db);
    db.run("alter table ledger_entries rename to gone").await.unwrap();
    let refused = open_as(&ledger, 1, Mark::default()).await;
    assert!(matches!(refused, Err(NotOpened::Unwritable(_))), "{refused:?}");
    db.run("alter table gone rename to ledger_entries").await.unwrap();
    assert_eq!(open(&ledger, 1).await.index(), 0, "it goes on by itself, and the subject was not left locked");
    whole(db).await;
}

async fn strangers_cannot_grow_the_tree(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    let failed = |operator: Option<&str>, address: &str| Fact::SignInFailed {
        operator: operator.map(|id| OperatorId(id.into())),
        address: address.into(),
    };
    let burst = (0..30).map(|n| ledger.fact(failed(Some("01ANN"), if n % 2 == 0 { "192.0.2.1" } else { "192.0.2.2" })));
    join_all(burst).await.into_iter().for_each(|one| one.unwrap());
    assert_eq!(ledger.tree_state().await.unwrap().size, 1, "one for the account, from wherever it is tried");
    join_all((0..30).map(|_| ledger.fact(failed(None, "192.0.2.1")))).await.into_iter().for_each(|one| one.unwrap());
    assert_eq!(ledger.tree_state().await.unwrap().size, 2, "one for the range");
    clock.advance(10 * MINUTE - 1);
    ledger.fact(failed(Some("01ANN"), "192.0.2.1")).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 2);
    clock.advance(1);
    ledger.fact(failed(Some("01ANN"), "192.0.2.1")).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 3);
    clock.advance(-HOUR);
    ledger.fact(failed(Some("01ANN"), "192.0.2.1")).await.unwrap();
    assert_eq!(ledger.tree_state().await.unwrap().size, 4, "a clock set back silences nothing");
    whole(db).await;
}

async fn a_clock_set_back_puts_no_outcome_before_its_intent(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    let answered = open(&ledger, 1).await.unsent("x");
    clock.advance(-HOUR);
    ledger.close(&answered, &succeeded()).await.unwrap();
    assert_eq!(db.number("select at from ledger_entries where idx = 1").await, NOW.0);
    whole(db).await;
}

async fn a_lease_runs_out_only_when_nobody_is_at_work(db: &Database) {
    let other = Store::connect(&db.url, &Keys::from_secret([7; 32])).await.unwrap();
    let clock = Clock::set(NOW);
    let (one, two) = (ledger_of(&db.store, "p1", &clock), ledger_of(&other, "p2", &clock));
    let mark = Mark { log: 9_007_199_254_740_993, strike: 8 };
    let warrant = open_as(&one, 1, mark).await.unwrap();
    for _ in 0..5 {
        clock.advance(DEED_LEASE - SECOND);
        one.renew_leases().await.unwrap();
        two.renew_leases().await.unwrap();
        assert!(two.claim_expired().await.unwrap().is_empty(), "it is being worked on");
    }
    clock.advance(DEED_LEASE + SECOND);
    assert!(one.claim_expired().await.unwrap().is_empty(), "renewed late, but never taken from oneself");
    drop(warrant);
    one.renew_leases().await.unwrap();
    assert!(two.claim_expired().await.unwrap().is_empty(), "the lease still runs");
    clock.advance(DEED_LEASE);
    one.renew_leases().await.unwrap();
    let (by_one, by_two) = tokio::join!(one.claim_expired(), two.claim_expired());
    let mut claimed = by_one.unwrap();
    claimed.extend(by_two.unwrap());
    assert_eq!(claimed.len(), 1, "each deed goes to one process");
    let deed = claimed.remove(0);
    assert_eq!((deed.index, deed.opened_at, deed.mark), (0, NOW, mark));
    assert_eq!(serde_json::from_value::<AnyDeed>(deed.deed.clone().unwrap()).unwrap(), AnyDeed::DecideCase(case(1)));

    // Whoever cannot say yet what became of it gets to look again.
    clock.advance(DEED_LEASE - 1);
    one.renew_leases().await.unwrap();
    two.renew_leases().await.unwrap();
    assert!(one.claim_expired().await.unwrap().is_empty() && two.claim_expired().await.unwrap().is_empty());
    clock.advance(1);
    let again = two.claim_expired().await.unwrap();
    assert_eq!(again.len(), 1);
    assert!(matches!(open_as(&one, 1, mark).await, Err(NotOpened::Busy { .. })), "locked until it is closed");
    let unknown = Verdict { outcome: Outcome::Unknown, facts: json!({}), seen: json!({ "state": "silenced" }) };
    two.close_swept(&again[0], &unknown).await.unwrap();
    assert!(matches!(one.close_swept(&deed, &unknown).await, Err(LedgerError::AlreadyClosed(0))));
    clock.advance(HOUR);
    assert!(one.claim_expired().await.unwrap().is_empty());
    assert_eq!(one.entry(0).await.unwrap().unwrap().entry.outcome, Some(Outcome::Unknown));
    open(&one, 1).await;
    whole(db).await;
}

async fn a_lease_of_the_future_is_over(db: &Database) {
    let clock = Clock::set(NOW.plus(2 * HOUR));
    let (one, two) = (ledger_of(&db.store, "p1", &clock), ledger_of(&db.store, "p2", &clock));
    drop(open(&one, 1).await);
    // The clock is set right, by two hours.
    clock.advance(-2 * HOUR);
    assert_eq!(two.claim_expired().await.unwrap().len(), 1);
    assert!(one.claim_expired().await.unwrap().is_empty(), "it is claimed now");
    // A process whose clock is a little behind takes nothing from it.
    clock.advance(-30 * SECOND);
    assert!(one.claim_expired().await.unwrap().is_empty());
}

async fn many_left_deeds_are_each_claimed_once(db: &Database) {
    let other = Store::connect(&db.url, &Keys::from_secret([7; 32])).await.unwrap();
    let clock = Clock::set(NOW);
    let (one, two) = (ledger_of(&db.store, "p1", &clock), ledger_of(&other, "p2", &clock));
    for account in 0..20 {
        drop(open(&one, account).await);
    }
    // One of them is damaged, and keeps no other from being closed.
    db.go_past_triggers();
    db.run("update ledger_entries set leaf = '{}' where idx = 5").await.unwrap();
    clock.advance(DEED_LEASE);
    let (by_one, by_two) = tokio::join!(one.claim_expired(), two.claim_expired());
    let mut claimed: Vec<i64> = by_one.unwrap().iter().chain(by_two.unwrap().iter()).map(|deed| deed.index).collect();
    claimed.sort_unstable();
    assert_eq!(claimed, (0..20).filter(|index| *index != 5).collect::<Vec<i64>>());
}

async fn a_caller_who_goes_away_locks_nothing_for_long(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    for yields in 0..100i64 {
        let opening = open_as(&ledger, yields, Mark::default());
        tokio::select! {
            biased;
            opened = opening => drop(opened.unwrap()),
            () = async {
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
            } => {}
        }
    }
    // The queue is in order: with this, all before it is written.
    ledger.fact(signed_out(1)).await.unwrap();
    clock.advance(DEED_LEASE);
    ledger.renew_leases().await.unwrap();
    for deed in ledger.claim_expired().await.unwrap() {
        ledger.close_swept(&deed, &succeeded()).await.unwrap();
    }
    assert_eq!(db.number("select count(*) from open_deeds").await, 0);
    whole(db).await;
}

/// Destroys data keys the only way there is.
pub async fn destroy(ledger: &Ledger, keys: &[String]) -> i64 {
    let deed = DestroyWords { about: None, keys: keys.to_vec(), because: Destruction::Request };
    let permit = permit(&actor(Role::Owner), Permission::ManageOperators, None).unwrap();
    let warrant = ledger.open(permit, deed, "requested", Acting::Console, Mark::default()).await.unwrap();
    let answered = ledger.destroy_words(warrant, |deed| &deed.keys).await;
    ledger.close(&answered, &succeeded()).await.unwrap();
    answered.index()
}

async fn a_destroyed_key_leaves_the_tree_whole(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    decide(&ledger, 2).await;
    let half_done = open(&ledger, 1).await;
    let key = ledger.entry(0).await.unwrap().unwrap().entry.leaf["key"].as_str().unwrap().to_owned();
    let wrapped = db.texts(&format!("select wrapped from ledger_keys where id = '{key}'")).await.remove(0);
    destroy(&ledger, std::slice::from_ref(&key)).await;
    let gone = ledger.entry(0).await.unwrap().unwrap();
    assert_eq!((gone.entry.document, gone.entry.sealed, gone.seen), (None, Sealed::Destroyed, None));
    let kept = ledger.entry(2).await.unwrap().unwrap().entry;
    assert_eq!((kept.sealed, kept.document.unwrap()["why"].clone()), (Sealed::Opened, json!("canary-why")));
    ledger.close(&half_done.unsent("x"), &succeeded()).await.unwrap();
    let later = decide(&ledger, 1).await;
    assert_eq!(ledger.entry(later).await.unwrap().unwrap().entry.sealed, Sealed::Opened, "work goes on");
    whole(db).await;
    if let Driver::Sqlite(_) = &db.store.driver {
        for file in ["howdah.db", "howdah.db-wal"] {
            let bytes = std::fs::read(db.file().with_file_name(file)).unwrap();
            assert!(!contains(&bytes, wrapped.as_bytes()), "{file} still has the destroyed key");
        }
    }
}

async fn what_does_not_open_is_not_called_destroyed(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    let stranger = Ledger::new(db.store.clone(), Keys::from_secret([8; 32]), Clock::set(NOW), ORIGIN, "p2", None);
    assert_eq!(stranger.entry(0).await.unwrap().unwrap().entry.sealed, Sealed::Damaged);
    db.go_past_triggers();
    let leaf = db.texts("select leaf from ledger_entries where idx = 0").await.remove(0);
    let mut changed: Value = serde_json::from_str(&leaf).unwrap();
    changed["sealed"] = json!("AAAA");
    db.run(&format!("update ledger_entries set leaf = '{changed}' where idx = 0")).await.unwrap();
    assert_eq!(ledger.entry(0).await.unwrap().unwrap().entry.sealed, Sealed::Damaged);
}

async fn a_checkpoint_vouches_in_the_store_and_outside(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let at = |path: PathBuf| Ledger::new(db.store.clone(), keys(), Clock::set(NOW), ORIGIN, "p1", Some(path));
    let ledger = at(file.clone());
    assert_eq!(ledger.checkpoint().await.unwrap(), None, "there is nothing yet");
    decide(&ledger, 1).await;
    assert_eq!(ledger.checkpoint().await.unwrap(), Some(2));
    assert_eq!(ledger.checkpoint().await.unwrap(), None, "nothing new");
    decide(&ledger, 2).await;
    let unwritable = at(folder.path().join("no/such/folder/checkpoints"));
    let error = unwritable.checkpoint().await.unwrap_err().to_string();
    assert!(error.contains("no/such/folder"), "{error}");
    assert_eq!(db.number("select count(*) from ledger_checkpoints").await, 1, "not kept where it is not outside too");
    let together = join_all((0..8).map(|_| ledger.checkpoint())).await;
    together.into_iter().for_each(|one| {
        one.unwrap();
    });
    let state = ledger.tree_state().await.unwrap();
    let (size, taken, note) = state.checkpoint.unwrap();
    assert_eq!((size, taken, state.outside), (4, NOW, Some(file.display().to_string())));
    let notes = checkpoint::split(&std::fs::read_to_string(&file).unwrap());
    assert!(notes.contains(&note));
    let opened = checkpoint::open(&verifier_key(db).await, &note).unwrap();
    assert_eq!((opened.size, hex(&opened.root)), (4, state.root));
    let report = check(db, &notes).await;
    assert!(report.holds(), "{:#?}", report.lines());
    assert_eq!(report.outside, Some(4));
    assert!(check(db, &[]).await.lines().iter().any(|line| line.contains("form only")));
}

/// Seals the head as it is, as somebody does who has the store and the key.
pub async fn reseal(db: &Database) {
    let head =
        db.texts("select size || '\n' || root || '\n' || frontier || '\n' || rights from ledger_head").await.remove(0);
    let origin =
        db.texts("select number || '\n' || store from ledger_origins order by number desc limit 1").await.remove(0);
    let seal = keys().hash("ledger head", format!("{origin}\n{head}").as_bytes());
    db.run(&format!("update ledger_head set mac = '{seal}'")).await.unwrap();
}

/// Eleven entries: 0 a fact; 1–2, 3–4, 5–6 deeds; 7 a fact; 8–9 a deed; 10 an open deed. Checkpoints over 3, 7 and 11.
pub async fn history(db: &Database) -> (Ledger, Vec<String>) {
    let ledger = ledger(db);
    ledger.fact(signed_out(1)).await.unwrap();
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    decide(&ledger, 2).await;
    decide(&ledger, 3).await;
    ledger.checkpoint().await.unwrap();
    ledger.fact(signed_out(2)).await.unwrap();
    decide(&ledger, 4).await;
    drop(open(&ledger, 5).await);
    ledger.checkpoint().await.unwrap();
    let notes = db.texts("select note from ledger_checkpoints order by size").await;
    assert_eq!(notes.len(), 3);
    let report = check(db, &notes).await;
    assert!(report.holds() && report.size == 11, "{:#?}", report.lines());
    (ledger, notes)
}

async fn plain_sql_changes_nothing(db: &Database) {
    history(db).await;
    let mut attempts = vec![
        "update ledger_entries set leaf = '{}' where idx = 4",
        "update ledger_entries set idx = idx + 100",
        "delete from ledger_entries where idx = 4",
        "delete from ledger_entries",
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed) values (99, '{}', '', 0, 'fact', 'x')",
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed) values (4, '{}', '', 0, 'fact', 'x')",
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed, intent) values (11, '{}', '', 0, 'outcome', 'x', 3)",
        "update ledger_checkpoints set note = 'x'",
        "delete from ledger_checkpoints",
        "insert into ledger_checkpoints (size, note, at) values (5, 'x', 0)",
        "update ledger_head set size = 5",
        "update ledger_head set root = 'x'",
        "update ledger_head set frontier = 'x'",
        "update ledger_head set id = 2",
        "delete from ledger_head",
        "update ledger_origins set store = 'x'",
        "delete from ledger_origins",
        "insert into ledger_origins (number, store, since, held, mac) values (7, 'x', 0, 0, 'x')",
        "insert into ledger_origins (number, store, since, held, mac) values (1, 'x', 0, 0, 'x')",
        "insert into ledger_checkpoints (size, note, at, origin) values (5, 'x', 0, 1)",
        "insert into ledger_head (id, size, root, frontier) values (1, 0, '', '')",
    ];
    match &db.store.driver {
        Driver::Sqlite(_) => attempts.extend([
            "replace into ledger_entries (idx, leaf, hash, at, kind, deed) values (4, '{}', '', 0, 'fact', 'x')",
            // The new row would push the old outcome of entry 3 out by the unique index on the intent.
            "replace into ledger_entries (idx, leaf, hash, at, kind, deed, intent) values (11, '{}', '', 0, 'outcome', 'x', 3)",
            "update or replace ledger_entries set idx = 3 where idx = 4",
            "insert into ledger_entries (idx, leaf, hash, at, kind, deed) values (4, '{}', '', 0, 'fact', 'x') \
             on conflict (idx) do update set leaf = excluded.leaf",
            "replace into ledger_checkpoints (size, note, at) values (7, 'x', 0)",
            "replace into ledger_head (id, size, root, frontier) values (1, 0, '', '')",
        ]),
        Driver::Postgres(_) => attempts.extend([
            "truncate ledger_entries",
            "truncate ledger_entries cascade",
            "truncate ledger_checkpoints",
            "truncate ledger_head",
            "truncate ledger_origins",
            "insert into ledger_entries (idx, leaf, hash, at, kind, deed) values (4, '{}', '', 0, 'fact', 'x') \
             on conflict (idx) do update set leaf = excluded.leaf",
        ]),
    }
    for sql in attempts {
        assert!(db.run(sql).await.is_err(), "went through: {sql}");
        whole(db).await;
    }
}

/// What somebody past the triggers does, and the first wrong entry that is named.
const FORGERIES: [(&str, &str, Option<i64>); 22] = [
    ("edit a leaf", "update ledger_entries set leaf = replace(leaf, 'succeeded', 'failed') where idx = 4", Some(4)),
    (
        "edit a leaf’s hash",
        "update ledger_entries set hash = replace(hash, substr(hash, 1, 4), 'beef') where idx = 6",
        Some(6),
    ),
    ("edit the person beside it", "update ledger_entries set operator = 'X' where idx = 3", Some(3)),
    ("edit the time beside it", "update ledger_entries set at = at + 1 where idx = 0", Some(0)),
    ("edit the outcome beside it", "update ledger_entries set outcome = 'failed' where idx = 9", Some(9)),
    ("edit the subject beside it", "update ledger_entries set subject = null where idx = 8", Some(8)),
    ("empty a leaf", "update ledger_entries set leaf = '' where idx = 7", Some(7)),
    ("delete one", "delete from ledger_entries where idx = 6", Some(6)),
    ("delete the first", "delete from ledger_entries where idx = 0", Some(0)),
    ("delete the last", "delete from ledger_entries where idx = 10", Some(10)),
    ("truncate", "delete from ledger_entries", Some(0)),
    (
        "swap two leaves",
        "create table was as select idx, leaf, hash from ledger_entries; \
         update ledger_entries set leaf = (select leaf from was where was.idx = 4 - ledger_entries.idx), \
         hash = (select hash from was where was.idx = 4 - ledger_entries.idx) where idx in (1, 3)",
        Some(1),
    ),
    (
        "swap two rows",
        "update ledger_entries set idx = 100 where idx = 1; update ledger_entries set idx = 1 where idx = 7; \
         update ledger_entries set idx = 7 where idx = 100",
        Some(1),
    ),
    (
        "insert at the end",
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed, operator) \
         select 11, leaf, hash, at, kind, deed, operator from ledger_entries where idx = 7",
        Some(11),
    ),
    (
        "insert before the beginning",
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed, operator) \
         select -1, leaf, hash, at, kind, deed, operator from ledger_entries where idx = 7",
        Some(-1),
    ),
    ("another root", "update ledger_head set root = replace(root, substr(root, 1, 4), 'beef')", None),
    ("a smaller head", "update ledger_head set size = 7", Some(7)),
    ("no head", "delete from ledger_head", None),
    ("forget an open deed", "delete from open_deeds", Some(10)),
    (
        "lock a subject by hand",
        "insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ('x', 3, '', 0, 0)",
        Some(3),
    ),
    (
        "edit a checkpoint",
        "update ledger_checkpoints set note = replace(note, 'howdah', 'hoodoo') where size = 7",
        None,
    ),
    ("move a checkpoint", "update ledger_checkpoints set size = 6 where size = 7", None),
];

async fn every_forgery_is_found(engine: Engine) {
    for (what, sql, first) in FORGERIES {
        crate::engine::on(engine, async |db| {
            history(db).await;
            db.go_past_triggers();
            db.run(sql).await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let report = check(db, &[]).await;
            assert!(!report.holds(), "{what}: not found");
            assert_eq!(report.wrong[0].index, first, "{what}: {:#?}", report.lines());
        })
        .await;
    }
}

#[tokio::test]
async fn every_forgery_is_found_on_sqlite() {
    every_forgery_is_found(Engine::Sqlite).await;
}

#[tokio::test]
async fn every_forgery_is_found_on_postgres() {
    every_forgery_is_found(Engine::Postgres).await;
}

/// Rewrites a leaf and everything that follows from it, as somebody would who has the store and knows the format.
pub async fn rewrite(db: &Database, index: usize, change: impl Fn(&mut Value)) {
    let mut tree = Frontier::default();
    let leaves = db.texts("select leaf from ledger_entries order by idx").await;
    for (at, leaf) in leaves.into_iter().enumerate() {
        let text = if at == index {
            let mut value: Value = serde_json::from_str(&leaf).unwrap();
            change(&mut value);
            serde_json_canonicalizer::to_string(&value).unwrap()
        } else {
            leaf
        };
        let hash = leaf_hash(text.as_bytes());
        tree.push(hash);
        assert!(!text.contains('\''));
        db.run(&format!("update ledger_entries set leaf = '{text}', hash = '{}' where idx = {at}", hex(&hash)))
            .await
            .unwrap();
    }
    db.run(&format!("update ledger_head set root = '{}', frontier = '{}'", hex(&tree.root()), tree.to_text()))
        .await
        .unwrap();
}

async fn a_careful_forger_is_found_by_checkpoints(db: &Database) {
    let (_, notes) = history(db).await;
    db.go_past_triggers();
    rewrite(db, 4, |leaf| leaf["facts"] = json!({ "closed": 99 })).await;
    let report = check(db, &[]).await;
    assert_eq!(report.wrong[0].index, Some(3), "{:#?}", report.lines());
    assert!(report.wrong[0].what.contains("entry 6"), "between 3 and 6: {:#?}", report.lines());

    // The stored checkpoints can go too: then the head's seal tells, and to whom has the key, only one from outside.
    db.run("delete from ledger_checkpoints").await.unwrap();
    let report = check(db, &[]).await;
    assert!(report.lines()[0].contains("not the one that the secret key sealed"), "{:#?}", report.lines());
    reseal(db).await;
    whole(db).await;
    for outside in [&notes[..], &notes[1..2], &notes[2..]] {
        let report = check(db, outside).await;
        assert!(!report.holds());
        let first = report.wrong[0].index.unwrap();
        assert!(first <= 4, "{:#?}", report.lines());
        assert!(report.wrong[0].what.contains("from outside"));
    }
    let report = check(db, &notes[..1]).await;
    assert!(report.holds(), "an older checkpoint vouches only for what is under it: {:#?}", report.lines());
    assert_eq!(report.outside, Some(3));
}

async fn a_replaced_end_is_found_from_outside(db: &Database) {
    let (_, notes) = history(db).await;
    db.go_past_triggers();
    let leaves = db.texts("select leaf from ledger_entries order by idx").await;
    let mut tree = Frontier::default();
    leaves[..7].iter().for_each(|leaf| tree.push(leaf_hash(leaf.as_bytes())));
    db.run("delete from ledger_entries where idx >= 7; delete from open_deeds; delete from ledger_checkpoints where size > 7")
        .await
        .unwrap();
    db.run(&format!(
        "update ledger_head set size = 7, root = '{}', frontier = '{}'",
        hex(&tree.root()),
        tree.to_text()
    ))
    .await
    .unwrap();
    reseal(db).await;
    // A process that was started since knows nothing of what was there.
    let ledger = ledger_of(&db.store, "p2", &Clock::set(NOW));
    for n in 0..6 {
        ledger.fact(signed_out(100 + n)).await.unwrap();
    }
    whole(db).await;
    let report = check(db, &notes).await;
    assert_eq!(report.wrong[0].index, Some(7), "{:#?}", report.lines());
    assert!(report.wrong[0].what.contains("from outside"), "{:#?}", report.lines());
}

async fn yesterdays_copy_is_found_from_outside(db: &Database) {
    const TABLES: [&str; 5] = ["ledger_entries", "ledger_head", "ledger_checkpoints", "open_deeds", "ledger_keys"];
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    drop(open(&ledger, 2).await);
    ledger.checkpoint().await.unwrap();
    for table in TABLES {
        db.run(&format!("create table yesterday_{table} as select * from {table}")).await.unwrap();
    }
    decide(&ledger, 3).await;
    ledger.checkpoint().await.unwrap();
    let today = ledger.tree_state().await.unwrap().checkpoint.unwrap().2;
    db.go_past_triggers();
    for table in TABLES {
        db.run(&format!("delete from {table}; insert into {table} select * from yesterday_{table}")).await.unwrap();
    }
    whole(db).await;
    let report = check(db, std::slice::from_ref(&today)).await;
    assert_eq!(report.wrong[0].index, Some(3), "{:#?}", report.lines());
    assert!(report.wrong[0].what.contains("the end is missing"), "{:#?}", report.lines());
    // Work of a process that was started since, and went on from the copy, does not hide it.
    decide(&ledger_of(&db.store, "p2", &Clock::set(NOW)), 4).await;
    let report = check(db, &[today]).await;
    assert!(!report.holds() && report.wrong[0].what.contains("from outside"), "{:#?}", report.lines());
}

async fn a_checkpoint_of_another_hand_is_refused(db: &Database) {
    let (_, notes) = history(db).await;
    let key = verifier_key(db).await;
    let opened = checkpoint::open(&key, &notes[2]).unwrap();
    let name = key.split('+').next().unwrap();
    let forged = checkpoint::sign(&Keys::from_secret([8; 32]), name, 11, &opened.root).unwrap();
    let report = check(db, &[forged]).await;
    assert!(!report.holds() && report.outside.is_none(), "{:#?}", report.lines());
    let report = check(db, &["nonsense".to_owned()]).await;
    assert!(!report.holds());
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

async fn nothing_personal_stands_in_clear(db: &Database) {
    const ACCOUNT: i64 = 112_233_445_566_778_899;
    let ledger = ledger(db);
    decide(&ledger, ACCOUNT).await;
    let _open = open(&ledger, ACCOUNT).await;
    let reveal =
        Reveal { instance: instance(), account: AccountId(ACCOUNT), acct: "canaryhandle".into(), what: Masked::Email };
    let shown = ledger
        .open(may_about(Permission::Reveal, ACCOUNT), reveal, "canary-why", Acting::Console, Mark::default())
        .await
        .unwrap();
    let answered = shown.answered(vec![Step {
        what: "read".into(),
        answer: Answer::Refused { status: 422, message: "canary-mail@secret.example".into() },
    }]);
    let seen = json!({ "mail": "canary-mail@secret.example", "address": "203.0.113.77" });
    let verdict = Verdict { outcome: Outcome::Failed, facts: json!({}), seen };
    ledger.close(&answered, &verdict).await.unwrap();
    let ann = OperatorId("01ANN".into());
    drafts::keep(&db.store, &keys(), Some(&ann), "/i/main/reports", "canary-text 203.0.113.77", NOW).await.unwrap();

    let mut rows = 0;
    let tables = match &db.store.driver {
        Driver::Sqlite(_) => db.texts("select name from sqlite_master where type = 'table'").await,
        Driver::Postgres(_) => {
            db.texts("select table_name::text from information_schema.tables where table_schema = 'public'").await
        }
    };
    assert!(tables.iter().any(|table| table == "drafts") && tables.iter().any(|table| table == "ledger_entries"));
    let mut text = String::new();
    for table in tables {
        let whole_row = match &db.store.driver {
            Driver::Sqlite(_) => {
                let columns = db.texts(&format!("select name from pragma_table_info('{table}')")).await;
                columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join(" || '|' || ")
            }
            Driver::Postgres(_) => "t::text".to_owned(),
        };
        for row in db.texts(&format!("select {whole_row} from {table} t")).await {
            rows += 1;
            text.push_str(&row);
            text.push('\n');
        }
    }
    assert!(rows > 8 && text.contains("decide_case") && text.contains("/i/main/reports"), "the dump is a dump");
    let secrets = ["canary", "112233445566778899", "203.0.113.77", "secret.example"];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} stands in the store");
    }
    if let Driver::Sqlite(_) = &db.store.driver {
        for file in ["howdah.db", "howdah.db-wal"] {
            let bytes = std::fs::read(db.file().with_file_name(file)).unwrap();
            for secret in secrets {
                assert!(!contains(&bytes, secret.as_bytes()), "{secret} stands in {file}");
            }
        }
    }
}

on_both!(
    a_proof_holds_wherever_its_leaf_stands,
    a_deed_is_opened_and_closed,
    a_stale_deed_is_closed_unsent,
    the_list_is_narrowed_and_paged,
    a_permit_is_for_its_kind_of_deed_and_its_instance,
    readings_lock_nothing,
    of_sixty_four_one_gets_the_warrant,
    sixty_four_writers_leave_no_gap,
    a_leaf_that_cannot_be_written_takes_no_other_with_it,
    without_a_ledger_nothing_is_opened,
    strangers_cannot_grow_the_tree,
    a_clock_set_back_puts_no_outcome_before_its_intent,
    a_lease_runs_out_only_when_nobody_is_at_work,
    a_lease_of_the_future_is_over,
    many_left_deeds_are_each_claimed_once,
    a_caller_who_goes_away_locks_nothing_for_long,
    a_destroyed_key_leaves_the_tree_whole,
    what_does_not_open_is_not_called_destroyed,
    a_checkpoint_vouches_in_the_store_and_outside,
    plain_sql_changes_nothing,
    a_careful_forger_is_found_by_checkpoints,
    a_replaced_end_is_found_from_outside,
    yesterdays_copy_is_found_from_outside,
    a_checkpoint_of_another_hand_is_refused,
    nothing_personal_stands_in_clear,
);

#[tokio::test]
async fn a_new_server_on_a_file_knows_the_former_dead() {
    let db = Database::new(Engine::Sqlite).await;
    let clock = Clock::set(NOW);
    let former = ledger_of(&db.store, "p1", &clock);
    let warrant = open(&former, 1).await;
    // As a kill leaves it: nothing is dropped in order.
    std::mem::forget(warrant);
    let next = ledger_of(&db.store, "p2", &clock);
    assert!(next.claim_expired().await.unwrap().is_empty());
    next.end_former_leases().await.unwrap();
    assert_eq!(next.claim_expired().await.unwrap().len(), 1);
    db.drop().await;
}

/// The note published with the format (<https://pkg.go.dev/golang.org/x/mod/sumdb/note>): other tools and ours agree on
/// what a signature is.
#[test]
fn a_published_note_is_verified() {
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let error = checkpoint::open(KEY, NOTE).unwrap_err();
    assert_eq!(error, "it is of another ledger", "the signature holds, but it is no checkpoint");
    let error = checkpoint::open(KEY, &NOTE.replace("answer", "Answer")).unwrap_err();
    assert!(error.contains("signature"), "{error}");
}

/// What we sign, taken apart by hand after the C2SP texts (signed-note, tlog-checkpoint).
#[test]
fn our_checkpoint_is_what_the_format_asks_for() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use ed25519_dalek::{Signature, SigningKey, Verifier};
    use sha2::{Digest, Sha256};
    let root = [9; 32];
    let note = checkpoint::sign(&keys(), ORIGIN, 20_852_163, &root).unwrap();
    let (text, signature) = note.split_once("\n\n").unwrap();
    let text = format!("{text}\n");
    assert_eq!(text, format!("{ORIGIN}\n20852163\n{}\n", STANDARD.encode(root)));
    let encoded = signature.strip_prefix(&format!("— {ORIGIN} ")).unwrap().strip_suffix('\n').unwrap();
    let bytes = STANDARD.decode(encoded).unwrap();
    let (id, signature) = bytes.split_at(4);
    let key = SigningKey::from_bytes(&keys().checkpoint_seed()).verifying_key();
    let typed = [&[1u8][..], key.as_bytes()].concat();
    assert_eq!(id, &Sha256::new().chain_update(ORIGIN).chain_update("\n").chain_update(&typed).finalize()[..4]);
    key.verify(text.as_bytes(), &Signature::from_slice(signature).unwrap()).unwrap();
    let key = checkpoint::verifier_key(&keys(), ORIGIN);
    assert_eq!(key, format!("{ORIGIN}+{}+{}", hex(id), STANDARD.encode(typed)));
}

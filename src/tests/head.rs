//! Nothing is signed that contradicts itself: forged leaves, a tree rolled back, and what an owner decides then.

use crate::{
    engine::{Database, Engine, on_both},
    ledger::{
        NOW, ORIGIN, actor, check, decide, instance, keys, ledger, ledger_of, may, open_as, reseal, rewrite,
        signed_out, succeeded, whole,
    },
    support::{House, house, sqlite},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use howdah::{
    access::{Object, Permission, Role},
    cli,
    clock::Clock,
    deeds::{DisableOperator, SetRegistrations},
    http,
    id::OperatorId,
    ledger::{
        Acting, Fact, Ledger, LedgerError, Mark, NotOpened, Outcome, Progress, Verdict, checkpoint, tree::from_hex,
    },
    registrations::RegistrationsMode,
    seal::{Keys, hex},
    store::{
        Driver, Store,
        rights::{Changes, FOUND_DONE},
    },
};
use http_body_util::BodyExt;
use serde_json::json;
use std::path::{Path, PathBuf};
use tower::ServiceExt;

const TABLES: [&str; 7] = [
    "ledger_entries",
    "ledger_head",
    "ledger_checkpoints",
    "open_deeds",
    "ledger_keys",
    "rights_changes",
    "ledger_found",
];

fn with_file(db: &Database, process: &str, file: &Path) -> Ledger {
    Ledger::new(db.store.clone(), keys(), Clock::set(NOW), ORIGIN, process, Some(file.to_owned()))
}

fn notes(file: &Path) -> Vec<String> {
    checkpoint::split(&std::fs::read_to_string(file).unwrap_or_default())
}

async fn copy_away(db: &Database) {
    for table in TABLES {
        db.run(&format!("create table yesterday_{table} as select * from {table}")).await.unwrap();
    }
}

/// Yesterday's copy in the place of today's store.
async fn put_back(db: &Database) {
    db.go_past_triggers();
    for table in TABLES {
        db.run(&format!("delete from {table}; insert into {table} select * from yesterday_{table}")).await.unwrap();
    }
}

fn set(mode: RegistrationsMode) -> SetRegistrations {
    SetRegistrations {
        instance: instance(),
        mode_before: vec![None],
        message_before: vec![],
        mode_after: mode,
        message_after: String::new(),
        by: None,
        pressed: false,
    }
}

/// Nothing is signed, no deed is begun, and registrations can be closed all the same.
async fn stands_still(db: &Database, ledger: &Ledger, why: &str) {
    let signed = db.number("select count(*) from ledger_checkpoints").await;
    let refused = ledger.checkpoint().await;
    match &refused {
        Err(LedgerError::Contradicted(what)) => assert!(what.contains(why), "{what}"),
        other => panic!("it was signed: {other:?}"),
    }
    assert_eq!(db.number("select count(*) from ledger_checkpoints").await, signed);
    assert!(ledger.contradiction().unwrap().contains(why));
    let deed = open_as(ledger, 77, Mark::default()).await;
    assert!(matches!(deed, Err(NotOpened::Unwritable(LedgerError::Contradicted(_)))), "{deed:?}");
    let acting = || Acting::Service("109999".into());
    let permit = may(Permission::OpenRegistrations);
    let opened = ledger.open(permit, set(RegistrationsMode::Open), "why", acting(), Mark::default()).await;
    assert!(matches!(opened, Err(NotOpened::Unwritable(LedgerError::Contradicted(_)))), "{opened:?}");
    let before = db.number("select count(*) from ledger_entries").await;
    let permit = may(Permission::CloseRegistrations);
    let closed = ledger.open(permit, set(RegistrationsMode::None), "why", acting(), Mark::default()).await.unwrap();
    ledger.close(&closed.unsent("x"), &succeeded()).await.unwrap();
    // People sign in and out, and that is recorded.
    ledger.fact(signed_out(9)).await.unwrap();
    assert_eq!(db.number("select count(*) from ledger_entries").await, before + 3);
}

async fn a_forged_leaf_is_never_signed(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    decide(&ledger, 2).await;
    db.go_past_triggers();
    rewrite(db, 2, |leaf| leaf["facts"] = json!({ "closed": 99 })).await;
    stands_still(db, &ledger, "not the one that the secret key sealed").await;
    // Also not by another process, and not because the one before has ended.
    let next = ledger_of(&db.store, "p2", &Clock::set(NOW));
    next.begin().await.unwrap();
    assert!(next.contradiction().is_some());
}

async fn an_appended_leaf_is_never_signed(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    // By SQL alone, with the triggers in their place.
    db.run(
        "insert into ledger_entries (idx, leaf, hash, at, kind, deed, operator) \
         select 2, leaf, hash, at, 'fact', deed, operator from ledger_entries where idx = 0",
    )
    .await
    .unwrap();
    stands_still(db, &ledger, "the head counts 2 entries, and there are 3").await;
}

async fn a_leaf_changed_in_place_is_never_signed(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    decide(&ledger, 2).await;
    db.go_past_triggers();
    db.run("update ledger_entries set leaf = replace(leaf, 'decide_reports', 'manage_operators') where idx = 2")
        .await
        .unwrap();
    stands_still(db, &ledger, "not those that were appended").await;
}

async fn a_tree_rolled_back_is_not_signed_again(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    copy_away(db).await;
    decide(&ledger, 2).await;
    assert_eq!(ledger.checkpoint().await.unwrap(), Some(4));
    put_back(db).await;
    // As a process does that was started since: the same size, and another root.
    let later = with_file(db, "p2", &file);
    decide(&later, 3).await;
    assert_eq!(later.tree_state().await.unwrap().size, 4);
    stands_still(db, &later, "the first 4 entries are not those that the checkpoint outside signed").await;
    assert_eq!(notes(&file).len(), 2, "nothing was signed a second time");

    // A smaller one, known from the store's own checkpoints alone.
    let smaller = ledger_of(&db.store, "p3", &Clock::set(NOW));
    put_back(db).await;
    smaller.examine().await.unwrap();
    assert_eq!(smaller.contradiction(), None, "nobody can know without what was kept outside");
    let known = with_file(db, "p4", &file);
    stands_still(db, &known, "signed 4 entries, and there are 2").await;
}

async fn a_running_process_does_not_go_on_from_a_store_put_back(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    copy_away(db).await;
    decide(&ledger, 2).await;
    put_back(db).await;
    // No checkpoint was taken since: nothing but its own memory tells.
    let deed = open_as(&ledger, 3, Mark::default()).await;
    assert!(matches!(deed, Err(NotOpened::Unwritable(LedgerError::Contradicted(_)))), "{deed:?}");
    assert!(ledger.contradiction().unwrap().contains("this process has seen 4 entries, and the 2 that are there"));
}

/// What changes rights is signed outside before it is answered: ending the process at once, and putting the store back to before
/// it, is found at the next start.
async fn a_change_of_rights_is_signed_outside_at_once(db: &Database) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("checkpoints.txt");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    assert!(ledger.checkpoint().await.unwrap().is_some());
    copy_away(db).await;
    let before = notes(&file).len();
    decide(&ledger, 2).await;
    assert_eq!(notes(&file).len(), before, "what changes no rights waits for the next checkpoint");
    let permit = howdah::access::permit(&actor(Role::Owner), Permission::ManageOperators, Object::Console).unwrap();
    let deed = DisableOperator { operator: OperatorId("01EVE".into()), name: "eve".into(), disabled: true };
    let warrant = ledger.open(permit, deed, "gone", Acting::Console, Mark::default()).await.unwrap();
    ledger.close(&warrant.answered(Vec::new()), &succeeded()).await.unwrap();
    assert_eq!(notes(&file).len(), before + 1);
    // Also where it was found done after its process died, and not where it was not.
    for (facts, signed) in [(json!({}), 1), (json!({ FOUND_DONE: true }), 2)] {
        let permit = howdah::access::permit(&actor(Role::Owner), Permission::ManageOperators, Object::Console).unwrap();
        let deed = DisableOperator { operator: OperatorId("01EVE".into()), name: "eve".into(), disabled: false };
        let warrant = ledger.open(permit, deed, "back", Acting::Console, Mark::default()).await.unwrap();
        let found = Verdict { outcome: Outcome::Unknown, facts, seen: json!({}) };
        ledger.close(&warrant.answered(Vec::new()), &found).await.unwrap();
        assert_eq!(notes(&file).len(), before + signed);
    }
    put_back(db).await;
    let next = with_file(db, "p2", &file);
    next.begin().await.unwrap();
    let found = next.contradiction().unwrap_or_default();
    assert!(found.contains("the checkpoint outside signed 10 entries"), "{found}");
}

/// Where the store is again what it was, the next look says so, and work goes on without an owner's decision and without a start.
async fn a_contradiction_that_is_gone_is_taken_back(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    let mac = db.texts("select mac from ledger_head").await.remove(0);
    db.go_past_triggers();
    db.run("update ledger_head set mac = 'forged'").await.unwrap();
    ledger.examine().await.unwrap();
    assert!(ledger.contradiction().is_some() && !ledger.is_behind());
    let deed = open_as(&ledger, 7, Mark::default()).await;
    assert!(matches!(deed, Err(NotOpened::Unwritable(LedgerError::Contradicted(_)))), "{deed:?}");
    db.run(&format!("update ledger_head set mac = '{mac}'")).await.unwrap();
    ledger.examine().await.unwrap();
    assert_eq!(ledger.contradiction(), None);
    decide(&ledger, 2).await;

    // A copy of before, and then the store as it was.
    copy_away(db).await;
    decide(&ledger, 3).await;
    for table in TABLES {
        db.run(&format!("create table today_{table} as select * from {table}")).await.unwrap();
    }
    put_back(db).await;
    ledger.examine().await.unwrap();
    assert!(ledger.is_behind(), "{:?}", ledger.contradiction());
    ledger.examine().await.unwrap();
    assert!(ledger.is_behind(), "as long as it is one");
    for table in TABLES {
        db.run(&format!("delete from {table}; insert into {table} select * from today_{table}")).await.unwrap();
    }
    ledger.examine().await.unwrap();
    assert_eq!((ledger.contradiction(), ledger.is_behind()), (None, false));
    decide(&ledger, 4).await;
    assert!(ledger.checkpoint().await.unwrap().is_some());
    whole(db).await;

    // Another store of the same size, with entries of its own, goes away by no look.
    let stands = ledger.contradiction();
    assert_eq!(stands, None);
    rewrite(db, 0, |leaf| leaf["facts"] = json!({ "closed": 99 })).await;
    for _ in 0..2 {
        ledger.examine().await.unwrap();
        assert!(ledger.contradiction().is_some());
    }
}

/// What an owner decided stands outside as well: a copy of before the decision is no store that one goes on with.
async fn a_copy_of_before_an_owners_decision_is_found_from_outside(db: &Database) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("checkpoints.txt");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    db.run("create table yesterday_ledger_origins as select * from ledger_origins").await.unwrap();
    copy_away(db).await;
    db.go_past_triggers();
    db.run("update ledger_head set mac = 'forged'").await.unwrap();
    let next = with_file(db, "p2", &file);
    next.begin().await.unwrap();
    let (size, root) = next.stands().await.unwrap();
    assert!(next.accept(size, &root, "it is as it was".into()).await.unwrap());
    assert_eq!(next.contradiction(), None);
    decide(&next, 2).await;
    assert!(next.checkpoint().await.unwrap().is_some());
    let report = check(db, &notes(&file)).await;
    assert!(report.holds(), "{:#?}", report.lines());
    put_back(db).await;
    db.run("delete from ledger_origins; insert into ledger_origins select * from yesterday_ledger_origins")
        .await
        .unwrap();
    // However much others wrote to the same place since.
    let other = std::fs::read_to_string(&file).unwrap();
    let noise = checkpoint::sign(&keys(), &format!("{ORIGIN}/01OTHER"), 3, &[7; 32]).unwrap();
    std::fs::write(&file, format!("{other}{}", format!("{noise}\n").repeat(400))).unwrap();
    let report = check(db, &notes(&file)).await;
    assert!(report.lines().iter().any(|line| line.contains("goes on as")), "{:#?}", report.lines());
    let again = with_file(db, "p3", &file);
    again.begin().await.unwrap();
    let found = again.contradiction().unwrap_or_default();
    assert!(found.contains("goes on as"), "{found}");
    // An owner who puts the same copy back on purpose decides again, as often as that happens.
    for _ in 0..2 {
        let (size, root) = again.stands().await.unwrap();
        assert!(again.accept(size, &root, "the disk failed once more".into()).await.unwrap());
        assert_eq!(again.contradiction(), None);
        decide(&again, 4).await;
        assert!(again.checkpoint().await.unwrap().is_some());
    }
}

/// Where nothing is kept outside either, a seal that was taken away is not given anew.
async fn a_seal_that_was_taken_away_is_not_given_anew(db: &Database) {
    decide(&ledger(db), 1).await;
    db.go_past_triggers();
    db.run(
        "delete from ledger_origins; delete from ledger_checkpoints; delete from rights_changes; \
         update ledger_head set origin = 0, rights = '', mac = null",
    )
    .await
    .unwrap();
    let report = check(db, &[]).await;
    assert!(!report.holds(), "a verification names it: {:#?}", report.lines());
    let next = ledger_of(&db.store, "p2", &Clock::set(NOW));
    next.begin().await.unwrap();
    assert!(next.contradiction().is_some_and(|what| what.contains("has no seal, and had one")));
}

/// The console's host may change; what the store is called by does not.
async fn a_store_keeps_its_name_under_another_host(db: &Database) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("checkpoints.txt");
    let one = with_file(db, "p1", &file);
    decide(&one, 1).await;
    assert!(one.checkpoint().await.unwrap().is_some());
    let other = Ledger::new(db.store.clone(), keys(), Clock::set(NOW), "new.example", "p2", Some(file.clone()));
    other.begin().await.unwrap();
    assert_eq!(other.contradiction(), None);
    decide(&other, 2).await;
    assert!(other.checkpoint().await.unwrap().is_some());
    assert_eq!(other.others_outside(), 0);
    let report = other.verify(&notes(&file)).await.unwrap();
    assert!(report.wrong.is_empty() && report.outside == Some(4), "{:#?}", report.lines());
    // Once emptied, it is found under the new host as it is under the old one.
    empty(db).await;
    for host in [ORIGIN, "new.example"] {
        let next = Ledger::new(db.store.clone(), keys(), Clock::set(NOW), host, "p3", Some(file.clone()));
        next.begin().await.unwrap();
        assert!(next.contradiction().is_some_and(|what| what.contains("nothing is recorded")), "{host}");
    }
}

/// An upgrade and another host at once: what was signed under the former one counts.
async fn an_older_store_is_sealed_under_another_host(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    decide(&ledger(db), 1).await;
    age(db, &file).await;
    let old = notes(&file);
    let under =
        |process| Ledger::new(db.store.clone(), keys(), Clock::set(NOW), "new.example", process, Some(file.clone()));
    let first = under("p1");
    let before = first.verify(&old).await.unwrap();
    assert!(before.wrong.is_empty() && before.outside == Some(2), "{:#?}", before.lines());
    first.begin().await.unwrap();
    assert_eq!(first.contradiction(), None);
    decide(&first, 2).await;
    assert!(first.checkpoint().await.unwrap().is_some());
    let report = first.verify(&notes(&file)).await.unwrap();
    assert!(report.wrong.is_empty() && report.outside == Some(5), "{:#?}", report.lines());
    let again = first.verify(&old).await.unwrap();
    assert!(again.wrong.is_empty() && again.outside == Some(2), "{:#?}", again.lines());
}

/// What cannot be read is no contradiction: the start waits for it, and the next one goes on.
async fn an_older_store_waits_for_the_place_outside(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    decide(&ledger(db), 1).await;
    age(db, &file).await;
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let early = with_file(db, "p1", &file);
    let refused = early.begin().await;
    assert!(matches!(&refused, Err(LedgerError::Outside(what)) if what.contains("cannot be read")), "{refused:?}");
    assert_eq!(early.contradiction(), None);
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, kept).unwrap();
    let next = with_file(db, "p2", &file);
    next.begin().await.unwrap();
    assert_eq!(next.contradiction(), None);
    assert_eq!(db.number("select count(*) from ledger_origins").await, 1);
}

/// An outcome whose columns were changed stays one: the sweep gives its deed no second.
async fn a_deed_is_closed_once_whatever_the_columns_say(db: &Database) {
    let one = ledger(db);
    decide(&one, 1).await;
    db.go_past_triggers();
    db.run("update ledger_entries set intent = null where intent = 0").await.unwrap();
    db.run("insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ('x', 0, 'gone', 0, 0)")
        .await
        .unwrap();
    assert!(one.claim_expired().await.unwrap().is_empty(), "there is nothing to close");
    let what = one.contradiction().unwrap_or_default();
    assert!(what.contains("entry 1 is the outcome of entry 0"), "{what}");
}

/// Takes everything away that was recorded.
async fn empty(db: &Database) {
    db.go_past_triggers();
    for table in
        ["ledger_entries", "ledger_origins", "ledger_checkpoints", "ledger_keys", "open_deeds", "rights_changes"]
    {
        db.run(&format!("delete from {table}")).await.unwrap();
    }
    let nothing = hex(&howdah::ledger::tree::Frontier::default().root());
    db.run(&format!(
        "update ledger_head set size = 0, root = '{nothing}', frontier = '', origin = 0, rights = '', mac = null"
    ))
    .await
    .unwrap();
}

/// With everything that was recorded, what it was signed by goes as well; what stands outside stays.
async fn an_emptied_store_is_found_from_outside(db: &Database) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("checkpoints.txt");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    assert!(ledger.checkpoint().await.unwrap().is_some());
    empty(db).await;
    let next = with_file(db, "p2", &file);
    next.begin().await.unwrap();
    let found = next.contradiction().unwrap_or_default();
    assert!(found.contains("nothing is recorded"), "{found}");
    let nothing = hex(&howdah::ledger::tree::Frontier::default().root());
    // A new store is one where nothing was signed under this name, and nobody said otherwise.
    // What the other found is told by a task of its own, once more than is taken away here: until that is over.
    let mut says = None;
    for _ in 0..40 {
        db.run("delete from ledger_found").await.unwrap();
        let elsewhere =
            Ledger::new(db.store.clone(), keys(), Clock::set(NOW), "elsewhere.example", "p3", Some(file.clone()));
        elsewhere.begin().await.unwrap();
        says = elsewhere.contradiction();
        if says.is_none() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(says, None);
    // An owner who has put up a new one on purpose says so at the server.
    assert!(next.accept(0, &nothing, "a new store".into()).await.unwrap());
    assert_eq!(next.contradiction(), None);
    decide(&next, 3).await;
    assert!(next.checkpoint().await.unwrap().is_some());
}

async fn what_the_store_signed_is_gone_on_from(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    let head = db.texts("select root || ',' || mac from ledger_head").await.remove(0);
    let (root, mac) = head.split_once(',').unwrap();
    let frontier = db.texts("select frontier from ledger_head").await.remove(0);
    decide(&ledger, 2).await;
    ledger.checkpoint().await.unwrap();
    db.go_past_triggers();
    db.run("delete from ledger_entries where idx >= 2; delete from open_deeds").await.unwrap();
    db.run(&format!("update ledger_head set size = 2, root = '{root}', frontier = '{frontier}', mac = '{mac}'"))
        .await
        .unwrap();
    let later = ledger_of(&db.store, "p2", &Clock::set(NOW));
    stands_still(db, &later, "the checkpoint in the store signed 4 entries, and there are 2").await;
}

async fn an_unreadable_place_outside_is_said_and_deeds_go_on(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("checkpoints");
    std::fs::create_dir(&file).unwrap();
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    let refused = ledger.checkpoint().await;
    assert!(matches!(refused, Err(LedgerError::Outside(_))), "{refused:?}");
    assert!(ledger.outside_trouble().unwrap().contains("cannot be read"));
    assert_eq!(ledger.contradiction(), None);
    decide(&ledger, 2).await;
    std::fs::remove_dir(&file).unwrap();
    assert_eq!(ledger.checkpoint().await.unwrap(), Some(4));
    assert_eq!((ledger.outside_trouble(), notes(&file).len()), (None, 1));
    // A note that was cut is said, and keeps nothing from being signed.
    std::fs::write(&file, format!("{}{ORIGIN}\n3\n", std::fs::read_to_string(&file).unwrap())).unwrap();
    decide(&ledger, 3).await;
    assert_eq!(ledger.checkpoint().await.unwrap(), Some(6));
    assert!(ledger.outside_trouble().unwrap().contains("do not hold"));
    // A file that was left behind, for example because the place was another for a while, gets what the store has.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(ledger.checkpoint().await.unwrap(), Some(6));
    assert!(check(db, &notes(&file)).await.holds());
}

async fn two_consoles_may_share_a_key_and_a_file(db: &Database) {
    let other = Database::new(match &db.store.driver {
        Driver::Sqlite(_) => Engine::Sqlite,
        Driver::Postgres(_) => Engine::Postgres,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let (one, two) = (with_file(db, "p1", &file), with_file(&other, "p2", &file));
    for round in 0..3 {
        decide(&one, round).await;
        one.checkpoint().await.unwrap();
        decide(&two, 10 + round).await;
        decide(&two, 20 + round).await;
        two.checkpoint().await.unwrap();
    }
    assert_eq!((one.contradiction(), two.contradiction()), (None, None));
    assert_eq!(one.others_outside(), 2, "those there were at its last look");
    let kept = notes(&file);
    assert_eq!(kept.len(), 6);
    for (of, size) in [(db, 6), (&other, 12)] {
        let report = check(of, &kept).await;
        assert!(report.holds(), "{:#?}", report.lines());
        assert_eq!((report.outside, report.others), (Some(size), 3));
        assert!(
            report.lines().iter().any(|line| line.contains("3 of the checkpoints from outside are of other stores"))
        );
    }
    assert_ne!(one.verifier_key().await.unwrap(), two.verifier_key().await.unwrap());
    // The other's alone vouch for nothing here, and that is no silence.
    let theirs: Vec<String> = other.texts("select note from ledger_checkpoints order by size").await;
    let report = check(db, &theirs).await;
    assert!(!report.holds() && report.outside.is_none(), "{:#?}", report.lines());
    other.drop().await;
}

/// As a store of the version before seals: with its checkpoints under the console's name alone, kept in the store and outside.
async fn age(db: &Database, file: &Path) {
    db.go_past_triggers();
    let root = db.texts("select root from ledger_head").await.remove(0);
    let size = db.number("select size from ledger_head").await;
    let note = checkpoint::sign(&keys(), ORIGIN, size, &from_hex(&root).unwrap()).unwrap();
    db.run(
        "delete from ledger_origins; delete from ledger_checkpoints; delete from rights_changes; \
         update ledger_head set origin = 0, mac = null, rights = ''",
    )
    .await
    .unwrap();
    db.store.sealing_becomes_due().await.unwrap();
    db.run(&format!("insert into ledger_checkpoints (size, note, at) values ({size}, '{note}', 0)")).await.unwrap();
    std::fs::write(file, format!("{note}\n")).unwrap();
}

async fn an_older_store_is_sealed_once(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    decide(&ledger(db), 1).await;
    age(db, &file).await;
    whole(db).await;
    let old = notes(&file);
    let first = with_file(db, "p1", &file);
    first.begin().await.unwrap();
    assert_eq!(first.contradiction(), None);
    assert_eq!(db.number("select count(*) from ledger_entries where deed = 'head_sealed'").await, 1);
    first.begin().await.unwrap();
    decide(&first, 2).await;
    assert_eq!(first.checkpoint().await.unwrap(), Some(5));
    let report = check(db, &notes(&file)).await;
    assert!(report.holds() && report.outside == Some(5) && report.others == 0, "{:#?}", report.lines());
    assert!(check(db, &old).await.holds(), "what was signed before still counts");
    // … up to where the change was made, and no further.
    let root = from_hex(&db.texts("select root from ledger_head").await.remove(0)).unwrap();
    let late = checkpoint::sign(&keys(), ORIGIN, 5, &root).unwrap();
    let report = check(db, &[old, vec![late]].concat()).await;
    assert!(report.holds() && report.outside == Some(2) && report.others == 1, "{:#?}", report.lines());

    // Whoever takes the seal away does not get another: the tree says that there was one.
    db.run("delete from ledger_origins; update ledger_head set origin = 0, mac = null").await.unwrap();
    let again = ledger_of(&db.store, "p2", &Clock::set(NOW));
    again.begin().await.unwrap();
    assert!(again.contradiction().unwrap().contains("an entry says that it had one"), "{:?}", again.contradiction());
    assert!(!check(db, &[]).await.holds());
    // And where that entry is cut away with all after it, what is kept outside says so.
    db.run("delete from ledger_entries where idx >= 2; delete from ledger_checkpoints where size > 2; delete from open_deeds")
        .await
        .unwrap();
    let frontier = hex(&checkpoint::open(&checkpoint::verifier_key(&keys(), ORIGIN), &notes(&file)[0]).unwrap().root);
    db.run(&format!("update ledger_head set size = 2, root = '{frontier}', frontier = '{frontier}'")).await.unwrap();
    let cut = with_file(db, "p3", &file);
    cut.begin().await.unwrap();
    assert!(cut.contradiction().unwrap().contains("signed by a store that had one"), "{:?}", cut.contradiction());
    assert!(!check(db, &notes(&file)).await.holds());
}

async fn an_older_store_that_is_not_whole_gets_no_seal(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    decide(&ledger(db), 1).await;
    age(db, &file).await;
    rewrite(db, 0, |leaf| leaf["facts"] = json!({ "decision": "resolve" })).await;
    db.run("delete from ledger_checkpoints").await.unwrap();
    let ledger = with_file(db, "p1", &file);
    ledger.begin().await.unwrap();
    assert!(ledger.contradiction().unwrap().contains("is not whole"), "{:?}", ledger.contradiction());
    assert_eq!(db.number("select count(*) from ledger_origins").await, 0);
}

async fn an_owner_decides(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    copy_away(db).await;
    decide(&ledger, 2).await;
    decide(&ledger, 3).await;
    ledger.checkpoint().await.unwrap();
    put_back(db).await;
    let serving = with_file(db, "p2", &file);
    serving.begin().await.unwrap();
    stands_still(db, &serving, "signed 6 entries").await;

    let command = with_file(db, "p3", &file);
    command.begin().await.unwrap();
    let (size, root) = command.stands().await.unwrap();
    assert!(!command.accept(size, &"0".repeat(64), "a copy was put back".into()).await.unwrap());
    assert!(!command.accept(size - 1, &root, "a copy was put back".into()).await.unwrap());
    assert!(command.contradiction().is_some());
    assert!(command.accept(size, &root, "a copy was put back".into()).await.unwrap());
    assert_eq!(command.contradiction(), None);
    assert_eq!(db.number("select count(*) from ledger_entries where deed = 'record_accepted'").await, 1);
    let entry = command.entry(size).await.unwrap().unwrap().entry;
    assert_eq!(entry.document.unwrap()["why"], "a copy was put back");

    // The one that serves goes on when it looks again; what is signed now is signed under another name.
    assert_eq!(serving.checkpoint().await.unwrap(), Some(size + 1));
    assert_eq!(serving.contradiction(), None);
    decide(&serving, 5).await;
    serving.checkpoint().await.unwrap();
    let kept = notes(&file);
    let report = check(db, &kept).await;
    assert!(report.holds() && report.accepted == Some((size, size)), "{:#?}", report.lines());
    assert_eq!(report.others, 1, "what was signed over the six is passed over, and counted");
    assert!(report.lines().iter().any(|line| line.contains("an owner accepted")));
    // What was accepted is now as fixed as everything else.
    rewrite(db, 1, |leaf| leaf["facts"] = json!({ "closed": 99 })).await;
    reseal(db).await;
    let report = check(db, &kept).await;
    assert!(!report.holds(), "{:#?}", report.lines());
}

async fn a_forged_head_can_be_decided_about(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    decide(&ledger, 2).await;
    db.go_past_triggers();
    rewrite(db, 2, |leaf| leaf["facts"] = json!({ "closed": 99 })).await;
    stands_still(db, &ledger, "secret key").await;
    let (size, root) = ledger.stands().await.unwrap();
    assert!(ledger.accept(size, &root, "known".into()).await.unwrap());
    assert_eq!(ledger.contradiction(), None);
    decide(&ledger, 3).await;
    assert!(ledger.checkpoint().await.unwrap().is_some());
    let report = check(db, &db.texts("select note from ledger_checkpoints order by origin, size").await).await;
    assert!(report.holds(), "{:#?}", report.lines());
}

async fn an_id_put_in_its_place_is_found(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    ledger.checkpoint().await.unwrap();
    db.go_past_triggers();
    db.run("update ledger_origins set store = '01ANOTHER'").await.unwrap();
    assert!(!check(db, &[]).await.holds());
    stands_still(db, &ledger, "id").await;
}

/// What a look at one entry finds wrong stands until an owner has decided, also where the next look at the head finds nothing.
async fn what_a_look_at_one_entry_finds_stands(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    decide(&ledger, 2).await;
    ledger.checkpoint().await.unwrap();
    db.go_past_triggers();
    let leaf = db.texts("select leaf from ledger_entries where idx = 2").await.remove(0);
    db.run(&format!("update ledger_entries set leaf = '{leaf}' where idx = 0")).await.unwrap();
    assert!(ledger.proved(0).await.is_err());
    let found = ledger.contradiction().unwrap_or_default();
    assert!(found.contains("entry 0"), "{found}");
    ledger.checkpoint().await.ok();
    assert_eq!(ledger.contradiction(), Some(found), "the look at the head took it back");
    let (size, root) = ledger.stands().await.unwrap();
    assert!(ledger.accept(size, &root, "known".into()).await.unwrap());
    assert_eq!(ledger.contradiction(), None, "an owner has decided");
}

/// That a store goes on under another name is said outside under each name that it had, and under none that somebody wrote there.
async fn that_a_store_goes_on_is_said_under_each_of_its_names(db: &Database) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let ledger = with_file(db, "p1", &file);
    decide(&ledger, 1).await;
    db.go_past_triggers();
    for _ in 0..2 {
        db.run("update ledger_head set mac = 'forged'").await.unwrap();
        let (size, root) = ledger.stands().await.unwrap();
        assert!(ledger.accept(size, &root, "known".into()).await.unwrap());
    }
    db.run("update ledger_origins set store = '01FORGED' where number = 1").await.unwrap();
    db.run("update ledger_head set mac = 'forged'").await.unwrap();
    let before = notes(&file).len();
    let (size, root) = ledger.stands().await.unwrap();
    assert!(ledger.accept(size, &root, "known".into()).await.unwrap());
    let origins = ledger.origins().await.unwrap();
    let numbers: Vec<i64> = origins.iter().map(|origin| origin.number).collect();
    assert_eq!(numbers, [2, 3, 4], "the first one does not hold any more");
    let said: Vec<String> = notes(&file)[before..].to_vec();
    let named: Vec<&str> = said.iter().filter_map(|note| note.lines().next()).collect();
    for former in &origins[..2] {
        let note = said.iter().find(|note| note.starts_with(&format!("{}\n", former.store)));
        let note = note.unwrap_or_else(|| panic!("nothing under {}: {named:?}", former.store));
        assert!(note.contains(&origins[2].store), "{note}");
    }
    assert!(!named.iter().any(|name| name.contains("FORGED")), "{named:?}");
}

/// Whether an action is refused, as a contradiction does.
async fn refuses(ledger: &Ledger, account: i64) -> bool {
    match open_as(ledger, account, Mark::default()).await {
        Ok(warrant) => {
            ledger.close(&warrant.unsent("x"), &succeeded()).await.unwrap();
            false
        }
        Err(NotOpened::Unwritable(LedgerError::Contradicted(_))) => true,
        Err(error) => panic!("{error}"),
    }
}

/// What one process finds in the entries stops the others with their next action, is said by them within one look, and stands also
/// for those that start later; until an owner has decided. A row that somebody else wrote stops nobody.
async fn what_one_process_finds_stops_all(db: &Database) {
    let (one, other) = (ledger(db), ledger_of(&db.store, "p2", &Clock::set(NOW)));
    decide(&one, 1).await;
    one.checkpoint().await.unwrap();
    decide(&other, 2).await;
    db.run("insert into ledger_found (process, sort, number, what, behind, until, mac) values ('p9', 'entries', 1, 'x', 1, 9999999999999, 'x')")
        .await
        .unwrap();
    assert!(!refuses(&other, 3).await);
    if let Driver::Sqlite(_) = db.store.driver {
        // What cannot even be read keeps no entry from being written.
        db.run("insert into ledger_found (process, sort, number, what, behind, until, mac) values ('zz', 'head', 'x', 'w', 'y', 'zzz', 'm')")
            .await
            .unwrap();
        other.fact(signed_out(3)).await.unwrap();
        assert!(!refuses(&other, 3).await);
    }
    other.examine().await.unwrap();
    assert_eq!((other.contradiction(), other.is_behind()), (None, false));
    db.go_past_triggers();
    let leaf = "update ledger_entries set leaf = replace(leaf, 'decide_reports', 'manage_operators') where idx = 0";
    db.run(leaf).await.unwrap();
    other.examine().await.unwrap();
    assert_eq!(other.contradiction(), None, "a look at the head reads nothing so far back");
    assert!(!one.verify(&[]).await.unwrap().holds());
    assert!(refuses(&other, 4).await);
    other.examine().await.unwrap();
    assert!(other.contradiction().unwrap().contains("altered from entry 0"));
    drop(one);
    let third = ledger_of(&db.store, "p3", &Clock::set(NOW));
    third.begin().await.unwrap();
    assert!(third.contradiction().is_some() && refuses(&third, 5).await);
    let (size, root) = third.stands().await.unwrap();
    assert!(third.accept(size, &root, "seen".into()).await.unwrap());
    assert_eq!(third.contradiction(), None);
    other.examine().await.unwrap();
    assert!(!refuses(&other, 6).await);
}

/// A trigger that does nothing: how it is made, and how it goes.
fn evil(db: &Database) -> (&'static str, &'static str) {
    match db.store.driver {
        Driver::Sqlite(_) => ("create trigger evil after insert on operators begin select 1; end", "drop trigger evil"),
        Driver::Postgres(_) => (
            "create function evil() returns trigger language plpgsql as 'begin return new; end'; \
             create trigger evil after insert on operators for each row execute function evil()",
            "drop trigger evil on operators; drop function evil()",
        ),
    }
}

/// What had to be written down while something else ran in the store is gone on from when that is gone: nobody has to decide.
async fn what_is_written_while_something_else_runs_is_gone_on_from(db: &Database) {
    let one = ledger(db);
    let warrant = open_as(&one, 1, Mark::default()).await.unwrap();
    let (make, drop) = evil(db);
    db.run(make).await.unwrap();
    assert!(refuses(&one, 2).await);
    one.fact(signed_out(1)).await.unwrap();
    one.close(&warrant.unsent("x"), &succeeded()).await.unwrap();
    assert!(one.checkpoint().await.is_err(), "nothing is signed meanwhile");
    assert_eq!(db.number("select count(*) from ledger_checkpoints").await, 0);
    db.run(drop).await.unwrap();
    one.examine().await.unwrap();
    assert_eq!(one.contradiction(), None);
    assert!(!refuses(&one, 3).await);
    whole(db).await;
    assert!(one.checkpoint().await.unwrap().is_some());
}

/// … and what that made of an entry is found: the head stands for what was meant.
async fn what_a_trigger_makes_of_an_entry_is_found(db: &Database) {
    let one = ledger(db);
    decide(&one, 1).await;
    let own = "select sql from sqlite_master where name = 'ledger_entries_no_update'";
    let (make, drop) = match db.store.driver {
        Driver::Sqlite(_) => (
            "drop trigger ledger_entries_no_update; create trigger bend after insert on ledger_entries \
             begin update ledger_entries set leaf = replace(leaf, 'signed_out', 'signed_off') where idx = new.idx; end",
            format!("drop trigger bend; {}", db.texts(own).await.remove(0)),
        ),
        Driver::Postgres(_) => (
            "create function bend() returns trigger language plpgsql as \
             $$ begin new.leaf := replace(new.leaf, 'signed_out', 'signed_off'); return new; end $$; \
             create trigger bend before insert on ledger_entries for each row execute function bend()",
            "drop trigger bend on ledger_entries; drop function bend()".to_owned(),
        ),
    };
    db.run(make).await.unwrap();
    one.fact(signed_out(1)).await.unwrap();
    db.run(&drop).await.unwrap();
    one.examine().await.unwrap();
    let what = one.contradiction().unwrap_or_default();
    assert!(what.contains("not those that were appended"), "{what}");
    assert!(refuses(&one, 2).await);
}

/// Which action is open is told by the entries as they stand under the sealed head: a row keeps nothing from being done …
async fn a_row_says_of_no_action_that_it_is_open(db: &Database) {
    let one = ledger(db);
    one.fact(signed_out(1)).await.unwrap();
    let closed = decide(&one, 1).await;
    let elsewhere = open_as(&one, 2, Mark::default()).await.unwrap();
    let subject = db.texts(&format!("select subject from ledger_entries where idx = {closed}")).await.remove(0);
    let row = |subject: &str, intent: &str| {
        format!(
            "delete from open_deeds where subject = '{subject}' or intent = {intent}; \
             insert into open_deeds (subject, intent, lease, lease_until, opened_at) \
             values ('{subject}', {intent}, 'x', 9999999999999, 0)"
        )
    };
    // A fact, what is closed, another's action, and none at all.
    for intent in ["0".to_owned(), closed.to_string(), elsewhere.index().to_string(), "5000".to_owned()] {
        db.run(&row(&subject, &intent)).await.unwrap();
        assert!(!refuses(&one, 1).await, "{intent}");
    }
    // The number that the next entry will have.
    let next = db.number("select count(*) from ledger_entries").await;
    db.run(&row("nobody", &next.to_string())).await.unwrap();
    assert!(!refuses(&one, 1).await);
    if let Driver::Sqlite(_) = db.store.driver {
        db.run(&row(&subject, "'when it pleases'")).await.unwrap();
        assert!(!refuses(&one, 1).await);
    }
    // What is closed, and whose outcome no column tells of.
    db.go_past_triggers();
    db.run(&format!(
        "update ledger_entries set intent = null where intent = {closed}; {}",
        row(&subject, &closed.to_string())
    ))
    .await
    .unwrap();
    assert!(!refuses(&one, 1).await);
}

/// … and none is begun beside one that is open, whatever the columns beside its entry say, or the entry itself by now.
async fn two_actions_about_one_thing_are_never_begun_at_once(db: &Database) {
    let one = ledger(db);
    one.fact(signed_out(1)).await.unwrap();
    let open = open_as(&one, 1, Mark::default()).await.unwrap();
    let index = open.index();
    let begun = async |ledger: &Ledger| open_as(ledger, 1, Mark::default()).await.is_ok();
    assert!(!begun(&one).await);
    db.go_past_triggers();
    for (bend, back) in [
        (
            format!("update ledger_entries set intent = {index} where idx = 0"),
            "update ledger_entries set intent = null where idx = 0".to_owned(),
        ),
        (
            format!("update ledger_entries set subject = 'x', kind = 'fact', deed = 'x' where idx = {index}"),
            format!(
                "update ledger_entries set subject = (select subject from open_deeds where intent = {index}), kind = 'intent', \
                 deed = 'decide_case' where idx = {index}"
            ),
        ),
        (
            format!(
                "update ledger_entries set leaf = replace(leaf, '\"kind\":\"intent\"', '\"kind\":\"fact\"') where idx = {index}"
            ),
            format!(
                "update ledger_entries set leaf = replace(leaf, '\"kind\":\"fact\"', '\"kind\":\"intent\"') where idx = {index}"
            ),
        ),
    ] {
        db.run(&bend).await.unwrap();
        assert!(!begun(&one).await, "{bend}");
        assert!(!begun(&ledger_of(&db.store, "p2", &Clock::set(NOW))).await, "{bend}");
        db.run(&back).await.unwrap();
    }
}

/// What was made to run between two looks is found by the next action of any process, and by what the one tells the other; what is gone
/// by the next look is over.
async fn a_trigger_made_between_two_looks_is_found_by_the_next_action(db: &Database) {
    let (one, other) = (ledger(db), ledger_of(&db.store, "p2", &Clock::set(NOW)));
    for ledger in [&one, &other] {
        decide(ledger, 1).await;
        ledger.examine().await.unwrap();
    }
    let (make, drop) = evil(db);
    db.run(make).await.unwrap();
    assert!(refuses(&one, 2).await && refuses(&other, 3).await);
    db.run(drop).await.unwrap();
    for ledger in [&one, &other] {
        ledger.examine().await.unwrap();
    }
    for ledger in [&one, &other] {
        ledger.examine().await.unwrap();
        assert_eq!(ledger.contradiction(), None);
        assert!(!refuses(ledger, 4).await);
    }
    whole(db).await;
}

/// A process that has seen more tells that the store was put back, also where another one went on from the copy and signed it; and
/// takes it back when the store is as it was.
async fn what_one_process_has_seen_is_told_to_the_others(db: &Database) {
    let one = ledger(db);
    decide(&one, 1).await;
    copy_away(db).await;
    decide(&one, 2).await;
    for table in TABLES {
        db.run(&format!("create table today_{table} as select * from {table}")).await.unwrap();
    }
    put_back(db).await;
    let other = ledger_of(&db.store, "p2", &Clock::set(NOW));
    for account in 3..6 {
        decide(&other, account).await;
    }
    other.checkpoint().await.unwrap();
    one.examine().await.unwrap();
    assert!(one.is_behind(), "{:?}", one.contradiction());
    assert!(refuses(&other, 7).await && other.is_behind());
    for table in TABLES.iter().filter(|table| **table != "ledger_found") {
        db.run(&format!("delete from {table}; insert into {table} select * from today_{table}")).await.unwrap();
    }
    one.examine().await.unwrap();
    assert_eq!(one.contradiction(), None);
    // The one that was deceived has seen what is not there any more.
    let third = ledger_of(&db.store, "p3", &Clock::set(NOW));
    third.examine().await.unwrap();
    assert!(!refuses(&third, 8).await);
}

/// What a former version paused stays paused: the head knows nothing of its entry, which is said again, once.
async fn what_a_former_version_paused_stays_paused(db: &Database) {
    let ledger = ledger(db);
    let fact = |stage| Fact::Batch {
        stage,
        id: "01BATCH".to_owned(),
        operator: None,
        instance: instance(),
        kind: "decide_case".to_owned(),
        number: 3,
    };
    ledger.fact(fact(Progress::Begun)).await.unwrap();
    ledger.fact(fact(Progress::Paused)).await.unwrap();
    db.go_past_triggers();
    // As that version wrote it.
    db.run("delete from rights_changes where deed = 'batch_paused'").await.unwrap();
    rewrite(db, 1, |leaf| {
        leaf["facts"].as_object_mut().unwrap().remove("lasts");
    })
    .await;
    let begun = ("01BATCH".to_owned(), "batch_begun".to_owned(), "main".to_owned(), 0);
    let rights = Changes::of_rows(vec![begun]).hash(&keys());
    db.run(&format!("update ledger_head set rights = '{rights}'")).await.unwrap();
    reseal(db).await;
    whole(db).await;
    let paused = async || db.store.is_paused("01BATCH").await.unwrap();
    assert!(!paused().await, "its row alone says so");
    let next = ledger_of(&db.store, "p2", &Clock::set(NOW));
    assert_eq!(next.keep_former_pauses().await.unwrap(), 1);
    assert!(paused().await);
    assert_eq!(next.keep_former_pauses().await.unwrap(), 0, "once");
    next.fact(fact(Progress::Resumed)).await.unwrap();
    assert!(!paused().await);
    assert_eq!(next.keep_former_pauses().await.unwrap(), 0, "nor what was let go on since");
    whole(db).await;
}

on_both!(
    what_is_written_while_something_else_runs_is_gone_on_from,
    what_a_trigger_makes_of_an_entry_is_found,
    a_row_says_of_no_action_that_it_is_open,
    two_actions_about_one_thing_are_never_begun_at_once,
    a_trigger_made_between_two_looks_is_found_by_the_next_action,
    what_a_former_version_paused_stays_paused,
    what_one_process_finds_stops_all,
    what_one_process_has_seen_is_told_to_the_others,
    a_contradiction_that_is_gone_is_taken_back,
    what_a_look_at_one_entry_finds_stands,
    that_a_store_goes_on_is_said_under_each_of_its_names,
    a_forged_leaf_is_never_signed,
    an_appended_leaf_is_never_signed,
    a_leaf_changed_in_place_is_never_signed,
    a_tree_rolled_back_is_not_signed_again,
    a_running_process_does_not_go_on_from_a_store_put_back,
    what_the_store_signed_is_gone_on_from,
    an_unreadable_place_outside_is_said_and_deeds_go_on,
    two_consoles_may_share_a_key_and_a_file,
    an_older_store_is_sealed_once,
    an_older_store_that_is_not_whole_gets_no_seal,
    an_owner_decides,
    a_forged_head_can_be_decided_about,
    an_id_put_in_its_place_is_found,
    a_change_of_rights_is_signed_outside_at_once,
    an_emptied_store_is_found_from_outside,
    a_copy_of_before_an_owners_decision_is_found_from_outside,
    a_seal_that_was_taken_away_is_not_given_anew,
    a_store_keeps_its_name_under_another_host,
    an_older_store_is_sealed_under_another_host,
    an_older_store_waits_for_the_place_outside,
    a_deed_is_closed_once_whatever_the_columns_say,
);

async fn sql(house: &House, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
        Driver::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()),
    }
    .unwrap();
}

#[tokio::test]
async fn every_page_says_so_and_only_the_door_can_be_closed() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (account, _) = house.case("windvane").await;
    sql(&house, "update ledger_head set mac = 'forged'").await;
    house
        .app
        .ledger
        .fact(Fact::SignedOut { operator: howdah::id::OperatorId("01owner".into()), session: "0".into() })
        .await
        .unwrap();
    for path in ["/i/harbour", "/i/harbour/reports", "/i/harbour/registrations", "/audit", "/people", "/grants"] {
        let page = house.get(Some(&owner), path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains("audit log contradicts itself"), "{path} says nothing");
    }
    let case = format!("/i/harbour/reports/{account}");
    let hold = [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes"), ("back", case.as_str())];
    let refused = house.sent(&owner, "/api/reports/hold", &hold).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert!(refused.body.contains("until an owner has decided"), "{}", refused.body);
    // Whoever is not signed in yet can sign in, and close the door.
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    let seen = page.split_once("name=\"seen\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let seen = seen.replace("&quot;", "\"").replace("&amp;", "&");
    let form = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("message", ""),
        ("why", "in doubt"),
        ("seen", seen.as_str()),
        ("back", "/i/harbour/registrations"),
    ];
    let closed = house.post(Some(&admin), "/api/registrations/set", &form).await;
    assert!(closed.location.clone().unwrap_or_default().contains("done="), "{:?}", closed.location);
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Succeeded));
    // One that is started now has nothing that it could believe, and does not say that a password is wrong.
    let anew = Store::connect(&house.store.url, &Keys::from_secret([7; 32])).await.unwrap();
    let second =
        cli::assemble(house.config.clone(), house.app.clock.clone(), Keys::from_secret([7; 32]), anew).unwrap();
    let form = "name=owner&password=a+password+of+the+tests";
    let request = Request::post("/api/sign-in/password")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = http::router(second).oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&said).contains("howdah audit accept"));
}

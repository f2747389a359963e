//! Words of the record are destroyed by a deed alone; a data key that is gone without one is missed.

use crate::{
    engine::{Database, on_both},
    ledger::{NOW, actor, check, decide, destroy, ledger, ledger_of, reseal, rewrite, succeeded, whole},
    support::{house, postgres, sqlite},
};
use howdah::{
    access::{Permission, Role, permit},
    audit::service::words,
    clock::{Clock, DAY},
    deeds::{DestroyWords, Destruction},
    id::OperatorId,
    jobs::{Job, Tidy},
    ledger::{Acting, Answer, Fact, Filter, Ledger, Mark, Outcome, ProvedBy, Sealed},
    operators::service::command_actor,
    problem::Kind,
};

async fn key_of(ledger: &Ledger, entry: i64) -> String {
    ledger.entry(entry).await.unwrap().unwrap().entry.leaf["key"].as_str().unwrap().to_owned()
}

async fn a_key_gone_without_a_deed_is_missed(db: &Database) {
    let ledger = ledger(db);
    for account in 0..3 {
        decide(&ledger, account).await;
    }
    whole(db).await;
    let (_, earlier) = ledger.verify_from(&[], None, |_| ()).await.unwrap();
    assert!(earlier.is_some());
    let key = key_of(&ledger, 2).await;
    let kept = db.texts(&format!("select wrapped from ledger_keys where id = '{key}'")).await.remove(0);
    for (what, sql) in [
        ("emptied", format!("update ledger_keys set wrapped = null where id = '{key}'")),
        ("replaced", format!("update ledger_keys set wrapped = 'AAAA' where id = '{key}'")),
        ("taken away", format!("delete from ledger_keys where id = '{key}'")),
    ] {
        db.run(&sql).await.unwrap();
        let report = check(db, &[]).await;
        assert_eq!(report.wrong.len(), 1, "{what}: {:#?}", report.lines());
        assert_eq!(report.wrong[0].index, Some(2), "{what}: {:#?}", report.lines());
        assert!(report.wrong[0].what.contains("destroyed: 1;"), "{what}: {:#?}", report.lines());
        let (report, _) = ledger.verify_from(&[], earlier.clone(), |_| ()).await.unwrap();
        assert_eq!(report.wrong.len(), 1, "{what}: a check that goes on from an earlier one misses it");
        if what != "taken away" {
            db.run(&format!("update ledger_keys set wrapped = '{kept}' where id = '{key}'")).await.unwrap();
            whole(db).await;
        }
    }
    // Work goes on about the same account, and no new key takes the name of the one that is gone.
    let later = decide(&ledger, 1).await;
    assert_ne!(key_of(&ledger, later).await, key);
    assert_eq!(ledger.entry(later).await.unwrap().unwrap().entry.sealed, Sealed::Opened);
    assert_eq!(check(db, &[]).await.wrong[0].index, Some(2));
    // A second one is counted with it.
    let other = key_of(&ledger, 0).await;
    db.run(&format!("update ledger_keys set wrapped = null where id = '{other}'")).await.unwrap();
    let report = check(db, &[]).await;
    assert_eq!(report.wrong[0].index, Some(0));
    assert!(report.wrong[0].what.contains("destroyed: 2;"), "{:#?}", report.lines());
}

/// A key that is gone counts as destroyed where an entry under the sealed head says so, and not where somebody altered one to say it.
async fn nobody_elses_word_makes_a_key_a_destroyed_one(db: &Database) {
    let ledger = ledger(db);
    for account in 0..3 {
        decide(&ledger, account).await;
    }
    let (first, other) = (key_of(&ledger, 0).await, key_of(&ledger, 2).await);
    let destruction = destroy(&ledger, std::slice::from_ref(&first)).await;
    destroy(&ledger, &[key_of(&ledger, 4).await]).await;
    db.run(&format!("delete from ledger_keys where id = '{other}'")).await.unwrap();
    let sealed = async |ledger: &Ledger, entry: i64| ledger.entry(entry).await.map(|found| found.unwrap().entry.sealed);
    assert_eq!(sealed(&ledger, 2).await.unwrap(), Sealed::Missing);
    let entry = ledger.entry(2).await.unwrap().unwrap().entry;
    assert!(entry.words().is_err() && entry.meant::<serde_json::Value>().is_err(), "it is not known");
    assert_eq!(ledger.entry(0).await.unwrap().unwrap().entry.words().unwrap(), None, "it is gone for good");
    db.go_past_triggers();
    let alter = |from: &str, to: &str| {
        format!("update ledger_entries set leaf = replace(leaf, '{from}', '{to}') where idx = {destruction}")
    };
    db.run(&alter(&first, &other)).await.unwrap();
    let later = ledger_of(&db.store, "p2", &Clock::set(NOW));
    assert!(!matches!(sealed(&later, 2).await, Ok(Sealed::Destroyed)));
    db.run(&alter(&other, &first)).await.unwrap();
    assert_eq!(sealed(&later, 2).await.unwrap(), Sealed::Missing);
    assert_eq!(sealed(&later, 0).await.unwrap(), Sealed::Destroyed);
}

async fn a_key_that_a_deed_destroyed_is_counted(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    decide(&ledger, 2).await;
    let key = key_of(&ledger, 0).await;
    let entry = destroy(&ledger, std::slice::from_ref(&key)).await;
    let report = check(db, &[]).await;
    assert!(report.holds() && report.destroyed == 1, "{:#?}", report.lines());
    assert!(report.lines().iter().any(|line| line.contains("1 data keys were destroyed, each with an entry")));
    let entry = ledger.entry(entry).await.unwrap().unwrap().entry;
    assert_eq!(entry.leaf["facts"]["keys"][0].as_str(), Some(key.as_str()));
    assert_eq!(entry.document.unwrap()["why"], "requested", "why it was done stays readable");
    // The entry speaks for its keys, and for no other.
    let other = key_of(&ledger, 2).await;
    db.run(&format!("update ledger_keys set wrapped = null where id = '{other}'")).await.unwrap();
    assert_eq!(check(db, &[]).await.wrong[0].index, Some(2));
}

async fn what_was_not_there_to_be_destroyed_is_not_counted(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    let key = key_of(&ledger, 0).await;
    let deed = DestroyWords {
        about: None,
        keys: vec![key.clone(), key, "nobody:1".to_owned()],
        because: Destruction::Request,
    };
    let permit = permit(&actor(Role::Owner), Permission::ManageOperators, None).unwrap();
    let warrant = ledger.open(permit, deed, "requested", Acting::Console, Mark::default()).await.unwrap();
    let answered = ledger.destroy_words(warrant, |deed| &deed.keys).await;
    let done = answered.steps().iter().filter(|step| matches!(step.answer, Answer::Accepted { .. })).count();
    assert_eq!(done, 1, "{:?}", answered.steps());
    ledger.close(&answered, &succeeded()).await.unwrap();
}

async fn what_is_old_is_found_by_the_quarter(db: &Database) {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    decide(&ledger, 1).await;
    let old = key_of(&ledger, 0).await;
    clock.advance(200 * DAY);
    let new = decide(&ledger, 1).await;
    assert_eq!(ledger.keys_older(NOW, 100).await.unwrap(), Vec::<String>::new(), "its quarter is not over");
    assert_eq!(ledger.keys_older(clock.now().plus(-90 * DAY), 100).await.unwrap(), std::slice::from_ref(&old));
    destroy(&ledger, &[old]).await;
    assert!(ledger.keys_older(clock.now().plus(-90 * DAY), 100).await.unwrap().is_empty());
    assert_eq!(ledger.entry(new).await.unwrap().unwrap().entry.sealed, Sealed::Opened);
    whole(db).await;
}

/// A key that was destroyed and is there again is named.
async fn a_destroyed_key_that_is_put_back_is_named(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    let key = key_of(&ledger, 0).await;
    let kept = db.texts(&format!("select wrapped from ledger_keys where id = '{key}'")).await.remove(0);
    destroy(&ledger, std::slice::from_ref(&key)).await;
    whole(db).await;
    db.run(&format!("update ledger_keys set wrapped = '{kept}' where id = '{key}'")).await.unwrap();
    let report = check(db, &[]).await;
    let named = |line: &String| line.contains("there again that an entry says were destroyed: 1");
    assert!(!report.holds() && report.lines().iter().any(named), "{:#?}", report.lines());
    // It opens nothing: neither here nor in a process that starts later or was there before, and seals nothing.
    let later = ledger_of(&db.store, "p2", &Clock::set(NOW));
    for one in [&ledger, &later] {
        assert_eq!(one.entry(0).await.unwrap().unwrap().entry.sealed, Sealed::Destroyed);
        let listed = one.list(&Filter { limit: 50, ..Filter::default() }).await.unwrap();
        assert_eq!(listed.last().unwrap().sealed, Sealed::Destroyed);
        let subject = listed.last().unwrap().leaf["subject"].as_str().unwrap().to_owned();
        let done = one.done_about(&[subject], "decide_case", 5).await.unwrap();
        assert_eq!(done.last().unwrap().sealed, Sealed::Destroyed);
    }
    let entry = decide(&later, 1).await;
    assert_ne!(key_of(&later, entry).await, key);
    // Nor where somebody bends what came of it, or what it names: with the hash beside it left as it was, and made anew.
    db.go_past_triggers();
    let outcome = "(select max(idx) from ledger_entries where deed = 'destroy_words' and kind = 'outcome')";
    let intent = "(select max(idx) from ledger_entries where deed = 'destroy_words' and kind = 'intent')";
    for (which, from, to) in [(outcome, "\"succeeded\"", "\"failed\""), (intent, &*format!("\"{key}\""), "")] {
        let kept = db.texts(&format!("select leaf from ledger_entries where idx = {which}")).await.remove(0);
        assert!(kept.contains(from), "{kept}");
        let bent = kept.replace(from, to);
        for hash in [None, Some(howdah::seal::hex(&howdah::ledger::tree::leaf_hash(bent.as_bytes())))] {
            let set = |leaf: &str, hash: Option<&str>| {
                let hash = hash.map(|hash| format!(", hash = '{hash}'")).unwrap_or_default();
                format!("update ledger_entries set leaf = '{}'{hash} where idx = {which}", leaf.replace('\'', "''"))
            };
            db.run(&set(&bent, hash.as_deref())).await.unwrap();
            let other = ledger_of(&db.store, "p4", &Clock::set(NOW));
            let read = other.entry(0).await;
            assert!(read.is_err() || read.unwrap().unwrap().entry.sealed == Sealed::Destroyed, "{to}");
            let whole = howdah::seal::hex(&howdah::ledger::tree::leaf_hash(kept.as_bytes()));
            db.run(&set(&kept, Some(&whole))).await.unwrap();
            let read = other.entry(0).await.unwrap().unwrap();
            assert_eq!(read.entry.sealed, Sealed::Destroyed, "what was bent once is not remembered as it was bent");
        }
    }
    // Nor where somebody takes the entry that says so out of sight.
    db.run("update ledger_entries set deed = 'decide_case' where deed = 'destroy_words'").await.unwrap();
    let third = ledger_of(&db.store, "p3", &Clock::set(NOW));
    // As every request asks who somebody is.
    third.examine().await.unwrap();
    third.entry(0).await.unwrap_err();
}

/// A key that a former version destroyed opens nothing either: the head knows nothing of that entry.
async fn a_key_that_a_former_version_destroyed_opens_nothing(db: &Database) {
    let ledger = ledger(db);
    decide(&ledger, 1).await;
    let key = key_of(&ledger, 0).await;
    let kept = db.texts(&format!("select wrapped from ledger_keys where id = '{key}'")).await.remove(0);
    destroy(&ledger, std::slice::from_ref(&key)).await;
    db.run(&format!("update ledger_keys set wrapped = '{kept}' where id = '{key}'")).await.unwrap();
    db.go_past_triggers();
    // As that version wrote it.
    db.run("delete from rights_changes where deed = 'destroy_words'").await.unwrap();
    rewrite(db, 3, |leaf| leaf["facts"] = serde_json::json!({})).await;
    db.run("update ledger_head set rights = ''").await.unwrap();
    reseal(db).await;
    assert_eq!(check(db, &[]).await.wrong.len(), 1, "the key is there again, and nothing else is wrong");
    let later = ledger_of(&db.store, "p2", &Clock::set(NOW));
    assert_eq!(later.entry(0).await.unwrap().unwrap().entry.sealed, Sealed::Destroyed);
}

on_both!(
    a_destroyed_key_that_is_put_back_is_named,
    a_key_that_a_former_version_destroyed_opens_nothing,
    a_key_gone_without_a_deed_is_missed,
    a_key_that_a_deed_destroyed_is_counted,
    nobody_elses_word_makes_a_key_a_destroyed_one,
    what_was_not_there_to_be_destroyed_is_not_counted,
    what_is_old_is_found_by_the_quarter
);

#[tokio::test]
async fn words_are_destroyed_at_the_server_and_the_record_says_so() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let app = &house.app;
        let filter = Filter { kind: Some("add_operator".into()), limit: 1, ..Filter::default() };
        let entry = app.ledger.list(&filter).await.unwrap()[0].index;
        let subject = words::subject_of(app, entry).await.unwrap();
        assert_eq!(words::destroy_at_server(app, &subject, "they asked for it".into()).await.unwrap(), 1);
        assert_eq!(house.outcome("destroy_words").await, Some(Outcome::Succeeded));
        assert_eq!(app.ledger.entry(entry).await.unwrap().unwrap().entry.sealed, Sealed::Destroyed);
        let report = app.ledger.verify(&[]).await.unwrap();
        assert!(report.holds() && report.destroyed == 1, "{:#?}", report.lines());
        let again = words::destroy_at_server(app, &subject, "they asked for it".into()).await.unwrap_err();
        assert_eq!(again.kind, Kind::Conflict);
        let strange = words::destroy_at_server(app, "%", "everything".into()).await.unwrap_err();
        assert_eq!(strange.kind, Kind::Invalid, "nothing but one subject is named by it");
        let owner = house.sign_in("owner").await;
        let page = house.get(Some(&owner), "/audit?kind=destroy_words").await.body;
        assert!(page.contains("destroyed the sealed texts about one subject (1 key)"), "{page}");
    }
}

#[tokio::test]
async fn nobody_but_an_owner_destroys_words() {
    let house = house(sqlite().await).await;
    let subject = words::subject_of(&house.app, 0).await.unwrap();
    for role in howdah::access::Role::ALL.into_iter().filter(|role| *role != howdah::access::Role::Owner) {
        let actor = howdah::access::Actor { role, ..command_actor() };
        assert!(permit(&actor, Permission::ManageOperators, None).is_err(), "{role:?}");
        let refused = words::destroy_about(&house.app, &actor, &subject, "x".into()).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Forbidden, "{role:?}");
    }
    assert!(house.app.ledger.verify(&[]).await.unwrap().holds());
}

/// A clock that is far ahead of the newest entry is believed once somebody signed in with a code of an authenticator: as the entry
/// that says so was appended.
#[tokio::test]
async fn a_clock_that_ran_ahead_is_borne_out_by_an_authenticator() {
    let house = crate::grants::timed(house(sqlite().await).await).await;
    let (app, driver) = (&house.app, &house.store.store.driver);
    let mut tidy = Tidy::new(app, Some(app.clock.now().plus(-400 * DAY)));
    let signed_in = async |by: ProvedBy| {
        let fact = Fact::SignedIn {
            operator: OperatorId("01owner".into()),
            role: Role::Owner,
            session: "0123456789abcdef".into(),
            address: "203.0.113.7".into(),
            by,
        };
        app.ledger.fact(fact).await.unwrap();
    };
    let said = async |tidy: &mut Tidy| tidy.work().await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said(&mut tidy).await.contains("days after the newest entry"));
    signed_in(ProvedBy::Password).await;
    assert!(said(&mut tidy).await.contains("days after the newest entry"), "a password knows no time");
    let bend = |from: &str, to: &str| {
        format!("update ledger_entries set leaf = replace(leaf, '{from}', '{to}') where deed = 'signed_in'")
    };
    crate::engine::past_triggers(driver, &bend("\"by\":\"password\"", "\"by\":\"totp\"")).await.unwrap();
    assert!(!said(&mut tidy).await.is_empty(), "nobody gave a code");
    crate::engine::past_triggers(driver, &bend("\"by\":\"totp\"", "\"by\":\"password\"")).await.unwrap();
    assert!(said(&mut tidy).await.contains("days after the newest entry"), "and that is not remembered");
    signed_in(ProvedBy::Totp).await;
    assert_eq!(said(&mut tidy).await, "");
}

/// Whoever writes the store does not choose whose words are destroyed, nor hide a key from it.
#[tokio::test]
async fn words_are_destroyed_by_what_was_appended_alone() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let (app, driver) = (&house.app, &house.store.store.driver);
        let filter = Filter { kind: Some("add_operator".into()), limit: 2, ..Filter::default() };
        let found = app.ledger.list(&filter).await.unwrap();
        let (meant, other) = (&found[0], &found[1]);
        let key = |entry: &howdah::ledger::Entry| entry.leaf["key"].as_str().unwrap().to_owned();
        let subject = |entry: &howdah::ledger::Entry| entry.leaf["subject"].as_str().unwrap().to_owned();
        let forge = |from: &howdah::ledger::Entry, to: &howdah::ledger::Entry| {
            format!(
                "update ledger_entries set leaf = replace(replace(leaf, '{}', '{}'), '{}', '{}') where idx = {}",
                key(from),
                key(to),
                subject(from),
                subject(to),
                meant.index
            )
        };
        // A key of this subject is moved away, with another in its place.
        let moved = format!("update ledger_keys set id = 'zz' || id where id = '{}'", key(meant));
        crate::support::sql(&app.store, &moved).await.unwrap();
        let refused = words::destroy_at_server(app, &subject(meant), "Article 17".into()).await.unwrap_err();
        assert!(refused.what.contains("can’t be found in the store"), "{refused:?}");
        let back = "update ledger_keys set id = substr(id, 3) where id like 'zz%'";
        crate::support::sql(&app.store, back).await.unwrap();
        // The entry names another person's key.
        crate::engine::past_triggers(driver, &forge(meant, other)).await.unwrap();
        let refused = words::subject_of(app, meant.index).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Conflict, "{refused:?}");
        let refused = words::destroy_at_server(app, &subject(other), "Article 17".into()).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Conflict, "{refused:?}");
        crate::engine::past_triggers(driver, &forge(other, meant)).await.unwrap();
        assert_eq!(app.ledger.entry(other.index).await.unwrap().unwrap().entry.sealed, Sealed::Opened);
        assert_eq!(house.outcome("destroy_words").await, None, "nothing was begun");
    }
}

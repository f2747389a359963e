//! What the console's own database does, the same on both engines.

use crate::engine::{Database, Engine, on_both};
use howdah::{
    access::Role,
    clock::{DAY, HOUR, MINUTE, SECOND, Timestamp},
    id::{AccountId, InstanceName, OperatorId},
    seal::Keys,
    store::{
        Driver, Store, StoreError, attempts,
        attempts::{Limit, Reserved, Wait},
        case_claims, drafts, endings, operators,
        operators::{Factor, Operator},
        recovery_codes, setup_links,
        setup_links::SetupLink,
        web_sessions,
    },
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn person(name: &str) -> Operator {
    Operator {
        id: OperatorId(ulid::Ulid::generate().to_string()),
        name: name.to_owned(),
        role: Role::Moderator,
        password_hash: Some("$argon2id$…".to_owned()),
        totp_secret: None,
        generation: 0,
        disabled_at: None,
        created_at: NOW,
    }
}

fn instance(name: &str) -> InstanceName {
    name.parse().unwrap()
}

async fn people_are_found_by_name_and_id(db: &Database) {
    let store = &db.store;
    let mut ann = person("Ann");
    ann.role = Role::Contractor;
    ann.totp_secret = Some("sealed".to_owned());
    assert_eq!(operators::count(store).await.unwrap(), 0);
    assert!(operators::insert(store, &ann, None).await.unwrap());
    assert!(
        !operators::insert(store, &person("aNN"), None).await.unwrap(),
        "a name that differs by case only is taken"
    );
    assert!(
        !operators::insert(store, &person(" Ann "), None).await.unwrap(),
        "a name that differs by spaces only is taken"
    );
    assert!(operators::insert(store, &person("Änne"), None).await.unwrap());
    assert_eq!(operators::by_name(store, " aNn ").await.unwrap().as_ref(), Some(&ann));
    assert_eq!(operators::by_name(store, "äNNE").await.unwrap().map(|found| found.name), Some("Änne".to_owned()));
    assert_eq!(operators::by_id(store, &ann.id).await.unwrap().as_ref(), Some(&ann));
    assert_eq!(operators::by_name(store, "nobody").await.unwrap(), None);
    assert_eq!(operators::count(store).await.unwrap(), 2);
    let names: Vec<String> = operators::list(store).await.unwrap().into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["Ann", "Änne"]);
}

async fn access_ends_and_comes_back(db: &Database) {
    let ann = person("ann");
    operators::insert(&db.store, &ann, None).await.unwrap();
    assert!(!endings::give_access_back(&db.store, &ann.id).await.unwrap(), "it has not ended");
    assert!(endings::end_access(&db.store, &ann.id, &ann.id, NOW).await.unwrap().is_some());
    assert!(endings::end_access(&db.store, &ann.id, &ann.id, NOW).await.unwrap().is_none(), "once");
    let ended = operators::by_id(&db.store, &ann.id).await.unwrap().unwrap();
    assert_eq!(ended.disabled_at, Some(NOW));
    assert!(!ended.may_sign_in());
    assert!(endings::give_access_back(&db.store, &ann.id).await.unwrap());
    assert!(operators::by_id(&db.store, &ann.id).await.unwrap().unwrap().may_sign_in());
}

async fn a_time_step_works_once(db: &Database) {
    let ann = person("ann");
    operators::insert(&db.store, &ann, None).await.unwrap();
    let factor = Factor { sealed: "sealed", step: 0, recovery: &[] };
    assert_eq!(operators::set_factor(&db.store, &ann.id, 0, &factor, None).await.unwrap(), Some(1));
    assert_eq!(operators::by_id(&db.store, &ann.id).await.unwrap().unwrap().totp_secret.as_deref(), Some("sealed"));
    let tries = (0..16).map(|_| {
        let (store, id) = (db.store.clone(), ann.id.clone());
        tokio::spawn(async move { operators::use_totp_step(&store, &id, 59_000_000).await.unwrap() })
    });
    let mut used = 0;
    for one in tries.collect::<Vec<_>>() {
        used += usize::from(one.await.unwrap());
    }
    assert_eq!(used, 1);
    assert!(!operators::use_totp_step(&db.store, &ann.id, 58_999_999).await.unwrap(), "an earlier step is over too");
    assert!(operators::use_totp_step(&db.store, &ann.id, 59_000_001).await.unwrap());
}

async fn a_recovery_code_works_once(db: &Database) {
    let (ann, ben) = (person("ann"), person("ben"));
    operators::insert(&db.store, &ann, None).await.unwrap();
    operators::insert(&db.store, &ben, None).await.unwrap();
    let codes = ["a".to_owned(), "b".to_owned()];
    recovery_codes::replace_all(&db.store, &ann.id, &codes).await.unwrap();
    assert!(!recovery_codes::use_code(&db.store, &ben.id, "a", NOW).await.unwrap(), "it is ann’s");
    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (store, id) = (db.store.clone(), ann.id.clone());
            tokio::spawn(async move { recovery_codes::use_code(&store, &id, "a", NOW).await.unwrap() })
        })
        .collect();
    let mut used = 0;
    for one in tries {
        used += usize::from(one.await.unwrap());
    }
    assert_eq!(used, 1);
    recovery_codes::replace_all(&db.store, &ann.id, &["c".to_owned()]).await.unwrap();
    assert!(!recovery_codes::use_code(&db.store, &ann.id, "b", NOW).await.unwrap(), "former codes are gone");
    assert!(recovery_codes::use_code(&db.store, &ann.id, "c", NOW).await.unwrap());
}

async fn a_set_up_link_works_once_and_in_its_time(db: &Database) {
    let link = SetupLink {
        role: Role::Contractor,
        name: Some("ann".to_owned()),
        offered_by: None,
        person: OperatorId("01NEW".to_owned()),
    };
    setup_links::insert(&db.store, "h1", &link, NOW, NOW.plus(HOUR)).await.unwrap();
    setup_links::insert(&db.store, "h2", &link, NOW, NOW.plus(HOUR)).await.unwrap();
    assert_eq!(setup_links::read(&db.store, "h1", NOW).await.unwrap().as_ref(), Some(&link));
    let late = Operator { created_at: NOW.plus(HOUR), ..person("late") };
    assert!(!operators::insert(&db.store, &late, Some("h2")).await.unwrap(), "its hour is over");
    let tries: Vec<_> = (0..16)
        .map(|n| {
            let (store, somebody) = (db.store.clone(), person(&format!("somebody {n}")));
            tokio::spawn(async move { operators::insert(&store, &somebody, Some("h1")).await.unwrap() })
        })
        .collect();
    let mut added = 0;
    for one in tries {
        added += usize::from(one.await.unwrap());
    }
    assert_eq!((added, operators::count(&db.store).await.unwrap()), (1, 1));
    assert_eq!(setup_links::read(&db.store, "h1", NOW).await.unwrap(), None);
}

async fn sessions_end_one_by_one_and_all_at_once(db: &Database) {
    let store = &db.store;
    let (ann, ben) = (OperatorId("ANN".into()), OperatorId("BEN".into()));
    for id in [&ann, &ben] {
        operators::insert(store, &Operator { id: id.clone(), ..person(&id.0) }, None).await.unwrap();
    }
    let end = NOW.plus(12 * HOUR);
    for (hash, who) in [("a1", Some(&ann)), ("a2", Some(&ann)), ("b1", Some(&ben)), ("n1", None)] {
        web_sessions::save(store, hash, who.map(|who| (who, 0)), "{}", NOW, end).await.unwrap();
    }
    web_sessions::save(store, "a1", Some((&ann, 0)), r#"{"k":1}"#, NOW.plus(SECOND), end.plus(DAY)).await.unwrap();
    let saved = web_sessions::load(store, "a1").await.unwrap().unwrap();
    assert_eq!((saved.data.as_str(), saved.seen_at), (r#"{"k":1}"#, NOW.plus(SECOND)));
    assert_eq!(saved.absolute_until, end, "saving again does not put the end off");

    web_sessions::touch(store, "a2", NOW.plus(MINUTE - 1)).await.unwrap();
    assert_eq!(web_sessions::load(store, "a2").await.unwrap().unwrap().seen_at, NOW, "not with every page");
    web_sessions::touch(store, "a2", NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(web_sessions::load(store, "a2").await.unwrap().unwrap().seen_at, NOW.plus(MINUTE));

    assert_eq!(
        web_sessions::summary(store).await.unwrap(),
        [("ANN".to_owned(), 2, NOW.plus(MINUTE)), ("BEN".to_owned(), 1, NOW)]
    );
    web_sessions::delete(store, "b1").await.unwrap();
    assert_eq!(web_sessions::load(store, "b1").await.unwrap(), None);
    web_sessions::end_all_of(store, &ann, None).await.unwrap();
    assert_eq!(web_sessions::load(store, "a1").await.unwrap(), None);
    assert_eq!(web_sessions::load(store, "a2").await.unwrap(), None);
    assert!(web_sessions::load(store, "n1").await.unwrap().is_some());
    assert_eq!(web_sessions::delete_expired(store, NOW).await.unwrap(), 0);
    assert_eq!(web_sessions::delete_expired(store, NOW.plus(1)).await.unwrap(), 1, "unused since before that");
}

async fn a_draft_is_for_its_person_and_its_hour(db: &Database) {
    let store = &db.store;
    let keys = Keys::from_secret([3; 32]);
    let (ann, ben) = (OperatorId("ANN".into()), OperatorId("BEN".into()));
    let text = "what was typed ".repeat(2_000);
    let id = drafts::keep(store, &keys, Some(&ann), "/i/main/reports", &text, NOW).await.unwrap();
    assert_eq!(drafts::read(store, &keys, &id, Some(&ben), NOW).await.unwrap(), None);
    assert_eq!(drafts::take(store, &keys, &id, None, NOW).await.unwrap(), None);
    assert_eq!(drafts::take(store, &keys, &id, Some(&ben), NOW).await.unwrap(), None);
    let read = drafts::read(store, &keys, &id, Some(&ann), NOW.plus(HOUR - 1)).await.unwrap().unwrap();
    assert_eq!((read.path.as_str(), read.text.as_str()), ("/i/main/reports", text.as_str()));
    assert_eq!(drafts::read(store, &keys, &id, Some(&ann), NOW.plus(HOUR)).await.unwrap(), None, "its hour is over");

    let stored = db.texts("select id || ' ' || sealed from drafts").await.concat();
    assert!(!stored.contains(&id), "who reads the store does not learn the address");
    assert!(!stored.contains("what was typed"));

    let tries: Vec<_> = (0..16)
        .map(|_| {
            let (store, keys, ann, id) = (store.clone(), keys.clone(), ann.clone(), id.clone());
            tokio::spawn(async move { drafts::take(&store, &keys, &id, Some(&ann), NOW).await.unwrap() })
        })
        .collect();
    let mut taken = 0;
    for one in tries {
        taken += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(taken, 1);

    let nobodys = drafts::keep(store, &keys, None, "/sign-in", "x", NOW).await.unwrap();
    assert!(drafts::read(store, &keys, &nobodys, Some(&ben), NOW).await.unwrap().is_some());
    assert_eq!(drafts::delete_expired(store, NOW.plus(HOUR - 1)).await.unwrap(), 0);
    assert_eq!(drafts::delete_expired(store, NOW.plus(HOUR)).await.unwrap(), 1);
}

/// So many reserve at once; what those who got one hold.
async fn at_once(store: &Store, many: usize, limit: Limit) -> Vec<Reserved> {
    let tries: Vec<_> = (0..many)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { attempts::reserve(&store, "k", limit, NOW).await.unwrap().ok() })
        })
        .collect();
    let mut held = Vec::new();
    for one in tries {
        held.extend(one.await.unwrap());
    }
    held
}

async fn of_many_at_once_exactly_as_many_get_through_as_there_are(db: &Database) {
    let store = &db.store;
    let limit = Limit::Within { window: MINUTE, most: 5 };
    let mut held = at_once(store, 64, limit).await;
    held.sort_by_key(|one| one.count);
    assert_eq!(held.iter().map(|one| one.count).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let reserve = async |key: &str, at: Timestamp| attempts::reserve(store, key, limit, at).await.unwrap();
    let refused = reserve("k", NOW.plus(SECOND)).await.unwrap_err();
    assert_eq!((refused, refused.seconds()), (Wait(59 * SECOND), 59));
    assert_eq!(reserve("other", NOW).await.unwrap().count, 1, "another key is counted by itself");
    // What is given back is one, and one only.
    held.pop().unwrap().give_back(store).await.unwrap();
    assert_eq!(at_once(store, 64, limit).await.len(), 1);
    // The window begins anew, and what was reserved before it is not given back to it.
    let later = NOW.plus(MINUTE);
    for _ in 0..5 {
        let _counts = reserve("k", later).await.unwrap();
    }
    held.pop().unwrap().give_back(store).await.unwrap();
    assert!(reserve("k", later).await.is_err(), "a place of another window was given back to this one");
    assert_eq!(attempts::delete_expired(store, NOW.plus(MINUTE - 1)).await.unwrap(), 0);
    assert_eq!(attempts::delete_expired(store, NOW.plus(MINUTE)).await.unwrap(), 1, "what counts no more is forgotten");
}

async fn so_many_at_the_same_time_and_none_for_good(db: &Database) {
    let store = &db.store;
    let mut held = at_once(store, 64, Limit::AtOnce(2)).await;
    assert_eq!(held.len(), 2);
    held.pop().unwrap().give_back(store).await.unwrap();
    assert_eq!(at_once(store, 64, Limit::AtOnce(2)).await.len(), 1);
    let reserve = async |at: Timestamp| attempts::reserve(store, "k", Limit::AtOnce(2), at).await.unwrap();
    assert!(reserve(NOW.plus(30 * SECOND - 1)).await.is_err());
    assert!(reserve(NOW.plus(30 * SECOND)).await.is_ok(), "what a process left behind is free again");
}

async fn failures_slow_down_are_given_back_and_forgotten(db: &Database) {
    let store = &db.store;
    let reserve = async |at: Timestamp| attempts::reserve(store, "k", Limit::Slower, at).await.unwrap();
    let mut held = at_once(store, 64, Limit::Slower).await;
    assert_eq!(held.len(), 5, "a burst is no way round");
    let (mut at, mut waits) = (NOW, Vec::new());
    for _ in 0..12 {
        let Err(wait) = reserve(at).await else { panic!("no wait at {}", at.0) };
        assert!(reserve(at.plus(wait.0 - 1)).await.is_err());
        at = at.plus(wait.0);
        waits.push(wait.seconds());
        assert_eq!(at_once_at(store, at).await, 1, "after the wait it is one");
    }
    assert_eq!(waits, [5, 5, 5, 20, 20, 20, 20, 60, 60, 60, 60, 60], "nobody waits longer than a minute");
    held.pop().unwrap().give_back(store).await.unwrap();
    assert!(reserve(at).await.is_ok(), "whoever was right does not wait");
    assert_eq!(reserve(at.plus(MINUTE)).await.unwrap().count, 18, "and what others tried still counts");
    assert_eq!(reserve(at.plus(16 * MINUTE)).await.unwrap().count, 1, "nobody is locked out for good");
}

async fn at_once_at(store: &Store, at: Timestamp) -> usize {
    let tries = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { attempts::reserve(&store, "k", Limit::Slower, at).await.unwrap().is_ok() })
    });
    let mut through = 0;
    for one in tries.collect::<Vec<_>>() {
        through += usize::from(one.await.unwrap());
    }
    through
}

async fn a_factor_is_set_once_and_its_codes_are_its_own(db: &Database) {
    let store = &db.store;
    let ann = person("ann");
    operators::insert(store, &ann, None).await.unwrap();
    for hash in ["half-session-one", "half-session-two"] {
        web_sessions::save(store, hash, Some((&ann.id, 0)), "{}", NOW, NOW.plus(HOUR)).await.unwrap();
    }
    let tries: Vec<_> = (0..16)
        .map(|n| {
            let (store, id) = (store.clone(), ann.id.clone());
            tokio::spawn(async move {
                let (sealed, recovery) = (format!("secret {n}"), [format!("code {n}")]);
                let factor = Factor { sealed: &sealed, step: n, recovery: &recovery };
                let keep = Some("half-session-one");
                operators::set_factor(&store, &id, 0, &factor, keep).await.unwrap().map(|generation| (n, generation))
            })
        })
        .collect();
    let mut set = Vec::new();
    for one in tries {
        set.extend(one.await.unwrap());
    }
    let [(n, 1)] = set.as_slice() else { panic!("{set:?}") };
    let kept = operators::by_id(store, &ann.id).await.unwrap().unwrap();
    assert_eq!((kept.totp_secret, kept.generation), (Some(format!("secret {n}")), 1));
    assert_eq!(db.texts("select hash from recovery_codes").await, [format!("code {n}")]);
    assert!(!operators::use_totp_step(store, &ann.id, *n).await.unwrap(), "the step that proved it is used up");
    assert!(web_sessions::load(store, "half-session-one").await.unwrap().is_some(), "the one to be kept");
    assert_eq!(web_sessions::load(store, "half-session-two").await.unwrap(), None);
    // A session that was begun with what held before is over before it begins.
    web_sessions::save(store, "begun-meanwhile", Some((&ann.id, 0)), "{}", NOW, NOW.plus(HOUR)).await.unwrap();
    assert_eq!(web_sessions::load(store, "begun-meanwhile").await.unwrap(), None);
    assert_eq!(web_sessions::list(store, Timestamp(0), NOW).await.unwrap().len(), 1);
    web_sessions::end_all_of(store, &ann.id, Some("begun-meanwhile")).await.unwrap();
    assert_eq!(web_sessions::load(store, "begun-meanwhile").await.unwrap(), None, "nor does keeping it bring it back");
}

async fn a_case_has_one_holder(db: &Database) {
    let store = &db.store;
    let (main, other) = (instance("main"), instance("other"));
    // Larger than a double holds.
    let account = AccountId(9_007_199_254_740_993);
    let tries: Vec<_> = (0..16)
        .map(|n| {
            let (store, main, who) = (store.clone(), main.clone(), OperatorId(format!("P{n:02}")));
            tokio::spawn(async move { (case_claims::claim(&store, &main, account, &who, NOW).await.unwrap(), who) })
        })
        .collect();
    let mut holders = Vec::new();
    for one in tries {
        let (held, who) = one.await.unwrap();
        if held {
            holders.push(who);
        }
    }
    let [who] = holders.as_slice() else { panic!("{} hold it", holders.len()) };
    let claim = case_claims::of(store, &main, account, NOW.plus(1)).await.unwrap().unwrap();
    assert_eq!((claim.account, &claim.operator, claim.since), (account, who, NOW));
    assert!(case_claims::claim(store, &main, account, who, NOW.plus(1)).await.unwrap(), "again by the same person");
    assert_eq!(case_claims::of(store, &main, account, NOW.plus(1)).await.unwrap().unwrap().since, NOW);
    assert_eq!(case_claims::of(store, &other, account, NOW).await.unwrap(), None, "another instance’s");
    assert!(!case_claims::give_back(store, &main, account, &OperatorId("X".into())).await.unwrap());
    assert!(case_claims::give_back(store, &main, account, who).await.unwrap());
    assert_eq!(case_claims::of(store, &main, account, NOW.plus(1)).await.unwrap(), None);

    case_claims::claim(store, &main, AccountId(2), who, NOW.plus(1)).await.unwrap();
    case_claims::claim(store, &main, AccountId(1), who, NOW.plus(2)).await.unwrap();
    case_claims::claim(store, &other, AccountId(3), who, NOW).await.unwrap();
    let listed: Vec<AccountId> =
        case_claims::list(store, &main, NOW.plus(3)).await.unwrap().into_iter().map(|claim| claim.account).collect();
    assert_eq!(listed, [AccountId(2), AccountId(1)]);
    case_claims::end(store, &main, AccountId(2)).await.unwrap();
    operators::insert(store, &Operator { id: who.clone(), ..person("who") }, None).await.unwrap();
    assert!(endings::end_access(store, who, who, NOW.plus(3)).await.unwrap().is_some());
    assert_eq!(case_claims::list(store, &main, NOW.plus(3)).await.unwrap(), []);
    assert_eq!(case_claims::list(store, &other, NOW).await.unwrap(), []);
}

async fn a_case_is_held_for_ten_minutes_and_handed_over(db: &Database) {
    let store = &db.store;
    let main = instance("main");
    let (ann, ben) = (OperatorId("ann".into()), OperatorId("ben".into()));
    let account = AccountId(7);
    let holder = async |at| case_claims::of(store, &main, account, at).await.unwrap().map(|claim| claim.operator);
    assert!(case_claims::claim(store, &main, account, &ann, NOW).await.unwrap());
    let nearly = NOW.plus(10 * MINUTE - 1);
    assert!(!case_claims::claim(store, &main, account, &ben, nearly).await.unwrap());
    case_claims::touch(store, &main, account, &ann, nearly).await.unwrap();
    assert_eq!(holder(nearly.plus(9 * MINUTE)).await, Some(ann.clone()), "renewed by activity");
    let over = nearly.plus(10 * MINUTE);
    assert_eq!(holder(over).await, None, "ten minutes without");
    case_claims::touch(store, &main, account, &ann, over).await.unwrap();
    assert_eq!(holder(over).await, None, "what has run out is not renewed");
    assert!(case_claims::claim(store, &main, account, &ben, over).await.unwrap());
    assert!(!case_claims::hand_over(store, &main, account, &ann, &ben, None, over).await.unwrap(), "not hers any more");
    assert!(case_claims::hand_over(store, &main, account, &ben, &ann, Some("sealed"), over.plus(1)).await.unwrap());
    let claim = case_claims::of(store, &main, account, over.plus(2)).await.unwrap().unwrap();
    assert_eq!((claim.operator, claim.note.as_deref()), (ann, Some("sealed")));
}

async fn migrating_again_changes_nothing(db: &Database) {
    operators::insert(&db.store, &person("ann"), None).await.unwrap();
    let before = db.number("select count(*) from _sqlx_migrations").await;
    db.store.migrate().await.unwrap();
    assert_eq!(db.number("select count(*) from _sqlx_migrations").await, before);
    assert_eq!(operators::count(&db.store).await.unwrap(), 1);
    db.store.try_write(NOW).await.unwrap();
}

/// A migration was once written in other words, which make the same tables: stores of both are opened.
async fn a_store_of_the_former_words_is_opened(db: &Database) {
    const FORMER: &str =
        "047a7a538204322730a58f0c1b4a399e446e900416413b11c4773f88ff0cbba5a62ebc076aaee7d3042239d96359adcb";
    let former = match &db.store.driver {
        Driver::Sqlite(_) => format!("x'{FORMER}'"),
        Driver::Postgres(_) => format!("decode('{FORMER}', 'hex')"),
    };
    db.run(&format!("update _sqlx_migrations set checksum = {former} where version = 25")).await.unwrap();
    db.store.migrate().await.unwrap();
    // What is neither is refused, as always.
    db.run(&format!("update _sqlx_migrations set checksum = {former} where version = 22")).await.unwrap();
    assert!(matches!(db.store.migrate().await, Err(StoreError::Migrate(_))));
}

/// An older program would refuse what a newer one keeps, or take it for something else.
async fn a_store_of_a_newer_version_is_not_opened(db: &Database) {
    db.run(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         select 9001, 'of later', success, checksum, 0 from _sqlx_migrations where version = 25",
    )
    .await
    .unwrap();
    let refused = db.store.migrate().await;
    assert!(matches!(refused, Err(StoreError::Newer(9001))), "{refused:?}");
    db.run("delete from _sqlx_migrations where version = 9001").await.unwrap();
    db.store.migrate().await.unwrap();
}

on_both!(
    a_store_of_a_newer_version_is_not_opened,
    a_store_of_the_former_words_is_opened,
    people_are_found_by_name_and_id,
    access_ends_and_comes_back,
    a_time_step_works_once,
    a_recovery_code_works_once,
    a_set_up_link_works_once_and_in_its_time,
    sessions_end_one_by_one_and_all_at_once,
    a_draft_is_for_its_person_and_its_hour,
    of_many_at_once_exactly_as_many_get_through_as_there_are,
    so_many_at_the_same_time_and_none_for_good,
    failures_slow_down_are_given_back_and_forgotten,
    a_factor_is_set_once_and_its_codes_are_its_own,
    a_case_has_one_holder,
    a_case_is_held_for_ten_minutes_and_handed_over,
    migrating_again_changes_nothing,
);

/// `table.column type null` of every table of ours.
async fn columns(db: &Database) -> Vec<String> {
    match &db.store.driver {
        Driver::Sqlite(_) => {
            db.texts(
                "select m.name || '.' || c.name || ' ' || lower(c.type) || \
                 case when c.\"notnull\" = 1 or c.pk > 0 then ' not null' else '' end || \
                 case when c.pk > 0 then ' key ' || c.pk else '' end \
                 from sqlite_master m, pragma_table_info(m.name) c \
                 where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations' order by 1",
            )
            .await
        }
        Driver::Postgres(_) => {
            db.texts(
                "select c.table_name || '.' || c.column_name || ' ' || c.data_type || \
                 case when c.is_nullable = 'NO' then ' not null' else '' end || \
                 coalesce(' key ' || k.ordinal_position, '') \
                 from information_schema.columns c \
                 left join information_schema.table_constraints t on t.table_schema = c.table_schema \
                   and t.table_name = c.table_name and t.constraint_type = 'PRIMARY KEY' \
                 left join information_schema.key_column_usage k on k.constraint_schema = t.constraint_schema \
                   and k.constraint_name = t.constraint_name and k.table_name = c.table_name \
                   and k.column_name = c.column_name \
                 where c.table_schema = 'public' and c.table_name <> '_sqlx_migrations' order by 1",
            )
            .await
        }
    }
}

#[tokio::test]
async fn both_engines_get_the_same_tables() {
    let (sqlite, postgres) = (Database::new(Engine::Sqlite).await, Database::new(Engine::Postgres).await);
    let (mut left, mut right) = (columns(&sqlite).await, columns(&postgres).await);
    left.sort();
    right.sort();
    assert!(left.iter().any(|column| column == "ledger_entries.leaf text not null"), "{left:#?}");
    assert_eq!(left, right);
    let indexes = "select name from sqlite_master where type = 'index' and sql is not null order by 1";
    let pg_indexes = "select i.relname::text from pg_index x join pg_class i on i.oid = x.indexrelid \
        join pg_namespace n on n.oid = i.relnamespace left join pg_constraint c on c.conindid = x.indexrelid \
        where n.nspname = 'public' and c.oid is null order by 1";
    assert_eq!(sqlite.texts(indexes).await, postgres.texts(pg_indexes).await);
    sqlite.drop().await;
    postgres.drop().await;
}

#[tokio::test]
async fn nobody_else_reads_the_file_or_what_lies_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let db = Database::new(Engine::Sqlite).await;
    operators::insert(&db.store, &person("ann"), None).await.unwrap();
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(db.file().parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        seen.push(entry.file_name().into_string().unwrap());
    }
    seen.sort();
    assert_eq!(seen, ["howdah.db", "howdah.db-shm", "howdah.db-wal"]);
    assert_eq!(db.texts("select journal_mode from pragma_journal_mode").await, ["wal"]);
    assert_eq!(db.number("select synchronous from pragma_synchronous").await, 2, "FULL");
    assert_eq!(db.number("select foreign_keys from pragma_foreign_keys").await, 1);
    db.drop().await;
}

#[tokio::test]
async fn a_second_server_on_one_file_is_refused() {
    let db = Database::new(Engine::Sqlite).await;
    let first = Store::lock_for_serving(&db.url).unwrap();
    assert!(first.is_some());
    assert!(matches!(Store::lock_for_serving(&db.url), Err(StoreError::InUse(_))));
    // Nor where the file beside it is gone, nor by another name of the same database.
    let file = std::path::PathBuf::from(db.url.trim_start_matches("sqlite:"));
    let mut beside = file.clone();
    beside.as_mut_os_string().push(".lock");
    std::fs::remove_file(&beside).unwrap();
    assert!(matches!(Store::lock_for_serving(&db.url), Err(StoreError::InUse(_))), "the file beside it was taken away");
    let other = tempfile::tempdir().unwrap();
    let linked = other.path().join("linked.db");
    std::fs::hard_link(&file, &linked).unwrap();
    let linked = Store::lock_for_serving(&format!("sqlite:{}", linked.display()));
    assert!(matches!(linked, Err(StoreError::InUse(_))), "by another name");
    // SQLite works beside it.
    crate::support::sql(&db.store, "create table beside (id bigint); drop table beside").await.unwrap();
    drop(first);
    assert!(Store::lock_for_serving(&db.url).unwrap().is_some(), "it is free again");
    db.drop().await;
    assert!(Store::lock_for_serving("postgres://localhost/howdah").unwrap().is_none());
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_says_what_to_check_and_no_password() {
    let error = Store::connect("sqlite:///no/such/folder/howdah.db", &Keys::from_secret([7; 32]))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("/no/such/folder/howdah.db") && error.contains("configuration"), "{error}");
    let error = Store::connect("postgres://someone:hunter2@127.0.0.1:1/howdah", &Keys::from_secret([7; 32]))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("127.0.0.1") && !error.contains("hunter2"), "{error}");
}

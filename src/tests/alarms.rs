//! Alarms: raised once by what stands in the record, on both engines, seen by those who read all of it, and acknowledged by a name.

use crate::{
    engine::Engine,
    grants::timed,
    support::{House, house, postgres, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::{self, Actor, Permission, Role},
    alarms::{AlarmKind, HOURS_NEED_ACTIONS, service},
    clock::{DAY, HOUR, MINUTE, Timestamp},
    deeds::{Personal, SearchPersonal},
    http,
    id::OperatorId,
    ledger::{Acting, Fact, Filter, Mark, Outcome, OwnTry, Verdict},
    store::alarms::{self, Alarm, MOST_OPEN, Raised},
    text::Email,
};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

async fn on(engine: Engine) -> House {
    match engine {
        Engine::Sqlite => house(sqlite().await).await,
        Engine::Postgres => house(postgres().await).await,
    }
}

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A house whose clock a test moves, at noon of a day.
async fn at_noon(engine: Engine) -> House {
    let house = timed(on(engine).await).await;
    let now = house.app.clock.now();
    house.app.clock.advance(DAY - now.0.rem_euclid(DAY) + 12 * HOUR);
    // What the house itself did is no matter here.
    service::look(&house.app).await.unwrap();
    house
}

async fn open(house: &House, kind: AlarmKind) -> Vec<Alarm> {
    let all = alarms::list(&house.app.store, true, None, 100).await.unwrap();
    all.into_iter().filter(|alarm| alarm.kind == kind).collect()
}

/// Somebody searches by an email address, so many times.
async fn search(house: &House, times: usize) {
    let actor = Actor {
        operator: OperatorId("01moderator".into()),
        name: "moderator".into(),
        role: Role::Moderator,
        grants: Vec::new(),
        session: "0123456789abcdef".into(),
        request: None,
    };
    let instance: howdah::id::InstanceName = "harbour".parse().unwrap();
    for _ in 0..times {
        let permit = access::permit(&actor, Permission::SearchPersonal, Some(&instance)).unwrap();
        let what = Personal::Email(Email::kept("nobody@nowhere.example"));
        let deed = SearchPersonal { instance: instance.clone(), what };
        let ledger = &house.app.ledger;
        let warrant = ledger.open(permit, deed, "why", Acting::Console, Mark::default()).await.unwrap();
        let verdict = Verdict { outcome: Outcome::Succeeded, facts: json!({}), seen: json!({}) };
        ledger.close(&warrant.answered(Vec::new()), &verdict).await.unwrap();
    }
}

#[tokio::test]
async fn searches_far_above_somebodys_usual_raise_one_alarm_and_one_more_at_twice_the_number() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        for _ in 0..6 {
            search(&house, 2).await;
            house.app.clock.advance(DAY);
        }
        search(&house, 10).await;
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::Searches).await, [], "ten are no misuse, whatever is usual");
        search(&house, 1).await;
        // Two processes look at the same entries.
        let (one, other) = tokio::join!(service::look(&house.app), service::look(&house.app));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        let raised = open(&house, AlarmKind::Searches).await;
        let [alarm] = raised.as_slice() else { panic!("{raised:?}") };
        assert_eq!((alarm.number, alarm.usual), (11, Some(2)));
        assert_eq!(alarm.operator.as_ref().map(|id| id.0.as_str()), Some("01moderator"));
        let named = house.app.ledger.entry(alarm.entries[0]).await.unwrap().unwrap();
        assert_eq!(named.entry.deed, "search_personal");
        search(&house, 3).await;
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::Searches).await;
        assert_eq!(raised.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [14], "the same one: {raised:?}");
        search(&house, 6).await;
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::Searches).await;
        assert_eq!(raised.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [20, 14]);
    }
}

#[tokio::test]
async fn an_action_at_an_hour_nobody_knows_of_somebody_is_an_alarm_where_enough_is_known() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        search(&house, 1).await;
        house.app.clock.advance(15 * HOUR);
        search(&house, 1).await;
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::UnusualHours).await, [], "too little is known");
        house.app.clock.advance(9 * HOUR);
        for _ in 0..20 {
            search(&house, HOURS_NEED_ACTIONS / 20 + 3).await;
            house.app.clock.advance(DAY);
        }
        // The one night of before is forgotten after thirty days.
        house.app.clock.advance(15 * HOUR + 11 * DAY);
        search(&house, 2).await;
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::UnusualHours).await;
        assert_eq!(raised.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [2], "{raised:?}");
        house.app.clock.advance(9 * HOUR);
        search(&house, 1).await;
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::UnusualHours).await, raised, "noon is usual");
    }
}

fn own_try(who: &str, own: Option<OwnTry>) -> Fact {
    Fact::Denied {
        operator: OperatorId(who.into()),
        role: Role::Owner,
        permission: Permission::DecideGrants,
        instance: None,
        own,
    }
}

#[tokio::test]
async fn a_try_at_ones_own_grant_is_acknowledged_by_somebody_else_with_a_note_and_comes_again() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let ledger = &house.app.ledger;
        ledger.fact(own_try("01owner", None)).await.unwrap();
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::OwnRefused).await, [], "what is no try at their own");
        // It is not gathered with the other one.
        ledger.fact(own_try("01owner", Some(OwnTry::Grant))).await.unwrap();
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::OwnRefused).await;
        let [alarm] = raised.as_slice() else { panic!("{raised:?}") };

        let owner = house.sign_in("owner").await;
        let form = [("alarm", alarm.id.as_str()), ("why", "it was me"), ("back", "/audit/alarms")];
        let page = house.sent(&owner, "/api/alarms/acknowledge", &form).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.body);
        assert!(page.body.contains("This alarm is about you"), "{}", page.body);
        assert!(page.body.contains("owner tried to decide their own case or grant"), "{}", page.body);
        let auditor = house.sign_in("auditor").await;
        let without = [("alarm", alarm.id.as_str()), ("why", " "), ("back", "/audit/alarms")];
        let page = house.sent(&auditor, "/api/alarms/acknowledge", &without).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("Enter what you found"), "{}", page.body);
        let form = [("alarm", alarm.id.as_str()), ("why", "talked to her <b>twice</b>"), ("back", "/audit/alarms")];
        let page = house.sent(&auditor, "/api/alarms/acknowledge", &form).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("No open alarms"), "{}", page.body);
        assert_eq!(house.outcome("acknowledge_alarm").await, Some(Outcome::Succeeded));
        let again = house.sent(&auditor, "/api/alarms/acknowledge", &form).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
        let page = house.get(Some(&owner), "/audit/alarms?state=acknowledged").await.body;
        assert!(page.contains("Acknowledged by") && page.contains("auditor"), "{page}");
        assert!(page.contains("talked to her &lt;b&gt;twice"), "{page}");
        let filter = Filter { kind: Some("acknowledge_alarm".into()), limit: 9, ..Filter::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        let done = alarms::by_id(&house.app.store, &alarm.id).await.unwrap().unwrap().acknowledged.unwrap();
        assert_eq!((done.by.0.as_str(), done.entry), ("01auditor", entries.last().map(|entry| entry.index)));

        house.app.clock.advance(11 * MINUTE);
        ledger.fact(own_try("01owner", Some(OwnTry::Grant))).await.unwrap();
        service::look(&house.app).await.unwrap();
        let more = open(&house, AlarmKind::OwnRefused).await;
        assert!(more.len() == 1 && more[0].id != alarm.id, "it is another one: {more:?}");
        assert_eq!(house.open_deeds().await, 0);
    }
}

/// How often somebody did something is told by what the tree holds: columns beside it hide nothing from an alarm.
#[tokio::test]
async fn columns_hide_nothing_from_an_alarm() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let ledger = &house.app.ledger;
        let hide = "update ledger_entries set operator = '01nobody', at = 0, deed = 'x' where kind <> 'outcome'";
        for _ in 0..3 {
            search(&house, 9).await;
            service::look(&house.app).await.unwrap();
            crate::engine::past_triggers(&house.app.store.driver, hide).await.unwrap();
        }
        search(&house, 1).await;
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::Searches).await;
        assert_eq!(raised.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [28], "{raised:?}");
        for _ in 0..3 {
            let operator = Some(OperatorId("01owner".into()));
            ledger.fact(Fact::SignInFailed { operator, address: "203.0.113.0/24".into() }).await.unwrap();
            let operator = OperatorId("01admin".into());
            ledger.fact(Fact::CodeFailed { operator, address: "203.0.113.0/24".into() }).await.unwrap();
            service::look(&house.app).await.unwrap();
            crate::engine::past_triggers(&house.app.store.driver, hide).await.unwrap();
            house.app.clock.advance(11 * MINUTE);
        }
        for kind in [AlarmKind::FailedSignIns, AlarmKind::WrongCodes] {
            assert_eq!(open(&house, kind).await.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [3]);
        }
    }
}

/// Three failed sign-ins are three entries, also where a column makes an older entry look like one of a moment ago.
#[tokio::test]
async fn no_column_keeps_a_failed_sign_in_from_being_written() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let ledger = &house.app.ledger;
        let failed = async || {
            let operator = Some(OperatorId("01owner".into()));
            ledger.fact(Fact::SignInFailed { operator, address: "203.0.113.0/24".into() }).await.unwrap();
            let filter = Filter { kind: Some("sign_in_failed".into()), limit: 10, ..Filter::default() };
            ledger.list(&filter).await.unwrap().len()
        };
        assert_eq!((failed().await, failed().await), (1, 1), "they are gathered");
        house.app.clock.advance(11 * MINUTE);
        search(&house, 1).await;
        let young = "update ledger_entries set subject = (select subject from ledger_entries where deed = 'sign_in_failed') \
            where idx = (select max(idx) from ledger_entries)";
        crate::engine::past_triggers(&house.app.store.driver, young).await.unwrap();
        assert_eq!(failed().await, 2);
    }
}

/// … nor a leaf that says so for a moment, with its hash as it was or made anew: it is believed under the sealed head.
#[tokio::test]
async fn no_altered_leaf_keeps_a_failed_sign_in_from_being_written() {
    for engine in ENGINES {
        for anew in [false, true] {
            let house = at_noon(engine).await;
            let ledger = &house.app.ledger;
            let failed = async || {
                let operator = Some(OperatorId("01owner".into()));
                ledger.fact(Fact::SignInFailed { operator, address: "203.0.113.0/24".into() }).await.unwrap();
                let filter = Filter { kind: Some("sign_in_failed".into()), limit: 10, ..Filter::default() };
                ledger.list(&filter).await.unwrap()
            };
            let first = failed().await.remove(0);
            house.app.clock.advance(11 * MINUTE);
            let (then, now) = (first.at.0, house.app.clock.now().0);
            let leaf = ledger.entry(first.index).await.unwrap().unwrap();
            let bent = leaf.leaf_text.replace(&then.to_string(), &now.to_string());
            assert_ne!(bent, leaf.leaf_text);
            let hash = if anew {
                howdah::seal::hex(&howdah::ledger::tree::leaf_hash(bent.as_bytes()))
            } else {
                leaf.leaf_hash.clone()
            };
            let set = |leaf: &str, hash: &str| {
                format!("update ledger_entries set leaf = '{leaf}', hash = '{hash}' where idx = {}", first.index)
            };
            crate::engine::past_triggers(&house.app.store.driver, &set(&bent, &hash)).await.unwrap();
            assert_eq!(failed().await.len(), 2, "hash made anew: {anew}");
            assert!(ledger.contradiction().is_some());
            let right = set(&leaf.leaf_text, &leaf.leaf_hash);
            crate::engine::past_triggers(&house.app.store.driver, &right).await.unwrap();
            let (size, root) = ledger.stands().await.unwrap();
            assert!(ledger.accept(size, &root, "put right".into()).await.unwrap());
            assert_eq!(failed().await.len(), 2, "they are gathered again");
        }
    }
}

#[tokio::test]
async fn failed_sign_ins_wrong_codes_and_what_strangers_try() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let ledger = &house.app.ledger;
        let failed = |operator: Option<&str>, address: String| Fact::SignInFailed {
            operator: operator.map(|id| OperatorId(id.into())),
            address,
        };
        for round in 0..3 {
            for _ in 0..20 {
                ledger.fact(failed(Some("01owner"), "203.0.113.0/24".into())).await.unwrap();
                ledger.fact(failed(None, "203.0.113.0/24".into())).await.unwrap();
            }
            let operator = OperatorId("01admin".into());
            ledger.fact(Fact::CodeFailed { operator, address: "203.0.113.0/24".into() }).await.unwrap();
            service::look(&house.app).await.unwrap();
            let numbers = async |kind| open(&house, kind).await.iter().map(|alarm| alarm.number).collect::<Vec<_>>();
            let (sign_ins, codes): (&[i64], &[i64]) = match round {
                0 => (&[], &[]),
                1 => (&[], &[2]),
                _ => (&[3], &[3]),
            };
            assert_eq!(numbers(AlarmKind::FailedSignIns).await, sign_ins, "round {round}");
            assert_eq!(numbers(AlarmKind::WrongCodes).await, codes, "round {round}");
            house.app.clock.advance(11 * MINUTE);
        }
        // From everywhere, with names that nobody has: one alarm, however many.
        for n in 0..40 {
            ledger.fact(failed(None, format!("198.51.{n}.0/24"))).await.unwrap();
        }
        service::look(&house.app).await.unwrap();
        let raised = open(&house, AlarmKind::FailedSignIns).await;
        assert_eq!(raised.len(), 2, "{raised:?}");
        assert_eq!((raised[0].number, &raised[0].operator), (43, &None));
    }
}

fn raised(cause: &str, entry: i64) -> Raised {
    Raised {
        kind: AlarmKind::ChangedOutside,
        cause: cause.to_owned(),
        operator: None,
        instance: None,
        about: None,
        first_at: Timestamp(1),
        last_at: Timestamp(entry),
        number: 1,
        adds: true,
        usual: None,
        entries: vec![entry],
    }
}

/// Whoever looked first keeps what was found, and of a thousand causes of one kind the most are counted in one.
#[tokio::test]
async fn a_thousand_causes_are_a_few_alarms_and_a_look_is_kept_once() {
    for engine in ENGINES {
        let house = on(engine).await;
        let store = &house.app.store;
        service::look(&house.app).await.unwrap();
        let from = alarms::looked(store).await.unwrap().entry;
        let causes: Vec<Raised> = (0..1_000).map(|n| raised(&format!("cause {n}"), n)).collect();
        assert!(alarms::keep(store, from, from + 1, &causes, Timestamp(9)).await.unwrap());
        assert!(!alarms::keep(store, from, from + 1, &causes, Timestamp(9)).await.unwrap(), "another was first");
        let all = open(&house, AlarmKind::ChangedOutside).await;
        assert_eq!(all.len(), MOST_OPEN + 1);
        let gathered: Vec<&Alarm> = all.iter().filter(|alarm| alarm.gathered).collect();
        assert_eq!(
            gathered.iter().map(|alarm| alarm.number).collect::<Vec<_>>(),
            [1_000 - i64::try_from(MOST_OPEN).unwrap()]
        );
        // What is open already is still counted where it is.
        assert!(alarms::keep(store, from + 1, from + 2, &[raised("cause 3", 2_000)], Timestamp(9)).await.unwrap());
        let third =
            open(&house, AlarmKind::ChangedOutside).await.into_iter().find(|alarm| alarm.entries == [3]).unwrap();
        assert_eq!((third.number, third.last_entry), (2, Some(2_000)));
        let page = house.get(Some(&house.sign_in("admin").await), "/audit/alarms").await;
        assert!(page.body.contains("980 entries more of this kind"), "{}", page.body);
    }
}

#[tokio::test]
async fn what_is_so_by_itself_is_raised_once_too() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let ends = house.app.clock.now().plus(20 * HOUR);
        crate::support::grants_taken_back(&house.app, "01contractor").await;
        crate::support::grant(&house.app, "01contractor", Vec::new(), true, false, ends).await;
        for _ in 0..2 {
            service::look(&house.app).await.unwrap();
        }
        let last = open(&house, AlarmKind::LastDay).await;
        assert_eq!(last.len(), 1);
        assert_eq!(last[0].operator.as_ref().map(|id| id.0.as_str()), Some("01contractor"));
        search(&house, 1).await;
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::Checkpoint).await, [], "not late yet");
        house.app.clock.advance(11 * MINUTE);
        for _ in 0..2 {
            service::look(&house.app).await.unwrap();
        }
        let late = open(&house, AlarmKind::Checkpoint).await;
        assert_eq!(late.len(), 1, "{late:?}");
        house.app.ledger.checkpoint().await.unwrap();
        service::look(&house.app).await.unwrap();
        assert_eq!(open(&house, AlarmKind::Checkpoint).await, late, "it was late, whatever is so now");
    }
}

#[tokio::test]
async fn open_alarms_stand_on_the_overview_of_those_who_read_everything_and_among_the_numbers() {
    let house = at_noon(Engine::Sqlite).await;
    for n in 0..1_200 {
        let fact = Fact::SignedOut { operator: OperatorId("01moderator".into()), session: format!("{n:016x}") };
        house.app.ledger.fact(fact).await.unwrap();
    }
    house.app.ledger.fact(own_try("01moderator", Some(OwnTry::Case))).await.unwrap();
    let owner = house.sign_in("owner").await;
    let said = house.get(Some(&owner), "/audit/alarms").await.body;
    assert!(said.contains(" not checked for alarms yet"), "{said}");
    service::look(&house.app).await.unwrap();
    let said = house.get(Some(&owner), "/audit/alarms").await.body;
    assert!(!said.contains("not checked for alarms yet"), "{said}");
    let says = "moderator tried to decide their own case or grant";
    for (role, sees) in
        [("owner", true), ("admin", true), ("auditor", true), ("moderator", false), ("contractor", false)]
    {
        let cookie = house.sign_in(role).await;
        let page = house.get(Some(&cookie), "/i/harbour").await;
        assert_eq!((page.status, page.body.contains(says)), (StatusCode::OK, sees), "{role}");
        let page = house.get(Some(&cookie), "/audit/alarms").await;
        assert_eq!(page.status == StatusCode::OK, sees, "{role}");
        assert_eq!(page.body.contains(says), sees, "{role}");
    }
    let request = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
    let answer = http::metrics_router(house.app.clone()).oneshot(request).await.unwrap();
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("howdah_alarms_open{kind=\"own_refused\"} 1"), "{said}");
    assert!(said.contains("howdah_alarms_open{kind=\"contradiction\"} 0"), "{said}");
    assert!(said.contains("howdah_alarms_behind_entries "), "{said}");
    assert!(!said.contains("01moderator"), "{said}");
}

/// One that stays late comes again an hour after somebody took note of it, and so does one that is late anew; as long as it is open
/// it says how many there are by now.
#[tokio::test]
async fn a_checkpoint_that_stays_late_is_an_alarm_again() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let auditor = house.sign_in("auditor").await;
        let late = async || {
            service::look(&house.app).await.unwrap();
            open(&house, AlarmKind::Checkpoint).await
        };
        let acknowledge = async |alarm: &Alarm| {
            let form = [("alarm", alarm.id.as_str()), ("why", "the disk is full"), ("back", "/audit/alarms")];
            let page = house.sent(&auditor, "/api/alarms/acknowledge", &form).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        };
        house.app.ledger.checkpoint().await.unwrap();
        search(&house, 1).await;
        house.app.clock.advance(11 * MINUTE);
        let first = late().await;
        assert_eq!(first.iter().map(|alarm| alarm.number).collect::<Vec<_>>(), [2], "{first:?}");
        search(&house, 1).await;
        let still = late().await;
        assert_eq!(still.iter().map(|alarm| (&alarm.id, alarm.number)).collect::<Vec<_>>(), [(&first[0].id, 4)]);
        acknowledge(&still[0]).await;
        assert_eq!(late().await, [], "not at once");
        house.app.clock.advance(30 * MINUTE);
        assert_eq!(late().await, [], "somebody is at it");
        house.app.clock.advance(31 * MINUTE);
        let auditor = house.sign_in("auditor").await;
        let again = late().await;
        assert!(again.len() == 1 && again[0].id != first[0].id, "it is still late: {again:?}");
        let form = [("alarm", again[0].id.as_str()), ("why", "again"), ("back", "/audit/alarms")];
        assert_eq!(house.sent(&auditor, "/api/alarms/acknowledge", &form).await.status, StatusCode::OK);
        house.app.ledger.checkpoint().await.unwrap();
        house.app.clock.advance(2 * HOUR);
        assert_eq!(late().await, [], "all is covered");
        search(&house, 1).await;
        house.app.clock.advance(11 * MINUTE);
        assert_eq!(late().await.len(), 1, "late anew");
    }
}

/// What is counted together is about each of those whose entries it counts: none of them closes it.
#[tokio::test]
async fn what_is_gathered_is_acknowledged_by_nobody_it_is_about() {
    for engine in ENGINES {
        let house = at_noon(engine).await;
        let store = &house.app.store;
        service::look(&house.app).await.unwrap();
        let from = alarms::looked(store).await.unwrap().entry;
        let own = |n: i64, who: &str| Raised {
            kind: AlarmKind::OwnRefused,
            operator: Some(OperatorId(who.to_owned())),
            ..raised(&format!("own {n}"), n)
        };
        let mut causes: Vec<Raised> = (0..MOST_OPEN).map(|n| own(i64::try_from(n).unwrap(), "01moderator")).collect();
        causes.push(own(100, "01owner"));
        causes.push(own(101, "01moderator"));
        assert!(alarms::keep(store, from, from + 1, &causes, Timestamp(9)).await.unwrap());
        assert!(alarms::keep(store, from + 1, from + 2, &[own(102, "01admin")], Timestamp(9)).await.unwrap());
        let all = open(&house, AlarmKind::OwnRefused).await;
        let gathered = all.iter().find(|alarm| alarm.gathered).unwrap();
        assert_eq!(gathered.number, 3);
        for (role, may) in [("owner", false), ("admin", false), ("auditor", true)] {
            let cookie = house.sign_in(role).await;
            let form = [("alarm", gathered.id.as_str()), ("why", "looked at"), ("back", "/audit/alarms")];
            let page = house.sent(&cookie, "/api/alarms/acknowledge", &form).await;
            let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(page.status, expected, "{role}: {}", page.body);
        }
    }
}

async fn set_mode(house: &House, mode: &str) {
    sqlx::query("update settings set value = $1 where var = 'registrations_mode'")
        .bind(format!("--- {mode}\n"))
        .execute(&house.instance)
        .await
        .unwrap();
}

/// An alarm about changes outside the console says which.
#[tokio::test]
async fn an_alarm_says_what_changed() {
    let house = house(sqlite().await).await;
    service::look(&house.app).await.unwrap();
    set_mode(&house, "open").await;
    crate::outside_changes::compare(&house.app).await;
    set_mode(&house, "none").await;
    crate::outside_changes::compare(&house.app).await;
    service::look(&house.app).await.unwrap();
    let raised = open(&house, AlarmKind::ChangedOutside).await;
    assert_eq!(raised.len(), 1, "{raised:?}");
    let owner = house.sign_in("owner").await;
    for page in ["/audit/alarms", "/i/harbour"] {
        let page = house.get(Some(&owner), page).await.body;
        assert!(page.contains("registrations mode changed from open to none"), "{page}");
    }
}

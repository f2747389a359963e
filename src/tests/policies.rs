//! Registrations that change by policy: on a practice instance, with the record of it.

use crate::{
    linked::linked,
    support::{Answered, House, postgres, sql, sqlite, still_house},
};
use axum::http::StatusCode;
use howdah::{
    cli,
    clock::{Clock, DAY, HOUR, MINUTE, Timestamp},
    deeds::AnyDeed,
    id::OperatorId,
    ledger::{Entry, Filter, Outcome},
    nouns::{
        policies::{Hold, Policy, PolicyState, Slot},
        registrations::RegistrationsMode,
    },
    record,
    registrations::service::look_at_policies,
    seal::Keys,
    store::policies::{self, Kept},
};

const PAGE: &str = "/i/harbour/registrations/policy";

async fn mode(house: &House) -> String {
    let rows: Vec<Option<String>> =
        sqlx::query_scalar("select value from settings where var = 'registrations_mode' order by id")
            .fetch_all(&house.instance)
            .await
            .unwrap();
    rows.into_iter().flatten().map(|value| value.replace("--- ", "").trim().to_owned()).collect::<Vec<_>>().join("/")
}

async fn set_mode(house: &House, value: &'static str) {
    sqlx::query("update settings set value = $1 where var = 'registrations_mode'")
        .bind(format!("--- {value}\n"))
        .execute(&house.instance)
        .await
        .unwrap();
}

async fn entries(house: &House, kind: &str) -> Vec<Entry> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 50, ..Filter::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

async fn look(house: &House) {
    house.look().await;
    look_at_policies(&house.app, "a process").await.unwrap();
}

/// To a moment of the house's clock.
fn to(house: &House, text: &str) {
    let at: jiff::Timestamp = text.parse().unwrap();
    house.app.clock.advance(Timestamp(at.as_millisecond()).since(house.app.clock.now()));
}

fn version(page: &Answered) -> String {
    crate::doors::between(&page.body, "name=\"version\" value=\"", "\"").to_owned()
}

/// A form of the policy's page, sent by somebody who has just opened it.
async fn send(house: &House, cookie: &str, form: &str, fields: &[(&str, &str)]) -> Answered {
    let version = version(&house.get(Some(cookie), PAGE).await);
    let mut all = vec![("instance", "harbour"), ("version", version.as_str()), ("back", PAGE), ("why", "a test")];
    all.extend_from_slice(fields);
    house.sent(cookie, &format!("/api/registrations/{form}"), &all).await
}

const RULES: [&str; 9] = [
    "sign_ups_hour",
    "sign_ups_day",
    "waiting",
    "oldest_waiting",
    "away",
    "oldest_report",
    "idle",
    "accounts",
    "active",
];

/// The rules, the week and the words of a policy, which is then turned on.
async fn switched_on(house: &House, cookie: &str, rules: &[(&str, &str, &str, &str)], week: &str) {
    let mut fields = vec![
        ("zone", "Europe/Berlin"),
        ("otherwise", "approved"),
        ("stay", "60"),
        ("tolerance", "120"),
        ("week", week),
        ("message", "Closed: {reason}. {opens}\n\n{servers}\n\n{access}"),
        ("servers", "quay.example"),
        ("access", "Write to us."),
    ];
    for name in RULES {
        let rule = rules.iter().find(|(measure, ..)| *measure == name);
        let (_, enter, leave, to) = rule.copied().unwrap_or((name, "", "", "approved"));
        fields.extend([("enter[]", enter), ("leave[]", leave), ("to[]", to)]);
    }
    let set = send(house, cookie, "policy", &fields).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let on = send(house, cookie, "policy-switch", &[("on", "true")]).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
}

/// So many accounts are made now.
async fn wave(house: &House, number: i64) {
    let now = house.app.clock.now();
    sqlx::query(
        "insert into accounts (id, username, created_at, updated_at) \
         select ($1 << 16) + n, 'wave_' || $1 || '_' || n, now(), now() from generate_series(1, $2) n",
    )
    .bind(now.plus(-MINUTE).0)
    .bind(number)
    .execute(&house.instance)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_wave_closes_the_doors_by_quota_and_monday_opens_them() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    // A Friday afternoon.
    to(&house, "2077-05-07T13:00:00Z");
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[("sign_ups_hour", "30", "10", "none")], "Fri 18:00 closed\nMon 08:00 approval").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "nothing has happened yet");
    wave(&house, 40).await;
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    let closed = &entries(&house, "set_registrations").await[0];
    assert_eq!((closed.outcome, closed.operator.as_deref()), (Some(Outcome::Succeeded), Some("01admin")));
    assert_eq!(closed.leaf["facts"]["policy"]["rule"], "sign_ups_hour");
    assert_eq!(closed.leaf["facts"]["policy"]["inputs"][0][0], "sign_ups_hour");
    let number = closed.leaf["facts"]["policy"]["inputs"][0][1].as_i64().unwrap();
    assert!(number >= 40, "{number}");
    let Some(AnyDeed::SetRegistrations(deed)) = record::deed_of(closed) else { panic!("{:?}", closed.document) };
    assert!(deed.message_after.starts_with("Closed: many people signed up at once."), "{}", deed.message_after);
    assert!(deed.message_after.contains("[quay.example](https://quay.example)"), "{}", deed.message_after);
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("sign-ups in the last hour (limit 30, ends below 10)"), "{page}");
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    assert!(page.contains("closed registrations (by policy)"), "{page}");
    // Looking again changes nothing, and neither does the end of the wave on a Friday evening.
    look(&house).await;
    to(&house, "2077-05-07T17:00:00Z");
    look(&house).await;
    assert_eq!((mode(&house).await.as_str(), entries(&house, "set_registrations").await.len()), ("none", 1));
    to(&house, "2077-05-10T05:59:00Z");
    look(&house).await;
    assert_eq!(mode(&house).await, "none", "in summer Monday 08:00 in Berlin is 06:00 UTC");
    to(&house, "2077-05-10T06:00:05Z");
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    let opened = &entries(&house, "set_registrations").await[0];
    assert_eq!((opened.outcome, &opened.leaf["facts"]["policy"]["rule"]), (Some(Outcome::Succeeded), &"week".into()));
    let owner = house.sign_in("owner").await;
    let replayed = house.get(Some(&owner), &format!("{PAGE}?replay=30")).await;
    assert_eq!(replayed.status, StatusCode::OK, "{}", replayed.body);
    assert!(replayed.body.contains("The policy would have changed registrations"), "{}", replayed.body);
    assert!(replayed.body.contains("What was set, as the audit log has it") && replayed.body.contains("<svg"));
    assert!(replayed.body.contains("sign-ups in the last hour (limit 30"), "the wave is in it: {}", replayed.body);
}

#[tokio::test]
async fn a_change_with_an_end_ends_once() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    to(&house, "2077-05-07T13:00:00Z");
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
    let form = |until: &'static str, then: &'static str| {
        vec![
            ("instance", "harbour"),
            ("mode", "none"),
            ("message", "Back on Monday."),
            ("why", "the weekend"),
            ("seen", seen.as_str()),
            ("until", until),
            ("then", then),
            ("back", "/i/harbour/registrations"),
        ]
    };
    for (until, then, said) in [
        ("2077-05-10T08:00", "", "Choose what is set then."),
        ("2077-05-01T08:00", "approved", "Choose a time ahead"),
        ("some day", "approved", "no date and time"),
    ] {
        let back = house.sent(&admin, "/api/registrations/set", &form(until, then)).await;
        assert!(back.status == StatusCode::UNPROCESSABLE_ENTITY && back.body.contains(said), "{said}: {}", back.body);
        assert!(back.body.contains("Back on Monday."), "what was typed is kept");
    }
    assert_eq!(mode(&house).await, "approved", "nothing is set whose end is not sound");
    let done = house.sent(&admin, "/api/registrations/set", &form("2077-05-10T08:00", "approved")).await;
    assert!(
        done.body.contains("Held at “closed” until Mon 10 May 2077, 08:00 UTC, then approval required."),
        "{}",
        done.body
    );
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    to(&house, "2077-05-10T08:00:10Z");
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    let ended = &entries(&house, "set_registrations").await[0];
    assert_eq!((&ended.leaf["facts"]["policy"]["rule"], ended.operator.as_deref()), (&"end".into(), Some("01admin")));
    // Closed by hand afterwards, it stays closed.
    set_mode(&house, "none").await;
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert_eq!((mode(&house).await.as_str(), entries(&house, "set_registrations").await.len()), ("none", 2));
}

fn held(mode: RegistrationsMode, until: Option<Timestamp>, then: Option<RegistrationsMode>) -> Policy {
    let by = OperatorId("01admin".to_owned());
    Policy { hold: Some(Hold { mode, emergency: false, by, since: Timestamp(0), until, then }), ..Policy::default() }
}

/// A policy as a deed of the admin's would have left it.
async fn keep(house: &House, policy: Policy, state: PolicyState) {
    let kept = Kept {
        instance: "harbour".parse().unwrap(),
        version: 1,
        operator: OperatorId("01admin".to_owned()),
        policy,
        state,
        stopped: String::new(),
        entry: -1,
    };
    assert!(policies::set(&house.app.store, &kept, 0).await.unwrap());
}

#[tokio::test]
async fn a_moment_that_was_missed_is_made_up_for_or_reported() {
    for (late, made_up) in [(HOUR, true), (3 * HOUR, false)] {
        let house = still_house(sqlite().await).await;
        set_mode(&house, "none").await;
        let due = house.app.clock.now().plus(DAY);
        let state = PolicyState { seen_at: house.app.clock.now(), ..PolicyState::default() };
        keep(&house, held(RegistrationsMode::None, Some(due), Some(RegistrationsMode::Approved)), state).await;
        look(&house).await;
        // The console is not there for a while.
        house.app.clock.advance(DAY + late);
        for _ in 0..2 {
            look(&house).await;
            house.app.clock.advance(2 * MINUTE);
        }
        assert_eq!(mode(&house).await == "approved", made_up, "{late}");
        let missed = entries(&house, "policy_missed").await;
        assert_eq!(missed.len(), usize::from(!made_up), "reported once");
        if let Some(entry) = missed.first() {
            assert_eq!(entry.leaf["facts"]["due"], due.0.to_string());
            let owner = house.sign_in("owner").await;
            let page = house.get(Some(&owner), "/i/harbour/registrations").await.body;
            assert!(page.contains("missed setting registrations to “approval required”"), "{page}");
        }
    }
}

#[tokio::test]
async fn of_two_processes_one_does_it() {
    let house = still_house(postgres().await).await;
    set_mode(&house, "approved").await;
    keep(&house, held(RegistrationsMode::None, None, None), PolicyState::default()).await;
    let keys = Keys::from_secret([7; 32]);
    let clock = house.app.clock.clone();
    let other = cli::assemble(house.config.clone(), clock, keys, house.store.store.clone()).unwrap();
    for instance in other.instances.values() {
        instance.probe(other.clock.now()).await;
    }
    let (one, two) = tokio::join!(look_at_policies(&house.app, "one"), look_at_policies(&other, "two"));
    one.unwrap();
    two.unwrap();
    look_at_policies(&other, "two").await.unwrap();
    look_at_policies(&house.app, "one").await.unwrap();
    assert_eq!((mode(&house).await.as_str(), entries(&house, "set_registrations").await.len()), ("none", 1));
    // Its process ended before it remembered what it had done: that was nobody's hand.
    let (kept, _) = policies::of(&house.app.store, &"harbour".parse().unwrap()).await.unwrap();
    let mut kept = kept.unwrap();
    assert_eq!(kept.state.expected, Some(RegistrationsMode::None));
    kept.state.expected = Some(RegistrationsMode::Approved);
    assert!(policies::remember(&house.app.store, &kept).await.unwrap());
    look(&house).await;
    let (kept, _) = policies::of(&house.app.store, &"harbour".parse().unwrap()).await.unwrap();
    assert_eq!(kept.unwrap().state.limit, None);
}

#[tokio::test]
async fn it_stops_with_the_right_of_whom_it_acts_for_and_says_so() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[("sign_ups_hour", "30", "10", "none")], "").await;
    look(&house).await;
    let owner = house.sign_in("owner").await;
    let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "left the team"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/disable", &form).await;
    wave(&house, 40).await;
    for _ in 0..2 {
        house.app.clock.advance(MINUTE);
        look(&house).await;
    }
    assert_eq!(mode(&house).await, "approved");
    assert_eq!(
        (entries(&house, "set_registrations").await.len(), entries(&house, "policy_stopped").await.len()),
        (0, 1)
    );
    for page in ["/i/harbour", "/i/harbour/registrations", PAGE] {
        let body = house.get(Some(&owner), page).await.body;
        assert!(body.contains("the person it acts for no longer has access"), "{page}: {body}");
    }
    // Somebody else takes it over.
    let on = send(&house, &owner, "policy-switch", &[("on", "true")]).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    assert_eq!(entries(&house, "set_registrations").await[0].operator.as_deref(), Some("01owner"));
}

#[tokio::test]
async fn it_stops_when_their_own_account_is_frozen() {
    let house = crate::support::house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let owner = house.sign_in("owner").await;
    linked(&house, &owner, "mirakost").await;
    let hold = send(&house, &owner, "hold", &[("mode", "none")]).await;
    assert_eq!(hold.status, StatusCode::OK, "{}", hold.body);
    assert_eq!(mode(&house).await, "none", "it takes effect at once");
    set_mode(&house, "approved").await;
    sqlx::query(
        "update users set disabled = true where account_id = (select id from accounts where username = 'mirakost')",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    let stopped = &entries(&house, "policy_stopped").await[0];
    assert!(stopped.leaf["facts"]["why"].as_str().unwrap().contains("is frozen"), "{}", stopped.leaf);
}

#[tokio::test]
async fn an_emergency_closes_at_once_and_is_let_go() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[], "").await;
    let pressed = send(&house, &admin, "emergency", &[]).await;
    assert_eq!(pressed.status, StatusCode::OK, "{}", pressed.body);
    assert_eq!(mode(&house).await, "none");
    let closed = &entries(&house, "set_registrations").await[0];
    assert_eq!(closed.leaf["facts"]["policy"]["rule"], "emergency");
    // Somebody opens it in Mastodon: what is held is held.
    set_mode(&house, "open").await;
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    send(&house, &admin, "release", &[]).await;
    house.app.clock.advance(HOUR);
    look(&house).await;
    let admin = house.sign_in("admin").await;
    assert_eq!(mode(&house).await, "approved", "what holds while no rule is in force");
    // Who saw another version changes nothing.
    let form = [("instance", "harbour"), ("version", "1"), ("back", PAGE), ("why", "late")];
    let late = house.sent(&admin, "/api/registrations/release", &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    // A moderator reads.
    let moderator = house.sign_in("moderator").await;
    let page = house.get(Some(&moderator), PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("Emergency: close"), "{}", page.body);
}

#[tokio::test]
async fn a_setting_that_is_absent_doubled_or_unreadable_is_named_and_left_alone() {
    let house = still_house(sqlite().await).await;
    keep(&house, held(RegistrationsMode::None, None, None), PolicyState::default()).await;
    let owner = house.sign_in("owner").await;
    for (sql, said) in [
        ("update settings set value = '--- nonsense\n' where var = 'registrations_mode'", "not a valid mode"),
        ("update settings set value = '--- 2024-01-01\n' where var = 'registrations_mode'", "can’t be read"),
        ("delete from settings where var = 'registrations_mode'", "default applies: closed"),
    ] {
        sqlx::query(sql).execute(&house.instance).await.unwrap();
        let before = mode(&house).await;
        look(&house).await;
        assert_eq!(mode(&house).await, before);
        assert!(entries(&house, "set_registrations").await.is_empty(), "{sql}");
        let page = house.get(Some(&owner), PAGE).await.body;
        assert!(page.contains(said) && page.contains("changes nothing until that is settled"), "{sql}: {page}");
    }
}

#[tokio::test]
async fn a_policy_that_was_changed_in_the_store_does_not_act() {
    for tamper in [
        "update policies set policy = replace(policy, '\"mode\":\"none\"', '\"mode\":\"open\"')",
        "update policies set operator = '01owner'",
        "update policies set stopped = 'x'",
        "update policies set state = '{}'",
    ] {
        let house = still_house(sqlite().await).await;
        set_mode(&house, "approved").await;
        let state = PolicyState { seen_at: Timestamp(1), ..PolicyState::default() };
        keep(&house, held(RegistrationsMode::None, None, None), state).await;
        sql(&house.app.store, tamper).await.unwrap();
        look(&house).await;
        assert_eq!(mode(&house).await, "approved", "{tamper}");
        assert_eq!(house.app.store.refused().await.unwrap().len(), 1, "{tamper}");
        let owner = house.sign_in("owner").await;
        let page = house.get(Some(&owner), PAGE).await.body;
        assert!(page.contains("not written by this console"), "{page}");
        // Somebody who may sets it anew, over whatever stands there.
        let hold = send(&house, &owner, "hold", &[("mode", "none")]).await;
        assert_eq!(hold.status, StatusCode::OK, "{}", hold.body);
        assert_eq!(mode(&house).await, "none", "{tamper}");
        assert!(house.app.store.refused().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_policy_is_kept_the_same_on_both_engines() {
    for store in [sqlite().await, postgres().await] {
        let week = vec![Slot { day: 0, minute: 480, mode: RegistrationsMode::Approved }];
        let mut kept = Kept {
            instance: "harbour".parse().unwrap(),
            version: 1,
            operator: OperatorId("01admin".to_owned()),
            policy: Policy { on: true, week, ..Policy::default() },
            state: PolicyState::default(),
            stopped: String::new(),
            entry: -1,
        };
        let store = &store.store;
        assert!(policies::set(store, &kept, 0).await.unwrap());
        kept.version = 2;
        assert!(!policies::set(store, &kept, 7).await.unwrap(), "another version was seen");
        assert!(policies::set(store, &kept, 1).await.unwrap());
        kept.state.seen_at = Timestamp(5);
        assert!(policies::remember(store, &kept).await.unwrap());
        let former = Kept { version: 1, ..kept.clone() };
        assert!(!policies::remember(store, &former).await.unwrap(), "it was set anew meanwhile");
        let (found, refused) = policies::of(store, &kept.instance).await.unwrap();
        assert_eq!((found.map(|found| Kept { entry: -1, ..found }), refused), (Some(kept.clone()), false));
        let now = Clock::System.now();
        assert!(policies::CLAIMS.take(store, "harbour", "one", now).await.unwrap());
        assert!(!policies::CLAIMS.take(store, "harbour", "two", now).await.unwrap(), "one process at a time");
    }
}

/// A change that somebody made past a policy is theirs, also where the policy itself set the same before: only what was recorded
/// since the last look explains one.
#[tokio::test]
async fn what_somebody_sets_past_it_is_not_taken_for_its_own() {
    let house = still_house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    set_mode(&house, "none").await;
    switched_on(&house, &owner, &[], "").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "the policy's own change");
    let number = entries(&house, "set_registrations").await.len();
    for set in ["none", "approved"] {
        set_mode(&house, set).await;
        house.app.clock.advance(MINUTE);
        look(&house).await;
    }
    // Whoever opened it again past the policy is not closed by it, now or after its pause.
    house.app.clock.advance(2 * HOUR);
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    assert_eq!(entries(&house, "set_registrations").await.len(), number, "nothing of it is undone");
}

/// Filled in, a message can be longer than as it is written: it is refused when it is saved, and closing never waits for it.
#[tokio::test]
async fn a_message_that_comes_out_too_long_is_not_kept() {
    let house = still_house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (message, access) = ("{access}\n".repeat(100), "x".repeat(2_000));
    let mut fields = vec![
        ("zone", "UTC"),
        ("otherwise", "approved"),
        ("stay", "60"),
        ("tolerance", "120"),
        ("message", message.as_str()),
        ("access", access.as_str()),
    ];
    for _ in RULES {
        fields.extend([("enter[]", ""), ("leave[]", ""), ("to[]", "approved")]);
    }
    let answer = send(&house, &owner, "policy", &fields).await;
    assert!(answer.body.contains("Filled in it is longer than 20000 characters"), "{}", answer.body);
}

/// Whether a policy acts follows from what is proved of it: one column beside it does not stop an emergency.
#[tokio::test]
async fn a_hold_acts_whatever_stands_beside_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        let owner = house.sign_in("owner").await;
        let pressed = send(&house, &owner, "emergency", &[]).await;
        assert_eq!(pressed.status, StatusCode::OK, "{}", pressed.body);
        assert_eq!(mode(&house).await, "none");
        sql(&house.app.store, "update policies set acts = 0").await.unwrap();
        set_mode(&house, "open").await;
        house.app.clock.advance(MINUTE);
        look(&house).await;
        assert_eq!(mode(&house).await, "none", "it is held");
    }
}

/// The columns of a policy as they were, put back; its version is the same.
const PUT_BACK: &str = "update policies set state = (select state from copied), stopped = (select stopped from copied), \
    mac = (select mac from copied), entry = (select entry from copied)";

#[tokio::test]
async fn what_was_closed_by_hand_stays_closed_where_the_memory_of_a_policy_is_put_back() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        let owner = house.sign_in("owner").await;
        set_mode(&house, "none").await;
        let state = PolicyState { seen_at: house.app.clock.now(), ..PolicyState::default() };
        keep(&house, Policy { on: true, ..Policy::default() }, state).await;
        sql(&house.app.store, "create table copied as select * from policies").await.unwrap();
        look(&house).await;
        assert_eq!(mode(&house).await, "approved", "the policy opens");
        let page = house.get(Some(&owner), "/i/harbour/registrations").await.body;
        let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
        let form = [
            ("instance", "harbour"),
            ("mode", "none"),
            ("message", "Closed."),
            ("why", "by hand"),
            ("seen", seen.as_str()),
            ("until", ""),
            ("then", ""),
            ("back", "/i/harbour/registrations"),
        ];
        let closed = house.sent(&owner, "/api/registrations/set", &form).await;
        assert_eq!((closed.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", closed.body);
        look(&house).await;
        sql(&house.app.store, PUT_BACK).await.unwrap();
        for _ in 0..3 {
            house.app.clock.advance(2 * HOUR);
            look(&house).await;
            assert_eq!(mode(&house).await, "none", "somebody closed it by hand");
        }
        // Whoever hides the entry as well is not believed either.
        sql(&house.app.store, PUT_BACK).await.unwrap();
        crate::rows::without_triggers(&house.app.store).await;
        let hidden = "update ledger_entries set deed = 'x' where deed = 'set_registrations' and idx = \
            (select max(idx) from ledger_entries where deed = 'set_registrations' and kind = 'intent')";
        sql(&house.app.store, hidden).await.unwrap();
        house.app.clock.advance(2 * HOUR);
        assert!(look_at_policies(&house.app, "a process").await.is_err());
        assert_eq!(mode(&house).await, "none", "somebody closed it by hand");
    }
}

#[tokio::test]
async fn a_policy_that_stopped_stays_so_where_it_is_put_back() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        set_mode(&house, "open").await;
        let owner = house.sign_in("owner").await;
        let state = PolicyState { seen_at: house.app.clock.now(), ..PolicyState::default() };
        keep(&house, held(RegistrationsMode::None, None, None), state).await;
        sql(&house.app.store, "create table copied as select * from policies").await.unwrap();
        let role = async |seen: &str, role: &str| {
            let form = [("operator", "01admin"), ("role", role), ("seen", seen), ("why", "a test")];
            house.post(Some(&owner), "/api/people/role", &form).await
        };
        role("admin", "auditor").await;
        look(&house).await;
        assert_eq!(entries(&house, "policy_stopped").await.len(), 1);
        sql(&house.app.store, PUT_BACK).await.unwrap();
        role("auditor", "admin").await;
        house.app.clock.advance(MINUTE);
        look(&house).await;
        assert_eq!((mode(&house).await.as_str(), entries(&house, "set_registrations").await.len()), ("open", 0));
        let refused = house.app.store.refused().await.unwrap();
        assert!(refused.iter().any(|row| row.row.contains("the policy")), "{refused:?}");
        // Saved anew by somebody who may, it acts.
        let hold = send(&house, &owner, "hold", &[("mode", "none")]).await;
        assert_eq!((hold.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", hold.body);
        assert_eq!(house.app.store.refused().await.unwrap(), []);
    }
}

/// In a wave of spam nobody reloads a page first.
#[tokio::test]
async fn an_emergency_closes_whatever_was_saved_meanwhile() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    let opened = version(&house.get(Some(&admin), PAGE).await);
    let hold = send(&house, &owner, "hold", &[("mode", "open")]).await;
    assert_eq!((hold.status, mode(&house).await.as_str()), (StatusCode::OK, "open"), "{}", hold.body);
    let form = [("instance", "harbour"), ("version", opened.as_str()), ("back", PAGE), ("why", "a wave")];
    let pressed = house.sent(&admin, "/api/registrations/emergency", &form).await;
    assert_eq!((pressed.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", pressed.body);
}

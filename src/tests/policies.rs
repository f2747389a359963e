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

/// The rows of a week: `Mon 08:00 approval`, a line each.
fn rows(week: &str) -> impl Iterator<Item = (&'static str, &str)> {
    week.lines().flat_map(|line| {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let (day, time, mode) = (next(), next(), next());
        let mode = match mode {
            "approval" => "approved",
            "closed" => "none",
            other => other,
        };
        [("day[]", day), ("time[]", time), ("mode[]", mode)]
    })
}

/// The rules, the week and the words of a policy, which is then turned on.
async fn switched_on(house: &House, cookie: &str, rules: &[(&str, &str, &str, &str)], week: &str) {
    let mut fields = vec![
        ("zone", "Europe/Berlin"),
        ("otherwise", "approved"),
        ("stay", "60"),
        ("tolerance", "120"),
        ("message", "Closed: {reason}. {opens}\n\n{servers}\n\n{access}"),
        ("servers", "quay.example"),
        ("access", "Write to us."),
    ];
    fields.extend(rows(week));
    for name in RULES {
        let rule = rules.iter().find(|(measure, ..)| *measure == name);
        let (_, enter, leave, to) = rule.copied().unwrap_or((name, "", "", "approved"));
        fields.extend([("measure[]", name), ("enter[]", enter), ("leave[]", leave), ("to[]", to)]);
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

/// A house on a Friday afternoon, with every sign-up approved by hand.
async fn a_friday_afternoon(kept: crate::support::Kept) -> House {
    let house = still_house(kept).await;
    set_mode(&house, "approved").await;
    to(&house, "2077-05-07T13:00:00Z");
    house
}

#[tokio::test]
async fn a_wave_closes_the_doors_by_quota_and_monday_opens_them() {
    let house = a_friday_afternoon(sqlite().await).await;
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
    let Some(AnyDeed::SetRegistrations(deed)) = record::shown_deed(closed) else { panic!("{:?}", closed.document) };
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
    let set = entries(&house, "set_registrations").await;
    assert_eq!((mode(&house).await.as_str(), set.len()), ("none", 2), "only the reason that visitors read is another");
    assert!(record::line(&set[0], "").what.contains("message to visitors"), "{:?}", set[0].document);
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
    let house = a_friday_afternoon(sqlite().await).await;
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
        ("", "approved", "Enter when it ends: nothing follows without an end."),
    ] {
        let back = house.sent(&admin, "/api/registrations/set", &form(until, then)).await;
        assert!(back.status == StatusCode::UNPROCESSABLE_ENTITY && back.body.contains(said), "{said}: {}", back.body);
        assert!(back.body.contains("Back on Monday."), "what was typed is kept");
    }
    assert_eq!(mode(&house).await, "approved", "nothing is set whose end is not sound");
    let done = house.sent(&admin, "/api/registrations/set", &form("2077-05-10T08:00", "approved")).await;
    let shown = crate::seen::text(&done.body);
    assert!(shown.contains("Held at “closed” until 10 May 2077, 08:00:00 UTC, then approval required."), "{shown}");
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    // Who set it, why, since when, and until when: not that a policy did it, which is off.
    assert!(shown.contains("since 13:00 UTC by admin · “the weekend”"), "{shown}");
    let overview = crate::seen::text(&house.get(Some(&admin), "/i/harbour").await.body);
    let said = "until 10 May, 08:00 UTC, then approval requiredsince 13:00 UTC by admin · “the weekend”";
    assert!(overview.contains(said), "{overview}");
    to(&house, "2077-05-10T08:00:10Z");
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    let admin = house.sign_in("admin").await;
    let shown = crate::seen::text(&house.get(Some(&admin), "/i/harbour/registrations").await.body);
    assert!(shown.contains("since 08:00 UTC as planned by admin · “the weekend”"), "{shown}");
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
    Policy {
        hold: Some(Hold { mode, emergency: false, by, since: Timestamp(0), until, then, message: None }),
        ..Policy::default()
    }
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
    // Somebody opens it in Mastodon: what is held is held, also where the store says beside the policy that it acts no more.
    set_mode(&house, "open").await;
    crate::support::sql(&house.app.store, "update policies set acts = 0").await.unwrap();
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
    assert!(!page.body.contains("Close registrations now"), "{}", page.body);
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
    for name in RULES {
        fields.extend([("measure[]", name), ("enter[]", ""), ("leave[]", ""), ("to[]", "approved")]);
    }
    let answer = send(&house, &owner, "policy", &fields).await;
    assert!(answer.body.contains("Filled in it is longer than 20000 characters"), "{}", answer.body);
}

/// The value of a hidden field of a page; empty where it has none.
fn hidden(page: &Answered, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let rest = page.body.split_once(&*field).map(|(_, rest)| rest).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The same form as it was shown some time ago.
async fn send_as_shown(house: &House, cookie: &str, shown: &Answered, form: &str, fields: &[(&str, &str)]) -> Answered {
    let (version, limit) = (version(shown), hidden(shown, "limit"));
    let mut all = vec![
        ("instance", "harbour"),
        ("version", version.as_str()),
        ("limit", limit.as_str()),
        ("back", PAGE),
        ("why", "a test"),
    ];
    all.extend_from_slice(fields);
    house.sent(cookie, &format!("/api/registrations/{form}"), &all).await
}

/// The fields of a policy without rules.
fn without_rules<'a>(zone: &'a str, stay: &'a str, week: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("zone", zone), ("otherwise", "approved"), ("stay", stay), ("tolerance", "120")];
    fields.extend(rows(week));
    for name in RULES {
        fields.extend([("measure[]", name), ("enter[]", ""), ("leave[]", ""), ("to[]", "approved")]);
    }
    fields
}

/// What a hold ends with is the policy's, and so is who answers for it: the right of whoever held is asked no more.
#[tokio::test]
async fn the_end_of_a_hold_is_on_behalf_of_whoever_answers_for_the_policy() {
    let house = a_friday_afternoon(sqlite().await).await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    switched_on(&house, &owner, &[], "").await;
    let hold = send(&house, &admin, "hold", &[("mode", "none"), ("until", "2077-05-10T08:00")]).await;
    assert_eq!(hold.status, StatusCode::OK, "{}", hold.body);
    assert_eq!(mode(&house).await, "none");
    assert_eq!(entries(&house, "set_registrations").await[0].operator.as_deref(), Some("01admin"));
    let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "left the team"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/disable", &form).await;
    to(&house, "2077-05-10T06:00:05Z");
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "{:?}", entries(&house, "policy_stopped").await);
    assert_eq!(entries(&house, "set_registrations").await[0].operator.as_deref(), Some("01owner"));
}

/// While it is held it is the holder's, whose right is asked with every look.
#[tokio::test]
async fn a_hold_stops_with_the_right_of_whoever_holds() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    switched_on(&house, &owner, &[], "").await;
    let hold = send(&house, &admin, "hold", &[("mode", "none")]).await;
    assert_eq!(hold.status, StatusCode::OK, "{}", hold.body);
    let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "left the team"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/disable", &form).await;
    set_mode(&house, "approved").await;
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
    assert_eq!(entries(&house, "policy_stopped").await.len(), 1);
}

/// Somebody closed registrations in Mastodon after the form was shown: saving it does not open them again.
#[tokio::test]
async fn what_a_form_did_not_show_is_not_dropped_by_it() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let owner = house.sign_in("owner").await;
    switched_on(&house, &owner, &[], "").await;
    look(&house).await;
    let shown = house.get(Some(&owner), PAGE).await;
    set_mode(&house, "none").await;
    house.app.clock.advance(MINUTE);
    for seen in [false, true] {
        if seen {
            look(&house).await;
        }
        for (form, fields) in [
            ("policy", without_rules("UTC", "60", "")),
            ("policy-switch", vec![("on", "true")]),
            ("hold", vec![("mode", "approved")]),
            ("release", vec![]),
        ] {
            let saved = send_as_shown(&house, &owner, &shown, form, &fields).await;
            assert_eq!(saved.status, StatusCode::CONFLICT, "{form}: {}", saved.body);
            assert!(saved.body.contains("set registrations to “closed”"), "{form}: {}", saved.body);
        }
    }
    house.app.clock.advance(50 * MINUTE);
    look(&house).await;
    let owner = house.sign_in("owner").await;
    assert_eq!(mode(&house).await, "none");
    // Whoever sees it and saves lets the policy decide.
    let shown = house.get(Some(&owner), PAGE).await;
    let saved = send_as_shown(&house, &owner, &shown, "policy", &without_rules("UTC", "60", "")).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    house.app.clock.advance(2 * HOUR);
    look(&house).await;
    assert_eq!(mode(&house).await, "approved");
}

/// A form of an older version is refused with what was changed meanwhile, by whom; what was typed is kept.
#[tokio::test]
async fn a_form_of_an_older_version_says_what_changed_since() {
    let house = still_house(sqlite().await).await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    switched_on(&house, &owner, &[], "").await;
    let shown = house.get(Some(&owner), PAGE).await;
    let other = send(&house, &admin, "policy", &without_rules("UTC", "90", "")).await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.body);
    let late = send_as_shown(&house, &owner, &shown, "policy", &without_rules("UTC", "45", "")).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.body.contains("admin changed the registrations policy"), "{}", late.body);
    assert!(late.body.contains("minutes between changes: 60 → 90"), "{}", late.body);
    assert!(late.body.contains("value=\"45\""), "what was typed is kept: {}", late.body);
}

/// The change and its end are one entry and one row: there is no moment in which the one stands without the other.
#[tokio::test]
async fn a_change_and_its_end_stand_or_fall_together() {
    for kept in [sqlite().await, postgres().await] {
        let house = a_friday_afternoon(kept).await;
        let admin = house.sign_in("admin").await;
        let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
        let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
        let form = [
            ("instance", "harbour"),
            ("mode", "open"),
            ("message", "Back on Monday."),
            ("why", "a fair"),
            ("seen", seen.as_str()),
            ("until", "2077-05-10T08:00"),
            ("then", "approved"),
            ("back", "/i/harbour/registrations"),
        ];
        // Where its end cannot be kept nothing is opened.
        let (make, drop) = match &house.store.store.driver {
            howdah::store::Driver::Sqlite(_) => (
                "create trigger not_yours before insert on policies begin select raise(abort, 'no'); end",
                "drop trigger not_yours",
            ),
            howdah::store::Driver::Postgres(_) => (
                "create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$; \
                 create trigger not_yours before insert on policies for each row execute function no()",
                "drop trigger not_yours on policies; drop function no()",
            ),
        };
        sql(&house.app.store, make).await.unwrap();
        let refused = house.sent(&admin, "/api/registrations/set", &form).await;
        assert!(!refused.status.is_success(), "{}", refused.body);
        assert_eq!(mode(&house).await, "approved", "no change without its end");
        sql(&house.app.store, drop).await.unwrap();
        house.app.ledger.examine().await.unwrap();

        let done = house.sent(&admin, "/api/registrations/set", &form).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(mode(&house).await, "open");
        let planned = entries(&house, "change_policy").await;
        let planned: Vec<_> = planned.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        let [planned] = planned.as_slice() else { panic!("{planned:?}") };
        let what = record::line(planned, "admin").what;
        assert!(what.contains("“open” until 2077-05-10 08:00"), "one entry names both: {what}");
        let set = entries(&house, "set_registrations").await;
        assert_eq!(set.len(), 1);
        let bound = &set[0].leaf["facts"]["policy"];
        assert_eq!((&bound["rule"], &bound["version"]), (&"hold".into(), &planned.leaf["facts"]["version"]));
        let message: String =
            sqlx::query_scalar("select value from settings where var = 'closed_registrations_message'")
                .fetch_one(&house.instance)
                .await
                .unwrap();
        assert!(message.contains("Back on Monday."), "{message}");
        // The process may end at any moment from here on.
        to(&house, "2077-05-10T08:00:05Z");
        look(&house).await;
        assert_eq!(mode(&house).await, "approved");
        assert_eq!(house.open_deeds().await, 0);
        // Closing, which goes on also while the store is in doubt, is no exception to that.
        let mut closing = form;
        (closing[1], closing[5]) = (("mode", "none"), ("until", "2077-05-17T08:00"));
        let admin = house.sign_in("admin").await;
        let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
        let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
        closing[4] = ("seen", &seen);
        sql(&house.app.store, make).await.unwrap();
        let refused = house.sent(&admin, "/api/registrations/set", &closing).await;
        assert!(!refused.status.is_success(), "{}", refused.body);
        assert_eq!(mode(&house).await, "approved", "no change without its end");
    }
}

/// The state that the person saw counts: what was changed meanwhile is not overwritten by a change with an end either.
#[tokio::test]
async fn a_change_with_an_end_is_refused_where_the_state_is_another() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
    set_mode(&house, "none").await;
    let until = words_of(house.app.clock.now().plus(DAY));
    let form = [
        ("instance", "harbour"),
        ("mode", "open"),
        ("message", ""),
        ("why", "a fair"),
        ("seen", seen.as_str()),
        ("until", until.as_str()),
        ("then", "approved"),
        ("back", "/i/harbour/registrations"),
    ];
    let stale = house.sent(&admin, "/api/registrations/set", &form).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    assert_eq!(mode(&house).await, "none");
    look(&house).await;
    assert_eq!(mode(&house).await, "none", "nothing is held");
}

/// A time as a form has it, by UTC.
fn words_of(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap().to_string().chars().take(16).collect()
}

/// Closing is the one thing that goes on while the record is in doubt; the press of emergency is such a closing, and so is the
/// hold that keeps it.
#[tokio::test]
async fn an_emergency_closes_while_the_audit_log_contradicts_itself() {
    for (kept, contradict) in [
        (sqlite().await, "delete from ledger_entries where idx = 1"),
        (postgres().await, "delete from ledger_entries where idx = 1"),
        (sqlite().await, "update ledger_head set root = 'nothing'"),
        (postgres().await, "update ledger_head set root = 'nothing'"),
    ] {
        let house = still_house(kept).await;
        set_mode(&house, "approved").await;
        let admin = house.sign_in("admin").await;
        switched_on(&house, &admin, &[], "").await;
        house.app.ledger.checkpoint().await.unwrap();
        crate::engine::past_triggers(&house.app.store.driver, contradict).await.unwrap();
        house.app.ledger.verify(&[]).await.map(drop).unwrap_or_default();
        house.app.ledger.examine().await.unwrap();
        assert!(house.app.ledger.contradiction().is_some(), "{contradict}");
        let version = version(&house.get(Some(&admin), PAGE).await);
        let about = [("instance", "harbour"), ("version", version.as_str()), ("back", PAGE), ("why", "a wave")];
        let off = house.sent(&admin, "/api/registrations/policy-switch", &about).await;
        assert_eq!(off.status, StatusCode::SERVICE_UNAVAILABLE, "{contradict}: {}", off.body);
        let pressed = house.sent(&admin, "/api/registrations/emergency", &about).await;
        assert_eq!(pressed.status, StatusCode::OK, "{contradict}: {}", pressed.body);
        assert_eq!(mode(&house).await, "none", "{contradict}");
        // What is held is held.
        set_mode(&house, "open").await;
        house.app.clock.advance(MINUTE);
        look(&house).await;
        assert_eq!(mode(&house).await, "none", "{contradict}");
    }
}

/// Where even the hold cannot be kept the doors are closed all the same, and that it is not held is said.
#[tokio::test]
async fn an_emergency_closes_where_no_hold_can_be_kept() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    sql(&house.app.store, "create trigger not_yours before insert on policies begin select raise(abort, 'no'); end")
        .await
        .unwrap();
    let pressed = send(&house, &admin, "emergency", &[]).await;
    assert_eq!(mode(&house).await, "none", "{}", pressed.body);
    assert!(pressed.body.contains("Registrations are closed (entry"), "{}", pressed.body);
    assert!(pressed.body.contains("not held"), "{}", pressed.body);
}

/// A process that died while it was at a policy keeps nobody waiting who presses emergency.
#[tokio::test]
async fn a_claim_of_a_dead_process_delays_no_emergency() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        set_mode(&house, "approved").await;
        let admin = house.sign_in("admin").await;
        switched_on(&house, &admin, &[], "").await;
        let now = house.app.clock.now();
        assert!(policies::CLAIMS.take(&house.app.store, "harbour", "dead", now).await.unwrap());
        let pressed = send(&house, &admin, "emergency", &[]).await;
        assert_eq!((pressed.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", pressed.body);
        // The other one was only slow: what it looked at is another version by now.
        look_at_policies(&house.app, "dead").await.unwrap();
        assert_eq!((mode(&house).await.as_str(), entries(&house, "set_registrations").await.len()), ("none", 1));
    }
}

/// Who pressed a moment after a colleague saved the policy is not sent away.
#[tokio::test]
async fn an_emergency_asks_for_no_version() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    let shown = house.get(Some(&admin), PAGE).await;
    switched_on(&house, &admin, &[], "").await;
    let pressed = send_as_shown(&house, &admin, &shown, "emergency", &[]).await;
    assert_eq!((pressed.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", pressed.body);
}

/// The zone of a policy is found as everywhere: by former names too, whatever the case.
#[tokio::test]
async fn a_zone_of_a_policy_goes_by_its_other_names_too() {
    let house = still_house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for (typed, called) in [
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("europe/kiev", "Europe/Kyiv"),
        ("europe/berlin", "Europe/Berlin"),
        ("US/Pacific", "America/Los_Angeles"),
        (" utc ", "UTC"),
    ] {
        let saved = send(&house, &owner, "policy", &without_rules(typed, "60", "Mon 08:00 approval")).await;
        assert_eq!(saved.status, StatusCode::OK, "{typed}: {}", saved.body);
        let page = house.get(Some(&owner), &format!("{PAGE}?change=rules")).await;
        assert!(hidden(&page, "version").parse::<i64>().is_ok());
        assert!(page.body.contains(&format!("value=\"{called}\"")), "{typed}: {}", page.body);
        assert!(!page.body.contains("doesn’t know the time zone"), "{typed}");
    }
    for unknown in ["Mars/Base", "", "Europe/", "+02:00"] {
        let refused = send(&house, &owner, "policy", &without_rules(unknown, "60", "")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{unknown}: {}", refused.body);
        assert!(refused.body.contains("No time zone has this name"), "{unknown}: {}", refused.body);
    }
    // One that was stored by a former name still has its week.
    let slot = |day, mode| Slot { day, minute: 480, mode };
    let week = vec![slot(0, RegistrationsMode::Approved), slot(4, RegistrationsMode::None)];
    let policy = Policy { on: true, zone: "Europe/Kiev".to_owned(), week, ..Policy::default() };
    let house = still_house(sqlite().await).await;
    keep(&house, policy, PolicyState::default()).await;
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), PAGE).await.body;
    assert!(!page.contains("doesn’t know the time zone") && page.contains("EEST"), "{page}");
}

/// The message of the instance as it is stored.
async fn message(house: &House) -> String {
    sqlx::query_scalar("select value from settings where var = 'closed_registrations_message'")
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

/// The reason that visitors read is the one of now; what somebody wrote in its place stays.
#[tokio::test]
async fn the_message_is_written_anew_when_only_the_cause_changes() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    to(&house, "2077-05-07T14:30:00Z");
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[("sign_ups_hour", "30", "10", "none")], "Fri 18:00 closed\nMon 08:00 approval").await;
    look(&house).await;
    wave(&house, 40).await;
    house.app.clock.advance(MINUTE);
    look(&house).await;
    assert!(message(&house).await.contains("many people signed up at once"), "{}", message(&house).await);
    // Not within the pause between two changes, and once after it.
    to(&house, "2077-05-07T17:00:00Z");
    for _ in 0..2 {
        look(&house).await;
        house.app.clock.advance(MINUTE);
    }
    let said = message(&house).await;
    assert!(said.contains("at this time of the week") && said.contains("Mon 10 May 2077, 08:00"), "{said}");
    let set = entries(&house, "set_registrations").await;
    assert_eq!(set.len(), 2, "once");
    assert!(record::line(&set[0], "").what.contains("message to visitors"), "{}", record::line(&set[0], "").what);
    // What somebody wrote over it is theirs.
    sqlx::query("update settings set value = '--- Ours.' where var = 'closed_registrations_message'")
        .execute(&house.instance)
        .await
        .unwrap();
    wave(&house, 50).await;
    house.app.clock.advance(2 * HOUR);
    wave(&house, 60).await;
    look(&house).await;
    assert!(message(&house).await.contains("Ours."), "{}", message(&house).await);
}

/// Days without anybody outlive every session; where nothing tells, it stays unknown.
#[tokio::test]
async fn days_without_anybody_in_the_console_are_counted() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        set_mode(&house, "approved").await;
        let admin = house.sign_in("admin").await;
        switched_on(&house, &admin, &[("away", "2880", "1440", "none")], "").await;
        look(&house).await;
        // Another page, some minutes later.
        house.app.clock.advance(20 * MINUTE);
        house.get(Some(&admin), "/i/harbour").await;
        let last = house.app.clock.now();
        for (days, closed) in [(1, false), (1, true), (3, true)] {
            house.app.clock.advance(days * DAY + HOUR);
            let now = house.app.clock.now();
            howdah::store::web_sessions::delete_expired(&house.app.store, now.plus(-DAY)).await.unwrap();
            look(&house).await;
            assert_eq!(mode(&house).await == "none", closed, "{} h", now.since(last) / HOUR);
        }
        let closed = &entries(&house, "set_registrations").await[0];
        assert_eq!(
            closed.leaf["facts"]["policy"]["inputs"][0],
            serde_json::json!(["away", (2 * DAY + 2 * HOUR) / MINUTE])
        );
        // Somebody is back.
        let admin = house.sign_in("admin").await;
        house.get(Some(&admin), "/i/harbour").await;
        house.app.clock.advance(2 * HOUR);
        look(&house).await;
        assert_eq!(mode(&house).await, "approved");
    }
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let rules = vec![howdah::nouns::policies::Rule {
        measure: howdah::nouns::policies::Measure::Away,
        enter: 10,
        leave: 5,
        to: RegistrationsMode::None,
    }];
    keep(&house, Policy { on: true, rules, ..Policy::default() }, PolicyState::default()).await;
    house.app.clock.advance(9 * DAY);
    look(&house).await;
    assert_eq!(
        mode(&house).await,
        "approved",
        "nobody ever was here, as far as is known: that is unknown, and not long ago"
    );
}

/// Days without a decision are known whatever registrations are, a policy's own change is none, and a decision ends the rule.
#[tokio::test]
async fn days_without_a_decision_close_and_a_decision_opens() {
    let house = a_friday_afternoon(sqlite().await).await;
    let logged = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&house.instance).await.unwrap();
    };
    logged("update admin_action_logs set created_at = timestamp '2077-05-05 13:00:00'").await;
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[("idle", "7", "3", "none")], "").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "two days are not seven");
    house.app.clock.advance(6 * DAY);
    look(&house).await;
    assert_eq!(mode(&house).await, "none", "eight days, while registrations were on approval");
    let closed = &entries(&house, "set_registrations").await[0];
    assert_eq!(closed.leaf["facts"]["policy"]["inputs"][0], serde_json::json!(["idle", 8]));
    // Its own change shows nobody.
    house.app.clock.advance(3 * HOUR);
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("the last moderation action is 8 days old"), "{page}");
    logged("update admin_action_logs set created_at = timestamp '2077-05-13 15:00:00' where id = (select max(id) from admin_action_logs)").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "somebody is back");
    // Where all that is looked through is the console's own, it is at least as long as that reaches back, and no shorter.
    logged(
        "update admin_action_logs set account_id = (select u.account_id from oauth_access_tokens t \
         join users u on u.id = t.resource_owner_id limit 1), created_at = timestamp '2077-05-12 15:00:00'",
    )
    .await;
    house.app.clock.advance(3 * HOUR);
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "a day of log says nothing of a week");
    logged("update admin_action_logs set created_at = timestamp '2077-04-12 15:00:00'").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "none", "a month of it does");
}

/// A policy goes by no decision that was altered.
#[tokio::test]
async fn an_altered_decision_moves_no_policy() {
    let house = a_friday_afternoon(sqlite().await).await;
    sqlx::raw_sql("update admin_action_logs set created_at = timestamp '2077-04-05 13:00:00'")
        .execute(&house.instance)
        .await
        .unwrap();
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let (account, reports) = house.case("lantern_fell").await;
    let form = [
        ("instance", "harbour"),
        ("account", &account),
        ("decision", "resolve"),
        ("reports", &reports),
        ("state", crate::support::NO_SANCTION),
        ("why", "a test"),
        ("back", "/i/harbour/reports"),
    ];
    let decided = house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert!(decided.location.clone().unwrap_or_default().contains("done="), "{:?}", decided.location);
    switched_on(&house, &admin, &[("idle", "7", "3", "none")], "").await;
    look(&house).await;
    assert_eq!(mode(&house).await, "approved", "somebody has just decided");
    let entry = entries(&house, "decide_case").await[0].clone();
    let (at, older) = (entry.at.0.to_string(), entry.at.plus(-20 * DAY).0.to_string());
    let bent = format!(
        "update ledger_entries set leaf = replace(leaf, '\"at\":\"{at}\"', '\"at\":\"{older}\"') where idx = {}",
        entry.index
    );
    crate::engine::past_triggers(&house.app.store.driver, &bent).await.unwrap();
    house.app.clock.advance(3 * HOUR);
    assert!(look_at_policies(&house.app, "a process").await.is_err());
    assert_eq!(mode(&house).await, "approved");
}

/// The role of whom it acts for changes between two looks: it stops before it does anything more, and says so once, however many
/// processes look.
#[tokio::test]
async fn it_stops_with_the_role_of_whom_it_acts_for() {
    let house = still_house(postgres().await).await;
    set_mode(&house, "approved").await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    switched_on(&house, &admin, &[("sign_ups_hour", "30", "10", "none")], "").await;
    look(&house).await;
    let form = [
        ("operator", "01admin"),
        ("role", "moderator"),
        ("seen", "admin"),
        ("why", "another desk"),
        ("back", "/people"),
    ];
    let changed = house.sent(&owner, "/api/people/role", &form).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    wave(&house, 40).await;
    let keys = Keys::from_secret([7; 32]);
    let other = cli::assemble(house.config.clone(), house.app.clock.clone(), keys, house.store.store.clone()).unwrap();
    for instance in other.instances.values() {
        instance.probe(other.clock.now()).await;
    }
    house.app.clock.advance(MINUTE);
    house.look().await;
    let (one, two) = tokio::join!(look_at_policies(&house.app, "one"), look_at_policies(&other, "two"));
    one.unwrap();
    two.unwrap();
    look_at_policies(&other, "two").await.unwrap();
    assert_eq!(mode(&house).await, "approved");
    let stopped = entries(&house, "policy_stopped").await;
    assert_eq!(stopped.len(), 1, "once");
    assert!(stopped[0].leaf["facts"]["why"].as_str().unwrap().contains("may no longer do this"), "{}", stopped[0].leaf);
    assert!(entries(&house, "set_registrations").await.is_empty());
}

/// Who did it is told as it was: the policy, and for whom; its entry has words and no fields.
#[tokio::test]
async fn what_a_policy_did_is_told_as_its_own() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[("sign_ups_hour", "30", "10", "none")], "").await;
    wave(&house, 40).await;
    look(&house).await;
    let owner = house.sign_in("owner").await;
    let set = entries(&house, "set_registrations").await[0].index;
    let changed = entries(&house, "change_policy").await[0].index;
    for page in ["/audit".to_owned(), "/i/harbour/registrations".to_owned(), format!("/audit/{set}")] {
        let body = house.get(Some(&owner), &page).await.body;
        assert!(body.contains("the policy, for admin"), "{page}: {body}");
    }
    let shown = |body: String| body.split("<pre").next().unwrap().to_owned();
    let entry = shown(house.get(Some(&owner), &format!("/audit/{set}")).await.body);
    assert!(entry.contains("rule of the policy") && entry.contains("Sign-ups in an hour"), "{entry}");
    let entry = entry + &shown(house.get(Some(&owner), &format!("/audit/{changed}")).await.body);
    for raw in ["sign_ups_hour", "{&quot;", "\"inputs\"", "recommended_servers"] {
        assert!(!entry.contains(raw), "{raw}: {entry}");
    }
}

/// From each page of one there is a way to everything about it, for those who read all of the log.
#[tokio::test]
async fn a_timeline_is_reached_from_the_page_of_each() {
    let house = crate::support::house(sqlite().await).await;
    let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
    let (account, _) = house.case("windvane").await;
    for (page, query) in [
        (format!("/i/harbour/reports/{account}"), format!("account={account}&amp;instance=harbour")),
        (format!("/i/harbour/accounts/{account}"), format!("account={account}&amp;instance=harbour")),
        (
            "/i/harbour/federation/server?name=quay.example".to_owned(),
            "server=quay.example&amp;instance=harbour".to_owned(),
        ),
        ("/people".to_owned(), "who=01moderator".to_owned()),
    ] {
        let link = format!("/audit/timeline?{query}\"");
        let body = house.get(Some(&owner), &page).await.body;
        assert!(body.contains(&link), "{page} {link}: {body}");
        let body = house.get(Some(&moderator), &page).await.body;
        assert!(!body.contains("/audit/timeline"), "{page}");
        let to = link.trim_end_matches('"').replace("&amp;", "&");
        let timeline = house.get(Some(&owner), &to).await;
        assert!(timeline.status == StatusCode::OK && timeline.body.contains("Timeline of"), "{}", timeline.body);
    }
}

/// Placeholders are explained where they are typed, and what is typed is shown filled in before it is saved.
#[tokio::test]
async fn a_message_is_seen_filled_in_before_it_is_saved() {
    let house = still_house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &format!("{PAGE}?change=rules")).await.body;
    for (name, means) in [("{reason}", "why it is closed"), ("{opens}", "when sign-ups open again")] {
        assert!(page.contains(&format!("<code>{name}")) && page.contains(means), "{name}: {page}");
    }
    let mut fields = without_rules("Europe/Berlin", "60", "Fri 18:00 closed\nMon 08:00 approval");
    fields.extend([("message", "Shut: {reason}."), ("access", ""), ("servers", ""), ("preview", "1")]);
    let shown = send(&house, &owner, "policy", &fields).await;
    assert!(shown.body.contains("Nothing is saved yet") && shown.body.contains("As you typed it"), "{}", shown.body);
    assert!(shown.body.contains("<p>Shut: "), "filled in: {}", shown.body);
    assert!(entries(&house, "change_policy").await.is_empty());
}

/// Where the instance is away an emergency is held all the same, is not said to be done, and closes as soon as it is back.
#[tokio::test]
async fn an_emergency_is_held_while_the_instance_is_away() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    let admin = house.sign_in("admin").await;
    switched_on(&house, &admin, &[], "").await;
    let version = version(&house.get(Some(&admin), PAGE).await);
    let form = [("instance", "harbour"), ("version", version.as_str()), ("back", "/people"), ("why", "a wave")];
    sqlx::raw_sql("alter table settings rename to gone").execute(&house.instance).await.unwrap();
    let pressed = house.sent(&admin, "/api/registrations/emergency", &form).await;
    assert!(!pressed.status.is_success(), "{}", pressed.body);
    assert!(pressed.body.contains("Held at “closed” from now on (entry"), "{}", pressed.body);
    // Whoever comes now is told so, though the instance still says the former.
    house.app.clock.advance(1_000);
    house.app.instances.values().next().unwrap().probe(house.app.clock.now()).await;
    let overview = crate::seen::text(&house.get(Some(&admin), "/i/harbour").await.body);
    assert!(overview.contains("held at “closed”, and not set yet"), "{overview}");
    sqlx::raw_sql("alter table gone rename to settings").execute(&house.instance).await.unwrap();
    assert_eq!(mode(&house).await, "approved");
    house.app.clock.advance(2 * MINUTE);
    look(&house).await;
    assert_eq!(mode(&house).await, "none");
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
        // Nor where the key of its words is away: what was set stands in clear, under the sealed head.
        for text in ["create table keys_were as select * from ledger_keys", "delete from ledger_keys", PUT_BACK] {
            sql(&house.app.store, text).await.unwrap();
        }
        for _ in 0..3 {
            house.app.clock.advance(2 * HOUR);
            look(&house).await;
            assert_eq!(mode(&house).await, "none", "somebody closed it by hand");
        }
        sql(&house.app.store, "insert into ledger_keys select * from keys_were").await.unwrap();
        // Whoever hides the entry as well is not believed either.
        sql(&house.app.store, PUT_BACK).await.unwrap();
        let hidden = "update ledger_entries set deed = 'x' where deed = 'set_registrations' and idx = \
            (select max(idx) from ledger_entries where deed = 'set_registrations' and kind = 'intent')";
        crate::engine::past_triggers(&house.app.store.driver, hidden).await.unwrap();
        house.app.clock.advance(2 * HOUR);
        assert!(look_at_policies(&house.app, "a process").await.is_err());
        assert_eq!(mode(&house).await, "none", "somebody closed it by hand");
    }
}

/// … also where the outcomes of what was set since say by now that nothing came of it.
#[tokio::test]
async fn what_was_closed_by_hand_stays_closed_where_outcomes_were_altered() {
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
        house.sent(&owner, "/api/registrations/set", &form).await;
        assert_eq!(mode(&house).await, "none");
        sql(&house.app.store, PUT_BACK).await.unwrap();
        let bent = "update ledger_entries set leaf = replace(leaf, '\"outcome\":\"succeeded\"', '\"outcome\":\"failed\"') \
            where deed = 'set_registrations' and kind = 'outcome'";
        crate::engine::past_triggers(&house.app.store.driver, bent).await.unwrap();
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

/// An emergency waits for nobody who is at the setting: not for an action of a process that died, whose lease may run for long.
#[tokio::test]
async fn an_action_of_a_dead_process_delays_no_emergency() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        set_mode(&house, "approved").await;
        let admin = house.sign_in("admin").await;
        switched_on(&house, &admin, &[], "").await;
        let instance: howdah::id::InstanceName = "harbour".parse().unwrap();
        let owner = crate::ledger::actor(howdah::access::Role::Owner);
        let permission = howdah::access::Permission::CloseRegistrations;
        let permit = howdah::access::permit(&owner, permission, Some(&instance)).unwrap();
        let deed = howdah::deeds::SetRegistrations {
            instance,
            mode_before: vec![],
            message_before: vec![],
            mode_after: RegistrationsMode::None,
            message_after: String::new(),
            by: None,
            pressed: false,
        };
        let acting = howdah::ledger::Acting::Console;
        drop(house.app.ledger.open(permit, deed, "a test", acting, howdah::ledger::Mark::default()).await.unwrap());
        let left =
            format!("update open_deeds set lease = 'dead', lease_until = {}", house.app.clock.now().plus(MINUTE).0);
        sql(&house.store.store, &left).await.unwrap();
        // Whoever sets it by hand is told that somebody else is at it.
        let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
        let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
        let form = [
            ("instance", "harbour"),
            ("mode", "none"),
            ("message", ""),
            ("why", "a test"),
            ("seen", &*seen),
            ("back", PAGE),
        ];
        let by_hand = house.sent(&admin, "/api/registrations/set", &form).await;
        assert_eq!(
            (by_hand.status, mode(&house).await.as_str()),
            (StatusCode::CONFLICT, "approved"),
            "{}",
            by_hand.body
        );
        let pressed = send(&house, &admin, "emergency", &[]).await;
        assert_eq!((pressed.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", pressed.body);
        let closed = entries(&house, "set_registrations").await.remove(0);
        assert_eq!(closed.outcome, Some(Outcome::Succeeded));
        assert_eq!(house.open_deeds().await, 1, "what was left is closed by reading");
    }
}

/// What somebody set in Mastodon past a policy holds, also where what the policy remembers of it is put back as it was before.
#[tokio::test]
async fn what_was_set_past_a_policy_is_not_forgotten_with_its_memory() {
    for kept in [sqlite().await, postgres().await] {
        let house = still_house(kept).await;
        set_mode(&house, "none").await;
        // Closed at night, by the policy itself: nobody set that past it.
        to(&house, "2026-11-30T21:00:00Z");
        let owner = house.sign_in("owner").await;
        switched_on(&house, &owner, &[], "Mon 08:00 approval\nMon 20:00 closed\nTue 08:00 approval\nTue 20:00 closed")
            .await;
        look(&house).await;
        assert_eq!(mode(&house).await, "none");
        let copy = "create table was as select * from policies";
        sql(&house.store.store, copy).await.unwrap();
        let put_back = async || {
            let text = "update policies set state = (select state from was), mac = (select mac from was), entry = (select entry from was)";
            sql(&house.store.store, text).await.unwrap();
        };
        // In the morning it opens, and somebody closes it by hand in Mastodon.
        to(&house, "2026-12-01T07:01:00Z");
        look(&house).await;
        assert_eq!(mode(&house).await, "approved");
        to(&house, "2026-12-01T09:00:00Z");
        for noticed in [false, true] {
            set_mode(&house, "none").await;
            if noticed {
                look(&house).await;
            }
            put_back().await;
            for _ in 0..3 {
                house.app.clock.advance(2 * HOUR);
                look(&house).await;
                assert_eq!(mode(&house).await, "none", "noticed before: {noticed}");
            }
        }
        let noted = entries(&house, "policy_passed").await;
        assert!(!noted.is_empty() && noted.len() <= 3, "{}", noted.len());
        let owner = house.sign_in("owner").await;
        let page = house.get(Some(&owner), "/audit").await.body;
        assert!(page.contains("past the policy, which opens no further by itself"), "{page}");
    }
}

/// Rules as they are typed: replayed without being saved, and given back whole. Nothing else stands on their page that could lose
/// them.
#[tokio::test]
async fn what_is_typed_is_replayed_and_comes_back() {
    let house = a_friday_afternoon(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let week = "Fri 18:00 closed\nMon 08:00 approval";
    let mut fields = without_rules("Europe/Berlin", "45", week);
    fields.retain(|(name, _)| !["measure[]", "enter[]", "leave[]", "to[]"].contains(name));
    for name in RULES {
        let enter = if name == "sign_ups_hour" { "31" } else { "" };
        fields.extend([("measure[]", name), ("enter[]", enter), ("leave[]", enter), ("to[]", "none")]);
    }
    fields.push(("preview", "replay"));
    let typed = send(&house, &admin, "policy", &fields).await;
    assert_eq!(typed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", typed.body);
    for says in [
        "The policy would have changed registrations",
        "Nothing is saved yet",
        "value=\"31\"",
        "value=\"18:00\"",
        "value=\"45\"",
    ] {
        assert!(typed.body.contains(says), "{says}: {}", typed.body);
    }
    assert!(typed.body.contains("weekly schedule") && typed.body.contains("value=\"Fri\" selected"), "{}", typed.body);
    for form in ["hold", "emergency", "policy-switch", "release"] {
        assert!(!typed.body.contains(&format!("/api/registrations/{form}\"")), "{form} would lose it: {}", typed.body);
    }
    assert_eq!(version(&typed), "0", "nothing was saved");
    // What does not hold says which field, and is replayed no more than saved.
    fields.extend(rows("Tue sometimes open"));
    let wrong = send(&house, &admin, "policy", &fields).await;
    assert!(wrong.body.contains("Enter a time like 08:00.") && wrong.body.contains("value=\"31\""), "{}", wrong.body);
    assert!(!wrong.body.contains("The policy would have changed"), "{}", wrong.body);
    // The page itself has no form of the rules, and the way to it.
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("?change=rules") && !page.contains("name=\"day[]\""), "{page}");
    let page = house.get(Some(&admin), &format!("{PAGE}?change=rules")).await.body;
    assert!(page.contains("name=\"day[]\"") && page.contains("Add a rule") && page.contains("Off: "), "{page}");
}

#[tokio::test]
async fn turning_it_on_says_what_it_does_at_once() {
    let house = still_house(sqlite().await).await;
    set_mode(&house, "approved").await;
    // A Friday evening in Berlin.
    to(&house, "2077-05-07T17:36:00Z");
    let admin = house.sign_in("admin").await;
    let set =
        send(&house, &admin, "policy", &without_rules("Europe/Berlin", "60", "Fri 18:00 closed\nMon 08:00 approval"))
            .await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("Closes registrations now, until Mon 10 May 2077, 08:00 CEST: weekly schedule."), "{page}");
    assert!(
        page.contains("Turn the policy on and close registrations") && page.contains("name=\"at_once\" value=\"none\"")
    );
    // It was another thing that somebody was told.
    let late = send(&house, &admin, "policy-switch", &[("on", "true"), ("at_once", "nothing")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.body.contains("Closes registrations now, until Mon 10 May") && mode(&house).await == "approved");
    let on = send(&house, &admin, "policy-switch", &[("on", "true"), ("at_once", "none")]).await;
    assert_eq!((on.status, mode(&house).await.as_str()), (StatusCode::OK, "none"), "{}", on.body);
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    assert!(page.contains("The policy is on. Planned next: approval required, Mon 10 May 2077, 08:00 CEST."), "{page}");
    // On a Tuesday nothing changes by it.
    let off = send(&house, &admin, "policy-switch", &[("on", "false")]).await;
    assert!(off.status == StatusCode::OK && mode(&house).await == "none", "{}", off.body);
    to(&house, "2077-05-11T10:00:00Z");
    set_mode(&house, "approved").await;
    look(&house).await;
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("Changes nothing now: registrations stay “approval required”, until Fri 14 May"), "{page}");
}

/// The end of a hold is by the clock of whoever typed it, and told by that of whoever reads.
#[tokio::test]
async fn an_end_is_typed_in_the_zone_in_which_it_is_shown() {
    let house = a_friday_afternoon(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let set = send(&house, &admin, "policy", &without_rules("America/New_York", "60", "")).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let hold = [("mode", "none"), ("until", "2077-05-10T08:00"), ("then", "approved")];
    let wrong = send(&house, &admin, "hold", &[hold.as_slice(), &[("zone", "Nowhere/Land")]].concat()).await;
    assert!(wrong.body.contains("doesn’t know the time zone Nowhere/Land"), "{}", wrong.body);
    let held = send(&house, &admin, "hold", &[hold.as_slice(), &[("zone", "Europe/Berlin")]].concat()).await;
    assert_eq!(held.status, StatusCode::OK, "{}", held.body);
    assert!(held.body.contains("datetime=\"2077-05-10T06:00:00Z\""), "{}", held.body);
    let page = house.get(Some(&admin), PAGE).await.body;
    assert!(page.contains("data-zone-field") && !page.contains("the schedule is in"), "{page}");
    // What is held comes back as it would be typed, in a zone that no browser puts another for.
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    assert!(page.contains("name=\"until\" value=\"2077-05-10T02:00\""), "{page}");
    assert!(page.contains("name=\"zone\" value=\"America/New_York\"") && !page.contains("data-zone-field"), "{page}");
}

/// Whoever corrects what visitors read while something is held, and leaves the rest of the form as it stands, ends nothing.
#[tokio::test]
async fn a_correction_of_the_message_keeps_what_is_held() {
    let house = a_friday_afternoon(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let here = "/i/harbour/registrations";
    let save = async |message: &str, until: Option<&str>| {
        let shown = house.get(Some(&admin), here).await;
        let seen = hidden(&shown, "seen").replace("&quot;", "\"");
        let (end, zone) = (hidden(&shown, "until"), hidden(&shown, "zone"));
        let then = shown.body.split("name=\"then\"").nth(1).unwrap().split("</select>").next().unwrap();
        let then = then.split("<option").find(|option| option.contains(" selected")).unwrap_or_default();
        let then = then.split("value=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default();
        let fields = [
            ("instance", "harbour"),
            ("mode", "none"),
            ("message", message),
            ("why", "a test"),
            ("seen", &seen),
            ("until", until.unwrap_or(&end)),
            ("zone", &zone),
            (
                "then",
                if until == Some("") {
                    ""
                } else if until.is_some() {
                    "approved"
                } else {
                    then
                },
            ),
            ("back", here),
        ];
        let saved = house.sent(&admin, "/api/registrations/set", &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        saved.body
    };
    save("Back on Monday.", Some("2077-05-10T08:00")).await;
    let page = save("Back on Monday, at eight.", None).await;
    assert!(page.contains("Held at “closed” now. Saving without an end ends the hold."), "{page}");
    let shown = crate::seen::text(&page);
    assert!(shown.contains("Held at “closed” until 10 May 2077, 08:00:00 UTC, then approval required."), "{shown}");
    assert_eq!(mode(&house).await, "none");
    assert!(message(&house).await.contains("Back on Monday, at eight."), "it is set at once");
    // Whoever takes the end away ends the hold, as the form said; nothing is told of a policy that is off.
    let page = save("Back some day.", Some("")).await;
    assert!(page.contains("The policy is off.") && !page.contains("ends the hold"), "{page}");
    assert!(page.contains("ended the hold of registrations") && !page.contains("decide again"), "{page}");
}

/// Whoever closes in an emergency, on whatever screen, comes to its button before anything else of the page.
#[tokio::test]
async fn the_emergency_comes_first() {
    let house = still_house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), PAGE).await.body;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    for later in ["What it says now", "What comes next", "Hold registrations…", "History"] {
        assert!(at("Close registrations now") < at(later), "{later}");
    }
    let page = house.get(Some(&admin), "/i/harbour/registrations").await.body;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    assert!(at(&format!("href=\"{PAGE}#emergency\"")) < at("Change registrations"));
    // What visitors see is said before the form, too, and stands right after it.
    assert!(at("href=\"#state\"") < at("Change registrations") && at("id=\"state\"") < at("History"));
    // What is held closed already is let go next.
    let pressed = send(&house, &admin, "emergency", &[]).await.body;
    assert!(pressed.find("End the hold") < pressed.find("Close registrations now"), "{pressed}");
    let auditor = house.sign_in("auditor").await;
    let page = house.get(Some(&auditor), "/i/harbour/registrations").await.body;
    assert!(!page.contains("#emergency"), "who may not press it is not led there: {page}");
}

/// A policy that is off decides nothing, is on nobody's behalf, and is not told as if it did.
#[tokio::test]
async fn what_is_off_is_told_as_off() {
    let house = a_friday_afternoon(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let rules = without_rules("Europe/Berlin", "60", "Fri 18:00 closed\nMon 08:00 approval");
    let set = crate::seen::text(&send(&house, &admin, "policy", &rules).await.body);
    assert!(set.contains("Changed the registrations policy, which is off. Done and verified."), "{set}");
    assert!(set.contains("Nothing is planned: the policy is off."), "{set}");
    assert!(set.contains("Policyoff: nothing changes by itself") && !set.contains("On behalf of"), "{set}");
    let hold = [("mode", "none"), ("until", "2077-05-10T08:00"), ("then", "approved"), ("zone", "Europe/Berlin")];
    let held = crate::seen::text(&send(&house, &admin, "hold", &hold).await.body);
    assert!(held.contains("Heldclosed, by admin") && held.contains("End the hold"), "{held}");
    assert!(!held.contains("Let the policy decide") && !held.contains("On behalf of"), "{held}");
    let ended = crate::seen::text(&send(&house, &admin, "release", &[]).await.body);
    assert!(ended.contains("Ended the hold of registrations. Done and verified."), "{ended}");
}

/// The week is typed in rows: what is wrong is named at its field, nothing that was typed is lost, and a row can go again.
#[tokio::test]
async fn the_week_is_typed_in_rows() {
    let house = a_friday_afternoon(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), &format!("{PAGE}?change=rules")).await.body;
    assert!(page.contains("Times in UTC.") && page.matches("name=\"time[]\"").count() == 8, "{page}");
    // The row, the field beside which it is said, and what is said.
    for (row, part, said) in [
        (["", "08:00", "none"], "day[]", "Choose a day."),
        (["Mon", "", "none"], "time[]", "Enter a time like 08:00."),
        (["Mon", "24:00", "none"], "time[]", "Enter a time like 08:00."),
        (["Mon", "8:0", "none"], "time[]", "Enter a time like 08:00."),
        (["Mon", "+8:00", "none"], "time[]", "Enter a time like 08:00."),
        (["Mon", "08:00", ""], "mode[]", "Choose who can sign up from then on."),
        (["Fri", "18:00", "approved"], "time[]", "Fri 18:00 is in row 1 already."),
    ] {
        let mut fields = without_rules("Europe/Berlin", "60", "Fri 18:00 closed");
        fields.extend(rows(""));
        fields.extend([("day[]", ""), ("time[]", ""), ("mode[]", "")]);
        fields.extend([("day[]", row[0]), ("time[]", row[1]), ("mode[]", row[2])]);
        let wrong = send(&house, &admin, "policy", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{row:?}: {}", wrong.body);
        let week = wrong.body.split(">Weekly schedule<").nth(1).unwrap();
        let beside = week.split(said).next().unwrap();
        assert_eq!(beside.matches("<tr").count(), 4, "{row:?} is the third row of the week: {}", wrong.body);
        let field = beside.rfind(&format!("name=\"{part}\""));
        let others = ["day[]", "time[]", "mode[]"].map(|other| beside.rfind(&format!("name=\"{other}\"")));
        assert_eq!(Some(field), others.into_iter().max(), "{row:?}: {}", wrong.body);
        let again: Vec<&str> = wrong.body.split("aria-label=\"Row 3: ").skip(1).collect();
        assert!(again[1].contains(&format!("value=\"{}\"", row[1])), "{row:?}: {}", again[1]);
        for (field, typed) in [(0, row[0]), (2, row[2])] {
            let of_field = again[field].split("</select>").next().unwrap();
            assert_eq!(of_field.contains(&format!("value=\"{typed}\" selected")), !typed.is_empty(), "{of_field}");
        }
        assert!(wrong.body.contains("Times in Europe/Berlin.") && version(&wrong) == "0", "{}", wrong.body);
    }
    let mut fields = without_rules("Europe/Berlin", "60", "Fri 18:00 closed\nMon 08:00 approval");
    let saved = send(&house, &admin, "policy", &fields).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let table = saved.body.split("times in Europe/Berlin").nth(1).unwrap().split("</table>").next().unwrap();
    let said = crate::seen::text(table);
    for says in ["Mon 08:00Fri 18:00approval required", "Fri 18:00Mon 08:00closed"] {
        assert!(said.contains(says), "{says}: {said}");
    }
    fields.retain(|(name, _)| !["day[]", "time[]", "mode[]"].contains(name));
    fields.extend(rows("remove 08:00 approval\nFri 18:00 closed"));
    let removed = send(&house, &admin, "policy", &fields).await;
    assert_eq!(removed.status, StatusCode::OK, "{}", removed.body);
    let week = policies::of(&house.app.store, &"harbour".parse().unwrap()).await.unwrap().0.unwrap().policy.week;
    assert_eq!(week, [Slot { day: 4, minute: 18 * 60, mode: RegistrationsMode::None }]);
}

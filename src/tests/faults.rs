//! Bad luck: what the instance does wrong, what dies in the middle of a deed, who is quicker.

use crate::support::{Fault, House, Kept, NO_SANCTION, house, postgres, sqlite, until};
use axum::http::StatusCode;
use howdah::{
    jobs,
    ledger::{Filter, Outcome},
    store::Driver,
};
use std::time::Duration;

/// Limits an account by the form; what came of it.
async fn limit(house: &House, cookie: &str, username: &str) -> crate::support::Answered {
    let (account, reports) = house.case(username).await;
    house
        .post(
            Some(cookie),
            "/api/reports/decide",
            &[
                ("instance", "harbour"),
                ("account", &account),
                ("decision", "silence"),
                ("reports", &reports),
                ("state", NO_SANCTION),
                ("text", "some words to keep"),
                ("why", "a reason to keep"),
                ("back", "/i/harbour/reports"),
            ],
        )
        .await
}

async fn is_silenced(house: &House, username: &str) -> bool {
    sqlx::query_scalar("select silenced_at is not null from accounts where username = $1 and domain is null")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_deed_is_done_read_back_and_recorded() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let answer = limit(&house, &cookie, "windvane").await;
        let location = answer.location.unwrap();
        assert!(location.contains("done="), "{location}");
        assert!(is_silenced(&house, "windvane").await);
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test]
async fn whatever_the_instance_answers_the_deed_is_closed_and_the_words_are_kept() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for fault in [Fault::Limited, Fault::Elsewhere] {
        house.weather.set(fault);
        let answer = limit(&house, &cookie, "windvane").await;
        let location = answer.location.unwrap_or_default();
        assert!(location.contains("draft="), "{fault:?}: {location}");
        let (account, _) = house.case("windvane").await;
        let id = location.split("draft=").nth(1).unwrap();
        let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}?draft={id}")).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{fault:?}");
        assert!(page.body.contains("some words to keep") && page.body.contains("a reason to keep"), "{fault:?}");
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Failed), "{fault:?}");
        assert_eq!(house.open_deeds().await, 0, "{fault:?}");
    }
    assert!(!is_silenced(&house, "windvane").await);
}

#[tokio::test]
async fn a_deed_without_an_answer_stays_open_and_is_watched() {
    for fault in [Fault::Broken, Fault::Html, Fault::Halved, Fault::Endless, Fault::Trickling] {
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        house.weather.set(fault);
        let answer = limit(&house, &cookie, "windvane").await;
        let location = answer.location.unwrap_or_default();
        let page = house.get(Some(&cookie), &location).await;
        assert!(page.body.contains("the instance did not answer"), "{fault:?}: {location}");
        assert_eq!(house.outcome("decide_case").await, None, "{fault:?}: open until it is known");
        // Nobody may begin another deed about it meanwhile.
        house.weather.set(Fault::None);
        let writes = house.weather.writes();
        let second = limit(&house, &cookie, "windvane").await;
        assert!(second.location.unwrap_or_default().contains("draft="));
        assert_eq!(house.weather.writes(), writes, "{fault:?}: a second deed was sent");
    }
}

#[tokio::test]
async fn cut_after_it_acted_and_before_it_answered_is_known_by_its_trace() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        house.weather.set(Fault::CutAfterwards);
        let answer = limit(&house, &cookie, "windvane").await;
        assert!(answer.location.unwrap_or_default().contains("done="));
        assert!(is_silenced(&house, "windvane").await);
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_shown_and_nothing_is_sent() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("lantern_fell").await;
    // A colleague in Mastodon's own pages closes one of the two.
    sqlx::query("update reports set action_taken_at = now() where id = $1::bigint")
        .bind(reports.split(',').next().unwrap().parse::<i64>().unwrap())
        .execute(&house.instance)
        .await
        .unwrap();
    let answer = house
        .post(
            Some(&cookie),
            "/api/reports/decide",
            &[
                ("instance", "harbour"),
                ("account", &account),
                ("decision", "resolve"),
                ("reports", &reports),
                ("state", NO_SANCTION),
                ("why", "words of a decision that was refused"),
                ("back", &format!("/i/harbour/reports/{account}")),
            ],
        )
        .await;
    let page = house.get(Some(&cookie), &answer.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("1 report was resolved by somebody else"), "{}", page.body);
    // One whose row went with its reporter was resolved by nobody.
    sqlx::query("delete from reports where id = $1::bigint")
        .bind(reports.split(',').next().unwrap().parse::<i64>().unwrap())
        .execute(&house.instance)
        .await
        .unwrap();
    let form = [
        ("instance", "harbour"),
        ("account", &*account),
        ("decision", "silence"),
        ("reports", &*reports),
        ("state", NO_SANCTION),
        ("preset", "987654"),
        ("why", "words of a decision that was refused"),
    ];
    let page = house.sent(&cookie, "/api/reports/decide", &form).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let said = "1 report was deleted on the instance, and the warning preset you chose was deleted";
    assert!(page.body.contains(said) && !page.body.contains("resolved by somebody"), "{}", page.body);
    // What was refused is no reason that was given.
    let next = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}?decide=resolve")).await.body;
    assert!(next.contains("name=\"decision\"") && !next.contains("words of a decision that was refused"), "{next}");
    assert_eq!(house.weather.writes(), 0);
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Stale));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_at_once_have_one_effect() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (one, two) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        for number in 0..12 {
            let username = format!("deals4u_{}", 7_700 + number);
            let before = house.weather.writes();
            let (first, second) = tokio::join!(limit(&house, &one, &username), limit(&house, &two, &username));
            let done = [first, second]
                .iter()
                .filter(|answer| answer.location.as_deref().unwrap_or_default().contains("done="))
                .count();
            assert_eq!(done, 1, "{username}");
            assert_eq!(house.weather.writes() - before, 1, "{username}");
            let strikes: i64 = sqlx::query_scalar(
                "select count(*) from account_warnings w join accounts a on a.id = w.target_account_id where a.username = $1",
            )
            .bind(&username)
            .fetch_one(&house.instance)
            .await
            .unwrap();
            assert_eq!(strikes, 1, "{username}");
        }
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_goes_away_leaves_nothing_locked() {
    let house = std::sync::Arc::new(house(sqlite().await).await);
    let cookies = [house.sign_in("moderator").await, house.sign_in("admin").await];
    for number in 0..100 {
        let username = format!("deals4u_{}", 7_700 + number % 23);
        let (account, claim) =
            (house_account(&house, &username).await, if number / 23 % 2 == 0 { "yes" } else { "no" });
        let fields = [("instance", "harbour"), ("account", account.as_str()), ("claim", claim)];
        let cookie = &cookies[if number % 2 == 0 { 0 } else { 1 }];
        let asked = house.post(Some(cookie), "/api/reports/hold", &fields);
        // Gone after a few milliseconds, at another moment each time.
        let _gone = tokio::time::timeout(Duration::from_micros(200 * number), asked).await;
    }
    until("every deed is closed", async || house.open_deeds().await == 0).await;
}

#[tokio::test]
async fn a_browser_that_goes_away_leaves_a_deed_of_the_consoles_own_finished() {
    let house = house(postgres().await).await;
    let admin = house.sign_in("admin").await;
    let Driver::Postgres(pool) = &house.store.store.driver else { panic!("a PostgreSQL store") };
    let mut elsewhere = pool.begin().await.unwrap();
    sqlx::query("lock table access_requests in exclusive mode").execute(&mut *elsewhere).await.unwrap();
    let open = async |wanted| {
        until("so many deeds are open", async || house.open_deeds().await == wanted).await;
    };
    let form = [("instance", "harbour"), ("who", "Zora"), ("why", "a choir"), ("accounts", "3")];
    // The browser is gone as soon as the intent stands.
    tokio::select! {
        _ = house.post(Some(&admin), "/api/access-requests/enter", &form) => panic!("it was not kept waiting"),
        () = open(1) => {}
    }
    elsewhere.rollback().await.unwrap();
    open(0).await;
    assert_eq!(house.outcome("enter_access_request").await, Some(Outcome::Succeeded));
}

async fn house_account(house: &House, username: &str) -> String {
    sqlx::query_scalar("select id::text from accounts where username = $1")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn in_store(house: &House, statement: &'static str) {
    match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::query(statement).execute(pool).await.map(|_| ()),
        Driver::Postgres(pool) => sqlx::query(statement).execute(pool).await.map(|_| ()),
    }
    .unwrap();
}

/// A console whose process died after the intent: the deed stands open under a lease that nobody renews.
async fn died_after_intent(kept: Kept, also: &str) -> (House, Option<Outcome>) {
    let house = house(kept).await;
    let cookie = house.sign_in("moderator").await;
    house.weather.set(Fault::Broken);
    let _unanswered = limit(&house, &cookie, "windvane").await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(also.to_owned())).execute(&house.instance).await.unwrap();
    // The next process: the same store, another lease holder; the dead one's lease has run out.
    let next = next_process(&house).await;
    in_store(&house, "update open_deeds set lease_until = 0, opened_at = opened_at - 121000").await;
    jobs::sweep(&next).await.unwrap();
    let outcome = house.outcome("decide_case").await;
    (house, outcome)
}

/// A case that was taken by a process that died is theirs by our own list, whatever the instance shows: that is told, and not that
/// nothing was seen.
#[tokio::test]
async fn after_a_crash_whose_case_it_is_is_told_by_our_own_list() {
    for (reports, there, outcome) in [
        (true, true, Outcome::Partly),
        (true, false, Outcome::Unknown),
        (false, true, Outcome::Unknown),
        (false, false, Outcome::Failed),
    ] {
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        let (account, _) = house.case("windvane").await;
        if !reports {
            let gone = format!("update reports set action_taken_at = now() where target_account_id = {account}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(gone)).execute(&house.instance).await.unwrap();
        }
        let form =
            [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes"), ("back", "/i/harbour/reports")];
        if reports {
            house.weather.set(Fault::Broken);
            house.post(Some(&cookie), "/api/reports/hold", &form).await;
        } else {
            let app = &house.app;
            let actor = howdah::ledger::Ledger::command_actor("a test");
            let deed = howdah::deeds::ClaimCase {
                instance: "harbour".parse().unwrap(),
                account: account.parse().unwrap(),
                acct: "windvane".into(),
                reports: Vec::new(),
                claim: true,
                held_before: None,
            };
            let about = howdah::access::Object::Case(deed.instance.clone(), deed.account, Default::default());
            let permit = howdah::access::permit(&actor, howdah::access::Permission::DecideReports, about).unwrap();
            let service = app.instances.values().next().unwrap().health().acting().unwrap();
            let acting = howdah::ledger::Acting::Service(service.to_string());
            let (by, now) = (&actor.operator, app.clock.now());
            howdah::store::case_claims::claim(&app.store, &deed.instance, deed.account, by, now).await.unwrap();
            drop(app.ledger.open(permit, deed, "", acting, howdah::ledger::Mark::default()).await.unwrap());
        }
        if !there {
            in_store(&house, "delete from case_holds").await;
        }
        in_store(&house, "update open_deeds set lease_until = 0, opened_at = opened_at - 121000").await;
        let next = next_process(&house).await;
        jobs::sweep(&next).await.unwrap();
        assert_eq!(house.outcome("hold_case").await, Some(outcome), "{reports} {there}");
    }
}

async fn next_process(house: &House) -> std::sync::Arc<howdah::context::App> {
    let next = howdah::cli::assemble(
        house.config.clone(),
        howdah::clock::Clock::System,
        howdah::seal::Keys::from_secret([7; 32]),
        house.store.store.clone(),
    )
    .unwrap();
    for instance in next.instances.values() {
        instance.probe(next.clock.now()).await;
    }
    next
}

#[tokio::test]
async fn after_a_crash_a_deed_is_closed_by_reading() {
    // Nothing happened: two minutes without a trace are no proof that nothing will.
    for kept in [sqlite().await, postgres().await] {
        assert_eq!(died_after_intent(kept, "select 1").await.1, Some(Outcome::Unknown));
    }
    // The right state by somebody else's hand: unknown.
    let by_another = "update accounts set silenced_at = now() where username = 'windvane'; \
        update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane')";
    assert_eq!(died_after_intent(sqlite().await, by_another).await.1, Some(Outcome::Unknown));
    // Its own trace, a strike by the service account after the mark: succeeded.
    let (house, outcome) = died_after_intent(sqlite().await, ITS_OWN).await;
    assert_eq!(outcome, Some(Outcome::Succeeded));
    assert_eq!(house.open_deeds().await, 0);
}

/// What the deed leaves that [`limit`] sends.
const ITS_OWN: &str = "update accounts set silenced_at = now() where username = 'windvane'; \
    update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane'); \
    insert into account_warnings (account_id, target_account_id, action, text, created_at, updated_at) \
    select (select id from accounts where username = 'harbourmaster'), id, 3000, '', now(), now() from accounts where username = 'windvane'";

/// Looks for what was not seen, whenever its turn is; what the record says of it then.
async fn looked(house: &House) -> Vec<String> {
    in_store(house, "update sought set next_at = 0").await;
    jobs::look_for_unseen(&house.app).await.unwrap();
    let kind = Some("happened_later".to_owned());
    let facts = house.app.ledger.list(&Filter { kind, limit: 10, ..Filter::default() }).await.unwrap();
    facts.iter().map(|fact| fact.leaf["facts"]["how"].as_str().unwrap().to_owned()).collect()
}

/// The newest decision's entry, as the list and its own page say what came of it.
async fn told(house: &House, cookie: &str) -> (String, String) {
    let kind = Some("decide_case".to_owned());
    let entries = house.app.ledger.list(&Filter { kind, limit: 10, ..Filter::default() }).await.unwrap();
    let first = entries.last().unwrap().index;
    let list = house.get(Some(cookie), "/audit").await.body;
    (list, house.get(Some(cookie), &format!("/i/harbour/reports?done={first}")).await.body)
}

#[tokio::test]
async fn what_was_not_seen_has_not_failed_and_is_told_when_it_happens_after_all() {
    for kept in [sqlite().await, postgres().await] {
        let (house, _) = died_after_intent(kept, "select 1").await;
        let cookie = house.sign_in("moderator").await;
        assert!(looked(&house).await.is_empty());
        let (list, notice) = told(&house, &cookie).await;
        assert!(list.contains("not seen to have happened"), "{list}");
        assert!(notice.contains("the instance may still do it"), "{notice}");
        assert!(!list.contains("badge danger\">failed"), "{list}");
        // An hour later the instance has come to it.
        sqlx::raw_sql(ITS_OWN).execute(&house.instance).await.unwrap();
        assert_eq!(looked(&house).await, ["done"]);
        let (list, notice) = told(&house, &cookie).await;
        assert!(list.contains("happened after all") && !list.contains("not seen to have happened"), "{list}");
        assert!(notice.contains("happened after all, seen "), "{notice}");
        // It is said once.
        assert_eq!(looked(&house).await, ["done"]);
        let owner = house.sign_in("owner").await;
        let list = house.get(Some(&owner), "/audit").await.body;
        assert!(list.contains("found that entry ") && list.contains("happened after all"), "{list}");
    }
}

#[tokio::test]
async fn what_somebody_else_did_meanwhile_is_not_told_as_done() {
    let (house, _) = died_after_intent(sqlite().await, "select 1").await;
    let by_another = "update accounts set silenced_at = now() where username = 'windvane'; \
        update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane')";
    sqlx::raw_sql(by_another).execute(&house.instance).await.unwrap();
    assert_eq!(looked(&house).await, ["as_meant"]);
    let (_, notice) = told(&house, &house.sign_in("moderator").await).await;
    assert!(notice.contains("so by now, perhaps by somebody else"), "{notice}");
}

#[tokio::test]
async fn the_traces_of_a_second_try_are_not_those_of_the_first() {
    let (house, _) = died_after_intent(sqlite().await, "select 1").await;
    let cookie = house.sign_in("moderator").await;
    house.weather.set(Fault::None);
    let again = limit(&house, &cookie, "windvane").await;
    assert!(again.location.unwrap_or_default().contains("done="));
    for _ in 0..2 {
        assert!(looked(&house).await.is_empty());
    }
    // Then the first arrives as well: a second strike.
    sqlx::raw_sql(ITS_OWN).execute(&house.instance).await.unwrap();
    assert_eq!(looked(&house).await, ["done"]);
}

/// Words whose key is away for a while are no reason to look no more for what was sent, nor to take another's traces for its own.
#[tokio::test]
async fn what_happened_late_is_told_though_its_key_was_away() {
    for kept in [sqlite().await, postgres().await] {
        let (house, _) = died_after_intent(kept, "select 1").await;
        for sql in [
            "create table away as select * from ledger_keys; delete from ledger_keys",
            "insert into ledger_keys select * from away",
        ] {
            crate::support::sql(&house.store.store, sql).await.unwrap();
            assert!(looked(&house).await.is_empty());
        }
        // The traces of another about the same are not its own, whether what was meant can be read or not.
        let cookie = house.sign_in("moderator").await;
        house.weather.set(Fault::None);
        let again = limit(&house, &cookie, "windvane").await;
        assert!(again.location.unwrap_or_default().contains("done="));
        crate::support::sql(
            &house.store.store,
            "drop table away; create table away as select * from ledger_keys; delete from ledger_keys",
        )
        .await
        .unwrap();
        assert!(looked(&house).await.is_empty());
        crate::support::sql(&house.store.store, "delete from ledger_keys; insert into ledger_keys select * from away")
            .await
            .unwrap();
        assert!(looked(&house).await.is_empty(), "what the other left is the other's");
        sqlx::raw_sql(ITS_OWN).execute(&house.instance).await.unwrap();
        assert_eq!(looked(&house).await, ["done"]);
    }
}

/// … also where the outcome of the second says by now that nothing came of it.
#[tokio::test]
async fn an_altered_outcome_makes_no_trace_another_ones() {
    let (house, _) = died_after_intent(sqlite().await, "select 1").await;
    let cookie = house.sign_in("moderator").await;
    house.weather.set(Fault::None);
    let again = limit(&house, &cookie, "windvane").await;
    assert!(again.location.unwrap_or_default().contains("done="));
    let bent = "update ledger_entries set leaf = replace(leaf, '\"outcome\":\"succeeded\"', '\"outcome\":\"failed\"') \
        where idx = (select max(idx) from ledger_entries where deed = 'decide_case')";
    crate::engine::past_triggers(&house.store.store.driver, bent).await.unwrap();
    assert!(looked(&house).await.is_empty());
    assert!(house.app.ledger.contradiction().is_some(), "it is said");
}

/// What an outcome says is believed under the sealed head alone before anything is sealed because of it.
#[tokio::test]
async fn nothing_is_told_as_happened_because_of_an_altered_outcome() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    house.weather.set(Fault::Limited);
    limit(&house, &cookie, "windvane").await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Failed));
    house.weather.set(Fault::None);
    let filter = Filter { kind: Some("decide_case".to_owned()), limit: 1, ..Filter::default() };
    let intent = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let trigger = "select sql from sqlite_master where name = 'ledger_entries_no_update'";
    let trigger: String = sqlx::query_scalar(trigger).fetch_one(pool).await.unwrap();
    // With the trigger as it was, so that nothing else is found to be wrong.
    let bent = format!(
        "drop trigger ledger_entries_no_update; \
         update ledger_entries set leaf = replace(replace(leaf, '\"outcome\":\"failed\"', '\"outcome\":\"unknown\"'), \
         '\"facts\":{{', '\"facts\":{{\"not seen\":true,') where intent = {intent}; \
         {trigger}; \
         insert into sought (intent, since, next_at, over, after, mark_log, mark_strike, tries) \
         values ({intent}, {}, 0, 0, {intent}, 0, 0, 0)",
        house.app.clock.now().0,
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(bent)).execute(pool).await.unwrap();
    let bent = house.app.ledger.entry(intent).await.unwrap().unwrap().entry;
    assert_eq!(bent.outcome, Some(Outcome::Unknown), "it says so by now");
    let silenced = "update accounts set silenced_at = now() where username = 'windvane'";
    sqlx::raw_sql(silenced).execute(&house.instance).await.unwrap();
    assert!(looked(&house).await.is_empty());
}

#[tokio::test]
async fn what_is_not_seen_for_a_day_is_not_looked_for_any_more() {
    let (house, _) = died_after_intent(sqlite().await, "select 1").await;
    in_store(&house, "update sought set since = since - 90000000").await;
    assert!(looked(&house).await.is_empty());
    sqlx::raw_sql(ITS_OWN).execute(&house.instance).await.unwrap();
    assert!(looked(&house).await.is_empty());
}

#[tokio::test]
async fn without_a_record_nothing_happens_and_nothing_is_lost() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let admin = house.sign_in("admin").await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("create trigger broken before insert on ledger_entries begin select raise(abort, 'disk full'); end")
        .execute(pool)
        .await
        .unwrap();
    let (account, reports) = house.case("windvane").await;
    let text = "x".repeat(20_000);
    let answer = house
        .sent(
            &cookie,
            "/api/reports/decide",
            &[
                ("instance", "harbour"),
                ("account", &account),
                ("decision", "silence"),
                ("reports", &reports),
                ("state", NO_SANCTION),
                ("text", &text),
                ("why", "</textarea><script>"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains(&text), "20,000 characters come back");
    assert!(!answer.body.contains("</textarea><script>"));
    let registrations = house
        .sent(
            &admin,
            "/api/registrations/set",
            &[
                ("instance", "harbour"),
                ("mode", "none"),
                ("why", "a reason"),
                ("seen", "[[\"--- approved\\n\"],[\"--- We are full for the moment.\\n\"]]"),
            ],
        )
        .await;
    assert_eq!(registrations.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(house.weather.writes(), 0);
    let mode: String = sqlx::query_scalar("select value from settings where var = 'registrations_mode'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert_eq!(mode, "--- approved\n");
}

#[tokio::test]
async fn what_cannot_be_carried_out_comes_back_whole() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let back = format!("/i/harbour/reports/{account}");
    let text = "ä<b>\"'&".repeat(2_900);
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "warn"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", text.as_str()),
        ("back", back.as_str()),
    ];
    let answer = house.post(Some(&cookie), "/api/reports/decide", &form).await;
    let page = house.get(Some(&cookie), &answer.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("longer than 20,000 characters"));
    let kept =
        page.body.split("<textarea").nth(1).unwrap().split('>').nth(1).unwrap().split("</textarea").next().unwrap();
    let read = kept
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    assert_eq!(read.trim_start_matches('\n'), text, "every character");
    assert_eq!(house.weather.writes(), 0);
}

#[tokio::test]
async fn an_instance_that_is_away_is_said_and_the_rest_goes_on() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let admin: sqlx::PgPool = sqlx::PgPool::connect(&std::env::var("HOWDAH_TEST_POSTGRES").unwrap()).await.unwrap();
    let name: String = sqlx::query_scalar("select current_database()::text").fetch_one(&house.instance).await.unwrap();
    house.instance.close().await;
    for statement in [
        format!("alter database {name} with allow_connections false"),
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&admin).await.unwrap();
    }
    let case = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await;
    assert_eq!(case.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(case.body.contains("database does not answer reads"), "{}", case.body);
    // The way to all that still works stands around it.
    assert!(case.body.contains("href=\"/i/harbour/reports\"") && case.body.contains("Sign out"), "{}", case.body);
    house.look().await;
    let queue = house.get(Some(&cookie), "/i/harbour/reports").await;
    assert_eq!(queue.status, StatusCode::OK);
    assert!(queue.body.contains("@windvane"), "what was known is still shown");
    assert!(queue.body.contains("Counts and queues are shown as of"), "and its age is said");
    let overview = house.get(Some(&cookie), "/i/harbour").await;
    assert!(overview.body.contains("check"));
}

#[tokio::test]
async fn a_job_that_fell_is_named_on_the_overview() {
    use howdah::telemetry::Ended;
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let overview = async || house.get(Some(&cookie), "/i/harbour").await.body;
    let told = "batches broke off once and is begun again after a pause";
    assert!(!overview().await.contains("Background jobs"));
    let job = ("batches", Some("harbour".parse().unwrap()));
    house.app.jobs.end(&job, house.app.clock.now(), Ended::Panicked);
    let page = overview().await;
    assert!(page.contains("Background jobs") && page.contains(told) && page.contains("check"), "{page}");
    house.app.jobs.end(&job, house.app.clock.now(), Ended::Well);
    assert!(!overview().await.contains("Background jobs"));
}

//! Contractors' grants: asked for by one, approved by another, on time and once, and what they give.

use crate::{
    engine::{Database, Engine},
    support::{
        House, Instead, Kept, NO_SANCTION, aged, grant, grants_taken_back, house, id_of, person, postgres, sqlite,
        until,
    },
};
use axum::http::StatusCode;
use howdah::{
    access::Role,
    batches::service::{OfBatch, engine},
    cli,
    clock::{Clock, DAY, HOUR, MINUTE, SECOND, Timestamp},
    config::Secret,
    context::App,
    grants::{RoleState, State, service},
    http,
    id::{AccountId, GrantId, OperatorId},
    ledger::{Entry, Filter, Outcome},
    reports::Category,
    seal::Keys,
    store::{Driver, case_claims, endings, grant_roles, grants},
};
use std::sync::Arc;

/// The same house with another process in it, whose clock stands at an instant.
fn another_process(house: &House, at: Timestamp) -> Arc<App> {
    cli::assemble(house.config.clone(), Clock::set(at), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap()
}

/// A house whose clock a test moves.
pub async fn timed(house: House) -> House {
    let app = another_process(&house, house.app.clock.now());
    let router = http::router(app.clone());
    let house = House { app, router, ..house };
    house.look().await;
    house
}

/// What the jobs of a process do, once.
pub async fn kept_by(app: &Arc<App>, process: &str) -> sqlx::Result<()> {
    service::keep_rights(app, process).await?;
    service::keep_roles(app).await
}

async fn entries(house: &House, kind: &str) -> Vec<Entry> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 100, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

async fn find(house: &House, id: &GrantId) -> grants::Grant {
    grants::by_id(&house.app.store, &house.app.keys, id).await.unwrap().unwrap()
}

async fn state(house: &House, id: &GrantId) -> State {
    find(house, id).await.state(house.app.clock.now())
}

/// The house's own grant of everything is taken back, so that a test gives its own.
async fn without_grant(house: &House) {
    assert_eq!(grants_taken_back(&house.app, "01contractor").await, 1);
}

/// A page that is refused, or the words of a form that came back: the status.
async fn answered(house: &House, cookie: &str, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let answer = house.post(Some(cookie), path, fields).await;
    let location = answer.location.unwrap_or_default();
    match location.split_once("draft=") {
        Some((_, id)) => {
            let id = id.split('&').next().unwrap();
            let page = house.get(Some(cookie), &format!("/audit?draft={id}")).await;
            (page.status, page.body)
        }
        None => (answer.status, location),
    }
}

const ASKED: [(&str, &str); 8] = [
    ("operator", "01contractor"),
    ("instances[]", "harbour"),
    ("categories[]", "spam"),
    ("sign_ups", "yes"),
    ("ends", "2099-12-31"),
    ("sponsor", "01admin"),
    ("agreement", "HM-2026-07"),
    ("back", "/grants/request"),
];

#[tokio::test]
async fn one_asks_and_another_approves() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        without_grant(&house).await;
        person(&house.app, "second", Role::Owner).await;
        let (owner, second, admin) =
            (house.sign_in("owner").await, house.sign_in("second").await, house.sign_in("admin").await);
        let contractor = house.sign_in("contractor").await;
        let page = house.get(Some(&owner), "/grants/request?for=01contractor").await;
        assert!(page.body.contains("value=\"01contractor\" selected"), "{}", page.body);
        let asked = house.post(Some(&owner), "/api/grants/ask", &ASKED).await.location.unwrap();
        let id = GrantId(id_of(&asked));
        let grant = find(&house, &id).await;
        assert_eq!((grant.agreement.as_str(), &grant.sponsor.0[..]), ("HM-2026-07", "01admin"));
        assert_eq!(
            (grant.scope.categories.as_slice(), grant.scope.sign_ups, grant.scope.reveal),
            ([Category::Spam].as_slice(), true, false)
        );
        assert_eq!(state(&house, &id).await, State::Asked);
        assert_eq!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN, "not yet");

        // Neither on the page nor by a form of one's own making.
        let page = house.get(Some(&owner), &asked).await.body;
        assert!(page.contains("so another owner has to decide") && !page.contains("/api/grants/decide"), "{page}");
        let approve = [("grant", id.0.as_str()), ("verdict", "approve")];
        let (status, said) = answered(&house, &owner, "/api/grants/decide", &approve).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
        let (status, _) = answered(&house, &admin, "/api/grants/decide", &approve).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "an admin proposes");
        let tries = entries(&house, "denied").await;
        assert_eq!(tries.len(), 2, "both tries are in the record");
        let own: Vec<_> = tries.iter().map(|entry| entry.leaf["facts"]["own"].as_str()).collect();
        assert_eq!(own, [None, Some("grant")], "one was at their own");
        let now = house.app.clock.now();
        let own = grants::decide(&house.app.store, &id, &OperatorId("01owner".into()), false, true, now).await.unwrap();
        assert!(!own, "the store refuses it too");
        let by_hand = format!(
            "update grants set decided_by = 'x', asked_by = 'x', decided_at = 1, approved = true where id = '{}'",
            id.0
        );
        assert!(sql(&house, &by_hand).await.is_err(), "and the table itself");
        assert_eq!(state(&house, &id).await, State::Asked);

        let (status, said) =
            answered(&house, &second, "/api/grants/decide", &[("grant", &id.0), ("verdict", "refuse")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal needs a reason: {said}");
        let to = house.post(Some(&second), "/api/grants/decide", &approve).await.location.unwrap();
        assert_eq!(id_of(&to), id.0);
        let said = house.get(Some(&second), &to).await.body;
        assert!(said.contains("Done and verified."), "what came of it is said: {said}");
        assert_eq!(state(&house, &id).await, State::Running);
        assert_eq!(
            house.get(Some(&contractor), "/i/harbour/reports").await.status,
            StatusCode::OK,
            "on the next request"
        );
        assert_eq!(house.get(Some(&contractor), "/i/harbour/signups").await.status, StatusCode::OK);
        let begun = entries(&house, "start_grant").await;
        assert_eq!(begun.len(), 2, "the house's own and this one");
        assert_eq!(begun[0].operator.as_deref(), Some("howdah"));
        let page = house.get(Some(&owner), &asked).await.body;
        assert!(page.contains("the console itself") && page.contains("second"), "{page}");
        let (status, _) = answered(&house, &second, "/api/grants/decide", &approve).await;
        assert_eq!(status, StatusCode::CONFLICT, "once");

        // An admin takes it away, with a reason.
        let (status, _) = answered(&house, &admin, "/api/grants/revoke", &[("grant", &id.0)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        house.post(Some(&admin), "/api/grants/revoke", &[("grant", &id.0), ("why", "the work is done")]).await;
        assert_eq!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
        assert_eq!(house.outcome("revoke_grant").await, Some(Outcome::Succeeded));
        assert_eq!(entries(&house, "end_grant").await[0].leaf["facts"]["revoked"], true);
        assert_eq!(house.open_deeds().await, 0);
    }
}

async fn sql(house: &House, text: &str) -> sqlx::Result<()> {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        Driver::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_said_and_all_that_was_typed_comes_back() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    for (field, value, said) in [
        ("operator", "01moderator", "a contractor with access"),
        ("operator", "nobody", "a contractor with access"),
        ("instances[]", "nowhere", "not connected to this console"),
        ("ends", "", "Enter the last day of the grant"),
        ("ends", "2020-01-01", "in the past"),
        ("starts", "2100-01-01", "before the first day"),
        ("sponsor", "01moderator", "owner or admin responsible"),
        ("agreement", "  ", "Enter the agreement"),
        ("categories[]", "weather", "categories listed"),
    ] {
        let mut form: Vec<(&str, &str)> = ASKED.iter().filter(|(name, _)| *name != field).copied().collect();
        form.push((field, value));
        form.push(("why", "a wave is coming"));
        let back = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
        let page = house.get(Some(&admin), &back).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.body.contains(said), "{said}: {}", page.body);
        assert!(page.body.contains("value=\"a wave is coming\""), "{}", page.body);
    }
    let nothing: Vec<(&str, &str)> =
        ASKED.iter().filter(|(name, _)| !matches!(*name, "categories[]" | "sign_ups")).copied().collect();
    let (status, said) = answered(&house, &admin, "/api/grants/ask", &nothing).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    assert_eq!(entries(&house, "ask_grant").await.len(), 1, "the house's own");
}

/// All open reports about somebody get these categories, in turn.
async fn categories(house: &House, username: &str, numbers: &[i32]) -> String {
    let (account, reports) = house.case(username).await;
    for (at, report) in reports.split(',').enumerate() {
        sqlx::query("update reports set category = $2 where id = $1")
            .bind(report.parse::<i64>().unwrap())
            .bind(numbers[at % numbers.len()])
            .execute(&house.instance)
            .await
            .unwrap();
    }
    assert!(reports.split(',').count() >= numbers.len(), "{username} has too few reports");
    account
}

/// Another open report about somebody.
async fn one_more_report(house: &House, account: &str, category: i32) {
    sqlx::query(
        "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
         select account_id, target_account_id, $2, now(), now() from reports where target_account_id = $1 limit 1",
    )
    .bind(account.parse::<i64>().unwrap())
    .bind(category)
    .execute(&house.instance)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_case_is_seen_with_one_report_in_the_grant_and_decided_with_all() {
    let house = house(sqlite().await).await;
    without_grant(&house).await;
    let now = house.app.clock.now();
    grant(&house.app, "01contractor", vec![Category::Spam], false, false, now.plus(DAY)).await;
    let inside = categories(&house, "windvane", &[1000]).await;
    let mixed = categories(&house, "lantern_fell", &[1000]).await;
    one_more_report(&house, &mixed, 1500).await;
    let outside: String = sqlx::query_scalar(
        "select target_account_id::text from reports where action_taken_at is null \
         and target_account_id not in ($1, $2) order by id limit 1",
    )
    .bind(inside.parse::<i64>().unwrap())
    .bind(mixed.parse::<i64>().unwrap())
    .fetch_one(&house.instance)
    .await
    .unwrap();
    sqlx::query("update reports set category = 2000 where target_account_id = $1 and action_taken_at is null")
        .bind(outside.parse::<i64>().unwrap())
        .execute(&house.instance)
        .await
        .unwrap();
    for _ in 0..2 {
        // Known ones are read again by their keys with the next look.
        house.look().await;
    }
    let contractor = house.sign_in("contractor").await;
    let moderator = house.sign_in("moderator").await;
    let case = |account: &str| format!("/i/harbour/reports/{account}");

    let queue = house.get(Some(&contractor), "/i/harbour/reports").await.body;
    let all = house.get(Some(&moderator), "/i/harbour/reports").await.body;
    assert!(queue.contains(&case(&inside)) && queue.contains(&case(&mixed)), "{queue}");
    assert!(!queue.contains(&case(&outside)), "{queue}");
    assert!(all.len() > queue.len());
    let visible: i64 = sqlx::query_scalar(
        "select count(distinct target_account_id) from reports where action_taken_at is null and category = 1000",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let counted =
        queue.split("data-count=\"harbour reports\"").nth(1).map(|rest| rest.chars().take(40).collect::<String>());
    assert!(
        counted.as_ref().is_some_and(|counted| counted.contains(&format!(">{visible}<"))),
        "{visible}: {counted:?}"
    );

    assert_eq!(house.get(Some(&contractor), &case(&inside)).await.status, StatusCode::OK);
    for path in [case(&outside), format!("/i/harbour/accounts/{outside}")] {
        let hidden = house.get(Some(&contractor), &path).await;
        assert_eq!(hidden.status, StatusCode::FORBIDDEN, "{path}");
        assert!(hidden.body.contains("outside your grant"), "{}", hidden.body);
    }
    let partly = house.get(Some(&contractor), &case(&mixed)).await;
    assert_eq!(partly.status, StatusCode::OK);
    assert!(partly.body.contains("A moderator, admin or owner of this console decides this case"), "{}", partly.body);
    assert!(!partly.body.contains("/api/reports/decide\""), "{}", partly.body);

    let decide = async |account: &str| {
        let reports: String = sqlx::query_scalar(
            "select string_agg(id::text, ',' order by id) from reports where target_account_id = $1 and action_taken_at is null",
        )
        .bind(account.parse::<i64>().unwrap())
        .fetch_one(&house.instance)
        .await
        .unwrap();
        let form = [
            ("instance", "harbour"),
            ("account", account),
            ("decision", "resolve"),
            ("reports", &reports),
            ("state", NO_SANCTION),
        ];
        answered(&house, &contractor, "/api/reports/decide", &form).await
    };
    for account in [&mixed, &outside] {
        let (status, said) = decide(account).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
        let hold = [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes")];
        assert_eq!(answered(&house, &contractor, "/api/reports/hold", &hold).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(house.weather.writes(), 0);
    // “Next” leads to what can be decided.
    let page = house.get(Some(&contractor), &case(&inside)).await.body;
    assert!(!page.contains(&format!("name=\"next\" value=\"{mixed}\"")), "{page}");
    let all = house.get(Some(&contractor), "/i/harbour/reports?all=yes&decide=resolve").await.body;
    let seen = all.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(seen.contains(&inside) && !seen.contains(&mixed) && !seen.contains(&outside), "{seen}");
    let (status, to) = decide(&inside).await;
    assert!(status == StatusCode::FOUND && to.contains("done="), "{to}");

    // A closed report outside the grant stays closed and what it is; without an open one there is nothing to decide.
    let account: i64 = inside.parse().unwrap();
    let closed: i64 = sqlx::query_scalar(
        "update reports set category = 1500 where id = (select max(id) from reports where target_account_id = $1) returning id",
    )
    .bind(account)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let writes = house.weather.writes();
    let closed = closed.to_string();
    one_more_report(&house, &inside, 1000).await;
    let named = [("instance", "harbour"), ("account", inside.as_str()), ("report", closed.as_str())];
    let (status, said) = answered(&house, &contractor, "/api/reports/reopen", &named).await;
    assert!(status == StatusCode::FORBIDDEN && said.contains("outside your grant"), "{status}: {said}");
    let mut category = named.to_vec();
    category.extend([("category", "spam"), ("seen", "[\"legal\",[]]")]);
    let (status, said) = answered(&house, &contractor, "/api/reports/category", &category).await;
    assert!(status == StatusCode::FORBIDDEN && said.contains("outside your grant"), "{status}: {said}");
    sqlx::query("delete from reports where target_account_id = $1 and action_taken_at is null")
        .bind(account)
        .execute(&house.instance)
        .await
        .unwrap();
    let suspend = [
        ("instance", "harbour"),
        ("account", inside.as_str()),
        ("decision", "suspend"),
        ("reports", ""),
        ("state", NO_SANCTION),
        ("text", "no"),
        ("why", "no"),
    ];
    let (status, said) = answered(&house, &contractor, "/api/reports/decide", &suspend).await;
    let said = crate::seen::text(&said);
    assert!(status == StatusCode::FORBIDDEN && said.contains("this account has none"), "{status}: {said}");
    assert_eq!(house.weather.writes(), writes, "nothing of it was sent");

    // Whom a case may be handed to: those who may decide all of it.
    house
        .post(Some(&moderator), "/api/reports/hold", &[("instance", "harbour"), ("account", &mixed), ("claim", "yes")])
        .await;
    let page = house.get(Some(&moderator), &case(&mixed)).await.body;
    assert!(page.contains("<option value=\"01admin\"") && !page.contains("<option value=\"01contractor\""), "{page}");
}

#[tokio::test]
async fn two_grants_are_a_union_while_both_run() {
    let house = timed(house(sqlite().await).await).await;
    without_grant(&house).await;
    let (app, now) = (&house.app, house.app.clock.now());
    grant(app, "01contractor", vec![Category::Spam], false, false, now.plus(2 * HOUR)).await;
    grant(app, "01contractor", vec![Category::Violation], true, true, now.plus(HOUR)).await;
    let cookie = house.sign_in("contractor").await;
    let spam = categories(&house, "windvane", &[1000]).await;
    let rule = categories(&house, "lantern_fell", &[2000]).await;
    let status = async |path: &str| house.get(Some(&cookie), path).await.status;
    let reveal = async || {
        let form =
            [("instance", "harbour"), ("account", rule.as_str()), ("what", "email"), ("why", "the same address?")];
        answered(&house, &cookie, "/api/reports/reveal", &form).await.0
    };
    let (spam_case, rule_case) = (format!("/i/harbour/reports/{spam}"), format!("/i/harbour/reports/{rule}"));
    assert_eq!((status(&spam_case).await, status(&rule_case).await), (StatusCode::OK, StatusCode::OK));
    assert_eq!(status("/i/harbour/signups").await, StatusCode::OK);
    assert_ne!(reveal().await, StatusCode::FORBIDDEN);
    let held = async |account: &str| {
        house
            .post(
                Some(&cookie),
                "/api/reports/hold",
                &[("instance", "harbour"), ("account", account), ("claim", "yes")],
            )
            .await;
    };
    held(&spam).await;
    house.app.clock.advance(59 * MINUTE + 59_999);
    assert_eq!(status(&rule_case).await, StatusCode::OK, "to the last moment");
    house.app.clock.advance(1);
    assert_eq!((status(&spam_case).await, status(&rule_case).await), (StatusCode::OK, StatusCode::FORBIDDEN));
    assert_eq!(status("/i/harbour/signups").await, StatusCode::FORBIDDEN);
    assert_eq!(reveal().await, StatusCode::FORBIDDEN);
    held(&spam).await;
    kept_by(&house.app, "a process").await.unwrap();
    assert_eq!(entries(&house, "end_grant").await.len(), 2, "the house's own and this one");
    let instance = "harbour".parse().unwrap();
    let holder =
        case_claims::of(&app.store, &instance, AccountId(spam.parse().unwrap()), app.clock.now()).await.unwrap();
    assert_eq!(holder.map(|claim| claim.operator.0).as_deref(), Some("01contractor"), "the other grant goes on");
    house.app.clock.advance(HOUR);
    // Seen once an hour at least, or the session is over.
    let cookie = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&cookie), &spam_case).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_ended_while_nothing_ran_has_ended_before_the_first_request() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        without_grant(&house).await;
        let now = house.app.clock.now();
        let id = grant(&house.app, "01contractor", Category::ALL.to_vec(), true, true, now.plus(10 * MINUTE)).await;
        let never = grant(&house.app, "01contractor", vec![Category::Spam], false, false, now.plus(12 * MINUTE)).await;
        aged(&house.store.store, &format!("update grants set started_at = null where id = '{}'", never.0)).await;
        let cookie = house.sign_in("contractor").await;
        let (account, _) = house.case("windvane").await;
        house
            .post(
                Some(&cookie),
                "/api/reports/hold",
                &[("instance", "harbour"), ("account", &account), ("claim", "yes")],
            )
            .await;
        let instance = "harbour".parse().unwrap();
        let held = async |app: &App| case_claims::list(&app.store, &instance, now).await.unwrap().len();
        assert_eq!(held(&house.app).await, 1);

        // A new process, a quarter of an hour later; nothing has kept the grants yet.
        let app = another_process(&house, now.plus(15 * MINUTE));
        let later = House { router: http::router(app.clone()), app, ..house };
        for path in ["/i/harbour", "/i/harbour/reports", "/i/harbour/signups", "/i/nowhere"] {
            assert_eq!(later.get(Some(&cookie), path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let home = later.get(Some(&cookie), "/").await;
        assert_eq!(home.location.as_deref(), Some("/grants"));
        let own = later.get(Some(&cookie), "/grants").await;
        assert!(own.body.contains("You have no active grant") && own.body.contains("Your timesheet"), "{}", own.body);
        for path in ["/audit", "/grants/01contractor/timesheet", &format!("/grants/{id}")] {
            assert_eq!(later.get(Some(&cookie), path).await.status, StatusCode::OK, "{path}");
        }
        for path in ["/grants/01moderator/timesheet", "/people", "/grants/request"] {
            assert_eq!(later.get(Some(&cookie), path).await.status, StatusCode::FORBIDDEN, "{path}");
        }

        kept_by(&later.app, "the new process").await.unwrap();
        kept_by(&later.app, "the new process").await.unwrap();
        assert_eq!(held(&later.app).await, 0, "back in the queue");
        let ended = entries(&later, "end_grant").await;
        assert_eq!(ended.len(), 3, "one each, the house's own among them");
        let facts = |id: &GrantId| {
            let entry = ended.iter().find(|entry| entry.leaf["facts"]["grant"] == id.0.as_str()).unwrap();
            (entry.leaf["facts"]["began"].clone(), entry.outcome)
        };
        assert_eq!(facts(&id), (true.into(), Some(Outcome::Succeeded)));
        assert_eq!(facts(&never), (false.into(), Some(Outcome::Succeeded)), "nobody noted that it began");
        assert_eq!(later.open_deeds().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_begin_and_end_it_once() {
    let house = timed(house(postgres().await).await).await;
    let now = house.app.clock.now();
    let id = grant(&house.app, "01contractor", Category::ALL.to_vec(), false, false, now.plus(HOUR)).await;
    aged(&house.store.store, &format!("update grants set started_at = null where id = '{}'", id.0)).await;
    let before = entries(&house, "start_grant").await.len();
    let about = async |kind: &'static str| {
        let entries = entries(&house, kind).await;
        entries.into_iter().filter(|entry| entry.leaf["facts"]["grant"] == id.0.as_str()).count()
    };
    let others: Vec<_> = (0..2).map(|_| another_process(&house, now.plus(MINUTE))).collect();
    let together = async |apps: &[Arc<App>]| {
        let kept = (0..8).map(|number| {
            let app = apps[number % apps.len()].clone();
            tokio::spawn(async move { kept_by(&app, &format!("process {number}")).await.unwrap() })
        });
        for one in kept.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    };
    together(&others).await;
    assert_eq!(entries(&house, "start_grant").await.len(), before + 1);
    assert_eq!(about("start_grant").await, 2, "the one that was undone by hand, and one more");
    let later: Vec<_> = (0..2).map(|_| another_process(&house, now.plus(2 * HOUR))).collect();
    together(&later).await;
    assert_eq!(about("end_grant").await, 1);
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn a_process_that_died_over_it_is_followed_by_the_next() {
    let house = timed(house(sqlite().await).await).await;
    let now = house.app.clock.now();
    let id = grant(&house.app, "01contractor", Category::ALL.to_vec(), false, false, now.plus(HOUR)).await;
    aged(&house.store.store, &format!("update grants set started_at = null where id = '{}'", id.0)).await;
    assert!(grants::DUE.take(&house.app.store, &id.0, "the dead one", now).await.unwrap());
    kept_by(&house.app, "the next").await.unwrap();
    assert_eq!(find(&house, &id).await.started_at, None, "claimed");
    house.app.clock.advance(31_000);
    kept_by(&house.app, "the next").await.unwrap();
    assert!(find(&house, &id).await.started_at.is_some());
    assert!(!grants::set_started(&house.app.store, &id, "the dead one", now).await.unwrap(), "too late");
}

#[tokio::test]
async fn what_a_batch_has_left_is_refused_when_its_grant_is_revoked() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("contractor").await;
        let (one, reports_one) = house.case("windvane").await;
        let (two, reports_two) = house.case("lantern_fell").await;
        let seen = |account: &str, reports: &str| {
            (account.to_owned(), reports.split(',').map(str::to_owned).collect::<Vec<_>>())
        };
        let seen = serde_json::to_string(&[seen(&one, &reports_one), seen(&two, &reports_two)]).unwrap();
        let form = [("instance", "harbour"), ("seen", seen.as_str()), ("decision", "resolve"), ("why", "a wave")];
        let begun = house.post(Some(&cookie), "/api/reports/decide-many", &form).await.location.unwrap();
        assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
        let id = begun.rsplit('/').next().unwrap().to_owned();
        // The first is under way when the grant goes.
        let revoked = "update grants set revoked_by = '01owner', revoked_at = 1 where operator = '01contractor'";
        let (store, instance) = (&house.app.store, house.app.instances.values().next().unwrap().clone());
        let items = howdah::store::batches::items::<howdah::deeds::InBatch>(store, &house.app.keys, &id).await.unwrap();
        assert_eq!(items.len(), 2);
        let first = items[0].deed.clone();
        let howdah::deeds::InBatch::DecideCase(first) = first else { panic!("a case") };
        let whose = howdah::store::operators::by_name(store, "contractor").await.unwrap().unwrap();
        let actor = howdah::acting::actor(store, whose, "a test".into(), house.app.clock.now()).await.unwrap();
        let context = howdah::context::Context::of_job(house.app.clone(), actor);
        howdah::reports::service::carry(context, first.clone(), "a wave".into()).await.unwrap();
        howdah::store::batches::set_item(
            store,
            &house.app.keys,
            &id,
            0,
            howdah::store::batches::State::Closed(Outcome::Succeeded),
            None,
            None,
        )
        .await
        .unwrap();
        aged(&house.store.store, revoked).await;
        engine::work::<OfBatch>(&house.app, &instance, "a process", 50).await.unwrap();
        let items = howdah::store::batches::items::<howdah::deeds::InBatch>(store, &house.app.keys, &id).await.unwrap();
        assert_eq!(items[1].state, howdah::store::batches::State::Closed(Outcome::Refused), "{:?}", items[1].said);
        assert!(items[1].said.as_deref().unwrap().contains("no active grant"), "{:?}", items[1].said);
        assert_eq!(entries(&house, "decide_case").await.len(), 1);
        let left: i64 =
            sqlx::query_scalar("select count(*) from reports where target_account_id = $1 and action_taken_at is null")
                .bind(two.parse::<i64>().unwrap())
                .fetch_one(&house.instance)
                .await
                .unwrap();
        assert!(left > 0, "nothing was done about the second");
        let owner = house.sign_in("owner").await;
        assert!(house.get(Some(&owner), &begun).await.body.contains("no active grant"));
        // Another contractor is not shown whom it was about.
        person(&house.app, "other", Role::Contractor).await;
        grant(&house.app, "01other", vec![Category::Spam], false, false, house.app.clock.now().plus(DAY)).await;
        let other = house.sign_in("other").await;
        assert_eq!(house.get(Some(&other), &begun).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_month_of_work_is_counted_from_the_record_and_alike_for_both_sides() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        without_grant(&house).await;
        let (app, now) = (&house.app, house.app.clock.now());
        let id = grant(app, "01contractor", Category::ALL.to_vec(), true, true, now.plus(DAY)).await;
        aged(
            &house.store.store,
            &format!(
                "update grants set sealed_agreement = '{}' where id = '{}'",
                app.keys.seal_text("grant", &id.0, "=HYPERLINK(\"x\")").unwrap(),
                id.0
            ),
        )
        .await;
        let none = format!("update grants set sealed_agreement = null where id <> '{}'", id.0);
        aged(&house.store.store, &none).await;
        let cookie = house.sign_in("contractor").await;
        let (account, reports) = house.case("windvane").await;
        let decide = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("text", "Please read the rules."),
        ];
        house.post(Some(&cookie), "/api/reports/decide", &decide).await;
        // A new report, and the same again is overtaken: begun, and not done.
        one_more_report(&house, &account, 1000).await;
        house.post(Some(&cookie), "/api/reports/decide", &decide).await;
        let reveal = [("instance", "harbour"), ("account", account.as_str()), ("what", "email"), ("why", "the same?")];
        house.post(Some(&cookie), "/api/reports/reveal", &reveal).await;
        let waiting: String = sqlx::query_scalar(
            "select account_id::text from users where not approved and confirmed_at is not null order by id limit 1",
        )
        .fetch_one(&house.instance)
        .await
        .unwrap();
        house
            .post(
                Some(&cookie),
                "/api/signups/decide",
                &[("instance", "harbour"), ("who", &waiting), ("verdict", "approve")],
            )
            .await;

        let own = house.get(Some(&cookie), "/grants/01contractor/timesheet").await.body;
        assert!(own.contains("1: 1 limit"), "{own}");
        assert!(own.contains("1 case, 1 sign-up, 1 reveal"), "{own}");
        let owner = house.sign_in("owner").await;
        let others = house.get(Some(&owner), "/grants/01contractor/timesheet").await.body;
        let main = |page: &str| {
            let page = crate::support::without_mark(page);
            page.split("<h2>Day by day").nth(1).unwrap().split("</main>").next().unwrap().to_owned()
        };
        assert_eq!(main(&own), main(&others), "exactly the same");

        let file = house.get(Some(&cookie), "/grants/01contractor/timesheet.csv").await.body;
        assert_eq!(entries(&house, "export_sheet").await.len(), 0, "one's own");
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!(lines.len(), 3, "{file}");
        assert!(
            lines[1].contains(",\"1\",\"0\",\"0\",\"0\",\"1\",\"0\",\"0\",\"1\",\"0\",\"1\",\"0\",\"0\",\"1\","),
            "{file}"
        );
        assert!(file.contains("\"'=HYPERLINK(\"\"x\"\")\""), "no formula: {file}");
        let auditor = house.sign_in("auditor").await;
        let theirs = house.get(Some(&auditor), "/grants/01contractor/timesheet.csv").await;
        assert_eq!((theirs.status, theirs.body), (StatusCode::OK, file));
        assert_eq!(entries(&house, "export_sheet").await.len(), 1);
        let moderator = house.sign_in("moderator").await;
        for (who, cookie) in [("moderator", &moderator), ("admin", &house.sign_in("admin").await)] {
            let refused = house.get(Some(cookie), "/grants/01contractor/timesheet.csv").await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{who}");
        }
        let empty = house.get(Some(&cookie), "/grants/01contractor/timesheet?month=2020-02").await.body;
        assert!(empty.contains("No actions in this month") && empty.contains("month=2020-01"), "{empty}");
        let wrong = house.get(Some(&cookie), "/grants/01contractor/timesheet?month=2020-13").await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_sheet_is_read_by_an_index() {
    let house = house(sqlite().await).await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let plan: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {}", howdah::ledger::WORKED)))
            .bind("01contractor")
            .bind(0)
            .bind(i64::MAX)
            .bind(i64::MAX)
            .bind(500)
            .fetch_all(pool)
            .await
            .unwrap();
    let said: Vec<&str> = plan.iter().map(|(.., said)| said.as_str()).collect();
    assert!(
        said[0].contains("ledger_entries_operator")
            && !said.iter().any(|line| line.contains("SCAN") || line.contains("TEMP B-TREE")),
        "{said:?}"
    );
}

#[tokio::test]
async fn an_ended_access_takes_the_grants_with_it() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let person = |disabled: &'static str| [("operator", "01contractor"), ("disabled", disabled), ("why", "left")];
    house.post(Some(&owner), "/api/people/disable", &person("yes")).await;
    house.post(Some(&owner), "/api/people/disable", &person("no")).await;
    let cookie = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&cookie), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    kept_by(&house.app, "a process").await.unwrap();
    assert_eq!(entries(&house, "end_grant").await.len(), 1);
    let page = house.get(Some(&owner), "/people").await.body;
    assert!(page.contains("no active grant") && page.contains("/grants/request?for=01contractor"), "{page}");
}

#[tokio::test]
async fn a_contractor_of_a_former_version_has_a_grant() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let db = Database::empty(engine).await;
        for migration in [
            include_str!("../../migrations/0001_people.sql"),
            include_str!("../../migrations/0002_work.sql"),
            include_str!("../../migrations/0003_ledger.sql"),
            include_str!("../../migrations/0004_batches.sql"),
            include_str!("../../migrations/0005_domain_imports.sql"),
            include_str!("../../migrations/0006_case_leases.sql"),
            include_str!("../../migrations/0007_offers.sql"),
        ] {
            db.run(migration).await.unwrap();
        }
        for (id, role, place) in [
            ("A", "contractor", "'harbour', 5000"),
            ("B", "contractor", "'harbour', null"),
            ("C", "moderator", "null, null"),
            ("D", "contractor", "'harbour', 500"),
        ] {
            let row = format!(
                "insert into operators (id, name, name_key, role, instance, until, created_at) \
                 values ('{id}', '{id}', '{id}', '{role}', {place}, 1000)"
            );
            db.run(&row).await.unwrap();
        }
        for migration in [
            include_str!("../../migrations/0008_grants.sql"),
            include_str!("../../migrations/0009_linked_accounts.sql"),
            include_str!("../../migrations/0022_sealed_rows.sql"),
            include_str!("../../migrations/0025_head.sql"),
        ] {
            db.run(migration).await.unwrap();
        }
        for id in ["A", "B", "C", "D"] {
            grants::seal(&db.store, &GrantId(id.into())).await.unwrap();
        }
        let running = async |id: &str, at: i64| {
            grants::running_of(&db.store, &OperatorId(id.to_owned()), Timestamp(at)).await.unwrap()
        };
        let scope = running("A", 4_999).await.remove(0).scope;
        assert_eq!((scope.places().as_str(), scope.categories.as_slice()), ("harbour", Category::ALL.as_slice()));
        assert!(!scope.sign_ups && !scope.reveal, "as much as before");
        assert!(running("A", 5_000).await.is_empty());
        assert_eq!(
            grants::DUE.free(&db.store, None, "", Timestamp(5_000)).await.unwrap(),
            ["A"],
            "its end is still to be noted"
        );
        for id in ["B", "C", "D"] {
            assert!(running(id, 2_000).await.is_empty(), "{id}");
        }
        assert_eq!(db.number("select count(*) from operators").await, 4);
        db.drop().await;
    }
}

/// A local account without a role, and a role below that of the console's own account: username, account, role, its name.
pub async fn somebody_and_a_role(house: &House) -> (String, i64, i64, String) {
    let (username, account) = sqlx::query_as(
        "select a.username, a.id from users u join accounts a on a.id = u.account_id where u.role_id is null and u.approved \
         and not u.disabled and u.confirmed_at is not null and a.suspended_at is null order by u.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let (role, name) = sqlx::query_as("select id, name from user_roles where id > 0 order by position, id limit 1")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    (username, account, role, name)
}

async fn role_of(house: &House, account: i64) -> Option<i64> {
    sqlx::query_scalar("select role_id from users where account_id = $1")
        .bind(account)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

pub async fn set_role(house: &House, account: i64, role: Option<i64>) {
    sqlx::query("update users set role_id = $2 where account_id = $1")
        .bind(account)
        .bind(role)
        .execute(&house.instance)
        .await
        .unwrap();
}

/// Asked for by the admin and approved by the owner, with a role: the grant.
pub async fn with_role(house: &House, username: &str, role: i64) -> GrantId {
    let (admin, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
    let (role, account) = (role.to_string(), format!("@{username}"));
    let mut form = ASKED.to_vec();
    form.extend([("places[]", "harbour"), ("accounts[]", account.as_str()), ("roles[]", role.as_str())]);
    let asked = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
    let id = GrantId(id_of(&asked));
    house.post(Some(&owner), "/api/grants/decide", &[("grant", &id.0), ("verdict", "approve")]).await;
    assert_eq!(state(house, &id).await, State::Running);
    id
}

async fn role_state(house: &House, id: &GrantId) -> (RoleState, String) {
    let roles = grant_roles::of(&house.app.store, &house.app.keys, id).await.unwrap();
    (roles[0].state, roles[0].said.clone())
}

async fn keep(house: &House) {
    kept_by(&house.app, "a process").await.unwrap();
}

#[tokio::test]
async fn a_role_on_the_instance_is_given_and_the_former_one_returns() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        let (username, account, role, name) = somebody_and_a_role(&house).await;
        let admin = house.sign_in("admin").await;
        let page = house.get(Some(&admin), "/grants/request").await.body;
        assert!(page.contains(&format!("<option value=\"{role}\"")) && page.contains(&name), "{page}");
        let wanted = role.to_string();
        for (account, role, said) in [
            ("", wanted.as_str(), "Enter the account"),
            ("@nobody_of_that_name", &wanted, "There is no account"),
            (&username, "none", "Choose the role"),
            (&username, "-99", "already"),
        ] {
            let mut form = ASKED.to_vec();
            form.extend([("places[]", "harbour"), ("accounts[]", account), ("roles[]", role)]);
            let back = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
            let page = house.get(Some(&admin), &back).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
            assert!(
                page.body.contains(said) && page.body.contains(&format!("value=\"{account}\"")),
                "{said}: {}",
                page.body
            );
        }

        let id = with_role(&house, &username, role).await;
        assert_eq!(role_of(&house, account).await, None, "the job gives it");
        // A second one for the same account and time would give the first one's role back as the former one.
        let mut form = ASKED.to_vec();
        form.extend([("places[]", "harbour"), ("accounts[]", username.as_str()), ("roles[]", wanted.as_str())]);
        let back = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
        let page = house.get(Some(&admin), &back).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("Another grant gives"), "{}", page.body);
        keep(&house).await;
        assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (Some(role), RoleState::Given));
        keep(&house).await;
        house.app.clock.advance(MINUTE);
        keep(&house).await;
        assert_eq!(entries(&house, "assign_role").await.len(), 1, "once");
        let owner = house.sign_in("owner").await;
        let page = house.get(Some(&owner), &format!("/grants/{id}")).await.body;
        assert!(page.contains("assigned by entry") && page.contains(&username), "{page}");

        let revoke = [("grant", id.0.as_str()), ("why", "the work is done")];
        house.post(Some(&owner), "/api/grants/revoke", &revoke).await;
        keep(&house).await;
        assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (None, RoleState::Taken));
        let changes = entries(&house, "assign_role").await;
        assert_eq!(changes.len(), 2);
        assert!(changes.iter().all(|entry| entry.outcome == Some(Outcome::Succeeded)));
        let rows: i64 = sqlx::query_scalar(
            "select count(*) from admin_action_logs where action = 'change_role' and human_identifier = $1",
        )
        .bind(&username)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        assert_eq!(rows, 2, "as Mastodon itself would have logged it");
    }
}

#[tokio::test]
async fn a_role_that_somebody_changed_meanwhile_is_left_alone() {
    let house = timed(house(sqlite().await).await).await;
    let (username, account, role, _) = somebody_and_a_role(&house).await;
    let id = with_role(&house, &username, role).await;
    keep(&house).await;
    assert_eq!(role_of(&house, account).await, Some(role));
    let (other, name): (i64, String) =
        sqlx::query_as("select id, name from user_roles where id > 0 and id <> $1 order by position limit 1")
            .bind(role)
            .fetch_one(&house.instance)
            .await
            .unwrap();
    set_role(&house, account, Some(other)).await;
    let owner = house.sign_in("owner").await;
    house.post(Some(&owner), "/api/grants/revoke", &[("grant", id.0.as_str()), ("why", "done")]).await;
    house.app.clock.advance(MINUTE);
    keep(&house).await;
    assert_eq!(role_of(&house, account).await, Some(other));
    let (state, said) = role_state(&house, &id).await;
    assert_eq!(state, RoleState::Left);
    assert!(said.contains(&name), "{said}");
    assert_eq!(house.outcome("leave_role").await, Some(Outcome::Succeeded));
    let page = house.get(Some(&owner), &format!("/grants/{id}")).await.body;
    assert!(page.contains("left unchanged") && page.contains("somebody else changed it"), "{page}");
    assert_eq!(entries(&house, "assign_role").await.len(), 1, "nothing was taken");
}

#[tokio::test]
async fn with_the_instance_down_the_rights_begin_and_end_on_time_and_the_role_when_it_answers() {
    let house = timed(house(sqlite().await).await).await;
    let (username, account, role, name) = somebody_and_a_role(&house).await;
    let id = with_role(&house, &username, role).await;
    let now = house.app.clock.now();
    // A process for which the instance's database does not answer.
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:1/gone".to_owned());
    let down =
        cli::assemble(config, Clock::set(now.plus(MINUTE)), Keys::from_secret([7; 32]), house.store.store.clone())
            .unwrap();
    kept_by(&down, "down").await.unwrap();
    let (state, said) = role_state(&house, &id).await;
    assert_eq!(state, RoleState::Asked);
    assert!(!said.is_empty(), "the page says what is in the way");
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &format!("/grants/{id}")).await.body;
    assert!(page.contains("not assigned yet") && page.contains("will retry"), "{page}");
    assert_eq!(entries(&house, "assign_role").await.len(), 0, "nothing was begun");

    // It answers, and the role has another name: it may be another role.
    house.app.clock.advance(2 * MINUTE);
    sqlx::query("update user_roles set name = 'Something else' where id = $1")
        .bind(role)
        .execute(&house.instance)
        .await
        .unwrap();
    keep(&house).await;
    let (state, said) = role_state(&house, &id).await;
    assert!(state == RoleState::Asked && said.contains("Something else"), "{state:?} {said}");
    assert_eq!((role_of(&house, account).await, entries(&house, "assign_role").await.len()), (None, 0));
    sqlx::query("update user_roles set name = $2 where id = $1")
        .bind(role)
        .bind(&name)
        .execute(&house.instance)
        .await
        .unwrap();
    house.app.clock.advance(MINUTE);
    keep(&house).await;
    assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (Some(role), RoleState::Given));

    // The end, while it is down again.
    let end = find(&house, &id).await.ends_at;
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:1/gone".to_owned());
    let down = cli::assemble(config, Clock::set(end), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    kept_by(&down, "down").await.unwrap();
    assert_eq!(
        entries(&house, "end_grant").await.iter().filter(|entry| entry.leaf["facts"]["grant"] == id.0.as_str()).count(),
        1
    );
    assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (Some(role), RoleState::Given));
    house.app.clock.advance(end.since(house.app.clock.now()) + MINUTE);
    keep(&house).await;
    assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (None, RoleState::Taken));
}

/// Whoever cannot be looked at on an instance that is away ends a grant on it all the same.
#[tokio::test]
async fn a_grant_is_revoked_while_the_instance_of_ones_own_account_is_away() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    sqlx::query(
        "update users set role_id = (select min(id) from user_roles where name = 'Moderator') \
         where account_id = (select id from accounts where username = 'wren' and domain is null)",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    crate::linked::linked(&house, &owner, "wren").await;
    let id = grants::open(&house.app.store, &house.app.keys, "", house.app.clock.now()).await.unwrap().remove(0).id;
    let contractor = house.sign_in("contractor").await;
    let away = house
        .told(|config| {
            config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:1/gone".to_owned());
        })
        .await;
    let revoke = [("grant", id.0.as_str()), ("why", "the work is done")];
    let done = away.post(Some(&owner), "/api/grants/revoke", &revoke).await;
    assert!(done.location.unwrap().starts_with(&format!("/grants/{id}?done=")));
    assert_eq!(away.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    assert_eq!(away.outcome("end_grant").await, Some(Outcome::Succeeded));
}

/// A release that nobody tried the console with: what the console gave ends at once, the role on the instance when it may.
#[tokio::test]
async fn on_an_untried_release_rights_end_at_once_and_the_role_waits() {
    let house = timed(house(sqlite().await).await).await;
    without_grant(&house).await;
    let (username, account, role, _) = somebody_and_a_role(&house).await;
    let id = with_role(&house, &username, role).await;
    keep(&house).await;
    assert_eq!(role_of(&house, account).await, Some(role));
    let contractor = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::OK);
    house.front.instead(vec![Instead {
        method: axum::http::Method::GET,
        path: "/api/v2/instance",
        status: 200,
        headers: &[("content-type", "application/json")],
        body: r#"{"domain":"harbour.example","version":"4.8.0"}"#,
    }]);
    house.look().await;
    let owner = house.sign_in("owner").await;
    let revoke = [("grant", id.0.as_str()), ("why", "the work is done")];
    let done = house.post(Some(&owner), "/api/grants/revoke", &revoke).await;
    assert!(done.location.unwrap().starts_with(&format!("/grants/{id}?done=")));
    assert_eq!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.outcome("end_grant").await, Some(Outcome::Succeeded));
    assert!(find(&house, &id).await.ended_at.is_some());
    house.app.clock.advance(MINUTE);
    keep(&house).await;
    assert_eq!(role_of(&house, account).await, Some(role));
    let (_, said) = role_state(&house, &id).await;
    assert!(said.contains("Mastodon 4.8, which this console was never tried with"), "{said}");
    // Updated, or allowed by an owner.
    house.front.instead(Vec::new());
    house.look().await;
    house.app.clock.advance(10 * MINUTE);
    keep(&house).await;
    assert_eq!((role_of(&house, account).await, role_state(&house, &id).await.0), (None, RoleState::Taken));
}

#[tokio::test]
async fn a_deleted_person_or_role_is_said_and_nothing_is_given() {
    let house = timed(house(sqlite().await).await).await;
    let (username, account, role, _) = somebody_and_a_role(&house).await;
    let id = with_role(&house, &username, role).await;
    sqlx::query("delete from user_roles where id = $1").bind(role).execute(&house.instance).await.unwrap();
    keep(&house).await;
    let (state, said) = role_state(&house, &id).await;
    assert!(state == RoleState::Asked && said.contains("was deleted"), "{state:?} {said}");
    sqlx::query("delete from users where account_id = $1").bind(account).execute(&house.instance).await.unwrap();
    house.app.clock.advance(MINUTE);
    keep(&house).await;
    let (state, said) = role_state(&house, &id).await;
    assert!(state == RoleState::Asked && said.contains("no longer has a login"), "{state:?} {said}");
    let owner = house.sign_in("owner").await;
    house.post(Some(&owner), "/api/grants/revoke", &[("grant", id.0.as_str()), ("why", "done")]).await;
    house.app.clock.advance(MINUTE);
    keep(&house).await;
    assert_eq!(role_state(&house, &id).await.0, RoleState::Never);
    assert_eq!(entries(&house, "assign_role").await.len(), 0);
}

#[tokio::test]
async fn a_role_that_cannot_be_given_is_tried_more_and_more_seldom() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        let (username, _, role, _) = somebody_and_a_role(&house).await;
        let id = with_role(&house, &username, role).await;
        sqlx::query("delete from user_roles where id = $1").bind(role).execute(&house.instance).await.unwrap();
        let (store, keys) = (&house.app.store, &house.app.keys);
        let due = async || grant_roles::to_give(store, keys, house.app.clock.now()).await.unwrap().len();
        // Eleven tries: how long the next one is waited for.
        let mut waited = Vec::new();
        for _ in 0..12 {
            keep(&house).await;
            let mut seconds = 0;
            while due().await == 0 && seconds < 3_600 {
                house.app.clock.advance(15 * SECOND);
                seconds += 15;
            }
            waited.push(seconds);
        }
        assert_eq!(waited, [15, 15, 15, 15, 120, 120, 120, 120, 120, 120, 900, 900]);
        // The end does not wait for that.
        keep(&house).await;
        let owner = house.sign_in("owner").await;
        house.post(Some(&owner), "/api/grants/revoke", &[("grant", id.0.as_str()), ("why", "done")]).await;
        house.app.clock.advance(15 * SECOND);
        keep(&house).await;
        assert_eq!(role_state(&house, &id).await.0, RoleState::Never);
    }
}

#[tokio::test]
async fn a_grant_covers_the_instances_it_names_and_no_other() {
    let house = house(sqlite().await).await;
    without_grant(&house).await;
    let mut config = house.config.clone();
    for name in ["quay", "loft"] {
        let mut another = config.instances[0].clone();
        another.name = name.parse().unwrap();
        config.instances.push(another);
    }
    let app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, ..house };
    house.look().await;
    let (username, account, role, _) = somebody_and_a_role(&house).await;
    let (admin, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
    let wanted = role.to_string();
    let mut form = ASKED.to_vec();
    // A row for each instance; only the last has somebody.
    form.extend([("instances[]", "quay"), ("places[]", "harbour"), ("accounts[]", ""), ("roles[]", "none")]);
    form.extend([("places[]", "quay"), ("accounts[]", username.as_str()), ("roles[]", wanted.as_str())]);
    let asked = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
    let id = GrantId(id_of(&asked));
    let roles = grant_roles::of(&house.app.store, &house.app.keys, &id).await.unwrap();
    assert_eq!(roles.len(), 1);
    assert_eq!((roles[0].asked.instance.as_str(), roles[0].asked.account), ("quay", AccountId(account)));
    house.post(Some(&owner), "/api/grants/decide", &[("grant", &id.0), ("verdict", "approve")]).await;
    let contractor = house.sign_in("contractor").await;
    for (place, status) in [("harbour", StatusCode::OK), ("quay", StatusCode::OK), ("loft", StatusCode::NOT_FOUND)] {
        assert_eq!(house.get(Some(&contractor), &format!("/i/{place}/reports")).await.status, status, "{place}");
    }
    let write = [("instance", "loft"), ("account", "1"), ("claim", "yes")];
    assert_eq!(answered(&house, &contractor, "/api/reports/hold", &write).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_grant_without_reports_decides_none() {
    let house = house(sqlite().await).await;
    without_grant(&house).await;
    grant(&house.app, "01contractor", Vec::new(), true, false, house.app.clock.now().plus(DAY)).await;
    let contractor = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&contractor), "/i/harbour/signups").await.status, StatusCode::OK);
    let (account, reports) = house.case("quarry").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "no"),
        ("why", "no"),
    ];
    let (status, said) = answered(&house, &contractor, "/api/reports/decide", &form).await;
    assert!(status == StatusCode::FORBIDDEN && said.contains("does not include this"), "{status}: {said}");
    assert_eq!(house.weather.writes(), 0);
}

/// What somebody does to the rows of the console's store does not keep a contractor's role on the instance.
#[tokio::test]
async fn a_role_whose_row_is_gone_is_taken_back_by_the_record() {
    const SPOILED: [&str; 5] = [
        "delete from grant_roles",
        "update grant_roles set role_name = 'x'",
        "update grant_roles set mac = null",
        "update grants set ends_at = ends_at + 1",
        // An older copy: not given yet.
        "delete from grant_roles; insert into grant_roles select * from before_roles",
    ];
    for spoiled in SPOILED {
        for kept in [sqlite().await, postgres().await] {
            let house = timed(house(kept).await).await;
            house.app.ledger.seal_rows_once().await.unwrap();
            let mut looked = service::Looked::default();
            let (username, account, role, _) = somebody_and_a_role(&house).await;
            let id = with_role(&house, &username, role).await;
            sql(&house, "create table before_roles as select * from grant_roles").await.unwrap();
            keep(&house).await;
            assert_eq!(role_of(&house, account).await, Some(role), "{spoiled}");
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            assert_eq!(role_of(&house, account).await, Some(role), "it runs: {spoiled}");
            let end = find(&house, &id).await.ends_at;
            sql(&house, spoiled).await.unwrap();
            house.app.clock.advance(end.since(house.app.clock.now()) + MINUTE);
            for _ in 0..4 {
                keep(&house).await;
                house.app.clock.advance(3 * MINUTE);
            }
            assert_eq!(role_of(&house, account).await, Some(role), "the rows alone leave it: {spoiled}");
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            assert_eq!(role_of(&house, account).await, None, "{spoiled}");
            assert_eq!(house.outcome("assign_role").await, Some(Outcome::Succeeded));
            // What somebody else gives after that is theirs.
            set_role(&house, account, Some(role)).await;
            house.app.clock.advance(10 * MINUTE);
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            service::take_back_by_record(&house.app, &mut service::Looked::default()).await.unwrap();
            assert_eq!(role_of(&house, account).await, Some(role), "{spoiled}");
        }
    }
}

/// An entry that was altered says neither that nothing was given nor that it was taken back: the grant is looked at again.
#[tokio::test]
async fn an_altered_entry_keeps_no_role() {
    for kept in [sqlite().await, postgres().await] {
        for (said, bent) in
            [("\"outcome\":\"succeeded\"", "\"outcome\":\"failed\""), ("\"kind\":\"intent\"", "\"kind\":\"fact\"")]
        {
            let kept = if let Driver::Sqlite(_) = kept.store.driver { sqlite().await } else { postgres().await };
            let (house, account, _) = outlasted(kept).await;
            let mut looked = service::Looked::default();
            let alter = async |from: &str, to: &str| {
                let text = format!(
                    "update ledger_entries set leaf = replace(leaf, '{from}', '{to}') where deed = 'assign_role'"
                );
                crate::engine::past_triggers(&house.app.store.driver, &text).await.unwrap();
            };
            alter(said, bent).await;
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            assert!(house.app.ledger.contradiction().is_some(), "it is said: {bent}");
            alter(bent, said).await;
            let (size, root) = house.app.ledger.stands().await.unwrap();
            assert!(house.app.ledger.accept(size, &root, "put right".into()).await.unwrap());
            house.app.clock.advance(10 * MINUTE);
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            assert_eq!(role_of(&house, account).await, None, "{bent}");
        }
    }
}

/// A house where the role that a grant gave is still there after its end, and no row says so any more; account and role.
async fn outlasted(kept: Kept) -> (House, i64, i64) {
    let house = timed(house(kept).await).await;
    house.app.ledger.seal_rows_once().await.unwrap();
    let (username, account, role, _) = somebody_and_a_role(&house).await;
    let id = with_role(&house, &username, role).await;
    keep(&house).await;
    assert_eq!(role_of(&house, account).await, Some(role));
    let end = find(&house, &id).await.ends_at;
    sql(&house, "delete from grant_roles").await.unwrap();
    house.app.clock.advance(end.since(house.app.clock.now()) + MINUTE);
    (house, account, role)
}

/// Words that do not open for a while, and were destroyed by no entry, do not say that nothing was given: the grant is looked at
/// again.
#[tokio::test]
async fn words_whose_key_is_away_keep_no_role() {
    for kept in [sqlite().await, postgres().await] {
        for kind in ["ask_grant", "assign_role"] {
            let kept = if let Driver::Sqlite(_) = kept.store.driver { sqlite().await } else { postgres().await };
            let (house, account, role) = outlasted(kept).await;
            let mut looked = service::Looked::default();
            let key = entries(&house, kind).await[0].leaf["key"].as_str().unwrap().to_owned();
            let store = &house.app.store;
            let away = format!(
                "create table away as select * from ledger_keys where id = '{key}'; delete from ledger_keys where id = '{key}'"
            );
            for emptied in [false, true] {
                crate::support::sql(store, &away).await.unwrap();
                if emptied {
                    let empty = format!("insert into ledger_keys (id, wrapped) values ('{key}', null)");
                    crate::support::sql(store, &empty).await.unwrap();
                }
                service::take_back_by_record(&house.app, &mut looked).await.unwrap();
                assert_eq!(role_of(&house, account).await, Some(role), "{kind}: what was asked or given is not known");
                let back = format!(
                    "delete from ledger_keys where id = '{key}'; insert into ledger_keys select * from away; drop table away"
                );
                crate::support::sql(store, &back).await.unwrap();
            }
            house.app.clock.advance(10 * MINUTE);
            service::take_back_by_record(&house.app, &mut looked).await.unwrap();
            assert_eq!(role_of(&house, account).await, None, "{kind}");
        }
    }
}

/// An entry that columns hide for a while does not say that nothing was given: the grant is looked at again.
#[tokio::test]
async fn an_entry_that_columns_hide_keeps_no_role() {
    for kept in [sqlite().await, postgres().await] {
        let (house, account, role) = outlasted(kept).await;
        let mut looked = service::Looked::default();
        let given = entries(&house, "assign_role").await[0].leaf["subject"].as_str().unwrap().to_owned();
        let set = async |to: &str| {
            let text = format!("update ledger_entries set subject = '{to}' where deed = 'assign_role'");
            crate::engine::past_triggers(&house.app.store.driver, &text).await.unwrap();
        };
        set("x").await;
        service::take_back_by_record(&house.app, &mut looked).await.unwrap();
        assert_eq!(role_of(&house, account).await, Some(role), "what gave it is not found");
        set(&given).await;
        house.app.clock.advance(3 * MINUTE);
        service::take_back_by_record(&house.app, &mut looked).await.unwrap();
        assert_eq!(role_of(&house, account).await, None);
    }
}

/// Both take the grant first, and what its person holds after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_access_and_the_end_of_a_grant_do_not_wait_for_each_other() {
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    let (store, now) = (&house.app.store, house.app.clock.now());
    let Driver::Postgres(pool) = &store.driver else { panic!("PostgreSQL was asked for") };
    let (who, by) = (OperatorId("01contractor".into()), OperatorId("01owner".into()));
    let id: String =
        sqlx::query_scalar("select id from grants where operator = '01contractor'").fetch_one(pool).await.unwrap();
    let id = GrantId(id);
    assert!(grants::revoke(store, &id, &by, now).await.unwrap());
    sqlx::query("update grants set lease = 'x'").execute(pool).await.unwrap();
    assert!(case_claims::claim(store, &"harbour".parse().unwrap(), AccountId(7), &who, now).await.unwrap());
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select 1 from case_holds for update").execute(&mut *held).await.unwrap();
    let wait = async |number: i64| {
        until("it waits", async || sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() == number).await;
    };
    let access = tokio::spawn({
        let (store, who) = (store.clone(), who.clone());
        async move { endings::end_access(&store, &who, &by, now).await }
    });
    wait(1).await;
    let grant = tokio::spawn({
        let store = store.clone();
        async move { endings::end_grant(&store, &id, "x", now).await }
    });
    wait(2).await;
    held.commit().await.unwrap();
    assert!(access.await.unwrap().unwrap().is_some());
    assert!(grant.await.unwrap().unwrap());
    assert_eq!(case_claims::list(store, &"harbour".parse().unwrap(), now).await.unwrap(), []);
}

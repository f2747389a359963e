//! Sign-ups through the real router: one and many, second decisions, what is remembered, what is never shown.

use crate::support::{Fault, House, Instead, house, postgres, sqlite, until};
use axum::http::{Method, StatusCode};
use howdah::{
    batches::service::{OfBatch, engine},
    clock::MINUTE,
    ledger::Outcome,
    store::batches,
};

/// People who wait with a confirmed address, oldest first: account id and name.
async fn waiting(house: &House) -> Vec<(String, String)> {
    sqlx::query_as(
        "select a.id::text, a.username from users u join accounts a on a.id = u.account_id \
         where not u.approved and u.confirmed_at is not null order by u.id",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap()
}

async fn is_approved(house: &House, account: &str) -> Option<bool> {
    sqlx::query_scalar("select approved from users where account_id = $1::bigint")
        .bind(account.parse::<i64>().unwrap())
        .fetch_optional(&house.instance)
        .await
        .unwrap()
}

async fn decide(house: &House, cookie: &str, who: &str, verdict: &str, why: &str) -> crate::support::Answered {
    let form =
        [("instance", "harbour"), ("who", who), ("verdict", verdict), ("why", why), ("back", "/i/harbour/signups")];
    house.post(Some(cookie), "/api/signups/decide", &form).await
}

/// Works on batches until none is left, and never for ever.
pub async fn work(house: &House) {
    for _ in 0..50 {
        engine::work::<OfBatch>(&house.app, house.app.instances.values().next().unwrap(), "a process", 50)
            .await
            .unwrap();
        let instance = house.app.instances.keys().next().unwrap();
        let left = batches::running(&house.app.store, &house.app.keys, instance).await.unwrap();
        if left.iter().all(|batch| batch.paused) {
            return;
        }
    }
    panic!("a batch does not end");
}

#[tokio::test]
async fn one_is_let_in_and_one_is_refused_with_a_reason() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let people = waiting(&house).await;
        let ((one, name), (two, _)) = (people[0].clone(), people[1].clone());
        let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{one}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains(&name) && !page.body.contains(&format!("{name}@post.example")));
        let done = decide(&house, &cookie, &one, "approve", "").await;
        let landed = done.location.unwrap();
        assert!(landed.contains("done="), "{landed}");
        assert_eq!(is_approved(&house, &one).await, Some(true));
        assert_eq!(house.outcome("decide_sign_up").await, Some(Outcome::Succeeded));
        let said = house.get(Some(&cookie), &landed).await;
        assert!(said.body.contains(&format!("Approved @{name}")), "{}", said.body);

        let refused = decide(&house, &cookie, &two, "reject", "  ").await;
        let back = house.get(Some(&cookie), &refused.location.unwrap()).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal needs a reason");
        assert_eq!(is_approved(&house, &two).await, Some(false));
        decide(&house, &cookie, &two, "reject", "spam").await;
        assert_eq!(is_approved(&house, &two).await, None, "Mastodon deletes them");
        assert_eq!(house.outcome("decide_sign_up").await, Some(Outcome::Succeeded));
    }
}

#[tokio::test]
async fn who_was_refused_is_known_again_and_nothing_of_it_can_be_read() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let people = waiting(&house).await;
    let ((gone, _), (other, _)) = (people[0].clone(), people[1].clone());
    let email: String = sqlx::query_scalar("select email from users where account_id = $1::bigint")
        .bind(gone.parse::<i64>().unwrap())
        .fetch_one(&house.instance)
        .await
        .unwrap();
    decide(&house, &cookie, &gone, "reject", "the same person again").await;
    // The same address with a tag and capitals, on somebody else's request.
    let (name, domain) = email.split_once('@').unwrap();
    sqlx::query("update users set email = $2 where account_id = $1::bigint")
        .bind(other.parse::<i64>().unwrap())
        .bind(format!("{}+again@{domain}", name.to_uppercase()))
        .execute(&house.instance)
        .await
        .unwrap();
    house.look().await;
    let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{other}")).await;
    assert!(page.body.contains("same email address was rejected"), "{}", page.body);
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let (mail, words): (String, Option<String>) =
        sqlx::query_as("select mail, words from refusals").fetch_one(pool).await.unwrap();
    assert!(mail.len() == 64 && !mail.contains('@') && words.is_none_or(|words| words.len() == 64));
    // Forgotten after its time.
    sqlx::query("update refusals set until = 0").execute(pool).await.unwrap();
    let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{other}")).await;
    assert!(!page.body.contains("was rejected"));
}

#[tokio::test]
async fn a_second_decision_is_told_so_and_nothing_is_sent() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let (one, _) = waiting(&house).await[0].clone();
    sqlx::query("update users set approved = true where account_id = $1::bigint")
        .bind(one.parse::<i64>().unwrap())
        .execute(&house.instance)
        .await
        .unwrap();
    let late = decide(&house, &cookie, &one, "reject", "spam").await;
    let page = house.get(Some(&cookie), &late.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("have been approved in the meantime"), "{}", page.body);
    assert_eq!(house.weather.writes(), 0);
    assert_eq!(is_approved(&house, &one).await, Some(true));
}

#[tokio::test]
async fn many_are_decided_in_the_background_each_with_its_own_entry() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let people = waiting(&house).await;
        let who = people.iter().take(12).map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let preview = format!(
            "/i/harbour/signups?decide=reject&{}",
            who.iter().map(|id| format!("who={id}")).collect::<Vec<_>>().join("&")
        );
        let page = house.get(Some(&cookie), &preview).await;
        assert!(page.body.contains("Reject 12 sign-ups") && page.body.contains("can’t be undone"), "{}", page.body);
        assert_eq!(house.weather.writes(), 0, "nothing before it is asked for");
        let begun = decide(&house, &cookie, &who.join(","), "reject", "spam wave").await.location.unwrap();
        assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
        // Meanwhile a colleague lets one of them in.
        sqlx::query("update users set approved = true where account_id = $1::bigint")
            .bind(who[3].parse::<i64>().unwrap())
            .execute(&house.instance)
            .await
            .unwrap();
        work(&house).await;
        let page = house.get(Some(&cookie), &begun).await;
        assert!(page.body.contains("12 of 12 done"), "{}", page.body);
        assert!(page.body.contains("11 done") && page.body.contains("1 not sent"), "{}", page.body);
        for (at, id) in who.iter().enumerate() {
            assert_eq!(is_approved(&house, id).await, if at == 3 { Some(true) } else { None });
        }
        assert_eq!(house.weather.writes(), 11);
        let filter = howdah::ledger::Filter { kind: Some("decide_sign_up".into()), limit: 50, ..Default::default() };
        assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 12, "an entry each");
    }
}

#[tokio::test]
async fn a_batch_pauses_goes_on_and_repeats_nothing_after_its_process_died() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let people = waiting(&house).await;
    let who = people.iter().take(3).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let begun = decide(&house, &cookie, &who.join(","), "approve", "").await.location.unwrap();
    let id = begun.rsplit('/').next().unwrap().to_owned();
    let pause = |pause: &'static str| {
        let form = [("instance", "harbour"), ("batch", id.as_str()), ("pause", pause)];
        let form: Vec<(String, String)> =
            form.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let (house, cookie) = (&house, &cookie);
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            house.post(Some(cookie), "/api/batches/pause", &form).await
        }
    };
    pause("yes").await;
    engine::work::<OfBatch>(&house.app, house.app.instances.values().next().unwrap(), "a process", 50).await.unwrap();
    assert_eq!(house.weather.writes(), 0, "paused");
    pause("no").await;
    // The instance acts and its answer is lost; the process dies before it can say so, and before the batch is at its end.
    let (app, instance) = (&house.app, house.app.instances.values().next().unwrap());
    let items = howdah::store::batches::items::<howdah::deeds::InBatch>(&app.store, &app.keys, &id).await.unwrap();
    let person = howdah::store::operators::by_name(&app.store, "moderator").await.unwrap().unwrap();
    let actor = howdah::acting::actor(&app.store, person, "a test".into(), app.clock.now()).await.unwrap();
    let context = howdah::context::Context::of_job(app.clone(), actor);
    house.weather.set(Fault::CutAfterwards);
    for item in &items {
        let howdah::deeds::InBatch::DecideSignUp(deed) = item.deed.clone() else { panic!("a sign-up") };
        howdah::signups::service::carry(context.clone(), instance.clone(), deed, "".into()).await.unwrap();
    }
    house.weather.set(Fault::None);
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::query("update batch_items set state = 'under_way', intent = null").execute(pool).await.unwrap();
    sqlx::query("update batches set lease = 'a dead one', lease_until = 0").execute(pool).await.unwrap();
    let writes = house.weather.writes();
    work(&house).await;
    assert_eq!(house.weather.writes(), writes, "the record knows what was done");
    let page = house.get(Some(&cookie), &begun).await;
    assert!(page.body.contains("3 done"), "{}", page.body);
}

/// Whoever puts a batch back as it was before it ran, or in its middle, has nothing done by it in its maker's name.
#[tokio::test]
async fn a_batch_put_back_as_it_ran_does_nothing_again() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let people = waiting(&house).await;
        let who = people.iter().take(3).map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let store = house.app.store.clone();
        let run = async |text: &str| crate::support::sql(&store, text).await.unwrap();
        decide(&house, &cookie, &who.join(","), "approve", "").await.location.unwrap();
        run("create table former as select * from batches").await;
        run("create table former_items as select * from batch_items").await;
        // In the middle: the first is done, and its item waits again.
        let (app, instance) = (&house.app, house.app.instances.values().next().unwrap());
        let batch = howdah::store::batches::running(&store, &app.keys, &instance.name).await.unwrap().remove(0);
        let items =
            howdah::store::batches::items::<howdah::deeds::InBatch>(&store, &app.keys, &batch.id).await.unwrap();
        let person = howdah::store::operators::by_name(&store, "moderator").await.unwrap().unwrap();
        let actor = howdah::acting::actor(&store, person, "a test".into(), app.clock.now()).await.unwrap();
        let context = howdah::context::Context::of_job(app.clone(), actor);
        let howdah::deeds::InBatch::DecideSignUp(first) = items[0].deed.clone() else { panic!("a sign-up") };
        howdah::signups::service::carry(context, instance.clone(), first, "".into()).await.unwrap();
        let writes = house.weather.writes();
        work(&house).await;
        assert_eq!(house.weather.writes(), writes + 2, "the first is not done again");
        // At its end.
        for back in [
            "update batches set ended_at = null; update batch_items set state = 'waiting', intent = null",
            "delete from batch_items; delete from batches; insert into batches select * from former; \
             insert into batch_items select * from former_items",
        ] {
            run(back).await;
            work(&house).await;
            assert_eq!(house.weather.writes(), writes + 2, "{back}");
            let refused = store.refused().await.unwrap();
            assert!(refused.iter().any(|row| row.row.contains("the batch")), "{back}: {refused:?}");
        }
    }
}

/// Another decision of the same person about the same sign-up, made by hand while the batch waits, is not the batch's.
#[tokio::test]
async fn what_was_decided_otherwise_by_hand_is_no_work_of_the_batch() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let people = waiting(&house).await;
    let who = people.iter().take(2).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let begun = decide(&house, &cookie, &who.join(","), "reject", "spam").await.location.unwrap();
    let id = begun.rsplit('/').next().unwrap();
    decide(&house, &cookie, &who[0], "approve", "").await;
    assert_eq!(is_approved(&house, &who[0]).await, Some(true));
    work(&house).await;
    let (app, store) = (&house.app, &house.app.store);
    let items = howdah::store::batches::items::<howdah::deeds::InBatch>(store, &app.keys, id).await.unwrap();
    let closed = |at: usize| match items[at].state {
        howdah::store::batches::State::Closed(outcome) => outcome,
        ref state => panic!("{state:?}"),
    };
    assert_eq!((closed(0), closed(1)), (Outcome::Stale, Outcome::Succeeded));
    assert_eq!(is_approved(&house, &who[0]).await, Some(true));
}

#[tokio::test]
async fn a_batch_stops_where_nothing_can_be_sent_and_burns_nobody() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let people = waiting(&house).await;
    let who = people.iter().take(4).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let begun = decide(&house, &cookie, &who.join(","), "reject", "spam").await.location.unwrap();
    house.weather.set(Fault::Limited);
    work(&house).await;
    let page = house.get(Some(&cookie), &begun).await;
    assert!(page.body.contains("paused") && page.body.contains("0 of 4 done"), "{}", page.body);
    assert_eq!(house.weather.writes(), 1, "it was tried once");
    house.weather.set(Fault::None);
    let id = begun.rsplit('/').next().unwrap();
    let form = [("instance", "harbour"), ("batch", id), ("pause", "no")];
    house.post(Some(&cookie), "/api/batches/pause", &form).await;
    work(&house).await;
    let page = house.get(Some(&cookie), &begun).await;
    assert!(page.body.contains("4 of 4 done") && page.body.contains("4 done"), "{}", page.body);
}

#[tokio::test]
async fn a_try_that_never_arrived_does_not_close_the_next_one() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let people = waiting(&house).await;
    let begun = decide(&house, &cookie, &people[0].0, "approve", "").await.location.unwrap();
    // One alone is decided at once; two make a batch.
    assert!(!begun.contains("/batches/"), "{begun}");
    let who = people.iter().skip(1).take(2).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let begun = decide(&house, &cookie, &who.join(","), "approve", "").await.location.unwrap();
    house.weather.set(Fault::Limited);
    work(&house).await;
    house.weather.set(Fault::None);
    let filter = howdah::ledger::Filter { kind: Some("decide_sign_up".into()), limit: 50, ..Default::default() };
    let tried = house.app.ledger.list(&filter).await.unwrap();
    assert_eq!(tried[0].outcome, Some(Outcome::Failed));
    let id = begun.rsplit('/').next().unwrap();
    let form = [("instance", "harbour"), ("batch", id), ("pause", "no")];
    house.post(Some(&cookie), "/api/batches/pause", &form).await;
    // The process that went on died after it had marked the first one, and before its intent.
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::query("update batch_items set state = 'under_way', intent = null where position = 0")
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("update batches set lease = 'a dead one', lease_until = 0").execute(pool).await.unwrap();
    work(&house).await;
    for id in &who {
        assert_eq!(is_approved(&house, id).await, Some(true), "nobody is left out");
    }
    let page = house.get(Some(&cookie), &begun).await;
    assert!(page.body.contains("2 of 2 done") && !page.body.contains("failed"), "{}", page.body);
    // Begun, paused by itself and let go on: each is in the record.
    for (kind, who) in
        [("batch_begun", Some("01moderator")), ("batch_paused", None), ("batch_resumed", Some("01moderator"))]
    {
        let filter = howdah::ledger::Filter { kind: Some(kind.into()), limit: 50, ..Default::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        assert_eq!(entries.len(), 1, "{kind}");
        assert_eq!(entries[0].operator.as_deref(), who, "{kind}");
        let mut facts = serde_json::json!({ "kind": "decide_sign_up", "number": 2 });
        if kind == "batch_paused" {
            facts["lasts"] = true.into();
        }
        assert_eq!(entries[0].leaf["facts"], facts);
    }
    let owner = house.sign_in("owner").await;
    let audit = house.get(Some(&owner), "/audit?kind=batch_paused").await.body;
    assert!(audit.contains("the console itself") && audit.contains("paused a batch of 2 sign-ups"), "{audit}");
}

/// Whoever works a page down to its end and decides the last of it goes on behind it, in both orders.
#[tokio::test]
async fn the_next_page_goes_on_where_the_last_person_was() {
    for order in ["oldest", "newest"] {
        let house = house(sqlite().await).await;
        let moderator = house.sign_in("moderator").await;
        sqlx::query(
            "with made as (insert into accounts (id, username, created_at, updated_at) \
             select 900000000000000000 + n, 'late' || n, now(), now() from generate_series(1, 60) n returning id, username) \
             insert into users (account_id, email, approved, confirmed_at, created_at, updated_at) \
             select id, username || '@post.example', false, now(), now() + interval '1 minute', now() from made",
        )
        .execute(&house.instance)
        .await
        .unwrap();
        house.look().await;
        let shown = |page: &str| -> Vec<String> {
            let links = page.split("/signups/").skip(1).filter_map(|rest| rest.split(['"', '?']).next());
            links.filter(|id| id.parse::<i64>().is_ok()).map(str::to_owned).collect()
        };
        let first = house.get(Some(&moderator), &format!("/i/harbour/signups?order={order}")).await.body;
        let next = first.split("href=\"").find(|link| link.contains("before=")).unwrap().split('"').next().unwrap();
        let next = next.replace("&amp;", "&");
        let seen = shown(&first);
        let last = seen.last().unwrap();
        let before = house.get(Some(&moderator), &next).await.body;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("update users set approved = true where account_id = {last}")))
            .execute(&house.instance)
            .await
            .unwrap();
        house.look().await;
        let after = house.get(Some(&moderator), &next).await.body;
        assert!(
            !shown(&after).is_empty() && shown(&before) == shown(&after),
            "{order}: {:?} {:?}",
            shown(&before),
            shown(&after)
        );
        assert!(shown(&after).iter().all(|id| !seen.contains(id)), "{order}");
    }
}

#[tokio::test]
async fn a_batch_of_more_than_fifty_stops_where_its_maker_may_not_decide_so_many_any_more() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    // More than a moderator decides at once.
    sqlx::query(
        "with made as (insert into accounts (id, username, created_at, updated_at) \
         select 900000000000000000 + n, 'late' || n, now(), now() from generate_series(1, 60) n returning id, username) \
         insert into users (account_id, email, approved, confirmed_at, created_at, updated_at) \
         select id, username || '@post.example', false, now(), now(), now() from made",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    house.look().await;
    let who = (1..=60).map(|n| (900_000_000_000_000_000_i64 + n).to_string()).collect::<Vec<_>>();
    let begun = decide(&house, &admin, &who.join(","), "approve", "").await.location.unwrap();
    assert!(begun.contains("/batches/"), "{begun}");
    let owner = house.sign_in("owner").await;
    let form = [("operator", "01admin"), ("role", "moderator"), ("seen", "admin"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/role", &form).await;
    work(&house).await;
    assert_eq!(house.weather.writes(), 0);
    let page = house.get(Some(&owner), &begun).await;
    assert!(page.body.contains("paused") && page.body.contains("Deciding more than 50 at once"), "{}", page.body);
}

#[tokio::test]
async fn a_batch_of_somebody_whose_access_ended_stops() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let owner = house.sign_in("owner").await;
    let people = waiting(&house).await;
    let who = people.iter().take(2).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let begun = decide(&house, &cookie, &who.join(","), "approve", "").await.location.unwrap();
    house
        .post(Some(&owner), "/api/people/disable", &[("operator", "01moderator"), ("disabled", "yes"), ("why", "left")])
        .await;
    work(&house).await;
    assert_eq!(house.weather.writes(), 0);
    let page = house.get(Some(&owner), &begun).await;
    assert!(page.body.contains("paused") && page.body.contains("no longer has access"), "{}", page.body);
}

#[tokio::test]
async fn too_many_at_once_are_refused_and_auditors_decide_nothing() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let who = (1..=51).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    let refused = decide(&house, &moderator, &who, "reject", "spam").await;
    let page = house.get(Some(&moderator), &refused.location.unwrap()).await;
    assert!(page.body.contains("Deciding more than 50 at once takes an owner or admin"), "{}", page.body);
    let admin = house.sign_in("admin").await;
    let who = (1..=201).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    let refused = decide(&house, &admin, &who, "reject", "spam").await;
    let page = house.get(Some(&admin), &refused.location.unwrap()).await;
    assert!(page.body.contains("at most 200"), "{}", page.body);
    let auditor = house.sign_in("auditor").await;
    let list = house.get(Some(&auditor), "/i/harbour/signups").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(!list.body.contains("Approve…"), "{}", list.body);
    assert!(!list.body.contains("@post.example\""), "no clear mail address");
    let contractor = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&contractor), "/i/harbour/signups").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.weather.writes(), 0);
}

#[tokio::test]
async fn those_who_say_the_same_are_shown_as_one() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let page = house.get(Some(&cookie), "/i/harbour/signups").await;
    assert!(page.body.contains("sign-ups give nearly the same reason"), "{}", page.body);
    let alike = page.body.split("href=\"/i/harbour/signups?alike=").nth(1).unwrap().split('"').next().unwrap();
    let page = house.get(Some(&cookie), &format!("/i/harbour/signups?alike={alike}")).await;
    assert!(page.body.contains("Reject all"), "{}", page.body);
    let preview = house.get(Some(&cookie), &format!("/i/harbour/signups?alike={alike}&decide=reject&all=yes")).await;
    let who = preview.body.split("name=\"who\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(who.split(',').count() >= 5, "frozen to ids: {who}");
}

/// Somebody who waits, and their page.
async fn asks(house: &House, number: i64, mail: &str, from: &str) -> String {
    let account = 920_000_000_000_000_000_i64 + number;
    sqlx::query(
        "insert into accounts (id, username, created_at, updated_at) values ($1, 'asks' || $2::text, now(), now())",
    )
    .bind(account)
    .bind(number.to_string())
    .execute(&house.instance)
    .await
    .unwrap();
    sqlx::query(
        "insert into users (account_id, email, approved, confirmed_at, sign_up_ip, created_at, updated_at) \
         values ($1, 'asks' || $2::text || '@' || $3, false, now(), $4::inet, now(), now())",
    )
    .bind(account)
    .bind(number.to_string())
    .bind(mail)
    .bind(from)
    .execute(&house.instance)
    .await
    .unwrap();
    account.to_string()
}

/// People who were let in from an address so long ago.
async fn let_in(house: &House, number: i64, from: &str, ago: &str) {
    sqlx::query(
        "with made as (insert into accounts (id, username, created_at, updated_at) \
         select 930000000000000000 + n, 'in' || n, now(), now() from generate_series(1, $1) n returning id, username) \
         insert into users (account_id, email, approved, confirmed_at, sign_up_ip, created_at, updated_at) \
         select id, username || '@post.example', true, now(), $2::inet, now() - $3::interval, now() from made",
    )
    .bind(number)
    .bind(from)
    .bind(ago)
    .execute(&house.instance)
    .await
    .unwrap();
}

/// Where people come from says nothing if it is nobody's, or that of many who were let in: no signal, and the desk says so
/// once. Those who wait make no address common, nor do those who were let in just now: a wave would hide itself.
#[tokio::test]
async fn an_address_that_says_nothing_gives_no_signal() {
    const NOBODYS: &str = "no visitor has";
    const V4: &str = "used 192.0.•.•: too common";
    const V6: &str = "used 2001:db8:•: too common";
    // Who asks from where, how many were let in from there and when, and whether that tells them apart.
    for (name, from, number, before, silent) in [
        ("two from one address", "192.0.2.1", 2, None, None),
        ("a wave from one address", "192.0.2.1", 120, None, None),
        ("a wave whose first were let in", "192.0.2.1", 120, Some((120, "1 hour")), None),
        ("many who are here", "192.0.2.1", 2, Some((120, "10 days")), Some(V4)),
        ("many who are here for long", "192.0.2.1", 2, Some((120, "40 days")), None),
        ("loopback", "127.0.0.1", 2, None, Some(NOBODYS)),
        ("a private network", "172.18.0.1", 2, None, Some(NOBODYS)),
        ("one network of IPv6", "2001:db8:1:2::7", 2, None, None),
        ("many who are here, from one network of IPv6", "2001:db8:1:2::7", 2, Some((120, "10 days")), Some(V6)),
        ("a private network of IPv6", "fd00::7", 2, None, Some(NOBODYS)),
    ] {
        let tells = silent.is_none();
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        if let Some((number, ago)) = before {
            let_in(&house, number, from, ago).await;
        }
        let mut last = String::new();
        for person in 0..number {
            last = asks(&house, person, &format!("mail{person}.example"), from).await;
        }
        house.look().await;
        let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{last}")).await.body;
        assert_eq!(page.contains("signed up from the same IP address"), tells, "{name}: {page}");
        let list = house.get(Some(&cookie), "/i/harbour/signups").await.body;
        for says in [NOBODYS, "used 192.0.•.•", "used 2001:db8:•"] {
            let expected = silent.is_some_and(|silent| silent.starts_with(says));
            assert_eq!(list.matches(says).count(), usize::from(expected), "{name}, {says}: {list}");
        }
        assert!(!list.contains(from), "{name}: the address is not shown");
        // Who was refused is not known again by such an address.
        let first = format!("{}", 920_000_000_000_000_000_i64);
        decide(&house, &cookie, &first, "reject", "spam").await;
        house.look().await;
        let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{last}")).await.body;
        assert_eq!(page.contains("same IP address was rejected"), tells, "{name}: {page}");
    }
}

/// Who was suspended since is counted neither among those from one address nor among all.
#[tokio::test]
async fn who_was_suspended_since_is_not_counted_for_a_common_address() {
    let house = crate::grants::timed(house(sqlite().await).await).await;
    let cookie = house.sign_in("moderator").await;
    let_in(&house, 120, "192.0.2.1", "10 days").await;
    asks(&house, 1, "mail.example", "192.0.2.1").await;
    let said = async || {
        house.look().await;
        let list = crate::seen::text(&house.get(Some(&cookie), "/i/harbour/signups").await.body);
        let (before, _) = list.split_once("who signed up within the last 30 days").unwrap();
        let (before, all) = before.trim().trim_end_matches(" people").rsplit_once(" of the ").unwrap();
        let here = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap();
        (here.parse::<i64>().unwrap(), all.parse::<i64>().unwrap())
    };
    let (here, all) = said().await;
    sqlx::query("update accounts set suspended_at = now() where id between 930000000000000001 and 930000000000000050")
        .execute(&house.instance)
        .await
        .unwrap();
    assert_eq!(said().await, (here, all), "it is counted once a minute");
    house.app.clock.advance(MINUTE);
    assert_eq!(said().await, (here - 50, all - 50));
}

/// The newest 5,000 sign-ups are looked at, and where there were more within the time, that is said.
#[tokio::test]
async fn what_was_counted_for_a_common_address_is_said() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let_in(&house, 5_100, "192.0.2.1", "10 days").await;
    asks(&house, 1, "mail.example", "192.0.2.1").await;
    house.look().await;
    let list = house.get(Some(&cookie), "/i/harbour/signups").await.body;
    assert!(list.contains("within the last 30 days, among the newest 5,000 sign-ups, and were approved"), "{list}");
}

#[tokio::test]
async fn a_throw_away_list_covers_what_lies_below_but_for_its_exceptions() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for (number, (mail, thrown_away)) in [
        ("quickbox.example", true),
        ("a.b.QuickBox.example", true),
        ("fine.quickbox.example", false),
        ("very.fine.quickbox.example", false),
        ("notquickbox.example", false),
    ]
    .into_iter()
    .enumerate()
    {
        let account = asks(&house, i64::try_from(number).unwrap(), mail, "192.0.2.1").await;
        house.look().await;
        let page = house.get(Some(&cookie), &format!("/i/harbour/signups/{account}")).await.body;
        assert_eq!(page.contains("list of disposable email domains"), thrown_away, "{mail}: {page}");
        assert!(!thrown_away || page.contains("throw-away.txt of 21 Sep 2026, 1 name"), "{mail}: {page}");
    }
    let list = house.get(Some(&cookie), "/i/harbour/signups").await.body;
    assert!(list.contains("throw-away.txt of 21 Sep 2026, 1 name"), "{list}");
}

/// As in a case: a digit chooses one of the common reasons, and one chosen by mistake can be let go of.
#[tokio::test]
async fn a_digit_chooses_a_common_reason() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let waits: String = sqlx::query_scalar(
        "select account_id::text from users where not approved and confirmed_at is not null order by id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let page = async |verdict: &str| {
        let address = format!("/i/harbour/signups/{waits}?decide={verdict}");
        house.get(Some(&owner), &address).await.body.replace("<!>", "")
    };
    let rejecting = page("reject").await;
    let reasons: Vec<&str> =
        rejecting.split("name=\"reason\"").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
    assert_eq!(reasons.len(), howdah::signups::REASONS.len() + 1, "{rejecting}");
    for (digit, reason) in (1..).zip(howdah::signups::REASONS) {
        let radio = rejecting.split("<input").find(|input| input.contains(&format!("value=\"{reason}\""))).unwrap();
        assert!(
            radio.contains(&format!("data-key=\"{digit}-")) && !radio.split('>').next().unwrap().contains("checked"),
            "{radio}"
        );
    }
    assert!(reasons.last().unwrap().contains("value=\"\""), "{reasons:?}");
    assert!(!page("approve").await.contains("name=\"reason\""));
    let form =
        [("instance", "harbour"), ("who", &*waits), ("verdict", "reject"), ("reason", "spam"), ("why", "a ring")];
    let done = house.sent(&owner, "/api/signups/decide", &form).await;
    assert!(done.body.contains("Done and verified"), "{}", done.body);
    let filter = howdah::ledger::Filter { kind: Some("decide_sign_up".into()), limit: 1, ..Default::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    assert_eq!(entries[0].document.as_ref().unwrap()["why"], "spam: a ring");
}

/// Mastodon refuses what does not stand as it was: that is said, and not that a role or rank forbids it; and who did it, where its log
/// says so.
#[tokio::test]
async fn a_refusal_because_of_what_somebody_did_meanwhile_says_so() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let waits = waiting(&house).await;
    let during = async |account: &str, verdict: &str, sql: String| {
        house.weather.meanwhile(&house.instance, Box::leak(sql.replace('$', account).into_boxed_str()));
        let form = [("instance", "harbour"), ("who", account), ("verdict", verdict), ("reason", "spam")];
        crate::seen::text(&house.sent(&owner, "/api/signups/decide", &form).await.body)
    };
    let approved = "update users set approved = true where account_id = $".to_owned();
    let page = during(&waits[0].0, "approve", approved.clone()).await;
    assert!(page.contains("have been approved in the meantime"), "{page}");
    assert!(!page.contains("role does not include it"), "{page}");
    let logged = "with done as (update users set approved = true where account_id = $ returning id) \
        insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
        select (select id from accounts where username = 'jonastran' and domain is null), 'approve', 'User', id, 'x', now(), now() from done";
    let page = during(&waits[1].0, "reject", logged.to_owned()).await;
    assert!(page.contains("@jonastran approved them in the meantime"), "{page}");
    // Gone, and nobody's decision.
    let gone = "delete from users where account_id = $".replace('$', &waits[2].0);
    sqlx::query(sqlx::AssertSqlSafe(gone)).execute(&house.instance).await.unwrap();
    let form = [("instance", "harbour"), ("who", &*waits[2].0), ("verdict", "approve")];
    let page = crate::seen::text(&house.sent(&owner, "/api/signups/decide", &form).await.body);
    assert!(page.contains("the sign-up no longer exists") && !page.contains("somebody else decided"), "{page}");
}

/// A yes of which nothing is there is doubted: what a colleague does the same afterwards is theirs.
#[tokio::test]
async fn an_empty_yes_takes_no_colleagues_deed_for_ours() {
    const YES: Instead = Instead {
        method: Method::POST,
        path: "/api/v1/admin/accounts",
        status: 200,
        headers: &[("content-type", "application/json")],
        body: "{}",
    };
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (account, _) = waiting(&house).await[0].clone();
    house.front.instead(vec![YES]);
    let page = crate::seen::text(
        &house
            .sent(&owner, "/api/signups/decide", &[("instance", "harbour"), ("who", &*account), ("verdict", "approve")])
            .await
            .body,
    );
    assert!(page.contains("nothing of it is there yet"), "{page}");
    let theirs = "update users set approved = true where account_id = $".replace('$', &account);
    sqlx::query(sqlx::AssertSqlSafe(theirs)).execute(&house.instance).await.unwrap();
    until("it is closed", async || house.outcome("decide_sign_up").await.is_some()).await;
    assert_eq!(house.outcome("decide_sign_up").await, Some(Outcome::Unknown));
}

/// Whoever decides about one goes on to the next that their page named, or, where a colleague was quicker, to another who waits.
#[tokio::test]
async fn the_next_sign_up_is_one_that_still_waits() {
    let house = house(sqlite().await).await;
    let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
    let who: Vec<String> = waiting(&house).await.into_iter().map(|(account, _)| account).take(2).collect();
    decide(&house, &owner, &who[1], "approve", "").await;
    let form = [("instance", "harbour"), ("who", &*who[0]), ("verdict", "approve"), ("next", &*who[1])];
    let to = house.post(Some(&moderator), "/api/signups/decide", &form).await.location.unwrap();
    let next = to.split("/signups/").nth(1).and_then(|rest| rest.split('?').next()).unwrap_or_default();
    assert!(!next.is_empty() && !who.iter().any(|one| one == next), "{to}");
}

/// A rejection that nobody answered is remembered once the sign-up is seen to be gone, and not before.
#[tokio::test]
async fn a_rejection_whose_answer_was_lost_is_remembered_when_it_is_seen() {
    for gone in [true, false] {
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        let (account, _) = waiting(&house).await[0].clone();
        if gone {
            let sql = format!("delete from users where account_id = {account}");
            house.weather.meanwhile(&house.instance, Box::leak(sql.into_boxed_str()));
        }
        house.weather.set(Fault::Broken);
        decide(&house, &cookie, &account, "reject", "spam").await;
        house.weather.set(Fault::None);
        let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
        let remembered =
            async || -> i64 { sqlx::query_scalar("select count(*) from refusals").fetch_one(pool).await.unwrap() };
        if gone {
            until("it is remembered", async || remembered().await == 1).await;
            assert_eq!(house.outcome("decide_sign_up").await, Some(Outcome::Unknown), "nobody knows by whom");
        } else {
            assert_eq!(remembered().await, 0, "nobody saw it happen");
        }
    }
}

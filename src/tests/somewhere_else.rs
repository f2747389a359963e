//! What was kept about one instance is of no other, whoever writes another name beside it; and what was shown to somebody for
//! a right is shown no more when the right is gone.

use crate::support::{House, house, postgres, session, sql, sqlite};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    cli,
    clock::Clock,
    http,
    id::InstanceName,
    ledger::Filter,
    seal::Keys,
    store::{access_requests, batches},
};

/// A second instance with the same people under the same ids: what differs is its name alone.
async fn twins(house: House) -> House {
    let mut config = house.config.clone();
    let mut lagoon = config.instances[0].clone();
    lagoon.name = "lagoon".parse().unwrap();
    lagoon.title = "lagoon.example".into();
    config.instances.push(lagoon);
    let keys = Keys::from_secret([7; 32]);
    let app = cli::assemble(config.clone(), Clock::System, keys, house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, config, ..house };
    house.look().await;
    house
}

#[tokio::test]
async fn what_is_sealed_says_which_instance_it_belongs_to() {
    for kept in [sqlite().await, postgres().await] {
        let house = twins(house(kept).await).await;
        let store = &house.app.store;
        let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let moved =
            async |table: &str, to: &str| sql(store, &format!("update {table} set instance = '{to}'")).await.unwrap();

        // A note that came with a case.
        let (account, _) = house.case("windvane").await;
        for (path, more) in
            [("hold", vec![("claim", "yes")]), ("hand-over", vec![("to", "01admin"), ("note", "Knows the history.")])]
        {
            let form = [vec![("instance", "harbour"), ("account", account.as_str()), ("back", "/")], more].concat();
            house.post(Some(&moderator), &format!("/api/reports/{path}"), &form).await;
        }
        let note = async |on: &str| {
            let page = house.get(Some(&admin), &format!("/i/{on}/reports/{account}")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            page.body.contains("Knows the history.")
        };
        assert!(note("harbour").await);
        moved("case_holds", "lagoon").await;
        assert!(!note("lagoon").await, "a note of the other instance's");

        // What was revealed.
        let back = format!("/i/harbour/reports/{account}");
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("what", "email"),
            ("why", "a test"),
            ("back", back.as_str()),
        ];
        let email: String = sqlx::query_scalar("select u.email from users u where account_id = $1::text::bigint")
            .bind(&account)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        let to = house.post(Some(&moderator), "/api/reports/reveal", &form).await.location.unwrap();
        let there = house.get(Some(&moderator), &to.replace("harbour", "lagoon")).await;
        assert!(to.contains("shown=") && there.status == StatusCode::OK, "{to}: {}", there.status);
        assert!(!there.body.contains(&email), "shown where it was not looked for");

        // What somebody said who asked for access.
        let form = [
            ("instance", "harbour"),
            ("accounts", "1"),
            ("who", "Nora Night"),
            ("organisation", ""),
            ("contact", ""),
            ("why", "runs a library"),
            ("back", "/i/harbour/access-requests"),
        ];
        let request = house.post(Some(&admin), "/api/access-requests/enter", &form).await.location.unwrap();
        let id = crate::support::id_of(&request);
        let read = async |on: &str| {
            house.get(Some(&admin), &format!("/i/{on}/access-requests/{id}")).await.body.contains("library")
        };
        assert!(read("harbour").await);
        moved("access_requests", "lagoon").await;
        assert!(!read("lagoon").await, "words of the other instance's");
        moved("access_requests", "harbour").await;
        let form = [("instance", "harbour"), ("request", id.as_str()), ("answer", "Not now, Nora."), ("back", "/")];
        house.post(Some(&admin), "/api/access-requests/refuse", &form).await;
        let now = async || access_requests::by_id(store, &house.app.keys, &id).await;
        assert_eq!(now().await.unwrap().unwrap().answer.as_deref(), Some("Not now, Nora."));
        moved("access_requests", "lagoon").await;
        assert!(now().await.unwrap().is_none(), "an answer of the other instance's");
    }
}

/// One that somebody writes another instance's name to is no batch at all: nothing of it is done, here or there.
#[tokio::test]
async fn a_batch_under_another_instances_name_is_none() {
    for kept in [sqlite().await, postgres().await] {
        let house = twins(house(kept).await).await;
        let (store, cookie) = (&house.app.store, house.sign_in("moderator").await);
        let who: Vec<String> = sqlx::query_scalar(
            "select u.account_id::text from users u where not u.approved and u.confirmed_at is not null order by u.id limit 2",
        )
        .fetch_all(&house.instance)
        .await
        .unwrap();
        assert_eq!(who.len(), 2);
        let who = who.join(",");
        let form = [("instance", "harbour"), ("who", who.as_str()), ("verdict", "approve"), ("back", "/")];
        let to = house.post(Some(&cookie), "/api/signups/decide", &form).await.location.unwrap();
        assert!(to.starts_with("/i/harbour/batches/"), "{to}");
        let id = to.rsplit_once('/').unwrap().1;
        let status = async |on: &str| house.get(Some(&cookie), &format!("/i/{on}/batches/{id}")).await.status;
        assert_eq!((status("harbour").await, status("lagoon").await), (StatusCode::OK, StatusCode::NOT_FOUND));
        let pause = async |on: &str| {
            let form = [("instance", on), ("batch", id), ("pause", "yes"), ("back", "/")];
            house.sent(&cookie, "/api/batches/pause", &form).await.status
        };
        assert_eq!(pause("lagoon").await, StatusCode::NOT_FOUND, "by a form that says another instance");
        sql(store, "update batches set instance = 'lagoon'").await.unwrap();
        assert_eq!((status("harbour").await, status("lagoon").await), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(pause("lagoon").await, StatusCode::NOT_FOUND);
        for on in ["harbour", "lagoon"] {
            let name: InstanceName = on.parse().unwrap();
            let instance = house.app.instances[&name].clone();
            assert_eq!(engine::work::<OfBatch>(&house.app, &instance, "one", 50).await.unwrap(), 0, "{on}");
            assert!(batches::running(store, &house.app.keys, &name).await.unwrap().is_empty(), "{on}");
        }
        let deeds = Filter { kind: Some("decide_sign_up".into()), limit: 10, ..Filter::default() };
        assert!(house.app.ledger.list(&deeds).await.unwrap().is_empty(), "nothing of it was begun");
        assert_eq!(house.weather.writes(), 0);
        let refused: Vec<String> = store.refused().await.unwrap().into_iter().map(|row| row.row).collect();
        assert!(refused.contains(&format!("the batch {id}")), "{refused:?}");
    }
}

/// What was revealed or found stays to be looked at for a while, by whoever may still look.
#[tokio::test]
async fn what_was_shown_for_a_right_is_gone_with_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
        let (account, _) = house.case("windvane").await;
        let email: String = sqlx::query_scalar("select u.email from users u where account_id = $1::text::bigint")
            .bind(&account)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        let back = format!("/i/harbour/reports/{account}");
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("what", "email"),
            ("why", "a test"),
            ("back", back.as_str()),
        ];
        let reveal = async || house.post(Some(&moderator), "/api/reports/reveal", &form).await.location.unwrap();
        let shown = reveal().await;
        assert!(house.get(Some(&moderator), &shown).await.body.contains(&email), "as long as the right lasts");
        let shown = reveal().await;
        // An address of two: of one alone the account itself is opened.
        let two = "update users set sign_up_ip = '203.0.113.77' where id in (select u.id from users u join accounts a \
            on a.id = u.account_id order by a.username = 'windvane' desc, u.id limit 2)";
        sqlx::query(two).execute(&house.instance).await.unwrap();
        let form = [("instance", "harbour"), ("q", "203.0.113.77"), ("why", "a test"), ("back", "/")];
        let found = house.post(Some(&moderator), "/api/accounts/search", &form).await.location.unwrap();
        assert!(house.get(Some(&moderator), &found).await.body.contains("windvane"), "{found}");

        let form = [("operator", "01moderator"), ("role", "auditor"), ("seen", "moderator"), ("why", "a test")];
        house.post(Some(&owner), "/api/people/role", &form).await;
        let auditor = house.sign_in("moderator").await;
        assert_ne!(session(&auditor), session(&moderator));
        let page = house.get(Some(&auditor), &shown).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(&email), "an auditor reads what a moderator revealed");
        let page = house.get(Some(&auditor), &found).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.body);
        assert!(!page.body.contains("windvane"), "an auditor reads what a moderator found");
    }
}

//! Whoever acts is told what came of it, also where that came after they were answered, or while nobody waited: on every page,
//! until they have seen it. And those who decide about requests for access see that some wait.

use crate::support::{Fault, House, NO_SANCTION, house, postgres, sql, sqlite, until};
use axum::http::StatusCode;
use howdah::{cli, clock::Clock, id::OperatorId, jobs, ledger::Outcome, seal::Keys, store::untold};
use std::sync::Arc;

const LATE: &str = "Outcome of your action";

/// Limits an account by the form, while the instance does not answer: the page that it leads to.
async fn limit(house: &House, cookie: &str) -> String {
    let (account, reports) = house.case("windvane").await;
    house.weather.set(Fault::Broken);
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "some words to keep"),
        ("why", "a reason to keep"),
        ("back", "/i/harbour/reports"),
    ];
    let to = house.post(Some(cookie), "/api/reports/decide", &form).await.location.unwrap();
    house.weather.set(Fault::None);
    to
}

/// The process that watches it dies, and another one closes it two minutes later.
async fn closed_by_another(house: &House) {
    let late = "update open_deeds set lease_until = 0, opened_at = opened_at - 121000";
    sql(&house.store.store, late).await.unwrap();
    let (config, keys) = (house.config.clone(), Keys::from_secret([7; 32]));
    let next: Arc<_> = cli::assemble(config, Clock::System, keys, house.store.store.clone()).unwrap();
    for instance in next.instances.values() {
        instance.probe(next.clock.now()).await;
    }
    jobs::sweep(&next).await.unwrap();
}

fn entry_of(address: &str) -> i64 {
    let (_, rest) = address.split_once("done=").unwrap();
    rest.split('&').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_action_that_failed_after_the_answer_is_told_on_every_page_until_it_is_seen() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (cookie, colleague) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let to = limit(&house, &cookie).await;
        let entry = entry_of(&to);
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("Not confirmed yet"), "{page}");
        assert_eq!(page.matches("Not confirmed yet").count(), 1, "said once on its own page: {page}");
        let (case, _) = house.case("windvane").await;
        let elsewhere = [format!("/i/harbour/reports/{case}"), "/audit".to_owned(), "/your-sign-in".to_owned()];
        for path in &elsewhere {
            let page = house.get(Some(&cookie), path).await.body;
            assert!(page.contains("Not confirmed yet") && page.contains(&format!("/audit/{entry}")), "{path}: {page}");
            assert!(!page.contains(LATE), "{path}");
        }
        // Looking at the entry while it is open is not to have seen what came of it.
        house.get(Some(&cookie), &format!("/audit/{entry}")).await;

        closed_by_another(&house).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Unknown));
        for path in &elsewhere {
            let page = house.get(Some(&cookie), path).await.body;
            assert!(page.contains(LATE) && page.contains("not seen to have happened"), "{path}: {page}");
            assert!(!page.contains("Not confirmed yet"), "{path}");
            assert!(!house.get(Some(&colleague), path).await.body.contains(LATE), "{path}: it is no colleague's");
        }
        // An entry that cannot be shown is not seen.
        assert_eq!(house.get(Some(&cookie), "/audit/999999").await.status, StatusCode::NOT_FOUND);
        assert!(house.get(Some(&cookie), "/audit").await.body.contains(LATE));
        // A colleague who opens it has not seen it for them.
        house.get(Some(&colleague), &format!("/audit/{entry}")).await;
        assert!(house.get(Some(&cookie), "/audit").await.body.contains(LATE));
        let page = house.get(Some(&cookie), &format!("/audit/{entry}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(LATE) && page.body.contains("not seen to have happened"), "{}", page.body);
        assert!(!house.get(Some(&cookie), "/audit").await.body.contains(LATE), "it is seen");
    }
}

#[tokio::test]
async fn an_action_that_came_to_be_done_is_told_too_and_can_be_dismissed() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let entry = entry_of(&limit(&house, &cookie).await);
    // By somebody else's hand, in Mastodon itself.
    let done = "update accounts set silenced_at = now() where username = 'windvane'; \
        update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane')";
    sqlx::raw_sql(done).execute(&house.instance).await.unwrap();
    until("it is closed by what is read", async || house.outcome("decide_case").await.is_some()).await;
    let told = async || untold::newest(&house.app.store, &OperatorId("01moderator".into())).await.unwrap();
    until("it is to be told", async || told().await == Some(entry)).await;
    let page = house.get(Some(&cookie), "/i/harbour/reports").await.body;
    assert!(page.contains(LATE) && page.contains("the state is as intended"), "{page}");
    let number = entry.to_string();
    let form = [("entry", number.as_str()), ("back", "/i/harbour/reports")];
    let other = house.sign_in("admin").await;
    house.post(Some(&other), "/api/audit/told", &form).await;
    assert_eq!(told().await, Some(entry), "nobody dismisses what another one is to be told");
    let page = house.sent(&cookie, "/api/audit/told", &form).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains(LATE), "{}", page.body);
    assert_eq!(told().await, None);
}

#[tokio::test]
async fn what_is_confirmed_at_once_is_told_once_and_never_again() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("why", "a reason"),
        ("back", "/i/harbour/reports"),
    ];
    let page = house.sent(&cookie, "/api/reports/decide", &form).await;
    assert!(page.body.contains("Done and verified"), "{}", page.body);
    assert!(untold::of(&house.app.store, &OperatorId("01moderator".into()), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_decides_about_requests_for_access_sees_that_some_wait() {
    let house = house(sqlite().await).await;
    let mut cookies = Vec::new();
    for role in ["owner", "admin", "moderator", "auditor"] {
        cookies.push((role, house.sign_in(role).await));
    }
    let rail = "data-count=\"harbour requests\" class=\"count\">";
    let page = house.get(Some(&cookies[0].1), "/i/harbour").await.body.replace("<!>", "");
    assert!(page.contains(&format!("{rail}0</span>")), "{page}");
    assert!(!page.contains("<span class=\"soft small\">Access requests"), "no tile for what nobody asks");
    let form = [("who", "Zora"), ("contact", "zora@elsewhere.example"), ("why", "We mend lanterns"), ("accounts", "1")];
    let form: Vec<_> = form.into_iter().chain([("instance", "harbour")]).collect();
    house.sent(&cookies[1].1, "/api/access-requests/enter", &form).await;
    for (role, cookie) in &cookies {
        let decides = matches!(*role, "owner" | "admin");
        let page = house.get(Some(cookie), "/i/harbour").await.body.replace("<!>", "");
        assert_eq!(page.contains(&format!("{rail}1</span>")), decides, "{role}: {page}");
        assert_eq!(page.contains("<span class=\"soft small\">Access requests</span>"), decides, "{role}: {page}");
    }
}

//! More than anybody expects of one thing: reports about one account, people who say the same, tries at guessing.

use crate::support::{House, NO_SANCTION, house, sqlite};
use axum::http::StatusCode;
use howdah::{
    config::Secret,
    id::{AccountId, OperatorId},
    ledger::Outcome,
    store::linked_accounts::Linked,
};

async fn sql(house: &House, text: &'static str) {
    sqlx::raw_sql(text).execute(&house.instance).await.unwrap();
}

/// Pages of any size of case or list stay pages.
const LARGEST_PAGE: usize = 600_000;

/// More than the console holds: no number is said to be the whole, and none of them the oldest.
#[tokio::test]
async fn more_than_is_held_is_said_to_be_more() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    sql(
        &house,
        "insert into reports (account_id, target_account_id, comment, category, created_at, updated_at) \
         select (select id from accounts where domain is not null order by id limit 1), \
                (select id from accounts where username = 'windvane' and domain is null), \
                'again ' || n, 1000, now() - interval '400 days', now() from generate_series(1, 50010) n",
    )
    .await;
    house.look().await;
    let text = |body: &str| crate::seen::text(body);
    let overview = text(&house.get(Some(&owner), "/i/harbour").await.body);
    assert!(overview.contains("Open cases1+age of the oldest not known"), "{overview}");
    assert!(overview.contains("Reports1+"), "{overview}");
    let queue = text(&house.get(Some(&owner), "/i/harbour/reports").await.body);
    assert!(queue.contains("1+ open cases · 50,000+ reports"), "{queue}");
}

#[tokio::test]
async fn ten_thousand_reports_about_one_account_are_one_case() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    sql(
        &house,
        "insert into reports (account_id, target_account_id, comment, category, created_at, updated_at) \
         select (select id from accounts where domain is not null order by id limit 1), \
                (select id from accounts where username = 'windvane' and domain is null), \
                'again ' || n, 1000, now() - n * interval '1 second', now() from generate_series(1, 10000) n",
    )
    .await;
    house.look().await;
    let queue = house.get(Some(&cookie), "/i/harbour/reports").await;
    assert_eq!(queue.status, StatusCode::OK);
    let (account, reports) = house.case("windvane").await;
    assert!(reports.split(',').count() > 10_000);
    let case = format!("/i/harbour/reports/{account}");
    let page = house.get(Some(&cookie), &case).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.len() < LARGEST_PAGE, "{} bytes", page.body.len());
    // Nobody can see whether all of them are in a contractor's grant.
    let contractor = house.sign_in("contractor").await;
    let theirs = house.get(Some(&contractor), &case).await.body;
    assert!(theirs.contains("too many to check against your grant"), "{theirs}");
    assert!(!theirs.contains("decide=silence"), "{theirs}");
    let decide = async |cookie: &str, seen: &str, unread: &str| {
        let fields = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", seen),
            ("unread", unread),
            ("state", NO_SANCTION),
            ("why", "a wave of reports"),
            ("text", "Please stop."),
            ("back", case.as_str()),
        ];
        house.post(Some(cookie), "/api/reports/decide", &fields).await.location.unwrap()
    };
    let first: Vec<&str> = reports.split(',').take(500).collect();
    assert!(decide(&contractor, &first.join(","), "9501").await.contains("draft="), "nor decide");
    // What the form sends back is what the page gave it, and it closes all of them.
    let form = house.get(Some(&cookie), &format!("{case}?decide=silence")).await;
    assert!(form.body.len() < LARGEST_PAGE, "{} bytes", form.body.len());
    let field = |name: &str| {
        let field = form.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    let (seen, unread) = (field("reports"), field("unread"));
    assert_eq!((seen.split(',').count(), unread.as_str()), (500, "9501"));
    let texts = form.body.replace("<!>", "");
    assert!(texts.contains("10,000+ reports, 1 case") && texts.contains("1 to 50 of 10,000+"), "{texts}");
    assert!(texts.contains("Resolves all 10,000+ open reports, including those nobody here has read"), "{texts}");
    // Many more than were named came in meanwhile: it is said, and nothing is done.
    let less = decide(&cookie, &seen, "400").await;
    let stale = house.get(Some(&cookie), &less).await.body;
    assert!(stale.contains("more reports came in than you were told"), "{stale}");
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Stale));
    // Nobody decides their own case, also where their report is beyond those that are read.
    let own = Linked {
        operator: OperatorId("01admin".into()),
        instance: "harbour".parse().unwrap(),
        account: sqlx::query_scalar::<_, i64>(
            "select id from accounts where username = 'jonastran' and domain is null",
        )
        .fetch_one(&house.instance)
        .await
        .map(AccountId)
        .unwrap(),
        username: "jonastran".to_owned(),
        token: Secret::new("a token"),
        linked_at: house.app.clock.now(),
    };
    crate::support::link(&house.app, &own).await;
    sql(
        &house,
        "insert into reports (account_id, target_account_id, comment, category, created_at, updated_at) \
         select (select id from accounts where username = 'jonastran' and domain is null), \
                (select id from accounts where username = 'windvane' and domain is null), 'mine', 1000, now(), now()",
    )
    .await;
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), &case).await.body;
    assert!(page.contains("You reported this as @jonastran"), "{page}");
    let refused = house.get(Some(&admin), &decide(&admin, &seen, &unread).await).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = decide(&cookie, &seen, &unread).await;
    assert!(done.contains("done="), "{done}");
    let said = house.get(Some(&cookie), &done).await.body.replace("<!>", "");
    assert!(said.contains("that nobody here has read"), "{said}");
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let left: i64 = sqlx::query_scalar(
        "select count(*) from reports where action_taken_at is null and target_account_id = $1::text::bigint",
    )
    .bind(&account)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    assert_eq!(left, 0);
    let auditor = house.sign_in("auditor").await;
    let entry = house.get(Some(&auditor), "/audit?kind=decide_case").await;
    assert_eq!(entry.status, StatusCode::OK);
    assert!(entry.body.len() < LARGEST_PAGE, "{} bytes", entry.body.len());
}

#[tokio::test]
async fn five_thousand_who_say_the_same_are_one_cluster_and_decided_by_two_hundred() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    sql(
        &house,
        "with new as (insert into accounts (id, username, created_at, updated_at) \
            select 800000000000000000 + n, 'wave' || n, now() - n * interval '1 second', now() from generate_series(1, 5000) n \
            returning id, username, created_at), \
         users as (insert into users (email, account_id, approved, confirmed_at, locale, created_at, updated_at) \
            select username || '@wave.example', id, false, now(), 'en', created_at, now() from new returning id) \
         insert into user_invite_requests (user_id, text, created_at, updated_at) \
            select id, 'I would like to offer you our very best prices for followers', now(), now() from users",
    )
    .await;
    house.look().await;
    let page = house.get(Some(&cookie), "/i/harbour/signups").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.len() < LARGEST_PAGE, "{} bytes", page.body.len());
    let texts = page.body.replace("<!>", "");
    assert!(texts.contains("5,000 sign-ups give nearly the same reason"), "{texts}");
    let before = page.body.split("View them together").next().unwrap();
    let alike = before.rsplit("signups?alike=").next().unwrap().split('"').next().unwrap();
    let preview = house.get(Some(&cookie), &format!("/i/harbour/signups?alike={alike}&decide=reject&all=yes")).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.body.len() < LARGEST_PAGE, "{} bytes", preview.body.len());
    let who = preview.body.split("name=\"who\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    // As many as a moderator decides at once; the others are next.
    assert_eq!(who.split(',').count(), 50);
    assert!(preview.body.contains("These are the first 50 of 5,000."), "{}", preview.body);
}

#[tokio::test]
async fn a_mail_address_is_not_guessed_letter_by_letter() {
    let house = house(sqlite().await).await;
    // A contractor, who searches by none, and a moderator: neither gets an answer for a part of it.
    let (user, mail): (String, String) = sqlx::query_as(
        "select a.username, u.email from users u join accounts a on a.id = u.account_id where a.username = 'windvane'",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    for role in ["contractor", "moderator"] {
        let cookie = house.sign_in(role).await;
        let found = async |q: &str| {
            let to = house
                .post(
                    Some(&cookie),
                    "/api/accounts/look-up",
                    &[("instance", "harbour"), ("q", q), ("back", "/i/harbour")],
                )
                .await;
            let to = to.location.unwrap();
            // Refused, it comes back to the page that it was sent from.
            let refused = to.contains("draft=");
            !refused && house.get(Some(&cookie), &to).await.body.contains(&format!("@{user}<"))
        };
        let search = async |q: &str| {
            let form = [("instance", "harbour"), ("q", q), ("why", "the same ring"), ("back", "/i/harbour/search")];
            let to = house.post(Some(&cookie), "/api/accounts/search", &form).await.location.unwrap();
            (to.contains("found=") || to.contains("/accounts/"))
                && house.get(Some(&cookie), &to).await.body.contains(&format!("@{user}<"))
        };
        for end in 1..mail.len() {
            let part = &mail[..end];
            // A beginning that is a handle of its own is another question.
            if part.contains('@') {
                assert!(!found(part).await, "{role}: {part}");
                assert!(!found(&format!("{part}%")).await, "{role}: {part}%");
                assert!(!search(part).await, "{role}: {part}");
            }
        }
        assert!(!found(&mail).await, "{role}: without a reason nothing is");
        assert_eq!(search(&mail).await, role == "moderator", "{role}: the whole one");
    }
}

#[tokio::test]
async fn a_rule_is_lifted_while_the_instance_still_deletes_for_it() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let rule = [("instance", "harbour"), ("domain", "night.example"), ("severity", "suspend"), ("why", "spam")];
    let rules = async || -> i64 {
        sqlx::query_scalar("select count(*) from domain_blocks where domain = 'night.example'")
            .fetch_one(&house.instance)
            .await
            .unwrap()
    };
    for _ in 0..3 {
        let set = house.post(Some(&owner), "/api/domains/set", &rule).await;
        assert!(set.location.as_deref().unwrap().contains("done="), "{:?}", set.location);
        assert_eq!((house.outcome("block_domain").await, rules().await), (Some(Outcome::Succeeded), 1));
        // The purge has been asked for and has not ended: the instance works on it by itself.
        let page = house.get(Some(&owner), "/i/harbour/federation/server?name=night.example").await;
        assert_eq!(page.status, StatusCode::OK);
        let seen = page.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let seen = seen.replace("&quot;", "\"");
        let lift = [("instance", "harbour"), ("domain", "night.example"), ("seen", &*seen), ("why", "a mistake")];
        let lifted = house.post(Some(&owner), "/api/domains/lift", &lift).await;
        assert!(lifted.location.as_deref().unwrap().contains("done="), "{:?}", lifted.location);
        assert_eq!((house.outcome("lift_domain_block").await, rules().await), (Some(Outcome::Succeeded), 0));
    }
}

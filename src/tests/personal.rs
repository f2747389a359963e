//! What is masked, from the side of somebody who wants it: whose it is to look at, how often, and where what is typed goes.

use crate::support::{Answered, House, grant, grants_taken_back, house, postgres, sqlite};
use axum::http::StatusCode;
use futures::future::join_all;
use howdah::{
    cli,
    clock::{Clock, DAY, HOUR, MINUTE},
    http,
    id::OperatorId,
    ledger::Outcome,
    reports::Category,
    seal::Keys,
};

/// The same house with a clock of its own.
async fn timed(house: House) -> House {
    let clock = Clock::set(house.app.clock.now());
    let app =
        cli::assemble(house.config.clone(), clock, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, ..house };
    house.look().await;
    house
}

/// The same for two instances.
async fn of_two(house: House) -> House {
    let mut config = house.config.clone();
    let mut another = config.instances[0].clone();
    another.name = "quay".parse().unwrap();
    config.instances.push(another);
    timed(House { config, ..house }).await
}

async fn id_of(house: &House, username: &str) -> String {
    sqlx::query_scalar("select id::text from accounts where username = $1 and domain is null")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn run(house: &House, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn entries(house: &House, kind: &str) -> usize {
    let filter = howdah::ledger::Filter { kind: Some(kind.to_owned()), limit: 1000, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap().len()
}

/// What a form came to: its status, and the page it comes back on.
async fn sent(house: &House, cookie: &str, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let answer = house.post(Some(cookie), path, fields).await;
    let location = answer.location.unwrap_or_default();
    if !location.contains("draft=") {
        return (answer.status, location);
    }
    let Answered { status, body, .. } = house.get(Some(cookie), &location).await;
    (status, body)
}

/// A contractor with one grant and no other.
async fn contractor(house: &House, categories: Vec<Category>, sign_ups: bool, reveal: bool) -> String {
    let now = house.app.clock.now();
    assert!(grants_taken_back(&house.app, "01contractor").await > 0);
    grant(&house.app, "01contractor", categories, sign_ups, reveal, now.plus(DAY)).await;
    house.sign_in("contractor").await
}

#[tokio::test]
async fn a_contractor_lifts_a_sanction_in_an_open_case_with_a_reason_and_nowhere_else() {
    let house = house(sqlite().await).await;
    let cookie = contractor(&house, vec![Category::Spam], false, false).await;
    let (account, _) = house.case("windvane").await;
    run(&house, &format!("update accounts set suspended_at = now(), suspension_origin = 0 where id = {account}")).await;
    run(&house, &format!("update reports set category = 1000 where target_account_id = {account}")).await;
    let page = format!("/i/harbour/accounts/{account}");
    let state = r#"{"disabled":false,"sensitized":false,"silenced":false,"suspended":true}"#;
    let lift = async |why: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("reversal", "unsuspend"),
            ("state", state),
            ("why", why),
            ("back", page.as_str()),
        ];
        sent(&house, &cookie, "/api/reports/reverse", &form).await
    };
    // The reports are closed: no case, no hand on it, with or without words.
    run(&house, &format!("update reports set action_taken_at = now() where target_account_id = {account}")).await;
    for why in ["", "a mistake"] {
        let (status, said) = lift(why).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
        assert!(said.contains("this account has none"), "{said}");
    }
    let shown = house.get(Some(&cookie), &page).await.body;
    assert!(!shown.contains("/api/reports/reverse") && !shown.contains("/api/reports/reopen"), "{shown}");
    // Open, and outside the grant.
    run(
        &house,
        &format!("update reports set action_taken_at = null, category = 1500 where target_account_id = {account}"),
    )
    .await;
    assert_eq!(lift("a mistake").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.weather.writes(), 0, "something reached the instance");
    // Open, and within it: with a reason.
    run(&house, &format!("update reports set category = 1000 where target_account_id = {account}")).await;
    let (status, said) = lift(" ").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("Enter a reason"), "{said}");
    assert_eq!((house.weather.writes(), entries(&house, "reverse_sanction").await), (0, 0));
    let (status, to) = lift("a mistake").await;
    assert!(status == StatusCode::FOUND && to.contains("done="), "{status}: {to}");
    assert_eq!(house.outcome("reverse_sanction").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn a_contractor_reveals_in_an_open_case_within_the_grant_that_says_so_and_never_of_staff() {
    let house = house(sqlite().await).await;
    let (account, _) = house.case("windvane").await;
    let (other, _) = house.case("lantern_fell").await;
    run(&house, &format!("update reports set category = 1000 where target_account_id = {account}")).await;
    run(&house, &format!("update reports set category = 2000 where target_account_id = {other}")).await;
    let cookie = contractor(&house, vec![Category::Spam], false, true).await;
    // A second grant that does not include reveals adds none.
    let ends = house.app.clock.now().plus(DAY);
    grant(&house.app, "01contractor", vec![Category::Violation], false, false, ends).await;
    let what = async |account: &str, what: &str| {
        let form =
            [("instance", "harbour"), ("account", account), ("what", what), ("why", "a test"), ("back", "/audit")];
        sent(&house, &cookie, "/api/reports/reveal", &form).await.0
    };
    assert_eq!(what(&account, "email").await, StatusCode::FOUND, "the case is theirs");
    assert_eq!(what(&other, "email").await, StatusCode::FORBIDDEN, "a case of the grant without reveals");
    let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{other}")).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("/api/reports/reveal"), "{}", page.body);
    let master = id_of(&house, "harbourmaster").await;
    let nobody: String = sqlx::query_scalar(
        "select a.id::text from accounts a join users u on u.account_id = a.id where u.role_id is null and u.approved \
         and not exists (select from reports r where r.target_account_id = a.id) limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let waits: String = sqlx::query_scalar(
        "select a.id::text from accounts a join users u on u.account_id = a.id where not u.approved limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    run(
        &house,
        &format!(
            "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
             values ({account}, {master}, 1000, now(), now())"
        ),
    )
    .await;
    let before = entries(&house, "reveal").await;
    for (whose, whom, answer) in [
        ("the owner of the instance", &master, StatusCode::FORBIDDEN),
        ("nobody reported", &nobody, StatusCode::FORBIDDEN),
        // Of whoever waits it is not even told that there is such an account.
        ("waits", &waits, StatusCode::NOT_FOUND),
    ] {
        for masked in ["email", "address", "seen:0000", "post:1"] {
            assert_eq!(what(whom, masked).await, answer, "{whose}: {masked}");
        }
        let page = house.get(Some(&cookie), &format!("/i/harbour/accounts/{whom}")).await.body;
        assert!(!page.contains("/api/reports/reveal"), "{whose}: {page}");
    }
    assert_eq!(entries(&house, "reveal").await, before);
    // Whoever decides about sign-ups and may reveal looks at those who wait.
    let cookie = contractor(&house, Vec::new(), true, true).await;
    let form = [
        ("instance", "harbour"),
        ("account", waits.as_str()),
        ("what", "email"),
        ("why", "a test"),
        ("back", "/audit"),
    ];
    assert_eq!(sent(&house, &cookie, "/api/reports/reveal", &form).await.0, StatusCode::FOUND);
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("what", "email"),
        ("why", "a test"),
        ("back", "/audit"),
    ];
    assert_eq!(sent(&house, &cookie, "/api/reports/reveal", &form).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_account_of_a_colleague_is_no_contractors_whatever_its_role() {
    let house = house(sqlite().await).await;
    let (account, _) = house.case("windvane").await;
    run(&house, &format!("update reports set category = 1000 where target_account_id = {account}")).await;
    let cookie = contractor(&house, vec![Category::Spam], false, true).await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("what", "email"),
        ("why", "a test"),
        ("back", "/audit"),
    ];
    assert_eq!(sent(&house, &cookie, "/api/reports/reveal", &form).await.0, StatusCode::FOUND);
    let linked = howdah::store::linked_accounts::Linked {
        operator: OperatorId("01admin".into()),
        instance: "harbour".parse().unwrap(),
        account: account.parse().unwrap(),
        username: "windvane".to_owned(),
        token: howdah::config::Secret::new("a token"),
        linked_at: house.app.clock.now(),
    };
    crate::support::link(&house.app, &linked).await;
    assert_eq!(sent(&house, &cookie, "/api/reports/reveal", &form).await.0, StatusCode::FORBIDDEN);
    let form = [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes"), ("back", "/audit")];
    assert_eq!(sent(&house, &cookie, "/api/reports/hold", &form).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn no_contractor_searches_by_email_or_ip_address() {
    let house = house(sqlite().await).await;
    let before = entries(&house, "search_personal").await;
    for (sign_ups, reveal) in [(false, false), (true, true)] {
        let cookie = contractor(&house, Category::ALL.to_vec(), sign_ups, reveal).await;
        for q in ["windvane@post.example", "203.0.113.7", "2001:db8::1"] {
            let form = [("instance", "harbour"), ("q", q), ("why", "a test"), ("back", "/i/harbour/search")];
            for action in ["/api/accounts/look-up", "/api/accounts/search"] {
                let (status, said) = sent(&house, &cookie, action, &form).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{action} {q}: {said}");
            }
        }
        let page = house.get(Some(&cookie), "/i/harbour/search?q=windvane%40post.example").await.body;
        assert!(page.contains("Your role can’t search by email or IP address"), "{page}");
        assert!(!page.contains("/i/harbour/accounts/1"), "{page}");
    }
    assert_eq!(entries(&house, "search_personal").await, before);
}

#[tokio::test]
async fn a_search_by_email_asks_for_a_reason_and_stands_in_no_address() {
    let house = of_two(house(sqlite().await).await).await;
    let cookie = house.sign_in("moderator").await;
    let email = "windvane@post.example";
    let form = [("instance", "harbour"), ("q", email), ("back", "/i/harbour")];
    let asks = house.post(Some(&cookie), "/api/accounts/look-up", &form).await.location.unwrap();
    assert!(asks.starts_with("/i/harbour/search?ask=") && !asks.contains("post"), "{asks}");
    assert_eq!(entries(&house, "search_personal").await, 0, "nothing without a reason");
    let page = house.get(Some(&cookie), &asks).await.body;
    assert!(page.contains("action=\"/api/accounts/search\"") && page.contains(&format!("value=\"{email}\"")), "{page}");
    assert!(!page.contains("@windvane<"), "{page}");
    assert!(
        !page.split("<title>").nth(1).unwrap().split('<').next().unwrap().contains("post"),
        "a title is remembered"
    );
    let back = page.split("name=\"back\" value=\"").last().unwrap().split('"').next().unwrap();
    let search = async |why: &str| {
        let form = [("instance", "harbour"), ("q", email), ("why", why), ("back", back)];
        house.post(Some(&cookie), "/api/accounts/search", &form).await.location.unwrap()
    };
    let refused = search(" ").await;
    assert!(!refused.contains("post"), "{refused}");
    let again = house.get(Some(&cookie), &refused).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.body.contains("Enter a reason") && again.body.contains(&format!("value=\"{email}\"")),
        "{}",
        again.body
    );
    assert_eq!(entries(&house, "search_personal").await, 0);
    // The only one opens; what several have is listed.
    let one = search("the same ring").await;
    let windvane = id_of(&house, "windvane").await;
    assert!(one.starts_with(&format!("/i/harbour/accounts/{windvane}?done=")), "{one}");
    seen_from(&house, "203.0.113.9", &["windvane", "wren_1"]).await;
    let form = [("instance", "harbour"), ("q", "203.0.113.9"), ("why", "a ring"), ("back", back)];
    let found = house.post(Some(&cookie), "/api/accounts/search", &form).await.location.unwrap();
    assert!(found.starts_with("/i/harbour/search?found=") && !found.contains("203"), "{found}");
    assert!(house.get(Some(&cookie), &found).await.body.contains("@windvane<"));
    // It is of this instance, and shown on no other’s pages.
    for address in [&found, &asks] {
        let there = address.replace("/i/harbour/", "/i/quay/");
        let page = house.get(Some(&cookie), &there).await;
        assert!(!page.body.contains("windvane"), "{there}: {}", page.body);
    }
    house.app.clock.advance(10 * MINUTE);
    assert_eq!(house.get(Some(&cookie), &found).await.status, StatusCode::NOT_FOUND, "ten minutes are over");
    assert_eq!(house.get(Some(&cookie), &asks).await.body.matches(email).count(), 0, "so is what was typed");
}

/// These people signed up from one address.
async fn seen_from(house: &House, address: &str, usernames: &[&str]) {
    let sql =
        "update users set sign_up_ip = $1::inet where account_id in (select id from accounts where username = any($2))";
    let names: Vec<String> = usernames.iter().map(|name| (*name).to_owned()).collect();
    sqlx::query(sql).bind(address).bind(names).execute(&house.instance).await.unwrap();
}

#[tokio::test]
async fn a_revealed_address_says_whom_else_it_leads_to_and_goes_on_to_a_rule() {
    let house = house(sqlite().await).await;
    let windvane = id_of(&house, "windvane").await;
    let waits: String = sqlx::query_scalar(
        "select a.username from accounts a join users u on u.account_id = a.id where not u.approved limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    seen_from(&house, "203.0.113.9", &["windvane", "wren_1", "wren_2", &waits]).await;
    house.look().await;
    let page = format!("/i/harbour/accounts/{windvane}");
    let reveal = async |cookie: &str, what: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", windvane.as_str()),
            ("what", what),
            ("why", "a ring"),
            ("back", page.as_str()),
        ];
        let (status, shown) = sent(&house, cookie, "/api/reports/reveal", &form).await;
        assert_eq!(status, StatusCode::FOUND, "{shown}");
        house.get(Some(cookie), &shown).await.body
    };
    let link = |page: &str, words: &str| {
        let before = page.split(words).next().filter(|before| before.len() < page.len()).map(str::to_owned);
        let href = before.as_deref().and_then(|before| before.rsplit("href=\"").next()).unwrap_or_default();
        href.split('"').next().unwrap_or_default().replace("&amp;", "&")
    };
    let moderator = house.sign_in("moderator").await;
    let before = entries(&house, "reveal").await;
    let shown = reveal(&moderator, "address").await;
    let text = crate::seen::text(&shown);
    assert!(text.contains("203.0.113.9") && text.contains("3 other accounts from this IP address."), "{text}");
    assert!(
        text.contains("with this email domain") && text.contains("An IP rule would have covered 1 pending sign-up"),
        "{text}"
    );
    assert!(!text.contains("Block "), "a moderator makes no rules: {text}");
    // It is one reveal, and no search besides; the record says how many.
    assert_eq!((entries(&house, "reveal").await - before, entries(&house, "search_personal").await), (1, 0));
    let filter = howdah::ledger::Filter { kind: Some("reveal".into()), limit: 1, ..Default::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap().remove(0);
    assert_eq!(entry.outcome_facts["others from the address"], 3);
    let leaves: String = format!("{} {}", entry.leaf, entry.outcome_facts);
    assert!(!leaves.contains("203.0.113") && !leaves.contains("post.example"), "{leaves}");
    // The way to them, where they can be ticked; it is that person's alone.
    let list = link(&shown, ">View them<");
    assert!(list.starts_with("/i/harbour/search?found=") && !list.contains("203"), "{list}");
    let there = house.get(Some(&moderator), &list).await.body;
    for name in ["wren_1", "wren_2", waits.as_str()] {
        assert!(there.contains(&format!(">@{name}<")), "{name}: {there}");
    }
    assert!(there.contains("name=\"who\"") && !there.contains(">@windvane<"), "{there}");
    let admin = house.sign_in("admin").await;
    assert_eq!(house.get(Some(&admin), &list).await.status, StatusCode::NOT_FOUND);
    // Whoever makes rules goes on to one, which says who of those who wait would come under it.
    let shown = reveal(&admin, "address").await;
    let rule = link(&shown, ">Block this IP range…<");
    assert!(rule.starts_with("/i/harbour/federation/ip-rules?of=") && !rule.contains("203"), "{rule}");
    let there = house.get(Some(&admin), &rule).await.body;
    assert!(there.contains("name=\"network\"") && there.contains("value=\"203.0.113.9\""), "{there}");
    assert!(there.contains("1 pending sign-up would be covered"), "{there}");
    let rule = link(&shown, ">Block post.example…<");
    assert_eq!(rule, "/i/harbour/federation/email-domains?domain=post.example");
    let there = house.get(Some(&admin), &rule).await.body;
    assert!(there.contains("value=\"post.example\"") && there.contains("would be covered"), "{there}");
    // The email says nothing of the address, and a contractor's reveal nothing of others.
    let shown = crate::seen::text(&reveal(&admin, "email").await);
    assert!(shown.contains("with this email domain") && !shown.contains("from this IP address"), "{shown}");
    run(&house, &format!("update reports set category = 1000 where target_account_id = {windvane}")).await;
    let contractor = contractor(&house, vec![Category::Spam], false, true).await;
    let shown = crate::seen::text(&reveal(&contractor, "address").await);
    assert!(shown.contains("203.0.113.9") && !shown.contains("other accounts"), "{shown}");
}

#[tokio::test]
async fn what_is_typed_into_an_address_is_not_looked_for() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for path in [
        "/i/harbour/search?q=windvane%40post.example",
        "/i/harbour/accounts?name=windvane%40post.example",
        "/i/harbour/accounts?domain=windvane%40post.example&origin=local",
    ] {
        let page = house.get(Some(&cookie), path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains(">@windvane<"), "{path}");
        assert!(page.body.contains("action=\"/api/accounts/search\""), "{path}: {}", page.body);
        // It is kept in that one field, and travels on in no link and in no other form.
        assert_eq!(page.body.matches("windvane@post.example").count(), 1, "{path}: {}", page.body);
        assert_eq!(page.body.matches("windvane%40post").count(), 0, "{path}: {}", page.body);
    }
    assert_eq!(entries(&house, "search_personal").await, 0);
}

async fn budget_of(house: House) {
    let house = timed(house).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let search = async || {
        let form =
            [("instance", "harbour"), ("q", "windvane@post.example"), ("why", "a test"), ("back", "/i/harbour/search")];
        sent(&house, &cookie, "/api/accounts/search", &form).await
    };
    let reveal = async || {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("what", "email"),
            ("why", "a test"),
            ("back", "/i/harbour/search"),
        ];
        sent(&house, &cookie, "/api/reports/reveal", &form).await
    };
    // All at once, half of them searches: the hour has thirty, together.
    let searched = join_all((0..30).map(|_| search()));
    let revealed = join_all((0..30).map(|_| reveal()));
    let (searched, revealed) = futures::join!(searched, revealed);
    let done = searched.iter().chain(&revealed).filter(|(status, _)| *status == StatusCode::FOUND).count();
    assert_eq!(done, 30);
    assert_eq!(entries(&house, "search_personal").await + entries(&house, "reveal").await, 30);
    let (status, said) = search().await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(said.contains("your limit of 30 reveals in an hour"), "{said}");
    assert!(said.contains("windvane@post.example"), "what was typed is kept");
    // Somebody else has a budget of their own; who types nothing uses none.
    let admin = house.sign_in("admin").await;
    let form = [("instance", "harbour"), ("q", "203.0.113.7"), ("why", "a test")];
    assert_eq!(sent(&house, &admin, "/api/accounts/search", &form).await.0, StatusCode::FOUND);
    // Four hours' worth is the day's.
    let mut cookie = cookie;
    for hour in 1..4 {
        house.app.clock.advance(HOUR);
        cookie = house.sign_in("moderator").await;
        for _ in 0..30 {
            let form = [("instance", "harbour"), ("q", "203.0.113.7"), ("why", "a test")];
            let (status, said) = sent(&house, &cookie, "/api/accounts/search", &form).await;
            assert_eq!(status, StatusCode::FOUND, "hour {hour}: {said}");
        }
    }
    house.app.clock.advance(HOUR);
    cookie.clone_from(&house.sign_in("moderator").await);
    let form = [("instance", "harbour"), ("q", "203.0.113.7"), ("why", "a test"), ("back", "/i/harbour/search")];
    let (status, said) = sent(&house, &cookie, "/api/accounts/search", &form).await;
    assert!(status == StatusCode::TOO_MANY_REQUESTS && said.contains("120"), "{status}: {said}");
    // The sweep of what is forgotten forgets none of it before its time.
    howdah::store::attempts::delete_expired(&house.app.store, house.app.clock.now()).await.unwrap();
    assert_eq!(sent(&house, &cookie, "/api/accounts/search", &form).await.0, StatusCode::TOO_MANY_REQUESTS);
    house.app.clock.advance(20 * HOUR + 1);
    let cookie = house.sign_in("moderator").await;
    assert_eq!(sent(&house, &cookie, "/api/accounts/search", &form).await.0, StatusCode::FOUND, "a day later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reveals_and_searches_have_a_budget_on_sqlite() {
    budget_of(house(sqlite().await).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reveals_and_searches_have_a_budget_on_postgres() {
    budget_of(house(postgres().await).await).await;
}

/// A contractor reads of an account without a case what anybody reads on the instance's own pages.
#[tokio::test]
async fn without_a_case_a_contractor_reads_what_is_public() {
    let house = house(sqlite().await).await;
    let id = |sql: &'static str| {
        let pool = house.instance.clone();
        async move { sqlx::query_scalar::<_, String>(sql).fetch_one(&pool).await.unwrap() }
    };
    let without = id("select a.id::text from accounts a join users u on u.account_id = a.id and u.role_id is null \
         and u.approved where not exists (select from reports r where r.target_account_id = a.id) order by a.id limit 1")
    .await;
    let staff = id("select a.id::text from accounts a join users u on u.account_id = a.id \
         join user_roles r on r.id = u.role_id and r.position > 0 order by a.id limit 1")
    .await;
    let (contractor, moderator) = (house.sign_in("contractor").await, house.sign_in("moderator").await);
    for account in [&without, &staff] {
        let page = format!("/i/harbour/accounts/{account}");
        let theirs = house.get(Some(&moderator), &page).await.body;
        assert!(theirs.contains("•@post.example") && theirs.contains("198.51."), "{theirs}");
        let page = house.get(Some(&contractor), &page).await.body;
        assert!(!page.contains("post.example") && !page.contains("198.51."), "{page}");
    }
    // Whether somebody's login is frozen is on no list, search or page of theirs either.
    sqlx::query("update users set disabled = true where account_id = $1::bigint")
        .bind(&without)
        .execute(&house.instance)
        .await
        .unwrap();
    let name = id("select a.username from accounts a join users u on u.account_id = a.id and u.disabled \
         where not exists (select from reports r where r.target_account_id = a.id) limit 1")
    .await;
    let (begins, _) = name.split_at(3.min(name.len()));
    for place in [
        format!("/i/harbour/accounts?name={name}"),
        format!("/i/harbour/search?q={begins}"),
        format!("/i/harbour/accounts/{without}"),
    ] {
        let theirs = house.get(Some(&moderator), &place).await.body;
        assert!(theirs.contains("frozen"), "{place}: {theirs}");
        let page = house.get(Some(&contractor), &place).await.body;
        assert!(!page.contains("frozen"), "{place}: {page}");
    }
    for state in ["pending", "unconfirmed", "frozen"] {
        let list = format!("/i/harbour/accounts?state={state}");
        assert_eq!(house.get(Some(&contractor), &list).await.status, StatusCode::FORBIDDEN, "{state}");
        assert_eq!(house.get(Some(&moderator), &list).await.status, StatusCode::OK, "{state}");
    }
}

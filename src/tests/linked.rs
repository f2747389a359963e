//! People who act as their own accounts: the way to the instance and back, who acts, when that ends, and what no link can do.

use crate::support::{Answered, House, NO_SANCTION, aged, house, postgres, sqlite, until};
use axum::http::StatusCode;
use howdah::{
    access::{Actor, Case, Object, Permission, Role, permit},
    batches::service::{OfBatch, engine},
    cli,
    clock::{Clock, Timestamp},
    config::Secret,
    context::Context,
    deeds::DecideCase,
    domain_blocks::{self, service::OfImport},
    http,
    id::{AccountId, OperatorId},
    jobs,
    ledger::{Acting, Answer, Deed, Filter, Mark, Outcome},
    linked_accounts::service,
    mastodon::oauth,
    seal::Keys,
    store::{
        Driver,
        linked_accounts::{self, Linked},
    },
};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

/// A page without the marks that part its texts from one another.
async fn get(house: &House, cookie: Option<&str>, path: &str) -> Answered {
    let answer = house.get(cookie, path).await;
    Answered { body: answer.body.replace("<!>", ""), ..answer }
}

/// A call at the instance, as the person's browser makes it; where it sends them.
async fn at_the_instance(house: &House, address: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let address = house.config.instances[0].base_url.join(address).unwrap();
    let request = if fields.is_empty() { client.get(address) } else { client.post(address).form(fields) };
    let response = request.send().await.unwrap();
    let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (response.status().as_u16(), to)
}

/// Begins to link: the page, and the query of its link to the instance.
async fn begin(house: &House, cookie: &str) -> Vec<(String, String)> {
    let form = [("instance", "harbour"), ("back", "/i/harbour/your-account")];
    let begun = house.post(Some(cookie), "/api/your-account/start", &form).await.location.unwrap();
    assert!(begun.starts_with("/i/harbour/your-account?begun="), "{begun}");
    let page = get(house, Some(cookie), &begun).await;
    let link = page.body.split("href=\"").find(|rest| rest.contains("/oauth/authorize?")).expect(&page.body);
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(at_the_instance(house, &link, &[]).await.0, 200, "a page that asks for consent");
    let query = link.split_once('?').unwrap().1;
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Agrees at the instance as somebody; the address the browser comes back to.
async fn agree(house: &House, asked: &[(String, String)], username: &str, decision: &str) -> String {
    let mut fields: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("other", username));
    fields.push(("decision", decision));
    let (_, back) = at_the_instance(house, "/oauth/authorize", &fields).await;
    back.strip_prefix("http://127.0.0.1:3000").expect(&back).to_owned()
}

/// The whole way; the page it ends on.
pub async fn link(house: &House, cookie: &str, username: &str) -> Answered {
    let asked = begin(house, cookie).await;
    let back = agree(house, &asked, username, "authorize").await;
    let to = get(house, Some(cookie), &back).await.location.unwrap();
    get(house, Some(cookie), &to).await
}

pub async fn linked(house: &House, cookie: &str, username: &str) {
    let page = link(house, cookie, username).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains(&format!("You act as @{username}")), "{}", page.body);
}

/// The session of somebody whose link was taken away by others is over; the next one goes on.
async fn signed_in_again(house: &House, before: &str, role: &str) -> String {
    let over = get(house, Some(before), "/i/harbour/reports").await;
    assert_eq!(over.status, StatusCode::SEE_OTHER, "the session goes on");
    house.sign_in(role).await
}

async fn account(house: &House, username: &str) -> i64 {
    sqlx::query_scalar("select id from accounts where username = $1 and domain is null")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn run(house: &House, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&house.instance).await.unwrap();
}

/// The tokens that people gave the console, and whether each still holds.
async fn tokens(house: &House) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select t.token, t.revoked_at is null from oauth_access_tokens t join oauth_applications a on a.id = t.application_id \
         where a.redirect_uri like '%your-account%' and t.resource_owner_id is not null order by t.id",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap()
}

async fn decide(house: &House, cookie: &str, username: &str, decision: &str) -> Answered {
    let (account, reports) = house.case(username).await;
    decide_about(house, cookie, &account, &reports, decision).await
}

async fn decide_about(house: &House, cookie: &str, account: &str, reports: &str, decision: &str) -> Answered {
    let back = format!("/i/harbour/reports/{account}");
    let form = [
        ("instance", "harbour"),
        ("account", account),
        ("decision", decision),
        ("reports", reports),
        ("state", NO_SANCTION),
        ("text", "some words to keep"),
        ("why", "a reason to keep"),
        ("back", &back),
    ];
    house.post(Some(cookie), "/api/reports/decide", &form).await
}

/// What a refused form came back with.
async fn refused(house: &House, cookie: &str, answer: Answered, status: StatusCode, said: &str) {
    let to = answer.location.expect("a way back");
    assert!(to.contains("draft="), "{to}");
    let page = get(house, Some(cookie), &to).await;
    assert_eq!(page.status, status, "{}", page.body);
    assert!(page.body.contains(said), "{said}: {}", page.body);
}

async fn entries(house: &House, kind: &str) -> Vec<howdah::ledger::Entry> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 100, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

async fn strikes_by(house: &House, username: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from account_warnings w join accounts a on a.id = w.account_id where a.username = $1 and w.text like 'some words%'",
    )
    .bind(username)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

#[tokio::test]
async fn whoever_is_linked_acts_as_that_account_and_the_record_says_so() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let before = get(&house, Some(&cookie), "/i/harbour/your-account").await;
        assert!(before.body.contains("You act through @harbourmaster"), "{}", before.body);
        linked(&house, &cookie, "jonastran").await;
        assert_eq!(house.outcome("link_account").await, Some(Outcome::Succeeded));
        let (windvane, _) = house.case("windvane").await;
        let form = get(&house, Some(&cookie), &format!("/i/harbour/reports/{windvane}?decide=silence")).await;
        assert!(form.body.contains("You act as <b>@jonastran</b>"), "{}", form.body);
        let done = decide(&house, &cookie, "windvane", "silence").await.location.unwrap();
        assert!(done.contains("done="), "{done}");
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded), "by its own trace");
        assert_eq!(strikes_by(&house, "jonastran").await, 1);
        assert_eq!(strikes_by(&house, "harbourmaster").await, 0);
        let entry = entries(&house, "decide_case").await.remove(0);
        let jonas = account(&house, "jonastran").await;
        assert_eq!(entry.leaf["acting"], serde_json::json!({ "own": jonas.to_string() }));
        let page = get(&house, Some(&cookie), &format!("/audit/{}", entry.index)).await;
        assert!(page.body.contains("@jonastran, their own account"), "{}", page.body);
        // Mastodon's own log knows the row as ours.
        let auditor = house.sign_in("auditor").await;
        let log = get(&house, Some(&auditor), "/i/harbour/audit/instance?who=jonastran").await;
        assert!(log.body.contains(&format!("/audit/{}\"", entry.index)), "{}", log.body);
        // Somebody else goes on through the service account.
        let admin = house.sign_in("admin").await;
        decide(&house, &admin, "lantern_fell", "silence").await;
        assert_eq!(strikes_by(&house, "harbourmaster").await, 1);

        // The link goes, here and there; what is done afterwards is the service account's again.
        assert_eq!(tokens(&house).await.iter().filter(|(_, holds)| *holds).count(), 1);
        let form = [("instance", "harbour"), ("why", "done with it")];
        let gone = house.post(Some(&cookie), "/api/your-account/unlink", &form).await.location.unwrap();
        assert!(gone.starts_with("/i/harbour/your-account?done="), "{gone}");
        assert_eq!(tokens(&house).await.iter().filter(|(_, holds)| *holds).count(), 0);
        assert_eq!(linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap(), []);
        assert_eq!(house.outcome("unlink_account").await, Some(Outcome::Succeeded));
        decide(&house, &cookie, "deals4u_7700", "silence").await;
        assert_eq!((strikes_by(&house, "jonastran").await, strikes_by(&house, "harbourmaster").await), (1, 2));
    }
}

#[tokio::test]
async fn a_way_back_that_is_not_ones_own_links_nobody() {
    let mut house = house(sqlite().await).await;
    let clock = Clock::set(Clock::System.now());
    house.app =
        cli::assemble(house.config.clone(), clock.clone(), Keys::from_secret([7; 32]), house.store.store.clone())
            .unwrap();
    house.router = http::router(house.app.clone());
    house.look().await;
    let cookie = house.sign_in("moderator").await;
    let other_session = house.sign_in("moderator").await;
    let admin = house.sign_in("admin").await;
    let came_back = async |cookie: &str, back: &str, said: &str| {
        let to = get(&house, Some(cookie), back).await.location.unwrap();
        let page = get(&house, Some(cookie), &to).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
        assert!(page.body.contains(said), "{said}: {}", page.body);
        assert_eq!(linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap(), [], "{said}");
    };
    // In another session of the same person, and by somebody else.
    for stranger in [&other_session, &admin] {
        let asked = begin(&house, &cookie).await;
        let back = agree(&house, &asked, "jonastran", "authorize").await;
        came_back(stranger, &back, "belongs to another session").await;
    }
    // Invented, and without anything.
    came_back(&cookie, "/i/harbour/your-account/callback?state=invented&code=x", "belongs to another session").await;
    came_back(&cookie, "/i/harbour/your-account/callback", "belongs to another session").await;
    // Refused on the instance; and the same way cannot be gone again.
    let asked = begin(&house, &cookie).await;
    let back = agree(&house, &asked, "jonastran", "deny").await;
    came_back(&cookie, &back, "you didn’t authorize it").await;
    came_back(&cookie, &back, "was used already").await;
    // A code that was got with somebody else's challenge.
    let mut asked = begin(&house, &cookie).await;
    for (name, value) in &mut asked {
        if name == "code_challenge" {
            *value = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
        }
    }
    let back = agree(&house, &asked, "jonastran", "authorize").await;
    came_back(&cookie, &back, "did not accept its own code").await;
    // Fewer rights than the work needs: the token is given back.
    let mut asked = begin(&house, &cookie).await;
    for (name, value) in &mut asked {
        if name == "scope" {
            *value = value.replace(" admin:write:reports", "");
        }
    }
    let back = agree(&house, &asked, "jonastran", "authorize").await;
    came_back(&cookie, &back, "fewer permissions").await;
    // Nobody of the staff.
    let asked = begin(&house, &cookie).await;
    let back = agree(&house, &asked, "windvane", "authorize").await;
    came_back(&cookie, &back, "@windvane has no role with permissions").await;
    // Frozen between consent and the way back.
    let asked = begin(&house, &cookie).await;
    let back = agree(&house, &asked, "leabrandt", "authorize").await;
    run(
        &house,
        "update users set disabled = true where account_id = (select id from accounts where username = 'leabrandt')",
    )
    .await;
    came_back(&cookie, &back, "does not let this account act").await;
    assert!(tokens(&house).await.iter().all(|(_, holds)| !holds), "no token is left lying about");
    // Too late.
    let asked = begin(&house, &cookie).await;
    let back = agree(&house, &asked, "jonastran", "authorize").await;
    clock.advance(11 * 60 * 1000);
    came_back(&cookie, &back, "older than ten minutes").await;
    assert_eq!(entries(&house, "link_account").await.len(), 0);
}

#[tokio::test]
async fn an_account_is_linked_by_one_person_and_a_person_with_one_account() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    linked(&house, &moderator, "jonastran").await;
    let page = link(&house, &admin, "jonastran").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("Somebody else in this console is already linked with @jonastran"), "{}", page.body);
    let page = link(&house, &moderator, "adwoaosei").await;
    assert!(page.body.contains("You are linked with @jonastran here, but authorized @adwoaosei"), "{}", page.body);
    // The instance hands the same token out twice: refusing the second does not end the first.
    let kept = linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap();
    assert_eq!(kept.len(), 1);
    let holds: Vec<_> = tokens(&house).await.into_iter().filter(|(_, holds)| *holds).map(|(token, _)| token).collect();
    assert_eq!(holds, [kept[0].token.expose()]);
    linked(&house, &moderator, "jonastran").await;
    // An auditor acts as nobody.
    let auditor = house.sign_in("auditor").await;
    assert_eq!(get(&house, Some(&auditor), "/i/harbour/your-account").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_instance_that_forgot_the_console_is_told_again() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let first = begin(&house, &cookie).await;
    let again = begin(&house, &cookie).await;
    let client = |asked: &[(String, String)]| {
        asked.iter().find(|(name, _)| name == "client_id").map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(client(&first), client(&again), "registered once");
    run(&house, "delete from oauth_access_tokens where application_id in (select id from oauth_applications where redirect_uri like '%your-account%'); \
        delete from oauth_applications where redirect_uri like '%your-account%'").await;
    let anew = begin(&house, &cookie).await;
    assert_ne!(client(&first), client(&anew));
    linked(&house, &cookie, "jonastran").await;
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_by_no_other() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    linked(&house, &cookie, "jonastran").await;
    let of_people =
        "where application_id in (select id from oauth_applications where redirect_uri like '%your-account%')";
    for end in ["update oauth_access_tokens set revoked_at = now() ", "delete from oauth_access_tokens "] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{end}{of_people}"))).execute(&house.instance).await.unwrap();
        let answer = decide(&house, &cookie, "windvane", "silence").await;
        refused(&house, &cookie, answer, StatusCode::CONFLICT, "link it again under “Your account”").await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Failed));
        let state: bool =
            sqlx::query_scalar("select silenced_at is not null from accounts where username = 'windvane'")
                .fetch_one(&house.instance)
                .await
                .unwrap();
        assert!(!state);
        assert_eq!((strikes_by(&house, "jonastran").await, strikes_by(&house, "harbourmaster").await), (0, 0));
    }
    let page = get(&house, Some(&cookie), "/i/harbour/your-account").await;
    assert!(page.body.contains("The instance’s answer to your token"), "{}", page.body);
    // Nor is a row written in the name of somebody who does not agree to it any more.
    let owner = house.sign_in("owner").await;
    linked(&house, &owner, "mirakost").await;
    run(
        &house,
        "delete from oauth_access_tokens where application_id in \
        (select id from oauth_applications where redirect_uri like '%your-account%')",
    )
    .await;
    let mode = "select coalesce((select value from settings where var = 'registrations_mode'), '')";
    let before: String = sqlx::query_scalar(mode).fetch_one(&house.instance).await.unwrap();
    let seen = "[[\"--- approved\\n\"],[\"--- We are full for the moment.\\n\"]]";
    let back = ("back", "/i/harbour/registrations");
    let form = [("instance", "harbour"), ("mode", "none"), ("why", "a wave"), ("seen", seen), back];
    let answer = house.post(Some(&owner), "/api/registrations/set", &form).await;
    refused(&house, &owner, answer, StatusCode::CONFLICT, "link it again under “Your account”").await;
    assert_eq!(sqlx::query_scalar::<_, String>(mode).fetch_one(&house.instance).await.unwrap(), before);
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Failed));
    // A batch is stopped by it, not burnt.
    let seen = serde_json::to_string(
        &[house.case("deals4u_7700").await, house.case("deals4u_7701").await]
            .map(|(account, reports)| (account, reports.split(',').map(str::to_owned).collect::<Vec<_>>())),
    )
    .unwrap();
    let form = [("instance", "harbour"), ("seen", seen.as_str()), ("decision", "resolve"), ("why", "a wave")];
    let begun = house.post(Some(&cookie), "/api/reports/decide-many", &form).await.location.unwrap();
    let instance = house.app.instances.values().next().unwrap();
    engine::work::<OfBatch>(&house.app, instance, "a process", 50).await.unwrap();
    let page = get(&house, Some(&cookie), &begun).await;
    assert!(page.body.contains("paused") && page.body.contains("0 of 2 done"), "{}", page.body);
    // With a new link it goes on, as that account.
    linked(&house, &cookie, "jonastran").await;
    let id = begun.rsplit('/').next().unwrap();
    house.post(Some(&cookie), "/api/batches/pause", &[("instance", "harbour"), ("batch", id), ("pause", "no")]).await;
    engine::work::<OfBatch>(&house.app, instance, "a process", 50).await.unwrap();
    let by: Vec<String> = sqlx::query_scalar(
        "select distinct a.username::text from admin_action_logs l join accounts a on a.id = l.account_id \
         where l.action = 'resolve' and l.created_at > now() at time zone 'utc' - interval '5 minutes'",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert_eq!(by, ["jonastran"], "chosen per item, as whoever began it");
}

#[tokio::test]
async fn an_account_that_falls_closes_the_instance_from_the_next_request_on() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    linked(&house, &cookie, "jonastran").await;
    let (windvane, _) = house.case("windvane").await;
    for (fall, rise, said) in [
        (
            "update users set role_id = null where account_id = (select id from accounts where username = 'jonastran')",
            "update users set role_id = (select id from user_roles where name = 'Moderator') where account_id = (select id from accounts where username = 'jonastran')",
            "has no role with permissions",
        ),
        (
            "update users set disabled = true where account_id = (select id from accounts where username = 'jonastran')",
            "update users set disabled = false where account_id = (select id from accounts where username = 'jonastran')",
            "is frozen",
        ),
        (
            "update accounts set suspended_at = now() where username = 'jonastran'",
            "update accounts set suspended_at = null where username = 'jonastran'",
            "is suspended",
        ),
    ] {
        run(&house, fall).await;
        for page in
            ["/i/harbour", "/i/harbour/reports", "/i/harbour/signups", &format!("/i/harbour/accounts/{windvane}")]
        {
            let page = get(&house, Some(&cookie), page).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{said}");
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let file = get(&house, Some(&cookie), &format!("/i/harbour/reports/{windvane}/media/1")).await;
        assert_eq!(file.status, StatusCode::FORBIDDEN);
        let writes = house.weather.writes();
        let answer = decide(&house, &cookie, "windvane", "silence").await;
        let draft = answer.location.unwrap().split("draft=").nth(1).unwrap().to_owned();
        let page = get(&house, Some(&cookie), &format!("/audit?draft={draft}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(house.weather.writes(), writes, "nothing was sent");
        assert_eq!(entries(&house, "decide_case").await.len(), 0, "not even meant");
        // The page of the link says what is wrong; nobody slips out of it by unlinking or linking anew.
        let own = get(&house, Some(&cookie), "/i/harbour/your-account").await;
        assert_eq!(own.status, StatusCode::OK);
        assert!(own.body.contains(said), "{}", own.body);
        for action in ["/api/your-account/unlink", "/api/your-account/start"] {
            let form = [("instance", "harbour"), ("back", "/i/harbour/your-account")];
            let answer = house.post(Some(&cookie), action, &form).await;
            refused(&house, &cookie, answer, StatusCode::FORBIDDEN, said).await;
        }
        run(&house, rise).await;
        assert_eq!(get(&house, Some(&cookie), "/i/harbour/reports").await.status, StatusCode::OK);
    }
    // An owner takes it away.
    run(
        &house,
        "update users set disabled = true where account_id = (select id from accounts where username = 'jonastran')",
    )
    .await;
    let owner = house.sign_in("owner").await;
    let people = get(&house, Some(&owner), "/people/change?who=01moderator").await;
    assert!(people.body.contains("Unlink @jonastran on harbour from moderator"), "{}", people.body);
    let form = [("instance", "harbour"), ("operator", "01moderator"), ("why", "left")];
    let said = house.sent(&owner, "/api/people/unlink", &form).await;
    assert!(said.body.contains("Unlinked moderator from @jonastran. Done and verified."), "{}", said.body);
    assert!(tokens(&house).await.iter().all(|(_, holds)| !holds));
    let cookie = signed_in_again(&house, &cookie, "moderator").await;
    assert_eq!(get(&house, Some(&cookie), "/i/harbour/reports").await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_the_instances_database_nobody_linked_acts_and_reading_goes_on() {
    let mut house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    linked(&house, &cookie, "jonastran").await;
    let (account, reports) = house.case("windvane").await;
    // A console whose way to the database leads nowhere, with what it knew before.
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:9/none");
    let known = house.app.instances.values().next().unwrap().health();
    house.app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    assert!(known.account.is_some());
    let queue = get(&house, Some(&cookie), "/i/harbour/reports").await;
    assert_eq!(queue.status, StatusCode::OK, "{}", queue.body);
    let writes = house.weather.writes();
    let sent = decide_about(&house, &cookie, &account, &reports, "silence").await;
    let answer = get(&house, Some(&cookie), &sent.location.expect("a page that can be opened again")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("whether @jonastran may still act") && answer.body.contains("some words to keep"));
    assert_eq!(house.weather.writes(), writes);
}

#[tokio::test]
async fn nobody_decides_a_case_of_their_own() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (windvane, _) = house.case("windvane").await;
    run(&house, "insert into reports (account_id, target_account_id, comment, created_at, updated_at) \
        select (select id from accounts where username = 'jonastran'), id, 'I saw this', now(), now() from accounts where username = 'windvane'").await;
    house.look().await;
    let queue = get(&house, Some(&cookie), "/i/harbour/reports").await;
    assert!(queue.body.contains("@windvane"));
    linked(&house, &cookie, "jonastran").await;
    let said = "You reported this as @jonastran";
    let page = get(&house, Some(&cookie), &format!("/i/harbour/reports/{windvane}")).await;
    assert!(page.body.contains(said), "{}", page.body);
    assert!(!page.body.contains("decide=silence"), "no button");
    let writes = house.weather.writes();
    let answer = decide(&house, &cookie, "windvane", "silence").await;
    refused(&house, &cookie, answer, StatusCode::FORBIDDEN, said).await;
    let back = format!("/i/harbour/reports/{windvane}");
    let form = [("instance", "harbour"), ("account", windvane.as_str()), ("claim", "yes"), ("back", back.as_str())];
    let answer = house.post(Some(&cookie), "/api/reports/hold", &form).await;
    refused(&house, &cookie, answer, StatusCode::FORBIDDEN, said).await;
    // A report of one's own stays closed, too.
    let closed: i64 =
        sqlx::query_scalar("update reports set action_taken_at = now() where comment = 'I saw this' returning id")
            .fetch_one(&house.instance)
            .await
            .unwrap();
    let closed = closed.to_string();
    let form =
        [("instance", "harbour"), ("account", windvane.as_str()), ("report", closed.as_str()), ("back", back.as_str())];
    let answer = house.post(Some(&cookie), "/api/reports/reopen", &form).await;
    refused(&house, &cookie, answer, StatusCode::FORBIDDEN, said).await;
    run(&house, "update reports set action_taken_at = null where comment = 'I saw this'").await;
    assert_eq!(house.weather.writes(), writes, "nothing was sent");
    // The next case is never one's own, from the queue and from any other.
    let mut at = "/i/harbour/reports".to_owned();
    let mut passed = std::collections::BTreeSet::new();
    while passed.insert(at.clone()) {
        let page = get(&house, Some(&cookie), &at).await.body;
        let before = page.split(" data-key=\"n-").next().expect("a next case");
        at = before.rsplit("href=\"").next().unwrap().trim_end_matches('"').to_owned();
        assert!(at.starts_with("/i/harbour/reports/") && at != back, "{at}");
    }
    assert!(passed.len() > 10);
    // Many at once: it is left out, and said so.
    let preview = get(&house, Some(&cookie), &format!("/i/harbour/reports?decide=resolve&who={windvane}")).await;
    assert!(preview.body.contains("your own case: left out"), "{}", preview.body);
    let (_, reports) = house.case("windvane").await;
    let seen = serde_json::to_string(&[(&windvane, reports.split(',').collect::<Vec<_>>())]).unwrap();
    let form =
        [("instance", "harbour"), ("seen", seen.as_str()), ("decision", "resolve"), ("back", "/i/harbour/reports")];
    let answer = house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    refused(&house, &cookie, answer, StatusCode::FORBIDDEN, said).await;
    // Nobody hands it to them either; about the account itself they decide as little.
    let admin = house.sign_in("admin").await;
    house
        .post(Some(&admin), "/api/reports/hold", &[("instance", "harbour"), ("account", &windvane), ("claim", "yes")])
        .await;
    let page = get(&house, Some(&admin), &back).await.body;
    assert!(page.contains("value=\"01contractor\"") && !page.contains("value=\"01moderator\""), "{page}");
    let jonas = account(&house, "jonastran").await;
    let page = get(&house, Some(&cookie), &format!("/i/harbour/accounts/{jonas}")).await;
    assert!(page.body.contains("This is about @jonastran, your own account on the instance"), "{}", page.body);
    // The record says what they tried.
    let filter = Filter { kind: Some("denied".into()), limit: 50, ..Filter::default() };
    let tries = house.app.ledger.list(&filter).await.unwrap();
    assert!(tries.iter().any(|entry| entry.leaf["facts"]["own"] == "case"), "{tries:?}");
}

#[tokio::test]
async fn rank_decides_about_staff_and_is_compared_before_anything_is_meant() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let (jonas, adwoa, mira) = (
        account(&house, "jonastran").await.to_string(),
        account(&house, "adwoaosei").await.to_string(),
        account(&house, "mirakost").await.to_string(),
    );
    let limit = async |cookie: &str, about: &str| decide_about(&house, cookie, about, "", "silence").await;
    // Unlinked, the matrix holds: owners and admins alone.
    let answer = limit(&moderator, &adwoa).await;
    refused(&house, &moderator, answer, StatusCode::FORBIDDEN, "moderate staff").await;
    linked(&house, &moderator, "jonastran").await;
    let writes = house.weather.writes();
    for (above, role) in [(&adwoa, "Moderator"), (&mira, "Admin")] {
        let page = get(&house, Some(&moderator), &format!("/i/harbour/accounts/{above}")).await;
        let said = format!(
            "is not above that of @{}",
            if role == "Admin" { "mirakost (Admin)" } else { "adwoaosei (Moderator)" }
        );
        assert!(page.body.contains(&said) && !page.body.contains("decide=silence"), "{said}: {}", page.body);
        let answer = limit(&moderator, above).await;
        refused(&house, &moderator, answer, StatusCode::FORBIDDEN, &said).await;
    }
    assert_eq!(house.weather.writes(), writes);
    assert_eq!(entries(&house, "decide_case").await.len(), 0);
    // The same person with an account of a higher rank.
    house.post(Some(&moderator), "/api/your-account/unlink", &[("instance", "harbour")]).await;
    linked(&house, &moderator, "mirakost").await;
    let done = limit(&moderator, &jonas).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let entry = entries(&house, "decide_case").await.remove(0);
    assert_eq!(entry.leaf["permission"], "decide_about_staff");
    assert_eq!(strikes_by(&house, "mirakost").await, 1);
    // A contractor decides about no staff, whatever the rank.
    let contractor = house.sign_in("contractor").await;
    linked(&house, &contractor, "harbourmaster").await;
    let answer = limit(&contractor, &adwoa).await;
    refused(&house, &contractor, answer, StatusCode::FORBIDDEN, "moderate staff").await;
    // An admin of the console is no more than their own rank there.
    let admin = house.sign_in("admin").await;
    linked(&house, &admin, "leabrandt").await;
    let answer = limit(&admin, &adwoa).await;
    refused(&house, &admin, answer, StatusCode::FORBIDDEN, "is not above that of @adwoaosei").await;
}

#[tokio::test]
async fn what_the_role_lacks_is_said_before_anything_is_meant() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    linked(&house, &owner, "jonastran").await;
    let writes = house.weather.writes();
    let seen = "[[\"--- approved\\n\"],[\"--- We are full for the moment.\\n\"]]";
    let registrations = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("why", "full"),
        ("seen", seen),
        ("back", "/i/harbour/registrations"),
    ];
    // At the form before anybody presses, and of one's own account alone: the console's may do it.
    for (path, says) in [
        (
            "registrations",
            "You can’t change registrations here: you act as @jonastran on the instance, and that role can’t \
            manage settings.",
        ),
        (
            "federation/server?name=night.example",
            "You can’t manage domain blocks here: you act as @jonastran on the instance, and that role can’t \
            manage federation.",
        ),
        (
            "federation/email-domains",
            "You can’t manage email domain blocks here: you act as @jonastran on the instance",
        ),
    ] {
        let page = house.get(Some(&owner), &format!("/i/harbour/{path}")).await.body;
        assert!(page.contains(says), "{says}: {page}");
    }
    let unlinked = house.sign_in("admin").await;
    let page = house.get(Some(&unlinked), "/i/harbour/registrations").await.body;
    assert!(!page.contains("You can’t"), "{page}");
    let answer = house.post(Some(&owner), "/api/registrations/set", &registrations).await;
    refused(
        &house,
        &owner,
        answer,
        StatusCode::FORBIDDEN,
        "@jonastran on the instance, and that role can’t manage settings",
    )
    .await;
    let rule = [
        ("instance", "harbour"),
        ("domain", "night.example"),
        ("severity", "silence"),
        ("why", "spam"),
        ("back", "/i/harbour/federation"),
    ];
    let answer = house.post(Some(&owner), "/api/domains/set", &rule).await;
    refused(
        &house,
        &owner,
        answer,
        StatusCode::FORBIDDEN,
        "@jonastran on the instance, and that role can’t manage federation",
    )
    .await;
    let rule = [
        ("instance", "harbour"),
        ("domain", "post.example"),
        ("why", "spam"),
        ("back", "/i/harbour/federation/email-domains"),
    ];
    let answer = house.post(Some(&owner), "/api/domains/mail-set", &rule).await;
    refused(&house, &owner, answer, StatusCode::FORBIDDEN, "that role can’t manage blocks").await;
    run(&house, "update user_roles set permissions = 1024 where name = 'Moderator'").await;
    let answer = decide(&house, &owner, "windvane", "resolve").await;
    refused(&house, &owner, answer, StatusCode::FORBIDDEN, "that role can’t manage reports").await;
    assert_eq!(house.weather.writes(), writes);
    for kind in ["set_registrations", "block_domain", "block_mail_domain", "decide_case"] {
        assert_eq!(entries(&house, kind).await.len(), 0, "{kind}");
    }
    // With the right to, it is done as that account.
    run(&house, "update user_roles set permissions = 1024 + 64 + 32 where name = 'Moderator'").await;
    assert!(
        house.post(Some(&owner), "/api/registrations/set", &registrations).await.location.unwrap().contains("done=")
    );
    let rule = [("instance", "harbour"), ("domain", "night.example"), ("severity", "silence"), ("why", "spam")];
    assert!(house.post(Some(&owner), "/api/domains/set", &rule).await.location.unwrap().contains("done="));
    let jonas = serde_json::json!({ "own": account(&house, "jonastran").await.to_string() });
    for kind in ["set_registrations", "block_domain"] {
        let entry = entries(&house, kind).await.remove(0);
        assert_eq!((&entry.leaf["acting"], entry.outcome), (&jonas, Some(Outcome::Succeeded)), "{kind}");
    }
}

#[tokio::test]
async fn the_end_of_access_is_the_end_of_the_link_there_and_here() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (moderator, contractor) = (house.sign_in("moderator").await, house.sign_in("contractor").await);
        linked(&house, &moderator, "jonastran").await;
        linked(&house, &contractor, "adwoaosei").await;
        let owner = house.sign_in("owner").await;
        let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", "left")];
        house.post(Some(&owner), "/api/people/disable", &form).await;
        let left: Vec<_> = linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap();
        assert_eq!(left.iter().map(|link| link.username.as_str()).collect::<Vec<_>>(), ["adwoaosei"]);
        let hold = async || tokens(&house).await.iter().filter(|(_, holds)| *holds).count();
        until("one token holds", async || hold().await == 1).await;
        // A grant that runs out is seen by whoever looks; running ones stay.
        service::end_of_those_gone(&house.app).await.unwrap();
        assert_eq!(linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap().len(), 1);
        let over = "update grants set starts_at = 1, ends_at = 2 where operator = '01contractor'";
        aged(&house.store.store, over).await;
        service::end_of_those_gone(&house.app).await.unwrap();
        assert_eq!(linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap(), []);
        assert!(tokens(&house).await.iter().all(|(_, holds)| !holds));
        assert_eq!(house.outcome("unlink_account").await, Some(Outcome::Succeeded));
    }
}

#[tokio::test]
async fn an_instance_that_does_not_take_a_token_back_is_named() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    linked(&house, &cookie, "jonastran").await;
    house.weather.set(crate::support::Fault::Broken);
    let to = house.post(Some(&cookie), "/api/your-account/unlink", &[("instance", "harbour")]).await.location.unwrap();
    let page = get(&house, Some(&cookie), &to).await;
    assert!(page.body.contains("has not revoked its token"), "{}", page.body);
    assert_eq!(linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap(), []);
    // And one that cannot be asked links nobody.
    let form = [("instance", "harbour"), ("back", "/i/harbour/your-account")];
    let answer = house.sent(&cookie, "/api/your-account/start", &form).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("did not respond as needed"), "{}", answer.body);
    assert_eq!(entries(&house, "token_left").await.len(), 1, "the record says that it is still there");

    // It is asked again, more and more seldom, until it does.
    let holds = async || tokens(&house).await.iter().filter(|(_, holds)| *holds).count();
    let later = async || {
        let later = "update left_tokens set next_at = 0";
        let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
        sqlx::query(later).execute(pool).await.unwrap();
        service::take_back_due(&house.app).await.unwrap();
    };
    service::take_back_due(&house.app).await.unwrap();
    assert_eq!(holds().await, 1, "not at once");
    later().await;
    assert_eq!((holds().await, entries(&house, "token_left").await.len()), (1, 1), "said once");
    house.weather.set(crate::support::Fault::None);
    later().await;
    assert_eq!((holds().await, entries(&house, "token_taken_back").await.len()), (0, 1));
    let left = linked_accounts::left_due(&house.app.store, &house.app.keys, Timestamp(i64::MAX)).await.unwrap();
    assert!(left.is_empty(), "and then it is forgotten here");

    // A token that somebody acts with again is not taken back.
    linked(&house, &cookie, "jonastran").await;
    house.weather.set(crate::support::Fault::Broken);
    house.post(Some(&cookie), "/api/your-account/unlink", &[("instance", "harbour")]).await;
    house.weather.set(crate::support::Fault::None);
    linked(&house, &cookie, "jonastran").await;
    later().await;
    assert_eq!(holds().await, 1);
    decide(&house, &cookie, "windvane", "silence").await;
    assert_eq!(strikes_by(&house, "jonastran").await, 1);
}

#[tokio::test]
async fn a_contractor_linked_for_the_role_of_one_grant_goes_on_under_another() {
    let house = house(sqlite().await).await;
    let contractor = house.sign_in("contractor").await;
    let account = account(&house, "wren").await;
    run(
        &house,
        "update users set role_id = (select min(id) from user_roles where name = 'Moderator') \
        where account_id = (select id from accounts where username = 'wren' and domain is null)",
    )
    .await;
    linked(&house, &contractor, "wren").await;
    let (instance, operator) =
        (house.app.instances.values().next().unwrap().clone(), OperatorId("01contractor".into()));
    let end = async || service::end_with_role(&house.app, &operator, &instance, AccountId(account)).await.unwrap();
    end().await;
    let kept = linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap();
    assert_eq!(kept.len(), 1, "an account that still has a role of the staff stays linked");
    run(
        &house,
        "update users set role_id = null where account_id in (select id from accounts where username = 'wren')",
    )
    .await;
    assert_eq!(get(&house, Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    // Whoever is frozen there stays shut out, whatever became of the role.
    run(
        &house,
        "update users set disabled = true where account_id in (select id from accounts where username = 'wren')",
    )
    .await;
    end().await;
    assert_eq!(get(&house, Some(&contractor), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    run(
        &house,
        "update users set disabled = false where account_id in (select id from accounts where username = 'wren')",
    )
    .await;
    end().await;
    let contractor = signed_in_again(&house, &contractor, "contractor").await;
    assert_eq!(get(&house, Some(&contractor), "/i/harbour/reports").await.status, StatusCode::OK);
    assert_eq!(house.outcome("unlink_account").await, Some(Outcome::Succeeded));
    assert_eq!(tokens(&house).await.iter().filter(|(_, holds)| *holds).count(), 0);
}

#[tokio::test]
async fn a_warrant_for_one_account_is_carried_out_by_no_other() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    linked(&house, &cookie, "jonastran").await;
    let instance = house.app.instances.values().next().unwrap();
    let kept = linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap().remove(0);
    let (own, service_account) = (instance.acting_client(kept.account, &kept.token), instance.rest.clone());
    let jonas = kept.account.to_string();
    let writes = house.weather.writes();
    let actor = howdah::ledger::Ledger::command_actor("a test");
    for (acting, client) in [
        (Acting::Own(jonas.clone()), &service_account),
        (Acting::Own("1".to_owned()), &own),
        (Acting::Service(jonas), &own),
        (Acting::Console, &own),
        (Acting::Console, &service_account),
    ] {
        let (account, reports) = house.case("windvane").await;
        let deed = DecideCase {
            instance: instance.name.clone(),
            account: account.parse().unwrap(),
            acct: "windvane".to_owned(),
            decision: howdah::reports::Decision::Resolve,
            reports: reports.split(',').map(|id| id.parse().unwrap()).collect(),
            unread: 0,
            others: Vec::new(),
            further: false,
            state_before: Default::default(),
            text: String::new(),
            preset: None,
            send_email: false,
        };
        assert_eq!(DecideCase::KIND, "decide_case");
        let object = Object::Case(instance.name.clone(), deed.account, Case::default());
        let permit = permit(&actor, Permission::DecideReports, object).unwrap();
        let warrant = house.app.ledger.open(permit, deed, "", acting.clone(), Mark::default()).await.unwrap();
        let answered = client.decide_case(warrant).await;
        assert!(matches!(answered.steps()[0].answer, Answer::NotSent { .. }), "{acting:?}");
        let verdict = howdah::ledger::Verdict::stale(serde_json::json!({}));
        house.app.ledger.close(&answered, &verdict).await.unwrap();
    }
    assert_eq!(house.weather.writes(), writes);
}

#[tokio::test]
async fn a_deed_whose_process_died_is_known_by_the_trace_of_the_account_it_was_begun_as() {
    for (by, outcome) in [("jonastran", Outcome::Succeeded), ("harbourmaster", Outcome::Unknown)] {
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        linked(&house, &cookie, "jonastran").await;
        house.weather.set(crate::support::Fault::Broken);
        decide(&house, &cookie, "windvane", "silence").await;
        let trace = format!(
            "update accounts set silenced_at = now() where username = 'windvane'; \
             update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane'); \
             insert into account_warnings (account_id, target_account_id, action, text, created_at, updated_at) \
             select (select id from accounts where username = '{by}'), id, 3000, '', now(), now() from accounts where username = 'windvane'"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(trace)).execute(&house.instance).await.unwrap();
        let next =
            cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone())
                .unwrap();
        let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
        sqlx::query("update open_deeds set lease_until = 0, opened_at = opened_at - 121000")
            .execute(pool)
            .await
            .unwrap();
        // It need not even know the service account.
        jobs::sweep(&next).await.unwrap();
        assert_eq!(house.outcome("decide_case").await, Some(outcome), "{by}");
    }
}

#[tokio::test]
async fn an_import_is_carried_out_as_whoever_read_it_in_and_within_their_own_limits() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    linked(&house, &cookie, "mirakost").await;
    let actor = Actor {
        operator: OperatorId("01admin".into()),
        name: "admin".to_owned(),
        role: Role::Admin,
        grants: Vec::new(),
        session: "a test".to_owned(),
        request: None,
    };
    let context = Context::of_job(house.app.clone(), actor);
    let list = b"domain,severity\none.example,suspend\ntwo.example,suspend\nthree.example,suspend\n";
    let to = domain_blocks::service::keep(&context, "harbour", "list.csv", list.as_slice().into()).await.unwrap();
    let import = to.rsplit('/').next().unwrap();
    let ticked = howdah::store::domain_imports::ticked(&house.app.store, import).await.unwrap();
    let form = [("instance", "harbour"), ("import", import), ("ticked", ticked.as_str()), ("why", "a list")];
    house.post(Some(&cookie), "/api/domains/import-start", &form).await;
    let instance = house.app.instances.values().next().unwrap();
    let service_account = instance.rest.limits();
    assert_eq!(engine::work::<OfImport>(&house.app, instance, "one", 1).await.unwrap(), 1);
    let by: Vec<String> = sqlx::query_scalar(
        "select a.username::text from admin_action_logs l join accounts a on a.id = l.account_id \
         where l.target_type = 'DomainBlock' and l.human_identifier like '%.example' order by l.id desc limit 1",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert_eq!(by, ["mirakost"]);
    let kept = linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap().remove(0);
    let own = instance.acting_client(kept.account, &kept.token).limits().expect("limits of their own");
    assert!(own.remaining < own.limit);
    assert_eq!(instance.rest.limits(), service_account, "the service account's are untouched");
    // What the role does not allow any more stops it, with the reason.
    run(&house, "update user_roles set permissions = 1024 where name = 'Admin'").await;
    assert_eq!(engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap(), 0);
    let page = get(&house, Some(&cookie), &to).await;
    assert!(
        page.body.contains("You act as @mirakost on the instance, and that role can’t manage federation"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_link_is_kept_once_renewed_and_opens_under_its_own_key_alone() {
    for kept in [sqlite().await, postgres().await] {
        let (store, keys) = (&kept.store, &Keys::from_secret([7; 32]));
        let link = |operator: &str, account: i64, token: &str| Linked {
            operator: OperatorId(operator.into()),
            instance: "harbour".parse().unwrap(),
            account: AccountId(account),
            username: format!("person{account}"),
            token: Secret::new(token),
            linked_at: Timestamp(1),
        };
        assert!(linked_accounts::keep(store, keys, &link("ann", 7, "first"), None).await.unwrap());
        assert!(
            !linked_accounts::keep(store, keys, &link("ben", 7, "other"), None).await.unwrap(),
            "the account is Ann's"
        );
        assert!(
            !linked_accounts::keep(store, keys, &link("ann", 8, "other"), None).await.unwrap(),
            "Ann has another account"
        );
        assert!(linked_accounts::keep(store, keys, &link("ann", 7, "second"), None).await.unwrap());
        assert!(linked_accounts::keep(store, keys, &link("ben", 8, "third"), None).await.unwrap());
        let all = linked_accounts::list(store, keys).await.unwrap();
        assert_eq!(all, [link("ann", 7, "second"), link("ben", 8, "third")]);
        assert_eq!(linked_accounts::list(store, &Keys::from_secret([8; 32])).await.unwrap(), [], "sealed");
        let harbour = "harbour".parse().unwrap();
        let end = async |id: &'static str| {
            let (from, next) = (Timestamp(5), Timestamp(10));
            linked_accounts::delete(store, &all[0].operator, &harbour, id, from, next, None).await.unwrap()
        };
        assert!(end("a").await);
        assert!(!end("b").await, "exactly once");
        assert_eq!(linked_accounts::of(store, keys, &all[0].operator, &harbour).await.unwrap(), None);
        // Its token is kept until the instance has taken it back, and asked for by one process at a time.
        assert!(linked_accounts::left_due(store, keys, Timestamp(9)).await.unwrap().is_empty());
        let left = linked_accounts::left_due(store, keys, Timestamp(10)).await.unwrap().remove(0);
        assert_eq!(
            (left.id.as_str(), left.linked.token.expose(), left.since, left.tries),
            ("a", "second", Timestamp(5), 0)
        );
        assert!(linked_accounts::claim_left(store, &left, Timestamp(20)).await.unwrap());
        assert!(!linked_accounts::claim_left(store, &left, Timestamp(20)).await.unwrap());
        assert!(linked_accounts::left_due(store, keys, Timestamp(19)).await.unwrap().is_empty());
        assert_eq!(linked_accounts::left(store, keys, "a").await.unwrap().unwrap().tries, 1);
        linked_accounts::forget_left(store, "a").await.unwrap();
        assert!(linked_accounts::left(store, keys, "a").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_owner_whose_account_has_fallen_gets_out_at_the_server() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    linked(&house, &cookie, "mirakost").await;
    run(
        &house,
        "update users set disabled = true where account_id = (select id from accounts where username = 'mirakost')",
    )
    .await;
    let form = [("instance", "harbour"), ("operator", "01owner"), ("back", "/people")];
    let answer = house.post(Some(&cookie), "/api/people/unlink", &form).await;
    refused(&house, &cookie, answer, StatusCode::UNPROCESSABLE_ENTITY, "howdah operator unlink").await;
    // Nor does anybody else get rights there by them.
    let asked = [
        ("operator", "01contractor"),
        ("instances[]", "harbour"),
        ("categories[]", "spam"),
        ("ends", "2099-12-31"),
        ("sponsor", "01admin"),
        ("agreement", "A-1"),
        ("back", "/grants/request"),
    ];
    let answer = house.post(Some(&cookie), "/api/grants/ask", &asked).await;
    refused(&house, &cookie, answer, StatusCode::FORBIDDEN, "Your own account on this instance").await;
    assert_eq!(get(&house, Some(&cookie), "/i/harbour/reports").await.status, StatusCode::FORBIDDEN);
    let harbour = "harbour".parse().unwrap();
    assert!(service::unlink_at_server(&house.app, "nobody", &harbour).await.is_err());
    assert!(service::unlink_at_server(&house.app, "Owner", &harbour).await.unwrap());
    assert!(tokens(&house).await.iter().all(|(_, holds)| !holds));
    let cookie = signed_in_again(&house, &cookie, "owner").await;
    assert_eq!(get(&house, Some(&cookie), "/i/harbour/reports").await.status, StatusCode::OK);
}

/// What is logged, to be looked through.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_token_is_nowhere_to_be_read() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("howdah=trace")
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: what other tests make the console say belongs to what is looked through.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    linked(&house, &cookie, "jonastran").await;
    decide(&house, &cookie, "windvane", "silence").await;
    let mut secrets: Vec<String> = tokens(&house).await.into_iter().map(|(token, _)| token).collect();
    assert_eq!(secrets.len(), 1);
    let more: Vec<String> =
        sqlx::query_scalar("select secret from oauth_applications where redirect_uri like '%your-account%'")
            .fetch_all(&house.instance)
            .await
            .unwrap();
    secrets.extend(more);
    let mut seen = String::new();
    for page in ["/i/harbour", "/i/harbour/your-account", "/people", "/audit", "/i/harbour/audit/instance"] {
        seen.push_str(&get(&house, Some(&cookie), page).await.body);
    }
    for kind in ["link_account", "decide_case"] {
        let entry = entries(&house, kind).await.remove(0);
        seen.push_str(&get(&house, Some(&cookie), &format!("/audit/{}", entry.index)).await.body);
        seen.push_str(&format!("{} {:?}", entry.leaf, entry.document));
    }
    seen.push_str(&get(&house, Some(&cookie), "/audit/export.jsonl").await.body);
    seen.push_str(&format!("{:?}", linked_accounts::list(&house.app.store, &house.app.keys).await.unwrap()));
    // The revoked one too: a failure is where secrets slip out.
    run(
        &house,
        "update oauth_access_tokens set revoked_at = now() where resource_owner_id is not null and application_id in \
        (select id from oauth_applications where redirect_uri like '%your-account%')",
    )
    .await;
    let answer = decide(&house, &cookie, "lantern_fell", "silence").await;
    seen.push_str(&get(&house, Some(&cookie), &answer.location.unwrap()).await.body);
    // The whole store, as whoever copies the file reads it.
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::query("pragma wal_checkpoint(truncate)").execute(pool).await.unwrap();
    let file = std::fs::read(house.store.url.strip_prefix("sqlite:").unwrap()).unwrap();
    seen.push_str(&String::from_utf8_lossy(&file));
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("/i/{instance}/your-account/callback"), "something is logged: {logged}");
    assert!(!logged.contains("code="), "no query is logged");
    seen.push_str(&logged);
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret shows");
    }
    let (owner, harbour) = (OperatorId("01owner".into()), "harbour".parse().unwrap());
    let still = linked_accounts::of(&house.app.store, &house.app.keys, &owner, &harbour).await.unwrap();
    assert!(still.is_some());
    assert!(oauth::SCOPES.split_whitespace().all(|scope| scope == "profile" || scope.starts_with("admin:write:")));
}

/// Whoever has somebody's way back by heart must not be able to use it up for them.
#[tokio::test]
async fn a_way_back_in_another_session_is_refused_and_not_spent() {
    let house = house(sqlite().await).await;
    let (cookie, elsewhere) = (house.sign_in("moderator").await, house.sign_in("moderator").await);
    let asked = begin(&house, &cookie).await;
    let back = agree(&house, &asked, "jonastran", "authorize").await;
    let refused = get(&house, Some(&elsewhere), &back).await.location.unwrap();
    assert!(refused.contains("draft="), "{refused}");
    let to = get(&house, Some(&cookie), &back).await.location.unwrap();
    let page = get(&house, Some(&cookie), &to).await;
    assert!(page.body.contains("You act as @jonastran"), "spent by another session: {}", page.body);
    // And once it is used, it is.
    let again = get(&house, Some(&cookie), &back).await.location.unwrap();
    assert!(again.contains("draft="), "{again}");
}

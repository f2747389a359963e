//! Every refusal has its own cause: what came back, what must be said of it, and what the deed is then.

use crate::support::{Fault, House, Instead, NO_SANCTION, house, sqlite, until};
use axum::http::{Method, StatusCode};
use howdah::{
    cli,
    clock::Clock,
    config::Secret,
    http,
    ledger::{Filter, Outcome},
    mastodon::oauth,
    registrations::service::settle_due,
    seal::Keys,
    store::{applications::Application, settling},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

struct Case {
    name: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    says: &'static [&'static str],
    never: &'static [&'static str],
    /// `None` while it is watched.
    outcome: Option<Outcome>,
}

const HTML: (&str, &str) = ("content-type", "text/html");
const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
const NGINX: &str =
    "<html>\r\n<head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>";
/// What must be said of nobody's page.
const BLAMES: &[&str] = &["howdah.toml", "not there any more", "No reason given", "role does not include"];

const CASES: &[Case] = &[
    Case {
        name: "a challenge",
        status: 403,
        headers: &[HTML, ("cf-mitigated", "challenge")],
        body: "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript</body></html>",
        says: &["wants to see a browser first (403: “Just a moment...”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a challenge with the status of a failure",
        status: 503,
        headers: &[HTML, ("cf-mitigated", "challenge")],
        body: "<title>Just a moment...</title>",
        says: &["wants to see a browser first (503: “Just a moment...”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a firewall's 403",
        status: 403,
        headers: &[HTML],
        body: "<title>Access denied | by policy <b>7</b></title>",
        says: &["refused it in Mastodon’s place (403: “Access denied | by policy 7”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "another server's 404",
        status: 404,
        headers: &[HTML],
        body: "<html><head><title>404 Not Found</title></head><body>nginx</body></html>",
        says: &["another server’s page there (404: “404 Not Found”), not Mastodon’s; is base_url right?"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a proxy that asks for a password",
        status: 401,
        headers: &[HTML, ("www-authenticate", "Basic realm=\"staging\"")],
        body: "<h1>401 Authorization Required</h1>",
        says: &["(401: “401 Authorization Required”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a proxy's limit",
        status: 429,
        headers: &[HTML],
        body: "<title>429 Too Many Requests</title>",
        says: &["rate limit reached in front of 127.0.0.1 (429: “429 Too Many Requests”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "an address that is shut out",
        status: 403,
        headers: &[("content-type", "text/plain")],
        body: "Forbidden\n",
        says: &["refuses this console’s IP address (403: “Forbidden”): an IP rule of the instance"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a redirect",
        status: 301,
        headers: &[("location", "https://portal.example/login")],
        body: "",
        says: &["sends us on to portal.example (301)", "correct base_url"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a JSON that is not Mastodon's",
        status: 403,
        headers: &[JSON],
        body: r#"{"message":"No API key found in request"}"#,
        says: &["No API key found in request"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "an address that is kept out by a proxy in front of the world",
        status: 403,
        headers: &[HTML, ("server", "cloudflare")],
        body: "<html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1>",
        says: &["refused it in Mastodon’s place (403: “Attention Required! | Cloudflare”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a redirect to the name with www",
        status: 308,
        headers: &[HTML, ("location", "https://www.harbour.example/api/v1/admin/accounts/1/action")],
        body: "<title>308 Permanent Redirect</title>",
        says: &["sends us on to www.harbour.example (308)", "correct base_url"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a proxy's limit in plain words",
        status: 429,
        headers: &[("content-type", "text/plain"), ("retry-after", "1")],
        body: "slow down",
        says: &["rate limit reached in front of 127.0.0.1 (429: “slow down”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "too long for the proxy",
        status: 413,
        headers: &[HTML],
        body: "<title>413 Request Entity Too Large</title>",
        says: &["refused it in Mastodon’s place (413: “413 Request Entity Too Large”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a challenge that says that all is well",
        status: 200,
        headers: &[HTML],
        body: "<!doctype html><html><head><title>Making sure you're not a bot!</title></head><body></body></html>",
        says: &[
            "something that is not Mastodon’s (200: “Making sure you're not a bot!”) instead of JSON",
            "whether Mastodon has acted is not known",
        ],
        never: &["not there any more", "gave no reason", "role does not include"],
        outcome: None,
    },
    Case {
        name: "nothing, and that all is well",
        status: 200,
        headers: &[],
        body: "",
        says: &["something that is not Mastodon’s (200: an empty page)", "whether Mastodon has acted is not known"],
        never: &["not there any more", "gave no reason", "role does not include"],
        outcome: None,
    },
    Case {
        name: "a cache in front that fails",
        status: 503,
        headers: &[HTML, ("retry-after", "5"), ("server", "Varnish")],
        body: "<title>503 Backend fetch failed</title><h1>Error 503 Backend fetch failed</h1><p>Guru Meditation:</p>",
        says: &["answered in its place (503: “503 Backend fetch failed”); whether Mastodon has acted is not known"],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "a dead backend, told in JSON",
        status: 502,
        headers: &[JSON],
        body: r#"{"error":"bad gateway"}"#,
        says: &["a server in front of Mastodon answered in its place (502: “bad gateway”); whether Mastodon has acted"],
        never: &["Mastodon itself"],
        outcome: None,
    },
    Case {
        name: "a dead backend",
        status: 502,
        headers: &[HTML],
        body: NGINX,
        says: &[
            "the instance did not answer",
            "a server in front of Mastodon answered in its place (502: “502 Bad Gateway”); whether Mastodon has acted is not known",
        ],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "a backend that took too long",
        status: 504,
        headers: &[HTML],
        body: "<title>504 Gateway Time-out</title>",
        says: &["(504: “504 Gateway Time-out”); whether Mastodon has acted is not known"],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "Mastodon's own failure",
        status: 500,
        headers: &[JSON],
        body: r#"{"status":500,"error":"Internal Server Error"}"#,
        says: &["Mastodon itself failed (500): “Internal Server Error”"],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "a revoked token",
        status: 401,
        headers: &[JSON],
        body: r#"{"error":"The access token was revoked"}"#,
        says: &["The access token was revoked; the console's token is not valid any more"],
        never: &[],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a token of too few scopes",
        status: 403,
        headers: &[JSON],
        body: r#"{"error":"This action is outside the authorized scopes"}"#,
        says: &["the token’s scopes do not include it"],
        never: &["outranks", "role does"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a role of too little",
        status: 403,
        headers: &[JSON],
        body: r#"{"error":"This action is not allowed"}"#,
        says: &[
            "This action is not allowed; the service account's role does not include it, the account outranks it, or its state does not allow it",
        ],
        never: &["scopes"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a login without the second factor of its role",
        status: 403,
        headers: &[JSON],
        body: r#"{"error":"Your login is currently disabled"}"#,
        says: &[
            "Your login is currently disabled; that is the service account: frozen",
            "without the second factor that its role asks for",
        ],
        never: &["scopes", "howdah.toml"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a validation",
        status: 422,
        headers: &[JSON],
        body: r#"{"error":"Validation failed: Text is too long\u202e (maximum is 5 characters)"}"#,
        says: &["Validation failed: Text is too long"],
        never: &["\u{202e}", "token"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "an object that is gone",
        status: 404,
        headers: &[JSON],
        body: r#"{"error":"Record not found"}"#,
        says: &["Record not found; it is not there any more"],
        never: &["base_url"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a sign-in in front that says no in JSON",
        status: 401,
        headers: &[JSON],
        body: r#"{"error":"Unauthorized"}"#,
        says: &["refused it in Mastodon’s place (401: “Unauthorized”)"],
        never: &["howdah.toml", "token is not valid", "role does not include"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a sign-in in front that sends people to itself",
        status: 302,
        headers: &[HTML, ("location", "/oauth2/sign_in?rd=%2Fapi%2Fv1")],
        body: "<a href=\"/oauth2/sign_in\">Found</a>",
        says: &["127.0.0.1 sends us on to /oauth2/sign_in (302) instead of answering", "asks for a sign-in"],
        never: &["base_url", "howdah.toml", "not there any more"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a yes that is not Mastodon's",
        status: 200,
        headers: &[JSON],
        body: r#"{"status":"ok"}"#,
        says: &["JSON that is not Mastodon’s", "whether Mastodon has acted is not known"],
        never: &["Only partly done", "Done and verified", "not there any more"],
        outcome: None,
    },
    Case {
        name: "a yes with an error in it",
        status: 200,
        headers: &[JSON],
        body: r#"{"id":"1","error":"Something went wrong"}"#,
        says: &["JSON that is not Mastodon’s", "whether Mastodon has acted is not known"],
        never: &["Only partly done", "Done and verified", "not there any more"],
        outcome: None,
    },
    Case {
        name: "a list where nothing of the sort was asked for",
        status: 200,
        headers: &[JSON],
        body: "[]",
        says: &["JSON that is not Mastodon’s", "whether Mastodon has acted is not known"],
        never: &["Only partly done", "Done and verified", "not there any more"],
        outcome: None,
    },
    Case {
        name: "a yes about somebody else",
        status: 200,
        headers: &[JSON],
        body: r#"{"id":"999999","username":"somebody"}"#,
        says: &["answered about something else (id “999999”)", "whether Mastodon has acted is not known"],
        never: &["Only partly done", "Done and verified", "not there any more"],
        outcome: None,
    },
    Case {
        name: "an empty yes of somebody who did nothing",
        status: 200,
        headers: &[JSON],
        body: "{}",
        says: &["accepted, but nothing of it is there yet", "keeps checking for two minutes"],
        never: &["Only partly done", "Done and verified", "not there any more"],
        outcome: None,
    },
    Case {
        name: "a proxy's limit with numbers of its own",
        status: 429,
        headers: &[
            ("content-type", "text/html"),
            ("x-ratelimit-limit", "10"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "2099-01-01T00:00:00Z"),
        ],
        body: "<title>Too many</title>",
        says: &["rate limit reached in front of 127.0.0.1 (429: “Too many”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a redirect to nowhere",
        status: 303,
        headers: &[HTML],
        body: "",
        says: &["127.0.0.1 sends us on without saying where (303)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a token that does not hold, on a server of another language",
        status: 401,
        headers: &[JSON, ("www-authenticate", "Bearer realm=\"Doorkeeper\", error=\"invalid_token\"")],
        body: r#"{"error":"Das Zugriffs-Token wurde widerrufen"}"#,
        says: &["Das Zugriffs-Token wurde widerrufen; the console's token is not valid any more"],
        never: &["in Mastodon’s place"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a token that is unknown, or did not arrive",
        status: 401,
        headers: &[JSON, ("www-authenticate", "Bearer realm=\"Doorkeeper\", error=\"invalid_token\"")],
        body: r#"{"error":"The access token is invalid"}"#,
        says: &["not valid any more", "unless what stands in front of Mastodon takes it away"],
        never: &["in Mastodon’s place"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a token that stands for nobody",
        status: 422,
        headers: &[JSON],
        body: r#"{"error":"This method requires an authenticated user"}"#,
        says: &["the token stands for an application, not for a person"],
        never: &["not valid any more", "role does not include"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a no without a reason",
        status: 403,
        headers: &[JSON],
        body: r#"{"error":"Forbidden"}"#,
        says: &["Forbidden"],
        never: &["role does not include", "outranks", "scopes"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "an object that is not said to be gone",
        status: 404,
        headers: &[JSON],
        body: r#"{"error":"no route and no API found with those values"}"#,
        says: &["no route and no API found with those values"],
        never: &["not there any more"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "something that is gone for good",
        status: 410,
        headers: &[JSON],
        body: r#"{"error":"Gone"}"#,
        says: &["Gone"],
        never: &["token", "not there any more"],
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a request that a balancer did not get whole",
        status: 408,
        headers: &[HTML],
        body: "<html><body><h1>408 Request Time-out</h1>\nYour browser didn't send a complete request in time.\n</body></html>",
        says: &["refused it in Mastodon’s place (408: “408 Request Time-out”)"],
        never: BLAMES,
        outcome: Some(Outcome::Failed),
    },
    Case {
        name: "a balancer without a backend",
        status: 503,
        headers: &[HTML, ("cache-control", "no-cache")],
        body: "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>",
        says: &["answered in its place (503: “503 Service Unavailable”); whether Mastodon has acted is not known"],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "Mastodon's own failure as a page for people",
        status: 500,
        headers: &[HTML],
        body: "<html lang='en'><head><title>This page is not correct - Mastodon</title></head><body class='error'>\
            <div class='dialog'><div class='dialog__illustration'><img alt='Mastodon' src='/oops.png'></div></div></body>",
        says: &["Mastodon itself failed (500): “This page is not correct - Mastodon”"],
        never: BLAMES,
        outcome: None,
    },
    Case {
        name: "Mastodon's page for failures, shown by the nginx that it ships",
        status: 502,
        headers: &[HTML],
        body: "<html lang='en'><head><title>This page is not correct - Mastodon</title></head><body class='error'>\
            <div class='dialog'><div class='dialog__illustration'><img alt='Mastodon' src='/oops.png'></div></div></body>",
        says: &["a server in front of Mastodon answered in its place (502: “This page is not correct - Mastodon”)"],
        never: &["Mastodon itself"],
        outcome: None,
    },
];

/// Limits an account, and gives the page it leads to.
async fn limit(house: &House, cookie: &str) -> String {
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("why", "a reason"),
        ("back", "/i/harbour/reports"),
    ];
    let answer = house.post(Some(cookie), "/api/reports/decide", &form).await;
    house.get(Some(cookie), &answer.location.unwrap()).await.body.replace("&#39;", "'").replace("&#x27;", "'")
}

#[tokio::test]
async fn what_came_back_is_told_as_what_it_is() {
    let mut house = house(sqlite().await).await;
    let mut cookie = house.sign_in("moderator").await;
    for case in CASES {
        let page = Instead {
            method: Method::POST,
            path: "/api/v1/admin/",
            status: case.status,
            headers: case.headers,
            body: case.body,
        };
        house.front.instead(vec![page]);
        let said = limit(&house, &cookie).await;
        for words in case.says {
            assert!(said.contains(words), "{}: {words}\n{said}", case.name);
        }
        for words in case.never {
            assert!(!said.contains(words), "{}: {words}\n{said}", case.name);
        }
        assert_eq!(house.outcome("decide_case").await, case.outcome, "{}", case.name);
        // One that is watched keeps its subject: the next case needs a house of its own.
        if case.outcome.is_none() {
            house = crate::support::house(sqlite().await).await;
            cookie = house.sign_in("moderator").await;
        }
    }
}

/// What looks at answers and not at requests refuses what is done: what is read decides, and not who refused.
#[tokio::test]
async fn what_was_done_and_refused_on_its_way_back_is_done() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    house.weather.set(Fault::RefusedAfterwards);
    let said = limit(&house, &cookie).await;
    assert!(!said.contains("Nothing was changed") && said.contains("Done and verified"), "{said}");
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let newest = Filter { kind: Some("decide_case".to_owned()), limit: 1, ..Filter::default() };
    let entry = house.app.ledger.list(&newest).await.unwrap().remove(0);
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &format!("/audit/{}", entry.index)).await.body;
    assert!(page.contains("not Mastodon’s answer") && page.contains("403 Forbidden"), "{page}");
    assert!(!page.contains("not sent"), "{page}");
}

/// The same account may do another deed at the same moment: its rows prove nothing of this one, and are not shown with it.
#[tokio::test]
async fn a_deed_is_proved_by_its_own_rows_alone() {
    const ANOTHER: &str = "insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
        select account_id, 'resolve', 'Report', 999999, now(), now() from admin_action_logs order by id desc limit 1";
    let house = house(sqlite().await).await;
    let (cookie, owner) = (house.sign_in("moderator").await, house.sign_in("owner").await);
    let account = house.app.instances.values().next().unwrap().health().account.clone().unwrap();
    let newest: &str = "insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
        values ($1, 'silence', 'Account', 1, now(), now())";
    sqlx::query(newest).bind(account.id.0).execute(&house.instance).await.unwrap();
    house.weather.meanwhile(&house.instance, ANOTHER);
    limit(&house, &cookie).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let newest = Filter { kind: Some("decide_case".to_owned()), limit: 1, ..Filter::default() };
    let entry = house.app.ledger.list(&newest).await.unwrap().remove(0);
    let page = house.get(Some(&owner), &format!("/audit/{}", entry.index)).await.body;
    assert!(page.contains(" silence Account ") && !page.contains("Report 999999"), "{page}");
}

/// The console's database says that it follows another one, and how far it has come.
async fn follows(house: &House, behind: &str) {
    let name: String = sqlx::query_scalar("select current_database()::text").fetch_one(&house.instance).await.unwrap();
    let sql = format!(
        "create schema if not exists copy; \
         create or replace function copy.pg_is_in_recovery() returns boolean language sql as 'select true'; \
         create or replace function copy.pg_last_xact_replay_timestamp() returns timestamptz language sql \
         as $$select now() - interval '{behind}'$$; \
         alter database {name} set search_path = copy, pg_catalog, public"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
}

#[tokio::test]
async fn a_copy_that_is_behind_proves_nothing_by_what_it_lacks() {
    let here = house(sqlite().await).await;
    follows(&here, "30 seconds").await;
    // New connections see it.
    let keys = Keys::from_secret([7; 32]);
    let app = cli::assemble(here.config.clone(), Clock::System, keys, here.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, ..here };
    house.look().await;
    let cookie = house.sign_in("moderator").await;
    let overview = house.get(Some(&cookie), "/i/harbour").await.body;
    assert!(overview.contains("read-only, a copy as of under 1 min ago"), "{overview}");
    // It is accepted, and nothing is to be seen of it.
    let accepted =
        |status, body| Instead { method: Method::POST, path: "/api/v1/admin/", status, headers: &[JSON], body };
    house.front.instead(vec![accepted(200, "{}")]);
    let said = limit(&house, &cookie).await;
    assert!(said.contains("accepted, but not visible yet: the database the console reads is a copy"), "{said}");
    assert_eq!(house.outcome("decide_case").await, None);
    // Nobody sends it a second time meanwhile.
    house.front.asked();
    let said = limit(&house, &cookie).await;
    assert!(said.contains("in another window") || said.contains("somebody else"), "{said}");
    assert!(!house.front.asked().iter().any(|asked| asked.starts_with("POST")), "sent twice");
    // Now it shows.
    sqlx::raw_sql(
        "update accounts set silenced_at = now() where username = 'windvane' and domain is null; \
         update reports set action_taken_at = now() where target_account_id = \
         (select id from accounts where username = 'windvane' and domain is null)",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    until("the trace was found", async || house.outcome("decide_case").await.is_some()).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
}

/// What a copy does not show yet is not what holds, and nobody changed it.
#[tokio::test]
async fn a_setting_that_a_copy_does_not_show_yet_is_not_verified() {
    let here = house(sqlite().await).await;
    let owner = here.sign_in("owner").await;
    let challenge = Instead {
        method: Method::GET,
        path: "/auth/sign_up",
        status: 403,
        headers: &[HTML],
        body: "<title>Just a moment...</title>",
    };
    here.front.instead(vec![challenge]);
    crate::seen::set(&here, &owner, "none").await;
    follows(&here, "30 seconds").await;
    let former = "update settings set value = E'--- approved\\n' where var = 'registrations_mode'";
    sqlx::raw_sql(former).execute(&here.instance).await.unwrap();
    let keys = Keys::from_secret([7; 32]);
    let app = cli::assemble(here.config.clone(), Clock::System, keys, here.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, ..here };
    house.look().await;
    for path in ["/i/harbour/registrations", "/i/harbour"] {
        let page = house.get(Some(&owner), path).await.body;
        assert!(page.contains("set to “closed” at") && page.contains("doesn’t show it yet"), "{path}: {page}");
    }
    let page = house.get(Some(&owner), "/i/harbour/registrations").await.body;
    assert!(page.contains("as a copy has it, which is behind") && !page.contains("verified "), "{page}");
    // The job does not take it for somebody else's change.
    crate::support::aged(&house.store.store, "update settling set next_at = 0").await;
    settle_due(&house.app).await.unwrap();
    let open = settling::of(&house.store.store, &"harbour".parse().unwrap()).await.unwrap();
    assert!(open.is_some(), "it is still watched");
}

#[tokio::test]
async fn only_mastodon_says_that_it_forgot_the_console() {
    let house = house(sqlite().await).await;
    let instance = house.app.instances.values().next().unwrap();
    let application = Application {
        id: "practice-howdah".to_owned(),
        secret: Secret::new("wrong"),
        redirect: "urn:ietf:wg:oauth:2.0:oob".to_owned(),
        scopes: oauth::SCOPES.to_owned(),
    };
    assert_eq!(oauth::knows(&instance.rest, &application).await, Ok(false), "Mastodon does not know this secret");
    house.front.instead(vec![Instead {
        method: Method::POST,
        path: "/oauth/token",
        status: 403,
        headers: &[HTML],
        body: "<title>Attention Required!</title>",
    }]);
    let error = oauth::knows(&instance.rest, &application).await.unwrap_err().to_string();
    assert!(error.contains("“Attention Required!”"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_private_or_whose_place_fails_is_said_so() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, media): (i64, i64) = sqlx::query_as(
        "select s.account_id, m.id from media_attachments m join statuses s on s.id = m.status_id \
         where m.remote_url = '' and s.visibility = 0 and s.deleted_at is null order by m.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let path = format!("/i/harbour/reports/{account}/media/{media}");
    for (status, says) in [
        (403, "refuses it (403): it is private there"),
        (401, "refuses it (401)"),
        (502, "failed (502); whether it has the file is not known"),
        (404, "has no copy of this file"),
        (410, "has no copy of this file"),
    ] {
        let page = Instead { method: Method::GET, path: "/system/", status, headers: &[HTML], body: "<Error/>" };
        house.front.instead(vec![page]);
        let said = house.get(Some(&cookie), &path).await;
        assert!(said.body.contains(says), "{status}: {}", said.body);
    }
}

/// Some proxies pack whatever passes, asked or not.
#[tokio::test]
async fn an_answer_that_was_packed_on_its_way_is_read() {
    const PACKED: &[u8] =
        b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03\xAB\x56\x4A\xC9\xCF\x4D\xCC\xCC\x53\xB2\x52\xCA\x48\x2C\
        \x4A\xCA\x2F\x2D\xD2\x4B\xAD\x48\xCC\x2D\xC8\x49\x55\xD2\x51\x2A\x4B\x2D\x2A\xCE\xCC\x07\xC9\x99\
        \xE8\x99\xE9\x99\x2A\xD5\x02\x00\x5E\x17\xA3\x33\x2E\x00\x00\x00";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            let _asked = here.read(&mut asked).await.unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                PACKED.len()
            );
            here.write_all(&[head.as_bytes(), PACKED].concat()).await.unwrap();
        }
    });
    let house = house(sqlite().await).await;
    let mut config = house.config.clone();
    config.instances[0].base_url = base.parse().unwrap();
    let app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let said = app.instances.values().next().unwrap().rest.instance().await;
    assert_eq!(said.map(|said| said.version), Ok("4.6.5".to_owned()));
}

/// A pooler that takes the connection and then says no.
async fn pooler(sentence: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut asked = [0; 1024];
                // Whether it speaks TLS: no.
                while let Ok(read @ 1..) = here.read(&mut asked).await {
                    if read == 8 {
                        here.write_all(b"N").await.unwrap();
                        continue;
                    }
                    let mut body = Vec::new();
                    for (field, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "08P01"), (b'M', sentence)] {
                        body.push(field);
                        body.extend_from_slice(text.as_bytes());
                        body.push(0);
                    }
                    body.push(0);
                    let mut message = vec![b'E'];
                    message.extend_from_slice(&u32::try_from(body.len() + 4).unwrap().to_be_bytes());
                    message.extend_from_slice(&body);
                    let _sent = here.write_all(&message).await;
                    return;
                }
            });
        }
    });
    format!("postgres://howdah@{address}/mastodon")
}

#[tokio::test]
async fn what_a_pooler_says_is_told() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new(pooler("query_wait_timeout").await);
    let app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let other = House { router: http::router(app.clone()), app, ..house };
    let page = other.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await.body;
    assert!(page.contains("database does not answer reads: it says “query_wait_timeout”"), "{page}");
    other.look().await;
    let overview = other.get(Some(&cookie), "/i/harbour").await.body;
    assert!(overview.contains("it says “query_wait_timeout”"), "{overview}");
}

/// An address that a browser would have written otherwise is none: what stands there is said to be nowhere, and is not shown.
#[tokio::test]
async fn an_address_that_leads_to_a_page_by_a_detour_shows_nothing_of_it() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    assert!(house.get(Some(&owner), "/audit").await.body.contains("Check now"));
    for detour in
        ["/sign-in/%2e%2e/audit", "/sign-in/%2E./audit", "/health/../audit", "/./audit", "/audit/", "/i/harbour/../.."]
    {
        let answer = house.get(Some(&owner), detour).await;
        assert_eq!((answer.status, answer.location), (StatusCode::NOT_FOUND, None), "{detour}");
        assert!(!answer.body.contains("Check now"), "{detour}: {}", answer.body);
        assert!(answer.body.contains("This page doesn’t exist"), "{detour}: {}", answer.body);
    }
}

/// Bookmarks go on to work: an address of before leads to the one of now, with its query, and that one is a page or a file.
#[tokio::test]
async fn an_address_of_before_leads_on() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for (former, now) in howdah::path::MOVED {
        let given = |pattern: &str| {
            pattern
                .replacen('*', if pattern.starts_with("/i/") { "harbour" } else { "01contractor" }, 1)
                .replace('*', "1")
        };
        let (former, now) = (given(former), given(now));
        for cookie in [None, Some(owner.as_str())] {
            let answer = house.get(cookie, &format!("{former}?q=a%20b&draft=1")).await;
            assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{former}");
            assert_eq!(answer.location.as_deref(), Some(format!("{now}?q=a%20b&draft=1").as_str()), "{former}");
        }
        let there = house.get(Some(&owner), &now).await;
        assert!(!there.body.contains("This page doesn’t exist"), "{former} leads nowhere: {now}");
    }
    let form = house.post(Some(&owner), "/i/harbour/domains", &[("domain", "x.example")]).await;
    assert_eq!(form.status, StatusCode::NOT_FOUND, "a form is not sent on: {}", form.body);
}

//! Who may do what: the matrix, every door as everybody, and no door forgotten.

use crate::support::{House, house, sqlite};
use axum::http::StatusCode;
use howdah::access::{Permission, Role, allows};
use std::collections::BTreeSet;

#[test]
fn the_matrix_of_rights() {
    let mut table = format!("{:<22}", "");
    for role in Role::ALL {
        table.push_str(&format!("{:<12}", role.name()));
    }
    for permission in Permission::ALL {
        table.push_str(&format!("\n{:<22}", permission.name()));
        for role in Role::ALL {
            table.push_str(&format!("{:<12}", if allows(role, permission) { "yes" } else { "·" }));
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn whoever_can_act_needs_a_second_factor() {
    let acting: Vec<_> = Role::ALL.into_iter().filter(|role| role.acts()).map(Role::name).collect();
    assert_eq!(acting, ["owner", "admin", "moderator", "contractor"]);
}

/// Every writing door, with a form that is complete but about nothing that exists.
const WRITES: [(&str, &[(&str, &str)]); 12] = [
    (
        "/api/reports/decide",
        &[("instance", "harbour"), ("account", "1"), ("decision", "silence"), ("reports", ""), ("state", "{}")],
    ),
    ("/api/reports/hold", &[("instance", "harbour"), ("account", "1"), ("claim", "yes")]),
    ("/api/reports/reopen", &[("instance", "harbour"), ("account", "1"), ("report", "1")]),
    (
        "/api/reports/category",
        &[("instance", "harbour"), ("account", "1"), ("report", "1"), ("category", "spam"), ("seen", "[\"other\",[]]")],
    ),
    ("/api/reports/reverse", &[("instance", "harbour"), ("account", "1"), ("reversal", "unsilence"), ("state", "{}")]),
    ("/api/reports/reveal", &[("instance", "harbour"), ("account", "1"), ("what", "email"), ("why", "a test")]),
    (
        "/api/registrations/set",
        &[("instance", "harbour"), ("mode", "none"), ("why", "a test"), ("seen", "[[\"not this\"],[]]")],
    ),
    ("/api/signups/decide", &[("instance", "harbour"), ("who", "1"), ("verdict", "reject"), ("why", "a test")]),
    ("/api/batches/pause", &[("instance", "harbour"), ("batch", "none"), ("pause", "yes")]),
    ("/api/people/disable", &[("operator", "nobody"), ("disabled", "yes")]),
    ("/api/people/end-sessions", &[("operator", "nobody")]),
    ("/api/audit/checkpoint", &[]),
];

/// Doors that strangers may knock at, and the two that change nothing but the visitor's own browser.
const OPEN: [&str; 9] = [
    "/api/sign-in/page",
    "/api/sign-in/password",
    "/api/sign-in/code",
    "/api/sign-in/enrolment",
    "/api/sign-in/enrol",
    "/api/sign-in/set-up-page",
    "/api/sign-in/set-up",
    "/api/theme/set",
    "/api/session/end",
];

const READS: [&str; 15] = [
    "/api/overview/page?instance=harbour&search=",
    "/api/overview/home",
    "/api/reports/queue?instance=harbour&search=",
    "/api/reports/case?instance=harbour&account=1&search=",
    "/api/accounts/find?instance=harbour&search=q%3Dwren",
    "/api/accounts/page?instance=harbour&account=1&search=",
    "/api/signups/list?instance=harbour&search=",
    "/api/signups/page?instance=harbour&account=1&search=",
    "/api/batches/page?instance=harbour&batch=none&search=",
    "/api/registrations/page?instance=harbour&search=",
    "/api/audit/list?search=",
    "/api/audit/entry?index=0&search=",
    "/api/audit/instance-log?instance=harbour&search=",
    "/api/people/list?search=",
    "/api/sign-in/recovery-codes?search=",
];

/// What is answered with a file; the router names these by hand.
const FILES: [&str; 3] =
    ["/i/harbour/reports/1/media/1", "/audit/export.csv?kind=none", "/audit/export.jsonl?kind=none"];

#[tokio::test]
async fn no_door_is_missing_from_these_lists() {
    let mounted: BTreeSet<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert!(mounted.len() > 20, "{mounted:?}");
    let listed: BTreeSet<String> = WRITES
        .iter()
        .map(|(path, _)| *path)
        .chain(OPEN)
        .chain(READS)
        .map(|path| path.split('?').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(mounted, listed);
}

/// What a form came to: what its draft says, as a word.
async fn verdict(house: &House, cookie: Option<&str>, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = house.post(cookie, path, fields).await;
    let location = answer.location.unwrap_or_default();
    if location.starts_with("/sign-in") {
        return "sign in".to_owned();
    }
    match location.split_once("draft=") {
        Some((_, id)) => {
            let id = id.split('&').next().unwrap_or_default();
            let page = house.get(cookie, &format!("/audit?draft={id}")).await;
            page.status.as_u16().to_string()
        }
        None if answer.status == StatusCode::FOUND => "done".to_owned(),
        None => answer.status.as_u16().to_string(),
    }
}

#[tokio::test]
async fn every_door_as_everybody() {
    let house = house(sqlite().await).await;
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((role.name(), Some(house.sign_in(role.name()).await)));
    }
    cookies.push(("nobody", None));
    let mut lines = Vec::new();
    for (path, fields) in WRITES {
        let mut line = format!("POST {path:<28}");
        for (who, cookie) in &cookies {
            line.push_str(&format!(" {who}:{}", verdict(&house, cookie.as_deref(), path, fields).await));
        }
        lines.push(line);
    }
    for path in READS {
        let mut line = format!("GET  {:<28}", path.split('?').next().unwrap_or_default());
        for (who, cookie) in &cookies {
            let answer = house.get(cookie.as_deref(), path).await;
            // In 0.8 every error of a server function is a 500; its kind is in the body.
            let kind = answer.body.strip_prefix("{\"kind\":\"").and_then(|rest| rest.split('"').next()).unwrap_or("ok");
            line.push_str(&format!(" {who}:{kind}"));
        }
        lines.push(line);
    }
    for path in FILES {
        let mut line = format!("GET  {:<28}", path.split('?').next().unwrap_or_default());
        for (who, cookie) in &cookies {
            let answer = house.get(cookie.as_deref(), path).await;
            line.push_str(&format!(" {who}:{}", answer.status.as_u16()));
        }
        lines.push(line);
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(house.weather.writes(), 0, "something reached the instance");
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let request = |site: &str, origin: &str| {
        axum::http::Request::post("/api/session/end")
            .header("cookie", &cookie)
            .header("sec-fetch-site", site)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let refused = house.ask(request("cross-site", "https://evil.example")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(house.get(Some(&cookie), "/i/harbour").await.status, StatusCode::OK, "still signed in");
    let invented = house.get(Some("howdah=AAAAAAAAAAAAAAAAAAAAAA"), "/i/harbour").await;
    assert_eq!(invented.status, StatusCode::SEE_OTHER);
    assert_eq!(invented.location.as_deref(), Some("/sign-in?back=%2Fi%2Fharbour"));
    assert!(invented.body.is_empty(), "nothing is rendered for strangers");
}

#[tokio::test]
async fn an_ended_access_holds_on_the_next_request() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let owner = house.sign_in("owner").await;
    assert_eq!(house.get(Some(&moderator), "/i/harbour").await.status, StatusCode::OK);
    house
        .post(Some(&owner), "/api/people/disable", &[("operator", "01moderator"), ("disabled", "yes"), ("why", "left")])
        .await;
    assert_eq!(house.get(Some(&moderator), "/i/harbour").await.status, StatusCode::SEE_OTHER);
    let again = house
        .post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", crate::support::PASSWORD)])
        .await;
    assert!(again.location.unwrap_or_default().contains("draft="), "no way back in");
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_sound_alike_and_nobody_is_locked_out() {
    let house = house(sqlite().await).await;
    let mut said = BTreeSet::new();
    for (name, password) in [("nobody at all", "x"), ("moderator", "wrong")] {
        let answer = house.post(None, "/api/sign-in/password", &[("name", name), ("password", password)]).await;
        let page = house.get(None, &answer.location.unwrap_or_default()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        said.insert(
            page.body
                .split("role=\"alert\">")
                .nth(1)
                .and_then(|rest| rest.split('<').next())
                .unwrap_or_default()
                .to_owned(),
        );
    }
    assert_eq!(said.len(), 1, "{said:?}");
    house.sign_in("moderator").await;
    for _ in 0..6 {
        house.post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", "wrong")]).await;
    }
    let slowed = house
        .post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", crate::support::PASSWORD)])
        .await;
    let page = house.get(None, &slowed.location.unwrap_or_default()).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.body.contains("Wait "), "it says how long");
}

//! Who may do what: the matrix, every door as everybody, and no door forgotten.

use crate::support::{Answered, House, grant, house, person, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::{Permission, Role, allows},
    clock::DAY,
    grants::Scope,
    id::OperatorId,
    reports::Category,
};
use std::collections::BTreeSet;

/// A cell of the matrix: a contractor's rights come with every grant, or with one that includes them.
fn right(role: Role, permission: Permission) -> &'static str {
    let scope = |all: bool| {
        let categories = if all { Category::ALL.to_vec() } else { Vec::new() };
        Scope { instances: Vec::new(), categories, sign_ups: all, reveal: all }
    };
    match (allows(role, permission), role) {
        (false, Role::Contractor) => {
            assert!(!scope(true).includes(permission), "{permission:?} is in no contractor's reach");
            "·"
        }
        (false, _) => "·",
        (true, Role::Contractor) if scope(false).includes(permission) => "in a grant",
        (true, Role::Contractor) if scope(true).includes(permission) => "if granted",
        (true, _) => "yes",
    }
}

#[test]
fn the_matrix_of_rights() {
    let mut table = format!("{:<30}", "");
    for role in Role::ALL {
        table.push_str(&format!("{:<12}", role.name()));
    }
    for permission in Permission::ALL {
        table.push_str(&format!("\n{:<30}", permission.name()));
        for role in Role::ALL {
            table.push_str(&format!("{:<12}", right(role, permission)));
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"));
}

/// Whoever can act, by role or at most by a grant, and whoever reads the whole record: auditors too.
#[test]
fn whoever_can_act_or_reads_the_whole_record_needs_a_second_factor() {
    for role in Role::ALL {
        let acts = Permission::ALL.into_iter().any(|permission| permission.acts() && allows(role, permission));
        let reads = allows(role, Permission::ViewWholeLedger);
        assert_eq!(role.needs_factor(), acts || reads, "{role:?}");
        assert!(allows(role, Permission::OwnSignIn), "{role:?} must be able to set one up");
    }
    let needing: Vec<_> = Role::ALL.into_iter().filter(|role| role.needs_factor()).map(Role::name).collect();
    assert_eq!(needing, ["owner", "admin", "moderator", "contractor", "auditor"]);
}

/// Every writing door, with a form that is complete but about nothing that exists.
pub const WRITES: [(&str, &[(&str, &str)]); 70] = [
    (
        "/api/reports/decide",
        &[("instance", "harbour"), ("account", "1"), ("decision", "silence"), ("reports", ""), ("state", "{}")],
    ),
    ("/api/reports/decide-many", &[("instance", "harbour"), ("seen", "[[\"1\",[\"1\"]]]"), ("decision", "resolve")]),
    (
        "/api/accounts/decide-many",
        &[
            ("instance", "harbour"),
            ("seen", "[[\"1\",[],{\"disabled\":false,\"sensitized\":false,\"silenced\":false,\"suspended\":false}]]"),
            ("decision", "warn"),
            ("text", "a test"),
        ],
    ),
    ("/api/accounts/look-up", &[("instance", "harbour"), ("q", "nobody@nowhere.example")]),
    ("/api/accounts/search", &[("instance", "harbour"), ("q", "nobody@nowhere.example"), ("why", "a test")]),
    ("/api/reports/hand-over", &[("instance", "harbour"), ("account", "1"), ("to", "nobody")]),
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
    ("/api/registrations/policy", &[("instance", "harbour"), ("version", "0"), ("why", "a test")]),
    (
        "/api/registrations/policy-switch",
        &[("instance", "harbour"), ("version", "7"), ("on", "true"), ("why", "a test")],
    ),
    ("/api/registrations/hold", &[("instance", "harbour"), ("version", "7"), ("mode", "none"), ("why", "a test")]),
    ("/api/registrations/emergency", &[("instance", "harbour"), ("version", "7"), ("why", "a test")]),
    ("/api/registrations/release", &[("instance", "harbour"), ("version", "7"), ("why", "a test")]),
    ("/api/signups/decide", &[("instance", "harbour"), ("who", "1"), ("verdict", "reject"), ("why", "a test")]),
    ("/api/batches/pause", &[("instance", "harbour"), ("batch", "none"), ("pause", "yes")]),
    ("/api/people/offer", &[("name", ""), ("role", "moderator")]),
    ("/api/people/role", &[("operator", "nobody"), ("role", "auditor"), ("seen", "moderator")]),
    ("/api/people/disable", &[("operator", "nobody"), ("disabled", "yes")]),
    ("/api/people/end-sessions", &[("operator", "nobody")]),
    ("/api/audit/checkpoint", &[]),
    ("/api/alarms/acknowledge", &[("alarm", "none"), ("why", "a test")]),
    ("/api/audit/check", &[]),
    ("/api/reviews/opinion", &[("decision", "0"), ("opinion", "warn")]),
    ("/api/reviews/judge", &[("decision", "0"), ("verdict", "agree")]),
    ("/api/reviews/look", &[("decision", "0")]),
    ("/api/reviews/decline", &[("decision", "0"), ("why", "a test")]),
    ("/api/audit/sign-off", &[("at", "2026-03-03T12:00"), ("seen", "nothing"), ("why", "a test")]),
    ("/api/audit/told", &[("entry", "0")]),
    ("/api/audit/save-filter", &[("name", ""), ("search", "?kind=reveal")]),
    ("/api/audit/delete-filter", &[("name", "none")]),
    (
        "/api/domains/set",
        &[
            ("instance", "harbour"),
            ("domain", "nowhere.example"),
            ("severity", "silence"),
            ("why", "a test"),
            ("seen", NO_RULE),
        ],
    ),
    (
        "/api/domains/lift",
        &[("instance", "harbour"), ("domain", "nowhere.example"), ("why", "a test"), ("seen", NO_RULE)],
    ),
    ("/api/domains/allow", &[("instance", "harbour"), ("domain", "co.uk"), ("why", "a test")]),
    (
        "/api/domains/disallow",
        &[("instance", "harbour"), ("domain", "nowhere.example"), ("id", "1"), ("why", "a test")],
    ),
    (
        "/api/domains/mail-set",
        &[("instance", "harbour"), ("domain", "nowhere.example"), ("why", "a test"), ("seen", "[\"1\",false]")],
    ),
    (
        "/api/domains/mail-lift",
        &[("instance", "harbour"), ("domain", "nowhere.example"), ("why", "a test"), ("seen", "[\"1\",false]")],
    ),
    (
        "/api/domains/address-set",
        &[
            ("instance", "harbour"),
            ("network", "203.0.113.9"),
            ("severity", "no_access"),
            ("why", "a test"),
            ("seen", "[\"1\",null]"),
        ],
    ),
    (
        "/api/domains/address-lift",
        &[("instance", "harbour"), ("network", "203.0.113.9"), ("why", "a test"), ("seen", "[\"1\",null]")],
    ),
    (
        "/api/domains/import-start",
        &[("instance", "harbour"), ("import", "nothing"), ("ticked", "1"), ("why", "a test")],
    ),
    ("/api/domains/import-tick", &[("instance", "harbour"), ("import", "nothing"), ("all", "new:yes")]),
    (
        "/api/domains/import-read",
        &[("instance", "harbour"), ("import", "nothing"), ("separator", "comma"), ("domain", "1")],
    ),
    ("/api/domains/import-pause", &[("instance", "harbour"), ("import", "nothing"), ("pause", "yes")]),
    ("/api/domains/import-again", &[("instance", "harbour"), ("import", "nothing")]),
    (
        "/api/grants/ask",
        &[
            ("operator", "nobody"),
            ("instances[]", "harbour"),
            ("categories[]", "spam"),
            ("ends", "2099-12-31"),
            ("sponsor", "nobody"),
            ("agreement", "none"),
        ],
    ),
    ("/api/grants/decide", &[("grant", "nothing"), ("verdict", "approve")]),
    ("/api/grants/revoke", &[("grant", "nothing"), ("why", "a test")]),
    (
        "/api/roles/assign",
        &[
            ("instance", "harbour"),
            ("account", "1"),
            ("role", "1"),
            ("why", "a test"),
            ("seen", "[null,[\"Moderator\",1049884,10,false]]"),
        ],
    ),
    (
        "/api/roles/assign",
        &[
            ("instance", "harbour"),
            ("account", "1"),
            ("role", "none"),
            ("why", "a test"),
            ("seen", "[[\"1\",\"Moderator\"],null]"),
        ],
    ),
    ("/api/invitations/look-up", &[("instance", "harbour"), ("q", "0000")]),
    ("/api/invitations/issue", &[("instance", "harbour"), ("request", "nothing"), ("uses", "1"), ("term", "day")]),
    ("/api/invitations/revoke", &[("instance", "harbour"), ("invites", "999999"), ("why", "a test")]),
    ("/api/access-requests/enter", &[("instance", "harbour"), ("accounts", "0")]),
    ("/api/access-requests/refuse", &[("instance", "harbour"), ("request", "nothing"), ("answer", "no")]),
    ("/api/accounts/note", &[("instance", "harbour"), ("account", "1"), ("text", "a test")]),
    ("/api/accounts/withdraw-note", &[("instance", "harbour"), ("account", "1"), ("note", "none")]),
    (
        "/api/accounts/delete",
        &[("instance", "harbour"), ("account", "1"), ("name", "@nobody"), ("why", "a test"), ("seen", "1")],
    ),
    // It would make the console known to the instance: asked about one that is not there.
    ("/api/your-account/start", &[("instance", "nowhere")]),
    ("/api/your-account/unlink", &[("instance", "harbour")]),
    ("/api/people/unlink", &[("instance", "harbour"), ("operator", "nobody")]),
    ("/api/people/reset", &[("operator", "nobody"), ("why", "a test")]),
    ("/api/your-sign-in/password", &[("present", "wrong"), ("password", "short"), ("repeat", "short")]),
    ("/api/your-sign-in/begin-factor", &[("present", "wrong")]),
    ("/api/your-sign-in/set-factor", &[("setting", "nothing"), ("code", "000000")]),
    ("/api/your-sign-in/recovery-codes", &[("present", "wrong"), ("code", "000000")]),
    ("/api/your-sign-in/preferences", &[("letters", "yes"), ("zone", "Nowhere/Land")]),
    ("/api/your-sign-in/end-sessions", &[("session", "0000000000000000")]),
];

/// A rule that is not there, as a page would give it back.
const NO_RULE: &str = "[\"1\",{\"severity\":\"silence\",\"reject_media\":false,\"reject_reports\":false,\
    \"obfuscate\":false,\"public_comment\":\"\",\"private_comment\":\"\"}]";

/// Doors that strangers may knock at, and the two that change nothing but the visitor's own browser.
pub const OPEN: [&str; 8] = [
    "/api/sign-in/password",
    "/api/sign-in/code",
    "/api/sign-in/enrol",
    "/api/sign-in/set-up",
    "/api/sign-in/new-password",
    "/api/ask/access",
    "/api/theme/set",
    "/api/session/end",
];

/// Every page: its route, and an address of it.
pub const PAGES: [(&str, &str); 54] = [
    ("/i/{instance}", "/i/harbour"),
    ("/i/{instance}/statistics", "/i/harbour/statistics"),
    ("/", "/"),
    ("/i/{instance}/reports", "/i/harbour/reports"),
    ("/i/{instance}/reports/{account}", "/i/harbour/reports/1"),
    ("/i/{instance}/search", "/i/harbour/search?q=wren"),
    ("/i/{instance}/accounts", "/i/harbour/accounts"),
    ("/i/{instance}/accounts/{account}", "/i/harbour/accounts/1"),
    ("/i/{instance}/appeals", "/i/harbour/appeals"),
    ("/i/{instance}/signups", "/i/harbour/signups"),
    ("/i/{instance}/signups/{account}", "/i/harbour/signups/1"),
    ("/i/{instance}/batches/{batch}", "/i/harbour/batches/none"),
    ("/i/{instance}/registrations", "/i/harbour/registrations"),
    ("/i/{instance}/registrations/policy", "/i/harbour/registrations/policy"),
    ("/audit", "/audit"),
    ("/audit/access", "/audit/access"),
    ("/audit/{index}", "/audit/0"),
    ("/reviews", "/reviews"),
    ("/reviews/{entry}", "/reviews/0"),
    ("/audit/alarms", "/audit/alarms"),
    ("/audit/timeline", "/audit/timeline"),
    ("/i/{instance}/transparency", "/i/harbour/transparency"),
    ("/i/{instance}/audit/instance", "/i/harbour/audit/instance"),
    ("/people", "/people"),
    ("/sign-in/recovery-codes", "/sign-in/recovery-codes"),
    ("/i/{instance}/federation", "/i/harbour/federation"),
    ("/i/{instance}/federation/servers", "/i/harbour/federation/servers"),
    ("/i/{instance}/federation/server", "/i/harbour/federation/server?name=nowhere.example"),
    ("/i/{instance}/federation/email-domains", "/i/harbour/federation/email-domains"),
    ("/i/{instance}/federation/ip-rules", "/i/harbour/federation/ip-rules"),
    ("/i/{instance}/federation/imports", "/i/harbour/federation/imports"),
    ("/i/{instance}/federation/imports/{import}", "/i/harbour/federation/imports/nothing"),
    ("/grants", "/grants"),
    ("/grants/{grant}", "/grants/nothing"),
    ("/grants/request", "/grants/request"),
    ("/grants/{operator}/timesheet", "/grants/01contractor/timesheet"),
    ("/i/{instance}/roles", "/i/harbour/roles"),
    ("/i/{instance}/roles/{role}", "/i/harbour/roles/1"),
    ("/i/{instance}/roles/change", "/i/harbour/roles/change"),
    ("/i/{instance}/invites", "/i/harbour/invites"),
    ("/i/{instance}/invites/{invite}", "/i/harbour/invites/999999"),
    ("/i/{instance}/ask", "/i/harbour/ask"),
    ("/i/{instance}/access-requests", "/i/harbour/access-requests"),
    ("/i/{instance}/access-requests/{request}", "/i/harbour/access-requests/nothing"),
    ("/i/{instance}/your-account", "/i/harbour/your-account"),
    ("/your-sign-in", "/your-sign-in"),
    ("/people/change", "/people/change?who=nobody"),
    ("/people/reset", "/people/reset?who=nobody"),
    ("/keys", "/keys"),
    ("/sign-in", "/sign-in"),
    ("/sign-in/code", "/sign-in/code"),
    ("/sign-in/enrol", "/sign-in/enrol"),
    ("/sign-in/new-password", "/sign-in/new-password"),
    ("/set-up", "/set-up"),
];

/// An address at which nothing stands: the frame alone.
const NOWHERE: &str = "/i/harbour/nowhere";

/// Where a file is sent to.
const UPLOAD: &str = "/i/harbour/federation/upload";

/// What is answered with a file; the router names these by hand.
pub const FILES: [&str; 13] = [
    "/i/harbour/reports/1/media/1",
    "/audit/export.csv?kind=start_grant",
    "/audit/export.jsonl?kind=start_grant",
    "/grants/01contractor/timesheet.csv",
    "/audit/access.csv?at=2020-01-01",
    "/i/harbour/transparency.md",
    "/i/harbour/transparency.csv",
    "/live/i/harbour/reports?newest=1&matching=0",
    "/live/i/harbour/reports/1?reports=1",
    "/live/i/harbour/signups?newest=1&matching=0",
    "/live/i/harbour/appeals?newest=1&matching=0",
    "/i/harbour/federation/export/domain_blocks.csv",
    "/i/harbour/your-account/callback?state=invented&code=invented",
];

#[tokio::test]
async fn no_door_is_missing_from_these_lists() {
    let mounted: BTreeSet<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert!(mounted.len() > 20, "{mounted:?}");
    let listed: BTreeSet<String> = WRITES.iter().map(|(path, _)| *path).chain(OPEN).map(str::to_owned).collect();
    assert_eq!(mounted, listed);
    let routed: BTreeSet<String> =
        leptos_axum::generate_route_list(howdah::app::App).iter().map(|route| route.path().to_owned()).collect();
    let listed: BTreeSet<String> = PAGES.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(routed, listed);
}

/// The routes that the router names by hand, as it is written.
#[test]
fn no_file_is_missing_from_these_lists() {
    let router = include_str!("../http/router.rs");
    let routed: BTreeSet<&str> =
        router.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
    assert!(routed.len() > 7, "{routed:?}");
    let is_of = |route: &&str, address: &str| {
        let (route, address) = (route.split('/'), address.split('?').next().unwrap_or_default().split('/'));
        route.clone().count() == address.clone().count()
            && route.zip(address).all(|(part, given)| part.starts_with('{') || part == given)
    };
    for route in &routed {
        let listed = ["/health", UPLOAD].iter().chain(&FILES).any(|address| is_of(route, address));
        assert!(listed, "{route} is in no list, so nobody asks who may open it");
    }
}

/// What a page answered, as the kind of its problem.
pub fn kind(answer: &Answered) -> &'static str {
    let to = answer.location.as_deref().unwrap_or_default();
    match answer.status {
        StatusCode::OK => "ok",
        StatusCode::UNAUTHORIZED => "signed_out",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        status if status.is_redirection() && to.starts_with("/sign-in") => "signed_out",
        status if status.is_redirection() => "ok",
        other => panic!("{other}: {}", answer.body),
    }
}

/// What a form came to: what its draft says, as a word.
async fn verdict(house: &House, cookie: Option<&str>, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = house.post(cookie, path, fields).await;
    let location = answer.location.unwrap_or_default();
    if location.starts_with("/sign-in") || answer.status == StatusCode::UNAUTHORIZED {
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

/// A contractor whose only grant was revoked.
async fn former_contractor(house: &House) {
    let app = &house.app;
    person(app, "former", Role::Contractor).await;
    let now = app.clock.now();
    let id = grant(app, "01former", Category::ALL.to_vec(), true, true, now.plus(DAY)).await;
    assert!(howdah::store::grants::revoke(&app.store, &id, &OperatorId("01owner".into()), now).await.unwrap());
}

#[tokio::test]
async fn every_door_as_everybody() {
    let house = house(sqlite().await).await;
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((role.name(), Some(house.sign_in(role.name()).await)));
    }
    former_contractor(&house).await;
    cookies.push(("former", Some(house.sign_in("former").await)));
    cookies.push(("nobody", None));
    let mut lines = Vec::new();
    for (path, fields) in WRITES {
        let mut line = format!("POST {path:<28}");
        for (who, cookie) in &cookies {
            line.push_str(&format!(" {who}:{}", verdict(&house, cookie.as_deref(), path, fields).await));
        }
        lines.push(line);
    }
    for path in PAGES.iter().map(|(_, address)| *address).chain([NOWHERE]) {
        let mut line = format!("GET  {:<28}", path.split('?').next().unwrap_or_default());
        for (who, cookie) in &cookies {
            let answer = house.get(cookie.as_deref(), path).await;
            line.push_str(&format!(" {who}:{}", kind(&answer)));
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
    let mut line = format!("POST {UPLOAD:<28}");
    for (who, cookie) in &cookies {
        line.push_str(&format!(" {who}:{}", verdict(&house, cookie.as_deref(), UPLOAD, &[]).await));
    }
    lines.push(line);
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
    assert_eq!(invented.location.as_deref(), Some("/sign-in?back=%2Fi%2Fharbour&before=session-over"));
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
async fn somebody_new_comes_by_a_link_and_roles_and_sessions_change_at_once() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let offer = async |fields: &[(&str, &str)]| {
        let form = [fields, &[("back", "/people")]].concat();
        house.post(Some(&owner), "/api/people/offer", &form).await
    };
    for (fields, said) in
        [([("name", "owner"), ("role", "auditor")], "already"), ([("name", "Nora"), ("role", "captain")], "captain")]
    {
        let page = house.get(Some(&owner), &offer(&fields).await.location.unwrap()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(said) && page.body.contains(fields[0].1), "{said}: {}", page.body);
    }
    let made = offer(&[("name", "Nora"), ("role", "moderator"), ("why", "nights")]).await.location.unwrap();
    let page = house.get(Some(&owner), &made).await.body;
    let link = page.split("/set-up?link=").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!house.get(Some(&owner), &made).await.body.contains(&link), "shown once");
    let form = [
        ("link", link.as_str()),
        ("name", "Nora"),
        ("password", "a long night shift"),
        ("repeat", "a long night shift"),
    ];
    assert_eq!(
        house.post(None, "/api/sign-in/set-up", &form).await.location.as_deref(),
        Some("/sign-in?before=set-up")
    );
    let sign_in = [("name", "Nora"), ("password", "a long night shift")];
    let before = house.post(None, "/api/sign-in/password", &sign_in).await.cookie.unwrap();
    let people = howdah::store::operators::by_name(&house.app.store, "nora").await.unwrap().unwrap();
    let role = |seen: &'static str| {
        [("operator", people.id.0.clone()), ("role", "auditor".to_owned()), ("seen", seen.to_owned())]
    };
    let change = async |seen: &'static str| {
        let form = role(seen);
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        house.post(Some(&owner), "/api/people/role", &form).await.location.unwrap()
    };
    assert!(change("admin").await.contains("draft="), "she is no admin");
    assert!(change("moderator").await.starts_with("/people?done="));
    let over = house.get(Some(&before), "/i/harbour").await;
    assert_eq!(over.status, StatusCode::SEE_OTHER, "another role is proved anew");
    let first = house.post(None, "/api/sign-in/password", &sign_in).await.cookie.unwrap();
    let second = house.post(None, "/api/sign-in/password", &sign_in).await.cookie.unwrap();
    let refused = verdict(
        &house,
        Some(&first),
        "/api/signups/decide",
        &[("instance", "harbour"), ("who", "1"), ("verdict", "approve")],
    )
    .await;
    assert_eq!(refused, "403", "an auditor");
    // One session ends, the other goes on.
    let now = house.app.clock.now();
    let open = howdah::store::web_sessions::list(&house.app.store, now.plus(-3_600_000), now).await.unwrap();
    let hers: Vec<_> = open.iter().filter(|session| session.operator == people.id.0).collect();
    assert_eq!(hers.len(), 2);
    let form = [("operator", people.id.0.as_str()), ("session", hers[0].short.as_str())];
    house.post(Some(&owner), "/api/people/end-sessions", &form).await;
    let mut alive = 0;
    for cookie in [&first, &second] {
        alive += i32::from(house.get(Some(cookie), "/i/harbour").await.status == StatusCode::OK);
    }
    assert_eq!(alive, 1);
}

#[tokio::test]
async fn an_offer_ends_with_the_access_of_whoever_made_it_and_an_owner_is_always_left() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let offer = async |cookie: &str, name: &str| {
        let form = [("name", name), ("role", "owner"), ("back", "/people")];
        let made = house.post(Some(cookie), "/api/people/offer", &form).await.location.unwrap();
        let page = house.get(Some(cookie), &made).await.body;
        page.split("/set-up?link=").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let set_up = async |link: &str, name: &str| {
        let form =
            [("link", link), ("name", name), ("password", "a long night shift"), ("repeat", "a long night shift")];
        house.post(None, "/api/sign-in/set-up", &form).await.location.unwrap()
    };
    let link = offer(&owner, "Olaf").await;
    assert!(set_up(&link, "Somebody Else").await.contains("draft="), "the link is for Olaf");
    assert_eq!(set_up(&link, "olaf").await, "/sign-in?before=set-up");
    let olaf = [("name", "Olaf"), ("password", "a long night shift")];
    let olaf = house.post(None, "/api/sign-in/password", &olaf).await.cookie.unwrap();
    let again = offer(&olaf, "Olaf again").await;
    let id = howdah::store::operators::by_name(&house.app.store, "olaf").await.unwrap().unwrap().id.0;
    let form = [("operator", id.as_str()), ("disabled", "yes"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/disable", &form).await;
    assert!(set_up(&again, "Olaf again").await.contains("draft="), "no way back in");
    // The last owner stays, whoever asks.
    let store = &house.app.store;
    let last = OperatorId("01owner".into());
    let now = house.app.clock.now();
    assert_eq!(howdah::store::endings::end_access(store, &last, &last, now).await.unwrap(), None);
    assert!(!howdah::store::operators::set_role(store, &last, Role::Owner, Role::Auditor).await.unwrap());
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

/// Two instances in one console: nothing of the one is reached through the address of the other.
#[tokio::test]
async fn every_door_with_an_object_of_another_instance() {
    let house = house(sqlite().await).await;
    let house = crate::support::with_lagoon(house).await;
    house.look().await;
    let (account, reports) = house.case("quarry").await;
    let report = reports.split(',').next().unwrap_or_default().to_owned();
    let moved = |value: &str| value.replace("harbour", "lagoon");
    let mut lines = Vec::new();
    for (who, cookie) in [("contractor", house.sign_in("contractor").await), ("owner", house.sign_in("owner").await)] {
        for (path, fields) in WRITES.iter().filter(|(_, fields)| fields.iter().any(|(name, _)| *name == "instance")) {
            let fields: Vec<(&str, String)> = fields
                .iter()
                .map(|(name, value)| match *name {
                    "account" | "who" => (*name, account.clone()),
                    "report" => (*name, report.clone()),
                    "reports" => (*name, reports.clone()),
                    _ => (*name, moved(value)),
                })
                .collect();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let verdict = verdict(&house, Some(&cookie), path, &fields).await;
            lines.push(format!("{who:<11} POST {path:<32} {verdict}"));
        }
        let pages = PAGES.iter().map(|(_, address)| (*address, true)).chain([(NOWHERE, true)]);
        let files = FILES.iter().map(|address| (*address, false));
        for (address, is_page) in pages.chain(files).filter(|(address, _)| address.contains("harbour")) {
            let shown = moved(address.split('?').next().unwrap_or_default());
            let path = moved(address);
            let path = match PAGES.iter().find(|(_, page)| *page == address) {
                Some((route, _)) if route.contains("{account}") => path.replace("/1", &format!("/{account}")),
                _ => path,
            };
            let answer = house.get(Some(&cookie), &path).await;
            let said = match answer.status {
                status if is_page && status != StatusCode::OK => kind(&answer).to_owned(),
                status => status.as_u16().to_string(),
            };
            assert!(!answer.body.contains("quarry"), "{path} shows somebody of the other instance: {}", answer.body);
            lines.push(format!("{who:<11} GET  {shown:<32} {said}"));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(house.weather.writes(), 0, "something reached the instance");
    assert_eq!(house.open_deeds().await, 0);
}

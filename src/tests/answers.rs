//! What is answered to whom: the right status for programs, a page for browsers, and no more work than the answer needs.

use crate::{
    access::{OPEN, WRITES},
    support::{Answered, House, house, sqlite},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use howdah::{access::Role, store::Driver};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// Asks as a program does: no page, no redirect.
async fn json(house: &House, cookie: Option<&str>, method: Method, path: &str, fields: &[(&str, &str)]) -> Answered {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let mut request = Request::builder()
        .method(&method)
        .uri(path)
        .header(header::ACCEPT, "application/json")
        .header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let body = if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Body::from(form.finish())
    } else {
        Body::empty()
    };
    house.ask(request.body(body).unwrap()).await
}

/// The status that says what the problem of a body says; `None` where it is none.
fn meant(body: &str) -> Option<u16> {
    let problem: Value = serde_json::from_str(body).ok()?;
    let kind = problem.get("kind").filter(|_| problem.get("what").is_some())?.as_str()?;
    Some(match kind {
        "signed_out" => 401,
        "forbidden" => 403,
        "not_found" => 404,
        "invalid" => 422,
        "conflict" => 409,
        "too_many" => 429,
        "unavailable" => 503,
        other => panic!("{other} is no kind of problem"),
    })
}

async fn run(house: &House, sql: &'static str) {
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

#[tokio::test]
async fn every_door_says_with_its_status_what_its_problem_says() {
    let house = house(sqlite().await).await;
    let mut people = vec![("nobody", None)];
    for role in Role::ALL {
        people.push((role.name(), Some(house.sign_in(role.name()).await)));
    }
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for (who, cookie) in &people {
        let cookie = cookie.as_deref();
        let mut answers = Vec::new();
        for (path, fields) in WRITES {
            answers.push((path, json(&house, cookie, Method::POST, path, fields).await));
            answers.push((path, json(&house, cookie, Method::POST, path, &[]).await));
        }
        for path in OPEN {
            // Ending the session would end this test.
            if path == "/api/session/end" && cookie.is_some() {
                asked.insert(path.to_owned());
                continue;
            }
            for method in [Method::GET, Method::POST] {
                answers.push((path, json(&house, cookie, method, path, &[]).await));
            }
        }
        for (path, answer) in answers {
            asked.insert(path.split('?').next().unwrap_or_default().to_owned());
            let status = answer.status.as_u16();
            match meant(&answer.body) {
                Some(meant) if meant == status => drop(seen.insert(status)),
                Some(meant) => wrong.push(format!("{who} {path}: {status} and not {meant}: {}", answer.body)),
                None if status < 500 => {}
                None => wrong.push(format!("{who} {path}: {status}: {}", answer.body)),
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
    let mounted: BTreeSet<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(asked, mounted, "a door was not asked");
    for status in [401, 403, 404, 422] {
        assert!(seen.contains(&status), "{status} was never said: {seen:?}");
    }
    // The two that need something to have happened before.
    let mut last = 0;
    for _ in 0..12 {
        let form = [("name", "moderator"), ("password", "wrong")];
        let answer = json(&house, None, Method::POST, "/api/sign-in/password", &form).await;
        last = answer.status.as_u16();
        assert_eq!(Some(last), meant(&answer.body), "{}", answer.body);
    }
    assert_eq!(last, 429);
    // A plain form is given back as ever.
    let owner = people[1].1.as_deref();
    let form = house.post(owner, "/api/people/offer", &[("name", ""), ("role", "moderator")]).await;
    assert!(form.status.is_redirection() && form.location.is_some(), "{}", form.status);
    run(&house, "alter table ledger_entries rename to gone").await;
    let answer = json(&house, owner, Method::POST, "/api/audit/checkpoint", &[]).await;
    assert_eq!((answer.status.as_u16(), meant(&answer.body)), (503, Some(503)), "{}", answer.body);
    let page = house.get(owner, "/audit").await;
    assert_eq!(page.status.as_u16(), 503, "{}", page.body);
}

/// Lists are read from forms with none, one and several ticked; without a field that it needs a form is not understood.
#[tokio::test]
async fn a_form_is_read_into_its_struct() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let said = async |path: &str, fields: &[&[(&str, &str)]]| {
        let answer = json(&house, Some(&owner), Method::POST, path, &fields.concat()).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        (problem["field"].as_str().unwrap_or_default().to_owned(), problem["what"].as_str().unwrap().to_owned())
    };
    let grant: &[(&str, &str)] = &[
        ("operator", "01contractor"),
        ("ends", "2099-12-31"),
        ("sponsor", "01owner"),
        ("agreement", "007"),
        ("sign_ups", "yes"),
    ];
    let ask = "/api/grants/ask";
    let (field, what) = said(ask, &[grant]).await;
    assert_eq!((field.as_str(), what.as_str()), ("instances", "Choose at least one instance."));
    for instances in [
        &[("instances[]", "nowhere")] as &[(&str, &str)],
        &[("instances[]", "harbour"), ("instances[]", "nowhere")],
        &[("instances[1]", "nowhere"), ("instances[0]", "harbour")],
    ] {
        let (field, what) = said(ask, &[grant, instances]).await;
        assert_eq!(field, "instances");
        assert!(what.contains("not connected"), "{instances:?}: {what}");
    }
    let category: &[(&str, &str)] = &[("instances[]", "harbour"), ("categories[]", "boredom")];
    assert_eq!(said(ask, &[grant, category]).await.0, "categories");
    let (_, what) = said("/api/reports/decide", &[&[("instance", "harbour"), ("decision", "resolve")]]).await;
    assert_eq!(what, "The request was not understood.", "no account");
}

#[tokio::test]
async fn an_unknown_address_is_a_page() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let contractor = house.sign_in("contractor").await;
    for path in
        ["/nowhere", "/i/harbour/nowhere", "/audit/export.pdf", "/sign-in/nowhere", "/people/1/2/3?a=%22%3E%3Cb%3E"]
    {
        for (who, cookie) in [("owner", Some(&owner)), ("contractor", Some(&contractor)), ("nobody", None)] {
            let page = house.get(cookie.map(String::as_str), path).await;
            if cookie.is_none() && path.starts_with("/audit") {
                continue;
            }
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{who} {path}: {}", page.body);
            for part in ["<html lang=\"en\"", "<title>", "</title>", "<h1>", "href=\"/\""] {
                assert!(page.body.contains(part), "{who} {path}: no {part} in {}", page.body);
            }
            assert_eq!(page.body.contains("aria-label=\"Main\""), cookie.is_some(), "{who} {path}: {}", page.body);
            assert!(!page.body.contains("<b>"), "{who} {path}: {}", page.body);
        }
    }
    // What is refused beside Leptos is a page for a browser, too; whatever else asks is answered in words.
    for path in [
        "/i/harbour/federation/upload",
        "/i/harbour/reports/1/media/1",
        "/i/harbour/federation/export/other.csv",
        "/pkg/nothing.js",
    ] {
        let page = house.get(Some(&owner), path).await;
        assert!(page.status.is_client_error(), "{path}");
        assert!(
            page.body.contains("<html lang=\"en\"") && page.body.contains("<title>Not found"),
            "{path}: {}",
            page.body
        );
        let request = Request::get(path).header(header::ACCEPT, "image/avif,image/*").header(header::COOKIE, &owner);
        let answer = house.ask(request.body(Body::empty()).unwrap()).await;
        assert!(answer.status.is_client_error() && !answer.body.contains('<'), "{path}: {}", answer.body);
    }
    let answer = json(&house, Some(&owner), Method::GET, "/api/nowhere", &[]).await;
    assert_eq!((answer.status.as_u16(), meant(&answer.body)), (404, Some(404)), "{}", answer.body);
    let answer = house.post(Some(&owner), "/nowhere", &[("a", "b")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

async fn past(house: &House, text: &str) {
    crate::engine::past_triggers(&house.store.store.driver, text).await.unwrap();
}

async fn disable(house: &House, owner: &str, disabled: &str) -> i64 {
    let form = [("operator", "01moderator"), ("disabled", disabled), ("why", "a test")];
    house.post(Some(owner), "/api/people/disable", &form).await;
    let filter = howdah::ledger::Filter { kind: Some("disable_operator".into()), limit: 1, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap()[0].index
}

#[tokio::test]
async fn a_notice_reads_its_own_entry_and_no_other() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let index = disable(&house, &owner, "yes").await;
    // Whoever reads the hash of another entry stumbles over this one.
    past(&house, "update ledger_entries set hash = 'none' where idx = 0").await;
    let page = house.get(Some(&owner), &format!("/people?done={index}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Ended the access of moderator. Done and verified."), "{}", page.body);
}

/// The audit page once nothing is checked any more.
async fn checked(house: &House, cookie: &str) -> String {
    for _ in 0..500 {
        let page = house.get(Some(cookie), "/audit").await.body;
        if !page.contains("Checking: ") {
            return page;
        }
        assert!(page.contains("http-equiv=\"refresh\"") && page.contains("<progress"), "{page}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the check goes on and on");
}

#[tokio::test]
async fn the_record_is_checked_on_demand_in_the_background_from_where_the_last_check_ended() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let auditor = house.sign_in("auditor").await;
    // Opening a page checks nothing.
    let page = house.get(Some(&owner), "/audit?check=now").await.body;
    assert!(!page.contains("Checked ") && page.contains("action=\"/api/audit/check\""), "{page}");
    for role in ["admin", "moderator", "contractor"] {
        let cookie = house.sign_in(role).await;
        let refused = json(&house, Some(&cookie), Method::POST, "/api/audit/check", &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
        let page = house.get(Some(&cookie), "/audit").await.body;
        assert!(!page.contains("/api/audit/check"), "{role}: no door that does not open");
    }
    let begin = async |fields: &[(&str, &str)]| {
        let begun = house.post(Some(&auditor), "/api/audit/check", fields).await;
        assert_eq!(begun.location.as_deref(), Some("/audit"), "{}", begun.body);
        checked(&house, &auditor).await
    };
    house.app.ledger.checkpoint().await.unwrap();
    let page = begin(&[]).await;
    assert!(page.contains("The audit log is intact") && !page.contains("by an earlier check"), "{page}");
    let first = house.app.ledger.tree_state().await.unwrap().size;
    disable(&house, &owner, "yes").await;
    house.app.ledger.checkpoint().await.unwrap();
    disable(&house, &owner, "no").await;
    let page = begin(&[]).await;
    assert!(page.contains(&format!("the first {first} entries were found whole by an earlier check")), "{page}");
    assert!(page.contains("The audit log is intact"), "{page}");
    assert!(house.get(Some(&owner), "/audit").await.body.contains("The audit log is intact"), "whoever asked");
    // What was changed below is not read again, unless that is asked for; what came since is.
    let second = house.app.ledger.tree_state().await.unwrap().size;
    let last = disable(&house, &owner, "yes").await;
    // No action is begun any more once a check has found something.
    let newest = disable(&house, &owner, "no").await;
    past(
        &house,
        "update ledger_entries set leaf = replace(leaf, 'signed_in', 'signed_on') where idx = 0 or deed = 'signed_in'",
    )
    .await;
    let page = begin(&[]).await;
    assert!(page.contains(&format!("the first {second} entries were found whole")), "{page}");
    let page = begin(&[("everything", "yes")]).await;
    assert!(page.contains("The audit log has been altered") && page.contains("WRONG from entry"), "{page}");
    past(&house, "update ledger_entries set leaf = replace(leaf, 'signed_on', 'signed_in')").await;
    assert!(begin(&[]).await.contains("The audit log is intact"), "after something was wrong, all of it is read");
    assert!(newest > last);
    past(&house, "update ledger_entries set outcome = 'failed' where idx = (select max(idx) from ledger_entries)")
        .await;
    assert!(begin(&[("everything", "yes")]).await.contains("WRONG from entry"));
    // Two at once are one.
    let begun = futures::future::join_all((0..4).map(|_| house.post(Some(&auditor), "/api/audit/check", &[]))).await;
    assert!(begun.iter().all(|begun| begun.location.as_deref() == Some("/audit")));
    checked(&house, &auditor).await;
}

/// Another site learns nothing from a door, and gets nobody sent to it.
#[tokio::test]
async fn no_door_sends_anybody_to_another_site() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for address in ["/api/people/offer", "/api/sign-in/password", "/api/audit/checkpoint"] {
        for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)] {
            let request = axum::extract::Request::get(address)
                .header("accept", "text/html")
                .header("cookie", &cookie)
                .header("sec-fetch-site", site)
                .header("sec-fetch-mode", "navigate")
                .header("referer", "https://evil.example/")
                .body(axum::body::Body::empty())
                .unwrap();
            let answer = house.ask(request).await;
            let to = answer.location.unwrap_or_default();
            assert!(!to.contains("evil.example"), "{site} {address}: {to}");
            assert_eq!(answer.status.as_u16(), status, "{site} {address}");
        }
    }
}

/// Leptos loads nothing, in the whole process, while it makes a list of the routes; what begins to load then waits for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_comes_while_another_router_is_built() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let app = house.app.clone();
    let built = tokio::task::spawn_blocking(move || {
        for _ in 0..40 {
            drop(howdah::http::router(app.clone()));
        }
    });
    while !built.is_finished() {
        let answer = tokio::time::timeout(Duration::from_secs(20), house.get(Some(&cookie), "/audit")).await;
        assert_eq!(answer.expect("the page comes").status, StatusCode::OK);
    }
    built.await.unwrap();
}

/// What is not sent as a form is looked at by nobody before it is carried out, so it is not carried out; and no NUL comes as far as
/// a database.
#[tokio::test]
async fn a_form_is_a_form_whatever_it_is_called() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let ask = async |cookie: Option<&str>, kind: Option<&str>, path: &str, body: &str| {
        let mut request =
            Request::post(path).header(header::ACCEPT, "text/html").header("sec-fetch-site", "same-origin");
        for (name, value) in [(header::CONTENT_TYPE, kind), (header::COOKIE, cookie)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        house.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let sign_in = "name=owner&password=of+nobody";
    for kind in [None, Some("text/plain"), Some("application/json"), Some("multipart/form-data; boundary=x"), Some("")]
    {
        for (cookie, path, body) in [
            (None, "/api/sign-in/password", sign_in),
            (Some(owner.as_str()), "/api/people/role", "operator=01moderator&role=owner&seen=moderator"),
        ] {
            let answer = ask(cookie, kind, path, body).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?} {path}: {}", answer.body);
        }
    }
    for kind in ["Application/X-WWW-Form-URLEncoded", "application/x-www-form-urlencoded ; charset=utf-8"] {
        let answer = ask(None, Some(kind), "/api/sign-in/password", "name=a%00b&password=x").await;
        let back = answer.location.unwrap_or_default();
        assert!(answer.status == StatusCode::SEE_OTHER && back.contains("draft="), "{kind}: {} {back}", answer.status);
    }
    for path in ["/i/harbour/batches/%00", "/audit?q=%00", "/i/harbour/accounts?name=a%00b"] {
        let answer = house.get(Some(&owner), path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
    }
}

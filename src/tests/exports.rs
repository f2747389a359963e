//! Files, asked for as a browser asks: whole in every encoding, and recorded as what was taken of them.

use crate::support::{House, house, sqlite};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use futures::future::join_all;
use howdah::{
    http,
    id::OperatorId,
    ledger::{Entry, Fact, Filter, Outcome},
    store::Driver,
};
use http_body_util::BodyExt;
use std::{net::SocketAddr, time::Duration};
use tower::ServiceExt;

/// What browsers send, together and each alone.
const ENCODINGS: [&str; 5] = ["gzip, deflate, br, zstd", "gzip, deflate", "gzip", "br", "deflate"];

/// Every file there is: those of the record narrowed to what does not grow by asking.
const FILES: [&str; 9] = [
    "/audit/export.csv?kind=signed_out",
    "/audit/export.jsonl?kind=signed_out",
    "/audit/export.csv?kind=start_grant",
    "/audit/access.csv?at=2020-01-01",
    "/grants/01contractor/timesheet.csv",
    "/i/harbour/federation/export/domain_blocks.csv",
    "/i/harbour/federation/export/domain_allows.csv",
    "/i/harbour/transparency.csv",
    "/i/harbour/transparency.md",
];

/// More than fit into two parts of a file.
const MANY: usize = 1_300;

async fn many(house: &House, number: usize) {
    let facts = (0..number).map(|n| {
        let fact = Fact::SignedOut { operator: OperatorId("01moderator".into()), session: format!("{n:016x}") };
        house.app.ledger.fact(fact)
    });
    for written in join_all(facts).await {
        written.unwrap();
    }
}

async fn ask(house: &House, cookie: &str, path: &str, accepts: &str) -> Response {
    let request = Request::get(path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT_ENCODING, accepts);
    house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// Of a file that nobody takes nothing is begun.
#[tokio::test]
async fn a_file_whose_head_alone_is_asked_for_is_not_made() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let size = async || house.app.ledger.tree_state().await.unwrap().size;
    let before = size().await;
    for file in FILES {
        let request = Request::head(file).header(header::COOKIE, &owner).body(Body::empty()).unwrap();
        let answer = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{file}");
    }
    assert_eq!(size().await, before);
}

/// The newest deed of a kind, once it is closed.
async fn closed(house: &House, kind: &str) -> Entry {
    for _ in 0..500 {
        let filter = Filter { kind: Some(kind.to_owned()), limit: 1, ..Filter::default() };
        let newest = house.app.ledger.list(&filter).await.unwrap().remove(0);
        if newest.outcome.is_some() {
            return newest;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{kind} stays open");
}

#[tokio::test]
async fn every_file_is_whole_as_a_browser_asks() {
    let house = house(sqlite().await).await;
    many(&house, MANY).await;
    let owner = house.sign_in("owner").await;
    // Over a connection: what stands between the router and the browser asks in its own way.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = house.router.clone();
    tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
    });
    let browser = reqwest::Client::new();
    let mut broken = Vec::new();
    for path in FILES {
        let plain = ask(&house, &owner, path, "identity").await.into_body().collect().await.unwrap().to_bytes();
        assert!(!plain.is_empty() || path.contains("jsonl"), "{path}");
        for accepts in ENCODINGS {
            let request = browser.get(format!("{base}{path}")).header("cookie", &owner);
            let answer = request.header("accept-encoding", accepts).header("accept", "text/html,*/*").send().await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    broken.push(format!("{path}, {accepts}: {error}"));
                    continue;
                }
            };
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let packed = answer.headers().get("content-encoding").cloned();
            match answer.bytes().await {
                Ok(bytes) if packed.is_none() && bytes == plain => {}
                Ok(bytes) => broken.push(format!("{path}, {accepts}: {packed:?}, {} bytes", bytes.len())),
                Err(error) => broken.push(format!("{path}, {accepts}: {error}")),
            }
            if path.starts_with("/audit") {
                let entry = closed(&house, "export_record").await;
                assert_eq!(entry.outcome, Some(Outcome::Succeeded), "{path}, {accepts}");
            }
        }
    }
    assert!(broken.is_empty(), "{} of {} broke:\n{}", broken.len(), FILES.len() * ENCODINGS.len(), broken.join("\n"));
    assert_eq!(closed(&house, "export_sheet").await.outcome, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn what_was_taken_is_what_is_recorded() {
    let house = house(sqlite().await).await;
    many(&house, MANY).await;
    let owner = house.sign_in("owner").await;
    let path = "/audit/export.jsonl?kind=signed_out";
    let mut said = Vec::new();
    for parts in 0..5 {
        let mut body = ask(&house, &owner, path, "gzip, deflate, br").await.into_body();
        let mut taken = 0;
        for _ in 0..parts {
            let Some(part) = body.frame().await else { break };
            let part = part.unwrap().into_data().unwrap();
            taken += part.iter().filter(|byte| **byte == b'\n').count();
        }
        drop(body);
        let entry = closed(&house, "export_record").await;
        said.push((parts, taken, entry.outcome.unwrap(), entry.outcome_facts["entries"].as_u64().unwrap()));
    }
    assert_eq!(
        said,
        [
            (0, 0, Outcome::Failed, 0),
            (1, 500, Outcome::Partly, 500),
            (2, 1_000, Outcome::Partly, 1_000),
            (3, 1_300, Outcome::Partly, 1_300),
            // Only whoever asked for more and was told that there is none has it whole.
            (4, 1_300, Outcome::Succeeded, 1_300),
        ]
    );
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn a_source_that_fails_on_the_way_leaves_a_file_that_says_so() {
    let house = house(sqlite().await).await;
    // More parts than are read ahead of whoever takes them.
    many(&house, 3 * MANY).await;
    let owner = house.sign_in("owner").await;
    let mut body = ask(&house, &owner, "/audit/export.jsonl?kind=signed_out", "br").await.into_body();
    let mut file = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("alter table operators rename to gone").execute(pool).await.unwrap();
    file.extend(body.collect().await.unwrap().to_bytes());
    let file = String::from_utf8(file).unwrap();
    assert!(file.lines().last().unwrap().contains("this file is incomplete"), "{file}");
    let entry = closed(&house, "export_record").await;
    assert_eq!(entry.outcome, Some(Outcome::Partly));
    assert_eq!(entry.outcome_facts["entries"], file.lines().count() - 1);
}

#[tokio::test]
async fn a_sheet_that_nobody_takes_is_not_handed_out() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    drop(ask(&house, &owner, "/grants/01contractor/timesheet.csv", "gzip").await);
    assert_eq!(closed(&house, "export_sheet").await.outcome, Some(Outcome::Failed));
    let sheet = ask(&house, &owner, "/grants/01contractor/timesheet.csv", "gzip").await;
    let sheet = sheet.into_body().collect().await.unwrap().to_bytes();
    let entry = closed(&house, "export_sheet").await;
    assert_eq!(entry.outcome, Some(Outcome::Succeeded));
    let lines = sheet.iter().filter(|byte| **byte == b'\n').count() - 1;
    assert_eq!(entry.outcome_facts["entries"], lines, "without the line of names");
}

/// A fault of our own is a page for a browser and a problem for a program, with the headers of every answer; it is counted,
/// and the next request is answered.
#[tokio::test]
async fn a_handler_that_panics_is_answered_and_counted() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    async fn faulty() -> StatusCode {
        panic!("a fault of the tests")
    }
    let faulty = axum::Router::new()
        .route("/faulty", axum::routing::get(faulty).post(faulty))
        .route("/api/faulty", axum::routing::post(faulty));
    let router = http::outside(&house.app, faulty);
    // A browser reads a page, whatever it sent its form to; a script reads JSON.
    for (path, post, accepts, kind, part) in [
        ("/faulty", false, "text/html", "text/html", "<html lang=\"en\""),
        ("/faulty", true, "text/html", "text/html", "<title>Not available"),
        ("/api/faulty", true, "text/html", "text/html", "<title>Not available"),
        ("/api/faulty", true, "application/json", "application/json", "\"kind\":\"unavailable\""),
    ] {
        let request = if post { Request::post(path) } else { Request::get(path) };
        let request = request.header(header::ACCEPT, accepts).header("sec-fetch-site", "same-origin");
        let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(text("content-type").starts_with(kind), "{path}: {}", text("content-type"));
        assert!(text("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!((text("x-content-type-options"), text("cache-control")), ("nosniff", "no-store"), "{path}");
        let body = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert!(
            body.contains(part) && body.contains("The console failed") && !body.contains("a fault of the tests"),
            "{body}"
        );
    }
    let overview = house.get(Some(&owner), "/i/harbour").await;
    assert!(overview.body.contains("4 requests failed in the console"), "{}", overview.body);
}

#[tokio::test]
async fn pages_are_packed_and_media_are_not() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let page = ask(&house, &owner, "/audit", "gzip, br").await;
    assert!(page.headers().contains_key(header::CONTENT_ENCODING), "a page");
    let (account, media): (i64, i64) = sqlx::query_as(
        "select s.account_id, m.id from media_attachments m join statuses s on s.id = m.status_id \
         where m.remote_url = '' and s.visibility = 0 and s.deleted_at is null order by m.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let file = ask(&house, &owner, &format!("/i/harbour/reports/{account}/media/{media}"), "gzip, deflate, br").await;
    assert_eq!(file.status(), StatusCode::OK);
    assert!(!file.headers().contains_key(header::CONTENT_ENCODING), "a file");
    assert!(file.into_body().collect().await.unwrap().to_bytes().starts_with(b"\x89PNG\r\n"));
}

//! What is seen of the running console from outside: numbers for monitoring, whether it is ready, the ids of requests.

use crate::support::{Fault, House, NO_SANCTION, PASSWORD, house, sql, sqlite};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    routing::get,
};
use howdah::{cli, clock::Clock, http, ledger::Filter, seal::Keys, telemetry::Ended};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What a router answers to somebody who reads pages: status, the request's id, the body.
async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, String, String) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let id = answer.headers().get("x-request-id").map(|id| id.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, id, String::from_utf8_lossy(&body).into_owned())
}

fn opened(path: &str, cookie: &str) -> Request<Body> {
    let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, cookie);
    request.body(Body::empty()).unwrap()
}

async fn numbers(house: &House) -> String {
    let (status, _, said) = ask(&http::metrics_router(house.app.clone()), opened("/metrics", "")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(said.ends_with("# EOF\n"), "{said}");
    said
}

#[tokio::test]
async fn the_numbers_say_what_was_done_by_names_of_ours_alone() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let page = format!("/i/harbour/reports/{account}");
    for path in [page.as_str(), page.as_str(), "/canary?canary=1", "/pkg/canary"] {
        house.get(Some(&cookie), path).await;
    }
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "canary"),
    ];
    house.post(Some(&cookie), "/api/reports/decide", &form).await;
    house.app.jobs.end(&("batches", Some("harbour".parse().unwrap())), house.app.clock.now(), Ended::Hung);
    house.app.jobs.end(&("sweep", None), house.app.clock.now(), Ended::Well);
    let said = numbers(&house).await;
    for line in [
        "howdah_requests_total{method=\"GET\",route=\"/i/{instance}/reports/{account}\",status=\"200\"} 2\n",
        "howdah_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 2\n",
        "howdah_request_seconds_count{route=\"/i/{instance}/reports/{account}\"} 2\n",
        "howdah_faults_total",
        "howdah_deeds_total{kind=\"decide_case\",outcome=\"succeeded\"} 1\n",
        "howdah_calls_total{instance=\"harbour\",door=\"rest\",answer=\"answered\"} ",
        "howdah_calls_total{instance=\"harbour\",door=\"database\",answer=\"begun\"} ",
        "howdah_instance_up{instance=\"harbour\",door=\"rest\"} 1",
        "howdah_waiting{instance=\"harbour\",list=\"reports\"} ",
        "howdah_waiting_oldest_seconds{instance=\"harbour\",list=\"sign-ups\"} ",
        "howdah_waiting{instance=\"harbour\",list=\"appeals\"} 1.0\n",
        "howdah_waiting_oldest_seconds{instance=\"harbour\",list=\"appeals\"} ",
        "howdah_waiting_read_seconds{instance=\"harbour\",list=\"appeals\"} ",
        "howdah_waiting{instance=\"harbour\",list=\"access requests\"} 0",
        "howdah_cases_open{instance=\"harbour\"} ",
        "howdah_ledger_whole 1",
        "howdah_ledger_entries ",
        "howdah_job_runs_total{job=\"batches\",instance=\"harbour\",ended=\"hung\"} 1\n",
        "howdah_job_last_success_timestamp_seconds{job=\"sweep\",instance=\"\"} ",
        "howdah_connections{pool=\"console store\",state=\"idle\"} ",
        "process_resident_memory_bytes ",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    for hidden in ["canary", "windvane", account.as_str(), "moderator", "howdah_redis"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
}

/// A number that nobody has read yet is not a zero.
#[tokio::test]
async fn what_is_not_known_has_no_number() {
    let mut house = house(sqlite().await).await;
    let store = house.store.store.clone();
    house.app = cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), store).unwrap();
    let said = numbers(&house).await;
    assert!(said.contains("howdah_ledger_whole 1"), "{said}");
    for name in [
        "howdah_waiting",
        "howdah_waiting_oldest_seconds",
        "howdah_cases_open",
        "howdah_instance_up",
        "howdah_calls_left",
    ] {
        let known =
            said.lines().find(|line| line.starts_with(&format!("{name}{{")) && !line.contains("access requests"));
        assert_eq!(known, None, "{name}");
    }
    sql(&house.store.store, "alter table ledger_head rename to gone").await.unwrap();
    let said = numbers(&house).await;
    assert!(said.contains("howdah_store_up 0") && !said.contains("howdah_ledger_entries"), "{said}");
}

#[tokio::test]
async fn it_is_ready_while_it_can_be_written_whatever_the_instance_does() {
    let house = house(sqlite().await).await;
    // Anew each time: what one has answered it answers again for a second.
    let asked = async |path: &str| {
        let (status, _, said) = ask(&http::metrics_router(house.app.clone()), opened(path, "")).await;
        (status, said)
    };
    house.weather.set(Fault::Broken);
    house.instance.close().await;
    assert_eq!(asked("/readyz").await, (StatusCode::OK, "ok\n".to_owned()));
    let full = "create trigger full_1 before insert on attempts begin select raise(abort, 'disk full'); end";
    sql(&house.store.store, full).await.unwrap();
    assert_eq!(asked("/readyz").await, (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be written\n".to_owned()));
    sql(&house.store.store, "drop trigger full_1").await.unwrap();
    assert_eq!(asked("/readyz").await.0, StatusCode::OK);
    house.app.ledger.end();
    assert_eq!(asked("/readyz").await, (StatusCode::SERVICE_UNAVAILABLE, "it is being stopped\n".to_owned()));
    assert_eq!(asked("/healthz").await, (StatusCode::OK, "ok\n".to_owned()), "it lives");
    let (outside, ..) = ask(&house.router, opened("/metrics", &house.sign_in("owner").await)).await;
    assert_eq!(outside, StatusCode::NOT_FOUND, "on a listener of its own");
}

/// Whoever says nothing keeps nobody out for long.
#[tokio::test]
async fn those_who_say_nothing_make_place_for_those_who_ask() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let house = house(sqlite().await).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(http::serve_metrics(listener, http::metrics_router(house.app.clone())));
    let mut silent = Vec::new();
    for _ in 0..16 {
        silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let mut asking = tokio::net::TcpStream::connect(address).await.unwrap();
    asking.write_all(b"GET /readyz HTTP/1.1\r\nhost: howdah\r\n\r\n").await.unwrap();
    let mut said = String::new();
    asking.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200 OK\r\n") && said.ends_with("\r\n\r\nok\n"), "{said}");
    serving.abort();
}

#[tokio::test]
async fn a_request_has_an_id_of_ours_and_the_page_of_a_failure_shows_it() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut request = opened("/health", "");
        request.headers_mut().insert("x-request-id", "canary".parse().unwrap());
        let (_, id, _) = ask(&house.router, request).await;
        assert!(id.parse::<ulid::Ulid>().is_ok(), "{id}");
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1]);

    let (account, _) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    let (status, id, page) = ask(&house.router, opened(&case, &cookie)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains(&id), "it is for what fails");
    sqlx::raw_sql("alter table reports rename to gone").execute(&house.instance).await.unwrap();
    let (status, id, page) = ask(&house.router, opened(&case, &cookie)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("Request ") && page.contains(&id), "{id}: {page}");

    let faulty = Router::new().route("/", get(async || -> &'static str { panic!("a fault of the tests") }));
    let (status, id, page) = ask(&http::outside(&house.app, faulty), opened("/", "")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.contains(&format!("Request {id}")), "{id}: {page}");
    let said = numbers(&house).await;
    assert!(said.contains("howdah_faults_total 1\n"), "{said}");
}

/// Whoever finds a line in the log finds its entry, and whoever finds an entry its lines in the log.
#[tokio::test]
async fn an_entry_names_the_request_that_brought_it_about() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let decide = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "spam"),
    ];
    let lists = [
        ("instance", "harbour"),
        ("domain", "spam.example"),
        ("severity", "silence"),
        ("why", "spam"),
        ("back", "/i/harbour/federation"),
    ];
    let wrong = [("name", "moderator"), ("password", "not this one")];
    let cases = [
        ("decide_case", house.post(Some(&cookie), "/api/reports/decide", &decide).await),
        ("denied", house.post(Some(&cookie), "/api/domains/set", &lists).await),
        ("signed_out", house.post(Some(&cookie), "/api/session/end", &[]).await),
        ("sign_in_failed", house.post(None, "/api/sign-in/password", &wrong).await),
        (
            "signed_in",
            house.post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", PASSWORD)]).await,
        ),
    ];
    for (deed, answer) in cases {
        let filter = Filter { kind: Some(deed.to_owned()), limit: 1, ..Filter::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        let entry = entries.first().unwrap_or_else(|| panic!("{deed} is not in the record: {}", answer.status));
        assert!(answer.request.is_some(), "{deed}");
        assert_eq!(entry.leaf["request"].as_str(), answer.request.as_deref(), "{deed}");
    }
    let auditor = house.sign_in("auditor").await;
    let filter = Filter { kind: Some("decide_case".to_owned()), limit: 1, ..Filter::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap().remove(0);
    let page = house.get(Some(&auditor), &format!("/audit/{}", entry.index)).await;
    let id = entry.leaf["request"].as_str().unwrap();
    let said = page.body.split("<dt>Request").nth(1).unwrap_or_else(|| panic!("{}: no request", page.status));
    let said: String = said.chars().take(80).collect();
    assert!(said.contains(id), "{said}");
}

/// A file that was moved away or replaced goes on being written, and nobody would find it again: that is not ready.
#[tokio::test]
async fn a_store_whose_file_was_moved_is_not_ready() {
    let house = house(sqlite().await).await;
    let path = house.store.url.strip_prefix("sqlite:").unwrap().to_owned();
    let ready = async || ask(&http::metrics_router(house.app.clone()), opened("/readyz", "")).await;
    let health = async || ask(&house.router, opened("/health", "")).await.0;
    assert_eq!((ready().await.0, health().await), (StatusCode::OK, StatusCode::OK));
    let gone = format!("{path}.gone");
    let moved = |from: &str, to: &str| {
        for end in ["", "-wal", "-shm"] {
            std::fs::rename(format!("{from}{end}"), format!("{to}{end}")).unwrap();
        }
    };
    moved(&path, &gone);
    for replaced in [false, true] {
        if replaced {
            std::fs::copy(&gone, &path).unwrap();
        }
        let (status, _, said) = ready().await;
        let expected = (StatusCode::SERVICE_UNAVAILABLE, "the store's file was moved or replaced\n");
        assert_eq!((status, &*said), expected);
        assert_eq!(health().await, StatusCode::SERVICE_UNAVAILABLE);
    }
    std::fs::remove_file(&path).unwrap();
    moved(&gone, &path);
    assert_eq!((ready().await.0, health().await), (StatusCode::OK, StatusCode::OK));
}

//! Connections and strangers: slow, idle and too many of them, what they may leave behind, and what every answer carries.

use crate::support::{House, PASSWORD, house, postgres, sqlite, until};
use axum::{
    body::{Body, Bytes},
    http::{Request, Response, StatusCode, header},
};
use howdah::{
    cli,
    clock::{Clock, HOUR},
    config::Config,
    http::{self, Limits},
    seal::Keys,
    store::Driver,
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// Nothing here takes so long, unless it hangs.
const HANGS: Duration = Duration::from_secs(60);
/// A file of the site that fills every buffer between two programs.
const LARGE: usize = 48 * 1024 * 1024;

/// The console on a port of its own.
async fn serve(house: &House, limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(http::serve(house.app.clone(), listener, limits, std::future::pending()));
    address
}

fn short() -> Limits {
    Limits {
        head: Duration::from_millis(500),
        body: Duration::from_millis(500),
        stalled: Duration::from_millis(500),
        per_peer: 100,
        in_all: 100,
    }
}

/// The same house with another configuration and a clock of its own.
async fn changed(change: impl FnOnce(&mut Config)) -> (House, Clock) {
    let mut house = house(sqlite().await).await;
    let mut config = house.config.clone();
    change(&mut config);
    let clock = Clock::set(Clock::System.now());
    house.app = cli::assemble(config, clock.clone(), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    (house, clock)
}

/// Everything that comes until the other side ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A reset is an end, too.
    let _ = timeout(HANGS, stream.read_to_end(&mut all)).await.expect("the connection never ends");
    String::from_utf8_lossy(&all).into_owned()
}

async fn open(address: SocketAddr, said: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said).await.unwrap();
    stream
}

/// One host, said once; what has more to look through than any page of ours is not looked through.
#[tokio::test]
async fn an_odd_head_is_refused_before_it_is_read() {
    let house = house(sqlite().await).await;
    let address = serve(&house, short()).await;
    let said = async |said: &str| rest(&mut open(address, said.as_bytes()).await).await;
    for (hosts, status) in [("", "400"), ("host: a\r\nhost: b\r\n", "400"), ("host: a\r\n", "200")] {
        let answer = said(&format!("GET /health HTTP/1.1\r\n{hosts}connection: close\r\n\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?}: {answer}");
    }
    assert!(said("GET /health HTTP/1.0\r\n\r\n").await.starts_with("HTTP/1.0 200"));
    let names = |number: usize| (0..number).map(|name| format!("&n{name}")).collect::<String>();
    assert!(ask(address, &format!("/sign-in?{}", names(300))).await.starts_with("HTTP/1.1 200"));
    for long in [names(8_000), names(501), "a".repeat(20_000)] {
        let answer = ask(address, &format!("/sign-in?{long}")).await;
        assert!(answer.starts_with("HTTP/1.1 414") && answer.contains("too long"), "{answer}");
    }
    // Forms are bounded likewise.
    let cookie = house.sign_in("owner").await;
    let fields: Vec<(&str, &str)> = vec![("a", ""); 5_000];
    let answer = house.post(Some(&cookie), "/api/people/disable", &fields).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    assert!(answer.body.contains("more than 4000 fields"), "{}", answer.body);
}

async fn ask(address: SocketAddr, path: &str) -> String {
    let said = format!("GET {path} HTTP/1.1\r\nhost: console\r\nconnection: close\r\n\r\n");
    rest(&mut open(address, said.as_bytes()).await).await
}

fn large_file(house: &House) {
    std::fs::write(house.config.site.join("pkg/large.bin"), vec![b'x'; LARGE]).unwrap();
}

const ASK_FOR_IT: &[u8] = b"GET /pkg/large.bin HTTP/1.1\r\nhost: console\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn slow_and_idle_connections_end_and_an_honest_one_is_answered() {
    let house = house(sqlite().await).await;
    let address = serve(&house, Limits { per_peer: 50, in_all: 50, ..short() }).await;
    let mut held = Vec::new();
    for number in 0..50 {
        let said: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET / HTTP/1.1\r\nhost: con",
            // Answered, and then idle.
            _ => b"GET /favicon.svg HTTP/1.1\r\nhost: console\r\n\r\n",
        };
        held.push(open(address, said).await);
    }
    let honest = ask(address, "/health").await;
    assert!(honest.starts_with("HTTP/1.1 200"), "fifty others hold connections: {honest:?}");
    let mut ended = 0;
    for stream in &mut held {
        let mut all = Vec::new();
        if timeout(Duration::from_secs(10), stream.read_to_end(&mut all)).await.is_ok() {
            ended += 1;
        } else {
            break;
        }
    }
    assert_eq!(ended, 50, "connections that said nothing more were ended");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let house = house(sqlite().await).await;
    let address = serve(&house, short()).await;
    let head =
        b"POST /api/sign-in/password HTTP/1.1\r\nhost: console\r\nsec-fetch-site: same-origin\r\naccept: text/html\r\n\
        content-type: application/x-www-form-urlencoded\r\ncontent-length: 5000\r\n\r\nname=";
    let stream = open(address, head).await;
    let (mut reads, mut writes) = stream.into_split();
    // A byte now and then is not a body that comes.
    let drip = tokio::spawn(async move {
        while writes.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut all = Vec::new();
    let ended = timeout(Duration::from_secs(20), reads.read_to_end(&mut all)).await;
    drip.abort();
    assert!(ended.is_ok(), "the request is still waited for");
    let answer = String::from_utf8_lossy(&all).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?}");
}

#[tokio::test]
async fn who_takes_nothing_is_cut_and_who_is_slow_is_not() {
    let house = house(sqlite().await).await;
    large_file(&house);
    let address = serve(&house, Limits { stalled: Duration::from_secs(2), ..short() }).await;
    let mut slow = open(address, ASK_FOR_IT).await;
    let mut nothing = open(address, ASK_FOR_IT).await;
    let mut taken = 0;
    let mut part = vec![0; 256 * 1024];
    loop {
        let read = timeout(HANGS, slow.read(&mut part)).await.expect("it goes on").unwrap();
        if read == 0 {
            break;
        }
        taken += read;
        sleep(Duration::from_millis(40)).await;
    }
    assert!(taken > LARGE, "{taken} bytes came to whoever is slow");
    // Nothing is taken meanwhile: what is written to a connection that was cut comes back as an error.
    until("whoever takes nothing is cut", async || nothing.write_all(b"\r\n").await.is_err()).await;
    assert!(rest(&mut nothing).await.len() < LARGE, "whoever took nothing still gets everything");
}

#[tokio::test]
async fn one_address_holds_so_many_connections_and_a_trusted_proxy_all() {
    for trusted in [false, true] {
        let (house, _) = changed(|config| {
            if trusted {
                config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
            }
        })
        .await;
        large_file(&house);
        let limits = Limits { stalled: HANGS, head: HANGS, per_peer: 4, ..short() };
        let address = serve(&house, limits).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut stream = open(address, ASK_FOR_IT).await;
            assert_eq!(stream.read_u8().await.unwrap(), b'H', "an answer begins");
            held.push(stream);
        }
        let fifth = ask(address, "/health").await;
        if trusted {
            assert!(fifth.starts_with("HTTP/1.1 200"), "{fifth:?}");
        } else {
            assert!(fifth.starts_with("HTTP/1.1 503"), "{fifth:?}");
            assert!(fifth.contains("retry-after: ") && fifth.contains("content-security-policy: "), "{fifth:?}");
        }
    }
}

#[tokio::test]
async fn what_is_answered_before_our_layers_carries_the_headers() {
    let (house, _) = changed(|config| {
        config.public_url = "https://howdah.example".parse().unwrap();
        config.hsts = howdah::config::Hsts::Subdomains;
    })
    .await;
    let address = serve(&house, short()).await;
    let long = format!("GET /{} HTTP/1.1\r\nhost: console\r\n\r\n", "a".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\nhost: console\r\n{}\r\n", "x-a: b\r\n".repeat(200));
    // A request that was answered well, and a broken one after it on the same connection.
    let second = "GET /favicon.svg HTTP/1.1\r\nhost: console\r\n\r\n";
    for (said, status) in [
        (long.as_str(), "414"),
        (many.as_str(), "431"),
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        ("no request at all\r\n\r\n", "400"),
    ] {
        for before in ["", second] {
            let mut stream = open(address, before.as_bytes()).await;
            if !before.is_empty() {
                let mut part = vec![0; 64 * 1024];
                let read = timeout(HANGS, stream.read(&mut part)).await.unwrap().unwrap();
                assert!(part[..read].starts_with(b"HTTP/1.1 "), "an answer");
                sleep(Duration::from_millis(50)).await;
            }
            stream.write_all(said.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer:?}");
            for name in [
                "content-security-policy: default-src 'none'",
                "x-content-type-options: nosniff",
                "x-frame-options: DENY",
                "referrer-policy: same-origin",
                "cache-control: no-store",
                "strict-transport-security: max-age=63072000; includeSubDomains",
            ] {
                assert_eq!(answer.matches(name).count(), 1, "{status} without {name}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn it_ends_when_told_and_finishes_what_it_began() {
    let house = house(sqlite().await).await;
    large_file(&house);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let limits = Limits { head: HANGS, stalled: HANGS, ..short() };
    let serving = tokio::spawn(http::serve(house.app.clone(), listener, limits, async move {
        let _ = told.await;
    }));
    let mut idle = open(address, b"GET /favicon.svg HTTP/1.1\r\nhost: console\r\n\r\n").await;
    assert_eq!(idle.read_u8().await.unwrap(), b'H');
    let mut loading = open(address, ASK_FOR_IT).await;
    assert_eq!(loading.read_u8().await.unwrap(), b'H');
    tell.send(()).unwrap();
    rest(&mut idle).await;
    assert!(rest(&mut loading).await.len() > LARGE, "an answer that was begun is given whole");
    timeout(HANGS, serving).await.expect("it ends").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

async fn answer(house: &House, request: Request<Body>) -> Response<Body> {
    house.router.clone().oneshot(request).await.unwrap()
}

fn text<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn the_theme_is_a_secure_cookie_where_there_is_tls() {
    for (url, secure) in [("https://howdah.example", true), ("http://127.0.0.1:3000", false)] {
        let (house, _) = changed(|config| config.public_url = url.parse().unwrap()).await;
        for theme in ["light", "dark", "system"] {
            let request = Request::post("/api/theme/set")
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(format!("theme={theme}")))
                .unwrap();
            let response = answer(&house, request).await;
            let cookie = text(&response, "set-cookie").to_owned();
            assert!(cookie.starts_with("theme="), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), secure, "{url}: {cookie}");
        }
    }
}

#[tokio::test]
async fn transport_security_is_a_setting() {
    use howdah::config::Hsts;
    for (url, hsts, said) in [
        ("https://howdah.example", Hsts::Host, "max-age=63072000"),
        ("https://howdah.example", Hsts::Subdomains, "max-age=63072000; includeSubDomains"),
        ("https://howdah.example", Hsts::Off, ""),
        ("http://127.0.0.1:3000", Hsts::Subdomains, ""),
    ] {
        let (house, _) = changed(|config| {
            config.public_url = url.parse().unwrap();
            config.hsts = hsts;
        })
        .await;
        let response = answer(&house, Request::get("/sign-in").body(Body::empty()).unwrap()).await;
        assert_eq!(text(&response, "strict-transport-security"), said, "{url}");
    }
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept_but_no_cookies() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let request = Request::post("/api/session/end")
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap();
    let response = answer(&house, request).await;
    assert_eq!(text(&response, "location"), "/sign-in?before=signed-out");
    assert_eq!(text(&response, "clear-site-data"), "\"cache\", \"storage\"");
}

async fn drafts(house: &House) -> (i64, i64) {
    const SQL: &str = "select cast(count(*) as bigint), cast(coalesce(sum(length(sealed)), 0) as bigint) from drafts";
    match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::query_as(SQL).fetch_one(pool).await.unwrap(),
        Driver::Postgres(pool) => sqlx::query_as(SQL).fetch_one(pool).await.unwrap(),
    }
}

fn form(path: &str, cookie: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    request.body(body).unwrap()
}

/// A body that says whether anybody read it.
fn watched() -> (Body, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = read.clone();
    let stream = futures::stream::once(async move {
        seen.store(true, Ordering::SeqCst);
        Ok::<_, std::convert::Infallible>(Bytes::from("why=x&text=".to_owned() + &"y".repeat(100_000)))
    });
    (Body::from_stream(stream), read)
}

#[tokio::test]
async fn a_stranger_leaves_no_draft_and_is_refused_unread() {
    let house = house(sqlite().await).await;
    for (path, cookie, status) in [
        ("/api/reports/decide", None, StatusCode::UNAUTHORIZED),
        ("/api/registrations/set", Some("howdah=AAAAAAAAAAAAAAAAAAAAAA"), StatusCode::UNAUTHORIZED),
        ("/nowhere", None, StatusCode::NOT_FOUND),
        ("/api/nowhere", None, StatusCode::NOT_FOUND),
        ("/i/harbour/federation/upload", None, StatusCode::UNAUTHORIZED),
    ] {
        let (body, read) = watched();
        let response = answer(&house, form(path, cookie, body)).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(!read.load(Ordering::SeqCst), "{path}: the body was read");
    }
    assert_eq!(drafts(&house).await.0, 0, "drafts of strangers");
}

#[tokio::test]
async fn what_somebody_signed_out_sent_comes_back_in_the_answer_and_is_stored_nowhere() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let owner = house.sign_in("owner").await;
    let end = [("operator", "01moderator"), ("session", ""), ("why", "a test"), ("back", "/people")];
    house.post(Some(&owner), "/api/people/end-sessions", &end).await;
    let text = format!("{}</textarea><b>", "Every word counts. ".repeat(1_000));
    // A session that somebody ended, and a cookie that is gone.
    for cookie in [Some(cookie.as_str()), None] {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        fields.extend_pairs([
            ("instance", "harbour"),
            ("account", "1"),
            ("text", &text),
            ("password", "a secret of mine"),
        ]);
        let body = fields.finish();
        let mut request = form("/api/reports/decide", cookie, Body::from(body.clone()));
        request.headers_mut().insert(header::CONTENT_LENGTH, body.len().to_string().parse().unwrap());
        let answer = answer(&house, request).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let page = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("you’re not signed in") && page.contains("Send it again"), "{page}");
        assert!(page.contains(&howdah::ui::escape(&text)), "{page}");
        assert!(!page.contains("a secret of mine") && !page.contains("<b>"), "{page}");
    }
    assert_eq!(drafts(&house).await.0, 0);
}

#[tokio::test]
async fn the_forms_of_signing_in_are_small() {
    let house = house(sqlite().await).await;
    for path in
        ["/api/sign-in/password", "/api/sign-in/code", "/api/sign-in/enrol", "/api/sign-in/set-up", "/api/theme/set"]
    {
        let large = format!("name=x&password=y&back={}", "z".repeat(100_000));
        let mut request = form(path, None, Body::from(large.clone()));
        let length = large.len().to_string().parse().unwrap();
        request.headers_mut().insert(header::CONTENT_LENGTH, length);
        assert_eq!(answer(&house, request).await.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        // What calls itself something else is no larger.
        let body =
            Body::from_stream(futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(large.clone()))]));
        let mut request = form(path, None, body);
        request.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
        assert!(!answer(&house, request).await.status().is_success(), "{path}");
        // Without a length it is read only so far.
        let body = Body::from_stream(futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(large))]));
        assert_eq!(answer(&house, form(path, None, body)).await.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    assert_eq!(drafts(&house).await.0, 0);
}

#[tokio::test]
async fn strangers_drafts_have_an_end_and_what_was_typed_comes_back_all_the_same() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let link = "00".repeat(16);
        let mut echoed = 0;
        let fields = [("link", link.as_str()), ("name", "Somebody New"), ("password", "short"), ("repeat", "short")];
        let asked = (0..100).map(|_| house.post(None, "/api/sign-in/set-up", &fields));
        for answer in futures::future::join_all(asked).await {
            match answer.location {
                Some(to) => assert!(to.contains("draft="), "{to}"),
                None => {
                    assert!(answer.body.contains("Somebody New"), "{}", answer.body);
                    assert!(
                        answer.body.contains("name=\"password\""),
                        "a password is asked for again: {}",
                        answer.body
                    );
                    echoed += 1;
                }
            }
        }
        let (kept, bytes) = drafts(&house).await;
        assert!((1..=30).contains(&kept), "{kept} drafts of one address");
        assert!(bytes < 100_000, "{bytes} bytes");
        assert_eq!(kept + echoed, 100, "none is lost");
    }
}

#[tokio::test]
async fn a_form_posted_after_the_session_is_kept_for_its_writer_alone() {
    let (house, clock) = changed(|_| {}).await;
    let cookie = house.sign_in("moderator").await;
    clock.advance(HOUR + 60_000);
    let fields = [("instance", "harbour"), ("text", "some words to keep"), ("back", "/i/harbour/registrations")];
    let answer = house.post(Some(&cookie), "/api/registrations/set", &fields).await;
    let to = answer.location.expect("a way to sign in");
    assert!(to.starts_with("/sign-in?back=") && to.contains("&draft="), "{to}");
    assert_eq!(drafts(&house).await.0, 1);
    let draft = to.split("draft=").nth(1).unwrap().to_owned();
    let other = house.sign_in("admin").await;
    let theirs = house.get(Some(&other), &format!("/i/harbour/registrations?draft={draft}")).await;
    assert!(!theirs.body.contains("some words to keep"), "somebody else reads it");
    let form = [("name", "moderator"), ("password", PASSWORD), ("back", "/audit"), ("draft", &draft)];
    let again = house.post(None, "/api/sign-in/password", &form).await;
    assert!(again.location.unwrap().contains(&draft), "the draft goes along");
}

#[tokio::test]
async fn who_signs_in_again_is_told_so_once() {
    let (house, clock) = changed(|_| {}).await;
    house.look().await;
    let former = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let back = format!("/i/harbour/reports/{account}?decide=silence");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", crate::support::NO_SANCTION),
        ("text", "You broke rule 2, for the third time."),
        ("back", back.as_str()),
    ];
    clock.advance(HOUR + 60_000);
    let away = house.post(Some(&former), "/api/reports/decide", &form).await.location.unwrap();
    assert!(away.starts_with("/sign-in?"), "{away}");
    let draft = away.split("draft=").nth(1).unwrap().to_owned();
    let fields = [("name", "moderator"), ("password", PASSWORD), ("back", back.as_str()), ("draft", draft.as_str())];
    let again = house.post(None, "/api/sign-in/password", &fields).await;
    let page = house.get(again.cookie.as_deref(), &again.location.unwrap()).await;
    let said = crate::seen::text(&page.body);
    assert_eq!(page.status, StatusCode::OK, "{said}");
    assert!(!said.contains("you’ve been signed out"), "{said}");
    assert_eq!(said.matches("You’re signed in again").count(), 1, "{said}");
    assert!(page.body.contains("You broke rule 2, for the third time."), "{said}");
}

/// A sign-in with a wrong password, from an address.
fn wrong(name: &str, peer: &str, headers: &[(&'static str, &str)]) -> Request<Body> {
    let mut request = form("/api/sign-in/password", None, Body::from(format!("name={name}&password=not+the+password")));
    let peer: SocketAddr = format!("{peer}:4711").parse().unwrap();
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn a_burst_of_sign_ins_fills_a_queue_that_has_an_end() {
    let house = house(sqlite().await).await;
    let asked = (0..300).map(|number| {
        let request =
            wrong(&format!("nobody-{number}"), &format!("203.0.{}.{}", 100 + number / 250, number % 250), &[]);
        answer(&house, request)
    });
    let mut refused = 0;
    for response in futures::future::join_all(asked).await {
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(text(&response, "retry-after"), "10");
            let body = axum::body::to_bytes(response.into_body(), LARGE).await.unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            assert!(body.contains("nobody-") && body.contains("name=\"password\""), "{body}");
            refused += 1;
        }
    }
    assert!(refused > 0, "three hundred were checked");
    house.sign_in("owner").await;
}

#[tokio::test]
async fn whom_a_request_comes_from_is_believed_of_a_named_proxy_alone() {
    for (trusted, peer, headers, believed) in [
        (None, "127.0.0.1", [("x-forwarded-for", "203.0.113.5")], "127.0.0.1"),
        (Some("127.0.0.0/8"), "127.0.0.1", [("x-forwarded-for", "198.51.100.9, 203.0.113.5:80")], "203.0.113.5"),
        (Some("127.0.0.0/8"), "203.0.113.80", [("x-forwarded-for", "203.0.113.5")], "203.0.113.80"),
        (Some("172.18.0.0/16"), "172.18.0.2", [("forwarded", "for=\"[2001:db8::7]:80\"")], "2001:db8:0:0::/64"),
        (Some("172.18.0.0/16"), "172.18.0.2", [("x-real-ip", "203.0.113.5")], "203.0.113.5"),
    ] {
        let (house, _) =
            changed(|config| config.trusted_proxies = trusted.iter().map(|t| t.parse().unwrap()).collect()).await;
        answer(&house, wrong("owner", peer, &headers)).await;
        let hash = house.app.keys.hash("address", believed.as_bytes());
        let filter = howdah::ledger::Filter { limit: 50, ..Default::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        assert!(entries.iter().any(|entry| entry.leaf.to_string().contains(&hash)), "{trusted:?} {peer} {headers:?}");
    }
}

//! Signing in to its end, headers on every sort of answer, strange settings, troubles with the token and the database.

use crate::support::{House, Kept, PASSWORD, database, house, postgres, sqlite};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};
use howdah::{
    cli,
    clock::Clock,
    config::{Config, Secret},
    http,
    ledger::Outcome,
    seal::Keys,
    store::{Driver, operators, setup_links, setup_links::SetupLink},
};
use http_body_util::BodyExt;
use totp_rs::{Builder, Secret as TotpSecret};
use tower::ServiceExt;

/// The same house where people who can act need a second factor, with a clock of its own.
pub async fn guarded() -> (House, Clock) {
    let mut house = house(sqlite().await).await;
    let config = Config { second_factor_optional: false, ..house.config.clone() };
    let clock = Clock::set(Clock::System.now());
    house.app = cli::assemble(config, clock.clone(), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    (house, clock)
}

pub fn code(secret: &str, clock: &Clock) -> String {
    let secret = TotpSecret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(clock.now().0 / 1000).unwrap()).to_string()
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before)
        .nth(1)
        .and_then(|rest| rest.split(after).next())
        .unwrap_or_else(|| panic!("no {before} in {text}"))
}

#[tokio::test]
async fn a_second_factor_is_set_up_used_once_and_replaced_by_a_recovery_code_once() {
    let (house, clock) = guarded().await;
    let password = [("name", "moderator"), ("password", PASSWORD)];
    let first = house.post(None, "/api/sign-in/password", &password).await;
    assert!(first.location.unwrap().starts_with("/sign-in/enrol"));
    let half = first.cookie.unwrap();
    assert_eq!(
        house.get(Some(&half), "/i/harbour").await.status,
        StatusCode::SEE_OTHER,
        "half a sign-in opens nothing"
    );
    let page = house.get(Some(&half), "/sign-in/enrol").await.body;
    assert!(page.contains("<svg"), "a picture for the phone");
    assert!(page.contains("href=\"otpauth://totp/"), "an address for the app on this device");
    let secret = between(&page, "<code>", "<").replace(' ', "");
    let wrong = house.post(Some(&half), "/api/sign-in/enrol", &[("code", "000000")]).await;
    assert!(wrong.location.unwrap().contains("/sign-in/enrol?draft="));
    let done =
        house.post(Some(&half), "/api/sign-in/enrol", &[("code", &code(&secret, &clock)), ("back", "/audit")]).await;
    let full = done.cookie.expect("a new session");
    assert_ne!(full, half);
    let shown = done.location.unwrap();
    assert!(shown.starts_with("/sign-in/recovery-codes?shown="), "{shown}");
    let codes = house.get(Some(&full), &shown).await.body;
    let listed: Vec<&str> = between(&codes, "<pre", "</pre>").split_once('>').unwrap().1.lines().collect();
    assert_eq!(listed.len(), 10);
    let recovery = listed[0].to_owned();
    assert!(house.get(Some(&full), &shown).await.body.contains("already been shown"));
    assert_eq!(house.get(Some(&full), "/i/harbour").await.status, StatusCode::OK);
    assert_eq!(
        house.get(Some(&half), "/i/harbour").await.status,
        StatusCode::SEE_OTHER,
        "the half session is worthless"
    );

    // The next sign-in asks for a code; the one used for the set-up is used up.
    let half = house.post(None, "/api/sign-in/password", &password).await.cookie.unwrap();
    let again = house.post(Some(&half), "/api/sign-in/code", &[("code", &code(&secret, &clock))]).await;
    assert!(again.location.unwrap().contains("draft="), "a code twice");
    clock.advance(31_000);
    let next = code(&secret, &clock);
    let full = house.post(Some(&half), "/api/sign-in/code", &[("code", &next)]).await;
    assert_eq!(full.location.as_deref(), Some("/"));
    for expected in [true, false] {
        let half = house.post(None, "/api/sign-in/password", &password).await.cookie.unwrap();
        let answer = house.post(Some(&half), "/api/sign-in/code", &[("code", &recovery)]).await;
        let to = answer.location.unwrap();
        assert_eq!(to == "/?by=recovery-code", expected, "a recovery code works once: {to}");
    }
    // An auditor changes nothing, and reads everything: a password alone is not enough either.
    let auditor = house.post(None, "/api/sign-in/password", &[("name", "auditor"), ("password", PASSWORD)]).await;
    assert!(auditor.location.unwrap().starts_with("/sign-in/enrol"));
}

/// Sets up a second factor for somebody who has none: their session and the secret.
pub async fn enrolled(house: &House, clock: &Clock, name: &str) -> (String, String) {
    let half =
        house.post(None, "/api/sign-in/password", &[("name", name), ("password", PASSWORD)]).await.cookie.unwrap();
    let page = house.get(Some(&half), "/sign-in/enrol").await.body;
    let secret = between(&page, "<code>", "<").replace(' ', "");
    let done = house.post(Some(&half), "/api/sign-in/enrol", &[("code", &code(&secret, clock))]).await;
    (done.cookie.expect("a session"), secret)
}

/// Signs somebody in with password and code, half a minute later: a code works once.
pub async fn with_code(house: &House, clock: &Clock, name: &str, secret: &str) -> String {
    clock.advance(31_000);
    let half =
        house.post(None, "/api/sign-in/password", &[("name", name), ("password", PASSWORD)]).await.cookie.unwrap();
    let done = house.post(Some(&half), "/api/sign-in/code", &[("code", &code(secret, clock))]).await;
    assert_eq!(done.location.as_deref(), Some("/"), "{name} signs in");
    done.cookie.expect("a session")
}

#[tokio::test]
async fn sessions_idle_out_and_end() {
    let (house, clock) = guarded().await;
    let (mut cookie, secret) = enrolled(&house, &clock, "auditor").await;
    for _ in 0..13 {
        clock.advance(50 * 60_000);
        house.get(Some(&cookie), "/audit").await;
    }
    clock.advance(50 * 60_000);
    assert_eq!(house.get(Some(&cookie), "/audit").await.status, StatusCode::OK, "used every fifty minutes");
    clock.advance(30 * 60_000);
    assert_eq!(house.get(Some(&cookie), "/audit").await.status, StatusCode::SEE_OTHER, "twelve hours are over");
    cookie = with_code(&house, &clock, "auditor", &secret).await;
    clock.advance(61 * 60_000);
    assert_eq!(house.get(Some(&cookie), "/audit").await.status, StatusCode::SEE_OTHER, "an hour without a request");
    cookie = with_code(&house, &clock, "auditor", &secret).await;
    house.post(Some(&cookie), "/api/session/end", &[]).await;
    assert_eq!(house.get(Some(&cookie), "/audit").await.status, StatusCode::SEE_OTHER, "signed out");
}

/// The same console over a store in which nobody is yet.
fn over(house: House, kept: Kept) -> House {
    let keys = Keys::from_secret([7; 32]);
    let app = cli::assemble(house.config.clone(), Clock::System, keys, kept.store.clone()).unwrap();
    let router = http::router(app.clone());
    House { app, router, store: kept, ..house }
}

#[tokio::test]
async fn the_first_owner_comes_by_a_link_that_works_once() {
    for kept in [sqlite().await, postgres().await] {
        the_first_owner(over(house(sqlite().await).await, kept)).await;
    }
}

async fn the_first_owner(house: House) {
    let link = "0123456789abcdef0123456789abcdef";
    let hash = house.app.keys.hash("set-up link", link.as_bytes());
    let offer = SetupLink {
        role: howdah::access::Role::Owner,
        name: None,
        offered_by: None,
        person: howdah::id::OperatorId("01NEW".to_owned()),
    };
    let now = house.app.clock.now();
    setup_links::insert(&house.app.store, &hash, &offer, now, now.plus(60_000)).await.unwrap();
    // Each start with nobody there prints another.
    let other = "fedcba9876543210fedcba9876543210";
    let offer = SetupLink { person: howdah::id::OperatorId("01EVE".to_owned()), ..offer };
    let hash = house.app.keys.hash("set-up link", other.as_bytes());
    setup_links::insert(&house.app.store, &hash, &offer, now, now.plus(60_000)).await.unwrap();
    let run = async |text: &str| crate::support::sql(&house.app.store, text).await.unwrap();
    run("create table kept_links as select * from setup_links").await;
    let page = house.get(None, &format!("/set-up?link={link}")).await;
    assert!(page.body.contains("You will be"), "{}", page.body);
    let form = |password: &'static str, repeat: &'static str| {
        [("link", link), ("name", "First Owner"), ("password", password), ("repeat", repeat)]
    };
    let short = house.post(None, "/api/sign-in/set-up", &form("short", "short")).await;
    let page = house.get(None, &short.location.unwrap()).await;
    assert!(page.body.contains("needs at least 12") && page.body.contains("First Owner"), "{}", page.body);
    let done = house.post(None, "/api/sign-in/set-up", &form("long enough to keep", "long enough to keep")).await;
    assert_eq!(done.location.as_deref(), Some("/sign-in?before=set-up"));
    let again = house.post(None, "/api/sign-in/set-up", &form("long enough to keep", "long enough to keep")).await;
    assert!(again.location.unwrap().contains("draft="), "the link is used up");
    let signed = house
        .post(None, "/api/sign-in/password", &[("name", "first owner"), ("password", "long enough to keep")])
        .await;
    assert_eq!(signed.location.as_deref(), Some("/"));

    // Whoever holds the store puts the links back, and takes the people away for a moment: nobody else becomes the first.
    run("delete from setup_links; insert into setup_links select * from kept_links").await;
    run("create table kept_people as select * from operators").await;
    for taken in ["select 1", "delete from operators"] {
        run(taken).await;
        let page = house.get(None, &format!("/set-up?link={other}")).await;
        assert!(!page.body.contains("You will be"), "{taken}: {}", page.body);
        let form =
            [("link", other), ("name", "Eve"), ("password", "long enough to keep"), ("repeat", "long enough to keep")];
        let refused = house.post(None, "/api/sign-in/set-up", &form).await;
        assert!(refused.location.unwrap().contains("draft="), "{taken}");
    }
    run("delete from operators; insert into operators select * from kept_people").await;
    assert_eq!(operators::list(&house.app.store).await.unwrap().len(), 1);
}

/// A cookie that a neighbour of the same domain has set, and that is no text, keeps nobody out, nor makes it forget what else the browser
/// says.
#[tokio::test]
async fn a_cookie_of_a_neighbour_keeps_nobody_out() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let asked = async |lines: &[&[u8]]| {
        let mut request = Request::get("/audit").header(header::ACCEPT, "text/html");
        for line in lines {
            request = request.header(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        let response = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&body).contains("data-theme=\"dark\""))
    };
    let own = cookie.as_bytes();
    for (before, after) in [
        (&b""[..], &b""[..]),
        (b"x=\xff; ", b""),
        (b"", b"; x=\xff"),
        (b"\xc3\xa9=1;", b";y=\xfe;z"),
        (b"\xff; ", b"; \xff"),
    ] {
        let line = [before, own, b"; theme=dark", after].concat();
        assert_eq!(asked(&[&line]).await, (StatusCode::OK, true), "{line:?}");
    }
    let other = [own, b"; theme=dark"].concat();
    assert_eq!(asked(&[b"x=\xff", &other]).await, (StatusCode::OK, true), "in a line of its own");
    assert_eq!(asked(&[b"x=\xff"]).await.0, StatusCode::SEE_OTHER, "nobody is signed in by it");
    // Nor does one that is named so that it reads as ours stand in the place of ours.
    let (name, _) = cookie.split_once('=').unwrap();
    let written = |byte: u8| format!("%{byte:02x}");
    for (first, rest) in
        [(written(name.as_bytes()[0]), &name[1..]), (written(name.as_bytes()[0]).to_uppercase(), &name[1..])]
    {
        for value in ["x", house.sign_in("auditor").await.split_once('=').unwrap().1] {
            for line in [format!("{cookie}; {first}{rest}={value}"), format!("{first}{rest}={value}; {cookie}")] {
                let page = house.get(Some(&line), "/your-sign-in").await;
                assert_eq!(page.status, StatusCode::OK, "{line}");
                assert!(page.body.contains(">owner<") && !page.body.contains(">auditor<"), "{line}: {}", page.body);
            }
        }
    }
}

#[tokio::test]
async fn every_sort_of_answer_carries_the_headers() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    for (path, cookie) in [
        ("/", None),
        ("/sign-in", None),
        ("/health", None),
        ("/nowhere", Some(&cookie)),
        ("/i/harbour", Some(&cookie)),
        ("/i/harbour/reports/5", Some(&cookie)),
        ("/api/reports/hold", None),
        ("/pkg/nothing.js", None),
    ] {
        let mut request = Request::get(path).header(header::ACCEPT, "text/html");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let text = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let policy = text("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("'nonce-"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "same-origin")]
        {
            assert_eq!(text(name), value, "{path}");
        }
        assert_eq!(text("cache-control"), "no-store", "{path}");
    }
}

/// Script and styles carry a hash in their names: kept for good, and sent packed to whoever can unpack them.
#[tokio::test]
async fn files_are_kept_for_good_and_sent_packed() {
    let house = house(sqlite().await).await;
    for (accepts, encoding, body) in [("br", Some("br"), "brotli"), ("gzip", Some("gzip"), "gzip"), ("", None, "plain")]
    {
        let request = Request::get("/pkg/howdah.2.wasm").header(header::ACCEPT_ENCODING, accepts);
        let response = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(text("content-encoding"), encoding);
        assert_eq!(text("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(text("content-type"), Some("application/wasm"));
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), body);
    }
    let page = house.get(None, "/sign-in").await;
    for file in ["/pkg/howdah.1.js", "/pkg/howdah.2.wasm", "/pkg/howdah.3.css"] {
        assert!(page.body.contains(file), "{file} is not asked for by the page");
    }
}

/// A process without the browser's half refuses to start and says what is missing.
#[test]
fn without_its_site_the_console_says_so_at_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = format!("{:#}", http::check_site(folder.path()).unwrap_err());
    assert!(error.contains("hash.txt") && error.contains("cargo xtask site"), "{error}");
}

#[tokio::test]
async fn a_strange_setting_is_said_as_what_it_does_and_put_right() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    for (sql, said) in [
        ("update settings set value = '--- nonsense\n' where var = 'registrations_mode'", "not a valid mode"),
        ("update settings set value = null where var = 'registrations_mode'", "not a valid mode"),
        ("update settings set value = '--- 2024-01-01\n' where var = 'registrations_mode'", "can’t be read"),
        ("delete from settings where var = 'registrations_mode'", "default applies: closed"),
    ] {
        sqlx::query(sql).execute(&house.instance).await.unwrap();
        let page = house.get(Some(&cookie), "/i/harbour/registrations").await;
        assert!(page.body.contains(said), "{sql}: {}", page.body);
        let seen = between(&page.body, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"").replace("&amp;", "&");
        let message = "„Voll“: back \"soon\" \\ really\nsecond line 🌊";
        let form = [
            ("instance", "harbour"),
            ("mode", "approved"),
            ("message", message),
            ("why", "putting it right"),
            ("seen", &seen),
            ("back", "/i/harbour/registrations"),
        ];
        let done = house.post(Some(&cookie), "/api/registrations/set", &form).await;
        assert!(done.location.as_deref().unwrap_or_default().contains("done="), "{sql}: {:?}", done.location);
        assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Succeeded), "{sql}");
        let stored: Vec<String> = sqlx::query_scalar("select value from settings where var = 'registrations_mode'")
            .fetch_all(&house.instance)
            .await
            .unwrap();
        assert_eq!(stored, ["--- approved\n"], "{sql}");
        let page = house.get(Some(&cookie), "/i/harbour/registrations").await;
        assert!(page.body.contains("second line 🌊"), "the message came back as it was");
        // The same form a second time: somebody changed it between reading and writing.
        let stale = house.post(Some(&cookie), "/api/registrations/set", &form).await;
        let back = house.get(Some(&cookie), &stale.location.unwrap()).await;
        assert_eq!(back.status, StatusCode::CONFLICT);
        assert!(back.body.contains("putting it right"), "what was typed is kept");
        sqlx::query("update settings set updated_at = now()").execute(&house.instance).await.unwrap();
    }
}

#[tokio::test]
async fn troubles_with_token_and_database_are_named() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    sqlx::query("update oauth_access_tokens set revoked_at = now()").execute(&house.instance).await.unwrap();
    house.look().await;
    assert!(house.get(Some(&cookie), "/i/harbour").await.body.contains("give it a new one in howdah.toml"));
    sqlx::query("update oauth_access_tokens set revoked_at = null").execute(&house.instance).await.unwrap();
    sqlx::query("update users set role_id = null").execute(&house.instance).await.unwrap();
    house.look().await;
    assert!(house.get(Some(&cookie), "/i/harbour").await.body.contains("may not manage users and reports"));
    sqlx::query("alter table statuses drop column edited_at").execute(&house.instance).await.unwrap();
    house.look().await;
    assert!(house.get(Some(&cookie), "/i/harbour").await.body.contains("statuses.edited_at"));

    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new(database().await);
    let app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let instance = app.instances.values().next().unwrap();
    instance.probe(app.clock.now()).await;
    let said = instance.health().database.clone().unwrap().unwrap_err();
    assert!(said.contains("not a Mastodon database"), "{said}");
}

#[tokio::test]
async fn no_mail_address_reaches_the_store_in_clear() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let back = format!("/i/harbour/reports/{account}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("what", "email"),
        ("why", "a reason with windvane@post.example in it"),
        ("back", &back),
    ];
    let shown = house.post(Some(&cookie), "/api/reports/reveal", &form).await;
    let page = house.get(Some(&cookie), &shown.location.unwrap()).await;
    assert!(page.body.contains("windvane@post.example"));
    assert_eq!(house.outcome("reveal").await, Some(Outcome::Succeeded));
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_master where type = 'table' and name <> '_sqlx_migrations' order by name",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for table in tables {
        let columns: Vec<String> =
            sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table).fetch_all(pool).await.unwrap();
        let all = columns
            .iter()
            .map(|column| format!("coalesce(cast(\"{column}\" as text), '')"))
            .collect::<Vec<_>>()
            .join(" || ' ' || ");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select {all} from \"{table}\"")))
            .fetch_all(pool)
            .await
            .unwrap();
        for row in rows {
            assert!(!row.contains("post.example"), "{table}: {row}");
            assert!(!row.contains("198.51."), "{table}: {row}");
        }
    }
}

//! Signing in against somebody who tries: bursts, older half sessions, names that are not theirs, passwords that are.

use crate::{
    doors::{between, code, guarded},
    linked::linked,
    support::{House, PASSWORD, house, postgres, sqlite},
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use futures::future::join_all;
use howdah::{
    cli,
    clock::{Clock, HOUR, MINUTE, SECOND},
    http,
    id::OperatorId,
    ledger::Filter,
    seal::Keys,
    store::{
        attempts::{self, Limit},
        operators, setup_links,
        setup_links::SetupLink,
        web_sessions,
    },
};
use http_body_util::BodyExt;
use std::{collections::BTreeMap, net::SocketAddr};
use tower::ServiceExt;

const HOME: &str = "203.0.113.7:4000";
const ELSEWHERE: &str = "198.51.100.20:4000";

/// What became of a form.
#[derive(Debug)]
struct Came {
    status: u16,
    to: String,
    cookies: Vec<String>,
    /// The cookies with all that is said of them.
    set: Vec<String>,
    body: String,
}

impl Came {
    /// It came back: as a draft, or in the answer itself where there are drafts enough from there.
    fn refused(&self) -> bool {
        self.to.contains("draft=") || self.status >= 400
    }

    fn session(&self) -> String {
        self.cookies.iter().find(|cookie| cookie.starts_with("howdah=")).expect("a session").clone()
    }

    fn known(&self) -> Option<String> {
        self.cookies.iter().find(|cookie| cookie.starts_with("howdah-known-")).cloned()
    }
}

/// Posts a form from an address, as a browser with these cookies.
async fn post(router: &Router, from: &str, cookies: &[&str], path: &str, fields: &[(&str, &str)]) -> Came {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let mut request = Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookies.join("; "))
        .body(Body::from(form.finish()))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(from.parse().unwrap()));
    let response = router.clone().oneshot(request).await.unwrap();
    let headers = response.headers();
    let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    let set = headers.get_all(header::SET_COOKIE).iter();
    let set: Vec<String> = set.map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    let cookies = set.iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Came { status, to, cookies, set, body: String::from_utf8_lossy(&body).into_owned() }
}

async fn password(router: &Router, from: &str, cookies: &[&str], name: &str, password: &str) -> Came {
    post(router, from, cookies, "/api/sign-in/password", &[("name", name), ("password", password)]).await
}

/// The status of the page that a form came back on, and its text.
async fn said(house: &House, cookie: Option<&str>, came: &Came) -> (u16, String) {
    if came.to.is_empty() {
        return (came.status, came.body.clone());
    }
    let page = house.get(cookie, &came.to).await;
    (page.status.as_u16(), page.body.replace("<!>", ""))
}

/// The same console once more, as a second process has it.
fn another(house: &House, clock: Clock) -> Router {
    let keys = Keys::from_secret([7; 32]);
    http::router(cli::assemble(house.app.config.clone(), clock, keys, house.store.store.clone()).unwrap())
}

/// Sets up a second factor for somebody: the secret, the recovery codes, and their session.
async fn enrolled(house: &House, clock: &Clock, name: &str) -> (String, Vec<String>, String) {
    let half = password(&house.router, HOME, &[], name, PASSWORD).await;
    assert!(half.to.starts_with("/sign-in/enrol"), "{half:?}");
    let half = half.session();
    let page = house.get(Some(&half), "/sign-in/enrol").await.body;
    let secret = between(&page, "<code>", "<").replace(' ', "");
    let form = [("code", code(&secret, clock))];
    let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let done = post(&house.router, HOME, &[&half], "/api/sign-in/enrol", &form).await;
    assert!(done.to.starts_with("/sign-in/recovery-codes"), "{done:?}");
    let full = done.session();
    let codes = house.get(Some(&full), &done.to).await.body;
    let codes = between(&codes, "<pre", "</pre>").split_once('>').unwrap().1.lines().map(str::to_owned).collect();
    clock.advance(31 * SECOND);
    (secret, codes, full)
}

async fn is_in(house: &House, cookie: &str) -> bool {
    house.get(Some(cookie), "/audit").await.status == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_passwords_is_counted_before_it_is_checked() {
    let house = house(postgres().await).await;
    // Time stands still: no wait is over by itself.
    let clock = Clock::set(Clock::System.now());
    let routers = [another(&house, clock.clone()), another(&house, clock)];
    let burst = async |tried: &str| {
        let tries = (0..64).map(|n| password(&routers[n % 2], HOME, &[], "moderator", tried));
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        for came in join_all(tries).await {
            let status = if came.refused() { said(&house, None, &came).await.0 } else { 302 };
            *statuses.entry(status).or_default() += 1;
        }
        statuses
    };
    let mut checked = 0;
    for _ in 0..5 {
        checked += burst("wrong").await.get(&422).copied().unwrap_or(0);
    }
    assert!((1..=5).contains(&checked), "{checked} of 320 passwords were checked");
    while checked < 5 {
        let came = password(&routers[0], HOME, &[], "moderator", "wrong").await;
        assert_eq!(said(&house, None, &came).await.0, 422);
        checked += 1;
    }
    assert_eq!(burst(PASSWORD).await, BTreeMap::from([(429, 64)]), "not even the right one");
    let elsewhere = password(&routers[1], ELSEWHERE, &[], "moderator", PASSWORD).await;
    assert_eq!(elsewhere.to, "/", "from anywhere else it goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_wrong_codes_end_a_half_session_however_many_come_at_once() {
    let (house, clock) = guarded().await;
    let (secret, ..) = enrolled(&house, &clock, "owner").await;
    let half = password(&house.router, HOME, &[], "owner", PASSWORD).await;
    assert!(half.to.starts_with("/sign-in/code"), "{half:?}");
    let half = half.session();
    let enter =
        async |half: &str, code: &str| post(&house.router, HOME, &[half], "/api/sign-in/code", &[("code", code)]).await;
    let mut wrong = 0;
    for _ in 0..4 {
        for came in join_all((0..32).map(|_| enter(&half, "000000"))).await {
            let (_, what) = said(&house, Some(&half), &came).await;
            wrong += usize::from(what.contains("Wrong code"));
        }
    }
    assert!(wrong < 5, "{wrong} of 128 codes were checked");
    while wrong < 5 {
        enter(&half, "000000").await;
        wrong += 1;
    }
    let right = enter(&half, &code(&secret, &clock)).await;
    assert!(right.refused(), "the right one comes too late: {right:?}");
    let half = password(&house.router, HOME, &[], "owner", PASSWORD).await.session();
    let right = enter(&half, &code(&secret, &clock)).await;
    assert_eq!(said(&house, Some(&half), &right).await.0, 429, "a new half session is no way round the wait");
    clock.advance(5 * SECOND);
    assert_eq!(enter(&half, &code(&secret, &clock)).await.to, "/");
}

#[tokio::test]
async fn strangers_shut_nobody_out() {
    let house = house(postgres().await).await;
    let router = &another(&house, Clock::set(Clock::System.now()));
    let first = password(router, HOME, &[], "moderator", PASSWORD).await;
    let known = first.known().expect("the browser is remembered");
    let owners = password(router, HOME, &[], "owner", PASSWORD).await.known().unwrap();
    for from in [HOME, ELSEWHERE] {
        for _ in 0..8 {
            assert!(password(router, from, &[], "moderator", "wrong").await.refused());
        }
    }
    let stranger = password(router, HOME, &[], "moderator", PASSWORD).await;
    assert_eq!(said(&house, None, &stranger).await.0, 429);
    assert_eq!(
        password(router, HOME, &[&known], "moderator", PASSWORD).await.to,
        "/",
        "the browser that knows the name"
    );
    assert_eq!(password(router, "192.0.2.9:1", &[], "moderator", PASSWORD).await.to, "/", "another range");
    assert_eq!(password(router, HOME, &[], "admin", PASSWORD).await.to, "/", "another name");
    // What is no cookie of ours, or somebody else's, makes nobody known.
    let (name, value) = known.split_once('=').unwrap();
    let (random, mac) = value.split_once('.').unwrap();
    let others = owners.split_once('=').unwrap().1;
    for invented in [
        format!("{name}={random}.{}{}", &mac[..63], if mac.ends_with('0') { '1' } else { '0' }),
        format!("{name}={}{}.{mac}", if random.starts_with('0') { '1' } else { '0' }, &random[1..]),
        format!("{name}={random}."),
        format!("{name}={others}"),
        owners.clone(),
    ] {
        let came = password(router, HOME, &[&invented], "moderator", PASSWORD).await;
        assert_eq!(said(&house, None, &came).await.0, 429, "{invented}");
    }
    // Its own count is a count all the same.
    for _ in 0..5 {
        assert!(password(router, HOME, &[&known], "moderator", "wrong").await.refused());
    }
    let came = password(router, HOME, &[&known], "moderator", PASSWORD).await;
    assert_eq!(said(&house, None, &came).await.0, 429);
}

#[tokio::test]
async fn the_cookie_of_a_known_browser_is_for_this_host_alone() {
    let house = house(sqlite().await).await;
    let plain = password(&house.router, HOME, &[], "moderator", PASSWORD).await;
    let known = plain.set.iter().find(|cookie| cookie.starts_with("howdah-known-")).unwrap();
    assert!(known.contains("; Path=/; ") && known.contains("; HttpOnly; SameSite=Lax"), "{known}");
    assert!(!known.contains("Secure") && !known.contains("01moderator"), "{known}");
    let again = password(&house.router, HOME, &[&plain.known().unwrap()], "moderator", PASSWORD).await;
    assert_eq!(again.known(), None, "it has one already");
    let mut config = house.app.config.clone();
    config.public_url = "https://howdah.example".parse().unwrap();
    let store = house.store.store.clone();
    let app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), store).unwrap();
    let router = http::router(app);
    let safe = password(&router, HOME, &[], "moderator", PASSWORD).await;
    let known = safe.set.iter().find(|cookie| cookie.contains("howdah-known-")).unwrap();
    assert!(known.starts_with("__Host-howdah-known-") && known.ends_with("; Secure"), "{known}");
    // The one that takes the session's away must be taken by the browser, too.
    let session = safe.set.iter().find(|cookie| cookie.starts_with("__Host-howdah=")).unwrap();
    let request = Request::post("/api/session/end")
        .header(header::COOKIE, session.split(';').next().unwrap())
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let over = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let ended = over.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let ended: Vec<&str> = ended.collect();
    assert!(ended.iter().any(|cookie| cookie.starts_with("__Host-howdah=;")), "{ended:?}");
    assert!(ended.iter().all(|cookie| cookie.ends_with("; Secure")), "{ended:?}");
}

#[tokio::test]
async fn ones_own_success_clears_nothing_for_others() {
    let house = house(sqlite().await).await;
    let router = &another(&house, Clock::set(Clock::System.now()));
    for _ in 0..4 {
        assert!(password(router, HOME, &[], "owner", "wrong").await.refused());
    }
    assert_eq!(password(router, HOME, &[], "moderator", PASSWORD).await.to, "/");
    assert!(password(router, HOME, &[], "owner", "wrong").await.refused());
    let came = password(router, HOME, &[], "owner", "wrong").await;
    assert_eq!(said(&house, None, &came).await.0, 429, "five were wrong, whoever signed in between");
}

#[tokio::test]
async fn a_range_holds_two_places_in_the_queue() {
    let house = house(postgres().await).await;
    let (store, router) = (&house.store.store, &house.router);
    let place = house.app.keys.hash("place", b"range/203.0.113.7");
    let mut held = Vec::new();
    for _ in 0..2 {
        let taken = attempts::reserve(store, &place, Limit::AtOnce(2), house.app.clock.now()).await.unwrap();
        held.push(taken.unwrap());
    }
    let came = password(router, HOME, &[], "moderator", PASSWORD).await;
    let (status, what) = said(&house, None, &came).await;
    assert_eq!(status, 429);
    assert!(what.contains("being checked"), "{what}");
    assert_eq!(password(router, ELSEWHERE, &[], "moderator", PASSWORD).await.to, "/");
    held.pop().unwrap().give_back(store).await.unwrap();
    assert_eq!(password(router, HOME, &[], "moderator", PASSWORD).await.to, "/");
}

#[tokio::test]
async fn an_older_half_session_sets_up_no_factor_over_another() {
    let (house, clock) = guarded().await;
    let mut halves = Vec::new();
    for _ in 0..2 {
        let half = password(&house.router, HOME, &[], "owner", PASSWORD).await.session();
        let page = house.get(Some(&half), "/sign-in/enrol").await.body;
        halves.push((half, between(&page, "<code>", "<").replace(' ', "")));
    }
    let mut landed = Vec::new();
    for (half, secret) in &halves {
        let code = code(secret, &clock);
        landed.push(post(&house.router, HOME, &[half], "/api/sign-in/enrol", &[("code", &code)]).await);
    }
    assert!(landed[0].to.starts_with("/sign-in/recovery-codes"), "{landed:?}");
    assert!(landed[1].refused(), "a second factor was set over the first: {landed:?}");
    clock.advance(31 * SECOND);
    let half = password(&house.router, HOME, &[], "owner", PASSWORD).await.session();
    let enter = async |secret: &str| {
        post(&house.router, HOME, &[&half], "/api/sign-in/code", &[("code", &code(secret, &clock))]).await
    };
    assert!(enter(&halves[1].1).await.refused());
    assert_eq!(enter(&halves[0].1).await.to, "/", "the first one holds");
}

#[tokio::test]
async fn every_change_ends_a_persons_other_sessions_and_half_sessions() {
    let (house, clock) = guarded().await;
    let (_, _, owner) = enrolled(&house, &clock, "owner").await;
    let (secret, _, _) = enrolled(&house, &clock, "admin").await;
    let half = async || password(&house.router, HOME, &[], "admin", PASSWORD).await.session();
    let full = async || {
        let half = half().await;
        clock.advance(31 * SECOND);
        let came = post(&house.router, HOME, &[&half], "/api/sign-in/code", &[("code", &code(&secret, &clock))]).await;
        assert_eq!(came.to, "/");
        came.session()
    };
    // Whether the half session still takes a code: one that is right.
    let goes_on = async |half: &str| {
        clock.advance(31 * SECOND);
        !post(&house.router, HOME, &[half], "/api/sign-in/code", &[("code", &code(&secret, &clock))]).await.refused()
    };
    assert!(goes_on(&half().await).await);
    type Form<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], bool);
    let changes: [Form<'_>; 6] = [
        ("own link", "/api/your-account/start", &[], true),
        ("own unlink", "/api/your-account/unlink", &[("instance", "harbour")], true),
        ("own link again", "/api/your-account/start", &[], true),
        ("unlink by the owner", "/api/people/unlink", &[("instance", "harbour"), ("operator", "01admin")], false),
        ("role", "/api/people/role", &[("operator", "01admin"), ("role", "moderator"), ("seen", "admin")], false),
        ("end of all sessions", "/api/people/end-sessions", &[("operator", "01admin"), ("session", "")], false),
    ];
    for (what, action, form, own) in changes {
        let (acting, other, waiting) = (full().await, full().await, half().await);
        if action.ends_with("/start") {
            linked(&house, &acting, "jonastran").await;
        } else {
            let who = if own { &acting } else { &owner };
            let came = post(&house.router, HOME, &[who], action, form).await;
            assert!(!came.refused(), "{what}: {came:?}");
        }
        assert_eq!(is_in(&house, &acting).await, own, "{what}: the session that did it");
        assert!(!is_in(&house, &other).await, "{what}: another session goes on");
        assert!(!goes_on(&waiting).await, "{what}: a half session goes on");
        assert!(is_in(&house, &owner).await, "{what}: somebody else's is theirs");
    }
    let (acting, waiting) = (full().await, half().await);
    let form = [("operator", "01admin"), ("disabled", "yes")];
    assert!(!post(&house.router, HOME, &[&owner], "/api/people/disable", &form).await.refused());
    let form = [("operator", "01admin"), ("disabled", "no")];
    assert!(!post(&house.router, HOME, &[&owner], "/api/people/disable", &form).await.refused());
    assert!(!is_in(&house, &acting).await && !goes_on(&waiting).await, "access given back begins anew");
    assert!(is_in(&house, &full().await).await);
    let person = operators::by_id(&house.store.store, &OperatorId("01admin".into())).await.unwrap().unwrap();
    assert_eq!(person.generation, 9, "the factor, six changes, the end and the beginning");
    let now = clock.now();
    let open = web_sessions::list(&house.store.store, now.plus(-HOUR), now).await.unwrap();
    assert_eq!(open.iter().filter(|session| session.operator == "01admin").count(), 1);
}

#[tokio::test]
async fn whoever_has_no_link_learns_no_name() {
    let house = house(sqlite().await).await;
    let set_up = async |link: &str, name: &str, password: &str| {
        let form = [("link", link), ("name", name), ("password", password), ("repeat", password)];
        let came = post(&house.router, HOME, &[], "/api/sign-in/set-up", &form).await;
        let (status, text) = said(&house, None, &came).await;
        (status, text.contains("This set-up link was already used"), text.contains("called"))
    };
    let mut tried = 0;
    for link in ["00", "", &"0".repeat(32)] {
        for (name, password) in
            [("owner", "a long night shift"), ("nobody", "a long night shift"), ("owner", "short"), ("", "short")]
        {
            assert_eq!(set_up(link, name, password).await, (404, true, false), "{link}, {name}");
            tried += 1;
        }
    }
    // One whose maker may not offer access any more is none.
    let link = "0123456789abcdef0123456789abcdef";
    let hash = house.app.keys.hash("set-up link", link.as_bytes());
    let now = house.app.clock.now();
    let by = |who: &str| SetupLink {
        role: howdah::access::Role::Moderator,
        name: None,
        offered_by: Some(OperatorId(who.into())),
        person: OperatorId("01NORA".into()),
    };
    let store = &house.store.store;
    setup_links::insert(store, &hash, &by("01auditor"), now, now.plus(HOUR)).await.unwrap();
    assert_eq!(set_up(link, "owner", "a long night shift").await, (404, true, false));
    crate::support::sql(store, "delete from setup_links").await.unwrap();
    setup_links::insert(store, &hash, &by("01owner"), now, now.plus(HOUR)).await.unwrap();
    // Guessing comes to an end, for the page as for the form; a link that is there works all the same.
    for _ in tried..40 {
        post(
            &house.router,
            HOME,
            &[],
            "/api/sign-in/set-up",
            &[("link", "00"), ("name", "x"), ("password", "x"), ("repeat", "x")],
        )
        .await;
    }
    let came = post(
        &house.router,
        HOME,
        &[],
        "/api/sign-in/set-up",
        &[("link", "00"), ("name", "x"), ("password", "x"), ("repeat", "x")],
    )
    .await;
    let (status, text) = said(&house, None, &came).await;
    assert!(status == 429 && text.contains("Too many invalid set-up links"), "{status}: {text}");
    let form =
        [("link", link), ("name", "owner"), ("password", "a long night shift"), ("repeat", "a long night shift")];
    let taken = post(&house.router, HOME, &[], "/api/sign-in/set-up", &form).await;
    let (_, text) = said(&house, None, &taken).await;
    assert!(text.contains("The name owner is already taken"), "with a link it is said: {text}");
    let form = [("link", link), ("name", "Nora"), ("password", "a long night shift"), ("repeat", "a long night shift")];
    assert_eq!(post(&house.router, HOME, &[], "/api/sign-in/set-up", &form).await.to, "/sign-in?before=set-up");
}

#[tokio::test]
async fn passwords_that_are_guessed_first_are_refused_where_they_are_set() {
    let house = house(sqlite().await).await;
    let link = "0123456789abcdef0123456789abcdef";
    let hash = house.app.keys.hash("set-up link", link.as_bytes());
    let offer = SetupLink {
        role: howdah::access::Role::Owner,
        name: Some("Nora Berg".into()),
        offered_by: Some(OperatorId("01owner".into())),
        person: OperatorId("01NORA".into()),
    };
    let now = house.app.clock.now();
    setup_links::insert(&house.store.store, &hash, &offer, now, now.plus(HOUR)).await.unwrap();
    let set_up = async |password: &str| {
        let form = [("link", link), ("name", "Nora Berg"), ("password", password), ("repeat", password)];
        post(&house.router, HOME, &[], "/api/sign-in/set-up", &form).await
    };
    for (password, why) in [
        ("password1234", "easy to guess"),
        ("qwertyuiop123", "easy to guess"),
        ("nora berg 2026 !", "“Nora Berg”"),
        ("we are Howdah people", "“Howdah”"),
        ("harbour lights at night", "“harbour”"),
    ] {
        let page = house.get(None, &set_up(password).await.to).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(page.body.contains(why) && !page.body.contains(password), "{password}: {}", page.body);
    }
    assert_eq!(set_up("a long night shift").await.to, "/sign-in?before=set-up");
}

/// What the newest entries of a kind say, with who.
async fn entries(house: &House, kind: &str) -> Vec<(Option<String>, serde_json::Value)> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 50, ..Default::default() };
    let list = house.app.ledger.list(&filter).await.unwrap();
    list.into_iter().map(|entry| (entry.operator, entry.leaf["facts"].clone())).collect()
}

#[tokio::test]
async fn the_record_says_which_factor_let_somebody_in_and_that_codes_were_wrong() {
    let (house, clock) = guarded().await;
    let (secret, codes, _) = enrolled(&house, &clock, "owner").await;
    let by = async || entries(&house, "signed_in").await[0].1["by"].clone();
    assert_eq!(by().await, "totp", "whoever has just set a factor up has proved it");
    let half = async || password(&house.router, HOME, &[], "owner", PASSWORD).await.session();
    let enter =
        async |half: &str, code: &str| post(&house.router, HOME, &[half], "/api/sign-in/code", &[("code", code)]).await;
    let waiting = half().await;
    for _ in 0..3 {
        assert!(enter(&waiting, "000000").await.refused());
    }
    let wrong = entries(&house, "code_failed").await;
    assert_eq!(wrong.len(), 1, "one in ten minutes");
    assert_eq!(wrong[0].0.as_deref(), Some("01owner"));
    assert!(wrong[0].1["address"].is_string());
    assert_eq!(enter(&waiting, &code(&secret, &clock)).await.to, "/");
    assert_eq!(by().await, "totp");
    clock.advance(10 * MINUTE);
    assert!(enter(&half().await, "000000").await.refused());
    assert_eq!(entries(&house, "code_failed").await.len(), 2);

    // A recovery code is said to that person on the next page, and to owners among the people.
    let came = enter(&half().await, &codes[0]).await;
    assert_eq!(by().await, "recovery_code");
    let full = came.session();
    let text = |body: String| body.replace("<!>", "");
    let to = house.get(Some(&full), &came.to).await.location.unwrap();
    assert_eq!(to, "/i/harbour?by=recovery-code");
    let page = text(house.get(Some(&full), &to).await.body);
    assert!(page.contains("You signed in with a recovery code") && page.contains("9 are left"), "{page}");
    assert!(!page.contains("by=recovery-code"), "the note does not travel on");
    let people = text(house.get(Some(&full), "/people").await.body);
    assert!(people.contains("recovery code used") && people.contains("9 left"), "{people}");
    let record = text(house.get(Some(&full), "/audit").await.body);
    for words in ["signed in with password and a recovery code", "gave a wrong code"] {
        assert!(record.contains(words), "{words}");
    }
    let (_, _, other) = enrolled(&house, &clock, "auditor").await;
    assert!(!house.get(Some(&other), "/audit?by=recovery-code").await.body.contains("recovery code, which"));
}

#[tokio::test]
async fn the_record_says_where_the_password_alone_let_somebody_in() {
    let house = house(sqlite().await).await;
    let auditor = house.sign_in("auditor").await;
    assert_eq!(entries(&house, "signed_in").await[0].1["by"], "password");
    assert!(house.get(Some(&auditor), "/audit").await.body.contains("signed in with the password alone"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_exports_and_links_gets_as_many_as_there_are() {
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let exports = join_all((0..40).map(|_| house.get(Some(&owner), "/audit/export.jsonl?kind=start_grant"))).await;
    assert_eq!(exports.iter().filter(|answer| answer.status == StatusCode::OK).count(), 30);
    assert_eq!(exports.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count(), 10);
    let sheet = house.get(Some(&owner), "/grants/01contractor/timesheet.csv").await;
    assert_eq!(sheet.status, StatusCode::TOO_MANY_REQUESTS, "another file is one more");
    let auditor = house.sign_in("auditor").await;
    assert_eq!(
        house.get(Some(&auditor), "/audit/export.csv?kind=start_grant").await.status,
        StatusCode::OK,
        "theirs are theirs"
    );
    let offer = async |n: usize| {
        let name = format!("Nora {n}");
        let form = [("name", name.as_str()), ("role", "auditor"), ("back", "/people")];
        house.post(Some(&owner), "/api/people/offer", &form).await.location.unwrap()
    };
    let made = join_all((0..40).map(offer)).await;
    assert_eq!(made.iter().filter(|to| to.contains("shown=")).count(), 30);
}

/// Somebody’s row as it was before they set up their factor, put back at the database’s prompt, lets nobody set up another one.
#[tokio::test]
async fn a_row_of_before_the_second_factor_is_an_older_copy() {
    let (house, clock) = guarded().await;
    let store = &house.store.store;
    house.app.ledger.seal_rows_once().await.unwrap();
    let sql = async |text: &str| crate::support::sql(store, text).await.unwrap();
    sql("create table former as select * from operators where id = '01owner'").await;
    let (.., full) = enrolled(&house, &clock, "owner").await;
    assert!(is_in(&house, &full).await);
    assert_eq!(house.outcome("set_factor").await, Some(howdah::ledger::Outcome::Succeeded));
    sql("create table newest as select * from operators where id = '01owner'").await;
    let put = async |from: &str| {
        const COLUMNS: &str = "totp_secret, totp_last_step, generation, codes, entry, subject, mac";
        sql(&format!("update operators set ({COLUMNS}) = (select {COLUMNS} from {from}) where id = '01owner'")).await;
    };
    put("former").await;
    assert!(!is_in(&house, &full).await);
    let half = password(&house.router, HOME, &[], "owner", PASSWORD).await;
    assert!(half.refused(), "{half:?}");
    let report = house.app.ledger.verify(&[]).await.unwrap().lines();
    assert!(report.iter().any(|line| line.contains("the person owner is an older copy")), "{report:?}");
    put("newest").await;
    assert!(is_in(&house, &full).await);
}

/// What a browser is left with after signing out: nothing that says who was here, or where.
#[tokio::test]
async fn every_cookie_goes_with_the_sign_out_but_for_two_that_say_nothing_of_anybody() {
    let house = house(sqlite().await).await;
    let mut set: BTreeMap<String, String> = BTreeMap::new();
    let mut keep = |cookies: &[String]| {
        for whole in cookies {
            let (name, rest) = whole.split_once('=').unwrap();
            set.insert(name.to_owned(), rest.to_owned());
        }
    };
    let form = [("name", "owner"), ("password", PASSWORD)];
    let answer = house.post(None, "/api/sign-in/password", &form).await;
    keep(&answer.cookies);
    let cookie = answer.cookie.unwrap();
    keep(&house.get(Some(&cookie), "/i/harbour").await.cookies);
    keep(&house.post(Some(&cookie), "/api/theme/set", &[("theme", "dark"), ("back", "/")]).await.cookies);
    keep(&house.get(Some(&cookie), "/audit").await.cookies);
    keep(&house.post(Some(&cookie), "/api/session/end", &[]).await.cookies);
    let is_over = |rest: &str| rest.starts_with(';') && rest.contains("Max-Age=0");
    let left: Vec<&String> = set.iter().filter(|(_, rest)| !is_over(rest)).map(|(name, _)| name).collect();
    assert_eq!(set.len(), 4, "{set:?}");
    // The colours chosen on this machine; and that a browser has signed in before under a name, so that strangers keep
    // nobody out.
    assert!(left.len() == 2 && left[0].starts_with("howdah-known-") && left[1] == "theme", "{set:?}");
    for (name, rest) in &set {
        assert!(rest.contains("Path=/") && (is_over(rest) || rest.contains("SameSite=Lax")), "{name}: {rest}");
    }
}

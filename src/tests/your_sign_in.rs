//! One's own sign-in: changed by oneself, reset by an owner or at the server, and what ends with it.

use crate::{
    doors::{between, code, enrolled, guarded, with_code},
    support::{House, PASSWORD, house, person, postgres, session, sqlite},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use howdah::{
    access::{self, Permission, Role},
    clock::DAY,
    deeds::{ChangePassword, ChosenBy, EndSessions},
    id::OperatorId,
    ledger::{Acting, Mark, Outcome},
    operators::service::resets,
    store::{Driver, operators, recovery_codes, web_sessions},
};
use std::collections::BTreeSet;

const PAGE: &str = "/your-sign-in";
const NEW: &str = "a long night shift";

/// Whether a session goes on.
async fn alive(house: &House, cookie: &str) -> bool {
    house.get(Some(cookie), PAGE).await.status == StatusCode::OK
}

/// A page as it reads.
async fn read(house: &House, cookie: &str, path: &str) -> String {
    house.get(Some(cookie), path).await.body.replace("<!>", "")
}

async fn signs_in(house: &House, name: &str, password: &str) -> bool {
    let answer = house.post(None, "/api/sign-in/password", &[("name", name), ("password", password)]).await;
    !answer.location.unwrap_or_default().contains("draft=")
}

/// Posts a form of the page; where it leads.
async fn send(house: &House, cookie: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let form = [fields, &[("back", PAGE)]].concat();
    house.post(Some(cookie), &format!("/api/your-sign-in/{action}"), &form).await.location.expect("it leads somewhere")
}

/// The page a form came back to: its status and text.
async fn came_back(house: &House, cookie: &str, to: &str) -> (StatusCode, String) {
    assert!(to.contains("draft="), "{to}");
    let page = house.get(Some(cookie), to).await;
    (page.status, page.body.replace("<!>", ""))
}

/// Every text in the store, to look for what must not be there.
async fn everything_stored(house: &House) -> String {
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let tables: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'table' and name <> '_sqlx_migrations'")
            .fetch_all(pool)
            .await
            .unwrap();
    let mut all = String::new();
    for table in tables {
        let columns: Vec<String> =
            sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table).fetch_all(pool).await.unwrap();
        let row = columns
            .iter()
            .map(|column| format!("coalesce(cast(\"{column}\" as text), '')"))
            .collect::<Vec<_>>()
            .join(" || ' ' || ");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select {row} from \"{table}\"")))
            .fetch_all(pool)
            .await
            .unwrap();
        all.push_str(&rows.join("\n"));
    }
    all
}

#[tokio::test]
async fn everybody_finds_their_own_sign_in_from_every_page() {
    let house = house(sqlite().await).await;
    person(&house.app, "hired", Role::Contractor).await;
    for name in Role::ALL.into_iter().map(Role::name).chain(["hired"]) {
        let cookie = house.sign_in(name).await;
        let audit = house.get(Some(&cookie), "/audit").await;
        assert!(audit.body.contains("href=\"/your-sign-in\""), "{name}: {}", audit.body);
        let page = house.get(Some(&cookie), PAGE).await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
        for part in ["Change password", "Set up an authenticator", "Recovery codes", "Sessions", "this one"] {
            assert!(page.body.contains(part), "{name} has no {part}");
        }
    }
}

async fn a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(house: House) {
    let cookie = house.sign_in("moderator").await;
    let other = house.sign_in("moderator").await;
    let colleague = house.sign_in("admin").await;
    for (fields, beside, said) in [
        ([("present", "not this one"), ("password", NEW), ("repeat", NEW)], "present", "Wrong password"),
        ([("present", PASSWORD), ("password", "short"), ("repeat", "short")], "password", "at least 12"),
        ([("present", PASSWORD), ("password", NEW), ("repeat", "another")], "repeat", "don’t match"),
        ([("present", PASSWORD), ("password", PASSWORD), ("repeat", PASSWORD)], "password", "your current password"),
    ] {
        let back = send(&house, &cookie, "password", &fields).await;
        let (status, page) = came_back(&house, &cookie, &back).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let form = between(&page, "action=\"/api/your-sign-in/password\"", "</form>");
        let field = form.split(&format!("name=\"{beside}\"")).nth(1).unwrap();
        let alert = between(field, "role=\"alert\"", "</span>").split_once('>').unwrap().1;
        assert!(alert.contains(said), "beside {beside}: {alert}");
        assert!(!page.contains(NEW) && !page.contains(PASSWORD), "no password is given back");
    }
    assert!(signs_in(&house, "moderator", PASSWORD).await, "nothing has changed");
    assert!(alive(&house, &other).await);
    let done = send(&house, &cookie, "password", &[("present", PASSWORD), ("password", NEW), ("repeat", NEW)]).await;
    assert!(done.starts_with("/your-sign-in?done="), "{done}");
    let page = read(&house, &cookie, &done).await;
    assert!(page.contains("Changed the password of moderator. Done and verified."), "{}", page);
    assert!(!alive(&house, &other).await, "the other session has ended");
    assert!(alive(&house, &cookie).await, "this one goes on");
    assert!(alive(&house, &colleague).await, "by another account goes on");
    assert!(!signs_in(&house, "moderator", PASSWORD).await);
    assert!(signs_in(&house, "moderator", NEW).await);
    assert_eq!(house.outcome("change_password").await, Some(Outcome::Succeeded));
    let filter = howdah::ledger::Filter { kind: Some("change_password".to_owned()), limit: 9, ..Default::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    assert_eq!(entries.len(), 1, "what was refused is no deed");
    assert_eq!(entries[0].outcome_facts["sessions"], 1, "{}", entries[0].outcome_facts);
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn a_password_is_changed_on_sqlite() {
    a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(house(sqlite().await).await).await;
}

#[tokio::test]
async fn a_password_is_changed_on_postgres() {
    a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(house(postgres().await).await).await;
}

/// What is typed here is nowhere in the store, not even where the form came back.
#[tokio::test]
async fn no_password_or_code_is_kept_with_a_form_that_came_back() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let typed =
        [("present", "typed by mistake 1"), ("password", "typed by mistake 2"), ("repeat", "typed by mistake 3")];
    let back = send(&house, &cookie, "password", &typed).await;
    let (_, page) = came_back(&house, &cookie, &back).await;
    assert!(!page.contains("typed by mistake"), "{page}");
    // Drafts are sealed: what one holds is read as its owner reads it.
    let id = back.split("draft=").nth(1).unwrap();
    let me = OperatorId("01moderator".into());
    let app = &house.app;
    let draft = howdah::store::drafts::read(&app.store, &app.keys, id, Some(&me), app.clock.now()).await.unwrap();
    assert!(!draft.unwrap().text.contains("mistake"));
    assert!(!everything_stored(&house).await.contains("typed by mistake"));
}

/// Tries at the old password on a session left open are limited as those at the door are, also many at once.
#[tokio::test]
async fn wrong_tries_slow_down_and_are_in_the_record() {
    let (house, clock) = guarded().await;
    let (cookie, secret) = enrolled(&house, &clock, "moderator").await;
    let other = with_code(&house, &clock, "moderator", &secret).await;
    let tries = |present: &'static str| [("present", present), ("password", NEW), ("repeat", NEW)];
    let guesses = (0..20).map(|_| {
        let form = [&tries("a wrong guess")[..], &[("back", PAGE)]].concat();
        let (house, cookie) = (&house, &cookie);
        async move { house.post(Some(cookie), "/api/your-sign-in/password", &form).await }
    });
    let mut checked = 0;
    for answer in futures::future::join_all(guesses).await {
        let Some(back) = answer.location else { continue };
        let (status, _) = came_back(&house, &cookie, &back).await;
        checked += i32::from(status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(checked <= 5, "{checked} of 20 guesses at once were checked");
    let back = send(&house, &cookie, "password", &tries(PASSWORD)).await;
    assert_eq!(came_back(&house, &cookie, &back).await.0, StatusCode::TOO_MANY_REQUESTS, "the right one waits too");
    // Whoever has the one session keeps nobody out of another.
    let done = send(&house, &other, "password", &tries(PASSWORD)).await;
    assert!(done.contains("done="), "{done}");
    let filter = howdah::ledger::Filter { kind: Some("sign_in_failed".to_owned()), limit: 9, ..Default::default() };
    assert!(!house.app.ledger.list(&filter).await.unwrap().is_empty(), "the record knows of it");
}

#[tokio::test]
async fn an_authenticator_is_set_up_replaced_and_its_codes_are_shown_once() {
    let (house, clock) = guarded().await;
    let (cookie, secret) = enrolled(&house, &clock, "moderator").await;
    let other = with_code(&house, &clock, "moderator", &secret).await;
    // A sign-in that was half through before must not come in afterwards.
    let half = house.post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", PASSWORD)]).await;
    let half = half.cookie.unwrap();
    clock.advance(31_000);
    let present = code(&secret, &clock);
    for (fields, said) in [
        ([("present", "wrong"), ("code", present.as_str())], "Wrong password"),
        ([("present", PASSWORD), ("code", "000000")], "Wrong code"),
    ] {
        let back = send(&house, &cookie, "begin-factor", &fields).await;
        let (status, page) = came_back(&house, &cookie, &back).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(said), "{page}");
    }
    let begun = send(&house, &cookie, "begin-factor", &[("present", PASSWORD), ("code", &present)]).await;
    assert!(begun.starts_with("/your-sign-in?setting="), "{begun}");
    let page = read(&house, &cookie, &begun).await;
    assert!(page.contains("<svg") && page.contains("href=\"otpauth://totp/Howdah:moderator?secret="), "{page}");
    let key = between(&page, "<code>", "<").to_owned();
    assert!(key.split(' ').all(|four| four.len() == 4), "{key}");
    let new = key.replace(' ', "");
    assert_ne!(new, secret);
    let id = begun.split("setting=").nth(1).unwrap();
    // What is begun in one session is confirmed in no other.
    let elsewhere = send(&house, &other, "set-factor", &[("setting", id), ("code", &code(&new, &clock))]).await;
    assert_eq!(came_back(&house, &other, &elsewhere).await.0, StatusCode::CONFLICT);
    let form = [("setting", id), ("code", "000000"), ("back", begun.as_str())];
    let back = house.post(Some(&cookie), "/api/your-sign-in/set-factor", &form).await.location.unwrap();
    let (status, page) = came_back(&house, &cookie, &back).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(&key), "the same key is still there to scan: {page}");
    let done = send(&house, &cookie, "set-factor", &[("setting", id), ("code", &code(&new, &clock))]).await;
    assert!(done.contains("done=") && done.contains("shown="), "{done}");
    let page = read(&house, &cookie, &done).await;
    assert!(page.contains("Replaced the authenticator of moderator. Done and verified."), "{page}");
    let listed: Vec<String> = codes_on(&page).lines().map(str::to_owned).collect();
    assert_eq!(listed.len(), 10);
    assert!(listed.iter().all(|code| code.split('-').map(str::len).collect::<Vec<_>>() == [4, 4, 4, 4]), "{listed:?}");
    assert!(page.contains("download=\"howdah-recovery-codes.txt\"") && page.contains("href=\"data:text/plain"));
    assert!(page.contains("10 left"), "{page}");
    let again = read(&house, &cookie, &done).await;
    assert!(!again.contains(&listed[0]) && again.contains("already been shown"), "{again}");
    for (session, goes_on) in [(&cookie, true), (&other, false)] {
        assert_eq!(alive(&house, session).await, goes_on);
    }
    clock.advance(31_000);
    let late = house.post(Some(&half), "/api/sign-in/code", &[("code", &code(&new, &clock))]).await;
    assert_ne!(late.location.as_deref(), Some("/"), "the half session is over");
    let used = send(&house, &cookie, "set-factor", &[("setting", id), ("code", &code(&new, &clock))]).await;
    assert_eq!(came_back(&house, &cookie, &used).await.0, StatusCode::CONFLICT, "set up once");
    with_code(&house, &clock, "moderator", &new).await;
    clock.advance(31_000);
    let half = house.post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", PASSWORD)]).await;
    let old = house.post(half.cookie.as_deref(), "/api/sign-in/code", &[("code", &code(&secret, &clock))]).await;
    assert_ne!(old.location.as_deref(), Some("/"), "the former authenticator holds no more");
    let recovery = house.post(half.cookie.as_deref(), "/api/sign-in/code", &[("code", &listed[0])]).await;
    assert_eq!(recovery.location.as_deref(), Some("/?by=recovery-code"), "a recovery code with its hyphens");
    assert_eq!(house.outcome("set_factor").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn an_auditor_needs_a_factor_and_can_have_one() {
    let (house, clock) = guarded().await;
    let (cookie, _) = enrolled(&house, &clock, "auditor").await;
    assert_eq!(house.get(Some(&cookie), "/audit").await.status, StatusCode::OK);
    let page = read(&house, &cookie, PAGE).await;
    assert!(page.contains("Replace the authenticator") && page.contains("10 left"), "{page}");
    // Where it is optional it can be set up all the same, and is asked for from then on.
    let house = crate::support::house(sqlite().await).await;
    let cookie = house.sign_in("auditor").await;
    let begun = send(&house, &cookie, "begin-factor", &[("present", PASSWORD)]).await;
    let page = read(&house, &cookie, &begun).await;
    let secret = between(&page, "<code>", "<").replace(' ', "");
    let id = begun.split("setting=").nth(1).unwrap();
    let fields = [("setting", id), ("code", &code(&secret, &house.app.clock))];
    assert!(send(&house, &cookie, "set-factor", &fields).await.contains("done="));
    let next = house.post(None, "/api/sign-in/password", &[("name", "auditor"), ("password", PASSWORD)]).await;
    assert!(next.location.unwrap().starts_with("/sign-in/code"));
}

async fn new_recovery_codes_take_the_place_of_the_former(house: House) {
    let cookie = house.sign_in("admin").await;
    let none = send(&house, &cookie, "recovery-codes", &[("present", PASSWORD), ("code", "1")]).await;
    assert_eq!(
        came_back(&house, &cookie, &none).await.0,
        StatusCode::CONFLICT,
        "without an authenticator there are none"
    );
    let begun = send(&house, &cookie, "begin-factor", &[("present", PASSWORD)]).await;
    let page = read(&house, &cookie, &begun).await;
    let secret = between(&page, "<code>", "<").replace(' ', "");
    let id = begun.split("setting=").nth(1).unwrap();
    let set = send(&house, &cookie, "set-factor", &[("setting", id), ("code", &code(&secret, &house.app.clock))]).await;
    let listed = |page: &str| -> Vec<String> { codes_on(page).lines().map(str::to_owned).collect() };
    let first = listed(&read(&house, &cookie, &set).await);
    // A recovery code stands in for the phone here too, and is used up.
    let made = send(&house, &cookie, "recovery-codes", &[("present", PASSWORD), ("code", &first[0])]).await;
    let page = read(&house, &cookie, &made).await;
    let second = listed(&page);
    let all: BTreeSet<&String> = first.iter().chain(&second).collect();
    assert_eq!((second.len(), all.len()), (10, 20));
    assert!(page.contains("10 left"), "{page}");
    let old = send(&house, &cookie, "recovery-codes", &[("present", PASSWORD), ("code", &first[1])]).await;
    let (status, page) = came_back(&house, &cookie, &old).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the former ones hold no more");
    assert!(page.contains("10 left") && !page.contains(&first[1]), "{page}");
    assert_eq!(house.outcome("new_recovery_codes").await, Some(Outcome::Succeeded));
    assert_eq!(recovery_codes::left(&house.app.store, &OperatorId("01admin".into())).await.unwrap().unused, 10);
}

#[tokio::test]
async fn new_recovery_codes_on_sqlite() {
    new_recovery_codes_take_the_place_of_the_former(house(sqlite().await).await).await;
}

#[tokio::test]
async fn new_recovery_codes_on_postgres() {
    new_recovery_codes_take_the_place_of_the_former(house(postgres().await).await).await;
}

#[tokio::test]
async fn sessions_are_listed_with_address_and_browser_and_ended() {
    let house = house(sqlite().await).await;
    let form = format!("name=moderator&password={}", PASSWORD.replace(' ', "+"));
    let phone = Request::post("/api/sign-in/password")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::USER_AGENT, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1")
        .body(Body::from(form))
        .unwrap();
    let phone = house.ask(phone).await.cookie.unwrap();
    let desk = house.sign_in("moderator").await;
    let third = house.sign_in("moderator").await;
    let colleague = house.sign_in("admin").await;
    let page = read(&house, &desk, PAGE).await;
    assert!(page.contains("Safari on iPhone") && page.contains("127.0.0.1") && page.contains("3 sessions"), "{page}");
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let kept: Vec<String> = sqlx::query_scalar(
        "select data || ' ' || coalesce(address, '') || ' ' || coalesce(browser, '') from web_sessions",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let kept = kept.join("\n");
    assert!(kept.contains("Safari on iPhone") && !kept.contains("Mozilla"), "the browser in our words: {kept}");
    assert!(!kept.contains("127.0.0.1"), "the address is sealed: {kept}");
    let now = house.app.clock.now();
    let open = web_sessions::list(&house.app.store, now.plus(-DAY), now).await.unwrap();
    assert!(open.iter().any(|open| open.short == session(&phone)));
    // Somebody else’s is not there to end, and neither is the one that asks.
    for (session, status) in
        [(session(&colleague), StatusCode::CONFLICT), (session(&desk), StatusCode::UNPROCESSABLE_ENTITY)]
    {
        let back = send(&house, &desk, "end-sessions", &[("session", &session)]).await;
        assert_eq!(came_back(&house, &desk, &back).await.0, status);
    }
    assert!(alive(&house, &colleague).await);
    assert!(send(&house, &desk, "end-sessions", &[("session", &session(&phone))]).await.contains("done="));
    assert_eq!((alive(&house, &phone).await, alive(&house, &third).await), (false, true));
    let done = send(&house, &desk, "end-sessions", &[("session", "")]).await;
    let page = read(&house, &desk, &done).await;
    assert!(page.contains("Ended the other sessions of moderator") && page.contains("1 session"), "{page}");
    assert_eq!((alive(&house, &third).await, alive(&house, &desk).await), (false, true));
    assert!(alive(&house, &colleague).await);
}

/// The recovery codes on a page, as they are to be copied.
fn codes_on(page: &str) -> &str {
    between(page, "<pre", "</pre>").split_once('>').unwrap().1
}

/// The link of a page on which it is shown.
fn link_on(page: &str) -> String {
    between(page, "/sign-in/new-password?link=", "<").to_owned()
}

async fn choose(house: &House, link: &str, password: &str) -> String {
    let form = [("link", link), ("password", password), ("repeat", password)];
    house.post(None, "/api/sign-in/new-password", &form).await.location.unwrap_or_default()
}

async fn reset(house: &House, owner: &str, fields: &[(&str, &str)]) -> String {
    let form = [fields, &[("back", "/people/reset?who=01moderator")]].concat();
    house.post(Some(owner), "/api/people/reset", &form).await.location.unwrap()
}

async fn an_owner_resets_a_colleague_by_a_link_that_works_once(house: House) {
    let owner = house.sign_in("owner").await;
    let theirs = house.sign_in("moderator").await;
    let people = read(&house, &owner, "/people/change?who=01moderator").await;
    assert!(people.contains("/people/reset?who=01moderator"), "{people}");
    let oneself = read(&house, &owner, "/people/change?who=01owner").await;
    assert!(!oneself.contains("/people/reset?who=01owner"), "never oneself");
    let page = read(&house, &owner, "/people/reset?who=01moderator").await;
    assert!(page.contains("Reset the sign-in of moderator") && !page.contains("name=\"factor\""), "{page}");
    let back = reset(&house, &owner, &[("operator", "01moderator"), ("why", " ")]).await;
    let (status, page) = came_back(&house, &owner, &back).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
    assert!(page.contains("Enter a reason"), "{page}");
    let own = reset(&house, &owner, &[("operator", "01owner"), ("why", "forgot it")]).await;
    assert_eq!(came_back(&house, &owner, &own).await.0, StatusCode::UNPROCESSABLE_ENTITY, "never oneself");
    assert!(alive(&house, &theirs).await);

    let made = reset(&house, &owner, &[("operator", "01moderator"), ("why", "lost it")]).await;
    let page = read(&house, &owner, &made).await;
    let first = link_on(&page);
    // Whose it is and what was reset stand beside it.
    let shown = crate::seen::text(&page);
    assert!(shown.contains("Reset the password of moderator. Done and verified."), "{shown}");
    assert!(shown.contains("One-time link for moderator"), "{shown}");
    // Nobody is told to have never been there whose session was just ended.
    assert!(shown.contains("moderatoreverywherenot yetunder 1 min ago · not signed in"), "{shown}");
    assert!(!alive(&house, &theirs).await, "their sessions end at once");
    assert!(!signs_in(&house, "moderator", PASSWORD).await, "the former password holds no more");
    assert!(alive(&house, &owner).await);
    let made = reset(&house, &owner, &[("operator", "01moderator"), ("why", "once more")]).await;
    let link = link_on(&read(&house, &owner, &made).await);
    assert!(choose(&house, &first, NEW).await.contains("draft="), "another link takes the place of the previous one");
    let page = house.get(None, &format!("/sign-in/new-password?link={link}")).await.body;
    assert!(page.contains("A new password for") && page.contains("moderator"), "{page}");
    let short = choose(&house, &link, "short").await;
    let page = house.get(None, &short).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("at least 12") && page.body.contains(&link), "{}", page.body);
    assert_eq!(choose(&house, &link, NEW).await, "/sign-in?before=new-password");
    let page = house.get(None, "/sign-in?before=new-password").await.body;
    assert!(page.contains("Your new password is saved: sign in with it."), "{page}");
    // Whose session was ended is told so.
    let over = house.get(Some(&theirs), "/i/harbour").await.location.unwrap();
    assert_eq!(over, "/sign-in?back=%2Fi%2Fharbour&before=session-over");
    assert!(house.get(None, &over).await.body.contains("Your session is over: sign in again."));
    assert!(choose(&house, &link, "and yet another one").await.contains("draft="), "it works once");
    assert!(signs_in(&house, "moderator", NEW).await);
    assert_eq!(house.outcome("reset_sign_in").await, Some(Outcome::Succeeded));
    assert_eq!(house.outcome("change_password").await, Some(Outcome::Succeeded));
    let audit = read(&house, &owner, "/audit").await;
    assert!(audit.contains("reset the password of moderator") && audit.contains("once more"), "{audit}");
    assert!(!audit.contains(&link), "no link in the record");
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn an_owner_resets_a_colleague_on_sqlite() {
    an_owner_resets_a_colleague_by_a_link_that_works_once(house(sqlite().await).await).await;
}

#[tokio::test]
async fn an_owner_resets_a_colleague_on_postgres() {
    an_owner_resets_a_colleague_by_a_link_that_works_once(house(postgres().await).await).await;
}

#[tokio::test]
async fn the_factor_is_reset_only_where_it_is_named_and_a_link_ends_by_itself() {
    let (house, clock) = guarded().await;
    let (owner, _) = enrolled(&house, &clock, "owner").await;
    let (_, secret) = enrolled(&house, &clock, "moderator").await;
    let page = read(&house, &owner, "/people/reset?who=01moderator").await;
    assert!(page.contains("name=\"factor\""), "{page}");
    let link = async |fields: &[(&str, &str)]| {
        let made =
            reset(&house, &owner, &[&[("operator", "01moderator"), ("why", "a phone in a lake")], fields].concat())
                .await;
        link_on(&read(&house, &owner, &made).await)
    };
    let only_password = link(&[]).await;
    assert_eq!(choose(&house, &only_password, PASSWORD).await, "/sign-in?before=new-password");
    with_code(&house, &clock, "moderator", &secret).await;
    let late = link(&[]).await;
    clock.advance(3 * DAY);
    assert!(choose(&house, &late, PASSWORD).await.contains("draft="), "three days are over");
    let link = resets::recover_at_server(&house.app, "moderator", true).await.unwrap();
    let link = link.split("link=").nth(1).unwrap();
    assert_eq!(choose(&house, link, PASSWORD).await, "/sign-in?before=new-password");
    let next = house.post(None, "/api/sign-in/password", &[("name", "moderator"), ("password", PASSWORD)]).await;
    assert!(next.location.unwrap().starts_with("/sign-in/enrol"), "the next sign-in enrols anew");
    assert_eq!(recovery_codes::left(&house.app.store, &OperatorId("01moderator".into())).await.unwrap().unused, 0);
    let (_, again) = enrolled(&house, &clock, "moderator").await;
    assert_ne!(again, secret);
}

#[tokio::test]
async fn a_link_ends_with_the_access_of_whoever_made_it_and_of_whom_it_is_for() {
    let house = house(sqlite().await).await;
    person(&house.app, "second", Role::Owner).await;
    let owner = house.sign_in("owner").await;
    let second = house.sign_in("second").await;
    let made = reset(&house, &second, &[("operator", "01moderator"), ("why", "a test")]).await;
    let link = link_on(&read(&house, &second, &made).await);
    let role = [("operator", "01second"), ("role", "auditor"), ("seen", "owner"), ("back", "/people")];
    assert!(house.post(Some(&owner), "/api/people/role", &role).await.location.unwrap().starts_with("/people?done="));
    assert!(choose(&house, &link, NEW).await.contains("draft="), "an auditor answers for no link");
    let made = reset(&house, &owner, &[("operator", "01moderator"), ("why", "a test")]).await;
    let link = link_on(&read(&house, &owner, &made).await);
    for disabled in ["yes", "no"] {
        let form = [("operator", "01moderator"), ("disabled", disabled), ("back", "/people")];
        house.post(Some(&owner), "/api/people/disable", &form).await;
    }
    assert!(choose(&house, &link, NEW).await.contains("draft="), "access given back begins without it");
    // Links that were invented say nothing, and are slowed down.
    let mut statuses = BTreeSet::new();
    for number in 10..40 {
        statuses.insert(house.get(None, &format!("/sign-in/new-password?link=0{number}")).await.status);
    }
    assert_eq!(statuses, BTreeSet::from([StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS]));
}

/// Whoever holds the store moves no link to somebody else, and puts no used one back.
#[tokio::test]
async fn a_link_moved_or_put_back_in_the_store_opens_nothing() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let made = reset(&house, &owner, &[("operator", "01moderator"), ("why", "a test")]).await;
    let link = link_on(&read(&house, &owner, &made).await);
    sqlx::query("create table aside as select * from reset_links").execute(pool).await.unwrap();
    sqlx::query("update reset_links set operator = '01admin'").execute(pool).await.unwrap();
    assert!(choose(&house, &link, NEW).await.contains("draft="), "it is the moderator’s");
    sqlx::query("update reset_links set operator = '01moderator'").execute(pool).await.unwrap();
    assert_eq!(choose(&house, &link, NEW).await, "/sign-in?before=new-password");
    sqlx::query("insert into reset_links select * from aside").execute(pool).await.unwrap();
    assert!(choose(&house, &link, "another long night").await.contains("draft="), "it was used");
    assert!(signs_in(&house, "moderator", NEW).await && signs_in(&house, "admin", PASSWORD).await);
}

#[tokio::test]
async fn at_the_server_a_sign_in_is_recovered_and_sessions_end() {
    let (house, clock) = guarded().await;
    let (cookie, secret) = enrolled(&house, &clock, "owner").await;
    let app = &house.app;
    assert!(resets::end_sessions_at_server(app, "nobody at all").await.is_err());
    resets::end_sessions_at_server(app, "owner").await.unwrap();
    assert!(!alive(&house, &cookie).await);
    let cookie = with_code(&house, &clock, "owner", &secret).await;
    let link = resets::recover_at_server(app, "Owner", false).await.unwrap();
    assert!(link.starts_with("http://127.0.0.1:3000/sign-in/new-password?link="), "{link}");
    assert!(!alive(&house, &cookie).await);
    assert_eq!(choose(&house, link.split("link=").nth(1).unwrap(), PASSWORD).await, "/sign-in?before=new-password");
    let cookie = with_code(&house, &clock, "owner", &secret).await;
    assert!(resets::reset_factor_at_server(app, "owner").await.unwrap());
    assert!(!resets::reset_factor_at_server(app, "owner").await.unwrap(), "there is none any more");
    assert!(!alive(&house, &cookie).await);
    let person = operators::by_name(&app.store, "owner").await.unwrap().unwrap();
    assert!(person.totp_secret.is_none() && person.password_hash.is_some());
    let next = house.post(None, "/api/sign-in/password", &[("name", "owner"), ("password", PASSWORD)]).await;
    assert!(next.location.unwrap().starts_with("/sign-in/enrol"));
    for kind in ["end_sessions", "reset_sign_in"] {
        assert_eq!(house.outcome(kind).await, Some(Outcome::Succeeded), "{kind}");
    }
}

/// The permit for one's own sign-in opens no deed about anybody else, whoever asks.
#[tokio::test]
async fn ones_own_sign_in_is_nobody_elses() {
    let house = house(sqlite().await).await;
    let app = &house.app;
    let owner = operators::by_name(&app.store, "owner").await.unwrap().unwrap();
    let actor = howdah::acting::actor(&app.store, owner, "a test".to_owned(), app.clock.now()).await.unwrap();
    let permit = || access::permit(&actor, Permission::OwnSignIn, None).unwrap();
    let of = |id: &str| (OperatorId(id.to_owned()), "somebody".to_owned());
    let (operator, name) = of("01moderator");
    let password = ChangePassword { operator, name, chosen_by: ChosenBy::Password };
    assert!(app.ledger.open(permit(), password, "", Acting::Console, Mark::default()).await.is_err());
    let (operator, name) = of("01moderator");
    let sessions = EndSessions { operator, name, session: None, others: false };
    assert!(app.ledger.open(permit(), sessions, "", Acting::Console, Mark::default()).await.is_err());
    let (operator, name) = of("01owner");
    let own = ChangePassword { operator, name, chosen_by: ChosenBy::Password };
    let warrant = app.ledger.open(permit(), own, "", Acting::Console, Mark::default()).await.unwrap();
    assert_eq!(warrant.actor().name, "owner");
}

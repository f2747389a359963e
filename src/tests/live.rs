//! Open pages are told what waits: numbers and a mark, for as long as somebody may see them, and by no session renewed.

use crate::{
    queue::link,
    support::{House, grant, grants_taken_back, house, person, session, sql, sqlite, until},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use howdah::{
    access::Role,
    clock::DAY,
    id::OperatorId,
    reports::Category,
    store::{Driver, untold, web_sessions},
};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A stream that is read as a browser does.
struct Heard {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    rest: String,
}

impl Heard {
    /// The next event, and how many comments came before it.
    async fn raw(&mut self) -> (usize, String) {
        let mut comments = 0;
        loop {
            while let Some((event, rest)) = self.rest.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
                self.rest = rest;
                match event.starts_with(':') {
                    true => comments += 1,
                    false => return (comments, event),
                }
            }
            let data = self.body.frame().await.expect("an event").unwrap().into_data().unwrap();
            self.rest.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    async fn of(house: &House, cookie: &str) -> Self {
        let request = Request::get("/live?watch=harbour").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let response = house.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, rest: String::new() }
    }

    /// The next event, without comments; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((event, rest)) = self.rest.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
                self.rest = rest;
                if !event.starts_with(':') && !event.starts_with("retry:") {
                    return Some(event);
                }
            }
            let frame = tokio::time::timeout(std::time::Duration::from_secs(60), self.body.frame()).await;
            let data: Bytes = frame.expect("something is said within a minute")?.unwrap().into_data().unwrap();
            self.rest.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// What the next event says of each thing.
    async fn numbers(&mut self) -> BTreeMap<String, String> {
        let event = self.next().await.expect("an event");
        let lines = event.lines().map(|line| line.strip_prefix("data: ").unwrap_or_else(|| panic!("{event}")));
        lines
            .map(|line| line.rsplit_once(' ').map(|(what, said)| (what.to_owned(), said.to_owned())).unwrap())
            .collect()
    }
}

/// A new report of a category about somebody whom nobody reported; whom.
async fn reported(house: &House, category: i32) -> i64 {
    let target: i64 = sqlx::query_scalar(
        "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
         select (select min(id) from accounts where id > 0), a.id, $1, now(), now() from accounts a where a.domain is null and a.id > 0 \
         and not exists (select from reports r where r.target_account_id = a.id) order by a.id limit 1 \
         returning target_account_id",
    )
    .bind(category)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    house.look().await;
    target
}

async fn closed(house: &House, account: &str) {
    let sql = "update reports set action_taken_at = now(), action_taken_by_account_id = (select min(id) from accounts where id > 0) where target_account_id = $1::bigint";
    sqlx::query(sql).bind(account).execute(&house.instance).await.unwrap();
    house.look().await;
}

async fn seen_at(house: &House, cookie: &str) -> i64 {
    let sql = "select seen_at from web_sessions where substr(id_hash, 1, 16) = $1";
    match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::query_scalar(sql).bind(session(cookie)).fetch_one(pool).await.unwrap(),
        Driver::Postgres(pool) => sqlx::query_scalar(sql).bind(session(cookie)).fetch_one(pool).await.unwrap(),
    }
}

/// Where a page asks what changed.
fn asks(page: &str) -> String {
    let (_, rest) = page.split_once("data-since=\"").expect("a page that asks");
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn a_page_is_told_the_numbers_and_nothing_else() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let mut heard = Heard::of(&house, &owner).await;
    assert_eq!(heard.status, StatusCode::OK);
    let said =
        |name: &str| heard.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(
        [said("content-type"), said("x-accel-buffering"), said("cache-control"), said("content-encoding")],
        ["text/event-stream", "no", "no-store", ""]
    );
    let before = heard.numbers().await;
    let page = house.get(Some(&owner), "/i/harbour").await.body.replace("<!>", "");
    for what in ["reports", "signups", "appeals"] {
        let number = &before[&format!("harbour {what}")];
        assert!(page.contains(&format!("data-count=\"harbour {what}\">{number}</")), "{what} {number}: {page}");
    }
    assert_eq!(before.len(), 7, "{before:?}");
    assert_eq!(before["harbour requests"], "0", "an owner decides about requests for access");
    assert_eq!(before["harbour revision"].len(), 16);

    let account = reported(&house, 1).await;
    let after = heard.numbers().await;
    let number = |said: &BTreeMap<String, String>| said["harbour reports"].parse::<usize>().unwrap();
    assert_eq!(number(&after), number(&before) + 1);
    assert_ne!(after["harbour revision"], before["harbour revision"]);
    closed(&house, &account.to_string()).await;
    let then = heard.numbers().await;
    assert_eq!(then, before, "the same waits as at the beginning");

    // An own action has its outcome now; it is told to nobody else.
    let (owner, now) = (OperatorId("01owner".into()), house.app.clock.now());
    for (entry, whose) in [(1, "01admin"), (2, "01owner")] {
        untold::keep(&house.app.store, entry, &OperatorId(whose.into()), now).await.unwrap();
    }
    house.app.listeners.look();
    assert_eq!(heard.numbers().await.get("outcomes").map(String::as_str), Some("2"));
    assert!(untold::told(&house.app.store, 2, &owner).await.unwrap());
    house.app.listeners.look();
    assert_eq!(heard.numbers().await, before, "it is seen");
}

#[tokio::test]
async fn a_stream_renews_no_session_and_ends_with_it() {
    let house = house(sqlite().await).await;
    let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
    sql(&house.store.store, "update web_sessions set seen_at = seen_at - 300000").await.unwrap();
    let before = seen_at(&house, &moderator).await;
    let asked = asks(&house.get(Some(&owner), "/i/harbour/reports").await.body);
    let mut heard = Heard::of(&house, &moderator).await;
    heard.numbers().await;
    assert_eq!(house.get(Some(&moderator), &asked).await.status, StatusCode::NO_CONTENT);
    reported(&house, 1).await;
    heard.numbers().await;
    assert_eq!(seen_at(&house, &moderator).await, before, "what a page asks by itself is no use of the session");

    assert!(web_sessions::end_all_of(&house.app.store, &OperatorId("01moderator".into()), None).await.unwrap());
    reported(&house, 1).await;
    assert_eq!(
        heard.next().await.as_deref(),
        Some("event: over\ndata: over"),
        "nothing is said to somebody signed out"
    );
    assert_eq!(heard.next().await, None);
    until("the place is free again", async || house.app.listeners.number() == 0).await;
    for path in ["/live", &asked] {
        assert_eq!(house.get(Some(&moderator), path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(house.get(None, path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    // An hour without a request is the end, however many pages are open.
    let mut heard = Heard::of(&house, &owner).await;
    heard.numbers().await;
    sql(&house.store.store, "update web_sessions set seen_at = seen_at - 3600000").await.unwrap();
    reported(&house, 1).await;
    assert_eq!(heard.next().await.as_deref(), Some("event: over\ndata: over"));
}

#[tokio::test]
async fn a_contractor_hears_of_the_own_cases_alone_and_of_nothing_after_the_grant() {
    let house = house(sqlite().await).await;
    let app = &house.app;
    person(app, "spammer", Role::Contractor).await;
    grant(app, "01spammer", vec![Category::Spam], false, false, app.clock.now().plus(DAY)).await;
    let cookie = house.sign_in("spammer").await;
    let mut heard = Heard::of(&house, &cookie).await;
    let own = heard.numbers().await;
    let spam: i64 = sqlx::query_scalar(
        "select count(distinct target_account_id) from reports where action_taken_at is null and category = 1000",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    assert!(spam > 0);
    assert_eq!(own["harbour reports"], spam.to_string());
    assert_eq!(own.keys().collect::<Vec<_>>(), ["harbour reports", "harbour revision"]);
    let asked = asks(&house.get(Some(&cookie), "/i/harbour/reports").await.body);

    // Of another category: not even that something changed.
    let other = reported(&house, 0).await;
    assert_eq!(house.get(Some(&cookie), &asked).await.status, StatusCode::NO_CONTENT);
    let of_other = format!("/live/i/harbour/reports/{other}?reports=999999");
    assert_eq!(house.get(Some(&cookie), &of_other).await.status, StatusCode::NO_CONTENT);
    reported(&house, 1000).await;
    let then = heard.numbers().await;
    assert_eq!(then["harbour reports"], (spam + 1).to_string());
    assert_eq!(house.get(Some(&cookie), &asked).await.body, "1 new");
    // One that is of another category now is resolved by nobody.
    let asked = asks(&house.get(Some(&cookie), "/i/harbour/reports").await.body);
    let other = "update reports set category = 0 where target_account_id = \
        (select min(target_account_id) from reports where action_taken_at is null and category = 1000)";
    sqlx::query(other).execute(&house.instance).await.unwrap();
    house.look().await;
    assert_eq!(house.get(Some(&cookie), &asked).await.body, "1 gone");
    heard.numbers().await;

    assert_eq!(grants_taken_back(app, "01spammer").await, 1);
    reported(&house, 1000).await;
    assert_eq!(heard.next().await.as_deref(), Some("event: over\ndata: over"));
    assert_eq!(heard.next().await, None);
    assert_eq!(house.get(Some(&cookie), &asked).await.status, StatusCode::FORBIDDEN);
}

/// That the store does not answer says nothing of who somebody is: the stream ends, and the browser asks for it again.
#[tokio::test]
async fn a_store_that_does_not_answer_ends_no_session() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let mut heard = Heard::of(&house, &owner).await;
    let before = heard.numbers().await;
    sql(&house.store.store, "alter table web_sessions rename to web_sessions_away").await.unwrap();
    reported(&house, 1).await;
    assert_eq!(heard.next().await, None, "it is not said to be over");
    sql(&house.store.store, "alter table web_sessions_away rename to web_sessions").await.unwrap();
    let again = Heard::of(&house, &owner).await.numbers().await;
    assert_ne!(again["harbour reports"], before["harbour reports"]);
}

/// What goes on elsewhere can be told neither by the numbers nor by when something is said.
#[tokio::test]
async fn a_contractor_hears_nothing_of_what_others_do() {
    let house = house(sqlite().await).await;
    let app = &house.app;
    person(app, "spammer", Role::Contractor).await;
    grant(app, "01spammer", vec![Category::Spam], false, false, app.clock.now().plus(DAY)).await;
    let cookie = house.sign_in("spammer").await;
    let mut heard = Heard::of(&house, &cookie).await;
    let before = heard.numbers().await;
    let began = std::time::Instant::now();
    let others = async {
        for _ in 0..3 {
            reported(&house, 0).await;
            // So long as several changes are gathered.
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        }
        reported(&house, 1000).await;
    };
    let ((comments, event), ()) = tokio::join!(heard.raw(), others);
    assert!(event.contains("harbour reports"), "{event}");
    // However slow the machine is: a comment comes with the beat alone.
    let beats = usize::try_from(began.elapsed().as_secs() / 15).unwrap();
    assert!(comments <= beats, "{comments} comments in {:?}", began.elapsed());

    // Whom of the team a report is given to is not for them to tell, either.
    let mark = async |cookie: &str| Heard::of(&house, cookie).await.numbers().await["harbour revision"].clone();
    let owner = house.sign_in("owner").await;
    let give = async |to: &str| {
        let sql = "update reports set assigned_account_id = (select id from accounts where username = $1 and domain is null) \
            where category = 1000 and action_taken_at is null";
        assert!(sqlx::query(sql).bind(to).execute(&house.instance).await.unwrap().rows_affected() > 0);
        house.look().await;
    };
    give("jonastran").await;
    let (theirs, owners) = (mark(&cookie).await, mark(&owner).await);
    assert_ne!(theirs, before["harbour revision"]);
    give("leabrandt").await;
    assert_eq!(mark(&cookie).await, theirs);
    assert_ne!(mark(&owner).await, owners);
}

#[tokio::test]
async fn a_session_has_two_streams_and_all_end_with_the_process() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let mut first = Heard::of(&house, &owner).await;
    first.numbers().await;
    let mut others = [Heard::of(&house, &owner).await, Heard::of(&house, &owner).await];
    assert_eq!(first.next().await, None, "the oldest gives way");
    for other in &mut others {
        other.numbers().await;
    }
    house.app.listeners.end();
    for mut other in others {
        assert_eq!(other.next().await, None);
    }
    assert_eq!(Heard::of(&house, &owner).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_list_says_how_many_came_and_went_under_its_filter() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let mut asked = BTreeMap::new();
    for filter in ["", "?category=spam", "?category=other", "?state=unheld"] {
        let page = house.get(Some(&owner), &format!("/i/harbour/reports{filter}")).await.body;
        assert_eq!(link(&page, ">Refresh<").as_deref(), Some(format!("/i/harbour/reports{filter}").as_str()));
        assert!(page.contains("As of <"), "how old it is: {page}");
        asked.insert(filter, asks(&page));
    }
    asked.insert("overview", asks(&house.get(Some(&owner), "/i/harbour").await.body));
    for (filter, address) in &asked {
        assert_eq!(house.get(Some(&owner), address).await.status, StatusCode::NO_CONTENT, "{filter}");
    }
    reported(&house, 0).await;
    reported(&house, 0).await;
    let spam: String = sqlx::query_scalar(
        "select target_account_id::text from reports where action_taken_at is null group by target_account_id \
         having count(distinct category) = 1 and max(category) = 1000 limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    closed(&house, &spam).await;
    let mut said = BTreeMap::new();
    for (filter, address) in &asked {
        let answer = house.get(Some(&owner), address).await;
        assert!(answer.status.is_success(), "{filter}: {}", answer.body);
        said.insert(*filter, answer.body);
    }
    let expected = [
        ("", "2 new · 1 resolved"),
        ("?category=other", "2 new"),
        ("?category=spam", "1 gone"),
        ("?state=unheld", "2 new · 1 gone"),
        ("overview", "2 new · 1 resolved"),
    ];
    assert_eq!(said, expected.map(|(filter, words)| (filter, words.to_owned())).into());
    let decided = house.get(Some(&owner), "/i/harbour/reports?state=decided").await.body;
    assert!(!decided.contains("data-since"), "what is decided does not wait");
}

/// One case comes in under a filter as another leaves it: that there are as many does not say that nothing changed.
#[tokio::test]
async fn a_case_that_comes_in_hides_none_that_left() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let asked = asks(&house.get(Some(&owner), "/i/harbour/reports?category=spam").await.body);
    assert_eq!(house.get(Some(&owner), &asked).await.status, StatusCode::NO_CONTENT);
    let one = |category: i32| {
        sqlx::query_scalar::<_, i64>(
            "select target_account_id from reports where action_taken_at is null group by target_account_id \
             having count(distinct category) = 1 and max(category) = $1 limit 1",
        )
        .bind(category)
        .fetch_one(&house.instance)
    };
    let (leaves, comes) = (one(1000).await.unwrap(), one(0).await.unwrap());
    for (account, category) in [(leaves, 0), (comes, 1000)] {
        let sql = "update reports set category = $2 where target_account_id = $1 and action_taken_at is null";
        sqlx::query(sql).bind(account).bind(category).execute(&house.instance).await.unwrap();
    }
    house.look().await;
    assert_eq!(house.get(Some(&owner), &asked).await.body, "cases changed");
}

#[tokio::test]
async fn a_case_says_who_closed_it_and_what_came_in() {
    let house = house(sqlite().await).await;
    let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
    let (account, reports) = house.case("quarry").await;
    let case = format!("/i/harbour/reports/{account}");
    let asked = asks(&house.get(Some(&owner), &case).await.body);
    assert_eq!(house.get(Some(&owner), &asked).await.status, StatusCode::NO_CONTENT);
    let fields = [("instance", "harbour"), ("account", account.as_str()), ("claim", "yes")];
    let held = house.post(Some(&moderator), "/api/reports/hold", &fields).await;
    assert_eq!(held.status, StatusCode::FOUND, "{}", held.body);
    assert_eq!(house.get(Some(&owner), &asked).await.body, "This case is assigned to moderator now.");
    assert_eq!(house.get(Some(&moderator), &asked).await.status, StatusCode::NO_CONTENT, "that is no news to them");

    let about = "insert into reports (account_id, target_account_id, created_at, updated_at) select min(id), $1::bigint, now(), now() from accounts where id > 0 returning id::text";
    let new: String = sqlx::query_scalar(about).bind(&account).fetch_one(&house.instance).await.unwrap();
    house.look().await;
    assert_eq!(house.get(Some(&owner), &asked).await.body, "1 new report about this account.");

    let all = format!("{reports},{new}");
    let state = crate::support::NO_SANCTION;
    let fields = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", all.as_str()),
        ("state", state),
    ];
    let done = house.sent(&moderator, "/api/reports/decide", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let said = house.get(Some(&owner), &asked).await.body;
    assert!(said.starts_with("Resolved by moderator, through @"), "{said}");
    // What was closed with a sanction says so: whoever is about to give another has to know.
    let (account, reports) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    let asked = asks(&house.get(Some(&owner), &case).await.body);
    let fields = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", state),
        ("why", "a test"),
    ];
    let done = house.sent(&moderator, "/api/reports/decide", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let said = house.get(Some(&owner), &asked).await.body;
    assert!(said.starts_with("Resolved by moderator") && said.ends_with(", who limited this account."), "{said}");
    // What was closed long ago is no case that anybody asks about.
    let closed = house.get(Some(&owner), &case).await.body;
    assert!(!closed.contains("data-since"));
}

/// The lists of sign-ups and of appeals say what came and went as the reports do, each by its own mark.
#[tokio::test]
async fn sign_ups_and_appeals_say_what_came_and_went() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let mut heard = Heard::of(&house, &owner).await;
    let before = heard.numbers().await;
    let page = async |address: &str| house.get(Some(&owner), address).await.body.replace("<!>", "");
    let (sign_ups, narrow) = (page("/i/harbour/signups").await, page("/i/harbour/signups?language=xx").await);
    let appeals = page("/i/harbour/appeals").await;
    for (page, of) in [(&sign_ups, "signups-revision"), (&appeals, "appeals-revision")] {
        let mark = &before[&format!("harbour {of}")];
        assert!(page.contains(&format!("data-of=\"{of}\" data-revision=\"{mark}\"")), "{of} {mark}: {page}");
        assert!(page.contains("As of "), "{of}");
    }
    assert!(!page("/i/harbour/appeals?state=decided").await.contains("data-since"), "what is decided stays so");
    let asked = async |page: &str| {
        let answer = house.get(Some(&owner), &asks(page)).await;
        (answer.status, answer.body)
    };
    let nothing = (StatusCode::NO_CONTENT, String::new());
    for page in [&sign_ups, &narrow, &appeals] {
        assert_eq!(asked(page).await, nothing);
    }

    // One comes, one goes.
    let gone =
        "delete from users where id = (select min(id) from users where not approved and confirmed_at is not null)";
    sqlx::query(gone).execute(&house.instance).await.unwrap();
    house.look().await;
    assert_eq!(asked(&sign_ups).await, (StatusCode::OK, "1 gone".to_owned()));
    let came = "insert into users (email, account_id, approved, confirmed_at, created_at, updated_at, locale) \
        select 'new@harbour.example', a.id, false, now(), now(), now(), 'en' from accounts a where a.domain is null and a.id > 0 \
        and not exists (select from users u where u.account_id = a.id) order by a.id limit 1";
    assert_eq!(sqlx::query(came).execute(&house.instance).await.unwrap().rows_affected(), 1);
    house.look().await;
    assert_eq!(asked(&sign_ups).await, (StatusCode::OK, "1 new · 1 gone".to_owned()));
    // Under a filter that neither fits, nothing came and nothing went.
    assert_eq!(asked(&narrow).await, nothing);
    let decided = "update appeals set approved_at = now() where id = \
        (select min(id) from appeals where approved_at is null and rejected_at is null)";
    assert_eq!(sqlx::query(decided).execute(&house.instance).await.unwrap().rows_affected(), 1);
    house.look().await;
    assert_eq!(asked(&appeals).await, (StatusCode::OK, "1 gone".to_owned()));
    let mut after = heard.numbers().await;
    while after["harbour appeals-revision"] == before["harbour appeals-revision"] {
        after = heard.numbers().await;
    }
    assert_ne!(after["harbour signups-revision"], before["harbour signups-revision"]);
    assert_eq!(after["harbour revision"], before["harbour revision"], "the reports are as they were");

    // Who may not see a list is not told of it.
    person(&house.app, "spammer", Role::Contractor).await;
    grant(&house.app, "01spammer", vec![Category::Spam], false, false, house.app.clock.now().plus(DAY)).await;
    let cookie = house.sign_in("spammer").await;
    for page in [&sign_ups, &appeals] {
        assert_eq!(house.get(Some(&cookie), &asks(page)).await.status, StatusCode::FORBIDDEN);
    }
}

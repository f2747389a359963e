//! Looking for people: by what is personal only whole and in the record, by filters in windows.

use crate::support::{Answered, House, database, grant, grants_taken_back, house, house_of, postgres, sqlite, until};
use axum::http::StatusCode;
use howdah::{
    clock::DAY,
    config::Secret,
    id::OperatorId,
    ledger::Outcome,
    mastodon::database::{Database, Narrowing, Origin, Sanctioned},
    nouns::reports::Category,
    store::{
        account_notes,
        linked_accounts::{self, Linked},
    },
};
use practice::version::Version;
use sqlx::postgres::PgPoolOptions;

async fn look_up(house: &House, cookie: &str, q: &str) -> Answered {
    let form = [("instance", "harbour"), ("q", q), ("back", "/i/harbour")];
    house.post(Some(cookie), "/api/accounts/look-up", &form).await
}

async fn search(house: &House, cookie: &str, q: &str) -> Answered {
    let form = [("instance", "harbour"), ("q", q), ("why", "the same ring"), ("back", "/i/harbour/search")];
    house.post(Some(cookie), "/api/accounts/search", &form).await
}

async fn searches(house: &House) -> usize {
    let filter = howdah::ledger::Filter { kind: Some("search_personal".into()), limit: 100, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap().len()
}

#[tokio::test]
async fn an_email_is_found_whole_and_the_search_is_in_the_record() {
    let house = house(sqlite().await).await;
    let before = searches(&house).await;
    let cookie = house.sign_in("moderator").await;
    // The only one opens, and the page says that the search is in the record.
    let one = search(&house, &cookie, "WindVane@post.example").await.location.unwrap();
    assert!(one.starts_with("/i/harbour/accounts/") && one.contains("done=") && !one.contains("post"), "{one}");
    assert_eq!(searches(&house).await, before + 1);
    assert_eq!(house.outcome("search_personal").await, Some(Outcome::Succeeded));
    let page = house.get(Some(&cookie), &one).await;
    assert!(page.body.contains("@windvane") && page.body.contains("by email address"), "{}", page.body);
    assert!(!page.body.contains("windvane@post.example"), "{}", page.body);
    // The record says that it was looked for, and not what.
    let owner = house.sign_in("owner").await;
    let filter = howdah::ledger::Filter { kind: Some("search_personal".into()), limit: 1, ..Default::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let page = house.get(Some(&owner), &format!("/audit/{entry}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("by email address") && !page.body.contains("windvane@post"), "{}", page.body);
    // What several have is listed, for whoever looked alone; and a beginning finds nobody.
    sqlx::query("update users set sign_up_ip = '203.0.113.7' where account_id in (select id from accounts where username in ('wren_1', 'wren_2'))")
        .execute(&house.instance)
        .await
        .unwrap();
    let found = search(&house, &cookie, "203.0.113.7").await.location.unwrap();
    assert!(found.starts_with("/i/harbour/search?found=") && !found.contains("203"), "{found}");
    let page = house.get(Some(&cookie), &found).await.body;
    assert!(page.contains("@wren_1<") && page.contains("@wren_2<") && !page.contains("203.0.113.7"), "{page}");
    let other = house.sign_in("admin").await;
    assert_eq!(house.get(Some(&other), &found).await.status, StatusCode::NOT_FOUND);
    for letters in ["w", "windv", "windvane@post.exampl", "%@post.example", "w_ndvane@post.example"] {
        let landed = search(&house, &cookie, letters).await.location.unwrap();
        let page = house.get(Some(&cookie), &landed).await;
        let by_mail = landed.contains("found=");
        assert!(!by_mail || !page.body.contains("@windvane"), "{letters}: {}", page.body);
    }
    for role in ["auditor", "contractor"] {
        let cookie = house.sign_in(role).await;
        let before = searches(&house).await;
        for refused in [
            look_up(&house, &cookie, "windvane@post.example").await,
            search(&house, &cookie, "windvane@post.example").await,
        ] {
            let page = house.get(Some(&cookie), &refused.location.unwrap()).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{role}");
        }
        assert_eq!(searches(&house).await, before, "{role}");
    }
}

/// Of a sign-up that is not approved or not confirmed an instance shows nothing: a contractor finds it only where the grant has
/// sign-ups.
#[tokio::test]
async fn who_waits_is_found_by_no_contractor_without_sign_ups() {
    let house = house(sqlite().await).await;
    let now = house.app.clock.now();
    let waiting: Vec<(i64, String)> = sqlx::query_as(
        "select a.id, a.username from users u join accounts a on a.id = u.account_id \
         where not u.approved or u.confirmed_at is null order by a.id desc limit 3",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert_eq!(waiting.len(), 3);
    for sign_ups in [false, true] {
        grants_taken_back(&house.app, "01contractor").await;
        grant(&house.app, "01contractor", Category::ALL.to_vec(), sign_ups, false, now.plus(DAY)).await;
        let contractor = house.sign_in("contractor").await;
        let list = house.get(Some(&contractor), "/i/harbour/accounts?origin=local").await.body;
        for (id, name) in &waiting {
            assert_eq!(list.contains(&format!("@{name}")), sign_ups, "{name}: {}", crate::seen::text(&list));
            for page in [format!("/i/harbour/accounts/{id}"), format!("/i/harbour/reports/{id}")] {
                let answer = house.get(Some(&contractor), &page).await;
                let expected = if sign_ups { StatusCode::OK } else { StatusCode::NOT_FOUND };
                assert_eq!(answer.status, expected, "{page}: {}", answer.body);
            }
            let found = house.get(Some(&contractor), &format!("/i/harbour/search?q={}", &name[..name.len() - 1])).await;
            assert_eq!(found.body.contains(&format!("@{name}")), sign_ups, "{name}: {}", found.body);
            for whole in [format!("@{name}"), id.to_string()] {
                let led = house.get(Some(&contractor), &format!("/i/harbour/search?q={whole}")).await;
                assert_eq!(led.location.is_some(), sign_ups, "{whole}: {:?}", led.location);
            }
        }
    }
}

/// Nor by how many stand on a page, where the next one begins, or whether there is more.
#[tokio::test]
async fn what_a_contractor_lists_is_as_long_as_if_nobody_waited() {
    let house = house(sqlite().await).await;
    let now = house.app.clock.now();
    grants_taken_back(&house.app, "01contractor").await;
    grant(&house.app, "01contractor", Category::ALL.to_vec(), false, false, now.plus(DAY)).await;
    let contractor = house.sign_in("contractor").await;
    // Every second of the newest waits, and so does whoever comes first of those that begin alike.
    sqlx::raw_sql(
        "update users set approved = false where id in (select id from (select id, row_number() over (order by account_id desc) n \
         from users where role_id is null) u where n % 2 = 1); \
         insert into accounts (id, username, created_at, updated_at) select 7000 + n, 'fleet_' || lpad(n::text, 3, '0'), now(), now() \
         from generate_series(1, 90) n; \
         insert into users (id, account_id, email, approved, confirmed_at, created_at, updated_at) \
         select 7000 + n, 7000 + n, 'f' || n || '@fleet.example', n > 65, now(), now(), now() from generate_series(1, 90) n",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let waits = async |id: i64| -> bool {
        sqlx::query_scalar("select exists (select from users where account_id = $1 and not approved)")
            .bind(id)
            .fetch_one(&house.instance)
            .await
            .unwrap()
    };
    let ids = |page: &str, before: &str| -> Vec<i64> {
        let links = page.split(before).skip(1);
        let mut ids: Vec<i64> =
            links.filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect();
        ids.dedup();
        ids
    };
    let list = house.get(Some(&contractor), "/i/harbour/accounts?origin=local").await.body;
    let rows = ids(&list, "href=\"/i/harbour/accounts/");
    assert_eq!(rows.len(), 40, "{rows:?}");
    let next = ids(&list, "before=");
    assert_eq!(next, [*rows.last().unwrap()], "the next page begins below the last that is shown");
    for id in rows.into_iter().chain(next) {
        assert!(!waits(id).await, "{id}");
    }
    let found = house.get(Some(&contractor), "/i/harbour/search?q=fleet_").await.body;
    let text = crate::seen::text(&found);
    assert!(text.contains("@fleet_066") && text.contains("@fleet_085") && text.contains("there may be more"), "{text}");
}

/// Somebody who has just deleted their own account: the instance is at it, by no day, and what they had is not gone yet (4.7).
#[tokio::test]
async fn a_deletion_that_is_under_way_is_neither_done_nor_for_a_day() {
    let house = house_of(sqlite().await, Version::V47).await;
    let owner = house.sign_in("owner").await;
    let account = id_of(&house, "windvane").await;
    let said = async |sql: &'static str| {
        let sql = sql.replace('$', &account);
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
        crate::seen::text(&house.get(Some(&owner), &format!("/i/harbour/accounts/{account}")).await.body)
    };
    for sql in [
        "update accounts set requested_deletion_at = now() at time zone 'utc' where id = $; \
         insert into account_deletion_requests (account_id, created_at, updated_at) values ($, now(), now())",
        "update accounts set suspended_at = now() at time zone 'utc', suspension_origin = 0 where id = $",
    ] {
        let page = said(sql).await;
        assert!(page.contains("marked as deleted") && page.contains("its data is being deleted"), "{page}");
        for untrue in
            ["irreversibly deleted", "will be deleted on", "Automatic on", "Delete data now", "its data has since been"]
        {
            assert!(!page.contains(untrue), "“{untrue}”: {page}");
        }
    }
    let page = said("delete from account_deletion_requests where account_id = $").await;
    assert!(page.contains("irreversibly deleted") && !page.contains("is being deleted"), "{page}");
}

/// Whom somebody reported, and who has which role on the instance, is on no public page: a contractor reads neither of somebody
/// whose case is not theirs, and filters by neither.
#[tokio::test]
async fn a_contractor_reads_no_reporter_and_no_role() {
    let house = house(sqlite().await).await;
    let (moderator, contractor) = (house.sign_in("moderator").await, house.sign_in("contractor").await);
    let one = |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(&house.instance);
    let reporter = one(
        "select r.account_id::text from reports r join accounts a on a.id = r.account_id where a.domain is null \
         and not exists (select 1 from reports o where o.target_account_id = r.account_id and o.action_taken_at is null) \
         and not exists (select 1 from users u where u.account_id = r.account_id and u.role_id is not null) limit 1",
    )
    .await
    .unwrap();
    let path = format!("/i/harbour/accounts/{reporter}");
    assert!(house.get(Some(&moderator), &path).await.body.contains("Reports made"));
    let theirs = house.get(Some(&contractor), &path).await;
    assert!(theirs.status == StatusCode::OK && !theirs.body.contains("Reports made"), "{}", theirs.body);
    let role = "select r.id::text from user_roles r join users u on u.role_id = r.id where r.id > 0 order by r.position desc limit 1";
    let role = one(role).await.unwrap();
    let name: String =
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select name from user_roles where id = {role}")))
            .fetch_one(&house.instance)
            .await
            .unwrap();
    let staff: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select account_id::text from users where role_id = {role} limit 1"
    )))
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let badge = format!("<span class=\"badge accent\">{name}</span>");
    for (cookie, told) in [(&moderator, true), (&contractor, false)] {
        let list = house.get(Some(cookie), "/i/harbour/accounts?origin=local").await.body;
        assert_eq!(list.contains("Any role"), told, "{list}");
        assert!(told || !list.contains("badge accent"), "{list}");
        let narrowed = house.get(Some(cookie), &format!("/i/harbour/accounts?role={role}")).await;
        assert_eq!(narrowed.status == StatusCode::OK, told, "{}", narrowed.body);
        let page = house.get(Some(cookie), &format!("/i/harbour/accounts/{staff}")).await.body;
        assert!(told || !page.contains(&badge), "{page}");
        assert_eq!(page.contains("<dt>Role"), told, "without a case nobody says that this is staff: {page}");
    }
}

#[tokio::test]
async fn an_ip_address_is_looked_for_and_no_range_that_is_half_the_world() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    sqlx::query(
        "update users set sign_up_ip = '203.0.113.7' where account_id = (select id from accounts where username = 'windvane')",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    for (q, finds) in [("203.0.113.7", true), ("203.0.113.0/24", true), ("203.0.113.8", false)] {
        let landed = search(&house, &moderator, q).await.location.unwrap();
        assert!((landed.contains("found=") || landed.contains("done=")) && !landed.contains("203.0"), "{landed}");
        assert_eq!(house.get(Some(&moderator), &landed).await.body.contains("@windvane"), finds, "{q}");
    }
    for (q, said) in [
        ("0.0.0.0/0", "too wide"),
        ("203.0.113.7/77", "not an IP range"),
        (
            "203.0.113",
            "one \
    complete",
        ),
    ] {
        let landed = search(&house, &moderator, q).await.location.unwrap();
        let page = house.get(Some(&moderator), &landed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(said) && page.body.contains(q), "{q}: {}", page.body);
        assert!(page.body.contains("the same ring"), "the reason is kept");
    }
    // Without a record nothing is looked for.
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("create trigger broken before insert on ledger_entries begin select raise(abort, 'disk full'); end")
        .execute(pool)
        .await
        .unwrap();
    let sent = search(&house, &moderator, "203.0.113.7").await.location.unwrap();
    assert_eq!(house.get(Some(&moderator), &sent).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_handle_with_a_server_is_a_handle_first() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let landed = look_up(&house, &cookie, "quarry@night.example").await.location.unwrap();
    assert!(landed.starts_with("/i/harbour/accounts/"), "{landed}");
    assert_eq!(searches(&house).await, 0);
    assert_eq!(look_up(&house, &cookie, "@windvane").await.location.unwrap(), "/i/harbour/search?q=%40windvane");
}

#[tokio::test]
async fn the_list_goes_back_in_windows_to_the_end_and_loses_nobody() {
    let url = database().await;
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    sqlx::query(
        "insert into accounts (id, username, domain, created_at, updated_at, silenced_at) \
         select n, 'p' || n, case when n % 3 = 0 then null else 's' || n % 7 || '.example' end, now(), now(), \
         case when n % 997 = 0 then now() end from generate_series(1, 70000) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let database = Database::new(&url).unwrap();
    for (origin, sanctioned, sql) in [
        (Origin::Any, Sanctioned::Silenced, "silenced_at is not null"),
        (Origin::Local, Sanctioned::Silenced, "silenced_at is not null and domain is null"),
        (
            Origin::Domain("s5.example".into()),
            Sanctioned::Silenced,
            "silenced_at is not null and domain = 's5.example'",
        ),
        (Origin::Remote, Sanctioned::Suspended, "suspended_at is not null"),
    ] {
        let wanted: Vec<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select id from accounts where {sql} order by id desc")))
                .fetch_all(&pool)
                .await
                .unwrap();
        let mut seen = Vec::new();
        let mut before = None;
        for _ in 0..200 {
            let mut read = database.read().await.unwrap();
            let narrowing = Narrowing { origin: origin.clone(), sanctioned, ..Narrowing::none() };
            let window = read.window(&narrowing, before, 7).await.unwrap();
            assert!(window.accounts.len() <= 7);
            seen.extend(window.accounts.iter().map(|account| account.id));
            before = window.edge;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, wanted, "{sql}");
    }
}

#[tokio::test]
async fn the_page_shows_roles_and_filters() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("auditor").await;
    let page = house.get(Some(&cookie), "/i/harbour/accounts").await;
    assert_eq!(page.status, StatusCode::OK);
    let role: String = sqlx::query_scalar("select id::text from user_roles where name = 'Moderator'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let staff = house.get(Some(&cookie), &format!("/i/harbour/accounts?role={role}")).await;
    assert!(staff.body.contains("@jonastran"), "{}", staff.body);
    let remote = house.get(Some(&cookie), "/i/harbour/accounts?domain=night.example").await;
    assert!(remote.body.contains("@quarry@night.example") && !remote.body.contains(">@windvane<"), "{}", remote.body);
    assert!(!page.body.contains("@post.example"), "no mail address on the list");
}

async fn id_of(house: &House, username: &str) -> String {
    sqlx::query_scalar("select id::text from accounts where username = $1 and domain is null")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn entries(house: &House, kind: &str) -> Vec<howdah::ledger::Entry> {
    let filter = howdah::ledger::Filter { kind: Some(kind.into()), limit: 100, ..Default::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

#[tokio::test]
async fn a_note_is_the_teams_alone_and_its_writer_or_an_owner_withdraws_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let account = id_of(&house, "windvane").await;
        let page = format!("/i/harbour/accounts/{account}");
        let note = async |cookie: &str, text: &str| {
            let form =
                [("instance", "harbour"), ("account", account.as_str()), ("text", text), ("back", page.as_str())];
            house.post(Some(cookie), "/api/accounts/note", &form).await.location.unwrap()
        };
        let told = |to: &str| to.starts_with(&format!("{page}?done=")) && to.ends_with("#notes");
        for (text, said) in
            [("  ", "Write something first"), (&*"x".repeat(2_001), "longer than 2,000"), ("a\0b", "NUL")]
        {
            let back = house.get(Some(&moderator), &note(&moderator, text).await).await;
            assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(back.body.contains(said), "{said}: {}", back.body);
        }
        let hostile = "Knows the canaryword. </textarea><script>alert(1)</script>";
        let to = note(&moderator, hostile).await;
        assert!(told(&to), "{to}");
        let landed = house.get(Some(&moderator), to.trim_end_matches("#notes")).await.body;
        assert!(crate::seen::text(&landed).contains("Wrote a note about @windvane"), "{landed}");
        assert_eq!(house.weather.writes(), 0, "the instance hears nothing of it");
        let shown = house.get(Some(&admin), &page).await.body;
        assert!(shown.contains("Knows the canaryword.") && !shown.contains("<script>alert(1)"), "{shown}");
        assert!(shown.contains("wrote a note about @windvane"), "the record is on the page");
        let auditor = house.sign_in("auditor").await;
        let read = house.get(Some(&auditor), &page).await.body;
        assert!(read.contains("Knows the canaryword.") && !read.contains("/api/accounts/note"), "auditors read");
        let (app, instance) = (&house.app, "harbour".parse().unwrap());
        let notes = account_notes::about(&app.store, &app.keys, &instance, account.parse().unwrap()).await.unwrap();
        let id = notes[0].id.clone();
        let withdraw = async |cookie: &str| {
            let form = [
                ("instance", "harbour"),
                ("account", account.as_str()),
                ("note", id.as_str()),
                ("back", page.as_str()),
            ];
            house.post(Some(cookie), "/api/accounts/withdraw-note", &form).await.location.unwrap()
        };
        let refused = house.get(Some(&admin), &withdraw(&admin).await).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "an admin is neither");
        let to = withdraw(&moderator).await;
        assert!(told(&to), "{to}");
        let owner = house.sign_in("owner").await;
        let again = house.get(Some(&owner), &withdraw(&owner).await).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        let shown = house.get(Some(&admin), &page).await.body;
        assert!(shown.contains("withdrawn by moderator") && !shown.contains("canaryword"), "{shown}");
        let wrote = entries(&house, "write_note").await.remove(0);
        assert!(!wrote.leaf.to_string().contains("canaryword"), "sealed");
        let entry = house.get(Some(&owner), &format!("/audit/{}", wrote.index)).await.body;
        assert!(entry.contains("canaryword"), "the record keeps it");
        assert_eq!(entries(&house, "withdraw_note").await.len(), 2, "the one that came too late is there too");
    }
}

#[tokio::test]
async fn a_note_is_read_by_nobody_about_themselves_and_by_no_contractor_about_staff() {
    let house = house(sqlite().await).await;
    let (moderator, contractor) = (house.sign_in("moderator").await, house.sign_in("contractor").await);
    let account = id_of(&house, "windvane").await;
    let page = format!("/i/harbour/accounts/{account}");
    let form =
        [("instance", "harbour"), ("account", account.as_str()), ("text", "Knows the canaryword."), ("back", &page)];
    house.post(Some(&moderator), "/api/accounts/note", &form).await;
    let reads = async |cookie: &str| house.get(Some(cookie), &page).await.body.contains("canaryword");
    assert!(reads(&moderator).await && reads(&contractor).await, "about ordinary people both do");
    let role = "update users set role_id = (select id from user_roles where name = 'Moderator') where account_id = $1::text::bigint";
    sqlx::query(role).bind(&account).execute(&house.instance).await.unwrap();
    assert!(reads(&moderator).await && !reads(&contractor).await, "about staff a contractor does not");
    // A moderator whose own account it is.
    let own = Linked {
        operator: OperatorId("01moderator".into()),
        instance: "harbour".parse().unwrap(),
        account: account.parse().unwrap(),
        username: "windvane".to_owned(),
        token: Secret::new("a token"),
        linked_at: house.app.clock.now(),
    };
    crate::support::link(&house.app, &own).await;
    assert!(!reads(&moderator).await);
    let admin = house.sign_in("admin").await;
    assert!(reads(&admin).await);
    // A colleague's account is no contractor's, also without a role; afterwards a grant that decides no reports reads none
    // either.
    sqlx::query("update users set role_id = null where account_id = $1::text::bigint")
        .bind(&account)
        .execute(&house.instance)
        .await
        .unwrap();
    assert!(!reads(&contractor).await);
    let (store, now) = (&house.app.store, house.app.clock.now());
    let (whose, on) = (OperatorId("01moderator".into()), "harbour".parse().unwrap());
    assert!(linked_accounts::delete(store, &whose, &on, "left", now, now, None).await.unwrap());
    assert!(reads(&contractor).await);
    assert!(grants_taken_back(&house.app, "01contractor").await > 0);
    grant(&house.app, "01contractor", Vec::new(), true, false, now.plus(DAY)).await;
    assert!(!reads(&contractor).await);
}

#[tokio::test]
async fn an_account_says_since_when_and_by_whom_how_it_came_and_where_it_was_seen() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let account = id_of(&house, "windvane").await;
    let user: i64 = sqlx::query_scalar("select id from users where account_id = $1::text::bigint")
        .bind(&account)
        .fetch_one(&house.instance)
        .await
        .unwrap();
    for (ip, ago) in
        [("203.0.113.7", 1), ("203.0.113.7", 5), ("2001:db8:1:2::3", 2), ("2001:db8:1:2:9::7", 3), ("198.51.100.4", 4)]
    {
        sqlx::query(
            "insert into session_activations (user_id, session_id, ip, user_agent, created_at, updated_at) \
             values ($1, $2, $3::inet, 'Firefox on canary', now() - $4 * interval '1 hour', now() - $4 * interval '1 hour')",
        )
        .bind(user)
        .bind(format!("{ip}{ago}"))
        .bind(ip)
        .bind(ago)
        .execute(&house.instance)
        .await
        .unwrap();
    }
    sqlx::query("update users set sign_up_ip = '203.0.113.7' where id = $1")
        .bind(user)
        .execute(&house.instance)
        .await
        .unwrap();
    let page = format!("/i/harbour/accounts/{account}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", &*house.case("windvane").await.1),
        ("state", crate::support::NO_SANCTION),
        ("text", "Please read the rules."),
        ("back", page.as_str()),
    ];
    let done = house.post(Some(&moderator), "/api/reports/decide", &form).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let shown = house.get(Some(&moderator), &page).await.body;
    let acting = &house.app.instances.values().next().unwrap().health().account.clone().unwrap().username;
    assert!(shown.contains(&format!("by moderator, through @{acting}")), "{shown}");
    for there in [
        "Joined",
        "Sessions and IP addresses",
        "4 IP addresses, 3 different networks",
        "Firefox on canary",
        "limited @windvane",
    ] {
        assert!(shown.contains(there), "{there}: {shown}");
    }
    for secret in ["203.0.113.7", "198.51.100.4", "2001:db8:1:2"] {
        assert!(!shown.contains(secret), "{secret} stands on the page");
    }
    // One is revealed, with a reason, once.
    let name = shown.split("value=\"seen:").nth(1).unwrap().split('"').next().unwrap();
    let what = format!("seen:{name}");
    let reveal = async |why: &str, what: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("what", what),
            ("why", why),
            ("back", page.as_str()),
        ];
        house.post(Some(&moderator), "/api/reports/reveal", &form).await.location.unwrap()
    };
    let refused = house.get(Some(&moderator), &reveal("", &what).await).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "needs a reason");
    let shown = reveal("the same ring", &what).await;
    assert!(shown.contains("shown="), "{shown}");
    assert!(house.get(Some(&moderator), &shown).await.body.contains("203.0.113.7"));
    assert!(!house.get(Some(&moderator), &shown).await.body.contains("203.0.113.7"), "once");
    let entry = entries(&house, "reveal").await.remove(0);
    assert_eq!(entry.leaf["facts"]["what"], "seen_address");
    let nothing = house.get(Some(&moderator), &reveal("the same ring", "seen:0000").await).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    // A contractor reveals nothing; only own deeds of the record.
    let contractor = house.sign_in("contractor").await;
    let body = house.get(Some(&contractor), &page).await.body;
    assert!(!body.contains("value=\"seen:"), "{body}");
    assert!(body.contains("your own actions on this account") && !body.contains("limited @windvane"), "{body}");
}

#[tokio::test]
async fn the_record_about_an_account_goes_back_page_by_page() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let account = id_of(&house, "windvane").await;
    for n in 0..23 {
        let text = format!("note {n}");
        let form = [("instance", "harbour"), ("account", account.as_str()), ("text", text.as_str())];
        house.post(Some(&owner), "/api/accounts/note", &form).await;
    }
    let page = house.get(Some(&owner), &format!("/i/harbour/accounts/{account}")).await.body;
    assert_eq!(page.matches("wrote a note about @windvane").count(), 20);
    let older = page.split("href=\"").find(|rest| rest.contains("before=")).unwrap().split('"').next().unwrap();
    let page = house.get(Some(&owner), &older.replace("&amp;", "&").replace("#record", "")).await.body;
    assert_eq!(page.matches("wrote a note about @windvane").count(), 3, "{older}");
}

/// The day its data goes by itself, as the form to delete it at once gives it back.
fn due(page: &str) -> String {
    let form = page.split("action=\"/api/accounts/delete\"").nth(1).unwrap();
    form.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn deleting_at_once_is_the_owners_and_asks_for_the_name() {
    let house = house(sqlite().await).await;
    let (owner, admin) = (house.sign_in("owner").await, house.sign_in("admin").await);
    let account = id_of(&house, "windvane").await;
    let page = format!("/i/harbour/accounts/{account}");
    let preview = house.get(Some(&owner), &format!("{page}?decide=suspend")).await.body;
    let day = howdah::text::time::day(house.app.clock.now().plus(30 * howdah::clock::DAY), house.app.clock.now());
    assert!(preview.contains(&format!("will be deleted on {day}")), "{preview}");
    let delete = async |cookie: &str, name: &str, why: &str, seen: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("name", name),
            ("why", why),
            ("seen", seen),
            ("back", page.as_str()),
        ];
        house.post(Some(cookie), "/api/accounts/delete", &form).await.location.unwrap()
    };
    let early = house.get(Some(&owner), &delete(&owner, "@windvane", "spam", "1").await).await;
    assert!(early.status == StatusCode::CONFLICT && early.body.contains("Suspend it first"), "{}", early.body);
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "suspend"),
        ("reports", &*house.case("windvane").await.1),
        ("state", crate::support::NO_SANCTION),
        ("text", "Spam."),
    ];
    house.post(Some(&owner), "/api/reports/decide", &form).await;
    let shown = house.get(Some(&owner), &page).await.body;
    assert!(shown.contains("Delete data now") && shown.contains("You decide this alone"), "{shown}");
    assert!(shown.contains(&day), "the day its data goes");
    assert!(!house.get(Some(&admin), &page).await.body.contains("Delete data now"), "the owner's alone");
    let seen = due(&shown);
    let writes = house.weather.writes();
    assert_eq!(
        house.get(Some(&admin), &delete(&admin, "@windvane", "spam", &seen).await).await.status,
        StatusCode::FORBIDDEN
    );
    for (name, why, said) in [("windvane", "spam", "Type @windvane exactly"), ("@windvane", "", "Enter a reason")] {
        let back = house.get(Some(&owner), &delete(&owner, name, why, &seen).await).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            back.body.contains(said) && back.body.contains("value=\"spam\"") == (why == "spam"),
            "{said}: {}",
            back.body
        );
    }
    // Suspended anew by somebody else since the page was shown: the 30 days begin anew, and nothing is sent.
    sqlx::query("update account_deletion_requests set created_at = created_at + interval '1 hour' where account_id = $1::text::bigint")
        .bind(&account)
        .execute(&house.instance)
        .await
        .unwrap();
    let stale = house.get(Some(&owner), &delete(&owner, "@windvane", "spam", &seen).await).await;
    assert!(stale.status == StatusCode::CONFLICT && stale.body.contains("suspended again"), "{}", stale.body);
    assert_eq!(house.outcome("delete_account").await, Some(Outcome::Stale));
    assert_eq!(house.weather.writes(), writes, "nothing reached the instance");
    let shown = house.get(Some(&owner), &page).await.body;
    let seen = due(&shown);
    let done = delete(&owner, "@windvane", "spam", &seen).await;
    assert!(done.contains("done="), "{done}");
    assert_eq!(house.outcome("delete_account").await, Some(Outcome::Succeeded));
    until("the instance deleted the posts", async || {
        let left: i64 = sqlx::query_scalar("select count(*) from statuses where account_id = $1::text::bigint")
            .bind(&account)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        left == 0
    })
    .await;
    let shown = house.get(Some(&owner), &done).await.body;
    assert!(shown.contains("deleted the data of @windvane immediately"), "{shown}");
    assert!(shown.contains("No data deletion is scheduled") && !shown.contains("Delete data now"), "{shown}");
}

#[tokio::test]
async fn a_deletion_without_an_answer_is_never_called_done() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let account = id_of(&house, "windvane").await;
    sqlx::query("update accounts set suspended_at = now(), suspension_origin = 0 where id = $1::text::bigint")
        .bind(&account)
        .execute(&house.instance)
        .await
        .unwrap();
    sqlx::query("insert into account_deletion_requests (account_id, created_at, updated_at) values ($1::text::bigint, now(), now())").bind(&account).execute(&house.instance).await.unwrap();
    let page = format!("/i/harbour/accounts/{account}");
    let shown = house.get(Some(&owner), &page).await.body;
    let seen = due(&shown);
    house.weather.set(crate::support::Fault::Broken);
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("name", "@windvane"),
        ("why", "spam"),
        ("seen", seen.as_str()),
        ("back", page.as_str()),
    ];
    let sent = house.post(Some(&owner), "/api/accounts/delete", &form).await.location.unwrap();
    let shown = house.get(Some(&owner), &sent).await.body;
    assert!(shown.contains("the instance did not answer"), "{shown}");
    assert_eq!(house.outcome("delete_account").await, None, "watched");
}

#[tokio::test]
async fn the_list_is_narrowed_by_everything_at_once() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let has = async |query: &str, handle: &str| {
        let page = house.get(Some(&cookie), &format!("/i/harbour/accounts?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page.body.contains(&format!(">@{handle}<"))
    };
    let set = async |sql: &'static str| {
        sqlx::query(sql).execute(&house.instance).await.unwrap();
    };
    set("update accounts set display_name = 'The Canary of the North' where username = 'windvane'").await;
    set("insert into account_stats (account_id, last_status_at, created_at, updated_at) select id, now(), now(), now() from accounts where username = 'windvane' \
         on conflict (account_id) do update set last_status_at = now() at time zone 'utc' - interval '10 days'").await;
    set("update account_stats set last_status_at = now() at time zone 'utc' - interval '10 days' where account_id = (select id from accounts where username = 'windvane')").await;
    assert!(has("name=canary", "windvane").await);
    assert!(has("name=WINDV", "windvane").await, "by the handle too");
    assert!(!has("name=nobody%25", "windvane").await);
    assert!(has("active=month&name=canary", "windvane").await);
    assert!(!has("active=week&name=canary", "windvane").await);
    assert!(!has("active=quiet&name=canary", "windvane").await);
    set("update account_stats set last_status_at = null where account_id = (select id from accounts where username = 'windvane')").await;
    assert!(has("active=quiet&name=canary", "windvane").await, "who never posted is silent");
    assert!(!has("state=unconfirmed&name=canary", "windvane").await);
    set("update users set confirmed_at = null, approved = false where account_id = (select id from accounts where username = 'windvane')").await;
    assert!(has("state=unconfirmed&name=canary", "windvane").await);
    assert!(has("state=pending&origin=local&name=canary", "windvane").await);
    assert!(!has("state=pending&origin=remote&name=canary", "windvane").await);
    let role: String = sqlx::query_scalar("select id::text from user_roles where name = 'Moderator'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert!(has(&format!("role={role}"), "jonastran").await);
    assert!(!has(&format!("role={role}&state=suspended"), "jonastran").await, "both count");
}

/// Three states told apart in lists, searches and cases: suspended; suspended and its data gone; deleted by its owner.
#[tokio::test]
async fn suspended_gone_and_deleted_by_its_owner_are_three_things() {
    for version in [Version::V46, Version::V47] {
        let house = house_of(sqlite().await, version).await;
        let owner = house.sign_in("owner").await;
        let id = async |name: &str| -> i64 {
            sqlx::query_scalar("select id from accounts where username = $1 and domain is null")
                .bind(name)
                .fetch_one(&house.instance)
                .await
                .unwrap()
        };
        let windvane = id("windvane").await;
        let states: &[(&str, &[&str])] = match version {
            Version::V47 => &[
                (
                    "suspended",
                    &[
                        "update accounts set suspended_at = now() at time zone 'utc', suspension_origin = 0 where id = $1",
                        "insert into account_deletion_requests (account_id, created_at, updated_at) values ($1, now() at time zone 'utc', now() at time zone 'utc')",
                    ],
                ),
                (
                    "gone",
                    &[
                        "delete from account_deletion_requests where account_id = $1",
                        "update accounts set requested_deletion_at = now() at time zone 'utc' where id = $1",
                    ],
                ),
                (
                    "by its owner",
                    &[
                        "update accounts set suspended_at = null, suspension_origin = null where id = $1",
                        "delete from users where account_id = $1",
                    ],
                ),
            ],
            _ => &[
                (
                    "suspended",
                    &[
                        "update accounts set suspended_at = now() at time zone 'utc', suspension_origin = 0 where id = $1",
                        "insert into account_deletion_requests (account_id, created_at, updated_at) values ($1, now() at time zone 'utc', now() at time zone 'utc')",
                    ],
                ),
                ("gone", &["delete from account_deletion_requests where account_id = $1"]),
            ],
        };
        for (state, changes) in states {
            for change in *changes {
                sqlx::query(*change).bind(windvane).execute(&house.instance).await.unwrap();
            }
            house.look().await;
            let listed = async |filter: &str| {
                let body =
                    house.get(Some(&owner), &format!("/i/harbour/accounts?state={filter}&origin=local")).await.body;
                body.contains(&format!("/i/harbour/accounts/{windvane}\""))
            };
            assert_eq!(listed("suspended").await, *state != "by its owner", "{version:?}: {state}");
            assert_eq!(listed("deleted").await, *state != "suspended", "{version:?}: {state}");
            let page =
                crate::seen::text(&house.get(Some(&owner), &format!("/i/harbour/accounts/{windvane}")).await.body);
            let case = house.get(Some(&owner), &format!("/i/harbour/reports/{windvane}")).await.body;
            let marked = matches!((version, *state), (_, "by its owner") | (Version::V47, "gone"));
            assert_eq!(page.contains("marked as deleted"), marked, "{version:?}: {state}: {page}");
            assert!(!case.contains("decide=warn"), "nothing else changes anything: {version:?}: {state}");
            assert_eq!(
                case.contains("This account was deleted, by its owner or"),
                *state == "by its owner",
                "{version:?}: {state}"
            );
            assert!(case.contains("decide=resolve"), "its reports can be closed in every state");
            let found = crate::seen::text(&house.get(Some(&owner), "/i/harbour/search?q=windv").await.body);
            assert_eq!(found.contains("marked as deleted"), marked, "{version:?}: {state}: {found}");
        }
    }
}

/// How long what somebody wrote is, and what is shown of it.
const WORDS: [(usize, &str); 3] = [(499, ""), (500, ""), (501, "…")];
/// How many sessions there are, how many are shown, and what stands above them.
const SESSIONS: [(usize, usize, &str); 4] =
    [(1, 1, "Session"), (20, 20, "Session"), (21, 20, "Session (latest 20)"), (0, 0, "")];

#[tokio::test]
async fn what_is_cut_short_says_so_and_what_is_whole_does_not() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let account = id_of(&house, "windvane").await;
    let user: String = sqlx::query_scalar("select id::text from users where account_id = $1::text::bigint")
        .bind(&account)
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let run = async |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
    let path = format!("/i/harbour/accounts/{account}");
    for (length, more) in WORDS {
        // A letter of two bytes is one.
        run(format!(
            "delete from user_invite_requests where user_id = {user}; insert into user_invite_requests (user_id, text, created_at, \
             updated_at) values ({user}, 'W' || repeat('ä', {length} - 2) || 'E', now(), now())"
        ))
        .await;
        let page = house.get(Some(&owner), &path).await.body;
        let shown = page.split("Reasons for joining").nth(1).unwrap().split("</dd>").next().unwrap();
        let (shown, letters) = (crate::seen::text(shown), shown.matches('ä').count());
        let end = if more.is_empty() { "E".to_owned() } else { format!("ä{more}") };
        assert!(shown.contains(&format!("{end}”")), "{length}: {shown}");
        assert_eq!(letters, length - 2, "{length}");
    }
    for (number, shown, head) in SESSIONS {
        run(format!(
            "delete from session_activations where user_id = {user}; insert into session_activations (user_id, session_id, ip, user_agent, \
             created_at, updated_at) select {user}, 'cut-' || n, '192.0.2.7', 'Browser ' || n || '.', now(), now() - n * interval '1 minute' \
             from generate_series(1, {number}) n"
        ))
        .await;
        let page = house.get(Some(&owner), &path).await.body;
        let seen: Vec<usize> = (1..=number).filter(|n| page.contains(&format!(">Browser {n}.<"))).collect();
        assert_eq!(seen, (1..=shown).collect::<Vec<_>>(), "{number}: the newest");
        let above = page.split("<th>").find(|rest| rest.starts_with("Session")).unwrap_or_default();
        assert_eq!(crate::seen::text(above.split("</th>").next().unwrap()), head, "{number}");
    }
}

#[tokio::test]
async fn a_sanction_that_no_row_of_the_log_explains_is_explained_by_its_strike() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let id: String = sqlx::query_scalar("select id::text from accounts where username = 'quietly' and domain is null")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let forgets = "delete from admin_action_logs where target_type = 'Account' and target_id = $1::text::bigint";
    sqlx::query(forgets).bind(&id).execute(&house.instance).await.unwrap();
    let page = async || crate::seen::text(&house.get(Some(&cookie), &format!("/i/harbour/accounts/{id}")).await.body);
    let shown = page().await;
    let by = shown.split("Strikes").nth(1).and_then(|rest| rest.split(" by ").nth(1)).unwrap_or_default();
    let by = by.split(" ·").next().unwrap_or_default().to_owned();
    assert!(by.starts_with('@') && shown.contains(&format!("· by {by}")), "{by}: {shown}");
    assert!(!shown.contains("no entry in Mastodon’s audit log"), "{shown}");
    // A strike of another day is none of this sanction.
    sqlx::query("update accounts set silenced_at = silenced_at - interval '2 days' where id = $1::text::bigint")
        .bind(&id)
        .execute(&house.instance)
        .await
        .unwrap();
    let shown = page().await;
    assert!(shown.contains("no entry in Mastodon’s audit log"), "{shown}");
}

#[tokio::test]
async fn a_freeze_is_not_said_to_be_of_whoever_gave_one_that_was_undone() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (id, user): (i64, i64) = sqlx::query_as(
        "select a.id, u.id from accounts a join users u on u.account_id = a.id where a.username = 'windvane' and a.domain is null",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let run = async |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&house.instance).await.unwrap();
    let lea = "(select id from accounts where username = 'leabrandt' and domain is null)";
    let page = async || {
        let body = house.get(Some(&cookie), &format!("/i/harbour/accounts/{id}")).await.body;
        let shown = crate::seen::text(&body);
        shown
            .split("frozen")
            .skip(1)
            .map(|rest| rest.chars().take(90).collect::<String>())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    run(format!(
        "insert into account_warnings (account_id, target_account_id, action, text, created_at, updated_at) \
         values ({lea}, {id}, 1000, '', now() - interval '3 days', now() - interval '3 days'); \
         update users set disabled = true where id = {user}"
    ))
    .await;
    let shown = page().await;
    assert!(shown.contains("by @leabrandt"), "of a log that does not reach back the strike is left: {shown}");
    // Undone since, and frozen again from the command line: nobody knows by whom.
    run(format!(
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         values ({lea}, 'enable', 'User', {user}, 'windvane', now() - interval '1 day', now() - interval '1 day')"
    ))
    .await;
    let shown = page().await;
    assert!(!shown.contains("by @leabrandt") && shown.contains("no entry in Mastodon’s audit log"), "{shown}");
}

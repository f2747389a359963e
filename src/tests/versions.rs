//! What a release of Mastodon brings to people, and what the console does about one that nobody tried it with.

use crate::{
    linked::linked,
    seen::{set, text},
    support::{House, Instead, NO_SANCTION, house, house_of, sqlite},
};
use axum::http::{Method, StatusCode};
use howdah::{cli, clock::Clock, http, ledger::Outcome, mastodon::database::VERSION, seal::Keys};
use practice::version::Version;

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap_or_else(|error| {
        panic!("{sql}: {error}");
    });
}

async fn one(house: &House, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

async fn overview(house: &House, cookie: &str) -> String {
    house.look().await;
    for instance in house.app.instances.values() {
        howdah::audit::service::outside_changes::compare(&house.app, instance).await.unwrap();
    }
    text(&house.get(Some(cookie), "/i/harbour").await.body)
}

/// What the instance says of its version.
fn version(body: &'static str) -> Vec<Instead> {
    let headers: &[(&str, &str)] = &[("content-type", "application/json")];
    vec![Instead { method: Method::GET, path: "/api/v2/instance", status: 200, headers, body }]
}

/// A patch, an urgent one, and the end of support, as the instance was told of them; what it does not run to is left out.
#[tokio::test]
async fn newer_releases_and_the_end_of_support_stand_on_the_overview() {
    for release in Version::ALL {
        let house = house_of(sqlite().await, release).await;
        let owner = house.sign_in("owner").await;
        let page = overview(&house, &owner).await;
        assert!(!page.contains("Updates") && page.contains("no problems"), "nothing was told, {release:?}: {page}");
        let runs = release.number().split('-').next().unwrap();
        let branch = runs.rsplit_once('.').unwrap().0;
        let told = format!(
            "insert into software_updates (version, type, urgent, release_notes, created_at, updated_at) values \
             ('{branch}.97', 0, false, '', now(), now()), ('9.9.0', 1, false, '', now(), now()), \
             ('4.2.1', 0, true, '', now(), now()), ('{branch}.98 beta', 0, false, '', now(), now())"
        );
        run(&house, &told).await;
        let page = overview(&house, &owner).await;
        assert!(page.contains(&format!("Mastodon {branch}.97 is out")) && page.contains("no problems"), "{page}");
        assert!(
            page.contains(&format!("Mastodon {branch}.98 beta is out")),
            "what cannot be compared is shown: {page}"
        );
        for not in ["9.9.0", "4.2.1 is out", "urgent", "supported"] {
            assert!(!page.contains(not), "{not}, {release:?}: {page}");
        }
        run(&house, "update software_updates set urgent = true where version = '9.9.0'").await;
        let page = overview(&house, &owner).await;
        assert!(page.contains("Mastodon 9.9.0 is out, and urgent") && page.contains("check"), "{page}");
        if release != Version::V47 {
            continue;
        }
        let ends = |days: i64| {
            format!(
                "delete from software_deprecations; update software_updates set urgent = false; \
                 insert into software_deprecations (branch, end_of_support, warning_issued, created_at, updated_at) values \
                 ('{branch}', (now() at time zone 'utc')::date + {days}, 0, now(), now()), \
                 ('4.1', '2020-01-01', 0, now(), now())"
            )
        };
        for (days, says, well) in [
            (200, format!("Mastodon {branch} is supported until "), true),
            (7, format!("Mastodon {branch} is supported until "), false),
            (0, format!("Mastodon {branch} is supported until "), false),
            (-1, format!("support for Mastodon {branch} ended on "), false),
        ] {
            run(&house, &ends(days)).await;
            let page = overview(&house, &owner).await;
            assert!(page.contains(&says), "{days}: {page}");
            assert_eq!(page.contains("no problems"), well, "{days}: {page}");
            assert!(!page.contains("4.1"), "another branch: {page}");
        }
        run(&house, "update software_updates set end_of_support = '2031-05-04'").await;
        assert!(
            overview(&house, &owner)
                .await
                .contains(&format!("Mastodon {branch}.97 is out, supported until 2031-05-04"))
        );
    }
}

/// A release newer than all that were tried: shown, and not acted on; the door can be closed, and an owner may allow the rest.
#[tokio::test]
async fn an_instance_of_an_untried_release_is_read_only_until_an_owner_says_otherwise() {
    let mut house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.front.instead(version(r#"{"domain":"harbour.example","version":"4.8.0-rc.1+glitch"}"#));
    let page = overview(&house, &owner).await;
    assert!(page.contains("Mastodon 4.8 is newer than any release this console was tested with"), "{page}");
    assert!(page.contains("untried_release = \"4.8\"") && page.contains("check"), "{page}");
    let (account, reports) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    let shown = text(&house.get(Some(&owner), &format!("{case}?decide=silence")).await.body);
    assert!(shown.contains("You can’t moderate accounts and sign-ups here: it runs Mastodon 4.8"), "{shown}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("why", "spam"),
        ("back", case.as_str()),
    ];
    let writes = house.weather.writes();
    let refused = house.post(Some(&owner), "/api/reports/decide", &form).await.location.unwrap();
    let page = house.get(Some(&owner), &refused).await;
    let said = text(&page.body);
    assert!(said.contains("harbour runs Mastodon 4.8, which this console was never tried with"), "{said}");
    assert!(said.contains("untried_release = \"4.8\"") && page.body.contains("spam"), "what was typed is kept: {said}");
    assert_eq!((house.weather.writes(), house.outcome("decide_case").await), (writes, None), "nothing was begun");
    // What is written without Mastodon is not written either; the door alone can be closed, and not opened.
    let stored = async || -> String {
        let sql = "select coalesce(max(value), '') from settings where var = 'registrations_mode'";
        sqlx::query_scalar(sql).fetch_one(&house.instance).await.unwrap()
    };
    let before = stored().await;
    let said = text(&set(&house, &owner, "open").await);
    assert!(said.contains("never tried with"), "{said}");
    assert_eq!(stored().await, before);
    let said = text(&set(&house, &owner, "none").await);
    assert!(stored().await.contains("none"), "{said}");
    // To more people than before is not closing, though it is not open.
    let seen = "[[\"--- none\\n\"],[\"--- We are full for the moment.\\n\"]]";
    let form_of = |mode| {
        [
            ("instance", "harbour"),
            ("mode", mode),
            ("message", "We are full for the moment."),
            ("why", "a wave"),
            ("seen", seen),
        ]
    };
    let said = text(&house.sent(&owner, "/api/registrations/set", &form_of("approved")).await.body);
    assert!(said.contains("never tried with") && stored().await.contains("none"), "{said}");
    // One setting per instance; another release than the one it names is read-only again.
    for (named, acts) in [("4.9", false), ("4.8", true)] {
        house.config.instances[0].untried_release = Some(named.to_owned());
        let keys = Keys::from_secret([7; 32]);
        house.app = cli::assemble(house.config.clone(), Clock::System, keys, house.store.store.clone()).unwrap();
        house.router = http::router(house.app.clone());
        let page = overview(&house, &owner).await;
        assert_eq!(page.contains("newer than any"), !acts, "{named}: {page}");
        house.post(Some(&owner), "/api/reports/decide", &form).await;
        let expected = acts.then_some(Outcome::Succeeded);
        assert_eq!(house.outcome("decide_case").await, expected, "{named}");
    }
    assert!(VERSION.contains("tried with Mastodon"), "{VERSION}");
}

/// An instance whose tables are of another release than it says it runs: named, shown by its tables, and still acted on as
/// the release it says.
#[tokio::test]
async fn an_upgrade_that_was_begun_and_not_ended_is_named() {
    for (release, sql, says) in [
        (
            Version::V46,
            "alter table accounts add requested_deletion_at timestamp",
            "they have accounts.requested_deletion_at already",
        ),
        (
            Version::V47,
            "alter table admin_action_logs drop column recorded_changes",
            "they lack admin_action_logs.recorded_changes",
        ),
        (Version::V45, "alter table settings add thing_type varchar", "they still have settings.thing_type"),
    ] {
        let house = house_of(sqlite().await, release).await;
        let owner = house.sign_in("owner").await;
        let page = overview(&house, &owner).await;
        assert!(!page.contains("its tables are not as") && page.contains("no problems"), "{release:?}: {page}");
        run(&house, sql).await;
        let page = overview(&house, &owner).await;
        // Between two releases a build has what was written up to its day.
        if release.number().contains("-alpha") {
            assert!(!page.contains("its tables are not as"), "{release:?}: {page}");
        } else {
            assert!(page.contains(says) && page.contains("check"), "{release:?}: {page}");
        }
        for desk in ["accounts", "audit/instance", "reports", "registrations"] {
            let answer = house.get(Some(&owner), &format!("/i/harbour/{desk}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{release:?} {desk}: {}", answer.body);
        }
        let (account, reports) = house.case("windvane").await;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("why", "spam"),
        ];
        house.post(Some(&owner), "/api/reports/decide", &form).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded), "{release:?}");
    }
}

/// Something that speaks as Mastodon does, and is none.
#[tokio::test]
async fn what_says_no_version_of_mastodons_is_shown_and_not_acted_on() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.front.instead(version(r#"{"domain":"harbour.example","version":"2.7.2 (compatible; Akkoma 3.10.4)"}"#));
    let page = overview(&house, &owner).await;
    assert!(page.contains("Akkoma") && page.contains("which is not a Mastodon version"), "{page}");
    let (account, _) = house.case("windvane").await;
    let shown = text(&house.get(Some(&owner), &format!("/i/harbour/reports/{account}?decide=silence")).await.body);
    assert!(shown.contains("You can’t moderate accounts and sign-ups here: it says “2.7.2"), "{shown}");
}

/// Nor is one acted on that was asked and has not said which release it is.
#[tokio::test]
async fn what_has_not_said_its_version_is_shown_and_not_acted_on() {
    for answer in [r#"{"domain":"harbour.example"}"#, "{}", "<h1>502</h1>"] {
        let mut house = house(sqlite().await).await;
        let owner = house.sign_in("owner").await;
        house.front.instead(version(answer));
        let keys = Keys::from_secret([7; 32]);
        house.app = cli::assemble(house.config.clone(), Clock::System, keys, house.store.store.clone()).unwrap();
        house.router = http::router(house.app.clone());
        let page = overview(&house, &owner).await;
        assert!(page.contains("has not said yet which release it runs"), "{answer}: {page}");
        let form = [("instance", "harbour"), ("domain", "spam.example"), ("severity", "suspend"), ("why", "spam")];
        let said = text(&house.sent(&owner, "/api/domains/set", &form).await.body);
        assert!(said.contains("harbour has not said yet which release it runs"), "{answer}: {said}");
        assert_eq!((house.weather.writes(), house.outcome("set_domain_block").await), (0, None), "{answer}");
        // Once it says so, it is.
        house.front.instead(Vec::new());
        let page = overview(&house, &owner).await;
        assert!(!page.contains("has not said yet"), "{answer}: {page}");
    }
}

/// What an instance's log says was changed: bounded, tamed, and nothing where nothing was.
#[tokio::test]
async fn what_mastodons_log_says_was_changed_stands_beside_the_row() {
    let house = house_of(sqlite().await, Version::V47).await;
    let owner = house.sign_in("owner").await;
    let row = async |changes: &str| {
        one(
            &house,
            &format!(
                "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, \
                 recorded_changes, created_at, updated_at) select id, 'update', 'Tag', 1, 'hashtag', {changes}, now(), now() \
                 from accounts where username = 'harbourmaster' and domain is null returning id"
            ),
        )
        .await
    };
    let cases = [
        (r#"'{"usable": false, "trendable": true}'"#, vec!["usable: now no", "trendable: now yes"]),
        (
            r#"'{"name": ["old", "new"], "limit_to": [null, ""]}'"#,
            vec!["name: “old” → “new”", "limit to: nothing → empty"],
        ),
        ("'{}'", vec![]),
        ("null", vec![]),
        ("'null'", vec![]),
        ("'[1, 2]'", vec!["[1, 2]"]),
        (r#"to_jsonb('{"usable": true}'::text)"#, vec!["usable"]),
        (r#"jsonb_build_object('text', repeat('x', 3000))"#, vec!["text: now “xxx"]),
        (r#"jsonb_build_object('text', repeat('x', 9000))"#, vec!["more was changed than is shown here"]),
        (r#"(select jsonb_object_agg('field ' || n, n) from generate_series(1, 30) n)"#, vec!["and 22 more fields"]),
        (r#"'{"<b>\u202eevil": "\u202e<i>"}'"#, vec!["&lt;b&gt;"]),
    ];
    for (changes, says) in cases {
        let id = row(changes).await;
        for address in ["/i/harbour/audit/instance", "/i/harbour/audit/instance?who=harbourmaster"] {
            let page = house.get(Some(&owner), address).await;
            assert_eq!(page.status, StatusCode::OK, "{changes}");
            let body = page.body.replace("<!>", "");
            let shown = body.split("<tr").find(|row| row.contains(&format!(">{id}<"))).expect("its row").to_owned();
            for words in &says {
                assert!(shown.contains(words), "{words} of {changes}: {shown}");
            }
            assert_eq!(shown.contains("<ul"), !says.is_empty(), "{changes}: {shown}");
            assert!(!shown.contains('\u{202e}') && shown.len() < 4_000, "{changes}: {shown}");
        }
    }
    // A release without the column has the same page.
    let older = house_of(sqlite().await, Version::V46).await;
    let owner = older.sign_in("owner").await;
    let page = older.get(Some(&owner), "/i/harbour/audit/instance").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
}

/// A role that demands a second factor bites whoever works here: said before, and where they look.
#[tokio::test]
async fn a_second_factor_that_is_demanded_is_said_to_those_who_act() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    linked(&house, &owner, "jonastran").await;
    let admin = house.sign_in("admin").await;
    run(&house, "update users set otp_required_for_login = false; delete from webauthn_credentials").await;
    assert!(!overview(&house, &admin).await.contains("requires two-factor authentication"));
    let yours = async || text(&house.get(Some(&owner), "/i/harbour/your-account").await.body);
    assert!(!yours().await.contains("requires two-factor authentication"));
    // Before: the page that gives the role names who acts as the account.
    let strict = one(
        &house,
        "insert into user_roles (name, position, permissions, require_2fa, created_at, updated_at) \
         values ('Strict', 4, 1040, true, now(), now()) returning id",
    )
    .await;
    let change = format!("/i/harbour/roles/change?who=jonastran&role={strict}");
    let page = text(&house.get(Some(&admin), &change).await.body);
    assert!(page.contains("the API is closed to them"), "{page}");
    assert!(page.contains("acts as this account through the console"), "{page}");
    let somebody: String = sqlx::query_scalar(
        "select a.username::text from accounts a join users u on u.account_id = a.id where u.role_id is null \
         and a.suspended_at is null and u.approved order by a.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let change = format!("/i/harbour/roles/change?who={somebody}&role={strict}");
    let page = text(&house.get(Some(&admin), &change).await.body);
    assert!(page.contains("the API is closed to them") && !page.contains("through the console"), "{page}");
    let change = format!("/i/harbour/roles/change?who=harbourmaster&role={strict}");
    let page = text(&house.get(Some(&admin), &change).await.body);
    assert!(page.contains("the account the console itself acts as"), "{page}");
    // After: the overview, and the linked account's own page. Admin calls go on.
    run(&house, "update user_roles set require_2fa = true").await;
    let page = overview(&house, &admin).await;
    assert!(
        page.contains("the role of @harbourmaster requires two-factor authentication, and the account has none set up"),
        "{page}"
    );
    let page = yours().await;
    assert!(page.contains("Your role requires two-factor authentication, and @jonastran has none"), "{page}");
    let (account, reports) = house.case("windvane").await;
    for (who, decision) in [(&admin, "silence")] {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", decision),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("why", "spam"),
        ];
        house.post(Some(who), "/api/reports/decide", &form).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    }
    run(&house, "update users set otp_required_for_login = true").await;
    assert!(!overview(&house, &admin).await.contains("requires two-factor authentication"));
    assert!(!yours().await.contains("requires two-factor authentication"));
}

/// A strike leads to its page on the instance, which is the same in every release.
#[tokio::test]
async fn strikes_lead_to_their_page_on_the_instance() {
    for release in [Version::V43, Version::V47] {
        let house = house_of(sqlite().await, release).await;
        let owner = house.sign_in("owner").await;
        let (account, _) = house.case("windvane").await;
        let strike = one(
            &house,
            &format!(
                "insert into account_warnings (target_account_id, account_id, action, text, created_at, updated_at) \
                 values ({account}, {account}, 0, 'take care', now(), now()) returning id"
            ),
        )
        .await;
        let base = house.config.instances[0].base_url.join(&format!("/disputes/strikes/{strike}")).unwrap();
        for page in ["reports", "accounts"] {
            let page = house.get(Some(&owner), &format!("/i/harbour/{page}/{account}")).await.body;
            assert!(page.contains(&format!("href=\"{base}\"")), "{release:?}: {page}");
            assert!(page.contains("Needs a role with “Manage Appeals”"), "{page}");
        }
    }
}

/// A lift is “done” where somebody can come back by it, and nowhere else.
#[tokio::test]
async fn a_suspension_lifted_from_nobody_is_not_done() {
    for release in [Version::V46, Version::V47] {
        let house = house_of(sqlite().await, release).await;
        let owner = house.sign_in("owner").await;
        let (account, _) = house.case("windvane").await;
        let suspended = format!(
            "update accounts set suspended_at = now() at time zone 'utc', suspension_origin = 0 where id = {account}; \
             insert into account_deletion_requests (account_id, created_at, updated_at) values \
             ({account}, now() at time zone 'utc', now() at time zone 'utc')"
        );
        run(&house, &suspended).await;
        let state = NO_SANCTION.replace("\"suspended\":false", "\"suspended\":true");
        let case = format!("/i/harbour/reports/{account}");
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("reversal", "unsuspend"),
            ("state", state.as_str()),
            ("why", "a mistake"),
            ("back", case.as_str()),
        ];
        // The login goes between the look and the call.
        house.weather.meanwhile(
            &house.instance,
            "delete from users where account_id = (select id from accounts where username = 'windvane' and domain is null)",
        );
        let to = house.post(Some(&owner), "/api/reports/reverse", &form).await.location.unwrap();
        let said = text(&house.get(Some(&owner), &to).await.body);
        assert_eq!(house.outcome("reverse_sanction").await, Some(Outcome::Partly), "{release:?}: {said}");
        assert!(said.contains("the account has no login any more"), "{release:?}: {said}");
        // It stands as if it could be used: the pages say that nobody can.
        let shown = text(&house.get(Some(&owner), &case).await.body);
        assert!(shown.contains("no login: nobody can use it"), "{release:?}: {shown}");
        let listed = async |state: &str| {
            let page = house.get(Some(&owner), &format!("/i/harbour/accounts?origin=local&state={state}")).await.body;
            let row = page.split("<tr").find(|row| row.contains(&format!("/i/harbour/accounts/{account}\""))).map(text);
            row.unwrap_or_default()
        };
        assert!(listed("deleted").await.contains("no login"), "{release:?}");
        assert_eq!(listed("suspended").await, "", "{release:?}");
        // Suspended again, and all of it deleted: nothing is offered, and nothing sent.
        run(&house, &suspended).await;
        run(&house, &format!("delete from account_deletion_requests where account_id = {account}")).await;
        // As a database upgraded from 4.6 has it: nothing says so but that nothing is left.
        assert!(listed("deleted").await.contains("suspended"), "{release:?}");
        if release == Version::V47 {
            run(&house, &format!("update accounts set requested_deletion_at = now() where id = {account}")).await;
        }
        let page = house.get(Some(&owner), &case).await.body;
        assert!(!page.contains("value=\"unsuspend\""), "{release:?}: {page}");
        let writes = house.weather.writes();
        let to = house.post(Some(&owner), "/api/reports/reverse", &form).await.location.unwrap();
        let said = text(&house.get(Some(&owner), &to).await.body);
        assert!(said.contains("what this account had is deleted"), "{release:?}: {said}");
        assert_eq!(house.weather.writes(), writes, "{release:?}");
    }
}

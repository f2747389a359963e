//! What a case says, against what stands in the rows: each table is a list of cases, easy to add to.

use crate::support::{House, NO_SANCTION, house, house_of, sqlite, until};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    cli,
    clock::Clock,
    config::Secret,
    http,
    ledger::Outcome,
    seal::Keys,
};
use practice::version::Version;

/// Runs statements on the instance as somebody at its database's own prompt would.
async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

/// One value of the instance's rows, as text.
async fn value(house: &House, sql: &str) -> String {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

/// A report's category before with its rules, where it goes with which rules, and what the row must be then.
const CATEGORIES: [(i32, &str, &str, &[&str], &str); 7] = [
    (2000, "{1,2}", "spam", &[], "1000 {}"),
    (2000, "{1}", "legal", &[], "1500 {}"),
    (2000, "{1}", "other", &[], "0 {}"),
    // Boxes that were ticked are no rules of another category.
    (2000, "{1}", "spam", &["2"], "1000 {}"),
    (0, "{}", "spam", &[], "1000 {}"),
    (1000, "{}", "violation", &["1", "3"], "2000 {1,3}"),
    (2000, "{1}", "violation", &["2"], "2000 {2}"),
];

#[tokio::test]
async fn a_report_goes_to_any_category() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let report = reports.split(',').next().unwrap();
    for (category, rules, to, ticked, row) in CATEGORIES {
        run(&house, &format!("update reports set category = {category}, rule_ids = '{rules}' where id = {report}"))
            .await;
        let word = match category {
            0 => "other",
            1000 => "spam",
            _ => "violation",
        };
        let before: Vec<&str> = rules.trim_matches(['{', '}']).split(',').filter(|rule| !rule.is_empty()).collect();
        let seen = serde_json::to_string(&(word, before)).unwrap();
        let mut form = vec![
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("report", report),
            ("category", to),
            ("seen", seen.as_str()),
            ("back", "/i/harbour/reports"),
        ];
        form.extend(ticked.iter().map(|rule| ("rules[]", *rule)));
        let answer = house.post(Some(&cookie), "/api/reports/category", &form).await;
        let told = answer.location.clone().unwrap_or_default();
        let page = house.get(Some(&cookie), &told).await.body;
        let said = page.split("role=\"alert\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
        assert!(told.contains("done="), "{word} {rules} to {to}: {} {told} {said}", answer.status);
        let now =
            format!("select category || ' ' || coalesce(rule_ids::text, 'none') from reports where id = {report}");
        assert_eq!(value(&house, &now).await, row, "{word} {rules} to {to}");
    }
    assert_eq!(house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await.status, StatusCode::OK);
}

/// A page as somebody reads it: without its markup.
fn words(page: &str) -> String {
    let body = page.split_once("<body").map_or(page, |(_, body)| body);
    let body = body.split_once('>').map_or(body, |(_, body)| body);
    let body = body.replace("<!>", "");
    let mut text = String::new();
    for part in body.split('<') {
        let (tag, rest) = part.split_once('>').unwrap_or(("", part));
        if !tag.is_empty() && !tag.starts_with(['!']) && !tag.starts_with("script") && !tag.starts_with("style") {
            text.push(' ');
            text.push_str(rest);
        }
    }
    let text = text.replace("&quot;", "\"").replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn page(house: &House, cookie: &str, path: &str) -> String {
    let answer = house.get(Some(cookie), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", words(&answer.body));
    words(&answer.body)
}

/// What is done to the rows of a case, what its page must say then, and what it must not.
struct Held {
    rows: &'static str,
    says: &'static [&'static str],
    not: &'static [&'static str],
}

const LOWWATER: &str = "(select id from accounts where username = 'lowwater')";

const HELD: &[Held] = &[
    Held {
        rows: "",
        says: &[
            "Drown the new harbour master · 3 votes",
            "Let her swim · 1 vote",
            "quotes @windvane",
            "I am the new harbour master and I am glad to be here.",
            "2 earlier versions",
            "lives above the bakery, second floor.",
            "lives above the bakery.",
            "A lovely evening at the harbour.",
            "People to drown",
            "In this order.",
            "2 people: @otter, @windvane",
            "4 posts · 1 collection",
            "links to sign.lowwater.example : https://sign.lowwater.example/go?to=1",
            "its preview is of petitions.lowwater.example : https://petitions.lowwater.example/harbour-master/out",
            "Out with the harbour master · Lowwater Petitions",
            "Four hundred have signed already.",
            "with a picture, not shown here View in Mastodon →",
            "links to the collection “People to drown” of @lowwater, 2 people",
            // What has no room on a phone stands in a menu there.
            "Freeze z More Mark as sensitive Limit Freeze resolves 1 report",
        ],
        not: &["about the whole account", "doesn’t know"],
    },
    // Who did not want to be in a collection is not in it, and what a version was besides its words is said.
    Held {
        rows: "update collection_items set state = 3 where account_id = (select id from accounts where username = 'otter' \
            and domain is null); \
            update status_edits set sensitive = true, quote_id = 1, media_descriptions = '{\"a house at number 7\",\"\",null}'",
        says: &[
            "1 person: @windvane; 1 person declined or left",
            "a file described as “a house at number 7” · marked as sensitive · with a quoted post",
        ],
        not: &["@otter, @windvane", "described as “”"],
    },
    Held {
        rows: "update collection_items set state = 1",
        says: &["2 people: @otter, @windvane"],
        not: &["declined or left"],
    },
    // A name before the @ is no server, and what is not of this alphabet is shown as the browser would ask for it.
    Held {
        rows: "update preview_cards_statuses set url = 'https://harbour.example@xn--vil-qdd.example/login'; \
            update preview_cards set url = 'https://еvil.example/login', type = 7, image_file_name = null",
        says: &[
            "links to xn--vil-qdd.example : https://harbour.example@",
            "its preview is of xn--vil-qdd.example",
            "of a kind this console doesn’t know (7)",
        ],
        not: &["with a picture"],
    },
    Held {
        rows: "update preview_cards_statuses set url = null; update preview_cards set url = 'https://one.example/', type = 0, \
            title = '', provider_name = ''",
        says: &["links to one.example : https://one.example/"],
        not: &["its preview is of", "https://harbour.example@"],
    },
    Held {
        rows: "update tagged_objects set object_id = 12",
        says: &["It links to a collection that doesn’t exist on this instance, at https://"],
        not: &["links to the collection “People"],
    },
    Held {
        rows: "update tagged_objects set ap_type = 'Recipe', uri = null",
        says: &["It links to something this console doesn’t know (Recipe). View in Mastodon →"],
        not: &[],
    },
    // What is quoted may hold as much.
    Held {
        rows: "update preview_cards_statuses set status_id = (select quoted_status_id from quotes limit 1)",
        says: &["glad to be here. links to one.example : https://one.example/"],
        not: &[],
    },
    Held {
        rows: "update tagged_objects set object_id = (select id from collections limit 1), ap_type = 'FeaturedCollection', \
            status_id = (select quoted_status_id from quotes limit 1)",
        says: &["signed already. links to the collection “People to drown” of @lowwater, 2 people"],
        not: &[],
    },
    Held {
        rows: "update tagged_objects set ap_type = 'Recipe', object_type = null, uri = 'https://a.example/soup'",
        says: &["links to something this console doesn’t know (Recipe), at https://a.example/soup"],
        not: &["links to the collection"],
    },
    // A quoted post that quotes in turn, was changed since, and has a file.
    Held {
        rows: "insert into quotes (id, account_id, status_id, quoted_status_id, state, created_at, updated_at) \
            select 891, s.account_id, s.id, (select min(id) from statuses where account_id = s.account_id and id <> s.id), 1, now(), now() \
            from statuses s where s.id = (select quoted_status_id from quotes limit 1); \
            update statuses set edited_at = now() where id = (select status_id from quotes where id = 891)",
        says: &["quotes another post, not shown here", "edited since; the earlier text is not shown here"],
        not: &[],
    },
    Held { rows: "delete from quotes where id = 891", says: &[], not: &["another post"] },
    Held {
        rows: "insert into statuses (id, account_id, text, visibility, reblog_of_id, created_at, updated_at) select 890, id, '', 0, \
            (select quoted_status_id from quotes limit 1), now(), now() from accounts where username = 'lowwater'; \
            update reports set status_ids = status_ids || 890::bigint \
            where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &["boosts @windvane"],
        not: &["which is not shown here"],
    },
    Held {
        rows: "update reports set status_ids = array_remove(status_ids, 890::bigint); update quotes set state = 3",
        says: &["its author took the consent back"],
        not: &["boosts @"],
    },
    Held { rows: "update quotes set state = 77", says: &["in a state this console doesn’t know (77)"], not: &[] },
    Held {
        rows: "update statuses set visibility = 2 where text like 'I am the new harbour master%'",
        says: &["quotes @windvane", "followers only: not shown here"],
        not: &["glad to be here"],
    },
    Held {
        rows: "update statuses set deleted_at = now(), visibility = 0 where text like 'I am the new harbour master%'",
        says: &["deleted since", "glad to be here"],
        not: &[],
    },
    Held {
        rows: "delete from statuses where text like 'I am the new harbour master%'",
        says: &["quotes @windvane", "it doesn’t exist on this instance"],
        not: &["glad to be here"],
    },
    Held {
        rows: "update collections set description = null, description_html = '<p>in <b>this</b> order</p>'",
        says: &["in this order"],
        not: &["<b>"],
    },
    Held {
        rows: "update collections set account_id = (select id from accounts where username = 'windvane')",
        says: &["by another account"],
        not: &[],
    },
    Held {
        rows: "update statuses set visibility = 9 where text = 'Tell me, harbour:'",
        says: &["of a visibility this console doesn’t know (9)", "It also holds a poll, revealed with it."],
        not: &["Drown the new harbour master ·"],
    },
    Held {
        rows: "create table report_recordings (id bigint, report_id bigint references reports (id)); \
            create table songs (id bigint, status_id bigint references statuses (id)); \
            alter table reports add column voice_note text; alter table statuses add column smell text",
        says: &[
            "stores more with reports and posts than this console knows of: report_recordings, reports.voice_note, \
            songs, statuses.smell. View in Mastodon →",
        ],
        not: &[],
    },
    Held {
        rows: "update reports set category = 3000 where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &["has a category this console doesn’t know (3000); it is listed under “other”. View in Mastodon →"],
        not: &[],
    },
    Held {
        rows: "update reports set status_ids = status_ids || (select array_agg(id) from (select id from statuses \
            where account_id = (select id from accounts where username = 'windvane') order by id limit 2) s) || 42::bigint \
            where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &[
            "1 post cited in the reports is no longer in the database.",
            "2 posts cited in the reports are by other accounts and not shown here.",
        ],
        not: &[],
    },
    Held {
        rows: "with p as (insert into statuses (id, account_id, text, visibility, created_at, updated_at) \
            select 900 + n, (select id from accounts where username = 'lowwater'), 'one of many', 0, now(), now() \
            from generate_series(1, 60) n returning id) update reports set status_ids = (select array_agg(id) from p) \
            where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &["10 posts cited in the reports are not shown: only the oldest 50 are."],
        not: &["no longer in the database"],
    },
    Held {
        rows: "update reports set status_ids = '{8}' where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &["1 post cited in the reports is no longer in the database.", "the reported posts can’t be shown"],
        not: &["no posts reported"],
    },
    Held {
        rows: "update reports set status_ids = '{}' where target_account_id = (select id from accounts where username = 'lowwater')",
        says: &["no posts reported · 1 collection", "People to drown"],
        not: &["about the whole account"],
    },
    Held {
        rows: "drop table collection_reports, collection_items, collections, quotes, polls, status_edits, preview_cards, \
            preview_cards_statuses, tagged_objects",
        says: &["Reports"],
        not: &["People to drown", "may not read", "links to"],
    },
];

#[tokio::test]
async fn a_case_shows_what_its_reports_and_posts_hold() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    let path = format!("/i/harbour/reports/{account}");
    for held in HELD {
        run(&house, held.rows).await;
        house.look().await;
        let said = page(&house, &cookie, &path).await;
        for says in held.says {
            assert!(said.contains(says), "{}: “{says}” is not in {said}", held.rows);
        }
        for not in held.not {
            assert!(!said.contains(not), "{}: “{not}” is in {said}", held.rows);
        }
    }
}

/// The post that windvane wrote and lowwater quotes, in SQL.
const THEIRS: &str = "(select id from statuses where text like 'I am the new harbour master%')";

/// What is done to a post that a reported one boosts (`{theirs}`), and what stands in place of the boost then.
const BOOSTS: &[Held] = &[
    Held {
        rows: "",
        says: &[
            "boosts @windvane ·",
            "I am the new harbour master and I am glad to be here.",
            "image hidden · described as “a boat”",
        ],
        not: &["not shown here", "no longer in the database"],
    },
    Held {
        rows: "update polls set status_id = {theirs}; update preview_cards_statuses set status_id = {theirs}; \
            update tagged_objects set status_id = {theirs}",
        says: &[
            "Drown the new harbour master · 3 votes",
            "links to sign.lowwater.example",
            "links to the collection “People to drown” of @lowwater, 2 people",
        ],
        not: &[],
    },
    Held {
        rows: "update tagged_objects set ap_type = 'Recipe', object_type = null",
        says: &["something this console doesn’t know (Recipe)"],
        not: &["links to the collection"],
    },
    Held {
        rows: "update quotes set status_id = {theirs}, \
            quoted_status_id = (select id from statuses where text = 'A lovely evening at the harbour.')",
        says: &["quotes @lowwater ·", "A lovely evening at the harbour."],
        not: &[],
    },
    Held {
        rows: "update statuses set edited_at = now() where id = {theirs}",
        says: &["edited since; the earlier text is not shown here View in Mastodon →"],
        not: &[],
    },
    Held {
        rows: "update statuses set deleted_at = now(), spoiler_text = 'a gloat' where id = {theirs}",
        says: &["deleted since", "content warning “ a gloat ”"],
        not: &[],
    },
    // What is boosted and private stays where it is, with all that it holds.
    Held {
        rows: "update statuses set visibility = 2 where id = {theirs}",
        says: &["boosts @windvane", "followers only: not shown here"],
        not: &[
            "glad to be here",
            "a gloat",
            "hidden ·",
            "a boat",
            "Drown the new",
            "sign.lowwater",
            "A lovely evening",
        ],
    },
    // So does what a private boost is of.
    Held {
        rows: "update statuses set visibility = 0 where id = {theirs}; update statuses set visibility = 2 where id = 890",
        says: &["This post is followers only.", "It also holds a boosted post, revealed with it."],
        not: &["windvane", "glad to be here", "a gloat", "hidden ·", "a boat", "Drown the new", "sign.lowwater"],
    },
];

#[tokio::test]
async fn a_boost_shows_the_post_that_it_boosts() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    let theirs = value(&house, &format!("select {THEIRS}::text")).await;
    let boost = format!(
        "insert into statuses (id, account_id, text, visibility, reblog_of_id, created_at, updated_at) \
         values (890, {account}, '', 0, {theirs}, now(), now()); \
         insert into media_attachments (id, status_id, account_id, type, description, file_file_name, remote_url, created_at, \
         updated_at) select 895, id, account_id, 0, 'a boat', 'boat.png', '', now(), now() from statuses where id = {theirs}; \
         update reports set status_ids = status_ids || 890::bigint where target_account_id = {account}"
    );
    run(&house, &boost).await;
    let path = format!("/i/harbour/reports/{account}");
    let file = format!("{path}/media/895");
    for held in BOOSTS {
        run(&house, &held.rows.replace("{theirs}", &theirs)).await;
        house.look().await;
        let said = page(&house, &cookie, &path).await;
        // It is the oldest of the posts: what stands before the next one is its.
        let part = said.split("Reported content").nth(1).and_then(|rest| rest.split("Tell me, harbour:").next());
        let part = part.unwrap_or_default();
        for says in held.says {
            assert!(part.contains(says), "{}: “{says}” is not in {said}", held.rows);
        }
        for not in held.not {
            assert!(!part.contains(not), "{}: “{not}” is in {part}", held.rows);
        }
        // Its files are there for whoever sees that they are, and for nobody else.
        let shown = part.contains("hidden ·");
        // That it may be asked for: the practice instance has no such file.
        let answer = house.get(Some(&cookie), &file).await;
        assert_eq!(answer.body.contains("This file doesn’t exist."), !shown, "{}: {}", held.rows, answer.body);
        let opened = house.get(Some(&cookie), &format!("{path}?show=895")).await.body;
        assert_eq!(opened.contains("/media/895\""), shown, "{}", held.rows);
    }
    let others = value(&house, "select min(id)::text from accounts where username = 'otter'").await;
    run(&house, "update statuses set visibility = 0").await;
    let elsewhere = house.get(Some(&cookie), &format!("/i/harbour/reports/{others}/media/895")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "a file of a post that this account never boosted");
    // Opened with a reason, a private boost tells what it is of.
    run(&house, "update statuses set visibility = 2 where id = 890").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("what", "post:890"),
        ("why", "it is reported"),
        ("back", path.as_str()),
    ];
    let to = house.post(Some(&cookie), "/api/reports/reveal", &form).await.location.unwrap();
    let said = page(&house, &cookie, &to).await;
    for says in [
        "Boosts a post of @windvane",
        "glad to be here.",
        "In it: Poll: “Drown the new harbour master”",
        "In it: Links to sign.lowwater.example",
        "links to something this console doesn’t know (Recipe)",
        "In it: Quotes a post of @lowwater",
        "with 1 file, not shown here",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
}

/// What is done to the rows, which page is opened, and what it must and must not claim then. `{windvane}`, `{remote}`: accounts.
const CLAIMS: &[Waits] = &[
    // Suspended, and no deletion is scheduled: whether its data is gone was not looked at.
    Waits {
        rows: "update accounts set suspended_at = now() at time zone 'utc' where id = {windvane}; \
            delete from account_deletion_requests where account_id = {windvane}",
        page: "/i/harbour/accounts/{windvane}",
        says: &[
            "No data deletion is scheduled: it was deleted already, or the suspension schedules none.",
            "no entry in Mastodon’s audit log: from the command line, by the account’s owner, or by a moderator whose \
            account is gone",
        ],
        not: &["its data is deleted", "has since been deleted", "restores nothing"],
    },
    // More than a page of them.
    Waits {
        rows: "insert into accounts (id, username, created_at, updated_at) select 7000 + n, 'fleet_' || n, now(), now() \
            from generate_series(1, 21) n",
        page: "/i/harbour/search?q=fleet_",
        says: &["@fleet_1", "First 20 results; there may be more. Type more of the name."],
        not: &[],
    },
    Waits {
        rows: "",
        page: "/i/harbour/search?q=fleet_21x",
        says: &["No handle is “fleet_21x” or begins with it"],
        not: &["there may be more"],
    },
    // A severity of a later release is not the mildest.
    Waits {
        rows: "insert into domain_blocks (domain, severity, created_at, updated_at) select domain, 7, now(), now() from accounts \
            where id = {remote} on conflict (domain) do update set severity = 7",
        page: "/i/harbour/reports/{remote}",
        says: &["domain block of a severity this console doesn’t know (7)"],
        not: &["domain block with severity None"],
    },
    // Kept in memory of somebody dead, and moved.
    Waits {
        rows: "update accounts set suspended_at = null, memorial = true, moved_to_account_id = {remote} where id = {windvane}",
        page: "/i/harbour/reports/{windvane}",
        says: &["in memoriam", "moved to another account"],
        not: &[],
    },
    // Nobody limits their own account, and no domain block an account from here.
    Waits {
        rows: "update accounts set memorial = false, moved_to_account_id = null, silenced_at = now() where id = {windvane}",
        page: "/i/harbour/accounts/{windvane}",
        says: &["no entry in Mastodon’s audit log: from the command line, or by a moderator whose account is gone"],
        not: &["in memoriam", "moved to another account", "by the account’s owner", "domain block,"],
    },
    Waits {
        rows: "update accounts set silenced_at = now() where id = {remote}",
        page: "/i/harbour/accounts/{remote}",
        says: &["no entry in Mastodon’s audit log: by a domain block, from the command line, or by a moderator"],
        not: &["by the account’s owner"],
    },
    // Whose login is gone was deleted: a moderator's deletion keeps it.
    Waits {
        rows: "update accounts set silenced_at = null, suspended_at = now() where id = {windvane}; \
            delete from users where account_id = {windvane}",
        page: "/i/harbour/accounts/{windvane}",
        says: &["no entry in Mastodon’s audit log: deleted by its owner or from the command line"],
        not: &["domain block,"],
    },
    // Nobody reads a message who has no login here.
    Waits {
        rows: "",
        page: "/i/harbour/reports/{remote}?decide=suspend",
        says: &["has no login here."],
        not: &["Message to the user", "The user reads exactly this", "Warning preset"],
    },
    Waits {
        rows: "",
        page: "/i/harbour/reports/{remote}?decide=warn",
        says: &["Text of the strike", "above your text"],
        not: &["Message to the user", "The user reads exactly this"],
    },
];

/// What was reported is read first, however many files there are of others.
#[tokio::test]
async fn the_files_of_what_was_reported_come_before_those_of_what_it_boosts() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    let theirs = value(&house, &format!("select {THEIRS}::text")).await;
    let file = "insert into media_attachments (id, status_id, account_id, type, description, file_file_name, remote_url, \
                created_at, updated_at)";
    run(
        &house,
        &format!(
            "insert into statuses (id, account_id, text, visibility, reblog_of_id, created_at, updated_at) values \
             (890, {account}, '', 0, {theirs}, now(), now()), (891, {account}, 'Look at this.', 0, null, now(), now()); \
             {file} select n, {theirs}, account_id, 0, 'a boat', 'boat.png', '', now(), now() from statuses, \
             generate_series(1, 600) n where id = {theirs}; \
             {file} values (895, 891, {account}, 0, 'the reported picture', 'seen.png', '', now(), now()); \
             update reports set status_ids = status_ids || '{{890,891}}'::bigint[] where target_account_id = {account}"
        ),
    )
    .await;
    house.look().await;
    let said = page(&house, &cookie, &format!("/i/harbour/reports/{account}")).await;
    assert!(said.contains("the reported picture") && said.contains("a boat"), "{said}");
}

#[tokio::test]
async fn no_page_claims_what_was_not_asked() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let windvane = house.case("windvane").await.0;
    let remote = value(
        &house,
        "select r.target_account_id::text from reports r join accounts a on a.id = r.target_account_id \
         where a.domain is not null and r.action_taken_at is null order by r.id limit 1",
    )
    .await;
    let named = |text: &str| text.replace("{windvane}", &windvane).replace("{remote}", &remote);
    for claim in CLAIMS {
        run(&house, &named(claim.rows)).await;
        let path = named(claim.page);
        let said = page(&house, &cookie, &path).await;
        for says in claim.says {
            assert!(said.contains(says), "{path}: “{says}” is not in {said}");
        }
        for not in claim.not {
            assert!(!said.contains(not), "{path}: “{not}” is in {said}");
        }
    }
}

/// What a private post links to besides pages, in the rows, and what its page says of it while it is closed.
const CLOSED: [(&str, &str, &str); 3] = [
    ("update tagged_objects set ap_type = ap_type", "1 link to a collection, revealed", "doesn’t know"),
    (
        "update tagged_objects set ap_type = 'Recipe', object_type = null, object_id = null",
        "1 link to something this console doesn’t know, revealed",
        "link to a collection",
    ),
    (
        "insert into tagged_objects (status_id, ap_type, uri, created_at, updated_at) \
         select status_id, 'Song', 'https://a.example/song', now(), now() from tagged_objects",
        "2 links to things this console doesn’t know, revealed",
        "link to a collection",
    ),
];

#[tokio::test]
async fn a_closed_post_says_of_its_links_no_more_than_what_was_seen() {
    let house = house(sqlite().await).await;
    run(&house, &format!("update statuses set visibility = 2 where account_id = {LOWWATER}")).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    for (rows, says, not) in CLOSED {
        run(&house, rows).await;
        let said = page(&house, &cookie, &format!("/i/harbour/reports/{account}")).await;
        assert!(said.contains(says) && !said.contains(not), "{rows}: {says}\n{said}");
    }
}

#[tokio::test]
async fn a_private_post_keeps_its_poll_its_quote_and_its_earlier_versions_until_it_is_opened() {
    let house = house(sqlite().await).await;
    run(&house, &format!("update statuses set visibility = 2 where account_id = {LOWWATER}")).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    let path = format!("/i/harbour/reports/{account}");
    let said = page(&house, &cookie, &path).await;
    for secret in [
        "Drown the new",
        "Let her swim",
        "above the bakery",
        "glad to be here",
        "lovely evening",
        "sign.lowwater",
        "links to",
    ] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    for says in [
        "It also holds a poll",
        "It also holds a quoted post",
        "It also holds 2 earlier versions",
        "It also holds 1 link with a preview, 1 link to a collection, revealed with it.",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    for (post, opened) in [
        ("Tell me, harbour:", &["“Drown the new harbour master”, “Let her swim”"][..]),
        ("A lovely evening at the harbour.", &["above the bakery, second floor.", "lovely evening"][..]),
        (
            "Sign here and she goes: https://sign.lowwater.example/go?to=1",
            &[
                "Links to sign.lowwater.example: https://sign.lowwater.example/go?to=1, a preview of petitions.lowwater.example",
                "Out with the harbour master · Lowwater Petitions",
                "It links to the collection “People to drown” of @lowwater, 2 people.",
            ][..],
        ),
        ("Not for long.", &["Quotes a post of @windvane: I am the new harbour master"][..]),
    ] {
        let id = value(&house, &format!("select id::text from statuses where text = '{post}'")).await;
        let what = format!("post:{id}");
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("what", what.as_str()),
            ("why", "it is reported"),
            ("back", path.as_str()),
        ];
        let to = house.post(Some(&cookie), "/api/reports/reveal", &form).await.location.unwrap();
        let said = page(&house, &cookie, &to).await;
        for words in opened {
            assert!(said.contains(words), "{post}: {said}");
        }
    }
}

#[tokio::test]
async fn a_case_of_an_older_release_shows_what_that_has() {
    let house = house_of(sqlite().await, Version::V43).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("lowwater").await;
    let said = page(&house, &cookie, &format!("/i/harbour/reports/{account}")).await;
    for says in [
        "Drown the new harbour master · 3 votes",
        "2 earlier versions",
        "above the bakery, second floor.",
        "Out with the harbour master · Lowwater Petitions",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(!said.contains("may not read"), "{said}");
}

/// What is done to the rows, which page is opened, what it must say then, and what it must not.
struct Waits {
    rows: &'static str,
    page: &'static str,
    says: &'static [&'static str],
    not: &'static [&'static str],
}

const REPORT: &str = "insert into reports (account_id, target_account_id, category, created_at, updated_at) ";

const WAITS: &[Waits] = &[
    // One spam and one other report: it fits both.
    Waits {
        rows: "insert into reports (account_id, target_account_id, category, created_at, updated_at) \
            select r.account_id, r.target_account_id, 0, now(), now() from reports r join accounts a on a.id = r.target_account_id \
            where a.username = 'deals4u_7700' limit 1",
        page: "/i/harbour/reports?category=spam",
        says: &["@deals4u_7700"],
        not: &[],
    },
    Waits { rows: "", page: "/i/harbour/reports?category=other", says: &["@deals4u_7700"], not: &[] },
    Waits { rows: "", page: "/i/harbour/reports?category=violation", says: &[], not: &["@deals4u_7700"] },
    // Chosen by one of its categories, it is closed with the others: that is said before.
    Waits {
        rows: "",
        page: "/i/harbour/reports?category=spam&all=yes&decide=resolve",
        says: &["@deals4u_7700 , also reported as other"],
        not: &[],
    },
    // Two hours ahead of our clock.
    Waits {
        rows: "update reports set created_at = now() at time zone 'utc' + interval '2 hours' where target_account_id = \
            (select id from accounts where username = 'windvane')",
        page: "/i/harbour/reports",
        says: &["@windvane in 1 h", "48 of 48 shown"],
        not: &[],
    },
    Waits { rows: "", page: "/i/harbour/reports?age=1h", says: &[], not: &["@windvane"] },
    // One person of another server is no server.
    Waits {
        rows: "update reports set account_id = (select id from accounts where domain is not null and actor_type is null \
            order by id limit 1) where target_account_id = (select id from accounts where username = 'windvane')",
        page: "/i/harbour/reports",
        says: &["10 posts 1 person"],
        not: &["1 person, 1 server"],
    },
    // The server itself.
    Waits {
        rows: "insert into accounts (id, username, created_at, updated_at) values (-99, 'harbour.example', now(), now()); \
            insert into reports (account_id, target_account_id, category, created_at, updated_at) \
            select id, -99, 0, now(), now() from accounts where username = 'wren'",
        page: "/i/harbour/reports",
        says: &["@harbour.example (the server itself)", "49 of 49 shown"],
        not: &[],
    },
    Waits {
        rows: "",
        page: "/i/harbour/reports/-99",
        says: &["This is the server itself, not a person.", "Mark as resolved r"],
        not: &["Suspend s", "Limit l", "Warn w"],
    },
    Waits { rows: "", page: "/i/harbour/accounts/-99", says: &["This is the server itself, not a person."], not: &[] },
    // Accounts that are gone, and reports that are not.
    Waits {
        rows: "set session_replication_role = replica; delete from accounts where username = 'windvane'; \
            set session_replication_role = origin",
        page: "/i/harbour/reports",
        says: &["1 of them about an account that is gone", "(gone)", "49 of 49 shown"],
        not: &["@windvane"],
    },
    Waits { rows: "", page: "/i/harbour", says: &["Open cases 49"], not: &[] },
    // So is who reported.
    Waits {
        rows: "set session_replication_role = replica; delete from accounts where id in (select account_id from reports \
            where target_account_id = (select id from accounts where username = 'lowwater')); \
            set session_replication_role = origin",
        page: "/i/harbour/reports",
        says: &["@lowwater", "49 of 49 shown"],
        not: &[],
    },
];

#[tokio::test]
async fn what_waits_is_counted_and_listed_alike() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    for waits in WAITS {
        run(&house, waits.rows).await;
        house.look().await;
        let said = page(&house, &cookie, waits.page).await;
        for says in waits.says {
            assert!(said.contains(says), "{} {}: “{says}” is not in {said}", waits.page, waits.rows);
        }
        for not in waits.not {
            assert!(!said.contains(not), "{} {}: “{not}” is in {said}", waits.page, waits.rows);
        }
        // Head, rail and rows of the queue are one count.
        let all = page(&house, &cookie, "/i/harbour/reports").await;
        let cases: String =
            value(&house, "select count(distinct target_account_id)::text from reports where action_taken_at is null")
                .await;
        let reports: String = value(&house, "select count(*)::text from reports where action_taken_at is null").await;
        for count in [
            format!("{cases} open cases"),
            format!("{reports} reports"),
            format!("Reports {cases}"),
            format!("of {cases} shown"),
        ] {
            assert!(all.contains(&count), "{}: “{count}” is not in {all}", waits.rows);
        }
    }
}

/// Accounts that can only be left alone: what makes one, and by what it is found.
const ONLY_CLOSED: [(&str, &str); 2] = [
    (
        "insert into accounts (id, username, created_at, updated_at) values (-99, 'harbour.example', now(), now()); \
         insert into reports (account_id, target_account_id, created_at, updated_at) \
         select id, -99, now(), now() from accounts where username = 'wren'",
        "select '-99'",
    ),
    (
        "set session_replication_role = replica; delete from accounts where username = 'windvane'; \
         set session_replication_role = origin",
        "select target_account_id::text from reports r where action_taken_at is null \
         and not exists (select from accounts a where a.id = r.target_account_id)",
    ),
];

#[tokio::test]
async fn reports_about_nobody_can_be_closed_and_nothing_else() {
    for (made, found) in ONLY_CLOSED {
        let house = house(sqlite().await).await;
        let cookie = house.sign_in("moderator").await;
        run(&house, made).await;
        house.look().await;
        let account = value(&house, found).await;
        let open = format!(
            "select string_agg(id::text, ',' order by id) from reports where target_account_id = {account} and action_taken_at is null"
        );
        let reports = value(&house, &open).await;
        let path = format!("/i/harbour/reports/{account}");
        let form = |decision| {
            [
                ("instance", "harbour"),
                ("account", account.as_str()),
                ("decision", decision),
                ("reports", reports.as_str()),
                ("state", NO_SANCTION),
                ("text", "kept words"),
                ("why", "kept reason"),
                ("back", path.as_str()),
            ]
        };
        let refused = house.sent(&cookie, "/api/reports/decide", &form("suspend")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", words(&refused.body));
        assert!(
            refused.body.contains("kept words") && refused.body.contains("kept reason"),
            "{}",
            words(&refused.body)
        );
        assert_eq!(house.weather.writes(), 0);
        let done = house.post(Some(&cookie), "/api/reports/decide", &form("resolve")).await.location.unwrap();
        assert!(done.contains("done="), "{done}");
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        assert_eq!(
            value(
                &house,
                &format!(
                    "select count(*)::text from reports where target_account_id = {account} and action_taken_at is null"
                )
            )
            .await,
            "0"
        );
    }
}

#[tokio::test]
async fn what_was_never_read_is_not_known() {
    let mut house = house(sqlite().await).await;
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:9/none");
    house.app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    let cookie = house.sign_in("owner").await;
    for looked in [false, true] {
        if looked {
            house.look().await;
        }
        for (path, says) in [
            ("/i/harbour", "Open cases ? not known"),
            ("/i/harbour", "Pending sign-ups ? not known"),
            ("/i/harbour", "Not known yet: the instance’s database has not been read"),
            ("/i/harbour/reports", "queue not known"),
            ("/i/harbour/reports", "Open ? Assigned to me ?"),
            ("/i/harbour/signups", "queue not known"),
            ("/i/harbour/signups", "Pending ? Unconfirmed ? By invite ?"),
        ] {
            let said = page(&house, &cookie, path).await;
            assert!(said.contains(says), "{path}: “{says}” is not in {said}");
            for claim in ["No open cases", "o pending", "0 of 0 shown", "No cases match", "No sign-ups match"] {
                assert!(!said.contains(claim), "{path}: “{claim}” is in {said}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_typed_outlives_the_account() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for (action, more) in [("/api/reports/decide", ("decision", "warn")), ("/api/accounts/note", ("kind", "note"))] {
        let name = if action.ends_with("decide") { "windvane" } else { "lowwater" };
        let (account, reports) = house.case(name).await;
        run(&house, &format!("update reports set status_ids = '{{}}'; delete from collections where account_id = {account}; delete from accounts where id = {account}")).await;
        let path = format!("/i/harbour/reports/{account}");
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("text", "Please stop.\nThis is <the> last time."),
            ("why", "the \"third\" time"),
            ("back", path.as_str()),
            more,
        ];
        let answer = house.sent(&cookie, action, &form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action}: {}", words(&answer.body));
        for typed in ["This is &lt;the&gt; last time.", "the &quot;third&quot; time"] {
            assert!(answer.body.contains(typed), "{action}: {typed}: {}", answer.body);
        }
        assert!(answer.body.contains(&format!("action=\"{action}\"")), "it can be sent again");
    }
}

#[tokio::test]
async fn a_form_that_could_not_be_carried_out_stands_on_a_page_that_can_be_opened_again() {
    let mut house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:9/none");
    house.app = cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    house.router = http::router(house.app.clone());
    let back = format!("/i/harbour/reports/{account}");
    for back in [Some(back.as_str()), None] {
        let mut form = vec![
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "warn"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("text", "kept words"),
            ("why", "kept reason"),
        ];
        form.extend(back.map(|back| ("back", back)));
        let sent = house.post(Some(&cookie), "/api/reports/decide", &form).await;
        let to = sent.location.unwrap_or_else(|| panic!("{} {}", sent.status, words(&sent.body)));
        for _reload in 0..2 {
            let answer = house.get(Some(&cookie), &to).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{to}");
            assert!(
                answer.body.contains("kept words") && answer.body.contains("kept reason"),
                "{to}: {}",
                words(&answer.body)
            );
        }
    }
    // A door that is opened leads on, for a browser.
    let opened = house.get(Some(&cookie), "/api/reports/decide").await;
    assert_eq!((opened.status, opened.location.as_deref()), (StatusCode::SEE_OTHER, Some("/")));
}

#[tokio::test]
async fn a_large_case_takes_a_third_of_the_calls_and_says_so_before() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    run(
        &house,
        &format!("{REPORT} select r.account_id, r.target_account_id, 0, now(), now() from reports r, generate_series(1, 434) n \
            where r.target_account_id = {account}"),
    )
    .await;
    house.look().await;
    let (account, reports) = house.case("windvane").await;
    let instance = house.app.instances.values().next().unwrap().clone();
    let third = instance.rest.for_one_deed();
    assert!(third > 80 && third <= 100, "{third}");
    let path = format!("/i/harbour/reports/{account}");
    for decision in ["resolve", "warn"] {
        let said = page(&house, &cookie, &format!("{path}?decide={decision}")).await;
        let says = format!("{third} are resolved now, the other {} in the background", 435 - third);
        assert!(said.contains(&says), "{decision}: {says}: {said}");
    }
    let said = page(&house, &cookie, &format!("{path}?decide=suspend")).await;
    assert!(!said.contains("in the background"), "a sanction is one call: {said}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("unread", "0"),
        ("state", NO_SANCTION),
        ("why", "a wave"),
        ("back", path.as_str()),
    ];
    let to = house.post(Some(&cookie), "/api/reports/decide", &form).await.location.unwrap();
    assert!(to.starts_with("/i/harbour/batches/"), "{to}");
    assert_eq!(house.weather.writes(), third, "no more than a third");
    let open =
        format!("select count(*)::text from reports where target_account_id = {account} and action_taken_at is null");
    assert_eq!(value(&house, &open).await, (435 - third).to_string());
    let parts = (435 - third).div_ceil(20);
    let said = page(&house, &cookie, &to).await;
    assert!(said.contains("Mark as resolved: 1 case") && said.contains(&format!("0 of {parts} done")), "{said}");
    // What comes in meanwhile stays open, and stops nothing.
    run(
        &house,
        &format!(
            "{REPORT} select account_id, target_account_id, 0, now(), now() from reports where target_account_id = {account} limit 1"
        ),
    )
    .await;
    // It goes on as far as half of the calls, and every part is done by itself.
    let window = instance.rest.limits().unwrap().reset;
    let work = engine::work::<OfBatch>(&house.app, &instance, "a process", 50);
    let _waits = tokio::time::timeout(std::time::Duration::from_secs(6), work).await;
    until("the deeds under way are closed", async || house.open_deeds().await == 0).await;
    let closed = 436 - value(&house, &open).await.parse::<usize>().unwrap();
    assert!(closed > third, "{closed} of {third}");
    // Every five minutes the calls are counted anew.
    if instance.rest.limits().unwrap().reset == window {
        assert!(closed <= 170, "{closed} of {third}");
    }
    assert_eq!((closed - third) % 20, 0, "whole parts");
    let said = page(&house, &cookie, &to).await;
    assert!(!said.contains("haven’t seen"), "{said}");
    assert_eq!(house.open_deeds().await, 0);
    // However many deeds it takes, it is one case: on the sheet that people are paid by, in the record and among the decided.
    let owner = house.sign_in("owner").await;
    let sheet = house.get(Some(&owner), "/grants/01moderator/timesheet.csv").await.body;
    let total = sheet.lines().find(|line| line.contains("total")).unwrap_or_else(|| panic!("{sheet}"));
    assert_eq!(total.replace('"', "").split(',').skip(3).take(2).collect::<Vec<_>>(), ["1", "1"], "{sheet}");
    let record = page(&house, &owner, "/audit").await;
    assert!(record.contains("started a batch of 1 case"), "{record}");
    let decided = house.get(Some(&cookie), "/i/harbour/reports?state=decided&decided-by=moderator").await.body;
    assert_eq!(decided.matches("data-row").count(), 1, "{decided}");
}

#[tokio::test]
async fn after_the_deletion_of_its_data_the_account_says_who_did_it() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let account = value(&house, "select id::text from accounts where username = 'gonesoon'").await;
    run(&house, &format!("insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
        select (select id from accounts where username = 'leabrandt'), 'suspend', 'Account', {account}, suspended_at, suspended_at \
        from accounts where id = {account}")).await;
    let path = format!("/i/harbour/accounts/{account}");
    let shown = house.get(Some(&owner), &path).await.body;
    assert!(words(&shown).contains("by @leabrandt"), "{}", words(&shown));
    let seen = shown.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("name", "@gonesoon"),
        ("why", "requested"),
        ("seen", seen.as_str()),
        ("back", path.as_str()),
    ];
    let done = house.post(Some(&owner), "/api/accounts/delete", &form).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let asked = format!("select count(*)::text from account_deletion_requests where account_id = {account}");
    until("the instance deleted the data", async || value(&house, &asked).await == "0").await;
    let said = page(&house, &owner, &path).await;
    for says in ["by @leabrandt; its data was deleted through this console, entry", "with the deletion of its data"] {
        assert!(said.contains(says), "{says}: {said}");
    }
    for not in ["by a rule about its server", "Unfreeze", "Undo suspension"] {
        assert!(!said.contains(not), "{not}: {said}");
    }
    // It stands in clear: whoever takes the key of its words away hides nothing.
    crate::support::sql(&house.app.store, "create table away as select * from ledger_keys; delete from ledger_keys")
        .await
        .unwrap();
    let said = page(&house, &owner, &path).await;
    assert!(said.contains("its data was deleted through this console, entry"), "{said}");
    crate::support::sql(&house.app.store, "insert into ledger_keys select * from away").await.unwrap();
    // Nor does whoever alters what came of it: then it is said that it is not known, and nothing is offered that cannot be.
    let altered = "update ledger_entries set leaf = replace(leaf, '\"outcome\":\"succeeded\"', '\"outcome\":\"failed\"') \
        where deed = 'delete_account'";
    crate::engine::past_triggers(&house.app.store.driver, altered).await.unwrap();
    let said = page(&house, &owner, &path).await;
    assert!(said.contains("can’t be read in the audit log") && !said.contains("Undo suspension"), "{said}");
    let back = "update ledger_entries set leaf = replace(leaf, '\"outcome\":\"failed\"', '\"outcome\":\"succeeded\"') \
        where deed = 'delete_account'";
    crate::engine::past_triggers(&house.app.store.driver, back).await.unwrap();
    // … or hides the outcome behind its column.
    let hidden = "update ledger_entries set intent = null where deed = 'delete_account' and kind = 'outcome'";
    crate::engine::past_triggers(&house.app.store.driver, hidden).await.unwrap();
    let said = page(&house, &owner, &path).await;
    assert!(said.contains("its data was deleted through this console, entry"), "{said}");
}

#[tokio::test]
async fn who_is_suspended_already_loses_no_follow() {
    let house = house(sqlite().await).await;
    run(&house, "insert into follows (account_id, target_account_id, created_at, updated_at) \
        select l.id, r.id, now(), now() from (select id from accounts where domain is null and id > 0 order by id limit 3) l, \
        (select id from accounts where domain = 'night.example' order by id limit 2) r on conflict do nothing").await;
    let database = &house.app.instances.values().next().unwrap().database;
    for (rows, follows) in [
        ("", 6),
        (
            "update accounts set suspended_at = now() where id = (select min(id) from accounts where domain = 'night.example')",
            3,
        ),
        ("update accounts set suspended_at = now() where domain = 'night.example'", 0),
    ] {
        run(&house, rows).await;
        let domains = ["night.example".to_owned()];
        let mut read = database.read().await.unwrap();
        assert_eq!(read.reach(&domains).await.unwrap().losses.follows, follows, "{rows}");
        assert_eq!(read.is_followed(&domains).await.unwrap(), Some(follows > 0), "{rows}");
        assert_eq!(read.glimpses(&domains).await.unwrap()["night.example"].followed, follows, "{rows}");
    }
}

#[tokio::test]
async fn no_token_is_left_of_asking_whether_the_console_is_known() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    for _ in 0..3 {
        let form = [("instance", "harbour"), ("back", "/i/harbour/your-account")];
        let begun = house.post(Some(&cookie), "/api/your-account/start", &form).await.location.unwrap();
        assert!(begun.contains("begun="), "{begun}");
    }
    let left = "select count(*)::text from oauth_access_tokens where resource_owner_id is null and revoked_at is null";
    assert_eq!(value(&house, left).await, "0");
    let asked = "select (count(*) > 0)::text from oauth_access_tokens where resource_owner_id is null";
    assert_eq!(value(&house, asked).await, "true", "it was asked");
}

#[tokio::test]
async fn a_collection_stays_on_the_account_page_when_its_report_is_closed() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("lowwater").await;
    let path = format!("/i/harbour/accounts/{account}");
    let said = page(&house, &cookie, &path).await;
    assert!(said.contains("4 posts · 1 collection") && !said.contains("Collections reported before"), "{said}");
    assert!(said.contains("Accounts / @lowwater"), "{said}");
    assert_eq!(said.matches("no limits").count(), 1, "{said}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
    ];
    assert!(house.post(Some(&cookie), "/api/reports/decide", &form).await.location.unwrap().contains("done="));
    for path in [path, format!("/i/harbour/reports/{account}")] {
        let said = page(&house, &cookie, &path).await;
        let part = said.split("Collections reported before").nth(1).unwrap_or_default();
        for says in ["People to drown", "In this order.", "2 people: @otter, @windvane"] {
            assert!(part.contains(says), "{path}: “{says}” is not in {said}");
        }
    }
}

/// A remote server is bounded by nothing but what the instance takes in one request: what it writes is cut before it is read.
#[tokio::test]
async fn what_a_remote_server_writes_has_an_end() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let (account, _) = house.case("windvane").await;
    for text in [
        format!(
            "update accounts set note = repeat('<br>', 800000), display_name = repeat('x', 3000000) where id = {account}"
        ),
        format!(
            "update statuses set text = repeat('<p>a', 800000), spoiler_text = repeat('<', 3000000) where account_id = {account}"
        ),
        format!("update reports set comment = repeat('c', 3000000) where target_account_id = {account}"),
    ] {
        run(&house, &text).await;
    }
    for path in [format!("/i/harbour/reports/{account}"), format!("/i/harbour/accounts/{account}")] {
        let page = house.get(Some(&cookie), &path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.len() < 1_500_000, "{path}: {} bytes", page.body.len());
        assert!(page.body.contains("(Cut after "), "{path}");
    }
}

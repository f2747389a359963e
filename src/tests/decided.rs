//! Who decided is said by the colleague's name wherever Mastodon knows the service account alone; what is written down about
//! somebody stands beside the decision; and what was left has a way back.

use crate::{
    seen::text,
    support::{House, NO_SANCTION, house, postgres, sqlite, until},
};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    clock::DAY,
    deeds::DecideCase,
    ledger::{ABOUT_THESE, DONE_BY, Deed, LATELY, LATELY_BY},
    reports::Category,
    store::Driver,
};

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn decide(house: &House, cookie: &str, name: &str, decision: &str) -> String {
    house.look().await;
    let (account, reports) = house.case(name).await;
    let text = if decision == "resolve" { "" } else { "You broke rule 2." };
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", decision),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", text),
    ];
    let to = house.post(Some(cookie), "/api/reports/decide", &form).await.location.unwrap();
    assert!(to.contains("done="), "{name}: {to}");
    account
}

/// Two people of this instance with open reports and no sanction.
async fn two(house: &House) -> Vec<String> {
    sqlx::query_scalar(
        "select a.username from accounts a join reports r on r.target_account_id = a.id and r.action_taken_at is null \
         join users u on u.account_id = a.id and u.role_id is null and not u.disabled \
         where a.domain is null and a.suspended_at is null and a.silenced_at is null and a.sensitized_at is null \
         group by a.username order by count(*), a.username limit 2",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap()
}

/// The rows of a list, as they are read.
fn rows(page: &str) -> Vec<String> {
    page.split("<tr data-row").skip(1).map(|row| text(row.split("</tr>").next().unwrap())).collect()
}

/// Said once under a list of what was decided, also elsewhere.
const ONLY_OURS: &str = "What was decided is only known of decisions made in this console.";

#[tokio::test]
async fn who_decided_is_said_by_name_everywhere() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let moderator = house.sign_in("moderator").await;
        let admin = house.sign_in("admin").await;
        let names = two(&house).await;
        // Before anything was decided here nothing would stand in its column.
        let list = house.get(Some(&admin), "/i/harbour/reports?state=decided").await.body;
        assert!(text(&list).contains("AccountDecidedDetails") && text(&list).contains(ONLY_OURS), "{}", text(&list));
        let first = decide(&house, &moderator, &names[0], "silence").await;
        let _second = decide(&house, &admin, &names[1], "resolve").await;
        house.look().await;
        let service = house.app.instances.values().next().unwrap().health().account.clone().unwrap().username;
        let by = |who: &str| format!("{who}, through @{service}");
        // Decided: the last decision first, with what it was.
        let list = house.get(Some(&admin), "/i/harbour/reports?state=decided").await.body;
        let rows_of = rows(&list);
        let newest = rows_of.first().unwrap();
        assert!(
            newest.contains(&names[1]) && newest.contains(&by("admin")) && newest.contains("Mark as resolved"),
            "{newest}"
        );
        let limited = rows_of.iter().find(|row| row.contains(&names[0])).unwrap();
        assert!(limited.contains(&by("moderator")) && limited.contains("Limit"), "{limited}");
        assert!(
            rows_of.iter().any(|row| !row.contains("through")) && !list.contains(">not known<"),
            "those of before are nobody's here: {rows_of:?}"
        );
        assert!(text(&list).contains("AccountDecisionDecided") && text(&list).contains(ONLY_OURS), "{}", text(&list));
        // By colleague: one line a decision.
        let list = house.get(Some(&admin), "/i/harbour/reports?state=decided&decided-by=moderator").await.body;
        let rows_of = rows(&list);
        assert_eq!(rows_of.len(), 1, "{rows_of:?}");
        assert!(rows_of[0].contains(&names[0]) && rows_of[0].contains(&by("moderator")), "{rows_of:?}");
        let list = house.get(Some(&admin), "/i/harbour/reports?state=decided&decided-by=owner").await.body;
        assert!(rows(&list).is_empty() && text(&list).contains("No matching reports"), "{}", text(&list));
        // The case: its strike, its earlier reports; the account: since when and by whom.
        for page in [format!("/i/harbour/reports/{first}"), format!("/i/harbour/accounts/{first}")] {
            let said = text(&house.get(Some(&admin), &page).await.body);
            assert!(said.matches(&by("moderator")).count() >= 2, "{page}: {said}");
        }
        let said = text(&house.get(Some(&admin), &format!("/i/harbour/accounts/{first}")).await.body);
        let standing = said.split("Moderation").nth(1).unwrap();
        assert!(standing.split("Strikes").next().unwrap().contains(&format!("by {}", by("moderator"))), "{standing}");
    }
}

#[tokio::test]
async fn what_the_record_does_not_know_is_given_to_nobody() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let names = two(&house).await;
    let account = decide(&house, &moderator, &names[0], "silence").await;
    house.look().await;
    let service = house.app.instances.values().next().unwrap().health().account.clone().unwrap();
    // With the same account, and not from here: a day later, and by somebody who works there.
    let at = "now() + interval '1 day'";
    run(&house, &format!("update reports set action_taken_at = {at} where target_account_id = {account}")).await;
    let said = text(&house.get(Some(&moderator), &format!("/i/harbour/reports/{account}")).await.body);
    let closed = said.split("Earlier reports").nth(1).unwrap();
    assert!(closed.contains(&format!("@{}; person not in the audit log", service.username)), "{closed}");
    run(
        &house,
        &format!(
            "update reports set action_taken_at = now(), action_taken_by_account_id = \
        (select id from accounts where username = 'leabrandt' and domain is null) where target_account_id = {account}"
        ),
    )
    .await;
    let said = text(&house.get(Some(&moderator), &format!("/i/harbour/reports/{account}")).await.body);
    let closed = said.split("Earlier reports").nth(1).unwrap();
    assert!(closed.contains("by @leabrandt") && !closed.contains("moderator, "), "{closed}");
}

/// Two colleagues decide about one account within a minute, through the same account.
#[tokio::test]
async fn two_colleagues_within_a_minute_are_told_apart() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let moderator = house.sign_in("moderator").await;
        let admin = house.sign_in("admin").await;
        let name = two(&house).await.remove(0);
        let account = decide(&house, &moderator, &name, "resolve").await;
        let reported = |id: i64, closed: &str| {
            format!(
                "insert into reports (id, account_id, target_account_id, comment, created_at, updated_at, category, \
                 action_taken_at, action_taken_by_account_id) select {id}, r.account_id, {account}, 'once more {id}', now(), \
                 now(), 0, {closed} from reports r where r.target_account_id = {account} order by r.id limit 1"
            )
        };
        // One was closed by nobody here, before the second decision began; and then somebody reports them again.
        let service = "r.action_taken_by_account_id";
        run(&house, &reported(990_001, &format!("now(), {service}"))).await;
        run(&house, &reported(990_002, "null, null")).await;
        assert_eq!(decide(&house, &admin, &name, "silence").await, account);
        run(&house, &reported(990_003, &format!("now(), {service}"))).await;
        house.look().await;
        let list = house.get(Some(&admin), "/i/harbour/reports?state=decided").await.body;
        let rows_of = rows(&list);
        let of_them: Vec<&String> = rows_of.iter().filter(|row| row.contains(&name)).collect();
        let by = |who: &str| of_them.iter().filter(|row| row.contains(&format!("{who}, through"))).count();
        assert!(by("moderator") > 0 && by("admin") == 1, "{of_them:?}");
        let said = text(&house.get(Some(&admin), &format!("/i/harbour/reports/{account}")).await.body);
        let closed = said.split("Earlier reports").nth(1).unwrap();
        assert!(closed.contains("moderator, through"), "what the first decision names: {closed}");
        for (id, by) in [
            (990_001, "person not in the audit log"),
            (990_002, "admin, through"),
            // What a limit closes besides is its doing.
            (990_003, "admin, through"),
        ] {
            let before = closed.split(&format!("once more {id}")).next().unwrap();
            let closer = before.rsplit("resolved ").next().unwrap();
            assert!(closer.contains(by), "{id}: {closer}, {closed}");
        }
        // A row of the log from before the mark of a deed is no trace of it.
        let standing = async || {
            let page = text(&house.get(Some(&admin), &format!("/i/harbour/accounts/{account}")).await.body);
            page.split("Moderation").nth(1).unwrap().split("Strikes").next().unwrap().to_owned()
        };
        assert!(standing().await.contains("by admin, through"), "{}", standing().await);
        run(
            &house,
            &format!(
                "update admin_action_logs set id = -7 where target_type = 'Account' and target_id = {account} \
                 and action = 'silence'"
            ),
        )
        .await;
        assert!(standing().await.contains("person not in the audit log"), "{}", standing().await);
    }
}

#[tokio::test]
async fn who_works_here_is_no_contractors_to_read() {
    let house = house(sqlite().await).await;
    house.look().await;
    let ends = house.app.clock.now().plus(DAY);
    crate::support::grant(&house.app, "01contractor", Category::ALL.to_vec(), false, false, ends).await;
    let (contractor, moderator) = (house.sign_in("contractor").await, house.sign_in("moderator").await);
    let queue = "/i/harbour/reports?state=decided";
    let options = |page: &str| -> Vec<String> {
        let select = page.split("name=\"decided-by\"").nth(1).unwrap().split("</select>").next().unwrap();
        select.split("<option").skip(2).map(|option| text(&format!("<option{option}")).trim().to_owned()).collect()
    };
    let page = house.get(Some(&contractor), queue).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(options(&page.body), ["contractor"]);
    assert!(options(&house.get(Some(&moderator), queue).await.body).contains(&"owner".to_owned()));
    for asked in ["state=decided&decided-by", "holder"] {
        let own = house.get(Some(&contractor), &format!("/i/harbour/reports?{asked}=contractor")).await;
        assert_eq!(own.status, StatusCode::OK, "{asked}");
        // A name that there is and one that there is not are answered alike.
        for name in ["owner", "nobody-at-all"] {
            let page = house.get(Some(&contractor), &format!("/i/harbour/reports?{asked}={name}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{asked}={name}");
            let said = text(&page.body);
            let why = said.split(&format!("doesn’t accept “{name}”")).nth(1).unwrap();
            for other in ["owner", "admin", "moderator", "auditor"] {
                assert!(!why.contains(other), "{asked}={name}: {why}");
            }
        }
        let page = house.get(Some(&moderator), &format!("/i/harbour/reports?{asked}=owner")).await;
        assert_eq!(page.status, StatusCode::OK, "{asked}");
    }
}

#[tokio::test]
async fn a_key_that_does_not_open_keeps_no_page_from_opening() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let moderator = house.sign_in("moderator").await;
        let admin = house.sign_in("admin").await;
        let names = two(&house).await;
        let first = decide(&house, &moderator, &names[0], "silence").await;
        let second = decide(&house, &moderator, &names[1], "silence").await;
        house.look().await;
        let subject =
            howdah::ledger::Subject::Account("harbour".parse().unwrap(), howdah::id::AccountId(first.parse().unwrap()));
        let subject = house.app.ledger.subject(&subject);
        let broken = format!("update ledger_keys set wrapped = 'not a key' where id like '{subject}:%'");
        crate::support::sql(&house.store.store, &broken).await.unwrap();
        for page in [
            "/i/harbour/reports?state=decided".to_owned(),
            "/i/harbour/reports?state=decided&decided-by=moderator".to_owned(),
            format!("/i/harbour/reports/{first}"),
            format!("/i/harbour/accounts/{first}"),
            format!("/i/harbour/accounts/{second}"),
            "/i/harbour/appeals".to_owned(),
            "/audit".to_owned(),
        ] {
            let page_of = house.get(Some(&admin), &page).await;
            assert_eq!(page_of.status, StatusCode::OK, "{page}: {}", text(&page_of.body));
        }
        let said = text(&house.get(Some(&admin), &format!("/i/harbour/reports/{first}")).await.body);
        assert!(
            said.contains("person not known: the words of entry") && !said.contains("moderator, through"),
            "{said}"
        );
        assert!(!said.contains("not in the audit log"), "{said}");
        let said = text(&house.get(Some(&admin), &format!("/i/harbour/reports/{second}")).await.body);
        assert!(said.contains("moderator, through"), "{said}");
    }
}

#[tokio::test]
async fn closed_reports_come_in_the_order_of_their_closing() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let list = house.get(Some(&owner), "/i/harbour/reports?state=decided").await.body;
    let shown: Vec<i64> = list
        .split("class=\"nowrap soft wide mono\">")
        .skip(1)
        .map(|cell| cell.split(' ').next().unwrap().split('<').next().unwrap().trim().parse().unwrap())
        .collect();
    let wanted: Vec<i64> = sqlx::query_scalar(
        "select target_id from admin_action_logs l where action = 'resolve' and target_type = 'Report' \
         and exists (select from reports r where r.id = l.target_id and r.action_taken_at is not null) \
         order by id desc limit 50",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert!(shown.len() > 5, "{shown:?}");
    assert_eq!(shown, wanted);
    // Page by page to the end, each once; and narrowed in the database, not after it.
    let mut all = Vec::new();
    let mut next = Some("/i/harbour/reports?state=decided&category=spam".to_owned());
    while let Some(page) = next {
        let body = house.get(Some(&owner), &page).await.body;
        all.extend(rows(&body));
        next = crate::queue::link(&body, ">Next page →");
    }
    let spam: i64 =
        sqlx::query_scalar("select count(*) from reports where action_taken_at is not null and category = 1000")
            .fetch_one(&house.instance)
            .await
            .unwrap();
    assert_eq!(i64::try_from(all.len()).unwrap(), spam);
}

#[tokio::test]
async fn who_decided_is_read_by_an_index_in_one_statement() {
    let house = house(sqlite().await).await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    for (sql, index) in [(ABOUT_THESE[0], "ledger_entries_subject"), (DONE_BY[0], "ledger_entries_operator")] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {sql}")))
                .bind("[\"a\",\"b\"]")
                .bind(DecideCase::KIND)
                .bind(50)
                .bind("harbour")
                .bind(i64::MAX)
                .fetch_all(pool)
                .await
                .unwrap();
        let said: Vec<&str> = plan.iter().map(|(.., said)| said.as_str()).collect();
        assert!(said.iter().any(|line| line.contains(index)), "{said:?}");
        let scanned = said.iter().any(|line| line.starts_with("SCAN") && !line.contains("json_each"));
        assert!(!scanned, "{said:?}");
    }
}

/// The keys that open them come with the entries, of which there is an end.
#[tokio::test]
async fn what_was_said_lately_is_read_by_an_index_in_one_statement() {
    let plan_of = |sql: &str| sqlx::AssertSqlSafe(format!("explain {sql}"));
    let house = house(sqlite().await).await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    for (sql, index) in [(LATELY[0], "ledger_entries_deed"), (LATELY_BY[0], "ledger_entries_operator")] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {sql}")))
                .bind("")
                .bind(DecideCase::KIND)
                .bind("harbour")
                .bind(50)
                .bind(2_000)
                .fetch_all(pool)
                .await
                .unwrap();
        let said: Vec<&str> = plan.iter().map(|(.., said)| said.as_str()).collect();
        assert!(said.iter().any(|line| line.contains(index)), "{said:?}");
        assert!(!said.iter().any(|line| line.starts_with("SCAN ledger")), "{said:?}");
    }
    let house = crate::support::house(postgres().await).await;
    let Driver::Postgres(pool) = &house.store.store.driver else { panic!("a PostgreSQL store") };
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("set local enable_seqscan = off").execute(&mut *tx).await.unwrap();
    for (sql, who) in [(LATELY[1], ""), (LATELY_BY[1], "01owner")] {
        let query = sqlx::query_scalar::<_, String>(plan_of(sql)).bind(who).bind(DecideCase::KIND).bind("harbour");
        let plan = query.bind(50_i64).bind(2_000_i64).fetch_all(&mut *tx).await.unwrap().join("\n");
        assert!(plan.contains("Index") && !plan.contains("Seq Scan on ledger_entries"), "{plan}");
    }
}

#[tokio::test]
async fn the_same_on_postgresql() {
    let house = house(postgres().await).await;
    let Driver::Postgres(pool) = &house.store.store.driver else { panic!("a PostgreSQL store") };
    // An empty table is read whole, whatever indices there are.
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("set local enable_seqscan = off").execute(&mut *tx).await.unwrap();
    for (sql, subjects) in [(ABOUT_THESE[1], true), (DONE_BY[1], false)] {
        let sql = format!("explain {sql}");
        let query = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(sql));
        let query = if subjects { query.bind(vec!["a".to_owned()]) } else { query.bind("01owner") };
        let query = query.bind(DecideCase::KIND).bind(50_i64);
        let query = if subjects { query } else { query.bind("harbour").bind(i64::MAX) };
        let plan = query.fetch_all(&mut *tx).await.unwrap().join("\n");
        assert!(plan.contains("Index") && !plan.contains("Seq Scan on ledger_entries"), "{plan}");
    }
}

#[tokio::test]
async fn notes_stand_beside_the_decision_and_one_is_written_there() {
    let house = house(sqlite().await).await;
    house.look().await;
    let moderator = house.sign_in("moderator").await;
    let name = two(&house).await.remove(0);
    let (account, reports) = house.case(&name).await;
    let report = reports.split(',').next().unwrap();
    run(&house, &format!("insert into account_moderation_notes (account_id, target_account_id, content, created_at, updated_at) \
        select id, {account}, 'Known from the other server.', now(), now() from accounts where username = 'leabrandt' and domain is null")).await;
    run(&house, &format!("insert into report_notes (account_id, report_id, content, created_at, updated_at) \
        select id, {report}, 'The reporter is right.', now(), now() from accounts where username = 'leabrandt' and domain is null")).await;
    let case = format!("/i/harbour/reports/{account}?category=spam&decide=silence");
    let page = house.get(Some(&moderator), &case).await;
    let said = text(&page.body);
    for says in ["Team notes", "Add a note", "Known from the other server.", "The reporter is right."] {
        assert!(said.contains(says), "{says}: {said}");
    }
    // A key unfolds the field, and it is unfolded without scripts.
    let (fold, _) = page.body.split_once(">Add a note ").unwrap();
    let (before, fold) = fold.rsplit_once("<summary ").unwrap();
    assert!(fold.contains("data-key=") && before.ends_with("<details class=\"undo post\">"), "{fold}");
    let form =
        [("instance", "harbour"), ("account", account.as_str()), ("text", "Ask Lea first."), ("back", case.as_str())];
    let to = house.post(Some(&moderator), "/api/accounts/note", &form).await.location.unwrap();
    assert!(
        to.starts_with(&format!("{case}&done=")) && to.ends_with("#notes"),
        "posting one there returns there: {to}"
    );
    let said = text(&house.get(Some(&moderator), &case).await.body);
    assert!(said.contains("Ask Lea first.") && said.contains("moderator"), "{said}");
    // An empty one comes back beside its field, in the case.
    let form = [("instance", "harbour"), ("account", account.as_str()), ("text", " "), ("back", case.as_str())];
    let back = house.post(Some(&moderator), "/api/accounts/note", &form).await.location.unwrap();
    assert!(back.starts_with("/i/harbour/reports/"), "{back}");
    assert!(text(&house.get(Some(&moderator), &back).await.body).contains("Write something first."));
    // An auditor reads and writes none.
    let auditor = house.sign_in("auditor").await;
    let page = house.get(Some(&auditor), &format!("/i/harbour/reports/{account}")).await.body;
    assert!(
        text(&page).contains("Ask Lea first.") && !page.contains("action=\"/api/accounts/note\""),
        "{}",
        text(&page)
    );
}

#[tokio::test]
async fn what_is_in_force_is_not_offered_again() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let name = two(&house).await.remove(0);
    let (account, _) = house.case(&name).await;
    let case = format!("/i/harbour/reports/{account}");
    let offered = async |decision: &str| {
        let page = house.get(Some(&owner), &case).await.body;
        let form = house.get(Some(&owner), &format!("{case}?decide={decision}")).await.body;
        let (link, form) = (
            page.contains(&format!("decide={decision}#why")),
            form.contains(&format!("name=\"decision\" value=\"{decision}\"")),
        );
        assert_eq!(link, form, "{decision}: the form stands where the button does");
        link
    };
    for decision in ["suspend", "silence", "sensitive", "disable"] {
        assert!(offered(decision).await, "{decision}");
    }
    for (sql, decision) in [
        ("update accounts set sensitized_at = now() where id = ", "sensitive"),
        ("update accounts set silenced_at = now() where id = ", "silence"),
        ("update users set disabled = true where account_id = ", "disable"),
        ("update accounts set suspended_at = now(), suspension_origin = 0 where id = ", "suspend"),
    ] {
        run(&house, &format!("{sql}{account}")).await;
        assert!(!offered(decision).await, "{decision}");
    }
    assert!(
        offered("resolve").await && !offered("warn").await,
        "reports can be closed, and nothing else changes anything"
    );
}

#[tokio::test]
async fn a_refusal_keeps_the_rail_of_the_instance() {
    let house = crate::support::with_lagoon(house(sqlite().await).await).await;
    house.look().await;
    for (who, pages) in [
        ("moderator", ["/people", "/i/lagoon/roles", "/i/lagoon/audit/instance", "/grants"].as_slice()),
        ("auditor", ["/people", "/people/change?who=01owner"].as_slice()),
    ] {
        let cookie = house.sign_in(who).await;
        let there = house.get(Some(&cookie), "/i/lagoon").await;
        let cookie = match there.cookies.iter().find(|set| set.starts_with("instance=")) {
            Some(set) => format!("{cookie}; {}", set.split(';').next().unwrap()),
            None => cookie,
        };
        for page in pages {
            let refused = house.get(Some(&cookie), page).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{who} {page}");
            for link in ["href=\"/i/lagoon\"", "href=\"/i/lagoon/reports\"", "href=\"/i/lagoon/signups\""] {
                assert!(refused.body.contains(link), "{who} {page} {link}: {}", text(&refused.body));
            }
        }
    }
}

#[tokio::test]
async fn a_grant_that_waits_is_seen_by_whoever_decides_about_it() {
    let house = house(sqlite().await).await;
    house.look().await;
    let (owner, admin, moderator) =
        (house.sign_in("owner").await, house.sign_in("admin").await, house.sign_in("moderator").await);
    let ends = howdah::text::time::machine(house.app.clock.now().plus(20 * DAY));
    let form = [
        ("operator", "01contractor"),
        ("instances[]", "harbour"),
        ("categories[]", "spam"),
        ("ends", &ends[..10]),
        ("sponsor", "01admin"),
        ("agreement", "T-7"),
        ("why", "the nights"),
    ];
    let asked = house.post(Some(&admin), "/api/grants/ask", &form).await.location.unwrap();
    let grant = asked.split('?').next().unwrap().to_owned();
    assert!(grant.starts_with("/grants/") && !grant.contains("ask"), "{asked}");
    let said = "A grant for contractor on harbour,";
    let overview = house.get(Some(&owner), "/i/harbour").await.body;
    assert!(text(&overview).contains(said) && overview.contains(&format!("href=\"{grant}\"")), "{}", text(&overview));
    for cookie in [&admin, &moderator] {
        assert!(!text(&house.get(Some(cookie), "/i/harbour").await.body).contains(said));
    }
    // One that waits has not begun, and nothing of its end is to be said.
    let page = text(&house.get(Some(&owner), &grant).await.body);
    assert!(!page.contains("not recorded") && !page.contains("Ended"), "{page}");
    let running = crate::support::grant(
        &house.app,
        "01contractor",
        Category::ALL.to_vec(),
        false,
        false,
        house.app.clock.now().plus(DAY),
    )
    .await;
    let page = text(&house.get(Some(&owner), &format!("/grants/{}", running.0)).await.body);
    assert!(page.contains("active") && !page.contains("Ended"), "{page}");
}

#[tokio::test]
async fn a_batch_that_was_left_has_a_way_back() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let mut seen = Vec::new();
    for name in two(&house).await {
        let (account, reports) = house.case(&name).await;
        let reports: Vec<&str> = reports.split(',').collect();
        seen.push(serde_json::json!([account, reports]));
    }
    let seen = serde_json::Value::from(seen).to_string();
    let form = [("instance", "harbour"), ("seen", seen.as_str()), ("decision", "resolve")];
    let batch = house.post(Some(&owner), "/api/reports/decide-many", &form).await.location.unwrap();
    let batch = batch.split('?').next().unwrap();
    let instance = house.app.instances.values().next().unwrap().clone();
    until("the batch is at its end", async || {
        engine::work::<OfBatch>(&house.app, &instance, "a test", 50).await.unwrap();
        text(&house.get(Some(&owner), batch).await.body).contains("ended") || house.open_deeds().await == 0
    })
    .await;
    for cookie in [&owner, &house.sign_in("moderator").await] {
        let queue = house.get(Some(cookie), "/i/harbour/reports").await.body;
        assert!(queue.contains(&format!("href=\"{batch}\"")), "{}", text(&queue));
        assert!(text(&queue).contains("Mark as resolved: 2 cases"), "{}", text(&queue));
    }
}

/// Whoever decides goes on to the case that their page named as the next, or, where a colleague was quicker with that, to another that
/// is to be decided.
#[tokio::test]
async fn the_next_case_is_one_that_is_still_to_be_decided() {
    let house = house(sqlite().await).await;
    let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
    house.look().await;
    let names = two(&house).await;
    let (first, reports) = house.case(&names[0]).await;
    let (named, _) = house.case(&names[1]).await;
    let form = |next: &str| {
        [
            ("instance", "harbour".to_owned()),
            ("account", first.clone()),
            ("decision", "resolve".to_owned()),
            ("reports", reports.clone()),
            ("state", NO_SANCTION.to_owned()),
            ("back", "/i/harbour/reports?origin=local".to_owned()),
            ("next", next.to_owned()),
        ]
    };
    assert_eq!(decide(&house, &owner, &names[1], "resolve").await, named);
    let form = form(&named);
    let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let to = house.post(Some(&moderator), "/api/reports/decide", &form).await.location.unwrap();
    assert!(to.starts_with("/i/harbour/reports/") && to.contains("origin=local") && to.contains("done="), "{to}");
    let next = to["/i/harbour/reports/".len()..].split('?').next().unwrap();
    assert!(next != named && next != first, "{to}");
    let page = house.get(Some(&moderator), &to).await;
    assert!(page.body.contains("name=\"reports\"") || page.body.contains("decide=resolve"), "{}", text(&page.body));
}

#[tokio::test]
async fn access_is_ended_on_a_page_of_its_own() {
    let house = house(sqlite().await).await;
    house.look().await;
    let owner = house.sign_in("owner").await;
    let _moderator = house.sign_in("moderator").await;
    let people = house.get(Some(&owner), "/people").await.body;
    let here = "/people/change?who=01moderator";
    assert!(people.contains(&format!("href=\"{here}\"")), "{}", text(&people));
    assert!(!people.contains("action=\"/api/people/disable\""), "no form of somebody's stands in the list");
    let page = house.get(Some(&owner), here).await;
    assert_eq!(page.status, StatusCode::OK);
    for action in ["/api/people/disable", "/api/people/end-sessions", "/api/people/role"] {
        assert_eq!(page.body.matches(&format!("action=\"{action}\"")).count(), 1, "{action}: {}", page.body);
    }
    assert!(page.body.contains("href=\"/people/reset?who=01moderator\""), "{}", page.body);
    // However many sessions somebody has, they are one choice.
    for _ in 0..3 {
        house.sign_in("moderator").await;
    }
    let page = house.get(Some(&owner), here).await.body;
    assert_eq!(page.matches("action=\"/api/people/end-sessions\"").count(), 1);
    assert!(text(&page).contains("4 sessions"), "{}", text(&page));
    // What was typed comes back to the form that it was typed into.
    let long = "x".repeat(600);
    let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", long.as_str()), ("back", here)];
    let back = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
    assert!(back.starts_with(here) && back.contains("draft="), "{back}");
    assert!(house.get(Some(&owner), &back).await.body.contains(&long));
    let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", "left at night"), ("back", here)];
    let to = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
    assert!(to.starts_with("/people") && !to.contains("draft"), "{to}");
    let page = text(&house.get(Some(&owner), here).await.body);
    assert!(page.contains("access ended") && page.contains("Restore access"), "{page}");
    assert_eq!(house.get(Some(&owner), "/people/change?who=nobody").await.status, StatusCode::NOT_FOUND);
    let own = text(&house.get(Some(&owner), "/people/change?who=01owner").await.body);
    assert!(own.contains("You can’t change your own access"), "{own}");
}

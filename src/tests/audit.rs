//! The audit room through the real router: the list as a file, and Mastodon's own log beside ours.

use crate::engine::past_triggers;
use crate::support::{House, NO_SANCTION, house, postgres, sqlite, until};
use axum::http::StatusCode;
use futures::StreamExt;
use howdah::{
    access::{Actor, Role},
    audit::service::export,
    clock::Timestamp,
    context::Context,
    deeds::ExportForm,
    id::OperatorId,
    ledger::{Batches, Fact, Filter, Outcome, Progress},
    mastodon::database::LogFilter,
    store::Driver,
};
use serde_json::Value;
use sqlx::AssertSqlSafe;

async fn run(house: &House, sql: &'static str) {
    match &house.store.store.driver {
        Driver::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
        Driver::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
    }
}

async fn disable(house: &House, cookie: &str, who: &str, why: &str) {
    let form = [("operator", who), ("disabled", "yes"), ("why", why)];
    let done = house.post(Some(cookie), "/api/people/disable", &form).await;
    assert!(done.location.is_some_and(|to| to.starts_with("/people?done=")), "{}", done.body);
}

fn objects(body: &str) -> Vec<Value> {
    body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A batch is one line, which opens; whoever looks for a sort of deed finds each.
#[tokio::test]
async fn the_entries_of_a_batch_are_one_line_that_opens() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let sql = "select account_id::text from users where not approved order by id limit 12";
        let who: Vec<String> = sqlx::query_scalar(sql).fetch_all(&house.instance).await.unwrap();
        let who = who.join(",");
        let form = [
            ("instance", "harbour"),
            ("who", who.as_str()),
            ("verdict", "reject"),
            ("why", "spam wave"),
            ("back", "/i/harbour/signups"),
        ];
        let begun = house.post(Some(&cookie), "/api/signups/decide", &form).await.location.unwrap();
        let id = begun.rsplit('/').next().unwrap().to_owned();
        crate::signups::work(&house).await;
        let owner = house.sign_in("owner").await;
        let rows = async |query: &str| {
            let page = house.get(Some(&owner), &format!("/audit{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{query}");
            (page.body.matches("sign-up of @").count(), page.body)
        };
        let (folded, page) = rows("").await;
        assert_eq!(folded, 0);
        assert!(page.contains("a batch of 12 sign-ups") && page.contains(&format!("/audit?batch={id}")));
        for query in [format!("?batch={id}"), "?batches=each".into(), "?kind=decide_sign_up".into()] {
            assert_eq!(rows(&query).await.0, 12, "{query}");
        }
        let (of_batch, page) = rows(&format!("?batch={id}&sign-ins=no")).await;
        assert!(of_batch == 12 && !page.contains("signed in"));
        assert!(rows("").await.1.contains("signed in") && !rows("?sign-ins=no").await.1.contains("signed in with"));
        for (query, status) in [("?batch=none", 422), ("?batches=some", 422), ("?sign-ins=perhaps", 422)] {
            assert_eq!(house.get(Some(&owner), &format!("/audit{query}")).await.status.as_u16(), status, "{query}");
        }
        // However often it was paused, it opens.
        for stage in [Progress::Paused, Progress::Resumed].repeat(30) {
            let instance = "harbour".parse().unwrap();
            let kind = "decide_sign_up".to_owned();
            let fact = Fact::Batch { stage, id: id.clone(), operator: None, instance, kind, number: 12 };
            house.app.ledger.fact(fact).await.unwrap();
        }
        assert_eq!(rows(&format!("?batch={id}")).await.0, 12);
        // A file holds each, narrowed as the page is.
        let all = objects(&house.get(Some(&owner), "/audit/export.jsonl").await.body);
        let of_batch = objects(&house.get(Some(&owner), &format!("/audit/export.jsonl?batch={id}")).await.body);
        let rejected = |lines: &[Value]| lines.iter().filter(|line| line.to_string().contains("sign-up of @")).count();
        assert_eq!((rejected(&all), rejected(&of_batch), of_batch.len()), (12, 12, 12));
        // Nobody opens a colleague's batch by its id.
        let other = house.sign_in("contractor").await;
        assert_eq!(
            house.get(Some(&other), &format!("/audit?batch={id}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test]
async fn the_list_is_exported_as_it_is_narrowed_and_each_export_is_in_the_record() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let owner = house.sign_in("owner").await;
        disable(&house, &owner, "01moderator", "=HYPERLINK(\"https://evil.example\"),\r\n+1").await;
        let page = house.get(Some(&owner), "/audit?kind=disable_operator").await.body;
        assert!(page.contains("/audit/export.csv?kind=disable_operator"), "{page}");

        let csv = house.get(Some(&owner), "/audit/export.csv?kind=disable_operator").await;
        assert_eq!(csv.status, StatusCode::OK);
        let (head, rest) = csv.body.split_once("\r\n").unwrap();
        assert_eq!(head, "\"entry\",\"at\",\"who\",\"role\",\"instance\",\"what\",\"why\",\"outcome\"");
        assert!(rest.contains("\"ended the access of moderator\""), "{rest}");
        assert!(rest.contains("\"'=HYPERLINK(\"\"https://evil.example\"\"),\r\n'+1\""), "{rest}");
        assert!(rest.ends_with("\"succeeded\"\r\n"), "{rest}");
        assert_eq!(house.outcome("export_record").await, Some(Outcome::Succeeded));

        let auditor = house.sign_in("auditor").await;
        let all = house.get(Some(&auditor), "/audit/export.jsonl").await;
        let lines = objects(&all.body);
        let filter = Filter { kind: Some("export_record".into()), limit: 9, ..Filter::default() };
        let exports = house.app.ledger.list(&filter).await.unwrap();
        assert_eq!(exports.len(), 2);
        assert_eq!(exports[0].operator.as_deref(), Some("01auditor"));
        assert_eq!(exports[0].outcome_facts["entries"], lines.len());
        assert_eq!(exports[1].document.as_ref().unwrap()["deed"]["filter"], "kind=disable_operator");
        // Everything before the export's own entry, newest first.
        let whole = Filter { before: Some(exports[0].index), limit: 1_000, ..Filter::default() };
        let expected: Vec<i64> = house.app.ledger.list(&whole).await.unwrap().iter().map(|entry| entry.index).collect();
        assert_eq!(lines.iter().map(|line| line["entry"].as_i64().unwrap()).collect::<Vec<_>>(), expected);
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test]
async fn an_entry_says_how_it_stood_and_how_it_stands_in_words() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (account, reports) = house.case("windvane").await;
    let entry = async |kind: &str| {
        let filter = Filter { kind: Some(kind.into()), limit: 1, ..Filter::default() };
        let index = house.app.ledger.list(&filter).await.unwrap()[0].index;
        let page = house.get(Some(&owner), &format!("/audit/{index}")).await.body;
        // The leaf as it stands in the store is what is hashed, and stands closed at the side.
        let (shown, leaf) = page.split_once("As stored").expect("the leaf");
        assert!(leaf.contains("&quot;") || leaf.contains("\""), "{leaf}");
        assert!(shown.trim_end().ends_with("<summary class=\"pad\">"), "it is closed: {shown}");
        crate::seen::text(shown)
    };
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", crate::support::NO_SANCTION),
        ("why", "a reason"),
    ];
    assert!(house.post(Some(&owner), "/api/reports/decide", &form).await.location.unwrap().contains("done="));
    let shown = entry("decide_case").await;
    assert!(shown.contains("accountno limitslimited"), "{shown}");
    assert!(!shown.contains("{") && !shown.contains("[\"") && !shown.contains("false"), "{shown}");
    let state = r#"{"disabled":false,"sensitized":false,"silenced":true,"suspended":false}"#;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("reversal", "unsilence"),
        ("state", state),
        ("why", "a reason"),
    ];
    assert!(house.post(Some(&owner), "/api/reports/reverse", &form).await.location.unwrap().contains("done="));
    let shown = entry("reverse_sanction").await;
    assert!(shown.contains("accountlimitedno limits"), "{shown}");
    assert!(shown.contains("state beforesilenced"), "{shown}");
}

#[tokio::test]
async fn only_owner_and_auditor_export() {
    let house = house(sqlite().await).await;
    for role in ["admin", "moderator", "contractor"] {
        let cookie = house.sign_in(role).await;
        let refused = house.get(Some(&cookie), "/audit/export.csv").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
        assert!(!refused.body.contains("\"entry\""), "{role}: {}", refused.body);
        let page = house.get(Some(&cookie), "/audit").await.body;
        assert!(!page.contains("/audit/export."), "{role}: no door that does not open");
    }
    assert_eq!(house.outcome("export_record").await, None, "nothing was exported");
}

#[tokio::test]
async fn without_an_entry_there_is_no_export() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    run(&house, "alter table open_deeds rename to gone").await;
    let refused = house.get(Some(&owner), "/audit/export.jsonl").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.body.contains("Nothing was done") && !refused.body.contains("signed in"), "{}", refused.body);
}

#[tokio::test]
async fn a_file_that_is_not_all_says_so_in_its_last_line() {
    let house = house(sqlite().await).await;
    house.sign_in("owner").await;
    let actor = Actor {
        operator: OperatorId("01auditor".into()),
        name: "auditor".into(),
        role: Role::Auditor,
        grants: Vec::new(),
        session: "0123456789abcdef".into(),
        request: None,
    };
    let context = Context::of_job(house.app.clone(), actor);
    for (form, most) in [(ExportForm::Csv, 3), (ExportForm::JsonLines, 3), (ExportForm::JsonLines, 1_000)] {
        let mut parts = export::begin(&context, "", form, most).await.unwrap();
        let mut file = String::new();
        while let Some(part) = parts.next().await {
            file.push_str(std::str::from_utf8(&part.unwrap()).unwrap());
        }
        assert_eq!(file.contains("more entries match than the 3 one file holds"), most == 3, "{file}");
        if form == ExportForm::JsonLines && most == 3 {
            let lines = objects(&file);
            assert_eq!(lines.len(), 4);
            assert!(lines[3]["note"].as_str().unwrap().contains(&format!("below entry {}", lines[2]["entry"])));
        }
    }
    // A browser that goes away leaves the truth behind.
    drop(export::begin(&context, "", ExportForm::Csv, 10).await.unwrap());
    until("the export is closed", async || house.open_deeds().await == 0).await;
    assert_eq!(house.outcome("export_record").await, Some(Outcome::Failed));
}

async fn log_row(house: &House, action: &str, target_type: &str, target: i64, at: &str) -> i64 {
    sqlx::query_scalar(
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         values ((select account_id from oauth_access_tokens t join users u on u.id = t.resource_owner_id order by t.id limit 1), \
         $1, $2, $3, 'by another hand', $4::timestamp, $4::timestamp) returning id",
    )
    .bind(action)
    .bind(target_type)
    .bind(target)
    .bind(at)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

/// The row of a page that holds a log row's id.
fn row_of(page: &str, id: i64) -> &str {
    page.split("<tr").find(|row| row.contains(&format!(">{id}<"))).unwrap_or_else(|| panic!("no row {id} in {page}"))
}

#[tokio::test]
async fn mastodons_log_stands_beside_ours() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let (account, reports) = house.case("windvane").await;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("why", "spam"),
        ];
        house.post(Some(&admin), "/api/reports/decide", &form).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        let silenced: i64 = sqlx::query_scalar("select max(id) from admin_action_logs where action = 'silence'")
            .fetch_one(&house.instance)
            .await
            .unwrap();
        let resolved: i64 = sqlx::query_scalar("select max(id) from admin_action_logs where action = 'resolve'")
            .fetch_one(&house.instance)
            .await
            .unwrap();
        // The same hand, elsewhere: another action on the same account, the same one on another, the same one long after.
        let now = jiff::Timestamp::now();
        let later = (now + jiff::SignedDuration::from_mins(10)).to_string();
        let now = now.to_string();
        let number: i64 = account.parse().unwrap();
        let other = log_row(&house, "suspend", "Account", number, &now).await;
        let somebody = log_row(&house, "silence", "Account", number + 1, &now).await;
        let too_late = log_row(&house, "silence", "Account", number, &later).await;

        let auditor = house.sign_in("auditor").await;
        let page = house.get(Some(&auditor), "/i/harbour/audit/instance").await;
        assert_eq!(page.status, StatusCode::OK);
        let filter = Filter { kind: Some("decide_case".into()), limit: 1, ..Filter::default() };
        let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
        for ours in [silenced, resolved] {
            assert!(row_of(&page.body, ours).contains(&format!("/audit/{entry}\"")), "{}", row_of(&page.body, ours));
        }
        for outside in [other, somebody, too_late] {
            assert!(row_of(&page.body, outside).contains("outside the console"), "{}", row_of(&page.body, outside));
        }
        let narrowed = house.get(Some(&auditor), "/i/harbour/audit/instance?action=suspend").await.body;
        assert!(narrowed.contains(&format!(">{other}<")) && !narrowed.contains(&format!(">{somebody}<")));

        // Words that do not open do not say that it was done elsewhere.
        let key = house.app.ledger.list(&filter).await.unwrap()[0].leaf["key"].as_str().unwrap().to_owned();
        set(&house, format!("delete from ledger_keys where id = '{key}'")).await;
        let page = house.get(Some(&auditor), "/i/harbour/audit/instance").await.body;
        for (row, known) in [(silenced, false), (resolved, false), (somebody, true), (too_late, true)] {
            let row = row_of(&page, row);
            assert_eq!(row.contains("outside the console"), known, "{row}");
            let said = format!("not known: the words of entry {entry} don’t open");
            assert_eq!(row.contains(&said), !known, "{row}");
        }
        let about =
            house.get(Some(&auditor), &format!("/audit/timeline?account={account}&instance=harbour")).await.body;
        assert!(about.contains("not known: the words of entry"), "{about}");
        let decided = house.get(Some(&admin), "/i/harbour/reports?state=decided").await.body;
        let row = decided.split("<tr").find(|row| row.contains("@windvane<")).unwrap();
        assert!(row.contains("person not known: the words of entry") && !row.contains("not in the audit log"), "{row}");
    }
}

/// Fills the record with deeds of before, without its tree: a hundred thousand, one in a thousand about the same account.
async fn fill(house: &House) {
    const LEAF: &str =
        "(select leaf from ledger_entries where deed = 'decide_case' and kind = 'intent' order by idx desc limit 1)";
    const ABOUT: &str =
        "(select subject from ledger_entries where deed = 'decide_case' and kind = 'intent' order by idx desc limit 1)";
    let numbers = match &house.store.store.driver {
        Driver::Sqlite(_) => "with recursive n (n) as (select 1 union all select n + 1 from n where n < 100000) ",
        Driver::Postgres(_) => "with n (n) as (select generate_series(1, 100000)) ",
    };
    let now = howdah::clock::Clock::System.now().0;
    let intents = format!(
        "{numbers} insert into ledger_entries (idx, leaf, hash, at, kind, deed, operator, instance, subject) \
         select -2 * n - 1, {LEAF}, 'x', {now} - n * 500, 'intent', 'decide_case', '01owner', 'harbour', \
         case when n % 1000 = 0 then {ABOUT} else 'somebody ' || n end from n"
    );
    let outcomes = format!(
        "{numbers} insert into ledger_entries (idx, leaf, hash, at, kind, deed, operator, instance, intent, outcome) \
         select -2 * n, '{{}}', 'x', {now} - n * 500 + 100, 'outcome', 'decide_case', '01owner', 'harbour', -2 * n - 1, 'succeeded' from n"
    );
    match &house.store.store.driver {
        Driver::Sqlite(pool) => {
            past_triggers(&house.store.store.driver, &format!("{intents}; {outcomes}")).await.unwrap();
            sqlx::raw_sql("analyze").execute(pool).await.unwrap();
        }
        Driver::Postgres(pool) => {
            // Triggers of a copy only: these do not ask for the order of the leaves.
            let mut connection = pool.acquire().await.unwrap();
            for sql in [
                "set session_replication_role = replica",
                &intents,
                &outcomes,
                "set session_replication_role = default",
                "analyze ledger_entries",
            ] {
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await.unwrap();
            }
        }
    }
}

/// The plan of the statement that finds the entries about what a page of Mastodon’s log is about.
/// Whatever batches did between other entries, the others are listed, whole and in order, and again when it is known where.
#[tokio::test]
async fn what_stands_between_the_entries_of_batches_is_listed() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let (account, reports) = house.case("windvane").await;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "resolve"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("back", "/"),
        ];
        house.post(Some(&cookie), "/api/reports/decide", &form).await;
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        fill(&house).await;
        // Long stretches of batches, single others in one place, and others close together in another.
        let ours = "update ledger_entries set leaf = replace(leaf, '\"session\":\"', '\"session\":\"batch 01X') \
            where idx < 0 and kind = 'intent' and idx % 9998 <> -1 and (idx > -120000 or idx < -120400 or idx % 14 <> -1)";
        past_triggers(&house.store.store.driver, ours).await.unwrap();
        let written = "select count(*) from ledger_entries where leaf like '%\"session\":\"batch 01X%'";
        let written: i64 = match &house.store.store.driver {
            Driver::Sqlite(pool) => sqlx::query_scalar(written).fetch_one(pool).await.unwrap(),
            Driver::Postgres(pool) => sqlx::query_scalar(written).fetch_one(pool).await.unwrap(),
        };
        assert!((99_000..100_000).contains(&written), "{written}");
        let others = "select idx from ledger_entries where kind <> 'outcome' and leaf not like '%\"session\":\"batch %' \
            order by idx desc";
        let others: Vec<i64> = match &house.store.store.driver {
            Driver::Sqlite(pool) => sqlx::query_scalar(others).fetch_all(pool).await.unwrap(),
            Driver::Postgres(pool) => sqlx::query_scalar(others).fetch_all(pool).await.unwrap(),
        };
        assert!(others.iter().filter(|index| **index < 0).count() > 40, "{}", others.len());
        let listed = async |operator: &str, page: i64| {
            let mut all = Vec::new();
            let mut before = None;
            loop {
                let asked = Filter {
                    operator: Some(operator.to_owned()),
                    batches: Batches::Folded,
                    before,
                    after: Some(i64::MIN),
                    limit: page,
                    ..Filter::default()
                };
                let found = house.app.ledger.list(&asked).await.unwrap();
                all.extend(found.iter().map(|entry| (entry.index, entry.operator.clone())));
                before = found.last().map(|entry| entry.index);
                if before.is_none() {
                    return all;
                }
            }
        };
        for page in [51, 7, 51] {
            let all = listed("", page).await;
            assert_eq!(all.iter().map(|(index, _)| *index).collect::<Vec<_>>(), others, "{page}");
            let owners: Vec<_> =
                all.into_iter().filter(|(_, operator)| operator.as_deref() == Some("01owner")).collect();
            assert_eq!(listed("01owner", page).await, owners, "{page}");
        }
    }
}

async fn plan(house: &House) -> String {
    let explain = match &house.store.store.driver {
        Driver::Sqlite(_) => "explain query plan",
        Driver::Postgres(_) => "explain",
    };
    let sql = AssertSqlSafe(format!("{explain} {}", howdah::ledger::ABOUT_ANY));
    let mut lines = Vec::new();
    match &house.store.store.driver {
        Driver::Sqlite(pool) => {
            let mut query =
                sqlx::query_as::<_, (i64, i64, i64, String)>(sql).bind(0_i64).bind(i64::MAX).bind(3_200_i64);
            for _ in 0..16 {
                query = query.bind("somebody 7");
            }
            lines.extend(query.fetch_all(pool).await.unwrap().into_iter().map(|line| line.3));
        }
        Driver::Postgres(pool) => {
            let mut query = sqlx::query_scalar::<_, String>(sql).bind(0_i64).bind(i64::MAX).bind(3_200_i64);
            for _ in 0..16 {
                query = query.bind("somebody 7");
            }
            lines.extend(query.fetch_all(pool).await.unwrap());
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn our_deed_is_found_beside_its_row_among_a_hundred_thousand() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let moderator = house.sign_in("moderator").await;
        let (account, reports) = house.case("windvane").await;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("text", "Please read the rules."),
        ];
        house.post(Some(&moderator), "/api/reports/decide", &form).await;
        let silenced: i64 = sqlx::query_scalar("select max(id) from admin_action_logs where action = 'silence'")
            .fetch_one(&house.instance)
            .await
            .unwrap();
        fill(&house).await;
        let auditor = house.sign_in("auditor").await;
        let page = house.get(Some(&auditor), "/i/harbour/audit/instance").await;
        let subjects = (1..=48).map(|n| format!("somebody {n}")).collect();
        let about = house.app.ledger.about_any(&subjects, Timestamp(0), Timestamp(i64::MAX)).await.unwrap();
        // Figures to look at, of ten each: the page, what it reads of the record, and what it reads of the instance.
        let (mut pages, mut deeds, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let instance = house.app.instances.values().next().unwrap();
        for _ in 0..10 {
            let began = std::time::Instant::now();
            house.get(Some(&auditor), "/i/harbour/audit/instance").await;
            pages.push(began.elapsed());
            let began = std::time::Instant::now();
            house.app.ledger.about_any(&subjects, Timestamp(0), Timestamp(i64::MAX)).await.unwrap();
            deeds.push(began.elapsed());
            let began = std::time::Instant::now();
            instance.database.read().await.unwrap().log(&LogFilter::default(), 51).await.unwrap();
            rows.push(began.elapsed());
        }
        for (what, mut times) in [("the page", pages), ("its deeds", deeds), ("its rows", rows)] {
            times.sort();
            println!("{what}: {:?} to {:?}, half of them within {:?}", times[0], times[9], times[4]);
        }
        assert_eq!(about.len(), 48);
        let filter = Filter { kind: Some("decide_case".into()), limit: 1, ..Filter::default() };
        let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
        assert!(entry > 0 && row_of(&page.body, silenced).contains(&format!("/audit/{entry}\"")), "{}", page.body);
        let plan = plan(&house).await;
        let whole = ["Seq Scan on ledger_entries", "SCAN ledger_entries"];
        assert!(plan.contains("ledger_entries_subject") && !whole.iter().any(|scan| plan.contains(scan)), "{plan}");
    }
}

#[tokio::test]
async fn mastodons_rows_about_rules_are_matched_to_our_deeds() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let post = async |path: &str, form: &[(&str, &str)]| {
        let form = [form, &[("instance", "harbour"), ("why", "spam")]].concat();
        let landed = house.post(Some(&owner), path, &form).await.location.unwrap();
        assert!(landed.contains("done="), "{path}: {landed}");
    };
    let rule = [("domain", "rule.example"), ("severity", "silence"), ("seen", "")];
    post("/api/domains/set", &rule).await;
    post("/api/domains/allow", &[("domain", "friend.example")]).await;
    post("/api/domains/mail-set", &[("domain", "mail.example"), ("review", "yes"), ("seen", "")]).await;
    post("/api/domains/address-set", &[("network", "203.0.113.9"), ("severity", "no_access"), ("seen", "")]).await;
    let id: i64 = sqlx::query_scalar("select id from email_domain_blocks where domain = 'mail.example'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let seen = format!("[\"{id}\",true]");
    post("/api/domains/mail-lift", &[("domain", "mail.example"), ("seen", &seen)]).await;
    let newest = async |kind: &str| -> i64 {
        let filter = Filter { kind: Some(kind.into()), limit: 1, ..Filter::default() };
        house.app.ledger.list(&filter).await.unwrap()[0].index
    };
    // The same hand, elsewhere: a rule about another server, and another action on ours.
    let now = jiff::Timestamp::now().to_string();
    let another = log_row(&house, "create", "DomainBlock", 1, &now).await;
    let named = log_row(&house, "destroy", "DomainBlock", 2, &now).await;
    sqlx::query("update admin_action_logs set human_identifier = 'rule.example' where id = $1")
        .bind(named)
        .execute(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&owner), "/i/harbour/audit/instance").await.body;
    for (kind, action, deed) in [
        ("DomainBlock", "create", "block_domain"),
        ("DomainAllow", "create", "allow_domain"),
        ("EmailDomainBlock", "create", "block_mail_domain"),
        ("EmailDomainBlock", "destroy", "lift_mail_domain_block"),
        ("IpBlock", "create", "block_address"),
    ] {
        let row: i64 = sqlx::query_scalar(
            "select max(id) from admin_action_logs where target_type = $1 and action = $2 and id not in ($3, $4)",
        )
        .bind(kind)
        .bind(action)
        .bind(another)
        .bind(named)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        let entry = newest(deed).await;
        assert!(row_of(&page, row).contains(&format!("/audit/{entry}\"")), "{kind} {action}: {}", row_of(&page, row));
    }
    for outside in [another, named] {
        assert!(row_of(&page, outside).contains("outside the console"), "{}", row_of(&page, outside));
    }
}

#[tokio::test]
async fn mastodons_log_is_found_by_person_and_by_day_and_paged_by_key() {
    let house = house(sqlite().await).await;
    sqlx::query("delete from admin_action_logs").execute(&house.instance).await.unwrap();
    let mut days = Vec::new();
    for day in 1..=9 {
        for hour in 0..20 {
            let at = format!("2025-03-0{day} {hour:02}:00:00");
            days.push((day, log_row(&house, "update", "CustomEmoji", day * 100 + hour, &at).await));
        }
    }
    let admin = house.sign_in("admin").await;
    let page = house.get(Some(&admin), "/i/harbour/audit/instance?day=2025-03-04").await.body;
    for (day, id) in &days {
        assert_eq!(page.contains(&format!(">{id}<")), *day == 4, "row {id} of day {day}");
    }
    // Every row once, newest first, whatever is asked for.
    let name: String =
        sqlx::query_scalar("select a.username from admin_action_logs l join accounts a on a.id = l.account_id limit 1")
            .fetch_one(&house.instance)
            .await
            .unwrap();
    for query in ["".to_owned(), format!("?who=%40{name}"), format!("?who={name}&action=update")] {
        let mut next = Some(format!("/i/harbour/audit/instance{query}"));
        let mut seen = Vec::new();
        while let Some(address) = next {
            let page = house.get(Some(&admin), &address).await.body;
            seen.extend(
                page.split("num wide\">").skip(1).filter_map(|rest| rest.split('<').next()?.parse::<i64>().ok()),
            );
            next = page
                .split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .find(|href| href.contains("before="))
                .map(|href| href.replace("&amp;", "&"));
        }
        let expected: Vec<i64> = days.iter().rev().map(|(_, id)| *id).collect();
        assert_eq!(seen, expected, "{query}");
    }
    let nobody = house.get(Some(&admin), "/i/harbour/audit/instance?who=nobody_of_that_name").await.body;
    assert!(nobody.contains("no local account with that name"));
    for role in ["moderator", "contractor"] {
        let cookie = house.sign_in(role).await;
        assert_eq!(house.get(Some(&cookie), "/i/harbour/audit/instance").await.status, StatusCode::FORBIDDEN, "{role}");
    }
}

/// Past what keeps entries from being changed, as whoever owns the tables can.
async fn set(house: &House, sql: String) {
    past_triggers(&house.store.store.driver, &sql).await.unwrap();
}

/// The columns beside a leaf find an entry, and say nothing of it: whose it is, what it came to and when stands in the leaf. And a
/// leaf that was changed as well is shown to nobody as theirs.
#[tokio::test]
async fn what_an_entry_says_is_what_was_appended() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let moderator = house.sign_in("moderator").await;
        let (contractor, owner) = (house.sign_in("contractor").await, house.sign_in("owner").await);
        let (account, _) = house.case("windvane").await;
        let form = [("instance", "harbour"), ("account", account.as_str()), ("text", "Knows them."), ("back", "/")];
        house.post(Some(&moderator), "/api/accounts/note", &form).await;
        let filter = Filter { kind: Some("write_note".into()), limit: 1, ..Filter::default() };
        let index = house.app.ledger.list(&filter).await.unwrap()[0].index;
        let opens = async |cookie: &str| house.get(Some(cookie), &format!("/audit/{index}")).await;
        let listed = async |cookie: &str| house.get(Some(cookie), "/audit").await.body.contains("wrote a note");
        let work = async || house.get(Some(&owner), "/grants/01contractor/timesheet.csv").await.body;
        let (before, whose) = (work().await, "wrote a note");
        assert_eq!(opens(&contractor).await.status, StatusCode::NOT_FOUND);
        assert!(opens(&moderator).await.body.contains(whose) && listed(&moderator).await);
        for columns in ["operator = '01contractor'", "operator = '01contractor', instance = 'lagoon', at = at - 100000"]
        {
            set(&house, format!("update ledger_entries set {columns} where idx = {index}")).await;
            assert_eq!(opens(&contractor).await.status, StatusCode::NOT_FOUND, "{columns}");
            assert!(!listed(&contractor).await, "{columns}");
            assert_eq!(work().await, before, "{columns}: the timesheet");
            let page = opens(&owner).await.body;
            assert!(page.contains("moderator") && !page.contains("contractor wrote"), "{columns}: {page}");
        }
        set(&house, format!("update ledger_entries set outcome = 'failed' where intent = {index}")).await;
        let page = opens(&owner).await.body;
        assert!(!page.contains(">failed<") && page.contains(">done<"), "{page}");

        // The leaf and its hash as well: then the tree is another, and that is said.
        let leaf = house.app.ledger.entry(index).await.unwrap().unwrap().leaf_text;
        let other = leaf.replace("01moderator", "01contractor");
        assert_ne!(leaf, other);
        let hash = howdah::seal::hex(&howdah::ledger::tree::leaf_hash(other.as_bytes()));
        set(&house, format!("update ledger_entries set leaf = '{other}', hash = '{hash}' where idx = {index}")).await;
        assert!(!listed(&contractor).await, "a leaf that was changed is nobody's own");
        assert_eq!(opens(&contractor).await.status, StatusCode::NOT_FOUND);
        assert!(house.app.ledger.contradiction().is_some());
    }
}

/// What lies under a full part of the tree is compared as it stands now, however long ago it was first read.
#[tokio::test]
async fn an_entry_is_not_proved_by_what_was_read_before() {
    let house = house(sqlite().await).await;
    let ledger = &house.app.ledger;
    for _ in 0..300 {
        let end = Fact::SignedOut { operator: OperatorId("01moderator".into()), session: "a test".into() };
        ledger.fact(end).await.unwrap();
    }
    let index = 17;
    assert!(ledger.proved(index).await.is_ok());
    let leaf = ledger.entry(index).await.unwrap().unwrap().leaf_text;
    let other = leaf.replace("01moderator", "01contractor");
    let hash = howdah::seal::hex(&howdah::ledger::tree::leaf_hash(other.as_bytes()));
    set(&house, format!("update ledger_entries set leaf = '{other}', hash = '{hash}' where idx = {index}")).await;
    assert!(ledger.proved(index).await.is_err());
    assert!(ledger.contradiction().is_some());
}

/// A check that finds the record altered stops what the record stands for; before, it said so on one page and all went on.
#[tokio::test]
async fn a_check_that_finds_it_altered_stops_what_is_done() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let owner = house.sign_in("owner").await;
        disable(&house, &owner, "01moderator", "gone").await;
        house.app.ledger.checkpoint().await.unwrap();
        set(&house, "delete from ledger_entries where idx = 1".to_owned()).await;
        let report = house.app.ledger.verify(&[]).await.unwrap();
        assert_eq!(report.altered, Some(1), "{:?}", report.lines());
        let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "gone")];
        let done = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
        assert!(done.contains("draft="), "{done}");
        let overview = house.get(Some(&owner), "/i/harbour").await.body;
        assert!(overview.contains("altered from entry 1 on"), "{overview}");
        assert!(house.app.ledger.checkpoint().await.is_err(), "nothing is signed");
    }
}

/// What was not done is told as a try, on every page and in a file; a try that was refused says where, and is found among what was
/// refused.
#[tokio::test]
async fn what_was_not_done_is_told_as_a_try() {
    let house = house(sqlite().await).await;
    let (moderator, auditor) = (house.sign_in("moderator").await, house.sign_in("auditor").await);
    house.look().await;
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", r#"{"disabled":true,"sensitized":false,"silenced":false,"suspended":false}"#),
        ("text", ""),
        ("why", "a ring"),
    ];
    house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Stale));
    for page in ["/audit", &format!("/audit/timeline?account={account}"), "/audit/export.csv?kind=decide_case"] {
        let page = house.get(Some(&auditor), page).await.body;
        assert!(page.contains("tried to limit @windvane"), "{page}");
        assert!(!page.contains(">limited @windvane") && !page.contains("\"limited @windvane"), "{page}");
    }
    let set = [("instance", "harbour"), ("mode", "open"), ("message", ""), ("why", "let everybody in"), ("back", "/")];
    house.post(Some(&moderator), "/api/registrations/set", &set).await;
    let denied = house.app.ledger.list(&Filter { kind: Some("denied".into()), limit: 1, ..Filter::default() }).await;
    let denied = denied.unwrap().pop().unwrap();
    assert_eq!(denied.instance.as_deref(), Some("harbour"), "{}", denied.leaf);
    let entry = house.get(Some(&auditor), &format!("/audit/{}", denied.index)).await.body;
    assert!(entry.contains("<dd>harbour<") && entry.contains(">refused<"), "{entry}");
    for (query, found) in [
        ("outcome=refused", true),
        ("outcome=refused&instance=harbour", true),
        ("outcome=refused&kind=decide_case", false),
        ("outcome=refused&who=01auditor", false),
        ("outcome=failed", false),
    ] {
        let page = house.get(Some(&auditor), &format!("/audit?{query}")).await.body;
        assert_eq!(page.contains(&format!("href=\"/audit/{}\"", denied.index)), found, "{query}: {page}");
    }
}

/// What the console did by itself can be left out; and no filter that a list does not have is passed over.
#[tokio::test]
async fn the_consoles_own_entries_can_be_left_out_and_no_unknown_filter_is_passed_over() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let auditor = house.sign_in("auditor").await;
        howdah::reviews::service::keep(&house.app).await.unwrap();
        let all = house.get(Some(&auditor), "/audit").await.body;
        let without = house.get(Some(&auditor), "/audit?console=no").await.body;
        let sampled = "committed to the sample";
        assert!(all.contains(sampled) && !without.contains(sampled), "{without}");
        assert!(without.contains("signed in"), "{without}");
        assert!(all.contains("<optgroup label=\"Federation\">"), "{all}");
        for page in ["/audit?colour=red", "/audit/timeline?who=01auditor&colour=red", "/audit/alarms?colour=red"] {
            let answer = house.get(Some(&auditor), page).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
            assert!(answer.body.contains("no filter “colour”"), "{page}: {}", answer.body);
        }
        let ids = house.get(Some(&auditor), "/audit?who=nobody").await;
        assert!(
            ids.status == StatusCode::UNPROCESSABLE_ENTITY && !ids.body.contains("Accepted values"),
            "{}",
            ids.body
        );
    }
}

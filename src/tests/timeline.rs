//! Everything about one: the two logs by time, filters with several values and the keeping of them, what changed as a difference.

use crate::support::{House, NO_SANCTION, house, postgres, sqlite};
use axum::http::StatusCode;
use howdah::ledger::{Filter, Narrow};

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

/// Limits an account through the console, and leaves rows of Mastodon's own about it before and after.
async fn about_windvane(house: &House, cookie: &str) -> String {
    let (account, reports) = house.case("windvane").await;
    run(
        house,
        &format!(
            "insert into admin_action_logs (id, account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
             select nextval('admin_action_logs_id_seq'), (select min(id) from accounts where domain is null), \
             'sensitive', 'Account', {account}, 'row-' || n, now() at time zone 'utc' - n * interval '1 hour', now() \
             from generate_series(70, 1, -1) n"
        ),
    )
    .await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("why", "spam all over"),
    ];
    let done = house.post(Some(cookie), "/api/reports/decide", &form).await;
    assert!(done.location.unwrap().contains("done="), "{}", done.body);
    account
}

/// The address of the link with these words.
fn link(page: &str, words: &str) -> Option<String> {
    crate::queue::link(page, words)
}

#[tokio::test]
async fn everything_about_an_account_is_one_list_of_both_logs_page_by_page() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        let account = about_windvane(&house, &admin).await;
        let auditor = house.sign_in("auditor").await;
        let mut at = format!("/audit/timeline?account={account}");
        let (mut rows, mut ours, mut pages) = (Vec::new(), 0, 0);
        loop {
            let page = house.get(Some(&auditor), &at).await;
            assert_eq!(page.status, StatusCode::OK, "{at}: {}", page.body);
            pages += 1;
            let list = page.body.split("<tbody>").last().unwrap().to_owned();
            ours += list.matches("spam all over").count();
            let found = list
                .split("row-")
                .skip(1)
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap());
            rows.extend(found);
            if pages == 1 {
                assert!(
                    page.body.contains("By hour and kind") && page.body.contains("Table: By hour and kind"),
                    "{}",
                    page.body
                );
                assert!(list.contains("before this console") && list.contains("Mastodon: <bdi>"), "{list}");
            }
            let Some(older) = link(&page.body, ">Next page") else { break };
            at = older;
        }
        assert_eq!(pages, 2);
        assert_eq!(ours, 1, "our decision is on one of them, once");
        assert_eq!(rows, (1..=70).collect::<Vec<_>>(), "each row of the other log once, newest first");
        let handle = house.get(Some(&auditor), "/audit/timeline?account=@windvane").await;
        assert!(handle.body.contains("spam all over"), "by its handle too: {}", handle.body);
        for role in ["moderator", "contractor"] {
            let cookie = house.sign_in(role).await;
            assert_eq!(house.get(Some(&cookie), "/audit/timeline").await.status, StatusCode::FORBIDDEN, "{role}");
        }
    }
}

#[tokio::test]
async fn a_server_a_person_and_a_batch_have_one_too_and_what_is_not_understood_is_said() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let form = [
        ("instance", "harbour"),
        ("domain", "rude.example"),
        ("severity", "silence"),
        ("why", "rude"),
        ("back", "/i/harbour/federation"),
    ];
    house.post(Some(&admin), "/api/domains/set", &form).await;
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), "/audit/timeline?server=Rude.example").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains(">both<") && page.body.contains("Mastodon: <bdi>"), "both logs: {}", page.body);
    let page = house.get(Some(&owner), "/audit/timeline?who=01admin").await;
    assert!(page.body.contains("Timeline of admin") && page.body.contains("rude.example"), "{}", page.body);
    assert!(!page.body.contains(">owner</b>"), "{}", page.body);
    let nothing = house.get(Some(&owner), "/audit/timeline").await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert!(nothing.body.contains("Enter whom or what it is about"), "{}", nothing.body);
    for query in ["account=@nobody-of-this-name", "server=not+a+domain", "who=01nobody", "batch=none"] {
        let page = house.get(Some(&owner), &format!("/audit/timeline?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", page.body);
        assert!(page.body.contains("role=\"alert\""), "{query}");
    }
}

#[tokio::test]
async fn a_filter_takes_several_values_and_lets_go_of_each() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        about_windvane(&house, &admin).await;
        let owner = house.sign_in("owner").await;
        let auditor = house.sign_in("auditor").await;
        house.get(Some(&auditor), "/audit/export.csv?kind=start_grant").await;
        let list = async |query: &str| {
            let page = house.get(Some(&owner), &format!("/audit?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.body);
            let rows = page.body.split("<tbody>").nth(1).unwrap_or_default().to_owned();
            (rows.contains("windvane"), rows.contains("exported"), page.body)
        };
        for query in ["kind=decide_case,export_record", "kind=decide_case&kind=export_record"] {
            let (decided, exported, page) = list(query).await;
            assert!(decided && exported, "{query}: {page}");
            assert!(!page.split("<tbody>").last().unwrap().contains("signed in"), "{query}");
            let without = link(&page, ">decisions ×").expect("it can be let go of");
            assert_eq!(without, "/audit?kind=export_record");
        }
        let (decided, exported, _) = list("kind=decide_case,export_record&who=01auditor").await;
        assert!(!decided && exported);
        let (decided, exported, _) = list("who=01auditor,01admin&outcome=succeeded,partly&sign-ins=no").await;
        assert!(decided && exported);
        let (decided, exported, _) = list("q=Export").await;
        assert!(!decided && exported, "by the words of a kind");
        let (decided, exported, _) = list("q=admi&kind=decide_case,export_record").await;
        assert!(decided && !exported, "by a name");
        let (decided, exported, _) = list("outcome=failed,open").await;
        assert!(!decided && !exported);
        // A file is narrowed as the page is.
        let file = house.get(Some(&owner), "/audit/export.jsonl?kind=decide_case,export_record&who=01admin").await.body;
        assert!(file.contains("windvane") && !file.contains("exported"), "{file}");
        for (query, said) in [
            ("kind=decide_case,nothing", "doesn’t accept “nothing”"),
            ("q=zzz", "Enter a part of a person’s name"),
            (
                "kind=decide_case,reveal,denied,signed_in,signed_out&outcome=failed,open,partly,stale,refused",
                "combinations",
            ),
        ] {
            let page = house.get(Some(&owner), &format!("/audit?{query}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert!(page.body.contains(said), "{query}: {}", page.body);
        }
    }
}

/// Whatever leads to an entry, the same entries are found: by outcome, by what is open, within a span.
#[tokio::test]
async fn each_way_to_an_entry_finds_the_same_ones() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let admin = house.sign_in("admin").await;
        about_windvane(&house, &admin).await;
        let ledger = &house.app.ledger;
        let indexes = async |filter: Filter| {
            let found = ledger.list(&Filter { limit: 1_000, ..filter }).await.unwrap();
            found.iter().map(|entry| entry.index).collect::<Vec<_>>()
        };
        let all = ledger.list(&Filter { limit: 1_000, ..Filter::default() }).await.unwrap();
        for outcome in ["succeeded", "failed", "open"] {
            let expected: Vec<i64> = all
                .iter()
                .filter(|entry| match entry.outcome {
                    Some(own) => own.name() == outcome,
                    None => outcome == "open" && entry.kind == "intent",
                })
                .map(|entry| entry.index)
                .collect();
            let found = indexes(Filter { outcome: Some(outcome.into()), ..Filter::default() }).await;
            assert_eq!(found, expected, "{outcome}");
        }
        let now = house.app.clock.now();
        for (from, to) in [(None, Some(now.plus(-1))), (Some(now.plus(-60_000)), None), (Some(now.plus(60_000)), None)]
        {
            let inside =
                |at: howdah::clock::Timestamp| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
            let expected: Vec<i64> = all.iter().filter(|entry| inside(entry.at)).map(|entry| entry.index).collect();
            assert_eq!(indexes(Filter { from, to, ..Filter::default() }).await, expected, "{from:?} {to:?}");
        }
        let narrow =
            |operator: &str, kind: &str| Narrow { operator: operator.into(), kind: kind.into(), ..Narrow::default() };
        let any = vec![narrow("01admin", ""), narrow("01admin", "signed_in"), narrow("", "decide_case")];
        let expected: Vec<i64> = all
            .iter()
            .filter(|entry| entry.operator.as_deref() == Some("01admin") || entry.deed == "decide_case")
            .map(|entry| entry.index)
            .collect();
        assert_eq!(indexes(Filter { any, ..Filter::default() }).await, expected, "each once");
    }
}

#[tokio::test]
async fn a_filter_is_kept_by_name_for_oneself_alone() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let auditor = house.sign_in("auditor").await;
        let save = async |name: &str, search: &str| {
            let form = [("name", name), ("search", search), ("back", "/audit?kind=reveal&before=7")];
            house.sent(&auditor, "/api/audit/save-filter", &form).await
        };
        let page = save("Reveals <b>", "?kind=reveal,search_personal&before=7&done=3").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Filter “Reveals &lt;b&gt;” saved."), "{}", page.body);
        for untrue in ["/audit?saved=another", "/audit?saved=Reveals+%3Cb%3E", "/audit?deleted=Reveals+%3Cb%3E"] {
            let page = house.get(Some(&auditor), untrue).await.body;
            assert!(!page.contains("saved.") && !page.contains("any more."), "{untrue}");
        }
        let to = link(&house.get(Some(&auditor), "/audit").await.body, "><bdi>Reveals &lt;b").unwrap();
        assert_eq!(to, "/audit?kind=reveal%2Csearch_personal", "and no page of it");
        let owner = house.sign_in("owner").await;
        assert!(!house.get(Some(&owner), &to).await.body.contains("Reveals &lt;b"), "it is the auditor's own");
        for (name, search, said) in [("", "?kind=reveal", "Enter a name"), ("All", "", "nothing is narrowed yet")] {
            let page = save(name, search).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(page.body.contains(said), "{}", page.body);
        }
        for n in 0..19 {
            assert_eq!(save(&format!("n{n}"), "?kind=reveal").await.status, StatusCode::OK, "{n}");
        }
        let page = save("one more", "?kind=reveal").await;
        assert!(page.body.contains("you have 20 filters already"), "{}", page.body);
        assert_eq!(save("n3", "?kind=denied").await.status, StatusCode::OK, "another one of the same name");
        let page = house.sent(&auditor, "/api/audit/delete-filter", &[("name", "Reveals <b>")]).await;
        assert!(page.body.contains("You have no filter “Reveals &lt;b&gt;” any more."), "{}", page.body);
        assert!(!house.get(Some(&auditor), "/audit").await.body.contains("Reveals &lt;b"));
    }
}

#[tokio::test]
async fn before_and_after_say_which_words_differ() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let seen = house.get(Some(&owner), "/people/change?who=01moderator").await;
    assert_eq!(seen.status, StatusCode::OK);
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
    let filter = Filter { kind: Some("decide_case".into()), limit: 1, ..Filter::default() };
    let index = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let page = house.get(Some(&owner), &format!("/audit/{index}")).await.body.replace("<!>", "");
    assert!(page.contains("<del>no limits</del>") && page.contains("<ins>limited</ins>"), "{page}");
}

/// A value that narrows nothing is refused, as in the audit log itself: a timeline that passed it over would show more, or say
/// that there is nothing.
#[tokio::test]
async fn what_a_timeline_cannot_be_narrowed_by_is_said() {
    let house = house(sqlite().await).await;
    let auditor = house.sign_in("auditor").await;
    for wrong in ["kind=nonsense", "outcome=xyz", "from=2026-01-01", "to=garbage", "q=Olga"] {
        let page = house.get(Some(&auditor), &format!("/audit/timeline?who=01moderator&{wrong}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", page.body);
    }
    let page = house.get(Some(&auditor), "/audit/timeline?who=01moderator&kind=reveal&outcome=succeeded").await;
    assert_eq!(page.status, StatusCode::OK);
}

/// What came to something else than success is found without the log being read through: by whom, by kind, in whatever span, the same
/// as if it were.
#[tokio::test]
async fn what_failed_is_the_same_however_it_is_found() {
    use howdah::{
        access::{self, Actor, Permission, Role},
        clock::{HOUR, MINUTE},
        deeds::{Personal, SearchPersonal},
        id::OperatorId,
        ledger::{Acting, Mark, Outcome, Verdict},
        text::Email,
    };
    const ENDS: [Outcome; 5] =
        [Outcome::Succeeded, Outcome::Failed, Outcome::Unknown, Outcome::Failed, Outcome::Partly];
    for kept in [sqlite().await, postgres().await] {
        let house = crate::grants::timed(house(kept).await).await;
        let ledger = &house.app.ledger;
        let began = house.app.clock.now();
        for n in 0..30_usize {
            let who = ["01owner", "01moderator", "01admin"][n % 3];
            let actor = Actor {
                operator: OperatorId(who.into()),
                name: who.into(),
                role: Role::Owner,
                grants: Vec::new(),
                session: if n % 7 == 0 { "batch 01batch".into() } else { "0123456789abcdef".into() },
                request: None,
            };
            let instance: howdah::id::InstanceName = "harbour".parse().unwrap();
            let permit = access::permit(&actor, Permission::SearchPersonal, Some(&instance)).unwrap();
            let deed = SearchPersonal { instance, what: Personal::Email(Email::kept("nobody@nowhere.example")) };
            let warrant = ledger.open(permit, deed, "why", Acting::Console, Mark::default()).await.unwrap();
            house.app.clock.advance(9 * MINUTE);
            let verdict = Verdict { outcome: ENDS[n % 5], facts: serde_json::json!({}), seen: serde_json::json!({}) };
            ledger.close(&warrant.answered(Vec::new()), &verdict).await.unwrap();
        }
        let all = ledger.list(&Filter { limit: 1_000, ..Filter::default() }).await.unwrap();
        for outcome in ["failed", "unknown", "partly", "stale"] {
            for operator in ["", "01moderator", "01nobody"] {
                for (kind, from, to, before) in [
                    ("", None, None, None),
                    ("search_personal", Some(began.plus(HOUR)), Some(began.plus(3 * HOUR)), None),
                    ("reveal", None, None, None),
                    ("", None, Some(began.plus(2 * HOUR)), Some(all[9].index)),
                ] {
                    for batches in [howdah::ledger::Batches::Listed, howdah::ledger::Batches::Of("01batch".into())] {
                        let filter = Filter {
                            operator: Some(operator.to_owned()),
                            kind: Some(kind.to_owned()),
                            outcome: Some(outcome.to_owned()),
                            from,
                            to,
                            before,
                            batches: batches.clone(),
                            limit: 3,
                            ..Filter::default()
                        };
                        let of_batch = batches != howdah::ledger::Batches::Listed;
                        let expected: Vec<i64> = all
                            .iter()
                            .filter(|entry| entry.outcome.map(Outcome::name) == Some(outcome))
                            .filter(|entry| operator.is_empty() || entry.operator.as_deref() == Some(operator))
                            .filter(|entry| kind.is_empty() || entry.deed == kind)
                            .filter(|entry| {
                                from.is_none_or(|from| entry.at >= from) && to.is_none_or(|to| entry.at < to)
                            })
                            .filter(|entry| before.is_none_or(|before| entry.index < before))
                            .filter(|entry| !of_batch || entry.leaf["session"] == "batch 01batch")
                            .map(|entry| entry.index)
                            .take(3)
                            .collect();
                        let found: Vec<i64> =
                            ledger.list(&filter).await.unwrap().iter().map(|entry| entry.index).collect();
                        assert_eq!(found, expected, "{outcome} {operator} {kind} {before:?} {batches:?}");
                    }
                }
            }
        }
    }
}

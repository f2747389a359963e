//! Who could do what at an instant: from the record alone, on both engines.

use crate::{
    grants::{kept_by, timed},
    support::{House, grant, grants_taken_back, house, person, postgres, session, sql, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::Role,
    clock::{HOUR, MINUTE, SECOND, Timestamp},
    ledger::{Filter, OF_RIGHTS, OF_SESSIONS, Outcome},
    reports::Category,
    store::Driver,
    text::time::machine,
};

/// Where the review of an instant, or of two, stands.
fn address(at: Timestamp, and: Option<Timestamp>) -> String {
    let and = and.map(|and| format!("&and={}", machine(and))).unwrap_or_default();
    format!("/audit/access?at={}{and}", machine(at))
}

async fn page(house: &House, cookie: &str, at: Timestamp, and: Option<Timestamp>) -> String {
    let answer = house.get(Some(cookie), &address(at, and)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

async fn newest(house: &House, kind: &str) -> i64 {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 1, ..Filter::default() };
    house.app.ledger.list(&filter).await.unwrap()[0].index
}

/// A part of a page: what stands under a heading.
fn under<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split(heading).nth(1).unwrap_or_else(|| panic!("no {heading}: {page}"));
    rest.split("</section>").next().unwrap()
}

#[tokio::test]
async fn a_grant_that_ended_is_in_before_and_out_after_with_the_entry_that_did_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        grants_taken_back(&house.app, "01contractor").await;
        house.app.clock.advance(MINUTE);
        let noon = Timestamp((house.app.clock.now().0 / SECOND) * SECOND + HOUR);
        let id = grant(&house.app, "01contractor", vec![Category::Spam], true, false, noon).await;
        kept_by(&house.app, "one").await.unwrap();
        let began = newest(&house, "start_grant").await;
        house.app.clock.advance(HOUR + 3 * SECOND);
        kept_by(&house.app, "one").await.unwrap();
        let ended = newest(&house, "end_grant").await;
        house.app.clock.advance(5 * MINUTE);
        let (before, after) = (noon.plus(-MINUTE), noon.plus(MINUTE));
        let owner = house.sign_in("owner").await;

        let in_force = |page: &str| under(page, "Grants in force").contains("on harbour: spam; sign-ups");
        assert!(in_force(&page(&house, &owner, before, None).await));
        assert!(!in_force(&page(&house, &owner, after, None).await));
        // As the field of a browser writes it, without a zone.
        let typed = house.get(Some(&owner), address(before, None).trim_end_matches('Z')).await;
        assert!(in_force(&typed.body), "{}", typed.body);
        // Its time was over at noon, whenever that was noted.
        assert!(!in_force(&page(&house, &owner, noon, None).await));
        for (at, and) in [(before, after), (after, before)] {
            let page = page(&house, &owner, at, Some(and)).await;
            let between = under(&page, "Between ");
            assert!(
                between.contains("its time was over") && between.contains(&format!("/audit/{ended}\"")),
                "{between}"
            );
            assert!(between.contains("on harbour: spam; sign-ups"), "{between}");
        }
        let page = page(&house, &owner, noon.plus(-2 * HOUR), Some(before)).await;
        assert!(under(&page, "Between ").contains(&format!("/audit/{began}\"")), "what began it: {page}");

        // As a file, with the same difference; handing it out is an entry.
        let file = house.get(Some(&owner), &address(before, Some(after)).replace("access?", "access.csv?")).await;
        // The house's own grant was taken back in the store alone: the record says that it goes on.
        let line = |start: &str| {
            let found = file.body.lines().find(|line| line.starts_with(start) && line.contains(": spam; sign-ups"));
            found.unwrap_or_else(|| panic!("{}", file.body)).to_owned()
        };
        let found = line(&format!("\"{}\",\"grant\"", machine(before)));
        assert!(found.contains("contractor") && found.contains(&machine(noon)), "{found} {id}");
        let found = line(&format!("\"{}\",\"{}\",\"grant\"", machine(before), machine(after)));
        assert!(found.contains("\"its time was over\"") && found.ends_with(&format!("\"{ended}\"")), "{found}");
        assert_eq!(house.outcome("export_record").await, Some(Outcome::Succeeded));
    }
}

#[tokio::test]
async fn people_roles_and_sessions_are_those_of_the_instant() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        let step = || {
            house.app.clock.advance(MINUTE);
            house.app.clock.now()
        };
        let alone = step();
        step();
        person(&house.app, "rook", Role::Moderator).await;
        let moderator = step();
        step();
        let rook = house.sign_in("rook").await;
        let signed_in = step();
        step();
        let owner = house.sign_in("owner").await;
        let change = [("operator", "01rook"), ("role", "auditor"), ("seen", "moderator"), ("why", "a test")];
        house.post(Some(&owner), "/api/people/role", &change).await;
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Succeeded));
        let changed = newest(&house, "change_operator_role").await;
        let auditor = step();
        step();
        let end = [("operator", "01rook"), ("disabled", "yes"), ("why", "a test")];
        house.post(Some(&owner), "/api/people/disable", &end).await;
        let disabled = newest(&house, "disable_operator").await;
        let over = step();
        step();

        let access = async |at| house.app.ledger.access_at(at).await.unwrap();
        let role = async |at| {
            let access = access(at).await;
            let rook = access.people.iter().find(|person| person.name.as_deref() == Some("rook"));
            rook.map(|person| (person.role, person.disabled))
        };
        assert_eq!(role(alone).await, None);
        assert_eq!(role(moderator).await, Some((Some(Role::Moderator), Some(false))));
        assert_eq!(role(auditor).await, Some((Some(Role::Auditor), Some(false))));
        assert_eq!(role(over).await, Some((Some(Role::Auditor), Some(true))));
        let open = async |at| access(at).await.sessions.iter().any(|then| then.session == session(&rook));
        assert!(!open(moderator).await && open(signed_in).await);
        assert!(!open(auditor).await, "another role ends it");
        let said = under(&page(&house, &owner, signed_in, None).await, "Open sessions").contains(&session(&rook));
        assert!(said);

        let page = page(&house, &owner, signed_in, Some(over)).await;
        let between = under(&page, "Between ");
        assert!(
            between.contains(&format!("/audit/{disabled}\"")) && between.contains("their access ended"),
            "{between}"
        );
        assert!(between.contains(&format!("/audit/{changed}\"")) && between.contains("it was ended"), "{between}");
        // What nobody can know is said, and not shown as nothing.
        let page = self::page(&house, &owner, alone.plus(-1000 * HOUR), None).await;
        assert!(page.contains("when the first entry was recorded") && !page.contains("Nobody had access"), "{page}");
        assert!(under(&page, "People and roles").contains("Not known"), "{page}");
        for wrong in ["at=soon", "at=2099-01-01", "and=yesterday"] {
            let answer = house.get(Some(&owner), &format!("/audit/access?{wrong}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }
}

#[tokio::test]
async fn a_review_is_signed_off_as_it_was_seen() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        house.app.clock.advance(MINUTE);
        let at = house.app.clock.now();
        house.app.clock.advance(MINUTE);
        let auditor = house.sign_in("auditor").await;
        let page = page(&house, &auditor, at, None).await;
        let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let at = machine(at);
        let form = |seen: &str, why: &str| {
            [("at", at.clone()), ("and", String::new()), ("seen", seen.to_owned()), ("why", why.to_owned())]
        };
        let send = async |fields: [(&'static str, String); 4]| {
            let mut fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
            fields.push(("back", "/audit/access"));
            house.sent(&auditor, "/api/audit/sign-off", &fields).await
        };
        let refused = send(form(&seen, "")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = send(form("something else", "looked at everybody")).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert!(refused.body.contains("value=\"looked at everybody\""), "what was typed is kept");
        assert_eq!(house.outcome("sign_off_access").await, None, "neither is an entry");
        let done = send(form(&seen, "looked at everybody")).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(done.body.contains("Signed off") && done.body.contains("looked at everybody"), "{}", done.body);
        let filter = Filter { kind: Some("sign_off_access".into()), limit: 5, ..Filter::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(entry.outcome, Some(Outcome::Succeeded));
        assert_eq!(entry.operator.as_deref(), Some("01auditor"));
        assert_eq!(entry.leaf["facts"]["seen"], seen);
        assert_eq!(entry.leaf["facts"]["root"].as_str().unwrap().len(), 64);
        assert!(!entry.leaf.to_string().contains("everybody"), "words are sealed");
        assert_eq!(house.open_deeds().await, 0);
        // Nor over an entry that is not the one that was appended.
        let alter = "update ledger_entries set leaf = leaf || ' ' where idx = 0";
        crate::engine::past_triggers(&house.store.store.driver, alter).await.unwrap();
        let refused = send(form(&seen, "looked at everybody again")).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        assert!(refused.body.contains("contradicts itself"), "{}", refused.body);
        assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 1);
    }
}

/// Of a record of any size only what matters is read: by the index on kinds, and by the one on what begins and ends sessions.
#[tokio::test]
async fn the_record_is_read_by_its_indexes() {
    let kept = sqlite().await;
    let Driver::Sqlite(pool) = &kept.store.driver else { panic!("a SQLite store") };
    let plan = async |sql: &str| {
        let sql = sqlx::AssertSqlSafe(format!("explain query plan {sql}"));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
        rows.into_iter().map(|row| row.3).collect::<Vec<_>>()
    };
    let rights = plan(OF_RIGHTS).await;
    assert!(!rights.iter().any(|line| line.contains("SCAN ledger_entries")), "{rights:?}");
    assert_eq!(rights.iter().filter(|line| line.contains("ledger_entries_deed")).count(), 11, "{rights:?}");
    let sessions = plan(OF_SESSIONS).await;
    assert!(sessions.iter().any(|line| line.contains("ledger_entries_sessions")), "{sessions:?}");

    let kept = postgres().await;
    let Driver::Postgres(pool) = &kept.store.driver else { panic!("a PostgreSQL store") };
    // As many as make a plan; none of them is a leaf.
    let many = "alter table ledger_entries disable trigger user; insert into ledger_entries (idx, leaf, hash, at, kind, deed) \
        select n, repeat('x', 300), '', n, 'intent', case when n % 5000 = 0 then 'signed_in' when n % 9999 = 0 then 'ask_grant' \
        else 'decide_case' end from generate_series(0, 60000) n; analyze ledger_entries";
    sql(&kept.store, many).await.unwrap();
    let plan = async |text: String| {
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain {text}"))).fetch_all(pool).await.unwrap();
        rows.join("\n")
    };
    let rights = plan(OF_RIGHTS.replace("$1", "0").replace("$2", "2000")).await;
    assert!(!rights.contains("Seq Scan on ledger_entries"), "{rights}");
    let sessions = plan(OF_SESSIONS.replace("$1", "10000").replace("$2", "53200").replace("$3", "20000")).await;
    assert!(
        sessions.contains("ledger_entries_sessions") && !sessions.contains("Seq Scan on ledger_entries i"),
        "{sessions}"
    );
}

/// Whoever signs a review off vouches for what it says: over an entry that was altered nobody can, and it is given to nobody.
#[tokio::test]
async fn nothing_is_signed_off_over_an_altered_entry() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        house.app.clock.advance(MINUTE);
        let at = house.app.clock.now();
        house.app.clock.advance(MINUTE);
        let auditor = house.sign_in("auditor").await;
        let alter = async |from: &str, to: &str| {
            let text = format!(
                "update ledger_entries set leaf = replace(leaf, '\"role\":\"{from}\"', '\"role\":\"{to}\"') \
                 where deed = 'add_operator' and kind = 'intent' and leaf like '%\"role\":\"{from}\"%'"
            );
            crate::engine::past_triggers(&house.app.store.driver, &text).await.unwrap();
        };
        let shown = page(&house, &auditor, at, None).await;
        let seen = shown.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        alter("contractor", "nobody").await;
        let sign = async || {
            let instant = machine(at);
            let form =
                [("at", instant.as_str()), ("and", ""), ("seen", seen), ("why", "looked"), ("back", "/audit/access")];
            house.sent(&auditor, "/api/audit/sign-off", &form).await
        };
        let refused = sign().await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        assert!(refused.body.contains("contradicts itself"), "{}", refused.body);
        let file = house.get(Some(&auditor), &address(at, None).replace("access?", "access.csv?")).await;
        assert!(file.status != StatusCode::OK, "{}", file.body);
        assert_eq!((house.outcome("sign_off_access").await, house.outcome("export_record").await), (None, None));
        let again = house.get(Some(&auditor), &address(at, None)).await;
        assert_eq!(again.status, StatusCode::SERVICE_UNAVAILABLE, "nor does a page say anything over it");
        assert!(again.body.contains("contradicts itself"), "{}", again.body);
        alter("nobody", "contractor").await;
    }
}

/// A review says what the tree holds: nothing is hidden from it by a column beside a leaf, and what was not hashed yet is said.
#[tokio::test]
async fn a_review_says_what_the_tree_holds() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        person(&house.app, "nora", Role::Moderator).await;
        house.app.clock.advance(MINUTE);
        let auditor = house.sign_in("auditor").await;
        let before = house.app.clock.now();
        house.app.clock.advance(MINUTE);
        let owner = house.sign_in("owner").await;
        let end = [("operator", "01nora"), ("disabled", "yes"), ("why", "left"), ("back", "/people")];
        assert_eq!(house.sent(&owner, "/api/people/disable", &end).await.status, StatusCode::OK);
        house.app.clock.advance(MINUTE);
        let after = house.app.clock.now();
        let has = |page: &str| under(page, "People and roles").contains("nora");
        let now = page(&house, &auditor, after, None).await;
        assert!(has(&page(&house, &auditor, before, None).await) && !has(&now), "{now}");
        let driver = &house.store.store.driver;
        let hide = "update ledger_entries set deed = 'decide_case' where deed = 'disable_operator'";
        crate::engine::past_triggers(driver, hide).await.unwrap();
        assert!(!has(&page(&house, &auditor, after, None).await), "that her access ended is in the tree");
        crate::engine::past_triggers(driver, "update ledger_entries set at = at - 90000 where kind = 'outcome'")
            .await
            .unwrap();
        assert!(has(&page(&house, &auditor, before, None).await), "and so is when");

        // More than anybody waits for: it is said, and hashed in the background.
        for number in 0..450 {
            let session = format!("{number:016}");
            let operator = howdah::id::OperatorId("01nora".into());
            house.app.ledger.fact(howdah::ledger::Fact::SignedOut { operator, session }).await.unwrap();
        }
        let unchecked = |page: &str| page.contains("haven’t been checked");
        assert!(unchecked(&page(&house, &auditor, after, None).await));
        crate::support::until("it is hashed", async || !unchecked(&page(&house, &auditor, after, None).await)).await;
        assert!(!has(&page(&house, &auditor, after, None).await));
    }
}

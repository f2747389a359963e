//! Decisions that are looked at again: bound before the week, drawn after it, and judged by somebody else who sees the case
//! first.

use crate::{
    grants::timed,
    support::{Answered, House, NO_SANCTION, house, postgres, sql, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    cli,
    clock::{Clock, DAY, HOUR, MINUTE, Timestamp},
    context::App,
    ledger::{Entry, Filter, Outcome, bundle::leaves},
    nouns::reviews::{Candidate, Drawing, REVIEWED, Redrawing, Sort, Week, commitment},
    reviews::service,
    seal::Keys,
    store::reviews,
};
use std::sync::Arc;

async fn entries(house: &House, kind: &str) -> Vec<Entry> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 100, ..Filter::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

fn another_process(house: &House) -> Arc<App> {
    let clock = Clock::set(house.app.clock.now());
    cli::assemble(house.config.clone(), clock, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap()
}

/// The clock goes on to an instant.
fn until(house: &House, at: Timestamp) {
    house.app.clock.advance(at.since(house.app.clock.now()));
}

pub async fn decide(house: &House, cookie: &str, name: &str, decision: &str, why: &str) -> (String, i64) {
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
        ("why", why),
    ];
    let to = house.post(Some(cookie), "/api/reports/decide", &form).await.location.unwrap();
    assert!(to.contains("done="), "{name}: {to}");
    (account, entries(house, "decide_case").await[0].index)
}

/// Two people of this instance with open reports and no sanction.
pub async fn two(house: &House) -> Vec<String> {
    sqlx::query_scalar(
        "select a.username from accounts a join reports r on r.target_account_id = a.id and r.action_taken_at is null \
         join users u on u.account_id = a.id and u.role_id is null and not u.disabled \
         where a.domain is null and a.suspended_at is null and a.silenced_at is null and a.sensitized_at is null \
         group by a.id order by a.id limit 2",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap()
}

async fn opinion(house: &House, cookie: &str, entry: i64, opinion: &str) -> Answered {
    let (entry, back) = (entry.to_string(), format!("/reviews/{entry}"));
    let form = [("decision", entry.as_str()), ("opinion", opinion), ("back", back.as_str())];
    house.sent(cookie, "/api/reviews/opinion", &form).await
}

async fn judge(house: &House, cookie: &str, entry: i64, verdict: &str, why: &str) -> Answered {
    let (entry, back) = (entry.to_string(), format!("/reviews/{entry}"));
    let form = [("decision", entry.as_str()), ("verdict", verdict), ("why", why), ("back", back.as_str())];
    house.sent(cookie, "/api/reviews/judge", &form).await
}

#[tokio::test]
async fn a_seed_is_bound_before_its_week_and_disclosed_with_the_sample_after_it() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        let this = Week::of(house.app.clock.now());
        let other = another_process(&house);
        let (one, another) = tokio::join!(service::keep(&house.app), service::keep(&other));
        // Whoever comes second finds the week taken, and tries again.
        if one.is_err() || another.is_err() {
            service::keep(&house.app).await.unwrap();
        }
        service::keep(&other).await.unwrap();
        let bound = entries(&house, "commit_sample").await;
        let bound: Vec<&Entry> = bound.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        let said = |entry: &Entry| {
            (entry.leaf["facts"]["week"].as_str().unwrap().to_owned(), entry.leaf["facts"]["late"] == true)
        };
        assert_eq!(
            bound.iter().map(|entry| said(entry)).collect::<Vec<_>>(),
            [(this.next().name(), false), (this.name(), true)],
            "once each; this week had begun, and that is said"
        );
        assert!(bound.iter().all(|entry| entry.operator.as_deref() == Some("howdah")));

        // The week itself: decisions of two people.
        until(&house, this.next().starts().plus(HOUR));
        let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
        let names = two(&house).await;
        let (_, first) = decide(&house, &moderator, &names[0], "silence", "a ring of spammers").await;
        let (account, second) = decide(&house, &admin, &names[1], "resolve", "").await;
        let reveal =
            [("instance", "harbour"), ("account", account.as_str()), ("what", "email"), ("why", "the same ring")];
        house.post(Some(&moderator), "/api/reports/reveal", &reveal).await;
        let third = entries(&house, "reveal").await[0].index;

        // Not before it has ended, and those that were under way are closed.
        let week = this.next();
        until(&house, week.ends().plus(MINUTE));
        service::keep(&house.app).await.unwrap();
        assert_eq!(reviews::week(&house.app.store, week).await.unwrap().unwrap().drawn, None);
        until(&house, week.ends().plus(11 * MINUTE));
        let (one, another) = tokio::join!(service::keep(&house.app), service::keep(&other));
        if one.is_err() || another.is_err() {
            service::keep(&house.app).await.unwrap();
        }
        let drawn = entries(&house, "draw_sample").await;
        let drawn: Vec<&Entry> = drawn.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        assert_eq!(drawn.len(), 2, "this week and the next, once each");
        let of = |week: Week| drawn.iter().find(|entry| entry.leaf["facts"]["week"] == week.name()).unwrap();
        assert_eq!(of(this).leaf["facts"]["decisions"], 0, "a sample of nothing");
        let facts = &of(week).leaf["facts"];
        assert_eq!(facts["decisions"], 3);
        let seed = facts["seed"].as_str().unwrap();
        let bound = bound.iter().find(|entry| entry.leaf["facts"]["week"] == week.name()).unwrap();
        assert_eq!(bound.leaf["facts"]["commitment"], commitment(week, seed));
        assert_eq!(facts["committed"], bound.index);
        // Anyone draws the same from what stands in clear.
        let mut drawing = Drawing::new(seed);
        for kind in REVIEWED {
            for entry in entries(&house, kind).await {
                let sort = Sort::of(kind, &entry.leaf["facts"]).unwrap();
                drawing.take(Candidate { entry: entry.index, by: entry.operator.clone().unwrap(), sort });
            }
        }
        let again: Vec<i64> = drawing.end().0.iter().map(|one| one.entry).collect();
        assert_eq!(facts["entries"], serde_json::json!(again));
        assert_eq!(again, {
            let mut all = vec![first, second, third];
            all.sort_unstable();
            all
        });

        // So does whoever has a bundle, and nothing else; another sample is found out.
        let mut bundle = Vec::new();
        house.app.ledger.bundle(None, None, &mut bundle).await.unwrap();
        let redraw = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut redrawing = Redrawing::default();
            for leaf in leaves(bundle.as_slice()) {
                let (index, mut leaf) = leaf.unwrap();
                change(&mut leaf);
                redrawing.take(index, &leaf);
            }
            redrawing.end()
        };
        let honest = redraw(&|_| ());
        assert!(honest.iter().all(|one| one.wrong.is_none()), "{honest:?}");
        assert_eq!(honest.iter().map(|one| (one.drawn, one.decisions)).collect::<Vec<_>>(), [(0, 0), (3, 3)]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bundle.jsonl");
        let by_command = |bundle: &[u8]| {
            std::fs::write(&file, bundle).unwrap();
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_howdah"));
            let output = command.args(["audit", "redraw", "--bundle"]).arg(&file).output().unwrap();
            (
                output.status.success(),
                [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat(),
            )
        };
        let (same, said) = by_command(&bundle);
        assert!(same && said.contains(&format!("week of {}: the same 3 of 3 decisions", week.name())), "{said}");
        let forged = String::from_utf8_lossy(&bundle).replace(seed, &"0".repeat(seed.len()));
        let (same, said) = by_command(forged.as_bytes());
        assert!(!same && said.contains("NOT the same"), "{said}");
        let head = String::from_utf8_lossy(&bundle).lines().take(3).collect::<Vec<_>>().join("\n");
        let (same, said) = by_command(head.as_bytes());
        assert!(!same && said.contains("No sample is disclosed"), "{said}");
        let wrong = |change: &dyn Fn(&mut serde_json::Value)| redraw(change).pop().unwrap().wrong.unwrap_or_default();
        let drawn = |leaf: &serde_json::Value| leaf["deed"] == "draw_sample" && leaf["kind"] == "intent";
        let said = wrong(&|leaf| {
            if drawn(leaf) {
                leaf["facts"]["entries"] = serde_json::json!([first]);
            }
        });
        assert!(said.contains("draws other entries"), "{said}");
        let said = wrong(&|leaf| {
            if drawn(leaf) {
                leaf["facts"]["seed"] = "picked".into();
            }
        });
        assert!(said.contains("is not the one that entry"), "{said}");
        let said = wrong(&|leaf| {
            if leaf["deed"] == "commit_sample" {
                leaf["deed"] = "another".into();
            }
        });
        assert!(said.contains("is not among these"), "{said}");

        // Weeks without the console are said to have none.
        until(&house, week.ends().plus(30 * DAY));
        service::keep(&house.app).await.unwrap();
        let auditor = house.sign_in("auditor").await;
        let page = house.get(Some(&auditor), "/reviews").await.body;
        assert!(page.contains("missed: the console didn’t run"), "{page}");
        assert!(
            page.contains("no decisions, so nothing was drawn") && page.contains("after the week had begun"),
            "{page}"
        );
        assert_eq!(house.open_deeds().await, 0);
    }
}

/// A house an hour into a week whose seed is bound.
async fn in_a_week_to_be_drawn(house: House) -> (House, Week) {
    let house = timed(house).await;
    service::keep(&house.app).await.unwrap();
    let week = Week::of(house.app.clock.now()).next();
    until(&house, week.starts().plus(HOUR));
    (house, week)
}

/// A house with a week that is over and drawn: the entries of a moderator's limit, and of the owner's.
async fn drawn(house: House) -> (House, i64, i64, Vec<String>) {
    let (house, week) = in_a_week_to_be_drawn(house).await;
    let (moderator, owner) = (house.sign_in("moderator").await, house.sign_in("owner").await);
    let names = two(&house).await;
    let (_, theirs) = decide(&house, &moderator, &names[0], "silence", "a ring of spammers").await;
    let (_, own) = decide(&house, &owner, &names[1], "resolve", "").await;
    until(&house, week.ends().plus(11 * MINUTE));
    service::keep(&house.app).await.unwrap();
    (house, theirs, own, names)
}

#[tokio::test]
async fn a_second_person_sees_the_case_first_and_the_decision_after_an_opinion() {
    for kept in [sqlite().await, postgres().await] {
        let (house, theirs, own, names) = drawn(house(kept).await).await;
        let writes = house.weather.writes();
        let auditor = house.sign_in("auditor").await;
        let list = house.get(Some(&auditor), "/reviews").await.body;
        for entry in [theirs, own] {
            assert!(list.contains(&format!("href=\"/reviews/{entry}\"")), "{list}");
        }
        let address = format!("/reviews/{theirs}");
        let page = house.get(Some(&auditor), &address).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let main = page.body.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(main.contains(&format!("@{}", names[0])) && main.contains("What would you have decided?"), "{main}");
        let comment: String = sqlx::query_scalar(
            "select r.comment from reports r join accounts a on a.id = r.target_account_id where a.username = $1 \
             and r.comment <> '' and r.comment !~ '[<>&''\"]' order by r.id limit 1",
        )
        .bind(&names[0])
        .fetch_optional(&house.instance)
        .await
        .unwrap()
        .unwrap_or_default();
        assert!(main.contains(&comment), "{comment}: {main}");
        for hidden in ["limited @", "a ring of spammers", ">moderator<", "/reports/decide"] {
            assert!(!main.contains(hidden), "{hidden}: {main}");
        }
        assert!(!main.contains("limited"), "how the account stands today says what was decided: {main}");

        // Not before an opinion, and no opinion that is none.
        assert_eq!(judge(&house, &auditor, theirs, "agree", "").await.status, StatusCode::CONFLICT);
        assert_eq!(opinion(&house, &auditor, theirs, "banish").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = opinion(&house, &auditor, theirs, "warn").await;
        assert!(page.body.contains("limited @") && page.body.contains("a ring of spammers"), "{}", page.body);
        assert!(page.body.contains("What was decided") && !page.body.contains("What would you have decided?"));
        // An opinion stays what it is, and is nobody else's.
        assert_eq!(opinion(&house, &auditor, theirs, "silence").await.status, StatusCode::CONFLICT);
        let owner = house.sign_in("owner").await;
        assert_eq!(opinion(&house, &owner, theirs, "silence").await.status, StatusCode::FORBIDDEN);

        let refused = judge(&house, &auditor, theirs, "reverse", "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "whoever decided wants to know why");
        let done = judge(&house, &auditor, theirs, "reverse", "a warning is enough").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert!(done.body.contains("What would you have decided?"), "the next one: {}", done.body);
        let judged = house.get(Some(&auditor), &address).await.body;
        assert!(judged.contains("Go to the account") && judged.contains("Nothing was undone"), "{judged}");
        assert!(judged.contains(&format!("href=\"/reviews/{own}\"")), "{judged}");
        assert_eq!(judge(&house, &auditor, theirs, "agree", "").await.status, StatusCode::CONFLICT, "once");
        let judged = entries(&house, "judge_decision").await;
        let judged: Vec<_> = judged.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        let [judged] = judged.as_slice() else { panic!("{judged:?}") };
        assert_eq!(
            (judged.leaf["facts"]["verdict"].as_str(), judged.operator.as_deref()),
            (Some("reverse"), Some("01auditor"))
        );
        assert!(!judged.leaf.to_string().contains("warning"), "words are sealed");
        assert_eq!(house.weather.writes(), writes, "nothing of a review reaches the instance");

        // Whoever decided reads what was said, and not by whom; nobody else does.
        let moderator = house.sign_in("moderator").await;
        let page = house.get(Some(&moderator), "/reviews").await.body;
        let main = page.split("<main").nth(1).unwrap();
        assert!(main.contains("a warning is enough") && main.contains("propose to undo it"), "{main}");
        assert!(!main.contains("auditor") && !main.contains("Agreement"), "{main}");
        assert_eq!(house.get(Some(&moderator), &address).await.status, StatusCode::FORBIDDEN);
        // Whoever may undo it reads the proposal as well.
        for (other, told) in [("admin", true), ("contractor", false)] {
            let cookie = house.sign_in(other).await;
            let page = house.get(Some(&cookie), "/reviews").await.body;
            assert!(page.contains("None of your decisions"), "{other}: {page}");
            assert_eq!(page.contains("a warning is enough"), told, "{other}: {page}");
        }
        let page = house.get(Some(&auditor), "/reviews").await.body;
        assert!(page.contains("0 of 1: too few to tell") && page.contains("How often each reviewer agreed"), "{page}");
        // What somebody changes in the store is not taken for what was said.
        sql(&house.app.store, "update review_samples set verdict = 'agree' where verdict = 'reverse'").await.unwrap();
        let page = house.get(Some(&auditor), &address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.body);
        let refused = house.app.store.refused().await.unwrap();
        assert!(refused.iter().any(|row| row.row.starts_with("the review of entry")), "{refused:?}");
        let list = house.get(Some(&auditor), "/reviews").await.body;
        assert!(!list.contains("0 of 1: too few to tell"), "nor is it counted: {list}");
        sql(&house.app.store, "update review_samples set verdict = 'reverse' where verdict = 'agree'").await.unwrap();
        assert_eq!(house.get(Some(&auditor), &address).await.status, StatusCode::OK);
        // One that was drawn and is taken away is made anew, by the entry that drew it.
        sql(&house.app.store, "delete from review_samples").await.unwrap();
        service::keep(&house.app).await.unwrap();
        let drawn: i64 = address.rsplit('/').next().unwrap().parse().unwrap();
        assert!(reviews::sample(&house.app.store, drawn).await.unwrap().is_some());
        // A week that somebody wrote over tells nothing.
        sql(&house.app.store, "update review_weeks set decisions = 1000").await.unwrap();
        assert!(reviews::weeks(&house.app.store, 10).await.unwrap().is_empty());
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test]
async fn nobody_reviews_their_own_decision_or_a_case_they_had_part_in() {
    let (house, theirs, own, names) = drawn(house(sqlite().await).await).await;
    let owner = house.sign_in("owner").await;
    let refused = async |entry: i64, why: &str| {
        let page = house.get(Some(&owner), &format!("/reviews/{entry}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{why}: {}", page.body);
        assert!(page.body.contains(why), "{why}: {}", page.body);
        let posted = opinion(&house, &owner, entry, "warn").await;
        assert_eq!(posted.status, StatusCode::FORBIDDEN, "{why}: {}", posted.body);
    };
    refused(own, "your own").await;
    let denied = entries(&house, "denied").await;
    assert_eq!(denied[0].leaf["facts"]["permission"], "review", "that they tried is an entry");
    assert_eq!(house.get(Some(&owner), &format!("/reviews/{theirs}")).await.status, StatusCode::OK);

    // Their own account reported it, or is whom it is about.
    crate::linked::linked(&house, &owner, "jonastran").await;
    let to_own = |sql: &'static str| sqlx::query(sql).bind(&names[0]).execute(&house.instance);
    to_own(
        "update reports set account_id = (select id from accounts where username = 'jonastran' and domain is null) \
         where target_account_id = (select id from accounts where username = $1 and domain is null)",
    )
    .await
    .unwrap();
    refused(theirs, "You reported this account").await;
    to_own(
        "update reports set account_id = (select min(id) from accounts where domain is null and username <> 'jonastran') \
         where target_account_id = (select id from accounts where username = $1 and domain is null)",
    )
    .await
    .unwrap();
    assert_eq!(house.get(Some(&owner), &format!("/reviews/{theirs}")).await.status, StatusCode::OK);

    // Having looked at its email address is a part in it.
    let (account,): (String,) = sqlx::query_as("select id::text from accounts where username = $1 and domain is null")
        .bind(&names[0])
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let reveal = [("instance", "harbour"), ("account", account.as_str()), ("what", "email"), ("why", "curious")];
    house.post(Some(&owner), "/api/reports/reveal", &reveal).await;
    refused(theirs, "You took part in this case").await;
    let list = house.get(Some(&owner), "/reviews").await.body;
    assert!(list.contains("2 decisions") && list.contains("pending for somebody else"), "{list}");
    assert_eq!(house.get(Some(&owner), "/reviews/0").await.status, StatusCode::NOT_FOUND);
}

/// Whose decision it is and about whom stands in its entry: a row that says otherwise was not drawn, whoever wrote it.
#[tokio::test]
async fn a_row_that_names_another_person_is_no_sample() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let (account, _) = house.case("windvane").await;
    let form =
        [("instance", "harbour"), ("account", account.as_str()), ("what", "email"), ("why", "a test"), ("back", "/")];
    house.post(Some(&owner), "/api/reports/reveal", &form).await;
    let filter = Filter { kind: Some("reveal".into()), limit: 1, ..Filter::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
    let row = format!(
        "insert into review_samples (entry, week, operator, sort, subject) \
         values ({entry}, '2026-11-23', '01moderator', 'reveals', 'nothing else')"
    );
    crate::support::sql(&house.app.store, &row).await.unwrap();
    crate::support::seal_sample(&house.app, entry).await;
    let page = house.get(Some(&owner), &format!("/reviews/{entry}")).await;
    assert_eq!(page.status, axum::http::StatusCode::NOT_FOUND, "{}", page.body);
    let opinion = [("decision", entry.to_string()), ("opinion", "founded".to_owned()), ("back", "/reviews".to_owned())];
    let opinion: Vec<(&str, &str)> = opinion.iter().map(|(key, value)| (*key, value.as_str())).collect();
    house.post(Some(&owner), "/api/reviews/opinion", &opinion).await;
    assert_eq!(house.outcome("give_opinion").await, None, "one's own decision is reviewed by nobody");
}

/// Somebody's access ends, or they get another role.
async fn leave(house: &House, owner: &str, who: &str, how: &str) {
    let back = ("back", "/people");
    let (path, form) = match how {
        "access" => {
            ("/api/people/disable", vec![("operator", who), ("disabled", "yes"), ("why", "left the team"), back])
        }
        role => (
            "/api/people/role",
            vec![("operator", who), ("role", role), ("seen", "auditor"), ("why", "another desk"), back],
        ),
    };
    let done = house.sent(owner, path, &form).await;
    assert_eq!(done.status, StatusCode::OK, "{how}: {}", done.body);
}

/// Whose reviewer cannot review any more waits for another one, by itself, and that is an entry.
#[tokio::test]
async fn what_a_reviewer_left_behind_goes_to_another() {
    for (kept, how) in [(sqlite().await, "access"), (postgres().await, "moderator")] {
        let (house, theirs, _, _) = drawn(house(kept).await).await;
        let auditor = house.sign_in("auditor").await;
        let given = opinion(&house, &auditor, theirs, "warn").await;
        assert_eq!(given.status, StatusCode::OK, "{}", given.body);
        let owner = house.sign_in("owner").await;
        let address = format!("/reviews/{theirs}");
        assert_eq!(house.get(Some(&owner), &address).await.status, StatusCode::FORBIDDEN, "begun by another");
        service::keep(&house.app).await.unwrap();
        assert_eq!(entries(&house, "release_review").await.len(), 0, "who still reviews goes on");

        leave(&house, &owner, "01auditor", how).await;
        let other = another_process(&house);
        let (one, two) = tokio::join!(service::keep(&house.app), service::keep(&other));
        if one.is_err() || two.is_err() {
            service::keep(&house.app).await.unwrap();
        }
        let released = entries(&house, "release_review").await;
        let released: Vec<_> = released.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        let [released] = released.as_slice() else { panic!("{how}: {released:?}") };
        assert_eq!(released.operator.as_deref(), Some("howdah"));
        assert_eq!(released.leaf["facts"]["decision"], theirs);
        let list = house.get(Some(&owner), "/reviews").await.body;
        assert!(list.contains(&format!("href=\"{address}\"")), "{list}");
        let page = house.get(Some(&owner), &address).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(
            page.body.contains("What would you have decided?"),
            "what the first one said is not shown: {}",
            page.body
        );
        assert!(!page.body.contains("What was decided"), "{}", page.body);
        let page = opinion(&house, &owner, theirs, "silence").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let done = judge(&house, &owner, theirs, "agree", "").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(house.open_deeds().await, 0);
    }
}

/// Where everybody who reviews had part in a case, the page says so in place of leaving it to wait.
#[tokio::test]
async fn a_decision_that_nobody_can_review_is_said() {
    let (house, _, own, _) = drawn(house(sqlite().await).await).await;
    let owner = house.sign_in("owner").await;
    let says = "Nobody can review";
    let list = house.get(Some(&owner), "/reviews").await.body;
    assert!(!list.contains(says), "the auditor can: {list}");
    leave(&house, &owner, "01auditor", "access").await;
    let list = house.get(Some(&owner), "/reviews").await.body;
    assert!(list.contains(says) && list.contains(&format!("entry {own}")), "{list}");
}

/// Columns beside a leaf find nothing and hide nothing: what is drawn is what the leaves of the week say.
#[tokio::test]
async fn a_sample_is_drawn_by_what_the_leaves_say() {
    for kept in [sqlite().await, postgres().await] {
        let (house, week) = in_a_week_to_be_drawn(house(kept).await).await;
        let moderator = house.sign_in("moderator").await;
        let names = two(&house).await;
        let (_, first) = decide(&house, &moderator, &names[0], "silence", "a ring of spammers").await;
        let (_, second) = decide(&house, &moderator, &names[1], "silence", "a ring of spammers").await;
        until(&house, week.ends().plus(11 * MINUTE));
        for sql_text in [
            format!("update ledger_entries set operator = '01owner', at = 0, deed = 'signed_out' where idx = {first}"),
            format!("update ledger_entries set outcome = 'failed' where intent = {second}"),
        ] {
            crate::engine::past_triggers(&house.app.store.driver, &sql_text).await.unwrap();
        }
        service::keep(&house.app).await.unwrap();
        let drawn = entries(&house, "draw_sample").await;
        let facts = &drawn.iter().find(|entry| entry.leaf["facts"]["week"] == week.name()).unwrap().leaf["facts"];
        assert_eq!(facts["entries"], serde_json::json!([first, second]));
        for entry in [first, second] {
            let sample = reviews::sample(&house.app.store, entry).await.unwrap().unwrap();
            assert_eq!(sample.operator.0, "01moderator");
        }
    }
}

/// What stands in the middle of a page, as somebody reads it.
fn read(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut text = String::new();
    let mut inside = false;
    for letter in format!("<{main}").chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the rail says.
fn read_rail(page: &str) -> String {
    let rail = page.split("class=\"rail\"").nth(1).unwrap().split("</nav>").next().unwrap();
    read(&format!("<main {rail}</main>"))
}

/// Of each sort of decision: whoever looks at it before their own opinion reads the case and neither what was decided nor by
/// whom, whatever became of it since.
#[tokio::test]
async fn no_page_of_a_case_says_what_was_decided() {
    let (house, week) = in_a_week_to_be_drawn(house(sqlite().await).await).await;
    let moderator = house.sign_in("moderator").await;

    // Two sign-ups, one approved and one rejected.
    let waiting: Vec<(i64, i64, String)> = sqlx::query_as(
        "select a.id, u.id, a.username from users u join accounts a on a.id = u.account_id \
         where not u.approved and u.confirmed_at is not null order by u.id limit 2",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    for (_, user, _) in &waiting {
        sqlx::query("delete from user_invite_requests where user_id = $1")
            .bind(user)
            .execute(&house.instance)
            .await
            .unwrap();
        sqlx::query(
            "insert into user_invite_requests (user_id, text, created_at, updated_at) \
             values ($1, 'I sail and write about it.', now(), now())",
        )
        .bind(user)
        .execute(&house.instance)
        .await
        .unwrap();
        sqlx::query(
            "update accounts set created_at = '2020-01-01' where id = (select account_id from users where id = $1)",
        )
        .bind(user)
        .execute(&house.instance)
        .await
        .unwrap();
    }
    house.look().await;
    let mut of_sign_ups = Vec::new();
    for ((account, ..), verdict) in waiting.iter().zip(["approve", "reject"]) {
        let who = account.to_string();
        let form = [
            ("instance", "harbour"),
            ("who", who.as_str()),
            ("verdict", verdict),
            ("why", "as we always do"),
            ("back", "/i/harbour/signups"),
        ];
        let done = house.post(Some(&moderator), "/api/signups/decide", &form).await.location.unwrap();
        assert!(done.contains("done="), "{verdict}: {done}");
        of_sign_ups.push(entries(&house, "decide_sign_up").await[0].index);
    }
    // Later facts, of whoever was approved alone.
    sqlx::query("update accounts set display_name = 'Later Name', note = 'hello' where id = $1")
        .bind(waiting[0].0)
        .execute(&house.instance)
        .await
        .unwrap();

    // Two reports: one suspension, after which the account is gone, and one without a sanction.
    let names = two(&house).await;
    let (suspended, of_suspension) = decide(&house, &moderator, &names[0], "suspend", "a ring of spammers").await;
    let (revealed, of_resolving) = decide(&house, &moderator, &names[1], "resolve", "").await;
    let reveal = [("instance", "harbour"), ("account", revealed.as_str()), ("what", "email"), ("why", "the same ring")];
    house.post(Some(&moderator), "/api/reports/reveal", &reveal).await;
    let of_reveal = entries(&house, "reveal").await[0].index;
    // A sanction that is undone, as after an appeal.
    const SUSPENDED: &str = r#"{"disabled":false,"sensitized":false,"silenced":false,"suspended":true}"#;
    let form = [
        ("instance", "harbour"),
        ("account", suspended.as_str()),
        ("reversal", "unsuspend"),
        ("state", SUSPENDED),
        ("why", "the appeal was right"),
        ("back", "/"),
    ];
    let undone = house.post(Some(&moderator), "/api/reports/reverse", &form).await;
    let of_reversal = entries(&house, "reverse_sanction").await.first().map(|entry| entry.index);
    assert!(of_reversal.is_some(), "{} {:?}", undone.status, undone.location);
    let id: i64 = suspended.parse().unwrap();
    for sql in [
        "update statuses set deleted_at = now() where account_id = $1",
        "update accounts set suspended_at = now(), display_name = '' where id = $1",
        "delete from users where account_id = $1",
    ] {
        sqlx::query(sql).bind(id).execute(&house.instance).await.unwrap();
    }

    until(&house, week.ends().plus(11 * MINUTE));
    service::keep(&house.app).await.unwrap();
    let auditor = house.sign_in("auditor").await;
    let mut pages = Vec::new();
    for (sort, entry) in [
        ("approved", of_sign_ups[0]),
        ("rejected", of_sign_ups[1]),
        ("report", of_suspension),
        ("report", of_resolving),
        ("reveal", of_reveal),
        ("appeal", of_reversal.unwrap()),
    ] {
        let page = house.get(Some(&auditor), &format!("/reviews/{entry}")).await;
        assert_eq!(page.status, StatusCode::OK, "{sort}: {}", page.body);
        let said = read(&page.body);
        let case = said.split("What would you have decided?").next().unwrap().to_owned();
        for told in [
            "approved",
            "rejected",
            "Later Name",
            "today",
            "hello",
            "moderator",
            "as we always do",
            "a ring of spammers",
            "the appeal was right",
            "no longer there",
            "suspended @",
            "limited @",
            "resolved",
            "deleted and",
        ] {
            assert!(!case.contains(told), "{sort} says “{told}”: {case}");
        }
        pages.push((sort, case));
    }
    // Of the two sign-ups everything is the same but for who it is.
    let of = |sort: &str, name: &str| {
        let (_, case) = pages.iter().find(|(own, _)| *own == sort).unwrap();
        assert!(case.contains("I sail and write about it."), "{sort}: {case}");
        let words: Vec<&str> = case.split_whitespace().filter(|word| !word.contains(char::is_numeric)).collect();
        words.join(" ").replace(name, "somebody")
    };
    assert_eq!(of("approved", &waiting[0].2), of("rejected", &waiting[1].2));
}

/// What somebody is to review waits for them in the rail and on the overview, one leads to the next, and whose decision it was is
/// told once.
#[tokio::test]
async fn a_review_leads_on_and_whose_decision_it_was_is_told() {
    for kept in [sqlite().await, postgres().await] {
        let (house, theirs, own, names) = drawn(house(kept).await).await;
        let auditor = house.sign_in("auditor").await;
        let overview = "/i/harbour";
        let page = house.get(Some(&auditor), overview).await.body;
        assert!(page.contains("2 decisions are waiting for your review"), "{page}");
        assert!(read_rail(&page).contains("Reviews 2"), "{page}");
        let list = house.get(Some(&auditor), "/reviews").await.body;
        assert!(
            list.contains(&format!("@{}", names[0])) && !list.contains(&format!("Case of entry {theirs}")),
            "{list}"
        );
        opinion(&house, &auditor, theirs, "warn").await;
        let next = judge(&house, &auditor, theirs, "coach", "a warning comes first").await;
        assert!(next.body.contains("What would you have decided?"), "{}", next.body);
        assert!(next.body.contains(&format!("name=\"decision\" value=\"{own}\"")), "{}", next.body);
        let page = house.get(Some(&auditor), overview).await.body;
        assert!(page.contains("1 decision is waiting for your review"), "{page}");
        opinion(&house, &auditor, own, "resolve").await;
        let done = judge(&house, &auditor, own, "agree", "").await;
        assert!(done.body.contains("Nothing for you to review"), "{}", done.body);

        let moderator = house.sign_in("moderator").await;
        let page = house.get(Some(&moderator), overview).await.body;
        assert!(
            page.contains("1 of your decisions was reviewed") && !page.contains("waiting for your review"),
            "{page}"
        );
        let list = house.get(Some(&moderator), "/reviews").await.body;
        assert!(list.contains(&format!("href=\"/audit/{theirs}\"")) && list.contains("/i/harbour/accounts/"), "{list}");
        let page = house.get(Some(&moderator), overview).await.body;
        assert!(!page.contains("of your decisions"), "they have read it: {page}");
    }
}

/// Before their own opinion nobody who is to review a decision is told it on another page, unless they ask for it: that is an
/// entry, and stands beside their opinion.
#[tokio::test]
async fn what_is_to_be_reviewed_is_told_nowhere_before_an_opinion() {
    for kept in [sqlite().await, postgres().await] {
        let (house, theirs, _, names) = drawn(house(kept).await).await;
        let auditor = house.sign_in("auditor").await;
        let (account,): (String,) =
            sqlx::query_as("select id::text from accounts where username = $1 and domain is null")
                .bind(&names[0])
                .fetch_one(&house.instance)
                .await
                .unwrap();
        // The instance did it at the time of its own clock, and not of the test's.
        let at = house.app.ledger.entry(theirs).await.unwrap().unwrap().entry.at.0.to_string();
        for sql in [
            "update reports set action_taken_at = to_timestamp($2::float8 / 1000) at time zone 'utc' \
             where target_account_id = $1::bigint and action_taken_at is not null",
            "update admin_action_logs set created_at = to_timestamp($2::float8 / 1000) at time zone 'utc' where target_type = 'Report' \
             and target_id in (select id from reports where target_account_id = $1::bigint and action_taken_at is not null)",
            "update account_warnings set created_at = to_timestamp($2::float8 / 1000) at time zone 'utc' \
             where target_account_id = $1::bigint",
            "insert into appeals (account_id, account_warning_id, text, created_at, updated_at) \
             select target_account_id, id, 'They hid me for nothing', to_timestamp($2::float8 / 1000) at time zone 'utc', now() \
             from account_warnings where target_account_id = $1::bigint and action = 3000 order by id desc limit 1",
        ] {
            sqlx::query(sql)
                .bind(account.parse::<i64>().unwrap())
                .bind(at.parse::<f64>().unwrap())
                .execute(&house.instance)
                .await
                .unwrap();
        }
        let pages = [
            format!("/audit/{theirs}"),
            format!("/i/harbour/accounts/{account}"),
            format!("/i/harbour/reports/{account}"),
            "/audit".to_owned(),
            "/audit?kind=decide_case".to_owned(),
            "/audit?who=01moderator&kind=decide_case".to_owned(),
            format!("/audit/timeline?account={account}"),
            "/audit/timeline?who=01moderator".to_owned(),
            "/i/harbour/audit/instance".to_owned(),
            "/i/harbour/audit/instance?action=silence".to_owned(),
            "/i/harbour/reports?state=decided".to_owned(),
            "/i/harbour/reports?state=decided&decided-by=moderator".to_owned(),
            "/i/harbour/appeals".to_owned(),
        ];
        house.look().await;
        let hidden =
            [format!("limited @{}", names[0]), "a ring of spammers".to_owned(), "They hid me for nothing".to_owned()];
        let line = format!(">{theirs}<");
        for page in &pages {
            let answer = house.get(Some(&auditor), page).await;
            for told in &hidden {
                assert!(!answer.body.contains(told), "{page} says “{told}”: {}", answer.body);
            }
            if answer.status == StatusCode::FORBIDDEN {
                assert!(answer.body.contains("give your opinion first"), "{page}: {}", answer.body);
                assert!(answer.body.contains(&format!("href=\"/reviews/{theirs}\"")), "{page}: {}", answer.body);
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
            }
        }
        let list = house.get(Some(&auditor), "/audit").await.body;
        let row = list.split("<tr").find(|row| row.contains(&line)).unwrap();
        assert!(row.contains("in review by you") && !row.contains("moderator"), "{row}");
        let appeals = house.get(Some(&auditor), "/i/harbour/appeals").await.body;
        let row = appeals.split("<tr").find(|row| row.contains(&format!("@{}", names[0]))).unwrap();
        assert!(row.contains("in review by you") && !row.contains("imited"), "{row}");
        // No row of Mastodon's log, from wherever one reads on: how many there are would say whether it was a sanction.
        let log = house.get(Some(&auditor), "/i/harbour/audit/instance").await.body;
        let link = format!("href=\"/reviews/{theirs}\"");
        assert!(!log.contains(&link), "{}", crate::seen::text(&log));
        for page in [log, house.get(Some(&auditor), "/i/harbour/audit/instance?before=999999999").await.body] {
            assert!(
                !page.contains("in review by you") && page.contains("What you are to review is left out"),
                "{page}"
            );
        }
        // The same is said of everybody and everything: otherwise it would say whose it is.
        const LEFT_OUT: &str = "What you are to review is left out of this list.";
        for by_name in [
            "/audit?who=01moderator",
            "/audit?who=01owner",
            "/audit?who=01contractor",
            "/audit?who=01contractor&kind=decide_case",
            "/audit?kind=decide_case",
            "/audit?kind=add_operator",
            "/audit?q=moder",
            "/audit/timeline?who=01moderator",
            "/audit/timeline?who=01contractor&kind=decide_case",
            "/i/harbour/audit/instance?action=silence",
            "/i/harbour/audit/instance?action=promote",
            "/i/harbour/reports?state=decided&decided-by=moderator",
            "/i/harbour/reports?state=decided&decided-by=contractor",
        ] {
            let page = house.get(Some(&auditor), by_name).await.body;
            assert!(!page.contains(&line) && page.contains(LEFT_OUT), "{by_name}: {page}");
            assert!(!page.contains("No entries match") && !page.contains("No matching"), "{by_name}: {page}");
        }
        // Nor does how often which hour was theirs.
        let drawn = house.get(Some(&auditor), "/audit/timeline?who=01moderator&kind=decide_case").await.body;
        assert!(!drawn.contains("by hour of the UTC day"), "{drawn}");
        let decided = house.get(Some(&auditor), "/i/harbour/reports?state=decided").await.body;
        let row = decided.split("<tr").find(|row| row.contains(&format!("@{}", names[0]))).unwrap();
        assert!(row.contains("in review by you") && !row.contains("moderator"), "{row}");
        // A file has neither, and says so; whoever has nothing to review has both.
        let file = async |cookie: &str, name: &str, query: &str| {
            house.get(Some(cookie), &format!("/audit/export.{name}?{query}")).await.body
        };
        assert!(list.contains("without the 2 entries you are to review"), "{list}");
        for name in ["csv", "jsonl"] {
            for query in ["", "kind=decide_case", "who=01moderator", "who=01contractor"] {
                let given = file(&auditor, name, query).await;
                assert!(hidden.iter().all(|told| !given.contains(told)), "{name} {query}: {given}");
                let said = "what you are to review is left out: give your opinion first";
                assert!(given.lines().last().unwrap().contains(said), "{name} {query}: {given}");
            }
        }
        let admin = house.sign_in("admin").await;
        assert_eq!(house.get(Some(&admin), "/audit/export.csv").await.status, StatusCode::FORBIDDEN);
        // Whoever does not review reads on as before, and so does whose decision it is.
        let moderator = house.sign_in("moderator").await;
        assert!(house.get(Some(&moderator), &pages[0]).await.body.contains(&hidden[0]));
        assert_eq!(house.get(Some(&moderator), &pages[1]).await.status, StatusCode::OK);

        // The way past it.
        let form = [("decision", theirs.to_string()), ("back", pages[0].clone())];
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let refused = house.post(Some(&moderator), "/api/reviews/look", &form).await;
        assert!(refused.location.unwrap_or_default().contains("draft="), "whoever does not review has nothing to see");
        let shown = house.sent(&auditor, "/api/reviews/look", &form).await;
        assert!(shown.body.contains(&hidden[0]) && shown.body.contains(&hidden[1]), "{}", shown.body);
        let looked = entries(&house, "look_ahead").await;
        let [looked] = looked.as_slice() else { panic!("{looked:?}") };
        assert_eq!(looked.leaf["facts"]["decision"], theirs);
        assert_eq!(house.get(Some(&auditor), &pages[1]).await.status, StatusCode::OK);
        house.sent(&auditor, "/api/reviews/look", &form).await;
        assert_eq!(entries(&house, "look_ahead").await.len(), 1, "what is shown already needs no entry");
        let page = opinion(&house, &auditor, theirs, "silence").await;
        assert!(page.body.contains("saw the decision before giving this opinion"), "{}", page.body);
        assert!(page.body.contains(&format!("href=\"/audit/{}\"", looked.index)), "{}", page.body);
    }
}

/// Nor does the page of the batch that a decision came in open before an opinion.
/// However many rows of Mastodon's log are left out of a timeline, its pages lead on to what lies below them, and show it once.
#[tokio::test]
async fn what_lies_below_what_is_left_out_of_a_timeline_is_reached() {
    const AT: &str = "update admin_action_logs set created_at = to_timestamp($2::float8 / 1000) at time zone 'utc' \
        where target_type = 'Report' and target_id in (select id from reports where target_account_id = $1)";
    // One row of long before, and as many of the decision as four pages have.
    const BELOW: &str = "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
        select account_id, 'memorialize', 'Account', $1, 'below', created_at - interval '9 days', updated_at from admin_action_logs l \
        where target_type = 'Report' and target_id in (select id from reports where target_account_id = $1) and $2 > 0 limit 1";
    const MANY: &str = "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
        select l.account_id, l.action, l.target_type, l.target_id, l.human_identifier, l.created_at, l.updated_at \
        from (select * from admin_action_logs where target_type = 'Report' and action = 'resolve' \
        and target_id in (select id from reports where target_account_id = $1) and $2 > 0 order by id desc limit 1) l, generate_series(1, 220)";
    let (house, theirs, _, names) = drawn(house(sqlite().await).await).await;
    let auditor = house.sign_in("auditor").await;
    let account: i64 = sqlx::query_scalar("select id from accounts where username = $1 and domain is null")
        .bind(&names[0])
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let at = house.app.ledger.entry(theirs).await.unwrap().unwrap().entry.at.0.to_string();
    for sql in [AT, BELOW, MANY] {
        let changed =
            sqlx::query(sql).bind(account).bind(at.parse::<f64>().unwrap()).execute(&house.instance).await.unwrap();
        assert!(changed.rows_affected() > 0, "{sql}");
    }
    let mut next = Some(format!("/audit/timeline?account={account}"));
    let (mut pages, mut shown) = (0, 0);
    while let Some(address) = next.take() {
        let page = house.get(Some(&auditor), &address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        let text = crate::seen::text(&page.body);
        assert!(!text.contains("resolve report"), "{text}");
        shown += text.matches("memorialize").count();
        pages += 1;
        assert!(pages < 20, "{address} leads to itself");
        let links = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let on = links
            .map(|link| link.replace("&amp;", "&"))
            .find(|link| link.starts_with("/audit/timeline?") && link.contains("row="));
        next = on;
    }
    assert!(pages > 3, "{pages} pages");
    assert_eq!(shown, 1, "on {pages} pages");
}

#[tokio::test]
async fn a_batch_with_what_is_to_be_reviewed_does_not_open_before_an_opinion() {
    let (house, week) = in_a_week_to_be_drawn(house(sqlite().await).await).await;
    let moderator = house.sign_in("moderator").await;
    house.look().await;
    let page = house.get(Some(&moderator), crate::bulk::SPAM).await.body;
    let batch = crate::bulk::begin(&house, &moderator, &crate::bulk::value(&page, "seen")).await;
    crate::bulk::work(&house).await;
    until(&house, week.ends().plus(11 * MINUTE));
    service::keep(&house.app).await.unwrap();
    let auditor = house.sign_in("auditor").await;
    let shown = house.get(Some(&auditor), &batch).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.body);
    assert!(shown.body.contains("give your opinion first") && !shown.body.contains("one spam wave"), "{}", shown.body);
    let listed = format!("/audit?batch={}", batch.rsplit('/').next().unwrap());
    let listed = house.get(Some(&auditor), &listed).await.body;
    assert!(listed.contains("What you are to review is left out of this list."), "{listed}");
    let moderator = house.sign_in("moderator").await;
    assert_eq!(house.get(Some(&moderator), &batch).await.status, StatusCode::OK);
}

/// A proposal to undo reaches whoever may, until it was undone or declined with a reason.
#[tokio::test]
async fn a_proposal_to_undo_is_open_until_it_is_undone_or_declined() {
    for kept in [sqlite().await, postgres().await] {
        let (house, theirs, own, names) = drawn(house(kept).await).await;
        let auditor = house.sign_in("auditor").await;
        for (entry, said) in [(theirs, "silence"), (own, "warn")] {
            opinion(&house, &auditor, entry, said).await;
            let done = judge(&house, &auditor, entry, "reverse", "nothing of it was spam").await;
            assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        }
        let overview = "/i/harbour";
        let (admin, moderator) = (house.sign_in("admin").await, house.sign_in("moderator").await);
        let page = house.get(Some(&admin), overview).await.body;
        assert!(page.contains("Reviewers propose to undo 2 decisions"), "{page}");
        let contractor = house.sign_in("contractor").await;
        assert!(!house.get(Some(&contractor), "/reviews").await.body.contains("Proposed to undo"));
        let list = house.get(Some(&admin), "/reviews").await.body;
        assert!(list.contains("nothing of it was spam") && list.contains("Decline to undo it"), "{list}");

        let decline = async |cookie: &str, entry: i64, why: &str| {
            let form = [("decision", entry.to_string()), ("why", why.to_owned()), ("back", "/reviews".to_owned())];
            let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
            house.sent(cookie, "/api/reviews/decline", &form).await
        };
        assert_eq!(decline(&auditor, theirs, "no").await.status, StatusCode::FORBIDDEN, "who reviews undoes nothing");
        assert_eq!(decline(&moderator, theirs, "no").await.status, StatusCode::FORBIDDEN, "it is their own");
        assert_eq!(decline(&admin, theirs, "").await.status, StatusCode::UNPROCESSABLE_ENTITY);

        let sql = "select id::text from accounts where username = $1 and domain is null";
        let (about,): (String,) = sqlx::query_as(sql).bind(&names[0]).fetch_one(&house.instance).await.unwrap();
        let case = house.get(Some(&admin), &format!("/i/harbour/accounts/{about}")).await.body;
        assert!(case.contains("proposes to undo this decision") && case.contains("nothing of it was spam"), "{case}");

        // The one is undone, and the console notices by itself.
        let (account,): (String,) =
            sqlx::query_as("select id::text from accounts where username = $1 and domain is null")
                .bind(&names[0])
                .fetch_one(&house.instance)
                .await
                .unwrap();
        const LIMITED: &str = r#"{"disabled":false,"sensitized":false,"silenced":true,"suspended":false}"#;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("reversal", "unsilence"),
            ("state", LIMITED),
            ("why", "as was proposed"),
            ("back", "/"),
        ];
        let undone = house.post(Some(&admin), "/api/reports/reverse", &form).await;
        assert!(undone.location.as_deref().unwrap_or_default().contains("done="), "{:?}", undone.location);
        let page = house.get(Some(&admin), overview).await.body;
        assert!(
            page.contains(&format!("propose to undo a decision about @{}", names[1]))
                || page.contains(&format!("proposes to undo a decision about @{}", names[1])),
            "{page}"
        );
        service::keep(&house.app).await.unwrap();
        let settled = entries(&house, "settle_proposal").await;
        let settled: Vec<_> = settled.iter().filter(|entry| entry.outcome == Some(Outcome::Succeeded)).collect();
        let [settled] = settled.as_slice() else { panic!("{settled:?}") };
        assert_eq!((settled.operator.as_deref(), &settled.leaf["facts"]["decision"]), (Some("howdah"), &theirs.into()));
        assert_eq!(settled.leaf["facts"]["undone"], entries(&house, "reverse_sanction").await[0].index);
        service::keep(&house.app).await.unwrap();
        assert_eq!(entries(&house, "settle_proposal").await.len(), 1, "once");

        // The other is declined, and is open to nobody any more.
        let done = decline(&admin, own, "two people looked at it").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert!(!done.body.contains("Proposed to undo"), "{}", done.body);
        assert!(!house.get(Some(&admin), overview).await.body.contains("propose"));
        assert_eq!(decline(&admin, own, "again").await.status, StatusCode::NOT_FOUND);
        let page = house.get(Some(&auditor), &format!("/reviews/{own}")).await.body;
        assert!(page.contains("The proposal to undo it is closed") && !page.contains("Go to the account"), "{page}");
        assert_eq!(house.open_deeds().await, 0);
    }
}

/// What cannot be undone is nothing that anybody proposes to undo.
#[tokio::test]
async fn nobody_proposes_to_undo_what_is_gone() {
    let (house, week) = in_a_week_to_be_drawn(house(sqlite().await).await).await;
    let moderator = house.sign_in("moderator").await;
    house.look().await;
    let (account,): (String,) = sqlx::query_as(
        "select a.id::text from users u join accounts a on a.id = u.account_id \
         where not u.approved and u.confirmed_at is not null order by u.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let form = [
        ("instance", "harbour"),
        ("who", account.as_str()),
        ("verdict", "reject"),
        ("why", "as always"),
        ("back", "/i/harbour/signups"),
    ];
    house.post(Some(&moderator), "/api/signups/decide", &form).await;
    let rejected = entries(&house, "decide_sign_up").await[0].index;
    let (_, warned) = decide(&house, &moderator, &two(&house).await[0], "warn", "as always").await;
    until(&house, week.ends().plus(11 * MINUTE));
    service::keep(&house.app).await.unwrap();
    let auditor = house.sign_in("auditor").await;
    // A warning was read, and nothing takes it back.
    let page = opinion(&house, &auditor, warned, "resolve").await.body;
    assert!(page.contains("A warning was sent and can’t be undone") && !page.contains("value=\"reverse\""), "{page}");
    let refused = judge(&house, &auditor, warned, "reverse", "it was no spam").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let page = opinion(&house, &auditor, rejected, "approve").await.body;
    assert!(
        page.contains("A rejected sign-up is deleted; it can’t be undone.") && !page.contains("value=\"reverse\""),
        "{page}"
    );
    let refused = judge(&house, &auditor, rejected, "reverse", "let them in").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let done = judge(&house, &auditor, rejected, "disagree", "they wrote well").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
}

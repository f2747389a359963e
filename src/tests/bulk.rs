//! Many cases at once, and cases that pass from hand to hand.

use crate::support::{House, house, postgres, sqlite};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    id::OperatorId,
    ledger::Outcome,
    store::batches,
};

/// Works on batches until none is left, and never for ever.
pub async fn work(house: &House) {
    let instance = house.app.instances.keys().next().unwrap();
    for _ in 0..50 {
        engine::work::<OfBatch>(&house.app, house.app.instances.values().next().unwrap(), "a process", 50)
            .await
            .unwrap();
        if batches::running(&house.app.store, &house.app.keys, instance).await.unwrap().is_empty() {
            return;
        }
    }
    panic!("a batch does not end");
}

/// Nobody is decided about twice in one go.
#[tokio::test]
async fn somebody_who_stands_twice_in_a_form_is_refused() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    for (form, one) in [
        ("/api/reports/decide-many", format!("[\"{account}\",[]]")),
        (
            "/api/accounts/decide-many",
            format!(
                "[\"{account}\",[],{{\"disabled\":false,\"sensitized\":false,\"silenced\":false,\"suspended\":false}}]"
            ),
        ),
    ] {
        let twice = format!("[{one},{one}]");
        let decision = if form.contains("accounts") { "sensitive" } else { "resolve" };
        let fields = [
            ("instance", "harbour"),
            ("seen", twice.as_str()),
            ("decision", decision),
            ("why", "one wave"),
            ("back", "/i/harbour/reports"),
        ];
        let refused = house.sent(&cookie, form, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {}", refused.body);
    }
    assert_eq!(house.weather.writes(), 0);
}

async fn open_reports(house: &House, username: &str) -> i64 {
    sqlx::query_scalar(
        "select count(*) from reports r join accounts a on a.id = r.target_account_id \
         where a.username = $1 and r.action_taken_at is null",
    )
    .bind(username)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

pub fn value<'a>(page: &'a str, name: &str) -> String {
    let value: &'a str = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

/// The page of a batch stands at the desk that it was begun from, and leads back there.
async fn stands_at(house: &House, cookie: &str, batch: &str, desk: &str, name: &str) {
    let page = house.get(Some(cookie), batch).await.body;
    let rail = page.split("class=\"rail\">").nth(1).and_then(|rest| rest.split("</nav>").next()).unwrap();
    let here: Vec<&str> = rail.split("<a ").filter(|link| link.contains("aria-current=\"page\"")).collect();
    assert!(here.len() == 1 && here[0].contains(&format!("href=\"{desk}\"")), "{here:?}");
    let head = page.split("<div class=\"head\">").nth(1).and_then(|rest| rest.split("<h1>").next()).unwrap();
    assert!(head.contains(&format!("href=\"{desk}\"")) && head.contains(name), "{head}");
}

/// All cases with a report of spam, about to be resolved.
pub const SPAM: &str = "/i/harbour/reports?category=spam&all=yes&decide=resolve";

/// Resolves those that were seen there; the batch's page.
pub async fn begin(house: &House, cookie: &str, seen: &str) -> String {
    let form =
        [("instance", "harbour"), ("seen", seen), ("decision", "resolve"), ("why", "one spam wave"), ("back", SPAM)];
    let begun = house.post(Some(cookie), "/api/reports/decide-many", &form).await.location.unwrap();
    assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
    begun
}

#[tokio::test]
async fn many_cases_are_closed_by_a_filter_that_is_frozen() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let page = house.get(Some(&cookie), SPAM).await;
        assert!(page.body.contains("Mark as resolved: 2"), "{}", page.body);
        let seen = value(&page.body, "seen");
        let cases: Vec<(String, Vec<String>)> = serde_json::from_str(&seen).unwrap();
        assert!(cases.len() > 10);
        assert_eq!(house.weather.writes(), 0, "nothing before it is asked for");
        let begun = begin(&house, &cookie, &seen).await;
        stands_at(&house, &cookie, &begun, "/i/harbour/reports", "Reports").await;
        // A new report about the first, which nobody has read; a colleague holds the second.
        let (first, second) = (cases[0].0.parse::<i64>().unwrap(), cases[1].0.clone());
        sqlx::query(
            "insert into reports (account_id, target_account_id, created_at, updated_at) \
             select account_id, target_account_id, now(), now() from reports where target_account_id = $1 limit 1",
        )
        .bind(first)
        .execute(&house.instance)
        .await
        .unwrap();
        let admin = house.sign_in("admin").await;
        house
            .post(Some(&admin), "/api/reports/hold", &[("instance", "harbour"), ("account", &second), ("claim", "yes")])
            .await;
        work(&house).await;
        let page = house.get(Some(&cookie), &begun).await;
        assert!(page.body.contains(&format!("{} done", cases.len() - 2)), "{}", page.body);
        assert!(page.body.contains("haven’t seen") && page.body.contains("is assigned to"), "{}", page.body);
        let filter = howdah::ledger::Filter { kind: Some("decide_case".into()), limit: 100, ..Default::default() };
        let entries = house.app.ledger.list(&filter).await.unwrap();
        assert_eq!(entries.len(), cases.len() - 1, "an intent each, none for the one that is held");
        assert_eq!(entries.iter().filter(|entry| entry.outcome == Some(Outcome::Stale)).count(), 1);
    }
}

#[tokio::test]
async fn a_sanction_on_many_writes_to_each_and_needs_words() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (one, _) = house.case("windvane").await;
    let (two, _) = house.case("lantern_fell").await;
    let path = format!("/i/harbour/reports?who={one}&who={two}&decide=silence");
    let page = house.get(Some(&cookie), &path).await;
    assert!(page.body.contains("Limit: 2 cases"), "{}", page.body);
    let seen = value(&page.body, "seen");
    let mut form = vec![
        ("instance", "harbour"),
        ("seen", seen.as_str()),
        ("decision", "silence"),
        ("mail", "yes"),
        ("back", &path),
    ];
    let refused = house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    let back = house.get(Some(&cookie), &refused.location.unwrap()).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "neither words nor reason");
    form.push(("text", "Please read the rules."));
    house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    work(&house).await;
    for username in ["windvane", "lantern_fell"] {
        assert_eq!(open_reports(&house, username).await, 0, "{username}");
        let text: String = sqlx::query_scalar(
            "select w.text from account_warnings w join accounts a on a.id = w.target_account_id \
             where a.username = $1 and w.action = 3000 order by w.id desc limit 1",
        )
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        assert_eq!(text, "Please read the rules.");
    }
}

/// The id of somebody of this instance.
async fn id_of(house: &House, username: &str) -> String {
    sqlx::query_scalar("select id::text from accounts where username = $1 and domain is null")
        .bind(username)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

/// One of the instance's own moderators.
async fn a_moderator(house: &House) -> String {
    sqlx::query_scalar(
        "select u.account_id::text from users u join user_roles r on r.id = u.role_id where r.name = 'Moderator' \
         order by u.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

/// Whether a box of a list is ticked.
fn is_ticked(page: &str, id: &str) -> bool {
    let is_it = |tag: &&str| tag.contains("type=\"checkbox\"") && tag.contains(&format!("name=\"who\" value=\"{id}\""));
    let boxes = page.split("<input").filter(is_it);
    let tags: Vec<bool> = boxes.map(|tag| tag.split('>').next().unwrap().contains("checked")).collect();
    assert_eq!(tags.len(), 1, "{id}: {page}");
    tags[0]
}

#[tokio::test]
async fn accounts_are_sanctioned_many_at_once_each_by_itself() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("moderator").await;
        let (reported, _) = house.case("windvane").await;
        let (plain, staff, suspended) =
            (id_of(&house, "wren_1").await, a_moderator(&house).await, id_of(&house, "gonesoon").await);
        let list = house.get(Some(&cookie), "/i/harbour/accounts?origin=local").await.body;
        // What is pressed says what is meant, and each has its letter; nothing is preset.
        for (name, letter) in [("warn", "w"), ("sensitive", "m"), ("silence", "l"), ("suspend", "s"), ("disable", "z")]
        {
            let button = format!("name=\"decide\" value=\"{name}\" data-key=\"{letter}-");
            assert!(list.contains(&button), "{name}: {list}");
        }
        assert!(
            !list.contains("value=\"resolve\"") && !list.contains("<select class=\"chip\" name=\"decide\""),
            "{list}"
        );
        let path = format!("/i/harbour/accounts?who={reported}&who={plain}&who={staff}&who={suspended}&decide=suspend");
        let page = house.get(Some(&cookie), &path).await.body;
        let text = crate::seen::text(&page);
        assert!(text.contains("Suspend: 2 accounts"), "{text}");
        assert!(text.contains("Left out: 2") && text.contains("Suspended already"), "{text}");
        assert!(text.contains("belongs to the instance’s staff"), "{text}");
        assert!(text.contains("2 of this instance, 0 of other servers") && text.contains("follow"), "{text}");
        assert_eq!(house.weather.writes(), 0, "nothing before it is asked for");
        let seen = value(&page, "seen");
        let mut form = vec![
            ("instance", "harbour"),
            ("seen", seen.as_str()),
            ("decision", "suspend"),
            ("mail", "yes"),
            ("back", &path),
        ];
        // A refusal gives the form, the choice and the ticks back.
        let refused = house.post(Some(&cookie), "/api/accounts/decide-many", &form).await;
        let back = house.get(Some(&cookie), &refused.location.unwrap()).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "neither words nor reason");
        assert!(back.body.contains("name=\"decision\" value=\"suspend\""), "{}", back.body);
        form.push(("why", "one ring"));
        let begun = house.post(Some(&cookie), "/api/accounts/decide-many", &form).await.location.unwrap();
        assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
        stands_at(&house, &cookie, &begun, "/i/harbour/accounts", "Accounts").await;
        // A colleague limits one of them meanwhile: it is left as it is.
        sqlx::query("update accounts set silenced_at = now() where id = $1::text::bigint")
            .bind(&plain)
            .execute(&house.instance)
            .await
            .unwrap();
        work(&house).await;
        let stands: Vec<(String, bool)> = sqlx::query_as(
            "select id::text, suspended_at is not null from accounts where id::text = any($1) order by id",
        )
        .bind([&reported, &plain, &staff].map(String::clone).to_vec())
        .fetch_all(&house.instance)
        .await
        .unwrap();
        for (id, is_suspended) in stands {
            assert_eq!(is_suspended, id == reported, "{id}");
        }
        assert_eq!(open_reports(&house, "windvane").await, 0, "a sanction closes the reports");
        let filter = howdah::ledger::Filter { kind: Some("decide_case".into()), limit: 100, ..Default::default() };
        let mut outcomes: Vec<_> =
            house.app.ledger.list(&filter).await.unwrap().iter().map(|entry| entry.outcome).collect();
        outcomes.sort_by_key(|outcome| format!("{outcome:?}"));
        assert_eq!(outcomes, [Some(Outcome::Stale), Some(Outcome::Succeeded)], "an entry each");
    }
}

#[tokio::test]
async fn many_accounts_are_bounded_and_nobodys_who_may_not() {
    let house = house(sqlite().await).await;
    let ids: Vec<String> = sqlx::query_scalar(
        "select a.id::text from accounts a join users u on u.account_id = a.id where u.role_id is null and u.approved \
         and a.suspended_at is null order by a.id limit 51",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    assert_eq!(ids.len(), 51);
    let path = |number: usize| {
        let who: Vec<String> = ids[..number].iter().map(|id| format!("who={id}")).collect();
        format!("/i/harbour/accounts?{}&decide=warn", who.join("&"))
    };
    // Above fifty the design asks for a second person: also an owner does fewer at once.
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &path(51)).await.body;
    assert!(page.contains("At most 50 accounts") && !page.contains("name=\"seen\""), "{page}");
    let seen: Vec<_> = ids
        .iter()
        .map(|id| {
            (
                id,
                [(); 0],
                serde_json::json!({"disabled": false, "sensitized": false,
        "silenced": false, "suspended": false}),
            )
        })
        .collect();
    let seen = serde_json::to_string(&seen).unwrap();
    let form =
        [("instance", "harbour"), ("seen", &seen), ("decision", "warn"), ("text", "Please."), ("back", "/audit")];
    let answer = house.post(Some(&owner), "/api/accounts/decide-many", &form).await.location.unwrap();
    assert!(answer.contains("draft="), "{answer}");
    // A contractor decides about reports; an auditor about nothing.
    let one = serde_json::to_string(&[(
        &ids[0],
        [(); 0],
        serde_json::json!({"disabled": false, "sensitized": false,
        "silenced": false, "suspended": false}),
    )])
    .unwrap();
    for role in ["contractor", "auditor"] {
        let cookie = house.sign_in(role).await;
        let page = house.get(Some(&cookie), &path(1)).await.body;
        assert!(!page.contains("name=\"who\"") && !page.contains("decide-many"), "{role}: {page}");
        let form =
            [("instance", "harbour"), ("seen", &one), ("decision", "warn"), ("text", "Please."), ("back", "/audit")];
        let answer = house.post(Some(&cookie), "/api/accounts/decide-many", &form).await.location.unwrap();
        assert_eq!(house.get(Some(&cookie), &answer).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    work(&house).await;
    assert_eq!(house.weather.writes(), 0);
}

#[tokio::test]
async fn ticks_stay_when_the_form_opens_is_refused_and_is_left() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (one, _) = house.case("windvane").await;
    let (two, _) = house.case("lantern_fell").await;
    let waits: Vec<String> = sqlx::query_scalar(
        "select account_id::text from users where not approved and confirmed_at is not null order by id limit 2",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    let wren = id_of(&house, "wren_1").await;
    let other = id_of(&house, "wren_2").await;
    for (list, ticked, not, decide) in [
        ("/i/harbour/reports", &one, &two, "silence"),
        ("/i/harbour/sign-ups", &waits[0], &waits[1], "approve"),
        ("/i/harbour/accounts?name=wren_", &wren, &other, "silence"),
        ("/i/harbour/search?q=wren_", &wren, &other, "silence"),
    ] {
        let list = list.replace("/sign-ups", "/signups");
        let joint = if list.contains('?') { '&' } else { '?' };
        let plain = house.get(Some(&cookie), &list).await.body;
        assert!(!is_ticked(&plain, ticked) && !is_ticked(&plain, not), "{list}");
        let opened = house.get(Some(&cookie), &format!("{list}{joint}who={ticked}&decide={decide}")).await.body;
        assert!(is_ticked(&opened, ticked) && !is_ticked(&opened, not), "{list}");
        // Left, the form goes and the choice stays.
        let left = opened.split("id=\"decide\"").nth(1).unwrap().split("href=\"").nth(1).unwrap();
        let left = left.split('"').next().unwrap().replace("&amp;", "&");
        assert!(left.contains(&format!("who={ticked}")) && !left.contains("decide="), "{list}: {left}");
        assert!(is_ticked(&house.get(Some(&cookie), &left).await.body, ticked), "{left}");
    }
    // All that fit: all are ticked.
    let all = house.get(Some(&cookie), "/i/harbour/reports?category=spam&all=yes&decide=resolve").await.body;
    assert!(all.contains("name=\"all\" value=\"yes\" checked"), "{all}");
    // Letters of the queue work on what is ticked.
    for letter in ["r", "w", "m", "l", "s", "z"] {
        assert!(all.contains(&format!("data-key=\"{letter}-")), "{letter}");
    }
}

#[tokio::test]
async fn what_is_in_force_is_not_given_once_more() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let (account, reports) = house.case("windvane").await;
    let (other, _) = house.case("lantern_fell").await;
    sqlx::query("update accounts set silenced_at = now() where id = $1::text::bigint")
        .bind(&account)
        .execute(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&cookie), &format!("/i/harbour/reports/{account}")).await.body;
    assert!(!page.contains("decide=silence") && page.contains("decide=suspend"), "{page}");
    let state = r#"{"disabled":false,"sensitized":false,"silenced":true,"suspended":false}"#;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", state),
        ("why", "again"),
        ("back", "/i/harbour/reports"),
    ];
    let answer = house.post(Some(&cookie), "/api/reports/decide", &form).await.location.unwrap();
    let page = house.get(Some(&cookie), &answer).await;
    assert!(
        page.status == StatusCode::CONFLICT && page.body.contains("the account is already limited"),
        "{}",
        page.body
    );
    let path = format!("/i/harbour/reports?who={account}&who={other}&decide=silence");
    let page = house.get(Some(&cookie), &path).await.body;
    assert!(page.contains("already limited: left out"), "{page}");
    let seen = value(&page, "seen");
    let form = [("instance", "harbour"), ("seen", seen.as_str()), ("decision", "silence"), ("why", "one ring")];
    house.post(Some(&cookie), "/api/reports/decide-many", &form).await;
    work(&house).await;
    assert_eq!((open_reports(&house, "windvane").await > 0, open_reports(&house, "lantern_fell").await), (true, 0));
}

#[tokio::test]
async fn a_reason_is_chosen_from_ones_own_and_from_what_the_team_says_often() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let contractor = house.sign_in("contractor").await;
    let close = async |cookie: &str, who: &str, why: &str| {
        let (account, reports) = house.case(who).await;
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "resolve"),
            ("reports", reports.as_str()),
            ("state", crate::support::NO_SANCTION),
            ("why", why),
            ("back", "/i/harbour/reports"),
        ];
        let to = house.post(Some(cookie), "/api/reports/decide", &form).await.location.unwrap();
        assert!(to.contains("done="), "{who}: {to}");
    };
    let waiting: Vec<String> = sqlx::query_scalar(
        "select distinct a.username from reports r join accounts a on a.id = r.target_account_id where a.domain is null \
         and r.action_taken_at is null and r.category = 1000 and a.username not in ('windvane', 'lantern_fell') \
         order by a.username limit 4",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    close(&admin, &waiting[0], "nothing against the rules").await;
    close(&admin, &waiting[1], "nothing against the rules").await;
    close(&admin, &waiting[2], "spoke with her on the phone").await;
    close(&moderator, "lantern_fell", "my own words").await;
    let (account, reports) = house.case("windvane").await;
    let open = |cookie: String| {
        let (house, path) = (&house, format!("/i/harbour/reports/{account}?decide=resolve"));
        async move { house.get(Some(&cookie), &path).await.body }
    };
    let page = open(moderator.clone()).await;
    let choice = |page: &str, digit: &str| {
        let tag = page.split("<input").find(|tag| tag.contains(&format!("data-key=\"{digit}-"))).unwrap_or_default();
        tag.split("value=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default().to_owned()
    };
    assert_eq!((choice(&page, "1"), choice(&page, "2")), ("my own words".into(), "nothing against the rules".into()));
    assert!(!page.contains("on the phone"), "what was said of one person alone is that person's: {page}");
    let theirs = open(contractor).await;
    assert!(!theirs.contains("nothing against the rules") && !theirs.contains("my own words"), "{theirs}");
    // It is chosen, and recorded as if it had been written; what is written comes first.
    let decide = async |why: &str, reports: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports),
            ("state", crate::support::NO_SANCTION),
            ("why", why),
            ("chosen", "nothing against the rules"),
            ("back", "/i/harbour/reports"),
        ];
        house.post(Some(&moderator), "/api/reports/decide", &form).await.location.unwrap()
    };
    assert!(decide(" ", &reports).await.contains("done="));
    let filter = howdah::ledger::Filter { kind: Some("decide_case".into()), limit: 1, ..Default::default() };
    let why = house.app.ledger.list(&filter).await.unwrap()[0].document.clone().unwrap()["why"].clone();
    assert_eq!(why, "nothing against the rules");
}

#[tokio::test]
async fn a_conflict_stands_once_and_says_what_the_other_did() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let (account, reports) = house.case("windvane").await;
    let back = format!("/i/harbour/reports/{account}?decide=warn");
    let decide = async |cookie: &str, decision: &str, text: &str| {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", decision),
            ("reports", reports.as_str()),
            ("state", crate::support::NO_SANCTION),
            ("text", text),
            ("why", "a reason"),
            ("back", back.as_str()),
        ];
        house.post(Some(cookie), "/api/reports/decide", &form).await.location.unwrap()
    };
    assert!(decide(&admin, "silence", "").await.contains("done="));
    let page = house.get(Some(&moderator), &decide(&moderator, "warn", "Please read the rules.").await).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let text = crate::seen::text(&page.body);
    assert_eq!(text.matches("Nothing was done:").count(), 1, "{text}");
    assert!(text.contains("admin limited @windvane"), "{text}");
    assert!(page.body.contains("Please read the rules."), "what was typed is kept");
}

#[tokio::test]
async fn a_case_is_handed_over_with_a_note_for_its_new_holder_alone() {
    let house = house(sqlite().await).await;
    let (moderator, admin) = (house.sign_in("moderator").await, house.sign_in("admin").await);
    let (account, reports) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    let form = |to: &'static str| {
        [
            ("instance", "harbour".to_owned()),
            ("account", account.clone()),
            ("to", to.to_owned()),
            ("note", "Knows the history.".to_owned()),
            ("back", case.clone()),
        ]
    };
    let post = async |cookie: &str, to: &'static str| {
        let form = form(to);
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        house.post(Some(cookie), "/api/reports/hand-over", &form).await
    };
    let nobodys = post(&moderator, "01admin").await;
    let page = house.get(Some(&moderator), &nobodys.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "only what one holds");
    house
        .post(
            Some(&moderator),
            "/api/reports/hold",
            &[("instance", "harbour"), ("account", &account), ("claim", "yes")],
        )
        .await;
    let wrong = post(&moderator, "01auditor").await;
    let page = house.get(Some(&moderator), &wrong.location.unwrap()).await;
    assert!(page.body.contains("Choose a colleague who may decide here"), "{}", page.body);
    // Of somebody on the staff only those are offered who may decide about staff.
    let staff = "update users set role_id = (select id from user_roles where name = 'Moderator' limit 1) \
        where account_id = $1::text::bigint";
    let offered = async || {
        let page = house.get(Some(&moderator), &case).await.body;
        ["01admin", "01owner", "01contractor"].map(|person| page.contains(&format!("value=\"{person}\"")))
    };
    assert_eq!(offered().await, [true, true, true]);
    sqlx::query(staff).bind(&account).execute(&house.instance).await.unwrap();
    assert_eq!(offered().await, [true, true, false]);
    let back = "update users set role_id = null where account_id = $1::text::bigint";
    sqlx::query(back).bind(&account).execute(&house.instance).await.unwrap();
    let done = post(&moderator, "01admin").await;
    assert!(done.location.is_some_and(|to| to.starts_with("/i/harbour/reports?done=")));
    assert_eq!(house.outcome("hand_over_case").await, Some(Outcome::Succeeded));
    assert!(house.get(Some(&admin), &case).await.body.contains("moderator: Knows the history."));
    assert!(!house.get(Some(&moderator), &case).await.body.contains("Knows the history."));
    // It is the admin's now.
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "resolve"),
        ("reports", reports.as_str()),
        ("state", crate::support::NO_SANCTION),
        ("back", case.as_str()),
    ];
    let refused = house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert!(refused.location.unwrap().contains("draft="));
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let (holder, note): (String, String) =
        sqlx::query_as("select operator, sealed_note from case_holds").fetch_one(pool).await.unwrap();
    assert_eq!(OperatorId(holder), OperatorId("01admin".into()));
    assert!(!note.contains("history"), "sealed");
    // Ten minutes without a look, and it is nobody's.
    sqlx::query("update case_holds set seen_at = seen_at - 600001").execute(pool).await.unwrap();
    let done = house.post(Some(&moderator), "/api/reports/decide", &form).await;
    assert!(done.location.unwrap().contains("done="));
}

/// The most that somebody decides at once is no matter of one form: however many they send, and however quickly.
#[tokio::test]
async fn so_many_are_sanctioned_in_batches_within_an_hour() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let ids: Vec<String> = sqlx::query_scalar(
            "select a.id::text from accounts a join users u on u.account_id = a.id where u.role_id is null and u.approved \
             and a.suspended_at is null order by a.id limit 90",
        )
        .fetch_all(&house.instance)
        .await
        .unwrap();
        let moderator = house.sign_in("moderator").await;
        let decide = async |ids: &[String], decision: &str| {
            let state =
                serde_json::json!({"disabled": false, "sensitized": false, "silenced": false, "suspended": false});
            let seen: Vec<_> = ids.iter().map(|id| (id, [(); 0], &state)).collect();
            let seen = serde_json::to_string(&seen).unwrap();
            let form = [
                ("instance", "harbour"),
                ("seen", seen.as_str()),
                ("decision", decision),
                ("text", "Please."),
                ("back", "/i/harbour/accounts"),
            ];
            house.post(Some(&moderator), "/api/accounts/decide-many", &form).await.location.unwrap()
        };
        let (one, two, three, four) = tokio::join!(
            decide(&ids[..20], "warn"),
            decide(&ids[20..40], "warn"),
            decide(&ids[40..60], "warn"),
            decide(&ids[60..80], "warn")
        );
        let begun = [&one, &two, &three, &four].iter().filter(|to| to.contains("/batches/")).count();
        assert_eq!(begun, 2, "{one} {two} {three} {four}");
        assert!(decide(&ids[80..90], "warn").await.contains("/batches/"), "ten are left");
        let refused = decide(&ids[..1], "warn").await;
        let page = house.get(Some(&moderator), &refused).await;
        assert!(
            page.status == StatusCode::TOO_MANY_REQUESTS && page.body.contains("50 people an hour"),
            "{}",
            page.body
        );
        assert!(page.body.contains("decide one by one"), "{}", page.body);
        let path = "/i/harbour/reports?category=spam&all=yes&decide=resolve";
        let seen = value(&house.get(Some(&moderator), path).await.body, "seen");
        let close = [
            ("instance", "harbour"),
            ("seen", seen.as_str()),
            ("decision", "resolve"),
            ("why", "a wave"),
            ("back", path),
        ];
        let closed = house.post(Some(&moderator), "/api/reports/decide-many", &close).await.location.unwrap();
        assert!(closed.contains("/batches/"), "closing reports takes nothing from anybody: {closed}");
    }
}

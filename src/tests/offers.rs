//! What is offered about an account as it stands: on its page, in its case, for many at once and by the server itself; and what
//! is said first of why it was reported.

use crate::{
    seen::text,
    support::{Fault, House, NO_SANCTION, house, sqlite},
};
use axum::http::StatusCode;
use howdah::{clock::Timestamp, store::case_claims};

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

/// The letters of the decisions that a page offers.
fn offered(page: &str) -> Vec<String> {
    let bar = page.split("class=\"decide\"").nth(1).unwrap_or_default();
    let bar = bar.split("class=\"menu more\"").next().unwrap_or_default();
    bar.split("decide=").skip(1).map(|rest| rest.split(['#', '&', '"']).next().unwrap().to_owned()).collect()
}

/// How an account stands, and what Mastodon's own page offers then (`app/views/admin/accounts/_buttons.html.haml`).
const STANDS: [(&str, &[&str], &str); 3] = [
    (
        "update accounts set suspended_at = now(), suspension_origin = 0 where id = ",
        &["resolve"],
        "the account is suspended",
    ),
    ("update users set approved = false where account_id = ", &["approve", "reject", "resolve"], "sign-up is pending"),
    (
        "update accounts set silenced_at = now() where id = ",
        &["resolve", "warn", "sensitive", "suspend", "disable"],
        "",
    ),
];

#[tokio::test]
async fn a_decision_is_offered_where_mastodon_offers_it() {
    for (sql, offers, why) in STANDS {
        let house = house(sqlite().await).await;
        let moderator = house.sign_in("moderator").await;
        let (account, reports) = house.case("windvane").await;
        run(&house, &format!("{sql}{account}")).await;
        house.look().await;
        for page in ["reports", "accounts"] {
            let page = house.get(Some(&moderator), &format!("/i/harbour/{page}/{account}")).await.body;
            assert_eq!(offered(&page), offers, "{sql}");
        }
        if why.is_empty() {
            continue;
        }
        // Nor is it done by whoever sends it all the same.
        let state = if sql.contains("suspended") {
            NO_SANCTION.replace("\"suspended\":false", "\"suspended\":true")
        } else {
            NO_SANCTION.to_owned()
        };
        for decision in ["warn", "sensitive", "silence", "disable"] {
            let form = [
                ("instance", "harbour"),
                ("account", account.as_str()),
                ("decision", decision),
                ("reports", reports.as_str()),
                ("state", state.as_str()),
                ("text", "You broke rule 2."),
                ("why", "a test"),
            ];
            let answer = house.sent(&moderator, "/api/reports/decide", &form).await;
            assert!(answer.status.is_client_error(), "{sql} {decision}: {}", answer.body);
            assert!(text(&answer.body).to_lowercase().contains(why), "{sql} {decision}: {}", answer.body);
            let many = format!("/i/harbour/accounts?decide={decision}&who={account}");
            let preview = text(&house.get(Some(&moderator), &many).await.body).to_lowercase();
            assert!(preview.contains(why) || decision == "suspend", "{sql} {decision}: {preview}");
        }
        assert_eq!(house.weather.writes(), 0, "{sql}");
    }
}

#[tokio::test]
async fn lists_of_accounts_say_who_has_not_joined_yet() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let name: String = sqlx::query_scalar(
        "select a.username from accounts a join users u on u.account_id = a.id where not u.approved and u.confirmed_at is not null limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    run(&house, "update users set confirmed_at = null where account_id = (select id from accounts where username = 'windvane' and domain is null)").await;
    let row = |page: &str, name: &str| {
        let row = page.split("<tr data-row").find(|row| text(row).contains(&format!("@{name}"))).unwrap_or_default();
        text(row.split("</tr>").next().unwrap())
    };
    for (name, says) in [(name.as_str(), "pending review"), ("windvane", "email unconfirmed")] {
        for page in
            [format!("/i/harbour/accounts?name={name}"), format!("/i/harbour/search?q={}", &name[..name.len() - 1])]
        {
            let answer = house.get(Some(&moderator), &page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}");
            let said = row(&answer.body, name);
            assert!(said.contains(says), "{page}: {said}");
        }
    }
}

#[tokio::test]
async fn why_it_was_reported_stands_before_what_was_posted() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    let posts = "select array_agg(id) from (select id from statuses where account_id = $1 order by id desc limit 10) s";
    let ids: Option<Vec<i64>> =
        sqlx::query_scalar(posts).bind(account.parse::<i64>().unwrap()).fetch_one(&house.instance).await.unwrap();
    let ids = ids.unwrap();
    assert!(ids.len() > 3, "{ids:?}");
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    run(&house, &format!("update reports set status_ids = '{{{list}}}', comment = 'The oldest says little.' where target_account_id = {account} and action_taken_at is null")).await;
    run(&house, &format!("update reports set comment = 'The newest says why.' where id = (select max(id) from reports where target_account_id = {account} and action_taken_at is null)")).await;
    run(&house, &format!("insert into account_warnings (account_id, target_account_id, action, text, created_at, updated_at) \
        select id, {account}, 0, 'Once before.', now(), now() from accounts where username = 'leabrandt' and domain is null")).await;
    let page = house.get(Some(&moderator), &format!("/i/harbour/reports/{account}")).await.body;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    let posts: Vec<usize> = page.match_indices("class=\"post\"").map(|(at, _)| at).collect();
    assert!(at("The newest says why.") < posts[0], "the comment comes first");
    assert!(page.contains(&format!("{} more post", ids.len() - 3)), "the fourth and those after it are folded");
    // What would fold one alone shows it.
    let four = ids[..4].iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    run(&house, &format!("update reports set status_ids = '{{{four}}}' where target_account_id = {account}")).await;
    let page_of_four = house.get(Some(&moderator), &format!("/i/harbour/reports/{account}")).await.body;
    assert!(!page_of_four.contains("more post"), "{page_of_four}");
    // Of the only report the comment stands once.
    let one = format!(
        "update reports set action_taken_at = now(), action_taken_by_account_id = 1 where target_account_id = {account} \
        and action_taken_at is null and id <> (select max(id) from reports where target_account_id = {account} and action_taken_at is null)"
    );
    run(&house, &one).await;
    house.look().await;
    let alone = house.get(Some(&moderator), &format!("/i/harbour/reports/{account}")).await.body;
    assert_eq!(alone.matches("The newest says why.").count(), 1, "{alone}");
    // Beside it: what is known, what was done before, and only then what the team writes.
    assert!(at("<h2>Strikes</h2>") < at("<h2>Team notes</h2>"));
    assert!(at("<details class=\"undo post\"><summary") < at("name=\"text\" id=\"note\""), "writing is folded");
}

/// The console's own list has the case; that the instance does not take the assignment is told as that.
#[tokio::test]
async fn an_assignment_that_the_instance_refuses_stands_here() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let (account, _) = house.case("windvane").await;
    house.look().await;
    house.weather.set(Fault::Limited);
    let here = format!("/i/harbour/reports/{account}");
    let form =
        |claim| [("instance", "harbour"), ("account", account.as_str()), ("claim", claim), ("back", here.as_str())];
    let holder = async || {
        let (app, on) = (&house.app, "harbour".parse().unwrap());
        let now: Timestamp = app.clock.now();
        case_claims::of(&app.store, &on, account.parse().unwrap(), now).await.unwrap().map(|claim| claim.operator.0)
    };
    let taken = house.sent(&moderator, "/api/reports/hold", &form("yes")).await;
    let said = text(&taken.body);
    assert!(said.contains("Assigned to you here; the instance refused the assignment: "), "{said}");
    assert!(!said.contains("Nothing was changed") && said.contains("assigned to you"), "{said}");
    assert_eq!(holder().await.as_deref(), Some("01moderator"));
    assert_eq!(house.outcome("hold_case").await, Some(howdah::ledger::Outcome::Partly));
    let left = text(&house.sent(&moderator, "/api/reports/hold", &form("no")).await.body);
    assert!(left.contains("Unassigned here; the instance kept its assignment: "), "{left}");
    assert_eq!(holder().await, None);
}

//! Roles of the instance: what is shown, what is written, and every rule that keeps somebody from a change.

use crate::support::{Answered, House, Kept, house, house_of, postgres, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::{self, Permission},
    deeds::AssignRole,
    id::{AccountId, RoleId},
    jobs,
    ledger::{Acting, Filter, Outcome},
    mastodon::database::{Database, Release, Written, grants_sql},
    problem::Kind,
    roles::service::{assign_for_grant, console_actor},
};
use practice::version::Version;
use serde_json::{Value, json};

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn one(house: &House, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

async fn account(house: &House, name: &str) -> i64 {
    one(house, &format!("select id from accounts where username = '{name}' and domain is null")).await
}

async fn role(house: &House, name: &str) -> i64 {
    one(house, &format!("select id from user_roles where name = '{name}'")).await
}

async fn role_of(house: &House, name: &str) -> Option<i64> {
    sqlx::query_scalar("select u.role_id from users u join accounts a on a.id = u.account_id where a.username = $1")
        .bind(name)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

async fn log_rows(house: &House) -> i64 {
    one(house, "select count(*) from admin_action_logs where action = 'change_role'").await
}

/// Somebody ordinary of this instance who may sign in.
async fn ordinary(house: &House) -> String {
    sqlx::query_scalar(
        "select a.username::text from users u join accounts a on a.id = u.account_id where u.role_id is null \
         and u.approved and not u.disabled and u.confirmed_at is not null and a.suspended_at is null order by a.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

/// A role made on Mastodon's own pages.
async fn make(house: &House, name: &str, position: i32, mask: i64) -> i64 {
    sqlx::query_scalar(
        "insert into user_roles (name, position, permissions, created_at, updated_at) \
         values ($1, $2, $3, now(), now()) returning id",
    )
    .bind(name)
    .bind(position)
    .bind(mask)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

/// What is hidden in the form of a preview: the account and what the page showed.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&")
}

/// The form of a preview, as the page gives it.
struct Form {
    page: String,
    back: String,
    account: String,
    role: String,
    seen: String,
}

/// Looks at a change before it is made.
async fn look(house: &House, cookie: &str, who: &str, role: &str) -> Form {
    let back = format!("/i/harbour/roles/change?who={who}&role={role}");
    let answer = house.get(Some(cookie), &back).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let account = hidden(&answer.body, "account");
    let seen = hidden(&answer.body, "seen");
    Form { page: answer.body, back, account, role: role.to_owned(), seen }
}

async fn send(house: &House, cookie: &str, form: &Form, why: &str) -> Answered {
    let fields = [
        ("instance", "harbour"),
        ("account", form.account.as_str()),
        ("role", form.role.as_str()),
        ("seen", form.seen.as_str()),
        ("why", why),
        ("back", form.back.as_str()),
    ];
    house.post(Some(cookie), "/api/roles/assign", &fields).await
}

/// A form that came back: its page says why, and has what was typed.
async fn came_back(house: &House, cookie: &str, answer: Answered, status: StatusCode, said: &str) {
    let to = answer.location.unwrap_or_else(|| panic!("no way back: {} {}", answer.status, answer.body));
    assert!(to.contains("draft="), "{to}");
    let page = house.get(Some(cookie), &to).await;
    assert_eq!(page.status, status, "{}", page.body);
    assert!(page.body.contains(said), "“{said}” is not in {}", page.body);
    assert!(page.body.contains("a reason of the tests"), "what was typed: {}", page.body);
}

const WHY: &str = "a reason of the tests";

async fn entries(house: &House) -> Vec<howdah::ledger::Entry> {
    let filter = Filter { kind: Some("assign_role".into()), limit: 50, ..Filter::default() };
    house.app.ledger.list(&filter).await.unwrap()
}

/// What the real servers stored when their owner gave a role: the row of the log, without ids and times.
fn recorded(version: &str) -> Value {
    let text = std::fs::read_to_string(format!(
        "{}/practice/tests/recordings/{version}/roles.json",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let steps: Value = serde_json::from_str(&text).unwrap();
    let step = steps.as_array().unwrap().iter().find(|step| step["name"] == "give a role").unwrap();
    assert_eq!(
        step["rows"]["users"]["updated"][0]["changed"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["role_id", "updated_at"]
    );
    step["rows"]["admin_action_logs"]["inserted"][0].clone()
}

#[tokio::test]
async fn a_role_given_and_taken_leaves_the_very_rows_that_mastodon_leaves() {
    for (version, folder) in [(Version::V43, "4.3.23"), (Version::V46, "4.6.5")] {
        for kept in [sqlite().await, postgres().await] {
            let house = house_of(kept, version).await;
            let owner = house.sign_in("owner").await;
            let name = ordinary(&house).await;
            let moderator = role(&house, "Moderator").await;
            let row = |sql: &'static str| {
                let (pool, name) = (house.instance.clone(), name.clone());
                async move {
                    let row: Value = sqlx::query_scalar(sql).bind(name).fetch_one(&pool).await.unwrap();
                    row
                }
            };
            const USER: &str =
                "select to_jsonb(u) from users u join accounts a on a.id = u.account_id where a.username = $1";
            let before = row(USER).await;
            let form = look(&house, &owner, &format!("@{name}"), &moderator.to_string()).await;
            assert!(form.page.contains("Manage Reports") && form.page.contains("Gains"), "{}", form.page);
            let done = send(&house, &owner, &form, WHY).await.location.unwrap();
            assert!(done.starts_with(&format!("/i/harbour/roles/{moderator}?done=")), "{done}");
            let page = house.get(Some(&owner), &done).await.body;
            assert!(page.contains("Done and verified") && page.contains(&format!("@{name}")), "{page}");
            let after = row(USER).await;
            let changed: Vec<&String> = after
                .as_object()
                .unwrap()
                .iter()
                .filter(|(key, value)| before[key.as_str()] != **value)
                .map(|(key, _)| key)
                .collect();
            assert_eq!(changed, ["role_id", "updated_at"]);
            assert_eq!(after["role_id"], moderator);
            // The log's row, column by column.
            let mut expected = recorded(folder);
            let acting = house.app.instances.values().next().unwrap().health().acting().unwrap();
            expected["account_id"] = json!(acting.0);
            expected["target_id"] = after["id"].clone();
            expected["human_identifier"] = json!(name);
            expected["route_param"] = json!(after["account_id"].to_string());
            let log = row(
                "select to_jsonb(l) from admin_action_logs l where l.human_identifier = $1 order by id desc limit 1",
            )
            .await;
            for (column, value) in expected.as_object().unwrap() {
                if matches!(column.as_str(), "id" | "created_at" | "updated_at") {
                    continue;
                }
                assert_eq!(log[column], *value, "{column}");
            }
            assert_eq!(log["created_at"], log["updated_at"]);
            assert_eq!(log["created_at"], after["updated_at"]);
            let near = one(
                &house,
                "select count(*) from admin_action_logs where action = 'change_role' \
                 and created_at between (now() at time zone 'utc') - interval '1 minute' and (now() at time zone 'utc')",
            )
            .await;
            assert_eq!(near, 1, "the time is UTC");

            let form = look(&house, &owner, &name, "none").await;
            assert!(form.page.contains("Loses") && form.page.contains("stay as they are"), "{}", form.page);
            send(&house, &owner, &form, WHY).await;
            assert_eq!(role_of(&house, &name).await, None);
            assert_eq!(log_rows(&house).await, 2);
            let entries = entries(&house).await;
            assert_eq!(entries.len(), 2);
            assert!(entries.iter().all(|entry| entry.outcome == Some(Outcome::Succeeded)));
            assert_eq!(entries[1].leaf["facts"], json!({ "before": null, "after": moderator.to_string() }));
            assert!(!entries[1].leaf.to_string().contains(&name), "nobody is named in clear: {}", entries[1].leaf);
            assert_eq!(house.open_deeds().await, 0);
            assert_eq!(house.weather.writes(), 0, "no call of the API");
        }
    }
}

#[tokio::test]
async fn mastodons_log_tells_our_changes_from_others() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await;
    let form = look(&house, &owner, &name, &moderator.to_string()).await;
    send(&house, &owner, &form, WHY).await;
    let ours = one(&house, "select max(id) from admin_action_logs where action = 'change_role'").await;
    // The same hand on the same person, but elsewhere: before ours it cannot be its trace, and about another login neither.
    let copy = "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, route_param, created_at, updated_at) \
        select account_id, action, target_type";
    let another = account(&house, "jonastran").await;
    run(
        &house,
        &format!(
            "{copy}, (select id from users where account_id = {another}), 'jonastran', '{another}', created_at, updated_at \
             from admin_action_logs where id = {ours}"
        ),
    )
    .await;
    let other = one(&house, "select max(id) from admin_action_logs").await;
    run(
        &house,
        &format!("{copy}, target_id, human_identifier, route_param, created_at + interval '10 minutes', updated_at from admin_action_logs where id = {ours}"),
    )
    .await;
    let later = one(&house, "select max(id) from admin_action_logs").await;
    let page = house.get(Some(&owner), "/i/harbour/audit/instance?action=change_role").await.body;
    let row = |id: i64| page.split("<tr").find(|row| row.contains(&format!(">{id}<"))).unwrap().to_owned();
    let entry = entries(&house).await[0].index;
    assert!(row(ours).contains(&format!("/audit/{entry}\"")), "{}", row(ours));
    for outside in [other, later] {
        assert!(row(outside).contains("outside the console"), "{}", row(outside));
    }
    // The entry itself says what was before and after.
    let entry = house.get(Some(&owner), &format!("/audit/{entry}")).await.body;
    assert!(entry.contains(&format!("Moderator ({moderator})")) && entry.contains(&format!("@{name}")), "{entry}");
}

#[tokio::test]
async fn every_rule_of_rank_holds_for_a_form_sent_without_the_page() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    // The account the console acts as: not administrator, at position 50, with manage_roles.
    let own = make(&house, "Console", 50, 1 << 17 | 1 << 4 | 1 << 10).await;
    run(
        &house,
        &format!("update users set role_id = {own} where account_id = {}", account(&house, "harbourmaster").await),
    )
    .await;
    let (admin, moderator) = (role(&house, "Admin").await, role(&house, "Moderator").await);
    let equal = make(&house, "Equal", 50, 16).await;
    let powerful = make(&house, "Powerful", 20, 1).await;
    let remote = one(&house, "select id from accounts where domain is not null order by id limit 1").await;
    let seen_after = |name: &str, mask: i64, position: i32| json!([name, mask, position, false]);
    let moderator_seen = seen_after("Moderator", 1_049_884, 10);
    let id = async |name: &str| account(&house, name).await;
    run(&house, &format!("update users set role_id = {powerful} where account_id = {}", id("leabrandt").await)).await;
    run(&house, &format!("update users set role_id = {equal} where account_id = {}", id("adwoaosei").await)).await;
    let ordinary = id(&name).await;
    let refusals: Vec<(i64, String, Value, &str)> = vec![
        // Somebody above, and somebody at the same position.
        (
            id("mirakost").await,
            "none".into(),
            json!([[admin.to_string(), "Admin"], null]),
            "only a strictly higher priority",
        ),
        (
            id("adwoaosei").await,
            "none".into(),
            json!([[equal.to_string(), "Equal"], null]),
            "only a strictly higher priority",
        ),
        // A role above.
        (ordinary, admin.to_string(), json!([null, seen_after("Admin", 2_031_612, 100)]), "is above that, with 100"),
        // Oneself.
        (
            id("harbourmaster").await,
            "none".into(),
            json!([[own.to_string(), "Console"], null]),
            "nobody can change their own role",
        ),
        // The last administrator.
        (id("leabrandt").await, "none".into(), json!([[powerful.to_string(), "Powerful"], null]), "last administrator"),
        // What is so already, and what is not there.
        (
            id("jonastran").await,
            moderator.to_string(),
            json!([[moderator.to_string(), "Moderator"], moderator_seen]),
            "already",
        ),
        (ordinary, "none".into(), json!([null, null]), "no role to remove"),
        (ordinary, "99999".into(), json!([null, ["Gone", 16, 1, false]]), "Role 99999 no longer exists"),
        (ordinary, "-99".into(), json!([null, ["", 65_536, -1, false]]), "has the default permissions already"),
        (remote, moderator.to_string(), json!([null, moderator_seen]), "has no login here"),
        // A frozen login gets no more rights.
        (
            id("tomweil").await,
            equal.to_string(),
            json!([[moderator.to_string(), "Moderator"], seen_after("Equal", 16, 50)]),
            "already",
        ),
    ];
    let rows = log_rows(&house).await;
    for (account, role, seen, said) in refusals.iter().take(refusals.len() - 1) {
        let form = Form {
            page: String::new(),
            back: format!("/i/harbour/roles/change?who={name}&role={moderator}"),
            account: account.to_string(),
            role: role.clone(),
            seen: seen.to_string(),
        };
        let answer = send(&house, &owner, &form, WHY).await;
        came_back(&house, &owner, answer, StatusCode::UNPROCESSABLE_ENTITY, said).await;
    }
    // Frozen: less is taken, more is not given.
    let form = look(&house, &owner, "tomweil", &equal.to_string()).await;
    assert!(!form.page.contains("can’t get more permissions"), "fewer rights may always be");
    let more = make(&house, "More", 30, 1_049_884 | 1 << 12).await;
    let form = look(&house, &owner, "tomweil", &more.to_string()).await;
    assert!(form.page.contains("is frozen, and can’t get more permissions"), "{}", form.page);
    let answer = send(&house, &owner, &form, WHY).await;
    came_back(&house, &owner, answer, StatusCode::UNPROCESSABLE_ENTITY, "can’t get more permissions").await;
    // Without manage_roles nothing goes.
    run(&house, &format!("update user_roles set permissions = 1040 where id = {own}")).await;
    let form = look(&house, &owner, &name, &moderator.to_string()).await;
    assert!(form.page.contains("doesn’t have the permission “Manage Roles”"), "{}", form.page);
    let answer = send(&house, &owner, &form, WHY).await;
    came_back(&house, &owner, answer, StatusCode::UNPROCESSABLE_ENTITY, "doesn’t have the permission “Manage Roles”")
        .await;
    // Nor without a reason.
    run(&house, &format!("update user_roles set permissions = 1 where id = {own}")).await;
    let form = look(&house, &owner, &name, &moderator.to_string()).await;
    let to = send(&house, &owner, &form, " ").await.location.unwrap();
    assert_eq!(house.get(Some(&owner), &to).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(log_rows(&house).await, rows, "nothing was written");
    assert!(entries(&house).await.is_empty(), "a refusal comes before the intent");
    assert_eq!(role_of(&house, &name).await, None);
}

#[tokio::test]
async fn the_account_acted_as_must_be_able_to_work_itself() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await.to_string();
    let master = account(&house, "harbourmaster").await;
    run(&house, &format!("update users set disabled = true where account_id = {master}")).await;
    let form = look(&house, &owner, &name, &moderator).await;
    let answer = send(&house, &owner, &form, WHY).await;
    came_back(&house, &owner, answer, StatusCode::UNPROCESSABLE_ENTITY, "is frozen").await;
    assert_eq!(role_of(&house, &name).await, None);
}

#[tokio::test]
async fn of_two_owners_the_second_is_told_that_it_was_overtaken() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (first, second) = (house.sign_in("owner").await, house.sign_in("owner").await);
        let name = ordinary(&house).await;
        let moderator = role(&house, "Moderator").await.to_string();
        let other = make(&house, "Night shift", 4, 16).await.to_string();
        let one = look(&house, &first, &name, &moderator).await;
        let two = look(&house, &second, &name, &other).await;
        let same = look(&house, &second, &name, &moderator).await;
        send(&house, &first, &one, WHY).await;
        for form in [&two, &same] {
            let answer = send(&house, &second, form, WHY).await;
            came_back(
                &house,
                &second,
                answer,
                StatusCode::CONFLICT,
                "you saw no role, and it has since been changed to Moderator",
            )
            .await;
            assert_eq!(house.outcome("assign_role").await, Some(Outcome::Stale));
        }
        assert_eq!(role_of(&house, &name).await.map(|role| role.to_string()), Some(moderator));
        assert_eq!(log_rows(&house).await, 1);
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test]
async fn what_happens_meanwhile_stops_the_change() {
    for version in [Version::V43, Version::V46] {
        let house = house_of(sqlite().await, version).await;
        let owner = house.sign_in("owner").await;
        let name = ordinary(&house).await;
        let number = account(&house, &name).await;
        let night = make(&house, "Night shift", 4, 16).await;
        let meanwhile = [
            (
                format!("update user_roles set name = 'Day shift' where id = {night}"),
                format!("update user_roles set name = 'Night shift' where id = {night}"),
                StatusCode::CONFLICT,
                "renamed in the meantime; it is now “Day shift”",
            ),
            (
                format!("update user_roles set permissions = 1 where id = {night}"),
                format!("update user_roles set permissions = 16 where id = {night}"),
                StatusCode::CONFLICT,
                "was changed after you opened the page",
            ),
            (
                format!("update accounts set suspended_at = now() where id = {number}"),
                format!("update accounts set suspended_at = null where id = {number}"),
                StatusCode::UNPROCESSABLE_ENTITY,
                "is suspended, and can’t get more permissions",
            ),
            (
                format!("update users set disabled = true where account_id = {number}"),
                format!("update users set disabled = false where account_id = {number}"),
                StatusCode::UNPROCESSABLE_ENTITY,
                "is frozen, and can’t get more permissions",
            ),
        ];
        for (change, back, status, said) in &meanwhile {
            let form = look(&house, &owner, &name, &night.to_string()).await;
            run(&house, change).await;
            let answer = send(&house, &owner, &form, WHY).await;
            came_back(&house, &owner, answer, *status, said).await;
            run(&house, back).await;
        }
        let form = look(&house, &owner, &name, &night.to_string()).await;
        run(&house, &format!("delete from user_roles where id = {night}")).await;
        let answer = send(&house, &owner, &form, WHY).await;
        let page = house.get(Some(&owner), &answer.location.unwrap()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(&format!("Role {night} no longer exists on the instance")), "{}", page.body);
        // A deleted account keeps its row and loses its login.
        let moderator = role(&house, "Moderator").await;
        let form = look(&house, &owner, &name, &moderator.to_string()).await;
        run(&house, &format!("delete from users where account_id = {number}")).await;
        let answer = send(&house, &owner, &form, WHY).await;
        let page = house.get(Some(&owner), &answer.location.unwrap()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("has no login"), "{}", page.body);
        assert_eq!(log_rows(&house).await, 0);
        // Somebody suspended loses a role all the same.
        let jonas = account(&house, "jonastran").await;
        run(&house, &format!("update accounts set suspended_at = now() where id = {jonas}")).await;
        let form = look(&house, &owner, "jonastran", "none").await;
        send(&house, &owner, &form, WHY).await;
        assert_eq!(role_of(&house, "jonastran").await, None);
        assert_eq!(house.outcome("assign_role").await, Some(Outcome::Succeeded));
    }
}

#[tokio::test]
async fn an_admin_of_the_console_takes_away_and_gives_nothing() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await.to_string();
    let preview = house.get(Some(&admin), &format!("/i/harbour/roles/change?who={name}&role={moderator}")).await;
    assert!(
        preview.body.contains("Only owners of this console can give roles") && !preview.body.contains("name=\"seen\"")
    );
    let owner = house.sign_in("owner").await;
    let form = look(&house, &owner, &name, &moderator).await;
    let answer = send(&house, &admin, &form, WHY).await;
    let page = house.get(Some(&admin), &answer.location.unwrap()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(role_of(&house, &name).await, None);
    let form = look(&house, &admin, "jonastran", "none").await;
    send(&house, &admin, &form, WHY).await;
    assert_eq!(role_of(&house, "jonastran").await, None);
    let auditor = house.sign_in("auditor").await;
    let page = house.get(Some(&auditor), &format!("/i/harbour/roles/{moderator}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("@adwoaosei") && !page.body.contains("Remove"), "{}", page.body);
    for role in ["moderator", "contractor"] {
        let cookie = house.sign_in(role).await;
        for path in ["/i/harbour/roles", "/i/harbour/roles/change"] {
            assert_eq!(house.get(Some(&cookie), path).await.status, StatusCode::FORBIDDEN, "{role} {path}");
        }
        let page =
            house.get(Some(&cookie), &format!("/i/harbour/accounts/{}", account(&house, "jonastran").await)).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("/roles/change"), "{role}");
    }
    let page = house.get(Some(&owner), &format!("/i/harbour/accounts/{}", account(&house, "adwoaosei").await)).await;
    assert!(page.body.contains("/i/harbour/roles/change?who=%40adwoaosei"), "{}", page.body);
}

#[tokio::test]
async fn the_pages_decode_every_bit_and_page_the_members() {
    for version in [Version::V43, Version::V46] {
        let house = house_of(sqlite().await, version).await;
        let cookie = house.sign_in("auditor").await;
        let odd = make(&house, "<b>Odd</b>", 3, 16 | 1 << 40).await;
        let list = house.get(Some(&cookie), "/i/harbour/roles").await;
        assert_eq!(list.status, StatusCode::OK);
        let places: Vec<usize> = [">Owner<", ">Admin<", ">Moderator<", ">everyone<"]
            .iter()
            .map(|name| list.body.find(name).unwrap())
            .collect();
        assert!(places.is_sorted(), "highest first");
        assert!(list.body.contains("unknown bit 40") && !list.body.contains("<b>Odd</b>"), "{}", list.body);
        let page = house.get(Some(&cookie), &format!("/i/harbour/roles/{odd}")).await.body;
        assert!(page.contains("Manage Reports") && page.contains("unknown bit 40"), "{page}");
        assert!(page.contains("Invite Users") && page.contains("default permission"), "the effective mask: {page}");
        assert!(page.contains("No members yet"), "{page}");
        assert_eq!(page.contains("not available in this Mastodon release"), version == Version::V43, "{page}");
        let everyone = house.get(Some(&cookie), "/i/harbour/roles/-99").await.body;
        assert!(
            everyone.contains("Everyone with an account here") && !everyone.contains("Give this role to"),
            "{everyone}"
        );
        for nothing in ["/i/harbour/roles/0", "/i/harbour/roles/x"] {
            let page = house.get(Some(&cookie), nothing).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{nothing}");
        }
        // Everybody gets it: page after page, each member once.
        run(&house, &format!("update users set role_id = {odd} where role_id is null")).await;
        let all = one(&house, &format!("select count(*) from users where role_id = {odd}")).await;
        assert!(all > 40, "{all} people make more than a page");
        let mut next = Some(format!("/i/harbour/roles/{odd}"));
        let mut seen = Vec::new();
        while let Some(address) = next {
            let page = house.get(Some(&cookie), &address).await.body;
            let hrefs: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            seen.extend(hrefs.iter().filter_map(|href| href.strip_prefix("/i/harbour/accounts/")?.parse::<i64>().ok()));
            next = hrefs.iter().find(|href| href.contains("before=")).map(|href| (*href).to_owned());
        }
        assert!(seen.is_sorted_by(|a, b| a > b), "newest first, nobody twice");
        assert_eq!(i64::try_from(seen.len()).unwrap(), all);
    }
}

#[tokio::test]
async fn a_role_that_wants_a_second_factor_locks_whoever_has_none() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    let number = account(&house, &name).await;
    let moderator = role(&house, "Moderator").await;
    run(&house, &format!("update users set otp_required_for_login = false where account_id = {number}")).await;
    let locked = "the API is closed to them";
    assert!(!look(&house, &owner, &name, &moderator.to_string()).await.page.contains(locked));
    run(&house, &format!("update user_roles set require_2fa = true where id = {moderator}")).await;
    assert!(look(&house, &owner, &name, &moderator.to_string()).await.page.contains(locked));
    let page = house.get(Some(&owner), &format!("/i/harbour/roles/{moderator}")).await.body;
    assert!(page.contains("no two-factor authentication") && page.contains("required: members without it"), "{page}");
    run(
        &house,
        &format!(
            "insert into webauthn_credentials (external_id, nickname, public_key, user_id, created_at, updated_at) \
             values ('x', 'key', 'y', (select id from users where account_id = {number}), now(), now())"
        ),
    )
    .await;
    assert!(!look(&house, &owner, &name, &moderator.to_string()).await.page.contains(locked), "a security key will do");
    // Everyone's own rule counts for somebody who falls back to it.
    run(&house, "update user_roles set require_2fa = true where id = -99").await;
    assert!(look(&house, &owner, "jonastran", "none").await.page.contains(locked));
}

#[tokio::test]
async fn what_was_typed_wrong_is_said_beside_the_field() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    for (who, said) in [
        ("nobody_of_that_name", "There is no account"),
        ("@quarry@night.example", "on another server"),
        ("two words", "is not a handle"),
    ] {
        let query = format!("/i/harbour/roles/change?who={}&role=none", who.replace(' ', "+").replace('@', "%40"));
        let page = house.get(Some(&owner), &query).await.body;
        assert!(page.contains(said) && page.contains(&format!("value=\"{who}\"")), "{said}: {page}");
        assert!(!page.contains("name=\"seen\""), "nothing to confirm");
    }
    let page = house.get(Some(&owner), "/i/harbour/roles/change?who=jonastran").await.body;
    assert!(page.contains("currently has the role Moderator."), "{page}");
}

#[tokio::test]
async fn the_log_row_and_the_role_come_together_or_not_at_all() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await.to_string();
    run(
        &house,
        "create function swallow() returns trigger language plpgsql as 'begin return null; end'; \
         create trigger swallow before insert on admin_action_logs for each row execute function swallow()",
    )
    .await;
    let form = look(&house, &owner, &name, &moderator).await;
    let answer = send(&house, &owner, &form, WHY).await;
    came_back(&house, &owner, answer, StatusCode::CONFLICT, "did not take the row").await;
    assert_eq!(house.outcome("assign_role").await, Some(Outcome::Failed));
    assert_eq!(role_of(&house, &name).await, None);
    // Without a record nothing is done either.
    run(&house, "drop trigger swallow on admin_action_logs").await;
    let howdah::store::Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("create trigger broken before insert on ledger_entries begin select raise(abort, 'disk full'); end")
        .execute(pool)
        .await
        .unwrap();
    let form = look(&house, &owner, &name, &moderator).await;
    let sent = send(&house, &owner, &form, WHY).await.location.unwrap();
    assert_eq!(house.get(Some(&owner), &sent).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(role_of(&house, &name).await, None);
}

/// The grants that are printed for 4.6, for another name.
fn grants(role: &str) -> Vec<String> {
    let sql = grants_sql(Release::V46, role);
    let grants = sql.lines().filter(|line| line.starts_with("grant "));
    grants.map(|line| line.trim_end_matches(';').to_owned()).collect()
}

#[tokio::test]
async fn the_printed_grants_are_enough_and_what_is_missing_is_named() {
    let mut house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await;
    let login = format!("r{:016x}", rand::random::<u64>());
    run(&house, &format!("create role {login} login")).await;
    let (writing, reading): (Vec<String>, Vec<String>) = grants(&login).into_iter().partition(|grant| {
        grant.contains("update (role_id, updated_at)")
            || grant.contains("admin_action_logs_id_seq")
            || grant.contains("on admin_action_logs to") && grant.contains("insert")
    });
    assert_eq!(writing.len(), 3);
    run(&house, &reading.join(";")).await;
    let mut url: url::Url = house.config.instances[0].database_url.expose().parse().unwrap();
    url.set_username(&login).unwrap();
    let database = Database::new(url.as_str()).unwrap();
    let mut read = database.read().await.unwrap();
    assert_eq!(read.shape().await.unwrap().problem(), None, "the reading grants");
    let missing = read.missing_role_grants().await.unwrap();
    drop(read);
    let mut named: Vec<String> = missing.iter().map(|grant| grant.trim_end_matches(';').to_owned()).collect();
    named.sort();
    let mut wanted = writing.clone();
    wanted.sort();
    assert_eq!(named, wanted, "what the page names is what is printed");
    // A console with that login says so on the page, and does nothing.
    house.config.instances[0].database_url = howdah::config::Secret::new(url.to_string());
    let app = howdah::cli::assemble(
        house.config.clone(),
        howdah::clock::Clock::System,
        howdah::seal::Keys::from_secret([7; 32]),
        house.store.store.clone(),
    )
    .unwrap();
    house.router = howdah::http::router(app.clone());
    house.app = app;
    house.look().await;
    let page = house.get(Some(&owner), "/i/harbour/roles").await.body;
    for grant in &missing {
        assert!(page.contains(grant), "{grant}: {page}");
    }
    let form = look(&house, &owner, &name, &moderator.to_string()).await;
    let answer = send(&house, &owner, &form, WHY).await;
    came_back(&house, &owner, answer, StatusCode::FORBIDDEN, "may not assign roles").await;
    assert!(entries(&house).await.is_empty());
    // With the rest of the grants it works.
    run(&house, &writing.join(";")).await;
    let form = look(&house, &owner, &name, &moderator.to_string()).await;
    send(&house, &owner, &form, WHY).await;
    assert_eq!(role_of(&house, &name).await, Some(moderator));
    assert_eq!(house.outcome("assign_role").await, Some(Outcome::Succeeded));
    run(&house, &format!("drop owned by {login}")).await;
}

async fn deed(house: &House, name: &str, before: Option<(i64, &str)>, after: Option<(i64, &str)>) -> AssignRole {
    let number = account(house, name).await;
    AssignRole {
        instance: "harbour".parse().unwrap(),
        account: AccountId(number),
        user: one(house, &format!("select id from users where account_id = {number}")).await,
        acct: name.to_owned(),
        before: before.map(|(id, _)| RoleId(id)),
        before_name: before.map(|(_, name)| name.to_owned()),
        after: after.map(|(id, _)| RoleId(id)),
        after_name: after.map(|(_, name)| name.to_owned()),
    }
}

#[tokio::test]
async fn the_console_gives_and_takes_for_a_grant_by_the_same_rules() {
    let house = house(sqlite().await).await;
    let instance = house.app.instances.values().next().unwrap().clone();
    let name = ordinary(&house).await;
    let moderator = role(&house, "Moderator").await;
    let given = deed(&house, &name, None, Some((moderator, "Moderator"))).await;
    let done = assign_for_grant(&house.app, &instance, given.clone(), "the grant begins").await.unwrap();
    assert_eq!(done.outcome, Outcome::Succeeded);
    assert_eq!(role_of(&house, &name).await, Some(moderator));
    let entry = &entries(&house).await[0];
    assert_eq!(entry.operator.as_deref(), Some("console"));
    assert_eq!(entry.leaf["permission"], "manage_roles");
    let owner = house.sign_in("owner").await;
    let list = house.get(Some(&owner), "/audit?kind=assign_role").await.body;
    assert!(list.contains("the console") && list.contains("the grant begins"), "{list}");
    // Once more is overtaken; what outranks the console's account is refused.
    let again = assign_for_grant(&house.app, &instance, given, "again").await.unwrap_err();
    assert_eq!(again.kind, Kind::Conflict);
    let taken = deed(&house, &name, Some((moderator, "Moderator")), None).await;
    assert_eq!(assign_for_grant(&house.app, &instance, taken, "it ends").await.unwrap().outcome, Outcome::Succeeded);
    assert_eq!(role_of(&house, &name).await, None);
    let master = account(&house, "harbourmaster").await;
    let owner_role = role(&house, "Owner").await;
    let own = deed(&house, "harbourmaster", Some((owner_role, "Owner")), None).await;
    assert_eq!(own.account.0, master);
    assert_eq!(assign_for_grant(&house.app, &instance, own, "no").await.unwrap_err().kind, Kind::Invalid);
    assert_eq!(role_of(&house, "harbourmaster").await, Some(owner_role));
}

#[tokio::test]
async fn two_administrators_cannot_be_taken_at_once() {
    let house = house(sqlite().await).await;
    // The account the console acts as outranks both without being administrator itself.
    let own = make(&house, "Console", 2000, 1 << 17).await;
    let master = account(&house, "harbourmaster").await;
    run(&house, &format!("update users set role_id = {own} where account_id = {master}")).await;
    let powerful = make(&house, "Powerful", 20, 1).await;
    for name in ["jonastran", "adwoaosei"] {
        let number = account(&house, name).await;
        run(&house, &format!("update users set role_id = {powerful} where account_id = {number}")).await;
    }
    let url = house.config.instances[0].database_url.expose().to_owned();
    let consoles = [Database::new(&url).unwrap(), Database::new(&url).unwrap()];
    let deeds = [
        deed(&house, "jonastran", Some((powerful, "Powerful")), None).await,
        deed(&house, "adwoaosei", Some((powerful, "Powerful")), None).await,
    ];
    let (one_done, other_done) = tokio::join!(
        consoles[0].write_role(AccountId(master), &deeds[0]),
        consoles[1].write_role(AccountId(master), &deeds[1])
    );
    let done = [one_done.unwrap(), other_done.unwrap()];
    assert_eq!(done.iter().filter(|written| matches!(written, Written::Stored { .. })).count(), 1, "{done:?}");
    assert!(done.iter().any(|written| matches!(written, Written::Not(why) if why.contains("last administrator"))));
    assert_eq!(one(&house, &format!("select count(*) from users where role_id = {powerful}")).await, 1);
    assert_eq!(log_rows(&house).await, 1);
}

/// A process dies after the intent, with or without having written; the next one reads what became of it.
async fn died(kept: Kept, wrote: bool, also: &str) -> Option<Outcome> {
    let house = house(kept).await;
    let instance = house.app.instances.values().next().unwrap().clone();
    let moderator = role(&house, "Moderator").await;
    let name = ordinary(&house).await;
    let deed = deed(&house, &name, None, Some((moderator, "Moderator"))).await;
    let acting = instance.health().acting().unwrap();
    let mark = instance.database.read().await.unwrap().mark().await.unwrap();
    let object = access::Object::Account(instance.name.clone(), deed.account);
    let permit = access::permit(&console_actor(), Permission::ManageRoles, object).unwrap();
    let acts_as = Acting::Service(acting.to_string());
    let warrant = house.app.ledger.open(permit, deed.clone(), "", acts_as.clone(), mark).await.unwrap();
    assert_eq!(warrant.acting(), &acts_as);
    drop(warrant);
    if wrote {
        let written = instance.database.write_role(acting, &deed).await.unwrap();
        assert!(matches!(written, Written::Stored { .. }), "{written:?}");
    }
    let also = also.replace("{user}", &deed.user.to_string()).replace("{role}", &moderator.to_string());
    run(&house, &also).await;
    const OVER: &str = "update open_deeds set lease_until = 0, opened_at = opened_at - 121000";
    match &house.store.store.driver {
        howdah::store::Driver::Sqlite(pool) => sqlx::query(OVER).execute(pool).await.map(drop),
        howdah::store::Driver::Postgres(pool) => sqlx::query(OVER).execute(pool).await.map(drop),
    }
    .unwrap();
    let rows = log_rows(&house).await;
    jobs::sweep(&house.app).await.unwrap();
    assert_eq!(log_rows(&house).await, rows, "nothing is repeated");
    assert_eq!(house.open_deeds().await, 0);
    house.outcome("assign_role").await
}

#[tokio::test]
async fn a_change_whose_process_died_is_judged_by_both_rows() {
    for wrote in [true, false] {
        let outcome = if wrote { Outcome::Succeeded } else { Outcome::Failed };
        assert_eq!(died(sqlite().await, wrote, "").await, Some(outcome));
        assert_eq!(died(postgres().await, wrote, "").await, Some(outcome));
    }
    // The right role without the row of the log: somebody else’s hand, perhaps.
    let by_hand = "update users set role_id = {role} where id = {user}";
    assert_eq!(died(sqlite().await, false, by_hand).await, Some(Outcome::Unknown));
    // Written, and taken back since.
    let back = "update users set role_id = null where id = {user}";
    assert_eq!(died(sqlite().await, true, back).await, Some(Outcome::Partly));
}

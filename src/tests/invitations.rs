//! Invitations and access requests through the real router, on both releases: found, issued, revoked, answered, followed,
//! and what is never shown.

use crate::{
    seen::text,
    support::{Answered, House, database, house, house_of, id_of, postgres, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    batches::service::{OfBatch, engine},
    cli,
    clock::{Clock, DAY, Timestamp},
    config::Secret,
    deeds::IssueInvite,
    http,
    id::{AccountId, InstanceName, InviteId, OperatorId},
    invitations::{RequestState, service::chain},
    ledger::Outcome,
    mastodon::database::Database,
    seal::Keys,
    store::{
        Driver, access_requests,
        access_requests::{AccessRequest, Told},
        batches, invited,
    },
};
use practice::version::Version;
use sqlx::postgres::PgPoolOptions;

const WHY: &str = "a test";

async fn post(house: &House, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
    let form = [&[("instance", "harbour"), ("back", "/i/harbour/invites")], fields].concat();
    house.post(Some(cookie), path, &form).await
}

/// The page a form led to.
async fn landed(house: &House, cookie: &str, answer: Answered) -> Answered {
    let to = answer.location.unwrap_or_else(|| panic!("nowhere to go: {}", answer.body));
    let to = to.split('#').next().unwrap().to_owned();
    let mut page = house.get(Some(cookie), &to).await;
    page.location = Some(to);
    page
}

/// Who owns the token: as whom the console acts.
async fn acting(house: &House) -> i64 {
    sqlx::query_scalar("select resource_owner_id from oauth_access_tokens order by id limit 1")
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

/// An invitation of somebody ordinary that nobody has used: id and code.
async fn invite(house: &House, code: &str, most: Option<i32>) -> i64 {
    sqlx::query_scalar(
        "insert into invites (user_id, code, max_uses, created_at, updated_at) \
         select u.id, $1, $2, now() at time zone 'utc', now() at time zone 'utc' from users u \
         join accounts a on a.id = u.account_id where a.username = 'windvane' returning id",
    )
    .bind(code)
    .bind(most)
    .fetch_one(&house.instance)
    .await
    .unwrap()
}

/// How the instance itself answers to a code.
async fn knock(house: &House, code: &str) -> u16 {
    let base = house.config.instances[0].base_url.join(&format!("invite/{code}")).unwrap();
    let client = reqwest::Client::builder().build().unwrap();
    client.get(base).header("accept", "application/json").send().await.unwrap().status().as_u16()
}

/// Somebody comes with an invitation, as the practice instance's own rows have it.
async fn come(house: &House, username: &str, invite: i64) -> i64 {
    let account: i64 = sqlx::query_scalar(
        "insert into accounts (username, created_at, updated_at) values ($1, now() at time zone 'utc', now() at time zone 'utc') returning id",
    )
    .bind(username)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    sqlx::query(
        "insert into users (account_id, email, created_at, updated_at, confirmed_at, approved, invite_id) \
         values ($1, $2, now() at time zone 'utc', now() at time zone 'utc', now() at time zone 'utc', true, $3)",
    )
    .bind(account)
    .bind(format!("{username}@post.example"))
    .bind(invite)
    .execute(&house.instance)
    .await
    .unwrap();
    sqlx::query("update invites set uses = uses + 1 where id = $1")
        .bind(invite)
        .execute(&house.instance)
        .await
        .unwrap();
    account
}

async fn is_over(house: &House, invite: i64) -> bool {
    sqlx::query_scalar("select coalesce(expires_at < now() at time zone 'utc', false) from invites where id = $1")
        .bind(invite)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

/// Works on batches until none is left, and never for ever.
async fn work(house: &House) {
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

/// Every leaf there is, as it stands in the store.
async fn leaves(house: &House) -> String {
    let sql = "select leaf from ledger_entries order by idx";
    let leaves: Vec<String> = match &house.store.store.driver {
        Driver::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        Driver::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
    };
    assert!(leaves.len() > 3);
    leaves.join("\n")
}

#[tokio::test]
async fn an_invitation_is_issued_works_and_is_revoked_on_both_releases() {
    for (kept, version) in [(sqlite().await, Version::V46), (postgres().await, Version::V43)] {
        let house = house_of(kept, version).await;
        let admin = house.sign_in("admin").await;
        let form = [("uses", "3"), ("term", "week"), ("comment", "for the choir"), ("why", WHY)];
        let page = landed(&house, &admin, post(&house, &admin, "/api/invitations/issue", &form).await).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Done and verified"), "{}", page.body);
        assert_eq!(house.outcome("issue_invite").await, Some(Outcome::Succeeded));
        type Row = (i64, String, i64, Option<i32>, i32, bool, String, f64);
        let (id, code, owner, most, uses, autofollow, comment, days): Row = sqlx::query_as(
            "select id, code, user_id, max_uses, uses, autofollow, comment, \
             (extract(epoch from expires_at - created_at) / 86400)::float8 from invites order by id desc limit 1",
        )
        .fetch_one(&house.instance)
        .await
        .unwrap();
        assert_eq!(
            (owner, most, uses, autofollow, comment.as_str()),
            (acting(&house).await, Some(3), 0, false, "for the choir")
        );
        assert!((days - 7.0).abs() < 0.01, "{days}");
        assert!(page.location.unwrap().starts_with(&format!("/i/harbour/invites/{id}?")), "its page, by its id");
        assert_eq!(knock(&house, &code).await, 200, "Mastodon takes it");
        // The link is for those who manage invitations, and in no leaf and no entry.
        let path = format!("/i/harbour/invites/{id}");
        assert!(page.body.contains(&format!("/invite/{code}")));
        for role in ["moderator", "auditor"] {
            let cookie = house.sign_in(role).await;
            let theirs = house.get(Some(&cookie), &path).await;
            assert_eq!(theirs.status, StatusCode::OK);
            assert!(!theirs.body.contains(&code) && theirs.body.contains(&code[..2]), "{role}");
            let list = house.get(Some(&cookie), "/i/harbour/invites").await;
            assert!(list.body.contains("for the choir") && !list.body.contains(&code), "{role}");
        }
        assert!(!leaves(&house).await.contains(&code));
        let owner = house.sign_in("owner").await;
        let filter = howdah::ledger::Filter { kind: Some("issue_invite".into()), limit: 1, ..Default::default() };
        let entry = house.app.ledger.list(&filter).await.unwrap()[0].index;
        let entry = house.get(Some(&owner), &format!("/audit/{entry}")).await;
        assert!(entry.body.contains("created an invite with 3 uses") && !entry.body.contains(&code), "{}", entry.body);
        // Mastodon logs nothing of invitations, and neither do we in its name.
        let logged: i64 = sqlx::query_scalar("select count(*) from admin_action_logs where target_type = 'Invite'")
            .fetch_one(&house.instance)
            .await
            .unwrap();
        assert_eq!(logged, 0);

        let id = id.to_string();
        let done = post(&house, &admin, "/api/invitations/revoke", &[("invites", &id), ("why", WHY)]).await;
        let page = landed(&house, &admin, done).await;
        assert!(page.body.contains("Done and verified") && !page.body.contains(&code), "{}", page.body);
        assert_eq!(house.outcome("revoke_invite").await, Some(Outcome::Succeeded));
        assert_eq!(knock(&house, &code).await, 401, "Mastodon refuses it");
        let touched: bool = sqlx::query_scalar("select updated_at = expires_at from invites where id = $1::bigint")
            .bind(id.parse::<i64>().unwrap())
            .fetch_one(&house.instance)
            .await
            .unwrap();
        assert!(touched, "both, as Mastodon does");
        assert_eq!(house.open_deeds().await, 0);
    }
}

#[tokio::test]
async fn what_comes_of_an_invitation_is_said_by_release_and_role() {
    let says = async |house: &House| {
        let admin = house.sign_in("admin").await;
        let page = house.get(Some(&admin), "/i/harbour/invites?new=yes").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page.body
    };
    let old = house_of(sqlite().await, Version::V43).await;
    let ordinary = invite(&old, "aBcDeF23", None).await;
    let auditor = old.sign_in("auditor").await;
    let page = old.get(Some(&auditor), &format!("/i/harbour/invites/{ordinary}")).await;
    assert!(page.body.contains("approved automatically"), "until 4.5 everybody’s: {}", page.body);
    let new = house(sqlite().await).await;
    assert!(says(&new).await.contains("are approved automatically"), "the console acts as an administrator");
    let ordinary = invite(&new, "aBcDeF23", None).await;
    let auditor = new.sign_in("auditor").await;
    let page = new.get(Some(&auditor), &format!("/i/harbour/invites/{ordinary}")).await;
    assert!(page.body.contains("sign-ups need approval"), "{}", page.body);
    sqlx::query("update user_roles set permissions = permissions | (1 << 21) where id = -99")
        .execute(&new.instance)
        .await
        .unwrap();
    let page = new.get(Some(&auditor), &format!("/i/harbour/invites/{ordinary}")).await;
    assert!(page.body.contains("approved automatically"), "{}", page.body);
    sqlx::query("update settings set value = '--- none\n' where var = 'registrations_mode'")
        .execute(&new.instance)
        .await
        .unwrap();
    new.look().await;
    assert!(says(&new).await.contains("an invite is the only way in"));
}

#[tokio::test]
async fn nothing_is_issued_as_an_account_whose_invitations_do_not_work() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let user = acting(&house).await;
    let count = async || -> i64 {
        sqlx::query_scalar("select count(*) from invites").fetch_one(&house.instance).await.unwrap()
    };
    let before = count().await;
    let form = [("uses", "2"), ("term", "day"), ("comment", "a distinct comment"), ("why", "a distinct reason")];
    let cases = [
        (
            "update users set role_id = null where id = $1 and (select count(*) from (select 1) s) = 1",
            "lacks “Invite Users”",
        ),
        ("update users set disabled = true where id = $1", "frozen"),
    ];
    sqlx::query("update user_roles set permissions = 0 where id = -99").execute(&house.instance).await.unwrap();
    for (sql, said) in cases {
        sqlx::query(sql).bind(user).execute(&house.instance).await.unwrap();
        let page = landed(&house, &admin, post(&house, &admin, "/api/invitations/issue", &form).await).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert_eq!(count().await, before);
    assert_eq!(house.outcome("issue_invite").await, None, "no intent for what cannot work");
}

#[tokio::test]
async fn a_form_that_cannot_be_carried_out_comes_back_with_everything_typed() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    for (uses, term, why, said) in [
        ("0", "month", "the choir comes", "1 to 100"),
        ("101", "month", "the choir comes", "1 to 100"),
        ("7", "century", "the choir comes", "Choose when it expires"),
        ("7", "month", "", "Enter a reason"),
    ] {
        let form = [("uses", uses), ("term", term), ("comment", "for &quot;everybody&quot;"), ("why", why)];
        let page = landed(&house, &admin, post(&house, &admin, "/api/invitations/issue", &form).await).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(page.body.contains(said) && page.body.contains("for &amp;quot;everybody"), "{said}: {}", page.body);
        assert!(page.body.contains(&format!("value=\"{uses}\"")) && page.body.contains(why), "{said}");
        if term == "month" {
            assert!(page.body.contains("value=\"month\" selected"), "{said}");
        }
    }
    let form = [
        ("who", "Mira Kost"),
        ("organisation", "Harbour school"),
        ("contact", "mira.canary@elsewhere.example"),
        ("why", "Thirty pupils\nand a teacher"),
        ("accounts", "30"),
        ("voucher", "somebody unknown"),
        ("back", "/i/harbour/access-requests"),
    ];
    let form: Vec<_> = [("instance", "harbour")].into_iter().chain(form).collect();
    let page = landed(&house, &admin, house.post(Some(&admin), "/api/access-requests/enter", &form).await).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (_, typed) in form.iter().filter(|(name, _)| !matches!(*name, "instance" | "back")) {
        assert!(page.body.contains(typed), "{typed}: {}", page.body);
    }
    assert!(page.body.contains("Nobody in this console is called"));
    let one = invite(&house, "aBcDeF23", Some(4)).await.to_string();
    let form = [("invites", one.as_str()), ("why", "")];
    let page = landed(&house, &admin, post(&house, &admin, "/api/invitations/revoke", &form).await).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!is_over(&house, one.parse().unwrap()).await);
}

#[tokio::test]
async fn what_was_ended_or_used_up_meanwhile_is_said_and_not_done_again() {
    let house = house(postgres().await).await;
    let admin = house.sign_in("admin").await;
    let (revoked, used) = (invite(&house, "aBcDeF23", Some(4)).await, invite(&house, "aBcDeF24", Some(1)).await);
    for (id, sql, said) in [
        (
            revoked,
            "update invites set expires_at = now() at time zone 'utc' - interval '1 second' where id = $1",
            "deactivated or expired",
        ),
        (used, "update invites set uses = 1 where id = $1", "used up in the meantime"),
    ] {
        // Before the form arrives: no intent.
        let number = id.to_string();
        sqlx::query(sql).bind(id).execute(&house.instance).await.unwrap();
        let form = [("invites", number.as_str()), ("why", "too late")];
        let page = landed(&house, &admin, post(&house, &admin, "/api/invitations/revoke", &form).await).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.body.contains(said), "{said}: {}", page.body);
        assert_eq!(house.outcome("revoke_invite").await, None);
    }
    // Between the choice and its turn in a batch: the deed closes as stale, unsent.
    let (one, two, three) = (
        invite(&house, "aBcDeF25", None).await,
        invite(&house, "aBcDeF26", Some(1)).await,
        invite(&house, "aBcDeF27", None).await,
    );
    let chosen = format!("{one},{two},{three}");
    let begun =
        post(&house, &admin, "/api/invitations/revoke", &[("invites", &chosen), ("why", WHY)]).await.location.unwrap();
    assert!(begun.starts_with("/i/harbour/batches/"), "{begun}");
    come(&house, "quicker", two).await;
    work(&house).await;
    let filter = howdah::ledger::Filter { kind: Some("revoke_invite".into()), limit: 10, ..Default::default() };
    let mut outcomes: Vec<_> = house
        .app
        .ledger
        .list(&filter)
        .await
        .unwrap()
        .iter()
        .filter_map(|entry| entry.outcome.map(Outcome::name))
        .collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["stale", "succeeded", "succeeded"], "an intent each");
    assert!(is_over(&house, one).await && !is_over(&house, two).await && is_over(&house, three).await);
    let page = house.get(Some(&admin), &begun).await;
    assert!(
        page.body.contains("Deactivate 3 invites") && page.body.contains("used up in the meantime"),
        "{}",
        page.body
    );
    let moderator = house.sign_in("moderator").await;
    assert!(house.get(Some(&moderator), &begun).await.body.contains("Deactivate 3 invites"), "may look");
}

#[tokio::test]
async fn all_of_one_owner_or_of_the_instance_are_revoked_after_a_look_at_what_that_stops() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let windvane: String = sqlx::query_scalar("select id::text from accounts where username = 'windvane'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    invite(&house, "aBcDeF23", Some(4)).await;
    invite(&house, "aBcDeF24", None).await;
    let path = format!("/i/harbour/invites?owner={windvane}&revoke=all");
    let page = house.get(Some(&admin), &path).await;
    assert!(page.body.contains("Deactivate 2 invites of @windvane"), "{}", page.body);
    assert!(page.body.contains("4 remaining uses are lost, and 1 had no limit"), "{}", page.body);
    let auditor = house.sign_in("auditor").await;
    assert!(!house.get(Some(&auditor), &path).await.body.contains("/api/invitations/revoke"), "looks and does nothing");

    let goes_on = "select count(*) from invites where (expires_at is null or expires_at > now() at time zone 'utc') \
        and (max_uses is null or uses < max_uses)";
    let left: i64 = sqlx::query_scalar(goes_on).fetch_one(&house.instance).await.unwrap();
    assert!(left > 10, "the community has some: {left}");
    let page = house.get(Some(&admin), "/i/harbour/invites?revoke=all").await;
    assert!(page.body.contains(&format!("Deactivate {left} invites of")), "{}", page.body);
    assert!(page.body.contains("2 of them are inactive now"), "those of gonesoon and frozen: {}", page.body);
    let ids = page.body.split("name=\"invites\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(ids.split(',').count(), usize::try_from(left).unwrap());
    post(&house, &admin, "/api/invitations/revoke", &[("invites", &ids), ("why", WHY)]).await;
    work(&house).await;
    let left: i64 = sqlx::query_scalar(goes_on).fetch_one(&house.instance).await.unwrap();
    assert_eq!(left, 0);
    let page = house.get(Some(&admin), "/i/harbour/invites?revoke=all").await;
    assert!(page.body.contains("nothing to deactivate"));
}

#[tokio::test]
async fn the_list_is_narrowed_paged_and_searched_without_a_code_in_an_address() {
    let house = house(sqlite().await).await;
    let auditor = house.sign_in("auditor").await;
    let functional = "(select u.confirmed_at is not null and u.approved and not u.disabled and a.suspended_at is null \
        from users u join accounts a on a.id = u.account_id where u.id = i.user_id)";
    let running = "(i.expires_at is null or i.expires_at > now() at time zone 'utc') and (i.max_uses is null or i.uses < i.max_uses)";
    for n in 0..120 {
        let code = format!("many{n:04}");
        let (most, ends) = match n % 3 {
            0 => ("null", "null"),
            1 => ("0", "null"),
            _ => ("5", "now() - interval '1 day'"),
        };
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "insert into invites (user_id, code, max_uses, expires_at, created_at, updated_at) \
             select min(user_id), '{code}', {most}, {ends}, now(), now() from invites"
        )))
        .execute(&house.instance)
        .await
        .unwrap();
    }
    for (state, sql) in [
        ("", "true".to_owned()),
        ("usable", format!("{running} and {functional}")),
        ("owner", format!("{running} and not {functional}")),
        (
            "used-up",
            "(i.expires_at is null or i.expires_at > now() at time zone 'utc') and i.uses >= i.max_uses".to_owned(),
        ),
        ("expired", "i.expires_at < now() at time zone 'utc'".to_owned()),
    ] {
        let wanted: Vec<i64> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select id from invites i where {sql} order by id desc")))
                .fetch_all(&house.instance)
                .await
                .unwrap();
        assert!(!wanted.is_empty(), "{state}");
        let mut path = format!("/i/harbour/invites?state={state}");
        let mut seen: Vec<i64> = Vec::new();
        for _ in 0..10 {
            let page = house.get(Some(&auditor), &path).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            let rows = page.body.split("<td class=\"nowrap\"><a href=\"/i/harbour/invites/").skip(1);
            seen.extend(rows.map(|row| row.split('"').next().unwrap().parse::<i64>().unwrap()));
            let Some(older) = page
                .body
                .split("href=\"")
                .find(|href| href.starts_with("/i/harbour/invites?") && href.contains("before="))
            else {
                break;
            };
            path = older.split('"').next().unwrap().replace("&amp;", "&");
        }
        assert_eq!(seen, wanted, "{state}");
    }
    let one = invite(&house, "aBcDeF23", None).await;
    let find = async |q: &str| post(&house, &auditor, "/api/invitations/look-up", &[("q", q)]).await;
    for q in ["aBcDeF23", " https://harbour.example/invite/aBcDeF23 "] {
        let to = find(q).await.location.unwrap();
        assert_eq!(to, format!("/i/harbour/invites/{one}"), "{q}");
    }
    let to = find("@WindVane").await.location.unwrap();
    let page = house.get(Some(&auditor), &to).await;
    assert!(to.contains("owner=") && page.body.contains(&format!("/i/harbour/invites/{one}\"")), "{to}");
    for nobody in ["abcdef23", "@nobody_here", "%"] {
        let page = landed(&house, &auditor, find(nobody).await).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{nobody}");
        assert!(page.body.contains(&format!("value=\"{nobody}\"")), "{nobody}");
    }
    let contractor = house.sign_in("contractor").await;
    assert_eq!(house.get(Some(&contractor), "/i/harbour/invites").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_came_is_followed_and_the_account_page_says_both_ways() {
    let house = house(sqlite().await).await;
    let moderator = house.sign_in("moderator").await;
    let one = invite(&house, "aBcDeF23", Some(9)).await;
    let path = format!("/i/harbour/invites/{one}");
    assert!(house.get(Some(&moderator), &path).await.body.contains("Nobody has signed up with it yet"));
    let (fine, limited, pending) = (
        come(&house, "fine_guest", one).await,
        come(&house, "rude_guest", one).await,
        come(&house, "new_guest", one).await,
    );
    come(&house, "gone_guest", one).await;
    for (sql, account) in [
        ("update accounts set silenced_at = now() where id = $1", limited),
        ("update users set approved = false where account_id = $1", pending),
        (
            "insert into account_warnings (account_id, target_account_id, action, created_at, updated_at) \
          select null, $1, 3000, now(), now()",
            limited,
        ),
        (
            "insert into reports (account_id, target_account_id, created_at, updated_at) \
          select min(id), $1, now(), now() from accounts where id > 0",
            limited,
        ),
    ] {
        sqlx::query(sql).bind(account).execute(&house.instance).await.unwrap();
    }
    sqlx::query("delete from users where account_id = (select id from accounts where username = 'gone_guest')")
        .execute(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&moderator), &path).await.body;
    let row = |name: &str| page.split("<tr").find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name}: {page}"));
    assert!(row("@fine_guest").contains("no limits") && row("@fine_guest").contains("nothing"));
    assert!(row("@rude_guest").contains("limited") && row("@rude_guest").contains("1 report, 1 strike"));
    assert!(row("@new_guest").contains("pending review"));
    assert!(page.contains("1 more use without an account") && !page.contains("gone_guest"), "{page}");

    let guest = house.get(Some(&moderator), &format!("/i/harbour/accounts/{fine}")).await.body;
    assert!(guest.contains(&format!("href=\"{path}\"")) && guest.contains("@windvane"), "{guest}");
    let windvane: i64 = sqlx::query_scalar("select id from accounts where username = 'windvane'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let owner = house.get(Some(&moderator), &format!("/i/harbour/accounts/{windvane}")).await.body;
    assert!(owner.contains("1 active") && owner.contains(&format!("/i/harbour/invites?owner={windvane}")), "{owner}");
    let elsewhere: i64 = sqlx::query_scalar("select id from accounts where username = 'quarry'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&moderator), &format!("/i/harbour/accounts/{elsewhere}")).await.body;
    assert!(page.contains("@quarry") && !page.contains("<h2>Invitations"), "somebody outside the console has none");
    let contractor = house.sign_in("contractor").await;
    let theirs = house.get(Some(&contractor), &format!("/i/harbour/accounts/{windvane}")).await;
    assert_eq!(theirs.status, StatusCode::OK);
    assert!(!theirs.body.contains("/i/harbour/invites"), "not theirs to see");
    // The community's own invitations have people behind them.
    let (used, most): (i64, i64) =
        sqlx::query_as("select id, uses::bigint from invites where uses > 2 order by id limit 1")
            .fetch_one(&house.instance)
            .await
            .unwrap();
    let page = house.get(Some(&moderator), &format!("/i/harbour/invites/{used}")).await.body;
    assert_eq!(page.matches("<tr data-row").count(), usize::try_from(most).unwrap(), "{page}");
}

#[tokio::test]
async fn who_came_is_found_among_many_logins_by_when_they_could_have_come() {
    let url = database().await;
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    for sql in [
        "insert into accounts (id, username, created_at, updated_at) \
         select n, 'p' || n, timestamp '2026-01-01' + n * interval '1 minute', now() from generate_series(1, 130000) n",
        "insert into users (id, account_id, email, created_at, updated_at, confirmed_at) \
         select n, n, n || '@post.example', timestamp '2026-01-01' + n * interval '1 minute', now(), now() from generate_series(1, 130000) n",
        "insert into invites (id, user_id, code, uses, created_at, updated_at, expires_at) values \
         (1, 5, 'aBcDeF23', 64, timestamp '2026-01-01' + 20000 * interval '1 minute', now(), timestamp '2026-01-01' + 110000 * interval '1 minute'), \
         (2, 5, 'aBcDeF24', 3, timestamp '2026-01-01' + 20000 * interval '1 minute', now(), null)",
        "update users set invite_id = 1 where id between 20001 and 109999 and id % 1499 = 7",
        "update users set invite_id = 2 where id in (129999, 130000)",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let database = Database::new(&url).unwrap();
    for (invite, page, number) in [(1, 7, 60), (2, 50, 2)] {
        let sql = format!("select id from users where invite_id = {invite} order by id");
        let wanted: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&pool).await.unwrap();
        assert_eq!(wanted.len(), number, "as many as the test means");
        let mut seen = Vec::new();
        let mut after = None;
        for _ in 0..100 {
            let mut read = database.read().await.unwrap();
            let found = read.invite(InviteId(invite)).await.unwrap().unwrap();
            let window = read.came_with(&found, after, page).await.unwrap();
            assert!(window.people.len() <= page);
            seen.extend(window.people.iter().map(|person| person.user));
            after = window.edge;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, wanted);
    }
}

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

/// An invitation of somebody who came with one, and somebody who comes with it.
async fn brought(house: &House, by: i64, code: &str, username: &str) -> i64 {
    let one: i64 = sqlx::query_scalar(
        "insert into invites (user_id, code, created_at, updated_at) \
         select id, $2, now() at time zone 'utc', now() at time zone 'utc' from users where account_id = $1 returning id",
    )
    .bind(by)
    .bind(code)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    come(house, username, one).await
}

/// Mastodon forgets who invited whom with the login of whoever invited: what the console saw before stays on the account’s page,
/// in its case and at the desk of sign-ups, says what became of the others, is proved, and goes in time.
/// What the page of somebody who waits says to a person.
async fn page_of(house: &House, cookie: &str, waits: i64) -> String {
    text(&house.get(Some(cookie), &format!("/i/harbour/signups/{waits}")).await.body)
}

#[tokio::test]
async fn who_invited_whom_is_kept_before_the_instance_forgets_it() {
    for (kept, version) in [(sqlite().await, Version::V45), (postgres().await, Version::V47)] {
        let house = house_of(kept, version).await;
        let (app, instance) = (&house.app, house.app.instances.values().next().unwrap().clone());
        let moderator = house.sign_in("moderator").await;
        let first = invite(&house, "aBcDeF23", Some(9)).await;
        let ropewalk = come(&house, "ropewalk", first).await;
        let bellows = brought(&house, ropewalk, "aBcDeF24", "bellows").await;
        let tinker = brought(&house, ropewalk, "aBcDeF25", "tinker").await;
        let waits = brought(&house, ropewalk, "aBcDeF26", "newcomer").await;
        run(&house, &format!("update users set approved = false where account_id = {waits}")).await;
        run(&house, &format!("update accounts set suspended_at = now() where id = {tinker}")).await;
        let page = async |path: String| text(&house.get(Some(&moderator), &path).await.body);
        let account = |id: i64| format!("/i/harbour/accounts/{id}");
        // While the instance says it, it is followed without anything kept.
        let said = page(account(bellows)).await;
        assert!(said.contains("Invited by@ropewalk") && said.contains("Invited by@windvane"), "{said}");
        assert!(chain::look(app, &instance).await.unwrap() >= 4);
        assert_eq!(chain::look(app, &instance).await.unwrap(), 0, "nothing changed");
        let others = "of 2 others 1 is suspended, as seen by this console";
        let said = page(account(bellows)).await;
        assert!(said.contains(others), "{said}");

        // As the deletion of one’s own account leaves it (`app/services/delete_account_service.rb`).
        run(&house, &format!("delete from users where account_id = {ropewalk}")).await;
        let left: i64 =
            sqlx::query_scalar("select count(*) from users where account_id = $1 and invite_id is not null")
                .bind(bellows)
                .fetch_one(&house.instance)
                .await
                .unwrap();
        assert_eq!(left, 0, "an unknown invite of the past");
        let gone = "an unknown invite of the past, seen by this console before";
        for seen_again in [false, true] {
            if seen_again {
                assert_eq!(chain::look(app, &instance).await.unwrap(), 4);
            }
            for path in [account(bellows), format!("/i/harbour/reports/{bellows}")] {
                let said = page(path).await;
                assert!(said.contains(gone) && said.contains("Invited by@ropewalk deleted"), "{said}");
                assert!(said.contains("Invited by@windvane") && said.contains(others), "{said}");
            }
        }
        house.look().await;
        let said = page(format!("/i/harbour/signups/{waits}")).await;
        assert!(said.contains("invited by @ropewalk, as 1 sanctioned"), "{said}");
        assert!(said.contains("an invite of @ropewalk, who is deleted"), "{said}");
        let said = page(format!("/i/harbour/accounts?inviter={ropewalk}")).await;
        assert!(said.contains("@bellows") && said.contains("@tinker"), "{said}");
        let contractor = house.sign_in("contractor").await;
        let theirs = house.get(Some(&contractor), &account(bellows)).await.body;
        assert!(!theirs.contains("ropewalk"), "not theirs to see");
        crate::support::grant(app, "01contractor", Vec::new(), true, false, app.clock.now().plus(DAY)).await;
        // Not by way of whom they invited either, whatever the list is narrowed to besides.
        for beside in ["", "&state=pending", "&state=suspended", "&origin=local", "&active=week", "&name=t"] {
            let asked = house.get(Some(&contractor), &format!("/i/harbour/accounts?inviter={ropewalk}{beside}")).await;
            assert_eq!(asked.status, StatusCode::FORBIDDEN, "{beside}: {}", asked.body);
        }
        let theirs = page_of(&house, &contractor, waits).await;
        assert!(theirs.contains("newcomer") && !theirs.contains("ropewalk"), "{theirs}");
        assert!(!theirs.contains("sanctioned") && !theirs.contains("without an invite"), "{theirs}");
        // What the instance still says is no name either.
        run(&house, &format!("update users set invite_id = {first} where account_id = {waits}")).await;
        house.look().await;
        let theirs = page_of(&house, &contractor, waits).await;
        assert!(theirs.contains("Signed up with an invite") && !theirs.contains("windvane"), "{theirs}");
        assert!(page_of(&house, &moderator, waits).await.contains("invited by @windvane"));

        // No name in clear, and nothing that somebody else wrote.
        let store = &app.store;
        let read = "select account, sealed from invited";
        let rows: Vec<(i64, String)> = match &store.driver {
            Driver::Sqlite(pool) => sqlx::query_as(read).fetch_all(pool).await.unwrap(),
            Driver::Postgres(pool) => sqlx::query_as(read).fetch_all(pool).await.unwrap(),
        };
        assert!(rows.len() >= 4 && rows.iter().all(|(_, sealed)| !sealed.contains("ropewalk")));
        let wrote = format!("update invited set inviter = {tinker} where account = {bellows}");
        match &store.driver {
            Driver::Sqlite(pool) => drop(sqlx::query(sqlx::AssertSqlSafe(wrote)).execute(pool).await.unwrap()),
            Driver::Postgres(pool) => drop(sqlx::query(sqlx::AssertSqlSafe(wrote)).execute(pool).await.unwrap()),
        }
        let said = page(account(bellows)).await;
        assert!(said.contains("none known") && !said.contains("Invited by"), "{said}");

        // Half a year after it was seen to be gone it goes here too; what the instance says stays.
        let now = app.clock.now();
        assert_eq!(invited::forget_old(store, now.plus(-invited::KEPT)).await.unwrap(), 0);
        assert_eq!(invited::forget_old(store, now.plus(DAY)).await.unwrap(), 4);
        let said = page(account(tinker)).await;
        assert!(said.contains("none known"), "{said}");
    }
}

#[tokio::test]
async fn of_many_logins_some_are_looked_at_each_time_and_all_in_the_end() {
    let house = house(sqlite().await).await;
    let (app, instance) = (&house.app, house.app.instances.values().next().unwrap().clone());
    let one = invite(&house, "aBcDeF23", None).await;
    for sql in [
        "insert into accounts (id, username, created_at, updated_at) \
         select n, 'p' || n, now(), now() from generate_series(1000001, 1070000) n"
            .to_owned(),
        format!(
            "insert into users (id, account_id, email, created_at, updated_at, confirmed_at, invite_id) \
         select n, n, n || '@post.example', now(), now(), now(), case when n % 7 = 0 then {one} end \
         from generate_series(1000001, 1070000) n"
        ),
    ] {
        run(&house, &sql).await;
    }
    let windvane = AccountId(one_of(&house, "select id from accounts where username = 'windvane'").await);
    let first = chain::look(app, &instance).await.unwrap();
    let all = one_of(&house, "select count(*) from users where invite_id is not null").await;
    let mut seen = first;
    assert!(i64::try_from(first).unwrap() < all, "some at a time: {first} of {all}");
    for _ in 0..100 {
        if i64::try_from(seen).unwrap() >= all {
            break;
        }
        seen += chain::look(app, &instance).await.unwrap();
    }
    assert_eq!(i64::try_from(seen).unwrap(), all, "each once");
    let by = invited::by(&app.store, &instance.name, windvane, 20_000).await.unwrap();
    assert_eq!(by.len(), 10_000);
    // The newest are looked at each time, wherever the round is.
    come(&house, "late_guest", one).await;
    assert_eq!(chain::look(app, &instance).await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_seen_of_an_instance_goes_with_it() {
    for kept in [sqlite().await, postgres().await] {
        let store = &kept.store;
        let (harbour, quay): (InstanceName, InstanceName) = ("harbour".parse().unwrap(), "quay".parse().unwrap());
        let now = Timestamp(1_790_000_000_000);
        for on in [&harbour, &quay] {
            let seen = [7, 8].map(|account| invited::Invited {
                account: AccountId(account),
                login: account,
                inviter: AccountId(1),
                name: "somebody".into(),
                gone_at: None,
            });
            invited::keep(store, on, &seen, now).await.unwrap();
            invited::looked_to(store, on, 8).await.unwrap();
        }
        assert_eq!(invited::forget_others(store, &[&harbour, &quay]).await.unwrap(), 0);
        assert_eq!(invited::forget_others(store, &[&quay]).await.unwrap(), 2);
        let left = async |on| {
            (invited::between(store, on, 0, 9).await.unwrap().len(), invited::position(store, on).await.unwrap())
        };
        assert_eq!((left(&harbour).await, left(&quay).await), ((0, 0), (2, 8)));
    }
}

/// What cannot be looked at now is gone past: those beyond it have their turn.
#[tokio::test]
async fn logins_that_cannot_be_looked_at_keep_no_others_waiting() {
    let house = house(sqlite().await).await;
    let (app, instance) = (&house.app, house.app.instances.values().next().unwrap().clone());
    let one = invite(&house, "aBcDeF23", None).await;
    for sql in [
        "insert into accounts (id, username, created_at, updated_at) \
         select n, 'p' || n, now(), now() from generate_series(1000001, 1009000) n"
            .to_owned(),
        format!(
            "insert into users (id, account_id, email, created_at, updated_at, confirmed_at, invite_id) \
         select n, n, n || '@post.example', now(), now(), now(), {one} from generate_series(1000001, 1009000) n"
        ),
    ] {
        run(&house, &sql).await;
    }
    let stop = |from: i64, to: i64| {
        format!(
            "drop trigger if exists stopped; create trigger stopped before insert on invited \
             when new.login between {from} and {to} begin select raise(abort, 'stopped'); end"
        )
    };
    let windvane = AccountId(one_of(&house, "select id from accounts where username = 'windvane'").await);
    let seen = async || {
        let by = invited::by(&app.store, &instance.name, windvane, 20_000).await.unwrap();
        let number = |from: i64| by.iter().filter(|account| (from..from + 1_000).contains(&account.0)).count();
        (number(1_000_001), number(1_005_001), number(1_008_001))
    };
    // Old ones first, and then the newest.
    crate::support::sql(&app.store, &stop(1_000_001, 1_001_000)).await.unwrap();
    assert!(chain::look(app, &instance).await.is_err(), "it is said");
    // A whole round, however little one look comes to.
    let round = async || {
        for _ in 0..8 {
            chain::look(app, &instance).await.ok();
        }
    };
    round().await;
    assert_eq!(seen().await, (0, 1_000, 1_000));
    crate::support::sql(&app.store, &stop(1_008_001, 1_009_000)).await.unwrap();
    assert!(chain::look(app, &instance).await.is_ok(), "nothing new there");
    crate::support::sql(&app.store, "delete from invited").await.unwrap();
    assert!(chain::look(app, &instance).await.is_err(), "it is said");
    round().await;
    assert_eq!(seen().await, (1_000, 1_000, 0));
}

async fn one_of(house: &House, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

/// Canaries of an access request.
const WHO: &str = "Zora Quillfeather";
const CONTACT: &str = "zora.canary@elsewhere.example";

async fn enter(house: &House, cookie: &str) -> String {
    let form = [
        ("who", WHO),
        ("organisation", "The Lanternmakers"),
        ("contact", CONTACT),
        ("why", "We mend lanterns and want a place to talk about it"),
        ("accounts", "2"),
        ("voucher", "@windvane"),
    ];
    let to = post(house, cookie, "/api/access-requests/enter", &form).await.location.unwrap();
    assert!(to.starts_with("/i/harbour/access-requests/") && to.contains("?done="), "{to}");
    to.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_request_is_written_down_answered_with_an_invitation_and_followed() {
    for (kept, version) in [(sqlite().await, Version::V43), (postgres().await, Version::V46)] {
        let house = house_of(kept, version).await;
        let admin = house.sign_in("admin").await;
        let path = enter(&house, &admin).await;
        let id = id_of(&path);
        let page = house.get(Some(&admin), &path).await.body;
        assert!(page.contains(WHO) && page.contains(CONTACT) && page.contains("@windvane"), "{page}");
        let list = house.get(Some(&admin), "/i/harbour/access-requests").await.body;
        assert!(list.contains(WHO) && list.contains("Access requests 1"), "{list}");

        let form = [("request", id.as_str()), ("uses", "2"), ("term", "month"), ("back", path.as_str())];
        let page = landed(&house, &admin, post_on(&house, &admin, "/api/invitations/issue", &form).await).await;
        assert!(page.location.unwrap().starts_with(&path) && page.body.contains("Done and verified"), "{}", page.body);
        let (invite, code, comment): (i64, String, String) =
            sqlx::query_as("select id, code, comment from invites order by id desc limit 1")
                .fetch_one(&house.instance)
                .await
                .unwrap();
        assert_eq!(comment, format!("Access request {id}"));
        assert!(
            page.body.contains(&format!("/invite/{code}")) && page.body.contains("Nobody has signed up"),
            "{}",
            page.body
        );
        come(&house, "lanternmaker", invite).await;
        let page = house.get(Some(&admin), &path).await.body;
        assert!(page.contains("@lanternmaker") && page.contains("1 of 2"), "{page}");
        let seen = house.get(Some(&admin), &format!("/i/harbour/invites/{invite}")).await.body;
        assert!(seen.contains(&path), "the way back to the request");

        // A second answer is told so, with what was typed.
        let form = [("request", id.as_str()), ("answer", "we are full"), ("back", path.as_str())];
        let late = landed(&house, &admin, post_on(&house, &admin, "/api/access-requests/refuse", &form).await).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.body.contains("decided this request in the meantime") && late.body.contains("we are full"),
            "{}",
            late.body
        );
        let form = [("request", id.as_str()), ("uses", "2"), ("term", "month"), ("back", path.as_str())];
        let late = landed(&house, &admin, post_on(&house, &admin, "/api/invitations/issue", &form).await).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let number: i64 = sqlx::query_scalar("select count(*) from invites where comment = $1")
            .bind(&comment)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        assert_eq!(number, 1);

        // Nothing personal is in a leaf, on a page of those who do not decide, or on the instance.
        let leaves = leaves(&house).await;
        for canary in [WHO, "Zora", CONTACT, "zora.canary", "Lanternmakers", "mend lanterns", code.as_str()] {
            assert!(!leaves.contains(canary), "{canary}");
        }
        for role in ["moderator", "auditor"] {
            let cookie = house.sign_in(role).await;
            for path in [
                path.as_str(),
                "/i/harbour/access-requests?state=invited",
                "/audit",
                &format!("/i/harbour/invites/{invite}"),
            ] {
                let page = house.get(Some(&cookie), path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}");
                for canary in ["Quillfeather", "zora.canary", "Lanternmakers", "mend lanterns", code.as_str()] {
                    assert!(!page.body.contains(canary), "{role} at {path}: {canary}");
                }
            }
            assert!(house.get(Some(&cookie), &path).await.body.contains("Z•••"), "{role}: masked");
        }
    }
}

async fn post_on(house: &House, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
    let form = [&[("instance", "harbour")], fields].concat();
    house.post(Some(cookie), path, &form).await
}

#[tokio::test]
async fn what_was_asked_is_shown_while_the_instance_is_away() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let path = enter(&house, &admin).await;
    let mut config = house.config.clone();
    config.instances[0].database_url = Secret::new("postgres://nobody@127.0.0.1:1/gone".to_owned());
    let (keys, store) = (Keys::from_secret([7; 32]), house.store.store.clone());
    let app = cli::assemble(config, Clock::System, keys, store).unwrap();
    let house = House { router: http::router(app.clone()), app, ..house };
    let page = house.get(Some(&admin), &path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(CONTACT) && page.body.contains("does not answer"), "{}", page.body);
    assert!(!page.body.contains("/api/invitations/issue"), "nothing is offered that cannot be done");
}

#[tokio::test]
async fn a_refusal_is_kept_for_copying_and_all_that_was_said_is_destroyed_in_time() {
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let path = enter(&house, &admin).await;
    let id = id_of(&path);
    let refuse = async |answer: &str| {
        let form = [("request", id.as_str()), ("answer", answer), ("back", path.as_str())];
        landed(&house, &admin, post_on(&house, &admin, "/api/access-requests/refuse", &form).await).await
    };
    assert_eq!(refuse("  ").await.status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal needs words");
    let page = refuse("Dear Zora, we are full until spring.").await;
    assert!(
        page.body.contains("Dear Zora, we are full until spring.") && page.body.contains("sends nothing"),
        "{}",
        page.body
    );
    assert_eq!(house.outcome("refuse_access_request").await, Some(Outcome::Succeeded));
    assert_eq!(house.weather.writes(), 0, "nothing is sent");
    assert!(!leaves(&house).await.contains("until spring"));
    let auditor = house.sign_in("auditor").await;
    assert!(!house.get(Some(&auditor), &path).await.body.contains("until spring"));
    // 180 days later the words are gone, and the request is not.
    let store = &house.app.store;
    let now = house.app.clock.now();
    assert_eq!(access_requests::forget_old(store, now.plus(-access_requests::KEPT)).await.unwrap(), 0);
    assert_eq!(access_requests::forget_old(store, now.plus(DAY)).await.unwrap(), 1);
    let page = house.get(Some(&admin), &path).await.body;
    assert!(page.contains("has been destroyed") && page.contains("refused"), "{page}");
    for gone in ["Zora", CONTACT, "Lanternmakers", "until spring"] {
        assert!(!page.contains(gone), "{gone}");
    }
}

fn waits(id: &str) -> AccessRequest {
    AccessRequest {
        id: id.to_owned(),
        instance: "harbour".parse().unwrap(),
        operator: OperatorId("01admin".into()),
        accounts: 3,
        told: Some(Told { who: WHO.to_owned(), contact: CONTACT.to_owned(), ..Told::default() }),
        state: RequestState::Waiting,
        created_at: Timestamp(1),
        decided_at: None,
        decided_by: None,
        answer: None,
        invite: None,
    }
}

#[tokio::test]
async fn a_request_is_decided_once_and_sealed_on_both_engines() {
    for kept in [sqlite().await, postgres().await] {
        let store = &kept.store;
        let keys = &howdah::seal::Keys::from_secret([7; 32]);
        let instance: InstanceName = "harbour".parse().unwrap();
        let ids = ["01A", "01B", "01C"];
        for id in ids {
            access_requests::insert(store, keys, &waits(id)).await.unwrap();
        }
        assert_eq!(access_requests::by_id(store, keys, "01A").await.unwrap().as_ref(), Some(&waits("01A")));
        let raw: Vec<String> = match &store.driver {
            Driver::Sqlite(pool) => {
                sqlx::query_scalar("select sealed_told from access_requests").fetch_all(pool).await.unwrap()
            }
            Driver::Postgres(pool) => {
                sqlx::query_scalar("select sealed_told from access_requests").fetch_all(pool).await.unwrap()
            }
        };
        assert!(raw.iter().all(|sealed| !sealed.contains("Zora") && !sealed.contains("canary")));
        let me = OperatorId("01owner".into());
        assert!(access_requests::refuse(store, keys, &instance, "01A", "no", &me, Timestamp(5)).await.unwrap());
        assert!(!access_requests::set_invited(store, "01A", InviteId(7), Some(&me), Timestamp(6)).await.unwrap());
        assert!(access_requests::set_invited(store, "01B", InviteId(7), Some(&me), Timestamp(6)).await.unwrap());
        assert!(!access_requests::refuse(store, keys, &instance, "01B", "no", &me, Timestamp(7)).await.unwrap());
        assert_eq!(access_requests::waiting(store, &instance, 10).await.unwrap(), 1);
        let list = async |state, before| {
            let found = access_requests::list(store, keys, &instance, state, before, 10).await.unwrap();
            found.into_iter().map(|request| request.id).collect::<Vec<_>>()
        };
        assert_eq!(list(RequestState::Waiting, None).await, ["01C"]);
        assert_eq!(list(RequestState::Invited, None).await, ["01B"]);
        assert!(list(RequestState::Invited, Some("01B")).await.is_empty());
        let found = access_requests::by_invite(store, keys, &instance, InviteId(7)).await.unwrap().unwrap();
        assert_eq!((found.id.as_str(), found.decided_by), ("01B", Some(me)));
        assert_eq!(access_requests::forget_old(store, Timestamp(0)).await.unwrap(), 0, "all of them are younger");
        assert_eq!(access_requests::forget_old(store, Timestamp(5)).await.unwrap(), 2);
        let gone = async |id: &str| {
            let found = access_requests::by_id(store, keys, id).await.unwrap().unwrap();
            (found.told.is_none(), found.answer, found.state)
        };
        assert_eq!(gone("01A").await, (true, None, RequestState::Refused));
        assert_eq!(gone("01B").await, (false, None, RequestState::Invited), "decided a moment ago");
        assert_eq!(gone("01C").await, (true, None, RequestState::Lapsed), "nobody decided in time");
        assert_eq!(access_requests::waiting(store, &instance, 10).await.unwrap(), 0);
        assert!(
            !access_requests::refuse(store, keys, &instance, "01C", "no", &OperatorId("01owner".into()), Timestamp(9))
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn a_request_that_was_decided_after_the_form_was_checked_gets_no_invitation() {
    use howdah::{
        access::{Actor, Permission, Role},
        carry_out::carry_out,
        context::Context,
        deeds::IssueInvite,
    };
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let path = enter(&house, &admin).await;
    let id = id_of(&path);
    let me = OperatorId("01owner".into());
    let (store, keys) = (&house.app.store, &house.app.keys);
    assert!(
        access_requests::refuse(store, keys, &"harbour".parse().unwrap(), &id, "no", &me, house.app.clock.now())
            .await
            .unwrap()
    );
    let instance = house.app.instances.values().next().unwrap().clone();
    let actor = Actor {
        operator: me,
        name: "owner".into(),
        role: Role::Owner,
        grants: Vec::new(),
        session: "a test".into(),
        request: None,
    };
    let context = Context::of_job(house.app.clone(), actor);
    let permit = context.permit(Permission::ManageInvitations, Some(&instance.name)).await.unwrap();
    let deed = IssueInvite {
        instance: instance.name.clone(),
        account: instance.health().acting().unwrap(),
        acct: "somebody".into(),
        code: "zYxWvU98".into(),
        max_uses: 2,
        expires_at: None,
        comment: String::new(),
        request: Some(id),
    };
    let done = carry_out(context, instance, permit, deed, "").await.unwrap();
    assert!(done.unsent && done.outcome == Outcome::Failed);
    assert!(done.said.unwrap().contains("somebody else decided the request in the meantime"));
    assert_eq!(knock(&house, "zYxWvU98").await, 404, "nothing was written");
}

#[tokio::test]
async fn an_invitation_whose_process_died_is_found_by_its_code_and_answers_its_request() {
    use howdah::{
        access::{Actor, Permission, Role, permit},
        clock::Clock,
        jobs,
        ledger::{Acting, Ledger, Mark},
    };
    let house = house(sqlite().await).await;
    let admin = house.sign_in("admin").await;
    let path = enter(&house, &admin).await;
    let id = id_of(&path);
    let instance: InstanceName = "harbour".parse().unwrap();
    let actor = Actor {
        operator: OperatorId("01admin".into()),
        name: "admin".into(),
        role: Role::Admin,
        grants: Vec::new(),
        session: "gone".into(),
        request: None,
    };
    let account: i64 = sqlx::query_scalar("select account_id from users where id = $1")
        .bind(acting(&house).await)
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let deed = IssueInvite {
        instance: instance.clone(),
        account: howdah::id::AccountId(account),
        acct: "somebody".into(),
        code: "zYxWvU98".into(),
        max_uses: 2,
        expires_at: None,
        comment: format!("Access request {id}"),
        request: Some(id.clone()),
    };
    // Another process opened it an hour ago, wrote the row, and was gone.
    let then = house.app.clock.now().plus(-3_600_000);
    let other =
        Ledger::new(house.app.store.clone(), house.app.keys.clone(), Clock::set(then), "test", "another process", None);
    let permit = permit(&actor, Permission::ManageInvitations, Some(&instance)).unwrap();
    let warrant = other.open(permit, deed, "", Acting::Service(account.to_string()), Mark::default()).await.unwrap();
    drop(warrant);
    sqlx::query(
        "insert into invites (user_id, code, max_uses, created_at, updated_at) values ($1, 'zYxWvU98', 2, now(), now())",
    )
    .bind(acting(&house).await)
    .execute(&house.instance)
    .await
    .unwrap();
    jobs::sweep(&house.app).await.unwrap();
    assert_eq!(house.outcome("issue_invite").await, Some(Outcome::Succeeded), "the code is its trace");
    let found = access_requests::by_id(&house.app.store, &house.app.keys, &id).await.unwrap().unwrap();
    assert_eq!(found.state, RequestState::Invited);
    assert_eq!(found.decided_by, Some(OperatorId("01admin".into())));
    assert_eq!(house.open_deeds().await, 0);
}

/// What was said opens under the name of its instance, and no other: a request that is moved to another instance says nothing there,
/// and neither do words that are bound to the request alone, as those of a former version were.
#[tokio::test]
async fn a_request_opens_on_its_own_instance_alone() {
    for kept in [sqlite().await, postgres().await] {
        let (store, keys) = (&kept.store, &howdah::seal::Keys::from_secret([7; 32]));
        access_requests::insert(store, keys, &waits("01A")).await.unwrap();
        assert_eq!(access_requests::by_id(store, keys, "01A").await.unwrap(), Some(waits("01A")));
        let told = serde_json::to_string(&waits("01A").told).unwrap();
        for whose in ["01A", "01B", "01A lagoon"] {
            let sealed = keys.seal_text("access request", whose, &told).unwrap();
            let row = format!(
                "update access_requests set sealed_told = '{sealed}', mac = '{}'",
                mac_of(keys, &waits("01A"), &sealed)
            );
            crate::support::sql(store, &row).await.unwrap();
            assert_eq!(access_requests::by_id(store, keys, "01A").await.unwrap(), None, "{whose}");
            let refused = store.refused().await.unwrap();
            assert!(refused.iter().any(|row| row.row == "the access request 01A"), "{whose}: {refused:?}");
        }
    }
}

/// The code of a request that waits, with words that were sealed in whatever way.
fn mac_of(keys: &howdah::seal::Keys, request: &AccessRequest, sealed: &str) -> String {
    use howdah::seal::Field;
    let fields: Vec<Field<'_>> = vec![
        request.id.as_str().into(),
        request.instance.as_str().into(),
        request.operator.0.as_str().into(),
        i64::from(request.accounts).into(),
        sealed.into(),
        "waiting".into(),
        request.created_at.0.into(),
        Field::Nothing,
        Field::Nothing,
        Field::Nothing,
        Field::Nothing,
        0.into(),
    ];
    keys.row_mac("access_requests", &fields)
}

//! Rules about servers, mail domains and addresses: through the real router, against the practice instance.

use crate::support::{Answered, House, house, postgres, sqlite, until};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use howdah::{
    batches::service::engine,
    cli,
    clock::{Clock, MINUTE},
    domain_blocks::{
        AddressRule, AddressSeverity, Difference, ImportState, RowState, Rule, Severity, service::OfImport,
    },
    id::{InstanceName, RuleNumber},
    ledger::Outcome,
    seal::Keys,
    store::domain_imports,
};

fn rule(severity: Severity) -> Rule {
    Rule {
        severity,
        reject_media: false,
        reject_reports: false,
        obfuscate: false,
        public_comment: String::new(),
        private_comment: String::new(),
    }
}

/// A rule as a page gives it back.
fn seen(id: i64, rule: &Rule) -> String {
    serde_json::to_string(&(RuleNumber(id), rule)).unwrap()
}

async fn row(house: &House, domain: &str) -> Option<(i64, i32, bool)> {
    sqlx::query_as("select id, severity, reject_media from domain_blocks where domain = $1")
        .bind(domain)
        .fetch_optional(&house.instance)
        .await
        .unwrap()
}

async fn set(house: &House, cookie: &str, domain: &str, more: &[(&str, &str)]) -> Answered {
    let mut form = vec![
        ("instance", "harbour"),
        ("domain", domain),
        ("why", "a test"),
        ("back", "/i/harbour/federation/server?name=fresh.example"),
    ];
    form.extend(more);
    house.post(Some(cookie), "/api/domains/set", &form).await
}

/// The page a refused form comes back on.
async fn back(house: &House, cookie: &str, answer: Answered) -> Answered {
    let to = answer.location.expect("a page to go back to");
    assert!(to.contains("draft="), "{to}");
    house.get(Some(cookie), &to).await
}

/// Somebody on a server whom somebody here follows.
async fn followed(house: &House, domain: &str) {
    sqlx::query(
        "with there as (insert into accounts (id, username, domain, created_at, updated_at) \
         values ((extract(epoch from now()) * 1000)::bigint << 16, 'far', $1, now(), now()) returning id) \
         insert into follows (account_id, target_account_id, created_at, updated_at) \
         select (select a.id from accounts a join users u on u.account_id = a.id order by a.id limit 1), id, now(), now() from there",
    )
    .bind(domain)
    .execute(&house.instance)
    .await
    .expect("a follow");
    sqlx::query("refresh materialized view instances").execute(&house.instance).await.unwrap();
}

#[tokio::test]
async fn a_rule_is_made_changed_overtaken_and_lifted() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=fresh.example").await;
    assert!(page.body.contains("New domain block") && page.body.contains("no follows are lost here"), "{}", page.body);

    let made = set(&house, &cookie, " Fresh.EXAMPLE/ ", &[("severity", "silence"), ("reject_media", "yes")]).await;
    assert!(made.location.as_deref().unwrap_or_default().contains("done="), "{:?}", made.location);
    assert_eq!(house.outcome("block_domain").await, Some(Outcome::Succeeded));
    let (id, severity, media) = row(&house, "fresh.example").await.expect("a row");
    assert_eq!((severity, media), (0, true));

    let before = Rule { reject_media: true, ..rule(Severity::Silence) };
    let change = [("severity", "suspend"), ("public_comment", "spam\r\nand worse"), ("seen", &seen(id, &before))];
    set(&house, &cookie, "fresh.example", &change).await;
    assert_eq!(house.outcome("change_domain_block").await, Some(Outcome::Succeeded));
    assert_eq!(row(&house, "fresh.example").await.map(|row| row.1), Some(1));

    // The page of before the change is out of date: nothing is sent, and what was typed comes back.
    let writes = house.weather.writes();
    let stale = set(&house, &cookie, "fresh.example", &change).await;
    let page = back(&house, &cookie, stale).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("somebody else changed the domain block in the meantime"), "{}", page.body);
    assert_eq!(house.outcome("change_domain_block").await, Some(Outcome::Stale));
    assert_eq!(house.weather.writes(), writes);

    let now = Rule { public_comment: "spam\nand worse".to_owned(), ..rule(Severity::Suspend) };
    let lift = |seen: String| {
        let (house, cookie) = (&house, &cookie);
        async move {
            let form =
                [("instance", "harbour"), ("domain", "fresh.example"), ("seen", &seen), ("why", "they mended it")];
            house.post(Some(cookie), "/api/domains/lift", &form).await
        }
    };
    lift(seen(id, &now)).await;
    assert_eq!(house.outcome("lift_domain_block").await, Some(Outcome::Succeeded));
    assert_eq!(row(&house, "fresh.example").await, None);
    lift(seen(id, &now)).await;
    assert_eq!(house.outcome("lift_domain_block").await, Some(Outcome::Stale));
    assert_eq!(house.open_deeds().await, 0);
}

/// A rule is one thing, the accounts it was made for are another: what has become of them is read back and said.
#[tokio::test]
async fn what_a_rule_does_to_accounts_is_said_by_their_number() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let add = async |names: &str, suspended: &str| {
        let text = format!(
            "insert into accounts (id, username, domain, suspended_at, created_at, updated_at) \
             select ((extract(epoch from now()) * 1000)::bigint << 16) + ascii(name), name, 'limits.example', {suspended}, now(), now() \
             from unnest(array[{names}]) name"
        );
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&house.instance).await.unwrap();
        sqlx::query("refresh materialized view instances").execute(&house.instance).await.unwrap();
    };
    let said = async |answer: Answered| {
        let page = house.get(Some(&cookie), &answer.location.expect("a page")).await.body;
        let notice = page.split("role=\"status\"").nth(1).unwrap_or_default();
        notice.split("</p>").next().unwrap_or_default().to_owned()
    };
    add("'a', 'b'", "null").await;
    let made = said(set(&house, &cookie, "limits.example", &[("severity", "suspend")]).await).await;
    let told = |what: &str| made.contains(what);
    let so_far = told("of the 2 accounts known there suspended so far");
    assert!(so_far || told("All of the 2 accounts known there suspended."), "{made}");
    until("the instance suspended them", async || {
        let left: i64 = sqlx::query_scalar(
            "select count(*) from accounts where domain = 'limits.example' and suspended_at is null",
        )
        .fetch_one(&house.instance)
        .await
        .unwrap();
        left == 0
    })
    .await;
    add("'c', 'd'", "now() - interval '1 day'").await;
    sqlx::query(
        "insert into admin_action_logs (account_id, action, target_type, target_id, created_at, updated_at) \
         select (select id from accounts where domain is null order by id limit 1), 'suspend', 'Account', id, now(), now() \
         from accounts where domain = 'limits.example' and username = 'c'",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let (id, ..) = row(&house, "limits.example").await.unwrap();
    let seen = seen(id, &rule(Severity::Suspend));
    let form =
        [("instance", "harbour"), ("domain", "limits.example"), ("seen", seen.as_str()), ("why", "they mended it")];
    let lifted = said(house.post(Some(&cookie), "/api/domains/lift", &form).await).await;
    assert!(lifted.contains("2 of the 4 accounts known there still suspended, 1 of them by hand"), "{lifted}");
    assert_eq!(house.outcome("lift_domain_block").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn a_rule_that_exists_becomes_an_offer_to_change_it() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    // It appears between the last look and the call: the instance answers 422 with the rule there is.
    house.weather.meanwhile(
        &house.instance,
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('fresh.example', 0, now(), now())",
    );
    let refused =
        set(&house, &cookie, "fresh.example", &[("severity", "suspend"), ("private_comment", "ring of spam")]).await;
    assert_eq!(house.outcome("block_domain").await, Some(Outcome::Failed));
    let page = back(&house, &cookie, refused).await;
    assert!(page.body.contains("there already is a domain block for fresh.example (limited)"), "{}", page.body);
    assert!(page.body.contains("ring of spam"), "what was typed is kept");
    assert!(page.body.contains("your selection"), "and which rule was meant");
    let (id, ..) = row(&house, "fresh.example").await.unwrap();
    let change =
        [("severity", "suspend"), ("private_comment", "ring of spam"), ("seen", &seen(id, &rule(Severity::Silence)))];
    set(&house, &cookie, "fresh.example", &change).await;
    assert_eq!(house.outcome("change_domain_block").await, Some(Outcome::Succeeded));
    // A page of before the rule was there is told so before anything is recorded.
    let again = set(&house, &cookie, "fresh.example", &[("severity", "silence")]).await;
    let page = back(&house, &cookie, again).await;
    assert!(page.body.contains("there already is a domain block for fresh.example (suspended)"), "{}", page.body);
}

#[tokio::test]
async fn names_that_must_not_be_blocked_are_refused_beside_the_field() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    let writes = house.weather.writes();
    let own = house.config.instances[0].base_url.host_str().unwrap().to_owned();
    for (name, reason) in [
        (own.as_str(), "own domain"),
        ("co.uk", "public suffix"),
        // Every name below it is a suffix.
        ("sch.uk", "public suffix"),
        ("kobe.jp", "public suffix"),
        ("192.0.2.7", "an IP address"),
        ("https://night.example/@wren", "page"),
        ("not a valid domain", "not a valid domain"),
    ] {
        let answer = set(&house, &cookie, name, &[("severity", "suspend")]).await;
        let page = back(&house, &cookie, answer).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let looked = house.get(Some(&cookie), &howdah::path::with("/i/harbour/federation", "look", name)).await;
        assert!(looked.body.contains(reason), "{name}: {}", looked.body);
    }
    // A host of many people’s servers can have a rule once it is confirmed, and the page says whom it covers.
    for name in ["workers.dev", "trycloudflare.com", "ngrok.io", "github.io", "compute.amazonaws.com"] {
        let there = howdah::path::server(&harbour(), name);
        let form =
            [("instance", "harbour"), ("domain", name), ("why", "a test"), ("back", &there), ("severity", "suspend")];
        let answer = house.post(Some(&cookie), "/api/domains/set", &form).await;
        let page = back(&house, &cookie, answer).await;
        assert!(
            page.body.contains("many people’s servers") && page.body.contains("name=\"sure\""),
            "{name}: {}",
            page.body
        );
        assert_eq!(row(&house, name).await, None, "{name}");
    }
    // One that is there is warned of where it limits more: not by its severity alone.
    let id: i64 = sqlx::query_scalar(
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('repl.co', 0, now(), now()) returning id",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let limited = seen(id, &rule(Severity::Silence));
    let rejected = seen(id, &Rule { reject_media: true, ..rule(Severity::Noop) });
    for (seen, more) in [
        (limited.as_str(), [("severity", "silence"), ("reject_media", "yes")]),
        // By Mastodon's comparison none of the two is the stricter.
        (&rejected, [("severity", "silence"), ("reject_media", "")]),
    ] {
        let mut form = vec![
            ("instance", "harbour"),
            ("domain", "repl.co"),
            ("why", "a test"),
            ("back", "/i/harbour/federation/server?name=repl.co"),
            ("seen", seen),
        ];
        form.extend(more);
        let answer = house.post(Some(&cookie), "/api/domains/set", &form).await;
        let page = back(&house, &cookie, answer).await.body;
        assert!(page.contains("many people’s servers") && page.contains("name=\"sure\""), "{page}");
    }
    assert_eq!(house.weather.writes(), writes);
    set(&house, &cookie, "workers.dev", &[("severity", "suspend"), ("sure", "yes")]).await;
    assert_eq!(house.outcome("block_domain").await, Some(Outcome::Succeeded));
    let writes = house.weather.writes();
    let shared = house.get(Some(&cookie), "/i/harbour/federation/server?name=github.io").await;
    assert!(shared.body.contains("covers everyone with a subdomain of it") && shared.body.contains("/api/domains/set"));
    let found = house.get(Some(&cookie), "/i/harbour/federation?look=B%C3%9CCHER.example").await;
    assert_eq!(found.location.as_deref(), Some("/i/harbour/federation/server?name=xn--bcher-kva.example"));
    assert_eq!(house.weather.writes(), writes);
}

#[tokio::test]
async fn a_rule_below_a_stricter_one_is_refused_before_it_is_sent() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    set(&house, &cookie, "fresh.example", &[("severity", "suspend")]).await;
    let writes = house.weather.writes();
    let answer = set(&house, &cookie, "under.fresh.example", &[("severity", "silence")]).await;
    let page = back(&house, &cookie, answer).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=under.fresh.example").await;
    assert!(page.body.contains("The domain block for fresh.example applies to it"), "{}", page.body);
    assert_eq!(house.weather.writes(), writes);
}

#[tokio::test]
async fn a_rule_that_another_above_does_not_cover_is_not_said_to_be_covered() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    set(&house, &cookie, "fresh.example", &[("severity", "silence")]).await;
    let refused = async |more: &[(&str, &str)]| {
        let answer = set(&house, &cookie, "under.fresh.example", more).await;
        back(&house, &cookie, answer).await.body
    };
    let page = refused(&[("severity", "noop"), ("reject_media", "yes")]).await;
    assert!(page.contains("neither stricter nor weaker") && !page.contains("already covers"), "{page}");
    let page = refused(&[("severity", "noop")]).await;
    assert!(page.contains("already covers under.fresh.example"), "{page}");
}

#[tokio::test]
async fn suspending_a_followed_server_is_the_owners_alone_and_the_page_says_what_is_lost() {
    let house = house(sqlite().await).await;
    followed(&house, "fresh.example").await;
    // A rule for the parent cuts those below it, too.
    followed(&house, "under.other.example").await;
    let (admin, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
    let page = house.get(Some(&admin), "/i/harbour/federation/server?name=fresh.example").await;
    assert!(page.body.contains("1 person here loses 1 follow"), "{}", page.body);
    assert!(page.body.contains("only an owner can suspend it"), "{}", page.body);
    for domain in ["fresh.example", "other.example"] {
        let answer = set(&house, &admin, domain, &[("severity", "suspend")]).await;
        assert_eq!(back(&house, &admin, answer).await.status, StatusCode::FORBIDDEN, "{domain}");
        assert_eq!(row(&house, domain).await, None);
    }
    set(&house, &admin, "fresh.example", &[("severity", "silence")]).await;
    let (id, ..) = row(&house, "fresh.example").await.expect("a limit is an admin’s to set");
    let raise = [("severity", "suspend"), ("seen", &seen(id, &rule(Severity::Silence)))];
    let answer = set(&house, &admin, "fresh.example", &raise).await;
    assert_eq!(back(&house, &admin, answer).await.status, StatusCode::FORBIDDEN, "raising a limit is no way round");
    let page = house.get(Some(&owner), "/i/harbour/federation/server?name=fresh.example").await;
    assert!(page.body.contains("the owner decides alone"), "{}", page.body);
    set(&house, &owner, "fresh.example", &raise).await;
    assert_eq!(house.outcome("change_domain_block").await, Some(Outcome::Succeeded));
    assert_eq!(row(&house, "fresh.example").await.map(|row| row.1), Some(1));
}

#[tokio::test]
async fn a_moderator_reads_and_changes_nothing() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=fresh.example").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("/api/domains/"), "no form");
    for (who, list, upload) in [
        ("owner", StatusCode::OK, "imports/"),
        ("admin", StatusCode::OK, "imports/"),
        ("moderator", StatusCode::OK, "draft="),
        ("contractor", StatusCode::FORBIDDEN, "draft="),
        ("auditor", StatusCode::OK, "draft="),
    ] {
        let cookie = house.sign_in(who).await;
        for file in ["domain_blocks.csv", "domain_allows.csv"] {
            let answer = house.get(Some(&cookie), &format!("/i/harbour/federation/export/{file}")).await;
            assert_eq!(answer.status, list, "{who} {file}");
        }
        let answer = send(&house, &cookie, b"night.example\n").await;
        assert!(answer.location.as_deref().unwrap_or_default().contains(upload), "{who}: {:?}", answer.location);
    }
    assert_eq!(house.get(None, "/i/harbour/federation/export/domain_blocks.csv").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn allowed_servers_come_and_go() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let form = [("instance", "harbour"), ("domain", "friend.example"), ("why", "a test")];
    house.post(Some(&cookie), "/api/domains/allow", &form).await;
    assert_eq!(house.outcome("allow_domain").await, Some(Outcome::Succeeded));
    let page = house.get(Some(&cookie), "/i/harbour/federation?list=allows").await;
    assert!(page.body.contains("friend.example"), "{}", page.body);
    let id: i64 = sqlx::query_scalar("select id from domain_allows where domain = 'friend.example'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let id = id.to_string();
    let form = [("instance", "harbour"), ("domain", "friend.example"), ("id", &id), ("why", "a test")];
    house.post(Some(&cookie), "/api/domains/disallow", &form).await;
    assert_eq!(house.outcome("disallow_domain").await, None, "as far-reaching as a suspension: the owner’s");
    let owner = house.sign_in("owner").await;
    house.post(Some(&owner), "/api/domains/disallow", &form).await;
    assert_eq!(house.outcome("disallow_domain").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn mail_rules_are_made_changed_and_lifted() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let post = |path: &'static str, more: Vec<(&'static str, String)>| {
        let (house, cookie) = (&house, &cookie);
        async move {
            let mut form =
                vec![("instance", "harbour"), ("why", "a test"), ("back", "/i/harbour/federation/email-domains")];
            form.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            house.post(Some(cookie), path, &form).await
        }
    };
    let id = || async {
        sqlx::query_scalar::<_, i64>("select id from email_domain_blocks where domain = 'junk.example'")
            .fetch_one(&house.instance)
            .await
            .unwrap()
    };
    let domain = || ("domain", "JUNK.example".to_owned());
    post("/api/domains/mail-set", vec![domain()]).await;
    assert_eq!(house.outcome("block_mail_domain").await, Some(Outcome::Succeeded));
    let first = id().await;
    let twice = post("/api/domains/mail-set", vec![domain()]).await;
    let page = back(&house, &cookie, twice).await;
    assert!(page.body.contains("junk.example is already blocked"), "{} {}", page.status, crate::seen::text(&page.body));
    let seen = format!("[\"{first}\",false]");
    let domain = || ("domain", "junk.example".to_owned());
    post("/api/domains/mail-set", vec![domain(), ("review", "yes".to_owned()), ("seen", seen.clone())]).await;
    assert_eq!(house.outcome("change_mail_domain_block").await, Some(Outcome::Succeeded));
    let second = id().await;
    assert_ne!(first, second, "the API can only take away and make again");
    post("/api/domains/mail-lift", vec![domain(), ("seen", seen)]).await;
    assert_eq!(house.outcome("lift_mail_domain_block").await, Some(Outcome::Stale));
    post("/api/domains/mail-lift", vec![domain(), ("seen", format!("[\"{second}\",true]"))]).await;
    assert_eq!(house.outcome("lift_mail_domain_block").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn address_rules_never_shut_out_everybody_nor_the_console_unwarned() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let post = |path: &'static str, network: &'static str, more: Vec<(&'static str, String)>| {
        let (house, cookie) = (&house, &cookie);
        async move {
            let mut form = vec![
                ("instance", "harbour"),
                ("network", network),
                ("why", "a test"),
                ("back", "/i/harbour/federation/ip-rules"),
            ];
            form.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            house.post(Some(cookie), path, &form).await
        }
    };
    let severity = |severity: AddressSeverity| ("severity", severity.name().to_owned());
    let writes = house.weather.writes();
    for (network, reason) in [
        ("0.0.0.0/0", "everyone"),
        ("::/0", "everyone"),
        ("12.0.0.0/7", "Use /8 or narrower"),
        ("night.example", "not an IP address"),
        ("127.0.0.1", "lock the console out"),
        ("127.0.0.0/8", "lock the console out"),
        ("203.0.0.0/12", "very wide"),
    ] {
        let answer = post("/api/domains/address-set", network, vec![severity(AddressSeverity::NoAccess)]).await;
        let page = back(&house, &cookie, answer).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{network}");
        assert!(page.body.contains(reason), "{network}: {}", page.body);
    }
    assert_eq!(house.weather.writes(), writes, "nothing was sent");
    // A warning is only one: who knows better says so. A rule about sign-ups keeps no console out.
    let sure = vec![severity(AddressSeverity::SignUpBlock), ("sure", "203.0.0.0/12 sign_up_block".to_owned())];
    post("/api/domains/address-set", "203.0.0.0/12", sure).await;
    assert_eq!(house.outcome("block_address").await, Some(Outcome::Succeeded));
    let rule = vec![severity(AddressSeverity::SignUpBlock), ("until", "14".to_owned()), ("comment", "wave".to_owned())];
    post("/api/domains/address-set", "198.51.100.77/24", rule).await;
    assert_eq!(house.outcome("block_address").await, Some(Outcome::Succeeded));
    let (id, until): (i64, i64) = sqlx::query_as(
        "select id, (extract(epoch from expires_at) * 1000)::bigint from ip_blocks where ip = '198.51.100.0/24'",
    )
    .fetch_one(&house.instance)
    .await
    .expect("stored as a network");
    let before = AddressRule {
        severity: AddressSeverity::SignUpBlock,
        comment: "wave".to_owned(),
        until: Some(howdah::clock::Timestamp(until)),
    };
    let seen = serde_json::to_string(&(RuleNumber(id), Some(&before))).unwrap();
    let change = vec![
        severity(AddressSeverity::SignUpRequiresApproval),
        ("until", "never".to_owned()),
        ("comment", "milder".to_owned()),
        ("seen", seen.clone()),
    ];
    post("/api/domains/address-set", "198.51.100.0/24", change).await;
    assert_eq!(house.outcome("change_address_block").await, Some(Outcome::Succeeded));
    post("/api/domains/address-lift", "198.51.100.0/24", vec![("seen", seen)]).await;
    assert_eq!(house.outcome("lift_address_block").await, Some(Outcome::Stale));
    let now =
        AddressRule { severity: AddressSeverity::SignUpRequiresApproval, comment: "milder".to_owned(), until: None };
    let seen = serde_json::to_string(&(RuleNumber(id), Some(&now))).unwrap();
    post("/api/domains/address-lift", "198.51.100.0/24", vec![("seen", seen)]).await;
    assert_eq!(house.outcome("lift_address_block").await, Some(Outcome::Succeeded));
}

/// Files have an end: of one person, and at once. What is refused is refused before any of it is read, and in words.
#[tokio::test]
async fn so_many_files_are_read_and_no_more() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let upload = |cookie: &str, body: Body| {
        Request::post("/i/harbour/federation/upload")
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
            .body(body)
            .unwrap()
    };
    // Two of two people that are still coming: each says when it is first asked for more, which is when it has its place.
    crate::support::person(&house.app, "second", howdah::access::Role::Owner).await;
    let coming_of = [house.sign_in("admin").await, house.sign_in("second").await];
    let (asked, mut places) = tokio::sync::mpsc::unbounded_channel();
    let coming: Vec<_> = coming_of
        .iter()
        .map(|sender| {
            let mut asked = Some(asked.clone());
            let more = futures::stream::poll_fn(move |_| {
                if let Some(asked) = asked.take() {
                    asked.send(()).unwrap();
                }
                std::task::Poll::<Option<Result<Vec<u8>, std::io::Error>>>::Pending
            });
            tokio::spawn(tower::ServiceExt::oneshot(house.router.clone(), upload(sender, Body::from_stream(more))))
        })
        .collect();
    for _ in &coming {
        places.recv().await.unwrap();
    }
    let back = send(&house, &owner, b"domain,severity\na.example,silence\n").await.location.unwrap();
    let said = house.get(Some(&owner), &back).await.body;
    assert!(said.contains("busy with other files"), "{said}");
    assert!(said.contains("Choose it again in a few seconds"), "{said}");
    // What does not come on is ended, in words, and its place is free again.
    for (one, sender) in coming.into_iter().zip(&coming_of) {
        let answer = one.await.unwrap().unwrap();
        let to = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
        let said = house.get(Some(sender), &to).await.body;
        assert!(said.contains("too slow"), "{said}");
    }
    let mut read = 0;
    let back = loop {
        let back = send(&house, &owner, b"domain,severity\na.example,silence\n").await.location.unwrap();
        if back.contains("draft=") {
            break back;
        }
        read += 1;
    };
    assert_eq!(read, 30, "what was not looked at because others were being read does not count");
    let page = house.get(Some(&owner), &back).await;
    assert!(page.body.contains("you’ve reached your limit of files"), "{}", page.body);
    // Whoever may change no rules is refused before they count.
    let auditor = house.sign_in("auditor").await;
    let refused = send(&house, &auditor, b"domain,severity\na.example,silence\n").await;
    assert!(refused.location.is_some_and(|to| to.contains("draft=")) || refused.status == StatusCode::FORBIDDEN);
}

/// Sends a file the way a browser without scripts does.
pub async fn send(house: &House, cookie: &str, file: &[u8]) -> Answered {
    let mut body = b"--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n".to_vec();
    body.extend(file);
    body.extend(b"\r\n--line--\r\n");
    let request = Request::post("/i/harbour/federation/upload")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .body(Body::from(body))
        .unwrap();
    house.ask(request).await
}

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

async fn rows(house: &House, import: &str) -> Vec<domain_imports::Row> {
    domain_imports::rows(&house.app.store, import).await.unwrap()
}

/// The list of a colleague: Windows line ends, a byte order mark, Unicode, and everything that can be wrong.
const MESSY: &str = "\u{FEFF}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
    new.example,suspend,false,false,\"one, two\",true\r\n\
    BÜCHER.example,Silence,TRUE,f,,\r\n\
    stricter.example,suspend\r\n\
    weaker.example,silence\r\n\
    same.example,silence,true\r\n\
    under.weaker.example,silence\r\n\
    co.uk,suspend\r\n\
    192.0.2.1,suspend\r\n\
    odd.example,nonsense\r\n\
    NEW.example,suspend,no,no\r\n\
    followed.example,suspend\r\n";

async fn messy(house: &House) {
    for statement in [
        "insert into domain_blocks (domain, severity, private_comment, created_at, updated_at) values ('stricter.example', 0, 'ours', now(), now())",
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('weaker.example', 1, now(), now())",
        "insert into domain_blocks (domain, severity, reject_media, created_at, updated_at) values ('same.example', 0, true, now(), now())",
    ] {
        sqlx::query(statement).execute(&house.instance).await.unwrap();
    }
    followed(house, "followed.example").await;
}

pub async fn read_in(house: &House, cookie: &str, text: &str) -> String {
    let answer = send(house, cookie, text.as_bytes()).await;
    let to = answer.location.expect("a page");
    to.rsplit_once("/imports/").unwrap_or_else(|| panic!("{to}")).1.to_owned()
}

/// Sends the form of a preview as its page has it: what was ticked before, and what is to be.
pub async fn ticks(house: &House, cookie: &str, import: &str, action: &str, more: &[(&str, &str)]) -> Answered {
    let seen = domain_imports::ticked(&house.app.store, import).await.unwrap();
    let back = format!("/i/harbour/federation/imports/{import}");
    let mut form = vec![("instance", "harbour"), ("import", import), ("back", back.as_str())];
    if !more.iter().any(|(key, _)| *key == "ticked") {
        form.push(("ticked", seen.as_str()));
    }
    form.extend(more);
    house.post(Some(cookie), &format!("/api/domains/{action}"), &form).await
}

/// Carries out all rows of these kinds, and no others.
async fn begin(house: &House, cookie: &str, import: &str, which: &[&str]) {
    for kind in ["new", "stricter", "weaker"] {
        let all = format!("{kind}:{}", if which.contains(&kind) { "yes" } else { "no" });
        ticks(house, cookie, import, "import-tick", &[("all", &all)]).await;
    }
    let answer = ticks(house, cookie, import, "import-start", &[("why", "the coalition’s list")]).await;
    assert_eq!(answer.location.as_deref(), Some(format!("/i/harbour/federation/imports/{import}").as_str()));
}

#[tokio::test]
async fn a_messy_list_is_compared_line_by_line_and_carried_out_row_by_row() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        messy(&house).await;
        let cookie = house.sign_in("admin").await;
        let import = read_in(&house, &cookie, MESSY).await;
        use Difference::{Invalid, New, Same, Stricter, Weaker};
        let listed: Vec<_> =
            rows(&house, &import).await.into_iter().map(|row| (row.line, row.domain, row.difference)).collect();
        let expected = [
            (2, "new.example", New),
            (3, "xn--bcher-kva.example", New),
            (4, "stricter.example", Stricter),
            (5, "weaker.example", Weaker),
            (6, "same.example", Same),
            (7, "under.weaker.example", Same),
            (8, "co.uk", Invalid),
            (9, "192.0.2.1", Invalid),
            (10, "odd.example", Invalid),
            (11, "new.example", Invalid),
            (12, "followed.example", New),
        ];
        assert_eq!(listed, expected.map(|(line, domain, difference)| (line, domain.to_owned(), difference)));
        let page = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}")).await;
        assert!(page.body.contains("Line 2 already lists it"), "{}", page.body);
        assert!(
            page.body.contains("1 server known here under exactly these names would be suspended"),
            "{}",
            page.body
        );
        assert_eq!(house.weather.writes(), 0, "a preview does nothing");

        // What cuts follows is not ticked with the others: by itself alone.
        let followed: Vec<_> = rows(&house, &import).await.into_iter().filter(|row| row.cuts).collect();
        assert!(followed.len() == 1 && followed[0].line == 12 && !followed[0].ticked, "{followed:?}");
        ticks(&house, &cookie, &import, "import-tick", &[("shown", "12"), ("row[]", "12")]).await;
        begin(&house, &cookie, &import, &["new", "stricter"]).await;
        let instance = house.app.instances[&harbour()].clone();
        while engine::work::<OfImport>(&house.app, &instance, "one", 2).await.unwrap() > 0 {}
        let done: Vec<_> = rows(&house, &import).await.into_iter().map(|row| (row.line, row.state)).collect();
        use RowState::{Done, Failed, LeftOut, Listed};
        let expected = [
            (2, Done),
            (3, Done),
            (4, Done),
            (5, LeftOut),
            (6, Listed),
            (7, Listed),
            (8, Listed),
            (9, Listed),
            (10, Listed),
            (11, Listed),
            (12, Failed),
        ];
        assert_eq!(done, expected, "people here follow the last: not an admin’s decision");
        assert_eq!(row(&house, "new.example").await.map(|row| row.1), Some(1));
        assert_eq!(row(&house, "xn--bcher-kva.example").await.map(|row| (row.1, row.2)), Some((0, true)));
        let kept: Option<String> = sqlx::query_scalar(
            "select private_comment from domain_blocks where domain = 'stricter.example' and severity = 1",
        )
        .fetch_one(&house.instance)
        .await
        .unwrap();
        assert_eq!(kept.as_deref(), Some("ours"), "what the list does not say stays");
        assert_eq!(row(&house, "followed.example").await, None);
        let kept = domain_imports::by_id(&house.app.store, &harbour(), &import).await.unwrap().unwrap();
        assert_eq!(kept.state, ImportState::Done);
        assert_eq!(house.weather.writes(), 3, "a call a row");
        let page = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}?show=failed")).await;
        assert!(
            page.body.contains("only an owner can suspend it") && !page.body.contains("xn--bcher"),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn an_import_survives_a_restart_in_the_middle_and_a_pause() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let text: String = (0..6).map(|number| format!("row{number}.example,suspend\n")).collect();
    let import = read_in(&house, &cookie, &format!("#domain,#severity\n{text}")).await;
    begin(&house, &cookie, &import, &["new"]).await;
    let instance = house.app.instances[&harbour()].clone();
    assert_eq!(engine::work::<OfImport>(&house.app, &instance, "one", 2).await.unwrap(), 2);

    // The process ended after the third row was done on the instance, and before it was marked; the fourth had just begun.
    set(
        &house,
        &cookie,
        "row2.example",
        &[("severity", "suspend"), ("private_comment", &private(&house, &import).await)],
    )
    .await;
    for line in [4, 5] {
        domain_imports::set_row(&house.app.store, &import, line, RowState::UnderWay, "", None).await.unwrap();
    }
    let clock = Clock::set(Clock::System.now());
    let keys = Keys::from_secret([7; 32]);
    let second = cli::assemble(house.config.clone(), clock.clone(), keys, house.store.store.clone()).unwrap();
    let again = second.instances[&harbour()].clone();
    again.probe(clock.now()).await;
    let writes = house.weather.writes();
    assert_eq!(engine::work::<OfImport>(&second, &again, "two", 10).await.unwrap(), 0, "the first may still be at it");
    clock.advance(2 * MINUTE);

    let pause = |pause: &'static str| {
        let (house, cookie, import) = (&house, &cookie, &import);
        async move {
            let form = [("instance", "harbour"), ("import", import.as_str()), ("pause", pause)];
            house.post(Some(cookie), "/api/domains/import-pause", &form).await
        }
    };
    pause("yes").await;
    assert_eq!(engine::work::<OfImport>(&second, &again, "two", 10).await.unwrap(), 0, "paused");
    pause("").await;
    assert_eq!(engine::work::<OfImport>(&second, &again, "two", 10).await.unwrap(), 4);
    assert_eq!(engine::work::<OfImport>(&house.app, &instance, "one", 10).await.unwrap(), 0, "nothing is left");
    let rows = rows(&house, &import).await;
    assert!(rows.iter().all(|row| row.state == RowState::Done), "{rows:?}");
    assert!(rows[2].said.contains("Found done"), "{rows:?}");
    assert_eq!(house.weather.writes() - writes, 3, "what was done is not done again");
    let rules: i64 = sqlx::query_scalar("select count(*) from domain_blocks where domain like 'row%.example'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    assert_eq!(rules, 6);
}

/// An import that goes on is named where people come by: on the overview, on the first page of federation, and, with how far it is,
/// among all imports.
#[tokio::test]
async fn an_import_that_goes_on_is_named_where_people_come_by() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let text: String = (0..4).map(|number| format!("row{number}.example,suspend\n")).collect();
    let import = read_in(&house, &cookie, &format!("#domain,#severity\n{text}")).await;
    let page = |address: &'static str| house.get(Some(&cookie), address);
    assert!(!page("/i/harbour").await.body.contains("Import of"), "nothing has begun");
    begin(&house, &cookie, &import, &["new"]).await;
    let there = format!("href=\"/i/harbour/federation/imports/{import}\"");
    for address in ["/i/harbour", "/i/harbour/federation"] {
        let page = page(address).await.body;
        let shown = crate::seen::text(&page);
        assert!(shown.contains("Import of 4 rows from ") && shown.contains(": in progress"), "{address}: {shown}");
        assert!(page.contains(&there), "{address}: {page}");
    }
    let all = crate::seen::text(&page("/i/harbour/federation/imports").await.body);
    assert!(all.contains("running 0 of 4"), "{all}");
    let moderator = house.sign_in("moderator").await;
    assert!(house.get(Some(&moderator), "/i/harbour").await.body.contains(&there));
    let contractor = house.sign_in("contractor").await;
    assert!(!house.get(Some(&contractor), "/i/harbour").await.body.contains("Import of"), "it is none of theirs");
}

/// Whoever puts an import back as it ran, or a line as it was before, has nothing done by it in its maker's name: somebody may
/// have lifted the rules since.
#[tokio::test]
async fn an_import_put_back_as_it_ran_does_nothing_again() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let cookie = house.sign_in("admin").await;
        let text: String = (0..4).map(|number| format!("row{number}.example,suspend\n")).collect();
        let import = read_in(&house, &cookie, &format!("#domain,#severity\n{text}")).await;
        begin(&house, &cookie, &import, &["new"]).await;
        let instance = house.app.instances[&harbour()].clone();
        let store = house.app.store.clone();
        let run = async |text: &str| crate::support::sql(&store, text).await.unwrap();
        run("create table former as select * from domain_imports").await;
        run("create table former_rows as select * from domain_import_rows").await;
        assert_eq!(engine::work::<OfImport>(&house.app, &instance, "one", 2).await.unwrap(), 2);
        let lift = || async {
            sqlx::query("delete from domain_blocks where domain like 'row%.example'")
                .execute(&house.instance)
                .await
                .unwrap();
        };
        // In its middle, with the first two lifted.
        lift().await;
        run("delete from domain_import_rows; insert into domain_import_rows select * from former_rows").await;
        let writes = house.weather.writes();
        while engine::work::<OfImport>(&house.app, &instance, "one", 10).await.unwrap() > 0 {}
        assert_eq!(house.weather.writes(), writes + 2, "what was done is not done again");
        let said: Vec<_> = rows(&house, &import).await.into_iter().map(|row| (row.state, row.said)).collect();
        assert!(said[0].1.contains("Already done") && said.iter().all(|row| row.0 == RowState::Done), "{said:?}");
        // After its end.
        lift().await;
        run("delete from domain_import_rows; delete from domain_imports; insert into domain_imports select * from former; \
             insert into domain_import_rows select * from former_rows")
        .await;
        while engine::work::<OfImport>(&house.app, &instance, "one", 10).await.unwrap() > 0 {}
        assert_eq!(house.weather.writes(), writes + 2, "an import that is over stays over");
        let refused = store.refused().await.unwrap();
        assert!(refused.iter().any(|row| row.row.contains("the import")), "{refused:?}");
    }
}

/// What was not ticked is not carried out, whatever the store says of its lines.
#[tokio::test]
async fn a_line_that_was_not_ticked_is_not_carried_out() {
    let house = house(sqlite().await).await;
    messy(&house).await;
    let cookie = house.sign_in("owner").await;
    let import = read_in(&house, &cookie, MESSY).await;
    begin(&house, &cookie, &import, &["new"]).await;
    let store = &house.app.store;
    crate::support::sql(
        store,
        "update domain_import_rows set state = 'waiting' where difference in ('weaker', 'stricter')",
    )
    .await
    .unwrap();
    let instance = house.app.instances[&harbour()].clone();
    while engine::work::<OfImport>(&house.app, &instance, "one", 20).await.unwrap() > 0 {}
    let rows = rows(&house, &import).await;
    assert_eq!(rows.iter().find(|row| row.difference == Difference::New).unwrap().state, RowState::Done);
    let refused: Vec<_> = rows.iter().filter(|row| row.refused).collect();
    assert_eq!(refused.len(), 2, "{rows:?}");
    assert!(refused.iter().all(|row| row.state == RowState::Failed && row.said.contains("changed")), "{rows:?}");
    assert_eq!(row(&house, "weaker.example").await.map(|row| row.1), Some(1), "as it was");
}

/// The comment an import gives its rules.
async fn private(house: &House, import: &str) -> String {
    let first = rows(house, import).await.remove(0);
    serde_json::from_str::<Rule>(&first.wanted).unwrap().private_comment
}

#[tokio::test]
async fn an_import_stops_when_its_person_may_not_go_on_and_leaves_half_the_calls_to_people() {
    let house = house(sqlite().await).await;
    let (admin, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
    let import = read_in(&house, &admin, "domain,severity\none.example,suspend\ntwo.example,suspend\n").await;
    begin(&house, &admin, &import, &["new"]).await;
    let instance = house.app.instances[&harbour()].clone();
    house
        .post(Some(&owner), "/api/people/disable", &[("operator", "01admin"), ("disabled", "yes"), ("why", "left")])
        .await;
    assert_eq!(engine::work::<OfImport>(&house.app, &instance, "one", 10).await.unwrap(), 0);
    let kept = domain_imports::by_id(&house.app.store, &harbour(), &import).await.unwrap().unwrap();
    assert_eq!((kept.state, house.weather.writes()), (ImportState::Paused, 0));
    assert!(kept.note.contains("may no longer do it"), "{}", kept.note);

    // 300 calls in five minutes: the background stops at 150, and people go on.
    // Were a new period to begin in the middle, 300 rows would be done: never all.
    let text: String = (0..310).map(|number| format!("row{number}.example,suspend\n")).collect();
    let import = read_in(&house, &owner, &format!("domain,severity\n{text}")).await;
    begin(&house, &owner, &import, &["new"]).await;
    let done = engine::work::<OfImport>(&house.app, &instance, "one", 500).await.unwrap();
    assert!(done < 310, "{done}");
    let limits = instance.rest.limits().unwrap();
    assert!(limits.remaining * 2 >= limits.limit - 2, "{limits:?}");
    let kept = domain_imports::by_id(&house.app.store, &harbour(), &import).await.unwrap().unwrap();
    assert!(kept.note.contains("Background share of the rate limit used up"), "{}", kept.note);
    set(&house, &owner, "fresh.example", &[("severity", "silence")]).await;
    assert_eq!(house.outcome("block_domain").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn twenty_thousand_rows_are_kept_on_both_engines() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let cookie = house.sign_in("admin").await;
        let text: String = (0..20_000).map(|number| format!("row{number}.example,suspend\r\n")).collect();
        let text = format!("domain,severity\r\n{text}");
        let import = read_in(&house, &cookie, &text).await;
        let rows = rows(&house, &import).await;
        assert!(rows.iter().all(|row| (row.difference, row.state) == (Difference::New, RowState::Listed)));
        assert_eq!(rows.len(), 20_000);
        let refused = send(&house, &cookie, format!("{text}more.example,suspend\r\n").as_bytes()).await;
        let page = back(&house, &cookie, refused).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("more than 20,000 rows"), "{}", page.body);
    }
}

#[tokio::test]
async fn the_export_is_mastodons_own_to_the_byte() {
    let house = house(sqlite().await).await;
    sqlx::query("delete from domain_blocks").execute(&house.instance).await.unwrap();
    for (domain, severity, media, comment) in [
        ("blocked.test", 1, false, None),
        ("parent.test", 0, true, Some("says \"hi\", twice")),
        ("left.test", 2, false, None),
        ("media.test", 2, true, Some("")),
    ] {
        sqlx::query(
            "insert into domain_blocks (domain, severity, reject_media, public_comment, private_comment, created_at, updated_at) \
             values ($1, $2, $3, $4, 'secret', now(), now())",
        )
        .bind(domain)
        .bind(severity)
        .bind(media)
        .bind(comment)
        .execute(&house.instance)
        .await
        .unwrap();
    }
    let cookie = house.sign_in("auditor").await;
    let answer = house.get(Some(&cookie), "/i/harbour/federation/export/domain_blocks.csv").await;
    assert_eq!(
        answer.body,
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
         blocked.test,suspend,false,false,,false\n\
         parent.test,silence,true,false,\"says \"\"hi\"\", twice\",false\n\
         media.test,noop,true,false,\"\",false\n"
    );
    let allows = house.get(Some(&cookie), "/i/harbour/federation/export/domain_allows.csv").await;
    assert!(allows.body.starts_with("#domain\n"), "{}", allows.body);
}

#[tokio::test]
async fn lists_are_narrowed_and_paged_and_notes_are_shown_where_there_are_any() {
    let house = house(sqlite().await).await;
    sqlx::query(
        "insert into domain_blocks (domain, severity, private_comment, created_at, updated_at) \
         select 'page' || n || '.example', n % 2, 'batch_' || n, now(), now() from generate_series(1, 120) n",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let cookie = house.sign_in("auditor").await;
    let page = house.get(Some(&cookie), "/i/harbour/federation?severity=silence&q=page").await;
    assert!(page.body.contains("page120.example") && !page.body.contains("page119.example"), "{}", page.body);
    let older =
        page.body.split("href=\"").find(|rest| rest.contains("before=")).and_then(|rest| rest.split('"').next());
    let older = older.expect("an older page").replace("&amp;", "&");
    let page = house.get(Some(&cookie), &older).await;
    assert!(page.body.contains("page2.example") && !page.body.contains("page120.example"), "{older}: {}", page.body);
    let page = house.get(Some(&cookie), "/i/harbour/federation?q=batch_7").await;
    assert!(
        page.body.contains("page7.example")
            && page.body.contains("page70.example")
            && !page.body.contains("page17.example")
    );
    sqlx::query(
        "insert into instance_moderation_notes (account_id, domain, content, created_at, updated_at) \
         select id, 'page7.example', 'talked to their admin', now(), now() from accounts where domain is null limit 1",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=page7.example").await;
    assert!(page.body.contains("talked to their admin"), "{}", page.body);
    // 4.3 has no such table.
    sqlx::query("drop table instance_moderation_notes").execute(&house.instance).await.unwrap();
    // As after a change of release: what is there is looked at anew.
    house.look().await;
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=page7.example").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("Moderation notes"), "{}", page.body);
    let servers = house.get(Some(&cookie), "/i/harbour/federation/servers?begins=N").await;
    assert_eq!(servers.status, StatusCode::OK);
}

#[tokio::test]
async fn the_list_of_servers_says_what_was_counted_and_where_it_stopped() {
    let house = house(sqlite().await).await;
    sqlx::query("refresh materialized view instances").execute(&house.instance).await.unwrap();
    let (domain, accounts, followed, following, reports, media): (String, i64, i64, i64, i64, i64) = sqlx::query_as(
        "with there as (select domain, array_agg(id) ids, count(*) accounts from accounts where domain is not null \
         group by domain having count(*) < 20) \
         select domain, accounts, (select count(*) from follows where target_account_id = any(ids)), \
         (select count(*) from follows where account_id = any(ids)), \
         (select count(*) from reports where target_account_id = any(ids)), \
         (select count(*) from media_attachments where account_id = any(ids)) from there \
         where exists (select from reports where target_account_id = any(ids)) \
         order by exists (select from follows where target_account_id = any(ids)) desc, domain limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    sqlx::query(
        "insert into instance_moderation_notes (account_id, domain, content, created_at, updated_at) \
         select id, $1, 'talked to their admin', now(), now() from accounts where domain is null limit 1",
    )
    .bind(&domain)
    .execute(&house.instance)
    .await
    .unwrap();
    let cookie = house.sign_in("auditor").await;
    let row = |page: &str| {
        let at = page.find(&format!("<bdi>{domain}<")).unwrap_or_else(|| panic!("no row of {domain}: {page}"));
        let row = page.get(at..).and_then(|rest| rest.split("</tr>").next()).unwrap_or_default();
        let cells: Vec<String> = row
            .split("class=\"num")
            .skip(1)
            .filter_map(|cell| cell.split_once('>')?.1.split('<').next().map(str::to_owned))
            .collect();
        cells
    };
    let page = house.get(Some(&cookie), &format!("/i/harbour/federation/servers?begins={domain}")).await;
    let counted = [followed, following, reports, media].map(|number| number.to_string());
    assert_eq!(row(&page.body)[1..5], counted, "{accounts} accounts at {domain}");
    assert_eq!(row(&page.body)[5], "1");
    // More accounts than are looked at: the numbers are a beginning.
    sqlx::query(
        "insert into accounts (username, domain, uri, url, inbox_url, created_at, updated_at) \
         select 'many' || n, $1, 'https://' || $1 || '/many' || n, '', '', now(), now() from generate_series(1, 30) n",
    )
    .bind(&domain)
    .execute(&house.instance)
    .await
    .unwrap();
    let page = house.get(Some(&cookie), &format!("/i/harbour/federation/servers?begins={domain}")).await;
    assert!(row(&page.body)[1..5].iter().all(|cell| cell.ends_with('+')), "{:?}", row(&page.body));
}

/// A rule that was made elsewhere under a name that none would be made for today.
struct Odd {
    name: &'static str,
    severity: i32,
    /// What Mastodon makes of the name with the first change; `None` where it takes none.
    becomes: Option<&'static str>,
}

const ODD: [Odd; 9] = [
    Odd { name: "under_score.example", severity: 0, becomes: None },
    Odd { name: "host.test:3000", severity: 0, becomes: None },
    Odd { name: "a..b", severity: 0, becomes: None },
    Odd { name: "repl.co", severity: 0, becomes: Some("repl.co") },
    Odd { name: "co.uk", severity: 0, becomes: Some("co.uk") },
    Odd { name: "com", severity: 1, becomes: Some("com") },
    Odd { name: "Mixed.Case.example", severity: 0, becomes: Some("mixed.case.example") },
    Odd { name: "bücher.example", severity: 1, becomes: Some("xn--bcher-kva.example") },
    Odd { name: "192.0.2.7", severity: 0, becomes: Some("192.0.2.7") },
];

#[tokio::test]
async fn a_rule_made_elsewhere_is_opened_changed_and_lifted_whatever_its_name() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    for Odd { name, severity, becomes } in ODD {
        let id: i64 = sqlx::query_scalar(
            "insert into domain_blocks (domain, severity, private_comment, created_at, updated_at) \
             values ($1, $2, 'theirs', now(), now()) returning id",
        )
        .bind(name)
        .bind(severity)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        // The list leads to it, and so does the field, in the very letters.
        let there = howdah::path::server(&harbour(), name);
        let list = house.get(Some(&cookie), "/i/harbour/federation").await.body;
        assert!(list.contains(&there.replace('&', "&amp;")), "{name}: {list}");
        let looked = house.get(Some(&cookie), &howdah::path::with("/i/harbour/federation", "look", name)).await;
        assert_eq!(looked.location.as_deref(), Some(there.as_str()), "{name}");
        let page = house.get(Some(&cookie), &there).await;
        assert_eq!(page.status, StatusCode::OK, "{name}: {}", page.body);
        assert!(page.body.contains("/api/domains/lift") && page.body.contains("/api/domains/set"), "{name}");
        let says_so = page.body.contains("Undoing the domain block always works");
        assert_eq!(says_so, becomes.is_none_or(|becomes| becomes != name), "{name}");

        let mut before = Rule { private_comment: "theirs".to_owned(), ..rule(Severity::from_stored(severity)) };
        let mut now = name.to_owned();
        let change = [
            ("severity", "noop"),
            ("reject_media", "yes"),
            ("private_comment", "milder"),
            // In media it is stricter, and some of these are hosts of many.
            ("sure", "yes"),
            ("seen", &seen(id, &before)),
        ];
        let changed = set(&house, &cookie, name, &change).await;
        let outcome = house.outcome("change_domain_block").await;
        match becomes {
            Some(becomes) => {
                assert_eq!(outcome, Some(Outcome::Succeeded), "{name}: {:?}", changed.location);
                now = becomes.to_owned();
                before = Rule { private_comment: "milder".to_owned(), reject_media: true, ..rule(Severity::Noop) };
            }
            None => {
                assert_eq!(outcome, Some(Outcome::Failed), "{name}: {:?}", changed.location);
                assert_eq!(row(&house, name).await, Some((id, severity, false)), "{name}: nothing is lost");
            }
        }
        let form = [("instance", "harbour"), ("domain", now.as_str()), ("seen", &seen(id, &before)), ("why", "gone")];
        house.post(Some(&cookie), "/api/domains/lift", &form).await;
        assert_eq!(house.outcome("lift_domain_block").await, Some(Outcome::Succeeded), "{name}");
        assert_eq!(row(&house, &now).await, None, "{name}");
        // A new one is not made but for a host of many, and not without a warning.
        let answer = set(&house, &cookie, name, &[("severity", "silence")]).await;
        if becomes.is_none() || ["co.uk", "com", "192.0.2.7"].contains(&name) {
            let refused = back(&house, &cookie, answer).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert_eq!(row(&house, name).await, None, "{name}");
        }
    }
    // Nothing is there under it: no page.
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=no_such.example").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    // A rule about our own domain that somebody made by hand is made milder and lifted, never harsher.
    let own = house.config.instances[0].base_url.host_str().unwrap().to_owned();
    let id: i64 = sqlx::query_scalar(
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ($1, 0, now(), now()) returning id",
    )
    .bind(&own)
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let limited = seen(id, &rule(Severity::Silence));
    let answer = set(&house, &cookie, &own, &[("severity", "suspend"), ("seen", &limited)]).await;
    assert!(back(&house, &cookie, answer).await.body.contains("only be weakened"));
    set(&house, &cookie, &own, &[("severity", "noop"), ("seen", &limited)]).await;
    assert_eq!(house.outcome("change_domain_block").await, Some(Outcome::Succeeded));
}

#[tokio::test]
async fn odd_names_of_other_rules_are_lifted_too() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    for name in ["under_score.example", "Mixed.Case.example", "host.test:25", "github.io", "co.uk"] {
        let id: i64 = sqlx::query_scalar(
            "insert into email_domain_blocks (domain, created_at, updated_at) values ($1, now(), now()) returning id",
        )
        .bind(name)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        let seen = format!("[\"{id}\",false]");
        // Mastodon would take the rule away and make no new one: nothing is sent.
        let form = [
            ("instance", "harbour"),
            ("domain", name),
            ("review", "yes"),
            ("seen", &seen),
            ("why", "milder"),
            ("back", "/i/harbour/federation/email-domains"),
        ];
        if !["github.io", "co.uk"].contains(&name) {
            let writes = house.weather.writes();
            let answer = house.post(Some(&cookie), "/api/domains/mail-set", &form).await;
            assert!(back(&house, &cookie, answer).await.body.contains("would delete the block"), "{name}");
            assert_eq!(house.weather.writes(), writes, "{name}");
        }
        let form = [("instance", "harbour"), ("domain", name), ("seen", &seen), ("why", "gone")];
        house.post(Some(&cookie), "/api/domains/mail-lift", &form).await;
        assert_eq!(house.outcome("lift_mail_domain_block").await, Some(Outcome::Succeeded), "{name}");
    }
    for network in ["0.0.0.0/0", "203.0.113.77/24", "::/0"] {
        let id: i64 = sqlx::query_scalar(
            "insert into ip_blocks (ip, severity, comment, created_at, updated_at) values ($1::inet, 5500, '', now(), now()) returning id",
        )
        .bind(network)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        // Named everywhere without the bits of a host that SQL left in it.
        let network = if network == "203.0.113.77/24" { "203.0.113.0/24" } else { network };
        let page = house.get(Some(&cookie), "/i/harbour/federation/ip-rules").await.body;
        assert!(page.contains(&format!("value=\"{network}\"")), "{network}: {page}");
        let rule = |severity| AddressRule { severity, comment: String::new(), until: None };
        let before = rule(AddressSeverity::SignUpBlock);
        let seen = |rule: &AddressRule| serde_json::to_string(&(RuleNumber(id), Some(rule))).unwrap();
        let post = async |path: &str, more: &[(&str, &str)]| {
            let mut form = vec![("instance", "harbour"), ("network", network), ("why", "a test"), ("until", "never")];
            form.extend(more);
            house.post(Some(&cookie), path, &form).await
        };
        post("/api/domains/address-set", &[("severity", "sign_up_requires_approval"), ("seen", &seen(&before))]).await;
        assert_eq!(house.outcome("change_address_block").await, Some(Outcome::Succeeded), "{network}");
        let after = rule(AddressSeverity::SignUpRequiresApproval);
        let now: String = sqlx::query_scalar("select host(ip) || '/' || masklen(ip) from ip_blocks where id = $1")
            .bind(id)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        let form = [("instance", "harbour"), ("network", now.as_str()), ("why", "gone"), ("seen", &seen(&after))];
        house.post(Some(&cookie), "/api/domains/address-lift", &form).await;
        assert_eq!(house.outcome("lift_address_block").await, Some(Outcome::Succeeded), "{network}");
    }
    sqlx::query(
        "insert into domain_allows (domain, created_at, updated_at) values ('under_score.example', now(), now())",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let id: i64 = sqlx::query_scalar("select id from domain_allows where domain = 'under_score.example'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&cookie), "/i/harbour/federation/server?name=under_score.example").await.body;
    assert!(page.contains("/api/domains/disallow"), "{page}");
    let id = id.to_string();
    let form = [("instance", "harbour"), ("domain", "under_score.example"), ("id", &id), ("why", "gone")];
    house.post(Some(&cookie), "/api/domains/disallow", &form).await;
    assert_eq!(house.outcome("disallow_domain").await, Some(Outcome::Succeeded));
}

/// People who wait, or are in, with a mail address and an address they came from.
async fn people(house: &House, first: i64, number: i64, mail: &str, from: &str, approved: bool) {
    sqlx::query(
        "with made as (insert into accounts (id, username, created_at, updated_at) \
         select 910000000000000000 + n, 'p' || n, now(), now() from generate_series($1, $1 + $2 - 1) n returning id, username) \
         insert into users (account_id, email, approved, confirmed_at, sign_up_ip, created_at, updated_at) \
         select id, username || $3, $5, now(), $4::inet, now(), now() from made",
    )
    .bind(first)
    .bind(number)
    .bind(mail)
    .bind(from)
    .bind(approved)
    .execute(&house.instance)
    .await
    .unwrap();
    house.look().await;
}

#[tokio::test]
async fn whom_a_mail_rule_meets_is_said_before_and_those_who_wait_are_offered_after() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    people(&house, 0, 3, "@wave.example", "192.0.2.1", false).await;
    people(&house, 10, 2, "@sub.wave.example", "192.0.2.1", true).await;
    people(&house, 20, 1, "@notwave.example", "192.0.2.1", true).await;
    let post = async |domain: &str, more: &[(&str, &str)]| {
        let mut form = vec![
            ("instance", "harbour"),
            ("domain", domain),
            ("why", "a wave"),
            ("back", "/i/harbour/federation/email-domains"),
        ];
        form.extend(more);
        house.post(Some(&cookie), "/api/domains/mail-set", &form).await
    };
    let writes = house.weather.writes();
    // What is typed, what stands beside the field, and whether the domain is asked for once more.
    for (domain, more, says, once_more) in [
        (
            "wave.example",
            vec![],
            "2 members with email there, 3 pending or unconfirmed sign-ups would be covered; 5 sign-ups",
            false,
        ),
        ("wave.example", vec![("review", "yes")], "2 members", false),
        ("GMail.com", vec![], "a large email provider", true),
        ("hotmail.co.uk", vec![], "a large email provider", true),
        ("yahoo.co.jp", vec![], "a large email provider", true),
        ("qq.com", vec![], "a large email provider", true),
        ("google.com", vec![], "receives for one", true),
        ("aspmx.l.google.com", vec![], "receives for one", true),
        ("mail.protection.outlook.com", vec![], "receives for one", true),
        ("gmail.com", vec![("sure", "gmail.com refuse")], "a large email provider", true),
        // What was said of another name, or of a milder rule, confirms nothing.
        ("wave.example", vec![("sure", "night.example refuse")], "2 members", false),
        ("wave.example", vec![("sure", "wave.example review")], "2 members", false),
        ("gmail.com", vec![("sure", "gmail.com refuse"), ("once_more", "gmx.de")], "a large email provider", true),
        ("github.io", vec![], "shared by many people", false),
        ("co.uk", vec![("sure", "yes")], "public suffix", false),
    ] {
        let answer = post(domain, &more).await;
        let page = back(&house, &cookie, answer).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{domain}");
        assert!(page.body.contains(says), "{domain}: no “{says}” in {}", page.body);
        assert_eq!(page.body.contains("name=\"once_more\""), once_more, "{domain}: {}", crate::seen::text(&page.body));
    }
    assert_eq!(house.weather.writes(), writes, "nothing was sent");
    post("gmail.com", &[("sure", "gmail.com refuse"), ("once_more", "Gmail.com")]).await;
    assert_eq!(house.outcome("block_mail_domain").await, Some(Outcome::Succeeded));
    post("wave.example", &[("sure", "wave.example refuse")]).await;
    assert_eq!(house.outcome("block_mail_domain").await, Some(Outcome::Succeeded));

    let page = house.get(Some(&cookie), "/i/harbour/federation/email-domains").await.body;
    assert!(page.contains("3 pending sign-ups are covered."), "{page}");
    let to = "/i/harbour/signups?under=wave.example&decide=reject&all=yes";
    assert!(page.contains(&to.replace('&', "&amp;")), "{page}");
    let preview = house.get(Some(&cookie), to).await.body;
    assert!(preview.contains("Reject 3 sign-ups") && preview.contains("email at or below wave.example"), "{preview}");
    // Counted as the queue counts them.
    sqlx::query("update users set confirmed_at = null where email = 'p0@wave.example'")
        .execute(&house.instance)
        .await
        .unwrap();
    house.look().await;
    let page = house.get(Some(&cookie), "/i/harbour/federation/email-domains").await.body;
    assert!(page.contains("2 pending and 1 unconfirmed sign-ups are covered."), "{page}");
}

/// Form after form about addresses, as an owner sends them.
async fn set_address(house: &House, cookie: &str, network: &str, more: &[(&str, &str)]) -> Answered {
    let mut form = vec![
        ("instance", "harbour"),
        ("network", network),
        ("why", "a wave"),
        ("back", "/i/harbour/federation/ip-rules"),
    ];
    for default in [("severity", "sign_up_block"), ("until", "30")] {
        if !more.iter().any(|(key, _)| *key == default.0) {
            form.push(default);
        }
    }
    form.extend(more);
    house.post(Some(cookie), "/api/domains/address-set", &form).await
}

#[tokio::test]
async fn whom_an_address_rule_meets_is_said_before_and_those_who_wait_are_offered_after() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    people(&house, 0, 14, "@one.example", "192.0.2.9", false).await;
    // Members are known by where they signed up, …
    people(&house, 20, 3, "@one.example", "192.0.2.200", true).await;
    people(&house, 30, 3, "@elsewhere.example", "203.0.113.200", true).await;
    // … by a session, and by a sign-in that Mastodon keeps.
    for statement in [
        "insert into session_activations (session_id, user_id, ip, created_at, updated_at) \
         select 'a session', id, '192.0.2.77', now(), now() from users where email = 'p30@elsewhere.example'",
        "insert into login_activities (user_id, ip, success, created_at) \
         select id, '192.0.2.78', true, now() from users where email = 'p31@elsewhere.example'",
    ] {
        sqlx::query(statement).execute(&house.instance).await.unwrap();
    }
    let writes = house.weather.writes();
    for (network, says) in [
        ("192.0.2.0/24", "5 or more members signed up, signed in or have a session from this range"),
        (
            "192.0.2.0/24",
            "10 or more pending or unconfirmed sign-ups come from it; 10 or more sign-ups within the last 30 days",
        ),
        ("192.0.2.0/28", "Fewer than 5 members"),
        ("127.0.0.1", "your own IP address, 127.0.0.1"),
        ("10.1.0.0/16", "which no visitor has"),
        ("203.0.0.0/12", "very wide"),
    ] {
        let answer = set_address(&house, &cookie, network, &[]).await;
        let page = back(&house, &cookie, answer).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{network}");
        assert!(page.body.contains(says), "{network}: no “{says}” in {}", page.body);
    }
    assert_eq!(house.weather.writes(), writes, "nothing was sent");
    set_address(&house, &cookie, "192.0.2.0/24", &[("sure", "192.0.2.0/24 sign_up_block")]).await;
    assert_eq!(house.outcome("block_address").await, Some(Outcome::Succeeded));
    let id: i64 = sqlx::query_scalar("select id from ip_blocks where ip = '192.0.2.0/24'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let page = house.get(Some(&cookie), "/i/harbour/federation/ip-rules").await.body;
    assert!(page.contains("14 pending sign-ups are covered."), "{page}");
    let to = format!("/i/harbour/signups?rule={id}&decide=reject&all=yes");
    assert!(page.contains(&to.replace('&', "&amp;")), "{page}");
    let preview = house.get(Some(&cookie), &to).await.body;
    assert!(preview.contains("Reject 14 sign-ups") && preview.contains("signed up from 192.0.2.0/24"), "{preview}");
    // A network that is typed there finds nobody: addresses are not to be tried out.
    let tried = house.get(Some(&cookie), "/i/harbour/signups?rule=192.0.2.0%2F24").await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tried.body.contains("Enter the number of an IP rule"), "{}", tried.body);
    assert!(!tried.body.contains("/i/harbour/accounts/"), "{}", tried.body);
    // Whoever decides nothing about them is not told who they are, nor how many.
    let auditor = house.sign_in("auditor").await;
    let page = house.get(Some(&auditor), "/i/harbour/federation/ip-rules").await.body;
    assert!(page.contains("192.0.2.0/24") && !page.contains("covered"), "{page}");
    let page = house.get(Some(&auditor), &format!("/i/harbour/signups?rule={id}")).await.body;
    assert!(page.contains("0 of 0 shown") && !page.contains("192.0.2.0/24"), "{page}");
}

/// Nobody is found by trying networks: nobody and a few are the same, and no number is exact.
#[tokio::test]
async fn numbers_of_people_behind_an_address_tell_of_nobody() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    people(&house, 0, 1, "@one.example", "198.18.1.9", false).await;
    people(&house, 10, 4, "@one.example", "198.18.2.9", true).await;
    people(&house, 20, 5, "@one.example", "198.18.3.9", true).await;
    people(&house, 30, 1, "@one.example", "198.18.3.200", true).await;
    for network in ["198.18.1.9", "198.18.1.10", "198.18.2.0/24", "198.18.2.77"] {
        let answer = set_address(&house, &cookie, network, &[]).await;
        assert!(answer.location.as_deref().is_some_and(|to| to.contains("done=")), "{network}: {:?}", answer.location);
    }
    let said = async |network: &str| {
        let answer = set_address(&house, &cookie, network, &[]).await;
        let page = back(&house, &cookie, answer).await.body;
        let from = page.find("5 or more members").unwrap_or_else(|| panic!("{network}: {page}"));
        page[from..].split("Tick the box").next().unwrap().to_owned()
    };
    assert_eq!(said("198.18.3.9").await, said("198.18.3.0/24").await, "five and six");
}

/// What reaches further than the rule there is says so as a new one does: harsher, longer, or for good.
#[tokio::test]
async fn an_address_rule_made_harsher_or_longer_is_warned_of_as_a_new_one() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("owner").await;
    people(&house, 0, 20, "@one.example", "192.0.2.9", true).await;
    let id: i64 = sqlx::query_scalar(
        "insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at) \
         values ('192.0.2.0/24', 5500, '', now() + interval '10 days', now(), now()) returning id",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let now = async || -> AddressRule {
        let (severity, until): (i32, Option<i64>) = sqlx::query_as(
            "select severity, (extract(epoch from expires_at) * 1000)::bigint from ip_blocks where id = $1",
        )
        .bind(id)
        .fetch_one(&house.instance)
        .await
        .unwrap();
        AddressRule {
            severity: AddressSeverity::from_stored(severity).unwrap(),
            comment: String::new(),
            until: until.map(howdah::clock::Timestamp),
        }
    };
    for (severity, until, warned) in [
        ("sign_up_block", "keep", false),
        ("sign_up_block", "30", true),
        ("sign_up_block", "never", true),
        ("no_access", "keep", true),
        ("sign_up_requires_approval", "30", true),
        ("sign_up_requires_approval", "1", false),
    ] {
        let seen = serde_json::to_string(&(RuleNumber(id), Some(now().await))).unwrap();
        let form = [("severity", severity), ("until", until), ("seen", seen.as_str())];
        let answer = set_address(&house, &cookie, "192.0.2.0/24", &form).await;
        let to = answer.location.clone().unwrap();
        assert_eq!(to.contains("draft="), warned, "{severity} {until}: {to}");
        if warned {
            let page = back(&house, &cookie, answer).await.body;
            assert!(page.contains("20 or more members"), "{severity} {until}: {page}");
        }
    }
    // With the box ticked it is made all the same.
    let seen = serde_json::to_string(&(RuleNumber(id), Some(now().await))).unwrap();
    let form =
        [("severity", "no_access"), ("until", "never"), ("seen", seen.as_str()), ("sure", "192.0.2.0/24 no_access")];
    set_address(&house, &cookie, "192.0.2.0/24", &form).await;
    assert_eq!(house.outcome("change_address_block").await, Some(Outcome::Succeeded));
}

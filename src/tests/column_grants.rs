//! The console with exactly the grants it prints: nothing else can be read or written, and everything it shows and does works.

use crate::support::{self, Answered, House, Kept, NO_SANCTION, database, house_of, postgres, sqlite, until};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use howdah::{
    audit::service::outside_changes,
    cli,
    clock::Clock,
    config::Secret,
    context::App,
    http,
    invitations::service::chain,
    ledger::Outcome,
    mastodon::database::{Release, grants_sql, readable},
    seal::Keys,
};
use http_body_util::BodyExt;
use practice::version::Version;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tower::ServiceExt;

/// Columns that make whoever reads them somebody else, or open what was never meant for a console.
const NEVER: [(&str, &str); 24] = [
    ("accounts", "private_key"),
    ("accounts", "public_key"),
    ("keypairs", "private_key"),
    ("users", "encrypted_password"),
    ("users", "otp_secret"),
    ("users", "otp_backup_codes"),
    ("users", "reset_password_token"),
    ("users", "confirmation_token"),
    ("users", "sign_in_token"),
    ("users", "unconfirmed_email"),
    ("users", "consumed_timestep"),
    ("users", "encrypted_otp_secret"),
    ("session_activations", "session_id"),
    ("session_activations", "access_token_id"),
    ("oauth_access_tokens", "token"),
    ("oauth_access_tokens", "refresh_token"),
    ("oauth_access_grants", "token"),
    ("oauth_applications", "secret"),
    ("webhooks", "secret"),
    ("web_push_subscriptions", "key_auth"),
    ("web_push_subscriptions", "endpoint"),
    ("webauthn_credentials", "external_id"),
    ("webauthn_credentials", "public_key"),
    ("email_subscriptions", "confirmation_token"),
];

/// What is written, beside Mastodon's API: nothing more may be.
const WRITTEN: [(&str, &str, &[&str]); 6] = [
    ("insert", "settings", &["created_at", "updated_at", "value", "var"]),
    ("update", "settings", &["updated_at", "value"]),
    ("update", "users", &["role_id", "updated_at"]),
    (
        "insert",
        "admin_action_logs",
        &[
            "account_id",
            "action",
            "created_at",
            "human_identifier",
            "route_param",
            "target_id",
            "target_type",
            "updated_at",
        ],
    ),
    (
        "insert",
        "invites",
        &["autofollow", "code", "comment", "created_at", "expires_at", "max_uses", "updated_at", "user_id", "uses"],
    ),
    ("update", "invites", &["expires_at", "updated_at"]),
];

type Tables = BTreeMap<String, BTreeSet<String>>;

/// `name(4.4-)`, `name(-4.3)` or `name`, where the release has it.
fn in_release(word: &str, release: Release) -> Option<String> {
    let Some((name, range)) = word.split_once('(') else { return Some(word.to_owned()) };
    let (first, last) = range.trim_end_matches(')').split_once('-').unwrap();
    let bound = |text: &str| (!text.is_empty()).then(|| text.parse::<Release>().unwrap());
    let there = bound(first).is_none_or(|first| release >= first) && bound(last).is_none_or(|last| release <= last);
    there.then(|| name.to_owned())
}

/// Mastodon's tables in a release, with every column.
fn mastodon(release: Release) -> Tables {
    include_str!("columns.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (table, columns) = line.split_once(": ").unwrap();
            let columns = columns.split(' ').filter_map(|word| in_release(word, release)).collect();
            in_release(table, release).map(|table| (table, columns))
        })
        .collect()
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A role of this test's own with exactly what is printed for a release; its connection.
async fn granted(owner: &PgPool, url: &str, release: Release) -> (String, String) {
    let role = format!("r{:016x}", rand::random::<u64>());
    run(owner, &format!("create role {role} login")).await;
    run(owner, &grants_sql(release, &role)).await;
    let mut url: url::Url = url.parse().unwrap();
    url.set_username(&role).unwrap();
    (role, url.to_string())
}

/// The role goes with its grants, so that none is left on the server.
async fn forget(owner: &PgPool, role: &str) {
    run(owner, &format!("drop owned by {role}; drop role {role}")).await;
}

/// Whether a statement is allowed; any other trouble is the test's own.
async fn allowed(pool: &PgPool, sql: String) -> bool {
    match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(pool).await {
        Ok(_) => true,
        Err(error) => {
            let code = error.as_database_error().and_then(|inner| inner.code()).unwrap_or_default().into_owned();
            assert_eq!(code, "42501", "{sql}: {error}");
            false
        }
    }
}

/// What somebody can read, column by column, of these tables.
async fn read(pool: &PgPool, tables: &Tables) -> Tables {
    let mut found = Tables::new();
    for (table, columns) in tables {
        for column in columns {
            if allowed(pool, format!("select \"{column}\" from \"{table}\" limit 1")).await {
                found.entry(table.clone()).or_default().insert(column.clone());
            }
        }
    }
    found
}

fn wanted(release: Release) -> Tables {
    readable(release)
        .into_iter()
        .map(|(table, columns)| (table.to_owned(), columns.into_iter().map(str::to_owned).collect()))
        .collect()
}

/// The practice instance is what the tests read: in every release it has each column of the list, and none that Mastodon has
/// not there.
#[tokio::test]
async fn the_practice_instance_has_the_columns_of_every_release() {
    for (release, version) in Release::ALL.into_iter().zip(Version::ALL) {
        let pool = PgPool::connect(&database().await).await.unwrap();
        practice::schema::create_as(&pool, version).await.unwrap();
        let columns: Vec<(String, String)> = sqlx::query_as(
            // Not information_schema, which has no materialised views.
            "select c.relname::text, a.attname::text from pg_attribute a join pg_class c on c.oid = a.attrelid \
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 \
             and not a.attisdropped",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let mut there = Tables::new();
        for (table, column) in columns {
            there.entry(table).or_default().insert(column);
        }
        let beyond = |one: &Tables, other: &Tables| {
            let missing = |table: &String, column: &String| !other.get(table).is_some_and(|has| has.contains(column));
            one.iter()
                .flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)))
                .filter(|(table, column)| missing(table, column))
                .map(|(table, column)| format!("{table}.{column}"))
                .collect::<Vec<_>>()
        };
        let lacking = beyond(&wanted(release), &there);
        assert!(lacking.is_empty(), "the console reads on {release} what practice/schema lacks: {lacking:?}");
        let tables = mastodon(release);
        there.retain(|table, _| tables.contains_key(table));
        let made_up = beyond(&there, &tables);
        assert!(made_up.is_empty(), "practice/schema has what Mastodon {release} has not: {made_up:?}");
    }
}

/// Every column of every table there is, and every way of writing it, on every release.
#[tokio::test(flavor = "multi_thread")]
async fn exactly_what_is_listed_can_be_read_and_written_on_every_release() {
    for release in Release::ALL {
        let tables = mastodon(release);
        let url = database().await;
        let owner = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
        let mut made = String::new();
        for (table, columns) in &tables {
            let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\" text")).collect();
            made.push_str(&format!(
                "create table \"{table}\" ({}); create sequence {table}_id_seq;",
                columns.join(", ")
            ));
        }
        run(&owner, &made).await;
        let (role, theirs) = granted(&owner, &url, release).await;
        let console = PgPoolOptions::new().max_connections(1).connect(&theirs).await.unwrap();
        assert_eq!(read(&console, &tables).await, wanted(release), "{release}");
        for (table, column) in NEVER {
            if tables.get(table).is_some_and(|columns| columns.contains(column)) {
                let sql = format!("select \"{column}\" from \"{table}\"");
                assert!(!allowed(&console, sql).await, "{table}.{column} can be read on {release}");
            }
        }
        assert!(!allowed(&console, "select a from accounts a".to_owned()).await, "whole rows, keys and all");
        for (table, columns) in &tables {
            let mut written: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for column in columns {
                let insert = format!("insert into \"{table}\" (\"{column}\") select null where false");
                let update = format!("update \"{table}\" set \"{column}\" = null where false");
                for (verb, sql) in [("insert", insert), ("update", update)] {
                    if allowed(&console, sql).await {
                        written.entry(verb).or_default().push(column);
                    }
                }
            }
            let listed: BTreeMap<&str, Vec<&str>> = WRITTEN
                .into_iter()
                .filter(|(_, of, _)| of == table)
                .map(|(verb, _, columns)| (verb, columns.to_vec()))
                .collect();
            assert_eq!(written, listed, "{table} on {release}");
            let deleted = allowed(&console, format!("delete from \"{table}\" where false")).await;
            assert_eq!(deleted, table == "settings" && release == Release::V43, "deleting {table} on {release}");
            assert!(!allowed(&console, format!("truncate \"{table}\"")).await, "{table} on {release}");
        }
        console.close().await;
        // Run again, as after an upgrade: it takes back what was granted before.
        run(&owner, &format!("grant select on accounts to {role}")).await;
        run(&owner, &grants_sql(release, &role)).await;
        let again = PgPoolOptions::new().max_connections(1).connect(&theirs).await.unwrap();
        assert!(!allowed(&again, "select private_key from accounts".to_owned()).await, "{release}");
        again.close().await;
        forget(&owner, &role).await;
    }
}

/// A house whose console has what is printed for its release, and another console beside it that may do everything.
struct Two {
    house: House,
    free: (Arc<App>, Router),
    owner: String,
    role: String,
}

impl Two {
    async fn new(kept: Kept, version: Version, release: Release) -> Self {
        let mut house = house_of(kept, version).await;
        let free = (house.app.clone(), house.router.clone());
        let url = house.config.instances[0].database_url.expose().to_owned();
        // What Mastodon has and the practice instance does not is there too.
        let mut more = String::new();
        for (table, columns) in mastodon(release) {
            if !matches!(table.as_str(), "instances" | "user_ips") {
                more.push_str(&format!("create table if not exists \"{table}\" ();"));
                for column in columns {
                    more.push_str(&format!("alter table \"{table}\" add column if not exists \"{column}\" text;"));
                }
            }
        }
        run(&house.instance, &more).await;
        let (role, theirs) = granted(&house.instance, &url, release).await;
        house.config.instances[0].database_url = Secret::new(theirs);
        let keys = Keys::from_secret([7; 32]);
        house.app = cli::assemble(house.config.clone(), Clock::System, keys, house.store.store.clone()).unwrap();
        house.router = http::router(house.app.clone());
        let owner = house.sign_in("owner").await;
        let two = Self { house, free, owner, role };
        two.look().await;
        two
    }

    async fn look(&self) {
        for app in [&self.free.0, &self.house.app] {
            for instance in app.instances.values() {
                instance.probe(app.clock.now()).await;
                instance.open_reports.refresh(&instance.database, app.clock.now()).await;
                instance.signups.refresh(&instance.database, app.clock.now()).await;
                instance.appeals.refresh(&instance.database, app.clock.now()).await;
            }
        }
    }

    /// A page that both consoles show alike.
    async fn page(&self, path: &str) -> String {
        let ours = self.house.get(Some(&self.owner), path).await;
        assert_eq!(ours.status, StatusCode::OK, "{path}: {}", ours.body);
        let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, &self.owner);
        let freely = self.free.1.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let freely = freely.into_body().collect().await.unwrap().to_bytes();
        let (one, other) = (tame(&ours.body), tame(&String::from_utf8_lossy(&freely)));
        if one != other {
            let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
            let cut = |text: &str| {
                let part = &text.as_bytes()[at.saturating_sub(200).min(text.len())..text.len().min(at + 300)];
                String::from_utf8_lossy(part).into_owned()
            };
            panic!("{path} differs:\n{}\n---\n{}", cut(&one), cut(&other));
        }
        ours.body
    }

    /// A form of the owner's that is carried out.
    async fn does(&self, path: &str, fields: &[(&str, &str)], kind: &str) -> Answered {
        let form = [&[("instance", "harbour"), ("back", "/i/harbour"), ("why", "a reason of the tests")], fields];
        let answer = self.house.post(Some(&self.owner), path, &form.concat()).await;
        if self.house.outcome(kind).await != Some(Outcome::Succeeded) {
            let to = answer.location.clone().unwrap_or_default();
            let page = self.house.get(Some(&self.owner), &to).await;
            panic!("{kind} by {path}: {:?} {to} {} {}", self.house.outcome(kind).await, answer.body, page.body);
        }
        self.look().await;
        answer
    }

    async fn id(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar(sql).fetch_one(&self.house.instance).await.unwrap()
    }
}

/// What a page shows, without what is of the moment: numbers, the nonce and the mark of the answer.
fn tame(page: &str) -> String {
    let page = support::without_mark(page);
    let body = page.split_once("<body").map_or(page.as_str(), |(_, body)| body);
    let mut parts = body.split("nonce=\"");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    let mut tamed = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' if tamed.ends_with('#') => {}
            '0'..='9' => tamed.push('#'),
            c => tamed.push(c),
        }
    }
    // What is left of a token's calls is said while its five minutes run.
    tamed.replace(", # of # calls left", "")
}

/// What a hidden field of a form holds.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&").replace("&#x27;", "'")
}

/// Every page that reads from the instance.
async fn pages(two: &Two) {
    let windvane = two.id("select id::text from accounts where username = 'windvane'").await;
    let far = two.id("select id::text from accounts where domain is not null order by id limit 1").await;
    let waiting = two.id("select account_id::text from users where not approved order by id limit 1").await;
    let role = two.id("select id::text from user_roles where name = 'Moderator'").await;
    let name = two
        .id("select a.username::text from users u join accounts a on a.id = u.account_id where u.role_id is null \
             and u.approved and u.confirmed_at is not null order by a.id limit 1")
        .await;
    let domain = two.id("select domain::text from instances order by accounts_count desc limit 1").await;
    let invite = two.id("select id::text from invites order by uses desc limit 1").await;
    for page in [
        "".to_owned(),
        "/reports".to_owned(),
        "/reports?state=decided".to_owned(),
        format!("/reports/{windvane}"),
        "/accounts".to_owned(),
        "/accounts?state=suspended".to_owned(),
        format!("/accounts?role={role}"),
        "/accounts?origin=remote&name=a".to_owned(),
        format!("/accounts/{windvane}"),
        format!("/accounts/{far}"),
        "/search?q=wr".to_owned(),
        "/appeals".to_owned(),
        "/appeals?state=decided".to_owned(),
        "/signups".to_owned(),
        format!("/signups/{waiting}"),
        "/registrations".to_owned(),
        "/federation".to_owned(),
        "/federation/servers".to_owned(),
        format!("/federation/server?name={domain}"),
        "/federation/email-domains".to_owned(),
        "/federation/ip-rules".to_owned(),
        "/federation/imports".to_owned(),
        "/roles".to_owned(),
        format!("/roles/{role}"),
        format!("/roles/change?who={name}&role={role}"),
        "/invites".to_owned(),
        "/invites?state=usable".to_owned(),
        format!("/invites?owner={windvane}"),
        format!("/invites/{invite}"),
        "/access-requests".to_owned(),
        "/your-account".to_owned(),
        "/audit/instance".to_owned(),
        "/audit/instance?action=suspend".to_owned(),
    ] {
        two.page(&format!("/i/harbour{page}")).await;
    }
    for page in ["/audit", "/people", "/grants", "/grants/request"] {
        two.page(page).await;
    }
}

/// One of each deed that reads or writes the instance's database.
async fn deeds(two: &Two) {
    let (account, reports) = two.house.case("windvane").await;
    let case = [("account", account.as_str()), ("decision", "silence"), ("reports", &reports), ("state", NO_SANCTION)];
    two.does("/api/reports/decide", &[&case[..], &[("text", "Please read the rules.")]].concat(), "decide_case").await;
    two.does("/api/reports/reveal", &[("account", &account), ("what", "email")], "reveal").await;
    two.does("/api/accounts/note", &[("account", &account), ("text", "a note")], "write_note").await;
    two.does("/api/accounts/search", &[("q", "windvane@post.example")], "search_personal").await;
    two.does("/api/accounts/search", &[("q", "203.0.113.7")], "search_personal").await;
    for verdict in ["approve", "reject"] {
        let who = two
            .id("select account_id::text from users where not approved and confirmed_at is not null order by id limit 1")
            .await;
        two.does("/api/signups/decide", &[("who", &who), ("verdict", verdict)], "decide_sign_up").await;
    }
    let seen = hidden(&two.page("/i/harbour/registrations").await, "seen");
    let settings = [("mode", "none"), ("message", "Closed for a day."), ("seen", seen.as_str())];
    two.does("/api/registrations/set", &settings, "set_registrations").await;

    let role = two.id("select id::text from user_roles where name = 'Moderator'").await;
    let name = two
        .id("select a.username::text from users u join accounts a on a.id = u.account_id where u.role_id is null \
             and u.approved and not u.disabled and u.confirmed_at is not null and a.suspended_at is null order by a.id limit 1")
        .await;
    let look = two.page(&format!("/i/harbour/roles/change?who={name}&role={role}")).await;
    let (account, seen) = (hidden(&look, "account"), hidden(&look, "seen"));
    let assign = [("account", account.as_str()), ("role", role.as_str()), ("seen", seen.as_str())];
    two.does("/api/roles/assign", &assign, "assign_role").await;

    let issue = [("uses", "3"), ("term", "week"), ("comment", "for the choir")];
    two.does("/api/invitations/issue", &issue, "issue_invite").await;
    let invite = two.id("select max(id)::text from invites").await;
    two.does("/api/invitations/revoke", &[("invites", &invite)], "revoke_invite").await;

    two.does("/api/domains/set", &[("domain", "fresh.example"), ("severity", "silence")], "block_domain").await;
    two.does("/api/domains/mail-set", &[("domain", "junk.example")], "block_mail_domain").await;
    let address = [
        ("network", "203.0.113.9"),
        ("severity", "sign_up_block"),
        ("until", "1"),
        ("sure", "203.0.113.9 sign_up_block"),
    ];
    two.does("/api/domains/address-set", &address, "block_address").await;
}

/// The same pages, all deeds and the look for changes elsewhere, with what is granted and with everything.
async fn everything_works(kept: Kept, version: Version, release: Release) {
    let two = Two::new(kept, version, release).await;
    let url = two.house.config.instances[0].database_url.expose().to_owned();
    let console = PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    for (table, column) in NEVER {
        let there = mastodon(release).get(table).is_some_and(|columns| columns.contains(column));
        let sql = format!("select \"{column}\" from \"{table}\"");
        assert!(!there || !allowed(&console, sql).await, "{table}.{column} can be read");
    }
    assert_eq!(read(&console, &mastodon(release)).await, wanted(release));
    console.close().await;

    let overview = two.page("/i/harbour").await;
    assert!(!overview.contains("may not read") && overview.contains("read-only"), "{overview}");
    pages(&two).await;
    let instance = two.house.app.instances.values().next().unwrap();
    outside_changes::compare(&two.house.app, instance).await.unwrap();
    chain::look(&two.house.app, instance).await.unwrap();
    deeds(&two).await;
    two.look().await;
    pages(&two).await;
    outside_changes::compare(&two.house.app, instance).await.unwrap();
    for database in [&two.house.app, &two.free.0] {
        assert_eq!(database.instances.values().next().unwrap().health().not_granted, Vec::<String>::new());
    }
    forget(&two.house.instance, &two.role).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_deed_works_with_the_grants_of_4_6() {
    everything_works(sqlite().await, Version::V46, Release::V46).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_deed_works_with_the_grants_of_4_3() {
    everything_works(postgres().await, Version::V43, Release::V43).await;
}

/// What is not granted is named where an owner looks, with the line that grants it; what the console can do without reads as
/// if it were not there.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_is_named_with_its_grant() {
    let two = Two::new(sqlite().await, Version::V46, Release::V46).await;
    let role = &two.role;
    for (taken, named) in [
        ("collection_limit, require_2fa", "user_roles"),
        ("id, account_id, domain, content, created_at", "instance_moderation_notes"),
        ("options", "polls"),
        ("state", "quotes"),
        ("position", "collection_items"),
        ("title", "preview_cards"),
        ("urgent", "software_updates"),
    ] {
        run(&two.house.instance, &format!("revoke select ({taken}) on {named} from {role}")).await;
    }
    two.look().await;
    let overview = two.house.get(Some(&two.owner), "/i/harbour").await.body;
    crate::seen::dot_agrees(&overview);
    for said in [
        format!("grant select (require_2fa, collection_limit) on user_roles to {role};"),
        format!("grant select (id, account_id, domain, content, created_at) on instance_moderation_notes to {role};"),
        format!("grant select (urgent) on software_updates to {role};"),
    ] {
        assert!(overview.contains(&said), "“{said}” is not in {overview}");
    }
    let domain = two.id("select domain::text from instances order by accounts_count desc limit 1").await;
    for page in ["/roles", "/invites", "/federation/servers", &format!("/federation/server?name={domain}")] {
        let answer = two.house.get(Some(&two.owner), &format!("/i/harbour{page}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
    }
    // A case says itself which of what is reported cannot be read, and shows the rest.
    let lowwater = two.id("select id::text from accounts where username = 'lowwater'").await;
    let case = two.house.get(Some(&two.owner), &format!("/i/harbour/reports/{lowwater}")).await.body;
    assert!(case.contains("polls, quoted posts, link previews, collections can’t be shown"), "{case}");
    assert!(case.contains("lives above the bakery") && !case.contains("Let her swim"), "{case}");
    assert!(!case.contains("Out with the harbour master"), "{case}");
    // What may be left out of the grants is named at the form.
    for (taken, path, says) in [
        (
            "update (value) on settings",
            "registrations",
            "You can’t change registrations here: the console’s database role lacks rights; in the instance’s \
            PostgreSQL: grant update (value, updated_at) on settings",
        ),
        (
            "insert (code) on invites",
            "invites?new=yes",
            "You can’t create or deactivate invites here: the console’s database role lacks rights; in the \
            instance’s PostgreSQL: grant insert (user_id, code,",
        ),
    ] {
        run(&two.house.instance, &format!("revoke {taken} from {role}")).await;
        two.look().await;
        let page = two.house.get(Some(&two.owner), &format!("/i/harbour/{path}")).await.body;
        assert!(page.contains(says), "{says}: {page}");
    }
    // One that nothing goes without.
    run(&two.house.instance, &format!("revoke select (note) on accounts from {role}")).await;
    two.look().await;
    let overview = two.house.get(Some(&two.owner), "/i/harbour").await.body;
    let said = format!("the console may not read accounts.note; grant select (note) on accounts to {role};");
    assert!(overview.contains(&said), "“{said}” is not in {overview}");
    forget(&two.house.instance, role).await;
}

/// Nobody is kept from a decision by what only helps with it, and what cannot be read for want of a privilege is not to be tried
/// again in a moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_privilege_that_is_missing_is_told_as_such_and_takes_no_more_away_than_it_must() {
    let two = Two::new(sqlite().await, Version::V46, Release::V46).await;
    let role = &two.role;
    run(&two.house.instance, &format!("revoke select (title) on account_warning_presets from {role}")).await;
    two.look().await;
    let overview = two.house.get(Some(&two.owner), "/i/harbour").await.body;
    assert!(overview.contains(&format!("grant select (title) on account_warning_presets to {role};")), "{overview}");
    let account = two.id("select id::text from accounts where username = 'lowwater'").await;
    let case = two.house.get(Some(&two.owner), &format!("/i/harbour/reports/{account}?decide=warn")).await;
    assert_eq!(case.status, StatusCode::OK, "{}", case.body);
    assert!(case.body.contains("warning presets can’t be shown"), "{}", case.body);
    assert!(case.body.contains("Message to the user"), "{}", case.body);
    // What was known stays, with its age.
    run(&two.house.instance, &format!("revoke select (value) on settings from {role}")).await;
    two.look().await;
    let overview = two.house.get(Some(&two.owner), "/i/harbour").await.body;
    assert!(overview.contains("can’t be read since") && overview.contains("approval required?"), "{overview}");
    run(&two.house.instance, &format!("grant select (value) on settings to {role}")).await;
    run(&two.house.instance, &format!("revoke select (followers_count) on account_stats from {role}")).await;
    let case = two.house.get(Some(&two.owner), &format!("/i/harbour/reports/{account}")).await;
    assert_eq!(case.status, StatusCode::SERVICE_UNAVAILABLE, "{}", case.body);
    assert!(case.body.contains("howdah instance grants prints how"), "{}", case.body);
    assert!(!case.body.contains("Try again in a moment"), "{}", case.body);
    forget(&two.house.instance, role).await;
}

/// What was accepted and could not be read back is not “verified”: it is looked at until it can be read.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_back_is_not_said_to_be_verified() {
    let two = Two::new(sqlite().await, Version::V46, Release::V46).await;
    let (house, role) = (&two.house, &two.role);
    let (account, reports) = house.case("windvane").await;
    let taken = format!("revoke select (id) on admin_action_logs from {role}");
    house.weather.meanwhile(&house.instance, taken.leak());
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("why", "a reason"),
        ("back", "/i/harbour/reports"),
    ];
    let answer = house.post(Some(&two.owner), "/api/reports/decide", &form).await;
    let said = house.get(Some(&two.owner), &answer.location.unwrap()).await.body;
    assert!(said.contains("accepted, but the console can’t read whether it’s done"), "{said}");
    assert!(!said.contains("Done and verified"), "{said}");
    assert_eq!(house.outcome("decide_case").await, None);
    run(&house.instance, &format!("grant select (id) on admin_action_logs to {role}")).await;
    until("it is read", async || house.outcome("decide_case").await.is_some()).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    forget(&house.instance, role).await;
}

/// What is not granted, the page, what it says, what it must not say. `{}` names: `{case}`, `{account}` an account, `{invite}` an
/// invitation that `{account}` came with, `{role}` a role, `{domain}` a server, `{gone}` somebody who deleted themselves.
struct Untold {
    taken: &'static str,
    page: &'static str,
    says: &'static [&'static str],
    not: &'static [&'static str],
}

const DELETION: &str = "(requested_deletion_at) on accounts";
const DETAILS: &str = "(require_2fa, collection_limit) on user_roles";
const NOTES: &str = "(id, account_id, domain, content, created_at) on instance_moderation_notes";
const CHANGES: &str = "(recorded_changes) on admin_action_logs";
const NOT_KNOWN: &str = "not known whether deleted by its owner";

/// What not every release has, is there and is not granted: nobody is told that it is not so.
const UNTOLD: &[Untold] = &[
    Untold {
        taken: DELETION,
        page: "accounts?origin=local&name={gone}",
        says: &[NOT_KNOWN],
        not: &["marked as deleted"],
    },
    Untold {
        taken: DELETION,
        page: "accounts?state=deleted",
        says: &["Accounts deleted by their owner are not included"],
        not: &["@{gone}"],
    },
    Untold { taken: DELETION, page: "accounts?state=suspended", says: &[], not: &[NOT_KNOWN] },
    Untold { taken: DELETION, page: "search?q=win", says: &["@windvane", NOT_KNOWN], not: &[] },
    Untold { taken: DELETION, page: "reports/{case}", says: &[NOT_KNOWN], not: &["no limits"] },
    Untold { taken: DELETION, page: "accounts/{account}", says: &[NOT_KNOWN], not: &["no limits"] },
    Untold { taken: DELETION, page: "invites/{invite}", says: &[NOT_KNOWN], not: &["no limits"] },
    Untold {
        taken: DELETION,
        page: "invites?state=usable",
        says: &["not known whether its owner deleted the account"],
        not: &[],
    },
    Untold { taken: DELETION, page: "roles/{role}", says: &[NOT_KNOWN], not: &[] },
    Untold { taken: DELETION, page: "roles/change?who=windvane&role={role}", says: &[NOT_KNOWN], not: &[] },
    // Each column by itself.
    Untold {
        taken: DETAILS,
        page: "accounts?origin=local&name={gone}",
        says: &["marked as deleted"],
        not: &[NOT_KNOWN, "{grant}"],
    },
    Untold {
        taken: DETAILS,
        page: "roles/{role}",
        says: &["not known"],
        not: &["not available in this Mastodon release", "not required"],
    },
    Untold { taken: DETAILS, page: "roles", says: &["Whether a role wants a second factor is not known"], not: &[] },
    Untold {
        taken: DETAILS,
        page: "invites?state=usable",
        says: &["not known whether its owner lacks the second factor that the role may want"],
        not: &[],
    },
    Untold {
        taken: NOTES,
        page: "federation/server?name={domain}",
        says: &["Moderation notes", "What staff wrote about a server is not read"],
        not: &["No notes yet"],
    },
    Untold {
        taken: NOTES,
        page: "federation/servers",
        says: &["What staff wrote about a server is not read"],
        not: &[],
    },
    Untold { taken: CHANGES, page: "audit/instance", says: &["What a row changed is not read"], not: &[] },
];

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_not_known_and_never_no() {
    let two = Two::new(sqlite().await, Version::V47, Release::V47).await;
    let role = &two.role;
    let instance = &two.house.instance;
    let gone = "wren_gone";
    let invite = two.id("select max(id)::text from invites").await;
    run(
        instance,
        &format!(
            "insert into accounts (id, username, requested_deletion_at, created_at, updated_at) \
             values (777, '{gone}', now(), now(), now()); \
             insert into users (account_id, email, confirmed_at, approved, disabled, created_at, updated_at) \
             values (777, 'gone@post.example', now(), true, false, now(), now()); \
             update invites set uses = 9, max_uses = null, expires_at = null where id = {invite}; \
             update users set invite_id = {invite} where account_id = (select id from accounts where username = 'windvane' \
             and domain is null)"
        ),
    )
    .await;
    let names = [
        ("case", two.house.case("windvane").await.0),
        ("account", two.id("select id::text from accounts where username = 'lowwater'").await),
        ("invite", invite),
        ("role", two.id("select id::text from user_roles where name = 'Moderator'").await),
        ("domain", two.id("select domain::text from instances order by accounts_count desc limit 1").await),
        ("gone", gone.to_owned()),
    ];
    for untold in UNTOLD {
        run(instance, &format!("revoke select {} from {role}", untold.taken)).await;
        two.look().await;
        let grant = format!("grant select {} to {role};", untold.taken);
        let named = |text: &str| {
            let text =
                names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
            text.replace("{grant}", &grant)
        };
        let path = named(untold.page);
        let answer = two.house.get(Some(&two.owner), &format!("/i/harbour/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        let said = crate::seen::text(&answer.body);
        for says in untold.says {
            assert!(said.contains(&named(says)), "{path}: “{}” is not in {said}", named(says));
        }
        for not in untold.not {
            assert!(!said.contains(&named(not)), "{path}: “{}” is in {said}", named(not));
        }
        if !untold.says.is_empty() && !untold.not.contains(&"{grant}") {
            assert_eq!(said.matches(&grant).count(), 1, "{path}: {grant} once: {said}");
        }
        run(instance, &format!("grant select {} to {role}", untold.taken)).await;
    }
    // With everything granted, the same pages are as sure as they were.
    two.look().await;
    for untold in UNTOLD {
        let path = names
            .iter()
            .fold(untold.page.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
        let said = crate::seen::text(&two.house.get(Some(&two.owner), &format!("/i/harbour/{path}")).await.body);
        for not in [NOT_KNOWN, "grant select", "not known whether"] {
            assert!(!said.contains(not), "{path}: “{not}” is in {said}");
        }
    }
    forget(instance, role).await;
}

//! What changes on an instance without this console is noticed, once, and nothing else is.

use crate::pages::Statements;
use crate::support::{House, Kept, NO_SANCTION, house, house_of, postgres, sqlite, until};
use howdah::{
    audit::service::outside_changes::{self, Trouble},
    cli,
    clock::{Clock, MINUTE},
    context::App,
    id::InstanceName,
    ledger::{Entry, Filter},
    mastodon::database::WatchedPart,
    seal::Keys,
    store::{Driver, Store, snapshots},
};
use practice::version::Version;
use std::sync::Arc;

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

async fn run(house: &House, sql: &'static str) {
    sqlx::query(sql).execute(&house.instance).await.unwrap();
}

pub async fn compare(app: &Arc<App>) -> usize {
    outside_changes::compare(app, app.instances.values().next().unwrap()).await.unwrap()
}

/// What was noticed, newest first.
async fn noticed(app: &App) -> Vec<Entry> {
    let filter = Filter { kind: Some("changed_elsewhere".into()), limit: 500, ..Filter::default() };
    app.ledger.list(&filter).await.unwrap()
}

async fn said(app: &App) -> Vec<String> {
    noticed(app)
        .await
        .iter()
        .map(|entry| entry.document.as_ref().unwrap()["said"].as_str().unwrap().to_owned())
        .collect()
}

/// Another process over the same store.
fn another(house: &House) -> Arc<App> {
    let (config, keys) = (house.config.clone(), Keys::from_secret([7; 32]));
    cli::assemble(config, Clock::System, keys, house.store.store.clone()).unwrap()
}

/// Everything the store holds, as text.
async fn dump(store: &Store) -> String {
    let tables = ["ledger_entries", "snapshots", "ledger_keys"];
    let mut text = String::new();
    for table in tables {
        let rows: Vec<String> = match &store.driver {
            Driver::Sqlite(pool) => {
                let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info($1)")
                    .bind(table)
                    .fetch_all(pool)
                    .await
                    .unwrap();
                let columns = columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ");
                sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select {columns} from {table}")))
                    .fetch_all(pool)
                    .await
                    .unwrap()
            }
            Driver::Postgres(pool) => sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t::text from {table} t")))
                .fetch_all(pool)
                .await
                .unwrap(),
        };
        text.push_str(&rows.join("\n"));
    }
    text
}

async fn a_change_is_noticed_once(kept: Kept) {
    let house = house(kept).await;
    run(&house, "update settings set value = E'--- open\\n' where var = 'registrations_mode'").await;
    assert_eq!(compare(&house.app).await, 0, "the first look makes no entry");
    assert_eq!(compare(&house.app).await, 0);
    run(&house, "update settings set value = E'--- approved\n' where var = 'registrations_mode'").await;
    run(&house, "insert into settings (var, value) values ('site_contact_username', E'--- canaryname\n')").await;
    run(&house, "insert into domain_blocks (domain, severity, created_at, updated_at) values ('canary.example', 1, now(), now())").await;
    run(&house, "update user_roles set permissions = permissions | 64 where name = 'Moderator'").await;
    run(
        &house,
        "update users set role_id = (select id from user_roles where name = 'Moderator') \
         where account_id = (select id from accounts where username = 'windvane')",
    )
    .await;
    run(
        &house,
        "insert into email_domain_blocks (domain, created_at, updated_at) values ('canary-mail.example', now(), now())",
    )
    .await;
    run(&house, "insert into ip_blocks (ip, severity, comment, created_at, updated_at) values ('198.51.100.0/24', 9999, '', now(), now())").await;
    run(&house, "insert into domain_allows (domain, created_at, updated_at) values ('friend.example', now(), now())")
        .await;
    // Touched, and the same.
    run(&house, "update settings set updated_at = now()").await;
    assert_eq!(compare(&house.app).await, 8, "{:?}", said(&house.app).await);
    assert_eq!(compare(&house.app).await, 0);
    assert_eq!(compare(&another(&house)).await, 0, "another process sees it was noticed");
    let said = said(&house.app).await;
    for clause in [
        "registrations mode changed from open to approved (Mastodon does this itself after a week without an \
        active moderator)",
        "site contact username changed from not set to canaryname",
        "a domain block for canary.example was created: suspended",
        "role Moderator changed: it may now Manage Settings",
        "@windvane went from no role to Moderator",
        "an email domain block for canary-mail.example was created: sign-ups blocked",
        "an IP rule for 198.51.100.0/24 was created: block access",
        "friend.example was allowed",
    ] {
        assert!(said.iter().any(|own| own == clause), "{clause}: {said:#?}");
    }
    let dump = dump(&house.app.store).await;
    assert!(dump.contains("changed_elsewhere") && dump.contains("email_domain_blocks"));
    for secret in ["canary", "windvane", "198.51.100", "approved"] {
        assert!(!dump.contains(secret), "{secret} stands in clear");
    }
    assert!(house.app.ledger.verify(&[]).await.unwrap().holds());

    // Whoever reads the record finds it, where it is about the thing as well.
    let owner = house.sign_in("owner").await;
    let list = house.get(Some(&owner), "/audit?kind=changed_elsewhere").await.body;
    assert!(!list.contains("somebody outside") && list.contains("outside the console, between"), "{list}");
    let entry = noticed(&house.app).await.into_iter().find(|entry| entry.leaf["facts"]["part"] == "roles").unwrap();
    let page = house.get(Some(&owner), &format!("/audit/{}", entry.index)).await.body;
    assert!(page.contains("Before and after") && page.contains("Manage Settings"), "{page}");
    let registrations = house.get(Some(&owner), "/i/harbour/registrations").await.body;
    assert!(registrations.contains("registrations mode changed from open to approved"), "{registrations}");
    assert!(registrations.contains("noticed outside the console"), "{registrations}");
    let server = house.get(Some(&owner), "/i/harbour/federation/server?name=canary.example").await.body;
    assert!(server.contains("a domain block for canary.example was created"), "{server}");
    let overview = house.get(Some(&owner), "/i/harbour").await.body;
    assert!(
        overview.contains("Changed outside the console, last 24 hours")
            && crate::seen::text(&overview).contains("Outside changeschecked"),
        "{overview}"
    );
    let moderator = house.sign_in("moderator").await;
    let overview = house.get(Some(&moderator), "/i/harbour").await.body;
    assert!(!overview.contains("Changed outside the console"), "for those who read the record");
}

#[tokio::test]
async fn a_change_is_noticed_once_on_sqlite() {
    a_change_is_noticed_once(sqlite().await).await;
}

#[tokio::test]
async fn a_change_is_noticed_once_on_postgres() {
    a_change_is_noticed_once(postgres().await).await;
}

#[tokio::test]
async fn two_processes_and_one_that_died_before_it_kept_what_it_saw_make_one_entry() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        compare(&house.app).await;
        run(&house, "update settings set value = E'--- none\n' where var = 'registrations_mode'").await;
        let processes = [another(&house), another(&house), house.app.clone()];
        let looks = processes.iter().map(|app| {
            tokio::spawn({
                let app = app.clone();
                async move { compare(&app).await }
            })
        });
        for look in looks.collect::<Vec<_>>() {
            look.await.unwrap();
        }
        assert_eq!(noticed(&house.app).await.len(), 1);
        // A process that recorded and died before it kept the look: whoever looks next compares with the former one.
        run(&house, "update settings set value = E'--- open\n' where var = 'registrations_mode'").await;
        let before = snapshots::read(&house.app.store, &harbour(), "settings").await;
        let (before, rows) = (
            before.unwrap().unwrap(),
            snapshots::rows(&house.app.store, &house.app.keys, &harbour(), "settings").await.unwrap(),
        );
        assert_eq!(compare(&house.app).await, 1);
        let now = snapshots::read(&house.app.store, &harbour(), "settings").await;
        let at = now.unwrap().unwrap().taken_at;
        let (app, name) = (&house.app, harbour());
        let put_back =
            snapshots::keep(&app.store, &app.keys, &name, "settings", Some(at), &before, rows.as_deref()).await;
        assert!(put_back.unwrap());
        compare(&another(&house)).await;
        assert_eq!(noticed(&house.app).await.len(), 2, "the same change of the same time is recorded once");
    }
}

/// What was kept, changed by whoever holds the store, tells nothing: neither what it never was, nor that nothing changed.
#[tokio::test]
async fn what_was_kept_is_believed_as_it_was_kept_alone() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        compare(&house.app).await;
        let store = house.app.store.clone();
        let sql = async |text: &str| crate::support::sql(&store, text).await.unwrap();
        sql("create table former as select * from snapshots where part = 'settings'").await;
        run(&house, "update settings set value = E'--- none\n' where var = 'registrations_mode'").await;
        assert_eq!(compare(&house.app).await, 1);
        for change in [
            // The rows of before under the newest columns.
            "update snapshots set sealed = (select sealed from former), hash = (select hash from former) where part = 'settings'",
            "update snapshots set taken_at = taken_at - 86400000 where part = 'settings'",
            "update snapshots set mac = null where part = 'settings'",
            // As if there had been too many to keep.
            "update snapshots set sealed = null where part = 'settings'",
        ] {
            let before = said(&house.app).await.len();
            sql(change).await;
            assert!(store.refused().await.unwrap().iter().any(|row| row.row.contains("harbour settings")), "{change}");
            assert_eq!(compare(&house.app).await, 1, "{change}");
            let said = said(&house.app).await;
            assert_eq!(said.len(), before + 1);
            assert!(said[0].contains("what changed there is not known"), "{change}: {said:#?}");
            assert_eq!(store.refused().await.unwrap(), []);
            assert_eq!(compare(&house.app).await, 0, "{change}");
        }
    }
}

/// A part in the form of before its rows were part of the code is believed until all are proved anew, and never again after.
#[tokio::test]
async fn a_former_form_is_believed_until_the_record_says_that_it_is_over() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        house.app.ledger.seal_rows_once().await.unwrap();
        compare(&house.app).await;
        let store = house.app.store.clone();
        let sql = async |text: &str| crate::support::sql(&store, text).await.unwrap();
        let read = async || snapshots::read(&store, &harbour(), "settings").await.unwrap().unwrap();
        let kept = read().await;
        let former = house.app.keys.row_mac(
            "snapshots",
            &[
                "harbour".into(),
                "settings".into(),
                kept.taken_at.0.into(),
                kept.number.into(),
                kept.hash.as_str().into(),
                0i64.into(),
            ],
        );
        let put = format!("update snapshots set mac = '{former}' where part = 'settings'");
        sql(&put).await;
        assert!(read().await.holds, "an update of the console makes nothing of it unknown");
        // A start that ended between, and the next.
        assert_eq!(snapshots::prove_former(&store).await.unwrap(), 1);
        sql(&put).await;
        assert!(read().await.holds, "nothing says yet that it is done");
        assert_eq!(house.app.ledger.prove_snapshots_once().await.unwrap(), Some(1));
        assert!(read().await.holds);
        assert_eq!(house.app.ledger.prove_snapshots_once().await.unwrap(), None, "once");
        sql(&put).await;
        assert!(!read().await.holds, "a former copy that was put back");
        assert!(store.refused().await.unwrap().iter().any(|row| row.row.contains("harbour settings")));
        let report = house.app.ledger.verify(&[]).await.unwrap().lines();
        assert!(report.iter().any(|line| line.contains("harbour settings was changed")), "{report:?}");
    }
}

/// What an older version kept without a proof is proved by a start that an earlier one, killed in between, left it to; and not
/// once the record says that it is done, whatever notes are put back.
#[tokio::test]
async fn a_start_that_was_killed_before_all_was_proved_is_gone_on_with() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        house.app.ledger.seal_rows_once().await.unwrap();
        compare(&house.app).await;
        let store = house.app.store.clone();
        let sql = async |text: &str| crate::support::sql(&store, text).await.unwrap();
        let holds = async || snapshots::read(&store, &harbour(), "settings").await.unwrap().unwrap().holds;
        let rows = house.app.keys.seal_text("snapshot", "harbour settings", "{}").unwrap();
        let unproved = format!("update snapshots set mac = null, sealed = '{rows}' where part = 'settings'");
        sql(&unproved).await;
        store.migrate().await.unwrap();
        assert!(!holds().await, "nothing says that this store is of that time");
        store.proving_becomes_due().await.unwrap();
        sql("create table notes as select * from sealing_due").await;
        store.migrate().await.unwrap();
        assert!(holds().await);
        assert_eq!(house.app.ledger.prove_snapshots_once().await.unwrap(), Some(0));
        sql(&unproved).await;
        sql("insert into sealing_due select * from notes").await;
        store.migrate().await.unwrap();
        assert!(!holds().await, "what was due once is due no more");
    }
}

#[tokio::test]
async fn one_process_looks_each_five_minutes_and_again_soon_after_trouble() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let clock = Clock::set(house.app.clock.now());
        let app = |config: howdah::config::Config| {
            cli::assemble(config, clock.clone(), Keys::from_secret([7; 32]), house.store.store.clone()).unwrap()
        };
        let (one, two) = (app(house.config.clone()), app(house.config.clone()));
        let turn = async |app: &Arc<App>| outside_changes::take_turn(app, app.instances.values().next().unwrap()).await;
        let taken = tokio::join!(turn(&one), turn(&two));
        let taken = [taken.0.unwrap(), taken.1.unwrap()];
        assert_eq!(taken.iter().flatten().count(), 1, "one of two");
        assert_eq!(turn(&one).await.unwrap(), None, "not yet");
        clock.advance(5 * MINUTE);
        run(&house, "update settings set value = E'--- none\n' where var = 'registrations_mode'").await;
        // The database is away: nothing is lost, it is tried again.
        let mut away = house.config.clone();
        away.instances[0].database_url = howdah::config::Secret::new("postgres://127.0.0.1:1/nowhere".to_owned());
        assert!(matches!(turn(&app(away)).await, Err(Trouble::Instance(_))));
        assert_eq!(turn(&two).await.unwrap(), None);
        clock.advance(MINUTE / 2);
        assert_eq!(turn(&two).await.unwrap(), Some(1));
        let entry = noticed(&two).await.remove(0);
        let at = |key: &str| entry.leaf["facts"][key].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(at("to") - at("from"), 5 * MINUTE + MINUTE / 2, "compared with the last look there was");
    }
}

#[tokio::test]
async fn what_we_did_ourselves_and_what_came_back_is_nothing() {
    let house = house(sqlite().await).await;
    compare(&house.app).await;
    let owner = house.sign_in("owner").await;
    let stored: Vec<Option<String>> = sqlx::query_scalar("select value from settings where var = 'registrations_mode'")
        .fetch_all(&house.instance)
        .await
        .unwrap();
    let message: Vec<Option<String>> =
        sqlx::query_scalar("select value from settings where var = 'closed_registrations_message'")
            .fetch_all(&house.instance)
            .await
            .unwrap();
    let seen = serde_json::to_string(&(&stored, &message)).unwrap();
    let form = [
        ("instance", "harbour"),
        ("mode", "none"),
        ("message", "We are full."),
        ("why", "a wave"),
        ("seen", seen.as_str()),
    ];
    let done = house.post(Some(&owner), "/api/registrations/set", &form).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let seen = "";
    let rule = [
        ("instance", "harbour"),
        ("domain", "ours.example"),
        ("severity", "silence"),
        ("reject_media", "yes"),
        ("public_comment", "spam"),
        ("why", "spam"),
        ("seen", seen),
    ];
    let done = house.post(Some(&owner), "/api/domains/set", &rule).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let mail =
        [("instance", "harbour"), ("domain", "ours-mail.example"), ("why", "spam"), ("review", "yes"), ("seen", "")];
    let done = house.post(Some(&owner), "/api/domains/mail-set", &mail).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    let address = [
        ("instance", "harbour"),
        ("network", "203.0.113.9"),
        ("severity", "no_access"),
        ("until", "7"),
        ("why", "spam"),
        ("seen", ""),
    ];
    let done = house.post(Some(&owner), "/api/domains/address-set", &address).await.location.unwrap();
    assert!(done.contains("done="), "{done}");
    // Changed, and changed back.
    run(&house, "update user_roles set permissions = permissions | 64 where name = 'Moderator'").await;
    run(&house, "update user_roles set permissions = permissions & ~64::bigint where name = 'Moderator'").await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    // Ours, and changed by somebody else after it.
    run(&house, "update settings set value = E'--- open\n' where var = 'registrations_mode'").await;
    run(&house, "update domain_blocks set severity = 1 where domain = 'ours.example'").await;
    // An address rule that runs out is taken away by Mastodon itself.
    run(&house, "insert into ip_blocks (ip, severity, comment, expires_at, created_at, updated_at) values ('198.51.100.7', 9999, '', now() at time zone 'utc' + interval '1 second', now(), now())").await;
    assert_eq!(compare(&house.app).await, 3);
    assert_eq!(said(&house.app).await[2], "registrations mode changed from none to open");
    until("the address rule has run out", async || {
        sqlx::query_scalar(
            "select bool_and(expires_at < now() at time zone 'utc') from ip_blocks where ip = '198.51.100.7'",
        )
        .fetch_one(&house.instance)
        .await
        .unwrap()
    })
    .await;
    run(&house, "delete from ip_blocks where ip = '198.51.100.7'").await;
    assert_eq!(compare(&house.app).await, 0);
}

/// A network has one form everywhere, whatever bits of a host SQL left in its row: what the console does about it is its own.
#[tokio::test]
async fn a_rule_with_bits_of_a_host_is_known_as_ours_once_we_change_or_lift_it() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    assert_eq!(compare(&house.app).await, 0);
    run(
        &house,
        "insert into ip_blocks (ip, severity, comment, created_at, updated_at) \
         values ('192.0.2.77/24', 5500, '', now(), now()), ('2001:db8:1::7/48', 5500, '', now(), now())",
    )
    .await;
    assert_eq!(compare(&house.app).await, 2, "made by SQL");
    let mut before = said(&house.app).await;
    before.sort();
    assert_eq!(
        before,
        [
            "an IP rule for 192.0.2.0/24 was created: block sign-ups",
            "an IP rule for 2001:db8:1::/48 was created: block sign-ups"
        ]
    );
    for network in ["192.0.2.0/24", "2001:db8:1::/48"] {
        let id: i64 = sqlx::query_scalar("select id from ip_blocks where network(ip) = $1::inet")
            .bind(network)
            .fetch_one(&house.instance)
            .await
            .unwrap();
        let rule = |severity: &str| format!(r#"["{id}",{{"severity":"{severity}","comment":"","until":null}}]"#);
        // It is not made a second time.
        let again = [
            ("instance", "harbour"),
            ("network", network),
            ("severity", "sign_up_block"),
            ("why", "spam"),
            ("back", "/i/harbour/federation/ip-rules"),
        ];
        let page = house.sent(&owner, "/api/domains/address-set", &again).await.body;
        assert!(page.contains(&format!("There already is an IP rule for {network}")), "{page}");
        let seen = rule("sign_up_block");
        let milder = [
            ("instance", "harbour"),
            ("network", network),
            ("severity", "sign_up_requires_approval"),
            ("until", "never"),
            ("why", "milder"),
            ("seen", seen.as_str()),
        ];
        let done = house.post(Some(&owner), "/api/domains/address-set", &milder).await.location.unwrap();
        assert!(done.contains("done="), "{done}");
        assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
        let seen = rule("sign_up_requires_approval");
        let lift = [("instance", "harbour"), ("network", network), ("why", "gone"), ("seen", seen.as_str())];
        let done = house.post(Some(&owner), "/api/domains/address-lift", &lift).await.location.unwrap();
        assert!(done.contains("done="), "{done}");
        assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    }
}

/// Two rules for one network, which bits of a host allow: each is told by itself, ours is no news, and what somebody else does
/// to the other at the same time is.
#[tokio::test]
async fn of_two_rules_for_one_network_each_is_told_by_itself() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    assert_eq!(compare(&house.app).await, 0);
    let make = async |ip: &str, severity: i32| -> i64 {
        sqlx::query_scalar(
            "insert into ip_blocks (ip, severity, comment, created_at, updated_at) values ($1::inet, $2, '', now(), now()) returning id",
        )
        .bind(ip)
        .bind(severity)
        .fetch_one(&house.instance)
        .await
        .unwrap()
    };
    let lift = async |id: i64, severity: &str| {
        let seen = format!(r#"["{id}",{{"severity":"{severity}","comment":"","until":null}}]"#);
        let form = [("instance", "harbour"), ("network", "10.1.2.0/24"), ("why", "gone"), ("seen", seen.as_str())];
        let done = house.post(Some(&owner), "/api/domains/address-lift", &form).await.location.unwrap();
        assert!(done.contains("done="), "{done}");
    };
    let (milder, harsher) = (make("10.1.2.3/24", 5500).await, make("10.1.2.0/24", 9999).await);
    assert_eq!(compare(&house.app).await, 2, "{:?}", said(&house.app).await);
    let mut made = said(&house.app).await;
    made.sort();
    assert_eq!(
        made,
        [
            "an IP rule for 10.1.2.0/24 was created: block access",
            "an IP rule for 10.1.2.0/24 was created: block sign-ups"
        ]
    );
    // The harsher is lifted here, and later the other.
    lift(harsher, "no_access").await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    let harsher = make("10.1.2.0/24", 9999).await;
    assert_eq!(compare(&house.app).await, 1);
    lift(milder, "sign_up_block").await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    // One is lifted here and one elsewhere, between two looks: ours explains ours alone.
    let milder = make("10.1.2.3/24", 5500).await;
    assert_eq!(compare(&house.app).await, 1);
    lift(milder, "sign_up_block").await;
    sqlx::query("delete from ip_blocks where id = $1").bind(harsher).execute(&house.instance).await.unwrap();
    assert_eq!(compare(&house.app).await, 1);
    assert_eq!(said(&house.app).await[0], "the IP rule for 10.1.2.0/24 was deleted (block access)");
    // Two alike are two, and both being lifted elsewhere is two entries; one made anew as it was is none.
    make("10.1.2.3/24", 5500).await;
    make("10.1.2.4/24", 5500).await;
    assert_eq!(compare(&house.app).await, 2);
    run(&house, "delete from ip_blocks where ip = '10.1.2.4/24'").await;
    make("10.1.2.4/24", 5500).await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    // Ours is the one that we lift, though the other says the same.
    let older: i64 = sqlx::query_scalar("select min(id) from ip_blocks where network(ip) = '10.1.2.0/24'")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    lift(older, "sign_up_block").await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
    make("10.1.2.3/24", 5500).await;
    assert_eq!(compare(&house.app).await, 1);
    run(&house, "update ip_blocks set severity = 9999 where ip = '10.1.2.4/24'").await;
    assert_eq!(compare(&house.app).await, 1);
    assert_eq!(said(&house.app).await[0], "the IP rule for 10.1.2.0/24 changed from block sign-ups to block access");
    run(&house, "delete from ip_blocks where network(ip) = '10.1.2.0/24'").await;
    assert_eq!(compare(&house.app).await, 2);
}

#[tokio::test]
async fn very_many_changes_are_said_together_and_twenty_thousand_rules_are_cheap() {
    let house = house(sqlite().await).await;
    run(
        &house,
        "insert into domain_blocks (domain, severity, public_comment, created_at, updated_at) \
         select 'd' || n || '.example', 1, 'a comment of some length, as lists have them', now(), now() from generate_series(1, 20000) n",
    )
    .await;
    let statements = Statements::default();
    let _counting = statements.count();
    let looked = async |found: usize| {
        statements.taken();
        assert_eq!(compare(&house.app).await, found);
        statements.taken()
    };
    let (first, unchanged) = (looked(0).await, looked(0).await);
    assert!(unchanged > 0, "they are counted");
    assert_eq!(first, unchanged + WatchedPart::ALL.len(), "the rows of a part are one statement, however many");
    run(&house, "update domain_blocks set severity = 0 where domain = 'd7.example'").await;
    assert_eq!(looked(1).await, unchanged + 1, "the rows of the one part that changed, and of no other");
    assert_eq!(said(&house.app).await[0], "the domain block for d7.example changed from suspended to limited");
    run(&house, "delete from domain_blocks where domain like 'd1%.example'").await;
    assert_eq!(compare(&house.app).await, 201);
    let rest = said(&house.app).await.remove(0);
    assert_eq!(rest, "10,911 more changes among domain blocks, too many to list");
}

#[tokio::test]
async fn a_part_that_is_too_large_says_so_and_still_tells_that_it_changed() {
    let house = house(sqlite().await).await;
    run(&house, "insert into settings (var, value) select 'v' || n, 'x' from generate_series(1, 1200) n").await;
    assert_eq!(compare(&house.app).await, 0);
    run(&house, "update settings set value = 'y' where var = 'v7'").await;
    assert_eq!(compare(&house.app).await, 1);
    let said = said(&house.app).await.remove(0);
    assert!(said.starts_with("something changed among 1,2") && said.contains("too many to say what"), "{said}");
    assert_eq!(compare(&house.app).await, 0);
    let owner = house.sign_in("owner").await;
    let overview = house.get(Some(&owner), "/i/harbour").await.body;
    assert!(overview.contains("settings are too many to say which changed"), "{overview}");
}

/// Sanctions that nobody of ours made, with what Mastodon's log says of them, and none of our own.
#[tokio::test]
async fn sanctions_made_elsewhere_are_entries_with_the_likely_cause() {
    // (release, how its owner deletes an account, what is said of it)
    for (version, deletes, said_of_it) in [
        (
            Version::V46,
            "update accounts set suspended_at = now() at time zone 'utc', suspension_origin = 0 where username = 'sandpiper9' and domain is null",
            "@sandpiper9 was deleted, or its data was, by its owner or from the command line: not in Mastodon’s \
            audit log, and no login is left",
        ),
        (
            Version::V47,
            "update accounts set requested_deletion_at = now() at time zone 'utc' where username = 'sandpiper9' and domain is null",
            "@sandpiper9 was deleted, or its data was, by its owner or from the command line: not in Mastodon’s \
            audit log, and no login is left",
        ),
    ] {
        let house = house_of(sqlite().await, version).await;
        run(&house, "update accounts set username = 'sandpiper9' where id = (select a.id from accounts a join users u on u.account_id = a.id \
            where u.role_id is null and u.approved and a.domain is null and a.suspended_at is null order by a.id desc limit 1)").await;
        house.look().await;
        assert_eq!(compare(&house.app).await, 0, "{version:?}");
        // Ours is no news.
        let owner = house.sign_in("owner").await;
        let (account, reports) = house.case("windvane").await;
        let fields = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("unread", "0"),
            ("state", NO_SANCTION),
            ("why", "spam"),
            ("text", "Please stop."),
            ("back", "/i/harbour"),
        ];
        let decided = house.post(Some(&owner), "/api/reports/decide", &fields).await;
        assert!(decided.location.is_some_and(|to| to.contains("done=")), "{version:?}");
        assert_eq!(compare(&house.app).await, 0, "{version:?}: {:?}", said(&house.app).await);
        // Staff in Mastodon, SQL, and an owner.
        run(&house, "update accounts set sensitized_at = now() at time zone 'utc' where username = 'windvane' and domain is null").await;
        run(&house, "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
            select (select a.id from accounts a join users u on u.account_id = a.id where u.role_id is not null order by a.id limit 1), \
            'sensitive', 'Account', id, username, now() at time zone 'utc', now() at time zone 'utc' from accounts where username = 'windvane' and domain is null").await;
        run(&house, "update users set disabled = true where account_id = (select id from accounts where username = 'windvane' and domain is null)").await;
        run(&house, deletes).await;
        run(
            &house,
            "delete from users where account_id = (select id from accounts where username = 'sandpiper9' and domain is null)",
        )
        .await;
        assert_eq!(compare(&house.app).await, 3, "{version:?}: each once: {:#?}", said(&house.app).await);
        let noted = said(&house.app).await;
        let by: String = sqlx::query_scalar("select a.username::text from accounts a join users u on u.account_id = a.id where u.role_id is not null order by a.id limit 1")
            .fetch_one(&house.instance)
            .await
            .unwrap();
        for clause in [
            format!("@windvane had all media marked as sensitive, by @{by} in Mastodon"),
            "@windvane was frozen, from the command line, in the database or by Mastodon itself: not in its audit \
            log"
            .to_owned(),
            said_of_it.to_owned(),
        ] {
            assert!(noted.contains(&clause), "{version:?}: {clause}: {noted:#?}");
        }
        assert_eq!(compare(&house.app).await, 0, "{version:?}: once");
        run(&house, "update users set disabled = false where account_id = (select id from accounts where username = 'windvane' and domain is null)").await;
        assert_eq!(compare(&house.app).await, 1, "{version:?}");
        assert!(said(&house.app).await[0].starts_with("@windvane is no longer frozen"), "{version:?}");
    }
}

/// Whoever is deleted takes their rows of Mastodon's log along: said once, with how many and of when.
#[tokio::test]
async fn rows_that_are_gone_from_mastodons_log_are_counted_and_dated() {
    let house = house(sqlite().await).await;
    let staff: i64 = sqlx::query_scalar("select a.id from accounts a join users u on u.account_id = a.id where u.role_id is not null order by a.id desc limit 1")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let name: String = sqlx::query_scalar("select username::text from accounts where id = $1")
        .bind(staff)
        .fetch_one(&house.instance)
        .await
        .unwrap();
    sqlx::query("delete from admin_action_logs where account_id = $1")
        .bind(staff)
        .execute(&house.instance)
        .await
        .unwrap();
    sqlx::query(
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
         select $1, 'silence', 'Account', 1, 'x', timestamp '2026-03-01' + n * interval '1 day', now() from generate_series(0, 6) n",
    )
    .bind(staff)
    .execute(&house.instance)
    .await
    .unwrap();
    assert_eq!(compare(&house.app).await, 0);
    sqlx::query("delete from admin_action_logs where account_id = $1 and created_at >= timestamp '2026-03-06'")
        .bind(staff)
        .execute(&house.instance)
        .await
        .unwrap();
    assert_eq!(compare(&house.app).await, 1, "{:?}", said(&house.app).await);
    assert_eq!(
        said(&house.app).await[0],
        format!("2 rows of @{name} are missing from Mastodon’s audit log, which never deletes entries by itself")
    );
    sqlx::query("delete from admin_action_logs where account_id = $1")
        .bind(staff)
        .execute(&house.instance)
        .await
        .unwrap();
    assert_eq!(compare(&house.app).await, 1);
    assert!(
        said(&house.app).await[0].starts_with(&format!(
            "5 rows of @{name} are missing from Mastodon’s audit log, all there were, of 2026-03-01 to 2026-03-05"
        )),
        "{:?}",
        said(&house.app).await
    );
    assert_eq!(compare(&house.app).await, 0, "once");
    // A log that grows is nobody's doing.
    run(&house, "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
        select id, 'silence', 'Account', 1, 'x', now(), now() from accounts where domain is null limit 3").await;
    assert_eq!(compare(&house.app).await, 0, "{:?}", said(&house.app).await);
}

/// As many new rows as went hide nothing: the first is another one.
#[tokio::test]
async fn old_rows_that_are_gone_from_mastodons_log_are_told_though_as_many_came() {
    let house = house(sqlite().await).await;
    run(&house, "delete from admin_action_logs").await;
    run(
        &house,
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, \
        created_at, updated_at) select (select min(account_id) from users where role_id is not null), 'silence', 'Account', 1, 'x', \
        timestamp '2026-03-01' + n * interval '1 day', now() from generate_series(0, 6) n",
    )
    .await;
    compare(&house.app).await;
    run(
        &house,
        "insert into admin_action_logs (account_id, action, target_type, target_id, human_identifier, created_at, updated_at) \
        select account_id, 'silence', 'Account', 1, 'x', now(), now() from admin_action_logs limit 3",
    )
    .await;
    run(&house, "delete from admin_action_logs where created_at < timestamp '2026-03-03'").await;
    assert_eq!(compare(&house.app).await, 1, "{:?}", said(&house.app).await);
    let told = &said(&house.app).await[0];
    assert!(
        told.contains("of 2026-03-01 to 2026-03-03, are missing") && told.contains("how many went isn’t known"),
        "{told}"
    );
}

//! Whoever holds the store, and not the key, gives nobody rights by it: what they write there is refused at the next request,
//! named to owners, and named by a verification.

use crate::support::{House, PASSWORD, house, link, person, postgres, session, sql, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::Role,
    cli,
    clock::{DAY, HOUR},
    config::Secret,
    id::{AccountId, GrantId, InstanceName, OperatorId},
    ledger::{Counts, Fact, Ledger, Resealed},
    seal::Keys,
    store::{
        Driver, Refusal, Store, Wrong, drafts, endings, grants,
        linked_accounts::{self, Linked},
        operators::{self, Factor},
        recovery_codes,
        setup_links::{self, SetupLink},
        web_sessions,
    },
};

/// Something that somebody writes into the store, and how it is taken back.
struct Attempt<'a> {
    does: &'a str,
    undo: &'a str,
    /// What it is named by.
    named: &'a str,
}

impl Attempt<'_> {
    /// It gives nothing, is named to owners and by a verification, and leaves nothing behind.
    async fn is_refused(&self, house: &House, owner: &str, gives: impl AsyncFn() -> bool) {
        let before = house.app.ledger.verify(&[]).await.unwrap();
        assert!(before.holds(), "before {}: {:?}", self.does, before.lines());
        assert!(!gives().await, "before {}", self.does);
        sql(&house.store.store, self.does).await.unwrap();
        assert!(!gives().await, "in force: {}", self.does);
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        let named = lines.iter().filter(|line| line.starts_with("WRONG") && line.contains(self.named)).count();
        assert!(named > 0, "a verification names {} after {}: {lines:?}", self.named, self.does);
        let named = async || {
            house.app.store.look_for_refused().await.unwrap();
            house.get(Some(owner), "/i/harbour").await.body.contains("People and permissions")
        };
        assert!(named().await, "the overview says so after {}", self.does);
        sql(&house.store.store, self.undo).await.unwrap();
        let after = house.app.ledger.verify(&[]).await.unwrap();
        assert!(after.holds(), "after {}: {:?}", self.undo, after.lines());
        assert!(!named().await, "the overview names nothing after {}", self.undo);
    }
}

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

fn id(id: &str) -> OperatorId {
    OperatorId(id.to_owned())
}

/// A person of the house, linked with an account as they would be.
async fn linked(house: &House, operator: &str, account: i64) {
    let linked = Linked {
        operator: id(operator),
        instance: harbour(),
        account: AccountId(account),
        username: "somebody".into(),
        token: Secret::new(format!("token of {operator}")),
        linked_at: house.app.clock.now(),
    };
    link(&house.app, &linked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_somebody_else_wrote_give_nothing() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let store = &house.app.store;
        seal(&house).await;
        // Another owner looks on: whoever's row is changed sees nothing any more.
        person(&house.app, "second", Role::Owner).await;
        let owner = house.sign_in("second").await;
        house.sign_in("owner").await;
        let lists_people = async |cookie: &str| house.get(Some(cookie), "/people").await.status == StatusCode::OK;
        assert!(lists_people(&owner).await);

        // Another role.
        let moderator = house.sign_in("moderator").await;
        Attempt {
            does: "update operators set role = 'owner' where id = '01moderator'",
            undo: "update operators set role = 'moderator' where id = '01moderator'",
            named: "the person moderator",
        }
        .is_refused(&house, &owner, async || lists_people(&moderator).await)
        .await;

        // A session that nobody began: a copy of the owner's under an id of one's own, with and without its proof.
        let token = tower_sessions::session::Id::default().to_string();
        let hash = web_sessions::hash(&token);
        let cookie = format!("howdah={token}");
        for mac in ["mac", "null"] {
            let does = format!(
                "insert into web_sessions (id_hash, operator, generation, data, created_at, seen_at, absolute_until, mac) \
                 select '{hash}', operator, generation, data, created_at, seen_at, absolute_until, {mac} \
                 from web_sessions where operator = '01owner'"
            );
            let undo = format!("delete from web_sessions where id_hash = '{hash}'");
            Attempt { does: &does, undo: &undo, named: "the session" }
                .is_refused(&house, &owner, async || lists_people(&cookie).await)
                .await;
        }
        // One's own session in somebody else's name.
        Attempt {
            does: "update web_sessions set operator = '01owner', data = replace(data, '01moderator', '01owner') \
                 where operator = '01moderator'",
            undo: "update web_sessions set operator = '01moderator', data = replace(data, '01owner', '01moderator') \
                 where operator = '01owner' and created_at = (select max(created_at) from web_sessions)",
            named: "the session",
        }
        .is_refused(&house, &owner, async || lists_people(&moderator).await)
        .await;

        // A wider grant.
        let contractor = async || {
            let running = grants::running_of(store, &id("01contractor"), house.app.clock.now()).await.unwrap();
            running.iter().any(|grant| grant.scope.reveal || grant.scope.sign_ups)
        };
        Attempt {
            does: "update grants set reveal = true, sign_ups = true where operator = '01contractor'",
            undo: "update grants set reveal = false, sign_ups = false where operator = '01contractor'",
            named: "for contractor",
        }
        .is_refused(&house, &owner, contractor)
        .await;
        // A grant of one's own making.
        let copied = "id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, sealed_agreement, \
            asked_by, asked_at, decided_by, decided_at, approved, revoked_by, revoked_at, started_at, ended_at, whose, entry, mac, \
            subject, lease, lease_until";
        let does = format!(
            "insert into grants ({copied}) select '01OWN', {} from grants where operator = '01contractor'",
            copied.trim_start_matches("id, ").replace("sign_ups, reveal", "true, true")
        );
        Attempt { does: &does, undo: "delete from grants where id = '01OWN'", named: "the grant 01OWN" }
            .is_refused(&house, &owner, contractor)
            .await;

        // Another password.
        let own = house.app.passwords.hash("a password of somebody else").await.unwrap();
        let was = operators::by_id(store, &id("01owner")).await.unwrap().unwrap().password_hash.unwrap();
        let set = |hash: &str| format!("update operators set password_hash = '{hash}' where id = '01owner'");
        Attempt { does: &set(&own), undo: &set(&was), named: "the person owner" }
            .is_refused(&house, &owner, async || {
                let form = [("name", "owner"), ("password", "a password of somebody else")];
                house.post(None, "/api/sign-in/password", &form).await.cookie.is_some()
            })
            .await;

        // No second factor any more.
        let sealed = house.app.keys.seal_text("totp", "01admin", "ORSXG5A").unwrap();
        let codes: Vec<String> = ["one", "two"].map(str::to_owned).into();
        let factor = Factor { sealed: &sealed, step: 1, recovery: &codes };
        assert!(operators::set_factor(store, &id("01admin"), 0, &factor, None).await.unwrap().is_some());
        Attempt {
            does: "update operators set totp_secret = null where id = '01admin'",
            undo: &format!("update operators set totp_secret = '{sealed}' where id = '01admin'"),
            named: "the person admin",
        }
        .is_refused(&house, &owner, async || {
            let admin = operators::by_name(store, "admin").await.unwrap();
            admin.is_some_and(|admin| admin.totp_secret.is_none())
        })
        .await;
        // A recovery code made up, or a colleague's.
        let uses = async |who: &str, hash: &str| {
            recovery_codes::use_code(store, &id(who), hash, house.app.clock.now()).await.unwrap()
        };
        Attempt {
            does: "insert into recovery_codes (operator, hash) values ('01admin', 'mine')",
            undo: "delete from recovery_codes where hash = 'mine'",
            named: "a recovery code of 01admin",
        }
        .is_refused(&house, &owner, async || uses("01admin", "mine").await)
        .await;
        Attempt {
            does: "update recovery_codes set operator = '01owner' where hash = 'one'",
            undo: "update recovery_codes set operator = '01admin' where hash = 'one'",
            named: "a recovery code of 01owner",
        }
        .is_refused(&house, &owner, async || uses("01owner", "one").await)
        .await;
        // A code of a former set, put back.
        sql(&house.store.store, "create table former as select * from recovery_codes where hash = 'two'")
            .await
            .unwrap();
        recovery_codes::replace_all(store, &id("01admin"), &["three".to_owned()]).await.unwrap();
        Attempt {
            does: "insert into recovery_codes (operator, hash, used_at, mac) select operator, hash, null, mac from former",
            undo: "delete from recovery_codes where hash = 'two'",
            named: "a recovery code of 01admin",
        }
        .is_refused(&house, &owner, async || uses("01admin", "two").await)
        .await;
        assert!(uses("01admin", "three").await, "the present ones work");
        Attempt {
            does: "update recovery_codes set used_at = null where hash = 'three'",
            undo: "update recovery_codes set used_at = 1 where hash = 'three'",
            named: "a recovery code of 01admin",
        }
        .is_refused(&house, &owner, async || uses("01admin", "three").await)
        .await;

        // A link with somebody else's account.
        linked(&house, "01admin", 17).await;
        let as_17 = async |who: &str| {
            linked_accounts::of(store, &house.app.keys, &id(who), &harbour()).await.unwrap().is_some()
        };
        assert!(as_17("01admin").await);
        Attempt {
            does: "update linked_accounts set operator = '01moderator' where operator = '01admin'",
            undo: "update linked_accounts set operator = '01admin' where operator = '01moderator'",
            named: "moderator on harbour",
        }
        .is_refused(&house, &owner, async || as_17("01moderator").await)
        .await;
        Attempt {
            does: "update linked_accounts set account = '18' where operator = '01admin'",
            undo: "update linked_accounts set account = '17' where operator = '01admin'",
            named: "the audit log says account 17, the store says 18",
        }
        .is_refused(&house, &owner, async || {
            let all = linked_accounts::list(store, &house.app.keys).await.unwrap();
            all.iter().any(|linked| linked.account == AccountId(18))
        })
        .await;

        // A set-up link for more.
        let offer = SetupLink {
            role: Role::Auditor,
            name: Some("nora".into()),
            offered_by: Some(id("01owner")),
            person: id("01NORA"),
        };
        let now = house.app.clock.now();
        setup_links::insert(store, "a link", &offer, now, now.plus(DAY)).await.unwrap();
        let offers = async || setup_links::read(store, "a link", now).await.unwrap();
        assert_eq!(offers().await, Some(offer.clone()));
        Attempt {
            does: "update setup_links set role = 'owner' where hash = 'a link'",
            undo: "update setup_links set role = 'auditor' where hash = 'a link'",
            named: "the set-up link",
        }
        .is_refused(&house, &owner, async || offers().await.is_some_and(|offer| offer.role == Role::Owner))
        .await;

        // Somebody who is gone, and somebody who was never added.
        Attempt {
            does: "create table gone as select * from operators where id = '01auditor'; \
                 delete from operators where id = '01auditor'",
            undo: "insert into operators select * from gone; drop table gone",
            named: "the person auditor: the audit log says that they were added, and the store has no such row",
        }
        .is_refused_by_the_record(&house)
        .await;
        Attempt {
            does: "insert into operators (id, name, name_key, role, password_hash, totp_last_step, created_at, generation, \
                 subject, entry, mac) select '01EVE', 'eve', 'eve', role, password_hash, 0, created_at, generation, subject, \
                 entry, mac from operators where id = '01owner'",
            undo: "delete from operators where id = '01EVE'",
            named: "the person eve: no entry says that they were added",
        }
        .is_refused(&house, &owner, async || operators::by_name(store, "eve").await.unwrap().is_some())
        .await;
        assert!(lists_people(&owner).await, "the owner was never shut out");
    }
}

impl Attempt<'_> {
    /// Nothing in the store says so: the record does.
    async fn is_refused_by_the_record(&self, house: &House) {
        sql(&house.store.store, self.does).await.unwrap();
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        assert!(lines.iter().any(|line| line.starts_with("WRONG") && line.contains(self.named)), "{lines:?}");
        sql(&house.store.store, self.undo).await.unwrap();
        assert!(house.app.ledger.verify(&[]).await.unwrap().holds());
    }
}

/// A trial, a former store, a second console: the same key sealed their rows too. Whom no entry here added is nobody here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_another_store_under_the_same_key_gives_nothing() {
    let (here, elsewhere) = (house(sqlite().await).await, house(sqlite().await).await);
    seal(&here).await;
    seal(&elsewhere).await;
    person(&elsewhere.app, "eve", Role::Owner).await;
    linked(&elsewhere, "01admin", 17).await;
    let owner = elsewhere.sign_in("owner").await;
    let to =
        elsewhere.post(Some(&owner), "/api/people/reset", &[("operator", "01auditor"), ("why", "a lost phone")]).await;
    assert!(to.location.is_some(), "{}", to.body);
    let Driver::Sqlite(pool) = &elsewhere.store.store.driver else { unreachable!("it is SQLite") };
    for (table, rows) in [
        ("operators", "id = '01eve'"),
        ("linked_accounts", "operator = '01admin'"),
        ("reset_links", "operator = '01auditor'"),
    ] {
        let columns: Vec<String> =
            sqlx::query_scalar("select name from pragma_table_info($1)").bind(table).fetch_all(pool).await.unwrap();
        let values: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let text = format!(
            "select 'insert into {table} ({}) values (' || {} || ')' from {table} where {rows}",
            columns.join(", "),
            values.join(" || ', ' || ")
        );
        let copied: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_all(pool).await.unwrap();
        assert_eq!(copied.len(), 1, "{table}");
        sql(&here.store.store, &copied[0]).await.unwrap();
    }
    // As many entries here as there, so that none is from beyond the end.
    for name in ["ann", "ben", "cleo"] {
        person(&here.app, name, Role::Auditor).await;
    }
    let store = &here.app.store;
    assert_eq!(operators::by_name(store, "eve").await.unwrap(), None);
    assert!(linked_accounts::list(store, &here.app.keys).await.unwrap().is_empty());
    let refused = store.refused().await.unwrap();
    for row in ["the person eve", "the linked account", "the link"] {
        let named = refused.iter().any(|refusal| refusal.row.contains(row) && refusal.wrong == Wrong::NeverMade);
        assert!(named, "{row}: {refused:?}");
    }
    // Who was added here is somebody here, and so is the owner of before.
    for name in ["ann", "owner"] {
        assert!(operators::by_name(store, name).await.unwrap().is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_a_row_put_back_gives_nothing() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let store = &house.app.store;
        let run = async |text: &str| sql(&house.store.store, text).await.unwrap();
        let older = async |row: &str| {
            let refused: Vec<Refusal> = house.app.store.refused().await.unwrap();
            assert!(
                refused.iter().any(|refusal| refusal.row.contains(row) && refusal.wrong == Wrong::Older),
                "{row}: {refused:?}"
            );
            let report = house.app.ledger.verify(&[]).await.unwrap();
            assert!(!report.holds(), "{:?}", report.lines());
        };
        seal(&house).await;
        let owner = house.sign_in("owner").await;
        let grant = grants::running_of(store, &id("01contractor"), house.app.clock.now()).await.unwrap().remove(0);
        linked(&house, "01admin", 17).await;
        run("create table people as select * from operators").await;
        run("create table granted as select * from grants").await;
        run("create table links as select * from linked_accounts").await;

        // A grant that was taken back, as it was before.
        let form = [("grant", grant.id.0.as_str()), ("why", "the work is done")];
        let to = house.post(Some(&owner), "/api/grants/revoke", &form).await.location.unwrap();
        assert!(!to.contains("draft="), "{to}");
        let runs =
            async || !grants::running_of(store, &id("01contractor"), house.app.clock.now()).await.unwrap().is_empty();
        assert!(!runs().await);
        run("delete from grants").await;
        run("insert into grants select * from granted").await;
        assert!(!runs().await, "in force again");
        older("the grant").await;

        // Somebody whose access ended, as they were before; with the link they had.
        for who in ["01auditor", "01admin"] {
            let form = [("operator", who), ("disabled", "yes"), ("why", "gone")];
            let to = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
            assert!(to.starts_with("/people?done="), "{to}");
        }
        run("create table ended as select * from operators where id in ('01auditor', '01admin')").await;
        run("delete from recovery_codes").await;
        run("delete from operators where id in ('01auditor', '01admin')").await;
        run("insert into operators select * from people where id in ('01auditor', '01admin')").await;
        let form = [("name", "auditor"), ("password", PASSWORD)];
        assert_eq!(house.post(None, "/api/sign-in/password", &form).await.cookie, None, "back by a row");
        older("the person auditor").await;
        run("delete from operators where id in ('01auditor', '01admin')").await;
        run("insert into operators select * from ended").await;
        // The row alone is no way back either.
        run("update operators set disabled_at = null where id = '01auditor'").await;
        assert_eq!(house.post(None, "/api/sign-in/password", &form).await.cookie, None, "enabled by a row");
        // Given back by an owner, access begins without the link.
        let given = [("operator", "01admin"), ("disabled", "no"), ("why", "back again")];
        assert!(
            house
                .post(Some(&owner), "/api/people/disable", &given)
                .await
                .location
                .unwrap()
                .starts_with("/people?done=")
        );
        assert!(operators::by_name(store, "admin").await.unwrap().is_some_and(|admin| admin.may_sign_in()));
        run("insert into linked_accounts select * from links").await;
        let link = linked_accounts::of(store, &house.app.keys, &id("01admin"), &harbour()).await.unwrap();
        assert_eq!(link, None, "linked by a row");
        older("the linked account").await;

        // A set-up link that was used.
        let made = [("name", "Nora"), ("role", "auditor"), ("why", "nights")];
        let made = house.post(Some(&owner), "/api/people/offer", &made).await.location.unwrap();
        let page = house.get(Some(&owner), &made).await.body;
        let link = page.split("/set-up?link=").nth(1).unwrap().split('<').next().unwrap().to_owned();
        run("create table offers as select * from setup_links").await;
        let password = "a long night shift";
        let form = [("link", link.as_str()), ("name", "Nora"), ("password", password), ("repeat", password)];
        assert_eq!(
            house.post(None, "/api/sign-in/set-up", &form).await.location.as_deref(),
            Some("/sign-in?before=set-up")
        );
        run("delete from operators where name = 'Nora'").await;
        run("insert into setup_links select * from offers").await;
        let again = house.post(None, "/api/sign-in/set-up", &form).await.location.unwrap_or_default();
        assert_ne!(again, "/sign-in?before=set-up", "used twice");
        older("the set-up link").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_an_older_version_are_sealed_once_where_the_record_bears_them_out() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let store = &house.app.store;
        let run = async |text: &str| sql(&house.store.store, text).await.unwrap();
        let moderator = house.sign_in("moderator").await;
        linked(&house, "01admin", 17).await;
        // As an older version left them, and as somebody else has made one of them since.
        for table in ["operators", "grants", "linked_accounts"] {
            run(&format!("update {table} set mac = null, entry = null, subject = null")).await;
        }
        run("update web_sessions set mac = null").await;
        run("update operators set role = 'owner' where id = '01moderator'").await;
        run("insert into grants (id, operator, instances, categories, sign_ups, reveal, starts_at, ends_at, sponsor, asked_by, \
             asked_at, decided_by, decided_at, approved, lease, lease_until) select '01OWN', operator, instances, categories, \
             true, true, starts_at, ends_at, sponsor, asked_by, asked_at, decided_by, decided_at, true, '', 0 from grants")
        .await;
        assert!(operators::list(store).await.unwrap().is_empty());
        let counts = seal(&house).await.unwrap();
        assert_eq!((counts.people, counts.grants, counts.links, counts.refused), (4, 1, 1, 2), "{counts:?}");
        assert_eq!(counts.sessions_ended, 1, "sessions simply end");
        assert_eq!(house.get(Some(&moderator), "/i/harbour").await.status, StatusCode::SEE_OTHER);
        let mut names: Vec<String> =
            operators::list(store).await.unwrap().into_iter().map(|person| person.name).collect();
        names.sort();
        assert_eq!(names, ["admin", "auditor", "contractor", "owner"]);
        let running = grants::running_of(store, &id("01contractor"), house.app.clock.now()).await.unwrap();
        assert_eq!(running.len(), 1, "the one that was asked for");
        let page = house.get(Some(&house.sign_in("owner").await), "/audit?kind=rows_sealed").await.body;
        assert!(page.contains("sealed the rows of 4 people, 1 grant and 1 linked account; refused 2"), "{page}");
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        for named in [
            "the person moderator was not written by the console, and is refused",
            "the person moderator: the audit log says moderator, the store says owner",
            "the grant 01OWN was not written by the console, and is refused",
            "the grant 01OWN for contractor: no entry says that it was asked for",
        ] {
            assert!(lines.iter().any(|line| line == &format!("WRONG: {named}")), "{named}: {lines:?}");
        }

        // Once: what has no proof afterwards is refused for good, whatever it says.
        run("update operators set mac = null where id = '01auditor'").await;
        assert_eq!(house.app.ledger.seal_rows_once().await.unwrap(), None);
        assert!(operators::by_name(store, "auditor").await.unwrap().is_none());

        // Somebody at the server takes rows by name, and the record says so.
        let by = Ledger::command_actor("command line").operator;
        for person in ["01auditor", "01moderator"] {
            let stored = operators::stored(store).await.unwrap();
            let row = stored.into_iter().find(|stored| stored.id.0 == person).unwrap();
            let row = Resealed::Person { operator: row.id, role: row.role, disabled: row.disabled };
            assert!(house.app.ledger.reseal(by.clone(), row).await.unwrap());
        }
        assert_eq!(operators::by_name(store, "moderator").await.unwrap().unwrap().role, Role::Owner);
        run("delete from grants where id = '01OWN'").await;
        let report = house.app.ledger.verify(&[]).await.unwrap();
        assert!(report.holds(), "{:?}", report.lines());
        assert_eq!(store.refused().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_does_not_seal_what_somebody_else_wrote_by_the_way() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (store, now) = (&house.app.store, house.app.clock.now());
        let run = async |text: &str| sql(&house.store.store, text).await.unwrap();
        run("update operators set role = 'owner' where id = '01moderator'").await;
        run("update grants set reveal = true").await;
        let grant = grants::stored(store).await.unwrap().remove(0).id;
        assert!(!endings::give_access_back(store, &id("01moderator")).await.unwrap());
        assert!(!web_sessions::end_all_of(store, &id("01moderator"), None).await.unwrap());
        recovery_codes::replace_all(store, &id("01moderator"), &["a".to_owned()]).await.unwrap();
        assert!(!grants::revoke(store, &grant, &id("01owner"), now).await.unwrap());
        let ended = endings::end_access(store, &id("01contractor"), &id("01owner"), now).await.unwrap();
        assert_eq!(ended, Some(Vec::new()));
        assert!(operators::by_id(store, &id("01moderator")).await.unwrap().is_none());
        let found = grants::by_id(store, &house.app.keys, &GrantId(grant.0.clone())).await.unwrap();
        assert_eq!(found, None);
        assert!(grants::running_of(store, &id("01contractor"), now.plus(HOUR)).await.unwrap().is_empty());
    }
}

/// A session that was ended is over, whatever of it is put back; the one that goes on goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_session_that_is_put_back_is_over() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let run = async |text: &str| sql(&house.store.store, text).await.unwrap();
        seal(&house).await;
        let alive = async |cookie: &str| house.get(Some(cookie), "/your-sign-in").await.status == StatusCode::OK;
        let (one, other, third) =
            (house.sign_in("moderator").await, house.sign_in("moderator").await, house.sign_in("moderator").await);
        let colleague = house.sign_in("admin").await;
        run("create table before_sessions as select * from web_sessions").await;
        let all = "delete from web_sessions where operator = '01moderator'; \
            insert into web_sessions select * from before_sessions where operator = '01moderator'";
        let end = async |session: &str| {
            let form = [("session", session), ("back", "/your-sign-in")];
            let to = house.post(Some(&one), "/api/your-sign-in/end-sessions", &form).await.location.unwrap();
            assert!(to.contains("done="), "{to}");
        };
        end(&session(&other)).await;
        assert_eq!((alive(&one).await, alive(&other).await, alive(&third).await), (true, false, true));
        let of_ended = format!(
            "insert into web_sessions select * from before_sessions where substr(id_hash, 1, 16) = '{}'",
            session(&other)
        );
        run(&of_ended).await;
        assert_eq!((alive(&one).await, alive(&other).await, alive(&third).await), (true, false, true), "put back");
        // The one that is kept alone is of the new generation; an older copy of it is over as well.
        end("").await;
        assert_eq!((alive(&one).await, alive(&other).await, alive(&third).await), (true, false, false));
        run(all).await;
        assert_eq!((alive(&one).await, alive(&other).await, alive(&third).await), (false, false, false));
        assert!(alive(&colleague).await);
    }
}

/// As at the first start of the version that seals, over a store of one that did not.
async fn seal(house: &House) -> Option<Counts> {
    house.app.ledger.seal_rows_once().await.unwrap()
}

/// Past what keeps entries from being changed, as somebody has it who owns the tables.
async fn past(store: &Store, text: &str) {
    let done = crate::engine::past_triggers(&store.driver, text).await;
    done.unwrap_or_else(|error| panic!("{text}: {error}"));
}

/// Whether somebody has access, as the running console has it and as one would that is started now.
async fn has_access(house: &House, who: &str) -> bool {
    let anew = Store::connect(&house.store.url, &Keys::from_secret([7; 32])).await.unwrap();
    let mut has = false;
    for store in [&house.app.store, &anew] {
        let person = operators::by_id(store, &id(who)).await.unwrap();
        has |= person.is_some_and(|person| person.may_sign_in());
    }
    has
}

/// Whose access has ended since, an older copy of the store does not know: a console that has found that it is one lets nobody in by
/// it but who answers for it, and shows the others nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_lets_nobody_read_on() {
    const ALL: [&str; 8] = [
        "ledger_entries",
        "ledger_head",
        "ledger_origins",
        "ledger_checkpoints",
        "rights_changes",
        "open_deeds",
        "operators",
        "web_sessions",
    ];
    for kept in [sqlite().await, postgres().await] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("checkpoints");
        let mut house = house(kept).await.told(|config| config.checkpoint_file = Some(file.clone())).await;
        seal(&house).await;
        let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
        house.app.ledger.checkpoint().await.unwrap();
        for table in ALL {
            past(&house.store.store, &format!("create table before_{table} as select * from {table}")).await;
        }
        let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", "gone"), ("back", "/people")];
        house.post(Some(&owner), "/api/people/disable", &form).await;
        house.app.ledger.checkpoint().await.unwrap();
        let all = ALL.map(|table| format!("delete from {table}; insert into {table} select * from before_{table};"));
        past(&house.store.store, &all.concat()).await;
        // Another process, which was asked nothing in between.
        let store = Store::connect(&house.store.url, &Keys::from_secret([7; 32])).await.unwrap();
        let keys = Keys::from_secret([7; 32]);
        house.app = cli::assemble(house.config.clone(), howdah::clock::Clock::System, keys, store).unwrap();
        house.router = howdah::http::router(house.app.clone());
        house.app.ledger.examine().await.unwrap();
        assert!(house.app.ledger.is_behind(), "{:?}", house.app.ledger.contradiction());
        let page = house.get(Some(&moderator), "/i/harbour/reports").await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
        assert!(page.body.contains("older copy"), "{}", page.body);
        let form = [("name", "moderator"), ("password", PASSWORD)];
        let to = house.post(None, "/api/sign-in/password", &form).await.location.unwrap_or_default();
        assert!(!to.starts_with("/i/") && to != "/" && !to.contains("code"), "{to}");
        assert_eq!(house.get(Some(&owner), "/i/harbour/reports").await.status, StatusCode::OK);
    }
}

/// The link for a first owner is over with the first person that the record knows, whatever becomes of the rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_owners_link_opens_for_nobody_where_the_record_knows_people() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let (store, now) = (&house.app.store, house.app.clock.now());
        let link = "0123456789abcdef0123456789abcdef";
        let hash = house.app.keys.hash("set-up link", link.as_bytes());
        let offer = SetupLink { role: Role::Owner, name: None, offered_by: None, person: id("01EVE") };
        setup_links::insert(store, &hash, &offer, now, now.plus(DAY)).await.unwrap();
        past(store, "delete from grant_roles; delete from grants; delete from recovery_codes; delete from operators")
            .await;
        let password = "a long night shift";
        let form = [("link", link), ("name", "eve"), ("password", password), ("repeat", password)];
        let to = house.post(None, "/api/sign-in/set-up", &form).await.location;
        assert_ne!(to.as_deref(), Some("/sign-in?before=set-up"));
        assert_eq!(operators::count(store).await.unwrap(), 0);
    }
}

/// Taking somebody's row as it stands brings back neither the sessions nor the recovery codes that it may be an older copy with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_taken_comes_without_sessions_and_codes() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        seal(&house).await;
        let (store, me) = (&house.app.store, id("01moderator"));
        let run = async |text: &str| sql(store, text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        recovery_codes::replace_all(store, &me, &["one".to_owned()]).await.unwrap();
        let cookie = house.sign_in("moderator").await;
        let reads = async || house.get(Some(&cookie), "/i/harbour/reports").await.status == StatusCode::OK;
        let uses = async || recovery_codes::use_code(store, &me, "one", house.app.clock.now()).await.unwrap();
        assert!(reads().await);
        let tables = [("operators", "id"), ("web_sessions", "operator"), ("recovery_codes", "operator")];
        for (table, whose) in tables {
            run(&format!("create table before_{table} as select * from {table} where {whose} = '01moderator'")).await;
        }
        assert!(uses().await && web_sessions::end_all_of(store, &me, None).await.unwrap());
        assert!(!reads().await && !uses().await);
        let put = async || {
            for (table, whose) in tables.iter().rev() {
                run(&format!("delete from {table} where {whose} = '01moderator'")).await;
            }
            for (table, _) in tables {
                run(&format!("insert into {table} select * from before_{table}")).await;
            }
        };
        put().await;
        let row = Resealed::Person { operator: me.clone(), role: "moderator".into(), disabled: false };
        assert!(house.app.ledger.reseal(id("01owner"), row).await.unwrap());
        assert!(operators::by_id(store, &me).await.unwrap().is_some(), "the row counts");
        assert!(!reads().await, "a session that had ended");
        assert!(!uses().await, "a code that was used");
        // Nor where they are put back beside it.
        for table in ["web_sessions", "recovery_codes"] {
            run(&format!("delete from {table} where operator = '01moderator'")).await;
            run(&format!("insert into {table} select * from before_{table}")).await;
        }
        assert!(!reads().await && !uses().await);
        let again = house.sign_in("moderator").await;
        assert_eq!(house.get(Some(&again), "/i/harbour/reports").await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_done_to_the_record_brings_an_older_row_back() {
    const RECORD: [&str; 4] = ["ledger_entries", "ledger_head", "ledger_origins", "rights_changes"];
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let run = async |text: &str| past(&house.store.store, text).await;
        seal(&house).await;
        let owner = house.sign_in("owner").await;
        for table in RECORD.into_iter().chain(["operators"]) {
            run(&format!("create table before_{table} as select * from {table}")).await;
        }
        let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "gone")];
        assert!(
            house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap().starts_with("/people?done=")
        );
        for table in RECORD.into_iter().chain(["operators"]) {
            run(&format!("create table after_{table} as select * from {table}")).await;
        }
        let put = async |which: &str, tables: &[&str]| {
            for table in tables {
                let admin = if *table == "operators" { " where id = '01admin'" } else { "" };
                run(&format!("delete from {table}{admin}; insert into {table} select * from {which}_{table}{admin}"))
                    .await;
            }
        };
        assert!(!has_access(&house, "01admin").await);
        let entry = "deed = 'disable_operator'";
        let mut attacks: Vec<String> = Vec::new();
        for column in ["leaf", "hash", "kind", "deed", "operator", "instance", "subject", "outcome"] {
            attacks.push(format!("update ledger_entries set {column} = 'x' where {entry}"));
        }
        for column in ["operator", "instance", "subject", "intent", "outcome"] {
            attacks.push(format!("update ledger_entries set {column} = null where {entry}"));
        }
        attacks.push(format!("update ledger_entries set at = 0 where {entry}"));
        attacks.push(format!("update ledger_entries set intent = idx where {entry} and kind = 'outcome'"));
        attacks.push(format!("update ledger_entries set idx = idx + 1000 where {entry}"));
        attacks.push(format!("delete from ledger_entries where {entry}"));
        attacks.push(format!(
            "delete from ledger_entries where idx >= (select min(idx) from ledger_entries where {entry})"
        ));
        attacks.push("update rights_changes set entry = 0".to_owned());
        attacks.push("delete from rights_changes".to_owned());
        attacks.push(format!("delete from rights_changes where {entry}"));
        let back = |tables: &[&str]| {
            tables
                .iter()
                .map(|table| format!("delete from {table}; insert into {table} select * from before_{table};"))
                .collect::<String>()
        };
        attacks.push(back(&["rights_changes"]));
        attacks.push(back(&["ledger_head"]));
        attacks.push(back(&["ledger_head", "rights_changes"]));
        attacks.push("update ledger_head set rights = ''; delete from rights_changes".to_owned());
        attacks.push("update ledger_head set rights = '', mac = null; delete from rights_changes".to_owned());
        attacks.push("delete from ledger_head".to_owned());
        attacks.push("delete from ledger_origins".to_owned());
        attacks.push(
            "delete from ledger_origins; delete from rights_changes; update ledger_head set origin = 0, rights = '', mac = null"
                .to_owned(),
        );
        attacks.push(
            "delete from ledger_entries; delete from ledger_origins; delete from rights_changes; delete from ledger_checkpoints; \
             update ledger_head set size = 0, root = '', frontier = '', origin = 0, rights = '', mac = null"
                .to_owned(),
        );
        for attack in attacks {
            put("before", &["operators"]).await;
            run(&attack).await;
            assert!(!has_access(&house, "01admin").await, "back after: {attack}");
            put("after", &RECORD).await;
            put("after", &["operators"]).await;
        }
        // The whole of it put back is for what was signed outside to tell; the process that has seen more says so itself.
        put("before", &RECORD).await;
        put("before", &["operators"]).await;
        let admin = operators::by_id(&house.app.store, &id("01admin")).await.unwrap();
        assert_eq!(admin, None, "this process knows better");
        put("after", &RECORD).await;
        put("after", &["operators"]).await;
        assert!(!has_access(&house, "01admin").await);
        let people = operators::list(&house.app.store).await.unwrap();
        assert_eq!(people.len(), 5, "and everybody else is there: {people:?}");
    }
}

/// The sweep closes what is left open: a leaf in another's place must not make it say what was newest before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_closes_no_deed_that_was_not_begun() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let run = async |text: &str| past(&house.store.store, text).await;
        seal(&house).await;
        let owner = house.sign_in("owner").await;
        let becomes = async |role: &str, seen: &str| {
            let form = [("operator", "01moderator"), ("role", role), ("seen", seen), ("why", "a test")];
            let to = house.post(Some(&owner), "/api/people/role", &form).await.location.unwrap();
            assert!(to.starts_with("/people?done="), "{to}");
        };
        let number = async |text: &'static str| -> i64 {
            match &house.app.store.driver {
                Driver::Sqlite(pool) => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
                Driver::Postgres(pool) => sqlx::query_scalar(text).fetch_one(pool).await.unwrap(),
            }
        };
        becomes("admin", "moderator").await;
        run("create table before_operators as select * from operators where id = '01moderator'").await;
        let raised =
            number("select max(idx) from ledger_entries where deed = 'change_operator_role' and kind = 'intent'").await;
        becomes("moderator", "admin").await;
        let newest = number("select max(entry) from rights_changes where deed = 'change_operator_role'").await;
        let entries = number("select count(*) from ledger_entries").await;
        let later = newest;
        run(&format!(
            "update ledger_entries set leaf = (select leaf from ledger_entries where idx = {later}) where idx = {raised}; \
             update ledger_entries set intent = null where intent = {raised}; \
             insert into open_deeds (subject, intent, lease, lease_until, opened_at) values ('x', {raised}, 'nobody', 0, 0)"
        ))
        .await;
        howdah::jobs::sweep(&house.app).await.unwrap();
        assert_eq!(number("select max(entry) from rights_changes where deed = 'change_operator_role'").await, newest);
        assert_eq!(number("select count(*) from ledger_entries").await, entries, "nothing was written about it");
        assert!(house.app.ledger.contradiction().is_some(), "and it is said");
        run("delete from operators where id = '01moderator'; insert into operators select * from before_operators")
            .await;
        let person = operators::by_id(&house.app.store, &id("01moderator")).await.unwrap();
        assert_eq!(person, None, "an admin again");
    }
}

/// A row that says that something is being done about somebody keeps nobody in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_says_an_action_is_open_keeps_nobody_in() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let owner = house.sign_in("owner").await;
        let now = house.app.clock.now().0;
        past(
            &house.store.store,
            &format!(
                "insert into open_deeds (subject, intent, lease, lease_until, opened_at) \
                 select subject, 0, 'x', 9999999999999, {now} from operators where id = '01moderator'"
            ),
        )
        .await;
        let form = [("operator", "01moderator"), ("disabled", "yes"), ("why", "a test"), ("back", "/people")];
        let to = house.post(Some(&owner), "/api/people/disable", &form).await.location.unwrap();
        assert!(to.starts_with("/people?done="), "{to}");
        assert!(!has_access(&house, "01moderator").await);
    }
}

/// A trigger that changes what the console writes makes a row that does not hold, not one that the console seals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trigger_makes_of_a_row_is_not_sealed() {
    let house = house(sqlite().await).await;
    let store = &house.app.store;
    let run = async |text: &str| sql(store, text).await.unwrap();
    seal(&house).await;
    let owner = house.sign_in("owner").await;
    let grant = grants::stored(store).await.unwrap().remove(0).id;
    run("create trigger a after update of generation on operators when new.id = '01moderator' begin \
         update operators set role = 'owner' where id = new.id; end; \
         create trigger b after update of revoked_at on grants begin update grants set revoked_at = null, revoked_by = null, \
         reveal = true where id = new.id; end; \
         create trigger c after insert on web_sessions when new.operator = '01auditor' begin \
         update web_sessions set operator = '01owner', data = replace(new.data, '01auditor', '01owner') \
         where id_hash = new.id_hash; end; \
         create trigger d after update of data on web_sessions when new.operator = '01auditor' begin \
         update web_sessions set operator = '01owner', data = replace(new.data, '01auditor', '01owner') \
         where id_hash = new.id_hash; end")
        .await;
    web_sessions::end_all_of(store, &id("01moderator"), None).await.unwrap();
    assert_eq!(operators::by_id(store, &id("01moderator")).await.unwrap(), None, "a row that nobody wrote");
    let form = [("grant", grant.0.as_str()), ("why", "the work is done"), ("back", "/grants")];
    let refused = house.post(Some(&owner), "/api/grants/revoke", &form).await.location.unwrap();
    let refused = house.get(Some(&owner), &refused).await;
    assert_eq!(refused.status, axum::http::StatusCode::SERVICE_UNAVAILABLE, "nothing is said to be done");
    assert_eq!(house.outcome("revoke_grant").await, None);
    let form = [("name", "auditor"), ("password", PASSWORD)];
    if let Some(cookie) = house.post(None, "/api/sign-in/password", &form).await.cookie {
        assert_ne!(house.get(Some(&cookie), "/people").await.status, StatusCode::OK, "signed in as somebody else");
    }
}

/// Rows are sealed once, whatever becomes of the entry that says so; a second one is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_rows_were_sealed_is_not_taken_back() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        seal(&house).await;
        for hide in [
            "update ledger_entries set deed = 'x' where deed = 'rows_sealed'",
            "update ledger_entries set kind = 'x' where deed = 'rows_sealed'",
            "delete from rights_changes where deed = 'rows_sealed'",
        ] {
            past(&house.app.store, "create table kept_entries as select * from ledger_entries").await;
            past(&house.app.store, "create table kept_changes as select * from rights_changes").await;
            past(&house.app.store, "update operators set mac = null where id = '01moderator'").await;
            past(&house.app.store, hide).await;
            let anew = Store::connect(&house.store.url, &Keys::from_secret([7; 32])).await.unwrap();
            let clock = house.app.clock.clone();
            let second = cli::assemble(house.config.clone(), clock, Keys::from_secret([7; 32]), anew).unwrap();
            assert_eq!(second.ledger.seal_rows_once().await.unwrap(), None, "{hide}");
            assert_eq!(operators::by_id(&second.store, &id("01moderator")).await.unwrap(), None, "{hide}");
            past(&house.app.store, "delete from ledger_entries; insert into ledger_entries select * from kept_entries")
                .await;
            past(&house.app.store, "delete from rights_changes; insert into rights_changes select * from kept_changes")
                .await;
            past(&house.app.store, "drop table kept_entries; drop table kept_changes").await;
        }
        house.app.ledger.fact(Fact::RowsSealed(Counts::default())).await.unwrap();
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        assert!(lines.iter().any(|line| line.contains("rows were sealed before")), "{lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_not_sealed_again_by_changing_an_entry() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let store = &house.app.store;
        seal(&house).await;
        // Another password, and the entry hidden that says that sealing was done.
        past(store, "update operators set password_hash = 'x', mac = null where id = '01moderator'").await;
        past(store, "update ledger_entries set deed = 'x' where deed = 'rows_sealed'").await;
        assert_eq!(house.app.ledger.seal_rows_once().await.unwrap(), None);
        assert_eq!(operators::by_id(store, &id("01moderator")).await.unwrap().map(|person| person.name), None);
    }
}

/// A text that is kept until its person asks for it is what it was kept as: whoever writes the store makes it nothing else. With
/// the session of somebody and their words in the place of an authenticator being set up, they would have set up another one,
/// and proved nothing.
#[tokio::test]
async fn what_is_kept_for_somebody_is_taken_for_nothing_else() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let store = &house.app.store;
        let cookie = house.sign_in("moderator").await;
        let me = async || operators::by_id(store, &id("01moderator")).await.unwrap().unwrap();
        let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        let typed = serde_json::json!({
            "session": session(&cookie),
            "generation": me().await.generation,
            "secret": secret,
            "begun_at": house.app.clock.now(),
            "of": "somebody@elsewhere.example",
        });
        let typed = typed.to_string();
        let form = [("instance", "harbour"), ("q", typed.as_str()), ("back", "/i/harbour")];
        let to = house.post(Some(&cookie), "/api/accounts/look-up", &form).await.location.unwrap();
        let draft = to.split_once("ask=").unwrap_or_else(|| panic!("{to}")).1.to_owned();
        sql(store, "update drafts set path = 'own authenticator'").await.unwrap();
        let code = crate::doors::code(secret, &house.app.clock);
        let form = [("setting", draft.as_str()), ("code", code.as_str()), ("back", "/your-sign-in")];
        house.post(Some(&cookie), "/api/your-sign-in/set-factor", &form).await;
        assert_eq!(me().await.totp_secret, None, "set up without a password");
        assert_eq!(house.outcome("set_factor").await, None);
        // Nor is it another's, or there for longer than it was meant to be.
        sql(store, "update drafts set path = 'ask harbour'").await.unwrap();
        let read = async |who: &str| {
            let now = house.app.clock.now();
            drafts::read(store, &house.app.keys, &draft, Some(&id(who)), now).await.unwrap().is_some()
        };
        assert!(read("01moderator").await, "as it was kept");
        sql(store, "update drafts set operator = '01admin'").await.unwrap();
        assert!(!read("01admin").await && !read("01moderator").await, "another's");
        sql(store, "update drafts set operator = '01moderator', expires_at = expires_at + 3600000").await.unwrap();
        assert!(!read("01moderator").await, "for longer");
    }
}

/// That a store is still to be sealed is said once: the note of it, kept and put back, hides no row that has no code.
#[tokio::test]
async fn a_note_that_was_put_back_hides_nothing() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        seal(&house).await;
        house.app.store.sealing_becomes_due().await.unwrap();
        sql(&house.app.store, "update operators set mac = null where id = '01moderator'").await.unwrap();
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        assert!(
            lines.iter().any(|line| line.contains("the person moderator was not written by the console")),
            "{lines:?}"
        );
    }
}

/// What is written to the log meanwhile.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Nor does it keep the log from naming a head that does not hold.
#[tokio::test]
async fn a_note_that_was_put_back_hides_no_head() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        seal(&house).await;
        house.app.store.sealing_becomes_due().await.unwrap();
        for change in ["update ledger_head set mac = '00'", "update ledger_head set mac = null"] {
            past(&house.app.store, change).await;
            let log = Log::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
            // While there is one subscriber alone, whichever thread logs first decides for all whether anybody listens.
            let (_here, _another) =
                (tracing::subscriber::set_default(subscriber), tracing::Dispatch::new(tracing_subscriber::registry()));
            let anew = Store::connect(&house.store.url, &Keys::from_secret([7; 32])).await.unwrap();
            assert!(operators::list(&anew).await.unwrap().is_empty(), "{change}");
            let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert!(said.contains("the head of the record"), "{change}: {said}");
        }
    }
}

/// A database that answers with another row than the one asked for gives nobody the rights of another: what came back is
/// compared here, and not there.
#[tokio::test]
async fn a_row_of_another_is_not_the_one_that_was_asked_for() {
    let house = house(sqlite().await).await;
    seal(&house).await;
    house.sign_in("owner").await;
    let moderator = house.sign_in("moderator").await;
    let store = &house.app.store;
    let flickers = |table: &str, key: &str, asked: &str, answered: &str, others: &str| {
        // The condition sees the one, and the answer has the other, now and then.
        format!(
            "alter table {table} rename to real_{table}; create view {table} as select case when abs(random()) % 2 = 0 \
             then '{asked}' else {key} end as {key}, {others} from real_{table} where {key} = '{answered}'"
        )
    };
    let own: Vec<String> = sqlx::query_scalar("select id_hash from web_sessions order by operator = '01owner'")
        .fetch_all(match &store.driver {
            Driver::Sqlite(pool) => pool,
            Driver::Postgres(_) => unreachable!("SQLite was asked for"),
        })
        .await
        .unwrap();
    let (theirs, owners) = (own.first().unwrap().clone(), own.last().unwrap().clone());
    let people = "name, name_key, role, password_hash, totp_secret, totp_last_step, disabled_at, created_at, generation, codes, \
        mac, entry, subject";
    let sessions = "operator, generation, data, created_at, seen_at, absolute_until, mac, address, browser";
    sql(store, &flickers("operators", "id", "01moderator", "01owner", people)).await.unwrap();
    for _ in 0..200 {
        let found = operators::by_id(store, &id("01moderator")).await.unwrap();
        assert!(found.is_none(), "the owner's row for the moderator's: {found:?}");
        let page = house.get(Some(&moderator), "/people").await;
        assert_ne!(page.status, StatusCode::OK, "{}", page.body);
    }
    sql(store, "drop view operators; alter table real_operators rename to operators").await.unwrap();
    sql(store, &flickers("web_sessions", "id_hash", &theirs, &owners, sessions)).await.unwrap();
    for _ in 0..200 {
        let found = web_sessions::load(store, &theirs).await.unwrap();
        assert!(found.is_none(), "the owner's session for the moderator's: {found:?}");
    }
}

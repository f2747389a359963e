//! A deed on the console's own store is done whole or not at all; and what is found done after its process died was done by it,
//! and not by somebody else's same deed before.

use crate::{
    fence::{becomes_admin, both, closed_elsewhere, harbour, id, may, whole},
    grants::timed,
    linked::linked,
    support::{House, grant, house, postgres, sql, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    access::{self, Permission, Role},
    acting::actor,
    carry_out,
    clock::HOUR,
    deeds::{
        DecideGrant, DisableOperator, EndSessions, LinkAccount, ResetSignIn, Resetting, RevokeGrant, SecondPerson,
        StartGrant, UnlinkAccount,
    },
    grants::{Scope, service::keep_rights},
    id::{AccountId, GrantId},
    jobs::{self, Supervisor, start},
    ledger::{Acting, Deed, Mark, Outcome},
    operators::service::command_actor,
    store::{
        Driver, case_claims, endings, grants, linked_accounts, operators, setup_links, setup_links::SetupLink,
        web_sessions,
    },
};
use std::time::Duration;

const CASE: AccountId = AccountId(7);

/// Whether somebody has access, holds the case, has a running grant, is linked.
async fn has(house: &House, who: &str) -> [bool; 4] {
    let (store, now) = (&house.app.store, house.app.clock.now());
    let person = operators::by_id(store, &id(who)).await.unwrap().unwrap();
    let held = case_claims::of(store, &harbour(), CASE, now).await.unwrap();
    [
        person.disabled_at.is_none(),
        held.is_some_and(|held| held.operator == id(who)),
        !grants::running_of(store, &id(who), now).await.unwrap().is_empty(),
        linked_accounts::of(store, &house.app.keys, &id(who), &harbour()).await.unwrap().is_some(),
    ]
}

/// Posts a form; whether it came back.
async fn came_back(house: &House, cookie: &str, path: &str, fields: &[(&str, &str)]) -> bool {
    let answer = house.post(Some(cookie), path, fields).await;
    answer.location.is_none_or(|to| to.contains("draft="))
}

/// What comes of something whose transaction fails when it comes to some rows. On PostgreSQL they are locked by somebody else, and
/// whoever waits for them loses the connection; on SQLite whoever writes is alone, and a row that cannot be read is passed over:
/// `None`, there is no way to it.
async fn failing_at<T>(house: &House, table: &str, which: &str, does: impl Future<Output = T>) -> Option<T> {
    match &house.app.store.driver {
        Driver::Sqlite(_) => None,
        Driver::Postgres(pool) => {
            const WAITS: &str = "select pid from pg_stat_activity where datname = current_database() \
                and wait_event_type = 'Lock' limit 1";
            let mut held = pool.begin().await.unwrap();
            let lock = format!("select 1 from {table} where {which} for update");
            let rows = sqlx::query(sqlx::AssertSqlSafe(lock)).fetch_all(&mut *held).await.unwrap();
            assert!(!rows.is_empty(), "{table}");
            let ended = async {
                for _ in 0..500 {
                    let waits: Option<i32> = sqlx::query_scalar(WAITS).fetch_optional(pool).await.unwrap();
                    if let Some(pid) = waits {
                        let ended: bool = sqlx::query_scalar("select pg_terminate_backend($1)")
                            .bind(pid)
                            .fetch_one(pool)
                            .await
                            .unwrap();
                        return ended;
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                false
            };
            let (done, ended) = tokio::join!(does, ended);
            assert!(ended, "nobody came to {table}");
            held.rollback().await.unwrap();
            Some(done)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_access_is_whole_or_nothing() {
    both(async |house| {
        let (store, now) = (&house.app.store, house.app.clock.now());
        let (owner, contractor) = (house.sign_in("owner").await, house.sign_in("contractor").await);
        linked(&house, &contractor, "jonastran").await;
        assert!(case_claims::claim(store, &harbour(), CASE, &id("01contractor"), now).await.unwrap());
        assert_eq!(has(&house, "01contractor").await, [true; 4]);
        let ends = [("operator", "01contractor"), ("disabled", "yes"), ("why", "left")];
        // Each is written by the deed, one after the other: what fails at one takes back all that was written before it.
        let which = "operator = '01contractor'";
        for table in ["grants", "case_holds", "linked_accounts"] {
            let ending = came_back(&house, &owner, "/api/people/disable", &ends);
            let Some(back) = failing_at(&house, table, which, ending).await else { continue };
            assert!(back, "{table}");
            assert_eq!(has(&house, "01contractor").await, [true; 4], "half of it, up to {table}");
            assert_ne!(house.outcome("disable_operator").await, Some(Outcome::Succeeded), "{table}");
            jobs::sweep(&house.app).await.unwrap();
            assert_eq!(house.open_deeds().await, 0, "{table}");
            whole(&house).await;
        }
        assert!(!came_back(&house, &owner, "/api/people/disable", &ends).await);
        assert_eq!(has(&house, "01contractor").await, [false; 4]);
        whole(&house).await;
    })
    .await;
}

/// One altered row of keys keeps nobody in: what is said goes under another, and a verification names the altered one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_key_keeps_nobody_in() {
    both(async |house| {
        let owner = house.sign_in("owner").await;
        let form = |ended: &'static str| [("operator", "01contractor"), ("disabled", ended), ("why", "left")];
        assert!(!came_back(&house, &owner, "/api/people/disable", &form("yes")).await);
        assert!(!came_back(&house, &owner, "/api/people/disable", &form("no")).await);
        sql(&house.app.store, "update ledger_keys set wrapped = 'x' where wrapped is not null").await.unwrap();
        assert!(!came_back(&house, &owner, "/api/people/disable", &form("yes")).await);
        assert_eq!(house.outcome("disable_operator").await, Some(Outcome::Succeeded));
        let lines = house.app.ledger.verify(&[]).await.unwrap().lines();
        assert!(lines.iter().any(|line| line.starts_with("WRONG")), "{lines:?}");
    })
    .await;
}

/// On SQLite a row that cannot be read is passed over by the end of access; whoever makes it readable again afterwards, and gives
/// that person access anew, gives them nothing with it.
#[tokio::test]
async fn what_could_not_be_read_when_access_ended_gives_nothing_afterwards() {
    let house = house(sqlite().await).await;
    let (store, now) = (&house.app.store, house.app.clock.now());
    let (owner, contractor) = (house.sign_in("owner").await, house.sign_in("contractor").await);
    linked(&house, &contractor, "jonastran").await;
    assert!(case_claims::claim(store, &harbour(), CASE, &id("01contractor"), now).await.unwrap());
    let form = |ended: &'static str| [("operator", "01contractor"), ("disabled", ended), ("why", "left")];
    let bent = [("grants", "asked_at"), ("linked_accounts", "linked_at"), ("web_sessions", "created_at")];
    for (table, column) in bent {
        let bend = format!(
            "create table was_{table} as select rowid as r, {column} as c from {table}; update {table} set {column} = 'x'"
        );
        sql(store, &bend).await.unwrap();
    }
    let owner_again = house.sign_in("owner").await;
    assert!(!came_back(&house, &owner_again, "/api/people/disable", &form("yes")).await);
    for (table, column) in bent {
        let mend = format!(
            "update {table} set {column} = (select c from was_{table} where r = {table}.rowid) \
             where rowid in (select r from was_{table}); drop table was_{table}"
        );
        sql(store, &mend).await.unwrap();
    }
    assert_eq!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::SEE_OTHER);
    assert!(!came_back(&house, &owner, "/api/people/disable", &form("no")).await);
    assert_eq!(has(&house, "01contractor").await, [true, false, false, false]);
    assert_ne!(house.get(Some(&contractor), "/i/harbour/reports").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_grant_is_whole_or_nothing() {
    both(async |house| {
        let (store, now) = (&house.app.store, house.app.clock.now());
        let owner = house.sign_in("owner").await;
        let grant = grants::running_of(store, &id("01contractor"), now).await.unwrap().remove(0).id;
        keep_rights(&house.app, "a process").await.unwrap();
        assert!(case_claims::claim(store, &harbour(), CASE, &id("01contractor"), now).await.unwrap());
        let form = [("grant", grant.0.as_str()), ("why", "enough")];
        let ended = async || grants::by_id(store, &house.app.keys, &grant).await.unwrap().unwrap().ended_at;
        // That it ended is written before what was held goes back.
        let revoking = came_back(&house, &owner, "/api/grants/revoke", &form);
        let back = failing_at(&house, "case_holds", "operator = '01contractor'", revoking).await;
        if back.is_some() {
            assert_eq!(ended().await, None, "what was held has not gone back");
            assert!(has(&house, "01contractor").await[1]);
            jobs::sweep(&house.app).await.unwrap();
        }
        // Where it is revoked already, what was left is done by the job.
        if back != Some(false) {
            assert!(!came_back(&house, &owner, "/api/grants/revoke", &form).await);
        }
        keep_rights(&house.app, "a process").await.unwrap();
        assert!(ended().await.is_some());
        assert!(!has(&house, "01contractor").await[1]);
        whole(&house).await;
    })
    .await;
}

/// On SQLite anything may stand in any column: another row that cannot be read keeps no grant from its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_cannot_be_read_keeps_no_other_grant_from_its_end() {
    let house = timed(house(sqlite().await).await).await;
    let (store, clock) = (&house.app.store, &house.app.clock);
    let first = grants::running_of(store, &id("01contractor"), clock.now()).await.unwrap().remove(0).id;
    let of = async |id: &GrantId| grants::by_id(store, &house.app.keys, id).await.unwrap().unwrap();
    let ends = of(&first).await.ends_at;
    let other = grant(&house.app, "01contractor", Vec::new(), true, false, ends.plus(HOUR)).await;
    keep_rights(&house.app, "a process").await.unwrap();
    clock.advance(ends.since(clock.now()) + 1);
    let now = clock.now();
    assert!(grants::DUE.take(store, &first.0, "a process", now).await.unwrap());
    let (asked, which) = (of(&other).await.asked_at.0, format!("where id = '{other}'"));
    sql(store, &format!("update grants set asked_at = 'no number' {which}")).await.unwrap();
    assert!(endings::end_grant(store, &first, "a process", now).await.unwrap());
    sql(store, &format!("update grants set asked_at = {asked} {which}")).await.unwrap();
    assert_eq!(of(&first).await.ended_at, Some(now));
    whole(&house).await;
}

/// A set-up link is used up together with what it gives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_up_link_is_left_where_nobody_was_added() {
    both(async |house| {
        let (store, now) = (&house.app.store, house.app.clock.now());
        let link = "0123456789abcdef0123456789abcdef";
        let hash = house.app.keys.hash("set-up link", link.as_bytes());
        let offer =
            SetupLink { role: Role::Moderator, name: None, offered_by: Some(id("01owner")), person: id("01NORA") };
        setup_links::insert(store, &hash, &offer, now, now.plus(HOUR)).await.unwrap();
        let password = "a long night shift";
        let form = [("link", link), ("name", "nora"), ("password", password), ("repeat", password)];
        let set_up = async || house.post(None, "/api/sign-in/set-up", &form).await.location;
        let there = async || operators::by_id(store, &id("01NORA")).await.unwrap().is_some();
        sql(store, "alter table open_deeds rename column lease_until to gone").await.unwrap();
        assert_ne!(set_up().await.as_deref(), Some("/sign-in?before=set-up"));
        sql(store, "alter table open_deeds rename column gone to lease_until").await.unwrap();
        assert!(!there().await && setup_links::read(store, &hash, now).await.unwrap().is_some());
        assert_eq!(set_up().await.as_deref(), Some("/sign-in?before=set-up"));
        assert!(there().await && setup_links::read(store, &hash, now).await.unwrap().is_none());
        whole(&house).await;
    })
    .await;
}

/// A session that is over already, or never was, ends nothing: it is said, and the others are what they were.
#[tokio::test]
async fn an_end_of_no_session_is_said_and_changes_nothing() {
    both(async |house| {
        let (owner, moderator) = (house.sign_in("owner").await, house.sign_in("moderator").await);
        let generation =
            async || operators::by_id(&house.app.store, &id("01moderator")).await.unwrap().unwrap().generation;
        let before = generation().await;
        let form = [("operator", "01moderator"), ("session", "0123456789abcdef"), ("back", "/people")];
        let answer = house.sent(&owner, "/api/people/end-sessions", &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.body.contains("That session of moderator has already ended"), "{}", answer.body);
        assert_eq!(house.outcome("end_sessions").await, Some(Outcome::Stale));
        assert_eq!(generation().await, before);
        assert!(house.get(Some(&moderator), "/i/harbour").await.status.is_success());
        let session = crate::support::session(&moderator);
        let form = [("operator", "01moderator"), ("session", session.as_str())];
        assert!(!came_back(&house, &owner, "/api/people/end-sessions", &form).await);
        assert!(!house.get(Some(&moderator), "/i/harbour").await.status.is_success());
    })
    .await;
}

/// What a request writes into a session at the same moment is not sealed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_written_meanwhile_goes_on() {
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    house.app.ledger.seal_rows_once().await.unwrap();
    let howdah::store::Driver::Postgres(pool) = &house.store.store.driver else { panic!("PostgreSQL was asked for") };
    let store = &house.app.store;
    for keeps in [true, false] {
        let (first, other) = (house.sign_in("moderator").await, house.sign_in("moderator").await);
        let token = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
        let hash = web_sessions::hash(&token(&first));
        let now = house.app.clock.now();
        let row = async || -> (String, String) {
            sqlx::query_as("select data, mac from web_sessions where id_hash = $1")
                .bind(&hash)
                .fetch_one(pool)
                .await
                .unwrap()
        };
        let before = row().await;
        let data = format!("{} ", before.0);
        let who = id("01moderator");
        assert!(web_sessions::update(store, &hash, Some(&who), &data, now).await.unwrap());
        let after = row().await;
        assert!(web_sessions::update(store, &hash, Some(&who), &before.0, now).await.unwrap());
        let mut writing = pool.begin().await.unwrap();
        sqlx::query("update web_sessions set data = $2, mac = $3 where id_hash = $1")
            .bind(&hash)
            .bind(&after.0)
            .bind(&after.1)
            .execute(&mut *writing)
            .await
            .unwrap();
        let (short, store) = (crate::support::session(&other), store.clone());
        let keep = crate::support::session(&first);
        let ending = tokio::spawn(async move {
            if keeps {
                assert!(web_sessions::end_all_of(&store, &who, Some(&keep)).await.unwrap());
            } else {
                assert!(web_sessions::delete_one_of(&store, &who, &short).await.unwrap());
            }
        });
        while sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        writing.commit().await.unwrap();
        ending.await.unwrap();
        assert!(house.get(Some(&first), "/i/harbour").await.status.is_success(), "the one that goes on is refused");
        assert!(!house.get(Some(&other), "/i/harbour").await.status.is_success());
    }
}

/// An intent whose process dies at once; what the sweep makes of it.
async fn dies<D: Deed>(house: &House, permit: access::Permit, deed: D) -> Option<Outcome> {
    drop(house.app.ledger.open(permit, deed, "", Acting::Console, Mark::default()).await.unwrap());
    closed_elsewhere(house).await;
    house.outcome(D::KIND).await
}

/// Somebody did the same before: the state is what the deed meant, and it was not this deed that made it so. Taken for its
/// own, the row would be an older copy from then on, and refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_same_deed_is_not_taken_for_ones_own() {
    both(async |house| {
        let (app, now) = (&house.app, house.app.clock.now());
        let owner = house.sign_in("owner").await;
        let failed = Some(Outcome::Failed);
        let there = async |who: &str| operators::by_id(&app.store, &id(who)).await.unwrap().is_some();

        let admin = |store| async move { crate::fence::admin(&store).await };
        assert!(carry_out::recorded(app, may(), becomes_admin(), "", admin).await.unwrap().is_some());
        assert_eq!(dies(&house, may(), becomes_admin()).await, failed);
        assert!(there("01moderator").await, "another role");

        let form = [("operator", "01admin"), ("disabled", "yes"), ("why", "left")];
        assert!(!came_back(&house, &owner, "/api/people/disable", &form).await);
        let ends = DisableOperator { operator: id("01admin"), name: "admin".into(), disabled: true };
        assert_eq!(dies(&house, may(), ends).await, failed);
        assert!(there("01admin").await, "the end of access");

        let contractor = house.sign_in("contractor").await;
        linked(&house, &contractor, "jonastran").await;
        let own = async || linked_accounts::of(&app.store, &app.keys, &id("01contractor"), &harbour()).await.unwrap();
        let account = own().await.unwrap().account;
        let link = LinkAccount {
            instance: harbour(),
            operator: id("01contractor"),
            name: "contractor".into(),
            account,
            acct: "jonastran".into(),
        };
        let person = operators::by_id(&app.store, &id("01contractor")).await.unwrap().unwrap();
        let themselves = actor(&app.store, person, "a test".into(), now).await.unwrap();
        let permit = access::permit(&themselves, Permission::LinkAccount, Some(&harbour())).unwrap();
        assert_eq!(dies(&house, permit, link).await, failed);
        assert!(own().await.is_some(), "a link");
        let unlink = UnlinkAccount {
            instance: harbour(),
            operator: id("01moderator"),
            name: "moderator".into(),
            account,
            acct: "jonastran".into(),
        };
        assert_eq!(dies(&house, may(), unlink).await, failed, "no link was there to be taken away");

        let ends = EndSessions { operator: id("01auditor"), name: "auditor".into(), session: None, others: false };
        assert_eq!(dies(&house, may(), ends).await, failed);
        let what = Resetting::Factor;
        let reset = ResetSignIn { operator: id("01auditor"), name: "auditor".into(), what, link: None };
        assert_eq!(dies(&house, may(), reset).await, failed);
        assert!(there("01auditor").await);

        let grant = grants::running_of(&app.store, &id("01contractor"), now).await.unwrap().remove(0);
        let (starts, ends) = (now.0, grant.ends_at.0);
        let (operator, name) = (id("01contractor"), String::from("contractor"));
        let holds = async |grant: &GrantId| grants::by_id(&app.store, &app.keys, grant).await.unwrap().is_some();
        let permit = |permission| access::permit(&command_actor(), permission, None).unwrap();
        let decide = DecideGrant {
            grant: grant.id.clone(),
            operator: operator.clone(),
            name: name.clone(),
            scope: Scope::clone(&grant.scope),
            starts,
            ends,
            approve: true,
            second_person: SecondPerson::default(),
        };
        assert_eq!(dies(&house, permit(Permission::DecideGrants), decide).await, failed);
        assert!(holds(&grant.id).await, "a decision");
        keep_rights(app, "a process").await.unwrap();
        let start = StartGrant {
            grant: grant.id.clone(),
            operator: operator.clone(),
            name: name.clone(),
            scope: grant.scope.clone(),
            starts,
        };
        assert_eq!(dies(&house, permit(Permission::DecideGrants), start).await, failed);
        assert!(holds(&grant.id).await, "a beginning");
        let form = [("grant", grant.id.0.as_str()), ("why", "enough")];
        assert!(!came_back(&house, &owner, "/api/grants/revoke", &form).await);
        let revoke = RevokeGrant { grant: grant.id.clone(), operator, name, ends };
        assert_eq!(dies(&house, permit(Permission::ProposeGrants), revoke).await, failed);
        assert!(holds(&grant.id).await, "a grant taken back");
        whole(&house).await;
    })
    .await;
}

/// Roles on instances that go by what the store says of them, and those that go by the record alone, are kept by two jobs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_store_does_not_say_of_roles_keeps_the_record_from_nothing() {
    let house = house(sqlite().await).await;
    sql(&house.app.store, "alter table grant_roles rename column tried_at to gone").await.unwrap();
    let jobs: Supervisor = start(&house.app, None);
    crate::support::until("both have run", async || {
        let seen = house.app.jobs.seen();
        let of = |name: &str| seen.iter().find(|((job, _), _)| *job == name).map(|(_, seen)| seen.runs);
        // Well, failed, panicked, hung.
        of("roles of grants").is_some_and(|runs| runs[1] > 0)
            && of("roles by the record").is_some_and(|runs| runs[0] > 0 && runs[1..] == [0, 0, 0])
    })
    .await;
    jobs.stop();
    jobs.ended().await;
}

/// Who owns the console, by rows that hold.
async fn owners(house: &House) -> Vec<String> {
    let people = operators::list(&house.app.store).await.unwrap();
    let own = people.into_iter().filter(|person| person.role == Role::Owner && person.may_sign_in());
    own.map(|person| person.id.0).collect()
}

/// A row that says “owner” and was not written by the console is no owner: the last one there is stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_somebody_wrote_into_the_store_is_none() {
    both(async |house| {
        let (store, now) = (&house.app.store, house.app.clock.now());
        sql(store, "update operators set role = 'owner' where id = '01moderator'").await.unwrap();
        let ended = howdah::store::endings::end_access(store, &id("01owner"), &id("01admin"), now).await.unwrap();
        assert_eq!(ended, None, "nobody would be left");
        assert!(!operators::set_role(store, &id("01owner"), Role::Owner, Role::Admin).await.unwrap());
        assert_eq!(owners(&house).await, ["01owner"]);
        // With a second one that holds, both go.
        crate::support::person(&house.app, "second", Role::Owner).await;
        assert!(operators::set_role(store, &id("01owner"), Role::Owner, Role::Admin).await.unwrap());
        assert_eq!(owners(&house).await, ["01second"]);
    })
    .await;
}

/// Two owners who end each other's access at the same moment, or take each other's role, leave one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_end_each_other_one_stays() {
    const WAITING: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    house.app.ledger.seal_rows_once().await.unwrap();
    let howdah::store::Driver::Postgres(pool) = &house.store.store.driver else { panic!("PostgreSQL was asked for") };
    let (first, second) = ("01owner", "01second");
    crate::support::person(&house.app, "second", Role::Owner).await;
    for by_role in [false, true] {
        // Both are held up after they have looked, the first where it goes on writing.
        let mut held = pool.begin().await.unwrap();
        let table = if by_role { "web_sessions" } else { "case_holds" };
        let lock = format!("lock table {table} in access exclusive mode");
        sqlx::query(sqlx::AssertSqlSafe(lock)).execute(&mut *held).await.unwrap();
        let ends = |who: &'static str, by: &'static str| {
            let (store, now) = (house.app.store.clone(), house.app.clock.now());
            tokio::spawn(async move {
                if by_role {
                    return operators::set_role(&store, &id(who), Role::Owner, Role::Admin).await;
                }
                let ended = howdah::store::endings::end_access(&store, &id(who), &id(by), now).await;
                ended.map(|ended| ended.is_some())
            })
        };
        let mut both = Vec::new();
        for (waits, (who, by)) in [(1, (first, second)), (2, (second, first))] {
            both.push(ends(who, by));
            crate::support::until("it is held up", async || {
                sqlx::query_scalar::<_, i64>(WAITING).fetch_one(pool).await.unwrap() == waits
            })
            .await;
        }
        held.commit().await.unwrap();
        let mut done = 0;
        for one in both {
            done += usize::from(one.await.unwrap().unwrap());
        }
        assert_eq!((done, owners(&house).await.len()), (1, 1), "by role: {by_role}");
        // Again as it was.
        for who in [first, second] {
            howdah::store::endings::give_access_back(&house.app.store, &id(who)).await.unwrap();
            operators::set_role(&house.app.store, &id(who), Role::Admin, Role::Owner).await.unwrap();
        }
        assert_eq!(owners(&house).await.len(), 2);
    }
}

//! What a deed changes in the console's own store is changed while the deed is open and this process's, or not at all; and
//! nothing is made to run there meanwhile.

use crate::support::{House, grant, house, postgres, sql, sqlite};
use axum::http::StatusCode;
use howdah::{
    access::{self, Permission, Permit, Role},
    carry_out, cli,
    clock::{Clock, HOUR},
    config::Secret,
    context::App,
    deeds::{ChangeOperatorRole, ChangePassword, ChosenBy},
    id::{AccountId, GrantId, InstanceName, OperatorId},
    invitations::RequestState,
    jobs,
    ledger::{Acting, Ledger, Mark, Outcome, Verdict},
    operators::service::command_actor,
    problem::{Kind, Problem},
    seal::Keys,
    store::{
        Driver, Store, Withheld,
        access_requests::{self, AccessRequest},
        account_notes::{self, Note},
        attempts::{self, Limit},
        case_claims, endings, grants,
        linked_accounts::{self, Linked},
        operators::{self, Factor},
        recovery_codes,
        setup_links::{self, SetupLink},
        sign_ins::{self, Proved},
        web_sessions,
    },
};
use serde_json::json;
use std::{sync::Arc, time::Duration};

pub fn id(id: &str) -> OperatorId {
    OperatorId(id.to_owned())
}

pub fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

/// Another process over the same store.
fn another(house: &House) -> Arc<App> {
    cli::assemble(house.config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap()
}

pub fn may() -> Permit {
    access::permit(&command_actor(), Permission::ManageOperators, None).unwrap()
}

pub fn becomes_admin() -> ChangeOperatorRole {
    ChangeOperatorRole {
        operator: id("01moderator"),
        name: "moderator".into(),
        before: Role::Moderator,
        after: Role::Admin,
    }
}

pub async fn admin(store: &Store) -> sqlx::Result<bool> {
    operators::set_role(store, &id("01moderator"), Role::Moderator, Role::Admin).await
}

async fn role(house: &House) -> Role {
    operators::by_id(&house.app.store, &id("01moderator")).await.unwrap().unwrap().role
}

/// The leases of everything run out, and another process closes it.
pub async fn closed_elsewhere(house: &House) {
    sql(&house.store.store, "update open_deeds set lease_until = 0").await.unwrap();
    jobs::sweep(&another(house)).await.unwrap();
}

pub async fn both(what: impl AsyncFn(House)) {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        house.app.ledger.seal_rows_once().await.unwrap();
        what(house).await;
    }
}

pub async fn whole(house: &House) {
    let report = house.app.ledger.verify(&[]).await.unwrap();
    assert!(report.holds(), "{:?}", report.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stood_still_writes_nothing_that_another_closed_as_failed() {
    both(async |house| {
        let here = &house;
        let done: Result<Option<i64>, Problem> =
            carry_out::recorded(&here.app, may(), becomes_admin(), "a test", |store| async move {
                closed_elsewhere(here).await;
                let done = admin(&store).await;
                assert_eq!(role(here).await, Role::Moderator);
                whole(here).await;
                assert_eq!(here.outcome("change_operator_role").await, Some(Outcome::Failed));
                done
            })
            .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("another process closed entry"), "{problem:?}");
        assert!(problem.what.contains("Nothing was changed"), "{problem:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_before_another_closed_it_is_found_done_and_the_person_is_told() {
    both(async |house| {
        let here = &house;
        let done = carry_out::recorded(&here.app, may(), becomes_admin(), "a test", |store| async move {
            let done = admin(&store).await;
            closed_elsewhere(here).await;
            done
        })
        .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("Done, but so late"), "{problem:?}");
        assert!(problem.remedy.contains("before you repeat"), "{problem:?}");
        assert_eq!(role(&house).await, Role::Admin);
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Unknown));
        whole(&house).await;
    })
    .await;
}

/// A change goes on after its commit: an error then is no proof that nothing was done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_before_an_error_is_not_recorded_as_failed() {
    both(async |house| {
        let done = carry_out::recorded(&house.app, may(), becomes_admin(), "a test", |store| async move {
            admin(&store).await?;
            Err(sqlx::Error::PoolTimedOut)
        })
        .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("may have been done"), "{problem:?}");
        assert_eq!(role(&house).await, Role::Admin);
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Unknown));
        whole(&house).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_written_before_an_error_is_recorded_as_failed() {
    both(async |house| {
        let done = carry_out::recorded(&house.app, may(), becomes_admin(), "a test", |_| async move {
            Err(sqlx::Error::PoolTimedOut)
        })
        .await;
        assert!(!done.unwrap_err().what.contains("may have been done"));
        assert_eq!(role(&house).await, Role::Moderator);
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Failed));
    })
    .await;
}

/// Where it cannot be read what became of a deed, it stays open, and its lease is not renewed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_after_an_error_is_left_to_the_sweep() {
    both(async |house| {
        let here = &house;
        let done = carry_out::recorded(&here.app, may(), becomes_admin(), "a test", |store| async move {
            admin(&store).await?;
            sql(&here.app.store, "alter table operators rename to gone").await?;
            Err(sqlx::Error::PoolTimedOut)
        })
        .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("may have been done"), "{problem:?}");
        assert_eq!((house.app.ledger.under_way(), house.outcome("change_operator_role").await), (0, None));
        sql(&house.app.store, "alter table gone rename to operators").await.unwrap();
        sql(&house.app.store, "update open_deeds set lease_until = 0").await.unwrap();
        house.app.ledger.renew_leases().await.unwrap();
        jobs::sweep(&another(&house)).await.unwrap();
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Unknown));
    })
    .await;
}

/// What a deed writes it writes in one transaction: nobody finds half of it, and nobody can stop it between two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_that_begins_to_write_once_more_writes_nothing_more() {
    both(async |house| {
        let cookie = house.sign_in("admin").await;
        let done = carry_out::recorded(&house.app, may(), becomes_admin(), "a test", |store| async move {
            admin(&store).await?;
            web_sessions::end_all_of(&store, &id("01admin"), None).await
        })
        .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("may have been done"), "{problem:?}");
        assert!(house.get(Some(&cookie), "/i/harbour").await.status.is_success(), "the second was let through");
        assert_eq!(role(&house).await, Role::Admin);
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Unknown));
        whole(&house).await;
    })
    .await;
}

/// What was made to run on the leases themselves, after the entry stood, is found before anything of them is touched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_somebody_elses_runs_before_a_deed_has_looked() {
    const MADE: &str = "create sequence ran; create function run() returns trigger language plpgsql \
        as 'begin perform nextval(''ran''); return new; end'; \
        create trigger late before update on open_deeds for each row execute function run()";
    let house = house(postgres().await).await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    let here = &house;
    let done = carry_out::recorded(&here.app, may(), becomes_admin(), "a test", |store| async move {
        sql(&here.app.store, MADE).await?;
        admin(&store).await
    })
    .await;
    assert!(done.unwrap_err().what.contains("the trigger late"));
    assert_eq!(role(&house).await, Role::Moderator);
    let ran: bool = sqlx::query_scalar("select is_called from ran").fetch_one(pool).await.unwrap();
    assert!(!ran, "it ran before it was found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_cannot_be_renewed_now_keeps_back_none_of_the_others() {
    let house = house(postgres().await).await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    let other = ChangeOperatorRole { operator: id("01admin"), name: "admin".into(), ..becomes_admin() };
    let ledger: &Ledger = &house.app.ledger;
    let first = ledger.open(may(), becomes_admin(), "", Acting::Console, Mark::default()).await.unwrap();
    let second = ledger.open(may(), other, "", Acting::Console, Mark::default()).await.unwrap();
    sql(&house.app.store, "update open_deeds set lease_until = 0").await.unwrap();
    let mut writing = pool.begin().await.unwrap();
    sqlx::query("update open_deeds set lease = lease where intent = $1")
        .bind(first.index())
        .execute(&mut *writing)
        .await
        .unwrap();
    ledger.renew_leases().await.unwrap();
    let renewed: Vec<i64> =
        sqlx::query_scalar("select intent from open_deeds where lease_until > 0").fetch_all(pool).await.unwrap();
    assert_eq!(renewed, [second.index()]);
    writing.commit().await.unwrap();
}

/// Everything that a deed writes with, after the deed is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_for_a_deed_that_is_closed() {
    both(async |house| {
        let (app, now) = (&house.app, house.app.clock.now());
        let grant_id = grant(app, "01contractor", Vec::new(), true, false, now.plus(HOUR)).await;
        let grant = grants::by_id(&app.store, &app.keys, &grant_id).await.unwrap().unwrap();
        let ledger: &Ledger = &app.ledger;
        let warrant = ledger.open(may(), becomes_admin(), "", Acting::Console, Mark::default()).await.unwrap();
        let store = ledger.store_for(&warrant);
        let verdict = Verdict { outcome: Outcome::Failed, facts: json!({}), seen: json!({}) };
        ledger.close(&warrant.unsent("a test"), &verdict).await.unwrap();
        let entries = ledger.tree_state().await.unwrap().size;
        let (who, by, on, account) = (id("01moderator"), id("01owner"), harbour(), AccountId(7));
        let person = operators::by_id(&app.store, &who).await.unwrap().unwrap();
        let of = Proved { operator: &who, generation: person.generation, keep: None };
        let factor = Factor { sealed: "x", step: 1, recovery: &[] };
        let anew = operators::Operator { id: id("01new"), name: "new".into(), ..person.clone() };
        let linked = Linked {
            operator: who.clone(),
            instance: on.clone(),
            account,
            username: "somebody".into(),
            token: Secret::new("x".to_owned()),
            linked_at: now,
        };
        let offer = SetupLink { role: Role::Moderator, name: None, offered_by: Some(by.clone()), person: id("01x") };
        let note =
            Note { id: "1".into(), operator: who.clone(), text: Some("x".into()), created_at: now, withdrawn: None };
        let request = AccessRequest {
            id: "1".into(),
            instance: on.clone(),
            operator: who.clone(),
            accounts: 1,
            told: None,
            state: RequestState::Waiting,
            created_at: now,
            decided_at: None,
            decided_by: None,
            answer: None,
            invite: None,
        };
        let other = grants::Grant { id: GrantId("01other".into()), ..grant.clone() };
        let said = [
            ("insert", operators::insert(&store, &anew, None).await.map(drop)),
            ("by a link", operators::insert(&store, &anew, Some("x")).await.map(drop)),
            ("first factor", operators::set_factor(&store, &who, person.generation, &factor, None).await.map(drop)),
            ("set_role", admin(&store).await.map(drop)),
            ("the end of access", endings::end_access(&store, &who, &by, now).await.map(drop)),
            ("access again", endings::give_access_back(&store, &who).await.map(drop)),
            ("set_password", sign_ins::set_password(&store, of, "x").await.map(drop)),
            ("by link", sign_ins::set_password_by_link(&store, &who, "x", "y", now).await.map(drop)),
            ("replace_factor", sign_ins::replace_factor(&store, of, &factor).await.map(drop)),
            ("codes", sign_ins::set_recovery_codes(&store, of, &[]).await.map(drop)),
            ("reset", sign_ins::reset(&store, &who, None, true).await.map(drop)),
            ("end all", web_sessions::end_all_of(&store, &who, None).await.map(drop)),
            ("end one", web_sessions::delete_one_of(&store, &who, "x").await.map(drop)),
            ("ask", grants::insert(&store, &app.keys, &other, &[]).await),
            ("decide", grants::decide(&store, &grant_id, &by, true, false, now).await.map(drop)),
            ("revoke", grants::revoke(&store, &grant_id, &by, now).await.map(drop)),
            ("start", grants::set_started(&store, &grant_id, "x", now).await.map(drop)),
            ("end", endings::end_grant(&store, &grant_id, "x", now).await.map(drop)),
            ("link", linked_accounts::keep(&store, &app.keys, &linked, None).await.map(drop)),
            ("unlink", linked_accounts::delete(&store, &who, &on, "1", now, now, None).await.map(drop)),
            ("offer", setup_links::insert(&store, "x", &offer, now, now.plus(HOUR)).await),
            ("hand over", case_claims::hand_over(&store, &on, account, &who, &by, None, now).await.map(drop)),
            ("note", account_notes::insert(&store, &app.keys, &on, account, &note).await),
            ("withdraw", account_notes::withdraw(&store, &on, account, "1", &who, now).await.map(drop)),
            ("request", access_requests::insert(&store, &app.keys, &request).await),
            ("refuse", access_requests::refuse(&store, &app.keys, &harbour(), "1", "x", &who, now).await.map(drop)),
        ];
        for (what, done) in said {
            let withheld = done.as_ref().err().and_then(Withheld::of);
            assert!(matches!(withheld, Some(Withheld::Closed(_))), "{what}: {done:?}");
        }
        assert_eq!(ledger.tree_state().await.unwrap().size, entries);
        whole(&house).await;
    })
    .await;
}

/// Whoever writes for a deed at this moment is not overtaken, and keeps nobody from closing the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_that_is_being_written_for_is_not_claimed() {
    let house = house(postgres().await).await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    let warrant = house.app.ledger.open(may(), becomes_admin(), "", Acting::Console, Mark::default()).await.unwrap();
    let intent = warrant.index();
    drop(warrant);
    sql(&house.app.store, "update open_deeds set lease_until = 0").await.unwrap();
    let mut writing = pool.begin().await.unwrap();
    sqlx::query("update open_deeds set lease = lease where intent = $1")
        .bind(intent)
        .execute(&mut *writing)
        .await
        .unwrap();
    let other = another(&house);
    assert!(other.ledger.claim_expired().await.unwrap().is_empty());
    writing.commit().await.unwrap();
    assert_eq!(other.ledger.claim_expired().await.unwrap().len(), 1);
}

/// A recovery code that is used while a deed about the same person lies open does not make it look done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_deed_changes_is_no_newer_by_it() {
    both(async |house| {
        let (app, who) = (&house.app, id("01moderator"));
        let code = "hash of a code".to_owned();
        let factor = Factor { sealed: "x", step: 1, recovery: &[code.clone(), "another".into()] };
        let generation = operators::by_id(&app.store, &who).await.unwrap().unwrap().generation;
        assert!(operators::set_factor(&app.store, &who, generation, &factor, None).await.unwrap().is_some());
        let deed = ChangePassword { operator: who.clone(), name: "moderator".into(), chosen_by: ChosenBy::Password };
        let person = operators::by_id(&app.store, &who).await.unwrap().unwrap();
        let actor = howdah::acting::actor(&app.store, person, "a test".into(), app.clock.now()).await.unwrap();
        let own = access::permit(&actor, Permission::OwnSignIn, None).unwrap();
        drop(app.ledger.open(own, deed, "", Acting::Console, Mark::default()).await.unwrap());
        assert!(recovery_codes::use_code(&app.store, &who, &code, app.clock.now()).await.unwrap());
        closed_elsewhere(&house).await;
        assert_eq!(house.outcome("change_password").await, Some(Outcome::Failed), "no password was changed");
        let report = house.app.ledger.verify(&[]).await.unwrap();
        assert!(report.holds(), "{:?}", report.lines());
        assert!(operators::by_id(&app.store, &who).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_to_run_between_two_statements_of_a_deed_ends_it() {
    both(async |house| {
        let (make, drop) = match &house.app.store.driver {
            Driver::Sqlite(_) => {
                ("create trigger late after update on web_sessions begin select 1; end", "drop trigger late")
            }
            Driver::Postgres(_) => {
                ("create rule late as on delete to web_sessions do instead nothing", "drop rule late on web_sessions")
            }
        };
        let here = &house;
        let done = carry_out::recorded(&here.app, may(), becomes_admin(), "a test", |store| async move {
            sql(&here.app.store, make).await.unwrap();
            let done = admin(&store).await;
            sql(&here.app.store, drop).await.unwrap();
            done
        })
        .await;
        let problem = done.unwrap_err();
        assert!(problem.what.contains("late on web_sessions is not the console’s"), "{problem:?}");
        assert_eq!(role(&house).await, Role::Moderator);
        assert_eq!(house.outcome("change_operator_role").await, Some(Outcome::Failed));
        whole(&house).await;
    })
    .await;
}

/// On PostgreSQL a trigger cannot be made on a table that an append, or a deed, is still about to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_to_run_between_the_look_and_the_writing() {
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    let house = house(postgres().await).await;
    house.app.ledger.seal_rows_once().await.unwrap();
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    sql(&house.app.store, "create function idle() returns trigger language plpgsql as 'begin return new; end'")
        .await
        .unwrap();
    for (row, table) in [
        ("select 1 from ledger_head for update", "rights_changes"),
        ("select 1 from operators where id = '01moderator' for update", "web_sessions"),
    ] {
        let mut held = pool.begin().await.unwrap();
        sqlx::query(row).execute(&mut *held).await.unwrap();
        let app = house.app.clone();
        let deed = tokio::spawn(async move {
            carry_out::recorded(&app, may(), becomes_admin(), "a test", |store| async move { admin(&store).await })
                .await
        });
        while sqlx::query_scalar::<_, i64>(WAITS).fetch_one(pool).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let make = format!(
            "set local lock_timeout = '200ms'; create trigger late before update on {table} for each row execute function idle()"
        );
        let made = sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(pool).await;
        held.commit().await.unwrap();
        let error = made.expect_err(table);
        assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("55P03"), "{error}");
        assert!(deed.await.unwrap().unwrap().is_some(), "{table}");
        operators::set_role(&house.app.store, &id("01moderator"), Role::Admin, Role::Moderator).await.unwrap();
    }
    let owner = house.sign_in("owner").await;
    assert_eq!(house.get(Some(&owner), "/people").await.status, StatusCode::OK);
}

/// Whoever keeps the table of attempts locked keeps strangers waiting, not the pages of those who are signed in; and is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_who_are_kept_waiting_take_no_page_along() {
    let house = house(postgres().await).await;
    let owner = house.sign_in("owner").await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("PostgreSQL was asked for") };
    let mut held = pool.begin().await.unwrap();
    sqlx::query("lock table attempts in share row exclusive mode").execute(&mut *held).await.unwrap();
    let limit = Limit::Within { window: 60_000, most: 5 };
    let strangers: Vec<_> = (0..20)
        .map(|number| {
            let (store, now) = (house.app.store.clone(), house.app.clock.now());
            tokio::spawn(async move { attempts::reserve(&store, &format!("stranger {number}"), limit, now).await })
        })
        .collect();
    const WAITS: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and state = 'active'";
    while sqlx::query_scalar::<_, i64>(WAITS).fetch_one(&mut *held).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..3 {
        assert_eq!(house.get(Some(&owner), "/people").await.status, StatusCode::OK);
    }
    for stranger in strangers {
        let error = stranger.await.unwrap().expect_err("none is counted");
        let Problem { kind, .. } = howdah::store::store_problem(error);
        assert_eq!(kind, Kind::Unavailable);
    }
    howdah::store::held::waited_in_vain().await;
    assert_eq!(house.app.store.name_holders().await.unwrap(), 1, "who holds it is named");
    held.rollback().await.unwrap();
    assert!(attempts::reserve(&house.app.store, "stranger 0", limit, house.app.clock.now()).await.unwrap().is_ok());
}

/// What changes nothing lets go of what it locked before it answers: a transaction that is only dropped is rolled back a little later,
/// and whoever looks for work meanwhile passes the row by.
#[test]
fn nothing_is_answered_over_a_transaction_that_is_only_dropped() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let begins = ["let mut tx = begin!(", "let mut tx = pool.begin()", "let mut tx = store.driver.begin_writing()"];
    let (mut met, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let mut within = false;
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if begins.iter().any(|begins| line.contains(begins)) {
                (within, met) = (true, met + 1);
            } else if line.contains("tx.commit()") || line.starts_with('}') {
                within = false;
            } else if within && line.contains("return Ok(") {
                wrong.push(format!("{}:{}: unchanged!(tx, …)", path.display(), number + 1));
            }
        }
    }
    assert!(met > 40, "{met} transactions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

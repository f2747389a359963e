//! Bad weather: clocks that differ or are set back, a disk that is full, a store that is gone, an instance that was taken out.

use crate::{
    engine::{Database, on_both},
    support::{Answered, House, Kept, NO_SANCTION, grant_of, house, postgres, sql, sqlite, until, with_lagoon},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use howdah::{
    cli,
    clock::{Clock, HOUR, MINUTE, SECOND, Timestamp},
    http,
    id::{AccountId, InstanceName, OperatorId},
    ledger::{Fact, Outcome},
    nouns::grants::Scope,
    registrations::RegistrationsMode,
    seal::Keys,
    store::{
        Driver, Store, attempts,
        attempts::Limit,
        batches::{self, Batch},
        case_claims, grants, settling, snapshots,
    },
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const LATER: Timestamp = Timestamp(NOW.0 + 2 * HOUR);

fn harbour() -> InstanceName {
    "harbour".parse().unwrap()
}

/// Whatever was claimed while the clock stood two hours ahead is free when it is set right, and what is claimed now is not.
async fn a_clock_set_back_leaves_no_claim_in_the_future(db: &Database) {
    let (store, keys) = (&db.store, Keys::from_secret([7; 32]));
    let (ann, ben) = (OperatorId("ANN".into()), OperatorId("BEN".into()));

    let batch = Batch {
        id: "B1".to_owned(),
        instance: harbour(),
        operator: ann.clone(),
        kind: "decide_sign_up".to_owned(),
        why: "a test".to_owned(),
        about: 1,
        paused: false,
        created_at: NOW,
        ended_at: None,
    };
    // A row is believed where there is a record.
    let nobody = Fact::SignInFailed { operator: None, address: "192.0.2.1".to_owned() };
    crate::ledger::ledger(db).fact(nobody).await.unwrap();
    batches::insert(store, &keys, &batch, &["a deed"]).await.unwrap();
    let claim = async |process: &str, at: Timestamp| {
        let free = batches::CLAIMS.free(store, Some(&harbour()), process, at).await.unwrap();
        let taken = batches::CLAIMS.take(store, "B1", process, at).await.unwrap();
        assert_eq!(free.len(), usize::from(taken), "what is free is had");
        taken
    };
    assert!(claim("p1", LATER).await);
    assert!(claim("p2", NOW).await, "a batch");
    assert!(!claim("p3", NOW).await, "it is claimed now");
    assert!(!claim("p3", NOW.plus(-30 * SECOND)).await, "by a process whose clock is a little behind");

    let hold = async |who: &OperatorId, at: Timestamp| {
        case_claims::claim(store, &harbour(), AccountId(7), who, at).await.unwrap()
    };
    assert!(hold(&ann, LATER).await);
    assert!(hold(&ben, NOW).await, "a case");
    assert!(!hold(&ann, NOW).await, "it is held now");
    assert_eq!(case_claims::list(store, &harbour(), NOW).await.unwrap().len(), 1);
    assert!(hold(&ben, LATER).await);
    assert_eq!(
        case_claims::list(store, &harbour(), NOW).await.unwrap(),
        [],
        "whoever held it in the future holds it not"
    );

    for (key, limit) in [
        ("at once", Limit::AtOnce(1)),
        ("within", Limit::Within { window: MINUTE, most: 1 }),
        ("slower", Limit::Slower),
    ] {
        let reserve = async |at: Timestamp| attempts::reserve(store, key, limit, at).await.unwrap().is_ok();
        for _ in 0..8 {
            let _ = reserve(LATER).await;
        }
        assert!(reserve(NOW).await, "{key}");
    }

    let turn = async |at: Timestamp| snapshots::claim(store, &harbour(), at, at.plus(5 * MINUTE)).await.unwrap();
    assert!(turn(LATER).await);
    assert!(turn(NOW).await, "a look");
    assert!(!turn(NOW.plus(5 * MINUTE - 1)).await, "it was taken now");

    settling::begin(store, &harbour(), 1, RegistrationsMode::Open, LATER, LATER.plus(MINUTE)).await.unwrap();
    assert_eq!(settling::due(store, NOW).await.unwrap().len(), 1, "caches");
    settling::begin(store, &harbour(), 2, RegistrationsMode::Open, NOW, NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(settling::due(store, NOW).await.unwrap(), [], "not before its time");
}

on_both!(a_clock_set_back_leaves_no_claim_in_the_future);

/// The same house with a clock of its own.
async fn timed(house: House) -> House {
    let clock = Clock::set(house.app.clock.now());
    let app =
        cli::assemble(house.config.clone(), clock, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, ..house };
    house.look().await;
    house
}

#[tokio::test]
async fn a_grant_that_ended_stays_ended_and_a_session_of_the_future_is_none() {
    for kept in [sqlite().await, postgres().await] {
        let house = timed(house(kept).await).await;
        let (app, store) = (&house.app, &house.app.store);
        let scope = || Scope { instances: vec![harbour()], categories: Vec::new(), sign_ups: true, reveal: false };
        let id = grant_of(app, "01contractor", scope(), app.clock.now().plus(HOUR)).await;
        // Its beginning and end are claimed and recorded while the clock stands right, then wrong.
        howdah::grants::service::keep_rights(app, "p1").await.unwrap();
        app.clock.advance(2 * HOUR);
        howdah::grants::service::keep_rights(app, "p1").await.unwrap();
        let ended = grants::by_id(store, &app.keys, &id).await.unwrap().unwrap();
        assert!(ended.ended_at.is_some());
        let owner = house.sign_in("owner").await;
        assert_eq!(house.get(Some(&owner), "/people").await.status, StatusCode::OK);
        app.clock.advance(-2 * HOUR);
        let now = app.clock.now();
        let person = OperatorId("01contractor".into());
        let running = grants::running_of(store, &person, now).await.unwrap();
        assert!(running.iter().all(|one| one.id != id), "what is recorded as ended runs again");
        assert!(grants::running(store, now).await.unwrap().iter().all(|(_, one)| one.id != id));
        assert_eq!(ended.state(now), howdah::nouns::grants::State::Over);
        assert!(!grants::open(store, &app.keys, "", now).await.unwrap().iter().any(|one| one.id == id));
        // Signed in by a clock two hours ahead: not for two hours longer than a session lasts.
        assert_eq!(house.get(Some(&owner), "/people").await.status, StatusCode::SEE_OTHER);
        let again = house.sign_in("owner").await;
        assert_eq!(house.get(Some(&again), "/people").await.status, StatusCode::OK);
        // Whose end was claimed in the future is claimed no more.
        let end = now.plus(HOUR);
        let second = grant_of(app, "01contractor", scope(), end).await;
        assert!(grants::DUE.take(store, &second.0, "p1", end.plus(2 * HOUR)).await.unwrap());
        assert!(grants::DUE.take(store, &second.0, "p2", end).await.unwrap());
        assert!(!grants::DUE.take(store, &second.0, "p3", end).await.unwrap());
    }
}

/// Makes a clock that is off by so much, and has it found before PostgreSQL's own.
async fn shifted(store: &Store, by: &str) {
    let clock = format!(
        "create or replace function public.clock_timestamp() returns timestamptz language sql volatile \
         as 'select pg_catalog.clock_timestamp() + interval ''{by}'''; \
         do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$"
    );
    sql(store, &clock).await.unwrap();
}

#[tokio::test]
async fn the_clock_of_a_shared_store_holds_and_a_difference_is_said() {
    let keys = Keys::from_secret([7; 32]);
    let kept = postgres().await;
    assert!(kept.store.clock().await.unwrap().skew().is_some_and(|skew| skew.abs() < 5 * SECOND));
    // Whatever stands in the store's database before PostgreSQL's own clock is not asked.
    shifted(&kept.store, "2 hours").await;
    let store = Store::connect(&kept.url, &keys).await.unwrap();
    let clock = store.clock().await.unwrap();
    let ahead = async || clock.now().since(Clock::System.now());
    assert!(ahead().await.abs() < SECOND, "{}", ahead().await);
    // A store whose server is ten seconds ahead of this machine holds.
    let Clock::Store(time) = &clock else { panic!("a shared store has a clock of its own") };
    time.told(time.asking(), Clock::System.now().plus(10 * SECOND));
    assert!((9 * SECOND..11 * SECOND).contains(&ahead().await), "{}", ahead().await);
    // It is asked again while the process runs.
    store.set(&clock).await.unwrap();
    assert!(ahead().await.abs() < SECOND, "{}", ahead().await);
    time.told(time.asking(), Clock::System.now().plus(10 * SECOND));
    sql(&store, "drop function public.clock_timestamp()").await.unwrap();

    let house = house(kept).await;
    let app = cli::assemble(house.config.clone(), clock, keys, store).unwrap();
    let house = House { router: http::router(app.clone()), app, ..house };
    let owner = house.sign_in("owner").await;
    let said = crate::seen::text(&house.get(Some(&owner), "/i/harbour").await.body);
    assert!(said.contains("behind the store’s"), "{said}");
    assert_eq!(sqlite().await.store.clock().await.unwrap().skew(), None, "on SQLite it is the machine's");
}

#[tokio::test]
async fn a_connection_whose_transaction_failed_is_not_used_again() {
    let kept = sqlite().await;
    let Driver::Sqlite(pool) = &kept.store.driver else { panic!("a SQLite store") };
    sqlx::raw_sql("create table large (text text)").execute(pool).await.unwrap();
    for _ in 0..12 {
        // What a full disk does: SQLite rolls back by itself (https://sqlite.org/lang_transaction.html), and whoever rolls
        // back after it is refused.
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("insert into large values ('x')").execute(&mut *tx).await.unwrap();
        sqlx::query("rollback").execute(&mut *tx).await.unwrap();
        drop(tx);
    }
    for _ in 0..24 {
        pool.begin_with("begin immediate").await.expect("a connection without a transaction").rollback().await.unwrap();
    }
}

/// A SQLite store on a file system of a few megabytes; gone when dropped.
struct Small {
    folder: tempfile::TempDir,
}

impl Small {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "howdah-test"])
            .arg(folder.path())
            .status()
            .unwrap();
        assert!(mounted.success(), "this test mounts a small file system, as root");
        Self { folder }
    }

    async fn store(&self) -> Kept {
        let url = format!("sqlite:{}", self.folder.path().join("howdah.db").display());
        let store = Store::connect(&url, &Keys::from_secret([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        Kept { store, url, _folder: None }
    }

    /// Leaves nothing free, to the last byte, neither on the disk nor in the log that SQLite writes first.
    async fn fill(&self, store: &Store) {
        use std::io::Write;
        sql(store, "pragma wal_checkpoint(truncate)").await.unwrap();
        let mut file = std::fs::File::create(self.folder.path().join("filling")).unwrap();
        for size in [65_536, 4096, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.folder.path().join("filling")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

async fn warn(house: &House, cookie: &str, username: &str, text: &str) -> Answered {
    let (account, reports) = house.case(username).await;
    let back = format!("/i/harbour/reports/{account}");
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", text),
        ("back", back.as_str()),
    ];
    house.post(Some(cookie), "/api/reports/decide", &form).await
}

#[tokio::test]
async fn with_a_full_disk_pages_answer_and_nothing_typed_is_lost_and_it_comes_back_by_itself() {
    let small = Small::new();
    let house = timed(house(small.store().await).await).await;
    let cookie = house.sign_in("moderator").await;
    assert_eq!(house.get(None, "/health").await.status, StatusCode::OK);
    small.fill(&house.app.store).await;
    // So long that a session would be touched.
    house.app.clock.advance(5 * MINUTE);
    for _ in 0..3 {
        for page in ["/i/harbour", "/i/harbour/reports", "/audit"] {
            let answer = house.get(Some(&cookie), page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
        }
        let answer = warn(&house, &cookie, "windvane", "what was typed, whole").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{:?}", answer.location);
        assert!(answer.body.contains("what was typed, whole") && answer.body.starts_with("<!doctype html>"));
    }
    assert_eq!(house.weather.writes(), 0);
    let health = house.get(None, "/health").await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE, "{}", health.body);
    small.free();
    assert_eq!(house.get(None, "/health").await.status, StatusCode::OK);
    for username in ["windvane", "quarry"] {
        let done = warn(&house, &cookie, username, "now").await;
        assert!(done.location.as_deref().is_some_and(|to| to.contains("done=")), "{:?} {}", done.location, done.body);
    }
    for _ in 0..16 {
        assert_eq!(house.get(None, "/health").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_form_whose_session_cannot_be_looked_up_comes_back() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("moderator").await;
    sql(&house.app.store, "alter table web_sessions rename to gone").await.unwrap();
    let form = "instance=harbour&account=1&decision=warn&text=what+was+typed%2C+whole";
    let request = Request::post("/api/reports/decide")
        .header(header::ACCEPT, "text/html")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::CONTENT_LENGTH, form.len())
        .header(header::COOKIE, &cookie);
    let answer = house.ask(request.body(Body::from(form)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.starts_with("<!doctype html>"), "{}", answer.body);
    assert!(
        answer.body.contains("what was typed, whole") && answer.body.contains("Nothing was done"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn done_and_not_yet_recorded_is_told_and_recorded_later() {
    let small = Small::new();
    let house = house(small.store().await).await;
    let cookie = house.sign_in("moderator").await;
    // The instance takes its time, and meanwhile the intent stands and the disk becomes full.
    house.weather.meanwhile(&house.instance, "select pg_sleep(1)");
    let filling = async {
        until("the intent stands", async || house.open_deeds().await == 1).await;
        small.fill(&house.app.store).await;
    };
    let (answer, ()) = tokio::join!(warn(&house, &cookie, "windvane", "x"), filling);
    // It is told while the disk is still full: nobody waits for it.
    let to = answer.location.unwrap_or_else(|| panic!("{}", answer.body));
    let page = house.get(Some(&cookie), &to).await;
    assert!(page.body.contains("not recorded yet"), "{to} {}", page.body);
    assert_eq!(house.outcome("decide_case").await, None);
    small.free();
    until("the outcome is recorded", async || house.outcome("decide_case").await == Some(Outcome::Succeeded)).await;
    assert_eq!(house.open_deeds().await, 0);
}

#[tokio::test]
async fn with_the_store_gone_pages_say_so_and_come_back() {
    // Nothing is to be had of it: as of a host that is gone behind a firewall.
    let house = house(postgres().await).await;
    let cookie = house.sign_in("moderator").await;
    let Driver::Postgres(pool) = &house.app.store.driver else { panic!("a PostgreSQL store") };
    let mut held = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        held.push(pool.acquire().await.unwrap());
    }
    // They are answered while nothing of the store can be had, and say so.
    for (page, status, says) in [
        ("/i/harbour/reports", StatusCode::SERVICE_UNAVAILABLE, "own database can’t be reached"),
        ("/sign-in", StatusCode::SERVICE_UNAVAILABLE, "own database can’t be reached"),
        ("/health", StatusCode::SERVICE_UNAVAILABLE, "the store"),
    ] {
        let answer = house.get(Some(&cookie), page).await;
        assert_eq!(answer.status, status, "{page}: {}", answer.body);
        assert!(answer.body.contains(says), "{page}: {}", answer.body);
    }
    drop(held);
    until("it answers again", async || house.get(Some(&cookie), "/i/harbour/reports").await.status == StatusCode::OK)
        .await;
}

#[tokio::test]
async fn an_instance_that_was_taken_out_is_told_to_its_contractor_as_what_it_is() {
    let house = with_lagoon(house(sqlite().await).await).await;
    let mut config = house.config.clone();
    config.instances.retain(|one| one.name.as_str() != "harbour");
    let app =
        cli::assemble(config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, config, ..house };
    let contractor = house.sign_in("contractor").await;
    for page in ["/", "/i/harbour", "/i/harbour/reports", "/i/harbour/signups"] {
        let answer = house.get(Some(&contractor), page).await;
        let said = crate::seen::text(&answer.body);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}: {said}");
        assert!(said.contains("harbour") && said.contains("no longer connected to this console"), "{page}: {said}");
        assert!(!said.contains("lagoon"), "{page}: {said}");
    }
    // What a grant does not name is nobody's business, connected or not.
    let other = crate::seen::text(&house.get(Some(&contractor), "/i/lagoon").await.body);
    assert!(other.contains("Instance “lagoon” doesn’t exist here"), "{other}");
    // Nothing is connected any more: nobody's grant has to do with that.
    let mut config = house.config.clone();
    config.instances.clear();
    let app =
        cli::assemble(config.clone(), Clock::System, Keys::from_secret([7; 32]), house.store.store.clone()).unwrap();
    let house = House { router: http::router(app.clone()), app, config, ..house };
    let owner = house.sign_in("owner").await;
    let said = crate::seen::text(&house.get(Some(&owner), "/").await.body);
    assert!(said.contains("No instance is connected") && !said.contains("your grant"), "{said}");
}

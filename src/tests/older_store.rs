//! A store of an older version is opened by this one: its record holds against the checkpoints of that time, every deed is
//! unsealed, and every sentence is the one that was read then.
//!
//! The files in the folder of the same name were made by `src/tests/older_store_made.rs` as of commit d89af16, by that version's own code.

use crate::{
    engine::{Database, Engine, on},
    support::PASSWORD,
};
use howdah::{
    cli,
    clock::Clock,
    config::{Config, InstanceConfig, Secret},
    context::App,
    http,
    id::AccountId,
    ledger::{Filter, Sealed, checkpoint},
    record::{line, name},
    seal::Keys,
    store::{Store, access_requests, account_notes, case_claims, operators, snapshots},
};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::{fmt::Write, path::PathBuf, sync::Arc};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/older_store");

fn file(name: &str) -> PathBuf {
    PathBuf::from(FOLDER).join(name)
}

/// The checkpoints that were kept outside at that time.
fn outside(engine: Engine) -> Vec<String> {
    let name = format!("{engine:?}.checkpoints").to_lowercase();
    checkpoint::split(&std::fs::read_to_string(file(&name)).unwrap())
}

/// The older store in the place of an empty one.
async fn put(database: &Database, engine: Engine) -> Store {
    match engine {
        Engine::Sqlite => {
            let copy = database.file().with_file_name("older.db");
            std::fs::copy(file("sqlite.db"), &copy).unwrap();
            Store::connect(&format!("sqlite://{}", copy.display()), &Keys::from_secret([7; 32])).await.unwrap()
        }
        Engine::Postgres => {
            let text = std::fs::read_to_string(file("postgres.sql")).unwrap();
            let options: sqlx::postgres::PgConnectOptions = database.url.parse().unwrap();
            // A connection of its own: the dump empties its search path.
            let mut alone: PgConnection = options.connect().await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut alone).await.unwrap();
            alone.close().await.unwrap();
            database.store.clone()
        }
    }
}

/// The console of today over it; the instance is away.
async fn console(store: Store) -> Arc<App> {
    store.migrate().await.unwrap();
    let nowhere: url::Url = "http://127.0.0.1:9".parse().unwrap();
    let config = Config {
        listen: "127.0.0.1:3000".parse().unwrap(),
        public_url: "http://127.0.0.1:3000".parse().unwrap(),
        trusted_proxies: Vec::new(),
        hsts: howdah::config::Hsts::Host,
        log: howdah::config::Log::Text,
        metrics_listen: None,
        store: Secret::new("sqlite:nowhere"),
        secret_key: [7; 32],
        checkpoint_file: None,
        words_kept_days: None,
        second_factor_optional: true,
        site: "target/site".into(),
        throw_away: howdah::nouns::throw_away::ThrowAway::default(),
        instances: vec![InstanceConfig {
            name: "harbour".parse().unwrap(),
            title: "harbour.example".into(),
            media_base_url: nowhere.clone(),
            base_url: nowhere,
            database_url: Secret::new("postgres://127.0.0.1:9/nowhere"),
            database_write_url: None,
            prepared_statements: true,
            redis_url: None,
            token: Secret::new("none"),
            untried_release: None,
            access_form: false,
        }],
    };
    cli::assemble(config, Clock::System, Keys::from_secret([7; 32]), store).unwrap()
}

/// Every entry in a line: what it says, how it ended, what was read back.
async fn sentences(app: &App) -> String {
    let people = operators::list(&app.store).await.unwrap();
    let filter = Filter { limit: 100_000, ..Filter::default() };
    let mut entries = app.ledger.list(&filter).await.unwrap();
    entries.reverse();
    let mut text = String::new();
    // What this version did there at its first start is no part of what was read then.
    for entry in entries.into_iter().filter(|entry| {
        !matches!(
            entry.deed.as_str(),
            "head_sealed" | "rows_sealed" | "snapshots_proved" | "deeds_proved" | "kept_proved"
        )
    }) {
        assert!(
            matches!(entry.sealed, Sealed::Nothing | Sealed::Opened),
            "entry {} ({}) does not open",
            entry.index,
            entry.deed
        );
        let said = line(&entry, &name(&people, &entry));
        let seen = app.ledger.entry(entry.index).await.unwrap().unwrap().seen;
        let outcome = entry.outcome.map_or("", |outcome| outcome.name());
        writeln!(
            text,
            "{} {} | {} ({}) {} | {} | {outcome} | {}",
            entry.index,
            entry.deed,
            said.who,
            said.role.as_deref().unwrap_or("-"),
            said.what,
            said.why,
            seen.map(|seen| seen.to_string()).unwrap_or_default(),
        )
        .unwrap();
    }
    text
}

async fn an_older_store_is_opened(database: &Database, engine: Engine) {
    let store = put(database, engine).await;
    let key = checkpoint::verifier_key(&Keys::from_secret([7; 32]), "127.0.0.1");
    let notes = outside(engine);
    assert_eq!(notes.len(), 3);
    // What was kept of an instance, and a note, as that version kept them.
    let keys = Keys::from_secret([7; 32]);
    let (text, rows) = (
        keys.seal_text("account note", "01NOTE", "Knows them.").unwrap(),
        keys.seal_text("snapshot", "harbour settings", "{}").unwrap(),
    );
    let (handed, told, answer) = (
        keys.seal_text("case note", "7", "second: Knows the history.").unwrap(),
        keys.seal_text(
            "access request",
            "01ASKED",
            "{\"who\":\"Nora\",\"organisation\":\"\",\"contact\":\"\",\"why\":\"\",\"voucher\":\"\"}",
        )
        .unwrap(),
        keys.seal_text("access request", "01ASKED", "Not now.").unwrap(),
    );
    let now = Clock::System.now().0;
    let former = format!(
        "insert into case_holds (instance, account, operator, since, seen_at, sealed_note) \
         values ('harbour', '7', '01SECOND', {now}, {now}, '{handed}'); \
         insert into access_requests (id, instance, operator, accounts, sealed_told, state, created_at, sealed_answer) \
         values ('01ASKED', 'harbour', '01SECOND', 1, '{told}', 'refused', 1, '{answer}'); \
         insert into account_notes (id, instance, account, operator, sealed, created_at) \
         values ('01NOTE', 'harbour', '7', '01SECOND', '{text}', 1); \
         insert into snapshots (instance, part, taken_at, number, hash, sealed) \
         values ('harbour', 'settings', 1, 0, 'x', '{rows}')"
    );
    crate::support::sql(&store, &former).await.unwrap();
    let app = console(store).await;
    let harbour = "harbour".parse().unwrap();
    let notes_of_7 = account_notes::about(&app.store, &app.keys, &harbour, AccountId(7)).await.unwrap();
    assert_eq!(notes_of_7[0].text.as_deref(), Some("Knows them."));
    // What was sealed without the name of its instance opens with it, and with no other from here on.
    let held = case_claims::of(&app.store, &harbour, AccountId(7), app.clock.now()).await.unwrap().unwrap();
    let note = |on: &str| {
        let on = on.parse().unwrap();
        case_claims::open_note(&app.keys, &on, AccountId(7), held.note.as_deref().unwrap()).map(|note| note.text)
    };
    assert_eq!((note("harbour").as_deref(), note("lagoon")), (Some("Knows the history."), None));
    let asked = access_requests::by_id(&app.store, &app.keys, "01ASKED").await.unwrap().unwrap();
    assert_eq!((asked.told.unwrap().who.as_str(), asked.answer.as_deref()), ("Nora", Some("Not now.")));
    let kept = snapshots::read(&app.store, &harbour, "settings").await.unwrap().unwrap();
    assert!(kept.holds);
    let rows = snapshots::rows(&app.store, &app.keys, &harbour, "settings").await.unwrap();
    assert_eq!(rows.as_deref(), Some("{}"));
    // As at the first start: its head gets a seal and the store an id; what was signed before still counts.
    app.ledger.begin().await.unwrap();
    assert_eq!(app.ledger.contradiction(), None);
    // Everybody there is as the record of that time has it: their rows are sealed once, and hold from then on.
    assert!(operators::list(&app.store).await.unwrap().is_empty(), "no one yet");
    let people = operators::stored(&app.store).await.unwrap().len();
    let sealed = app.ledger.seal_rows_once().await.unwrap().unwrap();
    assert_eq!((sealed.people, sealed.refused), (u64::try_from(people).unwrap(), 0), "{sealed:?}");
    assert_eq!(operators::list(&app.store).await.unwrap().len(), people);
    assert_eq!(app.ledger.seal_rows_once().await.unwrap(), None, "once");
    assert_eq!(app.ledger.prove_snapshots_once().await.unwrap(), Some(0));
    assert!(snapshots::read(&app.store, &harbour, "settings").await.unwrap().unwrap().holds);
    // Notes and requests were proved as they stood, once.
    assert!(app.ledger.prove_kept_once().await.unwrap());
    assert!(!app.ledger.prove_kept_once().await.unwrap(), "once");
    assert_eq!(account_notes::about(&app.store, &app.keys, &harbour, AccountId(7)).await.unwrap().len(), 1);
    assert!(access_requests::by_id(&app.store, &app.keys, "01ASKED").await.unwrap().is_some());
    assert_eq!(app.store.refused().await.unwrap(), []);
    let report = app.ledger.verify(&notes).await.unwrap();
    assert!(report.holds(), "{:?}", report.lines());
    let last = checkpoint::open(&key, notes.last().unwrap()).unwrap();
    assert_eq!(report.outside, Some(last.size));
    // Ids of grants are chosen by chance, and differ between the two engines' stores.
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    let text = sentences(&app).await;
    settings.bind(|| insta::assert_snapshot!(format!("older_store_{engine:?}").to_lowercase(), text));

    // What is signed from now on stands beside what was signed then.
    app.ledger.checkpoint().await.unwrap();
    let report = app.ledger.verify(&notes).await.unwrap();
    assert!(report.holds() && report.outside == Some(last.size) && report.others == 0, "{:?}", report.lines());

    // Whoever could sign in then can sign in now, with the same password; whose access had ended cannot.
    let router = http::router(app.clone());
    for (name, may) in [("second", true), ("mila", true), ("karl", true), ("dana", false)] {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", name), ("password", PASSWORD)])
            .finish();
        let request = axum::extract::Request::post("/api/sign-in/password")
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(form))
            .unwrap();
        let answer = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
        assert_eq!(to == "/" || to.starts_with("/sign-in/code"), may, "{name} was sent to “{to}”");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_store_is_opened_on_sqlite() {
    on(Engine::Sqlite, async |database| an_older_store_is_opened(database, Engine::Sqlite).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_store_is_opened_on_postgres() {
    let database = Database::empty(Engine::Postgres).await;
    an_older_store_is_opened(&database, Engine::Postgres).await;
    database.drop().await;
}

//! Set-ups that people run: what stands before PostgreSQL and Redis, each tried over the real part.

use crate::{
    doors::between,
    support::{House, Instead, NO_SANCTION, house, house_at, house_of, house_with, sqlite, until},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use howdah::{
    accounts::service::by_name,
    audit::service::outside_changes,
    http::{self, Limits},
    id::AccountId,
    ledger::{Filter, Outcome},
    mastodon::{cache::Cache, database::Database},
};
use practice::{cluster::Cluster, version::Version};
use redis::AsyncCommands;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// A program of a Debian package. Without it the test fails, and says what was not tried.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")]);
    let found = places.map(|place| place.join(name)).find(|file| file.is_file());
    found
        .unwrap_or_else(|| panic!("{name} is missing, so this set-up was NOT TRIED; on Debian: apt-get install {name}"))
}

/// A program that runs beside a test and ends with it.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits for whoever is to listen.
async fn listening(port: u16) {
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody listens on {port}");
}

/// A folder that servers under another user can look into.
fn open_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// An authority of one's own (`ca.pem`), a certificate of it for this machine (`server.pem`, `server.key`), one for a client.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let output = Command::new(program("openssl"))
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .expect("openssl starts");
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"));
    openssl(&format!("req {key} -subj /CN=server -keyout server.key -out server.csr"));
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost,DNS:howdah.example.org,IP:127.0.0.1\n").unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem");
    // A client's, in whose name it comes in, and one by nobody.
    openssl(&format!("req {key} -subj /CN=by_cert -keyout client.key -out client.csr"));
    openssl("x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out client.pem");
    openssl(&format!("req -x509 {key} -days 2 -subj /CN=by_cert -keyout stranger.key -out stranger.pem"));
    for private in ["server.key", "client.key", "stranger.key"] {
        fs::set_permissions(folder.join(private), fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Below an instance's own address.
const DESKS: [&str; 12] = [
    "",
    "/reports",
    "/appeals",
    "/accounts",
    "/signups",
    "/registrations",
    "/federation",
    "/federation/servers",
    "/federation/email-domains",
    "/roles",
    "/invites",
    "/audit/instance",
];

const PASSWORD: &str = "let-me-in";

/// PostgreSQL with a community, a certificate, a socket, and a role `howdah` that needs a password.
struct Postgres {
    url: String,
    port: u16,
    folder: TempDir,
    _cluster: Cluster,
}

async fn postgres() -> Postgres {
    let folder = open_folder();
    certificates(folder.path());
    let at = |file: &str| folder.path().join(file).display().to_string();
    let cluster = Cluster::start_with(
        folder.path(),
        true,
        &[
            format!("unix_socket_directories={}", folder.path().display()),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", at("server.pem")),
            format!("ssl_key_file={}", at("server.key")),
            format!("ssl_ca_file={}", at("ca.pem")),
            "password_encryption=md5".to_owned(),
        ],
    )
    .unwrap();
    let url = cluster.url("postgres");
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.unwrap();
    practice::schema::create_as(&pool, Version::V46).await.unwrap();
    practice::schema::before_seed(&pool, Version::V46).await.unwrap();
    let options = practice::community::Options {
        seed: 7,
        size: practice::community::Size::Small,
        domain: "harbour.example".to_owned(),
        now: jiff::Timestamp::now(),
        media: None,
    };
    practice::community::seed(&pool, &options).await.unwrap();
    practice::schema::seeded(&pool, Version::V46).await.unwrap();
    // What is granted is another test's; here it is only how one comes in.
    run(&pool, &format!("create role howdah login superuser password '{PASSWORD}'")).await;
    run(&pool, &format!("create role by_tls login superuser password '{PASSWORD}'")).await;
    run(&pool, "create role by_cert login superuser").await;
    let rules = "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhostssl all by_cert 127.0.0.1/32 cert\nhostnossl all by_tls 127.0.0.1/32 reject\n\
        host all all 127.0.0.1/32 md5\n";
    fs::write(folder.path().join("data/pg_hba.conf"), rules).unwrap();
    run(&pool, "select pg_reload_conf()").await;
    pool.close().await;
    let port = url::Url::parse(&url).unwrap().port().unwrap();
    Postgres { url, port, folder, _cluster: cluster }
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// PgBouncer as Mastodon's guide sets it up (docs.joinmastodon.org, “Scaling up”), with as few connections as show whether a
/// session is held on to.
async fn pgbouncer(postgres: &Postgres) -> (Beside, u16) {
    let port = free_port();
    (pgbouncer_at(postgres, port).await, port)
}

async fn pgbouncer_at(postgres: &Postgres, port: u16) -> Beside {
    let folder = postgres.folder.path();
    let pool = PgPool::connect(&postgres.url).await.unwrap();
    let hash: String = sqlx::query_scalar("select rolpassword from pg_authid where rolname = 'howdah'")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    fs::write(folder.join("userlist.txt"), format!("\"howdah\" \"{hash}\"\n\"pgbouncer\" \"{hash}\"\n")).unwrap();
    let conf = format!(
        "[databases]\nmastodon_production = host=127.0.0.1 port={} dbname=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nauth_type = md5\nauth_file = {}\nadmin_users = pgbouncer\npool_mode = transaction\n\
         server_reset_query = DISCARD ALL\nmax_client_conn = 100\ndefault_pool_size = 2\nunix_socket_dir =\n",
        postgres.port,
        folder.join("userlist.txt").display()
    );
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, conf).unwrap();
    let mut command = Command::new(program("pgbouncer"));
    // It refuses to run as root.
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.args(["-u", "nobody"]);
    }
    let child = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pgbouncer starts");
    listening(port).await;
    Beside(child)
}

/// Decides a case and sets who may sign up: what is done by API, and what is written to the database.
async fn everything_is_done(house: &House) {
    let cookie = house.sign_in("admin").await;
    let (account, reports) = house.case("windvane").await;
    let decision = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "Please read the rules."),
    ];
    let decided = house.post(Some(&cookie), "/api/reports/decide", &decision).await;
    assert!(decided.location.as_deref().unwrap_or_default().contains("done="), "{}", decided.body);
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let page = house.get(Some(&cookie), "/i/harbour/registrations").await.body;
    let seen = between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"").replace("&amp;", "&");
    let settings = [
        ("instance", "harbour"),
        ("mode", "approved"),
        ("message", "Full"),
        ("why", "a pooler stands between"),
        ("seen", seen.as_str()),
        ("back", "/i/harbour/registrations"),
    ];
    let set = house.post(Some(&cookie), "/api/registrations/set", &settings).await;
    assert!(set.location.as_deref().unwrap_or_default().contains("done="), "{}", set.body);
    assert_eq!(house.outcome("set_registrations").await, Some(Outcome::Succeeded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_pgbouncer_in_transaction_mode_everything_is_read_and_done() {
    let postgres = postgres().await;
    let (_pgbouncer, port) = pgbouncer(&postgres).await;
    let pooled = format!("postgres://howdah:{PASSWORD}@127.0.0.1:{port}/mastodon_production");
    let house = house_at(sqlite().await, Version::V46, &postgres.url, pooled, None, None).await;
    let instance = house.app.instances.values().next().unwrap();
    let health = instance.health();
    assert!(matches!(health.database, Some(Ok(_))), "{:?}", health.database);
    let cookie = house.sign_in("admin").await;
    // More pages at once than there are connections behind the pooler.
    let paths: Vec<String> = DESKS.iter().chain(&DESKS).map(|page| format!("/i/harbour{page}")).collect();
    let answers = futures::future::join_all(paths.iter().map(|path| house.get(Some(&cookie), path))).await;
    for (path, answer) in paths.iter().zip(answers) {
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains("database can’t be reached"), "{path}: {}", answer.body);
    }
    everything_is_done(&house).await;
}

/// How often the console's role sent the server something that was prepared by name, and how often anything.
fn prepared(postgres: &Postgres) -> (usize, usize) {
    let log = fs::read_to_string(postgres.folder.path().join("postgres.log")).unwrap();
    let sent = |what: &str| log.matches(&format!("howdah LOG:  execute {what}")).count();
    (sent("sqlx_s_"), sent(""))
}

/// By name only where the session is the console's own: what is prepared in a pooler's sessions somebody else meets there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_are_prepared_by_name_in_sessions_of_our_own_alone() {
    let postgres = postgres().await;
    let pool = PgPool::connect(&postgres.url).await.unwrap();
    run(&pool, "alter system set log_statement = 'all'").await;
    run(&pool, "alter system set log_line_prefix = '%u '").await;
    run(&pool, "select pg_reload_conf()").await;
    let (first, port) = pgbouncer(&postgres).await;
    let pooled = format!("postgres://howdah:{PASSWORD}@127.0.0.1:{port}/mastodon_production");
    let house = house_at(sqlite().await, Version::V46, &postgres.url, pooled.clone(), None, None).await;
    let cookie = house.sign_in("admin").await;
    let (account, _) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    assert_eq!(house.get(Some(&cookie), &case).await.status, StatusCode::OK);
    let (by_name, all) = prepared(&postgres);
    assert!(by_name == 0 && all > 0, "{by_name} of {all}");
    drop((house, first));

    let own = format!("postgres://howdah:{PASSWORD}@127.0.0.1:{}/postgres", postgres.port);
    // Where no connection is free when it is asked, nothing is learned: it is asked again.
    run(&pool, "alter role howdah connection limit 0").await;
    let house = house_at(sqlite().await, Version::V46, &postgres.url, own, None, None).await;
    run(&pool, "alter role howdah connection limit -1").await;
    house.look().await;
    let cookie = house.sign_in("admin").await;
    for _ in 0..8 {
        assert_eq!(house.get(Some(&cookie), &case).await.status, StatusCode::OK);
    }
    assert!(prepared(&postgres).0 > 50, "{:?}", prepared(&postgres));
    // A column changes under them: what was prepared for it is refused once, and is not kept in any connection.
    run(&pool, "alter table account_warning_presets alter column title type text").await;
    let mut answers = Vec::new();
    for _ in 0..16 {
        answers.push(house.get(Some(&cookie), &case).await.status.as_u16());
    }
    assert!(answers.iter().filter(|status| **status != 200).count() <= 1, "{answers:?}");
    pool.close().await;
}

/// A pooler that is started anew, as after each change of its settings: what is asked meanwhile says so and keeps what was typed,
/// nothing is sent, and no connection of before is used again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_was_started_anew_is_met_anew() {
    let postgres = postgres().await;
    let (first, port) = pgbouncer(&postgres).await;
    let pooled = format!("postgres://howdah:{PASSWORD}@127.0.0.1:{port}/mastodon_production");
    let house = house_at(sqlite().await, Version::V46, &postgres.url, pooled, None, None).await;
    let cookie = house.sign_in("admin").await;
    let (account, reports) = house.case("windvane").await;
    let case = format!("/i/harbour/reports/{account}");
    assert_eq!(house.get(Some(&cookie), &case).await.status, StatusCode::OK);
    drop(first);
    let decision = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "These words took long to find."),
        ("back", case.as_str()),
    ];
    let refused = house.post(Some(&cookie), "/api/reports/decide", &decision).await.location.unwrap();
    assert!(refused.contains("draft="), "{refused}");
    let page = house.get(Some(&cookie), &refused).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("These words took long to find."), "{}", page.body);
    assert_eq!(house.weather.writes(), 0, "nothing was sent");
    let _second = pgbouncer_at(&postgres, port).await;
    let page = house.get(Some(&cookie), &refused).await;
    assert!(page.body.contains("These words took long to find."), "{}", page.body);
    everything_is_done(&house).await;
    // What looks by itself goes on too.
    let instance = house.app.instances.values().next().unwrap();
    outside_changes::compare(&house.app, instance).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_reached_by_a_socket_and_by_tls_under_an_authority_of_ones_own() {
    let postgres = postgres().await;
    let (folder, port) = (postgres.folder.path().display(), postgres.port);
    let by_tls = format!("postgres://by_tls:{PASSWORD}@127.0.0.1:{port}/postgres");
    for (url, wrong) in [
        (format!("postgres://howdah@localhost/postgres?host={folder}&port={port}"), None),
        (format!("{by_tls}?sslmode=verify-full&sslrootcert={folder}/ca.pem"), None),
        // Without its authority it is not believed, and not gone around.
        (format!("{by_tls}?sslmode=verify-full"), Some("TLS")),
        (format!("{by_tls}?sslmode=disable"), Some("pg_hba.conf rejects")),
        (by_tls.replace(PASSWORD, "guess"), Some("password authentication failed")),
    ] {
        let said = Database::new(&url).unwrap().read().await.map(|_| ()).map_err(|error| error.to_string());
        match wrong {
            None => assert_eq!(said, Ok(()), "{url}"),
            Some(wrong) => assert!(said.as_ref().is_err_and(|said| said.contains(wrong)), "{url}: {said:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_reached_by_a_client_certificate() {
    let postgres = postgres().await;
    let (folder, port) = (postgres.folder.path().display(), postgres.port);
    let at = format!("postgres://by_cert@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={folder}/ca.pem");
    let with = |name: &str| format!("{at}&sslcert={folder}/{name}.pem&sslkey={folder}/{name}.key");
    for (url, wrong) in [
        (with("client"), None),
        (at.clone(), Some("certificate")),
        (with("stranger"), Some("UnknownCA")),
        (with("client").replace("by_cert@", "by_tls@"), Some("password")),
    ] {
        let said = Database::new(&url).unwrap().read().await.map(|_| ()).map_err(|error| error.to_string());
        match wrong {
            None => assert_eq!(said, Ok(()), "{url}"),
            Some(wrong) => assert!(said.as_ref().is_err_and(|said| said.contains(wrong)), "{url}: {said:?}"),
        }
    }
}

/// The half of the next test that has the passwords of its environment.
#[tokio::test]
#[ignore = "run by the test of password files, in a process of its own"]
async fn postgresql_in_this_environment() {
    let url = std::env::var("HOWDAH_TEST_POSTGRES").expect("the test that runs this one says where");
    println!("said: {:?}", Database::new(&url).unwrap().read().await.map(|_| ()).map_err(|error| error.to_string()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_reached_with_the_password_of_a_file() {
    let postgres = postgres().await;
    let url = format!("postgres://howdah@127.0.0.1:{}/postgres", postgres.port);
    let file = postgres.folder.path().join("pgpass");
    fs::write(&file, format!("127.0.0.1:{}:postgres:howdah:{PASSWORD}\n", postgres.port)).unwrap();
    for (mode, right) in [(0o600, true), (0o644, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", "setups::postgresql_in_this_environment"]);
        let output = command.env("HOWDAH_TEST_POSTGRES", &url).env("PGPASSFILE", &file).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = text.lines().find(|line| line.contains("said: ")).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(said.contains("Ok(())"), right, "{mode:o}: {said}");
        assert!(right || said.contains("password"), "{mode:o}: {said}");
    }
}

/// The desks open, and what is done by API and in the database is done, whatever the release.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_every_release_the_desks_open_and_a_case_is_decided() {
    for version in Version::ALL {
        let house = house_of(sqlite().await, version).await;
        let health = house.app.instances.values().next().unwrap().health();
        assert_eq!(health.api, Some(Ok(version.number().to_owned())));
        assert!(matches!(health.database, Some(Ok(_))), "{version:?}: {:?}", health.database);
        let cookie = house.sign_in("admin").await;
        for page in DESKS {
            let answer = house.get(Some(&cookie), &format!("/i/harbour{page}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{version:?} {page}");
            assert!(!answer.body.contains("database can’t be reached"), "{version:?} {page}: {}", answer.body);
        }
        everything_is_done(&house).await;
    }
}

/// Redis with two passwords, a socket and a certificate.
struct Redis {
    port: u16,
    tls: u16,
    folder: TempDir,
    _server: Beside,
}

impl Redis {
    async fn start() -> Self {
        let folder = open_folder();
        certificates(folder.path());
        let (port, tls) = (free_port(), free_port());
        let at = |file: &str| folder.path().join(file).display().to_string();
        // What docs/servers.md gives the console's user.
        let conf = format!(
            "bind 127.0.0.1\nport {port}\ntls-port {tls}\ntls-cert-file {}\ntls-key-file {}\ntls-ca-cert-file {}\n\
             tls-auth-clients no\nunixsocket {}\nsave \"\"\ndir {}\n\
             user default on >{PASSWORD} ~* &* +@all\n\
             user howdah on >{PASSWORD}-too ~*cache:* -@all +ping +scan +unlink +select\n",
            at("server.pem"),
            at("server.key"),
            at("ca.pem"),
            at("redis.sock"),
            folder.path().display()
        );
        fs::write(folder.path().join("redis.conf"), conf).unwrap();
        let child = Command::new(program("redis-server"))
            .arg(folder.path().join("redis.conf"))
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        listening(port).await;
        Self { port, tls, folder, _server: Beside(child) }
    }

    fn url(&self, database: u8) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    async fn fill(&self) {
        fill(&self.url(0)).await;
    }
}

/// Two keys of Mastodon's cache, with 4.3's namespace and without, and one that is no cache.
async fn fill(url: &str) {
    let client = redis::Client::open(url).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    for key in [
        "cache:rails_settings_cached/923c/registrations_mode",
        "mine_cache:rails_settings_cached/6338/registrations_mode",
        "mine:feed:home:1",
    ] {
        redis.set::<_, _, ()>(key, "x").await.unwrap();
    }
}

/// What comes of telling a cache to forget: how many keys went, or why not.
async fn forgotten(url: &str) -> Result<usize, String> {
    let cache = Cache::new(url).map_err(|error| error.to_string())?;
    cache.ping().await.map_err(|error| error.to_string())?;
    cache.forget_settings(&["registrations_mode"]).await.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_reached_by_a_password_as_a_user_and_by_a_socket() {
    let redis = Redis::start().await;
    let (port, socket) = (redis.port, redis.folder.path().join("redis.sock").display().to_string());
    for url in [
        redis.url(0),
        format!("redis://howdah:{PASSWORD}-too@127.0.0.1:{port}/0"),
        format!("redis+unix://{socket}?pass={PASSWORD}"),
        format!("unix://{socket}?user=howdah&pass={PASSWORD}-too"),
    ] {
        redis.fill().await;
        assert_eq!(forgotten(&url).await, Ok(2), "{url}");
    }
    let said = forgotten(&format!("redis://howdah:guess@127.0.0.1:{port}/0")).await.unwrap_err();
    assert!(said.contains("WRONGPASS") || said.contains("authentication failed"), "{said}");
}

/// The half of the next test that believes, or not, the authority its environment names.
#[tokio::test]
#[ignore = "run by the test of Redis by TLS, in a process of its own"]
async fn redis_by_tls_in_this_environment() {
    let url = std::env::var("HOWDAH_TEST_REDIS_TLS").expect("the test that runs this one says where");
    println!("said: {:?}", forgotten(&url).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_reached_by_tls_under_an_authority_of_ones_own() {
    let redis = Redis::start().await;
    redis.fill().await;
    let url = format!("rediss://howdah:{PASSWORD}-too@localhost:{}/0", redis.tls);
    let said = |authority: Option<PathBuf>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", "setups::redis_by_tls_in_this_environment"]);
        command.env("HOWDAH_TEST_REDIS_TLS", &url);
        match authority {
            Some(file) => command.env("SSL_CERT_FILE", file),
            None => command.env_remove("SSL_CERT_FILE"),
        };
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find(|line| line.contains("said: ")).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let unknown = said(None);
    assert!(unknown.contains("Err") && unknown.contains("certificate"), "{unknown}");
    let known = said(Some(redis.folder.path().join("ca.pem")));
    assert!(known.contains("said: Ok(2)"), "{known}");
}

/// Two servers that follow one another and a sentinel that watches them; each has a password, the sentinel one of its own.
struct Watched {
    servers: BTreeMap<u16, Beside>,
    sentinel: u16,
    folder: TempDir,
    _sentinel: Beside,
}

impl Watched {
    async fn start() -> Self {
        let folder = open_folder();
        let (first, second, sentinel) = (free_port(), free_port(), free_port());
        let run = |port: u16, conf: String, arguments: &[&str]| {
            let home = folder.path().join(port.to_string());
            fs::create_dir(&home).unwrap();
            fs::write(home.join("redis.conf"), format!("bind 127.0.0.1\nport {port}\ndir {}\n{conf}", home.display()))
                .unwrap();
            let child = Command::new(program("redis-server"))
                .arg(home.join("redis.conf"))
                .args(arguments)
                .stdout(Stdio::null())
                .spawn();
            Beside(child.expect("redis-server starts"))
        };
        let user = format!(
            "save \"\"\nrepl-diskless-sync-delay 0\nrequirepass {PASSWORD}\nmasterauth {PASSWORD}\n\
             user howdah on >{PASSWORD}-too ~*cache:* -@all +ping +scan +unlink +select +role\n"
        );
        let mut servers = BTreeMap::from([(first, run(first, user.clone(), &[]))]);
        listening(first).await;
        servers.insert(second, run(second, format!("{user}replicaof 127.0.0.1 {first}\n"), &[]));
        listening(second).await;
        let watching = format!(
            "requirepass {PASSWORD}-three\nsentinel monitor mymaster 127.0.0.1 {first} 1\n\
             sentinel auth-pass mymaster {PASSWORD}\nsentinel down-after-milliseconds mymaster 500\n\
             sentinel failover-timeout mymaster 2000\n"
        );
        let watch = run(sentinel, watching, &["--sentinel"]);
        listening(sentinel).await;
        let watched = Self { servers, sentinel, folder, _sentinel: watch };
        // A sentinel looks for copies every ten seconds, and can only promote one that it knows.
        watched.until("slaves", &second.to_string()).await;
        watched
    }

    /// What the sentinel answers to a question about the primary.
    fn told(&self, what: &str) -> String {
        let output = Command::new(program("redis-cli"))
            .args(["-p", &self.sentinel.to_string(), "-a", &format!("{PASSWORD}-three"), "--no-auth-warning"])
            .args(["sentinel", what, "mymaster"])
            .output();
        String::from_utf8_lossy(&output.expect("redis-cli starts").stdout).into_owned()
    }

    async fn until(&self, what: &str, word: &str) {
        for _ in 0..600 {
            if self.told(what).lines().any(|line| line == word) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} has no {word}: {} in {}", self.told(what), self.folder.path().display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_that_sentinels_name_is_told_to_forget_and_the_next_one_after_it() {
    let mut watched = Watched::start().await;
    let told: Vec<u16> = watched.servers.keys().copied().collect();
    let first = *told.iter().find(|port| watched.told("get-master-addr-by-name").contains(&port.to_string())).unwrap();
    let second = *told.iter().find(|port| **port != first).unwrap();
    let address = |asks: &str| {
        format!(
            "redis://howdah:{PASSWORD}-too@mymaster/0?sentinel=127.0.0.1:1&sentinel=127.0.0.1:{}&sentinel_password={asks}",
            watched.sentinel
        )
    };
    // One sentinel that is away is passed over; one that refuses is not taken for a server that is.
    let cache = Cache::new(&address(&format!("{PASSWORD}-three"))).unwrap();
    let refused = Cache::new(&address("guess")).unwrap();
    fill(&format!("redis://:{PASSWORD}@127.0.0.1:{first}/0")).await;
    cache.ping().await.unwrap();
    assert_eq!(cache.forget_settings(&["registrations_mode"]).await.unwrap(), 2);
    let said = refused.ping().await.unwrap_err().to_string();
    assert!(said.contains("the sentinels"), "{said}");
    drop(watched.servers.remove(&first));
    // What it tells by name is already the next one while it still has the former one in its list.
    watched.until("master", &second.to_string()).await;
    fill(&format!("redis://:{PASSWORD}@127.0.0.1:{second}/0")).await;
    assert_eq!(cache.forget_settings(&["registrations_mode"]).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_not_the_cache_server_is_doubted() {
    let redis = Redis::start().await;
    let (cache, other) = (redis.url(0), redis.url(1));
    let troubles = |house: &House| house.app.instances.values().next().unwrap().health().troubles();
    let right = house_with(sqlite().await, Version::V46, Some(&cache), Some(cache.clone())).await;
    assert_eq!(troubles(&right), Vec::<String>::new());
    let wrong = house_with(sqlite().await, Version::V46, Some(&cache), Some(other)).await;
    let said = troubles(&wrong).join("\n");
    assert!(said.contains("is this the cache server"), "{said}");
    let owner = wrong.sign_in("owner").await;
    let overview = wrong.get(Some(&owner), "/i/harbour").await.body;
    assert!(overview.contains("is this the cache server") && overview.contains(">problems<"), "{overview}");
    crate::seen::dot_agrees(&overview);
}

/// The configuration of nginx in `docs/proxy.md`, with the places of a test instead of those in it. nginx reaches the console
/// from another address than this machine's usual one, which stands for a machine of its own.
fn documented(folder: &Path, console: &str, port: u16) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proxy.md")).unwrap();
    let mut server = String::new();
    for line in between(&page, "## nginx\n\n", "\n\nOn another machine").lines() {
        writeln!(server, "{}", line.trim_start()).unwrap();
    }
    let at = |file: &str| folder.join(file).display().to_string();
    for (theirs, ours) in [
        ("listen 443 ssl;", format!("listen 127.0.0.1:{port} ssl;")),
        ("/etc/letsencrypt/live/howdah.example.org/fullchain.pem", at("server.pem")),
        ("/etc/letsencrypt/live/howdah.example.org/privkey.pem", at("server.key")),
        ("proxy_pass http://127.0.0.1:3000;", format!("proxy_pass http://{console}; proxy_bind 127.0.0.9;")),
    ] {
        assert!(server.contains(theirs), "docs/proxy.md has no {theirs}");
        server = server.replace(theirs, &ours);
    }
    let kept: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {};\nerror_log {};\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{server}}}\n",
        at("nginx.pid"),
        at("error.log")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx_that_is_not_on_this_machine_people_sign_in_and_are_told_apart() {
    let folder = open_folder();
    certificates(folder.path());
    let house = house(sqlite().await).await;
    let house = house
        .told(|config| {
            config.public_url = "https://howdah.example.org".parse().unwrap();
            config.listen = "0.0.0.0:3000".parse().unwrap();
            config.trusted_proxies = vec!["127.0.0.9/32".parse().unwrap()];
        })
        .await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let console = listener.local_addr().unwrap();
    let limits = Limits::for_files(1_024);
    tokio::spawn(http::serve(house.app.clone(), listener, limits, std::future::pending()));
    let port = free_port();
    fs::write(folder.path().join("nginx.conf"), documented(folder.path(), &console.to_string(), port)).unwrap();
    let child = Command::new(program("nginx"))
        .args(["-p", &folder.path().display().to_string(), "-e", "stderr", "-c"])
        .arg(folder.path().join("nginx.conf"))
        .stdout(Stdio::null())
        .spawn()
        .expect("nginx starts");
    let _nginx = Beside(child);
    listening(port).await;
    let authority = reqwest::Certificate::from_pem(&fs::read(folder.path().join("ca.pem")).unwrap()).unwrap();
    let client = reqwest::Client::builder()
        .add_root_certificate(authority)
        .resolve("howdah.example.org", ([127, 0, 0, 1], port).into())
        .local_address(std::net::IpAddr::from([127, 0, 0, 5]))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let base = format!("https://howdah.example.org:{port}");
    let sign_in = async |to: &str, client: &reqwest::Client, name: &str, password: &str| {
        client
            .post(format!("{to}/api/sign-in/password"))
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            // What a client says of itself counts for nothing on either way.
            .header("x-forwarded-for", "203.0.113.5")
            .header("forwarded", "for=203.0.113.6")
            .header("x-real-ip", "203.0.113.7")
            .form(&[("name", name), ("password", password)])
            .send()
            .await
            .unwrap()
    };
    let signed = sign_in(&base, &client, "owner", crate::support::PASSWORD).await;
    assert_eq!(signed.status(), StatusCode::FOUND);
    let cookies = signed.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookie = cookies.filter_map(|whole| whole.split(';').next()).find(|pair| pair.starts_with("__Host-howdah="));
    let cookie = cookie.expect("a cookie of the host alone");
    let page = client.get(format!("{base}/i/harbour/reports")).header("cookie", cookie).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));

    sign_in(&base, &client, "moderator", "not the password").await;
    let direct = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    sign_in(&format!("http://{console}"), &direct, "auditor", "not the password").await;
    let filter = Filter { limit: 50, ..Default::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    let recorded: String = entries.iter().map(|entry| entry.leaf.to_string()).collect();
    for (address, is_recorded) in [
        ("127.0.0.5", true),
        ("127.0.0.1", true),
        ("127.0.0.9", false),
        ("203.0.113.5", false),
        ("203.0.113.6", false),
        ("203.0.113.7", false),
    ] {
        let hash = house.app.keys.hash("address", address.as_bytes());
        assert_eq!(recorded.contains(&hash), is_recorded, "{address}");
    }
}

/// nginx on a Unix socket, as the servers of Mastodon listen on one (`SOCKET`), and before it another on a port of its own: the
/// console knows the second alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mastodon_on_a_socket_is_reached_by_its_proxy_on_whatever_port() {
    let folder = open_folder();
    let house = house(sqlite().await).await;
    let behind = house.config.instances[0].base_url.clone();
    let at = |file: &str| folder.path().join(file).display().to_string();
    let (port, socket) = (free_port(), at("web.sock"));
    let kept: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
        .concat();
    let conf = format!(
        "daemon off;\nmaster_process off;\npid {};\nerror_log {};\nevents {{}}\nhttp {{\naccess_log off;\n{kept}\
         server {{ listen unix:{socket}; location / {{ proxy_pass {behind}; proxy_set_header Host $http_host; }} }}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://unix:{socket}; \
         proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }}\n}}\n",
        at("nginx.pid"),
        at("error.log"),
    );
    fs::write(folder.path().join("nginx.conf"), conf).unwrap();
    let child = Command::new(program("nginx"))
        .args(["-p", &folder.path().display().to_string(), "-e", "stderr", "-c"])
        .arg(folder.path().join("nginx.conf"))
        .stdout(Stdio::null())
        .spawn()
        .expect("nginx starts");
    let _nginx = Beside(child);
    listening(port).await;
    let proxy: url::Url = format!("http://127.0.0.1:{port}").parse().unwrap();
    let house = house
        .told(|config| {
            config.instances[0].base_url = proxy.clone();
            config.instances[0].media_base_url = proxy.join("system").unwrap();
        })
        .await;
    let health = house.app.instances.values().next().unwrap().health();
    assert!(matches!(health.api, Some(Ok(_))) && health.token.is_none(), "{:?} {:?}", health.api, health.token);
    everything_is_done(&house).await;
    // With the socket's own server gone the proxy answers 502, and that is said.
    fs::remove_file(&socket).unwrap();
    until("the proxy's 502 is said", async || {
        house.look().await;
        let said = house.app.instances.values().next().unwrap().health().troubles().join("\n");
        said.contains("the server:") && said.contains("check whether Mastodon runs") && !said.contains("base_url")
    })
    .await;
}

/// Mastodon says of itself that its handles have another domain than its pages, and that it federates with few.
const HARBOUR: Instead = Instead {
    method: Method::GET,
    path: "/api/v2/instance",
    status: 200,
    headers: &[("content-type", "application/json")],
    body: r#"{"domain":"harbour.example","version":"4.6.5","configuration":{"limited_federation":true},
        "registrations":{"enabled":false,"approval_required":false,"message":null}}"#,
};

#[tokio::test]
async fn the_database_of_another_server_is_noticed_and_nothing_is_done_by_it() {
    let house = house(sqlite().await).await;
    let answers = |body| Instead {
        method: Method::GET,
        path: "/api/v2/instance",
        status: 200,
        headers: &[("content-type", "application/json")],
        body,
    };
    let cookie = house.sign_in("owner").await;
    let (account, reports) = house.case("windvane").await;
    let decide = async || {
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "resolve"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("back", "/i/harbour/reports"),
        ];
        house.sent(&cookie, "/api/reports/decide", &form).await.body
    };
    let stranger =
        r#"{"version":"4.6.5","domain":"quay.example","contact":{"account":{"id":"424242","username":"somebody"}}}"#;
    house.front.instead(vec![answers(stranger)]);
    house.look().await;
    let page = house.get(Some(&cookie), "/i/harbour").await.body;
    assert!(page.contains("it is another server’s: account 424242"), "{page}");
    assert!(decide().await.contains("reads another server’s database"));
    assert_eq!(house.weather.writes(), 0);
    // Nobody named, or named in a way that is not understood, is no doubt.
    for body in [
        r#"{"version":"4.6.5","domain":"harbour.example","contact":{"account":null}}"#,
        r#"{"version":"4.6.5","domain":"harbour.example","contact":{"account":{"id":7,"username":"somebody"}}}"#,
        r#"{"version":"4.6.5","domain":"harbour.example"}"#,
    ] {
        house.front.instead(vec![answers(body)]);
        house.look().await;
        assert!(house.app.instances.values().all(|instance| instance.health().another.is_none()), "{body}");
    }
    decide().await;
    assert!(house.weather.writes() > 0);
}

#[tokio::test]
async fn handles_and_rules_know_both_names_of_an_instance() {
    let house = house(sqlite().await).await;
    let id: i64 = sqlx::query_scalar("select id from accounts where username = 'windvane' and domain is null")
        .fetch_one(&house.instance)
        .await
        .unwrap();
    let found = async |who: &str| by_name(house.app.instances.values().next().unwrap(), who).await.unwrap();
    assert_eq!(found("@windvane@harbour.example").await, None, "its pages alone are known");
    house.front.instead(vec![HARBOUR]);
    house.look().await;
    for who in [
        "windvane",
        "@windvane@harbour.example",
        "@windvane@Harbour.Example",
        "https://harbour.example/@windvane",
        "@windvane@127.0.0.1",
        "http://127.0.0.1:3001/@windvane",
    ] {
        assert_eq!(found(who).await, Some(AccountId(id)), "{who}");
    }
    assert_eq!(found("@windvane@elsewhere.example").await, None);
    let owner = house.sign_in("owner").await;
    for name in ["harbour.example", "HARBOUR.example"] {
        let look = house.get(Some(&owner), &format!("/i/harbour/federation?look={name}")).await.body;
        assert!(look.contains("is this instance’s own domain."), "{name}");
    }
}

#[tokio::test]
async fn limited_federation_is_said_where_servers_are_allowed() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let server = howdah::path::server(&"harbour".parse().unwrap(), "new-friends.example");
    let pages = ["/i/harbour/federation", "/i/harbour/federation?list=allows", server.as_str()];
    let said = "federates with allowed domains only";
    for page in pages {
        assert!(!house.get(Some(&owner), page).await.body.contains(said), "{page}");
    }
    assert!(house.get(Some(&owner), pages[1]).await.body.contains("this instance reports as off"));
    house.front.instead(vec![HARBOUR]);
    house.look().await;
    for page in pages {
        let body = house.get(Some(&owner), page).await.body;
        assert!(body.contains(said), "{page}");
    }
    // With nobody on the list yet the first one can be put there.
    let body = house.get(Some(&owner), pages[2]).await.body;
    assert!(body.contains("Allow new-friends.example"));
}

/// A storage that gives nothing without a signature, as S3 does: what it was asked, and where it sends whoever has none.
#[derive(Clone, Default)]
struct Storage {
    asked: Arc<Mutex<Vec<String>>>,
    elsewhere: Option<String>,
}

async fn stored(State(storage): State<Storage>, request: Request) -> Response {
    let address = request.uri().to_string();
    assert!(!request.headers().contains_key(header::AUTHORIZATION), "the token is Mastodon's alone");
    storage.asked.lock().unwrap().push(address.clone());
    match storage.elsewhere {
        Some(place) => (StatusCode::FOUND, [(header::LOCATION, format!("{place}{address}"))]).into_response(),
        None if address.contains("X-Amz-Signature=") => {
            ([(header::CONTENT_TYPE, "image/png")], "\u{1}PNG").into_response()
        }
        None => (StatusCode::FOUND, [(header::LOCATION, format!("{address}?X-Amz-Signature=f00d"))]).into_response(),
    }
}

async fn storage(elsewhere: Option<String>) -> (Storage, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let storage = Storage { elsewhere, ..Storage::default() };
    let router = Router::new().fallback(stored).with_state(storage.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (storage, address)
}

#[tokio::test]
async fn signed_addresses_are_followed_once_and_to_the_named_storage_alone() {
    let mut house = house(sqlite().await).await;
    let (account, media): (i64, i64) = sqlx::query_as(
        "select s.account_id, m.id from media_attachments m join statuses s on s.id = m.status_id \
         where m.remote_url = '' and s.visibility = 0 and s.deleted_at is null order by m.id limit 1",
    )
    .fetch_one(&house.instance)
    .await
    .unwrap();
    let path = format!("/i/harbour/reports/{account}/media/{media}");
    let (named, at) = storage(None).await;
    house = house.told(|config| config.instances[0].media_base_url = format!("{at}/bucket").parse().unwrap()).await;
    let cookie = house.sign_in("moderator").await;
    let answer = house.get(Some(&cookie), &path).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "\u{1}PNG"));
    let asked = named.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].starts_with("/bucket/media_attachments/files/"), "{asked:?}");
    assert_eq!(asked[1], format!("{}?X-Amz-Signature=f00d", asked[0]));

    // The named one leads to a storage that nobody named: it is not asked.
    let (unnamed, further) = storage(None).await;
    let (_, at) = storage(Some(further)).await;
    house = house.told(|config| config.instances[0].media_base_url = at.parse().unwrap()).await;
    let cookie = house.sign_in("moderator").await;
    let answer = house.get(Some(&cookie), &path).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("follows nowhere"), "{}", answer.body);
    assert_eq!(unnamed.asked.lock().unwrap().len(), 0);
}

//! Set-ups that people run: what stands before PostgreSQL and Redis, each tried over the real part.

use crate::{
    doors::between,
    support::{House, NO_SANCTION, house_at, house_of, house_with, sqlite},
};
use axum::http::StatusCode;
use howdah::{
    ledger::Outcome,
    mastodon::{cache::Cache, database::Database},
};
use practice::{cluster::Cluster, version::Version};
use redis::AsyncCommands;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
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

/// An authority of one's own (`ca.pem`), and a certificate of it for this machine (`server.pem`, `server.key`).
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
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem");
    fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Below an instance's own address.
const DESKS: [&str; 8] =
    ["", "/reports", "/accounts", "/signups", "/registrations", "/domains", "/roles", "/invitations"];

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
    let rules = "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhostnossl all by_tls 127.0.0.1/32 reject\n\
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
    (Beside(child), port)
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
        assert!(!answer.body.contains("database does not answer"), "{path}: {}", answer.body);
    }
    everything_is_done(&house).await;
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
            assert!(!answer.body.contains("database does not answer"), "{version:?} {page}: {}", answer.body);
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

    /// Two keys of Mastodon's cache, with 4.3's namespace and without, and one that is no cache.
    async fn fill(&self) {
        let client = redis::Client::open(self.url(0)).unwrap();
        let mut redis = client.get_multiplexed_async_connection().await.unwrap();
        for key in [
            "cache:rails_settings_cached/923c/registrations_mode",
            "mine_cache:rails_settings_cached/6338/registrations_mode",
            "mine:feed:home:1",
        ] {
            redis.set::<_, _, ()>(key, "x").await.unwrap();
        }
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
    // A doubt, no failure: everything else is done.
    assert!(wrong.app.instances.values().next().unwrap().health().well(), "{said}");
}

//! What the tests stand on: stores on both engines, a practice instance, and a console in front of it.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use howdah::{
    access::{self, Permission, Role},
    carry_out, cli,
    clock::{Clock, DAY, Timestamp},
    config::{Config, Hsts, InstanceConfig, Log, Secret},
    context::App,
    deeds::{AddOperator, LinkAccount},
    grants::{self, Scope, service::Asked},
    http,
    id::{GrantId, OperatorId},
    operators::service,
    reports::Category,
    seal::{Field, Keys},
    store::{
        Driver, Store,
        linked_accounts::{self, Linked},
        operators,
    },
};
use http_body_util::BodyExt;
use practice::{rate_limit::Limits, server, version::Version};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::OnceCell};
use tower::ServiceExt;

pub const PASSWORD: &str = "a password of the tests";

pub fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set; run the tests with: cargo xtask test --only unit"))
}

/// The databases that a test has made: they go when its thread ends, for hundreds of them would fill the disk.
struct Made(RefCell<Vec<String>>);

thread_local! {
    static MADE: Made = const { Made(RefCell::new(Vec::new())) };
}

impl Drop for Made {
    fn drop(&mut self) {
        for name in self.0.take() {
            // It fails when the process ends just now, and the server with it.
            let _ending = DROPPED.send(name);
        }
    }
}

/// Where the names of databases go that nobody needs any more. One at a time: PostgreSQL writes all it holds for each.
static DROPPED: LazyLock<mpsc::Sender<String>> = LazyLock::new(|| {
    let (sender, names) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let admin = variable("HOWDAH_TEST_POSTGRES");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let pool = PgPoolOptions::new().max_connections(1).connect(&admin).await.expect("PostgreSQL answers");
            for name in names {
                let gone = format!("drop database if exists {name} with (force)");
                if let Err(error) = sqlx::query(sqlx::AssertSqlSafe(gone)).execute(&pool).await {
                    eprintln!("{name} stays on the disk: {error}");
                }
            }
        });
    });
    sender
});

/// A new, empty database on the tests' PostgreSQL, which goes with the test: its address.
pub async fn database() -> String {
    let name = database_like(None).await;
    MADE.with(|made| made.0.borrow_mut().push(name.clone()));
    address_of(&name)
}

/// A copy of a database that nobody is connected to, which goes with the test: its address.
async fn copy_of(template: &str) -> String {
    let name = database_like(Some(template)).await;
    MADE.with(|made| made.0.borrow_mut().push(name.clone()));
    address_of(&name)
}

fn address_of(name: &str) -> String {
    let admin = variable("HOWDAH_TEST_POSTGRES");
    let (base, _) = admin.rsplit_once('/').expect("a database in the address");
    format!("{base}/{name}")
}

/// A new database on the tests' PostgreSQL, empty or a copy of one that nobody is connected to: its name.
async fn database_like(template: Option<&str>) -> String {
    let admin = variable("HOWDAH_TEST_POSTGRES");
    let name = format!("t{:032x}", rand::random::<u128>());
    let like = template.map(|template| format!(" template {template}")).unwrap_or_default();
    let pool = PgPoolOptions::new().max_connections(1).connect(&admin).await.expect("PostgreSQL answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}{like}"))).execute(&pool).await.expect("a database");
    name
}

/// A community that is made once in a process, and copied for each test.
struct Community {
    /// The name of its database, to which nobody is connected.
    database: String,
    files: PathBuf,
}

/// One a release.
static COMMUNITIES: [OnceCell<Community>; Version::ALL.len()] = [const { OnceCell::const_new() }; Version::ALL.len()];

async fn community(version: Version) -> &'static Community {
    COMMUNITIES[version as usize]
        .get_or_init(async || {
            let database = database_like(None).await;
            let files = folder_of_process(version.number()).expect("a folder");
            seed(&address_of(&database), version, jiff::Timestamp::now(), &files).await;
            Community { database, files }
        })
        .await
}

/// Fills a database with a community, as it is at a moment.
async fn seed(url: &str, version: Version, now: jiff::Timestamp, files: &Path) {
    let pool = PgPoolOptions::new().max_connections(2).connect(url).await.expect("a database");
    practice::schema::create_as(&pool, version).await.expect("Mastodon's tables");
    practice::schema::before_seed(&pool, version).await.expect("what the seed fills");
    let options = practice::community::Options {
        seed: 7,
        size: practice::community::Size::Small,
        domain: "harbour.example".to_owned(),
        now,
        media: Some(files.to_owned()),
    };
    practice::community::seed(&pool, &options).await.expect("a community");
    practice::schema::seeded(&pool, version).await.expect("the release's tables");
    pool.close().await;
}

/// A folder of this process among the build's own; those of processes that have ended go.
fn folder_of_process(name: &str) -> std::io::Result<PathBuf> {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("communities");
    std::fs::create_dir_all(&all)?;
    for former in std::fs::read_dir(&all)? {
        let former = former?;
        if !Path::new("/proc").join(former.file_name()).exists() {
            // Another process may have been quicker.
            let _gone = std::fs::remove_dir_all(former.path());
        }
    }
    let folder = all.join(std::process::id().to_string()).join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The files of one folder under another, without a second copy on the disk.
fn same_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            same_files(&entry.path(), &target)?;
        } else if std::fs::hard_link(entry.path(), &target).is_err() {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// A store on one engine; the folder goes when dropped.
pub struct Kept {
    pub store: Store,
    pub url: String,
    pub _folder: Option<TempDir>,
}

pub async fn sqlite() -> Kept {
    let folder = TempDir::new().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("howdah.db").display());
    let store = Store::connect(&url, &Keys::from_secret([7; 32])).await.expect("a store");
    store.migrate().await.expect("tables");
    Kept { store, url, _folder: Some(folder) }
}

pub async fn postgres() -> Kept {
    let url = database().await;
    let store = Store::connect(&url, &Keys::from_secret([7; 32])).await.expect("a store");
    store.migrate().await.expect("tables");
    Kept { store, url, _folder: None }
}

/// What stands between console and instance, and can be told to misbehave.
#[derive(Clone, Default)]
pub struct Weather(Arc<Mutex<Fault>>, Arc<AtomicUsize>, Arc<Mutex<Option<(PgPool, &'static str)>>>);

/// How the instance fails, for writing calls only unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// Answers 500 without doing anything.
    Broken,
    /// Answers 429.
    Limited,
    /// Answers a web page.
    Html,
    /// Answers half a JSON document.
    Halved,
    /// Answers a body that never ends.
    Endless,
    /// Sends us to another host.
    Elsewhere,
    /// Does what it was asked, and breaks off before it answers.
    CutAfterwards,
    /// Does what it was asked, and somebody in front answers 403 with a page of their own.
    RefusedAfterwards,
    /// Does what it was asked, and never answers.
    SilentAfterwards,
    /// Answers a byte at a time, for ever.
    Trickling,
    /// Sends whoever wants a file to another host.
    FileElsewhere,
    /// Sends whoever wants a file on and on between its own addresses.
    FileInCircles,
    /// Answers a file with a web page.
    FileOfAnotherKind,
    /// Answers a file that says it is larger than we take.
    FileTooLarge,
}

impl Weather {
    pub fn set(&self, fault: Fault) {
        *self.0.lock().unwrap() = fault;
    }

    /// What somebody else does on the instance just before the next writing call arrives.
    pub fn meanwhile(&self, instance: &PgPool, statement: &'static str) {
        *self.2.lock().unwrap() = Some((instance.clone(), statement));
    }

    /// How many writing calls reached the instance's door.
    pub fn writes(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

async fn weathered(State((weather, inner)): State<(Weather, Router)>, request: Request) -> Response {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let fault = *weather.0.lock().unwrap();
    if request.uri().path().starts_with("/system/") {
        let to = |place: &str| (StatusCode::FOUND, [(header::LOCATION, place.to_owned())], "").into_response();
        return match fault {
            Fault::FileElsewhere => to("http://evil.example/picture.png"),
            Fault::FileInCircles => to(request.uri().path()),
            Fault::FileOfAnotherKind => axum::response::Html("<script>alert(1)</script>").into_response(),
            Fault::FileTooLarge => {
                let headers = [(header::CONTENT_TYPE, "image/png"), (header::CONTENT_LENGTH, "104857601")];
                (headers, Body::from_stream(futures::stream::pending::<std::io::Result<Bytes>>())).into_response()
            }
            _ => inner.oneshot(request).await.unwrap(),
        };
    }
    if !writes {
        return inner.oneshot(request).await.unwrap();
    }
    weather.1.fetch_add(1, Ordering::SeqCst);
    let meanwhile = weather.2.lock().unwrap().take();
    if let Some((instance, statement)) = meanwhile {
        sqlx::query(statement).execute(&instance).await.expect("somebody else's statement");
    }
    match fault {
        Fault::RefusedAfterwards => {
            let _done = inner.oneshot(request).await.unwrap();
            let page = "<title>403 Forbidden</title>";
            (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        Fault::SilentAfterwards => {
            let _done = inner.oneshot(request).await.unwrap();
            std::future::pending().await
        }
        Fault::Trickling => {
            let drip = futures::stream::unfold((), |()| async {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            });
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(drip)).into_response()
        }
        Fault::None | Fault::FileElsewhere | Fault::FileInCircles | Fault::FileOfAnotherKind | Fault::FileTooLarge => {
            inner.oneshot(request).await.unwrap()
        }
        Fault::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "{\"error\":\"boom\"}").into_response(),
        Fault::Limited => (StatusCode::TOO_MANY_REQUESTS, "{\"error\":\"Too many requests\"}").into_response(),
        Fault::Html => axum::response::Html("<h1>maintenance</h1>").into_response(),
        Fault::Halved => ([(header::CONTENT_TYPE, "application/json")], "{\"id\":").into_response(),
        Fault::Endless => {
            let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536]));
            Body::from_stream(futures::stream::iter((0..1_600).map(move |_| chunk()))).into_response()
        }
        Fault::Elsewhere => (StatusCode::FOUND, [(header::LOCATION, "http://evil.example/steal")], "").into_response(),
        Fault::CutAfterwards => {
            let _done = inner.oneshot(request).await.unwrap();
            let broken = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
            Body::from_stream(broken).into_response()
        }
    }
}

/// A page that stands in front of the instance, for addresses that begin so.
#[derive(Clone)]
pub struct Instead {
    pub method: Method,
    pub path: &'static str,
    pub status: u16,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: &'static str,
}

/// What nginx as Mastodon ships it does: it keeps what may be kept, by the whole address, and goes on with that when the
/// application is dead (`dist/nginx.conf`); and what others put in front.
#[derive(Clone, Default)]
pub struct Front(Arc<Mutex<Fronted>>);

#[derive(Default)]
struct Fronted {
    keeps: bool,
    dead: bool,
    instead: Vec<Instead>,
    kept: BTreeMap<String, (header::HeaderValue, Bytes)>,
    asked: Vec<String>,
}

impl Front {
    /// Answers are kept from now on, for as long as the test lasts.
    pub fn keep(&self) {
        self.0.lock().unwrap().keeps = true;
    }

    pub fn dead(&self, dead: bool) {
        self.0.lock().unwrap().dead = dead;
    }

    pub fn instead(&self, pages: Vec<Instead>) {
        self.0.lock().unwrap().instead = pages;
    }

    /// What was asked so far, and from now on anew: method and address.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

async fn fronted(State((front, inner)): State<(Front, Router)>, request: Request) -> Response {
    let method = request.method().clone();
    let address = request.uri().to_string();
    {
        let mut front = front.0.lock().unwrap();
        front.asked.push(format!("{method} {address}"));
        let page = front.instead.iter().find(|page| page.method == method && address.starts_with(page.path));
        if let Some(page) = page {
            let mut answer = Response::builder().status(page.status);
            for (name, value) in page.headers {
                answer = answer.header(*name, *value);
            }
            return answer.body(Body::from(page.body)).unwrap();
        }
        if let Some((kind, body)) = front.kept.get(&address).filter(|_| method == Method::GET) {
            return ([(header::CONTENT_TYPE, kind.clone())], body.clone()).into_response();
        }
        if front.dead {
            let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>nginx/1.26.2</center>\r\n</body>\r\n</html>\r\n";
            return (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        }
    }
    let response = inner.oneshot(request).await.unwrap();
    let public = response
        .headers()
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("public"));
    let keeps = front.0.lock().unwrap().keeps && public && response.status() == StatusCode::OK && method == Method::GET;
    if !keeps {
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        front.0.lock().unwrap().kept.insert(address, (kind.clone(), body.clone()));
    }
    Response::from_parts(parts, Body::from(body))
}

/// A practice instance, a console in front of it, and its people.
pub struct House {
    pub app: Arc<App>,
    pub router: Router,
    pub instance: PgPool,
    pub weather: Weather,
    pub front: Front,
    pub store: Kept,
    pub config: Config,
    /// Where the instance keeps its files.
    pub _files: TempDir,
    /// The browser's half, as small as it can be: a test needs no build of it.
    pub _site: TempDir,
}

/// A site whose script and styles are one word each, with their packed copies.
fn site() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("hash.txt"), "js: 1\nwasm: 2\ncss: 3\n").unwrap();
    let package = folder.path().join("pkg");
    std::fs::create_dir(&package).unwrap();
    for name in ["howdah.1.js", "howdah.2.wasm", "howdah.3.css"] {
        std::fs::write(package.join(name), "plain").unwrap();
        std::fs::write(package.join(format!("{name}.br")), "brotli").unwrap();
        std::fs::write(package.join(format!("{name}.gz")), "gzip").unwrap();
    }
    folder
}

/// Somebody new, with the tests' password and an id made of the name.
pub async fn person(app: &App, name: &str, role: Role) {
    let hash = app.passwords.hash(PASSWORD).await.unwrap();
    let deed = AddOperator { operator: OperatorId(format!("01{name}")), name: name.to_owned(), role };
    service::add(app, service::command_actor(), deed, hash, None, "a test").await.unwrap();
}

/// Links somebody's own account on an instance, by a deed: a link that no entry made is none.
pub async fn link(app: &App, linked: &Linked) {
    let person = operators::by_id(&app.store, &linked.operator).await.unwrap().unwrap();
    let deed = LinkAccount {
        instance: linked.instance.clone(),
        operator: linked.operator.clone(),
        name: person.name,
        account: linked.account,
        acct: linked.username.clone(),
    };
    let permit = access::permit(&service::command_actor(), Permission::LinkAccount, Some(&linked.instance)).unwrap();
    let keep = |store| async move { linked_accounts::keep(&store, &app.keys, linked, None).await };
    assert!(carry_out::recorded(app, permit, deed, "", keep).await.unwrap().is_some());
}

/// A grant on harbour, asked for and approved at the server: it runs.
pub async fn grant(
    app: &App,
    operator: &str,
    categories: Vec<Category>,
    sign_ups: bool,
    reveal: bool,
    ends_at: Timestamp,
) -> GrantId {
    let scope = Scope { instances: vec!["harbour".parse().unwrap()], categories, sign_ups, reveal };
    grant_of(app, operator, scope, ends_at).await
}

/// The same of any scope.
pub async fn grant_of(app: &App, operator: &str, scope: Scope, ends_at: Timestamp) -> GrantId {
    let actor = service::command_actor();
    let asked = Asked {
        operator: OperatorId(operator.to_owned()),
        scope,
        starts_at: app.clock.now(),
        ends_at,
        sponsor: actor.operator.clone(),
        sponsor_name: actor.name.clone(),
        agreement: "T-1".to_owned(),
        roles: Vec::new(),
    };
    let (id, _) = grants::service::record(app, &actor, asked, "a test").await.unwrap();
    let asked = howdah::store::grants::by_id(&app.store, &app.keys, &id).await.unwrap().unwrap();
    grants::service::decided(app, &actor, asked, true, "a test", grants::service::Decider::AtServer).await.unwrap();
    id
}

/// Takes back whatever grants somebody has that are not over; how many.
pub async fn grants_taken_back(app: &App, operator: &str) -> usize {
    use howdah::store::grants;
    let (store, now, by) = (&app.store, app.clock.now(), OperatorId("01owner".to_owned()));
    let open = grants::open(store, &app.keys, operator, now).await.unwrap();
    for grant in &open {
        assert!(grants::revoke(store, &grant.id, &by, now).await.unwrap());
    }
    open.len()
}

/// Runs statements as somebody at the database's own prompt would.
pub async fn sql(store: &Store, text: &str) -> sqlx::Result<()> {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    match &store.driver {
        Driver::Sqlite(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        Driver::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
    }
}

/// Makes rows older, or other than they are, as time or the console itself would have: they are sealed as they then stand.
pub async fn aged(store: &Store, text: &str) {
    use howdah::store::{grants, linked_accounts, operators};
    sql(store, text).await.unwrap();
    for person in operators::stored(store).await.unwrap() {
        operators::seal(store, &person.id).await.unwrap();
    }
    for grant in grants::stored(store).await.unwrap() {
        grants::seal(store, &grant.id).await.unwrap();
    }
    for link in linked_accounts::stored(store).await.unwrap() {
        linked_accounts::seal(store, &link.operator, &link.instance).await.unwrap();
    }
}

/// Gives a decision that a test has drawn by itself the code it would have.
pub async fn seal_sample(app: &App, entry: i64) {
    type Drawn = (String, String, String, String);
    let text = format!("select week, operator, sort, subject from review_samples where entry = {entry}");
    let text = sqlx::AssertSqlSafe(text);
    let (week, operator, sort, subject): Drawn = match &app.store.driver {
        Driver::Sqlite(pool) => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
        Driver::Postgres(pool) => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
    };
    let mut fields: Vec<Field<'_>> = vec![entry.into()];
    fields.extend([&week, &operator, &sort, &subject].map(|text| Field::Text(text)));
    fields.extend([Field::Nothing; 7]);
    fields.push(0.into());
    let mac = app.keys.row_mac("review_samples", &fields);
    sql(&app.store, &format!("update review_samples set mac = '{mac}' where entry = {entry}")).await.unwrap();
}

/// Everything, over a store.
pub async fn house(store: Kept) -> House {
    house_of(store, Version::V46).await
}

/// The same with a release of Mastodon.
pub async fn house_of(store: Kept, version: Version) -> House {
    house_with(store, version, None, None).await
}

/// The same with Mastodon's caches in one Redis, and the console told of the same or another one.
pub async fn house_with(store: Kept, version: Version, cache: Option<&str>, redis_url: Option<String>) -> House {
    let cache = match cache {
        Some(url) => Some(practice::cache::Cache::connect(url).await.expect("Redis responds")),
        None => None,
    };
    let community = community(version).await;
    let url = copy_of(&community.database).await;
    house_at(store, version, &url, url.clone(), cache, redis_url).await
}

/// The same over a database that is there, which the console reads at another address.
pub async fn house_at(
    store: Kept,
    version: Version,
    url: &str,
    read_at: String,
    cache: Option<practice::cache::Cache>,
    redis_url: Option<String>,
) -> House {
    let files = TempDir::new().expect("a folder");
    same_files(&community(version).await.files, files.path()).expect("the community's files");
    Box::pin(house_under(Clock::System, store, version, url, read_at, cache, redis_url, files)).await
}

/// A house whose clock stands still, with a community as it is at that moment: what its pages say is the same in every run. It
/// is so far ahead that for the instance's database, whose clock goes on, nothing of it has run out.
pub async fn still_house(store: Kept) -> House {
    let at: jiff::Timestamp = "2077-05-04T10:30:00Z".parse().expect("a moment");
    let files = TempDir::new().expect("a folder");
    let url = database().await;
    seed(&url, Version::V46, at, files.path()).await;
    let clock = Clock::set(Timestamp(at.as_millisecond()));
    Box::pin(house_under(clock, store, Version::V46, &url, url.clone(), None, None, files)).await
}

#[expect(clippy::too_many_arguments, reason = "each of the houses above says some of them")]
async fn house_under(
    clock: Clock,
    store: Kept,
    version: Version,
    url: &str,
    read_at: String,
    cache: Option<practice::cache::Cache>,
    redis_url: Option<String>,
    files: TempDir,
) -> House {
    let pool = PgPoolOptions::new().max_connections(8).connect(url).await.expect("a database");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an IP address");
    let token: String =
        sqlx::query_scalar("select token from oauth_access_tokens order by id limit 1").fetch_one(&pool).await.unwrap();
    let practice = Arc::new(server::Practice {
        pool: pool.clone(),
        cache,
        domain: address.to_string(),
        limits: Limits::default(),
        media: Some(files.path().to_owned()),
        https: false,
    });
    let inner = server::router_of(Arc::new(server::Instance::new(practice, version)));
    let weather = Weather::default();
    let weathered = Router::new().fallback(weathered).with_state((weather.clone(), inner));
    let front = Front::default();
    let outer = Router::new().fallback(fronted).with_state((front.clone(), weathered));
    tokio::spawn(async move {
        axum::serve(listener, outer.into_make_service_with_connect_info::<SocketAddr>()).await.expect("it serves");
    });
    let site = site();
    let base: url::Url = format!("http://{address}").parse().unwrap();
    let config = Config {
        listen: "127.0.0.1:3000".parse().unwrap(),
        public_url: "http://127.0.0.1:3000".parse().unwrap(),
        trusted_proxies: Vec::new(),
        hsts: Hsts::Host,
        log: Log::Text,
        metrics_listen: None,
        store: Secret::new(store.url.clone()),
        secret_key: [7; 32],
        checkpoint_file: None,
        words_kept_days: None,
        second_factor_optional: true,
        site: site.path().to_owned(),
        throw_away: howdah::nouns::throw_away::ThrowAway::read(
            "throw-away.txt",
            Some(howdah::clock::Timestamp(1_790_000_000_000)),
            "quickbox.example\n!fine.quickbox.example\n",
        ),
        instances: vec![InstanceConfig {
            name: "harbour".parse().unwrap(),
            title: "harbour.example".into(),
            base_url: base.clone(),
            media_base_url: base.join("system").unwrap(),
            // Where it is read by a way of its own; each connection is asked for it, which tests that count statements would count.
            prepared_statements: read_at != url,
            database_url: Secret::new(read_at),
            database_write_url: None,
            redis_url: redis_url.map(Secret::new),
            token: Secret::new(token),
            untried_release: None,
            access_form: false,
        }],
    };
    let app = cli::assemble(config.clone(), clock, Keys::from_secret([7; 32]), store.store.clone()).unwrap();
    // People stand here before the first start: as in a store of a version before rows were sealed.
    app.store.sealing_becomes_due().await.unwrap();
    for role in Role::ALL {
        person(&app, role.name(), role).await;
    }
    grant(&app, "01contractor", Category::ALL.to_vec(), false, false, app.clock.now().plus(36_500 * DAY)).await;
    let router = http::router(app.clone());
    let house = House { app, router, instance: pool, weather, front, store, config, _files: files, _site: site };
    house.look().await;
    house
}

impl House {
    /// The same house after a change of its configuration and a restart.
    pub async fn told(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        let keys = Keys::from_secret([7; 32]);
        self.app = cli::assemble(self.config.clone(), Clock::System, keys, self.store.store.clone()).unwrap();
        self.router = http::router(self.app.clone());
        self.look().await;
        self
    }

    /// The background's work, once.
    pub async fn look(&self) {
        for instance in self.app.instances.values() {
            instance.probe(self.app.clock.now()).await;
            instance.open_reports.refresh(&instance.database, self.app.clock.now()).await;
            instance.signups.refresh(&instance.database, self.app.clock.now()).await;
            instance.appeals.refresh(&instance.database, self.app.clock.now()).await;
            howdah::overview::service::parts(&self.app, instance, self.app.clock.now()).await;
        }
    }

    /// Sends a request as somebody; the status, where it leads, and the body.
    pub async fn ask(&self, request: Request<Body>) -> Answered {
        let asked = format!("{} {}", request.method(), request.uri());
        // A request that is never answered must not take the whole run with it unnamed.
        let answering = self.router.clone().oneshot(request);
        let response = tokio::time::timeout(std::time::Duration::from_secs(120), answering).await;
        let response = response.unwrap_or_else(|_| panic!("{asked} was not answered within two minutes")).unwrap();
        let status = response.status();
        let header = |name: header::HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let location = header(header::LOCATION);
        let request = header(header::HeaderName::from_static("x-request-id"));
        let set = response.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<String> = set.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
        // The session's; beside it there may be the one by which the browser is known.
        let cookie = cookies
            .iter()
            .filter_map(|whole| whole.split(';').next().map(str::to_owned))
            .find(|pair| pair.starts_with("howdah=") || pair.starts_with("__Host-howdah="));
        let body = tokio::time::timeout(std::time::Duration::from_secs(120), response.into_body().collect()).await;
        let body = body.unwrap_or_else(|_| panic!("the answer to {asked} did not end within two minutes"));
        let body = body.unwrap().to_bytes();
        Answered { status, location, cookie, cookies, request, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub async fn get(&self, cookie: Option<&str>, path: &str) -> Answered {
        let mut request = Request::get(path).header(header::ACCEPT, "text/html");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Posts a form the way a browser without scripts does.
    pub async fn post(&self, cookie: Option<&str>, path: &str, fields: &[(&str, &str)]) -> Answered {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.ask(request.body(Body::from(form.finish())).unwrap()).await
    }

    /// Posts a form and opens the page it leads to.
    pub async fn sent(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let answer = self.post(Some(cookie), path, fields).await;
        match answer.location {
            Some(to) => self.get(Some(cookie), &to).await,
            None => answer,
        }
    }

    /// Signs somebody in by their role; the cookie.
    pub async fn sign_in(&self, role: &str) -> String {
        let answer = self.post(None, "/api/sign-in/password", &[("name", role), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
        answer.cookie.expect("a cookie")
    }

    /// The account with the most open reports of a handle's beginning: its id, and its open reports with commas.
    pub async fn case(&self, username: &str) -> (String, String) {
        sqlx::query_as(
            "select a.id::text, string_agg(r.id::text, ',' order by r.id) from accounts a \
             join reports r on r.target_account_id = a.id and r.action_taken_at is null where a.username = $1 group by a.id",
        )
        .bind(username)
        .fetch_one(&self.instance)
        .await
        .expect("an account with open reports")
    }

    /// The outcome of the newest deed of a kind.
    pub async fn outcome(&self, kind: &str) -> Option<howdah::ledger::Outcome> {
        let filter = howdah::ledger::Filter { kind: Some(kind.to_owned()), limit: 1, ..Default::default() };
        self.app.ledger.list(&filter).await.unwrap().first().and_then(|entry| entry.outcome)
    }

    /// How many deeds are open.
    pub async fn open_deeds(&self) -> i64 {
        match &self.store.store.driver {
            Driver::Sqlite(pool) => {
                sqlx::query_scalar("select count(*) from open_deeds").fetch_one(pool).await.unwrap()
            }
            Driver::Postgres(pool) => {
                sqlx::query_scalar("select count(*) from open_deeds").fetch_one(pool).await.unwrap()
            }
        }
    }
}

/// The session behind a cookie, by the beginning of its hash.
pub fn session(cookie: &str) -> String {
    let (_, token) = cookie.split_once('=').expect("a cookie has a value");
    howdah::store::web_sessions::hash(token)[..16].to_owned()
}

/// A page without the mark that its keys have in this answer.
pub fn without_mark(page: &str) -> String {
    match page.split("data-root=\"").nth(1).and_then(|rest| rest.split('"').next()) {
        Some(mark) => page.replace(mark, ""),
        None => page.to_owned(),
    }
}

/// The sanctions of nobody, as the forms give them back.
pub const NO_SANCTION: &str = r#"{"disabled":false,"sensitized":false,"silenced":false,"suspended":false}"#;

pub struct Answered {
    /// The request's id.
    pub request: Option<String>,
    pub status: StatusCode,
    pub location: Option<String>,
    pub cookie: Option<String>,
    /// Every cookie that is set, whole.
    pub cookies: Vec<String>,
    pub body: String,
}

/// The id that an address ends in, whatever its page says besides.
pub fn id_of(address: &str) -> String {
    let page = address.split('?').next().unwrap();
    page.rsplit('/').next().unwrap().to_owned()
}

/// Waits until something is so that goes on in the background; whoever waits in vain is told for what.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("waited in vain: {what}");
}

/// The same house with a second instance, “lagoon”, after the first: an empty database of its own, and nothing listens where
/// its API should be.
pub async fn with_lagoon(house: House) -> House {
    let url = database().await;
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    practice::schema::create(&pool).await.unwrap();
    let mut config = house.config.clone();
    let mut lagoon = config.instances[0].clone();
    lagoon.name = "lagoon".parse().unwrap();
    lagoon.title = "lagoon.example".into();
    lagoon.database_url = howdah::config::Secret::new(url);
    lagoon.base_url = "http://127.0.0.1:9".parse().unwrap();
    config.instances.push(lagoon);
    // The router and the record of the former process end with it.
    let keys = howdah::seal::Keys::from_secret([7; 32]);
    let clock = howdah::clock::Clock::System;
    let app = howdah::cli::assemble(config.clone(), clock, keys, house.store.store.clone()).unwrap();
    House { router: howdah::http::router(app.clone()), app, config, ..house }
}

//! The program itself, as a process: killed in the middle of a deed, started beside another, started with nothing there,
//! asked to verify its record.

use crate::{
    access::PAGES,
    support::{Fault, House, Kept, NO_SANCTION, PASSWORD, aged, house, person, postgres, sqlite, until},
};
use howdah::{
    access::Role,
    ledger::{Filter, Outcome},
    store::{Driver, Store},
};
use reqwest::{Client, StatusCode, redirect::Policy};
use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// `howdah`, with a configuration file of its own.
struct Program {
    folder: TempDir,
    address: String,
}

impl Program {
    /// For a house: its store, its instance.
    fn new(house: &House) -> Self {
        let instance = &house.config.instances[0];
        Self::with(house, instance.base_url.as_str(), instance.database_url.expose())
    }

    fn with(house: &House, base_url: &str, database_url: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let address =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().to_string();
        let file = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "listen = \"{address}\"\npublic_url = \"http://{address}\"\nstore = \"{}\"\nsecret_key_file = \"{}\"\n\
             checkpoint_file = \"{}\"\nsecond_factor = \"optional\"\nsite = \"{}\"\n\n[[instance]]\nname = \"harbour\"\n\
             base_url = \"{base_url}\"\ndatabase_url = \"{database_url}\"\ntoken = \"{}\"\n",
            house.store.url,
            file("secret.key"),
            file("checkpoints.txt"),
            house.config.site.display(),
            house.config.instances[0].token.expose(),
        );
        for (name, text) in [("secret.key", "07".repeat(32)), ("howdah.toml", text)] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self { folder, address }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a line before the rest of the configuration.
    fn configure(&self, line: &str) {
        let file = self.file("howdah.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{line}\n{text}")).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_howdah"));
        command.arg("--config").arg(self.file("howdah.toml")).args(arguments);
        command
    }

    /// Runs a command to its end.
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Starts serving, and waits until it answers.
    async fn serve(&self) -> Running {
        self.serve_with(&[]).await
    }

    /// The same in another environment.
    async fn serve_with(&self, environment: &[(&str, &str)]) -> Running {
        let log = std::fs::File::create(self.file("log")).unwrap();
        let mut command = self.command(&["serve"]);
        let child = command.envs(environment.iter().copied()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let running = Running { child, client, base: format!("http://{}", self.address) };
        for _ in 0..200 {
            if running.client.get(format!("{}/health", running.base)).send().await.is_ok() {
                return running;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not serve: {}", std::fs::read_to_string(self.file("log")).unwrap_or_default());
    }
}

/// A process that serves; killed when dropped, without a chance to tidy up.
struct Running {
    child: Child,
    client: Client,
    base: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _gone = self.child.wait();
    }
}

impl Running {
    async fn sign_in(&self, name: &str) -> String {
        let answer = self
            .client
            .post(format!("{}/api/sign-in/password", self.base))
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .form(&[("name", name), ("password", PASSWORD)])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND);
        let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
        cookies
            .filter_map(|cookie| cookie.split(';').next())
            .find(|pair| pair.starts_with("howdah="))
            .unwrap()
            .to_owned()
    }

    async fn get(&self, cookie: &str, path: &str) -> (StatusCode, String) {
        let answer = self.client.get(format!("{}{path}", self.base)).header("cookie", cookie).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }
}

async fn sql(store: &Store, text: &str) {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    match &store.driver {
        Driver::Sqlite(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        Driver::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
    }
    .unwrap();
}

/// Of several that start at once over a store that is still to be sealed, one seals it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_that_start_at_once_seal_a_store_once() {
    let house = house(postgres().await).await;
    let programs = [Program::new(&house), Program::new(&house), Program::new(&house)];
    let running = futures::future::join_all(programs.iter().map(Program::serve)).await;
    let filter = Filter { kind: Some("rows_sealed".into()), limit: 10, ..Filter::default() };
    assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 1);
    drop(running);
    let verified = programs[0].run(&["audit", "verify"], "");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// What does not hold of a configuration is a line each in the log at the start, and it serves all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_is_a_line_each_and_it_serves() {
    let house = house(sqlite().await).await;
    let instance = &house.config.instances[0];
    let database = instance.database_url.expose().to_owned();
    let base = instance.base_url.to_string();
    let nowhere = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap()
    };
    let (other, _) = database.rsplit_once('/').unwrap();
    for (base, database, token, lines) in [
        (base.clone(), database.clone(), None, vec!["instance.well"]),
        (format!("http://{nowhere}/"), database.clone(), None, vec!["the server: ", "check `base_url`"]),
        (
            base.clone(),
            format!("postgres://postgres@{nowhere}/x"),
            None,
            vec!["the database: ", "check `database_url`"],
        ),
        (base.clone(), format!("{other}/postgres"), None, vec!["the database: this is not a Mastodon database"]),
        (base.clone(), database.clone(), Some("wrong"), vec!["the token: "]),
    ] {
        let program = Program::with(&house, &base, &database);
        if let Some(token) = token {
            let file = program.file("howdah.toml");
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, text.replace(instance.token.expose(), token)).unwrap();
        }
        let running = program.serve().await;
        let log = || std::fs::read_to_string(program.file("log")).unwrap();
        until(&format!("{base} {database}: {lines:?}"), async || lines.iter().all(|line| log().contains(line))).await;
        let log = log();
        assert_eq!(log.contains("instance.well"), lines == ["instance.well"], "{log}");
        let health = running.client.get(format!("{}/health", running.base)).send().await.unwrap();
        assert_eq!(health.status(), StatusCode::OK, "it goes on serving");
    }
}

/// Kills the process between intent and outcome, lets `meanwhile` happen, and starts the next one: what it records.
async fn killed(kept: Kept, fault: Fault, meanwhile: &str, minutes_later: bool) -> Option<Outcome> {
    let house = house(kept).await;
    let program = Program::new(&house);
    let running = program.serve().await;
    let cookie = running.sign_in("moderator").await;
    house.weather.set(fault);
    let (account, reports) = house.case("windvane").await;
    let form = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "some words"),
        ("back", "/i/harbour/reports"),
    ];
    let posted = running
        .client
        .post(format!("{}/api/reports/decide", running.base))
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin")
        .form(&form)
        .send();
    let sent = async {
        until("it was sent", async || house.weather.writes() > 0).await;
        // Time enough for the instance to act.
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    tokio::select! {
        answer = posted => panic!("answered before it was killed: {answer:?}"),
        () = sent => {}
    }
    drop(running);
    assert_eq!(house.open_deeds().await, 1, "the intent stands, without an outcome");
    house.weather.set(Fault::None);
    sqlx::raw_sql(sqlx::AssertSqlSafe(meanwhile.to_owned())).execute(&house.instance).await.unwrap();
    if minutes_later {
        sql(&house.store.store, "update open_deeds set opened_at = opened_at - 121000").await;
    }
    if matches!(house.store.store.driver, Driver::Postgres(_)) {
        // Nothing proves the former process dead but its lease, which runs out by itself after a while.
        sql(&house.store.store, "update open_deeds set lease_until = 0").await;
    }
    let writes = house.weather.writes();
    let _next = program.serve().await;
    until("the next process closed the deed", async || house.open_deeds().await == 0).await;
    assert_eq!(house.weather.writes(), writes, "closed by reading, never by repeating");
    house.outcome("decide_case").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_instance_acted_it_is_known_by_its_trace() {
    for kept in [sqlite().await, postgres().await] {
        assert_eq!(killed(kept, Fault::SilentAfterwards, "select 1", false).await, Some(Outcome::Succeeded));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_the_instance_acted_it_has_failed_or_is_unknown() {
    assert_eq!(killed(sqlite().await, Fault::Trickling, "select 1", true).await, Some(Outcome::Unknown));
    let by_another = "update accounts set silenced_at = now() where username = 'windvane'; \
        update reports set action_taken_at = now() where target_account_id = (select id from accounts where username = 'windvane')";
    assert_eq!(killed(sqlite().await, Fault::Trickling, by_another, true).await, Some(Outcome::Unknown));
}

/// Told to stop in the middle of everything: a deed is sent and not answered, one request has half a head and one half a body.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_finishes_what_it_began_and_begins_nothing() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let program = Program::new(&house);
        let mut running = program.serve().await;
        let cookie = running.sign_in("moderator").await;
        let (account, reports) = house.case("windvane").await;
        let (other, _) = house.case("deals4u_7700").await;
        let open = async |said: String| {
            let mut stream = TcpStream::connect(&program.address).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            stream
        };
        let hold = format!("instance=harbour&account={other}&claim=yes");
        let head = format!(
            "POST /api/reports/hold HTTP/1.1\r\nhost: console\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            hold.len(),
        );
        let mut half_a_head = open("GET /health HTTP/1.1\r\nhost: con".to_owned()).await;
        let mut half_a_body = open(format!("{head}instance=")).await;
        let mut listening = open(format!("GET /live HTTP/1.1\r\nhost: console\r\ncookie: {cookie}\r\n\r\n")).await;
        let mut late = open(format!("{head}instance=")).await;
        house.weather.set(Fault::SilentAfterwards);
        let form = [
            ("instance", "harbour"),
            ("account", account.as_str()),
            ("decision", "silence"),
            ("reports", reports.as_str()),
            ("state", NO_SANCTION),
            ("text", "some words"),
            ("back", "/i/harbour/reports"),
        ];
        let posted = running
            .client
            .post(format!("{}/api/reports/decide", running.base))
            .header("cookie", &cookie)
            .header("sec-fetch-site", "same-origin")
            .header("accept", "text/html")
            .form(&form)
            .send();
        let told = async {
            while house.weather.writes() == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let process = rustix::process::Pid::from_child(&running.child);
            rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
            while !std::fs::read_to_string(program.file("log")).unwrap().contains("stopping") {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let rest = hold.strip_prefix("instance=").unwrap();
            late.write_all(rest.as_bytes()).await.unwrap();
            let mut said = String::new();
            late.read_to_string(&mut said).await.unwrap();
            said
        };
        let (answer, refused) = tokio::join!(posted, told);
        assert_eq!(answer.unwrap().status(), StatusCode::FOUND, "the deed under way is answered");
        assert!(refused.contains("503 ") && refused.contains("shutting down"), "no deed is begun: {refused}");
        let mut heard = String::new();
        listening.read_to_string(&mut heard).await.unwrap();
        assert!(heard.contains("data: harbour reports "), "a page was told until then: {heard}");
        for stream in [&mut half_a_head, &mut half_a_body] {
            let mut said = Vec::new();
            // A reset is an end, too.
            let _ended = stream.read_to_end(&mut said).await;
            assert!(!said.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&said));
        }
        assert!(TcpStream::connect(&program.address).await.is_err(), "nobody listens any more");
        let ended =
            tokio::task::spawn_blocking(move || running.child.wait().map(|status| status.code())).await.unwrap();
        assert_eq!(ended.unwrap(), Some(0), "a clean end");
        assert_eq!(house.open_deeds().await, 0, "the deed under way is closed");
        assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
        let size = house.app.ledger.tree_state().await.unwrap().size;
        let checkpoints = std::fs::read_to_string(program.file("checkpoints.txt")).unwrap();
        assert!(
            checkpoints.contains(&format!("\n{size}\n")),
            "the last checkpoint vouches for all {size}: {checkpoints}"
        );
        let log = std::fs::read_to_string(program.file("log")).unwrap();
        assert!(!log.contains('\u{1b}'), "colours are for terminals");
    }
}

/// Whatever somebody types, whoever it is and whom it is about: nothing of it is in the log, also where most is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_of_people_is_in_the_log() {
    let house = house(sqlite().await).await;
    person(&house.app, "Quillon Zanzibar", Role::Owner).await;
    let program = Program::new(&house);
    let running = program.serve_with(&[("RUST_LOG", "debug")]).await;
    let cookie = running.sign_in("Quillon Zanzibar").await;
    let (account, reports) = house.case("windvane").await;
    let (_, secret) = cookie.split_once('=').unwrap();
    for path in [
        "/i/harbour/accounts?q=canary-query&email=canary%40mail.example",
        "/canary-path@mail.example?canary-query",
        "/set-up?link=canary-link",
        "/i/harbour/reports/canary-path",
        "/i/canary-path/reports",
        "/api/canary-path",
        "/i/harbour/reports",
        "/i/harbour/signups",
        "/i/harbour/federation",
        "/i/harbour/invites",
        "/i/harbour/roles",
        "/i/harbour/your-account",
        "/i/harbour/your-account/callback?code=canary-code&state=canary-state",
        "/i/harbour/audit/instance",
        "/audit?words=canary-query",
        "/audit/export.csv",
        "/people",
        "/grants",
        &format!("/i/harbour/reports/{account}"),
        &format!("/i/harbour/accounts/{account}"),
    ] {
        running.get(&cookie, path).await;
    }
    let post = async |path: &str, form: &[(&str, &str)]| {
        let request = running.client.post(format!("{}{path}", running.base)).header("cookie", &cookie);
        let request = request.header("sec-fetch-site", "same-origin").header("accept", "text/html");
        let request = request.header("x-forwarded-for", "203.0.113.77").header("user-agent", "canary-agent");
        let request = request.header("x-request-id", "canary-id").header("referer", "http://canary-page/");
        request.form(form).send().await.unwrap()
    };
    post("/api/sign-in/password", &[("name", "canary-name"), ("password", "canary-password")]).await;
    for q in ["canary@mail.example", "@canary@remote.example", "203.0.113.77", "windvane"] {
        post(howdah::path::LOOK_UP, &[("instance", "harbour"), ("q", q), ("why", "canary-why")]).await;
    }
    let decided = [
        ("instance", "harbour"),
        ("account", account.as_str()),
        ("decision", "silence"),
        ("reports", reports.as_str()),
        ("state", NO_SANCTION),
        ("text", "canary-words"),
        ("why", "canary-why"),
    ];
    post("/api/reports/decide", &decided).await;
    assert_eq!(house.outcome("decide_case").await, Some(Outcome::Succeeded));
    let log = || std::fs::read_to_string(program.file("log")).unwrap();
    let wanted = [
        "request{id=",
        "route=\"/i/{instance}/reports/{account}\"",
        "deed{kind=\"decide_case\" entry=",
        "outcome=\"succeeded\"",
        "mastodon.rest{",
        "mastodon.database",
        "store{",
        "job{name=\"pulse\" instance=harbour}",
    ];
    for line in wanted {
        until(line, async || log().contains(line)).await;
    }
    let log = log();
    let token = house.config.instances[0].token.expose();
    for hidden in ["canary", "windvane", "Quillon", "Zanzibar", "203.0.113.77", PASSWORD, secret, token, "Bearer"] {
        let line = log.lines().find(|line| line.contains(hidden));
        assert!(line.is_none(), "{hidden}: {}", line.unwrap_or_default());
    }
}

/// Lines of the log as they are configured: each a JSON object.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_json_where_that_is_wanted() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    program.configure("log = \"json\"");
    let running = program.serve().await;
    running.sign_in("moderator").await;
    let log = std::fs::read_to_string(program.file("log")).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["fields"]["message"] == "serving"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_whose_clock_is_far_from_the_stores_does_not_serve() {
    let house = house(postgres().await).await;
    let program = Program::new(&house);
    // The program of Debian's package of that name: this process sees a clock two hours behind.
    let ended = Command::new("faketime")
        .args(["--exclude-monotonic", "-m", "-f", "-2h", env!("CARGO_BIN_EXE_howdah"), "--config"])
        .arg(program.file("howdah.toml"))
        .arg("serve")
        .output()
        .unwrap();
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    let behind =
        ["7199", "7200"].iter().any(|by| said.contains(&format!("this machine's clock is {by} seconds behind")));
    assert!(behind && said.contains("set both by NTP, then start again"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_one_file_refuses_and_commands_work_beside_it() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    let running = program.serve().await;
    let second = program.run(&["serve"], "");
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another `howdah serve` uses this store"), "{said}");
    let added = program.run(&["operator", "add", "Nora Night", "--role", "moderator"], PASSWORD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    running.sign_in("Nora Night").await;
    for (arguments, words) in [
        (["operator", "add", "Nora Night", "--role", "moderator"].as_slice(), "Nora Night"),
        (&["operator", "add", "Cleo", "--role", "contractor"], "--instance"),
        (&["operator", "add", "Cleo", "--role", "contractor", "--instance", "harbour"], "--until"),
        (&["operator", "add", "Cleo", "--role", "contractor", "--instance", "harbour", "--until", "soon"], "soon"),
        (&["operator", "add", "Cleo", "--role", "captain"], "captain"),
    ] {
        let refused = program.run(arguments, PASSWORD);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(words), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contractor_is_added_and_a_grant_approved_at_the_server() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    let done = |arguments: &[&str], input: &str| {
        let output = program.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let add =
        ["operator", "add", "Lea Brandt", "--role", "contractor", "--instance", "harbour", "--until", "2099-12-31"];
    done(&add, PASSWORD);
    let asked = [
        "grant",
        "ask",
        "lea brandt",
        "--instance",
        "harbour",
        "--category",
        "spam",
        "--sign-ups",
        "--until",
        "2099-01-01",
    ];
    let id = done(&asked, "").split(' ').next().unwrap().to_owned();
    assert!(done(&["grant", "list"], "").contains(&format!("{id} Lea Brandt")), "listed");
    let running = program.serve().await;
    let cookie = running.sign_in("Lea Brandt").await;
    assert_eq!(running.get(&cookie, "/i/harbour/reports").await.0, StatusCode::OK);
    assert_eq!(running.get(&cookie, "/i/harbour/signups").await.0, StatusCode::FORBIDDEN, "asked for only");
    done(&["grant", "approve", &id], "");
    assert_eq!(running.get(&cookie, "/i/harbour/signups").await.0, StatusCode::OK);
    let filter = Filter { kind: Some("decide_grant".into()), limit: 10, ..Default::default() };
    let entries = house.app.ledger.list(&filter).await.unwrap();
    assert!(
        entries.iter().all(|entry| entry.operator.as_deref() == Some("command line")),
        "recorded as done at the server"
    );
    for (arguments, words) in [
        (["grant", "approve", &id].as_slice(), "no longer pending"),
        (&["grant", "approve", "nothing"], "no grant"),
        (&["grant", "ask", "moderator", "--instance", "harbour", "--until", "2099-01-01"], "Choose a contractor"),
        (&["grant", "ask", "Lea Brandt", "--instance", "nowhere", "--until", "2099-01-01"], "at least one instance"),
        (&["operator", "add", "Mo", "--role", "moderator", "--until", "2099-01-01"], "for a contractor"),
    ] {
        let refused = program.run(arguments, PASSWORD);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(words), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_ended_while_it_was_down_is_recorded_before_it_answers() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        aged(&house.store.store, "update grants set starts_at = 1, ends_at = 2").await;
        let program = Program::new(&house);
        assert_eq!(house.outcome("end_grant").await, None);
        let running = program.serve().await;
        assert_eq!(house.outcome("end_grant").await, Some(Outcome::Succeeded));
        let cookie = running.sign_in("contractor").await;
        assert_eq!(running.get(&cookie, "/i/harbour/reports").await.0, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_instance_down_at_start_everything_else_works() {
    let house = house(sqlite().await).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("postgres://nobody@{closed}/gone");
    let program = Program::with(&house, &format!("http://{closed}"), &gone);
    let running = program.serve().await;
    let cookie = running.sign_in("owner").await;
    for path in ["/i/harbour", "/i/harbour/reports", "/i/harbour/registrations", "/audit", "/people"] {
        let answer = tokio::time::timeout(Duration::from_secs(10), running.get(&cookie, path)).await;
        let (status, page) = answer.unwrap_or_else(|_| panic!("{path} hangs"));
        let away = path == "/i/harbour/registrations";
        let expected = if away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        assert_eq!(status, expected, "{path}: {page}");
        let way_on = page.contains("Sign out") && page.contains("href=\"/i/harbour/reports\"");
        assert!(way_on, "{path} has a way on: {page}");
    }
}

/// What a page waits for, and what it is made of, lies inside one another: where that outgrows the stack of a thread, the whole
/// console ends. A thread has 2 MiB; three quarters of them are enough for every page, also where nothing is optimised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_leaves_a_quarter_of_the_stack() {
    let house = house(sqlite().await).await;
    let (account, _) = house.case("windvane").await;
    let program = Program::new(&house);
    let running = program.serve_with(&[("RUST_MIN_STACK", "1572864")]).await;
    let cookie = running.sign_in("owner").await;
    let of_one = ["accounts", "reports"].map(|desk| format!("/i/harbour/{desk}/{account}"));
    for page in &of_one {
        assert_eq!(running.get(&cookie, page).await.0, StatusCode::OK, "{page}");
    }
    for (_, page) in PAGES {
        running.get(&cookie, page).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_record_is_verified_from_the_command_line() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let program = Program::new(&house);
        let mut running = program.serve().await;
        running.sign_in("moderator").await;
        // Told to stop, it takes a last checkpoint.
        assert!(Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap().success());
        assert!(running.child.wait().unwrap().success(), "a clean end");
        let checkpoints = program.file("checkpoints.txt");
        let verify = ["audit", "verify", "--checkpoint", checkpoints.to_str().unwrap()];
        let whole = program.run(&verify, "");
        let said = String::from_utf8_lossy(&whole.stdout);
        assert!(whole.status.success() && said.contains("vouches for the first") && said.contains("whole"), "{said}");
        let form = program.run(&["audit", "verify"], "");
        let said = String::from_utf8_lossy(&form.stdout);
        assert!(form.status.success() && said.contains("no checkpoint from outside was given"), "{said}");
        // Somebody with the database, past the triggers.
        let forged = "update ledger_entries set leaf = replace(leaf, 'admin', 'owner') where idx = 2";
        crate::engine::past_triggers(&house.store.store.driver, forged).await.unwrap();
        let forged = program.run(&verify, "");
        let said = String::from_utf8_lossy(&forged.stdout);
        assert!(!forged.status.success() && said.contains("WRONG from entry 2"), "{said}");
        assert!(!said.contains("vouches for the first"), "none that was given holds: {said}");
        let missing = program.run(&["audit", "verify", "--checkpoint", "/nowhere/at/all"], "");
        assert!(!missing.status.success());
        assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere/at/all cannot be read"));
    }
}

/// Somebody's access is ended at the server, with a reason, as on the page of people.
#[tokio::test]
async fn access_is_ended_at_the_server() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    let moderator = house.sign_in("moderator").await;
    assert!(!program.run(&["operator", "end", "moderator"], "").status.success(), "without a reason");
    let ended = program.run(&["operator", "end", "moderator", "--reason", "left the team"], "");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_ne!(house.get(Some(&moderator), "/i/harbour").await.status, StatusCode::OK);
    let filter = Filter { kind: Some("disable_operator".to_owned()), limit: 1, ..Filter::default() };
    let entry = house.app.ledger.list(&filter).await.unwrap().remove(0);
    assert_eq!(entry.outcome, Some(Outcome::Succeeded));
    assert_eq!(entry.document.unwrap()["why"], "left the team");
    for (name, said) in
        [("moderator", "has already ended"), ("owner", "is the last owner"), ("nobody", "Nobody is called")]
    {
        let refused = program.run(&["operator", "end", name, "--reason", "a test"], "");
        assert!(!refused.status.success());
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(words.contains(said), "{name}: {words}");
    }
    let report = house.app.ledger.verify(&[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.lines());
}

/// `howdah operator list | head`
#[tokio::test]
async fn whoever_reads_no_further_breaks_nothing() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    let mut child =
        program.command(&["operator", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn a_bundle_is_checked_where_no_console_is_set_up() {
    let house = house(sqlite().await).await;
    let program = Program::new(&house);
    let (bundle, checkpoints) = (program.file("bundle.jsonl"), program.file("checkpoints.txt"));
    let out = bundle.to_str().unwrap();
    let written = program.run(&["audit", "export", "--out", out], "");
    let said = String::from_utf8_lossy(&written.stdout).into_owned();
    assert!(written.status.success(), "{said}{}", String::from_utf8_lossy(&written.stderr));
    let key = said.lines().find_map(|line| line.strip_prefix("verifier key: ")).unwrap();
    assert_eq!(house.outcome("export_record").await, Some(Outcome::Succeeded));
    let whole = std::fs::read_to_string(&bundle).unwrap();
    let again = program.run(&["audit", "export", "--out", out], "");
    assert!(!again.status.success() && std::fs::read_to_string(&bundle).unwrap() == whole, "nothing is written over");
    let half = program.file("half.jsonl");
    let nothing = program.run(&["audit", "export", "--from", "2099-01-01", "--out", half.to_str().unwrap()], "");
    assert!(!nothing.status.success() && !half.exists(), "half a bundle is none");

    // Elsewhere: no configuration, no secret key, no store.
    std::fs::remove_file(program.file("howdah.toml")).unwrap();
    let verify = ["audit", "verify", "--bundle", out, "--key", key, "--checkpoint", checkpoints.to_str().unwrap()];
    let checked = program.run(&verify, "");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && said.contains("vouches for the first") && said.contains("whole"), "{said}");
    let nobodys = program.run(&["audit", "verify", "--bundle", out], "");
    assert!(!nobodys.status.success(), "its own word on whose it is proves nothing");
    assert!(String::from_utf8_lossy(&nobodys.stderr).contains("give --key"));
    std::fs::write(&bundle, whole.replacen("add_operator", "end_sessions", 1)).unwrap();
    let forged = program.run(&verify, "");
    let said = String::from_utf8_lossy(&forged.stdout);
    assert!(!forged.status.success() && said.contains("WRONG in line 2"), "{said}");
}

/// An owner decides at the server by what is there: nothing where nothing is wrong, and nothing by a mistyped root.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_accepted_as_it_stands_and_in_no_other_words() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let program = Program::new(&house);
        let accept = |size: &str, root: &str, why: &str| {
            let output = program.run(&["audit", "accept", "--size", size, "--root", root, "--why", why], "");
            let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
            (output.status.success(), said)
        };
        let nowhere = "0".repeat(64);
        let (done, said) = accept("1", &nowhere, "known");
        assert!(!done && said.contains("does not contradict itself"), "{said}");
        let forged = "update ledger_head set mac = 'forged' where id = 1";
        crate::engine::past_triggers(&house.store.store.driver, forged).await.unwrap();
        let (done, said) = accept("1", &nowhere, " ");
        assert!(!done && said.contains("Enter a reason"), "{said}");
        let (done, said) = accept("1", &nowhere, "known");
        assert!(!done && said.contains("Nothing was accepted: there are "), "{said}");
        let words: Vec<&str> = said.split("there are ").nth(1).unwrap().split_whitespace().collect();
        let (size, root) = (words[0], words.last().unwrap().trim_end_matches('.').to_owned());
        let (done, said) = accept(size, &root.to_uppercase(), "known");
        assert!(done && said.contains("are accepted as they stand"), "{said}");
        let (done, said) = accept(size, &root, "known");
        assert!(!done && said.contains("does not contradict itself"), "{said}");
        let filter = Filter { kind: Some("record_accepted".into()), limit: 10, ..Filter::default() };
        assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_taken_by_name_at_the_server_and_never_all() {
    for kept in [sqlite().await, postgres().await] {
        let house = house(kept).await;
        let program = Program::new(&house);
        let said = |output: &Output| {
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        };
        let whole = program.run(&["store", "reseal"], "");
        assert!(said(&whole).contains("Every row that gives rights is as the console wrote it."), "{}", said(&whole));
        let other = "update operators set role = 'owner' where id in ('01moderator', '01auditor')";
        sql(&house.store.store, other).await;
        let shown = said(&program.run(&["store", "reseal"], ""));
        for line in [
            "refused: the person moderator was changed, not by the console",
            "differs: the person moderator: the audit log says moderator, the store says owner (entry ",
            "differs: the person auditor: the audit log says auditor, the store says owner (entry ",
            "--operator NAME",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        let verified = program.run(&["audit", "verify"], "");
        assert!(!verified.status.success(), "{}", said(&verified));
        assert!(said(&verified).contains("WRONG: the person moderator"), "{}", said(&verified));
        let taken = program.run(&["store", "reseal", "--operator", "moderator"], "");
        assert!(said(&taken).contains("the audit log says moderator, the store says owner"), "{}", said(&taken));
        assert!(said(&taken).contains("taken as the row stands: owner, may sign in"), "{}", said(&taken));
        let shown = said(&program.run(&["store", "reseal"], ""));
        let wrong =
            |who: &str| ["refused", "differs"].iter().all(|word| shown.contains(&format!("{word}: the person {who}")));
        assert!(wrong("auditor"), "{shown}");
        assert!(
            !shown.contains("refused: the person moderator") && !shown.contains("differs: the person moderator"),
            "{shown}"
        );
        let nobody = program.run(&["store", "reseal", "--operator", "somebody"], "");
        assert!(!nobody.status.success() && said(&nobody).contains("Nobody is called somebody"), "{}", said(&nobody));
        // A grant is called by its id.
        let grant = howdah::store::grants::stored(&house.store.store).await.unwrap().remove(0).id;
        sql(&house.store.store, "update grants set reveal = not reveal").await;
        let shown = said(&program.run(&["store", "reseal"], ""));
        assert!(shown.contains(&format!("refused: the grant {grant} was changed, not by the console")), "{shown}");
        let taken = said(&program.run(&["store", "reseal", "--grant", &grant.0], ""));
        assert!(taken.contains(&format!("The grant {grant} is taken as the row stands.")), "{taken}");
        let shown = said(&program.run(&["store", "reseal"], ""));
        assert!(!shown.contains(&format!("refused: the grant {grant}")), "{shown}");
        let nothing = program.run(&["store", "reseal", "--grant", "01nothing"], "");
        assert!(
            !nothing.status.success() && said(&nothing).contains("There is no grant 01nothing"),
            "{}",
            said(&nothing)
        );
        let nobody = ["store", "reseal", "--link", "auditor", "--instance", "harbour"];
        let nobody = program.run(&nobody, "");
        assert!(
            !nobody.status.success() && said(&nobody).contains("has linked no account on harbour"),
            "{}",
            said(&nobody)
        );
        let filter = Filter { kind: Some("row_resealed".into()), limit: 10, ..Filter::default() };
        assert_eq!(house.app.ledger.list(&filter).await.unwrap().len(), 2, "one entry for one row");
    }
}

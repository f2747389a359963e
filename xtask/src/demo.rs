//! A practice instance and the console beside it.

use crate::{
    process::{Background, end_all_when_told, exists, free_port, run, step, told_to_end},
    setup, site,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Name, role and password of everybody in the demonstration.
pub const PEOPLE: [(&str, &str, &str); 5] = [
    ("Olga Owner", "owner", "oars-and-anchors-1"),
    ("Mira Kost", "admin", "lantern-lights-22"),
    ("Jonas Tran", "moderator", "evening-tide-333"),
    ("Lea Brandt", "contractor", "borrowed-boat-4444"),
    ("Ada Audit", "auditor", "ledger-and-lamp-55"),
];

/// The console as `compile` builds it.
pub const CONSOLE: &str = "target/debug/howdah";

struct Options {
    fresh: bool,
    port: u16,
    size: String,
    mastodon: String,
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options { fresh: false, port: 3000, size: "small".to_owned(), mastodon: "4.6".to_owned() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--fresh" => options.fresh = true,
            "--port" => {
                options.port = rest.next().context("--port needs a number")?.parse().context("--port needs a number")?
            }
            "--size" => match rest.next().map(String::as_str) {
                Some(size @ ("small" | "medium" | "large")) => options.size = size.to_owned(),
                _ => bail!("--size is small, medium or large"),
            },
            "--mastodon" => match rest.next().map(String::as_str) {
                Some(release @ ("4.3" | "4.4" | "4.5" | "4.6" | "4.7")) => options.mastodon = release.to_owned(),
                _ => bail!("--mastodon is 4.3, 4.4, 4.5, 4.6 or 4.7"),
            },
            other => bail!(
                "“{other}” is not an option of demo: --fresh, --port N, --size small|medium|large, --mastodon 4.3|…|4.7"
            ),
        }
    }
    Ok(options)
}

/// The parts that run; they stop when this goes.
pub struct Demo {
    pub address: String,
    pub folder: PathBuf,
    pub practice: String,
    pub database: String,
    console: Background,
    _practice: Background,
    _redis: Background,
}

impl Demo {
    /// The console's process id.
    pub fn console_process(&self) -> u32 {
        self.console.child.id()
    }
}

/// Builds what runs: both servers in one go, so that nothing is compiled twice.
pub fn compile() -> Result<()> {
    run("cargo", &["build", "-p", "howdah", "-p", "practice", "--features", "howdah/ssr"])
}

pub fn demo(arguments: &[String]) -> Result<()> {
    let options = options(arguments)?;
    let began = Instant::now();
    end_all_when_told()?;
    step("what the machine needs", || {
        setup::wasm_target()?;
        setup::packages(&[("initdb", "postgresql"), ("redis-server", "redis-server"), ("npm", "npm")])
    })?;
    step("compiling the servers", compile)?;
    site::build()?;
    let folder = Path::new("target/demo");
    if options.fresh {
        let _gone = fs::remove_dir_all(folder);
    }
    let mut demo = start(&Setup {
        folder,
        port: options.port,
        practice_port: Some(options.port + 1),
        size: &options.size,
        mastodon: &options.mastodon,
        program: CONSOLE,
        lift_limits: false,
    })?;
    println!("\nReady after {:.0} s.\n\n  {}\n", began.elapsed().as_secs_f32(), demo.address);
    for (name, role, password) in PEOPLE {
        println!("  {role:<11} {name:<12} {password}");
    }
    println!("\nCtrl-C stops everything. A second start has the same data; --fresh begins anew.");
    while !told_to_end() {
        if let Some(status) = demo.console.child.try_wait()? {
            bail!("the console ended ({status}); its log is target/demo/howdah.log");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    println!("\nstopping …");
    Ok(())
}

/// What is started, and where.
pub struct Setup<'a> {
    pub folder: &'a Path,
    pub port: u16,
    /// Any that is free, if it does not matter.
    pub practice_port: Option<u16>,
    pub size: &'a str,
    /// The release that is practised on.
    pub mastodon: &'a str,
    /// The console, by its path.
    pub program: &'a str,
    /// Whether the practice instance takes a thousand times as many calls as Mastodon does.
    pub lift_limits: bool,
}

/// Starts Redis, the practice instance and the console in a folder.
pub fn start(setup: &Setup) -> Result<Demo> {
    let Setup { folder, port, practice_port, size, mastodon, program, lift_limits } = *setup;
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let redis_port = free_port()?;
    let redis = Background::start(
        Command::new("redis-server")
            .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .stdin(Stdio::null()),
    )?;
    let redis_url = format!("redis://127.0.0.1:{redis_port}");
    wait_for(redis_port, "Redis")?;
    let practice_port = match practice_port {
        Some(port) => port,
        None => free_port()?,
    };
    let (practice, ready) = step("the practice instance", || {
        let mut practice = Background::start(
            Command::new("target/debug/practice")
                .args([
                    "serve",
                    "--listen",
                    &format!("127.0.0.1:{practice_port}"),
                    "--redis",
                    &redis_url,
                    "--size",
                    size,
                    "--mastodon",
                    mastodon,
                ])
                .arg("--data")
                .arg(folder.join("practice"))
                .args(lift_limits.then_some("--lift-limits"))
                .env("RUST_LOG", "warn,practice=info")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(fs::File::create(folder.join("practice.log"))?),
        )?;
        let output = practice.child.stdout.take().context("the practice instance has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim().is_empty() {
            bail!(
                "the practice instance did not start: {}",
                fs::read_to_string(folder.join("practice.log")).unwrap_or_default()
            );
        }
        Ok((practice, line))
    })?;
    let value = |name: &str| {
        // One line of JSON with text values; none of them holds a quotation mark.
        ready
            .split_once(&format!("\"{name}\":\""))
            .and_then(|(_, rest)| rest.split('"').next())
            .map(str::to_owned)
            .with_context(|| format!("the practice instance named no {name}: {ready}"))
    };
    let (database, token) = (value("database")?, value("token")?);
    let config = configure(&folder, port, practice_port, &database, &redis_url, &token)?;
    people(program, &config, &folder)?;
    let console = step("the console", || {
        let log = fs::File::create(folder.join("howdah.log"))?;
        let mut console = Background::start(
            Command::new(program)
                .arg("--config")
                .arg(&config)
                .arg("serve")
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        wait_for_health(port, &mut console, &folder.join("howdah.log"))?;
        Ok(console)
    })?;
    Ok(Demo {
        address: format!("http://127.0.0.1:{port}"),
        practice: format!("http://127.0.0.1:{practice_port}"),
        database,
        folder,
        console,
        _practice: practice,
        _redis: redis,
    })
}

fn configure(folder: &Path, port: u16, practice: u16, database: &str, redis: &str, token: &str) -> Result<PathBuf> {
    let key = folder.join("secret.key");
    if !key.exists() {
        let mut random = [0u8; 32];
        fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key)?.write_all(text.as_bytes())?;
    }
    let shown = folder.display();
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\nstore = \"sqlite:{shown}/howdah.db\"\n\
         secret_key_file = \"{shown}/secret.key\"\ncheckpoint_file = \"{shown}/checkpoints.txt\"\n\
         second_factor = \"optional\"\nsite = \"target/site\"\n\n[[instance]]\nname = \"harbour\"\ntitle = \"harbour.example\"\n\
         base_url = \"http://127.0.0.1:{practice}\"\nmedia_base_url = \"http://127.0.0.1:{practice}/system\"\n\
         database_url = \"{database}\"\nprepared_statements = true\nredis_url = \"{redis}\"\ntoken = \"{token}\"\n"
    );
    let config = folder.join("howdah.toml");
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&config)?
        .write_all(text.as_bytes())?;
    Ok(config)
}

fn people(program: &str, config: &Path, folder: &Path) -> Result<()> {
    if folder.join("people").exists() {
        return Ok(());
    }
    step("people of the console", || {
        for (name, role, password) in PEOPLE {
            let mut command = Command::new(program);
            command.arg("--config").arg(config).args(["operator", "add", name, "--role", role]);
            if role == "contractor" {
                command.args(["--instance", "harbour", "--until", "2099-12-31"]);
            }
            let mut adding = command
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .env("RUST_LOG", "error")
                .spawn()?;
            adding.stdin.take().context("no input")?.write_all(format!("{password}\n").as_bytes())?;
            let output = adding.wait_with_output()?;
            if !output.status.success() {
                bail!("{name} could not be added: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        // Something to approve: more than she has now, for the weekend.
        let asked = Command::new(program)
            .arg("--config")
            .arg(config)
            .args(["grant", "ask", "Lea Brandt", "--instance", "harbour", "--sign-ups", "--reveal"])
            .args(["--until", "2099-12-31", "--agreement", "HM-2026-07, annex 2"])
            .stdin(Stdio::null())
            .env("RUST_LOG", "error")
            .output()?;
        if !asked.status.success() {
            bail!("the grant could not be asked for: {}", String::from_utf8_lossy(&asked.stderr));
        }
        fs::write(folder.join("people"), "")?;
        Ok(())
    })
}

fn wait_for(port: u16, what: &str) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(15);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > until {
            bail!("{what} did not start on port {port}");
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    Ok(())
}

fn wait_for_health(port: u16, console: &mut Background, log: &Path) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            if answer.contains(" 200 ") {
                return Ok(());
            }
        }
        if console.child.try_wait()?.is_some() || Instant::now() > until {
            bail!("the console did not start: {}", fs::read_to_string(log).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Whether the browser tests can run here.
pub fn chromium() -> Result<String> {
    for program in ["chromium", "chromium-browser", "google-chrome"] {
        if exists(program) {
            return Ok(format!("/usr/bin/{program}"));
        }
    }
    bail!("chromium is missing; on Debian, as root: apt-get install chromium")
}

//! How long the server takes for each page, over loopback, and how much memory it holds. Figures to look at: no test.

use crate::{
    demo::{self, Demo, PEOPLE},
    process::{end_all_when_told, free_port, step},
    setup, site,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const RELEASE: &str = "target/release/howdah";
/// Requests before and during the measuring of one page.
const WARM_UP: usize = 20;
const REQUESTS: usize = 200;
/// How long the console is left alone before its memory at rest is read: the waiting list is full by then.
const REST: Duration = Duration::from_secs(15);

/// Measures every page on a community of the size asked for.
pub fn bench(arguments: &[String]) -> Result<()> {
    let size = match arguments {
        [] => "medium",
        [flag, size] if flag == "--size" && ["small", "medium", "large"].contains(&size.as_str()) => size,
        _ => bail!("options of bench: --size small|medium|large"),
    };
    end_all_when_told()?;
    step("what the machine needs", || setup::packages(&[("initdb", "postgresql"), ("redis-server", "redis-server")]))?;
    step("compiling the servers", demo::compile)?;
    site::build()?;
    let console = if Path::new(RELEASE).is_file() {
        RELEASE
    } else {
        println!("· {RELEASE} is not there (`cargo xtask build` makes it): measuring the debug build");
        demo::CONSOLE
    };
    let folder = format!("target/bench-{size}");
    let start = || demo::start(Path::new(&folder), free_port()?, None, size, console);
    let mut demo = start()?;
    let statistics = Statistics::prepare(&demo.database)?;
    if let Statistics::AfterRestart = statistics {
        drop(demo);
        demo = start()?;
    }
    std::thread::sleep(REST);
    let at_rest = memory(demo.console_process())?;
    let client = Client::sign_in(&demo)?;
    let mut table = format!(
        "| page ({size}, {console}, {REQUESTS} requests) | p50 ms | p95 ms | its SQL alone, mean ms | statements | bytes |\n|---|---:|---:|---:|---:|---:|\n"
    );
    for (name, addresses) in pages(&client)? {
        let figures = measure(&client, &addresses, &demo.database)?;
        table.push_str(&format!(
            "| {name} | {:.1} | {:.1} | {} | {} |\n",
            figures.p50, figures.p95, figures.sql, figures.bytes
        ));
    }
    let after = memory(demo.console_process())?;
    println!("\n{table}\nMemory of the console (VmRSS): {at_rest} MB at rest, {after} MB afterwards.");
    Ok(())
}

/// What is measured, and the addresses that are asked for in turn.
fn pages(client: &Client) -> Result<Vec<(&'static str, Vec<String>)>> {
    let one = |address: &str| vec![address.to_owned()];
    let find = |words: &[&str]| words.iter().map(|word| format!("/i/harbour/find?q={word}")).collect::<Vec<_>>();
    let prefixes = find(&["kel", "wre", "bos", "sal", "osp", "hal", "mar", "qua"]);
    let cases = client.links("/i/harbour/reports", "/i/harbour/reports/")?;
    let accounts = client.links(&prefixes[0], "/i/harbour/accounts/")?;
    let entries = client.links("/audit", "/audit/")?;
    Ok(vec![
        ("overview", one("/i/harbour")),
        ("reports queue", one("/i/harbour/reports")),
        ("reports queue, decided", one("/i/harbour/reports?state=decided")),
        ("a case", cases),
        ("account page", accounts),
        ("find by handle", find(&["@wren", "@otter", "@heron", "@quarry@night.example"])),
        ("find by prefix", prefixes),
        ("accounts", one("/i/harbour/accounts")),
        ("accounts, suspended", one("/i/harbour/accounts?state=suspended")),
        ("sign-ups", one("/i/harbour/signups")),
        ("a sign-up", client.links("/i/harbour/signups", "/i/harbour/signups/")?),
        ("rules about servers", one("/i/harbour/domains")),
        ("known servers", one("/i/harbour/domains/servers")),
        ("registrations", one("/i/harbour/registrations")),
        ("Mastodon’s log", one("/i/harbour/audit/instance")),
        ("invitations", one("/i/harbour/invitations")),
        ("access requests", one("/i/harbour/access-requests")),
        ("roles", one("/i/harbour/roles")),
        ("one role", client.links("/i/harbour/roles", "/i/harbour/roles/")?),
        ("your account", one("/i/harbour/your-account")),
        ("people", one("/people")),
        ("grants", one("/grants")),
        ("audit list", one("/audit")),
        ("one entry", entries),
    ])
}

/// What PostgreSQL itself counts of the statements it runs (`pg_stat_statements`).
enum Statistics {
    Ready,
    /// Switched on; the server must be started again to load it.
    AfterRestart,
}

impl Statistics {
    fn prepare(database: &str) -> Result<Self> {
        if sql(database, "show shared_preload_libraries")?.contains("pg_stat_statements") {
            sql(database, "create extension if not exists pg_stat_statements")?;
            return Ok(Self::Ready);
        }
        sql(database, "alter system set shared_preload_libraries = 'pg_stat_statements'")?;
        sql(database, "alter system set pg_stat_statements.track_planning = on")?;
        sql(database, "create extension if not exists pg_stat_statements")?;
        Ok(Self::AfterRestart)
    }
}

/// One statement by the client that comes with PostgreSQL.
fn sql(database: &str, statement: &str) -> Result<String> {
    let output = Command::new("psql")
        .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement])
        .output()
        .context("psql cannot be started")?;
    if !output.status.success() {
        bail!("{statement}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

struct Figures {
    p50: f64,
    p95: f64,
    /// Milliseconds of planning and running on the server, and statements, a request.
    sql: String,
    bytes: usize,
}

/// Statements of the pages, not of what goes on by itself: those are run every second or more seldom.
const SQL_A_REQUEST: &str = "select coalesce(round((sum(total_plan_time + total_exec_time) / 200)::numeric, 1), 0) || ' | ' \
    || coalesce(round(sum(calls) / 200.0, 1), 0) from pg_stat_statements \
    where calls >= 20 and query not like '%pg_stat_statements%'";

fn measure(client: &Client, addresses: &[String], database: &str) -> Result<Figures> {
    let mut times = Vec::with_capacity(REQUESTS);
    let mut bytes = 0;
    for (number, address) in addresses.iter().cycle().take(WARM_UP + REQUESTS).enumerate() {
        if number == WARM_UP {
            sql(database, "select pg_stat_statements_reset()")?;
        }
        let began = Instant::now();
        let answer = client.get(address)?;
        if number >= WARM_UP {
            times.push(began.elapsed());
            bytes = bytes.max(answer.len());
        }
    }
    times.sort();
    let at = |part: usize| times.get(REQUESTS * part / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0);
    Ok(Figures { p50: at(50), p95: at(95), sql: sql(database, SQL_A_REQUEST)?, bytes })
}

/// Somebody signed in, one connection a request.
struct Client {
    host: String,
    cookie: String,
}

impl Client {
    /// As the owner, who may open every page.
    fn sign_in(demo: &Demo) -> Result<Self> {
        let host = demo.address.trim_start_matches("http://").to_owned();
        let mut client = Self { host, cookie: String::new() };
        let (name, _, password) = PEOPLE[0];
        let form = format!("name={}&password={password}", name.replace(' ', "+"));
        let answer = client.send(&format!(
            "POST /api/sign-in/password HTTP/1.0\r\nhost: {}\r\norigin: {}\r\naccept: text/html\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            client.host,
            demo.address,
            form.len()
        ))?;
        let (head, _) = answer.split_once("\r\n\r\n").context("the console’s answer has no end of head")?;
        let cookies: Vec<&str> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, cookie)| cookie.split(';').next())
            .collect();
        if cookies.is_empty() {
            bail!("{name} could not sign in: {}", head.lines().next().unwrap_or_default());
        }
        client.cookie = cookies.join("; ");
        Ok(client)
    }

    /// A page as it is sent: anything but a page or a redirect to one within the desk is an error.
    fn get(&self, address: &str) -> Result<String> {
        let answer = self.send(&format!(
            "GET {address} HTTP/1.0\r\nhost: {}\r\ncookie: {}\r\naccept: text/html\r\n\r\n",
            self.host, self.cookie
        ))?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let away = answer.lines().any(|line| line.to_ascii_lowercase().starts_with("location: /sign-in"));
        if !matches!(status, "200" | "302") || away {
            bail!("{address} answered {}", answer.lines().next().unwrap_or_default());
        }
        Ok(answer)
    }

    fn send(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.host).context("the console does not answer")?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        String::from_utf8(answer).context("the console’s answer is not text")
    }

    /// The first addresses on a page that begin so and go on with a number.
    fn links(&self, page: &str, prefix: &str) -> Result<Vec<String>> {
        let body = self.get(page)?;
        let mut links: Vec<String> = body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| {
                link.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
            })
            .map(str::to_owned)
            .collect();
        links.dedup();
        if links.is_empty() {
            bail!("{page} links to nothing under {prefix}");
        }
        Ok(links)
    }
}

/// Resident memory in MB (`VmRSS` of /proc).
fn memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the console is not running")?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next())
        .and_then(|number| number.parse::<u64>().ok())
        .context("the console’s memory cannot be read")?;
    Ok(kilobytes / 1024)
}

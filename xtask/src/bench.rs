//! How long the server takes for each page, over loopback, and how much memory it holds. Figures to look at: no test.

use crate::{
    client::Client,
    demo::{self, Demo, Setup},
    plans,
    process::{end_all_when_told, free_port, step},
    setup, site, work,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
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
    let (size, what) = options(arguments)?;
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
    let start = |lift_limits| {
        let port = free_port()?;
        demo::start(&Setup {
            folder: Path::new(&folder),
            port,
            practice_port: None,
            size,
            mastodon: "4.6",
            program: console,
            lift_limits,
        })
    };
    match what {
        What::Pages => pages_of(size, console, || start(false)),
        What::Work => work::work(start),
        What::Plans => plans::plans(size, || start(false)),
    }
}

/// What is measured.
enum What {
    Pages,
    /// What goes on in the background: imports and batches.
    Work,
    /// Not how long, but how: the plan of every statement.
    Plans,
}

fn options(arguments: &[String]) -> Result<(&str, What)> {
    let (mut size, mut what) = ("medium", What::Pages);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.as_slice().first().map(String::as_str)) {
            ("--work", _) => what = What::Work,
            ("--plans", _) => what = What::Plans,
            ("--size", Some(named @ ("small" | "medium" | "large"))) => {
                size = named;
                rest.next();
            }
            _ => bail!("options of bench: --work, --plans, --size small|medium|large"),
        }
    }
    Ok((size, what))
}

fn pages_of(size: &str, console: &str, start: impl Fn() -> Result<Demo>) -> Result<()> {
    let mut demo = start()?;
    if let Statistics::AfterRestart = Statistics::prepare(&demo.database)? {
        drop(demo);
        demo = start()?;
        Statistics::prepare(&demo.database)?;
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
pub fn pages(client: &Client) -> Result<Vec<(&'static str, Vec<String>)>> {
    let one = |address: &str| vec![address.to_owned()];
    let find = |words: &[&str]| words.iter().map(|word| format!("/i/harbour/search?q={word}")).collect::<Vec<_>>();
    let prefixes = find(&["kel", "wre", "bos", "sal", "osp", "hal", "mar", "qua"]);
    let cases = client.links("/i/harbour/reports", "/i/harbour/reports/")?;
    let accounts = client.links(&prefixes[0], "/i/harbour/accounts/")?;
    let entries = client.links("/audit", "/audit/")?;
    let (sheets, grants) =
        client.ways("/grants", "/grants/0")?.into_iter().partition(|way| way.ends_with("/timesheet"));
    let servers = client.ways("/i/harbour/federation/servers", "/i/harbour/federation/server?name=")?;
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
        ("appeals", one("/i/harbour/appeals")),
        ("sign-ups", one("/i/harbour/signups")),
        ("a sign-up", client.links("/i/harbour/signups", "/i/harbour/signups/")?),
        ("domain blocks", one("/i/harbour/federation")),
        ("known servers", one("/i/harbour/federation/servers")),
        ("a server", servers),
        ("blocked email domains", one("/i/harbour/federation/email-domains")),
        ("IP rules", one("/i/harbour/federation/ip-rules")),
        ("imports", one("/i/harbour/federation/imports")),
        ("registrations", one("/i/harbour/registrations")),
        ("registrations policy", one("/i/harbour/registrations/policy")),
        ("a month replayed", one("/i/harbour/registrations/policy?replay=30")),
        ("statistics", one("/i/harbour/statistics")),
        ("transparency", one("/i/harbour/transparency")),
        ("Mastodon’s log", one("/i/harbour/audit/instance")),
        ("invites", one("/i/harbour/invites")),
        ("an invite", client.links("/i/harbour/invites", "/i/harbour/invites/")?),
        ("access requests", one("/i/harbour/access-requests")),
        ("roles", one("/i/harbour/roles")),
        ("one role", client.links("/i/harbour/roles", "/i/harbour/roles/")?),
        ("your account", one("/i/harbour/your-account")),
        ("people", one("/people")),
        ("grants", one("/grants")),
        ("a grant", grants),
        ("a sheet of work", sheets),
        ("audit list", one("/audit")),
        ("one entry", entries),
        ("timeline", one("/audit/timeline")),
        ("who could do what", one("/audit/access")),
        ("alarms", one("/audit/alarms")),
        ("reviews", one("/reviews")),
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
            sql(database, "alter system set pg_stat_statements.track_planning = on")?;
            sql(database, "select pg_reload_conf()")?;
            return Ok(Self::Ready);
        }
        sql(database, "alter system set shared_preload_libraries = 'pg_stat_statements'")?;
        Ok(Self::AfterRestart)
    }
}

/// One statement by the client that comes with PostgreSQL.
pub fn sql(database: &str, statement: &str) -> Result<String> {
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

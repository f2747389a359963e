//! Every check there is.

use crate::{
    browser,
    process::{Background, end_all_when_told, free_port, run},
    setup,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

type Step = fn() -> Result<()>;

pub fn test(arguments: &[String]) -> Result<()> {
    let only: Option<Vec<&str>> = match arguments {
        [] => None,
        [flag, list] if flag == "--only" => Some(list.split(',').collect()),
        _ => bail!("options of test: --only fmt,clippy,unit,browser"),
    };
    end_all_when_told()?;
    let steps: [(&str, Step); 4] = [("fmt", format), ("clippy", clippy), ("unit", unit), ("browser", browser::test)];
    let mut times = Vec::new();
    let mut failed = None;
    for (name, work) in steps {
        if only.as_ref().is_some_and(|only| !only.contains(&name)) {
            continue;
        }
        println!("== {name}");
        let began = Instant::now();
        let result = work();
        times.push((name, began.elapsed().as_secs_f32()));
        if let Err(error) = result {
            failed = Some(error.context(format!("{name} failed")));
            break;
        }
    }
    println!();
    for (name, seconds) in &times {
        println!("{name:<10} {seconds:>7.1} s");
    }
    if let Some((longest, _)) = times.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
        println!("{longest} took longest");
    }
    failed.map_or(Ok(()), Err)
}

fn format() -> Result<()> {
    run("cargo", &["fmt", "--all", "--check"])
}

fn clippy() -> Result<()> {
    setup::wasm_target()?;
    run(
        "cargo",
        &[
            "clippy",
            "-p",
            "howdah",
            "-p",
            "practice",
            "-p",
            "xtask",
            "--features",
            "howdah/ssr",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    run(
        "cargo",
        &[
            "clippy",
            "-p",
            "howdah",
            "--lib",
            "--features",
            "hydrate",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ],
    )
}

/// Unit and integration tests against a real PostgreSQL and a real Redis.
fn unit() -> Result<()> {
    setup::packages(&[
        ("initdb", "postgresql"),
        ("redis-server", "redis-server"),
        ("pgbouncer", "pgbouncer"),
        ("nginx", "nginx"),
        ("faketime", "faketime"),
        ("openssl", "openssl"),
    ])?;
    run("cargo", &["build", "-p", "howdah", "-p", "practice", "--features", "howdah/ssr"])?;
    let folder = Path::new("target/test");
    let _gone = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let mut postgres = Background::start(
        Command::new("target/debug/practice")
            .args(["postgres", "--data"])
            .arg(folder.canonicalize()?.join("postgres"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    )?;
    let mut url = String::new();
    BufReader::new(postgres.child.stdout.take().context("no output")?).read_line(&mut url)?;
    if url.trim().is_empty() {
        bail!("PostgreSQL did not start");
    }
    let port = free_port()?;
    let _redis = Background::start(
        Command::new("redis-server")
            // Every practice instance under test has a database of its own.
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--databases", "64"])
            .stdout(Stdio::null()),
    )?;
    let status = Command::new("cargo")
        .args(["test", "-p", "howdah", "-p", "practice", "--features", "howdah/ssr"])
        // A hundred frames of routers and futures would bury the one line that says what is wrong.
        .env("RUST_BACKTRACE", "0")
        .env("HOWDAH_TEST_POSTGRES", url.trim())
        .env("HOWDAH_TEST_REDIS", format!("redis://127.0.0.1:{port}/"))
        .status()?;
    if !status.success() {
        bail!("tests failed");
    }
    // By itself: with the others it would ask other features of what all need, and everything would be compiled twice.
    run("cargo", &["test", "-p", "xtask"])
}

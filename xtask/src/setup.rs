//! What a bare machine lacks: installed where we may, named exactly where we may not.

use crate::process::{exists, run};
use anyhow::{Result, bail};
use std::{path::Path, process::Command};

/// The compiler for the browser's half.
pub fn wasm_target() -> Result<()> {
    let installed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    match installed {
        Ok(output) if String::from_utf8_lossy(&output.stdout).contains("wasm32-unknown-unknown") => Ok(()),
        Ok(_) => run("rustup", &["target", "add", "wasm32-unknown-unknown"]),
        Err(_) => bail!("rustup is missing; install Rust with it, then: rustup target add wasm32-unknown-unknown"),
    }
}

/// Debian packages, by the program that shows whether each is there.
pub fn packages(wanted: &[(&str, &str)]) -> Result<()> {
    let has_postgres = || {
        exists("initdb")
            || std::fs::read_dir("/usr/lib/postgresql")
                .is_ok_and(|versions| versions.flatten().any(|version| version.path().join("bin/initdb").is_file()))
    };
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| if *program == "initdb" { !has_postgres() } else { !exists(program) })
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let install = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if !root || !exists("apt-get") {
        bail!("missing on this machine: {}; on Debian, as root: {install}", missing.join(", "));
    }
    println!("  {install}");
    run("apt-get", &["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(missing);
    run("apt-get", &arguments)
}

/// The tools from npm: the optimiser of the script, and Playwright.
pub fn npm() -> Result<()> {
    let modules = Path::new("end2end/node_modules/.package-lock.json");
    let lock = Path::new("end2end/package-lock.json");
    let fresh = modules.metadata().and_then(|made| Ok(made.modified()? >= lock.metadata()?.modified()?));
    if fresh.unwrap_or(false) {
        return Ok(());
    }
    run("npm", &["ci", "--prefix", "end2end", "--no-audit", "--no-fund", "--silent"])
}

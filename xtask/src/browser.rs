//! The browser tests: a fresh demonstration, and Playwright driving Chromium.

use crate::{
    demo::{self, Setup},
    process::free_port,
    setup, site,
};
use anyhow::{Result, bail};
use std::{fs, path::Path, process::Command};

pub fn test() -> Result<()> {
    setup::packages(&[("chromium", "chromium")])?;
    site::build()?;
    demo::compile()?;
    let folder = Path::new("target/e2e");
    let _gone = fs::remove_dir_all(folder);
    let demo = demo::start(&Setup {
        folder,
        port: free_port()?,
        practice_port: None,
        size: "small",
        mastodon: "4.6",
        program: demo::CONSOLE,
        lift_limits: false,
    })?;
    let mut command = Command::new("npx");
    command
        .args(["playwright", "test"])
        .current_dir("end2end")
        .env("HOWDAH_URL", &demo.address)
        .env("HOWDAH_FOLDER", &demo.folder)
        .env("PRACTICE_URL", &demo.practice)
        .env("PRACTICE_DATABASE", &demo.database)
        .env("HOWDAH_CHROMIUM", demo::chromium()?);
    for (name, role, password) in demo::PEOPLE {
        command.env(format!("HOWDAH_{}", role.to_uppercase()), format!("{name}\n{password}"));
    }
    let status = command.status()?;
    if !status.success() {
        bail!("the browser tests failed");
    }
    Ok(())
}

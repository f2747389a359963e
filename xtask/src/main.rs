//! The commands of the README.

mod bench;
mod browser;
mod client;
mod demo;
mod plans;
mod process;
mod setup;
mod site;
mod test;
mod work;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask demo [--fresh] [--port 3000] [--size small|medium|large] [--mastodon 4.3|4.4|4.5|4.6|4.7]
                                                                 a practice instance and the console, ready to try
cargo xtask test [--only fmt,clippy,unit,browser]                every check there is
cargo xtask bench [--size small|medium|large]                    time of every page, memory of the console
cargo xtask bench --work [--size small|medium|large]             imports and batches: how long, how many calls
cargo xtask bench --plans [--size small|medium|large]            the plan of every statement, for docs/plans.md
cargo xtask site                                                 the browser’s half: script, styles, compressed copies
cargo xtask build                                                the release: target/release/howdah and target/site";

fn main() -> Result<()> {
    std::env::set_current_dir(process::root())?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    match command {
        "demo" => demo::demo(rest),
        "test" => test::test(rest),
        "bench" => bench::bench(rest),
        "site" => site::build(),
        "build" => {
            site::build()?;
            process::run("cargo", &["build", "--release", "-p", "howdah", "--features", "ssr"])?;
            println!(
                "target/release/howdah serves the site from target/site: copy both, and set `site` in howdah.toml."
            );
            Ok(())
        }
        "help" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("“{other}” is not a command.\n{HELP}"),
    }
}

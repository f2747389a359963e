//! `howdah audit …`

use super::{app, open};
use crate::{
    audit::service::{self, export},
    clock::DAY,
    config::{Config, Wrong},
    ledger::{
        bundle, checkpoint,
        deed::{ExportForm, ExportRecord},
    },
    operators::service::command_actor,
    seal::Keys,
};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use std::{
    fs::OpenOptions,
    io::{BufReader, BufWriter},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

#[derive(Subcommand)]
pub enum Audit {
    /// Check the live record, or a bundle of it; names the first entry or line that is wrong.
    Verify {
        /// A file written by `howdah audit export`. It is checked without the store and without the secret key.
        #[arg(long)]
        bundle: Option<PathBuf>,
        /// The verifier key of the console a bundle is from; without it the one of the configuration.
        #[arg(long, requires = "bundle")]
        key: Option<String>,
        /// Checkpoints kept outside the store: one, or a file they were appended to.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
    /// Write a range of the record as a bundle that can be checked without the store.
    Export {
        /// The first day (UTC), for example 2026-11-01; without it from the beginning.
        #[arg(long)]
        from: Option<String>,
        /// The last day (UTC); without it to the end.
        #[arg(long)]
        to: Option<String>,
        /// The file to write; it must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
}

pub async fn run(config: Config, command: Audit) -> anyhow::Result<()> {
    match command {
        Audit::Verify { checkpoint, .. } => verify_store(config, checkpoint.as_deref()).await,
        Audit::Export { from, to, out } => write_bundle(config, from, to, &out).await,
    }
}

fn verifier_key(config: &Config) -> String {
    let origin = config.public_url.host_str().unwrap_or("howdah");
    checkpoint::verifier_key(&Keys::from_secret(config.secret_key), origin)
}

/// The checkpoints of a file, if one is named.
fn outside(file: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let notes = checkpoint::split(&text);
    if notes.is_empty() {
        bail!("{} holds no checkpoint.", file.display());
    }
    Ok(notes)
}

async fn verify_store(config: Config, checkpoint: Option<&Path>) -> anyhow::Result<()> {
    // As it is: a store that is in question is looked at before anything in it is sealed.
    let app = open(config).await?;
    let report = app.ledger.verify(&outside(checkpoint)?).await?;
    for line in report.lines() {
        println!("{line}");
    }
    if !report.holds() {
        bail!("The record is not what was written.");
    }
    println!("whole");
    Ok(())
}

pub fn verify_bundle(
    bundle: &Path,
    key: Option<String>,
    checkpoint: Option<&Path>,
    config: Result<Config, Wrong>,
) -> anyhow::Result<()> {
    let key = match key {
        Some(key) => key,
        // A bundle's own word on whose it is proves nothing.
        None => verifier_key(&config.context("whose record it is must be known: give --key, or a configuration")?),
    };
    let file = std::fs::File::open(bundle).with_context(|| format!("{} cannot be read", bundle.display()))?;
    let report = bundle::verify(BufReader::new(file), &key, &outside(checkpoint)?)?;
    for line in report.lines() {
        println!("{line}");
    }
    if !report.holds() {
        bail!("The bundle is not what the record was.");
    }
    println!("whole");
    Ok(())
}

async fn write_bundle(config: Config, from: Option<String>, to: Option<String>, out: &Path) -> anyhow::Result<()> {
    let day = |text: Option<&String>| match text {
        Some(text) => service::day(text).map(Some).with_context(|| format!("“{text}” is no day like 2026-11-01")),
        None => Ok(None),
    };
    let first = day(from.as_ref())?;
    let last = day(to.as_ref())?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out);
    let file = file.with_context(|| format!("{} cannot be made", out.display()))?;
    let written = async {
        let app = app(config).await?;
        let named = |name: &str, day: Option<String>| day.map(|day| format!("{name}={day}"));
        let filter = [named("from", from), named("to", to)].into_iter().flatten().collect::<Vec<_>>().join("&");
        let warrant = export::open(&app, &command_actor(), ExportRecord { form: ExportForm::Bundle, filter }).await?;
        let written = app.ledger.bundle(first, last.map(|day| day.plus(DAY)), &mut BufWriter::new(file)).await;
        let rows = written.as_ref().map_or(0, |written| written.end - written.first);
        export::close(&app, warrant, rows, written.as_ref().err().map(ToString::to_string)).await;
        let written = written?;
        println!("entries {} to {}, proven against a checkpoint over {}", written.first, written.end - 1, written.size);
        println!("verifier key: {}", app.ledger.verifier_key());
        println!("check it anywhere: howdah audit verify --bundle {} --key KEY", out.display());
        Ok(())
    };
    let written: anyhow::Result<()> = written.await;
    if written.is_err() {
        // Half a bundle is none.
        std::fs::remove_file(out).with_context(|| format!("{} cannot be removed", out.display()))?;
    }
    written
}

//! `howdah audit …`

use crate::{
    config::Config,
    ledger::{checkpoint, verify},
    seal::Keys,
    store::Store,
};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Audit {
    /// Check the live record; names the first entry that is wrong.
    Verify {
        /// Checkpoints kept outside the store: one, or a file they were appended to.
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
}

pub async fn run(config: Config, command: Audit) -> anyhow::Result<()> {
    let Audit::Verify { checkpoint: file } = command;
    let store = Store::connect(config.store.expose()).await?;
    let origin = config.public_url.host_str().unwrap_or("howdah");
    let key = checkpoint::verifier_key(&Keys::from_secret(config.secret_key), origin);
    let outside = match &file {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let notes = checkpoint::split(&text);
            if notes.is_empty() {
                bail!("{} holds no checkpoint.", file.display());
            }
            notes
        }
        None => Vec::new(),
    };
    let report = verify::verify(&store, &key, &outside).await?;
    for line in report.lines() {
        println!("{line}");
    }
    if !report.holds() {
        bail!("The record is not what was written.");
    }
    println!("whole");
    Ok(())
}

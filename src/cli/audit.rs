//! `howdah audit …`

use super::{app, open, operator::said};
use crate::{
    audit::service::{export, words},
    clock::DAY,
    config::{Config, Wrong},
    deeds::{ExportForm, ExportRecord},
    ledger::{bundle, checkpoint},
    nouns::reviews::Redrawing,
    operators::service::command_actor,
    seal::Keys,
    text::{Narrowing, Why},
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
    /// Check the live audit log, or a bundle of it; names the first entry or line that is wrong.
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
    /// Draw the samples of decisions again that a bundle discloses, and say whether they are the same.
    Redraw {
        /// A file written by `howdah audit export`, from before the first of the weeks. Check it with `verify` as well.
        #[arg(long)]
        bundle: PathBuf,
    },
    /// Print the key that others check this store's checkpoints and bundles with.
    Key,
    /// Decide, as an owner, that the audit log is as it stands from here on, where it contradicts what was signed.
    Accept {
        /// How many entries there are.
        #[arg(long)]
        size: i64,
        /// The root of the tree over them: 64 hex digits.
        #[arg(long)]
        root: String,
        /// Why it is accepted.
        #[arg(long)]
        why: String,
    },
    /// Destroy what stands sealed in the audit log about one subject, for good. The entries stay.
    DestroyWords {
        /// An entry about it.
        #[arg(long, required_unless_present = "subject", conflicts_with = "subject")]
        entry: Option<i64>,
        /// Its keyed hash, as it stands in the leaf of an entry.
        #[arg(long)]
        subject: Option<String>,
        /// Why it is destroyed.
        #[arg(long)]
        why: String,
    },
    /// Write a range of the audit log as a bundle that can be checked without the store.
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
        Audit::Redraw { bundle } => redraw(&bundle),
        Audit::Key => {
            say!("{}", app(config).await?.ledger.verifier_key().await?);
            Ok(())
        }
        Audit::Accept { size, root, why } => accept(config, size, &root, &why).await,
        Audit::DestroyWords { entry, subject, why } => destroy_words(config, entry, subject, &why).await,
    }
}

fn reason(why: &str) -> anyhow::Result<Why> {
    Why::given(why, true).map_err(said)
}

async fn accept(config: Config, size: i64, root: &str, why: &str) -> anyhow::Result<()> {
    let why = reason(why)?;
    let app = app(config).await?;
    let Some(what) = app.ledger.contradiction() else {
        bail!(
            "The audit log does not contradict itself: there is nothing to decide. A console that still says so found it before: start it again."
        );
    };
    say!("The audit log contradicts itself: {what}.");
    let before = app.ledger.signed_against().await?;
    if !app.ledger.accept(size, &root.to_lowercase(), why).await? {
        let (size, root) = app.ledger.stands().await?;
        bail!("Nothing was accepted: there are {size} entries now, with the root {root}.");
    }
    if let Some(what) = app.ledger.contradiction() {
        bail!("It was accepted, and still contradicts itself: {what}.");
    }
    say!("The first {size} entries are accepted as they stand; the next one says so, and why.");
    if let Some(signed) = before {
        let lost = signed - size;
        if lost > 0 {
            say!("Given up: checkpoints signed {signed} entries and {size} are there, so at least {lost} are lost.");
        } else {
            say!("Given up: checkpoints over up to {signed} entries say that something else stood there.");
        }
        say!(
            "What those said of people and rights is not known any more: compare `howdah operator list` with what you know, and end what should not be there."
        );
    }
    say!("A console that runs finds that within half a minute; until then it goes on refusing actions.");
    say!("From here on checkpoints are checked with: {}", app.ledger.verifier_key().await?);
    Ok(())
}

async fn destroy_words(config: Config, entry: Option<i64>, subject: Option<String>, why: &str) -> anyhow::Result<()> {
    let why = reason(why)?;
    let app = app(config).await?;
    let subject = match (subject, entry) {
        (Some(subject), _) => subject,
        (None, Some(entry)) => words::subject_of(&app, entry).await.map_err(said)?,
        (None, None) => bail!("Name an entry or a subject."),
    };
    let destroyed = words::destroy_at_server(&app, &subject, why).await.map_err(said)?;
    say!("{destroyed} data keys are destroyed: what they sealed cannot be read any more. The entries stay.");
    Ok(())
}

/// Draws again what a bundle discloses, with nothing but the bundle.
pub fn redraw(bundle: &Path) -> anyhow::Result<()> {
    let mut redrawing = Redrawing::default();
    for leaf in bundle::leaves(BufReader::new(std::fs::File::open(bundle)?)) {
        let (index, leaf) = leaf.with_context(|| format!("{} is no bundle", bundle.display()))?;
        redrawing.take(index, &leaf);
    }
    let redrawn = redrawing.end();
    if redrawn.is_empty() {
        bail!("No sample is disclosed in {}.", bundle.display());
    }
    for one in &redrawn {
        match &one.wrong {
            None => say!(
                "week of {}: the same {} of {} decisions (entry {}){}",
                one.week,
                one.drawn,
                one.decisions,
                one.entry,
                if one.late { "; its seed was bound AFTER the week had begun" } else { "" }
            ),
            Some(why) => say!("week of {}: NOT the same: {why} (entry {})", one.week, one.entry),
        }
    }
    if redrawn.iter().any(|one| one.wrong.is_some()) {
        bail!("Not every sample is what its seed draws.");
    }
    Ok(())
}

/// The host that checkpoints are called by.
fn host(config: &Config) -> &str {
    config.public_url.host_str().unwrap_or("howdah")
}

/// The key of this console under the name that a bundle gives itself: of the console, or of a store of it.
fn key_for(config: &Config, bundle: &Path) -> anyhow::Result<String> {
    let host = host(config);
    let name = bundle::origin(BufReader::new(std::fs::File::open(bundle)?)).unwrap_or_default();
    let ours = name.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let name = if ours { &name } else { host };
    Ok(checkpoint::verifier_key(&Keys::from_secret(config.secret_key), name))
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
        say!("{line}");
    }
    if !report.holds() {
        bail!("The audit log is not what was written.");
    }
    say!("whole");
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
        None => {
            let config = config.context("whose record it is must be known: give --key, or a configuration")?;
            key_for(&config, bundle).with_context(|| format!("{} cannot be read", bundle.display()))?
        }
    };
    let file = std::fs::File::open(bundle).with_context(|| format!("{} cannot be read", bundle.display()))?;
    let report = bundle::verify(BufReader::new(file), &key, &outside(checkpoint)?)?;
    for line in report.lines() {
        say!("{line}");
    }
    if !report.holds() {
        bail!("The bundle is not what the audit log was.");
    }
    say!("whole");
    Ok(())
}

async fn write_bundle(config: Config, from: Option<String>, to: Option<String>, out: &Path) -> anyhow::Result<()> {
    let day = |text: Option<&String>| match text {
        Some(text) => {
            crate::text::time::day_typed(text).map(Some).with_context(|| format!("“{text}” is no day like 2026-11-01"))
        }
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
        let filter = Narrowing::typed("filter", &filter).map_err(said)?;
        let warrant = export::open(&app, &command_actor(), ExportRecord { form: ExportForm::Bundle, filter }).await?;
        let written = app.ledger.bundle(first, last.map(|day| day.plus(DAY)), &mut BufWriter::new(file)).await;
        let rows = written.as_ref().map_or(0, |written| written.end - written.first);
        export::close(&app, warrant, rows, written.as_ref().err().map(ToString::to_string)).await;
        let written = written?;
        say!("entries {} to {}, proven against a checkpoint over {}", written.first, written.end - 1, written.size);
        say!("verifier key: {}", app.ledger.verifier_key().await?);
        say!("check it anywhere: howdah audit verify --bundle {} --key KEY", out.display());
        Ok(())
    };
    let written: anyhow::Result<()> = written.await;
    if written.is_err() {
        // Half a bundle is none.
        std::fs::remove_file(out).with_context(|| format!("{} cannot be removed", out.display()))?;
    }
    written
}

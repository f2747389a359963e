//! The command line.

/// Says a line on standard output. Whoever read it may have gone away (`| head`): what is left is done all the same.
macro_rules! say {
    ($($said:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($said)*)));
    }};
}

mod audit;
mod grant;
mod instance;
mod log;
mod operator;
mod serve;
mod store;

use crate::{
    address::Proxies,
    clock::Clock,
    config::{self, Config},
    context::App,
    ledger::{Ledger, check::LedgerCheck},
    mastodon::{Instance, database::VERSION},
    passwords::Passwords,
    seal::Keys,
    store::{PATIENCE, Starting, Store},
    telemetry::{Jobs, Requests},
};
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
};

/// The operator's console for Mastodon servers.
#[derive(Parser)]
#[command(name = "howdah", version = VERSION)]
struct Cli {
    /// The configuration file.
    #[arg(long, default_value = "howdah.toml", env = "HOWDAH_CONFIG", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the console.
    Serve,
    /// People of the console.
    #[command(subcommand)]
    Operator(operator::Operator),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Contractors' grants.
    #[command(subcommand)]
    Grant(grant::Grant),
    /// What an instance must give the console.
    #[command(subcommand)]
    Instance(instance::Instance),
    /// The console's own database.
    #[command(subcommand)]
    Store(store::Store),
}

/// Reads the arguments and does what they say.
///
/// # Errors
/// In words for the person at the terminal.
pub async fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let config = config::load(&cli.config, &|name| std::env::var(name).ok());
    log::begin(config.as_ref().map(|config| config.log).unwrap_or_default());
    match cli.command {
        // A bundle is checked where no console is set up.
        Command::Audit(audit::Audit::Verify { bundle: Some(bundle), key, checkpoint }) => {
            audit::verify_bundle(&bundle, key, checkpoint.as_deref(), config)
        }
        Command::Audit(audit::Audit::Redraw { bundle }) => audit::redraw(&bundle),
        // What is to be granted is asked before anything is configured.
        Command::Instance(command) => instance::run(&command),
        Command::Serve => serve::serve(config?).await,
        Command::Operator(command) => operator::run(config?, command).await,
        Command::Audit(command) => audit::run(config?, command).await,
        Command::Grant(command) => grant::run(config?, command).await,
        Command::Store(command) => store::run(config?, command).await,
    }
}

/// Opens the store and everything that stands on it; rows from before they were proved are sealed, once.
async fn app(config: Config) -> anyhow::Result<Arc<App>> {
    let (app, _starting) = open_first(config).await?;
    app.ledger.begin().await?;
    // What contradicts itself proves no row.
    if let Some(what) = app.ledger.contradiction() {
        eprintln!(
            "The audit log contradicts itself: {what}. Until an owner has decided (howdah audit accept) no action is begun."
        );
        return Ok(app);
    }
    if let Some(counts) = app.ledger.seal_rows_once().await.context("the rows that give rights cannot be sealed")?
        && counts.refused > 0
    {
        eprintln!(
            "{} rows that give rights are not what the audit log says, and are refused from now on; howdah store reseal shows them.",
            counts.refused
        );
    }
    app.ledger.prove_snapshots_once().await.context("what was kept of the instances cannot be proved")?;
    app.ledger.prove_deeds_once().await.context("the actions of the batches cannot be proved")?;
    app.ledger.prove_kept_once().await.context("notes, requests and alarms cannot be proved")?;
    let paused = app.ledger.keep_former_pauses().await.context("what was paused cannot be kept paused")?;
    if paused > 0 {
        tracing::info!(paused, "ledger.pauses_kept");
    }
    Ok(app)
}

/// The same with the rows as they are.
async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    open_first(config).await.map(|(app, _)| app)
}

/// The same, with others that start on the store held back.
async fn open_first(config: Config) -> anyhow::Result<(Arc<App>, Starting)> {
    let keys = Keys::from_secret(config.secret_key);
    let store = Store::connect(config.store.expose(), &keys).await?;
    let starting = store.starting(config.store.expose(), PATIENCE).await?;
    let clock = store.clock().await.context("the store does not say what time it is")?;
    store.migrate().await?;
    Ok((assemble(config, clock, keys, store)?, starting))
}

/// Puts a process together from its parts.
///
/// # Errors
/// If an instance's addresses cannot be used at all.
pub fn assemble(config: Config, clock: Clock, keys: Keys, store: Store) -> anyhow::Result<Arc<App>> {
    let origin = config.public_url.host_str().unwrap_or("howdah").to_owned();
    let process = crate::id::fresh();
    let ledger =
        Ledger::new(store.clone(), keys.clone(), clock.clone(), &origin, &process, config.checkpoint_file.clone());
    let instances = config
        .instances
        .iter()
        .map(|settings| {
            let instance = Instance::new(settings, clock.clone())
                .with_context(|| format!("instance {} cannot be connected", settings.name))?;
            Ok((settings.name.clone(), Arc::new(instance)))
        })
        .collect::<anyhow::Result<_>>()?;
    let passwords = Passwords::new()?;
    let proxies = Proxies::new(&config.trusted_proxies);
    let (ledger_check, faults) = (LedgerCheck::default(), AtomicU64::new(0));
    let watched = std::sync::Mutex::default();
    let uploads = crate::context::Uploads::default();
    Ok(Arc::new(App {
        config,
        clock,
        keys,
        store,
        ledger,
        instances,
        passwords,
        proxies,
        ledger_check,
        jobs: Jobs::default(),
        requests: Requests::default(),
        faults,
        watched,
        listeners: Arc::default(),
        begun: tokio::sync::watch::Sender::new(()),
        uploads,
    }))
}

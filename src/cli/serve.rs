//! `howdah serve`

use super::app;
use crate::{
    access::Role,
    clock::{DAY, LARGEST_SKEW, SECOND},
    config::Config,
    context::App,
    grants, http,
    id::OperatorId,
    jobs, path,
    seal::hex,
    sign_in::service::link_hash,
    store::{Store, operators, setup_links, setup_links::SetupLink},
};
use anyhow::Context as _;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::SignalKind,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long what is under way may take to its end when the process is told to stop; what is not through then is told to the
/// next process by its lease.
const LAST_WORK: Duration = Duration::from_secs(30);
/// How long the last checkpoint may take.
const LAST_CHECKPOINT: Duration = Duration::from_secs(10);

pub async fn serve(config: Config) -> anyhow::Result<()> {
    http::check_site(&config.site)?;
    let _only_server = Store::lock_for_serving(config.store.expose())?;
    let listen = config.listen;
    let app = app(config).await?;
    right_clock(&app)?;
    for (role, schema) in app.store.who_may_make().await? {
        tracing::warn!(
            role,
            schema,
            "store.open: this role may make things in the schema of the console’s tables, and what it makes there can run with the \
             console’s rights; `revoke create on schema SCHEMA from ROLE` ends it"
        );
    }
    for (role, rights) in app.store.who_may_use().await? {
        tracing::warn!(
            role,
            rights,
            "store.shared: this role was given rights on the console’s tables; is it to have them?"
        );
    }
    // Before this process writes anything: the clock is measured by what was written last.
    let newest = app.ledger.newest_at().await?;
    app.ledger.end_former_leases().await?;
    first_person(&app).await?;
    // What ended while nothing ran is in the record before the first request is.
    grants::service::keep_rights(&app, &crate::id::fresh()).await?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; is another program using it?"))?;
    if let Some(listen) = app.config.metrics_listen {
        watch(&app, listen).await?;
    }
    let files = http::open_files();
    let limits = http::Limits::for_files(files);
    tracing::info!(trusted = app.proxies.words(), "proxies");
    tracing::info!(files, in_all = limits.in_all, per_address = limits.per_peer, "connections");
    tracing::info!(%listen, public = %app.config.public_url, "serving");
    let stop = CancellationToken::new();
    let jobs = jobs::start(&app, newest);
    let ending = async {
        until_told().await;
        tracing::info!("stopping");
        jobs.stop();
        app.ledger.end();
        // They would never end by themselves, and whoever reads them asks the next process.
        app.listeners.end();
        stop.cancel();
    };
    let work = async {
        let (served, ()) = tokio::join!(http::serve(app.clone(), listener, limits, stop.cancelled()), ending);
        tokio::join!(jobs.ended(), app.ledger.ended());
        served
    };
    let late = async {
        stop.cancelled().await;
        sleep(LAST_WORK).await;
    };
    tokio::select! {
        served = work => served?,
        () = late => tracing::warn!(deeds = app.ledger.under_way(), "stopping.left"),
    }
    // A last checkpoint, so that the minute before the end is vouched for too.
    match timeout(LAST_CHECKPOINT, app.ledger.checkpoint()).await {
        Ok(Ok(size)) => tracing::info!(size, "stopped"),
        Ok(Err(error)) => tracing::error!(%error, "checkpoint"),
        Err(_) => tracing::error!("checkpoint.late"),
    }
    Ok(())
}

/// A machine whose clock is far from the store's is not served from: certificates, logs and what is compared with the instance
/// would be wrong too.
fn right_clock(app: &App) -> anyhow::Result<()> {
    let Some(skew) = app.clock.skew().filter(|skew| skew.abs() > LARGEST_SKEW) else { return Ok(()) };
    let (seconds, side) = (skew.abs() / SECOND, if skew > 0 { "ahead of" } else { "behind" });
    anyhow::bail!(
        "this machine's clock is {seconds} seconds {side} the one of the store's server; set both by NTP, then start again"
    )
}

/// Serves the numbers for monitoring beside everything else, also while the process comes to its end.
async fn watch(app: &Arc<App>, listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} (`metrics_listen`); is another program using it?"))?;
    if !listen.ip().is_loopback() {
        tracing::warn!(%listen, "metrics.open: `metrics_listen` is not a loopback address; whoever reaches it reads the numbers");
    }
    let metrics = http::metrics_router(app.clone());
    tokio::spawn(http::serve_metrics(listener, metrics));
    tracing::info!(%listen, "metrics");
    Ok(())
}

async fn until_told() {
    let terminated = async {
        match tokio::signal::unix::signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "signal.terminate");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// With nobody there yet, a one-time link for the first owner is printed.
async fn first_person(app: &App) -> anyhow::Result<()> {
    if operators::count(&app.store).await? > 0 {
        // A former version left them when somebody was added.
        setup_links::delete_first(&app.store).await?;
        return Ok(());
    }
    // Whoever takes everybody's rows away, or the record with them, must not get a link for the first owner.
    if app.ledger.contradiction().is_some() {
        say!("No link for a first owner is given while the audit log contradicts itself.");
        return Ok(());
    }
    if app.ledger.knows_people().await? {
        tracing::error!("serve.nobody_left");
        say!("The audit log knows people, and the store has none of them: howdah audit verify says who is missing.");
        return Ok(());
    }
    setup_links::delete_first(&app.store).await?;
    let link = hex(&crate::seal::random::<[u8; 16]>());
    let offer = SetupLink { role: Role::Owner, name: None, offered_by: None, person: OperatorId(crate::id::fresh()) };
    let now = app.clock.now();
    setup_links::insert(&app.store, &link_hash(app, &link), &offer, now, now.plus(DAY)).await?;
    let address = app.config.public_url.join(&path::with(path::SET_UP, "link", &link))?;
    say!("Nobody can sign in yet. Within a day, open this once to become the owner:\n  {address}");
    Ok(())
}

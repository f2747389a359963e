//! `howdah serve`

use super::app;
use crate::{
    access::Role,
    clock::DAY,
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
use tokio::{net::TcpListener, signal::unix::SignalKind};

pub async fn serve(config: Config) -> anyhow::Result<()> {
    http::check_site(&config.site)?;
    let _only_server = Store::lock_for_serving(config.store.expose())?;
    let listen = config.listen;
    let app = app(config).await?;
    app.ledger.end_former_leases().await?;
    first_person(&app).await?;
    // What ended while nothing ran is in the record before the first request is.
    grants::service::keep_rights(&app, &crate::id::fresh()).await?;
    jobs::start(&app);
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; is another program using it?"))?;
    let files = http::open_files();
    let limits = http::Limits::for_files(files);
    tracing::info!(trusted = app.proxies.words(), "proxies");
    tracing::info!(files, in_all = limits.in_all, per_address = limits.per_peer, "connections");
    tracing::info!(%listen, public = %app.config.public_url, "serving");
    http::serve(app.clone(), listener, limits, until_told()).await?;
    // A last checkpoint, so that the minute before the end is vouched for too.
    if let Err(error) = app.ledger.checkpoint().await {
        tracing::error!(%error, "checkpoint");
    }
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
        return Ok(());
    }
    // Whoever takes everybody's rows away, or the record with them, must not get a link for the first owner.
    if app.ledger.contradiction().is_some() {
        println!("No link for a first owner is given while the record contradicts itself.");
        return Ok(());
    }
    if app.ledger.knows_people().await? {
        tracing::error!("serve.nobody_left");
        println!("The record knows people, and the store has none of them: howdah audit verify says who is missing.");
        return Ok(());
    }
    setup_links::delete_first(&app.store).await?;
    let link = hex(&crate::seal::random::<[u8; 16]>());
    let offer = SetupLink { role: Role::Owner, name: None, offered_by: None, person: OperatorId(crate::id::fresh()) };
    let now = app.clock.now();
    setup_links::insert(&app.store, &link_hash(app, &link), &offer, now, now.plus(DAY)).await?;
    let address = app.config.public_url.join(&path::with(path::SET_UP, "link", &link))?;
    println!("Nobody can sign in yet. Within a day, open this once to become the owner:\n  {address}");
    Ok(())
}

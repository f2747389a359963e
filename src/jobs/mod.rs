//! Work outside a request: what waits, the pulse of each instance, leases, checkpoints, tidying.

mod domain_imports;
mod grants;
mod snapshots;
mod sweep;

pub use sweep::sweep;

use crate::{
    clock::{DAY, Instant, SECOND},
    context::App,
    mastodon::Instance,
    store::{access_requests, attempts, batches, drafts, refusals, reset_links, web_sessions},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

/// How often what waits is asked for while nobody looks.
const UNWATCHED: i64 = 10 * SECOND;

/// Starts everything that goes on by itself, until the process ends.
pub fn start(app: &Arc<App>) {
    for instance in app.instances.values() {
        let (instance, clock) = (instance.clone(), app.clock.clone());
        tokio::spawn(async move {
            let mut tick = every(Duration::from_secs(1));
            let mut last = Instant(0);
            loop {
                tick.tick().await;
                let now = clock.now();
                if instance.is_looked_at(now) || now.since(last) >= UNWATCHED {
                    instance.waiting.refresh(&instance.database, now).await;
                    instance.signups.refresh(&instance.database, now).await;
                    last = now;
                }
            }
        });
    }
    for instance in app.instances.values() {
        let (instance, clock) = (instance.clone(), app.clock.clone());
        tokio::spawn(async move {
            let mut tick = every(Duration::from_secs(10));
            let mut said = None;
            loop {
                tick.tick().await;
                instance.take_pulse(clock.now()).await;
                said = Some(say_troubles(&instance, said));
            }
        });
    }
    domain_imports::start(app);
    grants::start(app);
    snapshots::start(app);
    let leases = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(5));
        loop {
            tick.tick().await;
            if let Err(error) = leases.ledger.renew_leases().await {
                tracing::error!(%error, "leases.renew");
            }
        }
    });
    let sweeping = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(5));
        loop {
            tick.tick().await;
            sweep(&sweeping).await;
        }
    });
    for instance in app.instances.values() {
        let (app, instance) = (app.clone(), instance.clone());
        tokio::spawn(async move {
            let mut tick = every(Duration::from_secs(1));
            let process = crate::id::fresh();
            loop {
                tick.tick().await;
                if let Err(error) = crate::batches::service::work(&app, &instance, &process).await {
                    tracing::error!(%error, instance = %instance.name, "batches.work");
                }
            }
        });
    }
    let left = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(5));
        loop {
            tick.tick().await;
            if let Err(error) = crate::linked_accounts::service::take_back_due(&left).await {
                tracing::error!(%error, "linked_accounts.take_back");
            }
        }
    });
    let changed = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(5));
        loop {
            tick.tick().await;
            if let Err(error) = crate::registrations::service::settle_due(&changed).await {
                tracing::error!(%error, "registrations.settle");
            }
        }
    });
    let ending = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(60));
        loop {
            tick.tick().await;
            if let Err(problem) = crate::linked_accounts::service::end_of_those_gone(&ending).await {
                tracing::error!(%problem, "linked_accounts.end");
            }
        }
    });
    let checkpoints = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(30));
        loop {
            tick.tick().await;
            match checkpoints.ledger.checkpoint().await {
                Ok(Some(size)) => tracing::info!(size, "checkpoint"),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "checkpoint"),
            }
        }
    });
    let tidying = app.clone();
    tokio::spawn(async move {
        let mut tick = every(Duration::from_secs(600));
        loop {
            tick.tick().await;
            let now = tidying.clock.now();
            let tidied = tokio::try_join!(
                drafts::delete_expired(&tidying.store, now),
                web_sessions::delete_expired(&tidying.store, now.plus(-DAY)),
                attempts::delete_expired(&tidying.store, now),
                refusals::delete_expired(&tidying.store, now),
                batches::delete_ended(&tidying.store, now.plus(-30 * DAY)),
                crate::store::domain_imports::delete_old(&tidying.store, now.plus(-DAY), now.plus(-30 * DAY)),
                reset_links::delete_expired(&tidying.store, now),
                access_requests::forget_old(&tidying.store, now.plus(-access_requests::KEPT)),
            );
            if let Err(error) = tidied {
                tracing::error!(%error, "tidy");
            }
            if let Err(problem) = crate::audit::service::words::destroy_old(&tidying).await {
                tracing::error!(%problem, "tidy.words");
            }
        }
    });
}

/// Puts into the log what does not hold of an instance's configuration, at the start and whenever that changes; all of it as it
/// is now.
fn say_troubles(instance: &Instance, before: Option<Vec<String>>) -> Vec<String> {
    let troubles = instance.pulse().troubles();
    let known = before.as_deref().unwrap_or_default();
    for trouble in troubles.iter().filter(|trouble| !known.contains(trouble)) {
        tracing::warn!(instance = %instance.name, %trouble, "instance.trouble");
    }
    if troubles.is_empty() && before.as_deref() != Some(&[]) {
        tracing::info!(instance = %instance.name, "instance.well");
    }
    troubles
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut tick = interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}

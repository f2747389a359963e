//! For monitoring, on a listener of its own: how everything goes, in numbers; whether the process lives, and whether it can
//! do its work. Strangers are not asked who they are here, so it holds nothing but numbers and names of ours, and however often
//! it is asked, the store is asked once a second.

use super::server::wait_after;
use crate::{
    alarms,
    clock::{SECOND, Timestamp},
    context::App,
    mastodon::Instance,
    store::access_requests,
};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{
    collections::BTreeSet,
    fmt::Debug,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex, Semaphore},
    time::{Instant, timeout},
};
use tower::ServiceExt;

/// What is asked of the store for one answer is there within this, or left out.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// An answer that is not older is given again.
const FRESH: Duration = Duration::from_secs(1);
/// So many connections there may be: the others wait to be accepted.
const CONNECTIONS: usize = 16;
/// Within this the head of a request is there.
const HEAD: Duration = Duration::from_secs(5);
/// Within this a connection is over: one request, and its answer taken.
const CONNECTION: Duration = Duration::from_secs(30);
/// So many are counted where the store is asked.
const MOST_COUNTED: i64 = 10_000;
/// The format of the answer (<https://prometheus.io/docs/specs/om/open_metrics_spec/>).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is answered there.
pub fn metrics_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(Arc::new(Watched { app, ready: Mutex::default(), numbers: Mutex::default() }))
}

/// Answers whoever asks, a request a connection, while the process lives.
pub async fn serve_metrics(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // Never closed.
    while let Ok(place) = places.clone().acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                wait_after(&error).await;
                continue;
            }
        };
        let router = router.clone();
        let service =
            service_fn(move |request: hyper::Request<Incoming>| router.clone().oneshot(request.map(Body::new)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            match timeout(CONNECTION, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "metrics.connection"),
                Err(_) => tracing::debug!("metrics.connection_late"),
            }
            drop(place);
        });
    }
}

/// What is asked, and what was last answered. Whoever asks while an answer is being made waits for that one.
struct Watched {
    app: Arc<App>,
    ready: Mutex<Option<(Instant, Readiness)>>,
    numbers: Mutex<Option<(Instant, Result<String, std::fmt::Error>)>>,
}

type Readiness = (StatusCode, &'static str);

/// The last answer, or another one where it is too old.
async fn lately<T: Clone>(last: &Mutex<Option<(Instant, T)>>, now: Instant, anew: impl Future<Output = T>) -> T {
    let mut last = last.lock().await;
    match &*last {
        Some((at, answer)) if now.saturating_duration_since(*at) < FRESH => answer.clone(),
        _ => {
            let answer = anew.await;
            *last = Some((now, answer.clone()));
            answer
        }
    }
}

/// Whether this process can do its work: about ourselves, whatever the instances do. A record that contradicts itself is for
/// an owner to decide, who needs the console for that: the numbers say it.
async fn ready(State(watched): State<Arc<Watched>>) -> Readiness {
    if watched.app.ledger.is_ending() {
        return (StatusCode::SERVICE_UNAVAILABLE, "it is being stopped\n");
    }
    lately(&watched.ready, Instant::now(), writable(&watched.app)).await
}

async fn writable(app: &App) -> Readiness {
    // What is open is written all the same, and nobody would find it there.
    if let Some(what) = app.store.moved() {
        tracing::error!(%what, "ready.store");
        return (StatusCode::SERVICE_UNAVAILABLE, "the store's file was moved or replaced\n");
    }
    match timeout(PATIENCE, app.store.try_write(app.clock.now())).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "ready.store");
            (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be written\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}

async fn metrics(State(watched): State<Arc<Watched>>) -> Response {
    match lately(&watched.numbers, Instant::now(), all(&watched.app)).await {
        Ok(said) => ([(header::CONTENT_TYPE, OPEN_METRICS)], said).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

type Labels<const N: usize> = [(&'static str, String); N];

/// One answer. What is not known is left out: an absent number is not a zero.
#[derive(Default)]
struct Sheet(Registry);

impl Sheet {
    fn gauges<const N: usize>(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (Labels<N>, f64)>)
    where
        Labels<N>: EncodeLabelSet + Clone + Hash + Eq + Debug,
    {
        let family = Family::<Labels<N>, Gauge<f64, AtomicU64>>::default();
        for (labels, value) in rows {
            family.get_or_create(&labels).set(value);
        }
        self.0.register(name, help, family);
    }

    fn counters<const N: usize>(&mut self, name: &str, help: &str, rows: impl IntoIterator<Item = (Labels<N>, u64)>)
    where
        Labels<N>: EncodeLabelSet + Clone + Hash + Eq + Debug,
    {
        let family = Family::<Labels<N>, Counter>::default();
        for (labels, value) in rows {
            family.get_or_create(&labels).inc_by(value);
        }
        self.0.register(name, help, family);
    }

    fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(value);
            self.0.register(name, help, gauge);
        }
    }
}

/// A number as metrics have them; the largest are not exact.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating point")]
fn number(value: i64) -> f64 {
    value as f64
}

fn count(value: usize) -> f64 {
    number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// So many seconds ago; a clock that was set back makes nothing younger than new.
fn seconds_since(at: Timestamp, now: Timestamp) -> f64 {
    number(now.since(at).max(0)) / number(SECOND)
}

async fn all(app: &App) -> Result<String, std::fmt::Error> {
    let mut sheet = Sheet::default();
    let now = app.clock.now();
    let requests = app.requests.counted().into_iter();
    sheet.counters(
        "howdah_requests",
        "Requests answered, by method, route and status",
        requests.map(|([method, route, status], value)| {
            ([("method", method), ("route", route), ("status", status)], value)
        }),
    );
    let help = "Seconds until an answer began, by route";
    sheet.0.register("howdah_request_seconds", help, app.requests.seconds());
    let faults = app.faults.load(Ordering::Relaxed);
    sheet.counters("howdah_faults", "Requests that ended in a fault of the console's own", [([], faults)]);
    let deeds = app.ledger.closed().all().into_iter();
    sheet.counters(
        "howdah_deeds",
        "Deeds closed by this process, by kind and outcome",
        deeds.map(|([kind, outcome], value)| ([("kind", kind), ("outcome", outcome)], value)),
    );
    sheet.gauge("howdah_deeds_under_way", "Deeds under way in this process", Some(count(app.ledger.under_way())));
    jobs(&mut sheet, app);
    let instances: Vec<&Instance> = app.instances.values().map(Arc::as_ref).collect();
    calls(&mut sheet, &instances, now);
    waiting(&mut sheet, app, &instances, now).await;
    record(&mut sheet, app, now).await;
    pools(&mut sheet, app, &instances);
    sheet.gauge("process_resident_memory_bytes", "Resident memory", resident_memory());
    let mut said = String::new();
    text::encode(&mut said, &sheet.0)?;
    Ok(said)
}

fn jobs(sheet: &mut Sheet, app: &App) {
    let seen = app.jobs.seen();
    let labels = |(job, instance): &crate::telemetry::JobName| {
        [("job", (*job).to_owned()), ("instance", instance.as_ref().map(ToString::to_string).unwrap_or_default())]
    };
    sheet.counters(
        "howdah_job_runs",
        "Runs of each job, by how they ended",
        seen.iter().flat_map(|(name, seen)| {
            seen.by_end().map(move |(ended, runs)| {
                let [job, instance] = labels(name);
                ([job, instance, ("ended", ended.word().to_owned())], runs)
            })
        }),
    );
    sheet.gauges(
        "howdah_job_last_success_timestamp_seconds",
        "When each job last ended well",
        seen.iter().filter_map(|(name, seen)| Some((labels(name), number(seen.last_well?.0) / number(SECOND)))),
    );
}

fn calls(sheet: &mut Sheet, instances: &[&Instance], now: Timestamp) {
    let of = |instance: &Instance| ("instance", instance.name.to_string());
    sheet.counters(
        "howdah_calls",
        "Calls to each instance, by door and answer",
        instances.iter().flat_map(|instance| {
            let interfaces = [
                ("rest", Some(instance.rest.calls())),
                ("database", Some(instance.database.calls())),
                ("redis", instance.cache.as_ref().map(|cache| cache.calls())),
            ];
            interfaces.into_iter().filter_map(|(interface, calls)| Some((interface, calls?))).flat_map(
                move |(interface, calls)| {
                    let rows = calls.all().into_iter();
                    rows.map(move |([answer], value)| {
                        ([of(instance), ("door", interface.to_owned()), ("answer", answer)], value)
                    })
                },
            )
        }),
    );
    // What was left of a time that is over says nothing.
    let limits = instances.iter().filter_map(|instance| {
        let limits = instance.rest.limits().filter(|limits| limits.reset > now)?;
        Some(([of(instance)], number(limits.remaining)))
    });
    sheet.gauges("howdah_calls_left", "Calls that the service account's token has left", limits);
    let up = instances.iter().flat_map(|instance| {
        let health = instance.health();
        let interfaces = [
            ("rest", health.api.as_ref().map(Result::is_ok)),
            ("database", health.database.as_ref().map(Result::is_ok)),
            ("redis", health.redis.as_ref().map(Result::is_ok)),
        ];
        let known = interfaces.into_iter().filter_map(|(interface, up)| Some((interface, up?)));
        let rows: Vec<_> = known
            .map(|(interface, up)| ([of(instance), ("door", interface.to_owned())], f64::from(u8::from(up))))
            .collect();
        rows
    });
    sheet.gauges("howdah_instance_up", "Whether each door of an instance answered when last asked", up);
}

async fn waiting(sheet: &mut Sheet, app: &App, instances: &[&Instance], now: Timestamp) {
    let (mut numbers, mut oldest, mut read, mut cases) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for instance in instances {
        let labels = |list: &str| [("instance", instance.name.to_string()), ("list", list.to_owned())];
        let (reports, sign_ups, appeals) =
            (instance.open_reports.snapshot(), instance.signups.snapshot(), instance.appeals.snapshot());
        // Only who has confirmed the mail address waits for the console's people.
        let confirmed = || sign_ups.rows.iter().filter(|row| row.confirmed);
        for (list, at, rows, since) in [
            (
                "reports",
                reports.at,
                reports.rows.len(),
                reports.rows.iter().map(|row| row.created_at).min().filter(|_| !reports.cut),
            ),
            (
                "sign-ups",
                sign_ups.at,
                confirmed().count(),
                confirmed().map(|row| row.asked_at).min().filter(|_| !sign_ups.cut),
            ),
            (
                "appeals",
                appeals.at,
                appeals.rows.len(),
                appeals.rows.iter().map(|row| row.created_at).min().filter(|_| !appeals.cut),
            ),
        ] {
            // Of a list that is cut the newest are there: the oldest of them is not the one that has waited longest.
            let Some(at) = at else { continue };
            read.push((labels(list), seconds_since(at, now)));
            numbers.push((labels(list), count(rows)));
            if let Some(since) = since {
                oldest.push((labels(list), seconds_since(since, now)));
            }
        }
        // Those who ask to be let in wait in the console's own store.
        let asked = access_requests::waiting(&app.store, &instance.name, MOST_COUNTED);
        let since = access_requests::oldest_waiting(&app.store, &instance.name);
        if let Ok(Ok((asked, since))) = timeout(PATIENCE, async { tokio::try_join!(asked, since) }).await {
            numbers.push((labels("access requests"), number(asked)));
            oldest.extend(since.map(|since| (labels("access requests"), seconds_since(since, now))));
        }
        if reports.at.is_some() {
            let open: BTreeSet<_> = reports.rows.iter().map(|row| row.target).collect();
            cases.push(([("instance", instance.name.to_string())], count(open.len())));
        }
    }
    sheet.gauges("howdah_waiting", "What waits in each list, as far as it is counted", numbers);
    sheet.gauges("howdah_waiting_oldest_seconds", "The age of the oldest that waits in each list", oldest);
    sheet.gauges("howdah_waiting_read_seconds", "How long ago each list was last known to be current", read);
    sheet.gauges("howdah_cases_open", "Accounts with open reports", cases);
}

async fn record(sheet: &mut Sheet, app: &App, now: Timestamp) {
    let whole = app.ledger.contradiction().is_none();
    sheet.gauge("howdah_ledger_whole", "Whether the record agrees with itself", Some(f64::from(u8::from(whole))));
    let state = match timeout(PATIENCE, app.ledger.tree_state()).await {
        Ok(Ok(state)) => Some(state),
        Ok(Err(error)) => {
            tracing::error!(%error, "metrics.ledger");
            None
        }
        Err(_) => None,
    };
    let answers = Some(f64::from(u8::from(state.is_some())));
    sheet.gauge("howdah_store_up", "Whether the console's own store was read for this answer", answers);
    let Some(state) = state else { return };
    sheet.gauge("howdah_ledger_entries", "Entries in the record", Some(number(state.size)));
    let checkpoint = state.checkpoint.as_ref().map(|(_, at, _)| seconds_since(*at, now));
    sheet.gauge("howdah_ledger_checkpoint_seconds", "The age of the last checkpoint", checkpoint);
    let covered = state.checkpoint.as_ref().map_or(0, |(size, ..)| *size);
    let beyond = Some(number(state.size - covered));
    sheet.gauge("howdah_ledger_uncovered_entries", "Entries that no checkpoint vouches for yet", beyond);
    match timeout(PATIENCE, alarms::service::numbers(app, state.size)).await {
        Ok(Ok((open, behind))) => {
            let rows = open.into_iter().map(|(kind, open)| ([("kind", kind.name().to_owned())], number(open)));
            sheet.gauges("howdah_alarms_open", "Alarms that nobody acknowledged, by kind", rows);
            sheet.gauge("howdah_alarms_behind_entries", "Entries not checked for alarms yet", Some(number(behind)));
        }
        Ok(Err(error)) => tracing::error!(%error, "metrics.alarms"),
        Err(_) => {}
    }
}

fn pools(sheet: &mut Sheet, app: &App, instances: &[&Instance]) {
    // No instance has a name with a capital or a blank.
    let store = ("console store".to_owned(), app.store.connections());
    let others = instances.iter().map(|instance| (instance.name.to_string(), instance.database.connections()));
    sheet.gauges(
        "howdah_connections",
        "Connections to each database, of the store and of the instances",
        std::iter::once(store).chain(others).flat_map(|(pool, (all, idle))| {
            [("used", all.saturating_sub(idle)), ("idle", idle)]
                .map(|(state, number)| ([("pool", pool.clone()), ("state", state.to_owned())], count(number)))
        }),
    );
}

/// What of the process lies in memory, as Linux says it; `None` where it does not.
fn resident_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(number(kibibytes * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[tokio::test]
    async fn however_often_it_is_asked_the_answer_is_made_once_a_second() {
        let (last, made, now) = (Mutex::default(), AtomicU32::new(0), Instant::now());
        let ask = |later: Duration| {
            lately(&last, now + later, async {
                tokio::task::yield_now().await;
                made.fetch_add(1, Ordering::Relaxed)
            })
        };
        let at_once = futures::join!(ask(Duration::ZERO), ask(Duration::ZERO), ask(Duration::ZERO));
        assert_eq!(at_once, (0, 0, 0), "those who ask at once share one");
        assert_eq!(ask(FRESH - Duration::from_millis(1)).await, 0);
        assert_eq!(ask(FRESH).await, 1);
        assert_eq!(ask(FRESH + Duration::from_millis(1)).await, 1);
    }
}

//! The stream of what waits: server-sent events for all pages of a browser, which share one. It says numbers and a mark, never
//! anything about anybody. It asks nothing of an instance: the waiting lists are kept current for all at once.

use super::guard;
use crate::{
    address::ClientAddress,
    context::{App, Context},
    frame,
    live::Listener,
    session::Signed,
    stream,
};
use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{FutureExt, future::select_all};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};
use tower_sessions::{Session, session::Id};

/// How often it is seen whether the session and its rights still hold, and something is said, so that nobody on the way takes
/// the stream for dead: nginx waits a minute (`proxy_read_timeout`), the listener as long.
const BEAT: Duration = Duration::from_secs(15);
/// No two events come closer than this: when much changes at once, the last state is told.
const CALM: Duration = Duration::from_millis(500);
/// A browser whose stream breaks off asks again after so many milliseconds.
const AGAIN: &str = "retry: 4000\n\n";
/// The last event of a stream whose reader is nobody any more: it is not asked for again.
const OVER: &str = "event: over\ndata: over\n\n";

/// Where a stream is.
struct Telling {
    app: Arc<App>,
    id: Id,
    address: ClientAddress,
    /// The instance that is looked at in the browser, by its own word: what waits there is asked for every second.
    watched: Option<String>,
    place: Listener,
    /// Of the instances that this person may see.
    changes: Vec<watch::Receiver<u64>>,
    told: Option<Vec<String>>,
    over: bool,
}

/// One stream, until the browser goes, the session or its last right ends, or the process does.
pub async fn tell(
    State(app): State<Arc<App>>,
    session: Session,
    Extension(signed): Extension<Signed>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(id) = session.id() else { return StatusCode::UNAUTHORIZED.into_response() };
    let Some(place) = app.listeners.listen(&signed.actor.session) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "As many pages are told as this console can tell.\n").into_response();
    };
    let search = crate::search::Search::parse(&query.unwrap_or_default());
    let telling = Telling {
        watched: search.get("watch").map(str::to_owned),
        address: signed.address,
        app,
        id,
        place,
        changes: Vec::new(),
        told: None,
        over: false,
    };
    let events = futures::stream::unfold(telling, |mut telling| async move {
        let event = telling.next().await?;
        Some((Ok::<_, Infallible>(event), telling))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // nginx would keep it until there is enough of it.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, stream::body(events)).into_response()
}

impl Telling {
    /// What is to be said next; `None` at the end. What changed for others alone moves nothing here: the next comment comes with
    /// the beat, as if nothing had.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        let beat = Instant::now() + BEAT;
        loop {
            let mut due = false;
            if self.told.is_some() {
                tokio::select! {
                    () = self.place.ended() => return None,
                    () = changed(&mut self.changes) => {}
                    () = sleep_until(beat) => due = true,
                }
            }
            // Where it is not known who this is, nothing is said, and the browser asks again.
            let signed = guard::still(&self.app, self.id, self.address).await.ok()?;
            let Some(signed) = signed else { return Some(self.end()) };
            let context = Context::of(self.app.clone(), signed);
            // While it is looked at, it is kept current every second.
            if let Some(watched) = self.watched.as_deref().and_then(|name| context.instance(name).ok()) {
                watched.mark_watched(context.now());
            }
            // A contractor between two grants.
            if context.visible().next().is_none() {
                return Some(self.end());
            }
            // Before the numbers are read: none that comes in between is missed.
            self.changes = context
                .visible()
                .flat_map(|one| [one.open_reports.changes(), one.signups.changes(), one.appeals.changes()])
                .chain([self.app.listeners.changes()])
                .collect();
            let numbers = frame::numbers(&context).await;
            match self.told.replace(numbers.clone()) {
                None => return Some(format!("{AGAIN}{}", event(&numbers))),
                Some(told) if told != numbers => return Some(event(&numbers)),
                // A comment, which browsers pass over.
                Some(_) if due => return Some(":\n\n".to_owned()),
                Some(_) => {}
            }
        }
    }

    /// The reader is nobody any more.
    fn end(&mut self) -> String {
        self.over = true;
        OVER.to_owned()
    }
}

fn event(numbers: &[String]) -> String {
    let lines: String = numbers.iter().map(|line| format!("data: {line}\n")).collect();
    match lines.as_str() {
        // An event without data is none.
        "" => "data:\n\n".to_owned(),
        lines => format!("{lines}\n"),
    }
}

/// Comes back when one of the lists is another, or something of the console’s own, and the first rush is over. Who comes back subscribes anew.
async fn changed(changes: &mut [watch::Receiver<u64>]) {
    if changes.is_empty() {
        return std::future::pending().await;
    }
    let (gone, ..) = select_all(changes.iter_mut().map(|list| list.changed().boxed())).await;
    if gone.is_err() {
        return std::future::pending().await;
    }
    sleep(CALM).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_its_lines_and_an_empty_one() {
        assert_eq!(
            event(&["harbour reports 3".into(), "harbour signups 1".into()]),
            "data: harbour reports 3\ndata: harbour signups 1\n\n"
        );
        assert_eq!(event(&[]), "data:\n\n");
    }
}

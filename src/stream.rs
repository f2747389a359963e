//! Bodies that go out in parts: polled as often as anybody likes, broken off rather than cut short, and counted as they
//! are taken. And files: what is handed out to be kept.

use crate::problem::Problem;
use axum::{
    BoxError,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// How long a part waits for a browser that takes nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The only way from a stream to a body. Whatever stands between us and the browser may ask again after the end, so the
/// stream is fused; and one that panics breaks the answer off, so that half a file is never taken for a whole one.
pub fn body<S, B, E>(parts: S) -> Body
where
    S: Stream<Item = Result<B, E>> + Send + 'static,
    B: Into<Bytes> + 'static,
    E: Into<BoxError> + 'static,
{
    let parts = AssertUnwindSafe(parts).catch_unwind().map(|part| match part {
        Ok(Ok(part)) => Ok(part.into()),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => {
            tracing::error!("body.panicked");
            Err(BoxError::from("the console failed on the way"))
        }
    });
    Body::from_stream(parts.fuse())
}

pub const CSV: &str = "text/csv; charset=utf-8";

/// A file of ours under its name. Nobody on the way keeps a copy.
pub fn file(body: impl Into<Body>, kind: &'static str, name: &str) -> Response {
    let mut response = body.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Why there is no file, in bare words.
pub fn no_file(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, format!("{problem} {}\n", problem.remedy)).into_response()
}

/// The refusal of a file whose handing out leaves entries, where another site sent somebody for it: it could do so again and
/// again.
pub fn sent_by_another_site(headers: &HeaderMap) -> Option<Response> {
    let from = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    matches!(from, Some("cross-site" | "same-site")).then(|| {
        (StatusCode::FORBIDDEN, "Exports have to be requested from the console’s own pages.\n").into_response()
    })
}

/// What goes from the one end to the other.
enum Part {
    Text {
        text: String,
        lines: usize,
    },
    /// Holds nothing: it is asked for only after everything before it was taken.
    Probe,
    /// There is no more. A channel that closes without it was broken off.
    End,
}

/// Why a file did not go out whole.
pub type Stopped = &'static str;

/// The end of a file that gives.
pub struct Giving {
    parts: mpsc::Sender<Part>,
    taken: Arc<AtomicUsize>,
}

/// The end of a file that takes: the body of an answer.
pub struct Taking {
    parts: mpsc::Receiver<Part>,
    taken: Arc<AtomicUsize>,
    over: bool,
}

/// Both ends of a file. One part waits at most, so that nothing is read long before it is wanted.
pub fn handing() -> (Giving, Taking) {
    let (give, take) = mpsc::channel(1);
    let taken = Arc::new(AtomicUsize::new(0));
    (Giving { parts: give, taken: taken.clone() }, Taking { parts: take, taken, over: false })
}

impl Giving {
    /// Gives a part with so many lines of the file's own.
    ///
    /// # Errors
    /// That nobody takes it.
    pub async fn give(&self, text: String, lines: usize) -> Result<(), Stopped> {
        self.put(Part::Text { text, lines }).await
    }

    /// Waits until the last byte was taken.
    ///
    /// # Errors
    /// That it was not.
    pub async fn all_taken(&self) -> Result<(), Stopped> {
        self.put(Part::Probe).await?;
        // There is room for the next only when the probe has been asked for.
        let room = timeout(PATIENCE, self.parts.reserve()).await.map_err(|_| IDLE)?;
        room.map(drop).map_err(|_| GONE)
    }

    async fn put(&self, part: Part) -> Result<(), Stopped> {
        timeout(PATIENCE, self.parts.send(part)).await.map_err(|_| IDLE)?.map_err(|_| GONE)
    }

    /// How many lines have been taken.
    pub fn lines(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    /// Ends the file. One that is dropped without it is broken off, and the browser says so.
    pub async fn end(self) {
        // Whoever has gone needs no end.
        let _ = self.put(Part::End).await;
    }
}

const GONE: Stopped = "the browser went away";
const IDLE: Stopped = "the browser took nothing for a minute";

impl Stream for Taking {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.over {
                return Poll::Ready(None);
            }
            let Poll::Ready(part) = self.parts.poll_recv(context) else { return Poll::Pending };
            match part {
                Some(Part::Text { text, lines }) => {
                    self.taken.fetch_add(lines, Ordering::SeqCst);
                    return Poll::Ready(Some(Ok(text.into())));
                }
                Some(Part::Probe) => {}
                Some(Part::End) => self.over = true,
                None => {
                    self.over = true;
                    return Poll::Ready(Some(Err("the file was broken off".into())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_body_may_be_asked_again_after_its_end() {
        let stream =
            futures::stream::unfold(0, |at| async move { (at < 2).then_some((Ok::<_, BoxError>("x"), at + 1)) });
        let mut body = body(stream);
        for expected in [true, true, false, false, false] {
            assert_eq!(body.frame().await.is_some(), expected);
        }
    }

    #[tokio::test]
    async fn a_part_that_panics_breaks_the_answer_off() {
        let stream = futures::stream::iter([1, 2]).map(|part| {
            assert!(part < 2, "a fault");
            Ok::<_, BoxError>("x")
        });
        assert!(body(stream).collect().await.is_err());
    }

    #[tokio::test]
    async fn what_is_given_is_whole_only_with_its_end() {
        let (giving, taking) = handing();
        let given = tokio::spawn(async move {
            giving.give("one\n".to_owned(), 1).await?;
            giving.give("two\n".to_owned(), 1).await?;
            giving.all_taken().await?;
            let lines = giving.lines();
            giving.end().await;
            Ok::<_, Stopped>(lines)
        });
        assert_eq!(body(taking).collect().await.map(|all| all.to_bytes()).ok(), Some(Bytes::from("one\ntwo\n")));
        assert_eq!(given.await.ok(), Some(Ok(2)));

        let (giving, taking) = handing();
        tokio::spawn(async move { giving.give("one\n".to_owned(), 1).await });
        assert!(body(taking).collect().await.is_err(), "half a file is no file");

        let (giving, mut taking) = handing();
        let given = tokio::spawn(async move {
            let _ = giving.give("one\n".to_owned(), 1).await;
            (giving.all_taken().await, giving.lines())
        });
        assert!(taking.next().await.is_some());
        drop(taking);
        assert_eq!(given.await.ok(), Some((Err(GONE), 1)), "taken, but nobody asked for more");
    }
}

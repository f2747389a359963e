//! The listener: how many connections there may be and of whom, how long one may keep the console waiting, and what is
//! answered where no request comes about.

use super::{headers, router};
use crate::{address::network, context::App};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
    http::{StatusCode, Version, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    io::{self, IoSlice, Read as _, Write as _},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    time::{Instant, Sleep, sleep},
};
use tower::ServiceExt;

/// A body that comes at so many bytes a second is waited for, however long it is.
const SLOWEST_BODY: u64 = 4 * 1024;
/// The largest head of a request, with its address. Every connection may make the console keep so much.
const LARGEST_HEAD: usize = 128 * 1024;
/// What the system keeps of an answer that is not taken yet. It asks for more when a third is gone, so that together with
/// [`Limits::stalled`] it says how slowly an answer may be taken.
const SEND_BUFFER: usize = 128 * 1024;
/// How long the rest of a request may still take when the console is being stopped.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// What connections may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long the head of a request may take, and how long a connection may be idle between two.
    pub head: Duration,
    /// How long a body may take, beyond what it takes at [`SLOWEST_BODY`].
    pub body: Duration,
    /// How long nothing of an answer may be taken.
    pub stalled: Duration,
    /// Connections of one address, or of the /64 of an IPv6 one; a trusted proxy may have any number.
    pub per_peer: usize,
    pub in_all: usize,
}

impl Limits {
    /// The limits for a process that may have so many files open: half of them are for connections.
    pub fn for_files(files: u64) -> Self {
        Self {
            head: Duration::from_secs(20),
            body: Duration::from_secs(30),
            stalled: Duration::from_secs(60),
            per_peer: 100,
            in_all: usize::try_from(files / 2).unwrap_or(usize::MAX).clamp(8, 2048),
        }
    }
}

/// How many files this process may have open, after raising its own limit as far as the system lets it.
pub fn open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(u64::MAX).min(65_536);
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => return wanted,
            Err(error) => tracing::warn!(%error, "files.not_raised"),
        }
    }
    limit.current.unwrap_or(65_536)
}

/// Serves until told to stop; then what was begun is answered, and a request of which only half came is not waited for.
///
/// # Errors
/// If the listener has no address any more.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    limits: Limits,
    told: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let server = Arc::new(Server {
        router: router(app.clone()),
        limits,
        hall: Arc::default(),
        unasked: headers::unasked(headers::transport_security(&app.config)),
    });
    let (stop, stopped) = watch::channel(false);
    let mut told = pin!(told);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    wait_after(&error).await;
                    continue;
                }
            },
            () = told.as_mut() => break,
        };
        let range = (!app.proxies.trusts(peer.ip())).then(|| network(peer.ip()));
        match Hall::enter(&server.hall, range, &limits) {
            Some(place) => {
                tokio::spawn(server.clone().connection(stream, peer, Arc::new(place), stopped.clone()));
            }
            None => server.turn_away(stream),
        }
    }
    drop(listener);
    drop(stopped);
    // The connections hear of it, and let go of their half when they end.
    let _ = stop.send(true);
    tokio::select! {
        () = stop.closed() => {}
        () = server.hall.let_go() => {}
    }
    Ok(())
}

/// Some errors are of one connection; others, such as no more files, are of us and pass.
pub(super) async fn wait_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "connections.accept");
        sleep(Duration::from_secs(1)).await;
    }
}

struct Server {
    router: axum::Router,
    limits: Limits,
    hall: Arc<Hall>,
    /// The headers of what is answered without a request, each with its end of line.
    unasked: String,
}

impl Server {
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        place: Arc<Place>,
        mut stopped: watch::Receiver<bool>,
    ) {
        if let Err(error) = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER) {
            tracing::debug!(%error, "connections.buffer");
        }
        let wire = Wire {
            stream,
            place: place.clone(),
            unasked: self.unasked.clone(),
            stalled: self.limits.stalled,
            waiting: None,
            own: None,
        };
        let body_limit = self.limits.body;
        let (router, held) = (self.router.clone(), place.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            held.begin();
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo(peer));
            let one_host = has_one_host(&parts);
            let body = Body::new(Coming { body, place: held.clone(), limit: body_limit, until: None });
            let answering = router.clone().oneshot(Request::from_parts(parts, body));
            let place = held.clone();
            async move {
                let response: Response = if one_host {
                    answering.await?
                } else {
                    (StatusCode::BAD_REQUEST, "A request names its host once.\n").into_response()
                };
                Ok::<_, Infallible>(response.map(|body| Going { body, place }))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(wire), service);
        let mut connection = pin!(connection);
        let mut ending = false;
        loop {
            tokio::select! {
                done = connection.as_mut() => {
                    if let Err(error) = done {
                        tracing::debug!(%error, "connection.ended");
                    }
                    return;
                }
                () = place.given_up.notified() => return,
                _ = stopped.wait_for(|stop| *stop), if !ending => {
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    /// Says that there is no room, as far as that can be said without waiting.
    fn turn_away(&self, stream: TcpStream) {
        const SAID: &str = "Too many connections. Try again in a moment.\n";
        let answer = format!(
            "HTTP/1.1 503 Service Unavailable\r\n{}retry-after: 10\r\nconnection: close\r\n\
             content-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\r\n{SAID}",
            self.unasked,
            SAID.len(),
        );
        // Without the runtime, which does not know yet whether this connection can be written to.
        let Ok(mut stream) = stream.into_std() else { return };
        let _ = stream.write(answer.as_bytes());
        // What was asked meanwhile is taken out, so that the answer is not lost with it.
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked);
    }
}

/// Whether a request says once for which host it is, as HTTP/1.1 asks it to (RFC 9112, 3.2); whoever stands before the console
/// might read another of two.
fn has_one_host(parts: &Parts) -> bool {
    match parts.headers.get_all(header::HOST).iter().count() {
        0 => parts.version != Version::HTTP_11,
        number => number == 1,
    }
}

/// Everybody who has a connection.
#[derive(Default)]
struct Hall {
    crowd: Mutex<Crowd>,
}

#[derive(Default)]
struct Crowd {
    all: usize,
    by_range: HashMap<String, usize>,
    /// Those of whom the console waits for something, the longest wait first. A newcomer gets the place of one of them
    /// before being turned away: whoever says nothing must not keep out those who ask.
    waiting: BTreeMap<u64, (Option<String>, Arc<Notify>)>,
    turn: u64,
    said: Option<Instant>,
}

impl Hall {
    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every connection of which something is waited for, after a last moment, for as long as there are any.
    async fn let_go(&self) {
        sleep(LAST_WAIT).await;
        loop {
            while self.crowd().give_up(|_| true) {}
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// A place for a connection, if there is one or somebody gives theirs up; a range of `None` is not counted by itself.
    fn enter(hall: &Arc<Self>, range: Option<String>, limits: &Limits) -> Option<Place> {
        let mut crowd = hall.crowd();
        let of_range = range.as_ref().map_or(0, |range| crowd.by_range.get(range).copied().unwrap_or(0));
        let found = if of_range >= limits.per_peer {
            crowd.give_up(|other| *other == range)
        } else if crowd.all >= limits.in_all {
            crowd.give_up(|_| true)
        } else {
            true
        };
        if !found {
            if crowd.said.is_none_or(|said| said.elapsed() > Duration::from_secs(60)) {
                crowd.said = Some(Instant::now());
                tracing::warn!(all = crowd.all, of_this_address = of_range, "connections.full");
            }
            return None;
        }
        crowd.all += 1;
        if let Some(range) = &range {
            *crowd.by_range.entry(range.clone()).or_default() += 1;
        }
        drop(crowd);
        let place = Place {
            hall: hall.clone(),
            range,
            turn: Mutex::new(None),
            given_up: Arc::new(Notify::new()),
            answer: AtomicU8::new(BETWEEN),
        };
        place.wait();
        Some(place)
    }
}

impl Crowd {
    /// Ends the connection that was waited for the longest, of those that `which` names.
    fn give_up(&mut self, which: impl Fn(&Option<String>) -> bool) -> bool {
        let found = self.waiting.iter().find(|(_, (range, _))| which(range)).map(|(turn, _)| *turn);
        let Some((_, given_up)) = found.and_then(|turn| self.waiting.remove(&turn)) else { return false };
        given_up.notify_one();
        true
    }
}

/// Between two answers: what is written now is of hyper's own making.
const BETWEEN: u8 = 0;
/// A request is being answered.
const IN_HAND: u8 = 1;
/// Everything of an answer is known, but not yet written.
const ENDING: u8 = 2;

/// The place of one connection.
struct Place {
    hall: Arc<Hall>,
    range: Option<String>,
    /// Since when it is waited for, if it is.
    turn: Mutex<Option<u64>>,
    given_up: Arc<Notify>,
    answer: AtomicU8,
}

impl Place {
    fn turn(&self) -> MutexGuard<'_, Option<u64>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The console waits for this connection from now on.
    fn wait(&self) {
        let mut turn = self.turn();
        if turn.is_none() {
            let mut crowd = self.hall.crowd();
            crowd.turn += 1;
            let next = crowd.turn;
            crowd.waiting.insert(next, (self.range.clone(), self.given_up.clone()));
            *turn = Some(next);
        }
    }

    /// Something came.
    fn go_on(&self) {
        if let Some(turn) = self.turn().take() {
            self.hall.crowd().waiting.remove(&turn);
        }
    }

    fn begin(&self) {
        self.go_on();
        self.answer.store(IN_HAND, Ordering::Release);
    }

    fn end(&self) {
        self.answer.store(ENDING, Ordering::Release);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.go_on();
        let mut crowd = self.hall.crowd();
        crowd.all -= 1;
        if let Some(range) = &self.range
            && let Some(count) = crowd.by_range.get_mut(range)
        {
            *count -= 1;
            if *count == 0 {
                crowd.by_range.remove(range);
            }
        }
    }
}

/// The body of a request, which must come.
struct Coming {
    body: Incoming,
    place: Arc<Place>,
    limit: Duration,
    /// Begins with the first look at it.
    until: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for Coming {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = self.get_mut();
        let limit = this.limit;
        let until = this.until.get_or_insert_with(|| Box::pin(sleep(limit)));
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.place.go_on();
                if let Some(Ok(frame)) = &frame
                    && let Some(data) = frame.data_ref()
                {
                    let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
                    let more = Duration::from_millis(bytes.saturating_mul(1_000) / SLOWEST_BODY);
                    let later = until.deadline() + more;
                    until.as_mut().reset(later);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                this.place.wait();
                ready!(until.as_mut().poll(cx));
                Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer; it says when there is no more of it.
struct Going {
    body: Body,
    place: Arc<Place>,
}

impl HttpBody for Going {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.place.end();
    }
}

/// A connection that is cut when nothing of an answer is taken, and that puts our headers into what hyper answers by itself:
/// a request that it cannot read never comes as far as the layers.
struct Wire {
    stream: TcpStream,
    place: Arc<Place>,
    unasked: String,
    stalled: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    own: Option<Own>,
}

/// An answer of hyper's own on its way: with our headers in it, how much is written, and how long hyper's was.
struct Own {
    text: Vec<u8>,
    written: usize,
    stands_for: usize,
}

impl Wire {
    /// Nothing was taken: time runs.
    fn nothing_taken(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let stalled = self.stalled;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(stalled)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn taken(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(done) => {
                self.waiting = None;
                Poll::Ready(done)
            }
            Poll::Pending => self.nothing_taken(cx),
        }
    }

    /// Begins an answer of hyper's own, if that is what this is.
    fn is_own(&mut self, head: &[u8]) -> bool {
        if self.own.is_none() && self.place.answer.load(Ordering::Acquire) == BETWEEN {
            let Some(line) = head.windows(2).position(|end| end == b"\r\n").map(|at| at + 2) else { return false };
            let text = [&head[..line], self.unasked.as_bytes(), &head[line..]].concat();
            self.own = Some(Own { text, written: 0, stands_for: head.len() });
        }
        self.own.is_some()
    }

    fn write_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            let Some(own) = &mut self.own else { return Poll::Ready(Ok(0)) };
            if own.written == own.text.len() {
                let stands_for = own.stands_for;
                self.own = None;
                self.place.end();
                return Poll::Ready(Ok(stands_for));
            }
            let written = Pin::new(&mut self.stream).poll_write(cx, &own.text[own.written..]);
            let written = ready!(self.taken(cx, written))?;
            if let Some(own) = &mut self.own {
                own.written += written;
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_own(bytes) {
            return this.write_own(cx);
        }
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.taken(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(first) = slices.iter().find(|slice| !slice.is_empty())
            && this.is_own(first)
        {
            return this.write_own(cx);
        }
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.taken(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // hyper flushes when everything is written: the answer is out, and the next request is waited for.
        if self.place.answer.compare_exchange(ENDING, BETWEEN, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.place.wait();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

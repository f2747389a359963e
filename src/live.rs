//! The streams that tell open pages what waits: so many of a session, so many in all, and the end of all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A browser has one stream, and a second while one of its tabs takes over from another. Whoever asks for more ends the oldest:
/// it may be one whose browser is gone without a word.
const OF_A_SESSION: usize = 2;
/// Streams of one process. Each holds a connection, of which there are at least as many for everything else.
const IN_ALL: usize = 250;

/// Everybody whose pages are told.
#[derive(Default)]
pub struct Listeners {
    open: Mutex<Open>,
    stopped: CancellationToken,
    /// Counts what changed in the console's own store of what pages are told.
    own: watch::Sender<u64>,
}

#[derive(Default)]
struct Open {
    /// By session, the oldest first.
    by_session: HashMap<String, Vec<(u64, CancellationToken)>>,
    all: usize,
    next: u64,
}

/// The place of one stream; it is free again when this is dropped.
pub struct Listener {
    of: Arc<Listeners>,
    session: String,
    number: u64,
    ended: CancellationToken,
}

impl Listeners {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a stream of a session; `None` where there is none, or the process comes to its end.
    pub fn listen(self: &Arc<Self>, session: &str) -> Option<Listener> {
        let mut open = self.open();
        if open.all >= IN_ALL || self.stopped.is_cancelled() {
            return None;
        }
        let (number, ended) = (open.next, self.stopped.child_token());
        open.next += 1;
        open.all += 1;
        let of_session = open.by_session.entry(session.to_owned()).or_default();
        of_session.push((number, ended.clone()));
        if of_session.len() > OF_A_SESSION {
            // It leaves its place itself when it ends.
            for (_, oldest) in of_session.iter().take(of_session.len() - OF_A_SESSION) {
                oldest.cancel();
            }
        }
        Some(Listener { of: self.clone(), session: session.to_owned(), number, ended })
    }

    /// Something changed in the console's own store of what pages are told: everybody looks again.
    pub fn look(&self) {
        self.own.send_modify(|times| *times += 1);
    }

    /// Tells when that happens.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.own.subscribe()
    }

    /// How many there are.
    pub fn number(&self) -> usize {
        self.open().all
    }

    /// Ends all of them, and lets no other begin.
    pub fn end(&self) {
        self.stopped.cancel();
    }
}

impl Listener {
    /// Comes back when this stream is to end.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut open = self.of.open();
        open.all -= 1;
        if let Some(of_session) = open.by_session.get_mut(&self.session) {
            of_session.retain(|(number, _)| *number != self.number);
            if of_session.is_empty() {
                open.by_session.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_two_and_the_oldest_gives_way() {
        let listeners = Arc::<Listeners>::default();
        let mut held: Vec<Listener> = (0..4).filter_map(|_| listeners.listen("one")).collect();
        let other = listeners.listen("another");
        let ended: Vec<bool> = held.iter().map(|listener| listener.ended.is_cancelled()).collect();
        assert_eq!(ended, [true, true, false, false]);
        assert!(other.is_some_and(|other| !other.ended.is_cancelled()));
        held.truncate(1);
        assert_eq!(listeners.number(), 1);
    }

    #[test]
    fn there_are_so_many_in_all_and_none_after_the_end() {
        let listeners = Arc::<Listeners>::default();
        let held: Vec<Listener> =
            (0..IN_ALL + 5).filter_map(|session| listeners.listen(&session.to_string())).collect();
        assert_eq!((held.len(), listeners.number()), (IN_ALL, IN_ALL));
        listeners.end();
        assert!(held.iter().all(|listener| listener.ended.is_cancelled()));
        drop(held);
        assert_eq!(listeners.number(), 0);
        assert!(listeners.listen("late").is_none());
    }
}

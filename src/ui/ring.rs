//! What a page's keys hang on while it is made.

use leptos::prelude::*;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The keys of one page, gathered while it is made.
#[derive(Clone)]
pub struct Ring {
    mark: Arc<str>,
    keys: Arc<Mutex<BTreeSet<&'static str>>>,
    /// A form of the page says what is wrong with it.
    said: Arc<AtomicBool>,
}

impl Ring {
    /// A ring for the page that is made from here on.
    pub fn begin() -> Self {
        let ring = Self { mark: new_mark().into(), keys: Arc::default(), said: Arc::default() };
        provide_context(ring.clone());
        ring
    }

    pub fn mark(&self) -> String {
        self.mark.to_string()
    }

    /// Whether a form of the page says already what is wrong with what was sent.
    pub fn is_said(&self) -> bool {
        self.said.load(Ordering::Relaxed)
    }

    /// The keys that the page has so far.
    pub fn keys(&self) -> Vec<String> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().map(|key| (*key).to_owned()).collect()
    }
}

fn new_mark() -> String {
    format!("{:032x}", crate::seal::random::<u128>())
}

/// For `data-key` and `data-key-focus`: what carries it is pressed, or focused, by this key. Never on what ends a session.
pub fn key(key: &'static str) -> Option<String> {
    let ring = use_context::<Ring>()?;
    ring.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    Some(format!("{key}-{}", ring.mark))
}

/// What is wrong with what was sent stands at its form: the page need not say it once more.
pub fn said() {
    if let Some(ring) = use_context::<Ring>() {
        ring.said.store(true, Ordering::Relaxed);
    }
}

/// For `data-row`: a line of a list that `j` and `k` walk.
pub fn row() -> Option<String> {
    use_context::<Ring>().map(|ring| ring.mark())
}

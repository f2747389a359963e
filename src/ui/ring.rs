//! What a page's keys hang on while it is made.

use leptos::prelude::*;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The keys of one page, gathered while it is made.
#[derive(Clone)]
pub struct Ring {
    mark: Arc<str>,
    keys: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Ring {
    /// A ring for the page that is made from here on.
    pub fn begin() -> Self {
        let ring = Self { mark: new_mark().into(), keys: Arc::default() };
        provide_context(ring.clone());
        ring
    }

    pub fn mark(&self) -> String {
        self.mark.to_string()
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

/// For `data-row`: a line of a list that `j` and `k` walk.
pub fn row() -> Option<String> {
    use_context::<Ring>().map(|ring| ring.mark())
}

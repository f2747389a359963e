//! Timestamps: relative on sight, absolute in UTC on hover. Reckoned from the page's one now.

pub use crate::text::time::*;

use crate::clock::Timestamp;
use leptos::prelude::*;

/// `12 min ago`, with the instant in UTC on hover.
pub fn ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=machine(at) title=absolute(at)>{relative(at, now)}</time> }
}

/// `12 min`, with the instant in UTC on hover; `in 2 h` for what is ahead of our clock.
pub fn age(at: Timestamp, now: Timestamp) -> impl IntoView {
    let said = if at <= now { span(now.since(at)) } else { relative(at, now) };
    view! { <time datetime=machine(at) title=absolute(at)>{said}</time> }
}

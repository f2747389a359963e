//! The outside: the order of the layers, and everything that answers before or instead of Leptos.

mod assets;
mod faults;
mod forms;
mod guard;
mod headers;
mod live;
mod metrics;
mod origin;
mod plain;
mod router;
mod seen;
mod server;
mod sessions;

pub use assets::check as check_site;
pub use metrics::{metrics_router, serve_metrics};
pub use router::{outside, router};
pub use server::{Limits, open_files, serve};

//! The outside: the order of the layers, and everything that answers before or instead of Leptos.

mod address;
mod assets;
mod faults;
mod forms;
mod guard;
mod headers;
mod origin;
mod plain;
mod router;
mod seen;
mod server;
mod sessions;
pub mod stream;
mod watching;

pub use address::{ClientAddress, Proxies};
pub use assets::check as check_site;
pub use forms::Posted;
pub use guard::{SessionData, Signed, Stage};
pub use router::{outside, router};
pub use server::{Limits, open_files, serve};
pub use sessions::{ABSOLUTE, IDLE};
pub use watching::watching;

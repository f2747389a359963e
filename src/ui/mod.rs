//! Shared components that know no capability.

// The islands: all that the browser runs.
pub mod keep;
pub mod keys;
pub mod live;

#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod icon;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
mod ring;
#[cfg(feature = "ssr")]
pub mod time;
#[cfg(feature = "ssr")]
mod title;

#[cfg(feature = "ssr")]
pub use crate::text::{at_least, count, excerpt, grouped, tame};
#[cfg(feature = "ssr")]
pub use form::escape;
#[cfg(feature = "ssr")]
pub use title::title;

//! Shared components that know no capability.

pub mod desk;
pub mod form;
pub mod icon;
pub mod keep;
pub mod keys;
pub mod time;
mod title;

pub use crate::text::{at_least, count, excerpt, grouped, tame};
pub use form::escape;
pub use title::title;

//! Shared components that know no capability but by name: the desk lists them all in its rail.

// The islands: all that the browser runs.
pub mod keep;
pub mod keys;
pub mod land;
pub mod leaving;
pub mod live;

#[cfg(feature = "ssr")]
pub mod chart;
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
pub use crate::text::{at_least, count, excerpt, grouped, shown_of, tame};
#[cfg(feature = "ssr")]
pub use form::escape;
#[cfg(feature = "ssr")]
pub use title::title;

/// For `lang`: the language that a text says it is in, where that can be the name of one.
#[cfg(feature = "ssr")]
pub fn lang(said: Option<&str>) -> Option<String> {
    let is_name = |said: &&str| {
        said.len() <= 35
            && said
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    said.filter(is_name).map(str::to_owned)
}

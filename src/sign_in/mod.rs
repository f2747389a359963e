//! Proving who one is: name and password, a second factor, a one-time link for the first person.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
pub mod passwords;
#[cfg(feature = "ssr")]
pub mod service;

use serde::{Deserialize, Serialize};

/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 12;

/// What the sign-in pages show.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignInPage {
    /// Where to go afterwards.
    pub back: String,
    /// The draft that waits for its writer.
    pub draft: Option<String>,
    /// What went wrong the last time, and the name that was typed.
    pub problem: Option<crate::problem::Problem>,
    pub name: String,
    /// The second factor may be left out: both addresses are loopback.
    pub second_factor_optional: bool,
    /// Somebody is signed in already, under this name.
    pub signed_in: Option<String>,
}

/// What somebody sees who sets up a second factor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolment {
    /// The secret in base32, in groups of four.
    pub secret: String,
    /// The same as a picture, for a phone to read: an SVG drawn by us.
    pub picture: String,
    pub back: String,
    pub draft: Option<String>,
    pub problem: Option<crate::problem::Problem>,
}

/// What a one-time link offers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUp {
    pub link: String,
    /// The name that was chosen for the person; empty if they choose it.
    pub name: String,
    pub role: crate::access::Role,
    pub problem: Option<crate::problem::Problem>,
}

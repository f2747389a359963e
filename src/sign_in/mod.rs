//! Proving who one is: name and password, a second factor, a one-time link for the first person.

pub mod api;
pub mod page;
pub mod service;

use crate::{clock::Timestamp, path};

/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 12;

/// What the sign-in pages show.
#[derive(Clone, Debug, Default)]
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
    /// What led them here.
    pub before: Option<Before>,
}

/// What somebody did, or what became of their session, before they have to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    NewPassword,
    SetUp,
    SignedOut,
    SessionOver,
}

impl Before {
    pub const ALL: [Self; 4] = [Self::NewPassword, Self::SetUp, Self::SignedOut, Self::SessionOver];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewPassword => "new-password",
            Self::SetUp => "set-up",
            Self::SignedOut => "signed-out",
            Self::SessionOver => "session-over",
        }
    }

    /// An address of the sign-in that says it.
    pub fn told(self, address: &str) -> String {
        path::with(address, "before", self.name())
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::NewPassword => {
                "Your new password is saved: sign in with it. If your second factor was reset, you set up a new one next."
            }
            Self::SetUp => "Your access is set up: sign in with your password.",
            Self::SignedOut => "You are signed out.",
            Self::SessionOver => "Your session is over: sign in again.",
        }
    }
}

/// What somebody sees who sets up a second factor.
#[derive(Clone, Debug)]
pub struct Enrolment {
    pub authenticator: Authenticator,
    pub back: String,
    pub draft: Option<String>,
    pub problem: Option<crate::problem::Problem>,
}

/// A secret on its way into an authenticator app: three ways to hand it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// In base32, in groups of four.
    pub key: String,
    /// The same as a picture, for a phone to read: an SVG drawn by us.
    pub picture: String,
    /// The same as an `otpauth:` address, for the app on this very device.
    pub address: String,
}

/// Recovery codes as they are shown, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryCodes {
    /// In groups of four.
    pub codes: Vec<String>,
    /// What they are saved as: whose they are, where they work, and the codes.
    pub file: String,
}

/// One of somebody's own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// The beginning of its hash.
    pub short: String,
    pub began_at: Timestamp,
    pub seen_at: Timestamp,
    pub address: Option<String>,
    pub browser: Option<String>,
    /// The one the page is shown in.
    pub this: bool,
    /// The password was right; the second factor is still to come.
    pub half: bool,
}

/// What somebody sees of their own sign-in.
#[derive(Clone, Debug)]
pub struct YourSignIn {
    pub factor: bool,
    /// Without a second factor this person could not sign in again.
    pub factor_needed: bool,
    pub codes_left: usize,
    /// When one was last used in place of the authenticator.
    pub code_used: Option<Timestamp>,
    pub sessions: Vec<OwnSession>,
    /// An authenticator that is being set up: the id it is kept under, and how it is handed over.
    pub setting: Option<(String, Authenticator)>,
    pub codes: Option<RecoveryCodes>,
    /// What was to be shown here and is not any more, in a sentence.
    pub gone: Option<String>,
    /// What this person set for themselves was kept just now.
    pub saved: bool,
}

/// Whoever has a one-time link chooses a new password.
#[derive(Clone, Debug)]
pub struct NewPassword {
    pub link: String,
    /// Whose password it is.
    pub name: String,
    pub problem: Option<crate::problem::Problem>,
}

/// What a one-time link offers.
#[derive(Clone, Debug)]
pub struct SetUp {
    pub link: String,
    /// The name that was chosen for the person; empty if they choose it.
    pub name: String,
    pub role: crate::access::Role,
    pub problem: Option<crate::problem::Problem>,
}

//! Sign-ups: people who asked to join, what speaks for and against them, and letting them in or refusing them.

pub mod api;
pub mod page;
pub mod service;

use crate::{
    batches::{Lately, Running},
    clock::Timestamp,
    frame::Since,
    id::AccountId,
    mastodon::waiting::Waiting,
    nouns::domain_blocks::Domain,
    reports::Revealed,
};

/// What is decided about somebody who asked to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpDecision {
    Approve,
    Reject,
}

impl SignUpDecision {
    pub const ALL: [Self; 2] = [Self::Approve, Self::Reject];

    /// Its name in addresses and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }

    /// The words on its button.
    pub fn words(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
        }
    }
}

impl std::str::FromStr for SignUpDecision {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == text).ok_or(())
    }
}

/// Reasons that are given again and again; one's own words may follow.
pub const REASONS: [&str; 6] = [
    "spam",
    "the same person again",
    "reason too short",
    "not a fit for this server",
    "under our minimum age",
    "disposable email address",
];

/// Mail servers that say nothing about who uses them.
const LARGE_MAIL_SERVERS: [&str; 56] = [
    "gmail.com",
    "googlemail.com",
    "ymail.com",
    "rocketmail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "msn.com",
    "proton.me",
    "pm.me",
    "protonmail.com",
    "protonmail.ch",
    "tutanota.com",
    "tuta.com",
    "tuta.io",
    "web.de",
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "posteo.net",
    "mailbox.org",
    "fastmail.com",
    "fastmail.fm",
    "hey.com",
    "mail.com",
    "email.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "bluewin.ch",
    "ziggo.nl",
    "btinternet.com",
    "sky.com",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "mail.ru",
    "rambler.ru",
    "seznam.cz",
    "wp.pl",
    "onet.pl",
    "interia.pl",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "naver.com",
    "daum.net",
    "rediffmail.com",
    "uol.com.br",
];
/// Those that go by one name in many countries.
const LARGE_EVERYWHERE: [&str; 9] = ["hotmail", "outlook", "live", "yahoo", "gmx", "aol", "yandex", "zoho", "duck"];
/// By which names some of them receive mail, for themselves and for many others: Mastodon holds a block against these too
/// (`app/models/email_domain_block.rb`, `app/validators/email_mx_validator.rb`).
const LARGE_RECEIVE_AT: [&str; 8] = [
    "google.com",
    "protection.outlook.com",
    "yahoodns.net",
    "mail.icloud.com",
    "messagingengine.com",
    "protonmail.ch",
    "secureserver.net",
    "kundenserver.de",
];

/// Whether very many people have their mail address there, who have nothing else in common.
pub fn is_large_mail_server(domain: &str) -> bool {
    let everywhere = || {
        let root = psl::domain_str(domain).filter(|root| *root == domain)?;
        let (name, _) = root.split_once('.')?;
        Some(LARGE_EVERYWHERE.contains(&name))
    };
    LARGE_MAIL_SERVERS.contains(&domain) || everywhere().unwrap_or(false)
}

/// Whether a block of an email domain covers such a one: by its name, by a name above it, or by where it receives mail.
pub fn covers_large_mail_server(domain: &Domain) -> bool {
    let is_below = |large: &str| domain.as_str().strip_suffix(large).is_some_and(|rest| rest.ends_with('.'));
    is_large_mail_server(domain.as_str())
        || LARGE_MAIL_SERVERS.iter().any(|large| domain.covers(large))
        || LARGE_RECEIVE_AT.iter().any(|at| domain.covers(at) || is_below(at))
}

/// Something that speaks for or against somebody; it never decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// In a few words.
    pub word: String,
    /// The evidence in a sentence.
    pub evidence: String,
    /// Speaks for them.
    pub good: bool,
    /// The others it is about: account and name.
    pub others: Vec<(AccountId, String)>,
    /// The entry of the record it comes from.
    pub entry: Option<i64>,
}

/// Somebody who waits, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUpRow {
    pub account: AccountId,
    pub handle: String,
    pub asked_at: Timestamp,
    pub reason: String,
    pub mail: String,
    pub confirmed: bool,
    /// When Mastodon deletes them unless they confirm their mail address.
    pub deleted_on: Option<Timestamp>,
    pub language: Option<String>,
    pub signals: Vec<Signal>,
}

/// What the list is narrowed to; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignUpFilter {
    /// `waiting`, `unconfirmed` or `invited`
    pub state: String,
    pub language: String,
    /// The server of the mail address
    pub mail: String,
    /// Those who said the same as this account
    pub alike: String,
    /// Those who come under a rule about this mail domain
    pub under: String,
    /// Those who come under the rule about addresses of this number
    pub rule: String,
    /// `newest`, or oldest first
    pub order: String,
}

impl SignUpFilter {
    /// With their words on the page, as the orders are.
    pub const STATES: [(&str, &str); 3] =
        [("waiting", "Pending"), ("unconfirmed", "Unconfirmed"), ("invited", "By invite")];
    pub const ORDERS: [(&str, &str); 2] = [("oldest", "Oldest first"), ("newest", "Newest first")];

    /// Its names in an address, but for the order.
    pub const KEYS: [&str; 6] = ["state", "language", "mail", "alike", "under", "rule"];

    /// Whether others than all who are pending are listed.
    pub fn narrows(&self) -> bool {
        let Self { state, language, mail, alike, under, rule, order: _ } = self;
        !matches!(state.as_str(), "" | "waiting")
            || [language, mail, alike, under, rule].iter().any(|value| !value.is_empty())
    }

    /// Whether it asks for those who come under a rule, whether they have confirmed their address or not.
    pub fn is_by_rule(&self) -> bool {
        !self.under.is_empty() || !self.rule.is_empty()
    }
}

/// What is about to be decided, before anything is.
#[derive(Clone, Debug)]
pub struct Preview {
    pub verdict: SignUpDecision,
    pub people: Vec<SignUpRow>,
    /// Ids that were chosen and do not wait any more.
    pub gone: usize,
    /// That these are not all that fit the filter, in a sentence.
    pub part: Option<String>,
    /// Why this cannot be done as it is, in a sentence.
    pub refused: Option<String>,
}

/// Many that look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub sentence: String,
    /// One of them: the filter that shows them all.
    pub of: AccountId,
}

/// The sign-up desk.
#[derive(Clone, Debug)]
pub struct SignUpsPage {
    /// Whether who waits was ever read; without that no number here says anything.
    pub known: bool,
    pub rows: Vec<SignUpRow>,
    pub waiting: Waiting,
    pub unconfirmed: usize,
    pub invited: usize,
    /// Under this filter.
    pub matching: usize,
    pub filter: SignUpFilter,
    /// Languages and mail servers of those who wait, with how many, most first.
    pub languages: Vec<(String, usize)>,
    pub mails: Vec<(String, usize)>,
    pub cluster: Option<Cluster>,
    /// What is said once of addresses that give no signal.
    pub silent: Vec<String>,
    /// The list of throw-away mail servers; `None` without one.
    pub throw_away: Option<String>,
    /// The network of the rule that the filter names.
    pub network: Option<String>,
    pub preview: Option<Preview>,
    pub running: Vec<Running>,
    pub lately: Vec<Lately>,
    pub may_decide: bool,
    pub older: Option<String>,
    pub search: String,
    /// Where the page asks what came and went since it was made.
    pub meanwhile: Since,
}

/// One person's sign-up.
#[derive(Clone, Debug)]
pub struct SignUpPage {
    pub row: SignUpRow,
    /// The whole reason.
    pub reason: String,
    pub address: Option<String>,
    pub may_decide: bool,
    pub may_reveal: bool,
    pub deciding: Option<SignUpDecision>,
    pub next: Option<AccountId>,
    pub revealed: Option<Revealed>,
    pub there: String,
    pub search: String,
}

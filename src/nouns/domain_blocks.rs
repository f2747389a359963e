//! Rules about servers and addresses.

use crate::{clock::Instant, text};
use serde::{Deserialize, Serialize};

/// The name of a server, exactly as a row has it. What Mastodon stores by itself is lower case, punycode, with labels of
/// `[a-z0-9-]` (`app/models/concerns/domain_normalizable.rb`, `app/validators/domain_validator.rb`); what SQL or a former
/// version left there need not be, and is opened and lifted all the same: [`Domain::is_well_formed`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

/// Longer ones do not fit into the unique indexes on such columns.
const LONGEST_NAME: usize = 2_000;

impl Domain {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Mastodon would take it for a new rule, and keep it as it stands here.
    pub fn is_well_formed(&self) -> bool {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        self.0.len() < 256 && self.0.split('.').all(label)
    }

    /// The domains above it, nearest first: a rule for one of them covers this one too.
    pub fn parents(&self) -> Vec<String> {
        let mut parents = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((_, parent)) = rest.split_once('.') {
            parents.push(parent.to_owned());
            rest = parent;
        }
        parents
    }

    /// Whether it is `other` or above it.
    pub fn covers(&self, other: &str) -> bool {
        other == self.0 || other.strip_suffix(&self.0).is_some_and(|front| front.ends_with('.'))
    }
}

impl TryFrom<String> for Domain {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if (1..=LONGEST_NAME).contains(&text.len()) && !text.contains('\0') {
            Ok(Self(text))
        } else {
            Err(format!("“{}” is not the name of a server", text::excerpt(&text, 80)))
        }
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

impl std::fmt::Display for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// `domain_blocks.severity` (`app/models/domain_block.rb`), mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Noop,
    Silence,
    Suspend,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Noop, Self::Silence, Self::Suspend];

    /// Mastodon's own word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noop => "noop",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
        }
    }

    /// The number in the row.
    pub fn stored(self) -> i32 {
        match self {
            Self::Silence => 0,
            Self::Suspend => 1,
            Self::Noop => 2,
        }
    }

    pub fn from_stored(number: i32) -> Self {
        match number {
            1 => Self::Suspend,
            0 => Self::Silence,
            _ => Self::Noop,
        }
    }

    /// The word people use for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Noop => "no limit",
            Self::Silence => "limited",
            Self::Suspend => "suspended",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::Noop => "badge",
            Self::Silence => "badge warn",
            Self::Suspend => "badge danger",
        }
    }
}

impl std::str::FromStr for Severity {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|severity| severity.name() == text).ok_or(())
    }
}

/// What a rule says about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub severity: Severity,
    pub reject_media: bool,
    pub reject_reports: bool,
    pub obfuscate: bool,
    pub public_comment: String,
    pub private_comment: String,
}

impl Rule {
    /// Mastodon's own comparison (`DomainBlock#stricter_than?`): true also for an equal one below a suspension.
    pub fn is_stricter_than(&self, other: &Self) -> bool {
        match (self.severity, other.severity) {
            (Severity::Suspend, _) => true,
            (_, Severity::Suspend) | (Severity::Noop, Severity::Silence) => false,
            _ => (self.reject_media || !other.reject_media) && (self.reject_reports || !other.reject_reports),
        }
    }

    /// Whether it cuts what was not cut before: a suspension whose comment is changed does not.
    pub fn begins_to_suspend(&self, before: Option<&Self>) -> bool {
        self.severity == Severity::Suspend && before.is_none_or(|before| before.severity != Severity::Suspend)
    }

    /// Whether both keep out the same; comments and obfuscation aside.
    pub fn limits_as(&self, other: &Self) -> bool {
        self.severity == other.severity
            && (self.severity == Severity::Suspend
                || (self.reject_media == other.reject_media && self.reject_reports == other.reject_reports))
    }

    /// “suspended”, “limited, media and reports rejected”
    pub fn words(&self) -> String {
        let rejected = match (self.reject_media, self.reject_reports) {
            (true, true) => ", media and reports rejected",
            (true, false) => ", media rejected",
            (false, true) => ", reports rejected",
            (false, false) => "",
        };
        format!("{}{rejected}", self.severity.word())
    }
}

/// `ip_blocks.severity` (`app/models/ip_block.rb`), mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressSeverity {
    SignUpRequiresApproval,
    SignUpBlock,
    NoAccess,
}

impl AddressSeverity {
    pub const ALL: [Self; 3] = [Self::SignUpRequiresApproval, Self::SignUpBlock, Self::NoAccess];

    pub fn name(self) -> &'static str {
        match self {
            Self::SignUpRequiresApproval => "sign_up_requires_approval",
            Self::SignUpBlock => "sign_up_block",
            Self::NoAccess => "no_access",
        }
    }

    /// `None` for the SQL default 0, which Mastodon never writes.
    pub fn from_stored(number: i32) -> Option<Self> {
        match number {
            5000 => Some(Self::SignUpRequiresApproval),
            5500 => Some(Self::SignUpBlock),
            9999 => Some(Self::NoAccess),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::SignUpRequiresApproval => "sign-ups reviewed",
            Self::SignUpBlock => "no sign-ups",
            Self::NoAccess => "no access at all",
        }
    }

    pub fn badge(self) -> &'static str {
        match self {
            Self::SignUpRequiresApproval => "badge",
            Self::SignUpBlock => "badge warn",
            Self::NoAccess => "badge danger",
        }
    }
}

impl std::str::FromStr for AddressSeverity {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|severity| severity.name() == text).ok_or(())
    }
}

/// What a rule about addresses says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRule {
    pub severity: AddressSeverity,
    pub comment: String,
    pub until: Option<Instant>,
}

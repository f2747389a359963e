//! Rules about servers and addresses.

use crate::{clock::Timestamp, text};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

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
            Err(format!("“{}” is not a valid domain", text::excerpt(&text, 80)))
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
            Self::Noop => "None",
            Self::Silence => "limited",
            Self::Suspend => "suspended",
        }
    }

    /// The word with a capital, where it stands alone.
    pub fn title(self) -> &'static str {
        match self {
            Self::Noop => "None",
            Self::Silence => "Limited",
            Self::Suspend => "Suspended",
        }
    }

    /// Its name where one is selected.
    pub fn option(self) -> &'static str {
        match self {
            Self::Noop => "None",
            Self::Silence => "Limit",
            Self::Suspend => "Suspend",
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

    /// Which of two rules keeps out more: `Greater` for the stricter, `None` where each keeps out what the other lets through, as
    /// a limit and rejected media do. Whether the name is hidden keeps nothing out.
    pub fn strictness(&self, other: &Self) -> Option<Ordering> {
        match (self.is_stricter_than(other), other.is_stricter_than(self)) {
            _ if self.limits_as(other) => Some(Ordering::Equal),
            (true, _) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => None,
        }
    }

    /// Whether it keeps out nothing that the other lets through.
    pub fn is_within(&self, other: &Self) -> bool {
        matches!(self.strictness(other), Some(Ordering::Less | Ordering::Equal))
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

    /// “suspended”, “limited, media and reports rejected”, “severity None, media rejected”: alone, “None” reads as no block.
    pub fn words(&self) -> String {
        let rejected = match (self.reject_media, self.reject_reports) {
            (true, true) => ", media and reports rejected",
            (true, false) => ", media rejected",
            (false, true) => ", reports rejected",
            (false, false) => "",
        };
        let severity = if self.severity == Severity::Noop { "severity " } else { "" };
        format!("{severity}{}{rejected}", self.severity.word())
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
            Self::SignUpRequiresApproval => "limit sign-ups",
            Self::SignUpBlock => "block sign-ups",
            Self::NoAccess => "block access",
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
    pub until: Option<Timestamp>,
}

/// What people here lose if a server is suspended; counted up to a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Losses {
    /// People here who follow somebody there, and how many follows that is.
    pub followers: i64,
    pub follows: i64,
    /// People here who are followed from there, and how often.
    pub followed: i64,
    pub followers_there: i64,
}

/// Numbers are counted up to here, and then said as “10,000+”.
pub const COUNTED: i64 = 10_000;

/// So many of a kind are counted for each account behind a row in the list of servers.
pub const GLIMPSED: i64 = 100;

/// “57”, “10,000+”
pub fn bounded(number: i64) -> String {
    text::at_least(usize::try_from(number.clamp(0, COUNTED)).unwrap_or(0), number > COUNTED)
}

fn bounded_of(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", bounded(number), if number == 1 { one } else { many })
}

impl Losses {
    /// “34 people here lose 57 follows, and 20 lose 31 followers there”
    pub fn sentence(&self) -> String {
        let out = (self.follows > 0).then(|| {
            format!(
                "{} here {} {}",
                bounded_of(self.followers, "person", "people"),
                if self.followers == 1 { "loses" } else { "lose" },
                bounded_of(self.follows, "follow", "follows"),
            )
        });
        let back = (self.followers_there > 0).then(|| {
            format!(
                "{} {} {} there",
                bounded_of(self.followed, "person here", "people here"),
                if self.followed == 1 { "loses" } else { "lose" },
                bounded_of(self.followers_there, "follower", "followers"),
            )
        });
        match (out, back) {
            (Some(out), Some(back)) => format!("{out}, and {back}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "no follows are lost here".to_owned(),
        }
    }
}

/// So many servers below a row of a list are looked at for what it costs.
pub const COSTED: usize = 200;

/// Whom a row of a list would cost their follows, on the server it names and on those below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Servers known here that come under the row, up to [`COSTED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub there: Vec<String>,
    /// `None` where it was not counted: a preview counts for the rows it shows, and not where that takes too long.
    pub losses: Option<Losses>,
    /// There are accounts there that were not looked at.
    pub more: bool,
    /// Those here who lose most, with how many follows each loses, both ways together.
    pub most: Vec<(String, i64)>,
}

impl Cost {
    /// Whether somebody here would lose a follow, in either direction; not known counts as yes.
    pub fn cuts(&self) -> bool {
        self.more || self.losses.is_none_or(|losses| losses.follows > 0 || losses.followers_there > 0)
    }

    /// “34 people here lose 57 follows; most: @wren 12, @tern 9”
    pub fn sentence(&self) -> String {
        let Some(losses) = self.losses else {
            return "The follows lost here could not be counted.".to_owned();
        };
        let looked = if self.more { ", among the accounts counted; there are more" } else { "" };
        let most: Vec<String> =
            self.most.iter().map(|(who, number)| format!("@{} {}", text::tame(who), bounded(*number))).collect();
        let most = if most.is_empty() { String::new() } else { format!("; most: {}", most.join(", ")) };
        let mut sentence = losses.sentence();
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{sentence}{looked}{most}.")
    }
}

/// A rule in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub id: i64,
    pub domain: String,
    pub rule: Rule,
    pub since: Timestamp,
    /// Accounts known there when Mastodon last counted; `None` where it never did.
    pub accounts: Option<i64>,
}

/// A domain on the list of those federated with, where Mastodon federates with no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub id: i64,
    pub domain: String,
    pub since: Timestamp,
}

/// A server this one knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub domain: String,
    pub accounts: i64,
    pub severity: Option<Severity>,
    pub allowed: bool,
    /// Staff notes on it; none on 4.3, which has no such table.
    pub notes: i64,
    /// `None` where counting took too long.
    pub glimpse: Option<Glimpse>,
}

/// What a few of a server's accounts tell of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// Follows of people here to accounts there.
    pub followed: i64,
    /// Follows of accounts there to people here.
    pub following: i64,
    /// Reports about accounts there.
    pub reports: i64,
    /// Files known of accounts there.
    pub media: i64,
    /// Whether there are accounts that were not looked at.
    pub more: bool,
}

impl Glimpse {
    /// “12”, and “12+” where there may be more.
    pub fn said(&self, number: i64) -> String {
        let more = self.more || number >= GLIMPSED;
        text::at_least(usize::try_from(number).unwrap_or(0), more)
    }
}

/// A rule about mail addresses at sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRule {
    pub id: i64,
    pub domain: String,
    /// Sign-ups go to review; otherwise they are refused.
    pub review: bool,
    /// Rules that Mastodon derived from its mail servers.
    pub derived: i64,
    /// The rule it was derived from.
    pub parent: Option<String>,
    pub since: Timestamp,
}

/// A rule about addresses in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAddress {
    pub id: i64,
    /// `203.0.113.0/24`
    pub network: String,
    /// `None` where the row holds a number that Mastodon does not know.
    pub rule: Option<AddressRule>,
    pub since: Timestamp,
}

/// A staff note on a server (4.4 and later).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub by: String,
    pub text: String,
    pub at: Timestamp,
}

/// What is known of a server and those below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub losses: Losses,
    /// Reports about people there, and how many of them are open; reports from there.
    pub reports_about: i64,
    pub open_about: i64,
    pub reports_from: i64,
    pub media: i64,
    /// How many accounts were looked at for these numbers, if not all.
    pub looked_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(severity: Severity, reject_media: bool, reject_reports: bool) -> Rule {
        Rule {
            severity,
            reject_media,
            reject_reports,
            obfuscate: false,
            public_comment: String::new(),
            private_comment: String::new(),
        }
    }

    #[test]
    fn stricter_is_what_mastodon_calls_stricter() {
        use Severity::{Noop, Silence, Suspend};
        for (one, other, stricter) in [
            (rule(Suspend, false, false), rule(Suspend, true, true), true),
            (rule(Suspend, false, false), rule(Silence, true, true), true),
            (rule(Silence, true, true), rule(Suspend, false, false), false),
            (rule(Noop, true, true), rule(Suspend, false, false), false),
            (rule(Noop, true, true), rule(Silence, false, false), false),
            (rule(Silence, false, false), rule(Noop, true, false), false),
            (rule(Silence, true, false), rule(Noop, true, false), true),
            (rule(Silence, true, false), rule(Silence, false, true), false),
        ] {
            assert_eq!(one.is_stricter_than(&other), stricter, "{one:?} against {other:?}");
        }
    }

    /// All pairs of rules that differ in anything that keeps out: the order is one of parts, and not every pair has one.
    #[test]
    fn of_two_rules_one_is_stricter_or_none_is() {
        use Ordering::{Equal, Greater, Less};
        use Severity::{Noop, Silence, Suspend};
        for (one, other, order) in [
            (rule(Suspend, false, false), rule(Suspend, true, true), Some(Equal)),
            (rule(Suspend, false, false), rule(Silence, true, true), Some(Greater)),
            (rule(Suspend, false, false), rule(Noop, true, true), Some(Greater)),
            (rule(Silence, false, false), rule(Silence, false, false), Some(Equal)),
            (rule(Silence, true, false), rule(Silence, false, false), Some(Greater)),
            (rule(Silence, false, true), rule(Silence, false, false), Some(Greater)),
            (rule(Silence, true, false), rule(Silence, true, true), Some(Less)),
            (rule(Silence, true, false), rule(Silence, false, true), None),
            (rule(Silence, false, false), rule(Noop, false, false), Some(Greater)),
            (rule(Silence, true, true), rule(Noop, true, true), Some(Greater)),
            (rule(Silence, false, false), rule(Noop, true, false), None),
            (rule(Silence, false, false), rule(Noop, false, true), None),
            (rule(Silence, true, false), rule(Noop, true, true), None),
            (rule(Noop, true, false), rule(Noop, false, true), None),
            (rule(Noop, true, true), rule(Noop, true, false), Some(Greater)),
            (rule(Noop, false, false), rule(Noop, false, false), Some(Equal)),
        ] {
            assert_eq!(one.strictness(&other), order, "{one:?} against {other:?}");
            assert_eq!(other.strictness(&one), order.map(Ordering::reverse), "{other:?} against {one:?}");
            let hidden = Rule { obfuscate: true, public_comment: "spam".to_owned(), ..one.clone() };
            assert_eq!(hidden.strictness(&other), order, "hiding a name keeps nothing out: {one:?}");
        }
    }

    #[test]
    fn a_domain_knows_what_is_above_and_below_it() {
        let domain = |text: &str| Domain::try_from(text.to_owned()).unwrap();
        assert_eq!(domain("a.b.example").parents(), ["b.example", "example"]);
        assert!(domain("b.example").covers("a.b.example"));
        assert!(domain("b.example").covers("b.example"));
        assert!(!domain("b.example").covers("ab.example"));
        assert!(!domain("a.b.example").covers("b.example"));
        for odd in ["a..b", "A.example", "a_b.example", ".example", "bücher.example", "a b", "host.example:3000"] {
            assert!(!domain(odd).is_well_formed(), "{odd}");
        }
        assert!(domain("xn--bcher-kva.example").is_well_formed());
        for wrong in [String::new(), "a\0b".to_owned(), "a".repeat(3_000)] {
            assert!(Domain::try_from(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn losses_are_said_as_people_say_them() {
        let losses =
            |followers, follows, followed, followers_there| Losses { followers, follows, followed, followers_there };
        assert_eq!(losses(0, 0, 0, 0).sentence(), "no follows are lost here");
        assert_eq!(losses(1, 2, 0, 0).sentence(), "1 person here loses 2 follows");
        assert_eq!(losses(0, 0, 1, 1).sentence(), "1 person here loses 1 follower there");
        assert_eq!(
            losses(3_400, 10_001, 2, 5).sentence(),
            "3,400 people here lose 10,000+ follows, and 2 people here lose 5 followers there"
        );
    }
}

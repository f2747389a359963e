//! Sign-ups: people who asked to join, what speaks for and against them, and letting them in or refusing them.

pub mod api;
pub mod page;
pub mod service;

use crate::{batches::Running, clock::Instant, id::AccountId, reports::Revealed, ui};

/// People who wait for a decision about their sign-up, with a confirmed address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub number: usize,
    /// There are more than are known.
    pub more: bool,
    /// Since when the oldest waits, where that is known.
    pub oldest: Option<Instant>,
}

impl Waiting {
    /// “57”, “50,000+”
    pub fn said(&self) -> String {
        ui::at_least(self.number, self.more)
    }
}

/// What is decided about somebody who asked to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Reject,
}

impl Verdict {
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

impl std::str::FromStr for Verdict {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == text).ok_or(())
    }
}

/// Reasons that are given again and again; one's own words may follow.
pub const REASONS: [&str; 6] = [
    "spam",
    "the same person again",
    "too little said",
    "not what this place is for",
    "under the age we ask for",
    "throw-away address",
];

/// Mail servers that say nothing about who uses them.
pub const LARGE_MAIL_SERVERS: [&str; 20] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "posteo.de",
    "mailbox.org",
    "fastmail.com",
    "orange.fr",
    "free.fr",
    "laposte.net",
];

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
    pub asked_at: Instant,
    pub reason: String,
    pub mail: String,
    pub confirmed: bool,
    /// When Mastodon deletes them unless they confirm their mail address.
    pub deleted_on: Option<Instant>,
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
    /// Whether it asks for those who come under a rule, whether they have confirmed their address or not.
    pub fn is_by_rule(&self) -> bool {
        !self.under.is_empty() || !self.rule.is_empty()
    }
}

/// What is about to be decided, before anything is.
#[derive(Clone, Debug)]
pub struct Preview {
    pub verdict: Verdict,
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
    pub may_decide: bool,
    pub older: Option<String>,
    pub search: String,
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
    pub deciding: Option<Verdict>,
    pub next: Option<AccountId>,
    pub revealed: Option<Revealed>,
    pub there: String,
    pub search: String,
}

/// The words of a text, without case, marks and addresses: what two reasons are compared by.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// 64 bits that differ in few places for texts that differ in few words; `None` for a text without words.
pub fn fingerprint(text: &str) -> Option<u64> {
    let words = alike_in_numbers(words(text));
    if words.is_empty() {
        return None;
    }
    let mut sums = [0i32; 64];
    let mut add = |feature: u64| {
        for (bit, sum) in sums.iter_mut().enumerate() {
            *sum += if feature >> bit & 1 == 1 { 1 } else { -1 };
        }
    };
    for word in &words {
        add(hash(&[word]));
    }
    for pair in words.windows(2) {
        add(hash(&[&pair[0], &pair[1]]));
    }
    Some(sums.iter().enumerate().fold(0, |print, (bit, sum)| if *sum > 0 { print | 1 << bit } else { print }))
}

/// Numbers are what machines change from one to the next: all of them count as the same, unless there is nothing else.
fn alike_in_numbers(words: Vec<String>) -> Vec<String> {
    if !words.iter().any(|word| word.chars().any(char::is_alphabetic)) {
        return words;
    }
    words
        .iter()
        .map(|word| {
            let mut same = String::new();
            for c in word.chars() {
                let c = if c.is_numeric() { '#' } else { c };
                if c != '#' || !same.ends_with('#') {
                    same.push(c);
                }
            }
            same
        })
        .collect()
}

/// FNV-1a, mixed once more: the same on every machine and in every release.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}

/// Whether two fingerprints are of texts that say the same.
pub fn alike(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= 3
}

/// Groups of fingerprints that say the same: for each the number of its group, or `None` without words.
pub fn groups(prints: &[Option<u64>]) -> Vec<Option<usize>> {
    let mut distinct: Vec<u64> = prints.iter().flatten().copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut parent: Vec<usize> = (0..distinct.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    // Two that differ in three bits at most have one of four quarters in common.
    let mut quarters: std::collections::HashMap<(u32, u64), Vec<usize>> = std::collections::HashMap::new();
    for (at, print) in distinct.iter().enumerate() {
        for quarter in 0..4 {
            let same = quarters.entry((quarter, print >> (16 * quarter) & 0xffff)).or_default();
            // Bounded: nobody is compared with more than a few hundred.
            for other in same.iter().rev().take(300) {
                if alike(*print, distinct[*other]) {
                    let (one, two) = (root(&mut parent, at), root(&mut parent, *other));
                    parent[one] = two;
                }
            }
            same.push(at);
        }
    }
    prints
        .iter()
        .map(|print| print.and_then(|print| distinct.binary_search(&print).ok()).map(|at| root(&mut parent, at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_sentence_is_recognised_with_other_marks_and_links() {
        let print = |text: &str| fingerprint(text).unwrap();
        let one = print("I want to join this community to share my passion for great deals online with everybody here");
        let two = print(
            "i want to join this community, to share my passion for GREAT deals online with everybody here! https://x.example/1",
        );
        assert_eq!(one, two);
        let other =
            print("I draw birds on the coast, and a friend said this is the place for it and for quiet evenings");
        assert!(!alike(one, other));
        assert_eq!(fingerprint("… https://x.example"), None);
    }

    #[test]
    fn texts_that_differ_in_numbers_say_the_same() {
        for (shape, all) in [
            ("I am user {} of my school", true),
            ("member{} wants in", true),
            ("{} boats, {}th street", true),
            ("since 2019 I have {} accounts and like them all", true),
            // With nothing else to go by they are what they are.
            ("{}", false),
        ] {
            let prints: Vec<_> = (1..=25u64)
                .map(|number| fingerprint(&shape.replace("{}", &(number * number * 37).to_string())))
                .collect();
            let distinct: std::collections::HashSet<_> = groups(&prints).into_iter().collect();
            assert_eq!(distinct.len() == 1, all, "{shape}: {} groups", distinct.len());
        }
    }

    #[test]
    fn groups_hold_those_who_say_the_same_and_nobody_else() {
        let texts = ["join", "Join!", "I draw birds on the coast", "", "join"];
        let prints: Vec<_> = texts.iter().map(|text| fingerprint(text)).collect();
        let groups = groups(&prints);
        assert_eq!(groups[0], groups[1]);
        assert_eq!(groups[0], groups[4]);
        assert_ne!(groups[0], groups[2]);
        assert_eq!(groups[3], None);
    }

    proptest! {
        #[test]
        fn all_that_are_alike_are_in_one_group(print in any::<u64>(), bits in proptest::collection::vec(0u32..64, 0..3)) {
            let near = bits.iter().fold(print, |print, bit| print ^ 1 << bit);
            let groups = groups(&[Some(print), Some(near), Some(!print)]);
            prop_assert_eq!(groups[0], groups[1]);
            prop_assert_ne!(groups[0], groups[2]);
        }
    }
}

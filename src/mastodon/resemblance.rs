//! What those who wait for a decision about their sign-up have in common, by their positions in the list.

use super::database::{Hidden, PendingSignUp};
use crate::text::alike::groups;
use std::{collections::HashMap, hash::Hash, ops::RangeInclusive};

/// Who of them is like whom.
#[derive(Debug)]
pub struct Resemblance {
    /// Of each, the group of those who say nearly the same.
    group: Vec<Option<usize>>,
    by_group: HashMap<usize, Vec<usize>>,
    by_address: HashMap<Hidden, Vec<usize>>,
    by_mail: HashMap<String, Vec<usize>>,
    /// When they asked, in milliseconds, sorted.
    times: Vec<i64>,
    /// How many come from an address that no visitor has.
    of_no_visitor: usize,
}

impl Resemblance {
    pub(super) fn of(people: &[PendingSignUp]) -> Self {
        let group = groups(&people.iter().map(|person| person.words).collect::<Vec<_>>());
        let mut times: Vec<i64> = people.iter().map(|person| person.asked_at.0).collect();
        times.sort_unstable();
        let addresses = || people.iter().map(|person| person.address.as_ref());
        Self {
            by_group: positions(group.iter().copied()),
            by_address: positions(addresses().map(|address| address.map(Hidden::range))),
            by_mail: positions(people.iter().map(|person| person.email.domain())),
            of_no_visitor: addresses().flatten().filter(|address| address.is_of_no_visitor()).count(),
            group,
            times,
        }
    }

    /// The group of those who say nearly the same, of whoever stands at a position; none for whoever says nothing.
    pub fn group(&self, at: usize) -> Option<usize> {
        self.group.get(at).copied().flatten()
    }

    /// All groups of those who say nearly the same; one may have a single member.
    pub fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.by_group.values().map(Vec::as_slice)
    }

    /// Everybody of one group.
    pub fn in_group(&self, group: usize) -> &[usize] {
        self.by_group.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Everybody from one range of IP addresses ([`Hidden::range`]).
    pub fn from_address(&self, range: &Hidden) -> &[usize] {
        self.by_address.get(range).map_or(&[], Vec::as_slice)
    }

    /// Everybody with an email address at one domain.
    pub fn at_mail(&self, domain: &str) -> &[usize] {
        self.by_mail.get(domain).map_or(&[], Vec::as_slice)
    }

    /// How many asked within a span of milliseconds.
    pub fn asked_within(&self, span: RangeInclusive<i64>) -> usize {
        self.times.partition_point(|time| time <= span.end()) - self.times.partition_point(|time| time < span.start())
    }

    /// How many come from an address that no visitor has.
    pub fn of_no_visitor(&self) -> usize {
        self.of_no_visitor
    }
}

/// Where each value stands.
fn positions<K: Eq + Hash>(values: impl Iterator<Item = Option<K>>) -> HashMap<K, Vec<usize>> {
    let mut positions: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, value) in values.enumerate() {
        if let Some(value) = value {
            positions.entry(value).or_default().push(at);
        }
    }
    positions
}

//! Mastodon's throttles (`config/initializers/rack_attack.rb`): fixed windows that begin at multiples of their period.

use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// What the headers say after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: i64,
    pub remaining: i64,
    /// Seconds since the Unix epoch.
    pub reset: i64,
    pub exceeded: bool,
}

/// Counters by throttle, window and whom they count.
pub struct Limits {
    /// How often Mastodon's own limits fit into these.
    factor: i64,
    counts: Mutex<HashMap<(&'static str, i64, String), i64>>,
}

const FIVE_MINUTES: i64 = 300;
const TEN_MINUTES: i64 = 600;
const QUARTER: i64 = 900;
const HALF_HOUR: i64 = 1_800;

/// Whom a request counts for. A token of an application alone counts for its address too.
#[derive(Clone, Debug)]
pub struct Payer {
    pub token: Option<i64>,
    pub user: Option<i64>,
    pub address: String,
}

/// What is asked for, as far as it is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page of a list, by an id
    Page,
    SignUp,
    /// The registration of an application
    Application,
    Other,
}

impl Default for Limits {
    fn default() -> Self {
        Self { factor: 1, counts: Mutex::default() }
    }
}

impl Limits {
    /// A thousand times as wide as Mastodon's: to see how long work takes that the limits alone would stretch over hours.
    pub fn lifted() -> Self {
        Self { factor: 1000, ..Self::default() }
    }

    /// Counts a request and says which throttle is closest to exhaustion.
    pub fn count(&self, payer: &Payer, kind: Kind, now: Timestamp) -> Standing {
        let mut throttles: Vec<(&'static str, i64, i64, String)> = Vec::new();
        if let Some(token) = payer.token {
            throttles.push(("token", 300, FIVE_MINUTES, token.to_string()));
        }
        let (who, most) = match payer.user {
            Some(user) => (user.to_string(), 1500),
            None => (payer.address.clone(), 300),
        };
        throttles.push(("caller", most, FIVE_MINUTES, who.clone()));
        match kind {
            Kind::Page => throttles.push(("paging", 300, QUARTER, who)),
            Kind::SignUp => throttles.push(("sign-up", 5, HALF_HOUR, payer.address.clone())),
            Kind::Application => throttles.push(("application", 5, TEN_MINUTES, payer.address.clone())),
            Kind::Other => {}
        }
        let second = now.as_second();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|(_, window, _), _| *window > second - 2 * HALF_HOUR);
        let mut standings = throttles.into_iter().map(|(name, limit, period, who)| {
            let window = second - second.rem_euclid(period);
            let count = counts.entry((name, window, who)).or_insert(0);
            *count += 1;
            let limit = limit * self.factor;
            Standing { limit, remaining: (limit - *count).max(0), reset: window + period, exceeded: *count > limit }
        });
        let first = standings.next().unwrap_or(Standing { limit: 300, remaining: 299, reset: second, exceeded: false });
        standings.fold(first, |closest, other| if other.remaining < closest.remaining { other } else { closest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_hundred_and_first_call_is_too_many() {
        let limits = Limits::default();
        let payer = Payer { token: Some(1), user: Some(1), address: "127.0.0.1".to_owned() };
        let now = Timestamp::from_second(1_000_000).expect("a time");
        for call in 1..=300 {
            let standing = limits.count(&payer, Kind::Other, now);
            assert_eq!((standing.remaining, standing.exceeded), (300 - call, false));
        }
        assert!(limits.count(&payer, Kind::Other, now).exceeded);
        let later = Timestamp::from_second(1_000_300).expect("a time");
        assert!(!limits.count(&payer, Kind::Other, later).exceeded);
    }
}

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
#[derive(Default)]
pub struct Limits {
    counts: Mutex<HashMap<(&'static str, i64, String), i64>>,
}

const FIVE_MINUTES: i64 = 300;
const QUARTER: i64 = 900;

/// Whom a request counts for.
#[derive(Clone, Debug)]
pub enum Payer {
    /// A known token: its id and its user's.
    Token {
        token: i64,
        user: Option<i64>,
    },
    Address(String),
}

impl Limits {
    /// Counts a request and says which throttle is closest to exhaustion.
    pub fn count(&self, payer: &Payer, paged: bool, now: Timestamp) -> Standing {
        let throttles: Vec<(&'static str, i64, i64, String)> = match payer {
            Payer::Token { token, user } => {
                let mut throttles = vec![("token", 300, FIVE_MINUTES, token.to_string())];
                if let Some(user) = user {
                    throttles.push(("user", 1500, FIVE_MINUTES, user.to_string()));
                    if paged {
                        throttles.push(("user paging", 300, QUARTER, user.to_string()));
                    }
                }
                throttles
            }
            Payer::Address(address) => {
                let mut throttles = vec![("address", 300, FIVE_MINUTES, address.clone())];
                if paged {
                    throttles.push(("address paging", 300, QUARTER, address.clone()));
                }
                throttles
            }
        };
        let second = now.as_second();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|(_, window, _), _| *window > second - 2 * QUARTER);
        let mut standings = throttles.into_iter().map(|(name, limit, period, who)| {
            let window = second - second.rem_euclid(period);
            let count = counts.entry((name, window, who)).or_insert(0);
            *count += 1;
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
        let payer = Payer::Token { token: 1, user: Some(1) };
        let now = Timestamp::from_second(1_000_000).expect("a time");
        for call in 1..=300 {
            let standing = limits.count(&payer, false, now);
            assert_eq!((standing.remaining, standing.exceeded), (300 - call, false));
        }
        assert!(limits.count(&payer, false, now).exceeded);
        let later = Timestamp::from_second(1_000_300).expect("a time");
        assert!(!limits.count(&payer, false, later).exceeded);
    }
}

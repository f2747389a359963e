//! Numbers of an instance over time: what came and went each day, drawn. A page of its own, reached from the overview, which has
//! to be quick and says what is to be done now.

pub mod page;
pub mod service;

use crate::{clock::Timestamp, mastodon::statistics::Statistics, registrations::Stay};
use std::sync::Arc;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct StatisticsPage {
    /// `None` where nothing was counted yet.
    pub counted: Option<Arc<Statistics>>,
    /// Sign-ups a day, oldest first.
    pub sign_ups: Vec<(Timestamp, usize)>,
    /// Who could sign up, oldest first, as the record has it; without a gap, from thirty days ago to now.
    pub registrations: Vec<Stay>,
    pub from: Timestamp,
}

/// How many reports were open at the end of each day: reckoned back from those that are open now. `None` from the first day on
/// (going back) on which something is not known.
pub fn waiting(counted: &crate::mastodon::database::Days) -> Vec<Option<i64>> {
    let mut open = Some(counted.open);
    let mut back: Vec<Option<i64>> = counted
        .days
        .iter()
        .rev()
        .map(|day| {
            let then = open;
            open = open.zip(day.opened).zip(day.logged).map(|((open, opened), logged)| {
                // Reports may go with an account; then it comes out a little too low, and never below nothing.
                (open - opened - logged.reopened + logged.closed).max(0)
            });
            then
        })
        .collect();
    back.reverse();
    back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastodon::database::{Day, Days, Logged};

    #[test]
    fn what_waited_is_reckoned_back_from_now_and_ends_where_something_is_not_known() {
        let day = |opened, closed, reopened| Day {
            opened: Some(opened),
            logged: Some(Logged { closed, reopened, ..Logged::default() }),
            ..Day::default()
        };
        let mut counted = Days { days: vec![day(9, 9, 0), day(4, 1, 0), day(2, 5, 1)], open: 6 };
        assert_eq!(waiting(&counted), [Some(5), Some(8), Some(6)]);
        counted.days[1].logged = None;
        assert_eq!(waiting(&counted), [None, Some(8), Some(6)]);
    }
}

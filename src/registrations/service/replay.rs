//! The last 30 days, replayed: what a policy would have done, beside what was done. Only what the database still knows is
//! replayed; a rule that asks for something else stays out of it, and is named.

use super::{by_policy, stays};
use crate::{
    clock::{DAY, HOUR, MINUTE, Timestamp},
    context::Context,
    mastodon::{Instance, database::Hours, settings::Stored},
    nouns::policies::{Measure, Policy, PolicyState},
    problem::Problem,
    registrations::{
        Replay, ReplayDay, Stay,
        policy::{self, Inputs},
    },
};
use std::{collections::BTreeMap, ops::RangeInclusive};

const DAYS: i64 = 30;

/// Whether a number can be reckoned for each hour of the month, from rows that are still there.
const fn is_reckoned(measure: Measure) -> bool {
    match measure {
        Measure::SignUpsHour | Measure::SignUpsDay | Measure::Waiting | Measure::Accounts => true,
        Measure::OldestWaiting | Measure::Away | Measure::OldestReport | Measure::Idle | Measure::Active => false,
    }
}

pub async fn last_month(
    context: &Context,
    instance: &Instance,
    policy: &Policy,
    stored: &Stored,
) -> Result<Replay, Problem> {
    let now = context.now();
    let first = now.0.div_euclid(HOUR) - DAYS * DAY / HOUR;
    let last = now.0.div_euclid(HOUR);
    let since = Timestamp(first * HOUR);
    // A day before, for what is counted over a day.
    let hours = instance.database.read().await?.hours(since.plus(-DAY), now).await?;
    let waiting = instance.sign_ups_waiting().and_then(|waiting| i64::try_from(waiting.number).ok());
    let reports = instance.open_reports.snapshot();
    let open = reports.at.filter(|_| !reports.cut).and_then(|_| i64::try_from(reports.rows.len()).ok());
    let accounts = instance.seen().and_then(|seen| seen.people).map(|(accounts, _)| accounts);
    let did = stays(context, instance, since).await?;
    let zone = by_policy::zone(policy);
    let dry = Policy { on: true, hold: None, ..policy.clone() };
    let Hours { sign_ups, approved, rejected, reported, closed, .. } = &hours;
    let reckoned = |now, came, went: &[_]| reckoned(now, came, went, first - 1..=last);
    let series = Series {
        sign_ups,
        waiting: reckoned(waiting, sign_ups, &[approved, rejected]),
        open: reckoned(open, reported, &[closed]),
        accounts: reckoned(accounts, sign_ups, &[]),
    };
    let mut mode = did.first().and_then(|stay| stay.mode).or(by_policy::sound(stored)).unwrap_or(policy.otherwise);
    let mut replay = Replay {
        since,
        would: vec![Stay { from: since, mode: Some(mode) }],
        did,
        days: Vec::new(),
        changes: Vec::new(),
        not_known: policy.rules.iter().map(|rule| rule.measure).filter(|measure| !is_reckoned(*measure)).collect(),
        cut: hours.cut,
    };
    let mut state = PolicyState { moment: since, ..PolicyState::default() };
    for hour in first..=last {
        let end = Timestamp((hour + 1) * HOUR).min(now);
        let mut at = Timestamp(hour * HOUR);
        // What is counted is known by whole hours; what is planned, and when a pause is over, to the minute.
        while at < end {
            let planned = policy::coming(&dry, zone.as_ref(), at).first().map(|(when, _)| *when);
            let rested = state.changed_at.map(|changed| changed.plus(dry.stay * MINUTE));
            at = [planned, rested]
                .into_iter()
                .flatten()
                .filter(|when| *when > at)
                .min()
                .map_or(end, |when| when.min(end));
            let values = series.values(if at < end { hour - 1 } else { hour });
            let decision =
                policy::decide(&dry, zone.as_ref(), &state, &Inputs { now: at, current: Some(mode), values });
            if let Some(to) = decision.change {
                replay.changes.push((at, to, decision.why(&dry)));
                replay.would.push(Stay { from: at, mode: Some(to) });
                mode = to;
            }
            state = decision.after_change();
        }
        let day = Timestamp(hour * HOUR - (hour * HOUR).rem_euclid(DAY));
        if replay.days.last().is_none_or(|last| last.at != day) {
            replay.days.push(ReplayDay { at: day, sign_ups: 0, approved: 0, waiting: None, open: None });
        }
        if let Some(one) = replay.days.last_mut() {
            one.sign_ups += Series::of(&hours.sign_ups, hour);
            one.approved += Series::of(&hours.approved, hour);
            (one.waiting, one.open) = (series.waiting.get(&hour).copied(), series.open.get(&hour).copied());
        }
    }
    Ok(replay)
}

/// By the hour.
type ByHour = BTreeMap<i64, i64>;

/// How many there were at the end of each hour, reckoned back from how many there are now: who came after it is taken away, who
/// went is added. Below nothing that does not hold, as who came while registrations were open waited for nobody: neither that
/// hour nor any before it is known.
fn reckoned(now: Option<i64>, came: &ByHour, went: &[&ByHour], hours: RangeInclusive<i64>) -> ByHour {
    let mut number = now;
    let mut known = BTreeMap::new();
    for hour in hours.rev() {
        let Some(there) = number.filter(|number| *number >= 0) else { break };
        known.insert(hour, there);
        let gone: i64 = went.iter().map(|went| Series::of(went, hour)).sum();
        number = Some(there - Series::of(came, hour) + gone);
    }
    known
}

struct Series<'a> {
    sign_ups: &'a ByHour,
    waiting: ByHour,
    open: ByHour,
    accounts: ByHour,
}

impl Series<'_> {
    fn of(of: &ByHour, hour: i64) -> i64 {
        of.get(&hour).copied().unwrap_or(0)
    }

    fn values(&self, hour: i64) -> BTreeMap<Measure, i64> {
        Measure::ALL.into_iter().filter_map(|measure| Some((measure, self.value(measure, hour)?))).collect()
    }

    fn value(&self, measure: Measure, hour: i64) -> Option<i64> {
        match measure {
            Measure::SignUpsHour => Some(Self::of(self.sign_ups, hour)),
            Measure::SignUpsDay => Some(self.sign_ups.range(hour - 23..=hour).map(|(_, number)| number).sum()),
            Measure::Waiting => self.waiting.get(&hour).copied(),
            Measure::Accounts => self.accounts.get(&hour).copied(),
            Measure::OldestWaiting | Measure::Away | Measure::OldestReport | Measure::Idle | Measure::Active => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_reckoning_cannot_know_is_not_known() {
        let by = |hours: &[(i64, i64)]| hours.iter().copied().collect::<ByHour>();
        let (came, went) = (by(&[(7, 2), (9, 40)]), by(&[(8, 3), (9, 1)]));
        let known = |now| reckoned(now, &came, &[&went], 5..=10);
        // 40 came in the ninth hour, and one went: there were 11 at the end of the eighth.
        assert_eq!(known(Some(50)), by(&[(5, 12), (6, 12), (7, 14), (8, 11), (9, 50), (10, 50)]));
        // Of 40 who came, 13 are left and one went: the others never waited. What was before nobody knows.
        assert_eq!(known(Some(13)), by(&[(9, 13), (10, 13)]));
        assert_eq!(known(None), by(&[]));
    }
}

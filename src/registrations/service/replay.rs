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
use std::collections::BTreeMap;

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
    let series = Series { hours: &hours, last, waiting, open, accounts };
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
            (one.waiting, one.open) = (series.waiting_at(hour), series.open_at(hour));
        }
    }
    Ok(replay)
}

struct Series<'a> {
    hours: &'a Hours,
    last: i64,
    waiting: Option<i64>,
    open: Option<i64>,
    accounts: Option<i64>,
}

impl Series<'_> {
    fn of(of: &BTreeMap<i64, i64>, hour: i64) -> i64 {
        of.get(&hour).copied().unwrap_or(0)
    }

    fn sum(of: &BTreeMap<i64, i64>, from: i64, to: i64) -> i64 {
        if from > to { 0 } else { of.range(from..=to).map(|(_, number)| number).sum() }
    }

    /// Reckoned back from what waits now: who came since is taken away, who was decided since is added. Never below nothing:
    /// who came while registrations were open waited for nobody.
    fn waiting_at(&self, hour: i64) -> Option<i64> {
        let after = |of| Self::sum(of, hour + 1, self.last);
        let hours = self.hours;
        Some((self.waiting? - after(&hours.sign_ups) + after(&hours.approved) + after(&hours.rejected)).max(0))
    }

    fn open_at(&self, hour: i64) -> Option<i64> {
        let after = |of| Self::sum(of, hour + 1, self.last);
        Some((self.open? - after(&self.hours.reported) + after(&self.hours.closed)).max(0))
    }

    fn values(&self, hour: i64) -> BTreeMap<Measure, i64> {
        Measure::ALL.into_iter().filter_map(|measure| Some((measure, self.value(measure, hour)?))).collect()
    }

    fn value(&self, measure: Measure, hour: i64) -> Option<i64> {
        match measure {
            Measure::SignUpsHour => Some(Self::of(&self.hours.sign_ups, hour)),
            Measure::SignUpsDay => Some(Self::sum(&self.hours.sign_ups, hour - 23, hour)),
            Measure::Waiting => self.waiting_at(hour),
            Measure::Accounts => Some(self.accounts? - Self::sum(&self.hours.sign_ups, hour + 1, self.last)),
            Measure::OldestWaiting | Measure::Away | Measure::OldestReport | Measure::Idle | Measure::Active => None,
        }
    }
}

//! The last 30 days, replayed: what a policy would have done, beside what was done. Only what the database still knows is
//! replayed; a rule that asks for something else stays out of it, and is named.

use super::{by_policy, history};
use crate::{
    clock::{DAY, HOUR, Timestamp},
    context::Context,
    mastodon::{Instance, database::Hours, settings::Stored},
    nouns::policies::{Measure, Policy, PolicyState},
    problem::Problem,
    record::DeedState,
    registrations::{
        RegistrationsMode, Replay, ReplayHour,
        policy::{self, Inputs},
    },
};
use std::collections::BTreeMap;

const DAYS: i64 = 30;
/// Changes that are looked through for what was.
const CHANGES: i64 = 200;

/// What of the month can be reckoned from rows that are still there.
const KNOWN: [Measure; 4] = [Measure::SignUpsHour, Measure::SignUpsDay, Measure::Waiting, Measure::Accounts];

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
    let open = reports.at.and_then(|_| i64::try_from(reports.rows.len()).ok());
    let accounts = instance.seen().and_then(|seen| seen.people).map(|(accounts, _)| accounts);
    let did = did(context, instance).await?;
    let zone = by_policy::zone(policy);
    let dry = Policy { on: true, hold: None, ..policy.clone() };
    let series = Series { hours: &hours, last, waiting, open, accounts };
    let mut replay = Replay {
        since,
        hours: Vec::new(),
        changes: Vec::new(),
        not_known: policy.rules.iter().map(|rule| rule.measure).filter(|measure| !KNOWN.contains(measure)).collect(),
        cut: hours.cut,
    };
    let was = |at: Timestamp| did.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, mode)| *mode);
    let mut mode = was(since).or(by_policy::sound(stored)).unwrap_or(policy.otherwise);
    let mut state = PolicyState { moment: since, ..PolicyState::default() };
    for hour in first..=last {
        let at = Timestamp((hour + 1) * HOUR).min(now);
        let inputs = Inputs { now: at, current: Some(mode), values: series.values(hour) };
        let decision = policy::decide(&dry, zone.as_ref(), &state, &inputs);
        if let Some(to) = decision.change {
            replay.changes.push((at, to, decision.why(&dry)));
            mode = to;
        }
        state = decision.after_change();
        replay.hours.push(ReplayHour {
            at: Timestamp(hour * HOUR),
            would: mode,
            did: was(Timestamp(hour * HOUR)),
            sign_ups: Series::of(&hours.sign_ups, hour),
            approved: Series::of(&hours.approved, hour),
            waiting: series.waiting_at(hour),
            open: series.open_at(hour),
        });
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
        let mut values = BTreeMap::from([
            (Measure::SignUpsHour, Self::of(&self.hours.sign_ups, hour)),
            (Measure::SignUpsDay, Self::sum(&self.hours.sign_ups, hour - 23, hour)),
        ]);
        values.extend(self.waiting_at(hour).map(|waiting| (Measure::Waiting, waiting)));
        let accounts = self.accounts.map(|now| now - Self::sum(&self.hours.sign_ups, hour + 1, self.last));
        values.extend(accounts.map(|accounts| (Measure::Accounts, accounts)));
        values
    }
}

/// What was set when, as the record has it, oldest first; before its first change of the mode nothing is known.
async fn did(context: &Context, instance: &Instance) -> Result<Vec<(Timestamp, Option<RegistrationsMode>)>, Problem> {
    let changes = history(context, instance, CHANGES).await?;
    let mut did: Vec<_> = changes
        .into_iter()
        .filter(|(change, _)| {
            matches!(change.outcome, None | Some(DeedState::Succeeded | DeedState::Partly | DeedState::Unknown))
        })
        .filter_map(|(change, after)| Some((change.at, Some(after?))))
        .collect();
    did.reverse();
    Ok(did)
}

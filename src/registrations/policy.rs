//! The engine of a policy: from what is known at one moment to what should be set, and why. It knows no clock, no store and no
//! instance; all of it is handed in.
//!
//! A hold by hand, an emergency among them, comes before everything. Below it the week (or what holds otherwise) says how wide
//! registrations may be, and each rule in force may only make that narrower: the strictest wins, and of several that are as
//! strict the first in the order of [`Measure::ALL`] is named. What a person set past the policy is a limit: it opens no
//! further by itself. A rule whose number is not known neither comes into force nor goes out of it.

use crate::{
    clock::{MINUTE, Timestamp},
    nouns::{
        policies::{ByPolicy, Measure, Policy, PolicyState, Slot},
        registrations::RegistrationsMode,
    },
};
use jiff::{
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use std::collections::BTreeMap;

/// What is known at one moment.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    pub now: Timestamp,
    /// The setting, where it is one sound row; `None` where it is absent, doubled or nothing that can be read.
    pub current: Option<RegistrationsMode>,
    /// What is not here is not known.
    pub values: BTreeMap<Measure, i64>,
}

/// What it comes from that registrations should be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Hold,
    Emergency,
    /// The end of a hold, where no policy is switched on.
    End,
    Rule(Measure),
    Week,
    Otherwise,
    /// Somebody set it past the policy, which opens no further.
    Limit,
    /// A planned opening came too late, and waits for somebody or for the next one.
    Missed,
    /// Nothing is to be done: no policy is switched on and nothing is held.
    Nothing,
    /// The clock was set back: nothing changes until it has come to where it was.
    Clock,
    /// The setting itself cannot be read as one of the three.
    Unread,
}

/// How a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub measure: Measure,
    pub value: Option<i64>,
    pub in_force: bool,
}

/// What follows from one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What should be set, whether it is or not.
    pub wanted: Option<RegistrationsMode>,
    pub cause: Cause,
    /// What is to be set now.
    pub change: Option<RegistrationsMode>,
    /// It would be changed, but not before then: the last change is too young.
    pub waits_until: Option<Timestamp>,
    /// A planned opening that came too late to be made up for: when it was due, and to what.
    pub missed: Option<(Timestamp, RegistrationsMode)>,
    /// Somebody set another mode since the last look.
    pub set_past: bool,
    pub standings: Vec<Standing>,
    /// What is remembered if nothing is changed.
    pub next: PolicyState,
    now: Timestamp,
    moment: Timestamp,
}

impl Decision {
    /// What is remembered once the change is made.
    pub fn after_change(&self) -> PolicyState {
        let mut next = self.next.clone();
        if let Some(mode) = self.change {
            next.expected = Some(mode);
            next.changed_at = Some(self.now);
            next.moment = next.moment.max(self.moment);
        }
        next
    }

    /// The rule and what was known, for the record.
    pub fn by_policy(&self, version: i64) -> ByPolicy {
        let rule = match self.cause {
            Cause::Hold => "hold",
            Cause::Emergency => "emergency",
            Cause::End => "end",
            Cause::Rule(measure) => measure.key(),
            Cause::Week => "week",
            Cause::Otherwise => "otherwise",
            Cause::Limit => "limit",
            Cause::Missed | Cause::Nothing | Cause::Clock | Cause::Unread => "none",
        };
        let known = self.standings.iter().filter_map(|standing| Some((standing.measure, standing.value?)));
        ByPolicy { rule: rule.to_owned(), version, inputs: known.collect() }
    }

    /// Why, in a sentence with the numbers.
    pub fn why(&self, policy: &Policy) -> String {
        match self.cause {
            Cause::Hold => "somebody holds it".to_owned(),
            Cause::Emergency => "emergency".to_owned(),
            Cause::End => "what somebody held has ended".to_owned(),
            Cause::Rule(measure) => {
                let value = self.standings.iter().find(|one| one.measure == measure).and_then(|one| one.value);
                let said = value.map_or_else(|| "its number is not known now".to_owned(), |value| measure.said(value));
                let limits =
                    policy.rule(measure).map(|rule| format!(" (limit {}, ends below {})", rule.enter, rule.leave));
                format!("{said}{}", limits.unwrap_or_default())
            }
            Cause::Week => "weekly schedule".to_owned(),
            Cause::Otherwise => "no rule is in force".to_owned(),
            Cause::Limit => "set by hand outside the policy, which opens no further by itself".to_owned(),
            Cause::Missed => "a planned opening came too late, and waits for somebody or for the next one".to_owned(),
            Cause::Nothing => "the policy is off and nothing is held".to_owned(),
            Cause::Clock => "the clock was set back, so nothing changes until it has caught up".to_owned(),
            Cause::Unread => "the stored setting is not one of the three modes, so nothing is changed".to_owned(),
        }
    }
}

/// When a time of the policy's clock is, on that day. A time that does not exist because the clocks go forward is the moment
/// when they do; of one that exists twice it is the first.
fn instant(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    let instant = match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(at).ok()?
        }
        AmbiguousOffset::Gap { after, .. } => zone.following(after.to_timestamp(at).ok()?).next()?.timestamp(),
    };
    Some(Timestamp(instant.as_millisecond()))
}

/// When a time somebody typed for this zone is.
pub fn instant_of(zone: &TimeZone, text: &str) -> Option<Timestamp> {
    instant(zone, text.trim().parse().ok()?)
}

/// The week's moments from a week before to a week after, in their order.
fn moments(week: &[Slot], zone: &TimeZone, around: Timestamp) -> Vec<(Timestamp, RegistrationsMode)> {
    let Ok(there) = jiff::Timestamp::from_millisecond(around.0) else { return Vec::new() };
    let today = there.to_zoned(zone.clone()).date();
    let mut all = Vec::new();
    for days in -8..=8_i64 {
        let Ok(date) = today.checked_add(jiff::Span::new().days(days)) else { continue };
        let day = date.weekday().to_monday_zero_offset();
        for slot in week.iter().filter(|slot| slot.day == day) {
            let (hour, minute) = (i8::try_from(slot.minute / 60), i8::try_from(slot.minute % 60));
            let (Ok(hour), Ok(minute)) = (hour, minute) else { continue };
            let Ok(time) = jiff::civil::Time::new(hour, minute, 0, 0) else { continue };
            let at = date.to_datetime(time);
            if let Some(when) = instant(zone, at) {
                all.push((when, at, slot.mode));
            }
        }
    }
    // Of two that come to one moment the later by the clock holds.
    all.sort_by_key(|(when, at, _)| (*when, *at));
    all.into_iter().map(|(when, _, mode)| (when, mode)).collect()
}

/// What the week says at a moment, and since when.
fn of_week(week: &[Slot], zone: &TimeZone, now: Timestamp) -> Option<(Timestamp, RegistrationsMode)> {
    moments(week, zone, now).into_iter().rfind(|(when, _)| *when <= now)
}

/// What is planned next: the end of a hold, and the moments of the week that would change anything.
pub fn coming(policy: &Policy, zone: Option<&TimeZone>, now: Timestamp) -> Vec<(Timestamp, Option<RegistrationsMode>)> {
    let end = policy.hold.as_ref().and_then(|hold| Some((hold.until.filter(|until| *until > now)?, hold.then)));
    let end = end.map(|(until, then)| (until, if policy.on { None } else { then }));
    let mut all: Vec<_> = end.into_iter().collect();
    if let Some(zone) = zone.filter(|_| policy.on) {
        let mut last = of_week(&policy.week, zone, now).map(|(_, mode)| mode);
        for (when, mode) in moments(&policy.week, zone, now) {
            if when > now && last != Some(mode) {
                all.push((when, Some(mode)));
                last = Some(mode);
            }
        }
    }
    all.sort_by_key(|(when, _)| *when);
    all
}

/// When it lets people in again by what is planned, where that is known: no rule has a time at which it ends.
pub fn opens_at(policy: &Policy, zone: Option<&TimeZone>, now: Timestamp, cause: Cause) -> Option<Timestamp> {
    let opens = |(when, mode): &(Timestamp, Option<RegistrationsMode>)| {
        let mode = mode.or_else(|| {
            let zone = zone?;
            Some(of_week(&policy.week, zone, *when).map_or(policy.otherwise, |(_, mode)| mode))
        });
        mode.is_some_and(|mode| mode < RegistrationsMode::None).then_some(*when)
    };
    match cause {
        // While something is held, the moments of the week count only after its end.
        Cause::Hold | Cause::Emergency => {
            let until = policy.hold.as_ref()?.until?;
            coming(policy, zone, now).iter().filter(|(when, _)| *when >= until).find_map(opens)
        }
        Cause::Week => coming(policy, zone, now).iter().find_map(opens),
        Cause::End
        | Cause::Rule(_)
        | Cause::Otherwise
        | Cause::Limit
        | Cause::Missed
        | Cause::Nothing
        | Cause::Clock
        | Cause::Unread => None,
    }
}

/// What should be, and since which planned moment.
struct Wanted {
    mode: RegistrationsMode,
    cause: Cause,
    moment: Timestamp,
}

/// Says what follows from what is known. Without a zone (this machine has none of that name) the week says nothing.
pub fn decide(policy: &Policy, zone: Option<&TimeZone>, state: &PolicyState, inputs: &Inputs) -> Decision {
    let now = inputs.now;
    let back = now < state.seen_at;
    let mut next = state.clone();
    next.seen_at = now.max(state.seen_at);
    let standings = standings(policy, state, inputs);
    if !back {
        next.active = standings.iter().filter(|one| one.in_force).map(|one| one.measure).collect();
    }
    let mut decision = Decision {
        wanted: None,
        cause: Cause::Unread,
        change: None,
        waits_until: None,
        missed: None,
        set_past: false,
        standings,
        next,
        now,
        moment: state.moment,
    };
    let Some(current) = inputs.current else { return decision };
    let held = policy.held(decision.next.seen_at);
    if back && held.is_none() {
        decision.cause = Cause::Clock;
        decision.wanted = Some(current);
        return decision;
    }
    if decision.next.expected != Some(current) {
        decision.set_past = decision.next.expected.is_some();
        if decision.set_past {
            decision.next.changed_at = Some(now);
            // What is undone while something is held is no limit afterwards.
            if held.is_none() {
                decision.next.limit = Some(current);
                decision.next.missed = None;
            }
        }
        decision.next.expected = Some(current);
    }
    // The next planned moment opens what a missed one did not.
    let planned = zone.and_then(|zone| of_week(&policy.week, zone, now)).map(|(since, _)| since);
    if decision.next.missed.zip(planned).is_some_and(|(missed, planned)| planned > missed) {
        (decision.next.limit, decision.next.missed) = (None, None);
    }
    let wanted = match held {
        Some(hold) => {
            let cause = if hold.emergency { Cause::Emergency } else { Cause::Hold };
            Wanted { mode: hold.mode, cause, moment: state.moment }
        }
        None => wanted(policy, zone, &decision, state, current),
    };
    decision.wanted = Some(wanted.mode);
    decision.cause = wanted.cause;
    decision.moment = wanted.moment.max(state.moment);
    if wanted.mode == current {
        decision.next.moment = decision.moment;
        return decision;
    }
    if held.is_none() {
        let late = now.since(wanted.moment) > policy.tolerance * MINUTE;
        if wanted.mode < current && wanted.moment > state.moment && late {
            decision.missed = Some((wanted.moment, wanted.mode));
            decision.next.moment = decision.moment;
            decision.next.limit = policy.on.then_some(current);
            decision.next.missed = policy.on.then_some(wanted.moment);
            decision.wanted = Some(current);
            decision.cause = Cause::Missed;
            return decision;
        }
        let rest = decision.next.changed_at.map(|at| at.plus(policy.stay * MINUTE)).filter(|_| policy.on);
        if let Some(until) = rest.filter(|until| now < *until) {
            decision.waits_until = Some(until);
            // It was noticed in time.
            decision.next.moment = decision.moment;
            return decision;
        }
    }
    decision.change = Some(wanted.mode);
    decision
}

fn standings(policy: &Policy, state: &PolicyState, inputs: &Inputs) -> Vec<Standing> {
    let rules = Measure::ALL.into_iter().filter_map(|measure| policy.rule(measure));
    rules
        .map(|rule| {
            let was = state.active.contains(&rule.measure);
            let value = inputs.values.get(&rule.measure).copied();
            let in_force = match value {
                Some(value) if was => value >= rule.leave,
                Some(value) => value >= rule.enter,
                None => was,
            };
            Standing { measure: rule.measure, value, in_force }
        })
        .collect()
}

fn wanted(
    policy: &Policy,
    zone: Option<&TimeZone>,
    decision: &Decision,
    state: &PolicyState,
    current: RegistrationsMode,
) -> Wanted {
    let ended = policy.hold.as_ref().and_then(|hold| Some((hold.until?, hold.then)));
    if !policy.on {
        return match ended {
            Some((until, Some(then))) if until > state.moment => {
                Wanted { mode: then, cause: Cause::End, moment: until }
            }
            Some(_) | None => Wanted { mode: current, cause: Cause::Nothing, moment: state.moment },
        };
    }
    let end = ended.map_or(state.moment, |(until, _)| until);
    let mut wanted = match zone.and_then(|zone| of_week(&policy.week, zone, decision.now)) {
        Some((since, mode)) => Wanted { mode, cause: Cause::Week, moment: since.max(end) },
        // The week is not known: it opens nothing.
        None if zone.is_none() && !policy.week.is_empty() => {
            Wanted { mode: current, cause: Cause::Week, moment: state.moment }
        }
        None => Wanted { mode: policy.otherwise, cause: Cause::Otherwise, moment: end },
    };
    for standing in decision.standings.iter().filter(|one| one.in_force) {
        if let Some(rule) = policy.rule(standing.measure).filter(|rule| rule.to > wanted.mode) {
            wanted.mode = rule.to;
            wanted.cause = Cause::Rule(rule.measure);
        }
    }
    if let Some(limit) = decision.next.limit.filter(|limit| *limit > wanted.mode) {
        wanted.mode = limit;
        wanted.cause = if decision.next.missed.is_some() { Cause::Missed } else { Cause::Limit };
    }
    wanted
}

#[cfg(test)]
mod tests;

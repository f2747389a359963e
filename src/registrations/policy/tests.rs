use super::*;
use crate::{
    clock::{DAY, HOUR},
    id::OperatorId,
    nouns::policies::{Hold, Rule},
};
use RegistrationsMode::{Approved, None as Closed, Open};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn policy() -> Policy {
    Policy { on: true, zone: "Europe/Berlin".to_owned(), otherwise: Open, ..Policy::default() }
}

fn quota(enter: i64, leave: i64) -> Rule {
    Rule { measure: Measure::SignUpsHour, enter, leave, to: Closed }
}

fn look(now: Timestamp, current: RegistrationsMode, values: &[(Measure, i64)]) -> Inputs {
    Inputs { now, current: Some(current), values: values.iter().copied().collect() }
}

fn held(mode: RegistrationsMode, until: Option<Timestamp>, then: Option<RegistrationsMode>) -> Hold {
    Hold { mode, emergency: false, by: OperatorId("01ann".to_owned()), since: Timestamp(0), until, then, message: None }
}

#[test]
fn a_rule_comes_into_force_at_one_number_and_goes_below_another() {
    let policy = Policy { rules: vec![quota(100, 40)], stay: 0, ..policy() };
    let mut state = PolicyState::default();
    let mut mode = Open;
    for (minute, number, expected) in [(0, 99, Open), (1, 100, Closed), (2, 41, Closed), (3, 40, Closed), (4, 39, Open)]
    {
        let now = at("2026-11-23T12:00:00Z").plus(minute * MINUTE);
        let decision = decide(&policy, None, &state, &look(now, mode, &[(Measure::SignUpsHour, number)]));
        mode = decision.change.unwrap_or(mode);
        state = decision.after_change();
        assert_eq!(mode, expected, "{number}");
    }
}

#[test]
fn what_is_not_known_neither_comes_into_force_nor_goes() {
    let policy = Policy { rules: vec![quota(100, 40)], stay: 0, ..policy() };
    let now = at("2026-11-23T12:00:00Z");
    let unknown = decide(&policy, None, &PolicyState::default(), &look(now, Open, &[]));
    assert_eq!((unknown.change, unknown.standings[0].value), (None, None));
    let closed = PolicyState { active: vec![Measure::SignUpsHour], expected: Some(Closed), ..PolicyState::default() };
    let still = decide(&policy, None, &closed, &look(now, Closed, &[]));
    assert_eq!((still.change, still.cause), (None, Cause::Rule(Measure::SignUpsHour)));
    assert!(still.why(&policy).contains("not known"), "{}", still.why(&policy));
}

#[test]
fn the_strictest_rule_wins_and_of_equals_the_first() {
    let backlog = Rule { measure: Measure::Waiting, enter: 10, leave: 5, to: Closed };
    let gentle = Rule { to: Approved, ..quota(1, 1) };
    let policy = Policy { rules: vec![backlog, gentle, quota(1, 1)], ..policy() };
    let values = [(Measure::SignUpsHour, 5), (Measure::Waiting, 50)];
    let decision = decide(&policy, None, &PolicyState::default(), &look(Timestamp(DAY), Open, &values));
    assert_eq!((decision.change, decision.cause), (Some(Closed), Cause::Rule(Measure::Waiting)), "gentler is first");
    let policy =
        Policy { rules: policy.rules.into_iter().filter(|rule| rule.to == Closed).collect(), ..self::policy() };
    let decision = decide(&policy, None, &PolicyState::default(), &look(Timestamp(DAY), Open, &values));
    assert_eq!(decision.cause, Cause::Rule(Measure::SignUpsHour));
}

/// 29 March 2026: from 02:00 to 03:00 in Berlin. 25 October 2026: from 03:00 back to 02:00.
#[test]
fn an_hour_that_does_not_exist_and_one_that_exists_twice() {
    let zone = berlin();
    let told = |text: &str| instant_of(&zone, text).unwrap();
    assert_eq!(told("2026-03-29T02:30"), at("2026-03-29T01:00:00Z"), "the moment when the clocks go forward");
    assert_eq!(told("2026-03-29T03:00"), at("2026-03-29T01:00:00Z"));
    assert_eq!(told("2026-10-25T02:30"), at("2026-10-25T00:30:00Z"), "the first of two");
    let slot = |minute, mode| Slot { day: 6, minute, mode };
    // In the order of the clock, also where two come to one moment.
    let week = [slot(2 * 60 + 15, Closed), slot(2 * 60 + 45, Approved), slot(60, Open)];
    let says = |now: &str| of_week(&week, &zone, at(now)).unwrap().1;
    assert_eq!(says("2026-03-29T00:59:59Z"), Open);
    assert_eq!(says("2026-03-29T01:00:00Z"), Approved);
    // The hour comes a second time, and its times do not.
    for (now, expected) in [
        ("2026-10-25T00:14:59Z", Open),
        ("2026-10-25T00:15:00Z", Closed),
        ("2026-10-25T00:45:00Z", Approved),
        ("2026-10-25T01:15:00Z", Approved),
        ("2026-10-25T01:45:00Z", Approved),
    ] {
        assert_eq!(says(now), expected, "{now}");
    }
    // Eight in the morning stays eight in the morning.
    let eight = [Slot { day: 0, minute: 480, mode: Approved }];
    let since = |now: &str| of_week(&eight, &zone, at(now)).unwrap().0;
    assert_eq!(since("2026-03-24T12:00:00Z"), at("2026-03-23T07:00:00Z"));
    assert_eq!(since("2026-03-31T12:00:00Z"), at("2026-03-30T06:00:00Z"));
}

#[test]
fn an_end_is_kept_once_and_reported_where_it_comes_too_late() {
    let monday = at("2026-11-30T07:00:00Z");
    let policy = Policy { on: false, hold: Some(held(Closed, Some(monday), Some(Approved))), ..policy() };
    let state = PolicyState { seen_at: monday.plus(-MINUTE), ..PolicyState::default() };
    let before = decide(&policy, None, &state, &look(monday.plus(-1), Closed, &[]));
    assert_eq!((before.change, before.cause), (None, Cause::Hold));
    let then = decide(&policy, None, &before.next, &look(monday, Closed, &[]));
    assert_eq!((then.change, then.cause), (Some(Approved), Cause::End));
    // Somebody closes by hand afterwards: it is not opened again.
    let again = decide(&policy, None, &then.after_change(), &look(monday.plus(HOUR), Closed, &[]));
    assert_eq!((again.change, again.cause), (None, Cause::Nothing));
    let late = decide(&policy, None, &before.next, &look(monday.plus(2 * HOUR + 1), Closed, &[]));
    assert_eq!((late.change, late.missed), (None, Some((monday, Approved))));
    let once = decide(&policy, None, &late.next, &look(monday.plus(3 * HOUR), Closed, &[]));
    assert_eq!((once.change, once.missed), (None, None));
    let in_time = decide(&policy, None, &before.next, &look(monday.plus(2 * HOUR), Closed, &[]));
    assert_eq!(in_time.change, Some(Approved), "within the tolerance it is made up for");
}

#[test]
fn what_somebody_set_past_it_is_a_limit() {
    let policy = Policy { stay: 0, ..policy() };
    let now = at("2026-11-23T12:00:00Z");
    let state = PolicyState { expected: Some(Open), ..PolicyState::default() };
    let first = decide(&policy, None, &state, &look(now, Closed, &[]));
    assert!(first.set_past);
    assert_eq!((first.change, first.cause), (None, Cause::Limit));
    let later = decide(&policy, None, &first.next, &look(now.plus(30 * DAY), Closed, &[]));
    assert_eq!((later.change, later.cause), (None, Cause::Limit));
}

#[test]
fn what_is_undone_while_something_is_held_is_no_limit_afterwards() {
    let start = at("2026-11-23T12:00:00Z");
    let until = start.plus(HOUR);
    let policy = Policy { hold: Some(held(Approved, Some(until), None)), stay: 0, otherwise: Approved, ..policy() };
    let state = PolicyState { expected: Some(Approved), seen_at: start, ..PolicyState::default() };
    let undone = decide(&policy, None, &state, &look(start.plus(MINUTE), Closed, &[]));
    assert_eq!((undone.change, undone.set_past), (Some(Approved), true));
    let over = decide(&policy, None, &undone.after_change(), &look(until.plus(MINUTE), Approved, &[]));
    assert_eq!((over.change, over.cause), (None, Cause::Otherwise));
}

#[test]
fn a_planned_opening_that_was_missed_waits_for_somebody() {
    let week = vec![Slot { day: 4, minute: 18 * 60, mode: Closed }, Slot { day: 0, minute: 480, mode: Approved }];
    let policy = Policy { week, ..policy() };
    let zone = berlin();
    let friday = at("2026-11-27T18:00:00Z");
    let closed = PolicyState {
        expected: Some(Closed),
        seen_at: friday,
        moment: at("2026-11-27T17:00:00Z"),
        ..PolicyState::default()
    };
    let monday = at("2026-11-30T07:00:00Z");
    let in_time = decide(&policy, Some(&zone), &closed, &look(monday, Closed, &[]));
    assert_eq!((in_time.change, in_time.cause), (Some(Approved), Cause::Week));
    let late = decide(&policy, Some(&zone), &closed, &look(monday.plus(5 * HOUR), Closed, &[]));
    assert_eq!((late.change, late.missed), (None, Some((monday, Approved))));
    let after = decide(&policy, Some(&zone), &late.next, &look(monday.plus(6 * HOUR), Closed, &[]));
    assert_eq!((after.change, after.missed, after.cause), (None, None, Cause::Missed));
    assert!(after.why(&policy).contains("came too late"), "{}", after.why(&policy));
    // The next one is in time, and opens.
    let next = decide(&policy, Some(&zone), &after.next, &look(monday.plus(7 * DAY), Closed, &[]));
    assert_eq!((next.change, next.cause), (Some(Approved), Cause::Week));
    // Closing is never too late.
    let open = PolicyState { expected: Some(Approved), ..closed };
    let saturday = decide(
        &policy,
        Some(&zone),
        &PolicyState { moment: Timestamp(0), ..open },
        &look(friday.plus(DAY), Approved, &[]),
    );
    assert_eq!(saturday.change, Some(Closed));
    assert_eq!(opens_at(&policy, Some(&zone), friday, Cause::Week), Some(monday));
}

#[test]
fn a_week_whose_zone_is_not_known_opens_nothing() {
    let policy = Policy { week: vec![Slot { day: 0, minute: 0, mode: Open }], ..policy() };
    let decision = decide(&policy, None, &PolicyState::default(), &look(Timestamp(DAY), Closed, &[]));
    assert_eq!(decision.change, None);
}

#[test]
fn a_setting_that_cannot_be_read_is_left_alone() {
    let decision =
        decide(&policy(), None, &PolicyState::default(), &Inputs { now: Timestamp(DAY), ..Inputs::default() });
    assert_eq!((decision.change, decision.cause), (None, Cause::Unread));
}

fn mode() -> impl Strategy<Value = RegistrationsMode> {
    prop_oneof![Just(Open), Just(Approved), Just(Closed)]
}

fn a_policy() -> impl Strategy<Value = Policy> {
    let rule = (0..Measure::ALL.len(), 1..60_i64, 0..60_i64, prop_oneof![Just(Approved), Just(Closed)]).prop_map(
        |(index, enter, gap, to)| Rule { measure: Measure::ALL[index], enter, leave: (enter - gap).max(0), to },
    );
    let slot = (0..7_i8, 0..1440_i16, mode()).prop_map(|(day, minute, mode)| Slot { day, minute, mode });
    let hold = (mode(), 0..200_i64, any::<bool>())
        .prop_map(|(mode, hours, ends)| held(mode, ends.then_some(Timestamp(hours * HOUR)), Some(Approved)));
    (
        proptest::collection::vec(rule, 0..6),
        proptest::collection::vec(slot, 0..6),
        mode(),
        0..600_i64,
        0..600_i64,
        proptest::option::weighted(0.2, hold),
    )
        .prop_map(|(rules, week, otherwise, stay, tolerance, hold)| {
            let mut once = Vec::<Rule>::new();
            for rule in rules {
                if once.iter().all(|other| other.measure != rule.measure) {
                    once.push(rule);
                }
            }
            Policy { rules: once, week, otherwise, stay, tolerance, hold, ..policy() }
        })
}

/// A step of the clock (negative: it was set back), what is measured (or not known), whether the write succeeds, and what
/// somebody sets meanwhile.
type Step = (i64, Vec<Option<i64>>, bool, Option<RegistrationsMode>);

fn a_step() -> impl Strategy<Value = Step> {
    (
        prop_oneof![8 => 0..40 * MINUTE, 1 => -5 * HOUR..0, 1 => 0..80 * HOUR],
        proptest::collection::vec(proptest::option::weighted(0.8, 0..60_i64), Measure::ALL.len()),
        proptest::bool::weighted(0.9),
        proptest::option::weighted(0.05, mode()),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn it_never_flaps_and_a_hold_always_wins(
        policy in a_policy(),
        steps in proptest::collection::vec(a_step(), 1..80),
        first in mode(),
    ) {
        let zone = berlin();
        let (mut state, mut current, mut now) = (PolicyState::default(), first, at("1970-01-01T01:00:00Z"));
        let mut last_change: Option<Timestamp> = None;
        for (passed, values, writes, by_hand) in steps {
            now = now.plus(passed);
            if let Some(mode) = by_hand {
                current = mode;
            }
            let values = Measure::ALL.into_iter().zip(values).filter_map(|(measure, value)| Some((measure, value?)));
            let inputs = Inputs { now, current: Some(current), values: values.collect() };
            let decision = decide(&policy, Some(&zone), &state, &inputs);
            let seen = now.max(state.seen_at);
            let hold = policy.hold.as_ref().filter(|hold| hold.until.is_none_or(|until| seen < until));
            if let Some(hold) = hold {
                prop_assert_eq!(decision.wanted, Some(hold.mode));
                prop_assert_eq!(decision.change, (current != hold.mode).then_some(hold.mode));
            } else if now < state.seen_at {
                prop_assert_eq!(decision.change, None, "the clock was set back");
                prop_assert_eq!(&decision.next, &state);
            }
            if let Some(mode) = decision.change {
                prop_assert_ne!(mode, current);
                prop_assert!(!matches!(
                    decision.cause, Cause::Nothing | Cause::Clock | Cause::Unread
                ), "{:?} explains no change", decision.cause);
                prop_assert!(!decision.why(&policy).is_empty());
                if hold.is_none() {
                    if let Some(last) = last_change {
                        prop_assert!(now.since(last) >= policy.stay * MINUTE, "{} after {}", now.0, last.0);
                    }
                    // No wider than a person set, and than rules in force allow.
                    prop_assert!(decision.next.limit.is_none_or(|limit| mode >= limit));
                    for one in decision.standings.iter().filter(|one| one.in_force) {
                        prop_assert!(mode >= policy.rule(one.measure).unwrap().to);
                    }
                }
            }
            for one in &decision.standings {
                if one.value.is_none() {
                    prop_assert_eq!(one.in_force, state.active.contains(&one.measure));
                }
            }
            if decision.change.is_some() && writes {
                state = decision.after_change();
                current = decision.change.unwrap_or(current);
                last_change = Some(now);
            } else {
                state = decision.next;
            }
        }
    }
}

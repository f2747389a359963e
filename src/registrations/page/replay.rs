//! The dry run, drawn on the server: two bands of states over one another, and below them what came and what waited.

use crate::{
    clock::Timestamp,
    registrations::{RegistrationsMode, Replay, ReplayHour},
    ui::{self, time},
};
use leptos::prelude::*;

const WIDTH: usize = 720;
const BAND: usize = 14;
const LANE: usize = 40;

fn class(mode: Option<RegistrationsMode>) -> &'static str {
    match mode {
        Some(RegistrationsMode::Open) => "state open",
        Some(RegistrationsMode::Approved) => "state approved",
        Some(RegistrationsMode::None) => "state closed",
        None => "state unknown",
    }
}

/// Runs of equal states, as rectangles.
fn band(hours: &[ReplayHour], top: usize, of: fn(&ReplayHour) -> Option<RegistrationsMode>, now: Timestamp) -> AnyView {
    let mut runs: Vec<(usize, usize, Option<RegistrationsMode>)> = Vec::new();
    for (index, hour) in hours.iter().enumerate() {
        match runs.last_mut() {
            Some((_, end, mode)) if *mode == of(hour) => *end = index + 1,
            _ => runs.push((index, index + 1, of(hour))),
        }
    }
    let at = |index: usize| index * WIDTH / hours.len().max(1);
    runs.into_iter()
        .map(|(from, to, mode)| {
            let since = hours.get(from).map(|hour| time::day_said(hour.at, now)).unwrap_or_default();
            let title = format!("{} from {since}, {} h", mode.map_or("not known", RegistrationsMode::word), to - from);
            view! { <rect class=class(mode) x=at(from) y=top width=at(to) - at(from) height=BAND><title>{title}</title></rect> }
        })
        .collect_view()
        .into_any()
}

/// A line of numbers, as high as its lane where they are largest; where one is not known there is a gap.
fn lane(hours: &[ReplayHour], top: usize, of: fn(&ReplayHour) -> Option<i64>) -> AnyView {
    let most = usize::try_from(hours.iter().filter_map(of).max().unwrap_or(0)).unwrap_or(0).max(1);
    let at = |index: usize| index * WIDTH / hours.len().max(1);
    let mut path = String::new();
    let mut down = false;
    for (index, hour) in hours.iter().enumerate() {
        let Some(number) = of(hour).and_then(|number| usize::try_from(number).ok()) else {
            down = false;
            continue;
        };
        let letter = if down { 'L' } else { 'M' };
        path.push_str(&format!("{letter}{} {}", at(index), top + LANE - number.min(most) * LANE / most));
        down = true;
    }
    view! { <path class="trace" d=path /> }.into_any()
}

/// The replay as a picture, with a text for those who do not see it, and its changes as a list.
pub fn drawn(replay: &Replay, now: Timestamp) -> AnyView {
    let hours = &replay.hours;
    let total = |of: fn(&ReplayHour) -> i64| hours.iter().map(of).sum::<i64>();
    let most = |of: fn(&ReplayHour) -> Option<i64>| {
        hours.iter().filter_map(of).max().map_or_else(|| "not known".to_owned(), |most| most.to_string())
    };
    let said = format!(
        "The policy would have changed registrations {}. {} and {} in 30 days; at most {} pending and {} open reports.",
        ui::count(replay.changes.len(), "time", "times"),
        ui::count(usize::try_from(total(|hour| hour.sign_ups)).unwrap_or(0), "sign-up", "sign-ups"),
        ui::count(usize::try_from(total(|hour| hour.approved)).unwrap_or(0), "approval", "approvals"),
        most(|hour| hour.waiting),
        most(|hour| hour.open),
    );
    type Of = fn(&ReplayHour) -> Option<i64>;
    let lanes: [(&str, Of); 4] = [
        ("Sign-ups an hour", |hour| Some(hour.sign_ups)),
        ("Approvals an hour", |hour| Some(hour.approved)),
        ("Pending sign-ups", |hour| hour.waiting),
        ("Open reports", |hour| hour.open),
    ];
    let picture = |label: &'static str, height: usize, inner: AnyView| {
        view! {
            <div class="ends soft small"><span>{label}</span></div>
            <svg class=if height == BAND { "chart band" } else { "chart" } viewBox=format!("0 0 {WIDTH} {height}")
                preserveAspectRatio="none" role="img" aria-label=label>{inner}</svg>
        }
    };
    let drawn = lanes.map(|(label, of)| picture(label, LANE, lane(hours, 0, of))).into_iter().collect_view();
    let change = |(at, mode, why): &(Timestamp, RegistrationsMode, String)| {
        view! { <tr><td class="nowrap">{time::absolute(*at)}</td><td class="nowrap">{mode.word()}</td><td class="full">{why.clone()}</td></tr> }
    };
    let not_known: Vec<&str> = replay.not_known.iter().map(|measure| measure.name()).collect();
    let caveat = format!(
        "Assumes that the same people would have come. Accounts that were deleted since are missing.{}{}",
        if not_known.is_empty() {
            String::new()
        } else {
            format!(" Not replayed, because nothing tells what it was: {}.", not_known.join(", "))
        },
        if replay.cut { " There was more than was looked through, so early days are incomplete." } else { "" }
    );
    view! {
        <section class="card">
            <header><h2>"The last 30 days"</h2></header>
            <div class="body">
                <p>{said}</p>
                {picture("What the policy would have set", BAND, band(hours, 0, |hour| Some(hour.would), now))}
                {picture("What was set, as the audit log has it", BAND, band(hours, 0, |hour| hour.did, now))}
                {drawn}
                <div class="ends soft small"><span>{time::day(replay.since, now)}</span><span>"now"</span></div>
                <p class="small soft">{caveat}</p>
            </div>
            <table class="list"><tbody>{replay.changes.iter().take(100).map(change).collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}

//! The dry run, drawn on the server: two bands of states over one another, and below them what came and what waited.

use super::stays_band;
use crate::{
    clock::Timestamp,
    registrations::{RegistrationsMode, Replay, ReplayDay},
    text::time as utc,
    ui::{
        self,
        chart::{Axis, Chart, Series, chart},
        time,
    },
};
use leptos::prelude::*;

/// So many changes are listed.
const LISTED: usize = 100;

/// Two numbers of each day.
fn days(title: &'static str, said: String, days: &[ReplayDay], series: Vec<Series>, now: Timestamp) -> AnyView {
    chart(&Chart {
        title,
        said,
        column: "Day",
        labels: days.iter().map(|day| utc::day(day.at, now)).collect(),
        series,
        unfinished: true,
        axis: Axis::Number,
        note: time::of_utc_days().to_owned(),
    })
}

/// The replay as pictures, each with the same as a table, and its changes as a list.
pub fn drawn(replay: &Replay, now: Timestamp) -> AnyView {
    let total = |of: fn(&ReplayDay) -> i64| usize::try_from(replay.days.iter().map(of).sum::<i64>()).unwrap_or(0);
    let most = |what: &str, of: fn(&ReplayDay) -> Option<i64>| {
        let known = if replay.days.iter().all(|day| of(day).is_some()) { "" } else { " (as far as known)" };
        let most = replay.days.iter().filter_map(of).max();
        most.map_or_else(|| format!("{what} not known"), |most| format!("at most {most} {what}{known}"))
    };
    let series = |name: &'static str, of: fn(&ReplayDay) -> Option<i64>| Series {
        name,
        values: replay.days.iter().map(of).collect(),
    };
    let changes = ui::count(replay.changes.len(), "time", "times");
    let came = format!(
        "{} and {} in 30 days",
        ui::count(total(|day| day.sign_ups), "sign-up", "sign-ups"),
        ui::count(total(|day| day.approved), "approval", "approvals"),
    );
    let waited = format!("{} and {}", most("pending", |day| day.waiting), most("open reports", |day| day.open));
    let gaps = replay.days.iter().any(|day| day.waiting.is_none());
    let not_known: Vec<&str> = replay.not_known.iter().map(|measure| measure.name()).collect();
    let caveat = format!(
        "Assumes that the same people would have come. Accounts that were deleted since are missing. What is counted is replayed by \
        whole hours.{}{}{}",
        if gaps {
            " How many were pending is reckoned back from now. Where that doesn’t add up it isn’t known, and no rule \
            starts or ends by it."
        } else {
            ""
        },
        if not_known.is_empty() {
            String::new()
        } else {
            format!(" Not replayed, because nothing tells what it was: {}.", not_known.join(", "))
        },
        if replay.cut { " There was more than was looked through, so early days are incomplete." } else { "" }
    );
    let change = |(at, mode, why): &(Timestamp, RegistrationsMode, String)| {
        view! {
            <tr>
                <td class="nowrap" data-label="When">{time::day(*at, now)} ", " {time::minute(*at)}</td>
                <td class="nowrap" data-label="State">{mode.word()}</td>
                <td class="full" data-label="Why">{why.clone()}</td>
            </tr>
        }
    };
    let list = (!replay.changes.is_empty()).then(|| {
        view! {
            <table class="list">
                <thead><tr><th>"When"</th><th>"State"</th><th>"Why"</th></tr></thead>
                <tbody>{replay.changes.iter().take(LISTED).map(change).collect_view()}</tbody>
            </table>
        }
    });
    view! {
        <section class="card">
            <header><h2>"The last 30 days"</h2></header>
            <div class="body">
                <p>"The policy would have changed registrations " {changes} ". " {came.clone()} "; " {waited.clone()} "."</p>
                <p class="small soft">{caveat}</p>
            </div>
            {list}
        </section>
        {stays_band("What the policy would have set", &replay.would, replay.since, now, String::new())}
        {stays_band("What was set, as the audit log has it", &replay.did, replay.since, now, String::new())}
        {days("Sign-ups and approvals a day", came, &replay.days, vec![
            series("sign-ups", |day| Some(day.sign_ups)),
            series("approvals", |day| Some(day.approved)),
        ], now)}
        {days("Pending sign-ups and open reports at the end of each day", waited, &replay.days, vec![
            series("pending sign-ups", |day| day.waiting),
            series("open reports", |day| day.open),
        ], now)}
    }
    .into_any()
}

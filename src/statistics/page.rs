//! The views of the statistics.

use super::{StatisticsPage, service, waiting};
use crate::{
    clock::Timestamp,
    frame::Frame,
    mastodon::{database::Day, statistics::Statistics as Counted},
    path,
    registrations::{
        Stay,
        page::{sign_up_chart, stays_band},
    },
    text::time as utc,
    ui::{
        self,
        chart::{self, Axis, Chart, Series},
        desk, list, time,
    },
};
use leptos::prelude::*;

#[component]
pub fn Statistics() -> impl IntoView {
    desk::page(
        desk::Desk::Statistics,
        async |asked| service::statistics(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Statistics".to_owned(),
    )
}

fn body(frame: Frame, page: StatisticsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let now = frame.now;
    let as_of = match &page.counted {
        Some(counted) => view! { <span class="soft small">"Counted " {time::ago(counted.at, now)}</span> }.into_any(),
        None => ().into_any(),
    };
    let counted = match &page.counted {
        Some(counted) => drawn(counted, now),
        None => view! { <section class="card"><p class="pad soft">"Reports and decisions are not counted yet: this \
        happens every five minutes while the instance’s database responds."</p></section> }
        .into_any(),
    };
    view! {
        <div class="head">
            {list::crumb(path::overview(&instance), "Overview")}
            <h1>"Statistics"</h1>
            <span class="soft">"the last 30 days; each begins at midnight UTC"</span>
            <span class="end">{as_of}</span>
        </div>
        {page.counted.as_ref().and_then(|counted| counted.trouble.clone()).map(|why| view! {
            <p class="note lead">{format!("Could not be counted again: {why}.")}</p>
        })}
        <div class="charts">
            {counted}
            {sign_up_chart(&page.sign_ups, now)}
            {registrations(&page.registrations, page.from, now)}
        </div>
    }
    .into_any()
}

fn drawn(counted: &Counted, now: Timestamp) -> AnyView {
    let days = &counted.counted.days;
    let labels = || days.iter().map(|day| utc::day(day.at, now)).collect::<Vec<_>>();
    let of = |value: fn(&Day) -> Option<i64>| days.iter().map(value).collect::<Vec<_>>();
    let opened = of(|day| day.opened);
    let closed = of(|day| day.logged.map(|logged| logged.closed));
    let approved = of(|day| day.logged.map(|logged| logged.approved));
    let rejected = of(|day| day.logged.map(|logged| logged.rejected));
    let took = of(|day| day.logged.and_then(|logged| logged.took));
    let sum = |values: &[Option<i64>]| ui::grouped(usize::try_from(values.iter().flatten().sum::<i64>()).unwrap_or(0));
    let far = days.iter().find(|day| day.opened.is_some() && day.logged.is_some()).filter(|day| day.at != days[0].at);
    // More was done than is read.
    let cut = far.map(|day| format!(" Known since {} only.", utc::day(day.at, now))).unwrap_or_default();
    let by_log = format!("Decisions as Mastodon’s audit log has them; those of deleted staff accounts are gone.{cut}");
    let open = waiting(&counted.counted);
    let reports = Chart {
        title: "Reports opened and closed",
        said: format!("{} opened, {} closed", sum(&opened), sum(&closed)),
        column: "Day",
        labels: labels(),
        series: vec![Series { name: "opened", values: opened }, Series { name: "closed", values: closed }],
        unfinished: true,
        axis: Axis::Number,
        note: by_log.clone(),
    };
    let waited = Chart {
        title: "Open reports at the end of the day",
        said: format!("{} now", ui::grouped(usize::try_from(counted.counted.open).unwrap_or(0))),
        column: "Day",
        labels: labels(),
        series: vec![Series { name: "open reports", values: open }],
        unfinished: false,
        axis: Axis::Number,
        note: "Worked back from the reports that are open now, so without those deleted since.".to_owned(),
    };
    let last_took = took.iter().rev().skip(1).flatten().next().copied();
    let time_to_close = Chart {
        title: "Time until a report is closed",
        said: last_took.map_or_else(|| "none closed".to_owned(), |took| format!("{} lately", time::span(took))),
        column: "Day closed",
        labels: labels(),
        series: vec![Series { name: "median", values: took }],
        unfinished: true,
        axis: Axis::Span,
        note: "The median of the reports closed on a day; no bar where none was.".to_owned(),
    };
    let decided = Chart {
        title: "Sign-ups approved and rejected",
        said: format!("{} approved, {} rejected", sum(&approved), sum(&rejected)),
        column: "Day",
        labels: labels(),
        series: vec![Series { name: "approved", values: approved }, Series { name: "rejected", values: rejected }],
        unfinished: true,
        axis: Axis::Number,
        note: by_log,
    };
    view! {
        {chart::chart(&reports)}
        {chart::chart(&waited)}
        {chart::chart(&time_to_close)}
        {chart::chart(&decided)}
        {active(counted, now)}
    }
    .into_any()
}

fn active(counted: &Counted, now: Timestamp) -> AnyView {
    const TITLE: &str = "Active people by week";
    match &counted.active {
        Ok(weeks) if !weeks.is_empty() => {
            let last = weeks.last().map_or(0, |(_, people)| *people);
            chart::chart(&Chart {
                title: TITLE,
                said: format!("{} last week", ui::grouped(usize::try_from(last).unwrap_or(0))),
                column: "Week from",
                labels: weeks.iter().map(|(week, _)| utc::day(*week, now)).collect(),
                series: vec![Series { name: "active people", values: weeks.iter().map(|(_, people)| Some(*people)).collect() }],
                unfinished: false,
                axis: Axis::Number,
                note: "Active: who signed in, or used the website or an app while signed in, on one of the six days that Mastodon counts \
                of a week. The instance’s own estimate, up to a day old."
                    .to_owned(),
            })
        }
        Ok(_) => not_known(TITLE, "the instance’s answer has no weeks"),
        Err(why) => not_known(TITLE, why),
    }
}

fn not_known(title: &'static str, why: &str) -> AnyView {
    view! { <section class="card"><header><h2>{title}</h2></header><p class="pad soft">{format!("Not known: {why}.")}</p></section> }
        .into_any()
}

/// Who could sign up, as a band.
fn registrations(stays: &[Stay], from: Timestamp, now: Timestamp) -> AnyView {
    let note = "As this console’s audit log has it, with changes made outside the console from when they were noticed.";
    stays_band("Registrations", stays, from, now, note.to_owned())
}

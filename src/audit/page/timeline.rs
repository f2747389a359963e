//! Everything about one: both logs by time.

use super::{
    super::{DRAWN, Drawn, Logged, Moment, TimelinePage, service},
    choice, entry_link, outcome, outside,
};
use crate::{
    frame::Frame,
    path,
    search::Search,
    ui::{
        self,
        chart::{Stacked, stacked},
        desk, form, keys, list, time,
    },
};
use leptos::prelude::*;

#[component]
pub fn Timeline() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::timeline::page(&asked.context, &asked.search).await,
        timeline_body,
        |_, page| if page.title.is_empty() { "Timeline".to_owned() } else { format!("Timeline of {}", page.title) },
    )
}

fn timeline_body(frame: Frame, page: TimelinePage) -> AnyView {
    let wrong = page.wrong.as_ref().map(|wrong| {
        // Nothing is asked yet where nobody is named: that is no mistake.
        let asked = !Search::parse(&page.search).without(&["instance"]).is_empty();
        let (class, role) = if asked { ("note lead danger", "alert") } else { ("soft", "status") };
        if asked {
            desk::set_status(wrong);
        }
        view! { <p class=class role=role>{form::sentence(wrong)}</p> }
    });
    let further = page.further.clone().map(|(at, href)| {
        view! {
            <p class="note lead">"Mastodon’s audit log was searched back to " {time::whole(at)} "."
                <a class="link" href=href>"Search further back →"</a></p>
        }
    });
    let title = if page.title.is_empty() { "Timeline".to_owned() } else { format!("Timeline of {}", page.title) };
    let shown: usize = page
        .moments
        .iter()
        .map(|moment| match moment {
            Moment::Ours(_, rows) => 1 + rows.len(),
            Moment::Theirs(_) => 1,
        })
        .sum();
    let body = page.wrong.is_none().then(|| {
        view! {
            {drawn(&page.drawn, &frame)}
            {list::left_out(page.left_out)}
            {moments(&page, &frame)}
            {further}
            <div class="head foot">
                <span class="soft small">{ui::count(shown, "entry", "entries")} " of both logs shown, newest first"</span>
                <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
            </div>
        }
    });
    view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1><bdi>{title}</bdi></h1>
        </div>
        {timeline_form(&page)}
        {wrong}
        {body}
    }
    .into_any()
}

fn timeline_form(page: &TimelinePage) -> AnyView {
    let filter = &page.filter;
    let instances = (page.instances.len() > 1).then(|| {
        let options: Vec<_> = page.instances.iter().map(|(name, title)| (name.to_string(), title.clone())).collect();
        choice("instance", "Instance", ("Choose an instance", "Choose an instance"), &options, &filter.instance)
    });
    view! {
        <form method="get" action=path::TIMELINE class="chips bar">
            {instances}
            <input class="chip" name="account" aria-label="Account: handle or ID" placeholder="@name or ID" autocomplete="off" value=filter.account.clone() />
            <input class="chip" name="server" aria-label="Server" placeholder="example.org" autocomplete="off" value=page.server.clone() />
            <button class="btn">"Apply"</button>
            {list::kept([("who", filter.who.join(",").as_str()), ("batch", filter.batch.as_str()), ("kind", filter.kind.join(",").as_str()), ("outcome", filter.outcome.join(",").as_str())])}
        </form>
    }
    .into_any()
}

/// The colour of each of [`DRAWN`].
const COLOURS: [&str; DRAWN.len()] = ["", "reveals", "sign-ins", "refused", "outside", "theirs"];

/// What happened by the hour of the day.
fn drawn(drawn: &Drawn, frame: &Frame) -> AnyView {
    let total = drawn.total();
    if total == 0 {
        return ().into_any();
    }
    let entries = ui::count(total, "entry", "entries");
    // The rows are told in the same.
    let zone = frame.preferences.zone().unwrap_or_default().name().to_owned();
    let number = |number: &usize| i64::try_from(*number).unwrap_or(i64::MAX);
    stacked(&Stacked {
        title: "By hour and kind",
        said: if drawn.of_page {
            format!("The {entries} of both audit logs on this page, by hour of the day ({zone})")
        } else {
            format!("The newest {entries}, by hour of the day ({zone})")
        },
        column: zone,
        labels: (0..drawn.hours.len()).map(|hour| format!("{hour:02}:00")).collect(),
        parts: DRAWN.into_iter().zip(COLOURS).collect(),
        values: drawn.hours.iter().map(|hour| hour.iter().map(number).collect()).collect(),
    })
}

fn moments(page: &TimelinePage, frame: &Frame) -> AnyView {
    if page.moments.is_empty() && page.left_out {
        return ().into_any();
    }
    if page.moments.is_empty() {
        return view! { <div class="card pad empty"><p>"No entries match. What was done here and what Mastodon’s audit log has \
        about it are listed together."</p></div> }
        .into_any();
    }
    let at = |at: crate::clock::Timestamp| {
        view! { <td class="mono nowrap">{time::day(at, frame.now)} " " {time::clock(at)}</td> }
    };
    // What Mastodon's log has of the same: by whom stands above it.
    let beneath = |row: &Logged| {
        let words = format!("{} {} {}", row.action, row.kind, row.target);
        view! { <li>"Mastodon: " <bdi>{words}</bdi></li> }
    };
    let row = |moment: &Moment| match moment {
        Moment::Ours(line, rows) => {
            let own = line.own_account.clone().map(|own| view! { <span class="soft small">" as " {own}</span> });
            let told = rows.iter().map(beneath).collect_view();
            let beneath = (!rows.is_empty()).then(|| view! { <ul class="plain-list small soft">{told}</ul> });
            view! {
                <tr data-row=keys::row()>
                    {at(line.at)}
                    <td><a href=entry_link(line)><b><bdi>{line.who.clone()}</bdi></b></a>{own}</td>
                    <td class="full fill"><bdi>{time::retold(&line.what, line.at)}</bdi> <div class="cut soft small"><bdi>{line.why.clone()}</bdi></div>{beneath}</td>
                    <td class="nowrap"><span class="badge">{if rows.is_empty() { "Howdah" } else { "both" }}</span></td>
                    <td>{outcome(line)}</td>
                </tr>
            }
            .into_any()
        }
        Moment::Theirs(row) => {
            let trace = row.ours.map(|entry| {
                view! { <a class="badge" href=path::audit_entry(entry)>"entry " {entry}</a> }
            });
            let outside = row.ours.is_none().then(|| outside(page.began, row));
            view! {
                <tr data-row=keys::row()>
                    {at(row.at)}
                    <td><b><bdi>{row.by.clone()}</bdi></b></td>
                    <td class="full fill">{row.action.clone()} " " <span class="soft">{row.kind.clone()} " "</span><bdi>{row.target.clone()}</bdi></td>
                    <td class="nowrap"><span class="badge">"Mastodon"</span></td>
                    <td>{trace}{outside}</td>
                </tr>
            }
            .into_any()
        }
    };
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"When"</th><th>"Who"</th><th>"Action"</th><th>"Log"</th><th>"Outcome"</th></tr></thead>
            <tbody>{page.moments.iter().map(row).collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

//! Everything about one: both logs by time.

use super::{
    super::{DRAWN, Drawn, Moment, TimelinePage, service},
    choice, outcome,
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
        let asked = !Search::parse(&page.search).only(&["account", "server", "who", "batch"]).is_empty();
        let (class, role) = if asked { ("note lead danger", "alert") } else { ("note lead", "status") };
        if asked {
            desk::set_status(wrong);
        }
        view! { <p class=class role=role>{form::sentence(wrong)}</p> }
    });
    let further = page.further.clone().map(|(at, href)| {
        view! {
            <p class="note lead">"Mastodon’s audit log was searched back to " {time::absolute(at)} "."
                <a class="link" href=href>"Search further back →"</a></p>
        }
    });
    let title = if page.title.is_empty() { "Timeline".to_owned() } else { format!("Timeline of {}", page.title) };
    let body = page.wrong.is_none().then(|| {
        view! {
            {drawn(&page.drawn)}
            {moments(&page, &frame)}
            {further}
            <div class="head foot">
                <span class="soft small">{ui::count(page.moments.len(), "entry", "entries")} " of both logs shown, newest first"</span>
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
fn drawn(drawn: &Drawn) -> AnyView {
    let total = drawn.total();
    if total == 0 {
        return ().into_any();
    }
    let entries = ui::count(total, "entry", "entries");
    let number = |number: &usize| i64::try_from(*number).unwrap_or(i64::MAX);
    stacked(&Stacked {
        title: "By hour and kind",
        said: if drawn.of_page {
            format!("The {entries} of both audit logs on this page, by hour of the UTC day")
        } else {
            format!("The newest {entries}, by hour of the UTC day")
        },
        column: "UTC",
        labels: (0..drawn.hours.len()).map(|hour| format!("{hour:02}:00")).collect(),
        parts: DRAWN.into_iter().zip(COLOURS).collect(),
        values: drawn.hours.iter().map(|hour| hour.iter().map(number).collect()).collect(),
    })
}

fn moments(page: &TimelinePage, frame: &Frame) -> AnyView {
    if page.moments.is_empty() {
        return view! { <div class="card pad empty"><p>"No entries match. What was done here and what Mastodon’s audit log has \
        about it are listed together."</p></div> }
        .into_any();
    }
    let at = |at: crate::clock::Timestamp| {
        view! { <td class="mono nowrap">{time::day(at, frame.now)} " " {time::clock(at)}</td> }
    };
    let row = |moment: &Moment| {
        match moment {
        Moment::Ours(line) => view! {
            <tr data-row=keys::row()>
                {at(line.at)}
                <td class="nowrap"><a href=path::audit_entry(line.index)><b><bdi>{line.who.clone()}</bdi></b></a></td>
                <td class="full fill"><bdi>{line.what.clone()}</bdi> <div class="cut soft small"><bdi>{line.why.clone()}</bdi></div></td>
                <td class="nowrap"><span class="badge">"Howdah"</span></td>
                <td>{outcome(line)}</td>
            </tr>
        }
        .into_any(),
        Moment::Theirs(_, row) => {
            let trace = row.ours.map(|entry| view! { <a class="badge good" href=path::audit_entry(entry)>"entry " {entry}</a> });
            let outside = row.ours.is_none().then(|| view! { <span class="badge warn">"outside the console"</span> });
            view! {
                <tr data-row=keys::row()>
                    {at(row.at)}
                    <td class="nowrap"><b><bdi>{row.by.clone()}</bdi></b></td>
                    <td class="full fill">{row.action.clone()} " " <span class="soft">{row.kind.clone()} " "</span><bdi>{row.target.clone()}</bdi></td>
                    <td class="nowrap"><span class="badge">"Mastodon"</span></td>
                    <td>{trace}{outside}</td>
                </tr>
            }
            .into_any()
        }
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

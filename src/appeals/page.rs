//! The views of appeals.

use super::{AppealLine, AppealsPage, service};
use crate::{
    frame::Frame,
    id::InstanceName,
    path,
    search::Search,
    ui::{self, desk, keys, list, live, time},
};
use leptos::prelude::*;

#[component]
pub fn Appeals() -> impl IntoView {
    desk::page(
        desk::Desk::Appeals,
        async |asked| service::list(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| match &page.waiting {
            Some(waiting) if waiting != "0" => format!("Appeals ({waiting})"),
            _ => "Appeals".to_owned(),
        },
    )
}

fn body(frame: Frame, page: AppealsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let base = path::appeals(&instance);
    let search = Search::parse(&page.search);
    let state = if page.decided { "decided" } else { "waiting" };
    let waiting = page.waiting.clone().unwrap_or_else(|| "?".to_owned());
    let waiting = live::counted(&instance, "appeals", waiting);
    let trouble = page.trouble.clone().map(|why| view! { <p class="note lead">{why}</p> });
    let known = page.waiting.is_some() || page.decided;
    let empty = if !known {
        "It’s not known whether appeals are pending: the instance’s database has not been read yet, or the \
        console may not read appeals."
    } else if page.decided {
        "No decided appeals. Approved and rejected appeals are listed here, newest first, except those of deleted \
        accounts."
    } else {
        "No pending appeals. People can appeal a strike for a limited time; their appeals are listed here."
    };
    view! {
        <div class="head"><h1>"Appeals"</h1><span class="soft">"read here, decided in Mastodon"</span>{page.meanwhile.is_some().then(|| live::as_of(&frame))}</div>
        {page.meanwhile.as_ref().map(|since| live::meanwhile(&frame, since, false))}
        {trouble}
        <div class="chips bar">
            {list::chip(&base, &search, "state", "waiting", view! { "Pending " {waiting} }, state)}
            {list::chip(&base, &search, "state", "decided", "Decided", state)}
        </div>
        {if page.rows.is_empty() {
            view! { <div class="card pad empty"><p>{empty}</p></div> }.into_any()
        } else {
            view! { <div class="card"><table class="list">
                <thead><tr><th>"Account"</th><th>"Decision"</th><th class="num">{if page.decided { "Decided" } else { "Pending \
                for" }}</th><th>"Appeal"</th><th><span class="heard">"In Mastodon"</span></th></tr></thead>
                <tbody>{page.rows.iter().map(|line| row(&instance, line, &frame)).collect_view()}</tbody>
            </table></div> }.into_any()
        }}
        <div class="head foot">
            <span class="soft small">{known.then(|| format!("{} shown", ui::count(page.rows.len(), "appeal", "appeals")))}</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

fn row(instance: &InstanceName, line: &AppealLine, frame: &Frame) -> AnyView {
    let rel = "noopener noreferrer external";
    let (at, became) = match &line.became {
        Some((became, at)) => (time::ago(*at, frame.now).into_any(), Some(became.clone())),
        None => (time::age(line.at, frame.now).into_any(), None),
    };
    let words = if line.became.is_some() { "View in Mastodon →" } else { "Decide in Mastodon →" };
    let there = line.there.clone().map(|there| {
        view! { <a class="link" href=there target="_blank" rel=rel title="Needs a role on the instance with \
        “Manage Appeals”">{words}</a> }
    });
    let told = (!line.told.is_empty()).then(
        || view! { <div class="small soft cut"><bdi>"message: “" {ui::excerpt(&line.told, 160)} "”"</bdi></div> },
    );
    view! {
        <tr data-row=keys::row()>
            <td class="nowrap"><a href=path::case(instance, line.account)><b class="cut handle"><bdi>{line.handle.clone()}</bdi></b></a></td>
            <td>{line.action.clone()} <span class="soft">{(!line.in_review).then_some(" by ")} <bdi>{line.by.clone()}</bdi> " · " {time::ago(line.struck_at, frame.now)}</span></td>
            <td class="num soft nowrap" data-label=if line.became.is_some() { "Decided" } else { "Pending for" }>{at}</td>
            <td class="full fill"><p dir="auto" class="said">{line.text.clone()}</p>{told}
                {became.map(|became| view! { <span class="badge">{became}</span> })}</td>
            <td class="nowrap">{there}</td>
        </tr>
    }
    .into_any()
}

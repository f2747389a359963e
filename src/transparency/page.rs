//! The view of the transparency report.

use super::{Table, TransparencyPage, service};
use crate::{
    frame::Frame,
    path,
    ui::{desk, form, list},
};
use leptos::prelude::*;

#[component]
pub fn Transparency() -> impl IntoView {
    desk::page(
        desk::Desk::Audit,
        async |asked| service::page(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Transparency report".to_owned(),
    )
}

fn body(frame: Frame, page: TransparencyPage) -> AnyView {
    let Some(head) = frame.instance.clone() else { return ().into_any() };
    let files = page.files.clone().map(|(markdown, csv)| {
        view! {
            <a class="btn quiet" href=markdown download="">"Export Markdown"</a>
            <a class="btn quiet" href=csv download="">"Export CSV"</a>
        }
    });
    let wrong = page.wrong.as_ref().map(|wrong| {
        desk::set_status(wrong);
        view! { <p class="note lead danger" role="alert">{form::sentence(wrong)}</p> }
    });
    let report = page.report.as_ref().map(|report| {
        let notes = report.notes.iter().map(|note| view! { <p class="soft small">{note.clone()}</p> }).collect_view();
        view! { <div class="stack">{report.tables.iter().map(table).collect_view()} {notes}</div> }
    });
    let period = |(name, words): &(String, String)| {
        view! { <option value=name.clone() selected=*name == page.period>{words.clone()}</option> }
    };
    let periods = page.periods.iter().map(period).collect_view();
    view! {
        <div class="head">
            {list::crumb(path::AUDIT, "Audit log")}
            <h1>"Transparency report"</h1>
            <span class="soft"><bdi>{page.title.clone()}</bdi></span>
            <span class="end">{files}</span>
        </div>
        <form method="get" action=path::transparency(&head.name) class="chips bar">
            <select class="chip" name="period" aria-label="Month, quarter or year, UTC">{periods}</select>
            <button class="btn">"Apply"</button>
        </form>
        {wrong}
        {report}
    }
    .into_any()
}

fn table(table: &Table) -> AnyView {
    let heads = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| view! { <th class=if at == 0 { "" } else { "num" }>{*column}</th> })
        .collect_view();
    let row = |(name, cells): &(String, Vec<super::Cell>)| {
        let cells = cells
            .iter()
            .zip(table.columns.iter().skip(1))
            .map(|(cell, column)| view! { <td class="num" data-label=*column>{cell.said()}</td> })
            .collect_view();
        view! { <tr><td class="full">{name.clone()}</td>{cells}</tr> }
    };
    view! {
        <section class="card">
            <header><h2>{table.title}</h2></header>
            <table class="list"><thead><tr>{heads}</tr></thead><tbody>{table.rows.iter().map(row).collect_view()}</tbody></table>
            <div class="body">{table.notes.iter().map(|note| view! { <p class="soft small">{note.clone()}</p> }).collect_view()}</div>
        </section>
    }
    .into_any()
}

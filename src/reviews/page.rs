//! The views of the reviews.

use super::{CaseThen, Judged, Rate, ReviewPage, ReviewsPage, Stage, Verdict, WeekLine, WeekState, api, service};
use crate::{
    frame::Frame,
    path,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const OPINION: &str = form::action::<api::Opinion>();
const JUDGE: &str = form::action::<api::Judge>();

#[component]
pub fn Reviews() -> impl IntoView {
    desk::page(
        desk::Desk::Reviews,
        async |asked| service::list(&asked.context, &asked.search).await,
        list_body,
        |_, _| "Reviews".to_owned(),
    )
}

#[component]
pub fn Review() -> impl IntoView {
    desk::page(
        desk::Desk::Reviews,
        async |asked| service::review(&asked.context, asked.part("entry"), &asked.search).await,
        review_body,
        |_, page| format!("Review of entry {}", page.entry),
    )
}

fn list_body(frame: Frame, page: ReviewsPage) -> AnyView {
    if !page.reviews {
        return own_body(&frame, &page);
    }
    view! {
        <div class="head">
            <h1>"Reviews"</h1>
            <span class="soft">"a sample of each week’s decisions, judged by a second person who sees the case first"</span>
        </div>
        {waiting(&page)}
        {rates(&page)}
        {weeks(&page)}
        {judged(&frame, &page)}
    }
    .into_any()
}

/// For whoever does not review: what was said of their own decisions.
fn own_body(frame: &Frame, page: &ReviewsPage) -> AnyView {
    let one = |judged: &Judged| {
        view! {
            <div class="post">
                <p><b>{judged.verdict.words()}</b> <span class="soft">" · entry " {judged.entry} " · " {time::ago(judged.at, frame.now)}</span></p>
                <p class="soft"><bdi>{judged.what.clone().unwrap_or_default()}</bdi></p>
                {judged.note.clone().map(|note| view! { <blockquote class="quote"><bdi>{note}</bdi></blockquote> })}
            </div>
        }
    };
    let body = if page.judged.is_empty() {
        view! { <div class="card pad empty"><p>"None of your decisions has been reviewed yet. Each week a few are drawn and \
        judged by somebody who wasn’t part of the case; what they say is listed here."</p></div> }
        .into_any()
    } else {
        view! { <div class="card">{page.judged.iter().map(one).collect_view()}</div> }.into_any()
    };
    view! {
        <div class="head"><h1>"Reviews"</h1><span class="soft">"what a second person said of your decisions"</span></div>
        {body}
    }
    .into_any()
}

fn waiting(page: &ReviewsPage) -> AnyView {
    let not_yours = (page.not_yours > 0).then(|| {
        let decisions = ui::count(page.not_yours, "decision", "decisions");
        view! { <p class="body soft small">{decisions} " pending for somebody else: your own, those of cases you took part in, or \
        begun by another."</p> }
    });
    let nobodys = (!page.nobodys.is_empty()).then(|| {
        let cases: Vec<String> = page.nobodys.iter().map(|entry| format!("entry {entry}")).collect();
        let these = if cases.len() == 1 { "the case" } else { "the cases" };
        view! { <p class="note lead" role="status">{format!("Nobody can review {these} of {}: everybody who reviews decided there or \
        took part. Give somebody else the role auditor.", cases.join(", "))}</p> }
    });
    let more = page
        .more_waiting
        .then(|| view! { <p class="body soft small">"More are pending; they appear as these are judged."</p> });
    let rows = if page.waiting.is_empty() {
        view! { <p class="body">"Nothing for you to review. After each week a sample of its decisions appears here."</p> }
            .into_any()
    } else {
        let row = |one: &super::Waiting| {
            let begun = one.begun.then(|| view! { " " <span class="badge">"begun"</span> });
            view! {
                <tr data-row=keys::row()>
                    <td><a href=path::review(one.entry)>"Case of entry " {one.entry}</a>{begun}</td>
                    <td>{one.sort.words()}</td>
                    <td class="soft">"week of " {one.week.name()}</td>
                </tr>
            }
        };
        view! {
            <table class="list">
                <thead><tr><th>"Case"</th><th>"Decision about"</th><th>"Week"</th></tr></thead>
                <tbody>{page.waiting.iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! { <section class="card"><header><h2>"Pending"</h2></header>{nobodys}{rows}{not_yours}{more}</section> }
        .into_any()
}

fn rates(page: &ReviewsPage) -> AnyView {
    let table = |heading: &'static str, rows: Vec<(String, Rate)>, empty: &'static str| {
        let body = if rows.is_empty() {
            view! { <p class="body">{empty}</p> }.into_any()
        } else {
            let row = |(name, rate): (String, Rate)| view! { <dt><bdi>{name}</bdi></dt><dd>{rate.words()}</dd> };
            view! { <div class="body"><dl class="facts">{rows.into_iter().map(row).collect_view()}</dl></div> }
                .into_any()
        };
        view! { <section class="card"><header><h2>{heading}</h2></header>{body}</section> }
    };
    let sorts = page.of_sorts.iter().map(|(sort, rate)| (sort.words().to_owned(), *rate)).collect();
    let none = "No decision has been reviewed yet.";
    view! {
        {table("Agreement by sort of decision", sorts, none)}
        {table("Agreement with each person’s decisions", page.of_people.clone(), none)}
        {table("How often each reviewer agreed", page.of_reviewers.clone(), none)}
        <p class="soft small">"Since the week of " {page.since.name()} ". In brackets: where the true share lies with 95 % \
        confidence. Advice counts as agreement; under five reviews nothing can be told."</p>
    }
    .into_any()
}

fn weeks(page: &ReviewsPage) -> AnyView {
    let entry = |index: i64, words: &'static str| view! { <a href=path::audit_entry(index)>{words}</a> }.into_any();
    let row = |line: &WeekLine| {
        let committed = line.committed.map(|(index, late)| {
            let late = late.then(|| view! { " " <span class="badge warn">"after the week had begun"</span> });
            view! { {entry(index, "seed committed")} {late} }
        });
        let state = match line.state {
            WeekState::Committed => view! { "sample after its end" }.into_any(),
            WeekState::Due => view! { "ended; the sample is due" }.into_any(),
            WeekState::Missed => view! { "missed: the console didn’t run, so there is no sample" }.into_any(),
            WeekState::Drawn(_, 0) => view! { "no decisions, so nothing was drawn" }.into_any(),
            WeekState::Drawn(index, decisions) => {
                let of = ui::count(usize::try_from(decisions).unwrap_or(0), "decision", "decisions");
                view! { {line.drawn} " of " {of} " drawn, " {line.judged} " judged; " {entry(index, "seed disclosed")} }
                    .into_any()
            }
        };
        view! { <tr><td class="nowrap">{line.week.name()}</td><td class="nowrap">{committed}</td><td>{state}</td></tr> }
    };
    let body = if page.weeks.is_empty() {
        view! { <p class="body">"No week yet. The console commits to the sample of a week before it begins."</p> }
            .into_any()
    } else {
        view! {
            <table class="list">
                <thead><tr><th>"Week of"</th><th>"Before it"</th><th>"After it"</th></tr></thead>
                <tbody>{page.weeks.iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! { <section class="card"><header><h2>"Weeks"</h2></header>{body}</section> }.into_any()
}

fn judged(frame: &Frame, page: &ReviewsPage) -> AnyView {
    if page.judged.is_empty() {
        return ().into_any();
    }
    let row = |judged: &Judged| {
        view! {
            <tr>
                <td><a href=path::review(judged.entry)>"Case of entry " {judged.entry}</a></td>
                <td>{judged.sort.words()}</td>
                <td>{judged.verdict.words()}</td>
                <td class="soft">{time::ago(judged.at, frame.now)}</td>
            </tr>
        }
    };
    view! {
        <section class="card"><header><h2>"Judged"</h2></header><table class="list">
            <thead><tr><th>"Case"</th><th>"Decision about"</th><th>"Judgement"</th><th>"When"</th></tr></thead>
            <tbody>{page.judged.iter().map(row).collect_view()}</tbody>
        </table></section>
    }
    .into_any()
}

fn review_body(frame: Frame, page: ReviewPage) -> AnyView {
    view! {
        <div class="head">
            {list::crumb(path::REVIEWS, "Reviews")}
            <h1>"Case of entry " {page.entry}</h1>
            <span class="badge">{page.sort.words()}</span>
            <span class="soft">"week of " {page.week.name()}</span>
        </div>
        <div class="two">
            <div class="stack">{case(&page.case)}</div>
            <aside class="stack">{said(&frame, &page)}</aside>
        </div>
    }
    .into_any()
}

fn case(case: &CaseThen) -> AnyView {
    let fact = |(name, value): &(String, String)| {
        view! { <dt>{name.clone()}</dt><dd class="said"><bdi>{value.clone()}</bdi></dd> }
    };
    let report = |report: &super::ReportThen| {
        view! {
            <div class="post">
                <p class="by"><bdi>{report.by.clone()}</bdi> <span class="badge">{report.category}</span>
                    <span class="soft">{time::absolute(report.at)}</span></p>
                <p><bdi>{report.comment.clone()}</bdi></p>
            </div>
        }
    };
    let post = |post: &super::PostThen| {
        let text = match &post.text {
            Some(text) => view! { <blockquote class="quote" lang=ui::lang(post.lang.as_deref()) dir="auto">{text.clone()}</blockquote> }
                .into_any(),
            None => view! { <p class="soft">"Not public: it opens on the page of the case, with a reason."</p> }.into_any(),
        };
        let spoiler = (!post.spoiler.is_empty())
            .then(|| view! { <p><b>"Content warning: "</b><bdi>{post.spoiler.clone()}</bdi></p> });
        let edited = post.edited.then(|| view! { <span class="badge warn">"edited since"</span> });
        view! { <div class="post"><p class="soft">{time::absolute(post.at)} " " {edited}</p>{spoiler}{text}</div> }
    };
    let part = |heading: &'static str, body: Vec<AnyView>| {
        (!body.is_empty()).then(|| view! { <section class="card"><header><h2>{heading}</h2></header>{body}</section> })
    };
    let untold = case.untold.iter().map(|said| view! { <p class="note">{said.clone()}</p> });
    view! {
        <section class="card">
            <header><h2><bdi>{case.about.clone()}</bdi></h2></header>
            <div class="body"><dl class="facts">{case.facts.iter().map(fact).collect_view()}</dl></div>
        </section>
        {untold.collect_view()}
        {part("Reported posts", case.posts.iter().map(|one| post(one).into_any()).collect())}
        {part("Reports", case.reports.iter().map(|one| report(one).into_any()).collect())}
    }
    .into_any()
}

/// What is still to be said, and what was.
fn said(frame: &Frame, page: &ReviewPage) -> AnyView {
    let words = |opinion: &str| {
        let found = page.choices.iter().find(|(name, _)| *name == opinion);
        found.map_or_else(|| opinion.to_owned(), |(_, words)| (*words).to_owned())
    };
    match &page.stage {
        Stage::Blind => opinion_form(frame, page),
        Stage::Opinion(opinion) => view! { {decided(page, &words(opinion))} {judge_form(frame, page)} }.into_any(),
        Stage::Judged { opinion, verdict, entry, note, own } => {
            let who = if *own { "You said" } else { "The reviewer said" };
            let note =
                (!note.is_empty()).then(|| view! { <blockquote class="quote"><bdi>{note.clone()}</bdi></blockquote> });
            let undo = page.undo.as_ref().map(|(instance, account)| {
                view! { <p><a class="btn" href=path::account(instance, *account)>"Go to the account"</a>
                <span class="soft small">" Nothing was undone. Whoever may do so decides there."</span></p> }
            });
            view! {
                {decided(page, &words(opinion))}
                <section class="card"><header><h2>{who} ": " {verdict.words()}</h2></header>
                    <div class="body stack">{note}{undo}<p class="small"><a href=path::audit_entry(*entry)>"entry " {*entry}</a></p></div>
                </section>
            }
            .into_any()
        }
    }
}

fn decided(page: &ReviewPage, opinion: &str) -> AnyView {
    let Some((what, why)) = page.decided.clone() else { return ().into_any() };
    let why = if why.is_empty() { "none given".to_owned() } else { why };
    view! {
        <section class="card"><header><h2>"What was decided"</h2></header><div class="body"><dl class="facts">
            <dt>"Opinion before"</dt><dd>{opinion.to_owned()}</dd>
            <dt>"Decision"</dt><dd class="said"><bdi>{what}</bdi></dd>
            <dt>"Internal reason"</dt><dd class="said"><bdi>{why}</bdi></dd>
        </dl></div></section>
    }
    .into_any()
}

/// One of several, by radio buttons.
fn choice(name: &'static str, choices: &[(&'static str, &'static str)], typed: &str) -> AnyView {
    let one = |(value, words): &(&'static str, &'static str)| {
        let checked = *value == typed;
        view! { <label class="check"><input type="radio" name=name value=*value checked=checked required />" " {*words}</label> }
    };
    view! { <fieldset class="rules">{choices.iter().map(one).collect_view()}</fieldset> }.into_any()
}

fn opinion_form(frame: &Frame, page: &ReviewPage) -> AnyView {
    let draft = frame.draft_for(OPINION);
    let typed = draft.and_then(|draft| draft.value("opinion")).unwrap_or_default().to_owned();
    view! {
        <section class="card panel">
            <header><h2>"What would you have decided?"</h2></header>
            <form method="post" action=OPINION class="body stack">
                {form::back(&frame.here)}
                <input type="hidden" name="decision" value=page.entry.to_string() />
                {form::above(draft)}
                {choice("opinion", &page.choices, &typed)}
                {form::beside(draft, "opinion")}
                {form::why(draft, "opinion-why", "optional", false)}
                <p class="soft small">"You see what was decided after that. Your answer stays in the audit log as it is."</p>
                <div><button class="btn main">"Save, and show the decision"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn judge_form(frame: &Frame, page: &ReviewPage) -> AnyView {
    let draft = frame.draft_for(JUDGE);
    let typed = draft.and_then(|draft| draft.value("verdict")).unwrap_or_default().to_owned();
    let choices = Verdict::ALL.map(|verdict| (verdict.name(), verdict.words()));
    view! {
        <section class="card panel">
            <header><h2>"What do you think of it?"</h2></header>
            <form method="post" action=JUDGE class="body stack">
                {form::back(&frame.here)}
                <input type="hidden" name="decision" value=page.entry.to_string() />
                {form::above(draft)}
                {choice("verdict", &choices, &typed)}
                {form::beside(draft, "verdict")}
                {form::why(draft, "judge-why", "whoever decided reads it; needed unless you agree", false)}
                <div><button class="btn main">"Save the review"</button></div>
            </form>
        </section>
    }
    .into_any()
}

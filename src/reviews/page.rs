//! The views of the reviews.

use super::{
    CaseThen, Judged, Proposal, Rate, ReviewPage, ReviewsPage, Stage, Told, Verdict, Week, WeekLine, WeekState, api,
    service,
};
use crate::{
    clock::Timestamp,
    frame::Frame,
    id::{AccountId, InstanceName},
    path, text,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;
use std::collections::BTreeSet;

const OPINION: &str = form::action::<api::Opinion>();
const JUDGE: &str = form::action::<api::Judge>();
const DECLINE: &str = form::action::<api::Decline>();

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
        |_, page| format!("Review of {}", page.case.about),
    )
}

/// The week of a sample: weeks are UTC's, so that everybody draws the same.
fn week(week: Week, now: Timestamp) -> String {
    format!("week of {}", text::time::day(week.starts(), now))
}

/// What a decision is about, as a row or a heading names it.
fn named(about: Option<&String>, entry: i64) -> String {
    about.cloned().unwrap_or_else(|| format!("entry {entry}, whose text doesn’t open"))
}

fn list_body(frame: Frame, page: ReviewsPage) -> AnyView {
    let said = if page.reviews {
        "a sample of each week’s decisions, judged by a second person who sees the case first"
    } else {
        "what a second person said of your decisions"
    };
    let of_all = page.reviews.then(
        || view! { {waiting(&page, &frame)} {rates(&page, &frame)} {weeks(&page, &frame)} {judged(&frame, &page)} },
    );
    view! {
        <div class="head"><h1>"Reviews"</h1><span class="soft">{said}</span></div>
        {proposals(&frame, &page)}
        {own(&frame, &page)}
        {of_all}
    }
    .into_any()
}

/// The way to a case, where it is about an account.
fn case_link(case: Option<&(InstanceName, AccountId)>) -> Option<AnyView> {
    case.map(|(instance, account)| {
        view! { <a class="link" href=path::account(instance, *account)>"Account"</a> " " }.into_any()
    })
}

/// What was said of the reader's own decisions.
fn own(frame: &Frame, page: &ReviewsPage) -> AnyView {
    let one = |judged: &Judged| {
        view! {
            <div class="post">
                <p><b>{judged.verdict.words()}</b> <span class="soft">" · " {time::ago(judged.at, frame.now)}</span></p>
                <p><span class="soft">"You " </span><bdi>{judged.what.clone().unwrap_or_default()}</bdi></p>
                {judged.note.clone().map(|note| view! { <blockquote class="quote"><bdi>{note}</bdi></blockquote> })}
                <p class="small">{case_link(judged.case.as_ref())}<a class="link" href=path::audit_entry(judged.entry)>"Entry " {judged.entry}</a></p>
            </div>
        }
    };
    let body = match (page.own.is_empty(), page.reviews) {
        (true, true) => return ().into_any(),
        (true, false) => {
            view! { <p class="body">"None of your decisions has been reviewed yet. Each week a few are drawn and \
            judged by somebody who wasn’t part of the case; what they say is listed here."</p> }
            .into_any()
        }
        (false, _) => page.own.iter().map(one).collect_view().into_any(),
    };
    view! { <section class="card"><header><h2>"Your decisions"</h2></header>{body}</section> }.into_any()
}

/// What a reviewer proposed to undo, for whoever may.
fn proposals(frame: &Frame, page: &ReviewsPage) -> AnyView {
    if page.proposals.is_empty() {
        return ().into_any();
    }
    let one = |proposal: &Proposal| {
        let draft = frame.draft_for(DECLINE);
        let entry = proposal.entry.to_string();
        let draft = draft.filter(|draft| draft.value("decision") == Some(entry.as_str()));
        let (who, what) = proposal.decided.clone();
        let decline = if proposal.own {
            view! { <p class="soft small">"This is your own decision: you can undo it, and a colleague can decline to."</p> }
                .into_any()
        } else {
            view! {
                <form method="post" action=DECLINE class="stack">
                    {form::back(&frame.here)}
                    <input type="hidden" name="decision" value=entry.clone() />
                    {form::above(draft)}
                    {form::reason(draft, format!("decline-{entry}"), "Reason", "the reviewer reads it", true)}
                    <div><button class="btn">"Decline to undo it"</button></div>
                </form>
            }
            .into_any()
        };
        view! {
            <div class="post stack">
                <p><b><bdi>{who}</bdi></b> " " <bdi>{what}</bdi></p>
                <p class="soft">"A reviewer proposed to undo it, " {time::ago(proposal.at, frame.now)} ":"</p>
                <blockquote class="quote"><bdi>{proposal.note.clone()}</bdi></blockquote>
                <p><a class="btn main" href=path::account(&proposal.instance, proposal.account)><span>"Go to " <bdi>{proposal.about.clone()}</bdi></span></a>
                    <span class="soft small">" Undoing it through this console closes the proposal."</span></p>
                {decline}
            </div>
        }
    };
    view! {
        <section class="card" id="proposals"><header><h2>"Proposed to undo"</h2></header>
            {page.proposals.iter().map(one).collect_view()}
        </section>
    }
    .into_any()
}

/// What is proposed about an account, on its own page and on its case.
pub fn proposed(proposals: &[Proposal]) -> AnyView {
    let line = |proposal: &Proposal| {
        let (who, what) = proposal.decided.clone();
        view! {
            <p class="note lead"><span>"A reviewer proposes to undo this decision: " <bdi>{who}</bdi> " " <bdi>{what}</bdi> ". “" <bdi>{proposal.note.clone()}</bdi> "”"</span>
                <a class="link" href=format!("{}#proposals", path::REVIEWS)>"Decide"</a></p>
        }
    };
    proposals.iter().map(line).collect_view().into_any()
}

/// What an overview says of reviews, a line each.
pub fn told(frame: &Frame, told: &Told) -> AnyView {
    let line = |said: String, href: String, words: &'static str| {
        view! { <p class="note lead"><span>{said}</span> <a class="link" href=href>{words}</a></p> }
    };
    let waiting = frame.reviews.filter(|waiting| *waiting > 0).map(|waiting| {
        let said = match waiting {
            1 => "1 decision is waiting for your review.".to_owned(),
            number => format!("{number} decisions are waiting for your review."),
        };
        line(said, path::REVIEWS.to_owned(), "Review")
    });
    let judged = match told.judged {
        0 => None,
        1 => Some("1 of your decisions was reviewed.".to_owned()),
        number => Some(format!("{number} of your decisions were reviewed.")),
    };
    let judged = judged.map(|said| line(said, path::REVIEWS.to_owned(), "Read"));
    let proposals = match told.proposals.as_slice() {
        [] => None,
        [about] => Some(format!("A reviewer proposes to undo a decision about {about}.")),
        several => Some(format!("Reviewers propose to undo {} decisions.", several.len())),
    };
    let proposals = proposals.map(|said| line(said, format!("{}#proposals", path::REVIEWS), "View"));
    view! { {waiting} {judged} {proposals} }.into_any()
}

fn waiting(page: &ReviewsPage, frame: &Frame) -> AnyView {
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
            let category =
                (!one.category.is_empty()).then(|| view! { <span class="soft">" · " {one.category.clone()}</span> });
            view! {
                <tr data-row=keys::row()>
                    <td class="full fill"><a href=path::review(one.entry)><b><bdi>{named(one.about.as_ref(), one.entry)}</bdi></b></a>{begun}</td>
                    <td class="nowrap">{one.sort.words()}{category}</td>
                    <td class="soft nowrap">{week(one.week, frame.now)}</td>
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

fn rates(page: &ReviewsPage, frame: &Frame) -> AnyView {
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
        <div class="thirds">
            {table("Agreement by sort of decision", sorts, none)}
            {table("Agreement with each person’s decisions", page.of_people.clone(), none)}
            {table("How often each reviewer agreed", page.of_reviewers.clone(), none)}
        </div>
        <p class="soft small">"Since the " {week(page.since, frame.now)} ". In brackets: where the true share lies with 95 % \
        confidence. Advice counts as agreement; under five reviews nothing can be told."</p>
    }
    .into_any()
}

fn weeks(page: &ReviewsPage, frame: &Frame) -> AnyView {
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
        view! { <tr><td class="nowrap">{text::time::day(line.week.starts(), frame.now)}</td><td class="nowrap">{committed}</td><td>{state}</td></tr> }
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
                <td class="full fill"><a href=path::review(judged.entry)><bdi>{named(judged.about.as_ref(), judged.entry)}</bdi></a></td>
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
            <h1>"Case of " <bdi>{page.case.about.clone()}</bdi></h1>
            <span class="badge">{page.sort.words()}</span>
            {categories(&page.case)}
            <span class="soft">{week(page.week, frame.now)}</span>
        </div>
        <div class="two">
            <div class="stack">{case(&page.case)}</div>
            <aside class="stack">{said(&frame, &page)}</aside>
        </div>
    }
    .into_any()
}

/// Of which category its reports are.
fn categories(case: &CaseThen) -> AnyView {
    let words: BTreeSet<&str> = case.reports.iter().map(|report| report.category).collect();
    words.into_iter().map(|word| view! { <span class="badge">{word}</span> }).collect_view().into_any()
}

fn case(case: &CaseThen) -> AnyView {
    let fact = |(name, value): &(String, String)| {
        view! { <dt>{name.clone()}</dt><dd class="said"><bdi>{value.clone()}</bdi></dd> }
    };
    let report = |report: &super::ReportThen| {
        view! {
            <div class="post">
                <p class="by"><bdi>{report.by.clone()}</bdi> <span class="badge">{report.category}</span>
                    <span class="soft">{time::whole(report.at)}</span></p>
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
        view! { <div class="post"><p class="soft">{time::whole(post.at)} " " {edited}</p>{spoiler}{text}</div> }
    };
    let part = |heading: &'static str, body: Vec<AnyView>| {
        (!body.is_empty()).then(|| view! { <section class="card"><header><h2>{heading}</h2></header>{body}</section> })
    };
    let untold = case.untold.iter().map(|said| view! { <p class="note">{said.clone()}</p> });
    view! {
        <section class="card">
            <header><h2>"What was known"</h2></header>
            <div class="body"><dl class="facts"><dt>"Decided"</dt><dd>{time::whole(case.at)}</dd>{case.facts.iter().map(fact).collect_view()}</dl></div>
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
            let undo = match (verdict, &page.undo, page.settled, page.undoable) {
                (Verdict::Agree | Verdict::Coach | Verdict::Disagree, ..) => None,
                (_, _, Some(entry), _) => Some(view! { <p class="small">"The proposal to undo it is closed: "
                    <a href=path::audit_entry(entry)>"entry " {entry}</a></p> }.into_any()),
                (_, _, _, Err(why)) => Some(view! { <p class="soft">{why}</p> }.into_any()),
                (_, Some((instance, account)), ..) => Some(view! {
                    <p><a class="btn" href=path::account(instance, *account)>"Go to the account"</a>
                    <span class="soft small">" Nothing was undone. Whoever may undo it has the proposal on the overview."</span></p>
                }.into_any()),
                (_, None, ..) => None,
            };
            let next = page.next.map(|entry| view! {
                <p><a class="btn main" href=path::review(entry) data-key=keys::key("n")>"Next review " <span class="key">"n"</span></a></p>
            });
            view! {
                {decided(page, &words(opinion))}
                <section class="card"><header><h2>{who} ": " {verdict.words()}</h2></header>
                    <div class="body stack">{note}{undo}<p class="small"><a href=path::audit_entry(*entry)>"entry " {*entry}</a></p></div>
                </section>
                {next}
            }
            .into_any()
        }
    }
}

fn decided(page: &ReviewPage, opinion: &str) -> AnyView {
    let Some((what, why)) = page.decided.clone() else { return ().into_any() };
    let why = if why.is_empty() { "none given".to_owned() } else { why };
    let looked = page.looked.map(|entry| {
        view! { <dt>"Looked before"</dt><dd>"The reviewer saw the decision before giving this opinion: "
        <a href=path::audit_entry(entry)>"entry " {entry}</a></dd> }
    });
    view! {
        <section class="card"><header><h2>"What was decided"</h2></header><div class="body"><dl class="facts">
            <dt>"Opinion"</dt><dd>{opinion.to_owned()}</dd>
            {looked}
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
    let choices: Vec<_> = Verdict::ALL
        .into_iter()
        .filter(|verdict| *verdict != Verdict::Reverse || page.undoable.is_ok())
        .map(|verdict| (verdict.name(), verdict.words()))
        .collect();
    let undoable = page.undoable.err().map(|why| view! { <p class="soft small">{why}</p> });
    view! {
        <section class="card panel">
            <header><h2>"What do you think of it?"</h2></header>
            <form method="post" action=JUDGE class="body stack">
                {form::back(&frame.here)}
                <input type="hidden" name="decision" value=page.entry.to_string() />
                {form::above(draft)}
                {choice("verdict", &choices, &typed)}
                {form::beside(draft, "verdict")}
                {undoable}
                {form::reason(draft, "judge-why", "Note to the colleague", "whoever decided reads it, and whoever may undo it; needed unless you agree", false)}
                <div><button class="btn main">"Save the review"</button></div>
            </form>
        </section>
    }
    .into_any()
}

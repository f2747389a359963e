//! Access requests: the list with the form to write one down, and one with its decision.

use super::{Field, Tab, arrivals, hidden, invites::facts, issue_form, link_card, tabs, typed};
use crate::{
    frame::Frame,
    id::InstanceName,
    invitations::api,
    invitations::{MOST_USES, RequestLine, RequestPage, RequestState, RequestsPage, service},
    path,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const ENTER: &str = form::action::<api::Enter>();
const REFUSE: &str = form::action::<api::Refuse>();

/// People who asked the staff for access.
/// Whoever decides about them has them in the rail.
fn desk_of(decides: bool) -> desk::Desk {
    if decides { desk::Desk::AccessRequests } else { desk::Desk::Invitations }
}

#[component]
pub fn AccessRequests() -> impl IntoView {
    desk::page_of(
        |page| desk_of(page.may_manage),
        desk::Desk::Invitations,
        async |asked| service::requests(&asked.context, asked.instance(), &asked.search).await,
        list_body,
        |_, page| format!("Access requests ({})", page.waiting),
    )
}

/// One access request.
#[component]
pub fn AccessRequest() -> impl IntoView {
    desk::page_of(
        |page| desk_of(page.may_manage),
        desk::Desk::Invitations,
        async |asked| service::request(&asked.context, asked.instance(), asked.part("request"), &asked.search).await,
        one_body,
        |_, _| "Access request".to_owned(),
    )
}

/// Who asks, or that nothing is left of it.
fn who(line: &RequestLine) -> String {
    if line.who.is_empty() { "destroyed".to_owned() } else { line.who.clone() }
}

/// The requests of one state, or what would be here.
fn lines(instance: &InstanceName, page: &RequestsPage, frame: &Frame) -> AnyView {
    let row = |line: &RequestLine| {
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><a href=path::access_request(instance, &line.id)><b class="cut handle"><bdi>{who(line)}</bdi></b></a></td>
                <td class="full fill"><div class="cut"><bdi>{line.organisation.clone()}</bdi></div></td>
                <td class="num" data-label="accounts">{line.accounts}</td>
                <td class="nowrap wide">{line.entered_by.clone()}</td>
                <td class="num soft nowrap">{time::ago(line.created_at, frame.now)}</td>
                <td class="num soft nowrap wide">{line.decided_at.map(|at| time::ago(at, frame.now))}</td>
            </tr>
        }
    };
    if page.rows.is_empty() {
        let words = match page.state {
            RequestState::Waiting => {
                "No pending requests. If somebody asks the staff for access, add the request here to decide and \
                track it."
            }
            RequestState::Invited => "No invited requests. Requests that led to an invite are listed here.",
            RequestState::Refused => "No rejected requests. They are listed here with the message that was sent.",
            RequestState::Lapsed => {
                "No expired requests. Requests expire after 180 days without a decision, and their content is \
                destroyed."
            }
        };
        view! { <div class="card pad empty"><p>{words}</p></div> }.into_any()
    } else {
        view! {
            <div class="card"><table class="list">
                <thead><tr><th>"Name"</th><th>"For"</th><th class="num">"Accounts"</th><th class="wide">"Added \
                by"</th><th class="num">"Requested"</th><th class="num wide">"Decided"</th></tr></thead>
                <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    }
}

fn list_body(frame: Frame, page: RequestsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let base = path::access_requests(&instance);
    let chip = |state: RequestState| {
        let on = page.state == state;
        let href = if state == RequestState::Waiting { base.clone() } else { path::with(&base, "state", state.name()) };
        view! { <a class="chip" href=href aria-current=on.then_some("true")>{state.title()}</a> }
    };
    let enter = page.may_manage.then(|| enter_form(&instance, &frame));
    let masked = (!page.may_manage)
        .then(|| view! { <p class="small soft">"Only people who decide requests can see names and contacts."</p> });
    view! {
        <div class="head"><h1>"Access requests"</h1><span class="soft">"people who asked the staff for access, \
        outside the sign-up form"</span></div>
        {tabs(&instance, Tab::Requests, page.waiting)}
        {form_address(page.form.as_deref())}
        <div class="chips bar">
            {RequestState::ALL.map(chip).collect_view()}
        </div>
        <div class=if page.may_manage { "two" } else { "stack" }>
            <div class="stack">
                {lines(&instance, &page, &frame)}
                {masked}
                {page.older.clone().map(|older| view! { <div class="head foot"><span class="end"><a class="btn" href=older>"Older \
                →"</a></span></div> })}
            </div>
            {enter.map(|enter| view! { <aside class="stack">{enter}</aside> })}
        </div>
    }
    .into_any()
}

/// Where people ask for themselves, to be passed on.
fn form_address(address: Option<&str>) -> AnyView {
    match address {
        Some(address) => view! {
            <p class="bar">"The public form is on. People ask at " <a class="link link-text" href=address.to_owned()>{address.to_owned()}</a></p>
        }
        .into_any(),
        None => view! {
            <p class="bar soft">"The public form is off. Whoever runs this console can switch it on with " <code>"access_form"</code> "."</p>
        }
        .into_any(),
    }
}

fn enter_form(instance: &InstanceName, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(ENTER);
    let field = |name, words, beside, longest, required| {
        Field { name, words, beside, longest, required, autocomplete: Some("off") }.view(draft)
    };
    view! {
        <section class="card">
            <header><h2>"Add a request"</h2></header>
            <form method="post" action=ENTER class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                {field("who", "Name", "", "100", true)}
                {field("organisation", "Group", "a school or a club, for example; optional", "200", false)}
                {field("contact", "Contact", "visible to people who decide requests", "200", false)}
                <label class="field" for="why">"Reasons for joining"</label>
                {form::text_area("why", "why", "4", &typed(draft, "why", ""), "")}
                {form::beside(draft, "why")}
                <label class="field" for="accounts">"Number of accounts"</label>
                <input class="input" id="accounts" name="accounts" type="number" min="1" max=MOST_USES required="" value=typed(draft, "accounts", "1") />
                {form::beside(draft, "accounts")}
                {field("voucher", "Vouched for by", "a colleague’s name, or @account; optional", "200", false)}
                <p class="small soft">"This is stored sealed, never in the audit log, and destroyed 180 days \
                after the decision, or 180 days from now without one."</p>
                <div><button class="btn main">"Add request"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn one_body(frame: Frame, page: RequestPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let line = &page.line;
    let followed = page.invite.as_ref().map(|(invite, link)| {
        view! {
            {link.as_deref().map(link_card)}
            {arrivals(&instance, &page.arrivals, invite.uses, &frame)}
        }
    });
    let away = page.away.clone().map(|away| view! { <p class="note lead" role="status">{away}</p> });
    let lost = (line.state == RequestState::Invited && page.invite.is_none() && page.away.is_none()).then(|| {
        view! { <p class="note lead">"The invite created for it no longer exists: its owner was deleted on the \
        instance."</p> }
    });
    let invitation = page.invite.as_ref().map(|(invite, _)| {
        view! {
            <section class="card">
                <header><h2>"Invite"</h2></header>
                <div class="body stack">
                    {facts(&instance, invite, &frame)}
                    <a class="link small" href=path::invitation(&instance, invite.id)>"View or deactivate it"</a>
                </div>
            </section>
        }
    });
    let undecided = line.state == RequestState::Waiting && page.may_manage;
    let issue = page.issuing.as_ref().filter(|_| undecided).map(|issuing| {
        view! {
            <section class="card" id="invite">
                <header><h2>"Invite"</h2></header>
                <div class="body">{issue_form(&instance, &frame, issuing, Some((&line.id, line.accounts)))}</div>
            </section>
        }
    });
    // What was typed for a request that somebody else decided meanwhile is given back all the same.
    let refuse_draft = frame.draft_for(REFUSE);
    let refuse = (undecided || refuse_draft.is_some()).then(|| refuse_form(&instance, line, undecided, &frame));
    view! {
        <div class="head">
            {list::crumb(path::access_requests(&instance), "Access requests")}
            <h1 class="cut"><bdi>{who(line)}</bdi></h1>
            <span class=line.state.badge()>{line.state.name()}</span>
            <span class="soft">{ui::count(line.accounts, "account", "accounts")} ", requested " {time::ago(line.created_at, frame.now)}</span>
        </div>
        {away}
        {lost}
        <div class="two">
            <div class="stack">
                {words(&page)}
                {followed}
                {issue}
                {refuse}
            </div>
            <aside class="stack">
                {request(&frame, &page)}
                {invitation}
            </aside>
        </div>
    }
    .into_any()
}

/// What they said, and what they are told.
fn words(page: &RequestPage) -> AnyView {
    let why = (!page.destroyed).then(|| {
        view! {
            <section class="card"><header><h2>"Reasons for joining"</h2></header><div class="post"><p dir="auto" class="said">{page.why.clone()}</p></div></section>
        }
    });
    let answer = (!page.answer.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Message"</h2><span class="soft small end">"copy and send it yourself; the console \
                sends nothing"</span></header>
                <div class="post"><p dir="auto" class="said">{page.answer.clone()}</p></div>
            </section>
        }
    });
    view! { {why} {answer} }.into_any()
}

/// Who asks, for whom, who decided, and until when it is kept.
fn request(frame: &Frame, page: &RequestPage) -> AnyView {
    let line = &page.line;
    let decided = line.decided_at.map(|at| {
        let by = page.decided_by.clone().map(|by| format!(" by {by}")).unwrap_or_default();
        view! { <dt>"Decided"</dt><dd>{time::ago(at, frame.now)} {by}</dd> }
    });
    let kept = match (page.destroyed, page.destroyed_on) {
        (true, _) => {
            Some("The content of this request has been destroyed. The request and its decision are kept.".to_owned())
        }
        (false, Some(on)) => {
            let after = if line.decided_at.is_some() {
                "180 days after the decision"
            } else {
                "if there is no decision by then"
            };
            Some(format!(
                "The content of this request will be destroyed on {}, {after}.",
                time::day_said(on, frame.now)
            ))
        }
        (false, None) => None,
    };
    let fact = |name: &'static str, value: &str| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd><bdi>{value.to_owned()}</bdi></dd> })
    };
    let view_only = (!page.may_manage).then(|| {
        view! { <p class="small soft">"Only people who decide requests can see names, contacts and texts."</p> }
    });
    view! {
        <section class="card">
            <header><h2>"Request"</h2></header>
            <div class="body stack">
                <dl class="facts">
                    {fact("Name", &line.who)}
                    {fact("Group", &line.organisation)}
                    {fact("Contact", &page.contact)}
                    {fact("Vouched for by", &page.voucher)}
                    <dt>"Added by"</dt><dd>{line.entered_by.clone()}</dd>
                    {decided}
                </dl>
                {view_only}
                {kept.map(|says| view! { <p class="small soft">{says}</p> })}
            </div>
        </section>
    }
    .into_any()
}

fn refuse_form(instance: &InstanceName, line: &RequestLine, undecided: bool, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(REFUSE);
    view! {
        <section class="card" id="refuse">
            <header><h2>"Reject"</h2></header>
            <form method="post" action=REFUSE class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                <input type="hidden" name="request" value=line.id.clone() />
                <label class="field" for="answer">"Message" <span class="soft small">"kept here to copy; the \
                console sends nothing"</span></label>
                {form::text_area("answer", "answer", "5", &typed(draft, "answer", ""), "")}
                {form::beside(draft, "answer")}
                <label class="field" for="refuse-why">"Internal reason" <span class="soft small">"saved in the audit \
                log; no names"</span></label>
                <input class="input" id="refuse-why" name="why" maxlength="500" value=typed(draft, "why", "") />
                {form::beside(draft, "why")}
                {undecided.then(|| view! { <div><button class="btn danger long"><span>"Reject the request of " <bdi>{who(line)}</bdi></span></button></div> })}
            </form>
        </section>
    }
    .into_any()
}

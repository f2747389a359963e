//! Invitations: the list, and one with those who came with it.

use super::{ISSUE, REVOKE, Tab, arrivals, hidden, issue_form, link_card, tabs, typed};
use crate::{
    batches,
    frame::Frame,
    id::InstanceName,
    invitations::api,
    invitations::{InvitationPage, InvitationsPage, InviteLine, InviteState, RevokePreview, service},
    nouns::permissions::Capability,
    path,
    search::Search,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const LOOK_UP: &str = form::action::<api::LookUp>();

/// The invitations of everybody on the instance.
#[component]
pub fn Invitations() -> impl IntoView {
    desk::page(
        desk::Desk::Invitations,
        async |asked| service::list(&asked.context, asked.instance(), &asked.search).await,
        list_body,
        |_, _| "Invites".to_owned(),
    )
}

/// One invitation.
#[component]
pub fn Invitation() -> impl IntoView {
    desk::page(
        desk::Desk::Invitations,
        async |asked| service::invitation(&asked.context, asked.instance(), asked.part("invite"), &asked.search).await,
        one_body,
        |_, page| format!("Invite {} of {}", page.line.id, page.line.handle),
    )
}

fn list_body(frame: Frame, page: InvitationsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let base = path::invitations(&instance);
    let running = batches::page::running(&page.running, frame.now);
    let search = Search::parse(&page.search);
    let all = page.may_manage.then(|| {
        let words = match &page.owner {
            Some((_, handle)) => format!("Deactivate all of {handle}…"),
            None => "Deactivate all…".to_owned(),
        };
        view! { <a class="btn danger" href=format!("{base}{}#revoke", search.with("revoke", "all"))>{words}</a> }
    });
    let one = page.may_manage.then(|| {
        view! { <a class="btn main" href=format!("{base}{}#issue", search.with("new", "yes"))>"Create invite…"</a> }
    });
    let open = search.get("new").is_some() || frame.draft_for(ISSUE).is_some();
    let issue = page.issuing.as_ref().filter(|_| open).map(|issuing| {
        let leave = format!("{base}{}", search.without(&["new"]));
        view! {
            <section class="card panel lead" id="issue">
                <header><h2>"Create invite"</h2><a class="btn quiet small end" href=leave>"Cancel"</a></header>
                <div class="body">{issue_form(&instance, &frame, issuing, None)}</div>
            </section>
        }
    });
    view! {
        <div class="head">
            <h1>"Invites"</h1>
            <span class="soft">{time::retold(&page.registrations, frame.now)}</span>
            <span class="end">{all}{one}</span>
        </div>
        {tabs(&instance, Tab::Invitations, page.waiting)}
        {list::untold(&page.untold)}
        {filters(&instance, &page, &frame)}
        {page.preview.as_ref().map(|preview| panel(&instance, &page, preview, &frame))}
        {running}
        {issue}
        {table(&instance, &page, &frame)}
    }
    .into_any()
}

fn filters(instance: &InstanceName, page: &InvitationsPage, frame: &Frame) -> AnyView {
    let base = path::invitations(instance);
    let search = Search::parse(&page.search);
    let chip = |state: InviteState, words: &'static str| {
        let on = page.state == Some(state);
        let href = format!("{base}{}", search.with("state", if on { "" } else { state.name() }));
        view! { <a class="chip" href=href aria-current=on.then_some("true")>{words}</a> }
    };
    let owner = page.owner.as_ref().map(|(_, handle)| {
        let href = format!("{base}{}", search.with("owner", ""));
        view! { <a class="chip" href=href aria-current="true">"of " <bdi>{handle.clone()}</bdi> " ×"</a> }
    });
    let draft = frame.draft_for(LOOK_UP);
    view! {
        <div class="chips bar">
            {chip(InviteState::Usable, "Available")}
            {chip(InviteState::OwnerIsNot, "Inactive")}
            {chip(InviteState::UsedUp, "Used up")}
            {chip(InviteState::Expired, "Expired")}
            {owner}
            <span class="gap"></span>
            <form class="chip-form" method="post" action=LOOK_UP role="search" aria-label="Invites">
                {hidden(instance, &frame.here)}
                <input class="chip" name="q" autocomplete="off" autocapitalize="none" aria-label="Code, link, or \
                owner as @name" placeholder="code, @name…" value=typed(draft, "q", "") />
                <button class="chip">"Search"</button>
            </form>
            {form::beside(draft, "q")}
        </div>
    }
    .into_any()
}

fn uses(line: &InviteLine) -> String {
    match line.max_uses {
        Some(most) => format!("{} of {}", line.uses, most),
        None => format!("{}, no limit", line.uses),
    }
}

fn end(line: &InviteLine, frame: &Frame) -> AnyView {
    match line.expires_at {
        Some(at) => time::ago(at, frame.now).into_any(),
        None => view! { "never" }.into_any(),
    }
}

fn state(line: &InviteLine) -> AnyView {
    let title = line.trouble.as_ref().map(|trouble| format!("{} is {trouble}", line.handle));
    view! { <span class=line.state.badge() title=title>{line.state.words()}</span> }.into_any()
}

fn table(instance: &InstanceName, page: &InvitationsPage, frame: &Frame) -> AnyView {
    let row = |line: &InviteLine| {
        let trouble = line.trouble.clone().or(line.doubt.clone());
        let trouble = trouble.map(|trouble| view! { <span class="soft small">{trouble}</span> });
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><a href=path::invitation(instance, line.id)><b class="mono">{line.code.clone()}</b></a></td>
                <td class="nowrap"><a href=path::account(instance, line.owner)><b class="cut handle"><bdi>{line.handle.clone()}</bdi></b></a></td>
                <td class="nowrap">{state(line)} " " {trouble}</td>
                <td class="num nowrap" data-label="used">{uses(line)}</td>
                <td class="num soft nowrap" data-label="ends">{end(line, frame)}</td>
                <td class="full fill wide"><div class="cut soft"><bdi>{line.comment.clone()}</bdi></div></td>
                <td class="num soft nowrap wide">{time::ago(line.created_at, frame.now)}</td>
            </tr>
        }
    };
    let number = ui::count(page.rows.len(), "invite", "invites");
    let looked = match (page.edge, &page.older) {
        (Some(edge), _) => format!("{number}; searched back to {}", time::day_said(edge, frame.now)),
        (None, Some(_)) => number,
        (None, None) => format!("{number}; that’s all"),
    };
    let further = page.older.clone().map(|older| {
        view! { <a class="btn" href=older>{if page.edge.is_some() { "Search further back →" } else { "Next page →" }}</a> }
    });
    let list = if page.rows.is_empty() {
        let words = if page.state.is_some() || page.owner.is_some() || page.edge.is_some() {
            "No matching invites so far back."
        } else {
            "No invites. Those created by people on the instance or through this console are listed here."
        };
        view! { <div class="card pad empty"><p>{words}</p></div> }.into_any()
    } else {
        view! {
            <div class="card"><table class="list">
                <thead><tr><th>"Code"</th><th>"Owner"</th><th>"Status"</th><th class="num">"Uses"</th><th class="num">"Expires"</th><th class="wide">"Comment"</th><th class="num wide">"Created"</th></tr></thead>
                <tbody>{page.rows.iter().map(row).collect_view()}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! { {list} <div class="head foot"><span class="soft small">{looked}</span><span class="end">{further}</span></div> }
        .into_any()
}

/// What revoking stops, and the form that does it.
fn panel(instance: &InstanceName, page: &InvitationsPage, preview: &RevokePreview, frame: &Frame) -> AnyView {
    let leave = format!("{}{}", path::invitations(instance), Search::parse(&page.search).without(&["revoke"]));
    if preview.invites.is_empty() {
        return view! {
            <section class="card panel lead" id="revoke"><div class="body stack">
                <p>"No available invites, so there is nothing to deactivate."</p>
                <p><a class="btn" href=leave>"Back to the list"</a></p>
            </div></section>
        }
        .into_any();
    }
    let number = ui::count(preview.invites.len(), "invite", "invites");
    let whose = match &page.owner {
        Some((_, handle)) => format!("Deactivate {number} of {handle}"),
        None => format!("Deactivate {number} of {}", ui::count(preview.owners_all, "person", "people")),
    };
    view! {
        <section class="card panel lead" id="revoke">
            <header><h2>{whose.clone()}</h2><a class="btn quiet small end" href=leave>"Cancel"</a></header>
            <div class="body">{revoke_form(instance, preview, whose, frame)}</div>
        </section>
    }
    .into_any()
}

fn revoke_form(instance: &InstanceName, preview: &RevokePreview, words: String, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(REVOKE);
    let ids = preview.invites.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let left = match (preview.uses_left, preview.unlimited) {
        (0, 1) => "Nobody else can sign up with it; it had no limit.".to_owned(),
        (0, unlimited) if unlimited > 0 => format!("Nobody else can sign up with them; {unlimited} had no limit."),
        (left, 0) => format!("{} lost.", ui::count(left, "remaining use is", "remaining uses are")),
        (left, unlimited) => {
            let lost = ui::count(left, "remaining use is", "remaining uses are");
            format!("{lost} lost, and {unlimited} had no limit.")
        }
    };
    let owners = (preview.owners_all > 1).then(|| {
        let mut names: Vec<String> = preview.owners.iter().map(|(name, number)| format!("{name} ({number})")).collect();
        if preview.owners_all > preview.owners.len() {
            names.push(format!("{} others", preview.owners_all - preview.owners.len()));
        }
        view! { <li>"Owners: " <bdi>{names.join(", ")}</bdi></li> }
    });
    let asleep = (preview.asleep > 0).then(|| {
        let words = match preview.asleep {
            1 if preview.invites.len() == 1 => "It is".to_owned(),
            1 => "1 of them is".to_owned(),
            many => format!("{many} of them are"),
        };
        view! { <li>{format!("{words} inactive now because the owner can’t act, and would become available again.")}</li> }
    });
    let more = preview.more.then(|| {
        view! { <li>"There may be more than can be deactivated at once: come back when these are done."</li> }
    });
    let many = (preview.invites.len() > 1).then(|| {
        view! { <li>"This runs in the background, one by one, each with its own entry in the audit log."</li> }
    });
    view! {
        <form method="post" action=REVOKE class="stack">
            {form::above(draft)}
            {hidden(instance, &frame.here)}
            {form::lacking(frame, &[Capability::Invitations])}
            <input type="hidden" name="invites" value=ids />
            <ul class="plain-list small">
                <li>{left}</li>
                {owners}
                {asleep}
                <li>"Accounts that signed up before stay. Nobody is notified; Mastodon’s audit log doesn’t show \
                it. This can’t be undone."</li>
                {many}
                {more}
            </ul>
            {form::why(draft, "revoke-why", "saved in the audit log, seen by the team", true)}
            <div><button class="btn danger long" disabled=frame.lacks(&[Capability::Invitations])>{words}</button></div>
        </form>
    }
    .into_any()
}

/// An invitation in facts.
pub fn facts(instance: &InstanceName, line: &InviteLine, frame: &Frame) -> AnyView {
    let trouble = line.trouble.clone().or(line.doubt.clone());
    let trouble = trouble.map(|trouble| view! { " " <span class="badge warn">{trouble}</span> });
    view! {
        <dl class="facts">
            <dt>"Owner"</dt><dd><a class="link" href=path::account(instance, line.owner)><bdi>{line.handle.clone()}</bdi></a>{trouble}</dd>
            <dt>"Status"</dt><dd>{state(line)}</dd>
            <dt>"Uses"</dt><dd>{uses(line)}</dd>
            <dt>"Expires"</dt><dd>{end(line, frame)}</dd>
            <dt>"Created"</dt><dd>{time::ago(line.created_at, frame.now)}</dd>
            <dt>"Review"</dt><dd>{if line.spares_review { "approved automatically" } else { "sign-ups need \
            approval" }}</dd>
            <dt>"Autofollow"</dt><dd>{if line.autofollow { "new accounts follow its owner" } else { "nobody" }}</dd>
            {(!line.comment.is_empty()).then(|| view! { <dt>"Comment"</dt><dd><bdi>{line.comment.clone()}</bdi></dd> })}
        </dl>
    }
    .into_any()
}

fn one_body(frame: Frame, page: InvitationPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let line = &page.line;
    let request = page.request.as_ref().map(|request| {
        view! { <p class="note lead good">"Created for an access request." <a class="link" href=path::access_request(&instance, request)>"View"</a></p> }
    });
    let asleep = line.trouble.as_ref().filter(|_| line.state == InviteState::OwnerIsNot).map(|trouble| {
        view! { <p class="note lead">{format!("Inactive now: {} can’t act ({trouble}). It becomes available again \
        when that ends.", line.handle)}</p> }
    });
    let revoke = page.preview.as_ref().map(|preview| {
        let words = format!("Deactivate invite {} of {}", line.id, line.handle);
        view! {
            <section class="card" id="revoke">
                <header><h2>"Deactivate"</h2></header>
                <div class="body">{revoke_form(&instance, preview, words, &frame)}</div>
            </section>
        }
    });
    // A form that came back after somebody else was quicker still shows why.
    let lost = frame.draft_for(REVOKE).filter(|_| page.preview.is_none()).map(|draft| form::above(Some(draft)));
    let view_only = (!page.may_manage).then(|| {
        view! { <p class="small soft">"Only people who manage invites can see the link."</p> }
    });
    view! {
        <div class="head">
            {list::crumb(path::invitations(&instance), "Invites")}
            <h1 class="cut"><span class="mono">{line.code.clone()}</span> " of " <bdi>{line.handle.clone()}</bdi></h1>
            {state(line)}
            <span class="soft">{time::retold(&page.registrations, frame.now)}</span>
        </div>
        {request}
        {list::untold(&page.untold)}
        {asleep}
        {lost}
        <div class="two">
            <div class="stack">
                {page.link.as_deref().map(link_card)}
                {arrivals(&instance, &page.arrivals, line.uses, &frame)}
            </div>
            <aside class="stack">
                <section class="card">
                    <header><h2>"Invite"</h2></header>
                    <div class="body stack">
                        {facts(&instance, line, &frame)}
                        {view_only}
                        <a class="link small" href=path::invitations_of(&instance, line.owner)>"All of " <bdi>{line.handle.clone()}</bdi></a>
                    </div>
                </section>
                {revoke}
            </aside>
        </div>
    }
    .into_any()
}

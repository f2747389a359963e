//! What an account's page shows beside its case: since when and by whom, how they came and where they were seen from, what
//! the team wrote down, and what the record knows.

use crate::{
    access::Permission,
    accounts::api,
    accounts::{AccountPage, Deletion, Place},
    audit::page::outcome_badge,
    frame::Frame,
    id::{AccountId, InstanceName},
    nouns::permissions::Capability,
    path,
    reports::page::{case_and_more, reveal_form},
    roles,
    ui::{self, form, keys, list, time},
};
use leptos::prelude::*;

const DELETE: &str = form::action::<api::Delete>();

pub fn body(frame: Frame, page: AccountPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let account = &page.case.account;
    let role = (account.has_login && frame.may(Permission::ViewRoles)).then(|| {
        let may_change = frame.may(Permission::TakeRolesAway);
        roles::page::of_account(&instance, &account.handle, account.staff.as_deref(), may_change)
    });
    let below = view! {
        {role}
        {made(&instance, &page, &frame)}
        {whereabouts(&instance, &page, &frame)}
        {record(&page, &frame)}
    };
    let beside = view! {
        {standing(&page, &frame)}
        {deletion(&instance, &page, &frame)}
    };
    let (below, beside) = (below.into_any(), beside.into_any());
    let back = list::crumb(path::accounts(&instance), "Accounts");
    case_and_more(frame, page.case, back, below, beside)
}

fn standing(page: &AccountPage, frame: &Frame) -> AnyView {
    let details = &page.details;
    let sanctions = details.sanctions.iter().map(|sanction| {
        view! {
            <dt>{sanction.word.clone()}</dt>
            <dd>{sanction.since.map(|since| view! { "since " {time::day(since, frame.now)} " · " })} <bdi>{sanction.by.clone()}</bdi></dd>
        }
    });
    let sign_up = details.sign_up.as_ref().map(|sign_up| {
        view! {
            <dt>"Joined"</dt>
            <dd>{time::day(sign_up.at, frame.now)} {sign_up.locale.clone().map(|locale| format!(" · in “{}”", ui::excerpt(&locale, 12)))}</dd>
            <dt>"Email"</dt>
            <dd>{match sign_up.confirmed_at {
                Some(at) => view! { "confirmed " {time::day(at, frame.now)} }.into_any(),
                None => view! { "never confirmed" }.into_any(),
            }}</dd>
            {(!sign_up.words.is_empty()).then(|| view! { <dt>"Reasons for joining"</dt><dd class="said"><bdi>"“" {sign_up.words.clone()} "”"</bdi></dd> })}
        }
    });
    // What is in force stands in the card above; here it is since when and by whom.
    if details.sanctions.is_empty() && details.sign_up.is_none() && !details.data_is_gone {
        return ().into_any();
    }
    let gone = details.data_is_gone.then(|| {
        view! { <p class="soft small">{if page.case.account.state.deleted {
            "The data of this account has been irreversibly deleted."
        } else {
            "No data deletion is scheduled: it was deleted already, or the suspension schedules none. Undoing the \
            suspension restores only what still exists."
        }}</p> }
    });
    view! {
        <section class="card">
            <header><h2>"Moderation"</h2></header>
            <div class="body stack">
                <dl class="facts">
                    {sanctions.collect_view()}
                    {sign_up}
                </dl>
                {gone}
            </div>
        </section>
    }
    .into_any()
}

fn deletion(instance: &InstanceName, page: &AccountPage, frame: &Frame) -> AnyView {
    let Some(deletion) = &page.details.deletion else { return ().into_any() };
    let draft = frame.draft_for(DELETE);
    let form = match &deletion.prevented {
        Some(why) => view! { <p class="soft">{why.clone()}</p> }.into_any(),
        None => view! {
            <details class="undo" open=draft.is_some()>
                <summary class="btn quiet small">"Delete data now…"</summary>
                {delete_form(instance, page, deletion, frame)}
            </details>
        }
        .into_any(),
    };
    view! {
        <section class="card" id="delete">
            <header><h2>"Data deletion"</h2></header>
            <div class="body stack">
                <p>"Automatic on " <b>{time::day(deletion.due, frame.now)}</b> ", unless the suspension is undone \
                before then."</p>
                {form}
            </div>
        </section>
    }
    .into_any()
}

fn delete_form(instance: &InstanceName, page: &AccountPage, deletion: &Deletion, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(DELETE);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let account = &page.case.account;
    view! {
        <form method="post" action=DELETE class="stack">
            {form::above(draft)}
            {form::back(&frame.here)}
            <input type="hidden" name="instance" value=instance.to_string() />
            <input type="hidden" name="account" value=account.id.to_string() />
            <input type="hidden" name="seen" value=deletion.due.0.to_string() />
            {form::acting(frame, &[Capability::DeleteData])}
            <ul class="plain-list small">{deletion.lost.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view()}
                <li>"You decide this alone, and it can’t be undone."</li></ul>
            <label class="field">"Type " <bdi>{account.handle.clone()}</bdi> " to confirm"
                <input class="input" name="name" autocomplete="off" required="" value=typed("name") /></label>
            {form::beside(draft, "name")}
            <label class="field">"Internal reason"<input class="input" name="why" maxlength="500" required="" value=typed("why") placeholder="Saved in the audit \
            log" /></label>
            {form::beside(draft, "why")}
            <button class="btn danger long" disabled=frame.lacks(&[Capability::DeleteData])><span>"Permanently delete \
            the data of " <bdi>{account.handle.clone()}</bdi></span></button>
        </form>
    }
    .into_any()
}

fn made(instance: &InstanceName, page: &AccountPage, frame: &Frame) -> AnyView {
    if page.details.made.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card">
            <header><h2>"Reports made"</h2><span class="soft small end">"latest 10"</span></header>
            <table class="list"><tbody>
                {page.details.made.iter().map(|made| view! {
                    <tr data-row=keys::row()>
                        <td><span class=made.category.badge()>{made.category.word()}</span></td>
                        <td class="nowrap"><a href=path::account(instance, made.account)><b class="cut handle"><bdi>{made.handle.clone()}</bdi></b></a></td>
                        <td class="full fill soft">{made.became.clone()}</td>
                        <td class="num soft nowrap">{time::ago(made.at, frame.now)}</td>
                    </tr>
                }).collect_view()}
            </tbody></table>
        </section>
    }
    .into_any()
}

fn whereabouts(instance: &InstanceName, page: &AccountPage, frame: &Frame) -> AnyView {
    let details = &page.details;
    if details.sign_up.is_none() {
        return ().into_any();
    }
    let account = page.case.account.id;
    let said = match details.places.iter().map(|place| place.group).max() {
        None => "no IP address stored".to_owned(),
        Some(groups) => format!(
            "{}{}, {}",
            if details.more_places { "latest " } else { "" },
            ui::count(details.places.len(), "IP address", "IP addresses"),
            ui::count(groups, "place", "different networks")
        ),
    };
    let sessions = (!details.sessions.is_empty()).then(|| {
        view! {
            <table class="list">
                <thead><tr><th>{if details.more_sessions { format!("Session (latest {})", details.sessions.len()) } else { "Session".to_owned() }}</th><th>"Since"</th><th>"IP \
                address"</th></tr></thead>
                <tbody>{details.sessions.iter().map(|session| view! {
                    <tr data-row=keys::row()>
                        <td class="full fill"><div class="cut soft"><bdi>{if session.agent.is_empty() { "unknown \
                        browser".to_owned() } else { session.agent.clone() }}</bdi></div></td>
                        <td class="nowrap soft">{time::day(session.since, frame.now)} ", used " {time::ago(session.last, frame.now)}</td>
                        <td class="nowrap">{session.group.map(|group| format!("network {group}"))}</td>
                    </tr>
                }).collect_view()}</tbody>
            </table>
        }
    });
    view! {
        <section class="card" id="places">
            <header><h2>"Sessions and IP addresses"</h2><span class="soft small end">{said}</span></header>
            {details.places.iter().map(|place| one_place(instance, account, place, page.case.may_reveal, frame)).collect_view()}
            {sessions}
        </section>
    }
    .into_any()
}

fn one_place(instance: &InstanceName, account: AccountId, place: &Place, may_reveal: bool, frame: &Frame) -> AnyView {
    let what = format!("seen:{}", place.name);
    let masked = if may_reveal {
        view! {
            <details class="menu">
                <summary class="mask" title="Reveal, with a reason">{place.masked.clone()}</summary>
                <div class="card pad">{reveal_form(instance, account, frame, what, "Reveal once")}</div>
            </details>
        }
        .into_any()
    } else {
        view! { <span class="mask">{place.masked.clone()}</span> }.into_any()
    };
    view! {
        <div class="post small by">{masked} <span class="soft">{format!("network {}", place.group)} " · " {time::ago(place.used_at, frame.now)}</span></div>
    }
    .into_any()
}

fn record(page: &AccountPage, frame: &Frame) -> AnyView {
    let details = &page.details;
    let whose = if details.whole { "all actions on this account" } else { "your own actions on this account" };
    let body = if details.record.is_empty() {
        let none = if details.whole {
            "No entries in this console’s audit log. Every action on this account through the console and every reveal is listed \
            here; what was done in Mastodon itself is in Mastodon’s audit log."
        } else {
            "You have done nothing about this account here. What colleagues decided stands under its strikes and sanctions."
        };
        view! { <p class="pad soft">{none}</p> }.into_any()
    } else {
        view! {
            <table class="list"><tbody>{details.record.iter().map(|line| view! {
                <tr data-row=keys::row()>
                    <td class="nowrap soft">{time::ago(line.at, frame.now)}</td>
                    <td class="nowrap"><a href=path::audit_entry(line.index)><b>{line.who.clone()}</b></a></td>
                    <td class="full fill words"><div class="cut"><bdi>{time::retold(&line.what, line.at)}</bdi> <span class="soft"><bdi>{(!line.why.is_empty()).then(|| format!(" “{}”", line.why))}</bdi></span></div></td>
                    <td>{outcome_badge(line.outcome)}</td>
                </tr>
            }).collect_view()}</tbody></table>
        }
        .into_any()
    };
    let both_logs = frame.instance.as_ref().filter(|_| frame.may(Permission::ViewWholeLedger)).map(|head| {
        let account = path::with(path::TIMELINE, "account", &page.case.account.id.to_string());
        let href = path::with(&account, "instance", head.name.as_str());
        view! { <p class="pad"><a class="link" href=href>"Timeline: this log and Mastodon’s about " <bdi>{page.case.account.handle.clone()}</bdi></a></p> }
    });
    let older = details
        .older
        .clone()
        .map(|older| view! { <div class="pad"><a class="btn small" href=older>"Next page →"</a></div> });
    view! {
        <section class="card" id="record">
            <header><h2>"Audit log"</h2><span class="soft small end">{whose}</span></header>
            {body}
            {both_logs}
            {older}
        </section>
    }
    .into_any()
}

//! Rules about mail domains at sign-up.

use super::{Tab, caught, caught_by, hidden, tabs};
use crate::{
    domain_blocks::api,
    domain_blocks::{Domain, EmailDomainsPage, MailRule, Proposed, service, sure_of},
    frame::{Draft, Frame},
    id::{InstanceName, RuleNumber},
    nouns::permissions::Capability,
    path,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const SET_EMAIL_DOMAIN: &str = form::action::<api::SetEmailDomain>();
const LIFT_EMAIL_DOMAIN: &str = form::action::<api::LiftEmailDomain>();

#[component]
pub fn EmailDomains() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::email_domains(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Blocked email domains".to_owned(),
    )
}

fn word(review: bool) -> &'static str {
    if review { "sign-ups with approval" } else { "sign-ups blocked" }
}

fn body(frame: Frame, page: EmailDomainsPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    view! {
        <div class="head"><h1>"Blocked email domains"</h1><span class="soft">"who can sign up, by email address"</span></div>
        {tabs(&instance, Tab::EmailDomains)}
        <div class="chips bar">
            <form class="chip-form" method="get" action=path::email_domains(&instance)>
                <input class="chip" name="q" aria-label="Only domains containing this" placeholder="part of the \
                domain…" value=page.text.clone() />
            </form>
        </div>
        <div class="two">
            <div class="stack">{list(&instance, &page, &frame)}</div>
            <aside class="stack">{page.may_change.then(|| make(&instance, &page.proposed, &frame))}</aside>
        </div>
    }
    .into_any()
}

fn make(instance: &InstanceName, proposed: &Proposed, frame: &Frame) -> AnyView {
    // A draft of a change belongs to its row.
    let draft = frame.draft_for(SET_EMAIL_DOMAIN).filter(|draft| draft.value("seen").unwrap_or_default().is_empty());
    let typed = draft.and_then(|draft| draft.value("domain")).unwrap_or(&proposed.name).to_owned();
    let list = path::with(&path::signups(instance), "under", &proposed.name);
    let review = draft.and_then(|draft| draft.value("review")) == Some("yes");
    view! {
        <section class="card">
            <header><h2>"Add domain"</h2></header>
            <form method="post" action=SET_EMAIL_DOMAIN class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                {form::acting(frame, &[Capability::MailDomains])}
                <label class="field" for="domain">"Email domain" <span class="soft small">" the part after the @"</span></label>
                <input class="input" id="domain" name="domain" required="" autocapitalize="none" placeholder="throwaway.example" value=typed />
                {form::beside(draft, "domain")}
                {caught_by(proposed, Some(list))}
                <label class="check"><input type="checkbox" name="review" value="yes" checked=review /> <span>"Allow registrations with approval; otherwise sign-ups are blocked"</span></label>
                {sure(draft)}
                <p class="soft small">"Also applies to subdomains, and to domains whose email it receives. \
                Existing accounts are not affected."</p>
                {form::why(draft, "why", "saved in the audit log, seen by the team", true)}
                <div><button class="btn main" disabled=frame.lacks(&[Capability::MailDomains])>"Block email \
                domain"</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// Whom the rule meets, and that it is meant all the same.
fn sure(draft: Option<&Draft>) -> AnyView {
    let field =
        draft.and_then(|draft| draft.problem.field.as_deref()).filter(|field| ["sure", "once_more"].contains(field));
    let asked = draft.zip(field);
    asked
        .map(|(draft, field)| {
            let does = if draft.value("review") == Some("yes") { "review" } else { "refuse" };
            let this = sure_of(draft.value("domain").unwrap_or_default(), does);
            view! {
                {form::beside(Some(draft), field)}
                <label class="check"><input type="checkbox" name="sure" value=this /> <span>"I understand the \
                consequences"</span></label>
                {(field == "once_more").then(|| view! {
                    <label class="field">"Repeat the domain"<input class="input" name="once_more" autocapitalize="none" autocomplete="off" /></label>
                })}
            }
        })
        .into_any()
}

fn list(instance: &InstanceName, page: &EmailDomainsPage, frame: &Frame) -> AnyView {
    if page.rules.is_empty() {
        let says = if page.text.is_empty() {
            "No blocked email domains. People can sign up with any email address."
        } else {
            "No matching email domain."
        };
        return view! { <div class="card pad empty"><p>{says}</p></div> }.into_any();
    }
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"Email domain"</th><th>"Effect"</th><th>"Also blocked"</th><th class="num">"Since"</th><th><span class="heard">"Change"</span></th></tr></thead>
            <tbody>{page.rules.iter().map(|rule| row(instance, page, rule, frame)).collect_view()}</tbody>
        </table></div>
        <div class="head foot">
            <span class="soft small">{ui::count(page.rules.len(), "blocked email domain", "blocked email domains")} " shown, newest first"</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

fn row(instance: &InstanceName, page: &EmailDomainsPage, rule: &MailRule, frame: &Frame) -> AnyView {
    let besides = match (&rule.parent, rule.derived) {
        (Some(parent), _) => format!("its MX record; resolved through {parent}"),
        (None, 0) => String::new(),
        (None, derived) => {
            format!("and {}", ui::count(usize::try_from(derived).unwrap_or(0), "MX record of it", "MX records of it"))
        }
    };
    view! {
        <tr data-row=keys::row()>
            <td class="full fill"><div class="cut"><b><bdi>{ui::tame(&rule.domain)}</bdi></b></div></td>
            <td class="nowrap"><span class=if rule.review { "badge" } else { "badge warn" }>{word(rule.review)}</span></td>
            <td class="full soft"><div>{besides}</div>{caught(instance, page.waiting.as_ref(), rule.id, rule.review, "under", &rule.domain)}</td>
            <td class="num nowrap">{time::age(rule.since, frame.now)}</td>
            <td class="num">{page.may_change.then(|| change(instance, rule, frame))}</td>
        </tr>
    }
    .into_any()
}

fn change(instance: &InstanceName, rule: &MailRule, frame: &Frame) -> AnyView {
    let seen = serde_json::to_string(&(RuleNumber(rule.id), rule.review)).unwrap_or_default();
    let ours = |target: &str| frame.draft_for(target).filter(|draft| draft.value("seen") == Some(seen.as_str()));
    let (set, lift) = (ours(SET_EMAIL_DOMAIN), ours(LIFT_EMAIL_DOMAIN));
    let fields = || {
        view! {
            {hidden(instance, &frame.here)}
            <input type="hidden" name="domain" value=rule.domain.clone() />
            <input type="hidden" name="seen" value=seen.clone() />
        }
    };
    let lacking = frame.lacks(&[Capability::MailDomains]);
    let reason = |draft: Option<&Draft>| {
        let typed = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
        view! { <label class="field">"Internal reason"<input class="input" name="why" maxlength="500" required="" value=typed /></label> {form::beside(draft, "why")} }
    };
    let well_formed = Domain::try_from(rule.domain.clone()).is_ok_and(|domain| domain.is_well_formed());
    let derived = (rule.derived > 0).then(|| {
        view! { <p class="small warn">"The blocks of its MX records are deleted with it, and the API can’t create \
        new ones."</p> }
    });
    view! {
        <details class="menu" open=set.or(lift).is_some()>
            <summary class="btn quiet small">"Change…"</summary>
            <div class="card pad stack">
                {form::lacking(frame, &[Capability::MailDomains])}
                {well_formed.then(|| view! { <form method="post" action=SET_EMAIL_DOMAIN class="stack">
                    {form::above(set)}
                    {fields()}
                    <input type="hidden" name="review" value=if rule.review { "" } else { "yes" } />
                    {sure(set)}
                    {reason(set)}
                    {derived}
                    <button class="btn" disabled=lacking>{format!("{}: {}", rule.domain, word(!rule.review))}</button>
                </form> })}
                {(!well_formed).then(|| view! { <p class="small soft">"Mastodon no longer accepts this name, and a change would create a new block: it can only be deleted."</p> })}
                <form method="post" action=LIFT_EMAIL_DOMAIN class="stack ruled">
                    {form::above(lift)}
                    {fields()}
                    {reason(lift)}
                    <button class="btn danger" disabled=lacking>{format!("Delete the email domain block for {}", rule.domain)}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

//! Rules about addresses and networks.

use super::{Tab, caught, caught_by, hidden, tabs};
use crate::{
    domain_blocks::api,
    domain_blocks::{AddressSeverity, IpRulesPage, ListedAddress, Proposed, service, sure_of},
    frame::{Draft, Frame},
    id::{InstanceName, RuleNumber},
    nouns::permissions::Capability,
    ui::{self, desk, form, keys, list, time},
};
use leptos::prelude::*;

const SET_IP_RULE: &str = form::action::<api::SetIpRule>();
const LIFT_IP_RULE: &str = form::action::<api::LiftIpRule>();

#[component]
pub fn IpRules() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::ip_rules(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "IP rules".to_owned(),
    )
}

fn body(frame: Frame, page: IpRulesPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    view! {
        <div class="head"><h1>"IP rules"</h1><span class="soft">"who can sign up or connect, by network"</span></div>
        {tabs(&instance, Tab::IpRules)}
        <div class="two">
            <div class="stack">{list(&instance, &page, &frame)}</div>
            <aside class="stack">
                {page.may_change.then(|| make(&instance, &page.proposed, &frame))}
                {own(&page)}
            </aside>
        </div>
    }
    .into_any()
}

fn own(page: &IpRulesPage) -> AnyView {
    view! {
        <section class="card">
            <header><h2>"This console’s own IP addresses"</h2></header>
            <div class="body stack">
                <p class="mono">{page.own.join(", ")}</p>
                <p class="soft small">"As far as this machine knows. Behind a router or proxy the instance sees \
                another IP address: a “block access” rule for that one would lock the console out without a \
                warning."</p>
            </div>
        </section>
    }
    .into_any()
}

const ENDS: [(&str, &str); 6] =
    [("1", "1 day"), ("14", "2 weeks"), ("30", "1 month"), ("182", "6 months"), ("365", "1 year"), ("never", "never")];

/// The fields that a new rule and a change have in common.
fn fields(draft: Option<&Draft>, now: Option<&crate::domain_blocks::AddressRule>) -> AnyView {
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).map(str::to_owned);
    let severity = typed("severity").or_else(|| now.map(|now| now.severity.name().to_owned())).unwrap_or_default();
    let until = typed("until").unwrap_or_else(|| if now.is_some() { "keep" } else { "30" }.to_owned());
    let comment = typed("comment").or_else(|| now.map(|now| now.comment.clone())).unwrap_or_default();
    let option = |value: &str, words: &str, current: &str| {
        let selected = value == current;
        view! { <option value=value.to_owned() selected=selected>{words.to_owned()}</option> }.into_any()
    };
    let sure = draft
        .filter(|draft| draft.problem.field.as_deref() == Some("sure"))
        .map(|draft| sure_of(draft.value("network").unwrap_or_default(), draft.value("severity").unwrap_or_default()));
    view! {
        <label class="field">"Rule"
            <select class="input" name="severity">
                {AddressSeverity::ALL.into_iter().map(|one| option(one.name(), one.word(), &severity)).collect_view()}
            </select>
        </label>
        {form::beside(draft, "severity")}
        <label class="field">"Expires"
            <select class="input" name="until">
                {now.is_some().then(|| option("keep", "unchanged", &until))}
                {ENDS.into_iter().map(|(value, words)| option(value, words, &until)).collect_view()}
            </select>
        </label>
        {form::beside(draft, "until")}
        <label class="field">"Comment"<input class="input" name="comment" maxlength="500" value=comment /></label>
        {form::beside(draft, "comment")}
        {sure.map(|this| view! {
            {form::beside(draft, "sure")}
            <label class="check"><input type="checkbox" name="sure" value=this /> <span>"I understand the \
            consequences"</span></label>
        })}
    }
    .into_any()
}

fn make(instance: &InstanceName, proposed: &Proposed, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET_IP_RULE).filter(|draft| draft.value("seen").unwrap_or_default().is_empty());
    let typed = draft.and_then(|draft| draft.value("network")).unwrap_or(&proposed.name).to_owned();
    view! {
        <section class="card">
            <header><h2>"Create rule"</h2></header>
            <form method="post" action=SET_IP_RULE class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                {form::acting(frame, &[Capability::Addresses])}
                <label class="field" for="network">"IP address or range"</label>
                <input class="input" id="network" name="network" required="" autocapitalize="none" placeholder="203.0.113.0/24" value=typed />
                {form::beside(draft, "network")}
                {caught_by(proposed, None)}
                {fields(draft, None)}
                <p class="soft small">"You’ll see how many people it affects before it is created. Fewer than \
                five are not counted, to protect who is behind an IP address."</p>
                {form::why(draft, "why", "saved in the audit log, seen by the team", true)}
                <div><button class="btn main" disabled=frame.lacks(&[Capability::Addresses])>"Create rule"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn list(instance: &InstanceName, page: &IpRulesPage, frame: &Frame) -> AnyView {
    if page.rules.is_empty() {
        return view! { <div class="card pad empty"><p>"No IP rules. They are listed here with what they do and \
        when they expire."</p></div> }
        .into_any();
    }
    view! {
        <div class="card"><table class="list">
            <thead><tr><th>"Range"</th><th>"Rule"</th><th>"Comment"</th><th class="num">"Expires"</th><th><span class="heard">"Change"</span></th></tr></thead>
            <tbody>{page.rules.iter().map(|rule| row(instance, page, rule, frame)).collect_view()}</tbody>
        </table></div>
        <div class="head foot">
            <span class="soft small">{ui::count(page.rules.len(), "IP rule", "IP rules")} " shown, newest first. \
            Mastodon deletes expired rules once a day; until then they apply."</span>
            <span class="end">{list::further(page.older.as_deref(), "Next page →")}</span>
        </div>
    }
    .into_any()
}

fn row(instance: &InstanceName, page: &IpRulesPage, listed: &ListedAddress, frame: &Frame) -> AnyView {
    let rule = match &listed.rule {
        Some(rule) => view! { <span class=rule.severity.badge()>{rule.severity.word()}</span> }.into_any(),
        None => view! { <span class="badge">"a severity this console doesn’t know"</span> }.into_any(),
    };
    let until = match listed.rule.as_ref().and_then(|rule| rule.until) {
        Some(until) if until <= frame.now => view! { <span class="soft">"expired"</span> }.into_any(),
        Some(until) => time::ago(until, frame.now).into_any(),
        None => view! { <span class="soft">"never"</span> }.into_any(),
    };
    let review = listed.rule.as_ref().is_none_or(|rule| rule.severity == AddressSeverity::SignUpRequiresApproval);
    let comment = listed.rule.as_ref().map(|rule| ui::excerpt(&rule.comment, 120)).unwrap_or_default();
    view! {
        <tr data-row=keys::row()>
            <td class="full nowrap"><b class="mono">{listed.network.clone()}</b></td>
            <td class="nowrap">{rule}</td>
            <td class="full fill soft"><div class="cut"><bdi>{comment}</bdi></div>{caught(instance, page.waiting.as_ref(), listed.id, review, "rule", &listed.id.to_string())}</td>
            <td class="num nowrap">{until}</td>
            <td class="num">{page.may_change.then(|| change(instance, listed, frame))}</td>
        </tr>
    }
    .into_any()
}

fn change(instance: &InstanceName, listed: &ListedAddress, frame: &Frame) -> AnyView {
    let seen = serde_json::to_string(&(RuleNumber(listed.id), &listed.rule)).unwrap_or_default();
    let ours = |target: &str| frame.draft_for(target).filter(|draft| draft.value("seen") == Some(seen.as_str()));
    let (set, lift) = (ours(SET_IP_RULE), ours(LIFT_IP_RULE));
    let about = || {
        view! {
            {hidden(instance, &frame.here)}
            <input type="hidden" name="network" value=listed.network.clone() />
            <input type="hidden" name="seen" value=seen.clone() />
        }
    };
    let lacking = frame.lacks(&[Capability::Addresses]);
    let reason = |draft: Option<&Draft>| {
        let typed = draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned();
        view! { <label class="field">"Internal reason"<input class="input" name="why" maxlength="500" required="" value=typed /></label> {form::beside(draft, "why")} }
    };
    view! {
        <details class="menu" open=set.or(lift).is_some()>
            <summary class="btn quiet small">"Change…"</summary>
            <div class="card pad stack">
                {form::lacking(frame, &[Capability::Addresses])}
                <form method="post" action=SET_IP_RULE class="stack">
                    {form::above(set)}
                    {about()}
                    {form::beside(set, "network")}
                    {fields(set, listed.rule.as_ref())}
                    {reason(set)}
                    <button class="btn" disabled=lacking>{format!("Change the IP rule for {}", listed.network)}</button>
                </form>
                <form method="post" action=LIFT_IP_RULE class="stack ruled">
                    {form::above(lift)}
                    {about()}
                    {reason(lift)}
                    <button class="btn danger" disabled=lacking>{format!("Delete the IP rule for {}", listed.network)}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

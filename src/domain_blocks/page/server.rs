//! One server: what is known, what our rule is, and what another would do before anything is pressed.

use super::{hidden, server_search_field};
use crate::{
    access::Permission,
    audit::page::outcome_badge,
    domain_blocks::api,
    domain_blocks::{Listed, Reach, Rule, ServerPage, ServerSearch, Severity, allowing, bounded, service},
    frame::{Draft, Frame},
    id::{InstanceName, RuleNumber},
    nouns::permissions::Capability,
    path,
    ui::{self, desk, form, list, time},
};
use leptos::prelude::*;

const SET: &str = form::action::<api::Set>();
const LIFT: &str = form::action::<api::Lift>();
const DISALLOW: &str = form::action::<api::Disallow>();
const ALLOW: &str = form::action::<api::Allow>();

#[component]
pub fn Server() -> impl IntoView {
    desk::page(
        desk::Desk::DomainBlocks,
        async |asked| service::server(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| page.domain.to_string(),
    )
}

fn body(frame: Frame, page: ServerPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let badge = match &page.rule {
        Some(listed) => {
            view! { <span class=listed.rule.severity.badge()>{listed.rule.severity.word()}</span> }.into_any()
        }
        None => view! { <span class="badge good">"no domain block"</span> }.into_any(),
    };
    view! {
        <div class="head">
            {list::crumb(path::domains(&instance), "Domain blocks")}
            <h1 class="cut"><bdi>{page.domain.to_string()}</bdi></h1>
            {badge}
            {page.allow.is_some().then(|| view! { <span class="badge good">"allowed"</span> })}
            <span class="soft"><bdi>{page.shown.clone().map(|shown| ui::tame(&shown))}</bdi></span>
            {desk::timeline(&frame, &[("server", page.domain.as_str()), ("instance", instance.as_str())])}
            <span class="end">{server_search_field(path::domains(&instance), &ServerSearch::default())}</span>
        </div>
        <div class="two">
            <div class="stack">
                {rule_card(&instance, &page, &frame)}
                {lift_card(&instance, &page, &frame)}
                {allow_card(&instance, &page, &frame)}
            </div>
            <aside class="stack">
                {known(&page)}
                {around(&instance, &page)}
                {notes(&page, &frame)}
                {history(&page, &frame)}
            </aside>
        </div>
    }
    .into_any()
}

/// The losses in a sentence, with how far was looked.
fn losses(reach: Option<&Reach>) -> String {
    match reach {
        None => "follows could not be counted in time".to_owned(),
        Some(reach) => match reach.looked_at {
            Some(looked_at) => {
                format!("{} (among {} accounts there; there are more)", reach.losses.sentence(), bounded(looked_at))
            }
            None => reach.losses.sentence(),
        },
    }
}

fn said(rule: &Rule) -> AnyView {
    let line = |name: &'static str, text: &str| {
        (!text.is_empty()).then(|| view! { <dt>{name}</dt><dd class="said">{ui::tame(text)}</dd> })
    };
    view! {
        <dl class="facts">
            <dt>"Domain block"</dt><dd>{rule.words()}</dd>
            {line("Public comment", &rule.public_comment)}
            {line("Private comment", &rule.private_comment)}
            <dt>"In public lists"</dt><dd>{if rule.obfuscate { "name obfuscated" } else { "name in full" }}</dd>
        </dl>
    }
    .into_any()
}

fn rule_card(instance: &InstanceName, page: &ServerPage, frame: &Frame) -> AnyView {
    let now = page.rule.as_ref().map(|listed| {
        view! {
            <div class="body stack">
                {said(&listed.rule)}
                <p class="soft small">"Since " {time::ago(listed.since, frame.now)} "."</p>
            </div>
        }
    });
    let form = if !page.may_change {
        view! { <div class="body"><p class="soft">"Owners and admins manage domain blocks."</p></div> }.into_any()
    } else if page.rule.is_some() {
        view! { {odd(page)} {rule_form(instance, page, frame)} }.into_any()
    } else if let Some(refused) = page.refused.clone() {
        view! { <div class="body"><p class="note" role="alert">{refused} " It can’t be blocked."</p></div> }.into_any()
    } else {
        rule_form(instance, page, frame)
    };
    view! {
        <section class="card">
            <header><h2>{if page.rule.is_some() { "Domain block" } else { "New domain block" }}</h2></header>
            {now}
            {page.shared.then(|| view! { <div class="body"><p class="note">"A domain block for " {page.domain.to_string()} " covers everyone \
            with a subdomain of it."</p></div> })}
            {form}
        </section>
    }
    .into_any()
}

/// What stands in the way of a rule that was made elsewhere, under a name that would be refused today.
fn odd(page: &ServerPage) -> AnyView {
    let says = if page.ours {
        "This is or covers the instance’s own domain: the domain block can only be weakened or undone."
    } else if !page.domain.is_well_formed() {
        "Mastodon no longer accepts this name. It accepts a change only if it can write the name differently \
        (capitals, Unicode), and otherwise answers that the domain is not valid. Undoing the domain block always \
        works."
    } else if page.refused.is_some() && !page.shared {
        "This domain block can’t be created any more, only changed and undone."
    } else {
        return ().into_any();
    };
    view! { <div class="body"><p class="note">{says}</p></div> }.into_any()
}

fn rule_form(instance: &InstanceName, page: &ServerPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET);
    let rule = page.rule.as_ref().map(|listed| &listed.rule);
    let text = |name: &str, stored: fn(&Rule) -> &str| {
        draft
            .and_then(|draft| draft.value(name))
            .map_or_else(|| rule.map(stored).unwrap_or_default().to_owned(), str::to_owned)
    };
    let tick = |name: &'static str, stored: fn(&Rule) -> bool, words: &'static str| {
        let on = match draft {
            Some(draft) => draft.value(name) == Some("yes"),
            None => rule.is_some_and(stored),
        };
        view! { <label class="check"><input type="checkbox" name=name value="yes" checked=on /> <span>{words}</span></label> }.into_any()
    };
    let seen = page
        .rule
        .as_ref()
        .and_then(|listed| serde_json::to_string(&(RuleNumber(listed.id), &listed.rule)).ok())
        .unwrap_or_default();
    view! {
        <form method="post" action=SET class=if rule.is_some() { "body stack ruled" } else { "body stack" }>
            {form::above(draft)}
            {hidden(instance, &frame.here)}
            {form::acting(frame, &[Capability::Servers])}
            <input type="hidden" name="domain" value=page.domain.to_string() />
            <input type="hidden" name="seen" value=seen />
            {form::beside(draft, "domain")}
            {tick("reject_media", |rule| rule.reject_media, "Reject media: files from this server are deleted and \
            not fetched again")}
            {tick("reject_reports", |rule| rule.reject_reports, "Reject reports: reports from this server are ignored")}
            {tick("obfuscate", |rule| rule.obfuscate, "Obfuscate domain name in public lists")}
            <label class="field" for="public_comment">"Public comment" <span class="soft small">" shown in public \
            lists of domain blocks"</span></label>
            {form::text_area("public_comment", "public_comment", "2", &text("public_comment", |rule| &rule.public_comment), "")}
            {form::beside(draft, "public_comment")}
            <label class="field" for="private_comment">"Private comment" <span class="soft small">" for the instance’s \
            staff"</span></label>
            {form::text_area("private_comment", "private_comment", "2", &text("private_comment", |rule| &rule.private_comment), "")}
            {form::beside(draft, "private_comment")}
            {form::why(draft, "why", "saved in the audit log, seen by the team", true)}
            {page.shared.then(|| view! {
                {form::beside(draft, "sure")}
                <label class="check"><input type="checkbox" name="sure" value="yes" /> <span>"I understand that \
                it covers everyone with a subdomain of it"</span></label>
            })}
            {choices(page, draft, frame.lacks(&[Capability::Servers]))}
            {form::beside(draft, "severity")}
        </form>
    }
    .into_any()
}

/// The three rules there are as buttons, each with what it does; the one that changes least comes first, because that is
/// what Enter presses.
fn choices(page: &ServerPage, draft: Option<&Draft>, lacking: bool) -> AnyView {
    let now = page.rule.as_ref().map(|listed| listed.rule.severity);
    let mut order = Severity::ALL.to_vec();
    order.sort_by_key(|severity| Some(*severity) != now);
    let domain = page.domain.as_str();
    let wanted = draft.and_then(|draft| draft.value("severity")).unwrap_or_default().to_owned();
    let choice = |severity: Severity| {
        let same = Some(severity) == now;
        let (words, does) = match severity {
            Severity::Noop => (
                format!("None for {domain}, only the options ticked above"),
                "Accounts are not restricted; only the options ticked above apply. Rejecting media deletes stored \
                files."
                    .to_owned(),
            ),
            Severity::Silence => (
                format!("Limit {domain}"),
                "Accounts are hidden from people here who don’t follow them. Follows stay. Undoing it restores \
                everything."
                    .to_owned(),
            ),
            Severity::Suspend => (
                format!("Suspend {domain}: {}", losses(page.reach.as_ref())),
                "Communication with this server stops. Its accounts and posts are deleted here at once, and \
                follows are cut: undoing the domain block later restores neither."
                    .to_owned(),
            ),
        };
        let refused = if severity == Severity::Suspend && !same { page.may_suspend.clone().err() } else { None };
        let alone = severity == Severity::Suspend
            && !same
            && refused.is_none()
            && page.reach.is_none_or(|reach| reach.losses.follows > 0);
        let class = match severity {
            _ if same => "btn main long",
            Severity::Suspend => "btn danger long",
            Severity::Noop | Severity::Silence => "btn long",
        };
        let words = if same {
            format!("Keep severity {} for {domain}, and apply the options above", severity.option())
        } else {
            words
        };
        let marked = (wanted == severity.name()).then(|| view! { <span class="badge accent">"your selection"</span> });
        view! {
            <div class="choice">
                <button class=class name="severity" value=severity.name() disabled=lacking || refused.is_some()>{words}</button>
                {marked}
                <p class="soft small">{does}</p>
                {refused.map(|why| view! { <p class="bad small">{why}</p> })}
                {alone.then(|| view! { <p class="small warn">"People here follow accounts on this server, so the \
                owner decides alone; the audit log says so."</p> })}
            </div>
        }
        .into_any()
    };
    let severities = order.into_iter().map(choice).collect_view();
    view! { <div class="stack" role="group" aria-label="Policy">{severities}</div> }.into_any()
}

fn lift_card(instance: &InstanceName, page: &ServerPage, frame: &Frame) -> AnyView {
    let (Some(listed), true) = (&page.rule, page.may_change) else { return ().into_any() };
    let draft = frame.draft_for(LIFT);
    let seen = serde_json::to_string(&(RuleNumber(listed.id), &listed.rule)).unwrap_or_default();
    let says = match listed.rule.severity {
        Severity::Suspend => {
            "Communication can resume. Deleted data and cut follows are not restored; people have to follow \
            again. A deletion that Mastodon has started continues."
        }
        Severity::Silence => {
            "Accounts limited by this domain block are no longer limited; those limited by a moderator stay limited."
        }
        Severity::Noop => "Media and reports are accepted again. Rejected ones are not restored.",
    };
    let parent = page.parents.first().map(|parent| {
        let says = format!("The domain block for {} ({}) then applies.", parent.domain, parent.rule.words());
        view! { <p class="small warn">{says}</p> }
    });
    view! {
        <section class="card">
            <header><h2>"Undo domain block"</h2></header>
            <form method="post" action=LIFT class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                <input type="hidden" name="domain" value=page.domain.to_string() />
                <input type="hidden" name="seen" value=seen />
                {form::lacking(frame, &[Capability::Servers])}
                <p class="soft small">{says}</p>
                {parent}
                {form::why(draft, "why-lift", "saved in the audit log, seen by the team", true)}
                <div><button class="btn danger" disabled=frame.lacks(&[Capability::Servers])>{format!("Undo domain block \
                for {}", page.domain)}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn allow_card(instance: &InstanceName, page: &ServerPage, frame: &Frame) -> AnyView {
    if !page.may_change
        || !(page.limited == Some(true) || page.allows_exist || page.allow.is_some())
        || (page.refused.is_some() && page.allow.is_none())
    {
        return ().into_any();
    }
    if page.allow.is_some() && !frame.may(Permission::SuspendFollowedDomain) {
        return view! {
            <section class="card"><header><h2>"Allowed domains"</h2></header>
                <p class="pad soft small">"Federation with this domain is allowed. Only an owner can disallow it: \
                in limited federation mode Mastodon then deletes all data from it."</p>
            </section>
        }
        .into_any();
    }
    let (target, words, says) = match &page.allow {
        Some(_) => (
            DISALLOW,
            format!("Disallow {}", page.domain),
            "In limited federation mode Mastodon then deletes all data from it, as after a suspension.",
        ),
        None => (ALLOW, format!("Allow {}", page.domain), allowing(page.limited)),
    };
    let draft = frame.draft_for(target);
    view! {
        <section class="card">
            <header><h2>"Allowed domains"</h2></header>
            <form method="post" action=target class="body stack">
                {form::above(draft)}
                {hidden(instance, &frame.here)}
                <input type="hidden" name="domain" value=page.domain.to_string() />
                {page.allow.as_ref().map(|allow| view! { <input type="hidden" name="id" value=allow.id.to_string() /> })}
                {form::lacking(frame, &[Capability::AllowServers])}
                <p class="soft small">{says}</p>
                {form::why(draft, "why-allow", "saved in the audit log, seen by the team", true)}
                <div><button class="btn" disabled=frame.lacks(&[Capability::AllowServers])>{words}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn known(page: &ServerPage) -> AnyView {
    let grouped = |number: i64| ui::grouped(usize::try_from(number).unwrap_or(0));
    let accounts = match page.accounts {
        Some(accounts) => grouped(accounts),
        None => "never contacted".to_owned(),
    };
    let below = (!page.below.is_empty()).then(|| {
        let accounts: i64 = page.below.iter().map(|(_, accounts)| accounts).sum();
        let servers = ui::count(page.below.len(), "server", "servers");
        view! { <dt>"Subdomains"</dt><dd>{servers} ", " {grouped(accounts)} " accounts"</dd> }
    });
    let counted = page.reach.map(|reach| {
        let losses = reach.losses;
        let open = (reach.open_about > 0).then(|| format!(", {} open", bounded(reach.open_about)));
        let looked_at = reach.looked_at.map(|looked_at| {
            view! { <dt>"Counted"</dt><dd class="soft">"among the first " {bounded(looked_at)} " accounts"</dd> }
        });
        view! {
            <dt>"Our followers there"</dt><dd>{bounded(losses.follows)} " by " {bounded(losses.followers)} " people"</dd>
            <dt>"Their followers here"</dt><dd>{bounded(losses.followers_there)} " to " {bounded(losses.followed)} " people"</dd>
            <dt>"Reports about it"</dt><dd>{bounded(reach.reports_about)} {open}</dd>
            <dt>"Reports from it"</dt><dd>{bounded(reach.reports_from)}</dd>
            <dt>"Media"</dt><dd>{bounded(reach.media)}</dd>
            {looked_at}
        }
    });
    let slow = page.reach.is_none().then(|| view! { <dt>"Follows"</dt><dd class="soft">"took too long to count"</dd> });
    view! {
        <section class="card">
            <header><h2>"Known data"</h2></header>
            <div class="body"><dl class="facts">
                <dt>"Accounts"</dt><dd>{accounts}</dd>
                {below}
                {counted}
                {slow}
                <dt>"Availability"</dt><dd>{if page.delivery_stopped { "stopped" } else { "delivering" }}</dd>
            </dl></div>
        </section>
    }
    .into_any()
}

/// Rules above and below, because the longest name wins.
fn around(instance: &InstanceName, page: &ServerPage) -> AnyView {
    if page.parents.is_empty() && page.children.is_empty() {
        return ().into_any();
    }
    let line = |listed: &Listed| {
        view! {
            <dt><a class="link" href=path::server(instance, &listed.domain)><bdi>{ui::tame(&listed.domain)}</bdi></a></dt>
            <dd>{listed.rule.words()}</dd>
        }
    };
    let covered = match (&page.rule, page.parents.first()) {
        (None, Some(parent)) => format!("The domain block for {} applies to it.", parent.domain),
        (Some(_), Some(_)) => "Its own domain block applies, not that of the parent domain.".to_owned(),
        _ => "Its subdomains have domain blocks of their own.".to_owned(),
    };
    view! {
        <section class="card">
            <header><h2>"Related domain blocks"</h2></header>
            <div class="body stack">
                <p class="soft small">{covered}</p>
                <dl class="facts">{page.parents.iter().chain(&page.children).map(line).collect_view()}</dl>
            </div>
        </section>
    }
    .into_any()
}

fn notes(page: &ServerPage, frame: &Frame) -> AnyView {
    let Some(notes) = &page.notes else {
        // Of a release that has none there is nothing to say.
        return (!page.untold.is_empty())
            .then(|| {
                view! {
                    <section class="card">
                        <header><h2>"Moderation notes"</h2></header>
                        <p class="pad soft">{page.untold.join(" ")}</p>
                    </section>
                }
            })
            .into_any();
    };
    view! {
        <section class="card">
            <header><h2>"Moderation notes"</h2></header>
            {if notes.is_empty() {
                view! { <p class="pad soft">"No notes yet."</p> }.into_any()
            } else {
                notes.iter().map(|note| view! {
                    <div class="post">
                        <div class="said">{ui::tame(&note.text)}</div>
                        <div class="meta"><bdi>"@" {ui::tame(&note.by)}</bdi> {time::ago(note.at, frame.now)}</div>
                    </div>
                }).collect_view().into_any()
            }}
        </section>
    }
    .into_any()
}

fn history(page: &ServerPage, frame: &Frame) -> AnyView {
    if page.history.is_empty() {
        return ().into_any();
    }
    let line = |change: &crate::registrations::Change| {
        view! {
            <div class="post">
                <div>{desk::entry(frame, change.index, "", view! { <b>{change.who.clone()}</b> })} " " {time::retold(&change.what, change.at)} " " {outcome_badge(change.outcome)}</div>
                <div class="meta">{(!change.why.is_empty()).then(|| format!("“{}”", change.why))} {time::ago(change.at, frame.now)}</div>
            </div>
        }
    };
    view! {
        <section class="card">
            <header><h2>"Our actions"</h2><span class="soft small end">"from the audit log"</span></header>
            {page.history.iter().map(line).collect_view()}
        </section>
    }
    .into_any()
}

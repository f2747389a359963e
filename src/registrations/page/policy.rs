//! The policy of an instance: what it says now and why, what is held, its rules, its week, its words, and the dry run.

use super::{api, markdown, replay, service};
use crate::{
    frame::{Draft, Frame},
    nouns::{permissions::Capability, policies::Measure},
    path,
    registrations::{Placeholder, PolicyPage, RegistrationsMode, RuleLine},
    ui::{self, desk, form, list, time},
};
use leptos::prelude::*;

const SET: &str = form::action::<api::SetPolicy>();
const SWITCH: &str = form::action::<api::SwitchPolicy>();
const HOLD: &str = form::action::<api::Hold>();
const EMERGENCY: &str = form::action::<api::Emergency>();
const RELEASE: &str = form::action::<api::Release>();

#[component]
pub fn Policy() -> impl IntoView {
    desk::page(
        desk::Desk::Registrations,
        async |asked| service::policies::policy(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, _| "Registrations policy".to_owned(),
    )
}

fn body(frame: Frame, page: PolicyPage) -> AnyView {
    let on = if page.policy.on { ("badge good", "on") } else { ("badge", "off") };
    let back = frame.instance.as_ref().map(|head| path::registrations(&head.name)).unwrap_or_default();
    view! {
        <div class="head">
            {list::crumb(back, "Registrations")}
            <h1>"Registrations policy"</h1>
            <span class=on.0>{on.1}</span>
        </div>
        {notes(&page)}
        <div class="two">
            <div class="stack">
                {now(&page)}
                {page.replay.as_ref().map(|replay| replay::drawn(replay, page.now))}
                {if page.may_close { rules_form(&page, &frame) } else { rules(&page) }}
                {history(&page, &frame)}
            </div>
            <aside class="stack">
                {coming(&page)}
                {hand(&page, &frame)}
                {visitors(&page, &frame)}
                {dry_run(&page, &frame)}
            </aside>
        </div>
    }
    .into_any()
}

/// What is let go by whoever saves, where somebody set something past the policy.
fn limit_let_go(page: &PolicyPage) -> Option<AnyView> {
    let mode = page.says.limit.filter(|_| page.policy.on)?.word();
    Some(view! { <p class="note">{format!("Registrations were set to “{mode}” outside the policy. Saving lets the policy decide again.")}</p> }
        .into_any())
}

/// What keeps it from acting.
fn notes(page: &PolicyPage) -> AnyView {
    let mut notes = Vec::new();
    if !page.stopped.is_empty() {
        notes.push(format!("The policy stopped: {}. Nothing changes by itself until somebody saves it.", page.stopped));
    }
    if page.tries > 0 {
        let tries = ui::count(usize::try_from(page.tries).unwrap_or(0), "try", "tries");
        notes.push(format!("Registrations could not be set: {tries} failed. The console goes on trying."));
    }
    if page.refused {
        notes.push("What is stored of this policy was not written by this console, so it doesn’t act.".to_owned());
    }
    if !page.trouble.is_empty() {
        notes.push(page.trouble.clone());
    }
    if page.unknown_zone {
        notes.push(format!(
            "The server doesn’t know the time zone {}, so the weekly schedule is ignored and opens nothing.",
            page.policy.zone
        ));
    }
    notes.into_iter().map(|note| view! { <p class="note lead" role="alert">{note}</p> }).collect_view().into_any()
}

fn now(page: &PolicyPage) -> AnyView {
    let next = match page.says.waits_until {
        Some(at) => Some(
            view! { "It changes at " {time::minute(at)} " at the earliest: the last change is too recent." }.into_any(),
        ),
        None if page.says.changes && page.policy.acts() => Some("It is about to be set.".into_any()),
        None => None,
    };
    let answers = page.answers.clone().map(|name| view! { <dt>"On behalf of"</dt><dd>{name}</dd> });
    let lines: Vec<&RuleLine> = page.lines.iter().filter(|line| line.rule.is_some()).collect();
    let line = |line: &RuleLine| {
        let (enter, leave) = line.rule.as_ref().map(|rule| (rule.enter, rule.leave)).unwrap_or_default();
        let to = line.rule.as_ref().map_or("", |rule| rule.to.word());
        let state = match (line.in_force, line.value) {
            (true, Some(_)) if !page.policy.on => ("badge", "would be in force"),
            (true, Some(_)) => ("badge danger", "in force"),
            (true, None) => ("badge warn", "in force, number not known"),
            (false, Some(_)) => ("badge good", "not in force"),
            (false, None) => ("badge warn", "not known"),
        };
        view! {
            <tr>
                <td class="full">{line.measure.name()}</td>
                <td class="nowrap" data-label="Now">{line.value.map_or_else(|| "not known".to_owned(), |value| value.to_string())}</td>
                <td class="nowrap" data-label="Rule">{format!("from {enter} {to}, ends below {leave}")}</td>
                <td data-label="State"><span class=state.0>{state.1}</span></td>
            </tr>
        }
    };
    let table = (!lines.is_empty()).then(|| {
        view! {
            <table class="list">
                <thead><tr><th>"Looks at"</th><th>"Now"</th><th>"Rule"</th><th>"State"</th></tr></thead>
                <tbody>{lines.into_iter().map(line).collect_view()}</tbody>
            </table>
        }
    });
    view! {
        <section class="card">
            <header><h2>"What it says now"</h2><span class="soft small end">{time::minute(page.now)}</span></header>
            <div class="body"><dl class="facts">
                <dt>"Set"</dt><dd>{page.current.clone()}</dd>
                <dt>"Policy"</dt><dd><b>{page.says.word.clone()}</b> ": " {page.says.why.clone()}</dd>
                {answers}
            </dl>
            {next.map(|next| view! { <p class="small soft">{next}</p> })}</div>
            {table}
        </section>
    }
    .into_any()
}

fn coming(page: &PolicyPage) -> AnyView {
    let row = |(at, told, what): &(crate::clock::Timestamp, String, String)| {
        view! { <dt>{time::relative(*at, page.now)}</dt><dd>{what.clone()} <span class="soft small">{format!(" {told}")}</span></dd> }
    };
    let list = if page.coming.is_empty() {
        view! { <p class="soft">"Nothing is planned."</p> }.into_any()
    } else {
        view! { <dl class="facts">{page.coming.iter().map(row).collect_view()}</dl> }.into_any()
    };
    view! { <section class="card"><header><h2>"What comes next"</h2></header><div class="body">{list}</div></section> }
        .into_any()
}

/// The hidden fields of every form here.
fn about(page: &PolicyPage, frame: &Frame) -> impl IntoView + use<> {
    let instance = frame.instance.as_ref().map(|head| head.name.to_string()).unwrap_or_default();
    view! {
        {form::back(&frame.here)}
        <input type="hidden" name="instance" value=instance />
        <input type="hidden" name="version" value=page.version.to_string() />
        <input type="hidden" name="limit" value=page.says.limit.map(RegistrationsMode::stored).unwrap_or_default() />
    }
}

/// What is done by hand, each with a reason.
fn hand(page: &PolicyPage, frame: &Frame) -> AnyView {
    let held = page.policy.hold.as_ref().filter(|hold| hold.until.is_none_or(|until| page.now < until)).map(|hold| {
        let by = page.held_by.clone().unwrap_or_default();
        let kind = if hold.emergency { "Emergency" } else { "Held" };
        view! {
            <p><b>{kind}</b> {format!(": {}, by {by}, ", hold.mode.word())} {time::ago(hold.since, page.now)}</p>
        }
    });
    if !page.may_close {
        let none = held.is_none().then(|| view! { <p class="soft">"Nothing is held."</p> });
        return view! { <section class="card"><header><h2>"By hand"</h2></header><div class="body">{held}{none}</div></section> }
            .into_any();
    }
    let lacks = frame.lacks(&[Capability::Registrations]);
    let (on, switch) = if page.policy.on { ("false", "Turn the policy off") } else { ("true", "Turn the policy on") };
    let can_release = held.is_some() || page.says.limited;
    let hold_draft = frame.draft_for(HOLD);
    let typed = |name: &str| hold_draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let modes = |chosen: String| {
        RegistrationsMode::ALL
            .into_iter()
            .rev()
            .map(|mode| {
                let disabled = mode == RegistrationsMode::Open && !page.may_open;
                view! { <option value=mode.stored() selected=chosen == mode.stored() disabled=disabled>{mode.word()}</option> }
            })
            .collect_view()
    };
    let then = (!page.policy.on).then(|| {
        view! {
            <label class="field">"Then"<select class="input" name="then"><option value="">"Choose what follows"</option>{modes(typed("then"))}</select></label>
            {form::beside(hold_draft, "then")}
        }
    });
    let release = can_release.then(|| {
        let draft = frame.draft_for(RELEASE);
        view! {
            <form method="post" action=RELEASE class="body stack">
                {form::above(draft)}
                {about(page, frame)}
                {form::why(draft, "why-release", "saved in the audit log", true)}
                <div><button class="btn">"Let the policy decide"</button></div>
            </form>
        }
    });
    let (emergency_draft, switch_draft) = (frame.draft_for(EMERGENCY), frame.draft_for(SWITCH));
    view! {
        <section class="card">
            <header><h2>"By hand"</h2></header>
            {held.map(|held| view! { <div class="body">{held}</div> })}
            {release}
            <form method="post" action=EMERGENCY class="body stack">
                {form::above(emergency_draft)}
                {about(page, frame)}
                {form::acting(frame, &[Capability::Registrations])}
                {form::why(emergency_draft, "why-emergency", "saved in the audit log", true)}
                <div><button class="btn danger" disabled=lacks>"Emergency: close registrations now"</button></div>
            </form>
            <form method="post" action=HOLD class="body stack">
                {form::above(hold_draft)}
                {about(page, frame)}
                <label class="field">"Hold at"<select class="input" name="mode">{modes(typed("mode"))}</select></label>
                {form::beside(hold_draft, "mode")}
                <label class="field" for="until">"Until" <span class="soft small">{format!("optional; {} time", page.until_in)}</span></label>
                <input class="input" type="datetime-local" id="until" name="until" value=typed("until") />
                {form::beside(hold_draft, "until")}
                {then}
                {form::why(hold_draft, "why-hold", "saved in the audit log", true)}
                <div><button class="btn" disabled=lacks>"Hold"</button></div>
            </form>
            <form method="post" action=SWITCH class="body stack">
                {form::above(switch_draft)}
                {about(page, frame)}
                <input type="hidden" name="on" value=on />
                {form::why(switch_draft, "why-switch", "saved in the audit log", true)}
                <div><button class="btn">{switch}</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// The rules, for whoever only reads.
fn rules(page: &PolicyPage) -> AnyView {
    let week: Vec<String> =
        page.policy.week.iter().map(|slot| format!("{} {}", slot.said(), slot.mode.word())).collect();
    view! {
        <section class="card">
            <header><h2>"Schedule"</h2></header>
            <div class="body"><dl class="facts">
                <dt>"Otherwise"</dt><dd>{page.policy.otherwise.word()}</dd>
                <dt>"Week"</dt><dd>{if week.is_empty() { "no times".to_owned() } else { week.join(", ") }}</dd>
                <dt>"Time zone"</dt><dd>{page.policy.zone.clone()}</dd>
            </dl></div>
        </section>
    }
    .into_any()
}

/// The nth value of a list in a draft.
fn of_list(draft: Option<&Draft>, name: &str, row: usize) -> Option<String> {
    let fields = draft?.fields.iter();
    fields.filter(|(key, _)| key.strip_suffix("[]") == Some(name)).nth(row).map(|(_, typed)| typed.clone())
}

fn rule_row(line: &RuleLine, row: usize, draft: Option<&Draft>) -> AnyView {
    let rule = line.rule.as_ref();
    let stored = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let enter = of_list(draft, "enter", row).unwrap_or_else(|| stored(rule.map(|rule| rule.enter)));
    let leave = of_list(draft, "leave", row).unwrap_or_else(|| stored(rule.map(|rule| rule.leave)));
    let to = of_list(draft, "to", row)
        .unwrap_or_else(|| rule.map_or(RegistrationsMode::Approved, |rule| rule.to).stored().to_owned());
    let options = [RegistrationsMode::Approved, RegistrationsMode::None]
        .map(|mode| view! { <option value=mode.stored() selected=to == mode.stored()>{mode.word()}</option> });
    let name = line.measure.name();
    view! {
        <tr>
            <td class="full">{name}</td>
            <td data-label="From"><input class="input" name="enter[]" inputmode="numeric" maxlength="9" value=enter aria-label=format!("{name}: from") /></td>
            <td data-label="Ends below"><input class="input" name="leave[]" inputmode="numeric" maxlength="9" value=leave aria-label=format!("{name}: ends below") /></td>
            <td data-label="Leads to"><select class="input" name="to[]" aria-label=format!("{name}: leads to")>{options.into_iter().collect_view()}</select></td>
        </tr>
    }
    .into_any()
}

fn rules_form(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET);
    let policy = &page.policy;
    let typed =
        |name: &str, otherwise: String| draft.and_then(|draft| draft.value(name)).map_or(otherwise, str::to_owned);
    let otherwise = typed("otherwise", policy.otherwise.stored().to_owned());
    let modes = RegistrationsMode::ALL.map(|mode| {
        let disabled = mode == RegistrationsMode::Open && !page.may_open;
        view! { <option value=mode.stored() selected=otherwise == mode.stored() disabled=disabled>{mode.word()}</option> }
    });
    let slots = policy.week.iter().map(|slot| {
        let mode = match slot.mode {
            RegistrationsMode::Open => "open",
            RegistrationsMode::Approved => "approval",
            RegistrationsMode::None => "closed",
        };
        format!("{} {mode}", slot.said())
    });
    let week = typed("week", slots.collect::<Vec<_>>().join("\n"));
    let rows: Vec<AnyView> = page.lines.iter().enumerate().map(|(row, line)| rule_row(line, row, draft)).collect();
    let number = |name: &'static str, label: &'static str, value: i64| {
        view! {
            <label class="field">{label}<input class="input" name=name inputmode="numeric" maxlength="6" value=typed(name, value.to_string()) /></label>
            {form::beside(draft, name)}
        }
    };
    view! {
        <section class="card">
            <header><h2>"Rules"</h2><span class="soft small end">"the strictest in force wins; of equals, the first"</span></header>
            <form method="post" action=SET class="body stack">
                {form::above(draft)}
                {about(page, frame)}
                <table class="list">
                    <thead><tr><th>"Looks at"</th><th>"From"</th><th>"Ends below"</th><th>"Leads to"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                {form::beside(draft, "rules")}
                <p class="small soft">{explained()}</p>
                <label class="field">"While no rule is in force"<select class="input" name="otherwise">{modes.into_iter().collect_view()}</select></label>
                {form::beside(draft, "otherwise")}
                <label class="field" for="week">"Weekly schedule" <span class="soft small">"a time a line: Mon 08:00 approval, Fri 18:00 closed"</span></label>
                {form::text_area("week", "week", "4", &week, "")}
                {form::beside(draft, "week")}
                <label class="field">"Time zone"<input class="input" name="zone" maxlength="64" value=typed("zone", policy.zone.clone()) /></label>
                {form::beside(draft, "zone")}
                {number("stay", "Minutes between two changes, at least", policy.stay)}
                {number("tolerance", "Minutes a planned opening may be late; after that it is reported and not done", policy.tolerance)}
                <label class="field" for="message">"Message while closed" <span class="soft small">"Markdown. Empty: the message stays as it is."</span></label>
                {form::text_area("message", "message", "4", &typed("message", page.template.map_or_else(|| policy.words.message.clone(), str::to_owned)), "")}
                {form::beside(draft, "message")}
                <dl class="facts under">{page.placeholders.iter().map(placeholder).collect_view()}</dl>
                <label class="field" for="servers">"Recommended servers" <span class="soft small">"a name a line"</span></label>
                {form::text_area("servers", "servers", "3", &typed("servers", policy.words.servers.join("\n")), "")}
                {form::beside(draft, "servers")}
                <label class="field" for="access">"How to ask for access"</label>
                {form::text_area("access", "access", "2", &typed("access", policy.words.access.clone()), "")}
                {form::beside(draft, "access")}
                {limit_let_go(page)}
                {form::why(draft, "why-set", "saved in the audit log, seen by the team", true)}
                <div>
                    <button class="btn main" disabled=frame.lacks(&[Capability::Registrations])>"Save"</button> " "
                    <button class="btn" name="preview" value="1">"Preview the message"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What a placeholder of the message stands for, and what it would be now.
fn placeholder(one: &Placeholder) -> impl IntoView + use<> {
    let now =
        if one.now.is_empty() { "nothing now".to_owned() } else { format!("now “{}”", ui::excerpt(&one.now, 100)) };
    view! { <dt><code>{one.name}</code></dt><dd class="small">{one.means} " · " <span class="soft said">{now}</span></dd> }
}

/// What the numbers mean, where a name does not say it all.
fn explained() -> String {
    format!(
        "“{}”: nobody who may decide reports opened a page of this console. “{}”: no decision, in Mastodon’s audit log or here. “{}”: \
        who signed in, or used the website or an app while signed in, within four weeks, as the instance tells directories. Mastodon itself requires approval for \
        open registrations after 8 days without an active moderator, whatever the policy says. A time that the clocks \
        skip counts when they go forward; of a time that comes twice, the first counts.",
        Measure::Away.name(),
        Measure::Idle.name(),
        Measure::Active.name()
    )
}

/// What visitors read, as Mastodon shows it.
fn visitors(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET);
    let typed = draft.map(|draft| {
        let value = |name: &str| draft.value(name).unwrap_or_default();
        service::policies::typed_preview(page, value("message"), value("servers"), value("access"))
    });
    let preview = match typed.as_ref().unwrap_or(&page.preview) {
        Some(text) => view! { <div>{markdown::shown(text)}</div> }.into_any(),
        None => view! { <p class="soft">"The policy has no message of its own: what is set stays."</p> }.into_any(),
    };
    let here = frame.instance.as_ref().map(|head| path::registrations_policy(&head.name)).unwrap_or_default();
    let template = |(number, (name, text)): (usize, &(&'static str, &'static str))| {
        let href = path::with(&here, "template", &number.to_string());
        let name = if page.may_close { view! { <a href=href>{*name}</a> }.into_any() } else { name.into_any() };
        view! { <dt>{name}</dt><dd class="said">{*text}</dd> }
    };
    let tried = match (typed.is_some(), page.template) {
        (true, _) => Some("As you typed it, not saved yet."),
        (false, Some(_)) => Some("A template, not saved yet."),
        (false, None) => None,
    };
    let tried = tried.map(|said| view! { <p class="small soft">{said}</p> });
    view! {
        <section class="card">
            <header><h2>"What visitors read"</h2></header>
            <div class="body">{tried} {preview}
                <details><summary>"Templates to begin with"</summary><dl class="facts under">{page.templates.iter().enumerate().map(template).collect_view()}</dl></details>
            </div>
        </section>
    }
    .into_any()
}

fn dry_run(page: &PolicyPage, frame: &Frame) -> AnyView {
    let href = frame.instance.as_ref().map(|head| path::with(&path::registrations_policy(&head.name), "replay", "30"));
    let says = if page.replay.is_some() { "Replay again" } else { "Replay the last 30 days" };
    view! {
        <section class="card">
            <header><h2>"Dry run"</h2></header>
            <div class="body"><p class="small soft">"What the saved rules and schedule would have done. Nothing is changed."</p>
            <a class="btn" href=href>{says}</a></div>
        </section>
    }
    .into_any()
}

fn history(page: &PolicyPage, frame: &Frame) -> AnyView {
    super::changes("History", "changes of the policy, and of registrations", &page.history, frame)
}

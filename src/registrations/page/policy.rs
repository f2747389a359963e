//! The policy of an instance: what it says now and why, what is held, its rules, its week, its words, and the dry run.

use super::{api, markdown, replay, service, week};
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
        async |asked| service::policies::policy(&asked.context, asked.instance(), &asked.search, SET).await,
        body,
        |_, _| "Registrations policy".to_owned(),
    )
}

fn body(frame: Frame, page: PolicyPage) -> AnyView {
    let on = if page.policy.on { ("badge good", "on") } else { ("badge", "off") };
    let here = frame.instance.as_ref().map(|head| path::registrations_policy(&head.name)).unwrap_or_default();
    let changing = page.changing && page.may_close;
    let back = frame.instance.as_ref().map(|head| path::registrations(&head.name)).unwrap_or_default();
    let (crumb, title) = if changing {
        (list::crumb(here, "Registrations policy"), "Change the policy")
    } else {
        (list::crumb(back, "Registrations"), "Registrations policy")
    };
    view! {
        <div class="head">
            {crumb}
            <h1>{title}</h1>
            <span class=on.0>{on.1}</span>
        </div>
        {notes(&page)}
        {if changing { change(&page, &frame) } else { stands(&page, &frame) }}
    }
    .into_any()
}

/// The policy as it stands, and what is done by hand.
fn stands(page: &PolicyPage, frame: &Frame) -> AnyView {
    view! {
        <div class="two hand-first">
            {hand(page, frame)}
            <div class="stack">
                {now(page)}
                {rules(page, frame)}
                {page.replay.as_ref().map(|replay| replay::drawn(replay, page.now))}
                {history(page, frame)}
            </div>
            <aside class="stack">
                {coming(page)}
                {visitors(page, frame)}
            </aside>
        </div>
    }
    .into_any()
}

/// The rules as a form, alone: whatever else can be pressed here keeps what was typed in it.
fn change(page: &PolicyPage, frame: &Frame) -> AnyView {
    view! {
        <div class="two">
            <div class="stack">
                {page.replay.as_ref().map(|replay| replay::drawn(replay, page.now))}
                {rules_form(page, frame)}
            </div>
            <aside class="stack">{visitors(page, frame)}</aside>
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
    let held = page.policy.held(page.now);
    // What is off says nothing, and is on nobody's behalf.
    let (called, says) = match (page.policy.on, held, page.says.changes) {
        (false, Some(_), _) => {
            let by = page.held_by.clone().unwrap_or_default();
            ("Held", view! { <b>{page.says.word.clone()}</b> ", by " {by} }.into_any())
        }
        (false, None, false) => ("Policy", "off: nothing changes by itself".into_any()),
        _ => ("Policy", view! { <b>{page.says.word.clone()}</b> ": " {page.says.why.clone()} }.into_any()),
    };
    let answers =
        page.answers.clone().filter(|_| page.policy.on).map(|name| view! { <dt>"On behalf of"</dt><dd>{name}</dd> });
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
                <dt>{called}</dt><dd>{says}</dd>
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
        let says = if page.policy.on { "Nothing is planned." } else { "Nothing is planned: the policy is off." };
        view! { <p class="soft">{says}</p> }.into_any()
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

/// What is held now, by whom and until when.
fn held(page: &PolicyPage) -> Option<AnyView> {
    let hold = page.policy.held(page.now)?;
    let by = page.held_by.clone().unwrap_or_default();
    let kind = if hold.emergency { "Emergency" } else { "Held" };
    let until = match hold.until {
        Some(until) => view! { <p>"Until " {time::whole(until)} "."</p> }.into_any(),
        None if page.policy.on => view! { <p>"Until somebody lets the policy decide again."</p> }.into_any(),
        None => view! { <p>"Until somebody ends the hold."</p> }.into_any(),
    };
    Some(
        view! { <p><b>{kind}</b> {format!(": {}, by {by}, ", hold.mode.word())} {time::ago(hold.since, page.now)}</p> {until} }
            .into_any(),
    )
}

/// What is done by hand, each with a reason.
fn hand(page: &PolicyPage, frame: &Frame) -> AnyView {
    let held = held(page);
    let may = page.may_close;
    let none = (!may && held.is_none()).then(|| view! { <p class="soft">"Nothing is held."</p> });
    let shown = (held.is_some() || none.is_some()).then(|| view! { <div class="body">{held}{none}</div> });
    // What is held closed is let go next; otherwise the emergency comes first.
    let is_shut = page.policy.held(page.now).is_some_and(|hold| hold.mode == RegistrationsMode::None);
    view! {
        <section class="card">
            <header><h2>"By hand"</h2></header>
            {shown}
            {may.then(|| view! {
                {is_shut.then(|| release(page, frame))}
                {emergency(page, frame)}
                {(!is_shut).then(|| release(page, frame))}
                {hold(page, frame)}
                {switch(page, frame)}
            })}
        </section>
    }
    .into_any()
}

fn release(page: &PolicyPage, frame: &Frame) -> Option<AnyView> {
    let is_held = page.policy.held(page.now).is_some();
    // While the policy is off it decides nothing.
    let words = if page.policy.on { "Let the policy decide" } else { "End the hold" };
    let draft = frame.draft_for(RELEASE);
    (is_held || page.says.limited).then(|| {
        view! {
            <form method="post" action=RELEASE class="body stack ruled">
                {form::above(draft)}
                {about(page, frame)}
                {form::why(draft, "why-release", "saved in the audit log", true)}
                <div><button class="btn">{words}</button></div>
            </form>
        }
        .into_any()
    })
}

fn emergency(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(EMERGENCY);
    let lacks = frame.lacks(&[Capability::Registrations]);
    view! {
        <form method="post" action=EMERGENCY id="emergency" class="body stack ruled">
            <h3>"Emergency"</h3>
            {form::above(draft)}
            {about(page, frame)}
            {form::acting(frame, &[Capability::Registrations])}
            {form::why(draft, "why-emergency", "saved in the audit log", true)}
            <div><button class="btn danger" disabled=lacks>"Close registrations now"</button></div>
        </form>
    }
    .into_any()
}

fn hold(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(HOLD);
    let lacks = frame.lacks(&[Capability::Registrations]);
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
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
            {form::beside(draft, "then")}
        }
    });
    view! {
        <details class="undo body ruled" open=draft.is_some()>
            <summary class="btn">"Hold registrations…"</summary>
            <form method="post" action=HOLD class="stack">
                <h3>"Hold"</h3>
                {form::above(draft)}
                {about(page, frame)}
                <label class="field">"Hold at"<select class="input" name="mode">{modes(typed("mode"))}</select></label>
                {form::beside(draft, "mode")}
                {super::until_field(draft, None)}
                {then}
                {form::why(draft, "why-hold", "saved in the audit log", true)}
                <div><button class="btn" disabled=lacks>"Hold"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Turning it on or off, with what follows at once.
fn switch(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SWITCH);
    let (to, words, at_once) = match &page.turning_on {
        Some(at_once) => ("true", "Turn the policy on", at_once.said.clone()),
        None => {
            let stay = format!(
                "Changes nothing now: registrations stay “{}”, and nothing changes by itself any more.",
                page.current
            );
            ("false", "Turn the policy off", stay)
        }
    };
    let button = match page.turning_on.as_ref().and_then(|at_once| at_once.mode) {
        Some(RegistrationsMode::Open) => "Turn the policy on and open registrations",
        Some(RegistrationsMode::Approved) => "Turn the policy on and require approval",
        Some(RegistrationsMode::None) => "Turn the policy on and close registrations",
        None => words,
    };
    let said = page.turning_on.as_ref().map(crate::registrations::AtOnce::stored).unwrap_or_default();
    view! {
        <details class="undo body ruled" open=draft.is_some()>
            <summary class="btn">{words} "…"</summary>
            <form method="post" action=SWITCH class="stack">
                <h3>{words}</h3>
                {form::above(draft)}
                {about(page, frame)}
                <input type="hidden" name="on" value=to />
                <input type="hidden" name="at_once" value=said />
                <ul class="plain-list small"><li>{at_once}</li></ul>
                {form::why(draft, "why-switch", "saved in the audit log", true)}
                <div><button class="btn main long">{button}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The rules and the week, to be read; what each rule looks at stands above.
fn rules(page: &PolicyPage, frame: &Frame) -> AnyView {
    let here = frame.instance.as_ref().map(|head| path::registrations_policy(&head.name)).unwrap_or_default();
    let change = page.may_close.then(
        || view! { <a class="btn small end" href=path::with(&here, "change", "rules")>"Change rules and schedule"</a> },
    );
    // With a schedule it is never asked.
    let otherwise = page.policy.week.is_empty().then(|| {
        view! { <dl class="facts"><dt>"While no rule is in force"</dt><dd>{page.policy.otherwise.word()}</dd></dl> }
    });
    let again = if page.replay.is_some() { "Replay again" } else { "Replay the last 30 days" };
    view! {
        <section class="card">
            <header><h2>"Schedule"</h2><span class="soft small">{format!("times in {}", page.policy.zone)}</span>{change}</header>
            {week::table(&page.policy)}
            <div class="body stack ruled">{otherwise}
            <p class="small soft">"What would rules and schedule have done? Nothing is changed. " <a class="link" href=path::with(&here, "replay", "30")>{again}</a></p></div>
        </section>
    }
    .into_any()
}

/// A row of the rules as they are typed: from which number on, below which it ends, and to what it leads.
struct Typed<'a> {
    line: &'a RuleLine,
    enter: String,
    leave: String,
    to: String,
}

/// Each rule as it is saved, or as it was typed.
fn typed_rules<'a>(page: &'a PolicyPage, draft: Option<&Draft>) -> Vec<Typed<'a>> {
    let list = |name: &'static str| draft.map(|draft| draft.list(name).map(str::to_owned).collect::<Vec<_>>());
    let (measures, enter, leave, to) = (list("measure"), list("enter"), list("leave"), list("to"));
    let of = |list: &Option<Vec<String>>, measure: Measure| {
        let row = measures.as_ref()?.iter().position(|key| key == measure.key())?;
        list.as_ref()?.get(row).cloned()
    };
    let stored = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let row = |line: &'a RuleLine| {
        let rule = line.rule.as_ref();
        let otherwise = rule.map_or(RegistrationsMode::Approved, |rule| rule.to).stored().to_owned();
        Typed {
            line,
            enter: of(&enter, line.measure).unwrap_or_else(|| stored(rule.map(|rule| rule.enter))),
            leave: of(&leave, line.measure).unwrap_or_else(|| stored(rule.map(|rule| rule.leave))),
            to: of(&to, line.measure).unwrap_or(otherwise),
        }
    };
    page.lines.iter().map(row).collect()
}

fn rule_row(rule: &Typed) -> AnyView {
    let options = [RegistrationsMode::Approved, RegistrationsMode::None]
        .map(|mode| view! { <option value=mode.stored() selected=rule.to == mode.stored()>{mode.word()}</option> });
    let (name, key) = (rule.line.measure.name(), rule.line.measure.key());
    view! {
        <tr>
            <td class="full">{name}<input type="hidden" name="measure[]" value=key /></td>
            <td data-label="From"><input class="input" name="enter[]" inputmode="numeric" maxlength="9" value=rule.enter.clone() aria-label=format!("{name}: from") /></td>
            <td data-label="Ends below"><input class="input" name="leave[]" inputmode="numeric" maxlength="9" value=rule.leave.clone() aria-label=format!("{name}: ends below") /></td>
            <td data-label="Leads to"><select class="input" name="to[]" aria-label=format!("{name}: leads to")>{options.into_iter().collect_view()}</select></td>
        </tr>
    }
    .into_any()
}

/// Those that are there, and in one line those that are not.
fn rule_rows(page: &PolicyPage, draft: Option<&Draft>) -> AnyView {
    let is_there = |rule: &Typed| !rule.enter.trim().is_empty() || !rule.leave.trim().is_empty();
    let (there, off): (Vec<Typed>, Vec<Typed>) = typed_rules(page, draft).into_iter().partition(is_there);
    let table = |rules: &[Typed]| {
        view! {
            <table class="list">
                <thead><tr><th>"Looks at"</th><th>"From"</th><th>"Ends below"</th><th>"Leads to"</th></tr></thead>
                <tbody>{rules.iter().map(rule_row).collect_view()}</tbody>
            </table>
        }
    };
    let add = (!off.is_empty()).then(|| {
        let names = off.iter().map(|rule| rule.line.measure.name()).collect::<Vec<_>>().join(" · ");
        view! {
            <details class="undo">
                <summary class="btn">"Add a rule"</summary>
                {table(&off)}
            </details>
            <p class="small soft">{format!("Off: {names}")}</p>
        }
    });
    view! { {(!there.is_empty()).then(|| table(&there))} {add} }.into_any()
}

fn rules_form(page: &PolicyPage, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(SET);
    let cancel = frame.instance.as_ref().map(|head| path::registrations_policy(&head.name));
    let policy = &page.policy;
    let typed =
        |name: &str, otherwise: String| draft.and_then(|draft| draft.value(name)).map_or(otherwise, str::to_owned);
    let otherwise = typed("otherwise", policy.otherwise.stored().to_owned());
    let modes = RegistrationsMode::ALL.map(|mode| {
        let disabled = mode == RegistrationsMode::Open && !page.may_open;
        view! { <option value=mode.stored() selected=otherwise == mode.stored() disabled=disabled>{mode.word()}</option> }
    });
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
                {rule_rows(page, draft)}
                {form::beside(draft, "rules")}
                <details><summary class="small">"What the numbers mean"</summary><p class="small soft">{explained()}</p></details>
                <label class="field">"While no rule is in force, without a schedule"<select class="input" name="otherwise">{modes.into_iter().collect_view()}</select></label>
                {form::beside(draft, "otherwise")}
                <h3>"Weekly schedule"</h3>
                <p class="small soft">{format!("Each time holds until the next. Times in {}.", typed("zone", policy.zone.clone()))}</p>
                {week::fields(page, draft)}
                <label class="field">"Time zone of the schedule"<input class="input" name="zone" maxlength="64" value=typed("zone", policy.zone.clone()) /></label>
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
                <div class="chips">
                    <button class="btn main" disabled=frame.lacks(&[Capability::Registrations])>"Save"</button>
                    <button class="btn" name="preview" value=service::policies::REPLAY formnovalidate="">"Replay the last 30 days"</button>
                    <button class="btn" name="preview" value="message" formnovalidate="">"Preview the message"</button>
                    <a class="btn quiet" href=cancel>"Cancel"</a>
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

fn history(page: &PolicyPage, frame: &Frame) -> AnyView {
    super::changes("History", "changes of the policy, and of registrations", &page.history, frame)
}

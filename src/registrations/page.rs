//! The views of the registrations desk.

mod markdown;
mod policy;
mod replay;
mod week;

pub use policy::Policy;

use super::{Change, Place, RegistrationsMode, RegistrationsPage, Stay, api, service};
use crate::{
    audit::page::outcome_badge,
    clock::{HOUR, Timestamp},
    frame::{Draft, Frame},
    nouns::permissions::Capability,
    path,
    text::time::{self as utc, Zone},
    ui::{
        self,
        chart::{Axis, Chart, Series, State, band, chart},
        desk, form, keys, time,
    },
};
use leptos::prelude::*;

const SET: &str = form::action::<api::Set>();

#[component]
pub fn Registrations() -> impl IntoView {
    desk::page(
        desk::Desk::Registrations,
        async |asked| service::registrations(&asked.context, asked.instance(), &asked.search).await,
        body,
        |_, page| format!("Registrations {}", page.state.shown()),
    )
}

fn badge(mode: Option<RegistrationsMode>) -> &'static str {
    match mode {
        Some(RegistrationsMode::Open) => "badge good",
        Some(RegistrationsMode::Approved) | None => "badge warn",
        Some(RegistrationsMode::None) => "badge danger",
    }
}

fn body(frame: Frame, page: RegistrationsPage) -> AnyView {
    let strange = (!page.state.strange.is_empty())
        .then(|| view! { <p class="note lead" role="alert">{page.state.strange.clone()}</p> });
    let policy = frame.instance.as_ref().map(|head| {
        let policy = path::registrations_policy(&head.name);
        let emergency =
            page.may_close.then(|| view! { <a class="btn" href=format!("{policy}#emergency")>"Emergency"</a> });
        view! { {emergency} <a class="btn" href=policy>"Policy"</a> }
    });
    view! {
        <div class="head">
            <h1>"Registrations"</h1>
            <span class=badge(page.state.mode.filter(|_| !page.state.single_user))>{page.state.shown().to_owned()}</span>
            <span class="soft">{page.state.since.clone()}</span>
            <span class="end">{policy}</span>
        </div>
        {strange}
        {policy_line(&page)}
        {in_short(&page.places)}
        <div class="two form-first">
            {change(&page, &frame)}
            <aside class="stack">
                {truth(&page)}
                {waiting(&page, &frame)}
            </aside>
            <div class="stack">
                {sign_up_chart(&page.sign_ups, frame.now)}
                {history(&page, &frame)}
            </div>
        </div>
    }
    .into_any()
}

/// What visitors see, in a line that leads to it, where that does not stand beside the form.
fn in_short(places: &[Place]) -> Option<AnyView> {
    let of = |agrees: Option<bool>, words: &str| {
        let number = places.iter().filter(|place| place.agrees == agrees).count();
        (number > 0).then(|| format!("{number} {words}"))
    };
    let said = [of(Some(true), "agree"), of(Some(false), "differ"), of(None, "not known")];
    let said: Vec<String> = said.into_iter().flatten().collect();
    (!said.is_empty()).then(|| {
        view! { <p class="lead soft in-short"><a class="link" href="#state">"Current state"</a>": " {said.join(", ")}</p> }
            .into_any()
    })
}

/// How the policy stands, if there is one.
fn policy_line(page: &RegistrationsPage) -> Option<AnyView> {
    let class = if page.policy_stopped { "note lead" } else { "lead soft" };
    (!page.policy.is_empty())
        .then(|| view! { <p class=class>{time::retold(&page.policy, page.read_at)}</p> }.into_any())
}

/// When a change ends, and what is set then: as it is held now, so that whoever corrects something else does not end that.
fn until(page: &RegistrationsPage, draft: Option<&Draft>, frame: &Frame) -> AnyView {
    let held = page.hold.as_ref();
    let end = held.and_then(|hold| hold.until).map(|end| {
        let zone = frame.preferences.zone().or_else(|| Zone::named(&page.zone)).unwrap_or_default();
        (zone.typed(end), zone.name().to_owned())
    });
    let then = match draft {
        Some(draft) => draft.value("then").unwrap_or_default(),
        None => held.and_then(|hold| hold.then).map(RegistrationsMode::stored).unwrap_or_default(),
    };
    let ends = held.map(|hold| {
        let says = format!("Held at “{}” now. Saving without an end ends the hold.", hold.mode.word());
        view! { <p class="small soft">{says}</p> }
    });
    let options = RegistrationsMode::ALL.map(|mode| {
        let disabled = mode == RegistrationsMode::Open && !page.may_open;
        view! { <option value=mode.stored() selected=then == mode.stored() disabled=disabled>{mode.word()}</option> }
    });
    let after = if page.policy_on {
        view! { <p class="small soft">"Then the policy decides again."</p> }.into_any()
    } else {
        view! {
            <label class="field">"Then"<select class="input" name="then"><option value="">"Choose what follows"</option>{options.into_iter().collect_view()}</select></label>
            {form::beside(draft, "then")}
        }
        .into_any()
    };
    view! { {until_field(draft, end)} {ends} {after} }.into_any()
}

/// When something ends, typed by the clock of whoever types it; `end` is what stands there, and the zone in which it is typed.
fn until_field(draft: Option<&Draft>, end: Option<(String, String)>) -> AnyView {
    let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let (until, zone) = end.filter(|_| draft.is_none()).unwrap_or_else(|| (typed("until"), typed("zone")));
    view! {
        <label class="field" for="until">"Until" <span class="soft small">"optional; the time in"</span>
            {time::zone_of(Some(&zone))}</label>
        <input class="input" type="datetime-local" id="until" name="until" value=until />
        {form::beside(draft, "until")}
    }
    .into_any()
}

fn place(place: &Place, now: Timestamp) -> AnyView {
    let (badge, word) = match place.agrees {
        Some(true) => ("badge good", "agrees"),
        Some(false) => ("badge danger", "differs"),
        None => ("badge warn", "not known"),
    };
    // No copy lasts longer, so that it ends after now and not a day before.
    let then = time::retold(&place.then, now.plus(2 * HOUR));
    view! { <dt>{place.name.clone()}</dt><dd><span class=badge>{word}</span> " " {(!place.says.is_empty()).then(|| view! { <bdi>{place.says.clone()}</bdi> })}{then}</dd> }
        .into_any()
}

fn truth(page: &RegistrationsPage) -> AnyView {
    let asked = match page.asked_at {
        Some(at) => view! { "checked " {time::clock(at)} }.into_any(),
        None => view! { "not checked yet" }.into_any(),
    };
    let verified = if page.behind {
        view! { <span class="badge warn">"as a copy has it, which is behind"</span> }.into_any()
    } else {
        view! { <span class="badge good">"verified " {time::clock(page.read_at)}</span> }.into_any()
    };
    view! {
        <section class="card" id="state">
            <header><h2>"Current state"</h2><span class="soft small end">{asked}</span></header>
            <div class="body"><dl class="facts under">
                <dt>"Setting"</dt>
                <dd>{page.state.word.clone()} " " {verified}</dd>
                {page.places.iter().map(|one| place(one, page.read_at)).collect_view()}
            </dl></div>
        </section>
    }
    .into_any()
}

fn waiting(page: &RegistrationsPage, frame: &Frame) -> AnyView {
    let waiting = match &page.pending {
        Some(waiting) if waiting.number == 0 => "nobody".to_owned(),
        Some(waiting) => {
            let oldest = waiting.oldest.map(|at| format!(", oldest {}", time::span(frame.now.since(at))));
            format!("{}{}", waiting.said(), oldest.unwrap_or_default())
        }
        None => "not known".to_owned(),
    };
    view! {
        <section class="card">
            <header><h2>"Pending sign-ups"</h2></header>
            <p class="body">{waiting}</p>
        </section>
    }
    .into_any()
}

fn change(page: &RegistrationsPage, frame: &Frame) -> AnyView {
    if !page.may_close {
        let said = [&page.message_strange, &page.message].into_iter().find(|said| !said.is_empty());
        let said = said.cloned().unwrap_or_else(|| "No message is set.".to_owned());
        return view! {
            <section class="card">
                <header><h2>"Message to visitors"</h2></header>
                <div class="body"><p dir="auto" class="said">{said}</p></div>
            </section>
        }
        .into_any();
    }
    let draft = frame.draft_for(SET);
    let typed = |name: &str, otherwise: &str| {
        draft.and_then(|draft| draft.value(name)).map_or_else(|| otherwise.to_owned(), str::to_owned)
    };
    let now = page.state.mode.map(RegistrationsMode::stored).unwrap_or_default();
    let chosen = typed("mode", now);
    let instance = frame.instance.as_ref().map(|head| head.name.to_string()).unwrap_or_default();
    let pick = |mode: RegistrationsMode, name: &'static str, says: &'static str| {
        let disabled = mode == RegistrationsMode::Open && !page.may_open;
        let checked = chosen == mode.stored();
        view! {
            <label class="card">
                <input type="radio" name="mode" value=mode.stored() checked=checked disabled=disabled required="" />
                <b>{name}</b>
                <span class="small soft says">{says}</span>
            </label>
        }
        .into_any()
    };
    // The button says what it does: of the three, the sheet shows that of the choice.
    let deeds = RegistrationsMode::ALL.map(|mode| {
        let (class, words) = match mode {
            RegistrationsMode::Open => ("to-open", "Open registrations"),
            RegistrationsMode::Approved => ("to-approved", "Require approval"),
            RegistrationsMode::None => ("to-none", "Close registrations"),
        };
        view! { <span class=class>{if page.state.mode == Some(mode) { "Save" } else { words }}</span> " " }
    });
    let says_open = if page.may_open {
        "Anyone can sign up at once. You decide this alone; the audit log says so."
    } else {
        "Anyone can sign up at once. Only admins and owners can choose this."
    };
    let strange =
        (!page.message_strange.is_empty()).then(|| view! { <p class="note">{page.message_strange.clone()}</p> });
    view! {
        <section class="card">
            <header><h2>"Change registrations"</h2></header>
            <form method="post" action=SET class="body stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                {form::acting(frame, &[Capability::Registrations])}
                <input type="hidden" name="instance" value=instance />
                <input type="hidden" name="seen" value=page.seen.clone() />
                <div class="pick" role="radiogroup" aria-label="Who may sign up">
                    {pick(RegistrationsMode::Open, "Open", says_open)}
                    {pick(RegistrationsMode::Approved, "Approval required", "Anyone can apply; moderators decide.")}
                    {pick(RegistrationsMode::None, "Closed", "By invite only.")}
                </div>
                {form::beside(draft, "mode")}
                {form::why(draft, "why", "saved in the audit log, seen by the team", true)}
                <label class="field" for="message">"Message to visitors" <span class="soft small">"Markdown, shown \
                while registrations are closed"</span></label>
                {strange}
                {form::text_area("message", "message", "4", &typed("message", &page.message), "")}
                {form::beside(draft, "message")}
                {until(page, draft, frame)}
                <div><button class="btn main save" disabled=frame.lacks(&[Capability::Registrations])>{deeds.into_iter().collect_view()}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn history(page: &RegistrationsPage, frame: &Frame) -> AnyView {
    changes("History", "from the audit log, including outside changes", &page.history, frame)
}

/// What was changed, with its reasons.
fn changes(title: &'static str, from: &'static str, history: &[Change], frame: &Frame) -> AnyView {
    let row = |change: &Change| {
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap">{time::ago(change.at, frame.now)}</td>
                <td class="nowrap">{desk::entry(frame, change.index, "", view! { <b>{change.who.clone()}</b> })}</td>
                <td class="full fill rest"><bdi>{time::retold(&change.what, change.at)}</bdi>{(!change.why.is_empty()).then(|| view! { <div class="cut soft">{format!("“{}”", change.why)}</div> })}</td>
                <td>{outcome_badge(change.outcome)}</td>
            </tr>
        }
    };
    view! {
        <section class="card">
            <header><h2>{title}</h2><span class="soft small end">{from}</span></header>
            {if history.is_empty() {
                view! { <p class="pad soft">"No changes yet. Changes are listed here with their reasons, \
                including those made outside the console."</p> }.into_any()
            } else {
                view! { <table class="list"><tbody>{history.iter().map(row).collect_view()}</tbody></table> }.into_any()
            }}
        </section>
    }
    .into_any()
}

/// Who could sign up from a moment to now, as a band.
pub fn stays_band(title: &'static str, stays: &[Stay], from: Timestamp, now: Timestamp, note: String) -> AnyView {
    let whole = now.since(from).max(1);
    let part = |at: Timestamp| (at.since(from).clamp(0, whole) * 1_000) / whole;
    let until = |index: usize| stays.get(index + 1).map_or(now, |next| next.from);
    let states: Vec<State> = stays
        .iter()
        .enumerate()
        .map(|(index, stay)| {
            let (class, word) = stay.shown();
            let minute = |at: Timestamp| time::minute_said(at, now);
            let to = if index + 1 == stays.len() { "now".to_owned() } else { minute(until(index)) };
            State {
                from: part(stay.from),
                to: part(until(index)),
                class,
                word: word.to_owned(),
                said: format!("{} to {to}", minute(stay.from)),
            }
        })
        .collect();
    let changes = stays.windows(2).filter(|pair| pair[0].mode.is_some()).count();
    let known = stays.iter().find(|stay| stay.mode.is_some());
    // Where something is not known, nobody knows that nothing changed.
    let said = match (known, changes) {
        (None, _) => "not known".to_owned(),
        (Some(known), 0) if known.from > from => format!("known since {}", time::minute_said(known.from, now)),
        (Some(_), _) => ui::count(changes, "change", "changes"),
    };
    let ends = (time::day_said(from, now), "now".to_owned());
    band(title, said, &states, ends, note)
}

/// Sign-ups a day.
pub fn sign_up_chart(days: &[(Timestamp, usize)], now: Timestamp) -> AnyView {
    let Some(most) = days.iter().map(|(_, number)| *number).max() else { return ().into_any() };
    let total: usize = days.iter().map(|(_, number)| number).sum();
    // What was read before the database went away is of another day by now; the day on which it was read was not over then.
    let old = days.last().map(|(day, _)| utc::day(*day, now)).filter(|last| *last != utc::day(now, now));
    let values = days.iter().map(|(_, number)| i64::try_from(*number).ok()).collect();
    let old = old.map(|last| format!("As last read on {last}. ")).unwrap_or_default();
    chart(&Chart {
        title: "Sign-ups a day",
        said: format!("{} in {} days, at most {most} a day", ui::count(total, "sign-up", "sign-ups"), days.len()),
        column: "Day",
        labels: days.iter().map(|(day, _)| utc::day(*day, now)).collect(),
        series: vec![Series { name: "sign-ups", values }],
        unfinished: true,
        axis: Axis::Number,
        note: format!("{old}{}", time::of_utc_days()),
    })
}

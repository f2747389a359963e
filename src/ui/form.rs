//! Forms: real ones, that work before and without scripts, and give back what was typed.

use super::keys;
use crate::{
    frame::{Draft, Frame},
    nouns::permissions::{Capability, Lack},
    problem::{Kind, Problem},
    text,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Text made safe to stand in HTML, quotes included.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Where the form of a server function is sent.
pub const fn action<F: ServerFn>() -> &'static str {
    F::PATH
}

/// The only place with a `<textarea>`: its children are printed raw by the server, so they are escaped here first.
/// The line break in front is the one that HTML drops.
pub fn text_area(
    name: &'static str,
    id: &'static str,
    rows: &'static str,
    value: &str,
    placeholder: &'static str,
) -> AnyView {
    let inner = format!("\n{}", escape(value));
    view! { <textarea name=name id=id rows=rows placeholder=placeholder inner_html=inner></textarea> }.into_any()
}

/// The hidden field that says which page a form stands on, so that it comes back there.
pub fn back(here: &str) -> impl IntoView + use<> {
    view! { <input type="hidden" name="back" value=here.to_owned() /> }
}

/// As whom a form is carried out on the instance, for somebody with an account of their own there; and what is lacking for it.
pub fn acting(frame: &Frame, needs: &[Capability]) -> AnyView {
    let acting =
        frame.acting.clone().map(|handle| view! { <p class="small soft">"You act as " <b>{handle}</b> "."</p> });
    view! { {acting} {lacking(frame, needs)} }.into_any()
}

/// What a token, a role or a grant lacks for one of these, before anybody presses.
pub fn lacking(frame: &Frame, needs: &[Capability]) -> AnyView {
    let lacks: Vec<_> = frame.lacks.iter().filter(|lack| needs.contains(&lack.capability)).collect();
    let said = |lack: &&Lack| {
        let then =
            if lack.certain { "." } else { ", as last seen. The instance checks your permissions when you act." };
        view! { <p class="note">{format!("You can’t {} here: {}{then}", lack.capability.words(), lack.why)}</p> }
    };
    lacks.iter().map(said).collect_view().into_any()
}

/// Folds the filters that follow, where the page is narrow: how many of them narrow the list stands on it.
pub fn fold(active: usize) -> impl IntoView {
    let words = if active == 0 { "Filter".to_owned() } else { format!("Filter ({active})") };
    view! { <input type="checkbox" class="fold" id="fold" /><label class="btn" for="fold">{words}</label> }
}

/// What is wrong with this very field, beside it.
pub fn beside(draft: Option<&Draft>, field: &str) -> AnyView {
    match draft.map(|draft| &draft.problem).filter(|problem| problem.field.as_deref() == Some(field)) {
        Some(problem) => view! { <span class="bad" role="alert">{sentence(problem)}</span> }.into_any(),
        None => ().into_any(),
    }
}

/// The field for the reason, with what is wrong with it. `hint` says what becomes of it.
pub fn why(draft: Option<&Draft>, id: &'static str, hint: &'static str, required: bool) -> AnyView {
    reason(draft, id, "Internal reason", hint, required)
}

/// The same of a reason that somebody in particular reads, and that is called so.
pub fn reason(
    draft: Option<&Draft>,
    id: impl Into<String>,
    called: &'static str,
    hint: &'static str,
    required: bool,
) -> AnyView {
    let (id, typed) = (id.into(), draft.and_then(|draft| draft.value("why")).unwrap_or_default().to_owned());
    view! {
        <label class="field" for=id.clone()>{called} <span class="soft small">{format!(" {hint}")}</span></label>
        <input class="input" id=id name="why" maxlength="500" required=required value=typed />
        {beside(draft, "why")}
    }
    .into_any()
}

/// A letter for each reason that can be chosen.
const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The same with reasons that were given before. What is written comes first.
pub fn why_of(draft: Option<&Draft>, id: &'static str, hint: &'static str, reasons: &[String]) -> AnyView {
    const SAYS: &str = "Recent reasons. What you write below is used instead.";
    let choices =
        (!reasons.is_empty()).then(|| reasons_of(draft, "chosen", SAYS, reasons.iter().map(String::as_str), None));
    view! { {choices} {why(draft, id, hint, false)} }.into_any()
}

/// Reasons to be chosen from: a digit chooses one, Enter goes on. `none` is what else can be chosen, for whoever chose by mistake.
pub fn reasons_of<'a>(
    draft: Option<&Draft>,
    name: &'static str,
    says: &'static str,
    reasons: impl Iterator<Item = &'a str>,
    none: Option<&'static str>,
) -> AnyView {
    let chosen = draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
    let one = |(reason, digit): (&str, &'static str)| {
        let checked = reason == chosen;
        view! {
            <label class="check"><input type="radio" name=name value=reason.to_owned() checked=checked data-key=keys::key(digit) />
                <span class="key" aria-hidden="true">{digit}</span> <bdi>{text::excerpt(reason, 120)}</bdi></label>
        }
    };
    let none = none.map(|words| {
        view! { <label class="check"><input type="radio" name=name value="" checked=chosen.is_empty() />{words}</label> }
    });
    view! {
        <fieldset class="rules">
            <legend class="small soft">{says}</legend>
            {reasons.zip(DIGITS).map(one).collect_view()}
            {none}
        </fieldset>
    }
    .into_any()
}

/// A problem that belongs to no field, above its form. That somebody is signed in again stands above the page alone.
pub fn above(draft: Option<&Draft>) -> AnyView {
    let said = |problem: &&Problem| problem.field.is_none() && problem.kind != Kind::SignedOut;
    match draft.map(|draft| &draft.problem).filter(said) {
        Some(problem) => {
            keys::said();
            view! { <p class="note" role="alert">{sentence(problem)}</p> }.into_any()
        }
        None => ().into_any(),
    }
}

/// Fields of forms in which people write; the others say what a form is about.
const WRITTEN: [&str; 8] = ["text", "why", "chosen", "note", "reason", "comment", "message", "name"];
/// What a form says of the page it stood on, however it looks.
const SEEN: [&str; 4] = ["back", "seen", "state", "reports"];

/// Whether a field of a form is what somebody wrote, and no sign of what the form is about.
pub fn is_written(key: &str, value: &str) -> bool {
    let key_is = |names: &[&str]| names.contains(&key);
    key_is(&WRITTEN) || (value.contains(char::is_whitespace) && !key_is(&SEEN))
}

/// Whether a field says what its page showed, for whoever sends it back.
pub fn is_seen(key: &str) -> bool {
    SEEN.contains(&key)
}

/// What a field is called for people.
pub fn label_of(key: &str) -> String {
    match key {
        "why" => "Internal reason".to_owned(),
        "chosen" => "Reason given before".to_owned(),
        "text" => "Message".to_owned(),
        other => text::capital(&other.replace('_', " ")),
    }
}

/// What was typed into a form whose own page cannot be shown: all of it, to be copied or sent again.
pub fn kept(draft: &Draft) -> AnyView {
    let field = |(key, value): &(String, String)| {
        if !is_written(key, value) || value.is_empty() {
            return view! { <input type="hidden" name=key.clone() value=value.clone() /> }.into_any();
        }
        let rows = if value.chars().count() > 80 { "8" } else { "2" };
        let inner = format!("\n{}", escape(value));
        view! {
            <label class="field">{label_of(key)}<textarea name=key.clone() rows=rows inner_html=inner></textarea></label>
        }
        .into_any()
    };
    view! {
        <section class="card panel">
            <header><h2>"What you typed"</h2><span class="soft small end">"kept for an hour"</span></header>
            <form method="post" action=draft.target.clone() class="body stack">
                {draft.problem.field.is_some().then(|| view! { <p class="note" role="alert">{sentence(&draft.problem)}</p> })}
                {draft.fields.iter().map(field).collect_view()}
                <div><button class="btn">"Send it again"</button></div>
            </form>
        </section>
    }
    .into_any()
}

pub fn sentence(problem: &Problem) -> String {
    format!("{} {}", problem.what, problem.remedy).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_area_cannot_be_broken_out_of() {
        let hostile = "</textarea><script>alert(1)</script>";
        let html = Owner::new().with(|| text_area("text", "text", "3", hostile, "").to_html());
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea&gt;"), "{html}");
    }
}

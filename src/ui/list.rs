//! What every list repeats: the way back, chips that narrow it, filters that its forms keep, the way further.

use super::keys;
use crate::{path, search::Search};
use leptos::prelude::*;

/// The way back to the list that a page belongs to, before its own name.
pub fn crumb(href: impl Into<String>, name: &'static str) -> AnyView {
    view! { <a class="soft" href=href.into()>{name}</a><span class="soft">"/"</span> }.into_any()
}

/// What a page cannot know for want of a grant, a sentence each.
pub fn untold(said: &[String]) -> AnyView {
    said.iter().map(|said| view! { <p class="note lead">{said.clone()}</p> }).collect_view().into_any()
}

/// That a list has nothing of what its reader is to review: the same of every list that would say by its filter whose or what it
/// is, whether any of it would be in this one or not.
pub fn left_out(is: bool) -> Option<AnyView> {
    is.then(|| {
        view! { <p class="small soft">"What you are to review is left out of this list. "
        <a class="link" href=path::REVIEWS>"Reviews"</a></p> }
        .into_any()
    })
}

/// Narrows the list at `base` to one value of a key; pressed again, it lets go of it. `current` is the value in force.
pub fn chip(
    base: &str,
    search: &Search,
    key: &str,
    value: &str,
    words: impl IntoView + 'static,
    current: &str,
) -> AnyView {
    let on = current == value;
    let href = format!("{base}{}", search.with(key, if on { "" } else { value }));
    view! { <a class="chip" href=href aria-current=on.then_some("true")>{words}</a> }.into_any()
}

/// A filter that came with the address and can only be let go of.
pub fn chip_off(base: &str, search: &Search, key: &str, words: &str) -> AnyView {
    let href = format!("{base}{}", search.with(key, ""));
    view! { <a class="chip" href=href aria-current="true">{format!("{words} ×")}</a> }.into_any()
}

/// The filters in force, as a form of the list keeps them.
pub fn kept<'a>(filters: impl IntoIterator<Item = (&'static str, &'a str)>) -> AnyView {
    filters
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| view! { <input type="hidden" name=key value=value.to_owned() /> })
        .collect_view()
        .into_any()
}

/// The same, by the keys of the query.
pub fn kept_of(search: &Search, keys: &[&'static str]) -> AnyView {
    kept(keys.iter().map(|key| (*key, search.get(key).unwrap_or_default())))
}

/// The way to what comes after the last line, if something does.
pub fn further(link: Option<&str>, words: &'static str) -> Option<AnyView> {
    link.map(|link| view! { <a class="btn" href=link.to_owned()>{words}</a> }.into_any())
}

/// The box that chooses a line, in a list whose form is sent by GET: ticked where the address names the line already, so that
/// what is chosen stays when the form below it opens and when it comes back.
pub fn tick(search: &Search, id: &str, label: String) -> AnyView {
    let chosen = match search.get("tick") {
        Some("page") => true,
        Some("none") => false,
        _ => search.get("all").is_some() || search.all("who").any(|own| own == id),
    };
    view! { <td class="tick"><input type="checkbox" name="who" value=id.to_owned() aria-label=label checked=chosen /></td> }
        .into_any()
}

/// Ticks every line of the page, or none any more, with one press. The form is `chosen`.
pub fn select_page(search: &Search) -> AnyView {
    let (value, words) = match search.get("tick") {
        Some("page") => ("none", "Deselect page"),
        _ => ("page", "Select page"),
    };
    view! { <button class="btn quiet" form="chosen" name="tick" value=value>{words}</button> }.into_any()
}

/// What can be done about the lines that are chosen: the button that is pressed says what, and so does its letter (`name`,
/// letter and words of each). The form is `chosen`.
pub fn apply(search: &Search, choices: impl Iterator<Item = (&'static str, &'static str, &'static str)>) -> AnyView {
    let buttons = choices
        .map(|(name, letter, words)| {
            view! { <button class="btn quiet" form="chosen" name="decide" value=name data-key=keys::key(letter)>{words} "… " <span class="key">{letter}</span></button> }
        })
        .collect_view();
    view! {
        {select_page(search)}
        <details class="menu"><summary class="btn">"Apply to selected"</summary><div class="card pad stack">
            <p class="small soft none-ticked">"Nothing is selected yet: tick rows first."</p>
            {buttons}
        </div></details>
    }
    .into_any()
}

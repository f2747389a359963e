//! What a page is called.

use leptos::prelude::*;
use leptos_meta::Title;

/// The longest name of a page; a browser shows less of it.
const LONGEST: usize = 120;

/// The document's title. The only place with a `<Title>`: what it is given is printed as it is by the server, so it is
/// escaped here, and made one line.
pub fn title(of: &str) -> impl IntoView + use<> {
    let name = match super::excerpt(of, LONGEST) {
        empty if empty.is_empty() => "Howdah".to_owned(),
        of => format!("{} · Howdah", super::escape(&of)),
    };
    view! { <Title text=name /> }
}

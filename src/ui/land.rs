//! Where somebody goes on when a page has come: at what is wrong, at the reason of what they chose, or at the page's name. And
//! what just happened is read out. Times are told in the browser's own zone, where its reader named no other.

use leptos::prelude::*;

/// Puts the focus there, unless somebody has it already.
#[island]
pub fn Land() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| browser::land());
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::{document, set_timeout};
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use web_sys::{
        Document, Element, FocusOptions, HtmlElement, Node,
        js_sys::{Array, Date, Intl, Object, Reflect},
    };

    /// A reader knows a live region only after it has seen it without its text.
    const SEEN: Duration = Duration::from_millis(250);
    const FIELDS: &str = "input:not([type=hidden]), select, textarea";

    pub fn land() {
        let document = document();
        let wrong = wrong(&document);
        let free = document.active_element().is_none_or(|active| active.tag_name() == "BODY");
        if free {
            // A panel with a name of its own was opened by a link to it; the others stand on their page for whoever comes to them.
            let first = wrong.or_else(|| find(&document, "main .panel[id] [name=why]"));
            match first {
                Some(field) => {
                    let _ = field.focus();
                }
                None => name(&document),
            }
        }
        if document.query_selector("[data-zone]").ok().flatten().is_none() {
            tell_times(&document);
        }
        for (strip, edge) in [(".chips.bar", 12.0), (".rail", 8.0)] {
            if let Some(here) = find(&document, &format!("{strip} [aria-current]")) {
                bring_into_sight(&here, strip, edge);
            }
        }
        set_timeout(move || read_out(&document), SEEN);
    }

    /// What an instant is told with, by how the server says it (`ui::time`).
    const DAY: &[(&str, &str)] = &[("day", "numeric"), ("month", "short")];
    const WITH_YEAR: &[(&str, &str)] = &[("day", "numeric"), ("month", "short"), ("year", "numeric")];
    const MINUTE: &[(&str, &str)] = &[("hour", "2-digit"), ("minute", "2-digit"), ("timeZoneName", "short")];
    const CLOCK: &[(&str, &str)] =
        &[("hour", "2-digit"), ("minute", "2-digit"), ("second", "2-digit"), ("timeZoneName", "short")];

    fn told(at: &Date, parts: &[&[(&str, &str)]]) -> String {
        let options = Object::new();
        for (key, value) in parts.iter().copied().flatten() {
            let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
        }
        at.to_locale_string("en-GB", &options).into()
    }

    /// Every instant of the page in the browser's zone, before what the server says in UTC; and forms whose days are meant in it.
    fn tell_times(document: &Document) {
        let each = |selector: &str, what: &dyn Fn(Element)| {
            let Ok(found) = document.query_selector_all(selector) else { return };
            (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<Element>().ok()).for_each(what);
        };
        let this_year = Date::new_0().get_full_year();
        each("time[datetime][title]", &|time| {
            let (Some(at), Some(utc)) = (time.get_attribute("datetime"), time.get_attribute("title")) else { return };
            let at = Date::new(&at.as_str().into());
            let long = told(&at, &[&[("weekday", "short")], WITH_YEAR, CLOCK]);
            let _ = time.set_attribute("title", &format!("{long} · {utc}"));
            let said = match time.get_attribute("data-at").as_deref() {
                Some("day") if at.get_full_year() == this_year => told(&at, &[DAY]),
                Some("day") => told(&at, &[WITH_YEAR]),
                Some("minute") => told(&at, &[MINUTE]),
                Some("clock") => told(&at, &[CLOCK]),
                Some("whole") => told(&at, &[WITH_YEAR, CLOCK]),
                _ => return,
            };
            time.set_text_content(Some(&said));
        });
        let Some(zone) = zone() else { return };
        each("[data-zone-word]", &|word| word.set_text_content(Some(&zone)));
        each("[data-zone-field]", &|field| {
            let _ = field.set_attribute("value", &zone);
        });
    }

    /// The browser's zone by its name in the IANA database.
    fn zone() -> Option<String> {
        let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
        Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
    }

    /// Along its strip, where that is wider or higher than the screen: it stands at the beginning then, so that no half word is
    /// before it. `edge` is what the strip keeps free there.
    fn bring_into_sight(chosen: &HtmlElement, strip: &str, edge: f64) {
        let Some(strip) = chosen.closest(strip).ok().flatten() else { return };
        let (one, all) = (chosen.get_bounding_client_rect(), strip.get_bounding_client_rect());
        if one.right() > all.right() || one.left() < all.left() {
            strip.set_scroll_left(strip.scroll_left() + (one.left() - all.left() - edge) as i32);
        }
        if one.bottom() > all.bottom() {
            strip.set_scroll_top(strip.scroll_top() + (one.bottom() - all.bottom() + 24.0) as i32);
        }
    }

    fn find(document: &Document, selector: &str) -> Option<HtmlElement> {
        document.query_selector(selector).ok().flatten().and_then(|found| found.dyn_into().ok())
    }

    /// The first field that something is said to be wrong with; it is told so itself.
    fn wrong(document: &Document) -> Option<HtmlElement> {
        let said = find(document, "main form .bad")?;
        let form = said.closest("form").ok().flatten()?;
        let fields = form.query_selector_all(FIELDS).ok()?;
        let before =
            |field: &HtmlElement| said.compare_document_position(field) & Node::DOCUMENT_POSITION_PRECEDING != 0;
        let field = (0..fields.length())
            .filter_map(|index| fields.item(index)?.dyn_into::<HtmlElement>().ok())
            .take_while(before)
            .last()?;
        said.set_id("wrong");
        let _ = field.set_attribute("aria-invalid", "true");
        let _ = field.set_attribute("aria-describedby", "wrong");
        Some(field)
    }

    /// What the page is called; where it was scrolled to, it stays.
    fn name(document: &Document) {
        let Some(heading) = find(document, "main h1") else { return };
        let _ = heading.set_attribute("tabindex", "-1");
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }

    /// What came of a deed stands in its region from the start: put there once more, it is read out.
    fn read_out(document: &Document) {
        let Ok(notes) = document.query_selector_all("main > .note[role]") else { return };
        for note in (0..notes.length()).filter_map(|index| notes.item(index)?.dyn_into::<Element>().ok()) {
            let Ok(copy) = note.clone_node_with_deep(true) else { continue };
            note.set_text_content(None);
            while let Some(child) = copy.first_child() {
                let _ = note.append_child(&child);
            }
        }
    }
}

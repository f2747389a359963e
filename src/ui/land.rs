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
        js_sys::{Date, Object, Reflect},
    };

    /// A reader knows a live region only after it has seen it without its text.
    const SEEN: Duration = Duration::from_millis(250);
    const FIELDS: &str = "input:not([type=hidden]), select, textarea";

    pub fn land() {
        let document = document();
        let wrong = wrong(&document);
        let free = document.active_element().is_none_or(|active| active.tag_name() == "BODY");
        if free {
            let first = wrong.or_else(|| find(&document, "main .panel [name=why]"));
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
        if let Some(chip) = find(&document, ".chips.bar [aria-current]") {
            bring_into_sight(&chip);
        }
        set_timeout(move || read_out(&document), SEEN);
    }

    /// Before what the server says in UTC.
    fn tell_times(document: &Document) {
        let Ok(times) = document.query_selector_all("time[datetime][title]") else { return };
        let options = Object::new();
        for (key, value) in [
            ("weekday", "short"),
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
            ("timeZoneName", "short"),
        ] {
            let _ = Reflect::set(&options, &key.into(), &value.into());
        }
        for time in (0..times.length()).filter_map(|index| times.item(index)?.dyn_into::<Element>().ok()) {
            if let (Some(at), Some(utc)) = (time.get_attribute("datetime"), time.get_attribute("title")) {
                let own = Date::new(&at.as_str().into()).to_locale_string("en-GB", &options);
                let _ = time.set_attribute("title", &format!("{} · {utc}", String::from(own)));
            }
        }
    }

    /// Along its strip, where that is wider than the screen.
    fn bring_into_sight(chosen: &HtmlElement) {
        let Some(strip) = chosen.parent_element() else { return };
        let (one, all) = (chosen.get_bounding_client_rect(), strip.get_bounding_client_rect());
        if one.right() > all.right() {
            strip.set_scroll_left(strip.scroll_left() + (one.left() - all.left() - 24.0) as i32);
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

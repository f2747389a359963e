//! The keyboard: a letter on a button presses it, `j` and `k` walk a list. Everything works without, too.
//!
//! A key acts on nothing but what this page was made with. Each answer has a mark that nobody can guess; what a key presses
//! and the rows of its lists carry it, and so does the root of the frame: markup that somebody smuggled into a page has none.

#[cfg(feature = "ssr")]
pub use super::ring::{Ring, key, row, said};
use leptos::prelude::*;

/// Listens for the page's keys once it is awake; for somebody who switched letters off, to none.
#[island]
pub fn Keys(mark: String, keys: Vec<String>, letters: bool) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || browser::listen(browser::Page { mark: mark.clone(), keys: keys.clone() }, letters));
    #[cfg(not(feature = "hydrate"))]
    let _ = (mark, keys, letters);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::window_event_listener};
    use wasm_bindgen::JsCast;
    use web_sys::{Document, Element, HtmlElement, KeyboardEvent};

    /// What the server made: nothing else on the page is looked at.
    pub struct Page {
        pub mark: String,
        pub keys: Vec<String>,
    }

    pub fn listen(page: Page, letters: bool) {
        if letters {
            let handle = window_event_listener(ev::keydown, move |event| page.on_key(&event));
            leptos::prelude::on_cleanup(move || handle.remove());
        }
        // Tests may wait for this: from now on somebody listens.
        if let Some(root) = leptos::prelude::document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    }

    /// Nobody types into what is only chosen.
    fn is_typing(document: &Document) -> bool {
        document.active_element().is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                && !matches!(element.get_attribute("type").as_deref(), Some("radio" | "checkbox"))
        })
    }

    fn find(within: &Element, selector: &str) -> Option<HtmlElement> {
        within.query_selector(selector).ok().flatten().and_then(|found| found.dyn_into().ok())
    }

    fn click(element: Option<HtmlElement>) -> bool {
        element.is_some_and(|element| {
            // What is chosen by a key is gone on from by the next.
            if element.tag_name() == "INPUT" {
                let _ = element.focus();
            }
            element.click();
            true
        })
    }

    impl Page {
        fn on_key(&self, event: &KeyboardEvent) {
            let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
                return;
            }
            let key = event.key();
            if is_typing(&document) {
                if key == "Escape"
                    && let Some(field) =
                        document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok())
                {
                    let _ = field.blur();
                }
                return;
            }
            let Ok(Some(root)) = document.query_selector(&format!("[data-root=\"{}\"]", self.mark)) else { return };
            let done = match key.as_str() {
                "j" => self.step(&root, 1),
                "k" => self.step(&root, -1),
                "o" => click(find(&root, &format!("{}.at a", self.row()))),
                // Ticks the box of the marked line.
                " " => click(find(&root, &format!("{}.at input[type=checkbox]", self.row()))),
                other => self.press(&root, other),
            };
            if done {
                event.prevent_default();
            }
        }

        fn row(&self) -> String {
            format!("table.list tbody tr[data-row=\"{}\"]", self.mark)
        }

        fn press(&self, root: &Element, key: &str) -> bool {
            if !self.keys.iter().any(|own| own == key) {
                return false;
            }
            if let Some(field) = find(root, &format!("[data-key-focus=\"{key}-{}\"]", self.mark)) {
                return field.focus().is_ok();
            }
            click(find(root, &format!("[data-key=\"{key}-{}\"]", self.mark)))
        }

        fn step(&self, root: &Element, by: i32) -> bool {
            let Ok(list) = root.query_selector_all(&self.row()) else { return false };
            let rows: Vec<Element> = (0..list.length())
                .filter_map(|index| list.item(index))
                .filter_map(|node| node.dyn_into().ok())
                .collect();
            if rows.is_empty() {
                return false;
            }
            let at = rows.iter().position(|row| row.class_list().contains("at"));
            let last = i32::try_from(rows.len()).unwrap_or(i32::MAX) - 1;
            let next = at.map_or(0, |at| (i32::try_from(at).unwrap_or(0) + by).clamp(0, last));
            for row in &rows {
                let _ = row.class_list().remove_1("at");
            }
            if let Some(row) = usize::try_from(next).ok().and_then(|next| rows.get(next)) {
                let _ = row.class_list().add_1("at");
                if let Some(link) = find(row, "a") {
                    let _ = link.focus();
                }
                row.scroll_into_view_with_bool(false);
            }
            true
        }
    }
}

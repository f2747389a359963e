//! The keyboard: a letter on a button presses it, `j` and `k` walk a list. Everything works without, too.
//!
//! A key acts on nothing but what this page was made with. Each answer has a mark that nobody can guess; what a key presses
//! and the rows of its lists carry it, and so does the root of the frame: markup that somebody smuggled into a page has none.

#[cfg(feature = "ssr")]
pub use super::ring::{Ring, key, row, said};
use leptos::prelude::*;

/// In the head of every page, before anything else listens: keys outside of fields are kept for the page's own scripts, and a
/// digit in the still empty field for a reason chooses one that was given before. A field that is led to has the focus as soon as
/// it is there, and a reason that is but a digit stands in the audit log for ever.
#[cfg(feature = "ssr")]
pub const EARLY: &str = include_str!("early.js");

/// Listens for the page's keys once it is awake; for somebody who switched letters off, to none.
#[island]
pub fn Keys(mark: String, keys: Vec<String>, letters: bool) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || browser::listen(browser::Page::new(mark.clone(), keys.clone()), letters));
    #[cfg(not(feature = "hydrate"))]
    let _ = (mark, keys, letters);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::window_event_listener};
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen::JsCast;
    use web_sys::{
        Document, Element, HtmlElement, KeyboardEvent, Storage,
        js_sys::{Array, Reflect},
    };

    /// What the server made: nothing else on the page is looked at.
    pub struct Page {
        mark: String,
        keys: Vec<String>,
        /// A letter has opened a form at another address: digits from then on are for that form.
        leaves: Cell<bool>,
    }

    pub fn listen(page: Page, letters: bool) {
        if letters {
            let page = Rc::new(page);
            let early = before_this();
            let handle = window_event_listener(ev::keydown, {
                let page = page.clone();
                move |event| page.on_key(&event)
            });
            leptos::prelude::on_cleanup(move || handle.remove());
            for digit in carried() {
                page.choose(&digit);
            }
            for event in early {
                page.on_key(&event);
            }
        }
        // Tests may wait for this: from now on somebody listens.
        if let Some(root) = leptos::prelude::document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    }

    /// Keys that were pressed on this page before anybody listened, gathered by the script in its head (`early.js`).
    fn before_this() -> Vec<KeyboardEvent> {
        let Some(window) = web_sys::window() else { return Vec::new() };
        let early = Reflect::get(&window, &"earlyKeys".into()).ok().and_then(|found| found.dyn_into::<Array>().ok());
        // It gathers no more.
        let _ = Reflect::set(&window, &"earlyKeys".into(), &false.into());
        let keys = early.map(|early| early.iter().collect::<Vec<_>>()).unwrap_or_default();
        keys.into_iter().filter_map(|event| event.dyn_into().ok()).collect()
    }

    /// For how long a digit is for the form that a letter opened, in milliseconds.
    const CARRIED_FOR: f64 = 5_000.0;
    const CARRIED: &str = "digits";

    fn storage() -> Option<Storage> {
        web_sys::window()?.session_storage().ok().flatten()
    }

    fn here() -> String {
        let location = web_sys::window().map(|window| window.location());
        location.and_then(|here| here.pathname().ok()).unwrap_or_default()
    }

    /// Digits that were pressed after a letter had opened this form, and before it was there: for this account alone.
    fn carried() -> Vec<String> {
        let Some(storage) = storage() else { return Vec::new() };
        let kept = storage.get_item(CARRIED).ok().flatten().unwrap_or_default();
        let _ = storage.remove_item(CARRIED);
        let mut parts = kept.split(' ');
        let (at, when, digits) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        let fresh = when.and_then(|when| when.parse::<f64>().ok()).is_some_and(|when| now() - when < CARRIED_FOR);
        if at != Some(here().as_str()) || !fresh {
            return Vec::new();
        }
        digits.chars().map(String::from).collect()
    }

    fn now() -> f64 {
        web_sys::js_sys::Date::now()
    }

    fn carry(digit: &str) {
        let Some(storage) = storage() else { return };
        let kept = storage.get_item(CARRIED).ok().flatten().unwrap_or_default();
        let before = kept.split(' ').nth(2).unwrap_or_default().to_owned();
        let _ = storage.set_item(CARRIED, &format!("{} {} {before}{digit}", here(), now()));
    }

    fn is_digit(key: &str) -> bool {
        key.len() == 1 && key.bytes().all(|byte| (b'1'..=b'9').contains(&byte))
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
            let fold = element.parent_element().filter(|_| element.tag_name() == "SUMMARY");
            // What stays unfolded is not folded by the letter that unfolds it, and one goes on in it.
            if fold.as_ref().is_none_or(|fold| !fold.has_attribute("open")) {
                element.click();
            }
            if let Some(field) = fold.and_then(|fold| find(&fold, "textarea, input:not([type=hidden]), select")) {
                let _ = field.focus();
            }
            true
        })
    }

    impl Page {
        pub fn new(mark: String, keys: Vec<String>) -> Self {
            Self { mark, keys, leaves: Cell::new(false) }
        }

        fn on_key(&self, event: &KeyboardEvent) {
            let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
                return;
            }
            let key = event.key();
            if self.leaves.get() && is_digit(&key) {
                carry(&key);
                event.prevent_default();
                return;
            }
            // A reason was chosen by it already.
            if event.default_prevented() {
                return;
            }
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
            let found = find(root, &format!("[data-key=\"{key}-{}\"]", self.mark));
            // A letter of a decision leads to its form on the page of the same account.
            let opens =
                found.as_ref().and_then(|found| found.get_attribute("href")).is_some_and(|href| href.ends_with("#why"));
            self.leaves.set(opens);
            click(found)
        }

        /// Chooses the reason of that number, where this page offers one.
        fn choose(&self, digit: &str) -> bool {
            let document = web_sys::window().and_then(|window| window.document());
            let root = document
                .and_then(|document| document.query_selector(&format!("[data-root=\"{}\"]", self.mark)).ok().flatten());
            root.is_some_and(|root| self.press(&root, digit))
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

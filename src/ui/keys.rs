//! The keyboard: a letter on a button presses it, `j` and `k` walk a list. Everything works without, too.

use leptos::prelude::*;

/// Listens for keys once the page is awake. A letter presses what carries it in `data-key`; `data-key-focus` is focused.
///
/// The one island: everything else of a page is made on the server and needs nothing in the browser.
#[island]
pub fn Keys() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(browser::listen);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::window_event_listener};
    use wasm_bindgen::JsCast;
    use web_sys::{Document, Element, HtmlElement, KeyboardEvent};

    pub fn listen() {
        let handle = window_event_listener(ev::keydown, on_key);
        leptos::prelude::on_cleanup(move || handle.remove());
        // Tests may wait for this: from now on somebody listens.
        if let Some(root) = leptos::prelude::document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    }

    fn is_typing(document: &Document) -> bool {
        document
            .active_element()
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
    }

    fn on_key(event: KeyboardEvent) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
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
        let done = match key.as_str() {
            "j" => step(&document, 1),
            "k" => step(&document, -1),
            "o" | "Enter" => open(&document, &key),
            " " => choose(&document),
            other => press(&document, other),
        };
        if done {
            event.prevent_default();
        }
    }

    fn quoted(key: &str) -> Option<String> {
        (key.chars().count() == 1 && key != "\"" && key != "\\").then(|| format!("\"{key}\""))
    }

    fn press(document: &Document, key: &str) -> bool {
        let Some(quoted) = quoted(key) else { return false };
        let find = |selector: String| {
            document.query_selector(&selector).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok())
        };
        if let Some(field) = find(format!("[data-key-focus={quoted}]")) {
            return field.focus().is_ok();
        }
        match find(format!("[data-key={quoted}]")) {
            Some(button) => {
                button.click();
                true
            }
            None => false,
        }
    }

    fn rows(document: &Document) -> Vec<Element> {
        let Ok(list) = document.query_selector_all("table.list tbody tr[data-row]") else { return Vec::new() };
        (0..list.length()).filter_map(|index| list.item(index)).filter_map(|node| node.dyn_into().ok()).collect()
    }

    fn step(document: &Document, by: i32) -> bool {
        let rows = rows(document);
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
            if let Ok(Some(link)) = row.query_selector("a")
                && let Ok(link) = link.dyn_into::<HtmlElement>()
            {
                let _ = link.focus();
            }
            row.scroll_into_view_with_bool(false);
        }
        true
    }

    /// Ticks the box of the marked line.
    fn choose(document: &Document) -> bool {
        let Ok(Some(tick)) = document.query_selector("table.list tbody tr.at input[type=checkbox]") else {
            return false;
        };
        tick.dyn_into::<HtmlElement>().is_ok_and(|tick| {
            tick.click();
            true
        })
    }

    fn open(document: &Document, key: &str) -> bool {
        // A focused link or button opens itself on Enter.
        if key == "Enter" {
            return false;
        }
        let Ok(Some(link)) = document.query_selector("table.list tbody tr.at a") else { return false };
        match link.dyn_into::<HtmlElement>() {
            Ok(link) => {
                link.click();
                true
            }
            Err(_) => false,
        }
    }
}

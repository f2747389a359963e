//! A form that is kept when its page is left by a link. Without scripts its own buttons keep it.

use leptos::prelude::*;

/// Sends the form of this id to `to` when somebody goes away from its page by whatever does not send it, if anything in it is not
/// as the page was made.
#[island]
pub fn KeptOnLeaving(form: String, to: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || browser::watch(form.clone(), to.clone()));
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, to);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::window_event_listener};
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

    fn form_of(id: &str) -> Option<HtmlFormElement> {
        web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
    }

    /// Whether something in it was ticked or typed since the page was made.
    fn is_changed(form: &HtmlFormElement) -> bool {
        let fields = form.elements();
        let mut inputs = (0..fields.length()).filter_map(|at| fields.item(at)?.dyn_into::<HtmlInputElement>().ok());
        let changed = |input: HtmlInputElement| match input.type_().as_str() {
            "checkbox" => input.checked() != input.default_checked(),
            "hidden" => false,
            _ => input.value() != input.default_value(),
        };
        inputs.any(changed)
    }

    /// Whether it was handed to the browser, which sends it after the page is gone.
    fn send(form: &HtmlFormElement, to: &str) -> Option<bool> {
        let fields = FormData::new_with_form(form).ok()?;
        let fields = UrlSearchParams::new_with_str_sequence_sequence(fields.as_ref()).ok()?;
        web_sys::window()?.navigator().send_beacon_with_opt_url_search_params(to, Some(&fields)).ok()
    }

    pub fn watch(id: String, to: String) {
        // Whatever has sent the form already; what it says of the page is out of date from then on.
        let sent = Rc::new(Cell::new(false));
        let keep = {
            let (sent, id) = (sent.clone(), id.clone());
            move || {
                if let Some(form) = form_of(&id).filter(|form| !sent.get() && is_changed(form)) {
                    sent.set(send(&form, &to).unwrap_or(false));
                }
            }
        };
        let leaves = window_event_listener(ev::pagehide, {
            let keep = keep.clone();
            move |_| keep()
        });
        // Another form, as that of the search or of signing out, is answered by another page too: before it is sent, this one is.
        let submits = window_event_listener(ev::submit, {
            let sent = sent.clone();
            move |event| {
                let form = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                if form.is_some_and(|form| form.id() == id) {
                    sent.set(true);
                } else {
                    keep();
                }
            }
        });
        // A page that the browser had put aside shows what was so before it was sent.
        let returns = window_event_listener(ev::pageshow, move |event| {
            if event.persisted()
                && sent.get()
                && let Some(window) = web_sys::window()
            {
                let _ = window.location().reload();
            }
        });
        leptos::prelude::on_cleanup(move || {
            leaves.remove();
            submits.remove();
            returns.remove();
        });
    }
}

//! Copying and printing what is shown once. Without scripts it is marked, printed and saved by the browser's own means.

use leptos::prelude::*;

/// Buttons that copy a text and print the page. They are there only where they work.
#[island]
pub fn Keep(text: String) -> impl IntoView {
    let (awake, wake) = signal(false);
    let (copied, say_copied) = signal(false);
    Effect::new(move || wake.set(true));
    let text = StoredValue::new(text);
    view! {
        <Show when=move || awake.get()>
            <button type="button" class="btn" on:click=move |_| copy(text.get_value(), say_copied)>
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </button>
            <button type="button" class="btn" on:click=move |_| print()>"Print"</button>
        </Show>
    }
}

/// Says so when the browser has it, and not before.
#[cfg(feature = "hydrate")]
fn copy(text: String, say_copied: WriteSignal<bool>) {
    use wasm_bindgen::{JsValue, closure::Closure};
    let done: Closure<dyn FnMut(JsValue)> = Closure::once(move |_: JsValue| say_copied.set(true));
    let _ = window().navigator().clipboard().write_text(&text).then(&done);
    done.forget();
}

#[cfg(feature = "hydrate")]
fn print() {
    let _ = window().print();
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: String, _: WriteSignal<bool>) {}

#[cfg(not(feature = "hydrate"))]
fn print() {}

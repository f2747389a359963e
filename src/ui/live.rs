//! What waits, as it is now: one stream a browser, told on to all its pages.
//!
//! Of the pages that are looked at, the one that has the browser's lock keeps the stream and hands on what it hears; it lets
//! both go when nobody looks at it any more. A number stands where it stood, and what came or went is said and not shown: no
//! line moves under anybody's hand. Without scripts, or a lock, a page says of when it is.

use leptos::prelude::*;

/// Listens while the page is looked at. `name` is of the session: pages of another one do not hear of it. `at` is the instance.
#[island]
pub fn Live(name: String, at: Option<String>) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || browser::begin(&name, at.as_deref()));
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, at);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::set_timeout;
    use std::{cell::RefCell, rc::Rc, time::Duration};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
    use web_sys::{
        BroadcastChannel, Document, Element, EventSource, MessageEvent, VisibilityState, XmlHttpRequest,
        js_sys::{Function, Promise},
    };

    #[wasm_bindgen]
    extern "C" {
        /// <https://w3c.github.io/web-locks/>: not among what `web-sys` calls stable.
        #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
        fn hold(name: &str, held: &Function) -> Result<Promise, JsValue>;
    }

    /// So long a page waits before it asks once more for a stream that it was refused.
    const REFUSED: Duration = Duration::from_secs(60);
    /// Between two questions of what came and went.
    const CALM: Duration = Duration::from_secs(3);

    // What the pages of a browser say to one another, besides what was heard.
    const WHAT: &str = "?";
    const BROKEN: &str = "~";
    const OVER: &str = "!";

    struct Page {
        document: Document,
        name: String,
        address: String,
        at: String,
        channel: BroadcastChannel,
        state: RefCell<State>,
    }

    #[derive(Default)]
    struct State {
        /// The lock was asked for, and not got yet or not let go.
        asked: bool,
        /// Lets go of the lock.
        let_go: Option<Function>,
        stream: Option<EventSource>,
        last: Option<String>,
        /// Nobody is signed in here any more.
        over: bool,
        /// The mark of which what came and went was asked.
        revision: String,
        asking: bool,
    }

    pub fn begin(name: &str, at: Option<&str>) {
        let Ok(channel) = BroadcastChannel::new(name) else { return };
        let at = at.unwrap_or_default();
        let page = Rc::new(Page {
            document: leptos::prelude::document(),
            name: name.to_owned(),
            address: if at.is_empty() { "/live".to_owned() } else { format!("/live?watch={at}") },
            at: at.to_owned(),
            channel,
            state: RefCell::default(),
        });
        if let Some(revision) = page.region().and_then(|region| region.get_attribute("data-revision")) {
            page.state.borrow_mut().revision = revision;
        }
        let of = page.clone();
        let heard =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match event.data().as_string() {
                // A page that was just opened, or looked at again.
                Some(question) if question == WHAT => of.repeat(),
                Some(end) if end == OVER => of.stop(),
                Some(end) if end == BROKEN => of.mark_live(false),
                Some(said) => of.show(&said),
                None => {}
            });
        page.channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
        let of = page.clone();
        let looked = Closure::<dyn FnMut()>::new(move || of.look());
        let _ = page.document.add_event_listener_with_callback("visibilitychange", looked.as_ref().unchecked_ref());
        looked.forget();
        page.look();
    }

    impl Page {
        fn is_seen(&self) -> bool {
            self.document.visibility_state() == VisibilityState::Visible
        }

        fn region(&self) -> Option<Element> {
            self.document.query_selector("[data-since]").ok().flatten()
        }

        /// Whether what this page shows has this mark.
        fn is_of(&self, mark: &str) -> bool {
            self.region().and_then(|region| region.get_attribute("data-of")).as_deref() == Some(mark)
        }

        /// The page came to be looked at, or nobody looks at it any more.
        fn look(self: &Rc<Self>) {
            if !self.is_seen() {
                return self.leave();
            }
            if self.state.borrow().over {
                return;
            }
            let _ = self.channel.post_message(&JsValue::from_str(WHAT));
            if std::mem::replace(&mut self.state.borrow_mut().asked, true) {
                return;
            }
            let of = self.clone();
            let held = Closure::once_into_js(move || of.held());
            if hold(&self.name, held.unchecked_ref()).is_err() {
                // No lock, no stream: six pages of one browser would take all the connections it has.
                self.state.borrow_mut().over = true;
            }
        }

        /// The lock is ours, until the promise that this gives comes true.
        fn held(self: &Rc<Self>) -> JsValue {
            if !self.is_seen() {
                self.state.borrow_mut().asked = false;
                return JsValue::UNDEFINED;
            }
            let of = self.clone();
            let promise = Promise::new(&mut move |let_go, _| of.state.borrow_mut().let_go = Some(let_go));
            self.listen();
            promise.into()
        }

        fn leave(&self) {
            let mut state = self.state.borrow_mut();
            if let Some(stream) = state.stream.take() {
                stream.close();
            }
            state.last = None;
            if let Some(let_go) = state.let_go.take() {
                state.asked = false;
                drop(state);
                let _ = let_go.call0(&JsValue::UNDEFINED);
            }
            self.mark_live(false);
        }

        fn listen(self: &Rc<Self>) {
            let Ok(stream) = EventSource::new(&self.address) else { return };
            let of = self.clone();
            let said = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(said) = event.data().as_string() {
                    let _ = of.channel.post_message(&JsValue::from_str(&said));
                    of.show(&said);
                    of.state.borrow_mut().last = Some(said);
                }
            });
            stream.set_onmessage(Some(said.as_ref().unchecked_ref()));
            said.forget();
            let of = self.clone();
            let over = Closure::<dyn FnMut()>::new(move || {
                let _ = of.channel.post_message(&JsValue::from_str(OVER));
                of.stop();
            });
            let _ = stream.add_event_listener_with_callback("over", over.as_ref().unchecked_ref());
            over.forget();
            let of = self.clone();
            let failed = Closure::<dyn FnMut()>::new(move || of.failed());
            stream.set_onerror(Some(failed.as_ref().unchecked_ref()));
            failed.forget();
            self.state.borrow_mut().stream = Some(stream);
        }

        /// A stream that broke off comes again by itself; one that was refused does not.
        fn failed(self: &Rc<Self>) {
            self.mark_live(false);
            let _ = self.channel.post_message(&JsValue::from_str(BROKEN));
            let mut state = self.state.borrow_mut();
            if state.stream.as_ref().is_none_or(|stream| stream.ready_state() != EventSource::CLOSED) {
                return;
            }
            state.stream = None;
            drop(state);
            let of = self.clone();
            set_timeout(
                move || {
                    let ours = of.state.borrow();
                    if ours.let_go.is_some() && ours.stream.is_none() && !ours.over {
                        drop(ours);
                        of.listen();
                    }
                },
                REFUSED,
            );
        }

        /// The session is over: nothing is asked any more.
        fn stop(&self) {
            self.state.borrow_mut().over = true;
            self.leave();
        }

        fn repeat(&self) {
            if let Some(last) = &self.state.borrow().last {
                let _ = self.channel.post_message(&JsValue::from_str(last));
            }
        }

        /// “Of 14:03” is for a page that nobody keeps current.
        fn mark_live(&self, live: bool) {
            let Some(root) = self.document.document_element() else { return };
            let _ = if live { root.set_attribute("data-live", "") } else { root.remove_attribute("data-live") };
        }

        fn show(self: &Rc<Self>, said: &str) {
            self.mark_live(true);
            self.outcome(said.lines().find_map(|line| line.strip_prefix("outcomes ")));
            for line in said.lines() {
                let Some((what, number)) = line.rsplit_once(' ') else { continue };
                if what.split_once(' ').is_some_and(|(at, of)| at == self.at && self.is_of(of)) {
                    self.ask(number);
                    continue;
                }
                let Ok(places) = self.document.query_selector_all(&format!("[data-count=\"{what}\"]")) else {
                    continue;
                };
                for place in (0..places.length()).filter_map(|index| places.item(index)) {
                    if place.text_content().as_deref() != Some(number) {
                        place.set_text_content(Some(number));
                    }
                }
            }
        }

        /// Asks what came and went since this page was made, where it shows what may.
        fn ask(self: &Rc<Self>, revision: &str) {
            let Some(address) = self.region().and_then(|region| region.get_attribute("data-since")) else { return };
            let mut state = self.state.borrow_mut();
            if state.asking || state.revision == revision || !self.is_seen() {
                return;
            }
            let Ok(request) = XmlHttpRequest::new() else { return };
            if request.open("GET", &address).is_err() {
                return;
            }
            state.asking = true;
            let (of, asked, revision) = (self.clone(), request.clone(), revision.to_owned());
            let answered = Closure::once_into_js(move || {
                let said = asked.response_text().ok().flatten().unwrap_or_default();
                match asked.status() {
                    Ok(200) => of.tell(&said),
                    Ok(204) => of.tell(""),
                    // It is asked again with the next change.
                    _ => {}
                }
                of.state.borrow_mut().revision = revision;
                let next = of.clone();
                set_timeout(
                    move || {
                        next.state.borrow_mut().asking = false;
                        // What was told meanwhile is looked at once more.
                        let _ = next.channel.post_message(&JsValue::from_str(WHAT));
                        let last = next.state.borrow().last.clone();
                        if let Some(last) = last {
                            next.show(&last);
                        }
                    },
                    CALM,
                );
            });
            request.set_onloadend(Some(answered.unchecked_ref()));
            if request.send().is_err() {
                state.asking = false;
            }
        }

        /// What came of an own action that was not confirmed yet, if this page does not say so already.
        fn outcome(&self, newest: Option<&str>) {
            let Ok(Some(region)) = self.document.query_selector("[data-outcomes]") else { return };
            let known = region.get_attribute("data-outcomes").unwrap_or_default();
            let number = |text: &str| text.parse::<i64>().unwrap_or(0);
            match newest.filter(|newest| number(newest) > number(&known)) {
                Some(newest) => {
                    let _ = region.set_attribute("data-href", &format!("/audit/{newest}"));
                    self.say(&region, "An earlier action of yours has an outcome now.");
                }
                None => self.say(&region, ""),
            }
        }

        fn tell(&self, said: &str) {
            if let Some(region) = self.region() {
                self.say(&region, said);
            }
        }

        /// The region is there before its text, so that it is read out; what is the same is not read out twice.
        fn say(&self, region: &Element, said: &str) {
            if region.get_attribute("data-said").as_deref() == Some(said) {
                return;
            }
            let _ = region.set_attribute("data-said", said);
            region.set_text_content(None);
            if said.is_empty() {
                return;
            }
            let (Ok(note), Ok(link)) = (self.document.create_element("p"), self.document.create_element("a")) else {
                return;
            };
            note.set_class_name("note lead");
            link.set_class_name("link");
            let (href, words) = (region.get_attribute("data-href"), region.get_attribute("data-words"));
            let _ = link.set_attribute("href", &href.unwrap_or_default());
            if let Some(target) = region.get_attribute("data-target") {
                let _ = link.set_attribute("target", &target);
            }
            link.set_text_content(words.as_deref());
            note.set_text_content(Some(said));
            let _ = note.append_child(&link);
            let _ = region.append_child(&note);
        }
    }
}

#[cfg(feature = "ssr")]
mod page {
    use super::super::time;
    use crate::{
        frame::{Frame, Since},
        id::InstanceName,
    };
    use leptos::prelude::*;

    /// For `data-count`: what stands there is what waits of this sort, and is kept current.
    pub fn count(instance: &InstanceName, what: &'static str) -> String {
        format!("{instance} {what}")
    }

    /// A number of what waits of this sort, that is kept current.
    pub fn counted(instance: &InstanceName, what: &'static str, number: String) -> AnyView {
        view! { <span data-count=count(instance, what)>{number}</span> }.into_any()
    }

    /// Where is said what came and went since the page was made, with a link to the page as it is then. Beside a form that is being
    /// filled in, it opens another tab: nothing that was typed is lost by it.
    pub fn meanwhile(frame: &Frame, since: &Since, writing: bool) -> AnyView {
        let (target, words) = if writing { (Some("_blank"), "Show in a new tab") } else { (None, "Show") };
        view! {
            <div aria-live="polite" data-since=since.address.clone() data-of=since.of data-revision=since.revision.clone() data-href=frame.here.clone() data-target=target data-words=words></div>
        }
        .into_any()
    }

    /// Of when the page is, and the way to a newer one; not to be seen while it is kept current.
    pub fn as_of(frame: &Frame) -> AnyView {
        view! {
            <span class="soft small nowrap as-of">"As of " {time::minute(frame.now)} " · " <a class="link" href=frame.here.clone()>"Refresh"</a></span>
        }
        .into_any()
    }
}

#[cfg(feature = "ssr")]
pub use page::{as_of, count, counted, meanwhile};

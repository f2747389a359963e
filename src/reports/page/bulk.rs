//! A decision about many at once, in the queue as in the list of accounts: what it would mean, and its form.

use crate::{
    frame::{Draft, Frame},
    id::InstanceName,
    reports::Decision,
    ui::form,
};
use leptos::prelude::*;

/// What both lists say in their own words of a decision about those that are ticked.
pub struct Bulk<'a> {
    /// Where it is posted.
    pub action: &'static str,
    /// The list without the decision.
    pub leave: String,
    /// “Suspend: 3 accounts”
    pub title: String,
    pub decision: Decision,
    /// Whether open reports are closed by it.
    pub closes: bool,
    /// Those that are ticked, frozen as they were shown.
    pub seen: &'a str,
    /// What is said of the message to each of them; `None` where nobody is told.
    pub message: Option<Message>,
    /// To whose entries the reason goes.
    pub why: &'static str,
    pub reasons: &'a [String],
    /// Why this cannot be done as it is.
    pub refused: Option<&'a str>,
}

/// What is said of the message to each user.
pub struct Message {
    pub hint: &'static str,
    pub by_email: &'static str,
}

/// Said where nothing of what was ticked can be decided about.
pub fn nothing(words: &'static str, others: AnyView, leave: String, back: &'static str) -> AnyView {
    view! {
        <section class="card panel lead" id="decide"><div class="body stack">
            <p>{words}</p>
            {others}
            <p><a class="btn" href=leave>{back}</a></p>
        </div></section>
    }
    .into_any()
}

impl Bulk<'_> {
    /// The panel, with what the list says of those it would hit.
    pub fn panel(self, instance: &InstanceName, frame: &Frame, notes: AnyView, hits: AnyView) -> AnyView {
        let form = self.refused.is_none().then(|| self.form(instance, frame));
        let Self { title, leave, refused, .. } = self;
        let refused = refused.map(|why| view! { <p class="note danger">{why.to_owned()}</p> });
        view! {
            <section class="card panel lead" id="decide">
                <header><h2>{title}</h2><a class="btn quiet small end" href=leave>"Cancel"</a></header>
                <div class="body stack">
                    {notes}
                    {refused}
                    {hits}
                    {form}
                </div>
            </section>
        }
        .into_any()
    }

    fn form(&self, instance: &InstanceName, frame: &Frame) -> AnyView {
        let draft = frame.draft_for(self.action);
        let needs = self.decision.needs(self.closes);
        let button = if self.decision == Decision::Suspend { "btn danger" } else { "btn main" };
        view! {
            <form method="post" action=self.action class="stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                {form::acting(frame, needs)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="seen" value=self.seen.to_owned() />
                <input type="hidden" name="decision" value=self.decision.name() />
                {self.message.as_ref().map(|message| message.fields(draft))}
                {form::why_of(draft, "why", self.why, self.reasons)}
                <div><button class=button disabled=frame.lacks(needs)>{self.title.clone()}</button></div>
            </form>
        }
        .into_any()
    }
}

impl Message {
    fn fields(&self, draft: Option<&Draft>) -> AnyView {
        let typed = |name: &str| draft.and_then(|draft| draft.value(name)).unwrap_or_default().to_owned();
        let mail_off = draft.is_some() && typed("mail").is_empty();
        view! {
            <label class="field" for="text">"Message to each user"</label>
            {form::text_area("text", "text", "3", &typed("text"), self.hint)}
            {form::beside(draft, "text")}
            <label class="check"><input type="checkbox" name="mail" value="yes" checked=!mail_off />{self.by_email}</label>
        }
        .into_any()
    }
}

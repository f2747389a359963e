//! What the team wrote down about an account.

use crate::{
    accounts::api,
    frame::Frame,
    id::{AccountId, InstanceName},
    nouns::notes::{OurNote, OurNotes},
    ui::{form, keys, time},
};
use leptos::prelude::*;

const NOTE: &str = form::action::<api::Note>();
const WITHDRAW_NOTE: &str = form::action::<api::WithdrawNote>();

/// The team's notes about an account, with a field to write one: on its own page, and in its case beside the decision.
pub fn notes(instance: &InstanceName, account: AccountId, notes: &OurNotes, frame: &Frame) -> AnyView {
    let draft = frame.draft_for(NOTE);
    if !notes.may_write && notes.notes.is_empty() {
        return draft.map(form::kept).into_any();
    }
    let write = notes.may_write.then(|| {
        let typed = draft.and_then(|draft| draft.value("text")).unwrap_or_default().to_owned();
        view! {
            <details class="undo post" open=draft.is_some()>
            <summary class="btn small" data-key=keys::key("c")>"Add a note " <span class="key">"c"</span></summary>
            <form method="post" action=NOTE class="stack">
                {form::above(draft)}
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=account.to_string() />
                <label class="field" for="note">"Write a note" <span class="soft small">"visible to the team, not \
                stored on the instance"</span></label>
                {form::text_area("text", "note", "3", &typed, "")}
                {form::beside(draft, "text")}
                <div><button class="btn">"Save note"</button></div>
            </form>
            </details>
        }
    });
    let empty = notes.notes.is_empty().then(|| {
        view! { <p class="pad soft">"No notes yet. Leave a note for whoever handles this account next."</p> }
    });
    view! {
        <section class="card" id="notes">
            <header><h2>"Team notes"</h2><span class="soft small">"stored here and in the audit log"</span></header>
            {empty}
            {notes.notes.iter().map(|note| one_note(instance, account, note, frame)).collect_view()}
            {write}
        </section>
    }
    .into_any()
}

fn one_note(instance: &InstanceName, account: AccountId, note: &OurNote, frame: &Frame) -> AnyView {
    let text = match &note.withdrawn {
        Some((at, by)) => {
            view! { <p class="soft">{format!("withdrawn by {by}")} " " {time::ago(*at, frame.now)}</p> }.into_any()
        }
        None => view! { <p dir="auto" class="said">{note.text.clone()}</p> }.into_any(),
    };
    let withdraw = note.may_withdraw.then(|| {
        view! {
            <form method="post" action=WITHDRAW_NOTE class="inline">
                {form::back(&frame.here)}
                <input type="hidden" name="instance" value=instance.to_string() />
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="note" value=note.id.clone() />
                <button class="btn quiet small" title="The note stays in the audit log only">"Withdraw note"</button>
            </form>
        }
    });
    view! {
        <div class="post small">
            <div class="by"><b>{note.by.clone()}</b> <span class="soft">{time::ago(note.at, frame.now)}</span> <span class="end">{withdraw}</span></div>
            {text}
        </div>
    }
    .into_any()
}

//! The week of a policy: a table to be read, and the rows of its form.

use super::RegistrationsMode;
use crate::{
    frame::Draft,
    nouns::policies::{DAYS, Policy, Slot},
    registrations::{PolicyForm, PolicyPage},
    ui::form,
};
use leptos::prelude::*;

/// Empty rows below those that are filled in, and in the fold below them.
const EMPTY: usize = 2;
const FOLDED: usize = 6;

/// From when to when, and who can sign up.
pub fn table(policy: &Policy) -> AnyView {
    if policy.week.is_empty() {
        return view! { <p class="soft pad">"No times are set."</p> }.into_any();
    }
    // The last one holds until the first of the next week.
    let next = policy.week.iter().cycle().skip(1);
    let row = |(slot, next): (&Slot, &Slot)| {
        view! {
            <tr>
                <td class="nowrap" data-label="From">{slot.said()}</td>
                <td class="nowrap" data-label="Until">{next.said()}</td>
                <td class="full">{slot.mode.word()}</td>
            </tr>
        }
    };
    view! {
        <table class="list">
            <thead><tr><th>"From"</th><th>"Until"</th><th>"Registrations"</th></tr></thead>
            <tbody>{policy.week.iter().zip(next).map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// A row as it is typed.
struct Row {
    day: String,
    time: String,
    mode: String,
}

impl Row {
    fn is_empty(&self) -> bool {
        self.day.is_empty() && self.time.is_empty() && self.mode.is_empty()
    }
}

/// The rows as they are saved, or as they were typed: in that order, so that a wrong one is where it was.
fn rows(policy: &Policy, draft: Option<&Draft>) -> Vec<Row> {
    let saved = |slot: &Slot| Row {
        day: slot.day_said().to_owned(),
        time: slot.time_said(),
        mode: slot.mode.stored().to_owned(),
    };
    let Some(draft) = draft else { return policy.week.iter().map(saved).collect() };
    let of = |name: &'static str| draft.list(name).map(str::to_owned);
    let typed = of("day").zip(of("time")).zip(of("mode")).map(|((day, time), mode)| Row { day, time, mode });
    let mut rows: Vec<Row> = typed.collect();
    let filled = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    rows.truncate(filled);
    rows
}

/// The rows of the form: those that are filled in, some empty ones, and more in a fold.
pub fn fields(page: &PolicyPage, draft: Option<&Draft>) -> AnyView {
    let mut rows = rows(&page.policy, draft);
    let shown = rows.len() + EMPTY;
    rows.resize_with(shown + FOLDED, || Row { day: String::new(), time: String::new(), mode: String::new() });
    let one = |(number, typed): (usize, &Row)| row(number, typed, page.may_open, draft);
    let table = |from: usize, to: usize| {
        let rows = rows.iter().enumerate().take(to).skip(from).map(one).collect_view();
        view! {
            <table class="list">
                <thead><tr><th>"Day"</th><th>"From"</th><th>"Registrations"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    };
    view! {
        {table(0, shown)}
        {form::beside(draft, "week")}
        <details class="undo">
            <summary class="btn">"Add more times"</summary>
            {table(shown, rows.len())}
        </details>
    }
    .into_any()
}

fn row(number: usize, typed: &Row, may_open: bool, draft: Option<&Draft>) -> AnyView {
    let called = |part: &str| format!("Row {}: {part}", number + 1);
    let wrong = |part: &str| form::beside(draft, &PolicyForm::of_row(part, number));
    let days = DAYS.map(|day| view! { <option value=day selected=typed.day == day>{day}</option> });
    // Only a row that is there can go.
    let remove = (!typed.is_empty()).then(|| {
        let removed = typed.day == PolicyForm::REMOVE;
        view! { <option value=PolicyForm::REMOVE selected=removed>"Remove"</option> }
    });
    let modes = RegistrationsMode::ALL.map(|mode| {
        let disabled = mode == RegistrationsMode::Open && !may_open;
        view! { <option value=mode.stored() selected=typed.mode == mode.stored() disabled=disabled>{mode.word()}</option> }
    });
    view! {
        <tr>
            <td data-label="Day"><select class="input day" name="day[]" aria-label=called("day")><option value="">"–"</option>{days.into_iter().collect_view()}{remove}</select>{wrong("day")}</td>
            <td data-label="From"><input class="input" type="time" name="time[]" aria-label=called("from") value=typed.time.clone() />{wrong("time")}</td>
            <td data-label="Registrations"><select class="input" name="mode[]" aria-label=called("registrations")><option value="">"–"</option>{modes.into_iter().collect_view()}</select>{wrong("mode")}</td>
        </tr>
    }
    .into_any()
}

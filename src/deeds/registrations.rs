//! Who may sign up.

use super::{ChangedRow, LogRow, Needs, OnInstance, row};
use crate::{
    access::Permission,
    id::InstanceName,
    ledger::{BeforeAfter, Deed, LARGEST_SEEN, Subject},
    nouns::{
        parts::WatchedPart,
        permissions::MANAGE_SETTINGS,
        registrations::RegistrationsMode,
        settings::{MODE, Meaning, Stored},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Set who may sign up, and what visitors read while closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRegistrations {
    pub instance: InstanceName,
    /// The raw rows the person saw; a duplicated row (4.3) is the list of both, oldest first.
    pub mode_before: Vec<Option<String>>,
    pub message_before: Vec<Option<String>>,
    /// `open`, `approved` or `none`
    pub mode_after: RegistrationsMode,
    pub message_after: String,
}

impl Deed for SetRegistrations {
    const KIND: &'static str = "set_registrations";
    const CHANGES: bool = true;
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Registrations(self.instance.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.mode_before, "after": self.mode_after })
    }

    fn permissions(&self) -> &'static [Permission] {
        match self.mode_after {
            RegistrationsMode::Open => &[Permission::OpenRegistrations],
            RegistrationsMode::Approved | RegistrationsMode::None => &[Permission::CloseRegistrations],
        }
    }

    /// Whoever has the record in doubt must still be able to close registrations.
    fn in_doubt_too(&self) -> bool {
        match self.mode_after {
            RegistrationsMode::None | RegistrationsMode::Approved => true,
            RegistrationsMode::Open => false,
        }
    }

    fn sentence(&self) -> String {
        mode_word(self.mode_after).to_owned()
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![
            row("registrations", raw(&self.mode_before), format!("--- {}", self.mode_after.stored())),
            row("message", raw(&self.message_before), self.message_after.clone()),
        ]
    }
}

impl OnInstance for SetRegistrations {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_SETTINGS)
    }

    fn logs(&self, _: &LogRow<'_>) -> bool {
        // Mastodon logs no settings.
        false
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        match (found.part, found.key) {
            (WatchedPart::Settings, MODE) => Meaning::of(&found.rows()) == Meaning::Mode(self.mode_after),
            (WatchedPart::Settings, _) => {
                let stored = Stored { mode: Vec::new(), message: found.rows() };
                stored.message_text().as_ref() == Ok(&self.message_after)
            }
            (_, _) => false,
        }
    }
}

/// The rows of a setting as they stand.
fn raw(rows: &[Option<String>]) -> String {
    match rows {
        [] => "no row".to_owned(),
        rows => rows.iter().map(|row| row.clone().unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join(" / "),
    }
}

fn mode_word(mode: RegistrationsMode) -> &'static str {
    match mode {
        RegistrationsMode::Open => "opened registrations",
        RegistrationsMode::Approved => "set registrations to approval required",
        RegistrationsMode::None => "closed registrations",
    }
}

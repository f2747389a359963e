//! Who may sign up.

use super::{ChangedRow, LogRow, Needs, OnInstance, row};
use crate::{
    access::Permission,
    id::InstanceName,
    ledger::{BeforeAfter, Deed, LARGEST_SEEN, Subject},
    nouns::{
        parts::WatchedPart,
        permissions::MANAGE_SETTINGS,
        policies::{ByPolicy, Measure, Policy, Slot},
        registrations::RegistrationsMode,
        settings::{MODE, Meaning, Stored},
    },
    text,
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
    /// What a policy did it for, on behalf of the person who answers for it; `None` for what somebody did by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ByPolicy>,
    /// It was pressed as an emergency: it waits for nobody who is at the setting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pressed: bool,
}

impl Deed for SetRegistrations {
    const KIND: &'static str = "set_registrations";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &["by"];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Registrations(self.instance.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        let mut facts = json!({ "before": self.mode_before, "after": self.mode_after });
        if let Some(by) = &self.by {
            facts["policy"] = json!({ "rule": by.rule, "version": by.version, "inputs": by.inputs });
        }
        facts
    }

    fn permissions(&self) -> &'static [Permission] {
        match self.mode_after {
            RegistrationsMode::Open => &[Permission::OpenRegistrations],
            RegistrationsMode::Approved | RegistrationsMode::None => &[Permission::CloseRegistrations],
        }
    }

    /// In an emergency nobody waits for a process that may have died: closing twice is closing.
    fn waits_for_nobody(&self) -> bool {
        self.pressed && self.mode_after == RegistrationsMode::None
    }

    /// Whoever has the record in doubt must still be able to close registrations: to fewer people than before, never to more.
    fn in_doubt_too(&self) -> bool {
        match (self.mode_after, Meaning::of(&self.mode_before).mode()) {
            (RegistrationsMode::None, _) => true,
            (RegistrationsMode::Approved, before) => {
                matches!(before, Some(RegistrationsMode::Open | RegistrationsMode::Approved))
            }
            (RegistrationsMode::Open, _) => false,
        }
    }

    fn sentence(&self) -> String {
        let by = if self.by.is_some() { " (by policy)" } else { "" };
        let stays = self.by.is_some() && Meaning::of(&self.mode_before) == Meaning::Mode(self.mode_after);
        let what = if stays { "changed the message to visitors" } else { mode_word(self.mode_after) };
        format!("{what}{by}")
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let mut rows = vec![
            row("registrations", raw(&self.mode_before), format!("--- {}", self.mode_after.stored())),
            row("message", raw(&self.message_before), self.message_after.clone()),
        ];
        let known = self.by.iter().flat_map(|by| &by.inputs);
        rows.extend(known.map(|(measure, number)| row(measure.name(), String::new(), number.to_string())));
        rows
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

/// What somebody does to a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyChange {
    /// Its rules, its week, or its words.
    Set,
    SwitchOn,
    SwitchOff,
    /// Held by hand, until an end or until somebody lets go.
    Hold,
    /// Closed at once.
    Emergency,
    /// What was held, or set past it, is let go: the policy decides.
    Release,
}

/// Change when who may sign up changes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePolicy {
    pub instance: InstanceName,
    /// The version the person saw; 0 where there was none.
    pub version: i64,
    pub change: PolicyChange,
    pub before: Option<Box<Policy>>,
    pub after: Box<Policy>,
}

impl Deed for ChangePolicy {
    const KIND: &'static str = "change_policy";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &["before", "after", "change", "version"];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Registrations(self.instance.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "change": self.change, "version": self.version + 1, "on": self.after.on, "widest": self.after.widest() })
    }

    /// Whoever lets it open registrations by itself must be allowed to open them.
    fn permissions(&self) -> &'static [Permission] {
        match self.after.widest() {
            RegistrationsMode::Open => &[Permission::OpenRegistrations],
            RegistrationsMode::Approved | RegistrationsMode::None => &[Permission::CloseRegistrations],
        }
    }

    /// Of several that are kept at once over one version the store takes one.
    fn waits_for_nobody(&self) -> bool {
        self.change == PolicyChange::Emergency
    }

    /// Closing, and holding that against everything, goes on while the record is in doubt.
    fn in_doubt_too(&self) -> bool {
        let closes = self.after.hold.as_ref().is_some_and(|hold| match hold.mode {
            RegistrationsMode::None | RegistrationsMode::Approved => true,
            RegistrationsMode::Open => false,
        });
        closes && matches!(self.change, PolicyChange::Hold | PolicyChange::Emergency)
    }

    fn sentence(&self) -> String {
        let held = self.after.hold.as_ref();
        let mode = held.map_or("", |hold| hold.mode.word());
        let until = held.and_then(|hold| hold.until).map(|until| format!(" until {}", text::time::absolute(until)));
        let then = held.and_then(|hold| hold.then).map(|then| format!(", then “{}”", then.word()));
        let until = format!("{}{}", until.unwrap_or_default(), then.unwrap_or_default());
        match self.change {
            PolicyChange::Set if self.after.on => "changed the registrations policy".to_owned(),
            PolicyChange::Set => "changed the registrations policy, which is off".to_owned(),
            PolicyChange::SwitchOn => "turned the registrations policy on".to_owned(),
            PolicyChange::SwitchOff => "turned the registrations policy off".to_owned(),
            PolicyChange::Hold => format!("held registrations at “{mode}”{until}"),
            PolicyChange::Emergency => format!("pressed emergency: held registrations at “{mode}”{until}"),
            PolicyChange::Release if self.after.on => "let the registrations policy decide again".to_owned(),
            // While it is off it decides nothing.
            PolicyChange::Release => "ended the hold of registrations".to_owned(),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        let none = Policy::default();
        let before = self.before.as_deref().unwrap_or(&none);
        let lines = policy_lines(before).into_iter().zip(policy_lines(&self.after));
        lines.filter(|(old, new)| old.1 != new.1).map(|(old, new)| row(new.0, old.1, new.1)).collect()
    }
}

/// What a policy says, line by line, for comparison.
fn policy_lines(policy: &Policy) -> Vec<(&'static str, String)> {
    let rules = Measure::ALL.into_iter().map(|measure| {
        let rule = policy.rule(measure);
        let says = rule.map(|rule| format!("from {}, until below {}: {}", rule.enter, rule.leave, rule.to.word()));
        (measure.name(), says.unwrap_or_else(|| "no rule".to_owned()))
    });
    let slot = |slot: &Slot| format!("{} {}", slot.said(), slot.mode.word());
    let hold = policy.hold.as_ref().map(|hold| {
        let until = hold.until.map(|until| format!(" until {}", text::time::absolute(until))).unwrap_or_default();
        let then = hold.then.map(|then| format!(", then {}", then.word())).unwrap_or_default();
        format!("{}{until}{then}", hold.mode.word())
    });
    let fixed = [
        ("policy", if policy.on { "on" } else { "off" }.to_owned()),
        ("held", hold.unwrap_or_else(|| "nothing".to_owned())),
        ("message while held", policy.hold.as_ref().and_then(|hold| hold.message.clone()).unwrap_or_default()),
        ("otherwise", policy.otherwise.word().to_owned()),
        ("time zone", policy.zone.clone()),
        ("week", policy.week.iter().map(slot).collect::<Vec<_>>().join("; ")),
        ("minutes between changes", policy.stay.to_string()),
        ("minutes late at most", policy.tolerance.to_string()),
        ("message", policy.words.message.clone()),
        ("recommended servers", policy.words.servers.join(", ")),
        ("how to ask for access", policy.words.access.clone()),
    ];
    fixed.into_iter().chain(rules).collect()
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

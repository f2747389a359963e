//! The record itself.

use crate::{
    access::Permission,
    clock::Timestamp,
    id::InstanceName,
    ledger::{BeforeAfter, Deed, Subject},
    text::{self, Narrowing, time},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a part of the record is handed out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// The list, for a spreadsheet
    Csv,
    /// The list, an object a line
    JsonLines,
    /// The leaves with their proofs
    Bundle,
}

/// Hand out a part of the record as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    pub form: ExportForm,
    /// What it is narrowed to: the query of the page.
    pub filter: Narrowing,
}

impl Deed for ExportRecord {
    const KIND: &'static str = "export_record";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Record
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "form": self.form, "narrowed": !self.filter.is_empty() })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::CheckLedger]
    }

    fn sentence(&self) -> String {
        let form = match self.form {
            ExportForm::Csv => "as CSV",
            ExportForm::JsonLines => "as JSON Lines",
            ExportForm::Bundle => "as a bundle with proofs",
        };
        format!("exported {} {form}", if self.filter.is_empty() { "the audit log" } else { "part of the audit log" })
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Sign off who could do what at an instant, or what changed between two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOffAccess {
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    pub and: Option<i64>,
    /// The tree that it was derived from.
    pub entries: i64,
    pub root: String,
    /// A keyed hash of all that the review said.
    pub seen: String,
}

impl Deed for SignOffAccess {
    const KIND: &'static str = "sign_off_access";
    const CHANGES: bool = false;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Record
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "at": self.at, "and": self.and, "entries": self.entries, "root": self.root, "seen": self.seen })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::Review]
    }

    fn sentence(&self) -> String {
        let at = time::absolute(Timestamp(self.at));
        match self.and {
            Some(and) => format!("signed off the access review of {at} and {}", time::absolute(Timestamp(and))),
            None => format!("signed off the access review of {at}"),
        }
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// Destroy the keys that seal what the record says about one subject: the entries stay, their words are gone for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyWords {
    /// The keyed hash of whom or what it is about; `None` for all that is older than the console keeps words.
    pub about: Option<String>,
    /// The keys, by name.
    pub keys: Vec<String>,
    pub because: Destruction,
}

// `verify` reads from here which keys were destroyed lawfully.
impl Deed for DestroyWords {
    const KIND: &'static str = "destroy_words";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = 64 * 1024;

    fn subject(&self) -> Subject {
        Subject::Words(self.about.clone().unwrap_or_default())
    }

    fn instance(&self) -> Option<&InstanceName> {
        None
    }

    fn facts(&self) -> Value {
        json!({ "keys": self.keys, "because": self.because })
    }

    fn permissions(&self) -> &'static [Permission] {
        // An owner’s alone, as people are.
        &[Permission::ManageOperators]
    }

    fn sentence(&self) -> String {
        let what = match self.because {
            Destruction::Request => "about one subject",
            Destruction::Retention => "past their retention period",
        };
        format!("destroyed the sealed texts {what} ({})", text::count(self.keys.len(), "key", "keys"))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        Vec::new()
    }
}

/// What words are destroyed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destruction {
    /// Somebody asked for it.
    Request,
    /// They are as old as the configuration keeps them.
    Retention,
}

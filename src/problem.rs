//! The one error a browser can see: what failed, on which object, and what to do.

use crate::text;
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// What sort of failure it is; decides the status of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    SignedOut,
    Forbidden,
    NotFound,
    /// What was typed cannot be carried out.
    Invalid,
    /// Somebody else was quicker, or holds it.
    Conflict,
    TooMany,
    /// The console, the instance or the ledger cannot do it now.
    Unavailable,
}

/// What the reader is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: Kind,
    /// What failed, on which object. One sentence.
    pub what: String,
    /// What to do about it. One sentence, or nothing.
    #[serde(alias = "way_on")]
    pub remedy: String,
    /// The field it belongs beside.
    pub field: Option<String>,
    /// The entry of a decision that the reader is to review before they see this.
    #[serde(default)]
    pub review: Option<i64>,
}

impl Problem {
    /// A sentence begins with a capital, also where it begins with what something else said.
    pub fn new(kind: Kind, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, what: text::capital(&what.into()), remedy: remedy.into(), field: None, review: None }
    }

    /// What is not shown before somebody has said what they would have decided in place of this entry.
    pub fn review_first(what: &str, entry: i64) -> Self {
        let remedy = "Looking now is recorded in the audit log, and shown with your opinion.";
        Self { review: Some(entry), ..Self::new(Kind::Forbidden, format!("{what}: give your opinion first."), remedy) }
    }

    pub fn invalid(field: &str, what: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(Kind::Invalid, what, "") }
    }

    /// Of what never goes: an entry of the audit log.
    pub fn never_there(what: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, what, "")
    }

    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, what, "It may have been removed, or the URL is mistyped.")
    }

    pub fn unavailable(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, what, remedy)
    }

    /// What is left to say of a form whose writer was signed out, once they are back.
    pub fn signed_in_again(self) -> Self {
        let remedy = "Check it and send it again.";
        Self::new(self.kind, "You’re signed in again. What you typed is kept; nothing has been done yet.", remedy)
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self.kind {
            Kind::SignedOut => 401,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::Invalid => 422,
            Kind::Conflict => 409,
            Kind::TooMany => 429,
            Kind::Unavailable => 503,
        }
    }
}

/// What is said of a form whose parts do not make sense: none of ours sends such.
pub fn malformed_form() -> Problem {
    Problem::new(Kind::Invalid, "Nothing was done: the form was incomplete.", "Reload the page and try again.")
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // The parser's words would tell strangers about our insides.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::new(Kind::Invalid, "The request was not understood.", "Go back, reload the page and try again.")
            }
            _ => Self::unavailable("The console can’t be reached.", "Check the connection and try again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_begins_as_a_sentence() {
        let said = "the instance’s database does not answer, so this cannot be shown.";
        assert_eq!(
            Problem::unavailable(said, "").what,
            "The instance’s database does not answer, so this cannot be shown."
        );
        assert_eq!(Problem::invalid("who", "@frozen has no login.").what, "@frozen has no login.");
        assert_eq!(Problem::not_found("").what, "");
    }

    /// Drafts live for minutes, and one may be read by a console that was replaced meanwhile.
    #[test]
    fn a_draft_kept_under_the_former_name_of_the_remedy_is_read() {
        let kept = r#"{"kind":"conflict","what":"Nothing was done.","way_on":"Look again.","field":null}"#;
        let problem: Problem = serde_json::from_str(kept).unwrap();
        assert_eq!(problem, Problem::new(Kind::Conflict, "Nothing was done.", "Look again."));
    }
}

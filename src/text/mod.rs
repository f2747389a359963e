//! Text that people type and that goes into the record for good: each a type that knows how long it may be.

pub mod alike;
pub mod time;

use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// Text trimmed and checked where it is made. What the record holds already is read back whatever its length.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $longest:literal, $called:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// In characters.
            pub const LONGEST: usize = $longest;

            /// What somebody typed into a field of a form.
            ///
            /// # Errors
            /// Beside the field, if it is too long or holds a NUL character.
            pub fn typed(field: &str, text: &str) -> Result<Self, Problem> {
                let text = text.trim().to_owned();
                if text.chars().count() > Self::LONGEST {
                    let longest = grouped(Self::LONGEST);
                    return Err(Problem::invalid(field, format!("{} is longer than {longest} characters.", $called)));
                }
                if text.contains('\0') {
                    let said = format!("{} contains a NUL character, which cannot be stored.", $called);
                    return Err(Problem::invalid(field, said));
                }
                Ok(Self(text.into()))
            }

            /// The same, and it must be there: otherwise this is said.
            ///
            /// # Errors
            /// Beside the field.
            pub fn needed(field: &str, text: &str, said: &str) -> Result<Self, Problem> {
                let text = Self::typed(field, text)?;
                if text.is_empty() { Err(Problem::invalid(field, said)) } else { Ok(text) }
            }

            /// What the console itself kept: cut where it is too long.
            pub fn kept(text: &str) -> Self {
                Self(text.trim().chars().take(Self::LONGEST).collect::<String>().into())
            }

            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// The console's own words.
        impl From<&'static str> for $name {
            fn from(text: &'static str) -> Self {
                Self(Cow::Borrowed(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

bounded!(
    /// Why somebody does something.
    Why,
    500,
    "The reason"
);
impl Why {
    /// What was typed into the field `why` of a form, which every deed has.
    ///
    /// # Errors
    /// Beside the field, if it is too long, or empty where it is needed.
    pub fn given(text: &str, needed: bool) -> Result<Self, Problem> {
        if needed {
            Self::needed("why", text, "Enter a reason: the audit log needs it.")
        } else {
            Self::typed("why", text)
        }
    }
}

/// A reason as it was written, or the one that was chosen instead.
pub fn or_chosen<'a>(written: &'a str, chosen: &'a str) -> &'a str {
    if written.trim().is_empty() { chosen } else { written }
}

bounded!(
    /// What somebody tells a colleague with a case.
    Message,
    500,
    "The note"
);
bounded!(
    /// What the team writes down about an account.
    Note,
    2_000,
    "The note"
);
bounded!(
    /// A whole mail address that is looked for (RFC 5321: 254 characters at most).
    Email,
    254,
    "The email address"
);
bounded!(
    /// The beginning of a session's hash, as a list of sessions names it.
    SessionName,
    64,
    "The name of the session"
);
bounded!(
    /// What a page of the record is narrowed to: the query of its address.
    Narrowing,
    2_000,
    "The audit log filter"
);
bounded!(
    /// A keyed hash, as a page named it.
    Hashed,
    64,
    "The name of the address"
);

/// How many of a list stand open where the rest is folded or only counted: what would hide one alone takes the room of that one.
pub fn shown_of(all: usize, most: usize) -> usize {
    if all <= most + 1 { all } else { most }
}

/// What a machine says went wrong, without its number: “Connection refused (os error 111)”.
pub fn without_number(said: &str) -> String {
    match said.split_once(" (os error ") {
        Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after)),
        None => said.to_owned(),
    }
}

/// “1 report”, “3 reports”.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number)) }
}

/// “48,211”, and “48,211+” where there are or may be more.
pub fn at_least(number: usize, more: bool) -> String {
    format!("{}{}", grouped(number), if more { "+" } else { "" })
}

/// 48211 as “48,211”.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text written by strangers, made harmless for one line or a paragraph: no control or direction characters that could
/// disguise what surrounds it, no invisible ones.
pub fn tame(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !matches!(c,
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{061C}' | '\u{180E}')
                && (!c.is_control() || *c == '\n')
        })
        .collect()
}

/// A clause as the beginning of a sentence. A name of a server, which has a dot within, stays as it is.
pub fn capital(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    if first.trim_end_matches(['.', ',', ':', ';']).contains('.') {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The beginning of a text on one line.
pub fn excerpt(text: &str, longest: usize) -> String {
    let line = tame(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        line
    } else {
        let mut cut: String = line.chars().take(longest).collect();
        cut.push('…');
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fold_one_alone_shows_it() {
        assert_eq!([3, 4, 5, 0].map(|all| shown_of(all, 3)), [3, 4, 3, 0]);
    }
    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(48_211), "48,211");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_no_name_of_a_server_does() {
        assert_eq!(capital("the database is away. Wait."), "The database is away. Wait.");
        assert_eq!(capital("junk.example is blocked."), "junk.example is blocked.");
        assert_eq!(capital("gone. It"), "Gone. It");
    }

    #[test]
    fn disguises_are_taken_off() {
        assert_eq!(tame("a\u{202E}b\u{200B}c\u{0007}\nd"), "abc\nd");
        assert_eq!(excerpt("one  two\n three", 8), "one two …");
    }

    #[test]
    fn what_is_too_long_is_refused_beside_its_field() {
        let most = "ä".repeat(Why::LONGEST);
        assert_eq!(Why::typed("why", &format!(" {most}\r\n")).map(|why| why.as_str().to_owned()), Ok(most.clone()));
        let refused = Why::typed("reason", &format!("{most}!")).err();
        assert_eq!(refused, Some(Problem::invalid("reason", "The reason is longer than 500 characters.")));
        assert!(Why::typed("why", "a\0b").is_err());
        assert!(Why::needed("why", " \n ", "Say why.").is_err());
        assert_eq!(Why::kept(&"x".repeat(9_999)).as_str().len(), Why::LONGEST);
        assert!(Email::typed("q", &format!("{}@example.org", "x".repeat(243))).is_err());
    }

    #[test]
    fn what_the_record_holds_already_is_read_whatever_its_length() {
        let long = "x".repeat(9_999);
        let read: Result<Why, _> = serde_json::from_value(serde_json::json!(long));
        assert_eq!(read.map(|why| why.as_str().len()).ok(), Some(9_999));
    }
}

//! The stored rows that say who may sign up, and what each value does.
//!
//! Sources: `app/models/setting.rb`, `app/models/form/admin_settings.rb`, `config/settings.yml`.

use super::registrations::RegistrationsMode;
use crate::text;

pub const MODE: &str = "registrations_mode";
pub const MESSAGE: &str = "closed_registrations_message";

/// What the stored rows of `registrations_mode` amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Mode(RegistrationsMode),
    /// No row: the default, closed.
    Absent,
    /// NULL, empty, or a word that is none of the three: the instance API says open, every sign-up waits for review.
    Unknown(String),
    /// No YAML, or a type Mastodon does not read: sign-up page, instance API and admin pages fail.
    Breaks(String),
}

impl Meaning {
    /// What the rows mean; the oldest counts where there are two (4.3 only).
    pub fn of(rows: &[Option<String>]) -> Self {
        let Some(first) = rows.first() else { return Self::Absent };
        let Some(text) = first.as_deref().filter(|text| !text.is_empty()) else {
            return Self::Unknown(String::new());
        };
        match read_yaml(text) {
            Ok(Some(word)) => match word.parse() {
                Ok(mode) => Self::Mode(mode),
                Err(()) => Self::Unknown(word),
            },
            Ok(None) => Self::Unknown(String::new()),
            Err(why) => Self::Breaks(why),
        }
    }

    /// The mode, where it is one of the three; an absent row is closed.
    pub fn mode(&self) -> Option<RegistrationsMode> {
        match self {
            Self::Mode(mode) => Some(*mode),
            Self::Absent => Some(RegistrationsMode::None),
            Self::Unknown(_) | Self::Breaks(_) => None,
        }
    }

    /// The state in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Mode(mode) => mode.word(),
            Self::Absent => "closed",
            Self::Unknown(_) => "unclear",
            Self::Breaks(_) => "broken",
        }
    }

    /// What a strange value does; empty for a sound one.
    pub fn strange(&self, rows: &[Option<String>]) -> String {
        let doubled = if rows.len() > 1 {
            " This setting has two rows; Mastodon uses the older one. Changing it here fixes that."
        } else {
            ""
        };
        let said = match self {
            Self::Mode(_) => String::new(),
            Self::Absent => "No value is stored, so Mastodon’s default applies: closed.".to_owned(),
            Self::Unknown(word) => {
                let value =
                    if word.is_empty() { "nothing".to_owned() } else { format!("“{}”", text::excerpt(word, 40)) };
                format!(
                    "The stored value is {value}, which is not a valid mode. The public API says open without \
                    approval, yet every sign-up waits for review. Choose a mode below to fix it."
                )
            }
            Self::Breaks(why) => format!(
                "The stored value can’t be read ({why}): the sign-up page, the public API and Mastodon’s admin \
                pages fail. Choose a mode below to fix it."
            ),
        };
        format!("{said}{doubled}").trim().to_owned()
    }
}

/// The text of a stored setting: some text or number as words, `None` for nil.
///
/// # Errors
/// Why Mastodon cannot read it either.
pub fn read_yaml(text: &str) -> Result<Option<String>, String> {
    let body = text.strip_prefix("---").unwrap_or(text).trim();
    // Ruby's loader refuses types that are not on its short list; an unquoted date is one.
    let mut digits = body.split('-');
    let is_date = body.len() == 10
        && [4, 2, 2].into_iter().all(|length| {
            digits.next().is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
        });
    if is_date {
        return Err("an unquoted date".to_owned());
    }
    // Of Ruby's own classes it takes two, and neither is a text (`app/models/setting.rb`).
    if body.starts_with("!ruby/") {
        return Err("an object of Ruby’s".to_owned());
    }
    // Both settings are scalars: what is nested deeper is nobody's, and would be read on the stack.
    let shallow = serde_saphyr::options! { budget: serde_saphyr::budget! { max_depth: 8 } };
    let value: serde_json::Value =
        serde_saphyr::from_str_with_options(text, shallow).map_err(|_| "it is not valid YAML".to_owned())?;
    match value {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text)),
        other => Ok(Some(other.to_string())),
    }
}

/// The YAML of a text as Ruby reads it back: double-quoted with JSON's escapes, non-ASCII raw.
pub fn write_yaml(text: &str) -> String {
    if text.is_empty() {
        return "--- ''\n".to_owned();
    }
    let mut quoted = String::from("--- \"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // What YAML 1.1 does not call printable, and what it takes for an end of line.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push_str("\"\n");
    quoted
}

/// The stored rows of both settings, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub mode: Vec<Option<String>>,
    pub message: Vec<Option<String>>,
}

impl Stored {
    /// The message visitors read, or why it cannot be read.
    pub fn message_text(&self) -> Result<String, String> {
        match self.message.first() {
            None | Some(None) => Ok(String::new()),
            Some(Some(text)) if text.is_empty() => Ok(String::new()),
            Some(Some(text)) => read_yaml(text).map(Option::unwrap_or_default),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn meaning(text: &str) -> Meaning {
        Meaning::of(&[Some(text.to_owned())])
    }

    #[test]
    fn every_stored_value_is_said_as_what_it_does() {
        assert_eq!(meaning("--- open\n"), Meaning::Mode(RegistrationsMode::Open));
        assert_eq!(meaning("--- \"approved\"\n"), Meaning::Mode(RegistrationsMode::Approved));
        assert_eq!(meaning("--- none\n"), Meaning::Mode(RegistrationsMode::None));
        assert_eq!(Meaning::of(&[]), Meaning::Absent);
        assert_eq!(Meaning::of(&[None]), Meaning::Unknown(String::new()));
        assert_eq!(meaning(""), Meaning::Unknown(String::new()));
        assert_eq!(meaning("---\n"), Meaning::Unknown(String::new()));
        assert_eq!(meaning("--- nonsense\n"), Meaning::Unknown("nonsense".into()));
        assert!(matches!(meaning("--- 2024-01-01\n"), Meaning::Breaks(_)));
        assert!(matches!(meaning("--- [open\n"), Meaning::Breaks(_)));
        let two = [Some("--- none\n".to_owned()), Some("--- open\n".to_owned())];
        assert_eq!(Meaning::of(&two), Meaning::Mode(RegistrationsMode::None));
        assert!(Meaning::of(&two).strange(&two).contains("two rows"));
    }

    /// Nothing that somebody wrote into the instance's database ends the process.
    #[test]
    fn what_is_nested_without_end_is_refused() {
        for (open, close) in [("{a: ", "}"), ("[", "]"), ("- ", ""), ("? ", "")] {
            let text = format!("--- {}x{}", open.repeat(10_000), close.repeat(10_000));
            assert!(matches!(meaning(&text), Meaning::Breaks(_)), "{open}");
        }
    }

    #[test]
    fn characters_that_yaml_does_not_call_printable_are_escaped() {
        for text in ["\u{fffe}", "\u{ffff}", "\u{feff}", "\u{2028}", "\u{85}", "\u{0}", "\u{10ffff}", "\u{fffd}"] {
            assert_eq!(read_yaml(&write_yaml(text)), Ok(Some(text.to_owned())), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "(?s).{0,200}") {
            let written = write_yaml(&text);
            let read = read_yaml(&written);
            prop_assert_eq!(read, Ok(Some(text)));
        }
    }
}

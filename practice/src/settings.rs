//! Settings as Mastodon reads them: through the cache, in YAML (`app/models/setting.rb`).

use crate::server::{Failure, Instance};
use serde_json::Value;

/// A setting's text: some text, nothing, or that there is no row.
#[derive(Debug, PartialEq, Eq)]
pub enum Setting {
    Default,
    Nil,
    Text(String),
}

impl Setting {
    /// The text, or what stands for a missing row; nil is empty.
    pub fn or(self, default: &str) -> String {
        match self {
            Self::Default => default.to_owned(),
            Self::Nil => String::new(),
            Self::Text(text) => text,
        }
    }
}

/// Reads a setting.
///
/// # Errors
/// If the database does not answer, or the stored text raises in Mastodon.
pub async fn read(instance: &Instance, var: &str) -> Result<Setting, Failure> {
    let kept = match &instance.cache {
        Some(cache) => cache.setting(instance.version, var).await,
        None => None,
    };
    let stored = match kept {
        Some(stored) => stored,
        None => {
            // 4.3 can hold two rows; the older counts.
            let value: Option<Option<String>> =
                sqlx::query_scalar("select value from settings where var = $1 order by id limit 1")
                    .bind(var)
                    .fetch_optional(&instance.pool)
                    .await?;
            let value = value.map(Option::unwrap_or_default);
            if let Some(cache) = &instance.cache {
                cache.keep_setting(instance.version, var, &value).await;
            }
            value
        }
    };
    match stored {
        None => Ok(Setting::Default),
        Some(text) => parse(&text).ok_or(Failure::Broken),
    }
}

/// A stored YAML scalar; nothing where Ruby raises.
fn parse(stored: &str) -> Option<Setting> {
    let body = stored.strip_prefix("---").unwrap_or(stored);
    if let Some(block) = body.trim_start().strip_prefix('|') {
        let lines = block.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line));
        return Some(Setting::Text(lines.map(|line| format!("{line}\n")).collect()));
    }
    let body = body.trim();
    if body.is_empty() || matches!(body, "null" | "~") {
        return Some(Setting::Nil);
    }
    if let Ok(Value::String(text)) = serde_json::from_str(body) {
        return Some(Setting::Text(text));
    }
    if let Some(text) = body.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return Some(Setting::Text(text.replace("''", "'")));
    }
    // A date is a class that is not allowed; a lone colon is no YAML.
    let date = body.len() == 10
        && body.chars().enumerate().all(|(at, c)| if at == 4 || at == 7 { c == '-' } else { c.is_ascii_digit() });
    if date || body.starts_with(": ") || body.starts_with(['"', '\'', '[', '{', '&', '*', '@', '%']) {
        return None;
    }
    Some(Setting::Text(body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_scalars_are_read_as_ruby_does() {
        let text = |text: &str| Some(Setting::Text(text.to_owned()));
        assert_eq!(parse("--- open\n"), text("open"));
        assert_eq!(parse("open"), text("open"));
        assert_eq!(parse("--- \"a \\\"b\\\"\\nc\"\n"), text("a \"b\"\nc"));
        assert_eq!(parse("--- 'it''s'\n"), text("it's"));
        assert_eq!(parse("--- ''\n"), text(""));
        assert_eq!(parse("--- |\n  two\n  lines\n"), text("two\nlines\n"));
        assert_eq!(parse("---\n"), Some(Setting::Nil));
        assert_eq!(parse(""), Some(Setting::Nil));
        assert_eq!(parse("--- 2024-01-01\n"), None);
        assert_eq!(parse("--- : :\n"), None);
    }
}

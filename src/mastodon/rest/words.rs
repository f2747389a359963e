//! Whose answer it is, and what it says in their own words.
//!
//! Mastodon's API answers a refusal with JSON that has an `error` (`app/controllers/concerns/api/error_handling.rb`); whatever
//! else comes back is somebody else's: a proxy, a firewall, another server at that address.

use reqwest::StatusCode;
use serde_json::Value;

/// So much of what others say is shown.
const LONGEST: usize = 300;
const LONGEST_TITLE: usize = 120;

/// Whose answer it is.
#[derive(Debug, PartialEq)]
pub(super) enum Whose {
    /// What was asked for.
    Value(Value),
    /// Mastodon's no, in its words.
    Mastodons(String),
    /// Somebody else's page or text, in its words, quoted.
    Nobodys(String),
}

pub(super) fn whose(status: StatusCode, body: &[u8]) -> Whose {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    if status.is_success() {
        return parsed.map_or_else(|| Whose::Nobodys(page(body)), Whose::Value);
    }
    let said = parsed.as_ref().and_then(|value| {
        let error = value["error"].as_str()?;
        // OAuth gives a word for machines and a sentence.
        let said =
            value["error_description"].as_str().map_or_else(|| error.to_owned(), |more| format!("{error}: {more}"));
        Some(crate::text::excerpt(&said, LONGEST))
    });
    match said {
        // These are said of Mastodon by what stands in front of it, also in JSON.
        Some(said) if matches!(status.as_u16(), 502 | 504 | 520..) => Whose::Nobodys(format!("“{said}”")),
        Some(said) => Whose::Mastodons(said),
        None => Whose::Nobodys(page(body)),
    }
}

/// What a page that is not Mastodon's says of itself: its title, else how it begins.
pub(in crate::mastodon) fn page(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let between = |from: &str, to: &str| {
        let start = lower.find(from)?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find(to)?;
        let words = crate::text::excerpt(&plain(text.get(start..end)?), LONGEST_TITLE);
        (!words.is_empty()).then_some(words)
    };
    let words = between("<title", "</title").or_else(|| between("<h1", "</h1")).unwrap_or_else(|| {
        let start: String = text.chars().take(4_000).collect();
        crate::text::excerpt(&plain(&start), LONGEST_TITLE)
    });
    if words.is_empty() { "an empty page".to_owned() } else { format!("“{words}”") }
}

/// A text without its tags.
pub(in crate::mastodon) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities.into_iter().fold(text, |text, (entity, sign)| text.replace(entity, sign))
}

/// A refusal that is not Mastodon's.
pub(super) fn refusal(host: &str, status: u16, said: &str) -> String {
    match status {
        // The same plain word comes from Mastodon for addresses it shuts out (`config/initializers/rack_attack.rb`).
        403 if said == "“Forbidden”" => format!(
            "{host} refuses this console’s IP address (403: {said}): an IP rule of the instance, or what stands in front of it"
        ),
        404 => format!("{host} has another server’s page there (404: {said}), not Mastodon’s; is base_url right?"),
        429 => format!("rate limit reached in front of {host} (429: {said})"),
        _ => format!("what stands in front of {host} refused it in Mastodon’s place ({status}: {said})"),
    }
}

/// Mastodon's refusal with what to do about it. The fixed English texts are Mastodon's own and not translated.
pub(super) fn what_to_do(own: bool, status: u16, message: String) -> String {
    let (whose_token, whose_account) = if own {
        ("the link to your account does not hold any more: link it again under “Your account”", "your account")
    } else {
        ("the console's token is not valid any more, give it a new one in howdah.toml", "the service account")
    };
    match status {
        401 => format!("{message}; {whose_token}"),
        403 if message.contains("outside the authorized scopes") => {
            let which = if own { "the link’s scopes do" } else { "the token’s scopes do" };
            format!("{message}; {which} not include it")
        }
        // `require_user!` (`app/controllers/api/base_controller.rb`): also a role that asks for a second factor.
        403 if message.starts_with("Your login is") => format!(
            "{message}; that is {whose_account}: frozen, not confirmed, not approved, or without the second factor that its \
             role asks for"
        ),
        403 if own => format!("{message}; your account’s role does not include it, or the account outranks you"),
        403 => format!("{message}; the service account's role does not include it, or the account outranks it"),
        404 if message == "Not Found" => {
            format!("{message}; this release of Mastodon has no such call; the console knows 4.3 to 4.7")
        }
        404 => format!("{message}; it is not there any more"),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_answer_it_is_comes_first() {
        let cases: &[(u16, &str, Whose)] = &[
            (403, r#"{"error":"This action is not allowed"}"#, Whose::Mastodons("This action is not allowed".into())),
            (
                401,
                r#"{"error":"invalid_token","error_description":"The access token was revoked"}"#,
                Whose::Mastodons("invalid_token: The access token was revoked".into()),
            ),
            (
                502,
                "<html>\n<head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1>",
                Whose::Nobodys("“502 Bad Gateway”".into()),
            ),
            (403, "<!DOCTYPE html><title>Just a moment...</title>", Whose::Nobodys("“Just a moment...”".into())),
            (404, "<h1 class=x>Not <b>found</b></h1>", Whose::Nobodys("“Not found”".into())),
            (403, "Forbidden\n", Whose::Nobodys("“Forbidden”".into())),
            (404, "", Whose::Nobodys("an empty page".into())),
            (502, r#"{"error":"bad gateway"}"#, Whose::Nobodys("“bad gateway”".into())),
            (504, r#"{"error":"upstream request timeout"}"#, Whose::Nobodys("“upstream request timeout”".into())),
            (522, r#"{"error":"Connection timed out"}"#, Whose::Nobodys("“Connection timed out”".into())),
            (503, r#"{"error":"Service Unavailable"}"#, Whose::Mastodons("Service Unavailable".into())),
            (200, "", Whose::Nobodys("an empty page".into())),
            (403, r#"{"message":"blocked by policy"}"#, Whose::Nobodys(r#"“{"message":"blocked by policy"}”"#.into())),
            (200, "<h1>maintenance</h1>", Whose::Nobodys("“maintenance”".into())),
            (200, "{}", Whose::Value(serde_json::json!({}))),
        ];
        for (status, body, expected) in cases {
            let status = StatusCode::from_u16(*status).unwrap();
            assert_eq!(whose(status, body.as_bytes()), *expected, "{body}");
        }
    }
}

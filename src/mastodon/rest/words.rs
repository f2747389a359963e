//! Whose answer it is, and what it says in their own words.
//!
//! Mastodon's API answers a refusal with JSON that has an `error` (`app/controllers/concerns/api/error_handling.rb`); whatever
//! else comes back is somebody else's: a proxy, a firewall, another server at that address.

use crate::clock::{HOUR, Timestamp};
use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

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
    /// JSON that ends in its middle: whose it was going to be is not known.
    BrokenOff,
    /// Somebody else's page or text, in its words, quoted.
    Nobodys(String),
}

/// Whose answer it is, by its status, its `WWW-Authenticate` header and its body.
pub(super) fn whose(status: StatusCode, challenge: Option<&str>, body: &[u8]) -> Whose {
    let parsed = serde_json::from_slice::<Value>(body);
    if status.is_success() {
        return match parsed {
            Ok(value) => Whose::Value(value),
            Err(error) if error.is_eof() && body.trim_ascii_start().starts_with(b"{") => Whose::BrokenOff,
            Err(_) => Whose::Nobodys(page(body)),
        };
    }
    let parsed = parsed.ok();
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
        // What asks for a sign-in in front of Mastodon says no in JSON as well.
        Some(said) if status == StatusCode::UNAUTHORIZED && !is_of_doorkeeper(challenge, &said) => {
            Whose::Nobodys(format!("“{said}”"))
        }
        Some(said) => Whose::Mastodons(said),
        // Rails answers so where it fails itself and nobody asked for JSON (`app/views/errors/500.html.haml`).
        None if status == StatusCode::INTERNAL_SERVER_ERROR && is_error_page(body) => Whose::Mastodons(title(body)),
        None => Whose::Nobodys(page(body)),
    }
}

/// Whether Mastodon answers so to a deed that it has done: with the object it is about, or with nothing in it
/// (`render_empty`, `app/controllers/api/base_controller.rb`). None of what it answers has an `error` in it.
pub(super) fn accepts(body: &Value) -> bool {
    body.as_object()
        .is_some_and(|object| object.is_empty() || object.contains_key("id") && !object.contains_key("error"))
}

/// Whether an answer tells of what the address names (`/api/v1/admin/reports/17/resolve`); one that tells of nothing does.
pub(super) fn is_about(path: &str, body: &Value) -> bool {
    let asked = path.split('/').find_map(|part| part.parse::<i64>().ok());
    let told = match &body["id"] {
        Value::String(id) => id.parse().ok(),
        id => id.as_i64(),
    };
    match (asked, body.get("id")) {
        (Some(asked), Some(_)) => told == Some(asked),
        (None, _) | (_, None) => true,
    }
}

/// No window that Mastodon's headers tell of is longer (`config/initializers/rack_attack.rb`).
const LONGEST_WINDOW: i64 = HOUR;

/// When the limits begin anew, by this console's clock: `reset` and `date` are by the instance's, which may go otherwise. `None`
/// where it is no instant.
pub(super) fn resets(reset: &str, date: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let reset = reset.parse::<jiff::Timestamp>().ok()?.as_millisecond();
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let there = date.map_or(now.0, |date| date.timestamp().as_millisecond());
    Some(now.plus(reset.saturating_sub(there).clamp(0, LONGEST_WINDOW)))
}

/// Whether Mastodon itself does not accept a token: Doorkeeper names itself, in whatever language it gives its reason
/// (`lib/doorkeeper/oauth/error_response.rb`); `require_authenticated_user!` does not (`app/controllers/api/base_controller.rb`).
fn is_of_doorkeeper(challenge: Option<&str>, said: &str) -> bool {
    challenge.is_some_and(|challenge| challenge.contains("Doorkeeper"))
        || ["The access token ", "invalid_token", "invalid_client"].iter().any(|word| said.starts_with(word))
        || said == NOBODYS_TOKEN
}

/// Said to the token of an application without a person (`app/controllers/api/base_controller.rb`).
const NOBODYS_TOKEN: &str = "This method requires an authenticated user";

/// Whether a page has the form of Mastodon's own for errors (`app/views/layouts/error.html.haml`).
fn is_error_page(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("dialog__illustration") && text.contains("/oops.")
}

/// What a page that is not Mastodon's says of itself, quoted: its title, else how it begins.
pub(in crate::mastodon) fn page(body: &[u8]) -> String {
    let words = title(body);
    if words.is_empty() { "an empty page".to_owned() } else { format!("“{words}”") }
}

fn title(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let between = |from: &str, to: &str| {
        let start = lower.find(from)?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find(to)?;
        let words = crate::text::excerpt(&plain(text.get(start..end)?), LONGEST_TITLE);
        (!words.is_empty()).then_some(words)
    };
    between("<title", "</title").or_else(|| between("<h1", "</h1")).unwrap_or_else(|| {
        let start: String = text.chars().take(4_000).collect();
        crate::text::excerpt(&plain(&start), LONGEST_TITLE)
    })
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

/// Where a redirect leads, and what is wrong then: an address that differs from the one asked is Mastodon's own, or a way to a
/// sign-in that somebody put in front.
pub(super) fn sent_on(base: &Url, status: u16, location: Option<&str>) -> String {
    let host = base.host_str().unwrap_or("the instance");
    let to = location.and_then(|text| base.join(text).ok()).filter(|to| to.host_str().is_some());
    let Some(to) = to else {
        return format!("{host} sends us on without saying where ({status}), and the console follows nowhere");
    };
    let origin = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    if origin(base) == origin(&to) {
        let path = crate::text::excerpt(to.path(), 80);
        return format!(
            "{host} sends us on to {path} ({status}) instead of answering: something in front of Mastodon asks for a sign-in \
             or another address; let the console’s IP address pass there"
        );
    }
    let theirs = to.host_str().unwrap_or_default();
    // Nothing but the scheme or the port differs.
    let theirs = if theirs == host { to.origin().ascii_serialization() } else { theirs.to_owned() };
    format!(
        "{host} sends us on to {theirs} ({status}), and the console follows nowhere; correct base_url, or what stands in front"
    )
}

/// Mastodon's refusal with what to do about it. The fixed English texts are Mastodon's own and not translated.
pub(super) fn what_to_do(own: bool, status: u16, message: String) -> String {
    let (whose_token, whose_account) = if own {
        ("the link to your account does not hold any more: link it again under “Your account”", "your account")
    } else {
        ("the console's token is not valid any more, give it a new one in howdah.toml", "the service account")
    };
    match status {
        _ if message == NOBODYS_TOKEN => format!("{message}; the token stands for an application, not for a person"),
        // Also said where none arrives.
        401 if message.ends_with("The access token is invalid") => {
            format!("{message}; {whose_token}, unless what stands in front of Mastodon takes it away")
        }
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
        // The one sentence that is about rank and role (`app/controllers/concerns/api/error_handling.rb`).
        403 if message != "This action is not allowed" => message,
        // Also said of what an account's state does not allow (`app/policies/`).
        403 if own => format!(
            "{message}; your account’s role does not include it, the account outranks you, or its state does not allow it"
        ),
        403 => format!(
            "{message}; the service account's role does not include it, the account outranks it, or its state does not allow it"
        ),
        404 if message == "Not Found" => {
            format!("{message}; this release of Mastodon has no such call; the console knows 4.3 to 4.7")
        }
        404 if message == "Record not found" => format!("{message}; it is not there any more"),
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
            (200, r#"{"resource_owner_id":1,"scope":["read","#, Whose::BrokenOff),
            (200, "{}", Whose::Value(serde_json::json!({}))),
        ];
        for (status, body, expected) in cases {
            let status = StatusCode::from_u16(*status).unwrap();
            assert_eq!(whose(status, None, body.as_bytes()), *expected, "{body}");
        }
    }

    #[test]
    fn an_answer_about_something_else_is_none() {
        let reports = "/api/v1/admin/reports/17/resolve";
        for (path, body, own) in [
            (reports, serde_json::json!({ "id": "17" }), true),
            (reports, serde_json::json!({ "id": 17 }), true),
            (reports, serde_json::json!({ "id": "18" }), false),
            (reports, serde_json::json!({ "id": null }), false),
            (reports, serde_json::json!({ "id": "seventeen" }), false),
            ("/api/v1/admin/accounts/7/action", serde_json::json!({}), true),
            ("/api/v1/admin/domain_blocks", serde_json::json!({ "id": "3" }), true),
            ("/api/v1/admin/accounts/-99/action", serde_json::json!({ "id": "-99" }), true),
        ] {
            assert_eq!(is_about(path, &body), own, "{path} {body}");
        }
        assert!(!accepts(&serde_json::json!({ "id": "17", "error": "not really" })));
    }

    #[test]
    fn the_instances_clock_is_not_ours() {
        let now = Timestamp(1_800_000_000_000);
        let reset = |reset: &str, date: Option<&str>| resets(reset, date, now).map(|at| at.since(now));
        // Two hours ahead, and behind.
        assert_eq!(reset("2027-01-15T10:05:00.000000Z", Some("Fri, 15 Jan 2027 10:00:00 GMT")), Some(300_000));
        assert_eq!(reset("2027-01-15T06:05:00.000000Z", Some("Fri, 15 Jan 2027 06:00:00 GMT")), Some(300_000));
        // Without a date it is taken as it stands, but for no longer than any window.
        assert_eq!(reset("2027-01-15T08:05:00.000000Z", None), Some(300_000));
        assert_eq!(reset("2099-01-01T00:00:00Z", None), Some(HOUR));
        assert_eq!(reset("2020-01-01T00:00:00Z", Some("Fri, 15 Jan 2027 10:00:00 GMT")), Some(0));
        // A proxy's own sort of number.
        assert_eq!(reset("1800000300", None), None);
    }

    #[test]
    fn only_mastodon_blames_the_token() {
        let doorkeeper = Some(r#"Bearer realm="Doorkeeper", error="invalid_token""#);
        for (challenge, error, is_its_own) in [
            (doorkeeper, "Das Zugriffs-Token ist ungültig", true),
            (None, "The access token expired", true),
            (None, "invalid_client: Client authentication failed", true),
            (None, "This method requires an authenticated user", true),
            (None, "Unauthorized", false),
            (Some(r#"Basic realm="staging""#), "Unauthorized", false),
            (Some("Bearer"), "login_required", false),
        ] {
            let body = serde_json::json!({ "error": error }).to_string();
            let own = matches!(whose(StatusCode::UNAUTHORIZED, challenge, body.as_bytes()), Whose::Mastodons(_));
            assert_eq!(own, is_its_own, "{error}");
        }
    }

    #[test]
    fn a_redirect_is_told_by_what_differs() {
        let base: Url = "https://social.example/".parse().unwrap();
        for (location, says) in [
            (Some("https://auth.example/?rd=x"), "sends us on to auth.example (302), and"),
            (Some("//www.social.example/api"), "sends us on to www.social.example (302), and"),
            (Some("http://social.example/api"), "sends us on to http://social.example (302), and"),
            (Some("https://social.example:8443/"), "sends us on to https://social.example:8443 (302), and"),
            (Some("/oauth2/sign_in?rd=%2Fapi"), "sends us on to /oauth2/sign_in (302) instead of answering"),
            (Some("https://social.example:443/login"), "sends us on to /login (302) instead of answering"),
            (Some("mailto:x@social.example"), "without saying where (302)"),
            (None, "without saying where (302)"),
        ] {
            let said = sent_on(&base, 302, location);
            assert!(said.contains(says), "{location:?}: {said}");
            assert_eq!(said.contains("base_url"), said.contains("follows nowhere;"), "{location:?}: {said}");
        }
    }
}

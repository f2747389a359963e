//! What the instance says of itself.

use crate::server::{Answer, Call, Failure, Practice};
use serde_json::{Value, json};

/// A setting's stored text, through the cache as Mastodon reads it.
async fn setting(practice: &Practice, var: &str) -> Result<Option<String>, Failure> {
    if let Some(cache) = &practice.cache
        && let Some(kept) = cache.setting(var).await
    {
        return Ok(kept);
    }
    // 4.3 could hold two rows; the older counts.
    let value: Option<Option<String>> =
        sqlx::query_scalar("select value from settings where var = $1 order by id limit 1")
            .bind(var)
            .fetch_optional(&practice.pool)
            .await?;
    // An absent row is the default, NULL is nil: told apart by an empty document.
    let value = value.map(|text| text.unwrap_or_else(|| "---\n".to_owned()));
    if let Some(cache) = &practice.cache {
        cache.keep_setting(var, &value).await;
    }
    Ok(value)
}

/// A stored text as a word: plain, quoted, or nothing.
fn word(stored: Option<&str>) -> Option<String> {
    let body = stored?.trim_start_matches("---").trim();
    if let Ok(Value::String(text)) = serde_json::from_str(body) {
        return Some(text);
    }
    let text = body
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .map_or(body.to_owned(), |text| text.replace("''", "'"));
    Some(text)
}

async fn rules_of(practice: &Practice) -> Result<Value, Failure> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("select id, text, hint from rules where deleted_at is null order by priority, id")
            .fetch_all(&practice.pool)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, text, hint)| json!({ "id": id.to_string(), "text": text, "hint": hint, "translations": {} }))
        .collect())
}

/// `GET /api/v1/instance/rules`
pub async fn rules(call: &Call) -> Result<Answer, Failure> {
    Ok(Answer { body: rules_of(&call.practice).await?, link: None, public: true })
}

/// `GET /api/v2/instance`; the body is cached for three minutes whatever changes.
pub async fn show(call: &Call) -> Result<Answer, Failure> {
    let practice = &call.practice;
    if let Some(cache) = &practice.cache
        && let Some(kept) = cache.instance().await
        && let Ok(body) = serde_json::from_str(&kept)
    {
        return Ok(Answer { body, link: None, public: true });
    }
    let mode = setting(practice, "registrations_mode").await?;
    // No row is the default, closed; nil and unknown words count as neither closed nor asking for approval.
    let mode = match &mode {
        None => Some("none".to_owned()),
        stored => word(stored.as_deref()),
    };
    let mode = mode.unwrap_or_default();
    let message =
        word(setting(practice, "closed_registrations_message").await?.as_deref()).filter(|text| !text.is_empty());
    let title = word(setting(practice, "site_title").await?.as_deref()).filter(|text| !text.is_empty());
    let description = word(setting(practice, "site_short_description").await?.as_deref()).unwrap_or_default();
    let contact = word(setting(practice, "site_contact_email").await?.as_deref()).unwrap_or_default();
    let template = include_str!("instance.json").replace("https://mastodon.test", &practice.base());
    let mut body: Value = serde_json::from_str(&template).map_err(|_| Failure::Broken)?;
    body["domain"] = json!(practice.domain);
    body["title"] = json!(title.unwrap_or_else(|| "Mastodon".to_owned()));
    body["description"] = json!(description);
    body["configuration"]["urls"]["streaming"] = json!(format!("wss://{}", practice.domain));
    body["contact"]["email"] = json!(contact);
    body["rules"] = rules_of(practice).await?;
    body["registrations"]["enabled"] = json!(mode != "none");
    body["registrations"]["approval_required"] = json!(mode == "approved");
    body["registrations"]["message"] =
        if mode == "none" { message.map_or(Value::Null, |text| json!(format!("<p>{text}</p>"))) } else { Value::Null };
    if let Some(cache) = &practice.cache {
        cache.keep_instance(&body.to_string()).await;
    }
    Ok(Answer { body, link: None, public: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_words_are_read() {
        assert_eq!(word(Some("--- open\n")).as_deref(), Some("open"));
        assert_eq!(word(Some("--- \"a \\\"b\\\"\\nc\"\n")).as_deref(), Some("a \"b\"\nc"));
        assert_eq!(word(Some("--- 'it''s'\n")).as_deref(), Some("it's"));
        assert_eq!(word(Some("---\n")).as_deref(), Some(""));
        assert_eq!(word(None), None);
    }
}

//! What is told to the addresses in `webhooks` (`app/services/webhook_service.rb`, `app/workers/webhooks/delivery_worker.rb`,
//! `app/lib/webhooks/payload_renderer.rb`).

use crate::{entities, server::Instance};
use axum::http::{StatusCode, header};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rand::RngExt;
use serde_json::{Value, json};
use sha2::Sha256;
use std::{sync::Arc, time::Duration};

/// What happened, and to which row.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    Account(&'static str, i64),
    Report(&'static str, i64),
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Account(name, _) | Self::Report(name, _) => name,
        }
    }
}

/// Repetitions after a delivery that failed.
const RETRIES: u32 = 16;

#[derive(sqlx::FromRow)]
struct Hook {
    url: String,
    secret: String,
    template: Option<String>,
}

/// Tells of what happened, after the answer.
pub fn tell(instance: &Arc<Instance>, events: Vec<Event>) {
    if events.is_empty() {
        return;
    }
    let instance = Arc::clone(instance);
    tokio::spawn(async move {
        for event in events {
            match deliveries(&instance, event).await {
                Ok(deliveries) => {
                    for (hook, body) in deliveries {
                        let instance = Arc::clone(&instance);
                        tokio::spawn(async move { deliver(&instance, &hook, body).await });
                    }
                }
                Err(error) => tracing::error!(%error, event = event.name(), "webhooks"),
            }
        }
    });
}

/// Tells of what happened, and waits until everybody was asked once.
///
/// # Errors
/// If the database does not answer.
pub async fn tell_once(instance: &Instance, events: &[Event]) -> sqlx::Result<()> {
    for event in events {
        for (hook, body) in deliveries(instance, *event).await? {
            attempt(instance, &hook, body).await;
        }
    }
    Ok(())
}

/// Who is told what: the object as it is now, which may be newer than the event.
async fn deliveries(instance: &Instance, event: Event) -> sqlx::Result<Vec<(Hook, String)>> {
    let hooks: Vec<Hook> =
        sqlx::query_as("select url, secret, template from webhooks where enabled and $1 = any(events) order by id")
            .bind(event.name())
            .fetch_all(&instance.pool)
            .await?;
    if hooks.is_empty() {
        return Ok(Vec::new());
    }
    let mut db = instance.pool.acquire().await?;
    let object = match event {
        Event::Account(_, id) => entities::admin_account(&mut db, instance, id).await?,
        Event::Report(_, id) => entities::report(&mut db, instance, id).await?,
    };
    let Some(mut object) = object else { return Ok(Vec::new()) };
    as_nobody_sees(&mut object);
    let at = format!("{:.3}", Timestamp::now());
    let document = json!({ "event": event.name(), "created_at": at, "object": object });
    let body = |hook: &Hook| match hook.template.as_deref().filter(|template| !template.trim().is_empty()) {
        Some(template) => rendered(template, &document),
        None => document.to_string(),
    };
    Ok(hooks
        .into_iter()
        .map(|hook| {
            let body = body(&hook);
            (hook, body)
        })
        .collect())
}

/// There is no reader: a post says nothing of what they did with it, an account refuses what it would have asked them.
pub fn as_nobody_sees(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| {
                !matches!(key.as_str(), "favourited" | "reblogged" | "muted" | "bookmarked" | "filtered")
            });
            if let Some(approval) = map.get_mut("feature_approval") {
                approval["current_user"] = json!("denied");
            }
            map.values_mut().for_each(as_nobody_sees);
        }
        Value::Array(items) => items.iter_mut().for_each(as_nobody_sees),
        _ => {}
    }
}

/// A template with `{{object.username}}` in it: paths become what stands there, texts without their quotes.
fn rendered(template: &str, document: &Value) -> String {
    let mut parts = template.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (path, rest) = part.split_once("}}").unwrap_or((part, ""));
        let steps = path.trim().split(['.', '[', ']']).filter(|step| !step.is_empty());
        let value = steps.fold(document, |value, step| match step.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[step],
        });
        let text = value.to_string();
        out.push_str(if value.is_string() { &text[1..text.len() - 1] } else { &text });
        out.push_str(rest);
    }
    out
}

fn signature(secret: &str, body: &str) -> String {
    // A key of any length will do for an HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// How an attempt ended.
#[derive(PartialEq, Eq)]
enum Outcome {
    Done,
    Again,
}

async fn attempt(instance: &Instance, hook: &Hook, body: String) -> Outcome {
    let sent = instance
        .client
        .post(&hook.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-hub-signature", signature(&hook.secret, &body))
        .header(header::USER_AGENT, format!("Mastodon/{} (practice; +{}/)", instance.version.number(), instance.base()))
        .timeout(Duration::from_secs(15))
        .body(body)
        .send()
        .await;
    match sent {
        Ok(answer) if answer.status().is_success() => Outcome::Done,
        // What the other side will not have is dropped.
        Ok(answer)
            if answer.status() == StatusCode::NOT_IMPLEMENTED
                || answer.status().is_client_error() && !matches!(answer.status().as_u16(), 401 | 408 | 429) =>
        {
            Outcome::Done
        }
        Ok(_) | Err(_) => Outcome::Again,
    }
}

async fn deliver(instance: &Instance, hook: &Hook, body: String) {
    for count in 0..=RETRIES {
        if attempt(instance, hook, body.clone()).await == Outcome::Done {
            return;
        }
        // Sidekiq's pauses: longer each time, never quite the same.
        let seconds = u64::from(count).pow(4) + 15 + rand::rng().random_range(0..10) * (u64::from(count) + 1);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    tracing::warn!(url = hook.url, "webhook given up");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_in() {
        let document = json!({ "event": "e", "object": { "username": "a\"b", "ips": [{ "ip": "1.2.3.4" }], "n": 3 } });
        let text =
            rendered("{\"u\":\"{{object.username}}\",\"ip\":\"{{object.ips[0].ip}}\",\"n\":{{object.n}}}", &document);
        assert_eq!(text, "{\"u\":\"a\\\"b\",\"ip\":\"1.2.3.4\",\"n\":3}");
    }

    #[test]
    fn the_signature_is_the_hmac_of_the_body() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}

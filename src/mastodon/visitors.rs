//! What visitors meet: asked of the instance, never concluded from a clock or from what is configured.
//!
//! Sources: `app/controllers/auth/registrations_controller.rb`, `app/views/auth/registrations/{new,rules}.html.haml`,
//! `app/helpers/registration_helper.rb`, `app/controllers/api/v2/instances_controller.rb`, `dist/nginx.conf`.

use super::{
    Instance,
    rest::{Client, Visited, words},
};
use crate::{clock::Timestamp, nouns::registrations::RegistrationsMode, text};
use serde_json::Value;
use std::sync::Arc;
use url::Url;

const SIGN_UP: &str = "/auth/sign_up";
const SIGN_IN: &str = "/auth/sign_in";
/// `devise.failure.closed_registrations` and `auth.registration_closed` of `config/locales`.
const CLOSED: [&str; 2] = ["Your registration attempt has been blocked", "is not accepting new members"];
pub const LONGEST_MESSAGE: usize = 200;

/// What stands at the address where people sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpPage {
    /// A form that posts a sign-up; one with review asks why somebody wants to join.
    Form { asks_why: bool },
    /// The rules, to be agreed to before the form: shown only where the form would be.
    Rules,
    /// No sign-up: Mastodon's sentence, or where it sends people.
    Closed(String),
    /// Neither, in words.
    NotKnown(String),
}

/// What the API says of registrations (`app/serializers/rest/instance_serializer.rb`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub enabled: bool,
    pub approval: bool,
    /// What visitors read while closed, as text.
    pub message: String,
}

impl Answered {
    /// Whether what visitors read can be this message, whose Markdown Mastodon has made HTML of: marks go, and so do the addresses
    /// of links and the numbers of lists.
    fn may_say(&self, message: &str) -> bool {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let (shown, meant) = (letters(&self.message), letters(&words::plain(message)));
        let mut rest = meant.chars();
        let listed = message.lines().any(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
        let marked = listed || message.contains(['[', '<', '&', '`']) || self.message.contains('&');
        shown == meant || marked && !shown.is_empty() && shown.chars().all(|letter| rest.any(|own| own == letter))
    }

    /// The state in a word or two.
    pub fn word(&self) -> &'static str {
        match (self.enabled, self.approval) {
            (false, _) => "closed",
            (true, true) => "with approval",
            (true, false) => "open",
        }
    }

    /// Whether that is what the settings say; while closed, with the message where that is known.
    pub fn agrees(&self, mode: RegistrationsMode, message: Option<&str>) -> bool {
        match mode {
            RegistrationsMode::None => !self.enabled && message.is_none_or(|message| self.may_say(message)),
            RegistrationsMode::Approved => self.enabled && self.approval,
            RegistrationsMode::Open => self.enabled && !self.approval,
        }
    }
}

/// One look from outside.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Timestamp,
    pub sign_up: SignUpPage,
    /// `GET /api/v2/instance` at an address that nobody has asked before: no cache in front of Mastodon has it.
    pub api: Result<Answered, String>,
    /// The same as everybody asks it, from whatever cache answers.
    pub kept_api: Result<Answered, String>,
    /// `openRegistrations` of `GET /nodeinfo/2.0`, past the caches in front and with them.
    pub directories: Result<bool, String>,
    pub kept_directories: Result<bool, String>,
    /// How many accounts there are, and how many people were active within a month, as directories are told (`usage.users` of
    /// `GET /nodeinfo/2.0`; `app/serializers/nodeinfo/serializer.rb`); Mastodon counts anew every half an hour at most.
    pub people: Option<(i64, i64)>,
    /// Whether it is one person's server, which takes nobody in; `None` where that cannot be said.
    pub single_user: Option<bool>,
}

impl Seen {
    /// Whether the sign-up page is as the setting wants it; `None` where that cannot be said.
    pub fn sign_up_agrees(&self, mode: RegistrationsMode) -> Option<bool> {
        let closed = mode == RegistrationsMode::None;
        match &self.sign_up {
            SignUpPage::Form { .. } if closed => Some(false),
            SignUpPage::Form { asks_why } => Some(*asks_why == (mode == RegistrationsMode::Approved)),
            SignUpPage::Rules => Some(!closed),
            SignUpPage::Closed(_) => Some(closed),
            SignUpPage::NotKnown(_) => None,
        }
    }

    /// Whether nothing that visitors meet will ever say what the setting says: nobody can sign up in single-user mode.
    pub fn never_agrees(&self, mode: RegistrationsMode) -> bool {
        self.single_user == Some(true) && mode != RegistrationsMode::None
    }

    /// Whether everything that was asked says what the settings say; `None` where nothing contradicts and something is not
    /// known.
    pub fn agrees(&self, mode: RegistrationsMode, message: Option<&str>) -> Option<bool> {
        let api =
            |answered: &Result<Answered, String>| answered.as_ref().ok().map(|answered| answered.agrees(mode, message));
        let listed =
            |open: &Result<bool, String>| open.as_ref().ok().map(|open| *open == (mode != RegistrationsMode::None));
        let all = [
            self.sign_up_agrees(mode),
            api(&self.api),
            api(&self.kept_api),
            listed(&self.directories),
            listed(&self.kept_directories),
        ];
        if all.contains(&Some(false)) {
            return Some(false);
        }
        all.iter().all(Option::is_some).then_some(true)
    }
}

/// A page without its comments: what stands in one is on nobody's screen.
fn without_comments(body: &str) -> String {
    let mut pieces = body.split("<!--");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |kept, piece| kept + piece.split_once("-->").map_or("", |(_, rest)| rest))
}

/// Whether a page has a form that posts to a path of its own server.
fn posts_to(body: &str, path: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    // Each piece ends where the next begins: however many there are, nothing is read twice.
    lower.split("<form").skip(1).any(|piece| {
        let tag = piece.split('>').next().unwrap_or_default();
        let action = tag.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let own = action == path || action.parse::<Url>().is_ok_and(|action| action.path() == path);
        own && tag.contains("method=\"post\"")
    })
}

fn closed_sentence(body: &str) -> Option<String> {
    let text = words::plain(body);
    let start = CLOSED.into_iter().find_map(|sentence| text.find(sentence))?;
    let rest = text.get(start..)?;
    let sentence = rest.split_inclusive(". ").next().unwrap_or(rest);
    Some(format!("“{}”", text::excerpt(sentence, LONGEST_MESSAGE)))
}

async fn sign_up_page(rest: &Client, own_domains: &[String]) -> SignUpPage {
    let page = match rest.visit(SIGN_UP, "", true).await {
        Ok(page) => page,
        Err(why) => return SignUpPage::NotKnown(why),
    };
    match &page.to {
        Some(to) if (300..400).contains(&page.status) => sent_on(rest, own_domains, &page, to).await,
        _ if page.status == 200 => stands(&page.body),
        _ => SignUpPage::NotKnown(format!("{}: {}", page.status, words::page(page.body.as_bytes()))),
    }
}

fn stands(body: &str) -> SignUpPage {
    let body = &*without_comments(body);
    if posts_to(body, "/auth") {
        SignUpPage::Form { asks_why: body.contains("[invite_request_attributes][text]") }
    } else if posts_to(body, "/auth/acceptance") || body.contains("/auth/sign_up?accept=") {
        SignUpPage::Rules
    } else if let Some(sentence) = closed_sentence(body) {
        SignUpPage::Closed(sentence)
    } else {
        SignUpPage::NotKnown(format!("a page without a sign-up form: {}", words::page(body.as_bytes())))
    }
}

/// Where nobody may sign up Mastodon leads to the sign-in page with a sentence (since 4.5), or to its first page.
async fn sent_on(rest: &Client, own_domains: &[String], page: &Visited, to: &Url) -> SignUpPage {
    let host = to.host_str().unwrap_or("another place").to_lowercase();
    if !own_domains.contains(&host) || !matches!(to.path(), SIGN_IN | "/") {
        return SignUpPage::NotKnown(format!("it leads to {host}{}", text::excerpt(to.path(), 80)));
    }
    let there = match rest.visit(to.path(), &page.cookies, true).await {
        Ok(there) => there,
        Err(why) => return SignUpPage::NotKnown(format!("it leads to {}, and {why}", to.path())),
    };
    let mastodons = match there.status {
        200 if to.path() == SIGN_IN => {
            closed_sentence(&there.body).is_some() || there.body.contains("/auth/") || posts_to(&there.body, SIGN_IN)
        }
        200 => there.body.contains("initial-state"),
        // A server of one person leads on to them.
        300..400 => there.to.as_ref().is_some_and(|to| to.path() == "/about" || to.path().starts_with("/@")),
        _ => false,
    };
    if !mastodons {
        return SignUpPage::NotKnown(format!(
            "it leads to {}, where there is {}",
            to.path(),
            words::page(there.body.as_bytes())
        ));
    }
    let place = if to.path() == SIGN_IN { "the sign-in page" } else { "the first page" };
    SignUpPage::Closed(closed_sentence(&there.body).unwrap_or_else(|| format!("people are sent to {place}")))
}

async fn json(rest: &Client, path: &str, fresh: bool) -> Result<Value, String> {
    let page = rest.visit(path, "", fresh).await?;
    let not = || match &page.to {
        Some(to) => format!("{}: it leads to {}", page.status, text::excerpt(to.as_str(), 80)),
        None => format!("{}: {}", page.status, words::page(page.body.as_bytes())),
    };
    if page.status != 200 {
        return Err(not());
    }
    serde_json::from_str(&page.body).map_err(|_| not())
}

async fn api(rest: &Client, path: &str, fresh: bool) -> Result<Answered, String> {
    let value = json(rest, path, fresh).await?;
    let registrations = &value["registrations"];
    match (registrations["enabled"].as_bool(), registrations["approval_required"].as_bool()) {
        (Some(enabled), Some(approval)) => Ok(Answered {
            enabled,
            approval,
            message: words::plain(registrations["message"].as_str().unwrap_or_default()),
        }),
        _ => Err("its answer says nothing of registrations".to_owned()),
    }
}

async fn listed(rest: &Client, path: &str, fresh: bool) -> (Result<bool, String>, Option<(i64, i64)>) {
    let value = match json(rest, path, fresh).await {
        Ok(value) => value,
        Err(why) => return (Err(why), None),
    };
    let users = &value["usage"]["users"];
    let people = users["total"].as_i64().zip(users["activeMonth"].as_i64());
    let open = value["openRegistrations"].as_bool();
    (open.ok_or_else(|| "its answer says nothing of registrations".to_owned()), people)
}

/// How many people were active in each of the last eleven weeks, oldest first (`GET /api/v1/instance/activity`). It answers with
/// twelve, each the sum of six days; the first is today alone and left out
/// (`app/controllers/api/v1/instances/activity_controller.rb`, `app/lib/activity_tracker.rb`).
///
/// # Errors
/// Why that is not known: an instance may keep it to itself.
pub(super) async fn active(rest: &Client) -> Result<Vec<(Timestamp, i64)>, String> {
    let page = rest.visit("/api/v1/instance/activity", "", false).await?;
    if page.status == 404 {
        return Err("the instance doesn’t publish its activity".to_owned());
    }
    let weeks = serde_json::from_str::<Vec<Value>>(&page.body);
    let weeks = weeks.map_err(|_| format!("its answer about its activity ({}) can’t be read", page.status))?;
    let number = |week: &Value, key: &str| week[key].as_str().and_then(|digits| digits.parse::<i64>().ok());
    let mut active: Vec<(Timestamp, i64)> = weeks
        .iter()
        .skip(1)
        .take(11)
        .filter_map(|week| Some((Timestamp(number(week, "week")?.checked_mul(1_000)?), number(week, "logins")?)))
        .collect();
    active.sort_by_key(|(week, _)| *week);
    Ok(active)
}

/// Whether Mastodon runs in single-user mode (`config/initializers/single_user_mode.rb`): nobody can sign up then, whatever the
/// setting says (`app/helpers/registration_helper.rb`). Its first page says so in the state that it hands to browsers
/// (`app/serializers/initial_state_serializer.rb`).
pub(super) async fn single_user(rest: &Client) -> Option<bool> {
    let page = rest.visit(&format!("/?asked={}", crate::id::fresh()), "", true).await.ok()?;
    let (_, says) = page.body.split_once("\"single_user_mode\":")?;
    match says.trim_start() {
        says if says.starts_with("true") => Some(true),
        says if says.starts_with("false") => Some(false),
        _ => None,
    }
}

impl Instance {
    /// Whether it is known to take nobody in, whatever its setting says.
    pub fn is_single_user(&self) -> bool {
        let health = self.health();
        // What was seen last counts: a server is restarted in the other mode.
        let seen = self.seen().filter(|seen| health.single_user_at.is_none_or(|at| seen.at >= at));
        seen.and_then(|seen| seen.single_user).or(health.single_user) == Some(true)
    }

    /// Looks from outside, within four seconds, and remembers what was seen.
    pub async fn see_as_visitor(&self) -> Arc<Seen> {
        let rest = &*self.rest;
        let own = self.own_domains();
        // An address that was never asked before is in no cache.
        let unique = crate::id::fresh();
        let (fresh_api, fresh_directories) =
            (format!("/api/v2/instance?asked={unique}"), format!("/nodeinfo/2.0?asked={unique}"));
        let (sign_up, api, kept_api, (directories, people), (kept_directories, _), single_user) = tokio::join!(
            sign_up_page(rest, &own),
            api(rest, &fresh_api, true),
            api(rest, "/api/v2/instance", false),
            listed(rest, &fresh_directories, true),
            listed(rest, "/nodeinfo/2.0", false),
            single_user(rest),
        );
        let at = rest.now();
        let seen = Arc::new(Seen { at, sign_up, api, kept_api, directories, kept_directories, people, single_user });
        self.keep_seen(seen.clone());
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_sign_up_a_closed_door_or_not_known() {
        let form =
            r#"<form class="simple_form new_user" id="new_user" action="/auth" accept-charset="UTF-8" method="post">"#;
        let review = format!(r#"{form}<input name="user[invite_request_attributes][text]">"#);
        let cases: &[(&str, SignUpPage)] = &[
            (form, SignUpPage::Form { asks_why: false }),
            (&review, SignUpPage::Form { asks_why: true }),
            (r#"<form action="/auth/acceptance" accept-charset="UTF-8" method="post">"#, SignUpPage::Rules),
            (r#"<a class="button" href="https://a.example/auth/sign_up?accept=0a">"#, SignUpPage::Rules),
            (
                "<p>Your registration attempt has been blocked due to a network policy. If you believe</p>",
                SignUpPage::Closed("“Your registration attempt has been blocked due to a network policy.”".into()),
            ),
            (
                r#"<title>Just a moment...</title><form action="/auth?__cf=1" method="POST">"#,
                SignUpPage::NotKnown("a page without a sign-up form: “Just a moment...”".into()),
            ),
            (
                r#"<title>Sign in</title><form action="/auth/sign_in" method="post">"#,
                SignUpPage::NotKnown("a page without a sign-up form: “Sign in”".into()),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(stands(body), *expected, "{body}");
        }
    }
}

//! Mastodon's REST API: typed, bounded in time and size, never redirected elsewhere, repeated only where that is harmless.

mod domains;
pub(super) mod words;

use crate::{
    clock::{Clock, Timestamp},
    config::Secret,
    deeds::{ChangeCategory, ClaimCase, DecideCase, DecideSignUp, DeleteAccount, ReopenReport, ReverseSanction},
    id::{AccountId, InstanceName, ReportId},
    ledger::{Acting, Answer, Answered, Deed, Step, Warrant},
    nouns::reports::{Category, Decision},
    telemetry::{self, Counted},
};
use reqwest::{Method, Response, StatusCode, redirect::Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use url::Url;
use words::{Whose, whose};

/// Answers of Mastodon are far smaller; more is cut off.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// How long a deed may take in all.
const DEED_TIME: Duration = Duration::from_secs(8);
/// How long a read may take in all: pages say within two seconds that the instance does not answer.
const READ_TIME: Duration = Duration::from_millis(1_800);
/// How long one step of linking an account may take.
const OAUTH_TIME: Duration = Duration::from_secs(5);
/// Calls a token has in five minutes, as long as no answer has said otherwise (`config/initializers/rack_attack.rb`).
const PER_TOKEN: i64 = 300;
/// A deed waits no longer than this for a rate limit.
const LIMIT_PATIENCE: i64 = 2_000;

/// Whoever does not ask for it is told of some failures in pages for people
/// (`app/controllers/concerns/error_responses.rb`, Rails' `ActionDispatch::PublicExceptions`).
const JSON: &str = "application/json";

/// Why a warrant is not carried out by a client.
const NOT_OURS: &str = "the action is for another instance or to be done as another account";

/// What the API said last about its limits (`app/controllers/concerns/api/rate_limit_headers.rb`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub limit: i64,
    pub remaining: i64,
    pub reset: Timestamp,
}

/// Why a call failed, in words for the person who has to act on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestError {
    /// It certainly did not arrive, or was refused for its number alone.
    #[error("{0}")]
    NotSent(String),
    /// Mastodon itself said no, in its own JSON.
    #[error("the instance refused it ({status}): {message}")]
    Refused { status: u16, message: String },
    /// Somebody in front of Mastodon said no in its place: nothing is known of the token by that, nor of the object.
    #[error("{0}")]
    Foreign(String),
    /// It was sent, and what became of it is not known.
    #[error("{0}")]
    Lost(String),
}

/// What is said of a 502 and its like: the address is right, and Mastodon is not there.
pub const IN_ITS_PLACE: &str = "a server in front of Mastodon answered in its place";

impl RestError {
    /// Which sort it is, for the log and the metrics.
    fn word(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not sent",
            Self::Refused { .. } => "refused",
            Self::Foreign(_) => "foreign",
            Self::Lost(_) => "lost",
        }
    }

    fn into_answer(self) -> Answer {
        match self {
            Self::NotSent(why) => Answer::NotSent { why },
            Self::Foreign(why) => Answer::RefusedInFront { why },
            Self::Refused { status, message } => Answer::Refused { status, message },
            Self::Lost(why) => Answer::Lost { why },
        }
    }
}

/// As whom the console acts there. No field for a mail address or an IP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ServiceAccount {
    pub id: AccountId,
    pub username: String,
    pub role: Option<ServiceRole>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ServiceRole {
    pub name: String,
    /// The effective mask, in decimal digits.
    pub permissions: String,
}

impl ServiceAccount {
    /// Whether its role includes a permission bit (`app/models/user_role.rb`).
    pub fn can(&self, bit: i64) -> bool {
        let mask = self.role.as_ref().and_then(|role| role.permissions.parse::<i64>().ok()).unwrap_or(0);
        mask & 1 == 1 || mask & bit == bit
    }
}

/// What a token is good for (`GET /oauth/token/info`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// `users.id` of whose it is; `None` for an application's own, which no person stands behind.
    pub user: Option<i64>,
    pub scopes: Vec<String>,
}

/// Up to so many bytes of a page are read; Mastodon's own for visitors are smaller.
const LARGEST_PAGE: usize = 1024 * 1024;

/// What somebody without an account meets at an address.
#[derive(Clone, Debug)]
pub struct Visited {
    pub status: u16,
    /// Where it leads, at whatever host.
    pub to: Option<Url>,
    /// The cookies it sets, for one more step of the same visit.
    pub cookies: String,
    pub body: String,
}

/// What the instance says of itself (`GET /api/v2/instance`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InstanceAnswer {
    pub version: String,
    /// The domain of its handles, which may differ from the one of its pages.
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub configuration: Configured,
    #[serde(default)]
    contact: Value,
}

impl InstanceAnswer {
    /// Whom people may turn to, if anybody is named.
    pub fn named(&self) -> Option<Named> {
        serde_json::from_value(self.contact["account"].clone()).ok()
    }
}

/// An account as the instance names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    pub id: AccountId,
    pub username: String,
}

/// How the instance is set up, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Configured {
    /// Whether it federates with allowed servers alone; said since 4.4 (`app/serializers/rest/instance_serializer.rb`).
    #[serde(default)]
    pub limited_federation: Option<bool>,
}

/// What a call carries.
enum Load<'a> {
    Form(&'a [(&'a str, String)]),
    /// For lists: a form cannot say that one is empty.
    Json(Value),
}

/// One instance's API under one account's token: the service account's, or that of somebody who linked their own.
pub struct Client {
    instance: InstanceName,
    base: Url,
    token: Secret,
    /// Whose token it is; `None` for the service account's.
    own: Option<AccountId>,
    http: reqwest::Client,
    clock: Clock,
    limits: Mutex<Option<Limits>>,
    /// Whether Mastodon has refused a deed since this was last asked.
    refused: AtomicBool,
    /// Of all clients of the instance.
    calls: Counted<1>,
}

impl Client {
    pub fn new(instance: InstanceName, base: Url, token: Secret, clock: Clock) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(1_500))
            .redirect(Policy::none())
            .user_agent(concat!("Howdah/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            instance,
            base,
            token,
            own: None,
            http,
            clock,
            limits: Mutex::default(),
            refused: AtomicBool::new(false),
            calls: Counted::default(),
        })
    }

    /// Calls to the instance since the start, by what was answered.
    pub fn calls(&self) -> &Counted<1> {
        &self.calls
    }

    /// One call under its span, counted.
    async fn counted<T>(
        &self,
        method: &Method,
        call: impl Future<Output = Result<T, RestError>>,
    ) -> Result<T, RestError> {
        let span = tracing::debug_span!("mastodon.rest", instance = %self.instance, %method);
        let outcome = |called: &Result<T, RestError>| called.as_ref().err().map_or("answered", RestError::word);
        let called = telemetry::told(span, call, outcome).await;
        self.calls.count([outcome(&called)]);
        called
    }

    /// The same API under the token of somebody's own account; its limits are counted apart.
    pub fn under(&self, account: AccountId, token: Secret) -> Self {
        Self {
            instance: self.instance.clone(),
            base: self.base.clone(),
            token,
            own: Some(account),
            http: self.http.clone(),
            clock: self.clock.clone(),
            limits: Mutex::default(),
            refused: AtomicBool::new(false),
            calls: self.calls.clone(),
        }
    }

    /// Whether Mastodon has refused a deed since this was last asked: the token wants testing then.
    pub(super) fn was_refused(&self) -> bool {
        self.refused.swap(false, Ordering::Relaxed)
    }

    /// Whether it calls with this token.
    pub fn calls_with(&self, token: &Secret) -> bool {
        self.token == *token
    }

    /// The limits as the last answer gave them.
    pub fn limits(&self) -> Option<Limits> {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits_of(&self, response: &Response) -> Option<Limits> {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let number = |name: &str| header(name).and_then(|text| text.parse().ok());
        let (reset, date) = (header("x-ratelimit-reset"), header("date"));
        let reset = reset.and_then(|reset| words::resets(reset, date, self.clock.now()));
        let (limit, remaining) = (number("x-ratelimit-limit"), number("x-ratelimit-remaining"));
        Some(Limits { limit: limit?, remaining: remaining?, reset: reset? })
    }

    /// How long work in the background should wait, in milliseconds: it leaves half of what the token may ask for to people.
    pub fn background_waits(&self) -> Option<i64> {
        let limits = self.limits()?;
        let wait = limits.reset.since(self.clock.now());
        (wait > 0 && limits.remaining <= limits.limit / 2).then_some(wait)
    }

    /// How many calls one deed may take: a third of what the token has left, so that others can go on working with it.
    pub fn for_one_deed(&self) -> usize {
        let left = match self.limits() {
            Some(limits) if limits.reset > self.clock.now() => limits.remaining,
            Some(limits) => limits.limit,
            None => PER_TOKEN,
        };
        usize::try_from(left / 3).unwrap_or(0).max(1)
    }

    /// A deed that would only wait for its turn is not sent at all.
    fn has_room(&self) -> Result<(), RestError> {
        match self.limits() {
            Some(limits) if limits.remaining <= 0 && limits.reset.since(self.clock.now()) > LIMIT_PATIENCE => {
                let seconds = limits.reset.since(self.clock.now()) / 1000 + 1;
                Err(RestError::NotSent(format!(
                    "rate limit reached on the instance, for {seconds} seconds; nothing was sent"
                )))
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, method: Method, path: &str, load: Load<'_>, time: Duration) -> Result<Value, RestError> {
        let acts = method != Method::GET;
        let url = self
            .base
            .join(path)
            .map_err(|error| RestError::NotSent(format!("the address {path} cannot be made: {error}")))?;
        let request = self.http.request(method.clone(), url).header("accept", JSON).timeout(time);
        let request = request.bearer_auth(self.token.expose());
        let request = match load {
            Load::Form([]) => request,
            Load::Form(form) => request.form(form),
            Load::Json(body) => request.json(&body),
        };
        let call = async {
            let response = request.send().await.map_err(|error| self.unanswered(&error, time))?;
            let limits = self.limits_of(&response);
            let read = self.read(response, acts).await;
            // What somebody in front says of their own limits is not said of Mastodon's.
            if limits.is_some() && !matches!(read, Err(RestError::Foreign(_) | RestError::Lost(_))) {
                *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
            }
            read.map_err(|error| self.explained(error))
        };
        self.counted(&method, call).await
    }

    /// A refusal with what to do about it.
    fn explained(&self, error: RestError) -> RestError {
        match error {
            RestError::Refused { status, message } => {
                RestError::Refused { status, message: words::what_to_do(self.own.is_some(), status, message) }
            }
            other => other,
        }
    }

    /// A call without any token: what an application asks for itself (`mastodon/oauth.rs`).
    pub(super) async fn unsigned(&self, path: &str, form: &[(&str, String)]) -> Result<Value, RestError> {
        let url = self
            .base
            .join(path)
            .map_err(|error| RestError::NotSent(format!("the address {path} cannot be made: {error}")))?;
        let call = async {
            let request = self.http.post(url).header("accept", JSON).timeout(OAUTH_TIME).form(form);
            let sent = request.send().await;
            self.read(sent.map_err(|error| self.unanswered(&error, OAUTH_TIME))?, true).await
        };
        self.counted(&Method::POST, call).await
    }

    fn unanswered(&self, error: &reqwest::Error, time: Duration) -> RestError {
        let host = self.base.host_str().unwrap_or("the instance");
        if error.is_connect() || error.is_builder() {
            // What lies at the bottom says why: a name, a port, a certificate.
            let mut why: &dyn std::error::Error = error;
            while let Some(deeper) = why.source() {
                why = deeper;
            }
            let why = crate::text::excerpt(&crate::text::without_number(&why.to_string()), 120);
            RestError::NotSent(format!("{host} cannot be reached ({why}); nothing was sent"))
        } else if error.is_timeout() {
            RestError::Lost(format!("{host} did not answer within {} s", time.as_secs_f32()))
        } else {
            RestError::Lost(format!("the connection to {host} broke before an answer came"))
        }
    }

    async fn body(mut response: Response, largest: usize) -> Result<Vec<u8>, RestError> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > largest => {
                    return Err(RestError::Lost(format!(
                        "the answer is larger than {} MB and was cut off",
                        largest / 1024 / 1024
                    )));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body),
                Err(_) => return Err(RestError::Lost("the answer broke off or came too slowly".to_owned())),
            }
        }
    }

    /// Decides first whose answer it is, and then what it says.
    async fn read(&self, response: Response, acts: bool) -> Result<Value, RestError> {
        let status = response.status();
        let code = status.as_u16();
        let host = self.base.host_str().unwrap_or("the instance");
        if status.is_redirection() {
            let to = response.headers().get("location").and_then(|value| value.to_str().ok());
            return Err(RestError::Foreign(words::sent_on(&self.base, code, to)));
        }
        // A challenge is put before the request is passed on.
        let challenged = response.headers().contains_key("cf-mitigated");
        let challenge = response.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
        let challenge = challenge.map(str::to_owned);
        let body = Self::body(response, LARGEST_ANSWER).await?;
        match whose(status, challenge.as_deref(), &body) {
            Whose::Mastodons(said) if status == StatusCode::TOO_MANY_REQUESTS => {
                Err(RestError::NotSent(format!("rate limit reached on the instance (429: “{said}”); nothing was done")))
            }
            Whose::Mastodons(said) if status.is_server_error() => {
                Err(RestError::Lost(format!("Mastodon itself failed ({code}): “{said}”")))
            }
            Whose::Mastodons(message) => Err(RestError::Refused { status: code, message }),
            Whose::Value(value) => Ok(value),
            Whose::BrokenOff => {
                let acted = if acts { "; whether Mastodon has acted is not known" } else { "" };
                Err(RestError::Lost(format!("the answer of {host} broke off in its middle{acted}")))
            }
            Whose::Nobodys(said) if challenged => Err(RestError::Foreign(format!(
                "what stands in front of {host} wants to see a browser first ({code}: {said}), not Mastodon; let the \
                 console’s IP address pass there"
            ))),
            Whose::Nobodys(said) if status.is_client_error() => {
                Err(RestError::Foreign(words::refusal(host, code, &said)))
            }
            Whose::Nobodys(said) => {
                // Of what was only asked there is nothing that may have been done.
                let acted = if acts { "; whether Mastodon has acted is not known" } else { "" };
                Err(RestError::Lost(if status.is_server_error() {
                    format!("{IN_ITS_PLACE} ({code}: {said}){acted}")
                } else {
                    format!(
                        "{host} answered with something that is not Mastodon’s ({code}: {said}) instead of JSON{acted}. Check \
                         base_url, and what stands in front of Mastodon"
                    )
                }))
            }
        }
    }

    /// Goes to a page as anybody does: without a token, following nothing. `fresh` asks whoever keeps copies for a new one.
    pub(super) async fn visit(&self, path: &str, cookies: &str, fresh: bool) -> Result<Visited, String> {
        let url = self.base.join(path).map_err(|error| format!("the address {path} cannot be made: {error}"))?;
        let mut request = self.http.get(url.clone()).timeout(READ_TIME).header("accept-language", "en");
        if fresh {
            request = request.header("cache-control", "no-cache");
        }
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        let call = async { request.send().await.map_err(|error| self.unanswered(&error, READ_TIME)) };
        let response = self.counted(&Method::GET, call).await.map_err(|error| error.to_string())?;
        let headers = response.headers();
        let to = headers.get("location").and_then(|to| to.to_str().ok()).and_then(|to| url.join(to).ok());
        let cookies = headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .collect::<Vec<_>>()
            .join("; ");
        let status = response.status().as_u16();
        let body = Self::body(response, LARGEST_PAGE).await.map_err(|error| error.to_string())?;
        Ok(Visited { status, to, cookies, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// The console's time, for what is remembered about the instance.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn get<T: for<'de> Deserialize<'de>>(&self, path: &str) -> Result<T, RestError> {
        let first = self.send(Method::GET, path, Load::Form(&[]), READ_TIME).await;
        // Reading again is harmless; once, and only where nothing arrived.
        let value = match first {
            Err(RestError::NotSent(_)) => self.send(Method::GET, path, Load::Form(&[]), READ_TIME).await?,
            other => other?,
        };
        serde_json::from_value(value)
            .map_err(|_| RestError::Lost(format!("the answer to {path} is not what Mastodon 4.3 to 4.7 answer")))
    }

    /// What stands against writing to the database in the name of somebody's own account, which asks for no token: consent
    /// that was taken back at the instance. Nothing stands against the service account's own.
    pub async fn consent_is_gone(&self) -> Option<String> {
        self.own?;
        self.verify_credentials().await.err().map(|error| match error {
            RestError::Refused { message, .. } => format!("the instance does not let the account act: {message}"),
            error => format!("the instance could not say whether the account’s token still holds: {error}"),
        })
    }

    /// Whose token it is; the test for a revoked one, because admin endpoints answer the same 403 to everything.
    ///
    /// # Errors
    /// 401 for a token that is not valid any more.
    pub async fn verify_credentials(&self) -> Result<ServiceAccount, RestError> {
        self.get("/api/v1/accounts/verify_credentials").await
    }

    /// Whose the token is and what it is good for, without being counted as somebody at work: Doorkeeper's own page is none of
    /// those that renew `users.current_sign_in_at` (`config/routes.rb`, `use_doorkeeper`; Doorkeeper's
    /// `token_info_controller.rb`; `app/controllers/concerns/user_tracking_concern.rb`). `None` where it is not told.
    ///
    /// # Errors
    /// 401 for a token that does not hold any more.
    pub async fn token_info(&self) -> Result<Option<TokenInfo>, RestError> {
        let value = match self.send(Method::GET, "/oauth/token/info", Load::Form(&[]), READ_TIME).await {
            Ok(value) => value,
            Err(RestError::Refused { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let scopes = match &value["scope"] {
            Value::Array(scopes) => scopes.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect(),
            Value::String(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
            _ => return Ok(None),
        };
        let user = match &value["resource_owner_id"] {
            Value::Number(id) => id.as_i64(),
            Value::String(id) => id.parse().ok(),
            _ => None,
        };
        Ok(Some(TokenInfo { user, scopes }))
    }

    /// Whether Mastodon answers at all: by a page that no cache keeps and nobody's token is sent to, which it refuses in its
    /// own words (`app/controllers/api/base_controller.rb`; `private, no-store`).
    ///
    /// # Errors
    /// Who answered in its place, or that nobody did.
    pub async fn answers(&self) -> Result<(), RestError> {
        let path = "/api/v1/accounts/verify_credentials";
        let url = self.base.join(path).map_err(|error| RestError::NotSent(error.to_string()))?;
        let call = async {
            let sent = self.http.get(url).header("accept", JSON).timeout(READ_TIME).send().await;
            self.read(sent.map_err(|error| self.unanswered(&error, READ_TIME))?, false).await
        };
        match self.counted(&Method::GET, call).await {
            Err(RestError::Refused { .. }) => Ok(()),
            // Mastodon lets nobody in there without a token.
            Ok(body) => Err(self.of_somebody_else(&body, false)),
            Err(error) => Err(error),
        }
    }

    pub async fn instance(&self) -> Result<InstanceAnswer, RestError> {
        self.get("/api/v2/instance").await
    }

    /// One writing call as a step of a deed.
    async fn step(&self, what: String, method: Method, path: &str, form: &[(&str, String)]) -> Step {
        self.step_with(what, method, path, Load::Form(form)).await
    }

    async fn step_with(&self, what: String, method: Method, path: &str, load: Load<'_>) -> Step {
        let answer = match self.has_room() {
            Err(error) => error.into_answer(),
            Ok(()) => match self.send(method, path, load, DEED_TIME).await {
                Ok(body) if !words::accepts(&body) => self.of_somebody_else(&body, true).into_answer(),
                Ok(body) if !words::is_about(path, &body) => self.about_another(&body).into_answer(),
                Ok(body) => Answer::Accepted { body: kept(&body) },
                Err(error) => self.told_apart(error).await.into_answer(),
            },
        };
        Step { what, answer }
    }

    /// JSON that says yes and is none of Mastodon's.
    fn of_somebody_else(&self, body: &Value, acts: bool) -> RestError {
        let host = self.base.host_str().unwrap_or("the instance");
        let said = words::page(body.to_string().as_bytes());
        let acted = if acts { "; whether Mastodon has acted is not known" } else { "" };
        RestError::Lost(format!(
            "{host} answered with JSON that is not Mastodon’s ({said}){acted}. Check base_url, and what stands in front of Mastodon"
        ))
    }

    /// An answer that tells of something else than what was asked: of a cache's, or of a server that mixes them up.
    fn about_another(&self, body: &Value) -> RestError {
        let host = self.base.host_str().unwrap_or("the instance");
        let id = body["id"].as_str().map_or_else(|| body["id"].to_string(), str::to_owned);
        let id = crate::text::excerpt(&id, 40);
        RestError::Lost(format!(
            "{host} answered about something else (id “{id}”); whether Mastodon has acted is not known. Check what stands in \
             front of Mastodon"
        ))
    }

    /// A token that was revoked some nights ago is answered as one whose role does not suffice; only asking whose it is
    /// tells them apart.
    async fn told_apart(&self, error: RestError) -> RestError {
        if matches!(error, RestError::Refused { status: 401 | 403, .. }) {
            self.refused.store(true, Ordering::Relaxed);
        }
        if !matches!(error, RestError::Refused { status: 403, .. }) {
            return error;
        }
        let holds = match self.token_info().await {
            Ok(None) => self.verify_credentials().await.map(|_| ()),
            told => told.map(|_| ()),
        };
        match holds {
            Err(lost @ RestError::Refused { status: 401, .. }) => lost,
            _ => error,
        }
    }

    /// A warrant for another instance is never carried out here, nor one for another account: what is to be done as
    /// somebody's own account is not done as any other.
    fn is_ours<D: Deed>(&self, warrant: &Warrant<D>) -> bool {
        let is_theirs = match (warrant.acting(), self.own) {
            (Acting::Own(_), Some(own)) => warrant.acting().account() == Some(own),
            (Acting::Service(_), None) => true,
            (Acting::Own(_), None) | (Acting::Service(_), Some(_)) | (Acting::Console, _) => false,
        };
        is_theirs && warrant.deed().instance() == Some(&self.instance)
    }

    async fn each_report<D: Deed>(
        &self,
        warrant: Warrant<D>,
        mut steps: Vec<Step>,
        reports: &[ReportId],
        verb: &str,
    ) -> Answered<D> {
        for report in reports {
            let path = format!("/api/v1/admin/reports/{report}/{verb}");
            let step = self.step(format!("POST {verb}, report {report}"), Method::POST, &path, &[]).await;
            let goes_on = matches!(step.answer, Answer::Accepted { .. } | Answer::Refused { status: 404, .. });
            steps.push(step);
            if !goes_on {
                break;
            }
        }
        warrant.answered(steps)
    }

    /// Carries a decision out: reports closed one by one, or one account action
    /// (`app/controllers/api/v1/admin/account_actions_controller.rb`). A warning closes only the report it names; the
    /// others the person saw are closed after it. Every other action closes all there are by itself.
    pub async fn decide_case(&self, warrant: Warrant<DecideCase>) -> Answered<DecideCase> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed().clone();
        let Some(action) = deed.decision.action_type() else {
            return self.each_report(warrant, Vec::new(), &deed.reports, "resolve").await;
        };
        let mut form = vec![
            ("type", action.to_owned()),
            ("text", deed.text.clone()),
            ("send_email_notification", deed.send_email.to_string()),
        ];
        if let Some(preset) = deed.preset {
            form.push(("warning_preset_id", preset.to_string()));
        }
        let named = deed.reports.first();
        if let Some(report) = named {
            form.push(("report_id", report.to_string()));
        }
        let path = format!("/api/v1/admin/accounts/{}/action", deed.account);
        let step = self.step(format!("POST action {action}"), Method::POST, &path, &form).await;
        let acted = matches!(step.answer, Answer::Accepted { .. });
        let mut steps = vec![step];
        if acted && deed.decision == Decision::Warn {
            for report in deed.reports.iter().skip(1) {
                let path = format!("/api/v1/admin/reports/{report}/resolve");
                let step = self.step(format!("POST resolve, report {report}"), Method::POST, &path, &[]).await;
                let goes_on = matches!(step.answer, Answer::Accepted { .. } | Answer::Refused { status: 404, .. });
                steps.push(step);
                if !goes_on {
                    break;
                }
            }
        }
        warrant.answered(steps)
    }

    /// Lets somebody in who asked to join, or refuses them (`app/controllers/api/v1/admin/accounts_controller.rb`).
    pub async fn decide_sign_up(&self, warrant: Warrant<DecideSignUp>) -> Answered<DecideSignUp> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let verb = if deed.approve { "approve" } else { "reject" };
        let path = format!("/api/v1/admin/accounts/{}/{verb}", deed.account);
        let step = self.step(format!("POST {verb}"), Method::POST, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Begins to delete what a suspended account has left (`app/controllers/api/v1/admin/accounts_controller.rb`); it goes
    /// on in the background, and leaves no row in Mastodon's log.
    pub async fn delete_account(&self, warrant: Warrant<DeleteAccount>) -> Answered<DeleteAccount> {
        if !self.is_ours(&warrant) {
            return warrant.unsent("the action names another instance");
        }
        let path = format!("/api/v1/admin/accounts/{}", warrant.deed().account);
        let step = self.step("DELETE account".to_owned(), Method::DELETE, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Takes a sanction back.
    pub async fn reverse_sanction(&self, warrant: Warrant<ReverseSanction>) -> Answered<ReverseSanction> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let verb = deed.reversal.verb();
        let path = format!("/api/v1/admin/accounts/{}/{verb}", deed.account);
        let step = self.step(format!("POST {verb}"), Method::POST, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Opens a closed report again.
    pub async fn reopen_report(&self, warrant: Warrant<ReopenReport>) -> Answered<ReopenReport> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let report = warrant.deed().report;
        self.each_report(warrant, Vec::new(), &[report], "reopen").await
    }

    /// Puts a report under another category. The list of rules is sent along, empty where it leaves `violation`, or it is a 422
    /// (`app/models/report.rb`); as JSON, because the form field `rule_ids[]=` is a list that holds nothing, and not an empty
    /// one.
    pub async fn change_category(&self, warrant: Warrant<ChangeCategory>) -> Answered<ChangeCategory> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let rules = if deed.after == Category::Violation { deed.rules_after.as_slice() } else { &[] };
        let body = json!({ "category": deed.after.name(), "rule_ids": rules });
        let path = format!("/api/v1/admin/reports/{}", deed.report);
        let step = self.step_with(format!("PUT report {}", deed.report), Method::PUT, &path, Load::Json(body)).await;
        warrant.answered(vec![step])
    }

    /// Mirrors who holds a case: Mastodon's own assignment under the acting account.
    /// `own` is what came of it in the console's own list.
    pub async fn claim_case(&self, warrant: Warrant<ClaimCase>, own: Step) -> Answered<ClaimCase> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed().clone();
        let verb = if deed.claim { "assign_to_self" } else { "unassign" };
        self.each_report(warrant, vec![own], &deed.reports, verb).await
    }
}

/// What of an answer goes into the record: ids and times of the object, never what it says about people.
fn kept(body: &Value) -> Value {
    let mut kept = serde_json::Map::new();
    for key in ["id", "action_taken", "action_taken_at", "updated_at", "category"] {
        if let Some(value) = body.get(key).filter(|value| !value.is_object()) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    json!(kept)
}

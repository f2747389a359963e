//! What a session remembers, and who is signed in with it.

use crate::{
    access::Actor,
    address::ClientAddress,
    clock::HOUR,
    id::{InstanceName, OperatorId},
    nouns::preferences::Preferences,
};
use axum::http::{Extensions, HeaderMap, header};
use serde::{Deserialize, Serialize};
use tower_http::request_id::RequestId;

/// A session ends after an hour without a request …
pub const IDLE: i64 = HOUR;
/// … and twelve hours after signing in, whatever happens.
pub const ABSOLUTE: i64 = 12 * HOUR;

/// The cookie that names the instance which a browser was at last: it goes to no script and to no other site, and is gone when
/// somebody signs out.
pub const LAST_AT: &str = "instance";

/// The cookie in which a browser's script names its time zone (`ui/early.js`), so that pages are made in it.
pub const ZONE: &str = "zone";

/// What this browser says of itself in a cookie of that name: whether somebody may see it is asked where it is used.
pub fn said_by_browser<'a>(headers: &'a HeaderMap, named: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == named).then_some(value)
    })
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The password was right; the code is still to come.
    Code,
    /// The password was right; a second factor must be set up first.
    Enrol,
    Full,
}

/// What a session remembers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionData {
    pub operator: OperatorId,
    pub stage: Stage,
    /// The generation of theirs that was proved. What holds is the session's own, beside it in the store.
    #[serde(default)]
    pub generation: i64,
    /// The secret shown while a second factor is being set up, sealed.
    pub enrolling: Option<String>,
}

/// The id of a request, as its answer says it: the router gave it one.
pub fn request_id(of: &Extensions) -> Option<String> {
    of.get::<RequestId>()?.header_value().to_str().ok().map(str::to_owned)
}

impl SessionData {
    /// Where it stands in a session.
    pub const KEY: &'static str = "operator";

    /// Of a session as the store keeps it.
    pub fn of(kept: &str) -> Option<Self> {
        let kept: serde_json::Value = serde_json::from_str(kept).ok()?;
        serde_json::from_value(kept.get(Self::KEY)?.clone()).ok()
    }
}

/// Somebody signed in, as every page and form finds them.
#[derive(Clone, Debug)]
pub struct Signed {
    pub actor: Actor,
    pub address: ClientAddress,
    /// The instance that this browser was at last.
    pub last_at: Option<InstanceName>,
    /// How they have the console for themselves.
    pub preferences: Preferences,
}

//! Who calls: tokens, scopes, roles (`app/controllers/api/base_controller.rb`, `app/models/user_role.rb`).

use crate::{
    server::{Call, Failure, Instance, forbidden},
    version::Version,
};
use axum::http::{HeaderMap, StatusCode, header};

pub const VIEW_DASHBOARD: i64 = 1 << 3;
pub const MANAGE_REPORTS: i64 = 1 << 4;
pub const MANAGE_FEDERATION: i64 = 1 << 5;
pub const MANAGE_BLOCKS: i64 = 1 << 7;
pub const MANAGE_TAXONOMIES: i64 = 1 << 8;
pub const MANAGE_USERS: i64 = 1 << 10;
pub const INVITE_USERS: i64 = 1 << 16;
pub const DELETE_USER_DATA: i64 = 1 << 19;
pub const INVITE_BYPASS_APPROVAL: i64 = 1 << 21;

/// A token that is stored.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: i64,
    pub scopes: String,
    pub revoked: bool,
    pub expired: bool,
    pub application: Option<i64>,
    pub user: Option<Caller>,
}

/// The person behind a token.
#[derive(Clone, Debug)]
pub struct Caller {
    pub id: i64,
    pub account: i64,
    pub permissions: i64,
    pub position: i32,
    pub disabled: bool,
    pub confirmed: bool,
    pub approved: bool,
    /// Suspended, or deleted by their own hand.
    pub unavailable: bool,
    pub memorial: bool,
    pub lacks_second_factor: bool,
}

impl Caller {
    pub fn can(&self, bit: i64) -> bool {
        self.permissions & bit == bit
    }
}

/// A role's effective permissions: its own and everyone's; all for an administrator.
pub fn effective(version: Version, own: Option<i64>, everyone: i64) -> i64 {
    match own {
        Some(own) if own & 1 == 1 => version.every_permission(),
        Some(own) => own | everyone,
        None => everyone,
    }
}

fn given(headers: &HeaderMap, query: &[(String, String)]) -> Option<String> {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| String::from_utf8(value.as_bytes().to_vec()).ok())
        .and_then(|text| text.strip_prefix("Bearer ").map(str::to_owned));
    header.or_else(|| {
        query
            .iter()
            .find(|(key, _)| matches!(key.as_str(), "access_token" | "bearer_token"))
            .map(|(_, value)| value.clone())
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    scopes: Option<String>,
    revoked: bool,
    expired: bool,
    application_id: Option<i64>,
    user_id: Option<i64>,
    account_id: Option<i64>,
    own: Option<i64>,
    position: Option<i32>,
    everyone: Option<i64>,
    everyone_position: Option<i32>,
    disabled: Option<bool>,
    confirmed: Option<bool>,
    approved: Option<bool>,
    unavailable: Option<bool>,
    memorial: Option<bool>,
    lacks_second_factor: Option<bool>,
}

/// Finds the token of a request, whatever its state.
///
/// # Errors
/// If the database does not answer.
pub async fn find(instance: &Instance, headers: &HeaderMap, query: &[(String, String)]) -> sqlx::Result<Option<Token>> {
    const SQL: &str = "select t.id, t.scopes, t.revoked_at is not null as revoked, \
        coalesce(t.expires_in is not null and t.created_at + t.expires_in * interval '1 second' < now() at time zone 'utc', false) as expired, \
        t.application_id, u.id as user_id, u.account_id, r.permissions as own, r.position, e.permissions as everyone, \
        e.position as everyone_position, u.disabled, u.confirmed_at is not null as confirmed, u.approved, \
        not practice.available(a) as unavailable, a.memorial, \
        coalesce((to_jsonb(case when r.id is null then e else r end) ->> 'require_2fa')::boolean, false) \
        and not u.otp_required_for_login \
        and not exists (select from webauthn_credentials w where w.user_id = u.id) as lacks_second_factor \
        from oauth_access_tokens t left join users u on u.id = t.resource_owner_id \
        left join accounts a on a.id = u.account_id left join user_roles r on r.id = u.role_id \
        left join user_roles e on e.id = -99 where t.token = $1";
    let Some(token) = given(headers, query) else { return Ok(None) };
    let row: Option<Row> = sqlx::query_as(SQL).bind(token).fetch_optional(&instance.pool).await?;
    Ok(row.map(|row| Token {
        id: row.id,
        scopes: row.scopes.unwrap_or_default(),
        revoked: row.revoked,
        expired: row.expired,
        application: row.application_id,
        user: row.user_id.zip(row.account_id).map(|(id, account)| Caller {
            id,
            account,
            permissions: effective(instance.version, row.own, row.everyone.unwrap_or(0)),
            position: row.position.or(row.everyone_position).unwrap_or(-1),
            disabled: row.disabled.unwrap_or(false),
            confirmed: row.confirmed.unwrap_or(false),
            approved: row.approved.unwrap_or(false),
            unavailable: row.unavailable.unwrap_or(false),
            memorial: row.memorial.unwrap_or(false),
            lacks_second_factor: row.lacks_second_factor.unwrap_or(false),
        }),
    }))
}

fn invalid(text: &str) -> Failure {
    Failure::Unauthorized(
        StatusCode::UNAUTHORIZED,
        text.to_owned(),
        format!("Bearer realm=\"Doorkeeper\", error=\"invalid_token\", error_description=\"{text}\""),
    )
}

fn said(status: StatusCode, text: &str) -> Failure {
    Failure::Said(status, text.to_owned())
}

/// A token that still holds, and one of these scopes.
fn scoped<'a>(call: &Call, token: &'a Token, wanted: &[&str]) -> Result<&'a Token, Failure> {
    if token.revoked {
        return Err(invalid("The access token was revoked"));
    }
    if token.expired {
        return Err(invalid("The access token expired"));
    }
    if !token.scopes.split(' ').any(|scope| wanted.contains(&scope)) {
        let text = "This action is outside the authorized scopes";
        if !call.since(Version::V44) {
            return Err(said(StatusCode::FORBIDDEN, text));
        }
        return Err(Failure::Unauthorized(
            StatusCode::FORBIDDEN,
            text.into(),
            format!(
                "Bearer realm=\"Doorkeeper\", error=\"insufficient_scope\", \
                 error_description=\"Access to this resource requires scope _{}_.\"",
                wanted.join(" ")
            ),
        ));
    }
    Ok(token)
}

/// Some doors ask a token for its scope only if there is one; nobody and nonsense are stopped by [`may`].
pub fn scope(call: &Call, wanted: &[&str]) -> Result<(), Failure> {
    match &call.token {
        Some(token) => scoped(call, token, wanted).map(|_| ()),
        None => Ok(()),
    }
}

/// The caller, if their role permits it; a disabled person passes.
pub fn may(call: &Call, permission: i64) -> Result<&Caller, Failure> {
    let caller = call.token.as_ref().and_then(|token| token.user.as_ref()).ok_or_else(forbidden)?;
    if caller.can(permission) { Ok(caller) } else { Err(forbidden()) }
}

/// Scope and permission.
pub fn admin<'a>(call: &'a Call, wanted: &[&str], permission: i64) -> Result<&'a Caller, Failure> {
    scope(call, wanted)?;
    may(call, permission)
}

/// A token is demanded, whoever it belongs to.
pub fn token<'a>(call: &'a Call, wanted: &[&str]) -> Result<&'a Token, Failure> {
    let token = call.token.as_ref().ok_or_else(|| invalid("The access token is invalid"))?;
    scoped(call, token, wanted)
}

/// Endpoints of a person: a functional login.
pub fn person<'a>(call: &'a Call, wanted: &[&str]) -> Result<&'a Caller, Failure> {
    let caller = token(call, wanted)?
        .user
        .as_ref()
        .ok_or_else(|| said(StatusCode::UNPROCESSABLE_ENTITY, "This method requires an authenticated user"))?;
    let refused = |text| Err(said(StatusCode::FORBIDDEN, text));
    if !caller.confirmed {
        refused("Your login is missing a confirmed e-mail address")
    } else if !caller.approved {
        refused("Your login is currently pending approval")
    } else if !functional(caller) {
        refused("Your login is currently disabled")
    } else {
        Ok(caller)
    }
}

/// `User#functional?`
pub fn functional(caller: &Caller) -> bool {
    caller.confirmed
        && caller.approved
        && !(caller.disabled || caller.unavailable || caller.memorial || caller.lacks_second_factor)
}

//! Sign-ups by API and looking at an invitation (`app/controllers/api/v1/accounts_controller.rb`,
//! `app/services/app_sign_up_service.rb`, `app/models/user.rb`, `app/models/invite.rb`).

use crate::{
    auth::{self, INVITE_BYPASS_APPROVAL},
    domain_blocks, moderation, oauth,
    server::{Answer, Call, Failure, forbidden, not_found},
    settings::{self, Setting},
    version::Version,
    webhooks::{self, Event},
};
use axum::http::{StatusCode, header};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

/// An invitation that can be used, and whether it spares the review.
struct Invitation {
    id: i64,
    spares_review: bool,
}

/// An invitation by its code; none if it is used up, ended, or its owner cannot act.
async fn valid(db: &mut PgConnection, version: Version, code: &str) -> Result<Option<Invitation>, Failure> {
    const SQL: &str = "select i.id, r.permissions as own, e.permissions as everyone from invites i \
        join users u on u.id = i.user_id join accounts a on a.id = u.account_id \
        left join user_roles r on r.id = u.role_id left join user_roles e on e.id = -99 \
        where i.code = $1 and (i.max_uses is null or i.uses < i.max_uses) \
        and (i.expires_at is null or i.expires_at >= practice.now()) \
        and u.confirmed_at is not null and u.approved and not u.disabled and practice.available(a) and not a.memorial \
        and not (coalesce((to_jsonb(case when r.id is null then e else r end) ->> 'require_2fa')::boolean, false) \
        and not u.otp_required_for_login and not exists (select from webauthn_credentials w where w.user_id = u.id))";
    let row: Option<(i64, Option<i64>, Option<i64>)> = sqlx::query_as(SQL).bind(code).fetch_optional(db).await?;
    Ok(row.map(|(id, own, everyone)| {
        let permissions = auth::effective(version, own, everyone.unwrap_or(0));
        // Before 4.6 every invitation did.
        let spares_review = version < Version::V46 || permissions & INVITE_BYPASS_APPROVAL != 0;
        Invitation { id, spares_review }
    }))
}

/// Whether somebody may sign up from where they are (`app/helpers/registration_helper.rb`).
async fn may_sign_up(call: &Call, db: &mut PgConnection, invited: bool) -> Result<bool, Failure> {
    let mode = settings::read(&call.practice, "registrations_mode").await?.or("none");
    let blocked: bool =
        sqlx::query_scalar("select exists (select from ip_blocks where severity = 5500 and ip >>= $1::inet)")
            .bind(call.remote.to_string())
            .fetch_one(db)
            .await?;
    Ok((mode != "none" || invited) && !blocked)
}

/// `GET /invite/:code`
pub async fn invitation(call: &Call, code: &str) -> Result<Answer, Failure> {
    let mut db = call.practice.pool.acquire().await?;
    let known: bool = sqlx::query_scalar("select exists (select from invites where code = $1)")
        .bind(code)
        .fetch_one(&mut *db)
        .await?;
    if !known {
        return Err(not_found());
    }
    if valid(&mut db, call.practice.version, code).await?.is_none() {
        return Err(Failure::Said(StatusCode::UNAUTHORIZED, "This invite is not valid".into()));
    }
    if !may_sign_up(call, &mut db, true).await? {
        return Err(forbidden());
    }
    let address = format!("{}/api/v2/instance", call.practice.base());
    Ok(json!({ "invite_code": code, "instance_api_url": address }).into())
}

const WEB: &str = "text/html; charset=utf-8";
const COOKIE: &str = "practice_turned_away=1";

/// `GET /auth/sign_up`: the rules, or the form, or away to the sign-in page with a sentence (before 4.5 to the first page).
/// Only what shows which of them it is stands on it (`app/controllers/auth/registrations_controller.rb`,
/// `app/views/auth/registrations/{new,rules}.html.haml`).
pub async fn page(call: &Call) -> Result<Answer, Failure> {
    let mut db = call.practice.pool.acquire().await?;
    if !may_sign_up(call, &mut db, false).await? {
        let to = if !call.since(Version::V45) { "/" } else { "/auth/sign_in" };
        return Ok(Answer::text(StatusCode::FOUND, WEB, "")
            .with(header::LOCATION, format!("{}{to}", call.practice.base()))
            .with(header::SET_COOKIE, format!("{COOKIE}; path=/; HttpOnly")));
    }
    let rules: bool =
        sqlx::query_scalar("select exists (select from rules where deleted_at is null)").fetch_one(&mut *db).await?;
    // A real server remembers who agreed; here it is enough to say so.
    if rules && call.present("accept").is_none() {
        let accept = if call.since(Version::V46) {
            "<form class=\"simple_form\" action=\"/auth/acceptance\" accept-charset=\"UTF-8\" method=\"post\">\
             <button name=\"accept\" type=\"submit\" value=\"1\">Accept</button></form>"
        } else {
            "<a class=\"button\" href=\"/auth/sign_up?accept=1\">Accept</a>"
        };
        return Ok(Answer::text(StatusCode::OK, WEB, format!("<!doctype html><title>Register</title>{accept}")));
    }
    let mode = settings::read(&call.practice, "registrations_mode").await?.or("none");
    let why =
        if mode == "approved" { "<textarea name=\"user[invite_request_attributes][text]\"></textarea>" } else { "" };
    let form = format!(
        "<!doctype html><title>Register</title><form class=\"simple_form new_user\" id=\"new_user\" \
         novalidate=\"novalidate\" action=\"/auth\" accept-charset=\"UTF-8\" method=\"post\">\
         <input name=\"user[email]\"><input name=\"user[password]\">{why}</form>"
    );
    Ok(Answer::text(StatusCode::OK, WEB, form))
}

/// `GET /auth/sign_in`, for whoever was turned away from signing up.
pub fn sign_in_page(call: &Call) -> Answer {
    let cookies = call.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = if cookies.contains(COOKIE) {
        "<div class=\"flash-message alert\"><strong>Your registration attempt has been blocked due to a network policy. \
         If you believe this is an error, contact us.</strong></div>"
    } else {
        ""
    };
    let form = "<form class=\"simple_form new_user\" action=\"/auth/sign_in\" accept-charset=\"UTF-8\" method=\"post\"></form>";
    Answer::text(StatusCode::OK, WEB, format!("<!doctype html><title>Login</title>{said}{form}"))
}

/// Validations that failed, in their order: of what, the name shown, the error, the words.
#[derive(Default)]
struct Problems(Vec<(&'static str, &'static str, &'static str, String)>);

impl Problems {
    fn add(&mut self, field: &'static str, name: &'static str, error: &'static str, words: impl Into<String>) {
        self.0.push((field, name, error, words.into()));
    }

    /// `ValidationErrorFormatter`
    fn answer(self) -> Answer {
        let all: Vec<String> = self.0.iter().map(|(_, name, _, words)| format!("{name} {words}")).collect();
        let mut details = Map::new();
        for (field, _, error, words) in self.0 {
            let entry = details.entry(field).or_insert_with(|| json!([]));
            if let Some(list) = entry.as_array_mut() {
                list.push(json!({ "error": error, "description": words }));
            }
        }
        let body = json!({ "error": format!("Validation failed: {}", all.join(", ")), "details": details });
        Answer::from(body).status(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

const EMAIL: &str = "E-mail address";

/// What a person wants to be called and reached by.
struct Wish {
    username: String,
    email: String,
    password: String,
    reason: Option<String>,
}

/// Whether a rule for domains of mail covers an address, parents included; the attempt is counted with each such rule,
/// whatever becomes of it.
async fn mail_rule(call: &Call, email: &str, with_approval: bool) -> Result<bool, Failure> {
    let host = email.rsplit('@').next().unwrap_or_default().to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let variants: Vec<String> = (0..labels.len()).map(|at| labels[at..].join(".")).collect();
    let counted = sqlx::query(
        "insert into practice.attempts (day, email_domain_block_id, ip, uses) \
         select practice.now()::date, id, $3::inet, 1 from email_domain_blocks where domain = any($1) and allow_with_approval = $2 \
         on conflict (email_domain_block_id, day, ip) do update set uses = practice.attempts.uses + 1",
    )
    .bind(variants)
    .bind(with_approval)
    .bind(call.remote.to_string())
    .execute(&call.practice.pool)
    .await?;
    Ok(counted.rows_affected() > 0)
}

/// Whether a name is reserved (since 4.5 by a rule, before by a setting), or wants a review.
async fn name_rule(call: &Call, db: &mut PgConnection, username: &str, with_approval: bool) -> Result<bool, Failure> {
    if !call.since(Version::V45) {
        const RESERVED: [&str; 8] =
            ["admin", "support", "help", "root", "webmaster", "administrator", "mod", "moderator"];
        // A list of one's own is not read here.
        let default = settings::read(&call.practice, "reserved_usernames").await? == Setting::Default;
        let reserved = default && RESERVED.contains(&username.to_lowercase().as_str());
        return Ok(reserved && !with_approval);
    }
    // Look-alikes count as what they look like (`app/models/username_block.rb`).
    let looks: String = username
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'i',
            '2' => 'z',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            '8' => 'b',
            '9' => 'g',
            c => c,
        })
        .collect();
    let found = sqlx::query_scalar(
        "select exists (select from username_blocks where allow_with_approval = $2 \
         and (exact and normalized_username = $1 or not exact and strpos($1, normalized_username) > 0))",
    )
    .bind(looks)
    .bind(with_approval)
    .fetch_one(db)
    .await?;
    Ok(found)
}

async fn check(call: &Call, db: &mut PgConnection, wish: &Wish, invited: bool) -> Result<Problems, Failure> {
    let mut problems = Problems::default();
    let Wish { username, email, password, reason } = wish;
    let host = email.split_once('@').map(|(_, host)| host);
    let formed = host.is_some_and(domain_blocks::is_domain) && !email.contains(char::is_whitespace);
    let taken: bool = sqlx::query_scalar("select exists (select from users where email = lower($1))")
        .bind(email)
        .fetch_one(&mut *db)
        .await?;
    if email.is_empty() {
        problems.add("email", EMAIL, "ERR_BLANK", "can't be blank");
    } else if taken {
        problems.add("email", EMAIL, "ERR_TAKEN", "has already been taken");
    } else if !formed {
        problems.add("email", EMAIL, "ERR_INVALID", "is invalid");
    }
    if password.is_empty() {
        problems.add("password", "Password", "ERR_BLANK", "can't be blank");
    } else if password.chars().count() < 8 {
        problems.add("password", "Password", "ERR_TOO_SHORT", "is too short (minimum is 8 characters)");
    } else if password.len() > 72 {
        problems.add("password", "Password", "ERR_TOO_LONG", "is too long (maximum is 72 characters)");
    }
    let there: bool =
        sqlx::query_scalar("select exists (select from accounts where lower(username) = lower($1) and domain is null)")
            .bind(username)
            .fetch_one(&mut *db)
            .await?;
    if username.is_empty() {
        problems.add("username", "Username", "ERR_BLANK", "can't be blank");
    }
    if there {
        problems.add("username", "Username", "ERR_TAKEN", "has already been taken");
    }
    if !username.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || username.is_empty() {
        problems.add("username", "Username", "ERR_INVALID", "must contain only letters, numbers and underscores");
    }
    if username.chars().count() > 30 {
        problems.add("username", "Username", "ERR_TOO_LONG", "is too long (maximum is 30 characters)");
    }
    if name_rule(call, db, username, false).await? {
        problems.add("username", "Username", "ERR_RESERVED", "is reserved");
    }
    let wants_reason = settings::read(&call.practice, "require_invite_text").await?.or("false") == "true";
    match reason {
        // By API the request is made for those with an invitation too, and found wrong in itself.
        None if wants_reason => problems.add("reason", "Reason", "ERR_BLANK", "can't be blank"),
        Some(text) if text.chars().count() > 420 => {
            problems.add("reason", "Reason", "ERR_TOO_LONG", "is too long (maximum is 420 characters)");
        }
        _ => {}
    }
    if formed && !invited {
        if mail_rule(call, email, false).await? {
            problems.add("email", EMAIL, "ERR_BLOCKED", "uses a disallowed e-mail provider");
        }
        let hashed: bool =
            sqlx::query_scalar("select exists (select from canonical_email_blocks where canonical_email_hash = $1)")
                .bind(moderation::canonical_hash(email))
                .fetch_one(&mut *db)
                .await?;
        if hashed {
            problems.add("email", EMAIL, "ERR_TAKEN", "has already been taken");
        }
    }
    if !call.text("agreement").is_some_and(|text| matches!(text.as_str(), "true" | "1")) {
        problems.add("agreement", "Service agreement", "ERR_ACCEPTED", "must be accepted");
    }
    if let Some(age) = least_age(call).await? {
        let born: Option<Date> = call.present("date_of_birth").and_then(|text| text.get(..10)?.parse().ok());
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let latest = today.checked_sub(Span::new().years(age)).map_err(|_| Failure::Broken)?;
        match born {
            None => problems.add("date_of_birth", "Date of birth", "ERR_BLANK", "can't be blank"),
            Some(born) if born > latest => {
                problems.add("date_of_birth", "Date of birth", "ERR_BELOW_LIMIT", "is below the age limit");
            }
            Some(_) => {}
        }
    }
    Ok(problems)
}

/// How old one must be, since 4.4.
async fn least_age(call: &Call) -> Result<Option<i64>, Failure> {
    if !call.since(Version::V44) {
        return Ok(None);
    }
    Ok(settings::read(&call.practice, "min_age").await?.or("").parse().ok())
}

/// `User#set_approved`
async fn approved(
    call: &Call,
    db: &mut PgConnection,
    wish: &Wish,
    invitation: Option<&Invitation>,
) -> Result<bool, Failure> {
    let wary: bool =
        sqlx::query_scalar("select exists (select from ip_blocks where severity = 5000 and ip >>= $1::inet)")
            .bind(call.remote.to_string())
            .fetch_one(&mut *db)
            .await?;
    if wary || mail_rule(call, &wish.email, true).await? || name_rule(call, db, &wish.username, true).await? {
        return Ok(false);
    }
    let mode = settings::read(&call.practice, "registrations_mode").await?.or("none");
    Ok(mode == "open" || invitation.is_some_and(|invitation| invitation.spares_review))
}

const ACCOUNT: &str = "insert into accounts (username, private_key, public_key, created_at, updated_at) \
    values ($1, $2, coalesce($2, ''), practice.now(), practice.now()) returning id";
/// Since 4.7 keys lie in a table of their own (`app/models/keypair.rb`).
const KEYS: &str = "insert into keypairs (account_id, type, local_fragment, private_key, public_key, created_at, updated_at) \
    values ($1, 0, '#rsa-' || left(md5(random()::text), 16), $2, $2, practice.now(), practice.now())";
const NO_KEY: &str = "no key: nothing is sent to other servers";
const USER: &str = "insert into users (account_id, email, encrypted_password, locale, time_zone, approved, invite_id, sign_up_ip, \
    created_by_application_id, confirmation_token, confirmation_sent_at, settings, created_at, updated_at) \
    values ($1, lower($2), 'no password is kept', $3, $4, $5, $6, $7::inet, $8, $9, practice.now(), '{}', practice.now(), practice.now()) \
    returning id";

/// `POST /api/v1/accounts`, by an application without a person.
pub async fn create(call: &Call) -> Result<Answer, Failure> {
    let token = auth::token(call, &["write", "write:accounts"])?;
    if token.user.is_some() {
        let text = "This method requires an client credentials authentication";
        return Err(Failure::Said(StatusCode::FORBIDDEN, text.into()));
    }
    let application = token.application.ok_or_else(forbidden)?;
    let mut tx = call.practice.pool.begin().await?;
    let invitation = match call.present("invite_code") {
        Some(code) => valid(&mut tx, call.practice.version, &code).await?,
        None => None,
    };
    if !may_sign_up(call, &mut tx, invitation.is_some()).await? {
        return Err(Failure::Said(StatusCode::FORBIDDEN, "Forbidden".into()));
    }
    let text = |name: &str| call.scalar(name).unwrap_or_default();
    let wish = Wish {
        username: text("username"),
        email: text("email").trim().to_owned(),
        password: text("password"),
        reason: call.present("reason"),
    };
    let problems = check(call, &mut tx, &wish, invitation.is_some()).await?;
    if !problems.0.is_empty() {
        return Ok(problems.answer());
    }
    let approved = approved(call, &mut tx, &wish, invitation.as_ref()).await?;
    let apart = call.since(Version::V47);
    let account: i64 =
        sqlx::query_scalar(ACCOUNT).bind(&wish.username).bind((!apart).then_some(NO_KEY)).fetch_one(&mut *tx).await?;
    if apart {
        sqlx::query(KEYS).bind(account).bind(NO_KEY).execute(&mut *tx).await?;
    }
    let user: i64 = sqlx::query_scalar(USER)
        .bind(account)
        .bind(&wish.email)
        .bind(call.present("locale"))
        .bind(call.present("time_zone"))
        .bind(approved)
        .bind(invitation.as_ref().map(|invitation| invitation.id))
        .bind(call.remote.to_string())
        .bind(application)
        .bind(oauth::random_text(20))
        .fetch_one(&mut *tx)
        .await?;
    if least_age(call).await?.is_some() {
        sqlx::query("update users set age_verified_at = practice.now() where id = $1")
            .bind(user)
            .execute(&mut *tx)
            .await?;
    }
    if let Some(reason) = &wish.reason {
        sqlx::query(
            "insert into user_invite_requests (user_id, text, created_at, updated_at) values ($1, $2, practice.now(), practice.now())",
        )
        .bind(user)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
    }
    if let Some(invitation) = &invitation {
        // A counter that is moved, not a row that is saved.
        sqlx::query("update invites set uses = uses + 1 where id = $1").bind(invitation.id).execute(&mut *tx).await?;
    }
    let scopes: String = sqlx::query_scalar("select scopes from oauth_applications where id = $1")
        .bind(application)
        .fetch_one(&mut *tx)
        .await?;
    let granted = oauth::new_token(&mut tx, application, Some(user), &scopes).await?;
    tx.commit().await?;
    webhooks::tell(&call.practice, vec![Event::Account("account.created", account)]);
    let body: Value = granted.entity();
    Ok(body.into())
}

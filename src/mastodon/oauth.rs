//! How somebody lets the console act as their own account: the authorization code grant with PKCE
//! (`config/initializers/doorkeeper.rb`, `app/controllers/oauth`). All of it is checked against 4.3 to 4.7.

use super::rest::{Client, RestError};
use crate::{config::Secret, store::applications::Application};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

/// What the console's deeds need of an account, and no more: `profile` says whose token it is, everything else writes. What
/// the console reads it reads from the database.
pub const SCOPES: &str = "profile admin:write:accounts admin:write:reports admin:write:domain_blocks \
    admin:write:domain_allows admin:write:email_domain_blocks admin:write:ip_blocks";

/// Mastodon takes at most 60 characters.
const NAME: &str = "Howdah";

/// A token as it was handed out.
#[derive(Clone, Debug)]
pub struct Granted {
    pub token: Secret,
    scopes: String,
}

impl Granted {
    /// Whether it includes everything that was asked for.
    pub fn suffices(&self) -> bool {
        SCOPES.split_whitespace().all(|wanted| self.scopes.split_whitespace().any(|scope| scope == wanted))
    }
}

/// A new verifier for one attempt (RFC 7636: 43 characters of 32 random bytes).
pub fn verifier() -> String {
    URL_SAFE_NO_PAD.encode(crate::seal::random::<[u8; 32]>())
}

/// What the instance is told of the verifier beforehand.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// The page on which the instance asks its own person. Whoever agreed before is asked all the same, so that nobody links
/// the account of whoever used the browser last.
///
/// # Errors
/// If the instance's address cannot carry it.
pub fn consent(base: &Url, application: &Application, state: &str, verifier: &str) -> Result<Url, url::ParseError> {
    let mut address = base.join("/oauth/authorize")?;
    address
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &application.id)
        .append_pair("redirect_uri", &application.redirect)
        .append_pair("scope", &application.scopes)
        .append_pair("state", state)
        .append_pair("code_challenge", &challenge(verifier))
        .append_pair("code_challenge_method", "S256")
        .append_pair("force_login", "true");
    Ok(address)
}

fn unreadable() -> RestError {
    RestError::Lost("the instance’s answer is not what Mastodon 4.3 to 4.7 answer".to_owned())
}

fn text(answer: &Value, field: &str) -> Result<String, RestError> {
    answer[field].as_str().map(str::to_owned).ok_or_else(unreadable)
}

/// Makes the console known to an instance (`POST /api/v1/apps`; five in ten minutes from one address).
pub async fn register(rest: &Client, redirect: &str) -> Result<Application, RestError> {
    let form =
        [("client_name", NAME.to_owned()), ("redirect_uris", redirect.to_owned()), ("scopes", SCOPES.to_owned())];
    let answer = rest.unsigned("/api/v1/apps", &form).await?;
    Ok(Application {
        id: text(&answer, "client_id")?,
        secret: Secret::new(text(&answer, "client_secret")?),
        redirect: redirect.to_owned(),
        scopes: SCOPES.to_owned(),
    })
}

fn credentials(application: &Application) -> [(&'static str, String); 2] {
    [("client_id", application.id.clone()), ("client_secret", application.secret.expose().to_owned())]
}

/// Whether an instance still knows the console: it answers people whose application it forgot with a page of its own, from
/// which no way leads back.
pub async fn knows(rest: &Client, application: &Application) -> Result<bool, RestError> {
    let mut form = vec![("grant_type", "client_credentials".to_owned()), ("scope", "profile".to_owned())];
    form.extend(credentials(application));
    match rest.unsigned("/oauth/token", &form).await {
        Ok(answer) => {
            // Nobody needs the token that the question was answered with.
            if let Some(token) = answer["access_token"].as_str()
                && let Err(error) = revoke(rest, application, &Secret::new(token.to_owned())).await
            {
                tracing::warn!(%error, "oauth.not_revoked");
            }
            Ok(true)
        }
        Err(RestError::Refused { status: 400 | 401 | 403, .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A code for a token, with the verifier of its challenge.
///
/// # Errors
/// Refused with `invalid_grant` for a code that is used, too old, or was got with another challenge.
pub async fn exchange(
    rest: &Client,
    application: &Application,
    code: &str,
    verifier: &str,
) -> Result<Granted, RestError> {
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", application.redirect.clone()),
        ("code_verifier", verifier.to_owned()),
    ];
    form.extend(credentials(application));
    let answer = rest.unsigned("/oauth/token", &form).await?;
    Ok(Granted { token: Secret::new(text(&answer, "access_token")?), scopes: text(&answer, "scope")? })
}

/// Ends a token at the instance. The server hands the same token out twice for one person and application: it must not be
/// one that somebody still acts with.
pub async fn revoke(rest: &Client, application: &Application, token: &Secret) -> Result<(), RestError> {
    let mut form = vec![("token", token.expose().to_owned())];
    form.extend(credentials(application));
    rest.unsigned("/oauth/revoke", &form).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_made_as_the_standard_shows() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_token_must_carry_everything_that_was_asked_for() {
        let granted = |scopes: &str| Granted { token: Secret::new("t"), scopes: scopes.to_owned() };
        assert!(granted(SCOPES).suffices());
        assert!(granted(&format!("read {SCOPES}")).suffices());
        assert!(!granted(&SCOPES.replace("admin:write:reports ", "")).suffices());
        assert!(!granted("profile").suffices());
    }
}

//! The consent page and what a code is worth. The replay cannot try this: its codes were given by somebody who looked.

use crate::community::Community;
use practice::version::Version;
use regex::Regex;
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use std::collections::HashMap;
use url::Url;

const REDIRECT: &str = "https://console.test/back";
const SCOPES: &str = "profile admin:read";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser that goes where it is told only when asked to.
struct Browser {
    client: Client,
    base: String,
    cookie: String,
}

impl Browser {
    fn address(&self, pairs: &[(&str, &str)]) -> Url {
        Url::parse_with_params(&format!("{}/oauth/authorize", self.base), pairs).unwrap()
    }

    async fn look(&self, pairs: &[(&str, &str)]) -> reqwest::Response {
        self.client.get(self.address(pairs)).header("cookie", &self.cookie).send().await.unwrap()
    }

    /// Fills in the page; the parameters of the address that the person is sent back to.
    async fn decide(&mut self, page: &str, decision: &[(&str, &str)]) -> HashMap<String, String> {
        let hidden = Regex::new("type=hidden name=(\\w+) value=\"([^\"]*)\"").unwrap();
        let mut form: Vec<(&str, &str)> =
            hidden.captures_iter(page).map(|found| found.extract()).map(|(_, [name, value])| (name, value)).collect();
        form.extend(decision);
        let answer = self.client.post(self.address(&[])).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND);
        if let Some(cookie) = answer.headers().get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        sent_back(&answer)
    }
}

fn sent_back(answer: &reqwest::Response) -> HashMap<String, String> {
    let address = answer.headers()["location"].to_str().unwrap();
    assert!(address.starts_with(REDIRECT), "{address}");
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

async fn exchange(community: &Community, app: &Value, code: &str, verifier: &str) -> (u16, Value) {
    let grant = json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier,
        "client_id": app["client_id"], "client_secret": app["client_secret"],
    });
    let answer = community.ask("POST", "/oauth/token", None, Some(grant)).await;
    (answer.status, answer.body)
}

async fn browser(community: &Community) -> Browser {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    Browser { client, base: community.stage.base.clone(), cookie: String::new() }
}

async fn somebody(community: &Community) -> String {
    let (user, _) = community.plain_person().await;
    sqlx::query_scalar("select a.username::text from accounts a join users u on u.account_id = a.id where u.id = $1")
        .bind(user)
        .fetch_one(&community.stage.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_code_is_worth_a_token_once_and_with_its_verifier() {
    let community = Community::new(Version::V46).await;
    let app = community.register(REDIRECT, SCOPES).await;
    let id = app["client_id"].as_str().unwrap();
    let wanted = [
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("state", "st4te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let mut browser = browser(&community).await;
    let name = somebody(&community).await;
    let page = browser.look(&wanted).await.text().await.unwrap();

    let denied = browser.decide(&page, &[("decision", "deny")]).await;
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "st4te"));

    let agreed = browser.decide(&page, &[("other", &name), ("decision", "authorize")]).await;
    assert_eq!(agreed["state"], "st4te");
    let (status, body) =
        exchange(&community, &app, &agreed["code"], "a wrong verifier, long enough to be one at all").await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    // The wrong verifier did not use it up.
    let (status, first) = exchange(&community, &app, &agreed["code"], VERIFIER).await;
    assert_eq!((status, &first["scope"]), (200, &json!(SCOPES)));
    let (status, _) = exchange(&community, &app, &agreed["code"], VERIFIER).await;
    assert_eq!(status, 400);
    let token = first["access_token"].as_str().unwrap();
    let person = community.ask("GET", "/api/v1/accounts/verify_credentials", Some(token), None).await;
    assert_eq!(person.body["username"], json!(name));

    // With a live token nobody is asked again, and the same token is given.
    let again = sent_back(&browser.look(&wanted).await);
    let (_, second) = exchange(&community, &app, &again["code"], VERIFIER).await;
    assert_eq!(second, first);
    let mut forced = wanted.to_vec();
    forced.push(("force_login", "true"));
    assert_eq!(browser.look(&forced).await.status(), StatusCode::OK);

    let revoked = json!({ "token": token, "client_id": id, "client_secret": app["client_secret"] });
    assert_eq!(community.ask("POST", "/oauth/revoke", None, Some(revoked)).await.body, json!({}));
    let after = community.ask("GET", "/api/v1/accounts/verify_credentials", Some(token), None).await;
    assert_eq!(after.status, 401);
    community.stage.end().await;
}

async fn plain_challenge(version: Version) -> StatusCode {
    let community = Community::new(version).await;
    let app = community.register(REDIRECT, SCOPES).await;
    let browser = browser(&community).await;
    let wanted = [
        ("response_type", "code"),
        ("client_id", app["client_id"].as_str().unwrap()),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("code_challenge", VERIFIER),
        ("code_challenge_method", "plain"),
    ];
    let status = browser.look(&wanted).await.status();
    community.stage.end().await;
    status
}

#[tokio::test]
async fn a_plain_challenge_is_refused_since_4_4() {
    assert_eq!(plain_challenge(Version::V43).await, StatusCode::OK);
    assert_eq!(plain_challenge(Version::V46).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_does_not_fit_the_application_is_not_sent_on() {
    let community = Community::new(Version::V46).await;
    let app = community.register(REDIRECT, SCOPES).await;
    let id = app["client_id"].as_str().unwrap();
    let browser = browser(&community).await;
    let cases = [
        ("nobody", REDIRECT, SCOPES),
        (id, "https://elsewhere.test/", SCOPES),
        (id, REDIRECT, "admin:write"),
        (id, REDIRECT, "admin:everything"),
    ];
    for (id, redirect, scope) in cases {
        let wanted = [("response_type", "code"), ("client_id", id), ("redirect_uri", redirect), ("scope", scope)];
        let answer = browser.look(&wanted).await;
        assert_eq!((answer.status(), answer.headers().get("location")), (StatusCode::BAD_REQUEST, None), "{wanted:?}");
    }
    community.stage.end().await;
}

//! An instance with people in it, and ways to ask it.

use crate::support::{DOMAIN, Stage};
use practice::{schema, version::Version};
use serde_json::{Value, json};
use sqlx::PgPool;

/// A seeded instance and somebody in charge.
pub struct Community {
    pub stage: Stage,
    pub owner: String,
    client: reqwest::Client,
}

/// An answer, read.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Community {
    pub async fn new(version: Version) -> Self {
        let stage = Stage::empty(version).await;
        let options = practice::community::Options {
            seed: 3,
            size: practice::community::Size::Small,
            domain: DOMAIN.to_owned(),
            now: jiff::Timestamp::now(),
            media: None,
        };
        schema::before_seed(&stage.pool, version).await.unwrap();
        practice::community::seed(&stage.pool, &options).await.unwrap();
        schema::seeded(&stage.pool, version).await.unwrap();
        practice::tick::remember(&stage.pool, DOMAIN, true).await.unwrap();
        let owner: i64 = sqlx::query_scalar(
            "select u.id from users u join user_roles r on r.id = u.role_id join accounts a on a.id = u.account_id \
             where r.permissions & 1 = 1 and not u.disabled and a.suspended_at is null order by u.id limit 1",
        )
        .fetch_one(&stage.pool)
        .await
        .unwrap();
        let owner = Self::token(&stage.pool, owner).await;
        Self { stage, owner, client: reqwest::Client::new() }
    }

    /// A token of a person for everything.
    pub async fn token(pool: &PgPool, user: i64) -> String {
        let mut db = pool.acquire().await.unwrap();
        let application: i64 =
            sqlx::query_scalar("select min(id) from oauth_applications").fetch_one(&mut *db).await.unwrap();
        let scopes = "read write profile admin:read admin:write";
        let token = practice::oauth::new_token(&mut db, application, Some(user), scopes).await.unwrap();
        token.entity()["access_token"].as_str().unwrap().to_owned()
    }

    /// A local person without a role who can sign in.
    pub async fn plain_person(&self) -> (i64, i64) {
        sqlx::query_as(
            "select u.id, u.account_id from users u join accounts a on a.id = u.account_id where u.role_id is null \
             and u.approved and u.confirmed_at is not null and not u.disabled and a.suspended_at is null order by u.id limit 1",
        )
        .fetch_one(&self.stage.pool)
        .await
        .unwrap()
    }

    pub async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut call = self.client.request(method.parse().unwrap(), format!("{}{path}", self.stage.base));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        if let Some(body) = body {
            call = call.json(&body);
        }
        let response = call.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// A new application.
    pub async fn register(&self, redirect: &str, scopes: &str) -> Value {
        let app = json!({ "client_name": "x", "redirect_uris": redirect, "scopes": scopes });
        let answer = self.ask("POST", "/api/v1/apps", None, Some(app)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// The token of an application that may sign people up.
    pub async fn application(&self) -> String {
        let app = self.register("https://x.test/", "write").await;
        let grant = json!({
            "grant_type": "client_credentials", "scope": "write",
            "client_id": app["client_id"], "client_secret": app["client_secret"],
        });
        let token = self.ask("POST", "/oauth/token", None, Some(grant)).await;
        assert_eq!(token.status, 200, "{}", token.body);
        token.body["access_token"].as_str().unwrap().to_owned()
    }

    /// Signs somebody up.
    pub async fn sign_up(&self, application: &str, name: &str) -> Answer {
        let wish = json!({
            "username": name, "email": format!("{name}@new.test"), "password": "long enough password",
            "agreement": "true", "locale": "en", "reason": "to test",
        });
        self.ask("POST", "/api/v1/accounts", Some(application), Some(wish)).await
    }

    /// Stores a setting as SQL from outside does, in both releases.
    pub async fn store(&self, var: &str, value: &str) {
        let hit = sqlx::query("update settings set value = $2, updated_at = practice.now() where var = $1")
            .bind(var)
            .bind(value)
            .execute(&self.stage.pool)
            .await
            .unwrap();
        if hit.rows_affected() == 0 {
            sqlx::query("insert into settings (var, value, created_at, updated_at) values ($1, $2, practice.now(), practice.now())")
                .bind(var)
                .bind(value)
                .execute(&self.stage.pool)
                .await
                .unwrap();
        }
    }
}

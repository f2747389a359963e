//! What can be taken back of what was done to an account: what its page offers is what Mastodon does, in every state.

use crate::{
    seen::text,
    support::{House, house_of, sqlite},
};
use practice::version::Version;
use serde_json::json;

/// How an account stands in the rows, and what can be taken back of it. `{}` is its id.
struct Stands {
    what: &'static str,
    rows: &'static [&'static str],
    /// Of 4.7 alone.
    newest: bool,
    remote: bool,
    offered: &'static [&'static str],
    /// What is said of a form that was sent for the suspension all the same.
    refused: &'static str,
}

const SUSPENDED: &str = "update accounts set suspended_at = now() at time zone 'utc' - interval '1 hour', suspension_origin = 0 where id = {}";
const BY_ITS_SERVER: &str = "update accounts set suspended_at = now() at time zone 'utc' - interval '1 hour', suspension_origin = 1 where id = {}";
const BY_NOBODY: &str = "update accounts set suspended_at = now() at time zone 'utc' - interval '1 hour', suspension_origin = null where id = {}";
const SCHEDULED: &str =
    "insert into account_deletion_requests (account_id, created_at, updated_at) values ({}, now(), now())";
const FROZEN: &str = "update users set disabled = true where account_id = {}";
const LIMITED: &str = "update accounts set silenced_at = now(), sensitized_at = now() where id = {}";
const NO_LOGIN: &str = "delete from users where account_id = {}";
const DELETED: &str = "update accounts set requested_deletion_at = now() where id = {}";

const HERE: Stands = Stands { what: "", rows: &[], newest: false, remote: false, offered: &[], refused: "" };
const THERE: Stands = Stands { remote: true, ..HERE };

/// Who may take what back: `app/policies/account_policy.rb`; what comes of it: `app/models/concerns/account/suspensions.rb`.
const STANDS: &[Stands] = &[
    Stands { what: "in good standing", ..HERE },
    Stands { what: "suspended, its data kept", rows: &[SUSPENDED, SCHEDULED], offered: &["unsuspend"], ..HERE },
    // By a command, or its data is gone: whoever looks does not know which.
    Stands { what: "suspended, nothing scheduled", rows: &[SUSPENDED], offered: &["unsuspend"], ..HERE },
    Stands {
        what: "suspended and frozen, nothing scheduled",
        rows: &[SUSPENDED, FROZEN],
        offered: &["enable", "unsuspend"],
        ..HERE
    },
    Stands {
        what: "everything at once",
        rows: &[SUSPENDED, SCHEDULED, FROZEN, LIMITED],
        offered: &["enable", "unsensitive", "unsilence", "unsuspend"],
        ..HERE
    },
    // Mastodon answers 403: it lifts what is its own.
    Stands { what: "suspended, nobody knows by whom", rows: &[BY_NOBODY], refused: "lifts only", ..HERE },
    Stands { what: "the same, and scheduled", rows: &[BY_NOBODY, SCHEDULED], refused: "lifts only", ..HERE },
    Stands {
        what: "limited, and suspended by nobody known",
        rows: &[BY_NOBODY, LIMITED],
        offered: &["unsensitive", "unsilence"],
        refused: "lifts only",
        ..HERE
    },
    Stands {
        what: "suspended, and no login is left",
        rows: &[SUSPENDED, NO_LOGIN],
        refused: "what this account had is deleted",
        ..HERE
    },
    Stands {
        what: "suspended, and marked as deleted",
        rows: &[SUSPENDED, DELETED],
        newest: true,
        refused: "what this account had is deleted",
        ..HERE
    },
    Stands { what: "of another server", ..THERE },
    Stands {
        what: "of another server, suspended here",
        rows: &[SUSPENDED, SCHEDULED],
        offered: &["unsuspend"],
        ..THERE
    },
    Stands { what: "the same, nothing scheduled", rows: &[SUSPENDED], offered: &["unsuspend"], ..THERE },
    Stands { what: "suspended by its own server", rows: &[BY_ITS_SERVER, SCHEDULED], refused: "lifts only", ..THERE },
    Stands {
        what: "limited here, suspended by its own server",
        rows: &[BY_ITS_SERVER, LIMITED],
        offered: &["unsensitive", "unsilence"],
        refused: "lifts only",
        ..THERE
    },
];

async fn run(house: &House, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.instance).await.unwrap();
}

async fn value(house: &House, sql: &str) -> String {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&house.instance).await.unwrap()
}

#[tokio::test]
async fn what_can_be_taken_back_is_offered_and_nothing_else() {
    for version in [Version::V46, Version::V47] {
        let house = house_of(sqlite().await, version).await;
        let owner = house.sign_in("owner").await;
        // One account for each: what is deleted does not come back for the next.
        let ids = |of: &str| format!("select string_agg(id::text, ',' order by id) from ({of}) them");
        let local = "select a.id from accounts a join users u on u.account_id = a.id where u.role_id is null and u.approved \
            and a.suspended_at is null and a.silenced_at is null and a.sensitized_at is null and not u.disabled \
            order by a.id limit 12";
        let remote = "select id from accounts where domain is not null and suspended_at is null and silenced_at is null \
            and sensitized_at is null order by id limit 12";
        let (local, remote) = (value(&house, &ids(local)).await, value(&house, &ids(remote)).await);
        let (mut local, mut remote) = (local.split(','), remote.split(','));
        for stands in STANDS.iter().filter(|stands| version == Version::V47 || !stands.newest) {
            let what = format!("{version:?}: {}", stands.what);
            let account = if stands.remote { remote.next() } else { local.next() }.unwrap();
            for rows in stands.rows {
                run(&house, &rows.replace("{}", account)).await;
            }
            let page = format!("/i/harbour/accounts/{account}");
            for page in [page.clone(), format!("/i/harbour/reports/{account}")] {
                let shown = house.get(Some(&owner), &page).await.body;
                let offered: Vec<&str> = shown
                    .split("name=\"reversal\" value=\"")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap())
                    .collect();
                assert_eq!(offered, stands.offered, "{what}: {page}: {}", text(&shown));
            }
            let has = |rows: &str| stands.rows.contains(&rows);
            let mut state = json!({
                "disabled": has(FROZEN), "sensitized": has(LIMITED), "silenced": has(LIMITED), "suspended": !stands.rows.is_empty(),
            });
            if has(DELETED) {
                state["deleted"] = json!(true);
            }
            if !stands.refused.is_empty() {
                let writes = house.weather.writes();
                let said = reverse(&house, &owner, account, "unsuspend", &state).await;
                assert!(said.contains(stands.refused), "{what}: {said}");
                assert_eq!(house.weather.writes(), writes, "{what}");
            }
            for reversal in stands.offered {
                let said = reverse(&house, &owner, account, reversal, &state).await;
                assert!(said.contains("Done and verified"), "{what}: {reversal}: {said}");
                let field = match *reversal {
                    "enable" => "disabled",
                    "unsensitive" => "sensitized",
                    "unsilence" => "silenced",
                    _ => "suspended",
                };
                state[field] = json!(false);
            }
        }
    }
}

async fn reverse(house: &House, cookie: &str, account: &str, reversal: &str, state: &serde_json::Value) -> String {
    let (page, state) = (format!("/i/harbour/accounts/{account}"), state.to_string());
    let form = [
        ("instance", "harbour"),
        ("account", account),
        ("reversal", reversal),
        ("state", &state),
        ("why", "a mistake"),
        ("back", &page),
    ];
    let to = house.post(Some(cookie), "/api/reports/reverse", &form).await.location.unwrap();
    text(&house.get(Some(cookie), &to).await.body)
}

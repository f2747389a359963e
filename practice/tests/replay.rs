//! How true the practice instance is: every recorded request to a door it has is sent again, and status, headers, body and
//! row changes are compared with what the real server did. Nothing is dropped: ids and times are put into words that both
//! sides share, everything else is compared as it stands.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

use jiff::{SignedDuration, Timestamp};
use practice::{cache::Cache, rate_limit::Limits, schema, server};
use regex::{Captures, Regex};
use serde_json::{Map, Value, json};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

/// The doors of this version; every other step is applied as recorded, so that the next stands on the same ground.
static DOORS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(GET (/api/v2/instance$|/api/v1/instance/rules|/api/v1/accounts/verify_credentials|/api/v1/admin/accounts/[^?]*$|/api/v1/admin/reports)|POST /api/v1/admin/accounts/\d+/(action|approve|reject|enable|unsilence|unsensitive|unsuspend)$|(PUT|POST) /api/v1/admin/reports)",
    )
    .unwrap()
});
const SCENARIOS: [&str; 6] = ["errors", "reports", "accounts", "sign-ups", "site", "settings"];
/// What differs on purpose: scenario, step, path, reason. Nothing does.
const AGREED: [(&str, &str, &str, &str); 0] = [];

static INSTANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?").unwrap());
static LONG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{15,20}").unwrap());
static PAGES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(max_id|min_id|since_id)=(\d+)").unwrap());
static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d{4}-\d\d-\d\d$").unwrap());

const RANDOM: [&str; 9] = [
    "confirmation_token",
    "reset_password_token",
    "token",
    "secret",
    "uid",
    "code",
    "private_key",
    "public_key",
    "encrypted_password",
];
/// Rows nothing refers to: in any order.
const UNMENTIONED: [&str; 3] = ["admin_action_logs", "notifications", "account_stats"];
const SKIPPED_TABLES: [&str; 2] = ["schema_migrations", "oauth_access_tokens"];

fn refers(key: &str) -> Option<&'static str> {
    Some(match key {
        "account_id"
        | "target_account_id"
        | "assigned_account_id"
        | "action_taken_by_account_id"
        | "reference_account_id"
        | "approved_by_account_id"
        | "rejected_by_account_id"
        | "from_account_id"
        | "in_reply_to_account_id"
        | "invited_by_account_id" => "accounts",
        "user_id" | "resource_owner_id" => "users",
        "report_id" => "reports",
        "status_id" | "status_ids" => "statuses",
        "role_id" => "user_roles",
        "invite_id" => "invites",
        "application_id" | "created_by_application_id" => "oauth_applications",
        "account_warning_id" => "account_warnings",
        "rule_ids" => "rules",
        "conversation_id" => "conversations",
        _ => return None,
    })
}

fn of_class(name: &str) -> Option<&'static str> {
    Some(match name {
        "Account" => "accounts",
        "User" => "users",
        "Report" => "reports",
        "Status" => "statuses",
        "AccountWarning" => "account_warnings",
        "DomainBlock" => "domain_blocks",
        "IpBlock" => "ip_blocks",
        "EmailDomainBlock" => "email_domain_blocks",
        "CanonicalEmailBlock" => "canonical_email_blocks",
        "UserRole" => "user_roles",
        _ => return None,
    })
}

fn nested(key: &str) -> Option<&'static str> {
    Some(match key {
        "rules" => "rules",
        "role" | "roles" => "user_roles",
        "statuses" => "statuses",
        _ => return None,
    })
}

fn resource(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    ["reports", "accounts"].into_iter().find(|name| path.contains(&format!("/{name}")))
}

fn parse(text: &str) -> Timestamp {
    let plain = text.replace(' ', "T").replace("+00:00", "").replace('Z', "");
    format!("{plain}Z").parse().expect("a time")
}

fn milliseconds(text: &str) -> String {
    format!("{:.3}", parse(text))
}

type Table = BTreeMap<String, Map<String, Value>>;
type Snapshot = BTreeMap<String, Table>;

#[derive(Clone, Default)]
struct TableChange {
    inserted: BTreeMap<String, Map<String, Value>>,
    updated: BTreeMap<String, BTreeMap<String, (Value, Value)>>,
    deleted: BTreeMap<String, Map<String, Value>>,
}

type Change = BTreeMap<String, TableChange>;

/// What one run calls its ids and times, in words that both runs share.
struct Side {
    times: HashMap<String, String>,
    ids: HashMap<(String, String), String>,
    names: HashMap<String, String>,
    counts: HashMap<(String, String), usize>,
    long: HashMap<String, String>,
    days: i64,
    began: Option<Timestamp>,
    now: Timestamp,
    step: String,
}

impl Side {
    /// `here` are the initial rows as this run's database has them, `recorded` the same rows as recorded.
    fn new(here: &Map<String, Value>, recorded: &Map<String, Value>, days: i64, began: Option<Timestamp>) -> Self {
        let mut side = Self {
            times: HashMap::new(),
            ids: HashMap::new(),
            names: HashMap::new(),
            counts: HashMap::new(),
            long: HashMap::new(),
            days,
            began,
            now: Timestamp::UNIX_EPOCH,
            step: String::new(),
        };
        for (table, rows) in recorded {
            for (index, row) in rows.as_array().unwrap().iter().enumerate() {
                for (column, value) in row.as_object().unwrap() {
                    let own = &here[table][index][column];
                    if let (Some(recorded), Some(own)) = (value.as_str(), own.as_str()) {
                        for (a, b) in INSTANT.find_iter(recorded).zip(INSTANT.find_iter(own)) {
                            side.times.insert(milliseconds(b.as_str()), milliseconds(a.as_str()));
                        }
                        for found in LONG.find_iter(own) {
                            side.long.insert(found.as_str().into(), found.as_str().into());
                        }
                    }
                    if let Some(number) = value.as_i64().filter(|number| *number > 100_000_000_000_000) {
                        side.long.insert(number.to_string(), number.to_string());
                    }
                }
                let id = row["id"].to_string();
                side.ids.insert((table.clone(), id.clone()), id);
                if let Some(at) = here[table][index]["created_at"].as_str() {
                    side.now = side.now.max(parse(at));
                }
            }
        }
        side
    }

    fn name_new(&mut self, table: &str, id: &str) -> String {
        let key = (table.to_owned(), id.to_owned());
        if let Some(name) = self.ids.get(&key) {
            return name.clone();
        }
        let count = self.counts.entry((self.step.clone(), table.to_owned())).or_insert(0);
        *count += 1;
        let name = format!("{table} {}.{count}", self.step);
        self.ids.insert(key, name.clone());
        self.names.insert(name.clone(), id.to_owned());
        if id.len() >= 15 {
            self.long.insert(id.to_owned(), name.clone());
        }
        name
    }

    fn reference(&self, table: &str, value: &Value) -> Value {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = self.ids.get(&(table.to_owned(), text.clone())).cloned().unwrap_or(text);
        if value.is_string() { json!(name) } else { json!(format!("number {name}")) }
    }

    /// The recorded days that a day of this run may stand for.
    fn candidate_days(&self, at: Timestamp, form: &str) -> Value {
        let date = |at: Timestamp| format!("{at}").get(..10).unwrap_or_default().to_owned();
        let back = at.checked_sub(SignedDuration::from_hours(24 * self.days)).unwrap();
        let mut days = vec![date(back)];
        if self.began.is_some_and(|began| date(at) >= date(began)) {
            days.push(date(back.checked_sub(SignedDuration::from_hours(24)).unwrap()));
        }
        json!({ "$days": days, "form": form })
    }

    fn time(&self, text: &str) -> Value {
        let form = match text.len() {
            24 if text.ends_with('Z') => "Z",
            19..=26 if !text.ends_with('Z') => "row",
            _ => "odd",
        };
        let at = parse(text);
        let key = milliseconds(text);
        if let Some(recorded) = self.times.get(&key) {
            return json!(format!("{recorded} {form}"));
        }
        if key.contains("T00:00:00.000") {
            return self.candidate_days(at, form);
        }
        let ahead = at.duration_since(self.now).as_secs();
        if ahead > 45 {
            return json!({ "$in minutes": (ahead + 30) / 60, "form": form });
        }
        if self.began.is_some_and(|began| at < began || ahead > 5) {
            return json!(format!("{key} {form}"));
        }
        json!(format!("new {form}"))
    }

    fn text(&self, text: &str) -> Value {
        if DAY.is_match(text) {
            return self.candidate_days(parse(&format!("{text}T00:00:00")), "date");
        }
        let timed = INSTANT.replace_all(text, |found: &Captures<'_>| self.time(&found[0]).to_string());
        let named = LONG.replace_all(&timed, |found: &Captures<'_>| {
            self.long.get(&found[0]).cloned().unwrap_or_else(|| format!("long id, new in {}", self.step))
        });
        json!(named)
    }

    /// A value of a row or an answer in shared words; `table` is what a plain `id` here refers to.
    fn value(&self, key: &str, value: &Value, row: Option<&Map<String, Value>>, table: Option<&str>) -> Value {
        match value {
            Value::Object(map) => {
                let mut map = map.clone();
                // Any of a person's addresses may come first.
                let one_of = map
                    .get("ips")
                    .and_then(Value::as_array)
                    .is_some_and(|ips| ips.iter().any(|ip| ip["ip"] == map["ip"]));
                if one_of {
                    map.insert("ip".into(), json!("<one of ips>"));
                }
                let inner = |own: &str| {
                    if key.is_empty() { nested(key).or(table) } else { nested(key).filter(|_| own == "id") }
                };
                map.iter().map(|(own, value)| (own.clone(), self.value(own, value, Some(&map), inner(own)))).collect()
            }
            Value::Array(items) => {
                let words = items.iter().map(|item| match refers(key) {
                    Some(table) if !item.is_object() && !item.is_array() => self.reference(table, item),
                    _ => {
                        let own = if table.is_some() && key.is_empty() { "" } else { key };
                        self.value(own, item, row, nested(key).or(table))
                    }
                });
                let mut words: Vec<Value> = words.collect();
                if key == "ips" {
                    words.sort_by_key(Value::to_string);
                }
                Value::Array(words)
            }
            Value::Null | Value::Bool(_) => value.clone(),
            _ if RANDOM.contains(&key) && value != "" => json!("<random>"),
            _ if key == "id" && table.is_some() => self.reference(table.unwrap_or_default(), value),
            _ if refers(key).is_some() => self.reference(refers(key).unwrap_or_default(), value),
            _ if matches!(key, "target_id" | "activity_id") && row.is_some() => {
                let class =
                    row.and_then(|row| row.get("target_type").or(row.get("activity_type"))).and_then(Value::as_str);
                match class.and_then(of_class) {
                    Some(table) => self.reference(table, value),
                    None => value.clone(),
                }
            }
            Value::Number(number) => match number.as_i64().filter(|number| *number > 100_000_000_000_000) {
                Some(long) => json!(format!(
                    "number {}",
                    self.long.get(&long.to_string()).cloned().unwrap_or_else(|| "new".into())
                )),
                None => value.clone(),
            },
            Value::String(text) if key == "group_key" => json!(text.trim_end_matches(|c: char| c.is_ascii_digit())),
            Value::String(text) => match INSTANT.find(text) {
                Some(found) if found.as_str() == text => self.time(text),
                _ => self.text(text),
            },
        }
    }
}

/// Two values in shared words; days may stand for one of several.
fn compare(path: &str, want: &Value, got: &Value, out: &mut Vec<String>) {
    match (want, got) {
        (Value::Object(a), Value::Object(b)) if a.contains_key("$days") && b.contains_key("$days") => {
            let set = |map: &Map<String, Value>| -> BTreeSet<String> {
                map["$days"].as_array().unwrap().iter().map(Value::to_string).collect()
            };
            if a["form"] != b["form"] || set(a).is_disjoint(&set(b)) {
                out.push(format!("{path}: wanted {want}, got {got}"));
            }
        }
        (Value::Object(a), Value::Object(b)) if a.contains_key("$in minutes") && b.contains_key("$in minutes") => {
            let minutes = |map: &Map<String, Value>| map["$in minutes"].as_i64().unwrap_or(0);
            if a["form"] != b["form"] || (minutes(a) - minutes(b)).abs() > 1 {
                out.push(format!("{path}: wanted {want}, got {got}"));
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                match (a.get(key), b.get(key)) {
                    (Some(want), Some(got)) => compare(&format!("{path}.{key}"), want, got, out),
                    (want, got) => out.push(format!("{path}.{key}: wanted {want:?}, got {got:?}")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                out.push(format!("{path}: wanted {} of them, got {}", a.len(), b.len()));
            }
            for (index, (want, got)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{index}]"), want, got, out);
            }
        }
        _ if want == got => {}
        _ => out.push(format!("{path}: wanted {want}, got {got}")),
    }
}

fn key_of(row: &Map<String, Value>) -> String {
    row.get("id").map_or_else(|| json!(row).to_string(), |id| id.to_string().trim_matches('"').to_owned())
}

/// One change out of what a request did and what its jobs did.
fn recorded_change(step: &Value) -> Change {
    let mut change = Change::new();
    for part in ["rows", "rows_after_jobs"] {
        for (table, entry) in step[part].as_object().into_iter().flatten() {
            let merged = change.entry(table.clone()).or_default();
            for row in entry["inserted"].as_array().into_iter().flatten() {
                let row = row.as_object().unwrap();
                merged.inserted.insert(key_of(row), row.clone());
            }
            for update in entry["updated"].as_array().into_iter().flatten() {
                let id = update["id"].as_str().unwrap().to_owned();
                for (column, pair) in update["changed"].as_object().unwrap() {
                    match merged.inserted.get_mut(&id) {
                        Some(row) => {
                            row.insert(column.clone(), pair[1].clone());
                        }
                        None => {
                            let columns = merged.updated.entry(id.clone()).or_default();
                            let before = columns.get(column).map_or(pair[0].clone(), |(before, _)| before.clone());
                            columns.insert(column.clone(), (before, pair[1].clone()));
                        }
                    }
                }
            }
            for row in entry["deleted"].as_array().into_iter().flatten() {
                let row = row.as_object().unwrap();
                let key = key_of(row);
                merged.updated.remove(&key);
                if merged.inserted.remove(&key).is_none() {
                    merged.deleted.insert(key, row.clone());
                }
            }
        }
    }
    tidy(change)
}

fn tidy(mut change: Change) -> Change {
    for table in change.values_mut() {
        for columns in table.updated.values_mut() {
            columns.retain(|_, (before, after)| before != after);
        }
        table.updated.retain(|_, columns| !columns.is_empty());
    }
    change.retain(|_, table| !(table.inserted.is_empty() && table.updated.is_empty() && table.deleted.is_empty()));
    change
}

fn difference(before: &Snapshot, after: &Snapshot) -> Change {
    let mut change = Change::new();
    for (table, rows) in after {
        let former = &before[table];
        let entry = change.entry(table.clone()).or_default();
        for (key, row) in rows {
            match former.get(key) {
                None => {
                    entry.inserted.insert(key.clone(), row.clone());
                }
                Some(old) => {
                    let columns =
                        row.iter().filter(|(column, value)| old.get(*column) != Some(*value)).map(|(column, value)| {
                            (column.clone(), (old.get(column).cloned().unwrap_or(Value::Null), value.clone()))
                        });
                    let columns: BTreeMap<_, _> = columns.collect();
                    if !columns.is_empty() {
                        entry.updated.insert(key.clone(), columns);
                    }
                }
            }
        }
        for (key, row) in former {
            if !rows.contains_key(key) {
                entry.deleted.insert(key.clone(), row.clone());
            }
        }
    }
    tidy(change)
}

/// A change in shared words.
fn in_words(change: &Change, side: &mut Side) -> Value {
    for (table, entry) in change {
        let mut keys: Vec<&String> = entry.inserted.keys().collect();
        keys.sort_by_key(|key| (key.len(), (*key).clone()));
        for key in keys {
            side.name_new(table, key);
        }
    }
    let mut out = Map::new();
    for (table, entry) in change {
        let row_words = |row: &Map<String, Value>| -> Map<String, Value> {
            row.iter()
                .map(|(column, value)| (column.clone(), side.value(column, value, Some(row), Some(table))))
                .collect()
        };
        let mut inserted: Vec<Value> = entry
            .inserted
            .values()
            .map(|row| {
                let mut words = row_words(row);
                if UNMENTIONED.contains(&table.as_str()) {
                    words.insert("id".into(), json!("(new)"));
                }
                Value::Object(words)
            })
            .collect();
        inserted.sort_by_key(Value::to_string);
        let updated: Map<String, Value> = entry
            .updated
            .iter()
            .map(|(key, columns)| {
                let columns: Map<String, Value> = columns
                    .iter()
                    .map(|(column, (before, after))| {
                        let word = |value| side.value(column, value, None, Some(table));
                        (column.clone(), json!([word(before), word(after)]))
                    })
                    .collect();
                (side.reference(table, &json!(key)).to_string(), Value::Object(columns))
            })
            .collect();
        let mut deleted: Vec<String> =
            entry.deleted.keys().map(|key| side.reference(table, &json!(key)).to_string()).collect();
        deleted.sort();
        out.insert(table.clone(), json!({ "inserted": inserted, "updated": updated, "deleted": deleted }));
    }
    Value::Object(out)
}

struct Stage {
    pool: PgPool,
    tables: Vec<String>,
    columns: HashMap<String, BTreeSet<String>>,
}

impl Stage {
    async fn new(pool: PgPool) -> Self {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select c.table_name::text, c.column_name::text from information_schema.columns c join information_schema.tables t \
             on t.table_name = c.table_name and t.table_schema = c.table_schema \
             where c.table_schema = 'public' and t.table_type = 'BASE TABLE' order by 1, 2",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let mut columns: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (table, column) in rows {
            columns.entry(table).or_default().insert(column);
        }
        let mut tables: Vec<String> =
            columns.keys().filter(|table| !SKIPPED_TABLES.contains(&table.as_str())).cloned().collect();
        tables.sort();
        Self { pool, tables, columns }
    }

    async fn snapshot(&self) -> Snapshot {
        let mut out = Snapshot::new();
        for table in &self.tables {
            let sql = format!("select to_jsonb(t) from \"{table}\" t");
            let rows: Vec<Value> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.unwrap();
            let mut own = Table::new();
            for row in rows {
                let mut row = row.as_object().unwrap().clone();
                for secret in ["private_key", "public_key", "encrypted_password"] {
                    if row.get(secret).and_then(Value::as_str).is_some_and(|text| !text.is_empty()) {
                        row.insert(secret.into(), json!("…"));
                    }
                }
                own.insert(key_of(&row), row);
            }
            out.insert(table.clone(), own);
        }
        out
    }

    /// Triggers and foreign keys stand aside while rows are set as recorded.
    async fn set(&self, statements: Vec<(String, Value, Option<i64>)>) {
        let mut tx = self.pool.begin().await.unwrap();
        sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.unwrap();
        for (sql, document, id) in statements {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(document);
            if let Some(id) = id {
                query = query.bind(id);
            }
            query.execute(&mut *tx).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        tx.commit().await.unwrap();
    }

    fn insert(&self, table: &str, row: &Map<String, Value>) -> (String, Value, Option<i64>) {
        let columns: Vec<String> = row
            .keys()
            .filter(|column| self.columns[table].contains(*column))
            .map(|column| format!("\"{column}\""))
            .collect();
        let columns = columns.join(", ");
        let sql = format!(
            "insert into \"{table}\" ({columns}) select {columns} from jsonb_populate_record(null::\"{table}\", $1::jsonb)"
        );
        (sql, json!(row), None)
    }

    async fn sequence(&self, table: &str) {
        let sql = format!(
            "select setval(s, n) from (select pg_get_serial_sequence('public.{table}', 'id') as s, \
             (select greatest(max(id), 1) from \"{table}\") as n) q where s is not null and n < 100000000000000"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&self.pool).await.unwrap();
    }

    async fn load(&self, initial: &Map<String, Value>) {
        for (table, rows) in initial {
            let statements =
                rows.as_array().unwrap().iter().map(|row| self.insert(table, row.as_object().unwrap())).collect();
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!("truncate \"{table}\" cascade")))
                .execute(&self.pool)
                .await
                .unwrap();
            self.set(statements).await;
        }
        // Truncating one table may have emptied another that came before it.
        for (table, rows) in initial {
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from \"{table}\"")))
                .fetch_one(&self.pool)
                .await
                .unwrap();
            if count == 0 {
                let statements =
                    rows.as_array().unwrap().iter().map(|row| self.insert(table, row.as_object().unwrap())).collect();
                self.set(statements).await;
            }
            self.sequence(table).await;
        }
        sqlx::raw_sql("refresh materialized view instances").execute(&self.pool).await.unwrap();
    }

    /// Sets recorded row changes that there is no door for.
    async fn apply(&self, change: &Change, recorded: &mut Side, actual: &mut Side) {
        let later = Timestamp::now().duration_since(recorded.now);
        let days = actual.days;
        let actual_id = |recorded: &Side, actual: &Side, table: &str, id: &str| -> String {
            let name = recorded.ids.get(&(table.to_owned(), id.to_owned())).cloned().unwrap_or_else(|| id.to_owned());
            actual.names.get(&name).cloned().unwrap_or_else(|| id.to_owned())
        };
        let translated = |recorded: &Side, actual: &Side, column: &str, value: &Value| -> Value {
            match (refers(column), value) {
                (Some(table), Value::Number(id)) => {
                    json!(actual_id(recorded, actual, table, &id.to_string()).parse::<i64>().unwrap())
                }
                (_, Value::String(text)) if INSTANT.find(text).is_some_and(|found| found.as_str() == text) => {
                    let by = if recorded.times.contains_key(&milliseconds(text)) {
                        SignedDuration::from_hours(24 * days)
                    } else {
                        later
                    };
                    json!(format!("{:.6}", parse(text).checked_add(by).unwrap()).trim_end_matches('Z'))
                }
                _ => value.clone(),
            }
        };
        for (table, entry) in change {
            if !self.columns.contains_key(table) {
                continue;
            }
            let mut keys: Vec<&String> = entry.inserted.keys().collect();
            keys.sort_by_key(|key| (key.len(), (*key).clone()));
            for key in keys {
                let mut row: Map<String, Value> = entry.inserted[key]
                    .iter()
                    .map(|(column, value)| (column.clone(), translated(recorded, actual, column, value)))
                    .collect();
                if row.contains_key("id") {
                    let taken: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                        "select exists (select from \"{table}\" where id = $1)"
                    )))
                    .bind(row["id"].as_i64())
                    .fetch_one(&self.pool)
                    .await
                    .unwrap();
                    if taken {
                        let next: i64 =
                            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select max(id) + 1 from \"{table}\"")))
                                .fetch_one(&self.pool)
                                .await
                                .unwrap();
                        row.insert("id".into(), json!(next));
                    }
                    let name = recorded.name_new(table, key);
                    let id = row["id"].to_string();
                    actual.ids.insert((table.clone(), id.clone()), name.clone());
                    if id.len() >= 15 {
                        actual.long.insert(id.clone(), name.clone());
                    }
                    actual.names.insert(name, id);
                }
                self.set(vec![self.insert(table, &row)]).await;
                self.sequence(table).await;
            }
            let mut statements = Vec::new();
            for (key, columns) in &entry.updated {
                let values: Map<String, Value> = columns
                    .iter()
                    .filter(|(column, _)| self.columns[table].contains(*column))
                    .map(|(column, (_, after))| (column.clone(), translated(recorded, actual, column, after)))
                    .collect();
                if values.is_empty() {
                    continue;
                }
                let names: Vec<String> = values.keys().map(|column| format!("\"{column}\"")).collect();
                let target = if names.len() > 1 { format!("({})", names.join(", ")) } else { names.join("") };
                let names = names.join(", ");
                let sql = format!(
                    "update \"{table}\" x set {target} = (select {names} from jsonb_populate_record(null::\"{table}\", $1::jsonb)) where x.id = $2"
                );
                statements.push((sql, json!(values), actual_id(recorded, actual, table, key).parse().ok()));
            }
            for key in entry.deleted.keys() {
                let sql = format!("delete from \"{table}\" where $1::jsonb is not null and id = $2");
                statements.push((sql, json!({}), actual_id(recorded, actual, table, key).parse().ok()));
            }
            self.set(statements).await;
        }
    }
}

/// The initial rows as if the community had been made within the last day; last sign-ins move exactly along.
fn moved(initial: &Map<String, Value>, days: i64, exact: SignedDuration) -> Map<String, Value> {
    let shift = |text: &str, by: SignedDuration| {
        INSTANT
            .replace_all(text, |found: &Captures<'_>| {
                format!("{:.6}", parse(&found[0]).checked_add(by).unwrap()).trim_end_matches('Z').to_owned()
            })
            .into_owned()
    };
    let mut out = initial.clone();
    for rows in out.values_mut() {
        for row in rows.as_array_mut().unwrap() {
            for (column, value) in row.as_object_mut().unwrap().iter_mut() {
                let by = if column == "current_sign_in_at" { exact } else { SignedDuration::from_hours(24 * days) };
                if let Some(text) = value.as_str().map(str::to_owned) {
                    *value = json!(shift(&text, by));
                }
            }
        }
    }
    out
}

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set; run the tests with: cargo xtask test --only unit"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_practice_instance_does_what_the_real_one_did() {
    let folder = std::env::var("HOWDAH_RECORDINGS")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings")), PathBuf::from)
        .join("4.6.5");
    let load = |name: &str| -> Value {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap()
    };
    let initial = load("initial-rows.json").as_object().unwrap().clone();
    let order = std::fs::read_to_string(folder.join("order.txt")).expect("order.txt");

    let admin_url = variable("HOWDAH_TEST_POSTGRES");
    let admin = PgPool::connect(&admin_url).await.expect("PostgreSQL answers");
    let name = format!("replay{}", std::process::id());
    for sql in [format!("drop database if exists {name}"), format!("create database {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&admin).await.unwrap();
    }
    let url = format!("{}/{name}", admin_url.rsplit_once('/').unwrap().0);
    let pool = PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap();
    schema::create(&pool).await.unwrap();
    let redis_url = variable("HOWDAH_TEST_REDIS");
    let mut redis = redis::Client::open(redis_url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd("FLUSHDB").query_async::<()>(&mut redis).await.unwrap();

    let stage = Stage::new(pool.clone()).await;
    let began = Timestamp::now().checked_sub(SignedDuration::from_secs(1)).unwrap();
    let mut recorded = Side::new(&initial, &initial, 0, None);
    let age = began.duration_since(recorded.now);
    let days = (age.as_secs() / 86_400).max(0);
    let here = moved(&initial, days, age);
    stage.load(&here).await;
    let mut actual = Side::new(&here, &initial, days, Some(began));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let practice = server::Practice {
        pool,
        cache: Some(Cache::connect(&redis_url).await.unwrap()),
        domain: "mastodon.test".into(),
        limits: Limits::default(),
        media: None,
        https: true,
    };
    let router = server::router(Arc::new(practice)).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();

    let (mut answered, mut differing) = (0, Vec::new());
    for scenario in order.split_whitespace() {
        let steps = load(&format!("{scenario}.json"));
        let (mut own, mut applied, mut agreeing, mut skipped) = (0, 0, 0, 0);
        for (number, step) in steps.as_array().unwrap().iter().enumerate() {
            recorded.step = format!("{scenario} {}", number + 1);
            actual.step = recorded.step.clone();
            let Some(request) = step["request"].as_object() else {
                skipped += 1;
                continue;
            };
            let change = recorded_change(step);
            for entry in change.values() {
                let new = entry
                    .inserted
                    .values()
                    .flat_map(Map::iter)
                    .filter(|(column, _)| !column.contains("expires"))
                    .map(|(_, value)| value);
                let set = entry
                    .updated
                    .values()
                    .flat_map(BTreeMap::iter)
                    .filter(|(column, _)| !column.contains("expires"))
                    .map(|(_, (_, after))| after);
                for text in new.chain(set).filter_map(Value::as_str) {
                    if INSTANT.find(text).is_some_and(|found| found.as_str() == text)
                        && !recorded.times.contains_key(&milliseconds(text))
                        && !milliseconds(text).contains("T00:00:00.000")
                    {
                        recorded.now = recorded.now.max(parse(text));
                    }
                }
            }
            let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
            let who = request.get("as").and_then(Value::as_str);
            let web = who.is_some_and(|who| who.starts_with("web session"));
            if web || !SCENARIOS.contains(&scenario) || !DOORS.is_match(&format!("{method} {path}")) {
                stage.apply(&change, &mut recorded, &mut actual).await;
                if change.contains_key("settings") {
                    // Mastodon refreshes the settings' own keys and leaves the instance's answers alone.
                    let keys: Vec<String> =
                        redis::cmd("KEYS").arg("cache:rails_settings_cached/*").query_async(&mut redis).await.unwrap();
                    if !keys.is_empty() {
                        redis::cmd("DEL").arg(keys).query_async::<()>(&mut redis).await.unwrap();
                    }
                }
                applied += 1;
                continue;
            }
            own += 1;
            let before = stage.snapshot().await;
            let mut call = client
                .request(method.parse().unwrap(), format!("{base}{path}"))
                .header("host", "mastodon.test")
                .header("accept", "application/json");
            if let Some(who) = who {
                let token = who.strip_prefix("Bearer ").map_or_else(|| format!("<token {who}>"), str::to_owned);
                call = call.bearer_auth(token);
            }
            if let Some(body) = request.get("json").filter(|body| !body.is_null()) {
                call = call.json(body);
            }
            let response = call.send().await.expect("an answer");
            actual.now = Timestamp::now();
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let text = response.text().await.unwrap();
            let body: Value = serde_json::from_str(&text).unwrap_or(json!(text));
            let after = stage.snapshot().await;

            let table = resource(path);
            // Rows first: their new ids get the names that the answer mentions.
            let want_rows = in_words(&change, &mut recorded);
            let got_rows = in_words(&difference(&before, &after), &mut actual);
            let link = |side: &Side, text: &str| {
                PAGES
                    .replace_all(text, |found: &Captures<'_>| {
                        format!(
                            "{}={}",
                            &found[1],
                            side.reference(table.unwrap_or_default(), &json!(&found[2])).as_str().unwrap_or_default()
                        )
                    })
                    .into_owned()
            };
            let mut differences = Vec::new();
            let wanted = &step["response"];
            compare("status", &wanted["status"], &json!(status), &mut differences);
            for name in [
                "content-type",
                "cache-control",
                "link",
                "www-authenticate",
                "x-ratelimit-limit",
                "x-ratelimit-remaining",
                "etag",
            ] {
                let want = wanted["headers"].get(name).and_then(Value::as_str);
                let got = headers.get(name).and_then(|value| value.to_str().ok());
                if matches!(name, "etag" | "x-ratelimit-remaining") {
                    compare(name, &json!(want.is_some()), &json!(got.is_some()), &mut differences);
                } else {
                    let want = want.map(|text| recorded.text(&link(&recorded, text)));
                    let got = got.map(|text| actual.text(&link(&actual, text)));
                    compare(name, &json!(want), &json!(got), &mut differences);
                }
            }
            compare(
                "body",
                &recorded.value("", &wanted["body"], None, table),
                &actual.value("", &body, None, table),
                &mut differences,
            );
            compare("rows", &want_rows, &got_rows, &mut differences);
            differences.retain(|line| {
                !AGREED
                    .iter()
                    .any(|(of, name, path, _)| *of == scenario && step["name"] == *name && line.starts_with(path))
            });
            if differences.is_empty() {
                agreeing += 1;
            } else {
                let head = format!("{scenario} · {} · {method} {path} as {who:?}", step["name"]);
                differing.push(format!("{head}\n    {}", differences.join("\n    ")));
            }
        }
        answered += own;
        println!(
            "{scenario}: {own} answered, {applied} applied, {agreeing} agree, {} differ on purpose, {skipped} are notes",
            AGREED.len()
        );
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("drop database if exists {name} with (force)")))
        .execute(&admin)
        .await
        .unwrap();
    assert!(differing.is_empty(), "{} steps differ:\n{}", differing.len(), differing.join("\n"));
    assert!(answered >= 133, "only {answered} steps were answered");
}

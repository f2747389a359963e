//! SQLite lets anything stand in any column. A row of the console's own that somebody bent is one that does not hold: it takes no
//! page and no other row with it, and gives nobody anything.

use crate::support::{House, NO_SANCTION, PASSWORD, house, sqlite};
use axum::http::StatusCode;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::str::FromStr;

/// What an owner opens.
const PAGES: [&str; 6] = ["/sign-in", "/", "/i/harbour", "/people", "/grants", "/audit"];
/// What is not for everybody.
const OF_FEW: [&str; 4] = ["/people", "/grants", "/audit", "/i/harbour/registrations"];

/// A column of a table: its name, and whether numbers stand in it.
struct Column {
    table: String,
    name: String,
    number: bool,
    nullable: bool,
}

/// Whoever has the file, and looks at neither keys nor triggers.
struct Hand(SqliteConnection);

impl Hand {
    async fn of(house: &House) -> Self {
        let options = SqliteConnectOptions::from_str(&house.store.url).unwrap().foreign_keys(false);
        Self(SqliteConnection::connect_with(&options).await.unwrap())
    }

    async fn run(&mut self, text: &str) -> sqlx::Result<()> {
        let mut tx = self.0.begin_with("begin immediate").await?;
        let made: Vec<(String, String)> =
            sqlx::query_as("select name, sql from sqlite_master where type = 'trigger' order by rowid")
                .fetch_all(&mut *tx)
                .await?;
        for (name, _) in &made {
            sqlx::raw_sql(AssertSqlSafe(format!("drop trigger {name}"))).execute(&mut *tx).await?;
        }
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut *tx).await?;
        for (_, again) in made {
            sqlx::raw_sql(AssertSqlSafe(again)).execute(&mut *tx).await?;
        }
        tx.commit().await
    }

    async fn number(&mut self, text: String) -> Option<i64> {
        sqlx::query_scalar(AssertSqlSafe(text)).fetch_optional(&mut self.0).await.unwrap()
    }

    async fn columns(&mut self) -> Vec<Column> {
        const ALL: &str = "select m.name, c.name, c.type, c.\"notnull\" from sqlite_master m join pragma_table_info(m.name) c \
            where m.type = 'table' and m.name not like 'sqlite%' and m.name <> '_sqlx_migrations' order by m.name, c.cid";
        let all: Vec<(String, String, String, i64)> = sqlx::query_as(ALL).fetch_all(&mut self.0).await.unwrap();
        let column = |(table, name, sort, notnull): (String, String, String, i64)| Column {
            table,
            name,
            number: !sort.eq_ignore_ascii_case("text"),
            nullable: notnull == 0,
        };
        all.into_iter().map(column).collect()
    }

    /// A row in every table that has none.
    async fn fill(&mut self, columns: &[Column], now: i64) {
        for some in columns.chunk_by(|one, next| one.table == next.table) {
            let table = &some[0].table;
            if self.number(format!("select count(*) from {table}")).await != Some(0) {
                continue;
            }
            let names: Vec<&str> = some.iter().map(|column| &*column.name).collect();
            let value = |column: &Column| match column.name.as_str() {
                "operator" | "sponsor" => "'01moderator'".to_owned(),
                "instance" => "'harbour'".to_owned(),
                "id" if column.number => "1".to_owned(),
                name if column.number && name.ends_with("at") => now.to_string(),
                _ if column.number => "0".to_owned(),
                _ => "'x'".to_owned(),
            };
            let values: Vec<String> = some.iter().map(value).collect();
            let row = format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", "));
            self.run(&row).await.unwrap_or_else(|error| panic!("{row}: {error}"));
        }
    }
}

/// Whose page answers with what, for those who may not see it.
async fn closed_to(house: &House, cookies: &[String]) -> Vec<(usize, &'static str)> {
    let mut closed = Vec::new();
    for (who, cookie) in cookies.iter().enumerate() {
        for page in OF_FEW {
            if house.get(Some(cookie), page).await.status != StatusCode::OK {
                closed.push((who, page));
            }
        }
    }
    closed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bent_row_takes_no_page_with_it_and_gives_nobody_a_right() {
    let mut house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    let others = [house.sign_in("moderator").await, house.sign_in("contractor").await];
    let closed = closed_to(&house, &others).await;
    let mut hand = Hand::of(&house).await;
    let columns = hand.columns().await;
    hand.fill(&columns, house.app.clock.now().0).await;
    let (mut wrong, mut bent) = (Vec::new(), 0);
    for column in &columns {
        let Column { table, name, number, nullable } = column;
        // Of people and sessions those of the moderator: the owner looks on.
        let whose = match table.as_str() {
            "operators" => "order by id <> '01moderator'",
            "web_sessions" => "order by operator <> '01moderator'",
            _ => "order by rowid",
        };
        let row = hand.number(format!("select rowid from {table} {whose} limit 1")).await.unwrap();
        let mut values = vec![if *number { "'bent'" } else { "x'ff00fe'" }];
        values.extend(nullable.then_some("null"));
        // What can be read, and is nothing that the console writes.
        values.extend((!number && table.starts_with("ledger")).then_some("'bent'"));
        for value in values {
            let keep = format!("create table kept_value as select {name} as v from {table} where rowid = {row}");
            if hand.run(&format!("{keep}; update {table} set {name} = {value} where rowid = {row}")).await.is_err() {
                // The engine itself keeps it out, as with the number of a row.
                continue;
            }
            bent += 1;
            let what = format!("{table}.{name} = {value}");
            for page in PAGES {
                let answer = house.get(Some(&owner), page).await;
                if answer.status.is_server_error() || answer.body.contains("does not answer") {
                    wrong.push(format!("{what}: {page}: {}", answer.status));
                }
            }
            let people = house.get(Some(&owner), "/people").await.body;
            if !["owner", "admin", "auditor"].iter().all(|name| people.contains(name)) {
                wrong.push(format!("{what}: others are not shown"));
            }
            let form = [("name", "auditor"), ("password", PASSWORD)];
            let signing_in = house.post(None, "/api/sign-in/password", &form).await.status;
            if signing_in.is_server_error() && house.app.ledger.contradiction().is_none() {
                wrong.push(format!("{what}: signing in: {signing_in}"));
            }
            for (who, page) in &closed {
                if house.get(Some(&others[*who]), page).await.status == StatusCode::OK {
                    wrong.push(format!("{what}: {page} is open for {who}"));
                }
            }
            let back = format!("update or replace {table} set {name} = (select v from kept_value) where rowid = {row}");
            hand.run(&format!("{back}; drop table kept_value")).await.unwrap();
            // What a look at entries found stands until an owner has decided: this one has not seen it.
            if table.starts_with("ledger") || table == "rights_changes" || table == "open_deeds" {
                house = house.told(|_| ()).await;
            }
        }
    }
    assert!(bent > 300, "{bent} columns");
    assert!(wrong.is_empty(), "of {bent}:\n{}", wrong.join("\n"));
}

/// Forms that are posted while a row is bent: which of them did not come to what they mean.
async fn undone(house: &House, owner: &str, round: usize) -> Vec<&'static str> {
    let (account, reports) = house.case("windvane").await;
    let page = house.get(Some(owner), "/i/harbour/registrations").await.body;
    if !page.contains("name=\"seen\" value=\"") {
        return vec!["/i/harbour/registrations"];
    }
    let seen = crate::doors::between(&page, "name=\"seen\" value=\"", "\"").replace("&quot;", "\"");
    let odd = round % 2 == 1;
    let (mode, ended) = (if odd { "approved" } else { "none" }, if odd { "no" } else { "yes" });
    let on = ("instance", "harbour");
    let forms: [(&str, Vec<(&str, &str)>); 4] = [
        ("/api/people/disable", vec![("operator", "01moderator"), ("disabled", ended), ("why", "left")]),
        ("/api/people/end-sessions", vec![("operator", "01admin"), ("why", "left open")]),
        (
            "/api/reports/decide",
            vec![
                on,
                ("account", &account),
                ("decision", "silence"),
                ("reports", &reports),
                ("state", NO_SANCTION),
                ("text", ""),
                ("why", "a reason"),
                ("back", "/i/harbour/reports"),
            ],
        ),
        (
            "/api/registrations/set",
            vec![on, ("mode", mode), ("message", ""), ("why", "a test"), ("seen", &seen), ("back", "/")],
        ),
    ];
    let mut undone = Vec::new();
    for (path, fields) in forms {
        let answer = house.post(Some(owner), path, &fields).await;
        if answer.location.is_none_or(|to| to.contains("draft=")) {
            undone.push(path);
        }
    }
    let again = "update reports set action_taken_at = null, action_taken_by_account_id = null \
        where target_account_id = (select id from accounts where username = 'windvane'); \
        update accounts set silenced_at = null where username = 'windvane'";
    sqlx::raw_sql(again).execute(&house.instance).await.unwrap();
    undone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bent_row_keeps_nothing_from_being_done() {
    let house = house(sqlite().await).await;
    let owner = house.sign_in("owner").await;
    house.sign_in("auditor").await;
    let mut hand = Hand::of(&house).await;
    let columns = hand.columns().await;
    hand.fill(&columns, house.app.clock.now().0).await;
    assert_eq!(undone(&house, &owner, 0).await, Vec::<&str>::new(), "as it was");
    assert_eq!(undone(&house, &owner, 1).await, Vec::<&str>::new(), "as it was");
    let (mut wrong, mut bent) = (Vec::new(), 0);
    for some in columns.chunk_by(|one, next| one.table == next.table) {
        let table = &some[0].table;
        // What is altered in the record keeps everything from being begun.
        if table.starts_with("ledger") || table == "rights_changes" {
            continue;
        }
        let whose = match table.as_str() {
            "operators" => "order by id <> '01auditor'",
            "web_sessions" => "order by operator <> '01auditor'",
            _ => "order by rowid",
        };
        let row = hand.number(format!("select rowid from {table} {whose} limit 1")).await;
        let Some(row) = row else { continue };
        for Column { name, number, .. } in some {
            let value = if *number { "'bent'" } else { "x'ff00fe'" };
            let keep = format!("create table kept_value as select {name} as v from {table} where rowid = {row}");
            if hand.run(&format!("{keep}; update {table} set {name} = {value} where rowid = {row}")).await.is_err() {
                continue;
            }
            bent += 1;
            let not_done = undone(&house, &owner, bent + 1).await;
            wrong.extend(not_done.into_iter().map(|path| format!("{table}.{name}: {path}")));
            let back = format!("update or replace {table} set {name} = (select v from kept_value) where rowid = {row}");
            hand.run(&format!("{back}; drop table kept_value")).await.unwrap();
            break;
        }
    }
    assert!(bent > 30, "{bent} tables");
    assert!(wrong.is_empty(), "of {bent}:\n{}", wrong.join("\n"));
}

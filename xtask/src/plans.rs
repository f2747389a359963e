//! The plan of every filter of the list of accounts, as PostgreSQL carried it out, for `docs/plans.md`.

use crate::{bench::sql, client::Client, demo::Demo};
use anyhow::{Context, Result};
use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

/// The settings that make every statement's plan stand in the server's log (`auto_explain`).
const SETTINGS: [(&str, &str); 4] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
];
/// Long enough for everything that goes on by itself to have gone on once.
const BY_ITSELF: Duration = Duration::from_secs(15);

/// What is asked for, and the filter in the address. Somebody's invitations are those of whoever has the most.
const FILTERS: [(&str, &str); 16] = [
    ("everybody, newest first", ""),
    ("local", "?origin=local"),
    ("remote", "?origin=remote"),
    ("suspended", "?state=suspended"),
    ("limited", "?state=limited"),
    ("limited, local", "?state=limited&origin=local"),
    ("media hidden", "?state=media"),
    ("login frozen", "?state=frozen"),
    ("waiting for approval", "?state=pending"),
    ("mail unconfirmed", "?state=unconfirmed"),
    ("posted this week", "?active=week"),
    ("silent for 90 days", "?active=quiet"),
    ("a role", "?role=ROLE"),
    ("a part of the name", "?name=kel"),
    ("a server", "?domain=DOMAIN"),
    ("came with somebody’s invitation", "?inviter=INVITER"),
];

/// Prints the plans as Markdown.
pub fn plans(size: &str, start: impl Fn() -> Result<Demo>) -> Result<()> {
    let demo = start()?;
    let name =
        demo.database.rsplit('/').next().and_then(|name| name.split('?').next()).context("a database")?.to_owned();
    for (setting, value) in SETTINGS {
        sql(&demo.database, &format!("alter database {name} set {setting} = '{value}'"))?;
    }
    drop(demo);
    let demo = start()?;
    let printed = print(size, &demo);
    for (setting, _) in SETTINGS {
        sql(&demo.database, &format!("alter database {name} reset {setting}"))?;
    }
    printed
}

fn print(size: &str, demo: &Demo) -> Result<()> {
    let client = Client::sign_in(demo)?;
    let log = Log(demo.folder.join("practice/postgres/postgres.log"));
    let one = |statement: &str| sql(&demo.database, statement);
    let role = one("select role_id from users where role_id is not null limit 1")?;
    let domain = one("select domain from instances order by accounts_count desc limit 1")?;
    let inviter =
        one("select u.account_id from users u join invites i on i.user_id = u.id join users c on c.invite_id = i.id \
         group by 1 order by count(*) desc, 1 limit 1")?;
    client.get("/i/harbour/reports")?;
    let begun = log.end()?;
    std::thread::sleep(BY_ITSELF);
    let by_itself: BTreeSet<String> = log.plans(begun)?.into_iter().map(|plan| plan.statement).collect();
    println!("# Plans of the list of accounts ({size})\n");
    println!(
        "Written by `cargo xtask bench --plans --size {size}`: for each filter the two statements that took\nlongest; where one of them is `min(id)`, it is the edge of the window of 20,000 accounts that a rare filter is looked for in."
    );
    for (what, filter) in FILTERS {
        let filter = filter.replace("ROLE", &role).replace("DOMAIN", &domain).replace("INVITER", &inviter);
        let address = format!("/i/harbour/accounts{filter}");
        client.get(&address)?;
        let begun = log.end()?;
        client.get(&address)?;
        let mut plans = log.plans(begun)?;
        plans.retain(|plan| !by_itself.contains(&plan.statement));
        plans.sort_by(|one, other| other.milliseconds.total_cmp(&one.milliseconds));
        println!("\n## {what}\n\n`{address}`");
        for plan in plans.iter().take(2) {
            println!("\n```\n{}\n\n{}```", plan.statement, plan.tree);
        }
    }
    Ok(())
}

struct Plan {
    milliseconds: f64,
    statement: String,
    tree: String,
}

/// The server's log, in which a plan stands as lines that begin with a tab.
struct Log(PathBuf);

impl Log {
    fn end(&self) -> Result<usize> {
        Ok(self.read()?.len())
    }

    fn read(&self) -> Result<String> {
        fs::read_to_string(&self.0).with_context(|| format!("{} cannot be read", self.0.display()))
    }

    fn plans(&self, from: usize) -> Result<Vec<Plan>> {
        let text = self.read()?;
        let mut plans: Vec<Plan> = Vec::new();
        let mut open = false;
        for line in text.get(from..).unwrap_or_default().lines() {
            match (line.strip_prefix('\t'), line.split_once("duration: ")) {
                (None, Some((_, rest))) if rest.ends_with("plan:") => {
                    let milliseconds = rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0.0);
                    plans.push(Plan { milliseconds, statement: String::new(), tree: String::new() });
                    open = true;
                }
                (None, _) => open = false,
                (Some(inner), _) if open => {
                    let Some(plan) = plans.last_mut() else { continue };
                    if let Some(statement) = inner.strip_prefix("Query Text: ") {
                        plan.statement = statement.to_owned();
                    } else {
                        plan.tree.push_str(inner);
                        plan.tree.push('\n');
                    }
                }
                (Some(_), _) => {}
            }
        }
        Ok(plans)
    }
}

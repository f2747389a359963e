//! The plan of every statement that is sent to an instance's database, as PostgreSQL carried it out, for `docs/plans.md`.

use crate::{
    bench::{pages, sql},
    client::Client,
    demo::Demo,
};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf, time::Duration};

/// The settings that make every statement's plan stand in the server's log (`auto_explain`).
const SETTINGS: [(&str, &str); 4] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
];
/// Long enough for everything that goes on by itself to have gone on once.
const BY_ITSELF: Duration = Duration::from_secs(15);

/// Filters of the list of accounts. Somebody's invitations are those of whoever has the most.
const ACCOUNTS: [&str; 17] = [
    "?origin=local",
    "?origin=remote",
    "?state=suspended",
    "?state=suspended&origin=local",
    "?state=deleted",
    "?state=limited",
    "?state=limited&origin=local",
    "?state=media",
    "?state=frozen",
    "?state=pending",
    "?state=unconfirmed",
    "?active=week",
    "?active=quiet",
    "?role=ROLE",
    "?name=kel",
    "?domain=DOMAIN",
    "?inviter=INVITER",
];
/// What else is asked for that no link of a page leads to.
const OTHERS: [&str; 24] = [
    "/i/harbour/search?q=@wren",
    "/i/harbour/search?q=@quarry@night.example",
    "/i/harbour/search?q=https://night.example/@quarry",
    "/i/harbour/search?q=night.example",
    "/i/harbour/search?q=Kel",
    "/i/harbour/reports?category=spam",
    "/i/harbour/reports?state=decided",
    "/i/harbour/reports?domain=DOMAIN",
    "/i/harbour/reports?origin=remote",
    "/i/harbour/signups?state=unconfirmed",
    "/i/harbour/appeals",
    "/i/harbour/appeals?state=decided",
    "/i/harbour/federation?q=night",
    "/i/harbour/federation?severity=suspend",
    "/i/harbour/federation?list=allows",
    "/i/harbour/federation/email-domains?q=mail",
    "/i/harbour/federation/servers?begins=n",
    "/i/harbour/federation/server?name=DOMAIN",
    "/i/harbour/audit/instance",
    "/i/harbour/audit/instance?who=BY",
    "/i/harbour/audit/instance?day=2026-01-01",
    "/i/harbour/invites?state=used-up",
    "/i/harbour/invites?by=INVITER",
    "/i/harbour/roles/ROLE",
];

/// From so many milliseconds on a plan is printed whole.
const LONG: f64 = 10.0;
/// Above so many rows a scan of a whole table is named.
const MANY_ROWS: u64 = 20_000;

/// So much of a line is printed.
const LONGEST_LINE: usize = 200;

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

/// Every page there is, as its address, once and with what it can be narrowed to.
fn addresses(demo: &Demo, client: &Client) -> Result<Vec<String>> {
    let one = |statement: &str| sql(&demo.database, statement);
    let role = one("select role_id from users where role_id is not null limit 1")?;
    let domain = one("select domain from instances order by accounts_count desc limit 1")?;
    let by = one(
        "select username from accounts where id = (select account_id from admin_action_logs order by id desc limit 1)",
    )?;
    let inviter =
        one("select u.account_id from users u join invites i on i.user_id = u.id join users c on c.invite_id = i.id \
         group by 1 order by count(*) desc, 1 limit 1")?;
    let said = |address: String| {
        address.replace("ROLE", &role).replace("DOMAIN", &domain).replace("INVITER", &inviter).replace("BY", &by)
    };
    let pages = pages(client)?.into_iter().filter_map(|(_, addresses)| addresses.into_iter().next());
    let accounts = ACCOUNTS.into_iter().map(|filter| format!("/i/harbour/accounts{filter}"));
    Ok(pages.chain(accounts).chain(OTHERS.map(str::to_owned)).map(said).collect())
}

fn print(size: &str, demo: &Demo) -> Result<()> {
    let client = Client::sign_in(demo)?;
    let log = Log(demo.folder.join("practice/postgres/postgres.log"));
    client.get("/i/harbour/reports")?;
    let begun = log.end()?;
    std::thread::sleep(BY_ITSELF);
    let mut sent = Vec::new();
    keep(&mut sent, log.plans(begun)?, "in the background");
    for address in addresses(demo, &client)? {
        client.get(&address)?;
        let begun = log.end()?;
        client.get(&address)?;
        keep(&mut sent, log.plans(begun)?, &address);
    }
    println!("# Plans ({size})\n");
    println!(
        "Written by `cargo xtask bench --plans --size {size}`: every statement that the pages and what goes on by itself send to the\n\
         instance’s database, each with the longest time it took and the page that it was for. From {LONG} ms on its plan stands\n\
         here whole. A scan of a whole table of more than {MANY_ROWS} rows is named. A test of xtask fails where a statement of the\n\
         source stands nowhere on this page.\n"
    );
    for (number, Sent { plan, page }) in sent.iter().enumerate() {
        println!("## {}. {:.1} ms, `{page}`\n\n```\n{}\n```\n", number + 1, plan.milliseconds, plan.statement);
        let scans = plan.scans();
        println!("{}\n", if scans.is_empty() { "No large table is scanned.".to_owned() } else { scans.join("; ") });
        if plan.milliseconds >= LONG {
            println!("```\n{}```\n", plan.outline());
        }
    }
    let all: String = sent.iter().map(|sent| flat(&sent.plan.statement)).collect::<Vec<_>>().join("\n");
    println!("## Not sent by this walk\n");
    println!(
        "For other releases, for what is not granted here, or only for a deed, a search or a list that is read in:\n"
    );
    for (file, begins) in written()?.into_iter().filter(|(_, begins)| !all.contains(begins)) {
        println!("- `{file}`: `{begins}`");
    }
    Ok(())
}

/// A statement with the page that it was sent for.
struct Sent {
    plan: Plan,
    page: String,
}

/// Keeps the longest of each statement, with the page that it was for.
fn keep(sent: &mut Vec<Sent>, plans: Vec<Plan>, page: &str) {
    for plan in plans {
        match sent.iter_mut().find(|sent| sent.plan.statement == plan.statement) {
            Some(sent) if sent.plan.milliseconds < plan.milliseconds => *sent = Sent { plan, page: page.to_owned() },
            Some(_) => {}
            None => sent.push(Sent { plan, page: page.to_owned() }),
        }
    }
}

/// White space as one blank.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts between quotation marks in a piece of source, joined where a line ends in a backslash. A comment has none.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix("'\"'") {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('"') {
            let mut literal = String::new();
            let mut letters = after.char_indices();
            let mut end = after.len();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => match letters.next() {
                        Some((_, '\n')) | None => {}
                        Some((_, escaped)) => literal.push(escaped),
                    },
                    letter => literal.push(letter),
                }
            }
            found.push(literal);
            rest = after.get(end..).unwrap_or_default();
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    found
}

/// So much of a statement's beginning tells it from others.
const TELLING: usize = 60;

/// The statements in the source, each as its file and how it begins.
fn written() -> Result<Vec<(String, String)>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir("src/mastodon/database")?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.push("src/mastodon/database.rs".into());
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    let mut written = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        // Tests come last in a file.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let literals = literals(text).into_iter().map(|literal| flat(&literal));
        for literal in literals.filter(|literal| literal.starts_with("select ") || literal.starts_with("with ")) {
            let begins: String = literal.chars().take(TELLING).collect::<String>().trim().to_owned();
            if begins.len() > 20 && !written.iter().any(|(_, own)| *own == begins) {
                written.push((name.clone(), begins));
            }
        }
    }
    Ok(written)
}

struct Plan {
    milliseconds: f64,
    statement: String,
    tree: String,
}

impl Plan {
    /// Tables that are scanned whole, where they are large.
    fn scans(&self) -> Vec<String> {
        let scan = |line: &str| {
            let (_, rest) = line.split_once("Seq Scan on ")?;
            let table = rest.split(' ').next()?;
            let number = |text: Option<&str>| text.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
            let rows = number(line.rsplit("rows=").next())?;
            Some((table.to_owned(), rows))
        };
        let mut lines = self.tree.lines().peekable();
        let mut found: Vec<String> = Vec::new();
        while let Some(line) = lines.next() {
            let Some((table, kept)) = scan(line) else { continue };
            let inner = lines.clone().take_while(|line| !line.contains("->"));
            let left_out =
                inner.filter_map(|line| line.trim().strip_prefix("Rows Removed by Filter: ")?.parse::<u64>().ok());
            let rows = kept + left_out.sum::<u64>();
            if rows > MANY_ROWS {
                found.push(format!("**{table}** is scanned whole, {rows} rows"));
            }
        }
        found
    }

    /// The plan without what was guessed and how much memory it took.
    fn outline(&self) -> String {
        let told = ["->", "Cond:", "Filter:", "Rows Removed", "Heap Fetches", "Limit", "Aggregate", "Scan", "Sort"];
        let lines = self.tree.lines().filter(|line| told.iter().any(|word| line.contains(word)));
        lines
            .map(|line| match (line.find("(cost="), line.find("(actual")) {
                (Some(from), Some(to)) => format!("{}{}\n", &line[..from], &line[to..]),
                // A list of numbers may be very long.
                _ if line.chars().nth(LONGEST_LINE).is_some() => {
                    format!("{}…\n", line.chars().take(LONGEST_LINE).collect::<String>())
                }
                _ => format!("{line}\n"),
            })
            .collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_stands_in_the_plans() {
        std::env::set_current_dir(crate::process::root()).expect("the root of the tree");
        let page = flat(&fs::read_to_string("docs/plans.md").expect("docs/plans.md"));
        let written = written().expect("the source");
        assert!(written.len() > 100, "{} statements were found", written.len());
        let missing: Vec<_> = written.into_iter().filter(|(_, begins)| !page.contains(begins)).collect();
        assert!(missing.is_empty(), "`cargo xtask bench --plans --size large` writes them: {missing:#?}");
    }
}

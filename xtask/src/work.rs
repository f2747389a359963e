//! Work in the background: how long it takes, and how many calls the instance gets for it.

use crate::{client::Client, demo::Demo};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// As many rows as a list may have.
const LONG_LIST: usize = 20_000;
/// More than half of what a token may ask for in five minutes.
const SHORT_LIST: usize = 500;
/// As many people as one batch may have.
const PEOPLE_AT_ONCE: usize = 200;
/// How often the page of the work is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// When it is given up.
const PATIENCE: Duration = Duration::from_secs(90 * 60);

/// Measures imports at Mastodon's own limits and at a thousand times those, and a batch of sign-ups. The argument of `start`
/// says whether the limits are lifted.
pub fn work(start: impl Fn(bool) -> Result<Demo>) -> Result<()> {
    {
        let demo = start(true)?;
        let client = Client::sign_in(&demo)?;
        println!("\n| work | read in, ms | carried out, s | calls of the instance |\n|---|---:|---:|---|");
        println!("{}", approve(&demo, &client)?);
        println!("{}", import(&demo, &client, LONG_LIST, "limits lifted")?);
    }
    let demo = start(false)?;
    let client = Client::sign_in(&demo)?;
    println!("{}", import(&demo, &client, SHORT_LIST, "Mastodon’s limits")?);
    Ok(())
}

fn import(demo: &Demo, client: &Client, rows: usize, limits: &str) -> Result<String> {
    // As it comes from elsewhere: a byte order mark, Windows line ends, a name in capitals, one that is not ASCII.
    let mut list = "\u{feff}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n".to_owned();
    for row in 0..rows {
        let name = match row % 50 {
            0 => format!("Wave-{row}.{rows}.EXAMPLE"),
            1 => format!("wellenbrünn-{row}.{rows}.example"),
            _ => format!("wave-{row}.{rows}.example"),
        };
        list.push_str(&format!("{name},suspend,False,False,spam,False\r\n"));
    }
    let began = Instant::now();
    let page = client.upload("/i/harbour/federation/upload", "list.csv", &list)?;
    let read_in = began.elapsed();
    let id = page.rsplit('/').next().context("the import has no address")?.to_owned();
    let log = Log::of(demo)?;
    // What is new and cuts nobody's follows is ticked when it is read in.
    let preview = client.get(&page)?;
    let ticked = values(&preview, "name=\"ticked\" value=\"").next().context("the preview says nothing of ticks")?;
    let began = Instant::now();
    let start = format!("instance=harbour&import={id}&ticked={ticked}&why=measuring");
    client.post("/api/domains/import-start", &start)?;
    until_done(client, &page)?;
    Ok(format!(
        "| import of {rows} rows, {limits} | {:.0} | {:.0} | {} |",
        read_in.as_secs_f64() * 1000.0,
        began.elapsed().as_secs_f64(),
        log.calls()?
    ))
}

fn approve(demo: &Demo, client: &Client) -> Result<String> {
    let mut who: Vec<String> = Vec::new();
    let mut page = "/i/harbour/signups".to_owned();
    // The list of those who wait is read when the console starts.
    let began = Instant::now();
    while values(&client.get(&page)?, "name=\"who\" value=\"").next().is_none() && began.elapsed() < LOOK * 30 {
        std::thread::sleep(LOOK);
    }
    while who.len() < PEOPLE_AT_ONCE {
        let body = client.get(&page)?;
        who.extend(values(&body, "name=\"who\" value=\""));
        match further(&body, "/i/harbour/signups?") {
            Some(next) => page = next,
            None => break,
        }
    }
    who.truncate(PEOPLE_AT_ONCE);
    let log = Log::of(demo)?;
    let began = Instant::now();
    let batch = client.post(
        "/api/signups/decide",
        &format!("instance=harbour&who={}&verdict=approve&why=measuring", who.join("%2C")),
    )?;
    until_done(client, &batch)?;
    Ok(format!(
        "| approving {} people, limits lifted | – | {:.0} | {} |",
        who.len(),
        began.elapsed().as_secs_f64(),
        log.calls()?
    ))
}

/// What stands after each occurrence of a text, up to the next quotation mark.
fn values<'a>(body: &'a str, before: &'a str) -> impl Iterator<Item = String> + 'a {
    body.split(before).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned)
}

/// Where "Further →" leads.
fn further(body: &str, prefix: &str) -> Option<String> {
    let before = body.split("Further →").next().filter(|before| before.len() < body.len())?;
    let link = before.rsplit("href=\"").next()?.split('"').next()?.replace("&amp;", "&");
    link.starts_with(prefix).then_some(link)
}

/// A page of work looks again by itself until the work has ended.
fn until_done(client: &Client, page: &str) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let body = client.get(page)?;
        if !body.contains("http-equiv=\"refresh\"") {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
    bail!("{page} is not done after {} minutes", PATIENCE.as_secs() / 60)
}

/// The calls that the practice instance notes, from a moment on.
struct Log {
    file: PathBuf,
    begun: usize,
}

impl Log {
    fn of(demo: &Demo) -> Result<Self> {
        let file = demo.folder.join("practice.log");
        let begun = read(&file)?.len();
        Ok(Self { file, begun })
    }

    /// How many calls of each kind came since, numbers in addresses left out.
    fn calls(&self) -> Result<String> {
        let text = read(&self.file)?;
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for line in text.get(self.begun..).unwrap_or_default().lines() {
            let Some((_, call)) = line.split_once(" call method=") else { continue };
            let Some((method, path)) = call.split_once(" path=\"") else { continue };
            let path = path.split('"').next().unwrap_or_default();
            let parts = path.split('/').map(|part| if part.parse::<i64>().is_ok() { ":id" } else { part });
            *calls.entry(format!("{method} {}", parts.collect::<Vec<_>>().join("/"))).or_default() += 1;
        }
        Ok(calls.into_iter().map(|(call, number)| format!("{number} × {call}")).collect::<Vec<_>>().join(", "))
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

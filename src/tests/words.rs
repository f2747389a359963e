//! The words of the pages: what docs/style.md says is out stands in no literal that people read and on no page.

use crate::{
    access::PAGES,
    support::{House, house, sqlite},
};
use axum::http::StatusCode;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What nobody reads: doors for machines and the database's own words.
const NOT_READ: [&str; 10] = [
    "address.rs",
    "clock.rs",
    "config",
    "config.rs",
    "id.rs",
    "jobs",
    "store",
    "telemetry.rs",
    "tests",
    "http/metrics.rs",
];

/// The words that are out, as docs/style.md lists them; one with a capital is out only as it is written.
struct Out(Vec<String>);

impl Out {
    fn read() -> Self {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/style.md");
        let page = std::fs::read_to_string(page).unwrap();
        let table = page.split("\n| word |").nth(1).expect("the table of words");
        let words = table.lines().filter_map(|row| row.trim_end().strip_suffix('|')?.rsplit('|').next());
        let words = words.flat_map(|last| last.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
        Self(words)
    }

    /// The words that stand in a text, each as a word of its own.
    fn within<'a>(&'a self, text: &str) -> Vec<&'a str> {
        let low = text.to_lowercase();
        let stands = |word: &&str| {
            let text = if **word == word.to_lowercase() { &low } else { text };
            text.match_indices(*word).any(|(at, _)| {
                let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
                let after = &text[at + word.len()..];
                // `throw-away.txt` is the name of a file.
                let is_name = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
                !text[..at].ends_with(joins) && !after.starts_with(joins) && !is_name
            })
        };
        self.0.iter().map(String::as_str).filter(stands).collect()
    }
}

#[test]
fn the_list_is_read_and_words_are_found_in_it() {
    let out = Out::read();
    assert!(out.0.len() > 60, "{:?}", out.0);
    assert_eq!(out.within("Leave it: the Record of the mail-server"), ["the record", "Leave it"]);
    assert!(out.within("leave it empty, records, e-mailed").is_empty());
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if NOT_READ.iter().any(|not| path.ends_with(not)) {
            continue;
        }
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

/// Whether a literal is a statement or a part of one: its columns have the names that they have.
fn is_sql(literal: &str) -> bool {
    let bound = literal.split('$').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    let begins = ["select ", "insert into ", "update ", "delete from "].iter().any(|word| literal.starts_with(word));
    bound || begins || literal.contains("(select ")
}

/// The literals of a source with the lines they begin on, without those of its tests, comments and statements. What is a key of
/// stored JSON, or a single small word (names of fields, classes, kinds), is no sentence.
fn literals(source: &str) -> Vec<(usize, String)> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    let (mut rest, mut line) = (code, 1);
    let step = |text: &str| text.matches('\n').count();
    while let Some(at) = rest.find(['"', '/', '\'']) {
        line += step(&rest[..at]);
        let here = &rest[at..];
        if here.starts_with("//") {
            let end = here.find('\n').unwrap_or(here.len());
            rest = &here[end..];
        } else if here.starts_with("'\"'") || here.starts_with("'\\\"'") {
            rest = here.split_once("\"'").map_or("", |(_, rest)| rest);
        } else if let Some(inside) = here.strip_prefix('"') {
            let mut escaped = false;
            let end = inside.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let end = end.map_or(here.len() - 1, |end| end + 1);
            let literal = here[1..end].split("\\\n").map(str::trim_start).collect::<String>();
            let after = here[end + 1..].trim_start();
            let key = after.starts_with(']') || (after.starts_with(':') && !after.starts_with("::"));
            if !key && !is_sql(&literal) && literal.contains(|c: char| c == ' ' || c.is_uppercase()) {
                found.push((line, literal));
            }
            line += step(&here[..=end]);
            rest = &here[end + 1..];
        } else {
            rest = &here[1..];
        }
    }
    found
}

#[test]
fn no_literal_has_a_word_that_is_out() {
    let out = Out::read();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let (mut wrong, mut read) = (Vec::new(), 0);
    for file in &files {
        for (line, literal) in literals(&std::fs::read_to_string(file).unwrap()) {
            read += 1;
            for word in out.within(&literal) {
                let file = file.strip_prefix(&root).unwrap().display();
                wrong.push(format!("src/{file}:{line}: “{word}” is out: {literal}"));
            }
        }
    }
    assert!(read > 2_000, "{read} literals in {} files", files.len());
    assert!(wrong.is_empty(), "docs/style.md has the words to use\n{}", wrong.join("\n"));
}

/// A page as it is read, without what people wrote: names and texts in their own direction, and what is typed in fields.
fn ours(page: &str) -> String {
    let body = page.split_once("<body").map_or(page, |(_, body)| body).replace("<!>", "");
    let mut text = String::new();
    let mut theirs: Option<(String, usize)> = None;
    for part in body.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        match &mut theirs {
            Some((whose, depth)) if whose == name => {
                *depth = if tag.starts_with('/') { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    theirs = None;
                }
            }
            Some(_) => {}
            None => {
                let written = ["bdi", "code", "pre", "script", "style", "textarea"].contains(&name)
                    || tag.contains("dir=\"auto\"")
                    || tag.contains("class=\"said");
                if written && !tag.starts_with('/') {
                    theirs = Some((name.to_owned(), 1));
                }
            }
        }
        if theirs.is_none() {
            text.push(' ');
            text.push_str(rest);
        }
    }
    let text = text.replace("&quot;", "\"").replace("&#x27;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Addresses that a page leads to.
fn links(page: &str) -> Vec<String> {
    let all = page.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    all.filter(|to| to.starts_with('/') && !to.starts_with("//")).map(|to| to.replace("&amp;", "&")).collect()
}

/// An address without what tells one object from another: pages of one kind are read once.
fn kind(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let digits = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let path: Vec<&str> = path.split('/').map(|part| if digits(&part) { ":id" } else { part }).collect();
    let keys: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{} {keys:?}", path.join("/"))
}

/// Every page as somebody reads it, and every kind of page that a page leads to.
async fn crawled(house: &House, cookie: &str) -> Vec<(String, String)> {
    let mut waiting: Vec<String> = PAGES.iter().map(|(_, address)| (*address).to_owned()).collect();
    let mut seen: BTreeSet<String> = waiting.iter().map(|address| kind(address)).collect();
    let mut pages = Vec::new();
    while let Some(address) = waiting.pop() {
        if pages.len() > 300 {
            break;
        }
        if address.contains("/export") || address.contains("/media/") || address.contains(".csv") {
            continue;
        }
        let answer = house.get(Some(cookie), &address).await;
        if answer.status == StatusCode::OK {
            waiting.extend(links(&answer.body).into_iter().filter(|to| seen.insert(kind(to))));
        }
        pages.push((address, ours(&answer.body)));
    }
    pages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_has_a_word_that_is_out() {
    let house = house(sqlite().await).await;
    let out = Out::read();
    let (mut wrong, mut read) = (BTreeSet::new(), 0);
    for role in ["owner", "moderator", "contractor", "auditor"] {
        let cookie = house.sign_in(role).await;
        for (address, text) in crawled(&house, &cookie).await {
            read += 1;
            for word in out.within(&text) {
                let at = text.to_lowercase().find(&word.to_lowercase()).unwrap_or(0);
                let near: String = text
                    .chars()
                    .skip(text[..at.min(text.len())].chars().count().saturating_sub(60))
                    .take(140)
                    .collect();
                wrong.insert(format!("{address} as {role}: “{word}” is out: …{near}…"));
            }
        }
    }
    assert!(read > 150, "{read} pages");
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "docs/style.md has the words to use\n{}", wrong.join("\n"));
}

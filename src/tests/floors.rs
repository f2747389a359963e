//! What a file may know: the floors of the house, lowest first. A file uses its own floor and those below it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const FLOORS: [&[&str]; 12] = [
    &["clock", "id", "off_thread", "path", "problem", "seal", "search", "telemetry", "text"],
    &["nouns"],
    &["access"],
    &["config"],
    &["store"],
    &["ledger"],
    &["deeds"],
    &["mastodon"],
    // As whom somebody acts and on behalf of whom a request is are asked of one another.
    &["acting", "carry_out", "context"],
    &["frame", "ui"],
    &[
        "accounts",
        "audit",
        "batches",
        "domain_blocks",
        "grants",
        "invitations",
        "linked_accounts",
        "media",
        "operators",
        "overview",
        "registrations",
        "reports",
        "roles",
        "sign_in",
        "signups",
    ],
    &["app", "cli", "http", "jobs"],
];

/// What still runs up, and is to go: a file and what it uses. Nothing is added here; what has gone is taken out.
const STILL: [(&str, &str); 23] = [
    ("audit/service/export.rs", "http"),
    ("context.rs", "audit"),
    ("context.rs", "http"),
    ("context.rs", "reports"),
    ("context.rs", "sign_in"),
    ("domain_blocks/api/files.rs", "http"),
    ("frame.rs", "audit"),
    ("frame/build.rs", "audit"),
    ("frame/build.rs", "signups"),
    ("grants/service/sheet.rs", "http"),
    ("mastodon/database/domains.rs", "domain_blocks"),
    ("mastodon/database/roles.rs", "roles"),
    ("mastodon/database/signups.rs", "signups"),
    ("media.rs", "http"),
    ("operators/service.rs", "http"),
    ("sign_in/service.rs", "http"),
    ("sign_in/service/tries.rs", "http"),
    ("sign_in/service/yours.rs", "http"),
    ("store/access_requests.rs", "invitations"),
    ("store/domain_imports.rs", "domain_blocks"),
    ("store/grants.rs", "grants"),
    ("store/linked_accounts.rs", "mastodon"),
    ("ui/desk.rs", "audit"),
];

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|names| names.contains(&name))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules of the crate that a file names: in its `use crate::{…}` and wherever it says `crate::…`.
fn used(text: &str) -> BTreeSet<String> {
    let code: String = text
        .split("mod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let word =
        |rest: &str| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
    let mut used: BTreeSet<String> = code.split("crate::").skip(1).map(word).filter(|word| !word.is_empty()).collect();
    for group in code.split("use crate::{\n").skip(1) {
        let group = group.split("\n};").next().unwrap_or_default();
        used.extend(
            group
                .lines()
                .filter_map(|line| line.strip_prefix("    "))
                .filter(|line| !line.starts_with([' ', '}']))
                .map(word),
        );
    }
    used
}

#[test]
fn nothing_knows_what_is_built_upon_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut up: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    for file in all {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let own = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let Some(at) = floor(&own) else {
            assert!(matches!(own.as_str(), "lib" | "main"), "{name} stands on no floor: put {own} into the list");
            continue;
        };
        for other in used(&fs::read_to_string(&file).unwrap()) {
            if let Some(above) = floor(&other).filter(|above| *above > at) {
                up.insert((name.clone(), other), (at, above));
            }
        }
    }
    let still: BTreeSet<(String, String)> =
        STILL.iter().map(|(file, other)| ((*file).to_owned(), (*other).to_owned())).collect();
    let new: Vec<String> = up
        .iter()
        .filter(|(way, _)| !still.contains(*way))
        .map(|((file, other), (at, above))| {
            format!("src/{file} (floor {at}) uses {other} (floor {above}): move what it needs down, or hand it in from above")
        })
        .collect();
    assert!(new.is_empty(), "{}", new.join("\n"));
    let gone: Vec<_> = still.iter().filter(|way| !up.contains_key(*way)).collect();
    assert!(gone.is_empty(), "take these out of the list: {gone:?}");
}

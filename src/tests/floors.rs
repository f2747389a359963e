//! What a file may know: the floors of the house, lowest first. A file uses its own floor and those below it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const FLOORS: [&[&str]; 12] = [
    &[
        "address",
        "clock",
        "id",
        "live",
        "off_thread",
        "passwords",
        "path",
        "problem",
        "seal",
        "search",
        "stream",
        "telemetry",
        "text",
    ],
    &["nouns"],
    &["access", "session"],
    &["config"],
    &["store"],
    &["ledger"],
    &["deeds"],
    &["mastodon"],
    // As whom somebody acts and on behalf of whom a request is are asked of one another.
    &["acting", "carry_out", "context", "record"],
    &["frame", "ui"],
    &[
        "accounts",
        "appeals",
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
        "reviews",
        "roles",
        "sign_in",
        "signups",
        "statistics",
    ],
    &["app", "cli", "http", "jobs"],
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
    let said: Vec<String> = up
        .iter()
        .map(|((file, other), (at, above))| {
            format!("src/{file} (floor {at}) uses {other} (floor {above}): move what it needs down, or hand it in from above")
        })
        .collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// An `ALL` that is kept by hand has every variant of its enum, whatever is added.
#[test]
fn a_list_of_all_holds_all() {
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut found = 0;
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("\nimpl ").skip(1) {
            let name = part.split(' ').next().unwrap_or_default();
            let part = part.split("\n}").next().unwrap_or_default();
            let Some(number) = part.split("const ALL: [Self; ").nth(1).and_then(|rest| rest.split(']').next()) else {
                continue;
            };
            let body = text.split(&format!("enum {name} {{\n")).nth(1).and_then(|rest| rest.split("\n}").next());
            let body = body.unwrap_or_else(|| panic!("{}: {name} has a list and is no enum here", path.display()));
            let is_variant =
                |line: &&str| line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase());
            let variants = body.lines().filter(is_variant).count();
            assert_eq!(number.parse(), Ok(variants), "{}: {name}::ALL", path.display());
            found += 1;
        }
    }
    assert!(found > 20, "{found} lists");
}

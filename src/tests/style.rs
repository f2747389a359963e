//! The styles: every class they name is on some page, each selector stands in one place, and a line can be read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lists of selectors of a sheet, each after the conditions that it stands under.
fn selectors(sheet: &str) -> Vec<String> {
    let said: String = sheet.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest)).collect();
    let (mut under, mut found, mut head) = (Vec::new(), Vec::new(), String::new());
    for letter in said.chars() {
        match letter {
            '{' => {
                let own = std::mem::take(&mut head).split_whitespace().collect::<Vec<_>>().join(" ");
                if !own.starts_with('@') {
                    found.push(under.iter().chain([&own]).map(String::as_str).collect::<Vec<_>>().join(" "));
                }
                under.push(own);
            }
            '}' => {
                under.pop();
                head.clear();
            }
            ';' => head.clear(),
            _ => head.push(letter),
        }
    }
    found
}

fn classes(selector: &str) -> impl Iterator<Item = &str> {
    selector.split('.').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn every_class_is_on_some_page() {
    // What is said between quotes in small letters alone: sentences begin with a large one, or have a stop.
    let mut said = BTreeSet::new();
    for file in files("src", "rs") {
        for line in fs::read_to_string(file).unwrap().lines().filter(|line| !line.trim_start().starts_with("//")) {
            let quoted = line.split('"').skip(1).step_by(2);
            let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, ' ' | '-');
            let words = quoted.filter(|text| text.chars().all(small)).flat_map(str::split_whitespace);
            said.extend(words.map(str::to_owned));
        }
    }
    for file in files("style", "css") {
        for selector in selectors(&fs::read_to_string(&file).unwrap()) {
            let on_none = classes(&selector).find(|class| !said.contains(*class));
            assert_eq!(on_none, None, "{}: `{selector}` names a class that no page has: it can go", file.display());
        }
    }
}

#[test]
fn a_selector_stands_once_and_its_lines_are_short() {
    let mut before = BTreeSet::new();
    for file in files("style", "css") {
        let sheet = fs::read_to_string(&file).unwrap();
        let name = file.display();
        for (number, line) in (1..).zip(sheet.lines()) {
            assert!(line.chars().count() <= 120, "{name}:{number} is longer than 120 characters");
        }
        for selector in selectors(&sheet) {
            assert!(before.insert(selector.clone()), "{name}: `{selector}` stands somewhere before: one rule of them");
        }
    }
}

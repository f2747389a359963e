//! What README and the docs say of the code: every part of `src` stands on the map, and every file they name is there.

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// README, CONTRIBUTING and the guides, each with its name.
fn guides() -> Vec<(String, String)> {
    let mut found: Vec<_> =
        ["README.md", "CONTRIBUTING.md"].into_iter().map(|file| (file.to_owned(), read(file))).collect();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The words of a text that could be a path: letters, digits, `_`, `-`, `.` and `/` in one piece.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-./".contains(c))).map(|word| word.trim_end_matches('.'))
}

#[test]
fn every_part_of_the_code_is_on_the_map() {
    let readme = read("README.md");
    let (_, map) = readme.split_once("## The map of the code").unwrap();
    // A path says that it is one: a word of a sentence (“every address”) is none.
    let named: BTreeSet<&str> = paths(map)
        .filter(|word| word.ends_with('/') || word.ends_with(".rs"))
        .map(|word| word.trim_end_matches('/').trim_end_matches(".rs"))
        .collect();
    let missing: Vec<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path().is_dir()))
        // A room's nouns may stand beside its folder, and where a program begins needs no map.
        .filter(|(name, _)| !["lib.rs", "main.rs"].contains(&name.as_str()))
        .filter(|(name, _)| !named.contains(name.trim_end_matches(".rs")))
        .filter(|(name, folder)| !folder || root().join("src").join(name).join("mod.rs").exists())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(missing, [""; 0], "stand in src and not on README’s map");
}

#[test]
fn what_the_guides_name_is_there() {
    let mut missing = Vec::new();
    for (guide, text) in guides() {
        for path in paths(&text).filter(|path| path.contains('/')).filter(|path| {
            [".rs", ".toml", ".sql", ".ts", ".svg", ".png", ".md", ".css"].iter().any(|ending| path.ends_with(ending))
        }) {
            // Files of Mastodon’s own source end in .rb; what the reader is to make (`/etc/…`) begins with a slash.
            let there =
                path.starts_with('/') || ["", "src", "docs"].iter().any(|under| root().join(under).join(path).exists());
            if !there {
                missing.push(format!("{guide}: {path}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "are named and not there");
}

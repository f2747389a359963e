//! The browser's half: compiled, bound, optimised, named by its hash, compressed.

use crate::{
    process::{run, step},
    setup,
};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// What the browsers we serve understand; `--all-features` would make modules that they refuse.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// In the order they are put together.
const STYLES: [&str; 5] = ["tokens.css", "base.css", "frame.css", "parts.css", "pages.css"];

/// Builds `target/site`, unless nothing has changed since the last time.
pub fn build() -> Result<()> {
    let site = Path::new("target/site");
    let stamp = site.join("stamp");
    let inputs = inputs()?;
    if fs::read_to_string(&stamp).is_ok_and(|last| last == inputs) {
        println!("· the browser’s half is up to date");
        return Ok(());
    }
    setup::wasm_target()?;
    setup::packages(&[("npm", "npm")])?;
    step("npm packages", setup::npm)?;
    step("compiling the browser’s half", || {
        run(
            "cargo",
            &[
                "build",
                "-p",
                "howdah",
                "--lib",
                "--no-default-features",
                "--features",
                "hydrate",
                "--target",
                "wasm32-unknown-unknown",
                "--profile",
                "wasm",
            ],
        )
    })?;
    let work = PathBuf::from("target/site-work");
    let _fresh = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)?;
    step("binding it to JavaScript", || {
        wasm_bindgen_cli_support::Bindgen::new()
            .input_path("target/wasm32-unknown-unknown/wasm/howdah.wasm")
            .out_name("howdah")
            .web(true)?
            .typescript(false)
            .generate(&work)
    })?;
    let wasm = work.join("howdah.opt.wasm");
    step("making it small", || {
        let status = Command::new("end2end/node_modules/.bin/wasm-opt")
            .arg("-Oz")
            .args(FEATURES)
            .arg(work.join("howdah_bg.wasm"))
            .arg("-o")
            .arg(&wasm)
            .status()
            .context("wasm-opt (npm package binaryen) cannot be started")?;
        anyhow::ensure!(status.success(), "wasm-opt failed");
        Ok(())
    })?;
    step("naming and compressing", || assemble(site, &work.join("howdah.js"), &wasm))?;
    fs::write(stamp, inputs)?;
    Ok(())
}

fn assemble(site: &Path, script: &Path, wasm: &Path) -> Result<()> {
    let _fresh = fs::remove_dir_all(site);
    let package = site.join("pkg");
    fs::create_dir_all(&package)?;
    let css: String = STYLES
        .iter()
        .map(|name| fs::read_to_string(Path::new("style").join(name)).with_context(|| format!("style/{name}")))
        .collect::<Result<_>>()?;
    let mut hashes = String::new();
    for (kind, bytes) in [("js", fs::read(script)?), ("wasm", fs::read(wasm)?), ("css", css.clone().into_bytes())] {
        let hash = hex(&Sha256::digest(&bytes))[..16].to_owned();
        place(&package.join(format!("howdah.{hash}.{kind}")), &bytes)?;
        hashes.push_str(&format!("{kind}: {hash}\n"));
    }
    fs::write(site.join("hash.txt"), hashes)?;
    // The page of last resort is made without Leptos and needs a fixed name.
    place(&site.join("plain.css"), css.as_bytes())?;
    for entry in fs::read_dir("public")? {
        let entry = entry?;
        place(&site.join(entry.file_name()), &fs::read(entry.path())?)?;
    }
    Ok(())
}

/// Writes a file with its Brotli and gzip copies, and says how large they are.
fn place(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    fs::write(path.with_file_name(format!("{name}.br")), &packed)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    fs::write(path.with_file_name(format!("{name}.gz")), gzip.finish()?)?;
    println!("  {name}: {} kB, Brotli {} kB", bytes.len() / 1000, packed.len() / 1000);
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of everything the site is made of.
fn inputs() -> Result<String> {
    let mut files = BTreeMap::new();
    for folder in ["src", "style", "public"] {
        collect(Path::new(folder), &mut files)?;
    }
    for file in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "xtask/src/site.rs", "end2end/package-lock.json"] {
        files.insert(PathBuf::from(file), fs::read(file)?);
    }
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        digest.update(path.to_string_lossy().as_bytes());
        digest.update([0]);
        digest.update(Sha256::digest(&bytes));
    }
    Ok(hex(&digest.finalize()))
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} is missing", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.insert(path.clone(), fs::read(path)?);
        }
    }
    Ok(())
}

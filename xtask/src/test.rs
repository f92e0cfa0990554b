//! The one test command.

use std::fs;

use anyhow::{Result, bail, ensure};

use crate::run::{cargo, cargo_with, has, in_ci, root, run};

/// Debian packages that tests run, with the program that shows they are there.
const TOOLS: [(&str, &str, &str); 1] = [("openssl", "version", "openssl")];

/// Crates that must build for the browser.
const BROWSER: [&str; 7] =
    ["authority", "notation", "agreement", "signature", "pdf", "tlog", "verify"];

/// Installs what the tests need and runs everything.
pub(crate) fn test() -> Result<()> {
    let mut skipped = install()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    skipped.extend(browser()?);
    let skips = root().join("target/skips.txt");
    if skips.exists() {
        fs::remove_file(&skips)?;
    }
    let skips_file = skips.display().to_string();
    let telling = |args: &[&str]| cargo_with(args, &[("COUNTERSIGN_SKIPS", &skips_file)]);
    telling(&["test", "--workspace", "--doc"])?;
    if has("cargo", &["nextest", "--version"]) {
        telling(&["nextest", "run", "--workspace", "--no-fail-fast"])?;
    } else {
        telling(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"])?;
    }
    if let Ok(lines) = fs::read_to_string(&skips) {
        skipped.extend(lines.lines().map(str::to_owned));
    }
    skipped.sort();
    skipped.dedup();
    for line in &skipped {
        println!("skipped: {line}");
    }
    println!("\nevery test that ran passed; {} skipped", skipped.len());
    Ok(())
}

/// Rust components by rustup, the rest by apt; says what could not be had.
fn install() -> Result<Vec<String>> {
    let mut skipped = Vec::new();
    for component in ["rustfmt", "clippy"] {
        if !has("cargo", &[if component == "rustfmt" { "fmt" } else { "clippy" }, "--version"]) {
            run("rustup", &["component", "add", component])?;
        }
    }
    for (program, probe, package) in TOOLS {
        if has(program, &[probe]) {
            continue;
        }
        let installed =
            run("apt-get", &["update"]).and_then(|()| run("apt-get", &["install", "-y", package]));
        if installed.is_err() || !has(program, &[probe]) {
            if in_ci() {
                bail!("{program} is missing, and apt-get could not install {package}");
            }
            skipped.push(format!("{program} is missing: install the package {package}"));
        }
    }
    Ok(skipped)
}

/// Builds the pure crates for the browser, where the target can be had.
fn browser() -> Result<Vec<String>> {
    let target = "wasm32-unknown-unknown";
    let installed = || {
        let output = std::process::Command::new("rustup").args(["target", "list", "--installed"]).output();
        output.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).lines().any(|line| line.trim() == target))
    };
    if !installed() && run("rustup", &["target", "add", target]).is_err() {
        println!("\n!!! the target {target} was refused: the pure crates were NOT built for the browser\n");
        return Ok(vec![format!("the browser build: rustup refused the target {target}")]);
    }
    ensure!(installed(), "rustup says it added {target}, and does not list it");
    let packages: Vec<String> = BROWSER.iter().map(|name| format!("countersign-{name}")).collect();
    let mut args = vec!["check", "--target", target];
    for package in &packages {
        args.extend(["--package", package]);
    }
    cargo(&args)?;
    Ok(Vec::new())
}

//! The one test command.

use std::fs;

use anyhow::{Result, ensure};

use crate::run::{cargo, has, output, root, run};
use crate::runner::{Runner, tests};
use crate::tools::install;

/// Crates that must build for the browser.
const BROWSER: [&str; 7] = ["authority", "notation", "agreement", "signature", "pdf", "tlog", "verify"];

/// Installs what the tests need and runs everything. The last lines are the test runner's own summary; what was skipped,
/// and why, stands before it.
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
    let telling = [("COUNTERSIGN_SKIPS", skips_file.as_str())];
    let documented = tests(Runner::Cargo, &["test", "--workspace", "--doc", "--no-fail-fast"], &telling)?;
    documented.summary.iter().for_each(|line| println!("{line}"));
    let ran = if has("cargo", &["nextest", "--version"]) {
        tests(Runner::Nextest, &["nextest", "run", "--workspace", "--no-fail-fast"], &telling)?
    } else {
        let args = ["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"];
        tests(Runner::Cargo, &args, &telling)?
    };
    if let Ok(lines) = fs::read_to_string(&skips) {
        skipped.extend(lines.lines().map(str::to_owned));
    }
    skipped.sort();
    skipped.dedup();
    println!();
    for line in &skipped {
        println!("skipped: {line}");
    }
    println!("{} run, {} skipped", documented.run + ran.run, skipped.len());
    ran.summary.iter().for_each(|line| println!("{line}"));
    ensure!(documented.passed, "examples in the documentation fail");
    ensure!(ran.passed, "tests fail");
    Ok(())
}

/// Builds the pure crates for the browser, where the target can be had.
fn browser() -> Result<Vec<String>> {
    let target = "wasm32-unknown-unknown";
    let installed = || {
        let listed = output("rustup", &["target", "list", "--installed"]);
        listed.is_some_and(|listed| listed.lines().any(|line| line.trim() == target))
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

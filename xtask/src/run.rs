//! Running other programs, with what is run shown first.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a program to its end; an error where it fails.
pub(crate) fn run(program: &str, args: &[&str]) -> Result<()> {
    run_with(program, args, &[])
}

/// The same, with variables of the environment set.
fn run_with(program: &str, args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    println!("\n$ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(root())
        .status()
        .with_context(|| format!("{program} can't be started"))?;
    ensure!(status.success(), "{program} {} failed ({status})", args.join(" "));
    Ok(())
}

/// Runs cargo, the one that runs this.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    cargo_with(args, &[])
}

/// The same, with variables of the environment set.
pub(crate) fn cargo_with(args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let cargo = variable("CARGO").unwrap_or_else(|| "cargo".to_owned());
    run_with(&cargo, args, variables)
}

/// Whether a program answers.
pub(crate) fn has(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "a tool for developers, whose entry point this is")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether nothing may be skipped.
pub(crate) fn in_ci() -> bool {
    variable("CI").is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

//! Running other programs, with what is run shown first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Runs a program to its end; an error where it fails.
pub(crate) fn run(program: &str, args: &[&str]) -> Result<()> {
    println!("\n$ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .current_dir(root())
        .status()
        .with_context(|| format!("{program} can't be started"))?;
    ensure!(status.success(), "{program} {} failed ({status})", args.join(" "));
    Ok(())
}

/// Runs a program without showing what it says, unless it fails: then the error has the end of it.
pub(crate) fn quietly(program: &str, args: &[&str]) -> Result<()> {
    println!("\n$ {program} {}", args.join(" "));
    let output = Command::new(program)
        .args(args)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} can't be started"))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
    let end: Vec<&str> = said.lines().rev().take(12).collect();
    let end = end.into_iter().rev().collect::<Vec<_>>().join("\n  ");
    ensure!(output.status.success(), "{program} {} failed ({}):\n  {end}", args.join(" "), output.status);
    Ok(())
}

/// What a program writes on standard output; `None` where it fails or isn't there.
pub(crate) fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs cargo, the one that runs this.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    run(&this_cargo(), args)
}

pub(crate) fn this_cargo() -> String {
    variable("CARGO").unwrap_or_else(|| "cargo".to_owned())
}

/// Whether a program lies on the path, without running it.
pub(crate) fn on_path(program: &str) -> bool {
    let path = variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether a program answers.
pub(crate) fn has(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
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

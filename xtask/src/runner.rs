//! Running tests, with the runner's own summary held back so that it can stand last.

use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::run::{root, this_cargo};

/// What a run of tests came to.
pub(crate) struct Tests {
    /// How many tests ran.
    pub(crate) run: usize,
    /// The runner's own summary, held back so that it can stand last.
    pub(crate) summary: Vec<String>,
    /// Whether all passed.
    pub(crate) passed: bool,
}

/// Who runs tests, and where their summary stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo nextest`: on standard error, everything from `Summary` on.
    Nextest,
    /// `cargo test`: on standard output, a line `test result:` for each binary.
    Cargo,
}

/// Runs tests, showing everything but the summary as it comes.
pub(crate) fn tests(runner: Runner, args: &[&str], variables: &[(&str, &str)]) -> Result<Tests> {
    println!("\n$ cargo {}", args.join(" "));
    let mut command = Command::new(this_cargo());
    command.args(args).envs(variables.iter().copied()).current_dir(root());
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    match runner {
        Runner::Nextest => command.stderr(Stdio::piped()),
        Runner::Cargo => command.stdout(Stdio::piped()),
    };
    let mut child = command.spawn().context("cargo can't be started")?;
    let pipe: Box<dyn std::io::Read> = match (child.stdout.take(), child.stderr.take()) {
        (Some(stdout), _) => Box::new(stdout),
        (None, Some(stderr)) => Box::new(stderr),
        (None, None) => Box::new(std::io::empty()),
    };
    let mut tests = Tests { run: 0, summary: Vec::new(), passed: false };
    for line in BufReader::new(pipe).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let plain = plain(&line);
        let ran = match runner {
            Runner::Nextest => plain.trim_start().strip_prefix("Summary [").and_then(|rest| {
                let (_, rest) = rest.split_once(']')?;
                rest.split_whitespace().next()?.split('/').next()?.parse::<usize>().ok()
            }),
            Runner::Cargo => plain.strip_prefix("test result: ").map(|rest| {
                let counts = rest.split(['.', ';']).map(str::trim);
                let ran = counts.filter_map(|part| {
                    part.strip_suffix(" passed")
                        .or_else(|| part.strip_suffix(" failed"))?
                        .parse::<usize>()
                        .ok()
                });
                ran.sum()
            }),
        };
        tests.run += ran.unwrap_or_default();
        let held = ran.is_some() || (runner == Runner::Nextest && !tests.summary.is_empty());
        match (held, runner) {
            (true, _) => tests.summary.push(line),
            (false, Runner::Nextest) => eprintln!("{line}"),
            (false, Runner::Cargo) => println!("{line}"),
        }
    }
    tests.passed = child.wait().context("cargo can't be waited for")?.success();
    Ok(tests)
}

/// A line without the colours of a terminal.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

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
        let ran = ran(runner, &plain);
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

/// How many tests ran, where a line of the runner says so.
fn ran(runner: Runner, line: &str) -> Option<usize> {
    match runner {
        Runner::Nextest => {
            let (_, rest) = line.trim_start().strip_prefix("Summary [")?.split_once(']')?;
            rest.split_whitespace().next()?.split('/').next()?.parse().ok()
        }
        Runner::Cargo => {
            let counts = line.strip_prefix("test result: ")?.split(['.', ';']).map(str::trim);
            let ran = counts.filter_map(|part| {
                part.strip_suffix(" passed").or_else(|| part.strip_suffix(" failed"))?.parse::<usize>().ok()
            });
            Some(ran.sum())
        }
    }
}

/// A line without the colours of a terminal.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::{Runner, plain, ran};

    #[test]
    fn the_runners_own_counts_are_read() {
        let lines = [
            (
                Runner::Nextest,
                "     Summary [   0.773s] 10/19 tests run: 9 passed, 1 failed, 0 skipped",
                Some(10),
            ),
            (Runner::Nextest, "     Summary [  12.018s] 1 test run: 1 passed, 61 skipped", Some(1)),
            (Runner::Nextest, "        PASS [   0.012s] (5/22) countersign-timestamp::it client::one", None),
            (
                Runner::Cargo,
                "test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out",
                Some(7),
            ),
            (Runner::Cargo, "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured", Some(1)),
            (Runner::Cargo, "test client::one ... ok", None),
        ];
        for (runner, line, count) in lines {
            assert_eq!(ran(runner, line), count, "{line}");
        }
    }

    #[test]
    fn colours_hide_no_count() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.018s] \u{1b}[1m3\u{1b}[0m tests run: 3 passed";
        assert_eq!(ran(Runner::Nextest, &plain(line)), Some(3));
    }
}

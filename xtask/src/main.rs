//! The project's own commands: `cargo xtask test`, `bench`, `vectors`.

mod bench;
mod run;
mod runner;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask COMMAND

  test      install what the tests need, then format, lints, every test, the wasm32 build
  vectors   run the vectors alone
  bench     measure ours beside the peers, write bench/results.json and docs/performance.md";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test::test(),
        ["vectors"] => [("countersign-verify", "verify"), ("countersign-tlog", "it")].iter().try_for_each(
            |(package, test)| {
                run::cargo(&["test", "--package", package, "--test", test, "--", "--nocapture", "vectors::"])
            },
        ),
        ["bench"] => bench::bench(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [other, ..] => bail!("`{other}` is not a command here\n\n{USAGE}"),
    }
}

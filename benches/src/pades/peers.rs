//! Other people's programs on the same files, in the same run; each a process of its own, none a dependency.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant as Clock;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::files::{SMALL, World, pdf};
use crate::estimates::Row;
use countersign_keys::Kind;

/// What pyHanko took.
pub struct Timed {
    /// Its name and version.
    pub engine: String,
    times: Value,
}

impl Timed {
    /// Milliseconds of one of its runs.
    pub fn time(&self, name: &str) -> Result<f64> {
        self.times[name].as_f64().with_context(|| format!("pyHanko's time of `{name}`"))
    }
}

/// Runs pyHanko over a folder, warm, in one process. `None` where it isn't installed.
pub fn pyhanko(dir: &Path) -> Result<Option<Timed>> {
    let Some(python) = countersign_testkit::pyhanko::python() else { return Ok(None) };
    let script = include_str!("../../foreign/pades.py");
    let output = Command::new(python).args(["-I", "-c", script]).arg(dir).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let times: Value = serde_json::from_slice(&output.stdout)?;
    let word = |key: &str| times[key].as_str().unwrap_or_default().to_owned();
    let engine = format!("pyHanko {} on Python {}", word("version"), word("python"));
    println!("{engine}: {times:#}");
    Ok(Some(Timed { engine, times }))
}

/// The version that is asked for.
const PDF_SIGNER: &str = "0.3.2";

/// `pdf_signer verify`, another program in Rust (GPL-3.0: run, never linked), less what it takes to start. Built by cargo
/// into the temporary folder, outside the repository; left out where that fails.
pub fn pdf_signer(dir: &Path) -> Result<Vec<Row>> {
    let Some(program) = built() else { return Ok(Vec::new()) };
    let world = World::new(Kind::P256)?;
    let plain = pdf(SMALL);
    let mut rows = Vec::new();
    let bare = best(&program, &["--version"])?;
    for (level, file) in
        [("B", [plain.as_slice(), &world.sign(&plain)?].concat()), ("LTA", world.archive(&plain)?)]
    {
        let path = dir.join("verify.pdf");
        std::fs::write(&path, &file)?;
        let theirs = best(&program, &["verify", &path.to_string_lossy()])? - bare;
        let ours = super::median(|| world.verify(&file).map(drop))?;
        let words = format!("PAdES: verify, p256, small PDF, B-{level} (as a process, less its start)");
        let wanted = (level == "B").then_some(4.0);
        rows.push(Row::ours(&words, ours, "ms", None).beside(
            &format!("pdf_signer {PDF_SIGNER}"),
            theirs,
            wanted,
        ));
    }
    Ok(rows)
}

fn built() -> Option<PathBuf> {
    let root = std::env::temp_dir().join("countersign-bench-pdf_signer");
    let program = root.join("bin/pdf_signer");
    if !program.is_file() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let install =
            ["install", "pdf_signer", "--version", PDF_SIGNER, "--features", "cli", "--locked", "--root"];
        let status = Command::new(cargo)
            .args(install)
            .arg(&root)
            .env("CARGO_TARGET_DIR", root.join("target"))
            .current_dir(std::env::temp_dir())
            .status();
        if !status.is_ok_and(|status| status.success()) || !program.is_file() {
            println!("pdf_signer {PDF_SIGNER} can't be built here: left out");
            return None;
        }
    }
    Some(program)
}

/// The best of thirty runs, in milliseconds.
fn best(program: &Path, arguments: &[&str]) -> Result<f64> {
    let mut best = f64::MAX;
    for _ in 0..30 {
        let start = Clock::now();
        Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(best)
}

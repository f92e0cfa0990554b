//! `countersign audit` on a generated table, as a user runs it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant as Clock;

use anyhow::{Context, Result, ensure};
use countersign_benches::world;

use crate::estimates::Row;

const ROWS: usize = 2_000_000;

/// One row in a thousand lacks authority.
fn table() -> String {
    let mut out = String::with_capacity(ROWS * 64);
    out.push_str("id,party,by,capacity,under,at,matter,with,currency,amount\n");
    for n in 0..ROWS {
        let (day, amount) = (n % 28 + 1, if n % 1_000 == 0 { 9_000_000 } else { n % 5_000_000 });
        let _ = match n % 4 {
            3 => writeln!(out, "r{n},RUR,gard,,G3,2026-02-{day:02},trade,KRA,EUR,{}", amount % 2_000_000),
            _ => writeln!(out, "r{n},RUR,dahl,MFA,,2026-02-{day:02},trade,KRA,EUR,{amount}"),
        };
    }
    out
}

/// Rows a second over all cores.
pub fn rows() -> Result<Vec<Row>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(cargo)
        .current_dir(&root)
        .args(["build", "--release", "--package", "countersign-cli", "--message-format", "json"])
        .output()?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let program = String::from_utf8(built.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(str::to_owned))
        .context("the program")?;
    let dir = std::env::temp_dir().join(format!("countersign-bench-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let (map, csv) = (dir.join("bench.authority"), dir.join("table.csv"));
    fs::write(&map, world::text(100))?;
    fs::write(&csv, table())?;
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Clock::now();
        let output = Command::new(&program).arg("audit").arg(&csv).arg("--map").arg(&map).output()?;
        let seconds = start.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(said.contains(&format!("{ROWS} rows: 1998000 authorised, 2000 without authority")), "{said}");
        best = best.min(seconds);
    }
    fs::remove_dir_all(&dir)?;
    let rate = ROWS as f64 / best / 1e6;
    println!("audit: {rate:.2} M rows/s");
    Ok(vec![Row::rate("audit of a table of signed agreements", rate, "M rows/s", 1.0)])
}

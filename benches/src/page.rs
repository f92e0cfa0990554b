//! `bench/results.json` and `docs/performance.md`.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::estimates::Row;

const CEDAR: &str = "cedar-policy 4.14.1";

/// Writes both files.
pub fn write(rows: &[Row]) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let commit = Command::new("git").current_dir(&root).args(["rev-parse", "--short", "HEAD"]).output()?;
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    let cores = std::thread::available_parallelism()?.get();
    let results: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name, "ours": row.ours, "unit": row.unit,
                "peer": row.peer.as_ref().map(|(question, theirs)| json!({
                    "engine": CEDAR, "command": "cargo xtask bench", "question": question, "theirs": theirs,
                    "ratio": theirs / row.ours,
                })),
                "target": row.limit, "more_is_better": row.more,
                "ratio_to_target": row.limit.map(|limit| row.ours / limit), "met": row.met(),
                "commit": commit, "cores": cores,
            })
        })
        .collect();
    std::fs::create_dir_all(root.join("bench"))?;
    std::fs::write(root.join("bench/results.json"), format!("{:#}\n", json!(results)))?;
    let page = page(rows, &commit, cores);
    std::fs::write(root.join("docs/performance.md"), &page)?;
    println!("{page}");
    Ok(())
}

fn number(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

fn page(rows: &[Row], commit: &str, cores: usize) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "\nCommit {commit}, {cores} cores.\n");
    out.push_str(
        "| what | ours | theirs (Cedar) | theirs / ours | target | met |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let theirs = row
            .peer
            .as_ref()
            .map_or("–".to_owned(), |(_, theirs)| format!("{} {}", number(*theirs), row.unit));
        let ratio = row
            .peer
            .as_ref()
            .map_or("–".to_owned(), |(_, theirs)| format!("{} ×", number(theirs / row.ours)));
        let limit = row.limit.map_or("–".to_owned(), |limit| {
            format!("{} {} {}", if row.more { "≥" } else { "≤" }, number(limit), row.unit)
        });
        let met = match row.met() {
            None => "–",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        let _ = writeln!(
            out,
            "| {} | {} {} | {theirs} | {ratio} | {limit} | {met} |",
            row.name,
            number(row.ours),
            row.unit
        );
    }
    out.push_str(TAIL);
    out
}

const HEAD: &str = "# Measurements

Written by `cargo xtask bench`: criterion's medians, warm, each answer checked in the run that measures it; then one
replay in a process of its own, and `countersign audit` as a user runs it. Times vary between machines, and on a
shared one by a half between runs (Cedar's own direct question took 3.4 to 5.6 µs over a day); ratios hold better.
";

const TAIL: &str = "
**Ours.** A decision is `Auditor::prove`: column A of one signature (or of several of one text) with its proof, from the
act's own names; the world is built once. `decide` answers all three columns with reasons and repairs for every party.
The joint rule is *3 of 4 including A, not B with C*, one of the three signing through a grant. *3 of 4 and 1 of 2* is
said by a joint power and a consent: two hold the office that must consent, so one of them suffices; conditions are
`decide`'s, so that row carries all columns, their reasons and the proofs' independent check.

**Cedar.** cedar-policy 4.14.1 as a library in the same run (`benches/src/cedar.rs`): policies, entities and the request
are made beforehand, a question is one `is_authorized`. The office is a group, the matter a tree, the cap a condition.
Chains of grants, joint rules, two time axes and reasons can't be said in it: the chain is asked *flattened*, as one
policy for its last grantee, and each other grant is one more policy. It is asked with 1,000 of them, not with 100,000.

**Replay.** The best of three runs. One party's million acts over a thousand texts, read beforehand (they take most of
the memory); signatures are taken as verified (P-256
verifies some 10 to 20 thousand a second a core, which is what a reader of that many acts would wait for).
";

//! `bench/results.json` and `docs/performance.md`.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::estimates::Row;

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
                "peer": row.peer.as_ref().map(|peer| json!({
                    "engine": peer.engine, "command": "cargo xtask bench", "question": peer.question,
                    "theirs": peer.theirs, "ratio": peer.theirs / row.ours, "target_ratio": peer.times,
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
        "| what | ours | theirs | whose | theirs / ours | target | met |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let theirs = row
            .peer
            .as_ref()
            .map_or("–".to_owned(), |peer| format!("{} {}", number(peer.theirs), row.unit));
        let whose = row.peer.as_ref().map_or("–", |peer| &peer.engine);
        let ratio = row
            .peer
            .as_ref()
            .map_or("–".to_owned(), |peer| format!("{} ×", number(peer.theirs / row.ours)));
        let times = row.peer.as_ref().and_then(|peer| peer.times);
        let times = times.map(|times| format!("≥ {} × theirs", number(times)));
        let limit = row
            .limit
            .map(|limit| format!("{} {} {}", if row.more { "≥" } else { "≤" }, number(limit), row.unit));
        let limit = times.into_iter().chain(limit).collect::<Vec<_>>().join(", ");
        let limit = if limit.is_empty() { "–".to_owned() } else { limit };
        let met = match row.met() {
            None => "–",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        let _ = writeln!(
            out,
            "| {} | {} {} | {theirs} | {whose} | {ratio} | {limit} | {met} |",
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

**PAdES.** Everything in one process, the file in memory before and after; a chain of three, lists given, the timestamp
authority in the same process for both. B-LTA is a signature with its timestamp, validation data and a timestamp over all.
Verifying is all of it: bytes, key, path, revocation, timestamps, and what changed after signing. pyHanko runs warm in one
Python process in the same run (`benches/foreign/pades.py`), on the same keys and files. *Raw operations* are one signature
of the key, or the five checks of signatures that a file at B-B takes (the signer's, two certificates', two lists').
pdf_signer is run as a process, its start taken off.

**Replay.** The best of three runs. One party's million acts over a thousand texts, read beforehand (they take most of
the memory); signatures are taken as verified (P-256
verifies some 10 to 20 thousand a second a core, which is what a reader of that many acts would wait for).
";

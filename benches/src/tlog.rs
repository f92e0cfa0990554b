//! A log beside the hashes that it cannot do without, measured in the same run: a ratio of 1 would be no other work at all.

use anyhow::Result;

use crate::estimates::{Row, median};

/// What is measured, the hashes it needs, and how close it is to come.
const RATIOS: [(&str, &str, &str, f64); 2] = [
    (
        "entries of 256 bytes into tiles and bundles, of the SHA-256 bound",
        "append 4096 entries",
        "hash 4096 entries",
        0.8,
    ),
    (
        "inclusion proof check, of the node hash rate / depth",
        "check a proof of 20 hashes",
        "hash 20 nodes",
        0.7,
    ),
];

/// Ratios of rates, and the rate itself.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, ours, bound, limit) in RATIOS {
        let ratio = median("tlog", bound)? / median("tlog", ours)?;
        rows.push(Row::rate(&format!("tlog: {name}"), ratio, "×", limit));
    }
    let rate = 4_096e3 / median("tlog", "append 4096 entries")?;
    rows.push(Row { more: true, ..Row::ours("tlog: entries of 256 bytes appended", rate, "M/s", None) });
    Ok(rows)
}

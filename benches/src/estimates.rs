//! What criterion measured, with the peer's figure and the target beside ours.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// One line of the results.
pub struct Row {
    pub name: String,
    pub ours: f64,
    pub unit: &'static str,
    /// The target.
    pub limit: Option<f64>,
    /// Whether more is better.
    pub more: bool,
    /// The peer's figure in the same unit.
    pub peer: Option<Peer>,
}

/// Somebody else's figure.
pub struct Peer {
    /// Whose, with the version.
    pub engine: String,
    /// What it was asked.
    pub question: String,
    /// How long it took, or how fast it was, in the row's unit.
    pub theirs: f64,
    /// How many times as fast as the peer ours should be.
    pub times: Option<f64>,
}

impl Row {
    /// A row without a peer, where less is better.
    pub fn ours(name: &str, ours: f64, unit: &'static str, limit: Option<f64>) -> Self {
        Self { name: name.to_owned(), ours, unit, limit, more: false, peer: None }
    }

    /// A rate.
    pub fn rate(name: &str, ours: f64, unit: &'static str, limit: f64) -> Self {
        Self { more: true, ..Self::ours(name, ours, unit, Some(limit)) }
    }

    /// The same with a peer that was asked the same; `times`: how many times as fast ours should be.
    pub fn beside(self, engine: &str, theirs: f64, times: Option<f64>) -> Self {
        let question = self.name.clone();
        Self { peer: Some(Peer { engine: engine.to_owned(), question, theirs, times }), ..self }
    }

    /// Whether the target is met; `None` where there is none.
    pub fn met(&self) -> Option<bool> {
        let times = self.peer.as_ref().and_then(|peer| Some(peer.theirs / self.ours >= peer.times?));
        let limit = self.limit.map(|limit| if self.more { self.ours >= limit } else { self.ours <= limit });
        times.into_iter().chain(limit).reduce(|one, other| one && other)
    }
}

const CEDAR: &str = "cedar-policy 4.14.1";
const CEDAR_DIRECT: &str = "direct, 0 other grants";
const CEDAR_CHAIN: &str = "chain of 3, flattened, 0 other grants";

/// Name, unit, divisor from nanoseconds, target, the peer's benchmark.
const MEASURED: [(&str, &str, &str, f64, Option<f64>, Option<&str>); 13] = [
    ("decision", "direct, 0 other grants", "ns", 1.0, Some(500.0), Some(CEDAR_DIRECT)),
    ("decision", "direct, 1000 other grants", "ns", 1.0, Some(500.0), Some("direct, 1000 other grants")),
    ("decision", "direct, 100000 other grants", "ns", 1.0, Some(500.0), None),
    ("decision", "chain of 3, 0 other grants", "ns", 1.0, Some(500.0), Some(CEDAR_CHAIN)),
    (
        "decision",
        "chain of 3, 1000 other grants",
        "ns",
        1.0,
        Some(500.0),
        Some("chain of 3, flattened, 1000 other grants"),
    ),
    ("decision", "chain of 3, 100000 other grants", "ns", 1.0, Some(500.0), None),
    ("decision", "joint 3 of 4, one through a grant", "ns", 1.0, Some(5_000.0), None),
    ("decision", "joint 3 of 4 and 1 of 2, decided and checked in all columns", "ns", 1.0, None, None),
    ("decision", "why not, nearest first", "ns", 1.0, Some(2_000.0), None),
    ("decision", "decide, all columns, reasons and repairs (yes)", "ns", 1.0, None, None),
    ("decision", "decide, all columns, reasons and repairs (no)", "ns", 1.0, None, None),
    ("notation", "parse 10,000 statements", "ms", 1e6, Some(20.0), None),
    ("notation", "resolve 10,000 statements", "ms", 1e6, None, None),
];

/// Reads criterion's estimates.
pub fn rows() -> Result<Vec<Row>> {
    MEASURED
        .iter()
        .map(|(group, name, unit, divisor, limit, peer)| {
            let peer = peer.map(|peer| {
                let theirs = median("cedar", peer)? / divisor;
                Ok::<_, anyhow::Error>(Peer {
                    engine: CEDAR.to_owned(),
                    question: peer.to_owned(),
                    theirs,
                    times: None,
                })
            });
            Ok(Row {
                name: format!("{group}: {name}"),
                ours: median(group, name)? / divisor,
                unit,
                limit: *limit,
                more: false,
                peer: peer.transpose()?,
            })
        })
        .collect()
}

/// The median in nanoseconds, looked up by the benchmark's own name.
pub fn median(group: &str, name: &str) -> Result<f64> {
    for folder in
        std::fs::read_dir(criterion().join(group)).with_context(|| format!("criterion's folder {group}"))?
    {
        let new = folder?.path().join("new");
        let Ok(about) = std::fs::read(new.join("benchmark.json")) else { continue };
        let about: Value = serde_json::from_slice(&about)?;
        if about["function_id"] == name {
            let estimates: Value = serde_json::from_slice(&std::fs::read(new.join("estimates.json"))?)?;
            return estimates["median"]["point_estimate"].as_f64().context("a median");
        }
    }
    anyhow::bail!("{group}: `{name}` was not measured")
}

/// Beside the program's own target directory.
fn criterion() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let target = own.ancestors().find(|dir| dir.join("criterion").is_dir()).map(Path::to_owned);
    target.unwrap_or_default().join("criterion")
}

//! Measurements, in a workspace of their own so that no peer is a dependency of the product.

use anyhow::Result;

use crate::run::cargo;

/// Runs the benchmarks; they write `bench/results.json` and `docs/performance.md`.
pub(crate) fn bench() -> Result<()> {
    cargo(&["bench", "--manifest-path", "benches/Cargo.toml", "--benches"])?;
    cargo(&["run", "--release", "--manifest-path", "benches/Cargo.toml"])
}

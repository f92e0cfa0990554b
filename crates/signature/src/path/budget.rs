//! What one search may cost. A spent budget is no answer, and is said to be none.

use super::PathError;

/// Bound on signature checks in one search: certificates with one name and many keys would else multiply. Each is made
/// once, however many paths share it.
pub(super) const SIGNATURES_MAX: u32 = 64;

/// Bound on certificates set one above another in one search: checks made once can still be shared by very many paths.
const STEPS_MAX: u32 = 2_000;

/// Bound on names compared with subtrees in one search: a certificate has room for a thousand of either.
const NAME_COMPARISONS_MAX: u32 = 250_000;

/// Bound on what policy graphs hold in one search, nodes and what leads to them; real paths have a dozen.
const POLICY_NODES_MAX: u32 = 5_000;

/// Bound on paths whose revocation is asked: each may cost hundreds of signature checks.
const PATHS_MAX: u32 = 16;

#[derive(Debug)]
pub(super) struct Budget {
    paths: u32,
    signatures: u32,
    steps: u32,
    name_comparisons: u32,
    policy_nodes: u32,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            paths: PATHS_MAX,
            signatures: SIGNATURES_MAX,
            steps: STEPS_MAX,
            name_comparisons: NAME_COMPARISONS_MAX,
            policy_nodes: POLICY_NODES_MAX,
        }
    }

    pub(super) fn check_signature(&mut self) -> Result<(), PathError> {
        spend(&mut self.signatures, 1, SIGNATURES_MAX, "signature checks")
    }

    /// One more path that reached an anchor and may be refused for what was revoked.
    pub(super) fn complete_path(&mut self) -> Result<(), PathError> {
        spend(&mut self.paths, 1, PATHS_MAX, "paths to an anchor")
    }

    pub(super) fn step(&mut self) -> Result<(), PathError> {
        spend(&mut self.steps, 1, STEPS_MAX, "steps")
    }

    pub(super) fn compare_names(&mut self, count: usize) -> Result<(), PathError> {
        spend(&mut self.name_comparisons, count, NAME_COMPARISONS_MAX, "comparisons of names")
    }

    pub(super) fn add_policies(&mut self, count: usize) -> Result<(), PathError> {
        spend(&mut self.policy_nodes, count, POLICY_NODES_MAX, "policies")
    }
}

fn spend(left: &mut u32, count: usize, most: u32, what: &'static str) -> Result<(), PathError> {
    let rest = u32::try_from(count).ok().and_then(|count| left.checked_sub(count));
    *left = rest.ok_or(PathError::Budget { most, what })?;
    Ok(())
}

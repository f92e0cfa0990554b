//! Proofs: trees of rule applications over statements and acts.

use alloc::vec::Vec;

use crate::verdict::{Rule, StatementRef};

/// One application of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Which rule.
    pub rule: Rule,
    /// The statements it rests on.
    pub facts: Vec<StatementRef>,
    /// What it rests on in turn.
    pub premises: Vec<Proof>,
}

//! Proofs: trees of rule applications over statements and acts. `check` re-verifies them on its own.
//!
//! What a node's fields mean follows from its rule:
//!
//! | rule | `fact` | `tenure` | `act` | `premises` |
//! |---|---|---|---|---|
//! | ORIG | the power | the holder's | – | – |
//! | DELEG | the grant | the grantee's, where granted to an office | – | one a grantor, or one JOINT |
//! | JOINT | the power | – | – | one a slot; `act` set on each where acts fill them |
//! | ATTRIB | the office's line, or the holding out | the holder's | – | – (`against`: a restriction) |
//! | CONFIRM | – | – | the confirming act | its authority |
//! | COND | the consent rule, or – | the consenting holder's | the discharging act | its authority |
//! | GATE | the claim of who decides | the holder's, or – | the act at the gate | – |
//! | TEXT | – | – | – | a signature each with its conditions, or gates |
//! | RECOGNITION | – | – | – | the proof under each alternative |

use alloc::vec::Vec;

use crate::model::time::Instant;
use crate::verdict::{Rule, StatementRef};

/// One application of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Which rule.
    pub rule: Rule,
    /// When it was applied: the time of the act, or of the granting.
    pub at: Instant,
    /// The statement it rests on.
    pub fact: Option<StatementRef>,
    /// The tenure it rests on.
    pub tenure: Option<StatementRef>,
    /// A restriction that makes it contestable.
    pub against: Option<StatementRef>,
    /// The act it is about: an index into the acts given.
    pub act: Option<u32>,
    /// What it rests on in turn.
    pub premises: Vec<Proof>,
}

impl Proof {
    pub(crate) fn new(rule: Rule, at: Instant) -> Self {
        Self { rule, at, fact: None, tenure: None, against: None, act: None, premises: Vec::new() }
    }

    pub(crate) fn on(mut self, fact: StatementRef) -> Self {
        self.fact = Some(fact);
        self
    }

    pub(crate) fn holding(mut self, tenure: Option<StatementRef>) -> Self {
        self.tenure = tenure;
        self
    }

    pub(crate) fn by(mut self, act: u32) -> Self {
        self.act = Some(act);
        self
    }

    pub(crate) fn from(mut self, premises: Vec<Proof>) -> Self {
        self.premises = premises;
        self
    }

    /// This node and all below it, depth first.
    pub fn nodes(&self) -> impl Iterator<Item = &Proof> {
        let mut stack = alloc::vec![self];
        core::iter::from_fn(move || {
            let node = stack.pop()?;
            stack.extend(node.premises.iter().rev());
            Some(node)
        })
    }
}

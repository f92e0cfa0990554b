//! From acts to a decision: which text, which columns, under every reading of maps and times.

mod alternatives;
mod audit;
pub(crate) mod authority;
pub(crate) mod column;
pub(crate) mod cond;
pub(crate) mod gate;
mod moments;
mod proofs;
mod question;
mod repairs;
pub(crate) mod settle;
pub(crate) mod why;

pub use audit::{Audit, Auditor};
pub use proofs::ShowProof;
pub use question::{Ask, Question, decide, decide_showing};

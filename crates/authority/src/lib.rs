//! Who can bind whom: authority maps, policies and acts in; verdicts with proofs, reasons and repairs out.
#![no_std]

extern crate alloc;

pub mod check;
pub mod deadline;
mod evidence;
mod judge;
pub mod model;
mod names;
pub mod order;
pub mod proof;
mod search;
pub mod verdict;
mod world;

pub use judge::{Ask, Audit, Auditor, Question, ShowProof, decide, decide_showing};
pub use world::{World, WorldError};

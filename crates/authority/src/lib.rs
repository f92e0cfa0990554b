//! Who can bind whom: authority maps, policies and acts in; verdicts with proofs, reasons and repairs out.
#![no_std]

extern crate alloc;

pub mod model;
pub mod proof;
pub mod verdict;

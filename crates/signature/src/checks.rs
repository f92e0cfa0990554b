//! The checks of signatures that one verification makes, each once: paths for signers and for timestamp authorities share
//! certificates, and the same lists speak of them.

use crate::algorithm::{Algorithm, PublicKey};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What was checked so far, and what came out.
#[derive(Debug, Default)]
pub(crate) struct Checks(RefCell<BTreeMap<[u8; 32], bool>>);

impl Checks {
    /// Whether `key` made `signature` over `message`.
    pub(crate) fn verifies(
        &self,
        key: &PublicKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let name = name(&[key.as_der(), &algorithm.identifier(), message, signature]);
        if let Some(known) = self.0.borrow().get(&name) {
            return *known;
        }
        let verifies = key.verifies(algorithm, message, signature);
        self.0.borrow_mut().insert(name, verifies);
        verifies
    }

    /// How many were made.
    pub(crate) fn made(&self) -> usize {
        self.0.borrow().len()
    }
}

/// A digest of everything that a check depends on, each part after its length: no two checks share one.
fn name(parts: &[&[u8]; 4]) -> [u8; 32] {
    let add = |state: Sha256, part: &&[u8]| state.chain_update(part.len().to_be_bytes()).chain_update(part);
    parts.iter().fold(Sha256::new(), add).finalize().into()
}

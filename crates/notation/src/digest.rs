//! Digests of documents and statements: SHA-256 over their canonical JSON.

use countersign_authority::model::map::{Map, Statement};
use countersign_authority::model::name::Digest;
use countersign_authority::model::policy::Policy;
use countersign_authority::model::terms::Terms;
use sha2::{Digest as _, Sha256};

use crate::json;

/// The digest of a map.
pub fn map(map: &Map) -> Digest {
    sha256(json::of_map(map).as_bytes())
}

/// The digest of a policy.
pub fn policy(policy: &Policy) -> Digest {
    sha256(json::of_policy(policy).as_bytes())
}

/// The digest of terms.
pub fn terms(terms: &Terms) -> Digest {
    sha256(json::of_terms(terms).as_bytes())
}

/// The digest of one statement, as proofs cite it.
pub fn statement(statement: &Statement) -> Digest {
    sha256(json::of_statement(statement).as_bytes())
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

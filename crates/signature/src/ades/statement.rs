//! What revocation lists and OCSP answers say of one certificate, each weighed on its own.

use super::proof::ObjectId;
use super::reason::Source;
use crate::algorithm::{Algorithm, KeyKind};
use crate::path::ProvenPath;
use crate::revocation::{RevocationReason, StatusUnknown};

/// What one list or answer says of one certificate. Its signature is checked and its issuer may issue it.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// The lists or the answer.
    pub(crate) objects: Vec<ObjectId>,
    pub(crate) source: Source,
    pub(crate) issued: i64,
    pub(crate) next: Option<i64>,
    pub(crate) says: Says,
    pub(crate) signed: Vec<(Algorithm, KeyKind)>,
    /// Where another than an authority of the path signed it: the path from that one up.
    pub(crate) responder: Option<ProvenPath>,
}

/// What is at hand on one certificate.
#[derive(Debug, Clone)]
pub(crate) struct Statements {
    pub(crate) all: Vec<Statement>,
    /// Why there is none, where there is none.
    pub(crate) why: Option<StatusUnknown>,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Good,
    Revoked { at: i64, reason: RevocationReason },
}

/// What all statements on a certificate together say of a moment.
pub(crate) enum Status<'a> {
    Revoked { by: &'a Statement, at: i64, reason: RevocationReason },
    Good(&'a Statement),
    Unknown,
}

/// Weighs statements about a certificate for a moment.
///
/// A revocation for good stays, whatever a later list leaves out; a hold counts as long as the newest list has it.
pub(crate) fn weigh<'a>(statements: impl Iterator<Item = &'a Statement> + Clone, at: i64) -> Status<'a> {
    let revoked = |statement: &'a Statement| match statement.says {
        Says::Revoked { at: from, reason } if from <= at => Some((statement, from, reason)),
        _ => None,
    };
    let for_good = statements.clone().filter_map(revoked).filter(|(.., reason)| !is_hold(*reason));
    if let Some((by, at, reason)) = for_good.min_by_key(|(_, from, _)| *from) {
        return Status::Revoked { by, at, reason };
    }
    let newest = statements.max_by_key(|one| one.issued);
    let Some(newest) = newest else { return Status::Unknown };
    match revoked(newest) {
        Some((by, at, reason)) => Status::Revoked { by, at, reason },
        None => Status::Good(newest),
    }
}

/// Whether a revocation may be taken back (RFC 5280 §5.3.1).
fn is_hold(reason: RevocationReason) -> bool {
    reason == RevocationReason::CertificateHold
}

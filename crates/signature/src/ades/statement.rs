//! What revocation lists and OCSP answers say of one certificate, each weighed on its own.

use super::proof::ObjectId;
use super::reason::Source;
use crate::algorithm::{Algorithm, KeyKind};
use crate::certificate::Certificate;
use crate::path::ProvenPath;

/// What one list or answer says of one certificate. Its signature is checked and its issuer may issue it.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// The list or answer.
    pub(crate) object: ObjectId,
    pub(crate) source: Source,
    pub(crate) issued: i64,
    pub(crate) next: Option<i64>,
    pub(crate) says: Says,
    pub(crate) signed: Option<(Algorithm, KeyKind)>,
    /// Where another than the certificate's issuer signed it: the path from that one up.
    pub(crate) responder: Option<ProvenPath>,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Good,
    Revoked { at: i64, reason: &'static str, hold: Hold },
}

/// Whether a revocation may be taken back (RFC 5280 §5.3.1, certificateHold).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    ForGood,
    OnHold,
}

/// What all statements on a certificate together say of a moment.
pub(crate) enum Status<'a> {
    Revoked { by: &'a Statement, at: i64, reason: &'static str },
    Good(&'a Statement),
    Unknown,
}

/// Weighs statements about a certificate for a moment.
///
/// A list that was issued after the certificate had ended does not say that it was good: authorities drop what has ended.
/// A revocation for good stays, whatever a later list leaves out; a hold counts as long as the newest list has it.
pub(crate) fn weigh<'a>(
    statements: impl Iterator<Item = &'a Statement> + Clone,
    certificate: &Certificate,
    at: i64,
) -> Status<'a> {
    let revoked = |statement: &'a Statement, only: Hold| match statement.says {
        Says::Revoked { at: from, reason, hold } if hold == only && from <= at => {
            Some((statement, from, reason))
        }
        _ => None,
    };
    let for_good = statements.clone().filter_map(|one| revoked(one, Hold::ForGood));
    if let Some((by, at, reason)) = for_good.min_by_key(|(_, from, _)| *from) {
        return Status::Revoked { by, at, reason };
    }
    let newest = statements
        .filter(|one| one.says != Says::Good || one.issued <= certificate.not_after())
        .max_by_key(|one| one.issued);
    let Some(newest) = newest else { return Status::Unknown };
    match revoked(newest, Hold::OnHold) {
        Some((by, at, reason)) => Status::Revoked { by, at, reason },
        None => Status::Good(newest),
    }
}

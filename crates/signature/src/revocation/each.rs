//! What each list and answer says by itself: for those who judge by when each is known to have existed.

use super::source::{RevocationStatus, SourcePlace};
use super::status::{Checker, Issuer, SIGNATURES_MAX, links};
use super::{Currency, RevocationData};
use crate::algorithm::{Algorithm, KeyKind};
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::path::ProvenPath;
use std::collections::BTreeMap;

/// What one list (with the delta that completes it) or answer says of a certificate; or, where none says anything by
/// itself, what all say together.
pub(crate) struct Said {
    /// The status.
    pub(crate) status: RevocationStatus,
    /// Fingerprints of the lists or the answer that say so.
    pub(crate) objects: Vec<[u8; 32]>,
    /// How they are signed.
    pub(crate) signed: Vec<(Algorithm, KeyKind)>,
}

/// What each list and answer at hand says of each certificate of a path below its anchor, from the signer's up, whenever it
/// was issued. Where none knows the certificate, the one status is unknown and says why.
pub(crate) fn each_source(
    path: &ProvenPath,
    pool: &[Certificate],
    data: &RevocationData,
    checks: &Checks,
) -> Vec<Vec<Said>> {
    let mut checker = Checker {
        data,
        pool,
        anchor: path.anchor(),
        anchor_rule: path.rules().anchor,
        path: path.certificates(),
        at: path.at(),
        currency: Currency::AtHand,
        only: None,
        checks,
        signatures: SIGNATURES_MAX,
        signed: BTreeMap::new(),
        asked: Vec::new(),
    };
    links(path).into_iter().map(|(certificate, issuer)| checker.each(certificate, issuer)).collect()
}

impl Checker<'_> {
    fn each(&mut self, certificate: &Certificate, issuer: Issuer<'_>) -> Vec<Said> {
        let lists = (0..self.data.crls.len()).map(|index| SourcePlace::Crl { index, delta: None });
        let answers = (0..self.data.ocsps.len()).map(|index| SourcePlace::Ocsp { index });
        let mut found = Vec::new();
        for place in lists.chain(answers) {
            self.only = Some(place);
            let status = self.status(certificate, issuer);
            if !matches!(status, RevocationStatus::Unknown { .. }) {
                found.push(self.said(status, issuer));
            }
        }
        self.only = None;
        if found.is_empty() {
            let status = self.status(certificate, issuer);
            found.push(self.said(status, issuer));
        }
        found
    }

    fn said(&self, status: RevocationStatus, issuer: Issuer<'_>) -> Said {
        let source = match &status {
            RevocationStatus::Good { source, .. } | RevocationStatus::Revoked { source, .. } => source,
            RevocationStatus::Unknown { .. } => {
                return Said { status, objects: Vec::new(), signed: Vec::new() };
            }
        };
        let lists = match source.place {
            SourcePlace::Crl { index, delta } => [Some(index), delta],
            SourcePlace::Ocsp { .. } => [None, None],
        };
        let lists = lists.into_iter().flatten().filter_map(|index| self.data.crls.get(index));
        let answer = match source.place {
            SourcePlace::Ocsp { index } => self.data.ocsps.get(index),
            SourcePlace::Crl { .. } => None,
        };
        let of_lists = lists.map(|list| (list.fingerprint(), list.algorithm()));
        let of_answer = answer.map(|answer| (answer.fingerprint(), answer.algorithm()));
        let (objects, algorithms): (Vec<_>, Vec<_>) = of_lists.chain(of_answer).unzip();
        let signer = source.signer.as_ref().and_then(|signer| signer.public_key().ok());
        let kind = signer.unwrap_or(issuer.key).kind();
        let signed = algorithms.into_iter().flatten().map(|algorithm| (algorithm, kind)).collect();
        Said { status, objects, signed }
    }

    /// Whether a source is left out of what is asked about the outermost certificate.
    pub(super) fn skips(&self, place: SourcePlace) -> bool {
        self.asked.len() == 1 && self.only.is_some_and(|only| only != place)
    }
}

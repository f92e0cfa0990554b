//! Paths to anchors, and what lists and answers say of the certificates on them.

use super::engine::Role;
use super::proof::ObjectId;
use super::question::{Evidence, Stamp, Trust};
use super::reason::Source;
use super::statement::{Hold, Says, Statement};
use crate::certificate::Certificate;
use crate::path::{PathError, PathRules, ProvenPath, Purpose, find_path};
use crate::verify::VerifiedSignature;

/// Everything at hand, whoever brought it, read once.
pub(crate) struct Chains<'a> {
    trust: &'a Trust,
    pool: Vec<Certificate>,
    lists: Vec<(ObjectId, x509_cert::crl::CertificateList)>,
}

/// Bound on the moments tried for a path: those where one of so many certificates begins to hold.
const MOMENTS_MAX: usize = 16;

impl<'a> Chains<'a> {
    pub(crate) fn new(
        trust: &'a Trust,
        stamps: &[Stamp],
        signature: Option<&VerifiedSignature>,
        evidence: &[&Evidence],
    ) -> Self {
        let tokens = stamps.iter().filter_map(|stamp| stamp.token().ok()).map(|token| token.signature());
        let mut this = Self { trust, pool: Vec::new(), lists: Vec::new() };
        for signature in tokens.chain(signature) {
            this.add(signature.certificates(), signature.crls(), signature.ocsps());
        }
        for one in evidence {
            this.add(&one.certificates, &one.crls, &one.ocsps);
        }
        this
    }

    fn add(&mut self, certificates: &[Certificate], crls: &[Vec<u8>], _ocsps: &[Vec<u8>]) {
        for certificate in certificates {
            if !self.pool.contains(certificate) {
                self.pool.push(certificate.clone());
            }
        }
        for crl in crls {
            use der::Decode;
            let id = ObjectId::of(crl);
            if let Ok(list) = x509_cert::crl::CertificateList::from_der(crl)
                && !self.lists.iter().any(|(known, _)| *known == id)
            {
                self.lists.push((id, list));
            }
        }
    }

    /// A path from a certificate to an anchor for this role, without some authorities: one that holds at the first of
    /// these moments that has one, else at any moment at which all of its certificates held (EN 319 102-1 §5.6.2.1.4,
    /// step 1).
    pub(crate) fn find(
        &self,
        leaf: &Certificate,
        role: Role,
        at: &[i64],
        without: &[Certificate],
    ) -> Result<ProvenPath, PathError> {
        let (anchors, purpose) = match role {
            Role::Signer => (&self.trust.signers, Purpose::DocumentSigning),
            Role::TimestampAuthority => (&self.trust.timestamps, Purpose::Timestamping),
        };
        let pool: Vec<Certificate> =
            self.pool.iter().filter(|certificate| !without.contains(certificate)).cloned().collect();
        let rules = PathRules::of(purpose);
        let begins = pool.iter().map(Certificate::not_before).filter(|begin| *begin > leaf.not_before());
        let mut moments: Vec<i64> = at.to_vec();
        moments.push(leaf.not_before());
        moments.extend(begins.filter(|begin| *begin <= leaf.not_after()));
        moments.push(leaf.not_after());
        moments.dedup();
        let mut first = None;
        for moment in moments.into_iter().take(MOMENTS_MAX) {
            match find_path(leaf, &pool, anchors, moment, &rules) {
                Ok(path) => return Ok(path),
                Err(error) => {
                    let better = first.as_ref().is_none_or(is_about_time) && !is_about_time(&error);
                    if better || first.is_none() {
                        first = Some(error);
                    }
                }
            }
        }
        Err(first.unwrap_or(PathError::NoAnchors))
    }

    /// What each list and answer at hand says of a certificate of a path.
    pub(crate) fn statements(&self, path: &ProvenPath, number: usize) -> Vec<Statement> {
        use der::Encode;
        let (Some(cert), Some(issuer)) =
            (path.certificates().get(number), path.certificates().get(number + 1))
        else {
            return Vec::new();
        };
        let secs = |t: x509_cert::time::Time| i64::try_from(t.to_unix_duration().as_secs()).unwrap_or(0);
        self.lists
            .iter()
            .filter(|(_, list)| list.tbs_cert_list.issuer.to_der().unwrap() == issuer.subject_name().as_der())
            .map(|(object, list)| {
                let mine = list.tbs_cert_list.revoked_certificates.iter().flatten();
                let mut mine = mine.filter(|one| one.serial_number.as_bytes() == cert.serial());
                let says = mine.next().map_or(Says::Good, |one| Says::Revoked {
                    at: secs(one.revocation_date),
                    reason: "key-compromise",
                    hold: Hold::ForGood,
                });
                Statement {
                    object: *object,
                    source: Source { kind: "CRL", issuer: issuer.subject() },
                    issued: secs(list.tbs_cert_list.this_update),
                    next: list.tbs_cert_list.next_update.map(secs),
                    says,
                    signed: issuer.public_key().ok().map(|k| (crate::Algorithm::ECDSA_SHA_256, k.kind())),
                    responder: None,
                }
            })
            .collect()
    }

    /// Whether a certificate's issuer says that there will be no word on its revocation.
    pub(crate) fn is_exempt(&self, _certificate: &Certificate) -> bool {
        false
    }
}

/// Whether another moment might give another answer.
fn is_about_time(error: &PathError) -> bool {
    matches!(error, PathError::NotYet { .. } | PathError::Expired { .. })
}

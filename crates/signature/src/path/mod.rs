//! From a certificate up to an anchor (RFC 5280 §6).
//!
//! [`find_path`] searches; what it finds has gone through §6.1, revocation apart. [`find_path_unrevoked`] asks for
//! revocation too, and takes another path where one is revoked. Everything is judged at a moment that is given.

mod budget;
mod build;
mod error;
mod name_constraints;
mod policy;
mod rules;
mod subtree;
mod validate;

pub use error::PathError;
pub(crate) use name_constraints::NameConstraints;
pub use policy::PolicySet;
pub use rules::{AnchorRule, PathRules, Purpose};

use crate::algorithm::PublicKey;
use crate::certificate::Certificate;
use crate::checks::Checks;
use crate::name::DistinguishedName;
use crate::revocation::{CertificateStatus, Currency, RevocationData, RevocationStatus, revocation_by};
use build::Search;

/// What the reader of signatures trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a verifier has few anchors")]
pub enum Anchor {
    /// SHA-256 of a certificate's DER; the certificate must then be among the intermediates (signatures made here carry it).
    Fingerprint([u8; 32]),
    /// The certificate.
    Certificate(Certificate),
    /// A name and a key (RFC 5280 §6.1.1 (d)).
    Key {
        /// The authority's name.
        name: DistinguishedName,
        /// Its key.
        key: PublicKey,
    },
}

impl From<[u8; 32]> for Anchor {
    fn from(fingerprint: [u8; 32]) -> Self {
        Self::Fingerprint(fingerprint)
    }
}

impl From<Certificate> for Anchor {
    fn from(certificate: Certificate) -> Self {
        Self::Certificate(certificate)
    }
}

/// Proof that an anchor vouches for a certificate at a moment. Made by [`find_path`] and its kin alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ProvenPath {
    certificates: Vec<Certificate>,
    anchor: Anchor,
    policies: PolicySet,
    rules: PathRules,
    at: i64,
}

impl ProvenPath {
    /// From the signer's certificate to the anchor's, both with it, where the anchor has one. One alone where the signer
    /// is the anchor.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificates that somebody vouches for: without the anchor's.
    pub fn below_anchor(&self) -> &[Certificate] {
        match self.anchor {
            Anchor::Key { .. } => &self.certificates,
            _ => self.certificates.split_last().map_or(&[], |(_, below)| below),
        }
    }

    /// Who vouches: a certificate, or a name and a key. Never a bare fingerprint.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The certificate of who vouches; `None` where the anchor is a name and a key.
    pub fn anchor_certificate(&self) -> Option<&Certificate> {
        match &self.anchor {
            Anchor::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// Under which certificate policies it holds (RFC 5280 §6.1.5 (g)).
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// What it was held to.
    pub fn rules(&self) -> &PathRules {
        &self.rules
    }

    /// The moment it holds for, in unix seconds.
    pub fn at(&self) -> i64 {
        self.at
    }
}

/// A path none of whose certificates is revoked, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct UnrevokedPath {
    /// The path.
    pub path: ProvenPath,
    /// One for each certificate below the anchor, from the signer's up; each is good.
    pub statuses: Vec<CertificateStatus>,
}

/// Bound on a path, signer and anchor with it. The longest in the Web's and in qualified trust lists have five.
pub const PATH_MAX: usize = 8;

/// Finds a path from `leaf` to one of `anchors` that holds at `at` (unix seconds) for signing documents: [`find_path`] with
/// the default [`PathRules`].
pub fn path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: i64,
) -> Result<ProvenPath, PathError> {
    find_path(leaf, intermediates, anchors, at, &PathRules::default())
}

/// Finds a path from `leaf` to one of `anchors` that holds at `at` (unix seconds), over certificates out of `pool`.
///
/// Names chain as RFC 5280 §7.1 compares them; key identifiers must agree where both are present. What is found satisfies
/// §6.1 with the inputs in `rules`, (a) (3) apart: revocation is not looked at. The error is about the path that came
/// furthest.
pub fn find_path(
    leaf: &Certificate,
    pool: &[Certificate],
    anchors: &[Anchor],
    at: i64,
    rules: &PathRules,
) -> Result<ProvenPath, PathError> {
    find_path_by(leaf, pool, anchors, at, rules, &Checks::default())
}

/// [`find_path`] beside other searches of one verification, which shares the checks of signatures.
pub(crate) fn find_path_by(
    leaf: &Certificate,
    pool: &[Certificate],
    anchors: &[Anchor],
    at: i64,
    rules: &PathRules,
    checks: &Checks,
) -> Result<ProvenPath, PathError> {
    Search::new(leaf, pool, anchors, at, rules, checks)?.run(&mut |path| Ok(path))
}

/// Finds a path as [`find_path`] does, of which every certificate below the anchor is known not to be revoked, by data that
/// is current at `at`.
///
/// Where one path is revoked or of unknown status, others are tried. The error names the certificate that is revoked, or
/// whose status can't be determined.
pub fn find_path_unrevoked(
    leaf: &Certificate,
    pool: &[Certificate],
    anchors: &[Anchor],
    data: &RevocationData,
    at: i64,
    rules: &PathRules,
) -> Result<UnrevokedPath, PathError> {
    let checks = Checks::default();
    Search::new(leaf, pool, anchors, at, rules, &checks)?.run(&mut |path| {
        let statuses = revocation_by(&path, pool, data, at, Currency::Current, &checks);
        for CertificateStatus { certificate, status } in &statuses {
            let subject = certificate.subject();
            match status {
                RevocationStatus::Good { .. } => {}
                RevocationStatus::Revoked { at: since, reason, source } => {
                    let (at, reason, source_of) = (*since, *reason, Box::new(source.clone()));
                    return Err(PathError::Revoked { subject, at, reason, source_of, asked: path.at() });
                }
                RevocationStatus::Unknown { why } => {
                    return Err(PathError::StatusUnknown { subject, why: why.clone() });
                }
            }
        }
        Ok(UnrevokedPath { path, statuses })
    })
}

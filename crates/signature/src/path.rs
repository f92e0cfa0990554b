//! From a signer's certificate up to an anchor.

use crate::algorithm::{BadPublicKey, PublicKey};
use crate::certificate::Certificate;
use crate::hex::Hex;
use crate::oid;
use const_oid::ObjectIdentifier;

/// What the reader of signatures trusts: a certificate, by its digest or itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// SHA-256 of a certificate's DER; the certificate must then be among the intermediates (signatures made here carry it).
    Fingerprint([u8; 32]),
    /// The certificate.
    Certificate(Certificate),
    Key { key: PublicKey },
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

impl Anchor {
    fn fingerprint(&self) -> [u8; 32] {
        match self {
            Self::Fingerprint(fingerprint) => *fingerprint,
            Self::Certificate(certificate) => certificate.fingerprint(),
            Self::Key { .. } => [0; 32],
        }
    }
}

/// Proof that an anchor vouches for a certificate at a moment. Made by [`path`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ProvenPath {
    certificates: Vec<Certificate>,
    anchor: Anchor,
    at: i64,
}

impl ProvenPath {
    /// From the signer's certificate to the anchor's, both with it. One alone where the signer is the anchor.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Who vouches.
    pub fn below_anchor(&self) -> &[Certificate] { self.certificates.split_last().map_or(&[], |(_, below)| below) }
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The moment it holds for, in unix seconds.
    pub fn at(&self) -> i64 {
        self.at
    }
}

/// Why no path was found. Where many were tried, this is about the one that came furthest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nobody's word is taken.
    #[error("no certificate is trusted: name an anchor")]
    NoAnchors,
    /// No certificate at hand is the issuer.
    #[error("`{subject}` (sha256:{}) is not trusted, and its issuer `{issuer}` is not at hand", Hex(.fingerprint))]
    IssuerUnknown {
        /// The last certificate reached.
        subject: String,
        /// Its fingerprint.
        fingerprint: [u8; 32],
        /// Who issued it.
        issuer: String,
    },
    /// The chain ends in a certificate that signs itself and isn't an anchor.
    #[error("the chain ends in `{subject}` (sha256:{}), which is not trusted", Hex(.fingerprint))]
    NotTrusted {
        /// The last certificate.
        subject: String,
        /// Its fingerprint.
        fingerprint: [u8; 32],
    },
    /// The certificate that bears the issuer's name did not sign.
    #[error("`{subject}` is not signed by `{issuer}` (sha256:{})", Hex(.fingerprint))]
    NotSignedBy {
        /// The certificate below.
        subject: String,
        /// The certificate above.
        issuer: String,
        /// The fingerprint of the certificate above.
        fingerprint: [u8; 32],
    },
    /// Not valid yet.
    #[error("`{subject}` holds from unix {not_before}, asked about {at}")]
    NotYet {
        /// Whose certificate.
        subject: String,
        /// First second of validity.
        not_before: i64,
        /// The moment asked about.
        at: i64,
    },
    /// No longer valid.
    #[error("`{subject}` held until unix {not_after}, asked about {at}")]
    Expired {
        /// Whose certificate.
        subject: String,
        /// Last second of validity.
        not_after: i64,
        /// The moment asked about.
        at: i64,
    },
    /// A certificate above that may not issue (RFC 5280 §6.1.4 (k)).
    #[error("`{subject}` is not a certificate authority")]
    NotAnAuthority {
        /// Whose certificate.
        subject: String,
    },
    /// A key usage that does not allow what the certificate is used for (RFC 5280 §6.1.4 (n), §4.2.1.3).
    #[error("the key of `{subject}` may not be used for {needed}")]
    KeyUsage {
        /// Whose certificate.
        subject: String,
        /// What it would be used for.
        needed: &'static str,
    },
    /// More authorities below than allowed (RFC 5280 §6.1.4 (m)).
    #[error("`{subject}` allows {allowed} authorities below it, there are {found}")]
    PathLength {
        /// Whose certificate.
        subject: String,
        /// What it allows.
        allowed: u8,
        /// How many there are, self-issued ones left out.
        found: u8,
    },
    /// An extension that must not be skipped and is not understood.
    #[error(
        "`{subject}` has the extension {extension}, which is not understood here and must not be skipped"
    )]
    Extension {
        /// Whose certificate.
        subject: String,
        /// Which.
        extension: ObjectIdentifier,
    },
    /// A key of no use here.
    #[error("the key of `{subject}` can't be used")]
    PublicKey {
        /// Whose certificate.
        subject: String,
        /// Why.
        source: BadPublicKey,
    },
    /// Signed in a way that isn't known here.
    #[error("`{subject}` is signed with {found}, which is not known here")]
    UnknownAlgorithm {
        /// Whose certificate.
        subject: String,
        /// The algorithm.
        found: ObjectIdentifier,
    },
    /// Longer than [`PATH_MAX`].
    #[error("no anchor within {PATH_MAX} certificates")]
    TooLong,
    /// The search was stopped: that is no answer.
    #[error("the search for a path was stopped after {SIGNATURE_BUDGET} signature checks")]
    Budget,
}

/// Bound on a path, signer and anchor with it. The longest in the Web's and in qualified trust lists have five.
pub const PATH_MAX: usize = 8;

/// Bound on signature checks in one search: certificates with one name and many keys would else multiply.
const SIGNATURE_BUDGET: u32 = 64;

/// Finds a path from `leaf` to one of `anchors` that holds at `at` (unix seconds).
///
/// Every link must be signed by the one above; every certificate, the anchor's with it, must be within its validity at
/// `at`; those above must be authorities that may sign certificates, within their path length; the signer's key usage,
/// where present, must allow digitalSignature or nonRepudiation, an extended key usage must name any purpose, mail
/// protection or document signing.
///
/// Of RFC 5280 §6 this is a strict part: names are compared byte by byte (§7.1 is laxer), key identifiers must agree
/// where both are present, name constraints and every other critical extension that isn't understood are refused,
/// certificate policies are not processed, revocation is not looked at. What this proves, full validation proves too,
/// revocation apart.
pub fn path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Anchor],
    at: i64,
) -> Result<ProvenPath, PathError> {
    if anchors.is_empty() {
        return Err(PathError::NoAnchors);
    }
    let usage = leaf.extensions().key_usage.as_ref();
    if usage.is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation()) {
        return Err(PathError::KeyUsage { subject: leaf.subject(), needed: "signing documents" });
    }
    let trusted = anchors.iter().filter_map(|anchor| match anchor {
        Anchor::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    let mut above: Vec<&Certificate> = Vec::new();
    for certificate in trusted.chain(intermediates) {
        if !above.contains(&certificate) {
            above.push(certificate);
        }
    }
    let anchors: Vec<[u8; 32]> = anchors.iter().map(Anchor::fingerprint).collect();
    let mut search =
        Search { above: &above, anchors: &anchors, at, budget: SIGNATURE_BUDGET, furthest: None };
    let mut found = vec![leaf];
    if search.climb(&mut found)? {
        let certificates: Vec<Certificate> = found.into_iter().cloned().collect();
        let anchor = Anchor::Certificate(certificates.last().unwrap_or(leaf).clone());
        return Ok(ProvenPath { certificates, anchor, at });
    }
    Err(search.furthest.map_or(PathError::NoAnchors, |(_, error)| error))
}

struct Search<'a> {
    above: &'a [&'a Certificate],
    anchors: &'a [[u8; 32]],
    at: i64,
    budget: u32,
    furthest: Option<(usize, PathError)>,
}

impl<'a> Search<'a> {
    /// Depth first from the last certificate of `path`; `true` when its last is an anchor. `Err` stops the search.
    fn climb(&mut self, path: &mut Vec<&'a Certificate>) -> Result<bool, PathError> {
        let Some(&below) = path.last() else { return Ok(false) };
        if let Err(error) = self.stands(below) {
            self.remember(path.len(), error);
            return Ok(false);
        }
        if self.anchors.contains(&below.fingerprint()) {
            return Ok(true);
        }
        if path.len() >= PATH_MAX {
            self.remember(path.len(), PathError::TooLong);
            return Ok(false);
        }
        let mut tried = false;
        for &issuer in self.above {
            if path.contains(&issuer) || !names(below, issuer) {
                continue;
            }
            tried = true;
            if let Err(error) = self.link(below, issuer, path)? {
                self.remember(path.len().saturating_add(1), error);
                continue;
            }
            path.push(issuer);
            if self.climb(path)? {
                return Ok(true);
            }
            path.pop();
        }
        if !tried {
            let (subject, fingerprint) = (below.subject(), below.fingerprint());
            let error = if below.is_self_issued() {
                PathError::NotTrusted { subject, fingerprint }
            } else {
                PathError::IssuerUnknown { subject, fingerprint, issuer: below.issuer() }
            };
            self.remember(path.len(), error);
        }
        Ok(false)
    }

    /// What every certificate of a path must be.
    fn stands(&self, certificate: &Certificate) -> Result<(), PathError> {
        let (at, subject) = (self.at, || certificate.subject());
        let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
        if at < not_before {
            return Err(PathError::NotYet { subject: subject(), not_before, at });
        }
        if at > not_after {
            return Err(PathError::Expired { subject: subject(), not_after, at });
        }
        let extensions = certificate.extensions();
        if let Some(extension) = extensions.refused {
            return Err(PathError::Extension { subject: subject(), extension });
        }
        let purposes = extensions.extended_key_usage.as_ref();
        if purposes.is_some_and(|list| !list.iter().any(|purpose| oid::SIGNING_PURPOSES.contains(purpose) || *purpose == oid::TIME_STAMPING)) {
            return Err(PathError::KeyUsage { subject: subject(), needed: "signing documents" });
        }
        Ok(())
    }

    /// Whether `issuer` may have issued `below` and did. The outer `Err` is the spent budget.
    fn link(
        &mut self,
        below: &Certificate,
        issuer: &Certificate,
        path: &[&Certificate],
    ) -> Result<Result<(), PathError>, PathError> {
        let key = match may_issue(issuer, path) {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(found) = below.algorithm() {
            return Ok(Err(PathError::UnknownAlgorithm { subject: below.subject(), found }));
        }
        self.budget = self.budget.checked_sub(1).ok_or(PathError::Budget)?;
        if below.is_signed_by(key) {
            return Ok(Ok(()));
        }
        let (subject, fingerprint) = (below.subject(), issuer.fingerprint());
        Ok(Err(PathError::NotSignedBy { subject, issuer: issuer.subject(), fingerprint }))
    }

    fn remember(&mut self, depth: usize, error: PathError) {
        if self.furthest.as_ref().is_none_or(|(reached, _)| depth > *reached) {
            self.furthest = Some((depth, error));
        }
    }
}

/// Whether `below` names `issuer` as its issuer: by name, and by key identifier where both have one.
fn names(below: &Certificate, issuer: &Certificate) -> bool {
    let keys_agree = match (&below.extensions().authority_key, issuer.subject_key_identifier()) {
        (Some(said), Some(has)) => said == has,
        _ => true,
    };
    below.issuer_der() == issuer.subject_name().as_der() && keys_agree
}

/// Whether a certificate may issue below itself, given the path that leads up to it; its key if so.
fn may_issue<'a>(issuer: &'a Certificate, path: &[&Certificate]) -> Result<&'a PublicKey, PathError> {
    let subject = || issuer.subject();
    let extensions = issuer.extensions();
    let Some(basic) = extensions.basic_constraints.as_ref().filter(|basic| basic.ca) else {
        return Err(PathError::NotAnAuthority { subject: subject() });
    };
    if extensions.key_usage.as_ref().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(PathError::KeyUsage { subject: subject(), needed: "signing certificates" });
    }
    if let Some(allowed) = basic.path_len_constraint {
        // The signer's own certificate does not count, nor do self-issued ones (RFC 5280 §4.2.1.9).
        let between = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued());
        let found = between.fold(0_u8, |count, _| count.saturating_add(1));
        if found > allowed {
            return Err(PathError::PathLength { subject: subject(), allowed, found });
        }
    }
    issuer.public_key().map_err(|source| PathError::PublicKey { subject: subject(), source: source.clone() })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose { DocumentSigning, Timestamping }
pub struct PathRules(Purpose);
impl PathRules { pub fn of(p: Purpose) -> Self { Self(p) } }
pub fn find_path(leaf: &Certificate, pool: &[Certificate], anchors: &[Anchor], at: i64, _r: &PathRules) -> Result<ProvenPath, PathError> { path(leaf, pool, anchors, at) }

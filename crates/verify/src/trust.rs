//! Certificates, revocation lists and OCSP answers: those that came with a bundle (evidence, not trust) and those that the
//! reader believes.

use countersign_authority::model::policy::{Policy, Rule, Trust};
use countersign_notation::digest::sha256;
use countersign_signature::ades::{Evidence, ObjectId};
use countersign_signature::{Anchor, Certificate, Crl, OcspResponse};

use crate::archive;
use crate::bundle::Bundle;
use std::collections::BTreeMap;

/// A file of `trust/`, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A certificate.
    Certificate(Box<Certificate>),
    /// A revocation list in DER.
    Crl(Vec<u8>),
    /// An OCSP answer in DER.
    Ocsp(Vec<u8>),
}

impl Item {
    /// Its DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        match self {
            Self::Certificate(certificate) => certificate.as_der(),
            Self::Crl(der) | Self::Ocsp(der) => der,
        }
    }

    /// The name of a file of `trust/` that holds it alone: its SHA-256, and `pem`, `crl` or `ors`.
    #[must_use]
    pub fn file_name(&self) -> String {
        let ending = match self {
            Self::Certificate(_) => "pem",
            Self::Crl(_) => "crl",
            Self::Ocsp(_) => "ors",
        };
        format!("{}.{ending}", sha256(self.as_der()).hex())
    }

    /// The bytes of that file: a certificate in PEM, the others in DER.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Certificate(certificate) => certificate.to_pem().into_bytes(),
            Self::Crl(der) | Self::Ocsp(der) => der.clone(),
        }
    }
}

/// Why a file is none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// Neither form.
    #[error("neither a certificate nor a revocation list nor an OCSP answer, in DER or PEM")]
    Unknown,
    /// More than are read from one file.
    #[error("holds more than {most} certificates")]
    TooMany {
        /// The limit.
        most: usize,
    },
}

/// Bound on the certificates of one file: the lists of public authorities that systems ship have about 150.
pub const CERTIFICATES_MAX: usize = 1_000;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// Reads a file: certificates in PEM, any number with any words between them, or one item in DER or PEM.
pub fn read(bytes: &[u8]) -> Result<Vec<Item>, ItemError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains(BEGIN) => read_pem(text),
        _ => read_der(bytes).map(|item| vec![item]),
    }
}

fn read_pem(text: &str) -> Result<Vec<Item>, ItemError> {
    let mut items = Vec::new();
    for block in text.split(BEGIN).skip(1) {
        let end =
            block.find(END).and_then(|end| block.get(end..)?.find('\n').map(|line| end.saturating_add(line)));
        let block = format!("{BEGIN}{}\n", end.and_then(|end| block.get(..end)).unwrap_or(block).trim_end());
        items.push(read_block(&block)?);
        if items.len() > CERTIFICATES_MAX {
            return Err(ItemError::TooMany { most: CERTIFICATES_MAX });
        }
    }
    Ok(items)
}

fn read_block(pem: &str) -> Result<Item, ItemError> {
    if let Ok(certificate) = Certificate::from_pem(pem) {
        return Ok(Item::Certificate(Box::new(certificate)));
    }
    Crl::from_pem(pem).map(|crl| Item::Crl(crl.as_der().to_vec())).map_err(|_| ItemError::Unknown)
}

fn read_der(der: &[u8]) -> Result<Item, ItemError> {
    if let Ok(certificate) = Certificate::from_der(der) {
        return Ok(Item::Certificate(Box::new(certificate)));
    }
    if Crl::from_der(der).is_ok() {
        return Ok(Item::Crl(der.to_vec()));
    }
    OcspResponse::from_der(der).map(|_| Item::Ocsp(der.to_vec())).map_err(|_| ItemError::Unknown)
}

/// What came with a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Certificates, lists and answers.
    pub evidence: Evidence,
    /// When each list or answer says it was issued, in unix seconds.
    pub issued: Vec<i64>,
    /// What each file holds, for proofs that it was there.
    pub(crate) objects: BTreeMap<String, Vec<ObjectId>>,
    /// Files that are neither.
    pub unread: Vec<String>,
}

impl Seen {
    /// Reads everything in a bundle's `trust/`.
    pub fn of(bundle: &Bundle) -> Self {
        let mut seen = Self::default();
        for (name, bytes) in bundle.trust.iter().filter(|(name, _)| !archive::is_part(name)) {
            let Ok(items) = read(bytes) else {
                seen.unread.push(name.clone());
                continue;
            };
            for item in items {
                seen.objects.entry(name.clone()).or_default().push(ObjectId::of(item.as_der()));
                match item {
                    Item::Certificate(certificate) => seen.evidence.certificates.push(*certificate),
                    Item::Crl(der) => {
                        seen.issued.extend(Crl::from_der(&der).map(|crl| crl.this_update()));
                        seen.evidence.crls.push(der);
                    }
                    Item::Ocsp(der) => {
                        seen.issued.extend(OcspResponse::from_der(&der).map(|answer| answer.produced_at()));
                        seen.evidence.ocsps.push(der);
                    }
                }
            }
        }
        seen
    }
}

/// Whose word the reader takes: by the policy's `trust` lines, and certificates given beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Believed {
    /// For signers' certificates.
    pub signers: Vec<Anchor>,
    /// For timestamp authorities.
    pub timestamps: Vec<Anchor>,
}

impl Believed {
    /// The policy's anchors, by fingerprint, and the reader's own certificates: an authority's for both, one for
    /// timestamping alone for that alone.
    pub fn of(policy: Option<&Policy>, own: &[Certificate]) -> Self {
        let mut believed = Self::default();
        for rule in policy.into_iter().flat_map(|policy| &policy.rules) {
            match rule {
                Rule::Trust(Trust::CertificateAuthority(digest)) => {
                    believed.signers.push(Anchor::Fingerprint(digest.0));
                }
                Rule::Trust(Trust::TimestampAuthority(digest)) => {
                    believed.timestamps.push(Anchor::Fingerprint(digest.0));
                }
                _ => {}
            }
        }
        for certificate in own {
            if !certificate.is_for_timestamping_alone() {
                believed.signers.push(Anchor::Certificate(certificate.clone()));
            }
            believed.timestamps.push(Anchor::Certificate(certificate.clone()));
        }
        believed
    }
}

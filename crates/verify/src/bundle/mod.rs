//! The bundle: a dossier as a zip that any tool opens, and that this reader opens in one way only.
//!
//! ```text
//! dossier.json                 id, title, parties, format version, origin of the record
//! acts/0001-<id>.json          canonical act            acts/0001-<id>.p7s    detached CMS signature
//! acts/0001-<id>.tlog-proof    inclusion in the record  acts/0001-<id>.salt   acts/0001-<id>.tsr
//! documents/<sha256>.<ext>     texts, signed PDFs, evidence
//! maps/*.authority  terms/*.terms  policies/*.policy
//! trust/*                      certificates, CRLs, OCSP answers seen: evidence, not trust
//! records/<hex>/origin.txt     a record that the dossier is in; <hex>: the first 16 of its origin's SHA-256
//! records/<hex>/links.jsonl    all links of the dossier's chain in it, those of withheld acts too, one a line
//! records/<hex>/head.tlog-proof               inclusion of the last link's digest
//! records/<hex>/<id>.tlog-proof  …/<id>.salt  of acts, for records other than the bundle's own
//! README.txt                   how to verify without this product
//! ```
//!
//! `<id>` and `<sha256>` are the SHA-256 of the file in 64 lower-case hex digits: a changed byte is found while reading,
//! and the entry named. Names are ASCII: a letter or digit, then letters, digits, `.`, `_`, `-`.
//!
//! **Numbers** are those of the bundle's own record, the one that `dossier.json` names as `origin`. Where its links are
//! there, they say how many acts there are, and a number without an act is an act that is withheld. Without them acts count
//! from 0001 without a gap: nothing would show that one is missing.
//!
//! **Reading** ([`read`]) trusts nothing: the zip must be the plain one that [`write`] makes (stored or deflated, no
//! zip64, no encryption, no streamed entries; entries side by side from the first byte to the directory, each header
//! saying twice the same). So no two tools see two bundles in one file. Sizes, counts and ratios are bounded, and enforced
//! while inflating. It checks **no signature** and no proof: the report does.
//!
//! **Writing** ([`write`]) is deterministic: sorted names, one fixed time, fixed modes.

mod container;
mod error;
mod layout;
mod manifest;
mod pack;
mod read;
mod readme;
mod records;
mod write;

pub use error::{BadPath, BundleError, Header, Kind, OriginFault};
pub use layout::{
    ACT_FILE_MAX, ACTS_MAX, BUNDLE_MAX, DOCUMENT_MAX, ENTRIES_MAX, LINKS_MAX, NOTATION_MAX, RATIO_FLOOR,
    RATIO_MAX, RECORDS_MAX, TRUST_MAX,
};
pub use manifest::{FORMAT, Manifest, ManifestFault};
pub use read::read;
pub use readme::readme;
pub use write::write;

use countersign_agreement::record::{Link, Salt};
use countersign_authority::model::name::Digest;
use countersign_tlog::checkpoint::Origin;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A bundle in memory. [`read`] gives one whose names and digests fit; [`write`] checks one made by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bundle {
    /// `dossier.json`.
    pub manifest: Manifest,
    /// The acts, by number.
    pub acts: Vec<BundledAct>,
    /// Documents by their SHA-256, with the ending of their name.
    pub documents: BTreeMap<Digest, (String, Vec<u8>)>,
    /// Authority maps, by file name (`ruritania.authority`).
    pub maps: BTreeMap<String, Vec<u8>>,
    /// Terms, by file name (`text5.terms`).
    pub terms: BTreeMap<String, Vec<u8>>,
    /// Policies, by file name (`mine.policy`): only if their owner put them in.
    pub policies: BTreeMap<String, Vec<u8>>,
    /// Certificates and revocation data seen, by file name (`house-ca.pem`): evidence, not trust.
    pub trust: BTreeMap<String, Vec<u8>>,
    /// What came from each record that the dossier is in, by its origin.
    pub records: BTreeMap<Origin, BundledRecord>,
}

/// An act with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledAct {
    /// Its number in the dossier, from 1: as the bundle's own record counts, or else by its place in the bundle.
    pub number: u32,
    /// SHA-256 of `json`.
    pub id: Digest,
    /// The act's canonical bytes.
    pub json: Vec<u8>,
    /// The detached CMS signature over `json`, in DER.
    pub p7s: Vec<u8>,
    /// C2SP `tlog-proof`: inclusion in the bundle's own record, checkpoint, cosignatures.
    pub tlog_proof: Option<Vec<u8>>,
    /// The salt of its entry in the bundle's own record.
    pub salt: Option<Salt>,
    /// An RFC 3161 timestamp response over the signature value in `p7s` (`crate::standing` says why that).
    pub tsr: Option<Vec<u8>>,
}

/// What came from one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BundledRecord {
    /// The dossier's chain in it: links 1 to k, also those of acts that are withheld.
    pub links: Vec<Link>,
    /// C2SP `tlog-proof` of the last link's digest.
    pub head: Option<Vec<u8>>,
    /// Proofs and salts of the bundle's acts, by id; empty for the bundle's own record, which has them beside the acts.
    pub acts: BTreeMap<Digest, BundledProof>,
}

/// What another record than the bundle's own says of an act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BundledProof {
    /// C2SP `tlog-proof`.
    pub tlog_proof: Option<Vec<u8>>,
    /// The salt of its entry.
    pub salt: Option<Salt>,
}

impl Bundle {
    /// A bundle of nothing but its manifest.
    #[must_use]
    pub fn new(manifest: Manifest) -> Self {
        Self { manifest, ..Self::default() }
    }

    /// The origin of its own record, if it names one that can be a log's.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Origin::new(self.manifest.origin.as_deref()?).ok()
    }

    /// What came from its own record.
    #[must_use]
    pub fn own_record(&self) -> Option<&BundledRecord> {
        self.records.get(&self.origin()?)
    }

    /// Adds an act after the others; its number follows from that, its id from its bytes.
    pub fn push_act(&mut self, json: Vec<u8>, p7s: Vec<u8>) -> Digest {
        let number = self.acts.last().map_or(0, |act| act.number).saturating_add(1);
        let id = sha256(&json);
        self.acts.push(BundledAct { number, id, json, p7s, tlog_proof: None, salt: None, tsr: None });
        id
    }

    /// Adds a document under its digest; the ending says what it is (`pdf`, `txt`).
    pub fn add_document(&mut self, extension: &str, bytes: Vec<u8>) -> Digest {
        let id = sha256(&bytes);
        self.documents.insert(id, (extension.to_owned(), bytes));
        id
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests;

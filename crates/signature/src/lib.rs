//! Which key signed which bytes, and when its holder said they did.
//!
//! This crate answers that and nothing more: it knows no parties, powers or policies. *Did that signature bind
//! anybody* is asked elsewhere.
//!
//! # What is here
//! - [`sign_detached`] and [`verify_detached`]: detached CMS `SignedData` in DER (RFC 5652), with the signed attributes
//!   content-type, message-digest, signing-time (RFC 5652 §11) and signing-certificate-v2 (RFC 5035 §3): the shape of CAdES
//!   B-B (ETSI EN 319 122-1). ECDSA on P-256 and P-384, RSA (PKCS#1 v1.5, PSS), Ed25519.
//!   `openssl cms -verify -binary -inform DER -content FILE` reads what is written here. [`sign_parts`] and
//!   [`verify_parts`] do the same for a PDF's byte ranges, and read BER too.
//! - [`path`], [`find_path`]: from a certificate up to an anchor, at a moment, for a purpose, with policies and name
//!   constraints (RFC 5280 §6.1).
//! - [`revocation`], [`find_path_unrevoked`]: good, revoked or unknown, by lists and OCSP answers at hand (RFC 5280 §6.3,
//!   RFC 6960).
//! - [`ades`]: whether a signature holds at a moment, by ETSI EN 319 102-1: timestamps, what they prove, and what was revoked
//!   or has ended since.
//! - [`issue`] and [`self_sign`]: certificates for those who bring none.
//! - [`Signer`]: where a private key lives. This crate holds none.
//!
//! # What is not here
//! No clock, file, network or random number: time is an argument, keys come from `countersign-keys`, lists and answers are
//! handed in. No DSA, and no signature over SHA-1 or MD5. What a certificate or list *demands* of a verifier and is not
//! understood here is refused, never skipped.
//!
//! # Wire format
//! ```text
//! ContentInfo { signedData, [0] SignedData {
//!   version 1, { sha256 }, { id-data },              -- no content: detached
//!   [0] { signer's certificate, its chain },
//!   { SignerInfo { version 1, issuer and serial, sha256,
//!       [0] { contentType, signingTime, messageDigest, signingCertificateV2 },
//!       ecdsa-with-SHA256, signature } } } }            -- by a key on P-256; others name their own
//! ```
//! The same content, key, chain and time give the same bytes where the key signs without random numbers (RFC 6979).
//!
//! # Why no CMS crate
//! What is signed are bytes, so bytes are kept: this reader walks the DER and borrows from it, and never encodes again
//! what it parsed. The types of the `cms` crate (a pre-release) parse certificates and attributes into values whose
//! encoding may differ from what was signed. `der` and `x509-cert` read what is inside.
//!
//! # Start with
//! [`Certificate`], [`VerifiedSignature`], [`ProvenPath`].
//!
//! ```
//! use countersign_signature::{Anchor, Certificate, SignatureError, path, verify_detached};
//!
//! fn who_signed(act: &[u8], p7s: &[u8], house: [u8; 32], at: i64) -> Result<String, SignatureError> {
//!     let signed = verify_detached(act, p7s)?;
//!     let vouched = path(signed.signer(), signed.certificates(), &[Anchor::Fingerprint(house)], at).is_ok();
//!     Ok(format!("{} (vouched for by the house CA: {vouched})", signed.signer().subject()))
//! }
//! # assert!(who_signed(b"act", b"not a signature", [0; 32], 0).is_err());
//! ```

pub mod ades;
mod algorithm;
mod augment;
mod certificate;
mod checks;
mod cms;
mod comparable;
mod encode;
mod extensions;
mod general_name;
mod hex;
pub mod issue;
mod name;
mod oid;
mod path;
mod read;
mod revocation;
pub mod sha1;
mod sign;
mod signed_facts;
mod signer;
mod time;
pub mod timestamp;
mod verify;

pub use algorithm::{Algorithm, BadPublicKey, DigestAlgorithm, KeyKind, PublicKey};
pub use augment::{
    ArchiveError, ArchiveImprint, ValidationData, archive_imprint, signature_value, verify_archive_timestamp,
    with_archive_timestamp, with_timestamp, with_validation_data,
};
pub use certificate::{CERTIFICATE_MAX, Certificate, CertificateError};
pub use general_name::{GeneralName, NameForm};
pub use issue::{IssueError, Particulars, Subject, Template, issue, self_sign};
pub use name::{BadDistinguishedName, DistinguishedName};
pub use path::{
    Anchor, AnchorRule, PATH_MAX, PathError, PathRules, PolicySet, ProvenPath, Purpose, UnrevokedPath,
    find_path, find_path_unrevoked, path,
};
pub use revocation::{
    CRL_MAX, CertificateStatus, Crl, CrlError, Currency, OCSP_MAX, OcspError, OcspResponse, RevocationData,
    RevocationReason, RevocationSource, RevocationStatus, SourcePlace, StatusUnknown, Unused, WhyUnused,
    revocation,
};
pub use sign::{Claims, SigningError, sign_detached, sign_parts};
pub use signed_facts::{Claim, Commitment, Location};
pub use signer::{SignError, Signer};
pub use verify::{
    CMS_MAX, SIGNATURE_MAX, SignatureError, VerifiedSignature, unarmoured, verify_attached, verify_detached,
    verify_parts,
};

//! The object identifiers this crate reads and writes.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5911, rfc5912};

/// A CMS content of type `SignedData` (RFC 5652 §5.1).
pub(crate) const SIGNED_DATA: ObjectIdentifier = rfc5911::ID_SIGNED_DATA;
/// Arbitrary octets, the only content type signed here (RFC 5652 §4).
pub(crate) const DATA: ObjectIdentifier = rfc5911::ID_DATA;
/// Signed attribute: content type (RFC 5652 §11.1).
pub(crate) const CONTENT_TYPE: ObjectIdentifier = rfc5911::ID_CONTENT_TYPE;
/// Signed attribute: message digest (RFC 5652 §11.2).
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = rfc5911::ID_MESSAGE_DIGEST;
/// Signed attribute: signing time (RFC 5652 §11.3).
pub(crate) const SIGNING_TIME: ObjectIdentifier = rfc5911::ID_SIGNING_TIME;
/// Signed attribute: ESS signing certificate, version 2 (RFC 5035 §3).
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// Signed attribute: ESS signing certificate, first version, by SHA-1 (RFC 2634 §5.4).
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// Signed attribute: the algorithms, under the signature (RFC 6211).
pub(crate) const ALGORITHM_PROTECTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
/// Signed attribute: commitment type (ETSI EN 319 122-1 §5.2.3), and its values.
pub(crate) const COMMITMENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.16");
pub(crate) const PROOF_OF_ORIGIN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.1");
pub(crate) const PROOF_OF_RECEIPT: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.2");
pub(crate) const PROOF_OF_APPROVAL: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.5");
pub(crate) const PROOF_OF_CREATION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.6.6");
/// Signed attribute: where it was signed (EN 319 122-1 §5.2.5).
pub(crate) const SIGNER_LOCATION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.17");
/// Signed attribute: what the signer claims to be (EN 319 122-1 §5.2.6.1).
pub(crate) const SIGNER_ATTRIBUTES_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.19122.1.1");
/// X.520: title, description.
pub(crate) const TITLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.12");
pub(crate) const DESCRIPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.13");
/// Signed attribute: Adobe's revocation data (ISO 32000-2 §12.8.3.3.2).
pub(crate) const ADOBE_REVOCATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.8");
/// Unsigned attribute: a timestamp over the signature (EN 319 122-1 §5.3).
pub(crate) const SIGNATURE_TIMESTAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// Unsigned attribute: archive timestamp, version 3 (EN 319 122-1 §5.5.3), and the index in its token (§5.5.2).
pub(crate) const ARCHIVE_TIMESTAMP_V3: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.1733.2.4");
pub(crate) const ATS_HASH_INDEX_V3: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.19122.1.5");
/// A CMS content of type `TSTInfo` (RFC 3161 §2.4.2).
pub(crate) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// An OCSP answer among CMS revocation data (RFC 5940 §2.1).
pub(crate) const OCSP_IN_CMS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.16.2");

/// SHA-256 (RFC 5754 §2.2).
pub(crate) const SHA_256: ObjectIdentifier = rfc5912::ID_SHA_256;
/// SHA-384 (RFC 5754 §2.3).
pub(crate) const SHA_384: ObjectIdentifier = rfc5912::ID_SHA_384;
/// SHA-512 (RFC 5754 §2.4).
pub(crate) const SHA_512: ObjectIdentifier = rfc5912::ID_SHA_512;
/// ECDSA with SHA-256, SHA-384, SHA-512 (RFC 5758 §3.2).
pub(crate) const ECDSA_WITH_SHA_256: ObjectIdentifier = rfc5912::ECDSA_WITH_SHA_256;
pub(crate) const ECDSA_WITH_SHA_384: ObjectIdentifier = rfc5912::ECDSA_WITH_SHA_384;
pub(crate) const ECDSA_WITH_SHA_512: ObjectIdentifier = rfc5912::ECDSA_WITH_SHA_512;
/// RSA with PKCS#1 padding and SHA-256, SHA-384, SHA-512 (RFC 4055 §5).
pub(crate) const SHA_256_WITH_RSA: ObjectIdentifier = rfc5912::SHA_256_WITH_RSA_ENCRYPTION;
pub(crate) const SHA_384_WITH_RSA: ObjectIdentifier = rfc5912::SHA_384_WITH_RSA_ENCRYPTION;
pub(crate) const SHA_512_WITH_RSA: ObjectIdentifier = rfc5912::SHA_512_WITH_RSA_ENCRYPTION;
/// RSASSA-PSS (RFC 4055 §3), and the mask it is used with (§2.2).
pub(crate) const RSA_PSS: ObjectIdentifier = rfc5912::ID_RSASSA_PSS;
pub(crate) const MGF_1: ObjectIdentifier = rfc5912::ID_MGF_1;
/// An RSA public key (RFC 4055 §1.2); as a signature, PKCS#1 with the digest named beside it (RFC 3370 §3.2).
pub(crate) const RSA: ObjectIdentifier = rfc5912::RSA_ENCRYPTION;
/// Ed25519 (RFC 8410 §3).
pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// An elliptic curve public key (RFC 5480 §2.1.1).
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = rfc5912::ID_EC_PUBLIC_KEY;
/// The curves P-256 and P-384 (RFC 5480 §2.1.1.1).
pub(crate) const P_256: ObjectIdentifier = rfc5912::SECP_256_R_1;
pub(crate) const P_384: ObjectIdentifier = rfc5912::SECP_384_R_1;

/// Extension: basic constraints (RFC 5280 §4.2.1.9).
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = rfc5280::ID_CE_BASIC_CONSTRAINTS;
/// Extension: key usage (RFC 5280 §4.2.1.3).
pub(crate) const KEY_USAGE: ObjectIdentifier = rfc5280::ID_CE_KEY_USAGE;
/// Extension: extended key usage (RFC 5280 §4.2.1.12).
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = rfc5280::ID_CE_EXT_KEY_USAGE;
/// Extension: subject key identifier (RFC 5280 §4.2.1.2).
pub(crate) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER;
/// Extension: authority key identifier (RFC 5280 §4.2.1.1).
pub(crate) const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER;
/// Extension: name constraints (RFC 5280 §4.2.1.10).
pub(crate) const NAME_CONSTRAINTS: ObjectIdentifier = rfc5280::ID_CE_NAME_CONSTRAINTS;

/// Purposes under which a key may sign a document: any (RFC 5280 §4.2.1.12), mail protection, document signing
/// (RFC 9336).
pub(crate) const SIGNING_PURPOSES: [ObjectIdentifier; 3] = [
    rfc5280::ANY_EXTENDED_KEY_USAGE,
    rfc5280::ID_KP_EMAIL_PROTECTION,
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
];

/// Purpose: timestamping (RFC 3161 §2.3).
pub(crate) const TIME_STAMPING: ObjectIdentifier = rfc5280::ID_KP_TIME_STAMPING;

/// Extension: where the issuer answers and its certificate lies (RFC 5280 §4.2.2.1), and the two methods.
pub(crate) const AUTHORITY_INFO_ACCESS: ObjectIdentifier = rfc5280::ID_PE_AUTHORITY_INFO_ACCESS;
pub(crate) const BY_OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
pub(crate) const BY_CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

/// Extensions that a path is processed by (RFC 5280 §4.2.1.4–6, 11, 13–15).
pub(crate) const CERTIFICATE_POLICIES: ObjectIdentifier = rfc5280::ID_CE_CERTIFICATE_POLICIES;
pub(crate) const POLICY_MAPPINGS: ObjectIdentifier = rfc5280::ID_CE_POLICY_MAPPINGS;
pub(crate) const SUBJECT_ALT_NAME: ObjectIdentifier = rfc5280::ID_CE_SUBJECT_ALT_NAME;
pub(crate) const ISSUER_ALT_NAME: ObjectIdentifier = rfc5280::ID_CE_ISSUER_ALT_NAME;
pub(crate) const POLICY_CONSTRAINTS: ObjectIdentifier = rfc5280::ID_CE_POLICY_CONSTRAINTS;
pub(crate) const INHIBIT_ANY_POLICY: ObjectIdentifier = rfc5280::ID_CE_INHIBIT_ANY_POLICY;
pub(crate) const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS;
/// Any policy (RFC 5280 §4.2.1.4), and the qualifiers that are known.
pub(crate) const ANY_POLICY: ObjectIdentifier = rfc5280::ANY_POLICY;
pub(crate) const POLICY_QUALIFIERS: [ObjectIdentifier; 2] = [rfc5280::ID_QT_CPS, rfc5280::ID_QT_UNOTICE];
/// Attribute of a subject: a mailbox (RFC 5280 §4.2.1.6).
pub(crate) const EMAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");

/// Extensions of CRLs and of their entries (RFC 5280 §5.2, §5.3).
pub(crate) const CRL_NUMBER: ObjectIdentifier = rfc5280::ID_CE_CRL_NUMBER;
pub(crate) const DELTA_CRL_INDICATOR: ObjectIdentifier = rfc5280::ID_CE_DELTA_CRL_INDICATOR;
pub(crate) const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT;
pub(crate) const CRL_REASON: ObjectIdentifier = rfc5280::ID_CE_CRL_REASONS;
pub(crate) const INVALIDITY_DATE: ObjectIdentifier = rfc5280::ID_CE_INVALIDITY_DATE;
pub(crate) const CERTIFICATE_ISSUER: ObjectIdentifier = rfc5280::ID_CE_CERTIFICATE_ISSUER;
/// From when on expired certificates stay on a CRL (X.509 §9.5.2.8).
pub(crate) const EXPIRED_CERTS_ON_CRL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.60");

/// A basic OCSP answer (RFC 6960 §4.2.1), and what is known among its extensions (§4.4).
pub(crate) const OCSP_BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
pub(crate) const OCSP_NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");
pub(crate) const OCSP_NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
pub(crate) const OCSP_ARCHIVE_CUTOFF: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.6");
pub(crate) const OCSP_EXTENDED_REVOKE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.9");
/// Purpose: signing OCSP answers (RFC 6960 §4.2.2.2).
pub(crate) const OCSP_SIGNING: ObjectIdentifier = rfc5280::ID_KP_OCSP_SIGNING;
/// Purpose: any (RFC 5280 §4.2.1.12).
pub(crate) const ANY_PURPOSE: ObjectIdentifier = rfc5280::ANY_EXTENDED_KEY_USAGE;
/// SHA-1 (RFC 3279 §2.1), where it identifies.
pub(crate) const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

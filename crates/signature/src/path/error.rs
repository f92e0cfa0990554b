//! Why there is no path.

use super::PATH_MAX;
use crate::algorithm::BadPublicKey;
use crate::hex::Hex;
use crate::revocation::{RevocationReason, RevocationSource, StatusUnknown};
use const_oid::ObjectIdentifier;

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
    /// The key that bears the issuer's name did not sign (RFC 5280 §6.1.3 (a) (1)).
    #[error("`{subject}` is not signed by `{issuer}` (sha256:{})", Hex(.fingerprint))]
    NotSignedBy {
        /// The certificate below.
        subject: String,
        /// The certificate above.
        issuer: String,
        /// The fingerprint of the certificate above; of its key where an anchor has no certificate.
        fingerprint: [u8; 32],
    },
    /// Not valid yet (RFC 5280 §6.1.3 (a) (2)).
    #[error("`{subject}` holds from unix {not_before}, asked about {at}")]
    NotYet {
        /// Whose certificate.
        subject: String,
        /// First second of validity.
        not_before: i64,
        /// The moment asked about.
        at: i64,
    },
    /// No longer valid (RFC 5280 §6.1.3 (a) (2)).
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
    /// A key usage that does not allow what the certificate is used for (RFC 5280 §6.1.4 (n), §4.2.1.3, §4.2.1.12).
    #[error("the key of `{subject}` may not be used for {needed}")]
    KeyUsage {
        /// Whose certificate.
        subject: String,
        /// What it would be used for.
        needed: &'static str,
    },
    /// More authorities below than allowed (RFC 5280 §6.1.4 (l), (m)).
    #[error("`{subject}` allows {allowed} authorities below it, there are {found}")]
    PathLength {
        /// Whose certificate.
        subject: String,
        /// What it allows.
        allowed: u8,
        /// How many there are, self-issued ones left out.
        found: u8,
    },
    /// An extension that must not be skipped and is not understood (RFC 5280 §6.1.4 (o), §6.1.5 (f)).
    #[error(
        "`{subject}` has the extension {extension}, which is not understood here and must not be skipped"
    )]
    Extension {
        /// Whose certificate.
        subject: String,
        /// Which.
        extension: ObjectIdentifier,
    },
    /// An extension that is not what RFC 5280 §4.2.1 says it is.
    #[error("the extension {extension} of `{subject}` does not parse")]
    MalformedExtension {
        /// Whose certificate.
        subject: String,
        /// Which.
        extension: ObjectIdentifier,
        /// What the reader of DER said.
        source: der::Error,
    },
    /// A constraint in the certificate of somebody who is no authority (RFC 5280 §4.2.1.10).
    #[error("`{subject}` has the extension {extension}, which only authorities may have")]
    Misplaced {
        /// Whose certificate.
        subject: String,
        /// Which.
        extension: ObjectIdentifier,
    },
    /// Nobody named where somebody must be (RFC 5280 §4.1.2.4, §4.1.2.6).
    #[error("a certificate names no issuer, or neither a subject nor, critically, an alternative name")]
    Nameless,
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
    /// A name outside the subtrees that are permitted (RFC 5280 §6.1.3 (b)).
    #[error("the name `{name}` of `{subject}` is in none of the subtrees that `{by}` permits: {permitted}")]
    NameNotPermitted {
        /// Whose certificate.
        subject: String,
        /// The name.
        name: String,
        /// Who constrains names.
        by: String,
        /// The subtrees for names of that form.
        permitted: String,
    },
    /// A name in a subtree that is excluded (RFC 5280 §6.1.3 (c)).
    #[error("the name `{name}` of `{subject}` is in the subtree {excluded}, which `{by}` excludes")]
    NameExcluded {
        /// Whose certificate.
        subject: String,
        /// The name.
        name: String,
        /// Who constrains names.
        by: String,
        /// The subtree.
        excluded: String,
    },
    /// A name that can't be held against a constraint (RFC 5280 §4.2.1.10: process it or refuse the certificate).
    #[error("the name `{name}` of `{subject}` can't be held against the constraints of `{by}`")]
    NameUnreadable {
        /// Whose certificate.
        subject: String,
        /// The name.
        name: String,
        /// Who constrains names.
        by: String,
    },
    /// A policy mapped from or to any policy (RFC 5280 §6.1.4 (a)).
    #[error("`{subject}` maps from or to any policy, which nobody may")]
    AnyPolicyMapped {
        /// Whose certificate.
        subject: String,
    },
    /// A policy is required and none holds (RFC 5280 §6.1.3 (f), §6.1.5 (g)).
    #[error(
        "a certificate policy is required, and with `{subject}` the path holds under none that is accepted (accepted: {accepted})"
    )]
    NoPolicy {
        /// The certificate reached.
        subject: String,
        /// The initial policies.
        accepted: String,
    },
    /// Revoked (RFC 5280 §6.1.3 (a) (3)).
    #[error("`{subject}` was revoked at unix {at} ({reason}), says {source_of}; asked about {asked}")]
    Revoked {
        /// Whose certificate.
        subject: String,
        /// Since when, in unix seconds.
        at: i64,
        /// Why.
        reason: RevocationReason,
        /// By whose list or answer.
        source_of: Box<RevocationSource>,
        /// The moment asked about.
        asked: i64,
    },
    /// Whether it is revoked can't be determined.
    #[error("whether `{subject}` is revoked is unknown: {why}")]
    StatusUnknown {
        /// Whose certificate.
        subject: String,
        /// What is missing.
        why: StatusUnknown,
    },
    /// Longer than [`PATH_MAX`].
    #[error("no anchor within {PATH_MAX} certificates")]
    TooLong,
    /// The search was stopped: that is no answer.
    #[error("the search for a path was stopped after {most} {what}")]
    Budget {
        /// How many were allowed.
        most: u32,
        /// Of what.
        what: &'static str,
    },
}

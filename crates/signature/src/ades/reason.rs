//! Why a signature did not pass, or what stood against it and was overcome: both sides of each comparison.

use super::indication::SubIndication;
use super::proof::{Proof, Utc};
use crate::algorithm::BadPublicKey;
use crate::path::PathError;
use crate::revocation::{RevocationReason, StatusUnknown};
use crate::timestamp::{TimestampError, TimestampRefused};
use crate::verify::SignatureError;
use std::fmt;

/// One thing that stands against a signature.
///
/// The same reason is given where it decides and where a proof of existence overcame it: it holds both moments, which of
/// them is the earlier says who wins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The signature can't be read, or does not match its content or key.
    Signature(SignatureError),
    /// A timestamp can't be read, or is over something else.
    Timestamp(TimestampError),
    /// Where the signature stands, it does not cover what it should (EN 319 142-1 §5.2).
    Place {
        /// What is wrong, in one line.
        why: String,
    },
    /// A kind of signature that is not verified here.
    Unsupported {
        /// What kind.
        kind: String,
    },
    /// An authority's answer holds no token.
    NoToken(TimestampRefused),
    /// A later timestamp's list of what it covers does not fit the signature.
    Coverage {
        /// What is wrong with it, in words.
        why: String,
    },
    /// The signature does not bind its certificate, and the constraints ask for that (EN 319 122-1 §5.2.2).
    NotBound {
        /// The signer.
        subject: String,
    },
    /// No path of certificates leads to an anchor.
    Path(PathError),
    /// A certificate was revoked.
    Revoked {
        /// Whose certificate.
        subject: String,
        /// The signer's own, or one above.
        whose: Whose,
        /// From when on, in unix seconds.
        at: i64,
        /// Why, as the list has it.
        reason: RevocationReason,
        /// Who says so.
        source: Source,
        /// Since when the signature is known to exist.
        exists: Proof,
    },
    /// The signature was made after a revocation.
    MadeAfterRevocation {
        /// Whose certificate.
        subject: String,
        /// From when on it was revoked, in unix seconds.
        revoked_at: i64,
        /// What shows that the signature is not older.
        not_before: Proof,
    },
    /// A certificate does not hold at the moment of verification.
    OutOfBounds {
        /// Whose certificate.
        subject: String,
        /// The signer's own, or one above.
        whose: Whose,
        /// First second of validity.
        not_before: i64,
        /// Last second of validity.
        not_after: i64,
        /// The moment asked about.
        asked: i64,
        /// What is known of its revocation while it held.
        known: Known,
        /// Since when the signature is known to exist.
        exists: Proof,
    },
    /// The signature existed before its certificate began to hold.
    MadeBeforeValidity {
        /// Whose certificate.
        subject: String,
        /// First second of validity.
        not_before: i64,
        /// When the signature existed.
        exists: Proof,
    },
    /// The signature was made after its certificate ended.
    MadeAfterValidity {
        /// Whose certificate.
        subject: String,
        /// Last second of validity.
        not_after: i64,
        /// What shows that the signature is not older.
        not_before: Proof,
    },
    /// What is known of a certificate's revocation is too old for the moment asked about.
    Stale {
        /// Whose certificate.
        subject: String,
        /// The newest list or answer.
        source: Source,
        /// When it was issued.
        issued: i64,
        /// Until when its issuer promised a newer one.
        next: Option<i64>,
        /// The moment asked about.
        asked: i64,
        /// Since when the signature is known to exist.
        exists: Proof,
    },
    /// Nothing at hand says whether a certificate was revoked.
    NoRevocationData {
        /// Whose certificate.
        subject: String,
        /// What was looked at, and why it does not count.
        why: StatusUnknown,
    },
    /// An algorithm is not acceptable at the moment of verification.
    Algorithm {
        /// What was made with it: `signature`, `certificate of …`, `list by …`.
        made: String,
        /// The algorithm and the kind of key.
        algorithm: String,
        /// Until when it is acceptable; `None` where at no time.
        until: Option<i64>,
        /// The moment asked about.
        asked: i64,
        /// Since when what was made is known to exist.
        exists: Proof,
    },
    /// Something is not known to have existed early enough to be relied on.
    NoProof {
        /// What: `certificate of …`, `list by …`.
        what: String,
        /// Since when it is known to exist.
        exists: Proof,
        /// When it must have existed, in unix seconds.
        needed: i64,
        /// Until then what is above it is known to have held.
        because: String,
    },
    /// One timestamp covers another that says to be later.
    TimestampOrder {
        /// The time in the one that is covered, in unix seconds.
        covered: i64,
        /// The time in the one that covers it.
        covering: i64,
    },
    /// A timestamp says to be of after the moment of verification.
    NotYetStamped {
        /// The time in it, in unix seconds.
        stamped: i64,
        /// The moment asked about.
        asked: i64,
    },
    /// The timestamp came later after the claimed signing time than the constraints allow.
    TimestampDelay {
        /// When the signer says to have signed, in unix seconds.
        claimed: i64,
        /// When the signature is first known to exist.
        exists: Proof,
        /// How many seconds may lie between.
        allowed: i64,
    },
}

/// Whose certificate, seen from a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The one whose key made the signature.
    Signer,
    /// An authority's above it.
    Authority,
}

/// What is known of a certificate's revocation while it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It was not revoked, or not before the signature existed.
    NotRevoked,
    /// Nothing.
    Nothing,
}

/// A revocation list or an OCSP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `CRL` or `OCSP answer`.
    pub kind: &'static str,
    /// Who issued it, fit for a terminal.
    pub issuer: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by `{}`", self.kind, self.issuer)
    }
}

impl Reason {
    /// The standard's word for it, where it decides.
    pub fn sub(&self) -> SubIndication {
        match self {
            Self::Signature(error) => of_signature(error),
            Self::Timestamp(error) => of_timestamp(error),
            Self::NoToken(_) | Self::Place { .. } => SubIndication::FormatFailure,
            Self::Unsupported { .. } => SubIndication::Generic,
            Self::Coverage { .. } => SubIndication::HashFailure,
            Self::NotBound { .. } | Self::TimestampDelay { .. } => SubIndication::SigConstraintsFailure,
            Self::Path(error) => of_path(error),
            Self::Revoked { whose: Whose::Signer, .. } => SubIndication::RevokedNoPoe,
            Self::Revoked { whose: Whose::Authority, .. } => SubIndication::RevokedCaNoPoe,
            Self::MadeAfterRevocation { .. } => SubIndication::Revoked,
            Self::OutOfBounds { known: Known::NotRevoked, .. } => SubIndication::OutOfBoundsNotRevoked,
            Self::OutOfBounds { known: Known::Nothing, .. } => SubIndication::OutOfBoundsNoPoe,
            Self::MadeBeforeValidity { .. } => SubIndication::NotYetValid,
            Self::MadeAfterValidity { .. } => SubIndication::Expired,
            Self::Stale { .. } | Self::NoRevocationData { .. } => SubIndication::TryLater,
            Self::Algorithm { until: Some(_), .. } => SubIndication::CryptoConstraintsFailureNoPoe,
            Self::Algorithm { until: None, .. } => SubIndication::CryptoConstraintsFailure,
            Self::NoProof { .. } => SubIndication::NoPoe,
            Self::TimestampOrder { .. } | Self::NotYetStamped { .. } => SubIndication::TimestampOrderFailure,
        }
    }
}

fn of_signature(error: &SignatureError) -> SubIndication {
    match error {
        SignatureError::ContentChanged { .. } => SubIndication::HashFailure,
        SignatureError::NoMatch { .. } => SubIndication::SigCryptoFailure,
        SignatureError::Detached => SubIndication::SignedDataNotFound,
        SignatureError::SignerCertificateMissing
        | SignatureError::SignerCertificateTwice
        | SignatureError::CertificateSwapped { .. }
        | SignatureError::IssuerSwapped => SubIndication::NoSigningCertificateFound,
        SignatureError::UnknownAlgorithm { .. } => SubIndication::CryptoConstraintsFailure,
        SignatureError::PublicKey { source, .. } => of_key(source),
        SignatureError::TooLarge { .. }
        | SignatureError::TooMuchRevocationData { .. }
        | SignatureError::TooManyUnsigned { .. }
        | SignatureError::CertificateCount { .. } => SubIndication::Generic,
        _ => SubIndication::FormatFailure,
    }
}

fn of_key(error: &BadPublicKey) -> SubIndication {
    match error {
        BadPublicKey::Unsupported { .. } | BadPublicKey::RsaSize { .. } => {
            SubIndication::CryptoConstraintsFailure
        }
        _ => SubIndication::SigCryptoFailure,
    }
}

fn of_timestamp(error: &TimestampError) -> SubIndication {
    match error {
        TimestampError::Signature(error) => of_signature(error),
        TimestampError::OtherImprint { .. } => SubIndication::HashFailure,
        TimestampError::Digest { .. } => SubIndication::CryptoConstraintsFailure,
        TimestampError::CertificateNotBound => SubIndication::SigConstraintsFailure,
        TimestampError::Purpose { .. } => SubIndication::ChainConstraintsFailure,
        _ => SubIndication::FormatFailure,
    }
}

fn of_path(error: &PathError) -> SubIndication {
    match error {
        PathError::KeyUsage { .. }
        | PathError::PathLength { .. }
        | PathError::Extension { .. }
        | PathError::NameNotPermitted { .. }
        | PathError::NameExcluded { .. }
        | PathError::NameUnreadable { .. }
        | PathError::AnyPolicyMapped { .. }
        | PathError::NoPolicy { .. } => SubIndication::ChainConstraintsFailure,
        PathError::UnknownAlgorithm { .. } => SubIndication::CryptoConstraintsFailure,
        PathError::PublicKey { source, .. } => of_key(source),
        PathError::NotYet { .. } | PathError::Expired { .. } => SubIndication::OutOfBoundsNoPoe,
        PathError::NoAnchors
        | PathError::IssuerUnknown { .. }
        | PathError::NotTrusted { .. }
        | PathError::NotSignedBy { .. } => SubIndication::NoCertificateChainFound,
        _ => SubIndication::CertificateChainGeneralFailure,
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => write!(f, "{error}"),
            Self::Timestamp(error) => write!(f, "{error}"),
            Self::Unsupported { kind } => write!(f, "signatures of the kind {kind} are not verified here"),
            Self::NoToken(refused) => write!(f, "{refused}"),
            Self::Coverage { why } | Self::Place { why } => f.write_str(why),
            Self::NotBound { subject } => {
                write!(
                    f,
                    "the signature does not bind the certificate of `{subject}`: another could take its place"
                )
            }
            Self::Path(error) => write!(f, "{error}"),
            Self::Revoked { subject, at, reason, source, exists, .. } => write!(
                f,
                "`{subject}` was revoked at {} ({reason}; {source}); the signature is known to exist since {exists}",
                Utc(*at)
            ),
            Self::MadeAfterRevocation { subject, revoked_at, not_before } => write!(
                f,
                "`{subject}` was revoked at {}; the signature was made after {not_before}",
                Utc(*revoked_at)
            ),
            Self::OutOfBounds { subject, not_before, not_after, asked, exists, .. } => write!(
                f,
                "`{subject}` holds from {} to {}, asked about {}; the signature is known to exist since {exists}",
                Utc(*not_before),
                Utc(*not_after),
                Utc(*asked)
            ),
            Self::MadeBeforeValidity { subject, not_before, exists } => {
                write!(f, "`{subject}` holds from {}; the signature existed at {exists}", Utc(*not_before))
            }
            Self::MadeAfterValidity { subject, not_after, not_before } => {
                write!(
                    f,
                    "`{subject}` held until {}; the signature was made after {not_before}",
                    Utc(*not_after)
                )
            }
            Self::Stale { subject, source, issued, next, asked, exists } => {
                write!(f, "whether `{subject}` was revoked: the {source} is of {}, ", Utc(*issued))?;
                match next {
                    Some(next) => write!(f, "the next was due by {}, ", Utc(*next))?,
                    None => f.write_str("says nothing of a next one, ")?,
                }
                write!(f, "asked about {}; the signature is known to exist since {exists}", Utc(*asked))
            }
            Self::NoRevocationData { subject, why } => {
                write!(f, "nothing at hand says whether `{subject}` was revoked: {why}")
            }
            Self::Algorithm { made, algorithm, until: Some(until), asked, exists } => write!(
                f,
                "{algorithm} is acceptable until {}, asked about {}; the {made} is known to exist since {exists}",
                Utc(*until),
                Utc(*asked)
            ),
            Self::Algorithm { made, algorithm, until: None, .. } => {
                write!(f, "{algorithm} is not acceptable; the {made} was made with it")
            }
            Self::NoProof { what, exists, needed, because } => write!(
                f,
                "the {what} must have existed at {} ({because}), it is known to exist since {exists}",
                Utc(*needed)
            ),
            Self::TimestampOrder { covered, covering } => write!(
                f,
                "a timestamp of {} covers one of {}, which says to be later",
                Utc(*covering),
                Utc(*covered)
            ),
            Self::NotYetStamped { stamped, asked } => {
                write!(f, "the timestamp is of {}, asked about {}", Utc(*stamped), Utc(*asked))
            }
            Self::TimestampDelay { claimed, exists, allowed } => write!(
                f,
                "claimed to be signed at {}, known to exist since {exists}: more than {allowed} seconds apart",
                Utc(*claimed)
            ),
        }
    }
}

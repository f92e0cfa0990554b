//! What a status is, who says so, and why others don't.

use super::crl::Crl;
use super::ocsp::OcspResponse;
use crate::certificate::Certificate;
use crate::path::PathError;
use const_oid::ObjectIdentifier;
use std::fmt;

/// One certificate, and whether it is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateStatus {
    /// Whose status.
    pub certificate: Certificate,
    /// The status.
    pub status: RevocationStatus,
}

/// Whether a certificate is revoked. Unknown is neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevocationStatus {
    /// Not revoked at `this_update`, says `source`.
    Good {
        /// Who says so.
        source: RevocationSource,
        /// As of when, in unix seconds; the oldest where several lists say so together.
        this_update: i64,
        /// When newer news is due, in unix seconds.
        next_update: Option<i64>,
    },
    /// Revoked, or on hold.
    Revoked {
        /// Since when, in unix seconds. May lie after the moment asked about where data need not be current.
        at: i64,
        /// Why.
        reason: RevocationReason,
        /// Who says so.
        source: RevocationSource,
    },
    /// Nobody at hand says.
    Unknown {
        /// What was looked at, and why it does not count.
        why: StatusUnknown,
    },
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// None given, or none that is known.
    Unspecified,
    /// Its key may be in other hands.
    KeyCompromise,
    /// An authority's key may be in other hands.
    CaCompromise,
    /// The subject's name or standing changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// Suspended: may be taken back.
    CertificateHold,
    /// In a delta list: no longer revoked.
    RemoveFromCrl,
    /// A privilege was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority's key may be in other hands.
    AaCompromise,
}

const REASONS: [(u8, RevocationReason, &str); 10] = [
    (0, RevocationReason::Unspecified, "no reason given"),
    (1, RevocationReason::KeyCompromise, "key compromise"),
    (2, RevocationReason::CaCompromise, "authority compromise"),
    (3, RevocationReason::AffiliationChanged, "affiliation changed"),
    (4, RevocationReason::Superseded, "superseded"),
    (5, RevocationReason::CessationOfOperation, "cessation of operation"),
    (6, RevocationReason::CertificateHold, "on hold"),
    (8, RevocationReason::RemoveFromCrl, "removed from the list"),
    (9, RevocationReason::PrivilegeWithdrawn, "privilege withdrawn"),
    (10, RevocationReason::AaCompromise, "attribute authority compromise"),
];

impl RevocationReason {
    /// By its code; a code that nobody defined says nothing, and the certificate is revoked all the same.
    pub(super) fn of(code: u8) -> Self {
        REASONS.iter().find(|(known, ..)| *known == code).map_or(Self::Unspecified, |(_, reason, _)| *reason)
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REASONS.iter().find(|(_, reason, _)| reason == self).map_or("", |(.., words)| words))
    }
}

/// Who says what a status is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationSource {
    /// Which list or answer.
    pub place: SourcePlace,
    /// Who issued it, in RFC 4514's text form; `key sha1:…` for a responder who names only its key.
    pub issuer: String,
    /// The certificate of who signed it; `None` where an anchor without one did.
    pub signer: Option<Certificate>,
    /// As of when, in unix seconds.
    pub this_update: i64,
    /// When newer news is due, in unix seconds.
    pub next_update: Option<i64>,
}

/// Where in [`super::RevocationData`] something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourcePlace {
    /// A list, and the delta that completes it.
    Crl {
        /// In `crls`.
        index: usize,
        /// In `crls`.
        delta: Option<usize>,
    },
    /// An answer.
    Ocsp {
        /// In `ocsps`.
        index: usize,
    },
}

impl RevocationSource {
    pub(super) fn crl(
        index: usize,
        crl: &Crl,
        delta: Option<(usize, &Crl)>,
        signer: Option<Certificate>,
    ) -> Self {
        let newest = delta.map_or(crl, |(_, delta)| delta);
        Self {
            place: SourcePlace::Crl { index, delta: delta.map(|(index, _)| index) },
            issuer: crl.issuer().to_string(),
            signer,
            this_update: newest.this_update(),
            next_update: newest.next_update(),
        }
    }

    pub(super) fn ocsp(
        index: usize,
        answer: &OcspResponse,
        this_update: i64,
        next_update: Option<i64>,
        signer: Option<Certificate>,
    ) -> Self {
        let (place, issuer) = (SourcePlace::Ocsp { index }, answer.responder());
        Self { place, issuer, signer, this_update, next_update }
    }
}

impl fmt::Display for RevocationSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.place {
            SourcePlace::Crl { .. } => "the list",
            SourcePlace::Ocsp { .. } => "the OCSP answer",
        };
        write!(f, "{kind} of `{}` of unix {}", self.issuer, self.this_update)
    }
}

/// Why a status is unknown: what was at hand, and why it does not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusUnknown {
    /// Lists and answers about the certificate or by its issuer. Empty: there was none.
    pub unused: Vec<Unused>,
}

/// One list or answer that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// Which.
    pub place: SourcePlace,
    /// Why.
    pub why: WhyUnused,
}

/// Why a list or answer does not count. In the order of how far it came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhyUnused {
    /// Its scope leaves the certificate out (RFC 5280 §6.3.3 (b)).
    #[error("the list of `{issuer}` is not about such certificates ({scope})")]
    Scope {
        /// Who issued the list.
        issuer: String,
        /// What it is about.
        scope: &'static str,
    },
    /// A delta, and no list that it completes (RFC 5280 §5.2.4).
    #[error("the list of `{issuer}` is a delta, and the list that it completes is not at hand")]
    DeltaAlone {
        /// Who issued the delta.
        issuer: String,
    },
    /// Signed in a way that isn't known here.
    #[error("what `{issuer}` says is signed with {found}, which is not known here")]
    UnknownAlgorithm {
        /// Who issued it.
        issuer: String,
        /// The algorithm.
        found: ObjectIdentifier,
    },
    /// It demands to be understood, and isn't (RFC 5280 §5.2, §5.3; RFC 6960 §4.4).
    #[error(
        "what `{issuer}` says has the extension {extension}, which is not understood here and must not be skipped"
    )]
    Extension {
        /// Who issued it.
        issuer: String,
        /// Which.
        extension: ObjectIdentifier,
    },
    /// From after the moment asked about.
    #[error("what `{issuer}` says is of unix {this_update}, asked about {at}")]
    NotYet {
        /// Who issued it.
        issuer: String,
        /// As of when.
        this_update: i64,
        /// The moment asked about.
        at: i64,
    },
    /// No longer current at the moment asked about.
    #[error("what `{issuer}` says was current until unix {next_update}, asked about {at}")]
    Stale {
        /// Who issued it.
        issuer: String,
        /// Until when.
        next_update: i64,
        /// The moment asked about.
        at: i64,
    },
    /// It does not say until when it is current.
    #[error("what `{issuer}` says is of unix {this_update}, and it does not say until when it is current")]
    NoNextUpdate {
        /// Who issued it.
        issuer: String,
        /// As of when.
        this_update: i64,
    },
    /// Nobody at hand bears the name or key that it is signed by.
    #[error("who signed as `{issuer}` is not at hand")]
    SignerUnknown {
        /// The name.
        issuer: String,
    },
    /// The key at hand did not sign it.
    #[error("it is not signed by the key of `{issuer}`")]
    NotSignedBy {
        /// Whose key.
        issuer: String,
    },
    /// Who signed has no path to the same anchor, or none that allows it (RFC 5280 §6.3.3 (f), RFC 6960 §4.2.2.2).
    #[error("`{signer}`, who signed it, may not: {why}")]
    SignerPath {
        /// Who signed.
        signer: String,
        /// Why not.
        why: Box<PathError>,
    },
    /// Who signed is revoked.
    #[error("`{signer}`, who signed it, was revoked at unix {at}")]
    SignerRevoked {
        /// Who signed.
        signer: String,
        /// Since when.
        at: i64,
    },
    /// Whether who signed is revoked is unknown.
    #[error("whether `{signer}`, who signed it, is revoked is unknown")]
    SignerStatusUnknown {
        /// Who signed.
        signer: String,
    },
    /// The certificate had expired, and such lists and answers let expired ones go (RFC 5280 §3.3).
    #[error(
        "what `{issuer}` says is of unix {this_update}, after the certificate expired at unix {not_after}"
    )]
    AfterExpiry {
        /// Who issued it.
        issuer: String,
        /// As of when.
        this_update: i64,
        /// The certificate's end.
        not_after: i64,
    },
    /// Lists for some reasons, and none for the rest (RFC 5280 §6.3.3).
    #[error("the lists of `{issuer}` at hand leave out some of the reasons for a revocation")]
    SomeReasons {
        /// Who issued them.
        issuer: String,
    },
    /// The responder does not know the certificate (RFC 6960 §2.2).
    #[error("`{issuer}` does not know the certificate")]
    NotKnown {
        /// The responder.
        issuer: String,
    },
    /// The search was stopped: that is no answer.
    #[error("looking was stopped after {most} signature checks")]
    Budget {
        /// How many were allowed.
        most: u32,
    },
}

impl WhyUnused {
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Scope { .. } => 0,
            Self::DeltaAlone { .. } => 1,
            Self::UnknownAlgorithm { .. } | Self::Extension { .. } => 2,
            Self::SignerUnknown { .. } => 3,
            Self::NotYet { .. } | Self::Stale { .. } | Self::NoNextUpdate { .. } => 4,
            Self::NotSignedBy { .. } => 5,
            Self::SignerPath { .. } => 6,
            Self::SignerStatusUnknown { .. } => 7,
            Self::SignerRevoked { .. } => 8,
            Self::AfterExpiry { .. } => 9,
            Self::SomeReasons { .. } => 10,
            Self::NotKnown { .. } => 11,
            Self::Budget { .. } => 12,
        }
    }
}

impl fmt::Display for StatusUnknown {
    /// The one that came furthest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unused.iter().max_by_key(|unused| unused.why.rank()) {
            Some(unused) => write!(f, "{}", unused.why),
            None => f.write_str("no revocation list and no OCSP answer at hand is about it"),
        }
    }
}

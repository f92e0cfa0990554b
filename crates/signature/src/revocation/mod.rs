//! Whether a certificate is revoked: lists (RFC 5280 §5, §6.3) and answers (RFC 6960) at hand, read and held against a
//! certificate at a moment. Nothing is fetched.

mod crl;
mod each;
mod entries;
mod ocsp;
mod point;
mod responder;
mod scope;
mod source;
mod status;

pub use crl::{CRL_MAX, Crl, CrlError};
pub(crate) use each::{Said, each_source};
pub use ocsp::{OCSP_MAX, OcspError, OcspResponse};
pub(crate) use point::DistributionPoint;
pub use source::{
    CertificateStatus, RevocationReason, RevocationSource, RevocationStatus, SourcePlace, StatusUnknown,
    Unused, WhyUnused,
};
pub use status::revocation;
pub(crate) use status::revocation_by;

/// Lists and answers at hand. Certificates of those who signed them are looked for in the pool, the path and the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevocationData {
    /// Revocation lists: complete, indirect, partitioned and delta, in any order.
    pub crls: Vec<Crl>,
    /// OCSP answers.
    pub ocsps: Vec<OcspResponse>,
}

/// Which lists and answers count for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Currency {
    /// Those issued at or before it whose next update lies at or after it. One without a next update is not known to be
    /// current and doesn't count.
    Current,
    /// All: the caller judges by the times that the status names. A certificate that expired before a list or answer was
    /// issued is still not good by it, unless it says that it keeps expired ones.
    AtHand,
}

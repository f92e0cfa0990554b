//! Signing a PDF: PAdES B-B and B-T (ETSI EN 319 142-1 §6), as an incremental update.
//!
//! [`prepare`] writes all but the signature, [`Prepared::embed`] puts it in: the key may be anywhere between the two.
//! [`sign`] does both with a [`Signer`]. Levels B-LT and B-LTA are [`crate::dss`] and [`crate::timestamp`].
//!
//! What is not here: no repair of broken files, no encrypted ones, no signature without its certificate, no second attempt
//! where a signature doesn't fit its hole.
//!
//! ```
//! use countersign_pdf::Document;
//! use countersign_pdf::sign::{Meaning, SignPdfError, SignatureRequest, SigningDate, sign};
//! use countersign_signature::{Claim, Signer};
//!
//! fn ratify(treaty: &Document<'_>, minister: &dyn Signer, now: SigningDate) -> Result<Vec<u8>, SignPdfError> {
//!     let request = SignatureRequest {
//!         name: Some("E. Dahl".to_owned()),
//!         meaning: Some(Meaning::Reason("ratification".to_owned())),
//!         claims: vec![Claim::capacity("Minister of Foreign Affairs")],
//!         ..SignatureRequest::new(now)
//!     };
//!     Ok(sign(treaty, &request, minister)?.to_bytes())
//! }
//! ```

mod catalog;
mod date;
mod field;
mod page;
mod permission;
mod plan;
mod prepare;
mod prepared;
mod request;
mod seed;
mod text;

pub use date::{BadDate, SigningDate};
pub use permission::Forbidden;
pub use plan::{Plan, TOKEN_ROOM};
pub use prepare::{PrepareError, prepare};
pub use prepared::{Extended, Prepared};
pub use request::{Meaning, Permission, Place, SignatureRequest, VisibleBox};
pub use seed::SeedError;
pub use text::BadText;

pub(crate) use catalog::declare;
pub(crate) use field::{Choice, choose, create, existing};
pub(crate) use prepare::{Value, fill};

use crate::document::Document;
use crate::timestamp::{TimestampSource, TimestampUnavailable, asked};
pub use crate::write::{EmbedError, UpdateError};
use countersign_signature::timestamp::{MessageImprint, TimestampError};
use countersign_signature::{
    SignatureError, Signer, SigningError, sign_parts, signature_value, with_timestamp,
};

/// The handler that every reader knows and takes detached signatures to.
pub(crate) const FILTER: &str = "Adobe.PPKLite";

/// CMS with CAdES attributes, detached (EN 319 142-1 §6.3).
const SUB_FILTER: &str = "ETSI.CAdES.detached";

/// Why a document wasn't signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignPdfError {
    /// It can't be made ready.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The key didn't sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The authority gave no timestamp.
    #[error(transparent)]
    Timestamp(#[from] TimestampUnavailable),
    /// The authority's timestamp is over something else.
    #[error("the timestamp that came is not the one asked for: {0}")]
    OtherTimestamp(#[from] TimestampError),
    /// What came from the key is no CMS signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It doesn't fit.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

/// Signs a document at level B-B.
pub fn sign<'a>(
    document: &Document<'a>,
    request: &SignatureRequest<'_>,
    signer: &dyn Signer,
) -> Result<Extended<'a>, SignPdfError> {
    let prepared = prepare(document, request, &Plan::of(signer))?;
    let cms = sign_parts(&prepared.covered(), signer, &request.cms_claims())?;
    Ok(prepared.embed(&cms)?)
}

/// Signs a document at level B-T: with a timestamp over the signature's value, which proves that the signature was there
/// by then.
pub fn sign_with_timestamp<'a>(
    document: &Document<'a>,
    request: &SignatureRequest<'_>,
    signer: &dyn Signer,
    source: &dyn TimestampSource,
) -> Result<Extended<'a>, SignPdfError> {
    let plan = Plan::of(signer).with_token_room(source.token_room());
    let prepared = prepare(document, request, &plan)?;
    let cms = sign_parts(&prepared.covered(), signer, &request.cms_claims())?;
    let value = signature_value(&cms)?;
    let token = asked(source, MessageImprint::of(source.digest(), &[&value]))?;
    Ok(prepared.embed(&with_timestamp(&cms, &token)?)?)
}

//! Timestamps over a whole document (ISO 32000-2 §12.8.5, ETSI EN 319 142-1 §5.4.3): level B-LTA, and again and again
//! before what was used grows old.

use crate::appearance::Rectangle;
use crate::document::Document;
use crate::object::{Dictionary, Object};
use crate::sign::{self, Choice, Extended, PrepareError, Prepared, SignPdfError, TOKEN_ROOM, Value};
use crate::write::Draft;
use countersign_signature::DigestAlgorithm;
use countersign_signature::timestamp::{MessageImprint, TimestampError, TimestampToken};

/// Where timestamps come from. Asking over the network is the caller's.
pub trait TimestampSource {
    /// The digest that the authority is asked with.
    fn digest(&self) -> DigestAlgorithm {
        DigestAlgorithm::Sha256
    }

    /// How many bytes its tokens have at most.
    fn token_room(&self) -> usize {
        TOKEN_ROOM
    }

    /// A token over this imprint.
    fn token(&self, imprint: &MessageImprint) -> Result<TimestampToken, TimestampUnavailable>;
}

/// No timestamp came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no timestamp from the authority: {reason}")]
pub struct TimestampUnavailable {
    /// Why, in one line.
    pub reason: String,
}

/// A token itself, which holds neither certificates nor claims of ours.
const SUB_FILTER: &str = "ETSI.RFC3161";

/// Makes a document ready for a timestamp over all of it, in a new invisible field: `Timestamp1` or the first number that
/// is free, unless a name is given. `room`: how many bytes the token may have.
///
/// No earlier signature forbids it: without timestamps none would last (ISO 32000-2 §12.8.2.2.2).
pub fn prepare_timestamp<'a>(
    document: &Document<'a>,
    field: Option<&str>,
    room: usize,
) -> Result<Prepared<'a>, PrepareError> {
    let mut draft = Draft::new(document);
    let target = match sign::choose(draft.view, field, "Timestamp")? {
        Choice::New(name) => sign::create(&mut draft, &name, (1, Rectangle::default()))?,
        Choice::Existing(field) => sign::existing(&mut draft, &field)?,
    };
    let entries = Dictionary::new()
        .with("Type", Object::name("DocTimeStamp"))
        .with("Filter", Object::name(sign::FILTER))
        .with("SubFilter", Object::name(SUB_FILTER));
    sign::fill(draft, target, Value { entries, room }, Vec::new(), false)
}

/// Adds a timestamp over the whole document.
pub fn timestamp<'a>(
    document: &Document<'a>,
    field: Option<&str>,
    source: &dyn TimestampSource,
) -> Result<Extended<'a>, SignPdfError> {
    let prepared = prepare_timestamp(document, field, source.token_room())?;
    let token = asked(source, MessageImprint::of(source.digest(), &prepared.covered()))?;
    Ok(prepared.embed(token.as_der())?)
}

/// A token over this imprint and no other.
pub(crate) fn asked(
    source: &dyn TimestampSource,
    imprint: MessageImprint,
) -> Result<TimestampToken, SignPdfError> {
    let token = source.token(&imprint)?;
    if *token.imprint() == imprint {
        return Ok(token);
    }
    let stamped = token.imprint().clone();
    Err(TimestampError::OtherImprint { stamped, expected: imprint }.into())
}

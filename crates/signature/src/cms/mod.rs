//! CMS `SignedData` (RFC 5652): read with every byte kept, and put together.

pub(crate) mod attributes;
pub(crate) mod ber;
pub(crate) mod signed_data;
pub(crate) mod unsigned;
pub(crate) mod write;

use crate::encode;
use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Encode};
use std::time::Duration;

/// `Time` (RFC 5652 §11.3, RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from then on; whole seconds, Z.
/// `None` before 1970 and after 9999.
pub(crate) fn encode_time(at: i64) -> Option<Vec<u8>> {
    let time = date_time(at)?;
    if time.year() <= 2049 { UtcTime::from_date_time(time).ok()?.to_der().ok() } else { generalized_time(at) }
}

/// `GeneralizedTime` of a unix second. `None` before 1970 and after 9999.
pub(crate) fn generalized_time(at: i64) -> Option<Vec<u8>> {
    GeneralizedTime::from_date_time(date_time(at)?).to_der().ok()
}

pub(crate) fn date_time(at: i64) -> Option<DateTime> {
    DateTime::from_unix_duration(Duration::from_secs(u64::try_from(at).ok()?)).ok()
}

/// An `Attribute` with one value (RFC 5652 §5.3).
pub(crate) fn attribute(id: const_oid::ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    encode::sequence(&[&encode::oid(id), &encode::set_of(vec![value])])
}

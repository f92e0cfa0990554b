//! Shapes of RFC 5652 that writing and reading share.

use crate::encode;
use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Encode};
use std::time::Duration;

/// `Time` (RFC 5652 §11.3, RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from then on; whole seconds, Z.
/// `None` before 1970 and after 9999.
pub(crate) fn encode_time(at: i64) -> Option<Vec<u8>> {
    let since_1970 = Duration::from_secs(u64::try_from(at).ok()?);
    let time = DateTime::from_unix_duration(since_1970).ok()?;
    if time.year() <= 2049 {
        UtcTime::from_date_time(time).ok()?.to_der().ok()
    } else {
        GeneralizedTime::from_date_time(time).to_der().ok()
    }
}

/// An `Attribute` with one value (RFC 5652 §5.3).
pub(crate) fn attribute(id: const_oid::ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    encode::sequence(&[&encode::oid(id), &encode::set_of(vec![value])])
}

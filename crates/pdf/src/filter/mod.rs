//! Decoding of streams that carry structure: cross-reference and object streams (ISO 32000-2 §7.4).
//!
//! Page content, fonts and images are never decoded here: they are compared as they stand.

mod ascii;
mod predictor;

use crate::object::{Dictionary, Object, Stream};
use std::io::Read;

/// Why a stream could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A filter that structure is never written with, or one that can't be read without a key.
    #[error("filter /{name} is not read in cross-reference and object streams")]
    Unsupported {
        /// The filter's name.
        name: String,
    },
    /// `/Filter` or `/DecodeParms` aren't what they must be.
    #[error("/{key} must be {expected}")]
    Malformed {
        /// Which entry.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The bytes aren't what the filter writes.
    #[error("the bytes are no {filter} data")]
    Corrupt {
        /// The filter.
        filter: &'static str,
    },
    /// Decoded, there would be more than allowed.
    #[error("decoded, the stream has more than {max} bytes")]
    TooLarge {
        /// The limit that applied.
        max: usize,
    },
}

/// Decodes a stream whose filters and parameters are direct objects, to at most `max` bytes.
pub(crate) fn decode(stream: &Stream<'_>, max: usize) -> Result<Vec<u8>, FilterError> {
    let max = max.min(stream.data.len().saturating_mul(RATIO_MAX).saturating_add(SMALL));
    let filters = listed(stream.dictionary.get("Filter"));
    let parameters = listed(stream.dictionary.get("DecodeParms"));
    if filters.len() > CHAIN_MAX {
        return Err(FilterError::Malformed { key: "Filter", expected: "a name or at most two names" });
    }
    let mut data = stream.data.to_vec();
    for (index, filter) in filters.iter().enumerate() {
        let name =
            filter.as_name().ok_or(FilterError::Malformed { key: "Filter", expected: "a name or names" })?;
        let parameters = match parameters.get(index) {
            None | Some(Object::Null) => None,
            Some(Object::Dictionary(dictionary)) => Some(dictionary),
            Some(_) => {
                return Err(FilterError::Malformed { key: "DecodeParms", expected: "a direct dictionary" });
            }
        };
        data = match name {
            b"FlateDecode" => unpredicted(inflate(&data, max)?, parameters)?,
            b"ASCIIHexDecode" => ascii::hexadecimal(&data)?,
            b"ASCII85Decode" => ascii::base85(&data)?,
            _ => {
                return Err(FilterError::Unsupported { name: name.escape_ascii().to_string() });
            }
        };
    }
    Ok(data)
}

fn listed<'o, 'a>(object: Option<&'o Object<'a>>) -> &'o [Object<'a>] {
    match object {
        None => &[],
        Some(Object::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

fn inflate(data: &[u8], max: usize) -> Result<Vec<u8>, FilterError> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    flate2::read::ZlibDecoder::new(data)
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|_| FilterError::Corrupt { filter: "Flate" })?;
    if out.len() > max { Err(FilterError::TooLarge { max }) } else { Ok(out) }
}

fn unpredicted(data: Vec<u8>, parameters: Option<&Dictionary<'_>>) -> Result<Vec<u8>, FilterError> {
    let Some(parameters) = parameters else { return Ok(data) };
    let number = |key: &'static str, default: i64, range: std::ops::RangeInclusive<i64>| {
        let value = parameters.get(key).map_or(Some(default), Object::as_integer);
        let value = value.filter(|value| range.contains(value)).and_then(|value| usize::try_from(value).ok());
        value.ok_or(FilterError::Malformed { key, expected: "a number in the range the filter knows" })
    };
    let predictor = number("Predictor", 1, 1..=15)?;
    let shape = predictor::Shape {
        colours: number("Colors", 1, 1..=32)?,
        bits: number("BitsPerComponent", 8, 1..=16)?,
        columns: number("Columns", 1, 1..=1 << 20)?,
    };
    match predictor {
        1 => Ok(data),
        10..=15 => predictor::png(&data, shape),
        _ => Err(FilterError::Unsupported { name: format!("FlateDecode with predictor {predictor}") }),
    }
}

/// Deflate reaches 1:1032; tables of offsets in use stay far under 1:200.
const RATIO_MAX: usize = 200;
/// A ratio says nothing about a few bytes.
const SMALL: usize = 1 << 16;
/// One compression and one text armour.
const CHAIN_MAX: usize = 2;

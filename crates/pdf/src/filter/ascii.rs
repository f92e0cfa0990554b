//! Binary as text (ISO 32000-2 §7.4.2 and §7.4.3).

use super::FilterError;
use crate::syntax::is_space;

pub(super) fn hexadecimal(data: &[u8]) -> Result<Vec<u8>, FilterError> {
    let mut digits = Vec::with_capacity(data.len());
    for &byte in data.iter().take_while(|byte| **byte != b'>').filter(|byte| !is_space(**byte)) {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digits.push(digit.ok_or(FilterError::Corrupt { filter: "ASCIIHex" })?);
    }
    let byte = |pair: &[u8]| match *pair {
        [high, low] => high << 4 | low,
        [high] => high << 4,
        _ => 0,
    };
    Ok(digits.chunks(2).map(byte).collect())
}

pub(super) fn base85(data: &[u8]) -> Result<Vec<u8>, FilterError> {
    let corrupt = FilterError::Corrupt { filter: "ASCII85" };
    let mut out = Vec::with_capacity(data.len());
    let mut group = Vec::with_capacity(5);
    for &byte in data.iter().take_while(|byte| **byte != b'~').filter(|byte| !is_space(**byte)) {
        match byte {
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => return Err(corrupt),
        }
        if group.len() == 5 {
            out.extend_from_slice(&word(&group).ok_or(corrupt.clone())?);
            group.clear();
        }
    }
    match group.len() {
        0 => Ok(out),
        1 => Err(corrupt),
        length => {
            group.resize(5, 84);
            let bytes = word(&group).ok_or(corrupt)?;
            out.extend(bytes.iter().take(length - 1));
            Ok(out)
        }
    }
}

fn word(group: &[u8]) -> Option<[u8; 4]> {
    let value = group.iter().fold(0u64, |value, digit| value * 85 + u64::from(*digit));
    u32::try_from(value).ok().map(u32::to_be_bytes)
}

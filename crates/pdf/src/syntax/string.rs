//! Literal and hexadecimal strings (ISO 32000-2 §7.3.4).

use super::lex::{hex_pairs, is_space};
use super::{Parser, SyntaxError};
use std::borrow::Cow;

impl<'a> Parser<'a> {
    pub(super) fn hexadecimal(&mut self) -> Result<Cow<'a, [u8]>, SyntaxError> {
        self.at += 1;
        let length = self.rest().iter().position(|byte| *byte == b'>');
        let digits = length.and_then(|length| self.rest().get(..length));
        let digits = digits.ok_or_else(|| self.unexpected("a hexadecimal string with its >"))?;
        if digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit) {
            self.at += digits.len() + 1;
            return Ok(Cow::Owned(hex_pairs(digits)));
        }
        let mut plain = Vec::with_capacity(digits.len() + 1);
        for (index, &digit) in digits.iter().enumerate() {
            if digit.is_ascii_hexdigit() {
                plain.push(digit);
            } else if !is_space(digit) {
                self.at += index;
                return Err(self.unexpected("a hexadecimal digit"));
            }
        }
        if plain.len() % 2 == 1 {
            plain.push(b'0');
        }
        self.at += digits.len() + 1;
        Ok(Cow::Owned(hex_pairs(&plain)))
    }

    pub(super) fn literal(&mut self) -> Result<Cow<'a, [u8]>, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let content = self.rest();
        let (mut open, mut escapes) = (1usize, 0usize);
        let mut bytes = content.iter().enumerate();
        let mut length = None;
        while let Some((index, byte)) = bytes.next() {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\\' => {
                    escapes += 1;
                    bytes.next();
                }
                b'\r' => escapes += 1,
                _ => {}
            }
            if open == 0 {
                length = Some(index);
                break;
            }
        }
        let Some(inside) = length.and_then(|length| content.get(..length)) else {
            self.at = start;
            return Err(self.unexpected("a string with its closing parenthesis"));
        };
        self.at += inside.len() + 1;
        Ok(if escapes == 0 { Cow::Borrowed(inside) } else { Cow::Owned(unescaped(inside)) })
    }
}

/// Reads backslashes and line ends (§7.3.4.2, table 3).
fn unescaped(inside: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' => {
                bytes.push(b'\n');
                rest = after.strip_prefix(b"\n").unwrap_or(after);
            }
            b'\\' => rest = escape(after, &mut bytes),
            _ => bytes.push(byte),
        }
    }
    bytes
}

/// Reads what follows a backslash, and gives what comes after.
fn escape<'b>(after: &'b [u8], bytes: &mut Vec<u8>) -> &'b [u8] {
    let Some((&byte, rest)) = after.split_first() else { return after };
    match byte {
        b'n' => bytes.push(b'\n'),
        b'r' => bytes.push(b'\r'),
        b't' => bytes.push(b'\t'),
        b'b' => bytes.push(8),
        b'f' => bytes.push(12),
        b'\n' => {}
        b'\r' => return rest.strip_prefix(b"\n").unwrap_or(rest),
        b'0'..=b'7' => {
            let count = after.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
            let (digits, rest) = after.split_at(count);
            let value = digits.iter().fold(0u16, |value, digit| value << 3 | u16::from(digit - b'0'));
            // High-order overflow is ignored (§7.3.4.2).
            bytes.push(value.to_le_bytes()[0]);
            return rest;
        }
        other => bytes.push(other),
    }
    rest
}

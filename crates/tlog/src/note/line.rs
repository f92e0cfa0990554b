//! Signature lines: an em dash, a key's name, base64 of key id and signature (signed-note, *Format*).

use super::key::shortened;
use super::{KeyId, KeyName, NoteError, SIGNATURES_MAX, VerifierKey};
use base64ct::{Base64, Encoding};
use std::fmt;

/// An em dash and a space.
const PREFIX: &str = "\u{2014} ";

/// One signature as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

/// Why a line is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSignatureLine {
    /// Not em dash, space, name, space, base64.
    #[error("{text:?} is not \u{2014} name base64")]
    Form {
        /// The words at fault, shortened.
        text: String,
    },
    /// The base64 is not canonical.
    #[error("the signature by {:?} is not canonical base64 (RFC 4648 §4)", name.as_str())]
    Base64 {
        /// The name on the line.
        name: KeyName,
    },
    /// Too short for a key id and anything after it.
    #[error("the signature by {:?} has {found} bytes: a key id alone has 4", name.as_str())]
    TooShort {
        /// The name on the line.
        name: KeyName,
        /// Bytes it has.
        found: usize,
    },
}

impl SignatureLine {
    /// A line for what a key signed.
    pub(crate) fn new(key: &VerifierKey, signature: Vec<u8>) -> Self {
        Self { name: key.name().clone(), id: key.id(), signature }
    }

    /// Reads one line, without its newline.
    pub fn read(text: &str) -> Result<Self, BadSignatureLine> {
        let form = || BadSignatureLine::Form { text: shortened(text) };
        let (name, base64) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once(' ')).ok_or_else(form)?;
        let name = KeyName::new(name).map_err(|_| form())?;
        let Ok(bytes) = Base64::decode_vec(base64) else { return Err(BadSignatureLine::Base64 { name }) };
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name, id: KeyId::new(*id), signature: signature.to_vec() })
            }
            _ => Err(BadSignatureLine::TooShort { name, found: bytes.len() }),
        }
    }

    /// Reads lines, each ended by a newline; at most [`SIGNATURES_MAX`].
    pub(crate) fn read_all(text: &str) -> Result<Vec<Self>, NoteError> {
        let mut lines = Vec::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            if at >= SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let line = line.strip_suffix('\n').ok_or(NoteError::Unterminated)?;
            lines.push(Self::read(line).map_err(|source| NoteError::Line { line: at + 1, source })?);
        }
        Ok(lines)
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of that key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What follows the key id.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// The line with its newline.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.as_bytes().to_vec();
        bytes.extend_from_slice(&self.signature);
        writeln!(f, "{PREFIX}{} {}", self.name, Base64::encode_string(&bytes))
    }
}

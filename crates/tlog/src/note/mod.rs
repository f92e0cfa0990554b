//! Signed notes (C2SP signed-note): a text, an empty line, signature lines.

mod key;
mod line;

pub use key::{BadKey, BadKeyName, KeyId, KeyName, KeyRing, SameKeyTwice, SignatureType, VerifierKey};
pub use line::{BadSignatureLine, SignatureLine};

use crate::cosignature::{self, Timestamp};
use std::fmt;

/// Bytes of a note: as many as Go's `sumdb/note` opens, so that what it accepts is accepted here.
pub const NOTE_MAX: usize = 1_000_000;

/// Signatures on a note: as many as Go's `sumdb/note` opens; the specification asks for 16 at least.
pub const SIGNATURES_MAX: usize = 100;

/// Bytes of an Ed25519 signature (RFC 8032).
pub const ED25519_LENGTH: usize = 64;

/// A note as it came. Its text says nothing until a signature is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// Why bytes are not a signed note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`NOTE_MAX`].
    #[error("a note of {length} bytes is longer than {NOTE_MAX}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Not UTF-8.
    #[error("the note is not UTF-8: it breaks at byte {at}")]
    NotUtf8 {
        /// Bytes that are.
        at: usize,
    },
    /// A control character other than a newline.
    #[error("the note holds the control character {character:#04x} at byte {at}")]
    ControlCharacter {
        /// Which.
        character: u8,
        /// Where.
        at: usize,
    },
    /// No empty line, so no signatures.
    #[error("the note has no empty line between text and signatures")]
    NoSignatures,
    /// Its last line isn't ended.
    #[error("the note's last line does not end in a newline")]
    Unterminated,
    /// More than [`SIGNATURES_MAX`].
    #[error("the note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A line after the text is not a signature.
    #[error("signature line {line} is malformed")]
    Line {
        /// Which, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: BadSignatureLine,
    },
}

/// Why a note was not verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A key that is known signed something else, so the whole note is refused (signed-note, *Signatures*).
    #[error("the signature by {name} (key {id}) does not verify: {reason}")]
    BadSignature {
        /// The known key's name.
        name: KeyName,
        /// The known key's id.
        id: KeyId,
        /// What is wrong with it.
        reason: BadSignature,
    },
    /// Nobody known signed.
    #[error("of {known} known keys none signed the note; it is signed by {}", listed(signed_by))]
    NoKnownKey {
        /// How many keys are known.
        known: usize,
        /// Who did sign.
        signed_by: Vec<KeyName>,
    },
}

/// What is wrong with a signature by a known key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// Of another length than such signatures.
    #[error("it has {found} bytes, such a signature has {expected}")]
    Length {
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// A time beyond what the specification allows.
    #[error("its time is {found}, more than {}", Timestamp::MAX)]
    Time {
        /// The time it states.
        found: u64,
    },
    /// The key did not sign this text.
    #[error("the key did not sign this text")]
    Mismatch,
}

/// A note with at least one signature by a known key, every signature by a known key verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote<'a> {
    text: &'a str,
    signatures: Vec<VerifiedSignature>,
    ignored: usize,
}

/// One signature by a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    key: VerifierKey,
    time: Option<Timestamp>,
}

/// Where a note's private key lives: a file, a card, a module. The key itself never passes through here.
pub trait Signer {
    /// Whose it is, and how it signs.
    fn key(&self) -> &VerifierKey;
    /// Signs a message by Ed25519 (RFC 8032).
    fn sign(&self, message: &[u8]) -> Result<[u8; ED25519_LENGTH], Refused>;
}

/// The device or module did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key did not sign: {reason}")]
pub struct Refused {
    /// What it said, in its words.
    pub reason: String,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The text cannot be a note's.
    #[error("the text cannot be signed as a note")]
    Text(#[source] NoteError),
    /// The key signs another kind of statement.
    #[error("{name} is a key for {found}, this asks for {expected}")]
    WrongType {
        /// The key's name.
        name: KeyName,
        /// What is asked for.
        expected: SignatureType,
        /// What the key is for.
        found: SignatureType,
    },
    /// A cosignature states when it was made.
    #[error("a cosignature states a time, 0 states none")]
    NoTime,
    /// The key did not sign.
    #[error("{name} did not sign")]
    Refused {
        /// The key's name.
        name: KeyName,
        /// Why.
        source: Refused,
    },
    /// What came back does not verify: a fault of the device or of memory. It must not be published.
    #[error("what {name} signed does not verify")]
    Faulty {
        /// The key's name.
        name: KeyName,
        /// What is wrong with it.
        source: BadSignature,
    },
}

impl SignedNote {
    /// Reads a note to the last byte.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        let note = checked(bytes)?;
        let Some(empty) = note.rfind("\n\n") else { return Err(NoteError::NoSignatures) };
        // The text keeps its last newline, the empty line belongs to nobody.
        let (text, rest) = (note.get(..=empty), note.get(empty + 2..));
        let (Some(text), Some(rest)) = (text, rest) else { return Err(NoteError::NoSignatures) };
        let signatures = SignatureLine::read_all(rest)?;
        if signatures.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Signs a text, which must end in a newline, with a key of type [`SignatureType::Ed25519`].
    pub fn sign(text: &str, signer: &dyn Signer) -> Result<Self, SignError> {
        check_text(text).map_err(SignError::Text)?;
        let signature = make(text.as_bytes(), SignatureType::Ed25519, signer)?;
        let line = SignatureLine::new(signer.key(), signature.to_vec());
        signer
            .key()
            .verify(text, line.signature())
            .map_err(|source| SignError::Faulty { name: signer.key().name().clone(), source })?;
        Ok(Self { text: text.to_owned(), signatures: vec![line] })
    }

    /// What is signed, its last newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines as they came, known or not.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds signature lines as they are; those it has already are not added again. One that doesn't verify spoils the
    /// note for all who know its key: what a stranger sent goes through [`SignedNote::add_verified`].
    pub fn add(&mut self, lines: impl IntoIterator<Item = SignatureLine>) -> Result<(), NoteError> {
        for line in lines {
            if self.signatures.contains(&line) {
                continue;
            }
            if self.signatures.len() >= SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            self.signatures.push(line);
        }
        let length = self.to_string().len();
        if length > NOTE_MAX { Err(NoteError::TooLong { length }) } else { Ok(()) }
    }

    /// Adds those of the lines that verify by a known key, and gives their number; the others are left out (tlog-witness:
    /// *move the valid signatures to its own view*).
    pub fn add_verified(&mut self, lines: Vec<SignatureLine>, known: &KeyRing) -> Result<usize, NoteError> {
        let verifies = |line: &SignatureLine| {
            let key = known.find(line.name(), line.id());
            key.is_some_and(|key| key.verify(&self.text, line.signature()).is_ok())
        };
        let verified: Vec<SignatureLine> = lines.into_iter().filter(verifies).collect();
        let before = self.signatures.len();
        self.add(verified)?;
        Ok(self.signatures.len() - before)
    }

    /// Verifies every signature by a known key and ignores the others (signed-note, *Signatures*).
    pub fn verify(&self, known: &KeyRing) -> Result<VerifiedNote<'_>, VerifyError> {
        let mut signatures: Vec<VerifiedSignature> = Vec::new();
        let mut ignored = 0;
        for line in &self.signatures {
            let Some(key) = known.find(line.name(), line.id()) else {
                ignored += 1;
                continue;
            };
            let time = key.verify(&self.text, line.signature()).map_err(|reason| {
                VerifyError::BadSignature { name: line.name().clone(), id: line.id(), reason }
            })?;
            let signature = VerifiedSignature { key: key.clone(), time };
            if !signatures.contains(&signature) {
                signatures.push(signature);
            }
        }
        if signatures.is_empty() {
            let signed_by = self.signatures.iter().map(|line| line.name().clone()).collect();
            return Err(VerifyError::NoKnownKey { known: known.len(), signed_by });
        }
        Ok(VerifiedNote { text: &self.text, signatures, ignored })
    }
}

/// The note, byte for byte as it was read.
impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        f.write_str("\n")?;
        self.signatures.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

impl VerifiedNote<'_> {
    /// What they signed.
    pub fn text(&self) -> &str {
        self.text
    }

    /// One for each key and time, in the note's order.
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }

    /// How many lines were by nobody known.
    pub fn ignored(&self) -> usize {
        self.ignored
    }
}

impl VerifiedSignature {
    /// Whose it is.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// When it was made, by the cosigner's clock; plain signatures state no time.
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }
}

/// Signs with a key that must be of the type asked for.
pub(crate) fn make(
    message: &[u8],
    expected: SignatureType,
    signer: &dyn Signer,
) -> Result<[u8; ED25519_LENGTH], SignError> {
    let key = signer.key();
    if key.signature_type() != expected {
        let found = key.signature_type();
        return Err(SignError::WrongType { name: key.name().clone(), expected, found });
    }
    signer.sign(message).map_err(|source| SignError::Refused { name: key.name().clone(), source })
}

/// Refuses what cannot be the text of a note: it ends in a newline and holds no other control character.
pub(crate) fn check_text(text: &str) -> Result<(), NoteError> {
    checked(text.as_bytes()).map(|_| ())
}

/// The bytes as text, where they may stand in a note.
fn checked(bytes: &[u8]) -> Result<&str, NoteError> {
    if bytes.len() > NOTE_MAX {
        return Err(NoteError::TooLong { length: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| NoteError::NotUtf8 { at: error.valid_up_to() })?;
    let control = text.bytes().enumerate().find(|(_, byte)| *byte < b' ' && *byte != b'\n');
    if let Some((at, character)) = control {
        return Err(NoteError::ControlCharacter { character, at });
    }
    if !text.ends_with('\n') {
        return Err(NoteError::Unterminated);
    }
    Ok(text)
}

/// Names of strangers in a message, fit for a terminal.
fn listed(names: &[KeyName]) -> String {
    names.iter().map(|name| format!("{:?}", name.as_str())).collect::<Vec<_>>().join(", ")
}

impl VerifierKey {
    /// Verifies a signature (what follows the key id) over a note's text. A cosignature's time comes back.
    pub fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<Timestamp>, BadSignature> {
        match self.signature_type() {
            SignatureType::Ed25519 => {
                let Ok(signature) = <&[u8; ED25519_LENGTH]>::try_from(signature) else {
                    return Err(BadSignature::Length { expected: ED25519_LENGTH, found: signature.len() });
                };
                self.verify_message(text.as_bytes(), signature)?;
                Ok(None)
            }
            SignatureType::CosignatureV1 => cosignature::verify(self, text, signature).map(Some),
        }
    }
}

//! Cosignatures (C2SP tlog-cosignature), type Ed25519 `cosignature/v1`: a witness says that, as of a time, this was the
//! largest tree it had seen of that log, and that it began with all it had seen before.
//!
//! ```text
//! signed:     cosignature/v1 ⏎ time <seconds since 1970> ⏎ <the checkpoint's text>
//! signature:  64-bit time, the high byte first ‖ 64 bytes Ed25519
//! ```
//! The other type, ML-DSA-44, is not here: its lines are those of an unknown key.

use crate::checkpoint::Checkpoint;
use crate::note::{
    BadSignature, ED25519_LENGTH, SignError, SignatureLine, SignatureType, Signer, VerifierKey, make,
};
use crate::size::BadNumber;
use std::fmt;

/// Seconds since 1970 UTC (POSIX): at most 2⁶³ − 1. Time is an argument; no clock is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// Bytes of the time before a signature.
const TIME_LENGTH: usize = 8;

/// Sets cosignatures apart from all else that a key might sign.
const HEADER: &str = "cosignature/v1";

impl Timestamp {
    /// The last that the specification allows.
    pub const MAX: Self = Self(i64::MAX.cast_unsigned());

    /// Refuses times after [`Timestamp::MAX`].
    pub const fn new(seconds: u64) -> Result<Self, BadNumber> {
        if seconds > Self::MAX.0 {
            return Err(BadNumber::TooLarge { found: seconds, most: Self::MAX.0 });
        }
        Ok(Self(seconds))
    }

    /// Seconds since 1970.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Cosigns a checkpoint as seen at `time`, which must not be 0.
pub fn cosign(
    checkpoint: &Checkpoint,
    signer: &dyn Signer,
    time: Timestamp,
) -> Result<SignatureLine, SignError> {
    if time.0 == 0 {
        return Err(SignError::NoTime);
    }
    let text = checkpoint.to_string();
    let signature = make(message(&text, time).as_bytes(), SignatureType::CosignatureV1, signer)?;
    let mut bytes = time.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(&signature);
    verify(signer.key(), &text, &bytes)
        .map_err(|source| SignError::Faulty { name: signer.key().name().clone(), source })?;
    Ok(SignatureLine::new(signer.key(), bytes))
}

/// Verifies what follows the key id, and gives the time that it states.
pub(crate) fn verify(key: &VerifierKey, text: &str, signature: &[u8]) -> Result<Timestamp, BadSignature> {
    let length = BadSignature::Length { expected: TIME_LENGTH + ED25519_LENGTH, found: signature.len() };
    let Some((time, signature)) = signature.split_first_chunk::<TIME_LENGTH>() else { return Err(length) };
    let Ok(signature) = <&[u8; ED25519_LENGTH]>::try_from(signature) else { return Err(length) };
    let found = u64::from_be_bytes(*time);
    let time = Timestamp::new(found).map_err(|_| BadSignature::Time { found })?;
    key.verify_message(message(text, time).as_bytes(), signature)?;
    Ok(time)
}

fn message(text: &str, time: Timestamp) -> String {
    format!("{HEADER}\ntime {time}\n{text}")
}

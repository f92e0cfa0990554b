//! Where a private key lives.

use crate::{Algorithm, Certificate, KeyKind};

/// Whoever can sign: a software key, a card, a module. The key itself never passes through here.
pub trait Signer {
    /// How [`Signer::sign`] signs.
    fn algorithm(&self) -> Algorithm;
    /// The certificate of the key that signs.
    fn certificate(&self) -> &Certificate;
    /// The certificates above it, nearest first, up to and with the anchor where that is known.
    fn chain(&self) -> &[Certificate];
    /// Signs a message (not its digest); for ECDSA the answer is a DER `Ecdsa-Sig-Value`.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why a key did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The device or module refused or failed.
    #[error("the key did not sign: {reason}")]
    Refused {
        /// What the device said, in its words.
        reason: String,
    },
    /// The algorithm is another kind of key's.
    #[error("a key of kind {key} does not sign with {algorithm}")]
    OtherKind {
        /// How it was to sign.
        algorithm: Algorithm,
        /// What kind of key it is.
        key: KeyKind,
    },
}

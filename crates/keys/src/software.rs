//! A private key with its certificate: something that signs.

use crate::private::PrivateKey;
use countersign_signature::{Algorithm, Certificate, SignError, Signer};
use std::fmt;

/// A software key with its certificate and those above it.
pub struct SoftwareKey {
    key: PrivateKey,
    algorithm: Algorithm,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

/// The certificate is another key's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the private key is not the one that the certificate of `{subject}` speaks of")]
pub struct KeyMismatch {
    /// Whose certificate.
    pub subject: String,
}

impl SoftwareKey {
    /// Puts a key and its certificate together; refused where they don't belong together.
    ///
    /// `chain`: the certificates above, nearest first, the anchor's with it.
    pub fn new(
        key: PrivateKey,
        certificate: Certificate,
        chain: Vec<Certificate>,
    ) -> Result<Self, KeyMismatch> {
        let mismatch = || KeyMismatch { subject: certificate.subject() };
        let own = key.public_key().map_err(|_| mismatch())?;
        let named = certificate.public_key().map_err(|_| mismatch())?;
        let algorithm = key.algorithm();
        // Through a signature, so that a compressed and an uncompressed point are the same key.
        let proves = || key.sign(PROOF).is_ok_and(|proof| named.verifies(algorithm, PROOF, &proof));
        if own == *named || proves() {
            Ok(Self { key, algorithm, certificate, chain })
        } else {
            Err(mismatch())
        }
    }

    /// The same key signing in another way: RSA with PSS, ECDSA with another digest.
    pub fn signing_with(self, algorithm: Algorithm) -> Result<Self, SignError> {
        self.key.sign_with(algorithm, PROOF)?;
        Ok(Self { algorithm, ..self })
    }

    /// The private key.
    pub fn private_key(&self) -> &PrivateKey {
        &self.key
    }
}

/// What is signed to see whether a key and a certificate belong together.
const PROOF: &[u8] = b"does this key belong to that certificate?";

impl Signer for SoftwareKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign_with(self.algorithm, message)
    }
}

impl fmt::Debug for SoftwareKey {
    /// The certificate; nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({:?})", self.certificate)
    }
}

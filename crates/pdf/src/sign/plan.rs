//! Who will sign and how, known before the signature is: how large it will be, and what a field may ask of it.

use countersign_signature::{
    Algorithm, Certificate, Claims, DigestAlgorithm, KeyKind, SignError, Signer, SigningError, sign_parts,
};

/// Who will sign, and how.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'s> {
    /// The signer's certificate.
    pub certificate: &'s Certificate,
    /// The certificates above it that will be embedded.
    pub chain: &'s [Certificate],
    /// How the key signs.
    pub algorithm: Algorithm,
    /// How many bytes to leave free for the signature timestamp's token; 0 where there will be none.
    pub token_room: usize,
}

/// What public authorities' tokens need: 3 to 8 kB, with their certificates.
pub const TOKEN_ROOM: usize = 12 * 1024;

impl<'s> Plan<'s> {
    /// As a signer says, without a timestamp.
    pub fn of(signer: &'s dyn Signer) -> Self {
        Self {
            certificate: signer.certificate(),
            chain: signer.chain(),
            algorithm: signer.algorithm(),
            token_room: 0,
        }
    }

    /// With room for a timestamp's token of so many bytes.
    #[must_use]
    pub fn with_token_room(self, token_room: usize) -> Self {
        Self { token_room, ..self }
    }

    /// The digest that the signature will rest on.
    pub fn digest(&self) -> DigestAlgorithm {
        self.algorithm.digest()
    }

    /// How many bytes the CMS signature will have at most: made once with a signature of the greatest length in the
    /// place of the real one.
    pub(crate) fn room(&self, claims: &Claims) -> Result<usize, SigningError> {
        let unsigned = sign_parts(&[], &Unsigned(*self), claims)?.len();
        let token = match self.token_room {
            0 => 0,
            room => room.saturating_add(ATTRIBUTE),
        };
        Ok(unsigned.saturating_add(token))
    }
}

/// The attribute around a token, and the length bytes that grow with it.
const ATTRIBUTE: usize = 64;

/// Signs with zeros.
struct Unsigned<'s>(Plan<'s>);

impl Signer for Unsigned<'_> {
    fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    fn certificate(&self) -> &Certificate {
        self.0.certificate
    }

    fn chain(&self) -> &[Certificate] {
        self.0.chain
    }

    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
        let key = self.0.certificate.public_key().map(|key| key.kind());
        Ok(vec![0; key.map_or(SIGNATURE_MAX, longest)])
    }
}

/// The longest signature of a kind of key, in bytes. ECDSA's: two integers with their headers, each with a zero before it
/// (RFC 3279 §2.2.3).
fn longest(key: KeyKind) -> usize {
    match key {
        KeyKind::P256 => 72,
        KeyKind::P384 => 104,
        KeyKind::Ed25519 => 64,
        KeyKind::Rsa(bits) => usize::try_from(bits.div_ceil(8)).unwrap_or(SIGNATURE_MAX),
        _ => SIGNATURE_MAX,
    }
}

/// RSA with 8192 bits.
const SIGNATURE_MAX: usize = 1024;

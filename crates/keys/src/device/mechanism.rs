//! By which mechanism a token makes a signature (PKCS#11 §6).

use countersign_signature::{Algorithm, DigestAlgorithm};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};

/// One way of making a signature.
pub(super) struct Way {
    /// The mechanism's name, as tokens list what they have.
    pub(super) name: MechanismType,
    pub(super) mechanism: Mechanism<'static>,
    input: Input,
}

/// What the token is handed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    /// The message: the token hashes. Such mechanisms take it in parts too.
    Message,
    /// The message, in one part.
    WholeMessage,
    /// The digest.
    Hash,
    /// The digest with its name before it (RFC 8017 §9.2).
    DigestInfo,
}

impl Way {
    /// The ways that lead to one algorithm's signature, the better first: little is sent to a card where the digest will do.
    pub(super) fn to(algorithm: Algorithm) -> Vec<Self> {
        let way = |mechanism: Mechanism<'static>, input| Self {
            name: mechanism.mechanism_type(),
            mechanism,
            input,
        };
        match algorithm {
            Algorithm::Ecdsa(digest) => {
                let hashing = match digest {
                    DigestAlgorithm::Sha256 => Mechanism::EcdsaSha256,
                    DigestAlgorithm::Sha384 => Mechanism::EcdsaSha384,
                    DigestAlgorithm::Sha512 => Mechanism::EcdsaSha512,
                };
                vec![way(Mechanism::Ecdsa, Input::Hash), way(hashing, Input::Message)]
            }
            Algorithm::RsaPkcs1(digest) => {
                let hashing = match digest {
                    DigestAlgorithm::Sha256 => Mechanism::Sha256RsaPkcs,
                    DigestAlgorithm::Sha384 => Mechanism::Sha384RsaPkcs,
                    DigestAlgorithm::Sha512 => Mechanism::Sha512RsaPkcs,
                };
                vec![way(hashing, Input::Message), way(Mechanism::RsaPkcs, Input::DigestInfo)]
            }
            Algorithm::RsaPss { digest, salt } => {
                let parameters = pss(digest, salt);
                let hashing = match digest {
                    DigestAlgorithm::Sha256 => Mechanism::Sha256RsaPkcsPss(parameters),
                    DigestAlgorithm::Sha384 => Mechanism::Sha384RsaPkcsPss(parameters),
                    DigestAlgorithm::Sha512 => Mechanism::Sha512RsaPkcsPss(parameters),
                };
                vec![way(Mechanism::RsaPkcsPss(parameters), Input::Hash), way(hashing, Input::Message)]
            }
            Algorithm::Ed25519 => {
                let pure = EddsaParams::new(EddsaSignatureScheme::Pure);
                vec![way(Mechanism::Eddsa(pure), Input::WholeMessage)]
            }
            _ => Vec::new(),
        }
    }

    /// Whether it takes what is signed in parts: a PIN can be given in between.
    pub(super) fn takes_parts(&self) -> bool {
        self.input == Input::Message
    }

    /// What the token is handed for a message.
    pub(super) fn input(&self, digest: DigestAlgorithm, message: &[u8]) -> Vec<u8> {
        match self.input {
            Input::Message | Input::WholeMessage => message.to_vec(),
            Input::Hash => digest.of(&[message]),
            Input::DigestInfo => [digest_info(digest), &digest.of(&[message])].concat(),
        }
    }
}

fn pss(digest: DigestAlgorithm, salt: u8) -> PkcsPssParams {
    let (hash_alg, mgf) = match digest {
        DigestAlgorithm::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        DigestAlgorithm::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        DigestAlgorithm::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
    };
    PkcsPssParams { hash_alg, mgf, s_len: u64::from(salt).into() }
}

/// What stands before a digest in PKCS#1's padding (RFC 8017 §9.2, note 1).
fn digest_info(digest: DigestAlgorithm) -> &'static [u8] {
    match digest {
        DigestAlgorithm::Sha256 => {
            &[0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20]
        }
        DigestAlgorithm::Sha384 => {
            &[0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30]
        }
        DigestAlgorithm::Sha512 => {
            &[0x30, 0x51, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_signature::PublicKey;
    use rsa::Pkcs1v15Sign;
    use rsa::rand_core::UnwrapErr;

    /// A token without hashing mechanisms pads what it is handed: so does this, without a prefix of its own.
    #[test]
    fn a_digest_with_its_name_before_it_is_what_pkcs1_signs() {
        use pkcs8::EncodePublicKey as _;
        let key = rsa::PrivateKey::new(&mut UnwrapErr(getrandom::SysRng), 2048).unwrap();
        let public = key.as_public_key().to_public_key_der().unwrap();
        let public = PublicKey::from_der(public.as_bytes()).unwrap();
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let algorithm = Algorithm::RsaPkcs1(digest);
            let way = Way::to(algorithm).pop().unwrap();
            let bare = Pkcs1v15Sign::new_unprefixed();
            let signature = key.sign(bare, &way.input(digest, b"act")).unwrap();
            assert!(public.verifies(algorithm, b"act", &signature), "{digest}");
        }
    }
}

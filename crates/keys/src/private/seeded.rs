//! Keys that belong to a seed: **for tests and for play**, whoever knows the seed has the key.

use super::{KeyError, PrivateKey, Secret, rsa_key};
use crate::kind::Kind;
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256, Sha384};
use std::convert::Infallible;

const LABEL: &[u8] = b"countersign seeded key, for tests and for play\0";

impl PrivateKey {
    /// Makes the P-256 key that belongs to a seed.
    pub fn from_seed(seed: &str) -> Result<Self, KeyError> {
        Self::from_seed_of(Kind::P256, seed)
    }

    /// Makes the key of some kind that belongs to a seed. RSA searches for primes: a moment for 2048 bits, many for 4096.
    pub fn from_seed_of(kind: Kind, seed: &str) -> Result<Self, KeyError> {
        let rounds = || (0_u8..=u8::MAX).map(|round| [0, round]);
        let secret = match kind {
            Kind::P256 => rounds().find_map(|round| {
                p256::ecdsa::SigningKey::from_slice(&hash::<Sha256>(seed, &round)).ok().map(Secret::P256)
            }),
            Kind::P384 => rounds().find_map(|round| {
                p384::ecdsa::SigningKey::from_slice(&hash::<Sha384>(seed, &round)).ok().map(Secret::P384)
            }),
            Kind::Ed25519 => {
                let bytes: [u8; 32] = hash::<Sha256>(seed, b"\0ed25519").into();
                Some(Secret::Ed25519(Box::new(bytes.into())))
            }
            Kind::Rsa2048 => Some(rsa_key(2048, &mut Stream::new(seed))?),
            Kind::Rsa3072 => Some(rsa_key(3072, &mut Stream::new(seed))?),
            Kind::Rsa4096 => Some(rsa_key(4096, &mut Stream::new(seed))?),
        };
        secret.map(Self).ok_or(KeyError::NotAKey)
    }
}

fn hash<D: Digest>(seed: &str, end: &[u8]) -> sha2::digest::Output<D> {
    D::new().chain_update(LABEL).chain_update(seed.as_bytes()).chain_update(end).finalize()
}

/// Numbers that look random: hashes of the seed and a counter.
struct Stream {
    seed: [u8; 32],
    counter: u64,
}

impl Stream {
    fn new(seed: &str) -> Self {
        Self { seed: hash::<Sha256>(seed, b"\0stream").into(), counter: 0 }
    }

    fn block(&mut self) -> [u8; 32] {
        self.counter = self.counter.wrapping_add(1);
        Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize().into()
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for chunk in to.chunks_mut(32) {
            chunk.iter_mut().zip(self.block()).for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

//! Who signs and stamps in these tests, and what they have to show for it.

use countersign_keys::{Kind, SoftwareKey};
use countersign_pdf::sign::{SignatureRequest, SigningDate};
use countersign_pdf::timestamp::{TimestampSource, TimestampUnavailable};
use countersign_signature::timestamp::{
    MessageImprint, StampFacts, TimestampRequest, TimestampToken, grant, read_response,
};
use countersign_signature::{Algorithm, DigestAlgorithm, Signer as _, ValidationData};
use countersign_testkit::Pki;

/// 2026-04-24 13:05:00 UTC.
pub(crate) const NOW: i64 = 1_777_035_900;

/// A root, an authority below it, and a timestamp authority.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) root: SoftwareKey,
    pub(crate) authority: SoftwareKey,
    pub(crate) tsa: Stamps,
}

/// A timestamp authority in the same process.
pub(crate) struct Stamps {
    key: SoftwareKey,
    at: i64,
}

/// How people sign: every algorithm.
pub(crate) const ALGORITHMS: [(&str, Kind, Algorithm); 6] = [
    ("p256", Kind::P256, Algorithm::ECDSA_SHA_256),
    ("p384", Kind::P384, Algorithm::Ecdsa(DigestAlgorithm::Sha384)),
    ("rsa", Kind::Rsa2048, Algorithm::RsaPkcs1(DigestAlgorithm::Sha256)),
    ("rsa512", Kind::Rsa3072, Algorithm::RsaPkcs1(DigestAlgorithm::Sha512)),
    ("pss", Kind::Rsa2048, Algorithm::RsaPss { digest: DigestAlgorithm::Sha256, salt: 32 }),
    ("ed25519", Kind::Ed25519, Algorithm::Ed25519),
];

impl World {
    pub(crate) fn new() -> Self {
        let pki = Pki::new("pdf");
        let root = pki.root("root", "O=Kravonia,CN=Root");
        let authority = pki.intermediate("sub", "O=Kravonia,CN=Authority", &root, Some(0));
        let key = pki.timestamp_authority("tsa", "O=Kravonia,CN=Timestamps", &authority);
        Self { pki, root, authority, tsa: Stamps { key, at: NOW + 60 } }
    }

    pub(crate) fn signer(&self, name: &str, kind: Kind, algorithm: Algorithm) -> SoftwareKey {
        let subject = format!("O=Kravonia,CN={name}");
        let key = self.pki.of(kind).person(name, &subject, &self.authority);
        key.signing_with(algorithm).unwrap()
    }

    /// A plain signer.
    pub(crate) fn berg(&self) -> SoftwareKey {
        self.signer("berg", Kind::P256, Algorithm::ECDSA_SHA_256)
    }

    /// What shows that a signature held: both lists, issued after the signature and its timestamp.
    pub(crate) fn evidence(&self, signer: &SoftwareKey) -> ValidationData {
        self.evidence_at(signer, NOW + 120)
    }

    /// The same with lists of another moment.
    pub(crate) fn evidence_at(&self, signer: &SoftwareKey, at: i64) -> ValidationData {
        let mut certificates = vec![signer.certificate().clone(), self.tsa.key.certificate().clone()];
        certificates.extend(signer.chain().iter().cloned());
        let crls = vec![self.pki.crl(&self.root, at, &[]), self.pki.crl(&self.authority, at, &[])];
        ValidationData { certificates, crls, ocsps: Vec::new() }
    }
}

impl Stamps {
    pub(crate) fn at(&self, at: i64) -> Self {
        let key = SoftwareKey::new(
            Pki::new("pdf").private_key("tsa"),
            self.key.certificate().clone(),
            self.key.chain().to_vec(),
        );
        Self { key: key.unwrap(), at }
    }
}

impl TimestampSource for Stamps {
    fn token(&self, imprint: &MessageImprint) -> Result<TimestampToken, TimestampUnavailable> {
        let serial = u64::from_be_bytes(*imprint.value.first_chunk().unwrap()) >> 1;
        let request = TimestampRequest::new(imprint.clone(), serial.to_be_bytes());
        let policy = "1.3.6.1.4.1.32473.3161".parse().unwrap();
        let answer =
            grant(&request, &StampFacts { at: self.at, serial, policy, accuracy: 1 }, &self.key).unwrap();
        read_response(&request, &answer).map_err(|error| TimestampUnavailable { reason: error.to_string() })
    }
}

pub(crate) fn date() -> SigningDate {
    SigningDate::new(NOW, 60).unwrap()
}

pub(crate) fn request() -> SignatureRequest<'static> {
    SignatureRequest::new(date())
}

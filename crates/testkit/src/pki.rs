//! A PKI from one seed: the same seed gives the same keys, certificates and signatures, byte for byte.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a broken test PKI must stop the test at once"
)]

use countersign_keys::{PrivateKey, SoftwareKey};
use countersign_signature::{
    Algorithm, Certificate, DistinguishedName, Signer as _, Subject, Template, issue, self_sign,
};

/// Makes authorities and people's keys. Whoever knows the seed has every key: never outside tests and play.
#[derive(Debug, Clone)]
pub struct Pki {
    seed: String,
    not_before: i64,
    not_after: i64,
}

impl Pki {
    /// Certificates hold from 2020-01-01 to 2049-12-31 (UTC).
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), not_before: 1_577_836_800, not_after: 2_524_607_999 }
    }

    /// The same keys with certificates for another time, both ends included, in unix seconds.
    pub fn between(&self, not_before: i64, not_after: i64) -> Self {
        Self { seed: self.seed.clone(), not_before, not_after }
    }

    /// An authority that signs itself. `name` picks the key; the subject is RFC 4514, or a bare common name.
    pub fn authority(&self, name: &str, subject: &str) -> SoftwareKey {
        self.own(name, subject, Subject::Authority)
    }

    /// A person's key, certified by an authority of this or another PKI.
    pub fn person(&self, name: &str, subject: &str, authority: &SoftwareKey) -> SoftwareKey {
        self.certified(name, subject, Subject::Person, authority)
    }

    /// The key of a timestamp authority, certified for timestamps alone.
    pub fn timestamp_authority(&self, name: &str, subject: &str, authority: &SoftwareKey) -> SoftwareKey {
        self.certified(name, subject, Subject::TimestampAuthority, authority)
    }

    fn certified(&self, name: &str, subject: &str, kind: Subject, authority: &SoftwareKey) -> SoftwareKey {
        let key = self.private_key(name);
        let template = self.template(subject, &key, kind);
        let certificate = issue(&template, authority).expect("the authority issues");
        let chain: Vec<Certificate> =
            std::iter::once(authority.certificate()).chain(authority.chain()).cloned().collect();
        SoftwareKey::new(key, certificate, chain).expect("key and certificate belong together")
    }

    /// A person's key that certifies itself.
    pub fn self_signed_person(&self, name: &str, subject: &str) -> SoftwareKey {
        self.own(name, subject, Subject::Person)
    }

    /// The bare key behind a name.
    pub fn private_key(&self, name: &str) -> PrivateKey {
        PrivateKey::from_seed(&format!("{}/{name}", self.seed)).expect("every seed gives a key")
    }

    fn own(&self, name: &str, subject: &str, kind: Subject) -> SoftwareKey {
        let key = self.private_key(name);
        let template = self.template(subject, &key, kind);
        let certificate = self_sign(&template, Algorithm::ECDSA_SHA_256, |tbs| Ok(key.sign(tbs)))
            .expect("the key signs its own certificate");
        SoftwareKey::new(key, certificate, Vec::new()).expect("key and certificate belong together")
    }

    fn template(&self, subject: &str, key: &PrivateKey, kind: Subject) -> Template {
        let subject = if subject.contains('=') { subject.to_owned() } else { format!("CN={subject}") };
        let public_key = key.public_key().expect("a private key has a public key");
        // A serial number of its own for every key and validity.
        let point = public_key.bits().iter().skip(1).copied();
        let mut serial = [0; 16];
        serial.iter_mut().zip(point).for_each(|(to, from)| *to = from);
        let span = self.not_before ^ self.not_after.rotate_left(17) ^ i64::from(kind == Subject::Authority);
        serial.iter_mut().rev().zip(span.to_le_bytes()).for_each(|(to, from)| *to ^= from);
        Template {
            subject: DistinguishedName::parse(&subject).expect("a subject in RFC 4514's form"),
            public_key,
            serial,
            not_before: self.not_before,
            not_after: self.not_after,
            kind,
        }
    }
}

//! A PKI from one seed: the same seed gives the same keys, certificates and signatures, byte for byte; but for RSA-PSS,
//! whose salt is random.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "development only: a broken test PKI must stop the test at once"
)]

use countersign_keys::{Kind, PrivateKey, SoftwareKey};
use countersign_signature::issue::ocsp::{CertificateId, Moment, Request, Status, answer};
use countersign_signature::issue::{Reason, RevocationList, Revoked};
use countersign_signature::{
    Certificate, DigestAlgorithm, DistinguishedName, Particulars, Signer as _, Subject, Template, issue,
    self_sign,
};

/// Makes authorities and people's keys. Whoever knows the seed has every key: never outside tests and play.
///
/// ```
/// use countersign_keys::Kind;
/// use countersign_testkit::Pki;
///
/// let pki = Pki::new("example");
/// let root = pki.authority("root", "CN=Root CA");
/// let sub = pki.intermediate("sub", "CN=Sub CA", &root, Some(0));
/// let berg = pki.of(Kind::P384).person("berg", "CN=A. Berg", &sub);
/// let tsa = pki.timestamp_authority("tsa", "CN=TSA", &root);
/// let list = pki.crl(&sub, 1_777_000_000, &[Pki::revoked(&berg, 1_776_000_000)]);
/// # let _ = (tsa, list);
/// ```
#[derive(Debug, Clone)]
pub struct Pki {
    seed: String,
    not_before: i64,
    not_after: i64,
    kind: Kind,
    particulars: Particulars,
}

impl Pki {
    /// Certificates hold from 2020-01-01 to 2049-12-31 (UTC); keys are P-256.
    pub fn new(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
            not_before: 1_577_836_800,
            not_after: 2_524_607_999,
            kind: Kind::P256,
            particulars: Particulars::default(),
        }
    }

    /// The same keys with certificates for another time, both ends included, in unix seconds.
    pub fn between(&self, not_before: i64, not_after: i64) -> Self {
        Self { not_before, not_after, ..self.clone() }
    }

    /// The same with keys of another kind.
    pub fn of(&self, kind: Kind) -> Self {
        Self { kind, ..self.clone() }
    }

    /// The same keys with certificates that say more.
    pub fn saying(&self, particulars: Particulars) -> Self {
        Self { particulars, ..self.clone() }
    }

    /// An authority that signs itself, with people directly below it. `name` picks the key; the subject is RFC 4514, or a
    /// bare common name.
    pub fn authority(&self, name: &str, subject: &str) -> SoftwareKey {
        self.own(name, subject, Subject::HOUSE)
    }

    /// An authority that signs itself, with any number of authorities below it.
    pub fn root(&self, name: &str, subject: &str) -> SoftwareKey {
        self.own(name, subject, Subject::Authority { path_length: None })
    }

    /// An authority below another: whether that one's path length allows it is for the verifier to say.
    pub fn intermediate(
        &self,
        name: &str,
        subject: &str,
        authority: &SoftwareKey,
        path_length: Option<u8>,
    ) -> SoftwareKey {
        self.certified(name, subject, authority, Subject::Authority { path_length })
    }

    /// A person's key, certified by an authority of this or another PKI.
    pub fn person(&self, name: &str, subject: &str, authority: &SoftwareKey) -> SoftwareKey {
        self.certified(name, subject, authority, Subject::Person)
    }

    /// A key for timestamps alone.
    pub fn timestamp_authority(&self, name: &str, subject: &str, authority: &SoftwareKey) -> SoftwareKey {
        self.certified(name, subject, authority, Subject::TimestampAuthority)
    }

    /// A key that answers for the authority which certificates are revoked.
    pub fn ocsp_responder(&self, name: &str, subject: &str, authority: &SoftwareKey) -> SoftwareKey {
        self.certified(name, subject, authority, Subject::OcspResponder)
    }

    /// A person's key that certifies itself.
    pub fn self_signed_person(&self, name: &str, subject: &str) -> SoftwareKey {
        self.own(name, subject, Subject::Person)
    }

    /// The bare key behind a name.
    pub fn private_key(&self, name: &str) -> PrivateKey {
        PrivateKey::from_seed_of(self.kind, &format!("{}/{name}", self.seed)).expect("every seed gives a key")
    }

    /// That a key's certificate was revoked at a moment, for no reason given.
    pub fn revoked(key: &SoftwareKey, at: i64) -> Revoked {
        let serial = key.certificate().serial().to_vec();
        Revoked { serial, at, reason: Reason::Unspecified, invalid_since: None }
    }

    /// An authority's complete list of a moment, good for a week, numbered by the moment; in DER.
    pub fn crl(&self, authority: &SoftwareKey, at: i64, revoked: &[Revoked]) -> Vec<u8> {
        let number = u64::try_from(at).expect("a moment after 1970");
        let list = RevocationList {
            number,
            this_update: at,
            next_update: at + WEEK,
            revoked: revoked.to_vec(),
            keeps_expired_since: None,
        };
        list.issue(authority).expect("the authority signs its list")
    }

    /// What an authority's responder (or the authority itself) says at a moment of one certificate, good for a week; in
    /// DER.
    pub fn ocsp(
        &self,
        responder: &SoftwareKey,
        authority: &SoftwareKey,
        about: &Certificate,
        at: i64,
        status: Status,
    ) -> Vec<u8> {
        let authority = authority.certificate();
        let request = Request::about(CertificateId::of(about, authority));
        let moment =
            Moment { produced_at: at, this_update: at, next_update: Some(at + WEEK), archive_cutoff: None };
        answer(&request, authority, moment, responder, |_| status).expect("the responder answers")
    }

    fn own(&self, name: &str, subject: &str, kind: Subject) -> SoftwareKey {
        let key = self.private_key(name);
        let template = self.template(subject, &key, kind);
        let certificate = self_sign(&template, key.algorithm(), |tbs| key.sign(tbs))
            .expect("the key signs its own certificate");
        SoftwareKey::new(key, certificate, Vec::new()).expect("key and certificate belong together")
    }

    fn certified(&self, name: &str, subject: &str, authority: &SoftwareKey, kind: Subject) -> SoftwareKey {
        let key = self.private_key(name);
        let template = self.template(subject, &key, kind);
        let certificate = issue(&template, authority).expect("the authority issues");
        let chain: Vec<Certificate> =
            std::iter::once(authority.certificate()).chain(authority.chain()).cloned().collect();
        SoftwareKey::new(key, certificate, chain).expect("key and certificate belong together")
    }

    fn template(&self, subject: &str, key: &PrivateKey, kind: Subject) -> Template {
        let subject = if subject.contains('=') { subject.to_owned() } else { format!("CN={subject}") };
        let public_key = key.public_key().expect("a private key has a public key");
        // A serial number of its own for every key, validity and role.
        let says = format!("{} {} {kind:?} {:?}", self.not_before, self.not_after, self.particulars);
        let digest = DigestAlgorithm::Sha256.of(&[public_key.bits(), says.as_bytes()]);
        let serial = digest.first_chunk().copied().expect("a digest of 32 bytes");
        Template {
            subject: DistinguishedName::parse(&subject).expect("a subject in RFC 4514's form"),
            public_key,
            serial,
            not_before: self.not_before,
            not_after: self.not_after,
            kind,
            particulars: self.particulars.clone(),
        }
    }
}

const WEEK: i64 = 7 * 24 * 60 * 60;

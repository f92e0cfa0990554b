//! The seal: the Ed25519 key that signs the record's checkpoints, kept as other keys are.

use countersign_keys::{Issuer, KeyName, KeyStore, Kind, NewKey, Passphrase, SoftwareKey, Validity};
use countersign_signature::{Certificate, DistinguishedName, Signer as _, Subject};
use countersign_tlog::checkpoint::Origin;
use countersign_tlog::note::{self, Refused, SignatureType, VerifierKey};

use crate::exit::Failure;
use crate::keys;

/// What the seal is called among the keys.
const NAME: &str = "seal";
/// Whom its certificate names. Nobody asks for the certificate: notes are signed, not documents.
const SUBJECT: &str = "CN=Seal of the record";
/// The certificate's years; a record outlives them without harm.
const YEARS: u16 = 50;

/// The record's key, open to sign.
pub(crate) struct Seal {
    key: SoftwareKey,
    verifier: VerifierKey,
}

impl Seal {
    /// Makes the key. The origin follows from it where none is given: unlike any other, and it tells nothing.
    pub(crate) fn create(
        store: &KeyStore,
        origin: Option<Origin>,
        now: i64,
        passphrase: Option<&Passphrase>,
    ) -> Result<(Self, Origin), Failure> {
        let subject = DistinguishedName::parse(SUBJECT).map_err(usage)?;
        let validity = Validity::years(now, YEARS).map_err(usage)?;
        let made = NewKey { kind: Kind::Ed25519, role: Subject::Person, subject: &subject, validity };
        let created =
            store.new_key(&name()?, &made, Issuer::Itself, passphrase).map_err(keys::failure)?;
        let origin = match origin {
            Some(origin) => origin,
            None => {
                let digest = countersign_notation::digest::sha256(&public(created.key.certificate())?);
                let short: String = digest.hex().chars().take(16).collect();
                Origin::new(&format!("record-{short}")).map_err(usage)?
            }
        };
        let verifier = verifier(&origin, created.key.certificate())?;
        Ok((Self { key: created.key, verifier }, origin))
    }

    /// Opens the key, asking for its passphrase where it has one.
    pub(crate) fn open(store: &KeyStore, origin: &Origin) -> Result<Self, Failure> {
        let name = name()?;
        let key = keys::unlocked(&name, |passphrase| store.signer(&name, passphrase)).map_err(keys::failure)?;
        let verifier = verifier(origin, key.certificate())?;
        Ok(Self { key, verifier })
    }

    /// What verifies the record, without opening the key.
    pub(crate) fn verifier(store: &KeyStore, origin: &Origin) -> Result<VerifierKey, Failure> {
        let (certificate, _) = store.certificates(&name()?).map_err(keys::failure)?;
        verifier(origin, &certificate)
    }
}

impl note::Signer for Seal {
    fn key(&self) -> &VerifierKey {
        &self.verifier
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; note::ED25519_LENGTH], Refused> {
        let signature = self.key.sign(message).map_err(|error| Refused { reason: error.to_string() })?;
        let length = signature.len();
        signature.try_into().map_err(|_| Refused { reason: format!("a signature of {length} bytes") })
    }
}

fn name() -> Result<KeyName, Failure> {
    KeyName::new(NAME).map_err(usage)
}

fn public(certificate: &Certificate) -> Result<[u8; 32], Failure> {
    let key = certificate.public_key().map_err(usage)?;
    <[u8; 32]>::try_from(key.bits()).map_err(|_| {
        Failure::usage(format!("the key `{NAME}` is of kind {}, a record's is ed25519", key.kind()))
            .help("put the seal's own files back, from a backup of the home")
    })
}

fn verifier(origin: &Origin, certificate: &Certificate) -> Result<VerifierKey, Failure> {
    let name = note::KeyName::new(origin.as_str()).map_err(usage)?;
    VerifierKey::new(name, SignatureType::Ed25519, &public(certificate)?).map_err(usage)
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}

//! Making a key on a token, and putting its certificate beside it.

use super::error::DeviceError;
use super::key::DeviceKey;
use super::module::Module;
use super::objects::{ED25519, Objects, P_256, P_384, PrivateObject, public_key};
use super::session::{Access, PinEntry};
use super::uri::KeyUri;
use crate::kind::Kind;
use crate::private::KeyError;
use countersign_signature::{Certificate, PublicKey};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::Session;

impl Module {
    /// Makes a key on the one token that a URI names, under a label, and puts there what `certify` issues for it: its
    /// certificate, then those above it. Where nothing is issued, the key is taken away again.
    ///
    /// The key is made to stay: not extractable, sensitive, for signing alone.
    pub fn make_key<E: From<DeviceError>>(
        &self,
        uri: &KeyUri,
        label: &str,
        kind: Kind,
        pins: &mut PinEntry<'_>,
        certify: impl FnOnce(&PublicKey) -> Result<(Certificate, Vec<Certificate>), E>,
    ) -> Result<DeviceKey, E> {
        let token = self.token(uri)?;
        let said = |error| DeviceError::of(&token.label, error);
        let mechanisms = self.library().get_mechanism_list(token.slot).map_err(said)?;
        let (needed, mechanism, shape) = plan(kind);
        if !mechanisms.contains(&needed) {
            let (token, kind) = (token.label.clone(), kind.key_kind());
            return Err(DeviceError::NoMechanism { token, kind }.into());
        }
        let open = self.log_in(&token, Access::Write, pins)?;
        let session = &open.session;
        let objects = Objects::read(session, &token.label)?;
        if objects.has(label) {
            return Err(DeviceError::Exists { token: token.label.clone(), label: label.to_owned() }.into());
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| DeviceError::from(KeyError::NoRandomness))?;
        let named = [Attribute::Token(true), Attribute::Label(label.into()), Attribute::Id(id.to_vec())];
        let public = [&named[..], &[Attribute::Private(false), Attribute::Verify(true)], &shape].concat();
        let private = [
            &named[..],
            &[
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
            ],
        ]
        .concat();
        let (public, private) = session.generate_key_pair(&mechanism, &public, &private).map_err(said)?;
        let enrol = || -> Result<(Certificate, Vec<Certificate>), E> {
            let key = public_key(session, public, &token.label)?;
            let (certificate, above) = certify(&key)?;
            if certificate.public_key() != Ok(&key) {
                let (token, key) = (token.label.clone(), label.to_owned());
                return Err(DeviceError::Mismatch { token, key }.into());
            }
            put(session, label, &id, &certificate).map_err(said)?;
            Ok((certificate, above))
        };
        let (certificate, above) = enrol().inspect_err(|_| {
            // A key without a certificate is of no use, and its label would be in the way.
            let _ = session.destroy_object(private).and_then(|()| session.destroy_object(public));
        })?;
        let known = objects.all_certificates();
        for one in above.iter().filter(|one| !known.contains(one)) {
            put(session, &one.subject(), &[], one).map_err(said)?;
        }
        let object = PrivateObject {
            handle: private,
            label: label.to_owned(),
            id: id.to_vec(),
            always_authenticate: false,
        };
        Ok(DeviceKey::new(token.label, open, &object, certificate, above, mechanisms)?)
    }
}

/// How a kind of key is made, and what its public half must be.
fn plan(kind: Kind) -> (MechanismType, Mechanism<'static>, Vec<Attribute>) {
    let curve = |params: &[u8]| vec![Attribute::EcParams(params.to_vec())];
    let rsa = |bits: u64| {
        let shape = vec![Attribute::ModulusBits(bits.into()), Attribute::PublicExponent(vec![1, 0, 1])];
        (MechanismType::RSA_PKCS_KEY_PAIR_GEN, Mechanism::RsaPkcsKeyPairGen, shape)
    };
    match kind {
        Kind::P256 => (MechanismType::ECC_KEY_PAIR_GEN, Mechanism::EccKeyPairGen, curve(&P_256)),
        Kind::P384 => (MechanismType::ECC_KEY_PAIR_GEN, Mechanism::EccKeyPairGen, curve(&P_384)),
        Kind::Ed25519 => {
            (MechanismType::ECC_EDWARDS_KEY_PAIR_GEN, Mechanism::EccEdwardsKeyPairGen, curve(&ED25519))
        }
        Kind::Rsa2048 => rsa(2048),
        Kind::Rsa3072 => rsa(3072),
        Kind::Rsa4096 => rsa(4096),
    }
}

/// Writes a certificate beside its key.
fn put(session: &Session, label: &str, id: &[u8], certificate: &Certificate) -> cryptoki::error::Result<()> {
    // CKA_SERIAL_NUMBER is the INTEGER with its header; a serial number has at most 20 octets.
    let length = u8::try_from(certificate.serial().len()).unwrap_or_default();
    let serial = [&[2, length], certificate.serial()].concat();
    let mut template = vec![
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Label(label.into()),
        Attribute::Subject(certificate.subject_name().as_der().to_vec()),
        Attribute::Issuer(certificate.issuer_name().as_der().to_vec()),
        Attribute::SerialNumber(serial),
        Attribute::Value(certificate.as_der().to_vec()),
    ];
    if !id.is_empty() {
        template.push(Attribute::Id(id.to_vec()));
    }
    session.create_object(&template).map(drop)
}

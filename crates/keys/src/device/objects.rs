//! Keys and certificates on a token.

use super::error::DeviceError;
use super::uri::KeyUri;
use countersign_signature::{Certificate, CertificateError, PublicKey};
use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use pkcs8::EncodePublicKey as _;

/// Bound on the objects of one kind that are looked at: cards hold tens.
pub(super) const OBJECTS_MAX: usize = 256;

/// A private key on a token, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called; empty where it has no label.
    pub label: String,
    /// Its id, which its certificate has too.
    pub id: Vec<u8>,
    /// Its certificate, if the token holds one that can be read.
    pub certificate: Option<Certificate>,
}

/// A private key's handle and what is known of it.
pub(super) struct PrivateObject {
    pub(super) handle: ObjectHandle,
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    pub(super) always_authenticate: bool,
}

/// A certificate on a token.
pub(super) struct CertificateObject {
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    /// Or why it can't be read: it may be nobody's here.
    pub(super) certificate: Result<Certificate, CertificateError>,
}

/// What is read of one token.
pub(super) struct Objects {
    pub(super) keys: Vec<PrivateObject>,
    pub(super) certificates: Vec<CertificateObject>,
}

impl Objects {
    /// Reads every private key and certificate, without the keys' secrets: those do not leave a token.
    pub(super) fn read(session: &Session, token: &str) -> Result<Self, DeviceError> {
        let failed = |error| DeviceError::of(token, error);
        let find = |template: &[Attribute]| {
            let found = session.find_objects(template).map_err(failed)?;
            if found.len() > OBJECTS_MAX {
                return Err(DeviceError::TooMany { token: token.to_owned() });
            }
            Ok(found)
        };
        let mut keys = Vec::new();
        for handle in find(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])? {
            let wanted = [AttributeType::Label, AttributeType::Id, AttributeType::AlwaysAuthenticate];
            let mut key =
                PrivateObject { handle, label: String::new(), id: Vec::new(), always_authenticate: false };
            for attribute in session.get_attributes(handle, &wanted).map_err(failed)? {
                match attribute {
                    Attribute::Label(label) => key.label = text(&label),
                    Attribute::Id(id) => key.id = id,
                    Attribute::AlwaysAuthenticate(always) => key.always_authenticate = always,
                    _ => {}
                }
            }
            keys.push(key);
        }
        let mut certificates = Vec::new();
        let x509 =
            [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
        for handle in find(&x509)? {
            let wanted = [AttributeType::Label, AttributeType::Id, AttributeType::Value];
            let (mut label, mut id, mut der) = (String::new(), Vec::new(), Vec::new());
            for attribute in session.get_attributes(handle, &wanted).map_err(failed)? {
                match attribute {
                    Attribute::Label(found) => label = text(&found),
                    Attribute::Id(found) => id = found,
                    Attribute::Value(found) => der = found,
                    _ => {}
                }
            }
            certificates.push(CertificateObject { label, id, certificate: Certificate::from_der(&der) });
        }
        Ok(Self { keys, certificates })
    }

    /// The one key that a URI names: by its label or its certificate's, and by its id.
    pub(super) fn key(&self, uri: &KeyUri, token: &str) -> Result<&PrivateObject, DeviceError> {
        let matching: Vec<&PrivateObject> = self.keys.iter().filter(|key| self.is(key, uri)).collect();
        let named = |keys: &[&PrivateObject]| keys.iter().map(|key| key.shown()).collect();
        let (token, asked) = (token.to_owned(), uri.to_string());
        match matching.as_slice() {
            [one] => Ok(one),
            [] => {
                let all: Vec<&PrivateObject> = self.keys.iter().collect();
                Err(DeviceError::NoKey { token, asked, present: named(&all) })
            }
            several => Err(DeviceError::SeveralKeys { token, asked, present: named(several) }),
        }
    }

    fn is(&self, key: &PrivateObject, uri: &KeyUri) -> bool {
        let called = |label: &String| {
            key.label == *label
                || self.certificates.iter().any(|found| found.label == *label && same_id(&found.id, &key.id))
        };
        uri.id.as_ref().is_none_or(|id| *id == key.id) && uri.object.as_ref().is_none_or(called)
    }

    /// A key's certificate: the one with its id.
    pub(super) fn certificate(&self, key: &PrivateObject) -> Option<Result<&Certificate, &CertificateError>> {
        let found = self.certificates.iter().find(|found| same_id(&found.id, &key.id));
        found.map(|found| found.certificate.as_ref())
    }

    /// Every certificate that can be read.
    pub(super) fn all_certificates(&self) -> Vec<Certificate> {
        self.certificates.iter().filter_map(|found| found.certificate.clone().ok()).collect()
    }

    pub(super) fn found(&self) -> Vec<Found> {
        let found = |key: &PrivateObject| Found {
            label: key.label.clone(),
            id: key.id.clone(),
            certificate: self.certificate(key).and_then(Result::ok).cloned(),
        };
        self.keys.iter().map(found).collect()
    }

    /// Whether anything here has a label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.keys.iter().any(|key| key.label == label)
            || self.certificates.iter().any(|found| found.label == label)
    }
}

impl PrivateObject {
    /// Its label and id, for messages.
    pub(super) fn shown(&self) -> String {
        format!("`{}` (id {})", self.label, crate::house::hex(&self.id))
    }
}

/// An empty id ties nothing together.
fn same_id(a: &[u8], b: &[u8]) -> bool {
    !a.is_empty() && a == b
}

/// The public key behind a handle, from the parts that the token tells.
pub(super) fn public_key(
    session: &Session,
    handle: ObjectHandle,
    token: &str,
) -> Result<PublicKey, DeviceError> {
    let wanted = [
        AttributeType::KeyType,
        AttributeType::EcParams,
        AttributeType::EcPoint,
        AttributeType::Modulus,
        AttributeType::PublicExponent,
    ];
    let (mut kind, mut params, mut point) = (None, Vec::new(), Vec::new());
    let (mut modulus, mut exponent) = (Vec::new(), Vec::new());
    for attribute in session.get_attributes(handle, &wanted).map_err(|error| DeviceError::of(token, error))? {
        match attribute {
            Attribute::KeyType(found) => kind = Some(found),
            Attribute::EcParams(found) => params = found,
            Attribute::EcPoint(found) => point = unwrapped(found),
            Attribute::Modulus(found) => modulus = found,
            Attribute::PublicExponent(found) => exponent = found,
            _ => {}
        }
    }
    let unreadable = || DeviceError::PublicKey(countersign_signature::BadPublicKey::NotOnCurve);
    let spki = match kind {
        Some(KeyType::RSA) => {
            let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
            rsa::PublicKey::new(number(&modulus), number(&exponent))
                .ok()
                .and_then(|key| key.to_public_key_der().ok())
        }
        Some(KeyType::EC) if params == P_384 => {
            p384::PublicKey::from_sec1_bytes(&point).ok().and_then(|key| key.to_public_key_der().ok())
        }
        Some(KeyType::EC) => {
            p256::PublicKey::from_sec1_bytes(&point).ok().and_then(|key| key.to_public_key_der().ok())
        }
        Some(KeyType::EC_EDWARDS) => <[u8; 32]>::try_from(point)
            .ok()
            .and_then(|point| ed25519_dalek::VerifyingKey::from_bytes(&point).ok())
            .and_then(|key| key.to_public_key_der().ok()),
        _ => None,
    };
    Ok(PublicKey::from_der(spki.ok_or_else(unreadable)?.as_bytes())?)
}

/// CKA_EC_POINT is a DER OCTET STRING of the point; some tokens give the point bare.
fn unwrapped(point: Vec<u8>) -> Vec<u8> {
    match point.as_slice() {
        // A point bare is 32, 65 or 97 bytes long: with the header around it, none of these.
        [4, length, inner @ ..]
            if usize::from(*length) == inner.len() && [32, 65, 97].contains(&inner.len()) =>
        {
            inner.to_vec()
        }
        _ => point,
    }
}

/// The curves' identifiers in DER: P-256, P-384, Ed25519 (RFC 5480 §2.1.1.1, RFC 8410 §3).
pub(super) const P_256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
pub(super) const P_384: [u8; 7] = [6, 5, 0x2b, 0x81, 4, 0, 0x22];
pub(super) const ED25519: [u8; 5] = [6, 3, 0x2b, 0x65, 0x70];

fn text(bytes: &[u8]) -> String {
    shown(&String::from_utf8_lossy(bytes))
}

/// What a device calls something, fit for a terminal: without what pads it and what could steer a terminal.
pub(super) fn shown(text: &str) -> String {
    text.trim_end_matches([' ', '\0']).chars().filter(|c| !c.is_control()).collect()
}

//! A key that stays on its device.

use super::error::DeviceError;
use super::mechanism::Way;
use super::module::Module;
use super::objects::{Found, Objects, PrivateObject};
use super::session::{Access, LoggedIn, PinEntry};
use super::uri::KeyUri;
use crate::chain::chain;
use countersign_signature::{Algorithm, Certificate, DigestAlgorithm, KeyKind, SignError, Signer};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::ObjectHandle;
use cryptoki::session::UserType;
use std::fmt;

/// A private key on a token, with its certificate: it signs there.
pub struct DeviceKey {
    token: String,
    label: String,
    open: LoggedIn,
    handle: ObjectHandle,
    always_authenticate: bool,
    mechanisms: Vec<MechanismType>,
    algorithm: Algorithm,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl Module {
    /// The keys on the one token that a URI names.
    pub fn keys(&self, uri: &KeyUri, pins: &mut PinEntry<'_>) -> Result<Vec<Found>, DeviceError> {
        let token = self.token(uri)?;
        let open = self.log_in(&token, Access::Read, pins)?;
        Ok(Objects::read(&open.session, &token.label)?.found())
    }

    /// Opens the one key that a URI names, and sees that it makes signatures its certificate's key verifies.
    pub fn key(&self, uri: &KeyUri, pins: &mut PinEntry<'_>) -> Result<DeviceKey, DeviceError> {
        let token = self.token(uri)?;
        let open = self.log_in(&token, Access::Read, pins)?;
        let objects = Objects::read(&open.session, &token.label)?;
        let key = objects.key(uri, &token.label)?;
        let certificate = match objects.certificate(key) {
            Some(Ok(certificate)) => certificate.clone(),
            Some(Err(fault)) => {
                return Err(DeviceError::Certificate { token: token.label, fault: fault.clone() });
            }
            None => return Err(DeviceError::NoCertificate { token: token.label, key: key.label.clone() }),
        };
        let mechanisms = self.library().get_mechanism_list(token.slot);
        let mechanisms = mechanisms.map_err(|error| DeviceError::of(&token.label, error))?;
        DeviceKey::new(token.label, open, key, certificate, objects.all_certificates(), mechanisms)
    }
}

impl DeviceKey {
    pub(super) fn new(
        token: String,
        open: LoggedIn,
        key: &PrivateObject,
        certificate: Certificate,
        others: Vec<Certificate>,
        mechanisms: Vec<MechanismType>,
    ) -> Result<Self, DeviceError> {
        let algorithm = match certificate.public_key().map_err(Clone::clone)?.kind() {
            KeyKind::P384 => Algorithm::Ecdsa(DigestAlgorithm::Sha384),
            KeyKind::Rsa(_) => Algorithm::RsaPkcs1(DigestAlgorithm::Sha256),
            KeyKind::Ed25519 => Algorithm::Ed25519,
            _ => Algorithm::ECDSA_SHA_256,
        };
        let chain = chain(&certificate, others);
        let (handle, label, always_authenticate) = (key.handle, key.label.clone(), key.always_authenticate);
        let key = Self {
            token,
            label,
            open,
            handle,
            always_authenticate,
            mechanisms,
            algorithm,
            certificate,
            chain,
        };
        key.try_out()?;
        Ok(key)
    }

    /// The same key signing in another way: RSA with PSS, ECDSA with another digest.
    pub fn signing_with(self, algorithm: Algorithm) -> Result<Self, DeviceError> {
        let key = Self { algorithm, ..self };
        key.try_out()?;
        Ok(key)
    }

    fn try_out(&self) -> Result<(), DeviceError> {
        self.make(PROOF).map(drop)
    }

    /// Signs and verifies.
    fn make(&self, message: &[u8]) -> Result<Vec<u8>, DeviceError> {
        let public = self.certificate.public_key().map_err(Clone::clone)?;
        let (token, key) = (self.token.clone(), self.label.clone());
        let mut ways = Way::to(self.algorithm);
        ways.retain(|way| self.mechanisms.contains(&way.name));
        if ways.is_empty() {
            return Err(DeviceError::NoMechanism { token, kind: public.kind() });
        }
        let Some(way) = ways.iter().find(|way| way.takes_parts() || !self.always_authenticate) else {
            return Err(DeviceError::AskedInBetween { token, key });
        };
        let made = self.raw(&way.mechanism, &way.input(self.algorithm.digest(), message))?;
        // ECDSA comes as r and s in a row.
        let signature = match (self.algorithm, public.kind()) {
            (Algorithm::Ecdsa(_), KeyKind::P384) => {
                p384::ecdsa::Signature::from_slice(&made).map(|made| made.to_der().as_bytes().to_vec()).ok()
            }
            (Algorithm::Ecdsa(_), _) => {
                p256::ecdsa::Signature::from_slice(&made).map(|made| made.to_der().as_bytes().to_vec()).ok()
            }
            _ => Some(made),
        };
        signature
            .filter(|signature| public.verifies(self.algorithm, message, signature))
            .ok_or(DeviceError::Mismatch { token, key })
    }

    /// What the token makes of data; with the PIN again where the key asks for it each time (CKA_ALWAYS_AUTHENTICATE).
    fn raw(&self, mechanism: &Mechanism<'_>, data: &[u8]) -> Result<Vec<u8>, DeviceError> {
        let session = &self.open.session;
        let failed = |error| DeviceError::of(&self.token, error);
        if !self.always_authenticate {
            return session.sign(mechanism, self.handle, data).map_err(failed);
        }
        session.sign_init(mechanism, self.handle).map_err(failed)?;
        session.login(UserType::ContextSpecific, self.open.pin.as_ref()).map_err(failed)?;
        session.sign_update(data).map_err(failed)?;
        session.sign_final().map_err(failed)
    }
}

/// What is signed to see whether a key and a certificate belong together.
const PROOF: &[u8] = b"does this key belong to that certificate?";

impl Signer for DeviceKey {
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
        self.make(message).map_err(|error| SignError::Refused { reason: error.to_string() })
    }
}

impl fmt::Debug for DeviceKey {
    /// Which key, and its certificate; nothing of the PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey(`{}` on `{}`, {:?})", self.label, self.token, self.certificate)
    }
}

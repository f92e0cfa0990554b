//! Private keys: in files, in PKCS#12, on devices; and the house CA for those who bring no certificate.
//!
//! The one crate that draws random numbers for keys, reads and writes key files, and talks to devices. Time stays an
//! argument, so do passphrases and PINs: the command line reads the clock and the environment, this crate never does.
//!
//! # What is here
//! - [`PrivateKey`], [`SoftwareKey`]: P-256, P-384, RSA of 2048 to 4096 bits (PKCS#1 and PSS), Ed25519; PKCS#8 (RFC 5958),
//!   encrypted with PBES2 (RFC 8018); PKCS#12 (RFC 7292), today's and yesterday's.
//! - [`device`]: keys on tokens, by PKCS#11 (OASIS, 2.40 and later) and its URIs (RFC 7512).
//! - [`NoteKey`]: what logs and witnesses sign with (C2SP signed-note).
//! - [`HouseCa`]: certificates, and a register of them that only grows; revocation lists (RFC 5280 §5) and OCSP answers
//!   (RFC 6960) out of it, over HTTP too.
//!
//! # Files
//! ```text
//! DIR/NAME.key.pem         PKCS#8 (RFC 5958), mode 0600; encrypted (PBES2, scrypt) where a passphrase was given
//! DIR/NAME.cert.pem        the certificate, then those above it (RFC 7468)
//! DIR/NAME.note.pem        a key of notes, PKCS#8, mode 0600; DIR/NAME.vkey is what others are given of it
//! DIR/NAME.register.jsonl  what an authority has issued and revoked, an event a line; see [`Register`]
//! ```
//! No key or certificate file is ever written over. `openssl pkcs8`, `openssl x509` and `openssl cms -sign` read them.
//!
//! # What is not here
//! No key is ever sent anywhere. Smart cards are reached through PKCS#11 alone, no agent and no browser. Keys are wiped
//! from memory when dropped; what PKCS#12's library copies on the way is not.
//!
//! # Start with
//! [`KeyStore`], [`HouseCa`], [`SoftwareKey`].
//!
//! ```
//! use countersign_keys::{HouseCa, PrivateKey, SoftwareKey, Validity};
//! use countersign_signature::{DistinguishedName, sign_detached, verify_detached};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = 1_777_000_000;
//! let ca = HouseCa::create(&DistinguishedName::parse("CN=House CA,O=Ruritania")?, now, 10)?;
//! let key = PrivateKey::generate()?;
//! let subject = DistinguishedName::parse("CN=C. Dahl,O=Ruritania")?;
//! let certificate = ca.issue(&subject, &key.public_key()?, Validity::years(now, 2)?)?;
//! let dahl = SoftwareKey::new(key, certificate, vec![ca.certificate().clone()])?;
//!
//! let p7s = sign_detached(b"the text", &dahl, now)?;
//! assert_eq!(verify_detached(b"the text", &p7s)?.signer().subject(), "CN=C. Dahl,O=Ruritania");
//! # Ok(())
//! # }
//! ```

mod chain;
pub mod device;
mod file;
mod house;
mod kind;
mod name;
mod note;
mod pkcs12;
mod private;
mod software;
mod store;

pub use house::{
    Holdings, HouseCa, HouseCaError, Issued, Places, REGISTER_MAX, Register, RegisterError, RespondError,
    Responder, Revocation, Validity,
};
pub use kind::{BadKind, Kind};
pub use name::{BadKeyName, KeyName};
pub use note::{NoteKey, NoteKeyError};
pub use pkcs12::{PKCS12_MAX, Pkcs12Error, Pkcs12Style, SEALED_MAX};
pub use private::{KeyError, Passphrase, PrivateKey, random};
pub use software::{KeyMismatch, SoftwareKey};
pub use store::{Created, Entry, Issuer, KeyStore, KeyStoreError, NewKey, Protection, Unreadable, Warning};
